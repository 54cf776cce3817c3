//! The page, in a real Chromium: what a person does with it, from the drop of two files to a saved
//! report that opens without a network.
//!
//! Needs Chromium and the built page (`make page`). Where one is missing the tests pass with a
//! notice, unless `PLUMBLINE_BROWSER_TESTS=required`, as `make test` sets it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;
mod blocks;
mod cdp;
mod client;
mod containers;
mod curves;
mod data;
mod deaths;
mod dialect;
mod every_metric;
mod feed;
#[path = "../feed_help/mod.rs"]
mod feed_help;
mod folders;
mod formats;
mod incidents;
mod live_growth;
mod live_rows;
mod live_servers;
mod looks;
mod page;
mod replay;
mod report;
mod rules;
mod server;
mod service;
mod steady;
mod stream;
mod tasks;
mod trouble;

use page::Page;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One browser at a time: the machines that test have few cores.
static TURN: Mutex<()> = Mutex::new(());

/// A blank page in a fresh browser, and the turn to use it.
fn browser() -> Option<(Page, MutexGuard<'static, ()>)> {
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    match cdp::chromium() {
        Some(program) => Some((Page::new(&program), turn)),
        None => skip("Chromium is not installed"),
    }
}

/// The folder of the built page.
fn dist() -> Option<PathBuf> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    if dist.join("index.html").is_file() {
        Some(dist)
    } else {
        skip("the page is not built: run 'make page'")
    }
}

fn skip<T>(why: &str) -> Option<T> {
    let required = std::env::var("PLUMBLINE_BROWSER_TESTS").is_ok_and(|v| v == "required");
    assert!(!required, "{why}");
    eprintln!("skipped: {why}");
    None
}
