//! What the reader does with files, and what the page then asks of its workers.

use super::complete::missing;
use super::expectations;
use super::live;
use super::rules;
use super::state::{App, Work};
use super::streams;
use crate::check;
use crate::engine::message::Input;
use crate::engine::pace::Looks;
use crate::engine::{arrange, give, give_meaning, tie};
use crate::read::{Fix, ReadError};
use crate::report::Choices;
use crate::report::standards::Standards;
use crate::report::view::View;
use crate::summary::Summary;
use crate::web::client::{Progress, Stopped};
use crate::web::files::Given;
use crate::web::timing;
use crate::web::{boot, files, store};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeMap;
use std::sync::Arc;
use web_sys::File;

/// Tells what went wrong, once.
pub fn fail(app: App, error: ReadError) {
    app.errors.update(|errors| {
        if !errors.contains(&error) {
            errors.push(error);
        }
    });
}

/// Takes what a reader gives: rules and expectations are read, and other files looked into under them.
pub fn add<F: Into<Given>>(app: App, more: Vec<F>) {
    let more = more.into_iter().map(Into::into);
    let (rules, more): (Vec<Given>, Vec<Given>) = more.partition(rules::is_toml);
    if rules.is_empty() {
        return look(app, more);
    }
    app.errors.update(Vec::clear);
    spawn_local(async move {
        for file in rules {
            rules::open(app, &file).await;
        }
        match more.is_empty() {
            true => mean(app),
            false => look(app, more),
        }
    });
}

/// What the columns mean under the rules just opened, where they say something of them.
fn mean(app: App) {
    let silent = app
        .rules
        .with_untracked(|r| r.as_ref().is_none_or(|r| r.roles.is_empty()));
    if silent || app.inputs.with_untracked(Vec::is_empty) {
        return;
    }
    app.inputs.update(|inputs| understand(app, inputs));
    settle(app);
}

/// Looks into more files, and reads all of them where their columns are clear.
fn look(app: App, mut more: Vec<Given>) {
    if more.is_empty() || app.saved {
        return;
    }
    timing::wished();
    if app.rules.with_untracked(Option::is_none) {
        app.errors.update(Vec::clear);
    }
    app.left_out.update(Vec::clear);
    app.work
        .set(Some(Work::Look(Looks::into_files(more.len()))));
    let client = app.client.get_value();
    // Of a file that lost its end, a whole one of its table tells the columns.
    let mut early = app.early.get_value();
    early.retain(|file| more.iter().all(|new| new.name != file.name));
    more.extend(early);
    more.iter_mut().for_each(said_before(app));
    spawn_local(async move {
        let tell = move |looks| app.work.set(Some(Work::Look(looks)));
        let looked = client.look(more, tell).await;
        app.work.set(None);
        let looked = match looked {
            Ok(looked) => looked,
            Err(Stopped::Failed(error)) => return fail(app, error),
            // What was shown before stays.
            Err(Stopped::Cancelled) => return,
        };
        for error in looked.refused {
            fail(app, error);
        }
        app.left_out.set(looked.left_out);
        app.early.set_value(looked.early);
        for (files, input) in looked.found {
            take(app, files, input);
        }
        app.served.update(|all| {
            for says in looked.served {
                match all.iter_mut().find(|old| old.name == says.name) {
                    Some(old) => *old = says,
                    None => all.push(says),
                }
            }
        });
        app.inputs.update(|inputs| understand(app, inputs));
        settle(app);
    });
}

/// What the reader said of a file holds for it when it is given again, by its name.
pub(super) fn said_before(app: App) -> impl Fn(&mut Given) {
    let known: BTreeMap<String, Fix> = app.inputs.with_untracked(|inputs| {
        let said = inputs.iter().filter(|input| !input.fix.is_none());
        let names = |input: &Input| {
            let names = input
                .members()
                .map(|(name, _)| (name.to_owned(), input.fix));
            names.collect::<Vec<_>>()
        };
        said.flat_map(names).collect()
    });
    move |given| given.fix = known.get(&given.name).copied().unwrap_or_default()
}

/// Looks again into the files of a table, written as the reader says, and reads them with what their
/// columns now mean. Where they cannot be written so, what is there stays. `done` is called in any case.
pub fn correct(app: App, index: usize, fix: Fix, done: impl FnOnce() + 'static) {
    let old = app
        .inputs
        .with_untracked(|inputs| inputs.get(index).cloned());
    let files = app.files.with_value(|files| files.get(index).cloned());
    let (Some(old), Some(files)) = (old, files) else {
        return done();
    };
    app.errors.update(Vec::clear);
    let members = old.members().zip(files);
    let again = members.map(|((name, troubles), file)| Given {
        fix,
        troubles,
        ..Given::new(name.to_owned(), file)
    });
    let again: Vec<Given> = again.collect();
    app.work
        .set(Some(Work::Look(Looks::into_files(again.len()))));
    let client = app.client.get_value();
    spawn_local(async move {
        let tell = move |looks| app.work.set(Some(Work::Look(looks)));
        let looked = client.look(again, tell).await;
        app.work.set(None);
        let refused = match looked {
            Ok(looked) if looked.refused.is_empty() => {
                replace(app, &old, looked.found);
                Vec::new()
            }
            Ok(looked) => looked.refused,
            Err(Stopped::Failed(error)) => vec![error],
            Err(Stopped::Cancelled) => Vec::new(),
        };
        for error in refused {
            fail(app, error);
        }
        done();
    });
}

/// Puts tables into the place of an older one, unless that has been taken away or looked at anew.
fn replace(app: App, old: &Input, found: Vec<(Vec<File>, Input)>) {
    let same =
        |input: &Input| (&input.name, input.bytes, input.fix) == (&old.name, old.bytes, old.fix);
    let place = app
        .inputs
        .with_untracked(|inputs| inputs.iter().position(same));
    let Some(at) = place.filter(|_| !found.is_empty()) else {
        return;
    };
    let (files, inputs): (Vec<_>, Vec<_>) = found.into_iter().unzip();
    app.files.update_value(|all| {
        all.splice(at..=at, files);
    });
    app.inputs.update(|all| {
        all.splice(at..=at, inputs);
        understand(app, all);
    });
    settle(app);
}

/// Settles what the columns of all files mean.
pub(super) fn understand(app: App, inputs: &mut [Input]) {
    arrange(inputs);
    // What the reader said before stands above what is guessed.
    inputs.iter_mut().for_each(|input| {
        store::recall(input);
    });
    let said = app
        .rules
        .with_untracked(|r| r.as_ref().map(|r| (r.roles.clone(), r.meant.clone())));
    let (roles, meant) = said.unzip();
    if let Some(meant) = meant.flatten() {
        give_meaning(inputs, Some(&meant));
    }
    if let Err(why) = give(inputs, &roles.unwrap_or_default()) {
        let mend = "Mend it in the rules, or give the files that they are made for";
        let (file, found) = ("Rules".into(), format!("[roles]: {why}"));
        let mend = mend.into();
        fail(
            app,
            ReadError {
                file,
                line: None,
                found,
                mend,
            },
        );
    }
    tie(inputs);
}

/// Puts the files of a table beside the others; one of the same name and columns takes the older one's
/// place.
fn take(app: App, own: Vec<File>, input: Input) {
    let place = app.inputs.with_untracked(|inputs| {
        inputs
            .iter()
            .position(|old| old.name == input.name && old.sniff.schema == input.sniff.schema)
    });
    app.files.update_value(|files| match place {
        Some(i) => files[i] = own,
        None => files.push(own),
    });
    app.inputs.update(|inputs| match place {
        Some(i) => inputs[i] = input,
        None => inputs.push(input),
    });
}

/// Reads the files, or shows their columns where something is missing.
pub fn settle(app: App) {
    if app.inputs.with_untracked(Vec::is_empty) {
        if app.served.with_untracked(|s| !s.is_empty()) {
            run(app);
        }
        return;
    }
    let missing = app.inputs.with_untracked(|inputs| missing(inputs));
    app.panel.update(|panel| *panel |= missing.is_some());
    if missing.is_none() {
        // What was told of the files when they were looked into stays.
        run(app);
    }
}

/// Reads pasted rows.
pub fn paste(app: App, text: &str) {
    match files::from_text(text) {
        Some(file) => add(app, vec![file]),
        None => fail(
            app,
            ReadError {
                file: "Pasted text".into(),
                line: None,
                found: "there is only one line".into(),
                mend: "Paste the line with the column names and the rows below it".into(),
            },
        ),
    }
}

/// Lets a worker make the example, and reads it.
pub fn demo(app: App) {
    timing::wished();
    app.work.set(Some(Work::Look(Looks::default())));
    let client = app.client.get_value();
    spawn_local(async move {
        match client.example().await {
            Ok(files) => add(app, files),
            Err(why) => {
                app.work.set(None);
                if let Stopped::Failed(error) = why {
                    fail(app, error);
                }
            }
        }
    });
}

/// Shows what this saved report carries.
pub fn open(app: App) {
    let client = app.client.get_value();
    app.work.set(Some(Work::Open));
    spawn_local(async move {
        let opened = client.open(boot::take_carried()).await;
        app.work.set(None);
        match opened {
            Ok((summary, view, standards)) => {
                hold(app, &standards);
                // An address with choices of its own wins over those that were saved.
                if untrack(|| app.shared_view()) == View::default() {
                    app.take_view(view);
                }
                app.summary.set(Some(summary));
            }
            Err(Stopped::Failed(error)) => fail(app, error),
            Err(Stopped::Cancelled) => {}
        }
    });
}

/// Puts the rules and expectations of a saved report in force.
fn hold(app: App, standards: &Standards) {
    if let Some(of) = &standards.expectations
        && let Ok(expected) = expectations::read(&of.name, &of.text)
    {
        app.expected.set(Some(Arc::new(expected)));
    }
    let rules = standards.rules.as_ref();
    if let Some(Ok(rules)) = rules.map(|of| check::read(&of.text)) {
        app.rules.set(Some(Arc::new(rules)));
    }
}

/// Tells of workers that ended by themselves.
pub fn watch(app: App) {
    app.client
        .with_value(|client| client.on_loss(move |error| fail(app, error)));
}

/// Reads all files with the roles in force, and forgets what was wrong before.
pub fn read(app: App) {
    app.errors.update(Vec::clear);
    run(app);
}

fn run(app: App) {
    let inputs = app.inputs.get_untracked();
    let served = app.served.get_untracked();
    let files = app.files.get_value();
    let view = app.view.get_untracked();
    let mode = app.mode.get_untracked();
    let client = app.client.get_value();
    let turn = app.turn.get_value() + 1;
    app.turn.set_value(turn);
    app.asked.set_value(None);
    let bytes = inputs.iter().map(|i| i.bytes).sum();
    app.work.set(Some(Work::Run(Progress::begin(bytes))));
    let mine = move || app.turn.get_value() == turn;
    spawn_local(async move {
        let tell = move |p| {
            if mine() {
                app.work.set(Some(Work::Run(p)));
            }
        };
        let done = client.run(&files, &inputs, &served, mode, view, tell).await;
        if !mine() {
            // A later run has taken over; it tells for itself.
            return;
        }
        app.work.set(None);
        match done {
            Ok(loaded) => show(app, loaded.summary),
            Err(Stopped::Failed(error)) => {
                fail(app, error);
                show_files(app);
            }
            Err(Stopped::Cancelled) => show_files(app),
        }
    });
}

/// Reads all files with the roles in force while what is shown stays as it is.
pub(super) async fn run_quietly(app: App) -> Result<(), Stopped> {
    let (inputs, served) = (app.inputs.get_untracked(), app.served.get_untracked());
    let (files, view) = (app.files.get_value(), app.view.get_untracked());
    let (mode, client) = (app.mode.get_untracked(), app.client.get_value());
    let turn = app.turn.get_value() + 1;
    app.turn.set_value(turn);
    app.asked.set_value(None);
    let done = client
        .run(&files, &inputs, &served, mode, view, |_| ())
        .await;
    if app.turn.get_value() == turn {
        show(app, done?.summary);
    }
    Ok(())
}

/// Where nothing can be shown, the files can: from there the reader goes on.
fn show_files(app: App) {
    if app.summary.with_untracked(Option::is_none) {
        app.panel.set(true);
    }
}

/// Shows a Summary that a worker made.
pub fn show(app: App, summary: Arc<Summary>) {
    timing::answered();
    let choices = Choices::of(&summary);
    app.view.update(|view| super::fit::fit(view, &choices));
    if app.unanswered.get_untracked() {
        app.unanswered.set(false);
    }
    app.read.set_value(Some(summary));
    live::show(app);
}

/// Takes a file away and reads the others.
pub fn remove(app: App, index: usize) {
    app.errors.update(Vec::clear);
    if let Some(name) = app
        .inputs
        .with_untracked(|i| i.get(index).map(|i| i.name.clone()))
    {
        streams::forget(app, &name);
    }
    app.files.update_value(|files| {
        if index < files.len() {
            files.remove(index);
        }
    });
    app.inputs.update(|inputs| {
        if index < inputs.len() {
            inputs.remove(index);
        }
    });
    after_removal(app);
}

fn after_removal(app: App) {
    if app.inputs.with_untracked(Vec::is_empty) && app.served.with_untracked(Vec::is_empty) {
        match app.metrics.has_grown() {
            true => live::alone(app),
            false => clear(app),
        }
    } else {
        settle(app);
    }
}

/// Takes a file of a service away and reads the others.
pub fn remove_served(app: App, name: &str) {
    app.errors.update(Vec::clear);
    app.served.update(|all| all.retain(|s| s.name != name));
    after_removal(app);
}

/// Back to the first screen.
pub fn clear(app: App) {
    app.client.with_value(|c| c.cancel());
    live::end(app);
    streams::end(app);
    app.turn.update_value(|t| *t += 1);
    app.work.set(None);
    app.files.update_value(Vec::clear);
    app.inputs.update(Vec::clear);
    app.served.update(Vec::clear);
    app.summary.set(None);
    app.panel.set(false);
    app.errors.update(Vec::clear);
    app.left_out.update(Vec::clear);
    app.early.update_value(Vec::clear);
    app.take_view(View::default());
}
