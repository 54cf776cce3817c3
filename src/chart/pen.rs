//! Drawing in CSS pixels. plotters' coordinates are whole numbers, which at one per pixel makes
//! curves jagged; so backends report a size of [`Look::k`] virtual pixels per CSS pixel, and this is the
//! only place that knows of it. Texts are anchored, never measured: in a browser plotters measures by a
//! span in the document, a forced layout for each label.

use super::theme::Colours;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, RGBColor, ShapeStyle, TextStyle};
use plotters_backend::DrawingBackend;

/// Backends that follow plotters' convention draw a font of size s at s / 1.24 pixels.
pub const FONT_RATIO: f64 = 1.24;

/// Size of tick labels in CSS pixels.
pub const TICK: f64 = 11.0;

/// Why a drawing failed: the backend's own error.
pub type Fault<DB> = DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>;

/// How a chart is to look.
#[derive(Clone, Debug)]
pub struct Look<'a> {
    /// The theme's colours.
    pub colours: &'a Colours,
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// Device pixels per CSS pixel.
    pub dpr: f64,
    /// Virtual pixels per device pixel.
    pub fine: f64,
}

impl<'a> Look<'a> {
    /// A look for a screen with `dpr` device pixels per CSS pixel.
    #[must_use]
    pub fn new(colours: &'a Colours, width: f64, height: f64, dpr: f64) -> Self {
        Self {
            colours,
            width: width.max(1.0),
            height: height.max(1.0),
            dpr: if dpr.is_finite() && dpr > 0.0 {
                dpr
            } else {
                1.0
            },
            fine: 4.0,
        }
    }

    /// Virtual pixels per CSS pixel.
    #[must_use]
    pub fn k(&self) -> f64 {
        self.dpr * self.fine
    }

    /// The size that a backend reports.
    #[must_use]
    pub fn virtual_size(&self) -> (u32, u32) {
        let side = |css: f64| (css * self.k()).round().max(1.0) as u32;
        (side(self.width), side(self.height))
    }

    /// The nearest edge between device pixels.
    #[must_use]
    pub fn snap(&self, css: f64) -> f64 {
        (css * self.dpr).round() / self.dpr
    }

    /// Width of the thinnest crisp line in CSS pixels.
    #[must_use]
    pub fn hair(&self) -> f64 {
        self.dpr.floor().max(1.0) / self.dpr
    }
}

/// Where a text's point lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// In its middle.
    Middle,
    /// At its right end.
    End,
}

/// Draws on a backend, in CSS pixels.
pub struct Pen<'a, DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    look: &'a Look<'a>,
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    /// A pen for a backend whose size is [`Look::virtual_size`].
    pub fn new(backend: DB, look: &'a Look<'a>) -> Self {
        Self {
            area: backend.into_drawing_area(),
            look,
        }
    }

    /// How the chart is to look.
    pub fn look(&self) -> &'a Look<'a> {
        self.look
    }

    fn px(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let k = self.look.k();
        ((x * k).round() as i32, (y * k).round() as i32)
    }

    fn stroke(&self, colour: RGBColor, opacity: f64, width: f64) -> ShapeStyle {
        ShapeStyle {
            color: colour.mix(opacity),
            filled: false,
            stroke_width: (width * self.look.k()).round().max(1.0) as u32,
        }
    }

    /// A line through points.
    ///
    /// # Errors
    /// The backend's.
    pub fn path(
        &self,
        points: &[(f64, f64)],
        colour: RGBColor,
        opacity: f64,
        width: f64,
    ) -> Result<(), Fault<DB>> {
        if points.len() < 2 {
            return Ok(());
        }
        let points: Vec<_> = points.iter().map(|&p| self.px(p)).collect();
        self.area.draw(&PathElement::new(
            points,
            self.stroke(colour, opacity, width),
        ))
    }

    /// A dashed line through points: `on` CSS pixels of line, `off` of none.
    ///
    /// # Errors
    /// The backend's.
    pub fn dashes(
        &self,
        points: &[(f64, f64)],
        colour: RGBColor,
        width: f64,
        (on, off): (f64, f64),
    ) -> Result<(), Fault<DB>> {
        for dash in dash(points, on, off) {
            self.path(&dash, colour, 1.0, width)?;
        }
        Ok(())
    }

    /// A filled area.
    ///
    /// # Errors
    /// The backend's.
    pub fn fill(
        &self,
        points: &[(f64, f64)],
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), Fault<DB>> {
        if points.len() < 3 {
            return Ok(());
        }
        let points: Vec<_> = points.iter().map(|&p| self.px(p)).collect();
        self.area.draw(&Polygon::new(points, colour.mix(opacity)))
    }

    /// A filled rectangle from (left, top) to (right, bottom).
    ///
    /// # Errors
    /// The backend's.
    pub fn rect(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        colour: RGBColor,
        opacity: f64,
    ) -> Result<(), Fault<DB>> {
        if to.0 <= from.0 || to.1 <= from.1 {
            return Ok(());
        }
        self.area.draw(&Rectangle::new(
            [self.px(from), self.px(to)],
            colour.mix(opacity).filled(),
        ))
    }

    /// A crisp horizontal line of one pixel.
    ///
    /// # Errors
    /// The backend's.
    pub fn level(&self, y: f64, from: f64, to: f64, colour: RGBColor) -> Result<(), Fault<DB>> {
        let y = self.look.snap(y);
        self.rect((from, y), (to, y + self.look.hair()), colour, 1.0)
    }

    /// A crisp vertical line of one pixel.
    ///
    /// # Errors
    /// The backend's.
    pub fn upright(&self, x: f64, from: f64, to: f64, colour: RGBColor) -> Result<(), Fault<DB>> {
        let x = self.look.snap(x);
        self.rect((x, from), (x + self.look.hair(), to), colour, 1.0)
    }

    /// A filled dot.
    ///
    /// # Errors
    /// The backend's.
    pub fn dot(&self, at: (f64, f64), radius: f64, colour: RGBColor) -> Result<(), Fault<DB>> {
        let radius = (radius * self.look.k()).round() as u32;
        self.area
            .draw(&Circle::new(self.px(at), radius, colour.filled()))
    }

    /// Text; `at` is its anchor and the middle of its digits. Size in CSS pixels.
    ///
    /// # Errors
    /// The backend's.
    pub fn text(
        &self,
        text: &str,
        at: (f64, f64),
        anchor: Anchor,
        size: f64,
        colour: RGBColor,
    ) -> Result<(), Fault<DB>> {
        // Backends centre on the x-height; digits and capitals are a tenth of an em taller.
        let at = self.px((at.0, at.1 + 0.1 * size));
        let h = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = TextStyle::from((self.look.colours.font, size * self.look.k() * FONT_RATIO))
            .color(&colour)
            .pos(Pos::new(h, VPos::Center));
        self.area.draw_text(text, &style, at)
    }

    /// Ends the drawing.
    ///
    /// # Errors
    /// The backend's.
    pub fn finish(&self) -> Result<(), Fault<DB>> {
        self.area.present()
    }
}

/// About how wide a text is in CSS pixels, without asking anyone.
#[must_use]
pub fn text_width(text: &str, size: f64) -> f64 {
    let ems: f64 = text
        .chars()
        .map(|c| match c {
            ' ' | '.' | ',' | ':' | '\u{2009}' | '\u{202f}' | 'i' | 'l' | 'j' | '|' => 0.3,
            'm' | 'w' | 'M' | 'W' | '%' => 0.85,
            c if c.is_ascii_uppercase() => 0.67,
            c if c.is_ascii() => 0.57,
            _ => 0.9,
        })
        .sum();
    ems * size
}

/// A text cut to a width in CSS pixels, with an ellipsis where something was lost.
#[must_use]
pub fn cut(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, size) + 0.9 * size > width {
            kept.pop();
            break;
        }
    }
    if kept.is_empty() {
        return String::new();
    }
    kept.push('…');
    kept
}

/// The dashes of a line.
fn dash(points: &[(f64, f64)], on: f64, off: f64) -> Vec<Vec<(f64, f64)>> {
    let mut out = Vec::new();
    let mut current = Vec::new();
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let [(mut x, mut y), (x1, y1)] = [pair[0], pair[1]];
        if drawing && current.is_empty() {
            current.push((x, y));
        }
        loop {
            let (dx, dy) = (x1 - x, y1 - y);
            let length = (dx * dx + dy * dy).sqrt();
            // Not NaN and not endless: every step but the last uses up `left`, which is positive.
            if length.is_nan() || length <= left {
                left -= if length.is_finite() { length } else { 0.0 };
                if drawing {
                    current.push((x1, y1));
                }
                break;
            }
            x += dx / length * left;
            y += dy / length * left;
            if drawing {
                current.push((x, y));
                out.push(std::mem::take(&mut current));
            } else {
                current.push((x, y));
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    if current.len() > 1 {
        out.push(current);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_keep_their_rhythm_round_a_corner() {
        let dashes = dash(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], 4.0, 2.0);
        assert_eq!(
            dashes,
            [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)]]
        );
        assert_eq!(dash(&[(0.0, 0.0)], 4.0, 2.0), Vec::<Vec<_>>::new());
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut("cat", 11.0, 100.0), "cat");
        let short = cut("a very long label", 11.0, 40.0);
        assert!(
            short.ends_with('…') && text_width(&short, 11.0) <= 40.0,
            "{short}"
        );
        assert_eq!(cut("wide", 11.0, 3.0), "");
    }
}
