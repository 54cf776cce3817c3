//! Giving the result to others: one file that opens anywhere, the data behind it, a link to the view.

use super::actions::fail;
use super::format;
use super::icons;
use super::rules;
use super::state::{App, app};
use super::widgets::Section;
use crate::check;
use crate::engine::message::Written;
use crate::report::standards::{Document, Standards};
use crate::web::client::Stopped;
use crate::web::save;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

const HTML: &str = "plumbline-report.html";
const JSON: &str = "plumbline-report.json";

/// Saves what a worker writes; `size` is told of the saved report.
fn save(app: App, what: Written, size: RwSignal<Option<u64>>) {
    let Some(summary) = app.summary.get_untracked() else {
        return;
    };
    let view = untrack(|| app.shared_view());
    let standards = Standards {
        rules: rules::in_force(app).map(|rules| Document {
            name: rules::TOML.into(),
            text: check::write(&rules),
        }),
        expectations: app
            .expected
            .with_untracked(|of| of.as_ref().map(|of| of.document.clone())),
    };
    let client = app.client.get_value();
    spawn_local(async move {
        let saved = async {
            let text = client.write(what, &summary, (view, standards)).await?;
            match what {
                Written::Json => save::download(JSON, &save::blob("application/json", &text)?)?,
                Written::Payload => {
                    let report = save::report_html(&text).await?;
                    save::download(HTML, &report)?;
                    size.set(Some(report.size() as u64));
                }
            }
            Ok(())
        };
        if let Err(Stopped::Failed(error)) = saved.await {
            fail(app, error);
        }
    });
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
        app.brush.track();
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
                    <button class="button primary" data-testid="save-report" on:click=move |_| save(app, Written::Payload, saved)>
                        {icons::save()}
                        "Save report"
                    </button>
                    <button class="button" data-testid="save-json" on:click=move |_| save(app, Written::Json, saved)>
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
                        "The report carries counts for each window and slice, the names of files and columns, the rules and expectations in force, and the page itself."
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
