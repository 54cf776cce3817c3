//! Predictions joined with outcomes by id.

use crate::Random;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use plumbline::log::{FileKind, Role, Source, join};
use plumbline::read::key::key;
use plumbline::table::{Column, Table};
use std::collections::HashMap;

const SIZES: [u64; 2] = [100_000, 1_000_000];

/// Ids in order, and the same in any order.
fn ids(rows: u64) -> (Vec<u128>, Vec<u128>) {
    let ids: Vec<u128> = (0..rows).map(|i| key(format!("r{i}").as_bytes())).collect();
    let mut mixed = ids.clone();
    let mut random = Random::new(4);
    for i in (1..mixed.len()).rev() {
        mixed.swap(i, random.below(i as u64 + 1) as usize);
    }
    (ids, mixed)
}

fn source(kind: FileKind, columns: Vec<(Role, Column)>, rows: u64) -> Source {
    let (roles, columns): (Vec<Role>, Vec<Column>) = columns.into_iter().unzip();
    Source {
        name: kind_name(kind).into(),
        kind,
        meant: None,
        table: Table {
            names: roles.iter().map(ToString::to_string).collect(),
            columns,
            rows: rows as usize,
        },
        roles,
    }
}

fn kind_name(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Outcomes => "outcomes",
        _ => "predictions",
    }
}

fn labels(rows: u64) -> Column {
    Column::Category {
        codes: (0..rows).map(|i| u32::from(i % 3 == 0)).collect(),
        levels: vec!["0".into(), "1".into()],
    }
}

#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn log_join(bencher: Bencher, rows: u64) {
    let (ids, mixed) = ids(rows);
    let predictions = vec![
        (Role::Id, Column::Key(ids)),
        (
            Role::Time,
            Column::Time((0..rows as i64).map(|i| i * 1_000_000).collect()),
        ),
        (
            Role::Score,
            Column::Number((0..rows).map(|i| (i % 97) as f64 / 97.0).collect()),
        ),
    ];
    let outcomes = vec![
        (Role::Id, Column::Key(mixed)),
        (Role::Outcome, labels(rows)),
    ];
    let sources = vec![
        source(FileKind::Predictions, predictions, rows),
        source(FileKind::Outcomes, outcomes, rows),
    ];
    bencher
        .counter(ItemsCount::new(rows))
        .with_inputs(|| sources.clone())
        .bench_local_values(|sources| {
            let log = join(sources).unwrap();
            assert_eq!(log.counts.joined, rows);
            log
        });
}

/// The least that a join by hashing does: enter one side, look up the other.
#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn look_ups_of_std(bencher: Bencher, rows: u64) {
    let (ids, mixed) = ids(rows);
    bencher.counter(ItemsCount::new(rows)).bench_local(|| {
        let places = mixed.iter().zip(0..).collect::<HashMap<&u128, u32>>();
        black_box(&ids)
            .iter()
            .map(|id| places[id])
            .collect::<Vec<u32>>()
    });
}
