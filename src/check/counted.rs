//! What a rule counts window by window: incidents that go on, checks of data quality that are broken, expectations
//! that are not met.

use super::made::{only_those, why_not};
use super::points::{Course, Point, whole_of};
use super::rule::{About, Over};
use crate::metric::{Better, Estimate, Unit};
use crate::report::{AlertKind, Check, CheckKind, Level, Report, Window};

/// The course of a count; `window`: `None` where it is not known yet.
fn course(
    title: String,
    report: &Report,
    over: Over,
    whole: u64,
    window: impl Fn(usize, &Window) -> Option<u64>,
) -> Course {
    let count = |n: u64, rows: u64| Estimate::of(n as f64, None, rows);
    let known = |n: Option<u64>, rows: u64| match n {
        Some(n) => count(n, rows),
        None => Estimate::undefined("it is not known yet", rows),
    };
    let each = report.windows.iter().enumerate();
    Course {
        title,
        unit: Unit::Count,
        better: Better::Lower,
        range: (Some(0.0), None),
        points: match over {
            Over::All => vec![whole_of(report, count(whole, report.overall.rows))],
            Over::Windows => each
                .map(|(at, w)| Point {
                    start: w.start,
                    end: w.end,
                    value: known(window(at, w), w.rows),
                    // What is counted of a window is known without its outcomes, but for what is told as not known
                    // yet. An incident that goes on goes on still.
                    immature: false,
                    in_baseline: w.in_baseline,
                })
                .collect(),
        },
        baseline: None,
    }
}

/// Incidents that go on, but for those that are harmless.
pub(super) fn incidents(about: About, over: Over, report: &Report) -> Result<Course, String> {
    if report.baseline.is_none() {
        return Err("there is no baseline that anything could depart from".into());
    }
    let ours = |kind: AlertKind| match about {
        About::All => true,
        About::Metrics => kind == AlertKind::Metric,
        About::Slices => kind == AlertKind::Slice,
        About::Columns => kind == AlertKind::Column,
    };
    let alerts = || {
        let all = report.alerts.iter();
        all.filter(|a| ours(a.kind) && a.level > Level::Ok)
    };
    let goes_on = alerts().filter(|a| a.goes_on()).count() as u64;
    let of = |w: &Window| {
        let during =
            alerts().filter(|a| a.since <= w.start && a.until.is_none_or(|until| w.start < until));
        during.count() as u64
    };
    let title = match about {
        About::All => "Number of incidents".to_owned(),
        about => format!("Number of incidents of {}", about.name()),
    };
    Ok(course(title, report, over, goes_on, |_, w| Some(of(w))))
}

/// Checks of data quality that are broken.
pub(super) fn checks(
    kind: Option<CheckKind>,
    column: Option<&str>,
    over: Over,
    report: &Report,
) -> Result<Course, String> {
    let Some(checks) = &report.checks else {
        return Err("there is no baseline that the columns could be checked against".into());
    };
    if let Some(name) = column
        && !report.quality.iter().any(|q| q.column == name)
    {
        let names: Vec<&str> = report.quality.iter().map(|q| q.column.as_str()).collect();
        return Err(format!(
            "there is no column '{name}'. {}",
            crate::settings::among(name, &names)
        ));
    }
    let none = match kind {
        Some(kind) => why_not(kind, column, checks, report),
        None => {
            let mut kinds = CheckKind::ALL.iter();
            let any = kinds.any(|kind| checks.is_made(*kind, column));
            (!any).then(|| "no check could be made of it".to_owned())
        }
    };
    if let Some(why) = none {
        return Err(why);
    }
    let ours = |c: &&Check| {
        let kind = kind.is_none_or(|kind| c.kind == kind);
        kind && column.is_none_or(|name| c.column.as_deref() == Some(name))
    };
    let found = || checks.found.iter().filter(ours);
    let of = |at: usize| {
        let told = |c: &Check| c.windows.get(at).copied().flatten().is_some();
        // Of a single check: late outcomes of a window whose outcomes have yet to come are not few.
        if kind.is_some() && found().next().is_some() && !found().any(told) {
            return None;
        }
        let broken = found().filter(|c| c.breaks.get(at) == Some(&true));
        Some(broken.count() as u64)
    };
    let beside = only_those(column, checks, report);
    let title = match (kind, column) {
        (None, None) => format!("Number of broken checks{beside}"),
        (None, Some(name)) => format!("Number of broken checks of {name}{beside}"),
        (Some(kind), None) => format!("Number of broken checks “{}”", kind.title()),
        (Some(kind), Some(name)) => {
            format!("Number of broken checks “{}” of {name}", kind.title())
        }
    };
    let whole = found().filter(|c| c.is_broken()).count() as u64;
    Ok(course(title, report, over, whole, |at, _| of(at)))
}

/// Expectations that are not met.
pub(super) fn expectations(file: &str, over: Over, report: &Report) -> Result<Course, String> {
    let checks = report.checks.as_ref();
    let Some(held) = checks.and_then(|c| c.expectations.as_deref()) else {
        return Err(format!(
            "no expectations are in force: give {file} beside the rules, and data with a baseline"
        ));
    };
    let bare = |name: &str| {
        name.rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    if bare(held) != bare(file) {
        return Err(format!("the expectations in force are those of {held}"));
    }
    let violations = || checks.iter().flat_map(|c| &c.violations);
    let unjudged = checks.map_or(&[][..], |c| &c.unjudged);
    if let (None, Some(first)) = (violations().next(), unjudged.first()) {
        let told = first.sentence.trim_end_matches('.');
        return Err(match unjudged.len() {
            1 => told.to_owned(),
            n => format!("{told}; nor can {} other expectations be judged", n - 1),
        });
    }
    let beside = match unjudged.len() {
        0 => String::new(),
        n => format!(" ({n} could not be judged)"),
    };
    let of = |at: usize| {
        let broken = violations().filter(|v| v.windows.get(at) == Some(&true));
        Some(broken.count() as u64)
    };
    Ok(course(
        format!(
            "Number of expectations of {} that are not met{beside}",
            bare(file)
        ),
        report,
        over,
        violations().count() as u64,
        |at, _| of(at),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_called_as_in_the_report() {
        for kind in CheckKind::ALL {
            let name = serde_json::to_value(kind).ok();
            let name = name.as_ref().and_then(|n| n.as_str());
            assert_eq!(name, Some(kind.name()));
        }
    }
}
