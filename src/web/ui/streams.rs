//! Live sources of rows: as many as there are, each followed by a worker of its own. What comes piles up as files that
//! grow, which are read, joined and summarised as dropped ones are: so live predictions meet late outcomes, and both
//! meet whatever was dropped. Between two readings the page rests at least three times as long as one took.

use super::actions;
use super::pile::{MOST, Pile};
use super::state::App;
use crate::engine::message::Input;
use crate::engine::stay;
use crate::feed::State;
use crate::feed::live::{Connection, News, Order};
use crate::log::{FileKind, Role};
use crate::read::ReadError;
use crate::web::client::Stopped;
use crate::web::files::Given;
use crate::web::line::Line;
use crate::web::timing;
use gloo::timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

/// Least time between two readings, in milliseconds.
const REST_MS: f64 = 1_000.0;
/// Longest time that what is expected of windows is waited for, in milliseconds.
const PATIENCE_MS: f64 = 20_000.0;
/// Bytes of rows after which what is unclear about their columns is put to the reader.
const ENOUGH: u64 = 64 << 10;

/// Live sources of rows.
#[derive(Clone, Copy)]
pub struct Streams {
    /// How each stands.
    pub news: RwSignal<Vec<(u32, News)>>,
    lines: StoredValue<Vec<(u32, Line)>, LocalStorage>,
    pile: StoredValue<Pile, LocalStorage>,
    reading: StoredValue<bool>,
    last: StoredValue<u32>,
    /// What is wrong with the rows so far, until it mends itself.
    fault: StoredValue<Option<ReadError>>,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            news: RwSignal::default(),
            lines: StoredValue::new_local(Vec::new()),
            pile: StoredValue::new_local(Pile::default()),
            reading: StoredValue::new(false),
            last: StoredValue::new(0),
            fault: StoredValue::new(None),
        }
    }
}

impl Streams {
    fn tell(self, id: u32, news: News) {
        self.news.update(|all| {
            if let Some(old) = all.iter_mut().find(|one| one.0 == id) {
                old.1 = news;
            }
        });
    }

    fn line(self, id: u32) -> Option<Line> {
        let find = |all: &Vec<(u32, Line)>| all.iter().find(|one| one.0 == id).map(|l| l.1.clone());
        self.lines.with_value(find)
    }

    /// Whether any of them is followed.
    pub fn follow_any(self) -> bool {
        self.news
            .with(|all| all.iter().any(|one| one.1.status.state != State::Ended))
    }

    /// Whether those that are followed have caught up.
    pub fn caught_up(self) -> bool {
        self.news
            .with_untracked(|all| all.iter().all(|one| !one.1.behind))
    }
}

/// Tells the view whether rows still come.
fn view_goes_on(app: App) {
    let is_open = |all: &Vec<(u32, News)>| all.iter().any(|one| one.1.status.state != State::Ended);
    let live = app.streams.news.with_untracked(is_open);
    if app.view.with_untracked(|view| view.live != live) {
        app.view.update(|view| view.live = live);
    }
}

/// Connects to one more source.
pub fn connect(app: App, connection: Connection) {
    let streams = app.streams;
    let id = streams.last.get_value() + 1;
    streams.last.set_value(id);
    streams.news.update(|all| all.push((id, News::default())));
    view_goes_on(app);
    app.connecting.set(false);
    let client = app.client.get_value();
    spawn_local(async move {
        match Line::open(&client, connection).await {
            Ok(line) => {
                streams
                    .lines
                    .update_value(|all| all.push((id, line.clone())));
                follow(app, id, line).await;
            }
            Err(why) => {
                close(app, id);
                told(app, why);
            }
        }
    });
}

fn told(app: App, why: Stopped) {
    if let Stopped::Failed(error) = why {
        actions::fail(app, error);
    }
}

async fn follow(app: App, id: u32, line: Line) {
    let streams = app.streams;
    loop {
        let fresh = match line.news().await {
            Ok(fresh) => fresh,
            Err(Stopped::Cancelled) => return,
            Err(why) => {
                close(app, id);
                return told(app, why);
            }
        };
        let came = !fresh.rows.is_empty();
        streams
            .pile
            .update_value(|pile| fresh.rows.into_iter().for_each(|rows| pile.add(rows)));
        let ended = fresh.news.status.state == State::Ended;
        streams.tell(id, fresh.news);
        view_goes_on(app);
        if came {
            read(app);
        }
        if ended {
            streams
                .lines
                .update_value(|all| all.retain(|one| one.0 != id));
            return line.end();
        }
        TimeoutFuture::new(REST_MS as u32 / 4).await;
    }
}

/// Has a source do what the reader wants.
pub fn order(app: App, id: u32, order: Order) {
    let Some(line) = app.streams.line(id) else {
        return;
    };
    spawn_local(async move {
        if let Err(why) = line.order(order).await {
            told(app, why);
        }
    });
}

/// Takes a source that has ended from the list; its rows stay.
pub fn close(app: App, id: u32) {
    if let Some(line) = app.streams.line(id) {
        line.end();
    }
    app.streams
        .lines
        .update_value(|all| all.retain(|one| one.0 != id));
    app.streams.news.update(|all| all.retain(|one| one.0 != id));
    view_goes_on(app);
}

/// Ends all; what came of them goes, too.
pub fn end(app: App) {
    let streams = app.streams;
    let lines = streams.lines.try_update_value(std::mem::take);
    lines.into_iter().flatten().for_each(|(_, line)| line.end());
    streams.news.set(Vec::new());
    view_goes_on(app);
    streams.pile.set_value(Pile::default());
    streams.fault.set_value(None);
}

/// Forgets the rows of a table that the reader took away.
pub fn forget(app: App, name: &str) {
    app.streams.pile.update_value(|pile| pile.forget(name));
}

/// Reads what has come, and what comes meanwhile, in turns.
fn read(app: App) {
    let streams = app.streams;
    if streams.reading.get_value() {
        return;
    }
    streams.reading.set_value(true);
    spawn_local(async move {
        while streams.pile.with_value(Pile::has_grown) {
            settled(app).await;
            let began = timing::now();
            let files = streams
                .pile
                .try_update_value(Pile::take)
                .unwrap_or_default();
            if let Err(Stopped::Failed(error)) = grow(app, files).await {
                fault(app, Some(error));
            }
            let rest = (3.0 * (timing::now() - began)).max(REST_MS);
            TimeoutFuture::new(rest as u32).await;
        }
        streams.reading.set_value(false);
    });
}

/// Waits until nobody else reads, and until what the last reading lacked has been told.
async fn settled(app: App) {
    let began = timing::now();
    loop {
        let works = app.work.with_untracked(Option::is_some);
        let awaited = app.summary.with_untracked(Option::is_some)
            && app.awaited.get_untracked() != Default::default();
        if !works && (!awaited || timing::now() - began > PATIENCE_MS) {
            return;
        }
        TimeoutFuture::new(100).await;
    }
}

/// Tells what is wrong with the rows so far, in place of what was.
fn fault(app: App, error: Option<ReadError>) {
    let before = app
        .streams
        .fault
        .try_update_value(|held| std::mem::replace(held, error.clone()));
    let before = before.flatten();
    if before == error {
        return;
    }
    app.errors.update(|errors| {
        errors.retain(|one| Some(one) != before.as_ref());
        errors.extend(error);
    });
}

/// Looks into the files anew, and reads all with them.
async fn grow(app: App, files: Vec<File>) -> Result<(), Stopped> {
    let client = app.client.get_value();
    let mut files: Vec<Given> = files.into_iter().map(Given::from).collect();
    files.iter_mut().for_each(actions::said_before(app));
    let looked = client.look(files, |_| ()).await?;
    let pile = app.streams.pile;
    let live = |name: &str| pile.with_value(|pile| pile.holds(name));
    for (files, input) in looked.found {
        put(app, files, input);
    }
    app.served.update(|all| {
        for says in looked.served {
            match all.iter_mut().find(|old| old.name == says.name) {
                Some(old) => *old = says,
                None => all.push(says),
            }
        }
    });
    app.inputs.update(|inputs| actions::understand(app, inputs));
    let bytes = app.inputs.with_untracked(|inputs| {
        let live = inputs.iter().filter(|input| live(&input.name));
        live.map(|input| input.bytes).sum::<u64>()
    });
    let waits = app
        .inputs
        .with_untracked(|inputs| !inputs.is_empty() && !tells(inputs));
    if waits {
        // What is missing may be about to come.
        if bytes > ENOUGH && app.summary.with_untracked(Option::is_none) {
            app.panel.set(true);
        }
        return Ok(());
    }
    let done = actions::run_quietly(app).await;
    let few = bytes < ENOUGH && app.summary.with_untracked(Option::is_none);
    match done {
        // The first rows may not meet yet.
        Err(Stopped::Failed(_)) if few => Ok(()),
        Err(why) => Err(why),
        Ok(()) => {
            fault(app, bound(app));
            Ok(())
        }
    }
}

/// Whether rows are there that a report can be made of: predictions, whose outcomes may come later, or requests.
fn tells(inputs: &[Input]) -> bool {
    let tells = |role: Role| role.predicts() || matches!(role, Role::Latency | Role::Status);
    let rows = inputs
        .iter()
        .filter(|input| input.kind == FileKind::Predictions);
    let mut roles = rows.flat_map(|input| &input.roles);
    roles.any(|guess| tells(guess.role))
}

/// What is said where rows were let go.
fn bound(app: App) -> Option<ReadError> {
    let let_go = app.streams.pile.with_value(Pile::let_go);
    (let_go > 0).then(|| ReadError {
        file: "Live rows".into(),
        line: None,
        found: format!(
            "the oldest {} MB were let go: {} MB of live rows are kept",
            let_go >> 20,
            MOST >> 20
        ),
        mend: "Save the report to keep what it says, or read the files as a whole".into(),
    })
}

/// Puts a table in the place of what it was before it grew, whatever its columns are now; its segments stay.
fn put(app: App, files: Vec<File>, mut input: Input) {
    let place = app
        .inputs
        .with_untracked(|inputs| inputs.iter().position(|old| old.name == input.name));
    app.files.update_value(|all| match place {
        Some(at) => all[at] = files,
        None => all.push(files),
    });
    app.inputs.update(|all| match place {
        Some(at) => {
            stay(&all[at], &mut input);
            all[at] = input;
        }
        None => all.push(input),
    });
}
