"""Writes the Parquet and Arrow files of this folder, and beside them the same tables as CSV.

    python3 -m venv v && v/bin/pip install pyarrow==26.0.1 && v/bin/python make_columnar.py

Every value comes from a formula, so that the files are the same at every run.
"""

import csv
import datetime as dt
import decimal
import os
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

assert pa.__version__ == "26.0.1", pa.__version__
WIDE = decimal.Context(prec=80)
HERE = os.path.dirname(os.path.abspath(__file__))
UTC = dt.timezone.utc
LISTS = [
    pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list, pa.types.is_list_view, pa.types.is_large_list_view,
]
START = dt.datetime(2025, 3, 1, 6, 30, tzinfo=UTC)


def log(rows):
    """A log of predictions: what a report is made of, with cells missing in every kind."""
    times = [START + dt.timedelta(minutes=17 * i, microseconds=i * i) for i in range(rows)]
    score = [(i * 37 % 101) / 101 if i % 11 else None for i in range(rows)]
    return pa.table(
        {
            "request_id": pa.array([f"r{i:06d}-{i * 7919 % 1000}" for i in range(rows)]),
            "ts": pa.array(times, pa.timestamp("us", "UTC")),
            "score": pa.array(score, pa.float64()),
            "label": pa.array([None if i % 7 == 3 else i * 37 % 101 // 60 for i in range(rows)], pa.int64()),
            "country": pa.array([None if i % 13 == 5 else ["de", "fr", "España", "NA"][i * 3 % 4] for i in range(rows)]),
            "amount": pa.array([round(i * 1.37 - 20, 2) for i in range(rows)], pa.float32()),
            "retries": pa.array([i % 3 for i in range(rows)], pa.int32()),
            "approved": pa.array([None if i % 9 == 8 else i % 3 == 0 for i in range(rows)]),
        }
    )


def kinds(rows):
    """A column of every type that has cells."""
    day = [dt.date(2024, 2, 27) + dt.timedelta(days=i) for i in range(rows)]
    time = [dt.datetime(2024, 2, 28, 23, 59) + dt.timedelta(seconds=97 * i) for i in range(rows)]
    some = lambda values: [None if i % 5 == 4 else v for i, v in enumerate(values)]
    unit = lambda u, tz=None: pa.array(some(time), pa.timestamp("us")).cast(pa.timestamp(u), safe=False).cast(pa.timestamp(u, tz))
    number = range(rows)
    money = lambda p, s, k: pa.array(some([decimal.Decimal(i * k - 7).scaleb(-s) for i in number]), pa.decimal128(p, s))
    return pa.table(
        {
            "i8": pa.array([i - 20 for i in number], pa.int8()),
            "i16": pa.array(some([i * 700 - 9000 for i in number]), pa.int16()),
            "u8": pa.array([i * 3 for i in number], pa.uint8()),
            "u32": pa.array(some([4294967295 - i for i in number]), pa.uint32()),
            "u64": pa.array([18446744073709551615 - i * 4096 for i in number], pa.uint64()),
            "i64": pa.array([(i - 9) * 9007199254740881 for i in number], pa.int64()),
            "f16": pa.array([i / 8 - 2 for i in number], pa.float32()).cast(pa.float16()),
            "f32": pa.array(some([i / 7 for i in number]), pa.float32()),
            "f64": pa.array([i / 7 for i in number], pa.float64()),
            "d9": money(9, 2, 1234),
            "d18": money(18, 4, 123456789012),
            "d38": money(38, 10, 10**30 + 7),
            "time_s": unit("s"),
            "time_ms": unit("ms", "UTC"),
            "time_us": unit("us"),
            "time_ns": unit("ns", "Europe/Madrid"),
            "date": pa.array(some(day), pa.date32()),
            "date64": pa.array(day, pa.date64()),
            "clock": pa.array([dt.time(i % 24, i % 60, 1, i * 1000) for i in number], pa.time64("us")),
            "flag": pa.array(some([i % 2 == 0 for i in number])),
            "text": pa.array(some([f"word {i % 4}" for i in number])),
            "long_text": pa.array([f"{i:>40}".replace(" ", "ß") for i in number], pa.large_string()),
            "bytes": pa.array([f"b{i % 6}".encode() for i in number], pa.binary()),
            "fixed": pa.array([f"f{i % 6:02d}".encode() for i in number], pa.binary(3)),
            "words": pa.array(some([f"level {(rows - i) % 5}" for i in number])).dictionary_encode(),
            "empty": pa.array([None] * rows, pa.string()),
            "nothing": pa.nulls(rows),
            "user": pa.array(
                [None if i % 6 == 1 else {"age": None if i % 6 == 2 else 20 + i, "place": {"city": "abc"[i % 3]}} for i in number],
                pa.struct([("age", pa.int32()), ("place", pa.struct([("city", pa.string())]))]),
            ),
            "probabilities": pa.array(
                [None if i % 6 == 5 else [] if i % 6 == 4 else [i / 50, None if i % 6 == 3 else 1 - i / 50][: 2 - (i % 6 == 2)] for i in number],
                pa.list_(pa.float64()),
            ),
            "pair": pa.array([[i, i + 0.5] for i in number], pa.list_(pa.float32(), 2)),
        }
    )


def text(value, kind):
    """A cell as Plumbline shows it."""
    if value is None:
        return ""
    if pa.types.is_timestamp(kind):
        micros = pa.scalar(value, kind) if not isinstance(value, pa.Scalar) else value
        per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        count = micros.value * 10**6 // per
        at = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=count)
        digits = "" if count % 10**6 == 0 else f".{count % 10**6 // 1000:03d}" if count % 1000 == 0 else f".{count % 10**6:06d}"
        return at.strftime("%Y-%m-%dT%H:%M:%S") + digits + "Z"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, dt.time):
        return value.strftime("%H:%M:%S") + (f".{value.microsecond // 1000:03d}" if value.microsecond else "")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode()
    if isinstance(value, float):
        # Numbers of 32 bits are the numbers that they are, not the shortest text of them.
        return repr(value)
    return str(value)


def flat(name, column):
    """The columns that one column becomes: names, and cells as texts."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_struct(kind):
        for i, field in enumerate(kind):
            inner = [None if s is None else s.get(field.name) for s in column.to_pylist()]
            yield from flat(f"{name}.{field.name}", pa.chunked_array([pa.array(inner, field.type)]))
        return
    if any(is_list(kind) for is_list in LISTS):
        lists = [[] if c is None else c for c in column.to_pylist()]
        for item in range(max(map(len, lists))):
            yield f"{name}.{item}", [text(c[item] if item < len(c) else None, kind.value_type) for c in lists]
        return
    if pa.types.is_timestamp(kind):
        yield name, [text(c if c.is_valid else None, kind) for c in column]
        return
    yield name, [text(c, kind) for c in column.to_pylist()]


def write_csv(table, path):
    columns = [c for name in table.column_names for c in flat(name, table[name])]
    with open(os.path.join(HERE, path), "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([name for name, _ in columns])
        writer.writerows(zip(*[cells for _, cells in columns]))


def parquet(table, path, **options):
    # Small pages and groups, so that several of each are in a small file.
    small = dict(row_group_size=48, data_page_size=128, write_batch_size=16, write_statistics=False, store_schema=False)
    pq.write_table(table, os.path.join(HERE, path), **{**small, **options})


def arrow(table, path, rows=25, **options):
    """`.arrow` is a file, `.arrows` a stream."""
    open_ = pa.ipc.new_file if path.endswith(".arrow") else pa.ipc.new_stream
    options = pa.ipc.IpcWriteOptions(**options)
    batches = table if isinstance(table, list) else table.to_batches(max_chunksize=rows)
    with open_(os.path.join(HERE, path), batches[0].schema, options=options) as out:
        for batch in batches:
            out.write_batch(batch)


def only_arrow(rows):
    """Types that Parquet has not."""
    number = range(rows)
    names = [None if i % 7 == 2 else f"n{i}" if i % 3 else f"a name of more than twelve bytes, {i % 5}" for i in number]
    return pa.table(
        {
            "view": pa.array(names, pa.string_view()),
            "before": pa.array([i / 3 for i in number]),
            "second_view": pa.array(names[::-1], pa.string_view()),
            "wide": pa.array([decimal.Decimal(i * 7 - 30).scaleb(-3) for i in number], pa.decimal256(50, 3)),
            "list": pa.array([[i, None if i % 2 else -i, i * 2][: i % 4] if i % 5 else None for i in number], pa.large_list(pa.int16())),
            "small_codes": pa.array([None if i % 4 == 1 else "xyz"[i % 3] for i in number]).cast(pa.dictionary(pa.int8(), pa.string())),
            "coded_numbers": pa.array([[10, 20, 30][i % 3] for i in number]).dictionary_encode(),
        }
    )


def wide(rows):
    """Decimals of 256 bits, with more digits than 128 bits hold."""
    number = range(rows)
    some = lambda values: [None if i % 5 == 4 else v for i, v in enumerate(values)]
    wide = lambda p, s, values: pa.array(some([decimal.Decimal(v).scaleb(-s, WIDE) for v in values]), pa.decimal256(p, s))
    return pa.table(
        {
            "short": wide(50, 4, [i * 37 % 101 for i in number]),
            "long": wide(76, 40, [(-1) ** i * (i * 10**40 + 10**39 // 3) for i in number]),
            "whole": wide(76, 0, [7**i * 10**20 for i in number]),
            "label": pa.array([i % 2 for i in number]),
        }
    )


def views(rows):
    """Lists whose items lie in any order, and in several lists at once."""
    number = range(rows)
    items = pa.array([i / 8 for i in number])
    back = [rows - 2 - i if i < rows - 1 else 0 for i in number]
    sizes = [0 if i % 4 == 3 else 1 + i % 2 for i in number]
    absent = pa.array([i % 5 == 2 for i in number])
    view = pa.ListViewArray.from_arrays(pa.array(back, pa.int32()), pa.array(sizes, pa.int32()), items, mask=absent)
    large = pa.LargeListViewArray.from_arrays(pa.array(back), pa.array(sizes), items)
    return pa.table({"first": pa.array(number), "view": view, "text": pa.array([f"t{i % 3}" for i in number]), "large": large})


def odd(rows):
    """Columns that are left out, between two that are not."""
    number = range(rows)
    ints = pa.array(number, pa.int64())
    codes = pa.array([i % 2 for i in number], pa.int8())
    ends = pa.array(number, pa.int32())
    return pa.RecordBatch.from_arrays(
        [
            ints,
            pa.UnionArray.from_dense(codes, ends, [ints, pa.array([f"{i}" for i in number])]),
            pa.UnionArray.from_sparse(codes, [ints, pa.array([f"{i}" for i in number])]),
            pa.RunEndEncodedArray.from_arrays(pa.array([rows], pa.int32()), pa.array([5])),
            pa.array([[[i]] for i in number]),
            pa.array([f"text {i}" for i in number]),
        ],
        names=["first", "dense", "sparse", "runs", "lists", "last"],
    )


def words():
    """A dictionary that grows from batch to batch."""
    level = [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]
    batch = lambda levels: pa.record_batch({"word": pa.DictionaryArray.from_arrays(pa.array([len(levels) - 1, 0, None]), levels)})
    return [batch(levels) for levels in level]


def sets(rows):
    """Lists of labels, of which some are empty and some missing, beside lists of numbers of one length."""
    names = ["news", "sport", "tech", 'a "b", c']
    of = lambda bits: [names[j] for j in range(4) if bits >> j & 1]
    return pa.table({
        "id": pa.array(range(rows), pa.int32()),
        "predicted_labels": pa.array([of(i * 11 % 16) for i in range(rows)]),
        "labels": pa.array([None if i % 13 == 12 else of(i * 7 % 16) for i in range(rows)]),
        "codes": pa.array([[j for j in range(4) if i * 7 % 16 >> j & 1] for i in range(rows)], pa.list_(pa.int8())),
        "pair": pa.array([[0.25, 0.75] if i % 2 else [1.0, 0.0] for i in range(rows)], pa.list_(pa.float64())),
    })


def main():
    table = log(80)
    write_csv(table, "log.csv")
    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        for version in ["1.0", "2.0"]:
            for dictionary in [True, False]:
                how = "dictionary" if dictionary else "plain"
                name = f"log-{codec}-{how}-v{version[0]}.parquet"
                parquet(table, name, compression=codec, data_page_version=version, use_dictionary=dictionary)
    by_column = {
        "delta": {
            "request_id": "DELTA_BYTE_ARRAY", "ts": "DELTA_BINARY_PACKED", "score": "BYTE_STREAM_SPLIT",
            "label": "DELTA_BINARY_PACKED", "country": "DELTA_LENGTH_BYTE_ARRAY", "amount": "BYTE_STREAM_SPLIT",
            "retries": "DELTA_BINARY_PACKED", "approved": "RLE",
        },
        "split": {"ts": "BYTE_STREAM_SPLIT", "retries": "BYTE_STREAM_SPLIT", "country": "DELTA_BYTE_ARRAY"},
    }
    for how, encodings in by_column.items():
        for version in ["1.0", "2.0"]:
            parquet(table, f"log-{how}-v{version[0]}.parquet", compression="snappy", data_page_version=version,
                    use_dictionary=False, column_encoding=encodings, write_page_checksum=True)
    table = kinds(40)
    write_csv(table, "kinds.csv")
    for version in ["1.0", "2.0"]:
        parquet(table, f"kinds-v{version[0]}.parquet", compression="zstd", data_page_version=version, row_group_size=25)
    # Instants of 96 bits, as Impala and old Spark wrote them; decimals as whole numbers.
    parquet(table.select(["time_s", "time_ms", "time_us", "time_ns", "d9", "d18"]), "kinds-old.parquet",
            use_deprecated_int96_timestamps=True, store_decimal_as_integer=True, row_group_size=25)
    # One group that is longer than what is read in one turn.
    number = range(600_000)
    long = {
        "thousands": pa.array([i // 1000 for i in number], pa.int32()),
        "some": pa.array([None if i // 500 % 3 == 0 else f"w{i // 500 % 7}" for i in number]),
        "list": pa.array([[i // 4000, -1][: i // 4000 % 3] for i in number], pa.list_(pa.int16())),
    }
    pq.write_table(pa.table(long), os.path.join(HERE, "long.parquet"), compression="zstd", row_group_size=1 << 20)
    arrow(table, "kinds.arrow")
    arrow(table, "kinds-stream.arrows", compression="zstd")
    arrow(log(80), "log.arrow", rows=30)
    arrow(log(80), "log-lz4.arrow", rows=30, compression="lz4")
    arrow(log(80), "log-zstd.arrow", rows=30, compression="zstd")
    arrow(log(80), "log-stream.arrows", rows=30)
    arrow(log(80), "log-stream-lz4.arrows", rows=30, compression="lz4")
    arrow(log(80), "log-old.arrows", rows=30, use_legacy_format=True, metadata_version=pa.ipc.MetadataVersion.V4)
    write_csv(only_arrow(40), "only-arrow.csv")
    arrow(only_arrow(40), "only-arrow.arrow", compression="lz4")
    arrow(only_arrow(40), "only-arrow-stream.arrows")
    write_csv(wide(40), "wide.csv")
    arrow(wide(40), "wide.arrow", compression="zstd")
    for dictionary in [True, False]:
        how = "dictionary" if dictionary else "plain"
        parquet(wide(40), f"wide-{how}.parquet", use_dictionary=dictionary, data_page_version="2.0")
    write_csv(views(40), "views.csv")
    arrow(views(40), "views.arrow", compression="lz4")
    arrow(views(40), "views-stream.arrows")
    arrow([odd(12)], "odd.arrow")
    write_csv(pa.Table.from_batches(words()).unify_dictionaries(), "words.csv")
    arrow(words(), "words-delta.arrow", emit_dictionary_deltas=True)
    arrow(words(), "words-delta.arrows", emit_dictionary_deltas=True)
    arrow(words(), "words-replaced.arrows")
    for version in ["1.0", "2.0"]:
        parquet(sets(60), f"sets-v{version[0]}.parquet", data_page_version=version, row_group_size=25)
    arrow(sets(60), "sets.arrow", rows=25)


if __name__ == "__main__":
    main()
