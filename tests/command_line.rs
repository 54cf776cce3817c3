//! The command line: what it writes where, and its exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::report::Report;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of its own for a test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("plumbline-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_string()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The report on standard output.
#[track_caller]
fn report(arguments: &[&str]) -> Report {
    let out = run(&[&["report"], arguments].concat());
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    serde_json::from_slice(&out.stdout).expect("standard output is the report and nothing else")
}

/// What is said on standard error, with an exit code and an empty standard output.
#[track_caller]
fn fails(code: i32, arguments: &[&str]) -> String {
    let out = run(arguments);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(code), "{said}");
    assert!(out.stdout.is_empty());
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// Twenty days of 50 rows; the second model version is wrong more often.
fn log() -> String {
    let mut text = String::from("id,ts,score,label,region,model_version\n");
    for i in 0..1_000 {
        let version = if i < 500 { "v1" } else { "v2" };
        let truth = u8::from(i % 2 == 0 || (i >= 500 && i % 5 == 0));
        writeln!(
            text,
            "r{i},2026-01-{:02}T00:00:00Z,{},{truth},{},{version}",
            1 + i / 50,
            if i % 2 == 0 {
                0.8 - f64::from(i % 7) / 100.0
            } else {
                0.2
            },
            ["north", "south"][i as usize / 2 % 2]
        )
        .unwrap();
    }
    text
}

#[test]
fn help_names_every_option() {
    let out = run(&["report", "--help"]);
    assert_eq!(out.status.code(), Some(0));
    let text = String::from_utf8(out.stdout).unwrap();
    for option in [
        "--outcomes",
        "--baseline",
        "--window",
        "--role",
        "--threshold",
        "--model-version",
        "--slice",
        "--range",
        "--out",
    ] {
        assert!(text.contains(option), "{option}");
    }
    assert_eq!(run(&["--version"]).status.code(), Some(0));
}

#[test]
fn a_report_goes_to_standard_output_or_into_a_file() {
    let folder = Folder::new("out");
    let log = folder.file("log.csv", &log());
    let first = report(&[&log, "--out", "-"]);
    assert_eq!((first.rows.predictions, first.windows.len()), (1_000, 20));
    let out = folder.path("report.json");
    let run = run(&["report", &log, "--out", &out]);
    assert_eq!(run.status.code(), Some(0));
    assert!(run.stdout.is_empty());
    assert!(String::from_utf8_lossy(&run.stderr).contains(&first.health.sentence));
    assert_eq!(
        std::fs::read_to_string(&out).unwrap(),
        first.to_json().unwrap()
    );
    let said = fails(2, &["report", &log, "--out", &folder.path("report.pdf")]);
    assert!(said.contains(".html or .json"), "{said}");
    let said = fails(
        2,
        &["report", &log, "--out", &folder.path("no/such/report.json")],
    );
    assert!(said.contains("report.json"), "{said}");
}

#[test]
fn the_view_is_what_was_asked_for() {
    let folder = Folder::new("view");
    let log = folder.file("log.csv", &log());
    let of = |more: &[&str]| report(&[&[log.as_str()], more].concat());
    assert_eq!(of(&["--window", "week"]).windows.len(), 4);
    assert_eq!(of(&["--window", "100"]).windows.len(), 10);
    assert_eq!(of(&["--threshold", "0.77"]).view.threshold, Some(0.77));
    assert_eq!(of(&["--threshold", "-1"]).view.threshold, Some(-1.0));
    assert_eq!(of(&["--model-version", "v2"]).overall.rows, 500);
    assert_eq!(of(&["--slice", "region=south"]).overall.rows, 500);
    assert_eq!(
        of(&["--slice", "region=south", "--model-version", "v1"])
            .overall
            .rows,
        250
    );
    assert_eq!(of(&["--range", "2026-01-03..2026-01-05"]).overall.rows, 100);
    let swapped = of(&["--role", "outcome=region"]);
    assert_eq!(swapped.confusion.unwrap().labels.len(), 2);
}

#[test]
fn the_baseline_is_what_was_asked_for() {
    let folder = Folder::new("baseline");
    let text = log();
    let log = folder.file("log.csv", &text);
    let then = folder.file("then.csv", &text);
    let of = |baseline: &str| report(&[&log, "--baseline", baseline]).baseline;
    assert_eq!(of("auto").unwrap().block.rows, 250);
    assert_eq!(of("2026-01-01..2026-01-04").unwrap().block.rows, 150);
    assert_eq!(of("none"), None);
    let reference = of(&then).unwrap();
    assert_eq!(
        (reference.label.as_str(), reference.block.rows),
        ("then.csv", 1_000)
    );
    let said = fails(2, &["report", &log, "--baseline", "nothing.csv"]);
    assert!(said.contains("no such file"), "{said}");
}

#[test]
fn outcomes_come_from_a_file_of_their_own() {
    let folder = Folder::new("outcomes");
    let predictions = folder.file(
        "p.csv",
        "id,ts,prediction\na,2026-01-01,1\nb,2026-01-02,0\nc,2026-01-03,1\n",
    );
    let outcomes = folder.file("o.csv", "id,label\na,1\nb,1\n");
    let other = folder.file("other.csv", "id,label\nx,1\ny,1\n");
    let joined = report(&[&predictions, "--outcomes", &outcomes]);
    assert_eq!(
        (joined.rows.joined, joined.rows.unmatched_predictions),
        (2, 1)
    );
    assert_eq!(joined.overall.metrics["accuracy"].value, Some(0.5));
    let said = fails(1, &["report", &predictions, "--outcomes", &other]);
    assert!(said.contains("None of the 2 ids of other.csv"), "{said}");
    let said = fails(1, &["report", &outcomes]);
    assert!(said.contains("No file holds predictions"), "{said}");
}

#[test]
fn outcomes_without_ids_are_joined_by_what_both_files_have() {
    let folder = Folder::new("keys");
    let (mut p, mut a) = (
        String::from("store,item,date,forecast\n"),
        String::from("date,item,store,sold,left\n"),
    );
    for i in 0..120 {
        let (day, store, item) = day_of(i);
        writeln!(p, "{store},{item},2026-03-{day:02},{}.5", 40 + i % 9).unwrap();
        let (day, store, item) = day_of(119 - i);
        writeln!(
            a,
            "{day:02}/03/2026,{item}.0,{store},{},{}",
            40 + i % 7,
            i % 5
        )
        .unwrap();
    }
    let (p, a) = (folder.file("p.csv", &p), folder.file("a.csv", &a));
    // Two columns could be the outcome, so it has to be said.
    let all = report(&[&p, &a, "--role", "outcome=sold"]);
    assert_eq!((all.rows.joined, all.rows.orphan_outcomes), (120, 0));
    let told = |report: &Report, key: &str| {
        let note = format!("Joined by {key}.");
        assert!(
            report.health.notes.contains(&note),
            "{:?}",
            report.health.notes
        );
    };
    told(&all, "date, item and store");
    let given = ["outcome=sold", "id=store", "id=date", "id=item"];
    let given = given.iter().flat_map(|role| ["--role", role]);
    let given: Vec<&str> = [&*p, &*a].into_iter().chain(given).collect();
    let same = report(&given);
    assert_eq!(same.rows, all.rows);
    assert_eq!(same.overall.metrics, all.overall.metrics);
    assert_eq!(same.windows.len(), 20);
    told(&same, "date, item and store");
    // Of a column too few only the last outcome of each counts.
    let less = report(&[
        &p,
        &a,
        "--role",
        "outcome=sold",
        "--role",
        "id=store",
        "--role",
        "id=date",
    ]);
    assert_eq!((less.rows.joined, less.rows.duplicate_outcomes), (120, 80));
    let said = fails(
        1,
        &[
            "report",
            &p,
            &a,
            "--role",
            "outcome=sold",
            "--role",
            "id=left",
        ],
    );
    assert!(
        said.contains("the predictions have no id to join them by"),
        "{said}"
    );

    // Outcomes of each day in a folder of its own, which tells the day.
    for i in 0..20 {
        let name = format!("actuals/date=2026-03-{:02}", i + 1);
        std::fs::create_dir_all(folder.path(&name)).unwrap();
        let mut text = String::from("item,store,sold\n");
        for i in i * 6..i * 6 + 6 {
            let (_, store, item) = day_of(i);
            writeln!(text, "{item},{store},{}", 40 + (119 - i) % 7).unwrap();
        }
        folder.file(&format!("{name}/part-0.csv"), &text);
    }
    let days = report(&[&p, &folder.path("actuals")]);
    assert_eq!(days.rows, all.rows);
    assert_eq!(days.overall.metrics, all.overall.metrics);
    told(&days, "item, store and date");
}

/// Day, store and item of a row.
fn day_of(i: usize) -> (usize, &'static str, usize) {
    (1 + i / 6, ["east", "west"][i % 2], 11 + i / 2 % 3)
}

#[test]
fn what_cannot_be_done_is_told() {
    let folder = Folder::new("usage");
    let log = folder.file("log.csv", &log());
    let empty = folder.file("empty.csv", "");
    let nothing = folder.path("nothing");
    std::fs::create_dir_all(&nothing).unwrap();
    for (arguments, words) in [
        (vec!["report"], "required"),
        (vec!["report", "no-such-file.csv"], "no-such-file.csv"),
        (vec!["report", &empty], "empty"),
        (vec!["report", &nothing], "the folder holds no file"),
        (vec!["report", &log, "--window", "fortnight"], "fortnight"),
        (vec!["report", &log, "--window", "0"], "not a window"),
        (vec!["report", &log, "--threshold", "NaN"], "finite"),
        (vec!["report", &log, "--role", "judge=label"], "not a role"),
        (
            vec!["report", &log, "--role", "score=absent"],
            "no file has a column 'absent'",
        ),
        (vec!["report", &log, "--slice", "region"], "COLUMN=VALUE"),
        (
            vec!["report", &log, "--range", "2026-01-05..2026-01-01"],
            "not a period",
        ),
        (vec!["report", &log, "--colour", "red"], "--colour"),
        (vec!["judge", &log], "judge"),
    ] {
        let said = fails(2, &arguments);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    for (arguments, words) in [
        (
            vec!["report", &log, "--slice", "region=east"],
            "no row with region = east",
        ),
        (
            vec!["report", &log, "--slice", "colour=red"],
            "no row with colour = red",
        ),
        (
            vec!["report", &log, "--model-version", "v9"],
            "no row with model version v9",
        ),
        (
            vec!["report", &log, "--range", "2027-01-05..2027-01-06"],
            "no row between",
        ),
    ] {
        let said = fails(1, &arguments);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}

#[test]
fn rejected_rows_are_told_beside_the_report() {
    let folder = Folder::new("rejected");
    let log = folder.file("log.csv", &(log() + "x,y\n"));
    let out = run(&["report", &log]);
    assert_eq!(out.status.code(), Some(0));
    assert!(
        String::from_utf8_lossy(&out.stderr)
            .contains("log.csv, line 1002: found 2 fields, expected 6")
    );
    assert!(serde_json::from_slice::<Report>(&out.stdout).is_ok());
}

#[test]
fn columns_that_change_or_hold_too_many_words_are_told_in_the_report() {
    let folder = Folder::new("changing");
    let mut text = String::from("id,time,amount,place,score,label\n");
    for i in 0..120_000 {
        let amount = if i < 60_000 {
            (i % 90).to_string()
        } else {
            "high".into()
        };
        let place = if i < 5_000 { i % 9 } else { i };
        let (day, score) = (1 + i / 5_000, f64::from(i * 37 % 101) / 101.0);
        let label = u8::from(i * 61 % 89 > 44);
        writeln!(
            text,
            "r{i},2026-01-{day:02},{amount},p{place},{score:.3},{label}"
        )
        .unwrap();
    }
    let report = report(&[&folder.file("log.csv", &text)]);
    let told = |start: &str| report.health.notes.iter().any(|n| n.starts_with(start));
    assert!(
        told(
            "'amount' begins mostly with numbers, but 60000 of its 120000 filled cells are words, the first in line 60002: it is read as words."
        ),
        "{:?}",
        report.health.notes
    );
    assert!(
        told("'place' holds more than 100 000 different words"),
        "{:?}",
        report.health.notes
    );
    assert_eq!(report.rows.predictions, 120_000);
    assert!(report.rejected.is_empty());
}

#[test]
fn expectations_are_written_read_and_their_mistakes_told() {
    let folder = Folder::new("expectations");
    let log = folder.file("log.csv", &log());
    let file = folder.path("expectations.toml");
    let out = run(&["expect", &log, "--window", "day", "--out", &file]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("[columns.region]\ntype = \"category\"\n"),
        "{text}"
    );
    let met = report(&[&log, "--window", "day", "--expect", &file]);
    assert_eq!(met.checks.unwrap().violations, []);
    let wrong = folder.file(
        "wrong.toml",
        &text.replace("type = \"category\"", "typ = 1"),
    );
    let said = fails(2, &["report", &log, "--expect", &wrong]);
    assert!(said.contains("wrong.toml, line "), "{said}");
    assert!(said.contains("Did you mean 'type'?"), "{said}");
    fails(
        2,
        &["report", &log, "--expect", &folder.path("absent.toml")],
    );
}

#[test]
fn outcomes_of_which_there_are_none_yet_are_told_and_left_out() {
    let folder = Folder::new("none-yet");
    let mut text = String::from("id,time,score\n");
    for i in 0..200 {
        let time = format!("2026-01-{:02}T{:02}:00:00Z", i / 24 + 1, i % 24);
        writeln!(text, "r{i},{time},0.{:02}", (i * 37) % 100).unwrap();
    }
    let predictions = folder.file("predictions.csv", &text);
    let outcomes = folder.file("outcomes.csv", "id,label\n");
    for arguments in [vec![&predictions, &outcomes], vec![&outcomes, &predictions]] {
        let arguments: Vec<&str> = arguments.into_iter().map(String::as_str).collect();
        let out = run(&[&["report"], &arguments[..]].concat());
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(0), "{said}");
        assert!(
            said.contains("outcomes.csv: the file has a header and 0 rows"),
            "{said}"
        );
        let found: Report = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(found.rows.predictions, 200);
    }
    assert!(fails(2, &["report", &outcomes]).contains("0 rows"));
    assert!(fails(2, &["report", &outcomes, &outcomes]).contains("0 rows"));
}
