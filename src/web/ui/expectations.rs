//! What the reader expects of the columns: inferred from the baseline or opened from a file, shown and changed as
//! text, and saved as the file that the command line holds data to.

use super::files::FileInput;
use super::icons;
use super::rules::download;
use super::state::{App, Made, app};
use super::widgets::JudgedText;
use crate::report::expect::{self, Expectations};
use crate::report::standards::Document;
use crate::settings::Fault;
use leptos::prelude::*;
use std::sync::Arc;

const TOML: &str = "expectations.toml";

/// Expectations and the text that they were read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The text, and the name of its file.
    pub document: Document,
    /// What it says.
    pub found: Expectations,
}

/// Reads a text.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(name: &str, text: &str) -> Result<Expected, Fault> {
    Ok(Expected {
        found: expect::read(text, name)?,
        document: Document {
            name: name.into(),
            text: text.into(),
        },
    })
}

/// What the baseline lets expect, as text.
fn inferred(app: App) -> Option<String> {
    let found = |m: &Made| expect::infer(&m.summary, &m.view);
    let found = app.made.with(|m| m.as_ref().and_then(found));
    found.map(|found| expect::write(&found))
}

/// The text in force, or the one that would be.
fn text_of(app: App) -> Option<String> {
    let said = app
        .expected
        .with(|e| e.as_ref().map(|e| e.document.text.clone()));
    said.or_else(|| inferred(app))
}

/// The editor of expectations, below what breaks them.
#[component]
pub fn ExpectationsPart() -> impl IntoView {
    let app = app();
    let held = Memo::new(move |_| app.expected.with(Option::is_some));
    let opened = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<Fault>);
    Effect::new(move |_| {
        // It takes a while to write, so it waits until somebody looks.
        if !opened.get() {
            return;
        }
        let own = text_of(app);
        // What the reader types stays as it is typed.
        if fault.with_untracked(Option::is_none) {
            text.set(own.unwrap_or_default());
        }
    });
    let name = move || {
        let name = |e: &Arc<Expected>| e.document.name.clone();
        app.expected.with_untracked(|e| e.as_ref().map(name))
    };
    let hold = move |of: &str| match read(&name().unwrap_or_else(|| TOML.into()), of) {
        Ok(expected) => {
            fault.set(None);
            app.expected.set(Some(Arc::new(expected)));
        }
        Err(why) => fault.set(Some(why)),
    };
    let apply = move |_| {
        if let Some(of) = untrack(|| inferred(app)) {
            hold(&of);
        }
    };
    let forget = move |_| {
        fault.set(None);
        app.expected.set(None);
    };
    let save = move |_| {
        if let Some(of) = untrack(|| text_of(app)) {
            download(app, TOML, "application/toml", &of);
        }
    };
    let state = move || {
        app.expected.with(|e| match e {
            None => "Expectations: what the baseline shows, not in force".to_owned(),
            Some(e) => format!("Expectations in force: {}", e.document.name),
        })
    };
    let said = move || {
        match (fault.get(), held.get()) {
        (Some(why), _) => why.to_string(),
        (None, true) => "What is written here is in force.".into(),
        (None, false) => "This is what the baseline lets expect. It is held to once you hold the data to it, or change it.".into(),
    }
    };
    let waits = move || app.awaited.get().drift;
    view! {
        <details
            class="rules-edit"
            data-testid="expectations"
            on:toggle=move |ev| {
                let details: web_sys::Element = event_target(&ev);
                opened.set(details.has_attribute("open"));
            }
        >
            <summary>{state}</summary>
            <p class="share-actions">
                <Show when=move || !app.saved>
                    <FileInput testid="open-expectations" class="button" label="Open expectations"/>
                </Show>
                <Show when=move || !held.get()>
                    <button class="button" data-testid="hold-expectations" disabled=waits on:click=apply>
                        "Hold the data to them"
                    </button>
                </Show>
                <button
                    class="button"
                    data-testid="save-expectations"
                    title="As a file to keep: plumbline report FILES… --expect expectations.toml"
                    disabled=waits
                    on:click=save
                >
                    {icons::save()}
                    "Save expectations"
                </button>
                <Show when=move || held.get()>
                    <button class="button quiet" data-testid="forget-expectations" on:click=forget>
                        "Forget expectations"
                    </button>
                </Show>
            </p>
            <JudgedText
                label="The expectations as text"
                testids=("expectations-text", "expectations-fault")
                text
                said=Signal::derive(said)
                on_typed=move |of| hold(&of)
            />
        </details>
    }
}
