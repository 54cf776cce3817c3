//! Scores by outcome: how well the model tells the classes apart, and where the threshold cuts.

use super::frame::{Axes, Axis, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::geometry::total;
use super::pen::{Fault, Look, Pen};
use super::theme::Colours;
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::{Report, Scores};
use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

/// The distribution of scores within each class. Each is drawn as shares of its own class, so that a rare
/// class can be seen beside a common one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScorePlot {
    scores: Option<Scores>,
}

const CLASSES: usize = 3;

impl ScorePlot {
    /// The scores of a report; empty where it has none.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        // Edges that do not rise cannot be drawn.
        let sound = |s: &&Scores| {
            s.edges.len() > 1
                && s.edges.iter().all(|e| e.is_finite())
                && s.edges.windows(2).all(|w| w[0] < w[1])
        };
        Self {
            scores: report.scores.as_ref().filter(sound).cloned(),
        }
    }

    /// Counts by bin, name and colour of each class: without outcome, negative, positive.
    fn classes<'a>(s: &'a Scores, colours: &Colours) -> [(&'a [u64], RGBColor); CLASSES] {
        [
            (&s.unlabelled, colours.neutral),
            (&s.negative, colours.palette[1]),
            (&s.positive, colours.palette[0]),
        ]
    }

    fn axes(&self) -> Axes {
        let (x, most) = self.scores.as_ref().map_or(((0.0, 1.0), 0.0), |s| {
            let most = [&s.positive, &s.negative, &s.unlabelled]
                .into_iter()
                .flat_map(|counts| shares(counts))
                .fold(0.0, f64::max);
            let last = s.edges.len() - 1;
            ((s.edges[0], s.edges[last]), most)
        });
        Axes {
            axis: Axis::Other,
            x,
            y: (0.0, if most > 0.0 { 1.06 * most } else { 1.0 }),
            unit: Some(Unit::Percent),
            floor: true,
        }
    }

    /// The classes that are drawn, with the token of their colour.
    #[must_use]
    pub fn legend(&self) -> Vec<(String, &'static str)> {
        let Some(s) = &self.scores else {
            return Vec::new();
        };
        let classes = [
            (s.positive_label.clone(), &s.positive, "var(--cat-1)"),
            (format!("not {}", s.positive_label), &s.negative, "var(--cat-2)"),
            ("no outcome yet".to_owned(), &s.unlabelled, "var(--neutral)"),
        ];
        classes
            .into_iter()
            .filter(|(_, counts, _)| counts.iter().any(|&n| n > 0))
            .map(|(name, counts, token)| (format!("{name} ({})", format::count(total(counts))), token))
            .collect()
    }
}

fn shares(counts: &[u64]) -> Vec<f64> {
    let total = total(counts);
    counts
        .iter()
        .map(|&n| n as f64 / total.max(1) as f64)
        .collect()
}

/// The outline of a histogram from its lower left to its lower right.
fn steps(frame: &Frame, edges: &[f64], shares: &[f64]) -> Vec<(f64, f64)> {
    let mut out = vec![(frame.px(edges[0]), frame.bottom)];
    for (bin, &share) in edges.windows(2).zip(shares) {
        let y = frame.py(share);
        out.push((frame.px(bin[0]), y));
        out.push((frame.px(bin[1]), y));
    }
    let right = out.last().map_or(frame.right, |p| p.0);
    out.push((right, frame.bottom));
    out
}

impl Chart for ScorePlot {
    const NAME: &'static str = "scores";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let axes = self.axes();
        let frame = lay_out(look, &axes);
        let some = |s: &&Scores| {
            [&s.positive, &s.negative, &s.unlabelled]
                .into_iter()
                .flatten()
                .any(|&n| n > 0)
        };
        let Some(s) = self.scores.as_ref().filter(some) else {
            draw_nothing(pen, &frame, "No scores")?;
            return Ok(frame);
        };
        draw_y(pen, &frame, &axes)?;
        for (i, (counts, colour)) in Self::classes(s, colours).into_iter().enumerate() {
            if counts.iter().all(|&n| n == 0) {
                continue;
            }
            let outline = steps(&frame, &s.edges, &shares(counts));
            if i == 0 {
                pen.dashes(&outline, colour, 1.0, (3.0, 3.0))?;
            } else {
                pen.fill(&outline, colour, colours.fill_opacity)?;
                pen.path(&outline, colour, 1.0, 1.5)?;
            }
        }
        draw_x(pen, &frame, &axes)?;
        if let Some(threshold) = s.threshold.filter(|t| t.is_finite()) {
            let x = look.snap(frame.px(threshold.clamp(frame.x.0, frame.x.1)));
            pen.rect(
                (x - 0.75, frame.top - 4.0),
                (x + 0.75, frame.bottom),
                colours.text,
                1.0,
            )?;
            // A grip: the line can be dragged.
            let top = frame.top - 4.0;
            pen.fill(
                &[(x - 4.5, top), (x + 4.5, top), (x, top + 7.0)],
                colours.text,
                1.0,
            )?;
        }
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let Some(s) = &self.scores else {
            return "No scores.".to_owned();
        };
        let sum = |counts: &[u64]| format::count(total(counts));
        let threshold = s
            .threshold
            .map_or(String::new(), |t| format!("; threshold {t:.3}"));
        format!(
            "Scores by outcome: {} rows {}, {} rows not, {} without outcome{threshold}.",
            sum(&s.positive),
            s.positive_label,
            sum(&s.negative),
            sum(&s.unlabelled)
        )
    }

    fn things(&self) -> usize {
        self.scores.as_ref().map_or(0, |s| s.edges.len() - 1)
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let s = self.scores.as_ref()?;
        let at = frame.x_at(x);
        let bin = s.edges.partition_point(|&e| e <= at).saturating_sub(1);
        Some(bin.min(s.edges.len() - 2))
    }

    fn describe(&self, bin: usize) -> Vec<Fact> {
        let Some(s) = self.scores.as_ref().filter(|s| bin < s.edges.len() - 1) else {
            return Vec::new();
        };
        let edge = |v: f64| format::exact(Unit::Outcome, v);
        let mut out = vec![Fact::new(
            "",
            format!("Score {} – {}", edge(s.edges[bin]), edge(s.edges[bin + 1])),
        )];
        let negative = format!("not {}", s.positive_label);
        let rows = [
            (s.positive_label.as_str(), &s.positive, Some(0)),
            (negative.as_str(), &s.negative, Some(1)),
            ("no outcome", &s.unlabelled, None),
        ];
        for (name, counts, hue) in rows {
            let n = counts.get(bin).copied().unwrap_or(0);
            let share = shares(counts).get(bin).copied().unwrap_or(0.0);
            out.push(Fact {
                label: name.to_owned(),
                text: format!(
                    "{} ({})",
                    format::count(n),
                    format::exact(Unit::Percent, share)
                ),
                hue,
            });
        }
        let (p, n) = (s.positive.get(bin), s.negative.get(bin));
        if let (Some(&p), Some(&n)) = (p, n)
            && p.saturating_add(n) > 0
        {
            out.push(Fact::new(
                format!("Share {}", s.positive_label),
                format::exact(Unit::Percent, p as f64 / p.saturating_add(n) as f64),
            ));
        }
        out
    }

    fn mark(&self, frame: &Frame, _look: &Look, bin: usize) -> Option<Mark> {
        let edges = &self.scores.as_ref()?.edges;
        let (left, right) = (frame.px(*edges.get(bin)?), frame.px(*edges.get(bin.checked_add(1)?)?));
        Some(Mark {
            area: (left, frame.top, right, frame.bottom),
            line: None,
            dots: Vec::new(),
        })
    }
}
