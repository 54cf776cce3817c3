//! Calibration: how often what was foretold with a probability came true, by tenths.

use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::{CalibrationBin, Report};
use plotters_backend::DrawingBackend;

/// The share of positive rows against the mean probability of each tenth, with Wilson's interval. A
/// calibrated model lies on the diagonal. Tenths without a row are no point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reliability {
    points: Vec<Point>,
    nothing: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq)]
struct Point {
    bin: CalibrationBin,
    score: f64,
    share: f64,
    ends: (f64, f64),
}

/// The part of the plot's height that the tenth of most rows takes at the floor.
const ROWS: f64 = 0.16;

impl Reliability {
    /// What stands across and up.
    pub const AXES: (&str, &str) = ("Mean probability", "Share that came true");

    /// The tenths of a report; says why where it has none.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let nothing = match &report.scores {
            None => "No scores",
            Some(_) if report.calibration.is_empty() => {
                "The score is no probability, or was not counted here"
            }
            Some(_) => "No scored row has an outcome",
        };
        Self::made(&report.calibration, nothing)
    }

    /// Those of one of several classes, by its name.
    #[must_use]
    pub fn of_class(report: &Report, class: &str) -> Self {
        let found = report.class_curves.iter().find(|c| c.label == class);
        let bins = found.map_or(&[][..], |c| &c.calibration);
        Self::made(bins, "No scores")
    }

    fn made(bins: &[CalibrationBin], why: &'static str) -> Self {
        let point = |bin: &CalibrationBin| {
            let within = |v: Option<f64>| v.filter(|v| (0.0..=1.0).contains(v));
            let (score, share) = (within(bin.mean_score)?, within(bin.positive.value)?);
            let end = |v: Option<f64>| within(v).unwrap_or(share);
            Some(Point {
                bin: bin.clone(),
                score,
                share,
                ends: (end(bin.positive.low), end(bin.positive.high)),
            })
        };
        let points: Vec<Point> = bins.iter().filter_map(point).collect();
        let nothing = points.is_empty().then_some(why);
        Self { points, nothing }
    }

    /// The lines that are drawn, with the token of their colour.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        match self.nothing {
            Some(_) => Vec::new(),
            None => vec![
                ("This view, with 95 % intervals".to_owned(), "var(--cat-1)"),
                ("Calibrated, dashed".to_owned(), "var(--line-3)"),
                ("Rows".to_owned(), "var(--neutral)"),
            ],
        }
    }
}

const AXES: Axes = Axes {
    axis: Axis::Other,
    x: (0.0, 1.0),
    y: (0.0, 1.0),
    unit: Some(Unit::Ratio),
    floor: true,
};

impl Chart for Reliability {
    const NAME: &'static str = "reliability";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let frame = lay_out(look, &AXES);
        if let Some(why) = self.nothing {
            draw_nothing(pen, &frame, why)?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &AXES)?;
        let most = self.points.iter().map(|p| p.bin.positive.n).max();
        for point in &self.points {
            let part = point.bin.positive.n as f64 / most.unwrap_or(1).max(1) as f64;
            let (from, to) = (frame.px(point.bin.from) + 1.0, frame.px(point.bin.to) - 1.0);
            let top = frame.py(ROWS * part);
            let (left, right) = ((from, top), (to, frame.bottom));
            pen.rect(left, right, colours.neutral, colours.fill_opacity)?;
        }
        draw_x(pen, &frame, &AXES)?;
        let diagonal = [(frame.left, frame.bottom), (frame.right, frame.top)];
        pen.dashes(&diagonal, colours.line_3, 1.0, (4.0, 4.0))?;
        let colour = colours.palette[0];
        let place = |p: &Point, y: f64| (frame.px(p.score), frame.py(y));
        let upper = self.points.iter().map(|p| place(p, p.ends.1));
        let lower = self.points.iter().rev().map(|p| place(p, p.ends.0));
        let band: Vec<_> = upper.chain(lower).collect();
        pen.fill(&band, colour, colours.band_opacity)?;
        let line: Vec<_> = self.points.iter().map(|p| place(p, p.share)).collect();
        pen.path(&line, colour, 1.0, 1.5)?;
        for point in &self.points {
            let (low, high) = (place(point, point.ends.0), place(point, point.ends.1));
            pen.path(&[low, high], colour, 1.0, 1.0)?;
            pen.dot(place(point, point.share), 3.0, colour)?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let gap = |p: &Point| (p.share - p.score).abs();
        let worst = self.points.iter().max_by(|a, b| gap(a).total_cmp(&gap(b)));
        match (self.nothing, worst) {
            (Some(why), _) => format!("Calibration. {why}."),
            (None, None) => "Calibration.".to_owned(),
            (None, Some(p)) => format!(
                "Calibration by tenths. Farthest off: {} foretold, {} came true.",
                format::exact(Unit::Percent, p.score),
                format::exact(Unit::Percent, p.share)
            ),
        }
    }

    fn things(&self) -> usize {
        self.points.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let away = |i: &usize| (frame.px(self.points[*i].score) - x).abs();
        (0..self.points.len()).min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        let Some(p) = self.points.get(thing) else {
            return Vec::new();
        };
        let share = |v: f64| format::exact(Unit::Percent, v);
        let mut out = vec![
            Fact::new(
                "",
                format!(
                    "Probability {} – {}",
                    format::exact(Unit::Outcome, p.bin.from),
                    format::exact(Unit::Outcome, p.bin.to)
                ),
            ),
            Fact {
                label: "Came true".to_owned(),
                text: share(p.share),
                hue: Some(0),
            },
        ];
        if let Some(interval) = format::interval(Unit::Percent, &p.bin.positive) {
            out.push(Fact::new("95 % interval", interval));
        }
        out.push(Fact::new("Foretold, mean", share(p.score)));
        out.push(Fact::new("Rows", format::count(p.bin.positive.n)));
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        let p = self.points.get(thing)?;
        let (x, y) = (frame.px(p.score), frame.py(p.share));
        Some(Mark {
            area: (x, frame.top, x, frame.bottom),
            line: Some(x),
            dots: vec![(x, y, look.colours.palette[0])],
        })
    }
}
