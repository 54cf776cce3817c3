//! Quantiles of the errors against those of the normal distribution: whether a few large errors stand out.

use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::{QuantilePair, Report};
use plotters_backend::DrawingBackend;

/// Standardised errors against normal quantiles, with the band in which 95 % of normal samples have each
/// point. Normal errors lie on the diagonal; a tail steeper than it has larger errors than a normal one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantilePlot {
    pairs: Vec<QuantilePair>,
    /// The errors that stand for 0 and 1.
    mean: f64,
    deviation: f64,
    nothing: Option<String>,
}

impl QuantilePlot {
    /// What stands across and up.
    pub const AXES: (&str, &str) = ("Normal quantile", "Standardised error");

    /// The quantiles of a report; says why where it has none.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let empty = |why: &str| Self {
            nothing: Some(why.to_owned()),
            ..Self::default()
        };
        let Some(found) = &report.residuals else {
            return empty(if report.streamed {
                "Needs the rows, which were counted as they passed"
            } else {
                "Needs the rows"
            });
        };
        let finite = |p: &&QuantilePair| [p.normal, p.found, p.low, p.high].iter().all(|v| v.is_finite());
        let pairs: Vec<QuantilePair> = found.quantiles.iter().filter(finite).copied().collect();
        let (Some(mean), Some(deviation), true) = (found.mean, found.deviation, pairs.len() > 1) else {
            return empty(found.undefined.as_deref().unwrap_or("No errors"));
        };
        Self {
            pairs,
            mean,
            deviation,
            nothing: None,
        }
    }

    /// What is drawn, with the token of its colour.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        vec![
            ("This view".to_owned(), "var(--cat-1)"),
            ("95 % of normal samples".to_owned(), "var(--neutral)"),
            ("Normal, dashed".to_owned(), "var(--line-3)"),
        ]
    }

    fn axes(&self) -> Axes {
        let far = self.pairs.iter().fold(1.0_f64, |far, p| far.max(p.normal.abs()));
        let y = self.pairs.iter().fold((-far, far), |y, p| (y.0.min(p.found), y.1.max(p.found)));
        let room = 0.04 * (y.1 - y.0);
        Axes {
            axis: Axis::Other,
            x: (-far, far),
            y: (y.0 - room, y.1 + room),
            unit: Some(Unit::Outcome),
            floor: false,
        }
    }

    /// Points outside of their band.
    fn outside(&self) -> usize {
        let out = |p: &&QuantilePair| p.found < p.low || p.found > p.high;
        self.pairs.iter().filter(out).count()
    }
}

impl Chart for QuantilePlot {
    const NAME: &'static str = "quantiles";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let axes = self.axes();
        let frame = lay_out(look, &axes);
        if let Some(why) = &self.nothing {
            draw_nothing(pen, &frame, why)?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &axes)?;
        let place = |p: &QuantilePair, y: f64| (frame.px(p.normal), frame.py(y));
        let upper = self.pairs.iter().map(|p| place(p, p.high));
        let lower = self.pairs.iter().rev().map(|p| place(p, p.low));
        let band: Vec<_> = upper.chain(lower).collect();
        pen.fill(&band, colours.neutral, colours.fill_opacity)?;
        let diagonal: Vec<_> = self.pairs.iter().map(|p| place(p, p.normal)).collect();
        pen.dashes(&diagonal, colours.line_3, 1.0, (4.0, 4.0))?;
        draw_x(pen, &frame, &axes)?;
        for pair in &self.pairs {
            pen.dot(place(pair, pair.found), 2.5, colours.palette[0])?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let name = "Errors against a normal distribution";
        if let Some(why) = &self.nothing {
            return format!("{name}. {why}.");
        }
        format!(
            "{name}. {} of {} points lie outside the band of normal samples.",
            self.outside(),
            self.pairs.len()
        )
    }

    fn things(&self) -> usize {
        self.pairs.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let away = |i: &usize| {
            let pair = self.pairs.get(*i);
            pair.map_or(f64::INFINITY, |p| (frame.px(p.normal) - x).abs())
        };
        (0..self.pairs.len()).min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        let Some(p) = self.pairs.get(thing) else {
            return Vec::new();
        };
        let number = |v: f64| format::exact(Unit::Ratio, v);
        vec![
            Fact::new("", format!("Normal quantile {}", number(p.normal))),
            Fact {
                label: "Standardised error".to_owned(),
                text: number(p.found),
                hue: Some(0),
            },
            Fact::new("95 % of normal samples", format!("{} … {}", number(p.low), number(p.high))),
            Fact::new(
                "Error",
                format::exact(Unit::Outcome, self.mean + p.found * self.deviation),
            ),
        ]
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        let p = self.pairs.get(thing)?;
        let (x, y) = (frame.px(p.normal), frame.py(p.found));
        Some(Mark {
            area: (x, frame.top, x, frame.bottom),
            line: Some(x),
            dots: vec![(x, y, look.colours.palette[0])],
        })
    }
}
