//! The way through the page: a link a section, the one in sight marked.

use super::state::app;
use leptos::ev;
use leptos::prelude::*;

/// The sections in their order; later ones go between without moving these.
pub const SECTIONS: [(&str, &str); 9] = [
    ("health", "Health"),
    ("performance", "Performance"),
    ("timeline", "Timeline"),
    ("errors", "Errors"),
    ("quality", "Drift and data quality"),
    ("resources", "Resources"),
    ("machine", "One time axis"),
    ("rules", "Rules"),
    ("share", "Share"),
];

/// Those that only predictions fill.
const OF_PREDICTIONS: [&str; 2] = ["performance", "errors"];

/// Those that rows fill, of whatever kind.
const OF_ROWS: [&str; 3] = ["timeline", "quality", "resources"];

/// Distance from the top of the window, in CSS pixels, at which a section counts as being read.
const READING_LINE: f64 = 180.0;

/// The section that is being read.
fn in_sight() -> &'static str {
    let mut found = SECTIONS[0].0;
    for (id, _) in SECTIONS {
        let top = document()
            .get_element_by_id(id)
            .map(|e| e.get_bounding_client_rect().top());
        if top.is_some_and(|top| top < READING_LINE) {
            found = id;
        }
    }
    // The last section may be too short to reach the line.
    let at_end = document().document_element().is_some_and(|root| {
        root.scroll_top() > 0
            && root.scroll_top() + root.client_height() >= root.scroll_height() - 2
    });
    if at_end {
        SECTIONS[SECTIONS.len() - 1].0
    } else {
        found
    }
}

/// The links.
#[component]
pub fn Rail() -> impl IntoView {
    let now = RwSignal::new(SECTIONS[0].0);
    let spy = window_event_listener(ev::scroll, move |_| {
        let seen = in_sight();
        if now.get_untracked() != seen {
            now.set(seen);
        }
    });
    on_cleanup(move || spy.remove());
    let service = app().serves_only();
    let of_machine = app().of_machine();
    let machine = app().on_axis();
    view! {
        <nav class="rail" aria-label="Sections">
            <ul>
                {SECTIONS
                    .map(|(id, title)| {
                        view! {
                            <li hidden=move || {
                                service.get() && OF_PREDICTIONS.contains(&id)
                                    || of_machine.get() && OF_ROWS.contains(&id)
                                    || !machine.get() && id == "machine"
                            }>
                                <a
                                    href=format!("#{id}")
                                    aria-current=move || (now.get() == id).then_some("true")
                                    on:click=move |ev| {
                                        // The address carries the view; a plain link would wipe it.
                                        ev.prevent_default();
                                        go_to(id);
                                    }
                                >
                                    {title}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

/// Brings a section into sight and hands it the focus, so that Tab goes on from there.
pub fn go_to(id: &str) {
    use wasm_bindgen::JsCast;
    let Some(section) = document().get_element_by_id(id) else {
        return;
    };
    section.scroll_into_view();
    if let Some(section) = section.dyn_ref::<web_sys::HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        // Focus is a courtesy; without it the section is still in sight.
        let _ = section.focus_with_options(&options);
    }
}
