//! Live sources as state machines: they name the next request, take its answer, and give samples or rows. Who carries
//! the bytes (the page's worker, a test) is not their business, and neither is the clock: every call is told the time.
//!
//! May use: `series` (samples), `read` (bytes, instants), `table` (time), `stats`.
//!
//! ```text
//!            Todo: ask this, or wait until                  Piece: samples, rows, a gap
//! carrier ◄──────────────────────────────  Feed ◄──► Source ─────────────────────────────► the growing report
//!         ──────────────────────────────►
//!            Came: an answer, a part of a stream, a failure
//! ```
//!
//! Two hinges:
//!
//! 1. [`Source`]: what is special about a kind of server: which request comes next and what its answer means. One file
//!    each. It never retries, rests or counts.
//! 2. [`Feed`]: what is alike for all: one request at a time, back-off with jitter that is passed in, `Retry-After`,
//!    patience, pause, resume, and the counts that the reader sees.
//!
//! **Invariants.** An answer is taken at most once, and only the one that is open: what comes late is dropped. A
//! failure loses nothing that was taken before. Samples that come twice are taken once (the source knows up to when
//! it has them). A time in which nothing could be seen is a [`Gap`], never zeros. No source holds more than
//! [`MOST_HELD`] bytes.

mod backoff;
pub mod clock;
mod follow;
pub mod grow;
pub mod live;
pub mod mlflow;
pub mod prometheus;
pub mod rows;
mod silence;
mod source;

pub use backoff::BackOff;
pub use follow::{Feed, State, Status, Todo};
pub use silence::Silence;
pub use source::{
    Again, Answer, Ask, Came, Carrier, Fault, Gap, Instant, Method, Next, Offer, Piece, RowForm,
    Rows, SECOND, Source, Unreached, Way,
};

/// Bytes that a source holds at most between two calls, such as the start of a line whose end is yet to come.
pub const MOST_HELD: usize = 16 << 20;
