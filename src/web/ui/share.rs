//! Giving the result to others: one file that opens anywhere, the data behind it, a link to the view.

use super::actions::fail;
use super::format;
use super::icons;
use super::state::{App, app};
use super::widgets::Section;
use crate::read::ReadError;
use crate::report::html::Payload;
use crate::report::view::View;
use crate::summary::Summary;
use crate::web::{boot, save};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

/// The Summary and View that this page carries, where it is a saved report.
///
/// # Errors
/// Where the page carries something that this version cannot read.
pub fn carried() -> Result<Option<(Summary, View)>, ReadError> {
    let Some(text) = boot::saved() else {
        return Ok(None);
    };
    match serde_json::from_str::<Payload<'_>>(&text) {
        Ok(carried) => Ok(Some((
            carried.summary.into_owned(),
            carried.view.into_owned(),
        ))),
        Err(why) => Err(ReadError {
            file: "This saved report".into(),
            line: None,
            found: format!("its data cannot be read: {why}"),
            mend: "Ask for it to be saved again".into(),
        }),
    }
}

fn payload(app: App) -> Option<String> {
    let summary = app.summary.get_untracked()?;
    app.view
        .with_untracked(|view| Payload::to_json(&summary, view).ok())
}

fn save_report(app: App, size: RwSignal<Option<u64>>) {
    let Some(payload) = payload(app) else { return };
    spawn_local(async move {
        let saved = match save::report_html(&payload).await {
            Ok(html) => save::download("plumbline-report.html", "text/html", html.as_bytes())
                .map(|()| size.set(Some(html.len() as u64))),
            Err(error) => Err(error),
        };
        if let Err(error) = saved {
            fail(app, error);
        }
    });
}

fn save_json(app: App) {
    let report = app.report.get_untracked();
    let Some(json) = report.and_then(|r| r.to_json().ok()) else {
        return;
    };
    if let Err(error) = save::download("plumbline-report.json", "application/json", json.as_bytes())
    {
        fail(app, error);
    }
}

fn copy_link(copied: RwSignal<bool>) {
    let address = window().location().href().unwrap_or_default();
    let written = window().navigator().clipboard().write_text(&address);
    spawn_local(async move {
        copied.set(JsFuture::from(written).await.is_ok());
    });
}

/// The section of sharing.
#[component]
pub fn Share() -> impl IntoView {
    let app = app();
    let copied = RwSignal::new(false);
    let saved = RwSignal::new(None);
    Effect::new(move |_| {
        app.view.track();
        copied.set(false);
        saved.set(None);
    });
    view! {
        <Section
            id="share"
            title="Share"
            about="One file that opens in any browser, with every choice still live. It holds counts, never a row of your data."
        >
            <div class="card share">
                <p class="share-actions">
                    <button class="button primary" data-testid="save-report" on:click=move |_| save_report(app, saved)>
                        {icons::save()}
                        "Save report"
                    </button>
                    <button class="button" data-testid="save-json" on:click=move |_| save_json(app)>
                        {icons::save()}
                        "Save data (JSON)"
                    </button>
                    <button class="button" data-testid="copy-link" on:click=move |_| copy_link(copied)>
                        {icons::link()}
                        <span aria-live="polite">{move || if copied.get() { "Copied" } else { "Copy link to this view" }}</span>
                    </button>
                </p>
                <ul class="notes">
                    <li aria-live="polite">
                        "The report carries counts for each window and slice, the names of files and columns, and the page itself."
                        {move || {
                            saved
                                .get()
                                .map(|size| view! { " It was saved with " <span class="num">{format::bytes(size)}</span> "." })
                        }}
                    </li>
                    <li>"The JSON is what this page shows in the view of now, with every number in full precision."</li>
                    <li>"The link holds your choices, not the data: whoever opens it gives their own files."</li>
                </ul>
            </div>
        </Section>
    }
}
