//! What the targets share: how a file is read in parts, and what has to be alike.
//!
//! Every target asserts that nothing panics, that each input ends in time (`-timeout`), and that memory
//! stays within what the rooms promise ([`within`]). Sums are checked, and so is every index.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod columnar;
mod text;

pub use columnar::columnar;
pub use text::{delimited, text};

use peak_alloc::PeakAlloc;
use plumbline::read::Trouble;
use std::collections::BTreeMap;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Runs it, and asserts that it never held more than so many megabytes, its result included. What it
/// holds is counted where it is asked for, so that a claim counts which is never written to.
#[track_caller]
pub fn within<T>(megabytes: usize, what: &str, run: impl FnOnce() -> T) -> T {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let result = run();
    let used = MEMORY.peak_usage().saturating_sub(before) >> 20;
    assert!(used < megabytes, "{what} held {used} MB, not {megabytes}");
    result
}

/// Of each kind of trouble in each column, and of the rows: the first line, and how many there are.
type Told = BTreeMap<(Option<String>, bool, String), (u64, u64)>;

/// What is wrong with a file; `parts` are the lines of each part of it, and its troubles.
fn told<'a>(parts: impl IntoIterator<Item = (u64, &'a [Trouble])>, apart: bool) -> Told {
    let mut told = Told::new();
    let mut before = 0;
    for (lines, troubles) in parts {
        for trouble in troubles {
            let line = before + trouble.line;
            let column = trouble.column.clone().filter(|_| apart);
            // What was found differs from one to the next; what was expected tells the kind. What is
            // wrong with a whole group of rows has its reason in whatever was read first.
            let kind = trouble.reason.split_once(", expected").filter(|_| apart);
            let kind = kind.map_or("", |(_, kind)| kind).to_owned();
            let entry = told
                .entry((column, trouble.row_lost, kind))
                .or_insert((line, 0));
            *entry = (entry.0.min(line), entry.1 + trouble.count);
        }
        before += lines;
    }
    told
}

/// Asserts that a file in parts has the troubles that it has as a whole.
#[track_caller]
fn same_troubles(parts: &[(u64, &[Trouble])], whole: (u64, &[Trouble])) {
    // A list of troubles ends, and what does not fit is of no kind and no column.
    let full = |troubles: &[Trouble]| troubles.iter().any(|t| t.reason.starts_with("more kinds"));
    let apart = !full(whole.1) && !parts.iter().any(|(_, troubles)| full(troubles));
    let parts = told(parts.iter().copied(), apart);
    assert_eq!(parts, told([whole], apart), "other troubles in parts");
}
