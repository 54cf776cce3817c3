//! The tail of a weighed sum of squares of a Brownian bridge at some of its points: what the statistics of Cramér
//! and von Mises kind have for many rows where values come in steps.
//!
//! Q = Σ wᵢ B(tᵢ)² is Σ λⱼ χ², and 1/λⱼ are the eigenvalues of a matrix with three diagonals, because the bridge is
//! a Markov process. So Π (1 − 2 s λⱼ) is had in one walk along them for any complex s, and P(Q > x) is
//! 1/(2πi) ∫ e^(−sx) / (s √Π) ds along a parabola around the cut that begins at the smallest 1/(2λⱼ). The
//! trapezoid rule on it errs by some e^(−5/h), and no term is much larger than the sum, so that small tails keep
//! their digits.
//!
//! Sources: J. Imhof (1961), *Computing the distribution of quadratic forms in normal variables* (the integral);
//! A. Talbot (1979), *The accurate numerical inversion of Laplace transforms* (a bent path).

/// Width of a step along the parabola, in the v of u = sinh v: steps grow with the distance.
const STEP: f64 = 0.1;
/// Steps at most.
const MOST: u32 = 400;

/// P(Σ wᵢ B(tᵢ)² > x). Points are (t, w), 0 < t < 1 ascending and w > 0; others are left out. `None` without
/// any point.
pub(super) fn tail(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len());
    for (t, w) in points {
        let last = kept.last().map_or(0.0, |k| k.0);
        if *w > 0.0 && *t > last && *t < 1.0 {
            kept.push((*t, *w));
        }
    }
    if kept.is_empty() || x.is_nan() {
        return None;
    }
    if x <= 0.0 {
        return Some(1.0);
    }
    // Weights of mean 1, so that every size is one of the same order.
    let scale = kept.iter().map(|k| k.1).sum::<f64>();
    kept.iter_mut().for_each(|k| k.1 /= scale);
    let x = x / scale;
    let matrix = Tridiagonal::of(&kept);
    let cut = 0.5 * matrix.smallest();
    let from_cut = (0.5 / x).min(0.25 * cut);
    let mut sum = 0.0;
    for i in 0..MOST {
        let v = STEP * f64::from(i);
        let (u, slope) = (libm::sinh(v), libm::cosh(v));
        // s = cut + from_cut (u + i)², ds = 2 from_cut (u + i) du.
        let s = (cut + from_cut * (u * u - 1.0), 2.0 * from_cut * u);
        let root = matrix.root(s);
        let size = libm::exp(-x * s.0);
        let (sine, cosine) = (libm::sin(-x * s.1), libm::cos(-x * s.1));
        let over = times(s, root);
        let way = (2.0 * from_cut * u * slope, 2.0 * from_cut * slope);
        let value = divided(times((size * cosine, size * sine), way), over);
        // The path runs upwards; its lower half is the mirror of the upper one, and 1/(2πi) makes Im of it.
        let part = value.1 * if i == 0 { 0.5 } else { 1.0 };
        sum += part;
        let bound = libm::hypot(value.0, value.1);
        if i > 4 && bound <= 1e-17 * sum.abs() || size == 0.0 {
            break;
        }
    }
    Some((sum * STEP / std::f64::consts::PI).clamp(0.0, 1.0))
}

type Complex = (f64, f64);

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn divided(a: Complex, b: Complex) -> Complex {
    let size = b.0 * b.0 + b.1 * b.1;
    (
        (a.0 * b.0 + a.1 * b.1) / size,
        (a.1 * b.0 - a.0 * b.1) / size,
    )
}

/// The root with a real part that is not negative.
fn rooted(a: Complex) -> Complex {
    let size = libm::hypot(a.0, a.1);
    if size == 0.0 {
        return (0.0, 0.0);
    }
    if a.0 >= 0.0 {
        let real = ((size + a.0) / 2.0).sqrt();
        (real, a.1 / (2.0 * real))
    } else {
        let other = ((size - a.0) / 2.0).sqrt();
        let imaginary = other.copysign(a.1);
        (a.1 / (2.0 * imaginary), imaginary)
    }
}

/// W^(−1/2) C⁻¹ W^(−1/2), C the covariance of the bridge at the points.
struct Tridiagonal {
    diagonal: Vec<f64>,
    /// Squares of what stands beside the diagonal, from the second row on.
    beside: Vec<f64>,
    /// The pivots of the matrix itself, which are positive.
    pivots: Vec<f64>,
}

impl Tridiagonal {
    fn of(points: &[(f64, f64)]) -> Self {
        let mut diagonal = Vec::with_capacity(points.len());
        let mut beside = vec![0.0];
        for (i, (t, w)) in points.iter().enumerate() {
            let before = if i == 0 { 0.0 } else { points[i - 1].0 };
            let after = points.get(i + 1).map_or(1.0, |p| p.0);
            diagonal.push((1.0 / (t - before) + 1.0 / (after - t)) / w);
            if let Some(next) = points.get(i + 1) {
                let off = 1.0 / (next.0 - t);
                beside.push(off / w * (off / next.1));
            }
        }
        let mut pivots: Vec<f64> = Vec::with_capacity(points.len());
        // The pivots of C⁻¹ are 1/(tᵢ − tᵢ₋₁) (1 − tᵢ₋₁)/(1 − tᵢ)… from the first row on: tᵢ₊₁ / (tᵢ (tᵢ₊₁ − tᵢ)).
        for (i, (t, w)) in points.iter().enumerate() {
            let after = points.get(i + 1).map_or(1.0, |p| p.0);
            pivots.push(after / (t * (after - t)) / w);
        }
        Self {
            diagonal,
            beside,
            pivots,
        }
    }

    /// Eigenvalues below `x`, by Sturm's count.
    fn below(&self, x: f64) -> usize {
        let (mut count, mut pivot) = (0, 1.0);
        for (d, b) in self.diagonal.iter().zip(&self.beside) {
            pivot = d - x - b / pivot;
            if pivot == 0.0 {
                pivot = -f64::MIN_POSITIVE;
            }
            count += usize::from(pivot < 0.0);
        }
        count
    }

    /// The smallest eigenvalue, from below, to some digits: it places the path only.
    fn smallest(&self) -> f64 {
        let mut high = self.diagonal.iter().copied().fold(f64::INFINITY, f64::min);
        let mut low = high;
        while self.below(low) > 0 {
            high = low;
            low *= 0.5;
            if low == 0.0 {
                break;
            }
        }
        for _ in 0..30 {
            let middle = 0.5 * (low + high);
            if self.below(middle) > 0 {
                high = middle;
            } else {
                low = middle;
            }
        }
        low
    }

    /// √Π (1 − 2 s λⱼ), continuous above the real line: every pivot stays below it.
    fn root(&self, s: Complex) -> Complex {
        let mut product: Complex = (1.0, 0.0);
        let mut pivot: Complex = (1.0, 0.0);
        for ((d, b), own) in self.diagonal.iter().zip(&self.beside).zip(&self.pivots) {
            let taken = divided((*b, 0.0), pivot);
            pivot = (d - 2.0 * s.0 - taken.0, -2.0 * s.1 - taken.1);
            if s.1 == 0.0 {
                pivot.1 = 0.0;
            }
            product = times(product, rooted((pivot.0 / own, pivot.1 / own)));
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::special::{chi_square_sf, normal_two_sided};

    #[track_caller]
    fn near(got: Option<f64>, want: f64) {
        let got = got.expect("there are points");
        assert!((got / want - 1.0).abs() < 1e-9, "{got} is not {want}");
    }

    #[test]
    fn one_point_is_a_normal_variable() {
        for (t, w) in [(0.5_f64, 1.0_f64), (0.01, 3.0), (0.9, 1e9)] {
            for z in [0.01, 0.5, 1.0, 2.0, 5.0, 20.0, 37.0] {
                let x = w * t * (1.0 - t) * z * z;
                near(tail(&[(t, w)], x), normal_two_sided(z));
            }
        }
    }

    /// Two points of which the weighed sum is λ (χ² of 2 degrees) where the eigenvalues are equal, nearly.
    #[test]
    fn many_points_are_the_limit() {
        let n = 4000;
        let points: Vec<(f64, f64)> = (1..n)
            .map(|i| (f64::from(i) / f64::from(n), 1.0 / f64::from(n)))
            .collect();
        for x in [0.1, 0.3, 0.5, 1.0, 3.0] {
            let want = super::super::limit::cramer_von_mises_sf(x);
            let got = tail(&points, x).expect("there are points");
            assert!((got / want - 1.0).abs() < 1e-5, "{x}: {got} {want}");
        }
    }

    /// B(t₁)² / v₁ + (what B(t₂) has beside it)²: not of that form, so two far scales instead: λ₂ is nothing.
    #[test]
    fn a_light_point_hardly_counts() {
        let got = tail(&[(0.3, 1.0), (0.6, 1e-12)], 1.0).expect("there are points");
        let want = chi_square_sf(1.0 / 0.21, 1.0);
        assert!((got / want - 1.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_none() {
        assert_eq!(tail(&[], 1.0), None);
        assert_eq!(tail(&[(0.0, 1.0), (1.0, 1.0), (0.5, 0.0)], 1.0), None);
        assert_eq!(tail(&[(0.5, 1.0)], 0.0), Some(1.0));
    }
}
