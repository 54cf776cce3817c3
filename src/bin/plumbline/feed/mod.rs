//! `plumbline feed`: a recorded log as a live source, for a demonstration or a test, or to try out what follows one.
//!
//! Tables come row by row (a growing file, events, a WebSocket, polls), metrics of a service through Prometheus's API
//! and as an exporter. All is held in memory, some two times the size of the files as JSON. It listens on the loopback
//! only; any page that is open in a browser of this machine may read it, unless `--origin` names one.

mod api;
mod exposition;
mod http;
mod metrics;
mod query;
mod replay;
mod rows;
mod server;

use super::Failure;
use super::files::{self, Lines};
use super::options::FeedOptions;
use hyper::header::HeaderValue;
use metrics::Metrics;
use plumbline::log::Role;
use plumbline::table::Column;
use plumbline::table::time::{SECOND, Time};
use replay::Replay;
use std::io::Write;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;

/// Replays until the program is ended.
pub fn feed(options: &FeedOptions) -> Result<(), Failure> {
    if !(options.speed.is_finite() && options.speed > 0.0) {
        return Err(Failure::Input(
            "--speed takes a number above 0: 1 is as fast as it was, 3600 an hour in a second"
                .into(),
        ));
    }
    let origin = HeaderValue::from_str(&options.origin).map_err(|_| {
        let origin = &options.origin;
        Failure::Input(format!(
            "--origin {origin}: expected * or an address such as https://example.org"
        ))
    })?;
    let replay = replay(options)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Failure::Input(why.to_string()))?;
    runtime.block_on(async {
        let port = options.port;
        let listener = TcpListener::bind(("127.0.0.1", port)).await;
        let listener = listener.map_err(|why| {
            Failure::Input(format!(
                "port {port} cannot be had: {why}. Give --port another one, or 0 for any that is free"
            ))
        })?;
        let port = listener.local_addr().map_or(port, |address| address.port());
        // Whoever started it reads the address here; where nobody does, it serves all the same.
        let told = writeln!(std::io::stdout(), "http://127.0.0.1:{port}");
        let _ = told.and_then(|()| std::io::stdout().flush());
        tell(&replay, options);
        server::serve(listener, Arc::new(replay), origin).await;
        Ok(())
    })
}

/// Says what is replayed.
fn tell(replay: &Replay, options: &FeedOptions) {
    let (tables, series) = (replay.tracks.len(), replay.metrics.all.len());
    let what = format!("{tables} tables and {series} series; / lists them, Ctrl-C ends it");
    match replay.span() {
        Some((first, last)) => {
            let seconds = last.saturating_sub(first) as f64 / SECOND as f64 / options.speed;
            let (first, last) = (Time(first), Time(last));
            eprintln!("Replays {first} to {last} in {seconds:.0} s: {what}.");
        }
        None => eprintln!("Replays {what}."),
    }
}

/// Reads the files and sets the clock.
fn replay(options: &FeedOptions) -> Result<Replay, Failure> {
    let from = options.from.as_deref().map(instant).transpose();
    let from = from.map_err(Failure::Input)?;
    let found = files::look(&options.report()).map_err(Failure::Input)?;
    let read = |hashed: bool| -> Result<Vec<Lines>, Failure> {
        let tables = found.tables.iter();
        tables
            .map(|table| files::read_lines(table, hashed))
            .collect()
    };
    let mut tables = read(false)?;
    if tables.iter().any(lacks_ids) {
        eprintln!("plumbline: {HASHED}");
        tables = read(true)?;
    }
    let (set, far) = metrics::near(found.served);
    if let Some(far) = far {
        eprintln!("plumbline: {far}");
    }
    let mut metrics = Metrics::new(&set);
    let first = rows::first(&tables).into_iter();
    let first = first.chain(metrics.span().map(|span| span.0)).min();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |t| i64::try_from(t.as_micros()).unwrap_or(i64::MAX));
    let from = from.or(first).unwrap_or(now);
    let shift = if options.shift {
        now.saturating_sub(from)
    } else {
        0
    };
    metrics.shift(shift);
    let (tracks, notes) = rows::tracks(tables, shift);
    for note in notes {
        eprintln!("plumbline: {note}");
    }
    if tracks.is_empty() && metrics.all.is_empty() {
        return Err(Failure::Data(
            "the files hold no row and no sample that could be replayed".into(),
        ));
    }
    let from = from.saturating_add(shift);
    Ok(Replay::new(tracks, metrics, from, options.speed, now))
}

/// What is said where ids are not written as they stand.
const HASHED: &str = "a group of rows holds more than 100 000 different ids, so ids are written as hashes, in all tables alike";

/// Whether ids were not kept, for there are too many.
fn lacks_ids(table: &Lines) -> bool {
    table.parts.iter().any(|(part, input)| {
        let guesses = input.sniff.columns.iter().zip(&input.roles);
        let mut ids = guesses.filter(|(_, g)| matches!(g.role, Role::Id | Role::Query));
        let lost = |column: &Column| matches!(column, Column::Presence(_));
        ids.any(|(id, _)| {
            let mut columns = part.names.iter().zip(&part.columns);
            columns.any(|(name, column)| *name == id.name && lost(column))
        })
    })
}

fn instant(text: &str) -> Result<i64, String> {
    let time = Time::parse(text).map(|time| time.0);
    time.ok_or_else(|| format!("--from {text}: write it as 2026-11-01 or 2026-11-01T12:00:00Z"))
}
