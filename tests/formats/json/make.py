"""Writes one log in every form of JSON that pandas has, for the tests to compare.

    python -m venv /tmp/pandas && /tmp/pandas/bin/pip install pandas==3.1.1
    /tmp/pandas/bin/python tests/formats/json/make.py

Deterministic: the same version writes the same bytes. The rows have texts with quotes, brackets, line breaks
and characters beyond ASCII, missing values, whole numbers and fractions, true and false. One
third of the scores are on the wrong side of 0.5. `named-*` have the ids as the names of their rows.
"""

import json
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
NOTES = ["plain", 'a "quoted" word', "two\nlines", "[x], {y}: 1", "Zoë 😀", None, ""]
ROWS = 60

frame = pd.DataFrame(
    {
        "id": [f"r{i:02}" for i in range(ROWS)],
        "at": [f"2026-01-{1 + i // 6:02}T10:00:00Z" for i in range(ROWS)],
        "score": [None if i == 7 else round((i % 2 if i % 3 else 1 - i % 2) * 0.75 + 0.1 + i / 1000, 3) for i in range(ROWS)],
        "label": [i % 2 for i in range(ROWS)],
        "new": [i % 5 == 0 for i in range(ROWS)],
        "note": [NOTES[i % len(NOTES)] for i in range(ROWS)],
        "amount": [i * 1000.5 for i in range(ROWS)],
    }
)
named = frame.set_index("id")

frame.to_json(HERE / "lines.jsonl", orient="records", lines=True)
for orient in ["records", "split", "columns", "index", "table", "values"]:
    frame.to_json(HERE / f"{orient}.json", orient=orient)
    frame.to_json(HERE / f"{orient}-pretty.json", orient=orient, indent=2, force_ascii=False)
for orient in ["split", "columns", "index"]:
    named.to_json(HERE / f"named-{orient}.json", orient=orient)
# What json.dump writes of to_dict(orient="list"), with the NaN of Python.

(HERE / "lists.json").write_text(json.dumps(frame.to_dict(orient="list")))
print(pd.__version__)
