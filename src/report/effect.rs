//! What a change of a column did to predictions, as their outcomes tell in the same windows, or as they are
//! estimated where no outcome is in.
//!
//! It is told by the first metric that is judged, or by another one that is surely worse. A change is harmless where
//! that metric is surely (at 95 %) not worse by as much as matters; it harms where the metric is surely worse, and by as
//! much. What estimates cannot know, they do not call harmless: values that the baseline has not.

use super::least::Sizes;
use super::watch::is_worse;
use super::{Alert, AlertKind, Level, Metrics, Window, words};
use crate::metric::{self, Better, Estimate, Family, Info, Material};
use crate::stats::interval::Interval;
use crate::stats::sequential::Least;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// Standard deviations of ranks from which on most values are beyond what most of the baseline's are.
const BEYOND: f64 = 1.0;
/// The least share of cells of a kind that a baseline tells of.
const HAD: f64 = 0.001;

/// What became of predictions in the windows of an incident about a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The metric that tells.
    pub metric: String,
    /// What it is in these windows.
    pub value: Estimate,
    /// The difference from the baseline.
    pub change: Estimate,
    /// Whether it is estimated, as no outcome of these windows is in.
    pub estimated: bool,
    /// The start of the first window that is left out, where the metric changed later by an incident of its own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Time>,
}

impl Effect {
    /// Over which windows it is.
    pub(super) const fn span(&self) -> &'static str {
        match self.until {
            Some(_) => "of the same windows, until an incident of its own began,",
            None => "of the same windows",
        }
    }

    /// How much worse the metric is; below 0 where it is better, or only different.
    fn harm(&self) -> f64 {
        let change = self.change.value.unwrap_or_default();
        let from = self.value.value.unwrap_or_default() - change;
        let worse = metric::info(&self.metric).and_then(|info| is_worse(info, from, change));
        match worse {
            Some(true) => change.abs(),
            Some(false) | None => -change.abs(),
        }
    }
}

/// Adds to a sentence what became of predictions, where that is known.
pub(super) fn tell(alert: &mut Alert) {
    let Some((effect, info)) = alert
        .effect
        .as_ref()
        .and_then(|e| Some((e, metric::info(&e.metric)?)))
    else {
        return;
    };
    let title = match effect.estimated {
        true => format!("estimated {}", words::lower_first(info.title)),
        false => words::lower_first(info.title),
    };
    let from = effect.value.value.unwrap_or_default() - effect.change.value.unwrap_or_default();
    let value = format!(
        "{} (before {})",
        words::estimate(info, &effect.value),
        words::value(info.unit, from)
    );
    let span = effect.span();
    if effect.estimated && alert.harmless.is_some() {
        alert.known = Some(alert.sentence.clone());
    }
    match alert.harmless {
        Some(true) => {
            alert.level = Level::Ok;
            let so_far = format!(", harmless so far: {title} {span} is {value}");
            words::end_first(&mut alert.sentence, &so_far);
        }
        Some(false) => {
            let and = format!(", and {title} {span} is {value}");
            words::end_first(&mut alert.sentence, &and);
        }
        None => {}
    }
}

/// Tells of changes of columns in whose windows no outcome is in what estimates say of them; `estimate` gives that of
/// a metric over some windows together.
pub(super) fn by_estimates(
    alerts: &mut [Alert],
    (baseline, least): (&Metrics, &Sizes),
    windows: &[Window],
    estimate: impl Fn(&'static Info, &dyn Fn(usize) -> bool) -> Option<Estimate>,
) {
    // Rows that are wrong in themselves are no less so where predictions are as right as before.
    let of_column = |a: &Alert| a.kind == AlertKind::Column && a.column.is_some();
    let unknown = |a: &&mut Alert| of_column(a) && a.effect.is_none();
    for alert in alerts.iter_mut().filter(unknown) {
        let (since, until) = (alert.since, alert.until);
        let inside = |w: &Window| w.start >= since && until.is_none_or(|until| w.start < until);
        let within = |at: usize| windows.get(at).is_some_and(inside);
        let infos = metric::METRICS.iter().map(|m| m.info());
        let judged =
            infos.filter(|i| i.material != Material::Never && i.family != Family::Resource);
        let says = judged.filter_map(|info| {
            let from = baseline.get(info.name)?.value?;
            let value = estimate(info, &within)?;
            let (now, low, high) = (value.value?, value.low?, value.high?);
            let of = harmless((info, least.of(info)), from, now, (low, high));
            let ends = Interval {
                low: low - from,
                high: high - from,
            };
            Some((info, of, (now - from, ends), value))
        });
        // The first metric that tells, unless another one is surely worse.
        let says: Vec<_> = says.collect();
        let worse = says.iter().position(|s| s.1 == Some(false));
        let Some((info, of, (change, ends), value)) =
            says.into_iter().nth(worse.unwrap_or_default())
        else {
            continue;
        };
        alert.harmless = of.filter(|harmless| !harmless || is_known_ground(alert));
        alert.effect = Some(Effect {
            metric: info.name.into(),
            change: Estimate::of(change, Some(ends), value.n),
            value,
            estimated: true,
            until: None,
        });
        tell(alert);
    }
}

/// Whether estimates, which know what the baseline holds, can tell that a change is harmless: not of values, words or
/// holes that the baseline has not.
fn is_known_ground(alert: &Alert) -> bool {
    let had = alert.baseline.value.unwrap_or_default();
    match alert.metric.as_str() {
        "unknown" => false,
        "missing" | "wrong_type" => had >= HAD,
        "location" | "spread" | "shape" => {
            let by = alert.change.as_ref().and_then(|c| c.value);
            by.is_some_and(|by| by.abs() < BEYOND)
        }
        _ => true,
    }
}

/// Whether a value with its interval is surely not worse than the baseline's by as much as matters, or surely is.
fn harmless(
    (info, least): (&Info, Least),
    from: f64,
    now: f64,
    (low, high): (f64, f64),
) -> Option<bool> {
    let far = |a: f64, b: f64| {
        if (a - from).abs() > (b - from).abs() {
            a
        } else {
            b
        }
    };
    let (worst, best) = match info.better {
        Better::Higher => (low.min(from), high),
        Better::Lower => (high.max(from), low),
        Better::Zero | Better::Near(_) | Better::Neither => (far(low, high), now),
    };
    let crosses = (low..=high).contains(&from);
    let worse = |to: f64| is_worse(info, from, to - from) == Some(true);
    match () {
        () if !least.is_met(from, worst) => Some(true),
        () if !crosses && worse(best) && worse(now) && least.is_met(from, now) => Some(false),
        () => None,
    }
}

/// Ranks incidents: those that go on first, of these the most severe, then by what they are about; changes of
/// columns by what they did to predictions. What is equal in all that keeps its order.
pub(super) fn rank(alerts: &mut [Alert]) {
    let class = |a: &Alert| match a.kind {
        AlertKind::Metric if super::judge::is_resource(&a.metric) => 2,
        AlertKind::Metric => 0,
        AlertKind::Slice => 1,
        AlertKind::Column => 3,
    };
    let touches = |a: &Alert| match a.harmless {
        Some(false) => 0,
        None => 1,
        Some(true) => 2,
    };
    let harm = |a: &Alert| match a.kind {
        AlertKind::Column => a.effect.as_ref().map_or(0.0, Effect::harm),
        _ => 0.0,
    };
    alerts.sort_by(|a, b| {
        let key = |a: &Alert| {
            (
                !a.goes_on(),
                std::cmp::Reverse(a.level),
                class(a),
                touches(a),
            )
        };
        key(a).cmp(&key(b)).then(harm(b).total_cmp(&harm(a)))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::time::Time;

    fn column(name: &str, harmless: Option<bool>, accuracy: Option<f64>) -> Alert {
        let mut alert = Alert {
            kind: AlertKind::Column,
            metric: "location".into(),
            column: Some(name.into()),
            slice: None,
            value_of: None,
            since: Time(0),
            since_earliest: None,
            since_latest: None,
            raised: None,
            until: None,
            resumed: None,
            windows: 1,
            judged: 1,
            value: Estimate::default(),
            baseline: Estimate::default(),
            change: None,
            false_alarm_rate: 0.001,
            method: String::new(),
            level: Level::Watch,
            harmless,
            effect: accuracy.map(|value| Effect {
                metric: "accuracy".into(),
                value: Estimate::of(value, None, 10),
                change: Estimate::of(value - 0.9, None, 10),
                estimated: true,
                until: None,
            }),
            affected: Vec::new(),
            sentence: String::new(),
            known: None,
        };
        tell(&mut alert);
        alert
    }

    #[test]
    fn what_harms_most_comes_first_and_what_is_harmless_last() {
        let mut alerts = [
            column("harmless", Some(true), Some(0.9)),
            column("unknown", None, None),
            column("less", Some(false), Some(0.85)),
            column("better", None, Some(0.95)),
            column("most", Some(false), Some(0.6)),
            column("perhaps", None, Some(0.88)),
        ];
        rank(&mut alerts);
        let names: Vec<&str> = alerts.iter().filter_map(|a| a.column.as_deref()).collect();
        assert_eq!(
            names,
            ["most", "less", "perhaps", "unknown", "better", "harmless"]
        );
        assert!(alerts[0].sentence.contains("estimated accuracy"));
        assert_eq!(alerts[5].level, Level::Ok);
    }

    #[test]
    fn harmless_is_only_what_surely_is() {
        let info = metric::info("accuracy").expect("it is a metric");
        let least = Sizes::default().of(info);
        let of = |now: f64, half: f64| harmless((info, least), 0.9, now, (now - half, now + half));
        assert_eq!(of(0.899, 0.004), Some(true));
        assert_eq!(of(0.95, 0.02), Some(true));
        assert_eq!(of(0.9, 0.1), None);
        assert_eq!(of(0.8, 0.05), Some(false));
        assert_eq!(of(0.8, 0.15), None);
    }
}
