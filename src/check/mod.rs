//! Rules that a person sets beside what Plumbline judges by itself, and whether a report keeps them.
//!
//! May use: `report`, `metric`, `log`, `table`, `settings`, `stats`.
//!
//! A file of rules is complete: it holds the View (window, baseline, threshold, slice) and the roles of the
//! columns, too, so that everyone who has the data judges the same numbers. Page and command line read and
//! write it, and both call [`judge`], which is a pure function of Reports and [`Rules`]: their verdicts are
//! the same bytes.
//!
//! How windows are judged:
//! - A window without the value, or whose outcomes have yet to come, is passed over: it neither breaks a rule
//!   nor keeps it, and does not interrupt a row of windows that do. A window of the baseline is passed over
//!   by rules that compare with the baseline.
//! - A rule fires once `for` judged windows in a row break it, and comes back once `clear.for` in a row keep
//!   it (or the limits of `clear`).
//! - A silence hides a rule that fires, it does not forget: windows within it are judged as any other, and
//!   the rule fires openly if it still does after.
//! - Incidents, checks of data quality and expectations are counted: without a limit, none is allowed.
//! - A rule that cannot be judged says why; it never passes for that reason.

mod counted;
mod evaluate;
mod junit;
mod limits;
mod made;
mod markdown;
mod points;
mod read;
mod rule;
mod run;
mod suggest;
mod verdict;
mod words;
mod write;

pub use evaluate::judge;
pub use junit::junit;
pub use markdown::{headline, markdown, plain};
pub use read::{is_rules, read};
pub use rule::{
    About, Clear, End, Fails, Limit, Measure, Over, Rule, Rules, Severity, Side, Silence, Spread,
    Tolerance, Watched,
};
pub use suggest::suggest;
pub use verdict::{Broken, Outcome, SCHEMA, State, Verdict, Verdicts};
pub use write::write;
