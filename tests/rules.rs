//! Rules: each kind as a table of windows and verdicts, and what is told of a file that is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use plumbline::check::{self, Outcome, Rules, State, Verdict, Verdicts};
use plumbline::metric::Estimate;
use plumbline::report::view::{Tool, View};
use plumbline::report::{Baseline, Block, DriftByWindow, Metrics, Report, Window};
use plumbline::table::time::{DAY, Time};
use std::collections::BTreeMap;

/// 1 January 2025.
const START: i64 = 1_735_689_600_000_000;

fn day(n: usize) -> Time {
    Time(START + n as i64 * DAY)
}

/// A report with an accuracy for each day: `0.9`, with an interval `0.9~0.1`; `b` before it: of the baseline;
/// `?` before it: its outcomes have yet to come; `-`: no value; `_`: no window on that day.
fn report(windows: &str) -> Report {
    let rows = b"time,prediction,outcome\n2025-01-01,1,1\n2025-01-02,1,0\n2025-01-03,0,0\n";
    let mut report = pipeline::report(&[("log.csv", rows)], &View::default());
    let like = report.windows.remove(0);
    report.windows.clear();
    let mut own: Vec<f64> = Vec::new();
    for (n, word) in windows.split_whitespace().enumerate() {
        if word == "_" {
            continue;
        }
        let (in_baseline, word) = match word.strip_prefix('b') {
            Some(rest) => (true, rest),
            None => (false, word),
        };
        let (mature, word) = match word.strip_prefix('?') {
            Some(rest) => (false, rest),
            None => (true, word),
        };
        let mut value = Estimate::undefined("one class only", 10);
        if word != "-" {
            let (x, half) = word.split_once('~').unwrap_or((word, ""));
            let x: f64 = x.parse().unwrap();
            value = Estimate::of(x, None, 10);
            if let Ok(half) = half.parse::<f64>() {
                (value.low, value.high) = (Some(x - half), Some(x + half));
            }
            own.extend(in_baseline.then_some(x));
        }
        report.windows.push(Window {
            start: day(n),
            end: day(n + 1),
            mature,
            in_baseline,
            metrics: Metrics::from([("accuracy".into(), value)]),
            ..like.clone()
        });
    }
    report.baseline = (!own.is_empty()).then(|| Baseline {
        label: "then".into(),
        start: None,
        end: None,
        block: Block {
            rows: 10,
            labelled: 10,
            metrics: Metrics::from([(
                "accuracy".into(),
                Estimate::of(own.iter().sum::<f64>() / own.len() as f64, None, 10),
            )]),
        },
    });
    report
}

fn rules(rule: &str) -> Rules {
    let text = format!(
        "[[rule]]\nmetric = \"accuracy\"\n{}",
        rule.replace("; ", "\n")
    );
    check::read(&text).unwrap_or_else(|why| panic!("{rule}: {why}"))
}

fn judged(rules: &Rules, report: &Report) -> Verdicts {
    let verdicts = check::judge(rules, |_| Some(report));
    let text = verdicts.to_json().unwrap();
    assert_eq!(serde_json::from_str::<Verdicts>(&text).unwrap(), verdicts);
    verdicts
}

fn verdict(rule: &str, windows: &str) -> Verdict {
    let rules = rules(rule);
    assert_eq!(check::read(&check::write(&rules)).unwrap(), rules, "{rule}");
    judged(&rules, &report(windows)).verdicts.remove(0)
}

/// A rule on windows, and what is expected: the state, since which day, and the days that break it.
#[track_caller]
fn check(
    rule: &str,
    windows: &str,
    state: State,
    since: Option<usize>,
    broken: &[usize],
) -> Verdict {
    let v = verdict(rule, windows);
    let told = format!("{rule} on {windows}: {} {v:#?}", v.sentence);
    assert_eq!(v.state, state, "{told}");
    assert_eq!(v.since, since.map(day), "{told}");
    let days: Vec<Time> = v.windows.iter().map(|w| w.start).collect();
    assert_eq!(
        days,
        broken.iter().map(|n| day(*n)).collect::<Vec<_>>(),
        "{told}"
    );
    assert_eq!(v.outcome == Outcome::Fail, state == State::Firing, "{told}");
    assert!(v.sentence.starts_with("Accuracy is "), "{told}");
    v
}

/// A rule that cannot be judged, and why.
#[track_caller]
fn check_not(rule: &str, windows: &str, why: &str) {
    let v = verdict(rule, windows);
    assert_eq!(v.outcome, Outcome::NotEvaluated, "{v:#?}");
    assert_eq!(v.reason.as_deref(), Some(why), "{v:#?}");
}

use State::{Cleared, Firing, Pending, Quiet, Silenced};

#[test]
fn constants() {
    check("min = 0.8", "0.9 0.8 0.85", Quiet, None, &[]);
    check("min = 0.8", "0.9 0.7 0.7", Firing, Some(1), &[1, 2]);
    check("max = 0.8", "0.9 0.8 0.9", Firing, Some(2), &[0, 2]);
    check(
        "min = 0.5; max = 0.8",
        "0.6 0.9 0.6",
        Cleared,
        Some(1),
        &[1],
    );
    check("min = \"80 %\"", "0.9 0.79", Firing, Some(1), &[1]);
    // A baseline is no excuse: a constant holds there, too.
    check("min = 0.8", "b0.7 b0.9 0.9", Cleared, Some(0), &[0]);
}

#[test]
fn windows_in_a_row() {
    check(
        "min = 0.8; for = 2",
        "0.7 0.9 0.7 0.7",
        Firing,
        Some(2),
        &[0, 2, 3],
    );
    check("min = 0.8; for = 2", "0.7 0.9 0.7", Pending, None, &[0, 2]);
    check(
        "min = 0.8; for = 2",
        "0.7 0.9 0.7 0.9",
        Quiet,
        None,
        &[0, 2],
    );
    check_not(
        "min = 0.8; for = 3",
        "0.7 0.7",
        "too few windows: 2 can be judged, and 3 in a row make it fire",
    );
}

#[test]
fn windows_that_cannot_be_judged_neither_break_nor_keep_a_rule() {
    // Without a value, immature, and not there at all.
    check(
        "min = 0.8; for = 2",
        "0.9 0.7 - 0.7",
        Firing,
        Some(1),
        &[1, 3],
    );
    check(
        "min = 0.8; for = 2",
        "0.9 0.7 ?0.9 0.7",
        Firing,
        Some(1),
        &[1, 3],
    );
    check(
        "min = 0.8; for = 2",
        "0.9 0.7 _ 0.7",
        Firing,
        Some(1),
        &[1, 3],
    );
    check("min = 0.8", "0.9 ?0.1 -", Quiet, None, &[]);
    check("min = 0.8", "0.7 ?0.9 -", Firing, Some(0), &[0]);
    let v = verdict("min = 0.8", "0.9 ?0.1 - 0.9");
    assert_eq!((v.judged, v.passed_over), (2, 2));
    check_not(
        "min = 0.8",
        "?0.1 ?0.2 -",
        "no window can be judged: 2 immature, 1 without a value (one class only)",
    );
}

#[test]
fn relative_to_the_baseline() {
    let windows = "b0.8 b0.9 0.82 0.88";
    check("within = 0.04", windows, Quiet, None, &[]);
    check("within = 0.02", windows, Firing, Some(2), &[2, 3]);
    // No accuracy is above 120 %.
    let v = check("within = \"50 %\"", "b0.8 0.3 0.9", Cleared, Some(1), &[1]);
    let told = "within what is allowed, at least 40.0 %";
    assert!(v.sentence.contains(told), "{}", v.sentence);
    check(
        "within = \"5 %\"",
        "b0.8 0.77 0.75",
        Firing,
        Some(3 - 1),
        &[2],
    );
    check(
        "within = 0.02; side = \"worse\"",
        windows,
        Cleared,
        Some(2),
        &[2],
    );
    check(
        "within = 0.02; side = \"above\"",
        windows,
        Firing,
        Some(3),
        &[3],
    );
    check(
        "within = 0.02; side = \"below\"",
        windows,
        Cleared,
        Some(2),
        &[2],
    );
    check_not("within = 0.1", "0.9 0.7", "there is no baseline");
    check_not(
        "within = 0.1",
        "b0.9 b0.7",
        "no window can be judged: 2 of the baseline",
    );
    let mut undefined = report("b0.9 0.9");
    let none = Estimate::undefined("one class only", 10);
    let base = undefined.baseline.as_mut().unwrap();
    base.block.metrics.insert("accuracy".into(), none);
    let v = judged(&rules("within = 0.1"), &undefined);
    let why = "it is not known of the baseline: one class only";
    assert_eq!(v.verdicts[0].reason.as_deref(), Some(why));
}

#[test]
fn quantiles_of_the_baselines_windows() {
    // numpy.quantile([.5, .6, .7, .8, .9], [.1, .9]) is .54 and .86.
    let own = "b0.5 b0.6 b0.7 b0.8 b0.9";
    let v = check(
        "quantile = [0.1, 0.9]",
        &format!("{own} 0.55 0.53"),
        Firing,
        Some(6),
        &[6],
    );
    assert!((v.low.unwrap() - 0.54).abs() < 1e-15 && (v.high.unwrap() - 0.86).abs() < 1e-15);
    check(
        "quantile = [0.1, 0.9]",
        &format!("{own} 0.85 0.87"),
        Firing,
        Some(6),
        &[6],
    );
    check(
        "quantile = [0.1, 0.9]; side = \"worse\"",
        &format!("{own} 0.87"),
        Quiet,
        None,
        &[],
    );
    check_not(
        "quantile = [0.1, 0.9]",
        "b0.5 b- b0.6 0.7",
        "too few windows: the baseline has 2 with a value, and a quantile is learned from 5 at least",
    );
    check_not(
        "quantile = [0.1, 0.9]",
        "0.7",
        "no window of a baseline is in view, and a quantile is learned from 5 at least; a reference file has none",
    );
}

#[test]
fn a_band_learned_from_the_baselines_windows() {
    // Mean 0.7, standard deviation with n − 1: 0.1.
    let own = "b0.6 b0.7 b0.8";
    let plain = "band = 3; spread = \"plain\"";
    let v = check(plain, &format!("{own} 0.39 0.41"), Cleared, Some(3), &[3]);
    assert!((v.low.unwrap() - 0.4).abs() < 1e-12 && (v.high.unwrap() - 1.0).abs() < 1e-12);
    // Three windows tell little: 22 standard deviations, by the closed form of t with two degrees of freedom.
    let v = check("band = 3", &format!("{own} 0.1 0.9"), Quiet, None, &[]);
    let half = v.high.unwrap() - 0.7;
    assert!((half - 2.217_803_788_154_153).abs() < 1e-9, "{half}");
    check_not(
        "band = 3",
        "b0.6 b?0.7 b0.8 0.7",
        "too few windows: the baseline has 2 with a value, and a band is learned from 3 at least",
    );
}

#[test]
fn the_value_or_an_end_of_its_interval_is_judged() {
    let windows = "0.9~0.05 0.7~0.2 0.7~0.05";
    check("min = 0.8", windows, Firing, Some(1), &[1, 2]);
    check(
        "min = 0.8; interval = \"low\"",
        windows,
        Firing,
        Some(1),
        &[1, 2],
    );
    check(
        "min = 0.8; interval = \"high\"",
        windows,
        Firing,
        Some(2),
        &[2],
    );
    check(
        "min = 0.8; interval = \"whole\"",
        windows,
        Firing,
        Some(2),
        &[2],
    );
    check(
        "max = 0.8; interval = \"whole\"",
        windows,
        Cleared,
        Some(0),
        &[0],
    );
    check(
        "max = 0.6; interval = \"low\"",
        windows,
        Firing,
        Some(2),
        &[0, 2],
    );
    // A window without an interval is passed over.
    check(
        "min = 0.8; interval = \"whole\"",
        "0.9~0.05 0.7",
        Quiet,
        None,
        &[],
    );
    check_not(
        "min = 0.8; interval = \"low\"",
        "0.7",
        "no window can be judged: 1 without an interval",
    );
}

#[test]
fn a_rule_comes_back_as_it_says() {
    let hysteresis = "min = 0.8; clear = { min = 0.85, for = 2 }";
    check(hysteresis, "0.7 0.82 0.84", Firing, Some(0), &[0]);
    check(hysteresis, "0.7 0.9 0.82 0.9", Firing, Some(0), &[0]);
    let v = check(hysteresis, "0.7 0.9 - 0.86", Cleared, Some(0), &[0]);
    assert_eq!(v.until, Some(day(3)));
    check(hysteresis, "0.7 0.9 0.9 0.7", Firing, Some(3), &[0, 3]);
    check(
        "min = 0.8; clear = { for = 2 }",
        "0.7 0.9 0.7 0.9",
        Firing,
        Some(0),
        &[0, 2],
    );
    check(
        "within = 0.1; clear = { within = 0.05 }",
        "b0.8 0.6 0.72",
        Firing,
        Some(1),
        &[1],
    );
}

#[test]
fn a_silence_hides_and_does_not_forget() {
    let silence =
        "min = 0.8; silence = [{ from = 2025-01-02, until = 2025-01-04, why = \"moving\" }]";
    let v = check(silence, "0.9 0.7 0.7", Silenced, Some(1), &[1, 2]);
    assert!(
        v.sentence.ends_with("It is silenced (moving)."),
        "{}",
        v.sentence
    );
    assert_eq!(v.outcome, Outcome::Pass);
    let all = judged(&rules(silence), &report("0.9 0.7 0.7"));
    assert_eq!(check::headline(&all), "1 rule: 1 is silenced");
    assert!(check::markdown(&all).contains("| 🔕 silenced | "));
    assert!(check::junit(&all, "rules.toml").contains("skipped=\"1\""));
    check(silence, "0.9 0.7 0.7 0.7", Firing, Some(1), &[1, 2, 3]);
    check(silence, "0.9 0.7 0.9 0.9", Cleared, Some(1), &[1]);
    let ever = format!("{silence}; fails = \"ever\"");
    assert_eq!(verdict(&ever, "0.9 0.7 0.9 0.9").outcome, Outcome::Pass);
    assert_eq!(verdict(&ever, "0.7 0.7 0.9 0.9").outcome, Outcome::Fail);
}

#[test]
fn severity_and_what_counts() {
    assert_eq!(
        verdict("min = 0.8; severity = \"warn\"", "0.7").outcome,
        Outcome::Warn
    );
    assert_eq!(verdict("min = 0.8", "0.7 0.9").outcome, Outcome::Pass);
    assert_eq!(
        verdict("min = 0.8; fails = \"ever\"", "0.7 0.9").outcome,
        Outcome::Fail
    );
    let mut all = report("0.9 0.9");
    all.overall
        .metrics
        .insert("accuracy".into(), Estimate::of(0.7, None, 20));
    let v = judged(&rules("min = 0.8; over = \"all\""), &all);
    assert_eq!(v.outcome, Outcome::Fail);
    assert_eq!(
        v.verdicts[0].sentence,
        "Accuracy is 70.0 % over all rows (20 rows), below 80.0 %."
    );
}

#[test]
fn the_worst_counts_and_what_is_not_judged_is_counted() {
    let three = rules(
        "min = 0.8\n[[rule]]\nmetric = \"accuracy\"; band = 3\n[[rule]]\nmetric = \"accuracy\"; max = 0.6; severity = \"warn\"",
    );
    let v = judged(&three, &report("0.9 0.9"));
    assert_eq!(
        (v.passed, v.warned, v.failed, v.not_evaluated),
        (1, 1, 0, 1)
    );
    assert_eq!(v.outcome, Outcome::Warn);
    assert_eq!(
        check::headline(&v),
        "3 rules: 1 warns, 1 passes, 1 could not be judged"
    );
    let none = judged(&rules("band = 3"), &report("0.9"));
    assert_eq!(none.outcome, Outcome::NotEvaluated);
}

#[test]
fn columns_by_their_distance_and_by_what_is_missing() {
    let mut report = report("b0.9 b0.9 b0.9 0.9 0.9");
    let quality = report
        .quality
        .iter_mut()
        .find(|q| q.column == "prediction")
        .unwrap();
    quality.missing_by_window = vec![Some(0.0), Some(0.01), Some(0.0), None, Some(0.5)];
    quality.baseline_missing = Some(0.004);
    let mut drift = plumbline::report::Drift {
        baseline_rows: 30,
        rows: 20,
        columns: Vec::new(),
        windows: Vec::new(),
    };
    drift.windows.push(DriftByWindow {
        column: "prediction".into(),
        values: vec![10; 5],
        psi: vec![Some(0.01), Some(0.02), Some(0.03), None, Some(0.4)],
        jensen_shannon: vec![Some(0.1); 5],
        kolmogorov_smirnov: Vec::new(),
    });
    report.drift = Some(drift);
    let of = |rule: &str, report: &Report| {
        let text = format!(
            "[[rule]]\ncolumn = 'prediction'\n{}",
            rule.replace("; ", "\n")
        );
        let rules = check::read(&text).unwrap();
        assert_eq!(check::read(&check::write(&rules)).unwrap(), rules);
        judged(&rules, report).verdicts.remove(0)
    };
    let v = of("distance = 'psi'; max = 0.2", &report);
    assert_eq!((v.state, v.since), (Firing, Some(day(4))), "{v:#?}");
    assert!(
        v.sentence
            .starts_with("PSI of prediction is 0.400 on 5 Jan 2025"),
        "{v:#?}"
    );
    let v = of("distance = 'psi'; band = 3", &report);
    assert_eq!(v.state, Firing, "{v:#?}");
    assert_eq!(
        of("distance = 'jensen_shannon'; max = 0.2", &report).state,
        Quiet
    );
    assert_eq!(
        of("share = 'missing'; within = '1 %'", &report).state,
        Firing
    );
    let v = of("distance = 'kolmogorov_smirnov'; max = 0.2", &report);
    let why =
        "'prediction' holds words, which have no kolmogorov_smirnov; use psi or jensen_shannon";
    assert_eq!(v.reason.as_deref(), Some(why));
    (report.drift, report.baseline) = (None, None);
    let v = of("distance = 'psi'; max = 0.2", &report);
    let why = "there is no baseline that the column could be compared with";
    assert_eq!(v.reason.as_deref(), Some(why));
    let text = "[[rule]]\ncolumn = 'predicton'\nshare = 'missing'\nmax = 1";
    let v = judged(&check::read(text).unwrap(), &report)
        .verdicts
        .remove(0);
    let why = "there is no column 'predicton'. Did you mean 'prediction'?";
    assert_eq!(v.reason.as_deref(), Some(why));
}

#[test]
fn what_the_report_does_not_have_is_told() {
    let text = "[[rule]]\nmetric = 'mean_absolute_error'\nmax = 0.5";
    let v = judged(&check::read(text).unwrap(), &report("0.9"))
        .verdicts
        .remove(0);
    let why = v.reason.unwrap();
    assert!(
        why.starts_with("this report has no mean_absolute_error; it has accuracy"),
        "{why}"
    );
    assert!(
        why.ends_with(" more") && why.matches(", ").count() == 4,
        "{why}"
    );
    let v = judged(
        &rules("min = 0.5; slice = { region = 'north' }"),
        &report("0.9"),
    );
    let why = v.verdicts[0].reason.as_deref();
    assert_eq!(why, Some("there is no row with region = north"));
}

#[test]
fn a_file_that_is_wrong_is_told_where_and_how_to_mend_it() {
    for (text, told) in [
        (
            "",
            "line 1, column 1: there is no rule. Write [[rule]], and below it",
        ),
        (
            "windw = 'day'",
            "line 1, column 1: 'windw' is no key of a file of rules. Did you mean 'window'?",
        ),
        (
            "[[rules]]\nmetric = 'recall'",
            "line 1, column 3: 'rules' is no key of a file of rules. Did you mean 'rule'?",
        ),
        (
            "[[rule]]\nmetrik = 'recall'\nmin = 1",
            "line 2, column 1: 'metrik' is no key of a rule. Did you mean 'metric'?",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmni = 1",
            "line 3, column 1: 'mni' is no key of a rule. Did you mean 'min'?",
        ),
        (
            "budget = 0.5",
            "line 1, column 10: the budget is 0.5. Write how many windows there may be",
        ),
        (
            "compat = 'nanny'",
            "line 1, column 10: 'nanny' is no tool. Did you mean 'nannyml'?",
        ),
        (
            "tests = ['ks', 'wasserstain']",
            "line 1, column 16: there is no test or distance 'wasserstain'. Did you mean 'wasserstein'?",
        ),
        (
            "window = 'fortnight'",
            "line 1, column 10: 'fortnight' is not a window. Write minute, 10min, hour, day, week, month or a number of rows",
        ),
        (
            "baseline = '2025'",
            "line 1, column 12: '2025' is no baseline. Write auto, reference, none, or START..END",
        ),
        (
            "[roles]\nscor = 'x'",
            "line 2, column 1: 'scor' is not a role. Did you mean 'score'?",
        ),
        (
            "[[rule]]\nmetric = 'roc_acu'\nmin = 1",
            "line 2, column 10: there is no metric 'roc_acu'. Did you mean 'roc_auc'?",
        ),
        (
            "[[rule]]\nmetric = 'ROC AUC'\nmin = 1",
            "line 2, column 10: there is no metric 'ROC AUC'. Did you mean 'roc_auc'?",
        ),
        (
            "[[rule]]\nmin = 1",
            "line 1, column 1: the rule watches nothing",
        ),
        (
            "[[rule]]\nmetric = 'recall'",
            "line 1, column 1: the rule allows everything. Give it a limit",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nmaxx = 2",
            "line 4, column 1: 'maxx' is no key of a rule. Did you mean 'max'?",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nband = 2",
            "line 4, column 8: the rule has band beside another limit",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 2\nmax = 1",
            "line 4, column 7: max is below min. Swap them",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = '5'",
            "line 3, column 7: 'min' is '5'. Write a number, or a percentage in quotes",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = true",
            "line 3, column 7: 'min' is true or false. Write a number",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nfor = 0",
            "line 4, column 7: 'for' is a number. Write a whole number from 1 on",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nseverity = 'wrn'",
            "line 4, column 12: 'wrn' is no severity. Did you mean 'warn'?",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nquantile = [0.9, 0.1]",
            "line 3, column 12: quantile is not two numbers in their order",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nband = 9",
            "line 3, column 8: band is a number of standard deviations",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nclear = { mn = 2 }",
            "line 4, column 11: 'mn' is no key of clear. Did you mean 'min'?",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nclear = { within = 2 }",
            "line 4, column 9: clear has a limit of another kind",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nsilence = [{ from = 2025-01-02 }]",
            "line 4, column 12: the silence has no until",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nsilence = [{ from = 2025-01-02, until = 2025-01-02 }]",
            "line 4, column 12: the silence ends before it begins",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\n[[rule]]\nmetric = 'recall'\nmin = 1",
            "line 4, column 1: there are two rules 'recall min 1'",
        ),
        (
            "[[rule]]\ncolumn = 'a'\nmax = 1",
            "line 1, column 1: it is not told what is measured of the column",
        ),
        (
            "[[rule]]\ncolumn = 'a'\ndistance = 'pis'\nmax = 1",
            "line 3, column 12: 'pis' is no distance. Did you mean 'psi'?",
        ),
        (
            "[[rule]]\ncolumn = 'a'\ndistance = 'psi'\nwithin = 1",
            "line 1, column 1: a distance is from the baseline already",
        ),
        (
            "[[rule]]\nmetric = 'recall'\nmin = 1\nmin = 2",
            "line 4, column 1: this is not TOML: duplicate key",
        ),
        (
            "schema = 'other/1'",
            "line 1, column 10: the file is a 'other/1'",
        ),
    ] {
        let why = check::read(text).unwrap_err().to_string();
        assert!(why.starts_with(told), "{text:?}\n is: {why}\nnot: {told}");
    }
}

#[test]
fn a_whole_file_survives_being_written() {
    let text = r#"
schema = "plumbline.rules/1"
window = 500
baseline = "2025-01-01..2025-01-15"
threshold = 0.25
model_version = "v 2"
slice = { region = "eu \"west\"", code = 7 }
range = "2025-01-01..2025-03-01T12:00:00Z"
season = "7d"
cost = { fp = 5, fn = 100, "a->b" = 2.5 }
budget = 12.5
compat = "nannyml"
tests = ["ks", "wasserstein"]

[roles]
score = "p"
id = ["store", "the date"]
"quantile:0.9" = "upper"

[[rule]]
name = "not too bad"
why = "as agreed"
metric = "roc_auc"
model_version = "v1"
slice = { region = "us" }
band = 2.5
spread = "plain"
side = "worse"
interval = "whole"
for = 3
clear = { band = 2, for = 2 }
severity = "warn"
fails = "ever"
silence = [{ from = 2025-02-01T00:00:00Z, until = "2025-02-02", why = "a \\ b" }]

[[rule]]
metric = "recall"
within = "12.5 %"
over = "all"
"#;
    let rules = check::read(text).unwrap();
    assert!(check::is_rules(text) && check::is_rules(&check::write(&rules)));
    assert_eq!(check::read(&check::write(&rules)).unwrap(), rules);
    assert_eq!(rules.roles.len(), 4);
    assert_eq!(rules.view.budget, Some(12.5));
    assert_eq!(rules.view.compat, Some(Tool::Nannyml));
    let tests = &rules.view.tests;
    assert_eq!(tests.to_string(), "kolmogorov_smirnov,wasserstein");
    // A rule on another distance adds it to those that are chosen.
    let more = "[[rule]]\ncolumn = 'x'\ndistance = 'hellinger'\nover = 'all'\nmax = 1";
    let with = check::read(&format!("{text}{more}")).unwrap();
    assert!(with.view.tests.wants("hellinger") && !with.view.all_tests);
    let views = rules.views();
    assert_eq!(views.len(), 2);
    let slice = views[1].slice();
    assert_eq!(slice.version.as_deref(), Some("v1"));
    let values: Vec<&str> = slice.values.iter().map(|s| s.value.as_str()).collect();
    assert_eq!(values, ["7", "us"]);
}

#[test]
fn junit_and_markdown_hold_what_no_reader_stumbles_over() {
    let nasty = "min = 0.8; name = \"a<b> & \\\"c\\\" |\\u0001\\n\"; why = \"]]> </failure>\"";
    let text = format!(
        "{nasty}\n[[rule]]\nmetric = \"accuracy\"; max = 0.95\n[[rule]]\nmetric = \"accuracy\"; band = 3\n[[rule]]\nmetric = \"accuracy\"; max = 0.5; severity = \"warn\""
    );
    let v = judged(&rules(&text), &report("0.9 0.7"));
    let xml = check::junit(&v, "my \"rules\".toml");
    let mut reader = quick_xml::Reader::from_str(&xml);
    reader.config_mut().check_end_names = true;
    let mut seen: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    loop {
        use quick_xml::events::Event;
        let start = match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(e) | Event::Empty(e) => e,
            _ => continue,
        };
        let name = start.name().as_ref().to_string();
        let attributes = start.attributes().map(|a| {
            let a = a.unwrap();
            let key = a.key.as_ref().to_string();
            let raw = a.value.to_string();
            (key, quick_xml::escape::unescape(&raw).unwrap().into_owned())
        });
        seen.entry(name).or_default().push(attributes.collect());
    }
    let suite = &seen["testsuite"][0];
    assert_eq!(
        (&*suite["tests"], &*suite["failures"], &*suite["skipped"]),
        ("4", "1", "1")
    );
    assert_eq!(suite["name"], "my \"rules\".toml");
    assert_eq!(seen["testcase"].len(), 4);
    assert_eq!(seen["testcase"][0]["name"], "a<b> & \"c\" |\u{fffd}\n");
    assert_eq!(seen["failure"][0]["message"], v.verdicts[0].sentence);
    assert_eq!(seen["skipped"].len(), 1);
    let why = seen["property"]
        .iter()
        .find(|p| p["name"] == "why")
        .unwrap();
    assert_eq!(why["value"], "]]> </failure>");
    let markdown = check::markdown(&v);
    assert_eq!(markdown.lines().count(), 4 + 4, "{markdown}");
    assert!(
        markdown.contains("| ❌ fail | a&lt;b&gt; &amp; \"c\" \\|"),
        "{markdown}"
    );
    assert!(
        check::plain(&v).ends_with("4 rules: 1 fails, 1 warns, 1 passes, 1 could not be judged\n")
    );
}

#[test]
fn what_outcomes_are_is_read_and_written() {
    use plumbline::log::Meant;
    let rule = "[[rule]]\nmetric = \"accuracy\"\nmin = 0.5\n";
    for (line, meant) in [
        ("positive = \"fraud\"", Meant::Positive("fraud".into())),
        ("task = \"regression\"", Meant::Numbers),
        ("task = \"classification\"", Meant::Classes),
    ] {
        let rules = check::read(&format!("{line}\n{rule}")).unwrap();
        assert_eq!(rules.meant, Some(meant));
        assert_eq!(check::read(&check::write(&rules)).unwrap(), rules);
    }
    let both = check::read(&format!("positive = \"a\"\ntask = \"regression\"\n{rule}"));
    assert_eq!(
        both.unwrap_err().to_string(),
        "line 2, column 8: positive says that there are two classes. Leave one of the two out"
    );
    let odd = check::read(&format!("task = \"ranking\"\n{rule}")).unwrap_err();
    assert!(
        odd.to_string()
            .contains("'ranking' is no task that can be said")
    );
}

#[test]
fn where_there_are_no_times_junit_tells_rows() {
    let mut report = report("0.9 0.9 0.7");
    report.timed = false;
    for (n, window) in report.windows.iter_mut().enumerate() {
        let row = |n: usize| Time(500 * n as i64 * 1_000_000);
        (window.start, window.end) = (row(n), row(n + 1));
    }
    let v = judged(&rules("min = 0.8"), &report);
    let xml = check::junit(&v, "rules.toml");
    assert!(!xml.contains("1970"), "{xml}");
    assert!(xml.contains("name=\"since\" value=\"row 1001\""), "{xml}");
    assert!(xml.contains("row 1001 to row 1500: 0.7"), "{xml}");
}
