//! What was measured, drawn: lines with their intervals, departures, and the baseline.

use super::super::frame::Frame;
use super::super::geometry::m4;
use super::super::pen::{Fault, Pen};
use super::super::theme::PALETTE;
use super::{Line, Point, Trend, drawable};
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

impl Trend {
    /// Stretches of windows of the baseline, CSS pixels.
    pub(super) fn baseline_stretches(&self, frame: &Frame) -> Vec<(f64, f64)> {
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
    pub(super) fn spacing(&self, frame: &Frame) -> f64 {
        (frame.right - frame.left) / self.windows.len().max(1) as f64
    }

    pub(super) fn x(&self, frame: &Frame, window: usize) -> f64 {
        frame.px(self.strip.middle(window).unwrap_or_default() as f64)
    }

    pub(super) fn draw_baseline<DB: DrawingBackend>(
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

    pub(super) fn draw_line<DB: DrawingBackend>(
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
    pub(super) fn draw_departures<DB: DrawingBackend>(
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
    pub(super) fn pieces(&self, run: std::ops::Range<usize>) -> Vec<(std::ops::Range<usize>, bool)> {
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
}

/// The stretches of windows that have values.
pub(super) fn runs(points: &[Point]) -> Vec<std::ops::Range<usize>> {
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
pub(super) fn band(frame: &Frame, strip: &[(f64, (f64, f64, f64))], dpr: f64) -> Vec<(f64, f64)> {
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
