//! A column for each label: `pred_news`, `pred_sport` beside `true_news`, `true_sport`, with 1 where a row has it, as
//! scikit-learn has several labels of a row.
//!
//! All columns of predictions have the role of the prediction, and all of outcomes that of the outcome; what stands
//! for them is one column of sets, as delimited text has them in a cell.

use super::Role;
use super::labels::Dictionary;
use super::roles::{RoleGuess, words};
use super::rows::Source;
use super::rules::{any, is_number};
use crate::read::ColumnSniff;
use crate::table::{Column, NO_LEVEL};

/// Words for what is predicted.
const PREDICTED: [&str; 5] = ["pred", "preds", "predicted", "prediction", "predictions"];
/// Words for what came true.
const TRUE: [&str; 10] = [
    "true", "truth", "actual", "outcome", "label", "labels", "target", "targets", "observed",
    "real",
];

/// Gives the columns their roles; tells whether there are such.
pub(super) fn find(columns: &[ColumnSniff], found: &mut [Option<RoleGuess>]) -> bool {
    let is = |i: &usize| found[*i].is_none() && is_flag(&columns[*i]);
    let flags: Vec<usize> = (0..columns.len()).filter(is).collect();
    let prefixes = |marks: &[&str]| -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for name in flags.iter().map(|i| &columns[*i].name) {
            for (at, sign) in name.match_indices(|c: char| !c.is_alphanumeric()) {
                let prefix = &name[..at + sign.len()];
                if any(&words(prefix), marks) && !all.iter().any(|p| p == prefix) {
                    all.push(prefix.into());
                }
            }
        }
        all
    };
    let members = |prefix: &str| -> Vec<(usize, &str)> {
        let rest = |i: &usize| Some((*i, columns[*i].name.strip_prefix(prefix)?));
        let all = flags.iter().filter_map(rest);
        all.filter(|m| !m.1.is_empty()).collect()
    };
    let plain = [String::new()];
    for own in prefixes(&PREDICTED) {
        let predicted = members(&own);
        if predicted.len() < 2 {
            continue;
        }
        let truths = prefixes(&TRUE);
        for prefix in truths.iter().filter(|p| **p != own).chain(&plain) {
            let all = members(prefix);
            let of = |label: &str| all.iter().find(|m| m.1 == label).map(|m| m.0);
            let truth: Option<Vec<usize>> = predicted.iter().map(|m| of(m.1)).collect();
            let whole = prefix.is_empty() || all.len() == predicted.len();
            let Some(truth) = truth.filter(|_| whole) else {
                continue;
            };
            let sides = [
                (Role::Prediction, predicted.iter().map(|m| m.0).collect()),
                (Role::Outcome, truth),
            ];
            for (role, members) in sides {
                let members: Vec<usize> = members;
                for i in members {
                    let why = "one of several columns, one for each label";
                    found[i] = Some(RoleGuess::new(role, 0.9, why));
                }
            }
            return true;
        }
    }
    false
}

/// Whether a column says yes or no, as number or as word.
fn is_flag(column: &ColumnSniff) -> bool {
    let within = column.range.is_some_and(|(a, b)| a >= 0.0 && b <= 1.0);
    let few = (1..=2).contains(&column.distinct);
    match is_number(column) {
        true => few && column.whole && within,
        false => few && column.samples.iter().all(|s| flag(s).is_some()),
    }
}

fn flag(word: &str) -> Option<bool> {
    match word.trim() {
        "1" | "1.0" => Some(true),
        "0" | "0.0" => Some(false),
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The columns of a role as one of sets; `None` where the role has one column at most. A row of which a column is
/// missing has no set. All labels stand together in the first word, whether or not a row has them all.
pub(super) fn sets(source: &Source, role: Role) -> Option<Column> {
    let named = source.table.names.iter().zip(&source.table.columns);
    let of_role = named.zip(&source.roles).filter(|(_, r)| **r == role);
    let all: Vec<(&String, &Column)> = of_role.map(|(column, _)| column).collect();
    if all.len() < 2 {
        return None;
    }
    let prefix = common(&all.iter().map(|c| c.0.as_str()).collect::<Vec<_>>());
    let labels: Vec<&str> = (all.iter())
        .map(|(name, _)| name.get(prefix..).unwrap_or(name))
        .collect();
    let cell = |has: &[bool]| {
        let own = labels.iter().zip(has).filter(|(_, has)| **has);
        let quoted = own
            .map(|(label, _)| format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\"")));
        format!("[{}]", quoted.collect::<Vec<_>>().join(","))
    };
    let flags: Vec<Vec<Option<bool>>> = all.iter().map(|(_, column)| flags(column)).collect();
    let mut dictionary = Dictionary::default();
    dictionary.code(&cell(&vec![true; all.len()]));
    let code = |row: usize| {
        let has: Option<Vec<bool>> = flags.iter().map(|f| *f.get(row)?).collect();
        has.map_or(NO_LEVEL, |has| dictionary.code(&cell(&has)))
    };
    let codes = (0..source.table.rows).map(code).collect();
    Some(Column::Category {
        codes,
        levels: dictionary.levels,
    })
}

/// What each row of a column says.
fn flags(column: &Column) -> Vec<Option<bool>> {
    match column {
        Column::Number(v) => {
            let is = |x: &f64| match *x {
                0.0 => Some(false),
                1.0 => Some(true),
                _ => None,
            };
            v.iter().map(is).collect()
        }
        Column::Category { codes, levels } => {
            let known: Vec<Option<bool>> = levels.iter().map(|l| flag(l)).collect();
            let of = |code: &u32| known.get(*code as usize).copied().flatten();
            codes.iter().map(of).collect()
        }
        other => vec![None; other.len()],
    }
}

/// Bytes that names have in common before their labels: up to a sign between words.
fn common(names: &[&str]) -> usize {
    let Some((first, others)) = names.split_first() else {
        return 0;
    };
    let ends = first.char_indices().filter(|(_, c)| !c.is_alphanumeric());
    let ends = ends.map(|(at, c)| at + c.len_utf8());
    let shared = |end: &usize| {
        let prefix = first.get(..*end);
        prefix.is_some_and(|p| others.iter().all(|n| n.starts_with(p) && n.len() > p.len()))
    };
    ends.take_while(shared).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_names_do_not_share() {
        for (names, shared) in [
            (&["pred_news", "pred_sport"][..], 5),
            (&["y_pred_new_york", "y_pred_new_jersey"], 11),
            (&["labels.0", "labels.1"], 7),
            (&["news", "sport"], 0),
        ] {
            assert_eq!(common(names), shared, "{names:?}");
        }
    }
}
