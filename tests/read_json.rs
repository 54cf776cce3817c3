//! JSON lines against `serde_json`, and what a reader is told of JSON that is not lines.

#![allow(clippy::unwrap_used, clippy::panic)]

mod read_help;

use plumbline::read::{Format, sniff};
use plumbline::table::{Column, Kind};
use proptest::prelude::*;
use read_help::{category, in_shards, numbers, read, sniffed, whole};
use serde_json::{Map, Value, json};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-zé😀\"\\\\\n\t/ ,:{}]{0,12}".prop_map(Value::from),
        any::<f64>()
            .prop_map(|x| serde_json::Number::from_f64(x).map_or(Value::Null, Value::Number)),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        proptest::collection::vec(any::<u8>(), 0..3).prop_map(Value::from),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    let inner = scalar().prop_recursive(3, 12, 4, |value| {
        proptest::collection::vec(("[a-d]|e\\.f|é\"", value), 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    });
    proptest::collection::vec(("[a-d]|e\\.f|é\"", inner), 1..6)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// The cells of an object by dotted name; of two with one name the later stands.
fn flatten(prefix: &str, object: &Map<String, Value>, out: &mut Vec<(String, Option<String>)>) {
    for (key, value) in object {
        let name = format!("{prefix}{key}");
        let cell = match value {
            Value::Object(inner) => {
                flatten(&format!("{name}."), inner, out);
                continue;
            }
            Value::Array(list) if list.is_empty() => continue,
            Value::Array(_) => "[…]".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let missing = plumbline::read::cell::is_missing(cell.as_bytes());
        out.push((name, (!missing).then_some(cell)));
    }
}

proptest! {
    #[test]
    fn what_serde_writes_is_read_back_in_any_shards(
        objects in proptest::collection::vec(object(), 1..30), size in 1u64..300, crlf: bool,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let bytes = objects.iter().map(|o| format!("{o}{end}")).collect::<String>().into_bytes();
        let Ok(found) = sniff("f", &bytes, bytes.len() as u64) else {
            return Ok(());
        };
        let mut schema = found.schema;
        for column in &mut schema.columns {
            (column.kind, column.time) = (Kind::Category, None);
        }
        let part = whole(&schema, &bytes);
        prop_assert_eq!(&part.troubles, &[]);
        prop_assert_eq!(part.table.rows, objects.len());
        let cells: Vec<_> = part.table.columns.iter().map(category).collect();
        for (row, object) in objects.iter().enumerate() {
            let mut expected = Vec::new();
            flatten("", object.as_object().unwrap(), &mut expected);
            for (column, name) in part.table.names.iter().enumerate() {
                let cell = expected.iter().rev().find(|(n, _)| n == name).and_then(|(_, c)| c.clone());
                prop_assert_eq!(&cells[column][row], &cell, "{} in {}", name, object);
            }
            for (name, _) in expected {
                prop_assert!(part.table.names.contains(&name), "{name}");
            }
        }
        let (table, lines, _) = in_shards(&schema, &bytes, size);
        prop_assert_eq!(&table, &part.table);
        prop_assert_eq!(lines, objects.len() as u64);
    }

    #[test]
    fn a_line_is_taken_where_serde_takes_it(text in "[\\[\\]{}:,\" \\\\ua-c0-9.eE+-]{0,30}", start in any::<bool>()) {
        let line = if start { format!("{{\"a\":{text}") } else { text };
        let bytes = format!("{{\"a\":1}}\n{{\"a\":2}}\n{line}\n").into_bytes();
        let part = read(&bytes);
        let taken = serde_json::from_str::<Map<String, Value>>(&line);
        let blank = line.trim().is_empty();
        prop_assert_eq!(part.table.rows, 2 + usize::from(taken.is_ok()), "{} {:?}", line, taken);
        prop_assert_eq!(part.troubles.len(), usize::from(taken.is_err() && !blank));
    }
}

#[test]
fn kinds_and_order_of_appearance() {
    let bytes = br#"{"id": "r1", "at": "2025-01-01T00:00:00Z", "in": {"x": 1.5, "y": null}, "list": [1, {"a": "]"}]}

{"in": {"y": 2, "x": "3"}, "id": "r2", "new": true, "list": []}
{"id": 12, "id": 13, "in": 7, "at": NaN}
"#;
    let found = sniffed(bytes);
    assert_eq!(found.schema.format, Format::JsonLines);
    assert_eq!(found.description, "JSON lines, UTF-8");
    let names: Vec<&str> = found.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["id", "at", "in.x", "in.y", "list", "new", "in"]);
    let part = whole(&found.schema, bytes);
    assert_eq!(part.lines, 4);
    let cells = &part.table.columns;
    assert_eq!(
        category(&cells[0]),
        ["r1", "r2", "13"].map(|t| Some(t.into()))
    );
    assert_eq!(cells[1].kind(), Kind::Time);
    assert_eq!(numbers(&cells[2]), [Some(1.5), Some(3.0), None]);
    assert_eq!(numbers(&cells[3]), [None, Some(2.0), None]);
    assert_eq!(category(&cells[4]), [Some("[…]".into()), None, None]);
    assert_eq!(category(&cells[5]), [None, Some("true".into()), None]);
    assert_eq!(numbers(&cells[6]), [None, None, Some(7.0)]);
    assert_eq!(part.troubles, []);
}

#[test]
fn unwanted_keys_and_presence() {
    let bytes = br#"{"a":1,"prompt":[1,2],"b":{"c":"x","d":"y"}}
{"a":2,"prompt":[],"b":{"c":"x","d":"z"},"later":{"a":1}}
"#;
    let mut schema = sniffed(bytes).schema;
    schema.columns[0].wanted = false;
    schema.columns[1].kind = Kind::Presence;
    schema.columns[2].wanted = false;
    let part = whole(&schema, bytes);
    assert_eq!(part.table.names, ["prompt", "b.d", "later.a"]);
    assert_eq!(part.table.columns[0], Column::Presence(vec![1, 0]));
    assert_eq!(
        category(&part.table.columns[1]),
        [Some("y".into()), Some("z".into())]
    );
}

#[test]
fn a_bad_line_costs_only_itself() {
    let good = json!({"a": 1}).to_string();
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    for (bad, why) in [
        ("{\"a\":1", "a comma or a closing brace was expected"),
        ("{\"a\":1}}", "something follows the object"),
        ("{\"a\" 1}", "a colon was expected"),
        ("{a:1}", "a key in quotes was expected"),
        ("{\"a\":}", "a value was expected"),
        ("{\"a\":\"x}", "a string is not closed"),
        ("{\"a\":\"\\x\"}", "an escape that JSON does not have"),
        ("[1]", "an object was expected"),
        ("plain text", "an object was expected"),
        (deep.as_str(), "more than 64 objects within each other"),
    ] {
        let bytes = format!("{good}\n{bad}\n{good}\n{good}\n").into_bytes();
        let part = read(&bytes);
        assert_eq!(part.table.rows, 3, "{bad}");
        assert_eq!(part.troubles.len(), 1, "{bad}");
        let trouble = &part.troubles[0];
        assert_eq!(
            (trouble.line, trouble.count, trouble.row_lost),
            (1, 1, true)
        );
        assert!(trouble.reason.contains(why), "{}", trouble.reason);
    }
}

#[test]
fn json_that_is_not_lines_is_told_so() {
    let array = json!([{"a": 1}, {"a": 2}]);
    for text in [
        array.to_string(),
        serde_json::to_string_pretty(&array).unwrap(),
        serde_json::to_string_pretty(&json!({"a": 1, "b": {"c": []}})).unwrap(),
    ] {
        let error = sniff("f.json", text.as_bytes(), text.len() as u64).unwrap_err();
        assert!(error.mend.contains("one JSON object a line"), "{error}");
        assert_eq!((error.file.as_str(), error.line), ("f.json", Some(1)));
    }
    let long = format!("{{\"a\":\"{}", "x".repeat(1 << 20));
    let error = sniff("f", &long.as_bytes()[..1 << 20], 1 << 22).unwrap_err();
    assert!(error.found.contains("megabyte"), "{error}");
}
