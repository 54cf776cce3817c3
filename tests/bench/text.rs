//! Text to columns: CSV and JSON lines.

use crate::Random;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use plumbline::read::{Schema, ShardRead, inspect, read_shard};
use plumbline::table::Kind;
use serde::Deserialize;
use std::collections::HashMap;

const ROWS: usize = 50_000;

struct Row {
    id: String,
    time: String,
    score: f64,
    label: u64,
    area: String,
    amount: f64,
}

fn rows() -> impl Iterator<Item = Row> {
    let mut random = Random::new(3);
    (0..ROWS).map(move |i| Row {
        id: format!("r{i:07}"),
        time: format!("2026-01-{:02}T{:02}:{:02}:07Z", 1 + i % 28, i % 24, i % 60),
        score: random.below(10_000) as f64 / 10_000.0,
        label: random.below(2),
        area: format!("area {}", random.below(40)),
        amount: random.below(1_000_000) as f64 / 100.0,
    })
}

fn csv() -> Vec<u8> {
    let mut text = String::from("id,time,score,label,area,amount\n");
    for r in rows() {
        text += &format!(
            "{},{},{},{},{},{}\n",
            r.id, r.time, r.score, r.label, r.area, r.amount
        );
    }
    text.into_bytes()
}

fn json() -> Vec<u8> {
    let line = |r: Row| {
        format!(
            "{{\"id\":\"{}\",\"time\":\"{}\",\"score\":{},\"label\":{},\"area\":\"{}\",\"amount\":{}}}\n",
            r.id, r.time, r.score, r.label, r.area, r.amount
        )
    };
    rows().map(line).collect::<String>().into_bytes()
}

fn read(bencher: Bencher, bytes: &[u8], wanted: &[&str]) {
    let mut schema: Schema = inspect("log", &bytes).unwrap().schema;
    for column in &mut schema.columns {
        column.wanted = wanted.contains(&column.name.as_str());
        // As its role asks for it.
        if column.name == "id" {
            column.kind = Kind::Key;
        }
    }
    let end = bytes.len() as u64;
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(
            || match read_shard(&schema, black_box(bytes), 0, 0, end, true, true) {
                Ok(ShardRead::Part(part)) => assert_eq!(part.table.rows, ROWS),
                other => panic!("{other:?}"),
            },
        );
}

const ALL: [&str; 6] = ["id", "time", "score", "label", "area", "amount"];

/// What CSV costs before a cell is looked at.
#[divan::bench]
fn csv_scan(bencher: Bencher) {
    read(bencher, &csv(), &[]);
}

#[divan::bench]
fn csv_scan_of_the_csv_crate(bencher: Bencher) {
    let bytes = csv();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| {
            let mut reader = csv::Reader::from_reader(black_box(bytes.as_slice()));
            let mut record = csv::ByteRecord::new();
            let mut rows = 0;
            while reader.read_byte_record(&mut record).unwrap() {
                rows += 1;
            }
            assert_eq!(rows, ROWS);
        });
}

#[divan::bench]
fn csv_numbers(bencher: Bencher) {
    read(bencher, &csv(), &["score", "amount"]);
}

#[divan::bench]
fn csv_times(bencher: Bencher) {
    read(bencher, &csv(), &["time"]);
}

/// Few words, often.
#[divan::bench]
fn csv_dictionary(bencher: Bencher) {
    read(bencher, &csv(), &["area"]);
}

/// As `csv_dictionary`, without the scan.
#[divan::bench]
fn dictionary_of_std(bencher: Bencher) {
    let words: Vec<String> = rows().map(|r| r.area).collect();
    bencher.bench_local(|| {
        let mut codes: HashMap<&str, u32> = HashMap::new();
        let mut code = |word| {
            let next = codes.len() as u32;
            *codes.entry(word).or_insert(next)
        };
        black_box(&words)
            .iter()
            .map(|w| code(w))
            .collect::<Vec<u32>>()
    });
}

#[divan::bench]
fn csv_all_columns(bencher: Bencher) {
    read(bencher, &csv(), &ALL);
}

#[divan::bench]
fn json_lines_all_columns(bencher: Bencher) {
    read(bencher, &json(), &ALL);
}

#[divan::bench]
fn json_lines_of_serde_json(bencher: Bencher) {
    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Line<'a> {
        id: &'a str,
        time: &'a str,
        score: f64,
        label: u64,
        area: &'a str,
        amount: f64,
    }
    let bytes = json();
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| {
            let text = black_box(bytes.as_slice());
            let lines = serde_json::Deserializer::from_slice(text).into_iter::<Line>();
            let lines: Vec<Line> = lines.map(Result::unwrap).collect();
            assert_eq!(lines.len(), ROWS);
            lines
        });
}
