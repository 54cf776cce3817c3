//! Metrics over time: up to three lines with their 95 % intervals, against the baseline.

use super::frame::{Axes, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::geometry::{Strip, m4};
use super::pen::{Fault, Look, Pen};
use super::theme::PALETTE;
use super::{Chart, Fact, Mark, format};
use crate::metric::{Estimate, Info, Unit};
use crate::report::{Departure, Report};
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

/// More lines than these cannot be told apart with their intervals.
const LINES: usize = 3;
/// Beyond this a value is not drawn: differences of such numbers overflow.
const LARGEST: f64 = 1e300;

/// Metrics over the windows of a report. A window where a metric is undefined is a gap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    strip: Strip,
    lines: Vec<Line>,
    windows: Vec<WindowFacts>,
}

#[derive(Clone, Debug, PartialEq)]
struct WindowFacts {
    rows: u64,
    labelled: u64,
    mature: bool,
    in_baseline: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Line {
    title: String,
    unit: Unit,
    range: (Option<f64>, Option<f64>),
    points: Vec<Point>,
    baseline: Option<Estimate>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Point {
    estimate: Estimate,
    departure: Option<Departure>,
}

impl Point {
    fn value(&self) -> Option<f64> {
        drawable(self.estimate.value)
    }

    /// Lower end, value and upper end; the value where there is no interval.
    fn ends(&self) -> Option<(f64, f64, f64)> {
        let value = self.value()?;
        let low = drawable(self.estimate.low).unwrap_or(value).min(value);
        let high = drawable(self.estimate.high).unwrap_or(value).max(value);
        Some((low, value, high))
    }
}

fn drawable(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.abs() < LARGEST)
}

/// An entry of the legend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The metric's title.
    pub title: String,
    /// Index into the palette.
    pub hue: usize,
}

impl Trend {
    /// The first three of these metrics over the report's windows. They share one axis, whose ticks are
    /// written in the first one's unit.
    #[must_use]
    pub fn of(report: &Report, metrics: &[&Info]) -> Self {
        let lines = metrics
            .iter()
            .take(LINES)
            .map(|info| Line {
                title: info.title.to_owned(),
                unit: info.unit,
                range: info.range,
                points: report
                    .windows
                    .iter()
                    .map(|w| Point {
                        estimate: w.metrics.get(info.name).cloned().unwrap_or_default(),
                        departure: w.departures.get(info.name).copied(),
                    })
                    .collect(),
                // A window does not count as much as the whole baseline.
                baseline: report
                    .baseline
                    .as_ref()
                    .filter(|_| info.unit != Unit::Count)
                    .and_then(|b| b.block.metrics.get(info.name).cloned()),
            })
            .collect();
        let windows = report
            .windows
            .iter()
            .map(|w| WindowFacts {
                rows: w.rows,
                labelled: w.labelled,
                mature: w.mature,
                in_baseline: w.in_baseline,
            })
            .collect();
        Self {
            strip: Strip::of(report),
            lines,
            windows,
        }
    }

    /// What the lines mean.
    #[must_use]
    pub fn legend(&self) -> Vec<Key> {
        self.lines
            .iter()
            .enumerate()
            .map(|(hue, line)| Key {
                title: line.title.clone(),
                hue: hue % PALETTE,
            })
            .collect()
    }

    fn axes(&self) -> Axes {
        Axes {
            axis: self.strip.axis,
            x: self.strip.domain(),
            y: self.range(),
            unit: Some(self.lines.first().map_or(Unit::Ratio, |l| l.unit)),
            floor: true,
        }
    }

    /// The vertical range: every value, the baseline, and of the intervals as much as does not flatten
    /// the line, for a window of three rows has an interval that says nothing.
    fn range(&self) -> (f64, f64) {
        let ends: Vec<_> = self
            .lines
            .iter()
            .flat_map(|line| line.points.iter().filter_map(Point::ends))
            .collect();
        let baselines = self.lines.iter().filter_map(|l| l.baseline.as_ref());
        let values = ends.iter().map(|e| e.1).chain(
            baselines
                .clone()
                .flat_map(|b| [b.value, b.low, b.high])
                .filter_map(drawable),
        );
        let (mut low, mut high) = values.fold((f64::MAX, f64::MIN), |(low, high), v| {
            (low.min(v), high.max(v))
        });
        if low > high {
            return (0.0, 1.0);
        }
        if !ends.is_empty() {
            let room = (high - low).max(1.5 * quantile(ends.iter().map(|e| e.2 - e.0), 0.5));
            low = low.min(quantile(ends.iter().map(|e| e.0), 0.05).max(low - room));
            high = high.max(quantile(ends.iter().map(|e| e.2), 0.95).min(high + room));
        }
        if low > 0.0 && low < 0.4 * high {
            low = 0.0;
        }
        let (values_low, values_high) = (low, high);
        let mut pad = 0.07 * (high - low);
        if pad <= f64::EPSILON * high.abs() {
            pad = if high == 0.0 { 1.0 } else { 0.05 * high.abs() };
        }
        if low != 0.0 {
            low -= pad;
        }
        high += pad;
        // No room beyond what the metric can be, unless the data lies there after all.
        let limit = |f: fn(&Line) -> Option<f64>, better: fn(f64, f64) -> f64| {
            self.lines
                .iter()
                .map(f)
                .reduce(|a, b| Some(better(a?, b?)))
                .flatten()
        };
        if let Some(least) = limit(|l| l.range.0, f64::min) {
            low = low.max(least.min(values_low));
        }
        if let Some(most) = limit(|l| l.range.1, f64::max) {
            high = high.min(most.max(values_high));
        }
        if low < high { (low, high) } else { (low - 0.5, low + 0.5) }
    }

    /// Stretches of windows of the baseline, CSS pixels.
    fn baseline_stretches(&self, frame: &Frame) -> Vec<(f64, f64)> {
        let mut out: Vec<(f64, f64)> = Vec::new();
        let mut open = false;
        for (i, window) in self.windows.iter().enumerate() {
            if let (true, Some((left, right))) = (window.in_baseline, self.strip.sides(frame, i)) {
                match out.last_mut() {
                    Some(last) if open => last.1 = right,
                    _ => out.push((left, right)),
                }
            }
            open = window.in_baseline;
        }
        out
    }

    /// CSS pixels between windows, on average.
    fn spacing(&self, frame: &Frame) -> f64 {
        (frame.right - frame.left) / self.windows.len().max(1) as f64
    }

    fn x(&self, frame: &Frame, window: usize) -> f64 {
        frame.px(self.strip.middle(window).unwrap_or_default() as f64)
    }

    fn draw_baseline<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
    ) -> Result<(), Fault<DB>> {
        let colours = pen.look().colours;
        for (hue, line) in self.lines.iter().enumerate() {
            let Some(baseline) = &line.baseline else {
                continue;
            };
            let Some(value) = drawable(baseline.value) else {
                continue;
            };
            let alone = self.lines.len() == 1;
            let colour = if alone {
                colours.baseline
            } else {
                colours.palette[hue % PALETTE]
            };
            if let (true, Some(low), Some(high)) =
                (alone, drawable(baseline.low), drawable(baseline.high))
            {
                let (from, to) = (frame.py(high), frame.py(low));
                pen.rect(
                    (frame.left, from),
                    (frame.right, to.max(from + pen.look().hair())),
                    colour,
                    colours.band_opacity,
                )?;
            }
            let y = frame.py(value);
            pen.dashes(
                &[(frame.left, y), (frame.right, y)],
                colour,
                1.0,
                (5.0, 4.0),
            )?;
        }
        Ok(())
    }

    fn draw_line<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
        line: &Line,
        colour: RGBColor,
    ) -> Result<(), Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let spacing = self.spacing(frame);
        let runs = runs(&line.points);
        for run in &runs {
            for (piece, solid) in self.pieces(run.clone()) {
                let strip: Vec<_> = piece
                    .clone()
                    .filter_map(|i| Some((self.x(frame, i), line.points[i].ends()?)))
                    .collect();
                let opacity = colours.band_opacity * if solid { 1.0 } else { 0.45 };
                pen.fill(&band(frame, &strip, look.dpr), colour, opacity)?;
            }
        }
        let width = if spacing < 2.0 { 1.0 } else { 1.75 };
        for run in &runs {
            for (piece, solid) in self.pieces(run.clone()) {
                let points: Vec<_> = piece
                    .clone()
                    .filter_map(|i| Some((self.x(frame, i), frame.py(line.points[i].value()?))))
                    .collect();
                let points = m4(&points, look.dpr);
                if solid {
                    pen.path(&points, colour, 1.0, width)?;
                } else if spacing < 3.0 {
                    // Dashes of a line that goes up and down within a pixel would be dust.
                    pen.path(&points, colour, 0.5, width)?;
                } else {
                    pen.dashes(&points, colour, width, (4.0, 3.0))?;
                }
            }
            // A window between gaps has no line to carry it.
            let alone = run.len() == 1;
            if alone || spacing >= 12.0 {
                for i in run.clone() {
                    self.draw_point(pen, frame, line, i, alone && spacing >= 6.0, colour)?;
                }
            }
        }
        Ok(())
    }

    fn draw_point<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
        line: &Line,
        window: usize,
        whiskers: bool,
        colour: RGBColor,
    ) -> Result<(), Fault<DB>> {
        let Some((low, value, high)) = line.points[window].ends() else {
            return Ok(());
        };
        let x = self.x(frame, window);
        if whiskers && low < high {
            let (from, to) = (frame.py(high), frame.py(low));
            pen.path(&[(x, from), (x, to)], colour, 1.0, 1.25)?;
            for y in [from, to] {
                pen.path(&[(x - 4.0, y), (x + 4.0, y)], colour, 1.0, 1.25)?;
            }
        }
        let at = (x, frame.py(value));
        let radius = if self.windows.len() == 1 { 4.0 } else { 2.5 };
        pen.dot(at, radius, colour)?;
        if !self.windows[window].mature {
            pen.dot(at, radius - 1.25, pen.look().colours.surface)?;
        }
        Ok(())
    }

    /// The windows that depart, as dots: red for the worse, green for the better.
    fn draw_departures<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
        line: &Line,
    ) -> Result<(), Fault<DB>> {
        let colours = pen.look().colours;
        let sparse = self.spacing(frame) >= 5.0;
        let (radius, apart) = if sparse { (3.5, 0.0) } else { (1.75, 1.5) };
        let mut last = f64::MIN;
        for (i, point) in line.points.iter().enumerate() {
            let (Some(departure), Some(value)) = (point.departure, point.value()) else {
                continue;
            };
            let at = (self.x(frame, i), frame.py(value));
            if at.0 - last < apart {
                continue;
            }
            last = at.0;
            if sparse {
                pen.dot(at, radius + 1.25, colours.surface)?;
            }
            let colour = match departure.worse {
                Some(true) => colours.bad,
                Some(false) => colours.good,
                None => colours.warn,
            };
            pen.dot(at, radius, colour)?;
        }
        Ok(())
    }

    /// A run cut where solid turns to dashed: a stretch is solid where both its windows are mature.
    fn pieces(&self, run: std::ops::Range<usize>) -> Vec<(std::ops::Range<usize>, bool)> {
        let solid = |i: usize| self.windows[i].mature && self.windows[i + 1].mature;
        let mut out: Vec<(std::ops::Range<usize>, bool)> = Vec::new();
        for i in run.start..run.end.saturating_sub(1) {
            match out.last_mut() {
                Some((piece, is)) if *is == solid(i) => piece.end = i + 2,
                _ => out.push((i..i + 2, solid(i))),
            }
        }
        out
    }

    fn facts(&self, line: &Line, hue: usize, window: usize, out: &mut Vec<Fact>) {
        let Some(point) = line.points.get(window) else {
            return;
        };
        let estimate = &point.estimate;
        let Some(value) = estimate.value else {
            let why = estimate.undefined.as_deref().unwrap_or("not measured");
            let mut fact = Fact::new(&line.title, format!("– ({why})"));
            fact.hue = Some(hue);
            out.push(fact);
            return;
        };
        let about = if estimate.bound.is_some() { "≈ " } else { "" };
        let mut fact = Fact::new(
            &line.title,
            format!("{about}{}", format::exact(line.unit, value)),
        );
        fact.hue = Some(hue);
        out.push(fact);
        if let Some(interval) = format::interval(line.unit, estimate) {
            out.push(Fact::new("95 % interval", interval));
        } else if let Some(why) = &estimate.no_interval {
            out.push(Fact::new("95 % interval", why.trim_start_matches("no interval: ")));
        }
        if let Some(baseline) = line.baseline.as_ref().and_then(|b| b.value) {
            out.push(Fact::new(
                "vs baseline",
                format::signed(line.unit, value - baseline),
            ));
        }
        if let Some(departure) = point.departure {
            out.push(Fact::new(
                "p (corrected)",
                format::p_value(departure.p_value),
            ));
        }
        out.push(Fact::new("n", format::count(estimate.n)));
    }
}

/// The `q`-quantile of some numbers by nearest rank; 0 of none.
fn quantile(values: impl Iterator<Item = f64>, q: f64) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let rank = ((sorted.len().saturating_sub(1)) as f64 * q).round() as usize;
    sorted.get(rank).copied().unwrap_or(0.0)
}

/// The stretches of windows that have values.
fn runs(points: &[Point]) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (i, point) in points.iter().enumerate() {
        if point.value().is_some() {
            match out.last_mut() {
                Some(run) if run.end == i => run.end = i + 1,
                _ => out.push(i..i + 1),
            }
        }
    }
    out
}

/// The outline of an interval band, with no more than one step per pixel column.
fn band(frame: &Frame, strip: &[(f64, (f64, f64, f64))], dpr: f64) -> Vec<(f64, f64)> {
    let mut columns: Vec<(f64, f64, f64)> = Vec::new();
    let mut column = f64::NAN;
    for &(x, (low, _, high)) in strip {
        match columns.last_mut() {
            Some(last) if (x * dpr).floor() == column => {
                last.1 = last.1.min(low);
                last.2 = last.2.max(high);
            }
            _ => {
                columns.push((x, low, high));
                column = (x * dpr).floor();
            }
        }
    }
    let upper = columns.iter().map(|&(x, _, high)| (x, frame.py(high)));
    let lower = columns.iter().rev().map(|&(x, low, _)| (x, frame.py(low)));
    upper.chain(lower).collect()
}

impl Chart for Trend {
    const NAME: &'static str = "trend";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let axes = self.axes();
        let frame = lay_out(look, &axes);
        for (left, right) in self.baseline_stretches(&frame) {
            pen.rect(
                (look.snap(left), frame.top),
                (look.snap(right), frame.bottom),
                look.colours.baseline_soft,
                1.0,
            )?;
        }
        let empty = self
            .lines
            .iter()
            .all(|l| l.points.iter().all(|p| p.value().is_none()));
        if empty {
            if !self.windows.is_empty() {
                draw_x(pen, &frame, &axes)?;
            }
            draw_nothing(pen, &frame, "No value in this span")?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &axes)?;
        draw_x(pen, &frame, &axes)?;
        self.draw_baseline(pen, &frame)?;
        for (hue, line) in self.lines.iter().enumerate().rev() {
            self.draw_line(pen, &frame, line, look.colours.palette[hue % PALETTE])?;
        }
        for line in &self.lines {
            self.draw_departures(pen, &frame, line)?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let parts: Vec<String> = self
            .lines
            .iter()
            .map(|line| {
                let values: Vec<f64> = line.points.iter().filter_map(Point::value).collect();
                let Some(last) = values.last() else {
                    return format!("{}: no value.", line.title);
                };
                let (low, high) = values
                    .iter()
                    .fold((f64::MAX, f64::MIN), |(a, b), &v| (a.min(v), b.max(v)));
                let write = |v: f64| format::exact(line.unit, v);
                let mut text = format!(
                    "{} over {} windows: {} to {}, latest {}",
                    line.title,
                    values.len(),
                    write(low),
                    write(high),
                    write(*last)
                );
                if let Some(baseline) = line.baseline.as_ref().and_then(|b| b.value) {
                    let departing = line.points.iter().filter(|p| p.departure.is_some()).count();
                    text += &format!(
                        ", baseline {}; {departing} windows depart from it",
                        write(baseline)
                    );
                }
                text + "."
            })
            .collect();
        if parts.is_empty() {
            "No metric is shown.".to_owned()
        } else {
            parts.join(" ")
        }
    }

    fn things(&self) -> usize {
        self.windows.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        self.strip.find(frame.time_at(x))
    }

    fn describe(&self, window: usize) -> Vec<Fact> {
        let Some(facts) = self.windows.get(window) else {
            return Vec::new();
        };
        let mut out = vec![Fact::new("", self.strip.name(window))];
        for (hue, line) in self.lines.iter().enumerate() {
            self.facts(line, hue % PALETTE, window, &mut out);
        }
        out.push(Fact::new("Rows", format::count(facts.rows)));
        out.push(Fact::new("With outcome", format::count(facts.labelled)));
        if !facts.mature {
            out.push(Fact::new("Status", "outcomes still arriving"));
        } else if facts.in_baseline {
            out.push(Fact::new("Status", "part of the baseline"));
        }
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, window: usize) -> Option<Mark> {
        let (left, right) = self.strip.sides(frame, window)?;
        let x = self.x(frame, window);
        let dots = self
            .lines
            .iter()
            .enumerate()
            .filter_map(|(hue, line)| {
                let value = line.points.get(window)?.value()?;
                Some((x, frame.py(value), look.colours.palette[hue % PALETTE]))
            })
            .collect();
        Some(Mark {
            area: (left, frame.top, right, frame.bottom),
            line: Some(x),
            dots,
        })
    }

    fn span(&self, one: usize, other: usize) -> Option<(i64, i64)> {
        self.strip.span(one, other)
    }
}
