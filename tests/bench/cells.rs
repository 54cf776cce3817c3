//! One cell after the other: numbers and times.

use crate::Random;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use plumbline::read::TimeFormat;
use plumbline::read::cell::{Number, number};
use plumbline::read::instant::Instants;

const CELLS: usize = 100_000;

/// Scores of four to seventeen digits, as models write them.
fn scores() -> Vec<String> {
    let mut random = Random::new(1);
    let score = |i: usize| {
        let x = random.below(1 << 31) as f64 / (1u64 << 31) as f64;
        if i.is_multiple_of(2) {
            format!("{x:.4}")
        } else {
            x.to_string()
        }
    };
    (0..CELLS).map(score).collect()
}

/// A log's times: each some seconds behind the one before.
fn times() -> Vec<String> {
    let mut random = Random::new(2);
    let mut second = 0;
    let time = |_| {
        second += random.below(3);
        let (day, rest) = (second / 86_400, second % 86_400);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        format!(
            "2026-01-{:02}T{hour:02}:{minute:02}:{second:02}Z",
            1 + day % 28
        )
    };
    (0..CELLS).map(time).collect()
}

fn over(bencher: Bencher, cells: &[String], mut one: impl FnMut(&str) -> f64) {
    let bencher = bencher.counter(ItemsCount::new(cells.len()));
    bencher.bench_local(|| black_box(cells).iter().map(|cell| one(cell)).sum::<f64>());
}

#[divan::bench]
fn number_cell(bencher: Bencher) {
    over(bencher, &scores(), |cell| {
        match number(cell.as_bytes(), b'.') {
            Number::Finite(x) => x,
            _ => 0.0,
        }
    });
}

#[divan::bench]
fn number_cell_of_std(bencher: Bencher) {
    over(bencher, &scores(), |cell| cell.parse().unwrap_or(0.0));
}

#[divan::bench]
fn time_cell(bencher: Bencher) {
    let mut instants = Instants::new(TimeFormat::Iso);
    over(bencher, &times(), |cell| {
        instants.read(cell.as_bytes()).unwrap_or(0) as f64
    });
}
