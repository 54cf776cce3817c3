//! What metrics are expected to be where outcomes are not known, how far such estimates were off where they
//! became known, and what to tell of it.
//!
//! An estimate has two errors. Its sampling error se is the baseline's own standard error, scaled to the rows of
//! the window, whose outcomes will be a sample too, and together with that of the baseline, from whose sample
//! it was learned: se² = se_b² (n_b / n + 1). The other is the estimator's: where a window has both an estimate and outcomes, the two differ,
//! and what they differ by beyond sampling is a variance τ² that is added (method of moments; the difference
//! is taken around zero, so that a lasting bias widens the interval and does not move it). With m such windows
//! the interval is value ± t(m)·√(se² + τ²): where the metric of the window will be found with a chance of
//! 95 %. Of fewer than three windows nothing is to be learned; then it is value ± 1.96 se, and said so.
//!
//! NannyML 0.13.1 has formulas of its own for the sampling error. For shares of rows they are the same, but that
//! the baseline's own error is left out there; for ROC AUC it leaves out the spread of the larger class, for F1 a factor of the delta method, and for average
//! precision it draws samples without a seed.

mod cells;
mod estimator;
mod incidents;

use super::baseline::Basis;
use super::effect;
use super::make::Making;
use super::steps::pause;
use super::watch::Watched;
use super::{Alert, Metrics, Window};
use crate::log::Task;
use crate::metric::{self, Cut, Estimate};
use crate::stats::expected::Cells;
use crate::stats::interval::{Interval, Z};
use crate::stats::special::student_t_quantile;
use crate::summary::{Asked, Estimates, Expectation, Expected, Method, Profile};
pub use cells::ExpectedCells;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Windows with outcomes at least, from which an estimator's own error is learned.
const FEWEST: u64 = 3;

/// How the estimates of the windows are made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimated {
    /// The estimator.
    pub method: Method,
    /// Why this one, in words.
    #[serde(default)]
    pub why: String,
    /// Whether scores were made probabilities by the outcomes of the baseline, because they were none or not
    /// true enough.
    pub calibrated: bool,
    /// Rows of the baseline that have an outcome and a score, from which it was learned.
    pub rows: u64,
    /// Why there is no estimate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undefined: Option<String>,
    /// How far the estimates were off in windows that have outcomes by now, by metric.
    pub past: BTreeMap<String, PastError>,
    /// What is expected of all windows in view whose outcomes are not in yet together: the mean of their
    /// estimates by their rows. Empty where there is none.
    #[serde(skip_serializing_if = "Metrics::is_empty", default)]
    pub pending: Metrics,
    /// How many of their rows are expected of each true and predicted class, and what they are worth together; `None`
    /// where nothing is estimated of labels.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cells: Option<ExpectedCells>,
    /// Departures for the worse that are expected of the windows whose outcomes are not in yet, as incidents like
    /// those of what is known: what begins together is one, named by its first metric. None is more than
    /// [`super::Level::Watch`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub alerts: Vec<Alert>,
    /// What has to hold for them to be true, and what their intervals are made of, in words.
    pub assumes: String,
}

/// How far an estimate was off: its value minus what it turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastError {
    /// Windows compared.
    pub windows: u64,
    /// Mean: above 0 where estimates were too high.
    pub mean: f64,
    /// Root of the mean square.
    pub root_mean_square: f64,
    /// What of it is more than sampling: the standard deviation τ.
    pub beyond_sampling: f64,
}

/// What an estimator says, and how far it was off; by metric.
#[derive(Default)]
struct Told {
    guesses: BTreeMap<&'static str, Vec<Guess>>,
    /// Estimate minus what came true, and the sampling error.
    errors: BTreeMap<&'static str, Vec<(f64, f64)>>,
    /// Whether of some window only a sample of the rows was looked at.
    sampled: bool,
}

/// An estimate before its interval is known.
struct Guess {
    window: usize,
    value: f64,
    /// Sampling error.
    se: f64,
}

/// Fills what is expected of the windows outside the baseline, and tells incidents about columns of it; `before`: metrics of its windows.
pub(super) async fn fill(
    making: &Making<'_>,
    basis: &Basis<'_>,
    (baseline, before): (&Metrics, &[Metrics]),
    (budget, judged): (f64, Option<(&Watched, Option<&Profile>)>),
    (windows, alerts): (&mut [Window], &mut [Alert]),
) -> Option<Estimated> {
    let summary = making.summary;
    let classes = basis.cell.classes.as_ref();
    let learnable = match summary.task {
        Task::Multilabel | Task::Service => false,
        Task::Regression => basis.cell.labelled > 0,
        Task::Binary => classes.is_some_and(|c| c.positive.total() + c.negative.total() > 0),
        Task::Multiclass => classes.is_some_and(|c| c.log_loss.n > 0),
    };
    if !learnable || summary.streamed && summary.task != Task::Binary {
        return None;
    }
    let outside = (0..making.all.len()).filter(|i| !basis.holds(*i));
    let outside: Vec<usize> = outside.collect();
    let asked = Asked {
        baseline: basis.range,
        windows: outside.iter().map(|i| making.all[*i].range).collect(),
        thresholds: making.cut != Cut::Served,
    };
    if outside.is_empty() {
        return None;
    }
    let counted = summary.streamed.then(|| {
        let windows = outside.iter().map(|i| &making.all[*i]);
        let windows = windows.map(|frame| (frame.range, &*frame.cell));
        Estimates::of_counts(summary.edges.len().saturating_sub(1), classes, windows)
    });
    let Some(found) = counted.as_ref().or_else(|| making.series.estimates(&asked)) else {
        making.missing.borrow_mut().estimates = Some((making.at, asked));
        return None;
    };
    let mut out = Estimated {
        method: found.method,
        why: String::new(),
        calibrated: found.calibrated,
        rows: found.rows,
        undefined: found.undefined.clone(),
        past: BTreeMap::new(),
        pending: Metrics::new(),
        cells: None,
        alerts: Vec::new(),
        assumes: estimator::assumes(found.method).into(),
    };
    let known = known(making, &outside, windows).await;
    let of = |frame: usize| found.of(making.all[frame].range);
    let told = gather(making, (basis, baseline), &known, of).await;
    let of = |frame: usize| found.shifted(making.all[frame].range);
    let shifted = gather(making, (basis, baseline), &known, of).await;
    let told = match counted {
        Some(_) => {
            out.why = estimator::COUNTED.into();
            told
        }
        None => estimator::choose(&mut out, told, shifted),
    };
    let Told {
        guesses, errors, ..
    } = told;
    let past = errors
        .iter()
        .filter_map(|(name, of)| Some((*name, past(of)?)));
    let past: BTreeMap<&str, PastError> = past.collect();
    for (name, of) in &guesses {
        let Some(info) = metric::info(name) else {
            continue;
        };
        let half = half(past.get(name));
        let range = metric::range(info, summary.task);
        for guess in of {
            let half = half(guess.se);
            let interval = Interval {
                low: range
                    .0
                    .map_or(guess.value - half, |least| (guess.value - half).max(least)),
                high: range
                    .1
                    .map_or(guess.value + half, |most| (guess.value + half).min(most)),
            };
            if let Some(window) = windows.get_mut(guess.window) {
                let told = Estimate::of(guess.value, Some(interval), window.rows);
                window.estimated.insert((*name).into(), told);
            }
        }
    }
    for (name, of) in &guesses {
        let waits = |g: &&Guess| windows.get(g.window).is_some_and(|w| !w.mature);
        if let Some(info) = metric::info(name).filter(|_| of.iter().any(|g| waits(&g))) {
            let told = together(
                metric::range(info, summary.task),
                of.iter().filter(waits),
                windows,
                past.get(name),
            );
            out.pending.insert((*name).into(), told);
        }
    }
    out.cells = cells::pending(making, &basis.cell, (&out, windows), |frame| {
        let range = making.all.get(frame)?.range;
        match out.method {
            Method::Mcbpe => found.shifted(range),
            Method::Cbpe | Method::Dle => found.of(range),
        }
    });
    effect::by_estimates(alerts, (baseline, making.least), windows, |info, within| {
        let of = guesses.get(info.name)?.iter().filter(|g| within(g.window));
        Some(together(
            metric::range(info, summary.task),
            of,
            windows,
            past.get(info.name),
        ))
        .filter(|e| e.value.is_some())
    });
    out.past = past
        .iter()
        .map(|(name, of)| ((*name).into(), *of))
        .collect();
    let compared = past.values().map(|p| p.windows).max().unwrap_or(0);
    out.assumes = format!("{} {}", estimator::assumes(out.method), made_of(compared));
    let expects = incidents::Expects {
        making,
        basis,
        baseline,
        before,
        budget,
        windows,
        guesses: &guesses,
        past: &past,
        known: judged,
    };
    out.alerts = expects.alerts().await;
    Some(out)
}

/// A window outside the baseline.
struct Known {
    /// Its place among all.
    frame: usize,
    /// Its place among those shown.
    shown: Option<usize>,
    /// Its metrics, where its outcomes are known.
    metrics: Option<Metrics>,
}

/// What came true of windows.
async fn known(making: &Making<'_>, outside: &[usize], windows: &[Window]) -> Vec<Known> {
    let mut out = Vec::new();
    for i in outside {
        let Some(frame) = making.all.get(*i) else {
            continue;
        };
        let shown = i.checked_sub(making.shown.0);
        let shown = shown.filter(|at| *at < windows.len());
        let metrics = match shown.and_then(|at| windows.get(at)) {
            _ if !frame.mature || frame.cell.labelled == 0 => None,
            Some(window) => Some(window.metrics.clone()),
            None => Some(making.metrics(&frame.cell, Some(frame.range))),
        };
        out.push(Known {
            frame: *i,
            shown,
            metrics,
        });
        if out.len().is_multiple_of(32) {
            pause().await;
        }
    }
    out
}

/// What an estimator says of windows, beside what came true.
async fn gather<'a>(
    making: &Making<'_>,
    (basis, baseline): (&Basis<'_>, &Metrics),
    known: &[Known],
    of: impl Fn(usize) -> Option<&'a Expected>,
) -> Told {
    let mut out = Told::default();
    for (done, window) in known.iter().enumerate() {
        let Some(expected) = of(window.frame).filter(|e| e.rows > 0) else {
            continue;
        };
        let labelled = basis.cell.labelled as f64;
        for (name, value, sample, learned_from) in values(expected, making) {
            let Some(value) = value.filter(|v| v.is_finite()) else {
                continue;
            };
            // Of the window, and of what was learned from: all of the baseline, or as much as fewer rows tell.
            let learned = learned_from.map_or(1.0, |n| (labelled / n).max(1.0));
            let scale = labelled / expected.rows as f64 + learned;
            let se = baseline.get(name).and_then(Estimate::se);
            let se = se.map(|se| (se * se * scale + sample * sample).sqrt());
            let Some(se) = se.filter(|se| se.is_finite()) else {
                continue;
            };
            out.sampled |= sample > 0.0;
            let true_value = window.metrics.as_ref().and_then(|m| m.get(name)?.value);
            if let Some(true_value) = true_value {
                let errors = out.errors.entry(name).or_default();
                errors.push((value - true_value, se));
            }
            if let Some(window) = window.shown {
                let guess = Guess { window, value, se };
                out.guesses.entry(name).or_default().push(guess);
            }
        }
        if done.is_multiple_of(32) {
            pause().await;
        }
    }
    out
}

/// What intervals are made of, in words.
fn made_of(compared: u64) -> String {
    match compared {
        0 => "The intervals are of sampling only: there is no window yet whose estimate could be compared with its outcomes.".into(),
        1 => "The intervals are of sampling only: 1 window has an estimate and outcomes, and three are the fewest to learn from how far estimates are off.".into(),
        n if n < FEWEST => format!("The intervals are of sampling only: {n} windows have an estimate and outcomes, and three are the fewest to learn from how far estimates are off."),
        n => format!("The intervals are of sampling and of how far the estimates of {n} windows were off once their outcomes were known."),
    }
}

/// Half the width of an interval, by the standard error.
fn half(past: Option<&PastError>) -> impl Fn(f64) -> f64 {
    let past = past.filter(|p| p.windows >= FEWEST);
    let past = past.map(|p| {
        let quantile = student_t_quantile(0.975, p.windows as f64);
        (quantile, p.beyond_sampling)
    });
    move |se| match past {
        Some((quantile, tau)) => quantile * (se * se + tau * tau).sqrt(),
        None => Z * se,
    }
}

/// How far estimates were off, each with its sampling error; `None` without one.
fn past(of: &[(f64, f64)]) -> Option<PastError> {
    let n = of.len() as f64;
    let mean = |f: fn(&(f64, f64)) -> f64| of.iter().map(f).sum::<f64>() / n;
    let square = mean(|e| e.0 * e.0);
    let beyond = (square - mean(|e| e.1 * e.1)).max(0.0);
    (!of.is_empty()).then(|| PastError {
        windows: of.len() as u64,
        mean: mean(|e| e.0),
        root_mean_square: square.sqrt(),
        beyond_sampling: beyond.sqrt(),
    })
}

/// A metric that is expected of a window, its standard error for being made of a sample of the rows, and how many
/// rows of one weight it was learned from, where these are not all.
type Value = (&'static str, Option<f64>, f64, Option<f64>);

/// Every metric that is expected of a window.
fn values(of: &Expected, making: &Making<'_>) -> Vec<Value> {
    if let Some(losses) = &of.losses {
        let (all, fewer) = (of.effective, losses.relative_from);
        let told = |(name, of, from): (&'static str, Option<Expectation>, Option<f64>)| {
            let of = of?;
            Some((name, Some(of.value), of.sampling, from))
        };
        let known = [
            ("mean_absolute_error", Some(losses.absolute), all),
            ("root_mean_squared_error", Some(losses.squared), all),
            ("mean_absolute_percentage_error", losses.percentage, fewer),
            ("root_mean_squared_log_error", losses.log_squared, fewer),
        ];
        return known.into_iter().filter_map(told).collect();
    }
    let effective = of.effective;
    let mut known = of_classes(of, making.cut, making.summary.task);
    known.extend(cells::cost(of, making));
    known
        .into_iter()
        .map(|(n, v)| (n, v, 0.0, effective))
        .collect()
}

/// The same of a classification, whose rows are all looked at.
fn of_classes(of: &Expected, cut: Cut, task: Task) -> Vec<(&'static str, Option<f64>)> {
    let cells: Vec<Cells> = match cut {
        Cut::Bin(bin) if task == Task::Binary => of.above(bin).into_iter().collect(),
        _ => of.served.clone(),
    };
    let mean = |f: fn(&Cells) -> Option<f64>| {
        let sum = cells.iter().map(f).sum::<Option<f64>>()?;
        (!cells.is_empty()).then(|| sum / cells.len() as f64)
    };
    let accuracy = match cells.as_slice() {
        [one] => one.accuracy(),
        several => {
            let hits: f64 = several.iter().map(|c| c.tp).sum();
            let rows = several.first().map_or(0.0, Cells::n);
            (rows > 0.0).then(|| hits / rows)
        }
    };
    // Of several classes it is the mean of the recalls.
    let balanced = match cells.as_slice() {
        [one] => one.balanced_accuracy(),
        _ => mean(Cells::recall),
    };
    vec![
        ("accuracy", accuracy),
        ("balanced_accuracy", balanced),
        ("precision", mean(Cells::precision)),
        ("recall", mean(Cells::recall)),
        ("f1", mean(Cells::f1)),
        ("specificity", mean(Cells::specificity)),
        ("roc_auc", of.roc_auc),
        ("average_precision", of.average_precision),
        ("log_loss", of.log_loss),
        ("brier_score", of.brier_score),
    ]
}

/// A value with an interval of this half width, whatever its range.
fn around(value: f64, half: f64) -> Estimate {
    let interval = Interval {
        low: value - half,
        high: value + half,
    };
    Estimate::of(value, Some(interval), 0)
}

/// The mean of several windows' estimates, by their rows. What the estimator is off by, it may be off by in
/// all of them, so that only sampling becomes less.
fn together<'a>(
    range: (Option<f64>, Option<f64>),
    of: impl Iterator<Item = &'a Guess>,
    windows: &[Window],
    past: Option<&PastError>,
) -> Estimate {
    let (mut rows, mut sum, mut square) = (0, 0.0, 0.0);
    for guess in of {
        let n = windows.get(guess.window).map_or(0, |w| w.rows);
        rows += n;
        sum += n as f64 * guess.value;
        square += (n as f64 * guess.se) * (n as f64 * guess.se);
    }
    if rows == 0 {
        return Estimate::undefined("no rows", 0);
    }
    let (value, se) = (sum / rows as f64, square.sqrt() / rows as f64);
    let half = half(past)(se);
    let interval = Interval {
        low: range
            .0
            .map_or(value - half, |least| (value - half).max(least)),
        high: range
            .1
            .map_or(value + half, |most| (value + half).min(most)),
    };
    Estimate::of(value, Some(interval), rows)
}
