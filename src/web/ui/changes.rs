//! What changed in the marked period, beside the charts that it is marked on.

use super::format;
use super::state::app;
use super::timeline::Brushed;
use crate::chart::format::p_value;
use crate::report::{AlertKind, Change, Changes};
use crate::table::time::Time;
use leptos::prelude::*;

/// Rows that are shown at first; those that surely changed are shown anyway.
const ROWS: usize = 12;
/// Incidents that are offered to be marked.
const INCIDENTS: usize = 3;

/// What changed in the marked period.
#[component]
pub fn ChangesCard() -> impl IntoView {
    let app = app();
    let changes = Memo::new(move |_| {
        let (from, to) = app.brush.get()?;
        app.made.with(|made| {
            let made = made.as_ref()?;
            made.report
                .changes(made.summary.machine.as_deref(), from, to)
        })
    });
    view! {
        <div class="card changes" role="region" data-testid="changes" aria-labelledby="changes-title">
            <h3 id="changes-title">"What changed"</h3>
            <Show when=move || app.brush.with(Option::is_none)>
                <p class="remark">
                    "Drag over the charts to mark a period, or hold Shift and press the arrow keys on one. Every series is then compared with the four times longer time before, and with the same hours of earlier weeks."
                </p>
                <Incidents/>
            </Show>
            <Brushed/>
            {move || {
                let marked = app.brush.with(Option::is_some);
                match changes.get() {
                    Some(changes) => view! { <Ranked changes/> }.into_any(),
                    None if marked => {
                        view! {
                            <p class="remark" data-testid="changes-none">
                                "Nothing can be compared: no series has a value both in this period and before it. Mark a later or a longer one."
                            </p>
                        }
                            .into_any()
                    }
                    None => ().into_any(),
                }
            }}
        </div>
    }
}

/// Incidents whose time can be marked.
#[component]
fn Incidents() -> impl IntoView {
    let app = app();
    let incidents = app.part(|r| {
        let last = r.windows.last().map(|w| w.end);
        let end = |until: Option<Time>| until.or(last);
        let all = r.alerts.iter().filter_map(|a| {
            let to = end(a.until)?;
            // What a column does is known later, and would move what stands below.
            (a.since < to && r.timed && a.kind != AlertKind::Column)
                .then(|| (a.sentence.clone(), a.since, to))
        });
        all.take(INCIDENTS).collect::<Vec<_>>()
    });
    let one = move |(sentence, from, to): (String, Time, Time)| {
        view! {
            <li>
                <button class="button" data-testid="mark-incident" on:click=move |_| app.brush.set(Some((from, to)))>
                    "Mark"
                </button>
                <span>{sentence}"."</span>
            </li>
        }
    };
    view! {
        <ul class="changes-incidents">{move || incidents.get().into_iter().map(one).collect_view()}</ul>
    }
}

/// The series, most changed first.
#[component]
fn Ranked(changes: Changes) -> impl IntoView {
    let all = RwSignal::new(false);
    let count = changes.rows.len();
    let first = changes.rows.iter().filter(|c| c.sure).count().max(ROWS);
    let rows = StoredValue::new(changes.rows);
    let shown = move || {
        let n = if all.get() { count } else { first };
        rows.with_value(|rows| rows.iter().take(n).map(row).collect_view())
    };
    view! {
        <p aria-live="polite" data-testid="changes-said">{changes.sentence}</p>
        <div class="scroll-x" role="region" aria-label="Series, most changed first" tabindex="0">
            <table class="table changes-table">
                <thead>
                    <tr>
                        <th scope="col">"Series"</th>
                        <th scope="col" class="right" title="The difference of the means, in the series’ own unit; below it the 95 % interval of the shift">
                            "Change"
                        </th>
                        <th
                            scope="col"
                            class="right"
                            title="In standard deviations of the values before; below it the p-value, corrected over all comparisons"
                        >
                            "SD"
                        </th>
                    </tr>
                </thead>
                <tbody>{shown}</tbody>
            </table>
        </div>
        <Show when=move || { !all.get() && count > first }>
            <button class="button quiet more" on:click=move |_| all.set(true)>
                {format!("Show all {count}")}
            </button>
        </Show>
        <ul class="notes">{changes.notes.into_iter().map(|n| view! { <li>{n}</li> }).collect_view()}</ul>
        <details class="changes-method">
            <summary>"How this is compared"</summary>
            <p>{changes.method}</p>
        </details>
    }
}

fn row(change: &Change) -> impl IntoView + use<> {
    let class = match (change.sure, change.worse) {
        (true, Some(true)) => "sure worse",
        (true, _) => "sure",
        (false, _) => "unsure",
    };
    // Fewer weeks than are tested say little.
    let weeks = change.weeks.as_ref().filter(|w| w.p_single.is_some());
    let weeks = weeks.map(|w| {
        let weeks = format::plural(w.weeks as u64, "earlier week", "earlier weeks");
        let told = |x| change.unit.told(x);
        match (change.usual(), w.p_value) {
            (true, _) => format!(
                "As usual at these hours: {} to {} in {weeks}",
                told(w.least),
                told(w.most)
            ),
            (false, Some(p)) => {
                format!("Same hours of {weeks}: {}, p {}", told(w.mean), p_value(p))
            }
            (false, None) => format!("Same hours of {weeks}: {}", told(w.mean)),
        }
    });
    let size = change.standardised.map_or_else(
        || "–".to_owned(),
        |s| format!("{}{}", if s > 0.0 { "+" } else { "" }, format::fixed(s, 1)),
    );
    // Of a shift inside the period the test of its beginning tells nothing.
    let interval = change
        .shift
        .filter(|_| change.inside.is_none())
        .map(|shift| {
            let told = |x| change.unit.told_change(x);
            let ends = format!("{} to {}", told(shift.low), told(shift.high));
            // The test looks most at the border where neighbouring values hang together.
            match (shift.low..=shift.high).contains(&change.change) {
                true => ends,
                false => format!("a shift at its beginning: {ends}"),
            }
        });
    let p = match (change.inside, change.p_value) {
        (Some(inside), _) => format!("p {}", p_value(inside.p_value)),
        (None, Some(p)) => format!("p {}", p_value(p)),
        (None, None) => "few values".to_owned(),
    };
    let inside = change.inside.map(|inside| {
        let told = |x| change.unit.told(x);
        format!(
            "Shifts inside the period, from {} on: {} → {}",
            format::instant(true, inside.at),
            told(inside.before),
            told(inside.now)
        )
    });
    view! {
        <tr class=class data-testid="change">
            <th scope="row">
                <span class="changes-name">{change.title.clone()}</span>
                <span class="changes-values">
                    <span class="num">{change.unit.told(change.before)}" → "{change.unit.told(change.now)}</span>
                    " "
                    <span class="changes-about">{change.about.word()}</span>
                </span>
                {inside.map(|i| view! { <span class="changes-values" data-testid="change-inside">{i}</span> })}
                {weeks.map(|w| view! { <span class="changes-values">{w}</span> })}
            </th>
            <td class="right num">
                {change.unit.told_change(change.change)}
                {interval.map(|i| view! { <span class="changes-values" data-testid="change-interval">{i}</span> })}
            </td>
            <td class="right num">
                {size}
                <span class="changes-values">{p}</span>
            </td>
        </tr>
    }
}
