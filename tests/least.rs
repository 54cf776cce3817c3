//! From which size on a change is an incident is the reader's to say: in a file of rules, on the command line, in a URL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use plumbline::check;
use plumbline::report::view::View;
use plumbline::report::{Alert, AlertKind, Report, Sizes};
use std::fmt::Write as _;
use std::process::Command;

fn unit(n: u64) -> f64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Thirty days of 400 rows. On day 17 one in four is wrong in place of one in ten, and the amount is 0.5 higher, of
/// which a standard deviation is 0.58; or only the amount.
fn log(wrong: f64) -> String {
    let mut text = String::from("id,timestamp,prediction,label,amount,kind\n");
    for i in 0..12_000_u64 {
        let (day, after) = (1 + i / 400, i / 400 >= 16);
        let truth = unit(4 * i) < 0.4;
        let predicted = truth ^ (unit(4 * i + 1) < if after { wrong } else { 0.1 });
        let amount = unit(4 * i + 2) + unit(7 * i) + if after { 0.2 } else { 0.0 };
        let kind = ["used", "new"][usize::from(unit(4 * i + 3) < if after { 0.3 } else { 0.2 })];
        writeln!(
            text,
            "r{i},2026-04-{day:02}T{:02}:{:02}:00Z,{},{},{amount:.4},{kind}",
            i % 400 / 60,
            i % 60,
            u8::from(predicted),
            u8::from(truth)
        )
        .unwrap();
    }
    text
}

fn report(text: &str, least: &str) -> Report {
    let least = match least {
        "" => Sizes::default(),
        least => least.parse().unwrap(),
    };
    let view = View {
        least,
        ..View::default()
    };
    pipeline::report(&[("log.csv", text.as_bytes())], &view)
}

fn level(report: &Report, alert: &Alert) -> String {
    let all = report.particulars(alert);
    let level = all.iter().find(|p| p.label == "Level").unwrap();
    level.texts[0].clone()
}

#[test]
fn a_change_that_is_too_small_for_the_reader_is_no_incident() {
    let text = log(0.25);
    let usual = report(&text, "");
    assert_eq!(usual.alerts[0].metric, "accuracy");
    let told = level(&usual, &usual.alerts[0]);
    assert!(told.ends_with("; changes from 1.00 pp on count"), "{told}");
    let large = report(&text, "accuracy=0.2");
    assert!(large.alerts.iter().all(|a| a.metric != "accuracy"));
    assert_eq!(large.view.least.0["accuracy"], 0.2);
    let met = report(&text, "accuracy=0.1");
    assert_eq!(met.alerts[0].metric, "accuracy");
    let told = level(&met, &met.alerts[0]);
    assert!(told.ends_with("; changes from 10.0 pp on count"), "{told}");
}

#[test]
fn columns_have_a_size_of_their_own() {
    let text = log(0.1);
    let usual = report(&text, "");
    let alert = &usual.alerts[0];
    assert_eq!(alert.kind, AlertKind::Column);
    let told = level(&usual, alert);
    assert!(
        told.contains("; changes from 0.1") && told.ends_with(" on count"),
        "{told}"
    );
    let large = report(&text, "columns=1");
    let of_column = |a: &Alert| a.kind == AlertKind::Column;
    assert!(!large.alerts.iter().any(of_column), "{:#?}", large.alerts);
    // A share is looked at by Cohen's h, of which 20 to 30 % is 0.23.
    let shares = |least: &str| {
        let found = report(&text, least);
        let of = |a: &Alert| {
            let own = a.column.as_deref() == Some("kind");
            own || a
                .affected
                .iter()
                .any(|b| b.column.as_deref() == Some("kind"))
        };
        found.alerts.iter().any(of)
    };
    assert_eq!(
        (shares("columns=0.15"), shares("columns=0.3")),
        (true, false)
    );
}

#[test]
fn rules_hold_it_and_tell_what_is_wrong() {
    let text = "budget = 20\n[least]\naccuracy = 0.02\ncolumns = 0.25\ncorrelations = 0.2\n[[rule]]\nincidents = 'all'\n";
    let rules = check::read(text).unwrap();
    assert_eq!(
        rules.view.least.to_string(),
        "accuracy=0.02,columns=0.25,correlations=0.2"
    );
    let written = check::write(&rules);
    assert!(
        written.contains("\n[least]\naccuracy = 0.02\n"),
        "{written}"
    );
    assert_eq!(check::read(&written).unwrap(), rules);
    for (text, told) in [
        (
            "[least]\nacuracy = 0.02\n",
            "line 2, column 1: nothing that raises alarms is called 'acuracy'. Did you mean 'accuracy'?",
        ),
        (
            "[least]\naccuracy = -0.02\n",
            "line 2, column 12: the least size of accuracy is negative or not finite. Write a number that is not negative, in its own unit, as 0.02",
        ),
        (
            "[least]\naccuracy = 'large'\n",
            "line 2, column 12: 'accuracy' is text. Write a number",
        ),
        ("least = 3\n", "line 1, column 9: 'least' is a number."),
    ] {
        let whole = format!("{text}[[rule]]\nincidents = 'all'\n");
        let why = check::read(&whole).unwrap_err().to_string();
        assert!(why.starts_with(told), "{text:?}\n is: {why}\nnot: {told}");
    }
}

#[test]
fn the_command_line_takes_it() {
    let folder = std::env::temp_dir().join(format!("plumbline-least-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("log.csv");
    std::fs::write(&file, log(0.25)).unwrap();
    let run = |least: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_plumbline"))
            .arg("report")
            .arg(&file)
            .args(least)
            .output()
            .unwrap()
    };
    let done = run(&[
        "--least",
        "accuracy=0.2,columns=0.5",
        "--least",
        "recall=0.3",
    ]);
    let found: Report = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        found.view.least.to_string(),
        "accuracy=0.2,columns=0.5,recall=0.3"
    );
    assert!(found.alerts.iter().all(|a| a.metric != "accuracy"));
    for (least, told) in [
        (&["--least", "acuracy=0.2"][..], "Did you mean 'accuracy'?"),
        (&["--least", "recall=-1"][..], "not negative"),
        (
            &["--least", "recall=1", "--least", "recall=2"][..],
            "--least: recall is given two sizes",
        ),
    ] {
        let done = run(least);
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains(told), "{said}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}
