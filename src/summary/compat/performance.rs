//! What NannyML says of performance: measured by outcomes, and estimated without them.

use super::Sides;
use super::nannyml::{Chunks, NannymlLine};
use crate::log::{Log, Task, Truth};
use crate::stats::calibration::Calibrator;
use crate::stats::compat::losses::Loss;
use crate::stats::compat::nannyml::{Limits, Thresholds};
use crate::stats::compat::performance::{ERRORS, MISSING, Rows};
use std::collections::BTreeMap;

/// Of each metric a line of values by chunk.
#[derive(Default)]
pub(super) struct Told {
    pub measured: BTreeMap<String, NannymlLine>,
    pub estimated: BTreeMap<String, NannymlLine>,
    /// Why nothing is estimated.
    pub undefined: Option<String>,
}

pub(super) fn told(log: &Log, sides: &Sides, chunks: &Chunks) -> Told {
    let mut out = Told::default();
    match log.task {
        Some(Task::Binary | Task::Multiclass) => classes(log, sides, chunks, &mut out),
        Some(Task::Regression) => numbers(log, sides, chunks, &mut out),
        _ => {}
    }
    out
}

/// The ranges of the chunks of the reference, and then of the others.
fn each<'a>(
    chunks: &'a Chunks,
    (reference, tested): (&'a Rows, &'a Rows),
) -> impl Iterator<Item = (bool, &'a Rows, std::ops::Range<usize>)> + 'a {
    let of = |known: bool, rows, ranges: &'a [(usize, usize)]| {
        ranges.iter().map(move |(a, b)| (known, rows, *a..*b))
    };
    of(true, reference, &chunks.reference).chain(of(false, tested, &chunks.tested))
}

fn rows(log: &Log, at: &[u32]) -> Rows {
    let labels = |of: &Truth| match of {
        Truth::Labels(codes) => super::codes(codes, at),
        _ => Vec::new(),
    };
    let scores = match log.task {
        Some(Task::Multiclass) => log.class_probabilities().iter().collect(),
        _ => vec![&log.score],
    };
    let whole = scores.iter().all(|s| !s.is_empty());
    let own = |s: &&Vec<f64>| super::numbers(s, at);
    let mut truth = labels(&log.truth);
    truth.resize(at.len(), MISSING);
    Rows {
        classes: if log.task == Some(Task::Binary) {
            2
        } else {
            log.labels.len()
        },
        truth,
        predicted: labels(&log.predicted),
        scores: if whole {
            scores.iter().map(own).collect()
        } else {
            Vec::new()
        },
    }
}

fn classes(log: &Log, sides: &Sides, chunks: &Chunks, out: &mut Told) {
    let (reference, tested) = (rows(log, &sides.reference), rows(log, &sides.tested));
    let both = (&reference, &tested);
    let calibrators = reference.calibrators();
    if calibrators.is_none() {
        out.undefined = Some(match reference.scores.is_empty() {
            true => "there is no score".into(),
            false => "a row of the reference has no outcome or no score, which it refuses".into(),
        });
    }
    let probable = calibrators
        .map(|c: Vec<Calibrator>| [reference.probabilities(&c), tested.probabilities(&c)]);
    for metric in reference.metrics() {
        let name = metric.name(&log.labels);
        let values = each(chunks, both).map(|(_, rows, range)| rows.measured(metric, range));
        let mut line = chunks.line(values.collect(), metric.limits(), false);
        let error = reference.sampling_error(metric);
        let errors = |estimated: bool| -> Vec<Option<f64>> {
            let Some(error) = &error else {
                return Vec::new();
            };
            each(chunks, both)
                .map(|(_, rows, range)| error.of(rows.looked_at(metric, range, estimated)))
                .collect()
        };
        line.errors = errors(false);
        if let Some([before, after]) = &probable {
            let values = each(chunks, both).map(|(known, rows, range)| {
                rows.estimated(metric, range, if known { before } else { after })
            });
            let thresholds = Thresholds {
                lower: line.lower,
                upper: line.upper,
            };
            let mut own = NannymlLine::of(values.collect(), thresholds, |v| {
                v.is_some_and(|v| thresholds.alert(v))
            });
            own.errors = errors(true);
            own.within(metric.limits());
            out.estimated.insert(name.clone(), own);
        }
        out.measured.insert(name, line);
    }
}

impl NannymlLine {
    /// Adds three standard errors to either side.
    fn within(&mut self, limits: Limits) {
        let ends = |side: f64| -> Vec<Option<f64>> {
            let both = self.values.iter().zip(&self.errors);
            let end = |(v, e): (&Option<f64>, &Option<f64>)| {
                let end = (*v)? + side * ERRORS * (*e)?;
                Some(match side > 0.0 {
                    true => limits.upper.map_or(end, |l| l.min(end)),
                    false => limits.lower.map_or(end, |l| l.max(end)),
                })
            };
            both.map(end).collect()
        };
        (self.lows, self.highs) = (ends(-1.0), ends(1.0));
    }
}

fn numbers(log: &Log, sides: &Sides, chunks: &Chunks, out: &mut Told) {
    let (Truth::Numbers(truth), Truth::Numbers(predicted)) = (&log.truth, &log.predicted) else {
        return;
    };
    let pairs = |at: &[u32]| -> Vec<(f64, f64)> {
        let both = super::numbers(truth, at)
            .into_iter()
            .zip(super::numbers(predicted, at));
        both.collect()
    };
    let known = |rows: &[(f64, f64)]| -> Vec<(f64, f64)> {
        let both = rows.iter().filter(|(y, p)| !y.is_nan() && !p.is_nan());
        both.copied().collect()
    };
    let (before, after) = (pairs(&sides.reference), pairs(&sides.tested));
    let limits = Limits {
        lower: Some(0.0),
        ..Limits::default()
    };
    for loss in Loss::ALL {
        let error = loss.sampling_error(&known(&before));
        let of = |chunk: &[(f64, f64)]| {
            let rows = known(chunk);
            (loss.measured(&rows), error(rows.len()))
        };
        let (values, errors) = chunks
            .each((&before[..], &after[..]), of)
            .into_iter()
            .unzip();
        let mut line = chunks.line(values, limits, false);
        line.errors = errors;
        out.measured.insert(loss.name().into(), line);
    }
    out.undefined =
        Some("the trees of LightGBM make its estimates, in which one rounding can turn a split, and whose bins of more than 200 000 rows a random draw sets; its limits for them are those of the measured errors".into());
}
