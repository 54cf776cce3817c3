//! What right and wrong predictions cost: a small table of the cells of the confusion matrix.

use crate::log::Task;
use crate::metric::{CostCell, Costs as Choice};
use crate::web::ui::state::app;
use crate::web::ui::widgets::NumberField;
use leptos::prelude::*;

/// Classes up to which every cell has a field.
const MOST: usize = 12;

/// A field with its label.
#[derive(Clone, PartialEq)]
struct Field {
    cell: CostCell,
    text: String,
}

/// The fields of a task, row by row: a row is a true class.
fn fields(task: Option<Task>, labels: &[String]) -> Vec<Field> {
    if task == Some(Task::Binary) {
        let texts = [
            "True negative",
            "False positive",
            "False negative",
            "True positive",
        ];
        let cells = CostCell::BINARY.into_iter().zip(texts);
        return cells
            .map(|(cell, text)| Field {
                cell,
                text: text.into(),
            })
            .collect();
    }
    let cell = |truth: &String, predicted: &String| Field {
        cell: CostCell::Of(truth.clone(), predicted.clone()),
        text: format!("{truth} predicted as {predicted}"),
    };
    let row = |truth| labels.iter().map(move |predicted| cell(truth, predicted));
    labels.iter().flat_map(row).collect()
}

/// The editor; nothing where no classes are predicted.
#[component]
pub fn Costs() -> impl IntoView {
    let app = app();
    let labels = Memo::new(move |_| app.choices.with(|c| c.labels.clone()));
    let task = app.part(|r| Some(r.task));
    let asked = Memo::new(move |_| {
        let classes = labels.with(Vec::len);
        let predicts = matches!(task.get(), Some(Task::Binary | Task::Multiclass));
        predicts && (2..=MOST).contains(&classes)
    });
    let set = Memo::new(move |_| app.view.with(|v| v.costs.is_some()));
    view! {
        <Show when=move || asked.get()>
            <details class="costs" data-testid="costs">
                <summary class="button">{move || if set.get() { "Costs ✓" } else { "Costs" }}</summary>
                <div class="costs-sheet">
                    <p class="remark">
                        "What a row of each kind costs, in your unit; a gain is negative. Cost a row, business value and the cheapest threshold follow."
                    </p>
                    <div class="costs-fields">
                        {move || {
                            let of = labels.with(|l| fields(task.get(), l));
                            of.into_iter().map(|field| view! { <Cell field/> }).collect_view()
                        }}
                    </div>
                    <Show when=move || set.get()>
                        <button
                            class="button quiet"
                            data-testid="costs-reset"
                            on:click=move |_| app.choose(|v| v.costs = None)
                        >
                            "No costs"
                        </button>
                    </Show>
                </div>
            </details>
        </Show>
    }
}

#[component]
fn Cell(field: Field) -> impl IntoView {
    let app = app();
    let cell = field.cell.clone();
    let shown = Memo::new(move |_| {
        let cost = app.view.with(|v| v.costs.as_ref()?.0.get(&cell).copied());
        cost.map(|c| c.to_string()).unwrap_or_default()
    });
    let testid = format!("cost-{}", field.cell);
    let choose = move |number: Option<f64>| {
        app.choose(|v| {
            let mut costs = v.costs.take().unwrap_or_default();
            match number {
                Some(cost) => costs.0.insert(field.cell.clone(), cost),
                None => costs.0.remove(&field.cell),
            };
            v.costs = Some(costs).filter(|c: &Choice| !c.0.is_empty());
        });
    };
    view! { <NumberField label=field.text testid placeholder="0" shown on_choose=choose/> }
}
