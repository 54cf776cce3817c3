"""Makes the errors that NannyML 0.13.1 expects of its own car prices, and what they came to.

    python3.11 -m venv /tmp/nannyml
    /tmp/nannyml/bin/pip install -r tests/reference/requirements_nannyml.txt
    /tmp/nannyml/bin/python tests/reference/make_dle.py

Writes dle.json next to itself: for each of the ten chunks of 6 000 rows that NannyML's wheel holds as
regression_synthetic_analysis.csv, direct loss estimation by its defaults, and the error by the outcomes.
The rows themselves are not here: `make evidence` reads them from the wheel's folder of data sets, if
NANNYML_DATA names it.
"""

import json
import os
import warnings
from pathlib import Path

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
warnings.filterwarnings("ignore")

import nannyml  # noqa: E402
import numpy as np  # noqa: E402

FEATURES = ["car_age", "km_driven", "price_new", "accident_count", "door_count", "fuel", "transmission"]
SIZE = 6000


def main():
    reference, analysis, targets = nannyml.load_synthetic_car_price_dataset()
    estimator = nannyml.DLE(
        feature_column_names=FEATURES, y_pred="y_pred", y_true="y_true",
        timestamp_column_name="timestamp", metrics=["mae", "rmse", "mape", "rmsle"], chunk_size=SIZE,
    )
    found = estimator.fit(reference).estimate(analysis).filter(period="analysis").to_df()
    joined = analysis.merge(targets, left_on="id", right_on="id") if "id" in targets else analysis.join(targets)
    y, p = joined["y_true"].to_numpy(), joined["y_pred"].to_numpy()
    error, apart = p - y, np.log1p(p) - np.log1p(y)
    means = lambda rows: [float(rows[i:i + SIZE].mean()) for i in range(0, len(rows), SIZE)]
    true = {
        "mean_absolute_error": means(np.abs(error)),
        "root_mean_squared_error": np.sqrt(means(error**2)).tolist(),
        "mean_absolute_percentage_error": means(np.abs(error / y)),
        "root_mean_squared_log_error": np.sqrt(means(apart**2)).tolist(),
    }
    names = {
        "mean_absolute_error": "mae",
        "root_mean_squared_error": "rmse",
        "mean_absolute_percentage_error": "mape",
        "root_mean_squared_log_error": "rmsle",
    }
    out = {"nannyml": nannyml.__version__, "size": SIZE}
    for name, own in names.items():
        estimated = [float(v) for v in found[(own, "value")]]
        off = float(np.mean(np.abs(np.array(estimated) - np.array(true[name]))))
        out[name] = {"estimated": estimated, "true": true[name], "off": off}
    path = Path(__file__).parent / "dle.json"
    path.write_text(json.dumps(out, indent=1, sort_keys=True) + "\n")


main()
