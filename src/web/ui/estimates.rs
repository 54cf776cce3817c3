//! What is estimated, from what, what has to hold for it, and how far it was off so far.

use super::format;
use super::metrics::{title, unit};
use super::slice_table::cell;
use super::state::app;
use crate::metric::{Estimate, Unit};
use crate::report::{Estimated, ExpectedCells, Method, PastError, Report, lower_first};
use leptos::prelude::*;

/// What is to be known of the estimates of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    /// In a few words.
    brief: String,
    sentences: Vec<String>,
}

/// What is to be known of the estimates of a metric, where there are any.
fn told(report: &Report, name: &str) -> Option<Told> {
    let of = report.estimated.as_ref()?;
    if let Some(why) = &of.undefined {
        return Some(Told {
            brief: format!("none: {why}"),
            sentences: vec![format!(
                "Nothing is estimated where outcomes are not in yet: {why}."
            )],
        });
    }
    let has = |w: &crate::report::Window| w.estimated.contains_key(name);
    if !report.windows.iter().any(has) {
        return Some(Told {
            brief: "not this metric".into(),
            sentences: vec![format!(
                "{} is not estimated: from scores and inputs it does not follow.",
                title(name)
            )],
        });
    }
    let mut sentences = vec![from(of), of.why.clone()];
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.push(of.assumes.clone());
    let past = of.past.get(name);
    sentences.extend(past.map(|past| was_off(name, past)));
    let brief = past.map(|past| {
        let windows = format::plural(past.windows, "window", "windows");
        format!(
            "off by {} in {windows} so far",
            size(name, past.root_mean_square)
        )
    });
    Some(Told {
        brief: brief.unwrap_or_default(),
        sentences,
    })
}

fn size(name: &str, error: f64) -> String {
    let change = format::change(error.abs(), unit(name));
    change.trim_start_matches('+').to_owned()
}

fn was_off(name: &str, past: &PastError) -> String {
    let side = if past.mean < 0.0 { "low" } else { "high" };
    format!(
        "Estimated {} was off by {} in {} that have outcomes by now (root mean square), and {} too {side} on average.",
        lower_first(&title(name)),
        size(name, past.root_mean_square),
        format::plural(past.windows, "window", "windows"),
        size(name, past.mean)
    )
}

fn from(of: &Estimated) -> String {
    let rows = format::count(of.rows);
    if of.method == Method::Dle {
        return format!("Estimated from {rows} rows of the baseline whose errors are known.");
    }
    match of.calibrated || of.method == Method::Mcbpe {
        true => format!(
            "Estimated from scores, of which {rows} rows of the baseline and their outcomes tell what each is worth."
        ),
        false => format!(
            "Estimated from scores as they are: by {rows} rows of the baseline and their outcomes they are true probabilities."
        ),
    }
}

/// Classes of which the expected confusion is written out.
const FEW: usize = 12;

/// How many of the rows that wait for outcomes are expected of each true and predicted class, and what they are worth.
#[component]
fn Cells() -> impl IntoView {
    let cells = app().part(|r| r.estimated.as_ref()?.cells.clone());
    let one = |e: &Estimate| {
        let value = e.value.map(|v| v.to_string());
        view! { <td class="num right" data-value=value>{cell(e, Unit::Count)}</td> }
    };
    let worth = |e: &Estimate| {
        view! {
            <p data-testid="expected-value" data-value=e.value.map(|v| v.to_string())>
                "Business value of these rows: " {cell(e, Unit::Outcome)}
            </p>
        }
    };
    let table = move |cells: &ExpectedCells| {
        let heads = cells.labels.clone().into_iter();
        let heads =
            heads.map(|l| view! { <th scope="col" class="right">{format!("Predicted {l}")}</th> });
        let rows = cells.labels.iter().zip(&cells.counts);
        let rows = rows.map(|(label, counts)| {
            view! {
                <tr>
                    <td>{format!("True {label}")}</td>
                    {counts.iter().map(one).collect_view()}
                </tr>
            }
        });
        view! {
            <div class="scroll-x" role="region" aria-label="Expected confusion" tabindex="0">
                <table class="table" data-testid="expected-cells">
                    <thead>
                        <tr>
                            <th scope="col">
                                {format!("Expected of {} rows", format::count(cells.rows.round() as u64))}
                            </th>
                            {heads.collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
    };
    move || {
        cells.with(|cells| {
            let cells = cells.as_ref()?;
            let few = (cells.labels.len() <= FEW).then(|| table(cells));
            Some(view! {
                {few}
                {cells.business_value.as_ref().map(worth)}
            })
        })
    }
}

/// What is to be known of the estimates of the metric that is drawn: folded, so that it takes the same room
/// before they are made.
#[component]
pub fn Estimates(drawn: Memo<Option<String>>) -> impl IntoView {
    let app = app();
    let told = app.part(move |r| drawn.get().and_then(|name| told(r, &name)));
    let awaits = move || app.awaited.get().estimates;
    let brief = move || match told.get() {
        None => "being worked out …".to_owned(),
        Some(told) => told.brief,
    };
    let sentences = move || {
        let told = told.get().unwrap_or_default();
        let one = |s: String| view! { <p>{s}</p> };
        told.sentences.into_iter().map(one).collect_view()
    };
    view! {
        <Show when=move || awaits() || told.with(Option::is_some)>
            <details class="explain card" data-testid="estimates">
                <summary>"What is estimated " <span class="quiet">{brief}</span></summary>
                <div class="told">{sentences}</div>
                <Cells/>
            </details>
        </Show>
    }
}
