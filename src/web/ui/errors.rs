//! What went wrong: where, what was found, and how to mend it. The page stays usable beside it.

use super::format;
use super::icons;
use super::state::app;
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
