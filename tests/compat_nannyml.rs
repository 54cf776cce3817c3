//! The chunks, methods, thresholds and alerts of NannyML 0.13.1 on its own data
//! (`tests/reference/make_nannyml_drift.py` asked it).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::stats::compat::nannyml::{
    CHI_SQUARE_LEVEL, Limits, Method, Numbers, OF_NUMBERS, OF_WORDS, Statistics, Thresholds, Words,
    by_default, by_number, by_size, encoded_numbers, encoded_words, statistics,
};
use plumbline::stats::multivariate::pca::{Pca, SHARE};
use serde_json::Value;
use std::collections::BTreeMap;

fn read(name: &str) -> String {
    let path = format!(
        "{}/tests/reference/nannyml/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

fn golden() -> Value {
    serde_json::from_str(&read("drift.json")).unwrap()
}

type Cells = BTreeMap<String, Vec<String>>;

/// Columns of a file without quotes.
fn table(name: &str) -> Cells {
    let text = read(name);
    let mut lines = text.lines().map(|line| line.split(','));
    let names: Vec<&str> = lines.next().unwrap().collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line) {
            column.push(cell.to_owned());
        }
    }
    names.into_iter().map(str::to_owned).zip(columns).collect()
}

fn numbers(cells: &[String]) -> Vec<f64> {
    cells
        .iter()
        .map(|c| c.parse().unwrap_or(f64::NAN))
        .collect()
}

/// Words of both by their places in order; `u32::MAX` where one is missing.
fn codes(reference: &[String], analysis: &[String]) -> ([Vec<u32>; 2], usize) {
    let mut words: Vec<&String> = reference
        .iter()
        .chain(analysis)
        .filter(|w| !w.is_empty())
        .collect();
    words.sort();
    words.dedup();
    let code = |cell: &String| words.binary_search(&cell).map_or(u32::MAX, |at| at as u32);
    let of = |cells: &[String]| cells.iter().map(code).collect();
    ([of(reference), of(analysis)], words.len())
}

fn counts(codes: &[u32], words: usize) -> Vec<u64> {
    let mut counts = vec![0; words];
    for code in codes {
        if let Some(n) = counts.get_mut(*code as usize) {
            *n += 1;
        }
    }
    counts
}

#[track_caller]
fn near(what: &str, got: Option<f64>, want: &Value, room: f64) {
    match (got, want.as_f64()) {
        (Some(got), Some(want)) => assert!(
            (got - want).abs() <= room * want.abs() + 1e-13,
            "{what}: {got:e} is not {want:e}"
        ),
        (got, want) => assert_eq!(got, want, "{what}"),
    }
}

/// Values, thresholds and alerts as NannyML has them.
#[track_caller]
fn same(
    what: &str,
    values: &[Option<f64>],
    thresholds: Thresholds,
    alerts: &[bool],
    want: &Value,
    room: f64,
) {
    let wanted = want["values"].as_array().unwrap();
    assert_eq!(values.len(), wanted.len(), "{what}: chunks");
    for (i, (got, want)) in values.iter().zip(wanted).enumerate() {
        near(&format!("{what}, chunk {i}"), *got, want, room);
    }
    near(
        &format!("{what}, lower"),
        thresholds.lower,
        &want["lower"],
        room,
    );
    near(
        &format!("{what}, upper"),
        thresholds.upper,
        &want["upper"],
        room,
    );
    let wanted: Vec<bool> = want["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a.as_bool().unwrap())
        .collect();
    assert_eq!(alerts, wanted, "{what}: alerts");
}

type Chunks = Vec<(usize, usize)>;

fn of_numbers(
    method: Method,
    reference: &[f64],
    analysis: &[f64],
    (old, new): (&Chunks, &Chunks),
) -> (Vec<Option<f64>>, Thresholds, Vec<bool>) {
    let known = Numbers::of(reference).unwrap();
    let on = |values: &[f64], chunks: &Chunks| -> Vec<Option<f64>> {
        chunks
            .iter()
            .map(|(a, b)| known.value(method, &values[*a..*b]))
            .collect()
    };
    let mut values = on(reference, old);
    let thresholds = Thresholds::of_drift(method, &values);
    values.extend(on(analysis, new));
    let alerts = values
        .iter()
        .map(|v| v.is_some_and(|v| thresholds.alert(v)));
    let alerts = alerts.collect();
    (values, thresholds, alerts)
}

#[test]
fn methods_of_numbers_and_words() {
    let golden = golden();
    let (reference, analysis) = (table("drift_reference.csv"), table("drift_analysis.csv"));
    for (column, methods) in golden["size"].as_object().unwrap() {
        let rows = (reference[column].len(), analysis[column].len());
        let (old, new) = (by_size(rows.0, 200), by_size(rows.1, 200));
        if methods.get("chi2").is_none() {
            let (x, y) = (numbers(&reference[column]), numbers(&analysis[column]));
            for method in OF_NUMBERS {
                let (values, thresholds, alerts) = of_numbers(method, &x, &y, (&old, &new));
                let what = format!("{column}, {}", method.name());
                same(
                    &what,
                    &values,
                    thresholds,
                    &alerts,
                    &methods[method.name()],
                    1e-9,
                );
            }
            continue;
        }
        let ([x, y], words) = codes(&reference[column], &analysis[column]);
        let known = Words(counts(&x, words));
        for method in OF_WORDS {
            let on = |codes: &[u32], chunks: &Chunks| -> Vec<Option<(f64, Option<f64>)>> {
                let of =
                    |(a, b): &(usize, usize)| known.value(method, &counts(&codes[*a..*b], words));
                chunks.iter().map(of).collect()
            };
            let mut all = on(&x, &old);
            let values = |all: &[Option<(f64, Option<f64>)>]| -> Vec<Option<f64>> {
                all.iter().map(|v| v.map(|v| v.0)).collect()
            };
            let thresholds = Thresholds::of_drift(method, &values(&all));
            all.extend(on(&y, &new));
            let alert = |v: &Option<(f64, Option<f64>)>| match v {
                Some((_, Some(p))) => *p < CHI_SQUARE_LEVEL,
                Some((value, None)) => thresholds.alert(*value),
                None => false,
            };
            let alerts: Vec<bool> = all.iter().map(alert).collect();
            let what = format!("{column}, {}", method.name());
            same(
                &what,
                &values(&all),
                thresholds,
                &alerts,
                &methods[method.name()],
                1e-9,
            );
        }
    }
}

#[test]
fn numbers_of_a_large_reference_are_counted_by_bins() {
    let golden = golden();
    let (reference, analysis) = (table("long_reference.csv"), table("long_analysis.csv"));
    for (column, methods) in golden["long"].as_object().unwrap() {
        let (x, y) = (numbers(&reference[column]), numbers(&analysis[column]));
        assert!(x.len() > 10_000);
        let (old, new) = (by_size(x.len(), 1_250), by_size(y.len(), 1_250));
        for method in OF_NUMBERS {
            let (values, thresholds, alerts) = of_numbers(method, &x, &y, (&old, &new));
            let what = format!("{column}, {}", method.name());
            same(
                &what,
                &values,
                thresholds,
                &alerts,
                &methods[method.name()],
                1e-9,
            );
        }
    }
}

/// With the one of what is left behind them.
#[test]
fn chunks_by_number() {
    let golden = golden();
    let (reference, analysis) = (table("drift_reference.csv"), table("drift_analysis.csv"));
    let (x, y) = (
        numbers(&reference["car_value"]),
        numbers(&analysis["car_value"]),
    );
    type Cut = (&'static str, fn(usize) -> Chunks);
    let chunks: [Cut; 2] = [
        ("default", by_default),
        ("number_7", |rows| by_number(rows, 7)),
    ];
    for (name, of) in chunks {
        let (old, new) = (of(x.len()), of(y.len()));
        let (values, thresholds, alerts) = of_numbers(Method::JensenShannon, &x, &y, (&old, &new));
        same(
            name,
            &values,
            thresholds,
            &alerts,
            &golden["chunks"][name],
            1e-9,
        );
    }
    assert_eq!(by_number(10_003, 10).len(), 11);
    assert_eq!(by_number(10_003, 10).last(), Some(&(10_000, 10_003)));
    assert_eq!(by_number(3, 10), []);
}

#[test]
fn missing_new_and_summary_statistics() {
    let golden = golden();
    let (reference, analysis) = (table("drift_reference.csv"), table("drift_analysis.csv"));
    let rows = (reference["id"].len(), analysis["id"].len());
    let (old, new) = (by_size(rows.0, 200), by_size(rows.1, 200));
    let shares =
        |cells: &[String], chunks: &Chunks, is: &dyn Fn(&String) -> bool| -> Vec<Option<f64>> {
            let share = |(a, b): &(usize, usize)| {
                Some(cells[*a..*b].iter().filter(|c| is(c)).count() as f64 / (b - a) as f64)
            };
            chunks.iter().map(share).collect()
        };
    for (column, want) in golden["missing"].as_object().unwrap() {
        let (x, y) = (&reference[column], &analysis[column]);
        let mut values = shares(x, &old, &|c| c.is_empty());
        let limits = Limits {
            lower: Some(0.0),
            upper: Some(1.0),
            left_out: false,
        };
        let thresholds = Thresholds::of(&values, limits);
        values.extend(shares(y, &new, &|c| c.is_empty()));
        let alerts: Vec<bool> = values
            .iter()
            .map(|v| thresholds.alert(v.unwrap()))
            .collect();
        same(
            &format!("{column}, missing"),
            &values,
            thresholds,
            &alerts,
            want,
            1e-9,
        );
    }
    for (column, want) in golden["unseen"].as_object().unwrap() {
        let (x, y) = (&reference[column], &analysis[column]);
        let unseen = |c: &String| !x.contains(c);
        let mut values = shares(x, &old, &unseen);
        values.extend(shares(y, &new, &unseen));
        let thresholds = Thresholds {
            lower: None,
            upper: Some(0.0),
        };
        let alerts: Vec<bool> = values
            .iter()
            .map(|v| thresholds.alert(v.unwrap()))
            .collect();
        same(
            &format!("{column}, unseen"),
            &values,
            thresholds,
            &alerts,
            want,
            1e-9,
        );
    }
    type Kind = (&'static str, fn(Statistics) -> Option<f64>, Option<f64>);
    let kinds: [Kind; 4] = [
        ("avg", |s| s.avg, None),
        ("std", |s| s.std, Some(0.0)),
        ("median", |s| s.median, None),
        ("sum", |s| Some(s.sum), None),
    ];
    for (name, of, lower) in kinds {
        for (column, want) in golden["statistics"][name].as_object().unwrap() {
            let (x, y) = (numbers(&reference[column]), numbers(&analysis[column]));
            let on = |values: &[f64], chunks: &Chunks| -> Vec<Option<f64>> {
                chunks
                    .iter()
                    .map(|(a, b)| of(statistics(&values[*a..*b])))
                    .collect()
            };
            let mut values = on(&x, &old);
            let limits = Limits {
                lower,
                upper: None,
                left_out: true,
            };
            let thresholds = Thresholds::of(&values, limits);
            values.extend(on(&y, &new));
            let alerts: Vec<bool> = values.iter().map(|v| thresholds.not_within(*v)).collect();
            same(
                &format!("{column}, {name}"),
                &values,
                thresholds,
                &alerts,
                want,
                1e-9,
            );
        }
    }
}

#[test]
fn reconstruction_error() {
    let golden = golden();
    let (reference, analysis) = (table("drift_reference.csv"), table("drift_analysis.csv"));
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for column in [
        "car_value",
        "debt_to_income_ratio",
        "loan_length",
        "driver_tenure",
    ] {
        let (x, y) = encoded_numbers(&numbers(&reference[column]), &numbers(&analysis[column]));
        old.push(x);
        new.push(y);
    }
    for column in [
        "salary_range",
        "repaid_loan_on_prev_car",
        "size_of_downpayment",
    ] {
        let ([x, y], words) = codes(&reference[column], &analysis[column]);
        let (x, y) = encoded_words(&x, &y, words);
        old.push(x);
        new.push(y);
    }
    let pca = Pca::of(&old, SHARE).unwrap();
    assert_eq!(
        pca.components() as u64,
        golden["pca"]["components"].as_u64().unwrap()
    );
    let on = |columns: &[Vec<f64>]| -> Vec<_> {
        let chunks = by_size(columns[0].len(), 200).into_iter();
        chunks
            .map(|(a, b)| pca.error(columns, a..b).unwrap())
            .collect()
    };
    let mut all = on(&old);
    let values = |all: &[plumbline::stats::multivariate::pca::Error]| -> Vec<Option<f64>> {
        all.iter().map(|e| Some(e.mean)).collect()
    };
    let limits = Limits {
        lower: Some(0.0),
        upper: None,
        left_out: true,
    };
    let thresholds = Thresholds::of(&values(&all), limits);
    all.extend(on(&new));
    let alerts: Vec<bool> = all
        .iter()
        .map(|e| thresholds.not_within(Some(e.mean)))
        .collect();
    same(
        "pca",
        &values(&all),
        thresholds,
        &alerts,
        &golden["pca"],
        1e-8,
    );
    for (error, want) in all.iter().zip(golden["pca"]["errors"].as_array().unwrap()) {
        near("error", error.error, want, 1e-8);
    }
}
