//! Sums that come out the same in whatever order the numbers stand, at the speed of a plain sum.
//!
//! Every number is cut to a multiple of the 2⁻⁵² of the largest one's power of two, and these whole numbers are
//! added up: which they are depends on no order. The mean is off by less than 2⁻⁵² of the largest number.
//!
//! Uses nothing of ours.

/// Whole numbers below 2⁵³ of which the sum is below 2⁶³.
const BLOCK: usize = 512;
/// Bits behind the leading one.
const BITS: i32 = 52;

/// Smallest and largest of some numbers; `None` for none.
pub(super) fn range(cells: &[f64]) -> Option<(f64, f64)> {
    let (mut least, mut most) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    let mut take = |lane: usize, x: f64| {
        least[lane] = if x < least[lane] { x } else { least[lane] };
        most[lane] = if x > most[lane] { x } else { most[lane] };
    };
    let (pairs, rest) = cells.as_chunks::<2>();
    for [a, b] in pairs {
        take(0, *a);
        take(1, *b);
    }
    rest.iter().for_each(|x| take(0, *x));
    let (least, most) = (least[0].min(least[1]), most[0].max(most[1]));
    (!cells.is_empty()).then_some((least, most))
}

/// The sum of numbers less a centre, and that of their squares; `None` where these are beyond every number.
pub(super) fn about(centre: f64, cells: &[f64], range: Option<(f64, f64)>) -> (f64, Option<f64>) {
    let far = range.map_or(0.0, |(least, most)| {
        (least - centre).abs().max((most - centre).abs())
    });
    let squares = far * far;
    let sum_of_squares = || sum(cells, squares, |x| (x - centre) * (x - centre));
    let of_numbers = match far.is_finite() {
        true => sum(cells, far, |x| x - centre),
        false => sum(cells, f64::MAX, |x| (x - centre).clamp(f64::MIN, f64::MAX)),
    };
    (of_numbers, squares.is_finite().then(sum_of_squares))
}

/// The sum of what `of` makes of numbers, none of which is larger than `most`.
fn sum(cells: &[f64], most: f64, of: impl Fn(f64) -> f64) -> f64 {
    if most == 0.0 {
        return 0.0;
    }
    let power = ((most.to_bits() >> BITS) & 0x7ff) as i32 - 1023;
    // Numbers below 2⁻⁹⁰⁰ are cut as if 2⁻⁹⁰⁰ were among them, so that the scale is a number.
    let power = power.max(-900);
    let (scale, unit) = (two_to(BITS - power), two_to(power - BITS));
    let mut total = 0i128;
    for block in cells.chunks(BLOCK) {
        let mut whole = 0i64;
        for x in block {
            whole = whole.wrapping_add((of(*x) * scale) as i64);
        }
        total += i128::from(whole);
    }
    (total as f64 * unit).clamp(f64::MIN, f64::MAX)
}

/// A power of two that is a normal number.
fn two_to(power: i32) -> f64 {
    f64::from_bits(((power + 1023) as u64) << BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::exact_sum::ExactSum;
    use proptest::prelude::*;

    fn cells() -> impl Strategy<Value = Vec<f64>> {
        let wide = (-1e6..1e6, -300i32..290).prop_map(|(x, e)| x * libm::pow(10.0, f64::from(e)));
        let one = prop_oneof![
            -1e3..1e3,
            wide,
            Just(0.0),
            Just(f64::MAX),
            Just(f64::MIN),
            Just(5e-324)
        ];
        proptest::collection::vec(one, 0..1_500)
    }

    proptest! {
        #[test]
        fn near_the_exact_sum_in_every_order(mut cells in cells(), centre in -10.0..10.0) {
            let found = range(&cells);
            let (sum, squares) = about(centre, &cells, found);
            let mut exact = ExactSum::new();
            cells.iter().for_each(|x| exact.add(x - centre));
            let far = found.map_or(0.0, |r| r.0.abs().max(r.1.abs()) + 10.0);
            let off = cells.len() as f64 * (far * f64::EPSILON);
            prop_assert!((sum - exact.value()).abs() <= off || sum.abs() == f64::MAX);
            prop_assert!(sum.is_finite());
            prop_assert!(squares.is_none_or(|s| s.is_finite() && s >= 0.0));
            prop_assert!(squares.is_some() || far > 1.3e154);
            cells.reverse();
            prop_assert_eq!(about(centre, &cells, range(&cells)), (sum, squares));
        }
    }
}
