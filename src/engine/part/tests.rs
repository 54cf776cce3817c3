//! Records too long cost themselves, however a file is cut.

use super::*;
use crate::engine::{Shards, look};
use crate::log::Role;
use crate::read::Trouble;
use crate::table::{Column, Table};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The longest record of these tests.
const LONGEST: usize = 60;

/// A file whose columns are all read as text.
fn input(text: &str) -> Input {
    let mut input = look("log", &text.as_bytes()).expect("it is a table");
    input.kind = crate::log::FileKind::Predictions;
    input.roles = vec![crate::log::RoleGuess::given(Role::Segment); input.sniff.columns.len()];
    input
}

/// All rows, lines and troubles (each at its line of the file), read in shards of a size, the last
/// first.
fn read(input: &Input, text: &str, size: u64) -> (Table, u64, Vec<(u64, Trouble)>) {
    let bytes = text.as_bytes();
    let in_order = input.sniff.cut == Cut::InOrder;
    let mut shards = Shards::with_size(0, bytes.len() as u64, size, in_order);
    let mut waiting: Vec<Shard> = std::iter::from_fn(|| shards.take()).collect();
    let mut tables = BTreeMap::new();
    while let Some(shard) = waiting.pop() {
        let part = read_limited(input, shard, &bytes, LONGEST).expect("it can be read");
        shards.done(shard.index, info(&part));
        tables.insert(shard.index, part.table);
        waiting.extend(std::iter::from_fn(|| shards.take()));
    }
    assert!(shards.complete());
    let mut table = Table::default();
    for part in tables.into_values() {
        table.append(part);
    }
    let (mut lines, mut troubles, mut next) = (0, Vec::new(), 0);
    for part in shards.parts() {
        assert_eq!(part.first, next);
        next = part.next;
        for trouble in &part.troubles {
            troubles.push((lines + trouble.line + 1, trouble.clone()));
        }
        lines += part.lines;
    }
    assert_eq!(next, bytes.len() as u64);
    (table, lines, troubles)
}

/// Troubles of one kind as one, as the keeper tells them.
fn counted(troubles: &[(u64, Trouble)]) -> Vec<(u64, u64, String)> {
    let mut out: Vec<(u64, u64, String)> = Vec::new();
    for (line, trouble) in troubles {
        let reason = trouble
            .reason
            .split(", expected")
            .last()
            .unwrap_or_default();
        match out.iter_mut().find(|o| o.2 == reason) {
            Some(one) => one.1 += trouble.count,
            None => out.push((*line, trouble.count, reason.to_owned())),
        }
    }
    out
}

/// The words of the first column.
fn firsts(table: &Table) -> Vec<String> {
    let Some(Column::Category { codes, levels }) = table.columns.first() else {
        panic!("no text: {table:?}");
    };
    let word = |code: &u32| levels.get(*code as usize).cloned().unwrap_or_default();
    codes.iter().map(word).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str], bad: &[(u64, u64, &str)]) {
    let input = input(text);
    let (table, lines, troubles) = read(&input, text, text.len() as u64);
    assert_eq!(firsts(&table), expected, "{text}");
    let counts = counted(&troubles);
    assert_eq!(counts.len(), bad.len(), "{text}: {counts:?}");
    for ((line, count, reason), (at, of, part)) in counts.iter().zip(bad) {
        assert_eq!((line, count), (at, of), "{text}: {reason}");
        assert!(reason.contains(part), "{reason}");
    }
    if input.sniff.cut == Cut::Bytes {
        assert_eq!(lines, text.lines().count() as u64, "{text}");
    }
    for size in 1..text.len() as u64 {
        let (cut, cut_lines, cut_troubles) = read(&input, text, size);
        assert_eq!((&cut, cut_lines), (&table, lines), "{text} in {size}");
        assert_eq!(counted(&cut_troubles), counts, "{text} in {size}");
    }
}

#[test]
fn a_line_too_long_costs_itself() {
    let long = "x".repeat(LONGEST * 3);
    let mut json = String::new();
    for i in 0..4 {
        json += &format!("{{\"id\":\"r{i}\",\"a\":\"1\"}}\n");
        if i == 1 {
            json += &format!("{{\"id\":\"bad\",\"a\":\"{long}\"}}\n");
        }
    }
    check(
        &json,
        &["r0", "r1", "r2", "r3"],
        &[(3, 1, "the line is longer than 64 MB")],
    );
    // At the end, without a break, and twice.
    let end = format!("{json}{{\"id\":\"{long}");
    check(&end, &["r0", "r1", "r2", "r3"], &[(3, 2, "longer than")]);
    let csv = format!("id,a\nr0,1\nbad,{long}\nr1,2\n\"bad\",\"{long}\"\nr2,3\n");
    check(
        &csv,
        &["r0", "r1", "r2"],
        &[(3, 1, "the row is longer"), (5, 1, "not within 64 MB")],
    );
}

#[test]
fn an_item_too_long_costs_itself() {
    let long = "x".repeat(LONGEST * 3);
    let item = |id: &str, a: &str| format!("{{\"id\":\"{id}\",\"a\":\"{a}\"}}");
    let text = |items: &[String]| format!("[{}]\n", items.join(",\n"));
    let (a, b, c) = (item("a", "1"), item("b", "2"), item("c", "3"));
    let bad = item("bad", &long);
    let told = [(2, 1, "the item is longer")];
    let some = text(&[a.clone(), bad.clone(), b, c.clone()]);
    check(&some, &["a", "b", "c"], &told);
    // At the end, and where the document ends within it.
    let last = text(&[a.clone(), bad]);
    check(&last, &["a"], &told);
    check(&last[..last.len() - 20], &["a"], &told);
    // With its comma.
    let full = item("b", &"x".repeat(LONGEST - 18));
    assert_eq!(full.len(), LONGEST - 1);
    let two = |b: &str| format!("[{a},{b},{c}]");
    check(&two(&full), &["a", "b", "c"], &[]);
    let over = full.replace("xx", "xxx");
    check(&two(&over), &["a", "c"], &[(1, 1, "longer")]);
    let over = item("b", &"x".repeat(LONGEST - 17));
    check(&two(&over), &["a", "c"], &[(1, 1, "longer")]);
}

#[test]
fn exactly_the_limit_is_no_error() {
    let row = |bytes: usize| format!("b,{}\n", "x".repeat(bytes - 3));
    let text = |bytes| format!("id,a\na,1\n{}c,3\n", row(bytes));
    check(&text(LONGEST), &["a", "b", "c"], &[]);
    check(&text(LONGEST + 1), &["a", "c"], &[(3, 1, "longer")]);
}

#[test]
fn a_quote_never_closed_costs_its_line() {
    let rows = |from: usize| -> String { (from..from + 9).map(|i| format!("r{i},1\n")).collect() };
    let names: Vec<String> = (0..18).map(|i| format!("r{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // Far from the end, and near it.
    let text = format!("id,a\n{}bad,\"1\n{}", rows(0), rows(9));
    assert!(rows(9).len() < LONGEST);
    check(&text, &names, &[(11, 1, "not closed")]);
    let more = format!("{text}{}", rows(18));
    let names: Vec<String> = (0..27).map(|i| format!("r{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    check(&more, &names, &[(11, 1, "not within 64 MB")]);
    // Opened on the second line of its row.
    let text = format!("id,a\n{}\"bad\nrow\",\"1\n{}", rows(0), rows(9));
    check(&text, &names[..18], &[(11, 1, "not closed")]);
}

#[test]
fn a_text_of_many_lines_too_long_costs_its_lines() {
    let text = format!("id,a\nr0,1\nbad,\"{}\"\nr1,2\n", "one line\n".repeat(9));
    check(
        &text,
        &["r0", "r1"],
        &[(3, 2, "not closed"), (4, 8, " 2; the row is left out")],
    );
}

/// Notes the longest piece that was asked for.
struct Watched<'a> {
    bytes: &'a [u8],
    most: std::cell::Cell<u64>,
    all: std::cell::Cell<u64>,
}

impl Bytes for Watched<'_> {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        self.most.set(self.most.get().max(to - from));
        self.all.set(self.all.get() + to - from);
        self.bytes.read(from, to)
    }
}

#[test]
fn what_is_held_is_bounded() {
    let longest = 1 << 20;
    let text = format!(
        "{{\"id\":\"a\"}}\n{{\"id\":\"{}\"}}\n{{\"id\":\"b\"}}\n",
        "x".repeat(40 << 20)
    );
    let input = input(&text);
    let file = Watched {
        bytes: text.as_bytes(),
        most: 0.into(),
        all: 0.into(),
    };
    let mut shards = Shards::with_size(0, file.size(), 1 << 20, false);
    let mut rows = 0;
    while let Some(shard) = shards.take() {
        let part = read_limited(&input, shard, &file, longest).expect("it can be read");
        rows += part.table.rows;
        shards.done(shard.index, info(&part));
    }
    assert_eq!((rows, shards.complete()), (2, true));
    assert_eq!(file.most.get(), SHARD_BYTES);
    // Once to read it, once to find where the long line ends; and the shard that holds its start.
    assert!(
        file.all.get() < 2 * file.size() + (8 << 20),
        "{}",
        file.all.get()
    );
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_rows(
        words in proptest::collection::vec(prop_oneof![
            Just("a,b\n"), Just("\""), Just("\"\""), Just("c,\"d\ne\"\n"), Just("f"), Just("\n"),
            Just(","), Just("0123456789012345678901234567890123456789"), Just("\r\n"), Just("\"g,1\n"),
        ], 0..60),
        size in 1u64..80,
        json in any::<bool>(),
    ) {
        let head = if json { "{\"x\":\"a\"}\n" } else { "x,y\nr,1\ns,2\n" };
        let text = format!("{head}{}", words.concat());
        let input = input(head);
        let input = Input { bytes: text.len() as u64, ..input };
        let (table, lines, troubles) = read(&input, &text, text.len() as u64);
        let (cut, cut_lines, cut_troubles) = read(&input, &text, size);
        prop_assert_eq!(&cut, &table);
        prop_assert_eq!(cut_lines, lines);
        prop_assert_eq!(counted(&cut_troubles), counted(&troubles));
        prop_assert_eq!(lines, text.lines().count() as u64);
    }
}
