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
/// Correlations are Spearman's, of ranks, so that no single value makes one. Fisher's z of both are taken from
/// each other, with variance (1 + ρ²/2)/(n − 3) each, ρ that of both samples together. Rows of which one of the two
/// is missing are left out of the pair. Many pairs make many tests: correct for it ([`crate::stats::multiple`]).
///
/// Sources: C. Spearman (1904), *The proof and measurement of association between two things*; D. G. Bonett and
/// T. A. Wright (2000), *Sample size requirements for estimating Pearson, Kendall and Spearman correlations*
/// (the variance).
#[must_use]
pub fn changes(before: &[&[f64]], after: &[&[f64]]) -> Vec<Pair> {
    let mut out = Vec::new();
    let width = before.len().min(after.len());
    for i in 0..width {
        for j in i + 1..width {
            let of = |columns: &[&[f64]]| spearman(columns[i], columns[j]);
            let (Some((a, n)), Some((b, m))) = (of(before), of(after)) else {
                continue;
            };
            // In z an exact correlation is infinite: at most as sure as the rows allow.
            let held = |r: f64, n: f64| r.clamp(-1.0 + 1.0 / n, 1.0 - 1.0 / n);
            let (x, y) = (libm::atanh(held(a, n)), libm::atanh(held(b, m)));
            let rho = libm::tanh((x * n + y * m) / (n + m));
            let variance = (1.0 + 0.5 * rho * rho) * (1.0 / (n - 3.0) + 1.0 / (m - 3.0));
            out.push(Pair {
                columns: (i, j),
                before: a,
                after: b,
                p: normal_two_sided((x - y) / variance.sqrt()),
            });
        }
    }
    out.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.columns.cmp(&b.columns)));
    out
}

/// Spearman's correlation of the rows that have both, and how many these are. `None` for fewer than ten, or where one
/// column does not vary.
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let both = x.iter().zip(y).filter(|(x, y)| !x.is_nan() && !y.is_nan());
    let (x, y): (Vec<f64>, Vec<f64>) = both.unzip();
    let n = x.len();
    if n < 10 {
        return None;
    }
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
    ranks
}
