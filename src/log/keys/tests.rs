use super::*;
use crate::log::rows::{Counts, Log, Truth};
use crate::log::{FileKind, join};
use crate::table::key::of_text;
use crate::table::{NO_LEVEL, NO_TIME, Table};
use proptest::prelude::*;
use std::collections::HashMap;

/// A cell of a store, an item, a day; `None` is missing.
type Cells = (Option<u8>, Option<u8>, Option<i64>);

fn source(name: &str, kind: FileKind, columns: Vec<(&str, Role, Column)>) -> Source {
    let rows = columns.first().map_or(0, |c| c.2.len());
    let mut table = Table {
        rows,
        ..Table::default()
    };
    let mut roles = Vec::new();
    for (name, role, column) in columns {
        table.names.push(name.into());
        table.columns.push(column);
        roles.push(role);
    }
    Source {
        name: name.into(),
        kind,
        roles,
        meant: None,
        table,
    }
}

fn texts(cells: impl Iterator<Item = Option<String>>) -> Column {
    Column::Key(
        cells
            .map(|t| t.map_or(NO_KEY, |t| of_text(t.as_bytes())))
            .collect(),
    )
}

/// Words in a dictionary of their own order.
fn category(cells: &[Option<u8>]) -> Column {
    let mut levels: Vec<String> = Vec::new();
    let mut code = |cell: &u8| {
        let word = format!("s{cell}");
        let at = levels.iter().position(|l| *l == word).unwrap_or_else(|| {
            levels.push(word);
            levels.len() - 1
        });
        at as u32
    };
    let codes = cells.iter().map(|c| c.as_ref().map_or(NO_LEVEL, &mut code));
    Column::Category {
        codes: codes.collect(),
        levels,
    }
}

fn numbers(rows: usize, of: impl Fn(usize) -> f64) -> Column {
    Column::Number((0..rows).map(of).collect())
}

/// Forecasts: a segment, a number and the time of the prediction.
fn forecasts(name: &str, cells: &[Cells]) -> Source {
    let stores: Vec<Option<u8>> = cells.iter().map(|c| c.0).collect();
    source(
        name,
        FileKind::Predictions,
        vec![
            (
                "date",
                Role::Time,
                Column::Time(cells.iter().map(|c| c.2.unwrap_or(NO_TIME)).collect()),
            ),
            ("store", Role::Segment, category(&stores)),
            (
                "item",
                Role::Feature,
                numbers(cells.len(), |i| cells[i].1.map_or(f64::NAN, f64::from)),
            ),
            (
                "forecast",
                Role::Prediction,
                numbers(cells.len(), |i| i as f64),
            ),
        ],
    )
}

/// Sales: the item is written as a float, the store in hashes.
fn sales(cells: &[Cells], truth: &[f64]) -> Source {
    source(
        "sales.csv",
        FileKind::Outcomes,
        vec![
            (
                "item",
                Role::Id,
                texts(cells.iter().map(|c| c.1.map(|i| format!("{i}.0")))),
            ),
            (
                "Store ",
                Role::Id,
                texts(cells.iter().map(|c| c.0.map(|s| format!("s{s}")))),
            ),
            (
                "date",
                Role::Id,
                Column::Time(cells.iter().map(|c| c.2.unwrap_or(NO_TIME)).collect()),
            ),
            ("sales", Role::Outcome, numbers(truth.len(), |i| truth[i])),
        ],
    )
}

/// The same rows, with one id made of the three cells.
fn by_id(mut predictions: Source, mut outcomes: Source, cells: [&[Cells]; 2]) -> [Source; 2] {
    let id = |c: &Cells| Some(format!("{}|{}|{}", c.0?, c.1?, c.2?));
    for (source, cells) in [&mut predictions, &mut outcomes].into_iter().zip(cells) {
        for role in source.roles.iter_mut().filter(|r| **r == Role::Id) {
            *role = Role::Ignore;
        }
        source.table.names.push("id".into());
        source.table.columns.push(texts(cells.iter().map(id)));
        source.roles.push(Role::Id);
    }
    [predictions, outcomes]
}

fn truth(log: &Log) -> Vec<Option<u64>> {
    match &log.truth {
        Truth::Numbers(v) => v
            .iter()
            .map(|x| (!x.is_nan()).then_some(x.to_bits()))
            .collect(),
        Truth::Labels(v) => {
            let number = |l: &u32| log.labels.get(*l as usize)?.parse::<f64>().ok();
            v.iter().map(|l| number(l).map(f64::to_bits)).collect()
        }
        Truth::Sets(_) | Truth::None => vec![None; log.rows],
    }
}

fn cells() -> impl Strategy<Value = Cells> {
    let part = || prop::option::weighted(0.95, 0..4_u8);
    (part(), part(), prop::option::weighted(0.95, -2..2_i64))
}

proptest! {
    #[test]
    fn columns_join_as_tuples_and_as_one_id_do(
        asked in prop::collection::vec(cells(), 1..60),
        given in prop::collection::vec((cells(), 0..1_000_u32), 1..60),
    ) {
        let (known, values): (Vec<Cells>, Vec<f64>) =
            given.iter().map(|(c, v)| (*c, f64::from(*v) + 0.5)).unzip();
        let tuple = |c: &Cells| Some((c.0?, c.1?, c.2?));
        let mut last = HashMap::new();
        let mut counts = Counts::default();
        for (cells, value) in known.iter().zip(&values) {
            if let Some(key) = tuple(cells) {
                counts.outcomes += 1;
                counts.duplicate_outcomes += u64::from(last.insert(key, *value).is_some());
            }
        }
        let expected: Vec<Option<u64>> = asked
            .iter()
            .map(|c| last.get(&tuple(c)?).map(|v| v.to_bits()))
            .collect();
        let met: std::collections::HashSet<_> =
            asked.iter().filter_map(tuple).filter(|k| last.contains_key(k)).collect();
        let (predictions, outcomes) = (forecasts("p.csv", &asked), sales(&known, &values));
        let ids = by_id(predictions.clone(), outcomes.clone(), [&asked, &known]);
        let joined = join(vec![outcomes.clone(), predictions]);
        if met.is_empty() && !last.is_empty() {
            let why = joined.err().unwrap_or_default();
            prop_assert!(why.contains("keys (item, Store and date) of sales.csv"), "{}", why);
            return Ok(());
        }
        let log = joined.map_err(TestCaseError::fail)?;
        prop_assert_eq!(&truth(&log), &expected);
        prop_assert_eq!(log.counts.outcomes, counts.outcomes);
        prop_assert_eq!(log.counts.duplicate_outcomes, counts.duplicate_outcomes);
        prop_assert_eq!(log.counts.orphan_outcomes, (last.len() - met.len()) as u64);
        let by_id = join(ids.to_vec()).map_err(TestCaseError::fail)?;
        prop_assert_eq!(by_id.counts, log.counts);
        prop_assert_eq!(truth(&by_id), truth(&log));

        // The same from predictions in two files, with dictionaries of their own.
        let (a, b) = asked.split_at(asked.len() / 2);
        let two = vec![forecasts("a.csv", a), outcomes, forecasts("b.csv", b)];
        let two = join(two).map_err(TestCaseError::fail)?;
        prop_assert_eq!(two.counts, log.counts);
        prop_assert_eq!(truth(&two), expected);
    }
}

const DAY: i64 = crate::table::time::DAY;

fn three() -> Vec<Cells> {
    [(1, 7, 0), (1, 8, 0), (2, 7, DAY)]
        .map(|(s, i, d)| (Some(s), Some(i), Some(d)))
        .to_vec()
}

#[test]
fn what_was_joined_is_told_and_the_columns_keep_their_meaning() {
    let log = join(vec![
        forecasts("p.csv", &three()),
        sales(&three(), &[1.5, 2.5, 3.5]),
    ])
    .unwrap_or_default();
    assert_eq!(log.counts.joined, 3);
    assert_eq!(log.notes.sentences(), ["Joined by item, Store and date."]);
    assert_eq!(log.time, [0, 0, DAY]);
    assert_eq!(log.segments.len(), 1);
    // The time was the key: when the outcomes became known, nobody told.
    assert!(log.outcome_time.is_empty());
}

#[test]
fn ids_alone_tell_the_times_and_are_not_kept() {
    let mut predictions = forecasts("p.csv", &three());
    for role in &mut predictions.roles[..3] {
        *role = Role::Id;
    }
    let log = join(vec![predictions, sales(&three(), &[1.5, 2.5, 3.5])]).unwrap_or_default();
    assert_eq!((log.counts.joined, log.time), (3, vec![0, 0, DAY]));
    let ids = log.columns.iter().filter(|c| c.role == Role::Id);
    assert!(ids.clone().all(|c| matches!(c.cells, Column::Presence(_))));
    assert_eq!(ids.count(), 3);
}

#[test]
fn ids_of_other_names_are_paired_in_their_order() {
    let mut predictions = forecasts("p.csv", &three());
    predictions.table.names[..3].clone_from_slice(&["day", "shop", "sku"].map(String::from));
    predictions.roles[1] = Role::Id;
    predictions.roles[2] = Role::Id;
    let mut outcomes = sales(&three(), &[1.5, 2.5, 3.5]);
    outcomes.roles[2] = Role::Ignore;
    outcomes.table.names.swap(0, 1);
    outcomes.table.columns.swap(0, 1);
    let log = join(vec![predictions.clone(), outcomes.clone()]).unwrap_or_default();
    assert_eq!(log.counts.joined, 3);
    outcomes.roles[2] = Role::Id;
    let why = join(vec![predictions, outcomes]).err().unwrap_or_default();
    assert!(
        why.starts_with("sales.csv is joined by Store, item and date, but the predictions have no column 'Store ' to join by. Mark as many"),
        "{why}"
    );
}

#[test]
fn another_model_and_another_day_foretell_anew() {
    let mut predictions = forecasts("p.csv", &[three(), three(), three()].concat());
    let models = ["a", "b"].map(String::from).to_vec();
    let codes = vec![0, 0, 0, 1, 1, 1, 1, 1, 0];
    predictions.table.names.push("model".into());
    predictions.roles.push(Role::ModelVersion);
    predictions.table.columns.push(Column::Category {
        codes,
        levels: models,
    });
    let log = join(vec![predictions, sales(&three(), &[1.5, 2.5, 3.5])]).unwrap_or_default();
    assert_eq!(
        (log.counts.joined, log.counts.duplicate_predictions),
        (9, 3)
    );
}

#[test]
fn what_cannot_be_joined_is_told_with_its_mend() {
    let fails = |predictions: Source, outcomes: Vec<Source>, words: &str| {
        let all = std::iter::once(predictions).chain(outcomes).collect();
        let why = join(all).err().unwrap_or_default();
        assert!(why.contains(words), "{why}");
    };
    let actuals = || sales(&three(), &[1.5, 2.5, 3.5]);
    let no_id = |names: [&str; 3]| {
        let mut source = actuals();
        source.table.names[..3].clone_from_slice(&names.map(String::from));
        source.roles[..3].fill(Role::Ignore);
        source
    };
    fails(
        forecasts("p.csv", &three()),
        vec![no_id(["ITEM", "shop", "Date"])],
        "sales.csv holds outcomes, but no id. Mark the column that holds the predictions' id, or those of ITEM and Date that tell the rows apart together.",
    );
    fails(
        forecasts("p.csv", &three()),
        vec![no_id(["sku", "shop", "day"])],
        "none of its columns is called like one of the predictions. Mark the column",
    );
    let mut words = forecasts("p.csv", &three());
    words.table.columns[0] = category(&[Some(1), Some(1), Some(2)]);
    words.roles[0] = Role::Segment;
    fails(
        words,
        vec![actuals()],
        "'date' holds times in one file and something else",
    );
    let mut many = forecasts("p.csv", &three());
    many.table.columns[2] = Column::Presence(vec![1, 1, 1]);
    fails(
        many,
        vec![actuals()],
        "'item' of p.csv holds too many different words",
    );
    let mut other = actuals();
    other.name = "more.csv".into();
    other.roles[0] = Role::Ignore;
    fails(
        forecasts("p.csv", &three()),
        vec![actuals(), other],
        "sales.csv and more.csv are joined by different columns. Mark the same",
    );
    let mut late = actuals();
    late.table.columns[2] = Column::Time(vec![7 * DAY; 3]);
    fails(
        forecasts("p.csv", &three()),
        vec![late],
        "None of the 3 keys (item, Store and date) of sales.csv is among those of the predictions. Check that these columns",
    );
}

#[test]
fn an_outcome_in_the_row_stays_where_the_file_of_outcomes_has_none() {
    let mut predictions = forecasts("p.csv", &three());
    predictions.table.names.push("actual".into());
    predictions.roles.push(Role::Outcome);
    predictions
        .table
        .columns
        .push(Column::Number(vec![10.5, 20.5, f64::NAN]));
    let log = join(vec![predictions.clone(), sales(&three()[1..2], &[2.5])]).unwrap_or_default();
    let number = |x: f64| Some(x.to_bits());
    assert_eq!(truth(&log), [number(10.5), number(2.5), None]);
    let alone = join(vec![predictions]).unwrap_or_default();
    assert_eq!(truth(&alone), [number(10.5), number(20.5), None]);
    assert!(alone.notes.sentences().is_empty());
}
