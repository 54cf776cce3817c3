//! How many false alarms the reader puts up with: one in so many windows, over the whole report.

use crate::log::Task;
use crate::report::view;
use crate::stats::sequential::WINDOWS_TO_AN_ALARM;
use crate::web::ui::state::app;
use leptos::prelude::*;

/// The field; nothing where there is no baseline to depart from.
#[component]
pub fn Budget() -> impl IntoView {
    let app = app();
    let judged = app.part(|r| r.baseline.is_some());
    let service = app.part(|r| r.task == Task::Service);
    let wrong = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let windows = app.view.with(|v| v.budget).unwrap_or(WINDOWS_TO_AN_ALARM);
        windows.to_string()
    });
    let choose = move |text: String| {
        let asked = match text.trim() {
            "" => Some(WINDOWS_TO_AN_ALARM),
            text => view::budget(text),
        };
        wrong.set(asked.is_none());
        if let Some(windows) = asked {
            app.choose(|v| v.budget = Some(windows).filter(|w| *w != WINDOWS_TO_AN_ALARM));
        }
    };
    let over = move || match service.get() {
        true => {
            "Over everything here together. More windows: fewer false alarms, and small changes are found later"
        }
        false => {
            "Over all metrics, columns and slices together. More windows: fewer false alarms, and small changes are found later"
        }
    };
    view! {
        <Show when=move || judged.get()>
            <div class="field">
                <label class="field-label" for="budget">"One false alarm in"</label>
                <input
                    id="budget"
                    type="number"
                    class="num short"
                    data-testid="budget"
                    min="1"
                    step="any"
                    title=over
                    aria-invalid=move || wrong.get().to_string()
                    prop:value=move || shown.get()
                    on:change=move |ev| choose(event_target_value(&ev))
                />
                <span class="field-note">"windows at most"</span>
            </div>
        </Show>
    }
}
