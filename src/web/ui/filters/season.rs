//! How far back the outcome lies that a naive forecast repeats: errors of numbers are scaled by it (MASE).

use crate::log::Task;
use crate::report::view::Season as Choice;
use crate::web::ui::state::app;
use leptos::prelude::*;

/// The field; where only a saved report is at hand, no other season than the one in it can be told.
#[component]
pub fn Season() -> impl IntoView {
    let app = app();
    // Lists that are ranked have no errors of numbers.
    let numbers = app.part(|r| {
        let errs = r.overall.metrics.contains_key("mean_absolute_error");
        r.task == Task::Regression && r.overall.labelled > 0 && !r.streamed && errs
    });
    let wrong = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let chosen = app.view.with(|v| v.season).unwrap_or_default();
        chosen.to_string()
    });
    let choose = move |text: String| {
        let season = match text.trim() {
            "" => Ok(None),
            text => text.parse::<Choice>().map(Some),
        };
        wrong.set(season.is_err());
        if let Ok(season) = season {
            app.choose(|v| v.season = season.filter(|s| *s != Choice::default()));
        }
    };
    let unit = move || match shown.get().parse::<u32>() {
        Ok(1) => "row back",
        Ok(_) => "rows back",
        Err(_) => "back",
    };
    view! {
        <Show when=move || numbers.get() && !app.saved>
            <div class="field">
                <label class="field-label" for="season">"Season"</label>
                <input
                    id="season"
                    type="text"
                    class="num short"
                    data-testid="season"
                    title="What MASE compares with: the outcome so many rows (24) or such a period (1h, 7d, 2w) earlier"
                    aria-invalid=move || wrong.get().to_string()
                    prop:value=move || shown.get()
                    on:change=move |ev| choose(event_target_value(&ev))
                />
                <span class="field-note">{unit}</span>
            </div>
        </Show>
    }
}
