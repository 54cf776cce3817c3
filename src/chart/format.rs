//! How values are written, on axes (short) and in tooltips (exact).

use super::ticks::month_name;
use crate::metric::{Estimate, Unit};
use crate::table::time::{DAY, HOUR, Time};

/// A value for a tooltip: four significant digits or more, thin spaces between thousands.
#[must_use]
pub fn exact(unit: Unit, value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    match unit {
        Unit::Percent => format!("{} %", grouped(value * 100.0, 2)),
        Unit::Count => grouped(value, if value.fract() == 0.0 { 0 } else { 1 }),
        Unit::Milliseconds => format!("{} ms", grouped(value, digits(value).min(3))),
        Unit::Ratio if value.abs() < 100.0 => minus(&format!("{value:.4}")),
        Unit::Ratio | Unit::Outcome => significant(value),
    }
}

/// A threshold, as it is chosen: without zeros at its end.
#[must_use]
pub fn threshold(value: f64) -> String {
    let text = exact(Unit::Outcome, value);
    match text.contains('.') && !text.contains('e') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A difference for a tooltip, with its sign.
#[must_use]
pub fn signed(unit: Unit, change: f64) -> String {
    let text = match unit {
        Unit::Percent => format!("{} pp", grouped(change * 100.0, 2)),
        _ => exact(unit, change),
    };
    if change > 0.0 {
        format!("+{text}")
    } else {
        text
    }
}

/// The interval of an estimate, `0.91 – 0.93`.
#[must_use]
pub fn interval(unit: Unit, estimate: &Estimate) -> Option<String> {
    let (low, high) = (estimate.low?, estimate.high?);
    Some(match unit {
        Unit::Percent => format!(
            "{} – {} %",
            grouped(low * 100.0, 2),
            grouped(high * 100.0, 2)
        ),
        Unit::Milliseconds => format!("{} – {}", trim_unit(&exact(unit, low)), exact(unit, high)),
        _ => format!("{} – {}", exact(unit, low), exact(unit, high)),
    })
}

fn trim_unit(text: &str) -> &str {
    text.strip_suffix(" ms").unwrap_or(text)
}

/// A whole number, thin spaces between thousands.
#[must_use]
pub fn count(n: u64) -> String {
    group_digits(&n.to_string())
}

/// A p-value: `0.034`, `< 0.0001`.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.000_1 {
        "< 0.0001".to_owned()
    } else if p < 0.01 {
        format!("{p:.4}")
    } else {
        format!("{p:.3}")
    }
}

/// A tick of an axis whose ticks are `step` apart.
#[must_use]
pub fn tick(unit: Unit, value: f64, step: f64) -> String {
    match unit {
        Unit::Percent => format!("{}%", plain(value * 100.0, step * 100.0)),
        Unit::Milliseconds if value.abs() >= 10_000.0 && step >= 100.0 => {
            format!("{} s", plain(value / 1_000.0, step / 1_000.0))
        }
        Unit::Milliseconds => format!("{} ms", plain(value, step)),
        _ => plain(value, step),
    }
}

/// With as many decimals as the step needs; 12k, 3.4M, 1e12 where that is shorter.
fn plain(value: f64, step: f64) -> String {
    let size = value.abs();
    if size >= 1e15 || (value != 0.0 && step < 1e-6) {
        return minus(&format!("{value:.1e}"));
    }
    for (unit, suffix) in [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")] {
        if size >= unit && step >= unit / 1_000.0 && (step >= 0.1 * unit || size >= 10.0 * unit) {
            return format!("{}{suffix}", decimals(value / unit, step / unit));
        }
    }
    decimals(value, step)
}

fn decimals(value: f64, step: f64) -> String {
    let places = (0..9)
        .find(|&p| {
            let scaled = step * 10f64.powi(p);
            (scaled - scaled.round()).abs() < 1e-6 && scaled > 0.5
        })
        .unwrap_or(2);
    grouped(value, places as usize)
}

fn digits(value: f64) -> usize {
    match value.abs() {
        v if v >= 1_000.0 => 0,
        v if v >= 100.0 => 1,
        v if v >= 10.0 => 2,
        _ => 3,
    }
}

fn significant(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".to_owned()
    } else if (1e-4..1e12).contains(&size) {
        let places = if size < 1.0 {
            (3 - size.log10().floor() as i32).clamp(4, 8) as usize
        } else {
            digits(value)
        };
        grouped(value, places)
    } else {
        minus(&format!("{value:.3e}"))
    }
}

fn grouped(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = group_digits(whole);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    let zero = out.bytes().all(|b| matches!(b, b'0' | b'.'));
    if value < 0.0 && !zero {
        out.insert(0, '\u{2212}');
    }
    out
}

fn group_digits(whole: &str) -> String {
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

fn minus(text: &str) -> String {
    text.replace('-', "\u{2212}")
}

/// A window of time as a person writes it: `3 Nov 2025`, `3 – 9 Nov 2025`, `3 Nov 2025, 06:00 – 07:00`.
#[must_use]
pub fn period(start: Time, end: Time) -> String {
    let whole = |t: Time| t.0.rem_euclid(DAY) == 0;
    let day = |t: Time| {
        let (y, m, d) = t.date();
        format!("{d} {} {y}", month_name(m))
    };
    let clock = |t: Time| {
        let (h, m, s) = t.clock();
        if s == 0 {
            format!("{h:02}:{m:02}")
        } else {
            format!("{h:02}:{m:02}:{s:02}")
        }
    };
    if whole(start) && whole(end) && end > start {
        let last = Time(end.0 - DAY);
        if last == start {
            return day(start);
        }
        let ((y0, m0, d0), (y1, m1, _)) = (start.date(), last.date());
        return if (y0, m0) == (y1, m1) {
            format!("{d0} – {}", day(last))
        } else if y0 == y1 {
            format!("{d0} {} – {}", month_name(m0), day(last))
        } else {
            format!("{} – {}", day(start), day(last))
        };
    }
    if end <= start {
        return format!("{}, {}", day(start), clock(start));
    }
    if start.date() == end.date() || end.0.saturating_sub(start.0) <= HOUR {
        return format!("{}, {} – {}", day(start), clock(start), clock(end));
    }
    format!(
        "{}, {} – {}, {}",
        day(start),
        clock(start),
        day(end),
        clock(end)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_by_their_unit() {
        assert_eq!(exact(Unit::Ratio, 0.93117), "0.9312");
        assert_eq!(exact(Unit::Ratio, -0.5), "−0.5000");
        assert_eq!(exact(Unit::Percent, 0.93117), "93.12 %");
        assert_eq!(exact(Unit::Count, 12_345.0), "12\u{202f}345");
        assert_eq!(exact(Unit::Milliseconds, 12.34), "12.34 ms");
        assert_eq!(exact(Unit::Outcome, 0.000_123_4), "0.0001234");
        assert_eq!(exact(Unit::Outcome, 3.2e15), "3.200e15");
        assert_eq!(exact(Unit::Outcome, f64::NAN), "–");
        assert_eq!(signed(Unit::Percent, 0.012), "+1.20 pp");
        assert_eq!(signed(Unit::Ratio, -0.012), "−0.0120");
        assert_eq!(signed(Unit::Percent, -1e-9), "0.00 pp");
    }

    #[test]
    fn ticks_are_short() {
        assert_eq!(tick(Unit::Ratio, 0.92, 0.01), "0.92");
        assert_eq!(tick(Unit::Percent, 0.925, 0.005), "92.5%");
        assert_eq!(tick(Unit::Count, 12_000.0, 2_000.0), "12k");
        assert_eq!(tick(Unit::Count, 12_500.0, 500.0), "12.5k");
        assert_eq!(tick(Unit::Count, 1_500.0, 500.0), "1.5k");
        assert_eq!(tick(Unit::Count, 500.0, 500.0), "500");
        assert_eq!(tick(Unit::Count, 0.0, 500.0), "0");
        assert_eq!(tick(Unit::Milliseconds, 250.0, 50.0), "250 ms");
        assert_eq!(tick(Unit::Outcome, 1e18, 1e17), "1.0e18");
        assert_eq!(tick(Unit::Outcome, -20.0, 10.0), "−20");
    }

    #[test]
    fn periods_are_written_as_people_do() {
        let at = |text: &str| Time::parse(text).unwrap();
        let check = |from: &str, to: &str, text: &str| assert_eq!(period(at(from), at(to)), text);
        check("2025-11-03", "2025-11-04", "3 Nov 2025");
        check("2025-11-03", "2025-11-10", "3 – 9 Nov 2025");
        check("2025-11-24", "2025-12-01", "24 – 30 Nov 2025");
        check("2025-11-24", "2025-12-04", "24 Nov – 3 Dec 2025");
        check("2024-12-30", "2025-01-06", "30 Dec 2024 – 5 Jan 2025");
        check(
            "2025-11-03T06:00:00Z",
            "2025-11-03T07:00:00Z",
            "3 Nov 2025, 06:00 – 07:00",
        );
        check(
            "2025-11-03T23:00:00Z",
            "2025-11-04",
            "3 Nov 2025, 23:00 – 00:00",
        );
    }
}
