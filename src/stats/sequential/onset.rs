//! When a change began.
//!
//! Windows before it lie at the baseline, which is off by its own error, and those from it on at another
//! level. For every window as the first changed one, twice the logarithm of the likelihood ratio against no
//! change is a squared z; the most likely one is told, with all those whose likelihood is not smaller by more
//! than a factor. For a known size of the change this factor, 2/0.05, covers the true start in at least 95 %:
//! on either side of it likelihood ratios are martingales with mean 1, of which one that starts at 1 exceeds x
//! with a chance of 1/x at most (J. Ville 1939); D. Siegmund (1988), *Confidence sets in change-point
//! problems*, has such sets.

/// ln(2/0.05).
const FACTOR: f64 = 3.688_879_454_113_936;

/// The first changed window, and the first and last window that it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// The most likely one.
    pub best: usize,
    /// The first one that it may be, at 95 %.
    pub low: usize,
    /// The last one.
    pub high: usize,
}

/// Of windows by difference from the baseline and own variance, `shared` the variance of the baseline itself.
/// `sign`: changes this way only; 0 for both. `latest`: the last window that it may be.
#[must_use]
pub fn onset(windows: &[(f64, f64)], shared: f64, sign: f64, latest: usize) -> Option<Onset> {
    let add = |sum: (f64, f64), w: &(f64, f64)| (sum.0 + 1.0 / w.1, sum.1 + w.0 / w.1);
    let total = windows.iter().fold((0.0, 0.0), add);
    // What is known of the baseline's own error before any window: that it is 0, give or take.
    let prior = if shared > 0.0 {
        1.0 / shared
    } else {
        f64::INFINITY
    };
    let mut before = (0.0, 0.0);
    let mut likely: Vec<f64> = Vec::with_capacity(windows.len());
    for window in windows.iter().take(latest + 1) {
        let after = (total.0 - before.0, total.1 - before.1);
        let known = prior + before.0;
        let change = after.1 / after.0 - before.1 / known;
        let z = change / (1.0 / after.0 + 1.0 / known).sqrt();
        let z = if sign == 0.0 { z } else { (z * sign).max(0.0) };
        likely.push(0.5 * z * z);
        before = add(before, window);
    }
    let (best, most) = likely
        .iter()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |best, (i, l)| {
            if *l > best.1 { (i, *l) } else { best }
        });
    let within = |l: &f64| *l >= most - FACTOR;
    Some(Onset {
        best,
        low: likely.iter().position(within)?,
        high: likely.iter().rposition(within)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_step_is_dated() {
        let step: Vec<(f64, f64)> = (0..12)
            .map(|i| (if i < 7 { 0.1 } else { 5.0 }, 1.0))
            .collect();
        let found = onset(&step, 0.2, 0.0, 11).unwrap();
        assert_eq!((found.best, found.low, found.high), (7, 7, 7));
        let found = onset(&step, 0.0, 1.0, 11).unwrap();
        assert_eq!(found.best, 7);
        let found = onset(&step, 0.2, 0.0, 5).unwrap();
        assert_eq!(found.best, 5, "what was raised then began by then");
        let small: Vec<(f64, f64)> = step.iter().map(|w| (w.0 / 4.0, 1.0)).collect();
        let found = onset(&small, 0.2, 0.0, 11).unwrap();
        assert!(found.low < 7 && found.high >= 7, "{found:?}");
        assert_eq!(onset(&[], 0.1, 0.0, 0), None);
    }
}
