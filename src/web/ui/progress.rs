//! How far the reading has come. What was shown before stays in sight below, dimmed.

use super::format;
use super::state::{Work, app};
use crate::web::client::{Progress, Stage};
use leptos::prelude::*;

/// The work under way in words.
fn stage(work: Work) -> &'static str {
    match work {
        Work::Look => "Looking into the files",
        Work::Open => "Opening the report",
        Work::Run(Progress {
            stage: Stage::Read, ..
        }) => "Reading",
        Work::Run(Progress {
            stage: Stage::Join, ..
        }) => "Joining predictions with outcomes",
        Work::Run(Progress {
            stage: Stage::Summarise,
            ..
        }) => "Counting",
        Work::Refine => "Going back to the rows",
    }
}

/// `12.4 MB of 80 MB`, `1 200 000 rows`, `900 000 rows/s`, `3 s left`: as far as known.
fn facts(work: Work) -> Vec<String> {
    let Work::Run(p) = work else {
        return Vec::new();
    };
    let mut facts = vec![format!(
        "{} of {}",
        format::bytes(p.bytes_done),
        format::bytes(p.bytes_total)
    )];
    if p.rows > 0 {
        facts.push(format::plural(p.rows, "row", "rows"));
        facts.push(format!(
            "{}/s",
            format::plural(p.rows_per_s as u64, "row", "rows")
        ));
    }
    if let Some(left) = p.seconds_left {
        facts.push(format!("{} left", format::duration(left.ceil())));
    }
    facts
}

/// The bar.
#[component]
pub fn ProgressBar() -> impl IntoView {
    let app = app();
    let reading = app.reading();
    let work = move || app.work.get().filter(|_| reading.get());
    let done = move || match work() {
        Some(Work::Run(p)) => Some(p.done),
        _ => None,
    };
    view! {
        <Show when=move || reading.get()>
            <div class="progress" data-testid="progress">
                <div class="progress-said" role="status">
                    <strong>{move || work().map(stage)}</strong>
                    <span class="num">{move || work().map(facts).unwrap_or_default().join(" · ")}</span>
                </div>
                <progress
                    max="1"
                    aria-label="Progress"
                    value=move || done().map(|d| d.to_string())
                ></progress>
                <button
                    class="button"
                    data-testid="cancel"
                    on:click=move |_| app.client.with_value(|c| c.cancel())
                >
                    "Cancel"
                </button>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_told() {
        let mut p = Progress {
            stage: Stage::Read,
            done: 0.0,
            bytes_done: 0,
            bytes_total: 2_000_000,
            rows: 0,
            rows_per_s: 0.0,
            seconds_left: None,
        };
        assert_eq!(facts(Work::Run(p)).len(), 1);
        p.rows = 5;
        p.seconds_left = Some(2.2);
        let told = facts(Work::Run(p)).join("; ").replace('\u{202f}', " ");
        assert_eq!(told, "0 B of 2.0 MB; 5 rows; 0 rows/s; 3 s left");
    }
}
