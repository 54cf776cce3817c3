//! How the errors of numbers are distributed, and whose errors are largest.

use super::format;
use super::state::app;
use super::widgets::More;
use crate::metric::Unit;
use crate::report::TailPart;
use crate::web::chart_view::{QuantileChart, ResidualChart};
use leptos::prelude::*;

/// Rows shown before the reader asks for more.
const FIRST: usize = 5;

/// The card of errors.
#[component]
pub fn Residuals() -> impl IntoView {
    let app = app();
    let tails = app.part(|r| {
        r.residuals
            .as_ref()
            .map(|f| f.tails.clone())
            .unwrap_or_default()
    });
    let ends = app.part(|r| r.residuals.as_ref().and_then(|f| f.ends));
    let comparisons = app.part(|r| r.residuals.as_ref().map_or(0, |f| f.comparisons));
    // Whether there are columns that could set them apart, so that rows are to be expected.
    let apart = app.part(|r| {
        let columns = r.quality.iter();
        columns
            .filter(|c| c.role == "feature" || c.role == "segment")
            .count()
            > 0
    });
    let most = RwSignal::new(FIRST);
    let told = move || {
        let number = |v: f64| format::value(v, Unit::Outcome);
        let ends = ends.get();
        let told = ends.map(|(low, high)| {
            if comparisons.get() == 0 {
                return format!(
                    "Of the rows, 5 % have an error up to {}, and 5 % one from {} on. There is no column to tell them apart by: an input or a segment.",
                    number(low),
                    number(high)
                );
            }
            format!(
                "Underestimates: the 5 % of rows with an error up to {}. Overestimates: the 5 % from {} on. Each is compared with the rows between; what differs after correction (Holm) for {} comparisons is listed.",
                number(low),
                number(high),
                format::count(comparisons.get())
            )
        });
        told.unwrap_or_else(|| "Comparing the rows of the largest errors with the others …".into())
    };
    let awaits = move || app.awaited.get().residuals;
    let rows = move || {
        let shown = tails.with(|t| t.iter().take(most.get()).cloned().collect::<Vec<_>>());
        shown
            .into_iter()
            .map(|part| view! { <Row part/> })
            .collect_view()
    };
    view! {
        <div class="pair" data-testid="residuals">
            <figure class="card">
                <figcaption>"Errors along the predictions"</figcaption>
                <ResidualChart report=app.report/>
            </figure>
            <figure class="card">
                <figcaption>"Errors against a normal distribution"</figcaption>
                <QuantileChart report=app.report/>
            </figure>
        </div>
        <Show when=move || ends.with(Option::is_some) || awaits()>
            <div class="card" class:tails=move || apart.get() data-testid="tails">
                <h3>"Under- and overestimates"</h3>
                <p class="remark">{told}</p>
                <Show
                    when=move || tails.with(|t| !t.is_empty())
                    fallback=move || {
                        let none = move || {
                            let tried = ends.with(Option::is_some) && comparisons.get() > 0;
                            tried.then_some("No column sets them apart.")
                        };
                        view! { <p class="remark">{none}</p> }
                    }
                >
                    <div class="scroll-x" role="region" aria-label="Under- and overestimates" tabindex="0">
                        <table class="table">
                            <thead>
                                <tr>
                                    <th scope="col">"Rows"</th>
                                    <th scope="col">"Column"</th>
                                    <th scope="col">"What"</th>
                                    <th scope="col" class="right">"There"</th>
                                    <th scope="col" class="right">"Between"</th>
                                    <th scope="col" class="right">"Difference, 95 %"</th>
                                    <th scope="col" class="right">"p, corrected"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                    <More shown=most of=Signal::derive(move || tails.with(Vec::len))/>
                </Show>
            </div>
        </Show>
    }
}

#[component]
fn Row(part: TailPart) -> impl IntoView {
    let unit = if part.value.is_some() {
        Unit::Percent
    } else {
        Unit::Outcome
    };
    let number = move |v: f64| format::value(v, unit);
    let what = match part.value {
        Some(value) if value.is_empty() => "share of (empty)".into(),
        Some(value) => format!("share of {value}"),
        None => "mean".to_owned(),
    };
    view! {
        <tr>
            <td>{if part.over { "Overestimates" } else { "Underestimates" }}</td>
            <td>{part.column}</td>
            <td>{what}</td>
            <td class="num right">{number(part.in_tail)}</td>
            <td class="num right">{number(part.between)}</td>
            <td class="num right">
                {format!("{} … {}", number(part.interval.low), number(part.interval.high))}
            </td>
            <td class="num right">{format::p_value(part.p_value)}</td>
        </tr>
    }
}
