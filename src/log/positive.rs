//! Which of two classes is the positive one, and which of them a score is of.
//!
//! The first that tells, in this order: the reader; a label that says yes beside one that does not, or no; the name
//! of the score (`prob_fraud`); labels that were served beside scores, of which the positive one has the higher
//! scores; the first quarter of the rows with an outcome (or the reference), in which scores are taken to be higher
//! where the positive class came true; the last in order, as in scikit-learn. What only outcomes told is said, for a
//! model may have been wrong from the start. Of later rows none is asked: a model that turns round would read as
//! right.

use super::Meant;
use super::roles::words;
use super::rows::{Log, Truth};
use crate::table::NO_TIME;

/// Outcomes at least that tell which class has the higher scores, where there are as many.
const TELLING: usize = 100;

/// What is said of the classes beside the rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// What the reader says of the outcomes.
    pub meant: Option<Meant>,
    /// The name of the column of scores; empty without one.
    pub score: String,
}

impl Said {
    /// The positive class, where the reader says.
    pub fn positive(&self) -> Option<&str> {
        self.meant.as_ref().and_then(Meant::positive)
    }

    /// Whether the reader says that outcomes are classes.
    pub fn are_classes(&self) -> bool {
        matches!(self.meant, Some(Meant::Classes | Meant::Positive(_)))
    }
}

const YES: [&str; 9] = ["1", "true", "yes", "y", "t", "positive", "pos", "+1", "+"];
const NO: [&str; 9] = ["0", "false", "no", "n", "f", "negative", "neg", "-1", "-"];

/// Whether a label says yes or no.
pub(super) fn spoken(label: &str) -> Option<bool> {
    let low = label.to_lowercase();
    if YES.contains(&low.as_str()) {
        Some(true)
    } else if NO.contains(&low.as_str()) {
        Some(false)
    } else {
        None
    }
}

/// What is said of the other class, where a label says yes or no.
pub(super) fn other(label: &str) -> Option<String> {
    let low = label.to_lowercase();
    let place = |of: [&str; 9]| of.iter().position(|w| *w == low);
    let no = place(YES).and_then(|at| NO.get(at));
    no.or_else(|| YES.get(place(NO)?)).map(ToString::to_string)
}

/// `1` and `0` for every spelling of yes and no.
pub(super) fn united(label: &str) -> String {
    match spoken(label) {
        Some(yes) => u8::from(yes).to_string(),
        None => label.to_string(),
    }
}

/// Puts the positive one of two labels last, and makes the score that of the positive class.
pub(super) fn settle(log: &mut Log, said: &Said) {
    let [a, b] = &log.labels[..] else {
        if let (Some(label), [_, _, _, ..]) = (said.positive(), &log.labels[..]) {
            log.notes.say(format!(
                "There are {} classes, so that '{label}' is not taken as the positive one.",
                log.labels.len()
            ));
        }
        return;
    };
    let (of_score, worded) = (named(&said.score, [a, b]), by_words(a, b));
    let first = match (of_reader(log, said), worded) {
        (Some(first), _) | (None, Some(first)) => first,
        (None, None) => match of_score.map(|at| at == 0).or_else(|| by_served(log)) {
            Some(first) => first,
            None => by_outcomes(log),
        },
    };
    if first {
        swap(log);
    }
    let other = of_score.is_some_and(|at| (at == 0) != first);
    if other && !log.score.is_empty() && is_meant(log, said) {
        log.taken.other = true;
        turn(log);
        let [negative, positive] = &log.labels[..] else {
            return;
        };
        let how = match log.probabilistic {
            true => "1 minus it",
            false => "its negative",
        };
        log.notes.say(format!(
            "'{}' is the score of '{negative}': {how} is taken as that of '{positive}'.",
            said.score
        ));
    }
}

/// Makes scores of the other class those of the positive one.
pub(super) fn turn(log: &mut Log) {
    let whole = f64::from(u8::from(log.probabilistic));
    log.score.iter_mut().for_each(|x| *x = whole - *x);
}

/// Whether the reader says that the first label is the positive one.
fn of_reader(log: &mut Log, said: &Said) -> Option<bool> {
    let wanted = said.positive()?.trim();
    let is = |label: &String| {
        label.eq_ignore_ascii_case(wanted)
            || log.taken.united && united(label) == united(wanted)
            || super::labels::plain(wanted) == *label
    };
    let at = log.labels.iter().position(is);
    if at.is_none() {
        let labels = log.labels.join(" and ");
        log.notes.say(format!(
            "No class is called '{wanted}', so it is not taken as the positive one: there are {labels}."
        ));
    }
    at.map(|at| at == 0)
}

/// The same by what labels say. Of two numbers only both together say it: `1` beside `2` is no yes.
fn by_words(a: &str, b: &str) -> Option<bool> {
    let numbers = a.parse::<f64>().is_ok() && b.parse::<f64>().is_ok();
    match (spoken(a), spoken(b)) {
        (Some(false), Some(true)) => Some(false),
        (Some(true), Some(false)) => Some(true),
        _ if numbers => None,
        (_, Some(true)) | (Some(false), _) => Some(false),
        (Some(true), _) | (_, Some(false)) => Some(true),
        _ => None,
    }
}

/// The label whose name ends that of the score: `prob_fraud`, `P(no)`, `fraud_score`.
fn named(score: &str, labels: [&String; 2]) -> Option<usize> {
    let own = words(score);
    let ends = |label: &&String| {
        let label = words(label);
        let longer = !label.is_empty() && own.len() > label.len();
        longer && (own.ends_with(&label) || own.starts_with(&label) && !is_digit(&label))
    };
    let [a, b] = labels;
    match (ends(&a), ends(&b)) {
        (true, false) => Some(0),
        (false, true) => Some(1),
        _ => None,
    }
}

fn is_digit(words: &[String]) -> bool {
    words.iter().all(|w| w.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the name of a score means a class by the label that ends it: a number may also count columns, as in
/// `score_0`; it is taken at its word where outcomes agree.
fn is_meant(log: &Log, said: &Said) -> bool {
    let own = words(&said.score);
    let last = own.last().map_or("", String::as_str);
    !last.bytes().all(|b| b.is_ascii_digit()) || first_is_higher(log, outcome(log)) == Some(true)
}

/// Whether scores are higher where the first of two labels was served.
fn by_served(log: &Log) -> Option<bool> {
    let rows = (0..log.rows.min(log.score.len())).filter(|r| log.predicted.has(*r));
    first_is_higher(log, rows.filter_map(|r| Some((log.predicted.label(r)?, r))))
}

/// The same of what came true. Of no score, and where it does not tell, it is not.
fn by_outcomes(log: &mut Log) -> bool {
    let [a, b] = &log.labels[..] else {
        return false;
    };
    let first = first_is_higher(log, outcome(log));
    let (negative, positive) = match first {
        Some(true) => (b.clone(), a.clone()),
        _ => (a.clone(), b.clone()),
    };
    let why = match first {
        Some(_) if log.live < log.rows => "in the reference, scores are higher where it came true",
        Some(_) => "in the first quarter of the outcomes, scores are higher where it came true",
        None => "it is the last in order, as in scikit-learn",
    };
    let invented = positive.strip_prefix("not ") == Some(negative.as_str())
        || negative.strip_prefix("not ") == Some(positive.as_str());
    if !log.score.is_empty() && !matches!(log.truth, Truth::None) && !invented {
        log.notes.say(format!(
            "'{positive}' is taken as the positive class: {why}. Where it is '{negative}', say so in Files and columns, or by --positive."
        ));
    }
    first == Some(true)
}

/// Rows with an outcome that tell what a score means: those of the reference, else the first quarter of all, in the
/// order of time, and a hundred where there are as many.
fn outcome(log: &Log) -> impl Iterator<Item = (u32, usize)> + '_ {
    let judged = |row: &usize| {
        log.truth.label(*row).is_some() && log.score.get(*row).is_some_and(|x| !x.is_nan())
    };
    let mut rows: Vec<usize> = (log.live..log.rows).filter(judged).collect();
    if rows.is_empty() {
        rows = (0..log.live).filter(judged).collect();
        let time = |row: &usize| log.time.get(*row).copied().filter(|t| *t != NO_TIME);
        rows.sort_by_key(time);
        rows.truncate(rows.len().div_ceil(4).max(TELLING));
    }
    rows.into_iter()
        .filter_map(|row| Some((log.truth.label(row)?, row)))
}

/// Whether the mean score of rows of the first label is the higher one; `None` where none tells. Where all are of one
/// class, a probability of more than one half is rather its own.
fn first_is_higher(log: &Log, rows: impl Iterator<Item = (u32, usize)>) -> Option<bool> {
    let mut sums = [(0.0, 0.0); 2];
    for (label, row) in rows {
        let score = log.score.get(row).copied().filter(|x| !x.is_nan());
        if let (Some(of), Some(score)) = (sums.get_mut(label as usize), score) {
            *of = (of.0 + score, of.1 + 1.0);
        }
    }
    let mean = |(sum, n): (f64, f64)| (n > 0.0).then_some(sum / n);
    match sums.map(mean) {
        [Some(a), Some(b)] => (a != b).then_some(a > b),
        [Some(a), None] if log.probabilistic => Some(a > 0.5),
        _ => None,
    }
}

fn swap(log: &mut Log) {
    log.labels.reverse();
    log.class_scores.reverse();
    for side in [&mut log.truth, &mut log.predicted] {
        if let Truth::Labels(v) = side {
            v.iter_mut()
                .filter(|c| **c != u32::MAX)
                .for_each(|c| *c = 1 - *c);
        }
    }
}
