//! The score from which a row counts as positive. Every number that depends on it follows at once.

use crate::log::Task;
use crate::web::ui::format;
use crate::web::ui::state::app;
use leptos::prelude::*;

/// The threshold next to a number; `None` where there is none.
pub fn nearest(thresholds: &[f64], x: f64) -> Option<f64> {
    thresholds
        .iter()
        .copied()
        .min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()))
}

/// The slider, the number beside it, and the way back to the labels as they were served.
#[component]
pub fn Threshold() -> impl IntoView {
    let app = app();
    let thresholds = Memo::new(move |_| app.choices.with(|c| c.thresholds.clone()));
    // What is ranked or foretold as a number has no labels that would follow from it.
    let labels = app.part(|r| matches!(r.task, Task::Binary | Task::Multiclass));
    let served = Memo::new(move |_| app.choices.with(|c| c.served_labels));
    let in_force = app.part(|r| r.scores.as_ref().and_then(|s| s.threshold));
    let end = move |last: bool| {
        thresholds.with(|t| {
            if last { t.last() } else { t.first() }
                .copied()
                .unwrap_or_default()
        })
    };
    let chosen = Memo::new(move |_| app.view.with(|v| v.threshold));
    let shown = move || {
        let x = chosen.get().or(in_force.get());
        x.unwrap_or_else(|| nearest(&thresholds.get(), 0.5).unwrap_or(0.5))
    };
    let choose = move |text: String| {
        let snapped = text
            .trim()
            .parse()
            .ok()
            .filter(|x: &f64| x.is_finite())
            .and_then(|x| thresholds.with(|t| nearest(t, x)));
        if snapped.is_some() {
            app.choose(|v| v.threshold = snapped);
        }
    };
    view! {
        <Show when=move || labels.get() && thresholds.with(|t| t.len() > 1)>
            <div class="field threshold">
                <label class="field-label" for="threshold">"Threshold"</label>
                <input
                    id="threshold"
                    type="range"
                    data-testid="threshold"
                    step="any"
                    min=move || end(false)
                    max=move || end(true)
                    prop:value=move || shown().to_string()
                    aria-valuetext=move || match chosen.get().or(in_force.get()) {
                        Some(x) => format::number(x),
                        None => "labels as served".into(),
                    }
                    on:input=move |ev| choose(event_target_value(&ev))
                />
                <input
                    type="number"
                    class="num"
                    data-testid="threshold-number"
                    aria-label="Threshold as a number"
                    step="any"
                    min=move || end(false)
                    max=move || end(true)
                    placeholder="as served"
                    prop:value=move || {
                        chosen.get().or(in_force.get()).map(short).unwrap_or_default()
                    }
                    on:change=move |ev| choose(event_target_value(&ev))
                />
                <Show when=move || chosen.get().is_some()>
                    <button
                        class="button quiet"
                        data-testid="threshold-reset"
                        on:click=move |_| app.choose(|v| v.threshold = None)
                    >
                        {move || if served.get() { "As served" } else { "Reset" }}
                    </button>
                </Show>
            </div>
        </Show>
    }
}

/// Without the digits that nobody typed, and without groups: an input reads it back.
fn short(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_snaps_to_the_threshold_next_to_it() {
        assert_eq!(nearest(&[0.0, 0.25, 0.5], 0.3), Some(0.25));
        assert_eq!(nearest(&[0.0, 0.25, 0.5], 9.0), Some(0.5));
        assert_eq!(nearest(&[], 0.3), None);
        assert_eq!(short(0.5), "0.5");
        assert_eq!(short(0.123_456), "0.1235");
        assert_eq!(short(0.0), "0");
    }
}
