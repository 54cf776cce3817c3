//! Small charts under each other on one axis of time: what the machine says, beside how right the model is. Incidents
//! run through all of them, a cursor shows the same instant in all.

use super::format;
use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x};
use super::geometry::m4;
use super::pen::{Anchor, Fault, Look, Pen, TICK};
use super::theme::PALETTE;
use super::ticks;
use super::{Chart, Fact, Mark};
use crate::log::Task;
use crate::metric;
use crate::report::told::{amount, scale};
use crate::report::{Level, Panel, Report, Service};
use crate::series::Unit;
use crate::table::time::Time;
use plotters_backend::DrawingBackend;

/// Room for labels on the left, the same for all.
const LEFT: f64 = 64.0;
/// Room below, with labels of time and without.
const FOOT: f64 = 34.0;
const NO_FOOT: f64 = 6.0;
/// Height of a chart in CSS pixels, without its foot.
pub const HEIGHT: f64 = 92.0;

/// In what the values of a panel are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Machine(Unit),
    Model(metric::Unit),
}

/// The time that all charts of a stack show, in steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Grid {
    from: i64,
    to: i64,
    step: i64,
}

/// A value that holds from an instant to another.
type Stretch = (i64, i64, Option<f64>);

#[derive(Clone, Debug, PartialEq)]
struct Course {
    name: String,
    stretches: Vec<Stretch>,
}

/// A chart of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelPlot {
    title: String,
    grid: Grid,
    told: Told,
    lines: Vec<Course>,
    /// From when to when something departs, and how bad that is.
    incidents: Vec<(i64, i64, Level)>,
    restarts: Vec<i64>,
    /// Whether the axis of time is labelled below it.
    foot: bool,
}

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

/// All charts of a report's machine; `near`: only the time in which the service was seen.
#[must_use]
pub fn stack(report: &Report, near: bool) -> Vec<Stacked> {
    let Some(service) = &report.resources.service else {
        return Vec::new();
    };
    let own = (service.start.0, service.end.0);
    let model = of_model(report);
    let (from, to) = match model.filter(|_| !near) {
        Some((from, to)) => (from.min(own.0), to.max(own.1)),
        None => own,
    };
    let grid = Grid {
        from,
        to: to.max(from + 1),
        step: ((service.step_s * 1e6) as i64).max(1),
    };
    let incidents: Vec<(i64, i64, Level)> = report
        .alerts
        .iter()
        .map(|a| (a.since.0, a.until.map_or(to, |u| u.0), a.level))
        .filter(|(a, b, _)| *a < to && *b > from && report.timed)
        .collect();
    let burns = service.slos.iter().flat_map(|slo| &slo.burns);
    let burns: Vec<(i64, i64, Level)> = burns
        .map(|b| {
            let level = if b.page { Level::Bad } else { Level::Watch };
            (b.since.0, b.until.map_or(to, |u| u.0), level)
        })
        .collect();
    let plot = |title: &str, told: Told, lines: Vec<Course>| PanelPlot {
        title: title.into(),
        grid,
        told,
        lines,
        incidents: incidents.clone(),
        restarts: service.restarts.iter().map(|r| r.time.0).collect(),
        foot: false,
    };
    let mut out = Vec::new();
    // Requests that are counted as rows are no model's, and are among the panels anyway.
    if model.is_some() && report.task != Task::Service {
        out.extend(courses_of_model(report).into_iter().map(|(title, unit, course, total)| {
            Stacked {
                lines: vec![(String::new(), total.map(|t| format::exact(unit, t)), 0)],
                of: String::new(),
                group: "Model",
                left_out: 0,
                plot: plot(&title, Told::Model(unit), vec![course]),
                title,
            }
        }));
    }
    for panel in &service.panels {
        let courses: Vec<Course> = panel
            .lines
            .iter()
            .map(|line| Course {
                name: line.name.clone(),
                stretches: stretches(service, &line.values, grid),
            })
            .collect();
        let named = panel.lines.iter().enumerate();
        let named = named.map(|(hue, line)| {
            let total = line.total.map(|t| amount(panel.unit, t));
            let name = match panel.lines.len() == 1 && line.name == panel.of {
                true => String::new(),
                false => line.name.clone(),
            };
            (name, total, hue % PALETTE)
        });
        out.push(Stacked {
            title: panel.title.clone(),
            of: panel.of.clone(),
            group: group(panel),
            lines: named.collect(),
            left_out: panel.left_out,
            plot: {
                let mut plot = plot(&panel.title, Told::Machine(panel.unit), courses);
                if panel.id == "error_share" {
                    plot.incidents.extend(burns.iter().copied());
                }
                plot
            },
        });
    }
    if let Some(last) = out.last_mut() {
        last.plot.foot = true;
    }
    out
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

/// How right the model is, how many labels are in, how many rows came.
fn courses_of_model(report: &Report) -> Vec<(String, metric::Unit, Course, Option<f64>)> {
    let course = |value: &dyn Fn(&crate::report::Window) -> Option<f64>| Course {
        name: String::new(),
        stretches: report
            .windows
            .iter()
            .map(|w| (w.start.0, w.end.0, value(w)))
            .collect(),
    };
    let mut out = Vec::new();
    let main = report.health.metric.as_deref().and_then(metric::info);
    let main = main.filter(|info| report.overall.metrics.contains_key(info.name));
    if let Some(info) = main {
        let of = |w: &crate::report::Window| w.metrics.get(info.name)?.value;
        let total = report.overall.metrics.get(info.name).and_then(|e| e.value);
        out.push((info.title.to_owned(), info.unit, course(&of), total));
    }
    if report.overall.labelled > 0 {
        let of = |w: &crate::report::Window| (w.rows > 0).then(|| w.labelled as f64 / w.rows as f64);
        let total = report.overall.labelled as f64 / (report.overall.rows as f64).max(1.0);
        let title = "Predictions with an outcome".to_owned();
        out.push((title, metric::Unit::Percent, course(&of), Some(total)));
    }
    let rows = |w: &crate::report::Window| Some(w.rows as f64);
    let total = Some(report.overall.rows as f64);
    out.push(("Predictions in a window".to_owned(), metric::Unit::Count, course(&rows), total));
    out
}

/// The values of a line within the time shown.
fn stretches(service: &Service, values: &[Option<f64>], grid: Grid) -> Vec<Stretch> {
    let of = |(at, value): (usize, &Option<f64>)| {
        let start = service.start.0 + at as i64 * grid.step;
        (start, start + grid.step, *value)
    };
    let all = values.iter().enumerate().map(of);
    all.filter(|(start, end, _)| *end > grid.from && *start < grid.to).collect()
}

impl Default for PanelPlot {
    fn default() -> Self {
        Self {
            title: String::new(),
            grid: Grid::default(),
            told: Told::Machine(Unit::Plain),
            lines: Vec::new(),
            incidents: Vec::new(),
            restarts: Vec::new(),
            foot: false,
        }
    }
}

impl PanelPlot {
    /// Its height in CSS pixels.
    #[must_use]
    pub fn good_height(&self) -> f64 {
        HEIGHT + if self.foot { FOOT - NO_FOOT } else { 0.0 }
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let stretches = self.lines.iter().flat_map(|l| &l.stretches);
        stretches.filter_map(|s| s.2).filter(|v| v.is_finite())
    }

    /// Lowest and highest value shown.
    fn range(&self) -> Option<(f64, f64)> {
        let most = self.values().reduce(f64::max)?;
        let least = self.values().reduce(f64::min)?;
        let of_model = matches!(self.told, Told::Model(u) if u != metric::Unit::Count);
        if of_model {
            // How right a model is varies little, far from 0.
            let least_pad = match self.told {
                Told::Model(metric::Unit::Percent) => 0.05,
                _ => most.abs() * 0.01,
            };
            let pad = ((most - least) * 0.15).max(least_pad).max(1e-9);
            let top = match self.told {
                Told::Model(metric::Unit::Percent) => (most + pad).min(1.0),
                _ => most + pad,
            };
            return Some((least - pad, top));
        }
        let top = if most > 0.0 { most * 1.08 } else if least < 0.0 { 0.0 } else { 1.0 };
        Some((least.min(0.0) * 1.08, top))
    }

    fn text(&self, value: f64) -> String {
        match self.told {
            Told::Machine(unit) => amount(unit, value),
            Told::Model(unit) => format::exact(unit, value),
        }
    }

    fn frame(&self, look: &Look) -> Frame {
        let bottom = look.height - if self.foot { FOOT } else { NO_FOOT };
        Frame {
            left: look.snap(LEFT.min(look.width / 3.0)),
            top: look.snap(6.0),
            right: look.snap((look.width - 12.0).max(LEFT + 1.0)),
            bottom: look.snap(bottom.max(7.0)),
            axis: Axis::Time,
            x: (self.grid.from as f64, self.grid.to as f64),
            y: self.range().unwrap_or((0.0, 1.0)),
        }
    }

    /// Levels and their labels: at the round values of the unit that suits the largest.
    fn draw_levels<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
    ) -> Result<(), Fault<DB>> {
        let colours = pen.look().colours;
        let (scale, suffix) = match self.told {
            Told::Machine(unit) => scale(unit, frame.y.0.abs().max(frame.y.1)),
            Told::Model(metric::Unit::Percent) => (0.01, "%"),
            Told::Model(metric::Unit::Milliseconds) => (1.0, " ms"),
            Told::Model(_) => (1.0, ""),
        };
        let within = |count| ticks::numbers(frame.y.0 / scale, frame.y.1 / scale, count);
        // One level alone tells no scale.
        let found = [2, 3, 4].map(within).into_iter().find(|(levels, _)| levels.len() > 1);
        let (levels, step) = found.unwrap_or_else(|| within(4));
        for level in levels {
            let y = frame.py(level * scale);
            pen.level(y, frame.left, frame.right, colours.line)?;
            let text = format!("{}{suffix}", format::tick(metric::Unit::Ratio, level, step));
            pen.text(&text, (frame.left - 8.0, y), Anchor::End, TICK, colours.text_3)?;
        }
        Ok(())
    }

    /// Lines between gaps.
    fn runs(&self, course: &Course, frame: &Frame, look: &Look) -> Vec<Vec<(f64, f64)>> {
        let mut out: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut end = i64::MIN;
        for (start, to, value) in &course.stretches {
            let Some(value) = value.filter(|v| v.is_finite()) else {
                continue;
            };
            let middle = i64::midpoint(*start, *to) as f64;
            let point = (frame.px(middle), frame.py(value));
            match out.last_mut() {
                Some(run) if *start <= end => run.push(point),
                _ => out.push(vec![point]),
            }
            end = *to;
        }
        out.iter().map(|run| m4(run, look.dpr)).collect()
    }

    fn at(&self, thing: usize) -> i64 {
        let start = self.grid.from + thing as i64 * self.grid.step;
        (start + self.grid.step / 2).min(self.grid.to - 1)
    }

    fn value_at(course: &Course, time: i64) -> Option<(i64, i64, f64)> {
        let at = course.stretches.partition_point(|s| s.0 <= time).checked_sub(1)?;
        let (start, end, value) = *course.stretches.get(at)?;
        (time < end).then_some(())?;
        Some((start, end, value?))
    }
}

impl Chart for PanelPlot {
    const NAME: &'static str = "panel";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let frame = self.frame(look);
        let axes = Axes {
            axis: Axis::Time,
            x: frame.x,
            y: frame.y,
            unit: None,
            floor: true,
        };
        let side = |t: i64| frame.px(t as f64).clamp(frame.left, frame.right);
        for (from, to, level) in &self.incidents {
            let colour = match level {
                Level::Bad => colours.bad,
                Level::Watch => colours.warn,
                Level::Ok | Level::Unknown => colours.neutral,
            };
            let (left, right) = (look.snap(side(*from)), look.snap(side(*to)));
            pen.rect((left, frame.top), (right, frame.bottom), colour, 0.09)?;
            pen.upright(left, frame.top, frame.bottom, colour)?;
        }
        if self.range().is_none() {
            draw_nothing(pen, &frame, "Nothing was seen in this time")?;
        } else {
            self.draw_levels(pen, &frame)?;
        }
        for time in &self.restarts {
            if (self.grid.from..self.grid.to).contains(time) {
                let x = look.snap(side(*time));
                let ends = [(x, frame.top), (x, frame.bottom)];
                pen.dashes(&ends, colours.line_3, look.hair(), (3.0, 3.0))?;
            }
        }
        for (hue, course) in self.lines.iter().enumerate() {
            let colour = colours.palette[hue % PALETTE];
            for run in self.runs(course, &frame, look) {
                match run.as_slice() {
                    [one] => pen.dot(*one, 2.0, colour)?,
                    run => pen.path(run, colour, 1.0, 1.5)?,
                }
            }
        }
        if self.foot {
            draw_x(pen, &frame, &axes)?;
        } else {
            pen.level(frame.bottom, frame.left, frame.right, colours.line_2)?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let line = |course: &Course| {
            let values = || course.stretches.iter().filter_map(|s| s.2);
            let ends = values().reduce(f64::min).zip(values().reduce(f64::max))?;
            let name = if course.name.is_empty() { String::new() } else { format!(" {}", course.name) };
            Some(format!(
                "{}{name} from {} to {}",
                self.title,
                self.text(ends.0),
                self.text(ends.1)
            ))
        };
        let lines: Vec<String> = self.lines.iter().filter_map(line).collect();
        if lines.is_empty() {
            return format!("{}: nothing was seen in this time.", self.title);
        }
        format!("{}.", lines.join("; "))
    }

    fn things(&self) -> usize {
        let width = self.grid.to.saturating_sub(self.grid.from).max(0);
        (width as u64).div_ceil(self.grid.step.max(1) as u64) as usize
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let last = self.things().checked_sub(1)?;
        let steps = (frame.time_at(x) - self.grid.from).max(0) / self.grid.step.max(1);
        Some((steps as usize).min(last))
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        if thing >= self.things() {
            return Vec::new();
        }
        let time = self.at(thing);
        let start = self.grid.from + thing as i64 * self.grid.step;
        let mut out = vec![Fact::new(
            "",
            format::period(Time(start), Time(start + self.grid.step)),
        )];
        for (hue, course) in self.lines.iter().enumerate() {
            let text = Self::value_at(course, time).map_or_else(|| "–".to_owned(), |v| self.text(v.2));
            let label = if course.name.is_empty() { &self.title } else { &course.name };
            out.push(Fact {
                hue: Some(hue % PALETTE),
                ..Fact::new(label.clone(), text)
            });
        }
        if self.incidents.iter().any(|(a, b, _)| (*a..*b).contains(&time)) {
            out.push(Fact::new("Incident", "goes on"));
        }
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        (thing < self.things()).then_some(())?;
        let time = self.at(thing);
        let half = self.grid.step / 2;
        let x = frame.px(time as f64);
        let dots = self.lines.iter().enumerate().filter_map(|(hue, course)| {
            let (start, end, value) = Self::value_at(course, time)?;
            let middle = frame.px(i64::midpoint(start, end) as f64);
            Some((middle, frame.py(value), look.colours.palette[hue % PALETTE]))
        });
        Some(Mark {
            area: (
                frame.px((time - half) as f64),
                frame.top,
                frame.px((time + half) as f64),
                frame.bottom,
            ),
            line: Some(x),
            dots: dots.collect(),
        })
    }

    fn span(&self, one: usize, other: usize) -> Option<(i64, i64)> {
        (one.max(other) < self.things()).then_some(())?;
        let (first, last) = (one.min(other) as i64, one.max(other) as i64);
        let from = self.grid.from + first * self.grid.step;
        Some((from, self.grid.from + (last + 1) * self.grid.step))
    }
}
