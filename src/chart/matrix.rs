//! The confusion matrix: a row a true label, a column a predicted one, shaded by share of the row.

use super::frame::{Axis, Frame, draw_nothing};
use super::geometry::total;
use super::pen::{Anchor, Fault, Look, Pen, TICK, cut, text_width};
use super::theme::Colours;
use super::{Chart, Fact, Mark, format};
use crate::metric::Unit;
use crate::report::{Confusion, Report};
use plotters::style::{Color as _, RGBColor};
use plotters_backend::DrawingBackend;

/// From more classes on, cells are shaded without numbers.
const READABLE: usize = 12;

/// What rows and columns stand for, and the size of that text in CSS pixels.
const ROWS: &str = "True ↓";
const COLUMNS: &str = "Predicted →";
const CAPTION: f64 = 10.5;

/// Predicted against true labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    confusion: Option<Confusion>,
}

impl Matrix {
    /// The confusion matrix of a report; empty where it has none.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        // Rows that are not as long as there are labels cannot be drawn.
        let sound = |c: &&Confusion| {
            let k = c.labels.len();
            k > 0 && c.counts.len() == k && c.counts.iter().all(|row| row.len() == k)
        };
        Self {
            confusion: report.confusion.as_ref().filter(sound).cloned(),
        }
    }

    /// The height in CSS pixels at which its cells can be read.
    #[must_use]
    pub fn good_height(&self) -> f64 {
        let classes = self.classes().max(2) as f64;
        36.0 + (classes * (250.0 / classes).max(40.0)).min(460.0)
    }

    fn classes(&self) -> usize {
        self.confusion.as_ref().map_or(0, |c| c.labels.len())
    }

    fn lay_out(&self, look: &Look) -> Frame {
        let k = self.classes().max(1) as f64;
        let widest = self
            .confusion
            .iter()
            .flat_map(|c| &c.labels)
            .map(|label| text_width(label, TICK))
            .fold(0.0, f64::max);
        // The caption of the rows needs room too.
        let caption = text_width(ROWS, CAPTION) + 16.0;
        let left = (widest + 26.0).min(look.width * 0.3).max(caption);
        let top = 34.0_f64.min(look.height * 0.2);
        let width = (look.width - left - 2.0).max(1.0);
        let height = (look.height - top - 2.0).max(1.0);
        // Cells may be wider than high, but not so wide that the matrix falls apart.
        let cell_high = (height / k).min(130.0);
        let cell_wide = (width / k).min((cell_high * 3.2).max(40.0));
        Frame {
            left: look.snap(left),
            top: look.snap(top),
            right: look.snap(left + cell_wide * k),
            bottom: look.snap(top + cell_high * k),
            axis: Axis::Other,
            x: (0.0, k),
            y: (k, 0.0),
        }
    }

    /// Left, top, right and bottom of a cell, with a gap to the next.
    fn cell(&self, frame: &Frame, look: &Look, cell: usize) -> (f64, f64, f64, f64) {
        let k = self.classes().max(1);
        let (row, column) = (cell / k, cell % k);
        let across = |i: usize| {
            look.snap(frame.left + (frame.right - frame.left) * i as f64 / k as f64)
        };
        let down =
            |i: usize| look.snap(frame.top + (frame.bottom - frame.top) * i as f64 / k as f64);
        let gap = if (frame.right - frame.left) / k as f64 > 8.0 {
            look.hair()
        } else {
            0.0
        };
        (
            across(column),
            down(row),
            across(column + 1) - gap,
            down(row + 1) - gap,
        )
    }
}

fn share(part: u64, row: &[u64]) -> Option<f64> {
    let total = total(row);
    (total > 0).then(|| part as f64 / total as f64)
}

fn blend(front: RGBColor, back: RGBColor, share: f64) -> RGBColor {
    let mix = |a: u8, b: u8| (f64::from(a) * share + f64::from(b) * (1.0 - share)).round() as u8;
    RGBColor(
        mix(front.0, back.0),
        mix(front.1, back.1),
        mix(front.2, back.2),
    )
}

/// Relative luminance (WCAG 2.2), by which text on a shade is chosen.
fn luminance(colour: RGBColor) -> f64 {
    let linear = |v: u8| (f64::from(v) / 255.0).powf(2.2);
    let (r, g, b) = colour.rgb();
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

fn contrast(a: RGBColor, b: RGBColor) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colour of text on a shade. Of two that can be read, the card's own, so that full cells agree.
fn ink(colours: &Colours, shade: RGBColor) -> RGBColor {
    let (text, surface) = (contrast(colours.text, shade), contrast(colours.surface, shade));
    if surface >= 4.5 || surface > text {
        colours.surface
    } else {
        colours.text
    }
}

impl Chart for Matrix {
    const NAME: &'static str = "matrix";

    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>> {
        let look = pen.look();
        let colours = look.colours;
        let frame = self.lay_out(look);
        let Some(c) = &self.confusion else {
            draw_nothing(pen, &frame, "No labels to compare")?;
            return Ok(frame);
        };
        let k = c.labels.len();
        for (row, counts) in c.counts.iter().enumerate() {
            for (column, &n) in counts.iter().enumerate() {
                let (left, top, right, bottom) = self.cell(&frame, look, row * k + column);
                let part = share(n, counts);
                let hue = if row == column { colours.palette[0] } else { colours.palette[1] };
                let shade = match part {
                    // Any confusion at all can be seen, and full rows still let text be read.
                    Some(p) if n > 0 => blend(hue, colours.surface, 0.08 + 0.92 * p),
                    _ => colours.neutral_soft,
                };
                pen.rect((left, top), (right, bottom), shade, 1.0)?;
                let ink = ink(colours, shade);
                let (width, height) = (right - left, bottom - top);
                let number = format::count(n);
                let fits = text_width(&number, 12.0) + 4.0 <= width && height >= 14.0;
                if k > READABLE || !fits {
                    continue;
                }
                let middle = (f64::midpoint(left, right), f64::midpoint(top, bottom));
                match part {
                    Some(p) if height >= 34.0 && width >= 36.0 => {
                        pen.text(&number, (middle.0, middle.1 - 7.0), Anchor::Middle, 13.0, ink)?;
                        let text = format!("{:.1}%", 100.0 * p);
                        pen.text(&text, (middle.0, middle.1 + 9.0), Anchor::Middle, 10.5, ink)?;
                    }
                    _ => pen.text(&number, middle, Anchor::Middle, 12.0, ink)?,
                }
            }
        }
        draw_labels(pen, &frame, &c.labels)?;
        Ok(frame)
    }

    fn sentence(&self) -> String {
        let Some(c) = &self.confusion else {
            return "No labels to compare.".to_owned();
        };
        let right = total(c.counts.iter().enumerate().map(|(i, row)| &row[i]));
        let all = total(c.counts.iter().flatten());
        format!(
            "Confusion matrix of {} labels: {} of {} rows right.",
            c.labels.len(),
            format::count(right),
            format::count(all)
        )
    }

    fn things(&self) -> usize {
        self.classes() * self.classes()
    }

    fn nearest(&self, frame: &Frame, x: f64, y: f64) -> Option<usize> {
        let k = self.classes();
        if k == 0 || !frame.holds(x, y) {
            return None;
        }
        let step = |share: f64| ((share * k as f64).max(0.0) as usize).min(k - 1);
        let column = step((x - frame.left) / (frame.right - frame.left));
        let row = step((y - frame.top) / (frame.bottom - frame.top));
        Some(row * k + column)
    }

    fn describe(&self, cell: usize) -> Vec<Fact> {
        let k = self.classes().max(1);
        let (row, column) = (cell / k, cell % k);
        let Some((c, counts)) = self
            .confusion
            .as_ref()
            .and_then(|c| Some((c, c.counts.get(row)?)))
        else {
            return Vec::new();
        };
        let n = counts[column];
        let predicted = total(c.counts.iter().map(|r| &r[column]));
        let percent = |p: Option<f64>| p.map_or("–".to_owned(), |p| format::exact(Unit::Percent, p));
        let mut out = vec![
            Fact::new("", if row == column { "Right" } else { "Confused" }),
            Fact::new("True", &c.labels[row]),
            Fact::new("Predicted", &c.labels[column]),
            Fact::new("Rows", format::count(n)),
            Fact::new("Of the true label", percent(share(n, counts))),
            Fact::new(
                "Of the predicted label",
                percent((predicted > 0).then(|| n as f64 / predicted as f64)),
            ),
        ];
        let before = c.baseline.as_ref().and_then(|b| b.get(row));
        if let Some(before) = before.and_then(|r| share(*r.get(column)?, r)) {
            out.push(Fact::new("Baseline", percent(Some(before))));
        }
        out
    }

    fn mark(&self, frame: &Frame, look: &Look, cell: usize) -> Option<Mark> {
        (cell < self.things()).then(|| Mark {
            area: self.cell(frame, look, cell),
            line: None,
            dots: Vec::new(),
        })
    }

    fn beside(&self, cell: usize, down: bool) -> Option<usize> {
        let k = self.classes();
        let next = if down { cell + k } else { cell.checked_sub(k)? };
        (next < self.things()).then_some(next)
    }
}

/// The names of rows and columns, as many as have room.
fn draw_labels<DB: DrawingBackend>(
    pen: &Pen<DB>,
    frame: &Frame,
    labels: &[String],
) -> Result<(), Fault<DB>> {
    let colours = pen.look().colours;
    let k = labels.len().max(1) as f64;
    let (wide, high) = (
        (frame.right - frame.left) / k,
        (frame.bottom - frame.top) / k,
    );
    let widest = labels.iter().map(|l| text_width(l, TICK)).fold(0.0, f64::max);
    let every = |room: f64, need: f64| ((need / room).ceil() as usize).max(1);
    // Names of columns are cut while that leaves a few letters, then left out in turn.
    let columns = every(wide, (widest + 6.0).min(56.0));
    let rows = every(high, 13.0);
    for (i, label) in labels.iter().enumerate() {
        let at = i as f64 + 0.5;
        if i % columns == 0 {
            let text = cut(label, TICK, wide * columns as f64 - 6.0);
            let x = frame.left + at * wide;
            pen.text(&text, (x, frame.top - 9.0), Anchor::Middle, TICK, colours.text_2)?;
        }
        if i % rows == 0 {
            let text = cut(label, TICK, frame.left - 22.0);
            let y = frame.top + at * high;
            pen.text(&text, (frame.left - 8.0, y), Anchor::End, TICK, colours.text_2)?;
        }
    }
    pen.text(
        COLUMNS,
        (frame.left, frame.top - 25.0),
        Anchor::Start,
        CAPTION,
        colours.text_3,
    )?;
    pen.text(
        ROWS,
        (frame.left - 8.0, frame.top - 25.0),
        Anchor::End,
        CAPTION,
        colours.text_3,
    )
}
