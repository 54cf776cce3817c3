//! Cells held against the definitions, pair by pair.

use super::{AucCell, NO_GROUP, auc_cells, sort_by_score, sort_numbers};
use proptest::prelude::*;

/// AUC and DeLong's variance of pairs (score, positive) by their definitions.
fn brute_force(rows: &[(f64, u8)]) -> (Option<f64>, Option<f64>) {
    let of = |class: u8| rows.iter().filter(move |r| r.1 == class).map(|r| r.0);
    let (p, n) = (of(1).count() as f64, of(0).count() as f64);
    let psi = |x: f64, y: f64| match x.total_cmp(&y) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    };
    let v10: Vec<f64> = of(1)
        .map(|x| of(0).map(|y| psi(x, y)).sum::<f64>() / n)
        .collect();
    let v01: Vec<f64> = of(0)
        .map(|y| of(1).map(|x| psi(x, y)).sum::<f64>() / p)
        .collect();
    let variance = |v: &[f64]| {
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        v.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (v.len() as f64 - 1.0)
    };
    (
        (p > 0.0 && n > 0.0).then(|| v10.iter().sum::<f64>() / p),
        (p > 1.0 && n > 1.0).then(|| variance(&v10) / p + variance(&v01) / n),
    )
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-13 + 1e-12 * b.abs(),
        (None, None) => true,
        _ => false,
    }
}

fn one_cell(rows: &[(f64, u8)]) -> AucCell {
    let score: Vec<f64> = rows.iter().map(|r| r.0).collect();
    let order = sort_by_score(&score);
    let in_order = order.iter().map(|&row| rows[row as usize]);
    auc_cells(
        in_order.map(|(score, positive)| (score, positive == 1, 0)),
        1,
    )[0]
}

#[test]
fn one_class_has_no_auc() {
    for cell in [
        AucCell::default(),
        one_cell(&[(0.1, 1), (0.2, 1)]),
        one_cell(&[(0.1, 0)]),
    ] {
        assert_eq!(
            (cell.auc(), cell.delong_variance(), cell.interval()),
            (None, None, None)
        );
    }
}

#[test]
fn a_perfect_score_has_a_one_sided_interval() {
    let apart = |positive: u8| -> Vec<(f64, u8)> {
        let low = (0..30).map(|i| (f64::from(i), 1 - positive));
        low.chain((50..90).map(|i| (f64::from(i), positive)))
            .collect()
    };
    let cell = one_cell(&apart(1));
    assert_eq!(cell.auc(), Some(1.0));
    let interval = cell.interval().unwrap();
    assert_eq!(interval.high, 1.0);
    assert!((libm::pow(interval.low, 30.0) - 0.025).abs() < 1e-14);
    let worst = one_cell(&apart(0));
    let interval = worst.interval().unwrap();
    assert_eq!((worst.auc(), interval.low), (Some(0.0), 0.0));
    assert!((libm::pow(1.0 - interval.high, 30.0) - 0.025).abs() < 1e-14);
}

#[test]
fn few_rows_of_a_class_have_a_value_and_no_interval() {
    let rows = |positives: i32| -> Vec<(f64, u8)> {
        let all = (0..70 + positives).map(|i| (f64::from(i * 7919 % 101), u8::from(i >= 70)));
        all.collect()
    };
    let (few, enough) = (one_cell(&rows(29)), one_cell(&rows(30)));
    assert!(few.auc().is_some() && few.interval().is_none());
    assert!(enough.interval().is_some());
}

#[test]
fn a_single_positive_in_the_middle_has_a_value_and_no_interval() {
    let cell = one_cell(&[(0.1, 0), (0.2, 1), (0.3, 0)]);
    assert_eq!(cell.auc(), Some(0.5));
    assert_eq!((cell.delong_variance(), cell.interval()), (None, None));
}

#[test]
fn both_zeros_are_one_score() {
    assert_eq!(one_cell(&[(0.0, 0), (-0.0, 1)]).auc(), Some(0.5));
    assert_eq!(one_cell(&[(-0.0, 1), (1.0, 0), (0.0, 0)]).auc(), Some(0.25));
}

#[test]
fn a_cell_survives_json_however_large() {
    let cell = AucCell {
        positive_squares: u128::MAX,
        positives: 3,
        ..AucCell::default()
    };
    let text = serde_json::to_string(&cell).unwrap();
    assert_eq!(serde_json::from_str::<AucCell>(&text).unwrap(), cell);
    let value = serde_json::to_value(cell).unwrap();
    assert_eq!(serde_json::from_value::<AucCell>(value).unwrap(), cell);
    // Whatever such a cell says, it does not panic.
    assert_eq!(cell.delong_variance(), None);
}

#[test]
fn rows_of_no_group_are_left_out() {
    let cells = auc_cells([(0.1, false, 0), (0.2, true, 5), (0.3, true, NO_GROUP)], 1);
    assert_eq!((cells[0].positives, cells[0].negatives), (0, 1));
}

#[test]
fn extremes_and_nan_sort() {
    let score = [
        1.0,
        f64::NAN,
        f64::INFINITY,
        -1e300,
        0.0,
        -0.0,
        f64::NEG_INFINITY,
        1.0,
        5e-324,
    ];
    assert_eq!(sort_by_score(&score), [6, 3, 4, 5, 8, 0, 7, 2]);
    assert_eq!(sort_by_score(&[]), [0_u32; 0]);
    assert_eq!(sort_by_score(&[f64::NAN]), [0_u32; 0]);
}

/// Scores that tie often, and scores that differ only in their last bits.
fn scores() -> impl Strategy<Value = f64> {
    prop_oneof![
        (0..8_i32).prop_map(|v| f64::from(v) / 8.0),
        (0..9_u64).prop_map(|v| f64::from_bits(0.5_f64.to_bits() + v)),
        -1e3..1e3_f64,
        any::<f64>(),
    ]
}

proptest! {
    #[test]
    fn sorted_stably(score in prop::collection::vec(scores(), 0..300)) {
        let mut expected: Vec<u32> = (0..score.len() as u32).filter(|&i| !score[i as usize].is_nan()).collect();
        expected.sort_by(|&a, &b| score[a as usize].partial_cmp(&score[b as usize]).unwrap());
        prop_assert_eq!(sort_by_score(&score), &expected[..]);
        let numbers: Vec<u64> = expected.iter().map(|&i| (score[i as usize] + 0.0).to_bits()).collect();
        let sorted: Vec<u64> = sort_numbers(&score).into_iter().map(f64::to_bits).collect();
        prop_assert_eq!(sorted, numbers);
    }

    #[test]
    fn delong_is_its_definition(rows in prop::collection::vec(((0..30_i32).prop_map(|v| f64::from(v) / 30.0), 0..2_u8), 0..80)) {
        let cell = one_cell(&rows);
        let (auc, variance) = brute_force(&rows);
        prop_assert!(close(cell.auc(), auc), "{:?} {:?}", cell.auc(), auc);
        prop_assert!(close(cell.delong_variance(), variance), "{:?} {:?}", cell.delong_variance(), variance);
        if let (Some(auc), Some(interval)) = (auc, cell.interval()) {
            prop_assert!(interval.low <= auc + 1e-12 && auc <= interval.high + 1e-12);
        }
    }

    #[test]
    fn every_group_is_as_if_alone(
        rows in prop::collection::vec((0..20_i32, 0..2_u8, prop_oneof![4 => 0..5_u32, 1 => Just(NO_GROUP)]), 0..300),
    ) {
        let score: Vec<f64> = rows.iter().map(|r| f64::from(r.0) / 16.0).collect();
        let positive: Vec<u8> = rows.iter().map(|r| r.1).collect();
        let group: Vec<u32> = rows.iter().map(|r| r.2).collect();
        let order = sort_by_score(&score);
        let in_order = order.iter().map(|&row| row as usize);
        let cells = auc_cells(in_order.map(|i| (score[i], positive[i] == 1, group[i])), 5);
        for (g, cell) in cells.iter().enumerate() {
            let alone: Vec<(f64, u8)> = (0..rows.len())
                .filter(|&i| group[i] as usize == g)
                .map(|i| (score[i], positive[i]))
                .collect();
            prop_assert_eq!(*cell, one_cell(&alone));
            let (auc, variance) = brute_force(&alone);
            prop_assert!(close(cell.auc(), auc) && close(cell.delong_variance(), variance));
        }
    }
}
