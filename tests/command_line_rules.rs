//! `plumbline check` and `plumbline rules`: exit codes, what is written where, and files that are wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::check::{self, Outcome, State, Verdicts};
use plumbline::table::time::Time;
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
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let said = text(stderr);
    assert!(!said.contains("panicked"), "{said}");
    (status.code().unwrap(), text(stdout), said)
}

/// Evenly between 0 and 1, the same for everyone.
fn unit(n: u64) -> f64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Thirty days of 300 rows: one in ten is wrong, and from a day on more in the west; from then on age is
/// another, too.
fn log(from: u64, wrong: f64) -> String {
    let mut text = String::from("id,ts,prediction,label,region,age\n");
    for i in 0..9_000_u64 {
        let (day, region) = (1 + i / 300, ["north", "south", "west"][(i % 3) as usize]);
        let late = day >= from;
        let truth = unit(3 * i) < 0.4;
        let chance = if late && region == "west" { wrong } else { 0.1 };
        let predicted = truth ^ (unit(3 * i + 1) < chance);
        let age = 20.0 + 40.0 * unit(3 * i + 2) + if late { 25.0 } else { 0.0 };
        writeln!(
            text,
            "r{i},2026-04-{day:02}T{:02}:{:02}:00Z,{},{},{region},{age:.1}",
            i % 300 / 60,
            i % 60,
            u8::from(predicted),
            u8::from(truth)
        )
        .unwrap();
    }
    text
}

const RULES: &str = r#"
baseline = "2026-04-01..2026-04-15"

[[rule]]
name = "accuracy"
metric = "accuracy"
min = 0.85
interval = "whole"
for = 2

[[rule]]
name = "west"
metric = "accuracy"
slice = { region = "west" }
band = 3
side = "worse"
for = 2

[[rule]]
name = "north"
metric = "accuracy"
slice = { region = "north" }
within = "10 %"
interval = "whole"

[[rule]]
name = "age"
column = "age"
distance = "psi"
max = 0.3
severity = "warn"

[[rule]]
name = "complete"
column = "age"
share = "missing"
max = 0.01
"#;

#[test]
fn rules_that_are_kept_and_rules_that_are_broken() {
    let folder = Folder::new("check");
    let rules = folder.file("rules.toml", RULES);
    let good = folder.file("good.csv", &log(99, 0.1));
    let bad = folder.file("bad.csv", &log(20, 0.5));

    let (code, out, said) = run(&["check", &rules, &good]);
    assert_eq!((code, said.as_str()), (0, ""), "{out}");
    assert!(out.ends_with("5 rules: 5 pass\n"), "{out}");

    let json = folder.path("v.json");
    let (code, out, _) = run(&["check", &rules, &bad, "--json", &json]);
    assert_eq!(code, 1, "{out}");
    let verdicts: Verdicts = serde_json::from_str(&folder.read("v.json")).unwrap();
    let of = |name: &str| verdicts.verdicts.iter().find(|v| v.name == name).unwrap();
    let since = Time::parse("2026-04-20").unwrap();
    let west = of("west");
    assert_eq!(
        (west.outcome, west.state),
        (Outcome::Fail, State::Firing),
        "{west:#?}"
    );
    assert_eq!(west.since, Some(since), "{west:#?}");
    assert!(
        west.sentence
            .starts_with("Accuracy where region is west is "),
        "{}",
        west.sentence
    );
    assert_eq!(of("north").outcome, Outcome::Pass);
    assert_eq!(of("age").outcome, Outcome::Warn);
    assert_eq!(of("age").since, Some(since));
    assert_eq!(of("complete").outcome, Outcome::Pass);
    assert!(out.starts_with("FAIL"), "{out}");

    // What warns is told and does not fail.
    let warns = RULES
        .split("[[rule]]")
        .filter(|r| !r.contains("min") && !r.contains("west"));
    let warns = folder.file("warns.toml", &warns.collect::<Vec<_>>().join("[[rule]]"));
    let (code, out, _) = run(&["check", &warns, &bad]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("WARN  age\n"), "{out}");

    // The same data in two files, and the same verdicts.
    let (head, rest) = (log(20, 0.5), log(20, 0.5));
    let lines = |text: &str, from: usize, to: usize| {
        let all: Vec<&str> = text.lines().collect();
        format!("{}\n{}\n", all[0], all[from..to].join("\n"))
    };
    let a = folder.file("a.csv", &lines(&head, 1, 4_000));
    let b = folder.file("b.csv", &lines(&rest, 4_000, 9_001));
    let (_, again, _) = run(&["check", &rules, &b, &a, "--json", "-"]);
    assert_eq!(again, folder.read("v.json"));
}

#[test]
fn what_is_written_where() {
    let folder = Folder::new("check-out");
    let rules = folder.file("rules.toml", RULES);
    let bad = folder.file("bad.csv", &log(20, 0.5));
    let (junit, markdown, json) = (
        folder.path("j.xml"),
        folder.path("m.md"),
        folder.path("v.json"),
    );
    let arguments = [
        "check",
        &rules,
        &bad,
        "--junit",
        &junit,
        "--markdown",
        &markdown,
        "--json",
        &json,
    ];
    let (code, out, _) = run(&arguments);
    assert_eq!(code, 1);
    let verdicts: Verdicts = serde_json::from_str(&folder.read("v.json")).unwrap();
    assert_eq!(out, check::plain(&verdicts));
    assert_eq!(folder.read("m.md"), check::markdown(&verdicts));
    assert_eq!(folder.read("j.xml"), check::junit(&verdicts, "rules.toml"));
    let (_, out, _) = run(&["check", &rules, &bad, "--markdown", "-"]);
    assert_eq!(out, check::markdown(&verdicts));
    let (code, _, said) = run(&[
        "check",
        &rules,
        &bad,
        "--junit",
        &folder.path("no/such.xml"),
    ]);
    assert_eq!(code, 2);
    assert!(said.contains("no/such.xml"), "{said}");
}

#[test]
fn what_cannot_be_judged_is_no_pass() {
    let folder = Folder::new("check-not");
    let good = folder.file("good.csv", &log(99, 0.1));
    let rules = folder.file("rules.toml", RULES);

    let wrong = folder.file("wrong.toml", &RULES.replace("severity", "severty"));
    let (code, out, said) = run(&["check", &wrong, &good]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        said.contains(
            "wrong.toml, line 31, column 1: 'severty' is no key of a rule. Did you mean 'severity'?"
        ),
        "{said}"
    );
    for arguments in [
        ["check", &folder.path("none.toml"), &good],
        ["check", &rules, &folder.path("none.csv")],
        ["check", &good, &rules],
    ] {
        let (code, _, said) = run(&arguments);
        assert_eq!(code, 2, "{arguments:?}: {said}");
        assert!(said.starts_with("plumbline: "), "{said}");
    }
    assert_eq!(run(&["check", &rules]).0, 2);
    let empty = folder.file("empty.csv", "");
    assert_eq!(run(&["check", &rules, &empty]).0, 2);

    let auc = "[[rule]]\nmetric = 'roc_auc'\nmin = 0.5\n";
    let none = folder.file("auc.toml", auc);
    let (code, out, said) = run(&["check", &none, &good]);
    assert_eq!(code, 2);
    assert!(said.contains("no rule could be judged"), "{said}");
    assert!(out.contains("30 without a value (no score)"), "{out}");
    let some = folder.file(
        "some.toml",
        &format!("{auc}[[rule]]\nmetric = 'accuracy'\nmin = 0.5\n"),
    );
    assert_eq!(run(&["check", &some, &good]).0, 0);
    assert_eq!(run(&["check", &some, &good, "--strict"]).0, 1);
}

#[test]
fn roles_and_view_come_from_the_file_and_what_is_typed_goes_first() {
    let folder = Folder::new("check-view");
    let log = log(20, 0.5).replace("label", "weird");
    let log = folder.file("log.csv", &log);
    let roles =
        "window = 'week'\n[roles]\noutcome = 'weird'\n[[rule]]\nmetric = 'accuracy'\nmin = 0.5\n";
    let rules = folder.file("rules.toml", roles);
    let of = |more: &[&str]| -> Verdicts {
        let (code, out, said) =
            run(&[&["check", rules.as_str(), &log, "--json", "-"], more].concat());
        assert_eq!(code, 0, "{said}");
        serde_json::from_str(&out).unwrap()
    };
    assert_eq!(of(&[]).verdicts[0].judged, 5);
    assert_eq!(of(&["--window", "day"]).verdicts[0].judged, 30);
    assert_eq!(of(&["--stream"]).verdicts[0].judged, 5);
    let (code, _, said) = run(&[
        "check",
        &folder.file("r.toml", &roles.replace("weird", "absent")),
        &log,
    ]);
    assert_eq!(code, 2);
    assert!(said.contains("no file has a column 'absent'"), "{said}");
}

#[test]
fn suggested_rules_pass_where_nothing_changes_and_fail_where_it_does() {
    let folder = Folder::new("rules");
    let good = folder.file("good.csv", &log(99, 0.1));
    let bad = folder.file("bad.csv", &log(20, 0.7));
    let out = folder.path("made.toml");
    let (code, _, said) = run(&["rules", &good, "--out", &out]);
    assert_eq!(code, 0, "{said}");
    let text = folder.read("made.toml");
    assert!(check::is_rules(&text));
    assert!(
        text.contains("baseline = \"2026-04-01T00:00:00Z..2026-04-0"),
        "{text}"
    );
    let (code, printed, _) = run(&["rules", &good]);
    assert_eq!((code, printed), (0, text));
    let (code, out_good, _) = run(&["check", &out, &good]);
    assert_eq!(code, 0, "{out_good}");
    let (code, out_bad, _) = run(&["check", &out, &bad]);
    assert_eq!(code, 1, "{out_bad}");
    // What somebody has worked on is not written over.
    let (code, _, said) = run(&["rules", &good, "--out", &out]);
    assert_eq!(code, 2);
    assert!(said.contains("made.toml"), "{said}");
}

const COUNTED: &str = r#"
baseline = "2026-04-01..2026-04-15"

[[rule]]
name = "incidents"
incidents = "all"

[[rule]]
name = "metrics"
incidents = "metrics"
severity = "warn"

[[rule]]
name = "quality"
check = "any"

[[rule]]
name = "age in range"
check = "out_of_range"
column = "age"
max = 0
for = 2

[[rule]]
name = "far"
column = "age"
distance = "wasserstein"
over = "all"
max = 5

[[rule]]
name = "hellinger"
column = "age"
distance = "hellinger"
over = "all"
max = 0.3
"#;

const EXPECTS: &str = r#"schema = "plumbline.expectations/1"

[columns.age]
max = 62
"#;

#[test]
fn incidents_checks_and_expectations_are_enforced() {
    let folder = Folder::new("counted");
    let rules = folder.file("rules.toml", COUNTED);
    let (good, bad) = (
        folder.file("good.csv", &log(99, 0.1)),
        folder.file("bad.csv", &log(20, 0.5)),
    );
    let (code, out, said) = run(&["check", &rules, &good]);
    assert_eq!(code, 0, "{out}{said}");
    let (junit, markdown, json) = (
        folder.path("junit.xml"),
        folder.path("summary.md"),
        folder.path("verdicts.json"),
    );
    let outs = ["--junit", &junit, "--markdown", &markdown, "--json", &json];
    let (code, out, said) = run(&[&["check", &rules, &bad][..], &outs].concat());
    assert_eq!(code, 1, "{out}{said}");
    let verdicts: Verdicts = serde_json::from_str(&folder.read("verdicts.json")).unwrap();
    let outcome = |name: &str| {
        let verdict = verdicts.verdicts.iter().find(|v| v.name == name).unwrap();
        (verdict.outcome, verdict.sentence.clone())
    };
    for name in ["incidents", "quality", "age in range", "far", "hellinger"] {
        assert_eq!(outcome(name).0, Outcome::Fail, "{:?}", outcome(name));
    }
    assert_eq!(
        outcome("metrics").0,
        Outcome::Warn,
        "{:?}",
        outcome("metrics")
    );
    let (_, sentence) = outcome("incidents");
    assert!(
        sentence.starts_with("Number of incidents is "),
        "{sentence}"
    );
    assert!(
        sentence.contains("It fires since 20 Apr 2026"),
        "{sentence}"
    );
    for file in ["junit.xml", "summary.md"] {
        assert!(folder.read(file).contains("Number of incidents is "));
    }
    // What is written is read again.
    let read = check::read(COUNTED).unwrap();
    assert!(
        read.view.all_tests,
        "Hellinger's is told where every test is asked for"
    );
    assert_eq!(check::read(&check::write(&read)).unwrap(), read);

    // Expectations, beside the rules or given.
    folder.file("expectations.toml", EXPECTS);
    let named = folder.file(
        "named.toml",
        "[[rule]]\nexpectations = \"expectations.toml\"\n",
    );
    for (data, expected) in [(&good, 0), (&bad, 1)] {
        let (code, out, said) = run(&["check", &named, data]);
        assert_eq!(code, expected, "{out}{said}");
        let given = folder.path("expectations.toml");
        let plain = folder.file("plain.toml", "[[rule]]\nmetric = \"accuracy\"\nmin = 0.1\n");
        let (code, out, said) = run(&["check", &plain, data, "--expect", &given]);
        assert_eq!(code, expected, "{out}{said}");
        assert!(out.contains("expectations of expectations.toml"), "{out}");
    }
    let lost = folder.file("lost.toml", "[[rule]]\nexpectations = \"none.toml\"\n");
    let (code, _, said) = run(&["check", &lost, &good]);
    assert_eq!(code, 2);
    assert!(said.contains("none.toml"), "{said}");
}

#[test]
fn slips_in_what_is_counted_are_told() {
    for (text, told) in [
        (
            "[[rule]]\nincidents = 'al'",
            "line 2, column 13: 'al' is no incidents. Did you mean 'all'?",
        ),
        (
            "[[rule]]\ncheck = 'late_outcom'",
            "line 2, column 9: 'late_outcom' is no check. Did you mean 'late_outcome'?",
        ),
        (
            "[[rule]]\nincidents = 'all'\nmetric = 'recall'",
            "line 3, column 10: the rule has metric beside incidents",
        ),
        (
            "[[rule]]\nincidents = 'all'\nwithin = 2",
            "line 1, column 1: what is counted has no value in the baseline",
        ),
        (
            "[[rule]]\ncolumn = 'a'\ndistance = 'wasserstein'\nmax = 2",
            "line 1, column 1: this distance is told of all rows only",
        ),
    ] {
        let why = check::read(text).unwrap_err().to_string();
        assert!(why.starts_with(told), "{text:?}\n is: {why}\nnot: {told}");
    }
}

#[test]
fn suggestions_leave_no_expectations_out_unsaid() {
    let (code, _, said) = run(&["rules", "log.csv", "--expect", "some.toml"]);
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("--expect some.toml: rules are suggested of the baseline alone"),
        "{said}"
    );
}
