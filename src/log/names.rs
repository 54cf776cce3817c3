//! Columns by their names: which ones a key is in a file, and why files have none in common.

use super::Role;
use std::collections::BTreeSet;

/// Names that are listed in a sentence.
const MOST_NAMED: usize = 8;

/// The names of the columns marked as id.
pub(super) fn ids<'a>(columns: &[(&'a str, Role)]) -> impl Iterator<Item = &'a str> {
    let ids = columns.iter().filter(|c| c.1 == Role::Id);
    ids.map(|c| c.0).collect::<Vec<_>>().into_iter()
}

/// Where columns of these names are, or else those marked as id, if they are as many.
pub(super) fn places(names: &[&str], columns: &[(&str, Role)]) -> Option<Vec<usize>> {
    let named = names.iter().map(|name| place(name, columns));
    named.collect::<Option<Vec<usize>>>().or_else(|| {
        let ids = (0..columns.len()).filter(|&at| columns[at].1 == Role::Id);
        let ids: Vec<usize> = ids.collect();
        (ids.len() == names.len()).then_some(ids)
    })
}

/// Where a column of a name is that can be a part of a key. Capitals do not count where none is called
/// just so.
fn place(name: &str, columns: &[(&str, Role)]) -> Option<usize> {
    let keeps = |role: Role| {
        let others = [
            Role::QuantileLevel,
            Role::OutputType,
            Role::Challenger,
            Role::Outcome,
            Role::Ignore,
        ];
        !(role.predicts() || others.contains(&role))
    };
    let find = |same: &dyn Fn(&str) -> bool| columns.iter().position(|c| same(c.0) && keeps(c.1));
    find(&|other| other == name).or_else(|| find(&|other| same_name(other, name)))
}

/// Whether two columns are called the same.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    a == b || plain_name(a) == plain_name(b)
}

/// What counts of a column's name: not its capitals, nor blanks around it.
#[must_use]
pub fn plain_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Why the outcomes of a file cannot be joined with predictions, each given as names and roles of its
/// columns: a sentence that says how to mend it.
#[must_use]
pub fn apart(
    file: &str,
    outcomes: &[(&str, Role)],
    predictions: &[Vec<(&str, Role)>],
) -> Option<String> {
    let names: Vec<&str> = ids(outcomes).collect();
    if names.is_empty() {
        let theirs = predictions.iter().flatten().map(|c| plain_name(c.0));
        let theirs: BTreeSet<String> = theirs.collect();
        let has = |name: &&str| theirs.contains(&plain_name(name));
        let common = outcomes.iter().filter(|c| c.1 != Role::Outcome);
        let common: Vec<&str> = common.map(|c| c.0).filter(has).collect();
        return Some(match common[..] {
            [] => format!(
                "{file} holds outcomes, but no id, and none of its columns is called like one of the predictions. Mark the column that holds the predictions' id, or give the columns that tell the rows apart (such as store and date) the same names in both files."
            ),
            _ => format!(
                "{file} holds outcomes, but no id. Mark the column that holds the predictions' id, or those of {} that tell the rows apart together.",
                words(&common)
            ),
        });
    }
    if predictions.iter().any(|p| places(&names, p).is_some()) {
        return None;
    }
    let none = predictions.iter().all(|p| ids(p).next().is_none());
    if none && names.len() == 1 {
        return Some(format!(
            "{file} holds outcomes, but the predictions have no id to join them by. Mark the id column in both files, or put the outcome into the file of predictions."
        ));
    }
    let lacks = |name: &&str| predictions.iter().all(|p| place(name, p).is_none());
    let lacking: Vec<&str> = names.iter().copied().filter(lacks).collect();
    Some(format!(
        "{file} is joined by {}, but the predictions have no column '{}' to join by. Mark as many columns as id in both files, of the same names or in the same order.",
        words(&names),
        lacking.first().or(names.first()).unwrap_or(&"")
    ))
}

/// `store, item and date`; of many names the first ones, and how many more there are.
pub(super) fn words<T: AsRef<str>>(names: &[T]) -> String {
    let shown = if names.len() > MOST_NAMED + 1 {
        MOST_NAMED
    } else {
        names.len()
    };
    let mut shown: Vec<&str> = names[..shown].iter().map(|n| n.as_ref().trim()).collect();
    let more = format!("{} more", names.len() - shown.len());
    if shown.len() < names.len() {
        shown.push(&more);
    }
    match shown[..] {
        [ref most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => shown.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_and_many_are_counted() {
        let names: Vec<String> = (0..10).map(|i| format!(" c{i}")).collect();
        assert_eq!(words(&names[..0]), "");
        assert_eq!(words(&names[..1]), "c0");
        assert_eq!(words(&names[..3]), "c0, c1 and c2");
        assert_eq!(words(&names[..9]), "c0, c1, c2, c3, c4, c5, c6, c7 and c8");
        assert_eq!(words(&names), "c0, c1, c2, c3, c4, c5, c6, c7 and 2 more");
    }

    #[test]
    fn a_column_is_found_by_its_own_name_before_one_that_is_like_it() {
        let columns = [
            ("date", Role::Ignore),
            ("DATE", Role::Segment),
            (" Date ", Role::Time),
            ("store", Role::Outcome),
        ];
        assert_eq!(places(&[" Date "], &columns), Some(vec![2]));
        assert_eq!(places(&["date"], &columns), Some(vec![1]));
        assert_eq!(places(&["date", "store"], &columns), None);
    }
}
