//! Instants as service files write them.

use crate::read::TimeFormat;
use crate::read::instant::Instants;
use crate::table::time::{DAY, HOUR, SECOND, days_from_civil};

/// An instant that stands alone: RFC 3339 and its relatives, or seconds, milliseconds, microseconds or nanoseconds
/// since 1970.
pub fn any(text: &str) -> Option<i64> {
    let text = text.trim();
    iso(text).or_else(|| epoch(text)).or_else(|| slashed(text))
}

/// `2026-11-23T08:46:30.5Z` and its relatives; a comma before the fraction, too; without a zone it is UTC.
pub fn iso(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 10 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return None;
    }
    let comma = text.replace(',', ".");
    // `+0000` as some loggers write a zone.
    let zoned = match comma.as_bytes() {
        [.., s @ (b'+' | b'-'), a, b, c, d]
            if comma.len() > 15 && [a, b, c, d].iter().all(|x| x.is_ascii_digit()) =>
        {
            let at = comma.len() - 5;
            let sign = *s as char;
            format!(
                "{}{sign}{}:{}",
                &comma[..at],
                &comma[at + 1..at + 3],
                &comma[at + 3..]
            )
        }
        _ => comma,
    };
    Instants::new(TimeFormat::Iso).read(zoned.as_bytes())
}

/// A number since 1970, its unit told by its size.
pub fn epoch(text: &str) -> Option<i64> {
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !plain(whole) || !(fraction.is_empty() || plain(fraction)) {
        return None;
    }
    let format = match whole.len() {
        9..=10 => TimeFormat::EpochSeconds,
        12..=13 => TimeFormat::EpochMillis,
        15..=16 => TimeFormat::EpochMicros,
        18..=19 => TimeFormat::EpochNanos,
        _ => return None,
    };
    Instants::new(format).read(text.as_bytes())
}

/// `2020/11/12 13:48:11.412`
pub fn slashed(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'/' || bytes[7] != b'/' {
        return None;
    }
    iso(&text.replacen('/', "-", 2))
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `17/May/2015:10:05:03 +0000`
pub fn clf(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let month = text.get(3..6)?;
    let month = MONTHS.iter().position(|m| *m == month)? as u32 + 1;
    let (day, year) = (number(0, 2)?, number(7, 11)?);
    let (hour, minute, second) = (number(12, 14)?, number(15, 17)?, number(18, 20)?);
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // A fraction of a second, in some formats.
    let behind = text.get(20..).unwrap_or_default();
    let digits = behind.strip_prefix(['.', ',']).unwrap_or_default();
    let digits = &digits[..digits.bytes().take_while(u8::is_ascii_digit).count()];
    let micros = match digits.len() {
        0 => 0,
        n => digits.get(..n.min(6))?.parse::<i64>().ok()? * 10_i64.pow(6 - n.min(6) as u32),
    };
    let at = 21
        + if digits.is_empty() {
            0
        } else {
            digits.len() + 1
        };
    let zone = match text.get(at..at + 5) {
        None => 0,
        Some(zone) => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let hours: i64 = zone.get(1..3)?.parse().ok()?;
            let minutes: i64 = zone.get(3..5)?.parse().ok()?;
            sign * (hours * HOUR + minutes * 60 * SECOND)
        }
    };
    let midnight = days_from_civil(year, month, day as u32) * DAY;
    Some(midnight + hour * HOUR + minute * 60 * SECOND + second * SECOND + micros - zone)
}

/// What `date` prints, and whether its zone is known: `Mon Nov 23 09:00:00 UTC 2026`, `Mon 23 Nov 2026 09:00:00 AM UTC`,
/// `Mon, 23 Nov 2026 10:00:00 +0100`. A zone with a name of its own is read as UTC.
pub fn date(text: &str) -> Option<(i64, bool)> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    if !(5..=7).contains(&words.len()) {
        return None;
    }
    let number = |w: &str, digits: std::ops::RangeInclusive<usize>| {
        let plain = digits.contains(&w.len()) && w.bytes().all(|b| b.is_ascii_digit());
        w.parse::<i64>().ok().filter(|_| plain)
    };
    let month = |w: &&str| MONTHS.iter().position(|m| w.get(..3) == Some(*m));
    let month = words.iter().find_map(month)? as u32 + 1;
    let day = words.iter().find_map(|w| number(w, 1..=2))?;
    let year = words.iter().find_map(|w| number(w, 4..=4))?;
    let clock = words.iter().find(|w| w.contains(':'))?;
    let parts: Vec<i64> = clock
        .split(':')
        .map(|w| number(w, 1..=2))
        .collect::<Option<_>>()?;
    let [hour, minute, second] = parts[..] else {
        return None;
    };
    let hour = match (words.contains(&"PM"), words.contains(&"AM"), hour) {
        (true, _, hour @ 1..=11) => hour + 12,
        (_, true, 12) => 0,
        (_, _, hour) => hour,
    };
    if !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = |w: &&str| match w.as_bytes() {
        [sign @ (b'+' | b'-'), rest @ ..] if rest.len() == 4 => {
            let (hours, minutes) = (number(w.get(1..3)?, 2..=2)?, number(w.get(3..5)?, 2..=2)?);
            let sign = if *sign == b'-' { -1 } else { 1 };
            Some(sign * (hours * HOUR + minutes * 60 * SECOND))
        }
        _ => None,
    };
    let utc = words.iter().any(|w| matches!(*w, "UTC" | "GMT" | "Z"));
    let zone = words.iter().find_map(offset);
    let midnight = days_from_civil(year, month, day as u32) * DAY;
    let time = midnight + hour * HOUR + minute * 60 * SECOND + second * SECOND;
    Some((time - zone.unwrap_or(0), utc || zone.is_some()))
}

/// A time in the name of a file: `metrics-2026-11-23T08:46:30Z.txt`, `20261123T084630`, `scrape_1795423602.prom`.
pub fn in_name(name: &str) -> Option<i64> {
    let bytes = name.as_bytes();
    for at in 0..bytes.len() {
        if at > 0 && bytes[at - 1].is_ascii_digit() {
            continue;
        }
        let rest = name.get(at..)?;
        if let Some(time) = dated(rest) {
            return Some(time);
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if let Some(time) = rest.get(..digits).and_then(epoch) {
            return Some(time);
        }
    }
    None
}

/// A date and a clock at the start of a text, with or without signs between.
fn dated(text: &str) -> Option<i64> {
    let mut digits = Vec::new();
    for b in text.bytes() {
        match b {
            b'0'..=b'9' if digits.len() < 14 => digits.push(i64::from(b - b'0')),
            b'-' | b':' | b'_' | b'T' | b'.' if digits.len() >= 4 && digits.len() < 14 => {}
            _ => break,
        }
    }
    if digits.len() != 14 {
        return None;
    }
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0, |n, d| n * 10 + d);
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    let (hour, minute, second) = (number(8, 10), number(10, 12), number(12, 14));
    let real = (1990..2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 61;
    real.then(|| {
        days_from_civil(year, month as u32, day as u32) * DAY
            + hour * HOUR
            + minute * 60 * SECOND
            + second * SECOND
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_tools_write_them() {
        let noon = Some(1_795_435_200_000_000); // 2026-11-23T12:00:00Z
        assert_eq!(iso("2026-11-23T12:00:00Z"), noon);
        assert_eq!(iso("2026-11-23 12:00:00,000"), noon);
        assert_eq!(iso("2026-11-23T13:00:00+0100"), noon);
        assert_eq!(clf("23/Nov/2026:13:00:00 +0100"), noon);
        assert_eq!(slashed("2026/11/23 12:00:00.000"), noon);
        assert_eq!(any("1795435200"), noon);
        assert_eq!(any("1795435200.000"), noon);
        assert_eq!(any("1795435200000"), noon);
        assert_eq!(any("1795435200000000000"), noon);
        assert_eq!(any("blue"), None);
        for (text, zoned) in [
            ("Mon Nov 23 12:00:00 UTC 2026", true),
            ("Mon 23 Nov 2026 12:00:00 PM UTC", true),
            ("Mon, 23 Nov 2026 13:00:00 +0100", true),
            ("Mon Nov 23 12:00:00 CET 2026", false),
        ] {
            assert_eq!(date(text), noon.map(|t| (t, zoned)), "{text}");
        }
        assert_eq!(date("error: Metrics API not available"), None);
        assert_eq!(clf("31/Foo/2026:13:00:00 +0100"), None);
        assert_eq!(in_name("metrics-2026-11-23T12:00:00Z.txt"), noon);
        assert_eq!(in_name("metrics_20261123T120000.prom"), noon);
        assert_eq!(in_name("scrape.1795435200.txt"), noon);
        assert_eq!(in_name("v2-metrics.txt"), None);
    }
}
