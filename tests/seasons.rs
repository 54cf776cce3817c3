//! MASE against its definition: the season, the baseline that scales it, and what rows that pass tell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{report, streamed, streamed_in, summary, value};
use plumbline::engine::Shards;
use plumbline::report::Report;
use plumbline::report::view::{BaselineChoice, Season, View, WindowSize};
use plumbline::summary::{Lag, Untold};
use plumbline::table::time::Time;
use serde_json::Value;
use std::fmt::Write;

const NAME: &str = "mean_absolute_scaled_error";

/// Seven weeks of two shops, an hour apart, some outcomes missing; no two outcomes are alike.
fn hours() -> Vec<(i64, f64, Option<f64>)> {
    let start = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
    let row = |i: i64| {
        let (hour, shop) = (i / 2, i % 2);
        let wave = ((hour % 24) * (24 - hour % 24)) as f64;
        let y = wave + 3.0 * shop as f64 + ((hour * 7919 + shop) % 97) as f64 / 13.0;
        let known = (i * 31) % 17 != 3;
        (start + hour * 3_600_000_000, y + 1.5, known.then_some(y))
    };
    (0..2 * 24 * 49).map(row).collect()
}

fn csv(rows: &[(i64, f64, Option<f64>)]) -> String {
    let mut out = "id,time,prediction,outcome\n".to_string();
    for (i, (time, p, y)) in rows.iter().enumerate() {
        let y = y.map(|y| y.to_string()).unwrap_or_default();
        writeln!(out, "{i},{},{p},{y}", Time(*time)).unwrap();
    }
    out
}

fn view(season: Option<Season>, baseline: BaselineChoice) -> View {
    View {
        window: Some(WindowSize::Day),
        baseline,
        season,
        ..View::default()
    }
}

/// By its definition, every pair of rows looked at.
fn naive(rows: &[(i64, f64, Option<f64>)], season: Season) -> f64 {
    let mut errors = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let before = match season {
            Season::Rows(n) => i.checked_sub(n as usize).and_then(|j| rows[j].2),
            Season::Seconds(s) => {
                let then = row.0 - i64::from(s) * 1_000_000;
                let there: Vec<f64> = rows
                    .iter()
                    .filter(|r| r.0 == then)
                    .filter_map(|r| r.2)
                    .collect();
                (!there.is_empty()).then(|| there.iter().sum::<f64>() / there.len() as f64)
            }
        };
        if let (Some(y), Some(before)) = (row.2, before) {
            errors.push((y - before).abs());
        }
    }
    errors.iter().sum::<f64>() / errors.len() as f64
}

#[track_caller]
fn close(got: f64, want: f64) {
    assert!((got / want - 1.0).abs() < 1e-12, "{got}, expected {want}");
}

#[test]
fn the_naive_error_is_that_of_its_definition() {
    let rows = hours();
    let text = csv(&rows);
    let files = [("log.csv", text.as_bytes())];
    let seasons = [
        Season::Rows(1),
        Season::Rows(48),
        Season::Seconds(86_400),
        Season::Seconds(3_600),
    ];
    for season in seasons {
        let found = report(&files, &view(Some(season), BaselineChoice::None));
        close(value(&found, NAME), 1.5 / naive(&rows, season));
        assert_eq!(found.view.season, Some(season));
        // The baseline scales every window, whatever part of time is in view.
        let (from, to) = (Time(rows[0].0), Time(rows[2 * 24 * 10].0));
        let period = view(Some(season), BaselineChoice::Period(from, to));
        let range = Some((to, Time(i64::MAX)));
        let found = report(&files, &View { range, ..period });
        let part = &rows[..2 * 24 * 10];
        close(value(&found, NAME), 1.5 / naive(part, season));
        let window = &found.windows[3].metrics[NAME];
        close(window.value.unwrap(), 1.5 / naive(part, season));
    }
    // Half a day earlier (24 rows of two shops) tells less than a day earlier.
    let day = |season| value(&report(&files, &view(season, BaselineChoice::None)), NAME);
    assert!(day(Some(Season::Seconds(86_400))) > day(Some(Season::Rows(24))));
    assert_eq!(day(None), day(Some(Season::Rows(1))));
}

#[test]
fn the_reference_scales_it_where_there_is_one() {
    let rows = hours();
    let (before, after) = rows.split_at(600);
    let texts = (csv(before), csv(after));
    let files = [
        ("reference.csv", texts.0.as_bytes()),
        ("log.csv", texts.1.as_bytes()),
    ];
    let found = report(&files, &view(Some(Season::Rows(2)), BaselineChoice::Auto));
    assert!(found.baseline.as_ref().is_some_and(|b| b.start.is_none()));
    close(value(&found, NAME), 1.5 / naive(before, Season::Rows(2)));
}

/// Rows that pass in order of time are looked back from as those that are kept, to the bit.
#[test]
fn rows_that_pass_in_order_of_time_scale_it_too() {
    let rows = hours();
    let text = csv(&rows);
    let mut untimed = String::from("prediction,outcome\n");
    for (_, p, y) in &rows {
        let y = y.map(|y| y.to_string()).unwrap_or_default();
        writeln!(untimed, "{p},{y}").unwrap();
    }
    let day = |day: i64| Time(rows[0].0 + day * 86_400_000_000);
    for text in [&text, &untimed] {
        let files = [("log.csv", text.as_bytes())];
        let timed = text.contains("time");
        for season in [
            Season::Rows(1),
            Season::Rows(3),
            Season::Rows(500),
            Season::Seconds(3_600),
            Season::Seconds(86_400),
        ] {
            for baseline in [
                BaselineChoice::None,
                BaselineChoice::Auto,
                BaselineChoice::Period(day(2), day(9)),
            ] {
                let view = view(Some(season), baseline);
                let kept = Report::from(&summary(&files, &[], &view).unwrap(), &view);
                for block in [100, 333, 100_000] {
                    let passed = streamed_in(Some(block), &files, &[], &view, Shards::new).unwrap();
                    let passed = Report::from(&passed, &view);
                    // Windows of rows are of another size, and so are baselines of them.
                    if !timed && kept.baseline.is_some() {
                        continue;
                    }
                    assert!(
                        passed.overall.metrics[NAME].value.is_some() || season != Season::Rows(1),
                        "{season}"
                    );
                    assert_eq!(
                        passed.overall.metrics[NAME], kept.overall.metrics[NAME],
                        "{season}"
                    );
                    if !timed {
                        continue;
                    }
                    for (a, b) in passed.windows.iter().zip(&kept.windows) {
                        assert_eq!(a.metrics[NAME], b.metrics[NAME], "{season}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_scaled_is_undefined_with_a_reason() {
    let reason = |report: &Report| report.overall.metrics[NAME].undefined.clone().unwrap();
    let rows = hours();
    let text = csv(&rows);
    let files = [("log.csv", text.as_bytes())];
    let far = view(Some(Season::Rows(1_000_000)), BaselineChoice::None);
    assert!(reason(&report(&files, &far)).contains("one season after another"));
    let flat: Vec<_> = rows.iter().map(|r| (r.0, r.1, Some(5.0))).collect();
    let flat = csv(&flat);
    let found = report(
        &[("log.csv", flat.as_bytes())],
        &view(None, BaselineChoice::None),
    );
    assert!(reason(&found).contains("one season earlier"));
    // Rows that pass and are not in order of time.
    let passed = view(None, BaselineChoice::None);
    let mut turned = rows;
    turned.swap(3, 500);
    let turned = csv(&turned);
    let turned = [("log.csv", turned.as_bytes())];
    let counted = streamed(&turned, &[], &passed, Shards::new).unwrap();
    assert!(reason(&Report::from(&counted, &passed)).contains("order of time"));
    // They are counted by the season that was asked for.
    let mut counted = streamed(&files, &[], &passed, Shards::new).unwrap();
    counted.add_naive(
        0,
        Lag {
            range: Some((0, 1)),
            season: Season::Rows(2),
        },
    );
    let untold = counted.series[0].naive.last().and_then(|n| n.untold);
    assert_eq!(untold, Some(Untold::Season));
    // A saved report has those seasons that were looked at.
    let kept = summary(&files, &[], &passed).unwrap();
    assert!(value(&Report::from(&kept, &passed), NAME) > 0.0);
    let other = view(Some(Season::Rows(3)), BaselineChoice::None);
    assert!(reason(&Report::from(&kept, &other)).contains("needs the rows"));
}

#[test]
fn seasons_of_a_log_with_gaps_equal_numpys() {
    let metrics: Value = serde_json::from_str(include_str!("reference/metrics.json")).unwrap();
    let data = include_bytes!("reference/regression.csv");
    let files = [("regression.csv", &data[..])];
    let absolute = metrics["regression"]["all"]["mean_absolute_error"]
        .as_f64()
        .unwrap();
    let mut compared = 0;
    for (season, scale) in metrics["regression"]["scales"].as_object().unwrap() {
        let season = Some(season.parse().unwrap());
        let found = report(&files, &view(season, BaselineChoice::None));
        close(value(&found, NAME), absolute / scale.as_f64().unwrap());
        compared += 1;
    }
    assert_eq!(compared, 4);
}

/// 200 hours of a wave that three models or horizons foretell, one column telling them apart; told hour by hour, or
/// one model after the other.
fn long(column: &str, names: [&str; 3], by_hour: bool) -> String {
    let start = Time::parse("2026-03-02T00:00:00Z").unwrap().0;
    let mut out = format!("time,{column},prediction,actual\n");
    let row = |hour: i64, which: usize| {
        let y = outcome(hour);
        let p = y + which as f64 + 1.0;
        let time = Time(start + hour * 3_600_000_000);
        format!("{time},{},{p},{y}\n", names[which])
    };
    for i in 0..600 {
        let (hour, which) = match by_hour {
            true => (i / 3, i % 3),
            false => (i % 200, i / 200),
        };
        out += &row(hour, which as usize);
    }
    out
}

fn outcome(hour: i64) -> f64 {
    ((hour % 24) * (24 - hour % 24)) as f64 + ((hour * 7919) % 97) as f64 / 13.0
}

#[test]
fn each_of_several_models_or_horizons_repeats_its_own_outcome() {
    let naive = |back: i64| {
        let errors = (back..200).map(|hour| (outcome(hour) - outcome(hour - back)).abs());
        errors.sum::<f64>() / (200 - back) as f64
    };
    for (column, names) in [
        ("model", ["a", "b", "c"]),
        ("horizon", ["1", "2", "3"]),
        ("place", ["north", "south", "west"]),
    ] {
        for by_hour in [true, false] {
            let text = long(column, names, by_hour);
            let files = [("log.csv", text.as_bytes())];
            for (season, back) in [
                (Season::Rows(1), 1),
                (Season::Rows(24), 24),
                (Season::Seconds(86_400), 24),
            ] {
                let view = view(Some(season), BaselineChoice::None);
                let found = report(&files, &view);
                close(value(&found, NAME), 2.0 / naive(back));
                let passed = streamed(&files, &[], &view, Shards::new).unwrap();
                let passed = Report::from(&passed, &view);
                let why = passed.overall.metrics[NAME].undefined.clone();
                let reason = if by_hour {
                    "side by side"
                } else {
                    "order of time"
                };
                assert!(why.unwrap().contains(reason), "{column} {season}");
            }
        }
    }
}
