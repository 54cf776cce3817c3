//! The chunks, methods and thresholds of NannyML 0.13.1 (`chunk.py`, `drift/univariate/methods.py`, `thresholds.py`).

use super::numpy;
use crate::stats::distance::Sample;
use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::rank::sort_numbers;
use crate::stats::two_sample::yates;

/// A method of drift by the name that NannyML gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Method {
    ChiSquare,
    Hellinger,
    JensenShannon,
    KolmogorovSmirnov,
    LInfinity,
    Wasserstein,
}

/// Methods of numbers, and of words.
pub const OF_NUMBERS: [Method; 4] = [
    Method::Hellinger,
    Method::JensenShannon,
    Method::KolmogorovSmirnov,
    Method::Wasserstein,
];
/// Methods of words.
pub const OF_WORDS: [Method; 4] = [
    Method::ChiSquare,
    Method::Hellinger,
    Method::JensenShannon,
    Method::LInfinity,
];

/// What a method is named by default, for both kinds of columns.
pub const DEFAULT: Method = Method::JensenShannon;

/// Chunks that are made when nothing is asked for.
const CHUNKS: usize = 10;
/// Rows of the reference from which on distances of numbers are by bins.
const LARGE: usize = 10_000;
/// How many bins.
const BINS: usize = 10_000;

impl Method {
    /// Its name in NannyML.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChiSquare => "chi2",
            Self::Hellinger => "hellinger",
            Self::JensenShannon => "jensen_shannon",
            Self::KolmogorovSmirnov => "kolmogorov_smirnov",
            Self::LInfinity => "l_infinity",
            Self::Wasserstein => "wasserstein",
        }
    }
}

/// Chunks of so many rows, from … to, the last one of what is left: as `SizeBasedChunker` keeps it.
#[must_use]
pub fn by_size(rows: usize, size: usize) -> Vec<(usize, usize)> {
    if size == 0 {
        return Vec::new();
    }
    let from = (0..rows).step_by(size);
    from.map(|from| (from, (from + size).min(rows))).collect()
}

/// So many chunks, and one more of what is left: rows modulo chunks, which may be three. Of fewer rows than
/// chunks NannyML makes none.
#[must_use]
pub fn by_number(rows: usize, chunks: usize) -> Vec<(usize, usize)> {
    by_size(rows, rows.checked_div(chunks).unwrap_or(0))
}

/// What is made when nothing is asked for: ten chunks, and one of what is left.
#[must_use]
pub fn by_default(rows: usize) -> Vec<(usize, usize)> {
    by_number(rows, CHUNKS)
}

/// Lower and upper threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// Alert below.
    pub lower: Option<f64>,
    /// Alert above.
    pub upper: Option<f64>,
}

/// What a threshold may be, and what becomes of one beyond.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// The smallest one.
    pub lower: Option<f64>,
    /// The largest one.
    pub upper: Option<f64>,
    /// Whether a threshold beyond is left out; else it is the limit.
    pub left_out: bool,
}

impl Thresholds {
    /// Mean ∓ three standard deviations (of these numbers, not of what they are drawn from) of the values on the
    /// chunks of the reference. A value that is not defined is not counted.
    #[must_use]
    pub fn of(reference: &[Option<f64>], limits: Limits) -> Self {
        let values: Vec<f64> = reference.iter().copied().flatten().collect();
        if values.is_empty() {
            return Self::default();
        }
        let (mean, spread) = (numpy::mean(&values), numpy::std(&values, 0.0));
        let held = |beyond: bool, limit: Option<f64>, value: f64| match limit {
            Some(limit) if beyond => (!limits.left_out).then_some(limit),
            _ => Some(value),
        };
        let (lower, upper) = (mean - spread * 3.0, mean + spread * 3.0);
        Self {
            lower: held(
                limits.lower.is_some_and(|l| lower <= l),
                limits.lower,
                lower,
            ),
            upper: held(
                limits.upper.is_some_and(|u| upper >= u),
                limits.upper,
                upper,
            ),
        }
    }

    /// Of a method of drift: no lower one, and none above 1 for Kolmogorov and Smirnov's.
    #[must_use]
    pub fn of_drift(method: Method, reference: &[Option<f64>]) -> Self {
        if method == Method::ChiSquare {
            return Self::default();
        }
        let limits = Limits {
            lower: Some(0.0),
            upper: (method == Method::KolmogorovSmirnov).then_some(1.0),
            left_out: false,
        };
        Self {
            lower: None,
            ..Self::of(reference, limits)
        }
    }

    /// Whether a value is beyond one of them.
    #[must_use]
    pub fn alert(self, value: f64) -> bool {
        self.lower.is_some_and(|l| value < l) || self.upper.is_some_and(|u| value > u)
    }

    /// Whether a value is not between them: how PCA and the summary statistics are judged, of which one that is
    /// not defined, or just on a threshold, alerts.
    #[must_use]
    pub fn not_within(self, value: Option<f64>) -> bool {
        let value = value.unwrap_or(f64::NAN);
        let above = self.lower.unwrap_or(f64::NEG_INFINITY) < value;
        !(above && value < self.upper.unwrap_or(f64::INFINITY))
    }
}

/// A column of numbers, as the reference tells it. What is missing is left out of every method.
#[derive(Clone, Debug)]
pub struct Numbers {
    sample: Sample,
    /// Doane's bins, and the shares in them.
    edges: Vec<f64>,
    shares: Vec<f64>,
    /// Equal bins of a large reference, and the cumulated shares.
    fine: Option<(Vec<f64>, Vec<f64>)>,
}

impl Numbers {
    /// Of these numbers in the order of rows. `None` without any, or where their range is beyond every number.
    #[must_use]
    pub fn of(reference: &[f64]) -> Option<Self> {
        let values: Vec<f64> = reference.iter().copied().filter(|x| !x.is_nan()).collect();
        let sample = Sample::of(&values);
        let sorted = sample.values();
        let (low, high) = (*sorted.first()?, *sorted.last()?);
        let edges = numpy::doane(&values)?;
        let shares = numpy::shares(&numpy::histogram(sorted, &edges), sorted.len());
        let fine = (sorted.len() >= LARGE).then(|| {
            let edges = numpy::linspace(low, high, BINS);
            let shares = numpy::shares(&numpy::histogram(sorted, &edges), sorted.len());
            (edges, cumulated(&shares))
        });
        Some(Self {
            edges,
            shares,
            fine,
            sample,
        })
    }

    /// The value of a method for a chunk; `None` where nothing in it is a number.
    #[must_use]
    pub fn value(&self, method: Method, chunk: &[f64]) -> Option<f64> {
        let chunk = sort_numbers(chunk);
        if chunk.is_empty() {
            return None;
        }
        match (method, &self.fine) {
            (Method::JensenShannon | Method::Hellinger, _) => {
                let counts = numpy::histogram(&chunk, &self.edges);
                distance(method, &self.shares, numpy::shares(&counts, chunk.len()))
            }
            (Method::KolmogorovSmirnov, Some((edges, reference))) => {
                let below = chunk.partition_point(|x| x < &edges[0]) as f64 / chunk.len() as f64;
                let counts = numpy::histogram(&chunk, edges);
                let own = cumulated(&numpy::shares(&counts, chunk.len()));
                let apart = reference
                    .iter()
                    .zip(own)
                    .map(|(r, c)| (r - (below + c)).abs());
                Some(apart.fold(0.0, f64::max))
            }
            (Method::Wasserstein, Some((edges, reference))) => {
                wasserstein(edges, reference, &chunk)
            }
            (Method::KolmogorovSmirnov, None) => {
                self.sample.kolmogorov_smirnov(&Sample::of(&chunk))
            }
            (Method::Wasserstein, None) => self.sample.wasserstein(&Sample::of(&chunk)),
            _ => None,
        }
    }
}

fn cumulated(shares: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |share: &f64| {
        sum += share;
        sum
    };
    shares.iter().map(add).collect()
}

/// Jensen and Shannon's to base 2, or Hellinger's; what is left of the chunk is a bin that the reference has not.
fn distance(method: Method, reference: &[f64], mut chunk: Vec<f64>) -> Option<f64> {
    let mut reference = reference.to_vec();
    let left = 1.0 - numpy::sum(&chunk);
    if left > 0.0 {
        chunk.push(left);
        reference.push(0.0);
    }
    match method {
        Method::JensenShannon => Some(numpy::jensen_shannon(&reference, &chunk, Some(2.0))),
        Method::Hellinger => {
            let pairs = reference.iter().zip(&chunk);
            let squares = pairs.map(|(p, q)| (p.sqrt() - q.sqrt()) * (p.sqrt() - q.sqrt()));
            let sum = numpy::sum(&squares.collect::<Vec<_>>());
            Some(sum.sqrt() / 2.0_f64.sqrt())
        }
        _ => None,
    }
}

/// By equal bins of the reference, with what lies outside weighed by one row too many.
fn wasserstein(edges: &[f64], reference: &[f64], chunk: &[f64]) -> Option<f64> {
    let (low, high) = (*edges.first()?, *edges.last()?);
    let n = chunk.len() as f64;
    let smaller = chunk.partition_point(|x| *x < low);
    let bigger = chunk.len() - chunk.partition_point(|x| *x <= high);
    let (mut outside, mut amount) = (0.0, 0.0);
    // Steps of the distribution function of what is outside and the end of the range.
    let steps = |values: &[f64]| -> Vec<(f64, f64)> {
        let all = values.len() as f64;
        let mut out: Vec<(f64, f64)> = Vec::new();
        for (i, x) in values.iter().enumerate() {
            let share = (i + 1) as f64 / all;
            match out.last_mut() {
                Some(last) if last.0 == *x => last.1 = share,
                _ => out.push((*x, share)),
            }
        }
        out
    };
    if smaller > 0 {
        amount = (smaller + 1) as f64 / n;
        let values: Vec<f64> = chunk[..smaller].iter().copied().chain([low]).collect();
        let terms: Vec<f64> = steps(&values)
            .windows(2)
            .map(|w| w[0].1 * (w[1].0 - w[0].0))
            .collect();
        outside += numpy::sum(&terms) * amount;
    }
    if bigger > 0 {
        let tail = chunk[chunk.len() - bigger..].iter().copied();
        let values: Vec<f64> = std::iter::once(high).chain(tail).collect();
        let terms: Vec<f64> = steps(&values)
            .windows(2)
            .map(|w| (1.0 - w[0].1) * (w[1].0 - w[0].0))
            .collect();
        outside += numpy::sum(&terms) * ((bigger + 1) as f64 / n);
    }
    let own = cumulated(&numpy::shares(&numpy::histogram(chunk, edges), chunk.len()));
    let width = edges[1] - edges[0];
    let terms: Vec<f64> = reference
        .iter()
        .zip(own)
        .map(|(r, c)| (r - (c + amount)).abs() * width)
        .collect();
    let distance = numpy::sum(&terms) + outside;
    distance.is_finite().then_some(distance)
}

/// A column of words, as the reference tells it: rows of each word.
#[derive(Clone, Debug)]
pub struct Words(pub Vec<u64>);

impl Words {
    /// The value of a method for a chunk of which these are the rows of each word (words of the reference first, the
    /// same places), and for [`Method::ChiSquare`] its p-value. `None` where either has no row.
    #[must_use]
    pub fn value(&self, method: Method, chunk: &[u64]) -> Option<(f64, Option<f64>)> {
        let (n, m): (u64, u64) = (self.0.iter().sum(), chunk.iter().sum());
        if n == 0 || m == 0 {
            return None;
        }
        let all = self.0.len().max(chunk.len());
        let of = |counts: &[u64], i: usize| counts.get(i).copied().unwrap_or(0);
        match method {
            Method::JensenShannon | Method::Hellinger => {
                let seen = (0..all).filter(|i| of(&self.0, *i) > 0);
                let (p, q): (Vec<u64>, Vec<u64>) =
                    seen.map(|i| (of(&self.0, i), of(chunk, i))).unzip();
                let chunk = numpy::shares(&q, m as usize);
                let value = distance(method, &numpy::shares(&p, n as usize), chunk)?;
                Some((value, None))
            }
            Method::LInfinity => {
                let share = |i| of(&self.0, i) as f64 / n as f64 - of(chunk, i) as f64 / m as f64;
                let most = (0..all).map(|i| share(i).abs()).fold(0.0, f64::max);
                Some((most, None))
            }
            Method::ChiSquare => {
                let counts = |of_side: &[u64]| (0..all).map(|i| of(of_side, i)).collect();
                let (before, after): (Vec<u64>, Vec<u64>) = (counts(&self.0), counts(chunk));
                let found = yates(&before, &after).ok()?;
                Some((found.statistic, Some(found.p)))
            }
            _ => None,
        }
    }
}

/// A p-value of [`Method::ChiSquare`] below which it alerts, whatever is asked for.
pub const CHI_SQUARE_LEVEL: f64 = 0.05;

/// Of a chunk of a column of numbers, as pandas tells it: what is missing is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// The mean.
    pub avg: Option<f64>,
    /// The standard deviation of what they may be drawn from.
    pub std: Option<f64>,
    /// The median.
    pub median: Option<f64>,
    /// The sum.
    pub sum: f64,
}

/// The summary statistics of a chunk.
#[must_use]
pub fn statistics(chunk: &[f64]) -> Statistics {
    let sorted = sort_numbers(chunk);
    let some = !sorted.is_empty();
    Statistics {
        avg: some.then(|| numpy::mean(&sorted)),
        std: (sorted.len() > 1).then(|| numpy::std(&sorted, 1.0)),
        median: quantile_sorted(&sorted, 0.5),
        sum: numpy::sum(&sorted),
    }
}

/// Columns of the reference and of what is tested as its reconstruction error takes them: reference first.
///
/// A missing number becomes the mean of the reference, a missing word its most frequent one (of equals the
/// first); then words become their share in the reference, a new one 0.
#[must_use]
pub fn encoded_numbers(reference: &[f64], analysis: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let known: Vec<f64> = reference.iter().copied().filter(|x| !x.is_nan()).collect();
    let mean = if known.is_empty() {
        0.0
    } else {
        numpy::mean(&known)
    };
    let fill = |values: &[f64]| {
        let filled = values.iter().map(|x| if x.is_nan() { mean } else { *x });
        filled.collect()
    };
    (fill(reference), fill(analysis))
}

/// The same of words by their places in the order of words; a place that is beyond `words` is missing.
#[must_use]
pub fn encoded_words(reference: &[u32], analysis: &[u32], words: usize) -> (Vec<f64>, Vec<f64>) {
    let mut counts = vec![0u64; words];
    for code in reference {
        if let Some(n) = counts.get_mut(*code as usize) {
            *n += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    let mode = counts.iter().position(|n| *n == most).unwrap_or(0);
    let missing = reference.iter().filter(|c| **c as usize >= words).count() as u64;
    if let Some(n) = counts.get_mut(mode) {
        *n += missing;
    }
    let all = reference.len().max(1) as f64;
    let share = |code: &u32| {
        let place = if (*code as usize) < words {
            *code as usize
        } else {
            mode
        };
        counts.get(place).map_or(0.0, |n| *n as f64 / all)
    };
    (
        reference.iter().map(share).collect(),
        analysis.iter().map(share).collect(),
    )
}
