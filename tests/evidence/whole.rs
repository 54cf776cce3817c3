//! False alarms of whole reports: rows of a model that does not change, read, counted and judged as in any report.
//!
//! A log has forty windows, or eight weeks of days. The first quarter of those that have outcomes is the baseline; a budget of one false
//! alarm in 30 windows allows so many of the others: of metrics, columns, slices and estimates together. On the same rows stand what
//! Evidently and NannyML say by their defaults ([`super::defaults`]).

use crate::Asked;
use crate::alarms::run;
use crate::defaults::{self, Rows};
use crate::random::Random;
use crate::table::Claim;
use plumbline::log::{Category, Counts, Log, LogColumn, Role, Task, Truth};
use plumbline::report::Report;
use plumbline::report::view::{View, WindowSize};
use plumbline::stats::sequential::WINDOWS_TO_AN_ALARM;
use plumbline::summary::Summary;
use plumbline::summary::build::Builder;
use plumbline::table::Column;
use plumbline::table::time::{DAY, Time};

/// Windows of the baseline, and of a log.
pub const BASELINE: usize = 10;
const WINDOWS: usize = 40;
/// Days of a log in which weekends are different: the baseline holds each weekday twice.
const DAYS: usize = 56;

/// The window from which on a column has little in common with others, and the shares of what it varies by that it has.
const CHANGED: usize = 25;
const TOGETHER: f64 = 0.5;
const APART: f64 = 0.1;
/// Logs in which that is looked for.
const PLANTED: usize = 200;

/// What a model does, and how its outcomes are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Model {
    /// Two classes, of which one has so many of a thousand rows.
    Binary(u32),
    /// Four classes.
    Classes,
    /// Numbers with errors of heavy tails.
    Numbers,
}

/// What is beside sampling.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Life {
    /// Nothing.
    Plain,
    /// Windows vary: variances are so many times as large.
    Varied(f64),
    /// The last ten windows have no outcomes yet.
    Pending,
    /// Windows are days, and weekends are different: inputs and scores lie higher by a third of a deviation.
    Weekly,
    /// Numbers among the inputs hang together by what they have in common, which is half of what each varies by.
    Together,
    /// The same until the middle of what is judged; from there on one of them has hardly anything in common with the
    /// others. What each holds is as before.
    Apart,
}

/// A cell of the table.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    model: Model,
    columns: usize,
    rows: usize,
    life: Life,
    /// Logs that are drawn at most.
    most: usize,
}

impl Cell {
    fn windows(&self) -> usize {
        match self.life {
            Life::Weekly => DAYS,
            _ => WINDOWS,
        }
    }
}

/// The cells.
pub fn cells() -> Vec<Cell> {
    let cell = |model, columns, rows, life, most| Cell {
        model,
        columns,
        rows,
        life,
        most,
    };
    let mut out = Vec::new();
    for (rows, most) in [(50, 1_000), (1_000, 1_000)] {
        out.push(cell(Model::Binary(400), 5, rows, Life::Plain, most));
        out.push(cell(Model::Binary(50), 5, rows, Life::Plain, most));
        out.push(cell(Model::Classes, 5, rows, Life::Plain, most));
        out.push(cell(Model::Numbers, 5, rows, Life::Plain, most));
        out.push(cell(Model::Binary(400), 5, rows, Life::Varied(2.0), most));
        out.push(cell(Model::Binary(400), 5, rows, Life::Pending, most));
    }
    out.push(cell(Model::Binary(400), 50, 50, Life::Plain, 1_000));
    out.push(cell(Model::Binary(400), 50, 1_000, Life::Plain, 400));
    out.push(cell(Model::Binary(400), 100, 200, Life::Plain, 400));
    out.push(cell(Model::Binary(400), 10, 500, Life::Weekly, 1_000));
    out.push(cell(Model::Binary(400), 20, 50, Life::Together, 1_000));
    out.push(cell(Model::Binary(400), 20, 1_000, Life::Together, 400));
    out.push(cell(Model::Binary(400), 5, 10_000, Life::Plain, 400));
    out.push(cell(Model::Binary(400), 5, 100_000, Life::Plain, 60));
    out
}

/// Columns that no model of a cell depends on.
fn inputs(random: &mut Random, cell: &Cell, shift: &[f64]) -> Vec<LogColumn> {
    let rows = cell.rows * cell.windows();
    let number = |name: String, values: Vec<f64>| {
        LogColumn::new(name, Role::Feature, Column::Number(values), None)
    };
    let word = |name: String, codes: Vec<u32>, levels: usize| {
        let levels = (0..levels).map(|i| format!("w{i:02}")).collect();
        LogColumn::new(
            name,
            Role::Feature,
            Column::Category { codes, levels },
            None,
        )
    };
    // Words of which most are rare.
    let rare: Vec<f64> = (1..=40).map(|i| libm::pow(f64::from(i), -1.6)).collect();
    let sum: f64 = rare.iter().sum();
    let mut made = Vec::new();
    let together = matches!(cell.life, Life::Together | Life::Apart);
    let common: Vec<f64> = match together {
        true => (0..rows).map(|_| random.normal()).collect(),
        false => Vec::new(),
    };
    for at in 0..cell.columns {
        let name = format!("x{at:02}");
        let by = |row: usize| shift[row / cell.rows];
        if together && at % 5 < 3 {
            let mut value = |row: usize| {
                let apart = cell.life == Life::Apart && at == 0 && row / cell.rows >= CHANGED;
                let share = if apart { APART } else { TOGETHER };
                let x = share.sqrt() * common[row] + (1.0 - share).sqrt() * random.normal();
                match at % 5 {
                    0 => x,
                    1 => libm::exp(x),
                    _ => [0.52, 1.28, 1.88].iter().filter(|edge| x > **edge).count() as f64,
                }
            };
            made.push(number(name, (0..rows).map(&mut value).collect()));
            continue;
        }
        made.push(match at % 5 {
            0 => number(name, (0..rows).map(|r| random.normal() + by(r)).collect()),
            1 => number(
                name,
                (0..rows)
                    .map(|r| random.exponential() * libm::exp(by(r)))
                    .collect(),
            ),
            2 => number(
                name,
                (0..rows)
                    .map(|_| match random.uniform() {
                        u if u < 0.7 => 0.5,
                        u if u < 0.9 => 1.5,
                        u if u < 0.97 => 2.5,
                        _ => 3.5,
                    })
                    .collect(),
            ),
            3 => {
                let mut draw = || {
                    let mut left = random.uniform() * sum;
                    let found = rare.iter().position(|share| {
                        left -= share;
                        left <= 0.0
                    });
                    found.unwrap_or(0) as u32
                };
                word(name, (0..rows).map(|_| draw()).collect(), 40)
            }
            _ => word(
                name,
                (0..rows).map(|_| (random.uniform() * 4.0) as u32).collect(),
                4,
            ),
        });
    }
    made
}

/// A log in which nothing changes.
fn log(cell: &Cell, seed: u64) -> Log {
    let mut random = Random::new(seed);
    let rows = cell.rows * cell.windows();
    // What moves all rows of a window, in deviations.
    let shift: Vec<f64> = (0..cell.windows())
        .map(|at| match cell.life {
            Life::Varied(times) => random.normal() * ((times - 1.0) / cell.rows as f64).sqrt(),
            Life::Weekly if at % 7 >= 5 => 0.33,
            _ => 0.0,
        })
        .collect();
    let mut log = Log {
        rows,
        live: rows,
        counts: Counts {
            predictions: rows as u64,
            outcomes: rows as u64,
            joined: rows as u64,
            ..Counts::default()
        },
        columns: inputs(&mut random, cell, &shift),
        ..Log::default()
    };
    if cell.life == Life::Weekly {
        let start = Time::parse("2026-01-05T00:00:00Z").unwrap().0;
        let step = DAY / cell.rows as i64;
        let time = |row: usize| (row / cell.rows) as i64 * DAY + (row % cell.rows) as i64 * step;
        log.time = (0..rows).map(|row| start + time(row)).collect();
    }
    let region: Vec<u32> = (0..rows).map(|_| (random.uniform() * 4.0) as u32).collect();
    let levels: Vec<String> = ["east", "north", "south", "west"].map(Into::into).into();
    log.columns.push(LogColumn::new(
        "region".into(),
        Role::Segment,
        Column::Category {
            codes: region.clone(),
            levels: levels.clone(),
        },
        None,
    ));
    log.segments.push(Category {
        name: "region".into(),
        codes: region,
        levels,
    });
    let pending = |row: usize| cell.life == Life::Pending && row / cell.rows >= WINDOWS - 10;
    match cell.model {
        Model::Binary(share) => {
            // Odds of a normal variable, so that scores are true.
            let middle = libm::log(f64::from(share) / f64::from(1_000 - share));
            let logit = |x: f64| 1.0 / (1.0 + libm::exp(-x));
            let scores: Vec<f64> = (0..rows)
                .map(|r| logit(middle + 1.5 * (random.normal() + shift[r / cell.rows])))
                .collect();
            let truth = scores.iter().enumerate().map(|(row, p)| {
                let hit = random.uniform() < *p;
                if pending(row) {
                    u32::MAX
                } else {
                    u32::from(hit)
                }
            });
            let truth: Vec<u32> = truth.collect();
            log.task = Some(Task::Binary);
            log.labels = vec!["0".into(), "1".into()];
            log.predicted = Truth::Labels(scores.iter().map(|s| u32::from(*s >= 0.5)).collect());
            log.truth = Truth::Labels(truth);
            log.columns.push(LogColumn::new(
                "score".into(),
                Role::Score,
                Column::Number(scores.clone()),
                None,
            ));
            log.score = scores;
            log.probabilistic = true;
        }
        Model::Classes => {
            let mut truth = Vec::with_capacity(rows);
            let mut predicted = Vec::with_capacity(rows);
            for _ in 0..rows {
                let class = (4.0 * random.uniform() * random.uniform()) as u32;
                let right = random.uniform() < 0.8;
                let other = (random.uniform() * 4.0) as u32;
                truth.push(class);
                predicted.push(if right { class } else { other });
            }
            log.task = Some(Task::Multiclass);
            log.labels = ["a", "b", "c", "d"].map(Into::into).into();
            log.truth = Truth::Labels(truth);
            log.predicted = Truth::Labels(predicted);
        }
        Model::Numbers => {
            let mut truth = Vec::with_capacity(rows);
            let mut predicted = Vec::with_capacity(rows);
            for _ in 0..rows {
                let guess = 10.0 * random.normal();
                predicted.push(guess);
                truth.push(guess + random.student(5.0));
            }
            log.task = Some(Task::Regression);
            log.truth = Truth::Numbers(truth);
            log.columns.push(LogColumn::new(
                "prediction".into(),
                Role::Prediction,
                Column::Number(predicted.clone()),
                None,
            ));
            log.predicted = Truth::Numbers(predicted);
        }
    }
    log
}

/// The report on a log, as rows answer it.
fn report(log: Log, cell: &Cell) -> Report {
    let view = View {
        window: Some(match cell.life {
            Life::Weekly => WindowSize::Day,
            _ => WindowSize::Rows(cell.rows as u32),
        }),
        ..View::default()
    };
    let builder = Builder::new(log, None);
    let mut summary: Summary = builder.summary(view.window);
    loop {
        let (report, missing) = Report::with_missing(&summary, &view);
        let before = summary.clone();
        for (slice, size) in missing.series.iter().chain(&missing.details) {
            builder.add_series(&mut summary, slice, *size);
        }
        if let Some((at, spans)) = missing.profile {
            builder.add_profile(&mut summary, at, &spans);
        }
        if let Some((at, asked)) = missing.estimates.filter(|_| cell.life == Life::Pending) {
            builder.add_estimates(&mut summary, at, &asked);
        }
        if let Some((at, lag)) = missing.naive {
            builder.add_naive(&mut summary, at, lag);
        }
        for (at, range) in missing.exact {
            builder.add_exact(&mut summary, at, &[range]);
        }
        if summary == before {
            return report;
        }
    }
}

/// What a log came to.
struct Found {
    /// False alarms that the budget allows.
    allowed: f64,
    /// Incidents, and departures that are expected.
    ours: usize,
    /// Alarms of the other tools by default, where these were asked.
    theirs: Option<defaults::Says>,
}

fn found(cell: &Cell, seed: u64, beside: bool) -> Found {
    let log = log(cell, seed);
    let kept = beside.then(|| Rows::of(&log, cell.rows));
    let report = report(log, cell);
    assert_eq!(report.windows.len(), cell.windows());
    let judged = report.windows.iter().filter(|w| !w.in_baseline).count();
    assert_eq!(
        report.windows.iter().filter(|w| !w.mature).count(),
        if cell.life == Life::Pending { 10 } else { 0 }
    );
    let expected = report
        .estimated
        .iter()
        .map(|e| e.alerts.len())
        .sum::<usize>();
    Found {
        allowed: judged as f64 / WINDOWS_TO_AN_ALARM,
        ours: report.alerts.len() + expected,
        theirs: kept.map(|rows| rows.says(&report)),
    }
}

/// Whether the change of a log is found within three windows, as one of correlation and of nothing else that goes on.
fn planted(cell: &Cell, seed: u64) -> bool {
    let report = report(log(cell, seed), cell);
    let within = report.windows.get(CHANGED..CHANGED + 3);
    let within: Vec<Time> = within.unwrap_or_default().iter().map(|w| w.start).collect();
    let mut ongoing = report.alerts.iter().filter(|a| a.goes_on());
    let found = ongoing.next().is_some_and(|a| {
        let of = a.value_of.as_ref().is_some_and(|of| of.0 == "x00");
        a.metric == "correlation" && of && a.raised.is_some_and(|at| within.contains(&at))
    });
    found && ongoing.next().is_none()
}

/// How often a change is found that leaves every column alone.
fn power(asked: &Asked) -> Claim {
    let cell = Cell {
        model: Model::Binary(400),
        columns: 20,
        rows: 1_000,
        life: Life::Apart,
        most: PLANTED,
    };
    let runs = cell.most.min(asked.runs);
    let seed = (asked.seed << 40) + (700 << 20);
    let found = run(runs, |i| planted(&cell, seed + i));
    let share = found.iter().filter(|f| **f).count() as f64 / runs as f64;
    Claim::new(
        format!(
            "one of 12 columns of numbers (of 20) stops moving with the others (correlation 0.5 to 0.22), each alone as before, 1 000 rows a window, {runs} logs"
        ),
        "found within 3 windows in at least 95 %, as one incident",
        format!("{:.1} %", 100.0 * share),
        share >= 0.95,
    )
}

/// Logs of which the other tools' verdicts are looked at.
const BESIDE: usize = 100;

/// The claims of this part.
pub fn claims(asked: &Asked) -> Vec<Claim> {
    let mut worst = (0.0, String::new());
    let mut others: Vec<String> = Vec::new();
    let (mut logs, mut held) = (0, true);
    let cells = cells();
    for (at, cell) in cells.iter().enumerate() {
        let seed = (asked.seed << 40) + ((500 + at as u64) << 20);
        let runs = cell.most.min(asked.runs);
        let beside = match cell.life {
            // Their defaults know no weekdays.
            Life::Weekly => 0,
            _ if cell.rows > 10_000 => 3,
            _ => BESIDE,
        };
        let done = run(runs, |i| found(cell, seed + i, (i as usize) < beside));
        logs += runs;
        let n = runs as f64;
        let ratio = |f: &Found| f.ours as f64 / f.allowed;
        let mean = done.iter().map(ratio).sum::<f64>() / n;
        let square = done.iter().map(|f| (ratio(f) - mean).powi(2)).sum::<f64>();
        let se = square.sqrt() / n;
        let theirs: Vec<&defaults::Says> = done.iter().filter_map(|f| f.theirs.as_ref()).collect();
        let of = |of: fn(&defaults::Says) -> usize| {
            theirs.iter().map(|s| of(s) as f64).sum::<f64>() / theirs.len().max(1) as f64
        };
        let (evidently, nannyml) = (of(|s| s.evidently), of(|s| s.nannyml + s.performance));
        if asked.detail {
            println!(
                "{:?}, {} columns, {} rows, {:?}: {mean:.3} ± {se:.3} × the budget ({runs} logs); Evidently {evidently:.1}, NannyML {nannyml:.1}",
                cell.model, cell.columns, cell.rows, cell.life
            );
        }
        held &= mean <= 1.2;
        let named = format!(
            "{:?}, {} columns of {} rows, {:?}",
            cell.model, cell.columns, cell.rows, cell.life
        );
        if mean > worst.0 {
            worst = (mean, named);
        }
        if cell.model == Model::Binary(400) && cell.life == Life::Plain && cell.columns == 5 {
            others.push(format!(
                "{} rows: {evidently:.1} and {nannyml:.1}",
                cell.rows
            ));
        }
    }
    let mut out = vec![
        Claim::new(
            format!(
                "false alarms of whole reports (metrics, columns, slices, estimates) on logs of a model that does not change, {} cells, {logs} logs",
                cells.len()
            ),
            "at most 1.2 × the budget in every cell",
            format!("at most {:.2} × ({})", worst.0, worst.1),
            held,
        ),
        Claim::limit(
            "alarms of Evidently's and NannyML's defaults on the same rows, of 5 inputs, window by window (Evidently's columns; NannyML's columns, accuracy and ROC AUC)",
            "none known",
            format!("a report: {}", others.join("; ")),
        ),
    ];
    out.push(power(asked));
    out.extend(defaults::claims());
    out
}

/// Cells of which the tools themselves were asked, by name.
pub fn checked() -> Vec<(String, Cell, u64)> {
    let mut out = Vec::new();
    for rows in [50, 200, 1_000] {
        for seed in 1..=2 {
            let cell = Cell {
                model: Model::Binary(400),
                columns: 5,
                rows,
                life: Life::Plain,
                most: 1,
            };
            out.push((format!("log-{rows}-{seed}"), cell, seed));
        }
    }
    out
}

/// The rows of one of these, and its report.
pub fn asked_of(cell: &Cell, seed: u64) -> (Rows, Report) {
    let log = log(cell, seed);
    let rows = Rows::of(&log, cell.rows);
    (rows, report(log, cell))
}
