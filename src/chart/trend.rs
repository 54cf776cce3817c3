//! Metrics over time: up to three lines with their 95 % intervals, against the baseline; and beside them
//! what is expected where outcomes are not, or not all, in yet ([`Kind`]).

mod draw;
mod guess;

use super::frame::{Axes, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::geometry::Strip;
use super::pen::{Fault, Look, Pen};
use super::theme::PALETTE;
use super::{Chart, Fact, Mark, format};
use crate::metric::{Estimate, Info, Unit, range};
use crate::report::{Departure, Report, words};
use guess::Guess;
pub use guess::Kind;
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
    guesses: Vec<Guess>,
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
    /// The metric's title, and what else than measured it is.
    pub title: String,
    /// Index into the palette.
    pub hue: usize,
    /// Whether it was measured.
    pub kind: Kind,
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
                title: report.view.metrics.title(info),
                unit: info.unit,
                range: range(info, report.task),
                points: report
                    .windows
                    .iter()
                    .map(|w| Point {
                        estimate: w.metrics.get(info.name).cloned().unwrap_or_default(),
                        departure: w.departures.get(info.name).copied(),
                    })
                    .collect(),
                guesses: Guess::all(report, info),
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
        let mut out = Vec::new();
        for (hue, line) in self.lines.iter().enumerate() {
            out.push(Key {
                title: line.title.clone(),
                hue: hue % PALETTE,
                kind: Kind::Measured,
            });
            out.extend(line.guesses.iter().map(|guess| Key {
                title: guess.title(line),
                hue: self.guess_hue(hue, guess.kind),
                kind: guess.kind,
            }));
        }
        out
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
            .flat_map(|line| {
                let guesses = line.guesses.iter().flat_map(|g| self.guess_ends(g));
                line.points.iter().filter_map(Point::ends).chain(guesses)
            })
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
        if let Some(rate) = point.departure.and_then(|d| d.false_alarm_rate) {
            out.push(Fact::new("False-alarm rate", words::false_alarm_rate(rate)));
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
            .all(|l| l.guesses.is_empty() && l.points.iter().all(|p| p.value().is_none()));
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
            for guess in &line.guesses {
                let colour = look.colours.palette[self.guess_hue(hue, guess.kind)];
                self.draw_guess(pen, &frame, guess, colour)?;
            }
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
                let guessed: String = line.guesses.iter().map(|g| self.guess_sentence(line, g)).collect();
                let Some(last) = values.last() else {
                    return format!("{}: no value.{guessed}", line.title);
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
                text + "." + &guessed
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
            for guess in &line.guesses {
                let hue = self.guess_hue(hue, guess.kind);
                guess.facts(line, hue, window, &mut out);
            }
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
        let mut dots = Vec::new();
        let mut dot = |point: Option<&Point>, hue: usize| {
            let value = point.and_then(Point::value);
            dots.extend(value.map(|v| (x, frame.py(v), look.colours.palette[hue])));
        };
        for (hue, line) in self.lines.iter().enumerate() {
            dot(line.points.get(window), hue % PALETTE);
            for guess in &line.guesses {
                dot(guess.points.get(window), self.guess_hue(hue, guess.kind));
            }
        }
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
