//! The curves of a report against scikit-learn's of the same rows (`tests/reference/make.py`), and what is
//! shown where rows are hard on them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, streamed, summary};
use plumbline::chart::{Chart, CurvePlot, Reliability, Shape};
use plumbline::engine::Shards;
use plumbline::report::curves::{
    Curves, balanced_accuracy, cohen_kappa, f0_5, f2, false_positive_rate, jaccard,
    matthews_corrcoef, negative_predictive_value, net_benefit, precision, recall, specificity,
};
use plumbline::report::view::{BaselineChoice, SliceChoice, View, WindowSize};
use plumbline::report::{Report, Scores};
use plumbline::table::time::Time;
use serde_json::Value;
use std::fmt::Write as _;

const BINARY: &[u8] = include_bytes!("reference/binary.csv");

fn numbers(list: &Value) -> Vec<Option<f64>> {
    list.as_array().unwrap().iter().map(Value::as_f64).collect()
}

#[track_caller]
fn close(what: &str, got: Option<f64>, want: Option<f64>) {
    let (got, want) = (got.unwrap(), want.unwrap());
    assert!((got - want).abs() <= 1e-12, "{what}: {got} is not {want}");
}

fn view(threshold: Option<f64>) -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        threshold,
        ..View::default()
    }
}

fn curves(data: &[u8], view: &View) -> Curves {
    report(&[("log.csv", data)], view).curves.unwrap()
}

#[test]
fn every_point_is_scikit_learns() {
    let reference: Value = serde_json::from_str(include_str!("reference/curves.json")).unwrap();
    let roc = |name: &str| numbers(&reference["roc"][name]);
    let (fpr, tpr, falling) = (roc("fpr"), roc("tpr"), roc("thresholds"));
    let pr = |name: &str| numbers(&reference["precision_recall"][name]);
    let (theirs, theirs_recall, rising) = (pr("precision"), pr("recall"), pr("thresholds"));
    // 0.537 lies between the edges of every report.
    for threshold in [None, Some(0.537)] {
        let ours = curves(BINARY, &view(threshold));
        assert!(ours.thresholds.len() >= 100 && ours.probability);
        let mut different = std::collections::BTreeSet::new();
        for (i, &t) in ours.thresholds.iter().enumerate() {
            let c = ours.current.at(i);
            different.insert((c.tp, c.fp));
            let what = format!("at {t}");
            // Their thresholds are the scores that occur: the same rows lie at or above the next one up.
            // The first of ROC is infinite, written as null.
            let at = falling
                .iter()
                .rposition(|s| s.is_none_or(|s| s >= t))
                .unwrap();
            close(&what, false_positive_rate(c), fpr[at]);
            close(&what, recall(c), tpr[at]);
            close(&what, specificity(c).map(|s| 1.0 - s), fpr[at]);
            if let Some(at) = rising.iter().position(|s| s.unwrap() >= t) {
                close(&what, precision(c), theirs[at]);
                close(&what, recall(c), theirs_recall[at]);
            } else {
                assert_eq!(precision(c), None, "{what}");
            }
        }
        assert!(different.len() > 80, "{}", different.len());
        let first = ours.current.at(0);
        assert_eq!((first.r#fn, first.tn), (0, 0));
    }
}

/// Scores that are no probabilities, ties and rows without an outcome, counted row by row.
fn log(rows: &[(f64, Option<bool>)]) -> String {
    let mut text = String::from("time,score,label\n");
    for (i, (score, label)) in rows.iter().enumerate() {
        let label = label.map_or("", |l| if l { "1" } else { "0" });
        writeln!(
            text,
            "2026-03-{:02}T00:00:{:02}Z,{score},{label}",
            1 + i % 20,
            i % 60
        )
        .unwrap();
    }
    text
}

#[test]
fn every_point_is_what_the_rows_give() {
    let rows: Vec<(f64, Option<bool>)> = (0..900_u32)
        .map(|i| {
            let score = f64::from(i * 7919 % 1009) / 50.0 - 4.0;
            let known = i % 11 != 0;
            (score, known.then_some(i * 31 % 97 < i * 7919 % 1009 / 20))
        })
        .collect();
    let text = log(&rows);
    let ours = curves(text.as_bytes(), &view(None));
    assert!(!ours.probability);
    for (i, &t) in ours.thresholds.iter().enumerate() {
        let above = |label: bool| {
            let of = rows.iter().filter(|r| r.1 == Some(label) && r.0 >= t);
            of.count() as u64
        };
        let c = ours.current.at(i);
        assert_eq!((c.tp, c.fp), (above(true), above(false)), "at {t}");
    }
}

#[test]
fn the_point_in_force_is_the_confusion_and_the_metric() {
    let report = report(&[("log.csv", BINARY)], &view(Some(0.2)));
    let curves = report.curves.as_ref().unwrap();
    let at = curves.thresholds.iter().position(|t| *t == 0.2).unwrap();
    let c = curves.current.at(at);
    let confusion = report.confusion.as_ref().unwrap();
    assert_eq!(
        confusion.counts,
        [[c.tn, c.fp], [c.r#fn, c.tp]].map(Vec::from)
    );
    let of = |name: &str| report.overall.metrics[name].value;
    close("precision", precision(c), of("precision"));
    close("net benefit", net_benefit(c, 0.2), of("net_benefit"));
    close("F0.5", f0_5(c), of("f0_5"));
    close("F2", f2(c), of("f2"));
    close("Jaccard", jaccard(c), of("jaccard"));
    let npv = of("negative_predictive_value");
    close("NPV", negative_predictive_value(c), npv);
    close(
        "balanced accuracy",
        balanced_accuracy(c),
        of("balanced_accuracy"),
    );
    close("MCC", matthews_corrcoef(c), of("matthews_corrcoef"));
    close("kappa", cohen_kappa(c), of("cohen_kappa"));
}

#[test]
fn the_baseline_is_counted_at_the_same_thresholds() {
    let baseline = View {
        baseline: BaselineChoice::Auto,
        ..view(None)
    };
    let report = report(&[("log.csv", BINARY)], &baseline);
    let curves = report.curves.unwrap();
    let before = curves.baseline.unwrap();
    assert_eq!(before.tp.len(), curves.thresholds.len());
    let labelled = report.baseline.unwrap().block.labelled;
    assert_eq!(before.rows(), labelled);
    assert!(before.rows() > 0 && before.rows() < curves.current.rows());
}

#[test]
fn a_report_of_before_there_were_curves_is_still_read() {
    let report = Report::from(
        &summary(&[("log.csv", BINARY)], &[], &view(None)).unwrap(),
        &view(None),
    );
    let mut json = serde_json::to_value(&report).unwrap();
    assert!(json.as_object_mut().unwrap().remove("curves").is_some());
    let before: Report = serde_json::from_value(json).unwrap();
    let scores: Option<&Scores> = before.scores.as_ref();
    assert!(before.curves.is_none() && scores.is_some());
}

/// Each class against the rest, counted row by row: every point and every tenth.
#[test]
fn each_of_several_classes_has_its_curves() {
    let log = include_str!("reference/multiclass.csv");
    let mut lines = log.lines().map(|l| l.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    let place = |name: &str| head.iter().position(|h| *h == name).unwrap();
    let outcome = place("outcome");
    let rows: Vec<Vec<&str>> = lines.filter(|cells| !cells[outcome].is_empty()).collect();
    let files = [("log.csv", log.as_bytes())];
    let kept = report(&files, &view(None));
    // Rows that pass tell it at thresholds of their own, and no calibration.
    let passed = streamed(&files, &[], &view(None), Shards::new).unwrap();
    let passed = Report::from(&passed, &view(None));
    assert!(passed.class_curves[0].curves.thresholds.len() == 128);
    let both = [&kept, &passed].map(|report| {
        assert!(report.curves.is_none());
        assert_eq!(report.class_curves.len(), 4);
        report.class_curves.iter().map(move |of| (report, of))
    });
    for (report, of) in both.into_iter().flatten() {
        let at = place(&format!("proba_{}", of.label));
        let scored = rows.iter().map(|cells| {
            let p: f64 = cells[at].parse().unwrap();
            (p, cells[outcome] == of.label)
        });
        let scored: Vec<(f64, bool)> = scored.collect();
        for (i, t) in of.curves.thresholds.iter().enumerate() {
            let above = |label: bool| {
                let found = scored.iter().filter(|r| r.1 == label && r.0 >= *t);
                found.count() as u64
            };
            let c = of.curves.current.at(i);
            assert_eq!(
                (c.tp, c.fp),
                (above(true), above(false)),
                "{} at {t}",
                of.label
            );
        }
        for (bin, (n, score, share)) in of.calibration.iter().zip(tenths(scored.into_iter())) {
            assert_eq!(bin.positive.n, n);
            if n > 0 {
                close("foretold", bin.mean_score, Some(score));
                close("came true", bin.positive.value, Some(share));
            }
        }
        let plot = CurvePlot::of_class(report, Shape::Roc, &of.label);
        assert!(plot.things() > 20);
        assert_eq!(of.calibration.is_empty(), report.streamed);
        assert!(report.streamed || Reliability::of_class(report, &of.label).things() > 3);
    }
    let before = View {
        baseline: BaselineChoice::Auto,
        ..view(None)
    };
    let with = pipeline::report(&[("log.csv", log.as_bytes())], &before);
    let (all, known) = (&with.class_curves[0].curves, with.baseline.unwrap());
    assert_eq!(all.baseline.as_ref().unwrap().rows(), known.block.labelled);
}

/// Tenths of the rows of a part of the log, counted one by one: rows, mean probability, share positive.
fn tenths(rows: impl Iterator<Item = (f64, bool)>) -> Vec<(u64, f64, f64)> {
    let mut out = vec![(0_u64, 0.0, 0.0); 10];
    for (score, positive) in rows {
        let bin = &mut out[((score * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += score;
        bin.2 += f64::from(u8::from(positive));
    }
    let mean = |(n, score, hits): (u64, f64, f64)| (n, score / n as f64, hits / n as f64);
    out.into_iter().map(mean).collect()
}

#[track_caller]
fn same_tenths(report: &Report, rows: impl Iterator<Item = (f64, bool)>) -> u64 {
    let want = tenths(rows);
    assert_eq!(report.calibration.len(), want.len());
    for (bin, (n, score, share)) in report.calibration.iter().zip(&want) {
        assert_eq!(bin.positive.n, *n);
        if *n > 0 {
            close("foretold", bin.mean_score, Some(*score));
            close("came true", bin.positive.value, Some(*share));
            // The band of the chart: Wilson's interval of each tenth.
            let (low, high) = (bin.positive.low.unwrap(), bin.positive.high.unwrap());
            assert!(low <= *share && *share <= high && low < high);
        }
    }
    want.iter().map(|w| w.0).sum()
}

/// Calibration is that of the rows in view: of all, of a period, of a segment, of a version, and of two of
/// these at once.
#[test]
fn calibration_follows_the_period_and_the_slice() {
    let log = include_bytes!("reference/groups.csv");
    let text = std::str::from_utf8(log).unwrap();
    let cells: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|l| l.split(',').collect())
        .collect();
    let rows = |keep: &dyn Fn(&[&str]) -> bool| {
        let kept = cells.iter().filter(|c| keep(c));
        let row = |c: &Vec<&str>| (c[2].parse().unwrap(), c[3] == "1");
        kept.map(row).collect::<Vec<(f64, bool)>>()
    };
    let at = |day: &str| Time::parse(day).unwrap();
    let period = Some((at("2026-03-06"), at("2026-03-11")));
    let within = |c: &[&str]| ("2026-03-06".."2026-03-11").contains(&&c[1][..10]);
    let south = vec![SliceChoice {
        column: "region".into(),
        value: "south".into(),
    }];
    type Keep<'a> = &'a dyn Fn(&[&str]) -> bool;
    let cases: [(View, Keep<'_>); 5] = [
        (view(None), &|_| true),
        (
            View {
                range: period,
                ..view(None)
            },
            &within,
        ),
        (
            View {
                slices: south.clone(),
                ..view(None)
            },
            &|c| c[4] == "south",
        ),
        (
            View {
                version: Some("v2".into()),
                ..view(None)
            },
            &|c| c[6] == "v2",
        ),
        (
            View {
                slices: south,
                range: period,
                ..view(None)
            },
            &|c| within(c) && c[4] == "south",
        ),
    ];
    let mut drawn = Vec::new();
    for (view, keep) in cases {
        let report = report(&[("log.csv", log)], &view);
        let kept = rows(keep);
        assert_eq!(
            same_tenths(&report, kept.iter().copied()),
            kept.len() as u64
        );
        let chart = Reliability::of(&report);
        assert!(chart.things() > 5);
        // What is drawn is of these rows too: the band, and the bars of rows under it.
        let facts: Vec<String> = (0..chart.things())
            .flat_map(|i| chart.describe(i))
            .map(|f| format!("{} {}", f.label, f.text))
            .collect();
        assert!(facts.iter().any(|f| f.starts_with("95 % interval")));
        assert!(facts.iter().any(|f| f.starts_with("Rows")));
        assert!(!drawn.contains(&facts), "two views look alike");
        drawn.push(facts);
    }
}
