//! How often alarms are false, and how soon a change is found, in simulated reports whose story is known.
//!
//! A report is forty windows: a quarter of them are the baseline, as it is chosen where nothing is, so that a
//! budget of one false alarm in 30 windows allows one a report. Counts of columns are drawn as multinomial
//! ones, exactly, so that windows of 100 000 rows cost what windows of 50 do.

use crate::Asked;
use crate::random::Random;
use crate::sooner;
use crate::table::Claim;
use plumbline::stats::sequential::chosen::chosen;
use plumbline::stats::sequential::columns::{self, Counts, streams};
use plumbline::stats::sequential::group::{Begun, group};
use plumbline::stats::sequential::{
    Alarm, Kind, Least, Reading, Side, Stream, WINDOWS_TO_AN_ALARM, watch,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub const BASELINE: usize = 10;
pub const WINDOWS: usize = 30;
/// The first changed window, where one changes.
pub const CHANGE: usize = 10;
/// Parts of the budget, the least that reports give them: those where there are metrics, columns, slices and estimates.
pub const OF_METRICS: f64 = 0.45;
pub const OF_COLUMNS: f64 = 0.35;

/// A kind of column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Column {
    /// Many values, all alike often.
    Even,
    /// Most values in few bins.
    Skewed,
    /// Four values.
    Tied,
    /// A flag that is up in 2 % of rows.
    Flag,
    /// Forty words, most of them rare.
    Words,
    /// Ten words of 10 % each.
    Ten,
    /// Sixty words, all alike often: more than are told by name.
    Alike,
}

impl Column {
    fn shares(self) -> Vec<f64> {
        let raw: Vec<f64> = match self {
            Self::Even => vec![1.0; 30],
            Self::Skewed => (0..30).map(|i| libm::exp(-0.35 * f64::from(i))).collect(),
            Self::Tied => vec![0.7, 0.2, 0.07, 0.03],
            Self::Flag => vec![0.98, 0.02],
            Self::Words => (1..=40).map(|i| libm::pow(f64::from(i), -1.6)).collect(),
            Self::Ten => vec![0.1; 10],
            Self::Alike => vec![1.0; 60],
        };
        let sum: f64 = raw.iter().sum();
        raw.into_iter().map(|s| s / sum).collect()
    }

    fn ordered(self) -> bool {
        !matches!(self, Self::Words | Self::Ten | Self::Alike)
    }
}

/// What varies from window to window while nothing changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Life {
    /// Sampling only.
    Plain,
    /// Weekends are different, in a baseline of so many days.
    Weekly(usize),
    /// Windows vary by more than sampling: variance of a location is so many times as large.
    Varied(f64),
    /// Columns come in fives that are the same.
    Copies,
}

/// A cell of the table of false alarms.
#[derive(Clone, Copy, Debug)]
struct Cell {
    mix: &'static [Column],
    columns: usize,
    rows: u64,
    life: Life,
}

/// A binomial count: by inversion for few, else by W. Hörmann (1993), *The generation of binomial random
/// variates*, BTRS.
fn binomial(random: &mut Random, n: u64, p: f64) -> u64 {
    if n == 0 || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    if p > 0.5 {
        return n - binomial(random, n, 1.0 - p);
    }
    let m = n as f64;
    if m * p < 12.0 {
        let q = libm::pow(1.0 - p, m);
        let (mut k, mut term, mut u) = (0, q, random.uniform());
        while u > term && k < n {
            u -= term;
            k += 1;
            term *= (m - k as f64 + 1.0) / k as f64 * p / (1.0 - p);
        }
        return k;
    }
    let spread = (m * p * (1.0 - p)).sqrt();
    let b = 1.15 + 2.53 * spread;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let c = m * p + 0.5;
    let alpha = (2.83 + 5.1 / b) * spread;
    let vr = 0.92 - 4.2 / b;
    let mode = ((m + 1.0) * p).floor();
    loop {
        let (v, u) = (random.uniform(), random.uniform() - 0.5);
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + c).floor();
        if us >= 0.07 && v <= vr {
            return k as u64;
        }
        if k < 0.0 || k > m {
            continue;
        }
        let odds = libm::log(p / (1.0 - p));
        let at = libm::lgamma(mode + 1.0) + libm::lgamma(m - mode + 1.0);
        let here = libm::lgamma(k + 1.0) + libm::lgamma(m - k + 1.0);
        let v = libm::log(v * alpha / (a / (us * us) + b));
        if v <= at - here + (k - mode) * odds {
            return k as u64;
        }
    }
}

fn draw(random: &mut Random, n: u64, shares: &[f64]) -> Vec<u64> {
    let (mut left, mut mass) = (n, 1.0);
    let of = |share: &f64| {
        let k = binomial(random, left, (share / mass).clamp(0.0, 1.0));
        left -= k;
        mass -= share;
        k
    };
    let mut out: Vec<u64> = shares.iter().map(of).collect();
    if let Some(last) = out.last_mut() {
        *last += left;
    }
    out
}

/// Shares tilted towards the upper bins.
fn tilted(shares: &[f64], by: f64) -> Vec<f64> {
    let last = shares.len() as f64 - 1.0;
    let raw = shares.iter().enumerate();
    let raw = raw.map(|(i, s)| s * libm::exp(by * (i as f64 / last - 0.5) * 12.0_f64.sqrt()));
    let raw: Vec<f64> = raw.collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|s| s / sum).collect()
}

/// The windows of a column, the baseline first; `change`: its shares from the changed window on.
pub fn column(
    random: &mut Random,
    kind: Column,
    rows: u64,
    life: Life,
    change: Option<&[f64]>,
) -> Vec<Counts> {
    let usual = kind.shares();
    let baseline = baseline(life);
    let window = |at: usize| {
        let shares = match change {
            Some(changed) if at >= baseline + CHANGE => changed,
            _ => &usual,
        };
        let phase = (at % 7) as u32;
        let cells = match life {
            Life::Weekly(_) if phase >= 5 => draw(random, rows, &tilted(shares, 0.3)),
            Life::Varied(times) => {
                let by = random.normal() * ((times - 1.0) / rows as f64).sqrt();
                let shares = tilted(shares, by);
                draw(random, rows, &shares)
            }
            _ => draw(random, rows, shares),
        };
        Counts {
            cells,
            phase,
            ..Counts::default()
        }
    };
    (0..baseline + WINDOWS).map(window).collect()
}

fn baseline(life: Life) -> usize {
    match life {
        Life::Weekly(days) => days,
        _ => BASELINE,
    }
}

/// The streams of a column, `part` of the budget its own.
pub fn watched(
    random: &mut Random,
    kind: Column,
    windows: &[Counts],
    baseline: usize,
    part: f64,
) -> Vec<Stream> {
    let of = |of: columns::Of<'_>, windows: &[Counts]| -> Vec<Stream> {
        let after: Vec<Option<Counts>> = windows[baseline..].iter().cloned().map(Some).collect();
        let found = streams(of, &windows[..baseline], &after, part);
        found.into_iter().map(|s| s.1).collect()
    };
    if kind.ordered() {
        return of(columns::Of::Bins, windows);
    }
    let listed = listed(random, windows, baseline);
    let half = listed.half.as_ref().map(|(next, baseline)| columns::Half {
        next: *next,
        baseline,
    });
    of(columns::Of::Words(Some(listed.once), half), &listed.windows)
}

/// Words as a report counts them.
struct Listed {
    /// Those that are told, others, unknown ones.
    windows: Vec<Counts>,
    /// Words of one row of the baseline.
    once: u64,
    /// Where chance chose those that are told: rows of the next one, and the half of the baseline that had no part in it.
    half: Option<(u64, Vec<Counts>)>,
}

/// Thirty words at most that stand in five rows of the baseline are told.
fn listed(random: &mut Random, windows: &[Counts], baseline: usize) -> Listed {
    let first: Vec<Vec<u64>> = windows[..baseline]
        .iter()
        .map(|w| w.cells.iter().map(|n| binomial(random, *n, 0.5)).collect())
        .collect();
    let sum = |word: usize| {
        windows[..baseline]
            .iter()
            .map(|w| w.cells[word])
            .sum::<u64>()
    };
    let known: Vec<u64> = (0..windows[0].cells.len()).map(sum).collect();
    let of_first = |word: usize| first.iter().map(|w| w[word]).sum::<u64>();
    let by_first: Vec<u64> = (0..known.len()).map(of_first).collect();
    let chosen = chosen(&known, &by_first, (30, 5), |a, b| a.cmp(&b));
    let told = chosen.told;
    let of = |window: &Counts| {
        let mut cells: Vec<u64> = told.iter().map(|w| window.cells[*w]).collect();
        let others = |seen: bool| {
            let left = (0..known.len()).filter(|w| !told.contains(w) && (known[*w] > 0) == seen);
            left.map(|w| window.cells[w]).sum::<u64>()
        };
        cells.extend([others(true), others(false)]);
        Counts {
            cells,
            ..window.clone()
        }
    };
    let once = known.iter().filter(|n| **n == 1).count() as u64;
    let second = |(window, first): (&Counts, &Vec<u64>)| {
        let left = window
            .cells
            .iter()
            .zip(first)
            .map(|(all, first)| all - first);
        of(&Counts {
            cells: left.collect(),
            ..window.clone()
        })
    };
    let rest = || windows[..baseline].iter().zip(&first).map(second).collect();
    Listed {
        half: chosen.by_half.map(|next| (next, rest())),
        windows: windows.iter().map(of).collect(),
        once,
    }
}

/// A stream and the column that it is of.
pub type Of = (usize, Stream);

fn begun(streams: &[Of], (at, alarm): &(usize, Alarm)) -> Begun {
    Begun {
        subject: streams[*at].0,
        earliest: alarm.earliest,
        latest: alarm.latest,
        end: alarm.end,
        sure: alarm.over.t.abs(),
    }
}

/// All alarms of streams, and how many incidents they make.
pub fn judged(streams: &[Of]) -> (Vec<(usize, Alarm)>, usize) {
    let alone: Vec<Stream> = streams.iter().map(|s| s.1.clone()).collect();
    let found = watch(&alone, WINDOWS_TO_AN_ALARM);
    let alarms: Vec<(usize, Alarm)> = (found.iter().enumerate())
        .flat_map(|(at, v)| v.alarms.iter().map(move |a| (at, *a)))
        .collect();
    let begun: Vec<Begun> = alarms.iter().map(|a| begun(streams, a)).collect();
    let incidents = group(&begun).len();
    (alarms, incidents)
}

/// Shares of a column whose values are those of a normal variable, in 30 bins, shifted by so many deviations.
pub fn shifted(by: f64) -> Vec<f64> {
    use plumbline::stats::special::{normal_cdf, normal_quantile};
    let edge = |i: u32| match i {
        0 => 0.0,
        30 => 1.0,
        i => normal_cdf(normal_quantile(f64::from(i) / 30.0) - by),
    };
    (0..30).map(|i| edge(i + 1) - edge(i)).collect()
}

/// Runs jobs on two threads, in an order of their own; results in the order of the runs.
pub fn run<T: Send>(runs: usize, job: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(runs)));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= runs {
                        break;
                    }
                    let of = job(at as u64);
                    found.lock().unwrap().push((at, of));
                }
            });
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort_by_key(|f| f.0);
    found.into_iter().map(|f| f.1).collect()
}

const NUMBERS: &[Column] = &[Column::Even];
const SKEWED: &[Column] = &[Column::Skewed];
const TIED: &[Column] = &[Column::Tied, Column::Flag];
const RARE: &[Column] = &[Column::Words];
const ALIKE: &[Column] = &[Column::Alike];
pub const MIXED: &[Column] = &[
    Column::Even,
    Column::Skewed,
    Column::Tied,
    Column::Flag,
    Column::Words,
    Column::Ten,
];

fn cells() -> Vec<Cell> {
    let cell = |mix, columns, rows, life| Cell {
        mix,
        columns,
        rows,
        life,
    };
    let mut out = Vec::new();
    for rows in [50, 1_000, 100_000] {
        for mix in [NUMBERS, SKEWED, TIED, RARE, ALIKE] {
            out.push(cell(mix, 20, rows, Life::Plain));
        }
        out.push(cell(MIXED, 5, rows, Life::Plain));
        out.push(cell(MIXED, 100, rows, Life::Plain));
        out.push(cell(MIXED, 20, rows, Life::Copies));
        for days in [7, 14, 28] {
            out.push(cell(MIXED, 20, rows, Life::Weekly(days)));
        }
        for times in [1.5, 4.0] {
            out.push(cell(MIXED, 20, rows, Life::Varied(times)));
        }
        out.push(cell(MIXED, 100, rows, Life::Varied(2.0)));
    }
    out
}

/// False alarms and incidents of a report in which nothing changes.
fn quiet(cell: &Cell, seed: u64) -> (usize, usize) {
    let mut random = Random::new(seed);
    let part = 1.0 / cell.columns as f64;
    let mut all: Vec<Of> = Vec::new();
    let mut last: Vec<Stream> = Vec::new();
    for i in 0..cell.columns {
        if !(cell.life == Life::Copies && i % 5 > 0) {
            let kind = cell.mix[i % cell.mix.len()];
            let windows = column(&mut random, kind, cell.rows, cell.life, None);
            last = watched(&mut random, kind, &windows, baseline(cell.life), part);
        }
        all.extend(last.iter().map(|s| (i, s.clone())));
    }
    let (alarms, incidents) = judged(&all);
    (alarms.len(), incidents)
}

/// What became of a change.
#[derive(Clone, Copy)]
struct Found {
    /// Windows from the change to its alarm, if there was one.
    delay: Option<usize>,
    /// How far the start is off, as told when the alarm was raised, and at the end.
    off: (i64, i64),
    /// Whether the interval of the start holds it.
    covered: bool,
}

/// What became of the change of the streams from `of` on.
fn found(all: &[Of], of: std::ops::Range<usize>) -> Found {
    let mut first: Option<(usize, Alarm)> = None;
    for (at, alarm) in judged(all).0 {
        let ours = of.contains(&at) && alarm.raised >= CHANGE;
        if ours && first.is_none_or(|f| alarm.raised < f.1.raised) {
            first = Some((at, alarm));
        }
    }
    let off = |start: usize| start as i64 - CHANGE as i64;
    let Some((at, alarm)) = first else {
        return Found {
            delay: None,
            off: (99, 99),
            covered: false,
        };
    };
    let mut then = all.to_vec();
    for stream in &mut then {
        stream.1.windows.truncate(alarm.raised + 1);
    }
    let then = judged(&then).0;
    let then = then
        .iter()
        .find(|t| t.0 == at && t.1.raised == alarm.raised);
    Found {
        delay: Some(alarm.raised - CHANGE),
        off: (off(then.map_or(0, |t| t.1.start)), off(alarm.start)),
        covered: (alarm.earliest..=alarm.latest).contains(&CHANGE),
    }
}

/// Accuracy by window as a stream.
pub fn accuracy(random: &mut Random, rows: u64, from: f64, to: f64, part: f64) -> Stream {
    let mut reading = |p: f64| {
        let n = rows as f64;
        let value = binomial(random, rows, p) as f64 / n;
        Reading {
            value,
            variance: (value * (1.0 - value) / n).max(0.25 / (n * n)),
            own: value * (1.0 - value) / n,
            rows: n,
            phase: 0,
        }
    };
    Stream {
        baseline: (0..BASELINE).map(|_| reading(from)).collect(),
        total: None,
        windows: (0..WINDOWS)
            .map(|i| Some(reading(if i < CHANGE { from } else { to })))
            .collect(),
        kind: Kind::Mean { skewness: 0.0 },
        side: Side::Down,
        least: Least::Absolute(0.01),
        part,
    }
}

/// A kind of change that has to be found.
type Planted = (&'static str, fn(&mut Random) -> Story);

/// The streams of a report, and those that change.
type Story = (Vec<Of>, std::ops::Range<usize>);

fn fifty(random: &mut Random, kind: Column, changed: &[f64], many: usize) -> Story {
    let mut all = Vec::new();
    let mut place = 0..0;
    for i in 0..50 {
        let kind = if i < many {
            kind
        } else {
            MIXED[i % MIXED.len()]
        };
        let change = (i < many).then_some(changed);
        let windows = column(random, kind, 1_000, Life::Plain, change);
        let streams = watched(random, kind, &windows, BASELINE, OF_COLUMNS / 50.0);
        if i < many {
            place.end += streams.len();
        }
        all.extend(streams.into_iter().map(|s| (i, s)));
    }
    (all, place)
}

fn with_accuracy(random: &mut Random, from: f64, to: f64) -> Story {
    let (mut all, _) = fifty(random, Column::Even, &[], 0);
    let at = all.len();
    for i in 0..8 {
        all.push((
            50 + i,
            accuracy(random, 2_000, from, from, OF_METRICS / 16.0),
        ));
    }
    all.push((58, accuracy(random, 2_000, from, to, OF_METRICS / 2.0)));
    (all, at + 8..at + 9)
}

const PLANTED: &[Planted] = &[
    ("0.2 sd shift of one of 50 columns, 1 000 rows", |r| {
        fifty(r, Column::Even, &shifted(0.2), 1)
    }),
    (
        "a category from 10 to 15 % in one of 50 columns, 1 000 rows",
        |r| {
            let mut shares = vec![0.85 / 9.0; 10];
            shares[3] = 0.15;
            fifty(r, Column::Ten, &shares, 1)
        },
    ),
    (
        "accuracy from 90 to 87 %, 2 000 rows, 8 more metrics and 50 columns",
        |r| with_accuracy(r, 0.9, 0.87),
    ),
    (
        "accuracy from 80 to 77 %, 2 000 rows, 8 more metrics and 50 columns",
        |r| with_accuracy(r, 0.8, 0.77),
    ),
];

/// The claims of this part.
pub fn claims(asked: &Asked) -> Vec<Claim> {
    let mut out = Vec::new();
    let runs = asked.runs.min(1_000);
    let mut worst = (0.0, String::new());
    let mut held = true;
    let cells = cells();
    for (at, cell) in cells.iter().enumerate() {
        let seed = (asked.seed << 40) + ((at as u64) << 20);
        let reports = run(runs, |i| quiet(cell, seed + i));
        let n = reports.len() as f64;
        let mean = reports.iter().map(|r| r.0 as f64).sum::<f64>() / n;
        let variance = reports
            .iter()
            .map(|r| (r.0 as f64 - mean) * (r.0 as f64 - mean));
        let se = (variance.sum::<f64>() / n / n).sqrt();
        let incidents = reports.iter().map(|r| r.1 as f64).sum::<f64>() / n;
        if asked.detail {
            println!(
                "{:?} × {}, {} rows, {:?}: {mean:.3} ± {se:.3} false alarms a report, {incidents:.3} incidents",
                cell.mix, cell.columns, cell.rows, cell.life
            );
        }
        held &= mean <= 1.2;
        if mean > worst.0 {
            worst = (
                mean,
                format!("{:?} {:?} {}", cell.mix, cell.life, cell.rows),
            );
        }
    }
    out.push(Claim::new(
        format!(
            "false alarms where nothing changes, {} cells of {runs} reports",
            cells.len()
        ),
        "at most 1.2 × the budget in every cell",
        format!("at most {:.2} × ({})", worst.0, worst.1),
        held,
    ));
    for (at, (name, plant)) in PLANTED.iter().enumerate() {
        let seed = (asked.seed << 40) + ((900 + at as u64) << 20);
        let found = run(runs, |i| {
            let (all, of) = plant(&mut Random::new(seed + i));
            found(&all, of)
        });
        let share = |f: &dyn Fn(&Found) -> bool| {
            found.iter().filter(|x| f(x)).count() as f64 / found.len() as f64
        };
        let soon = share(&|f| f.delay.is_some_and(|d| d <= 2));
        let at_once = share(&|f| f.delay == Some(0));
        let near = share(&|f| f.off.1.abs() <= 1);
        let near_then = share(&|f| f.off.0.abs() <= 1);
        let covered = share(&|f| f.covered);
        out.push(Claim::new(
            *name,
            "95 % within 3 windows, start within 1 in 90 %",
            format!(
                "{:.1} % (at once {:.1} %); start {:.1} % (when raised {:.1} %), in its interval {:.1} %",
                100.0 * soon,
                100.0 * at_once,
                100.0 * near,
                100.0 * near_then,
                100.0 * covered
            ),
            soon >= 0.95 && near >= 0.9,
        ));
    }
    out.extend(sooner::claims(asked, runs));
    let seed = (asked.seed << 40) + (999 << 20);
    let one = run(runs, |i| {
        let (all, of) = fifty(&mut Random::new(seed + i), Column::Even, &shifted(0.3), 12);
        let (alarms, incidents) = judged(&all);
        let ours: Vec<Begun> = alarms
            .iter()
            .filter(|a| of.contains(&a.0))
            .map(|a| begun(&all, a))
            .collect();
        (group(&ours).len(), incidents)
    });
    let share = |f: &dyn Fn(&(usize, usize)) -> bool| {
        100.0 * one.iter().filter(|x| f(x)).count() as f64 / one.len() as f64
    };
    let (ours, all) = (share(&|x| x.0 == 1), share(&|x| x.1 == 1));
    out.push(Claim::new(
        "one cause that touches 12 of 50 columns",
        "one incident in 95 %",
        format!("{ours:.1} % (nothing else told in {all:.1} %)"),
        ours >= 95.0,
    ));
    out
}
