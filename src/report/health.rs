//! Is the model still true, in a sentence that its own numbers bear out.

use super::judge::is_resource;
use super::view::{BaselineChoice, View};
use super::{Alert, AlertKind, Estimate, Health, Level, Report, Window, words};
use crate::log::Task;
use crate::metric::{self, Better, Family, Info};
use crate::read::LABEL_EXPECTED;
use crate::summary::{Summary, WindowSize};

/// What is to be known of rows that were not kept.
const STREAMED: &str = "The rows were counted as they passed and not kept, which files larger than memory need: what is marked ≈ lies within the bound that stands beside it, and predictions that come twice are noticed where they have an outcome.";

/// What is to be known where tests were asked for that rows are needed for.
const NEED_ROWS: &str = "What another tool says of the same rows, and tests of the columns, need rows that are kept: these were counted as they passed, so there is no answer.";

/// What is to be known where windows of time were asked for and rows have no times.
pub const UNTIMED: &str = "No column holds times, so windows are of so many rows each, in the order of the files. For hours, days, weeks or months mark the column that tells when (--role time=COLUMN).";

/// How many labels were taken as missing cells, for they are words that stand for one.
fn blank_labels(summary: &Summary) -> impl Iterator<Item = String> {
    summary.rejected.iter().filter_map(|rejected| {
        let (_, why) = rejected.reason.split_once(LABEL_EXPECTED)?;
        let column = rejected.column.as_deref()?;
        let cells = if rejected.count == 1 { "cell" } else { "cells" };
        let count = words::grouped(rejected.count as f64);
        Some(format!("{count} {cells} of {column}: {why}."))
    })
}

/// The metric that the sentence is about when nothing departs. Of scores that are no probabilities nothing tells which
/// label they mean, but the order of lists.
fn main(report: &Report, probabilistic: bool) -> Option<(&'static Info, &Estimate)> {
    let names: &[&str] = match report.task {
        Task::Binary if !probabilistic => &["ndcg_at_10", "accuracy", "roc_auc", "log_loss"],
        Task::Binary | Task::Multiclass => &["accuracy", "roc_auc", "log_loss"],
        Task::Multilabel => &["subset_accuracy"],
        Task::Regression => &["mean_absolute_error", "ndcg_at_10"],
        Task::Service => &["error_rate", "latency_p95_ms"],
    };
    names.iter().find_map(|name| {
        let of = report
            .overall
            .metrics
            .get(*name)
            .or_else(|| report.resources.metrics.get(*name))?;
        Some((metric::info(name)?, of)).filter(|(_, e)| e.value.is_some())
    })
}

/// The verdict on a report of what was asked for; `watched`: whether a metric was watched for alarms.
pub(super) fn judge(
    report: &Report,
    summary: &Summary,
    asked: &View,
    watched: impl Fn(&Info) -> bool,
) -> Health {
    let size = report.view.window.unwrap_or(WindowSize::Day);
    // What a column holds is no better or worse: it is told in the notes, unless outcomes tell that it harms.
    let of_predictions = || report.alerts.iter().filter(|a| a.kind != AlertKind::Column);
    let first = of_predictions().find(|a| a.goes_on());
    let first = first.or_else(|| report.alerts.iter().find(|a| harms(a)));
    let bad = first.filter(|a| a.level == Level::Bad);
    let main = main(report, summary.probabilistic);
    let mut notes: Vec<String> = Vec::new();
    let judged = report
        .windows
        .iter()
        .filter(|w| !w.in_baseline && (w.mature || report.task == Task::Service))
        .count();

    let mut told_better: Option<&Alert> = None;
    let (level, sentence, metric) = if let Some(alert) = bad {
        (
            Level::Bad,
            format!("{}.", alert.sentence),
            Some(alert.metric.clone()),
        )
    } else if let Some((info, estimate)) = main {
        let so_far = if report.arriving.is_some() {
            " so far"
        } else {
            ""
        };
        let value = format!("{}{so_far}", words::estimate(info, estimate));
        let name = Some(info.name.to_string());
        match &report.baseline {
            _ if report.overall.labelled == 0 && report.task != Task::Service => {
                (Level::Unknown, no_outcomes(report), name)
            }
            None => (
                Level::Unknown,
                format!("{} is {value}; {}.", info.title, no_baseline(report)),
                name,
            ),
            Some(b) if judged == 0 => (
                Level::Unknown,
                format!(
                    "{} is {value}; no window outside the baseline ({}) can be judged yet.",
                    info.title, b.label
                ),
                name,
            ),
            Some(b) if first.is_none() && !watched(info) => {
                let what = match info.family {
                    Family::Ranking => "lists",
                    _ => "rows",
                };
                let of_baseline = b.block.metrics.get(info.name);
                let why = match of_baseline.is_some_and(|e| e.low.is_some()) {
                    true => format!(
                        "no window outside the baseline ({}) has enough {what} to be judged. Larger windows help.",
                        b.label
                    ),
                    false => format!(
                        "the baseline ({}) has too few {what} to judge others by. A longer one helps.",
                        b.label
                    ),
                };
                let sentence = format!("{} is {value}; {why}", info.title);
                (Level::Unknown, sentence, name)
            }
            Some(b) => {
                let level = match first {
                    None => Level::Ok,
                    Some(_) => Level::Watch,
                };
                let before = b
                    .block
                    .metrics
                    .get(info.name)
                    .and_then(|e| e.value)
                    .map(|v| words::value(info.unit, v));
                let was = before.map_or_else(String::new, |v| format!(", {v}"));
                let worse = |w: &Window| w.departures.values().any(|d| d.worse == Some(true));
                let lower = !holds(info, estimate, b.block.metrics.get(info.name));
                let of_main = |a: &&Alert| a.metric == info.name;
                let better = report.improved.iter().find(of_main);
                let is = if lower || better.is_some() {
                    "is"
                } else {
                    "holds at"
                };
                let better = better.filter(|a| a.goes_on() && first.is_none());
                let once =
                    lower || of_predictions().next().is_some() || report.windows.iter().any(worse);
                let worse = if once {
                    "no lasting departure"
                } else {
                    "nothing departs"
                };
                told_better = better;
                let sentence = match first {
                    None => match better {
                        Some(better) => format!("{}: {worse} for the worse.", better.sentence),
                        None => format!(
                            "{} {is} {value}: {worse} for the worse from the baseline ({}{was}).",
                            info.title, b.label
                        ),
                    },
                    Some(alert) => format!(
                        "{} {is} {value}, but {}.",
                        info.title,
                        words::lower_first(&alert.sentence)
                    ),
                };
                (level, sentence, name)
            }
        }
    } else {
        (Level::Unknown, no_outcomes(report), None)
    };
    let told = first.filter(|_| level == Level::Bad || level == Level::Watch);
    let expected = report.estimated.iter().flat_map(|e| &e.alerts);
    let mut expected: Vec<&Alert> = expected.collect();
    let mut behind_it = None;
    let (level, sentence, metric) = match expected.first() {
        Some(alert) if level == Level::Unknown => {
            let alert = *alert;
            expected.remove(0);
            if report.overall.labelled > 0 {
                notes.push(sentence);
            }
            let metric = Some(alert.metric.clone());
            (Level::Watch, format!("{}.", alert.sentence), metric)
        }
        Some(alert) if level == Level::Ok => {
            let known = sentence.trim_end_matches('.');
            let behind = format!("but {}.", words::lower_first(&alert.sentence));
            let sentence = format!("{known}, {behind}");
            behind_it = Some(behind);
            expected.remove(0);
            (Level::Watch, sentence, metric)
        }
        None if report.overall.labelled == 0 => {
            (level, hopeful(report).unwrap_or(sentence), metric)
        }
        _ => (level, sentence, metric),
    };
    notes.extend(
        report
            .alerts
            .iter()
            .filter(|a| told.is_none_or(|told| !std::ptr::eq(*a, told)))
            .map(|a: &Alert| format!("{}.", a.sentence)),
    );
    notes.extend(expected.iter().map(|a| format!("{}.", a.sentence)));
    notes.extend(better(report, told_better));
    if let Some(estimated) = &report.estimated
        && report.windows.iter().any(|w| !w.mature)
    {
        notes.push(match &estimated.undefined {
            Some(why) => {
                format!("Nothing is estimated of windows whose outcomes are not in yet: {why}.")
            }
            None => estimated.assumes.clone(),
        });
    }
    if let Some(note) = past(report, size) {
        notes.push(note);
    }
    let immature = report.windows.iter().filter(|w| !w.mature).count();
    if immature > 0 && report.overall.labelled > 0 {
        notes.push(match immature {
            1 => "The labels of 1 window are still arriving; it is shown, not judged.".into(),
            n => {
                format!("The labels of {n} windows are still arriving; they are shown, not judged.")
            }
        });
    }
    notes.extend(report.models.iter().filter_map(super::Models::together));
    let days = asked
        .window
        .is_some_and(|size| !matches!(size, WindowSize::Rows(_)));
    if !report.timed && days {
        notes.push(UNTIMED.into());
    }
    if summary.streamed {
        notes.push(STREAMED.into());
        notes.extend(without_rows(report));
        let lacks = !matches!(report.task, Task::Service | Task::Binary);
        if lacks && report.windows.iter().any(|w| !w.mature) {
            notes.push("What metrics are expected to be before their outcomes are in is estimated of rows that are kept, and of two classes, only.".into());
        }
    }
    if summary.streamed && (asked.compat.is_some() || asked.chosen_tests().is_some()) {
        notes.push(NEED_ROWS.into());
    }
    let threshold = report.scores.as_ref().and_then(|s| s.threshold);
    if let (false, None, Some(at)) = (
        summary.probabilistic,
        asked.threshold,
        threshold.map(|t| t + 0.0),
    ) && report.overall.labelled > 0
    {
        notes.push(format!("The scores are no probabilities: from {at} on a row is taken as positive. Set the threshold that the model is used with."));
    }
    if report.overall.rows > 0 {
        notes.extend(report.resources.lacks.iter().cloned());
    }
    notes.extend(blank_labels(summary));
    notes.extend(summary.notes.iter().cloned());
    Health {
        level,
        sentence,
        expected: behind_it,
        notes,
        metric,
    }
}

/// The metrics that have no value because rows were not kept.
fn without_rows(report: &Report) -> Option<String> {
    let lacks = |e: &Estimate| e.undefined.as_deref() == Some(metric::NOT_KEPT);
    let named = metric::METRICS.iter().map(|m| m.info());
    let titles: Vec<&str> = named
        .filter(|info| report.overall.metrics.get(info.name).is_some_and(lacks))
        .map(|info| info.title)
        .collect();
    let (first, rest) = titles.split_first()?;
    let (last, between) = match rest.split_last() {
        Some((last, between)) => (format!(" and {last}"), between),
        None => (String::new(), rest),
    };
    let between: String = between.iter().map(|t| format!(", {t}")).collect();
    let have = if rest.is_empty() { "has" } else { "have" };
    Some(format!(
        "{first}{between}{last} {have} no value here: no counts come near enough, only all rows together tell."
    ))
}

/// What became better, but for what the sentence tells, and what such a thing can be.
fn better(report: &Report, told: Option<&Alert>) -> Vec<String> {
    let all = report.improved.iter();
    let mut notes: Vec<String> = all
        .filter(|a| told.is_none_or(|told| !std::ptr::eq(*a, told)))
        .map(|a| format!("{}.", a.sentence))
        .collect();
    if let Some(first) = told.or(report.improved.first()) {
        let rose = first.value.value > first.baseline.value;
        let budget = super::watch::budget(report.view.budget);
        notes.push(super::improved::advice(rose, budget));
    }
    notes
}

/// Whether a change of a column goes on, and predictions are surely worse in the same windows, as outcomes tell.
fn harms(alert: &Alert) -> bool {
    let known = alert.effect.as_ref().is_some_and(|e| !e.estimated);
    alert.goes_on() && known && alert.harmless == Some(false)
}

/// What is estimated where no outcome is in and nothing is expected to depart: the main metric.
fn hopeful(report: &Report) -> Option<String> {
    let baseline = report.baseline.as_ref()?;
    ["accuracy", "roc_auc", "log_loss", "mean_absolute_error"].iter().find_map(|name| {
        let info = metric::info(name)?;
        let from = baseline.block.metrics.get(*name)?.value?;
        let of = report.estimated.as_ref()?.pending.get(*name)?;
        of.value.map(|_| {
            format!(
                "No outcome is in yet; estimated {} is {}: nothing is expected to depart for the worse from the baseline ({}, {}).",
                words::lower_first(info.title),
                words::estimate(info, of),
                baseline.label,
                words::value(info.unit, from)
            )
        })
    })
}

/// Whether an estimate is not surely worse than the baseline's value.
fn holds(info: &Info, now: &Estimate, base: Option<&Estimate>) -> bool {
    let (Some(low), Some(high), Some(from)) = (now.low, now.high, base.and_then(|b| b.value))
    else {
        return true;
    };
    match info.better {
        Better::Higher => high >= from,
        Better::Lower => low <= from,
        Better::Zero | Better::Near(_) | Better::Neither => true,
    }
}

/// Why there is no baseline, within a sentence.
fn no_baseline(report: &Report) -> String {
    let size = report.view.window.unwrap_or(WindowSize::Day);
    let asked = match report.view.baseline {
        BaselineChoice::Period(from, to) if report.timed => {
            Some(words::period(from, to, size, true))
        }
        _ => None,
    };
    match asked {
        Some(period) => format!("the baseline that was chosen ({period}) holds no rows"),
        None => "there is no baseline to compare it with".into(),
    }
}

fn no_outcomes(report: &Report) -> String {
    let service = report.resources.service.as_ref();
    if let Some(service) = service.filter(|_| report.windows.is_empty()) {
        return service.sentence();
    }
    let lacks = &report.resources.lacks;
    if report.task == Task::Service && report.overall.rows == 0 && !lacks.is_empty() {
        return format!("Nothing can be told of the service. {}", lacks.join(" "));
    }
    if report.task == Task::Service {
        let rows = match report.overall.rows {
            1 => "1 row".to_owned(),
            n => format!("{} rows", words::grouped(n as f64)),
        };
        return format!(
            "{rows}, and no column in which a prediction, a latency or a status was found: there is nothing to judge yet. Mark the column that holds the predictions."
        );
    }
    if report.overall.labelled > 0 {
        return format!(
            "{} of {} rows have an outcome, but no prediction can be compared with it. Mark the column that holds the prediction or the score.",
            words::grouped(report.overall.labelled as f64),
            words::grouped(report.overall.rows as f64)
        );
    }
    format!(
        "{} predictions, none with an outcome: whether they are right cannot be told yet. Add a file of outcomes, or mark the column that holds them.",
        words::grouped(report.overall.rows as f64)
    )
}

/// Departures for the worse that are too few for an alert.
fn past(report: &Report, size: WindowSize) -> Option<String> {
    let alerted = |name: &String| report.alerts.iter().any(|a| a.touches(name));
    let (window, name) = report.windows.iter().find_map(|w| {
        let name = w
            .departures
            .iter()
            .find(|(n, d)| d.worse == Some(true) && !alerted(n) && !is_resource(n))?
            .0;
        Some((w, name))
    })?;
    let count = report
        .windows
        .iter()
        .filter(|w| {
            w.departures
                .get(name)
                .is_some_and(|d| d.worse == Some(true))
        })
        .count();
    Some(format!(
        "{} was worse than the baseline in {count} of {} windows, first {} {}.",
        metric::info(name)?.title,
        report.windows.len(),
        match size {
            _ if !report.timed => "at",
            WindowSize::Month => "in",
            _ => "on",
        },
        words::instant(window.start, size, report.timed)
    ))
}
