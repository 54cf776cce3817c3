//! Charts of the page: each takes the Report, so that what is drawn is what the Report says.
//!
//! All charts over windows share `hovered` (the window under the cursor) and `brush` (the span marked by
//! a drag). Double click or Escape lets go. The theme is the page's own, found out here, so no chart can
//! be forgotten when it changes. Their looks are in `style/chart.css`.

#![allow(
    clippy::needless_pass_by_value,
    reason = "components own what they are given"
)]

mod curves;
mod host;
mod models;
mod residuals;
mod screen;

use crate::chart::{
    Chart, Kind, Matrix, PanelPlot, ScorePlot, Shift, Sparkline as Spark, Trend, Volume,
};
use crate::metric::{self, Unit};
use crate::report::{ColumnDrift, Report};
use crate::table::time::Time;
pub use curves::{CurveChart, CutoffChart, ReliabilityChart, SpreadChart};
use host::{Drag, Host, painted};
use leptos::html;
use leptos::prelude::*;
pub use models::ModelsChart;
pub use residuals::{QuantileChart, ResidualChart};
use std::sync::Arc;

/// What the page shows, if anything yet.
type Shown = Signal<Option<Arc<Report>>>;

/// A chart made of the report; what is drawn changes only when it does.
fn made<C: Chart>(
    report: Shown,
    none: C,
    of: impl Fn(&Report) -> C + Send + Sync + 'static,
) -> Signal<C> {
    Memo::new(move |_| report.with(|r| r.as_ref().map_or_else(|| none.clone(), |r| of(r)))).into()
}

/// The lines of a trend with their colours; dashed where not measured. In one line, so that estimates that come
/// later move nothing.
#[component]
fn Legend(chart: Signal<Trend>) -> impl IntoView {
    let keys = Memo::new(move |_| chart.with(Trend::legend));
    let key = |title: String, hue: usize, kind: Kind| {
        let colour = format!("var(--cat-{})", hue + 1);
        let class = match kind {
            Kind::Measured => "chart-chip",
            Kind::Estimated | Kind::Completed => "chart-chip chart-dashes",
        };
        view! { <li><i class=class style:background-color=colour></i>{title}</li> }
    };
    view! {
        <ul class="chart-legend in-line">
            {move || keys.get().into_iter().map(|k| key(k.title, k.hue, k.kind)).collect_view()}
        </ul>
    }
}

/// What is drawn, with the tokens of its colours.
#[component]
fn Keys(names: Memo<Vec<(String, &'static str)>>) -> impl IntoView {
    let key = |(name, colour): (String, &'static str)| {
        view! { <li><i class="chart-chip" style:background=colour></i>{name}</li> }
    };
    view! { <ul class="chart-legend">{move || names.get().into_iter().map(key).collect_view()}</ul> }
}

/// One to three metrics over the windows, with intervals and the baseline.
#[component]
pub fn TrendChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// Name of the metric; several are joined by commas.
    #[prop(into)]
    metric: Signal<String>,
    /// The window under the cursor.
    #[prop(optional)]
    hovered: RwSignal<Option<usize>>,
    /// The span of time that is marked.
    #[prop(optional)]
    brush: Option<RwSignal<Option<(Time, Time)>>>,
    /// Height in CSS pixels.
    #[prop(default = Signal::stored(260.0))]
    height: Signal<f64>,
) -> impl IntoView {
    let chart: Signal<Trend> = Memo::new(move |_| {
        metric.with(|names| {
            let infos: Vec<_> = names
                .split(',')
                .filter_map(|name| metric::info(name.trim()))
                .collect();
            report.with(|r| r.as_ref().map(|r| Trend::of(r, &infos)).unwrap_or_default())
        })
    })
    .into();
    let drag = Drag { brush, value: None };
    view! {
        <Legend chart/>
        <Host chart name=Trend::NAME height hovered drag/>
    }
}

/// Rows of each window and how many have an outcome.
#[component]
pub fn VolumeChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// The window under the cursor.
    #[prop(optional)]
    hovered: RwSignal<Option<usize>>,
    /// The span of time that is marked.
    #[prop(optional)]
    brush: Option<RwSignal<Option<(Time, Time)>>>,
    /// Height in CSS pixels.
    #[prop(default = Signal::stored(120.0))]
    height: Signal<f64>,
) -> impl IntoView {
    let chart = made(report, Volume::default(), Volume::of);
    let drag = Drag { brush, value: None };
    view! { <Host chart name=Volume::NAME height hovered drag/> }
}

/// Scores by outcome; the threshold can be dragged where `on_threshold` is given.
#[component]
pub fn ScoresChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// Is told the score to which the threshold is dragged.
    #[prop(optional)]
    on_threshold: Option<Callback<f64>>,
    /// Height in CSS pixels.
    #[prop(default = Signal::stored(212.0))]
    height: Signal<f64>,
) -> impl IntoView {
    let chart = made(report, ScorePlot::default(), ScorePlot::of);
    let drag = Drag {
        brush: None,
        value: on_threshold,
    };
    let names = Memo::new(move |_| chart.with(ScorePlot::legend));
    view! {
        <curves::Framed up="Share of the rows of each kind" across="Score" names>
            <Host chart name=ScorePlot::NAME height hovered=RwSignal::new(None) drag/>
        </curves::Framed>
    }
}

/// Predicted against true labels.
#[component]
pub fn MatrixChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
) -> impl IntoView {
    let chart = made(report, Matrix::default(), Matrix::of);
    // Two labels need less room than twelve.
    let height = Signal::derive(move || chart.with(Matrix::good_height));
    view! { <Host chart name=Matrix::NAME height hovered=RwSignal::new(None)/> }
}

/// A small trend, for looking at only: it stands beside its number, which says it in words.
#[component]
pub fn Sparkline(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// Name of the metric.
    #[prop(into)]
    metric: String,
) -> impl IntoView {
    let info = metric::info(&metric);
    let none = Spark::plain("", Unit::Ratio, &[]);
    let chart = made(report, none.clone(), move |r| {
        info.map_or_else(|| none.clone(), |info| Spark::of(r, info))
    });
    still(chart)
}

/// A small line through shares by window.
#[component]
pub fn ValuesSparkline(
    /// A share by window; `None` is a gap.
    values: Vec<Option<f64>>,
    /// What is usual.
    #[prop(optional_no_strip)]
    usual: Option<f64>,
) -> impl IntoView {
    let chart = Spark::plain("", Unit::Percent, &values).beside(usual);
    still(Signal::stored(chart))
}

/// How a column was distributed in the baseline and is now, small; said in words for who cannot see it.
#[component]
pub fn ShiftChart(
    /// The column.
    column: ColumnDrift,
) -> impl IntoView {
    let chart = Shift::of(&column);
    let said = chart.sentence();
    view! { <span role="img" aria-label=said.clone() title=said>{still(Signal::stored(chart))}</span> }
}

/// A chart of the stack of what the machine says.
#[component]
pub fn PanelChart(
    /// What is drawn.
    plot: Signal<PanelPlot>,
    /// The step under the cursor, the same in all charts of the stack.
    hovered: RwSignal<Option<usize>>,
    /// The span of time that is marked.
    brush: RwSignal<Option<(Time, Time)>>,
) -> impl IntoView {
    let height = Signal::derive(move || plot.with(PanelPlot::good_height));
    let drag = Drag {
        brush: Some(brush),
        value: None,
    };
    view! { <Host chart=plot name=PanelPlot::NAME height hovered drag/> }
}

fn still<C: Chart>(chart: Signal<C>) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    painted(canvas, chart, screen::screen(canvas));
    view! {
        <span class="chart-spark" data-testid=format!("chart-{}", C::NAME)>
            <canvas node_ref=canvas class="chart-canvas"></canvas>
        </span>
    }
}
