//! The numerics against scipy and statsmodels (`tests/reference/make.py` writes the values).

#![allow(clippy::unwrap_used)]
use plumbline::stats::compare::z_test;
use plumbline::stats::distance::{Sample, jensen_shannon, psi};
use plumbline::stats::exact_quantile::quantile_sorted;
use plumbline::stats::interval::{self, Interval};
use plumbline::stats::multiple::{benjamini_hochberg, holm};
use plumbline::stats::rank::{auc_cells, sort_by_score};
use plumbline::stats::special;
use serde_json::Value;

fn read(name: &str) -> String {
    let path = format!("{}/tests/reference/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn reference() -> Value {
    serde_json::from_str(&read("stats.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

#[track_caller]
fn close(what: &str, got: f64, want: f64) {
    let room = 1e-12_f64.max(1e-9 * want.abs());
    assert!((got - want).abs() <= room, "{what}: {got} is not {want}");
}

/// A probability of 1e-300 must be right as well.
#[track_caller]
fn close_in_the_tails(what: &str, got: f64, want: f64) {
    let right = got == want || (got / want - 1.0).abs() <= 1e-9;
    assert!(right, "{what}: {got} is not {want}");
}

/// Every row of a table: arguments, then the value.
#[track_caller]
fn check(name: &str, function: impl Fn(&[f64]) -> f64) {
    let all = reference();
    let rows = all[name].as_array().unwrap();
    assert!(rows.len() > 3, "{name} has hardly a case");
    for row in rows {
        let row = numbers(row);
        let (want, arguments) = row.split_last().unwrap();
        close_in_the_tails(&format!("{name}{arguments:?}"), function(arguments), *want);
    }
}

/// Every row of a table: arguments, then the two ends.
#[track_caller]
fn check_interval(name: &str, function: impl Fn(&[f64]) -> Option<Interval>) {
    let all = reference();
    let rows = all[name].as_array().unwrap();
    assert!(rows.len() > 2, "{name} has hardly a case");
    for row in rows {
        let row = numbers(row);
        let (arguments, ends) = row.split_at(row.len() - 2);
        let got = function(arguments).unwrap();
        close(&format!("{name}{arguments:?} low"), got.low, ends[0]);
        close(&format!("{name}{arguments:?} high"), got.high, ends[1]);
    }
}

#[test]
fn normal() {
    check("normal_cdf", |a| special::normal_cdf(a[0]));
    check("normal_sf", |a| special::normal_sf(a[0]));
    check("normal_quantile", |a| special::normal_quantile(a[0]));
}

#[test]
fn gamma_and_chi_square() {
    check("gamma_p", |a| special::gamma_p(a[0], a[1]));
    check("gamma_q", |a| special::gamma_q(a[0], a[1]));
    check("chi_square_cdf", |a| special::chi_square_cdf(a[0], a[1]));
    check("chi_square_sf", |a| special::chi_square_sf(a[0], a[1]));
    check("chi_square_quantile", |a| {
        special::chi_square_quantile(a[0], a[1])
    });
}

#[test]
fn beta_and_binomial() {
    check("beta_cdf", |a| special::beta_cdf(a[0], a[1], a[2]));
    check("beta_quantile", |a| {
        special::beta_quantile(a[0], a[1], a[2])
    });
    check("binomial_cdf", |a| {
        special::binomial_cdf(a[0] as u64, a[1] as u64, a[2])
    });
}

#[test]
fn student_t() {
    check("student_t_cdf", |a| special::student_t_cdf(a[0], a[1]));
    check("student_t_quantile", |a| {
        special::student_t_quantile(a[0], a[1])
    });
}

#[test]
fn intervals() {
    check_interval("wilson", |a| interval::wilson(a[0] as u64, a[1] as u64));
    check_interval("poisson", |a| Some(interval::poisson(a[0] as u64)));
    check_interval("mean_t", |a| interval::mean_t(a[0], a[1], a[2] as u64));
    check_interval("logit", |a| Some(interval::logit(a[0], a[1])));
    check_interval("f1", |a| {
        interval::f1(a[0] as u64, a[1] as u64, a[2] as u64)
    });
}

#[test]
fn ranks_of_quantiles() {
    let all = reference();
    for row in all["quantile_ranks"].as_array().unwrap() {
        let (n, p) = (row[0].as_u64().unwrap(), row[1].as_f64().unwrap());
        let want = row[2]
            .as_array()
            .map(|r| (r[0].as_u64().unwrap(), r[1].as_u64().unwrap()));
        assert_eq!(interval::quantile_ranks(n, p), want, "n = {n}, p = {p}");
    }
}

#[test]
fn adjusted_p_values() {
    let all = reference();
    let p = numbers(&all["multiple"]["p"]);
    for (name, got) in [
        ("holm", holm(&p)),
        ("benjamini_hochberg", benjamini_hochberg(&p)),
    ] {
        let want = numbers(&all["multiple"][name]);
        assert_eq!(got.len(), want.len());
        got.iter()
            .zip(want)
            .for_each(|(&got, want)| close(name, got, want));
    }
}

#[test]
fn comparisons() {
    check("z_test", |a| z_test((a[0], a[1]), (a[2], a[3])));
}

#[test]
fn quantiles_are_numpys_to_the_bit() {
    let all = reference();
    for case in all["quantile"].as_array().unwrap() {
        let values = numbers(&case["values"]);
        for row in case["quantiles"].as_array().unwrap() {
            let row = numbers(row);
            assert_eq!(
                quantile_sorted(&values, row[0]),
                Some(row[1]),
                "p = {}",
                row[0]
            );
        }
    }
}

fn counts(value: &Value) -> Vec<u64> {
    numbers(value).into_iter().map(|n| n as u64).collect()
}

#[test]
fn distances_of_numbers() {
    let all = reference();
    for (name, case) in all["distance"]["numbers"].as_object().unwrap() {
        let [before, after] = ["before", "after"].map(|side| Sample::of(&numbers(&case[side])));
        let edges = before.edges();
        assert_eq!(edges, numbers(&case["edges"]), "{name}");
        let [a, b] = [before.counts(&edges), after.counts(&edges)];
        assert_eq!(a, counts(&case["counts"][0]), "{name}");
        assert_eq!(b, counts(&case["counts"][1]), "{name}");
        for (distance, got) in [
            ("psi", psi(&a, &b)),
            ("jensen_shannon", jensen_shannon(&a, &b)),
            ("kolmogorov_smirnov", before.kolmogorov_smirnov(&after)),
            ("wasserstein", before.wasserstein(&after)),
        ] {
            let want = case[distance].as_f64().unwrap();
            close(&format!("{name}: {distance}"), got.unwrap(), want);
        }
    }
}

#[test]
fn distances_of_categories() {
    let all = reference();
    for (name, case) in all["distance"]["categories"].as_object().unwrap() {
        let [a, b] = ["before", "after"].map(|side| counts(&case[side]));
        for (distance, got) in [
            ("psi", psi(&a, &b)),
            ("jensen_shannon", jensen_shannon(&a, &b)),
        ] {
            let want = case[distance].as_f64().unwrap();
            // What scipy gives for near shares is right to some 1e-9 only: its terms cancel out.
            let room = 1e-9_f64.max(1e-9 * want);
            let got = got.unwrap();
            assert!(
                (got - want).abs() <= room,
                "{name}: {distance}: {got} is not {want}"
            );
        }
    }
}

/// ROC AUC is scikit-learn's and its variance that of the definition, for all rows and all days at once.
#[test]
fn areas_of_the_binary_log() {
    let metrics: Value = serde_json::from_str(&read("metrics.json")).unwrap();
    let days: Vec<&String> = metrics["binary"]["days"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    let text = read("binary.csv");
    let (mut score, mut positive, mut day) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if let Ok(outcome) = cells[4].parse::<u8>() {
            score.push(cells[2].parse::<f64>().unwrap());
            positive.push(outcome);
            day.push(
                days.iter()
                    .position(|d| cells[1].starts_with(d.as_str()))
                    .unwrap() as u32,
            );
        }
    }
    let order = sort_by_score(&score);
    let in_order = || order.iter().map(|&row| row as usize);
    let of = |i: usize, group: u32| (score[i], positive[i] == 1, group);
    let mut cells = auc_cells(in_order().map(|i| of(i, day[i])), days.len());
    cells.extend(auc_cells(in_order().map(|i| of(i, 0)), 1));
    let mut wanted: Vec<&Value> = days
        .iter()
        .map(|d| &metrics["binary"]["days"][d.as_str()])
        .collect();
    wanted.push(&metrics["binary"]["all"]);
    for (cell, want) in cells.iter().zip(wanted) {
        close(
            "roc_auc",
            cell.auc().unwrap(),
            want["roc_auc"].as_f64().unwrap(),
        );
        let variance = want["delong_variance"].as_f64().unwrap();
        close("variance", cell.delong_variance().unwrap(), variance);
    }
}

/// Slopes and their intervals are those of `scipy.stats.theilslopes` (`tests/reference/make_trend.py`).
#[test]
fn robust_slopes_are_those_of_scipy() {
    let text = include_str!("reference/trend.json");
    let known: serde_json::Value = serde_json::from_str(text).unwrap();
    let series = known["series"].as_array().unwrap();
    assert_eq!(series.len(), 12);
    for one in series {
        let number = |v: &serde_json::Value| v.as_f64().unwrap();
        let points = one["points"].as_array().unwrap().iter();
        let points: Vec<(f64, f64)> = points.map(|p| (number(&p[0]), number(&p[1]))).collect();
        let line = plumbline::stats::trend::line(&points).unwrap();
        for (ours, name) in [
            (line.slope, "slope"),
            (line.low, "low"),
            (line.high, "high"),
        ] {
            let theirs = number(&one[name]);
            assert!(
                (ours - theirs).abs() < 1e-12,
                "{name} of {}: {ours}, scipy has {theirs}",
                points.len()
            );
        }
    }
}
