//! Whether series moved in a period, and which moves before which: against statsmodels and scipy, and how often
//! nothing is taken for something.
#![allow(clippy::unwrap_used)]

mod random;

use plumbline::stats::lagged::{Innovations, correlations, innovations};
use plumbline::stats::moved::{MOST, Tested, inside, moved, unlike};
use plumbline::stats::multiple::benjamini_yekutieli;
use proptest::prelude::*;
use random::Random;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().unwrap().iter();
    values.map(|v| v.as_f64().unwrap()).collect()
}

fn some(value: &Value) -> Vec<Option<f64>> {
    numbers(value).into_iter().map(Some).collect()
}

fn close(what: &str, ours: f64, theirs: f64) {
    let within = 1e-9 * theirs.abs().max(1e-3);
    assert!(
        (ours - theirs).abs() <= within,
        "{what}: {ours}, not {theirs}"
    );
}

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/one_axis.json")).unwrap()
}

/// `tests/reference/make_one_axis.py`.
#[test]
fn what_moved_is_what_statsmodels_says() {
    let known = reference();
    let all = known["moved"].as_array().unwrap();
    assert_eq!(all.len(), 48);
    for (at, one) in all.iter().enumerate() {
        let found = moved(&some(&one["before"]), &some(&one["period"])).unwrap();
        let test = found.test.unwrap();
        assert_eq!(test.df as u64, one["df"].as_u64().unwrap(), "{at}");
        close(
            &format!("{at}"),
            test.p_value,
            one["p_value"].as_f64().unwrap(),
        );
        close_shift(&format!("{at}"), test, &one["shift"]);
    }
    for one in known["weeks"].as_array().unwrap() {
        let found = unlike(one["now"].as_f64().unwrap(), &numbers(&one["earlier"])).unwrap();
        close("weeks", found.p_value, one["p_value"].as_f64().unwrap());
        close_shift("weeks", found, &one["shift"]);
    }
}

fn close_shift(what: &str, ours: Tested, theirs: &Value) {
    let theirs = |name: &str| theirs[name].as_f64().unwrap();
    close(what, ours.shift, theirs("value"));
    close(what, ours.low, theirs("low"));
    close(what, ours.high, theirs("high"));
}

#[test]
fn lagged_correlations_are_those_of_statsmodels_and_scipy() {
    let known = reference();
    for one in known["lagged"].as_array().unwrap() {
        let found: Vec<Innovations> = ["first", "second"]
            .iter()
            .map(|name| innovations(&some(&one[*name])).unwrap())
            .collect();
        for (at, ours) in found.iter().enumerate() {
            assert_eq!(ours.order as u64, one["orders"][at].as_u64().unwrap());
            for (a, b) in ours.weights.iter().zip(numbers(&one["weights"][at])) {
                close("weight", *a, b);
            }
        }
        let ours = correlations(&found[0], &found[1], 6);
        let theirs = one["lags"].as_array().unwrap();
        assert_eq!(ours.len(), theirs.len());
        for (a, b) in ours.iter().zip(theirs) {
            assert_eq!(
                (a.lag, a.n as u64),
                (b["lag"].as_i64().unwrap(), b["n"].as_u64().unwrap())
            );
            close(
                "correlation",
                a.correlation,
                b["correlation"].as_f64().unwrap(),
            );
            close("p", a.p_value, b["p_value"].as_f64().unwrap());
        }
    }
}

/// An autoregression of the first order that has run for a while.
fn alike(random: &mut Random, weight: f64, n: usize) -> Vec<Option<f64>> {
    let mut value = 0.0;
    let all = (0..n + 100).map(|_| {
        value = weight * value + random.normal();
        Some(value)
    });
    all.collect::<Vec<_>>().split_off(100)
}

/// Of a period in which nothing happened, no more than the nominal share of all series is said to have moved, and no
/// more than the nominal share of periods has any (with nothing to find, the two are the false discovery rate).
#[test]
fn what_only_sways_is_not_said_to_have_moved() {
    let mut random = Random(5);
    for weight in [0.0, 0.5, 0.9, 1.0] {
        for length in [2, 5, 10, 40] {
            let (periods, series) = (400, 20);
            let (mut single, mut any) = (0, 0);
            for _ in 0..periods {
                let tests: Vec<f64> = (0..series)
                    .map(|_| {
                        let all = alike(&mut random, weight, 5 * length);
                        let (before, period) = all.split_at(4 * length);
                        moved(before, period).unwrap().test.unwrap().p_value
                    })
                    .collect();
                single += tests.iter().filter(|p| **p <= 0.05).count();
                let corrected = benjamini_yekutieli(&tests);
                any += usize::from(corrected.iter().any(|p| *p <= 0.05));
            }
            let share = single as f64 / (periods * series) as f64;
            let false_discoveries = any as f64 / periods as f64;
            println!("{weight} {length}: {share:.4} {false_discoveries:.4}");
            // What short series cost, and three standard errors of the simulation.
            assert!(
                share < if length < 5 { 0.075 } else { 0.064 },
                "{weight} {length}: {share}"
            );
            assert!(
                false_discoveries < 0.05,
                "{weight} {length}: {false_discoveries}"
            );
        }
    }
}

/// The interval holds the true shift as often as it says, whatever the shift, and 0 where the test does not reject.
/// Nor is it said to have shifted inside the period, however many instants are looked at.
#[test]
fn what_only_sways_does_not_shift_inside_a_period() {
    let mut random = Random(15);
    for weight in [0.0, 0.5, 0.9, 1.0] {
        for length in [4, 10, 40] {
            let rounds = 600;
            let mut found = [0; 2];
            for _ in 0..rounds {
                let all = alike(&mut random, weight, 5 * length);
                let (before, period) = all.split_at(4 * length);
                let p = inside(before, period).unwrap().test.p_value;
                found[0] += u32::from(p <= 0.05);
                found[1] += u32::from(p <= 0.002);
            }
            let share = found.map(|n| f64::from(n) / f64::from(rounds));
            println!("{weight} {length}: {share:?}");
            assert!(
                share[0] <= 0.065 && share[1] <= 0.01,
                "{weight} {length}: {share:?}"
            );
        }
    }
}

#[test]
fn a_shift_some_time_after_the_beginning_is_found_where_it_is() {
    let mut random = Random(16);
    for weight in [0.0, 0.5, 0.8] {
        for late in [2, 4, 8, 14] {
            let (rounds, mut found, mut near) = (60, 0, 0);
            for _ in 0..rounds {
                let mut all = alike(&mut random, weight, 140);
                for value in &mut all[112 + late..] {
                    *value = value.map(|v| v + 20.0);
                }
                let (before, period) = all.split_at(112);
                let shift = inside(before, period).unwrap();
                found += u32::from(shift.test.p_value <= 5e-4);
                near += u32::from(shift.at.abs_diff(late) <= 2);
            }
            assert!(found * 100 >= rounds * 95, "{weight} {late}: {found}");
            assert!(near * 100 >= rounds * 95, "{weight} {late}: {near}");
        }
    }
    assert_eq!(inside(&[Some(1.0); 3], &[Some(1.0); 8]), None);
    assert_eq!(inside(&[Some(1.0); 8], &[Some(1.0); 2]), None);
}

#[test]
fn the_interval_of_a_shift_holds_it() {
    let mut random = Random(9);
    for weight in [0.0, 0.5, 0.9] {
        for (length, shift) in [(5, 3.0), (10, -8.0), (40, 0.5), (60, 20.0)] {
            let (rounds, mut held, mut wide) = (2_000, 0, 0.0);
            for _ in 0..rounds {
                let mut all = alike(&mut random, weight, 5 * length);
                for value in all[4 * length..].iter_mut().flatten() {
                    *value += shift;
                }
                let (before, period) = all.split_at(4 * length);
                let test = moved(before, period).unwrap().test.unwrap();
                assert!(test.low <= test.shift && test.shift <= test.high);
                let has_none = (test.low..=test.high).contains(&0.0);
                assert_eq!(has_none, test.p_value > 0.05, "{test:?}");
                held += usize::from((test.low..=test.high).contains(&shift));
                wide += (test.high - test.low) / rounds as f64;
            }
            let share = held as f64 / rounds as f64;
            println!("{weight} {length} {shift}: {share:.4}, {wide:.2} wide");
            // Three standard errors of the simulation, and what short series that sway cost.
            let least = if length < 10 { 0.92 } else { 0.935 };
            assert!(share >= least, "{weight} {length} {shift}: {share}");
            assert!(share <= 0.985 || weight > 0.0, "{weight} {length}: {share}");
        }
    }
}

#[test]
fn a_planted_step_is_seen_through_what_sways() {
    let mut random = Random(6);
    let mut seen = 0;
    for _ in 0..100 {
        let mut all = alike(&mut random, 0.6, 200);
        for value in all[160..].iter_mut().flatten() {
            *value += 4.0;
        }
        let (before, period) = all.split_at(160);
        seen += usize::from(moved(before, period).unwrap().test.unwrap().p_value < 0.001);
    }
    assert!(seen >= 90, "{seen}");
}

/// Of independent series, however they wander, no more than the nominal share of searches finds anything.
#[test]
fn what_wanders_by_itself_moves_before_nothing() {
    let mut random = Random(7);
    for (one, other) in [(0.0, 0.0), (0.8, 0.8), (1.0, 1.0), (1.0, 0.5), (0.97, 0.97)] {
        let (searches, mut any, mut small, mut all) = (300u32, 0u32, 0usize, 0usize);
        for _ in 0..searches {
            let mut tests = Vec::new();
            let first = innovations(&alike(&mut random, one, 120)).unwrap();
            for _ in 0..3 {
                let second = innovations(&alike(&mut random, other, 120)).unwrap();
                tests.extend(correlations(&first, &second, 12).iter().map(|l| l.p_value));
            }
            small += tests.iter().filter(|p| **p <= 0.05).count();
            all += tests.len();
            any += u32::from(benjamini_yekutieli(&tests).iter().any(|p| *p <= 0.05));
        }
        let share = f64::from(small as u32) / all as f64;
        let found = f64::from(any) / f64::from(searches);
        println!("{one} {other}: {share:.4} of lags, {found:.4} of searches");
        assert!(share <= 0.055, "{one} {other}: {share}");
        assert!(found <= 0.05, "{one} {other}: {found}");
    }
}

#[test]
fn a_planted_lag_is_found() {
    let mut random = Random(8);
    let mut found = 0;
    for _ in 0..50 {
        let first = alike(&mut random, 0.8, 150);
        let own = alike(&mut random, 0.9, 150);
        // The second follows the first by four steps.
        let second: Vec<Option<f64>> = (0..150usize)
            .map(|at| {
                let led = at.checked_sub(4).and_then(|at| first[at]).unwrap_or(0.0);
                own[at].map(|x| 0.5 * x - led)
            })
            .collect();
        let all = correlations(
            &innovations(&first).unwrap(),
            &innovations(&second).unwrap(),
            12,
        );
        let best = all
            .iter()
            .min_by(|a, b| a.p_value.total_cmp(&b.p_value))
            .unwrap();
        found += usize::from(best.lag == 4 && best.correlation < 0.0 && best.p_value < 1e-4);
    }
    assert!(found >= 48, "{found}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Neither unit nor level of a series matters, nor which way time's values point.
    #[test]
    fn units_do_not_matter(
        values in prop::collection::vec(prop::option::weighted(0.9, -1e3..1e3f64), 12..300),
        at in 0.3..0.9f64, scale in prop::sample::select(vec![1e-6, -3.0, 1e6]), level in -10.0..10.0f64,
    ) {
        let cut = (values.len() as f64 * at) as usize;
        let other: Vec<Option<f64>> = values.iter().map(|v| v.map(|v| v * scale + level * scale)).collect();
        let (a, b) = (moved(&values[..cut], &values[cut..]), moved(&other[..cut], &other[cut..]));
        prop_assert_eq!(a.is_some(), b.is_some());
        if let (Some(a), Some(b)) = (a, b) {
            prop_assert_eq!(a.test.is_some(), b.test.is_some());
            if let (Some(a), Some(b)) = (a.test, b.test) {
                prop_assert!((a.p_value - b.p_value).abs() < 1e-6, "{} {}", a.p_value, b.p_value);
                prop_assert!((0.0..=1.0).contains(&a.p_value) && a.df >= 3 && a.df < MOST);
            }
        }
    }
}
