//! Metrics of lists against scikit-learn's, by day and by slice, and what a report says of lists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, streamed_in, summary};
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::report::view::View;
use plumbline::report::{Metrics, Report};
use plumbline::summary::SliceChoice;
use serde_json::Value;

const LOG: &str = include_str!("reference/ranking.csv");

fn wanted() -> Value {
    serde_json::from_str(include_str!("reference/ranking.json")).unwrap()
}

fn files() -> [(&'static str, &'static [u8]); 1] {
    [("lists.csv", LOG.as_bytes())]
}

fn by_day(slice: Option<(&str, &str)>) -> Report {
    let slices = slice.into_iter().map(|(column, value)| SliceChoice {
        column: column.into(),
        value: value.into(),
    });
    report(
        &files(),
        &View {
            window: Some("day".parse().unwrap()),
            slices: slices.collect(),
            ..View::default()
        },
    )
}

fn check(found: &Metrics, wanted: &Value) {
    let told = wanted["metrics"].as_object().unwrap();
    assert_eq!(told.len(), 11);
    let lists = wanted["lists"].as_u64().unwrap() - wanted["without"].as_u64().unwrap();
    for (name, value) in told {
        let (found, value) = (&found[name], value.as_f64().unwrap());
        let near = (found.value.unwrap() - value).abs() <= 1e-9 * value;
        assert!(near, "{name}: {found:?}, not {value}");
        assert_eq!(found.n, lists, "{name}");
        let ends = &wanted["intervals"][name];
        let Some((low, high)) = ends[0].as_f64().zip(ends[1].as_f64()) else {
            assert_eq!((found.low, found.high), (None, None), "{name}");
            assert!(
                found.no_interval.as_ref().unwrap().contains("lists"),
                "{name}"
            );
            continue;
        };
        for (found, wanted) in [(found.low, low), (found.high, high)] {
            let found = found.unwrap();
            assert!(
                (found - wanted).abs() <= 1e-9,
                "{name}: {found}, not {wanted}"
            );
        }
    }
}

#[test]
fn all_rows_days_and_slices_are_as_in_scikit_learn() {
    let (report, wanted) = (by_day(None), wanted());
    check(&report.overall.metrics, &wanted["all"]);
    let days = wanted["days"].as_object().unwrap();
    assert_eq!(report.windows.len(), days.len());
    for window in &report.windows {
        check(&window.metrics, &days[&window.start.to_string()[..10]]);
    }
    for (device, wanted) in wanted["devices"].as_object().unwrap() {
        let report = by_day(Some(("device", device)));
        check(&report.overall.metrics, wanted);
    }
}

#[test]
fn lists_without_a_relevant_item_are_told() {
    let (report, wanted) = (by_day(None), wanted());
    let (without, all) = (&wanted["all"]["without"], &wanted["all"]["lists"]);
    let told = format!("{without} of {all} lists have no relevant item");
    let notes = report.health.notes.join("\n");
    assert!(notes.contains(&told), "{told}\n{notes}");
}

/// The order of lines, and of columns, makes no difference to a bit.
#[test]
fn the_order_of_rows_does_not_matter() {
    let (head, rows) = LOG.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    let value = |text: &str| {
        let view = View {
            window: Some("day".parse().unwrap()),
            ..View::default()
        };
        report(&[("lists.csv", text.as_bytes())], &view)
            .overall
            .metrics
    };
    let before = value(LOG);
    rows.reverse();
    let after = value(&format!("{head}\n{}\n", rows.join("\n")));
    for (name, estimate) in &before {
        if name.contains("_at_") || name.starts_with("mean_") || name == "ndcg" {
            assert_eq!(estimate, &after[name], "{name}");
        }
    }
}

/// Rows of a query come in any block: lists are what they are where all rows are kept, to the bit.
#[test]
fn rows_that_pass_make_the_same_lists() {
    let mut lines: Vec<&str> = LOG.lines().collect();
    let head = lines.remove(0);
    for turn in [false, true] {
        if turn {
            // Queries whose rows lie far apart.
            lines.sort_by_key(|line| line.len() * 31 + line.as_bytes()[line.len() - 3] as usize);
        }
        let text = format!("{head}\n{}\n", lines.join("\n"));
        let files = [("lists.csv", text.as_bytes())];
        let slices = [
            Vec::new(),
            vec![SliceChoice {
                column: "device".into(),
                value: "phone".into(),
            }],
        ];
        for slices in slices {
            let view = View {
                window: Some("day".parse().unwrap()),
                slices,
                ..View::default()
            };
            let kept = Report::from(&summary(&files, &[], &view).unwrap(), &view);
            for rows in [20, 111, 100_000] {
                let passed = streamed_in(Some(rows), &files, &[], &view, Shards::new).unwrap();
                let passed = Report::from(&passed, &view);
                let lists = |m: &Metrics| {
                    let told = wanted()["all"]["metrics"].clone();
                    let of = |name: &String| m[name].clone();
                    told.as_object().unwrap().keys().map(of).collect::<Vec<_>>()
                };
                assert_eq!(lists(&passed.overall.metrics), lists(&kept.overall.metrics));
                assert!(passed.overall.metrics["ndcg_at_10"].value.is_some());
                for (a, b) in passed.windows.iter().zip(&kept.windows) {
                    assert_eq!(lists(&a.metrics), lists(&b.metrics));
                }
                let without = |r: &Report| {
                    let notes = r.health.notes.iter();
                    notes
                        .filter(|n| n.contains("no relevant item"))
                        .cloned()
                        .collect::<Vec<_>>()
                };
                assert_eq!(without(&passed), without(&kept));
            }
        }
    }
}

#[test]
fn a_user_can_be_the_query() {
    let text = LOG.replacen("query_id", "user", 1);
    let files = [("lists.csv", text.as_bytes())];
    let plain = report(&files, &View::default());
    assert!(!plain.overall.metrics.contains_key("ndcg_at_10"));
    let roles = [(Role::Query, "user")];
    let summary = summary(&files, &roles, &View::default()).unwrap();
    let report = Report::from(&summary, &View::default());
    check(&report.overall.metrics, &wanted()["all"]);
}

/// A user or a session makes lists where rows carry a relevance, or a place in a list; most logs name users, and are none.
#[test]
fn users_and_sessions_are_queries_beside_a_relevance_or_a_rank_only() {
    for name in ["user_id", "session_id", "userId"] {
        let text = LOG.replacen("query_id", name, 1);
        let report = report(&[("lists.csv", text.as_bytes())], &View::default());
        check(&report.overall.metrics, &wanted()["all"]);
    }
    // Three items a user, clicked or not: a list by their rank, two classes without one.
    let log = |rank: bool, label: &str| {
        let mut text = format!(
            "timestamp,user_id,{}score,{label}\n",
            if rank { "rank," } else { "" }
        );
        for i in 0..600_u32 {
            let rank = if rank {
                format!("{},", 1 + i % 3)
            } else {
                String::new()
            };
            let (user, score) = (i / 3 % 120, f64::from(i * 7919 % 997) / 1000.0);
            let day = 1 + i / 30;
            let label = u8::from(i * 31 % 10 < 3);
            text += &format!(
                "2026-05-{day:02}T00:00:{:02}Z,u{user},{rank}{score},{label}\n",
                i % 30
            );
        }
        text
    };
    let of = |text: String| {
        report(&[("log.csv", text.as_bytes())], &View::default())
            .overall
            .metrics
    };
    for label in ["label", "clicked", "fraud"] {
        let plain = of(log(false, label));
        assert!(
            !plain.contains_key("ndcg_at_10") && plain.contains_key("roc_auc"),
            "{label}"
        );
    }
    assert!(of(log(true, "clicked")).contains_key("ndcg_at_10"));
    assert!(of(log(false, "relevance")).contains_key("ndcg_at_10"));
}

#[test]
fn a_place_in_a_list_is_a_score_of_which_less_is_better() {
    let text = |column: &str, of_place: &dyn Fn(usize) -> usize| {
        let mut out = format!("time,query_id,relevance,{column}\n");
        for list in 0..60_usize {
            // Items are written in another order than they were shown in.
            for item in 0..10 {
                let place = (item * 7 + list) % 10 + 1;
                let relevance = usize::from((place * list) % 10 < 3) * (4 - place / 3).max(1);
                let time = format!("2026-01-{:02}T00:00:00Z", list % 28 + 1);
                out += &format!("{time},q{list},{relevance},{}\n", of_place(place));
            }
        }
        out
    };
    let metrics = |text: &str, roles: &[(Role, &str)]| {
        let files = [("lists.csv", text.as_bytes())];
        let found = summary(&files, roles, &View::default()).unwrap();
        let report = Report::from(&found, &View::default());
        let lists = report.overall.metrics.into_iter();
        let lists = lists.filter(|m| m.0.contains("_at_") || m.0.starts_with("mean_"));
        (lists.collect::<Metrics>(), found.notes)
    };
    let (scored, _) = metrics(&text("score", &|place| 20 - place), &[]);
    assert!(scored["ndcg_at_10"].value.unwrap() > 0.5, "{scored:?}");
    for column in ["rank", "position"] {
        let ranked = text(column, &|place| place);
        for roles in [&[][..], &[(Role::Score, column)]] {
            let (found, notes) = metrics(&ranked, roles);
            assert_eq!(found, scored, "{column}");
            let told = notes.iter().any(|n| n.contains("of which less is better"));
            assert!(told, "{notes:?}");
        }
    }
    // Of who was shown a list, too.
    let users = text("rank", &|place| place).replacen("query_id", "user_id", 1);
    assert_eq!(metrics(&users, &[]).0, scored);
}

#[test]
fn lists_of_scores_that_are_no_probabilities_are_headed_by_their_order() {
    let sentence = |score: &dyn Fn(usize) -> f64| {
        let mut text = String::from("time,query_id,label,score\n");
        for i in 0..900_usize {
            let time = format!("2026-01-{:02}T{:02}:00:00Z", i / 50 + 1, i % 24);
            let label = usize::from((i * 7) % 10 < 3);
            text += &format!("{time},q{},{label},{}\n", i / 10, score(i));
        }
        report(&[("lists.csv", text.as_bytes())], &View::default())
            .health
            .sentence
    };
    let share = |i: usize| ((i * 37) % 101) as f64 / 101.0;
    let logits = sentence(&|i| share(i) * 8.0 - 4.0);
    assert!(logits.starts_with("NDCG@10"), "{logits}");
    let probabilities = sentence(&share);
    assert!(probabilities.starts_with("Accuracy"), "{probabilities}");
}
