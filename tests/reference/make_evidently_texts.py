"""Makes evidently_texts.json: what Evidently 0.7.23 tells of texts.

    python3.11 -m venv /tmp/evidently
    /tmp/evidently/bin/pip install evidently==0.7.23 pandas==2.2.3 numpy==2.0.2 scipy==1.13.1 scikit-learn==1.6.1
    DO_NOT_TRACK=1 /tmp/evidently/bin/python tests/reference/make_evidently_texts.py

Deterministic: Evidently seeds every draw of this test. Texts are made again by the test, bit by bit, out of splitmix64:
of `[seed, texts, tilt]`. `limit` is the percentile of random scores, which Evidently computes and does not tell.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests.registry import get_stattest
from evidently.legacy.core import ColumnType
from evidently.legacy.utils.data_drift_utils import roc_auc_random_classifier_percentile
from sklearn.model_selection import train_test_split

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent
MASK = (1 << 64) - 1
WORDS = """Cheap late broken great refund arrived parcel colour size returned happy never again quality price shoes shirt
battery phone charger screen fast slow service helpful größe not_ok x2 I don't""".split()


def splitmix(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield ((z ^ (z >> 31)) >> 11) / (1 << 53)


def texts(seed, n, tilt):
    even = splitmix(seed)
    out = []
    for _ in range(n):
        words = []
        for _ in range(4 + int(next(even) * 6)):
            x = next(even)
            power = x
            for _ in range(1, tilt):
                power *= x
            words.append(WORDS[int(len(WORDS) * power)])
        out.append(" ".join(words))
    return pd.Series(out, dtype=object)


def main():
    out = []
    for a, b in [
        ([1, 300, 1], [2, 250, 1]), ([3, 300, 1], [4, 250, 2]), ([5, 1000, 1], [6, 900, 1]), ([7, 1001, 1], [8, 900, 1]),
        ([9, 1500, 1], [10, 700, 2]), ([11, 60, 2], [12, 40, 3]), ([13, 41, 1], [14, 40, 1]), ([15, 1, 1], [16, 1, 1]),
        ([17, 400, 3], [18, 3000, 3]),
    ]:
        before, after = texts(*a), texts(*b)
        test = get_stattest(before, after, ColumnType.Text, None)
        case = {"reference": a, "current": b, "test": test.name, "score": None}
        try:
            found = test(before, after, ColumnType.Text, None)
            case |= {"score": float(found.drift_score), "drifted": bool(found.drifted), "threshold": float(found.actual_threshold)}
            if test.name.startswith("perc"):
                sides = [0] * a[1] + [1] * b[1]
                _, tested = train_test_split(sides, test_size=0.5, random_state=42, shuffle=True)
                case["limit"] = float(roc_auc_random_classifier_percentile(np.array(tested), p_value=1 - 0.95))
        except ValueError:
            pass
        out.append(case)
    (HERE / "evidently_texts.json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
