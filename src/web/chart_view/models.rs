//! Several models over the windows as a component.

#![allow(
    clippy::needless_pass_by_value,
    reason = "components own what they are given"
)]

use super::host::{Drag, Host};
use super::{Keys, Shown, made};
use crate::chart::{Chart, ModelLines};
use crate::table::time::Time;
use leptos::prelude::*;

/// A line a model; names stand at the ends of lines, or above them where there is no room.
#[component]
pub fn ModelsChart(
    /// What the page shows.
    #[prop(into)]
    report: Shown,
    /// The window under the cursor.
    hovered: RwSignal<Option<usize>>,
    /// The span of time that is marked.
    brush: RwSignal<Option<(Time, Time)>>,
) -> impl IntoView {
    let chart = made(report, ModelLines::default(), ModelLines::of);
    let names = Memo::new(move |_| chart.with(ModelLines::legend));
    let drag = Drag {
        brush: Some(brush),
        value: None,
    };
    view! {
        <div class="narrow-only">
            <Keys names/>
        </div>
        <Host chart name=ModelLines::NAME height=Signal::stored(260.0) hovered drag/>
    }
}
