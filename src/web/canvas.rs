//! A plotters backend on a canvas of the page.
//!
//! It reports a size of several virtual pixels per device pixel and lets the canvas scale them down, so
//! that plotters' whole numbers reach between pixels and every ratio of device pixels is crisp. It never
//! measures text: the canvas anchors it. Styles are set only when they change, for each one set is a
//! string to parse.

use crate::chart::{FONT_RATIO, Look};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::convert::Infallible;
use wasm_bindgen::JsCast as _;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A canvas to draw on.
pub struct Canvas {
    context: CanvasRenderingContext2d,
    size: (u32, u32),
    fill: Option<BackendColor>,
    stroke: Option<BackendColor>,
    width: u32,
    font: String,
    anchor: &'static str,
}

fn same(a: Option<BackendColor>, b: BackendColor) -> bool {
    a.is_some_and(|a| a.rgb == b.rgb && a.alpha.to_bits() == b.alpha.to_bits())
}

fn css(colour: BackendColor) -> String {
    let (r, g, b) = colour.rgb;
    if colour.alpha >= 1.0 {
        format!("#{r:02x}{g:02x}{b:02x}")
    } else {
        format!("rgba({r},{g},{b},{:.3})", colour.alpha)
    }
}

impl Canvas {
    /// Clears a canvas and sets its resolution for a look; `None` where the browser gives no context.
    #[must_use]
    pub fn new(canvas: &HtmlCanvasElement, look: &Look) -> Option<Self> {
        let side = |css: f64| (css * look.dpr).round().max(1.0) as u32;
        let (width, height) = (side(look.width), side(look.height));
        // Setting the size clears the canvas, but makes a new one of its memory too.
        if (canvas.width(), canvas.height()) != (width, height) {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        let context: CanvasRenderingContext2d =
            canvas.get_context("2d").ok().flatten()?.dyn_into().ok()?;
        context.reset_transform().ok()?;
        context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
        context.scale(1.0 / look.fine, 1.0 / look.fine).ok()?;
        context.set_line_join("round");
        context.set_line_cap("butt");
        context.set_text_baseline("alphabetic");
        Some(Self {
            context,
            size: look.virtual_size(),
            fill: None,
            stroke: None,
            width: 0,
            font: String::new(),
            anchor: "",
        })
    }

    fn fill_with(&mut self, colour: BackendColor) {
        if !same(self.fill, colour) {
            self.context.set_fill_style_str(&css(colour));
            self.fill = Some(colour);
        }
    }

    fn stroke_with(&mut self, style: &impl BackendStyle) {
        let colour = style.color();
        if !same(self.stroke, colour) {
            self.context.set_stroke_style_str(&css(colour));
            self.stroke = Some(colour);
        }
        let width = style.stroke_width();
        if width != self.width {
            self.context.set_line_width(f64::from(width));
            self.width = width;
        }
    }

    fn trace(&self, path: impl IntoIterator<Item = BackendCoord>) {
        self.context.begin_path();
        for (i, (x, y)) in path.into_iter().enumerate() {
            if i == 0 {
                self.context.move_to(f64::from(x), f64::from(y));
            } else {
                self.context.line_to(f64::from(x), f64::from(y));
            }
        }
    }
}

impl DrawingBackend for Canvas {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.fill_with(colour);
        self.context.fill_rect(f64::from(x), f64::from(y), 1.0, 1.0);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (f64::from(from.0), f64::from(from.1));
        let (width, height) = (f64::from(to.0) - x, f64::from(to.1) - y);
        if fill {
            self.fill_with(style.color());
            self.context.fill_rect(x, y, width, height);
        } else {
            self.stroke_with(style);
            self.context.stroke_rect(x, y, width, height);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.stroke_with(style);
        self.trace(path);
        self.context.stroke();
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.context.begin_path();
        // Fails for a negative radius only.
        let _ = self.context.arc(
            f64::from(x),
            f64::from(y),
            f64::from(radius),
            0.0,
            std::f64::consts::TAU,
        );
        if fill {
            self.fill_with(style.color());
            self.context.fill();
        } else {
            self.stroke_with(style);
            self.context.stroke();
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.fill_with(style.color());
        self.trace(path);
        self.context.close_path();
        self.context.fill();
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn {
        let size = style.size() / FONT_RATIO;
        let font = format!("{size:.2}px {}", style.family().as_str());
        if font != self.font {
            self.context.set_font(&font);
            self.font = font;
        }
        self.fill_with(style.color());
        let anchor = style.anchor();
        let align = match anchor.h_pos {
            HPos::Left => "left",
            HPos::Center => "center",
            HPos::Right => "right",
        };
        if self.anchor != align {
            self.context.set_text_align(align);
            self.anchor = align;
        }
        // Where plotters' SVG puts the baseline, so that both show the same picture.
        let down = match anchor.v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.26,
            VPos::Bottom => -0.26,
        };
        // Fails for no text that a string can hold.
        let _ = self
            .context
            .fill_text(text, f64::from(x), f64::from(y) + down * size);
        Ok(())
    }
}
