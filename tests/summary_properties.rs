//! Laws of the way from files to Summary: parts add up in any order, windows partition the rows,
//! counts of a join balance.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, summary};
use plumbline::report::Report;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::summary::Summary;
use proptest::prelude::*;
use std::fmt::Write as _;

/// A row of a log: hour, score in thousandths, outcome, region, latency.
type Row = (u16, u16, Option<bool>, u8, u16);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(
        (
            0u16..240,
            0u16..=1000,
            prop::option::of(any::<bool>()),
            0u8..3,
            1u16..5000,
        ),
        12..80,
    )
}

fn csv(rows: &[Row]) -> String {
    let mut out = String::from("id,timestamp,score,outcome,region,latency_ms\n");
    // Both classes and every region stand first, so that parts agree on labels and columns.
    for (i, (hour, score, outcome, region, latency)) in rows.iter().enumerate() {
        let (day, hour) = (hour / 24 + 1, hour % 24);
        let outcome = outcome.map_or("", |o| if o { "1" } else { "0" });
        let region = ["north", "south", "west"][*region as usize];
        writeln!(
            out,
            "x{i}y,2026-03-{day:02}T{hour:02}:30:00Z,{:.3},{outcome},{region},{latency}.5",
            f64::from(*score) / 1000.0
        )
        .unwrap();
    }
    out
}

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::None,
        ..View::default()
    }
}

fn of(rows: &[Row]) -> Summary {
    let mut summary = summary(&[("log.csv", csv(rows).as_bytes())], &[], &view()).unwrap();
    // What a file is called and how it was written is not a matter of its rows.
    summary.sources.clear();
    summary
}

fn merged(parts: &[&Summary]) -> Summary {
    let mut all = parts[0].clone();
    parts[1..].iter().for_each(|p| all.merge(p).unwrap());
    all
}

/// Rows that make every part know both classes and all regions.
fn with_all(rows: &[Row]) -> Vec<Row> {
    let mut out = vec![
        (0, 100, Some(false), 0, 9),
        (1, 900, Some(true), 1, 9),
        (2, 300, Some(true), 2, 9),
        (3, 300, None, 2, 9),
    ];
    for _ in 0..3 {
        out.extend_from_within(..4);
    }
    out.extend_from_slice(rows);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn merging_is_associative_and_commutative_to_the_bit(a in rows(), b in rows(), c in rows()) {
        let (a, b, c) = (of(&with_all(&a)), of(&with_all(&b)), of(&with_all(&c)));
        let left = merged(&[&merged(&[&a, &b]), &c]);
        let right = merged(&[&a, &merged(&[&b, &c])]);
        let turned = merged(&[&c, &a, &b]);
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(serde_json::to_string(&left).unwrap(), serde_json::to_string(&turned).unwrap());
    }

    #[test]
    fn parts_that_are_merged_have_the_counts_of_the_whole(a in rows(), b in rows()) {
        let (a, b) = (with_all(&a), with_all(&b));
        let parts = merged(&[&of(&a), &of(&b)]);
        let whole = of(&[a, b].concat());
        for series in &whole.series {
            let other = parts.series.iter().find(|s| s.slice == series.slice).unwrap();
            prop_assert_eq!(&series.buckets, &other.buckets);
        }
        let (one, other) = (Report::from(&whole, &view()), Report::from(&parts, &view()));
        for (name, estimate) in &one.overall.metrics {
            let from_parts = &other.overall.metrics[name];
            match (from_parts.bound, from_parts.undefined.as_deref()) {
                // Ranks do not survive a merge; a value from the histogram keeps its promise.
                (Some(bound), _) => {
                    prop_assert!((estimate.value.unwrap() - from_parts.value.unwrap()).abs() <= bound + 1e-12);
                }
                (None, Some(why)) if why.starts_with("needs the rows") => {}
                _ => prop_assert_eq!(estimate, from_parts),
            }
        }
    }

    #[test]
    fn a_summary_survives_the_way_through_json(a in rows()) {
        let summary = of(&with_all(&a));
        let text = serde_json::to_string(&summary).unwrap();
        prop_assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
    }

    #[test]
    fn windows_partition_the_rows(rows in rows(), size in prop::sample::select(vec![
        WindowSize::Hour, WindowSize::Day, WindowSize::Week, WindowSize::Month, WindowSize::Rows(7), WindowSize::Rows(1000),
    ])) {
        let rows = with_all(&rows);
        let view = View { window: Some(size), ..view() };
        let report = report(&[("log.csv", csv(&rows).as_bytes())], &view);
        prop_assert_eq!(report.windows.iter().map(|w| w.rows).sum::<u64>(), rows.len() as u64);
        prop_assert_eq!(report.windows.iter().map(|w| w.labelled).sum::<u64>(), report.rows.joined);
        prop_assert!(report.windows.windows(2).all(|w| w[0].end <= w[1].start || matches!(size, WindowSize::Rows(_))));
        for slices in report.slices.chunk_by(|a, b| a.column == b.column) {
            prop_assert!(slices.iter().map(|s| s.rows).sum::<u64>() <= rows.len() as u64);
        }
    }

    #[test]
    fn counts_of_a_join_balance(
        predictions in prop::collection::vec(0u16..60, 8..60),
        outcomes in prop::collection::vec((0u16..80, any::<bool>(), 0u16..30), 8..80),
    ) {
        let mut p = String::from("request_id,timestamp,score\n");
        for (i, id) in predictions.iter().enumerate() {
            writeln!(p, "r{id},2026-03-01T00:{:02}:00Z,0.{:03}", i % 60, id * 7 + 1).unwrap();
        }
        let mut o = String::from("request_id,label,observed_at\n");
        for (id, label, day) in &outcomes {
            writeln!(o, "r{id},{},2026-04-{:02}T00:00:00Z", u8::from(*label), day + 1).unwrap();
        }
        let files = [("predictions.csv", p.as_bytes()), ("outcomes.csv", o.as_bytes())];
        let given: std::collections::BTreeSet<u16> = outcomes.iter().map(|o| o.0).collect();
        let asked: std::collections::BTreeSet<u16> = predictions.iter().copied().collect();
        let roles = [
            (plumbline::log::Role::Id, "request_id"),
            (plumbline::log::Role::Outcome, "label"),
        ];
        let made = summary(&files, &roles, &view());
        if given.is_disjoint(&asked) {
            prop_assert!(made.is_err());
            return Ok(());
        }
        let rows = Report::from(&made.unwrap(), &view()).rows;
        prop_assert_eq!(rows.predictions, predictions.len() as u64);
        prop_assert_eq!(rows.joined + rows.unmatched_predictions, rows.predictions);
        prop_assert_eq!(rows.joined, predictions.iter().filter(|id| given.contains(id)).count() as u64);
        prop_assert_eq!(rows.outcomes, outcomes.len() as u64);
        prop_assert_eq!(rows.duplicate_outcomes, (outcomes.len() - given.len()) as u64);
        prop_assert_eq!(rows.orphan_outcomes, given.difference(&asked).count() as u64);
        prop_assert_eq!(rows.duplicate_predictions, (predictions.len() - asked.len()) as u64);
    }
}
