//! How far a number lies beyond all that were as large before.

/// Peaks that are remembered.
const PEAKS: usize = 14;
/// How many of them the tail is fitted to; the levels of all these are averaged, as which one is chosen
/// changes more than any other choice.
const FITS: [usize; 5] = [6, 8, 10, 12, 14];
/// Fewer peaks tell nothing.
const FEWEST: usize = 3;
/// Points within which a larger number belongs to the same peak.
const APART: u64 = 5;
/// How much a rare thing counts for more after a long past: 1 would give the chance at one point, 0 the
/// number expected in all of the past.
const PAST: f64 = 0.2;
/// Added to the sum of logarithms, so that a few equal peaks do not make the next one infinitely rare.
const PRIOR: f64 = 0.2;

/// The largest peaks of a series of numbers from 0 up.
///
/// **Formula.** Let u be the m-th largest of n numbers so far, and S the sum of ln(xᵢ/u) over the m − 1
/// larger ones. Where the tail is Pareto's, which any heavy one is nearly, ln(x/u) is exponential, and the
/// chance that a further one is as large as x, its unknown scale integrated out, is
/// (1 + ln(x/u)/S)^−(m−1): Hill's estimate (B. Hill 1975, *A simple general approach to inference about the
/// tail of a distribution*) with its own error taken into account. The level is −log₁₀ of that, with m for
/// m − 1, S + 0.2 for S, and 0.2·log₁₀(n/m) added; the mean over [`FITS`]. Peaks over a threshold of a stream
/// are the idea of SPOT (A. Siffer et al. 2017, *Anomaly detection in streams with extreme value theory*).
///
/// Only ratios count, so that numbers of any unit have the same levels.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    /// Largest first: the number, its logarithm, and where it was.
    peaks: Vec<(f64, f64, u64)>,
    /// Where the last peak is that was remembered.
    last: Option<u64>,
    seen: u64,
}

impl Tail {
    /// How rare it is, before it is counted itself: 0 for what was often as large, 1 for what is ten times
    /// rarer than all that was.
    pub fn level(&self, x: f64) -> f64 {
        if self.peaks.len() < FEWEST || x <= self.last_peak() {
            return 0.0;
        }
        let log = libm::log(x);
        let levels = FITS.iter().map(|&fit| self.fitted(fit, x, log));
        levels.sum::<f64>() / FITS.len() as f64
    }

    fn last_peak(&self) -> f64 {
        self.peaks.last().map_or(0.0, |p| p.0)
    }

    fn fitted(&self, fit: usize, x: f64, log: f64) -> f64 {
        let m = fit.min(self.peaks.len());
        let (u, log_u, _) = self.peaks[m - 1];
        if x <= u {
            return 0.0;
        }
        let sum: f64 = self.peaks[..m - 1].iter().map(|p| p.1 - log_u).sum();
        let rare = m as f64 * libm::log10(1.0 + (log - log_u) / (sum + PRIOR));
        (rare + PAST * libm::log10(self.seen as f64 / m as f64)).max(0.0)
    }

    /// Counts a number at a place.
    pub fn push(&mut self, x: f64, at: u64) {
        self.seen += 1;
        if x <= 0.0 {
            return;
        }
        let same = |p: &(f64, f64, u64)| Some(p.2) == self.last && at - p.2 < APART;
        if let Some(peak) = self.peaks.iter().position(same) {
            if x > self.peaks[peak].0 {
                self.peaks.remove(peak);
                self.insert(x, at);
            }
        } else if self.peaks.len() < PEAKS || x > self.last_peak() {
            self.insert(x, at);
            self.peaks.truncate(PEAKS);
        }
    }

    fn insert(&mut self, x: f64, at: u64) {
        let place = self.peaks.partition_point(|p| p.0 >= x);
        self.peaks.insert(place, (x, libm::log(x), at));
        self.last = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_is_rarer_and_units_do_not_count() {
        let (mut one, mut other) = (Tail::default(), Tail::default());
        for at in 0..400_u64 {
            let x = ((at * 7919) % 101) as f64;
            one.push(x, at);
            other.push(x * 1024.0, at);
        }
        let levels: Vec<f64> = [1.0, 99.0, 101.0, 150.0, 1e3, 1e9]
            .iter()
            .map(|x| one.level(*x))
            .collect();
        assert_eq!(levels[0], 0.0);
        assert!(levels.windows(2).all(|w| w[0] <= w[1]), "{levels:?}");
        assert!(levels[5] > 3.0);
        assert!((other.level(150.0 * 1024.0) - one.level(150.0)).abs() < 1e-9);
        assert_eq!(one.peaks.len(), PEAKS);
    }

    #[test]
    fn the_level_is_the_formula() {
        let mut tail = Tail::default();
        for (k, x) in [16.0, 8.0, 4.0].into_iter().enumerate() {
            tail.push(x, 10 * k as u64);
        }
        // Three peaks: every fit is to them. u = 4, S = ln 4 + ln 2.
        let ln2 = std::f64::consts::LN_2;
        let expected = 3.0 * (1.0 + 3.0 * ln2 / (3.0 * ln2 + PRIOR)).log10();
        assert!((tail.level(32.0) - expected).abs() < 1e-12);
    }

    #[test]
    fn one_peak_is_counted_once() {
        let mut tail = Tail::default();
        for at in 0..4 {
            tail.push(1.0 + at as f64, at);
        }
        assert_eq!(tail.peaks.len(), 1);
        assert_eq!(tail.peaks[0].0, 4.0);
    }
}
