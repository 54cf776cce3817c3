//! What follows a change of the View: the address, and rows gone back to where counts do not do.

use super::actions::{fail, read, show};
use super::expectations::Expected;
use super::state::{App, Made, Work};
use crate::engine::Depth;
use crate::report::view::View;
use crate::web::client::{Client, Stopped};
use crate::web::url;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;
use std::time::Duration;

/// Rest before rows are gone back to; a slider passes many values.
const REST: Duration = Duration::from_millis(150);

/// Rest between two changes of the address, which browsers take their time for, and some refuse if they come too often.
const ADDRESS: Duration = Duration::from_millis(250);

/// Keeps the address up with the View: at once, and then after a rest.
fn address(app: App) {
    let resting = StoredValue::new(false);
    let late = StoredValue::new(false);
    Effect::new(move |_| {
        let view = app.shared_view();
        if resting.get_value() {
            return late.set_value(true);
        }
        url::set_view(&view);
        resting.set_value(true);
        let rested = move || {
            resting.set_value(false);
            if late.get_value() {
                late.set_value(false);
                url::set_view(&untrack(|| app.shared_view()));
            }
        };
        set_timeout(rested, ADDRESS);
    });
}

/// Keeps the address and the Summary up with the View.
pub fn follow(app: App) {
    address(app);
    url::on_change(move |view| app.take_view(view));
    Effect::new(move |_| {
        let Some(made) = app.made.get() else { return };
        let (lacking, view, expected) = (!made.missing.is_empty(), made.view, made.expected);
        if !is_wanted(app, &view, expected.as_ref()) {
            // What is made next tells what is lacking.
            return;
        }
        if !lacking || app.saved {
            // As time passes rows are compared with other ones, and they are asked anew.
            if view.live {
                app.asked.set_value(None);
            }
            return;
        }
        let asked = app.asked.get_value();
        let same = asked
            .as_ref()
            .is_some_and(|(of, by, _)| *of == view && *by == expected);
        if same && app.asking.get_value() > 0 {
            // Metrics came meanwhile; what the rows tell is on its way.
            return;
        }
        let depth = match &asked {
            Some((of, by, Depth::Expected)) if *of == view && *by == expected => {
                // The rows were asked, and do not tell it.
                app.unanswered.set(true);
                return;
            }
            Some((of, by, _)) if *of == view && *by == expected => Depth::Expected,
            _ => Depth::Columns,
        };
        // Where the worker that kept the rows is gone, they are read again.
        let chosen = asked.is_some() && depth == Depth::Columns;
        app.asked
            .set_value(Some((view.clone(), expected.clone(), depth)));
        match chosen {
            // What the report that came first lacks follows it at once.
            false => wake(app, view, expected, depth),
            true => set_timeout(move || wake(app, view, expected, depth), REST),
        }
    });
}

/// Whether the reader has chosen nothing else by now.
fn is_wanted(app: App, view: &View, expected: Option<&Arc<Expected>>) -> bool {
    app.view.with_untracked(|now| now == view)
        && app.expected.with_untracked(|now| now.as_ref() == expected)
}

/// Goes back to the rows, unless the reader has chosen something else by now.
fn wake(app: App, view: View, expected: Option<Arc<Expected>>, depth: Depth) {
    if !is_wanted(app, &view, expected.as_ref()) {
        return;
    }
    // What is live only has no rows.
    if app.inputs.with_untracked(Vec::is_empty) && app.served.with_untracked(Vec::is_empty) {
        return app.unanswered.set(true);
    }
    // Rows that were not kept left behind what tells how columns differ.
    let counted = app.made.with_untracked(|made| {
        let counted = |m: &Made| m.summary.streamed && m.missing.is_drift_only();
        made.as_ref().is_some_and(counted)
    });
    let answers = |c: &Client| c.holds_rows() || counted && c.compares();
    if app.client.with_value(answers) {
        spawn_local(ask_rows(app, view, expected, depth));
    } else if !counted && app.work.with_untracked(Option::is_none) {
        read(app);
        app.asked.set_value(Some((view, expected, Depth::Columns)));
    } else if counted {
        app.unanswered.set(true);
    }
}

async fn ask_rows(app: App, view: View, expected: Option<Arc<Expected>>, depth: Depth) {
    let client = app.client.get_value();
    app.work.update(|w| *w = w.take().or(Some(Work::Refine)));
    let refined = app.refined;
    let expected = expected.map(|e| e.found.clone());
    app.asking.update_value(|n| *n += 1);
    let answer = client
        .refine(view, depth, expected, move |done| refined.set(Some(done)))
        .await;
    app.asking.update_value(|n| *n -= 1);
    refined.set(None);
    app.work
        .update(|w| *w = w.take().filter(|w| *w != Work::Refine));
    match answer {
        Ok(summary) => show(app, summary),
        Err(Stopped::Failed(error)) => {
            app.unanswered.set(true);
            fail(app, error);
        }
        Err(Stopped::Cancelled) => {}
    }
}
