//! What Evidently 0.7.23 tells of columns and of predictions, and the tests that it makes by default where there is a
//! reference: a value passes that is within 10 % of the reference's, or 20 % of one of classification
//! (`metrics/column_statistics.py`, `classification.py`, `regression.py`; `legacy/calculations`).

use super::numpy;
use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::rank::{AucCell, sort_by_score, sort_numbers};

/// How far a value may be from the reference's, as a share of that: of columns and errors, and of classification.
pub const OF_COLUMNS: f64 = 0.1;
/// See above.
pub const OF_CLASSES: f64 = 0.2;
/// Or by this.
const ABSOLUTE: f64 = 1e-12;
/// The quantiles that it tells.
pub const QUANTILES: [f64; 3] = [0.25, 0.5, 0.75];

/// Whether a value is as the reference's, give or take a share of it.
#[must_use]
pub fn passes(value: f64, reference: f64, share: f64) -> bool {
    let tolerance = (reference.abs() * share).max(ABSOLUTE);
    (reference - tolerance..=reference + tolerance).contains(&value)
}

/// A name, and a value; `None` where it is not defined.
pub type Named = (String, Option<f64>);

/// Statistics of numbers; NaN is missing.
#[must_use]
pub fn statistics(values: &[f64]) -> Vec<Named> {
    let sorted = sort_numbers(values);
    let known: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    let some = !known.is_empty();
    let mut out: Vec<Named> = vec![
        ("MinValue".into(), sorted.first().copied()),
        ("MaxValue".into(), sorted.last().copied()),
        ("MeanValue".into(), some.then(|| numpy::mean(&known))),
        (
            "StdValue".into(),
            (known.len() > 1).then(|| numpy::std(&known, 1.0)),
        ),
    ];
    let quantile = |p: f64| (format!("QuantileValue({p})"), quantile_sorted(&sorted, p));
    out.extend(QUANTILES.map(quantile));
    out
}

/// Of rows with their true and predicted class, and where there are probabilities with those of every class, by class.
/// Of two classes the second is the positive one.
#[must_use]
pub fn classes(
    truth: &[u32],
    guess: &[u32],
    probabilities: &[Vec<f64>],
    classes: usize,
) -> Vec<Named> {
    let n = truth.len() as f64;
    let pairs = || truth.iter().zip(guess);
    let right = pairs().filter(|(t, g)| t == g).count() as f64;
    let cells = |class: u32| {
        let mut cells = [[0.0_f64; 2]; 2];
        for (t, g) in pairs() {
            cells[usize::from(*t == class)][usize::from(*g == class)] += 1.0;
        }
        cells
    };
    let ratio = |part: f64, all: f64| if all > 0.0 { part / all } else { 0.0 };
    // Of several it is the mean over those that are there.
    let each: Vec<u32> = match classes {
        2 => vec![1],
        _ => (0..classes as u32)
            .filter(|c| truth.contains(c) || guess.contains(c))
            .collect(),
    };
    let mean = |of: &dyn Fn([[f64; 2]; 2]) -> f64| {
        let all: Vec<f64> = each.iter().map(|c| of(cells(*c))).collect();
        (!truth.is_empty()).then(|| numpy::mean(&all))
    };
    let mut out: Vec<Named> = vec![
        ("Accuracy".into(), (n > 0.0).then(|| right / n)),
        (
            "Precision".into(),
            mean(&|[[_, fp], [_, tp]]| ratio(tp, tp + fp)),
        ),
        (
            "Recall".into(),
            mean(&|[_, [r#fn, tp]]| ratio(tp, tp + r#fn)),
        ),
        (
            "F1Score".into(),
            mean(&|[[_, fp], [r#fn, tp]]| ratio(2.0 * tp, 2.0 * tp + fp + r#fn)),
        ),
    ];
    if !probabilities.is_empty() {
        out.push(("RocAuc".into(), roc_auc(truth, probabilities)));
        out.push(("LogLoss".into(), log_loss(truth, probabilities)));
    }
    if classes == 2 {
        let [[tn, fp], [r#fn, tp]] = cells(1);
        let rate = |part: f64, other: f64| (part + other > 0.0).then(|| part / (part + other));
        out.extend([
            ("TPR".into(), rate(tp, r#fn)),
            ("TNR".into(), rate(tn, fp)),
            ("FPR".into(), rate(fp, tn)),
            ("FNR".into(), rate(r#fn, tp)),
        ]);
    }
    out
}

/// The mean over the classes of each against the rest; `None` where one of them is not there, or alone.
fn roc_auc(truth: &[u32], probabilities: &[Vec<f64>]) -> Option<f64> {
    let mut areas = Vec::new();
    for (class, scores) in (0u32..).zip(probabilities) {
        let rows: Vec<(f64, bool)> = (sort_by_score(scores).into_iter())
            .filter_map(|r| Some((*scores.get(r as usize)?, *truth.get(r as usize)? == class)))
            .collect();
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for tied in rows.chunk_by(|a, b| a.0 == b.0) {
            let hits = tied.iter().filter(|r| r.1).count();
            yes.push(hits as u64);
            no.push((tied.len() - hits) as u64);
        }
        areas.push(AucCell::from_bins(&yes, &no).auc()?);
    }
    (!areas.is_empty()).then(|| numpy::mean(&areas))
}

/// Of probabilities held away from 0 and 1 by the smallest step above 1.
fn log_loss(truth: &[u32], probabilities: &[Vec<f64>]) -> Option<f64> {
    let of = |(row, class): (usize, &u32)| {
        let p = probabilities.get(*class as usize)?.get(row)?;
        Some(-libm::log(p.clamp(f64::EPSILON, 1.0 - f64::EPSILON)))
    };
    let losses: Option<Vec<f64>> = truth.iter().enumerate().map(of).collect();
    losses.filter(|l| !l.is_empty()).map(|l| numpy::mean(&l))
}

/// A value of errors: its metric, its part (`mean` or `std`; empty where there is one value), the value.
pub type Part = (&'static str, &'static str, Option<f64>);

/// Of rows with their outcome and prediction. A share of an outcome that is not above 0 is one of the smallest step
/// above 1, which makes it huge.
#[must_use]
pub fn errors(rows: &[(f64, f64)]) -> Vec<Part> {
    let of =
        |f: &dyn Fn(f64, f64) -> f64| -> Vec<f64> { rows.iter().map(|(y, p)| f(*y, *p)).collect() };
    let error = of(&|y, p| p - y);
    let absolute = of(&|y, p| (p - y).abs());
    let shares = of(&|y, p| (p - y).abs() / y.max(f64::EPSILON));
    let squares = of(&|y, p| (p - y) * (p - y));
    let some = !rows.is_empty();
    let mean = |values: &[f64]| some.then(|| numpy::mean(values));
    let spread = |values: &[f64]| (values.len() > 1).then(|| numpy::std(values, 1.0));
    let outcomes = of(&|y, _| y);
    let about = some.then(|| numpy::std(&outcomes, 0.0)).map(|s| s * s);
    vec![
        ("MeanError", "mean", mean(&error)),
        ("MeanError", "std", spread(&error)),
        ("MAPE", "mean", mean(&shares).map(|m| 100.0 * m)),
        ("MAPE", "std", spread(&shares)),
        ("RMSE", "", mean(&squares).map(f64::sqrt)),
        ("MAE", "mean", mean(&absolute)),
        ("MAE", "std", spread(&absolute)),
        (
            "R2Score",
            "",
            mean(&squares)
                .zip(about.filter(|a| *a > 0.0))
                .map(|(s, a)| 1.0 - s / a),
        ),
        ("AbsMaxError", "", absolute.iter().copied().reduce(f64::max)),
    ]
}
