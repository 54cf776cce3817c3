//! The numbers, choices and verdicts of Evidently 0.7.23 (`tests/reference/make_evidently.py` asked it).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::stats::compat::evidently::{Column, OF_NUMBERS, OF_WORDS, Test};
use plumbline::stats::distance::Sample;
use serde_json::Value;

fn reference() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/evidently.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// splitmix64, as numbers in 0 … 1.
struct Even(u64);

impl Even {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

fn drawn(of: &Value) -> (Sample, bool) {
    let of: Vec<f64> = of
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    let [seed, n, shift, scale, step] = of[..] else {
        panic!("five numbers")
    };
    let mut even = Even(seed as u64);
    let number = |_| {
        let x = shift + scale * ((0..12).fold(0.0, |x, _| x + even.next()) - 6.0);
        if step > 0.0 {
            (x / step).floor() * step
        } else {
            x
        }
    };
    (
        Sample::of(&(0..n as usize).map(number).collect::<Vec<_>>()),
        step == 1.0,
    )
}

fn words(of: &Value) -> Vec<u32> {
    let mut even = Even(of[0].as_u64().unwrap());
    let shares: Vec<f64> = of[2]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    (0..of[1].as_u64().unwrap())
        .map(|_| {
            let (mut x, mut at) = (even.next(), 0);
            while at + 1 < shares.len() && x >= shares[at] {
                x -= shares[at];
                at += 1;
            }
            at as u32
        })
        .collect()
}

fn check(name: &str, case: &Value, column: &Column<'_>, tests: &[Test]) {
    assert_eq!(Test::default_of(column).name(), case["default"], "{name}");
    let mut told = 0;
    for test in tests {
        let Some(want) = case["scores"].get(test.name()) else {
            continue;
        };
        let what = format!("{name}: {}", test.name());
        let got = test.score(column);
        let Some(want) = want.as_array() else {
            assert!(got.is_err(), "{what}: {got:?}, which Evidently cannot tell");
            continue;
        };
        let got = got.unwrap_or_else(|why| panic!("{what}: {why}"));
        let score = want[0].as_f64().unwrap();
        // What is left of 1 − F, or of a sum that cancels out, is rounding.
        let near = (got - score).abs() <= 1e-9 * score.abs() + 1e-12;
        assert!(near, "{what}: {got:e} is not {score:e}");
        assert_eq!(test.drifted(got), want[1].as_bool().unwrap(), "{what}");
        assert_eq!(test.threshold(), want[2].as_f64().unwrap(), "{what}");
        told += 1;
    }
    assert!(told > 4, "{name}: hardly a test");
}

#[test]
fn tests_of_numbers() {
    let mut tests = OF_NUMBERS.to_vec();
    tests.extend([Test::ChiSquare, Test::Z]);
    for (name, case) in reference()["numbers"].as_object().unwrap() {
        let ((reference, whole), (current, _)) =
            (drawn(&case["reference"]), drawn(&case["current"]));
        let column = Column::Numbers {
            reference: &reference,
            current: &current,
            whole,
        };
        check(name, case, &column, &tests);
    }
}

#[test]
fn tests_of_words() {
    for (name, case) in reference()["words"].as_object().unwrap() {
        let (reference, current) = (words(&case["reference"]), words(&case["current"]));
        let column = Column::Words {
            reference: &reference,
            current: &current,
        };
        check(name, case, &column, &OF_WORDS);
    }
}
