//! Delay and coverage of outcomes: the figures, how windows are completed, and the same by slice.

use super::format;
use super::slice_table::cell;
use super::state::app;
use super::widgets::{Fact, More};
use crate::metric::Unit;
use crate::report::{SliceTruth, Truth};
use leptos::prelude::*;

/// Rows shown before the reader asks for more.
const FIRST: usize = 12;

/// What is known of the outcomes.
#[component]
pub fn TruthFacts(truth: Truth) -> impl IntoView {
    let coverage = truth.coverage.value.map(format::percent);
    // They come of a histogram.
    let delay = |seconds: Option<f64>| seconds.map(|s| format!("≈ {}", format::duration(s)));
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
        {truth.completed.map(|how| view! { <p class="remark" data-testid="completed">{how}</p> })}
        {(!truth.slices.is_empty()).then(|| view! { <BySlice/> })}
    }
}

/// Coverage and delay by slice, folded until the reader asks for it.
#[component]
fn BySlice() -> impl IntoView {
    let slices = app().part(|r| r.truth.clone().map(|t| t.slices).unwrap_or_default());
    let timed = app().part(|r| r.truth.as_ref().is_some_and(|t| t.delay_p50_s.is_some()));
    let most = RwSignal::new(FIRST);
    let open = RwSignal::new(false);
    let shown = move || slices.with(|s| s.iter().take(most.get()).cloned().collect::<Vec<_>>());
    view! {
        <details
            class="fold card"
            data-testid="truth-by-slice"
            on:toggle=move |ev| open.set(event_target::<web_sys::Element>(&ev).has_attribute("open"))
        >
            <summary>"Outcomes by slice"</summary>
            <Show when=move || open.get()>
                <div class="scroll-x" role="region" aria-label="Outcomes by slice" tabindex="0">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Slice"</th>
                                <th scope="col" class="right">"Rows"</th>
                                <th scope="col" class="right">"With an outcome"</th>
                                <th scope="col" class="right" hidden=move || !timed.get()>"Median delay"</th>
                                <th scope="col" class="right" hidden=move || !timed.get()>"95 % within"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || {
                                let timed = timed.get();
                                shown().into_iter().map(|row| view! { <Row row timed/> }).collect_view()
                            }}
                        </tbody>
                    </table>
                </div>
                <More shown=most of=Signal::derive(move || slices.with(Vec::len))/>
            </Show>
        </details>
    }
}

#[component]
fn Row(row: SliceTruth, timed: bool) -> impl IntoView {
    let delay =
        |seconds: Option<f64>| seconds.map_or_else(|| format::NOTHING.into(), format::duration);
    let value = if row.value.is_empty() {
        "(empty)".to_string()
    } else {
        row.value
    };
    view! {
        <tr>
            <td><span class="quiet">{row.column} " "</span> {value}</td>
            <td class="num right">{format::count(row.rows)}</td>
            <td class="num right">{cell(&row.coverage, Unit::Percent)}</td>
            <td class="num right" hidden=!timed>{delay(row.delay_p50_s)}</td>
            <td class="num right" hidden=!timed>{delay(row.delay_p95_s)}</td>
        </tr>
    }
}
