//! Keeps the verdicts on rules up with the Report: the same function judges here and on the command line.
//!
//! A rule with a slice of its own needs a Report on that slice. It is made here, beside the one that is
//! shown, and rows are gone back to for it once the page has no such wish of its own.

use super::actions::{fail, show};
use super::state::{App, Made};
use crate::check::{self, Rules};
use crate::engine::Depth;
use crate::report::Report;
use crate::report::view::View;
use crate::web::client::Stopped;
use crate::web::slices;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// Follows Report and rules.
pub fn follow(app: App) {
    let working = StoredValue::new(false);
    let done = StoredValue::new_local(None::<Done>);
    Effect::new(move |_| {
        app.made.track();
        app.rules.track();
        app.work.track();
        if !working.get_value() {
            working.set_value(true);
            spawn_local(async move {
                while let Some(wish) = wish(app, done) {
                    judge(app, &wish, done).await;
                }
                working.set_value(false);
            });
        }
    });
}

/// What was judged last, and the views that rows were gone back to for.
#[derive(Clone)]
struct Done {
    wish: Wish,
    asked: Vec<View>,
    /// The run that read the rows.
    turn: u64,
}

/// What is to be judged.
#[derive(Clone)]
struct Wish {
    made: Made,
    rules: Arc<Rules>,
    /// Whether the page itself needs no more rows.
    settled: bool,
}

impl Wish {
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.made.report, &other.made.report)
            && Arc::ptr_eq(&self.rules, &other.rules)
            && self.settled == other.settled
    }
}

fn wish(app: App, done: StoredValue<Option<Done>, LocalStorage>) -> Option<Wish> {
    let (made, rules) = (app.made.get_untracked(), app.rules.get_untracked());
    let (Some(made), Some(rules)) = (made, rules) else {
        if app.verdicts.with_untracked(Option::is_some) {
            app.verdicts.set(None);
        }
        done.set_value(None);
        return None;
    };
    let last = (made.view.clone(), made.expected.clone(), Depth::Expected);
    let at_rest = app.work.with_untracked(Option::is_none);
    let answered = made.missing.is_empty()
        || app.saved
        || app.asked.with_value(|asked| asked.as_ref() == Some(&last));
    let wish = Wish {
        made,
        rules,
        settled: at_rest && answered,
    };
    let known = done.with_value(|d| d.as_ref().is_some_and(|d| d.wish.is(&wish)));
    (!known).then_some(wish)
}

async fn judge(app: App, wish: &Wish, done: StoredValue<Option<Done>, LocalStorage>) {
    let rules = Rules {
        view: wish.made.view.clone(),
        ..(*wish.rules).clone()
    };
    let turn = app.turn.get_value();
    let same = |d: &Done| Arc::ptr_eq(&d.wish.rules, &wish.rules) && d.turn == turn;
    let before = done.get_value().filter(same);
    let mut asked = before.map(|d| d.asked).unwrap_or_default();
    let mut reports: Vec<(View, Arc<Report>)> = Vec::new();
    let mut complete = wish.settled;
    let mut answer = None;
    for view in rules.views() {
        if view == wish.made.view {
            reports.push((view, Arc::clone(&wish.made.report)));
            continue;
        }
        let expected = wish.made.expected.as_deref().map(|e| &e.found);
        let (report, missing) = slices::report(&wish.made.summary, &view, expected).await;
        let holds = app.client.with_value(|client| client.holds_rows());
        if !missing.is_empty() && holds && !asked.contains(&view) {
            if wish.settled {
                asked.push(view.clone());
                let client = app.client.get_value();
                let (view, expected) = (view.clone(), expected.cloned());
                match client.refine(view, Depth::Columns, expected, |_| ()).await {
                    Ok(summary) => {
                        answer = Some(summary);
                        break;
                    }
                    Err(Stopped::Failed(why)) => fail(app, why),
                    // The reader has chosen something else, which is made first.
                    Err(Stopped::Cancelled) => {
                        asked.pop();
                        complete = false;
                    }
                }
            } else {
                complete = false;
            }
        }
        reports.push((view, Arc::new(report)));
    }
    let wish = wish.clone();
    done.set_value(Some(Done { wish, asked, turn }));
    if let Some(summary) = answer {
        // The report that is made of it brings the next wish.
        return show(app, summary);
    }
    let verdicts = check::judge(&rules, |view| {
        let found = reports.iter().find(|(of, _)| of == view);
        found.map(|(_, report)| &**report)
    });
    app.verdicts.set(Some((Arc::new(verdicts), complete)));
}
