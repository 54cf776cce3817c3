//! Numbers and instants as a person reads them, for the sentences of a report.

use crate::metric::{Estimate, Family, Info, Unit};
use crate::summary::WindowSize;
use crate::table::time::{DAY, SECOND, Time};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `91.2 %`, `0.934`, `12.3 ms`, `1 234`.
#[must_use]
pub fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Percent => format!("{} %", digits(value * 100.0, 3)),
        Unit::Milliseconds => format!("{} ms", digits(value, 3)),
        Unit::Count => grouped(value.round()),
        Unit::Ratio => format!("{value:.3}").replace('-', "−"),
        Unit::Outcome => digits(value, 4),
    }
}

/// A value with its interval, or why there is none.
#[must_use]
pub fn estimate(info: &Info, of: &Estimate) -> String {
    in_unit(info.unit, of)
}

/// The same of what is no metric.
#[must_use]
pub fn in_unit(unit: Unit, of: &Estimate) -> String {
    match (of.value, of.low, of.high) {
        (Some(v), Some(low), Some(high)) => {
            let end = |x| {
                value(unit, x)
                    .trim_end_matches(" %")
                    .trim_end_matches(" ms")
                    .to_string()
            };
            format!("{} [{}, {}]", value(unit, v), end(low), end(high))
        }
        (Some(v), ..) => value(unit, v),
        _ => of.undefined.clone().unwrap_or_else(|| "not known".into()),
    }
}

/// So many significant digits, but never fewer than the whole part has.
fn digits(value: f64, significant: i32) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let whole = libm::floor(libm::log10(value.abs())) as i32;
    let whole = whole.saturating_add(1);
    if whole > 15 {
        let places = (significant - 1).max(0) as usize;
        return format!("{value:.places$e}").replace('-', "−");
    }
    let places = (significant - whole).clamp(0, 6) as usize;
    if places == 0 {
        return grouped(value);
    }
    format!("{value:.places$}").replace('-', "−")
}

/// Groups of three digits with narrow spaces between.
#[must_use]
pub fn grouped(value: f64) -> String {
    let text = format!("{:.0}", value.abs());
    let mut out = String::from(if value < 0.0 { "−" } else { "" });
    for (i, c) in text.chars().enumerate() {
        if i > 0 && (text.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(c);
    }
    out
}

/// A number of no unit: `30`, `12.5`, `1 000 000`.
#[must_use]
pub fn number(x: f64) -> String {
    match x {
        x if x.fract() == 0.0 && x.abs() < 1e15 => grouped(x),
        x => digits(x, 3),
    }
}

/// `1 row`, `4 200 rows`.
#[must_use]
pub fn rows(n: u64) -> String {
    match n {
        1 => "1 row".into(),
        n => format!("{} rows", grouped(n as f64)),
    }
}

/// Ends the first part of a sentence, before what is told beside it behind a semicolon.
pub fn end_first(sentence: &mut String, by: &str) {
    let end = sentence.find("; ").unwrap_or(sentence.len());
    sentence.insert_str(end, by);
}

/// How many of what a metric is made of: rows, or lists where it tells their order.
#[must_use]
pub fn of_family(family: Family, n: u64) -> String {
    match (family, n) {
        (Family::Ranking, 1) => "1 list".into(),
        (Family::Ranking, n) => format!("{} lists", grouped(n as f64)),
        _ => rows(n),
    }
}

/// How many false alarms a window as sure as something are to be expected: `1 in 3 300 windows`.
#[must_use]
pub fn false_alarm_rate(rate: f64) -> String {
    const LEAST: f64 = 1e-6;
    match rate {
        r if r >= 1.0 => "1 a window".into(),
        r if r > LEAST => format!("1 in {} windows", digits(1.0 / r, 2)),
        _ => format!("less than 1 in {} windows", grouped(1.0 / LEAST)),
    }
}

/// A difference with its sign and its interval; shares differ by percentage points.
#[must_use]
pub fn change(unit: Unit, of: &Estimate) -> String {
    let number = |x: f64| match unit {
        Unit::Percent => digits(x * 100.0, 3),
        Unit::Milliseconds => digits(x, 3),
        Unit::Count => grouped(x.round()),
        Unit::Ratio => format!("{x:.3}").replace('-', "−"),
        Unit::Outcome => digits(x, 4),
    };
    let Some(x) = of.value else {
        return of.undefined.clone().unwrap_or_else(|| "not known".into());
    };
    let after = match unit {
        Unit::Percent => " pp",
        Unit::Milliseconds => " ms",
        Unit::Count | Unit::Ratio | Unit::Outcome => "",
    };
    let sign = if x > 0.0 { "+" } else { "" };
    match (of.low, of.high) {
        (Some(low), Some(high)) => format!(
            "{sign}{}{after} [{}, {}]",
            number(x),
            number(low),
            number(high)
        ),
        _ => format!("{sign}{}{after}", number(x)),
    }
}

/// `p < 0.001`, `p = 0.012`.
#[must_use]
pub fn p_value(p: f64) -> String {
    match p {
        p if p < 0.001 => "p < 0.001".into(),
        p => format!("p = {p:.3}"),
    }
}

/// `store, item and date`.
#[must_use]
pub fn list(names: &[String]) -> String {
    match names {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        names => names.concat(),
    }
}

/// `5 Nov 2026`, with the time of day where windows are within one; `row 1 200` where there are no times.
#[must_use]
pub fn instant(time: Time, size: WindowSize, timed: bool) -> String {
    if !timed {
        return format!("row {}", grouped((time.0 / SECOND + 1) as f64));
    }
    let (y, m, d) = time.date();
    let month = MONTHS[(m as usize).clamp(1, 12) - 1];
    let (h, min, _) = time.clock();
    match size {
        WindowSize::Month => format!("{month} {y}"),
        _ if size.within_day() => format!("{d} {month} {y} {h:02}:{min:02} UTC"),
        _ => format!("{d} {month} {y}"),
    }
}

/// `1 – 14 Jan 2025`; both ends belong to the period, so the end is the last instant before `end`.
#[must_use]
pub fn period(start: Time, end: Time, size: WindowSize, timed: bool) -> String {
    if !timed {
        return format!(
            "rows {} – {}",
            grouped((start.0 / SECOND + 1) as f64),
            grouped((end.0 / SECOND) as f64)
        );
    }
    let last = Time(end.0 - 1);
    if size.within_day() && end.0 - start.0 < 3 * DAY {
        let (from, to) = (instant(start, size, true), instant(end, size, true));
        let from = from.trim_end_matches(" UTC");
        if start.date() == end.date() {
            let (h, min, _) = end.clock();
            return format!("{from} – {h:02}:{min:02} UTC");
        }
        return format!("{from} – {to}");
    }
    let ((y1, m1, d1), (y2, m2, _)) = (start.date(), last.date());
    let to = instant(last, WindowSize::Day, true);
    if size == WindowSize::Month {
        let (from, to) = (instant(start, size, true), instant(last, size, true));
        return if from == to {
            from
        } else {
            format!("{from} – {to}")
        };
    }
    if instant(start, WindowSize::Day, true) == to {
        return to;
    }
    let month = MONTHS[(m1 as usize).clamp(1, 12) - 1];
    match (y1 == y2, m1 == m2) {
        (true, true) => format!("{d1} – {to}"),
        (true, false) => format!("{d1} {month} – {to}"),
        _ => format!("{} – {to}", instant(start, WindowSize::Day, true)),
    }
}

/// `2.9 days`, `4 h`, `35 s`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{} days", digits(s / 86_400.0, 2)),
        s if s >= 2.0 * 3_600.0 => format!("{} h", digits(s / 3_600.0, 2)),
        s if s >= 120.0 => format!("{} min", digits(s / 60.0, 2)),
        s => format!("{} s", digits(s, 2)),
    }
}

/// The same for the middle of a sentence.
/// A title as it stands within a sentence.
#[must_use]
pub fn lower_first(text: &str) -> String {
    // Names such as `ROC AUC` keep their capitals, and so do people.
    let of_people = ["Brier", "Cohen", "Hamming", "Jaccard"];
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        _ if of_people.iter().any(|name| text.starts_with(name)) => text.to_string(),
        (Some(a), Some(b)) if b.is_lowercase() => a.to_lowercase().chain(chars).collect(),
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::time::HOUR;

    #[test]
    fn names_keep_their_capitals_within_a_sentence() {
        assert_eq!(
            lower_first("Average precision fell"),
            "average precision fell"
        );
        assert_eq!(lower_first("ROC AUC fell"), "ROC AUC fell");
        assert_eq!(lower_first("Brier score rose"), "Brier score rose");
    }

    #[test]
    fn numbers_and_periods() {
        assert_eq!(value(Unit::Percent, 0.9123), "91.2 %");
        assert_eq!(value(Unit::Milliseconds, 1234.5), "1\u{202f}234 ms");
        assert_eq!(grouped(-1_234_567.0), "−1\u{202f}234\u{202f}567");
        let day = |d: i64| Time(1_735_689_600_000_000 + d * DAY);
        assert_eq!(
            period(day(0), day(14), WindowSize::Day, true),
            "1 – 14 Jan 2025"
        );
        assert_eq!(period(day(0), day(1), WindowSize::Day, true), "1 Jan 2025");
        assert_eq!(
            period(day(0), day(40), WindowSize::Week, true),
            "1 Jan – 9 Feb 2025"
        );
        assert_eq!(period(day(0), day(31), WindowSize::Month, true), "Jan 2025");
        let hour = |h: i64| Time(day(0).0 + h * HOUR);
        assert_eq!(
            period(hour(18), hour(19), WindowSize::Hour, true),
            "1 Jan 2025 18:00 – 19:00 UTC"
        );
        assert_eq!(
            period(hour(18), hour(26), WindowSize::Hour, true),
            "1 Jan 2025 18:00 – 2 Jan 2025 02:00 UTC"
        );
        assert_eq!(duration(250_000.0), "2.9 days");
    }

    #[test]
    fn changes_and_rates() {
        let of = |x: f64| Estimate {
            value: Some(x),
            low: Some(x - 0.01),
            high: Some(x + 0.01),
            ..Estimate::default()
        };
        assert_eq!(change(Unit::Percent, &of(-0.04)), "−4.00 pp [−5.00, −3.00]");
        assert_eq!(change(Unit::Ratio, &of(0.25)), "+0.250 [0.240, 0.260]");
        assert_eq!(false_alarm_rate(0.7), "1 in 1.4 windows");
        assert_eq!(false_alarm_rate(0.000_3), "1 in 3\u{202f}333 windows");
        assert_eq!(false_alarm_rate(1.0), "1 a window");
        assert_eq!(
            false_alarm_rate(1e-30),
            "less than 1 in 1\u{202f}000\u{202f}000 windows"
        );
        assert_eq!(
            (rows(1), p_value(0.000_1)),
            ("1 row".into(), "p < 0.001".into())
        );
    }
}
