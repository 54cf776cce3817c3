"""Makes the reference values of predicted quantiles, from numpy, scipy and scikit-learn.

    /tmp/reference/bin/python tests/reference/make_quantiles.py

The environment is that of make.py. Deterministic: the same versions write the same bytes.

Writes, next to itself:

* quantiles_wide.csv   a log with a column for each quantile: some cells are missing, some quantiles cross,
                       some outcomes are missing
* quantiles_long.csv   the same log with a row for each quantile, in another order
* quantiles.json       what it is to give, over all rows and for each UTC day; of a log without a median, of
                       one whose levels have no counterparts, and of one with huge numbers

The formulas are those of the R package scoringutils (Bosse et al. 2022; Bracher et al. 2021 for the weighted
interval score): a central interval at level alpha scores (u - l) + 2 / alpha * (l - y) [y < l] + 2 / alpha *
(y - u) [y > u], weighed by alpha / 2; the median is an interval of alpha = 1 that counts half. A row is
scored by the quantiles that it has. The pinball loss is scikit-learn's, level by level.
"""

import csv
import json
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.metrics import mean_pinball_loss

from make import bounded_interval, positive_interval

HERE = Path(__file__).parent
START = datetime(2026, 3, 1, tzinfo=timezone.utc)
LEVELS = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975]
NAMED = [50, 80, 90, 95]


def mirror(level):
    return round(1 - level, 9)


def told(values, interval):
    """The mean, its 95 % interval where there is one, and the number of values."""
    values = np.asarray(values, dtype=float)
    if len(values) == 0:
        return None
    ends = interval(values)
    return {"value": float(values.mean()), "n": len(values)} | (dict(zip(["low", "high"], ends)) if ends else {})


def mean_of(values):
    return told(values, positive_interval)


def wilson(hits, n):
    if n == 0:
        return None
    if n < 10:
        return {"value": hits / n, "n": int(n)}
    low, high = stats.binomtest(int(hits), int(n)).proportion_ci(0.95, method="wilson")
    return {"value": hits / n, "low": float(low), "high": float(high), "n": int(n)}


def interval_score(y, lower, upper, alpha):
    """Gneiting & Raftery 2007, by its parts: dispersion, overprediction, underprediction."""
    return upper - lower, 2 / alpha * (lower - y) * (y < lower), 2 / alpha * (y - upper) * (y > upper)


def row_scores(y, row):
    """WIS, dispersion, over-, underprediction and coverage deviation of a row: {level: quantile}."""
    parts, weights, deviations = [], [], []
    for level in sorted(row):
        if level > 0.5 or mirror(level) not in row:
            continue
        alpha = 2 * level
        score = np.array(interval_score(y, row[level], row[mirror(level)], alpha)) * alpha / 2
        if level == 0.5:
            parts.append(score * 0.5)
            weights.append(0.5)
        else:
            parts.append(score)
            weights.append(1)
            deviations.append(float(row[level] <= y <= row[mirror(level)]) - (1 - alpha))
    if not parts:
        return None
    dispersion, over, under = np.sum(parts, axis=0) / sum(weights)
    return dispersion + over + under, dispersion, over, under, np.mean(deviations) if deviations else None


def expected(rows):
    """rows: (outcome or None, {level: quantile})."""
    rows = [(y, q) for y, q in rows if y is not None and q]
    metrics, levels, intervals = {}, [], []
    names = ["weighted_interval_score", "dispersion", "overprediction", "underprediction"]
    scores = [s for s in (row_scores(y, q) for y, q in rows) if s is not None]
    for i, name in enumerate(names):
        metrics[name] = mean_of([s[i] for s in scores])
    # A row can be above what all intervals are to hold by what is left, and below it by as much as that.
    nominal = [1 - 2 * t for _, q in rows for t in q if t < 0.5 and mirror(t) in q]
    nominal = float(np.mean(nominal)) if nominal else 0.0
    deviation = lambda values: bounded_interval(values, -nominal, 1 - nominal)
    metrics["interval_coverage_deviation"] = told([s[4] for s in scores if s[4] is not None], deviation)
    pinball = [np.mean([mean_pinball_loss([y], [v], alpha=t) for t, v in q.items()]) for y, q in rows]
    metrics["mean_pinball_loss_over_levels"] = mean_of(pinball)
    metrics["crps_from_quantiles"] = mean_of([2 * p for p in pinball])
    known = sorted({t for _, q in rows for t in q})
    for t in known:
        have = [(y, q[t]) for y, q in rows if t in q]
        y, v = np.array(have).T
        levels.append({
            "level": t,
            "observed": wilson(int((y <= v).sum()), len(have)),
            "pinball": float(mean_pinball_loss(y, v, alpha=t)),
        })
    for t in known:
        if t >= 0.5 or mirror(t) not in known:
            continue
        have = [(y, q[t], q[mirror(t)]) for y, q in rows if t in q and mirror(t) in q]
        y, l, u = np.array(have).T
        score = np.sum(interval_score(y, l, u, 2 * t), axis=0)
        intervals.append({
            "lower": t,
            "coverage": wilson(int(((l <= y) & (y <= u)).sum()), len(have)),
            "width": mean_of(u - l),
            "score": mean_of(score),
        })
        percent = round(100 * (1 - 2 * t), 6)
        if percent in NAMED:
            metrics[f"interval_coverage_{percent:.0f}"] = intervals[-1]["coverage"]
            metrics[f"mean_interval_width_{percent:.0f}"] = intervals[-1]["width"]
    return {"metrics": metrics, "levels": levels, "intervals": intervals}


def make_log():
    rng = np.random.default_rng(20261126)
    rows = []
    for i in range(150):
        time = START + timedelta(minutes=30 * i)
        region = ["north", "south"][i % 2]
        centre = rng.normal(100, 20)
        spread = rng.uniform(2, 6) * (0.6 if i >= 96 else 1.0)
        y = rng.normal(centre, 5)
        row = {t: round(float(centre + spread * stats.norm.ppf(t)), 3) for t in LEVELS}
        if i % 17 == 3:
            row[0.1], row[0.25] = row[0.25], row[0.1]
        if i % 29 == 5:
            row[0.05], row[0.95] = row[0.95], row[0.05]
        if i % 11 == 7:
            del row[LEVELS[i % 9]]
        if i % 23 == 9:
            row = {0.5: row.get(0.5, 1.0)}
        if i % 37 == 20:
            row = {}
        # Some outcomes lie right on a quantile.
        if i % 19 == 4 and 0.9 in row:
            y = row[0.9]
        rows.append((f"r{i:03}", time, region, None if i % 13 == 6 else round(float(y), 3), row))
    return rows


def write_csv(name, header, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def instant(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def text(value):
    return "" if value is None else repr(value)


def write_log(log):
    header = ["request_id", "timestamp", "region", "outcome"]
    wide = [[i, instant(t), r, text(y)] + [text(q.get(level)) for level in LEVELS] for i, t, r, y, q in log]
    write_csv("quantiles_wide.csv", header + [f"q{level}" for level in LEVELS], wide)
    long = []
    for i, t, r, y, q in log:
        levels = LEVELS[:] if int(i[1:]) % 2 else LEVELS[::-1]
        # A forecast without a quantile is a row without a value.
        here = [level for level in levels if level in q] or [0.5]
        long += [[i, instant(t), r, text(y), level, text(q.get(level))] for level in here]
    write_csv("quantiles_long.csv", header + ["quantile_level", "predicted"], long)


def huge():
    """Numbers whose differences are beyond every number, by fractions."""
    big = 1e308
    rows = [(0.0, {0.1: -big, 0.5: 0.0, 0.9: big}), (1.0, {0.1: -big, 0.5: 1.0, 0.9: big})]
    scores = []
    for y, q in rows:
        y, q = Fraction(y), {t: Fraction(v) for t, v in q.items()}
        scores.append((Fraction(1, 10) * (q[0.9] - q[0.1]) + abs(y - q[0.5]) / 2) / Fraction(3, 2))
    return {
        "csv": "outcome,q0.1,q0.5,q0.9\n" + "".join(f"{y!r},{q[0.1]!r},{q[0.5]!r},{q[0.9]!r}\n" for y, q in rows),
        "weighted_interval_score": float(sum(scores) / 2),
    }


def main():
    log = make_log()
    write_log(log)
    plain = [(y, q) for _, _, _, y, q in log]
    days = {}
    for _, t, _, y, q in log:
        days.setdefault(t.strftime("%Y-%m-%d"), []).append((y, q))
    only = lambda keep: expected([(y, {t: v for t, v in q.items() if t in keep}) for y, q in plain])
    reference = {
        "all": expected(plain),
        "days": {day: expected(rows) for day, rows in days.items()},
        "south": expected([(y, q) for _, _, r, y, q in log if r == "south"]),
        "without_median": only([0.05, 0.25, 0.75, 0.95]),
        "uneven": only([0.1, 0.25, 0.9]),
        "only_median": only([0.5]),
        "huge": huge(),
    }
    (HERE / "quantiles.json").write_text(json.dumps(reference, indent=1, allow_nan=False, sort_keys=True) + "\n")


main()
