//! What Evidently or NannyML would say of the same rows, beside what the report says.

use super::state::app;
use super::widgets::{Empty, More, ROWS};
use crate::report::beside::{Beside, beside};
use crate::report::view::Tool;
use leptos::prelude::*;

/// The choices, and what they are called.
const TOOLS: [(Option<Tool>, &str); 3] = [
    (None, "None"),
    (Some(Tool::Evidently), "Evidently"),
    (Some(Tool::Nannyml), "NannyML"),
];

/// The comparison of tools.
#[component]
pub fn OtherTools() -> impl IntoView {
    let app = app();
    let rows = app.part(beside);
    let chosen = Memo::new(move |_| app.view.with(|v| v.compat));
    let name = move || {
        let named = TOOLS.iter().find(|(tool, _)| *tool == chosen.get());
        named.map_or("", |(_, name)| *name)
    };
    let most = RwSignal::new(ROWS);
    let shown = move || rows.with(|r| r.iter().take(most.get()).cloned().collect::<Vec<_>>());
    let asked = move || {
        let made = app.made.get();
        made.is_some_and(|made| made.missing.compat.is_some())
    };
    let streamed = move || app.report.with(|r| r.as_ref().is_some_and(|r| r.streamed));
    let nothing = move || match (app.saved, streamed()) {
        (true, _) => "This saved report holds no answer of that tool.",
        (_, true) => {
            "The rows were counted as they passed; the other tool's numbers need them kept."
        }
        _ if asked() => "The other tool's numbers are being computed.",
        _ => "It needs a baseline, and rows outside it.",
    };
    let verdict = |who: &'static str, alarms: Option<bool>| {
        let (class, text) = match alarms {
            Some(true) => ("alarmed", "changed"),
            Some(false) => ("quiet", "no change"),
            None => ("quiet", "not known"),
        };
        view! { <td class=class data-label=who>{text}</td> }
    };
    let row = move |row: Beside| {
        let why = (!row.because.is_empty()).then_some("Because");
        view! {
            <tr>
                <td><code>{row.column}</code></td>
                {verdict(name(), row.known.then_some(row.theirs))}
                <td class="why">{row.says}</td>
                {verdict("This report", Some(row.ours))}
                <td class="why" data-label=why>{row.because}</td>
            </tr>
        }
    };
    view! {
        <div class="card" data-testid="other-tools">
            <div class="card-head wraps">
                <h3>"Beside other tools"</h3>
                <div class="segmented" role="group" aria-label="Other tool">
                    {TOOLS
                        .map(|(tool, name)| {
                            view! {
                                <button
                                    type="button"
                                    aria-pressed=move || (chosen.get() == tool).to_string()
                                    on:click=move |_| app.choose(|v| v.compat = tool)
                                >
                                    {name}
                                </button>
                            }
                        })
                        .collect_view()}
                </div>
            </div>
            <p class="quiet">
                "The numbers, limits and alarms that the other tool would give for these rows, and why this report may say otherwise."
            </p>
            <Show when=move || chosen.get().is_some()>
                <Show
                    when=move || rows.with(|r| !r.is_empty())
                    fallback=move || view! { {move || view! { <Empty text=nothing()/> }} }
                >
                    <div class="scroll-x" role="region" aria-label="Other tool beside this report" tabindex="0">
                        <table class="table stacks">
                            <thead>
                                <tr>
                                    <th scope="col">"Column or metric"</th>
                                    <th scope="col" colspan="2">{move || format!("{} says", name())}</th>
                                    <th scope="col">"This report"</th>
                                    <th scope="col">"Because"</th>
                                </tr>
                            </thead>
                            <tbody>{move || shown().into_iter().map(row).collect_view()}</tbody>
                        </table>
                    </div>
                    <More shown=most of=Signal::derive(move || rows.with(Vec::len))/>
                </Show>
            </Show>
        </div>
    }
}
