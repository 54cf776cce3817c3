//! Bins against all values.
#![cfg(test)]

use super::*;
use crate::stats::exact_sum::ExactSum;
use proptest::prelude::*;

fn of(values: &[f64]) -> DyadicBins {
    let mut bins = DyadicBins::default();
    values.iter().for_each(|v| bins.add(*v));
    bins
}

/// Σ |value − median|.
fn exact(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    let mut sum = ExactSum::new();
    sorted[..half].iter().for_each(|v| sum.add(-v));
    sorted[sorted.len() - half..]
        .iter()
        .for_each(|v| sum.add(*v));
    sum.value()
}

fn check(values: &[f64]) -> Between {
    let told = of(values).spread().unwrap();
    let exact = exact(values);
    let room = exact.abs() * 1e-12;
    assert!(
        told.low <= exact + room && exact - room <= told.high || told.low.is_infinite(),
        "{told:?} {exact} {values:?}"
    );
    told
}

/// Numbers that look like chance, about normal.
fn normal(n: u64, centre: f64, scale: f64) -> Vec<f64> {
    let uniform = |i: u64| {
        let x = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((x ^ (x >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let one = |i: u64| (0..12).map(|k| uniform(12 * i + k)).sum::<f64>() - 6.0;
    (0..n).map(|i| centre + scale * one(i)).collect()
}

#[test]
fn keys_ascend_and_hold_their_values() {
    let values = [
        -f64::MAX,
        -1e300,
        -2.0,
        -1.5,
        -1.0,
        -1e-310,
        -0.0,
        0.0,
        5e-324,
        1e-310,
        1.0,
        1.0 + 1e-9,
        2.0,
        f64::MAX,
    ];
    assert!(values.windows(2).all(|w| key(w[0]) <= key(w[1])));
    for value in values {
        let key = key(value);
        assert!(least(key) <= value && value <= -least(-key), "{value}");
    }
}

#[test]
fn the_largest_negative_numbers_are_within_their_bin() {
    let mut values: Vec<f64> = (0..400).map(|i| libm::exp2(f64::from(i) - 200.0)).collect();
    values.extend(values.clone().iter().map(|v| -v));
    values.push(-1.5944326851608213e308);
    check(&values);
}

#[test]
fn few_values_are_told_to_the_ninth_digit() {
    let told = check(&[1.0, 2.0, 4.0, 9.0]);
    assert!(told.low <= 10.0 && told.high >= 10.0 && told.high - told.low < 1e-6);
    assert_eq!(of(&[]).spread(), None);
    assert_eq!(of(&[f64::NAN, f64::INFINITY]), DyadicBins::default());
    let same = check(&[5.0; 7]);
    assert!(same.high < 1e-6 && same.low == 0.0, "{same:?}");
}

#[test]
fn many_values_are_told_within_half_a_percent_wherever_they_are() {
    for (centre, scale) in [
        (0.0, 1.0),
        (1000.0, 10.0),
        (-5e6, 3.0),
        (1.7e9, 100.0),
        (1.0, 1e-4),
    ] {
        for n in [1_000, 1_001, 30_000] {
            let values = normal(n, centre, scale);
            let bins = of(&values);
            assert!(bins.bins.len() <= MOST);
            let told = check(&values);
            let width = (told.high - told.low) / told.high;
            assert!(width < 0.01, "{centre} {scale} {n}: {width}");
        }
    }
}

#[test]
fn extremes_are_no_trouble() {
    check(&[-1e308, 1e308]);
    check(&[f64::MAX, f64::MAX, -f64::MAX, -f64::MAX]);
    check(&[5e-324, 0.0, -5e-324]);
    let wide: Vec<f64> = (-300..300).map(|e| libm::exp2(f64::from(e))).collect();
    check(&wide);
    check(&wide.iter().map(|v| -v).collect::<Vec<_>>());
    check(&[wide.clone(), wide.iter().map(|v| -v).collect()].concat());
}

#[test]
fn a_hostile_file_does_no_harm() {
    for text in [
        "[1]",
        "[0,1,2]",
        "[47,1,1,0]",
        "[0,1,0,0]",
        "[0,1,1,1]",
        "[0,5,1,0,0,1,0]",
        "[-1,1,1,0]",
        "[0,9223372036854775807,1,0]",
    ] {
        let read = serde_json::from_str::<DyadicBins>(text);
        assert!(read.is_err() == (text != "[1]"), "{text}: {read:?}");
    }
    let text = "[3,-7,9223372036854775807,1,1,9223372036854775807,9223372036854775807]";
    let mut bins: DyadicBins = serde_json::from_str(text).unwrap();
    let other = bins.clone();
    bins.merge(&other);
    let told = bins.spread().unwrap();
    assert!(!told.low.is_nan() && !told.high.is_nan());
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        4 => (-20.0..20.0_f64).prop_map(libm::exp),
        2 => (-20.0..20.0_f64).prop_map(|v| -libm::exp(v)),
        2 => 999.0..1001.0_f64,
        1 => Just(0.0),
        1 => (-5..5_i32).prop_map(f64::from),
        1 => any::<f64>().prop_filter("finite", |v| v.is_finite()),
    ];
    prop::collection::vec(value, 1..600)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_spread_lies_where_it_is_said_to(values in values()) {
        check(&values);
    }

    #[test]
    fn what_others_see_holds_the_spread_too_and_no_single_value(values in values()) {
        let blurred = of(&values).blurred();
        let exact = exact(&values);
        let told = blurred.spread().unwrap();
        let room = exact.abs() * 1e-12;
        prop_assert!(told.low <= exact + room && exact - room <= told.high || told.low.is_infinite());
        let alone = |bin: &&Bin| bin.rows < SHARED && bin.above != UNKNOWN;
        prop_assert_eq!(blurred.bins.iter().find(alone), None);
        prop_assert!(blurred.bins.len() <= (values.len() / 5).max(2));
        let text = serde_json::to_string(&blurred).unwrap();
        prop_assert_eq!(serde_json::from_str::<DyadicBins>(&text).unwrap(), blurred);
    }

    #[test]
    fn parts_in_any_order_are_the_same_bits(values in values(), cuts in prop::collection::vec(0..600_usize, 0..8), turn in any::<bool>()) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(values.len())).collect();
        cuts.extend([0, values.len()]);
        cuts.sort_unstable();
        let mut parts: Vec<DyadicBins> = cuts.windows(2).map(|w| of(&values[w[0]..w[1]])).collect();
        if turn {
            parts.reverse();
        }
        let mut all = DyadicBins::default();
        parts.iter().for_each(|part| all.merge(part));
        prop_assert_eq!(&all, &of(&values));
        let text = serde_json::to_string(&all).unwrap();
        prop_assert_eq!(serde_json::from_str::<DyadicBins>(&text).unwrap(), all);
    }
}
