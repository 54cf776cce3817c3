//! Live sources of metrics, any number at a time: begun, followed and ended; and what they say, beside each other and
//! beside what files say, in the one Summary that the page shows.

use super::actions::fail;
use super::state::App;
use crate::feed::live::{Connection, News, Order};
use crate::feed::{Fault, State};
use crate::log::Task;
use crate::series::{Machine, beside, short};
use crate::summary::{SourceInfo, Summary};
use crate::web::client::Stopped;
use crate::web::line::Line;
use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// Least time between two looks at what is new, in milliseconds: the page has to draw it.
const REST_MS: u32 = 400;

/// Live sources of metrics.
#[derive(Clone, Copy)]
pub struct Metrics {
    /// How each stands.
    pub news: RwSignal<Vec<(u32, News)>>,
    lines: StoredValue<Vec<(u32, Line)>, LocalStorage>,
    /// What they are and where, as they were connected to.
    names: StoredValue<Vec<(u32, String)>>,
    /// What each says of the machine.
    grown: StoredValue<Vec<(u32, Arc<Machine>)>>,
    last: StoredValue<u32>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            news: RwSignal::default(),
            lines: StoredValue::new_local(Vec::new()),
            names: StoredValue::new(Vec::new()),
            grown: StoredValue::new(Vec::new()),
            last: StoredValue::new(0),
        }
    }
}

impl Metrics {
    /// Whether there is any, followed or ended.
    pub fn any(self) -> bool {
        self.news.with(|all| !all.is_empty())
    }

    /// Whether any of them is followed.
    pub fn follow_any(self) -> bool {
        self.news
            .with(|all| all.iter().any(|one| one.1.status.state != State::Ended))
    }

    /// Whether all of them have caught up with now, and something came of them.
    pub fn caught_up(self) -> bool {
        self.news.with_untracked(|all| {
            all.iter().all(|one| !one.1.behind) && (all.is_empty() || self.has_grown())
        })
    }

    /// Whether anything came of them.
    pub fn has_grown(self) -> bool {
        self.grown.with_value(|all| !all.is_empty())
    }

    /// What stopped one of which nothing came, the last one.
    pub fn fault(self) -> Option<Fault> {
        let stuck = |one: &&(u32, News)| one.1.status.state == State::Stuck && !self.tells(one.0);
        self.news
            .with(|all| all.iter().rev().find(stuck)?.1.status.fault.clone())
    }

    fn tells(self, id: u32) -> bool {
        self.grown
            .with_value(|all| all.iter().any(|one| one.0 == id))
    }

    /// Whether it was not let go.
    fn knows(self, id: u32) -> bool {
        self.names
            .with_value(|all| all.iter().any(|one| one.0 == id))
    }

    fn line(self, id: u32) -> Option<Line> {
        let find = |all: &Vec<(u32, Line)>| all.iter().find(|one| one.0 == id).map(|l| l.1.clone());
        self.lines.with_value(find)
    }

    fn tell(self, id: u32, news: News) {
        self.news.update(|all| {
            if let Some(old) = all.iter_mut().find(|one| one.0 == id) {
                old.1 = news;
            }
        });
    }

    /// Those that another one at this address takes the place of: those that have ended or never told anything, and
    /// the one that is the same.
    fn replaced_by(self, name: &str) -> Vec<u32> {
        let same = self.names.with_value(|all| {
            let same = all.iter().filter(|one| one.1 == name);
            same.map(|one| one.0).collect::<Vec<_>>()
        });
        self.news.with_untracked(|all| {
            let over = |(id, news): &&(u32, News)| {
                let stuck = news.status.state == State::Stuck && !self.tells(*id);
                stuck || news.status.state == State::Ended || same.contains(id)
            };
            all.iter().filter(over).map(|one| one.0).collect()
        })
    }

    /// Lets go of one, and of what came of it.
    fn forget(self, id: u32) {
        if let Some(line) = self.line(id) {
            line.end();
        }
        self.lines.update_value(|all| all.retain(|one| one.0 != id));
        self.names.update_value(|all| all.retain(|one| one.0 != id));
        self.grown.update_value(|all| all.retain(|one| one.0 != id));
        self.news.update(|all| all.retain(|one| one.0 != id));
    }

    /// What all of them say together.
    fn machine(self) -> Option<Arc<Machine>> {
        self.grown.with_value(|grown| {
            if let [(_, one)] = grown.as_slice() {
                return Some(Arc::clone(one));
            }
            self.names.with_value(|names| {
                let name = |id: u32| names.iter().find(|one| one.0 == id).map_or("", |n| &n.1);
                let short = short(&grown.iter().map(|one| name(one.0)).collect::<Vec<_>>());
                let all = short.iter().zip(grown);
                let all: Vec<(&str, &Machine)> =
                    all.map(|(name, one)| (name.as_str(), &*one.1)).collect();
                beside(&all).map(Arc::new)
            })
        })
    }

    /// Takes what is new of a machine; whether there is anything, and whether it is the first of it.
    fn grow(self, id: u32, machine: Machine, from: Option<i64>) -> (bool, bool) {
        let mut first = false;
        self.grown.update_value(|all| {
            let at = all.iter().position(|one| one.0 == id);
            match (at, from) {
                (Some(at), Some(from)) => Arc::make_mut(&mut all[at].1).renew(from, machine),
                (Some(at), None) => all[at].1 = Arc::new(machine),
                (None, _) => {
                    first = from.is_none();
                    all.push((id, Arc::new(machine)));
                }
            }
            all.retain(|one| !one.1.signals.is_empty());
        });
        (self.tells(id), first)
    }
}

/// Connects to one more source.
pub fn connect(app: App, connection: Connection) {
    let metrics = app.metrics;
    let name = connection.name();
    metrics
        .replaced_by(&name)
        .into_iter()
        .for_each(|id| metrics.forget(id));
    let id = metrics.last.get_value() + 1;
    metrics.last.set_value(id);
    app.errors.update(Vec::clear);
    metrics.names.update_value(|all| all.push((id, name)));
    metrics.news.update(|all| all.push((id, News::default())));
    app.connecting.set(false);
    let client = app.client.get_value();
    spawn_local(async move {
        match Line::open(&client, connection).await {
            Ok(line) if !metrics.knows(id) => line.end(),
            Ok(line) => {
                metrics
                    .lines
                    .update_value(|all| all.push((id, line.clone())));
                follow(app, id, line).await;
            }
            Err(why) => {
                metrics.forget(id);
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

async fn follow(app: App, id: u32, line: Line) {
    let metrics = app.metrics;
    let let_go = || {
        metrics
            .lines
            .update_value(|all| all.retain(|one| one.0 != id));
    };
    loop {
        let fresh = match line.news().await {
            Ok(fresh) => fresh,
            Err(Stopped::Cancelled) => return,
            Err(why) => {
                let_go();
                metrics.news.update(|all| {
                    if let Some(one) = all.iter_mut().find(|one| one.0 == id) {
                        one.1.status.state = State::Ended;
                    }
                });
                return told(app, why);
            }
        };
        let mut grown = false;
        if let Some((machine, from)) = fresh.machine {
            let first;
            (grown, first) = metrics.grow(id, machine, from);
            if first && grown {
                // What was said of it is right.
                app.connecting.set(false);
            }
        }
        // What was said of it may be wrong.
        if fresh.news.status.state == State::Stuck && !metrics.tells(id) {
            app.connecting.set(true);
        }
        let ended = fresh.news.status.state == State::Ended;
        metrics.tell(id, fresh.news);
        if grown {
            show(app);
        }
        if ended {
            let_go();
            line.end();
            return;
        }
        // Out of sight nothing is drawn, and timers would sleep.
        if !document().hidden() {
            TimeoutFuture::new(REST_MS).await;
        }
    }
}

/// Has a source do what the reader wants.
pub fn order(app: App, id: u32, order: Order) {
    let Some(line) = app.metrics.line(id) else {
        return;
    };
    spawn_local(async move {
        if let Err(why) = line.order(order).await {
            told(app, why);
        }
    });
}

/// Takes a source that has ended from the list; what came of it stays.
pub fn close(app: App, id: u32) {
    app.metrics.news.update(|all| all.retain(|one| one.0 != id));
}

/// Ends all; what came of them goes, too.
pub fn end(app: App) {
    let ids = app
        .metrics
        .names
        .with_value(|all| all.iter().map(|one| one.0).collect::<Vec<_>>());
    ids.into_iter().for_each(|id| app.metrics.forget(id));
}

/// Shows what is live without files, which were taken away.
pub fn alone(app: App) {
    app.read.set_value(None);
    app.panel.set(false);
    show(app);
}

/// Shows what files and sources say together.
pub fn show(app: App) {
    let read = app.read.get_value();
    let summary = match app.metrics.has_grown() {
        false => read,
        true => Some(Arc::new(together(read.as_deref(), app.metrics))),
    };
    let same = app.summary.with_untracked(|shown| match (shown, &summary) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (a, b) => a.is_none() && b.is_none(),
    });
    if !same {
        app.summary.set(summary);
    }
}

fn together(read: Option<&Summary>, metrics: Metrics) -> Summary {
    let mut summary = match read {
        Some(read) => read.clone(),
        None => Summary::of_task(Task::Service),
    };
    if let Some(grown) = metrics.machine() {
        summary.machine = Some(match &summary.machine {
            Some(files) => {
                let mut both = Machine::clone(files);
                both.merge(&grown);
                both.sources = files.sources + grown.sources;
                Arc::new(both)
            }
            None => grown,
        });
    }
    let source = |(_, news): &(u32, News)| SourceInfo {
        name: news.name.clone(),
        kind: "service".into(),
        bytes: news.status.bytes,
        rows: news.samples,
        rejected: 0,
        format: "live".into(),
    };
    metrics
        .news
        .with_untracked(|all| summary.sources.extend(all.iter().map(source)));
    summary
}
