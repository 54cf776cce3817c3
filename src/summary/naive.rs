//! What a naive forecast would have been off by, that repeats the outcome of one season earlier.
//!
//! Of several series side by side ([`super::panel`]) each repeats its own.
//!
//! Neighbours in time may lie in two buckets, so that no sum of cells tells it: it is made of rows, for the
//! range of buckets and the season that were asked for. Like [`super::Exact`] it stands beside the cells and
//! does not survive a merge. Where rows are not at hand, it is made of what adds up ([`super::Seasonal`]).

use super::build::Builder;
use super::from_median::numbers;
use super::{Series, Slice, Summary};
use crate::stats::exact_sum::ExactSum;
use crate::table::NO_TIME;
use crate::table::time::SECOND;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Answers that a series keeps.
const KEPT: usize = 8;

/// How far back the outcome lies that a naive forecast repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Season {
    /// So many rows of the same series, in order of time; at least 1.
    Rows(u32),
    /// So many seconds, at least 1; where several rows of the series have that instant, the mean of their outcomes.
    Seconds(u32),
}

impl Default for Season {
    /// The row before: a random walk.
    fn default() -> Self {
        Self::Rows(1)
    }
}

/// Units of a period, the longest first.
const UNITS: [(char, u32); 5] = [
    ('w', 604_800),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

impl fmt::Display for Season {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Rows(n) => write!(f, "{n}"),
            Self::Seconds(s) => {
                let whole = UNITS.into_iter().find(|(_, unit)| s.is_multiple_of(*unit));
                let (name, unit) = whole.unwrap_or(('s', 1));
                write!(f, "{}{name}", s / unit)
            }
        }
    }
}

impl FromStr for Season {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{text}' is not a season: write a number of rows (24), or a period as 30m, 1h, 7d or 2w"
            )
        };
        let text = text.trim();
        let positive = |digits: &str| digits.parse().ok().filter(|n: &u32| *n > 0);
        if let Some(rows) = positive(text) {
            return Ok(Self::Rows(rows));
        }
        let unit = UNITS
            .into_iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)));
        let (digits, unit) = unit.ok_or_else(wrong)?;
        let seconds = positive(digits).and_then(|n| n.checked_mul(unit));
        seconds.map(Self::Seconds).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Season {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Season> for String {
    fn from(season: Season) -> Self {
        season.to_string()
    }
}

/// What a naive forecast is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lag {
    /// Buckets of its rows, end exclusive; `None`: the reference.
    pub range: Option<(usize, usize)>,
    /// How far back.
    pub season: Season,
}

/// The error of the naive forecast.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Naive {
    /// What it was tried on.
    #[serde(flatten)]
    pub lag: Lag,
    /// Rows that have an outcome, as has what lies one season earlier.
    pub pairs: u64,
    /// Mean of |y − y one season earlier|; `None` without a pair, or beyond every number.
    pub error: Option<f64>,
    /// Why rows that passed do not tell it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub untold: Option<Untold>,
}

/// Why rows that are not at hand do not tell what a naive forecast was off by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untold {
    /// A row was earlier than one before it.
    Order,
    /// A season is longer than rows are remembered.
    Far,
    /// They were counted by another season.
    Season,
    /// They were counted of all rows only.
    Slice,
    /// Several series lie side by side.
    Several,
    /// Parts that were counted apart do not follow one another in time.
    Overlap,
    /// They were counted by windows that are longer than those asked for.
    Windows,
}

impl Builder {
    /// Adds the naive error of a range of buckets of a series.
    pub fn add_naive(&self, summary: &mut Summary, at: usize, lag: Lag) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        let naive = self.naive(self.rows_of(series, lag.range), lag);
        series.keep_naive(naive);
        if series.slice == Slice::default() {
            self.add_seasonal(summary, lag.season);
        }
    }

    fn naive(&self, mut rows: Vec<u32>, lag: Lag) -> Naive {
        let mut errors = Errors::default();
        match self.panel() {
            None => self.add_errors(&mut rows, lag.season, &mut errors),
            Some(series) => {
                let of = |row: &u32| series.get(*row as usize).copied();
                rows.sort_by_key(of);
                for rows in rows.chunk_by_mut(|a, b| of(a) == of(b)) {
                    self.add_errors(rows, lag.season, &mut errors);
                }
            }
        }
        Naive {
            lag,
            pairs: errors.pairs,
            error: errors.mean(),
            untold: None,
        }
    }

    /// Adds the errors of the rows of one series, in order of time.
    fn add_errors(&self, rows: &mut [u32], season: Season, errors: &mut Errors) {
        let log = &self.log;
        let time = |row: &u32| log.time.get(*row as usize).copied().unwrap_or(NO_TIME);
        let timed = !rows.is_empty() && rows.iter().all(|r| time(r) != NO_TIME);
        if timed {
            rows.sort_by_key(time);
        }
        let y = numbers(log).map_or(&[][..], |n| n.0);
        let outcome = |row: &u32| y.get(*row as usize).copied().unwrap_or(f64::NAN);
        match season {
            Season::Rows(n) => {
                for (now, before) in rows.iter().skip(n as usize).zip(&*rows) {
                    errors.add(outcome(now), outcome(before));
                }
            }
            Season::Seconds(s) if timed => {
                let back = i64::from(s) * SECOND;
                let mut blocks = rows.chunk_by(|a, b| time(a) == time(b)).peekable();
                for row in &*rows {
                    let wanted = time(row).saturating_sub(back);
                    let start = |block: &&[u32]| block.first().map_or(NO_TIME, time);
                    while blocks.next_if(|block| start(block) < wanted).is_some() {}
                    if let Some(block) = blocks.peek().filter(|block| start(block) == wanted) {
                        errors.add(outcome(row), mean(block.iter().map(outcome)));
                    }
                }
            }
            Season::Seconds(_) => {}
        }
    }
}

impl Series {
    fn keep_naive(&mut self, naive: Naive) {
        self.naive.retain(|n| n.lag != naive.lag);
        if self.naive.len() >= KEPT {
            self.naive.remove(0);
        }
        self.naive.push(naive);
    }
}

impl Summary {
    /// Adds the naive error of a range of buckets of a series, by what adds up.
    pub fn add_naive(&mut self, at: usize, lag: Lag) {
        if let (Some(told), Some(series)) = (&self.seasonal, self.series.get_mut(at)) {
            let naive = told.answer(series, lag);
            series.keep_naive(naive);
        }
    }

    /// The naive error of a range of buckets of a series, where it was made of rows or what adds up tells it; with the
    /// reason where no rows are left that could.
    #[must_use]
    pub fn naive(&self, series: &Series, lag: Lag) -> Option<Naive> {
        let told = || self.seasonal.as_ref().map(|told| told.answer(series, lag));
        let open = |naive: &Naive| match naive.untold {
            Some(Untold::Season | Untold::Slice | Untold::Several | Untold::Windows) => {
                self.streamed
            }
            _ => true,
        };
        let made = series.naive(lag).copied();
        made.or_else(|| told().filter(open))
    }
}

/// The mean of the numbers among them; NaN without one.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut n) = (ExactSum::new(), 0_u64);
    values.filter(|v| !v.is_nan()).for_each(|v| {
        sum.add(v);
        n += 1;
    });
    sum.value() / n as f64
}

#[derive(Default)]
struct Errors {
    sum: ExactSum,
    pairs: u64,
}

impl Errors {
    fn add(&mut self, now: f64, before: f64) {
        let error = (now - before).abs();
        if !error.is_nan() {
            self.sum.add(error.min(f64::MAX));
            self.pairs += 1;
        }
    }

    fn mean(&self) -> Option<f64> {
        let sum = self.sum.value();
        (self.pairs > 0 && sum < f64::MAX).then(|| sum / self.pairs as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_is_read_as_it_is_written() {
        for (text, season) in [
            ("1", Season::Rows(1)),
            ("24", Season::Rows(24)),
            ("90s", Season::Seconds(90)),
            ("2w", Season::Seconds(1_209_600)),
            ("36h", Season::Seconds(129_600)),
        ] {
            assert_eq!(text.parse(), Ok(season));
            assert_eq!(season.to_string(), text);
        }
        assert_eq!("7d".parse(), Ok(Season::Seconds(604_800)));
        assert_eq!(Season::Seconds(604_800).to_string(), "1w");
        for text in [
            "", "0", "-1", "1.5", "0d", "d", "9999999w", "24 rows", "NaN",
        ] {
            let error = text.parse::<Season>().unwrap_err();
            assert!(error.contains("write a number of rows"), "{error}");
        }
    }
}
