//! The first screen: what the page does, and the ways to give it files.

use super::actions;
use super::connect::{Connect, ConnectButton};
use super::files::FileInput;
use super::state::app;
use crate::engine::example;
use leptos::prelude::*;

/// One table, two tables, a log: what a person may have at hand.
const SHAPES: [(&str, &str, &str); 3] = [
    (
        "One table",
        "Predictions with the outcome beside them",
        "time,score,prediction,outcome\n2025-01-01T00:03:11Z,0.93,1,1\n2025-01-01T00:05:40Z,0.12,0,0",
    ),
    (
        "Two tables",
        "Outcomes that came later, joined by id",
        "id,time,score        id,label\na81f,2025-01-01,0.93   a81f,1\n7c02,2025-01-01,0.12   7c02,0",
    ),
    (
        "A service log",
        "JSON lines, with latency and status",
        "{\"ts\": 1735689791, \"y_pred\": 24.1,\n \"y_true\": 22.8, \"latency_ms\": 41,\n \"status\": 200}",
    ),
];

/// The first screen.
#[component]
pub fn Start() -> impl IntoView {
    let app = app();
    let pasting = RwSignal::new(false);
    view! {
        <main id="main" class="start" tabindex="-1">
            <h1>"Is the model still right?"</h1>
            <p class="start-lead">
                "Drop the predictions that your service logged and the outcomes that came in later. "
                "Plumbline shows whether the model performs as it did, since when not, and for whom."
            </p>
            <div class="drop-zone" data-testid="drop-zone">
                <p class="drop-title">"Drop files anywhere on this page"</p>
                <p class="drop-actions">
                    <FileInput testid="file-input" class="button primary" label="Choose files"/>
                    <button
                        class="button"
                        data-testid="paste"
                        aria-expanded=move || pasting.get().to_string()
                        on:click=move |_| pasting.update(|p| *p = !*p)
                    >
                        "Paste rows"
                    </button>
                    <ConnectButton/>
                </p>
                <Show when=move || pasting.get()>
                    <Paste/>
                </Show>
                <p class="drop-note">
                    "CSV, JSON, Parquet, Arrow or Excel, also compressed or in an archive. Nothing is uploaded: the files are read in this tab and never leave it."
                </p>
            </div>
            <Show when=move || app.connecting.get()>
                <Connect/>
            </Show>
            <p class="start-demo">
                <button class="button" data-testid="try-demo" on:click=move |_| actions::demo(app)>
                    "Try it"
                </button>
                <span>{format!("with an example: {}", example::TITLE)}</span>
            </p>
            <section class="shapes" aria-label="What can be read">
                {SHAPES
                    .map(|(title, about, sample)| {
                        view! {
                            <div class="shape">
                                <h2>{title}</h2>
                                <p>{about}</p>
                                <pre>{sample}</pre>
                            </div>
                        }
                    })
                    .collect_view()}
            </section>
            <p class="start-foot">
                "Columns may be called anything: their roles are found from names and values, and you can correct them. "
                "A reference file from a time when the model was right can be added as the baseline."
            </p>
        </main>
    }
}

#[component]
fn Paste() -> impl IntoView {
    let app = app();
    let text = RwSignal::new(String::new());
    view! {
        <div class="paste">
            <label class="sr-only" for="paste-area">"Rows with a header"</label>
            <textarea
                id="paste-area"
                data-testid="paste-area"
                rows="6"
                spellcheck="false"
                placeholder="time,score,outcome"
                prop:value=move || text.get()
                on:input=move |ev| text.set(event_target_value(&ev))
            ></textarea>
            <button
                class="button primary"
                data-testid="paste-read"
                disabled=move || text.with(|t| t.trim().is_empty())
                on:click=move |_| actions::paste(app, &text.get_untracked())
            >
                "Read these rows"
            </button>
        </div>
    }
}
