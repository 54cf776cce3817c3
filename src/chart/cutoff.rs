//! Lines over the threshold: what each threshold would give, in shares, net benefit or cost.

use super::curve::{in_force, why_none};
use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::costs::over_thresholds;
use crate::report::{Bill, Report};
use crate::report::curves::{
    Counted, Tally, accuracy, balanced_accuracy, cohen_kappa, f0_5, f1, f2, false_positive_rate,
    flagged_share, jaccard, matthews_corrcoef, negative_predictive_value, net_benefit,
    net_benefit_of_all, precision, recall, specificity,
};
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

/// What is drawn over the threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lines {
    /// Metrics of labels: precision, recall, F1, specificity and accuracy, or others of [`SHARES`].
    #[default]
    Shares,
    /// The decision curve: net benefit beside acting on every row and on none.
    NetBenefit,
    /// Cost a row, by what the reader says right and wrong cost.
    Cost,
}

/// Lines over every threshold, and the one in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CutoffPlot {
    what: Lines,
    /// Whether thresholds are probabilities.
    probability: bool,
    thresholds: Vec<f64>,
    lines: Vec<Line>,
    in_force: Option<f64>,
    /// The threshold of least cost.
    cheapest: Option<f64>,
    /// Rows predicted positive at each threshold.
    flagged: Vec<u64>,
    nothing: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq)]
struct Line {
    title: &'static str,
    stroke: Stroke,
    unit: Unit,
    values: Vec<Option<f64>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stroke {
    /// A colour of the palette.
    Hue(usize),
    /// What others are compared with.
    Baseline,
    /// What needs no model.
    Reference,
}

type Share = fn(Counted) -> Option<f64>;

/// A metric of labels over the threshold.
#[derive(Clone, Copy)]
pub struct OverThreshold {
    /// Its name in files, or another one where it is no metric.
    pub name: &'static str,
    /// For a person.
    pub title: &'static str,
    of: Share,
    /// Whether it is a correlation, which may lie below 0.
    signed: bool,
}

const fn over(name: &'static str, title: &'static str, of: Share) -> OverThreshold {
    OverThreshold {
        name,
        title,
        of,
        signed: false,
    }
}

const fn signed(name: &'static str, title: &'static str, of: Share) -> OverThreshold {
    OverThreshold {
        signed: true,
        ..over(name, title, of)
    }
}

/// Every metric of labels that can be drawn over the threshold; the first [`AT_FIRST`] are, where none is chosen.
pub const SHARES: [OverThreshold; 14] = [
    over("precision", "Precision", precision),
    over("recall", "Recall", recall),
    over("f1", "F1", f1),
    over("specificity", "Specificity", specificity),
    over("accuracy", "Accuracy", accuracy),
    over("balanced_accuracy", "Balanced accuracy", balanced_accuracy),
    over("negative_predictive_value", "NPV", negative_predictive_value),
    over("false_positive_rate", "False positive rate", false_positive_rate),
    over("f0_5", "F0.5", f0_5),
    over("f2", "F2", f2),
    over("jaccard", "Jaccard", jaccard),
    signed("matthews_corrcoef", "MCC", matthews_corrcoef),
    signed("cohen_kappa", "Cohen's kappa", cohen_kappa),
    over("predicted_positive", "Predicted positive", flagged_share),
];

/// Lines that are drawn at first, and at most: as many as there are hues.
pub const AT_FIRST: usize = 5;
/// Lines at most.
pub const AT_MOST: usize = 6;

/// Below no benefit this much of the plot is kept, as a part of the greatest benefit: the line of acting on
/// every row falls without end.
const BELOW: f64 = 0.25;

impl CutoffPlot {
    /// The lines of a report; says why where it has none.
    #[must_use]
    pub fn of(report: &Report, what: Lines) -> Self {
        let first: Vec<&str> = SHARES.iter().take(AT_FIRST).map(|s| s.name).collect();
        Self::with(report, what, &first)
    }

    /// The same with these of [`SHARES`], the first [`AT_MOST`] of them.
    #[must_use]
    pub fn with(report: &Report, what: Lines, chosen: &[&str]) -> Self {
        let empty = |why| Self {
            what,
            nothing: Some(why),
            ..Self::default()
        };
        let Some(curves) = &report.curves else {
            return empty("No scores");
        };
        // Thresholds that do not rise cannot be drawn.
        let rising = curves.thresholds.windows(2).all(|w| w[0] < w[1]);
        if !rising || !curves.thresholds.iter().all(|t| t.is_finite()) {
            return empty("No scores");
        }
        if what == Lines::NetBenefit && !curves.probability {
            return empty("The score is no probability");
        }
        if let Some(why) = why_none(&curves.current, false) {
            return empty(why);
        }
        let four = Bill::four(&report.view, report.labels()).filter(|_| report.costs.is_some());
        if what == Lines::Cost && four.is_none() {
            return empty("No costs are given");
        }
        let along = |tally: &Tally, value: &dyn Fn(Counted, f64) -> Option<f64>| {
            let thresholds = curves.thresholds.iter().enumerate();
            thresholds.map(|(i, t)| value(tally.at(i), *t)).collect()
        };
        let unit = match what {
            Lines::Shares => Unit::Percent,
            Lines::NetBenefit => Unit::Ratio,
            Lines::Cost => Unit::Outcome,
        };
        let line = |title, stroke, values| Line {
            title,
            stroke,
            unit,
            values,
        };
        let now = &curves.current;
        let mut lines = Vec::new();
        match what {
            Lines::Shares => {
                let drawn = SHARES.iter().filter(|s| chosen.contains(&s.name));
                for (hue, share) in drawn.take(AT_MOST).enumerate() {
                    let values = along(now, &|c, _| (share.of)(c));
                    lines.push(Line {
                        unit: if share.signed { Unit::Ratio } else { unit },
                        ..line(share.title, Stroke::Hue(hue), values)
                    });
                }
                if lines.is_empty() {
                    return empty("No metric is chosen");
                }
            }
            Lines::Cost => {}
            Lines::NetBenefit => {
                lines.push(line("Model", Stroke::Hue(0), along(now, &net_benefit)));
                if let Some(before) = &curves.baseline {
                    let values = along(before, &net_benefit);
                    lines.push(line("Baseline", Stroke::Baseline, values));
                }
                let all = along(now, &net_benefit_of_all);
                lines.push(line("Act on every row", Stroke::Reference, all));
            }
        }
        if let (Lines::Cost, Some(four)) = (what, four) {
            let cost = |tally| over_thresholds(curves.thresholds.len(), tally, &four);
            lines.push(line("Cost a row", Stroke::Hue(0), cost(now)));
            if let Some(before) = &curves.baseline {
                lines.push(line("Baseline", Stroke::Baseline, cost(before)));
            }
        }
        let cheapest = report.costs.as_ref().filter(|_| what == Lines::Cost);
        let cheapest = cheapest.and_then(|c| c.cheapest.as_ref()?.threshold);
        let flagged = (0..curves.thresholds.len()).map(|i| {
            let c = now.at(i);
            c.tp.saturating_add(c.fp)
        });
        Self {
            what,
            probability: curves.probability,
            flagged: flagged.collect(),
            thresholds: curves.thresholds.clone(),
            lines,
            cheapest: cheapest.filter(|t| t.is_finite()),
            in_force: in_force(report).and_then(|f| f.0).filter(|t| t.is_finite()),
            nothing: None,
        }
    }

    /// The lines that are drawn, with the token of their colour.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        const HUES: [&str; AT_MOST] = [
            "var(--cat-1)",
            "var(--cat-2)",
            "var(--cat-3)",
            "var(--cat-4)",
            "var(--cat-5)",
            "var(--cat-6)",
        ];
        let token = |stroke: Stroke| match stroke {
            Stroke::Hue(hue) => HUES.get(hue).copied().unwrap_or("var(--neutral)"),
            Stroke::Baseline => "var(--baseline)",
            Stroke::Reference => "var(--line-3)",
        };
        let lines = self.lines.iter();
        let named = |l: &Line| match l.stroke {
            Stroke::Reference => format!("{}, dashed", l.title),
            _ => l.title.to_owned(),
        };
        let mut out: Vec<_> = lines.map(|l| (named(l), token(l.stroke))).collect();
        if self.cheapest.is_some() {
            out.push(("Cheapest threshold, dashed".to_owned(), "var(--good)"));
        }
        out
    }

    /// The unit of the axis: of shares alone percent, beside a correlation none.
    fn unit(&self) -> Unit {
        match self.what {
            Lines::Shares if self.lines.iter().all(|l| l.unit == Unit::Percent) => Unit::Percent,
            Lines::Shares | Lines::NetBenefit => Unit::Ratio,
            Lines::Cost => Unit::Outcome,
        }
    }

    fn axes(&self) -> Axes {
        let x = match (self.thresholds.first(), self.thresholds.last()) {
            (Some(&first), Some(&last)) if !self.probability => (first, last),
            _ => (0.0, 1.0),
        };
        let y = match self.what {
            Lines::Shares => {
                let values = self.lines.iter().flat_map(|l| l.values.iter().flatten());
                let least = values.fold(0.0_f64, |least, v| least.min(*v));
                // A correlation of a score that tells nothing sways about 0.
                (if least < 0.0 { (least - 0.05).max(-1.0) } else { 0.0 }, 1.0)
            }
            Lines::Cost => {
                let values = || self.lines.iter().flat_map(|l| l.values.iter().flatten());
                let least = values().fold(0.0_f64, |least, v| least.min(*v));
                let most = values().fold(0.0_f64, |most, v| most.max(*v));
                let room = if most > least { 0.06 * (most - least) } else { 1.0 };
                (if least < 0.0 { least - room } else { 0.0 }, most + room)
            }
            Lines::NetBenefit => {
                let values = self.lines.iter().flat_map(|l| l.values.iter().flatten());
                let most = values.fold(0.0_f64, |most, v| most.max(*v));
                let most = if most > 0.0 { 1.06 * most } else { 0.1 };
                (-BELOW * most, most)
            }
        };
        Axes {
            axis: Axis::Other,
            x,
            y,
            unit: Some(self.unit()),
            floor: self.what == Lines::Shares && y.0 == 0.0,
        }
    }

    fn colour(look: &Look, stroke: Stroke) -> RGBColor {
        let colours = look.colours;
        match stroke {
            Stroke::Hue(hue) => colours
                .palette
                .get(hue)
                .copied()
                .unwrap_or(colours.neutral),
            Stroke::Baseline => colours.baseline,
            Stroke::Reference => colours.line_3,
        }
    }

    /// The stretches of a line that are defined and within the plot.
    fn stretches(&self, frame: &Frame, line: &Line) -> Vec<Vec<(f64, f64)>> {
        let mut out = vec![Vec::new()];
        for (t, value) in self.thresholds.iter().zip(&line.values) {
            let Some(value) = *value else {
                out.push(Vec::new());
                continue;
            };
            if let Some(stretch) = out.last_mut() {
                stretch.push((frame.px(*t), frame.py(value)));
            }
            if value < frame.y.0 {
                out.push(Vec::new());
            }
        }
        out
    }

    fn value(&self, line: &Line, thing: usize) -> Option<f64> {
        line.values.get(thing).copied().flatten()
    }
}

impl Chart for CutoffPlot {
    const NAME: &'static str = "cutoff";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let axes = self.axes();
        let frame = lay_out(look, &axes);
        if let Some(why) = self.nothing {
            draw_nothing(pen, &frame, why)?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &axes)?;
        if self.what == Lines::NetBenefit {
            // Acting on no row gains nothing.
            pen.level(frame.py(0.0), frame.left, frame.right, look.colours.line_3)?;
        }
        // What matters most is drawn last.
        for line in self.lines.iter().rev() {
            let colour = Self::colour(look, line.stroke);
            for stretch in self.stretches(&frame, line) {
                match line.stroke {
                    Stroke::Reference => pen.dashes(&stretch, colour, 1.0, (4.0, 4.0))?,
                    Stroke::Baseline => pen.path(&stretch, colour, 1.0, 1.5)?,
                    Stroke::Hue(_) => pen.path(&stretch, colour, 1.0, 2.0)?,
                }
            }
        }
        draw_x(pen, &frame, &axes)?;
        if let Some(threshold) = self.cheapest {
            let x = look.snap(frame.px(threshold.clamp(frame.x.0, frame.x.1)));
            let upright = [(x, frame.top), (x, frame.bottom)];
            pen.dashes(&upright, look.colours.good, 1.0, (4.0, 3.0))?;
        }
        if let Some(threshold) = self.in_force {
            let x = look.snap(frame.px(threshold.clamp(frame.x.0, frame.x.1)));
            let top = frame.top - 4.0;
            let text = look.colours.text;
            pen.rect((x - 0.75, top), (x + 0.75, frame.bottom), text, 1.0)?;
            // A grip: the line can be dragged.
            pen.fill(&[(x - 4.5, top), (x + 4.5, top), (x, top + 7.0)], text, 1.0)?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let name = match self.what {
            Lines::Shares => "Metrics by threshold",
            Lines::NetBenefit => "Net benefit by threshold",
            Lines::Cost => "Cost by threshold",
        };
        if let Some(why) = self.nothing {
            return format!("{name}. {why}.");
        }
        let near = self.in_force.and_then(|t| {
            let at = self.thresholds.iter().position(|x| *x == t)?;
            Some((t, at))
        });
        let cheapest = self.cheapest.map_or_else(String::new, |t| {
            format!(" Cheapest on these rows: {}.", format::exact(Unit::Outcome, t))
        });
        let Some((threshold, at)) = near else {
            return format!("{name}, from {} thresholds.{cheapest}", self.thresholds.len());
        };
        let written = |line: &Line| {
            let value = self.value(line, at)?;
            Some(format!("{} {}", line.title, format::exact(line.unit, value)))
        };
        let values: Vec<String> = self.lines.iter().filter_map(written).collect();
        format!(
            "{name}. At {}: {}.{cheapest}",
            format::exact(Unit::Outcome, threshold),
            values.join(", ")
        )
    }

    fn things(&self) -> usize {
        self.thresholds.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let at = frame.x_at(x);
        let after = self.thresholds.partition_point(|t| *t < at);
        let before = after.saturating_sub(1);
        let away = |i: usize| {
            let t = self.thresholds.get(i);
            t.map_or(f64::INFINITY, |t| (t - at).abs())
        };
        let near = if away(before) <= away(after) {
            before
        } else {
            after
        };
        (near < self.thresholds.len()).then_some(near)
    }

    fn describe(&self, thing: usize) -> Vec<Fact> {
        let Some(threshold) = self.thresholds.get(thing) else {
            return Vec::new();
        };
        let mut out = vec![Fact::new(
            "",
            format!("Threshold {}", format::threshold(*threshold)),
        )];
        out.extend(self.lines.iter().map(|line| {
            Fact {
                label: line.title.to_owned(),
                text: self
                    .value(line, thing)
                    .map_or("–".to_owned(), |v| format::exact(line.unit, v)),
                hue: match line.stroke {
                    Stroke::Hue(hue) => Some(hue),
                    _ => None,
                },
            }
        }));
        if let Some(rows) = self.flagged.get(thing) {
            out.push(Fact::new("Predicted positive", format::count(*rows)));
        }
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark> {
        let x = frame.px(*self.thresholds.get(thing)?);
        let dot = |line: &Line| {
            let Stroke::Hue(_) = line.stroke else {
                return None;
            };
            let value = self.value(line, thing).filter(|v| *v >= frame.y.0)?;
            Some((x, frame.py(value), Self::colour(look, line.stroke)))
        };
        Some(Mark {
            area: (x, frame.top, x, frame.bottom),
            line: Some(x),
            dots: self.lines.iter().filter_map(dot).collect(),
        })
    }
}
