//! Alarms at a stated rate: many numbers watched over many windows, each looked at as it comes.
//!
//! A [`Stream`] is one number by window (a metric, the mean rank of a column, the share of a category) beside
//! the same number of a baseline. After each window every stream is tested on its last 1, 3, 9 and 27 windows
//! taken together ([`SCALES`]): one great change shows at once, a small lasting one adds up.
//!
//! **What is guaranteed.** A budget of one false alarm in W windows allows 1/W of them a window. Every stream
//! has a part of it, every scale a part of that, and rejects where its p-value is at most its part. The
//! expected number of false alarms is the sum of all these chances, so that it is at most T/W after T windows,
//! over all streams together, whatever depends on what: streams on each other, and windows on each other by the
//! baseline that they are all compared with. Nothing has to be independent, only each p-value has to be true.
//! That is Bonferroni's bound of the per-family error rate (E. Spjøtvoll 1972, *On the optimality of some
//! multiple comparison procedures*), with the same level spent at every window, which makes it valid over
//! time: no window's verdict changes what is spent on later ones. Looking at the last windows together is Lai's
//! window-limited scheme (T. L. Lai 1995, *Sequential changepoint detection in quality control and dynamical
//! systems*), on lengths that grow by a factor. E-detectors (Shin, Ramdas and Rinaldo 2024, *E-detectors: a
//! nonparametric framework for sequential change detection*) hold a run length for e-values given the past; a
//! common baseline gives no such e-values without a model of all windows together, and turning a p-value into
//! an e-value costs, at rates like these, two thirds of a standard deviation of every window's power.
//! After an alarm has ended, its windows are not looked at again.
//!
//! **What makes the p-values true.** The error of a difference is the window's, the baseline's own, and what
//! windows vary by beyond sampling, which is learned from the windows of the baseline, and of few windows with
//! the help of all other streams ([`spread`]): p-values are means over all that it may be. Of a reference, which
//! has no windows, it is learned from the windows that come, so that the first few raise no alarm. Seasons that
//! the baseline shows are removed ([`fit`]). Shares are tested exactly, as rare ones are far from normal; means
//! are corrected for their skewness. Variation between windows is taken to be independent from one to the next.

pub mod chosen;
pub mod columns;
pub mod counts;
pub mod fit;
pub mod group;
mod onset;
mod share;
pub mod spread;
mod tested;
mod watch;

pub use columns::Counts;
pub use group::group;
pub use onset::{Onset, onset};
pub use tested::Tested;
pub use watch::{Alarm, Seen, Verdict, fit as fit_all, judge, watch};

/// Windows taken together, and the part of a stream's budget that is spent on them.
pub const SCALES: [(usize, f64); 4] = [(1, 0.4), (3, 0.3), (9, 0.2), (27, 0.1)];

/// Windows to one false alarm, by default.
pub const WINDOWS_TO_AN_ALARM: f64 = 30.0;

/// One number of one window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The number.
    pub value: f64,
    /// Its variance by sampling, were nothing changed: what it is tested by.
    pub variance: f64,
    /// Its variance by sampling as the window's own rows have it: what its interval is made of.
    pub own: f64,
    /// Rows it is made of.
    pub rows: f64,
    /// Where in a season the window lies, such as its weekday.
    pub phase: u32,
}

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A mean, or what behaves like one, with the skewness of a row (0 where nothing is known).
    Mean {
        /// Third central moment over the cube of the standard deviation.
        skewness: f64,
    },
    /// A share of rows: value × rows is a count.
    Share,
    /// A share of rows that varies between windows the more the larger it is: as if its angle 2 asin √p varied evenly.
    Uneven,
    /// The logarithm of how many rows a window has ([`counts`]).
    Count,
}

/// Which way a change is an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Both.
    Either,
    /// Only upwards.
    Up,
    /// Only downwards.
    Down,
}

/// The smallest change that is worth an alarm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Least {
    /// In the unit of the number.
    Absolute(f64),
    /// As a share of what it was.
    Relative(f64),
    /// Of shares: 2 asin √p has to change by so much (J. Cohen 1988, *Statistical power analysis for the
    /// behavioral sciences*, his h), which is near to standard deviations.
    Angle(f64),
    /// Of logarithms of counts, as they are watched ([`counts::bend`]): so many times as much, or as little.
    Factor(f64),
}

impl Least {
    /// Whether a change is worth an alarm.
    #[must_use]
    pub fn is_met(self, from: f64, to: f64) -> bool {
        let angle = |p: f64| 2.0 * libm::asin(p.clamp(0.0, 1.0).sqrt());
        match self {
            Self::Absolute(least) => (to - from).abs() >= least,
            Self::Relative(share) => (to - from).abs() >= share * from.abs(),
            Self::Angle(least) => (angle(to) - angle(from)).abs() >= least,
            Self::Factor(times) => {
                let by = counts::factor(to - from);
                by >= times || by * times <= 1.0
            }
        }
    }
}

/// One number by window, and what it is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// The windows of the baseline.
    pub baseline: Vec<Reading>,
    /// The baseline as a whole, for where it has no windows, or these cannot tell the number.
    pub total: Option<Reading>,
    /// The windows that are judged, in order of time; `None` where one does not tell the number.
    pub windows: Vec<Option<Reading>>,
    /// What kind of number it is.
    pub kind: Kind,
    /// Which way a change is an alarm.
    pub side: Side,
    /// The smallest change that is worth one.
    pub least: Least,
    /// Its part of the budget. The parts of all streams come to 1 at most.
    pub part: f64,
}
