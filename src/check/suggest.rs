//! Rules that a report suggests, to begin with: what it is judged by, as far from the baseline as matters, and
//! columns that stay what they were. Each says in `why` what it was made of.

use super::rule::{End, Limit, Measure, Rule, Rules, Severity, Side, Spread, Tolerance, Watched};
use crate::log::{Meant, Role};
use crate::metric::{self, Estimate, Family, Info, Material, Rank};
use crate::report::view::{BaselineChoice, View};
use crate::report::{Baseline, DriftByWindow, Report, words};
use crate::stats::sequential::Least;
use std::collections::BTreeSet;

/// Windows of the baseline from which on a band is learned rather than set.
const ENOUGH: usize = 8;
/// Standard deviations of a band that two windows in a row have to leave: by chance, one window in forty is beyond
/// on one side, and two in a row one in some two thousand. Three would miss what a day of few rows can show.
const BAND: f64 = 2.0;
/// The PSI from which on a column is commonly held to have changed.
const PSI: f64 = 0.2;
/// How much more of a column may be missing than in the baseline.
const MISSING: f64 = 0.01;
/// Columns that get rules.
const MOST_COLUMNS: usize = 50;

/// Rules for data like those of the report.
#[must_use]
pub fn suggest(report: &Report, roles: Vec<(Role, String)>, meant: Option<Meant>) -> Rules {
    let mut rules: Vec<Rule> = Vec::new();
    if let Some(baseline) = &report.baseline {
        let main = report.health.metric.as_deref();
        let infos = metric::METRICS.iter().map(|m| m.info());
        let main = main.or_else(|| {
            infos
                .clone()
                .map(|i| i.name)
                .find(|n| baseline.block.metrics.contains_key(*n))
        });
        for info in infos.filter(|i| i.material != Material::Never && i.rank == Rank::Headline) {
            let base = baseline.block.metrics.get(info.name);
            if let Some(base) = base.filter(|b| b.value.is_some()) {
                rules.push(of_metric(
                    info,
                    base,
                    baseline,
                    report,
                    Some(info.name) == main,
                ));
            }
        }
        rules.extend(drifts(report));
        rules.extend(missing(report, baseline));
    }
    // Two files may have a column of the same name.
    let mut known = BTreeSet::new();
    rules.retain(|rule| known.insert(rule.title()));
    Rules {
        view: pinned(report),
        roles,
        meant,
        rules,
    }
}

/// The view with what was found in the data: tomorrow's data must not move the baseline.
fn pinned(report: &Report) -> View {
    let mut view = report.view.clone();
    view.range = None;
    if let (BaselineChoice::Auto, Some(baseline)) = (&view.baseline, &report.baseline) {
        view.baseline = match (baseline.start, baseline.end) {
            (Some(start), Some(end)) => BaselineChoice::Period(start, end),
            _ => BaselineChoice::Reference,
        };
    }
    view
}

fn of_metric(
    info: &Info,
    base: &Estimate,
    baseline: &Baseline,
    report: &Report,
    main: bool,
) -> Rule {
    let own = report.windows.iter().filter(|w| w.in_baseline);
    let values = own.filter_map(|w| w.metrics.get(info.name)?.value).count();
    let limit = match (values >= ENOUGH, report.view.least.of(info)) {
        (true, _) => Limit::Band {
            sd: BAND,
            spread: Spread::Prediction,
        },
        (false, Least::Relative(share)) => Limit::Within(Tolerance::Relative(share)),
        (false, Least::Absolute(by) | Least::Angle(by) | Least::Factor(by)) => {
            Limit::Within(Tolerance::Absolute(by))
        }
    };
    let of = match values {
        0 => String::new(),
        1 => ", 1 window".to_owned(),
        n => format!(", {n} windows"),
    };
    let service = info.family == Family::Resource;
    let interval = match base.low.is_some() && !matches!(limit, Limit::Band { .. }) {
        // Beyond what chance does to a window, too.
        true => End::Whole,
        false => End::Value,
    };
    Rule {
        why: Some(format!(
            "{} is {} in the baseline ({}{of})",
            info.title,
            words::estimate(info, base),
            baseline.label
        )),
        side: Side::Worse,
        interval,
        in_a_row: 2,
        severity: match main && !service {
            true => Severity::Fail,
            false => Severity::Warn,
        },
        ..Rule::new(Watched::Metric(info.name.into()), limit)
    }
}

fn drifts(report: &Report) -> Vec<Rule> {
    let drift = report.drift.iter();
    let columns = drift.flat_map(|d| d.windows.iter().zip(&d.columns));
    let mut rules: Vec<Rule> = columns
        .filter(|(by, of)| by.column == of.column && !of.role.starts_with("outcome"))
        .filter_map(|(by, _)| of_drift(by, report))
        .collect();
    rules.truncate(MOST_COLUMNS);
    rules.sort_by_key(Rule::title);
    rules
}

fn of_drift(column: &DriftByWindow, report: &Report) -> Option<Rule> {
    let windows = report.windows.iter().zip(&column.psi);
    let own: Vec<f64> = windows
        .filter(|(w, _)| w.in_baseline)
        .filter_map(|(_, psi)| *psi)
        .collect();
    column.psi.iter().flatten().next()?;
    let most = own.iter().copied().fold(0.0, f64::max);
    let why = match own.is_empty() {
        true => "commonly taken for a change".to_owned(),
        false => format!("the baseline's own windows reach {most:.3}"),
    };
    let max = (most * 150.0).ceil() / 100.0;
    Some(Rule {
        why: Some(why),
        in_a_row: 2,
        severity: Severity::Warn,
        ..Rule::new(
            Watched::Column {
                name: column.column.clone(),
                measure: Measure::Psi,
            },
            Limit::Between {
                min: None,
                max: Some(PSI.max(max)),
            },
        )
    })
}

fn missing(report: &Report, baseline: &Baseline) -> Vec<Rule> {
    let watched = |role: &str| !matches!(role, "ignore") && !role.starts_with("outcome");
    let columns = report.quality.iter().filter(|q| watched(&q.role));
    let rules = columns.filter_map(|q| {
        let base = q.baseline_missing?;
        let shares = report.windows.iter().zip(&q.missing_by_window);
        let own = shares
            .filter(|(w, _)| w.in_baseline)
            .filter_map(|(_, share)| *share);
        let most = own.fold(base, f64::max) + MISSING;
        Some(Rule {
            why: Some(format!(
                "{} are missing in the baseline ({})",
                words::value(metric::Unit::Percent, base),
                baseline.label
            )),
            severity: Severity::Warn,
            ..Rule::new(
                Watched::Column {
                    name: q.column.clone(),
                    measure: Measure::Missing,
                },
                Limit::Between {
                    min: None,
                    max: Some(((most * 1000.0).ceil() / 1000.0).min(1.0)),
                },
            )
        })
    });
    rules.take(MOST_COLUMNS).collect()
}
