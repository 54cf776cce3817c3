//! Bad files from end to end: a clear error, or bad rows counted with their lines and right metrics
//! of the others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, summary, value};
use plumbline::engine::rows::Load;
use plumbline::engine::{Keeper, Shards, info, read_through};
use plumbline::read::Cut;
use plumbline::report::Report;
use plumbline::report::html::{self, Payload};
use plumbline::report::standards::Standards;
use plumbline::report::view::View;
use std::fmt::Write as _;

/// The report on one file.
fn of(bytes: &[u8]) -> Report {
    report(&[("log.csv", bytes)], &View::default())
}

/// What is told where the file makes no report.
#[track_caller]
fn refused(name: &str, bytes: &[u8], words: &str) {
    match summary(&[(name, bytes)], &[], &View::default()) {
        Ok(_) => panic!("{name} was read"),
        Err(e) => {
            let text = e.to_string();
            assert!(text.contains(words), "{text}");
            assert!(text.starts_with(name), "{text}");
            assert!(!e.mend.is_empty(), "{text}");
        }
    }
}

/// Forty good rows with accuracy 0.75, a line each.
fn lines() -> Vec<String> {
    let mut lines = vec!["id,ts,prediction,label".to_string()];
    lines.extend((0..40).map(|i| {
        format!(
            "r{i},2026-01-{:02}T10:00:00Z,{},{}",
            1 + i / 4,
            i % 2,
            if i % 4 == 0 { 1 - i % 2 } else { i % 2 }
        )
    }));
    lines
}

#[track_caller]
fn right(report: &Report) {
    assert_eq!(report.rows.joined, 40);
    assert_eq!(value(report, "accuracy"), 0.75);
}

/// Line, column, count and whether rows were lost, of each kind of trouble.
fn told(report: &Report) -> Vec<(u64, Option<&str>, u64, bool)> {
    let one = |r: &'_ plumbline::report::Rejected| (r.line, r.count, r.row_lost);
    report
        .rejected
        .iter()
        .map(|r| (one(r).0, r.column.as_deref(), one(r).1, one(r).2))
        .collect()
}

#[test]
fn what_is_no_log_is_refused() {
    refused("log.csv", b"", "empty");
    refused("log.csv", b"id,score,label\n", "0 rows");
    refused(
        "log.csv",
        b"\x00\x01\x02\xff\xfe\x00binary\x00junk\x00",
        "Choose a",
    );
    refused(
        "log.csv",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0",
        "Choose a",
    );
    refused(
        "o.csv",
        b"id,label\n1,0\n2,1\n3,1\n",
        "No file holds predictions",
    );
}

#[test]
fn ragged_rows_are_counted_by_their_line() {
    let mut lines = lines();
    lines.insert(5, "x,2026-01-01".into());
    lines.insert(20, "y,2026-01-01,1,1,1,1".into());
    let report = of(lines.join("\r\n").as_bytes());
    right(&report);
    assert_eq!(told(&report), [(6, None, 2, true)]);
    assert_eq!(report.rows.rejected, 2);
    assert!(
        report.rejected[0]
            .reason
            .contains("found 2 fields, expected 4")
    );
}

#[test]
fn quotes_with_line_breaks_count_as_the_lines_they_are() {
    let mut lines = lines();
    lines[0] += ",note";
    for (i, line) in lines.iter_mut().enumerate().skip(1) {
        *line += if i % 2 == 0 {
            ",\"two\nlines, \"\"quoted\"\"\""
        } else {
            ",plain"
        };
    }
    lines.push("z,not a time,1,1,plain".into());
    let report = of(lines.join("\n").as_bytes());
    right(&report);
    assert_eq!(told(&report), [(1 + 40 + 20 + 1, Some("ts"), 1, false)]);
    assert_eq!(report.rows.rejected, 1, "a row without a time is left out");
}

#[test]
fn the_same_rows_in_every_encoding() {
    let mut lines = lines();
    lines[0] += ",ort";
    lines.iter_mut().skip(1).for_each(|l| *l += ",Köln");
    lines.insert(30, "kurz".into());
    let text = lines.join("\n");
    let utf16 = |to: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(0xfeff)
            .chain(text.encode_utf16())
            .flat_map(to)
            .collect()
    };
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let mark: Vec<u8> = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [
        text.clone().into_bytes(),
        mark,
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        latin,
        text.replace('\n', "\r\n").into_bytes(),
    ] {
        let report = of(&bytes);
        right(&report);
        assert_eq!(told(&report), [(31, None, 1, true)]);
        assert!(report.sources[0].rows == 40 && report.quality.iter().any(|q| q.column == "id"));
    }
}

#[test]
fn cells_that_are_no_numbers_cost_themselves_only() {
    let mut text = String::from("id,prediction,actual\n");
    for i in 0..200 {
        writeln!(text, "{i},{}.5,{i}", i + 1).unwrap();
    }
    for bad in ["abc", "\"1,5\"", "1e400", "inf", "NaN", "", "-"] {
        writeln!(text, "x,{bad},1").unwrap();
    }
    let report = of(text.as_bytes());
    assert_eq!(value(&report, "mean_absolute_error"), 1.5);
    assert_eq!(report.overall.metrics["mean_absolute_error"].n, 200);
    assert_eq!(
        told(&report),
        [
            (202, Some("prediction"), 2, false),
            (204, Some("prediction"), 2, false)
        ]
    );
    let column = report
        .quality
        .iter()
        .find(|q| q.column == "prediction")
        .unwrap();
    assert_eq!(column.missing.value, Some(7.0 / 207.0));
    assert_eq!((column.min, column.max), (Some(1.5), Some(200.5)));
}

#[test]
fn one_instant_however_it_is_written() {
    let write = |time: &dyn Fn(i64) -> String| {
        let mut text = String::from("id,ts,prediction,label\n");
        for i in 0..80 {
            // Ten days around 1970-01-01, or later where a format cannot tell earlier ones apart.
            writeln!(text, "{i},{},1,{}", time(i64::from(i)), u8::from(i % 4 > 0)).unwrap();
        }
        of(text.as_bytes())
    };
    let start = 1_767_225_600; // 2026-01-01
    let seconds = |i: i64| start + i * 10_800;
    let first = write(&|i| seconds(i).to_string());
    assert_eq!(first.windows.len(), 10);
    assert_eq!(
        first.span.unwrap().start.to_string(),
        "2026-01-01T00:00:00Z"
    );
    for (scale, end) in [(1_000, ""), (1_000_000, ""), (1_000_000_000, "")] {
        let other = write(&|i| format!("{}{end}", seconds(i) * scale));
        assert_eq!(
            (&other.windows, other.span),
            (&first.windows, first.span),
            "{scale}"
        );
    }
    let zones = write(&|i| {
        let offset = [0, 2, -5][i as usize % 3];
        let local =
            plumbline::table::time::Time((seconds(i) + offset * 3_600) * 1_000_000).to_string();
        local.replace('Z', ["Z", "+02:00", "-05:00"][i as usize % 3])
    });
    assert_eq!((&zones.windows, zones.span), (&first.windows, first.span));
    let early = write(&|i| plumbline::table::time::Time((i - 40) * 10_800_000_000).to_string());
    assert_eq!(early.windows.len(), 10);
    assert_eq!(
        early.span.unwrap().start.to_string(),
        "1969-12-27T00:00:00Z"
    );
    assert_eq!(value(&early, "accuracy"), 0.75);
}

#[test]
fn a_log_without_times_is_in_the_order_of_its_rows() {
    let mut text = String::from("prediction,label,empty\n");
    (0..400).for_each(|i| writeln!(text, "1,{},", u8::from(i % 4 > 0)).unwrap());
    let report = of(text.as_bytes());
    assert!(!report.timed && report.windows.len() == 8);
    assert_eq!(value(&report, "accuracy"), 0.75);
    let empty = report.quality.iter().find(|q| q.column == "empty").unwrap();
    assert_eq!(empty.missing.value, Some(1.0));
}

#[test]
fn files_that_share_no_id_are_not_joined() {
    let told = |predictions: &str, outcomes: &str| {
        let files = [
            ("p.csv", predictions.as_bytes()),
            ("o.csv", outcomes.as_bytes()),
        ];
        summary(&files, &[], &View::default())
            .unwrap_err()
            .to_string()
    };
    let error = told(
        "ts,prediction\n2026-01-01,1\n2026-01-02,0\n",
        "id,label\n1,0\n2,1\n3,1\n",
    );
    assert!(
        error.contains("the predictions have no id to join them by"),
        "{error}"
    );
    let error = told(
        "id,prediction\na,1\nb,0\nc,1\n",
        "id,label\n1,0\n2,1\n3,1\n",
    );
    assert!(error.contains("None of the 3 ids"), "{error}");
}

#[test]
fn ten_thousand_columns() {
    let mut text = String::from("id,prediction,label");
    (0..10_000).for_each(|i| write!(text, ",f_{i}").unwrap());
    for row in 0..60 {
        write!(text, "\n{row},1,{}", u8::from(row % 4 > 0)).unwrap();
        (0..10_000).for_each(|i| write!(text, ",{}", (row * i) % 97).unwrap());
    }
    let report = of(text.as_bytes());
    assert_eq!(value(&report, "accuracy"), 0.75);
    assert_eq!(report.quality.len(), 10_003);
}

#[test]
fn lines_are_counted_through_every_shard() {
    // Three shards, with bad rows in each and records of two lines across their borders.
    let mut text = String::from("id,prediction,label,note\n");
    let (mut line, mut first) = (2u64, None);
    let mut bad = 0u64;
    let pad = "x".repeat(200);
    for i in 0..90_000u64 {
        if i % 30_000 == 17_000 {
            first.get_or_insert(line);
            text.push_str("too,short\n");
            bad += 1;
            line += 1;
        }
        if i == 80_000 {
            writeln!(text, "{i},1,\"{pad}\",\"{pad}\n\"").unwrap();
        } else {
            writeln!(text, "{i},1,{},\"{pad}\n\"", u64::from(i % 4 > 0)).unwrap();
        }
        line += 2;
    }
    assert!(text.len() > 2 * (8 << 20));
    let report = of(text.as_bytes());
    assert_eq!(report.sources[0].rows, 90_000);
    let rows = report.rejected.iter().find(|r| r.row_lost).unwrap();
    assert_eq!((rows.line, rows.count), (first.unwrap(), bad));
    let cell = report.rejected.iter().find(|r| !r.row_lost).unwrap();
    assert_eq!(
        (cell.line, cell.column.as_deref(), cell.count),
        (2 + 160_000 + 3, Some("label"), 1)
    );
}

#[test]
fn a_quote_that_never_ends_costs_its_line() {
    let mut text = lines().join("\n");
    text.push_str("\n\"open,2026-01-01,1,1\n");
    let rest = "r,2026-01-01T00:00:00Z,1,1\n".repeat(3_000_000);
    text.push_str(&rest);
    let report = of(text.as_bytes());
    assert_eq!(told(&report), [(42, None, 1, true)]);
    assert!(report.rejected[0].reason.contains("close the quote"));
    assert_eq!(report.rows.joined, 3_000_040);
}

#[test]
fn names_and_values_are_only_text() {
    let script = "<script>alert(1)</script>";
    let mut text = format!("id,prediction,label,\"{script}\"\n");
    for i in 0..80 {
        writeln!(
            text,
            "{i},1,{},\"</script><script>{}\"",
            u8::from(i % 4 > 0),
            i % 2
        )
        .unwrap();
    }
    let files = [("<b>log</b>.csv", text.as_bytes())];
    let summary = summary(&files, &[], &View::default()).unwrap();
    let report = Report::from(&summary, &View::default());
    assert!(report.quality.iter().any(|q| q.column == script));
    assert_eq!(report.sources[0].name, "<b>log</b>.csv");
    let payload = Payload::to_json(&summary, &View::default(), &Standards::default()).unwrap();
    let page = "<body><script id=\"report\" type=\"application/octet-stream\"></script></body>";
    let saved = html::render(page, payload.as_bytes()).unwrap();
    assert_eq!(saved.matches("<script").count(), 1);
    assert!(!saved.contains("alert"));
}

/// The reader counts troubles by kind; what one says of its first example must not part them again where
/// a file has many shards.
#[test]
fn troubles_of_a_kind_are_one_however_a_file_is_cut() {
    let json: Vec<String> = (0..40)
        .map(|i| {
            let day = 1 + i / 4;
            format!(
                "{{\"id\":\"r{i}\",\"ts\":\"2026-01-{day:02}T10:00:00Z\",\"prediction\":{},\"label\":1}}",
                i % 2
            )
        })
        .collect();
    let broken = |i: usize| match i % 6 {
        1 => json[i].replace(':', ""),
        2 => json[i].replace(',', " "),
        _ => json[i].clone(),
    };
    let items: Vec<String> = (0..40).map(broken).collect();
    // Five words, each with a letter and a byte that is none.
    let row = |(i, line): (usize, String)| {
        let word = [0xc3, 0xa9, 0x81, b'a' + (i % 5) as u8];
        let note = if i == 0 { b"note" } else { &word };
        [line.as_bytes(), b",", note, b"\n"].concat()
    };
    let csv: Vec<u8> = lines().into_iter().enumerate().flat_map(row).collect();
    for (bytes, lost) in [
        (csv, false),
        (items.join("\n").into_bytes(), true),
        (format!("[{}]", items.join(",\n")).into_bytes(), true),
    ] {
        let whole = told_in_shards(&bytes, u64::MAX);
        assert_eq!(whole.len(), 1, "{whole:?}");
        assert_eq!(whole[0].row_lost, lost);
        for size in [300, 1_000] {
            assert_eq!(told_in_shards(&bytes, size), whole, "shards of {size}");
        }
    }
}

/// What is told of a file that is read in shards of a size.
fn told_in_shards(bytes: &[u8], size: u64) -> Vec<plumbline::report::Rejected> {
    let input = pipeline::inputs(&[("log", bytes)], &[]).unwrap().remove(0);
    let in_order = input.sniff.cut == Cut::InOrder;
    let mut shards = Shards::with_size(
        0,
        bytes.len() as u64,
        size.min(bytes.len() as u64),
        in_order,
    );
    let mut keeper = Keeper::open(vec![input.clone()]);
    while let Some(shard) = shards.take() {
        let part = read_through(&input, shard, &bytes).unwrap();
        let found = info(&part);
        keeper
            .keep(shard, found.clone(), Load::Table(part.table))
            .expect("rows are sound");
        shards.done(shard.index, found);
    }
    assert!(shards.complete());
    let view = View::default();
    Report::from(&keeper.finish(&view, &mut |_, _| {}).unwrap(), &view).rejected
}

#[test]
fn a_summary_whose_buckets_are_out_of_order_makes_a_report() {
    let good = lines().join("\n");
    let files: [pipeline::File<'_>; 1] = [("log.csv", good.as_bytes())];
    let mut summary = summary(&files, &[], &View::default()).unwrap();
    let buckets: usize = summary.series.iter().map(|s| s.buckets.len()).sum();
    assert!(buckets > 2);
    summary.series.iter_mut().for_each(|s| s.buckets.reverse());
    assert_eq!(Report::from(&summary, &View::default()).rows.joined, 40);
}
