//! Parameters of metrics: a sheet of numbers, each of which adds metrics beside the usual ones.

use crate::metric::Parameter;
use crate::report::Report;
use crate::web::ui::state::app;
use crate::web::ui::widgets::NumberField;
use leptos::prelude::*;

/// The parameters that a report has metrics for.
fn offered(report: &Report) -> Vec<Parameter> {
    let told = |name: &str| report.overall.metrics.contains_key(name);
    let suits = |of: &Parameter| match of {
        Parameter::Beta => told("f2"),
        Parameter::MaxFpr => told("partial_roc_auc"),
        Parameter::AtShare => told("gain_at_10_percent"),
        Parameter::TopK => told("top_2_accuracy"),
        // The rows of lists are needed, which are not at hand where they were counted as they passed.
        Parameter::AtK => told("ndcg_at_10") && !report.streamed,
    };
    Parameter::ALL.into_iter().filter(suits).collect()
}

/// The sheet; nothing where no metric has a parameter.
#[component]
pub fn Parameters() -> impl IntoView {
    let app = app();
    let of = app.part(offered);
    let set = Memo::new(move |_| app.view.with(|v| !v.metrics.is_none()));
    let wrong = RwSignal::new(String::new());
    view! {
        <Show when=move || of.with(|of| !of.is_empty())>
            <details class="costs parameters" data-testid="parameters">
                <summary class="button">
                    {move || if set.get() { "Parameters ✓" } else { "Parameters" }}
                </summary>
                <div class="costs-sheet">
                    <p class="remark">
                        "Each adds metrics with this parameter to the table of all metrics; the usual ones stay as they are."
                    </p>
                    <div class="costs-fields">
                        {move || of.get().into_iter().map(|of| view! { <Field of wrong/> }).collect_view()}
                    </div>
                    <p class="remark" role="status" data-testid="parameters-wrong">{move || wrong.get()}</p>
                    <Show when=move || set.get()>
                        <button
                            class="button quiet"
                            data-testid="parameters-reset"
                            on:click=move |_| app.choose(|v| v.metrics = Default::default())
                        >
                            "No parameters"
                        </button>
                    </Show>
                </div>
            </details>
        </Show>
    }
}

#[component]
fn Field(
    of: Parameter,
    /// Why what was typed last is no value.
    wrong: RwSignal<String>,
) -> impl IntoView {
    let app = app();
    let shown = Memo::new(move |_| {
        let value = app.view.with(|v| v.metrics.get(of));
        value.map(|x| x.to_string()).unwrap_or_default()
    });
    let choose = move |number: Option<f64>| {
        let why = number.and_then(|number| of.check(number).err());
        let suits = why.is_none();
        wrong.set(why.unwrap_or_default());
        if suits {
            app.choose(|v| {
                match number {
                    Some(number) => v.metrics.0.insert(of, number),
                    None => v.metrics.0.remove(&of),
                };
            });
        }
    };
    let testid = format!("parameter-{}", of.name());
    view! { <NumberField label=of.title() testid placeholder="–" min="0" shown on_choose=choose/> }
}
