//! What was not measured but follows from elsewhere, beside what was: dashed, with a light interval where the
//! outcomes of a window are not in yet. Where they are, what was measured takes over, and what was expected
//! stays as a thin trace, for a reader to see how far it was off.

use super::super::frame::Frame;
use super::super::geometry::m4;
use super::super::pen::{Fault, Pen};
use super::super::theme::PALETTE;
use super::super::{Fact, format};
use super::draw::{band, runs};
use super::{Line, Point, Trend};
use crate::metric::Info;
use crate::report::{Metrics, Report, Window};
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From outcomes.
    Measured,
    /// From what the scores of the window are worth by the outcomes of the baseline.
    Estimated,
}

impl Kind {
    /// Those that are drawn beside what was measured.
    const GUESSES: [Self; 1] = [Self::Estimated];

    /// What it is called; nothing for what was measured.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measured => "",
            Self::Estimated => "estimated",
        }
    }

    const fn of(self, window: &Window) -> &Metrics {
        match self {
            Self::Measured => &window.metrics,
            Self::Estimated => &window.estimated,
        }
    }
}

/// Values of one kind over the windows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Guess {
    pub kind: Kind,
    pub points: Vec<Point>,
}

impl Guess {
    /// Every kind of which a metric has a value.
    pub fn all(report: &Report, info: &Info) -> Vec<Self> {
        let of = |kind: Kind| {
            let point = |window: &Window| Point {
                estimate: kind.of(window).get(info.name).cloned().unwrap_or_default(),
                departure: None,
            };
            let points: Vec<Point> = report.windows.iter().map(point).collect();
            let any = points.iter().any(|p| p.value().is_some());
            any.then_some(Self { kind, points })
        };
        Kind::GUESSES.into_iter().filter_map(of).collect()
    }

    /// `ROC AUC, estimated`.
    pub fn title(&self, line: &Line) -> String {
        format!("{}, {}", line.title, self.kind.name())
    }

    /// What a tooltip tells of a window.
    pub fn facts(&self, line: &Line, hue: usize, window: usize, out: &mut Vec<Fact>) {
        let Some(estimate) = self.points.get(window).map(|p| &p.estimate) else {
            return;
        };
        let Some(value) = estimate.value else { return };
        let mut fact = Fact::new(self.title(line), format::exact(line.unit, value));
        fact.hue = Some(hue);
        out.push(fact);
        if let Some(interval) = format::interval(line.unit, estimate) {
            out.push(Fact::new("95 % interval", interval));
        }
        let measured = line.points.get(window).and_then(|p| p.estimate.value);
        if let Some(measured) = measured {
            let off = format::signed(line.unit, value - measured);
            out.push(Fact::new(format!("{} − measured", self.kind.name()), off));
        }
    }
}

impl Trend {
    /// A line alone has a hue to spare for what is expected of it; several keep their own.
    pub(super) fn guess_hue(&self, hue: usize, kind: Kind) -> usize {
        match self.lines.len() {
            1 => (hue + kind as usize) % PALETTE,
            _ => hue % PALETTE,
        }
    }

    /// The ends of what is drawn of a guess: no interval where outcomes are in.
    pub(super) fn guess_ends<'a>(
        &'a self,
        guess: &'a Guess,
    ) -> impl Iterator<Item = (f64, f64, f64)> + use<'a> {
        guess.points.iter().zip(&self.windows).filter_map(|(point, window)| {
            let (low, value, high) = point.ends()?;
            Some(match window.mature {
                true => (value, value, value),
                false => (low, value, high),
            })
        })
    }

    pub(super) fn draw_guess<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
        guess: &Guess,
        colour: RGBColor,
    ) -> Result<(), Fault<DB>> {
        let look = pen.look();
        let spacing = self.spacing(frame);
        for run in runs(&guess.points) {
            let (start, end) = (run.start, run.end);
            for (piece, mature) in self.pieces(run) {
                let points = piece.clone().filter_map(|i| {
                    let ends = guess.points.get(i)?.ends()?;
                    Some((self.x(frame, i), ends))
                });
                let points: Vec<_> = points.collect();
                if !mature {
                    let opacity = 0.55 * look.colours.band_opacity;
                    pen.fill(&band(frame, &points, look.dpr), colour, opacity)?;
                }
                let line: Vec<_> = points.iter().map(|(x, e)| (*x, frame.py(e.1))).collect();
                let line = m4(&line, look.dpr);
                match (mature, spacing < 3.0) {
                    // Dashes of a line that goes up and down within a pixel would be dust.
                    (true, true) => pen.path(&line, colour, 0.35, 1.0)?,
                    (false, true) => pen.path(&line, colour, 0.7, 1.5)?,
                    (true, false) => pen.dashes(&line, colour, 1.0, (1.5, 3.5))?,
                    (false, false) => pen.dashes(&line, colour, 1.75, (6.0, 4.0))?,
                }
            }
            if end - start == 1 || spacing >= 12.0 {
                for i in (start..end).filter(|i| self.windows.get(*i).is_some_and(|w| !w.mature)) {
                    self.draw_guess_point(pen, frame, guess, i, end - start == 1, colour)?;
                }
            }
        }
        Ok(())
    }

    /// A ring, with the interval where no band can show it.
    fn draw_guess_point<DB: DrawingBackend>(
        &self,
        pen: &Pen<DB>,
        frame: &Frame,
        guess: &Guess,
        window: usize,
        whiskers: bool,
        colour: RGBColor,
    ) -> Result<(), Fault<DB>> {
        let Some((low, value, high)) = guess.points.get(window).and_then(Point::ends) else {
            return Ok(());
        };
        let x = self.x(frame, window);
        if whiskers && low < high {
            let (from, to) = (frame.py(high), frame.py(low));
            pen.dashes(&[(x, from), (x, to)], colour, 1.25, (3.0, 2.0))?;
        }
        pen.dot((x, frame.py(value)), 2.5, colour)?;
        pen.dot((x, frame.py(value)), 1.25, pen.look().colours.surface)
    }

    /// What is expected of the windows whose outcomes are not in, in words.
    pub(super) fn guess_sentence(&self, line: &Line, guess: &Guess) -> String {
        let pending = guess.points.iter().zip(&self.windows).filter(|p| !p.1.mature);
        let values: Vec<f64> = pending.filter_map(|p| p.0.value()).collect();
        let Some(last) = values.last() else {
            return String::new();
        };
        let ends = values
            .iter()
            .fold((f64::MAX, f64::MIN), |(a, b), &v| (a.min(v), b.max(v)));
        let write = |v: f64| format::exact(line.unit, v);
        format!(
            " {} for {} windows whose outcomes are not in yet: {} to {}, latest {}.",
            capital(guess.kind.name()),
            values.len(),
            write(ends.0),
            write(ends.1),
            write(*last)
        )
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
