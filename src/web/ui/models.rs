//! Several models on the same rows: a table, best first, and their course. Any of them can become the one that
//! the report is about.

use super::columns::change;
use super::filters::narrow;
use super::format;
use super::metrics::{title, unit};
use super::prose::together;
use super::slice_table::{cell, told};
use super::state::{App, app};
use crate::metric::{Estimate, Unit, info};
use crate::report::{Against, Model, Models};
use crate::web::chart_view::ModelsChart;
use leptos::prelude::*;

/// The card of models; nothing where there is one only.
#[component]
pub fn ModelsCard() -> impl IntoView {
    let app = app();
    let models = app.part(|r| r.models.clone());
    let windows = app.part(|r| r.windows.len());
    let said = move |of: fn(&Models) -> &str| models.with(|m| m.as_ref().map(|m| together(of(m))));
    view! {
        <Show when=move || models.with(Option::is_some)>
            <figure class="card" data-testid="models">
                <figcaption>
                    {move || {
                        models.with(|m| m.as_ref().map(|m| m.heading()))
                    }}
                </figcaption>
                <p class="remark" data-testid="models-sentence">{move || said(|m| &m.sentence)}</p>
                <div class="scroll-x" role="region" aria-label="Models" tabindex="0">
                    {move || models.get().map(|models| view! { <Table models/> })}
                </div>
                <Show when=move || { windows.get() > 1 }>
                    <h3>
                        {move || models.with(|m| m.as_ref().map(|m| {
                            let own = if m.pairwise { ", each on its own rows" } else { "" };
                            format!("{} over time{own}", title(&m.metric))
                        }))}
                    </h3>
                    <ModelsChart report=app.report hovered=app.hovered brush=app.brush/>
                </Show>
                <p class="quiet">{move || said(|m| &m.method)}</p>
            </figure>
        </Show>
    }
}

#[component]
fn Table(models: Models) -> impl IntoView {
    // The metric that they are compared by stands first.
    let mut metrics = vec![models.metric.clone()];
    for name in models.models.iter().flat_map(|m| m.metrics.keys()) {
        if !metrics.contains(name) {
            metrics.push(name.clone());
        }
    }
    let heads: Vec<String> = metrics.iter().map(|m| title(m)).collect();
    let rows = models.models.iter().map(|model| {
        let is_main = model.name == models.main;
        let choice = Choice {
            is_shown: is_main && models.about_main,
            versions: models.versions,
            horizon: models.by.clone(),
        };
        view! {
            <Row model=model.clone() metrics=metrics.clone() is_main by=models.metric.clone() choice/>
        }
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Model"</th>
                    <th scope="col" class="right">"Rows"</th>
                    {heads.into_iter().map(|h| view! { <th scope="col" class="right">{h}</th> }).collect_view()}
                    <th scope="col" class="right">"Difference"</th>
                    <th scope="col" class="right">"p, corrected"</th>
                    <th scope="col"><span class="sr-only">"Report on it"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// How a model becomes the one that the report is about.
#[derive(Clone)]
struct Choice {
    /// Whether it is that.
    is_shown: bool,
    /// Whether models are versions or horizons of rows.
    versions: bool,
    /// The column of horizons.
    horizon: Option<String>,
}

#[component]
fn Row(
    model: Model,
    metrics: Vec<String>,
    is_main: bool,
    by: String,
    choice: Choice,
) -> impl IntoView {
    let value = |name: &String| {
        let none = Estimate::default();
        let of = model.metrics.get(name).unwrap_or(&none);
        let number = of.value.map(|v| v.to_string());
        let place = format!("model-{}-{name}", model.name);
        view! {
            <td class="num right" data-testid=place data-value=number>
                {told(of, info(name))}
            </td>
        }
    };
    let values = metrics.iter().map(value).collect_view();
    let name = model.name.clone();
    let last = match choice.is_shown {
        true => view! { <span class="quiet">"This report"</span> }.into_any(),
        false => view! { <Promote name=name.clone() choice/> }.into_any(),
    };
    view! {
        <tr class:active=is_main data-testid=format!("model-{name}") data-main=is_main.to_string()>
            <td>{name.clone()}</td>
            <td class="num right">{format::count(model.compared)}</td>
            {values}
            <td class="num right">{model.against.as_ref().map(|a| difference(a, unit(&by)))}</td>
            <td class="num right">{model.against.and_then(|a| a.p_value).map(format::p_value)}</td>
            <td>{last}</td>
        </tr>
    }
}

/// How much a model differs from the main one: sign, arrow, interval, and colour where it is beyond chance.
fn difference(against: &Against, unit: Unit) -> AnyView {
    let Some(change) = against.difference.value else {
        return cell(&against.difference, unit);
    };
    let (tone, word) = match against.better {
        Some(true) => ("tone-good", "better"),
        Some(false) => ("tone-bad", "worse"),
        None => ("", "not told apart"),
    };
    let ends = against.difference.low.zip(against.difference.high);
    let ends = ends.map(|(low, high)| {
        format!(
            " [{}, {}]",
            format::change(low, unit),
            format::change(high, unit)
        )
    });
    view! {
        <span class=tone title=word>{format::change(change, unit)}</span>
        {ends.map(|e| view! { <span class="quiet">{e}</span> })}
    }
    .into_any()
}

/// The button that makes a model the one that the report is about.
#[component]
fn Promote(name: String, choice: Choice) -> impl IntoView {
    let app = app();
    let label = format!("Report on {name}");
    let (versions, horizon) = (choice.versions, choice.horizon);
    let said = match horizon {
        Some(_) => "Report on this horizon",
        None => "Report on this model",
    };
    let act = move |_| match (&horizon, versions) {
        (Some(column), _) => {
            let value = name
                .strip_prefix(column.as_str())
                .map(|v| v.trim_start().to_owned());
            app.choose(|v| narrow(v, column, value));
        }
        (None, true) => app.choose(|v| v.version = Some(name.clone())),
        (None, false) => promote(app, &name),
    };
    // A saved report has no columns to choose from.
    let can = move || versions || app.inputs.with(|inputs| !inputs.is_empty());
    view! {
        <Show when=can>
            <button class="link" aria-label=label.clone() on:click=act.clone()>
                {said}
            </button>
        </Show>
    }
}

fn promote(app: App, column: &str) {
    let has = |input: &crate::engine::message::Input| input.clone().promote(column);
    let at = app
        .inputs
        .with_untracked(|inputs| inputs.iter().position(has));
    if let Some(index) = at {
        change(app, index, |input| {
            input.promote(column);
        });
    }
}
