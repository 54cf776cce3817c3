//! The curves of a binary task as components: over thresholds, in the unit square, and of calibration.

#![allow(
    clippy::needless_pass_by_value,
    reason = "components own what they are given"
)]

use super::host::{Drag, Host};
use super::{Keys, Shown, made};
use crate::chart::{Chart, CurvePlot, CutoffPlot, Lines, Reliability, Shape, Spread};
use leptos::prelude::*;

/// Tall enough for the unit square, and no taller than a small screen is wide.
const HEIGHT: f64 = 340.0;

/// A drawing with its legend and what stands on its axes.
#[component]
pub(super) fn Framed(
    /// What stands upwards.
    #[prop(into)]
    up: String,
    /// What stands across.
    #[prop(into)]
    across: String,
    /// The lines and the tokens of their colours.
    names: Memo<Vec<(String, &'static str)>>,
    children: Children,
) -> impl IntoView {
    view! {
        <Keys names/>
        <p class="chart-up">{up}</p>
        {children()}
        <p class="chart-across">{across}</p>
    }
}

/// ROC, precision against recall, gain or lift.
#[component]
pub fn CurveChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// Which of them.
    shape: Shape,
    /// The class that it is of, where there are several.
    #[prop(into)]
    class: Signal<Option<String>>,
) -> impl IntoView {
    let chart = made(report, CurvePlot::default(), move |r| {
        match &*class.read() {
            Some(class) => CurvePlot::of_class(r, shape, class),
            None => CurvePlot::of(r, shape),
        }
    });
    let names = Memo::new(move |_| chart.with(CurvePlot::legend));
    let (across, up) = shape.axes();
    view! {
        <Framed up across names>
            <Host chart name=CurvePlot::NAME height=Signal::stored(HEIGHT) hovered=RwSignal::new(None)/>
        </Framed>
    }
}

/// Shares or net benefit over the threshold, which can be dragged.
#[component]
pub fn CutoffChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// Which of them.
    what: Lines,
    /// Metrics of labels that are drawn.
    #[prop(into)]
    chosen: Signal<Vec<&'static str>>,
    /// Is told the score to which the threshold is dragged.
    on_threshold: Callback<f64>,
) -> impl IntoView {
    let chart = made(report, CutoffPlot::default(), move |r| {
        CutoffPlot::with(r, what, &chosen.read())
    });
    let names = Memo::new(move |_| chart.with(CutoffPlot::legend));
    let drag = Drag {
        brush: None,
        value: Some(on_threshold),
    };
    let up = match what {
        Lines::Shares => "Share",
        Lines::NetBenefit => "Net benefit",
        Lines::Cost => "Cost a row",
    };
    view! {
        <Framed up across="Threshold" names>
            <Host chart name=CutoffPlot::NAME height=Signal::stored(HEIGHT) hovered=RwSignal::new(None) drag/>
        </Framed>
    }
}

/// What came true of what was foretold.
#[component]
pub fn ReliabilityChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// The class that it is of, where there are several.
    #[prop(into)]
    class: Signal<Option<String>>,
) -> impl IntoView {
    let chart = made(report, Reliability::default(), move |r| {
        match &*class.read() {
            Some(class) => Reliability::of_class(r, class),
            None => Reliability::of(r),
        }
    });
    let names = Memo::new(move |_| chart.with(Reliability::legend));
    let (across, up) = Reliability::AXES;
    view! {
        <Framed up across names>
            <Host chart name=Reliability::NAME height=Signal::stored(HEIGHT) hovered=RwSignal::new(None)/>
        </Framed>
    }
}

/// The share of outcomes below the quantile of each level.
#[component]
pub fn SpreadChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
) -> impl IntoView {
    let chart = made(report, Spread::default(), Spread::of);
    let names = Memo::new(move |_| chart.with(Spread::legend));
    let (across, up) = Spread::AXES;
    view! {
        <Framed up across names>
            <Host chart name=Spread::NAME height=Signal::stored(HEIGHT) hovered=RwSignal::new(None)/>
        </Framed>
    }
}
