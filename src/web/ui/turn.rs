//! The sections of the page get a new Report one after the other, each in its turn: all at once would
//! hold the page up for several frames.

use super::state::{App, Awaited, app};
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
    let shown = RwSignal::new(None::<(Option<Arc<Report>>, Awaited)>);
    let waiting = StoredValue::new(false);
    Effect::new(move |_| {
        page.report.track();
        page.awaited.track();
        if !waiting.get_value() {
            waiting.set_value(true);
            page.behind.update(|n| *n += 1);
            in_turn(move || {
                page.behind.update(|n| *n -= 1);
                // The part may be gone by now.
                if waiting.try_set_value(false).is_none() {
                    let report = page.report.get_untracked();
                    shown.set(Some((report, page.awaited.get_untracked())));
                }
            });
        }
    });
    let here = App {
        report: Signal::derive(move || shown.get().and_then(|of| of.0)),
        awaited: Memo::new(move |_| {
            shown
                .with(|of| of.as_ref().map(|of| of.1))
                .unwrap_or_default()
        })
        .into(),
        ..page
    };
    let children = StoredValue::new(children);
    let place = move || {
        id.map(|id| view! { <section id=id class="section later" tabindex="-1"></section> })
    };
    view! {
        <Show when=move || shown.with(|of| of.as_ref().is_some_and(|of| of.0.is_some())) fallback=place>
            <Provider value=here>{children.with_value(|children| children())}</Provider>
        </Show>
    }
}
