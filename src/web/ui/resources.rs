//! What the model costs to run: requests, errors, latency.

use super::card::{Cards, Of, names};
use super::explain::Explain;
use super::metrics::{titles, unit};
use super::state::app;
use super::widgets::{Empty, Section};
use crate::log::Task;
use crate::metric::{Unit, info};
use crate::web::chart_view::TrendChart;
use leptos::prelude::*;

/// What is drawn before the reader chooses: the percentiles of latency together, else the first.
fn at_first(names: &[String]) -> Option<String> {
    let latencies: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|n| unit(n) == Unit::Milliseconds)
        .take(3)
        .collect();
    match latencies.as_slice() {
        [] => names.first().cloned(),
        several => Some(several.join(",")),
    }
}

/// Resources.
#[component]
pub fn Resources() -> impl IntoView {
    let app = app();
    let names = names(Of::Resources);
    let choose = RwSignal::new(None);
    let drawn = Memo::new(move |_| {
        let chosen = choose.get();
        names.with(|names| {
            let there = chosen.filter(|c| names.contains(c));
            there.or_else(|| at_first(names))
        })
    });
    let windows = app.part(|r| r.windows.len());
    // The number of requests alone is what the timeline shows already, unless there is nothing else.
    let worth = app.part(|r| {
        let mut names = r.resources.metrics.keys();
        r.task == Task::Service || names.any(|n| n != "requests")
    });
    view! {
        <Section
            id="resources"
            title="Resources"
            about="Requests, errors and latency of the service, where the files tell. Choose one to see its course; a click on its number says what it is."
        >
            <Show
                when=move || worth.get() && names.with(|n| !n.is_empty())
                fallback=|| view! { <Empty text="These files have no latency and no status. Log how long each request took (latency_ms) and how it ended (status), and this section shows percentiles, error rate and traffic over time."/> }
            >
                <Cards of=Of::Resources names=names drawn=drawn choose=choose/>
                <Show when=move || { windows.get() > 0 }>
                    <figure class="card">
                        <figcaption>{move || drawn.get().map(|n| format!("{} over time", titles(&n)))}</figcaption>
                        <TrendChart report=app.report metric=Signal::derive(move || drawn.get().unwrap_or_default()) hovered=app.hovered brush=app.brush/>
                    </figure>
                </Show>
                {move || drawn.with(|d| {
                    let names = d.as_deref().unwrap_or_default().split(',');
                    names.filter_map(info).map(|info| view! { <Explain info/> }).collect_view()
                })}
            </Show>
        </Section>
    }
}
