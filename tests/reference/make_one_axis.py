"""What `stats::moved` and `stats::lagged` say of some series, by statsmodels and scipy.

    python tests/reference/make_one_axis.py > tests/reference/one_axis.json

Whether a series moved is here the t test of the step in statsmodels' least squares with a constant and every direction
but the first cosines: what is left over is the cosines' part, with as many degrees of freedom. Innovations are those of
statsmodels' `AutoReg`, its order by the corrected criterion of Akaike over the same rows; correlations are scipy's.
"""

import json

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats
from statsmodels.tsa.ar_model import AutoReg

rng = np.random.default_rng(20)


def ar(n, weight, noise):
    out = np.zeros(n + 200)
    for t in range(1, n + 200):
        out[t] = weight * out[t - 1] + noise[t]
    return out[200:]


def moved(before, period):
    y = np.r_[before, period]
    step = np.r_[np.zeros(len(before)), np.ones(len(period))]
    n = len(y)
    if n >= 25:
        off = np.r_[before - before.mean(), period - period.mean()]
        alike = (off[1:] @ off[:-1]) / (off @ off)
        alike = np.clip((alike + 2 / n) / (1 - 4 / n), 0, 0.97)
        y, step = y[1:] - alike * y[:-1], step[1:] - alike * step[:-1]
        wanted = max(3, round(0.3 * (n - 1) ** (2 / 3)))
    else:
        wanted = max(3, round(0.3 * n ** (2 / 3)))
    n = len(y)
    cosines = np.column_stack([np.cos(np.pi * j * (np.arange(n) + 0.5) / n) for j in range(1, wanted + 1)])
    q, _ = np.linalg.qr(np.column_stack([np.ones(n), step, cosines]), mode="complete")
    # Every direction but the cosines', as nuisance.
    fit = sm.OLS(y, np.column_stack([np.ones(n), step, q[:, 2 + wanted :]])).fit()
    low, high = fit.conf_int()[1]
    shift = {"value": float(fit.params[1]), "low": float(low), "high": float(high)}
    return float(fit.pvalues[1]), wanted, shift


def innovations(x):
    most = min(8, len(x) // 10)
    fits = [AutoReg(x, p, trend="c", hold_back=most).fit() for p in range(most + 1)]

    def criterion(fit, p):
        k, rows = p + 2, len(fit.resid)
        return rows * np.log((fit.resid**2).sum() / rows) + 2 * k + 2 * k * (k + 1) / (rows - k - 1)

    order = min(range(most + 1), key=lambda p: criterion(fits[p], p))
    fit = AutoReg(x, order, trend="c").fit()
    return order, fit.params, np.r_[np.full(order, np.nan), fit.resid]


series = []
for before, period in [(4, 2), (8, 2), (12, 3), (16, 4), (20, 5), (40, 10), (80, 20), (33, 17)]:
    for weight in (0.0, 0.6, 1.0):
        for shift in (0.0, 3.0):
            noise = rng.standard_normal(before + period + 200)
            y = np.round(ar(before + period, weight, noise) + 10, 6)
            y[before:] = np.round(y[before:] + shift, 6)
            p, df, interval = moved(y[:before], y[before:])
            series.append({"before": list(y[:before]), "period": list(y[before:]), "p_value": p, "df": df, "shift": interval})

weeks = []
for n in (3, 5, 8):
    earlier, now = np.round(rng.standard_normal(n), 6), round(float(rng.standard_normal()) + 2, 6)
    test = stats.ttest_ind([now], earlier, equal_var=True)
    interval = test.confidence_interval(0.95)
    shift = {"value": now - float(np.mean(earlier)), "low": float(interval.low), "high": float(interval.high)}
    weeks.append({"now": now, "earlier": list(earlier), "p_value": float(test.pvalue), "shift": shift})

pairs = []
for n, one, other in [(60, 0.5, 0.8), (120, 0.9, 0.0), (200, 1.0, 1.0), (90, 0.0, 0.0)]:
    a = ar(n, one, rng.standard_normal(n + 200))
    noise = rng.standard_normal(n + 200)
    noise[-n + 3 :] += 0.8 * a[:-3] if one < 1 else 0
    b = ar(n, other, noise)
    a, b = np.round(a, 6), np.round(b, 6)
    (p, p_weights, u), (q, q_weights, v) = innovations(a), innovations(b)
    lags = []
    for lag in range(-6, 7):
        x, y = (u[: n - lag], v[lag:]) if lag >= 0 else (u[-lag:], v[: n + lag])
        known = ~np.isnan(x) & ~np.isnan(y)
        r = float(stats.pearsonr(x[known], y[known]).statistic)
        df = int(known.sum()) - 2 - p - q
        t = abs(r) * np.sqrt(df / (1 - r * r))
        lags.append({"lag": lag, "correlation": r, "n": int(known.sum()), "p_value": float(2 * stats.t.sf(t, df))})
    pairs.append(
        {
            "first": list(a),
            "second": list(b),
            "orders": [p, q],
            "weights": [list(p_weights), list(q_weights)],
            "lags": lags,
        }
    )

versions = {"statsmodels": statsmodels.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
print(json.dumps({**versions, "moved": series, "weeks": weeks, "lagged": pairs}, separators=(",", ":")))
