//! What a metric means and where its number comes from, for the reader who wants to check it.

use super::metrics::better;
use crate::metric::Info;
use leptos::prelude::*;

/// The explanation of a metric.
#[component]
pub fn Explain(info: &'static Info) -> impl IntoView {
    view! {
        <details class="explain card" data-testid="explain">
            <summary>{format!("What {} tells", info.title)}</summary>
            <Told info/>
        </details>
    }
}

/// What a metric tells, its formula and where its number can be had elsewhere.
#[component]
pub fn Told(info: &'static Info) -> impl IntoView {
    let better = better(info.name);
    let row = |term: &'static str, text: String, code: bool| {
        (!text.is_empty()).then(|| {
            let text = if code {
                view! { <code>{text}</code> }.into_any()
            } else {
                text.into_any()
            };
            view! { <dt>{term}</dt><dd>{text}</dd> }
        })
    };
    view! {
        <div class="told">
            <p>{format!("{} {}.", info.explain, capital(&better))}</p>
            <dl>
                {row("Formula", info.formula.to_string(), true)}
                {row("Interval", info.interval.to_string(), false)}
                {row("Source", info.source.to_string(), false)}
                {row("Same number", info.sklearn.to_string(), true)}
                {row("Name in files", info.name.to_string(), true)}
            </dl>
        </div>
    }
}

/// With a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
