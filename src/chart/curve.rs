//! ROC, precision against recall, cumulative gain and lift: one point a threshold, beside the baseline's.

use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::Report;
use crate::report::curves::{
    Counted, Curves, Tally, false_positive_rate, flagged_share, lift, of_confusion, precision, recall,
};
use plotters_backend::DrawingBackend;

/// What a curve is drawn of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// True against false positive rate.
    #[default]
    Roc,
    /// Precision against recall, in steps: the area under them is the average precision.
    PrecisionRecall,
    /// Share of the positive rows found against share of all rows acted upon.
    Gain,
    /// How many times more positive rows are found than by chance, against share of all rows acted upon.
    Lift,
}

/// One curve in the unit square. A threshold that no row lies above is no point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurvePlot {
    shape: Shape,
    curves: Curves,
    /// The thresholds at which counts change: others would lie on the same point.
    kept: Vec<usize>,
    /// The confusion in force, and the threshold that makes it; `None` for labels as served.
    in_force: Option<(Option<f64>, Counted)>,
    /// Why there is nothing to draw.
    nothing: Option<&'static str>,
}

/// The confusion in force: at the threshold, or of the labels as served.
pub(super) fn in_force(report: &Report) -> Option<(Option<f64>, Counted)> {
    let counted = of_confusion(&report.confusion.as_ref()?.counts)?;
    let threshold = report.scores.as_ref().and_then(|s| s.threshold);
    Some((threshold, counted))
}

/// Why rows of these classes have no curve.
pub(super) fn why_none(tally: &Tally, both: bool) -> Option<&'static str> {
    match (tally.positives, tally.negatives) {
        (0, 0) => Some("No scored row has an outcome"),
        (0, _) => Some("No outcome is positive: one class only"),
        (_, 0) if both => Some("No outcome is negative: one class only"),
        _ => None,
    }
}

impl Shape {
    /// Across and up.
    fn point(self, c: Counted) -> Option<(f64, f64)> {
        match self {
            Self::Roc => Some((false_positive_rate(c)?, recall(c)?)),
            Self::PrecisionRecall => Some((recall(c)?, precision(c)?)),
            Self::Gain => Some((flagged_share(c)?, recall(c)?)),
            Self::Lift => Some((flagged_share(c)?, lift(c)?)),
        }
    }

    /// What stands across and up.
    #[must_use]
    pub const fn axes(self) -> (&'static str, &'static str) {
        match self {
            Self::Roc => ("False positive rate", "True positive rate"),
            Self::PrecisionRecall => ("Recall", "Precision"),
            Self::Gain => ("Rows predicted positive", "Positive rows found"),
            Self::Lift => ("Rows predicted positive", "Times more positive than by chance"),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Roc => "ROC curve",
            Self::PrecisionRecall => "Precision against recall",
            Self::Gain => "Cumulative gain",
            Self::Lift => "Lift",
        }
    }

    /// What a score that tells nothing would give.
    fn chance(self, tally: &Tally) -> Option<[(f64, f64); 2]> {
        match self {
            Self::Roc | Self::Gain => Some([(0.0, 0.0), (1.0, 1.0)]),
            Self::PrecisionRecall => tally.base_rate().map(|p| [(0.0, p), (1.0, p)]),
            Self::Lift => Some([(0.0, 1.0), (1.0, 1.0)]),
        }
    }
}

impl CurvePlot {
    /// The curve of a report; says why where it has none.
    #[must_use]
    pub fn of(report: &Report, shape: Shape) -> Self {
        Self::made(report.curves.clone(), in_force(report), shape)
    }

    /// That of one of several classes against the rest, by its name.
    #[must_use]
    pub fn of_class(report: &Report, shape: Shape, class: &str) -> Self {
        let found = report.class_curves.iter().find(|c| c.label == class);
        Self::made(found.map(|c| c.curves.clone()), None, shape)
    }

    fn made(
        curves: Option<Curves>,
        in_force: Option<(Option<f64>, Counted)>,
        shape: Shape,
    ) -> Self {
        let Some(curves) = curves else {
            return Self {
                shape,
                nothing: Some("No scores"),
                ..Self::default()
            };
        };
        let changes = |i: &usize| {
            let tally = &curves.current;
            let (here, above) = (tally.at(*i), tally.at(i + 1));
            (here.tp, here.fp) != (above.tp, above.fp)
        };
        let kept = (0..curves.thresholds.len()).filter(changes).collect();
        Self {
            shape,
            kept,
            in_force,
            nothing: why_none(&curves.current, shape == Shape::Roc),
            curves,
        }
    }

    /// The lines that are drawn, with the token of their colour.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        if self.nothing.is_some() {
            return Vec::new();
        }
        let chance = match self.shape {
            Shape::Roc | Shape::Gain | Shape::Lift => "Chance, dashed",
            Shape::PrecisionRecall => "Base rate, dashed",
        };
        let mut out = vec![("This view".to_owned(), "var(--cat-1)")];
        if self.before().is_some() {
            out.push(("Baseline".to_owned(), "var(--baseline)"));
        }
        out.push((chance.to_owned(), "var(--line-3)"));
        if let Some((threshold, _)) = &self.in_force {
            let text = match threshold {
                Some(t) => format!("Threshold {}", format::threshold(*t)),
                None => "Labels as served".to_owned(),
            };
            out.push((text, "var(--text)"));
        }
        out
    }

    /// The baseline, where it has a curve of this shape.
    fn before(&self) -> Option<&Tally> {
        let both = self.shape == Shape::Roc;
        self.curves
            .baseline
            .as_ref()
            .filter(|b| why_none(b, both).is_none())
    }

    /// The line through all thresholds, from the highest down.
    fn line(&self, tally: &Tally) -> Vec<(f64, f64)> {
        let thresholds = 0..self.curves.thresholds.len();
        let points = thresholds
            .rev()
            .filter_map(|i| self.shape.point(tally.at(i)));
        let mut out: Vec<(f64, f64)> = Vec::new();
        match self.shape {
            Shape::Roc | Shape::Gain => {
                out.push((0.0, 0.0));
                out.extend(points);
            }
            // Above the highest score there is no lift: the line begins at its first rows.
            Shape::Lift => out.extend(points),
            // Recall that is reached at a threshold is reached at no higher precision than there.
            Shape::PrecisionRecall => {
                for (x, y) in points {
                    out.push((out.last().map_or(0.0, |p| p.0), y));
                    out.push((x, y));
                }
            }
        }
        out.dedup();
        out
    }
}

const AXES: Axes = Axes {
    axis: Axis::Other,
    x: (0.0, 1.0),
    y: (0.0, 1.0),
    unit: Some(Unit::Ratio),
    floor: true,
};

/// A lift of more than this is not drawn to its height: the first row of a rare class has one of thousands, and
/// flattens all that follows.
const HIGHEST: f64 = 3.0;

fn placed(frame: &Frame, line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    line.iter()
        .map(|&(x, y)| (frame.px(x), frame.py(y.min(frame.y.1))))
        .collect()
}

impl CurvePlot {
    /// The unit square; of a lift as high as that of the first twentieth of the rows needs, and half more.
    fn place(&self) -> Axes {
        if self.shape != Shape::Lift {
            return AXES;
        }
        let tallies = [Some(&self.curves.current), self.before()];
        let points = tallies.into_iter().flatten().flat_map(|t| self.line(t));
        let (mut settled, mut most) = (1.0_f64, 1.0_f64);
        for (x, y) in points {
            most = most.max(y);
            if x >= 0.05 {
                settled = settled.max(y);
            }
        }
        Axes {
            y: (0.0, 1.06 * most.min(HIGHEST.max(1.5 * settled))),
            ..AXES
        }
    }

    /// A value upwards as it is written.
    fn written(&self, value: Option<f64>) -> String {
        match (value, self.shape) {
            (None, _) => "–".to_owned(),
            (Some(v), Shape::Lift) => format!("{v:.2} ×"),
            (Some(v), _) => format::exact(Unit::Percent, v),
        }
    }
}

impl Chart for CurvePlot {
    const NAME: &'static str = "curve";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let axes = self.place();
        let frame = lay_out(look, &axes);
        if let Some(why) = self.nothing {
            draw_nothing(pen, &frame, why)?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &axes)?;
        draw_x(pen, &frame, &axes)?;
        let tally = &self.curves.current;
        if let Some(chance) = self.shape.chance(tally) {
            let chance = placed(&frame, &chance);
            pen.dashes(&chance, colours.line_3, 1.0, (4.0, 4.0))?;
        }
        if let Some(before) = self.before() {
            let line = placed(&frame, &self.line(before));
            pen.path(&line, colours.baseline, 1.0, 1.5)?;
        }
        let line = placed(&frame, &self.line(tally));
        pen.path(&line, colours.palette[0], 1.0, 2.0)?;
        let here = self.in_force.and_then(|(_, c)| self.shape.point(c));
        if let Some((x, y)) = here {
            let at = (frame.px(x), frame.py(y.min(frame.y.1)));
            pen.dot(at, 5.5, colours.surface)?;
            pen.dot(at, 4.0, colours.text)?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let name = self.shape.name();
        if let Some(why) = self.nothing {
            return format!("{name}. {why}.");
        }
        let (across, up) = self.shape.axes();
        let here = self
            .in_force
            .and_then(|(t, c)| Some((t, self.shape.point(c)?)));
        let said = here.map_or(String::new(), |(t, (x, y))| {
            let at = t.map_or("labels as served".to_owned(), |t| {
                format!("threshold {}", format::exact(Unit::Outcome, t))
            });
            format!(" At {at}: {across} {x:.3}, {up} {y:.3}.")
        });
        format!(
            "{name} of {} rows, {} of them positive.{said}",
            format::count(self.curves.current.rows()),
            format::count(self.curves.current.positives)
        )
    }

    fn things(&self) -> usize {
        match self.nothing {
            None => self.kept.len(),
            Some(_) => 0,
        }
    }

    fn nearest(&self, frame: &Frame, x: f64, y: f64) -> Option<usize> {
        let away = |thing: usize| {
            let point = self.shape.point(self.curves.current.at(self.kept[thing]));
            point.map_or(f64::INFINITY, |p| {
                let (dx, dy) = (frame.px(p.0) - x, frame.py(p.1.min(frame.y.1)) - y);
                dx * dx + dy * dy
            })
        };
        (0..self.things()).min_by(|a, b| away(*a).total_cmp(&away(*b)))
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        let kept = self.kept.get(thing).filter(|_| self.nothing.is_none());
        let Some((&i, &threshold)) = kept.and_then(|i| Some((i, self.curves.thresholds.get(*i)?)))
        else {
            return Vec::new();
        };
        let c = self.curves.current.at(i);
        let mut out = vec![Fact::new(
            "",
            format!("Threshold {}", format::threshold(threshold)),
        )];
        let (across, up) = self.shape.axes();
        let (x, y) = self.shape.point(c).unzip();
        out.push(Fact {
            label: up.to_owned(),
            text: self.written(y),
            hue: Some(0),
        });
        if let Some(before) = self.before() {
            let was = self.shape.point(before.at(i));
            out.push(Fact::new("Baseline", self.written(was.map(|p| p.1))));
        }
        let share = x.map_or("–".to_owned(), |x| format::exact(Unit::Percent, x));
        out.push(Fact::new(across, share));
        if self.shape == Shape::Gain {
            let lift = lift(c).map_or("–".to_owned(), |l| format!("{l:.2} ×"));
            out.push(Fact::new("Lift", lift));
        }
        out.push(Fact::new("Positive, found", format::count(c.tp)));
        out.push(Fact::new("Positive, missed", format::count(c.r#fn)));
        out.push(Fact::new("False alarms", format::count(c.fp)));
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        let i = *self.kept.get(thing)?;
        let (x, y) = self.shape.point(self.curves.current.at(i))?;
        let (x, y) = (frame.px(x), frame.py(y.min(frame.y.1)));
        Some(Mark {
            area: (x, frame.top, x, frame.bottom),
            line: Some(x),
            dots: vec![(x, y, look.colours.palette[0])],
        })
    }
}
