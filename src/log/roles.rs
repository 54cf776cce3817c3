//! Guesses what the columns of a file mean, from names and values.
//!
//! Every role has its own small rule that gives a column a weight between 0 and 1 and says why; a
//! role that only one column can have goes to the heaviest. A guess is never silent: its weight and
//! reason are shown beside sample values, and the reader can correct it.

use super::class_columns::class_scores;
use super::rivals::challengers;
use super::rules::{
    OUTCOMES, RULES, any, is_horizon, is_number, is_output, is_unit, named_score, place, shown_to,
    unique,
};
use super::{FileKind, Meant, Role, hot, quantile_roles, request_roles};
use crate::read::ColumnSniff;
use crate::table::Kind;
pub use crate::table::names::words;
use serde::{Deserialize, Serialize};

/// The role of a column, and how sure the guess is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoleGuess {
    /// The role in force.
    pub role: Role,
    /// From 0 (a guess) to 1 (given by the reader or certain).
    pub confidence: f64,
    /// Why, in a few words: `named like a score, values in [0, 1]`.
    pub because: String,
    /// What the reader says of the outcomes that this column holds, or foretells.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meant: Option<Meant>,
}

impl RoleGuess {
    /// A guess.
    #[must_use]
    pub fn new(role: Role, confidence: f64, because: impl Into<String>) -> Self {
        Self {
            role,
            confidence,
            because: because.into(),
            meant: None,
        }
    }

    /// A role that the reader gave.
    #[must_use]
    pub fn given(role: Role) -> Self {
        Self::new(role, 1.0, "given by you")
    }

    /// Whether the reader gave it, now or before.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.confidence >= 1.0
    }
}

/// Values of a segment at most; a category with more is a feature.
pub(super) const SEGMENT_VALUES: usize = 30;
/// Segments at most that are found without being asked for.
const SEGMENTS: usize = 8;

/// Guesses the role of each column and what the file gives.
#[must_use]
pub fn guess(columns: &[ColumnSniff]) -> (FileKind, Vec<RoleGuess>) {
    guess_beside(columns, &vec![None; columns.len()])
}

/// The same where the reader gave some columns their roles, which stay.
#[must_use]
pub fn guess_beside(
    columns: &[ColumnSniff],
    given: &[Option<RoleGuess>],
) -> (FileKind, Vec<RoleGuess>) {
    let mut found: Vec<Option<RoleGuess>> = given.to_vec();
    found.resize(columns.len(), None);
    let words: Vec<Vec<String>> = columns.iter().map(|c| words(&c.name)).collect();

    let said = |g: &RoleGuess| g.role.predicts() || g.role == Role::Outcome;
    let hot = !given.iter().flatten().any(said) && hot::find(columns, &mut found);
    if !hot {
        class_scores(columns, &mut found);
    }
    let forecasts = quantile_roles::find(columns, &words, &mut found);
    if let Some(i) = shown_to(columns, &words).filter(|i| found[*i].is_none()) {
        let because = "names who was shown a list: rows carry a relevance or a place in it";
        found[i] = Some(RoleGuess::new(Role::Query, 0.8, because));
    }
    let listed = found.iter().flatten().any(|g| g.role == Role::Query);
    for (role, rule) in RULES
        .iter()
        .filter(|(role, _)| !listed || *role != Role::Query)
        .filter(|(role, _)| !hot || !(role.predicts() || *role == Role::Outcome))
        .filter(|(role, _)| !given.iter().flatten().any(|g| g.role == *role))
    {
        // What quantiles foretell is a number.
        let fits = |i: usize| !forecasts || *role != Role::Outcome || is_number(&columns[i]);
        let best = (0..columns.len())
            .filter(|&i| found[i].is_none() && columns[i].filled > 0 && fits(i))
            .filter_map(|i| rule(&columns[i], &words[i]).map(|(w, why)| (i, w, why)))
            // The first of equals wins: exports put what matters first.
            .fold(None::<(usize, f64, &str)>, |best, new| match best {
                Some(b) if b.1 >= new.1 => Some(b),
                _ => Some(new),
            });
        if let Some((i, weight, why)) = best {
            found[i] = Some(RoleGuess::new(*role, weight, why));
        }
    }
    let has_query = found.iter().flatten().any(|g| g.role == Role::Query);
    if has_query && !found.iter().flatten().any(|g| g.role.predicts()) {
        let placed = |i: &usize| found[*i].is_none() && place(&columns[*i], &words[*i]);
        if let Some(i) = (0..columns.len()).find(placed) {
            let because = "the place in a list, of which less is better";
            found[i] = Some(RoleGuess::new(Role::Score, 0.8, because));
        }
    }
    if !forecasts && !hot {
        pairs(columns, &words, &mut found);
        by_values(columns, &mut found);
        constant(columns, &words, &mut found);
    }
    if !hot {
        challengers(columns, &words, &mut found);
    }
    if !found.iter().flatten().any(|g| g.role == Role::Outcome) {
        late_outcome(columns, &words, &mut found);
    }
    for (found, given) in found.iter_mut().zip(given) {
        if given.is_some() {
            found.clone_from(given);
        }
    }

    let has = |found: &[Option<RoleGuess>], role| {
        found.iter().flatten().any(|g: &RoleGuess| g.role == role)
    };
    let predicts = found.iter().flatten().any(|g| g.role.predicts());
    if !predicts && !has(&found, Role::Id) {
        request_roles::find(columns, &words, &mut found);
    }
    let serves = [
        Role::Latency,
        Role::Status,
        Role::Cpu,
        Role::Memory,
        Role::Bytes,
    ]
    .iter()
    .any(|r| has(&found, *r));
    if !predicts && !serves && has(&found, Role::Id) && !has(&found, Role::Outcome) {
        only_outcome(columns, &mut found);
    }
    let kind = if !predicts && has(&found, Role::Outcome) {
        FileKind::Outcomes
    } else {
        FileKind::Predictions
    };
    if kind == FileKind::Outcomes && !has(&found, Role::OutcomeTime) {
        for guess in found.iter_mut().flatten().filter(|g| g.role == Role::Time) {
            guess.role = Role::OutcomeTime;
            guess.because = "a time in a file of outcomes".into();
        }
    }
    (kind, rest(columns, found, kind))
}

/// `x` beside `x_outcome`, and `predicted_x` beside `actual_x`, belong together.
fn pairs(columns: &[ColumnSniff], words: &[Vec<String>], found: &mut [Option<RoleGuess>]) {
    let Some(o) = found
        .iter()
        .position(|g| g.as_ref().is_some_and(|g| g.role == Role::Outcome))
    else {
        return;
    };
    let outcome = &words[o];
    let marks = [
        "outcome", "actual", "truth", "label", "target", "real", "true",
    ];
    let stem: Vec<&String> = outcome
        .iter()
        .filter(|w| !marks.contains(&w.as_str()))
        .collect();
    if stem.is_empty() || stem.len() == outcome.len() {
        return;
    }
    let partner = (0..columns.len())
        .filter(|&i| i != o && columns[i].kind == columns[o].kind)
        .find(|&i| {
            let rest: Vec<&String> = words[i]
                .iter()
                .filter(|w| {
                    !["predicted", "projected", "forecast", "estimated", "pred"]
                        .contains(&w.as_str())
                })
                .collect();
            rest == stem
        });
    let Some(i) = partner else { return };
    let graded = is_number(&columns[i]) && columns[i].distinct > columns[o].distinct.max(2);
    let role = if is_unit(&columns[i]) && graded && columns[o].distinct <= 3 {
        Role::Score
    } else {
        Role::Prediction
    };
    // Beside the classes that are foretold another column may be their score.
    let classes = role == Role::Prediction && !graded;
    for guess in found.iter_mut() {
        let gone = |g: &RoleGuess| g.role == Role::Prediction || g.role == Role::Score && !classes;
        if guess.as_ref().is_some_and(gone) {
            *guess = None;
        }
    }
    found[i] = Some(RoleGuess::new(
        role,
        0.9,
        format!("goes with {}", columns[o].name),
    ));
}

/// Where nothing else predicts an outcome: a column named like a score that has one or two values.
fn constant(columns: &[ColumnSniff], words: &[Vec<String>], found: &mut [Option<RoleGuess>]) {
    let has = |of: fn(&RoleGuess) -> bool| found.iter().flatten().any(of);
    if has(|g| g.role.predicts()) || !has(|g| g.role == Role::Outcome) {
        return;
    }
    let named = |i: &usize| named_score(&columns[*i], &words[*i]).is_some();
    if let Some(i) = (0..columns.len()).find(|i| found[*i].is_none() && named(i)) {
        let why = "named like a score, and no other column predicts";
        found[i] = Some(RoleGuess::new(Role::Score, 0.6, why));
    }
}

/// Where names are silent: an outcome that a score foretells, a score named after the outcome, or a number that
/// follows the outcome.
fn by_values(columns: &[ColumnSniff], found: &mut [Option<RoleGuess>]) {
    let at = |found: &[Option<RoleGuess>], role| {
        found
            .iter()
            .position(|g| g.as_ref().is_some_and(|g| g.role == role))
    };
    let (score, prediction, outcome) = (
        at(found, Role::Score),
        at(found, Role::Prediction),
        at(found, Role::Outcome),
    );
    let free = |found: &[Option<RoleGuess>], i: usize| found[i].is_none() && is_number(&columns[i]);
    // A score that carries the name of a column of two values foretells that column.
    if let (Some(s), None) = (score.or(prediction), outcome) {
        let name = columns[s].name.to_lowercase();
        let foretold = (0..columns.len()).find(|&i| {
            let other = columns[i].name.to_lowercase();
            i != s
                && found[i].is_none()
                && columns[i].distinct == 2
                && other.len() > 3
                && name.contains(&other)
        });
        if let Some(i) = foretold {
            found[i] = Some(RoleGuess::new(
                Role::Outcome,
                0.6,
                format!("two values, and {} carries its name", columns[s].name),
            ));
        }
    }
    // A number that is foretold under its own name, `price` beside `predicted_price`, is the outcome.
    if let (Some(s), None) = (prediction, outcome) {
        let marks = [
            "predicted",
            "prediction",
            "pred",
            "forecast",
            "forecasted",
            "projected",
            "estimated",
        ];
        let mut own = words(&columns[s].name);
        let all = own.len();
        own.retain(|w| !marks.contains(&w.as_str()));
        let same = |i: &usize| {
            found[*i].is_none()
                && columns[*i].kind == columns[s].kind
                && words(&columns[*i].name) == own
        };
        let named = !own.is_empty() && own.len() < all;
        if let Some(i) = (0..columns.len()).find(same).filter(|_| named) {
            let why = format!("{} foretells it", columns[s].name);
            found[i] = Some(RoleGuess::new(Role::Outcome, 0.8, why));
            return;
        }
    }
    // What is called an output is one of a model where it is a share beside an outcome of two values.
    if let (None, None, Some(o)) = (score, prediction, outcome)
        && columns[o].distinct == 2
    {
        let output = |i: &usize| {
            free(found, *i)
                && is_unit(&columns[*i])
                && !columns[*i].whole
                && is_output(&words(&columns[*i].name))
        };
        if let Some(i) = (0..columns.len()).find(output) {
            let why = format!("an output in [0, 1] beside {}", columns[o].name);
            found[i] = Some(RoleGuess::new(Role::Score, 0.7, why));
            return;
        }
    }
    // A share that carries the name of an event foretells it, whatever else it is called: `fraud_level` beside
    // `is_fraud`.
    if let (None, None, Some(o)) = (score, prediction, outcome)
        && columns[o].distinct == 2
    {
        let marks = [
            "is", "has", "was", "outcome", "actual", "truth", "label", "target", "flag",
        ];
        let mut event = words(&columns[o].name);
        event.retain(|w| !marks.contains(&w.as_str()));
        let named = |i: &usize| {
            let own = words(&columns[*i].name);
            !event.is_empty() && own.len() > event.len() && event.iter().all(|w| own.contains(w))
        };
        let share = |i: &usize| is_unit(&columns[*i]) && !columns[*i].whole;
        if let Some(i) = (0..columns.len()).find(|i| free(found, *i) && share(i) && named(i)) {
            let why = format!("values in [0, 1], named after {}", columns[o].name);
            found[i] = Some(RoleGuess::new(Role::Score, 0.8, why));
            return;
        }
    }
    if let (None, None, Some(o)) = (score, prediction, outcome)
        && is_number(&columns[o])
        && columns[o].distinct > 2
    {
        let best = (0..columns.len())
            .filter(|&i| free(found, i) && same_scale(&columns[i], &columns[o]))
            .map(|i| (i, correlation(&columns[i].numbers, &columns[o].numbers)))
            .filter(|(_, r)| *r > 0.5)
            .fold(None::<(usize, f64)>, |b, n| {
                if b.is_some_and(|b| b.1 >= n.1) {
                    b
                } else {
                    Some(n)
                }
            });
        if let Some((i, _)) = best {
            found[i] = Some(RoleGuess::new(
                Role::Prediction,
                0.5,
                format!("follows {} most closely", columns[o].name),
            ));
        }
    }
}

fn same_scale(a: &ColumnSniff, b: &ColumnSniff) -> bool {
    matches!((a.range, b.range), (Some((al, ah)), Some((bl, bh))) if {
        let (a, b) = (ah - al, bh - bl);
        a > 0.2 * b && a < 5.0 * b && al < bh && bl < ah
    })
}

/// Pearson's r over the rows where both are there; 0 where it is undefined.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let pairs: Vec<(f64, f64)> = a
        .iter()
        .zip(b)
        .map(|(x, y)| (*x, *y))
        .filter(|(x, y)| !x.is_nan() && !y.is_nan())
        .collect();
    let n = pairs.len() as f64;
    let (mx, my) = pairs
        .iter()
        .fold((0.0, 0.0), |(sx, sy), (x, y)| (sx + x / n, sy + y / n));
    let (xy, xx, yy) = pairs.iter().fold((0.0, 0.0, 0.0), |(xy, xx, yy), (x, y)| {
        (
            xy + (x - mx) * (y - my),
            xx + (x - mx) * (x - mx),
            yy + (y - my) * (y - my),
        )
    });
    let r = xy / (xx * yy).sqrt();
    if r.is_finite() { r } else { 0.0 }
}

/// Outcomes come late: a column that is called so may hold none in the first rows, the newest ones.
fn late_outcome(columns: &[ColumnSniff], words: &[Vec<String>], found: &mut [Option<RoleGuess>]) {
    let late = |i: &usize| {
        let empty = columns[*i].filled == 0 && found[*i].is_none();
        empty && OUTCOMES.contains(&words[*i].join("_").as_str())
    };
    if let Some(i) = (0..columns.len()).find(late) {
        let why = "named like an outcome, none in the first rows";
        found[i] = Some(RoleGuess::new(Role::Outcome, 0.6, why));
    }
}

/// A file of an id, perhaps a time, and one other column gives outcomes, whatever that is called.
fn only_outcome(columns: &[ColumnSniff], found: &mut [Option<RoleGuess>]) {
    let free: Vec<usize> = (0..columns.len())
        .filter(|&i| found[i].is_none() && columns[i].name != "column_1")
        .collect();
    if let [one] = free[..] {
        found[one] = Some(RoleGuess::new(
            Role::Outcome,
            0.8,
            "the only column beside the id",
        ));
    }
}

/// What is left: segments, features, and what is not used.
fn rest(columns: &[ColumnSniff], found: Vec<Option<RoleGuess>>, kind: FileKind) -> Vec<RoleGuess> {
    let mut segments = 0;
    columns
        .iter()
        .zip(found)
        .map(|(c, guess)| {
            if let Some(guess) = guess {
                return guess;
            }
            let few = c.distinct >= 2 && c.distinct <= SEGMENT_VALUES && c.filled >= 4 * c.distinct;
            match c.kind {
                _ if kind == FileKind::Outcomes => {
                    RoleGuess::new(Role::Ignore, 0.6, "not needed in a file of outcomes")
                }
                _ if c.filled == 0 && is_unnamed(c) => {
                    RoleGuess::new(Role::Ignore, 0.6, "no name and no values")
                }
                _ if counts_rows(c) => RoleGuess::new(Role::Ignore, 0.6, "counts the rows"),
                Kind::Number if WEIGHTS.contains(&words(&c.name).join("_").as_str()) => {
                    RoleGuess::new(
                        Role::Ignore,
                        0.6,
                        "weights of rows; each row counts once here",
                    )
                }
                _ if is_another_id(c) => {
                    RoleGuess::new(Role::Ignore, 0.6, "named like an id, values differ")
                }
                _ if c.filled == 0 => {
                    RoleGuess::new(Role::Feature, 0.5, "no values in the first rows")
                }
                Kind::Category if few && segments < SEGMENTS => {
                    segments += 1;
                    RoleGuess::new(
                        Role::Segment,
                        0.8,
                        format!("{} different words", c.distinct),
                    )
                }
                // A number of days ahead is none that is compared by size.
                Kind::Number
                    if few && c.whole && segments < SEGMENTS && is_horizon(&words(&c.name)) =>
                {
                    segments += 1;
                    RoleGuess::new(
                        Role::Segment,
                        0.8,
                        "few whole numbers, named like a horizon",
                    )
                }
                _ if is_prose(c) => RoleGuess::new(Role::Ignore, 0.6, "mostly different words"),
                Kind::Category => RoleGuess::new(Role::Feature, 0.7, "words"),
                Kind::Number => RoleGuess::new(Role::Feature, 0.8, "numbers"),
                _ => RoleGuess::new(Role::Ignore, 0.6, "a further time"),
            }
        })
        .collect()
}

/// Whether the file gives a column no name: `column_7` stands for it.
fn is_unnamed(c: &ColumnSniff) -> bool {
    let number = c.name.strip_prefix("column_");
    number.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a column is named as data frames name the index that they write.
#[must_use]
pub fn is_index_name(name: &str) -> bool {
    ["index", "level_0"].contains(&name)
        || name.starts_with("Unnamed:")
        || name.starts_with("__index_level_")
}

/// Rows from which on a column that is one more in each counts them, whatever it is called.
const COUNTED: usize = 100;

/// Whether a column is the index that data frames write, or counts the rows under another name: it would drift by itself.
fn counts_rows(c: &ColumnSniff) -> bool {
    let one_more = |pair: &[f64]| pair.windows(2).all(|p| p[1] - p[0] == 1.0);
    let least = match is_index_name(&c.name) || is_unnamed(c) {
        true => 3,
        false => COUNTED,
    };
    c.numbers.len() >= least && one_more(&c.numbers)
}

/// Names of the weights that rows have in training or by a plan of sampling.
const WEIGHTS: [&str; 6] = [
    "sample_weight",
    "sample_weights",
    "row_weight",
    "case_weight",
    "survey_weight",
    "importance_weight",
];

/// Words that end as ids do and are none.
const NO_IDS: [&str; 14] = [
    "paid", "prepaid", "unpaid", "bid", "mid", "grid", "hybrid", "acid", "fluid", "liquid",
    "solid", "covid", "valid", "invalid",
];

/// Whether whole numbers are ids that nothing is joined by (`customer_id`, `patientid`): how large they are says nothing.
fn is_another_id(c: &ColumnSniff) -> bool {
    let ends = |w: &String| w.ends_with("id") && !NO_IDS.contains(&w.as_str());
    words(&c.name).last().is_some_and(ends)
        && is_number(c)
        && c.whole
        && c.filled >= COUNTED
        && unique(c) >= 0.99
}

/// Whether a column of words is named like one of times: then how they are written is not known.
#[must_use]
pub fn is_unread_time(c: &ColumnSniff) -> bool {
    let names = ["timestamp", "ts", "time", "datetime", "date"];
    c.kind == Kind::Category && c.filled > 0 && any(&words(&c.name), &names)
}

/// Whether a column holds words that mostly differ from each other, as descriptions and comments do:
/// they are no categories.
#[must_use]
pub fn is_prose(c: &ColumnSniff) -> bool {
    c.kind == Kind::Category && unique(c) > 0.5 && c.distinct > SEGMENT_VALUES
}

/// How the reader should read a column of a role.
#[must_use]
pub fn kind_of(role: Role, sniffed: &ColumnSniff) -> Option<Kind> {
    match role {
        Role::Ignore => None,
        // Equal instants meet, however they are written.
        Role::Id if sniffed.kind == Kind::Time => Some(Kind::Time),
        Role::Id | Role::Query => Some(Kind::Key),
        Role::Time | Role::OutcomeTime => Some(Kind::Time),
        Role::Score | Role::ClassScore | Role::Latency | Role::Bytes | Role::Cpu | Role::Memory => {
            Some(Kind::Number)
        }
        Role::Quantile(_) => Some(Kind::Number),
        Role::ModelVersion | Role::Segment | Role::QuantileLevel | Role::OutputType => {
            Some(Kind::Category)
        }
        // What is not known yet is taken for a number until it turns out to be words.
        Role::Outcome if sniffed.filled == 0 => Some(Kind::Number),
        Role::Prediction | Role::Challenger | Role::Outcome | Role::Status | Role::Feature => {
            Some(if sniffed.kind == Kind::Time {
                Kind::Presence
            } else {
                sniffed.kind
            })
        }
    }
}
