//! The main metric for each value of each segment, worst change first; a row narrows the view to it.

use super::explain::Number;
use super::filters::narrow;
use super::format;
use super::metrics::{title, unit};
use super::state::app;
use super::widgets::More;
use crate::metric::{Estimate, Info, Unit, info};
use crate::report::view::View;
use crate::report::{Choices, Departure, SliceRow};
use leptos::prelude::*;

/// Rows shown before the reader asks for more.
const FIRST: usize = 12;

/// The table of slices.
#[component]
pub fn SliceTable() -> impl IntoView {
    let app = app();
    let slices = app.part(|r| r.slices.clone());
    let metric = app.part(|r| r.slices.first().map(|s| s.metric.clone()));
    let most = RwSignal::new(FIRST);
    let shown = move || slices.with(|s| s.iter().take(most.get()).cloned().collect::<Vec<_>>());
    view! {
        <div class="card" data-testid="slices">
            <h3>
                {move || match metric.get() {
                    Some(m) => format!("{} by slice", title(&m)),
                    None => "By slice".into(),
                }}
            </h3>
            <p class="remark">
                "To explore: changes are corrected for all slices of this table (Holm), not by the budget of false alarms, and raise no alarm here. Up to 100 slices (fewer where there are more than 400 windows) are also watched window by window under that budget; what is sure by it stands among the incidents."
            </p>
            <div class="scroll-x" role="region" aria-label="By slice" tabindex="0">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Slice"</th>
                            <th scope="col" class="right">"Rows"</th>
                            <th scope="col" class="right">"Now"</th>
                            <th scope="col" class="right">"Baseline"</th>
                            <th scope="col" class="right">"Change"</th>
                            <th scope="col" class="right">"p, corrected"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || {
                            let unit = metric.with(|m| m.as_deref().map_or(Unit::Ratio, unit));
                            shown().into_iter().map(|row| view! { <Row row unit/> }).collect_view()
                        }}
                    </tbody>
                </table>
            </div>
            <More shown=most of=Signal::derive(move || slices.with(Vec::len))/>
        </div>
    }
}

/// Whether the rows are narrowed to this value; model versions have a choice of their own.
fn is_narrowed(view: &View, choices: &Choices, column: &str, value: &str) -> bool {
    if is_segment(choices, column) {
        view.slices
            .iter()
            .any(|s| s.column == column && s.value == value)
    } else {
        view.version.as_deref() == Some(value)
    }
}

fn is_segment(choices: &Choices, column: &str) -> bool {
    choices.segments.iter().any(|(name, _)| name == column)
}

#[component]
fn Row(row: SliceRow, unit: Unit) -> impl IntoView {
    let app = app();
    let known = info(&row.metric);
    let (column, value) = (row.column.clone(), row.value.clone());
    let active = {
        let (column, value) = (column.clone(), value.clone());
        Memo::new(move |_| {
            let choices = app.choices.read();
            app.view.with(|v| is_narrowed(v, &choices, &column, &value))
        })
    };
    let toggle = {
        let (column, value) = (column.clone(), value.clone());
        move |_| {
            let value = (!active.get_untracked()).then(|| value.clone());
            let segment = app.choices.with_untracked(|c| is_segment(c, &column));
            app.choose(|v| match segment {
                true => narrow(v, &column, value),
                false => v.version = value,
            });
        }
    };
    view! {
        <tr class:active=move || active.get()>
            <td>
                <span class="quiet">{column} " "</span>
                <button class="link" aria-pressed=move || active.get().to_string() title="Narrow the view to this slice" on:click=toggle>
                    {if value.is_empty() { "(empty)".to_string() } else { value }}
                </button>
            </td>
            <td class="num right">{format::count(row.rows)}</td>
            <td class="num right">{told(&row.current, known)}</td>
            <td class="num right">{told(&row.baseline, known)}</td>
            <td class="num right">{row.departure.map(|d| change(d, unit))}</td>
            <td class="num right">{row.departure.and_then(|d| d.p_value).map(format::p_value)}</td>
        </tr>
    }
}

/// The same, which says what it is when it is clicked.
pub fn told(e: &Estimate, info: Option<&'static Info>) -> AnyView {
    let unit = info.map_or(Unit::Outcome, |info| info.unit);
    let inside = cell(e, unit);
    view! { <Number info>{inside}</Number> }.into_any()
}

/// A value with its interval, or why there is none.
pub fn cell(e: &Estimate, unit: Unit) -> AnyView {
    match (e.value, &e.undefined) {
        (None, Some(why)) => view! { <span class="quiet">{why.clone()}</span> }.into_any(),
        _ => view! {
            {format::estimate(e, unit)}
            {match (format::interval(e, unit), &e.no_interval) {
                (Some(ends), _) => Some(view! { " " <span class="quiet">{ends}</span> }.into_any()),
                (None, Some(why)) => {
                    Some(view! { " " <span class="quiet reason">{why.clone()}</span> }.into_any())
                }
                (None, None) => None,
            }}
        }
        .into_any(),
    }
}

/// A change with its direction as sign, arrow and colour.
pub fn change(d: Departure, unit: Unit) -> impl IntoView {
    let tone = match d.worse {
        Some(true) => "tone-bad",
        Some(false) => "tone-good",
        None => "",
    };
    let arrow = if d.change < 0.0 { "▼" } else { "▲" };
    let word = match d.worse {
        Some(true) => "worse",
        Some(false) => "better",
        None => "different",
    };
    view! { <span class=tone title=word>{format!("{arrow} {}", format::change(d.change, unit))}</span> }
}
