//! JSON documents through the whole pipeline.

#![allow(clippy::unwrap_used, clippy::panic)]

mod pipeline;

use pipeline::{report, value};
use plumbline::engine::{Shards, info, look, read_through};
use plumbline::log::{Role, RoleGuess};
use plumbline::read::{Bytes, ReadError};
use plumbline::report::view::View;
use plumbline::table::{Column, Table};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Ninety rows of three classes, sixty of them right.
fn rows(labels: [&str; 3]) -> Vec<Value> {
    let row = |i: usize| {
        let (class, said) = (i % 3, if i % 9 < 6 { i % 3 } else { (i + 1) % 3 });
        let probs: Vec<f64> = (0..3).map(|c| if c == said { 0.8 } else { 0.1 }).collect();
        json!({
            "id": format!("r{i}"),
            "at": format!("2026-01-{:02}T10:00:00Z", 1 + i / 9),
            "probs": probs,
            "label": labels[class],
        })
    };
    (0..90).map(row).collect()
}

#[test]
fn numbers_in_an_array_are_the_scores_of_the_classes() {
    let rows = rows(["0", "1", "2"]);
    let lines: String = rows.iter().map(|r| format!("{r}\n")).collect();
    let array = serde_json::to_string_pretty(&rows).unwrap();
    let wrapped = json!({"model": "m", "predictions": rows}).to_string();
    for text in [lines, array, wrapped] {
        let report = report(&[("log.json", text.as_bytes())], &View::default());
        assert_eq!(report.rows.joined, 90);
        assert_eq!(report.task, plumbline::log::Task::Multiclass);
        assert!((value(&report, "accuracy") - 2.0 / 3.0).abs() < 1e-12);
        // -(60 ln 0.8 + 30 ln 0.1) / 90
        let expected = -(2.0 * 0.8f64.ln() + 0.1f64.ln()) / 3.0;
        assert!((value(&report, "log_loss") - expected).abs() < 1e-12);
    }
}

#[test]
fn scores_in_an_array_go_with_the_labels_in_their_order() {
    let of = |labels| {
        let lines: String = rows(labels).iter().map(|r| format!("{r}\n")).collect();
        report(&[("log.json", lines.as_bytes())], &View::default())
    };
    let (named, numbered) = (of(["ant", "bee", "cat"]), of(["0", "1", "2"]));
    for metric in ["accuracy", "log_loss", "f1"] {
        let (a, b) = (value(&named, metric), value(&numbered, metric));
        assert!(a == b, "{metric}: {a} {b}");
    }
    let told = |report: &plumbline::report::Report| report.health.notes.join(" ");
    assert!(told(&named).contains("ant, bee, cat, in this order"));
    assert!(!told(&numbered).contains("in this order"));
}

/// A file of `tests/formats/json`.
fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/formats/json/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A column's name and cells, and the line and reason of a trouble.
type Cells = (String, Vec<Option<String>>);
type Told = (u64, String);

/// Names and cells of all columns as texts, in the order of the names; and what was wrong.
fn cells(bytes: &[u8]) -> (Vec<Cells>, Vec<Told>) {
    let mut input = look("file.json", &bytes).unwrap_or_else(|e| panic!("{e}"));
    input.roles = vec![RoleGuess::given(Role::Segment); input.roles.len()];
    let mut shards = Shards::new(0, &input);
    let (mut table, mut told) = (Table::default(), Vec::new());
    while let Some(shard) = shards.take() {
        let part = read_through(&input, shard, &bytes).unwrap();
        told.extend(part.troubles.iter().map(|t| (t.line, t.reason.clone())));
        shards.done(shard.index, info(&part));
        table.append(part.table);
    }
    assert!(shards.complete());
    let words = |column: &Column| match column {
        Column::Category { codes, levels } => codes
            .iter()
            .map(|&c| levels.get(c as usize).cloned())
            .collect(),
        other => panic!("not text: {other:?}"),
    };
    let columns = table.columns.iter().map(words);
    let mut all: Vec<_> = table.names.iter().cloned().zip(columns).collect();
    all.sort();
    (all, told)
}

#[test]
fn every_form_that_pandas_writes_holds_the_same_rows() {
    let (expected, told) = cells(&file("lines.jsonl"));
    assert_eq!(told, []);
    assert_eq!((expected.len(), expected[0].1.len()), (7, 60));
    for form in ["records", "split", "columns", "index", "table", "values"] {
        for style in ["", "-pretty"] {
            let (mut found, told) = cells(&file(&format!("{form}{style}.json")));
            assert_eq!(told, [], "{form}");
            if form == "values" {
                let names = ["id", "at", "score", "label", "new", "note", "amount"];
                for (column, name) in found.iter_mut().zip(names) {
                    column.0 = name.to_owned();
                }
                found.sort();
            }
            found.retain(|(name, _)| !(form == "table" && name == "index"));
            assert_eq!(found, expected, "{form}{style}");
        }
    }
    assert_eq!(cells(&file("lists.json")), (expected.clone(), vec![]));
    for form in ["split", "columns", "index"] {
        let (mut found, told) = cells(&file(&format!("named-{form}.json")));
        assert_eq!(told, [], "{form}");
        for column in found.iter_mut().filter(|c| c.0 == "index") {
            column.0 = "id".to_owned();
        }
        found.sort();
        assert_eq!(found, expected, "named-{form}");
    }
}

#[test]
fn every_form_makes_the_same_report() {
    let lines = file("lines.jsonl");
    let expected = report(&[("log", &lines)], &View::default());
    assert_eq!(expected.rows.joined, 60);
    for form in ["records", "split", "columns", "index", "table"] {
        let bytes = file(&format!("{form}.json"));
        let found = report(&[("log", &bytes)], &View::default());
        assert_eq!(found.overall, expected.overall, "{form}");
        assert_eq!(found.windows, expected.windows, "{form}");
    }
}

#[test]
fn a_document_that_ends_early_gives_what_stands_before() {
    for form in ["split", "columns", "index", "table", "records", "values"] {
        let bytes = file(&format!("{form}.json"));
        let all = cells(&bytes).0;
        let end = bytes.len() * 9 / 10;
        let (found, told) = cells(&bytes[..end]);
        assert_eq!(told.len(), 1, "{form}: {told:?}");
        assert!(told[0].1.contains("ends"), "{told:?}");
        assert!(found.iter().map(|c| c.1.len()).max() >= Some(40), "{form}");
        // What is there is as it was.
        for (name, column) in &found {
            let whole = all.iter().find(|c| c.0 == *name).unwrap();
            let same = column.iter().zip(&whole.1).take(40);
            let filled = same.clone().filter(|(a, _)| a.is_some()).count();
            let fine = same.filter(|(a, b)| a.is_none() || a == b).count();
            assert_eq!(fine, 40, "{form}: {name}");
            assert!(
                filled > 20 || name == "amount" && form == "columns",
                "{form}: {name}"
            );
        }
    }
}

#[test]
fn damage_is_told_and_never_ends_in_a_panic() {
    let deep = format!("{{\"a\":{{\"0\":1,\"1\":{}}}}}", "[".repeat(200_000));
    let (found, told) = cells(deep.as_bytes());
    assert_eq!(found, [("a".to_owned(), vec![Some("1".to_owned())])]);
    assert!(told[0].1.contains("more than 64 objects"), "{told:?}");
    // Keys that come twice: the last value counts, and it is told.
    let (found, told) = cells(b"{\"a\":[1,2],\"b\":[3,4],\"a\":[5,6]}");
    let text = |cells: [&str; 2]| cells.map(|c| Some(c.to_owned())).to_vec();
    let expected = [
        ("a".to_owned(), text(["5", "6"])),
        ("b".to_owned(), text(["3", "4"])),
    ];
    assert_eq!(found, expected);
    assert!(told[0].1.contains("the last value counts"), "{told:?}");
    // Columns that do not have all rows, or in another order.
    let (found, _) = cells(b"{\"a\":{\"x\":1,\"y\":2},\"b\":{\"y\":3,\"z\":4}}");
    let some = |cells: [&str; 3]| {
        cells
            .map(|c| (!c.is_empty()).then(|| c.to_owned()))
            .to_vec()
    };
    assert_eq!(
        found,
        [
            ("a".to_owned(), some(["1", "2", ""])),
            ("b".to_owned(), some(["", "3", "4"])),
            ("index".to_owned(), some(["x", "y", "z"])),
        ]
    );
}

/// A document that has a size, and nothing behind its head.
struct Huge(&'static [u8]);

impl Bytes for Huge {
    fn size(&self) -> u64 {
        (256 << 20) + 1
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        assert!(to <= 1 << 20, "it is refused before it is read");
        let mut head = self.0.to_vec();
        head.resize(to as usize, b' ');
        Ok(head.split_off(from as usize))
    }
}

#[test]
fn a_whole_document_has_a_bound() {
    let error = look("big.json", &Huge(b"{\"a\":{\"0\":1,\"1\":2")).unwrap_err();
    assert_eq!(error.file, "big.json");
    assert!(error.found.contains("up to 256 MB"), "{error}");
    assert!(error.mend.contains("lines=True"), "{error}");
}

fn cell() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-zé😀\"\\\\\n ,:{}\\[\\]]{1,8}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        proptest::collection::vec(0.0..1.0, 2).prop_map(Value::from),
        Just(json!({"x": 1, "y": {"z": "deep"}})),
    ]
}

proptest! {
    #[test]
    fn random_tables_come_back_from_every_form(
        rows in proptest::collection::vec(proptest::collection::vec(cell(), 3), 4..12), pretty: bool,
    ) {
        // A first column that tells the rows apart, so that each form is sure to be a table.
        let names = ["id", "b\"é", "c.d", "e"];
        let rows: Vec<Vec<Value>> = rows
            .into_iter()
            .enumerate()
            .map(|(i, row)| [json!(format!("r{i}"))].into_iter().chain(row).collect())
            .collect();
        let record = |row: &Vec<Value>| -> Value {
            names.iter().map(|n| n.to_string()).zip(row.clone()).collect::<Map<_, _>>().into()
        };
        let records: Vec<Value> = rows.iter().map(record).collect();
        let lines: String = records.iter().map(|r| format!("{r}\n")).collect();
        let expected = cells(lines.as_bytes());
        let column = |i: usize| rows.iter().map(move |row| row[i].clone());
        let keyed = |cells: &mut dyn Iterator<Item = Value>| -> Value {
            cells.enumerate().map(|(i, c)| (format!("{i:03}"), c)).collect::<Map<_, _>>().into()
        };
        let by_column = |list: bool| -> Value {
            let of = |i| if list { column(i).collect() } else { keyed(&mut column(i)) };
            names.iter().enumerate().map(|(i, n)| (n.to_string(), of(i))).collect::<Map<_, _>>().into()
        };
        let documents = [
            Value::from(records.clone()),
            json!({"data": records}),
            json!({"columns": names, "index": (0..rows.len()).collect::<Vec<_>>(), "data": rows}),
            keyed(&mut records.iter().cloned()),
            by_column(false),
            by_column(true),
        ];
        for document in documents {
            let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
            let (mut found, told) = cells(text.unwrap().as_bytes());
            found.retain(|c| c.0 != "index");
            prop_assert_eq!(&found, &expected.0, "{}", document);
            prop_assert_eq!(told, vec![]);
        }
    }

    #[test]
    fn any_damage_is_survived(
        form in 0usize..8, at in any::<proptest::sample::Index>(), with in proptest::collection::vec(any::<u8>(), 0..3), cut: bool,
    ) {
        let names = ["records", "split", "columns", "index", "table", "values", "named-index", "named-split"];
        let mut bytes = file(&format!("{}.json", names[form]));
        let at = at.index(bytes.len());
        bytes.splice(at..at + 1, with);
        if cut {
            bytes.truncate(at);
        }
        if let Ok(input) = look("f", &bytes.as_slice()) {
            for shard in std::iter::from_fn({ let mut s = Shards::new(0, &input); move || s.take() }) {
                let _ = read_through(&input, shard, &bytes.as_slice());
            }
        }
    }
}

#[test]
fn every_form_in_every_encoding() {
    for name in ["records.json", "split-pretty.json", "columns-pretty.json"] {
        let bytes = file(name);
        let expected = cells(&bytes);
        let text = String::from_utf8(bytes).unwrap();
        let utf16: Vec<u8> = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked = format!("\u{feff}{text}").into_bytes();
        let returns = text.replace('\n', "\r\n").into_bytes();
        for bytes in [utf16, marked, returns] {
            assert_eq!(cells(&bytes), expected, "{name}");
        }
    }
}

#[test]
fn documents_of_many_megabytes() {
    let pad = "p".repeat(150);
    let rows: Vec<Value> = rows(["0", "1", "2"])
        .into_iter()
        .cycle()
        .take(90_000)
        .map(|mut row| {
            row["pad"] = pad.as_str().into();
            row
        })
        .collect();
    let array = serde_json::to_string_pretty(&rows).unwrap();
    // What stands before the rows may be long too.
    let wrapped = json!({"about": {"text": "t".repeat(3 << 20)}, "rows": rows}).to_string();
    let names = ["id", "at", "probs", "label"];
    let column = |name: &str| rows.iter().map(|r| r[name].clone()).collect::<Value>();
    let lists: Value = names
        .iter()
        .map(|n| (n.to_string(), column(n)))
        .collect::<Map<_, _>>()
        .into();
    let cells: Vec<Vec<&Value>> = rows.iter().map(|r| names.map(|n| &r[n]).to_vec()).collect();
    let index: Vec<usize> = (0..rows.len()).collect();
    let split = json!({"columns": names, "index": index, "data": cells}).to_string();
    assert!(array.len() > 2 * (8 << 20) && split.len() > 4 << 20);
    for text in [array, wrapped, lists.to_string(), split] {
        let report = report(&[("log.json", text.as_bytes())], &View::default());
        assert_eq!(
            report.sources[0].rows, 90_000,
            "{}",
            report.sources[0].format
        );
        assert_eq!(report.rows.rejected, 0);
        assert!((value(&report, "accuracy") - 2.0 / 3.0).abs() < 1e-12);
    }
}
