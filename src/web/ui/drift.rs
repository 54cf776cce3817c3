//! What changed in the data itself: distributions, missing cells, ranges, rows that could not be read or joined.

use super::beside::OtherTools;
use super::checks::ChecksTable;
use super::drift_table::DriftTable;
use super::examined::EveryTest;
use super::format;
use super::quality_rows::{JoinFacts, RejectedTable};
use super::state::app;
use super::widgets::{Empty, More, ROWS, Section};
use crate::report::ColumnQuality;
use crate::web::chart_view::ValuesSparkline;
use leptos::prelude::*;

/// The section of drift and data quality.
#[component]
pub fn Drift() -> impl IntoView {
    let app = app();
    // Where missing cells changed most comes first; others stay in the order of their file.
    let columns = app.part(|r| {
        let mut columns = r.quality.clone();
        columns.sort_by(|a, b| gap(b).total_cmp(&gap(a)));
        columns
    });
    let service = app.serves_only();
    let most = RwSignal::new(ROWS);
    let shown = move || columns.with(|c| c.iter().take(most.get()).cloned().collect::<Vec<_>>());
    view! {
        <Section
            id="quality"
            title="Drift and data quality"
            about="What the data lack beside the baseline, and since when; how far each column is from it; missing cells and the range of each column; and what was lost on the way."
        >
            <ChecksTable/>
            <DriftTable/>
            <EveryTest/>
            <OtherTools/>
            <Show
                when=move || columns.with(|c| !c.is_empty())
                fallback=|| view! { <Empty text="No column was read beside the ids."/> }
            >
                <div class="card" data-testid="quality">
                    <h3>"Missing cells and ranges"</h3>
                    <div class="scroll-x" role="region" aria-label="Columns" tabindex="0">
                        <table class="table">
                            <thead>
                                <tr>
                                    <th scope="col">"Column"</th>
                                    <th scope="col">"Role"</th>
                                    <th scope="col" class="right">"Missing now"</th>
                                    <th scope="col" class="right">"Baseline"</th>
                                    <th scope="col">"Missing over time"</th>
                                    <th scope="col" class="right">"Mean"</th>
                                    <th scope="col" class="right">"Smallest"</th>
                                    <th scope="col" class="right">"Largest"</th>
                                </tr>
                            </thead>
                            <tbody>
                                {move || shown().into_iter().map(|c| view! { <Row column=c/> }).collect_view()}
                            </tbody>
                        </table>
                    </div>
                    <More shown=most of=Signal::derive(move || columns.with(Vec::len))/>
                </div>
            </Show>
            <Show when=move || !service.get()>
                <JoinFacts/>
            </Show>
            <RejectedTable/>
        </Section>
    }
}

/// By how much the share of missing cells changed; where there is no baseline, that share itself.
fn gap(column: &ColumnQuality) -> f64 {
    let was = column.baseline_missing.unwrap_or(0.0);
    column.missing.value.map_or(0.0, |now| (now - was).abs())
}

#[component]
fn Row(column: ColumnQuality) -> impl IntoView {
    let number = |x: Option<f64>| x.map_or_else(|| format::NOTHING.into(), format::number);
    let share = |x: Option<f64>| x.map_or_else(|| format::NOTHING.into(), format::percent);
    // Only a cell that is missing somewhere has a course worth a line.
    let course = column.missing_by_window.iter().flatten().any(|&x| x > 0.0);
    view! {
        <tr>
            <td><code>{column.column}</code></td>
            <td class="quiet">{column.role.replace('_', " ")}</td>
            <td class="num right">{share(column.missing.value)}</td>
            <td class="num right">{share(column.baseline_missing)}</td>
            <td class="spark-cell">
                {if course {
                    view! { <ValuesSparkline values=column.missing_by_window/> }.into_any()
                } else {
                    view! { <span class="quiet">"none"</span> }.into_any()
                }}
            </td>
            <td class="num right">{number(column.mean)}</td>
            <td class="num right">{number(column.min)}</td>
            <td class="num right">{number(column.max)}</td>
        </tr>
    }
}
