//! How the values of a column were distributed in the baseline and are now: the shape alone, without axes.

use super::frame::{Axis, Frame};
use super::geometry::total;
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::{Bins, ColumnDrift};
use plotters_backend::DrawingBackend;

/// Two distributions over the same bins, small: the baseline's share of each bin as a wide pale bar, the
/// share now as a narrow one before it, or as a line over all where they are many. Bins of numbers are of one width of values, so that bars show their shape; where
/// only deciles of the baseline are known, these are drawn equally wide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shift {
    names: Vec<String>,
    /// Share in the baseline and now.
    shares: Vec<(f64, f64)>,
}

/// Bars from which on they touch.
const MANY: usize = 12;
/// How wide the line is that is drawn over them.
const LINE: f64 = 1.5;

impl Shift {
    /// Of a column. A last bin of other words is left out where it is empty.
    #[must_use]
    pub fn of(column: &ColumnDrift) -> Self {
        let (mut names, before, after) = match &column.drawn {
            Some(drawn) => (between(&drawn.edges), &drawn.before, &drawn.after),
            None => (names(&column.bins), &column.before.counts, &column.after.counts),
        };
        let share = |n: u64, of: &[u64]| n as f64 / total(of).max(1) as f64;
        let shares = before.iter().zip(after);
        let mut shares: Vec<(f64, f64)> = shares
            .map(|(b, a)| (share(*b, before), share(*a, after)))
            .collect();
        if matches!(column.bins, Bins::Words(_)) && shares.last() == Some(&(0.0, 0.0)) {
            shares.pop();
        }
        names.truncate(shares.len());
        Self { names, shares }
    }

    fn lay_out(&self, look: &Look) -> Frame {
        let most = self.shares.iter().fold(0.0_f64, |m, s| m.max(s.0).max(s.1));
        Frame {
            left: 1.0,
            top: 2.0,
            right: (look.width - 1.0).max(2.0),
            bottom: (look.height - 2.0).max(3.0),
            axis: Axis::Other,
            x: (0.0, self.shares.len().max(1) as f64),
            y: (0.0, if most > 0.0 { most } else { 1.0 }),
        }
    }
}

/// What each bin holds.
fn names(bins: &Bins) -> Vec<String> {
    match bins {
        Bins::Words(words) => words.iter().cloned().chain(["others".to_owned()]).collect(),
        Bins::Edges(edges) => between(edges),
    }
}

/// What each bin between edges holds.
fn between(edges: &[f64]) -> Vec<String> {
    let number = |x: &f64| format::exact(Unit::Outcome, *x);
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
        return vec!["all".to_owned()];
    };
    let between = edges.windows(2);
    let between = between.map(|w| format!("{} to {}", number(&w[0]), number(&w[1])));
    let mut out = vec![format!("below {}", number(first))];
    out.extend(between);
    out.push(format!("{} or more", number(last)));
    out
}

impl Chart for Shift {
    const NAME: &'static str = "shift";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let frame = self.lay_out(look);
        let mut steps: Vec<(f64, f64)> = Vec::new();
        for (i, (before, after)) in self.shares.iter().enumerate() {
            let (left, right) = (frame.px(i as f64), frame.px(i as f64 + 1.0));
            let wide = right - left;
            let bar = |share: f64, gap: f64, colour| {
                let from = (left + gap * wide, frame.py(share));
                pen.rect(from, (right - gap * wide, frame.bottom), colour, 1.0)
            };
            // Bars that are many touch and read as one shape, which the other is drawn over as a line.
            let many = self.shares.len() > MANY;
            bar(*before, if many { 0.0 } else { 0.06 }, colours.line_3)?;
            if many {
                let y = frame.py(*after);
                steps.extend([(left, y), (right, y)]);
            } else {
                bar(*after, 0.3, colours.palette[0])?;
            }
        }
        if let (Some(first), Some(last)) = (steps.first().copied(), steps.last().copied()) {
            steps.insert(0, (first.0, frame.bottom));
            steps.push((last.0, frame.bottom));
            pen.path(&steps, colours.palette[0], 1.0, LINE)?;
        }
        pen.level(frame.bottom, frame.left, frame.right, colours.line_2)?;
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let apart = |s: &(f64, f64)| (s.1 - s.0).abs();
        let shares = self.names.iter().zip(&self.shares);
        let most = shares.max_by(|a, b| apart(a.1).total_cmp(&apart(b.1)));
        most.map_or_else(
            || "No values.".to_owned(),
            |(name, (before, after))| {
                format!(
                    "Changed most: {name}, {} in the baseline, {} now.",
                    format::exact(Unit::Percent, *before),
                    format::exact(Unit::Percent, *after)
                )
            },
        )
    }

    fn things(&self) -> usize {
        self.shares.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        let last = self.shares.len().checked_sub(1)?;
        Some((frame.x_at(x).max(0.0) as usize).min(last))
    }

    fn describe(&self, bin: usize) -> Vec<Fact> {
        let (Some(name), Some((before, after))) = (self.names.get(bin), self.shares.get(bin)) else {
            return Vec::new();
        };
        vec![
            Fact::new("", name),
            Fact::new("Baseline", format::exact(Unit::Percent, *before)),
            Fact::new("Now", format::exact(Unit::Percent, *after)),
        ]
    }

    fn mark(&self, frame: &Frame, _look: &Look, bin: usize) -> Option<Mark> {
        self.shares.get(bin)?;
        let (left, right) = (frame.px(bin as f64), frame.px(bin as f64 + 1.0));
        Some(Mark {
            area: (left, frame.top, right, frame.bottom),
            line: None,
            dots: Vec::new(),
        })
    }
}
