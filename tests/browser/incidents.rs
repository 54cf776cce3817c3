//! What there is to know of an incident, in the page and in a saved report; every test where it is asked for; and the
//! same bytes whatever the number of workers.

use crate::app::{
    App, assert_becomes, assert_same, command_line, has, part, ready, save, saved_json,
};
use crate::data;
use serde_json::json;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Evenly between 0 and 1.
fn unit(n: u64) -> f64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Thirty days of 300 rows; on day 17 two columns change, and so many predictions are wrong.
fn log(folder: &Path, name: &str, wrong: f64) -> PathBuf {
    let mut text = String::from("id,timestamp,prediction,label,amount,kind\n");
    for row in 0..9_000_u64 {
        let (day, late) = (1 + row / 300, row / 300 >= 16);
        let truth = unit(5 * row) < 0.4;
        let miss = unit(5 * row + 1) < if late { wrong } else { 0.1 };
        let amount = unit(5 * row + 2) + unit(5 * row + 3) + if late { 0.4 } else { 0.0 };
        let kind = ["used", "new"][usize::from(unit(5 * row + 4) < if late { 0.5 } else { 0.2 })];
        let (hour, minute) = (row % 300 / 60, row % 60);
        writeln!(
            text,
            "r{row},2026-04-{day:02}T{hour:02}:{minute:02}:00Z,{},{},{amount:.4},{kind}",
            u8::from(truth ^ miss),
            u8::from(truth)
        )
        .unwrap();
    }
    data::file(folder, name, text)
}

/// Opens all incidents; labels and texts of what there is to know of the first.
#[track_caller]
fn told(app: &mut App) -> (Vec<String>, String) {
    app.page.wait_for(&has("alerts"));
    app.page.eval(&format!(
        "document.querySelectorAll({}).forEach(d => {{ d.open = true; d.querySelectorAll('details').forEach(e => {{ e.open = true }}) }})",
        json!(part("alerts"))
    ));
    let of = part("incident");
    app.page
        .wait_for(&format!("document.querySelector({})?.open", json!(of)));
    let labels = app.page.eval(&format!(
        "[...document.querySelector({}).querySelectorAll('dt')].map(e => e.innerText)",
        json!(of)
    ));
    let labels = labels.as_array().unwrap().iter();
    let labels = labels.map(|l| l.as_str().unwrap().to_owned()).collect();
    // No-break spaces hold together what belongs together.
    (labels, app.page.text(&of).replace('\u{a0}', " "))
}

const ALL: [&str; 8] = [
    "What",
    "Since",
    "Change",
    "Rows",
    "Method",
    "Level",
    "Also changed",
    "Baseline",
];

#[test]
fn an_incident_tells_all_there_is_to_know_and_leads_to_where_it_is_seen() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("incidents");
    let pictures = data::folder("pictures");
    for (name, wrong, section) in [("columns", 0.1, "quality"), ("metric", 0.35, "performance")] {
        let file = log(&folder, &format!("{name}.csv"), wrong);
        app.page.open(&app.server.url.clone());
        app.page.wait_for(&has("drop-zone"));
        app.read(&[&file]);
        let (labels, text) = told(&mut app);
        for label in ALL {
            assert!(
                labels.iter().any(|l| l == label),
                "{label} is not in {labels:?}"
            );
        }
        for part in [
            "95 %",
            "[",
            "in 14 windows",
            "one false alarm in 30 windows",
            "false-alarm rate",
        ] {
            assert!(text.contains(part), "'{part}' is not in {text}");
        }
        assert!(!text.contains("NaN"), "{text}");
        for width in [390, 1_280] {
            for scheme in ["light", "dark"] {
                app.page.look(width, 900, 2.0, scheme);
                let wide = app.page.eval("document.documentElement.scrollWidth");
                assert!(
                    wide.as_u64() <= Some(width.into()),
                    "{name}, {width}: {wide}"
                );
                app.page.eval(&format!(
                    "document.querySelector({}).scrollIntoView()",
                    json!(part("alerts"))
                ));
                let picture = app.page.screenshot();
                fs::write(
                    pictures.join(format!("incident-{name}-{width}-{scheme}.png")),
                    picture,
                )
                .unwrap();
            }
        }
        app.page.look(1_280, 900, 1.0, "light");
        // The way to where it is seen.
        app.page.click(&part("incident-show"));
        app.page
            .wait_for(&format!("document.activeElement.id === '{section}'"));
        let top = format!(
            "Math.abs(document.getElementById('{section}').getBoundingClientRect().top) < 200"
        );
        app.page.wait_for(&top);

        // A saved report tells the same.
        let saved = save(&mut app.page, "save-report");
        app.page.open(&format!("file://{}", saved.display()));
        ready(&mut app.page);
        let (there, again) = told(&mut app);
        assert_eq!((there, again), (labels, text));
    }
}

#[test]
fn every_test_is_run_where_it_is_asked_for() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("every-test");
    let pictures = data::folder("pictures");
    let file = log(&folder, "log.csv", 0.1);
    app.read(&[&file]);
    assert!(app.page.eval(&format!("!({})", has("together"))) == true);
    app.page.click(&part("run-every-test"));
    app.page.wait_for(&has("together"));
    ready(&mut app.page);
    let text = app.page.text(&part("every-test"));
    for name in [
        "Anderson–Darling",
        "Mann–Whitney",
        "Epps–Singleton",
        "Chi-square",
        "Fisher",
        "Hellinger",
        "Kullback–Leibler",
        "L∞",
        "Cramér’s V",
        "PCA reconstruction error",
        "Domain classifier",
        "Maximum mean discrepancy",
    ] {
        assert!(text.contains(name), "{name} is not in {text}");
    }
    for (width, scheme) in [(390, "dark"), (1_280, "light")] {
        app.page.look(width, 1_200, 2.0, scheme);
        let wide = app.page.eval("document.documentElement.scrollWidth");
        assert!(wide.as_u64() <= Some(width.into()), "{width}: {wide}");
        app.page.eval(&format!(
            "document.querySelector({}).scrollIntoView()",
            json!(part("every-test"))
        ));
        let picture = app.page.screenshot();
        fs::write(
            pictures.join(format!("every-test-{width}-{scheme}.png")),
            picture,
        )
        .unwrap();
    }
    app.page.look(1_280, 900, 1.0, "light");
    let line = command_line(&[&file], &["--all-tests", "--out", "-"]);
    assert_becomes(&mut app.page, &line);
    app.assert_quiet();
    // The saved report carries it.
    let saved = save(&mut app.page, "save-report");
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    app.page.wait_for(&has("together"));
    // What it holds cannot be chosen anew.
    let chooser = "Choose tests and distances\n";
    assert!(text.contains(chooser), "{text}");
    assert_eq!(
        app.page.text(&part("every-test")).replace("\n\n", "\n"),
        text.replace(
            chooser,
            "This file holds every test that its columns have.\n"
        )
        .replace("\n\n", "\n")
    );
}

#[test]
fn tests_are_chosen_as_on_the_command_line() {
    let Some(mut app) = App::open() else { return };
    let file = log(&data::folder("some-tests"), "log.csv", 0.1);
    app.read(&[&file]);
    app.page.click("[data-testid=\"choose-tests\"] summary");
    for name in ["mann_whitney", "wasserstein"] {
        app.page.click(&part(&format!("test-{name}")));
    }
    ready(&mut app.page);
    let names = "mann_whitney,wasserstein";
    let line = command_line(&[&file], &["--tests", names, "--out", "-"]);
    assert_becomes(&mut app.page, &line);
    app.assert_quiet();
}

#[test]
fn parameters_and_least_changes_are_those_of_the_command_line() {
    let Some(mut app) = App::open() else { return };
    let file = log(&data::folder("parameters"), "log.csv", 0.1);
    app.read(&[&file]);
    app.page.click(&part("parameters"));
    app.page.choose(&part("parameter-beta"), "3");
    ready(&mut app.page);
    app.page.choose(&part("parameter-beta"), "-1");
    let wrong = app.page.text(&part("parameters-wrong"));
    assert!(wrong.contains("beta"), "{wrong}");
    let beta = ["--metrics", "beta=3", "--out", "-"];
    let report = assert_becomes(&mut app.page, &command_line(&[&file], &beta));
    assert!(report["overall"]["metrics"]["f_beta"]["value"].is_number());
    // The sheet lies over the page.
    app.page.click(&part("parameters"));
    app.page.click(&part("least"));
    app.page.choose(&part("least-accuracy"), "0.3");
    let least = [
        "--metrics",
        "beta=3",
        "--least",
        "accuracy=0.3",
        "--out",
        "-",
    ];
    assert_becomes(&mut app.page, &command_line(&[&file], &least));
    app.page.click(&part("least-reset"));
    app.page.click(&part("least"));
    assert_becomes(&mut app.page, &command_line(&[&file], &beta));
    app.assert_quiet();
}

#[test]
fn one_worker_and_eight_give_the_same_bytes() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("workers");
    let (predictions, outcomes) = data::predictions_and_outcomes(&folder, 2_000);
    let line = command_line(&[&predictions, &outcomes], &["--out", "-"]);
    let mut readers = Vec::new();
    for cores in [1, 8] {
        app.page.begin_with(&format!(
            "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', {{ configurable: true, get: () => {cores} }})"
        ));
        app.page.open(&app.server.url.clone());
        app.page.wait_for(&has("drop-zone"));
        assert_eq!(app.page.eval("navigator.hardwareConcurrency"), cores);
        app.page.drop_files("body", &[&predictions, &outcomes]);
        // While it reads.
        let mut most = 0;
        while app.page.eval(&format!("!({})", has("health"))) == true {
            most = most.max(app.page.workers().len());
        }
        readers.push(most);
        ready(&mut app.page);
        let (text, _) = saved_json(&mut app.page);
        assert_same(&text, &line);
    }
    assert!(readers[1] > readers[0], "{readers:?} workers");
    app.assert_quiet();
}
