//! Keys of JSON that come late: columns where a look across the file meets them, told where none does.

#![allow(clippy::unwrap_used, clippy::panic)]

mod read_help;

use plumbline::read::{Sniff, Trouble, inspect};
use plumbline::table::Kind;
use read_help::{category, in_shards, numbers, whole};

/// JSON lines, those from a row on with something more.
fn lines(rows: usize, from: usize, to: usize, more: &str) -> String {
    let more = |i: usize| if (from..to).contains(&i) { more } else { "" };
    let line = |i| format!("{{\"id\":\"r{i}\",\"score\":{}{}}}\n", i % 7, more(i));
    (0..rows).map(line).collect()
}

/// The same as one array.
fn array(lines: &str) -> String {
    format!("[{}]", lines.trim_end().replace('\n', ", "))
}

fn looked_at(text: &str) -> Sniff {
    inspect("log.jsonl", &text.as_bytes()).unwrap()
}

fn names(sniff: &Sniff) -> Vec<&str> {
    sniff.columns.iter().map(|c| c.name.as_str()).collect()
}

fn unknown(troubles: &[Trouble]) -> Vec<(u64, u64, &str)> {
    let of = |t: &'_ Trouble| t.reason.contains("in none of the rows that were looked at");
    let told = troubles.iter().filter(|t| of(t));
    told.map(|t| (t.line, t.count, t.reason.split('\u{201d}').next().unwrap()))
        .collect()
}

#[test]
fn a_key_that_comes_late_is_a_column() {
    let more = ",\"label\":\"yes\",\"input\":{\"age\":3.5}";
    for (rows, from) in [(3_000, 2_500), (200_000, 120_000), (200_000, 199_990)] {
        let lines = lines(rows, from, rows, more);
        for text in [array(&lines), lines] {
            let sniff = looked_at(&text);
            assert_eq!(
                names(&sniff),
                ["id", "score", "label", "input.age"],
                "{rows} {from}"
            );
            let kinds: Vec<Kind> = sniff.schema.columns.iter().map(|c| c.kind).collect();
            assert_eq!(kinds[2..], [Kind::Category, Kind::Number]);
            let part = whole(&sniff.schema, text.as_bytes());
            assert_eq!((part.table.rows, part.troubles.len()), (rows, 0));
            let labels = category(&part.table.columns[2]);
            let expected = |i| (i >= from).then(|| "yes".to_owned());
            assert!(
                labels
                    .iter()
                    .enumerate()
                    .all(|(i, label)| *label == expected(i))
            );
            let ages = numbers(&part.table.columns[3]);
            assert!(
                ages.iter()
                    .enumerate()
                    .all(|(i, x)| x.is_none() == (i < from))
            );
        }
    }
}

#[test]
fn a_key_that_no_look_meets_is_told_once_with_its_rows() {
    // Between the places that are looked at.
    let text = lines(
        300_000,
        20_000,
        20_100,
        ",\"label\":1,\"input\":{\"age\":2}",
    );
    let sniff = looked_at(&text);
    assert_eq!(names(&sniff), ["id", "score"]);
    let part = whole(&sniff.schema, text.as_bytes());
    assert_eq!(part.table.rows, 300_000);
    let told = unknown(&part.troubles);
    let expected = [
        (20_000, 100, "the key \u{201c}input.age\u{201d}"),
        (20_000, 100, "the key \u{201c}label\u{201d}"),
    ];
    let short: Vec<_> = told
        .iter()
        .map(|(line, n, key)| (*line, *n, format!("{key}\u{201d}")))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(l, n, k)| (*l, *n, (*k).to_owned()))
        .collect();
    assert_eq!(short, expected);
    // And however the file is cut.
    let (_, _, troubles) = in_shards(&sniff.schema, text.as_bytes(), 100_000);
    assert_eq!(unknown(&troubles).iter().map(|t| t.1).sum::<u64>(), 200);
}

#[test]
fn an_object_where_numbers_were_is_told() {
    let mut text = lines(2_500, 0, 0, "");
    text += "{\"id\":\"x\",\"score\":{\"value\":3}}\n";
    text += &lines(200_000, 0, 0, "");
    let sniff = looked_at(&text);
    let part = whole(&sniff.schema, text.as_bytes());
    assert_eq!(
        unknown(&part.troubles),
        [(2_500, 1, "the key \u{201c}score.value")]
    );
}

#[test]
fn columns_that_are_not_wanted_are_no_unknown_keys() {
    let text = lines(100, 0, 50, ",\"note\":{\"by\":\"me\",\"at\":1}");
    let mut sniff = looked_at(&text);
    for column in &mut sniff.schema.columns {
        column.wanted = column.name == "score";
    }
    let part = whole(&sniff.schema, text.as_bytes());
    assert_eq!((part.table.rows, part.troubles), (100, Vec::new()));
}

#[test]
fn objects_within_rows_are_no_rows() {
    let items = |i: usize| {
        format!(
            "{{\"id\":{i},\"tags\":[{}]}}",
            vec!["{\"a\":1},{\"b\":2}"; 200].join(",")
        )
    };
    let text = format!("[{}]", (0..3_000).map(items).collect::<Vec<_>>().join(","));
    assert_eq!(names(&looked_at(&text)), ["id", "tags"]);
}

#[test]
fn rows_are_found_in_the_objects_that_answers_come_in() {
    let rows = "[{\"id\":1,\"score\":0.5},{\"id\":2,\"score\":0.25}]";
    for text in [
        format!("{{\"status\":\"ok\",\"data\":{{\"rows\":{rows}}}}}"),
        format!(
            "{{\"data\": {{\"count\": 2, \"result\": {{\"items\": {rows}, \"next\": null}}}}, \"took\": 3}}"
        ),
        format!("{{\"response\":{{\"meta\":{{\"n\":2}},\"predictions\":{rows}}},\"errors\":[]}}"),
    ] {
        let sniff = looked_at(&text);
        assert_eq!(names(&sniff), ["id", "score"], "{text}");
        let part = whole(&sniff.schema, text.as_bytes());
        assert_eq!((part.table.rows, part.troubles.len()), (2, 0), "{text}");
    }
}

#[test]
fn what_follows_an_array_is_read_or_told() {
    let (a, b) = (
        "[{\"id\":1,\"s\":2},{\"id\":3,\"s\":4}]",
        "[{\"id\":5,\"s\":6}]",
    );
    let two = format!("{a}\n{b}\n");
    let part = whole(&looked_at(&two).schema, two.as_bytes());
    assert_eq!((part.table.rows, part.troubles.len()), (3, 0));
    for behind in ["garbage", "{\"id\":5,\"s\":6}", "\n--\n"] {
        let text = format!("{a}{behind}");
        let part = whole(&looked_at(&text).schema, text.as_bytes());
        assert_eq!(part.table.rows, 2, "{text}");
        assert_eq!(part.troubles.len(), 1, "{text}");
        assert!(
            part.troubles[0]
                .reason
                .contains("behind the end of the array"),
            "{text}"
        );
    }
}

#[test]
fn broken_items_and_what_follows_are_told_apart() {
    let text = "[{\"id\":1,\"s\":2},{\"id\":x},{\"id\":3,\"s\":4}] 0.128, {\"id\":5,\"s\":6}";
    let part = whole(&looked_at(text).schema, text.as_bytes());
    assert_eq!(part.table.rows, 2);
    let reasons: Vec<&str> = part.troubles.iter().map(|t| t.reason.as_str()).collect();
    assert!(
        matches!(reasons[..], [a, b] if a.contains("broken item") && b.contains("behind the end")),
        "{reasons:?}"
    );
}
