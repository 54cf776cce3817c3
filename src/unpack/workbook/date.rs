//! Times of a workbook: days since 1900 or 1904, told to the millisecond, as Excel keeps them.

use crate::table::time::{civil_from_days, days_from_civil};
use std::fmt::Write as _;

/// What a number format shows of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Date,
    Clock,
    Instant,
}

const DAY: i64 = 86_400_000;

/// Writes a number of days as RFC 3339: a date, a time of day or an instant. A workbook knows no time
/// zones; its times are taken for UTC. `None` for what is no time, in Excel neither.
pub(super) fn text(days: f64, shown: Shown, since_1904: bool, out: &mut String) -> Option<()> {
    if !(0.0..3e6).contains(&days) {
        return None;
    }
    let millis = (days * DAY as f64).round() as i64;
    let (day, clock) = (millis.div_euclid(DAY), millis.rem_euclid(DAY));
    if day == 0 && shown == Shown::Clock {
        push_clock(clock, out);
        return Some(());
    }
    let first = match (since_1904, day) {
        (true, _) => days_from_civil(1904, 1, 1),
        // The 60th day is a 29th of February that 1900 did not have (after Lotus 1-2-3).
        (false, 1..=59) => days_from_civil(1899, 12, 31),
        (false, 61..) => days_from_civil(1899, 12, 30),
        _ => return None,
    };
    let (year, month, date) = civil_from_days(first + day);
    if year > 9999 {
        return None;
    }
    let _ = write!(out, "{year:04}-{month:02}-{date:02}");
    if clock != 0 || shown == Shown::Instant {
        out.push('T');
        push_clock(clock, out);
        out.push('Z');
    }
    Some(())
}

fn push_clock(millis: i64, out: &mut String) {
    let seconds = millis / 1_000;
    let _ = write!(
        out,
        "{:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    );
    if millis % 1_000 != 0 {
        let _ = write!(out, ".{:03}", millis % 1_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates_of_either_calendar() {
        // 1900: what Excel 2021 shows; 1904: the same less 1 462 days (support.microsoft.com, 214330).
        for (days, shown, since_1904, is) in [
            (1.0, Shown::Date, false, "1900-01-01"),
            (59.0, Shown::Date, false, "1900-02-28"),
            (60.0, Shown::Date, false, ""),
            (61.0, Shown::Date, false, "1900-03-01"),
            (45_658.0, Shown::Date, false, "2025-01-01"),
            (45_658.0, Shown::Instant, false, "2025-01-01T00:00:00Z"),
            (45_658.75, Shown::Date, false, "2025-01-01T18:00:00Z"),
            (
                45_658.999_999_99,
                Shown::Instant,
                false,
                "2025-01-01T23:59:59.999Z",
            ),
            (
                45_658.999_999_999,
                Shown::Instant,
                false,
                "2025-01-02T00:00:00Z",
            ),
            (0.25, Shown::Clock, false, "06:00:00"),
            (0.0, Shown::Date, false, ""),
            (0.0, Shown::Date, true, "1904-01-01"),
            (44_196.0, Shown::Date, true, "2025-01-01"),
            (2_958_465.0, Shown::Date, false, "9999-12-31"),
            (2_958_466.0, Shown::Date, false, ""),
            (-1.0, Shown::Date, false, ""),
            (f64::NAN, Shown::Date, false, ""),
        ] {
            let mut out = String::new();
            let found = text(days, shown, since_1904, &mut out);
            assert_eq!(out, is, "{days}");
            assert_eq!(found.is_some(), !is.is_empty());
        }
    }
}
