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
