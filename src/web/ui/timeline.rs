//! How many rows came when, how many of them have an outcome, and what part is looked at.

use super::state::{App, app};
use super::truth::TruthFacts;
use super::widgets::{Empty, Section};
use crate::chart;
use crate::report::view::BaselineChoice;
use crate::table::time::Time;
use crate::web::chart_view::VolumeChart;
use leptos::prelude::*;

/// The timeline.
#[component]
pub fn Timeline() -> impl IntoView {
    let app = app();
    let windows = app.part(|r| r.windows.len());
    let truth = app.part(|r| r.truth.clone());
    let service = app.serves_only();
    let about = move || {
        if service.get() {
            "Requests in each window. Drag over the chart to mark a period."
        } else {
            "Rows in each window, and how many of them have an outcome yet. Drag over the chart to mark a period."
        }
    };
    view! {
        <Section
            id="timeline"
            title="Timeline"
            about=Signal::derive(move || about().to_string())
        >
            <Show
                when=move || { windows.get() > 0 }
                fallback=|| view! { <Empty text="There are no windows to draw. Give a time column, or choose windows of rows, to see how things change."/> }
            >
                <div class="card">
                    <VolumeChart report=app.report hovered=app.hovered brush=app.brush/>
                    <Brushed/>
                </div>
            </Show>
            {move || truth.get().map(|truth| view! { <TruthFacts truth/> })}
        </Section>
    }
}

/// A marked period, with its hours where it is not of whole days.
fn period(app: App, from: Time, to: Time) -> String {
    let timed = app.report.with(|r| r.as_ref().is_none_or(|r| r.timed));
    match timed {
        true => chart::format::period(from, to),
        false => app.period(from, to),
    }
}

/// What can be done with a marked period.
#[component]
pub fn Brushed() -> impl IntoView {
    let app = app();
    // What only a machine tells has no baseline.
    let has_rows = app.part(|r| !r.windows.is_empty());
    view! {
        {move || {
            app.brush
                .get()
                .map(|(from, to)| {
                    view! {
                        <div class="brushed" data-testid="brushed" role="group" aria-label="Marked period">
                            <strong class="num">{period(app, from, to)}</strong>
                            <button
                                class="button primary"
                                data-testid="brush-look"
                                on:click=move |_| {
                                    app.choose(|v| v.range = Some((from, to)));
                                    app.brush.set(None);
                                }
                            >
                                "Look only at this"
                            </button>
                            <Show when=move || has_rows.get()>
                                <button
                                    class="button"
                                    data-testid="brush-baseline"
                                    on:click=move |_| {
                                        app.choose(|v| v.baseline = BaselineChoice::Period(from, to));
                                        app.brush.set(None);
                                    }
                                >
                                    "Use as baseline"
                                </button>
                            </Show>
                            <button class="button quiet" on:click=move |_| app.brush.set(None)>
                                "Clear"
                            </button>
                        </div>
                    }
                })
        }}
    }
}
