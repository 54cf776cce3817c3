"""CPU of one report beside NannyML's three calculators and Evidently's two presets, of the same rows.

    python tests/bench/beside.py PLUMBLINE NANNYML_PYTHON EVIDENTLY_PYTHON [ROWS]

PLUMBLINE is the command line; the other two are the interpreters of environments that have NannyML 0.13.1 and
Evidently 0.7.23 (tests/reference/requirements*.txt). A file of predictions with 20 inputs over 60 days is drawn
with a seed; the first 20 days are the reference. Every program reads it from the disk; what the others take for
importing and reading is told apart and not counted. Plumbline is counted from start to end.
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

NANNYML = """
import sys, time, warnings; warnings.filterwarnings("ignore")
import pandas as pd, nannyml as nml
frame = pd.read_csv(sys.argv[1], parse_dates=["time"])
known, now = frame[frame.time < "2026-01-21"], frame[frame.time >= "2026-01-21"]
began = time.process_time()
columns = [c for c in frame.columns if c not in ("time", "label")]
kind = dict(chunk_period="D", timestamp_column_name="time")
nml.UnivariateDriftCalculator(column_names=columns, **kind).fit(known).calculate(now).to_df()
kind = dict(kind, y_true="label", y_pred="predicted", y_pred_proba="score", problem_type="classification_binary",
            metrics=["roc_auc", "f1", "precision", "recall", "accuracy"])
nml.PerformanceCalculator(**kind).fit(known).calculate(now).to_df()
nml.CBPE(**kind).fit(known).estimate(now).to_df()
print(time.process_time() - began)
"""

EVIDENTLY = """
import sys, time, warnings; warnings.filterwarnings("ignore")
import pandas as pd
from evidently import BinaryClassification, DataDefinition, Dataset, Report
from evidently.presets import ClassificationPreset, DataDriftPreset
frame = pd.read_csv(sys.argv[1])
known, now = frame[frame.time < "2026-01-21"], frame[frame.time >= "2026-01-21"]
began = time.process_time()
columns = [c for c in frame.columns if c not in ("time", "label", "predicted")]
words = [c for c in columns if str(frame[c].dtype) in ("object", "str", "string")]
definition = DataDefinition(
    numerical_columns=[c for c in columns if c not in words],
    categorical_columns=words + ["label", "predicted"],
    classification=[BinaryClassification(target="label", prediction_labels="predicted", prediction_probas="score")],
)
sets = [Dataset.from_pandas(f.drop(columns="time").reset_index(drop=True), data_definition=definition) for f in (now, known)]
Report([DataDriftPreset(), ClassificationPreset()]).run(*sets).dict()
print(time.process_time() - began)
"""

DRAW = """
import sys, numpy as np, pandas as pd
rows, path = int(sys.argv[1]), sys.argv[2]
draw = np.random.default_rng(5)
score = draw.beta(2, 3, rows)
frame = {"time": pd.to_datetime("2026-01-01") + pd.to_timedelta(np.arange(rows) * (60 * 86400 / rows), unit="s")}
for i in range(15):
    frame[f"x{i:02}"] = np.round(draw.normal(size=rows) if i % 2 else draw.exponential(size=rows), 4)
for i in range(5):
    frame[f"w{i}"] = np.char.add("w", draw.integers(0, 4 + 8 * i, rows).astype(str))
frame |= {"score": np.round(score, 5), "predicted": (score >= 0.5).astype(int), "label": (draw.random(rows) < score).astype(int)}
frame = pd.DataFrame(frame)
frame["time"] = frame["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ").str.replace("Z", "")
frame.to_csv(path, index=False)
"""


def cpu(command):
    # Neither tells its makers of this run.
    quiet = dict(os.environ, NML_DISABLE_USAGE_LOGGING="1", DO_NOT_TRACK="1")
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=quiet).stdout.decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, time.time() - began, said


def main(plumbline, nannyml, evidently, rows="1000000"):
    path = pathlib.Path(tempfile.gettempdir()) / f"plumbline-beside-{rows}.csv"
    if not path.exists():
        subprocess.run([nannyml, "-c", DRAW, rows, str(path)], check=True)
    print(f"{int(rows):,} rows, {path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
    report = [plumbline, "report", str(path), "--window", "day", "--baseline", "2026-01-01..2026-01-21", "--out", "-"]
    ours = min(cpu(report)[0] for _ in range(3))
    print(f"Plumbline, whole report: {ours:.2f} s")
    for name, python, script in [("NannyML", nannyml, NANNYML), ("Evidently", evidently, EVIDENTLY)]:
        whole, wall, said = cpu([python, "-c", script, str(path)])
        spent = float(said.split()[-1])
        print(f"{name}: {spent:.1f} s of CPU ({spent / ours:.1f} times), {whole:.1f} s with import and reading, {wall:.1f} s by the clock")


main(*sys.argv[1:])
