//! The sections of the page get a new Report one after the other, each in its turn: all at once would
//! hold the page up for several frames.

use super::state::{App, app};
use crate::report::Report;
use crate::web::slices::in_turn;
use leptos::context::Provider;
use leptos::prelude::*;
use std::sync::Arc;

/// A part of the page with the Report that it shows; the parts above it get theirs first.
#[component]
pub fn InTurn(
    /// Of the section that will stand here, so that it can be gone to before it does.
    #[prop(optional)]
    id: Option<&'static str>,
    children: ChildrenFn,
) -> impl IntoView {
    let page = app();
    let shown = RwSignal::new(None::<Arc<Report>>);
    let waiting = StoredValue::new(false);
    Effect::new(move |_| {
        page.report.track();
        if !waiting.get_value() {
            waiting.set_value(true);
            page.behind.update(|n| *n += 1);
            in_turn(move || {
                page.behind.update(|n| *n -= 1);
                // The part may be gone by now.
                if waiting.try_set_value(false).is_none() {
                    shown.set(page.report.get_untracked());
                }
            });
        }
    });
    let here = App {
        report: shown.into(),
        ..page
    };
    let children = StoredValue::new(children);
    let place = move || {
        id.map(|id| view! { <section id=id class="section later" tabindex="-1"></section> })
    };
    view! {
        <Show when=move || shown.with(Option::is_some) fallback=place>
            <Provider value=here>{children.with_value(|children| children())}</Provider>
        </Show>
    }
}
