//! Records longer than 64 MB cost themselves, in little memory, the way every door goes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::engine::rows::Load;
use plumbline::engine::{Keeper, Shards, arrange, info, look, read_through};
use plumbline::read::{Bytes, MAX_RECORD, ReadError};
use plumbline::report::Report;
use plumbline::report::view::View;
use std::cell::Cell;

/// Bytes of the long part.
const LONG: u64 = 300 << 20;

/// A file of a start, very many `x`, and an end; only what is asked for is ever made.
struct Long {
    start: String,
    end: String,
    /// Bytes of the longest piece that was asked for, and of all.
    most: Cell<u64>,
    all: Cell<u64>,
}

impl Bytes for Long {
    fn size(&self) -> u64 {
        self.start.len() as u64 + LONG + self.end.len() as u64
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        self.most.set(self.most.get().max(to - from));
        self.all.set(self.all.get() + to - from);
        let text = |text: &str, at: u64| {
            let clip = |x: u64| x.saturating_sub(at).min(text.len() as u64) as usize;
            text.as_bytes()[clip(from)..clip(to)].to_vec()
        };
        let (low, high) = (self.start.len() as u64, self.size() - self.end.len() as u64);
        let mut out = text(&self.start, 0);
        let many = to.clamp(low, high) - from.clamp(low, high);
        out.resize(out.len() + many as usize, b'x');
        out.extend(text(&self.end, high));
        Ok(out)
    }
}

/// What the report tells of one file.
fn report(file: &dyn Bytes) -> Report {
    let mut inputs = vec![look("log", file).unwrap()];
    arrange(&mut inputs);
    let mut keeper = Keeper::open(inputs.clone());
    let mut shards = Shards::new(0, &inputs[0]);
    let mut waiting = Vec::new();
    loop {
        // The last first: the order must not matter.
        waiting.extend(std::iter::from_fn(|| shards.take()));
        let Some(shard) = waiting.pop() else { break };
        let part = read_through(&inputs[0], shard, file).unwrap();
        let found = info(&part);
        keeper
            .keep(shard, found.clone(), Load::Table(part.table))
            .expect("rows are sound");
        shards.done(shard.index, found);
    }
    assert!(shards.complete());
    let view = View::default();
    Report::from(&keeper.finish(&view, &mut |_, _| {}).unwrap(), &view)
}

fn csv(i: usize, note: &str) -> String {
    let day = 1 + i % 28;
    format!(
        "r{i},2026-01-{day:02}T10:00:00Z,{},{},{note}\n",
        i % 2,
        usize::from(i % 4 == 1)
    )
}

fn json(i: usize) -> String {
    let line = csv(i, "");
    let cells: Vec<&str> = line.trim_end().split(',').collect();
    format!(
        "{{\"id\":\"{}\",\"ts\":\"{}\",\"prediction\":{},\"label\":{},\"note\":\"\"}}\n",
        cells[0], cells[1], cells[2], cells[3]
    )
}

/// Lines 1 to 20 are good, line 21 is bad, and good ones follow; with a bad one among them, so that
/// the number of its line is told.
#[track_caller]
fn check(start: &str, end: &str, reason: &str, rows: u64, next_bad: u64) {
    let file = Long {
        start: start.to_owned(),
        end: end.to_owned(),
        most: 0.into(),
        all: 0.into(),
    };
    let report = report(&file);
    assert_eq!(report.rows.joined, rows);
    assert_eq!(report.rows.rejected, 2);
    let told: Vec<(u64, u64)> = report.rejected.iter().map(|r| (r.line, r.count)).collect();
    assert_eq!(told, [(21, 1), (next_bad, 1)], "{:?}", report.rejected);
    assert!(report.rejected[0].reason.contains(reason), "{report:?}");
    // A shard, and the longest record.
    let most = (8 << 20) + MAX_RECORD as u64 + 2;
    assert!(file.most.get() <= most, "{} bytes at once", file.most.get());
    let twice = 2 * file.size() + 4 * MAX_RECORD as u64;
    assert!(file.all.get() <= twice, "{} bytes in all", file.all.get());
}

#[test]
fn three_hundred_megabytes_in_a_line_of_json() {
    let start: String = (0..20).map(json).collect::<String>() + "{\"id\":\"bad\",\"note\":\"";
    let end = format!("\"}}\n{}broken\n", (20..60).map(json).collect::<String>());
    check(&start, &end, "the line is longer than 64 MB", 60, 62);
}

#[test]
fn three_hundred_megabytes_in_an_item_of_a_json_array() {
    let items = |from: usize, to: usize| {
        let items: Vec<String> = (from..to).map(json).collect();
        items.join(",")
    };
    let start = format!("[{},{{\"id\":\"bad\",\"note\":\"", items(0, 20));
    let end = format!("\"}},\n{},\nbroken]\n", items(20, 60));
    check(&start, &end, "the item is longer than 64 MB", 60, 63);
}

#[test]
fn three_hundred_megabytes_in_a_row_of_csv() {
    let rows = |from: usize, to: usize| (from..to).map(|i| csv(i, "")).collect::<String>();
    let start = format!("id,ts,prediction,label,note\n{}", rows(0, 19));
    let end = format!("\n{}broken\n", rows(19, 60));
    let plain = format!("{start}bad,,,,");
    check(&plain, &end, "the row is longer than 64 MB", 60, 63);
    let quoted = format!("{start}bad,,,,\"");
    check(&quoted, &end, "a quote in this row is not closed", 60, 63);
}

#[test]
fn seventy_megabytes_of_rows_behind_a_quote_that_is_never_closed() {
    let note = "n".repeat(400);
    let mut text = String::from("id,ts,prediction,label,note\n");
    (0..19).for_each(|i| text += &csv(i, &note));
    text += "bad,2026-01-01T10:00:00Z,1,1,\"oh no\n";
    let rows = 190_000;
    (19..rows).for_each(|i| text += &csv(i, &note));
    assert!(text.len() > MAX_RECORD + (8 << 20));
    let report = report(&text.as_bytes());
    assert_eq!(report.rows.joined, rows as u64);
    let told: Vec<(u64, u64)> = report.rejected.iter().map(|r| (r.line, r.count)).collect();
    assert_eq!(told, [(21, 1)]);
    assert!(report.rejected[0].reason.contains("double it"));
}

#[test]
fn the_first_record_may_be_long_too() {
    // A good row of two megabytes.
    let wide = "w".repeat(2 << 20);
    let mut text = String::from("id,ts,prediction,label,note\n");
    (0..40).for_each(|i| text += &csv(i, if i == 0 { &wide } else { "" }));
    assert_eq!(report(&text.as_bytes()).rows.joined, 40);
    let mut text: String = (0..40).map(json).collect();
    text.insert_str(text.find("\"\"").unwrap() + 1, &wide);
    assert_eq!(report(&text.as_bytes()).rows.joined, 40);
    let items: Vec<&str> = text.lines().collect();
    let text = format!("[{}]", items.join(","));
    assert_eq!(report(&text.as_bytes()).rows.joined, 40);
    // A quote that is not closed in the first row.
    let mut text = String::from("id,ts,prediction,label,note\nbad,,,,\"\n");
    (0..400_000).for_each(|i| text += &csv(i, &wide[..150]));
    assert_eq!(report(&text.as_bytes()).rows.joined, 400_000);
    // Rows too long to be read.
    let rows: String = (0..40).map(|i| csv(i, "")).collect();
    let lines: String = (0..40).map(json).collect();
    for (start, end) in [
        ("id,ts,prediction,label,note\nbad,,,,", format!("\n{rows}")),
        (
            "id,ts,prediction,label,note\nbad,,,,\"",
            format!("\"\n{rows}"),
        ),
        ("{\"id\":\"", format!("\"}}\n{lines}")),
    ] {
        let file = Long {
            start: start.to_owned(),
            end,
            most: 0.into(),
            all: 0.into(),
        };
        let report = report(&file);
        assert_eq!(
            (report.rows.joined, report.rows.rejected),
            (40, 1),
            "{start}"
        );
    }
}
