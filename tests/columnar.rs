//! Columnar files that pyarrow wrote (`formats/make_columnar.py`), cell by cell beside the same
//! tables as CSV.

#![allow(clippy::unwrap_used, clippy::panic)]

mod columnar_help;
mod read_help;

use columnar_help::{bytes_of, files, inspected, read_all, read_in_turns};
use plumbline::log::guess;
use plumbline::read::{ColumnSniff, Format, Part, Sniff, read_groups, read_groups_at};
use plumbline::table::{Column, Kind, Table};
use read_help::whole;

/// A CSV file as the columnar one is to be read.
fn expected(csv: &str) -> (Sniff, Vec<u8>) {
    let bytes = bytes_of(csv);
    (inspected(csv, &bytes), bytes)
}

/// A cell as a text that is equal where the cells are.
fn cell(column: &Column, row: usize) -> String {
    if column.is_missing(row) {
        return "missing".into();
    }
    match column {
        Column::Number(v) => format!("{:?}", v[row]),
        Column::Time(v) => format!("{} us", v[row]),
        Column::Category { codes, levels } => levels[codes[row] as usize].clone(),
        Column::Key(v) => format!("{:x}", v[row]),
        Column::Presence(_) => "there".into(),
    }
}

#[track_caller]
fn equal(file: &str, found: &Table, expected: &Table) {
    assert_eq!(found.names, expected.names, "{file}");
    assert_eq!(found.rows, expected.rows, "{file}");
    for ((name, a), b) in found
        .names
        .iter()
        .zip(&found.columns)
        .zip(&expected.columns)
    {
        assert_eq!(a.kind(), b.kind(), "{file}, {name}");
        assert_eq!(
            (a.len(), b.len()),
            (found.rows, found.rows),
            "{file}, {name}"
        );
        for row in 0..found.rows {
            assert_eq!(cell(a, row), cell(b, row), "{file}, row {row}, {name}");
        }
        // Words are in the order in which they come, and none that is not there.
        if let (Column::Category { levels: a, .. }, Column::Category { levels: b, .. }) = (a, b) {
            assert_eq!(a, b, "{file}, {name}");
        }
    }
}

/// What a look tells of a column, but for the samples of numbers of 32 bits and decimals of 256, which are shown
/// short.
fn told(sniff: &ColumnSniff) -> String {
    let samples = match sniff.name.as_str() {
        "amount" | "f32" | "f16" | "pair.0" | "pair.1" => &[],
        "wide" | "short" | "long" | "whole" => &[],
        _ => sniff.samples.as_slice(),
    };
    // JSON leaves out the numbers, which are not equal to themselves where they are missing.
    let mut told = serde_json::to_value(sniff).unwrap();
    told["samples"] = samples.into();
    if told["name"] == "amount" || told["name"] == "f32" {
        told["range"] = format!("{:?}", sniff.range.map(|(a, b)| (a as f32, b as f32))).into();
    }
    format!("{told} {}", sniff.numbers.len())
}

/// The part in all its turns, kinds and roles, equal to the CSV file's.
#[track_caller]
fn check(file: &str, csv: &str) -> Part {
    let (sniff, csv) = expected(csv);
    let bytes = bytes_of(file);
    let found = inspected(file, &bytes);
    let columns = found.columns.iter().map(told);
    assert_eq!(
        columns.collect::<Vec<_>>(),
        sniff.columns.iter().map(told).collect::<Vec<_>>(),
        "{file}"
    );
    assert_eq!(found.rows, sniff.rows, "{file}");
    let roles = |s: &Sniff| serde_json::to_string(&guess(&s.columns)).unwrap();
    assert_eq!(roles(&found), roles(&sniff), "{file}");

    for kinds in [
        None,
        Some(Kind::Category),
        Some(Kind::Key),
        Some(Kind::Presence),
    ] {
        let (mut found, mut sniff) = (found.clone(), sniff.clone());
        for schema in [&mut found.schema, &mut sniff.schema] {
            for spec in &mut schema.columns {
                // Numbers are written otherwise as words: that is not what this is about.
                let numeric = spec.kind == Kind::Number && kinds.is_some();
                spec.kind = kinds.unwrap_or(spec.kind);
                spec.wanted = !numeric || kinds == Some(Kind::Presence);
            }
        }
        let expected = whole(&sniff.schema, &csv);
        let part = read_all(&found, &bytes);
        assert_eq!(part.troubles, [], "{file}");
        equal(file, &part.table, &expected.table);
        let (table, lines) = read_in_turns(&found, &bytes);
        equal(file, &table, &expected.table);
        assert_eq!(lines, expected.table.rows as u64, "{file}");
    }
    read_all(&found, &bytes)
}

#[test]
fn every_codec_encoding_and_page_is_read_as_the_same_csv() {
    let logs: Vec<String> = files("parquet").filter(|f| f.starts_with("log-")).collect();
    assert!(logs.len() >= 28, "{logs:?}");
    for file in logs {
        check(&file, "log.csv");
    }
}

#[test]
fn every_type_is_read_as_the_same_csv() {
    for file in ["kinds-v1.parquet", "kinds-v2.parquet"] {
        let part = check(file, "kinds.csv");
        assert_eq!(part.table.names.len(), 33, "{file}");
    }
}

#[test]
fn old_ways_to_write_instants_and_decimals_are_read() {
    let (sniff, csv) = expected("kinds.csv");
    let bytes = bytes_of("kinds-old.parquet");
    let found = inspected("kinds-old.parquet", &bytes);
    let part = read_all(&found, &bytes);
    let mut expected = whole(&sniff.schema, &csv).table;
    let old = |name: &str| part.table.names.iter().any(|n| n == name);
    let keep: Vec<bool> = expected.names.iter().map(|n| old(n)).collect();
    let mut at = keep.iter();
    expected.columns.retain(|_| *at.next().unwrap());
    expected.names.retain(|n| old(n));
    let order = |n: &String| part.table.names.iter().position(|m| m == n);
    let mut both: Vec<_> = expected.names.into_iter().zip(expected.columns).collect();
    both.sort_by_key(|(n, _)| order(n));
    (expected.names, expected.columns) = both.into_iter().unzip();
    assert_eq!(part.table.names.len(), 6);
    equal("kinds-old.parquet", &part.table, &expected);
    assert_eq!(found.schema.format, Format::Parquet);
}

#[test]
fn decimals_of_256_bits_are_the_numbers_of_the_same_csv() {
    for file in [
        "wide-dictionary.parquet",
        "wide-plain.parquet",
        "wide.arrow",
    ] {
        let part = check(file, "wide.csv");
        assert_eq!(part.table.names, ["short", "long", "whole", "label"]);
    }
}

#[test]
fn a_long_group_is_read_in_turns_that_meet() {
    let bytes = bytes_of("long.parquet");
    let sniff = inspected("long.parquet", &bytes);
    let turns = columnar_help::groups(&sniff);
    assert!(turns > 1, "{turns}");
    let (in_turns, lines) = read_in_turns(&sniff, &bytes);
    let at_once = read_all(&sniff, &bytes);
    assert_eq!((lines, at_once.lines), (600_000, 600_000));
    assert_eq!(at_once.troubles.len(), 1, "{:?}", at_once.troubles);
    for table in [in_turns, at_once.table] {
        assert_eq!(table.names, ["thousands", "some", "list.0"]);
        for row in 0..600_000 {
            let found: Vec<String> = table.columns.iter().map(|c| cell(c, row)).collect();
            let missing = || "missing".to_owned();
            let number = |n: usize| format!("{n}.0");
            let some = row / 500;
            let expected = [
                number(row / 1_000),
                if some % 3 == 0 {
                    missing()
                } else {
                    format!("w{}", some % 7)
                },
                if row / 4_000 % 3 == 0 {
                    missing()
                } else {
                    number(row / 4_000)
                },
            ];
            assert_eq!(found, expected, "row {row}");
        }
    }
}

#[test]
fn arrow_files_and_streams_are_read_as_the_same_csv() {
    let arrow: Vec<String> = files("arrow").chain(files("arrows")).collect();
    let of = |csv: &str| {
        arrow
            .iter()
            .filter(|f| f.starts_with(csv))
            .cloned()
            .collect::<Vec<_>>()
    };
    for (csv, count) in [
        ("log", 6),
        ("kinds", 2),
        ("only-arrow", 2),
        ("words", 3),
        ("views", 2),
        ("wide", 1),
    ] {
        let files = of(csv);
        assert_eq!(files.len(), count, "{files:?}");
        for file in files {
            let part = check(&file, &format!("{csv}.csv"));
            assert!(part.table.rows > 0);
        }
    }
}

#[test]
fn arrow_columns_that_are_not_read_are_named_and_passed() {
    let bytes = bytes_of("odd.arrow");
    let sniff = inspected("odd.arrow", &bytes);
    let part = read_all(&sniff, &bytes);
    assert_eq!(part.table.names, ["first", "last"]);
    for name in ["dense", "sparse", "runs", "lists"] {
        let told = sniff.description.contains(&format!("without {name},"));
        assert!(told, "{name}: {}", sniff.description);
    }
    let expected: Vec<String> = (0..12).map(|i| format!("text {i}")).collect();
    let found: Vec<String> = (0..12).map(|i| cell(&part.table.columns[1], i)).collect();
    assert_eq!(found, expected);
    assert_eq!(
        part.table.columns[0],
        Column::Number((0..12).map(f64::from).collect())
    );
}

#[test]
fn only_bytes_of_wanted_columns_are_read() {
    for file in ["log-none-plain-v1.parquet"] {
        let bytes = bytes_of(file);
        let mut sniff = inspected("log", &bytes);
        let all = columnar_help::bytes_read(&sniff, &bytes);
        for spec in &mut sniff.schema.columns {
            spec.wanted = spec.name == "retries";
        }
        let one = columnar_help::bytes_read(&sniff, &bytes);
        assert!(one * 2 < all, "{file}: {one} of {all} bytes");
    }
}

#[test]
fn of_a_footer_whose_places_are_known_only_what_a_shard_needs_is_read() {
    for file in files("parquet") {
        let bytes = bytes_of(&file);
        let sniff = inspected(&file, &bytes);
        let mut unknown = sniff.clone();
        unknown.places.clear();
        // Places behind the file's end are of no use, and do no harm.
        let mut other = sniff.clone();
        other
            .places
            .iter_mut()
            .for_each(|at| *at += bytes.len() as u64);
        for group in 0..columnar_help::groups(&sniff) {
            let read = |sniff| columnar_help::read_placed(sniff, &bytes, group..group + 1);
            let ((part, few), (all, most), (same, _)) =
                (read(&sniff), read(&unknown), read(&other));
            assert!(few + 8 < most, "{file}: {few} of {most} bytes");
            assert_eq!((part.lines, part.troubles), (all.lines, all.troubles));
            assert!(part.table.to_bytes() == all.table.to_bytes(), "{file}");
            assert!(same.table.to_bytes() == all.table.to_bytes(), "{file}");
        }
    }
}

/// A stream of so many batches, made of one of few.
fn many_batches(of: usize) -> Vec<u8> {
    let bytes = bytes_of("log-stream.arrows");
    let sniff = inspected("few", &bytes);
    let batches = columnar_help::groups(&sniff) as usize;
    let first = sniff.places[sniff.places.len() - batches] as usize;
    // Behind the last batch is the mark of the end.
    let end = bytes.len() - 8;
    assert_eq!(bytes[end..], [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
    let mut out = bytes[..first].to_vec();
    for _ in 0..of.div_ceil(batches) {
        out.extend_from_slice(&bytes[first..end]);
    }
    out.extend_from_slice(&bytes[end..]);
    out
}

#[test]
fn a_batch_is_found_by_its_place() {
    let bytes = many_batches(1_000);
    let sniff = inspected("many", &bytes);
    let count = columnar_help::groups(&sniff);
    assert!(count >= 1_000);
    for group in [0, 1, 499, count - 2, count - 1] {
        let (part, read) = columnar_help::read_placed(&sniff, &bytes, group..group + 1);
        let expected = read_groups(&sniff.schema, &bytes.as_slice(), group..group + 1).unwrap();
        assert!(part.table.to_bytes() == expected.table.to_bytes());
        // Behind the last one may be what is cut off, so there all are looked at.
        assert!(
            read < 64 << 10 || group == count - 1,
            "group {group}: {read} bytes"
        );
    }
    // Places of another file are of no use, and do no harm.
    let mut other = sniff.clone();
    other.places.iter_mut().skip(1).for_each(|at| *at += 3);
    let (part, _) = columnar_help::read_placed(&other, &bytes, 5..6);
    assert_eq!(
        part.lines,
        columnar_help::read_placed(&sniff, &bytes, 5..6).0.lines
    );
}

/// By hand: how long the shards of a stream of thousands of batches take. `cargo test --release --test
/// columnar -- --ignored --nocapture thousands`.
#[test]
#[ignore = "prints times"]
fn thousands_of_batches() {
    let bytes = many_batches(5_000);
    let sniff = inspected("many", &bytes);
    for places in [&[][..], &sniff.places] {
        let began = std::time::Instant::now();
        for group in 0..20 {
            let groups = group * 100..group * 100 + 100;
            read_groups_at(&sniff.schema, &bytes.as_slice(), groups, places).unwrap();
        }
        println!(
            "{} places: {:?} a shard of 100 batches",
            places.len(),
            began.elapsed() / 20
        );
    }
}
