//! What changed in a period: every series against the four times longer time before it, and against the same hours of
//! earlier weeks, most changed first. Nothing after the period is looked at.

use super::finer::finer;
use super::{About, Measured, Track, length, period, tracks, worse};
use crate::report::Report;
use crate::series::Machine;
use crate::stats::moved::{LEAST, LEAST_EARLIER, MOST, Tested, inside, moved, unlike};
use crate::stats::multiple::benjamini_yekutieli;
use crate::table::time::{DAY, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many times longer the time before is.
const BEFORE: i64 = 4;
/// Earlier weeks that are looked at.
pub(super) const WEEKS: i64 = 8;
/// Windows from which on a period can show more than the largest changes.
const FEW: usize = 5;
/// The share of false findings among all that is taken.
const LEVEL: f64 = 0.05;

/// How series changed in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// First instant of the period.
    pub start: Time,
    /// Its end (exclusive).
    pub end: Time,
    /// From when on the time before it is compared.
    pub since: Time,
    /// Comparisons that were tested, over which p-values are corrected.
    pub tested: usize,
    /// What there is to say, in a sentence.
    pub sentence: String,
    /// How it was tested, in words.
    pub method: String,
    /// What could not be compared.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// The series: those that surely changed first, of them and of the others the most changed first.
    pub rows: Vec<Change>,
}

/// How a series changed. Its values are means of its windows or steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// What the series is about.
    pub about: About,
    /// Its name: `recall`, `drift.age`, `duration.p99`.
    pub name: String,
    /// Its name for a person.
    pub title: String,
    /// In what its values are.
    pub unit: Measured,
    /// Mean in the period.
    pub now: f64,
    /// Mean in the time before.
    pub before: f64,
    /// The difference, in the series' own unit.
    pub change: f64,
    /// The difference in standard deviations of the values before; `None` where nothing varies, or fewer than four
    /// values stand before it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub standardised: Option<f64>,
    /// Values in the period.
    pub values: usize,
    /// Values before it.
    pub values_before: usize,
    /// Two-sided p-value of no change, corrected over all comparisons; `None` for too few values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_value: Option<f64>,
    /// The same before it is corrected.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_single: Option<f64>,
    /// How far its level shifted, by the test; `None` for too few values.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shift: Option<Shifted>,
    /// Where its level surely shifted inside the period, and not at its beginning: from when on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub inside: Option<ShiftInside>,
    /// Against the same hours of earlier weeks, where there are such.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub weeks: Option<EarlierWeeks>,
    /// Whether it surely changed: the corrected p-value against the time before, that of a shift inside the period, or
    /// that against the same hours of earlier weeks, is at most 0.05.
    pub sure: bool,
    /// Whether that is for the worse, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub worse: Option<bool>,
}

/// How far a level shifted, in the series' own unit, with its 95 % interval: all shifts that the test does not reject
/// by itself, so 0 is in it where the p-value before correction is above 0.05. The interval is not corrected over all
/// comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shifted {
    /// The estimate of the test: the difference of the means where values are taken as they are, and that of
    /// generalised least squares where what each owes to the one before it is taken off.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<Tested> for Shifted {
    fn from(test: Tested) -> Self {
        Self {
            value: test.shift,
            low: test.low,
            high: test.high,
        }
    }
}

/// A shift of a level some time after a period has begun.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShiftInside {
    /// Start of the first window or step behind it.
    pub at: Time,
    /// Mean of the time before it, that before the period included.
    pub before: f64,
    /// Mean of the period from it on.
    pub now: f64,
    /// Two-sided p-value of no such shift, over all instants at which it could have been, corrected over all comparisons.
    pub p_value: f64,
    /// The same before it is corrected over all comparisons.
    pub p_single: f64,
}

/// A period beside the same hours of earlier weeks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlierWeeks {
    /// How many.
    pub weeks: usize,
    /// Mean of their means.
    pub mean: f64,
    /// The lowest of their means.
    pub least: f64,
    /// The highest of their means.
    pub most: f64,
    /// The difference of the period from their mean.
    pub change: f64,
    /// The difference in standard deviations of their means; `None` where these do not vary, or for fewer than three.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub standardised: Option<f64>,
    /// Two-sided p-value that the period is like them, corrected over all comparisons; `None` for fewer than three.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_value: Option<f64>,
    /// The same before it is corrected.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_single: Option<f64>,
    /// The difference with its 95 % interval; `None` for fewer than three.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shift: Option<Shifted>,
    /// Whether the difference is for the worse, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub worse: Option<bool>,
}

impl EarlierWeeks {
    /// Whether the period is within the range of at least three weeks.
    fn hold(&self, now: f64) -> bool {
        self.weeks >= LEAST_EARLIER && (self.least..=self.most).contains(&now)
    }
}

impl Change {
    /// Whether it surely changed, and not only as it does at these hours of a week.
    #[must_use]
    pub fn stands_out(&self) -> bool {
        self.sure && !self.usual()
    }

    /// Whether only the same hours of earlier weeks tell that it changed.
    fn by_weeks_alone(&self) -> bool {
        self.sure && self.inside.is_none() && self.p_value.is_none_or(|p| p > LEVEL)
    }

    /// How far it moved, in standard deviations: from the time before or, where that is what is sure, from the same
    /// hours of earlier weeks.
    fn size(&self) -> f64 {
        let weeks = self
            .weeks
            .as_ref()
            .filter(|w| w.p_value.is_some_and(|p| p <= LEVEL));
        let weeks = weeks.and_then(|w| w.standardised).map_or(0.0, f64::abs);
        // Of too few values it is not known how far they vary.
        let unknown = if self.values_before < LEAST.0 {
            0.0
        } else {
            f64::INFINITY
        };
        self.standardised.map_or(unknown, f64::abs).max(weeks)
    }

    /// Whether its values are of windows, which a reader can make smaller.
    const fn unit_is_of_windows(&self) -> bool {
        matches!(self.unit, Measured::Model(_))
    }

    /// Whether it is within the range of the same hours of at least three earlier weeks.
    #[must_use]
    pub fn usual(&self) -> bool {
        self.weeks.as_ref().is_some_and(|w| w.hold(self.now))
    }
}

impl Report {
    /// What changed in a period against the time before it; `None` for a period that is none, or without any series.
    /// Where the steps of the charts do not divide the period, series of the machine that the report is of are taken in
    /// shorter ones, as far as these are kept.
    #[must_use]
    pub fn changes(&self, machine: Option<&Machine>, from: Time, to: Time) -> Option<Changes> {
        let (from, to) = period(from, to)?;
        let mut all = tracks(self);
        let since = from.saturating_sub(BEFORE.saturating_mul(to - from));
        let finer = machine.map(|machine| finer(self, machine, &mut all, (from, to)));
        let mut coarse = 0;
        let mut instead: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        let mut rows: Vec<Change> = Vec::new();
        for track in &all {
            match change(track, (since, from, to), self.timed) {
                Some(row) => {
                    if let Some(other) = track.instead(from, to) {
                        *instead.entry(other).or_default() += 1;
                    }
                    rows.push(row);
                }
                None => coarse += usize::from(track.within(from, to).is_empty()),
            }
        }
        if rows.is_empty() {
            return None;
        }
        let tested = correct(&mut rows);
        rows.sort_by(|a, b| {
            let size = |c: &Change| c.size();
            let moved = |c: &Change| c.change != 0.0;
            (b.stands_out(), b.sure, moved(b))
                .cmp(&(a.stands_out(), a.sure, moved(a)))
                .then(size(b).total_cmp(&size(a)))
                .then_with(|| (a.about, &a.name).cmp(&(b.about, &b.name)))
        });
        let mut notes = Vec::new();
        for (step, n) in finer.into_iter().flatten() {
            notes.push(format!(
                "{n} series are compared in steps of {}, shorter than those of the charts.",
                length(step)
            ));
        }
        if coarse > 0 {
            notes.push(format!(
                "{coarse} series tell nothing within this period: their windows or steps are longer."
            ));
        }
        for ((start, end), n) in instead {
            notes.push(format!(
                "{n} series have windows or steps that do not divide this period: of them the time from {} to {} is compared.",
                Time(start),
                Time(end)
            ));
        }
        let few = |c: &&Change| c.values < FEW && c.unit_is_of_windows();
        if rows.iter().filter(few).count() * 2 > rows.len() {
            notes.push(format!(
                "The period has fewer than {FEW} windows, of which little can be sure: smaller windows tell more."
            ));
        }
        let moving = rows.iter().filter(|c| c.inside.is_some()).count();
        if moving > 0 {
            notes.push(format!(
                "{moving} series shift inside the period and not at its beginning: mark it from there on to see by how much."
            ));
        }
        let untested = rows.iter().filter(|c| c.p_single.is_none()).count();
        if untested > 0 {
            notes.push(format!(
                "{untested} of {} series have too few values for a p-value: it takes {} before the period and {} within it.",
                rows.len(),
                LEAST.0,
                LEAST.1
            ));
        }
        let first = all
            .iter()
            .filter_map(|t| t.places.first())
            .map(|p| p.0)
            .min();
        if first.is_some_and(|first| first > since) {
            notes.push(format!(
                "The time before reaches back {} instead of {}: there is nothing earlier in view.",
                length(from - first.unwrap_or(from).min(from)),
                length(from - since)
            ));
        }
        Some(Changes {
            start: Time(from),
            end: Time(to),
            since: Time(since),
            tested,
            sentence: sentence(&rows),
            method: method(),
            notes,
            rows,
        })
    }
}

/// A series in a period; `None` where it has no value in it or before it.
fn change(track: &Track, (since, from, to): (i64, i64, i64), timed: bool) -> Option<Change> {
    let (before, now) = (track.within(since, from), track.within(from, to));
    let found = moved(&before, &now)?;
    let difference = found.now - found.before;
    let weeks = earlier(track, (from, to), found.now, now.len()).filter(|_| timed);
    Some(Change {
        about: track.about,
        name: track.name.clone(),
        title: track.title.clone(),
        unit: track.unit,
        now: found.now,
        before: found.before,
        change: difference,
        standardised: Some(difference / found.deviation)
            .filter(|s| s.is_finite() && found.n_before >= LEAST.0),
        values: found.n_now,
        values_before: found.n_before,
        p_value: None,
        p_single: found.test.map(|t| t.p_value),
        shift: found.test.map(Shifted::from),
        inside: shift_inside(track, &before, &now, (since, from, to)),
        weeks,
        sure: false,
        worse: worse(track, found.before, difference),
    })
}

/// The surest shift inside a period, not yet corrected.
fn shift_inside(
    track: &Track,
    before: &[Option<f64>],
    now: &[Option<f64>],
    (since, from, to): (i64, i64, i64),
) -> Option<ShiftInside> {
    let found = inside(before, now)?;
    let at = track.inside(from, to).get(found.at)?.0;
    let mean = |from: i64, to: i64| {
        let known: Vec<f64> = track.within(from, to).into_iter().flatten().collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    };
    Some(ShiftInside {
        at: Time(at),
        before: mean(since, at)?,
        now: mean(at, to)?,
        p_value: found.test.p_value,
        p_single: found.test.p_value,
    })
}

/// The same hours of earlier weeks, as far as at least half of their values are known; a value of which less than half
/// is known is none.
fn earlier(track: &Track, (from, to): (i64, i64), now: f64, values: usize) -> Option<EarlierWeeks> {
    let week = 7 * DAY;
    if to - from > week {
        return None;
    }
    let mean = |back: i64| {
        let known = track.known(from - back * week, to - back * week);
        let enough = !known.is_empty() && known.len() * 2 >= values;
        enough.then(|| known.iter().sum::<f64>() / known.len() as f64)
    };
    let means: Vec<f64> = (1..=WEEKS).filter_map(mean).collect();
    let n = means.len() as f64;
    let least = means.iter().copied().reduce(f64::min)?;
    let most = means.iter().copied().reduce(f64::max)?;
    let centre = means.iter().sum::<f64>() / n;
    let squares: f64 = means.iter().map(|m| (m - centre) * (m - centre)).sum();
    let deviation = (squares / (n - 1.0)).sqrt();
    let test = unlike(now, &means);
    Some(EarlierWeeks {
        weeks: means.len(),
        mean: centre,
        least,
        most,
        change: now - centre,
        standardised: Some((now - centre) / deviation)
            .filter(|s| s.is_finite() && means.len() >= LEAST_EARLIER),
        p_value: None,
        p_single: test.map(|t| t.p_value),
        shift: test.map(Shifted::from),
        worse: worse(track, centre, now - centre),
    })
}

/// Corrects the p-values of all comparisons together, and tells how many there are. A shift inside the period stays where
/// it is sure, and a change at its beginning is not.
fn correct(rows: &mut [Change]) -> usize {
    let singles = |c: &Change| {
        let weeks = c.weeks.as_ref().and_then(|w| w.p_single);
        [c.p_single, c.inside.map(|i| i.p_single), weeks]
    };
    let all: Vec<f64> = rows.iter().flat_map(singles).flatten().collect();
    let mut corrected = benjamini_yekutieli(&all).into_iter();
    for row in rows {
        row.p_value = row.p_single.and_then(|_| corrected.next());
        if let Some(inside) = &mut row.inside {
            inside.p_value = corrected.next().unwrap_or(1.0);
        }
        if let Some(weeks) = &mut row.weeks {
            weeks.p_value = weeks.p_single.and_then(|_| corrected.next());
        }
        let weeks = row.weeks.as_ref().and_then(|w| w.p_value);
        let is_sure = |p: Option<f64>| p.is_some_and(|p| p <= LEVEL);
        let at_once = is_sure(row.p_value);
        row.inside = row.inside.filter(|i| !at_once && i.p_value <= LEVEL);
        row.sure = at_once || row.inside.is_some() || is_sure(weeks);
        if !at_once && row.inside.is_none() && is_sure(weeks) {
            row.worse = row.weeks.as_ref().and_then(|w| w.worse);
        }
    }
    all.len()
}

fn sentence(rows: &[Change]) -> String {
    let sure: Vec<&Change> = rows.iter().filter(|c| c.stands_out()).collect();
    let Some(first) = sure.first() else {
        return format!(
            "None of {} series surely changed in this period against the time before it or the same hours of earlier weeks.",
            rows.len()
        );
    };
    let verb = if sure.len() == 1 {
        "changed"
    } else {
        "changed; most of all"
    };
    let told = |x: f64| first.unit.told(x);
    let told = match (&first.inside, &first.weeks) {
        (Some(inside), _) => format!(
            "{} went from {} to {} inside the period, at {}",
            first.title,
            told(inside.before),
            told(inside.now),
            inside.at
        ),
        (None, Some(weeks)) if first.by_weeks_alone() => format!(
            "{} is {} beside {} at the same hours of earlier weeks",
            first.title,
            told(first.now),
            told(weeks.mean)
        ),
        _ => format!(
            "{} went from {} to {}",
            first.title,
            told(first.before),
            told(first.now)
        ),
    };
    match sure.len() {
        1 => format!("1 of {} series surely {verb}: {told}.", rows.len()),
        n => format!("{n} of {} series surely {verb}, {told}.", rows.len()),
    }
}

fn method() -> String {
    format!(
        "Means of the period against those of the {BEFORE} times longer time before it; more than {MOST} values are averaged in groups first. P-values allow for neighbouring values hanging together: the difference is held against how much the series sways by itself at low frequencies (Lazarus, Lewis, Stock and Watson 2018), after the first autocorrelation is taken off where there are enough values (Andrews and Monahan 1992). The same hours of up to {WEEKS} earlier weeks are compared by Student’s t test, weeks taken as independent. Whether a level shifts inside the period, and not at its beginning, is tested the same way for each instant in it, and the smallest p-value multiplied by their number. All p-values are corrected together (Benjamini and Yekutieli 2001), so that no more than 5 % of what is called sure is chance, however series depend on each other. The interval of a change holds every shift that its test alone would not reject at 5 %; where the first autocorrelation is taken off it looks most at the beginning of the period, and need not lie around the difference of the means. That the period was chosen because it looked odd is not corrected for."
    )
}
