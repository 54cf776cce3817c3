//! Names of metrics as a person reads them, and the order in which they are shown.

use crate::metric::{self, METRICS, Unit};
use crate::report::Report;

/// `ROC AUC` for `roc_auc`; the name itself where no metric of the registry is called so.
pub fn title(name: &str) -> String {
    metric::info(name).map_or_else(|| name.replace('_', " "), |i| i.title.to_string())
}

/// The same in a report, whose reader may have chosen its parameter: `F3`.
pub fn title_in(report: &Report, name: &str) -> String {
    match metric::info(name) {
        Some(info) => report.view.metrics.title(info),
        None => title(name),
    }
}

/// How its values are written.
pub fn unit(name: &str) -> Unit {
    metric::info(name).map_or(Unit::Outcome, |i| i.unit)
}

/// Which way is good, in words.
pub fn better(name: &str) -> String {
    let known = metric::info(name).map(metric::told::better);
    known.unwrap_or_else(|| "neither side is better".into())
}

/// The metric of the health sentence first, then as in the registry, then by name.
pub fn in_order(mut names: Vec<String>, first: Option<&str>) -> Vec<String> {
    names.sort_by_key(|name| {
        let place = METRICS.iter().position(|m| m.info().name == name);
        (
            Some(name.as_str()) != first,
            place.unwrap_or(usize::MAX),
            name.clone(),
        )
    });
    names
}

/// The name of a metric, or of several joined by commas that are drawn in one chart.
pub fn titles(names: &str) -> String {
    names.split(',').map(title).collect::<Vec<_>>().join(", ")
}
