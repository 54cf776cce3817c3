//! What a metric means and where its number comes from, for the reader who wants to check it: over the number that
//! was clicked, and under the chart of the one that is drawn.

use super::state::{App, app};
use crate::metric::{self, Info, told};
use leptos::prelude::*;
use web_sys::HtmlElement;

/// The id of what stands over the page.
const TELLING: &str = "telling";

/// A number that says what it is when it is clicked; as it is, where nothing is known of it.
#[component]
pub fn Number(info: Option<&'static Info>, children: Children) -> impl IntoView {
    let app = app();
    let Some(info) = info else {
        return children().into_any();
    };
    view! {
        <button
            class="tells"
            popovertarget=TELLING
            title=format!("What {} tells", info.title)
            on:click=move |_| tell(app, info)
        >
            {children()}
        </button>
    }
    .into_any()
}

/// Puts what is told of a number over the page, which the button then shows. It hides what is shown, where that is
/// of the same number; of another one it is hidden here, to be shown beside its own.
fn tell(app: App, info: &'static Info) {
    let other = app.telling.get_untracked().is_none_or(|of| of != info);
    let shown = || {
        let found = document().get_element_by_id(TELLING)?;
        let open = found.matches(":popover-open").unwrap_or(false);
        open.then(|| wasm_bindgen::JsCast::unchecked_into::<HtmlElement>(found))
    };
    if let Some(shown) = shown().filter(|_| other) {
        // It is shown, so that it can be hidden.
        let _ = shown.hide_popover();
    }
    app.telling.set(Some(info));
}

/// What stands over the page: the explanation of the number that was clicked. The browser closes it on Escape and on
/// a click elsewhere, and gives the focus back.
#[component]
pub fn Telling() -> impl IntoView {
    let app = app();
    view! {
        <div id=TELLING class="telling" popover="auto" role="dialog" aria-label="What this number tells" data-testid="telling">
            {move || {
                app.telling.get().map(|info| view! {
                    <div class="telling-head">
                        <h3>{called(app, info)}</h3>
                        <button class="link" popovertarget=TELLING popovertargetaction="hide" autofocus>
                            "Close"
                        </button>
                    </div>
                    <Told info/>
                })
            }}
        </div>
    }
}

/// What a metric is called in the report, whose reader may have chosen its parameter.
fn called(app: App, info: &Info) -> String {
    app.report
        .with(|r| r.as_ref().map(|r| r.view.metrics.title(info)))
        .unwrap_or_else(|| info.title.to_owned())
}

/// The explanation of a metric.
#[component]
pub fn Explain(info: &'static Info) -> impl IntoView {
    let app = app();
    view! {
        <details class="explain card" data-testid="explain">
            <summary>{move || format!("What {} tells", called(app, info))}</summary>
            <Told info/>
        </details>
    }
}

/// What a metric tells, its range and formula, where it has no value, and where its number can be had elsewhere.
#[component]
pub fn Told(info: &'static Info) -> impl IntoView {
    let task = app().part(|r| Some(r.task));
    let range = move || {
        let of = task
            .get()
            .map_or(info.range, |task| metric::range(info, task));
        told::range(info, of)
    };
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
            <p>{format!("{} {}.", info.explain, capital(&told::better(info)))}</p>
            <dl>
                <dt>"Range"</dt>
                <dd>{range}</dd>
                {row("No value where", info.undefined.to_string(), false)}
                {row("Formula", info.formula.to_string(), true)}
                {row("95 % interval", info.interval.to_string(), false)}
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
