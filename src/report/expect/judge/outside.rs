//! Whether the values of a column lie within the limits that a person set.
//!
//! The baseline's own limits are counted with the columns, and others where the rows are at hand. Where they are not,
//! counts by bin and the range of a window say how many values lie outside at least, and at most: what is broken by
//! the least is broken, what is held by the most is held, and all else is told as not judged.

use super::super::{Holds, OfColumn};
use super::{Bounds, Judging, PASSED, Said};
use crate::summary::{Bins, ColumnProfile, Limits, Outside, Profile, Tally};
use std::collections::BTreeSet;

/// Why counts do not tell where rows were kept once.
const AWAY: &str = "only the rows tell how many values are outside it, and they are not at hand";

/// Where the values outside a limit are counted in [`Outside::windows`].
const BELOW: usize = 0;
const ABOVE: usize = 1;
const OTHER: usize = 2;

/// A column whose limits are judged.
struct Limited<'a> {
    found: &'a ColumnProfile,
    /// Whether what is counted with the columns is counted of rows.
    exact: bool,
    /// Limits that are not the baseline's own, and what was counted of these.
    apart: Limits,
    counted: Option<&'a Outside>,
}

impl Limited<'_> {
    /// Values outside a limit, window by window: counted in `place`, where it is the baseline's `own` the number that
    /// the columns have, and otherwise what they tell.
    fn windows(
        &self,
        place: usize,
        own: Option<fn(&Tally) -> u64>,
        told: impl Fn(&Tally) -> (u64, u64),
    ) -> Vec<Bounds> {
        let one = |(at, tally): (usize, &Tally)| {
            let counted = || self.counted?.windows.get(at)?.get(place).copied();
            let sure = match own.filter(|_| self.exact) {
                Some(own) => Some(own(tally)),
                None => counted(),
            };
            let (least, most) = sure.map_or_else(|| told(tally), |n| (n, n));
            Bounds {
                least,
                most: most.max(least),
                of: tally.values,
            }
        };
        self.found.windows.iter().enumerate().map(one).collect()
    }

    /// Values beyond the lower limit ([`BELOW`]) or the upper one ([`ABOVE`]), window by window.
    fn beyond(&self, place: usize, limit: f64) -> Vec<Bounds> {
        type Own = fn(&Tally) -> u64;
        type Told = fn(&ColumnProfile, &Tally, f64) -> (u64, u64);
        let (own, told, apart): (Own, Told, _) = match place {
            BELOW => (|t| t.below, beneath, self.apart.low),
            _ => (|t| t.above, beyond, self.apart.high),
        };
        let own = apart.is_none().then_some(own);
        self.windows(place, own, |tally| told(self.found, tally, limit))
    }

    /// Why counts do not tell.
    fn why(&self) -> &'static str {
        if self.exact { AWAY } else { PASSED }
    }
}

impl Judging<'_> {
    /// Numbers beyond limits, words that are too short or too long, and words that are not known.
    pub(super) fn outside(&mut self, column: &OfColumn, found: &ColumnProfile, profile: &Profile) {
        let apart = Limits::of(column, found).unwrap_or_default();
        let limited = Limited {
            found,
            exact: profile.exact,
            counted: profile.outside.iter().find(|o| o.limits == apart),
            apart,
        };
        let numbers = found.holds() == Holds::Number;
        let ends = match numbers {
            true => [
                (column.min, "min", "numbers", "are below"),
                (column.max, "max", "numbers", "are above"),
            ],
            false => [
                (column.length_min, "length_min", "words", "have fewer than"),
                (column.length_max, "length_max", "words", "have more than"),
            ],
        };
        for (place, (limit, key, what, how)) in [BELOW, ABOVE].into_iter().zip(ends) {
            let Some(limit) = limit else { continue };
            let windows = limited.beyond(place, limit);
            let said = Said {
                column: Some(&column.name),
                key,
                lines: &column.lines,
            };
            let allowed = column.outside_share_max.unwrap_or(0.0);
            let after = if numbers { "" } else { " characters" };
            self.bounded(&said, (allowed, limited.why()), &windows, |share| {
                format!(
                    "{share} of the {what} of '{}' {how} {limit}{after}",
                    column.name
                )
            });
        }
        if !numbers {
            self.words(column, &limited);
        }
    }

    fn words(&mut self, column: &OfColumn, limited: &Limited<'_>) {
        let (name, found) = (&column.name, limited.found);
        let allowed = column.other_share_max.unwrap_or(0.0);
        let said = |key| Said {
            column: Some(name),
            key,
            lines: &column.lines,
        };
        let Some(categories) = &column.categories else {
            if let Some(allowed) = column.other_share_max {
                let each = found.windows.iter().map(|t| (t.unseen, t.values));
                self.share(&said("other_share_max"), allowed, each, |share| {
                    format!("{share} of the cells of '{name}' hold words that the baseline has not")
                });
            }
            return;
        };
        let known: BTreeSet<&str> = categories.iter().map(String::as_str).collect();
        let own: fn(&Tally) -> u64 = |t| t.unseen;
        let own = limited.apart.words.is_none().then_some(own);
        let windows = limited.windows(OTHER, own, told_words(found, &known));
        let unseen = found.unseen.iter().map(|w| w.0.as_str());
        let other = limited.counted.and_then(|c| c.other.as_deref());
        let first = other.or_else(|| unseen.into_iter().find(|w| !known.contains(w)));
        let first = first.map_or_else(String::new, |word| format!(", such as '{word}'"));
        let why = (allowed, limited.why());
        self.bounded(&said("categories"), why, &windows, |share| {
            format!("{share} of the cells of '{name}' hold another word{first}")
        });
    }
}

/// Values below a limit, at least and at most, by bins and range; of words only the range is told.
fn beneath(column: &ColumnProfile, tally: &Tally, low: f64) -> (u64, u64) {
    let Some((smallest, largest)) = tally.range else {
        return (0, tally.values);
    };
    if smallest >= low {
        return (0, 0);
    }
    if largest < low {
        return (tally.values, tally.values);
    }
    let Bins::Edges(edges) = &column.bins else {
        return (1, tally.values);
    };
    let bins = edges.partition_point(|e| *e <= low);
    let sum = |bins: usize| tally.counts.iter().take(bins).sum::<u64>();
    let least = sum(bins).max(tally.surely_beneath(low)).max(1);
    (least, sum(bins + 1))
}

/// Values above a limit, at least and at most, by bins and range; of words only the range is told.
fn beyond(column: &ColumnProfile, tally: &Tally, high: f64) -> (u64, u64) {
    let Some((smallest, largest)) = tally.range else {
        return (0, tally.values);
    };
    if largest <= high {
        return (0, 0);
    }
    if smallest > high {
        return (tally.values, tally.values);
    }
    let Bins::Edges(edges) = &column.bins else {
        return (1, tally.values);
    };
    let bins = edges.partition_point(|e| *e <= high);
    let sum = |bins: usize| tally.counts.iter().skip(bins).sum::<u64>();
    let least = sum(bins + 1).max(tally.surely_beyond(high)).max(1);
    (least, sum(bins))
}

/// Cells that hold another word than those known, at least and at most, by the words that are counted one by one.
fn told_words<'a>(
    column: &'a ColumnProfile,
    known: &BTreeSet<&'a str>,
) -> impl Fn(&Tally) -> (u64, u64) + 'a {
    let told: &[String] = match &column.bins {
        Bins::Words(told) => told,
        Bins::Edges(_) => &[],
    };
    let others: Vec<bool> = told.iter().map(|w| !known.contains(w.as_str())).collect();
    // Words that the baseline has not, and that are told in no window by themselves.
    let unseen: u64 = column.windows.iter().map(|t| t.unseen).sum();
    let strange = column
        .unseen
        .iter()
        .filter(|w| !known.contains(w.0.as_str()));
    let strange: u64 = strange.map(|w| w.1).sum();
    let perhaps_known = match known.iter().all(|word| told.iter().any(|t| t == word)) {
        // No word is known that the baseline has not.
        true if column.baseline.distinct == told.len() as u64 => 0,
        _ => unseen.saturating_sub(strange),
    };
    move |tally| {
        let named = others.iter().zip(&tally.counts).filter(|w| *w.0);
        let named: u64 = named.map(|w| *w.1).sum();
        let rare = tally.counts.get(others.len()).copied().unwrap_or(0);
        let strange = tally.unseen.saturating_sub(perhaps_known);
        (named + strange, named + rare + tally.unseen)
    }
}
