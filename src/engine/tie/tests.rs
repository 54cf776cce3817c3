#![allow(clippy::unwrap_used)]

use super::*;
use crate::engine::{arrange, look, tables};
use std::fmt::Write as _;

/// A file of so many rows; `{d}` in a row is a date, `{t}` a time, `{i}` its number.
fn text(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    (0..rows).fold(format!("{header}\n"), |mut text, i| {
        let day = format!("2026-{:02}-{:02}", i / 28 % 12 + 1, i % 28 + 1);
        let hour = format!("{day}T{:02}:00:00Z", i % 24);
        let row = row(i).replace("{d}", &day).replace("{t}", &hour);
        let _ = writeln!(text, "{}", row.replace("{i}", &i.to_string()));
        text
    })
}

fn inputs(files: &[(&str, String)]) -> Vec<Input> {
    let look = |(name, text): &(&str, String)| look(name, &text.as_bytes()).unwrap();
    let mut inputs: Vec<Input> = files.iter().map(look).collect();
    arrange(&mut inputs);
    inputs
}

/// `store:id item:id` of what is not `ignore`.
fn roles(input: &Input) -> String {
    let columns = input.sniff.columns.iter().zip(&input.roles);
    let used = columns.filter(|(_, g)| g.role != Role::Ignore);
    let told = used.map(|(c, g)| format!("{}:{}", c.name, g.role));
    told.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(files: &[(&str, String)], expected: &[(FileKind, &str)]) {
    let mut inputs = inputs(files);
    let told = |inputs: &[Input]| -> Vec<(FileKind, String)> {
        inputs.iter().map(|i| (i.kind, roles(i))).collect()
    };
    let first = told(&inputs);
    let first: Vec<(FileKind, &str)> = first.iter().map(|(k, r)| (*k, r.as_str())).collect();
    assert_eq!(first, expected);
    // Nothing more is found by looking again.
    let before = inputs.clone();
    tie(&mut inputs);
    assert_eq!(inputs, before);
}

use FileKind::{Outcomes, Predictions};

/// Forecasts for 3 stores and 5 items (numbers) on 14 days; with further columns.
fn forecasts(more: &str, cells: impl Fn(usize) -> String) -> String {
    text(&format!("store,item,date,forecast{more}"), 210, |i| {
        let day = 1 + i / 15;
        let (store, item) = (["north", "south", "west"][i % 3], 100 + i / 3 % 5);
        format!(
            "{store},{item},2026-03-{day:02},{}.5{}",
            40 + i % 17,
            cells(i)
        )
    })
}

/// What was sold then, store after store, days spelled in another way.
fn actuals(header: &str, more: impl Fn(usize) -> String) -> String {
    text(header, 210, |i| {
        let (store, item, day) = (
            ["north", "south", "west"][i / 70],
            100 + i / 14 % 5,
            1 + i % 14,
        );
        format!(
            "{day:02}.03.2026,{store},{item},{}{}",
            40 + i * 7 % 19,
            more(i)
        )
    })
}

#[test]
fn sales_are_tied_to_forecasts_by_what_both_have() {
    let none = |_: usize| String::new();
    let forecast = "store:segment item:feature date:time forecast:prediction";
    let tied = "date:id store:id item:id sales:outcome";
    check(
        &[
            ("p.csv", forecasts("", none)),
            ("a.csv", actuals("date,store,item,sales", none)),
        ],
        &[(Predictions, forecast), (Outcomes, tied)],
    );
    // Capitals do not count; more columns need a name that tells the outcome.
    let more = |i: usize| format!(",{}.5,{}", i % 9, i % 2);
    check(
        &[
            ("p.csv", forecasts("", none)),
            ("a.csv", actuals("Date,Store,Item,Actual,price,open", more)),
        ],
        &[
            (Predictions, forecast),
            (Outcomes, "Date:id Store:id Item:id Actual:outcome"),
        ],
    );
    let named = forecasts("", none).replacen("forecast", "sales_forecast", 1);
    let second = |i: usize| format!(",{}.5", i % 9);
    check(
        &[
            ("p.csv", named),
            ("a.csv", actuals("date,store,item,sales,price", second)),
        ],
        &[
            (
                Predictions,
                "store:segment item:feature date:time sales_forecast:prediction",
            ),
            (Outcomes, tied),
        ],
    );
    // An event in the forecasts' file is no outcome beside a file of them.
    let holiday = |i: usize| format!(",{}", i % 2);
    let both = inputs(&[
        ("p.csv", forecasts(",is_holiday", holiday)),
        ("a.csv", actuals("date,store,item,sales", none)),
    ]);
    assert_eq!(roles(&both[0]), format!("{forecast} is_holiday:feature"));
    assert_eq!(roles(&both[1]), tied);
}

#[test]
fn entities_are_tied_with_their_time() {
    let driver = |i: usize| 1_000 + i * 37 % 11;
    let predictions = text("driver_id,event_timestamp,score", 300, |i| {
        format!("{},{{t}},0.{:03}", driver(i), i * 7 % 1_000)
    });
    let labels = text("driver_id,event_timestamp,label", 300, |i| {
        format!("{},{{t}},{}", driver(i), i % 2)
    });
    check(
        &[("p.csv", predictions), ("o.csv", labels)],
        &[
            (
                Predictions,
                "driver_id:feature event_timestamp:time score:score",
            ),
            (Outcomes, "driver_id:id event_timestamp:id label:outcome"),
        ],
    );
    // Of many drivers most come once in the first rows, and look like ids.
    let driver = |i: usize| if i.is_multiple_of(25) { 7 } else { 1_000 + i };
    let predictions = text("driver_id,event_timestamp,score", 300, |i| {
        format!("{},{{t}},0.{:03}", driver(i), i * 7 % 1_000)
    });
    let labels = text("driver_id,event_timestamp,label", 300, |i| {
        format!("{},{{t}},{}", driver(i), i % 2)
    });
    check(
        &[("p.csv", predictions), ("o.csv", labels)],
        &[
            (Predictions, "driver_id:id event_timestamp:time score:score"),
            (Outcomes, "driver_id:id event_timestamp:id label:outcome"),
        ],
    );
}

#[test]
fn a_time_alone_ties_prices_once_the_model_is_named() {
    let hour = |i: usize| format!("2026-03-{:02} {:02}:00:00", 1 + i / 24, i % 24);
    let models = text(",Model A,Model B", 200, |i| {
        format!("{},{}.25,{}.75", hour(i), 30 + i % 13, 30 + i % 11)
    });
    let prices = text(",Real price", 200, |i| {
        format!("{},{}.5", hour(i), 30 + i % 12)
    });
    let mut inputs = inputs(&[("models.csv", models), ("prices.csv", prices)]);
    assert_eq!(inputs[1].kind, Outcomes);
    assert_eq!(
        roles(&inputs[1]),
        "column_1:outcome_time Real price:outcome"
    );
    let why = untied(&inputs).unwrap();
    assert!(
        why.starts_with(
            "prices.csv holds outcomes, but no column was found that holds predictions"
        ),
        "{why}"
    );
    give(&mut inputs, &[(Role::Prediction, "Model A".into())]).unwrap();
    tie(&mut inputs);
    assert_eq!(roles(&inputs[1]), "column_1:id Real price:outcome");
    assert_eq!(
        roles(&inputs[0]),
        "column_1:time Model A:prediction Model B:feature"
    );
    assert_eq!(untied(&inputs), None);
}

#[test]
fn where_ids_tie_the_files_they_do() {
    let predictions = |id: &str, more: &str| {
        text(&format!("{id},timestamp,region,score"), 120, |i| {
            format!("r{i},{{d}},{},0.{:03}{more}", ["eu", "us"][i % 2], i * 7)
        })
    };
    let outcomes = |header: &str| {
        text(header, 120, |i| {
            format!("r{i},{{d}},{},{}", ["eu", "us"][i % 2], i % 2)
        })
    };
    let scored = "timestamp:time region:segment score:score";
    // The same id, the same other columns: the time is that of the outcome.
    for (id, of_outcomes) in [("request_id", "request_id"), ("request_id", "id")] {
        check(
            &[
                ("p.csv", predictions(id, "")),
                (
                    "o.csv",
                    outcomes(&format!("{of_outcomes},timestamp,region,label")),
                ),
            ],
            &[
                (Predictions, &format!("{id}:id {scored}")),
                (
                    Outcomes,
                    &format!("{of_outcomes}:id timestamp:outcome_time label:outcome"),
                ),
            ],
        );
    }
    // An outcome that was given again is no other row.
    let again = text("request_id,timestamp,label", 120, |i| {
        format!("r{},{{t}},{}", i / 2, i % 2)
    });
    check(
        &[("p.csv", predictions("request_id", "")), ("o.csv", again)],
        &[
            (Predictions, &format!("request_id:id {scored}")),
            (
                Outcomes,
                "request_id:id timestamp:outcome_time label:outcome",
            ),
        ],
    );
    // Nor is a request that was answered again, though both files have a time of one name.
    let twice = |header: &str| {
        text(header, 120, |i| {
            format!("r{},{{t}},0.{:03}", if i == 60 { 7 } else { i }, i * 7)
        })
    };
    check(
        &[
            ("p.csv", twice("request_id,timestamp,score")),
            ("o.csv", twice("request_id,timestamp,actual")),
        ],
        &[
            (Predictions, "request_id:id timestamp:time score:score"),
            (
                Outcomes,
                "request_id:id timestamp:outcome_time actual:outcome",
            ),
        ],
    );
    // The predictions' id, though it looks like none among the outcomes.
    let parcels = text("parcel,timestamp,label", 120, |i| {
        format!("r{},{{t}},{}", i / 4, i % 2)
    });
    let tied = inputs(&[
        ("p.csv", predictions("parcel_id", "")),
        ("o.csv", parcels.replacen("parcel", "parcel_id", 1)),
    ]);
    assert_eq!(
        roles(&tied[1]),
        "parcel_id:id timestamp:outcome_time label:outcome"
    );
}

#[test]
fn what_does_not_name_a_row_ties_nothing() {
    let predictions = text("ts,region,score", 120, |i| {
        format!("{{t}},{},0.{:03}", ["eu", "us"][i % 2], i * 7)
    });
    let scored = "ts:time region:segment score:score";
    // Regions come again, and the numbers that count the rows are none of their values.
    let regions = text(",region,label", 40, |i| {
        format!("{i},{},{}", ["eu", "us"][i % 2], i % 2)
    });
    let tied = inputs(&[("p.csv", predictions.clone()), ("o.csv", regions)]);
    assert_eq!(roles(&tied[0]), scored);
    assert!(
        !roles(&tied[1]).contains("region:id"),
        "{}",
        roles(&tied[1])
    );
    // Twelve zones an hour, of which only the hour is in common.
    let zones = text("ts,zone,actual", 120, |i| {
        format!("2026-03-01T{:02}:00:00Z,z{},{}", i / 12, i % 12, i % 7)
    });
    check(
        &[("p.csv", predictions.clone()), ("o.csv", zones)],
        &[
            (Predictions, scored),
            (Outcomes, "ts:outcome_time actual:outcome"),
        ],
    );
    // A list of regions, and what could be either, are no outcomes.
    let list = "region,size\neu,7\nus,9\n".to_string();
    let other = |name: &str| {
        text(&format!("ts,region,{name}"), 120, |i| {
            format!("{{t}},{},{}", ["eu", "us"][i % 2], i % 7)
        })
    };
    for (files, kinds) in [
        (vec![list], vec![Predictions]),
        (vec![other("sold"), other("rain")], vec![Predictions; 2]),
        (
            vec![other("actual"), other("rain")],
            vec![Outcomes, Predictions],
        ),
        (vec![other("sold")], vec![Outcomes]),
    ] {
        let all = std::iter::once(predictions.clone()).chain(files);
        let all: Vec<(&str, String)> = all.map(|text| ("f.csv", text)).collect();
        let found: Vec<FileKind> = inputs(&all)[1..].iter().map(|i| i.kind).collect();
        assert_eq!(found, kinds);
    }
}

#[test]
fn predictions_that_have_their_outcomes_keep_them() {
    let joined = text("store,date,forecast,sales", 100, |i| {
        format!("s{},{{d}},{}.5,{}", i % 3, 40 + i % 9, 40 + i % 7)
    });
    let joined = joined.replacen("sales", "actual", 1);
    let more = |name: &str| {
        text(&format!("date,store,{name}"), 100, |i| {
            format!("{{d}},s{},{}", i % 3, 40 + i % 7)
        })
    };
    let own = "store:segment date:time forecast:prediction actual:outcome";
    check(&[("p.csv", joined.clone())], &[(Predictions, own)]);
    check(
        &[("p.csv", joined.clone()), ("a.csv", more("actual"))],
        &[
            (Predictions, own),
            (Outcomes, "date:id store:id actual:outcome"),
        ],
    );
    let beside = inputs(&[("p.csv", joined), ("a.csv", more("rain"))]);
    assert_eq!(
        (roles(&beside[0]).as_str(), beside[1].kind),
        (own, Predictions)
    );
}

#[test]
fn columns_that_would_be_lost_become_ids() {
    let users = |i: usize| format!("user-{}", i * 31 % 400);
    let predictions = text("user,day,score", 800, |i| {
        format!("{},2026-03-{:02},0.{:03}", users(i), 1 + i / 400, i % 1_000)
    });
    let outcomes = text("user,day,label", 800, |i| {
        format!("{},2026-03-{:02},{}", users(i), 1 + i / 400, i % 2)
    });
    check(
        &[("p.csv", predictions), ("o.csv", outcomes)],
        &[
            (Predictions, "user:id day:time score:score"),
            (Outcomes, "user:id day:id label:outcome"),
        ],
    );
}

#[test]
fn given_ids_are_the_key_and_the_predictions_keep_their_meaning() {
    let none = |_: usize| String::new();
    let files = [
        ("p.csv", forecasts(",week", |i| format!(",{}", i % 5))),
        (
            "a.csv",
            actuals("date,store,item,actual,week", |i| format!(",{}", i % 3)),
        ),
    ];
    let found = inputs(&files);
    assert_eq!(
        roles(&found[1]),
        "date:id store:id item:id actual:outcome week:id"
    );
    let mut given = found;
    let ids = ["store", "item", "date"].map(|c| (Role::Id, c.to_string()));
    give(&mut given, &ids).unwrap();
    tie(&mut given);
    assert_eq!(roles(&given[1]), "date:id store:id item:id actual:outcome");
    assert_eq!(
        roles(&given[0]),
        "store:segment item:id date:time forecast:prediction week:feature"
    );
    // A time that is no part of the key is the one at which the outcome became known.
    let mut less = inputs(&files);
    give(
        &mut less,
        &[(Role::Id, "store".into()), (Role::Id, "item".into())],
    )
    .unwrap();
    tie(&mut less);
    assert_eq!(
        roles(&less[1]),
        "date:outcome_time store:id item:id actual:outcome"
    );
    let why = give(&mut given, &[(Role::Id, "shop".into())]).unwrap_err();
    assert_eq!(why, "no file has a column 'shop'");

    // A file becomes one of outcomes when it is told which column holds them.
    let two = |i: usize| format!(",{}", i % 3);
    let mut files = inputs(&[
        ("p.csv", forecasts("", none)),
        ("a.csv", actuals("date,store,item,sold,left", two)),
    ]);
    assert_eq!(files[1].kind, Predictions);
    give(&mut files, &[(Role::Outcome, "sold".into())]).unwrap();
    tie(&mut files);
    assert_eq!(files[1].kind, Outcomes);
    assert_eq!(roles(&files[1]), "date:id store:id item:id sold:outcome");
}

#[test]
fn a_name_of_an_outcome_that_names_the_rows_can_be_said_to() {
    let target = |i: usize| ["cases", "deaths"][i / 4 % 2];
    let predictions = text("location,issued,target_end_date,target,value", 240, |i| {
        format!(
            "{:02},2026-01-01,2026-02-{:02},{},{}.5",
            i % 4,
            1 + i / 8 % 28,
            target(i),
            i % 7
        )
    });
    let truth = text("target_end_date,target,location,observation", 240, |i| {
        format!(
            "2026-02-{:02},{},{:02},{}",
            1 + i / 8 % 28,
            target(i),
            i % 4,
            i % 9
        )
    });
    let mut files = inputs(&[("p.csv", predictions), ("t.csv", truth[..4_000].into())]);
    let given = [
        (Role::Prediction, "value"),
        (Role::Outcome, "observation"),
        (Role::Segment, "target"),
    ];
    give(&mut files, &given.map(|(r, c)| (r, c.to_string()))).unwrap();
    tie(&mut files);
    assert_eq!(
        roles(&files[1]),
        "target_end_date:id target:id location:id observation:outcome"
    );
    assert!(roles(&files[0]).contains("target:segment value:prediction"));
}

#[test]
fn which_rows_are_alike_is_only_told_of_what_could_be_outcomes() {
    let file = |name: &str, text: &str| look(name, &text.as_bytes()).unwrap();
    let outcomes = file(
        "o.csv",
        "store,day,sold\na,2026-01-01,7\nb,2026-01-01,\na,2026-01-02,7\n",
    );
    let codes: Vec<&[u16]> = outcomes.sniff.columns.iter().map(|c| &*c.codes).collect();
    assert_eq!(codes, [[1, 2, 1], [1, 1, 2], [1, 0, 1]]);
    let predictions = file(
        "p.csv",
        "store,day,forecast\na,2026-01-01,7.5\nb,2026-01-01,8.5\n",
    );
    let read = Input::files(&[predictions.clone(), outcomes]);
    let told = |i: &Input| i.sniff.columns.iter().any(|c| !c.codes.is_empty());
    assert!(!told(&predictions) && !read.iter().any(told));
}

#[test]
fn an_index_that_data_frames_write_joins_nothing_and_is_no_outcome() {
    for name in ["Unnamed: 0", "index", "level_0", ""] {
        let indexed = |text: String| -> String {
            let lines = text.lines().enumerate();
            let line = |(i, line): (usize, &str)| match i {
                0 => format!("{name},{line}\n"),
                _ => format!("{},{line}\n", i - 1),
            };
            lines.map(line).collect()
        };
        let files = [
            ("p.csv", indexed(forecasts("", |_| String::new()))),
            (
                "a.csv",
                indexed(actuals("date,store,item,sales", |_| String::new())),
            ),
        ];
        let files = inputs(&files);
        assert_eq!(
            roles(&files[1]),
            "date:id store:id item:id sales:outcome",
            "{name}"
        );
    }
}

#[test]
fn parts_of_outcomes_are_tied_as_one_table() {
    let sales = actuals("date,store,item,sales", |_| String::new());
    let (header, rows) = sales.split_once('\n').unwrap();
    let (first, second) = rows.split_at(rows.len() / 2);
    let (rest, second) = second.split_once('\n').unwrap();
    let part = |rows: String| format!("{header}\n{rows}\n");
    let files = [
        ("p.csv", forecasts("", |_| String::new())),
        ("sales/1.csv", part(format!("{first}{rest}"))),
        ("sales/2.csv", part(second.into())),
    ];
    let look = |(name, text): &(&str, String)| ((), look(name, &text.as_bytes()).unwrap());
    let found = tables(files.iter().map(look).collect());
    let mut tables: Vec<Input> = found.into_iter().map(|(_, input)| input).collect();
    assert_eq!((tables.len(), tables[1].parts.len()), (2, 2));
    arrange(&mut tables);
    assert_eq!(roles(&tables[1]), "date:id store:id item:id sales:outcome");
    let told = |i: &Input| i.sniff.columns.iter().any(|c| !c.codes.is_empty());
    assert!(told(&tables[1]) && !tables[1].parts.iter().any(told));
    assert!(!Input::files(&tables).iter().any(told));
}

#[test]
fn a_word_among_scores_is_named() {
    let one = "id,score,outcome\n1,0.3,0\n2,abc,1\n3,0.9,1\n".to_owned();
    let why = unpredicted(&inputs(&[("three.csv", one)])).unwrap();
    assert!(
        why.starts_with("Column score of three.csv is named like a score, but holds 'abc'"),
        "{why}"
    );
    let grades = "id,score,outcome\n1,A,0\n2,B,1\n3,C,1\n".to_owned();
    assert_eq!(unpredicted(&inputs(&[("grades.csv", grades)])), None);
}
