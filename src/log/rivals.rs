//! Which columns are predictions of other models: never a feature by accident.
//!
//! Three things must agree. The column holds what the prediction holds (numbers on its scale, or
//! probabilities). It is off by hardly more than the prediction is: a feature that merely goes along with the outcome has
//! another level or another spread. And its name says so: it is one of a model, or one that predictions have,
//! or shares its words with the prediction's. What looks back (a lag, a mean of the last days) and what has an
//! outcome of its own is none.

use super::Role;
use super::rival_labels;
use super::roles::RoleGuess;
use super::rules::{any, is_number, is_unit};
use crate::read::ColumnSniff;

/// Rows at least by which values can tell.
const ROWS: usize = 20;
/// How many times the prediction's mean square error another model may have, where its name is one of a model
/// or of a prediction, and where it only shares a word with one.
const OFF: (f64, f64) = (10.0, 5.0);

/// Words for models.
const MODELS: [&str; 74] = [
    "dnn",
    "lear",
    "arima",
    "sarima",
    "sarimax",
    "arimax",
    "lstm",
    "gru",
    "rnn",
    "cnn",
    "mlp",
    "nn",
    "ann",
    "xgb",
    "xgboost",
    "lgb",
    "lgbm",
    "lightgbm",
    "catboost",
    "gbm",
    "gbdt",
    "gbt",
    "rf",
    "forest",
    "ridge",
    "lasso",
    "elastic",
    "ols",
    "glm",
    "gam",
    "gp",
    "svm",
    "svr",
    "knn",
    "logistic",
    "logit",
    "linear",
    "tree",
    "trees",
    "boosting",
    "adaboost",
    "prophet",
    "neuralprophet",
    "naive",
    "snaive",
    "seasonalnaive",
    "persistence",
    "climatology",
    "baseline",
    "benchmark",
    "champion",
    "challenger",
    "ensemble",
    "stacking",
    "blend",
    "ets",
    "theta",
    "tbats",
    "holt",
    "holtwinters",
    "croston",
    "nbeats",
    "nhits",
    "tft",
    "deepar",
    "deepvar",
    "transformer",
    "informer",
    "patchtst",
    "timesnet",
    "chronos",
    "elo",
    "qbelo",
    "bert",
];

/// Words for what is predicted.
pub(super) const PREDICTIONS: [&str; 14] = [
    "pred",
    "preds",
    "predicted",
    "prediction",
    "predictions",
    "forecast",
    "forecasts",
    "yhat",
    "fcst",
    "proba",
    "prob",
    "probability",
    "model",
    "estimate",
];

/// Words for what looks back, or tells something of a prediction: not another model's.
pub(super) const OTHER: [&str; 34] = [
    "lag",
    "lagged",
    "prev",
    "previous",
    "last",
    "yesterday",
    "past",
    "ago",
    "rolling",
    "mean",
    "avg",
    "average",
    "median",
    "ma",
    "ema",
    "std",
    "sd",
    "var",
    "min",
    "max",
    "low",
    "high",
    "lower",
    "upper",
    "error",
    "residual",
    "diff",
    "delta",
    "rank",
    "weight",
    "threshold",
    "quantile",
    "interval",
    "se",
];

/// Marks the predictions of other models among the columns that nothing else was found for.
pub(super) fn challengers(
    columns: &[ColumnSniff],
    words: &[Vec<String>],
    found: &mut [Option<RoleGuess>],
) {
    let at = |role| {
        let is = |g: &Option<RoleGuess>| g.as_ref().is_some_and(|g| g.role == role);
        found.iter().position(is)
    };
    let (score, prediction, outcome) = (at(Role::Score), at(Role::Prediction), at(Role::Outcome));
    if let (None, Some(main)) = (score, prediction) {
        rival_labels::find(columns, words, (main, outcome), found);
    }
    let Some(main) = score.or(prediction).filter(|m| is_number(&columns[*m])) else {
        return;
    };
    // Two numbers alone are labels.
    if !is_unit(&columns[main]) && columns[main].distinct <= 2 {
        return;
    }
    let candidates: Vec<usize> = (0..columns.len())
        .filter(|&i| found[i].is_none() && is_number(&columns[i]))
        .filter(|&i| !any(&words[i], &OTHER) && !has_outcome_of_its_own(words, i, outcome))
        .collect();
    let mut family: Vec<&str> = stem(&words[main]);
    let mut taken: Vec<(usize, &str)> = Vec::new();
    // Names that share a word with a model's are a model's: `LEAR 56`, `LEAR Ensemble`, `DNN Ensemble`, `DNN 1`.
    loop {
        let next = candidates.iter().copied().find_map(|i| {
            if taken.iter().any(|t| t.0 == i) {
                return None;
            }
            let (off, why) = named(&words[i], &family)?;
            fits(columns, i, main, outcome, off).then_some((i, why))
        });
        let Some((i, why)) = next else { break };
        family.extend(stem(&words[i]));
        taken.push((i, why));
    }
    for (i, why) in taken {
        let (weight, by) = match outcome {
            Some(o) => (0.7, format!("about as near to {}", columns[o].name)),
            None => (0.55, "on its scale, and goes along with it".to_string()),
        };
        found[i] = Some(RoleGuess::new(
            Role::Challenger,
            weight,
            format!(
                "{why}, beside the prediction {} and {by}",
                columns[main].name
            ),
        ));
    }
}

/// What a name says, and how far off the values may be with it.
fn named(words: &[String], family: &[&str]) -> Option<(f64, &'static str)> {
    if any(words, &MODELS) {
        return Some((OFF.0, "named like a model"));
    }
    if any(words, &PREDICTIONS) {
        return Some((OFF.0, "named like a prediction"));
    }
    let shared = stem(words).iter().any(|w| family.contains(w));
    shared.then_some((OFF.1, "named like the prediction of another model"))
}

/// The words of a name that tell a family: of letters, and more than two.
fn stem(words: &[String]) -> Vec<&str> {
    let told = |w: &&str| w.len() > 2 && w.chars().all(char::is_alphabetic);
    words.iter().map(String::as_str).filter(told).collect()
}

/// Whether another column holds what came of this one: `prob2` has its own `prob2_outcome`.
fn has_outcome_of_its_own(words: &[Vec<String>], at: usize, outcome: Option<usize>) -> bool {
    let marks = [
        "outcome", "actual", "truth", "label", "target", "real", "true", "observed",
    ];
    let is = |(i, other): (usize, &Vec<String>)| {
        let rest: Vec<&String> = other
            .iter()
            .filter(|w| !marks.contains(&w.as_str()))
            .collect();
        Some(i) != outcome
            && i != at
            && rest.len() < other.len()
            && rest.iter().copied().eq(words[at].iter())
    };
    words.iter().enumerate().any(is)
}

/// Whether the values can be those of a rival of the prediction.
fn fits(
    columns: &[ColumnSniff],
    at: usize,
    main: usize,
    outcome: Option<usize>,
    most: f64,
) -> bool {
    let (own, main) = (&columns[at], &columns[main]);
    let unit = is_unit(main);
    if unit != is_unit(own) || own.distinct <= 2 || own.whole && !main.whole {
        return false;
    }
    let near = match outcome {
        Some(o) => near(&own.numbers, &main.numbers, &columns[o].numbers),
        None => near(&own.numbers, &main.numbers, &main.numbers),
    };
    near.is_some_and(|(off, of_main, spread, together)| match outcome {
        Some(_) => off <= most * of_main && off < 1.5 * spread && together > 0.0,
        None => off < 0.5 * spread && together > 0.0,
    })
}

/// Over the rows that have all three: the mean square of how far the values are off the target, how far the
/// prediction is, the target's variance, and how the values go along with it (a covariance).
fn near(own: &[f64], main: &[f64], target: &[f64]) -> Option<(f64, f64, f64, f64)> {
    let rows: Vec<(f64, f64, f64)> = own
        .iter()
        .zip(main)
        .zip(target)
        .map(|((a, b), t)| (*a, *b, *t))
        .filter(|(a, b, t)| !(a.is_nan() || b.is_nan() || t.is_nan()))
        .collect();
    if rows.len() < ROWS {
        return None;
    }
    let n = rows.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / n;
    let (own, target) = (mean(&|r| r.0), mean(&|r| r.2));
    Some((
        mean(&|r| (r.0 - r.2) * (r.0 - r.2)),
        mean(&|r| (r.1 - r.2) * (r.1 - r.2)),
        mean(&|r| (r.2 - target) * (r.2 - target)),
        mean(&|r| (r.0 - own) * (r.2 - target)),
    ))
}
