//! Columns as streams: what to watch of counts by window.
//!
//! An ordered column is watched by the first four components of Neyman's smooth test: means of the orthonormal
//! Legendre polynomials of the rank among the baseline's values, which tell location, spread, and two further
//! shapes, each near to standard deviations of a normal variable (J. Neyman 1937, *»Smooth test« for goodness of
//! fit*). The first is Mann and Whitney's test. A column of words is watched by the share of each word that is told,
//! of all others together, and of words that the baseline does not know. Where chance made the choice of those that are
//! told, their shares are compared with rows that had no part in it ([`super::chosen`]). Which words are unknown
//! is a matter of chance, too: words that stand in one row of the baseline could as well have been unknown, and
//! their share is what the share of unknown words is compared with (I. J. Good 1953, *The population frequencies
//! of species and the estimation of population parameters*).

use super::chosen::surely_more;
use super::{Kind, Least, Reading, Side, Stream};

/// The parts of a column's budget that the components have.
const COMPONENTS: [f64; 4] = [0.4, 0.3, 0.15, 0.15];
/// The part of a column's budget that missing cells have, and that cells of another type have.
const MISSING: f64 = 0.15;
/// Changes that are worth an alarm, near to standard deviations.
pub const LEAST: f64 = 0.1;

/// A column in one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    /// Cells by bin or word; of words the last two are all others that the baseline has, and those that it has
    /// not.
    pub cells: Vec<u64>,
    /// Cells that are missing.
    pub missing: u64,
    /// Cells that hold what is no value of the column: texts among numbers, and what is not finite.
    pub wrong: u64,
    /// Where in a season the window lies.
    pub phase: u32,
}

/// What a stream of a column tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// A component, from 1 on: location, spread, asymmetry, peakedness.
    Shape(u8),
    /// The share of a word, by its place.
    Word(usize),
    /// The share of all other words, known or not.
    Rest,
    /// The share of words that the baseline does not know.
    Unknown,
    /// The share of missing cells.
    Missing,
    /// The share of cells of another type.
    WrongType,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Of<'a> {
    /// Bins in their order.
    Bins,
    /// Words, so many of which stand in one row of the baseline; `None` where that is not known.
    Words(Option<u64>, Option<Half<'a>>),
}

/// A baseline of words that were chosen by the half of its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Half<'a> {
    /// Rows of the most frequent word that is not told ([`super::chosen::Chosen::by_half`]).
    pub next: u64,
    /// The windows of the baseline by the other half of their rows.
    pub baseline: &'a [Counts],
}

/// The streams of a column, which share `part` of the budget. `windows`: `None` where a window has no rows.
#[must_use]
pub fn streams(
    of: Of<'_>,
    baseline: &[Counts],
    windows: &[Option<Counts>],
    part: f64,
) -> Vec<(Aspect, Stream)> {
    let places = baseline
        .iter()
        .chain(windows.iter().flatten())
        .map(|c| c.cells.len());
    let places = places.max().unwrap_or(0);
    let mut known = vec![0_u64; places];
    for counts in baseline {
        for (sum, n) in known.iter_mut().zip(&counts.cells) {
            *sum += n;
        }
    }
    let mut out = Vec::new();
    let all = |c: &Counts| c.missing + c.wrong + c.cells.iter().sum::<u64>();
    // A column that the baseline has not is new, and nothing of it can be compared.
    if baseline.iter().all(|c| c.missing == all(c)) {
        return out;
    }
    let mut rest = 1.0;
    for aspect in [Aspect::Missing, Aspect::WrongType] {
        let count = |c: &Counts| match aspect {
            Aspect::Missing => c.missing,
            _ => c.wrong,
        };
        let mut periods = baseline.iter().chain(windows.iter().flatten());
        if periods.any(|c| count(c) > 0) {
            let stream = share(baseline, windows, part * MISSING, |c| (count(c), all(c)));
            out.push((aspect, stream));
            rest -= MISSING;
        }
    }
    let met: u64 = known.iter().sum();
    if met == 0 {
        return out;
    }
    match of {
        Of::Bins => {
            let left = known.iter().filter(|n| **n > 0).count().saturating_sub(1);
            let count = left.clamp(1, COMPONENTS.len());
            let whole: f64 = COMPONENTS[..count].iter().sum();
            for (at, component) in COMPONENTS[..count].iter().enumerate() {
                let stream = shape(
                    &known,
                    at,
                    (baseline, windows),
                    part * rest * component / whole,
                );
                out.push((Aspect::Shape(at as u8 + 1), stream));
            }
        }
        Of::Words(once, half) => {
            words(
                &known,
                (once, half),
                (baseline, windows),
                part * rest,
                &mut out,
            );
        }
    }
    out
}

/// The streams of words.
fn words(
    known: &[u64],
    (once, half): (Option<u64>, Option<Half<'_>>),
    (baseline, windows): (&[Counts], &[Option<Counts>]),
    part: f64,
    out: &mut Vec<(Aspect, Stream)>,
) {
    let told = known.len().saturating_sub(2);
    let rows = |c: &Counts| c.cells.iter().sum::<u64>();
    let rest = |c: &Counts| (c.cells.iter().skip(told).sum::<u64>(), rows(c));
    let mut all = baseline.iter().chain(windows.iter().flatten());
    let has_rest = all.any(|c| rest(c).0 > 0);
    // Where all others are unknown ones, these tell it.
    let mut all = baseline.iter().chain(windows.iter().flatten());
    let only_unknown = once.is_some() && all.all(|c| c.cells.get(told).is_none_or(|n| *n == 0));
    let mut watched: Vec<(Aspect, Stream)> = Vec::new();
    // Of two words the share of one is told by that of the other.
    let both = told == 2 && !has_rest;
    for (at, of_baseline) in known.iter().enumerate().take(if both { 1 } else { told }) {
        let hits = |c: &Counts| (c.cells.get(at).copied().unwrap_or(0), rows(c));
        let by_chance = half.filter(|half| !surely_more(*of_baseline, half.next));
        let before = by_chance.map_or(baseline, |half| half.baseline);
        watched.push((Aspect::Word(at), share(before, windows, 0.0, hits)));
    }
    if has_rest && !only_unknown {
        let before = half.map_or(baseline, |half| half.baseline);
        watched.push((Aspect::Rest, share(before, windows, 0.0, rest)));
    }
    let new = |c: &Counts| (c.cells.get(told + 1).copied().unwrap_or(0), rows(c));
    if let Some(once) = once
        && windows.iter().flatten().any(|c| new(c).0 > 0)
    {
        let whole = Counts {
            cells: vec![known.iter().sum()],
            ..Counts::default()
        };
        let before = |c: &Counts| (once, rows(c));
        let stream = shares((std::slice::from_ref(&whole), before), (windows, new), 0.0);
        watched.push((Aspect::Unknown, stream));
    }
    let part = part / watched.len().max(1) as f64;
    for (aspect, mut stream) in watched {
        stream.part = part;
        out.push((aspect, stream));
    }
}

/// The stream of a share: hits and rows of a window.
#[must_use]
pub fn share(
    baseline: &[Counts],
    windows: &[Option<Counts>],
    part: f64,
    of: impl Fn(&Counts) -> (u64, u64),
) -> Stream {
    shares((baseline, &of), (windows, &of), part)
}

/// The same, where hits of the baseline are something else than those of windows.
fn shares(
    (baseline, before): (&[Counts], impl Fn(&Counts) -> (u64, u64)),
    (windows, after): (&[Option<Counts>], impl Fn(&Counts) -> (u64, u64)),
    part: f64,
) -> Stream {
    let all = baseline.iter().map(&before);
    let (hits, rows) = all.fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    // A share of 0 has some variance too.
    let p = (hits as f64 + 0.5) / (rows as f64 + 1.0);
    let reading = |(hits, rows): (u64, u64), phase: u32| {
        let n = rows as f64;
        (rows > 0).then(|| Reading {
            value: hits as f64 / n,
            variance: p * (1.0 - p) / n,
            own: hits as f64 / n * (1.0 - hits as f64 / n) / n,
            rows: n,
            phase,
        })
    };
    let of = |w: &Option<Counts>| w.as_ref().and_then(|c| reading(after(c), c.phase));
    let known = baseline.iter().filter_map(|c| reading(before(c), c.phase));
    Stream {
        baseline: known.collect(),
        total: None,
        windows: windows.iter().map(of).collect(),
        kind: Kind::Share,
        side: Side::Either,
        least: Least::Angle(LEAST),
        part,
    }
}

/// The stream of a component of an ordered column.
fn shape(
    known: &[u64],
    component: usize,
    (baseline, windows): (&[Counts], &[Option<Counts>]),
    part: f64,
) -> Stream {
    let all: u64 = known.iter().sum();
    let mut below = 0_u64;
    // A value's rank is the middle of those that are equal to it.
    let scores = known.iter().map(|n| {
        let rank = (below as f64 + 0.5 * *n as f64) / all as f64;
        below += n;
        legendre(component, rank)
    });
    let scores: Vec<f64> = scores.collect();
    let moment = |middle: f64, power: i32| {
        let terms = scores.iter().zip(known).map(|(s, n)| {
            let off = s - middle;
            let term = if power == 1 {
                off
            } else if power == 2 {
                off * off
            } else {
                off * off * off
            };
            *n as f64 * term
        });
        terms.sum::<f64>() / all as f64
    };
    let mean = moment(0.0, 1);
    let variance = moment(mean, 2);
    let reading = |c: &Counts| {
        let rows: u64 = c.cells.iter().sum();
        let n = rows as f64;
        let of = scores.iter().zip(&c.cells);
        let (sum, squares) = of.fold((0.0, 0.0), |(sum, squares), (s, n)| {
            let n = *n as f64;
            (sum + s * n, squares + s * s * n)
        });
        (rows > 0).then(|| Reading {
            value: sum / n,
            variance: variance / n,
            own: (squares / n - sum / n * (sum / n)).max(0.0) / n,
            rows: n,
            phase: c.phase,
        })
    };
    Stream {
        baseline: baseline.iter().filter_map(reading).collect(),
        total: None,
        windows: windows
            .iter()
            .map(|w| w.as_ref().and_then(reading))
            .collect(),
        kind: Kind::Mean {
            skewness: match variance > 0.0 {
                true => moment(mean, 3) / (variance * variance.sqrt()),
                false => 0.0,
            },
        },
        side: Side::Either,
        least: Least::Absolute(LEAST),
        part,
    }
}

/// Orthonormal Legendre polynomials on 0 … 1, the first one that is no constant at 0.
fn legendre(component: usize, u: f64) -> f64 {
    let x = 2.0 * u - 1.0;
    let (order, value) = match component {
        0 => (1.0, x),
        1 => (2.0, 0.5 * (3.0 * x * x - 1.0)),
        2 => (3.0, 0.5 * x * (5.0 * x * x - 3.0)),
        _ => (4.0, 0.125 * (x * x * (35.0 * x * x - 30.0) + 3.0)),
    };
    f64::sqrt(2.0 * order + 1.0) * value
}

#[cfg(test)]
mod tests {
    use super::super::watch;
    use super::*;

    #[test]
    fn polynomials_are_orthonormal() {
        let n = 20_000;
        for a in 0..4 {
            for b in 0..4 {
                let at = |i: u32| (f64::from(i) + 0.5) / f64::from(n);
                let sum: f64 = (0..n)
                    .map(|i| legendre(a, at(i)) * legendre(b, at(i)))
                    .sum();
                let want = f64::from(u8::from(a == b));
                assert!((sum / f64::from(n) - want).abs() < 1e-6, "{a} {b}");
            }
        }
    }

    #[test]
    fn texts_among_numbers_are_told_from_what_is_missing() {
        let of = |missing: u64, wrong: u64| Counts {
            cells: vec![500, 500 - missing - wrong],
            missing,
            wrong,
            phase: 0,
        };
        let windows = [Some(of(20, 0)), Some(of(20, 40)), Some(of(80, 0))];
        let streams = streams(Of::Bins, &vec![of(20, 0); 5], &windows, 1.0);
        assert_eq!(streams[0].0, Aspect::Missing);
        assert_eq!(streams[1].0, Aspect::WrongType);
        let parts: f64 = streams.iter().map(|s| s.1.part).sum();
        assert!((parts - 1.0).abs() < 1e-12, "{parts}");
        let streams: Vec<Stream> = streams.into_iter().map(|s| s.1).collect();
        let raised: Vec<Vec<usize>> = (watch(&streams, 30.0).iter())
            .map(|v| v.alarms.iter().map(|a| a.raised).collect())
            .collect();
        assert_eq!(raised[..2], [vec![2], vec![1]]);
    }

    #[test]
    fn a_word_that_the_baseline_does_not_know_is_seen() {
        let of = |cells: [u64; 5]| Counts {
            cells: cells.into(),
            ..Counts::default()
        };
        let usual = || of([500, 480, 20, 0, 0]);
        let windows = [Some(usual()), Some(of([490, 470, 18, 0, 22])), None];
        let streams = streams(Of::Words(Some(0), None), &vec![usual(); 5], &windows, 1.0);
        let aspects: Vec<Aspect> = streams.iter().map(|s| s.0).collect();
        assert_eq!(
            aspects,
            [
                Aspect::Word(0),
                Aspect::Word(1),
                Aspect::Word(2),
                Aspect::Unknown
            ]
        );
        let streams: Vec<Stream> = streams.into_iter().map(|s| s.1).collect();
        let found = watch(&streams, 30.0);
        let alarms: Vec<usize> = found.iter().map(|v| v.alarms.len()).collect();
        assert_eq!(alarms, [0, 0, 0, 1]);
    }
}
