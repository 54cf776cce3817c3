//! How numbers, shares, times, durations and sizes are written for a person.
//!
//! One place, so that a number reads the same wherever the page shows it: groups of three parted
//! by a narrow no-break space, a real minus sign, UTC dates with the month as a word. A value that
//! is not finite is written as a dash; NaN never reaches the screen.

use crate::metric::{Estimate, Unit};
use crate::table::time::{DAY, SECOND, Time};

/// Stands where there is no value.
pub const NOTHING: &str = "–";
/// Parts groups of three digits.
const GROUP: char = '\u{202f}';
const MINUS: char = '−';
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `1234567` → `1 234 567`.
#[must_use]
pub fn count(n: u64) -> String {
    group(&n.to_string())
}

/// A count and its noun: `1 row`, `2 500 rows`.
#[must_use]
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 2);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(GROUP);
        }
        out.push(digit);
    }
    out
}

/// A number with so many decimals, grouped, with a real minus; `-0` loses its sign.
#[must_use]
pub fn fixed(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return NOTHING.into();
    }
    let text = format!("{:.decimals$}", x.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let zero = text.chars().all(|c| matches!(c, '0' | '.'));
    let mut out = String::new();
    if x < 0.0 && !zero {
        out.push(MINUS);
    }
    out += &group(whole);
    if !fraction.is_empty() {
        out.push('.');
        out += fraction;
    }
    out
}

/// A number of unknown size with about four significant digits.
#[must_use]
pub fn number(x: f64) -> String {
    let size = x.abs();
    if size != 0.0 && !(1e-4..1e15).contains(&size) && x.is_finite() {
        return format!("{x:.2e}").replace('-', &MINUS.to_string());
    }
    if x.fract() == 0.0 {
        return fixed(x, 0);
    }
    let decimals = [1000.0, 100.0, 10.0, 1.0, 0.1, 0.01, 0.001]
        .iter()
        .position(|&least| size >= least)
        .unwrap_or(7);
    fixed(x, decimals)
}

/// A share as a percentage: `93.1 %`; small ones keep a digit that tells them from zero.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = match percent.abs() {
        0.0 => 0,
        p if p < 0.01 => 3,
        p if p < 0.1 => 2,
        // 99.96 must not be rounded up to all.
        p if p > 99.0 && p < 100.0 => 2,
        _ => 1,
    };
    format!("{}\u{202f}%", fixed(percent, decimals))
}

/// Decimals that tell the two ends of an interval of this width apart.
fn decimals_for(width: f64, usual: usize, most: usize) -> usize {
    let mut decimals = usual;
    let mut step = 0.1f64.powi(usual as i32);
    while decimals < most && width > 0.0 && width < 3.0 * step {
        decimals += 1;
        step /= 10.0;
    }
    decimals
}

fn in_unit(x: f64, unit: Unit, width: f64) -> String {
    match unit {
        Unit::Ratio => fixed(x, decimals_for(width, 3, 6)),
        Unit::Percent => format!(
            "{}\u{202f}%",
            fixed(x * 100.0, decimals_for(width * 100.0, 1, 4))
        ),
        Unit::Count => fixed(x, 0),
        Unit::Milliseconds => milliseconds(x),
        Unit::Outcome => number(x),
    }
}

/// A value of a metric in its unit.
#[must_use]
pub fn value(x: f64, unit: Unit) -> String {
    in_unit(x, unit, 0.0)
}

/// A metric's value; `≈` where it is within a bound of the exact one, a dash where there is none.
#[must_use]
pub fn estimate(e: &Estimate, unit: Unit) -> String {
    let about = if e.bound.is_some_and(|b| b > 0.0) {
        "≈\u{202f}"
    } else {
        ""
    };
    e.value.map_or_else(
        || NOTHING.into(),
        |x| format!("{about}{}", in_unit(x, unit, width(e))),
    )
}

/// The 95 % interval, and how far a value that is not exact may be from the exact one: `[0.905, 0.918]`,
/// `[0.905, 0.918], exact within 0.001`.
#[must_use]
pub fn interval(e: &Estimate, unit: Unit) -> Option<String> {
    let w = width(e);
    let ends = e.low.zip(e.high).map(|(low, high)| {
        format!(
            "[{}, {}]",
            in_unit(low, unit, w).replace("\u{202f}%", ""),
            in_unit(high, unit, w)
        )
    });
    let bound = e.bound.filter(|b| *b > 0.0);
    let bound = bound.map(|b| format!("exact within {}", in_unit(b, unit, b)));
    match (ends, bound) {
        (Some(ends), Some(bound)) => Some(format!("{ends}, {bound}")),
        (ends, bound) => ends.or(bound),
    }
}

fn width(e: &Estimate) -> f64 {
    match (e.low, e.high) {
        (Some(low), Some(high)) => high - low,
        _ => 0.0,
    }
}

/// A difference of two values, always with its sign; shares differ by percentage points.
#[must_use]
pub fn change(x: f64, unit: Unit) -> String {
    let size = x.abs();
    let text = match unit {
        Unit::Percent => format!(
            "{}\u{202f}pp",
            fixed(size * 100.0, if size < 0.001 { 3 } else { 1 })
        ),
        Unit::Ratio if size < 0.001 => fixed(size, 5),
        _ => value(size, unit),
    };
    match x {
        _ if !x.is_finite() => NOTHING.into(),
        _ if x < 0.0 => format!("{MINUS}{text}"),
        _ => format!("+{text}"),
    }
}

/// `p < 0.001`, `p = 0.012`.
#[must_use]
pub fn p_value(p: f64) -> String {
    match p {
        _ if !p.is_finite() => NOTHING.into(),
        _ if p < 0.001 => "p < 0.001".into(),
        _ => format!("p = {}", fixed(p, 3)),
    }
}

/// Milliseconds, as seconds from ten thousand on.
#[must_use]
pub fn milliseconds(ms: f64) -> String {
    match ms.abs() {
        _ if !ms.is_finite() => NOTHING.into(),
        m if m >= 10_000.0 => format!("{}\u{202f}s", fixed(ms / 1000.0, 1)),
        m if m >= 100.0 => format!("{}\u{202f}ms", fixed(ms, 0)),
        m if m >= 10.0 => format!("{}\u{202f}ms", fixed(ms, 1)),
        _ => format!("{}\u{202f}ms", fixed(ms, 2)),
    }
}

/// A duration in the largest unit that leaves a number above one.
#[must_use]
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NOTHING.into();
    }
    let (x, unit) = match seconds.abs() {
        s if s >= 2.0 * 86_400.0 => (seconds / 86_400.0, "days"),
        s if s >= 3_600.0 => (seconds / 3_600.0, "h"),
        s if s >= 60.0 => (seconds / 60.0, "min"),
        s if s >= 1.0 || s == 0.0 => (seconds, "s"),
        _ => (seconds * 1000.0, "ms"),
    };
    let decimals = usize::from(x.fract() != 0.0 && x.abs() < 100.0);
    format!("{}\u{202f}{unit}", fixed(x, decimals))
}

/// `12.4 MB`; powers of a thousand, as file managers show them.
#[must_use]
pub fn bytes(n: u64) -> String {
    let mut x = n as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if x < 1000.0 {
            let decimals = usize::from(unit != "B" && x < 100.0);
            return format!("{}\u{202f}{unit}", fixed(x, decimals));
        }
        x /= 1000.0;
    }
    format!("{}\u{202f}TB", fixed(x, 1))
}

/// A rate of which only the size matters: `1.1 M`.
#[must_use]
pub fn roughly(mut x: f64) -> String {
    if !x.is_finite() {
        return NOTHING.into();
    }
    for unit in ["", "\u{202f}k", "\u{202f}M"] {
        if x.abs() < 999.5 {
            let decimals = usize::from(!unit.is_empty() && x.abs() < 99.95);
            return format!("{}{unit}", fixed(x, decimals));
        }
        x /= 1000.0;
    }
    format!("{}\u{202f}G", fixed(x, 1))
}

/// `14 Jan 2025`, in UTC.
#[must_use]
pub fn date(t: Time) -> String {
    let (year, month, day) = t.date();
    format!("{day} {} {year}", MONTHS[(month as usize + 11) % 12])
}

/// `14 Jan 2025, 13:05`, in UTC; midnight is the date alone. Where there are no times, an instant is
/// the number of a row in seconds.
#[must_use]
pub fn instant(timed: bool, t: Time) -> String {
    if !timed {
        return format!("row {}", row(t, 1));
    }
    let (hour, minute, _) = t.clock();
    if t.0.rem_euclid(DAY) == 0 {
        date(t)
    } else {
        format!("{}, {hour:02}:{minute:02}", date(t))
    }
}

/// The number of the row at an instant, where there are no times.
fn row(t: Time, from: i64) -> String {
    fixed((t.0.div_euclid(SECOND) + from) as f64, 0)
}

/// A period whose end is exclusive: `1 – 14 Jan 2025`, `14 Jan 2025, 13:00 – 14:00`, and where there
/// are no times `rows 1 – 500`.
#[must_use]
pub fn period(timed: bool, start: Time, end: Time) -> String {
    if !timed {
        return format!("rows {} – {}", row(start, 1), row(end, 0));
    }
    let whole_days = start.0.rem_euclid(DAY) == 0 && end.0.rem_euclid(DAY) == 0;
    // The last instant inside, so that a day ends on itself and not on the next.
    let last = Time(end.0.saturating_sub(1).max(start.0));
    let ((y0, m0, d0), (y1, m1, d1)) = (start.date(), last.date());
    if (y0, m0, d0) == (y1, m1, d1) {
        if whole_days {
            return date(start);
        }
        let ((h0, n0, _), (h1, n1, _)) = (start.clock(), end.clock());
        return format!("{}, {h0:02}:{n0:02} – {h1:02}:{n1:02}", date(start));
    }
    let name = |m: u32| MONTHS[(m as usize + 11) % 12];
    match () {
        () if y0 != y1 => format!("{} – {}", date(start), date(last)),
        () if m0 != m1 => format!("{d0} {} – {d1} {} {y1}", name(m0), name(m1)),
        () => format!("{d0} – {d1} {} {y1}", name(m1)),
    }
}

/// The period from a first to a last instant, both belonging to it.
#[must_use]
pub fn span(timed: bool, first: Time, last: Time) -> String {
    let step = if timed { 1 } else { SECOND };
    period(timed, first, Time(last.0.saturating_add(step)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    /// Narrow spaces as plain ones, so that the expectations can be read.
    fn plain(text: &str) -> String {
        text.replace(GROUP, " ")
    }

    #[test]
    fn counts_and_numbers() {
        assert_eq!(plain(&count(0)), "0");
        assert_eq!(plain(&count(1_234)), "1 234");
        assert_eq!(plain(&count(12_345_678)), "12 345 678");
        assert_eq!(plain(&plural(1, "row", "rows")), "1 row");
        assert_eq!(plain(&number(-1_234.6)), "−1 235");
        assert_eq!(plain(&number(0.012_345)), "0.01235");
        assert_eq!(number(7.0), "7");
        assert_eq!(number(3.2e-9), "3.20e−9");
        assert_eq!(fixed(-0.000_1, 2), "0.00");
    }

    #[test]
    fn shares_keep_the_digits_that_matter() {
        assert_eq!(plain(&percent(0.931_2)), "93.1 %");
        assert_eq!(plain(&percent(0.0)), "0 %");
        assert_eq!(plain(&percent(0.000_04)), "0.004 %");
        assert_eq!(plain(&percent(0.999_6)), "99.96 %");
        assert_eq!(plain(&percent(1.0)), "100.0 %");
    }

    #[test]
    fn estimates_show_as_many_digits_as_their_interval_bears() {
        let e = |value, low, high| Estimate {
            value: Some(value),
            low: Some(low),
            high: Some(high),
            n: 9,
            ..Estimate::default()
        };
        let wide = e(0.912_1, 0.904_9, 0.918_2);
        assert_eq!(estimate(&wide, Unit::Ratio), "0.912");
        assert_eq!(interval(&wide, Unit::Ratio).unwrap(), "[0.905, 0.918]");
        let narrow = e(0.912_14, 0.911_9, 0.912_4);
        assert_eq!(estimate(&narrow, Unit::Ratio), "0.9121");
        assert_eq!(
            plain(&interval(&e(0.02, 0.01, 0.03), Unit::Percent).unwrap()),
            "[1.0, 3.0 %]"
        );
        let about = Estimate {
            bound: Some(0.001),
            ..wide
        };
        assert_eq!(plain(&estimate(&about, Unit::Ratio)), "≈ 0.912");
        let told = interval(&about, Unit::Ratio).unwrap_or_default();
        assert!(told.ends_with("exact within 0.0010"), "{told}");
        assert_eq!(estimate(&Estimate::default(), Unit::Ratio), NOTHING);
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(change(-0.042, Unit::Ratio), "−0.042");
        assert_eq!(plain(&change(0.021, Unit::Percent)), "+2.1 pp");
        assert_eq!(plain(&change(12.34, Unit::Milliseconds)), "+12.3 ms");
        assert_eq!(p_value(0.000_2), "p < 0.001");
        assert_eq!(p_value(0.012), "p = 0.012");
    }

    #[test]
    fn nothing_that_is_not_finite_is_written_as_a_number() {
        for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for text in [
                number(x),
                percent(x),
                duration(x),
                milliseconds(x),
                change(x, Unit::Ratio),
                change(x, Unit::Percent),
                value(x, Unit::Outcome),
                p_value(x),
            ] {
                assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            }
        }
    }

    #[test]
    fn durations_and_sizes() {
        assert_eq!(plain(&duration(0.25)), "250 ms");
        assert_eq!(plain(&duration(45.0)), "45 s");
        assert_eq!(plain(&duration(5_400.0)), "1.5 h");
        assert_eq!(plain(&duration(276_480.0)), "3.2 days");
        assert_eq!(plain(&bytes(999)), "999 B");
        assert_eq!(plain(&bytes(12_400_000)), "12.4 MB");
        assert_eq!(plain(&roughly(640.4)), "640");
        assert_eq!(plain(&roughly(999.7)), "1.0 k");
        assert_eq!(plain(&roughly(1_061_000.0)), "1.1 M");
        assert_eq!(plain(&roughly(123_456_789.0)), "123 M");
        assert_eq!(roughly(f64::NAN), NOTHING);
        assert_eq!(plain(&milliseconds(12_345.0)), "12.3 s");
    }

    #[test]
    fn periods_end_before_their_end() {
        let p = |a, b| period(true, t(a), t(b));
        assert_eq!(p("2025-01-01", "2025-01-15"), "1 – 14 Jan 2025");
        assert_eq!(p("2025-01-28", "2025-02-04"), "28 Jan – 3 Feb 2025");
        assert_eq!(p("2024-12-28", "2025-01-02"), "28 Dec 2024 – 1 Jan 2025");
        assert_eq!(p("2025-01-01", "2025-01-02"), "1 Jan 2025");
        assert_eq!(
            p("2025-01-01T13:00:00Z", "2025-01-01T14:00:00Z"),
            "1 Jan 2025, 13:00 – 14:00"
        );
        assert_eq!(
            instant(true, t("2025-01-01T13:05:59Z")),
            "1 Jan 2025, 13:05"
        );
        assert_eq!(period(false, Time(0), Time(500 * SECOND)), "rows 1 – 500");
        assert_eq!(instant(false, Time(0)), "row 1");
        assert_eq!(span(false, Time(0), Time(499 * SECOND)), "rows 1 – 500");
        assert_eq!(
            span(true, t("2025-01-01"), t("2025-01-03")),
            "1 – 3 Jan 2025"
        );
    }
}
