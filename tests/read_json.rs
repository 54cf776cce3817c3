//! JSON lines against `serde_json`, and what a reader is told of JSON that is not lines.

#![allow(clippy::unwrap_used, clippy::panic)]

mod read_help;

use plumbline::read::{Cut, Format, ShardRead, cell, read_shard, sniff};
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

/// The cells of an object by dotted name; of two with one name the later stands. An array has cells of
/// its own where a row holds numbers only in it, unless it is a set of labels.
fn flatten(prefix: &str, object: &Map<String, Value>, out: &mut Vec<(String, Option<String>)>) {
    let mut all = object.iter().map(|(k, v)| (k.clone(), v));
    members(prefix, &mut all, out);
}

/// The cell of an array.
fn set(list: &[Value]) -> String {
    let whole = |v: &Value| v.is_i64() || v.is_u64();
    if list.iter().all(whole) {
        return Value::from(list.to_vec()).to_string();
    }
    let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
    match words {
        Some(words) => {
            let quoted = |w: &&str| format!("\"{}\"", w.replace('\\', "\\\\").replace('"', "\\\""));
            let quoted: Vec<String> = words.iter().map(quoted).collect();
            format!("[{}]", quoted.join(","))
        }
        None => "[…]".to_owned(),
    }
}

fn members(
    prefix: &str,
    members_of: &mut dyn Iterator<Item = (String, &Value)>,
    out: &mut Vec<(String, Option<String>)>,
) {
    for (key, value) in members_of {
        let name = format!("{prefix}{key}");
        let cell = match value {
            Value::Object(inner) => {
                flatten(&format!("{name}."), inner, out);
                continue;
            }
            Value::Array(list) => {
                let mut items = list.iter().enumerate().map(|(i, v)| (i.to_string(), v));
                members(&format!("{name}."), &mut items, out);
                set(list)
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let text = cell.as_bytes();
        let missing = cell::is_missing(text) && !cell::is_word(text);
        out.push((name, (!missing).then_some(cell)));
    }
}

proptest! {
    #[test]
    fn what_serde_writes_is_read_back_in_any_shards(
        objects in proptest::collection::vec(object(), 2..30), size in 1u64..300, crlf: bool,
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
            for (name, cell) in expected {
                let inside = format!("{name}.0");
                let array = name.rsplit_once('.').map_or("", |n| n.0).to_owned();
                let known = [name.clone(), inside, array].iter().any(|n| part.table.names.contains(n));
                prop_assert!(known || cell.as_deref() == Some("[]"), "{name}");
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

/// Lines of a few shapes with other values in each; a line now and then is damaged.
fn alike() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        5 => scalar().prop_map(|v| v.to_string()),
        1 => object().prop_map(|v| v.to_string()),
        1 => "-?0?[0-9]{0,18}(\\.[0-9]{0,18})?([eE][+-]?[0-9]{0,2})?",
        1 => "\"[a-zé,:{}]{0,20}(\\\\[\"\\\\nu0x])?[a-z]{0,8}\"?",
        1 => prop_oneof![Just("NaN"), Just("-Infinity"), Just("nul"), Just("")].prop_map(Into::into),
    ];
    let shapes = [
        "{'a':#,'b':#,'a long name of a key':#}",
        "{'a': #, 'b': #, 'a long name of a key': #}\r",
        " {'o':{'a':#,'b':[#,#],'c':[]},'list':[#,{'x':#}],'a':#} ",
        "{'b':#,'a':#,'o':{'b':[],'c':#,'d':{}}}",
        "{'a':#,'b':#,'a':#}",
        "{}",
    ]
    .map(|shape| shape.replace('\'', "\""));
    let values = proptest::collection::vec(value, 6);
    let damage = proptest::option::weighted(0.1, (any::<u16>(), "[\\[\\]{}:,\" 0a\\\\]?"));
    (proptest::sample::select(shapes.to_vec()), values, damage).prop_map(
        |(mut line, values, damage)| {
            for value in values {
                line = line.replacen('#', &value, 1);
            }
            if let Some((at, with)) = damage {
                let at = line.floor_char_boundary(at as usize % line.len());
                let end = at + line[at..].chars().next().map_or(0, char::len_utf8);
                line.replace_range(at..end, &with);
            }
            line
        },
    )
}

proptest! {
    #[test]
    fn a_line_is_read_alike_alone_and_among_others_like_it(
        lines in proptest::collection::vec(alike(), 1..60), wanted: u16, eol: bool,
    ) {
        let head = "{\"a\":\"w\",\"b\":\"w\",\"a long name of a key\":\"w\",\"o\":{\"a\":\"w\",\
                    \"b\":[1,2],\"c\":\"w\"},\"list\":[\"w\"],\"late\":1}\n";
        let mut schema = texts(head.repeat(2).as_bytes());
        for (i, column) in schema.columns.iter_mut().enumerate() {
            column.wanted = wanted >> i & 1 == 1;
        }
        let text = lines.join("\n") + if eol { "\n" } else { "" };
        let part = whole(&schema, text.as_bytes());
        // Each of them is a shard, which knows of no other.
        let (table, count, troubles) = in_shards(&schema, text.as_bytes(), 1);
        prop_assert_eq!(&part.table, &table);
        prop_assert_eq!(part.lines, count);
        let sum = |of: &[plumbline::read::Trouble], lost| -> u64 {
            of.iter().filter(|t| t.row_lost == lost).map(|t| t.count).sum()
        };
        for lost in [false, true] {
            prop_assert_eq!(sum(&part.troubles, lost), sum(&troubles, lost));
        }
        for told in &part.troubles {
            let known = troubles.iter().any(|t| t.reason == told.reason);
            prop_assert!(known || told.reason.starts_with("more "), "{}", told.reason);
        }
    }
}

#[test]
fn kinds_and_order_of_appearance() {
    let bytes = br#"{"id": "r1", "at": "2025-01-01T00:00:00Z", "in": {"x": 1.5, "y": null}, "list": ["1", {"a": "]"}]}

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
    assert_eq!(
        category(&cells[4]),
        [Some("[…]".into()), Some("[]".into()), None]
    );
    assert_eq!(category(&cells[5]), [None, Some("true".into()), None]);
    assert_eq!(numbers(&cells[6]), [None, None, Some(7.0)]);
    let told = part.troubles.iter().map(|t| (t.column.as_deref(), t.line));
    assert_eq!(told.collect::<Vec<_>>(), [(Some("id"), 3)]);
}

#[test]
fn unwanted_keys_and_presence() {
    let bytes = br#"{"a":1,"prompt":["1",2],"b":{"c":"x","d":"y"}}
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
fn json_that_is_no_table_is_told_so() {
    for (text, found, line) in [
        (
            "{\n  \"a\": 1,\n  \"b\": {\"c\": []}\n}",
            "over several lines",
            Some(1),
        ),
        ("[1, 2]", "array of plain values", Some(1)),
        ("[]", "array of plain values", Some(1)),
        ("[{}]", "holds no row", Some(1)),
        ("[{\"a\": tru}]", "a value was expected", Some(1)),
    ] {
        let error = sniff("f.json", text.as_bytes(), text.len() as u64).unwrap_err();
        assert!(error.found.contains(found), "{error}");
        assert_eq!(
            (error.file.as_str(), error.line),
            ("f.json", line),
            "{text}"
        );
    }
    let long = format!("{{\"a\":\"{}", "x".repeat(1 << 20));
    let error = sniff("f", &long.as_bytes()[..1 << 20], 1 << 22).unwrap_err();
    assert!(error.found.contains("megabyte"), "{error}");
}

/// An array of items between two texts, read in shards of a size, one after the other.
fn in_order(bytes: &[u8], size: u64) -> (plumbline::table::Table, u64, Vec<(u64, u64, String)>) {
    let found = sniffed(bytes);
    assert_eq!(found.cut, Cut::InOrder);
    in_order_as(&found.schema, bytes, size)
}

fn in_order_as(
    schema: &plumbline::read::Schema,
    bytes: &[u8],
    size: u64,
) -> (plumbline::table::Table, u64, Vec<(u64, u64, String)>) {
    let mut shards = plumbline::engine::Shards::with_size(0, bytes.len() as u64, size, true);
    let mut table = plumbline::table::Table::default();
    let (mut lines, mut told) = (0, Vec::new());
    while let Some(shard) = shards.take() {
        let mut ahead = 3;
        let part = loop {
            let to = (shard.end + ahead).min(bytes.len() as u64);
            let seen = &bytes[shard.start as usize..to as usize];
            let eof = to == bytes.len() as u64;
            match read_shard(
                schema,
                seen,
                shard.start,
                shard.start,
                shard.end,
                shard.aligned,
                eof,
            ) {
                Ok(ShardRead::Part(part)) => break part,
                Ok(ShardRead::More) => assert!(!eof),
                other => panic!("{other:?}"),
            }
            ahead *= 2;
        };
        let found = plumbline::engine::info(&part);
        for t in &part.troubles {
            told.push((lines + t.line, t.count, t.reason.clone()));
        }
        lines += part.lines;
        table.append(part.table);
        shards.done(shard.index, found);
    }
    assert!(shards.complete());
    (table, lines, told)
}

fn texts(bytes: &[u8]) -> plumbline::read::Schema {
    let mut schema = sniffed(bytes).schema;
    for column in &mut schema.columns {
        (column.kind, column.time) = (Kind::Category, None);
    }
    schema
}

proptest! {
    #[test]
    fn an_array_gives_the_rows_that_lines_give(
        objects in proptest::collection::vec(object(), 2..30), size in 1u64..300,
        pretty: bool, inside: bool,
    ) {
        let lines: String = objects.iter().map(|o| format!("{o}\n")).collect();
        let array = Value::from(objects);
        let array = if inside { json!({"info": {"a": [1, 2]}, "rows": array, "total": 3}) } else { array };
        let text = if pretty {
            serde_json::to_string_pretty(&array).unwrap()
        } else {
            array.to_string()
        };
        let (Ok(_), Ok(found)) = (
            sniff("f", lines.as_bytes(), lines.len() as u64),
            sniff("f", text.as_bytes(), text.len() as u64),
        ) else {
            return Ok(());
        };
        prop_assert_eq!(found.schema.format, Format::JsonArray);
        let of_lines = whole(&texts(lines.as_bytes()), lines.as_bytes());
        let schema = texts(text.as_bytes());
        let (table, _, troubles) = in_order_as(&schema, text.as_bytes(), size);
        prop_assert_eq!(table, of_lines.table);
        prop_assert_eq!(troubles, vec![]);
    }

    #[test]
    fn a_damaged_array_is_read_alike_in_any_shards(
        objects in proptest::collection::vec(object(), 2..20), size in 1u64..200,
        hits in proptest::collection::vec((any::<u16>(), "[\\[\\]{}:,\" 0a]?"), 1..4), pretty: bool, cut: bool,
    ) {
        let mut items = vec![json!({"a": "x"}), json!({"a": "y"})];
        items.extend(objects);
        let head = "[{\"a\":\"x\"},{\"a\":\"y\"},";
        let array = Value::from(items);
        let mut text = if pretty { serde_json::to_string_pretty(&array).unwrap() } else { array.to_string() };
        for (at, with) in hits {
            let mut at = at as usize % text.len();
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
            text.replace_range(at..end, &with);
        }
        if cut {
            text.truncate(text.floor_char_boundary(text.len() * 2 / 3));
        }
        let schema = texts(head.as_bytes());
        let all = in_order_as(&schema, text.as_bytes(), text.len() as u64);
        let in_parts = in_order_as(&schema, text.as_bytes(), size);
        prop_assert_eq!(&in_parts.0, &all.0);
        let sum = |told: &[(u64, u64, String)]| told.iter().map(|t| t.1).sum::<u64>();
        prop_assert_eq!(sum(&in_parts.2), sum(&all.2), "{} {:?} {:?}", text, in_parts.2, all.2);
        if cut && !text.ends_with(']') {
            prop_assert!(sum(&all.2) > 0, "{}", text);
        }
    }
}

#[test]
fn a_bad_item_costs_only_itself() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    for (bad, why) in [
        ("{\"a\":1", "a key in quotes was expected"),
        ("{\"a\" 1}", "a colon was expected"),
        ("{a:1}", "a key in quotes was expected"),
        ("{\"a\":}", "a value was expected"),
        ("{\"a\":[{\"x\":01},{\"x\":2}]}", "a value was expected"),
        ("{\"a\":\"x}", "a comma or a closing brace was expected"),
        ("{\"a\":\"\\x\"}", "an escape that JSON does not have"),
        ("17", "an object was expected"),
        ("null", "an object was expected"),
        ("\"],[\"", "an object was expected"),
        ("", "an object was expected"),
        (deep.as_str(), "more than 64 objects within each other"),
    ] {
        let good = "{\"a\":1}";
        let text = format!("[{good},\n{bad},\n{good},\n {good}]\n");
        let (table, lines, told) = in_order(text.as_bytes(), 7);
        assert_eq!(table.rows, 3, "{bad}");
        assert_eq!(told.len(), 1, "{bad}: {told:?}");
        assert_eq!((told[0].0, told[0].1), (1, 1), "{bad}");
        assert!(told[0].2.contains(why), "{}", told[0].2);
        assert_eq!(lines, 3);
    }
}

#[test]
fn many_bad_items_take_no_longer_than_many_good_ones() {
    // Quadratic work would not end.
    let text = format!("[{{\"a\":1}}{}]", ",1".repeat(4 << 20));
    let (table, _, told) = in_order(text.as_bytes(), 9 << 20);
    assert_eq!((table.rows, told[0].1), (1, 4 << 20));
}

#[test]
fn a_document_that_ends_early_gives_its_whole_items() {
    let text = "[\n{\"a\":\"one\"},\n{\"a\":\"two\"},\n{\"a\":\"three\"}\n]";
    for end in 14..text.len() {
        let cut = &text[..end];
        let whole_items = cut.matches('}').count();
        for size in [3, 1_000] {
            let (table, _, told) = in_order(cut.as_bytes(), size);
            assert_eq!(table.rows, whole_items, "{cut}");
            assert_eq!(told.len(), 1, "{cut}: {told:?}");
            assert!(told[0].2.contains("ends before its array"), "{told:?}");
        }
    }
    assert_eq!(in_order(text.as_bytes(), 5).2, []);
    // Within an object, its end may be missing too.
    let inside = b"{\"n\": 2, \"data\": [{\"a\": 1}, {\"a\": 2}";
    assert_eq!(in_order(inside, 9).0.rows, 2);
    assert_eq!(in_order(inside, 9).2.len(), 1);
}

#[test]
fn arrays_of_arrays_and_arrays_of_numbers() {
    let text = b"[[\"a\", 1, true], [\"b\", null, false]]";
    let found = sniffed(text);
    assert_eq!(found.description, "JSON array, UTF-8");
    let (table, ..) = in_order(text, 4);
    assert_eq!(table.names, ["0", "1", "2"]);
    assert_eq!(numbers(&table.columns[1]), [Some(1.0), None]);
    let text = "{\"id\":\"a\",\"probs\":[0.25,0.75],\"in\":{\"v\":[1,[2]]},\"w\":WIDE}\n"
        .replace("WIDE", &json!(vec![1; 101]).to_string());
    let part = read(text.repeat(3).as_bytes());
    assert_eq!(part.table.names, ["id", "probs.0", "probs.1", "in.v", "w"]);
    assert_eq!(numbers(&part.table.columns[2]), [Some(0.75); 3]);
}

#[test]
fn a_key_that_comes_twice_is_told_once_a_file_and_the_last_value_counts() {
    let lines: Vec<String> = (0..300)
        .map(|i| match i {
            7 | 200 => format!(r#"{{"a":1,"b":"x","a":{i}}}"#),
            50 => r#"{"o":{"c":1,"c":2,"c":3},"a":50}"#.to_owned(),
            // Another object's, an empty one, and what is written with an escape.
            _ => format!(r#"{{"a":{i},"b":"","o":{{"a":1,"c":null}}}}"#),
        })
        .collect();
    let escaped = r#"{"b":"first","\u0062":"","a":300,"d":[{"a":1},{"a":2}]}"#;
    let lines = format!("{}\n{escaped}\n", lines.join("\n"));
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    for text in [lines.as_bytes(), array.as_bytes()] {
        let part = read(text);
        assert_eq!(part.table.rows, 301);
        let of = |name: &str| {
            let at = part.table.names.iter().position(|n| n == name);
            numbers(&part.table.columns[at.unwrap()])
        };
        let rows: Vec<_> = (0..=300).map(|i| Some(f64::from(i))).collect();
        assert_eq!(of("a"), rows);
        assert_eq!(of("o.c")[50], Some(3.0));
        let told: Vec<_> = part
            .troubles
            .iter()
            .map(|t| (t.column.as_deref().unwrap(), t.line, t.count, t.row_lost))
            .collect();
        let expected = [
            ("a", 7, 2, false),
            ("o.c", 50, 1, false),
            ("b", 300, 1, false),
        ];
        assert_eq!(told, expected);
        assert!(part.troubles[0].reason.contains("the last value counts"));
    }
}

#[test]
fn arrays_of_labels_are_one_cell() {
    let bytes = br#"{"labels":["news","a \"b\""],"ids":[0,2],"p":[0.25,0.75]}
{"labels":[],"ids":[1],"p":[]}
{"labels":null,"p":[0.5,0.5]}
{"labels":["sp\u006frt"],"ids":[]}
"#;
    let found = sniffed(bytes);
    let names: Vec<&str> = found.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["labels", "ids", "p.0", "p.1"]);
    let part = whole(&found.schema, bytes);
    assert_eq!(part.troubles, []);
    let cell = |text: &str| Some(text.to_owned());
    assert_eq!(
        category(&part.table.columns[0]),
        [
            cell(r#"["news","a \"b\""]"#),
            cell("[]"),
            None,
            cell(r#"["sport"]"#)
        ]
    );
    assert_eq!(
        category(&part.table.columns[1]),
        [cell("[0,2]"), cell("[1]"), None, cell("[]")]
    );
    assert_eq!(
        numbers(&part.table.columns[2]),
        [Some(0.25), None, Some(0.5), None]
    );
}
