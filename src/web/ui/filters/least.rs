//! From which size on a change is an incident: a field for each metric that is judged, for columns and for correlations.

use crate::log::Task;
use crate::metric::{Material, info};
use crate::report::Sizes;
use crate::web::ui::metrics::{in_order, title};
use crate::web::ui::state::app;
use crate::web::ui::widgets::NumberField;
use leptos::prelude::*;

/// The editor; nothing where there is no baseline to depart from.
#[component]
pub fn Least() -> impl IntoView {
    let app = app();
    let judged = app.part(|r| r.baseline.is_some() && !r.windows.is_empty());
    let names = app.part(|r| {
        let all = r.overall.metrics.iter().chain(&r.resources.metrics);
        let there = all.filter(|(_, estimate)| estimate.value.is_some());
        let metrics = there.filter_map(|(name, _)| info(name));
        let metrics = metrics.filter(|info| info.material != Material::Never);
        let metrics = metrics.map(|info| info.name.to_owned()).collect();
        let mut names: Vec<String> = match r.task {
            Task::Service => Vec::new(),
            _ => Sizes::OF_COLUMNS.map(str::to_owned).to_vec(),
        };
        names.extend(in_order(metrics, r.health.metric.as_deref()));
        names
    });
    let set = Memo::new(move |_| app.view.with(|v| !v.least.is_usual()));
    view! {
        <Show when=move || judged.get()>
            <details class="costs" data-testid="least">
                <summary class="button">
                    {move || if set.get() { "Least changes ✓" } else { "Least changes" }}
                </summary>
                <div class="costs-sheet">
                    <p class="remark">
                        "From which size on a sure change is an incident: of a metric in its own unit (0.01 of a share is 1 percentage point), of columns in standard deviations of ranks and Cohen’s h, of correlations Cohen’s q. What is left empty has the usual size."
                    </p>
                    <div class="costs-fields">
                        {move || {
                            names.get().into_iter().map(|name| view! { <Size name/> }).collect_view()
                        }}
                    </div>
                    <Show when=move || set.get()>
                        <button
                            class="button quiet"
                            data-testid="least-reset"
                            on:click=move |_| app.choose(|v| v.least = Sizes::default())
                        >
                            "Usual sizes"
                        </button>
                    </Show>
                </div>
            </details>
        </Show>
    }
}

/// The field of one name.
#[component]
fn Size(name: String) -> impl IntoView {
    let app = app();
    let of = name.clone();
    let shown = Memo::new(move |_| {
        let size = app.view.with(|v| v.least.0.get(&of).copied());
        size.map(|size| size.to_string()).unwrap_or_default()
    });
    let label = match info(&name) {
        Some(_) => title(&name),
        None => match name.as_str() {
            "columns" => "Columns".to_owned(),
            _ => "Rank correlations".to_owned(),
        },
    };
    let testid = format!("least-{name}");
    let placeholder = Sizes::usual(&name).unwrap_or_default();
    let choose = move |size: Option<f64>| {
        let size = size.filter(|size| Sizes::check(&name, *size).is_ok());
        app.choose(|v| {
            match size {
                Some(size) => v.least.0.insert(name.clone(), size),
                None => v.least.0.remove(&name),
            };
        });
    };
    view! { <NumberField label testid placeholder min="0" shown on_choose=choose/> }
}
