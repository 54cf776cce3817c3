//! What Evidently says of the quality of columns and predictions.

use super::{Own, Sides, Values, codes, numbers};
use crate::log::{Log, Task, Truth};
use crate::stats::compat::quality::{self, OF_CLASSES, OF_COLUMNS, passes};
use serde::{Deserialize, Serialize};

/// A value of Evidently's presets for data summary, classification and regression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidentlyValue {
    /// Its name there.
    pub metric: String,
    /// The column, where it is of one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// `mean`, `std`, `count` or `share`, where a metric has several values.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub part: String,
    /// Of what is tested.
    pub value: Option<f64>,
    /// Of the reference.
    pub reference: Option<f64>,
    /// Whether its default test passes; `None` where it has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub passed: Option<bool>,
}

impl EvidentlyValue {
    fn new(metric: &str, part: &str, (value, reference): (Option<f64>, Option<f64>)) -> Self {
        Self {
            metric: metric.into(),
            column: None,
            part: part.into(),
            value,
            reference,
            passed: None,
        }
    }

    /// Tested against the reference, where both are known.
    fn tested(mut self, share: f64) -> Self {
        self.passed = self
            .value
            .zip(self.reference)
            .map(|(v, r)| passes(v, r, share));
        self
    }
}

/// Rows, columns by their kind, and predictions.
pub(super) fn values(
    log: &Log,
    columns: &[(&Own<'_>, &str)],
    sides: &Sides,
) -> Vec<EvidentlyValue> {
    let rows = |rows: &[u32]| Some(rows.len() as f64);
    let both = (rows(&sides.tested), rows(&sides.reference));
    let mut out = vec![EvidentlyValue::new("RowCount", "", both).tested(OF_COLUMNS)];
    for (own, kind) in columns {
        of_column(own, kind, sides, &mut out);
    }
    match log.task {
        Some(Task::Binary | Task::Multiclass) => of_classes(log, sides, &mut out),
        Some(Task::Regression) => of_errors(log, sides, &mut out),
        _ => {}
    }
    out
}

fn of_column(own: &Own<'_>, kind: &str, sides: &Sides, out: &mut Vec<EvidentlyValue>) {
    let missing = |rows: &[u32]| match &own.values {
        Values::Numbers(values) => numbers(values, rows).iter().filter(|x| x.is_nan()).count(),
        Values::Words(values, words) => codes(values, rows)
            .iter()
            .filter(|code| **code as usize >= *words)
            .count(),
    };
    let counts =
        [&sides.tested, &sides.reference].map(|rows| (missing(rows) as f64, rows.len() as f64));
    let [now, then] = counts;
    let share = |(missing, rows): (f64, f64)| (rows > 0.0).then(|| missing / rows);
    let mut found = vec![
        EvidentlyValue::new("MissingValueCount", "count", (Some(now.0), Some(then.0))),
        EvidentlyValue::new("MissingValueCount", "share", (share(now), share(then))),
    ];
    if let (Values::Numbers(values), "numerical") = (&own.values, kind) {
        let [now, then] =
            [&sides.tested, &sides.reference].map(|r| quality::statistics(&numbers(values, r)));
        let told = now.into_iter().zip(then);
        found.extend(
            told.map(|((name, now), (_, then))| EvidentlyValue::new(&name, "", (now, then))),
        );
    }
    out.extend(found.into_iter().map(|value| EvidentlyValue {
        column: Some(own.name.into()),
        ..value.tested(OF_COLUMNS)
    }));
}

/// Labels are by probabilities where there are some: of two classes from 0.5 on, of several the largest.
fn of_classes(log: &Log, sides: &Sides, out: &mut Vec<EvidentlyValue>) {
    let Truth::Labels(truth) = &log.truth else {
        return;
    };
    let classes = if log.task == Some(Task::Binary) {
        2
    } else {
        log.labels.len()
    };
    let scores: Vec<&Vec<f64>> = match classes {
        2 => vec![&log.score],
        _ => log.class_probabilities().iter().collect(),
    };
    let scored = log.score.iter().any(|s| !s.is_nan()) || classes > 2;
    let scored = scored
        && !scores.is_empty()
        && scores.iter().all(|s| !s.is_empty())
        && (classes > 2 || log.probabilistic);
    let side = |rows: &[u32]| {
        let truth = codes(truth, rows);
        let served = match &log.predicted {
            Truth::Labels(labels) => codes(labels, rows),
            _ => Vec::new(),
        };
        let scores: Vec<Vec<f64>> = match scored {
            true => scores.iter().map(|s| numbers(s, rows)).collect(),
            false => Vec::new(),
        };
        let (mut known, mut guess) = (Vec::new(), Vec::new());
        let mut probabilities: Vec<Vec<f64>> = vec![Vec::new(); if scored { classes } else { 0 }];
        for (row, truth) in truth.iter().enumerate() {
            let own: Vec<f64> = scores.iter().filter_map(|s| s.get(row).copied()).collect();
            let label = match (scored, own.as_slice()) {
                (true, [p]) => Some(u32::from(*p >= 0.5)),
                (true, all) => largest(all),
                (false, _) => served.get(row).copied().filter(|l| *l != u32::MAX),
            };
            let Some(label) =
                label.filter(|_| *truth != u32::MAX && !own.iter().any(|p| p.is_nan()))
            else {
                continue;
            };
            known.push(*truth);
            guess.push(label);
            match own.as_slice() {
                [p] => {
                    probabilities[0].push(1.0 - p);
                    probabilities[1].push(*p);
                }
                all => all
                    .iter()
                    .zip(&mut probabilities)
                    .for_each(|(p, out)| out.push(*p)),
            }
        }
        quality::classes(&known, &guess, &probabilities, classes)
    };
    let told = side(&sides.tested).into_iter().zip(side(&sides.reference));
    out.extend(told.map(|((name, now), (_, then))| {
        EvidentlyValue::new(&name, "", (now, then)).tested(OF_CLASSES)
    }));
}

/// The place of the first largest.
fn largest(all: &[f64]) -> Option<u32> {
    let mut found: Option<(u32, f64)> = None;
    for (at, p) in (0u32..).zip(all) {
        if found.is_none_or(|f| *p > f.1) {
            found = Some((at, *p));
        }
    }
    found.map(|f| f.0)
}

fn of_errors(log: &Log, sides: &Sides, out: &mut Vec<EvidentlyValue>) {
    let (Truth::Numbers(truth), Truth::Numbers(predicted)) = (&log.truth, &log.predicted) else {
        return;
    };
    let side = |rows: &[u32]| {
        let both = numbers(truth, rows)
            .into_iter()
            .zip(numbers(predicted, rows));
        let known: Vec<(f64, f64)> = both
            .filter(|(y, p)| y.is_finite() && p.is_finite())
            .collect();
        quality::errors(&known)
    };
    let told = side(&sides.tested).into_iter().zip(side(&sides.reference));
    out.extend(told.map(|((name, part, now), (.., then))| {
        let value = EvidentlyValue::new(name, part, (now, then));
        if part == "std" {
            value
        } else {
            value.tested(OF_COLUMNS)
        }
    }));
}
