//! How far each column is from the baseline, the farthest first.

use super::format;
use super::state::app;
use super::widgets::{Empty, More, ROWS};
use crate::report::{ColumnDrift, DriftByWindow, Report};
use crate::web::chart_view::{ShiftChart, ValuesSparkline};
use leptos::prelude::*;

/// The table of drift.
#[component]
pub fn DriftTable() -> impl IntoView {
    let app = app();
    let columns = app.part(|r| {
        r.drift
            .as_ref()
            .map(|d| d.columns.clone())
            .unwrap_or_default()
    });
    let rows = app.part(|r| r.drift.as_ref().map(|d| (d.baseline_rows, d.rows)));
    let windows = app.part(|r| {
        let drift = r.drift.as_ref();
        drift.map(|d| d.windows.clone()).unwrap_or_default()
    });
    let most = RwSignal::new(ROWS);
    let shown = move || {
        let columns = columns.get().into_iter().enumerate().take(most.get());
        let by_window = |at: usize| windows.with(|w| w.get(at).cloned());
        columns
            .map(|(at, c)| (c, by_window(at)))
            .collect::<Vec<_>>()
    };
    let awaits = move || app.awaited.get().drift;
    let about = move || {
        let what = match rows.get() {
            None => "Comparing the rows now with those of the baseline …".to_owned(),
            Some((before, after)) => format!(
                "{} of the baseline against {} now.",
                format::plural(before, "row", "rows"),
                format::plural(after, "row", "rows")
            ),
        };
        format!(
            "{what} Distances, not tests: none of them says whether a change is chance, or whether it harms."
        )
    };
    // Until they are compared, the columns keep their places.
    let to_come = app.part(to_come);
    let nothing = move || {
        let lacking = app
            .made
            .with(|m| m.as_ref().is_some_and(|m| m.missing.drift.is_some()));
        let streamed = app.report.with(|r| r.as_ref().is_some_and(|r| r.streamed));
        match (lacking, app.saved) {
            (true, true) => "This saved report holds no comparison of columns for this choice.",
            (true, false) if streamed && app.view.with(|v| !v.slices.is_empty()) => {
                "The rows were counted as they passed, and the columns of all rows only: of a part of them they cannot be compared."
            }
            (true, false) if streamed => {
                "The rows were counted as they passed, by larger windows than these: columns can be compared where the baseline and the period end with them."
            }
            (true, false) => "The columns could not be compared with the baseline.",
            (false, _) => "There is no baseline to compare the columns with, or no row outside it.",
        }
    };
    view! {
        <Show
            when=move || rows.with(Option::is_some) || awaits()
            fallback=move || view! { {move || view! { <Empty text=nothing()/> }} }
        >
            <div class="card" data-testid="drift" aria-busy=move || rows.with(Option::is_none).to_string()>
                <h3>"Columns against the baseline"</h3>
                <p class="remark about">{about}</p>
                <ul class="chart-legend">
                    <li><i class="chart-chip" style:background="var(--line-3)"></i>"baseline"</li>
                    <li><i class="chart-chip" style:background="var(--cat-1)"></i>"now"</li>
                </ul>
                <div class="scroll-x" role="region" aria-label="Columns against the baseline" tabindex="0">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"Column"</th>
                                <th scope="col">"Role"</th>
                                <th scope="col">"Baseline and now"</th>
                                <th scope="col" title=BY_WINDOW>"Distance by window"</th>
                                <th scope="col" class="right" title=PSI>"PSI"</th>
                                <th scope="col" class="right" title=JS>"JS"</th>
                                <th scope="col" class="right" title=KS>"KS"</th>
                                <th scope="col" class="right" title=W>"Wasserstein"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || match rows.with(Option::is_some) {
                                true => shown().into_iter().map(|(c, w)| view! { <Row column=c windows=w/> }).collect_view().into_any(),
                                false => to_come.get().into_iter().map(|c| view! { <Place of=c/> }).collect_view().into_any(),
                            }}
                        </tbody>
                    </table>
                </div>
                <More shown=most of=Signal::derive(move || columns.with(Vec::len))/>
            </div>
        </Show>
    }
}

/// The names and roles of the columns that are going to be compared, as far as they are known before.
fn to_come(report: &Report) -> Vec<(String, String)> {
    let compared = [
        "feature",
        "segment",
        "score",
        "class_score",
        "quantile",
        "prediction",
        "outcome",
    ];
    let has = |role: &str| report.quality.iter().any(|c| c.role == role);
    // From a file of its own, the outcome has no column among the predictions.
    let outcome = !has("outcome") && report.rows.outcomes > 0;
    let columns = report.quality.iter();
    let columns = columns.filter(|c| compared.contains(&c.role.as_str()));
    let names = columns.map(|c| (c.column.clone(), c.role.clone()));
    let outcome = outcome.then(|| ("outcome".to_owned(), "outcome".to_owned()));
    let mut all: Vec<_> = names.chain(outcome).collect();
    all.truncate(ROWS);
    all
}

/// The row of a column that is being compared.
#[component]
fn Place(of: (String, String)) -> impl IntoView {
    let (name, role) = of;
    view! {
        <tr>
            <td><code>{name}</code></td>
            <td class="quiet">{role.replace('_', " ")}</td>
            <td class="spark-cell"><span class="chart-spark waits"></span></td>
            <td class="spark-cell"><span class="chart-spark waits"></span></td>
            <td colspan="4"></td>
        </tr>
    }
}

const BY_WINDOW: &str = "Jensen–Shannon distance of each window from the baseline, over its deciles or over words; the \
     baseline's own windows tell how far chance alone goes";
const PSI: &str =
    "Population stability index over the baseline's deciles, or over words; 0 and more";
const JS: &str = "Jensen–Shannon distance over the same bins, to base 2; 0 to 1";
const KS: &str = "Kolmogorov–Smirnov statistic of numbers; 0 to 1";
const W: &str = "Wasserstein distance: how far numbers moved in the mean, in their own unit";

#[component]
fn Row(column: ColumnDrift, windows: Option<DriftByWindow>) -> impl IntoView {
    let number = |x: Option<f64>| x.map_or_else(|| format::NOTHING.into(), |x| format::fixed(x, 3));
    let near = |text: String, bound: Option<f64>| match bound.filter(|b| *b > 0.0) {
        Some(bound) => (
            format!("≈ {text}"),
            format!("within {} of the exact one", format::number(bound)),
        ),
        None => (text, String::new()),
    };
    let ks = near(
        number(column.kolmogorov_smirnov),
        column.kolmogorov_smirnov_bound,
    );
    let moved = column
        .wasserstein
        .map_or_else(|| format::NOTHING.into(), format::number);
    let moved = near(moved, column.wasserstein_bound);
    let picture = match column.undefined.clone() {
        Some(why) => view! { <span class="quiet">{why}</span> }.into_any(),
        None => view! { <ShiftChart column=column.clone()/> }.into_any(),
    };
    view! {
        <tr>
            <td><code>{column.column}</code></td>
            <td class="quiet">{column.role.replace('_', " ")}</td>
            <td class="spark-cell">{picture}</td>
            <td class="spark-cell">
                {windows
                    .filter(|w| w.jensen_shannon.iter().any(Option::is_some))
                    .map(|w| view! { <ValuesSparkline values=w.jensen_shannon/> })}
            </td>
            <td class="num right">{number(column.psi)}</td>
            <td class="num right">{number(column.jensen_shannon)}</td>
            <td class="num right" title=ks.1>{ks.0}</td>
            <td class="num right" title=moved.1>{moved.0}</td>
        </tr>
    }
}
