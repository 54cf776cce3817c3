//! What columns are taken for, on headers and values that real tools write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use plumbline::log::{FileKind, Role};

/// Forty rows of a file: the header, and the cells of row `i`.
fn file(header: &str, row: impl Fn(usize) -> String) -> String {
    (0..40).fold(format!("{header}\n"), |text, i| text + &row(i) + "\n")
}

#[track_caller]
fn check(files: &[(&str, String)], expected: &[(&str, Role)]) {
    let bytes: Vec<(&str, &[u8])> = files.iter().map(|f| (f.0, f.1.as_bytes())).collect();
    let inputs = pipeline::inputs(&bytes, &[]).unwrap();
    for (name, role) in expected {
        let (file, name) = name.split_once(':').unwrap_or(("0", name));
        let input = &inputs[file.parse::<usize>().unwrap()];
        let at = input
            .sniff
            .columns
            .iter()
            .position(|c| c.name == name)
            .unwrap();
        let guess = &input.roles[at];
        assert_eq!(
            guess.role, *role,
            "{name}: {} ({})",
            guess.because, guess.confidence
        );
    }
}

#[test]
fn a_serving_log() {
    let log = file(
        "requestId,createdAt,modelVersion,region,yPredProba,yPred,latencyMs,statusCode,cpu_pct,mem_mb,bytes_out,amount",
        |i| {
            let region = ["eu", "us"][i % 2];
            format!(
                "r{i},2026-01-01T00:{i:02}:00Z,v{},{region},0.{:02},{},{}.5,200,{i}.1,{},{},{}.25",
                i % 2,
                i + 10,
                i % 2,
                i + 5,
                900 + i,
                100 + i,
                i * 3
            )
        },
    );
    check(
        &[("log.csv", log)],
        &[
            ("requestId", Role::Id),
            ("createdAt", Role::Time),
            ("modelVersion", Role::ModelVersion),
            ("region", Role::Segment),
            ("yPredProba", Role::Score),
            ("yPred", Role::Prediction),
            ("latencyMs", Role::Latency),
            ("statusCode", Role::Status),
            ("cpu_pct", Role::Cpu),
            ("mem_mb", Role::Memory),
            ("bytes_out", Role::Bytes),
            ("amount", Role::Feature),
        ],
    );
}

#[test]
fn outcomes_name_the_truth_for_every_file() {
    let predictions = file("id,timestamp,repaid_on_time,y_pred_proba,y_pred", |i| {
        format!(
            "{i},2026-01-01 00:{i:02}:00,{},0.{:02},{}",
            i % 3 == 0,
            i + 10,
            i % 2
        )
    });
    let outcomes = file("id,repaid,observed_at", |i| {
        format!("{i},{},2026-02-01", i % 2)
    });
    let inputs = pipeline::inputs(
        &[
            ("p.csv", predictions.as_bytes()),
            ("o.csv", outcomes.as_bytes()),
        ],
        &[],
    )
    .unwrap();
    assert_eq!(
        (inputs[0].kind, inputs[1].kind),
        (FileKind::Predictions, FileKind::Outcomes)
    );
    check(
        &[("p.csv", predictions), ("o.csv", outcomes)],
        &[
            ("0:repaid_on_time", Role::Segment),
            ("1:repaid", Role::Outcome),
            ("1:observed_at", Role::OutcomeTime),
            ("1:id", Role::Id),
        ],
    );
}

#[test]
fn a_file_of_an_id_and_one_column_gives_outcomes() {
    let predictions = file("id,score", |i| format!("{i},0.{:02}", i + 10));
    let outcomes = file("id,went_bankrupt", |i| format!("{i},{}", i % 2));
    check(
        &[("p.csv", predictions), ("o.csv", outcomes)],
        &[("1:went_bankrupt", Role::Outcome)],
    );
}

#[test]
fn pairs_go_together() {
    let games = file("date,team,prob1,prob1_outcome,prob2,prob2_outcome", |i| {
        format!(
            "2026-01-{:02},t{},0.{:02},{},0.{:02},{}",
            i % 28 + 1,
            i % 4,
            i + 10,
            i % 2,
            90 - i,
            1 - i % 2
        )
    });
    check(
        &[("games.csv", games)],
        &[
            ("prob1", Role::Score),
            ("prob1_outcome", Role::Outcome),
            ("date", Role::Time),
        ],
    );
    let votes = file("forecast_date,projected_share,actual_share", |i| {
        format!("2026-01-{:02},{}.5,{}.1", i % 28 + 1, i + 20, i + 21)
    });
    check(
        &[("votes.csv", votes)],
        &[
            ("projected_share", Role::Prediction),
            ("actual_share", Role::Outcome),
        ],
    );
}

#[test]
fn columns_that_add_up_to_one_are_classes() {
    let rows = file("id,proba_cat,proba_dog,proba_cow,prediction,label", |i| {
        let a = 10 + i;
        format!(
            "x{i},0.{a},0.{:02},0.{:02},cat,{}",
            99 - a - 10,
            11,
            ["cat", "dog", "cow"][i % 3]
        )
    });
    check(
        &[("m.csv", rows)],
        &[
            ("proba_cat", Role::ClassScore),
            ("proba_cow", Role::ClassScore),
            ("prediction", Role::Prediction),
            ("label", Role::Outcome),
        ],
    );
}

#[test]
fn an_unnamed_prediction_is_the_number_that_follows_the_outcome() {
    let prices = file(",Real price,Model A,Load", |i| {
        format!(
            "2026-01-{:02} 00:00:00,{},{},{}",
            i % 28 + 1,
            30 + i * 7 % 11,
            31 + i * 7 % 11,
            5000 - i
        )
    });
    check(
        &[("prices.csv", prices)],
        &[
            ("column_1", Role::Time),
            ("Real price", Role::Outcome),
            ("Model A", Role::Prediction),
            ("Load", Role::Feature),
        ],
    );
}
