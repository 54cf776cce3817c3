//! Rows over time: a bar a window, the part with outcomes filled. Serves as the timeline to brush.

use super::frame::{Axes, Frame, draw_nothing, draw_x, draw_y, lay_out};
use super::geometry::{Strip, total};
use super::pen::{Fault, Look, Pen};
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::Report;
use plotters_backend::DrawingBackend;

/// Rows and outcomes of each window of a report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Volume {
    strip: Strip,
    bars: Vec<Bar>,
}

#[derive(Clone, Debug, PartialEq)]
struct Bar {
    rows: u64,
    labelled: u64,
    mature: bool,
}

impl Volume {
    /// The rows of the report's windows.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        Self {
            strip: Strip::of(report),
            bars: report
                .windows
                .iter()
                .map(|w| Bar {
                    rows: w.rows,
                    labelled: w.labelled.min(w.rows),
                    mature: w.mature,
                })
                .collect(),
        }
    }

    fn axes(&self) -> Axes {
        let most = self.bars.iter().map(|b| b.rows).max().unwrap_or(0);
        Axes {
            axis: self.strip.axis,
            x: self.strip.domain(),
            y: (0.0, (most as f64 * 1.06).max(1.0)),
            unit: Some(Unit::Count),
            floor: true,
        }
    }

    /// Left and right side, rows and outcomes of each bar; where windows are narrower than two device
    /// pixels, the fullest one of each such column stands for it.
    fn shapes(&self, frame: &Frame, look: &Look) -> Vec<(f64, f64, u64, u64)> {
        let least = 2.0 / look.dpr;
        let mut out: Vec<(f64, f64, u64, u64)> = Vec::new();
        let mut column = f64::NAN;
        for (i, bar) in self.bars.iter().enumerate() {
            let Some((left, right)) = self.strip.sides(frame, i) else {
                continue;
            };
            if right - left >= least {
                // Neighbours are told apart by a gap, as far as there is room for one.
                let gap = if right - left >= 4.0 { look.hair().max(0.12 * (right - left)).min(3.0) } else { 0.0 };
                let (from, to) = (look.snap(left), look.snap(right - gap));
                out.push((from, to.max(from + look.hair()), bar.rows, bar.labelled));
                continue;
            }
            let here = (left / least).floor();
            match out.last_mut() {
                Some(last) if here == column => {
                    if bar.rows > last.2 {
                        (last.2, last.3) = (bar.rows, bar.labelled);
                    }
                }
                _ => out.push((here * least, (here + 1.0) * least, bar.rows, bar.labelled)),
            }
            column = here;
        }
        out
    }
}

impl Chart for Volume {
    const NAME: &'static str = "volume";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let axes = self.axes();
        let frame = lay_out(look, &axes);
        if self.bars.iter().all(|b| b.rows == 0) {
            if !self.bars.is_empty() {
                draw_x(pen, &frame, &axes)?;
            }
            draw_nothing(pen, &frame, "No rows in this span")?;
            return Ok(frame);
        }
        draw_y(pen, &frame, &axes)?;
        for (left, right, rows, labelled) in self.shapes(&frame, look) {
            // Any row at all can be seen.
            let top = |n: u64| {
                let y = look.snap(frame.py(n as f64));
                if n > 0 { y.min(frame.bottom - look.hair()) } else { frame.bottom }
            };
            pen.rect((left, top(rows)), (right, top(labelled)), look.colours.palette[0], 0.3)?;
            pen.rect((left, top(labelled)), (right, frame.bottom), look.colours.palette[0], 0.85)?;
        }
        draw_x(pen, &frame, &axes)?;
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let rows: u64 = total(self.bars.iter().map(|b| &b.rows));
        let labelled: u64 = total(self.bars.iter().map(|b| &b.labelled));
        format!(
            "{} rows in {} windows, {} of them with outcome.",
            format::count(rows),
            self.bars.len(),
            format::count(labelled)
        )
    }

    fn things(&self) -> usize {
        self.bars.len()
    }

    fn nearest(&self, frame: &Frame, x: f64, _y: f64) -> Option<usize> {
        self.strip.find(frame.time_at(x))
    }

    fn describe(&self, window: usize) -> Vec<Fact> {
        let Some(bar) = self.bars.get(window) else {
            return Vec::new();
        };
        let mut out = vec![
            Fact::new("", self.strip.name(window)),
            Fact::new("Rows", format::count(bar.rows)),
            Fact::new("With outcome", format::count(bar.labelled)),
        ];
        if bar.rows > 0 {
            let share = bar.labelled as f64 / bar.rows as f64;
            out.push(Fact::new("Coverage", format::exact(Unit::Percent, share)));
        }
        if !bar.mature {
            out.push(Fact::new("Status", "outcomes still arriving"));
        }
        out
    }

    fn mark(&self, frame: &Frame, _look: &Look, window: usize) -> Option<Mark> {
        let (left, right) = self.strip.sides(frame, window)?;
        Some(Mark {
            area: (left, frame.top, right, frame.bottom),
            line: Some(frame.px(self.strip.middle(window)? as f64)),
            dots: Vec::new(),
        })
    }

    fn span(&self, one: usize, other: usize) -> Option<(i64, i64)> {
        self.strip.span(one, other)
    }
}
