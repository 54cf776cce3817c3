//! The files and what their columns mean: found by the program, corrected by the reader.

use super::actions;
use super::complete::missing;
use super::dialect::Correct;
use super::format;
use super::icons;
use super::role_table::RoleTable;
use super::state::{App, app};
use super::widgets::{Choice, Menu};
use crate::engine::Mode;
use crate::engine::message::Input;
use crate::engine::{give_meaning, tie};
use crate::log::{FileKind, Meant};
use crate::web::client::streams;
use crate::web::store;
use leptos::prelude::*;

const KINDS: [(FileKind, &str, &str); 3] = [
    (FileKind::Predictions, "predictions", "Predictions"),
    (FileKind::Outcomes, "outcomes", "Outcomes"),
    (FileKind::Reference, "reference", "Reference"),
];

const MODES: [(Mode, &str, &str); 3] = [
    (Mode::Auto, "auto", ""),
    (Mode::Kept, "kept", "Always in memory: exact"),
    (Mode::Streamed, "streamed", "Always as they pass: ≈"),
];

/// The panel of files and columns.
#[component]
pub fn Columns() -> impl IntoView {
    let app = app();
    let lacking = Memo::new(move |_| app.inputs.with(|inputs| missing(inputs)));
    let ready = app.ready();
    let files = move || app.inputs.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <section class="panel" aria-labelledby="columns-title" data-testid="columns-panel">
            <header class="panel-head">
                <div>
                    <h2 id="columns-title">"Files and columns"</h2>
                    <p>
                        "Roles were found from names and values. Correct what is wrong; it is remembered for files of the same shape. Several columns that are ids join the files together, as store and date do."
                    </p>
                </div>
                <Show when=move || !ready.get() && lacking.with(Option::is_none)>
                    <button class="button primary" data-testid="read" on:click=move |_| actions::read(app)>
                        "Read these files"
                    </button>
                </Show>
                <Rows/>
                <button class="button quiet" data-testid="start-over" on:click=move |_| actions::clear(app)>
                    "Start over"
                </button>
                <Show when=move || ready.get()>
                    <button
                        class="button quiet"
                        aria-label="Close files and columns"
                        on:click=move |_| app.panel.set(false)
                    >
                        {icons::close()}
                    </button>
                </Show>
            </header>
            {move || {
                lacking
                    .get()
                    .map(|text| {
                        view! {
                            <div class="lacking" data-testid="missing">
                                <p>{text}</p>
                                <button class="button" data-testid="read-anyway" on:click=move |_| actions::read(app)>
                                    "Go on with what there is"
                                </button>
                            </div>
                        }
                    })
            }}
            <For
                each=files
                key=|(index, input)| (*index, input.name.clone(), input.bytes)
                let((index, input))
            >
                <File index input/>
            </For>
            <Served/>
        </section>
    }
}

/// Files of a service: they have no columns to correct.
#[component]
fn Served() -> impl IntoView {
    let app = app();
    view! {
        <For each=move || app.served.get() key=|s| (s.name.clone(), s.rows) let(says)>
            {
                let name = says.name.clone();
                let lost = match says.rejected {
                    0 => String::new(),
                    n => format!(", {} lines could not be read", format::count(n)),
                };
                view! {
                    <div class="file card" data-testid="served">
                        <header class="file-head">
                            <h3>{says.name}</h3>
                            <span class="quiet">
                                {format!("Service: {}, {} samples{lost}", says.format, format::count(says.rows))}
                            </span>
                            <span class="spacer"></span>
                            <button
                                class="button quiet"
                                aria-label=format!("Remove {name}")
                                on:click=move |_| actions::remove_served(app, &name)
                            >
                                {icons::close()}
                            </button>
                        </header>
                    </div>
                }
            }
        </For>
    }
}

/// Whether rows are kept, and why.
#[component]
fn Rows() -> impl IntoView {
    let app = app();
    let choices = Signal::derive(move || {
        let suits = app.inputs.with(|inputs| streams(Mode::Auto, inputs));
        let auto = if suits {
            "As they pass (large files)"
        } else {
            "In memory (they fit)"
        };
        let word = |(mode, word, text): &(Mode, &'static str, &'static str)| {
            Choice::new(*word, if *mode == Mode::Auto { auto } else { *text })
        };
        MODES.iter().map(word).collect()
    });
    let chosen = Signal::derive(move || {
        let mode = MODES.iter().find(|(mode, ..)| *mode == app.mode.get());
        mode.map_or(String::new(), |(_, word, _)| (*word).to_string())
    });
    let choose = move |word: String| {
        let Some((mode, ..)) = MODES.iter().find(|(_, w, _)| *w == word) else {
            return;
        };
        app.mode.set(*mode);
        if app
            .inputs
            .with_untracked(|inputs| missing(inputs))
            .is_none()
        {
            actions::read(app);
        }
    };
    view! { <Menu label="Count rows" testid="rows-mode" choices chosen on_choose=choose/> }
}

#[component]
fn File(index: usize, input: Input) -> impl IntoView {
    let app = app();
    let kind = Signal::derive(move || {
        let kind = app.inputs.with(|inputs| inputs.get(index).map(|i| i.kind));
        let word = KINDS.iter().find(|(k, ..)| Some(*k) == kind);
        word.map_or(String::new(), |(_, word, _)| (*word).to_string())
    });
    let choices: Vec<Choice> = KINDS
        .iter()
        .map(|(_, word, text)| Choice::new(*word, *text))
        .collect();
    let choose = move |word: String| {
        let Some((kind, ..)) = KINDS.iter().find(|(_, w, _)| *w == word) else {
            return;
        };
        change(app, index, |input| input.kind = *kind);
    };
    let remove_label = format!("Remove {}", input.name);
    // What a correction changes, while the menu that it was made in stays.
    let description = Memo::new(move |_| {
        let words = |inputs: &Vec<Input>| Some(inputs.get(index)?.sniff.description.clone());
        app.inputs.with(words).unwrap_or_default()
    });
    let fix = Memo::new(move |_| app.inputs.with(|i| i.get(index).map(|input| input.fix)));
    let columns = move || {
        let columns = |inputs: &Vec<Input>| Some(inputs.get(index)?.sniff.columns.clone());
        app.inputs.with_untracked(columns).unwrap_or_default()
    };
    view! {
        <div class="file card" data-testid=format!("file-{index}")>
            <header class="file-head">
                <h3 title=input.name.clone()>{input.name.clone()}</h3>
                <span class="quiet num">{format::bytes(input.bytes)}</span>
                <span class="quiet" data-testid=format!("dialect-{index}")>{description}</span>
                <span class="spacer"></span>
                <Menu
                    label="Gives"
                    testid=format!("kind-{index}")
                    choices=Signal::stored(choices)
                    chosen=kind
                    on_choose=choose
                />
                <button
                    class="button quiet"
                    aria-label=remove_label
                    on:click=move |_| actions::remove(app, index)
                >
                    {icons::close()}
                </button>
            </header>
            {input.is_delimited().then(|| view! { <Correct index/> })}
            // Under another fix it is another table, none of whose rows is an old one.
            <For each=move || fix.get() key=|fix| *fix let(_fix)>
                <RoleTable index columns=columns()/>
            </For>
        </div>
    }
}

/// Changes a file as the reader wishes, remembers it, and reads again.
pub fn change(app: App, index: usize, how: impl FnOnce(&mut Input)) {
    app.inputs.update(|inputs| {
        if let Some(input) = inputs.get_mut(index) {
            how(input);
            store::remember(input);
        }
        tie(inputs);
    });
    again(app);
}

/// Says what outcomes are, or that this is to be found out, and reads the files again.
pub fn say_meaning(app: App, meant: Option<&Meant>) {
    app.inputs.update(|inputs| {
        give_meaning(inputs, meant);
        inputs.iter().for_each(store::remember);
    });
    again(app);
}

/// Reads the files again, unless something is missing.
fn again(app: App) {
    if app
        .inputs
        .with_untracked(|inputs| missing(inputs))
        .is_none()
    {
        actions::read(app);
    }
}
