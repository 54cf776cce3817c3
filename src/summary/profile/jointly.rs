//! How columns of numbers hang together, window by window: a change that leaves every column alone shows here only.
//!
//! Of every pair of columns the rank correlation in each window, by ranks within the window: what a column holds may
//! move as it likes without moving it. It is bounded work: the first [`MOST_TOGETHER`] columns of numbers that are inputs, and
//! [`ROWS`] rows of a window, evenly spread over it, which are enough for any change that matters. Columns of which one
//! value holds most rows are left out, for a few rows make any correlation of such.
//!
//! A baseline that is a reference with times is looked at by the windows of its own time, where these are few enough, so
//! that weekdays are compared with their like; else it is cut, in order of time, into stretches of as many rows as windows
//! have, so that what windows have in common with each other is. Without times it is one stretch.

use super::super::build::Builder;
use super::super::compared::Cells;
use super::count::Rows;
use crate::log::Role;
use crate::stats::multivariate::correlation::standard_ranks;
use crate::table::NO_TIME;
use serde::{Deserialize, Serialize};

/// Columns at most: 190 pairs.
pub const MOST_TOGETHER: usize = 20;
/// Rows of a window at most.
const ROWS: usize = 2_000;
/// Rows of a window at least that tell a correlation.
const FEWEST: usize = 30;
/// Stretches at most that a reference is cut into.
const STRETCHES: usize = 40;
/// Windows of its own at most that it is looked at by.
const WINDOWS: usize = 60;
/// The mean fourth power of ranks in standard deviations, above which one value holds most rows: 5 of 1, where it
/// holds 85 % of them.
const PEAKED: f64 = 5.0;
/// Correlations are kept in ten-thousandths, and none is nearer to one than this: Fisher's z of one is infinite.
const UNIT: f64 = 10_000.0;
const FULL: f64 = 0.999;

/// Pairs of columns, window by window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Jointly {
    /// Rows that were looked at in each stretch of the baseline.
    pub baseline: Vec<u32>,
    /// And in each window.
    pub windows: Vec<u32>,
    /// Whether the stretches of the baseline are the windows of a reference's own time.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub by_window: bool,
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// Columns of numbers that are not looked at, for they would be too many.
    #[serde(skip_serializing_if = "super::is_zero", default)]
    pub left_out: usize,
}

/// Two columns of numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Their places among the columns of the profile, the first below the second.
    pub columns: (usize, usize),
    /// Variance of Fisher's z, times rows, in the baseline.
    pub variance: f64,
    /// Skewness of what a row adds to it.
    pub skewness: f64,
    /// Correlations in the baseline, in ten-thousandths; [`NONE`] where there is none.
    pub baseline: Vec<i16>,
    /// And in each window.
    pub windows: Vec<i16>,
    /// Rows of both of which a cell is missing, where some are: of the stretches of the baseline, then of the windows.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub missing: Vec<u32>,
}

/// No correlation is known.
pub const NONE: i16 = i16::MIN;

/// A correlation as Fisher's z, and the rows that its error is by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// atanh r.
    pub z: f64,
    /// Rows less three.
    pub rows: f64,
}

impl Jointly {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// What a stretch of the baseline tells of a pair.
    #[must_use]
    pub fn before(&self, pair: &Pair, at: usize) -> Option<Found> {
        let missing = pair.missing.get(at).copied().unwrap_or(0);
        found(*pair.baseline.get(at)?, *self.baseline.get(at)?, missing)
    }

    /// What a window tells of a pair.
    #[must_use]
    pub fn of(&self, pair: &Pair, at: usize) -> Option<Found> {
        let missing = pair.missing.get(self.baseline.len() + at);
        let missing = missing.copied().unwrap_or(0);
        found(*pair.windows.get(at)?, *self.windows.get(at)?, missing)
    }
}

fn found(r: i16, rows: u32, missing: u32) -> Option<Found> {
    let rows = f64::from(rows.saturating_sub(missing)) - 3.0;
    (r != NONE && rows > 0.0).then(|| Found {
        z: libm::atanh((f64::from(r) / UNIT).clamp(-FULL, FULL)),
        rows,
    })
}

/// The rows of a period that are looked at, evenly spread.
fn spread(rows: &[u32]) -> Vec<u32> {
    let n = rows.len();
    let take = n.min(ROWS);
    (0..take)
        .filter_map(|i| rows.get(i * n / take).copied())
        .collect()
}

/// The columns of numbers that are looked at, by their places among those of the profile.
pub(super) fn jointly(
    builder: &Builder,
    rows: &Rows,
    reference: bool,
    columns: &[(Role, &Cells<'_>)],
) -> Jointly {
    let mut numbers: Vec<(usize, &[f64])> = (columns.iter().enumerate())
        .filter_map(|(at, (role, cells))| match cells {
            Cells::Numbers(values) if *role == Role::Feature => Some((at, *values)),
            _ => None,
        })
        .collect();
    let left_out = numbers.len().saturating_sub(MOST_TOGETHER);
    numbers.truncate(MOST_TOGETHER);
    if numbers.len() < 2 {
        return Jointly::default();
    }
    let windows: Vec<Vec<u32>> = (1..rows.periods()).map(|at| spread(rows.of(at))).collect();
    let by_window = reference && (1..=WINDOWS).contains(&rows.own().len());
    let stretches: Vec<Vec<u32>> = match reference {
        true if by_window => rows.own().map(|at| spread(rows.of(at))).collect(),
        true => stretches(builder, rows).iter().map(|s| spread(s)).collect(),
        false => vec![spread(rows.of(0))],
    };
    let ranks = |own: &[u32]| -> Vec<Ranks> {
        numbers
            .iter()
            .map(|(_, values)| Ranks::of(values, own))
            .collect()
    };
    let before: Vec<Vec<Ranks>> = stretches.iter().map(|own| ranks(own)).collect();
    let peaked = |column: usize| {
        let known = before.iter().filter_map(|s| s.get(column)?.fourth);
        let (n, sum) = known.fold((0.0, 0.0), |(n, sum), x| (n + 1.0, sum + x));
        n == 0.0 || sum / n > PEAKED
    };
    let told: Vec<usize> = (0..numbers.len()).filter(|c| !peaked(*c)).collect();
    let mut pairs: Vec<Pair> = Vec::new();
    for (i, first) in told.iter().enumerate() {
        for second in &told[i + 1..] {
            let mut pair = Pair {
                columns: (numbers[*first].0, numbers[*second].0),
                ..Pair::default()
            };
            let mut moments = Moments::default();
            for own in &before {
                let (r, n, missing) = together(&own[*first], &own[*second], Some(&mut moments));
                pair.baseline.push(kept(r, n));
                pair.missing.push(missing);
            }
            if let Some((variance, skewness)) = moments.told() {
                (pair.variance, pair.skewness) = (variance, skewness);
                pairs.push(pair);
            }
        }
    }
    for own in &windows {
        let ranks = ranks(own);
        let place = |column: usize| numbers.iter().position(|n| n.0 == column);
        for pair in &mut pairs {
            let both = place(pair.columns.0).zip(place(pair.columns.1));
            let (r, n, missing) = match both {
                Some((a, b)) => together(&ranks[a], &ranks[b], None),
                None => (None, 0, 0),
            };
            pair.windows.push(kept(r, n));
            pair.missing.push(missing);
        }
    }
    for pair in &mut pairs {
        if pair.missing.iter().all(|n| *n == 0) {
            pair.missing = Vec::new();
        }
    }
    let count = |of: &[Vec<u32>]| of.iter().map(|rows| rows.len() as u32).collect();
    Jointly {
        baseline: count(&stretches),
        windows: count(&windows),
        by_window,
        pairs,
        left_out,
    }
}

/// A reference in stretches of as many rows as a window has, in order of time.
fn stretches(builder: &Builder, rows: &Rows) -> Vec<Vec<u32>> {
    let mut all = rows.of(0).to_vec();
    let mut sizes: Vec<usize> = (1..rows.periods()).map(|at| rows.of(at).len()).collect();
    sizes.retain(|n| *n > 0);
    sizes.sort_unstable();
    let size = sizes.get(sizes.len() / 2).copied().unwrap_or(all.len());
    let time = |row: &u32| {
        builder
            .log
            .time
            .get(*row as usize)
            .copied()
            .unwrap_or(NO_TIME)
    };
    if all.iter().any(|row| time(row) == NO_TIME) {
        return vec![all];
    }
    all.sort_by_key(time);
    let count = (all.len() / size.max(FEWEST)).clamp(1, STRETCHES);
    let at = |i: usize| i * all.len() / count;
    (0..count).map(|i| all[at(i)..at(i + 1)].to_vec()).collect()
}

fn kept(r: Option<f64>, n: usize) -> i16 {
    match r {
        Some(r) if n >= FEWEST => (r * UNIT).round() as i16,
        _ => NONE,
    }
}

/// The ranks of a column's numbers in a period, in standard deviations; NaN where a cell is missing.
struct Ranks {
    values: Vec<f64>,
    gaps: bool,
    /// Their mean fourth power; `None` where the column does not vary.
    fourth: Option<f64>,
}

impl Ranks {
    fn of(values: &[f64], rows: &[u32]) -> Self {
        let cell = |row: &u32| values.get(*row as usize).copied().unwrap_or(f64::NAN);
        let cells: Vec<f64> = rows.iter().map(cell).collect();
        let gaps = cells.iter().any(|x| x.is_nan());
        let Some(values) = standard_ranks(&cells) else {
            return Self {
                values: Vec::new(),
                gaps,
                fourth: None,
            };
        };
        let (mut n, mut sum) = (0.0, 0.0);
        for x in values.iter().filter(|x| !x.is_nan()) {
            n += 1.0;
            sum += x * x * x * x;
        }
        Self {
            values,
            gaps,
            fourth: Some(sum / n),
        }
    }
}

/// Sums over rows of what each adds to Fisher's z.
#[derive(Default)]
struct Moments {
    n: f64,
    second: f64,
    third: f64,
    /// Largest correlation met, either way.
    r: f64,
}

impl Moments {
    /// Variance and skewness of a row, at least what rank correlations of normal numbers have.
    ///
    /// Source: D. G. Bonett and T. A. Wright (2000), *Sample size requirements for estimating Pearson, Kendall and
    /// Spearman correlations*.
    fn told(&self) -> Option<(f64, f64)> {
        if self.n <= 0.0 {
            return None;
        }
        let variance = self.second / self.n;
        let skewness = match variance > 0.0 {
            true => self.third / self.n / (variance * variance.sqrt()),
            false => 0.0,
        };
        Some((variance.max(1.0 + 0.5 * self.r * self.r), skewness))
    }
}

/// Σ a b, as four sums beside each other.
fn product(a: &[f64], b: &[f64]) -> f64 {
    let (fours, rest) = a.as_chunks::<4>();
    let (others, left) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (x, y) in fours.iter().zip(others) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    let [p, q, r, s] = sums;
    let last: f64 = rest.iter().zip(left).map(|(x, y)| x * y).sum();
    (p + q) + (r + s) + last
}

/// The correlation of two columns of a period, the rows that have both, and those that have not.
fn together(a: &Ranks, b: &Ranks, moments: Option<&mut Moments>) -> (Option<f64>, usize, u32) {
    if a.values.is_empty() || b.values.is_empty() {
        return (None, 0, 0);
    }
    let rows = || a.values.iter().zip(&b.values);
    let all = a.values.len();
    // Without gaps both have mean 0 and variance 1.
    let (r, n, shift) = if a.gaps || b.gaps {
        let (mut n, mut x, mut y, mut xx, mut yy, mut xy) = (0usize, 0.0, 0.0, 0.0, 0.0, 0.0);
        for (a, b) in rows().filter(|(a, b)| !a.is_nan() && !b.is_nan()) {
            n += 1;
            (x, y) = (x + a, y + b);
            (xx, yy, xy) = (xx + a * a, yy + b * b, xy + a * b);
        }
        let m = n.max(1) as f64;
        let (x, y) = (x / m, y / m);
        let (sx, sy) = (
            (xx / m - x * x).max(0.0).sqrt(),
            (yy / m - y * y).max(0.0).sqrt(),
        );
        let over = sx * sy;
        let r = (over > 1e-9).then(|| ((xy / m - x * y) / over).clamp(-1.0, 1.0));
        (r, n, (x, sx, y, sy))
    } else {
        let r = (product(&a.values, &b.values) / all as f64).clamp(-1.0, 1.0);
        (Some(r), all, (0.0, 1.0, 0.0, 1.0))
    };
    let missing = (all - n) as u32;
    let Some(r) = r else {
        return (None, n, missing);
    };
    if let Some(moments) = moments
        && n >= FEWEST
    {
        let held = r.clamp(-FULL, FULL);
        let scale = 1.0 / (1.0 - held * held);
        moments.r = moments.r.max(held.abs());
        for (a, b) in rows().filter(|(a, b)| !a.is_nan() && !b.is_nan()) {
            let (a, b) = ((a - shift.0) / shift.1, (b - shift.2) / shift.3);
            let adds = scale * (a * b - 0.5 * held * (a * a + b * b));
            moments.n += 1.0;
            moments.second += adds * adds;
            moments.third += adds * adds * adds;
        }
    }
    (Some(r), n, missing)
}
