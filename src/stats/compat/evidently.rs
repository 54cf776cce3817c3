//! The tests of Evidently 0.7.23, its choice among them and its verdicts (`legacy/calculations/stattests`).

use super::numpy;
use super::twister::Twister;
use crate::stats::distance::Sample;
use crate::stats::special::{chi_square_sf, normal_cdf};
use crate::stats::two_sample::{self as tests, Undefined, steps};
use std::f64::consts::PI;

/// A test by the name that Evidently gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Test {
    Anderson,
    ChiSquare,
    CramerVonMises,
    Energy,
    EppsSingleton,
    FisherExact,
    G,
    Hellinger,
    JensenShannon,
    KolmogorovSmirnov,
    KullbackLeibler,
    MannWhitney,
    Psi,
    Student,
    TotalVariation,
    Wasserstein,
    Z,
}

/// A column without what is missing or infinite.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a> {
    /// Numbers; whether all of them are whole, as a column of integers is.
    Numbers {
        /// Of the reference.
        reference: &'a Sample,
        /// Of what is tested.
        current: &'a Sample,
        /// As said.
        whole: bool,
    },
    /// Words, as places in the list of all words in their order; rows in the order of the file.
    Words {
        /// Of the reference.
        reference: &'a [u32],
        /// Of what is tested.
        current: &'a [u32],
    },
}

/// Tests of numbers, in the order of their names.
pub const OF_NUMBERS: [Test; 12] = [
    Test::Anderson,
    Test::CramerVonMises,
    Test::Energy,
    Test::EppsSingleton,
    Test::Hellinger,
    Test::JensenShannon,
    Test::KolmogorovSmirnov,
    Test::KullbackLeibler,
    Test::MannWhitney,
    Test::Psi,
    Test::Student,
    Test::Wasserstein,
];

/// Tests of words, in the order of their names.
pub const OF_WORDS: [Test; 9] = [
    Test::ChiSquare,
    Test::FisherExact,
    Test::G,
    Test::Hellinger,
    Test::JensenShannon,
    Test::KullbackLeibler,
    Test::Psi,
    Test::TotalVariation,
    Test::Z,
];

/// Share of drifted columns from which a data set has drifted.
pub const DRIFT_SHARE: f64 = 0.5;
/// Rows of the reference up to which a p-value decides, and beyond which a distance does.
const SMALL: usize = 1_000;

impl Test {
    /// Its name in Evidently.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anderson => "anderson",
            Self::ChiSquare => "chisquare",
            Self::CramerVonMises => "cramer_von_mises",
            Self::Energy => "ed",
            Self::EppsSingleton => "es",
            Self::FisherExact => "fisher_exact",
            Self::G => "g_test",
            Self::Hellinger => "hellinger",
            Self::JensenShannon => "jensenshannon",
            Self::KolmogorovSmirnov => "ks",
            Self::KullbackLeibler => "kl_div",
            Self::MannWhitney => "mannw",
            Self::Psi => "psi",
            Self::Student => "t_test",
            Self::TotalVariation => "TVD",
            Self::Wasserstein => "wasserstein",
            Self::Z => "z",
        }
    }

    /// Its default threshold.
    #[must_use]
    pub const fn threshold(self) -> f64 {
        match self {
            Self::ChiSquare
            | Self::EppsSingleton
            | Self::KolmogorovSmirnov
            | Self::MannWhitney
            | Self::Student
            | Self::Z => 0.05,
            _ => 0.1,
        }
    }

    /// Whether a score is drift by the default threshold. Some tests take the threshold in, some not.
    #[must_use]
    pub fn drifted(self, score: f64) -> bool {
        let threshold = self.threshold();
        match self {
            Self::Hellinger
            | Self::JensenShannon
            | Self::KullbackLeibler
            | Self::Psi
            | Self::Wasserstein => score >= threshold,
            Self::Energy => score > threshold,
            Self::CramerVonMises | Self::KolmogorovSmirnov => score <= threshold,
            _ => score < threshold,
        }
    }

    /// What Evidently takes for a column when nothing is asked for. Numbers of few values are words to it.
    #[must_use]
    pub fn default_of(column: &Column<'_>) -> Self {
        let distinct = column.counts().len();
        let small = column.rows().0 <= SMALL;
        let words = matches!(column, Column::Words { .. }) || distinct <= 5;
        match (small, words) {
            (true, true) if distinct > 2 => Self::ChiSquare,
            (true, true) => Self::Z,
            (true, false) => Self::KolmogorovSmirnov,
            (false, true) => Self::JensenShannon,
            (false, false) => Self::Wasserstein,
        }
    }

    /// The score: a p-value or a distance.
    ///
    /// # Errors
    /// Where Evidently raises one: a side without values, too few of them, or, for `g_test` and `fisher_exact`, sides
    /// of other sizes.
    pub fn score(self, column: &Column<'_>) -> Result<f64, Undefined> {
        let (n, m) = column.rows();
        if n == 0 || m == 0 {
            return Err(Undefined::Empty);
        }
        match (self, column) {
            (
                _,
                Column::Numbers {
                    reference, current, ..
                },
            ) if !self.of_shares() => of_numbers(self, reference, current),
            (
                Self::Hellinger,
                Column::Numbers {
                    reference,
                    current,
                    whole,
                },
            ) => hellinger_of_numbers(reference, current, *whole),
            (Self::Hellinger, _) => Ok(hellinger(&column.counts(), n, m)),
            (Self::JensenShannon, _) => {
                let (p, q) = binned(column)?;
                Ok(numpy::jensen_shannon(&p, &q, None))
            }
            (Self::KullbackLeibler, _) => {
                let (p, q) = filled(binned(column)?);
                let (all, other) = (numpy::sum(&p), numpy::sum(&q));
                let terms = p.iter().zip(&q).map(|(p, q)| {
                    let (p, q) = (p / all, q / other);
                    p * libm::log(p / q)
                });
                Ok(numpy::sum(&terms.collect::<Vec<_>>()))
            }
            (Self::Psi, _) => {
                let (p, q) = filled(binned(column)?);
                let terms = p.iter().zip(&q).map(|(p, q)| (p - q) * libm::log(p / q));
                Ok(numpy::sum(&terms.collect::<Vec<_>>()))
            }
            (Self::ChiSquare, _) => against(&column.counts(), m as f64 / n as f64, squares),
            (Self::G, _) if n != m => Err(Undefined::OtherSizes),
            (Self::G, _) => against(&column.counts(), 1.0, likelihood),
            (Self::Z, _) => Ok(z(&column.counts(), n, m)),
            (Self::FisherExact, _) => {
                let (before, after): (Vec<u64>, Vec<u64>) = column.counts().into_iter().unzip();
                if n != m {
                    return Err(Undefined::OtherSizes);
                }
                if before.len() > 2 {
                    return Err(Undefined::OtherCategories);
                }
                tests::fisher(&before, &after).map(|t| t.p)
            }
            (Self::TotalVariation, Column::Words { reference, current }) => {
                Ok(permuted(reference, current))
            }
            _ => Err(Undefined::OtherCategories),
        }
    }

    /// Whether it is of shares by bin or word.
    const fn of_shares(self) -> bool {
        !matches!(
            self,
            Self::Anderson
                | Self::CramerVonMises
                | Self::Energy
                | Self::EppsSingleton
                | Self::KolmogorovSmirnov
                | Self::MannWhitney
                | Self::Student
                | Self::Wasserstein
        )
    }
}

impl Column<'_> {
    /// Rows of the reference, and of what is tested.
    fn rows(&self) -> (usize, usize) {
        match self {
            Column::Numbers {
                reference, current, ..
            } => (reference.values().len(), current.values().len()),
            Column::Words { reference, current } => (reference.len(), current.len()),
        }
    }

    /// Rows of both by value, values in their order.
    fn counts(&self) -> Vec<(u64, u64)> {
        match self {
            Column::Numbers {
                reference, current, ..
            } => steps(reference, current),
            Column::Words { reference, current } => {
                let mut all: Vec<(u64, u64)> = Vec::new();
                let mut add = |code: u32, of: fn(&mut (u64, u64)) -> &mut u64| {
                    let place = code as usize;
                    if all.len() <= place {
                        all.resize(place + 1, (0, 0));
                    }
                    *of(&mut all[place]) += 1;
                };
                reference.iter().for_each(|code| add(*code, |n| &mut n.0));
                current.iter().for_each(|code| add(*code, |n| &mut n.1));
                all.retain(|n| n.0 + n.1 > 0);
                all
            }
        }
    }
}

fn of_numbers(test: Test, reference: &Sample, current: &Sample) -> Result<f64, Undefined> {
    let by_rank = || steps(reference, current);
    match test {
        Test::KolmogorovSmirnov => tests::kolmogorov_smirnov(&by_rank()).map(|t| t.p),
        Test::Anderson => tests::anderson_darling(&by_rank()).map(|t| tests::table_p(t.statistic)),
        // One-sided, although it is called two-tailed: what grew is never found.
        Test::MannWhitney => tests::mann_whitney_less(&by_rank()).map(|t| t.p),
        Test::Student => tests::student(reference, current).map(|t| t.p),
        Test::EppsSingleton => tests::epps_singleton(reference, current).map(|t| t.p),
        Test::Energy => tests::energy(reference, current).map(|t| t.statistic),
        Test::Wasserstein => {
            let moved = reference.wasserstein(current).ok_or(Undefined::TooLarge)?;
            Ok(moved / numpy::std(reference.values(), 0.0).max(0.001))
        }
        Test::CramerVonMises => {
            let (n, m) = (reference.values().len(), current.values().len());
            if n < 2 || m < 2 {
                return Err(Undefined::TooFew(2));
            }
            let found = tests::cramer_von_mises(&by_rank())?;
            if found.how == tests::How::Exact {
                // They count orders in single precision.
                return Ok(f64::from(found.p as f32));
            }
            Ok(cut_series(tests::standardised(
                found.statistic,
                n as f64,
                m as f64,
            )))
        }
        _ => Err(Undefined::OtherCategories),
    }
}

/// 1 − F of Cramér and von Mises's limit, its series cut off at a term below 1e-7: far out that is what is left.
fn cut_series(x: f64) -> f64 {
    if x < 0.003 {
        return 1.0;
    }
    let (mut sum, mut k) = (0.0, 0.0);
    loop {
        let y = 4.0 * k + 1.0;
        let q = y * y / (16.0 * x);
        let u =
            libm::exp(libm::lgamma(k + 0.5) - libm::lgamma(k + 1.0)) / (PI * PI.sqrt() * x.sqrt());
        let term = u * y.sqrt() * libm::exp(-q) * bessel(q);
        sum += term;
        k += 1.0;
        if term < 1e-7 || k > 1e5 {
            return (1.0 - sum).max(0.0);
        }
    }
}

/// The Bessel function K of order 1/4: ∫ e^(−q cosh t) cosh(t / 4) dt over 0 … ∞, by the trapezoid rule, which is
/// exact to rounding for it.
fn bessel(q: f64) -> f64 {
    const STEP: f64 = 0.05;
    let mut sum = 0.5 * libm::exp(-q);
    for i in 1..2_000 {
        let t = STEP * f64::from(i);
        let term = libm::exp(-q * libm::cosh(t)) * libm::cosh(0.25 * t);
        sum += term;
        if term <= sum * 1e-18 {
            break;
        }
    }
    sum * STEP
}

/// Shares by Sturges's bins of all numbers, or by value where the reference has at most 20 of them. The number of
/// bins that can be asked for changes nothing.
fn binned(column: &Column<'_>) -> Result<(Vec<f64>, Vec<f64>), Undefined> {
    let (n, m) = column.rows();
    if let Column::Numbers {
        reference,
        current,
        whole,
    } = column
        && distinct(reference) > 20
    {
        let (low, high) = range(reference, current);
        let edges = numpy::sturges(low, high, n + m, *whole).ok_or(Undefined::TooLarge)?;
        let of =
            |sample: &Sample, rows| numpy::shares(&numpy::histogram(sample.values(), &edges), rows);
        return Ok((of(reference, n), of(current, m)));
    }
    let (before, after): (Vec<u64>, Vec<u64>) = column.counts().into_iter().unzip();
    Ok((numpy::shares(&before, n), numpy::shares(&after, m)))
}

fn distinct(sample: &Sample) -> usize {
    let values = sample.values();
    values.len().min(1) + values.windows(2).filter(|w| w[0] != w[1]).count()
}

fn range(a: &Sample, b: &Sample) -> (f64, f64) {
    let ends = |s: &Sample| (s.values()[0], s.values()[s.values().len() - 1]);
    let ((a, b), (c, d)) = (ends(a), ends(b));
    (a.min(c), b.max(d))
}

/// No share is zero: it becomes 1e-4, or a millionth of the smallest one where that is not above 1e-4.
fn filled((p, q): (Vec<f64>, Vec<f64>)) -> (Vec<f64>, Vec<f64>) {
    let fill = |mut shares: Vec<f64>| {
        let some = shares.iter().copied().filter(|x| *x != 0.0);
        let least = some.fold(f64::INFINITY, f64::min);
        let small = if least <= 1e-4 { least / 1e6 } else { 1e-4 };
        shares
            .iter_mut()
            .filter(|x| **x == 0.0)
            .for_each(|x| *x = small);
        shares
    };
    (fill(p), fill(q))
}

fn hellinger(counts: &[(u64, u64)], n: usize, m: usize) -> f64 {
    let shared = counts.iter().fold(0.0, |sum, (a, b)| {
        sum + (*a as f64 / n as f64 * (*b as f64 / m as f64)).sqrt()
    });
    (1.0 - shared.clamp(0.0, 1.0)).sqrt()
}

/// By Sturges's bins of the different values of both.
fn hellinger_of_numbers(
    reference: &Sample,
    current: &Sample,
    whole: bool,
) -> Result<f64, Undefined> {
    let (low, high) = range(reference, current);
    let different = steps(reference, current).len();
    let edges = numpy::sturges(low, high, different, whole).ok_or(Undefined::TooLarge)?;
    let bins = edges.len() - 1;
    let density = |sample: &Sample| -> Vec<f64> {
        let counts = numpy::histogram(sample.values(), &edges);
        let all = counts.iter().sum::<u64>() as f64;
        let widths = edges.windows(2).map(|w| w[1] - w[0]);
        counts
            .iter()
            .zip(widths)
            .map(|(n, w)| *n as f64 / w / all)
            .collect()
    };
    let width = (edges[bins] - edges[0]) / bins as f64;
    let both = density(reference).into_iter().zip(density(current));
    let shared = both.fold(0.0, |sum, (p, q)| sum + (p * q).sqrt() * width);
    Ok((1.0 - shared.clamp(0.0, 1.0)).sqrt())
}

/// p-value of the counts of what is tested against those of the reference, which are taken for the truth: one
/// sample too few, and so too many alarms.
fn against(counts: &[(u64, u64)], scale: f64, term: fn(f64, f64) -> f64) -> Result<f64, Undefined> {
    let terms = counts
        .iter()
        .map(|(a, b)| term(*b as f64, *a as f64 * scale));
    let statistic: f64 = numpy::sum(&terms.collect::<Vec<_>>());
    match counts.len() {
        1 => Err(Undefined::NoSpread),
        k if statistic.is_finite() => Ok(chi_square_sf(statistic, (k - 1) as f64)),
        _ => Ok(0.0),
    }
}

fn squares(seen: f64, expected: f64) -> f64 {
    (seen - expected) * (seen - expected) / expected
}

fn likelihood(seen: f64, expected: f64) -> f64 {
    if seen > 0.0 {
        2.0 * seen * libm::log(seen / expected)
    } else {
        0.0
    }
}

/// Two proportions of what is not the first value.
fn z(counts: &[(u64, u64)], n: usize, m: usize) -> f64 {
    let [(a, b), _, ..] = counts else {
        return 1.0;
    };
    let (n, m) = (n as f64, m as f64);
    let (p, q) = ((n - *a as f64) / n, (m - *b as f64) / m);
    let both = (p * n + q * m) / (n + m);
    let z = (p - q) / (both * (1.0 - both) * (1.0 / n + 1.0 / m)).sqrt();
    2.0 * (1.0 - normal_cdf(z.abs()))
}

/// The share of a thousand permutations with at least this total variation.
fn permuted(reference: &[u32], current: &[u32]) -> f64 {
    const TIMES: u32 = 1_000;
    let all: Vec<u32> = reference.iter().chain(current).copied().collect();
    let words = all.iter().max().map_or(0, |w| *w as usize + 1);
    let count = |rows: &mut dyn Iterator<Item = u32>| {
        let mut counts = vec![0u64; words];
        rows.for_each(|code| counts[code as usize] += 1);
        counts
    };
    let every = count(&mut all.iter().copied());
    let (n, m) = (reference.len(), current.len());
    let distance = |first: &[u64]| {
        let apart: Vec<f64> = first
            .iter()
            .zip(&every)
            .filter(|(_, all)| **all > 0)
            .map(|(k, all)| (*k as f64 / n as f64 - (all - k) as f64 / m as f64).abs())
            .collect();
        0.5 * numpy::sum(&apart)
    };
    let seen = distance(&count(&mut reference.iter().copied()));
    let mut random = Twister::new(0);
    let far = (0..TIMES).filter(|_| {
        let order = random.permutation(all.len() as u32);
        let drawn = count(&mut order.iter().take(n).map(|row| all[*row as usize]));
        seen <= distance(&drawn)
    });
    far.count() as f64 / f64::from(TIMES)
}
