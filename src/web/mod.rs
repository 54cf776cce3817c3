//! The only room that knows a browser: boot, worker pool, files, canvas, storage, download; and the page.
//!
//! May use: everything. Everything else may not use it.
//!
//! ```text
//! boot ──► ui ──► client ──► pool ══ wire ══ worker ──► engine
//! ```
//!
//! **Invariants.** The page's own thread never sees a row: buffers pass through it unread. Workers
//! are this same module, started from a Blob URL, so that the page works on any static host and
//! from a file. Nothing of a reader's files is sent anywhere: the page's security policy forbids it. Live sources have
//! a page of their own with another policy (`live.html`, the same program); it asks the servers that a reader names.

pub mod bench;
pub mod boot;
pub mod canvas;
mod carry;
pub mod chart_view;
pub mod client;
pub mod files;
mod follower;
pub mod line;
pub mod look;
mod mend;
mod opening;
mod pool;
mod progress;
mod reading;
pub mod save;
pub mod slices;
pub mod store;
pub mod timing;
pub mod ui;
mod unpack;
pub mod url;
mod wire;
mod worker;

pub use boot::start;
