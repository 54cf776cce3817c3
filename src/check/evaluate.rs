//! Reports and rules to verdicts.

use super::limits::{Limits, limits};
use super::points::{Course, Point, course};
use super::rule::{End, Rule, Rules};
use super::run::{Run, Step};
use super::verdict::{Broken, Outcome, State, Verdict, Verdicts};
use super::words;
use crate::report::Report;
use crate::report::view::View;

/// Judges every rule; `report_on` gives the Report on a view of [`Rules::views`].
#[must_use]
pub fn judge<'a>(rules: &Rules, report_on: impl Fn(&View) -> Option<&'a Report>) -> Verdicts {
    let verdict = |rule: &Rule| {
        let view = rules.view_of(rule);
        match report_on(&view) {
            None => not_evaluated(rule, "there is no report on its slice".into(), (0, 0)),
            Some(report) => match nothing(&view, report) {
                Some(why) => not_evaluated(rule, why, (0, 0)),
                None => one(rule, report),
            },
        }
    };
    Verdicts::of(rules.rules.iter().map(verdict).collect())
}

/// Why a report is not on the rows that were asked for.
fn nothing(view: &View, report: &Report) -> Option<String> {
    let (asked, got) = (view.slice(), report.view.slice());
    if asked != got || report.overall.rows == 0 {
        let version = asked.version.iter().map(|v| format!("model version {v}"));
        let values = asked
            .values
            .iter()
            .map(|s| format!("{} = {}", s.column, s.value));
        let all: Vec<String> = version.chain(values).collect();
        return Some(match all.is_empty() {
            true => "there is no row".into(),
            false => format!("there is no row with {}", all.join(" and ")),
        });
    }
    None
}

fn one(rule: &Rule, report: &Report) -> Verdict {
    let course = match course(rule, report) {
        Ok(course) => course,
        Err(why) => return not_evaluated(rule, why, (0, 0)),
    };
    let all = course.points.len() as u64;
    let (own, clear) = match of_both(rule, &course) {
        Ok(both) => both,
        Err(why) => return not_evaluated(rule, why, (0, all)),
    };
    let judged: Vec<&Point> = course
        .points
        .iter()
        .filter(|p| why_not(rule, p).is_none())
        .collect();
    let (n, left) = (judged.len() as u64, all - judged.len() as u64);
    if n < u64::from(rule.in_a_row) {
        let why = match n {
            0 => passed_over(rule, &course),
            n => format!(
                "too few windows: {n} can be judged, and {} in a row make it fire",
                rule.in_a_row
            ),
        };
        return Verdict {
            low: own.low,
            high: own.high,
            ..not_evaluated(rule, why, (n, left))
        };
    }
    let broken: Vec<Broken> = judged.iter().map(|p| broken(rule, p, own)).collect();
    let steps: Vec<Step> = judged
        .iter()
        .zip(&broken)
        .map(|(point, b)| Step {
            start: point.start,
            breaks: b.limit.is_some(),
            clears: clear.beyond(&point.value, rule.interval).is_none(),
            silenced: b.silenced,
        })
        .collect();
    let run = Run::over(rule, &steps);
    let mut verdict = Verdict {
        name: rule.title(),
        outcome: run.outcome(rule),
        state: run.state,
        sentence: String::new(),
        reason: None,
        low: own.low,
        high: own.high,
        by_rows: !report.timed,
        since: run.since,
        until: run.until,
        judged: n,
        passed_over: left,
        latest: broken.last().copied(),
        windows: broken.into_iter().filter(|b| b.limit.is_some()).collect(),
        rule: rule.clone(),
    };
    verdict.sentence = words::sentence(&verdict, &run, &course, report);
    verdict
}

/// The limits of the rule, and those to come back within.
fn of_both(rule: &Rule, course: &Course) -> Result<(Limits, Limits), String> {
    let own = limits(rule.limit, rule.side, course)?;
    let clear = match rule.clear.limit {
        Some(limit) => limits(limit, rule.side, course)?,
        None => own,
    };
    Ok((own, clear))
}

fn broken(rule: &Rule, point: &Point, own: Limits) -> Broken {
    let value = &point.value;
    let silenced = |s: &super::Silence| s.from <= point.start && point.start < s.until;
    Broken {
        start: point.start,
        end: point.end,
        rows: value.n,
        value: value.value.unwrap_or_default(),
        low: value.low,
        high: value.high,
        limit: own.beyond(value, rule.interval),
        silenced: rule.silence.iter().any(silenced),
    }
}

/// Why a window is not judged.
fn why_not(rule: &Rule, point: &Point) -> Option<String> {
    let value = &point.value;
    if point.in_baseline && rule.is_relative() {
        Some("of the baseline".into())
    } else if point.immature {
        Some("immature".into())
    } else if value.value.is_none() {
        let why = value.undefined.as_deref().unwrap_or("no value");
        Some(format!("without a value ({why})"))
    } else if rule.interval != End::Value && (value.low.is_none() || value.high.is_none()) {
        Some("without an interval".into())
    } else {
        None
    }
}

/// Why no window can be judged at all.
fn passed_over(rule: &Rule, course: &Course) -> String {
    let mut why: Vec<(String, u64)> = Vec::new();
    for reason in course.points.iter().filter_map(|p| why_not(rule, p)) {
        match why.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, n)) => *n += 1,
            None => why.push((reason, 1)),
        }
    }
    let told: Vec<String> = why.iter().map(|(why, n)| format!("{n} {why}")).collect();
    match told.is_empty() {
        true => "there is no window".into(),
        false => format!("no window can be judged: {}", told.join(", ")),
    }
}

fn not_evaluated(rule: &Rule, why: String, (judged, passed_over): (u64, u64)) -> Verdict {
    Verdict {
        name: rule.title(),
        outcome: Outcome::NotEvaluated,
        state: State::Quiet,
        sentence: format!("Not judged: {why}."),
        reason: Some(why),
        low: None,
        high: None,
        by_rows: false,
        since: None,
        until: None,
        judged,
        passed_over,
        latest: None,
        windows: Vec::new(),
        rule: rule.clone(),
    }
}
