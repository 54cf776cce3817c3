//! Guesses what the columns of a file mean, from names and values.
//!
//! Every role has its own small rule that gives a column a weight between 0 and 1 and says why; a
//! role that only one column can have goes to the heaviest. A guess is never silent: its weight and
//! reason are shown beside sample values, and the reader can correct it.

use super::{FileKind, Role};
use crate::read::ColumnSniff;
use crate::table::Kind;
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
}

impl RoleGuess {
    fn new(role: Role, confidence: f64, because: impl Into<String>) -> Self {
        Self {
            role,
            confidence,
            because: because.into(),
        }
    }

    /// A role that the reader gave.
    #[must_use]
    pub fn given(role: Role) -> Self {
        Self::new(role, 1.0, "given by you")
    }
}

/// Values of a segment at most; a category with more is a feature.
const SEGMENT_VALUES: usize = 30;
/// Segments at most that are found without being asked for.
const SEGMENTS: usize = 8;

/// Guesses the role of each column and what the file gives.
#[must_use]
pub fn guess(columns: &[ColumnSniff]) -> (FileKind, Vec<RoleGuess>) {
    let mut found: Vec<Option<RoleGuess>> = vec![None; columns.len()];
    let words: Vec<Vec<String>> = columns.iter().map(|c| words(&c.name)).collect();

    class_scores(columns, &mut found);
    for (role, rule) in RULES {
        let best = (0..columns.len())
            .filter(|&i| found[i].is_none() && columns[i].filled > 0)
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
    pairs(columns, &words, &mut found);
    by_values(columns, &mut found);

    let has = |found: &[Option<RoleGuess>], role| {
        found.iter().flatten().any(|g: &RoleGuess| g.role == role)
    };
    let predicts = [Role::Prediction, Role::Score, Role::ClassScore]
        .iter()
        .any(|r| has(&found, *r));
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

type Rule = fn(&ColumnSniff, &[String]) -> Option<(f64, &'static str)>;

/// Roles that one column has, in the order in which they take their column.
const RULES: &[(Role, Rule)] = &[
    (Role::Id, id),
    (Role::OutcomeTime, outcome_time),
    (Role::Time, time),
    (Role::Outcome, outcome),
    (Role::Score, score),
    (Role::Prediction, prediction),
    (Role::ModelVersion, model_version),
    (Role::Latency, latency),
    (Role::Status, status),
    (Role::Bytes, bytes),
    (Role::Cpu, cpu),
    (Role::Memory, memory),
];

/// `yPredProba`, `Y-pred.proba` and `y_pred_proba` are the same three words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts = !c.is_alphanumeric()
            || (c.is_uppercase() && before.is_lowercase())
            || (c.is_ascii_digit() != before.is_ascii_digit() && before.is_alphanumeric());
        if starts && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|w| !w.is_empty());
    words
}

fn any(words: &[String], of: &[&str]) -> bool {
    words.iter().any(|w| of.contains(&w.as_str()))
}

fn are(words: &[String], name: &str) -> bool {
    words.join("_") == name
}

fn is_unit(c: &ColumnSniff) -> bool {
    c.range.is_some_and(|(low, high)| low >= 0.0 && high <= 1.0)
}

fn is_number(c: &ColumnSniff) -> bool {
    c.kind == Kind::Number
}

fn unique(c: &ColumnSniff) -> f64 {
    if c.filled == 0 {
        0.0
    } else {
        c.distinct as f64 / c.filled as f64
    }
}

fn id(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let named = any(w, &["id", "uuid", "guid", "key", "identifier", "rid"]);
    let is_index = c.name == "column_1" && c.whole && is_number(c);
    let fractional = is_number(c) && !c.whole;
    if !(named || is_index) || unique(c) < 0.9 || fractional {
        return None;
    }
    let request = any(
        w,
        &[
            "request",
            "event",
            "inference",
            "prediction",
            "row",
            "transaction",
            "record",
            "trace",
        ],
    );
    Some(match (are(w, "id") || (named && request), named) {
        (true, _) => (0.98, "named like an id, values differ"),
        (_, true) => (0.85, "ends like an id, values differ"),
        _ => (0.4, "an unnamed column of row numbers"),
    })
}

fn outcome_time(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let late = any(
        w,
        &[
            "observed", "label", "labelled", "labeled", "outcome", "target", "truth", "resolved",
            "settled", "matured", "feedback", "actual",
        ],
    );
    (c.kind == Kind::Time && late).then_some((0.95, "a time named after the outcome"))
}

fn time(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if c.kind != Kind::Time {
        return None;
    }
    let full = c.filled as f64 / (c.filled + c.missing).max(1) as f64;
    let weight = if any(w, &["timestamp", "ts", "time", "datetime"]) {
        0.98
    } else if any(
        w,
        &[
            "date",
            "day",
            "created",
            "requested",
            "at",
            "forecast",
            "screening",
        ],
    ) {
        0.9
    } else {
        0.6
    };
    // Times of something else in the row (birth, an arrest) are often missing.
    Some((weight * full, "holds times"))
}

fn outcome(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if any(
        w,
        &["pred", "predicted", "prediction", "proba", "prob", "score"],
    ) && !w.last().is_some_and(|l| l == "outcome" || l == "actual")
    {
        return None;
    }
    let name = w.join("_");
    let exact = [
        "label",
        "target",
        "outcome",
        "y_true",
        "truth",
        "ground_truth",
        "actual",
        "y",
        "actuals",
        "labels",
        "gt",
        "true_label",
        "real",
        "observed",
    ];
    if exact.contains(&name.as_str()) {
        return Some((0.95, "named like an outcome"));
    }
    if any(
        w,
        &[
            "actual", "truth", "outcome", "label", "target", "gt", "real", "observed",
        ],
    ) && c.kind != Kind::Time
    {
        // `x_outcome` goes with an `x`; `actual_x` may be one of several.
        let weight = if w.last().is_some_and(|l| l == "outcome" || l == "label") {
            0.88
        } else {
            0.85
        };
        return Some((weight, "named like an outcome"));
    }
    let event = w.first().is_some_and(|f| f == "is" || f == "has")
        || w.last().is_some_and(|l| EVENTS.contains(&l.as_str()));
    let plain = w.len() == 1
        || w.len() == 2
            && w.last()
                .is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
    if event || (plain && w.first().is_some_and(|f| EVENTS.contains(&f.as_str()))) {
        match c.distinct {
            2 => {
                return Some((
                    if plain { 0.65 } else { 0.55 },
                    "two values, named like an event",
                ));
            }
            // Wins, losses and a few ties.
            3 if is_unit(c) => return Some((0.5, "named like an event, values in [0, 1]")),
            _ => {}
        }
    }
    None
}

/// Words for what a model foretells.
const EVENTS: [&str; 18] = [
    "fraud",
    "churn",
    "churned",
    "default",
    "defaulted",
    "repaid",
    "converted",
    "conversion",
    "clicked",
    "click",
    "survived",
    "recid",
    "class",
    "employed",
    "result",
    "won",
    "win",
    "bought",
];

fn score(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if !is_number(c) || c.distinct < 3 {
        return None;
    }
    let name = w.join("_");
    let strong = any(
        w,
        &[
            "proba",
            "prob",
            "probability",
            "score",
            "scores",
            "confidence",
            "likelihood",
            "risk",
            "propensity",
            "probwin",
        ],
    );
    let unit = is_unit(c);
    if ["p", "p_1", "p1", "yhat_proba", "phat"].contains(&name.as_str()) && unit {
        return Some((0.85, "named like a score, values in [0, 1]"));
    }
    let fitting = name.starts_with("prob") || name.ends_with("prob") || name.contains("predmarker");
    match (strong || fitting, unit) {
        (true, true) => Some((0.97, "named like a score, values in [0, 1]")),
        (true, false) => Some((0.7, "named like a score")),
        (false, true) if any(w, &["pred", "prediction", "predicted", "forecast"]) && !c.whole => {
            Some((0.8, "a prediction with values in [0, 1]"))
        }
        _ => None,
    }
}

fn prediction(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let name = w.join("_");
    let exact = [
        "prediction",
        "y_pred",
        "pred",
        "predicted",
        "yhat",
        "y_hat",
        "predicted_label",
        "prediction_label",
        "forecast",
    ];
    if exact.contains(&name.as_str()) {
        return Some((0.97, "named like a prediction"));
    }
    let named = any(
        w,
        &[
            "pred",
            "predicted",
            "prediction",
            "forecast",
            "yhat",
            "projected",
            "estimate",
            "estimated",
        ],
    );
    (named && c.kind != Kind::Time).then_some((0.8, "named like a prediction"))
}

fn model_version(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if c.distinct > SEGMENT_VALUES || c.kind == Kind::Time {
        return None;
    }
    let name = w.join("_");
    if name.contains("model_version") || name == "model_id" || name == "model_name" {
        return Some((0.97, "named like a model version"));
    }
    (any(w, &["model", "version", "variant", "deployment"])
        && !any(w, &["api", "app", "os", "schema"]))
    .then_some((0.7, "named like a version, few values"))
}

fn latency(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let named = any(w, &["latency", "duration", "elapsed", "rt"])
        || (any(w, &["response", "request", "processing", "inference"])
            && any(w, &["time", "ms", "seconds"]));
    (named && is_number(c) && c.range.is_some_and(|r| r.0 >= 0.0))
        .then_some((0.95, "named like a latency, not negative"))
}

fn status(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let http = is_number(c) && c.whole && c.range.is_some_and(|(l, h)| l >= 100.0 && h < 600.0);
    let code = any(w, &["status", "code", "http"]);
    if http && code {
        return Some((0.97, "named like a status, values between 100 and 599"));
    }
    (code
        && any(w, &["status"])
        && c.distinct <= 6
        && c.kind == Kind::Category
        && any(
            &c.samples
                .iter()
                .map(|s| s.to_lowercase())
                .collect::<Vec<_>>(),
            &["ok", "error", "failed", "success", "timeout"],
        ))
    .then_some((0.7, "named like a status, with words such as ok and error"))
}

fn bytes(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    (is_number(c) && (any(w, &["bytes"]) || are(w, "response_size") || are(w, "content_length")))
        .then_some((0.9, "named like a size in bytes"))
}

fn cpu(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    (is_number(c) && any(w, &["cpu"])).then_some((0.9, "named like CPU use"))
}

fn memory(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    (is_number(c) && any(w, &["mem", "memory", "rss"])).then_some((0.9, "named like memory use"))
}

/// Columns `<prefix>_<class>` whose values add up to 1 in every row are the classes' probabilities.
fn class_scores(columns: &[ColumnSniff], found: &mut [Option<RoleGuess>]) {
    let mut prefixes: Vec<&str> = Vec::new();
    for c in columns.iter().filter(|c| is_number(c) && is_unit(c)) {
        for (at, _) in c.name.match_indices('_') {
            let prefix = &c.name[..=at];
            if !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
    }
    for prefix in prefixes {
        let members: Vec<usize> = (0..columns.len())
            .filter(|&i| {
                is_number(&columns[i])
                    && is_unit(&columns[i])
                    && columns[i].name.len() > prefix.len()
            })
            .filter(|&i| columns[i].name.starts_with(prefix))
            .collect();
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
        if members.len() >= 2 && sums_to_one.1 > 0 && sums_to_one.0 * 100 >= sums_to_one.1 * 98 {
            for i in members {
                found[i] = Some(RoleGuess::new(
                    Role::ClassScore,
                    0.95,
                    "one of several columns that add up to 1",
                ));
            }
            return;
        }
    }
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
    let role = if is_unit(&columns[i]) && columns[o].distinct <= 3 {
        Role::Score
    } else {
        Role::Prediction
    };
    for guess in found.iter_mut() {
        if guess
            .as_ref()
            .is_some_and(|g| [Role::Score, Role::Prediction].contains(&g.role))
        {
            *guess = None;
        }
    }
    found[i] = Some(RoleGuess::new(
        role,
        0.9,
        format!("goes with {}", columns[o].name),
    ));
}

/// Where names are silent: an outcome that a score foretells, or a number that follows the outcome.
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
                Kind::Category if unique(c) > 0.5 && c.distinct > SEGMENT_VALUES => {
                    RoleGuess::new(Role::Ignore, 0.6, "mostly different words")
                }
                Kind::Category => RoleGuess::new(Role::Feature, 0.7, "words"),
                Kind::Number => RoleGuess::new(Role::Feature, 0.8, "numbers"),
                _ => RoleGuess::new(Role::Ignore, 0.6, "a further time"),
            }
        })
        .collect()
}

/// How the reader should read a column of a role.
#[must_use]
pub fn kind_of(role: Role, sniffed: &ColumnSniff) -> Option<Kind> {
    match role {
        Role::Ignore => None,
        Role::Id => Some(Kind::Key),
        Role::Time | Role::OutcomeTime => Some(Kind::Time),
        Role::Score | Role::ClassScore | Role::Latency | Role::Bytes | Role::Cpu | Role::Memory => {
            Some(Kind::Number)
        }
        Role::ModelVersion | Role::Segment => Some(Kind::Category),
        Role::Prediction | Role::Outcome | Role::Status | Role::Feature => {
            Some(if sniffed.kind == Kind::Time {
                Kind::Presence
            } else {
                sniffed.kind
            })
        }
    }
}
