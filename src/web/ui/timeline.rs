//! How many rows came when, how many of them have an outcome, and what part is looked at.

use super::format;
use super::state::app;
use super::widgets::{Empty, Fact, Section};
use crate::report::Truth;
use crate::report::view::BaselineChoice;
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

/// What can be done with a marked period.
#[component]
fn Brushed() -> impl IntoView {
    let app = app();
    view! {
        {move || {
            app.brush
                .get()
                .map(|(from, to)| {
                    view! {
                        <div class="brushed" data-testid="brushed" role="group" aria-label="Marked period">
                            <strong class="num">{app.period(from, to)}</strong>
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
                            <button class="button quiet" on:click=move |_| app.brush.set(None)>
                                "Clear"
                            </button>
                        </div>
                    }
                })
        }}
    }
}

#[component]
fn TruthFacts(truth: Truth) -> impl IntoView {
    let coverage = truth.coverage.value.map(format::percent);
    let delay = |seconds: Option<f64>| seconds.map(format::duration);
    let (p50, p95) = (delay(truth.delay_p50_s), delay(truth.delay_p95_s));
    let why = truth.coverage.undefined.clone().unwrap_or_default();
    view! {
        <dl class="facts">
            <Fact
                label="Predictions with an outcome"
                value=coverage.unwrap_or_else(|| format::NOTHING.into())
                hint=why
            />
            {p50.map(|p50| view! { <Fact label="Median delay of outcomes" value=p50/> })}
            {p95.map(|p95| view! { <Fact label="95 % arrive within" value=p95/> })}
        </dl>
        <p class="remark" data-testid="maturity">{truth.rule}</p>
    }
}
