//! What the name of a metric means: a list of rules, the first that fits.
//!
//! A rule names metrics by a pattern (`*` stands for anything) and what is made of their samples. Names are those
//! that the tools write; of OpenTelemetry, with dots and as its Prometheus exporter writes them. To know another
//! tool, add a line to [`rules`].

mod cells;
mod collect;
mod created;
mod far;
mod fine;
mod found;
mod left_out;
mod missed;
mod replicas;
mod restarts;
mod rows;
mod rules;
mod scrapes;
mod units;
mod who;

pub use collect::{machine, machine_in};
pub use created::{Looks, since_created, tells_when};
pub use far::without_far;
pub use fine::{fine_in, judged_in, of_rows, others_in};
pub use missed::{Scrapes, missed, sources};
pub use restarts::{restarts_in, told_restarts};
pub use rules::{Means, Take, counts_for_mean, ignored, means, native};
pub use scrapes::span;
pub use who::{class, is_told, who};
