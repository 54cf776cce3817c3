//! Orders of two samples' rows, counted where values are tied: how many get as far apart at the end of a step.
//!
//! An order is a path: after `seen` rows, `k` of them are of the smaller sample. At the end of a step it is within the
//! band where the two distribution functions are nearer than a distance, or has left it. Only the places within the
//! band are counted, so that the work is rows × the width of the band, and all terms are positive, so that small
//! chances are right as well.

use super::Step;

/// The sizes of two samples and how far apart their distribution functions get, times n m.
#[derive(Clone, Copy)]
pub(super) struct Band {
    few: u64,
    many: u64,
    far: u128,
}

/// The chance to have left the band, of paths to each `k` from `from` on; 1 for all others.
struct Left {
    from: u64,
    chances: Vec<f64>,
}

impl Left {
    fn at(&self, k: u64) -> f64 {
        let place = k.checked_sub(self.from).map(|at| at as usize);
        let chance = place.and_then(|at| self.chances.get(at));
        chance.copied().unwrap_or(1.0)
    }
}

impl Band {
    pub(super) const fn of(n: u64, m: u64, far: u128) -> Self {
        match n < m {
            true => Self {
                few: n,
                many: m,
                far,
            },
            false => Self {
                few: m,
                many: n,
                far,
            },
        }
    }

    /// The places of `k` within the band after so many rows, from … to; some may not be possible.
    pub(super) fn within(&self, seen: u64) -> (i128, i128) {
        let all = i128::from(self.few) + i128::from(self.many);
        let (middle, far) = (
            i128::from(seen) * i128::from(self.few),
            i128::try_from(self.far).unwrap_or(i128::MAX / 2),
        );
        let from = (middle - far).div_euclid(all) + 1;
        let to = (middle + far + all - 1).div_euclid(all);
        (from, to)
    }

    /// Those of them that are possible.
    fn possible(&self, seen: u64, (from, to): (i128, i128)) -> (u64, u64) {
        let least = i128::from(seen.saturating_sub(self.many));
        let most = i128::from(self.few.min(seen)) + 1;
        (from.clamp(least, most) as u64, to.clamp(least, most) as u64)
    }

    /// About the additions that [`Self::counted`] takes.
    pub(super) fn work(&self, steps: &[Step]) -> f64 {
        let all = self.few as f64 + self.many as f64;
        let share = self.few as f64 / all;
        let width = (2.0 * self.far as f64 / all + 2.0).min(self.few as f64 + 1.0);
        let of = |(a, b): &Step| {
            let rows = (a + b) as f64;
            // Where a leap's terms end: at 40 standard deviations to either side.
            let leap = 80.0 * (rows * share * (1.0 - share)).sqrt() + 2.0;
            (rows * (width + rows)).min(2.0 * width * rows.min(leap))
        };
        steps.iter().map(of).sum()
    }

    /// The share of all orders of these values that leave the band at the end of a step.
    pub(super) fn counted(&self, steps: &[Step]) -> f64 {
        let mut left = Left {
            from: 0,
            chances: vec![0.0],
        };
        let mut seen = 0_u64;
        for (a, b) in steps {
            let rows = a + b;
            let (from, to) = self.possible(seen + rows, self.within(seen + rows));
            if to <= from {
                return 1.0;
            }
            if rows > left.chances.len() as u64 + (to - from) {
                seen += rows;
                left = leap(&left, (from, to), seen, rows);
                continue;
            }
            for more in (0..rows).rev() {
                seen += 1;
                let reached = i128::from(left.from) + left.chances.len() as i128 + 1;
                // Within a step a path may leave the band and come back.
                let range = match more {
                    0 => (from, to),
                    _ => self.possible(seen, (i128::from(left.from), reached)),
                };
                left = step(&left, range, seen);
            }
        }
        left.at(self.few)
    }
}

/// A row further: a path to `k` of `seen` came from `k` − 1 in `k` of `seen` orders.
fn step(left: &Left, (from, to): (u64, u64), seen: u64) -> Left {
    let rows = seen as f64;
    let chance = |k: u64| {
        let own = k.checked_sub(1).map_or(0.0, |k| left.at(k)) * k as f64;
        (own + left.at(k) * (rows - k as f64)) / rows
    };
    Left {
        from,
        chances: (from..to).map(chance).collect(),
    }
}

/// Many rows further at once: how many of them are of the smaller sample is hypergeometric.
fn leap(left: &Left, (from, to): (u64, u64), seen: u64, rows: u64) -> Left {
    let chance = |k: u64| {
        // Of `k` marked rows among `seen`, j among the last ones.
        let others = seen - k;
        let (least, most) = (rows.saturating_sub(others), rows.min(k));
        let likely = (u128::from(rows + 1) * u128::from(k + 1) / u128::from(seen + 2)) as u64;
        let middle = likely.clamp(least, most);
        let (n, own, rest) = (rows as f64, k as f64, others as f64);
        let up = |j: f64| (own - j) * (n - j) / ((j + 1.0) * (rest - n + j + 1.0));
        let (mut sum, mut out) = (1.0, left.at(k - middle));
        let (mut j, mut term) = (middle, 1.0);
        while j < most && term > 0.0 {
            term *= up(j as f64);
            j += 1;
            sum += term;
            out += term * left.at(k - j);
        }
        (j, term) = (middle, 1.0);
        while j > least && term > 0.0 {
            j -= 1;
            term /= up(j as f64);
            sum += term;
            out += term * left.at(k - j);
        }
        out / sum
    };
    Left {
        from,
        chances: (from..to).map(chance).collect(),
    }
}
