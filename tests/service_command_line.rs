//! The command line takes files of a service beside predictions, and alone.

#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::Value;
use std::process::Command;

fn report(arguments: &[&str]) -> Value {
    let folder = format!("{}/tests/files", env!("CARGO_MANIFEST_DIR"));
    let done = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .current_dir(folder)
        .arg("report")
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    serde_json::from_slice(&done.stdout).unwrap()
}

fn ids(report: &Value) -> Vec<&str> {
    let panels = report["resources"]["service"]["panels"].as_array().unwrap();
    panels.iter().map(|p| p["id"].as_str().unwrap()).collect()
}

#[test]
fn files_of_a_service_alone_make_a_report() {
    let report = report(&["service/combined.log", "service/docker.jsonl"]);
    assert_eq!(report["task"], "service");
    let ids = ids(&report);
    assert_eq!(ids[..3], ["requests", "error_share", "duration"]);
    assert!(
        ids.contains(&"cpu_cores") && ids.contains(&"memory"),
        "{ids:?}"
    );
    let sentence = report["health"]["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("requests a second") && sentence.contains("25.0 %"),
        "{sentence}"
    );
    let kinds: Vec<&Value> = report["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["kind"])
        .collect();
    assert_eq!(kinds, ["service", "service"]);
    assert_eq!(report["rejected"].as_array().unwrap().len(), 2);
}

#[test]
fn beside_predictions_they_change_nothing_of_the_model() {
    let alone = report(&["log.csv"]);
    let both = report(&["log.csv", "service/combined.log"]);
    assert_eq!(alone["overall"], both["overall"]);
    assert_eq!(alone["windows"], both["windows"]);
    assert_eq!(alone["resources"]["metrics"], both["resources"]["metrics"]);
    assert!(alone["resources"].get("service").is_none());
    assert!(ids(&both).contains(&"requests"));
}

#[test]
fn a_table_of_a_language_model_tells_of_tokens_and_costs() {
    let report = report(&["service/llm.csv", "--price-in", "2", "--price-out", "10"]);
    let service = &report["resources"]["service"];
    let ids = ids(&report);
    for id in [
        "requests",
        "duration",
        "time_to_first_token",
        "tokens_in",
        "tokens_out",
    ] {
        assert!(ids.contains(&id), "{id} is not among {ids:?}");
    }
    // 600 tokens in and 200 out of three requests.
    let cost = service["costs"][0]["per_thousand"].as_f64().unwrap();
    let expected = (600.0 * 2.0 + 200.0 * 10.0) / 1e6 / 3.0 * 1_000.0;
    assert!(
        (cost - expected).abs() < 1e-9,
        "{cost}, expected {expected}"
    );
}

#[test]
fn a_table_of_requests_alone_has_objectives_and_percentiles() {
    let report = report(&["service/requests.csv", "--slo", "0.9", "--apdex", "0.1"]);
    let service = &report["resources"]["service"];
    let ids = ids(&report);
    assert_eq!(ids, ["requests", "error_share", "duration"]);
    let slo = &service["slos"][0];
    assert_eq!((&slo["requests"], &slo["bad"]), (&20.0.into(), &1.0.into()));
    // 15 within 0.1 s, one of which failed; 4 within 0.4 s; one took longer.
    let apdex = &service["apdex"][0];
    assert_eq!(
        (&apdex["value"], &apdex["failed"]),
        (&0.8.into(), &1.0.into())
    );
    assert_eq!(report["sources"].as_array().unwrap().len(), 1);
    assert_eq!(report["rows"]["predictions"], 20);
}

#[test]
fn a_share_without_a_unit_is_percent_where_it_is_above_one() {
    let report = report(&["service/usage.csv"]);
    let panels = report["resources"]["service"]["panels"].as_array().unwrap();
    let total = |id: &str| {
        let panel = panels.iter().find(|p| p["id"] == id).unwrap();
        panel["lines"][0]["total"].as_f64().unwrap()
    };
    assert!((total("cpu") - 0.45).abs() < 1e-12);
    assert!((total("gpu") - 0.9).abs() < 1e-12);
    let notes = report["resources"]["service"]["notes"].to_string();
    assert!(notes.contains("Shares of cpu reach 50"), "{notes}");
    assert!(!notes.contains("gpu"), "{notes}");
}
