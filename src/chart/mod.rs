//! Drawings of parts of a [`Report`](crate::report::Report) on any plotters backend: the page's canvas,
//! SVG in files and tests.
//!
//! May use: `report`, `metric`, `series` (units), `table` (time). Nothing here knows a browser.
//!
//! A chart is plain data made from a Report; drawing it gives a [`Frame`], by which a pointer finds its
//! way back to the data. Charts hold text for ticks only: titles, legends and tooltips are HTML, where
//! they can be read aloud, selected and translated. What is undefined is a gap, never a zero.
//!
//! A new chart is one file with a type that is a [`Chart`], and one line in the list below.

pub mod format;
mod frame;
mod geometry;
mod pen;
pub mod theme;
mod ticks;

pub use frame::{Axis, Frame};
pub use pen::{Anchor, FONT_RATIO, Fault, Look, Pen};

use plotters::style::RGBColor;
use plotters_backend::DrawingBackend;

macro_rules! charts {
    ($($file:ident :: $chart:ident),* $(,)?) => {
        $(mod $file; pub use $file::$chart;)*

        /// The names of all charts.
        pub const NAMES: &[&str] = &[$(<$chart as Chart>::NAME),*];
    };
}

charts! {
    trend::Trend,
    volume::Volume,
    scores::ScorePlot,
    matrix::Matrix,
    sparkline::Sparkline,
    shift::Shift,
    curve::CurvePlot,
    cutoff::CutoffPlot,
    reliability::Reliability,
    spread::Spread,
    quantiles::QuantilePlot,
    residuals::ResidualPlot,
    models::ModelLines,
    panel::PanelPlot,
}

pub use curve::Shape;
pub use cutoff::{AT_FIRST, AT_MOST, Lines, OverThreshold, SHARES};
pub use panel::{Stacked, is_part, stack};
pub use trend::Kind;

/// What a pointer finds: one window, bin or cell, as it is to be marked on the drawing (CSS pixels).
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Left, top, right and bottom of the thing itself: a strip, or a cell.
    pub area: (f64, f64, f64, f64),
    /// Where the upright line of the cursor stands; `None` where a frame round the area marks it.
    pub line: Option<f64>,
    /// Points on the lines of the chart, with their colours.
    pub dots: Vec<(f64, f64, RGBColor)>,
}

/// A line of a tooltip.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it is; empty for the heading.
    pub label: String,
    /// The exact value.
    pub text: String,
    /// The colour of the mark it belongs to, as an index into the palette.
    pub hue: Option<usize>,
}

impl Fact {
    fn new(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            text: text.into(),
            hue: None,
        }
    }
}

/// A drawing of a part of a Report.
pub trait Chart: Clone + PartialEq + Send + Sync + 'static {
    /// Its name, for tests and styles: `trend`.
    const NAME: &'static str;

    /// Draws it over the whole of a backend of size [`Look::virtual_size`].
    ///
    /// # Errors
    /// The backend's.
    fn draw<DB: DrawingBackend>(&self, pen: &Pen<DB>) -> Result<Frame, Fault<DB>>;

    /// What it shows, for who cannot see it.
    fn sentence(&self) -> String;

    /// How many things a pointer can find, in the order in which arrow keys walk them.
    fn things(&self) -> usize;

    /// The thing nearest to a place (CSS pixels).
    fn nearest(&self, frame: &Frame, x: f64, y: f64) -> Option<usize>;

    /// The exact values of a thing; the first fact is its heading.
    fn describe(&self, thing: usize) -> Vec<Fact>;

    /// How a thing is to be marked.
    fn mark(&self, frame: &Frame, look: &Look, thing: usize) -> Option<Mark>;

    /// From the start of one thing to the end of another (instants of the Report), in either order: what a
    /// drag from one to the other selects. `None` where things have no time.
    fn span(&self, _one: usize, _other: usize) -> Option<(i64, i64)> {
        None
    }

    /// The thing one step up or down, where things lie in two dimensions.
    fn beside(&self, _thing: usize, _down: bool) -> Option<usize> {
        None
    }
}

/// Draws a chart on a backend.
///
/// # Errors
/// The backend's.
pub fn draw<C: Chart, DB: DrawingBackend>(
    chart: &C,
    backend: DB,
    look: &Look,
) -> Result<Frame, Fault<DB>> {
    let pen = Pen::new(backend, look);
    let frame = chart.draw(&pen)?;
    pen.finish()?;
    Ok(frame)
}
