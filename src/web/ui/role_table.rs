//! The columns of a file: their first values, their role, how sure it is and why.

use super::columns::change;
use super::format;
use super::state::app;
use crate::log::Role;
use crate::read::ColumnSniff;
use leptos::prelude::*;

/// A role as a menu shows it.
fn text(role: Role) -> &'static str {
    match role {
        Role::Id => "Id",
        Role::Time => "Time of prediction",
        Role::Prediction => "Prediction",
        Role::Score => "Score",
        Role::ClassScore => "Score of a class",
        Role::Outcome => "Outcome",
        Role::OutcomeTime => "Time of outcome",
        Role::ModelVersion => "Model version",
        Role::Segment => "Segment",
        Role::Feature => "Feature",
        Role::Latency => "Latency",
        Role::Status => "Status",
        Role::Bytes => "Bytes sent",
        Role::Cpu => "CPU",
        Role::Memory => "Memory",
        Role::Ignore => "Not used",
    }
}

/// The table of a file's columns.
#[component]
pub fn RoleTable(index: usize, columns: Vec<ColumnSniff>) -> impl IntoView {
    view! {
        <div class="scroll-both">
            <table class="table roles">
                <thead>
                    <tr>
                        <th scope="col">"Column"</th>
                        <th scope="col">"First values"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Why"</th>
                    </tr>
                </thead>
                <tbody>
                    {columns
                        .into_iter()
                        .enumerate()
                        .map(|(at, column)| view! { <Row index at column/> })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

#[component]
fn Row(index: usize, at: usize, column: ColumnSniff) -> impl IntoView {
    let app = app();
    let guess = Memo::new(move |_| {
        app.inputs
            .with(|inputs| inputs.get(index).and_then(|i| i.roles.get(at)).cloned())
    });
    let role = move || guess.with(|g| g.as_ref().map_or(Role::Ignore, |g| g.role));
    let sure = move || guess.with(|g| g.as_ref().map_or(0.0, |g| g.confidence.clamp(0.0, 1.0)));
    let why = move || guess.with(|g| g.as_ref().map(|g| g.because.clone()).unwrap_or_default());
    let now = untrack(role);
    let name = column.name.clone();
    let column_name = name.clone();
    let choose = move |ev| {
        let word = event_target_value(&ev);
        if let Some(role) = Role::ALL.into_iter().find(|r| r.name() == word) {
            // The name is of this very file, so it is there.
            change(app, index, |input| drop(input.give(role, &column_name)));
        }
    };
    view! {
        <tr class:unused=move || role() == Role::Ignore>
            <td><code>{column.name}</code></td>
            <td class="samples"><code>{column.samples.into_iter().take(3).collect::<Vec<_>>().join("  ·  ")}</code></td>
            <td>
                <select
                    data-testid=format!("role-{index}-{name}")
                    aria-label=format!("Role of {name}")
                    prop:value=move || role().name()
                    on:change=choose
                >
                    {Role::ALL
                        .map(|r| view! { <option value=r.name() selected=r == now>{text(r)}</option> })
                        .collect_view()}
                </select>
            </td>
            <td class="why">
                <span
                    class="meter"
                    role="img"
                    aria-label=move || format!("{} sure", format::percent(sure()))
                    title=move || format!("{} sure", format::percent(sure()))
                >
                    <i style:width=move || format!("{:.0}%", sure() * 100.0)></i>
                </span>
                <span class="quiet">{why}</span>
            </td>
        </tr>
    }
}
