"""Makes what NannyML 0.13.1 says of performance, with outcomes and without, by chunk: limits and alerts too.

    python3.11 -m venv /tmp/nannyml
    /tmp/nannyml/bin/pip install -r tests/reference/requirements_nannyml.txt
    /tmp/nannyml/bin/python tests/reference/make_nannyml_performance.py

Reads car_loan_*.csv and cards_*.csv, which make_nannyml.py writes, and writes, in the folder nannyml next to itself:

* prices_reference.csv, prices_analysis.csv
                     every 60th row of a data set of the wheel (regression_synthetic_*.csv): predictions and outcomes
* performance.json   what PerformanceCalculator and CBPE tell of each set. "untied" are the same rows with scores of
                     which no two are equal (`untied`, which the test makes again bit by bit): there no number hangs
                     on how numpy sorts ties. "gaps" are those with outcomes and predictions missing, and a chunk of
                     one class.

The sampling error of average precision is drawn without a seed, and is left out.
"""

import json
import math
import os
import warnings
from pathlib import Path

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import logging  # noqa: E402

import nannyml  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

logging.disable(logging.CRITICAL)
HERE = Path(__file__).parent / "nannyml"
DATA = Path(nannyml.__file__).parent / "datasets" / "data"
METRICS = ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy", "confusion_matrix"]
NUMBERS = ["mae", "mape", "mse", "msle", "rmse", "rmsle"]
CARDS = ["highstreet_card", "prepaid_card", "upmarket_card"]
TIME = "timestamp"


def plain(value):
    if value is None:
        return None
    value = float(value)
    return value if math.isfinite(value) else None


def lines(frame):
    out = {}
    for name in frame.columns.get_level_values(0).unique():
        if name == "chunk":
            continue
        part = frame[name]
        line = {
            "values": [plain(v) for v in part["value"]],
            "alerts": [v is not None and v == v and bool(v) for v in part["alert"]],
            "lower": plain(part["lower_threshold"].iloc[-1]),
            "upper": plain(part["upper_threshold"].iloc[-1]),
        }
        if name != "average_precision":
            line["errors"] = [plain(v) for v in part["sampling_error"]]
            if "lower_confidence_boundary" in part:
                line["lows"] = [plain(v) for v in part["lower_confidence_boundary"]]
                line["highs"] = [plain(v) for v in part["upper_confidence_boundary"]]
        out[name] = line
    return out


def classes(reference, analysis, scores, truth, size, estimate=True):
    kind = "classification_binary" if isinstance(scores, str) else "classification_multiclass"
    own = {
        "y_pred_proba": scores, "y_pred": "y_pred", "y_true": truth, "problem_type": kind, "chunk_size": size,
        "timestamp_column_name": TIME, "metrics": METRICS,
    }
    known = nannyml.PerformanceCalculator(**own).fit(reference).calculate(analysis)
    out = {"size": size, "realized": lines(known.to_df())}
    if estimate:
        estimator = nannyml.CBPE(**own).fit(reference)
        out["estimated"] = lines(estimator.estimate(analysis.drop(columns=[truth])).to_df())
        if isinstance(scores, str):
            out["calibrated"] = [bool(estimator.needs_calibration)]
        else:
            fitted = estimator._calibrators
            out["calibrated"] = [type(fitted[c]).__name__ == "IsotonicCalibrator" for c in CARDS]
    return out


def untied(frame, columns):
    out = frame.copy()
    row = np.arange(len(frame))
    for at, column in enumerate(columns):
        step = (row * (7919 + 2 * at)) % 40009
        out[column] = frame[column] * 0.98 + step / 40009.0 * 0.02
    if len(columns) == 3:
        a, b, c = (out[column] for column in columns)
        all_three = a + b + c
        for column, of in zip(columns, (a, b, c)):
            out[column] = of / all_three
    return out


def gaps(frame, truth, reference):
    out = frame.copy()
    row = np.arange(len(frame))
    if not reference:
        out.loc[(row >= 600) & (row < 800), truth] = 1.0
    out.loc[row % 7 == 3, truth] = np.nan
    out["y_pred"] = out["y_pred"].astype(float)
    out.loc[row % 11 == 5, "y_pred"] = np.nan
    return out


def prices():
    names = {"reference": "regression_synthetic_reference.csv", "analysis": "regression_synthetic_analysis.csv"}
    frames = []
    for part, name in names.items():
        whole = pd.read_csv(DATA / name)
        if part == "analysis":
            outcomes = pd.read_csv(DATA / "regression_synthetic_analysis_targets.csv")
            whole = whole.drop(columns=[c for c in ("y_true",) if c in whole]).join(outcomes[["y_true"]])
        whole["id"] = np.arange(len(whole))
        whole[["id", TIME, "y_pred", "y_true"]].iloc[::60].to_csv(HERE / f"prices_{part}.csv", index=False, lineterminator="\n")
        frames.append(pd.read_csv(HERE / f"prices_{part}.csv"))
    own = {"y_pred": "y_pred", "y_true": "y_true", "problem_type": "regression", "chunk_size": 100, "metrics": NUMBERS}
    known = nannyml.PerformanceCalculator(timestamp_column_name=TIME, **own).fit(frames[0]).calculate(frames[1])
    return {"size": 100, "realized": lines(known.to_df())}


def main():
    out = {"versions": {m.__name__: m.__version__ for m in (nannyml, np, pd)}}
    loans = [pd.read_csv(HERE / f"car_loan_{n}.csv") for n in ("reference", "analysis")]
    out["car_loan"] = classes(*loans, "y_pred_proba", "repaid", 200)
    out["car_loan_default"] = classes(*loans, "y_pred_proba", "repaid", None)
    apart = [untied(f, ["y_pred_proba"]) for f in loans]
    out["untied"] = classes(*apart, "y_pred_proba", "repaid", 200)
    holes = [gaps(f, "repaid", reference) for f, reference in zip(apart, (True, False))]
    out["gaps"] = classes(*holes, "y_pred_proba", "repaid", 200, estimate=False)
    cards = [pd.read_csv(HERE / f"cards_{n}.csv") for n in ("reference", "analysis")]
    scores = {c: f"y_pred_proba_{c}" for c in CARDS}
    out["cards"] = classes(*cards, scores, "y_true", 240)
    out["cards_untied"] = classes(*[untied(f, list(scores.values())) for f in cards], scores, "y_true", 240)
    out["prices"] = prices()
    (HERE / "performance.json").write_text(json.dumps(out, separators=(",", ":"), allow_nan=False) + "\n")


main()
