//! Windows of time: their borders in UTC, and the size that suits a span.

use crate::table::time::{DAY, HOUR, SECOND, Time, days_from_civil};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const MINUTE: i64 = 60 * SECOND;

/// Size of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowSize {
    /// A minute.
    Minute,
    /// Ten minutes, of which an hour is made.
    TenMinutes,
    /// An hour of UTC.
    Hour,
    /// A day of UTC.
    Day,
    /// A week of UTC from Monday.
    Week,
    /// A month of UTC.
    Month,
    /// So many rows in order of time (of the file, where there is no time).
    Rows(u32),
}

impl WindowSize {
    /// The sizes of the calendar, finest first.
    pub const CALENDAR: [Self; 6] = [
        Self::Minute,
        Self::TenMinutes,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
    ];

    /// The next larger size of the calendar that is made of whole windows of this one.
    pub(super) fn larger(self) -> Option<Self> {
        let larger = |l: &Self| *l > self && l.is_made_of(self);
        Self::CALENDAR.into_iter().find(larger)
    }

    /// Whether windows of this size are made of whole windows of the finer size.
    #[must_use]
    pub fn is_made_of(self, finer: Self) -> bool {
        match (self, finer) {
            (Self::Rows(_), _) | (_, Self::Rows(_)) => self == finer,
            (Self::Month, Self::Week) => false,
            _ => finer <= self,
        }
    }

    /// Whether windows are told by the time of the day.
    #[must_use]
    pub fn within_day(self) -> bool {
        matches!(self, Self::Minute | Self::TenMinutes | Self::Hour)
    }

    /// How long a window is; a month counts thirty days. `None`: of rows.
    fn length(self) -> Option<i64> {
        match self {
            Self::Minute => Some(MINUTE),
            Self::TenMinutes => Some(10 * MINUTE),
            Self::Hour => Some(HOUR),
            Self::Day => Some(DAY),
            Self::Week => Some(7 * DAY),
            Self::Month => Some(30 * DAY),
            Self::Rows(_) => None,
        }
    }
}

impl fmt::Display for WindowSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minute => f.write_str("minute"),
            Self::TenMinutes => f.write_str("10min"),
            Self::Hour => f.write_str("hour"),
            Self::Day => f.write_str("day"),
            Self::Week => f.write_str("week"),
            Self::Month => f.write_str("month"),
            Self::Rows(n) => write!(f, "{n}"),
        }
    }
}

impl FromStr for WindowSize {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "minute" => Ok(Self::Minute),
            "10min" => Ok(Self::TenMinutes),
            "hour" => Ok(Self::Hour),
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            n => match n.parse() {
                Ok(n) if n > 0 => Ok(Self::Rows(n)),
                _ => Err(format!(
                    "'{text}' is not a window: minute, 10min, hour, day, week, month or a number of rows"
                )),
            },
        }
    }
}

/// Start of the calendar window that holds an instant; the instant itself for windows of rows.
#[must_use]
pub fn floor(size: WindowSize, time: Time) -> Time {
    let day = time.0.div_euclid(DAY);
    Time(match size {
        WindowSize::Minute => time.0.div_euclid(MINUTE) * MINUTE,
        WindowSize::TenMinutes => time.0.div_euclid(10 * MINUTE) * (10 * MINUTE),
        WindowSize::Hour => time.0.div_euclid(HOUR) * HOUR,
        WindowSize::Day => day * DAY,
        // 1970-01-01 was a Thursday.
        WindowSize::Week => (day - (day + 3).rem_euclid(7)) * DAY,
        WindowSize::Month => {
            let (y, m, _) = time.date();
            days_from_civil(y, m, 1) * DAY
        }
        WindowSize::Rows(_) => time.0,
    })
}

/// End (exclusive) of the calendar window that starts at an instant.
#[must_use]
pub fn next(size: WindowSize, start: Time) -> Time {
    match size {
        WindowSize::Minute => Time(start.0 + MINUTE),
        WindowSize::TenMinutes => Time(start.0 + 10 * MINUTE),
        WindowSize::Hour => Time(start.0 + HOUR),
        WindowSize::Day => Time(start.0 + DAY),
        WindowSize::Week => Time(start.0 + 7 * DAY),
        WindowSize::Month => {
            let (y, m, _) = start.date();
            let (y, m) = if m == 12 { (y + 1, 1) } else { (y, m + 1) };
            Time(days_from_civil(y, m, 1) * DAY)
        }
        WindowSize::Rows(_) => start,
    }
}

/// Windows at most that a size chosen for the reader gives.
pub(super) const MANY: usize = 120;
/// Windows at least that make a trend.
const FEW: usize = 8;
/// Rows on average at least that make a window worth judging.
const THIN: usize = 60;

/// The size that suits these instants (no order needed): the finest of the calendar with at most
/// 120 windows and at least 60 rows in the mean one; rows where the calendar gives too few. Where all instants begin a
/// day, a week or a month, dates are told and no times of day: then it is no finer than that. Rows of one instant are one day.
#[must_use]
pub fn suit(times: &[i64], missing: i64) -> WindowSize {
    suit_rows(
        times,
        missing,
        times.iter().filter(|t| **t != missing).count(),
    )
}

/// The size that suits so many rows at these instants, one of each instant or more.
pub(super) fn suit_rows(times: &[i64], missing: i64, rows: usize) -> WindowSize {
    let by_rows = WindowSize::Rows((rows.div_ceil(20)).max(50).min(u32::MAX as usize) as u32);
    let Some((low, high)) = times
        .iter()
        .filter(|t| **t != missing)
        .fold(None, |r: Option<(i64, i64)>, t| {
            Some(r.map_or((*t, *t), |(a, b)| (a.min(*t), b.max(*t))))
        })
    else {
        return by_rows;
    };
    // Within an instant rows have no order that tells of time.
    if low == high && rows > 1 {
        return WindowSize::Day;
    }
    let mut before = None;
    let told = dates(times, missing);
    for size in WindowSize::CALENDAR.into_iter().filter(|s| *s >= told) {
        let Some(long) = size.length() else {
            continue;
        };
        let minutes = long < HOUR;
        // Windows that hold no row are not shown, so they do not count.
        let span = (high - low) / long + 1;
        let count = if span > if minutes { 20_000 } else { 400_000 } {
            span as usize
        } else {
            occupied(times, missing, size)
        };
        if minutes {
            // Only where they make a trend, each of rows enough.
            if (FEW..=MANY).contains(&count) && rows >= count * THIN {
                return size;
            }
            continue;
        }
        if count < FEW && before.is_some() {
            break;
        }
        if count <= MANY && rows >= count * THIN && count >= 2 {
            return size;
        }
        before = (2..=MANY).contains(&count).then_some(size).or(before);
        if size == WindowSize::Month && count > MANY {
            return size;
        }
    }
    before.unwrap_or(by_rows)
}

/// The longest of day, week and month of which there are several, that each instant begins, weeks on whichever day;
/// minutes where there is none.
fn dates(times: &[i64], missing: i64) -> WindowSize {
    let known = || times.iter().copied().filter(|t| *t != missing);
    let Some(first) = known().next() else {
        return WindowSize::Minute;
    };
    if known().all(|t| t == first) || !known().all(|t| t.rem_euclid(DAY) == 0) {
        return WindowSize::Minute;
    }
    let (week, month) = (7 * DAY, WindowSize::Month);
    match () {
        () if known().all(|t| floor(month, Time(t)).0 == t) => month,
        () if known().all(|t| t.rem_euclid(week) == first.rem_euclid(week)) => WindowSize::Week,
        () => WindowSize::Day,
    }
}

fn occupied(times: &[i64], missing: i64, size: WindowSize) -> usize {
    // Logs are mostly in order of time: compare with the window before first.
    let mut seen = std::collections::BTreeSet::new();
    let mut last = (1, 0);
    for t in times.iter().filter(|t| **t != missing) {
        if *t >= last.0 && *t < last.1 {
            continue;
        }
        let start = floor(size, Time(*t));
        last = (start.0, next(size, start).0);
        seen.insert(start.0);
    }
    seen.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_their_instants_and_meet() {
        for size in WindowSize::CALENDAR {
            for t in (-400_000_000i64..400_000_000)
                .step_by(7_777_777)
                .map(|s| Time(s * 1_000_003))
            {
                let start = floor(size, t);
                let end = next(size, start);
                assert!(start <= t && t < end, "{size} {t}");
                assert_eq!(floor(size, end), end);
                assert_eq!(floor(size, Time(end.0 - 1)), start);
            }
        }
        assert_eq!(
            floor(WindowSize::Week, Time(1_735_689_600_000_000)).to_string(),
            "2024-12-30T00:00:00Z"
        );
    }

    #[test]
    fn the_size_suits_the_span() {
        let every = |step: i64, n: i64| (0..n).map(|i| i * step).collect::<Vec<_>>();
        assert_eq!(suit(&every(DAY / 500, 500 * 90), i64::MIN), WindowSize::Day);
        assert_eq!(
            suit(&every(HOUR / 100, 100 * 48), i64::MIN),
            WindowSize::Hour
        );
        assert_eq!(
            suit(&every(HOUR / 1_000, 5_000), i64::MIN),
            WindowSize::TenMinutes
        );
        assert_eq!(
            suit(&every(HOUR / 9_000, 9_000), i64::MIN),
            WindowSize::Minute
        );
        // Minutes of few rows are none.
        assert_eq!(suit(&every(HOUR / 90, 450), i64::MIN), WindowSize::Hour);
        assert_eq!(suit(&every(DAY, 365 * 8), i64::MIN), WindowSize::Month);
        // Dates without a time of day are days, weeks or months, however many rows they have.
        let dates = |step: i64, n: i64| (0..n * 100).map(|i| i / 100 * step).collect::<Vec<_>>();
        assert_eq!(suit(&dates(DAY, 11), i64::MIN), WindowSize::Day);
        assert_eq!(suit(&dates(7 * DAY, 11), i64::MIN), WindowSize::Week);
        let month = |i: i64| days_from_civil(2025 + i / 12, (i % 12 + 1) as u32, 1) * DAY;
        let months: Vec<i64> = (0..1_800).map(|i| month(i / 100)).collect();
        assert_eq!(suit(&months, i64::MIN), WindowSize::Month);
        let noon = |t: &i64| t + 12 * HOUR;
        let noons: Vec<i64> = dates(DAY, 11).iter().map(noon).collect();
        assert_eq!(suit(&noons, i64::MIN), WindowSize::Minute);
        assert_eq!(suit(&every(1, 1_000), i64::MIN), WindowSize::Rows(50));
        assert_eq!(suit(&[DAY; 1_000], i64::MIN), WindowSize::Day);
        assert_eq!(suit(&[DAY + 1; 1_000], i64::MIN), WindowSize::Day);
        assert_eq!(suit(&[], i64::MIN), WindowSize::Rows(50));
    }
}
