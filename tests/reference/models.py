"""Makes the reference values of several models on the same rows, from numpy, scipy and statsmodels.

Run as make.py says, with its requirements. Deterministic. Writes, next to itself:

* models_regression.csv, models_binary.csv
                small logs of several models; an empty cell is missing
* models_prices.json, where it is given the Forecasts_DE_DNN_LEAR_ensembles.csv of epftoolbox (Lago et al. 2021,
                Applied Energy 293, 116983): the same of that
* models.json   of each log and of each model: rows, metrics, and how it differs from the main one: paired t over
                rows, and Diebold-Mariano over days (statsmodels' Newey-West of sums by day) with the correction
                of Harvey, Leybourne and Newbold (1997)

The common rows are those that have an outcome and a value of every model.
"""

import json
import math
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats import sandwich_covariance as sandwich
from statsmodels.stats.multitest import multipletests

from make import absolute_interval, losses_interval, of_share, positive_interval, squared_interval

HERE = Path(__file__).parent
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def cells(values, digits):
    return ["" if v is None or (isinstance(v, float) and math.isnan(v)) else
            (v if isinstance(v, str) else f"{v:.{digits}f}") for v in values]


def times(rng, days, most):
    """A few rows on most days, at whole minutes."""
    out = []
    for day in range(days):
        for _ in range(int(rng.integers(0 if day % 9 == 4 else 1, most + 1))):
            out.append(START + timedelta(days=day, minutes=int(rng.integers(0, 1440))))
    return out


def wandering(rng, days, keep):
    """What lasts for days: an autoregression."""
    level, out = 0.0, []
    for _ in range(days):
        level = keep * level + rng.normal()
        out.append(level)
    return np.array(out)


def write(name, columns):
    lines = [",".join(columns)] + [",".join(row) for row in zip(*columns.values())]
    (HERE / name).write_text("\n".join(lines) + "\n")


def regression(rng):
    when = times(rng, 90, 5)
    day = np.array([(t - START).days for t in when])
    n = len(when)
    y = 50 + 10 * rng.normal(size=n) + 4 * wandering(rng, 90, 0.8)[day]
    off = {k: scale * wandering(rng, 90, 0.7)[day] + noise * rng.normal(size=n) + bias
           for k, scale, noise, bias in [("a", 1, 3, 0.2), ("b", 2, 3, 0), ("c", 1, 2.5, -1), ("d", 1, 6, 2)]}
    column = {k: y + e for k, e in off.items()}
    for k, share in [("b", 0.04), ("c", 0.1), ("d", 0.02)]:
        column[k][rng.random(n) < share] = np.nan
    y[rng.random(n) < 0.05] = np.nan
    # Some rows of the main model are missing where others are there.
    column["a"][rng.random(n) < 0.03] = np.nan
    write("models_regression.csv", {
        "time": [t.strftime("%Y-%m-%dT%H:%M:00Z") for t in when],
        "outcome": cells(y, 3),
        "prediction": cells(column["a"], 3),
        **{f"forecast_{k}": cells(column[k], 3) for k in "bcd"},
    })


def binary(rng):
    when = times(rng, 60, 12)
    n = len(when)
    z = rng.normal(size=n)
    y = (rng.random(n) < 1 / (1 + np.exp(-1.5 * z))).astype(float)
    a = 1 / (1 + np.exp(-(1.5 * z + 0.4 * rng.normal(size=n))))
    b = 1 / (1 + np.exp(-(1.0 * z + 1.2 * rng.normal(size=n))))
    b[rng.random(n) < 0.05] = np.nan
    c = ["" if rng.random() < 0.04 else ("yes" if p + 0.3 * rng.normal() > 0.5 else "no") for p in a]
    write("models_binary.csv", {
        "time": [t.strftime("%Y-%m-%dT%H:%M:00Z") for t in when],
        "outcome": ["yes" if v else "no" for v in y],
        "score": cells(a, 4),
        "prob_b": cells(b, 4),
        "label_c": c,
    })


def estimate(metric, losses, fewest):
    """As make.py has it for the metrics of a report; `fewest`: rows of the rarer of two classes, at least."""
    n = len(losses)
    if n == 0:
        return None
    gamma = 2 * losses.std(ddof=1) / losses.mean()
    value, ends = losses.mean(), None
    if metric == "accuracy":
        value, ends = 1 - value, of_share(round((1 - losses).sum()), n)
    elif metric == "mean_absolute_error":
        ends = absolute_interval(losses)
    elif metric == "root_mean_squared_error":
        value, ends = math.sqrt(value), squared_interval(np.sqrt(losses))
    elif metric == "weighted_interval_score":
        ends = positive_interval(losses)
    elif metric == "log_loss" and (fewest is None or fewest >= 10):
        ends = losses_interval(losses, gamma, math.inf, 200)
    elif metric == "brier_score" and fewest >= 10:
        ends = losses_interval(losses, gamma, 1.0, 50)
    return {"value": value, "n": n} | (dict(zip(["low", "high"], ends)) if ends else {})


def rows_of(difference):
    """Student's t of paired differences."""
    found = stats.ttest_1samp(difference, 0.0)
    interval = found.confidence_interval(0.95)
    return {"low": interval.low, "high": interval.high, "p": found.pvalue}


def periods_of(difference, day, lags):
    """Diebold-Mariano over days, by statsmodels' covariance of sums by group."""
    _, period = np.unique(day, return_inverse=True)
    fit = sm.OLS(difference, np.ones(len(difference))).fit()
    covariance = sandwich.cov_nw_groupsum(fit, lags, period, use_correction=0)
    t, h = period.max() + 1, lags + 1
    small = (t + 1 - 2 * h + h * (h - 1) / t) / t
    se = math.sqrt(float(np.squeeze(covariance)) / small)
    mean = difference.mean()
    half = stats.t.ppf(0.975, t - 1) * se
    return {"low": mean - half, "high": mean + half, "p": 2 * stats.t.sf(abs(mean) / se, t - 1),
            "periods": int(t), "lags": lags}


def lags_of(periods, season):
    return min(max(int(4 * (periods / 100) ** (2 / 9)), season), periods // 4)


def compare(losses, day, of_metric, sign, season=7, classes=None):
    """losses: {model: {metric: array with NaN}}; the first model is the main one; `classes`: rows of each of two."""
    names = list(losses)
    known = {m: np.any([~np.isnan(v) for v in losses[m].values()], axis=0) for m in names}
    common = np.all([known[m] for m in names], axis=0)
    out = {}
    for name in names:
        entry = {"rows": int(known[name].sum()), "compared": int((common & ~np.isnan(losses[name][of_metric])).sum()),
                 "metrics": {}}
        for metric, loss in losses[name].items():
            values = loss[common & ~np.isnan(loss)]
            # Of the rows of the rarer class all that are left out could be one.
            fewest = None if classes is None else min(classes) - (sum(classes) - len(values))
            found = estimate(metric, values, fewest)
            if found:
                entry["metrics"][metric] = found
        if name != names[0]:
            d = losses[name][of_metric] - losses[names[0]][of_metric]
            rows = common & ~np.isnan(d)
            entry["difference"] = float(sign * d[rows].mean())
            entry["n"] = int(rows.sum())
            by_rows = rows_of(sign * d[rows])
            found = periods_of(sign * d[rows], day[rows], lags_of(len(np.unique(day[rows])), season))
            entry["by_rows"], entry["by_days"] = by_rows, found
            # The same of all rows that both models foretold.
            pairs = known[name] & known[names[0]] & ~np.isnan(d)
            entry["pairs"] = {"n": int(pairs.sum()), "difference": float(sign * d[pairs].mean()),
                              **rows_of(sign * d[pairs])}
        out[name] = entry
    for way in ["by_rows", "by_days"]:
        others = [m for m in names[1:]]
        adjusted = multipletests([out[m][way]["p"] for m in others], method="holm")[1]
        for m, p in zip(others, adjusted):
            out[m][way]["holm"] = float(p)
    return {"common": int(common.sum()), "models": out}


def of_regression():
    log = pd.read_csv(HERE / "models_regression.csv")
    day = pd.to_datetime(log.time).dt.floor("D").to_numpy()
    losses = {}
    for name in ["prediction", "forecast_b", "forecast_c", "forecast_d"]:
        e = (log[name] - log.outcome).to_numpy()
        losses[name] = {"mean_absolute_error": np.abs(e), "root_mean_squared_error": e**2}
    return compare(losses, day, "mean_absolute_error", 1)


def of_binary():
    log = pd.read_csv(HERE / "models_binary.csv")
    day = pd.to_datetime(log.time).dt.floor("D").to_numpy()
    y = (log.outcome == "yes").to_numpy(float)
    losses = {}
    eps = np.finfo(float).eps
    for name in ["score", "prob_b"]:
        p = log[name].to_numpy(float)
        clipped = np.clip(np.where(y == 1, p, 1 - p), eps, 1 - eps)
        wrong = np.where(np.isnan(p), np.nan, (p >= 0.5) != (y == 1))
        losses[name] = {"brier_score": (p - y) ** 2, "log_loss": -np.log(clipped), "accuracy": wrong.astype(float)}
    label = log.label_c
    wrong = np.where(label.isna(), np.nan, (label == "yes") != (y == 1)).astype(float)
    nothing = np.full(len(y), np.nan)
    losses["label_c"] = {"brier_score": nothing, "log_loss": nothing, "accuracy": wrong}
    # Only accuracy is known of all three; more of it is better.
    classes = [int(y.sum()), int((1 - y).sum())]
    out = {"accuracy": compare(losses, day, "accuracy", -1, classes=classes)}
    del losses["label_c"]
    out["brier_score"] = compare(losses, day, "brier_score", 1, classes=classes)
    return out


def of_prices(path):
    """Real forecasts of electricity prices (epftoolbox), by weeks that begin on Monday, against DNN Ensemble."""
    log = pd.read_csv(path, index_col=0, parse_dates=True)
    week = (log.index.normalize() - pd.to_timedelta(log.index.day_of_week, unit="D")).to_numpy()
    names = ["DNN Ensemble"] + [c for c in log.columns if c not in ("Real price", "DNN Ensemble")]
    losses = {}
    for name in names:
        e = (log[name] - log["Real price"]).to_numpy()
        losses[name] = {"mean_absolute_error": np.abs(e), "root_mean_squared_error": e**2}
    return compare(losses, week, "mean_absolute_error", 1, season=0)


def save(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1, allow_nan=False, sort_keys=True) + "\n")


def main():
    if len(sys.argv) > 1:
        save("models_prices.json", of_prices(sys.argv[1]))
        return
    rng = np.random.default_rng(20260101)
    regression(rng)
    binary(rng)
    save("models.json", {"regression": of_regression(), "binary": of_binary()})


if __name__ == "__main__":
    main()
