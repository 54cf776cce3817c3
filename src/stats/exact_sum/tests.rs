//! Exactness held against integers and against Shewchuk's expansions.

use super::{ExactSum, Sum, centred_product_sum, centred_square_sum};
use proptest::prelude::*;

fn exact(values: &[f64]) -> ExactSum {
    let mut sum = ExactSum::new();
    values.iter().for_each(|&v| sum.add(v));
    sum
}

/// J. R. Shewchuk (1997): grows a non-overlapping expansion; its components sum to the exact total.
fn shewchuk(values: &[f64]) -> Vec<f64> {
    let mut partials: Vec<f64> = Vec::new();
    for &value in values {
        let mut x = value;
        let mut kept = 0;
        for j in 0..partials.len() {
            let mut y = partials[j];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                partials[kept] = low;
                kept += 1;
            }
            x = high;
        }
        partials.truncate(kept);
        partials.push(x);
    }
    partials
}

/// Python's `math.fsum` rounding of the partials.
fn fsum(values: &[f64]) -> f64 {
    let mut partials = shewchuk(values);
    let Some(mut high) = partials.pop() else {
        return 0.0;
    };
    let mut low = 0.0;
    while let Some(y) = partials.pop() {
        let x = high;
        high = x + y;
        low = y - (high - x);
        if low != 0.0 {
            break;
        }
    }
    if let Some(&next) = partials.last()
        && ((low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0))
    {
        let y = low * 2.0;
        let x = high + y;
        if y == x - high {
            high = x;
        }
    }
    high + 0.0
}

fn any_size() -> impl Strategy<Value = f64> {
    (any::<u64>(), 1_u64..0x7e0).prop_map(|(bits, exponent)| {
        f64::from_bits((bits & 0x800f_ffff_ffff_ffff) | (exponent << 52))
    })
}

fn near_one() -> impl Strategy<Value = f64> {
    (any::<u64>(), 1000_u64..1046).prop_map(|(bits, exponent)| {
        f64::from_bits((bits & 0x800f_ffff_ffff_ffff) | (exponent << 52))
    })
}

#[test]
fn the_classic_cancellations_come_out() {
    assert_eq!(exact(&[1e100, 1.0, -1e100]).value(), 1.0);
    assert_eq!(exact(&[0.1; 10]).value(), 1.0);
    assert_eq!(exact(&[]).value().to_bits(), 0);
    assert_eq!(exact(&[-0.0]).value().to_bits(), 0);
    assert_eq!(exact(&[5e-324, 5e-324]).value(), 1e-323);
    assert_eq!(
        exact(&[f64::MIN_POSITIVE, -5e-324]).value(),
        f64::MIN_POSITIVE - 5e-324
    );
    // Half a unit in the last place: to even, unless anything lies below.
    assert_eq!(exact(&[1.0, 2f64.powi(-53)]).value(), 1.0);
    assert_eq!(
        exact(&[1.0, 2f64.powi(-53), 5e-324]).value(),
        1.0 + f64::EPSILON
    );
    assert_eq!(exact(&[1.0, 2f64.powi(-53), -5e-324]).value(), 1.0);
}

#[test]
fn beyond_the_range_it_saturates_and_comes_back() {
    let mut sum = exact(&[f64::MAX, f64::MAX]);
    assert_eq!(sum.value(), f64::MAX);
    assert_eq!(sum.to_sum().components(), [f64::MAX]);
    sum.add(-f64::MAX);
    sum.add(-f64::MAX);
    sum.add(-3.0);
    assert_eq!(sum.value(), -3.0);
    let mut many = ExactSum::new();
    (0..100_000).for_each(|_| many.add(-f64::MAX));
    assert_eq!(many.value(), -f64::MAX);
    (0..100_000).for_each(|_| many.add(f64::MAX));
    assert_eq!(many.value(), 0.0);
    many.add_product(1e300, -1e300);
    assert_eq!(many.value(), -f64::MAX);
    let most = Sum::from_iter([f64::MAX]);
    assert_eq!(most.merge(&most).value(), f64::MAX);
}

#[test]
fn what_is_not_finite_is_ignored() {
    let mut sum = exact(&[1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    sum.add_product(f64::NAN, 1.0);
    sum.add_product(f64::INFINITY, 0.0);
    assert_eq!(sum.value(), 1.0);
}

#[test]
fn a_sum_is_written_as_an_array_and_read_canonically() {
    let sum = Sum::from_iter([1e17, 1.0, 1e-30]);
    let text = serde_json::to_string(&sum).unwrap();
    assert_eq!(text, "[1e+17,1.0,1e-30]");
    assert_eq!(serde_json::from_str::<Sum>(&text).unwrap(), sum);
    assert_eq!(
        serde_json::from_str::<Sum>("[1,2,3]").unwrap(),
        Sum::from_iter([6.0])
    );
    assert_eq!(serde_json::from_str::<Sum>("[0]").unwrap(), Sum::default());
    assert_eq!(serde_json::to_string(&Sum::default()).unwrap(), "[]");
}

#[test]
fn a_large_offset_does_not_eat_the_spread() {
    // 1, 2, 3 around 2⁵⁰: Σ(x − x̄)² is 2 exactly.
    let x: Vec<f64> = [1.0, 2.0, 3.0].iter().map(|v| v + 2f64.powi(50)).collect();
    let (mut sum, mut squares) = (ExactSum::new(), ExactSum::new());
    for &v in &x {
        sum.add(v);
        squares.add_product(v, v);
    }
    let (sum, squares) = (sum.to_sum(), squares.to_sum());
    assert_eq!(centred_square_sum(&sum, &squares, 3), 2.0);
    assert_eq!(centred_product_sum(&sum, &sum, &squares, 3), 2.0);
    assert_eq!(centred_square_sum(&sum, &squares, 0), 0.0);
}

#[test]
fn squares_near_the_end_of_the_range_still_work() {
    let (a, b) = (1e153, 3e153);
    let mut squares = ExactSum::new();
    squares.add_product(a, a);
    squares.add_product(b, b);
    let got = centred_square_sum(&Sum::from_iter([a, b]), &squares.to_sum(), 2);
    assert!((got / 2e306 - 1.0).abs() < 1e-14, "{got}");
}

proptest! {
    #[test]
    fn equals_shewchuk_whatever_the_exponents(values in prop::collection::vec(any_size(), 0..60)) {
        prop_assert_eq!(exact(&values).value().to_bits(), fsum(&values).to_bits());
    }

    #[test]
    fn equals_shewchuk_where_values_cancel(values in prop::collection::vec(near_one(), 0..3000)) {
        prop_assert_eq!(exact(&values).value().to_bits(), fsum(&values).to_bits());
    }

    #[test]
    fn equals_integers(values in prop::collection::vec(any::<i64>(), 0..2000)) {
        let total: i128 = values.iter().map(|&v| i128::from(v >> 11)).sum();
        let floats: Vec<f64> = values.iter().map(|&v| (v >> 11) as f64).collect();
        prop_assert_eq!(exact(&floats).value(), total as f64);
    }

    #[test]
    fn products_are_exact(pairs in prop::collection::vec((any::<i64>(), any::<i64>()), 0..50)) {
        let mut sum = ExactSum::new();
        let mut total = 0_i128;
        for &(a, b) in &pairs {
            let (a, b) = (a >> 11, b >> 11);
            sum.add_product(a as f64, b as f64);
            total += i128::from(a) * i128::from(b);
        }
        prop_assert_eq!(sum.value(), total as f64);
        // All of it, not only its leading bits.
        let rebuilt: i128 = sum.to_sum().components().iter().map(|&c| c as i128).sum();
        prop_assert_eq!(rebuilt, total);
    }

    #[test]
    fn order_and_grouping_do_not_matter(
        values in prop::collection::vec(any_size(), 1..200),
        cut in any::<prop::sample::Index>(),
        rotation in any::<prop::sample::Index>(),
    ) {
        let whole = exact(&values).to_sum();
        let mut moved = values.clone();
        moved.rotate_left(rotation.index(values.len()));
        moved.reverse();
        let (left, right) = moved.split_at(cut.index(moved.len()));
        let mut merged = exact(left);
        merged.merge(&exact(right));
        prop_assert_eq!(&merged.to_sum(), &whole);
        prop_assert_eq!(merged.value().to_bits(), whole.value().to_bits());
        prop_assert_eq!(exact(left).to_sum().merge(&exact(right).to_sum()), whole);
    }

    #[test]
    fn merge_is_associative_and_commutative(
        a in prop::collection::vec(near_one(), 0..9),
        b in prop::collection::vec(any_size(), 0..9),
        c in prop::collection::vec(near_one(), 0..2),
    ) {
        let [a, b, c] = [a, b, c].map(Sum::from_iter);
        prop_assert_eq!(a.merge(&b), b.merge(&a));
        prop_assert_eq!(a.merge(&b).merge(&c), a.merge(&b.merge(&c)));
    }

    #[test]
    fn components_do_not_overlap(values in prop::collection::vec(any_size(), 0..40)) {
        for pair in Sum::from_iter(values).components().windows(2) {
            // At most half a unit in the last place of the one before.
            let unit = f64::from_bits(pair[0].abs().to_bits() + 1) - pair[0].abs();
            prop_assert!(pair[1].abs() <= unit / 2.0);
        }
    }

    #[test]
    fn centred_is_never_negative(values in prop::collection::vec(any_size(), 0..30)) {
        let mut squares = ExactSum::new();
        values.iter().for_each(|&v| squares.add_product(v, v));
        let n = values.len() as u64;
        let got = centred_square_sum(&Sum::from_iter(values), &squares.to_sum(), n);
        prop_assert!(got.is_finite() && got >= 0.0);
    }

    #[test]
    fn centred_matches_two_passes(values in prop::collection::vec(-1e3..1e3_f64, 2..50), offset in -1e9..1e9_f64) {
        let values: Vec<f64> = values.iter().map(|v| v + offset).collect();
        let mut squares = ExactSum::new();
        values.iter().for_each(|&v| squares.add_product(v, v));
        let n = values.len();
        let got = centred_square_sum(&Sum::from_iter(values.iter().copied()), &squares.to_sum(), n as u64);
        let mean = Sum::from_iter(values.iter().copied()).value() / n as f64;
        let two: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        prop_assert!((got - two).abs() <= 1e-9 * two.max(1e-6), "{} {}", got, two);
    }
}
