//! Several labels in one cell: `news|sport`, `news;sport`, `news, sport` or `["news", "sport"]`.
//!
//! A column holds sets where a mark parts its words again and again into the same few labels: there are more
//! different cells than labels, and some cells hold several. A cell in brackets is a set whatever it holds;
//! `[]` is the empty one.

use super::labels::Cells;
use super::rows::{Log, Truth};
use crate::table::{Column, NO_LEVEL};
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
    if levels.is_empty() || !cells.class_scores.is_empty() || cells.score.is_some() {
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
        let many = several > 1 && labels.len() < levels.len();
        let found = (sure || many) && several > 0 && labels.len() > 1;
        found.then(|| (labels.iter().map(|l| (*l).to_string()).collect(), mark))
    })
}

/// What stands in brackets.
fn inner(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let square = cell.strip_prefix('[').and_then(|c| c.strip_suffix(']'));
    square.or_else(|| cell.strip_prefix('{').and_then(|c| c.strip_suffix('}')))
}

/// The labels of a cell, each once.
fn parts(cell: &str, mark: char) -> BTreeSet<&str> {
    let (text, mark) = match inner(cell) {
        Some(inner) => (inner, ','),
        None => (cell, mark),
    };
    let parts = text.split(mark);
    let plain = parts.map(|part| part.trim().trim_matches(['"', '\'']).trim());
    plain.filter(|part| !part.is_empty()).collect()
}

/// Fills outcomes and predictions as sets of these labels; a cell with a label that is none of them has no
/// set, and is told.
pub(super) fn fill(log: &mut Log, cells: Cells, labels: Vec<String>, mark: char) {
    let mut odd = 0;
    let mut side = |column: Option<Column>| match column {
        Some(Column::Category { codes, levels }) => {
            let sets: Vec<u128> = levels.iter().map(|l| set(l, mark, &labels)).collect();
            let of = |code: &u32| {
                let set = sets.get(*code as usize).copied().unwrap_or(NO_SET);
                odd += u64::from(set == NO_SET && *code != NO_LEVEL);
                set
            };
            Truth::Sets(codes.iter().map(of).collect())
        }
        _ => Truth::None,
    };
    log.truth = side(cells.truth);
    log.predicted = side(cells.predicted);
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

fn set(cell: &str, mark: char, labels: &[String]) -> u128 {
    let place = |part: &str| labels.binary_search_by(|l| l.as_str().cmp(part)).ok();
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
    fn a_set_is_bits_in_the_order_of_labels() {
        let labels = ["a", "b", "c"].map(String::from);
        assert_eq!(set("c|a", '|', &labels), 0b101);
        assert_eq!(set("[]", '|', &labels), 0);
        assert_eq!(set("a|z", '|', &labels), NO_SET);
    }
}
