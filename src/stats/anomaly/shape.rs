//! How far the last points are from any stretch of the recent past.

/// Points of a stretch.
pub(super) const LENGTH: usize = 12;
/// Every so many points a stretch is kept.
const EVERY: u64 = 4;
/// Stretches that are kept, the latest ones.
const KEPT: usize = 300;
/// Fewer tell nothing.
const FEWEST: usize = 21;

/// Stretches of the past.
///
/// The distance of the last [`LENGTH`] values to the nearest of them, as vectors, is large for a shape or a
/// height that was not there before: a discord (E. Keogh, J. Lin and A. Fu 2005, *HOT SAX: efficiently finding
/// the most unusual time series subsequence*), and what nearest neighbours (V. Ishimtsev et al. 2017,
/// *Conformal k-NN anomaly detector for univariate data streams*) and adaptive resonance look at. What has come
/// once is known when it comes again.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    kept: Vec<[f64; LENGTH]>,
    /// The oldest one, once there are as many as are kept.
    oldest: usize,
}

impl Shapes {
    /// The distance of a stretch that ends at a place; then the stretch itself may be kept.
    pub fn push(&mut self, last: &[f64; LENGTH], at: u64) -> f64 {
        let nearest = self
            .kept
            .iter()
            .map(|other| distance(last, other))
            .fold(f64::INFINITY, f64::min);
        let known = self.kept.len() >= FEWEST;
        if at.is_multiple_of(EVERY) {
            if self.kept.len() < KEPT {
                self.kept.push(*last);
            } else {
                self.kept[self.oldest] = *last;
                self.oldest = (self.oldest + 1) % KEPT;
            }
        }
        if known { nearest.sqrt() } else { 0.0 }
    }
}

/// The squared distance, in four sums side by side.
fn distance(a: &[f64; LENGTH], b: &[f64; LENGTH]) -> f64 {
    let mut sums = [0.0; 4];
    for (a, b) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += (a - b) * (a - b);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_is_near_and_memory_is_bounded() {
        let mut shapes = Shapes::default();
        for at in 0..5_000 {
            let mut last = [0.0; LENGTH];
            last[at as usize % LENGTH] = 1.0;
            let far = shapes.push(&last, at);
            assert!(at < 200 || far == 0.0 || far == 2.0_f64.sqrt());
        }
        assert_eq!(shapes.kept.len(), KEPT);
        assert_eq!(
            shapes.push(&[9.0; LENGTH], 5_000),
            (11.0 * 81.0 + 64.0_f64).sqrt()
        );
    }
}
