//! Plumbline tells whether a machine-learning model in production is still true.
//!
//! One way leads through the house, and every door (the page, the command line, a test) walks it:
//!
//! ```text
//! bytes ──► read ──► Table ──► log ──► Log ──► summary ──► Summary ──► report ──► Report ──► chart / web / bin
//! ```
//!
//! Rooms, each of which may use only those above it (`tests/architecture.rs` holds them to it):
//!
//! | room | holds |
//! | --- | --- |
//! | [`settings`] | files that a person writes in TOML: values with their place, and faults that name it |
//! | [`stats`] | pure numerics: exact sums, intervals, ranks, sketches, distances, corrections for many tests |
//! | [`table`] | typed columns and their way between workers |
//! | [`read`] | one file a format, from bytes to a [`table::Table`]; what is wrong with a row is counted and shown |
//! | [`series`] | what the machine says: metrics of a service and requests of its logs, from files to mergeable cells by time |
//! | [`feed`] | live sources as state machines that name the next request and take its answer: whoever carries the bytes |
//! | [`unpack`] | from a compressed file, an archive or a workbook to the files in it, which are then files like any other |
//! | [`log`] | which column means what, and predictions joined with outcomes |
//! | [`summary`] | mergeable counts for each bucket of time and slice; never a row |
//! | [`metric`] | each metric one unit in a registry, with formula, range, interval and source |
//! | [`report`] | what a reader sees, as a pure function of (Summary, View), and its writers |
//! | [`check`] | rules that a person sets, in a file that page and command line read, and whether a report keeps them |
//! | [`chart`] | drawings of parts of a Report on any plotters backend |
//! | [`engine`] | the way from bytes to Summary as jobs: shards, progress, ordered merge |
//! | `web` | the only room that knows a browser |
//!
//! **Invariants.** Nothing outside `web` names a browser type. A Summary holds no row, so a shared
//! report cannot leak one. A value that cannot be computed is absent with a reason, never NaN.
//! Sums are exact (see [`stats::exact_sum`]), and transcendental functions come from `libm`, so the
//! page and the command line print the same bytes whatever the number of workers. A bad row is
//! counted, sampled and shown, and costs the others nothing; one longer than [`read::MAX_RECORD`] is
//! such a row.

pub mod chart;
pub mod check;
pub mod engine;
pub mod feed;
pub mod log;
pub mod metric;
pub mod read;
pub mod report;
pub mod series;
pub mod settings;
pub mod stats;
pub mod summary;
pub mod table;
pub mod unpack;
#[cfg(feature = "web")]
pub mod web;
