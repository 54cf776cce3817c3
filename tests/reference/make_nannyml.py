"""Makes the values that estimates without outcomes are compared with, from NannyML 0.13.1.

    python3.11 -m venv /tmp/nannyml
    /tmp/nannyml/bin/pip install -r tests/reference/requirements_nannyml.txt
    /tmp/nannyml/bin/python tests/reference/make_nannyml.py

Writes, in the folder nannyml next to itself:

* car_loan_reference.csv, car_loan_analysis.csv, cards_reference.csv, cards_analysis.csv
                   every 25th row of data sets that the wheel of NannyML holds (nannyml/datasets/data), with
                   the columns that an estimate needs, and the outcome also of the analysis
* estimates.json   for each set, small and whole: what NannyML's CBPE estimates by chunk; for every class
                   whether it calibrates; with it the isotonic function at some scores
* LICENCE.txt      where the data are from

NannyML sorts with numpy's default, which orders ties by the instructions that the processor has. On the
three-class set this decides whether the class prepaid_card is calibrated, and it moves ROC AUC by 1e-6. So
the vector instructions are left out here, and "roc_auc_ties" is the same estimate, from the same probabilities,
with rows of one score taken together. "average_precision_ties" is that for average precision, which NannyML
takes row by row.
"""

import json
import math
import os
import warnings
from pathlib import Path

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import nannyml  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from nannyml.performance_estimation.confidence_based.cbpe import (  # noqa: E402
    _calibrate_predicted_probabilities,
)
from sklearn.isotonic import IsotonicRegression  # noqa: E402

HERE = Path(__file__).parent / "nannyml"
DATA = Path(nannyml.__file__).parent / "datasets" / "data"
CARDS = ["highstreet_card", "prepaid_card", "upmarket_card"]
EVERY = 25
# By true and predicted class.
VALUES_OF_TWO = [[1, -5], [-20, 10]]
VALUES_OF_THREE = [[5, -1, -2], [-3, 7, -0.5], [-4, -8, 11]]
BINARY = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy"]
LICENCE = """Every 25th row of data sets of NannyML 0.13.1 (https://pypi.org/project/nannyml/0.13.1/, folder
nannyml/datasets/data of the wheel), with some of their columns and the outcomes of the analysis beside its rows:
synthetic_car_loan_{reference,analysis,analysis_target}.csv and mc_{reference,analysis,analysis_gt}.csv.
drift_*.csv and long_*.csv: every 25th and every 4th row of some columns of synthetic_car_loan_dq_{reference,analysis}.csv.
Copyright NannyML NV, Apache License 2.0 (https://www.apache.org/licenses/LICENSE-2.0).
"""


def read(name):
    path = DATA / name
    return pd.read_parquet(path) if path.suffix == ".pq" else pd.read_csv(path)


def joined(analysis, outcomes, truth):
    """The analysis rows in their order, with their outcomes."""
    return read(analysis).merge(read(outcomes)[["id", truth]], on="id", how="left", validate="one_to_one")


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def by_chunk(result, metrics):
    frame = result.filter(period="analysis").to_df()
    out = {}
    for name in metrics:
        out[name] = [number(v) for v in frame[(name, "value")]]
        out[name + "_se"] = [number(v) for v in frame[(name, "sampling_error")]]
        out[name + "_realized"] = [number(v) for v in frame[(name, "realized")]]
    out.pop("average_precision_se", None)  # drawn without a seed
    return out


def ties_together(probability, score):
    """Expected hits and rows at the end of each block of one score, from the highest."""
    order = np.argsort(-score, kind="stable")
    probability, score = probability[order], score[order]
    ends = np.r_[np.flatnonzero(np.diff(score) != 0), len(score) - 1]
    return np.cumsum(probability)[ends], (ends + 1).astype(float)


def auc_ties(probability, score):
    hits, rows = ties_together(probability, score)
    hits, misses = np.r_[0, hits], np.r_[0, rows - hits]
    return number(np.trapezoid(hits, misses) / hits[-1] / misses[-1])


def average_precision_ties(probability, score):
    hits, rows = ties_together(probability, score)
    return number(np.sum(np.diff(np.r_[0, hits]) * hits / rows) / hits[-1])


def function(reference, score, positive):
    """scikit-learn's isotonic function of a reference, at a hundred scores and beyond their ends."""
    fitted = IsotonicRegression(out_of_bounds="clip").fit(reference[score], positive)
    low, high = reference[score].min(), reference[score].max()
    at = np.linspace(low - 0.05, high + 0.05, 100)
    return {"at": [number(x) for x in at], "is": [number(y) for y in fitted.predict(at)]}


def binary(reference, analysis, score, predicted, truth, size):
    def made(metrics, **more):
        return nannyml.CBPE(
            y_pred_proba=score, y_pred=predicted, y_true=truth, metrics=metrics, chunk_size=size,
            problem_type="classification_binary", **more,
        ).fit(reference)

    # Its confusion matrix is four metrics of one name.
    estimator = made(BINARY)
    out = by_chunk(estimator.estimate(analysis), BINARY)
    cells = made(["confusion_matrix"]).estimate(analysis).filter(period="analysis").to_df()
    for name in ["true_positive", "false_positive", "false_negative", "true_negative"]:
        out[name] = [number(v) for v in cells[(name, "value")]]
    value = made(["business_value"], business_value_matrix=VALUES_OF_TWO).estimate(analysis)
    out |= by_chunk(value, ["business_value"])
    probability = np.asarray(analysis[score], dtype=float)
    if estimator.needs_calibration:
        probability = estimator.calibrator.calibrate(analysis[score])
    out["roc_auc_ties"], out["average_precision_ties"] = [], []
    for first in range(0, len(analysis), size):
        chunk = slice(first, first + size)
        raw = analysis[score].to_numpy(dtype=float)[chunk]
        out["roc_auc_ties"].append(auc_ties(probability[chunk], raw))
        out["average_precision_ties"].append(average_precision_ties(probability[chunk], raw))
    return {
        "size": size,
        "calibrated": [bool(estimator.needs_calibration)],
        "isotonic": [function(reference, score, reference[truth])],
        "chunks": out,
    }


def several(reference, analysis, size):
    metrics = [m for m in BINARY if m != "average_precision"]
    columns = {c: f"y_pred_proba_{c}" for c in CARDS}

    def made(metrics, **more):
        return nannyml.CBPE(
            y_pred_proba=columns, y_pred="y_pred", y_true="y_true", metrics=metrics, chunk_size=size,
            problem_type="classification_multiclass", **more,
        ).fit(reference)

    estimator = made(metrics)
    out = by_chunk(estimator.estimate(analysis), metrics)
    value = made(["business_value"], business_value_matrix=VALUES_OF_THREE).estimate(analysis)
    out |= by_chunk(value, ["business_value"])
    # By true and predicted class, row after row.
    cells = made(["confusion_matrix"]).estimate(analysis).filter(period="analysis").to_df()
    out["confusion"] = [
        [number(cells[(f"true_{t}_pred_{p}", "value")].iloc[i]) for t in CARDS for p in CARDS] for i in range(len(cells))
    ]
    known = _calibrate_predicted_probabilities(analysis, "y_true", columns, estimator._calibrators)
    out["roc_auc_ties"] = []
    for first in range(0, len(analysis), size):
        chunk = slice(first, first + size)
        areas = [auc_ties(known[c].to_numpy()[chunk], analysis[c].to_numpy()[chunk]) for c in columns.values()]
        out["roc_auc_ties"].append(number(np.mean(areas)))
    return {
        "size": size,
        "calibrated": [type(estimator._calibrators[c]).__name__ == "IsotonicCalibrator" for c in CARDS],
        "isotonic": [function(reference, columns[c], (reference["y_true"] == c).astype(int)) for c in CARDS],
        "chunks": out,
    }


def small(name, frame, columns):
    frame[columns].iloc[::EVERY].to_csv(HERE / name, index=False, lineterminator="\n")
    return pd.read_csv(HERE / name)


def main():
    HERE.mkdir(exist_ok=True)
    (HERE / "LICENCE.txt").write_text(LICENCE)
    out = {"versions": {m.__name__: m.__version__ for m in (nannyml, np, pd)}}

    reference = read("synthetic_car_loan_reference.csv")
    analysis = joined("synthetic_car_loan_analysis.csv", "synthetic_car_loan_analysis_target.csv", "repaid")
    names = ("y_pred_proba", "y_pred", "repaid")
    out["car_loan"] = binary(reference, analysis, *names, 5000)
    columns = ["id", "timestamp", *names]
    parts = [small(f"car_loan_{n}.csv", f, columns) for n, f in (("reference", reference), ("analysis", analysis))]
    out["car_loan_small"] = binary(*parts, *names, 200)

    reference = read("california_housing_reference.csv")
    analysis = joined("california_housing_analysis.csv", "california_housing_analysis_gt.csv", "clf_target")
    out["california_housing"] = binary(reference, analysis, "y_pred_proba", "y_pred", "clf_target", 1000)

    reference = read("employment_MA_reference.pq")
    analysis = joined("employment_MA_analysis.pq", "employment_MA_analysis_target.pq", "employed")
    out["employment"] = binary(reference, analysis, "predicted_probability", "prediction", "employed", 5000)

    reference = read("mc_reference.csv")
    analysis = joined("mc_analysis.csv", "mc_analysis_gt.csv", "y_true")
    out["cards"] = several(reference, analysis, 6000)
    columns = ["id", "timestamp", *[f"y_pred_proba_{c}" for c in CARDS], "y_pred", "y_true"]
    parts = [small(f"cards_{n}.csv", f, columns) for n, f in (("reference", reference), ("analysis", analysis))]
    out["cards_small"] = several(*parts, 240)

    (HERE / "estimates.json").write_text(json.dumps(out, indent=None, separators=(",", ":"), allow_nan=False) + "\n")


main()
