//! A live source: begun, followed and ended; and what it says, beside what files say, in the one Summary that the page
//! shows.

use super::actions::fail;
use super::state::App;
use crate::feed::State;
use crate::feed::live::{Connection, News, Order};
use crate::log::Task;
use crate::series::Machine;
use crate::summary::{SourceInfo, Summary};
use crate::web::client::Stopped;
use crate::web::line::Line;
use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// Least time between two looks at what is new, in milliseconds: the page has to draw it.
const REST_MS: u32 = 400;

/// Connects to a source, in place of the one before.
pub fn connect(app: App, connection: Connection) {
    end(app);
    app.errors.update(Vec::clear);
    app.live.set(Some(News::default()));
    app.connecting.set(false);
    let client = app.client.get_value();
    spawn_local(async move {
        match Line::open(&client, connection).await {
            Ok(line) => {
                app.line.set_value(Some(line.clone()));
                follow(app, line).await;
            }
            Err(why) => {
                app.live.set(None);
                told(app, why);
            }
        }
    });
}

fn told(app: App, why: Stopped) {
    if let Stopped::Failed(error) = why {
        fail(app, error);
    }
}

async fn follow(app: App, line: Line) {
    loop {
        let fresh = match line.news().await {
            Ok(fresh) => fresh,
            Err(Stopped::Cancelled) => return,
            Err(why) => {
                app.line.set_value(None);
                app.live.update(|news| {
                    if let Some(news) = news {
                        news.status.state = State::Ended;
                    }
                });
                return told(app, why);
            }
        };
        let mut grown = false;
        if let Some((machine, from)) = fresh.machine {
            let known = app.grown.try_update_value(Option::take).flatten();
            let machine = match (known, from) {
                (Some(mut known), Some(from)) => {
                    Arc::make_mut(&mut known).renew(from, machine);
                    known
                }
                (_, _) => Arc::new(machine),
            };
            let first = app.grown.with_value(Option::is_none) && from.is_none();
            grown = !machine.signals.is_empty();
            if first && grown {
                // What was said of it is right.
                app.connecting.set(false);
            }
            app.grown.set_value(grown.then_some(machine));
        }
        // What was said of it may be wrong.
        let nothing = app.grown.with_value(Option::is_none);
        if fresh.news.status.state == State::Stuck && nothing {
            app.connecting.set(true);
        }
        let ended = fresh.news.status.state == State::Ended;
        app.live.set(Some(fresh.news));
        if grown {
            show(app);
        }
        if ended {
            app.line.set_value(None);
            line.end();
            return;
        }
        // Out of sight nothing is drawn, and timers would sleep.
        if !document().hidden() {
            TimeoutFuture::new(REST_MS).await;
        }
    }
}

/// Has the source do what the reader wants.
pub fn order(app: App, order: Order) {
    let Some(line) = app.line.get_value() else {
        return;
    };
    spawn_local(async move {
        if let Err(why) = line.order(order).await {
            told(app, why);
        }
    });
}

/// Ends it; what came of it goes, too.
pub fn end(app: App) {
    if let Some(line) = app.line.try_update_value(Option::take).flatten() {
        line.end();
    }
    app.live.set(None);
    app.grown.set_value(None);
}

/// Shows what is live without files, which were taken away.
pub fn alone(app: App) {
    app.read.set_value(None);
    app.panel.set(false);
    show(app);
}

/// Shows what files and the source say together.
pub fn show(app: App) {
    let (read, grown) = (app.read.get_value(), app.grown.get_value());
    let summary = match (read, grown) {
        (read, None) => read,
        (read, Some(grown)) => Some(Arc::new(together(
            read.as_deref(),
            &grown,
            app.live.get_untracked().as_ref(),
        ))),
    };
    let same = app.summary.with_untracked(|shown| match (shown, &summary) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    });
    if !same {
        app.summary.set(summary);
    }
}

fn together(read: Option<&Summary>, grown: &Arc<Machine>, news: Option<&News>) -> Summary {
    let mut summary = match read {
        Some(read) => read.clone(),
        None => Summary::of_task(Task::Service),
    };
    summary.machine = Some(match &summary.machine {
        Some(files) => {
            let mut both = Machine::clone(files);
            both.merge(grown);
            Arc::new(both)
        }
        None => Arc::clone(grown),
    });
    if let Some(news) = news {
        summary.sources.push(SourceInfo {
            name: news.name.clone(),
            kind: "service".into(),
            bytes: news.status.bytes,
            rows: news.samples,
            rejected: 0,
            format: "live".into(),
        });
    }
    summary
}
