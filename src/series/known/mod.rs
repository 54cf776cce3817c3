//! What the name of a metric means: a list of rules, the first that fits.
//!
//! A rule names metrics by a pattern (`*` stands for anything) and what is made of their samples. Names are those
//! that the tools write; of OpenTelemetry, with dots and as its Prometheus exporter writes them. To know another
//! tool, add a line to [`rules`].

mod cells;
mod collect;
mod far;
mod fine;
mod rows;
mod rules;
mod scrapes;
mod units;
mod who;

pub use collect::{machine, machine_in, restarts_in, told_restarts};
pub use fine::{fine_in, of_rows};
pub use rules::{Means, Take, counts_for_mean, ignored, means};
pub use scrapes::span;
pub use who::{Class, class, is_told, who, word};
