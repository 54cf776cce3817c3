//! `--all-tests`: every test on every column and on all of them together, through the whole product.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper};
use plumbline::log::Role;
use plumbline::report::view::{BaselineChoice, View};
use plumbline::report::{Examined, ExaminedColumn, Report, TestSays};
use std::fmt::Write as _;

const ROLES: [(Role, &str); 6] = [
    (Role::Score, "score"),
    (Role::Outcome, "outcome"),
    (Role::Feature, "moved"),
    (Role::Feature, "same"),
    (Role::Feature, "other"),
    (Role::Segment, "word"),
];

/// Rows of which `moved` is by so much larger, `other` hangs together with `same` or not, and `word` has so large a
/// share of the first one.
fn rows(seed: u64, n: usize, shift: f64, together: bool, share: f64) -> String {
    let mut state = seed;
    let mut even = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    };
    let mut out = String::from("score,outcome,moved,same,other,word\n");
    for _ in 0..n {
        let mut normal = || (0..12).fold(0.0, |x, _| x + even()) - 6.0;
        let (x, y, z) = (normal() + shift, normal(), normal());
        let other = if together { 0.9 * y + 0.4 * z } else { z };
        let score = even();
        let outcome = u8::from(even() < score);
        let word = if even() < share { "red" } else { "blue" };
        writeln!(out, "{score:.4},{outcome},{x:.5},{y:.5},{other:.5},{word}").unwrap();
    }
    out
}

fn examined(reference: &str, current: &str) -> Examined {
    chosen(reference, current, "all")
}

fn chosen(reference: &str, current: &str, tests: &str) -> Examined {
    let files: [File<'_>; 2] = [
        ("log.csv", current.as_bytes()),
        ("reference.csv", reference.as_bytes()),
    ];
    let view = View {
        baseline: BaselineChoice::Reference,
        ..View::from_query(&format!("tests={tests}"))
    };
    let inputs = inputs(&files, &ROLES).unwrap();
    let told = || {
        let mut keeper = keeper(&files, &inputs).unwrap();
        keeper.finish(&view, &mut |_, _| {}).unwrap();
        Report::from(&keeper.refine(&view).unwrap(), &view)
    };
    let report = told();
    assert_eq!(
        report.to_json().unwrap(),
        told().to_json().unwrap(),
        "always the same"
    );
    assert_eq!(View::from_query(&view.to_query()), view);
    let again: Report = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    assert_eq!(again.examined, report.examined, "as it is written");
    report.examined.expect("it was asked for")
}

/// Of some forty tests where nothing changes, one is below this in one run of two thousand. (scipy gives these rows
/// 1.15e-4 by Epps and Singleton's, which is such a chance.)
const CHANCE: f64 = 1e-5;

fn p(says: &TestSays) -> f64 {
    says.p.unwrap_or_else(|| panic!("{says:?}"))
}

#[test]
fn what_changed_is_found_by_every_test_and_what_did_not_by_none() {
    let found = examined(
        &rows(1, 1_500, 0.0, true, 0.5),
        &rows(2, 1_200, 0.4, false, 0.7),
    );
    let column = |name: &str| -> &ExaminedColumn {
        found.columns.iter().find(|c| c.column == name).unwrap()
    };
    let names: Vec<&String> = column("moved").tests.keys().collect();
    assert_eq!(
        names,
        [
            "anderson_darling",
            "cramer_von_mises",
            "energy",
            "epps_singleton",
            "kolmogorov_smirnov",
            "mann_whitney",
            "welch"
        ]
    );
    for (name, says) in &column("moved").tests {
        assert!(p(says) < 1e-6, "moved, {name}: {says:?}");
    }
    for (name, says) in &column("same").tests {
        assert!(p(says) > 1e-3, "same, {name}: {says:?}");
    }
    for (name, says) in &column("word").tests {
        assert!(p(says) < 1e-6, "word, {name}: {says:?}");
    }
    assert_eq!(column("word").distances.len(), 8);
    let w = column("moved").distances["wasserstein_normalised"];
    assert!((w - 0.4).abs() < 0.1, "{w}");
    let together = found.together.as_ref().unwrap();
    assert_eq!(together.rows, Some((1_500, 1_200)));
    let domain = together.domain_classifier.as_ref().unwrap();
    assert!(
        domain.statistic.unwrap() > 0.6 && p(domain) < 1e-6,
        "{domain:?}"
    );
    assert!(p(together.mean_discrepancy.as_ref().unwrap()) < 1e-3);
    let (before, after) = together.reconstruction_error.unwrap();
    assert!(after > 1.1 * before, "{before} {after}");
    let pair = &together.correlations[0];
    assert_eq!(pair.columns, ("same".to_owned(), "other".to_owned()));
    assert!(
        pair.before > 0.8 && pair.after.abs() < 0.15 && pair.corrected < 1e-11,
        "{pair:?}"
    );
    // Three columns of numbers make three pairs.
    assert_eq!(together.correlations.len(), 3);
    assert_eq!(pair.corrected, 3.0 * pair.p);
    let last = &together.correlations[2];
    assert!(last.corrected >= last.p);
}

#[test]
fn where_nothing_changes_nothing_is_found() {
    let found = examined(
        &rows(3, 1_500, 0.0, true, 0.5),
        &rows(4, 1_200, 0.0, true, 0.5),
    );
    let all = found.columns.iter().flat_map(|c| &c.tests);
    for (name, says) in all {
        assert!(p(says) > CHANCE, "{name}: {says:?}");
    }
    let together = found.together.unwrap();
    assert!(p(together.domain_classifier.as_ref().unwrap()) > CHANCE);
    assert!(p(together.mean_discrepancy.as_ref().unwrap()) > CHANCE);
    assert!(together.correlations.iter().all(|pair| pair.p > CHANCE));
}

#[test]
fn a_distance_that_is_not_defined_says_why() {
    let of = |amount: fn(usize) -> usize, word: fn(usize) -> &'static str| {
        let line = |i: usize| {
            let (score, outcome) = ((i * 37 % 101) as f64 / 101.0, i * 7 % 2);
            format!("{score:.2},{outcome},{},{i},{i},{}\n", amount(i), word(i))
        };
        "score,outcome,moved,same,other,word\n".to_owned() + &(0..900).map(line).collect::<String>()
    };
    let before = of(|_| 5, |i| if i % 3 == 0 { "red" } else { "blue" });
    let found = examined(&before, &of(|i| 5 + i % 2, |_| "blue"));
    for (column, distance, why) in [
        (
            "moved",
            "wasserstein_normalised",
            "the baseline's numbers do not vary",
        ),
        (
            "word",
            "kullback_leibler",
            "infinite: a bin or word has rows on one side only",
        ),
    ] {
        let of = found.columns.iter().find(|c| c.column == column).unwrap();
        assert_eq!(
            of.undefined.get(distance).map(String::as_str),
            Some(why),
            "{of:?}"
        );
        assert!(!of.distances.contains_key(distance));
    }
}

/// Fisher's test is of the words as they are, however rare: for few rows it is made. Values of scipy.
#[test]
fn few_rows_are_tested_by_the_words_that_they_have() {
    let of = |x: usize, y: usize| {
        let line = |i: usize| {
            let word = if i < x { "x" } else { "y" };
            format!("0.{i:03},{},{i},{i},{i},{word}\n", i % 2)
        };
        "score,outcome,moved,same,other,word\n".to_owned()
            + &(0..x + y).map(line).collect::<String>()
    };
    for (before, after, want, p_value) in [
        (
            (7, 3),
            (1, 7),
            Some(16.333_333_333_333_332),
            0.024_818_318_935_965_99,
        ),
        ((300, 0), (196, 4), None, 0.025_139_590_956_172_37),
    ] {
        let found = chosen(&of(before.0, before.1), &of(after.0, after.1), "fisher");
        let word = found.columns.iter().find(|c| c.column == "word").unwrap();
        let fisher = &word.tests["fisher"];
        assert!((p(fisher) / p_value - 1.0).abs() < 1e-9, "{fisher:?}");
        assert_eq!(fisher.how.as_deref(), Some("exact"));
        assert_eq!(fisher.named.as_deref(), Some("odds ratio"));
        match (fisher.statistic, want) {
            (Some(got), Some(want)) => assert!((got / want - 1.0).abs() < 1e-9),
            (got, want) => assert_eq!(got, want, "infinite"),
        }
    }
}

/// What was chosen is made and nothing else, and its p-values are corrected over it.
#[test]
fn chosen_tests_alone_are_made_and_corrected_for_each_other() {
    let (before, after) = (
        rows(1, 1_500, 0.0, true, 0.5),
        rows(2, 1_200, 0.4, false, 0.7),
    );
    let every = chosen(&before, &after, "all");
    let found = chosen(&before, &after, "ks,wasserstein,fisher");
    assert_eq!(
        found.chosen.to_string(),
        "fisher,kolmogorov_smirnov,wasserstein"
    );
    assert!(found.together.is_none());
    let mut p_values = Vec::new();
    for (column, whole) in found.columns.iter().zip(&every.columns) {
        let names: Vec<&str> = column.tests.keys().map(String::as_str).collect();
        let distances: Vec<&str> = column.distances.keys().map(String::as_str).collect();
        match column.numbers {
            true => {
                assert_eq!(names, ["kolmogorov_smirnov"]);
                assert_eq!(distances, ["kolmogorov_smirnov", "wasserstein"]);
            }
            false => assert_eq!((names, distances.len()), (vec!["fisher"], 0)),
        }
        for (name, says) in &column.tests {
            assert_eq!(says.p, whole.tests[name].p);
            p_values.push((p(says), says.corrected.unwrap()));
        }
        for (name, distance) in &column.distances {
            assert_eq!(distance, &whole.distances[name]);
        }
    }
    // Holm, by its own words: the k-th smallest of n is worth n − k times as much, and no less than those before.
    p_values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (n, mut least) = (p_values.len(), 0.0_f64);
    for (at, (raw, corrected)) in p_values.iter().enumerate() {
        least = least.max((raw * (n - at) as f64).min(1.0));
        assert_eq!(*corrected, least);
    }
    let fisher = |of: &Examined| {
        let word = of.columns.iter().find(|c| c.column == "word").unwrap();
        word.tests["fisher"].clone()
    };
    assert_eq!(fisher(&found).named.as_deref(), Some("odds ratio"));
    assert!(fisher(&every).corrected > fisher(&found).corrected);
    let pairs = chosen(&before, &after, "correlations");
    let together = pairs.together.unwrap();
    assert!(together.domain_classifier.is_none() && together.reconstruction_error.is_none());
    assert_eq!(together.correlations.len(), 3);
    assert!(
        pairs
            .columns
            .iter()
            .all(|c| c.tests.is_empty() && c.distances.is_empty())
    );
}
