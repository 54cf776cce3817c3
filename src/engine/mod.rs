//! The way from bytes to Summary as jobs: shards, progress, ordered merge, and the messages that
//! the page and its workers speak.
//!
//! May use: everything above it. It names no browser type: `web` carries the messages, and the
//! command line calls the same functions one after the other.
//!
//! ```text
//! page ── Sniff ──► any worker ── Sniffed ──► page      (head of each file: format, columns, roles)
//!                  any worker ── Unpacked ► page      (the files in it, to be looked into)
//! page ── Mend ───► any worker ── Sniffed ──► page      (a file that has lost its end, beside whole ones of its table)
//! page ── Open ───► keeper                              (all inputs, with the roles in force; of very many, More follows)
//!                  any worker ── Served ──► page      (what a file of a service says; no table)
//! page ── Serve ──► keeper                              (which is put beside the rows)
//! page ── Read ───► readers ──── Part ──────► page      (a shard each; the rows as one buffer)
//! page ── Keep ───► keeper                              (the buffer goes on, by transfer)
//! page ── Again ──► keeper                              (files to be read once more: words where numbers were expected)
//! page ── Finish ─► keeper ───── Summary ───► page      (join and summarise)
//! page ── Refine ─► keeper ───── Summary ───► page      (a slice, range or window size that the Summary lacks)
//! page ── Stop ───► keeper                              (the refinement in the making is not wanted any more)
//! page ── Write ──► keeper ───── Written ───► page      (the text of a saved report, or of its JSON)
//! ```
//!
//! A saved report has no rows: its keeper is given the Summary (`Carry`, `Hold`). The example's files are
//! made by a reader (`Example`).
//!
//! Files larger than memory are streamed: their outcomes come first, and the keeper lets the rows of
//! predictions go once they are joined and counted. No reader begins a shard far ahead of the slowest one.
//!
//! The page holds no row: it forwards buffers and keeps the numbers that [`Plan`] needs.

pub mod alarms;
pub mod example;
mod keeper;
mod look;
mod mend;
pub mod message;
mod notices;
pub mod pace;
pub mod parcel;
mod part;
mod path_times;
mod paths;
mod plan;
mod promote;
pub mod rows;
pub mod service;
mod several;
pub mod shards;
mod sources;
mod stay;
mod stream;
mod tables;
mod tie;
mod union;
mod widen;
mod write;

pub use keeper::{Keeper, Refined};
pub use look::{arrange, look, look_as};
pub use mend::{loss, tellers};
pub use message::Depth;
pub use part::{info, read_through};
pub use plan::{Next, Plan};
pub use several::{beside, few, left_out, sift};
pub use shards::Shards;
pub use stay::stay;
pub use stream::{Mode, in_order};
pub use tables::{Tables, tables};
pub use tie::{give, give_meaning, tie, unpredicted, untied};
pub use widen::widen;
pub use write::write;
