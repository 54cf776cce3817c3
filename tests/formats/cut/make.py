"""Writes the Parquet files of this folder, which tests cut off: what writers put between the pages differs.

    python3 -m venv v && v/bin/pip install WRITER && v/bin/python make.py NAME

of each writer in a `v` of its own:

    arrow14      pyarrow==14.0.2 "numpy<2"    repeats a column's footer behind its pages
    polars       polars==2.1.0                repeats it without its place; two parts of one table
    duckdb       duckdb==2.0.1                some columns without a dictionary, pages of one a group
    fastparquet  fastparquet==2026.9.0        zeros behind the values of a page
    plain        pyarrow==26.0.1              numbers alone, without dictionaries or checksums, in many pages

Every value comes from a formula, so that the files are the same at every run.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
START = 1767225600000000


def log(first, rows):
    """A log of predictions with cells missing: times are microseconds since 1970."""
    n = range(first, first + rows)
    return {
        "id": [f"r{i:06d}" for i in n],
        "ts": [START + i * 600000000 for i in n],
        "score": [None if i % 11 == 0 else (i * 37 % 101) / 101 for i in n],
        "label": [i * 37 % 101 // 60 for i in n],
        "country": [None if i % 13 == 5 else ["de", "fr", "es"][i % 3] for i in n],
        "approved": [None if i % 9 == 8 else i % 3 == 0 for i in n],
        "probs": [[i / 50, 1 - i / 50][: i % 3] for i in n],
    }


def arrow14():
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = log(0, 120)
    table["ts"] = pa.array(table["ts"], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table(table), "arrow14.parquet", row_group_size=50, data_page_size=200, write_batch_size=20, store_schema=False)


def plain():
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {name: [(i * k % 1009) / 7 + 0.1 for i in range(150)] for k, name in enumerate("abcd", 3)}
    kind = pa.schema([pa.field(name, pa.float64(), nullable=False) for name in columns])
    pages = dict(data_page_size=64, write_batch_size=10, use_dictionary=False, write_statistics=False, store_schema=False)
    pq.write_table(pa.table(columns, schema=kind), "plain.parquet", row_group_size=60, compression="none", **pages)


def polars():
    import polars as pl

    for part in range(2):
        table = pl.DataFrame(log(120 * part, 120))
        table = table.with_columns(pl.col("ts").cast(pl.Datetime("us", "UTC")))
        table.write_parquet(f"polars-{part}.parquet", row_group_size=50)


def duckdb():
    import duckdb

    rows = log(0, 4500)
    with open("rows.json", "w") as out:
        for i in range(4500):
            row = {name: cells[i] for name, cells in rows.items() if name in ("label", "country", "approved")}
            out.write(json.dumps(row | {"id": i}) + "\n")
    select = "select id, label, country, approved from read_json_auto('rows.json')"
    database = duckdb.connect()
    database.execute("set threads = 1")
    database.execute(f"copy ({select}) to 'duckdb.parquet' (format parquet, compression zstd, row_group_size 2048)")
    os.remove("rows.json")


def fastparquet():
    import fastparquet as fp
    import pandas as pd

    table = log(0, 80)
    table["ts"] = pd.to_datetime(table["ts"], unit="us", utc=True)
    table["approved"] = pd.array(table["approved"], dtype="boolean")
    table["country"] = pd.Categorical(table["country"])
    del table["probs"]
    fp.write("fastparquet.parquet", pd.DataFrame(table), row_group_offsets=40)


os.chdir(HERE)
globals()[sys.argv[1]]()
