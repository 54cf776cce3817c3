//! Every metric of the predictions in one table: value, interval, baseline. A row opens to what it tells.

use super::card::{Of, all_names, not_final, number};
use super::explain::{Number, Told};
use super::format;
use super::metrics::{better, title_in, unit};
use super::rail::go_to;
use super::state::app;
use crate::metric::{Estimate, info};
use leptos::prelude::*;

/// The table, folded until the reader asks for it.
#[component]
pub fn MetricTable(
    /// What the reader chose to be drawn.
    choose: RwSignal<Option<String>>,
) -> impl IntoView {
    let names = all_names(Of::Overall);
    let open = RwSignal::new(false);
    let arrives = app().part(|r| r.arriving.is_some());
    view! {
        <details
            class="fold card"
            data-testid="all-metrics"
            on:toggle=move |ev| open.set(event_target::<web_sys::Element>(&ev).has_attribute("open"))
        >
            <summary>{move || format!("All {} metrics", names.with(Vec::len))}</summary>
            <Show when=move || open.get()>
                <div class="scroll-x" role="region" aria-label="All metrics" tabindex="0">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Metric"</th>
                                <th scope="col" class="right">"Value"</th>
                                <th scope="col" class="right">"95 % interval"</th>
                                {move || arrives.get().then(|| view! { <th scope="col">"Once all outcomes are in"</th> })}
                                <th scope="col" class="right">"Baseline"</th>
                                <th scope="col" class="right">"Rows"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || names.get() key=Clone::clone let(name)>
                                <Row name choose/>
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </details>
    }
}

#[component]
fn Row(name: String, choose: RwSignal<Option<String>>) -> impl IntoView {
    let app = app();
    let told = RwSignal::new(false);
    let unit = unit(&name);
    let (of, before) = (name.clone(), name.clone());
    let now = app.part(move |r| r.overall.metrics.get(&of).cloned().unwrap_or_default());
    let of = name.clone();
    let pending = app.part(move |r| r.estimated.as_ref()?.pending.get(&of).cloned());
    let was = app.part(move |r| {
        let baseline = r.baseline.as_ref();
        baseline.and_then(|b| b.block.metrics.get(&before)?.value)
    });
    let of = name.clone();
    let arriving = app.part(move |r| {
        let arriving = r.arriving.as_ref();
        arriving.map(|a| a.completed.get(&of).cloned())
    });
    let mark = move || {
        let there = now.with(|e| e.value.is_some());
        arriving.with(|a| {
            let completed = a.as_ref()?;
            let mark = there.then(|| not_final(completed.as_ref(), unit));
            Some(view! { <td class="num">{mark}</td> })
        })
    };
    let of = name.clone();
    let title = app.part(move |r| title_in(r, &of));
    let known = info(&name);
    let drawn = name.clone();
    view! {
        <tr>
            <td>
                <button
                    class="link"
                    aria-expanded=move || told.get().to_string()
                    title=format!("What it tells ({})", better(&name))
                    on:click=move |_| told.update(|t| *t = !*t)
                >
                    {move || title.get()}
                </button>
            </td>
            <td
                class="num right"
                data-testid=format!("all-{name}")
                data-value=move || now.with(|e| e.value.map(|v| v.to_string()))
            >
                <Number info=known>
                    {move || now.with(|e| pending.with(|p| value(e, p.as_ref(), unit)))}
                </Number>
            </td>
            <td class="num right quiet">{move || now.with(|e| interval(e, unit))}</td>
            {mark}
            <td class="num right">{move || was.get().map(|v| format::value(v, unit))}</td>
            <td class="num right">{move || format::count(now.with(|e| e.n))}</td>
        </tr>
        <Show when=move || told.get()>
            <tr>
                <td colspan="6">
                    {known.map(|info| view! { <Told info/> })}
                    <button
                        class="button"
                        on:click={
                            let name = drawn.clone();
                            move |_| {
                                choose.set(Some(name.clone()));
                                go_to("performance");
                            }
                        }
                    >
                        "Draw over time"
                    </button>
                </td>
            </tr>
        </Show>
    }
}

/// The interval, or why a value has none.
fn interval(e: &Estimate, unit: crate::metric::Unit) -> Option<AnyView> {
    let why = || {
        let why = e.no_interval.as_ref()?;
        let why = why.trim_start_matches("no interval: ").to_owned();
        Some(view! { <span class="reason">{why}</span> }.into_any())
    };
    let ends = format::interval(e, unit).map(IntoAny::into_any);
    ends.or_else(why)
}

/// The value, or what is expected of it, or why there is none.
fn value(e: &Estimate, pending: Option<&Estimate>, unit: crate::metric::Unit) -> AnyView {
    match (e.value, pending) {
        (None, Some(pending)) => {
            format!("{} (estimated)", format::estimate(pending, unit)).into_any()
        }
        (None, None) => number(e, unit).into_any(),
        _ => format::estimate(e, unit).into_any(),
    }
}
