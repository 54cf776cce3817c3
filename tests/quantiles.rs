//! Predicted quantiles against values from numpy, scipy and scikit-learn (`tests/reference/make_quantiles.py`),
//! and what must hold of any of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, streamed_in, summary, value};
use plumbline::engine::Shards;
use plumbline::log::{Level, Role};
use plumbline::report::view::{BaselineChoice, SliceChoice, View, WindowSize};
use plumbline::report::{Metrics, Report};
use plumbline::summary::Summary;
use proptest::prelude::*;
use serde_json::Value;
use std::fmt::Write as _;

const WIDE: &[u8] = include_bytes!("reference/quantiles_wide.csv");

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/quantiles.json")).unwrap()
}

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        ..View::default()
    }
}

fn of(files: &[File<'_>], roles: &[(Role, &str)], view: &View) -> Report {
    let summary = summary(files, roles, view).unwrap_or_else(|e| panic!("{e}"));
    Report::from(&summary, view)
}

#[track_caller]
fn close(what: &str, ours: Option<f64>, theirs: &Value) {
    match (ours, theirs.as_f64()) {
        (Some(a), Some(b)) => {
            assert!(
                (a - b).abs() <= 1e-9 * b.abs().max(1e-3),
                "{what}: {a} is not {b}"
            );
        }
        (None, None) => {}
        (a, b) => panic!("{what}: {a:?} is not {b:?}"),
    }
}

/// Each of their metrics against ours; `range`: an interval does not leave it.
#[track_caller]
fn same(what: &str, ours: &Metrics, theirs: &Value) {
    let theirs = theirs["metrics"].as_object().unwrap();
    assert!(theirs.len() >= 5, "{what}");
    for (name, expected) in theirs {
        let what = format!("{what}: {name}");
        let estimate = ours
            .get(name)
            .unwrap_or_else(|| panic!("{what} is not told"));
        if expected.is_null() {
            assert_eq!(estimate.value, None, "{what}");
            continue;
        }
        close(&what, estimate.value, &expected["value"]);
        assert_eq!(estimate.n, expected["n"].as_u64().unwrap(), "{what}");
        let (least, most) = plumbline::metric::info(name).unwrap().range;
        let bound = |v: &Value| {
            let v = v.as_f64();
            let v = v.map(|v| {
                v.max(least.unwrap_or(f64::MIN))
                    .min(most.unwrap_or(f64::MAX))
            });
            v.map_or(Value::Null, Value::from)
        };
        close(
            &format!("{what} low"),
            estimate.low,
            &bound(&expected["low"]),
        );
        close(
            &format!("{what} high"),
            estimate.high,
            &bound(&expected["high"]),
        );
    }
}

#[test]
fn a_column_for_each_quantile_gives_the_scores_of_numpy() {
    let theirs = reference();
    let report = of(&[("wide.csv", WIDE)], &[], &view());
    same("all", &report.overall.metrics, &theirs["all"]);
    assert_eq!(
        report.windows.len(),
        theirs["days"].as_object().unwrap().len()
    );
    for window in &report.windows {
        let day = window.start.to_string()[..10].to_string();
        same(&day, &window.metrics, &theirs["days"][&day]);
    }
    // The median is the prediction.
    assert!(value(&report, "mean_absolute_error") > 0.0);
    let notes = report.health.notes.join("\n");
    for part in [
        "the median is taken",
        "quantiles that cross",
        "without the counterpart",
    ] {
        assert!(notes.contains(part), "{notes}");
    }
}

#[test]
fn slices_give_the_scores_of_their_rows() {
    let view = View {
        slices: vec![SliceChoice {
            column: "region".into(),
            value: "south".into(),
        }],
        ..view()
    };
    let report = of(&[("wide.csv", WIDE)], &[], &view);
    same("south", &report.overall.metrics, &reference()["south"]);
}

/// Gives all other columns of quantiles no role.
fn only(levels: &[f64]) -> Report {
    let all = [
        "0.025", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.975",
    ];
    let left_out = all.iter().filter(|l| !levels.contains(&l.parse().unwrap()));
    let names: Vec<String> = left_out.map(|l| format!("q{l}")).collect();
    let roles: Vec<(Role, &str)> = names.iter().map(|n| (Role::Ignore, n.as_str())).collect();
    of(&[("wide.csv", WIDE)], &roles, &view())
}

#[test]
fn levels_may_lack_a_median_or_their_counterparts() {
    let theirs = reference();
    let without = only(&[0.05, 0.25, 0.75, 0.95]);
    same(
        "without a median",
        &without.overall.metrics,
        &theirs["without_median"],
    );
    assert_eq!(without.overall.metrics["mean_absolute_error"].value, None);
    let notes = without.health.notes.join("\n");
    assert!(notes.contains("no median to take its place"), "{notes}");
    let uneven = only(&[0.1, 0.25, 0.9]);
    same("uneven", &uneven.overall.metrics, &theirs["uneven"]);
    let median = only(&[0.5]);
    let theirs = &theirs["only_median"]["metrics"];
    for name in [
        "weighted_interval_score",
        "mean_pinball_loss_over_levels",
        "crps_from_quantiles",
    ] {
        close(
            name,
            median.overall.metrics[name].value,
            &theirs[name]["value"],
        );
    }
    assert_eq!(
        value(&median, "weighted_interval_score"),
        value(&median, "mean_absolute_error")
    );
    assert!(!median.overall.metrics.contains_key("interval_coverage_90"));
}

#[test]
fn numbers_beyond_every_number_are_scored_where_they_can_be() {
    let theirs = &reference()["huge"];
    let csv = theirs["csv"].as_str().unwrap();
    let view = View {
        window: None,
        ..view()
    };
    let report = of(&[("huge.csv", csv.as_bytes())], &[], &view);
    let wis = &report.overall.metrics["weighted_interval_score"];
    close("wis", wis.value, &theirs["weighted_interval_score"]);
    let width = &report.overall.metrics["mean_interval_width_80"];
    assert_eq!(width.undefined.as_deref(), Some("too large for a number"));
    assert_eq!(value(&report, "interval_coverage_80"), 1.0);
}

#[test]
fn the_reader_corrects_levels() {
    let csv = "ds,y,yhat,yhat_lower,yhat_upper\n".to_string()
        + &(0..40)
            .map(|i| {
                format!(
                    "2026-03-{:02},{},{},{}.5,{}.5\n",
                    1 + i % 28,
                    i % 7,
                    3,
                    i % 2,
                    4 + i % 2
                )
            })
            .collect::<String>();
    let files = [("prophet.csv", csv.as_bytes())];
    let report = of(&files, &[], &view());
    let metrics = &report.overall.metrics;
    assert!(metrics.contains_key("interval_coverage_80"), "{metrics:?}");
    let told = report.health.notes.join("\n");
    assert!(told.contains("80 % is taken, as Prophet has it"), "{told}");
    let level = |l: f64| Role::Quantile(Level::of(l).unwrap());
    let given = [(level(0.025), "yhat_lower"), (level(0.975), "yhat_upper")];
    let report = of(&files, &given, &view());
    let metrics = &report.overall.metrics;
    assert!(!metrics.contains_key("interval_coverage_80"));
    assert!(metrics["interval_coverage_95"].value.is_some());
    let told = report.health.notes.join("\n");
    assert!(!told.contains("Prophet"), "{told}");
}

#[test]
fn the_column_that_shares_its_name_with_quantiles_is_the_prediction_or_the_outcome() {
    let rows: String = (0..40)
        .map(|i| {
            format!(
                "2026-03-{:02},{},{},{},{}\n",
                1 + i % 28,
                i % 7,
                3,
                i % 2,
                4 + i % 2
            )
        })
        .collect();
    for (header, error) in [
        ("ds,y,AutoETS,AutoETS-lo-90,AutoETS-hi-90", true),
        ("ds,sales,flag,sales_q05,sales_q95", false),
        ("ds,observed,mean,obs_ci_lower,obs_ci_upper", false),
    ] {
        let csv = format!("{header}\n{rows}");
        let report = of(&[("f.csv", csv.as_bytes())], &[], &view());
        let metrics = &report.overall.metrics;
        let percent = if header.contains("ci") { 95 } else { 90 };
        let coverage = &metrics[&format!("interval_coverage_{percent}")];
        assert_eq!(coverage.n, 40, "{header}");
        assert_eq!(
            metrics["mean_absolute_error"].value.is_some(),
            error,
            "{header}"
        );
    }
}

#[test]
fn what_only_looks_like_quantiles_is_none() {
    let mut csv = String::from(
        "timestamp,score,label,latency_p50,latency_p90,q1,q2,0.5,price_p10,price_p90\n",
    );
    for i in 0..60 {
        let (s, l) = (i * 37 % 100, i % 2);
        writeln!(
            csv,
            "2026-03-{:02}T00:00:00Z,0.{s:02},{l},{},{},{},{},{},{},{}",
            1 + i % 28,
            10 + i,
            20 + i,
            i % 5,
            4 - i % 5,
            i % 3,
            i,
            i + 5
        )
        .unwrap();
    }
    let report = of(&[("log.csv", csv.as_bytes())], &[], &view());
    assert!(report.overall.metrics.contains_key("roc_auc"));
    assert!(
        !report
            .overall
            .metrics
            .contains_key("weighted_interval_score")
    );
}

/// A month of forecasts whose intervals are so much narrower than the outcomes spread from the 20th day on.
fn narrowing(factor: f64) -> Report {
    let mut csv = String::from("timestamp,y,region,y_q0.1,y_q0.5,y_q0.9\n");
    let mut dice = 0x9E37_79B9_7F4A_7C15_u64;
    let mut noise = || {
        let mut sum = 0.0;
        for _ in 0..12 {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            sum += (dice >> 11) as f64 / (1_u64 << 53) as f64;
        }
        sum - 6.0
    };
    for i in 0..30 * 200 {
        let (day, region) = (i / 200, ["north", "south"][i % 2]);
        let half = 1.2816
            * if day >= 20 && region == "south" {
                factor
            } else {
                1.0
            };
        let (centre, y) = (noise() * 3.0, noise());
        writeln!(
            csv,
            "2026-03-{:02}T{:02}:00:00Z,{},{region},{},{centre},{}",
            1 + day,
            i % 24,
            centre + y,
            centre - half,
            centre + half
        )
        .unwrap();
    }
    let view = View {
        window: Some(WindowSize::Day),
        ..View::default()
    };
    of(&[("narrow.csv", csv.as_bytes())], &[], &view)
}

#[test]
fn intervals_that_become_too_narrow_raise_an_alert_that_names_where() {
    let report = narrowing(0.4);
    let alert = report
        .alerts
        .iter()
        .find(|a| a.metric == "interval_coverage_80");
    let alert = alert.unwrap_or_else(|| panic!("{:?}", report.alerts));
    assert!(
        alert.sentence.starts_with("80 % coverage fell from 80."),
        "{}",
        alert.sentence
    );
    assert_eq!(alert.since.to_string()[..10], *"2026-03-21");
    assert!(
        alert.sentence.contains("most where region is south"),
        "{}",
        alert.sentence
    );
    let compared = |s: &plumbline::report::SliceRow| s.metric == "interval_coverage_80";
    assert!(!report.slices.is_empty() && report.slices.iter().all(compared));
    let interval = &report.quantiles.as_ref().unwrap().intervals[0];
    assert!((interval.baseline.unwrap() - 0.8).abs() < 0.02);
}

#[test]
fn intervals_that_stay_as_they_are_raise_none() {
    let report = narrowing(1.0);
    assert!(report.alerts.is_empty(), "{:?}", report.alerts);
}

/// A row: hour, outcome, quantiles at 0.1, 0.25, 0.5, 0.75, 0.9.
type Row = (u16, Option<i16>, [Option<i16>; 5]);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let cell = || prop::option::weighted(0.9, -500i16..500);
    let row = (
        0u16..96,
        prop::option::weighted(0.9, -600i16..600),
        [cell(), cell(), cell(), cell(), cell()],
    );
    prop::collection::vec(row, 2..40)
}

fn csv(rows: &[Row]) -> String {
    let number =
        |x: Option<i16>| x.map_or_else(String::new, |x| format!("{:.2}", f64::from(x) / 7.0));
    let mut out = String::from("timestamp,y,q0.1,q0.25,q0.5,q0.75,q0.9\n");
    for (hour, y, quantiles) in rows {
        write!(
            out,
            "2026-03-{:02}T{:02}:00:00Z,{}",
            1 + hour / 24,
            hour % 24,
            number(*y)
        )
        .unwrap();
        quantiles
            .iter()
            .for_each(|q| write!(out, ",{}", number(*q)).unwrap());
        out.push('\n');
    }
    out
}

const LEVELS: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 0.9];

fn roles() -> Vec<(Role, &'static str)> {
    let names = ["q0.1", "q0.25", "q0.5", "q0.75", "q0.9"];
    let levels = LEVELS.map(|l| Role::Quantile(Level::of(l).unwrap()));
    let mut roles: Vec<(Role, &str)> = levels.into_iter().zip(names).collect();
    roles.extend([(Role::Outcome, "y"), (Role::Time, "timestamp")]);
    roles
}

fn summed(rows: &[Row]) -> Summary {
    let mut summary = summary(&[("q.csv", csv(rows).as_bytes())], &roles(), &view()).unwrap();
    summary.sources.clear();
    summary
}

/// Rows before which stands one with everything, so that parts agree on their columns.
fn with_all(rows: &[Row]) -> Vec<Row> {
    let mut out: Vec<Row> = (0..3)
        .map(|i| (i, Some(5), [Some(1), Some(2), Some(3), Some(4), Some(5)]))
        .collect();
    out.extend_from_slice(rows);
    out
}

fn metric(summary: &Summary, name: &str) -> Option<f64> {
    Report::from(summary, &view()).overall.metrics[name].value
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_rows_makes_no_difference_to_the_bit(rows in rows(), turn in 0usize..40) {
        let rows = with_all(&rows);
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len());
        let (a, b) = (summed(&rows), summed(&turned));
        let cells = |s: &Summary| s.series[0].buckets.iter().map(|b| b.cell.quantiles.clone()).collect::<Vec<_>>();
        prop_assert_eq!(cells(&a), cells(&b));
    }

    #[test]
    fn parts_add_up_to_the_whole_to_the_bit(a in rows(), b in rows()) {
        let (a, b) = (with_all(&a), with_all(&b));
        let mut parts = summed(&a);
        parts.merge(&summed(&b)).unwrap();
        let whole = summed(&[a, b].concat());
        let cells = |s: &Summary| s.series[0].buckets.iter().map(|b| b.cell.quantiles.clone()).collect::<Vec<_>>();
        prop_assert_eq!(cells(&parts), cells(&whole));
        prop_assert_eq!(&parts.levels, &whole.levels);
    }

    #[test]
    fn the_parts_of_the_wis_add_up_and_where_all_levels_are_there_it_is_twice_the_pinball_loss(rows in rows()) {
        let full: Vec<Row> = with_all(&rows).into_iter().filter(|r| r.2.iter().all(Option::is_some)).collect();
        let summary = summed(&full);
        let of = |name| metric(&summary, name).unwrap();
        let parts = of("dispersion") + of("overprediction") + of("underprediction");
        let wis = of("weighted_interval_score");
        prop_assert!((wis - parts).abs() <= 1e-12 * (1.0 + wis), "{} {}", wis, parts);
        let pinball = 2.0 * of("mean_pinball_loss_over_levels");
        prop_assert!((wis - pinball).abs() <= 1e-12 * (1.0 + wis), "{} {}", wis, pinball);
    }

    #[test]
    fn of_a_median_alone_the_wis_is_the_absolute_error(rows in rows()) {
        let rows: Vec<Row> = with_all(&rows)
            .into_iter()
            .map(|(t, y, q)| (t, y, [None, None, q[2], None, None]))
            .collect();
        let summary = summed(&rows);
        prop_assert_eq!(metric(&summary, "weighted_interval_score"), metric(&summary, "mean_absolute_error"));
    }

    #[test]
    fn rows_that_pass_are_counted_as_those_that_are_kept(rows in rows(), block in 1usize..20) {
        let text = csv(&with_all(&rows));
        let files = [("q.csv", text.as_bytes())];
        let kept = summary(&files, &roles(), &view()).unwrap();
        let passed = streamed_in(Some(block), &files, &roles(), &view(), |file, input| Shards::with_size(file, input.bytes, 512, false)).unwrap();
        let day = |s: &Summary| Report::from(s, &view());
        let (a, b) = (day(&kept), day(&passed));
        for (x, y) in a.windows.iter().zip(&b.windows) {
            for name in [
                "weighted_interval_score",
                "dispersion",
                "overprediction",
                "underprediction",
                "mean_pinball_loss_over_levels",
                "crps_from_quantiles",
                "interval_coverage_50",
                "interval_coverage_80",
                "interval_coverage_deviation",
                "mean_interval_width_80",
            ] {
                prop_assert_eq!(&x.metrics[name], &y.metrics[name], "{}", name);
            }
        }
    }
}
