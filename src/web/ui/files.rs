//! Choosing files from a dialog.

use super::actions;
use super::icons;
use super::state::app;
use crate::web::files;
use leptos::{html, prelude::*};

/// A button that opens the dialog; the input itself stays in the DOM, unseen, for tests and readers.
#[component]
pub fn FileInput(
    testid: &'static str,
    class: &'static str,
    label: &'static str,
    #[prop(optional)] icon: bool,
) -> impl IntoView {
    let app = app();
    let input = NodeRef::<html::Input>::new();
    let take = move |_| {
        if let Some(input) = input.get() {
            actions::add(app, files::from_input(&input));
        }
    };
    view! {
        <label class=class>
            {icon.then(icons::open)}
            <span class=if icon { "wide-only" } else { "" }>{label}</span>
            <input
                node_ref=input
                type="file"
                multiple
                class="sr-only"
                data-testid=testid
                aria-label=label
                on:change=take
            />
        </label>
    }
}

/// Adds files to those that are there.
#[component]
pub fn AddButton() -> impl IntoView {
    view! { <FileInput testid="add-files" class="button" label="Add files" icon=true/> }
}
