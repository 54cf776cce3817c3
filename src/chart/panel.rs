//! Small charts under each other on one axis of time: how right the model is, and what the machine says. Incidents
//! and changes of the model's version run through all of them, a cursor shows the same instant in all.

mod stack;

pub use stack::{Stacked, is_part, stack};

use super::format;
use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x};
use super::geometry::m4;
use super::pen::{Anchor, Fault, Look, Pen, TICK, text_width};
use super::theme::PALETTE;
use super::ticks;
use super::{Chart, Fact, Mark};
use crate::metric;
use crate::report::Level;
use crate::report::told::{amount, scale};
use crate::series::Unit;
use crate::table::time::Time;
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;
use std::sync::Arc;

/// Room for labels on the left, the same for all.
const LEFT: f64 = 64.0;
/// Room below, with labels of time and without.
const FOOT: f64 = 34.0;
const NO_FOOT: f64 = 6.0;
/// Room above for the names of versions.
const HEAD: f64 = 14.0;
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
    /// Shared by all that hold the chart: they are most of it.
    stretches: Arc<[Stretch]>,
    /// Instants of values that are unlike those before them, with their scores.
    unlike: Vec<(i64, f64)>,
}

/// Below so many pixels a gap would not be seen.
const NARROW: f64 = 4.0;
/// Height of the bar that stands for a gap at the foot of a chart.
const FOOT_BAR: f64 = 5.0;

/// A chart of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelPlot {
    title: String,
    grid: Grid,
    told: Told,
    lines: Vec<Course>,
    /// From when to when something departs, and how bad that is.
    incidents: Vec<(i64, i64, Level)>,
    /// From when to when an error budget was spent too fast, and how bad that is; of an objective that nobody chose it
    /// is [`Level::Unknown`].
    burns: Vec<(i64, i64, Level)>,
    restarts: Vec<i64>,
    /// From when to when a source gave nothing, and which, where others did.
    gaps: Vec<(i64, i64, String)>,
    /// When another version took over, and which.
    versions: Vec<(i64, String)>,
    /// Whether its values are yet to come.
    waits: bool,
    /// Whether the names of versions stand in it.
    head: bool,
    /// Whether the axis of time is labelled below it.
    foot: bool,
}

impl Default for PanelPlot {
    fn default() -> Self {
        Self {
            title: String::new(),
            grid: Grid::default(),
            told: Told::Machine(Unit::Plain),
            lines: Vec::new(),
            incidents: Vec::new(),
            burns: Vec::new(),
            restarts: Vec::new(),
            gaps: Vec::new(),
            versions: Vec::new(),
            waits: false,
            head: false,
            foot: false,
        }
    }
}

impl PanelPlot {
    /// Its height in CSS pixels.
    #[must_use]
    pub fn good_height(&self) -> f64 {
        let head = if self.named() { HEAD } else { 0.0 };
        HEIGHT + head + if self.foot { FOOT - NO_FOOT } else { 0.0 }
    }

    /// Whether names of versions stand above its lines.
    fn named(&self) -> bool {
        self.head && !self.versions.is_empty()
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let stretches = self.lines.iter().flat_map(|l| l.stretches.iter());
        stretches.filter_map(|s| s.2).filter(|v| v.is_finite())
    }

    /// Lowest and highest value shown.
    fn range(&self) -> Option<(f64, f64)> {
        let most = self.values().reduce(f64::max)?;
        let least = self.values().reduce(f64::min)?;
        let from_zero = [metric::Unit::Count, metric::Unit::Milliseconds];
        let of_model = matches!(self.told, Told::Model(u) if !from_zero.contains(&u));
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
            let low = least - pad;
            return Some((if least >= 0.0 { low.max(0.0) } else { low }, top));
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
            top: look.snap(if self.named() { 6.0 + HEAD } else { 6.0 }),
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

    /// Where another version took over, its name above.
    fn draw_versions<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
    ) -> Result<(), Fault<DB>> {
        let colours = pen.look().colours;
        let mut free = f64::NEG_INFINITY;
        for (time, version) in &self.versions {
            if !(self.grid.from..self.grid.to).contains(time) {
                continue;
            }
            let x = frame.px(*time as f64);
            pen.upright(x, frame.top - if self.named() { 4.0 } else { 0.0 }, frame.bottom, colours.text_3)?;
            let width = text_width(version, TICK);
            let left = (x - width / 2.0).clamp(frame.left, (frame.right - width).max(frame.left));
            if self.named() && left > free {
                pen.text(version, (left, frame.top - 11.0), Anchor::Start, TICK, colours.text_2)?;
                free = left + width + 8.0;
            }
        }
        Ok(())
    }

    /// The only value of a line, as a dot with its number.
    fn draw_alone<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
        (course, at, colour): (&Course, (f64, f64), RGBColor),
    ) -> Result<(), Fault<DB>> {
        pen.dot(at, 3.5, colour)?;
        let value = course.stretches.iter().find_map(|s| s.2);
        let Some(text) = value.map(|v| self.text(v)) else {
            return Ok(());
        };
        let right = at.0 + 9.0 + text_width(&text, TICK) <= frame.right;
        let (x, anchor) = if right { (at.0 + 9.0, Anchor::Start) } else { (at.0 - 9.0, Anchor::End) };
        pen.text(&text, (x, at.1), anchor, TICK, pen.look().colours.text_2)
    }

    /// Lines between gaps.
    fn runs(&self, course: &Course, frame: &Frame, look: &Look) -> Vec<Vec<(f64, f64)>> {
        let mut out: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut end = i64::MIN;
        for (start, to, value) in course.stretches.iter() {
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

    /// Times in which nothing was told are grey. Where that would be too narrow to be seen, and where one of several
    /// sources was silent, a bar stands at the foot.
    fn draw_gaps<DB: DrawingBackend>(&self, pen: &Pen<DB>, frame: &Frame) -> Result<(), Fault<DB>> {
        let (look, neutral) = (pen.look(), pen.look().colours.neutral);
        let side = |t: i64| look.snap(frame.px(t as f64).clamp(frame.left, frame.right));
        for (from, to, of) in &self.gaps {
            let (left, right) = (side(*from), side(*to));
            let narrow = right - left < NARROW;
            let right = right.max(left + 1.0);
            if of.is_empty() {
                pen.rect((left, frame.top), (right, frame.bottom), neutral, 0.14)?;
            }
            if narrow || !of.is_empty() {
                let wider = (NARROW - (right - left)).max(0.0) / 2.0;
                let (left, right) = ((left - wider).max(frame.left), (right + wider).min(frame.right));
                pen.rect((left, frame.bottom - FOOT_BAR), (right, frame.bottom), neutral, 0.7)?;
            }
        }
        Ok(())
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
        self.draw_gaps(pen, &frame)?;
        for (from, to, level) in self.incidents.iter().chain(&self.burns) {
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
            let nothing = match self.waits {
                true => "Columns are being compared …",
                false => "Nothing was seen in this time",
            };
            draw_nothing(pen, &frame, nothing)?;
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
        self.draw_versions(pen, &frame)?;
        for (hue, course) in self.lines.iter().enumerate() {
            let colour = colours.palette[hue % PALETTE];
            let runs = self.runs(course, &frame, look);
            // A value alone in the whole time shown would be overlooked.
            let alone = runs.len() == 1;
            for run in runs {
                match run.as_slice() {
                    [one] if alone => self.draw_alone(pen, &frame, (course, *one, colour))?,
                    [one] => pen.dot(*one, 2.0, colour)?,
                    run => pen.path(run, colour, 1.0, 1.5)?,
                }
            }
        }
        for course in &self.lines {
            for (time, _) in &course.unlike {
                if let Some((start, end, value)) = Self::value_at(course, *time) {
                    let at = (frame.px(i64::midpoint(start, end) as f64), frame.py(value));
                    pen.dot(at, 4.5, colours.surface)?;
                    pen.dot(at, 3.5, colours.warn)?;
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
        let end = start + self.grid.step;
        let unlike = self.lines.iter().flat_map(|line| {
            let here = line.unlike.iter().filter(|u| (start..end).contains(&u.0));
            here.map(|(_, score)| (line.name.as_str(), *score))
        });
        for (name, score) in unlike {
            let what = if name.is_empty() { &self.title } else { name };
            out.push(Fact::new("Unlike before", format!("{what}, score {score:.2}")));
        }
        let mut gaps = self.gaps.iter().filter(|(a, b, _)| *a < end && *b > start);
        if let Some((from, to, of)) = gaps.next() {
            let of = if of.is_empty() { "the source" } else { of };
            let when = format::period(Time(*from), Time(*to));
            let more = match gaps.count() {
                0 => String::new(),
                n => format!("; {n} more"),
            };
            out.push(Fact::new("Gap", format!("{of} gave nothing, {when}{more}")));
        }
        if self.incidents.iter().any(|(a, b, _)| (*a..*b).contains(&time)) {
            out.push(Fact::new("Incident", "goes on"));
        }
        if self.burns.iter().any(|(a, b, _)| (*a..*b).contains(&time)) {
            out.push(Fact::new("Error budget", "spent too fast"));
        }
        for (_, version) in self.versions.iter().filter(|v| (start..end).contains(&v.0)) {
            out.push(Fact::new("Version", format!("{version} took over")));
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
