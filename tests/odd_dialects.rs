//! One log as many programs write it: whatever its dialect, the report is that of the plain file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{inputs, keeper, keeper_of};
use plumbline::engine::Shards;
use plumbline::engine::message::Input;
use plumbline::report::Report;
use plumbline::report::view::View;

/// A row: id, time, score, outcome, amount, area.
type Row = [String; 6];

const NAMES: [&str; 6] = ["id", "time", "score", "label", "amount", "area"];

/// The rows, each cell as these write it.
fn rows(time: impl Fn(usize) -> String, amount: impl Fn(f64) -> String) -> Vec<Row> {
    let row = |i: usize| {
        let score = (i * 37 % 101) as f64 / 101.0;
        let label = usize::from(i * 61 % 89 < (score * 89.0) as usize);
        let area = ["north", "south", "east"][i % 3];
        [
            format!("r{i}"),
            time(i),
            format!("{score:.4}"),
            label.to_string(),
            amount(1_000.5 + (i * 7_919 % 5_000) as f64),
            area.to_owned(),
        ]
    };
    (0..1_200).map(row).collect()
}

fn iso(i: usize) -> String {
    let (day, hour) = (i / 24, i % 24);
    format!(
        "2026-{:02}-{:02}T{hour:02}:00:00Z",
        1 + day / 28,
        1 + day % 28
    )
}

fn plain(x: f64) -> String {
    x.to_string()
}

fn written(header: &str, rows: &[Row], delimiter: &str) -> String {
    let lines = rows.iter().map(|row| row.join(delimiter) + "\n");
    format!("{header}\n{}", lines.collect::<String>())
}

/// The report on a file, the same however it is cut.
#[track_caller]
fn report(text: &[u8]) -> Report {
    let files = [("log.csv", text)];
    let inputs = inputs(&files, &[]).unwrap();
    let of = |mut keeper: plumbline::engine::Keeper| {
        Report::from(
            &keeper.finish(&View::default(), &mut |_, _| {}).unwrap(),
            &View::default(),
        )
    };
    let whole = of(keeper(&files, &inputs).unwrap());
    let cut = |file, input: &Input| Shards::with_size(file, input.bytes, 9_001, false);
    let parts = of(keeper_of(&files, &inputs, cut).unwrap());
    assert_eq!(parts.to_json().unwrap(), whole.to_json().unwrap());
    whole
}

/// The report without what tells of the file itself.
fn figures(mut report: Report) -> String {
    report.sources.clear();
    report.to_json().unwrap()
}

#[track_caller]
fn same(text: &str, why: &str) {
    let base = report(written(&NAMES.join(","), &rows(iso, plain), ",").as_bytes());
    assert!(base.overall.labelled == 1_200 && base.health.notes.is_empty());
    assert_eq!(figures(report(text.as_bytes())), figures(base), "{why}");
}

#[test]
fn lines_above_the_header_are_none_of_the_table() {
    let text = written(&NAMES.join(","), &rows(iso, plain), ",");
    for above in [
        "sep=,\r\n",
        "# exported by a tool\n# version 2, of May\n",
        "Predictions of January\n\n",
        "\"Made:\nat noon\",2026-02-01\n\nBy,me\n",
    ] {
        same(&format!("{above}{text}"), above);
    }
    let semicolons = text.replace(',', ";");
    same(&format!("sep=;\n{semicolons}"), "sep=;");
}

/// With a column of words more that tells nothing, written as a dialect has it.
fn with_words(word: impl Fn(usize) -> String, quote: &str) -> String {
    let rows = rows(iso, plain);
    let name = |name: &str| format!("{quote}{name}{quote}");
    let mut text: String = NAMES.iter().map(|n| name(n) + ",").collect();
    text += &format!("{}\n", name("words"));
    for (at, row) in rows.iter().enumerate() {
        row.iter()
            .for_each(|cell| text += &format!("{quote}{cell}{quote},"));
        text += &format!("{}\n", word(at));
    }
    text
}

#[test]
fn quotes_are_found_as_they_are() {
    let usual = with_words(|i| format!("\"{i}, he said \"\"no\"\"\""), "\"");
    let base = figures(report(usual.as_bytes()));
    let escaped = with_words(|i| format!("\"{i}, he said \\\"no\\\"\""), "\"");
    assert_eq!(figures(report(escaped.as_bytes())), base);
    let single = with_words(|i| format!("'{i}, he said \u{201d}no\u{201d}'"), "'");
    let of = report(single.as_bytes());
    assert!(
        of.sources[0].format.contains("quoted by '"),
        "{}",
        of.sources[0].format
    );
    assert_eq!(of.overall, report(usual.as_bytes()).overall);
    // A folder at the end of a field, and apostrophes, are no quotes of another kind.
    let folders = with_words(|i| format!("\"C:\\logs\\{i}\\\""), "\"");
    let apostrophes = with_words(|i| format!("it's {i}"), "");
    for text in [folders, apostrophes] {
        let format = report(text.as_bytes()).sources[0].format.clone();
        assert!(!format.contains("quote"), "{format}");
    }
}

#[test]
fn thousands_are_parted_in_many_ways() {
    let grouped = |x: f64, group: &str, decimal: &str| {
        format!(
            "{}{group}{:03}{decimal}5",
            x as u64 / 1_000,
            x as u64 % 1_000
        )
    };
    for (group, decimal, delimiter) in [
        (",", ".", ";"),
        (".", ",", ";"),
        ("'", ".", ";"),
        (" ", ",", ";"),
        ("\u{a0}", ",", "\t"),
        ("\u{202f}", ",", "|"),
        ("\u{2019}", ".", ","),
    ] {
        let mut rows = rows(iso, |x| grouped(x, group, decimal));
        rows.iter_mut()
            .for_each(|r| r[2] = r[2].replace('.', decimal));
        let text = written(&NAMES.join(delimiter), &rows, delimiter);
        same(&text, &format!("{group:?} {decimal}"));
    }
    let quoted = rows(iso, |x| format!("\"{}\"", grouped(x, ",", ".")));
    same(&written(&NAMES.join(","), &quoted, ","), "quoted");
}

#[test]
fn marks_of_missing_cells_are_alike() {
    let with = |mark: &str| {
        let mut rows = rows(iso, plain);
        rows.iter_mut().step_by(7).for_each(|r| r[4] = mark.into());
        figures(report(written(&NAMES.join(","), &rows, ",").as_bytes()))
    };
    let empty = with("");
    for mark in ["NA", "null", "-", ".", "?", "NaN", "#N/A", " "] {
        assert_eq!(with(mark), empty, "{mark}");
    }
}

#[test]
fn an_index_and_an_empty_column_without_a_name_are_not_used() {
    let rows = rows(iso, plain);
    let trailing = written(&format!("{},", NAMES.join(",")), &rows, ",");
    let trailing = trailing
        .replace("north\n", "north,\n")
        .replace("south\n", "south,\n");
    same(&trailing.replace("east\n", "east,\n"), "commas at the end");
    let text = written(&NAMES.join(","), &rows, ",");
    for name in ["", "Unnamed: 0", "index"] {
        let mut lines = text.lines();
        let header = format!("{name},{}\n", lines.next().unwrap());
        let lines = (0..).zip(lines).map(|(i, line)| format!("{i},{line}\n"));
        same(&(header + &lines.collect::<String>()), name);
    }
}

#[test]
fn a_time_that_cannot_be_read_is_told() {
    let odd = rows(|i| format!("{:02}-Jan-26", 1 + i / 40), plain);
    let report = report(written(&NAMES.join(","), &odd, ",").as_bytes());
    let told = &report.health.notes;
    let of_time = |note: &&String| note.starts_with("'time' is named like a time, but");
    assert_eq!(told.iter().filter(of_time).count(), 1, "{told:?}");
}

#[test]
fn a_sign_between_columns_that_is_not_known_is_told() {
    let text = written(&NAMES.join("^"), &rows(iso, plain), "^");
    let told = report(text.as_bytes()).health.notes;
    assert!(told[0].starts_with("Only one column was found"), "{told:?}");
}

#[test]
fn blanks_between_columns_are_found() {
    let commas = written(&NAMES.join(","), &rows(iso, plain), ",");
    let blanks = commas.replace(',', "   ");
    let of = |text: &str| {
        let report = report(text.as_bytes());
        serde_json::to_value(report.overall.metrics).unwrap()
    };
    assert_eq!(of(&blanks), of(&commas));
}

#[test]
fn a_zero_byte_costs_its_cell_only() {
    let text = written(&NAMES.join(","), &rows(iso, plain), ",");
    let text = text.replacen(",0.3", ",0.\x003", 1);
    let report = report(text.as_bytes());
    assert_eq!(report.rows.predictions, 1_200);
    let told = &report.rejected[0];
    assert_eq!(
        (told.column.as_deref(), told.count, told.row_lost),
        (Some("score"), 1, false)
    );
}
