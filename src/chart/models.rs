//! Several models over time: the metric that they are compared by, a line a model, with its name at the end.

use super::frame::{Axes, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::geometry::{Strip, m4};
use super::pen::{Anchor, Fault, Look, Pen, TICK, cut, text_width};
use super::theme::PALETTE;
use super::{Chart, Fact, Mark, format};
use crate::metric::{Unit, info};
use crate::report::Report;
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

/// Beyond this a value is not drawn: differences of such numbers overflow.
const LARGEST: f64 = 1e300;
/// Names at the ends of lines take no more than this part of the width, and none of a narrow drawing.
const NAMES: f64 = 0.25;
const NARROW: f64 = 480.0;
/// Room for the dot before a name.
const BESIDE: f64 = 15.0;
/// Least distance between two names.
const APART: f64 = 13.0;

/// The tokens of the palette.
const HUES: [&str; PALETTE] = [
    "var(--cat-1)",
    "var(--cat-2)",
    "var(--cat-3)",
    "var(--cat-4)",
    "var(--cat-5)",
    "var(--cat-6)",
];

/// A line a model over the windows of a report: the main one first, then the others, best first. More than
/// there are hues are grey. A window without a value is a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelLines {
    strip: Strip,
    title: String,
    unit: Unit,
    lines: Vec<Line>,
}

impl Default for ModelLines {
    fn default() -> Self {
        Self {
            strip: Strip::default(),
            title: String::new(),
            unit: Unit::Ratio,
            lines: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Line {
    name: String,
    /// An index into the palette; `None` is grey.
    hue: Option<usize>,
    values: Vec<Option<f64>>,
}

impl ModelLines {
    /// The models of a report; nothing where there is one only.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let Some(models) = &report.models else {
            return Self::default();
        };
        let info = info(&models.metric);
        let (main, others): (Vec<_>, Vec<_>) =
            models.models.iter().partition(|m| m.name == models.main);
        let drawable = |v: &Option<f64>| v.filter(|v| v.abs() < LARGEST);
        let line = |(at, model): (usize, &crate::report::Model)| Line {
            name: model.name.clone(),
            hue: (at < PALETTE).then_some(at),
            values: model.by_window.iter().map(drawable).collect(),
        };
        Self {
            strip: Strip::of(report),
            title: info.map_or_else(String::new, |i| i.title.to_owned()),
            unit: info.map_or(Unit::Ratio, |i| i.unit),
            lines: main.into_iter().chain(others).enumerate().map(line).collect(),
        }
    }

    /// The models that have a hue, with its token, and how many have none.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        let named = self.lines.iter().filter_map(|l| Some((l.name.clone(), *HUES.get(l.hue?)?)));
        let mut out: Vec<(String, &'static str)> = named.collect();
        let grey = self.lines.iter().filter(|l| l.hue.is_none()).count();
        if grey > 0 {
            out.push((format!("{grey} more"), "var(--neutral)"));
        }
        out
    }

    fn is_empty(&self) -> bool {
        !self.lines.iter().any(|l| l.values.iter().any(Option::is_some))
    }

    fn axes(&self) -> Axes {
        Axes {
            axis: self.strip.axis,
            x: self.strip.domain(),
            y: self.range(),
            unit: Some(self.unit),
            floor: true,
        }
    }

    fn range(&self) -> (f64, f64) {
        let values = self.lines.iter().flat_map(|l| l.values.iter().flatten());
        let (mut low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), v| {
            (low.min(*v), high.max(*v))
        });
        if low > high {
            return (0.0, 1.0);
        }
        if low > 0.0 && low < 0.4 * high {
            low = 0.0;
        }
        let pad = match 0.07 * (high - low) {
            pad if pad > f64::EPSILON * high.abs() => pad,
            _ if high == 0.0 => 1.0,
            _ => 0.05 * high.abs(),
        };
        (if low == 0.0 { 0.0 } else { low - pad }, high + pad)
    }

    /// Room for the names at the ends of lines.
    fn room(&self, look: &Look) -> f64 {
        if look.width < NARROW {
            return 0.0;
        }
        let named = self.lines.iter().filter(|l| l.hue.is_some());
        let widest = named.map(|l| text_width(&l.name, TICK)).fold(0.0, f64::max);
        (widest + BESIDE + 2.0).min(NAMES * look.width)
    }

    fn frame(&self, look: &Look, axes: &Axes) -> Frame {
        let frame = lay_out(look, axes);
        let right = look.snap((frame.right - self.room(look)).max(frame.left + 1.0));
        Frame { right, ..frame }
    }

    fn colour(look: &Look, line: &Line) -> RGBColor {
        let hue = line.hue.and_then(|hue| look.colours.palette.get(hue));
        hue.copied().unwrap_or(look.colours.neutral)
    }

    fn at(&self, frame: &Frame, line: &Line, window: usize) -> Option<(f64, f64)> {
        let value = line.values.get(window).copied().flatten()?;
        Some((frame.px(self.strip.middle(window)? as f64), frame.py(value)))
    }

    /// The stretches of a line that have values.
    fn stretches(&self, frame: &Frame, line: &Line) -> Vec<Vec<(f64, f64)>> {
        let mut out = vec![Vec::new()];
        for window in 0..line.values.len() {
            match (self.at(frame, line, window), out.last_mut()) {
                (Some(point), Some(stretch)) => stretch.push(point),
                _ => out.push(Vec::new()),
            }
        }
        out.retain(|stretch| !stretch.is_empty());
        out
    }

    /// Where names stand: each at the height of its line's end, as far as they do not meet.
    fn names(&self, frame: &Frame) -> Vec<(f64, &Line)> {
        let end = |line: &Line| {
            let last = line.values.iter().rposition(Option::is_some)?;
            Some(self.at(frame, line, last)?.1)
        };
        let named = self.lines.iter().filter(|l| l.hue.is_some());
        let mut names: Vec<(f64, &Line)> = named.filter_map(|l| Some((end(l)?, l))).collect();
        names.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Down from the top, then up from the bottom: the last ones may have been pushed out.
        let mut least = frame.top;
        for name in &mut names {
            name.0 = name.0.max(least);
            least = name.0 + APART;
        }
        let mut most = frame.bottom;
        for name in names.iter_mut().rev() {
            name.0 = name.0.min(most);
            most = name.0 - APART;
        }
        names
    }
}

impl Chart for ModelLines {
    const NAME: &'static str = "models";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let axes = self.axes();
        let frame = self.frame(look, &axes);
        if self.is_empty() {
            draw_nothing(pen, &frame, "No rows with outcomes that all models foretold")?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &axes)?;
        let dense = (frame.right - frame.left) < 2.0 * self.strip.spans.len() as f64;
        // What matters most is drawn last.
        for (at, line) in self.lines.iter().enumerate().rev() {
            let colour = Self::colour(look, line);
            let (opacity, width) = match (at, line.hue) {
                (_, None) => (0.5, 1.0),
                _ if dense => (1.0, 1.0),
                (0, _) => (1.0, 2.25),
                _ => (1.0, 1.5),
            };
            for stretch in self.stretches(&frame, line) {
                match &stretch[..] {
                    [one] => pen.dot(*one, 2.0, colour)?,
                    many => pen.path(&m4(many, look.dpr), colour, opacity, width)?,
                }
            }
        }
        let room = self.room(look);
        if room > 0.0 {
            for (y, line) in self.names(&frame) {
                // Words are in the colour of words, which all can read; a dot tells whose they are.
                pen.dot((frame.right + 8.0, y), 3.0, Self::colour(look, line))?;
                let text = cut(&line.name, TICK, room - BESIDE);
                let at = (frame.right + BESIDE, y);
                pen.text(&text, at, Anchor::Start, TICK, look.colours.text_2)?;
            }
        }
        draw_x(pen, &frame, &axes)?;
        Ok(frame)
    }

    fn sentence(&self) -> String {
        if self.is_empty() {
            return "Models over time. No rows with outcomes that all models foretold.".to_owned();
        }
        let last = |line: &Line| {
            let value = line.values.iter().rev().flatten().next()?;
            Some(format!("{} {}", line.name, format::exact(self.unit, *value)))
        };
        let values: Vec<String> = self.lines.iter().filter_map(last).collect();
        format!(
            "{} of {} models in {} windows. Last: {}.",
            self.title,
            self.lines.len(),
            self.strip.spans.len(),
            values.join(", ")
        )
    }

    fn things(&self) -> usize {
        self.strip.spans.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        self.strip.find(frame.time_at(x))
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        if thing >= self.things() {
            return Vec::new();
        }
        let mut out = vec![Fact::new("", self.strip.name(thing))];
        out.extend(self.lines.iter().map(|line| {
            let value = line.values.get(thing).copied().flatten();
            Fact {
                label: line.name.clone(),
                text: value.map_or("–".to_owned(), |v| format::exact(self.unit, v)),
                hue: line.hue,
            }
        }));
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        let (left, right) = self.strip.sides(frame, thing)?;
        let dot = |line: &Line| {
            line.hue?;
            let (x, y) = self.at(frame, line, thing)?;
            Some((x, y, Self::colour(look, line)))
        };
        Some(Mark {
            area: (left, frame.top, right, frame.bottom),
            line: Some(frame.px(self.strip.middle(thing)? as f64)),
            dots: self.lines.iter().filter_map(dot).collect(),
        })
    }

    fn span(&self, one: usize, other: usize) -> Option<(i64, i64)> {
        self.strip.span(one, other)
    }
}
