//! Is the model still true: one sentence, what stands behind it, and how much was looked at.

use super::format;
use super::incidents::{Incident, Incidents};
use super::prose::together;
use super::rules::RulesLine;
use super::state::app;
use super::widgets::Fact;
use crate::engine::message::Input;
use crate::log::{FileKind, Role};
use crate::report::{Alert, AlertKind, Level, Report, Span};
use leptos::prelude::*;

/// The tone of a level.
pub fn class(level: Level) -> &'static str {
    match level {
        Level::Ok => "good",
        Level::Unknown => "neutral",
        Level::Watch => "warn",
        Level::Bad => "bad",
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Ok => "Holds",
        Level::Unknown => "Not judged",
        Level::Watch => "Watch",
        Level::Bad => "Departed",
    }
}

/// Departures that are all told in the notes.
const FEW: usize = 3;

/// Notes in sight; the others are folded.
const IN_SIGHT: usize = 3;

/// Whether a note tells of estimates, which come later than what is known: those are folded, so that they move
/// nothing when they come.
fn comes_later(report: &Report, note: &str) -> bool {
    let Some(of) = &report.estimated else {
        return false;
    };
    let same = |a: &Alert| a.sentence.trim_end_matches('.') == note.trim_end_matches('.');
    note == of.assumes
        || note.starts_with("Nothing is estimated of windows")
        || of.alerts.iter().any(same)
        // What was the sentence until something was expected.
        || first_is_expected(report) && note.ends_with("can be judged yet.")
}

/// Whether the sentence is that of an expected departure and of nothing else.
fn first_is_expected(report: &Report) -> bool {
    let first = report.estimated.as_ref().and_then(|e| e.alerts.first());
    let sentence = report.health.sentence.trim_end_matches('.');
    first.is_some_and(|a| a.sentence.trim_end_matches('.') == sentence)
}

/// A note as it was before estimates came; the list of incidents has it whole.
fn known(report: &Report, note: &str) -> String {
    let of_note = |a: &&Alert| a.sentence == note.trim_end_matches('.');
    let alert = report.alerts.iter().find(of_note);
    match alert.and_then(|a| a.known.as_ref()) {
        Some(known) => format!("{known}."),
        None => note.to_owned(),
    }
}

/// The notes in sight and those that are folded.
fn parted(report: &Report) -> (Vec<String>, Vec<String>) {
    // What every departure is told below need not be told twice; the first few stay in sight.
    let listed = |note: &String| {
        let same = |a: &Alert| a.sentence.trim_end_matches('.') == note.trim_end_matches('.');
        let expected = report.estimated.iter().flat_map(|e| &e.alerts);
        (report.alerts.len() > FEW && report.alerts.iter().any(same))
            || expected.into_iter().any(same)
    };
    let notes = report.health.notes.iter().filter(|n| !listed(n)).cloned();
    let (later, mut seen): (Vec<String>, Vec<String>) =
        notes.partition(|note| comes_later(report, note));
    let mut folded = seen.split_off(seen.len().min(IN_SIGHT));
    folded.extend(later);
    let seen = seen.iter().map(|note| known(report, note)).collect();
    (seen, folded)
}

/// What there is to say of windows whose outcomes are not in yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Outlook {
    /// The sentence is of something else, or there are no such windows.
    #[default]
    None,
    /// The sentence will be another one where something is expected.
    Whole,
    /// What is expected stands behind what is known.
    Behind,
}

fn outlook(report: &Report) -> Outlook {
    let health = &report.health;
    // What is over, and what a column holds, is not what the sentence is about.
    let of_predictions = |a: &Alert| a.goes_on() && a.kind != AlertKind::Column;
    match health.level {
        _ if report.alerts.iter().any(of_predictions) => Outlook::None,
        Level::Unknown => Outlook::Whole,
        Level::Watch if first_is_expected(report) => Outlook::Whole,
        Level::Ok | Level::Watch => Outlook::Behind,
        Level::Bad => Outlook::None,
    }
}

/// The health sentence with its notes and the key facts.
#[component]
pub fn Health() -> impl IntoView {
    let app = app();
    let health = app.part(|r| Some(r.health.clone()));
    let level = Memo::new(move |_| health.with(|h| h.as_ref().map_or(Level::Unknown, |h| h.level)));
    let incidents = app.part(|r| Incident::of(r, &r.alerts));
    let expected = app.part(|r| {
        let of = r.estimated.as_ref().map_or(&[][..], |e| &e.alerts);
        Incident::of(r, of)
    });
    let service = app.serves();
    let notes = app.part(parted);
    let outlook = app.part(outlook);
    let expects = app.expects();
    let seen = move |is: Outlook| expects.get() && outlook.get() == is;
    let waiting = app.part(|r| r.windows.iter().filter(|w| !w.mature).count() as u64);
    let undefined = app.part(|r| r.estimated.as_ref().and_then(|e| e.undefined.clone()));
    let told = move || health.with(|h| h.as_ref().map(|h| together(&h.sentence)));
    // What is known, and what is expected behind it.
    let parts = move || {
        let sentence = told().unwrap_or_default();
        let expected =
            health.with(|h| h.as_ref().and_then(|h| h.expected.as_deref().map(together)));
        let expected = expected.filter(|_| seen(Outlook::Behind));
        match expected.and_then(|e| Some((sentence.strip_suffix(&e)?.to_owned(), e))) {
            Some((known, expected)) => (known, Some(expected)),
            None => (sentence, None),
        }
    };
    let calm = move || {
        let windows = format::plural(waiting.get(), "window", "windows");
        let of = format!("the {windows} whose outcomes are not in yet");
        match undefined.get() {
            _ if app.awaited.get().estimates => {
                format!("Working out what is to be expected of {of} …")
            }
            Some(why) => format!("Nothing is estimated of {of}: {why}."),
            None => format!("Nothing is expected to depart for the worse in {of}."),
        }
    };
    view! {
        <section
            id="health"
            class=move || format!("section health {}", class(level.get()))
            aria-label="Health"
            tabindex="-1"
        >
            <div class="health-said">
                <span class="badge"><i class="dot" aria-hidden="true"></i>{move || word(level.get())}</span>
                <h1
                    class:roomy=move || seen(Outlook::Whole)
                    data-testid="health"
                    data-level=move || format!("{:?}", level.get()).to_lowercase()
                >
                    {move || {
                        let (known, expected) = parts();
                        let expected = expected.map(|e| view! { <span class="outlook">{e}</span> });
                        (known, expected)
                    }}
                </h1>
                <Show when=move || seen(Outlook::Behind) && parts().1.is_none()>
                    <p class="outlook">{calm}</p>
                </Show>
                <ul class="notes">
                    {move || notes.with(|n| list(&n.0))}
                    <Show when=move || service.get()>
                        <li>
                            "No predictions were found in these files, so what is judged is the service: its requests, errors and latency."
                        </li>
                    </Show>
                </ul>
                <Alerts incidents/>
                <RulesLine/>
                <Folded notes=Signal::derive(move || notes.with(|n| n.1.clone())) expected expects/>
            </div>
            <KeyFacts/>
        </section>
    }
}

fn list(notes: &[String]) -> impl IntoView + use<> {
    let item = |note: &String| view! { <li>{together(note)}</li> };
    notes.iter().map(item).collect_view()
}

/// Notes that are not in sight, and room for what is yet to come.
#[component]
fn Folded(
    #[prop(into)] notes: Signal<Vec<String>>,
    /// Incidents that are expected.
    expected: Memo<Vec<Incident>>,
    /// Whether estimates are told, or will be.
    expects: Memo<bool>,
) -> impl IntoView {
    let awaited = app().awaited;
    let waits = move || expects.get() && awaited.get().estimates;
    let head = move || {
        let feared = match expected.with(Vec::len) as u64 {
            0 => String::new(),
            n => format!(
                ", {}",
                format::plural(n, "expected incident", "expected incidents")
            ),
        };
        let notes = match notes.with(Vec::len) as u64 {
            0 => "Notes".to_owned(),
            n => format::plural(n, "more note", "more notes"),
        };
        notes + &feared
    };
    let some = move || notes.with(|n| !n.is_empty()) || expected.with(|all| !all.is_empty());
    view! {
        <Show when=move || waits() || some()>
            <details class="alerts" data-testid="notes">
                <summary>{head} {move || waits().then_some(", and estimates are being made …")}</summary>
                <ul class="notes">
                    {move || notes.with(|n| list(n))}
                </ul>
                <Show when=move || expected.with(|all| !all.is_empty())>
                    <p class="quiet">"Expected where outcomes are not in yet:"</p>
                    <Incidents of=expected/>
                </Show>
            </details>
        </Show>
    }
}

/// All incidents, the one that the sentence tells among them.
#[component]
fn Alerts(incidents: Memo<Vec<Incident>>) -> impl IntoView {
    let head = move || match incidents.with(Vec::len) {
        1 => "The incident in detail".to_owned(),
        n => format!("All {n} incidents in detail"),
    };
    view! {
        <Show when=move || incidents.with(|all| !all.is_empty())>
            <details class="alerts" data-testid="alerts">
                <summary>{head}</summary>
                <Incidents of=incidents lone_open=true/>
            </details>
        </Show>
    }
}

/// The column of outcomes, and those of the predictions that it is compared with: a wrong guess of
/// these spoils every number, so it is in sight. A saved report does not have its files.
fn compared(inputs: &[Input]) -> Option<(String, String)> {
    let names = |input: &Input, role| {
        let columns = input.sniff.columns.iter().zip(&input.roles);
        let of_role = columns.filter(|(_, guess)| guess.role == role);
        of_role
            .map(|(column, _)| column.name.clone())
            .collect::<Vec<_>>()
    };
    let named = |role| {
        let all = inputs.iter().filter(|i| i.kind == FileKind::Predictions);
        all.flat_map(|input| names(input, role)).collect::<Vec<_>>()
    };
    let outcome = inputs
        .iter()
        .filter(|i| matches!(i.kind, FileKind::Predictions | FileKind::Outcomes));
    // Labels that have a column each are of one file.
    let mut outcome = outcome
        .map(|i| names(i, Role::Outcome))
        .filter(|n| !n.is_empty());
    let mut by = named(Role::Prediction);
    by.extend(named(Role::Score));
    let classes = named(Role::ClassScore).len();
    if classes > 0 {
        by.push(format::plural(
            classes as u64,
            "class score",
            "class scores",
        ));
    }
    let all = inputs.iter().filter(|i| i.kind == FileKind::Predictions);
    let quantiles = all.flat_map(|i| &i.roles);
    let quantiles = quantiles.filter(|g| matches!(g.role, Role::Quantile(_)));
    match quantiles.count() {
        0 => {}
        n => by.push(format::plural(n as u64, "quantile", "quantiles")),
    }
    by.dedup();
    let outcome = outcome.next()?;
    (!by.is_empty()).then(|| (listed(&outcome), listed(&by)))
}

/// Names in a line; of many the first ones.
fn listed(names: &[String]) -> String {
    match names {
        [first, second, rest @ ..] if rest.len() > 2 => {
            format!("{first}, {second} and {} others", rest.len())
        }
        _ => names.join(", "),
    }
}

#[component]
fn KeyFacts() -> impl IntoView {
    let app = app();
    let (service, serves) = (app.serves_only(), app.serves());
    let rows = app.part(|r| r.rows.clone());
    let of_machine = app.of_machine();
    let samples = app.part(|r| r.sources.iter().map(|s| s.rows).sum::<u64>());
    let counted = app.part(|r| r.overall.rows);
    let shown = Memo::new(move |_| {
        if of_machine.get() {
            samples.get()
        } else {
            counted.get()
        }
    });
    let labelled = app.part(|r| r.overall.labelled);
    let coverage = app.part(|r| r.truth.as_ref().and_then(|t| t.coverage.value));
    let span = app.part(|r| {
        let of_rows = r.span.map(|s| (r.timed, s));
        let service = r
            .resources
            .service
            .as_ref()
            .filter(|_| r.windows.is_empty());
        of_rows.or_else(|| {
            let (start, end) = service.map(|s| s.seen.unwrap_or((s.start, s.end)))?;
            Some((
                true,
                Span {
                    start,
                    end,
                    as_of: end,
                },
            ))
        })
    });
    let baseline = app.part(|r| r.baseline.as_ref().map(|b| (b.label.clone(), b.block.rows)));
    let versions = Memo::new(move |_| app.choices.with(|c| c.versions.len()));
    let columns = Memo::new(move |_| app.inputs.with(|inputs| compared(inputs)));
    view! {
        <dl class="facts">
            <Fact
                label=Signal::derive(move || match (service.get(), serves.get()) {
                    _ if of_machine.get() => "Samples and requests read".to_string(),
                    (false, _) => "Predictions".to_string(),
                    (true, true) => "Requests".to_string(),
                    (true, false) => "Rows".to_string(),
                })
                value=Signal::derive(move || format::count(shown.get()))
                hint=Signal::derive(move || {
                    rows.with(|r| match (r.predictions, r.rejected) {
                        (all, _) if all != shown.get() && !of_machine.get() => format!("of {}", format::count(all)),
                        (_, 0) => String::new(),
                        (_, n) => format!("{} could not be read", format::plural(n, "row", "rows")),
                    })
                })
            />
            <Show when=move || !service.get()>
                <Fact
                    label="With outcome"
                    value=Signal::derive(move || coverage.get().map_or_else(|| format::NOTHING.into(), format::percent))
                    hint=Signal::derive(move || format::plural(labelled.get(), "row", "rows"))
                />
            </Show>
            <Fact
                label="Span"
                value=Signal::derive(move || {
                    span.get().map_or_else(|| "No times".into(), |(timed, s)| format::span(timed, s.start, s.end))
                })
                hint=Signal::derive(move || {
                    span.get().filter(|(timed, _)| *timed).map(|(_, s)| format!("Known until {}", format::instant(true, s.as_of))).unwrap_or_default()
                })
            />
            <Show when=move || !of_machine.get()>
            <Fact
                label="Compared with"
                value=Signal::derive(move || baseline.with(|b| b.as_ref().map_or_else(|| "Nothing".into(), |b| b.0.clone())))
                hint=Signal::derive(move || {
                    baseline.with(|b| b.as_ref().map(|b| format::plural(b.1, "row", "rows")).unwrap_or_default())
                })
            />
            </Show>
            <Show when=move || columns.with(Option::is_some)>
                <Fact
                    label="Outcome column"
                    value=Signal::derive(move || columns.get().map(|c| c.0).unwrap_or_default())
                    hint=Signal::derive(move || columns.get().map(|c| format!("foretold by {}", c.1)).unwrap_or_default())
                />
            </Show>
            <Show when=move || { versions.get() > 0 }>
                <Fact
                    label="Model versions"
                    value=Signal::derive(move || format::count(versions.get() as u64))
                    hint=Signal::derive(move || app.choices.with(|c| c.versions.iter().take(3).cloned().collect::<Vec<_>>().join(", ")))
                />
            </Show>
        </dl>
    }
}
