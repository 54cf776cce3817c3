//! How long estimates take beyond reading: a million rows in sixty windows.

use crate::random::Random;
use crate::table::Claim;
use plumbline::log::{Log, LogColumn, Role, Task, Truth};
use plumbline::summary::build::Builder;
use plumbline::summary::{Asked, WindowSize};
use plumbline::table::Column;
use std::time::Instant;

const ROWS: usize = 1_000_000;
const WINDOWS: usize = 60;
const BASELINE: usize = 20;

/// The claims.
pub fn claims() -> Vec<Claim> {
    [("M-CBPE and CBPE", Task::Binary), ("DLE", Task::Regression)]
        .map(|(name, task)| {
            // The fastest of three: what else a machine does is not meant.
            let times = [(); 3].map(|()| time(task));
            let told = times[0].1;
            let seconds = times.iter().map(|t| t.0).fold(f64::INFINITY, f64::min);
            Claim::new(
                format!("{name} of 1 000 000 rows, 8 inputs, {told} windows"),
                "at most 1 s",
                format!("{seconds:.2} s (fastest of 3)"),
                seconds <= 1.0 && told == WINDOWS,
            )
        })
        .into()
}

/// Seconds, and windows that were told of.
fn time(task: Task) -> (f64, usize) {
    let builder = Builder::new(log(task), None);
    let size = (ROWS / (WINDOWS + BASELINE)) as u32;
    let mut summary = builder.summary(Some(WindowSize::Rows(size)));
    let asked = Asked {
        baseline: Some((0, BASELINE)),
        windows: (BASELINE..BASELINE + WINDOWS).map(|i| (i, i + 1)).collect(),
        thresholds: true,
    };
    let start = Instant::now();
    builder.add_estimates(&mut summary, 0, &asked);
    let seconds = start.elapsed().as_secs_f64();
    let told = summary.series[0]
        .estimates
        .first()
        .map_or(0, |e| match task {
            Task::Binary => e.shifted.len(),
            _ => e.windows.iter().filter(|w| w.losses.is_some()).count(),
        });
    (seconds, told)
}

fn log(task: Task) -> Log {
    let mut random = Random::new(7);
    let numbers: Vec<Vec<f64>> = (0..7)
        .map(|_| (0..ROWS).map(|_| random.uniform()).collect())
        .collect();
    let words: Vec<u32> = (0..ROWS).map(|_| (random.uniform() * 9.0) as u32).collect();
    let score: Vec<f64> = numbers[0]
        .iter()
        .zip(&numbers[1])
        .map(|(a, b)| (a + b) / 2.0)
        .collect();
    let drawn: Vec<f64> = (0..ROWS).map(|_| random.uniform()).collect();
    let mut log = Log {
        task: Some(task),
        rows: ROWS,
        live: ROWS,
        ..Log::default()
    };
    match task {
        Task::Binary => {
            let label = |hit: bool| u32::from(hit);
            log.labels = vec!["0".into(), "1".into()];
            log.truth = Truth::Labels(
                score
                    .iter()
                    .zip(&drawn)
                    .map(|(s, d)| label(d < s))
                    .collect(),
            );
            log.predicted = Truth::Labels(score.iter().map(|s| label(*s >= 0.5)).collect());
            log.score = score;
            log.probabilistic = true;
        }
        _ => {
            let y = score
                .iter()
                .zip(&drawn)
                .zip(&numbers[2])
                .map(|((s, d), x)| s + d * x);
            log.truth = Truth::Numbers(y.collect());
            log.predicted = Truth::Numbers(score);
        }
    }
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    for (name, values) in names.iter().zip(numbers) {
        let cells = Column::Number(values);
        log.columns
            .push(LogColumn::new((*name).into(), Role::Feature, cells, None));
    }
    let cells = Column::Category {
        codes: words,
        levels: (0..9).map(|i| format!("w{i}")).collect(),
    };
    log.columns
        .push(LogColumn::new("word".into(), Role::Feature, cells, None));
    log
}
