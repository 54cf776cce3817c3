//! Calibration of quantiles: how many outcomes lie at or below the quantile of each level.

use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::{QuantileLevel, Report};
use plotters_backend::DrawingBackend;

/// The share of outcomes at or below each quantile against its level, with Wilson's interval, and that of the
/// baseline. True quantiles lie on the diagonal: a line flatter than it is too sure, a steeper one too wide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    points: Vec<Point>,
    nothing: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq)]
struct Point {
    level: QuantileLevel,
    share: f64,
    ends: (f64, f64),
}

impl Spread {
    /// What stands across and up.
    pub const AXES: (&str, &str) = ("Level of the quantile", "Share of outcomes at or below");

    /// The levels of a report; says why where it has none.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let within = |v: Option<f64>| v.filter(|v| (0.0..=1.0).contains(v));
        let point = |level: &QuantileLevel| {
            let share = within(level.observed.value)?;
            within(Some(level.level))?;
            let end = |v: Option<f64>| within(v).unwrap_or(share);
            Some(Point {
                share,
                ends: (end(level.observed.low), end(level.observed.high)),
                level: QuantileLevel {
                    baseline: within(level.baseline),
                    ..level.clone()
                },
            })
        };
        let levels = report.quantiles.iter().flat_map(|q| &q.levels);
        let points: Vec<Point> = levels.filter_map(point).collect();
        let nothing = match (&report.quantiles, points.is_empty()) {
            (_, false) => None,
            (None, true) => Some("No quantiles"),
            (Some(_), true) => Some("No forecast of this view has an outcome"),
        };
        Self { points, nothing }
    }

    /// The lines that are drawn, with the token of their colour.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        if self.nothing.is_some() {
            return Vec::new();
        }
        let mut names = vec![("This view, with 95 % intervals".to_owned(), "var(--cat-1)")];
        if self.points.iter().any(|p| p.level.baseline.is_some()) {
            names.push(("Baseline".to_owned(), "var(--cat-2)"));
        }
        names.push(("True, dashed".to_owned(), "var(--line-3)"));
        names
    }
}

const AXES: Axes = Axes {
    axis: Axis::Other,
    x: (0.0, 1.0),
    y: (0.0, 1.0),
    unit: Some(Unit::Ratio),
    floor: true,
};

impl Chart for Spread {
    const NAME: &'static str = "spread";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let frame = lay_out(look, &AXES);
        if let Some(why) = self.nothing {
            draw_nothing(pen, &frame, why)?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &AXES)?;
        draw_x(pen, &frame, &AXES)?;
        let diagonal = [(frame.left, frame.bottom), (frame.right, frame.top)];
        pen.dashes(&diagonal, colours.line_3, 1.0, (4.0, 4.0))?;
        let (colour, before) = (colours.palette[0], colours.palette[1]);
        let place = |p: &Point, y: f64| (frame.px(p.level.level), frame.py(y));
        let upper = self.points.iter().map(|p| place(p, p.ends.1));
        let lower = self.points.iter().rev().map(|p| place(p, p.ends.0));
        let band: Vec<_> = upper.chain(lower).collect();
        pen.fill(&band, colour, colours.band_opacity)?;
        let then = self.points.iter();
        let then: Vec<_> = then
            .filter_map(|p| Some(place(p, p.level.baseline?)))
            .collect();
        pen.path(&then, before, 1.0, 1.0)?;
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
        let gap = |p: &Point| (p.share - p.level.level).abs();
        let worst = self.points.iter().max_by(|a, b| gap(a).total_cmp(&gap(b)));
        match (self.nothing, worst) {
            (Some(why), _) => format!("Calibration of quantiles. {why}."),
            (None, None) => "Calibration of quantiles.".to_owned(),
            (None, Some(p)) => format!(
                "Calibration of quantiles. Farthest off: {} of the outcomes lie at or below the quantile of {}.",
                format::exact(Unit::Percent, p.share),
                format::exact(Unit::Percent, p.level.level)
            ),
        }
    }

    fn things(&self) -> usize {
        self.points.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let away = |i: &usize| (frame.px(self.points[*i].level.level) - x).abs();
        (0..self.points.len()).min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        let Some(p) = self.points.get(thing) else {
            return Vec::new();
        };
        let share = |v: f64| format::exact(Unit::Percent, v);
        let mut out = vec![
            Fact::new("", format!("Quantile of {}", share(p.level.level))),
            Fact {
                label: "Outcomes at or below".to_owned(),
                text: share(p.share),
                hue: Some(0),
            },
        ];
        if let Some(interval) = format::interval(Unit::Percent, &p.level.observed) {
            out.push(Fact::new("95 % interval", interval));
        }
        if let Some(then) = p.level.baseline {
            out.push(Fact {
                label: "Baseline".to_owned(),
                text: share(then),
                hue: Some(1),
            });
        }
        if let Some(loss) = p.level.pinball_loss {
            out.push(Fact::new("Pinball loss", format::exact(Unit::Outcome, loss)));
        }
        out.push(Fact::new("Forecasts", format::count(p.level.observed.n)));
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        let p = self.points.get(thing)?;
        let x = frame.px(p.level.level);
        let mut dots = vec![(x, frame.py(p.share), look.colours.palette[0])];
        dots.extend(p.level.baseline.map(|b| (x, frame.py(b), look.colours.palette[1])));
        Some(Mark {
            area: (x, frame.top, x, frame.bottom),
            line: Some(x),
            dots,
        })
    }
}
