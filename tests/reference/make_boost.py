"""Makes the reference errors that our boosted trees are measured against, from LightGBM.

    python -m venv /tmp/lightgbm && /tmp/lightgbm/bin/pip install lightgbm==4.5.0 numpy==2.0.2 scikit-learn==1.6.1
    /tmp/lightgbm/bin/python tests/reference/make_boost.py

Deterministic: one thread, default settings, data out of splitmix64 that the test makes again bit by bit.

Writes boost.json next to itself: for each problem the mean loss on the rows fitted and on as many others
(half the squared error, or the negative logarithm of the probability).
"""

import json
import warnings
from pathlib import Path

import lightgbm
import numpy as np

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
MASK = (1 << 64) - 1
ROWS = 6000


def stream(seed):
    """splitmix64, as numbers in [0, 1)."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / (1 << 53)


def make(seed):
    """Per row: three numbers, one of them often missing, a word of 20, a word of 3, a target, a weight."""
    draw = stream(seed)
    rows = []
    for _ in range(2 * ROWS):
        a, b, c = next(draw), next(draw), next(draw)
        hidden = next(draw) < 0.2
        word, few = int(next(draw) * 20.0), int(next(draw) * 3.0)
        noise = next(draw) + next(draw) + next(draw) - 1.5
        y = 4.0 * a * b + (2.0 if c > 0.7 else 0.0) + (word * 7 % 20) * 0.1 - few * a + noise
        if hidden:
            y += 1.0
        weight = 1.0 + int(next(draw) * 3.0)
        rows.append((a, b, np.nan if hidden else c, word, few, y, weight))
    return np.array(rows)


def main():
    data = make(20261126)
    x, y, weight = data[:, :5], data[:, 5], data[:, 6]
    fitted, other = slice(0, ROWS), slice(ROWS, 2 * ROWS)
    out = {"lightgbm": lightgbm.__version__, "rows": ROWS}
    shared = dict(verbose=-1, num_threads=1, deterministic=True, force_row_wise=True)
    for name, weights in (("squared", None), ("squared_weighted", weight[fitted])):
        model = lightgbm.LGBMRegressor(**shared)
        model.fit(x[fitted], y[fitted], sample_weight=weights, categorical_feature=[3, 4])
        loss = (model.predict(x) - y) ** 2 / 2.0
        out[name] = {"fitted": float(loss[fitted].mean()), "other": float(loss[other].mean())}
    label = (y > 2.0).astype(float)
    for name, weights in (("logistic", None), ("logistic_weighted", weight[fitted])):
        model = lightgbm.LGBMClassifier(**shared)
        model.fit(x[fitted], label[fitted], sample_weight=weights, categorical_feature=[3, 4])
        p = model.predict_proba(x)[:, 1]
        loss = -np.log(np.where(label > 0.5, p, 1.0 - p))
        out[name] = {"fitted": float(loss[fitted].mean()), "other": float(loss[other].mean())}
    out["sums"] = {"target": float(np.sum(np.abs(y))), "positive": int(label.sum())}
    (HERE / "boost.json").write_text(json.dumps(out, indent=1, sort_keys=True) + "\n")


main()
