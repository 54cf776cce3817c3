//! What a baseline tells of a stream: its level, by phase of the season where there is one, what a row varies
//! by, and what its windows vary by beyond that.
//!
//! A season is removed where it shows: if windows of one phase (weekday, hour) differ less than windows of
//! different ones, by an F-test at 1 % (R. A. Fisher 1925), and every phase is there twice. Windows are then
//! compared with those of their own phase. One that does not show stays part of what windows vary by. Of hours of the
//! week the hour of the day is tried first, and all 168 then where they tell more than that, by the same test; hours
//! that are not there twice, as in those of few rows, are then compared with nothing.

use super::{Kind, Least, Reading, Stream, counts, share};
use crate::stats::special::{beta_cdf, normal_sf};

/// The chance that a season is seen where there is none.
const SEASON: f64 = 0.01;
/// Shares are tested exactly where fewer than so many hits or misses are expected, from this z on.
const FEW: f64 = 1_000.0;
const NEAR: f64 = 1.5;
/// The skewness of a row over √rows up to which a mean of them is near enough to normal, once it is corrected for it.
const SKEWED: f64 = 0.5;
/// Phases of a day and of a week, where phases are hours.
const DAY: u32 = 24;
const WEEK: u32 = 168;
/// Hours of the week that a baseline holds twice, at least, to be told apart.
const LEAST_OF_WEEK: usize = 84;

/// The baseline in one phase.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    phase: u32,
    value: f64,
    rows: f64,
    /// Sum of the squared rows of its windows: how the error of `value` is made of theirs.
    squares: f64,
    windows: f64,
}

/// What a baseline tells of a stream.
#[derive(Clone, Debug)]
pub struct Fit {
    levels: Vec<Level>,
    /// What a row varies by: variance × rows.
    per_row: f64,
    /// Mean rows of a window of the baseline.
    size: f64,
    /// Whether a season was removed.
    pub seasonal: bool,
    /// Phases are counted modulo this: 1 where no season was removed.
    cycle: u32,
    /// Whether it is of logarithms of counts.
    counts: bool,
    /// Variance between windows as a multiple of sampling, with its degrees of freedom; 0 of them where
    /// nothing is known.
    pub multiple: (f64, f64),
    /// Variances between windows beyond sampling, each with how likely it is.
    likely: Vec<(f64, f64)>,
    /// Their mean.
    pub between: f64,
}

/// Windows beside the baseline.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// The windows' mean minus the baseline's.
    pub change: f64,
    /// What the baseline is for these windows.
    pub from: f64,
    /// The variance of it.
    pub variance: f64,
    /// The part of it that is sampling.
    pub sampling: f64,
    /// The part of that which is the windows'.
    pub(super) windows: f64,
    /// The variance of the windows' mean by sampling, as their own rows have it.
    pub(super) own: f64,
    /// How often the variance between windows is in it.
    times: f64,
    /// The part of it that is the baseline's own.
    pub shared: f64,
    /// Rows of the windows.
    pub rows: f64,
    /// Rows that the baseline is worth.
    pub(super) base_rows: f64,
}

impl Fit {
    /// Of a stream; `None` where the baseline tells nothing.
    #[must_use]
    pub fn of(stream: &Stream) -> Option<Self> {
        let good = |r: &&Reading| r.rows > 0.0 && r.value.is_finite() && r.variance.is_finite();
        let mut windows: Vec<Reading> = stream.baseline.iter().filter(good).copied().collect();
        let total = stream.total.filter(|t| good(&t));
        let rows = |of: &[Reading]| of.iter().map(|r| r.rows).sum::<f64>();
        // Windows too small to tell the number leave it to the whole.
        if let Some(total) = total
            && rows(&windows) < 0.9 * total.rows
        {
            windows = vec![total];
        }
        if rows(&windows) <= 0.0 {
            return None;
        }
        let mut all_windows = windows.iter().chain(stream.windows.iter().flatten());
        let hours = all_windows.any(|r| r.phase >= DAY);
        let cycles: &[u32] = if hours { &[DAY, WEEK] } else { &[DAY] };
        let counts = stream.kind == Kind::Count;
        let off = |difference: f64| match counts {
            true => counts::bend(difference),
            false => difference,
        };
        let (mut by_phase, mut cycle) = (levels(&windows, 1), 1);
        let mut left = squares(&windows, &by_phase, 1, off);
        for longer in cycles {
            let (kept, of) = twice(&windows, *longer);
            let enough = match hours {
                // What some hours do not tell twice is not judged in these.
                true => 2 * kept.len() >= windows.len(),
                false => kept.len() == windows.len(),
            };
            if !enough || *longer == WEEK && of.len() < LEAST_OF_WEEK {
                continue;
            }
            let flat = levels(&kept, cycle);
            let (flat, parts) = (squares(&kept, &flat, cycle, off), flat.len());
            let within = squares(&kept, &of, *longer, off);
            let more = of.len().saturating_sub(parts);
            let rest = kept.len().saturating_sub(of.len());
            if more > 0 && shows(flat, within, (more as f64, rest as f64)) {
                (windows, by_phase, left, cycle) = (kept, of, within, *longer);
            }
        }
        let all = rows(&windows);
        let spread = windows.iter().map(|r| r.rows * r.rows * r.variance);
        let per_row = spread.sum::<f64>() / all;
        let levels = by_phase;
        let seasonal = cycle > 1;
        let df = windows.len().saturating_sub(levels.len()) as f64;
        let known = df >= 2.0 && per_row > 0.0;
        let multiple = left / per_row / df;
        Some(Self {
            size: all / windows.len() as f64,
            multiple: match known {
                true if counts => counts::apart(multiple, windows.len() as f64, df),
                true => (multiple, df),
                false => (1.0, 0.0),
            },
            counts,
            levels,
            per_row,
            seasonal,
            cycle,
            likely: vec![(0.0, 1.0)],
            between: 0.0,
        })
    }

    /// Takes what windows vary by: multiples of sampling, each with how likely it is.
    pub fn vary(&mut self, likely: &[(f64, f64)]) {
        let beyond = |times: f64| (times - 1.0).max(0.0) * self.per_row / self.size;
        self.likely = likely
            .iter()
            .map(|(times, w)| (beyond(*times), *w))
            .collect();
        self.between = self.likely.iter().map(|(v, w)| v * w).sum();
    }

    /// Takes windows of so many rows, and what they vary by, for a baseline that has no windows: it counts as if it
    /// were made of such.
    pub fn vary_as(&mut self, rows: f64, likely: &[(f64, f64)]) {
        self.size = rows;
        for level in &mut self.levels {
            level.squares = level.rows * level.rows.min(rows);
        }
        self.vary(likely);
    }

    /// How much two windows differ, squared, as a multiple of what sampling gives; `None` where nothing varies.
    #[must_use]
    pub fn step(&self, a: &Reading, b: &Reading) -> Option<f64> {
        let sampling = self.per_row / a.rows + self.per_row / b.rows;
        let off = self.alone(a).0 - self.alone(b).0;
        (sampling > 0.0).then(|| off * off / sampling)
    }

    fn level(&self, phase: u32) -> Level {
        let phase = phase % self.cycle;
        let at = self.levels.binary_search_by_key(&phase, |l| l.phase);
        let level = self.levels.get(at.unwrap_or(0));
        level.copied().unwrap_or_default()
    }

    /// Whether the baseline tells of windows of a phase.
    #[must_use]
    pub(super) fn knows(&self, phase: u32) -> bool {
        let phase = phase % self.cycle;
        self.cycle == 1
            || self
                .levels
                .binary_search_by_key(&phase, |l| l.phase)
                .is_ok()
    }

    /// How many phases the baseline is told by: 1 where no season was removed.
    #[must_use]
    pub fn phases(&self) -> usize {
        self.levels.len()
    }

    /// What a window differs by from the baseline of its phase, and the variance of that which is its own: by
    /// what rows of the baseline vary by, as a variance of its own goes up and down with its value.
    #[must_use]
    pub fn alone(&self, reading: &Reading) -> (f64, f64) {
        let own = self.per_row / reading.rows + self.between;
        (self.off(reading, &self.level(reading.phase)), own)
    }

    fn off(&self, reading: &Reading, level: &Level) -> f64 {
        let difference = reading.value - level.value;
        match self.counts {
            true => counts::bend(difference),
            false => difference,
        }
    }

    /// What is usual in a phase.
    #[must_use]
    pub fn usual(&self, phase: u32) -> f64 {
        self.level(phase).value
    }

    /// Whether windows of two phases are compared with one level.
    #[must_use]
    pub fn is_alike(&self, phase: u32, other: u32) -> bool {
        phase % self.cycle == other % self.cycle
    }

    /// The same of a window that is known to have changed: its rows may vary by more than those of the baseline.
    #[must_use]
    pub(super) fn changed(&self, reading: &Reading) -> (f64, f64) {
        let (change, own) = self.alone(reading);
        (change, own.max(reading.own + self.between))
    }

    /// Some windows together beside the baseline, all of phases that it knows; `None` without a row, or where nothing
    /// varies.
    #[must_use]
    pub fn beside<'a>(
        &self,
        windows: impl Iterator<Item = &'a Reading> + Clone,
    ) -> Option<Difference> {
        let rows: f64 = windows.clone().map(|r| r.rows).sum();
        if rows <= 0.0 {
            return None;
        }
        let (mut change, mut from, mut between) = (0.0, 0.0, 0.0);
        let (mut tested, mut own) = (0.0, 0.0);
        let mut parts: Vec<(Level, f64)> = Vec::new();
        let mut count = 0.0;
        for reading in windows {
            count += 1.0;
            let (part, level) = (reading.rows / rows, self.level(reading.phase));
            change += part * self.off(reading, &level);
            from += part * level.value;
            tested += part * part * reading.variance;
            own += part * part * reading.own;
            between += part * part;
            match parts.iter_mut().find(|p| p.0.phase == level.phase) {
                Some(known) => known.1 += part,
                None => parts.push((level, part)),
            }
        }
        let (mut base, mut base_between) = (0.0, 0.0);
        for (level, part) in parts {
            base += part * part / level.rows;
            base_between += part * part * level.squares / (level.rows * level.rows);
        }
        let of_baseline: f64 = self.levels.iter().map(|l| l.windows).sum();
        let (near, near_base) = match self.counts {
            true => (counts::together(count), counts::together(of_baseline)),
            false => (1.0, 1.0),
        };
        tested *= near;
        between *= near;
        base *= near_base;
        base_between *= near_base;
        let sampling = tested + self.per_row * base;
        let shared = self.per_row * base + self.between * base_between;
        let times = between + base_between;
        let variance = sampling + self.between * times;
        (variance > 0.0 && variance.is_finite() && change.is_finite()).then_some(Difference {
            change,
            from,
            variance,
            sampling,
            windows: tested,
            own,
            times,
            shared,
            rows,
            base_rows: 1.0 / base,
        })
    }

    /// How sure a change would be, in standard errors and above 0 upwards, if windows varied by sampling only,
    /// and the variance of sampling.
    #[must_use]
    pub fn z(&self, kind: Kind, of: &Difference) -> (f64, f64) {
        match kind {
            Kind::Share | Kind::Uneven => share_z(of),
            Kind::Count => (self.mean_z(0.0, of), of.sampling),
            Kind::Mean { skewness } => (self.mean_z(skewness, of), of.sampling),
        }
    }

    /// Never surer than the skewness of the difference allows, and not at all of too few rows for that.
    ///
    /// Source: E. A. Cornish and R. A. Fisher (1938), *Moments and cumulants in the specification of
    /// distributions*.
    fn mean_z(&self, skewness: f64, of: &Difference) -> f64 {
        let plain = match of.sampling > 0.0 {
            true => of.change / of.sampling.sqrt(),
            // Of what does not vary within windows only what varies between them tells.
            false => return f64::INFINITY.copysign(of.change),
        };
        if skewness == 0.0 {
            return plain;
        }
        if skewness.abs() > SKEWED * of.rows.sqrt() {
            return 0.0;
        }
        let (n, m) = (of.rows, of.base_rows);
        let parts = 1.0 / n + 1.0 / m;
        let error = parts * parts.sqrt();
        let third = skewness * (1.0 / (n * n) - 1.0 / (m * m)) / error;
        let by = third * (plain * plain - 1.0) / 6.0;
        match plain > 0.0 {
            true => (plain - by.max(0.0)).max(0.0),
            false => (plain - by.min(0.0)).min(0.0),
        }
    }

    /// The one-sided p-value of a difference upwards, and of one downwards.
    #[must_use]
    pub fn p_values(&self, kind: Kind, of: &Difference) -> (f64, f64) {
        let (z, sampling) = self.z(kind, of);
        let (mut up, mut down) = (0.0, 0.0);
        let times = of.times * if kind == Kind::Uneven { grown(of) } else { 1.0 };
        for (between, weight) in &self.likely {
            let all = sampling + between * times;
            let z = match z.is_finite() && all > 0.0 {
                true => z * (sampling / all).sqrt(),
                false if all > 0.0 => of.change / all.sqrt(),
                false => 0.0,
            };
            up += weight * normal_sf(z);
            down += weight * normal_sf(-z);
        }
        (up, down)
    }

    /// Whether a change is worth an alarm.
    #[must_use]
    pub fn matters(least: Least, of: &Difference) -> bool {
        least.is_met(of.from, of.from + of.change)
    }
}

/// How many times as much a share varies between windows half-way to what it is now, by its angle, as in the baseline;
/// 1 where it is not larger, and where the baseline has none.
fn grown(of: &Difference) -> f64 {
    let angle = |p: f64| libm::asin(p.clamp(0.0, 1.0).sqrt());
    let middle = libm::sin(0.5 * (angle(of.from) + angle(of.from + of.change)));
    let p = middle * middle;
    let from = of.from * (1.0 - of.from);
    match from > 0.0 && of.change > 0.0 {
        true => (p * (1.0 - p) / from).max(1.0),
        false => 1.0,
    }
}

/// Of shares, exactly where they are small: sampling is as it would be without a change, not as the window has it.
fn share_z(of: &Difference) -> (f64, f64) {
    let (n, m) = (of.rows, of.base_rows);
    let now = of.from + of.change;
    let p = (n * now + m * of.from) / (n + m);
    let sampling = p * (1.0 - p) * (1.0 / n + 1.0 / m);
    if sampling <= 0.0 {
        return (0.0, of.sampling);
    }
    let z = of.change / sampling.sqrt();
    let expected = n * p.min(1.0 - p);
    if expected < FEW && (z.abs() > NEAR || expected < 20.0) {
        let count = |share: f64, rows: f64| (share * rows).round().max(0.0);
        let exact = share::fisher_z((count(now, n), n), (count(of.from, m), m.round()));
        return (exact, sampling);
    }
    (z, sampling)
}

/// The windows of phases that are there twice, and their levels.
fn twice(windows: &[Reading], cycle: u32) -> (Vec<Reading>, Vec<Level>) {
    let mut of = levels(windows, cycle);
    of.retain(|level| level.windows >= 2.0);
    let is_kept = |r: &&Reading| {
        let phase = r.phase % cycle;
        of.binary_search_by_key(&phase, |l| l.phase).is_ok()
    };
    (windows.iter().filter(is_kept).copied().collect(), of)
}

/// The baseline by phase modulo a cycle, in the order of the phases.
fn levels(windows: &[Reading], cycle: u32) -> Vec<Level> {
    let mut out: Vec<Level> = Vec::new();
    for reading in windows {
        let phase = reading.phase % cycle;
        let found = out.binary_search_by_key(&phase, |l| l.phase);
        let at = found.unwrap_or_else(|at| {
            let level = Level {
                phase,
                ..Level::default()
            };
            out.insert(at, level);
            at
        });
        if let Some(level) = out.get_mut(at) {
            level.value += reading.rows * reading.value;
            level.rows += reading.rows;
            level.squares += reading.rows * reading.rows;
            level.windows += 1.0;
        }
    }
    for level in &mut out {
        level.value /= level.rows;
    }
    out
}

/// Squared distances of windows from the level of their phase, by their rows.
fn squares(windows: &[Reading], levels: &[Level], cycle: u32, bent: impl Fn(f64) -> f64) -> f64 {
    let of = |r: &Reading| {
        let at = levels.binary_search_by_key(&(r.phase % cycle), |l| l.phase);
        let level = at.ok().and_then(|at| levels.get(at));
        let off = bent(r.value - level.map_or(r.value, |l| l.value));
        r.rows * off * off
    };
    windows.iter().map(of).sum()
}

/// Whether phases explain what windows vary by.
fn shows(flat: f64, within: f64, (between_df, within_df): (f64, f64)) -> bool {
    if within_df < 1.0 || flat <= 0.0 {
        return false;
    }
    // P(F > f) as the distribution function of a beta variable.
    let explained = (1.0 - within / flat).clamp(0.0, 1.0);
    beta_cdf(1.0 - explained, 0.5 * within_df, 0.5 * between_df) < SEASON
}

#[cfg(test)]
mod tests {
    use super::super::{Least, Side};
    use super::*;

    /// What so many hours of a baseline tell, of which each differs by the hour of the week.
    fn of_hours(hours: u32, season: impl Fn(u32) -> f64) -> Fit {
        let noise = |i: u32| {
            let mixed = u64::from(i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (mixed >> 40) as f64 / f64::from(1 << 23) - 1.0
        };
        let reading = |i: u32| Reading {
            value: season(i % 168) + noise(i),
            variance: 0.3,
            own: 0.3,
            rows: 50.0,
            phase: i % 168,
        };
        let stream = Stream {
            baseline: (0..hours).map(reading).collect(),
            total: None,
            windows: (hours..hours + 24).map(|i| Some(reading(i))).collect(),
            kind: Kind::Mean { skewness: 0.0 },
            side: Side::Either,
            least: Least::Absolute(0.1),
            part: 1.0,
        };
        Fit::of(&stream).unwrap()
    }

    /// Of a number that is told at few hours of the night, hours are compared with like ones, or with nothing.
    #[test]
    fn an_hour_that_the_baseline_does_not_hold_twice_is_compared_with_nothing() {
        let of = |i: u32| Reading {
            value: f64::from(i % 24) + f64::from(i % 5) * 0.01,
            variance: 0.01,
            own: 0.01,
            rows: 50.0,
            phase: i % 168,
        };
        let told = |i: &u32| i % 24 >= 6 || *i == 27;
        let stream = Stream {
            baseline: (0..7 * 24).filter(told).map(of).collect(),
            total: None,
            windows: vec![Some(of(168))],
            kind: Kind::Mean { skewness: 0.0 },
            side: Side::Either,
            least: Least::Absolute(0.1),
            part: 1.0,
        };
        let fit = Fit::of(&stream).unwrap();
        assert_eq!(fit.phases(), 18);
        assert!(fit.knows(12) && !fit.knows(3), "03:00 is there once");
    }

    #[test]
    fn hours_of_the_week_are_removed_where_each_is_there_twice_and_tells_more() {
        let weekly = |hour: u32| {
            if hour >= 120 {
                6.0
            } else {
                f64::from(hour % 24)
            }
        };
        let daily = |hour: u32| f64::from(hour % 24);
        assert_eq!(of_hours(3 * 168, weekly).phases(), 168);
        assert_eq!(of_hours(10 * 24, weekly).phases(), 24);
        assert_eq!(of_hours(3 * 168, daily).phases(), 24);
        assert_eq!(of_hours(3 * 168, |_| 0.0).phases(), 1);
        assert_eq!(of_hours(30, daily).phases(), 1);
        let fit = of_hours(2 * 168, weekly);
        let reading = |phase: u32| Reading {
            value: 6.0,
            variance: 0.3,
            own: 0.3,
            rows: 50.0,
            phase,
        };
        // At the weekend 6 is usual, on a working night it is not.
        let (weekend, night) = (fit.alone(&reading(150)).0, fit.alone(&reading(1)).0);
        assert!(weekend.abs() < 1.5 && night > 3.5, "{weekend} {night}");
    }
}
