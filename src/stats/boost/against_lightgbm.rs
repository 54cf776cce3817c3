//! The loss that our trees leave, against what LightGBM leaves (`tests/reference/make_boost.py`).

use super::tests::Stream;
use super::*;
use serde_json::Value;

/// The data that the script makes, bit by bit.
struct Data {
    numbers: [Vec<f64>; 3],
    words: [Vec<u32>; 2],
    y: Vec<f64>,
    weight: Vec<f64>,
}

impl Data {
    fn make(rows: usize) -> Self {
        let mut draw = Stream(20_261_126);
        let mut data = Self {
            numbers: [Vec::new(), Vec::new(), Vec::new()],
            words: [Vec::new(), Vec::new()],
            y: Vec::new(),
            weight: Vec::new(),
        };
        for _ in 0..rows {
            let (a, b, c) = (draw.next(), draw.next(), draw.next());
            let hidden = draw.next() < 0.2;
            let (word, few) = ((draw.next() * 20.0) as u32, (draw.next() * 3.0) as u32);
            let noise = draw.next() + draw.next() + draw.next() - 1.5;
            let jump = if c > 0.7 { 2.0 } else { 0.0 };
            let mut y = 4.0 * a * b + jump + f64::from(word * 7 % 20) * 0.1 - f64::from(few) * a;
            y += noise;
            if hidden {
                y += 1.0;
            }
            data.weight.push(1.0 + (draw.next() * 3.0).floor());
            data.numbers[0].push(a);
            data.numbers[1].push(b);
            data.numbers[2].push(if hidden { f64::NAN } else { c });
            data.words[0].push(word);
            data.words[1].push(few);
            data.y.push(y);
        }
        data
    }

    fn features(&self, rows: std::ops::Range<usize>) -> Vec<Feature<'_>> {
        let numbers = self
            .numbers
            .iter()
            .map(|v| Feature::Numbers(&v[rows.clone()]));
        let words = self.words.iter().map(|v| Feature::Words(&v[rows.clone()]));
        numbers.chain(words).collect()
    }
}

#[test]
fn the_loss_left_is_about_that_of_lightgbm() {
    let text = include_str!("../../../tests/reference/boost.json");
    let reference: Value = serde_json::from_str(text).unwrap();
    let n = reference["rows"].as_u64().unwrap() as usize;
    let data = Data::make(2 * n);
    let label: Vec<f64> = data.y.iter().map(|y| f64::from(*y > 2.0)).collect();
    let sum: f64 = data.y.iter().map(|y| y.abs()).sum();
    assert!((sum - reference["sums"]["target"].as_f64().unwrap()).abs() < 1e-6);
    assert_eq!(
        label.iter().sum::<f64>(),
        reference["sums"]["positive"].as_f64().unwrap()
    );

    let bins = Bins::of(&data.features(0..n));
    let (fitted, other) = (
        bins.rows(&data.features(0..n)),
        bins.rows(&data.features(n..2 * n)),
    );
    for (name, target, loss, weighted) in [
        ("squared", &data.y, Loss::Squared, false),
        ("squared_weighted", &data.y, Loss::Squared, true),
        ("logistic", &label, Loss::Logistic, false),
        ("logistic_weighted", &label, Loss::Logistic, true),
    ] {
        let weight = weighted.then(|| data.weight[..n].to_vec());
        let model = fit(
            fitted.clone(),
            target[..n].to_vec(),
            weight,
            loss,
            Params::default(),
        );
        for (part, rows, y) in [
            ("fitted", &fitted, &target[..n]),
            ("other", &other, &target[n..]),
        ] {
            let left = |(p, y): (&f64, &f64)| match loss {
                Loss::Squared => (p - y) * (p - y) / 2.0,
                Loss::Logistic => -libm::log(if *y > 0.5 { *p } else { 1.0 - p }),
            };
            let left = model.predict(rows).iter().zip(y).map(left).sum::<f64>() / n as f64;
            let theirs = reference[name][part].as_f64().unwrap();
            let ratio = left / theirs;
            println!("{name} {part}: {left:.5}, LightGBM {theirs:.5}, ratio {ratio:.4}");
            assert!(
                (0.95..1.02).contains(&ratio),
                "{name} {part}: {left}, LightGBM {theirs}"
            );
        }
    }
}
