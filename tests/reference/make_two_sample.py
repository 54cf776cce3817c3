"""Makes two_sample.json: tests of two samples by scipy, for numbers and for counts, hostile ones among them.

    python -m venv /tmp/two && /tmp/two/bin/pip install numpy==2.4.6 scipy==1.17.1 mpmath==1.3.0
    /tmp/two/bin/python tests/reference/make_two_sample.py

Python 3.11. Deterministic.

scipy takes the p-value of Cramer and von Mises from 1 - F, which far out is rounding (5e-8 for a statistic of
140): there, and for Anderson and Darling's test, whose p-value scipy reads from a table, the series of Anderson
and Darling (1952) is summed by mpmath in many digits.

Samples of more than some rows are not written but made again by the test, bit by bit: sums of twelve numbers of
splitmix64 less six, scaled, moved and rounded (`drawn`). What scipy cannot tell, or tells as NaN, is null.
"""

import json
import math
import warnings
from pathlib import Path

import mpmath
import numpy as np
from scipy import stats
from scipy.stats import contingency

HERE = Path(__file__).parent
MASK = (1 << 64) - 1
warnings.filterwarnings("ignore")


def splitmix(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / (1 << 53)


def drawn(seed, n, shift, scale, step):
    """n numbers, about normal; a step above 0 rounds to its multiples."""
    even = splitmix(seed)
    out = []
    for _ in range(n):
        x = 0.0
        for _ in range(12):
            x += next(even)
        x = shift + scale * (x - 6.0)
        out.append(math.floor(x / step) * step if step else x)
    return np.array(out)


def plain(value):
    value = float(value)
    return value if math.isfinite(value) else None


def told(test):
    """Statistic and p-value, or None."""
    try:
        got = test()
        pair = [plain(got.statistic), plain(got.pvalue)]
    except Exception:  # noqa: BLE001
        return None
    return None if None in pair else pair


def cvm_tail(x):
    """P(W^2 > x): 1 - 1/(pi sqrt x) sum of gamma(j + 1/2)/(gamma(1/2) j!) sqrt(4j + 1) e^-y K_1/4(y)."""
    with mpmath.workdps(int(30 + 2.2 * x * 3)):
        x = mpmath.mpf(x)
        total, j = mpmath.mpf(0), 0
        while True:
            y = mpmath.mpf(4 * j + 1) ** 2 / (16 * x)
            part = mpmath.gamma(j + mpmath.mpf(1) / 2) / mpmath.sqrt(mpmath.pi) / mpmath.factorial(j)
            part *= mpmath.sqrt(4 * j + 1) * mpmath.exp(-y) * mpmath.besselk(mpmath.mpf(1) / 4, y)
            total += part
            if abs(part) < mpmath.mpf(10) ** (-mpmath.mp.dps):
                break
            j += 1
        return float(1 - total / (mpmath.pi * mpmath.sqrt(x)))


def anderson_tail(x):
    """P(A^2 > x): 1 - sqrt(2 pi)/x sum of C(-1/2, j) (4j + 1) e^(-y) int e^(x/(8(w^2 + 1)) - y w^2) dw."""
    with mpmath.workdps(int(30 + x)):
        x = mpmath.mpf(x)
        total, j = mpmath.mpf(0), 0
        while True:
            y = mpmath.mpf(4 * j + 1) ** 2 * mpmath.pi**2 / (8 * x)
            inner = mpmath.quad(lambda w: mpmath.exp(x / (8 * (w * w + 1)) - y * w * w), [0, 1, 2, 4, 8, mpmath.inf])
            part = mpmath.binomial(-mpmath.mpf(1) / 2, j) * (4 * j + 1) * mpmath.exp(-y) * inner
            total += part
            if abs(part) < mpmath.mpf(10) ** (-mpmath.mp.dps):
                break
            j += 1
        return float(1 - mpmath.sqrt(2 * mpmath.pi) / x * total)


def cvm(a, b):
    got = told(lambda: stats.cramervonmises_2samp(a, b))
    if got and max(len(a), len(b)) > 20:
        n, m = len(a), len(b)
        k, all_ = n * m, n + m
        mean, spread = (1 + 1 / all_) / 6, (all_ + 1) * (4 * k * all_ - 3 * (n * n + m * m) - 2 * k) / (45 * all_**2 * 4 * k)
        at = 1 / 6 + (got[0] - mean) / math.sqrt(45 * spread)
        if at > 1 and at < 60:
            got[1] = cvm_tail(at)
        elif at >= 60:
            got[1] = None
    return got


def of_numbers(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    out = {
        "ks": told(lambda: stats.ks_2samp(a, b)),
        "cvm": cvm(a, b),
        "mann_whitney": told(lambda: stats.mannwhitneyu(a, b, alternative="two-sided")),
        "mann_whitney_less": told(lambda: stats.mannwhitneyu(a, b, alternative="less")),
        # At 1e9 scipy's means and angles lose seven digits: it is given the numbers less one of them, which is exact.
        "welch": told(lambda: stats.ttest_ind(a - a[0], b - a[0], equal_var=False)),
        "student": told(lambda: stats.ttest_ind(a - a[0], b - a[0])),
        "epps_singleton": told(lambda: stats.epps_singleton_2samp(a - a[0], b - a[0])),
        "energy": plain(stats.energy_distance(a, b)) if len(a) and len(b) else None,
    }
    try:
        got = stats.anderson_ksamp([a, b], variant="midrank")
        out["anderson"] = [plain(got.statistic), plain(got.pvalue)]
        if None in out["anderson"]:
            out["anderson"] = None
        else:
            at = 1 + out["anderson"][0] * math.sqrt(2 * (math.pi**2 - 9) / 3)
            out["anderson_limit"] = anderson_tail(at) if 0.3 < at < 40 else None
    except Exception:  # noqa: BLE001
        out["anderson"] = None
    sd = np.std(a) if len(a) else 0
    if len(a) and len(b):
        w = stats.wasserstein_distance(a, b)
        out["wasserstein_normalised"] = plain(w / sd) if sd > 0 and math.isfinite(sd) else None
    return out


def kullback_leibler(a, b):
    return plain(stats.entropy(a, b))


def of_counts(a, b):
    a, b = np.asarray(a), np.asarray(b)
    seen = (a + b) > 0
    table = np.array([a[seen], b[seen]])
    out = {}
    for name, of in [
        ("chi_square", {"correction": False}),
        ("yates", {"correction": True}),
        ("g", {"correction": False, "lambda_": "log-likelihood"}),
    ]:
        out[name] = told(lambda of=of: stats.chi2_contingency(table, **of))
    if table.shape[1] == 2:
        odds, p = stats.fisher_exact(table)
        out["fisher"] = [plain(odds), plain(p)]
    if table.shape[1] >= 2:
        out["cramers_v"] = plain(contingency.association(table, method="cramer"))
    p, q = a / a.sum(), b / b.sum()
    out["hellinger"] = plain(np.sqrt(((np.sqrt(p) - np.sqrt(q)) ** 2).sum() / 2))
    out["total_variation"] = plain(np.abs(p - q).sum() / 2)
    out["l_infinity"] = plain(np.abs(p - q).max())
    out["kullback_leibler"] = kullback_leibler(a, b)
    return out


def freeman_halton(a, b):
    """The exact p-value of a small table of three categories, every table counted."""
    n, sums = sum(a), [x + y for x, y in zip(a, b)]

    def ln(row):
        return sum(math.log(math.comb(s, k)) for s, k in zip(sums, row)) - math.log(math.comb(sum(sums), n))

    own, p = ln(a), 0.0
    for i in range(sums[0] + 1):
        for j in range(sums[1] + 1):
            k = n - i - j
            if 0 <= k <= sums[2]:
                other = ln([i, j, k])
                if other <= own + 1e-9:
                    p += math.exp(other)
    return min(p, 1.0)


def ln_hypergeometric(k, n, r, total):
    ways = math.comb(r, k) * math.comb(total - r, n - k)
    return float(mpmath.log(mpmath.mpf(ways) / math.comb(total, n)))


BIG = 1e308
SMALL = {
    "ten_and_twelve": ([3.1, -1.2, 0.4, 2.2, 5.0, -0.3, 1.1, 0.9, 4.2, 2.8], [1.5, 6.1, 3.3, 4.4, 2.9, 7.2, 5.5, 0.8, 3.9, 4.1, 6.6, 5.2]),
    "ties": ([1, 1, 2, 2, 2, 3, 3, 4, 5, 5], [2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6]),
    "five_and_five": ([0.1, 0.5, 0.9, 1.3, 2.0], [0.3, 0.7, 1.1, 3.0, 4.0]),
    "apart": ([1, 2, 3, 4, 5, 6], [11, 12, 13, 14, 15, 16, 17]),
    "same": ([1.0, 2.0, 3.0, 4.0, 5.0, 7.0], [1.0, 2.0, 3.0, 4.0, 5.0, 7.0]),
    "one_constant": ([2.0] * 8, [1.0, 2.0, 3.0, 4.0, 2.5, 1.5, 3.5]),
    "both_constant": ([2.0] * 8, [2.0] * 6),
    "two_constants": ([2.0] * 8, [3.0] * 6),
    "one_and_many": ([0.7], [0.1, 0.4, 0.9, 1.6, 2.5, 3.6]),
    "one_and_one": ([1.0], [2.0]),
    "empty": ([], [1.0, 2.0, 3.0]),
    "huge": ([-BIG, -0.5 * BIG, 0.1 * BIG, 0.2 * BIG, 0.3 * BIG, 0.4 * BIG], [0.0, 0.6 * BIG, 0.7 * BIG, 0.8 * BIG, BIG]),
    "tiny": ([1e-300, 2e-300, 4e-300, 8e-300, 9e-300], [3e-300, 5e-300, 6e-300, 1.1e-299, 1.2e-299, 7e-300]),
    "far_from_zero": ([1e9 + i for i in (0.1, 0.7, 0.2, 0.9, 0.4, 0.6)], [1e9 + i for i in (0.5, 1.1, 1.2, 0.8, 1.6, 1.4, 0.95)]),
    "flags": ([0.0] * 30 + [1.0] * 10, [0.0] * 18 + [1.0] * 17),
}
# first and second: seed, rows, shift, scale, step
DRAWN = {
    "equal_sizes": ([1, 200, 0, 1, 0], [2, 200, 0.2, 1, 0]),
    "hundreds": ([1, 500, 0, 1, 0], [2, 400, 0.3, 1.1, 0]),
    "no_change": ([3, 700, 0, 1, 0], [4, 900, 0, 1, 0]),
    "rounded": ([5, 800, 0, 1, 0.5], [6, 600, 0.1, 1, 0.5]),
    "few_and_very_many": ([7, 12, 0.5, 1, 0], [8, 20_000, 0, 1, 0]),
    "seventy_and_many": ([9, 71, 0.4, 1, 0], [10, 15_000, 0, 1, 0]),
    "eight_and_hundreds": ([11, 8, 0.7, 1, 0], [12, 300, 0, 1, 0]),
    "ten_thousands": ([13, 12_000, 0, 1, 0], [14, 11_000, 0.03, 1, 0]),
    "ten_thousands_alike": ([15, 12_000, 0, 1, 0], [16, 11_000, 0.0, 1, 0]),
    "far_in_the_tail": ([17, 3_000, 0, 1, 0], [18, 2_500, 1.1, 1, 0]),
    "farther_in_the_tail": ([19, 11_000, 0, 1, 0], [20, 12_000, 0.6, 1, 0]),
    "wider": ([21, 1_000, 0, 1, 0], [22, 1_000, 0, 1.3, 0]),
    "moved_up": ([23, 300, 1000, 1e-3, 0], [24, 300, 1000.0002, 1e-3, 0]),
}
COUNTS = {
    "two": ([30, 70], [45, 55]),
    "two_far": ([9_000, 1_000], [6_000, 4_000]),
    "two_few": ([3, 1], [1, 3]),
    "two_one_empty": ([12, 0], [7, 5]),
    "two_lopsided": ([100_000, 7], [900, 3]),
    "two_all": ([10, 10], [10, 10]),
    "two_large": ([500_000, 500_000], [501_000, 499_000]),
    "three": ([50, 30, 20], [40, 35, 25]),
    "three_unequal": ([3000, 1500, 700], [120, 90, 20]),
    "four_new": ([1500, 900, 600, 0], [1125, 750, 500, 125]),
    "zeros_on_both": ([5, 0, 9, 0, 3], [8, 0, 2, 0, 7]),
    "many_rare": ([100, 50, 3, 2, 1, 1, 0, 0, 1], [80, 60, 1, 0, 2, 0, 1, 1, 0]),
    "one": ([10], [20]),
    "far": ([5000, 3000, 2000], [1000, 3000, 6000]),
    "near": ([33_333, 33_334, 33_333], [33_334, 33_333, 33_333]),
}
THREE = {
    "small": ([7, 2, 1], [2, 5, 4]),
    "even": ([6, 6, 5], [5, 7, 6]),
    "lopsided": ([20, 1, 0], [9, 4, 3]),
}


def main():
    out = {"small": {}, "drawn": {}, "counts": {}, "three": {}}
    for name, (a, b) in SMALL.items():
        out["small"][name] = {"before": a, "after": b, **of_numbers(a, b)}
    for name, (a, b) in DRAWN.items():
        out["drawn"][name] = {"before": a, "after": b, **of_numbers(drawn(*a), drawn(*b))}
    for name, (a, b) in COUNTS.items():
        out["counts"][name] = {"before": a, "after": b, **of_counts(a, b)}
    for name, (a, b) in THREE.items():
        table = np.array([a, b])
        chance = stats.random_table(table.sum(1), table.sum(0)).pmf(table)
        out["three"][name] = {"before": a, "after": b, "p": freeman_halton(a, b), "probability": plain(chance)}
    # Kolmogorov's D of one sample, which two large samples are judged by.
    out["kstwo"] = [
        [n, d, plain(stats.kstwo.sf(d, n))]
        for n in (1, 2, 5, 12, 60, 139, 140, 141, 1_000, 30_000)
        for d in (0.004, 0.01, 0.02, 0.05, 0.09, 0.13, 0.17, 0.25, 0.4, 0.55, 0.8, 0.97)
        if plain(stats.kstwo.sf(d, n)) not in (0.0, None)
    ]
    out["hypergeometric"] = [
        [k, n, r, total, ln_hypergeometric(k, n, r, total)]
        for k, n, r, total in [(0, 5, 5, 20), (3, 10, 7, 40), (50, 100, 90, 1000), (1, 100_000, 2, 1_000_000), (7, 7, 7, 7), (200, 500, 400, 100_000)]
    ]
    out["anderson_table"] = [
        [t, plain(math.exp(np.polyval(np.polyfit(CRITICAL, np.log(LEVELS), 2), t)))] for t in (0.4, 1.0, 1.9, 3.3, 5.0, 6.4)
    ]
    (HERE / "two_sample.json").write_text(json.dumps(out, sort_keys=True) + "\n")


B = np.array([[0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085], [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615], [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154]])
CRITICAL = B.sum(axis=0)
LEVELS = np.array([0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001])

if __name__ == "__main__":
    main()
