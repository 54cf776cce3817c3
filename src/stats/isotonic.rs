//! Isotonic regression: the non-decreasing function that is nearest to the points in squared error.
//!
//! Points of one x are one point of their weighted mean; neighbours that descend are pooled until none does
//! (PAVA). Between the ends of two pools the function is a straight line, before the first and after the
//! last it is flat. Equals `sklearn.isotonic.IsotonicRegression(out_of_bounds="clip")`, but that this one
//! also takes for one x what lies within 1e-15 of it, however small the numbers are.
//!
//! Source: M. Ayer, H. D. Brunk, G. M. Ewing, W. T. Reid and E. Silverman (1955), *An empirical
//! distribution function for sampling with incomplete information*; R. E. Barlow et al. (1972),
//! *Statistical inference under order restrictions*.

use super::rank::sort_by_score;

/// A non-decreasing function of straight pieces.
#[derive(Clone, Debug, PartialEq)]
pub struct Isotonic {
    /// x, strictly ascending, and the value there, which never falls; at least one.
    knots: Vec<(f64, f64)>,
}

/// The points of one x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tied {
    /// Where they are.
    pub x: f64,
    /// Σ of their weights: above 0.
    pub weight: f64,
    /// Σ of weight · y.
    pub sum: f64,
}

/// Neighbours of one value.
struct Pool {
    first: f64,
    last: f64,
    weight: f64,
    sum: f64,
}

impl Pool {
    fn mean(&self) -> f64 {
        self.sum / self.weight
    }
}

impl Isotonic {
    /// Fits points (x, y), each of weight 1 or of its weight. Left out are points without a finite number,
    /// of no positive weight, and those that one of the lists lacks.
    ///
    /// `None` without a point.
    #[must_use]
    pub fn fit(x: &[f64], y: &[f64], weights: Option<&[f64]>) -> Option<Self> {
        let mut tied: Vec<Tied> = Vec::new();
        for row in sort_by_score(x) {
            let row = row as usize;
            let weight = match weights {
                Some(weights) => weights.get(row).copied().unwrap_or(0.0),
                None => 1.0,
            };
            let (Some(x), Some(y)) = (x.get(row).copied(), y.get(row).copied()) else {
                continue;
            };
            if !(x.is_finite() && y.is_finite() && weight.is_finite() && weight > 0.0) {
                continue;
            }
            match tied.last_mut() {
                Some(last) if last.x == x => {
                    last.weight += weight;
                    last.sum += weight * y;
                }
                _ => tied.push(Tied {
                    x,
                    weight,
                    sum: weight * y,
                }),
            }
        }
        Self::of_sorted(tied)
    }

    /// Fits points that are sorted by x and tied already. `None` without one.
    #[must_use]
    pub fn of_sorted(tied: impl IntoIterator<Item = Tied>) -> Option<Self> {
        let mut pools: Vec<Pool> = Vec::new();
        for point in tied {
            let mut pool = Pool {
                first: point.x,
                last: point.x,
                weight: point.weight,
                sum: point.sum,
            };
            while let Some(before) = pools.pop_if(|before| before.mean() >= pool.mean()) {
                pool.first = before.first;
                pool.weight += before.weight;
                pool.sum += before.sum;
            }
            pools.push(pool);
        }
        let mut knots = Vec::with_capacity(pools.len());
        for pool in &pools {
            knots.push((pool.first, pool.mean()));
            if pool.last > pool.first {
                knots.push((pool.last, pool.mean()));
            }
        }
        (!knots.is_empty()).then_some(Self { knots })
    }

    /// The value at x, which is that of an end beyond it; NaN at NaN.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        let above = self.knots.partition_point(|k| k.0 <= x);
        let left = above.checked_sub(1).and_then(|i| self.knots.get(i));
        match (left, self.knots.get(above)) {
            _ if x.is_nan() => f64::NAN,
            (Some(left), Some(right)) => between(*left, *right, x),
            (Some(end), None) | (None, Some(end)) => end.1,
            // There is always a knot.
            (None, None) => f64::NAN,
        }
    }

    /// x and value where the pieces meet, ascending.
    #[must_use]
    pub fn knots(&self) -> &[(f64, f64)] {
        &self.knots
    }
}

fn between((x0, y0): (f64, f64), (x1, y1): (f64, f64), x: f64) -> f64 {
    let width = x1 - x0;
    if width.is_finite() {
        let y = (y1 - y0) / width * (x - x0) + y0;
        // Where the two are next to each other the slope is beyond every number.
        if y.is_finite() { y.clamp(y0, y1) } else { y0 }
    } else {
        let share = (x / 2.0 - x0 / 2.0) / (x1 / 2.0 - x0 / 2.0);
        (y0 + (y1 - y0) * share).clamp(y0, y1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        // 1 and 0 at x = 2 are a half, and the 0.4 after it is pooled with both.
        let f =
            Isotonic::fit(&[4.0, 1.0, 2.0, 2.0, 3.0], &[1.0, 0.0, 1.0, 0.0, 0.4], None).unwrap();
        let pooled = 1.4 / 3.0;
        assert_eq!(
            f.knots(),
            [(1.0, 0.0), (2.0, pooled), (3.0, pooled), (4.0, 1.0)]
        );
        assert_eq!((f.at(0.0), f.at(9.0)), (0.0, 1.0));
        assert_eq!(f.at(1.5), pooled / 2.0);
        assert_eq!(f.at(2.7), pooled);
        assert!(f.at(f64::NAN).is_nan());
    }

    #[test]
    fn odd_points_are_left_out() {
        assert_eq!(Isotonic::fit(&[], &[], None), None);
        assert_eq!(Isotonic::fit(&[f64::NAN], &[1.0], None), None);
        assert_eq!(Isotonic::fit(&[1.0], &[1.0], Some(&[0.0])), None);
        assert_eq!(Isotonic::fit(&[1.0, 2.0], &[1.0], Some(&[])), None);
        let f = Isotonic::fit(&[-f64::MAX, f64::MAX, 0.0], &[0.0, 1.0, f64::NAN], None).unwrap();
        assert_eq!(f.at(0.0), 0.5);
        let close = Isotonic::fit(&[1.0, 1.0_f64.next_up()], &[-1e308, 1e308], None).unwrap();
        assert!(close.at(1.0).is_finite() && close.at(2.0) == 1e308);
    }

    /// Minimax: the value at a point is the largest, over where a range may begin before it, of the
    /// smallest, over where it may end after it, of the ranges' means (Barlow et al. 1972, 1.2).
    fn minimax(points: &[Tied], at: usize) -> f64 {
        let mean = |from: usize, to: usize| {
            let sum: f64 = points[from..=to].iter().map(|p| p.sum).sum();
            sum / points[from..=to].iter().map(|p| p.weight).sum::<f64>()
        };
        (0..=at)
            .map(|from| {
                (at..points.len())
                    .map(|to| mean(from, to))
                    .fold(f64::INFINITY, f64::min)
            })
            .fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #[test]
        fn equals_the_minimax_formula_never_falls_and_keeps_the_mean(
            points in prop::collection::vec((0..12_u8, 0.0..1.0_f64, 0.1..5.0_f64), 1..40),
        ) {
            let x: Vec<f64> = points.iter().map(|p| f64::from(p.0) / 3.0).collect();
            let y: Vec<f64> = points.iter().map(|p| p.1).collect();
            let weights: Vec<f64> = points.iter().map(|p| p.2).collect();
            let f = Isotonic::fit(&x, &y, Some(&weights)).unwrap();
            let mut tied: Vec<Tied> = Vec::new();
            for row in sort_by_score(&x) {
                let row = row as usize;
                let (weight, sum) = (weights[row], weights[row] * y[row]);
                match tied.last_mut().filter(|t| t.x == x[row]) {
                    Some(t) => *t = Tied { x: t.x, weight: t.weight + weight, sum: t.sum + sum },
                    None => tied.push(Tied { x: x[row], weight, sum }),
                }
            }
            for (i, t) in tied.iter().enumerate() {
                prop_assert!((f.at(t.x) - minimax(&tied, i)).abs() < 1e-12);
            }
            for w in f.knots().windows(2) {
                prop_assert!(w[0].0 < w[1].0 && w[0].1 <= w[1].1);
            }
            let (mut was, mut is) = (0.0, 0.0);
            for t in &tied {
                was += t.sum;
                is += t.weight * f.at(t.x);
            }
            prop_assert!((was - is).abs() < 1e-9);
            // Twice the weight everywhere is the same function.
            let twice: Vec<f64> = weights.iter().map(|w| 2.0 * w).collect();
            prop_assert_eq!(Isotonic::fit(&x, &y, Some(&twice)).unwrap(), f);
        }

        #[test]
        fn weights_are_how_often_a_point_is_there(
            points in prop::collection::vec((0..9_u8, 0..2_u8, 1..4_usize), 1..30),
        ) {
            let x: Vec<f64> = points.iter().map(|p| f64::from(p.0)).collect();
            let y: Vec<f64> = points.iter().map(|p| f64::from(p.1)).collect();
            let weights: Vec<f64> = points.iter().map(|p| p.2 as f64).collect();
            let each = |of: &[f64]| -> Vec<f64> {
                let repeated = of.iter().zip(&points).flat_map(|(v, p)| std::iter::repeat_n(*v, p.2));
                repeated.collect()
            };
            prop_assert_eq!(
                Isotonic::fit(&x, &y, Some(&weights)),
                Isotonic::fit(&each(&x), &each(&y), None)
            );
        }
    }
}
