//! Where data lies on a drawing, and back: what a pointer needs.

use super::format;
use super::pen::{Anchor, Fault, Look, Pen, TICK, text_width};
use super::ticks;
use crate::metric::Unit;
use plotters_backend::DrawingBackend;

/// Least distance between ticks across, in CSS pixels.
const TICK_ACROSS: f64 = 84.0;
/// Least distance between ticks up, in CSS pixels.
const TICK_UP: f64 = 38.0;

/// What the horizontal axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    #[default]
    /// Microseconds of UTC.
    Time,
    /// Rows in their order, where rows have no time.
    Rows,
    /// Something else: scores, classes.
    Other,
}

/// The plot's rectangle in CSS pixels and the data at its sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Left side.
    pub left: f64,
    /// Upper side.
    pub top: f64,
    /// Right side.
    pub right: f64,
    /// Lower side.
    pub bottom: f64,
    /// What x counts.
    pub axis: Axis,
    /// Data at the left and right side.
    pub x: (f64, f64),
    /// Data at the lower and upper side.
    pub y: (f64, f64),
}

impl Frame {
    /// The place of a value across, in CSS pixels.
    #[must_use]
    pub fn px(&self, x: f64) -> f64 {
        let width = self.x.1 - self.x.0;
        if width > 0.0 {
            self.left + (x - self.x.0) / width * (self.right - self.left)
        } else {
            f64::midpoint(self.left, self.right)
        }
    }

    /// The place of a value upwards, in CSS pixels; values beyond the plot lie on its side.
    #[must_use]
    pub fn py(&self, y: f64) -> f64 {
        let height = self.y.1 - self.y.0;
        let share = if height > 0.0 {
            ((y - self.y.0) / height).clamp(0.0, 1.0)
        } else {
            0.5
        };
        self.bottom - share * (self.bottom - self.top)
    }

    /// The value at a place across; places beyond the plot give its sides.
    #[must_use]
    pub fn x_at(&self, px: f64) -> f64 {
        let width = self.right - self.left;
        let share = if width > 0.0 {
            ((px - self.left) / width).clamp(0.0, 1.0)
        } else {
            0.5
        };
        self.x.0 + share * (self.x.1 - self.x.0)
    }

    /// The instant at a place across (microseconds of UTC; the row where rows have no time).
    #[must_use]
    pub fn time_at(&self, px: f64) -> i64 {
        self.x_at(px).round() as i64
    }

    /// The value at a place upwards.
    #[must_use]
    pub fn value_at(&self, py: f64) -> f64 {
        let height = self.bottom - self.top;
        let share = if height > 0.0 {
            ((self.bottom - py) / height).clamp(0.0, 1.0)
        } else {
            0.5
        };
        self.y.0 + share * (self.y.1 - self.y.0)
    }

    /// Whether a place lies within the plot, or nearly.
    #[must_use]
    pub fn holds(&self, x: f64, y: f64) -> bool {
        let near = 6.0;
        (self.left - near..=self.right + near).contains(&x)
            && (self.top - near..=self.bottom + near).contains(&y)
    }
}

/// What the axes of a frame are to be.
pub(super) struct Axes {
    /// What x counts.
    pub axis: Axis,
    /// Data at the left and right side.
    pub x: (f64, f64),
    /// Data at the lower and upper side.
    pub y: (f64, f64),
    /// How values are written upwards; `None` leaves that axis out.
    pub unit: Option<Unit>,
    /// Whether the lower side is a line: where bars stand on it.
    pub floor: bool,
}

/// The width that tick labels need, so that charts under each other can share it.
fn label_width(ticks: &[f64], step: f64, unit: Unit) -> f64 {
    ticks
        .iter()
        .map(|&v| text_width(&format::tick(unit, v, step), TICK))
        .fold(30.0, f64::max)
        .ceil()
}

/// The frame that leaves room for the labels of these axes.
pub(super) fn lay_out(look: &Look, axes: &Axes) -> Frame {
    let below = match axes.axis {
        Axis::Time => 34.0,
        Axis::Rows | Axis::Other => 22.0,
    };
    let top = 8.0;
    let bottom = (look.height - below).max(top + 1.0);
    let left = axes.unit.map_or(2.0, |unit| {
        let (ticks, step) = ticks::numbers(axes.y.0, axes.y.1, rows_of(bottom - top));
        label_width(&ticks, step, unit).min(look.width / 3.0) + 10.0
    });
    // Charts of one page line up: labels of usual width leave the same room.
    let left = if axes.unit.is_some() {
        left.max(48.0).min(look.width / 2.0)
    } else {
        left
    };
    Frame {
        left: look.snap(left),
        top: look.snap(top),
        right: look.snap((look.width - 12.0).max(left + 1.0)),
        bottom: look.snap(bottom),
        axis: axes.axis,
        x: axes.x,
        y: axes.y,
    }
}

fn rows_of(height: f64) -> usize {
    ((height / TICK_UP) as usize).clamp(2, 8)
}

/// Grid and labels upwards.
pub(super) fn draw_y<DB: DrawingBackend>(
    pen: &Pen<DB>,
    frame: &Frame,
    axes: &Axes,
) -> Result<(), Fault<DB>> {
    let colours = pen.look().colours;
    if let Some(unit) = axes.unit {
        let (ticks, step) = ticks::numbers(frame.y.0, frame.y.1, rows_of(frame.bottom - frame.top));
        for value in ticks {
            let y = frame.py(value);
            pen.level(y, frame.left, frame.right, colours.line)?;
            pen.text(
                &format::tick(unit, value, step),
                (frame.left - 8.0, y),
                Anchor::End,
                TICK,
                colours.text_3,
            )?;
        }
    }
    Ok(())
}

/// Line and labels across.
pub(super) fn draw_x<DB: DrawingBackend>(
    pen: &Pen<DB>,
    frame: &Frame,
    axes: &Axes,
) -> Result<(), Fault<DB>> {
    let colours = pen.look().colours;
    if axes.floor {
        pen.level(frame.bottom, frame.left, frame.right, colours.line_2)?;
    }
    let room = (((frame.right - frame.left) / TICK_ACROSS) as usize).max(1);
    let label = |text: &str, x: f64, line: f64| {
        // Kept within the drawing, since a label may be wider than what its tick has beside it.
        // Fonts differ in width, so there is a little to spare.
        let half = text_width(text, TICK) / 2.0 + 2.0;
        let x = x.min(pen.look().width - half).max(half);
        let y = frame.bottom + 12.0 + 13.0 * line;
        pen.text(text, (x, y), Anchor::Middle, TICK, colours.text_3)
    };
    let mark = |x: f64| pen.upright(x, frame.bottom, frame.bottom + 4.0, colours.line_2);
    match frame.axis {
        Axis::Time => {
            for tick in ticks::times(frame.x.0 as i64, frame.x.1 as i64, room) {
                let x = frame.px(tick.at as f64);
                mark(x)?;
                label(&tick.label, x, 0.0)?;
                if let Some(context) = tick.context {
                    label(&context, x, 1.0)?;
                }
            }
        }
        Axis::Rows | Axis::Other => {
            let unit = if frame.axis == Axis::Rows {
                Unit::Count
            } else {
                Unit::Outcome
            };
            let (ticks, step) = ticks::numbers(frame.x.0, frame.x.1, room);
            for value in ticks {
                let x = frame.px(value);
                mark(x)?;
                label(&format::tick(unit, value, step), x, 0.0)?;
            }
        }
    }
    Ok(())
}

/// Says in the plot's middle why there is nothing on it.
pub(super) fn draw_nothing<DB: DrawingBackend>(
    pen: &Pen<DB>,
    frame: &Frame,
    why: &str,
) -> Result<(), Fault<DB>> {
    let middle = (
        f64::midpoint(frame.left, frame.right),
        f64::midpoint(frame.top, frame.bottom),
    );
    pen.text(why, middle, Anchor::Middle, 12.0, pen.look().colours.text_3)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        left: 40.0,
        top: 10.0,
        right: 240.0,
        bottom: 110.0,
        axis: Axis::Time,
        x: (1_000.0, 3_000.0),
        y: (0.0, 1.0),
    };

    #[test]
    fn places_and_values_are_inverse() {
        for x in [1_000.0, 1_234.0, 3_000.0] {
            assert_eq!(FRAME.time_at(FRAME.px(x)), x as i64);
        }
        assert!((FRAME.value_at(FRAME.py(0.25)) - 0.25).abs() < 1e-12);
        assert_eq!(FRAME.time_at(-1e9), 1_000);
        assert_eq!(FRAME.py(7.0), 10.0);
    }
}
