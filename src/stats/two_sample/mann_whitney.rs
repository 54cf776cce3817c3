//! Mann and Whitney's test of two samples.

use super::{How, Outcome, Step, Test, Undefined, sizes};
use crate::stats::special::{normal_sf, normal_two_sided};

/// Rows of the smaller sample up to which orders are counted, as scipy does.
const EXACT: u64 = 8;
/// Pairs at most whose orders are counted.
const MOST: u64 = 1_000_000;

/// U of the first sample: pairs in which its row is the larger one, equal ones counting half.
///
/// p-value, two-sided: where the smaller sample has at most 8 rows and no two values are equal the orders are
/// counted (of at most a million pairs); else by the normal distribution, with the variance that ties leave and
/// a half pair taken off.
///
/// Sources: H. B. Mann and D. R. Whitney (1947), *On a test of whether one of two random variables is
/// stochastically larger than the other*; E. L. Lehmann (1975), *Nonparametrics*, 1.4 (ties).
///
/// # Errors
/// Where a sample is empty.
pub fn mann_whitney(steps: &[Step]) -> Outcome {
    let ranks = Ranks::of(steps)?;
    let statistic = ranks.u();
    let far = statistic.max(ranks.pairs() - statistic);
    let (p, how) = match ranks.counted(far) {
        Some(p) => (2.0 * p, How::Exact),
        None => (two_sided(ranks.z(far)), How::Asymptotic),
    };
    Ok(Test {
        statistic,
        p: p.min(1.0),
        how,
    })
}

/// 2 P(Z > z), at most 1.
fn two_sided(z: f64) -> f64 {
    if z > 0.0 { normal_two_sided(z) } else { 1.0 }
}

/// The same against the one alternative that the first sample is the smaller one.
///
/// # Errors
/// Where a sample is empty.
pub fn mann_whitney_less(steps: &[Step]) -> Outcome {
    let ranks = Ranks::of(steps)?;
    let statistic = ranks.u();
    let far = ranks.pairs() - statistic;
    let (p, how) = match ranks.counted(far) {
        Some(p) => (p, How::Exact),
        None => (normal_sf(ranks.z(far)), How::Asymptotic),
    };
    Ok(Test { statistic, p, how })
}

/// What is known of the ranks.
struct Ranks {
    n: u64,
    m: u64,
    /// Twice U, which is whole.
    twice: u128,
    /// Σ t³ − t over values that t rows have.
    ties: f64,
}

impl Ranks {
    fn of(steps: &[Step]) -> Result<Self, Undefined> {
        let (n, m) = sizes(steps)?;
        let (mut twice, mut below, mut ties) = (0u128, 0u64, 0.0);
        for (a, b) in steps {
            twice += u128::from(*a) * u128::from(2 * below + b);
            below += b;
            let t = (a + b) as f64;
            ties += t * (t * t - 1.0);
        }
        Ok(Self { n, m, twice, ties })
    }

    fn u(&self) -> f64 {
        self.twice as f64 / 2.0
    }

    fn pairs(&self) -> f64 {
        self.n as f64 * self.m as f64
    }

    /// How many standard deviations a sum of pairs is above its mean, half a pair taken off.
    fn z(&self, u: f64) -> f64 {
        let all = self.n as f64 + self.m as f64;
        let ties = self.ties / (all * (all - 1.0));
        let spread = (self.pairs() / 12.0 * (all + 1.0 - ties)).max(0.0).sqrt();
        let off = u - self.pairs() / 2.0 - 0.5;
        if spread > 0.0 {
            off / spread
        } else {
            f64::NEG_INFINITY
        }
    }

    /// P(U ≥ u) by counting, where that is done.
    fn counted(&self, u: f64) -> Option<f64> {
        let (few, many) = (self.n.min(self.m), self.n.max(self.m));
        if few > EXACT || self.ties > 0.0 || few * many > MOST {
            return None;
        }
        // Coefficients of Π (1 − q^(many + i)) / (1 − q^i): how many orders have which U. Each factor leaves
        // whole numbers.
        let most = (few * many) as usize;
        let mut orders = vec![0u128; most + 1];
        orders[0] = 1;
        for i in 1..=few {
            let (more, less) = ((many + i) as usize, i as usize);
            for at in (more..=most).rev() {
                let other = orders[at - more];
                orders[at] = orders[at].wrapping_sub(other);
            }
            for at in less..=most {
                let other = orders[at - less];
                orders[at] = orders[at].wrapping_add(other);
            }
        }
        let from = libm::ceil(u) as usize;
        let sum = |part: &[u128]| part.iter().map(|c| *c as f64).sum::<f64>();
        Some(sum(orders.get(from..).unwrap_or(&[])) / sum(&orders))
    }
}
