//! What boosting must do, by hand and for made data.

use super::cell::{Units, fill, subtract};
use super::*;

/// A fixed stream of numbers in \[0, 1).
pub(super) struct Stream(pub u64);

impl Stream {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn many(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.next()).collect()
    }
}

fn binned(features: &[Feature]) -> Rows {
    Bins::of(features).rows(features)
}

fn stump() -> Params {
    Params {
        trees: 1,
        leaves: 2,
        rate: 1.0,
        min_rows: 1,
        ..Params::default()
    }
}

/// Two features, a smooth target and one of two classes.
fn made(n: usize) -> (Rows, Vec<f64>, Vec<f64>) {
    let mut stream = Stream(7);
    let (a, b) = (stream.many(n), stream.many(n));
    let word: Vec<u32> = (0..n).map(|_| (stream.next() * 12.0) as u32).collect();
    let noise = stream.many(n);
    let y: Vec<f64> = (0..n)
        .map(|i| 3.0 * a[i] * b[i] + f64::from(word[i] % 3) + noise[i] - 0.5)
        .collect();
    let class = y.iter().map(|y| f64::from(*y > 1.8)).collect();
    let features = [
        Feature::Numbers(&a),
        Feature::Numbers(&b),
        Feature::Words(&word),
    ];
    (binned(&features), y, class)
}

#[test]
fn a_stump_says_the_means_of_both_sides() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let rows = binned(&[Feature::Numbers(&x)]);
    let y = vec![1.0, 2.0, 3.0, 11.0, 12.0, 13.0];
    let told = fit(rows.clone(), y, None, Loss::Squared, stump()).predict(&rows);
    for (said, mean) in told.iter().zip([2.0, 2.0, 2.0, 12.0, 12.0, 12.0]) {
        assert!((said - mean).abs() < 1e-12, "{told:?}");
    }
}

#[test]
fn a_logistic_stump_makes_one_newton_step() {
    let x = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    let y = vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0];
    let rows = binned(&[Feature::Numbers(&x)]);
    let told = fit(rows.clone(), y, None, Loss::Logistic, stump()).raw(&rows);
    // Half are 1, so the first logit is 0, G = ±1 and H = 4 · ¼ on either side.
    assert!((told[0] + 1.0).abs() < 1e-9, "{told:?}");
    assert!((told[7] - 1.0).abs() < 1e-9, "{told:?}");
}

#[test]
fn missing_numbers_go_where_their_target_is() {
    let x = [1.0, 2.0, f64::NAN, f64::INFINITY, 8.0, 9.0];
    let rows = binned(&[Feature::Numbers(&x)]);
    for (y, with) in [
        (vec![0.0, 0.0, 5.0, 5.0, 5.0, 5.0], 4),
        (vec![0.0, 0.0, 0.0, 0.0, 5.0, 5.0], 0),
    ] {
        let told = fit(rows.clone(), y, None, Loss::Squared, stump()).predict(&rows);
        assert!((told[2] - told[with]).abs() < 1e-12, "{told:?}");
        assert!((told[0] - told[5]).abs() > 4.0, "{told:?}");
    }
}

#[test]
fn words_are_parted_by_their_target_not_their_code() {
    let n = 6_000;
    let codes: Vec<u32> = (0..n).map(|i| i % 30).collect();
    let y: Vec<f64> = codes.iter().map(|c| f64::from(c % 2)).collect();
    let rows = binned(&[Feature::Words(&codes)]);
    let told = fit(rows.clone(), y.clone(), None, Loss::Squared, stump()).predict(&rows);
    for (said, y) in told.iter().zip(&y) {
        assert!((said - y).abs() < 1e-9, "{said} for {y}");
    }
    // A word that was never seen, and none at all, go with the others.
    let other =
        Bins::of(&[Feature::Words(&codes)]).rows(&[Feature::Words(&[99, Feature::NO_WORD])]);
    let model = fit(rows, y, None, Loss::Squared, stump());
    let told = model.predict(&other);
    assert_eq!(told[0].to_bits(), told[1].to_bits());
}

#[test]
fn the_loss_falls_with_every_tree() {
    let (rows, y, class) = made(3_000);
    for (target, loss) in [(y, Loss::Squared), (class, Loss::Logistic)] {
        let mut fitting = Fitting::new(rows.clone(), target, None, loss, Params::default());
        let mut before = fitting.loss();
        loop {
            let more = fitting.step();
            let now = fitting.loss();
            assert!(now < before, "{loss:?}: {now} after {before}");
            before = now;
            if !more {
                break;
            }
        }
        assert_eq!(fitting.trees(), 100);
    }
}

#[test]
fn what_is_told_of_fitted_rows_is_the_sum_kept_while_fitting() {
    let (rows, y, _) = made(500);
    let mut fitting = Fitting::new(rows.clone(), y, None, Loss::Squared, Params::default());
    while fitting.step() {}
    let kept = fitting.sums.clone();
    assert_eq!(fitting.finish().raw(&rows), kept);
}

#[test]
fn a_weight_of_two_is_the_row_twice() {
    let (_, y, class) = made(400);
    let mut stream = Stream(7);
    let (a, b) = (stream.many(400), stream.many(400));
    let rows = binned(&[Feature::Numbers(&a), Feature::Numbers(&b)]);
    let weight: Vec<f64> = (0..400).map(|i| f64::from(1 + i % 3)).collect();
    let twice: Vec<usize> = (0..400).flat_map(|i| vec![i; 1 + i % 3]).collect();
    let params = Params {
        trees: 20,
        min_rows: 1,
        min_hessian: 5.0,
        ..Params::default()
    };
    for (target, loss) in [(y, Loss::Squared), (class, Loss::Logistic)] {
        let repeated = twice.iter().map(|i| target[*i]).collect();
        let many = fit(rows.pick(twice.clone()), repeated, None, loss, params);
        let heavy = fit(rows.clone(), target, Some(weight.clone()), loss, params);
        for (a, b) in many.raw(&rows).iter().zip(heavy.raw(&rows)) {
            assert!((a - b).abs() < 1e-6, "{loss:?}: {a} and {b}");
        }
    }
}

#[test]
fn rows_without_a_target_or_weight_do_not_count() {
    let (rows, y, _) = made(300);
    let mut holes = y.clone();
    let mut weight = vec![1.0; 300];
    for i in (0..300).step_by(3) {
        if i % 2 == 0 {
            holes[i] = f64::NAN;
        } else {
            weight[i] = 0.0;
        }
    }
    let kept: Vec<usize> = (0..300).filter(|i| i % 3 != 0).collect();
    let some = kept.iter().map(|i| y[*i]).collect();
    let params = Params::default();
    let a = fit(rows.clone(), holes, Some(weight), Loss::Squared, params);
    let b = fit(rows.pick(kept), some, None, Loss::Squared, params);
    assert_eq!(a.raw(&rows), b.raw(&rows));
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let (rows, y, class) = made(700);
    let turned: Vec<usize> = (0..700).map(|i| i * 257 % 700).collect();
    for (target, loss) in [(y, Loss::Squared), (class, Loss::Logistic)] {
        // Integers as targets of half, so that the first constant is exact in any order.
        let target: Vec<f64> = target.iter().map(|t| (t * 8.0).round() / 8.0).collect();
        let other = turned.iter().map(|i| target[*i]).collect();
        let params = Params {
            trees: 1,
            ..Params::default()
        };
        let a = fit(rows.clone(), target, None, loss, params);
        let b = fit(rows.pick(turned.clone()), other, None, loss, params);
        assert_eq!(a.raw(&rows), b.raw(&rows), "{loss:?}");
    }
}

#[test]
fn a_histogram_less_a_part_is_the_rest_exactly() {
    let (rows, y, _) = made(999);
    let sum: f64 = y.iter().map(|y| y.abs()).sum();
    let units = Units::of(sum, 999.0);
    let cells: Vec<_> = y.iter().map(|y| units.cell(*y, 1.0)).collect();
    let of = |keep: fn(&u32) -> bool| {
        let mut h = vec![[super::cell::Cell::default(); 256]; rows.width()];
        let some: Vec<u32> = (0..999).filter(keep).collect();
        fill(&mut h, &rows, &some, &cells);
        h
    };
    let mut rest = of(|_| true);
    subtract(&mut rest, &of(|i| i % 3 == 0));
    assert_eq!(rest, of(|i| i % 3 != 0));
    let total: u32 = rest[0].iter().map(|c| c.rows()).sum();
    assert_eq!(total, 666);
}

#[test]
fn few_numbers_have_a_bin_each_and_many_share_them_evenly() {
    let few: Vec<f64> = (0..254).map(f64::from).collect();
    let rows = binned(&[Feature::Numbers(&few)]);
    let bins: Vec<u8> = (0..254).map(|i| rows.row(i)[0]).collect();
    assert_eq!(bins, (1..=254).collect::<Vec<u8>>());
    let many = Stream(3).many(50_000);
    let rows = binned(&[Feature::Numbers(&many)]);
    let mut counts = [0_usize; 256];
    (0..50_000).for_each(|i| counts[usize::from(rows.row(i)[0])] += 1);
    let fair = 50_000.0 / 254.0;
    for (bin, n) in counts.iter().enumerate().take(255).skip(1) {
        let share = *n as f64 / fair;
        assert!((0.9..1.1).contains(&share), "bin {bin} holds {n}");
    }
}

#[test]
fn nothing_to_learn_from_gives_a_constant_and_no_panic() {
    let x = [1.0, 1.0, 1.0];
    let rows = binned(&[Feature::Numbers(&x)]);
    let params = Params::default();
    for (target, loss, said) in [
        (vec![2.0, 2.0, 2.0], Loss::Squared, 2.0),
        (vec![1.0, 1.0, 1.0], Loss::Logistic, 1.0),
        (vec![f64::NAN; 3], Loss::Squared, 0.0),
        (vec![1e308, 1e308, 1e308], Loss::Squared, 0.0),
        (Vec::new(), Loss::Squared, 0.0),
    ] {
        let told = fit(rows.clone(), target, None, loss, params).predict(&rows);
        assert!(told.iter().all(|t| (t - said).abs() < 1e-9), "{told:?}");
    }
    let none = binned(&[]);
    assert!(none.is_empty());
    assert!(
        fit(none.clone(), Vec::new(), None, Loss::Squared, params)
            .predict(&none)
            .is_empty()
    );
}
