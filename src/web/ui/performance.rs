//! How right the model is: every metric at a glance, one of them over time, and what it means.

use super::card::{Cards, Of, all_names, drawn, names};
use super::estimates::Estimates;
use super::explain::Explain;
use super::format;
use super::metric_table::MetricTable;
use super::metrics::title_in;
use super::models::ModelsCard;
use super::state::app;
use super::widgets::{Empty, Section};
use crate::metric::info;
use crate::web::chart_view::TrendChart;
use leptos::prelude::*;

/// What there is to say where no performance can be told.
fn why_none(outcomes: u64) -> &'static str {
    match outcomes {
        0 => {
            "No outcomes yet. Add the file that tells what came true, or give a column the role of outcome, and this section fills."
        }
        _ => "None of the predictions in this view has an outcome, so there is nothing to judge.",
    }
}

/// Performance.
#[component]
pub fn Performance() -> impl IntoView {
    let app = app();
    let names = names(Of::Overall);
    let drawn = drawn(names, all_names(Of::Overall), app.metric);
    let outcomes = app.part(|r| r.rows.outcomes);
    let judged = app.part(|r| {
        let expected = r.estimated.as_ref().is_some_and(|e| !e.pending.is_empty());
        r.overall.labelled > 0 || expected
    });
    let windows = app.part(|r| r.windows.len());
    let arriving = app.part(|r| r.arriving.as_ref().map(|a| (a.sentence.clone(), a.rows)));
    let not_final = move || {
        arriving.get().map(|(sentence, rows)| {
            let rows = format::plural(rows, "row waits", "rows wait");
            view! {
                <p class="remark arriving" data-testid="arriving">
                    <b>{sentence}</b>
                    {format!(" {rows} for one; the numbers here are of the outcomes that are in.")}
                </p>
            }
        })
    };
    let title = Memo::new(move |_| {
        let name = drawn.get()?;
        app.report.with(|r| r.as_ref().map(|r| title_in(r, &name)))
    });
    view! {
        <Section
            id="performance"
            title="Performance"
            about="All rows of the view, with 95 % intervals. Choose a metric to see its course; a click on a number says what it is."
        >
            <Show
                when=move || (judged.get() || app.awaited.get().estimates) && names.with(|n| !n.is_empty())
                fallback=move || view! { <Empty text=why_none(outcomes.get())/> }
            >
                {not_final}
                <Cards of=Of::Overall names=names drawn=drawn choose=app.metric/>
                <Show when=move || { windows.get() > 0 }>
                    <figure class="card">
                        <figcaption>{move || title.get().map(|t| format!("{t} over time"))}</figcaption>
                        <TrendChart report=app.report metric=Signal::derive(move || drawn.get().unwrap_or_default()) hovered=app.hovered brush=app.brush/>
                    </figure>
                </Show>
                <div class="pair">
                    {move || drawn.with(|d| d.as_deref().and_then(info)).map(|info| view! { <Explain info/> })}
                    <Estimates drawn/>
                </div>
                <ModelsCard/>
                <MetricTable choose=app.metric/>
            </Show>
        </Section>
    }
}
