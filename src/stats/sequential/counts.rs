//! How many rows a window has, as a number that is watched.
//!
//! Counts of windows vary by a factor: what is watched is their logarithm. Where nothing changes the logarithm of a
//! count that varies much has a long tail below, as of a gamma variable, and the count itself one above, as of a
//! lognormal one. So a difference δ of logarithms is bent below 0: 3 (exp(δ/3) − 1), which makes a gamma variable near to
//! normal (E. B. Wilson and M. M. Hilferty 1931, *The distribution of chi-square*), and is left as it is above: neither
//! tail makes more alarms than a normal variable would. No count, however small, is then more than 3 away.
//!
//! Nothing is taken to vary by chance alone: a window's variance is 1/count (Poisson) and the square of [`LUMPS`], and a
//! multiple of that is learned as of every stream. Days of a service hang together, so means of windows are taken to
//! vary as those of a first-order autoregression with the coefficient [`NEIGHBOURS`].

use super::fit::Fit;
use super::{Kind, Least, Reading, Side, Stream};
use std::collections::BTreeMap;

/// What windows vary by at least beside chance, as a part of their count.
const LUMPS: f64 = 0.05;
/// The correlation of a window's count with that of its neighbour.
const NEIGHBOURS: f64 = 0.5;
/// How many times as many rows, or as few, are worth an alarm.
pub const LEAST: f64 = 2.0;

/// A difference of logarithms as it is watched.
#[must_use]
pub fn bend(difference: f64) -> f64 {
    match difference < 0.0 {
        true => 3.0 * (libm::exp(difference / 3.0) - 1.0),
        false => difference,
    }
}

/// The factor between two counts whose bent difference this is; from 0 on.
#[must_use]
pub fn factor(bent: f64) -> f64 {
    match bent < 0.0 {
        true => libm::pow((1.0 + bent / 3.0).max(0.0), 3.0),
        false => libm::exp(bent),
    }
}

/// How many times as much the mean of so many windows in a row varies as if they were independent.
pub(super) fn together(windows: f64) -> f64 {
    let (mut sum, mut near, mut apart) = (1.0, NEIGHBOURS, 1.0);
    while apart < windows && near > 1e-6 {
        sum += 2.0 * (1.0 - apart / windows) * near;
        (near, apart) = (near * NEIGHBOURS, apart + 1.0);
    }
    sum
}

/// The variance that windows show about their mean, and its degrees of freedom, as of windows that hang together: these
/// differ less from their own mean, and tell less of it.
pub(super) fn apart(multiple: f64, windows: f64, df: f64) -> (f64, f64) {
    let shown = (windows - together(windows)) / (windows - 1.0);
    let square = NEIGHBOURS * NEIGHBOURS;
    (multiple / shown, df * (1.0 - square) / (1.0 + square))
}

/// The stream of counts of windows, each with its phase; `None` for a window that is not judged.
#[must_use]
pub fn stream(baseline: &[(u64, u32)], windows: &[Option<(u64, u32)>]) -> Stream {
    let reading = |(count, phase): (u64, u32)| Reading {
        value: libm::log(count as f64 + 0.5),
        variance: 1.0,
        own: 1.0 / (count as f64 + 0.5),
        rows: 1.0,
        phase,
    };
    let mut stream = Stream {
        baseline: baseline.iter().copied().map(reading).collect(),
        total: None,
        windows: windows.iter().map(|w| w.map(reading)).collect(),
        kind: Kind::Count,
        side: Side::Either,
        least: Least::Factor(LEAST),
        part: 1.0,
    };
    // A window weighs by what it varies by, which its phase tells and not its own count.
    if let Some(fit) = Fit::of(&stream) {
        let all = stream.baseline.iter_mut();
        for reading in all.chain(stream.windows.iter_mut().flatten()) {
            let usual = libm::exp(fit.usual(reading.phase));
            reading.rows = 1.0 / (1.0 / usual + LUMPS * LUMPS);
            reading.variance = 1.0 / reading.rows;
        }
    }
    stream
}

/// Mean rows of windows `from..to` of a stream, and of the baseline's windows of the same phases: what they come to and
/// what they were. `None` without a window.
#[must_use]
pub fn means(stream: &Stream, fit: &Fit, (from, to): (usize, usize)) -> Option<(f64, f64)> {
    let count = |reading: &Reading| libm::rint(libm::exp(reading.value) - 0.5);
    let windows = stream.windows.get(from..to.min(stream.windows.len()))?;
    let (mut now, mut then, mut n) = (0.0, 0.0, 0.0);
    // Means of the baseline by phase, as they are met.
    let mut known: BTreeMap<u32, f64> = BTreeMap::new();
    for reading in windows.iter().flatten() {
        let usual = known.entry(reading.phase).or_insert_with(|| {
            let alike = stream.baseline.iter();
            let alike = alike.filter(|b| fit.is_alike(b.phase, reading.phase));
            let (sum, of) = alike.fold((0.0, 0.0), |s, b| (s.0 + count(b), s.1 + 1.0));
            match of > 0.0 {
                true => sum / of,
                false => libm::exp(fit.usual(reading.phase)),
            }
        });
        now += count(reading);
        then += *usual;
        n += 1.0;
    }
    (n > 0.0).then(|| (then / n, now / n))
}

#[cfg(test)]
mod tests {
    use super::super::watch;
    use super::*;

    #[test]
    fn bent_differences_go_back_to_factors() {
        for x in [0.001, 0.1, 0.5, 1.0, 2.0, 40.0] {
            assert!((factor(bend(libm::log(x))) / x - 1.0).abs() < 1e-12, "{x}");
        }
        assert_eq!(factor(-4.0), 0.0);
        let least = Least::Factor(2.0);
        let met = |x: f64| least.is_met(1.0, 1.0 + bend(libm::log(x)));
        assert_eq!([0.49, 0.51, 1.9, 2.1].map(met), [true, false, false, true]);
    }

    /// By 1 + 2 Σ (1 − j/k) ρ^j.
    #[test]
    fn means_of_neighbours_vary_more() {
        let near = |got: f64, want: f64| assert!((got - want).abs() < 1e-4, "{got} {want}");
        near(together(1.0), 1.0);
        near(together(2.0), 1.5);
        near(
            together(3.0),
            1.0 + 2.0 * (2.0 / 3.0 * 0.5 + 1.0 / 3.0 * 0.25),
        );
        near(together(1e9), 3.0);
    }

    fn alarms(baseline: &[u64], windows: &[u64]) -> Vec<(usize, Option<usize>)> {
        let known: Vec<(u64, u32)> = (0..).zip(baseline).map(|(i, n)| (*n, i % 7)).collect();
        let first = baseline.len() as u32;
        let judged = (first..).zip(windows).map(|(i, n)| Some((*n, i % 7)));
        let stream = stream(&known, &judged.collect::<Vec<_>>());
        let found = watch(
            &[Stream {
                part: 0.01,
                ..stream
            }],
            30.0,
        )
        .remove(0);
        found.alarms.iter().map(|a| (a.start, a.end)).collect()
    }

    #[test]
    fn a_fall_and_a_rise_are_found_and_what_is_usual_is_not() {
        let steady = [300, 310, 285, 296, 305, 290, 312, 301, 299];
        let mut windows = vec![295, 304, 288, 315];
        assert!(alarms(&steady, &windows).is_empty());
        windows.extend([30, 28, 33]);
        assert_eq!(alarms(&steady, &windows), [(4, None)]);
        windows.extend([300, 310, 290, 305, 297]);
        assert_eq!(alarms(&steady, &windows), [(4, Some(7))]);
        assert_eq!(alarms(&steady, &[301, 3_000, 2_900, 3_100]), [(1, None)]);
        // A third is seen in a baseline of such days.
        let lumpy = [300, 90, 700, 250, 40, 900, 310, 150, 500];
        assert!(alarms(&lumpy, &[100, 90, 120, 800, 60, 1_500]).is_empty());
        // Nothing at all is no more than 3 away.
        assert_eq!(alarms(&steady, &[0, 0, 0]), [(0, None)]);
    }

    #[test]
    fn weekends_are_compared_with_weekends() {
        let week = [300, 310, 290, 305, 296, 30, 25];
        let twice: Vec<u64> = week.iter().chain(&week).map(|n| n + n % 7).collect();
        assert!(alarms(&twice, &week.repeat(4)).is_empty());
        let mut fallen = week.repeat(3);
        fallen.splice(7..12, [30; 5]);
        let found = alarms(&twice, &fallen);
        assert_eq!(found.first().map(|a| a.0), Some(7), "{found:?}");
    }
}
