//! Which charts stand in a stack, and what each shows: how right the model is, how far columns are from the baseline,
//! how many labels are in, requests, then the machine.

use super::{Course, Grid, PanelPlot, Stretch, Told};
use crate::chart::format;
use crate::chart::theme::PALETTE;
use crate::log::Task;
use crate::metric::{self, Info, Unit};
use crate::report::told::amount;
use crate::report::{Fulfilment, Level, Panel, Report, Service, Slo, Window};
use std::sync::Arc;

/// Columns whose drift is drawn: the farthest from the baseline.
const COLUMNS: usize = 4;
/// Lines of latencies of rows.
const LATENCIES: usize = 4;

/// What stands above a chart of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Stacked {
    /// What it is called.
    pub title: String,
    /// Of what.
    pub of: String,
    /// The group that it begins: `Model`, `Requests`.
    pub group: &'static str,
    /// Name, value over the time shown, and hue of each line.
    pub lines: Vec<(String, Option<String>, usize)>,
    /// Things that there was no room for.
    pub left_out: usize,
    /// The chart.
    pub plot: PanelPlot,
}

/// Whether the time in which the service was seen is so small a part of the model's that both together show little
/// of it.
#[must_use]
pub fn is_part(report: &Report) -> bool {
    let (Some(service), Some((from, to))) = (&report.resources.service, of_model(report)) else {
        return false;
    };
    let (start, end) = (service.start.0, service.end.0);
    let whole = end.max(to) - start.min(from);
    (end - start).saturating_mul(8) < whole
}

/// The windows' span, where rows have times.
fn of_model(report: &Report) -> Option<(i64, i64)> {
    let (first, last) = (report.windows.first()?, report.windows.last()?);
    report.timed.then_some((first.start.0, last.end.0))
}

/// `2.4` alone could be anything.
fn version_name(version: &str) -> String {
    match version.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("v{version}"),
        false => version.to_owned(),
    }
}

/// The length of most windows.
fn usual_length(windows: &[Window]) -> i64 {
    let mut all: Vec<i64> = windows.iter().map(|w| w.end.0 - w.start.0).collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or(1).max(1)
}

/// All charts of a report on one axis of time; `near`: only the time in which the service was seen; `chosen`: the
/// metric that tells how right the model is, otherwise the one that the report is about; `awaits`: columns are about to
/// be compared, and have their place before they are.
#[must_use]
pub fn stack(report: &Report, near: bool, chosen: Option<&str>, awaits: bool) -> Vec<Stacked> {
    let service = report.resources.service.as_ref();
    let own = service.map(|s| (s.start.0, s.end.0));
    let model = of_model(report);
    let ends = match (own.filter(|_| near).or(model), own) {
        (Some(_), Some(own)) if near => own,
        (Some((from, to)), Some(own)) => (from.min(own.0), to.max(own.1)),
        (Some(ends), None) => ends,
        (None, Some(own)) => own,
        (None, None) => return Vec::new(),
    };
    let (from, to) = ends;
    let grid = Grid {
        from,
        to: to.max(from + 1),
        step: match service {
            Some(service) => ((service.step_s * 1e6) as i64).max(1),
            None => usual_length(&report.windows),
        },
    };
    let shown = |a: i64, b: i64| a < to && b > from;
    let incidents: Vec<(i64, i64, Level)> = report
        .alerts
        .iter()
        .map(|a| (a.since.0, a.until.map_or(to, |u| u.0), a.level))
        .filter(|(a, b, _)| shown(*a, *b) && report.timed)
        .collect();
    let versions: Vec<(i64, String)> = report
        .versions
        .iter()
        .map(|v| (v.time.0, version_name(&v.version)))
        .filter(|v| report.timed && (from..to).contains(&v.0))
        .collect();
    let restarts: Vec<i64> = service
        .iter()
        .flat_map(|s| &s.restarts)
        .map(|r| r.time.0)
        .collect();
    let gaps = service.iter().flat_map(|s| &s.gaps);
    let gaps: Vec<(i64, i64, String)> = gaps
        .map(|g| (g.start.0, g.end.0, g.of.clone()))
        .filter(|(a, b, _)| shown(*a, *b))
        .collect();
    let plot = |title: &str, told: Told, lines: Vec<Course>| PanelPlot {
        title: title.into(),
        grid,
        told,
        lines,
        incidents: incidents.clone(),
        burns: Vec::new(),
        restarts: restarts.clone(),
        gaps: gaps.clone(),
        versions: versions.clone(),
        waits: false,
        head: false,
        foot: false,
    };
    let mut out = Vec::new();
    // Requests that are counted as rows are no model's, and are among the machine's panels anyway.
    if model.is_some() && (service.is_none() || report.task != Task::Service) {
        for told in of_rows(report, chosen, awaits) {
            let several = told.lines.len() > 1;
            let name = |name: &str| if several { name.to_owned() } else { String::new() };
            let lines = told.lines.iter().enumerate().map(|(hue, (course, total))| {
                let total = total.map(|t| format::exact(told.unit, t));
                (name(&course.name), total, hue % PALETTE)
            });
            let burns = told.judged.map(|judged| burns(report.resources.objectives.iter(), grid, judged));
            out.push(Stacked {
                lines: lines.collect(),
                of: String::new(),
                group: told.group,
                left_out: told.left_out,
                plot: {
                    let courses = told.lines.iter().map(|l| Course {
                        name: name(&l.0.name),
                        ..l.0.clone()
                    });
                    PanelPlot {
                        waits: told.lines.is_empty(),
                        burns: burns.unwrap_or_default(),
                        ..plot(&told.title, Told::Model(told.unit), courses.collect())
                    }
                },
                title: told.title,
            });
        }
    }
    if let Some(service) = service {
        out.extend(of_machine(service, grid, &plot));
    }
    if let Some(first) = out.first_mut() {
        first.plot.head = true;
    }
    if let Some(last) = out.last_mut() {
        last.plot.foot = true;
    }
    out
}

/// What of an objective a chart shows.
#[derive(Clone, Copy)]
enum Shows<'a> {
    /// Which requests failed.
    Errors,
    /// How long those of a thing took; of all things, where it is empty.
    Durations(&'a str),
}

/// When error budgets were spent too fast, for a chart that shows why: failed requests count always, slow ones where
/// a limit is set.
fn burns<'a>(
    of: impl Iterator<Item = &'a Fulfilment>,
    grid: Grid,
    shows: Shows<'_>,
) -> Vec<(i64, i64, Level)> {
    let suits = |slo: &&Slo| match shows {
        Shows::Errors => true,
        Shows::Durations(of) => slo.within_s.is_some() && (of.is_empty() || of == slo.of),
    };
    let slos = of.flat_map(|f| &f.slos).filter(suits);
    let all = slos.flat_map(|slo| {
        slo.burns.iter().map(|b| {
            let level = match (slo.chosen, b.page) {
                (false, _) => Level::Unknown,
                (true, true) => Level::Bad,
                (true, false) => Level::Watch,
            };
            (b.since.0, b.until.map_or(grid.to, |u| u.0), level)
        })
    });
    all.filter(|(from, to, _)| *from < grid.to && *to > grid.from)
        .collect()
}

/// The charts of what files of a service tell.
fn of_machine<'a>(
    service: &'a Service,
    grid: Grid,
    plot: &'a impl Fn(&str, Told, Vec<Course>) -> PanelPlot,
) -> impl Iterator<Item = Stacked> + 'a {
    service.panels.iter().map(move |panel| {
        let course = |line: &crate::report::Line| Course {
            name: line.name.clone(),
            stretches: stretches(service, &line.values, grid),
            unlike: line.anomalies.iter().map(|a| (a.time.0, a.score)).collect(),
        };
        let named = panel.lines.iter().enumerate();
        let named = named.map(|(hue, line)| {
            let total = line.total.map(|t| amount(panel.unit, t));
            let total = total.map(|t| if line.above { format!("> {t}") } else { t });
            let name = match panel.lines.len() == 1 && line.name == panel.of {
                true => String::new(),
                false => line.name.clone(),
            };
            (name, total, hue % PALETTE)
        });
        let courses = panel.lines.iter().map(course).collect();
        let mut plot = plot(&panel.title, Told::Machine(panel.unit), courses);
        let judged = match panel.id.as_str() {
            "error_share" => Some(Shows::Errors),
            "duration" => Some(Shows::Durations(&panel.of)),
            _ => None,
        };
        if let Some(judged) = judged {
            plot.burns = burns(std::iter::once(&service.objectives), grid, judged);
        }
        Stacked {
            title: panel.title.clone(),
            of: panel.of.clone(),
            group: group(panel),
            lines: named.collect(),
            left_out: panel.left_out,
            plot,
        }
    })
}

fn group(panel: &Panel) -> &'static str {
    use crate::series::Family;
    match panel.family {
        Family::Requests => "Requests",
        Family::Tokens => "Language model",
        Family::Utilisation => "How busy resources are",
        Family::Saturation => "What waits for them",
        Family::Errors => "What fails",
        Family::Other => "Other metrics",
    }
}

/// A chart of what rows tell, window by window: each line with its value over the time shown.
struct OfRows {
    title: String,
    group: &'static str,
    unit: Unit,
    lines: Vec<(Course, Option<f64>)>,
    left_out: usize,
    /// What of objectives it shows.
    judged: Option<Shows<'static>>,
}

fn course(report: &Report, name: &str, value: impl Fn(usize, &Window) -> Option<f64>) -> Course {
    let windows = report.windows.iter().enumerate();
    Course {
        name: name.to_owned(),
        stretches: windows.map(|(at, w)| (w.start.0, w.end.0, value(at, w))).collect(),
        unlike: Vec::new(),
    }
}

fn of_metric(report: &Report, info: &Info) -> (Course, Option<f64>) {
    let of = |_: usize, w: &Window| w.metrics.get(info.name)?.value;
    let all = &report.overall.metrics;
    let total = all.get(info.name).or_else(|| report.resources.metrics.get(info.name));
    (course(report, info.title, of), total.and_then(|e| e.value))
}

/// How right the model is, how far columns are from the baseline, how many labels are in, how many rows came, and how
/// long they took.
fn of_rows(report: &Report, chosen: Option<&str>, awaits: bool) -> Vec<OfRows> {
    let mut out = Vec::new();
    let one = |title: &str, group, unit, line| OfRows {
        title: title.to_owned(),
        group,
        unit,
        lines: vec![line],
        left_out: 0,
        judged: None,
    };
    let known = |info: &&Info| report.overall.metrics.contains_key(info.name);
    let main = chosen.and_then(metric::info).filter(known);
    let main = main.or_else(|| report.health.metric.as_deref().and_then(metric::info).filter(known));
    if let Some(info) = main {
        out.push(one(info.title, "Model", info.unit, of_metric(report, info)));
    }
    out.extend(drift(report, awaits));
    if report.overall.labelled > 0 {
        let of = |_: usize, w: &Window| (w.rows > 0).then(|| w.labelled as f64 / w.rows as f64);
        let total = report.overall.labelled as f64 / (report.overall.rows as f64).max(1.0);
        let line = (course(report, "", of), Some(total));
        out.push(one("Predictions with an outcome", "Model", Unit::Percent, line));
    }
    let (group, title) = match report.task {
        Task::Service => ("Requests", "Requests in a window"),
        _ => ("Model", "Predictions in a window"),
    };
    let rows = course(report, "", |_, w| Some(w.rows as f64));
    out.push(one(title, group, Unit::Count, (rows, Some(report.overall.rows as f64))));
    let resources = report.resources.metrics.keys().filter_map(|name| metric::info(name));
    let resources: Vec<&Info> = resources.collect();
    let latencies = || resources.iter().filter(|i| i.unit == Unit::Milliseconds);
    if latencies().next().is_some() {
        let mut shown: Vec<&Info> = latencies().copied().collect();
        // The tail tells more than the one slowest.
        if shown.len() > LATENCIES {
            shown.retain(|i| i.name != "latency_max_ms");
        }
        out.push(OfRows {
            title: "Latency".into(),
            group: "Requests of the model",
            unit: Unit::Milliseconds,
            lines: shown.into_iter().take(LATENCIES).map(|i| of_metric(report, i)).collect(),
            left_out: 0,
            judged: Some(Shows::Durations("")),
        });
    }
    if let Some(info) = resources.iter().find(|i| i.name == "error_rate") {
        let line = of_metric(report, info);
        out.push(OfRows {
            judged: Some(Shows::Errors),
            ..one(info.title, "Requests of the model", info.unit, line)
        });
    }
    out
}

/// How far the farthest columns are from the baseline.
fn drift(report: &Report, awaits: bool) -> Option<OfRows> {
    let of = |lines, left_out| OfRows {
        title: "Drift of columns (Jensen–Shannon distance)".into(),
        group: "Model",
        unit: Unit::Ratio,
        lines,
        left_out,
        judged: None,
    };
    let Some(drift) = report.drift.as_ref() else {
        return awaits.then(|| of(Vec::new(), 0));
    };
    let mut farthest: Vec<(&str, &[Option<f64>], f64)> = drift
        .windows
        .iter()
        .filter_map(|w| {
            let column = drift.columns.iter().find(|c| c.column == w.column)?;
            let far = column.jensen_shannon?;
            Some((w.column.as_str(), w.jensen_shannon.as_slice(), far))
        })
        .collect();
    farthest.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(b.0)));
    let left_out = farthest.len().saturating_sub(COLUMNS);
    farthest.truncate(COLUMNS);
    let line = |(column, values, far): &(&str, &[Option<f64>], f64)| {
        let at = |at: usize, _: &Window| values.get(at).copied().flatten();
        (course(report, column, at), Some(*far))
    };
    let lines: Vec<_> = farthest.iter().map(line).collect();
    (!lines.is_empty() || awaits).then(|| of(lines, left_out))
}

/// The values of a line within the time shown.
fn stretches(service: &Service, values: &[Option<f64>], grid: Grid) -> Arc<[Stretch]> {
    let of = |(at, value): (usize, &Option<f64>)| {
        let start = service.start.0 + at as i64 * grid.step;
        (start, start + grid.step, *value)
    };
    let all = values.iter().enumerate().map(of);
    all.filter(|(start, end, _)| *end > grid.from && *start < grid.to).collect()
}
