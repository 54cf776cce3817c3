//! Comparing an estimate with the baseline's, and what to tell of it.
//!
//! An estimate's error is taken to be close to normal: its standard error is the part of its interval on the side
//! of the other over 1.96; one without an interval is not judged. Which differences are alarms is decided in
//! `watch.rs`, of everything together.

use super::make::Making;
use super::watch::{Item, Watched, What};
use super::{Alert, AlertKind, Departure, Metrics, SliceRow, Window, words};
use crate::metric::{self, Better, Estimate, Family, Info, Material};
use crate::stats::compare::z_test;
use crate::stats::sequential::Least;
use crate::stats::sequential::fit::Fit;
use crate::stats::special::normal_sf;
use crate::summary::WindowSize;

/// The level at which a slice stands out from all rows, of all slices that are compared.
const STANDS_OUT: f64 = 0.05;

/// Whether a metric is about requests and resources, which need no outcomes.
pub(super) fn is_resource(name: &str) -> bool {
    metric::info(name).is_some_and(|i| i.family == Family::Resource)
}

/// The metrics that are judged: the others would only make every correction harder.
pub(super) fn judged(metrics: &Metrics) -> Metrics {
    let infos = metric::METRICS.iter().map(|m| m.info());
    infos
        .filter(|info| info.material != Material::Never)
        .filter_map(|info| Some((info.name.to_string(), metrics.get(info.name)?.clone())))
        .collect()
}

/// Fills the departures of windows: those that are sure by themselves, in either direction, and those of a change
/// that is sure of several windows together.
pub(super) fn departures(windows: &mut [Window], watched: &Watched) {
    for item in &watched.items {
        let What::Metric(info) = item.what else {
            continue;
        };
        for (at, window) in windows.iter_mut().enumerate() {
            let Some(seen) = item.verdict.seen.get(at).copied().flatten() else {
                continue;
            };
            let Some(now) = item.stream.windows.get(at).copied().flatten() else {
                continue;
            };
            let mut alarms = item.verdict.alarms.iter();
            let alarm = alarms.find(|a| {
                let within = at >= a.start && a.end.is_none_or(|end| at < end);
                within && a.over.change * seen.change > 0.0
            });
            let rate = match alarm {
                _ if seen.departs => seen.rate,
                Some(alarm) => alarm.rate,
                None => continue,
            };
            window.departures.insert(
                info.name.to_string(),
                Departure {
                    change: seen.change,
                    p_value: None,
                    false_alarm_rate: Some(rate.min(1.0)),
                    worse: worse(info, now.value - seen.change, now.value),
                },
            );
        }
    }
}

/// The difference of two estimates, before correction.
pub(super) fn compare(
    info: &Info,
    now: &Estimate,
    base: &Estimate,
    spread: f64,
) -> Option<Departure> {
    let (value, from) = (now.value?, base.value?);
    let (se, se_from) = (now.se_towards(from)?, base.se_towards(value)?);
    let total = (se * se + se_from * se_from + spread).sqrt();
    if total <= 0.0 || !total.is_finite() {
        return None;
    }
    let change = Some(value - from).filter(|c| c.is_finite())?;
    Some(Departure {
        change,
        p_value: Some(z_test((value, total), (from, 0.0))),
        false_alarm_rate: None,
        worse: worse(info, from, value),
    })
}

/// Whether a change is for the worse; `None` where a metric has no better side.
pub(super) fn worse(info: &Info, from: f64, value: f64) -> Option<bool> {
    match info.better {
        Better::Higher => Some(value < from),
        Better::Lower => Some(value > from),
        Better::Near(percent) => {
            let aim = f64::from(percent) / 100.0;
            Some((value - aim).abs() > (from - aim).abs())
        }
        Better::Zero => Some(value.abs() > from.abs()),
        Better::Neither => None,
    }
}

/// Whether a change is large enough to matter; a share of what is not known is.
pub(super) fn matters(least: Least, change: f64, base: Option<&Estimate>) -> bool {
    match base.and_then(|b| b.value) {
        Some(from) => least.is_met(from, from + change),
        None => match least {
            Least::Absolute(least) => change.abs() >= least,
            Least::Relative(_) | Least::Angle(_) | Least::Factor(_) => true,
        },
    }
}

/// Variance between windows beyond their sampling error; 0 for fewer than three.
pub(super) fn between<'a>(estimates: impl Iterator<Item = &'a Estimate>) -> f64 {
    let known: Vec<(f64, f64)> = estimates
        .filter_map(|e| Some((e.value?, e.se().filter(|s| *s > 0.0)?)))
        .map(|(v, se)| (v, 1.0 / (se * se)))
        .collect();
    if known.len() < 3 {
        return 0.0;
    }
    let weight: f64 = known.iter().map(|k| k.1).sum();
    let mean = known.iter().map(|k| k.0 * k.1).sum::<f64>() / weight;
    let q: f64 = known
        .iter()
        .map(|k| k.1 * (k.0 - mean) * (k.0 - mean))
        .sum();
    let squares: f64 = known.iter().map(|k| k.1 * k.1).sum();
    ((q - (known.len() - 1) as f64) / (weight - squares / weight)).max(0.0)
}

/// From which of the judged windows on at least half depart, that one among them, and how many do from there.
pub(super) fn onset(departs: &[bool]) -> (Option<usize>, usize) {
    let mut left = departs.iter().filter(|d| **d).count();
    for (k, departs_too) in departs.iter().enumerate() {
        if *departs_too {
            if 2 * left >= departs.len() - k {
                return (Some(k), left);
            }
            left -= 1;
        }
    }
    (None, left)
}

/// What an alert is, as a sentence without its end.
pub(super) fn sentence(info: &Info, alert: &Alert, making: &Making<'_>, label: &str) -> String {
    let then = alert.baseline.value.unwrap_or_default();
    let span = span(alert, making);
    let where_is = match &alert.value_of {
        Some((column, value)) => format!(" where {column} is {value}"),
        None => String::new(),
    };
    let Some(now) = alert.value.value else {
        return format!(
            "{}{where_is} departs from {} ({}) {span}",
            info.title,
            words::value(info.unit, then),
            label
        );
    };
    format!(
        "{}{where_is} {} from {} ({}) to {} over {} {span}",
        info.title,
        if now < then { "fell" } else { "rose" },
        words::value(info.unit, then),
        label,
        words::estimate(info, &alert.value),
        words::of_family(info.family, alert.value.n),
    )
}

/// What windows are compared with: the baseline by its name, or those of its windows that are like them.
pub(super) fn compared_with(item: &Item, size: WindowSize, label: &str) -> String {
    let of_metric = item.what.info().is_some();
    let like = match item.verdict.fit.as_ref().map_or(1, Fit::phases) {
        0 | 1 if of_metric && item.stream.total.is_none() => "windows of ",
        0 | 1 => "",
        25.. => "the same hours of the week of ",
        _ if size.within_day() => "the same hours of ",
        _ => "the same weekdays of ",
    };
    format!("{like}{label}")
}

/// `since 3 May 2026`, or `during 3 – 4 May 2026` for what is over.
pub(super) fn span(alert: &Alert, making: &Making<'_>) -> String {
    let instant = |time| words::instant(time, making.size, making.summary.timed);
    match alert.until {
        None => format!("since {}", instant(alert.since)),
        Some(until) => {
            let (size, timed) = (making.size, making.summary.timed);
            format!("during {}", words::period(alert.since, until, size, timed))
        }
    }
}

/// Names the slice in which the metric of the incident that goes on departs most, where one stands out: it departs
/// after correction, by at least one and a half times the change of all rows, and by so much more than all rows that
/// none of so many slices would by chance. What a slice or a column is about,
/// and what is over, is of other rows than the slices were compared over.
pub(super) fn name_slices(alerts: &mut [Alert], slices: &[SliceRow]) {
    let compared = slices.first().map(|s| s.metric.as_str());
    let Some(alert) = alerts.iter_mut().find(|a| {
        let of_all = a.kind == AlertKind::Metric && a.goes_on();
        of_all && Some(a.metric.as_str()) == compared
    }) else {
        return;
    };
    let Some(info) = metric::info(&alert.metric) else {
        return;
    };
    let whole = alert.value.value.unwrap_or_default() - alert.baseline.value.unwrap_or_default();
    let before = alert.baseline.clone();
    let rows = alert.value.n;
    // What the baseline has not, such as a new version, is compared with what all of its rows were.
    let change = |s: &SliceRow| match s.baseline.value {
        Some(_) => s.departure,
        None if s.current.n < rows => compare(info, &s.current, &before, 0.0),
        None => None,
    };
    let stands_out = |s: &&SliceRow| {
        let change = change(s).filter(|d| d.worse == Some(true))?.change.abs();
        let of_baseline = s.baseline.se().or_else(|| before.se())?;
        let error = libm::hypot(s.current.se()?, of_baseline);
        let by_chance = normal_sf((change - whole.abs()) / error) * slices.len() as f64;
        (change >= 1.5 * whole.abs() && by_chance <= STANDS_OUT).then_some(())
    };
    let worst = slices
        .iter()
        .filter(|s| stands_out(s).is_some())
        .max_by(|a, b| {
            let size = |s: &SliceRow| change(s).map_or(0.0, |d| d.change.abs());
            size(a).total_cmp(&size(b))
        });
    if let Some(s) = worst {
        alert.slice = Some(format!("{} = {}", s.column, s.value));
        let now = words::value(info.unit, s.current.value.unwrap_or_default());
        let named = match s.baseline.value {
            Some(then) => format!(
                ", most where {} is {} ({} → {now})",
                s.column,
                s.value,
                words::value(info.unit, then)
            ),
            None => format!(
                ", most where {} is {} ({now}), which the baseline has not",
                s.column, s.value
            ),
        };
        words::end_first(&mut alert.sentence, &named);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Level;
    use crate::table::time::Time;

    fn alert(kind: AlertKind, until: Option<Time>) -> Alert {
        Alert {
            kind,
            metric: "accuracy".into(),
            column: None,
            slice: None,
            value_of: None,
            since: Time(0),
            since_earliest: None,
            since_latest: None,
            raised: None,
            until,
            resumed: None,
            windows: 1,
            judged: 1,
            value: Estimate::of(0.8, None, 100),
            baseline: Estimate::of(0.9, None, 100),
            change: None,
            false_alarm_rate: 0.001,
            method: String::new(),
            level: Level::Bad,
            harmless: None,
            effect: None,
            affected: Vec::new(),
            sentence: "Accuracy fell".into(),
            known: None,
        }
    }

    #[test]
    fn only_the_incident_that_goes_on_of_all_rows_is_given_a_slice() {
        let slice = SliceRow {
            metric: "accuracy".into(),
            column: "channel".into(),
            value: "app".into(),
            rows: 100,
            ..slice((50, 100), Some((90, 100)))
        };
        let mut alerts = [
            alert(AlertKind::Slice, None),
            alert(AlertKind::Metric, Some(Time(9))),
            alert(AlertKind::Metric, None),
        ];
        name_slices(&mut alerts, std::slice::from_ref(&slice));
        let named: Vec<bool> = alerts.iter().map(|a| a.slice.is_some()).collect();
        assert_eq!(named, [false, false, true]);
        assert_eq!(alerts[0].sentence, "Accuracy fell");
        assert_eq!(
            alerts[2].sentence,
            "Accuracy fell, most where channel is app (90.0 % → 50.0 %)"
        );
        let mut over = [alert(AlertKind::Metric, Some(Time(9)))];
        name_slices(&mut over, std::slice::from_ref(&slice));
        assert_eq!(over[0].slice, None);
    }

    /// So many right of so many rows now, and in the baseline.
    fn slice(now: (u64, u64), then: Option<(u64, u64)>) -> SliceRow {
        let share = |of: (u64, u64)| metric::share_of(of.0, of.1);
        let (current, known) = (share(now), then.map(share));
        let change = |then: &Estimate| Departure {
            change: current.value.unwrap_or_default() - then.value.unwrap_or_default(),
            p_value: Some(0.001),
            false_alarm_rate: None,
            worse: Some(true),
        };
        SliceRow {
            metric: "accuracy".into(),
            column: "model".into(),
            value: "v2".into(),
            rows: now.1,
            departure: known.as_ref().map(change),
            current,
            baseline: known.unwrap_or_else(|| Estimate::undefined("not in the baseline", 0)),
        }
    }

    fn named(slices: &[SliceRow]) -> String {
        let mut alerts = [Alert {
            value: metric::share_of(1_600, 2_000),
            baseline: metric::share_of(1_800, 2_000),
            ..alert(AlertKind::Metric, None)
        }];
        name_slices(&mut alerts, slices);
        alerts[0].sentence.clone()
    }

    #[test]
    fn a_slice_that_chance_explains_is_not_named() {
        // 18 points fewer, where all rows have 10 fewer: one of ten slices has that by chance.
        let chance = vec![slice((72, 100), Some((90, 100))); 10];
        assert_eq!(named(&chance), "Accuracy fell");
        let sure = vec![slice((720, 1_000), Some((900, 1_000))); 10];
        assert!(named(&sure).ends_with("most where model is v2 (90.0 % → 72.0 %)"));
    }

    #[test]
    fn what_the_baseline_has_not_is_named_beside_what_all_rows_were() {
        let new = [slice((600, 1_000), None)];
        assert_eq!(
            named(&new),
            "Accuracy fell, most where model is v2 (60.0 %), which the baseline has not"
        );
        assert_eq!(named(&[slice((800, 1_000), None)]), "Accuracy fell");
    }
}
