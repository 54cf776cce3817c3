//! Reads instants as files write them, into microseconds since the Unix epoch, UTC.
//!
//! By hand, because a general library costs more in the page's size than in the time it saves, and
//! because a log repeats its date: the last one is kept, so most cells only cost their clock.
//! Fractions are cut at the microsecond, towards the past.

use super::TimeFormat;
use crate::table::time::{DAY, HOUR, SECOND, days_from_civil};

const MINUTE: i64 = 60 * SECOND;

/// Reads instants of one format.
#[derive(Clone, Debug)]
pub struct Instants {
    format: TimeFormat,
    date: [u8; 10],
    midnight: i64,
}

impl Instants {
    /// A reader of a format.
    #[must_use]
    pub fn new(format: TimeFormat) -> Self {
        Self {
            format,
            date: *b"1970-01-01",
            midnight: 0,
        }
    }

    /// Microseconds since the Unix epoch; `None` where the text is no instant of the format, or
    /// names a day or an hour that does not exist. Blanks around it do not count.
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Option<i64> {
        match self.format {
            TimeFormat::Iso => self.iso(text).or_else(|| {
                let trimmed = text.trim_ascii();
                (trimmed.len() < text.len()).then(|| self.iso(trimmed))?
            }),
            TimeFormat::DayFirst => slashed(text.trim_ascii(), true),
            TimeFormat::MonthFirst => slashed(text.trim_ascii(), false),
            TimeFormat::Compact => compact(text.trim_ascii()),
            TimeFormat::EpochSeconds => epoch(text.trim_ascii(), 6).filter(of_four_digits),
            TimeFormat::EpochMillis => epoch(text.trim_ascii(), 3).filter(of_four_digits),
            TimeFormat::EpochMicros => epoch(text.trim_ascii(), 0).filter(of_four_digits),
            TimeFormat::EpochNanos => epoch(text.trim_ascii(), -3).filter(of_four_digits),
        }
    }

    /// An instant that is written otherwise than those before it, as where a program was changed: as ISO 8601, or as
    /// time since 1970 of as many digits as the years 2001 to 2286 have. Says how.
    #[cold]
    pub(super) fn read_otherwise(&mut self, text: &[u8]) -> Option<(i64, TimeFormat)> {
        let text = text.trim_ascii();
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        let (format, places) = match digits {
            10 => (TimeFormat::EpochSeconds, 6),
            13 => (TimeFormat::EpochMillis, 3),
            16 => (TimeFormat::EpochMicros, 0),
            19 => (TimeFormat::EpochNanos, -3),
            4 => return self.iso(text).map(|micros| (micros, TimeFormat::Iso)),
            _ => return None,
        };
        let found = epoch(text, places).filter(of_four_digits)?;
        Some((found, format))
    }

    #[inline]
    fn iso(&mut self, text: &[u8]) -> Option<i64> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        if *date != self.date {
            self.midnight = iso_date(date)?;
            self.date = *date;
        }
        match rest {
            [] => Some(self.midnight),
            [b'T' | b't' | b' ', clock @ ..] => Some(self.midnight + clock_and_zone(clock)?),
            _ => None,
        }
    }
}

/// Whether an instant lies in the years 0000 to 9999: others cannot be written, and are mistakes.
pub(super) fn of_four_digits(micros: &i64) -> bool {
    (-62_167_219_200 * SECOND..253_402_300_800 * SECOND).contains(micros)
}

/// What a format looks like, for a message.
pub(super) fn example(format: TimeFormat) -> &'static str {
    match format {
        TimeFormat::Iso => "a time like 2025-12-31T23:59:00Z",
        TimeFormat::DayFirst => "a time like 31/12/2025 23:59",
        TimeFormat::MonthFirst => "a time like 12/31/2025 23:59",
        TimeFormat::Compact => "a date like 20251231",
        TimeFormat::EpochSeconds => "seconds since 1970",
        TimeFormat::EpochMillis => "milliseconds since 1970",
        TimeFormat::EpochMicros => "microseconds since 1970",
        TimeFormat::EpochNanos => "nanoseconds since 1970",
    }
}

#[inline]
fn two(text: &[u8]) -> Option<i64> {
    let &[a, b, ..] = text else { return None };
    let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
    (a <= 9 && b <= 9).then(|| i64::from(a) * 10 + i64::from(b))
}

fn four(text: &[u8]) -> Option<i64> {
    Some(two(text)? * 100 + two(text.get(2..)?)?)
}

/// Midnight of a civil date that exists.
fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days)
        .contains(&day)
        .then(|| days_from_civil(year, month as u32, day as u32) * DAY)
}

fn iso_date(date: &[u8; 10]) -> Option<i64> {
    let separator = date[4];
    if !matches!(separator, b'-' | b'/') || date[7] != separator {
        return None;
    }
    midnight(four(date)?, two(&date[5..])?, two(&date[8..])?)
}

/// `hh:mm[:ss[.fraction]]` and what follows it.
#[inline]
fn clock(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, minute) = (two(text)?, two(text.get(3..)?)?);
    if text[2] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let mut micros = hour * HOUR + minute * MINUTE;
    let mut rest = &text[5..];
    if let [b':', seconds @ ..] = rest {
        let second = two(seconds)?;
        // A leap second is the next minute's first.
        if second > 60 {
            return None;
        }
        micros += second * SECOND;
        rest = &seconds[2..];
        if let [b'.' | b',', fraction @ ..] = rest {
            let (size, digits) = fraction_of(fraction, 6);
            if digits == 0 {
                return None;
            }
            micros += size;
            rest = &fraction[digits..];
        }
    }
    Some((micros, rest))
}

/// The leading digits as a whole number of 10^-places, cut; and how many digits there are.
#[inline]
fn fraction_of(text: &[u8], places: usize) -> (i64, usize) {
    let mut size = 0;
    let mut count = 0;
    while let Some(digit) = text
        .get(count)
        .map(|b| b.wrapping_sub(b'0'))
        .filter(|&d| d <= 9)
    {
        if count < places {
            size = size * 10 + i64::from(digit);
        }
        count += 1;
    }
    for _ in count..places {
        size *= 10;
    }
    (size, count)
}

/// Microseconds since midnight UTC.
#[inline]
fn clock_and_zone(text: &[u8]) -> Option<i64> {
    let (micros, rest) = clock(text)?;
    let offset = match rest {
        [] | [b'Z' | b'z'] => return Some(micros),
        [b' ', zone @ ..] => zone,
        zone => zone,
    };
    match offset {
        b"Z" | b"UTC" | b"GMT" => Some(micros),
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let (hours, minutes) = match zone.len() {
                2 => (two(zone)?, 0),
                4 => (two(zone)?, two(&zone[2..])?),
                5 if zone[2] == b':' => (two(zone)?, two(&zone[3..])?),
                _ => return None,
            };
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * HOUR + minutes * MINUTE;
            Some(micros + if *sign == b'+' { -offset } else { offset })
        }
        _ => None,
    }
}

/// The two leading fields and the year of `31/12/2025`, and what follows.
pub(super) fn slashed_date(text: &[u8]) -> Option<(i64, i64, i64, u8, &[u8])> {
    let field = |text: &[u8]| match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => {
            Some((i64::from(a - b'0') * 10 + i64::from(b - b'0'), 2))
        }
        [a @ b'0'..=b'9', ..] => Some((i64::from(a - b'0'), 1)),
        _ => None,
    };
    let (first, n) = field(text)?;
    let separator = *text.get(n)?;
    if !matches!(separator, b'/' | b'.' | b'-') {
        return None;
    }
    let rest = &text[n + 1..];
    let (second, n) = field(rest)?;
    if *rest.get(n)? != separator {
        return None;
    }
    let rest = &rest[n + 1..];
    let year = four(rest)?;
    Some((first, second, year, separator, &rest[4..]))
}

fn slashed(text: &[u8], day_first: bool) -> Option<i64> {
    let (first, second, year, _, rest) = slashed_date(text)?;
    let (day, month) = if day_first {
        (first, second)
    } else {
        (second, first)
    };
    let midnight = midnight(year, month, day)?;
    let clock_text = match rest {
        [] => return Some(midnight),
        [b',', b' ', clock @ ..] | [b' ' | b'T', clock @ ..] => clock,
        _ => return None,
    };
    let (head, half) = match clock_text {
        [
            head @ ..,
            b' ',
            a @ (b'A' | b'a' | b'P' | b'p'),
            b'M' | b'm',
        ] => (head, Some(*a | 0x20)),
        [head @ .., a @ (b'A' | b'a' | b'P' | b'p'), b'M' | b'm'] => (head, Some(*a | 0x20)),
        head => (head, None),
    };
    // `9:05` is as good as `09:05`.
    let mut padded = [b'0'; 40];
    let short = head.get(1) == Some(&b':');
    let from = usize::from(short);
    padded
        .get_mut(from..from + head.len())?
        .copy_from_slice(head);
    let micros = clock_and_zone(&padded[..from + head.len()])?;
    Some(
        midnight
            + match (half, micros / HOUR) {
                (None, _) => micros,
                (Some(b'a'), 12) => micros - 12 * HOUR,
                (Some(b'p'), 12) => micros,
                (Some(_), 0 | 13..) => return None,
                (Some(half), _) => micros + if half == b'p' { 12 * HOUR } else { 0 },
            },
    )
}

fn compact(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_first_chunk::<8>()?;
    let midnight = midnight(four(date)?, two(&date[4..])?, two(&date[6..])?)?;
    let clock = match rest {
        [] => return Some(midnight),
        [b'T', clock @ .., b'Z'] | [b'T', clock @ ..] | clock => clock,
    };
    let (hour, minute) = (two(clock)?, two(clock.get(2..)?)?);
    let second = match clock.len() {
        4 => 0,
        6 => two(&clock[4..])?,
        _ => return None,
    };
    (hour <= 23 && minute <= 59 && second <= 60)
        .then(|| midnight + hour * HOUR + minute * MINUTE + second * SECOND)
}

/// A count since 1970 in units of 10^places microseconds.
fn epoch(text: &[u8], places: i32) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut whole = 0i64;
    let mut at = 0;
    while let Some(digit) = digits
        .get(at)
        .map(|b| b.wrapping_sub(b'0'))
        .filter(|&d| d <= 9)
    {
        whole = whole.checked_mul(10)?.checked_add(i64::from(digit))?;
        at += 1;
    }
    let rest = &digits[at..];
    let (fraction, count) = match rest {
        [] => (0, 0),
        [b'.', fraction @ ..] => {
            let (size, count) = fraction_of(fraction, places.max(0) as usize);
            if count < fraction.len() {
                return float_epoch(text, places);
            }
            (size, count)
        }
        _ => return float_epoch(text, places),
    };
    if at + count == 0 {
        return None;
    }
    let scale = 10i64.pow(places.unsigned_abs());
    let sign = if negative { -1 } else { 1 };
    if places >= 0 {
        // The fraction is cut towards the past, as everywhere.
        let cut = negative && rest.iter().skip(1 + places as usize).any(|&b| b != b'0');
        let micros = whole.checked_mul(scale)?.checked_add(fraction)?;
        (micros * sign).checked_sub(i64::from(cut))
    } else {
        Some((whole * sign).div_euclid(scale))
    }
}

/// `1.7e9`, as spreadsheets write it.
fn float_epoch(text: &[u8], places: i32) -> Option<i64> {
    let super::cell::Number::Finite(x) = super::cell::number(text, b'.') else {
        return None;
    };
    let scale = 10i64.pow(places.unsigned_abs()) as f64;
    let micros = if places >= 0 { x * scale } else { x / scale };
    (micros.abs() < 9e18).then(|| micros.floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::time::Time;
    use proptest::prelude::*;

    #[track_caller]
    fn check(format: TimeFormat, text: &str, expected: &str) {
        let found = Instants::new(format).read(text.as_bytes());
        let found = found.map_or_else(|| "none".into(), |t| Time(t).to_string());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn iso_and_its_relatives() {
        for (text, expected) in [
            ("2025-01-01", "2025-01-01T00:00:00Z"),
            ("2025-01-01T01:02", "2025-01-01T01:02:00Z"),
            ("2025-01-01T01:02:03Z", "2025-01-01T01:02:03Z"),
            ("2025-01-01 01:02:03.5+01:00", "2025-01-01T00:02:03.500Z"),
            ("2025-01-01T01:02:03-0130", "2025-01-01T02:32:03Z"),
            ("2025-01-01T23:02:03-02", "2025-01-02T01:02:03Z"),
            ("2025-01-01 01:02:03 UTC", "2025-01-01T01:02:03Z"),
            ("2025-01-01 01:02:03 +0000", "2025-01-01T01:02:03Z"),
            ("2023-11-16 18:17:03.9799609", "2023-11-16T18:17:03.979960Z"),
            (
                "1969-12-31T23:59:59.999999999Z",
                "1969-12-31T23:59:59.999999Z",
            ),
            ("0001-01-01", "0001-01-01T00:00:00Z"),
            ("2020/11/12 13:48:11.412", "2020-11-12T13:48:11.412Z"),
            (" 2024-02-29 ", "2024-02-29T00:00:00Z"),
            ("2023-02-29", "none"),
            ("2025-13-01", "none"),
            ("2025-1-1", "none"),
            ("2025-01-01T24:00:00", "none"),
            ("2025-01-01T01:60", "none"),
            ("2025-01-01T", "none"),
            ("2025-01-01T01:02:03.", "none"),
            ("2025-01-01T01:02:03+1", "none"),
            ("2025-01-01T01:02:03+25:00", "none"),
            ("2025-01-01T01:02:03 CET", "none"),
            ("2025-01/01", "none"),
            ("", "none"),
        ] {
            check(TimeFormat::Iso, text, expected);
        }
    }

    #[test]
    fn other_formats() {
        use TimeFormat::*;
        for (format, text, expected) in [
            (DayFirst, "31/12/2025 23:59", "2025-12-31T23:59:00Z"),
            (DayFirst, "1.2.2025", "2025-02-01T00:00:00Z"),
            (
                MonthFirst,
                "12/31/2025 23:59:01.25",
                "2025-12-31T23:59:01.250Z",
            ),
            (MonthFirst, "1/2/2025, 9:05 PM", "2025-01-02T21:05:00Z"),
            (MonthFirst, "1/2/2025 12:05 AM", "2025-01-02T00:05:00Z"),
            (MonthFirst, "1/2/2025 12:05PM", "2025-01-02T12:05:00Z"),
            (MonthFirst, "1/2/2025 13:05 PM", "none"),
            (MonthFirst, "31/12/2025", "none"),
            (DayFirst, "31/12/25", "none"),
            (Compact, "20251231", "2025-12-31T00:00:00Z"),
            (Compact, "20251231T235901Z", "2025-12-31T23:59:01Z"),
            (Compact, "20251331", "none"),
            (EpochSeconds, "1735689600", "2025-01-01T00:00:00Z"),
            (EpochSeconds, "1795424262.332", "2026-11-23T08:57:42.332Z"),
            (EpochSeconds, "-1", "1969-12-31T23:59:59Z"),
            (EpochSeconds, "-0.5", "1969-12-31T23:59:59.500Z"),
            (EpochSeconds, "1.7356896e9", "2025-01-01T00:00:00Z"),
            (EpochMillis, "1735689600123", "2025-01-01T00:00:00.123Z"),
            (EpochMillis, "1735689600123.0", "2025-01-01T00:00:00.123Z"),
            (EpochMicros, "-1", "1969-12-31T23:59:59.999999Z"),
            (
                EpochNanos,
                "1735689600123456789",
                "2025-01-01T00:00:00.123456Z",
            ),
            (EpochNanos, "-1", "1969-12-31T23:59:59.999999Z"),
            (EpochSeconds, "99999999999999999999", "none"),
            (EpochSeconds, "9223372036854775807", "none"),
            (EpochSeconds, ".", "none"),
            (EpochSeconds, "-", "none"),
            (EpochSeconds, "now", "none"),
        ] {
            check(format, text, expected);
        }
    }

    proptest! {
        #[test]
        fn what_time_writes_is_read_back(micros in -62_135_596_800_000_000i64..253_402_300_800_000_000) {
            let text = Time(micros).to_string();
            prop_assert_eq!(Instants::new(TimeFormat::Iso).read(text.as_bytes()), Some(micros));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "[0-9TZ:./+, APM-]{0,40}", junk in proptest::collection::vec(any::<u8>(), 0..40)) {
            use TimeFormat::*;
            for format in [Iso, DayFirst, MonthFirst, Compact, EpochSeconds, EpochMillis, EpochMicros, EpochNanos] {
                let _ = Instants::new(format).read(text.as_bytes());
                let _ = Instants::new(format).read(&junk);
            }
        }
    }
}
