//! The drift of a report against scipy (`tests/reference/make.py`), and what it must not depend on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper};
use plumbline::engine::message::Shard;
use plumbline::engine::rows::Load;
use plumbline::engine::{Keeper, Shards, info, read_through};
use plumbline::log::{FileKind, Role};
use plumbline::report::view::{BaselineChoice, SliceChoice, View, WindowSize};
use plumbline::report::{Bins, ColumnDrift, Drift, Report};
use plumbline::summary::Summary;
use plumbline::table::time::Time;
use serde_json::Value;
use std::fmt::Write as _;

const ROLES: [(Role, &str); 3] = [
    (Role::Feature, "amount"),
    (Role::Feature, "colour"),
    (Role::Segment, "region"),
];

/// Days of March 2026 against the first two.
fn view() -> View {
    let day = |day: u8| Time::parse(&format!("2026-03-{day:02}T00:00:00Z")).unwrap();
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::Period(day(1), day(3)),
        ..View::default()
    }
}

fn refined(keeper: &mut Keeper, view: &View) -> Summary {
    keeper.finish(view, &mut |_, _| {}).unwrap();
    keeper.refine(view).unwrap()
}

fn report(text: &str, view: &View) -> Report {
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let inputs = inputs(&files, &ROLES).unwrap();
    Report::from(&refined(&mut keeper(&files, &inputs).unwrap(), view), view)
}

fn drift(report: &Report) -> &Drift {
    report.drift.as_ref().expect("there are two periods")
}

fn column<'a>(drift: &'a Drift, name: &str) -> &'a ColumnDrift {
    drift.columns.iter().find(|c| c.column == name).unwrap()
}

fn reference() -> Value {
    serde_json::from_str(include_str!("reference/stats.json")).unwrap()
}

const HEAD: &str = "timestamp,score,label,region,amount,colour\n";

/// Adds rows of a period; a cell that is not there is missing.
fn rows(out: &mut String, first_day: usize, amounts: &[Option<f64>], colours: &[&str]) {
    for i in 0..amounts.len().max(colours.len()) {
        let day = first_day + i % 2;
        let (score, label) = ((i * 37 % 101) as f64 / 101.0, i * 61 % 89 % 2);
        let region = ["north", "south", "west"][i * 7 % 3];
        let amount = amounts.get(i).copied().flatten();
        let amount = amount.map_or(String::new(), |x| x.to_string());
        let colour = colours.get(i).unwrap_or(&"");
        writeln!(
            out,
            "2026-03-{day:02}T{:02}:00:00Z,{score:.3},{label},{region},{amount},{colour}",
            i % 24
        )
        .unwrap();
    }
}

#[track_caller]
fn close(what: &str, got: Option<f64>, want: &Value) {
    let (got, want) = (
        got.unwrap_or_else(|| panic!("{what}: none")),
        want.as_f64().unwrap(),
    );
    let room = 1e-9 * want.abs().max(1.0);
    assert!((got - want).abs() <= room, "{what}: {got}, not {want}");
}

#[test]
fn distances_of_columns_equal_scipy() {
    let all = reference();
    let numbers = |v: &Value| -> Vec<Option<f64>> {
        v.as_array().unwrap().iter().map(Value::as_f64).collect()
    };
    let words = ["red", "green", "blue", "grey"];
    let spoken = |v: &Value| -> Vec<&str> {
        let counts = v.as_array().unwrap().iter().zip(words);
        counts
            .flat_map(|(n, word)| std::iter::repeat_n(word, n.as_u64().unwrap() as usize))
            .collect()
    };
    for (of_numbers, of_words) in [
        ("shifted", "shifted"),
        ("ties", "new and lost"),
        ("mostly zero", "shifted"),
        ("constant", "equal"),
    ] {
        let (x, w) = (
            &all["distance"]["numbers"][of_numbers],
            &all["distance"]["categories"][of_words],
        );
        let mut text = String::from(HEAD);
        rows(&mut text, 1, &numbers(&x["before"]), &spoken(&w["before"]));
        rows(&mut text, 5, &numbers(&x["after"]), &spoken(&w["after"]));
        let report = report(&text, &view());
        let drift = drift(&report);
        let amount = column(drift, "amount");
        close(of_numbers, amount.psi, &x["psi"]);
        close(of_numbers, amount.jensen_shannon, &x["jensen_shannon"]);
        close(
            of_numbers,
            amount.kolmogorov_smirnov,
            &x["kolmogorov_smirnov"],
        );
        close(of_numbers, amount.wasserstein, &x["wasserstein"]);
        assert_eq!(serde_json::json!(amount.before.counts), x["counts"][0]);
        assert_eq!(serde_json::json!(amount.after.counts), x["counts"][1]);
        let drawn = amount.drawn.as_ref();
        for (bars, of) in drawn
            .iter()
            .flat_map(|d| [(&d.before, &amount.before), (&d.after, &amount.after)])
        {
            assert_eq!((bars.len(), bars.iter().sum::<u64>()), (20, of.values));
        }
        // As wide as both together, each bar like the others.
        for edges in drawn.iter().map(|d| &d.edges) {
            let wide = edges[1] - edges[0];
            let like = |w: &[f64]| ((w[1] - w[0]) / wide - 1.0).abs() < 1e-9;
            assert!(edges.windows(2).all(like), "{edges:?}");
        }
        let colour = column(drift, "colour");
        close(of_words, colour.psi, &w["psi"]);
        close(of_words, colour.jensen_shannon, &w["jensen_shannon"]);
        assert_eq!(
            (colour.kolmogorov_smirnov, colour.wasserstein),
            (None, None)
        );
        let (before, after) = (&amount.before, &amount.after);
        assert_eq!(before.values + before.missing, drift.baseline_rows);
        assert_eq!(after.values + after.missing, drift.rows);
        assert_eq!(
            drift.baseline_rows,
            report.baseline.as_ref().unwrap().block.rows
        );
        let strengths = drift.columns.iter().map(|c| c.strength().unwrap_or(-1.0));
        assert!(strengths.is_sorted_by(|a, b| a >= b), "the farthest first");
        let names: Vec<&str> = drift.columns.iter().map(|c| c.role.as_str()).collect();
        for role in ["score", "outcome", "segment", "feature"] {
            assert!(names.contains(&role), "{role} is compared too");
        }
    }
}

/// Two periods with missing cells, and a word that hardly any row has.
fn log() -> String {
    let mut text = String::from(HEAD);
    let amounts = |shift: f64| -> Vec<Option<f64>> {
        (0..900)
            .map(|i| (i % 7 > 0).then_some(f64::from(i * 389 % 1009) / 10.0 + shift))
            .collect()
    };
    let colours =
        |of: &[&'static str]| -> Vec<&str> { (0..900).map(|i| of[i % of.len()]).collect() };
    let mut before = colours(&["red", "green", "red", "blue"]);
    before[17] = "my own secret";
    rows(&mut text, 1, &amounts(0.0), &before);
    rows(&mut text, 8, &amounts(20.0), &colours(&["red", "", "blue"]));
    text
}

#[test]
fn missing_cells_are_counted_and_rare_words_are_not_told() {
    let report = report(&log(), &view());
    let drift = drift(&report);
    let (amount, colour) = (column(drift, "amount"), column(drift, "colour"));
    assert_eq!((amount.before.missing, amount.after.missing), (129, 129));
    assert_eq!((colour.before.missing, colour.after.missing), (0, 300));
    assert_eq!(colour.after.missing_share(), Some(1.0 / 3.0));
    let words = ["red", "blue", "green"].map(String::from).to_vec();
    assert_eq!(colour.bins, Bins::Words(words));
    assert_eq!(colour.drawn, None);
    assert_eq!(colour.before.counts, [450, 225, 224, 1]);
    assert_eq!(colour.after.counts, [300, 300, 0, 0]);
    let json = report.to_json().unwrap();
    assert!(
        !json.contains("secret"),
        "what one row alone has stays there"
    );
}

/// Reads a text in shards of so many bytes.
fn in_shards(text: &str, bytes: u64) -> Keeper {
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let input = inputs(&files, &ROLES).unwrap().remove(0);
    let mut keeper = Keeper::open(vec![input.clone()]);
    let (mut start, mut index) = (0, 0);
    while start < text.len() as u64 {
        let end = (start + bytes).min(text.len() as u64);
        let shard = Shard {
            file: 0,
            index,
            start,
            end,
            aligned: true,
            bytes: end - start,
        };
        let part = read_through(&input, shard, &text.as_bytes()).unwrap();
        let found = info(&part);
        keeper
            .keep(shard, found.clone(), Load::Table(part.table))
            .expect("rows are sound");
        (start, index) = (found.next.max(end), index + 1);
    }
    assert!(index > 1 || bytes >= text.len() as u64);
    keeper
}

#[test]
fn neither_shards_nor_the_order_of_rows_change_a_bit() {
    let text = log();
    let json = |keeper: &mut Keeper| {
        Report::from(&refined(keeper, &view()), &view())
            .to_json()
            .unwrap()
    };
    let whole = json(&mut in_shards(&text, u64::MAX / 2));
    for bytes in [700, 9_001, 40_000] {
        assert_eq!(
            json(&mut in_shards(&text, bytes)),
            whole,
            "shards of {bytes} bytes"
        );
    }
    let (head, rest) = text.split_once('\n').unwrap();
    let mut turned: Vec<&str> = rest.lines().collect();
    turned.reverse();
    let turned = report(&format!("{head}\n{}\n", turned.join("\n")), &view());
    assert_eq!(turned.drift, report(&text, &view()).drift);
}

#[test]
fn a_slice_drifts_as_its_rows_alone() {
    let text = log();
    let alone: Vec<&str> = text
        .lines()
        .enumerate()
        .filter(|(i, line)| *i == 0 || line.contains(",south,"))
        .map(|l| l.1)
        .collect();
    let alone = report(&(alone.join("\n") + "\n"), &view());
    let narrowed = View {
        slices: vec![SliceChoice {
            column: "region".into(),
            value: "south".into(),
        }],
        ..view()
    };
    assert_eq!(report(&text, &narrowed).drift, alone.drift);
}

#[test]
fn a_reference_file_is_the_baseline() {
    let text = log();
    let (old, new): (Vec<&str>, Vec<&str>) = text
        .lines()
        .skip(1)
        .partition(|line| line.starts_with("2026-03-0") && line < &"2026-03-03");
    let file = |rows: &[&str]| format!("{HEAD}{}\n", rows.join("\n"));
    let (old, new) = (file(&old), file(&new));
    let files: [File<'_>; 2] = [("old.csv", old.as_bytes()), ("new.csv", new.as_bytes())];
    let mut given = inputs(&files, &ROLES).unwrap();
    given[0].kind = FileKind::Reference;
    let view = View {
        baseline: BaselineChoice::Reference,
        ..view()
    };
    let summary = refined(&mut keeper(&files, &given).unwrap(), &view);
    let report = Report::from(&summary, &view);
    let one = self::report(&text, &self::view());
    // Windows of the baseline are windows of the report only where they are a period of it.
    let alone = |report: &Report| Drift {
        windows: Vec::new(),
        ..drift(report).clone()
    };
    assert_eq!(alone(&report), alone(&one));
    for (own, of_one) in drift(&report).windows.iter().zip(&drift(&one).windows) {
        let later = of_one.psi.len() - own.psi.len();
        assert_eq!(
            (&own.column, &own.psi[..]),
            (&of_one.column, &of_one.psi[later..])
        );
    }
}

#[test]
fn without_two_periods_there_is_no_drift() {
    let text = log();
    let none = View {
        baseline: BaselineChoice::None,
        ..view()
    };
    assert_eq!(report(&text, &none).drift, None);
    let all = View {
        baseline: BaselineChoice::Period(Time(0), Time(i64::MAX)),
        ..view()
    };
    assert_eq!(report(&text, &all).drift, None);
}

#[test]
fn the_first_report_says_that_rows_must_tell_and_a_saved_one_keeps_it() {
    let text = log();
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let mut keeper = keeper(&files, &inputs(&files, &ROLES).unwrap()).unwrap();
    let first = keeper.finish(&view(), &mut |_, _| {}).unwrap();
    let (report, missing) = Report::with_missing(&first, &view());
    assert!(report.drift.is_none() && missing.drift.is_some());
    let refined = keeper.refine(&view()).unwrap();
    let (report, missing) = Report::with_missing(&refined, &view());
    assert!(report.drift.is_some() && missing.is_empty());
    let saved: Summary = serde_json::from_str(&serde_json::to_string(&refined).unwrap()).unwrap();
    assert_eq!(Report::from(&saved, &view()), report);
    // What is kept stays small, however often a reader looks elsewhere.
    let mut kept = refined;
    for day in 3..30 {
        let to = Time::parse(&format!("2026-03-{day:02}T12:00:00Z")).unwrap();
        let baseline = BaselineChoice::Period(Time(0), to);
        kept = keeper.refine(&View { baseline, ..view() }).unwrap();
    }
    let kept = kept.series.iter().map(|s| s.drift.len());
    assert!(kept.max().unwrap() <= 8);
}

/// Two days of each, of which the later two differ.
fn shifted(head: &str, row: impl Fn(bool, usize) -> String) -> String {
    let mut out = format!("timestamp,{head}\n");
    for i in 0..800 {
        let day = 1 + i / 200;
        let line = row(day > 2, i);
        writeln!(out, "2026-03-{day:02}T{:02}:00:00Z,{line}", i % 24).unwrap();
    }
    out
}

fn told(text: &str, roles: &[(Role, &str)], stream: bool) -> Vec<(String, String, f64)> {
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let roles = [&[(Role::Time, "timestamp")], roles].concat();
    let inputs = inputs(&files, &roles).unwrap();
    let report = match stream {
        false => Report::from(
            &refined(&mut keeper(&files, &inputs).unwrap(), &view()),
            &view(),
        ),
        true => Report::from(
            &pipeline::streamed(&files, &roles, &view(), Shards::new).unwrap(),
            &view(),
        ),
    };
    let columns = drift(&report).columns.iter();
    let told = |c: &ColumnDrift| {
        let apart = c.jensen_shannon.unwrap_or(f64::NAN);
        (c.column.clone(), c.role.clone(), apart)
    };
    columns.map(told).collect()
}

#[test]
fn scores_of_classes_levels_of_quantiles_and_sets_of_labels_are_compared_as_all_else() {
    let unit = |i: usize| (i * 37 % 101) as f64 / 101.0;
    let classes = shifted("p_ant,p_bee,p_cat,label", |late, i| {
        let a = if late { 0.5 * unit(i) } else { unit(i) };
        let b = (1.0 - a) * unit(i * 3);
        format!(
            "{a:.4},{b:.4},{:.4},{}",
            1.0 - a - b,
            ["ant", "bee", "cat"][i * 7 % 3]
        )
    });
    let score = Role::ClassScore;
    let roles = [
        (score, "p_ant"),
        (score, "p_bee"),
        (score, "p_cat"),
        (Role::Outcome, "label"),
    ];
    let quantiles = shifted("q0.1,q0.5,q0.9,demand", |late, i| {
        let y = unit(i) + if late { 0.4 } else { 0.0 };
        format!(
            "{:.4},{y:.4},{:.4},{:.4}",
            y - 0.2,
            y + 0.2,
            y + 0.1 * unit(i * 5)
        )
    });
    let sets = shifted("tags,truth", |late, i| {
        let of = |i: usize| ["news|sport", "news", "sport|film", "film"][i];
        format!("{},{}", of(if late { i % 2 } else { i % 4 }), of(i % 4))
    });
    let of_sets = [(Role::Prediction, "tags"), (Role::Outcome, "truth")];
    for (text, roles, expected) in [
        (
            &classes,
            &roles[..],
            &[
                "p_ant class_score",
                "p_bee class_score",
                "p_cat class_score",
            ][..],
        ),
        (
            &quantiles,
            &[(Role::Outcome, "demand")],
            &["q0.1 quantile", "q0.5 quantile", "q0.9 quantile"],
        ),
        (&sets, &of_sets, &["tags prediction", "truth outcome"]),
    ] {
        for stream in [false, true] {
            let found = told(text, roles, stream);
            for name in expected {
                let of = |f: &&(String, String, f64)| format!("{} {}", f.0, f.1) == *name;
                let apart = found
                    .iter()
                    .find(of)
                    .unwrap_or_else(|| panic!("{name}: {found:?}"))
                    .2;
                match *name {
                    // Of the late ones half are never there.
                    "p_ant class_score" | "q0.5 quantile" | "tags prediction" => {
                        assert!(apart > 0.3, "{found:?}");
                    }
                    "truth outcome" => assert!(apart < 1e-9, "{found:?}"),
                    _ => assert!((0.0..=1.0).contains(&apart), "{found:?}"),
                }
            }
        }
    }
}
