//! Rows counted as they pass give the Summary of rows that are kept, to the bit; what only rows can tell is
//! within the bound that is stated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, streamed, streamed_in, summary};
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::metric::NOT_KEPT;
use plumbline::report::view::{SliceChoice, View, WindowSize};
use plumbline::report::{ColumnDrift, Report};
use plumbline::summary::{Series, Summary};
use std::fmt::Write as _;

/// Rows of a log of more than two blocks.
const ROWS: u32 = 300_000;

/// A number that looks like chance.
fn mixed(i: u32, salt: u32) -> u32 {
    let x = (i ^ salt.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
    (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35) >> 8
}

fn day_and_hour(i: u32) -> String {
    let hour = i / (ROWS / (24 * 60));
    let (month, day) = (3 + hour / 24 / 30, 1 + hour / 24 % 30);
    format!(
        "2026-{month:02}-{day:02}T{:02}:{:02}:00Z",
        hour % 24,
        i % 60
    )
}

fn binary() -> (String, String) {
    let mut predictions =
        String::from("id,timestamp,score,region,model_version,latency_ms,status,amount\n");
    let mut outcomes = String::from("id,label,known_at\n");
    for i in 0..ROWS {
        let score = f64::from(mixed(i, 1) % 1_000) / 1_000.0;
        let region = ["north", "south", "west"][mixed(i, 2) as usize % 3];
        let version = if i < ROWS / 2 { "v1" } else { "v2" };
        let status = if mixed(i, 3).is_multiple_of(50) {
            503
        } else {
            200
        };
        let amount = if i % 7 == 0 {
            String::new()
        } else {
            format!("{}.5", mixed(i, 4) % 900)
        };
        writeln!(
            predictions,
            "x{i}y,{},{score},{region},{version},{}.25,{status},{amount}",
            day_and_hour(i),
            1 + mixed(i, 5) % 400,
        )
        .unwrap();
        if mixed(i, 6) % 10 > 1 {
            let label = u8::from(mixed(i, 7) % 1_000 < mixed(i, 1) % 1_000);
            writeln!(outcomes, "x{i}y,{label},2026-06-0{}T00:00:00Z", 1 + i % 9).unwrap();
        }
    }
    // Two outcomes of one prediction, and one of none.
    outcomes.push_str(
        "x5y,1,2026-06-10T00:00:00Z\nx6y,0,2026-06-10T00:00:00Z\nnowhere,1,2026-06-01T00:00:00Z\n",
    );
    (predictions, outcomes)
}

fn view() -> View {
    View {
        window: Some(WindowSize::Day),
        ..View::default()
    }
}

/// Shards that end in the midst of rows, and of a size that blocks do not end with.
fn cut(file: usize, input: &plumbline::engine::message::Input) -> Shards {
    Shards::with_size(file, input.bytes, 1_234_567, false)
}

fn series<'a>(of: &'a Summary, like: &Series) -> &'a Series {
    let same = |s: &&Series| s.slice == like.slice && s.size == like.size;
    let found = of.series.iter().find(same);
    found.unwrap_or_else(|| {
        let there: Vec<_> = of.series.iter().map(|s| (&s.slice, s.size)).collect();
        panic!("{:?} {:?} is not among {there:?}", like.slice, like.size)
    })
}

/// Everything but what only rows can tell, and the finer windows that a stream counts beside.
fn assert_same(streamed: &Summary, kept: &Summary) {
    assert!(streamed.streamed && !kept.streamed);
    for theirs in &kept.series {
        let mine = series(streamed, theirs);
        assert_eq!(mine.buckets, theirs.buckets, "{:?}", theirs.slice);
        assert_eq!(mine.reference, theirs.reference, "{:?}", theirs.slice);
    }
    let outline = |s: &Summary| Summary {
        series: Vec::new(),
        streamed: false,
        shapes: None,
        seasonal: None,
        sources: Vec::new(),
        ..s.clone()
    };
    let (mine, theirs) = (outline(streamed), outline(kept));
    assert_eq!(mine.counts, theirs.counts);
    assert_eq!(mine, theirs);
    let named = |s: &Summary| {
        let mut sources = s.sources.clone();
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        sources
    };
    assert_eq!(named(streamed), named(kept));
}

#[test]
fn blocks_joined_with_outcomes_are_all_rows() {
    let (predictions, outcomes) = binary();
    let files: [File<'_>; 2] = [
        ("predictions.csv", predictions.as_bytes()),
        ("outcomes.csv", outcomes.as_bytes()),
    ];
    let kept = summary(&files, &[], &view()).unwrap();
    let passed = streamed(&files, &[], &view(), cut).unwrap();
    assert!(kept.counts.duplicate_outcomes > 0);
    assert_eq!(kept.counts.orphan_outcomes, 1);
    assert_same(&passed, &kept);

    let exact = Report::from(&kept, &view());
    let (near, missing) = Report::with_missing(&passed, &view());
    assert!(missing.is_empty(), "{missing:?}");
    let metrics = exact.overall.metrics.iter().chain(&exact.resources.metrics);
    let (mut bounded, mut lacking) = (0, Vec::new());
    for (name, theirs) in metrics {
        let mine = near.overall.metrics.get(name);
        let mine = mine.or_else(|| near.resources.metrics.get(name)).unwrap();
        if mine.undefined.as_deref() == Some(NOT_KEPT) {
            assert!(theirs.value.is_some(), "{name}");
            lacking.push(name.as_str());
            continue;
        }
        let (Some(a), Some(b)) = (mine.value, theirs.value) else {
            panic!("{name}: {mine:?} {theirs:?}")
        };
        match mine.bound {
            None => assert_eq!(mine, theirs, "{name}"),
            Some(bound) => {
                bounded += 1;
                assert!((a - b).abs() <= bound, "{name}: {a} {b} ± {bound}");
            }
        }
    }
    assert!(bounded >= 4, "the AUC and three percentiles");
    assert!(lacking.is_empty(), "{lacking:?}");

    let (mine, theirs) = (near.drift.unwrap(), exact.drift.unwrap());
    assert_eq!(
        (mine.baseline_rows, mine.rows),
        (theirs.baseline_rows, theirs.rows)
    );
    assert_eq!(mine.columns.len(), theirs.columns.len());
    for theirs in &theirs.columns {
        let mine = mine
            .columns
            .iter()
            .find(|c| c.column == theirs.column)
            .unwrap();
        let values = |c: &ColumnDrift| {
            (
                c.before.values,
                c.before.missing,
                c.after.values,
                c.after.missing,
            )
        };
        assert_eq!(values(mine), values(theirs), "{}", theirs.column);
        let Some(bound) = mine.kolmogorov_smirnov_bound else {
            assert_eq!(mine, theirs, "words are counted one by one");
            continue;
        };
        let apart =
            |of: fn(&ColumnDrift) -> Option<f64>| (of(mine).unwrap() - of(theirs).unwrap()).abs();
        assert!(
            bound < 0.02 && apart(|c| c.kolmogorov_smirnov) <= bound + 1e-12,
            "{mine:?}"
        );
        assert!(
            apart(|c| c.wasserstein) <= mine.wasserstein_bound.unwrap() + 1e-9,
            "{mine:?}"
        );
        assert!(
            apart(|c| c.psi) < 1e-3 && apart(|c| c.jensen_shannon) < 5e-3,
            "{mine:?}"
        );
    }
}

/// Forecasts of 25 items in 8 stores, hour by hour, and what was sold then, in another order.
fn forecasts_and_sales() -> (String, String) {
    let key = |i: u32| {
        let hour = i / 200;
        let (month, day) = (3 + hour / 24 / 30, 1 + hour / 24 % 30);
        let store = ["north", "south", "east", "west", "a", "b", "c", "d"][(i % 8) as usize];
        let item = 7 + i / 8 % 25;
        format!(
            "{store},{item},2026-{month:02}-{day:02}T{:02}:00:00Z",
            hour % 24
        )
    };
    let forecast = |i: u32| f64::from(mixed(i, 1) % 1_000) + 0.5;
    let mut forecasts = String::from("store,item,date,model,forecast\n");
    for i in 0..ROWS {
        let row = |model| format!("{},{model},{}\n", key(i), forecast(i));
        forecasts.push_str(&row("m1"));
        match ROWS - i {
            // Twice the same, in the first block and in the last one.
            10 | ROWS => forecasts.push_str(&row("m1")),
            // By another model, which is no repetition.
            30 => forecasts.push_str(&row("m2")),
            _ => {}
        }
    }
    let mut sales = String::from("sales,date,item,store\n");
    let mut sell = |i: u32, sold: f64| {
        let key = key(i);
        let [store, item, date] = key.split(',').collect::<Vec<_>>()[..] else {
            panic!("{key}")
        };
        writeln!(sales, "{sold},{date},{item},{store}").unwrap();
    };
    // 7 and the number of rows have no factor in common.
    for i in (0..ROWS).map(|i| i * 7 % ROWS).filter(|i| i % 10 != 3) {
        sell(i, forecast(i) + f64::from(mixed(i, 2) % 40) - 20.0);
    }
    // Two of nothing foretold, and a correction.
    sell(ROWS, 7.0);
    sell(ROWS + 1, 8.0);
    sell(20, 3.5);
    (forecasts, sales)
}

#[test]
fn blocks_joined_by_several_columns_are_all_rows() {
    let (forecasts, sales) = forecasts_and_sales();
    let files: [File<'_>; 2] = [
        ("forecasts.csv", forecasts.as_bytes()),
        ("sales.csv", sales.as_bytes()),
    ];
    let kept = summary(&files, &[], &view()).unwrap();
    let counts = &kept.counts;
    assert_eq!(counts.predictions, u64::from(ROWS) + 3);
    assert_eq!(counts.joined, u64::from(ROWS) / 10 * 9 + 3);
    assert_eq!((counts.orphan_outcomes, counts.duplicate_outcomes), (2, 1));
    assert_eq!(counts.duplicate_predictions, 2);
    let joined = "Joined by date, item and store.";
    assert!(kept.notes.iter().any(|n| n == joined), "{:?}", kept.notes);
    assert_same(&streamed(&files, &[], &view(), cut).unwrap(), &kept);
}

#[test]
fn a_log_of_few_days_is_shown_by_the_hour_and_a_long_one_by_the_day() {
    let (predictions, _) = binary();
    let log = [("log.csv", predictions.as_bytes())];
    let passed = streamed(&log, &[], &View::default(), cut).unwrap();
    let sizes: Vec<WindowSize> = passed.series.iter().map(|s| s.size).collect();
    assert_eq!(sizes[0], WindowSize::Day);
    assert!(sizes[1..].contains(&WindowSize::Hour));
    let kept = summary(&log, &[], &View::default()).unwrap();
    assert_same(&passed, &kept);

    let few = predictions
        .lines()
        .take(20_000)
        .collect::<Vec<_>>()
        .join("\n");
    let log = [("log.csv", few.as_bytes())];
    let passed = streamed(&log, &[], &View::default(), cut).unwrap();
    let kept = summary(&log, &[], &View::default()).unwrap();
    assert_eq!(passed.series[0].size, WindowSize::Hour);
    assert_same(&passed, &kept);
}

#[test]
fn the_slice_that_is_looked_at_is_counted_too() {
    let (predictions, outcomes) = binary();
    let files: [File<'_>; 2] = [
        ("predictions.csv", predictions.as_bytes()),
        ("outcomes.csv", outcomes.as_bytes()),
    ];
    let view = View {
        version: Some("v2".into()),
        slices: vec![SliceChoice {
            column: "region".into(),
            value: "west".into(),
        }],
        ..view()
    };
    let kept = summary(&files, &[], &view).unwrap();
    let passed = streamed(&files, &[], &view, cut).unwrap();
    let (report, missing) = Report::with_missing(&passed, &view);
    assert!(missing.is_empty(), "{missing:?}");
    let exact = Report::from(&kept, &view);
    assert_eq!(report.overall.rows, exact.overall.rows);
    let of = |r: &Report| r.overall.metrics["accuracy"].clone();
    assert_eq!(of(&report), of(&exact));
}

#[test]
fn rows_without_times_are_counted_in_windows_of_rows_across_blocks() {
    let mut text = String::from("prediction,actual\n");
    for i in 0..ROWS {
        let y = f64::from(mixed(i, 1) % 10_000) / 10.0;
        writeln!(text, "{},{y}", y + f64::from(mixed(i, 2) % 100) - 40.0).unwrap();
    }
    let log = [("log.csv", text.as_bytes())];
    let view = View {
        window: Some(WindowSize::Rows(7_001)),
        ..View::default()
    };
    let kept = summary(&log, &[], &view).unwrap();
    let passed = streamed(&log, &[], &view, cut).unwrap();
    assert_eq!(kept.series[0].buckets.len(), 43);
    assert_same(&passed, &kept);
    // Without a wish, some twenty windows.
    let passed = streamed(&log, &[], &View::default(), cut).unwrap();
    let windows = passed.series[0].buckets.len();
    assert!((18..=22).contains(&windows), "{windows}");
}

#[test]
fn what_does_not_fit_the_first_rows_is_counted_and_told() {
    let mut text = String::from("time,score,label\n");
    for i in 0..ROWS {
        let last = i > ROWS - 100;
        let score = if last && i % 2 == 0 {
            7.5
        } else {
            f64::from(mixed(i, 1) % 100) / 100.0
        };
        let label = match (last, i % 3) {
            (true, 0) => "maybe",
            (_, 1) => "yes",
            _ => "no",
        };
        writeln!(text, "{},{score},{label}", day_and_hour(i)).unwrap();
    }
    let log = [("log.csv", text.as_bytes())];
    let passed = streamed(&log, &[], &view(), cut).unwrap();
    let noted = |words: &str| passed.notes.iter().any(|n| n.contains(words));
    assert!(
        noted("33 outcomes are none of no, yes (such as maybe)"),
        "{:?}",
        passed.notes
    );
    assert!(
        noted("49 scores are not between 0 and 1"),
        "{:?}",
        passed.notes
    );
    let total = passed.series[0].total((0, passed.series[0].buckets.len()));
    assert_eq!(total.rows, u64::from(ROWS));
}

#[test]
fn a_class_that_turns_up_late_joins_the_others() {
    let mut text = String::from("time,prediction,label\n");
    let classes = ["cat", "dog", "fox"];
    for i in 0..ROWS {
        let of = |salt| match mixed(i, salt) % 4 {
            3 if i > ROWS - 5_000 => "bee",
            c => classes[c as usize % 3],
        };
        writeln!(text, "{},{},{}", day_and_hour(i), of(1), of(2)).unwrap();
    }
    let log = [("log.csv", text.as_bytes())];
    let kept = summary(&log, &[], &view()).unwrap();
    assert_eq!(kept.labels, ["bee", "cat", "dog", "fox"]);
    assert_same(&streamed(&log, &[], &view(), cut).unwrap(), &kept);
}

#[test]
fn a_reference_is_counted_beside() {
    let (predictions, outcomes) = binary();
    let mut reference = String::from("timestamp,score,region,label\n");
    for i in 0..20_000 {
        let score = f64::from(mixed(i, 9) % 1_000) / 1_000.0;
        let label = mixed(i, 10) % 2;
        writeln!(
            reference,
            "2026-01-0{}T00:00:00Z,{score},north,{label}",
            1 + i % 9
        )
        .unwrap();
    }
    let files: [File<'_>; 3] = [
        ("predictions.csv", predictions.as_bytes()),
        ("outcomes.csv", outcomes.as_bytes()),
        ("reference.csv", reference.as_bytes()),
    ];
    let kept = summary(&files, &[], &view()).unwrap();
    assert_eq!(kept.counts.reference, 20_000);
    assert_same(&streamed(&files, &[], &view(), cut).unwrap(), &kept);
}

#[test]
fn segments_of_too_many_words_are_let_go() {
    let mut text = String::from("time,score,label,user,region\n");
    for i in 0..130_000 {
        let (score, label) = (f64::from(mixed(i, 1) % 100) / 100.0, mixed(i, 2) % 2);
        let region = ["north", "south"][i as usize % 2];
        writeln!(text, "{},{score},{label},u{i},{region}", day_and_hour(i)).unwrap();
    }
    let log = [("log.csv", text.as_bytes())];
    let roles = [(Role::Segment, "user"), (Role::Segment, "region")];
    let kept = summary(&log, &roles, &view()).unwrap();
    assert_eq!(kept.segments.len(), 1);
    // Not one block holds so many of them.
    let passed = streamed_in(Some(40_000), &log, &roles, &view(), cut).unwrap();
    assert_same(&passed, &kept);
    let of = |s: &Summary| {
        let drift = Report::from(s, &view()).drift.unwrap();
        let mut names: Vec<String> = drift.columns.into_iter().map(|c| c.column).collect();
        names.sort();
        names
    };
    assert_eq!(of(&passed), of(&kept));
}

#[test]
fn words_too_many_for_some_blocks_are_not_taken_for_missing() {
    let mut text = String::from("time,score,label,device,amount\n");
    for i in 0..260_000 {
        let (score, label) = (f64::from(mixed(i, 1) % 100) / 100.0, mixed(i, 2) % 2);
        // The last block holds few of them.
        let device = if i < 220_000 { i } else { i % 50 };
        writeln!(
            text,
            "{},{score},{label},d{device},{}",
            day_and_hour(i),
            mixed(i, 3) % 900
        )
        .unwrap();
    }
    let log = [("log.csv", text.as_bytes())];
    let roles = [(Role::Feature, "device")];
    let passed = streamed_in(Some(110_000), &log, &roles, &view(), cut).unwrap();
    let report = Report::from(&passed, &view());
    let names: Vec<String> = report
        .drift
        .unwrap()
        .columns
        .into_iter()
        .map(|c| c.column)
        .collect();
    assert!(
        names.iter().any(|n| n == "amount") && names.iter().all(|n| n != "device"),
        "{names:?}"
    );
    let told = |text: &String| text.contains("missing cells of device");
    assert!(
        !report.health.notes.iter().any(told),
        "{:?}",
        report.health.notes
    );
}

#[test]
fn windows_of_few_rows_are_as_many_as_memory_allows() {
    let text = format!(
        "prediction,actual\n{}",
        "1.5,2.25\n7.5,7.25\n".repeat(30_000)
    );
    let log = [("log.csv", text.as_bytes())];
    let view = View {
        window: Some(WindowSize::Rows(3)),
        ..View::default()
    };
    let passed = streamed(&log, &[], &view, cut).unwrap();
    let windows = passed.series[0].buckets.len();
    assert!((3_000..5_000).contains(&windows), "{windows}");
    let told = |n: &String| n.contains("Windows of 3 rows would be too many");
    assert!(passed.notes.iter().any(told), "{:?}", passed.notes);
    assert_eq!(Report::from(&passed, &view).overall.rows, 60_000);
}

#[test]
fn ids_that_do_not_meet_are_an_error() {
    let predictions = "id,score\na,0.5\nb,0.6\n";
    let outcomes = "id,label\nc,1\nd,0\n";
    let files: [File<'_>; 2] = [
        ("p.csv", predictions.as_bytes()),
        ("o.csv", outcomes.as_bytes()),
    ];
    let roles = [(Role::Score, "score"), (Role::Outcome, "label")];
    let error = streamed(&files, &roles, &view(), cut).unwrap_err();
    assert!(error.found.contains("None of the 2 ids"), "{error}");
    let only = streamed(&files[1..], &roles, &view(), cut).unwrap_err();
    assert!(only.found.contains("No file holds predictions"), "{only}");
}

#[test]
fn columns_that_do_not_meet_are_an_error_that_names_them() {
    let forecasts = "store,date,forecast\nn,2026-03-01,5\ns,2026-03-02,6\n";
    let fails = |sales: &str| {
        let files: [File<'_>; 2] = [("p.csv", forecasts.as_bytes()), ("o.csv", sales.as_bytes())];
        streamed(&files, &[], &view(), cut).unwrap_err().to_string()
    };
    let late = fails("store,date,actual\nn,2027-03-01,5\ns,2027-03-02,6\n");
    assert!(
        late.contains("None of the 2 keys (store and date) of o.csv"),
        "{late}"
    );
    let other = fails("shop,day,actual\nn,2026-03-01,5\ns,2026-03-02,6\n");
    assert!(
        other.contains("none of its columns is called like one of the predictions"),
        "{other}"
    );
}

/// What has a value where rows are kept has one where they pass, unless their order is another one than that of time.
#[test]
fn what_all_rows_tell_is_told_of_those_that_pass() {
    for bytes in [
        &include_bytes!("reference/multiclass.csv")[..],
        include_bytes!("reference/regression.csv"),
        include_bytes!("reference/binary.csv"),
        include_bytes!("reference/ranking.csv"),
    ] {
        let files: [File<'_>; 1] = [("log.csv", bytes)];
        let passed = streamed(&files, &[], &view(), Shards::new).unwrap();
        let near = Report::from(&passed, &view());
        let exact = Report::from(&summary(&files, &[], &view()).unwrap(), &view());
        for (name, exact) in &exact.overall.metrics {
            let near = &near.overall.metrics[name];
            let (Some(a), Some(b)) = (near.value, exact.value) else {
                let why = near.undefined.as_deref().unwrap();
                let turned = exact.value.is_none() || why.contains("order of time");
                assert!(turned, "{name}: {near:?} {exact:?}");
                continue;
            };
            let room = near.bound.unwrap_or(0.0) + 1e-12 * b.abs();
            assert!((a - b).abs() <= room, "{name}: {near:?} {exact:?}");
        }
        let notes = near.health.notes.join("\n");
        assert!(!notes.contains("no value here"), "{notes}");
    }
}
