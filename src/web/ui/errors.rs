//! What went wrong: where, what was found, and how to mend it. The page stays usable beside it. What
//! merely was not meant is told more quietly.

use super::format;
use super::icons;
use super::state::app;
use crate::engine::left_out;
use crate::read::ReadError;
use leptos::prelude::*;

/// The errors that were not dismissed.
#[component]
pub fn ErrorList() -> impl IntoView {
    let app = app();
    let dismiss = move |index: usize| {
        app.errors.update(|errors| {
            if index < errors.len() {
                errors.remove(index);
            }
        });
    };
    view! {
        <div class="errors" data-testid="errors" role="alert" hidden=move || app.errors.with(Vec::is_empty)>
            {move || {
                app.errors
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(index, error)| {
                        view! {
                            <div class="error" data-testid="error">
                                <p>
                                    <strong>{place(&error)}</strong>
                                    {sentence(&error.found)}
                                    <span class="error-mend">{sentence(&error.mend)}</span>
                                </p>
                                <button
                                    class="button quiet"
                                    aria-label="Dismiss"
                                    on:click=move |_| dismiss(index)
                                >
                                    {icons::close()}
                                </button>
                            </div>
                        }
                    })
                    .collect_view()
            }}
        </div>
    }
}

/// Files that are told one by one.
const MOST_TOLD: usize = 100;

/// What was left out beside the tables: a line that says so, and the reasons for who asks.
#[component]
pub fn LeftOut() -> impl IntoView {
    let app = app();
    let some = move || app.left_out.with(|files| !files.is_empty());
    let told = move || app.left_out.with(|files| left_out(files));
    let reasons = move || {
        app.left_out.with(|files| {
            let one = |why: &ReadError| {
                let (name, found) = (why.file.clone(), sentence(&why.found));
                view! { <li><strong>{name}</strong>" "{found}</li> }
            };
            files.iter().take(MOST_TOLD).map(one).collect_view()
        })
    };
    let more = move || {
        let more = app.left_out.with(Vec::len).saturating_sub(MOST_TOLD);
        (more > 0).then(|| view! { <li>{format!("and {} more", format::count(more as u64))}</li> })
    };
    view! {
        <Show when=some>
            <div class="left-out" data-testid="left-out" role="status">
                <details>
                    <summary>{told}</summary>
                    <ul>{reasons} {more}</ul>
                </details>
                <button
                    class="button quiet"
                    aria-label="Dismiss"
                    on:click=move |_| app.left_out.update(Vec::clear)
                >
                    {icons::close()}
                </button>
            </div>
        </Show>
    }
}

/// `scores.csv, line 12`.
fn place(error: &ReadError) -> String {
    match error.line {
        Some(line) => format!("{}, line {}", error.file, format::count(line)),
        None => error.file.clone(),
    }
}

/// With a capital and a full stop, whoever wrote it.
fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let end = if text.trim_end().ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end} ", first.to_uppercase(), chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_a_capital_and_a_stop() {
        assert_eq!(sentence("found nothing"), "Found nothing. ");
        assert_eq!(sentence("Is it UTF-8?"), "Is it UTF-8? ");
        assert_eq!(sentence(""), "");
    }
}
