//! How right each class of several is told, the worst F1 first: by its labels, and by its scores where there are some.

use super::format;
use super::slice_table::told;
use super::state::app;
use super::widgets::More;
use crate::metric::info;
use crate::report::ClassRow;
use leptos::prelude::*;

/// Rows shown before the reader asks for more.
const FIRST: usize = 12;

/// The classes, worst first; those without an F1 last.
fn ordered(mut classes: Vec<ClassRow>) -> Vec<ClassRow> {
    let f1 = |c: &ClassRow| c.f1.value.unwrap_or(f64::INFINITY);
    classes.sort_by(|a, b| f1(a).total_cmp(&f1(b)));
    classes
}

/// The table of classes.
#[component]
pub fn ClassTable() -> impl IntoView {
    let classes = app().part(|r| ordered(r.classes.clone()));
    let scored = Memo::new(move |_| classes.with(|c| c.iter().any(|c| c.roc_auc.value.is_some())));
    let most = RwSignal::new(FIRST);
    let shown = move || classes.with(|c| c.iter().take(most.get()).cloned().collect::<Vec<_>>());
    view! {
        <div class="card" data-testid="classes">
            <h3>"By class"</h3>
            <div class="scroll-x" role="region" aria-label="By class" tabindex="0">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Class"</th>
                            <th scope="col" class="right">"Rows"</th>
                            <th scope="col" class="right">"Predicted"</th>
                            <th scope="col" class="right">"Precision"</th>
                            <th scope="col" class="right">"Recall"</th>
                            <th scope="col" class="right">"F1"</th>
                            <th scope="col" class="right">"Specificity"</th>
                            <th scope="col" class="right">"NPV"</th>
                            <Show when=move || scored.get()>
                                <th scope="col" class="right">"ROC AUC"</th>
                                <th scope="col" class="right">"Average precision"</th>
                            </Show>
                        </tr>
                    </thead>
                    <tbody>
                        {move || shown().into_iter().map(|row| view! { <Row row scored/> }).collect_view()}
                    </tbody>
                </table>
            </div>
            <More shown=most of=Signal::derive(move || classes.with(Vec::len))/>
        </div>
    }
}

#[component]
fn Row(row: ClassRow, scored: Memo<bool>) -> impl IntoView {
    let areas = move || {
        scored.get().then(|| {
            view! {
                <td class="num right">{told(&row.roc_auc, info("roc_auc"))}</td>
                <td class="num right">{told(&row.average_precision, info("average_precision"))}</td>
            }
        })
    };
    view! {
        <tr>
            <td>{row.label.clone()}</td>
            <td class="num right">{format::count(row.rows)}</td>
            <td class="num right">{format::count(row.predicted)}</td>
            <td class="num right">{told(&row.precision, info("precision"))}</td>
            <td class="num right">{told(&row.recall, info("recall"))}</td>
            <td class="num right">{told(&row.f1, info("f1"))}</td>
            <td class="num right">{told(&row.specificity, info("specificity"))}</td>
            <td class="num right">
                {told(&row.negative_predictive_value, info("negative_predictive_value"))}
            </td>
            {areas}
        </tr>
    }
}
