//! Several labels in one cell: `news|sport`, `news;sport`, `news, sport` or `["news", "sport"]`.
//!
//! A column holds sets where a mark parts its words again and again into the same few labels: there are more
//! different cells than labels, and some cells hold several. A cell in brackets is a set whatever it holds;
//! `[]` is the empty one.

use super::labels::Cells;
use super::rows::{Log, Truth};
use crate::table::{Column, NO_LEVEL, NO_TIME};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Labels at most.
pub(super) const MOST: usize = 120;
/// A cell without a set.
pub const NO_SET: u128 = u128::MAX;
/// Marks between labels, the surest first.
const MARKS: [char; 3] = ['|', ';', ','];

/// The labels that outcomes and predictions are sets of, in order, and the mark between them; `None` where
/// they are no sets.
pub(super) fn find(cells: &Cells) -> Option<(Vec<String>, char)> {
    let sides: Vec<&[String]> = [&cells.truth, &cells.predicted]
        .into_iter()
        .flatten()
        .map(|column| match column {
            Column::Category { levels, .. } => Some(&levels[..]),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let levels: BTreeSet<&String> = sides.iter().flat_map(|levels| levels.iter()).collect();
    let scored = !cells.class_scores.is_empty() || cells.score.is_some();
    if levels.is_empty() {
        return None;
    }
    MARKS.into_iter().find_map(|mark| {
        let (mut labels, mut several, mut bracketed) = (BTreeSet::new(), 0, 0);
        for level in &levels {
            let parts = parts(level, mark);
            several += usize::from(parts.len() > 1);
            bracketed += usize::from(inner(level).is_some());
            labels.extend(parts);
            if labels.len() > MOST {
                return None;
            }
        }
        let sure = bracketed == levels.len() && mark == ',';
        // Scores beside words are of classes, unless brackets say that these are sets.
        let many = !scored && several > 1 && labels.len() < levels.len();
        let found = (sure || many) && several > 0 && labels.len() > 1;
        found.then(|| (labels.into_iter().map(Cow::into_owned).collect(), mark))
    })
}

/// What stands in brackets.
fn inner(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let square = cell.strip_prefix('[').and_then(|c| c.strip_suffix(']'));
    square.or_else(|| cell.strip_prefix('{').and_then(|c| c.strip_suffix('}')))
}

/// The labels of a cell, each once.
fn parts(cell: &str, mark: char) -> BTreeSet<Cow<'_, str>> {
    let Some(inner) = inner(cell) else {
        let parts = cell.split(mark).map(bare);
        return parts
            .filter(|part| !part.is_empty())
            .map(Cow::from)
            .collect();
    };
    let mut labels = BTreeSet::new();
    let mut rest = inner.trim_start();
    while !rest.is_empty() {
        let (label, behind) = match quoted(rest) {
            Some(found) => found,
            None => {
                let (label, behind) = rest.split_once(',').unwrap_or((rest, ""));
                (bare(label).into(), behind)
            }
        };
        if !label.is_empty() {
            labels.insert(label);
        }
        rest = behind.trim_start();
    }
    labels
}

/// A label without blanks and quotes around it.
fn bare(part: &str) -> &str {
    part.trim().trim_matches(['"', '\'']).trim()
}

/// A label in quotes, in which a mark parts nothing, and what follows behind the next mark; `None` where a text
/// does not begin with one.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let within = text.get(1..)?;
    let mut escaped = false;
    let end = within.char_indices().find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })?;
    let behind = within.get(end + 1..)?.trim_start();
    let behind = match behind.strip_prefix(',') {
        Some(behind) => behind,
        None if behind.is_empty() => behind,
        None => return None,
    };
    let label = within.get(..end)?.trim();
    if !label.contains('\\') {
        return Some((label.into(), behind));
    }
    let mut plain = String::with_capacity(label.len());
    let mut chars = label.chars();
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    Some((plain.into(), behind))
}

/// Fills outcomes and predictions as sets of these labels; a cell with a label that is none of them has no
/// set, and is told.
///
/// In a column of sets in brackets the empty one is `[]`, and an empty cell is none. Without brackets an empty cell
/// may be either. Of a prediction it is the empty set, for the row is there because a prediction was made. An
/// outcome may not be known yet: it is the empty set where the row says when it became known, else it is missing.
pub(super) fn fill(log: &mut Log, cells: Cells, labels: Vec<String>, mark: char) {
    let mut odd = 0;
    let mut side = |column: Option<Column>, bracketed: &mut bool| match column {
        Some(Column::Category { codes, levels }) => {
            *bracketed |= levels.iter().any(|level| inner(level).is_some());
            let bare = !*bracketed;
            let sets: Vec<u128> = levels.iter().map(|l| set(l, mark, &labels)).collect();
            let of = |code: &u32| {
                let set = sets.get(*code as usize).copied().unwrap_or(NO_SET);
                odd += u64::from(set == NO_SET && *code != NO_LEVEL);
                set
            };
            let found: Vec<u128> = codes.iter().map(of).collect();
            let empty = |row: &usize| codes.get(*row) == Some(&NO_LEVEL) && bare;
            let empty: Vec<usize> = (0..codes.len()).filter(empty).collect();
            (Truth::Sets(found), empty)
        }
        _ => (Truth::None, Vec::new()),
    };
    let [of_truth, of_predicted] = &mut log.taken.bracketed;
    let (mut truth, unknown) = side(cells.truth, of_truth);
    let (mut predicted, nothing) = side(cells.predicted, of_predicted);
    let emptied = put(&mut predicted, nothing, |_| true);
    if emptied > 0 {
        log.notes.count(
            emptied,
            [
                "{n} predicted cell is empty: it is taken as the set of no label.",
                "{n} predicted cells are empty: they are taken as sets of no label.",
            ],
            "",
        );
    }
    let timed = |row: &usize| log.outcome_time.get(*row).is_some_and(|t| *t != NO_TIME);
    let known = put(&mut truth, unknown.clone(), timed);
    if known > 0 {
        log.notes.count(
            known,
            [
                "{n} outcome is empty though its row says when it became known: it is taken as the set of no label.",
                "{n} outcomes are empty though their rows say when they became known: they are taken as sets of no label.",
            ],
            "",
        );
    }
    let beside = |row: &usize| predicted.has(*row) && !truth.has(*row);
    let left = unknown.into_iter().filter(beside).count() as u64;
    if left > 0 {
        log.notes.count(
            left,
            [
                "{n} outcome beside a prediction is empty: it is taken as not known yet. Write [] where a row has no label.",
                "{n} outcomes beside a prediction are empty: they are taken as not known yet. Write [] where a row has no label.",
            ],
            "",
        );
    }
    (log.truth, log.predicted) = (truth, predicted);
    if odd > 0 {
        let n = labels.len();
        log.notes.count(
            odd,
            [
                format!("{{n}} cell holds a label that is none of the {n} of the first rows, and is left out."),
                format!("{{n}} cells hold a label that is none of the {n} of the first rows, and are left out."),
            ],
            "",
        );
    }
    log.labels = labels;
}

/// Puts the empty set into those of some rows that fit; gives how many.
fn put(side: &mut Truth, rows: Vec<usize>, fits: impl Fn(&usize) -> bool) -> u64 {
    let Truth::Sets(sets) = side else {
        return 0;
    };
    let mut count = 0;
    for row in rows.into_iter().filter(fits) {
        if let Some(set) = sets.get_mut(row) {
            *set = 0;
            count += 1;
        }
    }
    count
}

fn set(cell: &str, mark: char, labels: &[String]) -> u128 {
    let place = |part: Cow<str>| labels.binary_search_by(|l| l.as_str().cmp(&part)).ok();
    let bits = parts(cell, mark).into_iter().map(place);
    let set = bits.map(|bit| bit.map(|bit| 1u128 << bit.min(MOST)));
    set.sum::<Option<u128>>().unwrap_or(NO_SET)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(cells: &[&str]) -> Option<Column> {
        let mut levels: Vec<String> = Vec::new();
        let code = |cell: &&str| {
            let at = levels.iter().position(|l| l == cell).unwrap_or_else(|| {
                levels.push((*cell).into());
                levels.len() - 1
            });
            at as u32
        };
        let codes = cells.iter().map(code).collect();
        Some(Column::Category { codes, levels })
    }

    fn found(truth: &[&str], predicted: &[&str]) -> Option<(Vec<String>, char)> {
        find(&Cells {
            truth: words(truth),
            predicted: words(predicted),
            score: None,
            class_scores: Vec::new(),
            numbered: false,
            said: crate::log::positive::Said::default(),
        })
    }

    #[test]
    fn sets_are_told_from_names() {
        let (labels, mark) = found(&["a|b", "a", "b|c"], &["a|c", "b", "c"]).unwrap();
        assert_eq!((labels.join(" "), mark), ("a b c".into(), '|'));
        let (labels, mark) = found(&["[\"x\", \"y\"]", "[]"], &["['y']", "[x]"]).unwrap();
        assert_eq!((labels.join(" "), mark), ("x y".into(), ','));
        // A path of names is a name.
        assert_eq!(
            found(&["art|music", "news|sport"], &["art|film", "news|sport"]),
            None
        );
        assert_eq!(found(&["cat", "dog"], &["dog", "cat"]), None);
        assert_eq!(
            found(&["Paris, France", "Bonn, Germany"], &["Rome, Italy"]),
            None
        );
    }

    #[test]
    fn a_mark_within_quotes_parts_no_labels() {
        let of = |cell| parts(cell, ',').into_iter().collect::<Vec<_>>();
        assert_eq!(of(r#"["a, b","c"]"#), ["a, b", "c"]);
        assert_eq!(of(r"['a, b', c,]"), ["a, b", "c"]);
        assert_eq!(of(r#"["say \"a\"","b\\"]"#), ["b\\", "say \"a\""]);
        assert_eq!(of(r#"["a" b, c"]"#), ["a\" b", "c"]);
        assert_eq!(of("[0, 2]"), ["0", "2"]);
    }

    #[test]
    fn a_set_is_bits_in_the_order_of_labels() {
        let labels = ["a", "b", "c"].map(String::from);
        assert_eq!(set("c|a", '|', &labels), 0b101);
        assert_eq!(set("[]", '|', &labels), 0);
        assert_eq!(set("a|z", '|', &labels), NO_SET);
    }
}
