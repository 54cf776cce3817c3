//! The columns window by window against counts by brute force, and what they must not depend on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;

use pipeline::{File, inputs, keeper, streamed};
use plumbline::engine::Shards;
use plumbline::log::{Category, Log, LogColumn, Role, Task, Truth};
use plumbline::report::Report;
use plumbline::report::view::{BaselineChoice, View, WindowSize};
use plumbline::summary::build::Builder;
use plumbline::summary::{Bins, ColumnProfile, Profile, Spans, Summary, Tally};
use plumbline::table::{Column, Odd};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const DAY: i64 = 86_400_000_000;
const DAYS: usize = 6;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }
}

/// Rows of six days, not in order of time; `tail` of them are a reference.
fn log(rows: usize, tail: usize) -> Log {
    let mut random = Random(7);
    let mut numbers = |of: &dyn Fn(&mut Random) -> f64| -> Vec<f64> {
        (0..rows).map(|_| of(&mut random)).collect()
    };
    let even = numbers(&|r| r.below(100_000) as f64 / 7.0 - 3_000.0);
    let tied = numbers(&|r| match r.below(10) {
        0 => f64::NAN,
        1 => Odd::Text.missing(),
        2 => Odd::Infinite.missing(),
        3..=7 => 0.0,
        _ => r.below(50) as f64,
    });
    let label = numbers(&|r| r.below(2) as f64);
    let days = numbers(&|r| r.below(DAYS as u64) as f64);
    let time: Vec<i64> = days
        .iter()
        .zip(0..)
        .map(|(day, i): (_, i64)| 1_700_006_400_000_000 + *day as i64 * DAY + i * 1_000)
        .collect();
    let words: Vec<String> = (0..90)
        .map(|i| "w".repeat(1 + i % 9) + &i.to_string())
        .collect();
    // Words above 60 come on the fourth day.
    let codes = days.iter().map(|day| match random.below(20) {
        0 => u32::MAX,
        _ => random.below(if *day > 2.0 { 90 } else { 60 }) as u32,
    });
    let column = |name: &str, cells| LogColumn::new(name.into(), Role::Feature, cells, None);
    Log {
        task: Some(Task::Binary),
        rows,
        live: rows - tail,
        time,
        labels: vec!["no".into(), "yes".into()],
        truth: Truth::Labels(label.iter().map(|x| *x as u32).collect()),
        score: even.iter().map(|x| (x + 3_000.0) / 20_000.0).collect(),
        probabilistic: true,
        columns: vec![
            column("even", Column::Number(even)),
            column("tied", Column::Number(tied)),
            column(
                "word",
                Column::Category {
                    codes: codes.collect(),
                    levels: words,
                },
            ),
        ],
        version: Some(Category {
            name: "version".into(),
            codes: vec![0; rows],
            levels: vec!["a".into()],
        }),
        ..Log::default()
    }
}

fn profile(log: Log, before: Option<(usize, usize)>) -> Profile {
    let builder = Builder::new(log, Some(0.5));
    let mut summary = builder.summary(Some(WindowSize::Day));
    let spans = Spans {
        before,
        windows: (0..DAYS).map(|i| (i, i + 1)).collect(),
        own: Vec::new(),
    };
    builder.add_profile(&mut summary, 0, &spans);
    let text = serde_json::to_string(&summary).unwrap();
    let again: Summary = serde_json::from_str(&text).unwrap();
    let profile = summary.series[0].profile(&spans).unwrap();
    let again = again.series[0].profile(&spans).unwrap();
    assert!(again == profile, "it is written and read");
    profile.clone()
}

/// Rows of each window, in the order of the log.
fn rows_of(log: &Log, windows: std::ops::Range<i64>) -> Vec<usize> {
    let first = 1_700_006_400_000_000 / DAY;
    let day = |row: &usize| log.time[*row] / DAY - first;
    (0..log.live)
        .filter(|row| windows.contains(&day(row)))
        .collect()
}

fn numbers_of(log: &Log, column: usize, rows: &[usize]) -> Vec<f64> {
    let Column::Number(values) = &log.columns[column].cells else {
        panic!("numbers")
    };
    rows.iter().map(|row| values[*row]).collect()
}

fn check_numbers(found: &Tally, of: &ColumnProfile, cells: &[f64], baseline: &[f64]) {
    let known: Vec<f64> = cells.iter().copied().filter(|x| !x.is_nan()).collect();
    let base: Vec<f64> = baseline.iter().copied().filter(|x| !x.is_nan()).collect();
    let count = |keep: &dyn Fn(f64) -> bool| known.iter().filter(|x| keep(**x)).count() as u64;
    let Bins::Edges(edges) = &of.bins else {
        panic!("edges")
    };
    assert_eq!(
        (found.cells, found.values),
        (cells.len() as u64, known.len() as u64)
    );
    let odd = |kind| cells.iter().filter(|x| Odd::of(**x) == Some(kind)).count() as u64;
    assert_eq!(found.texts, odd(Odd::Text));
    assert_eq!(found.infinite, odd(Odd::Infinite));
    let bin = |x: f64| edges.iter().filter(|e| **e <= x).count();
    let counts: Vec<u64> = (0..=edges.len()).map(|b| count(&|x| bin(x) == b)).collect();
    assert_eq!(found.counts, counts);
    let (low, high) = (
        base.iter().copied().fold(f64::INFINITY, f64::min),
        base.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    assert_eq!(
        (found.below, found.above),
        (count(&|x| x < low), count(&|x| x > high))
    );
    let out = of.fences.map_or(0, |f| count(&|x| x < f.0 || x > f.1));
    assert_eq!(found.outliers, out);
    let repeats = known.windows(2).filter(|p| p[0] == p[1]).count() as u64;
    assert_eq!(found.repeats, repeats);
    let longest = known.chunk_by(|a, b| a == b).map(<[f64]>::len).max();
    assert_eq!(found.run, longest.unwrap_or(0) as u64);
    let different: BTreeSet<u64> = known.iter().map(|x| x.to_bits()).collect();
    assert!(found.distinct.abs_diff(different.len() as u64) <= found.distinct_bound);
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let squares: f64 = known.iter().map(|x| (x - mean) * (x - mean)).sum();
    let deviation = (squares / (known.len() as f64 - 1.0)).sqrt();
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    assert!(close(of.mean(found).unwrap(), mean));
    assert!(close(of.deviation(found).unwrap(), deviation));
    assert_eq!(
        found.range.unwrap().0,
        known.iter().copied().fold(f64::INFINITY, f64::min)
    );
}

#[test]
fn windows_of_numbers_equal_a_count_by_hand() {
    let log = log(20_000, 0);
    let profile = profile(log.clone(), Some((0, 2)));
    assert!(profile.exact && profile.left_out == 0);
    let base = rows_of(&log, 0..2);
    for (place, name) in ["even", "tied"].iter().enumerate() {
        let column = profile.column(name).unwrap();
        let baseline = numbers_of(&log, place, &base);
        check_numbers(&column.baseline, column, &baseline, &baseline);
        for (window, found) in column.windows.iter().enumerate() {
            let rows = rows_of(&log, window as i64..window as i64 + 1);
            assert_eq!(profile.windows[window].rows, rows.len() as u64);
            check_numbers(found, column, &numbers_of(&log, place, &rows), &baseline);
        }
        let later = column.within(2..DAYS);
        let rows = rows_of(&log, 2..DAYS as i64);
        let cells = numbers_of(&log, place, &rows);
        assert_eq!(later.cells, cells.len() as u64);
        let mean = cells.iter().filter(|x| !x.is_nan()).sum::<f64>() / later.values as f64;
        assert!((column.mean(&later).unwrap() - mean).abs() < 1e-9 * mean.abs().max(1.0));
    }
    let even = profile.column("even").unwrap();
    // A thirtieth of the baseline each, and each window near to it.
    assert!(
        even.baseline
            .counts
            .iter()
            .all(|n| n.abs_diff(even.baseline.values / 30) <= 1)
    );
    assert!(even.windows.iter().all(|w| w.jensen_shannon.unwrap() < 0.1));
    let zeros = profile
        .column("tied")
        .unwrap()
        .baseline
        .counts
        .iter()
        .max()
        .copied();
    assert!(
        zeros.unwrap() as f64 > 0.6 * 0.7 * 20_000.0 / 3.0,
        "zeros have a bin of their own"
    );
}

#[test]
fn windows_of_words_equal_a_count_by_hand() {
    let log = log(20_000, 0);
    let profile = profile(log.clone(), Some((0, 2)));
    let Column::Category { codes, levels } = &log.columns[2].cells else {
        panic!("words")
    };
    let column = profile.column("word").unwrap();
    let Bins::Words(told) = &column.bins else {
        panic!("words")
    };
    assert_eq!(told.len(), 30);
    for (window, found) in column.windows.iter().enumerate() {
        let rows = rows_of(&log, window as i64..window as i64 + 1);
        let known: Vec<&String> = rows
            .iter()
            .filter_map(|row| levels.get(codes[*row] as usize))
            .collect();
        assert_eq!(found.values, known.len() as u64);
        assert_eq!(found.missing(), (rows.len() - known.len()) as u64);
        let new = known
            .iter()
            .filter(|w| levels.iter().position(|l| l == **w).unwrap() >= 60);
        assert_eq!(found.unseen, new.count() as u64);
        assert_eq!(found.unseen > 0, window > 2);
        let different: BTreeSet<_> = known.iter().collect();
        assert_eq!(found.distinct, different.len() as u64);
        let (mean, _) = found.distinct_expected.unwrap();
        assert!((mean - 60.0).abs() < 1.0, "{mean}");
        for (place, word) in told.iter().enumerate() {
            let n = known.iter().filter(|w| **w == word).count() as u64;
            assert_eq!(found.counts[place], n);
        }
        let letters: usize = known.iter().map(|w| w.len()).sum();
        assert!((column.mean(found).unwrap() - letters as f64 / known.len() as f64).abs() < 1e-9);
    }
    assert_eq!(column.unseen.len(), 5);
    assert!(column.windows[5].jensen_shannon > column.windows[2].jensen_shannon);
}

#[test]
fn a_reference_is_a_baseline_and_the_order_of_sums_does_not_matter() {
    let log = log(9_000, 3_000);
    let found = profile(log.clone(), None);
    let base: Vec<usize> = (log.live..log.rows).collect();
    let baseline = numbers_of(&log, 0, &base);
    let column = found.column("even").unwrap();
    check_numbers(&column.baseline, column, &baseline, &baseline);
    assert_eq!(found.baseline.rows, 3_000);
    assert_eq!(found.windows.iter().map(|w| w.rows).sum::<u64>(), 6_000);
    // The same rows the other way round: what does not tell of their order is the same to the bit.
    let mut turned = log;
    let reverse = |v: &mut Vec<f64>| v[..6_000].reverse();
    turned.time[..6_000].reverse();
    for at in 0..2 {
        if let Column::Number(v) = &mut turned.columns[at].cells {
            reverse(v);
        }
    }
    let again = profile(turned, None);
    for name in ["even", "tied"] {
        let (a, b) = (found.column(name).unwrap(), again.column(name).unwrap());
        for (a, b) in a.windows.iter().zip(&b.windows) {
            let plain = |t: &Tally| Tally {
                repeats: 0,
                run: 0,
                ..t.clone()
            };
            assert_eq!(plain(a), plain(b));
        }
    }
}

#[test]
fn rows_that_come_twice_and_times_that_cannot_be_are_counted() {
    let mut log = log(6_000, 0);
    // The last row of the log again and again, with its time.
    for row in 5_990..5_999 {
        log.time[row] = log.time[5_999];
        log.score[row] = log.score[5_999];
        for column in &mut log.columns {
            match &mut column.cells {
                Column::Number(v) => v[row] = v[5_999],
                Column::Category { codes, .. } => codes[row] = codes[5_999],
                _ => {}
            }
        }
    }
    log.outcome_time = log.time.iter().map(|t| t + 5).collect();
    log.outcome_time[17] = log.time[17] - 1;
    log.repeated = vec![3, 17];
    let found = profile(log.clone(), Some((0, 2)));
    let sum = |of: fn(&plumbline::summary::Lines) -> u64| found.windows.iter().map(of).sum::<u64>();
    assert_eq!(sum(|w| w.duplicates), 9);
    assert!(sum(|w| w.repeats) >= 9);
    assert_eq!((sum(|w| w.same_id), sum(|w| w.early_outcomes)), (2, 1));
    assert_eq!(sum(|w| w.timed_outcomes), 6_000);
    assert_eq!((sum(|w| w.before_1971), sum(|w| w.far)), (0, 0));
    // A day passes between windows, less the rows of six seconds.
    assert!(found.windows[3].gap.abs_diff(DAY as u64) < 7_000_000);
}

/// Ten days of a column that moves on the seventh, and of a word that comes on the eighth.
fn file() -> String {
    let mut random = Random(3);
    let mut text = String::from("id,timestamp,score,label,amount,kind\n");
    for i in 0..10_000 {
        let day = 1 + i / 1_000;
        let moved = if day >= 7 { 40 } else { 0 };
        let amount = random.below(100) + random.below(100) + moved;
        let kind = match (day, random.below(4)) {
            (8.., 0) => "new",
            (_, n) => ["a", "b", "c", "c"][n as usize],
        };
        writeln!(
            text,
            "{i},2026-03-{day:02}T{:02}:00:00Z,0.{},{},{amount},{kind}",
            i % 24,
            random.below(900) + 100,
            random.below(2)
        )
        .unwrap();
    }
    text
}

#[test]
fn the_report_tells_since_when_a_column_is_far() {
    let text = file();
    let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
    let roles = [(Role::Feature, "amount"), (Role::Feature, "kind")];
    let view = View {
        window: Some(WindowSize::Day),
        baseline: BaselineChoice::Auto,
        ..View::default()
    };
    let found = inputs(&files, &roles).unwrap();
    let mut keeper = keeper(&files, &found).unwrap();
    keeper.finish(&view, &mut |_, _| {}).unwrap();
    let kept = keeper.refine(&view).unwrap();
    let passed = streamed(&files, &roles, &view, Shards::new);
    let mut passed = plumbline::engine::Keeper::holding(passed.unwrap());
    let passed = passed.answering(&view).unwrap().clone();
    for summary in [kept, passed] {
        let (report, missing) = Report::with_missing(&summary, &view);
        assert_eq!(missing.profile, None, "streamed: {}", summary.streamed);
        let drift = report.drift.expect("there is a baseline");
        assert_eq!(drift.windows.len(), drift.columns.len());
        let of = |name: &str| drift.windows.iter().find(|w| w.column == name).unwrap();
        let far = |course: &[Option<f64>]| course.iter().position(|d| d.unwrap() > 0.15);
        assert_eq!(far(&of("amount").psi), Some(6));
        assert_eq!(far(&of("amount").kolmogorov_smirnov), Some(6));
        assert_eq!(far(&of("kind").jensen_shannon), Some(7));
        assert!(of("kind").kolmogorov_smirnov.is_empty());
        let profile = &summary.series[0].profiles[0];
        assert_eq!(profile.exact, !summary.streamed);
        let kind = profile.column("kind").unwrap();
        assert_eq!(kind.unseen[0].0, "new");
        assert!(kind.windows[6].unseen == 0 && kind.windows[7].unseen > 200);
    }
}
