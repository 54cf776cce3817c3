//! What the first cells of a column tell: its kind, its range, and how its instants are written.

use super::batch::Batch;
use super::cell::{self, Number};
use super::encoding::decode;
use super::instant::{Instants, slashed_date};
use super::{CODES, ColumnSniff, DateOrder, Schema, TimeFormat, dates};
use crate::table::Kind;
use std::collections::HashMap;

/// Seconds since 1970 of 1950-01-01 and 2100-01-01.
const YEARS: (f64, f64) = (-631_152_000.0, 4_102_444_800.0);
/// Seconds that some instant of the column has to be away from 1970, so that small counts are not
/// taken for times (1e8 s is three years).
const FAR: f64 = 1e8;

/// The percentage of the first filled cells that are numbers, at least, for the others to be looked at as texts among
/// them.
const LIKELY: usize = 80;
/// Texts at least, so that all cells together are judged as well.
const JUDGED: usize = 20;
/// Different cells up to which numbers may be labels.
const LABELS: usize = 30;

/// Looks at the cells of one column; `order`: how its dates are written, where that was said.
pub(super) fn profile(
    batch: &Batch,
    text: &[u8],
    column: usize,
    schema: &Schema,
    order: Option<DateOrder>,
    notes: &mut Vec<String>,
) -> ColumnSniff {
    let name = schema.columns[column].name.clone();
    let decimal = schema.dialect.decimal;
    let mut looks = Looks::default();
    let mut iso = Instants::new(TimeFormat::Iso);
    let mut compact = Instants::new(TimeFormat::Compact);
    let mut distinct: HashMap<&[u8], u16> = HashMap::new();
    let mut codes = Vec::with_capacity(CODES.min(batch.rows()));
    let mut samples = Vec::new();
    let mut numbers = Vec::with_capacity(batch.rows());
    let (mut filled, mut missing) = (0, 0);
    // Missing in a column of numbers or times, a value in one of words.
    let mut words: Vec<&[u8]> = Vec::new();
    for cell in batch.column(text, column) {
        let number = cell::number(cell, decimal);
        if let Number::Finite(x) = number {
            looks.number(x);
            looks.codes += usize::from(is_code(cell));
            numbers.push(x);
        } else {
            numbers.push(f64::NAN);
            if cell::is_missing(cell) {
                missing += 1;
                if cell::is_word(cell) {
                    words.push(cell);
                }
                if codes.len() < CODES {
                    codes.push(0);
                }
                continue;
            }
            looks.plain += usize::from(!cell.iter().any(u8::is_ascii_digit));
            looks.iso += usize::from(iso.read(cell).is_some());
            looks.slashed(cell);
        }
        looks.compact += usize::from(compact.read(cell).is_some());
        filled += 1;
        let new = distinct.len() + 1;
        let code = *distinct.entry(cell).or_insert(new as u16);
        if usize::from(code) == new && samples.len() < 5 {
            let (sample, _) = decode(cell, schema.encoding);
            samples.push(sample.chars().take(100).collect());
        }
        if codes.len() < CODES {
            codes.push(code);
        }
    }
    looks.distinct = distinct.len();
    let (kind, time) = looks.kind(&name, filled, order, notes);
    let numeric = looks.numeric(filled);
    if kind == Kind::Category {
        filled += words.len();
        missing -= words.len();
        for word in words {
            if distinct.insert(word, 0).is_none() && samples.len() < 5 {
                samples.push(String::from_utf8_lossy(word).into_owned());
            }
        }
    }
    ColumnSniff {
        name,
        kind,
        time,
        samples,
        filled,
        missing,
        distinct: distinct.len(),
        whole: numeric && looks.whole == looks.numbers,
        range: numeric.then_some((looks.low, looks.high)),
        numbers: if numeric { numbers } else { Vec::new() },
        codes,
    }
}

fn mostly(count: usize, of: usize) -> bool {
    count > 0 && count * 100 >= of * 95
}

/// How many cells look like what.
struct Looks {
    numbers: usize,
    /// Texts without a digit.
    plain: usize,
    /// Different cells.
    distinct: usize,
    /// Digits with zeros before them, which are labels and no sizes.
    codes: usize,
    whole: usize,
    low: f64,
    high: f64,
    iso: usize,
    compact: usize,
    slashed: usize,
    first_over_12: bool,
    second_over_12: bool,
    dotted: bool,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            numbers: 0,
            plain: 0,
            distinct: 0,
            codes: 0,
            whole: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            iso: 0,
            compact: 0,
            slashed: 0,
            first_over_12: false,
            second_over_12: false,
            dotted: false,
        }
    }
}

impl Looks {
    fn number(&mut self, x: f64) {
        self.numbers += 1;
        self.whole += usize::from(x.fract() == 0.0);
        self.low = self.low.min(x);
        self.high = self.high.max(x);
    }

    /// Whether they are numbers, or look so but for texts among the first of them: all cells together decide by the usual
    /// rule whether it is a column of words after all ([`crate::engine::widen`]), as of few texts at the start nothing
    /// can be told. Such texts hold no digit, as a code of letters and digits does; and the numbers are many different
    /// ones that are no ids: fractions, or such as come again.
    fn numeric(&self, filled: usize) -> bool {
        let texts = filled.saturating_sub(self.numbers);
        let measured = self.whole < self.numbers || self.distinct * 4 <= self.numbers;
        let likely = self.numbers * 100 >= filled * LIKELY
            && texts >= JUDGED
            && self.plain == texts
            && self.codes == 0
            && self.distinct > LABELS
            && measured;
        mostly(self.numbers, filled) || likely
    }

    fn slashed(&mut self, cell: &[u8]) {
        let Some((first, second, _, separator, _)) = slashed_date(cell.trim_ascii()) else {
            return;
        };
        let either = [TimeFormat::DayFirst, TimeFormat::MonthFirst];
        if either
            .iter()
            .any(|f| Instants::new(*f).read(cell).is_some())
        {
            self.slashed += 1;
            self.first_over_12 |= first > 12;
            self.second_over_12 |= second > 12;
            self.dotted |= separator == b'.';
        }
    }

    fn kind(
        &self,
        name: &str,
        filled: usize,
        order: Option<DateOrder>,
        notes: &mut Vec<String>,
    ) -> (Kind, Option<TimeFormat>) {
        let named = named_like_time(name);
        if mostly(self.iso, filled) {
            return (Kind::Time, Some(TimeFormat::Iso));
        }
        if mostly(self.slashed, filled) {
            let format = if let Some(order) = order {
                order.format()
            } else if self.first_over_12 {
                TimeFormat::DayFirst
            } else if self.second_over_12 {
                TimeFormat::MonthFirst
            } else {
                // Who writes dots writes the day first.
                let format = if self.dotted {
                    TimeFormat::DayFirst
                } else {
                    TimeFormat::MonthFirst
                };
                notes.push(dates::note(name, format));
                format
            };
            return (Kind::Time, Some(format));
        }
        let compact = mostly(self.compact, filled);
        if self.numeric(filled) {
            let format = if compact {
                Some(TimeFormat::Compact)
            } else {
                self.epoch(name)
            };
            let kind = if named && format.is_some() {
                Kind::Time
            } else {
                Kind::Number
            };
            let kind = if self.codes > 0 && self.whole == self.numbers && kind == Kind::Number {
                Kind::Category
            } else {
                kind
            };
            let clock = || words(name).any(|w| matches!(w.as_str(), "time" | "timestamp" | "ts"));
            return (kind, format.or_else(|| clock().then(|| unit(name))));
        }
        if compact && named {
            return (Kind::Time, Some(TimeFormat::Compact));
        }
        (Kind::Category, None)
    }

    /// The unit in which the numbers are instants between 1950 and 2100, if they can be.
    fn epoch(&self, name: &str) -> Option<TimeFormat> {
        let certain = words(name).any(|w| matches!(w.as_str(), "epoch" | "unix"));
        let far = self.low.abs().max(self.high.abs());
        let fits = |scale: f64| {
            // Counters start near 0; instants do not, unless some are before 1970.
            let apart = self.low >= FAR * scale || self.low < 0.0;
            apart
                && self.low >= YEARS.0 * scale
                && self.high <= YEARS.1 * scale
                && far >= FAR * scale
        };
        let units = [
            (TimeFormat::EpochSeconds, 1.0),
            (TimeFormat::EpochMillis, 1e3),
            (TimeFormat::EpochMicros, 1e6),
            (TimeFormat::EpochNanos, 1e9),
        ];
        let found = units.into_iter().find(|(_, scale)| fits(*scale));
        found.map(|(format, _)| format).or_else(|| {
            // Named so, even the first days of 1970 are instants.
            (certain && far < FAR).then(|| unit(name))
        })
    }
}

/// Whether a whole number is written with a zero before it: `007`, `01`.
fn is_code(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    cell.len() > 1 && cell[0] == b'0' && cell.iter().all(u8::is_ascii_digit)
}

/// The unit that a name ends with; seconds where it tells none.
fn unit(name: &str) -> TimeFormat {
    match words(name).last().as_deref() {
        Some("ms" | "millis" | "milliseconds") => TimeFormat::EpochMillis,
        Some("us" | "micros" | "microseconds") => TimeFormat::EpochMicros,
        Some("ns" | "nanos" | "nanoseconds") => TimeFormat::EpochNanos,
        _ => TimeFormat::EpochSeconds,
    }
}

/// Whether a name says that the column holds instants.
fn named_like_time(name: &str) -> bool {
    words(name).any(|word| {
        matches!(
            word.as_str(),
            "time"
                | "times"
                | "ts"
                | "timestamp"
                | "date"
                | "datetime"
                | "at"
                | "on"
                | "day"
                | "epoch"
                | "unix"
                | "when"
                | "created"
                | "updated"
                | "observed"
                | "logged"
        ) || word.ends_with("time") && word.len() > 4
            || word.ends_with("timestamp")
    })
}

/// The words of a name in lower case: `createdAt` and `created_at` alike.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut out = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && small {
            out.push(String::new());
        }
        small = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(word) = out.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    out.into_iter().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_times() {
        for name in [
            "ts",
            "timestamp",
            "TIMESTAMP",
            "createdAt",
            "created_at",
            "event time",
            "observed_at",
            "date",
            "eventTimestamp",
            "datetime",
            "unix_ms",
        ] {
            assert!(named_like_time(name), "{name}");
        }
        for name in [
            "latency_ms",
            "status",
            "tsunami",
            "updates",
            "sometimes",
            "rate",
            "candidate_x",
            "atlas",
        ] {
            assert!(!named_like_time(name), "{name}");
        }
    }
}
