//! A small trend for the card of a metric: the shape alone, without axes.

use super::frame::{Axis, Frame};
use super::geometry::{Strip, m4};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::{Info, Unit};
use crate::report::Report;
use plotters_backend::DrawingBackend;

/// One metric over the windows of a report, small.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparkline {
    title: String,
    unit: Unit,
    strip: Strip,
    points: Vec<Spot>,
    baseline: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    value: Option<f64>,
    /// What is expected, where outcomes are not in yet; it stands in the place of what few of them tell.
    expected: Option<f64>,
    mature: bool,
    worse: Option<Option<bool>>,
}

impl Sparkline {
    /// A metric over the report's windows.
    #[must_use]
    pub fn of(report: &Report, info: &Info) -> Self {
        let finite = |v: Option<f64>| v.filter(|v| v.abs() < 1e300);
        Self {
            title: report.view.metrics.title(info),
            unit: info.unit,
            strip: Strip::of(report),
            points: report
                .windows
                .iter()
                .map(|w| {
                    let expected = w.estimated.get(info.name).filter(|_| !w.mature);
                    let expected = expected.and_then(|e| finite(e.value));
                    let known = w.metrics.get(info.name).filter(|_| expected.is_none());
                    Spot {
                        value: finite(known.and_then(|e| e.value)),
                        expected,
                        mature: w.mature,
                        worse: w.departures.get(info.name).map(|d| d.worse),
                    }
                })
                .collect(),
            // A window does not count as much as the whole baseline.
            baseline: report
                .baseline
                .as_ref()
                .filter(|_| info.unit != Unit::Count)
                .and_then(|b| finite(b.block.metrics.get(info.name)?.value)),
        }
    }

    /// Values at equal distances, without times: a share by window.
    #[must_use]
    pub fn plain(title: &str, unit: Unit, values: &[Option<f64>]) -> Self {
        Self {
            title: title.to_owned(),
            unit,
            strip: Strip {
                axis: Axis::Rows,
                spans: (0..values.len() as i64).map(|i| (2 * i, 2 * i + 2)).collect(),
            },
            points: values
                .iter()
                .map(|v| Spot {
                    value: v.filter(|v| v.abs() < 1e300),
                    expected: None,
                    mature: true,
                    worse: None,
                })
                .collect(),
            baseline: None,
        }
    }

    /// The same beside what is usual.
    #[must_use]
    pub fn beside(mut self, usual: Option<f64>) -> Self {
        self.baseline = usual.filter(|v| v.abs() < 1e300);
        self
    }

    fn lay_out(&self, look: &Look) -> Frame {
        let values = self.points.iter().filter_map(|p| p.value.or(p.expected));
        let (low, high) = values
            .chain(self.baseline)
            .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
        let y = if low < high {
            (low, high)
        } else if low == high {
            (low - 0.5, low + 0.5)
        } else {
            (0.0, 1.0)
        };
        Frame {
            left: 4.0,
            top: 4.0,
            right: (look.width - 5.0).max(5.0),
            bottom: (look.height - 4.0).max(5.0),
            axis: Axis::Time,
            x: self.strip.domain(),
            y,
        }
    }

    fn place(&self, frame: &Frame, window: usize) -> Option<(f64, f64)> {
        self.place_of(frame, window, self.points.get(window)?.value?)
    }

    /// Where a window is drawn, be its value known or expected.
    fn any_place(&self, frame: &Frame, window: usize) -> Option<(f64, f64)> {
        let point = self.points.get(window)?;
        self.place_of(frame, window, point.value.or(point.expected)?)
    }

    fn place_of(&self, frame: &Frame, window: usize, value: f64) -> Option<(f64, f64)> {
        Some((
            frame.px(self.strip.middle(window)? as f64),
            frame.py(value),
        ))
    }

    /// What is expected, dashed, from the last window that is known on.
    fn draw_expected<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
    ) -> Result<(), Fault<DB>> {
        let look = pen.look();
        let colour = look.colours.palette[1];
        let mut run: Vec<(f64, f64)> = Vec::new();
        for i in 0..=self.points.len() {
            let expected = self.points.get(i).and_then(|p| p.expected);
            if let Some(at) = expected.and_then(|v| self.place_of(frame, i, v)) {
                if run.is_empty() {
                    run.extend(i.checked_sub(1).and_then(|before| self.place(frame, before)));
                }
                run.push(at);
                continue;
            }
            if run.len() > look.width as usize {
                pen.path(&m4(&run, look.dpr), colour, 0.7, 1.25)?;
            } else {
                pen.dashes(&m4(&run, look.dpr), colour, 1.25, (3.0, 2.5))?;
            }
            run.clear();
        }
        Ok(())
    }
}

impl Chart for Sparkline {
    const NAME: &'static str = "sparkline";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let frame = self.lay_out(look);
        if let Some(baseline) = self.baseline {
            let y = frame.py(baseline);
            pen.dashes(&[(0.0, y), (look.width, y)], colours.baseline, 1.0, (3.0, 3.0))?;
        }
        let mut run = Vec::new();
        let colour = colours.palette[0];
        for i in 0..=self.points.len() {
            if let Some(at) = self.place(&frame, i) {
                run.push(at);
                continue;
            }
            if let [alone] = run[..] {
                pen.dot(alone, 1.5, colour)?;
            }
            pen.path(&m4(&run, look.dpr), colour, 1.0, 1.5)?;
            run.clear();
        }
        self.draw_expected(pen, &frame)?;
        let dense = self.points.len() as f64 > look.width / 4.0;
        for (i, point) in self.points.iter().enumerate() {
            let (Some(worse), Some(at)) = (point.worse, self.place(&frame, i)) else {
                continue;
            };
            let colour = match worse {
                Some(true) => colours.bad,
                Some(false) => colours.good,
                None => colours.warn,
            };
            pen.dot(at, if dense { 1.0 } else { 2.0 }, colour)?;
        }
        // The latest value is the one beside which the card's number stands.
        let last = (0..self.points.len()).rev().find_map(|i| Some((i, self.any_place(&frame, i)?)));
        if let Some((i, at)) = last {
            let point = &self.points[i];
            let colour = match point.worse {
                Some(Some(true)) => colours.bad,
                Some(Some(false)) => colours.good,
                Some(None) => colours.warn,
                None if point.expected.is_some() => colours.palette[1],
                None => colour,
            };
            pen.dot(at, 4.0, colours.surface)?;
            pen.dot(at, 2.75, colour)?;
            if !point.mature {
                pen.dot(at, 1.5, colours.surface)?;
            }
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let latest = |of: fn(&Spot) -> Option<f64>, word: &str| {
            let value = self.points.iter().rev().find_map(of)?;
            let value = format::exact(self.unit, value);
            Some(format!("{}, latest {word}{value}.", self.title))
        };
        let known = latest(|p| p.value, "");
        let expected = latest(|p| p.expected, "estimated ");
        match (known, expected) {
            (None, None) => format!("{}: no value.", self.title),
            (known, expected) => [known, expected].into_iter().flatten().collect::<Vec<_>>().join(" "),
        }
    }

    fn things(&self) -> usize {
        self.points.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        self.strip.find(frame.time_at(x))
    }

    fn describe(&self, window: usize) -> Vec<Fact> {
        let Some(point) = self.points.get(window) else {
            return Vec::new();
        };
        let write = |v| format::exact(self.unit, v);
        let value = match (point.value, point.expected) {
            (Some(v), _) => write(v),
            (None, Some(v)) => format!("estimated {}", write(v)),
            (None, None) => "–".to_owned(),
        };
        vec![
            Fact::new("", self.strip.name(window)),
            Fact::new(&self.title, value),
        ]
    }

    fn mark(&self, frame: &Frame, look: &Look, window: usize) -> Option<Mark> {
        let (x, y) = self.any_place(frame, window)?;
        let (left, right) = self.strip.sides(frame, window)?;
        Some(Mark {
            area: (left, 0.0, right, look.height),
            line: Some(x),
            dots: vec![(x, y, look.colours.palette[0])],
        })
    }
}
