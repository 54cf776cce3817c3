//! Times and numbers as a browser writes them where its reader lives: `3/1/2026, 1:00:00 PM`, `01.03.2026, 13:00:00`,
//! `12,5 %`, `$0.45`.

use crate::table::time::{DAY, HOUR, SECOND, days_from_civil};

/// Which part of a date comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// `2026/3/1`
    Year,
    /// `3/1/2026`
    Month,
    /// `1/3/2026`
    Day,
}

/// A time of which the order of its date may have to be known first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    parts: [u16; 3],
    /// Microseconds since midnight.
    clock: i64,
    /// The order that the text itself proves.
    pub proven: Option<First>,
    /// The order that is usual for how it is written.
    pub usual: First,
}

impl Local {
    /// The instant, where the date is in this order; `None` where it is no date then.
    pub fn at(&self, first: First) -> Option<i64> {
        let [a, b, c] = self.parts;
        let (year, month, day) = match first {
            First::Year => (a, b, c),
            First::Month => (c, a, b),
            First::Day => (c, b, a),
        };
        let real = (1..=12).contains(&month) && (1..=31).contains(&day) && year >= 1900;
        let midnight = days_from_civil(i64::from(year), u32::from(month), u32::from(day)) * DAY;
        real.then_some(midnight + self.clock)
    }
}

/// Spaces as some locales have them, as plain ones.
fn plain(text: &str) -> String {
    let space = |c: char| match c {
        '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
        c => c,
    };
    text.trim().chars().map(space).collect()
}

/// A time as a browser writes it: a date of three numbers, and a clock of 12 or 24 hours behind it.
pub fn time(text: &str) -> Option<Local> {
    let text = plain(text);
    let (date, clock) = text.split_once([' ', 'T'])?;
    let date = date.trim_end_matches(',');
    let sign = date.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(sign, '/' | '.' | '-') {
        return None;
    }
    let mut parts = [0_u16; 3];
    let mut found = date.split(sign);
    let mut digits = [0; 3];
    for (part, digits) in parts.iter_mut().zip(&mut digits) {
        let text = found.next()?;
        let is_number = matches!(text.len(), 1 | 2 | 4) && text.bytes().all(|b| b.is_ascii_digit());
        *part = text.parse().ok().filter(|_| is_number)?;
        *digits = text.len();
    }
    if found.next().is_some() {
        return None;
    }
    let (clock, halves) = self::clock(clock)?;
    let order = match (digits, sign) {
        ([4, ..], _) => Some(First::Year),
        ([.., 4], '.' | '-') => Some(First::Day),
        ([.., 4], _) if parts[0] > 12 => Some(First::Day),
        ([.., 4], _) if parts[1] > 12 => Some(First::Month),
        ([.., 4], _) => None,
        _ => return None,
    };
    let local = Local {
        parts,
        clock,
        proven: order,
        usual: match halves {
            true => First::Month,
            false => First::Day,
        },
    };
    let real = |first| local.at(first).is_some();
    order
        .map_or_else(|| real(First::Day), real)
        .then_some(local)
}

/// Microseconds since midnight, and whether the clock has twelve hours: `1:00:00 PM`, `13:00`, `13:00:00.250`.
fn clock(text: &str) -> Option<(i64, bool)> {
    let (clock, half) = text.split_once(' ').unwrap_or((text, ""));
    let half: String = half.chars().filter(char::is_ascii_alphabetic).collect();
    let mut parts = clock.split(':');
    let mut whole = |most: i64| {
        let text = parts.next()?;
        let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse::<i64>().ok()?;
        (digits && number <= most).then_some(number)
    };
    let (hour, minute) = (whole(23)?, whole(59)?);
    let seconds = match parts.next() {
        None => 0.0,
        Some(text) => text.replace(',', ".").parse::<f64>().ok()?,
    };
    if parts.next().is_some() || !(0.0..61.0).contains(&seconds) {
        return None;
    }
    let hour = match (half.to_ascii_lowercase().as_str(), hour) {
        ("", hour) => hour,
        ("am", 1..=11) => hour,
        ("am", 12) => 0,
        ("pm", 1..=11) => hour + 12,
        ("pm", 12) => 12,
        _ => return None,
    };
    let micros = (seconds * SECOND as f64).round() as i64;
    Some((
        hour * HOUR + minute * 60 * SECOND + micros,
        !half.is_empty(),
    ))
}

/// An amount with its unit, the number written with a point: thousands without their separators, a decimal comma as a
/// point where `comma` says that commas are points, or where the number can be nothing else; a currency in front of the
/// number behind it.
pub fn amount(text: &str, comma: bool) -> String {
    const CURRENCIES: &str = "$€£¥₹₽₩₺₫₴₦฿";
    let text = plain(text);
    let negative = text.starts_with('-');
    let signed = text.trim_start_matches('-');
    let (currency, rest) = match signed.chars().next() {
        Some(c) if CURRENCIES.contains(c) => (c.to_string(), signed[c.len_utf8()..].trim_start()),
        _ => (String::new(), signed),
    };
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    // Spaces between digits separate thousands.
    let mut number = String::new();
    let mut behind = rest;
    loop {
        let end = behind.find(|c| !is_number(c)).unwrap_or(behind.len());
        number.push_str(&behind[..end]);
        let next = &behind[end..];
        let group = next.strip_prefix(' ').map(|group| {
            let digits = group.bytes().take_while(u8::is_ascii_digit).count();
            digits == 3 && !number.is_empty() && !number.contains(['.', ','])
        });
        if group != Some(true) {
            behind = next;
            break;
        }
        behind = &next[1..];
    }
    if number.is_empty() {
        return text;
    }
    let sign = if negative { "-" } else { "" };
    let unit = format!(
        "{behind}{}{currency}",
        if currency.is_empty() { "" } else { " " }
    );
    format!("{sign}{}{unit}", pointed(&number, comma))
}

/// A number of digits, points and commas with a point alone.
fn pointed(number: &str, comma: bool) -> String {
    let decimal = match (number.rfind('.'), number.rfind(',')) {
        (Some(point), Some(comma)) => Some(if point > comma { '.' } else { ',' }),
        (Some(_), None) if number.matches('.').count() > 1 => None,
        (Some(_), None) => Some('.'),
        (None, Some(_)) => {
            let mut groups = number.split(',');
            let first = groups.next().unwrap_or_default();
            let thousands = (1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3);
            (comma && number.matches(',').count() == 1 || !thousands).then_some(',')
        }
        (None, None) => None,
    };
    let written = number.chars().filter_map(|c| match c {
        '.' | ',' if Some(c) == decimal => Some('.'),
        '.' | ',' => None,
        c => Some(c),
    });
    written.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_browsers_of_many_countries_write_them() {
        let one = Some(1_772_370_000_000_000); // 2026-03-01T13:00:00Z
        for (text, proven, first) in [
            ("3/1/2026, 1:00:00 PM", None, First::Month),
            ("3/1/2026, 1:00:00\u{202f}PM", None, First::Month),
            ("01/03/2026, 13:00:00", None, First::Day),
            ("1.3.2026, 13:00:00", Some(First::Day), First::Day),
            ("2026/3/1 13:00:00", Some(First::Year), First::Year),
            ("1-3-2026, 13:00", Some(First::Day), First::Day),
        ] {
            let local = time(text);
            assert_eq!(local.and_then(|l| l.at(first)), one, "{text}");
            assert_eq!(local.and_then(|l| l.proven), proven, "{text}");
        }
        let proven = |text| time(text).and_then(|l| l.proven);
        assert_eq!(proven("3/13/2026, 1:00:00 AM"), Some(First::Month));
        assert_eq!(proven("13/3/2026, 01:00:00"), Some(First::Day));
        for text in [
            "blue",
            "3/1/26 1:00",
            "30/30/2026 1:00",
            "1/2 3:00",
            "12 apples",
            "2026-03-01 25:00",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_have_a_point_in_the_end() {
        for (text, comma, expected) in [
            ("1,234.5 req/s", false, "1234.5 req/s"),
            ("1.234,5 ms", false, "1234.5 ms"),
            ("12,5 %", false, "12.5 %"),
            ("1,234", false, "1234"),
            ("1,234", true, "1.234"),
            ("1.5 GiB", true, "1.5 GiB"),
            ("$0.45", false, "0.45 $"),
            ("-€1.2K", false, "-1.2K €"),
            ("1\u{202f}234,5 ms", true, "1234.5 ms"),
            ("230 W", false, "230 W"),
            ("blue", false, "blue"),
        ] {
            assert_eq!(amount(text, comma), expected, "{text}");
        }
    }
}
