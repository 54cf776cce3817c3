//! Which metrics of which windows depart from the baseline, and what to tell of it.
//!
//! A window is compared with the baseline by a z-test on the difference of the two estimates.
//! Assumed: windows are independent, and an estimate's error is close to normal (its standard error
//! is the part of its interval on the side of the other over 1.96); one without an interval is not judged. Windows of real logs differ by more than sampling (day of
//! week, mix of customers): the variance between the baseline's own windows beyond their sampling
//! error is estimated (DerSimonian & Laird 1986, *Controlled Clinical Trials* 7, 177) and added.
//! P-values are corrected over every metric and window that is judged (Holm 1979), and a change must
//! also be large enough to matter ([`Material`]).

use super::baseline::Basis;
use super::make::{self, Making};
use super::steps::pause;
use super::{Alert, Departure, Level, Metrics, SliceRow, Window, words};
use crate::metric::{self, Better, Estimate, Family, Info, Material};
use crate::stats::compare::z_test;
use crate::stats::multiple::holm;

/// Chance of any false departure in a report.
pub(super) const ALPHA: f64 = 0.05;

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

/// Fills the departures of windows outside the baseline; `before`: metrics of its windows.
pub(super) async fn departures(windows: &mut [Window], baseline: &Metrics, before: &[Metrics]) {
    let mut found: Vec<(usize, String, Departure)> = Vec::new();
    for (name, base) in baseline {
        let Some(info) = metric::info(name).filter(|i| i.material != Material::Never) else {
            continue;
        };
        let spread = between(before.iter().filter_map(|m| m.get(name)));
        for (i, window) in windows.iter().enumerate() {
            if window.in_baseline || !(window.mature || info.family == Family::Resource) {
                continue;
            }
            if let Some(d) = window
                .metrics
                .get(name)
                .and_then(|e| compare(info, e, base, spread))
            {
                found.push((i, name.clone(), d));
            }
        }
        pause().await;
    }
    let corrected = holm(&found.iter().map(|f| f.2.p_value).collect::<Vec<_>>());
    pause().await;
    for ((i, name, departure), p_value) in found.into_iter().zip(corrected) {
        let Some(info) = metric::info(&name) else {
            continue;
        };
        if p_value < ALPHA && matters(info, departure.change, baseline.get(&name)) {
            windows[i].departures.insert(
                name,
                Departure {
                    p_value,
                    ..departure
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
    let worse = match info.better {
        Better::Higher => Some(change < 0.0),
        Better::Lower => Some(change > 0.0),
        Better::Near(percent) => {
            let aim = f64::from(percent) / 100.0;
            Some((value - aim).abs() > (from - aim).abs())
        }
        Better::Zero => Some(value.abs() > from.abs()),
        Better::Neither => None,
    };
    Some(Departure {
        change,
        p_value: z_test((value, total), (from, 0.0)),
        worse,
    })
}

/// Whether a change is large enough to matter.
pub(super) fn matters(info: &Info, change: f64, base: Option<&Estimate>) -> bool {
    match info.material {
        Material::Absolute(least) => change.abs() >= least,
        Material::Relative(share) => base
            .and_then(|b| b.value)
            .is_none_or(|b| change.abs() >= share * b.abs()),
        Material::Never => false,
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

/// One alert for each metric that departs for the worse and has not come back: from the first
/// departing window after which at least half of the judged windows depart.
pub(super) async fn alerts(
    making: &Making<'_>,
    basis: &Basis<'_>,
    windows: &[Window],
    baseline: &Metrics,
) -> Vec<Alert> {
    let mut out: Vec<(usize, Alert)> = Vec::new();
    for (order, info) in metric::METRICS.iter().map(|m| m.info()).enumerate() {
        if info.material == Material::Never {
            continue;
        }
        pause().await;
        let judged: Vec<usize> = (0..windows.len())
            .filter(|i| {
                !windows[*i].in_baseline && (windows[*i].mature || info.family == Family::Resource)
            })
            .filter(|i| {
                windows[*i]
                    .metrics
                    .get(info.name)
                    .is_some_and(|e| e.value.is_some() && e.low.is_some())
            })
            .collect();
        let departs = |i: usize| {
            windows[i]
                .departures
                .get(info.name)
                .is_some_and(|d| d.worse == Some(true))
        };
        let departing: Vec<bool> = judged.iter().map(|i| departs(*i)).collect();
        let (since, left) = onset(&departing);
        let (Some(k), Some(base)) = (since, baseline.get(info.name)) else {
            continue;
        };
        let (Some(&from), Some(&to)) = (judged.get(k), judged.last()) else {
            continue;
        };
        let (first, last) = (
            &making.all[making.shown.0 + from],
            &making.all[making.shown.0 + to],
        );
        let range = (first.range.0, last.range.1);
        let cell = make::total(making.series, range).await;
        let Some(value) = making.metrics(&cell, Some(range)).remove(info.name) else {
            continue;
        };
        // Few large windows above the baseline can outweigh many small ones below it.
        if compare(info, &value, base, 0.0).is_some_and(|d| d.worse == Some(false)) {
            continue;
        }
        let p_value = judged[k..]
            .iter()
            .filter_map(|i| windows[*i].departures.get(info.name))
            .map(|d| d.p_value)
            .fold(1.0, f64::min);
        let mut alert = Alert {
            metric: info.name.into(),
            slice: None,
            since: first.start,
            windows: left as u64,
            judged: (judged.len() - k) as u64,
            value,
            baseline: base.clone(),
            p_value,
            level: if info.family == Family::Resource {
                Level::Watch
            } else {
                Level::Bad
            },
            sentence: String::new(),
        };
        alert.sentence = sentence(info, &alert, making, basis);
        out.push((order, alert));
    }
    out.sort_by(|(a, x), (b, y)| y.level.cmp(&x.level).then(a.cmp(b)));
    out.into_iter().map(|a| a.1).collect()
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

pub(super) fn sentence(
    info: &Info,
    alert: &Alert,
    making: &Making<'_>,
    basis: &Basis<'_>,
) -> String {
    let then = alert.baseline.value.unwrap_or_default();
    let since = words::instant(alert.since, making.size, making.summary.timed);
    let Some(now) = alert.value.value else {
        return format!(
            "{} departs from {} ({}) since {since}",
            info.title,
            words::value(info.unit, then),
            basis.label
        );
    };
    format!(
        "{} {} from {} ({}) to {} since {since}",
        info.title,
        if now < then { "fell" } else { "rose" },
        words::value(info.unit, then),
        basis.label,
        words::estimate(info, &alert.value),
    )
}

/// Names the slice in which an alert's metric departs most, where one stands out: it departs after
/// correction, and by at least one and a half times the change of all rows.
pub(super) fn name_slices(alerts: &mut [Alert], slices: &[SliceRow], making: &Making<'_>) {
    let compared = slices.first().map(|s| s.metric.as_str());
    let Some(alert) = alerts
        .iter_mut()
        .find(|a| Some(a.metric.as_str()) == compared)
    else {
        return;
    };
    let Some(info) = metric::info(&alert.metric) else {
        return;
    };
    let whole = alert.value.value.unwrap_or_default() - alert.baseline.value.unwrap_or_default();
    let worst = slices
        .iter()
        .filter(|s| {
            s.departure
                .is_some_and(|d| d.worse == Some(true) && d.change.abs() >= 1.5 * whole.abs())
        })
        .max_by(|a, b| {
            let size = |s: &SliceRow| s.departure.map_or(0.0, |d| d.change.abs());
            size(a).total_cmp(&size(b))
        });
    if let Some(s) = worst
        && Some(s.column.as_str()) != making.summary.versions.as_ref().map(|v| v.column.as_str())
    {
        alert.slice = Some(format!("{} = {}", s.column, s.value));
        alert.sentence += &format!(
            ", most where {} is {} ({} → {})",
            s.column,
            s.value,
            words::value(info.unit, s.baseline.value.unwrap_or_default()),
            words::value(info.unit, s.current.value.unwrap_or_default()),
        );
    }
}
