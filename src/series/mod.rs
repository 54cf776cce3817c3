//! What the machine says: named series of a service's metrics and the requests of its logs, from files to mergeable
//! cells by time.
//!
//! May use: `read` (bytes, instants, troubles; no reader), `table` (time), `stats`.
//!
//! ```text
//! bytes ──► read/ ──► SeriesSet ──► known/ ──► Machine ──► (in a Summary) ──► report
//!           a format    series and     what a     rates, levels, shares and
//!           each        requests       name means durations by step of time
//! ```
//!
//! Three hinges:
//!
//! 1. [`SeriesSet`]: series as they were scraped (times in microseconds of UTC, values), by name and labels; and rows
//!    of access logs and tables, which are counted as they pass ([`Requests`]), so a log of any length takes the same
//!    room. Sets add up in any order: a service's files of several days are one set. Readers know nothing of what a
//!    name means.
//! 2. `known/`: what a name means: `node_cpu_seconds_total{mode="idle"}` is the rest of a CPU's use, `vllm:…` is a
//!    language model's. A list of rules, first match first; what no rule knows is shown as it is, where there is
//!    not too much of it.
//! 3. [`Machine`]: what the page and the report are made of: for each measure and each thing that it is of, cells by
//!    step of time that add up to those of any longer time. A step is one of a ladder whose rungs divide each other,
//!    so cells of two machines can be brought to one step. No row and no label value that names a request is in it.
//!
//! **Rates** are Prometheus's ([`crate::stats::counter`]): over `(from, to]` of a step, extrapolated to its ends,
//! resets counted. A step is at least four scrapes long, so that one lost scrape loses no step. Where a step holds
//! fewer than two samples there is a gap: it is absent, never 0. A series that first appears while others of its process
//! were known counts from its first sample on, as `increase()` has it; where `…_created` tells when it began, from 0 then.
//! **Totals**, error budgets and percentiles of a time are made of cells of their own ([`Signal::totals`]): each rise from
//! scrape to scrape is in one step, that of the later one, so that steps add up to what the counter rose by, whatever
//! fell between the last scrape of one step and the first of the next. Where one of several instances was silent, the
//! seconds of its gap count once, with those of the others ([`ranges`]).
//! **Gaps.** Scrapes of a source that are missing are told with their instants ([`Missed`]), also where a step still has
//! enough of them. **Quantiles** of histograms are those of
//! `histogram_quantile` over the increases of the step ([`crate::stats::buckets`]); of rows they are from a sketch
//! within 1 %.
//!
//! **Error budgets** are judged over windows of their own, the shortest of five minutes ([`crate::stats::burn`]), in the
//! shortest steps in which the data are kept, and not in those of a chart: [`Machine::fine`] holds the signals of
//! requests, errors and durations so, and a [`Ledger`] the rows of a log. All other signals are held so, too, for marked
//! periods that the steps of charts do not divide. What is bounded, and how, is said there.
//!
//! **Clock skew.** Samples are put into order by their times, and of two at one time the later one counts. Where a clock
//! went back, what is told of a time twice is left out, and nothing is told of what rose meanwhile; instants that lie
//! far from all others are left out, too, and a note says so. A sample
//! without a time gets that of its scrape, where the file tells it ([`read`] says how); a scrape of which no time can
//! be told is counted in the totals and drawn nowhere.

pub mod anomalies;
mod beside;
mod durations;
pub mod fine;
pub mod known;
pub mod ledger;
mod machine;
pub mod measure;
mod order;
pub mod ranges;
pub mod read;
pub mod requests;
pub mod run;
pub mod set;
mod signal;
mod step;
pub mod took;

pub use beside::{beside, short};
pub use durations::{Durations, UpTo};
pub use fine::Fine;
pub use ledger::Ledger;
pub use machine::{Machine, Missed, Restart};
pub use measure::{Family, Measure, Unit};
pub use requests::{RequestCell, Requests};
pub use set::{Key, Kind, Labels, Series, SeriesSet, Values};
pub use signal::{Cells, Level, Rate, Share, Signal};
pub use step::Step;
