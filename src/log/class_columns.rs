//! Which columns are the scores of classes, one a class.

use super::Role;
use super::positive::spoken;
use super::roles::{RoleGuess, words};
use super::rules::{any, is_number, is_unit};
use crate::read::ColumnSniff;

/// Columns `<prefix>_<class>`, or the items of an array `<prefix>.<number>`, whose values add up to 1 in every row are the classes' probabilities.
pub(super) fn class_scores(columns: &[ColumnSniff], found: &mut [Option<RoleGuess>]) {
    let mut prefixes: Vec<&str> = Vec::new();
    for c in columns.iter().filter(|c| is_number(c)) {
        // `P(cat)` and `Scored Probabilities for Class "cat"` are written otherwise.
        let likely = c.name.to_lowercase();
        let likely = likely.starts_with("p(") || likely.starts_with("scored probabilities ");
        let ends = |sign: char| match sign {
            '_' | '.' => true,
            '(' | ' ' => likely,
            _ => false,
        };
        for (at, _) in c.name.match_indices(ends) {
            let prefix = &c.name[..=at];
            if !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
    }
    for prefix in prefixes {
        let all = (0..columns.len())
            .filter(|&i| is_number(&columns[i]) && columns[i].name.len() > prefix.len())
            .filter(|&i| columns[i].name.starts_with(prefix));
        let (units, others): (Vec<usize>, Vec<usize>) = all.partition(|i| is_unit(&columns[*i]));
        let members = units;
        let rows = members
            .iter()
            .map(|&i| columns[i].numbers.len())
            .min()
            .unwrap_or(0);
        let sums_to_one = (0..rows)
            .filter_map(|row| {
                let sum: f64 = members.iter().map(|&i| columns[i].numbers[row]).sum();
                (!sum.is_nan()).then_some((sum - 1.0).abs() < 0.02)
            })
            .fold((0usize, 0usize), |(yes, all), ok| {
                (yes + usize::from(ok), all + 1)
            });
        if two_sides(columns, &members, prefix.len()) {
            continue;
        }
        let adds_up = sums_to_one.1 > 0 && sums_to_one.0 * 100 >= sums_to_one.1 * 98;
        let (members, why) = if adds_up && members.len() >= 2 {
            (members, "one of several columns that add up to 1")
        } else {
            let all = [members, others].concat();
            match are_classes(columns, &all, prefix) {
                true => (all, "one of several columns named after the classes"),
                false => continue,
            }
        };
        for i in members {
            found[i] = Some(RoleGuess::new(Role::ClassScore, 0.95, why));
        }
        return;
    }
}

/// Whether columns of scores that do not add up to 1 end in the names of the classes that another column holds, or,
/// as shares, in yes and no.
fn are_classes(columns: &[ColumnSniff], members: &[usize], prefix: &str) -> bool {
    let name = |i: &usize| columns.get(*i).and_then(|c| c.name.get(prefix.len()..));
    let plain = |name: &str| name.trim().trim_end_matches([')', '"']).to_lowercase();
    let names: Vec<String> = members.iter().filter_map(name).map(plain).collect();
    let (is_one_of, all) = (|s: &String| names.contains(&plain(s)), names.len());
    let holds = |c: &ColumnSniff| {
        c.distinct == all && all > 1 && c.samples.len() > 1 && c.samples.iter().all(is_one_of)
    };
    if !any(&words(prefix), &SCORES) {
        return false;
    }
    let asked = (names.iter().filter_map(|n| spoken(n))).fold([0, 0], |mut sum, yes| {
        sum[usize::from(yes)] += 1;
        sum
    });
    let shares = || members.iter().all(|i| columns.get(*i).is_some_and(is_unit));
    columns.iter().any(holds) || all == 2 && asked == [1, 1] && shares()
}

/// What scores of classes are called.
const SCORES: [&str; 11] = [
    "p",
    "prob",
    "proba",
    "probability",
    "probabilities",
    "probs",
    "score",
    "scores",
    "logit",
    "logits",
    "confidence",
];

/// Whether two columns are one word with a number each, as `prob1` and `prob2` are of two teams, and no cell of
/// another column is called so: those are two sides of one question, not classes.
fn two_sides(columns: &[ColumnSniff], members: &[usize], prefix: usize) -> bool {
    let [one, two] = members else { return false };
    let name = |i: &usize| {
        columns
            .get(*i)
            .and_then(|c| c.name.get(prefix..))
            .unwrap_or("")
    };
    let (one, two) = (name(one), name(two));
    let stem = |name: &str| {
        name.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let numbered = |name: &str| !stem(name).is_empty() && stem(name).len() < name.len();
    let is_called = |c: &ColumnSniff| c.samples.iter().any(|s| s == one || s == two);
    numbered(one) && numbered(two) && stem(one) == stem(two) && !columns.iter().any(is_called)
}
