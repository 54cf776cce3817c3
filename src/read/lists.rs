//! Lists of numbers in the cells of delimited text: `"[0.6, 0.4]"`, as data frames write what a classifier gives.
//!
//! A column whose lists are the probabilities of classes becomes a column for each item, called `name.0`, `name.1`
//! as the items of JSON's arrays are. How many items it has is settled by the first rows; a later cell that is no
//! such list is told, and its items are missing.

use super::batch::Batch;
use super::cell::{self, Number, shown};
use super::dialect::make_unique;
use super::field::Field;
use super::{ColumnSpec, ListField, Schema};
use std::collections::BTreeMap;
use std::ops::Range;

/// Items at most: classes that a list can hold the probabilities of.
const MOST: usize = 1_024;
/// How far the probabilities of a row may be from adding up to 1.
const OFF: f64 = 0.02;

/// The columns of a file, read as its fields are, whose cells are probabilities of classes.
pub(super) fn find(batch: &Batch, text: &[u8], schema: &Schema) -> Vec<ListField> {
    let lists = (0..schema.columns.len()).filter_map(|field| {
        let items = probabilities(batch.column(text, field))?;
        Some(ListField { field, items })
    });
    lists.collect()
}

/// How many items the lists of a column have, where nearly all of its cells are probabilities of as many classes.
fn probabilities<'a>(cells: impl Iterator<Item = &'a [u8]>) -> Option<usize> {
    let (mut filled, mut lengths) = (0_usize, BTreeMap::<usize, usize>::new());
    let mut found = Vec::new();
    for cell in cells.filter(|cell| !is_none(cell)) {
        filled += 1;
        if !items(cell, &mut found) {
            // A column of something else is left at once.
            if filled > 20 && lengths.is_empty() {
                return None;
            }
            continue;
        }
        let of =
            |range: &Range<usize>| cell.get(range.clone()).map(|item| cell::number(item, b'.'));
        let numbers = found.iter().map(|range| match of(range) {
            Some(Number::Finite(x)) => x,
            _ => f64::NAN,
        });
        let sum = numbers.clone().all(|x| (0.0..=1.0).contains(&x));
        let sum = sum.then(|| numbers.sum::<f64>());
        if sum.is_some_and(|sum| (sum - 1.0).abs() < OFF) {
            *lengths.entry(found.len()).or_default() += 1;
        }
    }
    let (items, count) = lengths.into_iter().max_by_key(|(_, count)| *count)?;
    let fits = (2..=MOST).contains(&items) && count * 100 >= filled * 95;
    fits.then_some(items)
}

/// Gives each item a column.
pub(super) fn unfold(schema: &mut Schema, lists: Vec<ListField>) {
    let mut columns = Vec::with_capacity(schema.columns.len());
    for (field, spec) in schema.columns.drain(..).enumerate() {
        match lists.iter().find(|list| list.field == field) {
            None => columns.push(spec),
            Some(list) => columns.extend((0..list.items).map(|item| ColumnSpec {
                name: format!("{}.{item}", spec.name),
                ..spec.clone()
            })),
        }
    }
    let mut names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
    make_unique(&mut names);
    for (column, name) in columns.iter_mut().zip(names) {
        column.name = name;
    }
    schema.columns = columns;
    schema.lists = lists;
}

/// The columns of which one field is the list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unfolded {
    pub list: ListField,
    /// The place of its first item among the columns.
    pub column: usize,
}

/// The lists of a schema, each with its place among the columns.
pub(super) fn unfolded(schema: &Schema) -> Vec<Unfolded> {
    let mut more = 0;
    let lists = schema.lists.iter().map(|&list| {
        let column = list.field + more;
        more += list.items.saturating_sub(1);
        Unfolded { list, column }
    });
    lists.collect()
}

/// Appends the items of a field to the row that is being built. False: it is no list of as many numbers, and its
/// items are missing.
pub(super) fn push(
    batch: &mut Batch,
    text: &[u8],
    field: Field,
    list: ListField,
    decimal: u8,
    found: &mut Vec<Range<usize>>,
) -> bool {
    let (start, own) = match field {
        Field::Plain { start, end } => (start, text.get(start..end).unwrap_or_default().into()),
        Field::Quoted { start, .. } => (start, std::borrow::Cow::Owned(field.text(text))),
    };
    let cell: &[u8] = &own;
    let none = is_none(cell);
    if none || !items(cell, found) || found.len() != list.items {
        (0..list.items).for_each(|_| batch.push(start, start));
        return none;
    }
    let in_place = matches!(field, Field::Plain { .. }) && decimal == b'.';
    for item in found.iter() {
        if in_place {
            batch.push(start + item.start, start + item.end);
            continue;
        }
        // The point of a list is a point, whatever the numbers of the file have.
        let from = batch.aside().len();
        let bytes = cell.get(item.clone()).unwrap_or_default().iter();
        let aside = batch.aside();
        aside.extend(bytes.map(|&b| if b == b'.' { decimal } else { b }));
        batch.push_aside(from);
    }
    true
}

/// What is told of a cell that is no list of as many numbers.
#[cold]
pub(super) fn reason(text: &[u8], field: Field, list: ListField) -> String {
    let n = list.items;
    format!(
        "found '{}', expected a list of {n} numbers like [0.25, 0.75]; its {n} cells are left empty",
        shown(&field.text(text))
    )
}

/// Whether a cell holds no list: it is missing, or an empty one.
fn is_none(cell: &[u8]) -> bool {
    cell::is_missing(cell) || matches!(cell.trim_ascii(), b"[]" | b"()" | b"[ ]")
}

/// Where the items of a list of numbers are in its text: in brackets, parted by commas or blanks, as Python, NumPy,
/// R and JSON write them (`[np.float64(0.6), np.float64(0.4)]`, `array([0.6, 0.4])`). False: it is none.
pub(super) fn items(cell: &[u8], out: &mut Vec<Range<usize>>) -> bool {
    out.clear();
    let Some(Range { start, end }) = inner(cell) else {
        return false;
    };
    let (mut at, mut commas) = (start, 1);
    while at < end {
        match cell.get(at) {
            Some(b',') => {
                commas += 1;
                // Nothing between two of them.
                if commas > 1 {
                    return false;
                }
                at += 1;
            }
            Some(b) if b.is_ascii_whitespace() => at += 1,
            _ => {
                let rest = cell.get(at..end).unwrap_or_default();
                let ends = |b: &u8| *b == b',' || b.is_ascii_whitespace();
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                let Some(item) = number(cell, at..at + length) else {
                    return false;
                };
                out.push(item);
                (at, commas) = (at + length, 0);
            }
        }
    }
    !out.is_empty()
}

/// What stands in the brackets of a cell.
fn inner(cell: &[u8]) -> Option<Range<usize>> {
    let from = cell.len() - cell.trim_ascii_start().len();
    let to = cell.trim_ascii_end().len().max(from);
    let text = cell.get(from..to)?;
    let (open, close) = match text.first()? {
        b'(' => (0, text.iter().rposition(|b| *b == b')')?),
        _ => (memchr::memchr(b'[', text)?, memchr::memrchr(b']', text)?),
    };
    // `array(` before, `, dtype=float32)` behind.
    let before = text.get(..open)?;
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'(');
    let behind = text.get(close + 1..)?;
    let closed = if before.is_empty() {
        behind.is_empty()
    } else {
        before.ends_with(b"(") && behind.ends_with(b")")
    };
    if !closed || !before.iter().all(word) || close <= open {
        return None;
    }
    let inner = from + open + 1..from + close;
    // A list within a list, as of one row.
    let within = cell.get(inner.clone())?;
    let row = within.trim_ascii();
    Some(match row {
        [b'[', .., b']'] => {
            let start = inner.start + (within.len() - within.trim_ascii_start().len()) + 1;
            start..start + row.len() - 2
        }
        _ => inner,
    })
}

/// The digits of an item: `np.float64(0.6)` and `'0.6'` are 0.6.
fn number(cell: &[u8], item: Range<usize>) -> Option<Range<usize>> {
    let text = cell.get(item.clone())?;
    let within = match memchr::memchr(b'(', text) {
        Some(open) if text.ends_with(b")") => item.start + open + 1..item.end - 1,
        Some(_) => return None,
        None => item,
    };
    let text = cell.get(within.clone())?;
    let within = match text {
        [b'\'', .., b'\''] | [b'"', .., b'"'] if text.len() > 2 => within.start + 1..within.end - 1,
        _ => within,
    };
    let text = cell.get(within.clone())?;
    let is = matches!(cell::number(text, b'.'), Number::Finite(_));
    (is || cell::is_missing(text) && !text.is_empty()).then_some(within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cell: &str) -> Option<Vec<&str>> {
        let mut found = Vec::new();
        let is = items(cell.as_bytes(), &mut found);
        is.then(|| found.iter().filter_map(|r| cell.get(r.clone())).collect())
    }

    #[test]
    fn lists_are_read_as_programs_write_them() {
        for cell in [
            "[0.6, 0.4]",
            "[0.6,0.4]",
            "[0.6 0.4]",
            " [ 0.6  0.4 ] ",
            "[0.6\n 0.4]",
            "(0.6, 0.4)",
            "[[0.6 0.4]]",
            "[np.float64(0.6), np.float64(0.4)]",
            "(np.float64(0.6), np.float64(0.4))",
            "array([0.6, 0.4])",
            "array([0.6, 0.4], dtype=float32)",
            "np.array([[0.6, 0.4]])",
            "['0.6', '0.4']",
            "[\"0.6\", \"0.4\"]",
            "(0.6, 0.4,)",
        ] {
            assert_eq!(read(cell), Some(vec!["0.6", "0.4"]), "{cell}");
        }
        assert_eq!(read("[1. 0.]"), Some(vec!["1.", "0."]));
        assert_eq!(read("[9.9e-01 1.e-02]"), Some(vec!["9.9e-01", "1.e-02"]));
        assert_eq!(read("[nan 0.5]"), Some(vec!["nan", "0.5"]));
        for cell in [
            "",
            "[]",
            "[",
            "]",
            "[]]",
            "0.6, 0.4",
            "[0.6, x]",
            "[0.6,, 0.4]",
            "[,0.6]",
            "[0.6",
            "0.6]",
            "[[0.6], [0.4]]",
            "words [0.6, 0.4]",
            "[0.6, 0.4] words",
            "(0.6, 0.4]",
            "f(0.6, 0.4)",
            "[a(0.6]",
        ] {
            assert_eq!(read(cell), None, "{cell}");
        }
    }

    #[test]
    fn probabilities_of_one_number_of_classes_are_told_from_other_lists() {
        let of = |cells: &[&str]| probabilities(cells.iter().map(|c| c.as_bytes()));
        assert_eq!(of(&["[0.6, 0.4]", "", "[1 0]", "None"]), Some(2));
        assert_eq!(of(&["[0.2, 0.3, 0.5]", "[0.33 0.33 0.33]"]), Some(3));
        for other in [
            &["[0.6, 0.4]", "[0.2, 0.3, 0.5]"][..],
            &["(52.1, 13.4)", "(48.8, 2.3)"],
            &["[1]", "[1]"],
            &["[1.5, -0.5]"],
            &["[0, 1, 1]", "[1, 0, 0]"],
            &["news", "sport"],
            &["", ""],
        ] {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn items_lie_in_their_cell_one_behind_the_other(cell in "[\\[\\](),.' 0-9a-z-]{0,30}") {
            let mut found = Vec::new();
            if items(cell.as_bytes(), &mut found) {
                prop_assert!(found.windows(2).all(|p| p[0].end < p[1].start));
                prop_assert!(found.iter().all(|r| r.start < r.end && r.end < cell.len()));
            }
        }

        #[test]
        fn what_was_written_comes_back(numbers in proptest::collection::vec(-1e3..1e3f64, 1..20), sep in 0..3usize) {
            let texts: Vec<String> = numbers.iter().map(f64::to_string).collect();
            let cell = format!("[{}]", texts.join([", ", " ", ","][sep]));
            prop_assert_eq!(read(&cell), Some(texts.iter().map(String::as_str).collect()));
        }
    }
}
