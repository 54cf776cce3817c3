//! Where the model errs: which labels it confuses, at which scores, and for whom.

use super::filters::nearest;
use super::slice_table::SliceTable;
use super::state::app;
use super::widgets::{Empty, Section};
use crate::web::chart_view::{MatrixChart, ScoresChart};
use leptos::prelude::*;

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
    let slices = app.part(|r| !r.slices.is_empty());
    view! {
        <Section
            id="errors"
            title="Errors"
            about="Which labels are confused, at which scores, and in which part of the data it changed."
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
            <Show when=move || slices.get()>
                <SliceTable/>
            </Show>
            <Show when=move || !confusion.get() && !scores.get() && !slices.get()>
                <Empty text="Nothing to break down: this needs outcomes beside labels or scores, or a column to slice by."/>
            </Show>
        </Section>
    }
}
