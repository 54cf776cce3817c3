//! Errors along the predictions: whether the model is off, or less sure, where it predicts much or little.

use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::{Report, ResidualBin};
use plotters_backend::DrawingBackend;

/// Mean error of each bin of predictions with its interval, and the band that holds 90 % of its errors. A
/// model that is right on average lies on the line of 0 everywhere.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResidualPlot {
    bins: Vec<ResidualBin>,
    nothing: Option<String>,
}

impl ResidualPlot {
    /// What stands across and up.
    pub const AXES: (&str, &str) = ("Prediction", "Error (prediction − outcome)");

    /// The bins of a report; says why where it has none.
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
        let finite = |b: &&ResidualBin| {
            [b.from, b.to, b.prediction, b.mean, b.low, b.high].iter().all(|v| v.is_finite())
        };
        let mut bins: Vec<ResidualBin> = found.bins.iter().filter(finite).copied().collect();
        bins.sort_by(|a, b| a.prediction.total_cmp(&b.prediction));
        if bins.is_empty() {
            return empty(found.undefined.as_deref().unwrap_or("No errors"));
        }
        Self {
            bins,
            nothing: None,
        }
    }

    /// What is drawn, with the token of its colour.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        vec![
                ("Mean error, with 95 % intervals".to_owned(), "var(--cat-1)"),
                ("90 % of the errors".to_owned(), "var(--neutral)"),
            ]
    }

    fn axes(&self) -> Axes {
        let ends = self.bins.iter().flat_map(|b| {
            let interval = b.interval.map_or([b.mean; 2], |i| [i.low, i.high]);
            [b.low, b.high, interval[0], interval[1]]
        });
        let y = ends.fold((0.0_f64, 0.0_f64), |y, v| (y.0.min(v), y.1.max(v)));
        let room = if y.1 > y.0 { 0.05 * (y.1 - y.0) } else { 1.0 };
        let x = match (self.bins.first(), self.bins.last()) {
            (Some(first), Some(last)) => (first.prediction, last.prediction),
            _ => (0.0, 1.0),
        };
        let beside = 0.02 * (x.1 - x.0);
        Axes {
            axis: Axis::Other,
            x: (x.0 - beside, x.1 + beside),
            y: (y.0 - room, y.1 + room),
            unit: Some(Unit::Outcome),
            floor: false,
        }
    }
}

impl Chart for ResidualPlot {
    const NAME: &'static str = "residuals";

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
        let place = |b: &ResidualBin, y: f64| (frame.px(b.prediction), frame.py(y));
        let upper = self.bins.iter().map(|b| place(b, b.high));
        let lower = self.bins.iter().rev().map(|b| place(b, b.low));
        let band: Vec<_> = upper.chain(lower).collect();
        pen.fill(&band, colours.neutral, colours.fill_opacity)?;
        let zero = frame.py(0.0);
        pen.dashes(&[(frame.left, zero), (frame.right, zero)], colours.line_3, 1.0, (4.0, 4.0))?;
        draw_x(pen, &frame, &axes)?;
        let colour = colours.palette[0];
        let line: Vec<_> = self.bins.iter().map(|b| place(b, b.mean)).collect();
        pen.path(&line, colour, 1.0, 1.5)?;
        for bin in &self.bins {
            if let Some(ends) = bin.interval {
                pen.path(&[place(bin, ends.low), place(bin, ends.high)], colour, 1.0, 1.0)?;
            }
            pen.dot(place(bin, bin.mean), 3.0, colour)?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let name = "Errors along the predictions";
        let away = |b: &&ResidualBin| b.mean.abs();
        let worst = self.bins.iter().max_by(|a, b| away(a).total_cmp(&away(b)));
        match (&self.nothing, worst) {
            (Some(why), _) => format!("{name}. {why}."),
            (None, None) => format!("{name}."),
            (None, Some(bin)) => format!(
                "{name}, in {} bins. Farthest off: {} on average where the prediction is about {}.",
                self.bins.len(),
                format::signed(Unit::Outcome, bin.mean),
                format::exact(Unit::Outcome, bin.prediction)
            ),
        }
    }

    fn things(&self) -> usize {
        self.bins.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let away = |i: &usize| {
            let bin = self.bins.get(*i);
            bin.map_or(f64::INFINITY, |b| (frame.px(b.prediction) - x).abs())
        };
        (0..self.bins.len()).min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        let Some(b) = self.bins.get(thing) else {
            return Vec::new();
        };
        let number = |v: f64| format::exact(Unit::Outcome, v);
        let mut out = vec![
            Fact::new("", format!("Prediction {} – {}", number(b.from), number(b.to))),
            Fact {
                label: "Mean error".to_owned(),
                text: format::signed(Unit::Outcome, b.mean),
                hue: Some(0),
            },
        ];
        if let Some(ends) = b.interval {
            out.push(Fact::new(
                "95 % interval",
                format!("{} … {}", number(ends.low), number(ends.high)),
            ));
        }
        out.push(Fact::new("90 % of the errors", format!("{} … {}", number(b.low), number(b.high))));
        out.push(Fact::new("Rows", format::count(b.rows)));
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        let b = self.bins.get(thing)?;
        let (x, y) = (frame.px(b.prediction), frame.py(b.mean));
        Some(Mark {
            area: (x, frame.top, x, frame.bottom),
            line: Some(x),
            dots: vec![(x, y, look.colours.palette[0])],
        })
    }
}
