//! Which pairs of columns hang together otherwise than before.

use crate::stats::special::normal_two_sided;

/// A pair of columns, and their correlation before and after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Places of the columns, the first below the second.
    pub columns: (usize, usize),
    /// Correlation of ranks before.
    pub before: f64,
    /// The same after.
    pub after: f64,
    /// The chance of a difference as large, were it none: two-sided.
    pub p: f64,
}

/// Every pair of columns whose correlation can be told in both samples, the most surprising first.
///
/// Correlations are Spearman's, of ranks, so that no single value makes one. Fisher's z of both are taken from each
/// other. The variance of either is that of what its rows add to it (the influence of a row on a rank correlation, its
/// part in the ranks of all others counted in), so it holds however two columns hang together and however many of their
/// values are equal; it is at least half of what it is of normal numbers, (1 + r²/2)/(n − 3). Rows of which one of the
/// two is missing are left out of the pair. Many pairs make many tests: correct for it ([`crate::stats::multiple`]).
///
/// Sources: C. Spearman (1904), *The proof and measurement of association between two things*; C. Croux and C. Dehon
/// (2010), *Influence functions of the Spearman and Kendall correlation measures*; D. G. Bonett and T. A. Wright (2000),
/// *Sample size requirements for estimating Pearson, Kendall and Spearman correlations* (of normal numbers).
#[must_use]
pub fn changes(before: &[&[f64]], after: &[&[f64]]) -> Vec<Pair> {
    let mut out = Vec::new();
    let width = before.len().min(after.len());
    for i in 0..width {
        for j in i + 1..width {
            let of = |columns: &[&[f64]]| Correlated::of(columns[i], columns[j]);
            let (Some(a), Some(b)) = (of(before), of(after)) else {
                continue;
            };
            let apart = a.z() - b.z();
            out.push(Pair {
                columns: (i, j),
                before: a.r,
                after: b.r,
                p: normal_two_sided(apart / (a.variance() + b.variance()).sqrt()),
            });
        }
    }
    out.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.columns.cmp(&b.columns)));
    out
}

/// A rank correlation, and what its rows add to it.
struct Correlated {
    r: f64,
    rows: f64,
    /// The mean square of a row's influence on r.
    square: f64,
}

impl Correlated {
    /// Of the rows that have both; `None` for fewer than ten, or where one column does not vary.
    fn of(x: &[f64], y: &[f64]) -> Option<Self> {
        let (x, y) = both(x, y)?;
        let (x, y) = (Shares::of(&x), Shares::of(&y));
        let n = x.shares.len() as f64;
        let mean = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / n;
        let (u, v) = (&x.shares[..], &y.shares[..]);
        let (xx, yy, xy) = (mean(u, u), mean(v, v), mean(u, v));
        let over = xx.sqrt() * yy.sqrt();
        if over <= 0.0 {
            return None;
        }
        let r = (xy / over).clamp(-1.0, 1.0);
        // A row moves the ranks of those above it.
        let (of_y, of_x) = (x.above(v), y.above(u));
        let (own_x, own_y) = (x.above(u), y.above(v));
        let mut square = 0.0;
        for i in 0..u.len() {
            let together = u[i] * v[i] + of_y[i] + of_x[i] - 3.0 * xy;
            let first = u[i] * u[i] + 2.0 * own_x[i] - 3.0 * xx;
            let second = v[i] * v[i] + 2.0 * own_y[i] - 3.0 * yy;
            let adds = together / over - 0.5 * r * (first / xx + second / yy);
            square += adds * adds;
        }
        Some(Self {
            r,
            rows: n,
            square: square / n,
        })
    }

    /// In z an exact correlation is infinite: at most as sure as the rows allow.
    fn held(&self) -> f64 {
        self.r.clamp(-1.0 + 1.0 / self.rows, 1.0 - 1.0 / self.rows)
    }

    fn z(&self) -> f64 {
        libm::atanh(self.held())
    }

    /// Of [`Self::z`].
    fn variance(&self) -> f64 {
        let r = self.held();
        let normal = 1.0 + 0.5 * r * r;
        let slope = 1.0 / (1.0 - r * r);
        (self.square * slope * slope).max(0.5 * normal) / (self.rows - 3.0)
    }
}

/// Rows of a column by the share of rows that are below them, less a half: ties in the middle of theirs.
struct Shares {
    shares: Vec<f64>,
    order: Vec<u32>,
}

impl Shares {
    fn of(values: &[f64]) -> Self {
        let (ranks, order) = ranked(values);
        let n = values.len() as f64;
        let middle = (n + 1.0) / 2.0;
        Self {
            shares: ranks.iter().map(|rank| (rank - middle) / n).collect(),
            order,
        }
    }

    /// Of each row the mean over all rows of what those above it have, and half of what those beside it have.
    fn above(&self, values: &[f64]) -> Vec<f64> {
        let n = values.len() as f64;
        let mut out = vec![0.0; values.len()];
        let mut sum = 0.0;
        let same = |a: &u32, b: &u32| self.shares[*a as usize] == self.shares[*b as usize];
        for group in self.order.chunk_by(same).rev() {
            let own: f64 = group.iter().map(|row| values[*row as usize]).sum();
            for row in group {
                out[*row as usize] = (sum + 0.5 * own) / n;
            }
            sum += own;
        }
        out
    }
}

/// The values of rows that have both; `None` for fewer than ten.
fn both(x: &[f64], y: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let rows = x.iter().zip(y).filter(|(x, y)| !x.is_nan() && !y.is_nan());
    let found: (Vec<f64>, Vec<f64>) = rows.unzip();
    (found.0.len() >= 10).then_some(found)
}

/// Spearman's correlation of the rows that have both, and how many these are. `None` for fewer than ten, or where one
/// column does not vary.
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (x, y) = both(x, y)?;
    let n = x.len();
    let (x, y) = (ranks(&x), ranks(&y));
    let middle = (n + 1) as f64 / 2.0;
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(&y) {
        let (x, y) = (x - middle, y - middle);
        xx += x * x;
        yy += y * y;
        xy += x * y;
    }
    let over = xx.sqrt() * yy.sqrt();
    (over > 0.0).then(|| ((xy / over).clamp(-1.0, 1.0), n as f64))
}

/// Ranks in standard deviations about their mean, NaN where a value is; `None` where they do not vary.
#[must_use]
pub fn standard_ranks(values: &[f64]) -> Option<Vec<f64>> {
    let mut ranks = ranks(values);
    let known = values.iter().filter(|x| !x.is_nan()).count() as f64;
    let middle = (known + 1.0) / 2.0;
    let mut squares = 0.0;
    for (rank, value) in ranks.iter_mut().zip(values) {
        *rank = if value.is_nan() {
            f64::NAN
        } else {
            *rank - middle
        };
        squares += if value.is_nan() { 0.0 } else { *rank * *rank };
    }
    let spread = (squares / known).sqrt();
    (spread > 0.0).then(|| ranks.iter().map(|rank| rank / spread).collect())
}

/// Ranks from 1, equal values the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    ranked(values).0
}

/// The same, and rows in their order.
fn ranked(values: &[f64]) -> (Vec<f64>, Vec<u32>) {
    let order = crate::stats::rank::sort_by_score(values);
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let value = values[order[from] as usize];
        let same = order[from..]
            .iter()
            .take_while(|i| values[**i as usize] == value);
        let to = from + same.count();
        for i in &order[from..to] {
            ranks[*i as usize] = (from + to + 1) as f64 / 2.0;
        }
        from = to;
    }
    (ranks, order)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// splitmix64, as numbers in 0 … 1.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
        }
    }

    fn normal(random: &mut Random) -> f64 {
        (0..12).fold(0.0, |x, _| x + random.next()) - 6.0
    }

    type Draw = fn(&mut Random) -> (f64, f64);

    /// Where nothing changes, p ≤ 0.05 comes in about 5 % of pairs, whatever the columns are.
    #[test]
    fn p_values_are_even_whatever_the_columns_are() {
        let kinds: [(&str, Draw); 6] = [
            ("lognormal", |r| {
                let (a, b) = (normal(r), normal(r));
                (libm::exp(a), libm::exp(0.5 * a + 0.75_f64.sqrt() * b))
            }),
            ("three values", |r| {
                let (a, b) = (normal(r), normal(r));
                let three =
                    |x: f64, far: f64| f64::from(u8::from(x > -far)) + f64::from(u8::from(x > far));
                (three(a, 1.0), three(0.5 * a + 0.75_f64.sqrt() * b, 0.5))
            }),
            ("mostly 0", |r| {
                let (a, b, none) = (normal(r), normal(r), r.next() < 0.8);
                let (x, spread) = if none {
                    (0.0, 0.4)
                } else {
                    (libm::exp(a), 1.0)
                };
                (x, 0.3 * a + spread * b)
            }),
            ("spread by the other", |r| {
                let (a, b) = (normal(r), normal(r));
                (a, a * b)
            }),
            ("a parabola", |r| {
                let (a, b) = (normal(r), normal(r));
                (a, a * a + 0.1 * b)
            }),
            ("nearly one", |r| {
                let (a, b) = (normal(r), normal(r));
                (a, 0.9 * a + 0.19_f64.sqrt() * b)
            }),
        ];
        for (seed, (name, draw)) in (1u64..).zip(kinds) {
            let mut random = Random(seed);
            let mut sample =
                |n: usize| -> (Vec<f64>, Vec<f64>) { (0..n).map(|_| draw(&mut random)).unzip() };
            let runs = 1_000;
            let mut low = 0;
            for _ in 0..runs {
                let ((a, b), (c, d)) = (sample(200), sample(300));
                let found = changes(&[&a, &b], &[&c, &d]);
                low += u32::from(found[0].p <= 0.05);
            }
            // 5 % ± three standard deviations.
            assert!((29..=71).contains(&low), "{name}: {low} of {runs}");
        }
    }
}
