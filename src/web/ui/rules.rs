//! Rules of the reader's own: opened from a file or suggested, judged beside what Plumbline judges by
//! itself, changed as text, and saved as the file that the command line enforces.

use super::actions::fail;
use super::expectations;
use super::files::FileInput;
use super::icons;
use super::prose::together;
use super::rail::go_to;
use super::state::{App, app};
use super::widgets::{JudgedText, Section};
use crate::check::{self, Outcome, Rules, Verdict};
use crate::engine::message::Input;
use crate::log::{Meant, Role};
use crate::read::ReadError;
use crate::report::expect;
use crate::report::view::View;
use crate::settings::Fault;
use crate::web::files::Given;
use crate::web::save;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsValue;

pub const TOML: &str = "rules.toml";
const JSON: &str = "plumbline-verdicts.json";

/// Whether a file is one of rules or expectations, by its name: no table is called so.
pub fn is_toml(file: &Given) -> bool {
    file.name.to_lowercase().ends_with(".toml")
}

/// Reads a file of rules, and looks at the data as it says; or one of expectations.
pub async fn open(app: App, file: &Given) {
    let blob = gloo::file::Blob::from(web_sys::Blob::from(file.file.clone()));
    let text = gloo::file::futures::read_as_text(&blob).await;
    let read = match text {
        Ok(text) if expect::is_expectations(&text) => {
            return match expectations::read(&file.name, &text) {
                Ok(expected) => app.expected.set(Some(Arc::new(expected))),
                Err(why) => fail(app, of_file(&file.name, why)),
            };
        }
        Ok(text) => check::read(&text).map_err(|why| of_file(&file.name, why)),
        Err(why) => Err(ReadError {
            file: file.name.clone(),
            line: None,
            found: format!("it cannot be read: {why}"),
            mend: "Save it as text in UTF-8, and give it again".into(),
        }),
    };
    match read {
        Ok(rules) => take(app, rules),
        Err(why) => fail(app, why),
    }
}

fn of_file(name: &str, why: Fault) -> ReadError {
    ReadError {
        file: name.into(),
        line: Some(why.at.line),
        found: format!("column {}: {}", why.at.column, why.found),
        mend: why.mend,
    }
}

/// Puts rules in force, with their view.
fn take(app: App, rules: Rules) {
    let view = with_tests(app, &rules.view);
    if app.view.with_untracked(|now| *now != view) {
        app.view.set(view);
    }
    app.rules.set(Some(Arc::new(rules)));
}

/// The view of rules, with what their file does not tell.
fn with_tests(app: App, view: &View) -> View {
    app.view.with_untracked(|now| View {
        all_tests: now.all_tests || view.all_tests,
        tests: match view.tests.is_none() {
            true => now.tests.clone(),
            false => view.tests.clone(),
        },
        service: now.service,
        ..view.clone()
    })
}

/// Rules with the View and the roles in force, as they are saved.
pub fn in_force(app: App) -> Option<Rules> {
    let rules = app.rules.get_untracked()?;
    let view = app
        .report
        .with_untracked(|r| r.as_ref().map(|r| r.view.clone()));
    let mut roles = rules.roles.clone();
    for role in app.inputs.with_untracked(|inputs| given(inputs)) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Some(Rules {
        view: view.unwrap_or_else(|| rules.view.clone()),
        roles,
        meant: meant(app).or_else(|| rules.meant.clone()),
        rules: rules.rules.clone(),
    })
}

/// What the reader says of the outcomes.
fn meant(app: App) -> Option<Meant> {
    app.inputs.with_untracked(|inputs| {
        let guesses = inputs.iter().flat_map(|i| &i.roles);
        guesses.into_iter().find_map(|g| g.meant.clone())
    })
}

/// The roles that the reader gave to columns.
fn given(inputs: &[Input]) -> Vec<(Role, String)> {
    let columns = inputs
        .iter()
        .flat_map(|i| i.sniff.columns.iter().zip(&i.roles));
    let given = columns.filter(|(_, guess)| guess.is_given());
    given
        .map(|(column, guess)| (guess.role, column.name.clone()))
        .collect()
}

fn suggest(app: App) {
    let Some(report) = app.report.get_untracked() else {
        return;
    };
    let roles = app.inputs.with_untracked(|inputs| given(inputs));
    let rules = check::suggest(&report, roles, meant(app));
    if rules.rules.is_empty() {
        return fail(
            app,
            ReadError {
                file: "Rules".into(),
                line: None,
                found: "there is no baseline that they could be made from".into(),
                mend: "Choose one above, or give files of a longer time".into(),
            },
        );
    }
    take(app, rules);
}

pub fn download(app: App, name: &str, mime: &str, text: &str) {
    let saved =
        save::blob(mime, &JsValue::from_str(text)).and_then(|blob| save::download(name, &blob));
    if let Err(why) = saved {
        fail(app, why);
    }
}

fn class(outcome: Outcome, silenced: bool) -> &'static str {
    match outcome {
        Outcome::Pass if silenced => "neutral",
        Outcome::Pass => "good",
        Outcome::NotEvaluated => "neutral",
        Outcome::Warn => "warn",
        Outcome::Fail => "bad",
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict.outcome {
        Outcome::Pass if verdict.is_silenced() => "Silenced",
        Outcome::Pass => "Passes",
        Outcome::NotEvaluated => "Not judged",
        Outcome::Warn => "Warns",
        Outcome::Fail => "Fails",
    }
}

/// Beside the health sentence: how the rules stand.
#[component]
pub fn RulesLine() -> impl IntoView {
    let app = app();
    let line = Memo::new(move |_| {
        let judged = |(v, _): &(Arc<check::Verdicts>, bool)| (check::headline(v), v.outcome);
        let judged = app.verdicts.with(|v| v.as_ref().map(judged));
        // Its place is there before the verdicts are.
        let begun = || ("Rules are being judged".to_owned(), Outcome::NotEvaluated);
        app.rules
            .with(|rules| rules.as_ref().map(|_| judged.unwrap_or_else(begun)))
    });
    move || {
        line.get().map(|(line, outcome)| {
            view! {
                <p class=format!("rules-line {}", class(outcome, false))>
                    <i class="dot" aria-hidden="true"></i>
                    <button class="link" on:click=|_| go_to("rules")>{line}</button>
                </p>
            }
        })
    }
}

/// The section of rules.
#[component]
pub fn RulesPart() -> impl IntoView {
    let app = app();
    let has = Memo::new(move |_| app.rules.with(Option::is_some));
    let save_rules = move |_| {
        if let Some(rules) = in_force(app) {
            download(app, TOML, "application/toml", &check::write(&rules));
        }
    };
    let save_verdicts = move |_| {
        let verdicts = app.verdicts.get_untracked();
        if let Some(Ok(text)) = verdicts.map(|(v, _)| v.to_json()) {
            download(app, JSON, "application/json", &text);
        }
    };
    view! {
        <Section
            id="rules"
            title="Rules"
            about="Limits that you set, beside what Plumbline judges by itself. They are kept in a file, which the command line enforces in a pipeline."
        >
            <div class="card share">
                <p class="share-actions">
                    <FileInput testid="open-rules" class="button" label="Open rules"/>
                    <button class="button" data-testid="suggest-rules" on:click=move |_| suggest(app)>
                        "Suggest rules"
                    </button>
                    <Show when=move || has.get()>
                        <button class="button primary" data-testid="save-rules" on:click=save_rules>
                            {icons::save()}
                            "Save rules"
                        </button>
                        <button class="button" data-testid="save-verdicts" on:click=save_verdicts>
                            {icons::save()}
                            "Save verdicts (JSON)"
                        </button>
                        <button class="button quiet" data-testid="forget-rules" on:click=move |_| app.rules.set(None)>
                            "Forget rules"
                        </button>
                    </Show>
                </p>
                <Show
                    when=move || has.get()
                    fallback=|| view! {
                        <p class="notes">
                            "Open a rules.toml, or begin with rules that are made from the baseline. What you save, a pipeline enforces: plumbline check rules.toml FILES…"
                        </p>
                    }
                >
                    <Verdicts/>
                    <Editor/>
                </Show>
            </div>
        </Section>
    }
}

/// A line a rule.
#[component]
fn Verdicts() -> impl IntoView {
    let app = app();
    let complete = move || {
        app.verdicts
            .with(|v| v.as_ref().is_some_and(|(_, complete)| *complete))
    };
    let one = |v: &Verdict| {
        view! {
            <li class=class(v.outcome, v.is_silenced())>
                <i class="dot" aria-hidden="true"></i>
                <div>
                    <p>
                        <b>{word(v)}</b>
                        {format!(" {} ({})", v.name, v.rule.allows())}
                    </p>
                    <p class="quiet">{together(&v.sentence)}</p>
                    {v.rule.why.clone().map(|why| view! { <p class="quiet">{why}</p> })}
                </div>
            </li>
        }
    };
    view! {
        <div data-testid="verdicts" data-complete=move || complete().to_string() aria-live="polite">
            {move || app.verdicts.get().map(|(v, _)| view! {
                <p class="rules-head">{check::headline(&v)}</p>
                <ul class="verdicts">{v.verdicts.iter().map(one).collect_view()}</ul>
            })}
        </div>
    }
}

/// The rules as text. What is typed is in force at once, as long as it is right.
#[component]
fn Editor() -> impl IntoView {
    let app = app();
    let text = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<Fault>);
    Effect::new(move |_| {
        app.report.track();
        let Some(rules) = app.rules.get() else { return };
        // What the reader types stays as it is typed.
        let typed = text.with_untracked(|text| check::read(text));
        if typed.is_err() && fault.with_untracked(Option::is_some) {
            return;
        }
        let same = |typed: &Rules| {
            let view = with_tests(app, &typed.view);
            let view = app.view.with_untracked(|now| *now == view);
            view && typed.rules == rules.rules
                && typed.roles == rules.roles
                && typed.meant == rules.meant
        };
        if typed.is_ok_and(|typed| same(&typed)) {
            return;
        }
        text.set(check::write(&in_force(app).unwrap_or_default()));
        fault.set(None);
    });
    let typed = move |of: String| match check::read(&of) {
        Ok(rules) => {
            fault.set(None);
            take(app, rules);
        }
        Err(why) => fault.set(Some(why)),
    };
    let said = move || {
        let said = |fault: &Option<Fault>| fault.as_ref().map(ToString::to_string);
        fault
            .with(said)
            .unwrap_or_else(|| "What is written here is in force.".to_owned())
    };
    view! {
        <details class="rules-edit">
            <summary>"Change the rules"</summary>
            <JudgedText
                label="The rules as text"
                testids=("rules-text", "rules-fault")
                text
                said=Signal::derive(said)
                on_typed=typed
            />
        </details>
    }
}
