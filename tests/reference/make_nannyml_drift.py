"""Makes nannyml/drift.json and the files that it is about: chunks, drift, thresholds and alerts of NannyML 0.13.1.

    python -m venv /tmp/nannyml && /tmp/nannyml/bin/pip install -r tests/reference/requirements_nannyml.txt
    NML_DISABLE_USAGE_LOGGING=1 /tmp/nannyml/bin/python tests/reference/make_nannyml_drift.py

Python 3.11. Deterministic. Writes into nannyml/:

* drift_reference.csv, drift_analysis.csv   every 25th row of the data sets of car loans that lack some values and have
                                            new ones (synthetic_car_loan_dq_*.csv of the wheel), with outcomes
* long_reference.csv, long_analysis.csv     two columns of every 4th row of the same: more than the 10 000 rows from
                                            which on NannyML counts numbers by bins
* drift.json                                of the first: every method, missing and unseen values, summary statistics
                                            and the reconstruction error by chunks of 200 rows; chunks of other kinds;
                                            of the second, methods of numbers by chunks of 1 250 rows
"""

import json
import math
import warnings
from pathlib import Path

import nannyml
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
HERE = Path(__file__).parent / "nannyml"
DATA = Path(nannyml.__file__).parent / "datasets" / "data"
TIME = "timestamp"
NUMBERS = ["car_value", "debt_to_income_ratio", "loan_length", "driver_tenure", "y_pred_proba"]
WORDS = ["salary_range", "repaid_loan_on_prev_car", "size_of_downpayment"]
METHODS = ["kolmogorov_smirnov", "jensen_shannon", "wasserstein", "hellinger"], ["chi2", "jensen_shannon", "l_infinity", "hellinger"]


def plain(value):
    if value is None:
        return None
    value = float(value)
    return value if math.isfinite(value) else None


def series(frame, *key):
    """Values on the chunks of the reference and of the analysis, thresholds and alerts."""
    part = frame[key[0]] if len(key) == 1 else frame[key[0]][key[1]]
    out = {"values": [plain(v) for v in part["value"]], "alerts": [bool(a) for a in part["alert"]]}
    for name in ("lower", "upper"):
        if f"{name}_threshold" in part:
            out[name] = plain(part[f"{name}_threshold"].iloc[-1])
    if "sampling_error" in part:
        out["errors"] = [plain(v) for v in part["sampling_error"]]
    return out


def both(calculator, reference, analysis):
    return calculator.fit(reference).calculate(analysis).to_df()


def drift(reference, analysis, numbers, words, **chunks):
    frame = both(
        nannyml.UnivariateDriftCalculator(
            column_names=numbers + words, timestamp_column_name=TIME, treat_as_categorical=words,
            continuous_methods=METHODS[0], categorical_methods=METHODS[1], **chunks),
        reference, analysis,
    )
    out = {c: {m: series(frame, c, m) for m in METHODS[0]} for c in numbers}
    return out | {c: {m: series(frame, c, m) for m in METHODS[1]} for c in words}


def chunked(reference, analysis, **chunks):
    frame = both(
        nannyml.UnivariateDriftCalculator(
            column_names=["car_value"], timestamp_column_name=TIME, continuous_methods=["jensen_shannon"], **chunks),
        reference, analysis,
    )
    return series(frame, "car_value", "jensen_shannon")


def main():
    out = {"versions": {m.__name__: m.__version__ for m in (nannyml, np, pd)}}
    frames = {}
    for name in ("reference", "analysis"):
        whole = pd.read_csv(DATA / f"synthetic_car_loan_dq_{name}.csv")
        if name == "analysis":
            outcomes = pd.read_csv(DATA / "synthetic_car_loan_analysis_target.csv")
            whole = whole.drop(columns=[c for c in ("repaid",) if c in whole]).merge(outcomes, on="id", how="left")
        part = whole.iloc[::25]
        part = part[["id", TIME, *NUMBERS, *WORDS, "y_pred", "repaid"]]
        part.to_csv(HERE / f"drift_{name}.csv", index=False, lineterminator="\n")
        frames[name] = pd.read_csv(HERE / f"drift_{name}.csv")
        long = whole.iloc[::4][["car_value", "debt_to_income_ratio"]]
        if name == "analysis":
            long = long.iloc[-5000:]
        long.to_csv(HERE / f"long_{name}.csv", index=False, lineterminator="\n")
        frames["long_" + name] = pd.read_csv(HERE / f"long_{name}.csv")
    reference, analysis = frames["reference"], frames["analysis"]
    for frame in (reference, analysis):
        assert frame[TIME].is_monotonic_increasing and frame[TIME].is_unique
    size = {"chunk_size": 200}
    out["size"] = drift(reference, analysis, NUMBERS, WORDS, **size)
    out["chunks"] = {
        "default": chunked(reference, analysis),
        "number_7": chunked(reference, analysis, chunk_number=7),
        "week": chunked(reference, analysis, chunk_period="W"),
        "month": chunked(reference, analysis, chunk_period="M"),
    }
    columns = NUMBERS + WORDS
    missing = both(nannyml.MissingValuesCalculator(column_names=columns, timestamp_column_name=TIME, **size), reference, analysis)
    out["missing"] = {c: series(missing, c) for c in columns}
    unseen = both(nannyml.UnseenValuesCalculator(column_names=WORDS, timestamp_column_name=TIME, **size), reference, analysis)
    out["unseen"] = {c: series(unseen, c) for c in WORDS}
    out["statistics"] = {}
    for name, calculator in [
        ("avg", nannyml.SummaryStatsAvgCalculator),
        ("std", nannyml.SummaryStatsStdCalculator),
        ("median", nannyml.SummaryStatsMedianCalculator),
        ("sum", nannyml.SummaryStatsSumCalculator),
    ]:
        frame = both(calculator(column_names=NUMBERS, timestamp_column_name=TIME, **size), reference, analysis)
        out["statistics"][name] = {c: {k: v for k, v in series(frame, c).items() if k != "errors"} for c in NUMBERS}
    pca = nannyml.DataReconstructionDriftCalculator(column_names=NUMBERS[:4] + WORDS, timestamp_column_name=TIME, **size)
    pca.fit(reference)
    out["pca"] = series(pca.calculate(analysis).to_df(), "reconstruction_error")
    out["pca"]["components"] = int(pca._pca.n_components_)
    long = [frames["long_reference"], frames["long_analysis"]]
    frame = both(
        nannyml.UnivariateDriftCalculator(column_names=list(long[0]), continuous_methods=METHODS[0], chunk_size=1250), *long)
    out["long"] = {c: {m: series(frame, c, m) for m in METHODS[0]} for c in long[0]}
    (HERE / "drift.json").write_text(json.dumps(out, separators=(",", ":"), allow_nan=False) + "\n")


main()
