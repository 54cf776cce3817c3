//! Which estimator is taken, and what has to hold for it.
//!
//! Where a model has inputs that are logged, scores are read by two estimators ([`Method`]). In windows that
//! have both an estimate and outcomes, each was off by so many of its sampling errors; on average over
//! metrics and windows, the nearer one is taken. While fewer than three windows tell, it is M-CBPE: where
//! inputs shift and scores come to mean something else it is nearer; where scores stay true, weights only add
//! noise, and it is about as near or a little farther.

use super::{Estimated, FEWEST, Told};
use crate::summary::Method;

/// What the estimates of rows that were counted as they passed are made of.
pub(super) const COUNTED: &str = "≈: rows were counted by bins of their scores as they passed, and each bin is worth what the outcomes of the baseline tell of it (CBPE). Inputs are not asked, nor labels that do not follow from a threshold.";

/// What has to hold for estimates to be true.
pub(super) fn assumes(method: Method) -> &'static str {
    match method {
        Method::Cbpe => {
            "Estimates hold as long as a score means the same as in the baseline: new kinds of rows are seen, as far as they change the scores, but a change of what is true for the same score (concept drift) is not, and only outcomes will show it."
        }
        Method::Mcbpe => {
            "Estimates hold as long as the same inputs mean the same as in the baseline: that inputs shift is seen, but a change of what is true for the same inputs (concept drift) is not, and only outcomes will show it."
        }
        Method::Dle => {
            "Estimates hold as long as errors are as large as in the baseline for the same inputs and the same prediction: that inputs shift is seen, but a change of what is true for the same inputs (concept drift) is not, and only outcomes will show it."
        }
    }
}

/// Takes the nearer of what two estimators say, and says why. `shifted` is empty where there is one only.
pub(super) fn choose(out: &mut Estimated, told: Told, shifted: Told) -> Told {
    if out.undefined.is_some() {
        return told;
    }
    if out.method == Method::Dle {
        out.why = "The error of a row is learned from its inputs and its prediction (direct loss estimation).".into();
        if told.sampled {
            out.why += " ≈: of windows of many rows an even sample is looked at, whose error is in the interval.";
        }
        return told;
    }
    if shifted.guesses.is_empty() {
        out.why = "A score is taken to be worth the same everywhere (CBPE): no column is an input of the model that would tell more.".into();
        return told;
    }
    let (nearer, why) = match (off(&told, &told), off(&shifted, &told)) {
        (Some((n, plain)), Some((_, weighted))) if n >= FEWEST => (
            weighted <= plain,
            format!(
                "In {n} windows that have outcomes by now, estimates that weigh the baseline by how like a window it is (M-CBPE) were off by {weighted:.2} sampling errors on average, and those that do not (CBPE) by {plain:.2}: the nearer ones are shown."
            ),
        ),
        _ => (
            true,
            "The baseline is weighed by how like a window it is (M-CBPE): fewer than three windows have an estimate and outcomes, by which it could be told whether estimates without weights are nearer.".into(),
        ),
    };
    out.why = why;
    if !nearer {
        return told;
    }
    out.method = Method::Mcbpe;
    shifted
}

/// In how many windows estimates were compared, and by how many sampling errors of the plain ones they were
/// off.
fn off(told: &Told, plain: &Told) -> Option<(u64, f64)> {
    let mean = |of: &[(f64, f64)], f: fn(&(f64, f64)) -> f64| {
        of.iter().map(f).sum::<f64>() / of.len().max(1) as f64
    };
    let of = |(name, errors): (&&str, &Vec<(f64, f64)>)| {
        let unit = mean(plain.errors.get(name)?, |e| e.1);
        (unit > 0.0).then(|| mean(errors, |e| e.0.abs()) / unit)
    };
    let means: Vec<f64> = told.errors.iter().filter_map(of).collect();
    let windows = told.errors.values().map(Vec::len).max()?;
    let off = means.iter().sum::<f64>() / means.len() as f64;
    (!means.is_empty()).then_some((windows as u64, off))
}
