//! Odd logs counted in blocks of a few rows are what they are where all rows are kept: what the first block
//! does not show (outcomes, a class, scores, times, statuses, a column), later ones settle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, streamed_in, summary};
use plumbline::engine::Shards;
use plumbline::engine::message::Input;
use plumbline::log::Task;
use plumbline::metric::Estimate;
use plumbline::report::Report;
use plumbline::report::view::{SliceChoice, View, WindowSize};
use plumbline::summary::Summary;
use std::fmt::{Debug, Write as _};

/// Rows of a log.
const ROWS: u32 = 1_200;
/// Rows at its start that lack something.
const FIRST: u32 = 100;

/// Shards of about ten rows.
fn cut(file: usize, input: &Input) -> Shards {
    Shards::with_size(file, input.bytes, 300, false)
}

type Files<'a> = [(&'a str, String)];

fn both(files: &Files<'_>, view: &View) -> (Summary, Summary) {
    let files: Vec<File<'_>> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    let kept = summary(&files, &[], view).unwrap();
    (kept, streamed_in(Some(7), &files, &[], view, cut).unwrap())
}

fn fails(files: &Files<'_>) -> String {
    let files: Vec<File<'_>> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    let passed = streamed_in(Some(7), &files, &[], &View::default(), cut);
    passed.unwrap_err().to_string()
}

/// Holds a log whose rows passed to the one whose rows were kept.
#[track_caller]
fn check(files: &Files<'_>, view: &View) -> Summary {
    let (kept, passed) = both(files, view);
    let found = differences(&kept, &passed, view);
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(kept.notes, passed.notes);
    passed
}

#[track_caller]
fn check_one(log: String) -> Summary {
    check(&[("log.csv", log)], &View::default())
}

/// What differs between two Summaries, but for notes and for what is bounded or needs rows.
fn differences(kept: &Summary, passed: &Summary, view: &View) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |what: &str, a: &dyn Debug, b: &dyn Debug| {
        let (a, b) = (format!("{a:?}"), format!("{b:?}"));
        if a != b {
            found.push(format!("{what}: kept {a}, passed {b}"));
        }
    };
    let outline = |s: &Summary| Summary {
        series: Vec::new(),
        streamed: false,
        shapes: None,
        seasonal: None,
        notes: Vec::new(),
        edges: Vec::new(),
        sources: Vec::new(),
        ..s.clone()
    };
    same("outline", &outline(kept), &outline(passed));
    let (a, b) = (Report::from(kept, view), Report::from(passed, view));
    same("rows", &a.overall.rows, &b.overall.rows);
    let starts = |r: &Report| {
        r.windows
            .iter()
            .map(|w| (w.start, w.rows, w.labelled))
            .collect::<Vec<_>>()
    };
    same("windows", &starts(&a), &starts(&b));
    for (name, theirs) in a.overall.metrics.iter().chain(&a.resources.metrics) {
        let mine = b
            .overall
            .metrics
            .get(name)
            .or_else(|| b.resources.metrics.get(name));
        let needs_rows = |e: &&Estimate| {
            e.undefined
                .as_ref()
                .is_some_and(|w| w.contains("needs the rows"))
        };
        if mine.filter(needs_rows).is_some() {
            continue;
        }
        match (
            mine.and_then(|m| m.value),
            theirs.value,
            mine.and_then(|m| m.bound),
        ) {
            (Some(x), Some(y), Some(bound)) if (x - y).abs() <= bound => {}
            _ => same(name, &mine, &Some(theirs)),
        }
    }
    let columns = |r: &Report| {
        r.drift.as_ref().map(|d| {
            let mut columns: Vec<_> = d
                .columns
                .iter()
                .map(|c| {
                    let values = [&c.before, &c.after].map(|d| (d.values, d.missing));
                    (c.column.clone(), values, c.undefined.clone())
                })
                .collect();
            columns.sort();
            columns
        })
    };
    same("drift", &columns(&a), &columns(&b));
    for (theirs, mine) in a.drift.iter().flat_map(|d| &d.columns).zip(
        b.drift
            .iter()
            .flat_map(|d| &d.columns)
            .filter(|c| c.kolmogorov_smirnov_bound.is_some()),
    ) {
        if theirs.column == mine.column {
            let apart =
                (theirs.kolmogorov_smirnov.unwrap() - mine.kolmogorov_smirnov.unwrap()).abs();
            if apart > mine.kolmogorov_smirnov_bound.unwrap() + 1e-9 {
                same(
                    &mine.column,
                    &theirs.kolmogorov_smirnov,
                    &mine.kolmogorov_smirnov,
                );
            }
        }
    }
    found
}

/// A number that looks like chance.
fn mixed(i: u32, salt: u32) -> u32 {
    let x = (i ^ salt.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
    (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35) >> 8
}

fn time(i: u32) -> String {
    let hour = i / 2;
    format!(
        "2026-03-{:02}T{:02}:{:02}:00Z",
        1 + hour / 24,
        hour % 24,
        i % 2 * 30
    )
}

fn log(head: &str, row: impl Fn(u32) -> String) -> String {
    let mut text = format!("{head}\n");
    (0..ROWS).for_each(|i| writeln!(text, "{}", row(i)).unwrap());
    text
}

fn score(i: u32) -> f64 {
    f64::from(mixed(i, 1) % 1_000) / 1_000.0
}

fn yes(i: u32) -> bool {
    f64::from(mixed(i, 2) % 1_000) / 1_000.0 < score(i)
}

fn number(i: u32) -> String {
    u8::from(yes(i)).to_string()
}

fn word(i: u32) -> String {
    ["good", "bad"][usize::from(yes(i))].into()
}

/// Missing in the first rows.
fn late<T: ToString>(i: u32, cell: T) -> String {
    Some(cell)
        .filter(|_| i >= FIRST)
        .map_or_else(String::new, |cell| cell.to_string())
}

fn scored(label: impl Fn(u32) -> String) -> String {
    log("time,score,label", |i| {
        format!("{},{},{}", time(i), score(i), label(i))
    })
}

fn served(label: impl Fn(u32, u32) -> String) -> String {
    log("time,prediction,label", |i| {
        format!("{},{},{}", time(i), label(i, 7), label(i, 8))
    })
}

#[test]
fn outcomes_that_come_late_tell_the_classes() {
    check_one(scored(|i| late(i, number(i))));
    let summary = check_one(scored(|i| late(i, word(i))));
    assert_eq!(summary.labels, ["good", "bad"]);
    check_one(log("time,prediction,label", |i| {
        format!(
            "{},{},{}",
            time(i),
            late(i, u8::from(score(i) > 0.5)),
            late(i, number(i))
        )
    }));
    check_one(log("time,score,label", |i| {
        format!("{},{},{}", time(i), late(i, score(i)), late(i, number(i)))
    }));
    for of in [number as fn(u32) -> String, word] {
        let predictions = log("id,time,score", |i| {
            format!("a{i},{},{}", time(i), score(i))
        });
        let mut outcomes = String::from("id,label\n");
        (FIRST..ROWS).for_each(|i| writeln!(outcomes, "a{i},{}", of(i)).unwrap());
        let files = [("p.csv", predictions), ("o.csv", outcomes)];
        check(&files, &View::default());
    }
}

#[test]
fn outcomes_that_come_late_tell_that_they_are_quantities() {
    check_one(log("time,prediction,actual", |i| {
        format!(
            "{},{},{}",
            time(i),
            score(i) * 100.0,
            late(i, score(i) * 90.0)
        )
    }));
    let predictions = log("id,time,forecast", |i| {
        format!("a{i},{},{}", time(i), i % 2)
    });
    let mut outcomes = String::from("id,label\n");
    for i in FIRST..ROWS {
        writeln!(outcomes, "a{i},{}", f64::from(mixed(i, 5) % 5_000) / 10.0).unwrap();
    }
    let files = [("p.csv", predictions), ("o.csv", outcomes)];
    let (kept, passed) = both(&files, &View::default());
    assert_eq!(
        (kept.task, passed.task),
        (Task::Regression, Task::Regression)
    );
    let of = |s: &Summary| {
        Report::from(s, &View::default()).overall.metrics["mean_absolute_error"].clone()
    };
    assert_eq!(of(&kept), of(&passed));
}

#[test]
fn classes_join_as_they_turn_up() {
    let first = |i: u32, few: u32, of: u32| if i < FIRST { few } else { of };
    for few in [1, 2] {
        let class = |i: u32, salt| {
            ["cat", "dog", "fox"][(mixed(i, salt) % first(i, few, 3)) as usize].to_owned()
        };
        assert_eq!(check_one(served(class)).task, Task::Multiclass);
    }
    for name in ["good", "bad"] {
        check_one(served(|i, salt| {
            let word = ["good", "bad"][mixed(i, salt) as usize % 2];
            if i < FIRST { name } else { word }.to_owned()
        }));
    }
    check_one(scored(|i| if i < FIRST { "0".into() } else { number(i) }));
}

#[test]
fn what_a_score_is_of_is_told_where_the_first_rows_have_one_class() {
    for (name, low) in [("good", 0.1), ("bad", 0.6)] {
        let log = log("time,score,label", |i| match i < FIRST {
            true => format!("{},{},{name}", time(i), low + 0.3 * score(i)),
            false => format!("{},{},{}", time(i), score(i), word(i)),
        });
        let (kept, passed) = both(&[("log.csv", log)], &View::default());
        let found = differences(&kept, &passed, &View::default());
        assert!(found.is_empty(), "{found:#?}");
        assert_eq!(passed.labels, ["good", "bad"]);
        // The first rows have one class only.
        assert!(
            passed.notes[0].contains("of good and bad, it is taken as that of the last"),
            "{:?}",
            passed.notes
        );
    }
}

#[test]
fn quantities_that_were_taken_as_classes_are_an_error_that_says_so() {
    let counts = |i: u32, salt| if i < FIRST { 5 } else { mixed(i, salt) % 500 }.to_string();
    let error = fails(&[("log.csv", served(counts))]);
    assert!(
        error.contains("quantities further on") && error.contains("Have all rows kept"),
        "{error}"
    );
}

#[test]
fn scores_statuses_and_columns_that_come_late_are_counted() {
    check_one(log("time,score,label", |i| {
        format!("{},{},{}", time(i), late(i, score(i)), number(i))
    }));
    check_one(log("time,score,prediction,label", |i| {
        format!(
            "{},{},{},{}",
            time(i),
            late(i, score(i)),
            u8::from(score(i) > 0.5),
            number(i)
        )
    }));
    check_one(log("time,score,label,amount,city,latency_ms,status", |i| {
        let status = if i % 9 == 0 { "503" } else { "200" };
        let (city, latency) = (format!("c{}", i % 5), i % 90);
        format!(
            "{},{},{},{},{},{},{}",
            time(i),
            score(i),
            number(i),
            late(i, score(i)),
            late(i, city),
            late(i, latency),
            late(i, status)
        )
    }));
    let three = |i: u32| ["a", "b", "c"][mixed(i, 8) as usize % 3];
    let of = |i, cell: &dyn Fn(u32, f64) -> String| {
        let s = score(i);
        format!(
            "{},{},{},{}",
            time(i),
            cell(i, 0.5 * s),
            cell(i, 1.0 - s),
            cell(i, 0.5 * s)
        )
    };
    check_one(log("time,p_a,p_b,p_c,label", |i| {
        format!("{},{}", of(i, &|i, s| late(i, s)), three(i))
    }));
    check_one(log("time,p_a,p_b,p_c,label", |i| {
        format!("{},{}", of(i, &|_, s| s.to_string()), late(i, three(i)))
    }));
}

#[test]
fn rows_before_the_first_time_are_left_out() {
    let summary = check_one(log("time,score,label", |i| {
        format!("{},{},{}", late(i, time(i)), score(i), number(i))
    }));
    assert_eq!(summary.counts.without_time, u64::from(FIRST));
}

#[test]
fn scores_beyond_the_first_ones_are_told() {
    let wide = |i: u32| {
        if i < FIRST {
            40.0 + score(i)
        } else {
            100.0 * score(i)
        }
    };
    let log = log("time,score,label", |i| {
        format!("{},{},{}", time(i), wide(i), number(i))
    });
    let (_, passed) = both(&[("log.csv", log)], &View::default());
    let told = |n: &String| n.contains("scores are beyond those of the first rows");
    assert!(passed.notes.iter().any(told), "{:?}", passed.notes);
}

#[test]
fn a_reference_may_be_longer_than_a_block_and_come_first() {
    let reference = log("score,label,b,time,model_version,region", |i| {
        format!(
            "{},{},{},{},v{},{}",
            score(i),
            number(i),
            i % 7,
            time(i),
            i % 3,
            ["x", "y"][i as usize % 2]
        )
    });
    let live = log("time,score,label,a", |i| {
        format!("{},{},{},{}", time(i), score(i), number(i), i % 9)
    });
    let bare = log("time,score,a", |i| {
        format!("{},{},{}", time(i), score(i), i % 9)
    });
    check(
        &[
            ("log.csv", live.clone()),
            ("reference.csv", reference.clone()),
        ],
        &View::default(),
    );
    check(
        &[("reference.csv", reference.clone()), ("log.csv", live)],
        &View::default(),
    );
    check(
        &[("reference.csv", reference), ("log.csv", bare)],
        &View::default(),
    );
}

#[test]
fn tables_and_parts_of_other_columns_are_put_together() {
    let one = log("time,score,label,a", |i| {
        format!("{},{},{},{}", time(i), score(i), number(i), i % 9)
    });
    let two = log("score,label,b,time,model_version,region", |i| {
        format!(
            "{},{},{},{},v{},{}",
            score(i),
            number(i),
            i % 7,
            time(i),
            i % 3,
            ["x", "y"][i as usize % 2]
        )
    });
    let three = log("time,score,label,a,b", |i| {
        format!("{},{},{},{},{i}", time(i), score(i), number(i), i % 9)
    });
    check(
        &[("one.csv", one.clone()), ("two.csv", two)],
        &View::default(),
    );
    check(
        &[("d/region=x/a.csv", one), ("d/region=y/b.csv", three)],
        &View::default(),
    );
}

#[test]
fn outcomes_may_stand_beside_predictions_and_in_a_file_of_their_own() {
    let predictions = log("id,time,score,label", |i| {
        let own = if i % 3 == 0 { number(i) } else { String::new() };
        format!("a{i},{},{},{own}", time(i), score(i))
    });
    let outcomes = log("id,label", |i| {
        if i % 2 == 0 {
            format!("a{i},{}", number(i))
        } else {
            format!("zz{i},1")
        }
    });
    check(
        &[("p.csv", predictions), ("o.csv", outcomes)],
        &View::default(),
    );
}

#[test]
fn views_are_answered_alike() {
    let log = log(
        "time,score,label,region,country,channel,model_version",
        |i| {
            let (region, country) = (mixed(i, 8) % 10, mixed(i, 9) % 3);
            format!(
                "{},{},{},r{region},c{country},h{},v{}",
                time(i),
                score(i),
                number(i),
                i / 200,
                i / 400
            )
        },
    );
    let files = [("log.csv", log)];
    let slice = SliceChoice {
        column: "region".into(),
        value: "r5".into(),
    };
    let rows = View {
        window: Some(WindowSize::Rows(500)),
        ..View::default()
    };
    let (_, passed) = both(&files, &rows);
    let (_, missing) = Report::with_missing(&passed, &rows);
    assert!(
        missing.is_empty(),
        "nothing that a second reading would tell: {missing:?}"
    );
    let told = |n: &String| n.contains("windows of time are shown instead");
    assert!(passed.notes.iter().any(told), "{:?}", passed.notes);
    for window in [None, Some(WindowSize::Day), Some(WindowSize::Week)] {
        let view = View {
            window,
            ..View::default()
        };
        let passed = check(&files, &view);
        let columns: Vec<&str> = passed.segments.iter().map(|s| s.column.as_str()).collect();
        assert_eq!(columns, ["region", "country", "channel"]);
        let sliced = View {
            slices: vec![slice.clone()],
            ..view
        };
        let (kept, passed) = both(&files, &sliced);
        let metrics = |s: &Summary| Report::from(s, &sliced).overall.metrics["accuracy"].clone();
        assert_eq!(metrics(&kept), metrics(&passed));
        let mut places: Vec<_> = passed.series.iter().map(|s| (&s.slice, s.size)).collect();
        let all = places.len();
        places.sort();
        places.dedup();
        assert_eq!(places.len(), all, "a slice is counted once by a size");
    }
    check(
        &files,
        &View {
            threshold: Some(0.123),
            ..View::default()
        },
    );
}
