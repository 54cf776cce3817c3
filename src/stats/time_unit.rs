//! In which unit durations of requests are, where nothing tells it: by their size.
//!
//! Most requests take between a thousandth of a second and some minutes. A median below 1 is taken as seconds, below
//! 100 000 as milliseconds, below a million as microseconds, and above as nanoseconds, so that it lies between a
//! thousandth of a second and a hundred seconds. A guess can be wrong: it is always said.

/// A unit of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Thousandths: what is most usual.
    #[default]
    Milliseconds,
    /// Millionths.
    Microseconds,
    /// Thousand millionths.
    Nanoseconds,
}

use TimeUnit::{Microseconds, Milliseconds, Nanoseconds, Seconds};

impl TimeUnit {
    /// Seconds in it.
    #[must_use]
    pub const fn seconds(self) -> f64 {
        match self {
            Seconds => 1.0,
            Milliseconds => 1e-3,
            Microseconds => 1e-6,
            Nanoseconds => 1e-9,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Seconds => "seconds",
            Milliseconds => "milliseconds",
            Microseconds => "microseconds",
            Nanoseconds => "nanoseconds",
        }
    }
}

/// The median of those that are above 0 and finite; `None` without any.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let above = values.iter().copied();
    let mut above: Vec<f64> = above.filter(|x| *x > 0.0 && x.is_finite()).collect();
    let middle = above.len() / 2;
    (!above.is_empty()).then(|| *above.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// The unit that durations with a median are taken to be in.
#[must_use]
pub const fn by_median(median: f64) -> TimeUnit {
    if median < 1.0 {
        Seconds
    } else if median < 1e5 {
        Milliseconds
    } else if median < 1e6 {
        Microseconds
    } else {
        Nanoseconds
    }
}

/// The units from the shortest to the longest.
const ALL: [TimeUnit; 4] = [Nanoseconds, Microseconds, Milliseconds, Seconds];

/// The same of durations that last at least so many seconds in the middle: the shortest unit, not below that of their
/// size, in which they do.
#[must_use]
pub fn at_least(median: f64, seconds: f64) -> TimeUnit {
    let guess = by_median(median);
    let mut units = ALL.into_iter().skip_while(|unit| *unit != guess);
    units
        .find(|unit| median * unit.seconds() >= seconds)
        .unwrap_or(guess)
}

/// The same of durations that last at most so many seconds in the middle.
#[must_use]
pub fn at_most(median: f64, seconds: f64) -> TimeUnit {
    let guess = by_median(median);
    let mut units = ALL.into_iter().rev().skip_while(|unit| *unit != guess);
    units
        .find(|unit| median * unit.seconds() <= seconds)
        .unwrap_or(guess)
}

/// Microseconds in which a server answers next to nothing: of times in that unit few are below.
const SOON: f64 = 50.0;
/// Seconds that the median of requests does not take.
const SLOW: f64 = 10.0;

/// The unit of durations that are whole numbers at the end of lines: Apache's `%T` is whole seconds, its `%{ms}T`
/// milliseconds, its `%D` microseconds. What is plausible for all of them decides: where all are below 100, they are
/// seconds up to a median of 10 and milliseconds from there on; where some are longer and more than one of 50 is below
/// 50, which would be an answer within 50 µs, they are milliseconds; otherwise they are microseconds.
#[must_use]
pub fn of_apache(values: &[f64]) -> TimeUnit {
    let small = values.iter().all(|x| *x < 100.0);
    let below = |limit: f64| values.iter().filter(|x| **x < limit).count();
    if small {
        match below(SLOW) * 2 < values.len() {
            true => Milliseconds,
            false => Seconds,
        }
    } else if below(SOON) * 50 > values.len() {
        Milliseconds
    } else {
        Microseconds
    }
}

/// What is said of a guess: of what, their median, and the unit.
#[must_use]
pub fn said(of: &str, median: f64, unit: TimeUnit) -> String {
    let median = (median * 1e6).round() / 1e6;
    format!(
        "{of} tells no unit; with a median of {median} it was taken as {}.",
        unit.word()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_taken_as_what_requests_take() {
        let name = |values: &[f64]| by_median(median(values).unwrap_or(1.0)).word();
        for (values, unit) in [
            (&[0.2, 0.0, 0.1, 1.2][..], "seconds"),
            (&[12.0, 250.0, 30_000.0], "milliseconds"),
            (&[f64::NAN, 0.0], "milliseconds"),
            (&[250_000.0, 120_000.0], "microseconds"),
            (&[1e8, 2e6], "nanoseconds"),
        ] {
            assert_eq!(name(values), unit, "{values:?}");
        }
        // A whole request takes no less than its first token.
        assert_eq!(by_median(2.0).word(), "milliseconds");
        assert_eq!(at_least(2.0, 0.2).word(), "seconds");
        assert_eq!(at_least(250.0, 0.2).word(), "milliseconds");
        assert_eq!(at_most(0.5, 0.02).word(), "milliseconds");
        assert_eq!(of_apache(&[0.0, 1.0, 2.0]).word(), "seconds");
        assert_eq!(of_apache(&[120.0, 2_000.0]).word(), "microseconds");
        assert_eq!(of_apache(&[3.0, 2.0, 0.0, 150.0]).word(), "milliseconds");
        assert_eq!(of_apache(&[12.0, 25.0, 18.0]).word(), "milliseconds");
        let mut some = vec![2_000.0; 99];
        some.push(40.0);
        assert_eq!(of_apache(&some).word(), "microseconds");
    }
}
