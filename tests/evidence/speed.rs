//! How fast counts become numbers: a million rows of 60 days and 20 segments, ten of each of two columns; and of
//! twenty columns beside them.

use crate::Asked;
use crate::pipeline;
use crate::random::Random;
use crate::table::Claim;
use plumbline::log::{Category, Log, LogColumn, Role, Task, Truth};
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::report::{Choices, Report};
use plumbline::summary::Spans;
use plumbline::summary::build::Builder;
use plumbline::table::Column;
use std::fmt::Write;
use std::time::Instant;

const ROWS: usize = 1_000_000;
const DAYS: usize = 60;
const COLUMNS: [&str; 2] = ["region", "channel"];
const VALUES: u32 = 10;

/// The claims of this part.
pub fn claims(_: &Asked) -> Vec<Claim> {
    let of_rows = || {
        let log = log();
        let start = Instant::now();
        let builder = Builder::new(log, Some(0.5));
        let summary = builder.summary(Some(WindowSize::Day));
        let report = Report::from(&summary, &view(0.5));
        (start.elapsed().as_secs_f64(), summary, report)
    };
    let (first, summary, report) = of_rows();
    let whole = (0..4).map(|_| of_rows().0).fold(first, f64::min);
    let slices = summary.series.len();
    assert_eq!(report.windows.len(), DAYS);
    assert_eq!(slices, 1 + COLUMNS.len() * VALUES as usize);
    // A slider: another threshold, all numbers of all windows again.
    let mut fastest = f64::INFINITY;
    let mut seen = std::collections::BTreeSet::new();
    for step in 0..20 {
        let view = view(0.3 + f64::from(step) / 100.0);
        let start = Instant::now();
        let report = Report::from(&summary, &view);
        fastest = fastest.min(start.elapsed().as_secs_f64());
        let recall = report.overall.metrics["recall"].value.unwrap();
        seen.insert(recall.to_bits());
    }
    assert!(seen.len() == 20, "the threshold changes what is counted");
    let page = of_page(0, ROWS);
    let wide = of_page(20, ROWS / 5);
    let columns = (0..5).map(|_| of_columns()).fold(f64::INFINITY, f64::min);
    vec![
        Claim::new(
            "A million rows of 20 columns and 60 windows: each column window by window, on one thread",
            "0.5 s",
            format!("{columns:.2} s (fastest of 5)"),
            columns <= 0.5,
        ),
        Claim::new(
            "A million rows, 60 windows, 20 segments: from rows in memory to the report",
            "1 s",
            format!("{whole:.2} s (fastest of 5)"),
            whole <= 1.0,
        ),
        Claim::new(
            "Another threshold: every number of the report again",
            "16 ms",
            format!("{:.1} ms (fastest of 20)", fastest * 1e3),
            fastest <= 0.016,
        ),
        Claim::new(
            "The same of all that a page shows, with drift, columns, checks and alarms",
            "16 ms",
            format!("{:.1} ms (fastest of 60)", page * 1e3),
            page <= 0.016,
        ),
        Claim::new(
            "The same of 200 000 rows with 20 columns of numbers, and their 190 pairs",
            "16 ms",
            format!("{:.1} ms (fastest of 60)", wide * 1e3),
            wide <= 0.016,
        ),
    ]
}

/// Seconds that another threshold takes where the rows came from a file, and everything is known that a page
/// shows.
fn of_page(columns: usize, rows: usize) -> f64 {
    let log = log();
    let mut random = Random::new(3);
    let Truth::Labels(truth) = &log.truth else {
        return f64::INFINITY;
    };
    let mut text = String::from("timestamp,score,label,region,channel");
    (0..columns).for_each(|at| write!(text, ",x{at}").unwrap());
    text.push('\n');
    for (row, label) in truth.iter().enumerate().step_by(ROWS / rows) {
        let [region, channel] = [0, 1].map(|i| log.segments[i].codes[row]);
        let (time, score) = (log.time[row], log.score[row]);
        write!(text, "{time},{score},{label},north {region},shop {channel}").unwrap();
        (0..columns).for_each(|_| write!(text, ",{:.4}", random.normal()).unwrap());
        text.push('\n');
    }
    let day = View {
        window: Some(WindowSize::Day),
        ..View::default()
    };
    let summary = pipeline::summary(&[("log.csv", text.as_bytes())], &[], &day).unwrap();
    let thresholds = Choices::of(&summary).thresholds;
    let mut fastest = f64::INFINITY;
    for step in 0..60 {
        let at = thresholds.len() * (20 + step) / 100;
        let view = View {
            threshold: Some(thresholds[at]),
            ..day.clone()
        };
        let start = Instant::now();
        let report = Report::from(&summary, &view);
        fastest = fastest.min(start.elapsed().as_secs_f64());
        assert_eq!(report.windows.len(), DAYS);
        assert!(report.drift.is_some() && report.checks.is_some());
    }
    fastest
}

/// Seconds that twenty columns take, fifteen of them numbers.
fn of_columns() -> f64 {
    let mut log = log();
    let mut random = Random::new(2);
    log.segments.clear();
    log.score.clear();
    log.truth = Truth::None;
    for i in 0..20 {
        let cells = match i % 4 {
            3 => Column::Category {
                codes: (0..ROWS).map(|_| (random.bits() % 40) as u32).collect(),
                levels: (0..40).map(|i| format!("word {i}")).collect(),
            },
            2 => Column::Number((0..ROWS).map(|_| (random.bits() % 100) as f64).collect()),
            _ => Column::Number((0..ROWS).map(|_| random.normal()).collect()),
        };
        let name = format!("column {i}");
        let column = LogColumn::new(name, Role::Feature, cells, None);
        log.columns.push(column);
    }
    let builder = Builder::new(log, None);
    let mut summary = builder.summary(Some(WindowSize::Day));
    let spans = Spans {
        before: Some((0, DAYS / 4)),
        windows: (0..DAYS).map(|day| (day, day + 1)).collect(),
        own: Vec::new(),
    };
    let start = Instant::now();
    builder.add_profile(&mut summary, 0, &spans);
    let took = start.elapsed().as_secs_f64();
    let profile = summary.series[0].profile(&spans).unwrap();
    assert_eq!(profile.columns.len(), 20);
    took
}

fn view(threshold: f64) -> View {
    View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::Auto,
        threshold: Some(threshold),
        ..View::default()
    }
}

fn log() -> Log {
    let mut random = Random::new(1);
    let day = 86_400_000_000;
    let mut score = Vec::with_capacity(ROWS);
    let mut truth = Vec::with_capacity(ROWS);
    let mut codes = COLUMNS.map(|_| Vec::with_capacity(ROWS));
    for _ in 0..ROWS {
        let p = random.uniform();
        truth.push(u32::from(random.uniform() < p));
        score.push(p);
        for codes in &mut codes {
            codes.push((random.bits() % u64::from(VALUES)) as u32);
        }
    }
    let time = (0..ROWS).map(|i| 1_735_689_600_000_000 + (i * DAYS / ROWS) as i64 * day + i as i64);
    Log {
        task: Some(Task::Binary),
        rows: ROWS,
        live: ROWS,
        time: time.collect(),
        labels: vec!["no".into(), "yes".into()],
        truth: Truth::Labels(truth),
        score,
        probabilistic: true,
        segments: (COLUMNS.iter().zip(codes))
            .map(|(name, codes)| Category {
                name: (*name).into(),
                codes,
                levels: (0..VALUES).map(|i| format!("{name} {i}")).collect(),
            })
            .collect(),
        ..Log::default()
    }
}
