//! The errors of numbers as components: against the normal distribution, and along the predictions.

#![allow(
    clippy::needless_pass_by_value,
    reason = "components own what they are given"
)]

use super::curves::Framed;
use super::host::Host;
use super::{Shown, made};
use crate::chart::{Chart, QuantilePlot, ResidualPlot};
use leptos::prelude::*;

const HEIGHT: f64 = 300.0;

/// Errors against the normal distribution.
#[component]
pub fn QuantileChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
) -> impl IntoView {
    let chart = made(report, QuantilePlot::default(), QuantilePlot::of);
    let names = Memo::new(move |_| chart.with(QuantilePlot::legend));
    let (across, up) = QuantilePlot::AXES;
    view! {
        <Framed up across names>
            <Host chart name=QuantilePlot::NAME height=Signal::stored(HEIGHT) hovered=RwSignal::new(None)/>
        </Framed>
    }
}

/// Errors along the predictions.
#[component]
pub fn ResidualChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
) -> impl IntoView {
    let chart = made(report, ResidualPlot::default(), ResidualPlot::of);
    let names = Memo::new(move |_| chart.with(ResidualPlot::legend));
    let (across, up) = ResidualPlot::AXES;
    view! {
        <Framed up across names>
            <Host chart name=ResidualPlot::NAME height=Signal::stored(HEIGHT) hovered=RwSignal::new(None)/>
        </Framed>
    }
}
