//! Where the model errs: which labels it confuses, at which scores, and for whom.

use super::class_table::ClassTable;
use super::curves::Curves;
use super::filters::nearest;
use super::groups::Groups;
use super::quantile_card::QuantileCard;
use super::residuals::Residuals;
use super::slice_table::SliceTable;
use super::state::app;
use super::widgets::{Empty, Section};
use crate::log::Task;
use crate::web::chart_view::{MatrixChart, ScoresChart};
use leptos::prelude::*;

/// What there is to say where nothing can be broken down.
fn why_none(judged: bool) -> &'static str {
    match judged {
        false => "Errors show here once predictions have outcomes.",
        true => {
            "Nothing to break down: this needs labels or scores beside the outcomes, or a column to slice by."
        }
    }
}

/// The section of errors.
#[component]
pub fn Mistakes() -> impl IntoView {
    let app = app();
    let drag = Callback::new(move |x: f64| {
        if let Some(x) = app.choices.with_untracked(|c| nearest(&c.thresholds, x)) {
            app.choose(|v| v.threshold = Some(x));
        }
    });
    let confusion = app.part(|r| r.confusion.is_some());
    let scores = app.part(|r| r.scores.is_some());
    let curves = app.part(|r| r.curves.is_some() || !r.class_curves.is_empty());
    let quantiles = app.part(|r| r.quantiles.is_some());
    let slices = app.part(|r| !r.slices.is_empty());
    // Two classes have cards: precision and recall, specificity and NPV.
    let classes = app
        .part(|r| matches!(r.task, Task::Multiclass | Task::Multilabel) && !r.classes.is_empty());
    let groups = app.part(|r| r.groups.is_some());
    // Lists that are ranked have no errors of numbers.
    let numbers = app.part(|r| {
        let errs = r.overall.metrics.contains_key("mean_absolute_error");
        r.task == Task::Regression && r.overall.labelled > 0 && errs
    });
    let task = app.part(|r| Some(r.task));
    let judged = app.part(|r| r.overall.labelled > 0);
    let about = move || match task.get() {
        Some(Task::Regression) => {
            "How large errors are, where predictions are off, and in which part of the data it changed."
        }
        _ => {
            "Which labels are confused, at which scores, and in which part of the data it changed."
        }
    };
    view! {
        <Section
            id="errors"
            title="Errors"
            about=Signal::derive(move || about().to_string())
        >
            <div class="pair">
                <Show when=move || confusion.get()>
                    <figure class="card">
                        <figcaption>"Predicted against true"</figcaption>
                        <MatrixChart report=app.report/>
                    </figure>
                </Show>
                <Show when=move || scores.get()>
                    <figure class="card">
                        <figcaption>"Scores by outcome"</figcaption>
                        <ScoresChart report=app.report on_threshold=drag/>
                    </figure>
                </Show>
            </div>
            <Show when=move || numbers.get()>
                <Residuals/>
            </Show>
            <Show when=move || curves.get() || app.awaited.get().class_curves>
                <Curves/>
            </Show>
            <Show when=move || quantiles.get()>
                <QuantileCard/>
            </Show>
            <Show when=move || classes.get()>
                <ClassTable/>
            </Show>
            <Show when=move || slices.get()>
                <SliceTable/>
            </Show>
            <Show when=move || groups.get()>
                <Groups/>
            </Show>
            <Show when=move || {
                !confusion.get() && !scores.get() && !slices.get() && !quantiles.get() && !classes.get() && !numbers.get()
            }>
                <Empty text=why_none(judged.get())/>
            </Show>
        </Section>
    }
}
