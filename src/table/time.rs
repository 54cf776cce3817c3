//! Instants and the calendar: UTC microseconds since the Unix epoch inside, RFC 3339 outside.
//!
//! The civil-date arithmetic is the proleptic Gregorian calendar in 400-year eras, with March as
//! the first month (H. Hinnant, *chrono-compatible low-level date algorithms*, 2013).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in an hour.
pub const HOUR: i64 = 3_600 * SECOND;
/// Microseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// Days since 1970-01-01 of a civil date.
#[must_use]
pub fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy =
        (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// Civil date (year, month, day) of a number of days since 1970-01-01.
#[must_use]
pub fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

impl Time {
    /// The civil date in UTC.
    #[must_use]
    pub fn date(self) -> (i64, u32, u32) {
        civil_from_days(self.0.div_euclid(DAY))
    }

    /// Hour, minute and second in UTC.
    #[must_use]
    pub fn clock(self) -> (u32, u32, u32) {
        let s = (self.0.rem_euclid(DAY) / SECOND) as u32;
        (s / 3_600, s / 60 % 60, s % 60)
    }

    /// Reads what [`Time`]'s `Display` writes, and a plain date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| digits(bytes.get(from..to)?);
        let (negative, at) = if bytes.first() == Some(&b'-') {
            (true, 1)
        } else {
            (false, 0)
        };
        let date_end = text.find('T').unwrap_or(text.len());
        let year_end = date_end.checked_sub(6)?;
        let year = number(at, year_end)? * if negative { -1 } else { 1 };
        let (month, day) = (
            number(year_end + 1, year_end + 3)?,
            number(year_end + 4, date_end)?,
        );
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year_end < at + 4 {
            return None;
        }
        let mut micros = days_from_civil(year, month as u32, day as u32).checked_mul(DAY)?;
        if date_end < text.len() {
            let clock = text.get(date_end + 1..)?.strip_suffix('Z')?;
            let (hms, fraction) = clock.split_once('.').unwrap_or((clock, ""));
            let mut parts = hms.split(':').map(|p| digits(p.as_bytes()));
            let (h, m) = (parts.next()??, parts.next()??);
            let s = parts.next().unwrap_or(Some(0))?;
            micros = micros.checked_add(((h * 60 + m) * 60 + s) * SECOND)?;
            if !fraction.is_empty() {
                let six = format!("{fraction:0<6}");
                micros = micros.checked_add(digits(six.as_bytes().get(..6)?)?)?;
            }
        }
        Some(Self(micros))
    }
}

/// A number of at most six digits, as the years that a [`Time`] can hold have; nothing overflows then.
fn digits(text: &[u8]) -> Option<i64> {
    let good = (1..=6).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    good.then(|| text.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

/// RFC 3339 in UTC, with as many fractional digits as needed (none, three or six).
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((y, mo, d), (h, mi, s)) = (self.date(), self.clock());
        write!(f, "{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}")?;
        match self.0.rem_euclid(SECOND) {
            0 => {}
            us if us % 1_000 == 0 => write!(f, ".{:03}", us / 1_000)?,
            us => write!(f, ".{us:06}")?,
        }
        f.write_str("Z")
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("not an RFC 3339 time in UTC: {text}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (1_735_689_600_123_000, "2025-01-01T00:00:00.123Z"),
        ] {
            assert_eq!(Time(micros).to_string(), text);
            assert_eq!(Time::parse(text), Some(Time(micros)));
        }
        assert_eq!(Time::parse("2025-01-01"), Some(Time(1_735_689_600_000_000)));
        assert_eq!(Time::parse("2025-1-01"), None);
        assert_eq!(Time::parse("yesterday"), None);
    }

    #[test]
    fn what_is_beyond_every_instant_is_none() {
        for text in [
            "99999999999999999999-01-01",
            "999999-01-01T00:00:00Z",
            "-999999-01-01",
            "2025-01-01T9223372036854775807:00:00Z",
            "2025-01-01T+1:00:00Z",
            "2025-01-01T00:00:00.-12345Z",
            "294247-01-10T04:00:55Z",
        ] {
            assert_eq!(Time::parse(text), None, "{text}");
        }
        let last = Time(i64::MAX);
        assert_eq!(Time::parse(&last.to_string()), Some(last));
    }

    #[test]
    fn every_day_of_eight_centuries_comes_back() {
        for day in -200_000..100_000 {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
    }
}
