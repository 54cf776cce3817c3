//! What there is to know of a metric, in words: as the page explains it and `plumbline metrics` lists it.

use super::{Better, Info, METRICS, Material, Metric, Unit};
use crate::log::Task;
use serde::Serialize;

/// A metric as it is listed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    /// scikit-learn's name, or the field's.
    pub name: &'static str,
    /// For a person.
    pub title: &'static str,
    /// One line: what it tells.
    pub tells: &'static str,
    /// Which way is good.
    pub direction: String,
    /// Smallest and largest possible value in words.
    pub range: String,
    /// Where it has no value; the reason stands in its place.
    pub undefined: &'static str,
    /// How its interval is made.
    pub interval: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// Where formula and interval come from.
    pub source: &'static str,
    /// The same number from scikit-learn or another library.
    pub same_number: &'static str,
    /// Whether it has a card and may raise alarms.
    pub headline: bool,
    /// The least change that is worth an alarm unless the reader says otherwise: in its own unit, or as a share of the
    /// baseline's value; absent where it raises none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_change: Option<String>,
}

/// Every metric of the registry, in its order.
#[must_use]
pub fn list() -> Vec<Listed> {
    METRICS.iter().map(|m| listed(*m)).collect()
}

fn listed(metric: &dyn Metric) -> Listed {
    let info = metric.info();
    let two = range(info, metric.range(Task::Binary));
    let several = range(info, metric.range(Task::Multiclass));
    Listed {
        name: info.name,
        title: info.title,
        tells: info.explain,
        direction: better(info),
        range: match two == several {
            true => two,
            false => format!("{two}; several classes: {several}"),
        },
        undefined: info.undefined,
        interval: info.interval,
        formula: info.formula,
        source: info.source,
        same_number: info.sklearn,
        headline: info.rank == super::Rank::Headline,
        least_change: match info.material {
            Material::Absolute(least) => Some(least.to_string()),
            Material::Relative(share) => Some(format!("{} % of the baseline", share * 100.0)),
            Material::Never => None,
        },
    }
}

/// Which way is good.
#[must_use]
pub fn better(info: &Info) -> String {
    match info.better {
        Better::Higher => "higher is better".into(),
        Better::Lower => "lower is better".into(),
        Better::Zero => "nearer to zero is better".into(),
        Better::Near(percent) => format!("nearer to {percent} % is better"),
        Better::Neither => "neither side is better".into(),
    }
}

/// A smallest and a largest possible value: `0 to 1`, `0 % and more`, `any number`.
#[must_use]
pub fn range(info: &Info, (low, high): (Option<f64>, Option<f64>)) -> String {
    let scale = if info.unit == Unit::Percent {
        100.0
    } else {
        1.0
    };
    let number = |x: f64| {
        let text = format!("{:.3}", x * scale);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        text.replace('-', "−")
    };
    let sign = match info.unit {
        Unit::Percent => " %",
        Unit::Milliseconds => " ms",
        Unit::Ratio | Unit::Count | Unit::Outcome => "",
    };
    match (low, high) {
        (Some(low), Some(high)) => format!("{} to {}{sign}", number(low), number(high)),
        (Some(low), None) => format!("{}{sign} and more", number(low)),
        (None, Some(high)) => format!("{}{sign} and less", number(high)),
        (None, None) => "any number".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_tells_all_there_is_to_know() {
        for one in list() {
            let told = [
                one.title,
                one.tells,
                one.undefined,
                one.interval,
                one.formula,
                one.source,
                one.same_number,
                &one.direction,
                &one.range,
            ];
            assert!(told.iter().all(|t| !t.trim().is_empty()), "{one:?}");
            assert!(!one.tells.contains('\n'), "one line: {}", one.name);
            // Each stands behind a word of its own, in the midst of a sentence.
            assert!(!one.undefined.ends_with('.'), "{}", one.name);
        }
    }

    #[test]
    fn ranges_in_words() {
        let of = |name: &str| {
            let found = list().into_iter().find(|l| l.name == name);
            found.unwrap_or_else(|| panic!("{name}")).range
        };
        assert_eq!(of("accuracy"), "0 to 100 %");
        assert_eq!(of("brier_score"), "0 to 1; several classes: 0 to 2");
        assert_eq!(of("brier_uncertainty"), "0 to 0.25");
        assert_eq!(of("partial_roc_auc"), "0.474 to 1");
        assert_eq!(of("matthews_corrcoef"), "−1 to 1");
        assert_eq!(of("r2"), "1 and less");
        assert_eq!(of("log_loss"), "0 and more");
        assert_eq!(of("latency_p95_ms"), "0 ms and more");
        assert_eq!(of("mean_error"), "any number");
    }
}
