//! What a reader is told of files that are not as they should be, and what is saved of them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod read_help;

use plumbline::read::{Encoding, MAX_RECORD, ShardRead, TimeFormat, Trouble, read_shard, sniff};
use plumbline::table::{Column, Kind, NO_TIME, time::Time};
use read_help::{category, category_schema, in_shards, numbers, read, sniffed, whole};

/// The error of a file that cannot be read.
#[track_caller]
fn refused(bytes: &[u8], found: &str, mend: &str) {
    let error = sniff("log.csv", bytes, bytes.len() as u64).unwrap_err();
    assert_eq!(error.file, "log.csv");
    assert!(error.found.contains(found), "{error}");
    assert!(error.mend.contains(mend), "{error}");
}

/// Line, column, count and reason of each trouble.
fn told(troubles: &[Trouble]) -> Vec<(u64, Option<&str>, u64, &str)> {
    let one = |t: &'_ Trouble| (t.line, t.count);
    troubles
        .iter()
        .map(|t| (one(t).0, t.column.as_deref(), one(t).1, t.reason.as_str()))
        .collect()
}

#[test]
fn no_rows() {
    refused(b"", "empty", "holds rows");
    refused(b"\xef\xbb\xbf \n\n", "empty", "holds rows");
    refused(b"id,score,label\n", "0 rows", "holds rows");
    refused(b"id,score,label", "0 rows", "holds rows");
    refused(
        b"id,a\n1,2,3,4\n1,2,4,4\n",
        "found 4 fields, expected 2",
        "alike",
    );
}

#[test]
fn not_text() {
    refused(b"\x1f\x8b\x08\0\0\0", "gzip", "Unpack it first");
    refused(
        b"PK\x03\x04...",
        "zip archive or an Excel workbook",
        "save the sheet as CSV",
    );
    refused(b"FEA1\x15\x04", "Feather", "Save it again as Feather 2");
    refused(b"\x89PNG\r\n\x1a\n", "PNG", "Choose a CSV");
    refused(b"id,a\n1,\0\x01\x02\n", "binary", "Choose a CSV");
    refused(
        b"<!DOCTYPE html><title>Log in</title>",
        "HTML",
        "Download the file again",
    );
    refused(
        b"{\"resourceSpans\": [{\"scopeSpans\": []}]}",
        "OpenTelemetry traces",
        "OpenTelemetry metrics",
    );
    refused(
        b"{\"model_stats\":[{\"name\":\"iris\",\"version\":\"1\"}]}",
        "statistics of Triton",
        "/metrics",
    );
    refused(b"a,b\r1,2\r3,4\r", "carriage return alone", "line ends");
}

#[test]
fn ragged_rows_are_lost_and_counted() {
    let part = read(b"a,b,c\n1,2,3\n1,2\n\n1,2,3,4\n1,2,3,,\n4,5,6,7\n5,6,7");
    assert_eq!(
        numbers(&part.table.columns[0]),
        [Some(1.0), Some(1.0), Some(5.0)]
    );
    assert_eq!(
        told(&part.troubles),
        [
            (
                2,
                None,
                1,
                "found 2 fields, expected 3; the row is left out"
            ),
            (
                4,
                None,
                2,
                "found 4 fields, expected 3; the row is left out"
            ),
        ]
    );
    assert!(part.troubles.iter().all(|t| t.row_lost));
    assert_eq!(part.lines, 8);
}

#[test]
fn a_wrong_delimiter_loses_every_row_and_says_so() {
    let bytes = b"a;b\n1;2\n3;4\n";
    let schema = category_schema(["a", "b"].map(String::from));
    let part = whole(&schema, bytes);
    assert_eq!(part.table.rows, 0);
    let reason = "found 1 field, expected 2; the row is left out";
    assert_eq!(told(&part.troubles), [(1, None, 2, reason)]);
}

#[test]
fn numbers_that_are_none() {
    let mut text = String::from("x,y\n");
    for i in 0..97 {
        text.push_str(&format!("{i},a\n"));
    }
    text.push_str("\"1,5\",b\nabc,b\n1e400,c\nNaN,c\ninf,c\n, \n-,?\n10kg,\n");
    let found = sniffed(text.as_bytes());
    assert_eq!(found.columns[0].kind, Kind::Number);
    assert_eq!(found.columns[0].missing, 3);
    assert_eq!(found.columns[0].range, Some((0.0, 96.0)));
    assert!(found.columns[0].whole);
    let part = whole(&found.schema, text.as_bytes());
    assert_eq!(part.table.rows, 105);
    assert_eq!(numbers(&part.table.columns[0])[97..], [None; 8]);
    assert_eq!(
        told(&part.troubles),
        [
            (
                98,
                Some("x"),
                3,
                "found '1,5', expected a number; the cell is left empty"
            ),
            (
                100,
                Some("x"),
                2,
                "found '1e400', expected a finite number; the cell is left empty"
            ),
        ]
    );
    assert!(!part.troubles[0].row_lost);
}

#[test]
fn a_decimal_comma_and_an_empty_column() {
    let part = read("x;y;z\n1,5;;a\n-2,25;NA;b\n3;null;é\n".as_bytes());
    assert_eq!(
        numbers(&part.table.columns[0]),
        [Some(1.5), Some(-2.25), Some(3.0)]
    );
    assert_eq!(category(&part.table.columns[1]), [None, None, None]);
    assert_eq!(category(&part.table.columns[2])[2].as_deref(), Some("é"));
    assert_eq!(part.troubles, []);
    let found = sniffed(b"x,y\n1,\n2,\n");
    assert_eq!((found.columns[1].filled, found.columns[1].missing), (0, 2));
    assert_eq!(found.columns[1].kind, Kind::Category);
}

#[test]
fn ten_thousand_columns() {
    let row = |f: &dyn Fn(usize) -> String| (0..10_000).map(f).collect::<Vec<_>>().join(",") + "\n";
    let mut text = row(&|i| format!("feature_{i}"));
    for r in 0..30 {
        text.push_str(&row(&|i| (i * r).to_string()));
    }
    let found = sniffed(text.as_bytes());
    assert_eq!(found.columns.len(), 10_000);
    let part = whole(&found.schema, text.as_bytes());
    assert_eq!((part.table.rows, part.troubles.len()), (30, 0));
    assert_eq!(
        numbers(&part.table.columns[9_999])[29],
        Some(9_999.0 * 29.0)
    );
}

#[test]
fn a_quote_that_is_never_closed() {
    let text = b"a,b\n1,x\n2,\"y\n3,z\n4,z\n";
    let part = read(text);
    let found = numbers(&part.table.columns[0]);
    assert_eq!(found, [Some(1.0), Some(3.0), Some(4.0)]);
    let troubles = told(&part.troubles);
    assert_eq!((troubles[0].0, troubles[0].2), (2, 1));
    assert!(troubles[0].3.contains("not closed"), "{troubles:?}");
    assert_eq!(part.lines, 5);

    // Too long to be a record.
    let mut long = b"a,b\n1,\"".to_vec();
    long.resize(MAX_RECORD + 100, b'x');
    let schema = category_schema(["a", "b"].map(String::from));
    for eof in [false, true] {
        let read = read_shard(&schema, &long, 0, 0, 1_000, true, eof).unwrap();
        let part = match read {
            ShardRead::Long(part) if !eof => part,
            ShardRead::Part(part) if eof => part,
            other => panic!("{other:?}"),
        };
        let reason = &part.troubles[0].reason;
        assert!(reason.contains("not within 64 MB"), "{reason}");
        // The line goes on, and is counted when its end is found.
        assert_eq!((part.table.rows, part.lines), (0, 1 + u64::from(eof)));
        assert_eq!((part.first, part.next), (0, long.len() as u64));
    }
    let short = &long[..MAX_RECORD / 64];
    let more = read_shard(&schema, short, 0, 0, 1_000, true, false).unwrap();
    assert_eq!(more, ShardRead::More);
    // A shard that only guesses where its first record is leaves it to the one that knows.
    long[500] = b'\n';
    long[501] = b'"';
    let guess = read_shard(&schema, &long, 399, 400, 1_000, false, false).unwrap();
    let ShardRead::Part(part) = guess else {
        panic!("{guess:?}")
    };
    assert_eq!((part.first, part.next, part.table.rows), (1_000, 1_000, 0));
}

#[test]
fn encodings() {
    let text = "name,x\nZoë,1\n\"a\nb\",2\n";
    let expected = [Some("Zoë".to_owned()), Some("a\nb".to_owned())];
    let utf16 = |bom: &str, to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{bom}{text}").encode_utf16().flat_map(to).collect()
    };
    let windows: Vec<u8> = text.chars().map(|c| c as u8).collect();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        (format!("\u{feff}{text}").into_bytes(), Encoding::Utf8),
        (
            text.replace('\n', "\r\n")
                .replace("a\r\nb", "a\nb")
                .into_bytes(),
            Encoding::Utf8,
        ),
        (utf16("\u{feff}", u16::to_le_bytes), Encoding::Utf16Le),
        (utf16("\u{feff}", u16::to_be_bytes), Encoding::Utf16Be),
        (utf16("", u16::to_le_bytes), Encoding::Utf16Le),
        (windows, Encoding::Windows1252),
    ] {
        let found = sniffed(&bytes);
        assert_eq!(found.schema.encoding, encoding);
        assert_eq!(found.columns[0].name, "name");
        assert!(
            found.description.contains(encoding.label()),
            "{}",
            found.description
        );
        let part = whole(&found.schema, &bytes);
        assert_eq!(category(&part.table.columns[0]), expected);
        assert_eq!(
            (part.first, part.next, part.lines),
            (0, bytes.len() as u64, 4)
        );
        assert_eq!(part.troubles, []);
        if encoding.can_be_cut() {
            assert_eq!(in_shards(&found.schema, &bytes, 5).0, part.table);
        }
        // The same identifier has the same key, however it is written as bytes.
        let mut schema = found.schema;
        schema.columns[0].kind = Kind::Key;
        let keys = whole(&schema, &bytes).table.columns[0].clone();
        let expected = ["Zoë", "a\nb"].map(|t| plumbline::read::key::key(t.as_bytes()));
        assert_eq!(keys, Column::Key(expected.to_vec()));
    }
    let part = read(
        "a,b\né,1\nü,1\nö,1\n"
            .bytes()
            .chain(*b"x\xff,2\n")
            .collect::<Vec<_>>()
            .as_slice(),
    );
    assert_eq!(
        category(&part.table.columns[0])[3].as_deref(),
        Some("x\u{fffd}")
    );
    assert_eq!((part.troubles.len(), part.troubles[0].line), (1, 4));
}

#[test]
fn instants() {
    #[track_caller]
    fn check(name: &str, cells: &[&str], format: TimeFormat, expected: &[&str]) {
        let text = format!(
            "{name},x\n{}",
            cells
                .iter()
                .map(|c| format!("\"{c}\",1\n"))
                .collect::<String>()
        );
        let found = sniffed(text.as_bytes());
        assert_eq!(
            (found.columns[0].kind, found.columns[0].time),
            (Kind::Time, Some(format)),
            "{name} {cells:?}"
        );
        let part = whole(&found.schema, text.as_bytes());
        let Column::Time(times) = &part.table.columns[0] else {
            panic!()
        };
        let times: Vec<String> = times
            .iter()
            .map(|&t| {
                if t == NO_TIME {
                    String::new()
                } else {
                    Time(t).to_string()
                }
            })
            .collect();
        assert_eq!(times, expected);
    }
    check(
        "when",
        &[
            "2025-01-01T00:00:00Z",
            "2025-01-01 00:00:00+01:00",
            "1969-12-31",
            "",
            "2025-01-01T00:00:00.1234567-0500",
        ],
        TimeFormat::Iso,
        &[
            "2025-01-01T00:00:00Z",
            "2024-12-31T23:00:00Z",
            "1969-12-31T00:00:00Z",
            "",
            "2025-01-01T05:00:00.123456Z",
        ],
    );
    check(
        "d",
        &["31/12/2025 23:59", "1/2/2025"],
        TimeFormat::DayFirst,
        &["2025-12-31T23:59:00Z", "2025-02-01T00:00:00Z"],
    );
    check(
        "d",
        &["12/31/2025", "1/2/2025"],
        TimeFormat::MonthFirst,
        &["2025-12-31T00:00:00Z", "2025-01-02T00:00:00Z"],
    );
    check(
        "d",
        &["1/2/2025"],
        TimeFormat::MonthFirst,
        &["2025-01-02T00:00:00Z"],
    );
    check(
        "d",
        &["1.2.2025"],
        TimeFormat::DayFirst,
        &["2025-02-01T00:00:00Z"],
    );
    check(
        "date",
        &["20251231", "19691231"],
        TimeFormat::Compact,
        &["2025-12-31T00:00:00Z", "1969-12-31T00:00:00Z"],
    );
    check(
        "ts",
        &["1735689600", "-300000000"],
        TimeFormat::EpochSeconds,
        &["2025-01-01T00:00:00Z", "1960-06-29T18:40:00Z"],
    );
    check(
        "ts",
        &["1735689600123"],
        TimeFormat::EpochMillis,
        &["2025-01-01T00:00:00.123Z"],
    );
    check(
        "createdAt",
        &["1735689600123456"],
        TimeFormat::EpochMicros,
        &["2025-01-01T00:00:00.123456Z"],
    );
    check(
        "unix_ns",
        &["1735689600123456789"],
        TimeFormat::EpochNanos,
        &["2025-01-01T00:00:00.123456Z"],
    );
    check(
        "epoch",
        &["-1", "0"],
        TimeFormat::EpochSeconds,
        &["1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"],
    );

    let ambiguous = sniffed(b"d,x\n1/2/2025,1\n");
    assert!(
        ambiguous.description.ends_with("month first"),
        "{}",
        ambiguous.description
    );
    // Numbers stay numbers where the name or the size says so.
    for (text, hint) in [
        ("latency_time_ms,x\n120,1\n", Some(TimeFormat::EpochMillis)),
        ("amount,x\n1735689600,1\n", Some(TimeFormat::EpochSeconds)),
        ("code,x\n20251231,1\n", Some(TimeFormat::Compact)),
        ("amount,x\n12,1\n", None),
        (
            "throttled_time,x\n0,1\n4000000000,2\n",
            Some(TimeFormat::EpochSeconds),
        ),
    ] {
        let found = sniffed(text.as_bytes());
        assert_eq!(
            (found.columns[0].kind, found.columns[0].time),
            (Kind::Number, hint),
            "{text}"
        );
    }
}

#[test]
fn a_bad_time_costs_its_cell() {
    let part = read(b"at,x\n2025-01-01,1\n2025-02-30,2\nsoon,3\n2025-01-02,4\n2025-01-03,1\n");
    assert_eq!(part.table.columns[0].kind(), Kind::Category);
    let mut text = String::from("at,x\n");
    (0..99).for_each(|i| text.push_str(&format!("2025-01-01T00:00:{:02}Z,1\n", i % 60)));
    text.push_str("2025-02-30,1\n");
    let part = read(text.as_bytes());
    let reason =
        "found '2025-02-30', expected a time like 2025-12-31T23:59:00Z; the cell is left empty";
    assert_eq!(told(&part.troubles), [(100, Some("at"), 1, reason)]);
    assert_eq!(part.table.rows, 100);
}

#[test]
fn names_are_only_data() {
    let found = sniffed(b"<script>alert(1)</script>,a,a,\n1,2,3,4\n");
    let names: Vec<&str> = found
        .schema
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(names, ["<script>alert(1)</script>", "a", "a_2", "column_4"]);
    // Codes with zeros before them are labels.
    let found = sniffed(b"fips,x\n01,1\n15,2\n");
    assert_eq!(found.columns[0].kind, Kind::Category);
    let found = sniffed(b"1,true\n2,false\n3,true\n");
    let kinds: Vec<Kind> = found.columns.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [Kind::Number, Kind::Category]);
    assert_eq!(found.description, "CSV, comma, no header, UTF-8");
}

#[test]
fn a_sample_is_told_as_it_is() {
    let found = sniffed(b"id,v\na,1.5\nb,\na,-2\n");
    let v = &found.columns[1];
    assert_eq!((v.filled, v.missing, v.distinct, v.whole), (2, 1, 2, false));
    assert_eq!(v.samples, ["1.5", "-2"]);
    assert_eq!(v.range, Some((-2.0, 1.5)));
    assert_eq!(v.numbers.len(), 3);
    assert!(v.numbers[1].is_nan());
    assert_eq!(found.columns[0].numbers.len(), 0);
    assert_eq!((found.columns[0].distinct, found.rows), (2, 3));
}
