//! Where ticks stand and what they say.

use crate::table::time::{DAY, HOUR, SECOND, Time, civil_from_days, days_from_civil};

const MINUTE: i64 = 60 * SECOND;
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The multiples of 1, 2 or 5 times a power of ten in `[low, high]`, about `count` of them, and their step.
/// Empty for an empty or unbounded interval.
#[must_use]
pub fn numbers(low: f64, high: f64, count: usize) -> (Vec<f64>, f64) {
    let width = high - low;
    if !width.is_finite() || width <= 0.0 {
        return (Vec::new(), 0.0);
    }
    let raw = width / count.max(1) as f64;
    let power = 10f64.powi(raw.log10().floor() as i32);
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= raw * 0.999_999)
        .unwrap_or(10.0 * power);
    if step <= 0.0 || low + step == low || high + step == high {
        return (Vec::new(), 0.0);
    }
    let slack = step * 1e-6;
    let first = ((low - slack) / step).ceil();
    let last = ((high + slack) / step).floor();
    let ticks = (0..=((last - first).max(-1.0) as i64))
        .take(1_000)
        // From whole numbers, so that no error adds up; + 0.0 turns -0 into 0.
        .map(|i| (first + i as f64) * step + 0.0)
        .collect();
    (ticks, step)
}

/// A tick of the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    /// Where it stands, microseconds of UTC.
    pub at: i64,
    /// What it says: `06:00`, `3 Nov`, `Nov`, `2025`.
    pub label: String,
    /// What it belongs to, where that is new: the day of an hour, the year of a day or month.
    pub context: Option<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Micros(i64),
    Months(i64),
}

const STEPS: &[Step] = &[
    Step::Micros(SECOND),
    Step::Micros(5 * SECOND),
    Step::Micros(15 * SECOND),
    Step::Micros(30 * SECOND),
    Step::Micros(MINUTE),
    Step::Micros(5 * MINUTE),
    Step::Micros(15 * MINUTE),
    Step::Micros(30 * MINUTE),
    Step::Micros(HOUR),
    Step::Micros(3 * HOUR),
    Step::Micros(6 * HOUR),
    Step::Micros(12 * HOUR),
    Step::Micros(DAY),
    Step::Micros(2 * DAY),
    Step::Micros(7 * DAY),
    Step::Micros(14 * DAY),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(240),
    Step::Months(600),
    Step::Months(1_200),
    Step::Months(6_000),
    Step::Months(12_000),
];

impl Step {
    fn micros(self) -> i64 {
        match self {
            Self::Micros(n) => n,
            Self::Months(n) => n * 2_629_746 * SECOND,
        }
    }

    /// The `i`-th instant of this step, counted from an origin that makes them fall where calendars turn:
    /// weeks on Mondays, years of two on even years.
    fn instant(self, i: i64) -> Option<i64> {
        match self {
            // 1970-01-05 was a Monday.
            Self::Micros(n) if n >= 7 * DAY => i.checked_mul(n)?.checked_add(4 * DAY),
            Self::Micros(n) => i.checked_mul(n),
            Self::Months(n) => {
                let month = i.checked_mul(n)?;
                days_from_civil(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
                    .checked_mul(DAY)
            }
        }
    }

    /// The index of the first instant that is not before `at`, or one less.
    fn index(self, at: i64) -> i64 {
        match self {
            Self::Micros(n) if n >= 7 * DAY => at.saturating_sub(4 * DAY).div_euclid(n),
            Self::Micros(n) => at.div_euclid(n),
            Self::Months(n) => {
                let (y, m, _) = civil_from_days(at.div_euclid(DAY));
                (y * 12 + i64::from(m) - 1).div_euclid(n)
            }
        }
    }
}

/// The ticks of an axis of time from `low` to `high` that has room for `count` of them.
#[must_use]
pub fn times(low: i64, high: i64, count: usize) -> Vec<TimeTick> {
    let width = high.saturating_sub(low);
    if width <= 0 {
        return Vec::new();
    }
    let raw = width / count.max(1) as i64;
    let coarse = STEPS.iter().position(|step| step.micros() >= raw);
    let coarse = coarse.unwrap_or(STEPS.len() - 1);
    // One tick alone tells no scale: then the next finer step, which is hardly closer than asked for.
    let finer = coarse.saturating_sub(1);
    let steps = [coarse, finer].into_iter().filter_map(|at| STEPS.get(at));
    let instants = steps.map(|step| (*step, instants(*step, low, high)));
    let told = instants.reduce(|coarse, finer| if coarse.1.len() > 1 { coarse } else { finer });
    let (step, instants) = told.unwrap_or((Step::Months(12_000), Vec::new()));
    let mut context = None;
    instants
        .into_iter()
        .map(|at| {
            let (label, belongs) = label(at, step);
            let new = belongs.filter(|c| context.as_ref() != Some(c));
            if new.is_some() {
                context.clone_from(&new);
            }
            TimeTick {
                at,
                label,
                context: new,
            }
        })
        .collect()
}

/// The instants of a step that lie in an interval.
fn instants(step: Step, low: i64, high: i64) -> Vec<i64> {
    (step.index(low)..)
        .take(1_000)
        .map_while(|i| step.instant(i).filter(|&at| at <= high))
        .filter(|&at| at >= low)
        .collect()
}

fn label(at: i64, step: Step) -> (String, Option<String>) {
    let time = Time(at);
    let ((year, month, day), (h, m, s)) = (time.date(), time.clock());
    let month = month_name(month);
    match step {
        Step::Micros(n) if n < MINUTE => (
            format!("{h:02}:{m:02}:{s:02}"),
            Some(format!("{day} {month} {year}")),
        ),
        Step::Micros(n) if n < DAY => (
            format!("{h:02}:{m:02}"),
            Some(format!("{day} {month} {year}")),
        ),
        Step::Micros(_) => (format!("{day} {month}"), Some(year.to_string())),
        Step::Months(n) if n < 12 => (month.to_owned(), Some(year.to_string())),
        Step::Months(_) => (year.to_string(), None),
    }
}

/// `Jan` for 1.
#[must_use]
pub fn month_name(month: u32) -> &'static str {
    MONTHS
        .get(month.saturating_sub(1) as usize)
        .copied()
        .unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(from: &str, to: &str, count: usize) -> String {
        let (from, to) = (Time::parse(from).unwrap(), Time::parse(to).unwrap());
        times(from.0, to.0, count)
            .iter()
            .map(|t| match &t.context {
                Some(c) => format!("{}/{c}", t.label),
                None => t.label.clone(),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn steps_follow_the_calendar() {
        assert_eq!(
            shown("2025-11-03T02:30:00Z", "2025-11-04T08:00:00Z", 6),
            "06:00/3 Nov 2025 12:00 18:00 00:00/4 Nov 2025 06:00"
        );
        assert_eq!(
            shown("2024-12-28", "2025-01-05", 5),
            "29 Dec/2024 31 Dec 2 Jan/2025 4 Jan"
        );
        // Weeks begin on Mondays.
        assert_eq!(
            shown("2025-03-01", "2025-03-31", 5),
            "3 Mar/2025 10 Mar 17 Mar 24 Mar 31 Mar"
        );
        assert_eq!(
            shown("2024-10-15", "2025-03-02", 6),
            "Nov/2024 Dec Jan/2025 Feb Mar"
        );
        assert_eq!(shown("2001-06-01", "2009-06-01", 5), "2002 2004 2006 2008");
    }

    #[test]
    fn numbers_are_round() {
        assert_eq!(
            numbers(0.913, 0.952, 4).0,
            [0.92, 0.93, 0.9400000000000001, 0.9500000000000001]
        );
        assert_eq!(numbers(-3.0, 11.0, 3).0, [0.0, 5.0, 10.0]);
        assert_eq!(numbers(5.0, 5.0, 3).0, [0.0; 0]);
        assert_eq!(numbers(0.0, f64::INFINITY, 3).0, [0.0; 0]);
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_and_are_few(low in -1e18..1e18f64, width in 1e-6..1e18f64, count in 1usize..20) {
            let (ticks, _) = numbers(low, low + width, count);
            prop_assert!(ticks.len() <= 2 * count + 2);
            prop_assert!(ticks.iter().all(|t| t.is_finite()));
        }

        #[test]
        fn time_ticks_lie_inside_and_rise(low in any::<i64>(), high in any::<i64>(), count in 1usize..20) {
            let ticks = times(low, high, count);
            prop_assert!(ticks.iter().all(|t| (low..=high).contains(&t.at)));
            prop_assert!(ticks.windows(2).all(|w| w[0].at < w[1].at));
        }
    }
}
