//! What columns are taken for, on headers and values that real tools write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use plumbline::log::{FileKind, Role};

/// Forty rows of a file: the header, and the cells of row `i`.
fn file(header: &str, row: impl Fn(usize) -> String) -> String {
    rows(40, header, row)
}

fn rows(count: usize, header: &str, row: impl Fn(usize) -> String) -> String {
    (0..count).fold(format!("{header}\n"), |text, i| text + &row(i) + "\n")
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

/// A log of payments whose score is called nothing like a score.
fn payments(score: &str) -> String {
    let header = format!("request_id;served_at;model;country;basket_eur;{score};is_fraud;took_ms");
    file(&header, |i| {
        let country = ["FR", "DE"][i % 2];
        format!(
            "r{i};01.03.2026 00:{i:02};v1;{country};{i}.28;0.{:02}8;{};{}.9",
            i * 2 + 10,
            u8::from(i % 5 == 0),
            i + 9
        )
    })
}

#[test]
fn a_probability_is_known_by_the_event_that_it_is_of() {
    let others = [
        ("request_id", Role::Id),
        ("served_at", Role::Time),
        ("country", Role::Segment),
        ("basket_eur", Role::Feature),
        ("is_fraud", Role::Outcome),
        ("took_ms", Role::Latency),
    ];
    for score in ["p_fraud", "fraud_level", "FraudModelOutput"] {
        let log = [("log.csv", payments(score))];
        check(&log, &[&others[..], &[(score, Role::Score)]].concat());
    }
}

#[test]
fn classes_leave_their_score_its_role() {
    for (score, class) in [("y_prob", "1,0"), ("y_score", "1,0"), ("y_proba", "yes,no")] {
        let class: Vec<&str> = class.split(',').collect();
        let log = file(&format!("id,y_true,y_pred,{score}"), |i| {
            format!("r{i},{},{},0.{}", class[i % 2], class[i % 3 / 2], i + 10)
        });
        let expected = [
            ("y_true", Role::Outcome),
            ("y_pred", Role::Prediction),
            (score, Role::Score),
        ];
        check(&[("log.csv", log)], &expected);
    }
}

#[test]
fn a_number_that_is_foretold_under_its_own_name_is_the_outcome() {
    for (outcome, prediction) in [
        ("sales", "predicted_sales"),
        ("price", "price_pred"),
        ("eta_minutes", "predicted_eta_minutes"),
    ] {
        let log = file(&format!("id,{outcome},{prediction},size"), |i| {
            format!("r{i},{}.5,{}.25,{}.75", i * 7 % 40, i * 7 % 41, i * 3)
        });
        let expected = [
            (outcome, Role::Outcome),
            (prediction, Role::Prediction),
            ("size", Role::Feature),
        ];
        check(&[("log.csv", log)], &expected);
    }
}

#[test]
fn outcomes_that_none_of_the_first_rows_has_are_outcomes() {
    let log = file("id,score,actual", |i| format!("r{i},0.{},", i + 10));
    check(&[("log.csv", log)], &[("actual", Role::Outcome)]);
}

#[test]
fn what_lies_beside_a_prediction_that_the_reader_gives_is_guessed_with_it() {
    let log = payments("u");
    let bytes = [("log.csv", log.as_bytes())];
    let mut inputs = pipeline::inputs(&bytes, &[]).unwrap();
    assert_eq!(inputs[0].kind, FileKind::Outcomes);
    inputs[0].give(Role::Score, "u").unwrap();
    assert_eq!(inputs[0].kind, FileKind::Predictions);
    let roles: Vec<Role> = inputs[0].roles.iter().map(|g| g.role).collect();
    let expected = [
        Role::Id,
        Role::Time,
        Role::ModelVersion,
        Role::Segment,
        Role::Feature,
        Role::Score,
        Role::Outcome,
        Role::Latency,
    ];
    assert_eq!(roles, expected);
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

/// Sixty rows: hour by hour an outcome that wanders, what models foretell of it, and what else goes along.
fn prices(header: &str, row: impl Fn(usize, f64) -> String) -> String {
    let price = |i: usize| 40.0 + 12.0 * (i as f64 * 0.7).sin() + 6.0 * (i as f64 * 0.13).cos();
    (0..60).fold(format!("{header}\n"), |text, i| {
        let hour = format!("2026-01-{:02} {:02}:00:00", i / 24 + 1, i % 24);
        text + &format!("{hour},{:.2},{}\n", price(i), row(i, price(i)))
    })
}

#[test]
fn predictions_of_other_models_are_told_by_name_and_closeness_together() {
    let log = prices(
        "time,real_price,prediction,xgboost,ridge_2,price_lag_24,load_forecast,dnn_hidden,nearby,forecast_mean",
        |i, y| {
            let off = |k: f64| y + 2.0 * (i as f64 * k).sin();
            format!(
                "{:.3},{:.3},{:.3},{:.3},{:.1},{:.3},{:.3},{:.3}",
                off(1.9),
                off(2.3),
                off(3.1) + 0.5,
                off(2.7),
                5_000.0 + 90.0 * y,
                (y - 40.0) / 12.0,
                off(1.1),
                off(0.9)
            )
        },
    );
    check(
        &[("log.csv", log)],
        &[
            ("real_price", Role::Outcome),
            ("prediction", Role::Prediction),
            ("xgboost", Role::Challenger),
            ("ridge_2", Role::Challenger),
            // It looks back.
            ("price_lag_24", Role::Feature),
            // A forecast of something else, on another scale.
            ("load_forecast", Role::Feature),
            // A model's name, but on another scale.
            ("dnn_hidden", Role::Feature),
            // As close as a model, but nothing says that it is one.
            ("nearby", Role::Feature),
            ("forecast_mean", Role::Feature),
        ],
    );
}

#[test]
fn models_of_one_family_are_told_by_the_words_they_share() {
    let log = prices(
        "time,Real price,Alpha 1,Alpha Ensemble,Beta Ensemble,Beta 7,Gamma",
        |i, y| {
            let off = |k: f64| y + 2.0 * (i as f64 * k).sin();
            let [a, b, c, d, e] = [1.9, 2.3, 3.1, 2.7, 1.3].map(off);
            format!("{a:.3},{:.3},{c:.3},{d:.3},{e:.3}", (b + y) / 2.0)
        },
    );
    check(
        &[("log.csv", log)],
        &[
            ("Alpha Ensemble", Role::Prediction),
            ("Alpha 1", Role::Challenger),
            ("Beta Ensemble", Role::Challenger),
            ("Beta 7", Role::Challenger),
            ("Gamma", Role::Feature),
        ],
    );
}

#[test]
fn probabilities_of_rivals_are_told_from_those_of_something_else() {
    let games = file(
        "date,elo_prob1,qbelo_prob1,chance_prob2,result1,prob_rain",
        |i| {
            let won = i % 3 != 0;
            let p = if won { 0.55 } else { 0.35 } + (i as f64 * 1.7).sin() * 0.2;
            let q = if won { 0.60 } else { 0.40 } + (i as f64 * 2.9).sin() * 0.2;
            let rain = 0.5 + 0.49 * (i as f64 * 0.9).sin();
            format!(
                "2026-01-{:02},{p:.4},{q:.4},{:.4},{},{rain:.3}",
                i % 28 + 1,
                1.0 - p,
                u8::from(won)
            )
        },
    );
    check(
        &[("games.csv", games)],
        &[
            ("elo_prob1", Role::Score),
            ("qbelo_prob1", Role::Challenger),
            ("result1", Role::Outcome),
            // The other side's chance goes against the outcome.
            ("chance_prob2", Role::Feature),
            ("prob_rain", Role::Feature),
        ],
    );
    // Two teams are no two classes, though their chances add up to 1; classes are called as their labels are.
    let teams = file("date,elo_prob1,elo_prob2,result1", |i| {
        let p = if i % 3 != 0 { 0.55 } else { 0.35 } + (i as f64 * 1.7).sin() * 0.2;
        let (day, won) = (i % 28 + 1, u8::from(i % 3 != 0));
        format!("2026-01-{day:02},{p:.4},{:.4},{won}", 1.0 - p)
    });
    check(
        &[("teams.csv", teams)],
        &[
            ("elo_prob1", Role::Score),
            ("elo_prob2", Role::Feature),
            ("result1", Role::Outcome),
        ],
    );
    let classes = file("date,p_kind1,p_kind2,label", |i| {
        let p = if i % 3 != 0 { 0.55 } else { 0.35 } + (i as f64 * 1.7).sin() * 0.2;
        let (day, kind) = (i % 28 + 1, i % 2 + 1);
        format!("2026-01-{day:02},{p:.4},{:.4},kind{kind}", 1.0 - p)
    });
    check(
        &[("classes.csv", classes)],
        &[
            ("p_kind1", Role::ClassScore),
            ("p_kind2", Role::ClassScore),
            ("label", Role::Outcome),
        ],
    );
    let rounds = file(
        "date,rd1_win_prob,rd1_win_prob_outcome,rd2_win_prob,rd2_win_prob_outcome",
        |i| {
            let p = if i % 3 != 0 { 0.55 } else { 0.35 } + (i as f64 * 1.7).sin() * 0.2;
            let won = u8::from(i % 3 != 0);
            format!(
                "2026-01-{:02},{p:.4},{won},{:.4},{won}",
                i % 28 + 1,
                p - 0.01
            )
        },
    );
    // What has an outcome of its own is judged by that.
    check(
        &[("rounds.csv", rounds)],
        &[("rd2_win_prob", Role::Feature)],
    );
}

/// The real files of a folder that `PLUMBLINE_DATA` names (nannyml's, COMPAS and others, as published): none but
/// the forecasts of epftoolbox holds what another model foretold. Without the folder there is nothing to test.
#[test]
fn no_feature_of_a_real_file_is_taken_for_another_model() {
    let Some(folder) = std::env::var_os("PLUMBLINE_DATA") else {
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut looked = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_string();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if ![".csv", ".pq", ".parquet"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let Ok(inputs) = pipeline::inputs(&[(&name, &bytes)], &[]) else {
                continue;
            };
            let others: Vec<&str> = inputs[0]
                .sniff
                .columns
                .iter()
                .zip(&inputs[0].roles)
                .filter(|(_, g)| g.role == Role::Challenger)
                .map(|(c, _)| c.name.as_str())
                .collect();
            let expected = if name.starts_with("Forecasts_") { 9 } else { 0 };
            assert_eq!(others.len(), expected, "{name}: {others:?}");
            looked += 1;
        }
    }
    assert!(looked > 0);
}

#[test]
fn names_that_platforms_and_notebooks_give_are_known() {
    let p = |i: usize| format!("0.{:02}7", i * 2 + 10);
    let seen = |i: usize| u8::from(i % 5 < 2);
    // Azure Machine Learning.
    let azure = file("Date,Survived,Scored Labels,Scored Probabilities", |i| {
        format!("2026-01-{:02},{},{},{}", i % 28 + 1, seen(i), i / 20, p(i))
    });
    let roles = [
        ("Survived", Role::Outcome),
        ("Scored Labels", Role::Prediction),
        ("Scored Probabilities", Role::Score),
    ];
    check(&[("azure.csv", azure)], &roles);
    let header = "Species,Scored Probabilities for Class \"a\",Scored Probabilities for Class \"b\",Scored Labels";
    let classes = format!("\"{}\"", header.replace('"', "\"\"").replace(',', "\",\""));
    let azure = file(&classes, |i| {
        let class = ["a", "b"];
        format!(
            "{},0.{:02},0.{:02},{}",
            class[i % 2],
            i + 20,
            80 - i,
            class[i / 20]
        )
    });
    let roles = [
        ("Species", Role::Segment),
        ("Scored Probabilities for Class \"a\"", Role::ClassScore),
        ("Scored Probabilities for Class \"b\"", Role::ClassScore),
        ("Scored Labels", Role::Prediction),
    ];
    check(&[("azure.csv", azure)], &roles[1..]);

    // SageMaker, and what else is called an output.
    for score in ["model_output", "modelOutput", "output", "endpoint_output"] {
        let log = file(&format!("ts,churned,{score},age"), |i| {
            format!("2026-01-{:02},{},{},{}", i % 28 + 1, seen(i), p(i), i + 20)
        });
        let roles = [
            ("churned", Role::Outcome),
            (score, Role::Score),
            ("age", Role::Feature),
        ];
        check(&[("log.csv", log)], &roles);
    }
    // Probabilities of events.
    for score in ["P(yes)", "p(churn)", "P(y=1)", "P(y=1|x)", "proba_1", "pd"] {
        let log = file(&format!("ts,defaulted,{score}"), |i| {
            format!("2026-01-{:02},{},{}", i % 28 + 1, seen(i), p(i))
        });
        let roles = [("defaulted", Role::Outcome), (score, Role::Score)];
        check(&[("log.csv", log)], &roles);
    }
    let both = file("Actual,P(yes),P(no)", |i| {
        format!("{},0.{:02},0.{:02}", seen(i), i + 20, 80 - i)
    });
    let roles = [
        ("Actual", Role::Outcome),
        ("P(yes)", Role::ClassScore),
        ("P(no)", Role::ClassScore),
    ];
    check(&[("log.csv", both.clone())], &roles);
    let bytes = [("log.csv", both.as_bytes())];
    let report = pipeline::report(&bytes, &plumbline::report::view::View::default());
    assert!(report.overall.metrics.contains_key("roc_auc"));
    // scikit-learn.
    let numbers = file("y_test,preds,size", |i| {
        format!("{}.5,{}.25,{}", i * 7 % 40, i * 7 % 41, i + 3)
    });
    let roles = [
        ("y_test", Role::Outcome),
        ("preds", Role::Prediction),
        ("size", Role::Feature),
    ];
    check(&[("log.csv", numbers)], &roles);
    let classes = file("y_test,preds,proba_0,proba_1", |i| {
        format!("{},{},0.{:02},0.{:02}", seen(i), i / 20, 80 - i, i + 20)
    });
    let roles = [
        ("y_test", Role::Outcome),
        ("preds", Role::Prediction),
        ("proba_0", Role::ClassScore),
        ("proba_1", Role::ClassScore),
    ];
    check(&[("log.csv", classes)], &roles);
}

#[test]
fn names_alike_that_are_of_something_else_are_features() {
    let log = file(
        "ts,churned,score,power_output,output_share,pd,p(km),n_predictions,test_y",
        |i| {
            let u = format!("0.{:02}", (i * 7) % 90 + 10);
            format!(
                "2026-01-{:02},{},0.{:02}1,{u},{u},{},{u},{},{u}",
                i % 28 + 1,
                u8::from(i % 5 < 2),
                i * 2 + 10,
                i * 13 % 50,
                i * 3
            )
        },
    );
    let roles = [
        ("churned", Role::Outcome),
        ("score", Role::Score),
        ("power_output", Role::Feature),
        ("output_share", Role::Feature),
        ("pd", Role::Feature),
        ("p(km)", Role::Feature),
        ("n_predictions", Role::Feature),
        ("test_y", Role::Feature),
    ];
    check(&[("log.csv", log)], &roles);
    // Without a score that is named as one, the outputs of a plant are none.
    let plant = file("ts,is_raining,power_output,output_mw,pd", |i| {
        let u = format!("0.{:02}", (i * 7) % 90 + 10);
        format!(
            "2026-01-{:02},{},{u},{}.5,{}",
            i % 28 + 1,
            u8::from(i % 5 < 2),
            i * 13 % 50,
            i * 13 % 50
        )
    });
    let bytes = [("plant.csv", plant.as_bytes())];
    let inputs = pipeline::inputs(&bytes, &[]).unwrap();
    let predicts = inputs[0].roles.iter().any(|g| g.role.predicts());
    assert!(!predicts, "{:?}", inputs[0].roles);
}

#[test]
fn ids_that_nothing_joins_and_counters_are_not_compared() {
    let log = rows(
        120,
        "id,patientid,visit_id,counter,paid,sample_weight,age,score,outcome",
        |i| {
            let (age, score) = (20 + i * 7 % 50, i * 37 % 100);
            let mixed = i * 7919 % 1000;
            format!(
                "r{i},{mixed},{},{},{mixed},1.5,{age},0.{score:02},{}",
                mixed + 5000,
                700 + i,
                i % 2
            )
        },
    );
    check(
        &[("log.csv", log)],
        &[
            ("id", Role::Id),
            ("patientid", Role::Ignore),
            ("visit_id", Role::Ignore),
            ("counter", Role::Ignore),
            ("paid", Role::Feature),
            ("sample_weight", Role::Ignore),
            ("age", Role::Feature),
        ],
    );
}
