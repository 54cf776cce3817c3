"""Makes evidently.json and evidently_{reference,current}.csv: what Evidently 0.7.23 tells of two samples.

    python -m venv /tmp/evidently
    /tmp/evidently/bin/pip install evidently==0.7.23 pandas==2.2.3 numpy==2.0.2 scipy==1.13.1 scikit-learn==1.6.1
    PYTHONHASHSEED=0 DO_NOT_TRACK=1 /tmp/evidently/bin/python tests/reference/make_evidently.py

Python 3.11. Deterministic. Samples of the cases are made again by the test, bit by bit: `drawn` and `words` out of
splitmix64. The files are a small data set, and `report` is what the preset DataDriftPreset tells of it: the test it
chooses for each column, its score, whether it drifted, and whether the data set did.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from evidently import Dataset, DataDefinition, Report
from evidently.core.datasets import infer_column_type
from evidently.legacy.calculations.stattests.registry import get_stattest
from evidently.legacy.core import ColumnType
from evidently.metrics import DriftedColumnsCount, ValueDrift

HERE = Path(__file__).parent
MASK = (1 << 64) - 1
warnings.filterwarnings("ignore")
NUMBERS = ["anderson", "cramer_von_mises", "ed", "es", "hellinger", "jensenshannon", "ks", "kl_div", "mannw", "psi", "t_test", "wasserstein"]
WORDS = ["chisquare", "fisher_exact", "g_test", "hellinger", "jensenshannon", "kl_div", "psi", "TVD", "z"]


def splitmix(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / (1 << 53)


def drawn(seed, n, shift, scale, step):
    """n numbers, about normal; a step above 0 rounds to its multiples, and whole ones are integers."""
    even = splitmix(seed)
    out = []
    for _ in range(n):
        x = 0.0
        for _ in range(12):
            x += next(even)
        x = shift + scale * (x - 6.0)
        out.append(math.floor(x / step) * step if step else x)
    return pd.Series(out).astype(int) if step == 1 else pd.Series(out)


def words(seed, n, shares):
    """n of the letters a, b, … by their shares."""
    even = splitmix(seed)
    out = []
    for _ in range(n):
        x, at = next(even), 0
        while at + 1 < len(shares) and x >= shares[at]:
            x -= shares[at]
            at += 1
        out.append("abcdefghijklmnopqrstuvwxyz"[at])
    return pd.Series(out)


def told(reference, current, kind, names):
    out = {"default": get_stattest(reference, current, kind, None).name, "scores": {}}
    for name in names:
        try:
            result = get_stattest(reference, current, kind, name)(reference.copy(), current.copy(), kind, None)
            score = float(result.drift_score)
            out["scores"][name] = [score, bool(result.drifted), float(result.actual_threshold)] if math.isfinite(score) else None
        except Exception:  # noqa: BLE001
            out["scores"][name] = None
    return out


CASES = {
    "small": ([1, 500, 0, 1, 0], [2, 400, 0.3, 1.1, 0]),
    "large": ([3, 2000, 0, 1, 0], [4, 1500, 0.15, 1.0, 0]),
    "large_alike": ([3, 2000, 0, 1, 0], [5, 1500, 0.0, 1.0, 0]),
    "down": ([3, 2000, 0, 1, 0], [6, 1500, -0.5, 1.0, 0]),
    "up": ([3, 2000, 0, 1, 0], [7, 1500, 0.5, 1.0, 0]),
    "tiny": ([8, 12, 0, 1, 0], [9, 9, 0.5, 1, 0]),
    "power_of_two": ([10, 600, 0, 1, 0], [11, 424, 0.1, 1, 0]),
    "few_values": ([12, 700, 0, 1, 2], [13, 500, 0.2, 1, 2]),
    "few_values_large": ([12, 1700, 0, 1, 2], [13, 500, 0.2, 1, 2]),
    "two_values": ([14, 300, 0, 1, 6], [15, 300, 0.3, 1, 6]),
    "integers": ([16, 800, 0, 9, 1], [17, 700, 2, 9, 1]),
    "integers_wide": ([18, 1200, 0, 900, 1], [19, 700, 90, 900, 1]),
    "far_out": ([20, 1500, 0, 1, 0], [21, 1500, 3, 1, 0]),
    "narrow": ([22, 1500, 0, 1e-5, 0], [23, 900, 1e-5, 1e-5, 0]),
}
OF_WORDS = {
    "three": ([11, 600, [0.5, 0.3, 0.2]], [12, 500, [0.4, 0.35, 0.25]]),
    "two": ([13, 600, [0.6, 0.4]], [14, 500, [0.5, 0.5]]),
    "two_equal": ([13, 500, [0.6, 0.4]], [14, 500, [0.5, 0.5]]),
    "four_new": ([15, 3000, [0.5, 0.3, 0.2]], [16, 2500, [0.45, 0.3, 0.2, 0.05]]),
    "equal_sizes": ([17, 400, [0.5, 0.3, 0.2]], [18, 400, [0.45, 0.35, 0.2]]),
    "one": ([19, 100, [1.0]], [20, 80, [1.0]]),
    "gone": ([21, 300, [0.6, 0.3, 0.1]], [22, 200, [0.7, 0.3]]),
}


def table(seed, n, shift):
    numbers = lambda k, scale=1.0, by=0.0, step=0: drawn(seed + k, n, by, scale, step)  # noqa: E731
    frame = pd.DataFrame({
        "id": range(n),
        "amount": numbers(1, 20, 100 + 8 * shift).round(3),
        "age": numbers(2, 12, 45, 1),
        "visits": numbers(3, 1.2, 3 + shift / 2, 1),
        "load": numbers(4, 1, 0).round(4),
        "region": words(seed + 5, n, [0.5, 0.3 - 0.1 * shift, 0.2 + 0.1 * shift]),
        "member": words(seed + 6, n, [0.7, 0.3]).map({"a": "yes", "b": "no"}),
    })
    score = (numbers(7, 0.15, 0.5)).clip(0, 1).round(4)
    frame["score"] = score
    frame["outcome"] = (drawn(seed + 8, n, 0, 0.2, 0) + score > 0.5).astype(int)
    frame.loc[frame.index % 29 == 3, "amount"] = np.nan
    frame.loc[frame.index % 31 == 5, "region"] = np.nan
    return frame


def report(reference, current):
    columns = [c for c in reference.columns if c != "id"]
    kinds = {c: infer_column_type(pd.concat([reference[c], current[c]])) for c in columns}
    numerical = [c for c in columns if kinds[c] == ColumnType.Numerical]
    categorical = [c for c in columns if kinds[c] == ColumnType.Categorical]
    definition = DataDefinition(numerical_columns=numerical, categorical_columns=categorical)
    sets = [Dataset.from_pandas(f[columns], data_definition=definition) for f in (current, reference)]
    made = Report([DriftedColumnsCount(), *[ValueDrift(column=c) for c in columns]]).run(*sets)
    results = made.dict()["metrics"]
    out = {"kinds": {c: "numerical" if c in numerical else "categorical" for c in columns}, "columns": {}}
    out["drifted"] = results[0]["value"]
    for column, result in zip(columns, results[1:]):
        clean = [f[column].replace([-np.inf, np.inf], np.nan).dropna() for f in (reference, current)]
        kind = kinds[column]
        of = told(*clean, kind, NUMBERS if kind == ColumnType.Numerical else WORDS)
        assert of["scores"].get(of["default"]) is None or abs(of["scores"][of["default"]][0] - float(result["value"])) < 1e-12
        out["columns"][column] = of
    return out


def main():
    out = {"numbers": {}, "words": {}}
    for name, (a, b) in CASES.items():
        kind = ColumnType.Numerical
        reference, current = drawn(*a), drawn(*b)
        if name in ("few_values", "few_values_large", "two_values"):
            # The covariance of two values has one direction, and what scipy finds in the others is rounding.
            found = told(reference, current, kind, [n for n in NUMBERS if n != "es" or name != "two_values"])
            for extra in ("chisquare", "z"):
                found["scores"].update(told(reference, current, ColumnType.Categorical, [extra])["scores"])
        else:
            found = told(reference, current, kind, NUMBERS)
        out["numbers"][name] = {"reference": a, "current": b, **found}
    for name, (a, b) in OF_WORDS.items():
        out["words"][name] = {"reference": a, "current": b, **told(words(*a), words(*b), ColumnType.Categorical, WORDS)}
    for name, frame in (("reference", table(100, 420, 0)), ("current", table(200, 360, 1))):
        frame.to_csv(HERE / f"evidently_{name}.csv", index=False, lineterminator="\n")
    frames = [pd.read_csv(HERE / f"evidently_{n}.csv") for n in ("reference", "current")]
    out["report"] = report(*frames)
    (HERE / "evidently.json").write_text(json.dumps(out, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
