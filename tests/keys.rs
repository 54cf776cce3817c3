//! Outcomes without ids: joined by the columns that both files have, whatever order, format and spelling.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{inputs, report, summary, value};
use plumbline::log::Role;
use plumbline::report::Report;
use plumbline::report::view::View;
use std::fmt::Write as _;

const STORES: [&str; 4] = ["north", "south", "west", "x,\"y\""];
const ROWS: u32 = 4 * 6 * 28;

/// Store, item, day, hour, forecast and sales of a row, in the order of the forecasts.
fn row(i: u32) -> (&'static str, u32, u32, u32, f64, f64) {
    let (store, item) = (STORES[(i % 4) as usize], 7 + i / 4 % 6);
    let (day, hour) = (1 + i / 24, i / 4 % 6 * 4);
    let forecast = f64::from(40 + i * 13 % 31) + 0.5;
    (
        store,
        item,
        day,
        hour,
        forecast,
        forecast + f64::from(i * 7 % 11) - 4.0,
    )
}

fn quoted(store: &str) -> String {
    format!("\"{}\"", store.replace('"', "\"\""))
}

/// The rows in another order: 5 and the number of rows have no factor in common.
fn mixed() -> impl Iterator<Item = u32> {
    (0..ROWS).map(|i| i * 5 % ROWS)
}

fn forecasts(id: bool) -> String {
    let first = if id { "request_id," } else { "" };
    let mut text = format!("{first}store,item,date,forecast\n");
    for i in 0..ROWS {
        let (store, item, day, hour, forecast, _) = row(i);
        if id {
            write!(text, "r{i},").unwrap();
        }
        let store = quoted(store);
        writeln!(
            text,
            "{store},{item},2026-03-{day:02}T{hour:02}:00:00+01:00,{forecast}"
        )
        .unwrap();
    }
    text
}

/// Sales as a spreadsheet of another country has them: `;`, decimal commas, the day first, UTC.
fn sales() -> String {
    let mut text = String::from("sales;Date;item;store\n");
    for i in mixed().filter(|i| i % 10 != 3) {
        let (store, item, day, hour, _, sales) = row(i);
        // An hour earlier than in the forecasts' time zone; 0 o'clock is on the day before.
        let (day, hour) = if hour == 0 {
            (day - 1, 23)
        } else {
            (day, hour - 1)
        };
        let month = if day == 0 {
            "28.02"
        } else {
            &*format!("{day:02}.03")
        };
        let sales = sales.to_string().replace('.', ",");
        writeln!(
            text,
            "{sales};{month}.2026 {hour:02}:00;{item};{}",
            quoted(store)
        )
        .unwrap();
    }
    text
}

/// The same as JSON lines: items as floats, milliseconds since 1970, and two sales of things not foretold.
fn json(id: bool) -> String {
    let mut text = String::new();
    for i in mixed().filter(|i| i % 10 != 3).chain([ROWS, ROWS + 1]) {
        let (store, item, day, hour, _, sales) = row(i);
        let store = store.replace('"', "\\\"");
        let millis = 1_772_319_600_000 + (u64::from(day - 1) * 24 + u64::from(hour)) * 3_600_000;
        let id = if id {
            format!("\"request_id\":\"r{i}\",")
        } else {
            String::new()
        };
        writeln!(
            text,
            "{{{id}\"date\":{millis},\"store\":\"{store}\",\"item\":{item}.0,\"sales\":{sales}}}"
        )
        .unwrap();
    }
    text
}

fn check(report: &Report, orphans: u64) {
    let joined = (0..ROWS).filter(|i| i % 10 != 3);
    let errors = joined.clone().map(row).map(|r| (r.4 - r.5).abs());
    let expected = errors.sum::<f64>() / joined.clone().count() as f64;
    assert_eq!(report.rows.predictions, u64::from(ROWS));
    assert_eq!(report.rows.joined, joined.count() as u64);
    assert_eq!(report.rows.orphan_outcomes, orphans);
    assert_eq!(report.rows.duplicate_predictions, 0);
    assert_eq!(report.rows.duplicate_outcomes, 0);
    assert!((value(report, "mean_absolute_error") - expected).abs() < 1e-9);
    assert_eq!(report.windows.len(), 29, "one a day in UTC");
}

#[test]
fn files_in_other_orders_formats_and_time_zones_meet() {
    let p = forecasts(false);
    for (outcomes, orphans, key) in [
        (sales(), 0, "Date, item and store"),
        (json(false), 2, "date, store and item"),
    ] {
        let files = [("p.csv", p.as_bytes()), ("a", outcomes.as_bytes())];
        let made = report(&files, &View::default());
        check(&made, orphans);
        let note = format!("Joined by {key}.");
        assert!(made.health.notes.contains(&note), "{:?}", made.health.notes);
        // What joins is still sliced by.
        assert!(
            made.slices
                .iter()
                .any(|s| s.column == "store" && s.value == "x,\"y\"")
        );
    }
}

#[test]
fn columns_join_as_ids_do() {
    let (p, a) = (forecasts(true), json(true));
    let files = [("p.csv", p.as_bytes()), ("a.jsonl", a.as_bytes())];
    let roles = [(Role::Outcome, "sales")];
    let by_id = summary(&files, &roles, &View::default()).unwrap();
    let by_id = Report::from(&by_id, &View::default());
    check(&by_id, 2);
    let told = |r: &Report| r.health.notes.iter().any(|n| n.starts_with("Joined by"));
    assert!(!told(&by_id));
    // The predictions' own id changes nothing where the outcomes have none.
    let a = json(false);
    let files = [("p.csv", p.as_bytes()), ("a.jsonl", a.as_bytes())];
    let made = report(&files, &View::default());
    assert!(told(&made));
    check(&made, 2);
    assert_eq!(made.overall.metrics, by_id.overall.metrics);
    let windows = |r: &Report| {
        r.windows
            .iter()
            .map(|w| w.metrics.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(windows(&made), windows(&by_id));
}

#[test]
fn cells_that_are_no_part_of_a_key_cost_only_their_rows() {
    let (p, mut a) = (forecasts(false), sales());
    a.push_str("5,5;32.13.2026 03:00;7;north\n7,5;;8;south\n9,5;01.03.2026 03:00;;\n");
    let files = [("p.csv", p.as_bytes()), ("a.csv", a.as_bytes())];
    let made = summary(&files, &[], &View::default()).unwrap();
    check(&Report::from(&made, &View::default()), 0);
    let bad = made.rejected.iter().find(|r| r.source == "a.csv").unwrap();
    assert_eq!(bad.column.as_deref(), Some("Date"));
    assert!(bad.reason.contains("'32.13.2026 03:00'"), "{}", bad.reason);
}

#[test]
fn files_that_cannot_meet_say_what_to_do() {
    let p = forecasts(false);
    let fails = |a: &str, roles: &[(Role, &str)]| {
        let files = [("p.csv", p.as_bytes()), ("a.csv", a.as_bytes())];
        let error = summary(&files, roles, &View::default()).unwrap_err();
        error.to_string()
    };
    let other = sales().replacen("sales;Date;item;store", "actual;Day;sku;shop", 1);
    let said = fails(&other, &[]);
    assert!(
        said.contains("a.csv holds outcomes, but no id, and none of its columns is called like one of the predictions. Mark the column"),
        "{said}"
    );
    let said = fails(&other, &[(Role::Id, "sku"), (Role::Id, "shop")]);
    assert!(
        said.contains("a.csv is joined by sku and shop, but the predictions have no column 'sku'"),
        "{said}"
    );
    let once = sales().replacen("sales;Date;item;store", "actual;Day;sku;store", 1);
    let said = fails(&once, &[]);
    assert!(
        said.contains("or those of store that tell the rows apart together"),
        "{said}"
    );
    let late = sales().replace(".2026", ".2027");
    let said = fails(&late, &[]);
    assert!(
        said.contains("None of the 605 keys (Date, item and store) of a.csv is among those of the predictions. Check that these columns mean the same"),
        "{said}"
    );
}

#[test]
fn keys_that_are_not_enough_are_told() {
    let p = forecasts(false);
    let a = sales();
    let files = [("p.csv", p.as_bytes()), ("a.csv", a.as_bytes())];
    let roles = [(Role::Id, "store"), (Role::Id, "item")];
    let mut found = inputs(&files, &[]).unwrap();
    for (role, column) in roles {
        found[1].give(role, column).unwrap();
    }
    let mut keeper = pipeline::keeper(&files, &found).unwrap();
    let made = keeper.finish(&View::default(), &mut |_, _| {}).unwrap();
    let made = Report::from(&made, &View::default());
    assert_eq!(
        (made.rows.joined, made.rows.duplicate_outcomes),
        (672, 605 - 24)
    );
    let told = made
        .health
        .notes
        .iter()
        .find(|n| n.contains("581 of the 605"));
    assert!(told.is_some_and(|n| n.contains("outcomes have the item and store of another one")));
}
