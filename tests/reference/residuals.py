"""Makes residuals.csv and residuals.json: errors of a regression as numpy, scipy and statsmodels tell them.

    python -m venv /tmp/reference && /tmp/reference/bin/pip install -r tests/reference/requirements.txt
    /tmp/reference/bin/python tests/reference/residuals.py

Deterministic. The tails are Evidently's: error ≤ 5 % quantile, error ≥ 95 % quantile, and the rows between.
"""

import csv
import json
from pathlib import Path

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

HERE = Path(__file__).parent


def log():
    random = np.random.default_rng(12)
    n = 1500
    size = np.round(random.gamma(3, 20, n), 2)
    age = np.round(random.normal(40, 10, n), 1)
    region = random.choice(["north", "south", "west"], n)
    outcome = np.round(5 * size + 20 * random.standard_t(4, n), 3)
    off = 0.5 * size * random.normal(size=n) - 80 * (region == "south") * (random.uniform(size=n) < 0.3)
    prediction = np.round(5 * size + off, 3)
    known = random.uniform(size=n) >= 0.04
    day = np.sort(random.integers(0, 20, n))
    return size, age, region, outcome, prediction, known, day


def quantiles(errors):
    n = len(errors)
    points = min(61, max(2, n // 5))
    far = stats.norm.ppf(1 - 0.5 / n)
    normal = far * (2 * np.arange(points) / (points - 1) - 1)
    chance = stats.norm.cdf(normal)
    found = (np.quantile(errors, chance, method="hazen") - errors.mean()) / errors.std(ddof=1)
    place = np.clip(n * chance - 0.5, 0, n - 1)
    ends = [stats.norm.ppf(stats.beta.ppf(p, place + 1, n - place)) for p in (0.025, 0.975)]
    return [list(map(float, row)) for row in zip(normal, found, *ends)]


def bins(prediction, errors):
    order = np.argsort(prediction, kind="stable")
    p, e = prediction[order], errors[order]
    wanted, start, out = min(20, max(1, len(p) // 30)), 0, []
    for i in range(1, wanted + 1):
        end = max(i * len(p) // wanted, start)
        while 0 < end < len(p) and p[end] == p[end - 1]:
            end += 1
        part, errs = p[start:end], e[start:end]
        start = end
        if len(part):
            ends = stats.t.interval(0.95, len(errs) - 1, errs.mean(), stats.sem(errs))
            low, high = np.quantile(errs, [0.05, 0.95])
            out.append([float(x) for x in (part[0], part[-1], len(part), part.mean(), errs.mean(), *ends, low, high)])
    return out


def tails(errors, numbers, words):
    low, high = np.quantile(errors, [0.05, 0.95])
    between = (errors > low) & (errors < high)
    rows = []
    for over, tail in [(False, errors <= low), (True, errors >= high)]:
        for name, column in words.items():
            for value in sorted(set(column)):
                a, n = int((column[tail] == value).sum()), int(tail.sum())
                b, m = int((column[between] == value).sum()), int(between.sum())
                ends = confint_proportions_2indep(a, n, b, m, compare="diff", method="newcomb")
                p = proportions_ztest([a, b], [n, m])[1]
                rows.append([over, name, value, n, a / n, b / m, *map(float, ends), float(p)])
        for name, column in numbers.items():
            a, b = column[tail], column[between]
            test = stats.ttest_ind(a, b, equal_var=False)
            ends = test.confidence_interval(0.95)
            rows.append([over, name, None, len(a), float(a.mean()), float(b.mean()), float(ends.low), float(ends.high), float(test.pvalue)])
    corrected = multipletests([r[-1] for r in rows], method="holm")[1]
    return {"ends": [float(low), float(high)], "parts": [r[:-1] + [float(p)] for r, p in zip(rows, corrected)]}


def main():
    size, age, region, outcome, prediction, known, day = log()
    with open(HERE / "residuals.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "time", "prediction", "outcome", "size", "age", "region"])
        for i in range(len(size)):
            time = f"2026-03-{1 + day[i]:02}T12:00:00Z"
            writer.writerow([f"e{i:04}", time, prediction[i], outcome[i] if known[i] else "", size[i], age[i], region[i]])
    out = {}
    for name, rows in {"all": known, "days 5 to 9": known & (day >= 5) & (day < 10)}.items():
        errors = prediction[rows] - outcome[rows]
        out[name] = {
            "n": int(rows.sum()),
            "mean": float(errors.mean()),
            "deviation": float(errors.std(ddof=1)),
            "quantiles": quantiles(errors),
            "bins": bins(prediction[rows], errors),
            "tails": tails(errors, {"size": size[rows], "age": age[rows]}, {"region": region[rows]}),
        }
    (HERE / "residuals.json").write_text(json.dumps(out, indent=1, allow_nan=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
