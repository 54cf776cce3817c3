"""Makes the reference values that the tests compare with, from scipy, statsmodels and scikit-learn.

    python -m venv /tmp/reference && /tmp/reference/bin/pip install -r tests/reference/requirements.txt
    /tmp/reference/bin/python tests/reference/make.py

Python 3.11, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, statsmodels 0.15.0, pandas 3.1.1.
Deterministic: the same versions write the same bytes.

Writes, next to itself:

* stats.json       values of distribution functions, quantiles, intervals, adjusted p-values and distances
* binary.csv, multiclass.csv, regression.csv
                   small logs; an empty outcome is missing and its row counts in no metric
* metrics.json     scikit-learn's metrics of those logs: all rows, and each UTC day
* curves.json      scikit-learn's ROC and precision-recall curves of binary.csv at every score
* hostile.json     small logs that are hard on metrics (one class, ties, zeros, 1e308, rows without a label), and
                   their metrics

An undefined value is null. At a threshold t the predicted label is 1 where score >= t; without one it
is the column `prediction`. Macro averages run over the labels that occur as outcome or prediction, with
zero_division=0; binary precision, recall and F1 that would divide by zero are null.
"""

import csv
import json
import math
import re
import warnings
from datetime import datetime, timedelta, timezone
from decimal import Decimal, getcontext
from pathlib import Path

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import optimize, special, stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics as sk
from sklearn.dummy import DummyClassifier, DummyRegressor
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

import make_multilabel as multilabel

HERE = Path(__file__).parent
START = datetime(2026, 3, 1, tzinfo=timezone.utc)
THRESHOLDS = [0.2, 0.5, 0.537, 0.8]
CLASSES = ["bird", "cat", "dog", "fish"]


def number(value):
    """A plain float, or None where it is not finite."""
    value = float(value)
    return value if math.isfinite(value) else None


def write_json(name, value, compact=False):
    text = json.dumps(value, indent=1, allow_nan=False, sort_keys=True)
    if compact:
        # A list of numbers on one line.
        text = re.sub(r"\[\s+([^\[\]{}\"]*?)\s+\]", lambda m: "[" + " ".join(m[1].split()) + "]", text)
    (HERE / name).write_text(text + "\n")


def write_csv(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


# ---------------------------------------------------------------- stats.json


def cases(function, grid):
    """[argument, …, value] for each point of the grid, as far as the value is finite."""
    rows = [[float(x) for x in point] + [number(function(*point))] for point in grid]
    return [row for row in rows if row[-1] is not None]


def product(*axes):
    return [tuple(p) for p in np.array(np.meshgrid(*axes, indexing="ij")).reshape(len(axes), -1).T]


def order_ranks(n, p):
    """Ranks (from 0) of a distribution-free 95 % interval of the p-quantile, by their definition."""
    cdf = stats.binom.cdf(np.arange(n), n, p)
    if cdf[0] > 0.025 or cdf[-1] < 0.975:
        return None
    return [int(np.flatnonzero(cdf <= 0.025)[-1]), int(np.flatnonzero(cdf >= 0.975)[0])]


def mean_interval(values):
    if np.ptp(values) == 0:
        return [float(values[0]), float(values[0])]
    low, high = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
    return [number(low), number(high)]


def psi(p, q):
    p, q = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    return number(((q - p) * np.log(q / p)).sum())


def decile_edges(values):
    """Inner edges by the deciles; a second one of a value lies right above it."""
    deciles = np.quantile(values, np.arange(1, 10) / 10)
    again = deciles == np.concatenate([[np.nan], deciles[:-1]])
    return np.unique(np.where(again, np.nextafter(deciles, np.inf), deciles))


def share(counts):
    return counts / counts.sum()


def distances():
    """Distances of samples of numbers, and of counts by category."""
    random = np.random.default_rng(2)
    normal = random.normal(0, 1, 500)
    numbers = {
        "shifted": (normal, random.normal(0.4, 1.2, 333)),
        "same distribution": (random.gamma(2, 1.5, 400), random.gamma(2, 1.5, 700)),
        "apart": (random.uniform(0, 1, 50), random.uniform(5, 6, 20)),
        "ties": (random.poisson(4, 300).astype(float), random.poisson(5, 400).astype(float)),
        "mostly zero": (np.where(random.random(400) < 0.95, 0.0, random.exponential(2, 400)), np.where(random.random(300) < 0.6, 0.0, random.exponential(3, 300))),
        "constant": (np.full(30, 7.0), np.array([7.0] * 20 + [8.0] * 5 + [6.5] * 5)),
        "equal": (normal[:100], normal[:100]),
        "one value": (np.array([1.5]), random.normal(2, 1, 40)),
        "wide": (10.0 ** random.uniform(-200, 200, 60), -(10.0 ** random.uniform(-200, 200, 60))),
    }
    categories = {
        "shifted": ([400, 300, 200, 100], [300, 250, 180, 270]),
        "new and lost": ([50, 0, 10, 40], [0, 30, 30, 40]),
        "near": ([100_000, 200_001, 50_000], [100_001, 200_000, 50_000]),
        "apart": ([5, 0], [0, 9]),
        "equal": ([1, 2, 3], [10, 20, 30]),
        "rare": ([1_000_000, 3], [2_000_000, 0]),
    }
    found = {"numbers": {}, "categories": {}}
    for name, (a, b) in numbers.items():
        edges = decile_edges(a)
        counts = [np.bincount(np.searchsorted(edges, v, side="right"), minlength=len(edges) + 1) for v in (a, b)]
        found["numbers"][name] = {
            "before": [float(x) for x in a],
            "after": [float(x) for x in b],
            "edges": [float(x) for x in edges],
            "counts": [c.tolist() for c in counts],
            "psi": psi(share(counts[0]), share(counts[1])),
            "jensen_shannon": number(jensenshannon(share(counts[0]), share(counts[1]), base=2)),
            "kolmogorov_smirnov": number(stats.ks_2samp(a, b, method="asymp").statistic),
            "wasserstein": number(stats.wasserstein_distance(a, b)),
        }
    for name, (a, b) in categories.items():
        p, q = share(np.array(a)), share(np.array(b))
        found["categories"][name] = {
            "before": a,
            "after": b,
            "psi": psi(p, q),
            "jensen_shannon": number(jensenshannon(p, q, base=2)),
        }
    return found


def stats_values():
    random = np.random.default_rng(1)
    zs = [-37.5, -8.0, -5.0, -1.959963984540054, -1.0, -1e-3, 0.0, 1e-9, 0.3, 1.0, 2.5, 6.0, 8.2]
    ps = [1e-300, 1e-20, 1e-9, 1e-4, 0.025, 0.1, 0.3, 0.5, 0.6, 0.9, 0.975, 0.9999, 1 - 1e-9]
    shapes = [0.01, 0.3, 0.5, 1.0, 2.5, 10.0, 15.9, 16.1, 77.0, 1234.5, 50000.0, 2e6]
    ratios = [0.01, 0.3, 0.9, 0.99, 1.0, 1.01, 1.1, 2.0, 7.0]
    gamma_grid = [(a, a * r) for a in shapes for r in ratios]
    dfs = [1.0, 2.0, 3.0, 4.5, 10.0, 29.0, 100.0, 999.0, 9999.0, 10001.0, 1e6]
    middle = [0.001, 0.025, 0.2, 0.5, 0.7, 0.975, 0.999]
    pairs = [(a, b) for a in [0.3, 1.0, 2.5, 20.0, 800.0, 30000.0] for b in [0.5, 1.0, 7.0, 500.0, 20000.0]]
    xs = [1e-6, 0.01, 0.2, 0.5, 0.73, 0.97, 0.9999]
    counts = [0, 1, 2, 3, 10, 57, 100, 1000, 12345, 99998, 99999, 100000, 1000000, 100000000]
    samples = {str(n): [float(x) for x in random.standard_t(3, n) * 100] for n in [1, 2, 5, 40]}
    many = [float(p) for p in np.round(random.uniform(size=25) ** 3, 4)] + [0.0, 1.0, 0.01, 0.01]
    proportions = [(k, n) for n in [1, 2, 7, 50, 999, 123456] for k in sorted({0, 1, n // 3, n // 2, n - 1, n})]
    z_cases = [(0.8, 0.02, 0.75, 0.015), (1.0, 0.5, 1.0, 0.1), (3.0, 0.1, 9.0, 0.2), (0.1, 0.0, 0.2, 0.1)]
    quantile_ps = [0.0, 0.01, 0.25, 0.5, 0.77, 0.95, 0.999, 1.0]
    return {
        "normal_cdf": cases(special.ndtr, product(zs)),
        "normal_sf": cases(lambda z: special.ndtr(-z), product(zs)),
        "normal_quantile": cases(special.ndtri, product(ps)),
        "gamma_p": cases(special.gammainc, gamma_grid),
        "gamma_q": cases(special.gammaincc, gamma_grid),
        "chi_square_cdf": cases(stats.chi2.cdf, product([0.1, 3.0, 30.0, 500.0], dfs)),
        "chi_square_sf": cases(stats.chi2.sf, product([0.1, 3.0, 30.0, 500.0], dfs)),
        "chi_square_quantile": cases(stats.chi2.ppf, product(middle, dfs + [199999.0, 200001.0, 2e8])),
        "beta_cdf": cases(lambda x, a, b: special.betainc(a, b, x), [(x, a, b) for a, b in pairs for x in xs]),
        "beta_quantile": cases(
            lambda p, a, b: special.betaincinv(a, b, p), [(p, a, b) for a, b in pairs for p in middle]
        ),
        "student_t_cdf": cases(stats.t.cdf, product([-40.0, -3.0, -1.0, -0.01, 0.0, 0.5, 2.0, 12.0], dfs)),
        "student_t_quantile": cases(stats.t.ppf, product(middle, dfs)),
        "binomial_cdf": cases(
            stats.binom.cdf,
            [(k, n, p) for n in [1, 10, 333, 100000] for k in sorted({0, 1, n // 10, n // 2, n}) for p in [0.001, 0.1, 0.5, 0.95]],
        ),
        "wilson": [[k, n, *map(number, proportion_confint(k, n, 0.05, "wilson"))] for k, n in proportions],
        "poisson": [
            [k, number(stats.chi2.ppf(0.025, 2 * k) / 2) if k else 0.0, number(stats.chi2.ppf(0.975, 2 * k + 2) / 2)]
            for k in counts
        ],
        "mean_t": [
            [float(np.mean(v)), float(np.var(v, ddof=1)), len(v), *mean_interval(v)]
            for v in samples.values()
            if len(v) > 1
        ],
        "logit": [
            [v, se, *map(number, special.expit(special.logit(v) + np.array([-1, 1]) * stats.norm.ppf(0.975) * se / (v * (1 - v))))]
            for v in [0.01, 0.5, 0.83, 0.999]
            for se in [0.0, 0.001, 0.05, 0.4]
        ],
        "quantile_ranks": [[n, p, order_ranks(n, p)] for n in [1, 5, 6, 20, 100, 363, 1000, 99999] for p in [0.01, 0.25, 0.5, 0.95, 0.99]],
        "f1": [
            [tp, fp, fn, *map(number, (lambda j: 2 * j / (1 + j))(np.array(proportion_confint(tp, tp + fp + fn, 0.05, "wilson"))))]
            for tp, fp, fn in [(0, 3, 4), (10, 0, 0), (50, 12, 31), (1, 1, 0), (9000, 100, 2000)]
        ],
        "multiple": {
            "p": many,
            "holm": [float(p) for p in multipletests(many, method="holm")[1]],
            "benjamini_hochberg": [float(p) for p in multipletests(many, method="fdr_bh")[1]],
        },
        "distance": distances(),
        "z_test": [[*c, float(2 * stats.norm.sf(abs(c[0] - c[2]) / math.hypot(c[1], c[3])))] for c in z_cases],
        "quantile": [
            {"values": sorted(v), "quantiles": [[p, float(np.quantile(v, p))] for p in quantile_ps]} for v in samples.values()
        ],
    }


# ------------------------------------------------------------------- the logs


def times(random, n, days=20):
    seconds = np.sort(random.integers(0, days * 86400, n))
    return [START + timedelta(seconds=int(s)) for s in seconds]


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def binary_log():
    random = np.random.default_rng(2)
    n = 700
    hidden = random.normal(size=n) - 0.6
    outcome = (random.uniform(size=n) < special.expit(2 * hidden)).astype(int)
    score = np.round(special.expit(2 * hidden + random.normal(size=n)), 3)
    score[[5, 77]], score[[9, 123]] = 0.0, 1.0
    # A label that does not follow from the score by any threshold.
    prediction = (score + random.normal(scale=0.05, size=n) >= 0.45).astype(int)
    known = random.uniform(size=n) >= 0.06
    return {"time": times(random, n), "score": score, "prediction": prediction, "outcome": outcome, "known": known}


def multiclass_log():
    random = np.random.default_rng(3)
    n = 800
    outcome = random.choice(4, size=n, p=[0.15, 0.35, 0.3, 0.2])
    logits = random.normal(size=(n, 4)) + 1.5 * np.eye(4)[outcome]
    # In units of 1e-4, so that every row sums to 1 as written.
    parts = np.floor(special.softmax(logits, axis=1) * 10000).astype(int)
    parts[:, 0] += 10000 - parts.sum(axis=1)
    prediction = np.argmax(parts, axis=1)
    swapped = random.uniform(size=n) < 0.05
    prediction[swapped] = random.choice(4, size=int(swapped.sum()))
    known = random.uniform(size=n) >= 0.03
    return {"time": times(random, n), "parts": parts, "prediction": prediction, "outcome": outcome, "known": known}


def regression_log():
    random = np.random.default_rng(4)
    n = 600
    outcome = 1e6 + 300 * random.standard_t(2.5, size=n)
    prediction = outcome + 40 * random.standard_t(2.5, size=n) + 3.5
    known = random.uniform(size=n) >= 0.03
    return {"time": times(random, n), "prediction": prediction, "outcome": outcome, "known": known}


def by_day(log, measure):
    """The measure of all rows with an outcome, and of each UTC day of them."""
    day = np.array([t.strftime("%Y-%m-%d") for t in log["time"]])
    known = log["known"]
    days = {d: measure(known & (day == d)) for d in sorted(set(day[known]))}
    return {"all": measure(known), "days": days}


# --------------------------------------------------------------- metrics.json


def wilson(k, n):
    return [number(x) for x in proportion_confint(k, n, 0.05, "wilson")] if n else None


def of_share(k, n):
    """Wilson's interval, as it is shown: of 10 rows or more."""
    return wilson(k, n) if n >= 10 else None


def auc_interval(outcome, score):
    """DeLong's variance on the logit scale, with what skewness and kurtosis of the losses do, by their definitions."""
    positive, negative = score[outcome == 1], score[outcome == 0]
    p, n = len(positive), len(negative)
    if min(p, n) < 30:
        return None
    below = (positive[:, None] < negative).astype(float) + 0.5 * (positive[:, None] == negative)
    loss = below.mean()
    extreme = 0.025 ** (1 / min(p, n))
    if loss == 0 or loss == 1:
        return [extreme, 1.0] if loss == 0 else [0.0, 1 - extreme]
    variance = third = of_variance = 0
    for losses in [below.mean(axis=1), below.mean(axis=0)]:
        m, v = len(losses), np.var(losses)
        # The skewness of a beta distribution of this mean and variance.
        skewness = 2 * (1 - 2 * loss) * math.sqrt(v) / (loss * (1 - loss) + v)
        sample = np.var(losses, ddof=1)
        variance += sample / m
        third += skewness * sample**1.5 / m**2
        kurtosis = np.mean((losses - losses.mean()) ** 4) / v**2 if v > 0 else 3
        of_variance += (sample / m) ** 2 * (min(max(kurtosis, 1.1), m) - 1) / (m - 1)
    q = stats.t.ppf(0.975, max(2 * variance**2 / of_variance, 2))
    se = math.sqrt(variance) / (loss * (1 - loss))
    skewness = min(max(third / variance**1.5, -1), 1)
    shift = skewness * (2 * q * q + 1) / 6 - (1 - 2 * loss) * se * q * q / 2
    middle = special.logit(1 - loss)
    return [special.expit(middle - se * (q + shift)), special.expit(middle + se * (q - shift))]


def skewness_of(values, weights=None):
    """The third central moment over the cube of the deviation; 0 where values hardly differ, at most the root of n."""
    mean = np.average(values, weights=weights)
    variance = np.average((values - mean) ** 2, weights=weights)
    if variance <= 1e-8 * mean**2:
        return 0.0
    return np.average((values - mean) ** 3, weights=weights) / variance**1.5


def hall_interval(values, skewness):
    return hall(values.mean(), np.var(values, ddof=1), skewness, len(values))


def hall(mean, variance, skewness, n):
    """Hall's cubic transformation of Student's statistic, solved for the mean by bisection."""
    skew = np.clip(skewness, -math.sqrt(n), math.sqrt(n)) / math.sqrt(n)
    effective = n * mean**2 / (mean**2 + variance * (n - 1) / n)
    quantile = stats.t.ppf(0.975, max(effective - 1, 1))
    scale = math.sqrt(variance / n)
    transformed = lambda t: t + skew * t**2 / 3 + skew**2 * t**3 / 27 + skew / 6
    ends = [optimize.brentq(lambda t: transformed(t) - q, -1e6, 1e6, xtol=1e-14, rtol=1e-14) for q in (quantile, -quantile)]
    return [mean - scale * ends[0], mean - scale * ends[1]]


def positive_interval(values, least=200):
    """Of a mean of values of at least 0, taken to be as skewed as three times their coefficient of variation."""
    if len(values) < least or values.mean() <= 0 or np.std(values) <= 1e-9 * values.mean():
        return None
    low, high = hall_interval(values, 3 * np.std(values, ddof=1) / values.mean())
    return [number(max(low, 0)), number(high)]


def signed_interval(values):
    return mean_interval(values) if len(values) >= 200 and np.ptp(values) > 0 else None


def bounded_interval(values, least=0.0, most=1.0):
    """Of a mean of values between two bounds, from the nearer one, with twice the skewness of a beta distribution."""
    n, share = len(values), (np.asarray(values) - least) / (most - least)
    if n < 200 or np.ptp(share) == 0:
        return None
    turned = share.mean() > 0.5
    mean, variance = (1 - share if turned else share).mean(), np.var(share, ddof=1)
    if n * mean**2 / (mean**2 + variance * (n - 1) / n) < 8:
        return None
    # Of the beta distribution whose mean and variance these are, a + b = mean (1 - mean) / variance - 1.
    skewness = 2 * (1 - 2 * mean) * math.sqrt(variance) / (mean * (1 - mean) + variance)
    ends = hall(mean, variance, 2 * skewness, n)
    ends = [1 - ends[1], 1 - ends[0]] if turned else ends
    return [number(max(least + (most - least) * ends[0], least)), number(min(least + (most - least) * ends[1], most))]


def cost_interval(shares, costs, n):
    """Of a linear function of multinomial shares, by MOVER with Wilson's intervals: a quadratic form for each side."""
    if n < 100:
        return None
    shares, costs = (np.asarray(x, dtype=float).ravel() for x in (shares, costs))
    costs_above = costs - costs[len(shares) - 1 - np.argmax(shares[::-1])]
    ends = np.array([wilson(round(s * n), n) for s in shares])
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = shares / (1 - shares)
    correlation = -np.sqrt(np.outer(odds, odds))
    correlation[~np.isfinite(correlation)] = 0
    np.fill_diagonal(correlation, 1)
    down, up = costs_above * (shares - ends[:, 0]), costs_above * (ends[:, 1] - shares)
    reach = [np.where(costs_above > 0, down, up), np.where(costs_above > 0, up, down)]
    low, high = (math.sqrt(max(side @ correlation @ side, 0)) for side in reach)
    value = shares @ costs
    return [number(value - low), number(value + high)]


def cost_of(outcome, prediction, costs):
    """Cost a row with its interval; `costs`: by true and predicted class, of cells that occur or cost something."""
    n, k = len(outcome), max(max(outcome), max(prediction)) + 1
    counts = sk.confusion_matrix(outcome, prediction, labels=range(k))
    matrix = np.zeros((k, k))
    for place, cost in costs.items():
        matrix[place] = cost
    some = (counts > 0) | (matrix != 0)
    return {"value": number((counts * matrix).sum() / n), "interval": cost_interval(counts[some] / n, matrix[some], n)}


def losses_interval(losses, skewness, most, least):
    """On the logarithmic scale, with the quantile of Cornish and Fisher for the logarithm of a skewed mean."""
    n, mean = len(losses), losses.mean()
    if n < least or np.ptp(losses) == 0:
        return None
    skew = np.clip(skewness, -math.sqrt(n), math.sqrt(n)) / math.sqrt(n)
    relative = np.std(losses, ddof=1) / mean / math.sqrt(n)
    ends = []
    for q in (stats.t.ppf(0.975, n - 1), stats.t.ppf(0.025, n - 1)):
        ends.append(mean * math.exp(-relative * (q - skew * (2 * q * q + 1) / 6 + relative * q * q / 2)))
    return [number(ends[0]), number(min(ends[1], most))]


def binned_skewness(outcome, score, losses, loss):
    """Of losses, from the middles of a hundred bins; where the right class has next to none, from the squares left over."""
    edges = np.arange(101) / 100
    bins = np.minimum(np.searchsorted(edges, score, "right") - 1, 99)
    middle = (edges[bins] + edges[bins + 1]) / 2
    each = loss(np.where(outcome == 1, middle, 1 - middle))
    surest = np.where(outcome == 1, bins == 0, bins == 99)
    left = (losses**2).sum() - (each[~surest] ** 2).sum()
    kept = each[~surest]
    if surest.any() and left > 0:
        kept = np.concatenate([kept, np.full(surest.sum(), math.sqrt(left / surest.sum()))])
    mean, square, cube = ((kept**k).sum() / len(losses) for k in (1, 2, 3))
    variance = square - mean**2
    if variance <= 1e-8 * mean**2:
        return 0.0
    return (cube - 3 * mean * variance - mean**3) / variance**1.5


def delong_variance(outcome, score):
    """DeLong's variance by its definition: placement values from every pair, O(P N)."""
    positive, negative = score[outcome == 1], score[outcome == 0]
    if len(positive) < 2 or len(negative) < 2:
        return None
    above = (positive[:, None] > negative).astype(float) + 0.5 * (positive[:, None] == negative)
    v10, v01 = above.mean(axis=1), above.mean(axis=0)
    return number(np.var(v10, ddof=1) / len(positive) + np.var(v01, ddof=1) / len(negative))


def wilson_of_share(share, n):
    """Wilson's interval of a share that need not be a whole number of rows."""
    z = stats.norm.ppf(0.975)
    middle, half = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return [number(max((middle - half) / (1 + z * z / n), 0)), number(min((middle + half) / (1 + z * z / n), 1))]


def holding(values, intervals):
    """Intervals about another middle than the value, as far as they have to go to hold it."""
    for name, ends in intervals.items():
        if ends and ends[0] is not None and values.get(name) is not None:
            intervals[name] = [min(ends[0], values[name]), max(ends[1], values[name])]
    return intervals


def delta(function, counts, scale, rows=None, more=0.0):
    """The interval of a function of multinomial counts: its derivatives by complex steps, on a scale."""
    counts = np.asarray(counts, dtype=float) + more
    value = float(np.real(function(counts.astype(complex))))
    variance = 0.0
    for at in zip(*np.nonzero(counts)):
        step = counts.astype(complex)
        step[at] += 1e-30j
        variance += counts[at] * (np.imag(function(step)) / 1e-30) ** 2
    return on_scale(value, math.sqrt(variance), scale, rows or counts.sum())


def spread(function, counts, scale, enough):
    """The same with one row more over all cells of the classes that occur, and Student's quantile by Satterthwaite."""
    if not enough:
        return None
    counts = np.asarray(counts, dtype=float)
    there = counts.sum(axis=0) + counts.sum(axis=1) > 0
    counts = counts[np.ix_(there, there)]
    counts = counts + 1 / counts.size
    value = float(np.real(function(counts.astype(complex))))
    moved = np.zeros_like(counts)
    for at in np.ndindex(*counts.shape):
        step = counts.astype(complex)
        step[at] += 1e-30j
        moved[at] = np.imag(function(step)) / 1e-30
    variance, fourth, n = (counts * moved**2).sum(), (counts * moved**4).sum(), counts.sum()
    kurtosis = fourth * n / variance**2
    wider = stats.t.ppf(0.975, max(2 * n / max(kurtosis - 1, 0.1), 2)) / stats.norm.ppf(0.975)
    return on_scale(value, math.sqrt(variance) * wider, scale, n)


def on_scale(value, se, scale, n):
    z = stats.norm.ppf(0.975)
    ends = np.array([-1, 1])
    if scale == "logit":
        if value <= 1e-15 or value >= 1 - 1e-15:
            return wilson(n if value > 0.5 else 0, n)
        return [number(x) for x in special.expit(special.logit(value) + ends * z * se / (value * (1 - value)))]
    if abs(value) >= 1 - 1e-15:
        return None
    return [number(x) for x in np.tanh(np.arctanh(value) + ends * z * se / (1 - value**2))]


def parts(c):
    """Right rows, true rows and predicted rows of each class that occurs."""
    a, b, right = c.sum(axis=1), c.sum(axis=0), np.diag(c)
    there = np.real(a + b) > 0
    return a[there], b[there], right[there]


def f_beta_of(beta):
    def macro(c):
        a, b, right = parts(c)
        return ((1 + beta**2) * right / (beta**2 * a + b)).mean()

    return macro


def specificity_of(c):
    a, b, right = parts(c)
    return ((c.sum() - a - b + right) / (c.sum() - a)).mean()


def jaccard_of(c):
    a, b, right = parts(c)
    return (right / (a + b - right)).mean()


def weighted_of(one):
    def mean(c):
        a, b, right = parts(c)
        return (a * one(a, b, right)).sum() / c.sum()

    return mean


def kappa_of(c):
    n, chance = c.sum(), (c.sum(axis=0) * c.sum(axis=1)).sum()
    return (n * np.trace(c) - chance) / (n * n - chance)


def mcc_of(c):
    n, a, b = c.sum(), c.sum(axis=1), c.sum(axis=0)
    return (n * np.trace(c) - (a * b).sum()) / np.sqrt((n * n - (a * a).sum()) * (n * n - (b * b).sum()))


def each_class(outcome, label, k, scores=None):
    """Each class: rows, and with their intervals what its labels tell, and its scores (a column each) where there are some."""
    found = []
    options = {"labels": range(k), "zero_division": np.nan}
    for i, (p, r, f, n) in enumerate(zip(*sk.precision_recall_fscore_support(outcome, label, **options))):
        own, called = outcome == i, label == i
        hits, n = int((own & called).sum()), int(n)
        jaccard = of_share(hits, n + called.sum() - hits)
        f1 = [2 * j / (1 + j) for j in jaccard] if jaccard else None
        found.append({
            "rows": n,
            "precision": [number(p), *(of_share(hits, called.sum()) or [])],
            "recall": [number(r), *(of_share(hits, n) or [])],
            "f1": [number(f), *(f1 or [])],
            "specificity": of_rest(sk.recall_score(own, called, pos_label=False, zero_division=np.nan), own),
            "negative_predictive_value": of_rest(sk.precision_score(own, called, pos_label=False, zero_division=np.nan), called),
        } | of_scores(own.astype(int), None if scores is None else scores[:, i]))
    return found


def of_rest(value, but):
    """A share of the rows outside, with Wilson's interval of 150 rows or more."""
    n = int((~but).sum())
    return [number(value), *(wilson(round(value * n), n) if n >= 150 else [])]


def of_scores(own, score):
    """ROC AUC and average precision of a class against the rest."""
    if score is None or own.sum() == 0:
        return {"roc_auc": [None], "average_precision": [None]}
    values, intervals = curves(own, score)
    auc = [number(sk.roc_auc_score(own, score)), *(auc_interval(own, score) or [])] if own.min() == 0 else [None]
    return {"roc_auc": auc, "average_precision": [values["average_precision"], *(intervals["average_precision"] or [])]}


def dummies(a, n):
    """What Wilson's interval of the share of one class becomes under the score of a dummy, by trying many shares."""
    if n < 10:
        return {}
    f1 = lambda s: 2 * s / (1 + s)
    if len(a) != 2:
        low, high = wilson(int(a.max()), n)
        return {"dummy_f1": [f1(low) / np.count_nonzero(a), f1(high) / np.count_nonzero(a)]}
    low, high = wilson(int(a[1]), n)
    shares = np.append(np.linspace(low, high, 1001), 0.5 if low < 0.5 < high else low)
    over = lambda of: [number(min(of(low), of(high))), number(of(shares).max())]
    return {
        "dummy_log_loss": over(lambda s: special.entr(s) + special.entr(1 - s)),
        "dummy_brier_score": over(lambda s: s * (1 - s)),
        "dummy_f1": over(f1),
    }


def agreement(outcome, label, c):
    """Metrics of labels for two classes or more; correlation needs two classes on either side."""
    c = np.asarray(c)
    n, a, b = int(c.sum()), c.sum(axis=1), c.sum(axis=0)
    correlates = np.count_nonzero(a) > 1 and np.count_nonzero(b) > 1
    agrees = n * n != int((a * b).sum())
    values = {
        "matthews_corrcoef": number(sk.matthews_corrcoef(outcome, label)) if correlates else None,
        "cohen_kappa": number(sk.cohen_kappa_score(outcome, label)) if agrees else None,
        "dummy_accuracy": number(DummyClassifier(strategy="most_frequent").fit(outcome, outcome).score(outcome, outcome)),
        "dummy_log_loss": None,
        "dummy_brier_score": None,
        "dummy_f1": None,
    }
    two_classes = len(c) == 2
    prior = DummyClassifier(strategy="prior").fit(outcome, outcome)
    chances = prior.predict_proba(outcome)
    there = prior.classes_
    # scikit-learn wants two classes; of one the loss is none.
    several = len(there) > 1
    values["dummy_log_loss"] = number(sk.log_loss(outcome, chances, labels=there)) if several else 0.0
    if two_classes:
        values["dummy_brier_score"] = number(sk.brier_score_loss(outcome, chances[:, 1], pos_label=1)) if several else 0.0
        always = DummyClassifier(strategy="constant", constant=1).fit([0, 1], [0, 1]).predict(outcome)
        values["dummy_f1"] = number(sk.f1_score(outcome, always, zero_division=0))
    else:
        truth = (np.asarray(outcome)[:, None] == there).astype(float)
        values["dummy_brier_score"] = number(((chances - truth) ** 2).sum(axis=1).mean())
        most = DummyClassifier(strategy="most_frequent").fit(outcome, outcome).predict(outcome)
        values["dummy_f1"] = number(sk.f1_score(outcome, most, average="macro", zero_division=0))
    # Of two classes with half a row more in each cell, and no interval where a class has few rows.
    two = len(c) == 2
    shown = not two or min(*a, *b) >= 20
    more = 0.5 if two else 0.0
    return values, holding(values, {
        "matthews_corrcoef": delta(mcc_of, c, "fisher", more=more) if correlates and shown else None,
        "cohen_kappa": delta(kappa_of, c, "fisher", more=more) if agrees and shown else None,
        "dummy_accuracy": wilson(int(a.max()), n) if n >= 1000 else None,
        **dummies(a, n),
    })


def f_beta_interval(beta, tp, fp, fn):
    """MOVER on the logit scale: of F-beta as a function of Jaccard and of the share of misses among what is wrong."""

    def scaled(jaccard, missed):
        right, wrong = (1 + beta**2) * jaccard, (beta**2 * missed + 1 - missed) * (1 - jaccard)
        return special.logit(np.clip(right / (right + wrong), 1e-12, 1 - 1e-12))

    n, wrong = tp + fp + fn, fp + fn
    jaccard, missed = (tp + 0.5) / (n + 1), (fn + 0.5) / (wrong + 1)
    middle = scaled(jaccard, missed)
    low, high = wilson(tp, n)
    low, high = scaled(min(low, jaccard), missed) - middle, scaled(max(high, jaccard), missed) - middle
    sides = [scaled(jaccard, x) - middle for x in (wilson(fn, wrong) or [0, 1])]
    ends = [middle - math.hypot(low, min(sides)), middle + math.hypot(high, max(sides))]
    return [number(x) for x in special.expit(ends)]


def binary_labels(outcome, label, threshold=None, score=None):
    tn, fp, fn, tp = (int(c) for c in sk.confusion_matrix(outcome, label, labels=[0, 1]).ravel())
    some = tp + fp + fn > 0
    values, intervals = agreement(outcome, label, [[tn, fp], [fn, tp]])
    for name, beta in [("f0_5", 0.5), ("f2", 2)]:
        values[name] = number(sk.fbeta_score(outcome, label, beta=beta, zero_division=np.nan))
        intervals[name] = f_beta_interval(beta, tp, fp, fn) if tp + fp + fn >= 10 else None
    holding(values, intervals)
    values["net_benefit"] = None
    if threshold is not None:
        gains = np.select([label * outcome == 1, label == 1], [1.0, -threshold / (1 - threshold)], 0.0)
        values["net_benefit"] = number(gains.mean())
        odds = threshold / (1 - threshold)
        benefit = cost_interval(np.array([tn, fp, fn, tp]) / len(gains), [0, -odds, 0, 1], len(gains))
        intervals["net_benefit"] = benefit and [benefit[0], min(benefit[1], 1)]
    return values | {
        "n": len(outcome),
        "confusion": {"tn": tn, "fp": fp, "fn": fn, "tp": tp},
        "accuracy": number(sk.accuracy_score(outcome, label)),
        "balanced_accuracy": number(sk.balanced_accuracy_score(outcome, label)),
        "precision": number(sk.precision_score(outcome, label, zero_division=np.nan)),
        "recall": number(sk.recall_score(outcome, label, zero_division=np.nan)),
        "specificity": number(sk.recall_score(outcome, label, pos_label=0, zero_division=np.nan)),
        "negative_predictive_value": number(sk.precision_score(outcome, label, pos_label=0, zero_division=np.nan)),
        "f1": number(sk.f1_score(outcome, label, zero_division=np.nan)),
        "jaccard": number(sk.jaccard_score(outcome, label)) if some else None,
        "classes": each_class(outcome, label, 2, None if score is None else np.column_stack([-score, score])),
        "intervals": intervals
        | {
            "accuracy": of_share(tp + tn, len(outcome)),
            "precision": of_share(tp, tp + fp),
            "recall": of_share(tp, tp + fn),
            "specificity": wilson(tn, tn + fp) if tn + fp >= 150 else None,
            "negative_predictive_value": wilson(tn, tn + fn) if tn + fn >= 150 else None,
            "jaccard": of_share(tp, tp + fp + fn),
        },
    }


def tenth(score):
    return np.minimum(np.floor(score * 10).astype(int), 9)


def calibration(outcome, score):
    """[rows, mean score, share of positive rows] of each tenth."""
    bins = zip(*(np.bincount(tenth(score), weights, 10) for weights in (None, score, outcome)))
    return [[int(n), number(p / n) if n else None, number(y / n) if n else None] for n, p, y in bins]


def whole_curves(outcome, score):
    """scikit-learn's curves: lists of equal length, thresholds falling (ROC, the first one infinite) and rising."""
    fpr, tpr, falling = sk.roc_curve(outcome, score, drop_intermediate=False)
    precision, recall, rising = sk.precision_recall_curve(outcome, score)
    lists = lambda **columns: {name: [number(x) for x in column] for name, column in columns.items()}
    return {
        "roc": lists(fpr=fpr, tpr=tpr, thresholds=falling),
        "precision_recall": lists(precision=precision, recall=recall, thresholds=rising),
    }


def average_precision_se(outcome, score):
    """From how average precision changes with the weight of each row, row by row."""
    above = (score[None, :] >= score[:, None]).astype(float)
    t, f = above @ outcome, above @ (1 - outcome)
    p = outcome.sum()
    value = ((t / (t + f)) * outcome).sum() / p
    moved = np.where(outcome == 1, (t / (t + f) - value) / p, 0.0)
    by_positive, by_negative = f / (t + f) ** 2, -t / (t + f) ** 2
    for i in np.flatnonzero(outcome):
        moved += above[i] * np.where(outcome == 1, by_positive[i], by_negative[i]) / p
    return math.sqrt((moved**2).sum())


def average_precision_excess(outcome, score):
    """How much a positive row moves its own precision by being one of those that score as high, on average."""
    found = []
    for s in score[outcome == 1]:
        t, f = np.sum(score[outcome == 1] >= s), np.sum(score[outcome == 0] >= s)
        found.append(f / (t + f) ** 2)
    return np.mean(found)


def partial_se(outcome, score, q=0.1):
    """Of the area up to a false-positive rate, from the placement of each row on the ROC curve."""
    positive, negative = score[outcome == 1], score[outcome == 0]
    if len(positive) < 2 or len(negative) < 2:
        return None
    fpr, tpr, _ = sk.roc_curve(outcome, score, drop_intermediate=False)
    higher = lambda s: (np.sum(negative > s), np.sum(negative >= s))
    border = np.interp(q, fpr[: np.searchsorted(fpr, q, "right") + 1], tpr[: np.searchsorted(fpr, q, "right") + 1])

    def covered(s):
        f0, f1 = (k / len(negative) for k in higher(s))
        if f1 <= q:
            return q - (f0 + f1) / 2
        return (q - f0) ** 2 / (2 * (f1 - f0)) if f0 < q else 0.0

    def carried(s):
        f0, f1 = (k / len(negative) for k in higher(s))
        t0, t1 = np.mean(positive > s), np.mean(positive >= s)
        if f0 >= q:
            return 0.0
        end = min(f1, q)
        t_end = t0 + (t1 - t0) * (end - f0) / (f1 - f0)
        return ((t0 + t_end) / 2 - border) * (end - f0) / (f1 - f0)

    spread = lambda values: np.var(values, ddof=1) / len(values)
    return math.sqrt(spread([covered(s) for s in positive]) + spread([carried(s) for s in negative]))


def top_hits(outcome, score, share="0.1"):
    """Positive rows among the share of them, a decimal, that scores highest, averaged over every order of ties."""
    k = math.ceil(Decimal(share) * len(score))
    border = np.sort(score)[::-1][k - 1]
    above, tied = score > border, score == border
    return outcome[above].sum() + (k - above.sum()) * outcome[tied].mean(), k


def gain_rows(outcome, score, share="0.1"):
    """As many positive rows as make the variance of a share what the influence of each row on the gain tells."""
    p, n = outcome.sum(), len(outcome)
    hits, k = top_hits(outcome, score, share)
    # Ranks from the top, those of a bin of a hundredth being alike.
    edges = np.arange(101) / 100
    bins = np.minimum(np.searchsorted(edges, score, "right") - 1, 99)
    near = [0.0, 0.0]
    for b in np.unique(bins):
        above, here = (bins > b).sum(), (bins == b).sum()
        inside = max(min(1.5 * k, above + here) - max(k / 2, above), 0)
        near = [near[0] + inside * outcome[bins == b].mean(), near[1] + inside]
    steep = (near[0] + 0.5) / (near[1] + 1) / (p / n)
    gain = min((hits + 0.5) / (k + 1) * k / p, (hits + 0.5) / (p + 1))
    share, rate = k / n, p / n
    # A row moves the gain by what it is, and the border by whether it lies above it.
    moved = lambda positive, above: positive * (above - gain) / rate - steep * (above - share)
    weight = {(1, 1): rate * gain, (1, 0): rate * (1 - gain)}
    weight |= {(0, 1): max(share - rate * gain, 0), (0, 0): max(1 - share - rate * (1 - gain), 0)}
    variance = sum(w * moved(*which) ** 2 for which, w in weight.items())
    return max(gain * (1 - gain) * n / variance, 1)


def curves(outcome, score):
    """Metrics over all thresholds, and their intervals."""
    p, n = int(outcome.sum()), len(outcome)
    both = 0 < p < n
    names = ["average_precision", "pr_auc", "partial_roc_auc", "kolmogorov_smirnov", "gain_at_10_percent", "lift_at_10_percent"]
    if p == 0:
        return dict.fromkeys(names), {}
    precision, recall, _ = sk.precision_recall_curve(outcome, score)
    hits, k = top_hits(outcome, score)
    scale = n / k
    values = {
        "average_precision": number(sk.average_precision_score(outcome, score)),
        "pr_auc": number(sk.auc(recall, precision)),
        "partial_roc_auc": number(sk.roc_auc_score(outcome, score, max_fpr=0.1)) if both else None,
        "kolmogorov_smirnov": number(stats.ks_2samp(score[outcome == 1], score[outcome == 0]).statistic) if both else None,
        "gain_at_10_percent": number(hits / p),
        "lift_at_10_percent": number(hits / p * scale),
    }
    intervals = {"gain_at_10_percent": None, "lift_at_10_percent": None}
    if min(p, n - p) >= 60:
        gain = wilson_of_share(hits / p, gain_rows(outcome, score))
        intervals = {"gain_at_10_percent": gain, "lift_at_10_percent": [gain[0] * scale, gain[1] * scale]}
    se = average_precision_se(outcome, score)
    intervals["pr_auc"] = intervals["average_precision"] = None
    value = values["average_precision"]
    if min(p, n - p) >= 30 and value >= 1:
        intervals["average_precision"] = wilson(p, p)
    elif min(p, n - p) >= 30:
        wider = stats.t.ppf(0.975, (p - 1) / 4) / stats.norm.ppf(0.975)
        centre = max(value - average_precision_excess(outcome, score), value / 4)
        low, high = on_scale(centre, se * wider, "logit", p)
        intervals["average_precision"] = [low, max(high, value)]
    se, q = partial_se(outcome, score), 0.1
    if both:
        share = ((2 * values["partial_roc_auc"] - 1) * (q - q * q / 2) + q * q / 2) / q
        intervals["partial_roc_auc"] = None
        if p >= 50 and n - p >= 300 and 1e-12 < share < 1 - 1e-12:
            ends = np.array(on_scale(share, se / q, "logit", n)) * q
            intervals["partial_roc_auc"] = [number(x) for x in (1 + (ends - q * q / 2) / (q - q * q / 2)) / 2]
    return values, intervals


def base_rate_interval(k, n):
    """What Wilson's interval of a share becomes under share (1 - share), by trying many shares."""
    if n < 1000:
        return None
    low, high = wilson(k, n)
    ends = [low * (1 - low), high * (1 - high)]
    return [min(ends), 0.25 if low < 0.5 < high else max(ends)]


def binary_scores(outcome, score):
    both = 0 < outcome.sum() < len(outcome)
    clipped = np.clip(score, np.finfo(float).eps, 1 - np.finfo(float).eps)
    losses = -np.log(np.where(outcome == 1, clipped, 1 - clipped))
    n, s, h = (np.bincount(tenth(score), w, 10) for w in (np.ones(len(score)), score, outcome))
    filled = n > 0
    n, s, h = n[filled], s[filled], h[filled]
    defined = both and len(outcome) > 1
    over_all, intervals = curves(outcome, score)
    mass = np.searchsorted(np.quantile(score, np.arange(1, 10) / 10), score)
    intervals |= {"brier_uncertainty": base_rate_interval(int(outcome.sum()), len(outcome))}
    intervals |= {"roc_auc": auc_interval(outcome, score), "log_loss": None, "brier_score": None}
    if min(outcome.sum(), (1 - outcome).sum()) >= 10:
        squares = (score - outcome) ** 2
        skewness = binned_skewness(outcome, score, losses, lambda p: -np.log(p)), binned_skewness(outcome, score, squares, lambda p: (1 - p) ** 2)
        intervals |= {"log_loss": losses_interval(losses, skewness[0], math.inf, 200), "brier_score": losses_interval(squares, skewness[1], 1, 50)}
    return over_all | {
        "roc_auc": number(sk.roc_auc_score(outcome, score)) if both else None,
        "delong_variance": delong_variance(outcome, score),
        "log_loss": number(sk.log_loss(outcome, score, labels=[0, 1])),
        "brier_score": number(sk.brier_score_loss(outcome, score, pos_label=1)),
        "d2_log_loss": number(sk.d2_log_loss_score(outcome, score, labels=[0, 1])) if defined else None,
        "d2_brier_score": number(sk.d2_brier_score(outcome, score, pos_label=1)) if defined else None,
        "expected_calibration_error": number(abs(np.bincount(tenth(score), score - outcome)).sum() / len(score)),
        "expected_calibration_error_equal_mass": number(abs(np.bincount(mass, score - outcome)).sum() / len(score)),
        "brier_reliability": number(((s - h) ** 2 / n).sum() / len(score)),
        "brier_resolution": number((n * (h / n - outcome.mean()) ** 2).sum() / len(score)),
        "brier_uncertainty": number(np.var(outcome)),
        "intervals": intervals,
    }


def multiclass_labels(outcome, prediction, names, probability=None):
    """Metrics of labels; classes are numbered in the order of the names."""
    c = sk.confusion_matrix(outcome, prediction, labels=range(len(names)))
    n, right = len(outcome), int(np.trace(c))
    values, intervals = agreement(outcome, prediction, c)
    macro = {"average": "macro", "zero_division": 0}
    for average in ["micro", "weighted"]:
        how = {"average": average, "zero_division": 0}
        values |= {
            f"precision_{average}": number(sk.precision_score(outcome, prediction, **how)),
            f"recall_{average}": number(sk.recall_score(outcome, prediction, **how)),
            f"f1_{average}": number(sk.f1_score(outcome, prediction, **how)),
        }
    for name in ["accuracy", "precision_micro", "recall_micro", "f1_micro", "recall_weighted"]:
        intervals[name] = of_share(right, n)
    precision = lambda a, b, right: np.where(np.real(b) > 0, right / np.where(np.real(b) > 0, b, 1), 0)
    recall = lambda a, b, right: np.where(np.real(a) > 0, right / np.where(np.real(a) > 0, a, 1), 0)
    mean = lambda one: lambda c: one(*parts(c)).mean()
    a, b = c.sum(axis=1), c.sum(axis=0)
    there = a + b > 0
    both, own = min(a[there].min(), b[there].min()) >= 10, a[there].min() >= 10
    average = lambda function, enough: spread(function, c, "logit", enough)
    recalls = lambda c: recall(*parts(c))[a[there] > 0].mean()
    intervals |= {
        "precision": average(mean(precision), both),
        "recall": average(mean(recall), own),
        "specificity": average(specificity_of, own) if a.max() < n else None,
        "balanced_accuracy": average(recalls, a[a > 0].min() >= 10),
        "f1": average(f_beta_of(1), both),
        "f0_5": average(f_beta_of(0.5), both),
        "f2": average(f_beta_of(2), both),
        "jaccard": average(jaccard_of, both),
        "precision_weighted": average(weighted_of(precision), n >= 200),
        "f1_weighted": average(weighted_of(lambda a, b, right: 2 * right / (a + b)), n >= 200),
        "matthews_corrcoef": spread(mcc_of, c, "fisher", n >= 100 and values["matthews_corrcoef"] is not None),
        "cohen_kappa": spread(kappa_of, c, "fisher", n >= 100 and values["cohen_kappa"] is not None),
    }
    values |= {
        "n": n,
        "confusion": c.tolist(),
        "accuracy": number(sk.accuracy_score(outcome, prediction)),
        "balanced_accuracy": number(sk.balanced_accuracy_score(outcome, prediction)),
        "specificity": number(np.mean([sk.recall_score(outcome != k, prediction != k) for k in np.flatnonzero(there)])) if a.max() < n else None,
        "precision": number(sk.precision_score(outcome, prediction, **macro)),
        "recall": number(sk.recall_score(outcome, prediction, **macro)),
        "f1": number(sk.f1_score(outcome, prediction, **macro)),
        "f0_5": number(sk.fbeta_score(outcome, prediction, beta=0.5, **macro)),
        "f2": number(sk.fbeta_score(outcome, prediction, beta=2, **macro)),
        "jaccard": number(sk.jaccard_score(outcome, prediction, **macro)),
        "classes": each_class(outcome, prediction, len(names), probability),
    }
    return values | {"intervals": holding(values, intervals)}


def several_se(outcome, probability):
    """Standard errors of both mean AUCs: of each row the mean change of every AUC that it takes part in."""
    n, k = probability.shape
    above = lambda a, b: (a[:, None] > b) + 0.5 * (a[:, None] == b)
    ovr, ovo = np.zeros(n), np.zeros(n)
    for c in range(k):
        s, own = probability[:, c], outcome == c
        for other, moved, pairs in [(~own, ovr, k)] + [(outcome == j, ovo, k * (k - 1)) for j in range(k) if j != c]:
            wins = above(s[own], s[other])
            moved[own] += (wins.mean(axis=1) - wins.mean()) / own.mean() / pairs
            moved[other] += (wins.mean(axis=0) - wins.mean()) / other.mean() / pairs
    return [math.sqrt((moved**2).sum()) / n * wider(moved) for moved in (ovr, ovo)]


def weighted_se(outcome, probability):
    """The same of the mean by the shares of classes, row by row as scikit-learn's value changes with its weight."""
    n, k = probability.shape
    above = lambda a, b: (a[:, None] > b) + 0.5 * (a[:, None] == b)
    moved, whole = np.zeros(n), 0
    for c in range(k):
        s, own = probability[:, c], outcome == c
        wins = above(s[own], s[~own])
        area, share = wins.mean(), own.mean()
        whole += share * area
        moved[own] += wins.mean(axis=1) - area + area
        moved[~own] += share * (wins.mean(axis=0) - area) / (1 - share)
    moved -= whole
    return math.sqrt((moved**2).sum()) / n * wider(moved)


def macro_precision_interval(outcome, probability):
    """Of the mean average precision, from how each one changes with the weight of each row."""
    n, k = probability.shape
    moved, value, excess = np.zeros(n), 0, 0
    for c in range(k):
        s, own = probability[:, c], (outcome == c).astype(int)
        above = (s[None, :] >= s[:, None]).astype(float)
        t, f, p = above @ own, above @ (1 - own), own.sum()
        one = ((t / (t + f)) * own).sum() / p
        by = np.where(own == 1, (t / (t + f) - one) / p, 0.0)
        by_positive, by_negative = f / (t + f) ** 2, -t / (t + f) ** 2
        for i in np.flatnonzero(own):
            by += above[i] * np.where(own == 1, by_positive[i], by_negative[i]) / p
        moved, value, excess = moved + by * n / k, value + one / k, excess + average_precision_excess(own, s) / k
    se = math.sqrt((moved**2).sum()) / n * wider(moved, 0.5)
    low, high = on_scale(max(value - excess, value / 4), se, "logit", 0)
    return [low, max(high, value)]


def wider(moved, part=1):
    """What makes a normal quantile Student's, for the kurtosis of what rows change."""
    kurtosis = (moved**4).mean() / (moved**2).mean() ** 2
    freedom = max(part * 2 * len(moved) / max(kurtosis - 1, 0.1), 2)
    return stats.t.ppf(0.975, freedom) / stats.norm.ppf(0.975)


def multiclass_scores(outcome, probability, names):
    k, names = len(names), np.array(names)
    every = len(set(outcome)) == k
    truth = np.eye(k)[outcome]
    losses = -np.log(np.clip(probability, np.finfo(float).eps, 1 - np.finfo(float).eps)[np.arange(len(outcome)), outcome])
    squares = ((probability - truth) ** 2).sum(axis=1)
    given = {"labels": list(names)}
    brier = sk.brier_score_loss(names[outcome], probability, scale_by_half=False, **given)
    assert math.isclose(brier, squares.mean(), rel_tol=1e-12)
    several = len(set(outcome)) > 1
    gamma = lambda values: 2 * np.std(values, ddof=1) / values.mean()
    intervals = {"log_loss": None, "brier_score": None}
    if len(outcome) >= 50:
        intervals = {"log_loss": losses_interval(losses, gamma(losses), math.inf, 200), "brier_score": losses_interval(squares, gamma(squares), 2, 50)}
    top = {f"top_{j}_accuracy": sk.top_k_accuracy_score(outcome, probability, k=j, labels=range(k)) for j in (2, 3, 5) if j < k}
    for name, share in top.items():
        intervals[name] = wilson(round(share * len(outcome)), len(outcome)) if len(outcome) >= 150 else None
    if every:
        enough = np.bincount(outcome).min() >= 30
        for name, how, se in zip(["roc_auc", "roc_auc_ovo"], ["ovr", "ovo"], several_se(outcome, probability)):
            auc = sk.roc_auc_score(outcome, probability, multi_class=how)
            intervals[name] = on_scale(auc, se, "logit", 0) if enough and auc < 1 else None
        weighted = sk.roc_auc_score(outcome, probability, multi_class="ovr", average="weighted")
        precision = sk.average_precision_score(truth, probability, average="macro")
        intervals["roc_auc_weighted"] = on_scale(weighted, weighted_se(outcome, probability), "logit", 0) if enough and weighted < 1 else None
        intervals["average_precision"] = macro_precision_interval(outcome, probability) if enough and precision < 1 else None
    most = probability.max(axis=1)
    off = most - (probability.argmax(axis=1) == outcome)
    return top | {
        "roc_auc_ovo": number(sk.roc_auc_score(outcome, probability, multi_class="ovo", average="macro")) if every else None,
        "roc_auc_weighted": number(weighted) if every else None,
        "average_precision": number(precision) if every else None,
        "expected_calibration_error": number(abs(np.bincount(tenth(most), off)).sum() / len(most)),
        "roc_auc": number(sk.roc_auc_score(outcome, probability, multi_class="ovr", average="macro")) if every else None,
        "log_loss": number(sk.log_loss(names[outcome], probability, **given)),
        "brier_score": number(brier),
        "d2_log_loss": number(sk.d2_log_loss_score(names[outcome], probability, **given)) if several else None,
        "d2_brier_score": number(sk.d2_brier_score(names[outcome], probability, **given)) if several else None,
        "intervals": intervals,
    }


def both_of(labels, scores):
    return labels | scores | {"intervals": labels["intervals"] | scores["intervals"]}


POWERS = {"poisson": 1, "gamma": 2, "tweedie": 1.5}


def deviances(outcome, prediction, kind):
    """Of each row, in 60 digits: scikit-learn's formula cancels where both are near each other."""
    rows = []
    for y, p in zip(map(Decimal, outcome), map(Decimal, prediction)):
        if kind == "poisson":
            rows.append(2 * ((y * (y / p).ln() if y > 0 else 0) - y + p))
        elif kind == "gamma":
            rows.append(2 * ((p / y).ln() + y / p - 1))
        else:
            rows.append(4 * (y / p.sqrt() - 2 * y.sqrt() + p.sqrt()))
    return rows


def of_deviance(outcome, prediction, kind):
    """Mean, interval and share explained; scikit-learn agrees as far as its own rounding lets it."""
    legal = np.all(prediction > 0) and np.all(outcome > 0 if kind == "gamma" else outcome >= 0)
    if not legal:
        return None, None, None
    getcontext().prec = 60
    outcome, prediction = [float(y) for y in outcome], [float(p) for p in prediction]
    n, power = len(outcome), POWERS[kind]
    rows = deviances(outcome, prediction, kind)
    mean = sum(rows) / n
    lost = 1e-14 * (max(outcome + prediction) if kind != "gamma" else max(y / p + p / y for y, p in zip(outcome, prediction)))
    theirs = sk.mean_tweedie_deviance(outcome, prediction, power=power)
    assert math.isclose(mean, theirs, rel_tol=1e-9, abs_tol=lost), (mean, theirs, lost)
    explained = None
    if n > 1 and np.ptp(outcome) > 0:
        centre = sum(map(Decimal, outcome)) / n
        least = sum(deviances(outcome, [centre] * n, kind)) / n
        explained = number(1 - mean / least)
        theirs = sk.d2_tweedie_score(outcome, prediction, power=power)
        off = 1e-9 + (1 + abs(explained)) * lost / float(least)
        # Its own sums are beyond every number for the largest outcomes.
        assert max(outcome) > 1e300 or abs(explained - theirs) <= off * (1 + abs(explained)), (explained, theirs, off)
    return number(mean), positive_interval(np.array([float(d) for d in rows])), explained


def explained_interval(outcome, prediction, about):
    """Of one less the mean square of errors about a mean over the outcomes' variance, by the logarithm of their ratio."""
    outcome, prediction = (x.astype(np.longdouble) for x in (outcome, prediction))
    error = prediction - outcome
    if len(error) < 100 or not np.any(error != about(error)) or heavy(error):
        return None
    squares, spread = (error - about(error)) ** 2, (outcome - outcome.mean()) ** 2
    ratio = squares.mean() / spread.mean()
    se = math.sqrt(((squares / squares.mean() - spread / spread.mean()) ** 2).mean() / len(error))
    effective = float(squares.sum() ** 2 / (squares**2).sum())
    half = stats.t.ppf(0.975, max(effective * 3 / 7, 1)) * se
    return [number(1 - ratio * math.exp(half)), number(1 - ratio * math.exp(-half))]


def absolute_interval(errors):
    """Of mean |error|; its third moment from the others, as the cubic through logarithms of moments by order."""
    if len(errors) < 5 or np.ptp(errors) == 0 or math.isinf((errors**2).sum()):
        return None
    orders = np.array([1.0, 2.0, 4.0])
    unit = errors / errors.mean()
    logs = [math.log((unit**r).mean()) for r in orders]
    cubic = np.linalg.solve(np.column_stack([orders, orders**2, orders**3]), logs)
    third = math.exp(cubic @ np.array([3.0, 9.0, 27.0]))
    variance = (unit**2).mean() - 1
    skewness = 0.0 if variance <= 1e-8 else (third - 3 * variance - 1) / variance**1.5
    low, high = hall_interval(errors, skewness)
    return [number(max(low, 0)), number(high)]


def heavy(errors):
    """Whether tails are seen to be too heavy for an interval of squares."""
    square = (errors**2).mean()
    light = np.abs(errors).mean() >= 0.69 * math.sqrt(square) or (errors**4).mean() <= 10 * square**2
    return len(errors) >= 3000 and not light


def squared_interval(errors):
    squares = errors**2
    if len(errors) < 100 or np.ptp(squares) == 0 or heavy(errors):
        return None
    return [number(x) for x in roots(hall_interval(squares, 2.5 * np.std(squares, ddof=1) / squares.mean()))]


def ratio_interval(part, whole):
    ratio, n = part.sum() / whole.sum(), len(part)
    return hall_of_ratio(ratio, np.var(part - ratio * whole, ddof=1) / whole.mean() ** 2, n)


def hall_of_ratio(ratio, variance, n):
    """Taken to be as skewed as twice the coefficient of variation of what rows move it by."""
    if n < 100 or ratio <= 0 or variance <= 0:
        return None
    low, high = hall(ratio, variance, 2 * math.sqrt(variance) / ratio, n)
    return [number(max(low, 0)), number(high)]


def interpolated_end(n, p, rank, wanted):
    """How far the end lies from one sorted value to the next: gaps beside the quantile are exponential."""
    below, above = stats.binom.cdf([rank, rank + 1], n, p)
    part, r = (wanted - below) / (above - below), rank + 1
    # The chance that the end is above the quantile, given that r values lie below, must be `part`.
    chance = lambda t: 1 - 1 / (1 + t * ((1 - p) / (n - r)) / ((1 - t) * p / r)) if 0 < t < 1 else t
    return optimize.brentq(lambda t: chance(t) - part, 0, 1, xtol=1e-15) if 0 < part < 1 else part


def quantile_interval(values, p):
    ranks = order_ranks(len(values), p)
    if not ranks:
        return None
    ordered = np.sort(values)
    ends = []
    for rank, wanted in [(ranks[0], 0.025), (ranks[1] - 1, 0.975)]:
        t = interpolated_end(len(values), p, rank, wanted)
        ends.append(number(ordered[rank] + t * (ordered[rank + 1] - ordered[rank])))
    return ends


def roots(ends):
    return [math.sqrt(max(end, 0)) for end in ends]


def naive_error(outcome, season=1):
    """Of repeating the outcome of so many rows earlier; NaN is a row without one."""
    pairs = np.abs(outcome[season:] - outcome[:-season]) if len(outcome) > season else outcome[:0]
    pairs = pairs[~np.isnan(pairs)]
    return number(pairs.mean()) if len(pairs) else None


def d2_absolute_interval(outcome, prediction):
    error, spread = np.abs(prediction - outcome), np.abs(outcome - np.median(outcome))
    ratio = error.sum() / spread.sum()
    ends = hall_of_ratio(ratio, (((error - ratio * spread) / spread.mean()) ** 2).mean(), len(error))
    return ends and [1 - ends[1], 1 - ends[0]]


def regression_metrics(outcome, prediction, scale=None):
    """`scale`: the naive error that errors are scaled by; of the rows themselves where none is given."""
    errors = prediction - outcome
    several, varied = len(errors) > 1, np.ptp(outcome) > 0
    values, intervals = {}, {}
    # Halves, so that their sum is a number.
    size = np.abs(outcome) / 2 + np.abs(prediction) / 2
    symmetric = np.where(size > 0, np.abs(errors) / np.where(size > 0, size, 1), 0)
    logs = np.all(outcome > -1) and np.all(prediction > -1)
    for kind in POWERS:
        name, share = f"mean_{kind}_deviance", "d2_tweedie_score" if kind == "tweedie" else f"d2_{kind}"
        values[name], intervals[name], values[share] = of_deviance(outcome, prediction, kind)
        if math.isinf((outcome**2).sum()):
            values[share] = None
    scale = naive_error(outcome) if scale is None else scale
    absolute = number(sk.mean_absolute_error(outcome, prediction))
    values["mean_absolute_scaled_error"] = absolute / scale if scale else None
    values["mean_pinball_loss"] = number(sk.mean_pinball_loss(outcome, prediction))
    for name, score in {"d2_absolute_error_score": sk.d2_absolute_error_score, "d2_pinball_score": sk.d2_pinball_score}.items():
        values[name] = number(score(outcome, prediction)) if several and varied else None
        intervals[name] = d2_absolute_interval(outcome, prediction) if several and varied else None
    rmsle = None
    if logs:
        ratio = np.log1p(prediction.astype(np.longdouble)) - np.log1p(outcome.astype(np.longdouble))
        rmsle = number(np.sqrt((ratio**2).mean()))
        assert math.isclose(rmsle, sk.root_mean_squared_log_error(outcome, prediction), rel_tol=1e-8, abs_tol=1e-12)
        if several:
            ends = positive_interval((ratio**2).astype(float))
            intervals["root_mean_squared_log_error"] = ends and roots(ends)
    if several:
        of_absolute = absolute_interval(np.abs(errors))
        intervals |= {
            "mean_absolute_error": of_absolute,
            "root_mean_squared_error": squared_interval(errors),
            "mean_pinball_loss": of_absolute and [end / 2 for end in of_absolute],
            "mean_absolute_scaled_error": [end / scale for end in of_absolute] if scale and of_absolute else None,
            "mean_error": signed_interval(errors),
            "symmetric_mean_absolute_percentage_error": positive_interval(symmetric, 60),
            "explained_variance": explained_interval(outcome, prediction, np.mean) if varied else None,
            "r2": explained_interval(outcome, prediction, lambda e: 0) if varied else None,
        }
        if np.any(outcome != 0):
            intervals["weighted_absolute_percentage_error"] = ratio_interval(np.abs(errors), np.abs(outcome))
        if np.all(outcome != 0):
            intervals["mean_absolute_percentage_error"] = positive_interval(np.abs(errors / outcome))
    return values | {
        "n": len(outcome),
        "mean_absolute_error": number(sk.mean_absolute_error(outcome, prediction)),
        "median_absolute_error": number(sk.median_absolute_error(outcome, prediction)),
        "root_mean_squared_error": number(sk.root_mean_squared_error(outcome, prediction)),
        "root_mean_squared_log_error": rmsle,
        "mean_absolute_percentage_error": number(sk.mean_absolute_percentage_error(outcome, prediction)) if np.all(outcome != 0) else None,
        "symmetric_mean_absolute_percentage_error": number(symmetric.mean()),
        "weighted_absolute_percentage_error": number(np.abs(errors).sum() / np.abs(outcome).sum()) if np.any(outcome != 0) else None,
        "r2": number(sk.r2_score(outcome, prediction)) if several and varied else None,
        "explained_variance": number(sk.explained_variance_score(outcome, prediction)) if several and varied else None,
        "max_error": number(sk.max_error(outcome, prediction)),
        "dummy_mean_absolute_error": number(sk.mean_absolute_error(outcome, DummyRegressor(strategy="median").fit(outcome, outcome).predict(outcome))),
        "dummy_root_mean_squared_error": number(sk.root_mean_squared_error(outcome, DummyRegressor(strategy="mean").fit(outcome, outcome).predict(outcome))) if several else None,
        "mean_error": number(errors.mean()),
        "intervals": intervals | {"median_absolute_error": quantile_interval(np.abs(errors), 0.5)},
    }


# --------------------------------------------------------------- hostile.json


def text(header, *columns):
    lines = [",".join(map(str, row)) for row in zip(*columns)]
    return "\n".join([header, *lines]) + "\n"


def hostile_binary():
    """Scores from which labels follow at 0.5."""
    random = np.random.default_rng(5)
    y = (random.uniform(size=60) < 0.4).astype(int)
    cases = {
        "ties": (random.choice([0.0, 0.25, 0.5, 0.75, 1.0], 60), y),
        "one score": (np.full(30, 0.3), y[:30]),
        "positive only": (np.round(random.uniform(size=20), 3), np.ones(20, int)),
        "negative only": (np.round(random.uniform(size=20), 3), np.zeros(20, int)),
        "all right": (np.where(y == 1, 0.9, 0.2), y),
        "all wrong": (np.where(y == 1, 0.1, 0.8), y),
        "two rows": (np.array([0.7, 0.2]), np.array([1, 0])),
        "nothing above": (np.round(random.uniform(0, 0.4, 40), 3), y[:40]),
        "everything above": (np.round(random.uniform(0.6, 1, 40), 3), y[:40]),
        "sure": (random.choice([0.0, 1.0], 40), y[:40]),
        "rare": (np.round(random.uniform(size=400), 2), (np.arange(400) % 133 == 7).astype(int)),
        "tiny": (np.concatenate([[5e-324, 1e-300, 2.2e-16, 1 - 1e-16], random.uniform(size=26)]), y[:30]),
    }
    return {
        name: {"csv": text("id,score,label", range(len(s)), map(float, s), o)}
        | both_of(binary_labels(o, (s >= 0.5).astype(int), 0.5, s), binary_scores(o, s))
        for name, (s, o) in cases.items()
    }


def hostile_multiclass():
    """Labels without scores, of four classes."""
    random = np.random.default_rng(6)
    o, p = random.choice(4, 80), random.choice(4, 80)
    cases = {
        "by chance": (o, p),
        "one class is never predicted": (o, np.where(p == 2, 1, p)),
        "one class never occurs": (np.where(o == 3, 0, o), p),
        "all right": (o, o),
        "all wrong": (o, (o + 1) % 4),
        "one class is predicted": (o, np.zeros(80, int)),
        "few": (o[:5], p[:5]),
    }
    found = {}
    for name, (o, p) in cases.items():
        names = [CLASSES[k] for k in sorted(set(o) | set(p))]
        place = {k: i for i, k in enumerate(sorted(set(o) | set(p)))}
        o, p = np.array([place[k] for k in o]), np.array([place[k] for k in p])
        csv = text("id,prediction,label", range(len(o)), [names[k] for k in p], [names[k] for k in o])
        found[name] = {"csv": csv} | multiclass_labels(o, p, names)
    parts = random.multinomial(10, random.dirichlet(np.ones(4), 80))
    o = np.array([random.choice(4, p=row / 10) for row in parts])
    header = ",".join(["id", *(f"proba_{c}" for c in CLASSES), "prediction", "label"])
    for name, o in {"tied scores": o, "tied scores, a class never occurs": np.where(o == 2, 1, o)}.items():
        p = parts.argmax(axis=1)
        columns = [[f"{x / 10}" for x in column] for column in parts.T]
        csv = text(header, range(80), *columns, [CLASSES[k] for k in p], [CLASSES[k] for k in o])
        found[name] = {"csv": csv} | both_of(multiclass_labels(o, p, CLASSES, parts / 10), multiclass_scores(o, parts / 10, CLASSES))
    found["six classes, ties"] = six_classes(random)
    return found


def six_classes(random):
    """Probabilities in tenths, among which five guesses are not all."""
    names, n = ["ant", "bee", "cat", "dog", "elk", "fox"], 240
    shares = random.dirichlet(np.full(6, 0.8), n)
    parts = np.array([random.multinomial(10, row) for row in shares])
    o = np.array([random.choice(6, p=row) for row in 0.6 * parts / 10 + 0.4 / 6])
    p = parts.argmax(axis=1)
    header = ",".join(["id", *(f"proba_{c}" for c in names), "prediction", "label"])
    csv = text(header, range(n), *([f"{x / 10}" for x in c] for c in parts.T), [names[k] for k in p], [names[k] for k in o])
    return {"csv": csv} | both_of(multiclass_labels(o, p, names, parts / 10), multiclass_scores(o, parts / 10, names))


def sets_of(truth, predicted, names):
    """Metrics of rows with several labels, and of each label."""
    n = len(truth)
    t, p = truth.astype(int), predicted.astype(int)
    right, either = (t & p).sum(axis=1), (t | p).sum(axis=1)
    sides = t.sum(axis=1) + p.sum(axis=1)
    rows = {
        "hamming_loss": (t ^ p).mean(axis=1),
        "f1_samples": np.where(sides > 0, 2 * right / np.maximum(sides, 1), 1.0),
        "jaccard_samples": np.where(either > 0, right / np.maximum(either, 1), 1.0),
    }
    intervals = {name: mean_interval(v) if n >= 100 and np.ptp(v) > 0 else None for name, v in rows.items()}
    intervals["subset_accuracy"] = of_share(int((t == p).all(axis=1).sum()), n)
    found = {name: number(value) for name, value in multilabel.values(truth, predicted).items()}
    for name, (part, of) in {"f1": ([2, 0, 0], [2, 1, 1]), "precision": ([1, 0, 0], [1, 1, 0]), "recall": ([1, 0, 0], [1, 0, 1])}.items():
        weights = [2, 1, 1] if name == "f1" else of
        key = f"label_{name}_micro"
        intervals[key] = intervals[f"label_{name}_macro"] = None
        if not (np.stack([t & p, p & ~t & 1, t & ~p & 1]).sum(axis=(1, 2)) @ of):
            found[key] = None
            continue
        micro = multilabel.micro(truth, predicted, part, of)
        if n >= 50 and 0 < micro["value"] < 1:
            intervals[key] = on_scale(micro["value"], micro["se"], "logit", n)
        macro = multilabel.macro(truth, predicted, weights)
        if macro["fewest"] >= 20:
            intervals[f"label_{name}_macro"] = [macro["low"], macro["high"]]
    return found | {"n": n, "classes": each_label(t, p), "intervals": holding(found, intervals)}


def each_label(t, p):
    classes = []
    for own, said in zip(t.T, p.T):
        hits, rows, called = int((own & said).sum()), int(own.sum()), int(said.sum())
        jaccard = of_share(hits, rows + called - hits)
        rest = lambda of: of_rest(float((~(own | said) & 1)[of == 0].mean()) if (of == 0).any() else math.nan, of == 1)
        classes.append({
            "rows": rows,
            "specificity": rest(own),
            "negative_predictive_value": rest(said),
            "roc_auc": [None],
            "average_precision": [None],
            "precision": [hits / called if called else None, *(of_share(hits, called) or [])],
            "recall": [hits / rows if rows else None, *(of_share(hits, rows) or [])],
            "f1": [2 * hits / (rows + called) if rows + called else None, *([2 * j / (1 + j) for j in jaccard] if jaccard else [])],
        })
    return classes


def hostile_multilabel():
    """Rows with several labels, or none."""
    random = np.random.default_rng(8)
    names, n = ["art", "film", "news"], 130
    t = random.random((n, 3)) < [0.5, 0.3, 0.4]
    p = t ^ (random.random((n, 3)) < 0.2)
    t[0] = p[0] = True
    nobody, everything = np.zeros_like(t), np.ones_like(t)
    # Of a few different cells nobody could tell that they are sets.
    some = random.random((n, 1)) < 0.15
    most = np.where(some, t, everything)
    one = np.where(some, t, np.arange(3) == 0)
    cases = {
        "some rows without a label": (t & (random.random((n, 1)) < 0.6), p & (random.random((n, 1)) < 0.7)),
        "all labels in most rows": (most, most),
        "all labels foretold": (t, everything),
        "nothing foretold": (t, nobody),
        "one label in most rows": (one, one),
        "one label foretold": (t, one),
        "all right": (t, t),
        "all wrong": (t, ~t),
        "few": (t[:6], p[:6]),
    }
    cell = lambda row: "|".join(name for name, on in zip(names, row) if on) or "[]"
    found = {}
    for name, (t, p) in cases.items():
        csv = text("id,prediction,label", range(len(t)), map(cell, p), map(cell, t))
        found[name] = {"csv": csv} | sets_of(t, p, names)
    return found


def hostile_regression():
    random = np.random.default_rng(7)
    y = np.round(random.gamma(2, 10, 50), 3)
    p = np.round(y * random.uniform(0.7, 1.4, 50), 3)
    zeros = np.where(np.arange(50) % 7 == 0, 0.0, y)
    cases = {
        "one outcome": (np.full(30, 12.5), p[:30]),
        "one prediction": (y, np.full(50, 20.0)),
        "all right": (y, y),
        "zeros": (zeros, p),
        "zeros on both sides": (zeros, np.where(zeros == 0, 0.0, p)),
        "all zero": (np.zeros(20), p[:20]),
        "negative": (y - 15, p - 15),
        "below minus one": (y, np.where(np.arange(50) == 3, -1.0, p)),
        "two rows": (np.array([3.0, 5.0]), np.array([2.0, 7.5])),
        "ties": (np.round(y) + 0.5, np.round(y) + 0.5 + random.choice([-0.25, 0.25], 50)),
        "far away": (1e12 + y, 1e12 + p),
        "small": (y * 1e-9, p * 1e-9),
        "counts": (random.poisson(3, 80).astype(float), random.uniform(0.5, 6, 80)),
        "wide": (10.0 ** random.uniform(-8, 8, 40), 10.0 ** random.uniform(-8, 8, 40)),
    }
    # Of these, sums are numbers, and squares are not; what is made of squares is undefined.
    huge = 1e307 * random.uniform(0.3, 1, 12)
    near = huge * random.uniform(0.8, 1.3, 12)
    # A fraction, or they are numbers of classes.
    huge[0], near[0] = 0.5, 0.75
    cases |= {
        "1e308 in a row": (np.where(np.arange(50) == 7, 1e308, y), np.where(np.arange(50) == 7, 0.9e308, p)),
        "1e307 everywhere": (huge, near),
        "1e307 on both sides": (huge * np.where(np.arange(12) % 3, 1, -1), near * np.where(np.arange(12) % 3, 1, -1)),
    }
    return {
        name: {"csv": text("id,prediction,label", range(len(o)), map(float, q), map(float, o))} | regression_metrics(o, q)
        for name, (o, q) in cases.items()
    }


def costs_of_logs(b, m):
    """As tests/costs.rs asks for them."""
    known, (cat, dog, bird) = b["known"], (CLASSES.index(c) for c in ("cat", "dog", "bird"))
    each = {(0, 1): 5, (1, 0): 100, (1, 1): -20}
    cut = lambda t: (b["score"][known] >= t).astype(int)
    return {
        "binary": {str(t): cost_of(b["outcome"][known], cut(t), each) for t in (0.2, 0.5, 0.537)},
        "multiclass": cost_of(m["outcome"][m["known"]], m["prediction"][m["known"]], {(cat, dog): 3, (bird, bird): -1}),
    }


def main():
    # One class only: that is what is asked for.
    warnings.simplefilter("ignore")
    write_json("stats.json", stats_values())
    write_json("hostile.json", {"binary": hostile_binary(), "multiclass": hostile_multiclass(), "multilabel": hostile_multilabel(), "regression": hostile_regression()}, compact=True)

    b, m, r = binary_log(), multiclass_log(), regression_log()
    cell = lambda log, i, value: value if log["known"][i] else ""
    write_csv(
        "binary.csv",
        ["id", "time", "score", "prediction", "outcome"],
        (
            [f"b{i:04}", stamp(b["time"][i]), float(b["score"][i]), b["prediction"][i], cell(b, i, b["outcome"][i])]
            for i in range(len(b["time"]))
        ),
    )
    write_csv(
        "multiclass.csv",
        ["id", "time", *(f"proba_{c}" for c in CLASSES), "prediction", "outcome"],
        (
            [f"m{i:04}", stamp(m["time"][i]), *(f"{p / 10000:.4f}" for p in m["parts"][i]),
             CLASSES[m["prediction"][i]], cell(m, i, CLASSES[m["outcome"][i]])]
            for i in range(len(m["time"]))
        ),
    )
    write_csv(
        "regression.csv",
        ["id", "time", "prediction", "outcome"],
        (
            [f"r{i:04}", stamp(r["time"][i]), float(r["prediction"][i]), cell(r, i, float(r["outcome"][i]))]
            for i in range(len(r["time"]))
        ),
    )

    thresholds = {
        str(t): by_day(b, lambda rows: binary_labels(b["outcome"][rows], (b["score"][rows] >= t).astype(int), t))
        for t in THRESHOLDS
    }
    binary = by_day(
        b,
        lambda rows: both_of(
            binary_labels(b["outcome"][rows], b["prediction"][rows], score=b["score"][rows]),
            binary_scores(b["outcome"][rows], b["score"][rows]),
        ),
    )
    binary["all"]["calibration"] = calibration(b["outcome"][b["known"]], b["score"][b["known"]])
    write_json("curves.json", whole_curves(b["outcome"][b["known"]], b["score"][b["known"]]), compact=True)
    in_time = np.argsort(np.array([t.timestamp() for t in r["time"]]), kind="stable")
    in_order = np.where(r["known"], r["outcome"], np.nan)[in_time]
    scales = {str(season): naive_error(in_order, season) for season in [1, 7, 24, 500]}
    write_json(
        "metrics.json",
        {
            "versions": {
                "numpy": np.__version__,
                "scipy": scipy.__version__,
                "scikit-learn": sklearn.__version__,
                "statsmodels": statsmodels.__version__,
            },
            "binary": binary | {"thresholds": thresholds},
            "costs": costs_of_logs(b, m),
            "multiclass": {"classes": CLASSES}
            | by_day(
                m,
                lambda rows: both_of(
                    multiclass_labels(m["outcome"][rows], m["prediction"][rows], CLASSES, m["parts"][rows] / 10000),
                    multiclass_scores(m["outcome"][rows], m["parts"][rows] / 10000, CLASSES),
                ),
            ),
            "regression": by_day(r, lambda rows: regression_metrics(r["outcome"][rows], r["prediction"][rows], scales["1"])) | {"scales": scales},
        },
        compact=True,
    )


if __name__ == "__main__":
    main()
