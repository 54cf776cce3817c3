"""Asks Evidently 0.7.23 and NannyML 0.13.1, by their defaults, of logs in which nothing changes.

    cargo bench --bench evidence -- --write DIR
    EVIDENTLY_VENV/bin/python tests/evidence/defaults.py evidently DIR
    NANNYML_VENV/bin/python tests/evidence/defaults.py nannyml DIR

Each adds what it counts to defaults.json beside this file: the windows behind the first ten (which are the
reference) and columns that Evidently's DataDriftPreset finds drifted; the chunks and columns of which NannyML's
univariate calculator alerts, and the chunks in which its performance calculator alerts of accuracy or ROC AUC.
The versions of what they need are in tests/reference/requirements*.txt.
"""

import json
import pathlib
import sys
import warnings

import pandas as pd

warnings.filterwarnings("ignore")
BASELINE = 10
OUT = pathlib.Path(__file__).with_name("defaults.json")


def inputs(frame):
    return [c for c in frame.columns if c not in ("window", "predicted", "label")]


def evidently(frame):
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    columns = inputs(frame)
    words = [c for c in columns if frame[c].dtype == object or str(frame[c].dtype) in ("str", "string")]
    numbers = [c for c in columns if c not in words]
    definition = DataDefinition(numerical_columns=numbers, categorical_columns=words)
    reference = frame[frame.window < BASELINE][columns].reset_index(drop=True)
    known = Dataset.from_pandas(reference, data_definition=definition)
    drifted = 0
    for _, window in frame[frame.window >= BASELINE].groupby("window"):
        current = Dataset.from_pandas(window[columns].reset_index(drop=True), data_definition=definition)
        found = Report([DataDriftPreset()]).run(current, known).dict()["metrics"]
        count = [m["value"]["count"] for m in found if "DriftedColumnsCount" in m["metric_name"]]
        drifted += int(count[0])
    return {"evidently": drifted}


def nannyml(frame):
    import nannyml as nml

    columns, size = inputs(frame), int((frame.window == 0).sum())
    reference = frame[frame.window < BASELINE].reset_index(drop=True)
    analysis = frame[frame.window >= BASELINE].reset_index(drop=True)
    drift = nml.UnivariateDriftCalculator(column_names=columns, chunk_size=size)
    found = drift.fit(reference).calculate(analysis).filter(period="analysis").to_df()
    alerts = sum(int(found[(c, "jensen_shannon", "alert")].sum()) for c in columns)
    performance = nml.PerformanceCalculator(
        y_true="label",
        y_pred="predicted",
        y_pred_proba="score",
        problem_type="classification_binary",
        metrics=["accuracy", "roc_auc"],
        chunk_size=size,
    )
    told = performance.fit(reference).calculate(analysis).filter(period="analysis").to_df()
    of = sum(int(told[(m, "alert")].sum()) for m in ("accuracy", "roc_auc"))
    return {"nannyml": alerts, "performance": of}


def main(tool, folder):
    ask = {"evidently": evidently, "nannyml": nannyml}[tool]
    out = json.loads(OUT.read_text()) if OUT.exists() else {}
    for path in sorted(pathlib.Path(folder).glob("*.csv")):
        out.setdefault(path.stem, {}).update(ask(pd.read_csv(path)))
        print(path.stem, out[path.stem])
    OUT.write_text(json.dumps(out, indent=1, sort_keys=True) + "\n")


main(*sys.argv[1:])
