//! Quantile forecasts: how many outcomes lie below each quantile and in each interval, and its course.

use super::explain::Number;
use super::format;
use super::slice_table::told;
use super::state::app;
use crate::metric::{Unit, info};
use crate::report::{CentralInterval, Quantiles};
use crate::web::chart_view::{SpreadChart, TrendChart};
use leptos::prelude::*;

/// The metrics that tell the course of an interval, by what it is to hold.
const COURSES: [(f64, &str); 4] = [
    (0.5, "interval_coverage_50"),
    (0.8, "interval_coverage_80"),
    (0.9, "interval_coverage_90"),
    (0.95, "interval_coverage_95"),
];

/// The metric of an interval's coverage, where there is one.
fn course(nominal: f64) -> Option<&'static str> {
    let same = |c: &&(f64, &str)| (c.0 - nominal).abs() < 1e-9;
    COURSES.iter().find(same).map(|c| c.1)
}

/// The metric of its width.
fn width(nominal: f64) -> Option<&'static str> {
    Some(match course(nominal)? {
        "interval_coverage_50" => "mean_interval_width_50",
        "interval_coverage_80" => "mean_interval_width_80",
        "interval_coverage_90" => "mean_interval_width_90",
        _ => "mean_interval_width_95",
    })
}

/// The widest of the intervals whose course can be drawn.
fn widest(quantiles: &Quantiles) -> Option<&'static str> {
    let names = quantiles.intervals.iter().rev().map(|i| course(i.nominal));
    names.flatten().next()
}

/// The card of quantile forecasts.
#[component]
pub fn QuantileCard() -> impl IntoView {
    let app = app();
    let quantiles = app.part(|r| r.quantiles.clone().unwrap_or_default());
    let windows = app.part(|r| r.windows.len());
    let chosen = RwSignal::new(None::<&'static str>);
    let drawn = Memo::new(move |_| {
        quantiles.with(|q| {
            let names = q.intervals.iter().filter_map(|i| course(i.nominal));
            let still = names.into_iter().find(|name| Some(*name) == chosen.get());
            still.or_else(|| widest(q))
        })
    });
    let title = move || {
        let info = drawn.get().and_then(info);
        info.map(|i| format!("{} over time", i.title))
    };
    let rows = move || {
        quantiles.with(|q| {
            let rows = q.intervals.iter().rev().cloned();
            rows.map(|row| view! { <Row row chosen/> }).collect_view()
        })
    };
    view! {
        <figure class="card" data-testid="quantiles">
            <figcaption>"Quantile forecasts"</figcaption>
            <p class="remark">
                "Of true quantiles, as many outcomes lie at or below each as its level says, and each interval holds as many as it is to. "
                {move || format!("{} forecasts with an outcome.", format::count(quantiles.with(|q| q.rows)))}
            </p>
            <div class="curves">
                <div>
                    <SpreadChart report=app.report/>
                </div>
                <div class="scroll-x" role="region" aria-label="Prediction intervals" tabindex="0">
                    <table class="table" data-testid="intervals">
                        <thead>
                            <tr>
                                <th scope="col" class="right">"Interval"</th>
                                <th scope="col" class="right">"Holds"</th>
                                <th scope="col" class="right">"Baseline"</th>
                                <th scope="col" class="right">"Mean width"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </div>
            <Show when=move || drawn.get().is_some() && windows.get().gt(&0)>
                <h3>{title}</h3>
                <TrendChart report=app.report metric=Signal::derive(move || drawn.get().unwrap_or_default().to_string()) hovered=app.hovered brush=app.brush/>
            </Show>
        </figure>
    }
}

/// `90 %`, and of others as many digits as it takes.
fn percent(share: f64) -> String {
    let percent = (share * 1e4).round() / 100.0;
    format!("{percent} %")
}

#[component]
fn Row(row: CentralInterval, chosen: RwSignal<Option<&'static str>>) -> impl IntoView {
    let name = percent(row.nominal);
    let ends = format!(
        "From the quantile of {} to that of {}",
        percent(row.lower),
        percent(row.upper)
    );
    let label = match course(row.nominal) {
        Some(metric) => view! {
            <button class="link" title=ends on:click=move |_| chosen.set(Some(metric))>
                {name.clone()}
            </button>
        }
        .into_any(),
        None => view! { <span title=ends>{name.clone()}</span> }.into_any(),
    };
    let then = row.baseline.map(|b| format::value(b, Unit::Percent));
    let value = row.coverage.value.map(|v| v.to_string());
    view! {
        <tr>
            <td class="num right">{label}</td>
            <td class="num right" data-testid=format!("coverage-{name}") data-value=value>
                {told(&row.coverage, course(row.nominal).and_then(info))}
            </td>
            <td class="num right quiet">{then}</td>
            <td class="num right">
                <Number info=width(row.nominal).and_then(info)>
                    {format::estimate(&row.width, Unit::Outcome)}
                </Number>
            </td>
        </tr>
    }
}
