"""Makes evidently_quality.json: what Evidently 0.7.23 tells of the quality of data and of predictions, and its tests.

    /tmp/evidently/bin/python tests/reference/make_evidently_quality.py

See make_evidently.py for what to install. Reads evidently_{reference,current}.csv, which that makes, and of the folder
nannyml cards_*.csv and prices_*.csv. Deterministic. Each of its values is a line: metric, column, part (mean, std,
count or share; empty where there is one value only), value, the same of the reference, and whether its default test
passes; null where it has none.
"""

import json
import math
import os
import re
import warnings
from pathlib import Path

os.environ["DO_NOT_TRACK"] = "1"
warnings.filterwarnings("ignore")

import pandas as pd  # noqa: E402
from evidently import BinaryClassification, DataDefinition, Dataset, MulticlassClassification, Regression, Report  # noqa: E402
from evidently.presets import ClassificationQuality, RegressionQuality, ValueStats  # noqa: E402
from evidently.metrics import RowCount  # noqa: E402

HERE = Path(__file__).parent
CARDS = ["highstreet_card", "prepaid_card", "upmarket_card"]
NAME = re.compile(r"(\w+)\((.*)\)")


def plain(value):
    value = float(value)
    return value if math.isfinite(value) else None


def parts(value):
    if isinstance(value, dict):
        return {k: v for k, v in value.items()}
    return {"": value}


def lines(metrics, reference, current, definition):
    sets = [Dataset.from_pandas(f, data_definition=definition) for f in (current, reference)]
    made = Report(metrics, include_tests=True).run(*sets)
    before = Report(metrics).run(sets[1]).dict()["metrics"]
    found = made.dict()
    tests = {}
    for test in found["tests"]:
        config = test["metric_config"]["params"]
        own = test["bound_test"]
        part = {"True": "count", "False": "share"}.get(str(own.get("is_count")), "")
        part = {"True": "mean", "False": "std"}.get(str(own.get("is_mean")), part)
        passed = str(test["status"]).endswith("SUCCESS")
        tests[(config["type"], config.get("column"), str(config.get("quantile")), part)] = passed
    out = []
    for now, then in zip(found["metrics"], before):
        config = now["config"] if "config" in now else now["metric_config"]["params"]
        name = config["type"].split(":")[-1]
        assert now["metric_name"] == then["metric_name"]
        if name == "UniqueValueCount":
            continue
        for part, value in parts(now["value"]).items():
            passed = tests.pop((config["type"], config.get("column"), str(config.get("quantile")), part), None)
            quantile = config.get("quantile")
            told = f"{name}({quantile})" if quantile is not None else name
            out.append([told, config.get("column"), part, plain(value), plain(parts(then["value"])[part]), passed])
    assert not tests, tests
    return out


def main():
    frames = [pd.read_csv(HERE / f"evidently_{n}.csv") for n in ("reference", "current")]
    numerical, categorical = ["amount", "age", "load", "score"], ["visits", "region", "member", "outcome"]
    binary = BinaryClassification(target="outcome", prediction_probas="score")
    definition = DataDefinition(numerical_columns=numerical, categorical_columns=categorical, classification=[binary])
    stats = [ValueStats(column=c) for c in frames[0].columns if c != "id"]
    out = {"binary": lines([RowCount(), *stats, ClassificationQuality()], *frames, definition)}

    cards = [pd.read_csv(HERE / "nannyml" / f"cards_{n}.csv") for n in ("reference", "analysis")]
    cards = [f.rename(columns={f"y_pred_proba_{c}": c for c in CARDS}) for f in cards]
    several = MulticlassClassification(target="y_true", prediction_labels="y_pred", prediction_probas=CARDS)
    definition = DataDefinition(categorical_columns=["y_true", "y_pred"], numerical_columns=CARDS, classification=[several])
    out["several"] = lines([ClassificationQuality()], *cards, definition)

    prices = [pd.read_csv(HERE / "nannyml" / f"prices_{n}.csv") for n in ("reference", "analysis")]
    definition = DataDefinition(numerical_columns=["y_pred", "y_true"], regression=[Regression(target="y_true", prediction="y_pred")])
    out["numbers"] = lines([RegressionQuality()], *prices, definition)
    (HERE / "evidently_quality.json").write_text(json.dumps(out) + "\n")


main()
