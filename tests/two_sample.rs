//! Tests of two samples against scipy and mpmath (`tests/reference/make_two_sample.py` writes the values), and what
//! holds of each of them whatever the samples are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::stats::distance::{
    Sample, hellinger, kullback_leibler, l_infinity, total_variation,
};
use plumbline::stats::special::{chi_square_sf, ln_hypergeometric};
use plumbline::stats::two_sample::{
    How, Outcome, Step, Undefined, anderson_darling, chi_square, cramer_von_mises, cramers_v,
    cramers_v_corrected, energy, epps_singleton, fisher, fisher_simulated, g, kolmogorov_smirnov,
    mann_whitney, mann_whitney_less, ordered, pooled, steps, steps_of_counts, student, table_p,
    welch, yates,
};
use proptest::prelude::*;
use serde_json::Value;

fn reference() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/two_sample.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let all = value.as_array().unwrap().iter();
    all.map(|v| v.as_f64().unwrap()).collect()
}

fn counts(value: &Value) -> Vec<u64> {
    numbers(value).into_iter().map(|n| n as u64).collect()
}

/// splitmix64.
struct Even(u64);

impl Even {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// About normal: twelve of them, less six.
    fn sum(&mut self) -> f64 {
        (0..12).fold(0.0, |x, _| x + self.next()) - 6.0
    }
}

/// The same numbers as `drawn` in the script.
fn drawn(of: &Value) -> Sample {
    let [seed, n, shift, scale, step] = numbers(of)[..] else {
        panic!("five numbers")
    };
    let mut even = Even(seed as u64);
    let values: Vec<f64> = (0..n as usize)
        .map(|_| {
            let x = shift + scale * even.sum();
            if step > 0.0 {
                (x / step).floor() * step
            } else {
                x
            }
        })
        .collect();
    Sample::of(&values)
}

#[track_caller]
fn close(what: &str, got: f64, want: f64, room: f64) {
    let near =
        got == want || (got - want).abs() <= room * want.abs() || want == 0.0 && got.abs() < 1e-14;
    assert!(near, "{what}: {got:e} is not {want:e}");
}

#[track_caller]
fn same(what: &str, got: Outcome, want: &Value) {
    match (got, want.as_array()) {
        (Ok(got), Some(want)) => {
            let want: Vec<Option<f64>> = want.iter().map(Value::as_f64).collect();
            let statistic = want[0].unwrap();
            // What scipy gives as nearly nothing is rounding.
            let room = if statistic.abs() < 1e-12 { 1.0 } else { 1e-9 };
            close(
                &format!("{what}, statistic"),
                got.statistic,
                statistic,
                room,
            );
            if let Some(p) = want[1] {
                close(&format!("{what}, p"), got.p, p, 1e-6);
            }
        }
        (Ok(got), None) => assert!(
            got.statistic.is_finite() && (0.0..=1.0).contains(&got.p),
            "{what}: {got:?}"
        ),
        (Err(why), Some(want)) => panic!("{what}: {why}, {want:?} expected"),
        (Err(_), None) => {}
    }
}

fn check_numbers(name: &str, case: &Value, a: &Sample, b: &Sample) {
    let s = steps(a, b);
    let what = |test: &str| format!("{name}, {test}");
    same(&what("ks"), kolmogorov_smirnov(&s), &case["ks"]);
    // Where no two values are equal both are one test; of very many beside few scipy counts no orders.
    if s.iter().all(|(n, m)| n + m == 1) {
        let by_order = ordered::kolmogorov_smirnov(&s);
        let counted = kolmogorov_smirnov(&s).is_ok_and(|t| t.how == How::Exact);
        if counted {
            same(&what("ks, by order"), by_order, &case["ks"]);
        } else if let (Ok(got), Some(want)) = (by_order, case["ks"][1].as_f64()) {
            close(&what("ks, by order"), got.p.ln(), want.ln(), 0.01);
        }
    }
    same(
        &what("mann_whitney"),
        mann_whitney(&s),
        &case["mann_whitney"],
    );
    same(
        &what("less"),
        mann_whitney_less(&s),
        &case["mann_whitney_less"],
    );
    same(&what("welch"), welch(a, b), &case["welch"]);
    same(&what("student"), student(a, b), &case["student"]);
    same(&what("epps"), epps_singleton(a, b), &case["epps_singleton"]);
    same(&what("cvm"), cramer_von_mises(&s), &case["cvm"]);
    // What the report tells.
    if s.iter().all(|(n, m)| n + m == 1) {
        same(
            &what("cvm, in the report"),
            ordered::cramer_von_mises(&s),
            &case["cvm"],
        );
    }
    if let (Ok(got), Some(want)) = (ordered::anderson_darling(&s), case["anderson"][0].as_f64()) {
        close(&what("anderson, in the report"), got.statistic, want, 1e-9);
    }
    if let Some(want) = case["anderson"].as_array() {
        let got = anderson_darling(&s).unwrap();
        close(
            &what("anderson"),
            got.statistic,
            want[0].as_f64().unwrap(),
            1e-9,
        );
        close(
            &what("anderson, table"),
            table_p(got.statistic),
            want[1].as_f64().unwrap(),
            1e-9,
        );
        if let Some(limit) = case["anderson_limit"].as_f64() {
            close(&what("anderson, p"), got.p, limit, 1e-6);
        }
    }
    if let Some(want) = case["energy"].as_f64() {
        let got = energy(a, b);
        close(&what("energy"), got.unwrap().statistic, want, 1e-9);
    }
    match case["wasserstein_normalised"].as_f64() {
        Some(want) => close(
            &what("wasserstein"),
            a.wasserstein_normalised(b).unwrap(),
            want,
            1e-9,
        ),
        None => assert!(
            a.wasserstein_normalised(b).is_none_or(f64::is_finite),
            "{name}"
        ),
    }
}

#[test]
fn small_and_hostile_samples() {
    let all = reference();
    for (name, case) in all["small"].as_object().unwrap() {
        let [a, b] = ["before", "after"].map(|side| Sample::of(&numbers(&case[side])));
        check_numbers(name, case, &a, &b);
    }
}

#[test]
fn drawn_samples() {
    let all = reference();
    for (name, case) in all["drawn"].as_object().unwrap() {
        check_numbers(name, case, &drawn(&case["before"]), &drawn(&case["after"]));
    }
}

#[test]
fn counts_of_categories() {
    let all = reference();
    for (name, case) in all["counts"].as_object().unwrap() {
        let (a, b) = (counts(&case["before"]), counts(&case["after"]));
        let what = |test: &str| format!("{name}, {test}");
        same(&what("chi_square"), chi_square(&a, &b), &case["chi_square"]);
        same(&what("yates"), yates(&a, &b), &case["yates"]);
        same(&what("g"), g(&a, &b), &case["g"]);
        if case["fisher"].is_array() {
            let got = fisher(&a, &b).unwrap();
            assert_eq!(got.how, How::Exact);
            match case["fisher"][0].is_null() {
                true => assert_eq!(got.statistic, f64::INFINITY),
                false => same(&what("fisher"), Ok(got), &case["fisher"]),
            }
        }
        let distances = [
            ("cramers_v", cramers_v(&a, &b).ok()),
            ("hellinger", hellinger(&a, &b)),
            ("total_variation", total_variation(&a, &b)),
            ("l_infinity", l_infinity(&a, &b)),
            ("kullback_leibler", kullback_leibler(&a, &b)),
        ];
        for (distance, got) in distances {
            match (got, case[distance].as_f64()) {
                // Near shares cancel out in numpy.
                (Some(got), Some(want)) => {
                    assert!(
                        (got - want).abs() <= 1e-9 * want.abs() + 1e-15,
                        "{name} {distance}: {got} {want}"
                    );
                }
                (got, want) => assert!(
                    got.is_none() || name == "one",
                    "{name} {distance}: {got:?} {want:?}"
                ),
            }
        }
    }
}

#[test]
fn tables_that_are_drawn_are_near_those_that_are_counted() {
    let all = reference();
    for (name, case) in all["three"].as_object().unwrap() {
        let (a, b) = (counts(&case["before"]), counts(&case["after"]));
        let want = case["p"].as_f64().unwrap();
        let got = fisher_simulated(&a, &b, 40_000, 7).unwrap();
        let probability = case["probability"].as_f64().unwrap();
        assert!((got.statistic / probability - 1.0).abs() < 1e-9, "{name}");
        let error = (want * (1.0 - want) / 40_000.0).sqrt();
        assert!(
            (got.p - want).abs() < 4.0 * error + 1e-4,
            "{name}: {} {want}",
            got.p
        );
        assert_eq!(
            got,
            fisher_simulated(&a, &b, 40_000, 7).unwrap(),
            "always the same ones"
        );
        assert_eq!(fisher(&a, &b).unwrap().how, How::Simulated(10_000));
    }
}

#[test]
fn special_distributions() {
    let all = reference();
    for row in all["hypergeometric"].as_array().unwrap() {
        let row = numbers(row);
        let [k, n, r, total] = [0, 1, 2, 3].map(|i| row[i] as u64);
        let got = ln_hypergeometric(k, n, r, total);
        assert!(
            (got - row[4]).abs() < 1e-9 * row[4].abs().max(1.0),
            "{row:?}: {got}"
        );
    }
    for row in all["anderson_table"].as_array().unwrap() {
        let row = numbers(row);
        close("table", table_p(row[0]), row[1], 1e-9);
    }
}

#[test]
fn what_cannot_be_told_says_why() {
    let (none, one) = (Sample::of(&[f64::NAN]), Sample::of(&[1.0]));
    let (two, three) = (Sample::of(&[2.0, 2.0]), Sample::of(&[3.0, 3.0, 3.0]));
    assert_eq!(
        kolmogorov_smirnov(&steps(&none, &one)),
        Err(Undefined::Empty)
    );
    assert_eq!(welch(&one, &two), Err(Undefined::TooFew(2)));
    assert_eq!(welch(&two, &three), Err(Undefined::NoSpread));
    assert_eq!(epps_singleton(&two, &three), Err(Undefined::TooFew(5)));
    assert_eq!(
        anderson_darling(&steps(&two, &two)),
        Err(Undefined::NoSpread)
    );
    assert_eq!(
        chi_square(&[1, 2], &[1, 2, 3]),
        Err(Undefined::OtherCategories)
    );
    assert_eq!(chi_square(&[0, 0], &[1, 2]), Err(Undefined::Empty));
    let (low, high) = (
        Sample::of(&[f64::NEG_INFINITY, 0.0]),
        Sample::of(&[f64::MAX, f64::MAX]),
    );
    assert_eq!(energy(&low, &high), Err(Undefined::TooLarge));
    assert_eq!(kolmogorov_smirnov(&steps(&two, &two)).map(|t| t.p), Ok(1.0));
    assert_eq!(ordered::cramer_von_mises(&[(3, 4)]).map(|t| t.p), Ok(1.0));
}

/// Numbers of two values vary in one direction, where the statistic is (p − q)² over its variance. scipy takes rounding
/// for further ones now and then.
#[test]
fn numbers_of_two_values_have_one_degree_of_freedom() {
    let of = |zeros: usize, ones: usize| {
        let all = std::iter::repeat_n(0.0, zeros).chain(std::iter::repeat_n(1.0, ones));
        Sample::of(&all.collect::<Vec<f64>>())
    };
    let found = epps_singleton(&of(210, 90), &of(120, 80)).unwrap();
    close("statistic", found.statistic, 100.0 / 19.0, 1e-9);
    close("p", found.p, 0.021781462791119494, 1e-6);
    // The quartiles are one value, and not all of them.
    assert_eq!(
        epps_singleton(&of(270, 30), &of(180, 20)),
        Err(Undefined::NoWidth)
    );
}

#[test]
fn rare_categories_are_joined_by_both_sides_alone() {
    let (a, b) = pooled(&[100, 50, 3, 2, 1, 0], &[80, 60, 1, 0, 2, 1], 5.0).unwrap();
    assert_eq!(
        (a, b),
        (vec![100, 56], vec![80, 64]),
        "ten rows, of which too few are expected of one side"
    );
    let (a, b) = pooled(&[100, 50, 3, 4, 4, 4], &[80, 60, 4, 4, 2, 6], 5.0).unwrap();
    assert_eq!((a, b), (vec![100, 50, 15], vec![80, 60, 16]));
    assert_eq!(cramers_v_corrected(&[50, 50], &[51, 49]), Ok(0.0));
    let got = cramers_v_corrected(&[30, 70], &[60, 40]).unwrap();
    // By Bergsma's formula in numpy.
    assert!((got - 0.294_104_549_9).abs() < 1e-3, "{got}");
}

fn two() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let one = || {
        let few = (-8i32..8).prop_map(f64::from);
        prop::collection::vec(prop_oneof![2 => few, 1 => -9.0..9.0_f64], 2..60)
    };
    (one(), one())
}

type OfSteps = fn(&[Step]) -> Outcome;

const BY_RANK: [OfSteps; 7] = [
    kolmogorov_smirnov,
    cramer_von_mises,
    anderson_darling,
    mann_whitney,
    ordered::kolmogorov_smirnov,
    ordered::cramer_von_mises,
    ordered::anderson_darling,
];

fn near(a: Outcome, b: Outcome) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => (a.p - b.p).abs() <= 1e-9 * a.p.max(b.p) + 1e-12,
        (a, b) => a.is_err() && b.is_err(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn both_ways_are_one_and_a_monotone_map_changes_no_rank((a, b) in two()) {
        let map = |v: &[f64]| Sample::of(&v.iter().map(|x| x * x * x + 2.0 * x + 7.0).collect::<Vec<_>>());
        let turn = |v: &[f64]| Sample::of(&v.iter().map(|x| -x).collect::<Vec<_>>());
        let (x, y) = (Sample::of(&a), Sample::of(&b));
        for (i, test) in BY_RANK.iter().enumerate() {
            let one = test(&steps(&x, &y));
            prop_assert!(one.is_err() || (0.0..=1.0).contains(&one.unwrap().p), "{} {:?}", i, one);
            prop_assert!(near(one, test(&steps(&y, &x))), "{} {:?} {:?}", i, one, test(&steps(&y, &x)));
            prop_assert!(near(one, test(&steps(&turn(&a), &turn(&b)))), "{} turned", i);
            let mapped = test(&steps(&map(&a), &map(&b)));
            prop_assert_eq!(one, mapped);
            if let Ok(same) = test(&steps(&x, &x)) {
                prop_assert!(same.p > 0.3, "{} {:?}", i, same);
            }
        }
        for test in [welch, student, epps_singleton, energy] {
            prop_assert!(near(test(&x, &y), test(&y, &x)));
        }
    }

    #[test]
    fn the_order_of_categories_and_sides_does_not_matter(
        pairs in prop::collection::vec((0u64..60, 0u64..60), 1..9), turn in 0usize..9,
    ) {
        let (a, b): (Vec<u64>, Vec<u64>) = pairs.iter().copied().unzip();
        let (mut c, mut d) = (a.clone(), b.clone());
        c.rotate_left(turn % a.len());
        d.rotate_left(turn % a.len());
        for test in [chi_square, yates, g] {
            prop_assert!(near(test(&a, &b), test(&b, &a)));
            prop_assert!(near(test(&a, &b), test(&c, &d)));
        }
        // Equal sums may come in another order, so that other tables are drawn.
        if let (Ok(one), Ok(other)) = (fisher(&a, &b), fisher(&d, &c)) {
            prop_assert!((one.p - other.p).abs() < 0.05, "{} {}", one.p, other.p);
        }
        // Of one table the ratio of likelihoods and the squares are near where both are small.
        if let (Ok(x), Ok(y)) = (chi_square(&a, &b), g(&a, &b)) {
            prop_assert!(x.statistic >= 0.0 && y.statistic >= 0.0);
        }
    }
}

/// p-values of what does not change are even: their own Kolmogorov–Smirnov distance from that.
fn evenness(p: &mut [f64]) -> (f64, f64) {
    p.sort_unstable_by(f64::total_cmp);
    let n = p.len() as f64;
    let off = p
        .iter()
        .enumerate()
        .map(|(i, p)| (p - i as f64 / n).max((i + 1) as f64 / n - p));
    (off.fold(0.0, f64::max), n)
}

#[test]
fn p_values_of_no_change_are_even() {
    let runs = 2_000;
    let mut even = Even(99);
    type OfNumbers = (&'static str, fn(&Sample, &Sample) -> Outcome);
    let of_numbers: [OfNumbers; 9] = [
        ("ks", |a, b| kolmogorov_smirnov(&steps(a, b))),
        ("ks, ordered", |a, b| {
            ordered::kolmogorov_smirnov(&steps(a, b))
        }),
        ("cvm", |a, b| cramer_von_mises(&steps(a, b))),
        ("cvm, ordered", |a, b| {
            ordered::cramer_von_mises(&steps(a, b))
        }),
        ("anderson", |a, b| anderson_darling(&steps(a, b))),
        ("mann_whitney", |a, b| mann_whitney(&steps(a, b))),
        ("welch", welch),
        ("epps_singleton", epps_singleton),
        ("energy", energy),
    ];
    let mut p = vec![Vec::new(); of_numbers.len()];
    for _ in 0..runs {
        let [a, b] = [150, 90].map(|n| Sample::of(&(0..n).map(|_| even.sum()).collect::<Vec<_>>()));
        for (p, (_, test)) in p.iter_mut().zip(&of_numbers) {
            p.push(test(&a, &b).unwrap().p);
        }
    }
    for (p, (name, _)) in p.iter_mut().zip(&of_numbers) {
        let low = p.iter().filter(|p| **p <= 0.05).count();
        let (off, n) = evenness(p);
        // Statistics that are whole make p-values that come in steps.
        let room = if name.starts_with("ks") { 0.035 } else { 0.0 };
        assert!(off < 1.63 / n.sqrt() + room, "{name}: {off}");
        assert!((60..=140).contains(&low), "{name}: {low} of {runs} at 0.05");
    }
}

#[test]
fn p_values_of_bins_and_categories_are_even() {
    let runs = 2_000;
    let shares = [0.4, 0.25, 0.15, 0.1, 0.06, 0.04];
    let mut even = Even(5);
    type OfCounts = (&'static str, fn(&[u64], &[u64]) -> Outcome);
    let tests: [OfCounts; 5] = [
        ("chi_square", chi_square),
        ("g", g),
        ("ks", |a, b| {
            ordered::kolmogorov_smirnov(&steps_of_counts(a, b)?)
        }),
        ("cvm", |a, b| {
            ordered::cramer_von_mises(&steps_of_counts(a, b)?)
        }),
        ("anderson", |a, b| {
            ordered::anderson_darling(&steps_of_counts(a, b)?)
        }),
    ];
    let mut p = vec![Vec::new(); tests.len()];
    for _ in 0..runs {
        let [a, b] = [3_000, 1_200].map(|n| {
            let mut counts = vec![0u64; shares.len()];
            for _ in 0..n {
                let (mut x, mut at) = (even.next(), 0);
                while at + 1 < shares.len() && x >= shares[at] {
                    x -= shares[at];
                    at += 1;
                }
                counts[at] += 1;
            }
            counts
        });
        for (p, (_, test)) in p.iter_mut().zip(&tests) {
            p.push(test(&a, &b).unwrap().p);
        }
    }
    for (p, (name, _)) in p.iter_mut().zip(&tests) {
        let low = p.iter().filter(|p| **p <= 0.05).count();
        let (off, n) = evenness(p);
        assert!(off < 1.63 / n.sqrt() + 0.005, "{name}: {off}");
        assert!((60..=140).contains(&low), "{name}: {low} of {runs} at 0.05");
    }
}

/// Where numbers of another test say nothing is changed, a table of one degree tells the same as its root.
#[test]
fn small_p_values_keep_their_digits() {
    let got = chi_square(&[50_000, 50_000], &[43_000, 57_000]).unwrap();
    assert!(got.p > 0.0 && got.p < 1e-200);
    close("chi", got.p, chi_square_sf(got.statistic, 1.0), 1e-12);
    let by_fisher = fisher(&[50_000, 50_000], &[43_000, 57_000]).unwrap();
    assert!(by_fisher.p > 0.0 && by_fisher.p < 1e-200);
    let s = [(50_000, 43_000), (50_000, 57_000)];
    let by_order = ordered::kolmogorov_smirnov(&s).unwrap();
    // Of samples of one size both are about the same tables, which are too many to count.
    close("order", by_order.p.ln(), by_fisher.p.ln(), 0.002);
    assert!(ordered::kolmogorov_bound(&s).unwrap() > by_order.p);
}

/// Every order of tied values is counted at the end of every step, whatever the steps are; here by all places of the
/// grid, and not by those within a band only.
#[test]
fn the_distance_of_tied_values_is_counted_at_every_end() {
    let plain = |steps: &[Step], far: u64| {
        let (n, m) = steps.iter().fold((0, 0), |(n, m), s| (n + s.0, m + s.1));
        let mut out = vec![0.0_f64; n as usize + 1];
        let mut seen = 0;
        for (a, b) in steps {
            for _ in 0..a + b {
                seen += 1;
                for k in (0..=n.min(seen)).rev().filter(|k| seen - k <= m) {
                    let own = if k > 0 {
                        out[k as usize - 1] * k as f64
                    } else {
                        0.0
                    };
                    let other = if seen > k {
                        out[k as usize] * (seen - k) as f64
                    } else {
                        0.0
                    };
                    out[k as usize] = (own + other) / seen as f64;
                }
            }
            for k in (0..=n.min(seen)).filter(|k| seen - k <= m) {
                if (k * m).abs_diff((seen - k) * n) >= far {
                    out[k as usize] = 1.0;
                }
            }
        }
        out[n as usize]
    };
    let mut even = Even(11);
    for (n, m, places, shift) in [
        (600, 600, 6.0, 0.0),
        (600, 600, 6.0, 0.4),
        (500, 900, 400.0, 6.0),
        (700, 700, 1e9, 3e7),
        (40, 2_500, 3.0, 0.1),
        (900, 850, 2.0, 0.02),
    ] {
        let draw = |even: &mut Even, shift: f64| (even.next() * places + shift).floor();
        let a: Vec<f64> = (0..n).map(|_| draw(&mut even, 0.0)).collect();
        let b: Vec<f64> = (0..m).map(|_| draw(&mut even, shift)).collect();
        let s = steps(&Sample::of(&a), &Sample::of(&b));
        let got = ordered::kolmogorov_smirnov(&s).unwrap();
        let far = libm::rint(got.statistic * n as f64 * m as f64) as u64;
        close(&format!("{n} {m} {places}"), got.p, plain(&s, far), 1e-9);
        assert_eq!(got.how, How::Exact);
    }
}
