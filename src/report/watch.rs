//! What is watched for alarms, window by window, under one budget.
//!
//! Every metric that is judged, the main metric in every slice, and every column are streams of
//! [`crate::stats::sequential`], which says what is guaranteed. The budget is divided by what there is: to
//! metrics, of which the main one has half, to columns, to pairs of columns, to whole rows, to slices, and to what is
//! expected of windows whose outcomes are not in yet.
//!
//! Of whole rows is watched what is wrong in itself, and how many come (`whole_rows.rs`, `volume.rs`).
//!
//! A pair of columns is watched by Fisher's z of their rank correlation within each window ([`crate::summary::Jointly`]):
//! by it a change is noticed that leaves every column alone. Of the tests of several columns together it is the one
//! that tells what changed. What pairs vary by between windows is learned of pairs only, for they are many and steady,
//! and would make columns and metrics seem so. How many rows come, stand still, or have their outcomes late varies far
//! more, and is learned of each of these alone.

use super::baseline::Basis;
use super::checks::CheckKind;
use super::make::Making;
use super::readings::stream;
use super::steps::pause;
use super::view::WindowSize;
use super::{Metrics, Window, judge, parts, words};
use super::{volume, whole_rows};
use crate::metric::{self, Estimate, Family, Info, Material, Measures};
use crate::stats::sequential::columns::{self, Aspect, Counts};
use crate::stats::sequential::{
    Kind, Reading, Side, Stream, Verdict, WINDOWS_TO_AN_ALARM, fit_all, judge as judge_stream,
};
use crate::summary::{Cell, ColumnProfile, Found, MOST_TOGETHER, Profile, Series, Tally};
use crate::table::time::{DAY, HOUR, Time};

/// Parts of the budget, where all of them are there.
const METRICS: f64 = 0.44;
const COLUMNS: f64 = 0.29;
const PAIRS: f64 = 0.05;
const SLICES: f64 = 0.08;
const ROWS: f64 = 0.02;
const VOLUME: f64 = 0.02;
/// The part that is left to what is expected of windows without outcomes.
pub(super) const ESTIMATES: f64 = 0.1;
/// The part of the metrics' part that the first one has.
const MAIN: f64 = 0.5;
/// Slices that are watched at most; those of most rows.
const MOST_SLICES: usize = 100;
/// Windows of all slices that are watched at most: of a hundred slices 400 windows, of twenty 2 000.
const MOST_OF_SLICES: usize = 40_000;

/// Skewness of a row over √rows, above which z is not near enough to normal.
const SKEWED: f64 = 0.25;

/// What is not watched where rows pass.
const UNWATCHED: &str = "Of rows that were counted as they passed these are not watched for alarms: rows and ids that are there twice, text among numbers (it counts as missing), times that cannot be, the share of words that the baseline has not by itself, and rank correlations. Nor are outliers, the length of texts, how many different values there are, values that stand still and times without rows checked.";

/// What a stream is about.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A metric of all rows.
    Metric(&'static Info),
    /// A metric of the rows of a column's value.
    Slice(&'static Info, String, String),
    /// A column, by its place in the profile.
    Column(usize, Aspect),
    /// Two columns together, by their place among the pairs of the profile.
    Pair(usize),
    /// Whole rows.
    Rows(CheckKind),
}

impl What {
    /// The metric that it is, of all rows or of a slice.
    pub fn info(&self) -> Option<&'static Info> {
        match self {
            Self::Metric(info) | Self::Slice(info, ..) => Some(info),
            Self::Column(..) | Self::Pair(_) | Self::Rows(_) => None,
        }
    }

    /// With which others it learns what windows vary by: 0 with most, 1 with the other pairs, 2 alone.
    fn learns(&self) -> u8 {
        match self {
            Self::Pair(_) => 1,
            Self::Rows(CheckKind::Volume | CheckKind::StaleRow | CheckKind::LateOutcome) => 2,
            _ => 0,
        }
    }
}

/// A stream and what came of it. The windows are those of the report.
pub(super) struct Item {
    pub what: What,
    pub stream: Stream,
    pub verdict: Verdict,
}

/// Everything that is watched.
pub(super) struct Watched {
    pub items: Vec<Item>,
    /// Windows to a false alarm.
    pub budget: f64,
}

impl Watched {
    /// Whether a metric of all rows is among it.
    pub fn holds(&self, info: &Info) -> bool {
        let is = |item: &Item| matches!(item.what, What::Metric(of) if of.name == info.name);
        self.items.iter().any(is)
    }
}

/// Windows to a false alarm, as the reader wants them.
pub(super) fn budget(of: Option<f64>) -> f64 {
    of.unwrap_or(WINDOWS_TO_AN_ALARM)
}

/// Watches everything; `before`: metrics of the windows of the baseline.
pub(super) async fn watch(
    making: &Making<'_>,
    basis: &Basis<'_>,
    (baseline, before): (&Metrics, &[Metrics]),
    windows: &[Window],
    profile: Option<&Profile>,
    budget: f64,
) -> Watched {
    let metrics = of_metrics(making, basis, (baseline, before), windows);
    pause().await;
    let slices = of_slices(making, basis, windows).await;
    let (columns, pairs) = match profile {
        Some(profile) => (
            of_columns(making, basis, windows, profile).await,
            of_pairs(making, basis, windows, profile).await,
        ),
        None => (Vec::new(), Vec::new()),
    };
    let rows = whole_rows::streams(making, basis, windows, profile);
    let volume = volume::stream(making, basis, windows);
    let volume = volume.map(|stream| (What::Rows(CheckKind::Volume), stream));
    pause().await;
    let families = [
        (METRICS, metrics),
        (COLUMNS, columns),
        (SLICES, slices),
        (ROWS, rows),
        (PAIRS, pairs),
        (VOLUME, volume.into_iter().collect()),
    ];
    let there = families.iter().filter(|f| !f.1.is_empty()).map(|f| f.0);
    let whole = there.sum::<f64>() + ESTIMATES;
    let mut all: Vec<(What, Stream)> = Vec::new();
    for (part, family) in families {
        all.extend(family.into_iter().map(|(what, stream)| {
            let part = stream.part * part / whole;
            (what, Stream { part, ..stream })
        }));
    }
    all.sort_by_key(|(what, _)| what.learns());
    let (whats, streams): (Vec<What>, Vec<Stream>) = all.into_iter().unzip();
    let many = |of: u8| whats.partition_point(|what| what.learns() <= of);
    let (others, alone) = streams.split_at(many(1));
    let (others, pairs) = others.split_at(many(0));
    let each = [others, pairs].into_iter().chain(alone.chunks(1));
    let fits: Vec<_> = each.flat_map(fit_all).collect();
    pause().await;
    let mut items = Vec::with_capacity(streams.len());
    for ((what, stream), fit) in whats.into_iter().zip(streams).zip(fits) {
        let verdict = judge_stream(&stream, fit, budget);
        items.push(Item {
            what,
            stream,
            verdict,
        });
        pause().await;
    }
    Watched { items, budget }
}

/// What is not watched, for it would be too much, and what helps.
pub(super) fn limits(making: &Making<'_>, profile: Option<&Profile>) -> Vec<String> {
    let mut out = Vec::new();
    let windows = words::grouped(making.all.len() as f64);
    let larger = "Larger windows help.";
    if profile.is_some_and(|p| !p.exact) {
        out.push(UNWATCHED.into());
    }
    if let Some(profile) = profile.filter(|p| p.left_out > 0) {
        let (kept, out_of) = (profile.columns.len(), profile.left_out);
        out.push(format!(
            "Of {windows} windows, {kept} of {} columns are watched and counted by window: predictions, scores and outcomes first, then the others in the order of the files. {larger}",
            kept + out_of
        ));
    }
    if let Some(jointly) = profile.map(|p| &p.jointly).filter(|j| j.left_out > 0) {
        out.push(format!(
            "Correlations are watched of the first {MOST_TOGETHER} columns of numbers, and not of {} further ones.",
            words::grouped(jointly.left_out as f64)
        ));
    }
    let of_slice =
        |s: &&Series| parts::named(making, s).is_some() && s.size == parts::sized(making, s);
    let slices = making.summary.series.iter().filter(of_slice).count();
    if parts::slice_metric(making).is_none() || slices == 0 {
        return out;
    }
    let most = most_slices(making);
    if slices > most {
        let helps = if most < MOST_SLICES {
            format!(" Of {windows} windows more would be too much. {larger}")
        } else {
            String::new()
        };
        out.push(format!(
            "{most} of {slices} slices are watched for alarms; the others are compared only.{helps}"
        ));
    }
    out
}

/// Slices that are watched at most.
fn most_slices(making: &Making<'_>) -> usize {
    MOST_SLICES.min(MOST_OF_SLICES / making.all.len().max(1))
}

/// Where in a season a window lies: its weekday, or its hour of the week, of which the hour of the day is left where
/// the baseline does not hold every one twice ([`crate::stats::sequential::fit`]).
pub(super) fn phase(making: &Making<'_>, start: Time) -> u32 {
    match making.size {
        WindowSize::Day if making.summary.timed => start.0.div_euclid(DAY).rem_euclid(7) as u32,
        size if size.within_day() && making.summary.timed => {
            start.0.div_euclid(HOUR).rem_euclid(7 * 24) as u32
        }
        _ => 0,
    }
}

fn of_metrics<'a>(
    making: &Making<'_>,
    basis: &Basis<'_>,
    (baseline, before): (&Metrics, &[Metrics]),
    windows: &'a [Window],
) -> Vec<(What, Stream)> {
    let mut out: Vec<(What, Stream)> = Vec::new();
    for info in metric::METRICS.iter().map(|m| m.info()) {
        let Some(base) = baseline.get(info.name) else {
            continue;
        };
        let labels = info.family == Family::Classification && making.orders();
        if info.material == Material::Never || labels {
            continue;
        }
        let starts = basis.starts(making).into_iter();
        let known = starts
            .zip(before)
            .filter_map(|(start, m)| Some((m.get(info.name)?, phase(making, start))));
        let judged = |w: &'a Window| {
            let ripe = w.mature || info.family == Family::Resource;
            let counts = !w.in_baseline && !w.open && ripe;
            let of = w.metrics.get(info.name).filter(|_| counts)?;
            Some((of, phase(making, w.start)))
        };
        let (known, judged): (Vec<_>, Vec<_>) =
            (known.collect(), windows.iter().map(judged).collect());
        let stream = stream((info, making.least.of(info)), base, &known, &judged);
        if stream.windows.iter().any(Option::is_some) {
            out.push((What::Metric(info), stream));
        }
    }
    share_out(&mut out);
    out
}

/// Gives the first of the streams half of the budget, and the others the other half.
fn share_out(streams: &mut [(What, Stream)]) {
    let others = streams.len().saturating_sub(1) as f64;
    for (at, (_, stream)) in streams.iter_mut().enumerate() {
        stream.part = match at {
            0 if others == 0.0 => 1.0,
            0 => MAIN,
            _ => (1.0 - MAIN) / others,
        };
    }
}

/// The main metric of every slice.
async fn of_slices(
    making: &Making<'_>,
    basis: &Basis<'_>,
    windows: &[Window],
) -> Vec<(What, Stream)> {
    let mut out: Vec<(What, Stream)> = Vec::new();
    let Some(metric) = parts::slice_metric(making) else {
        return out;
    };
    let info = metric.info();
    if info.material == Material::Never {
        return out;
    }
    let most = most_slices(making);
    let estimate = |cell: &Cell| {
        let of = Measures::new(making.summary, cell, None, making.cut);
        metric.estimate(&of)
    };
    let within = |series: &Series, from: Time, to: Time| {
        let cell = series.outcomes_within(from, to)?;
        Some(estimate(&cell))
    };
    for series in &making.summary.series {
        let Some((column, value)) = parts::named(making, series) else {
            continue;
        };
        if out.len() >= most || series.size != parts::sized(making, series) {
            continue;
        }
        pause().await;
        let base = basis.of_slice(series).map(|cell| estimate(&cell));
        let Some(base) = base.filter(|b| b.value.is_some()) else {
            continue;
        };
        let before = basis.slice_windows(making, series);
        let known = before
            .iter()
            .map(|(start, cell)| (estimate(cell), phase(making, *start)));
        let judged = |w: &Window| {
            let of = within(series, w.start, w.end).filter(|_| w.mature && !w.in_baseline)?;
            Some((of, phase(making, w.start)))
        };
        let known: Vec<(Estimate, u32)> = known.collect();
        let judged: Vec<Option<(Estimate, u32)>> = windows.iter().map(judged).collect();
        let (known, judged): (Vec<_>, Vec<_>) = (
            known.iter().map(|(e, phase)| (e, *phase)).collect(),
            judged
                .iter()
                .map(|of| of.as_ref().map(|(e, phase)| (e, *phase)))
                .collect(),
        );
        let stream = stream((info, making.least.of(info)), &base, &known, &judged);
        if stream.windows.iter().any(Option::is_some) {
            out.push((What::Slice(info, column, value), stream));
        }
    }
    let part = 1.0 / out.len().max(1) as f64;
    out.iter_mut().for_each(|s| s.1.part = part);
    out
}

async fn of_columns(
    making: &Making<'_>,
    basis: &Basis<'_>,
    windows: &[Window],
    profile: &Profile,
) -> Vec<(What, Stream)> {
    let mut out = Vec::new();
    let part = 1.0 / profile.columns.len().max(1) as f64;
    for (at, column) in profile.columns.iter().enumerate() {
        pause().await;
        // Outcomes that have not arrived are not missing cells.
        let outcome = column.role == crate::log::Role::Outcome.name();
        let told = |tally: &Tally, phase: u32| Counts {
            cells: tally.counts.clone(),
            missing: if outcome { 0 } else { absent(tally) },
            wrong: if outcome { 0 } else { wrong(tally) },
            phase,
        };
        let any = |tally: &Tally| tally.values > 0 || tally.missing() > 0;
        let counts = |window: usize| -> Option<Counts> {
            let tally = column.windows.get(window).filter(|tally| any(tally))?;
            Some(told(tally, phase(making, making.all.get(window)?.start)))
        };
        let own = || column.own.iter().zip(&basis.own);
        let before: Vec<Counts> = match basis.windows {
            Some((from, to)) => (from..to).filter_map(counts).collect(),
            None if column.own.is_empty() => vec![told(&column.baseline, 0)],
            None => own()
                .filter(|(tally, _)| any(tally))
                .map(|(tally, (start, _))| told(tally, phase(making, *start)))
                .collect(),
        };
        let judged = |(i, w): (usize, &Window)| {
            let known = !w.in_baseline && !w.open && (w.mature || !outcome);
            counts(making.shown.0 + i).filter(|_| known)
        };
        let after: Vec<Option<Counts>> = windows.iter().enumerate().map(judged).collect();
        let half = column.half.as_ref().map(|half| {
            let of = |cells: &[u64], phase: u32| Counts {
                cells: cells.to_vec(),
                phase,
                ..Counts::default()
            };
            let window = |i: usize| {
                let start = making.all.get(i)?.start;
                Some(of(half.windows.get(i)?, phase(making, start)))
            };
            let baseline: Vec<Counts> = match basis.windows {
                Some((from, to)) => (from..to).filter_map(window).collect(),
                None if half.own.is_empty() => vec![of(&half.baseline, 0)],
                None => {
                    let own = half.own.iter().zip(&basis.own);
                    own.map(|(cells, (start, _))| of(cells, phase(making, *start)))
                        .collect()
                }
            };
            (half.next, baseline)
        });
        let of = match column.of_words() {
            true => columns::Of::Words(
                profile.exact.then_some(column.once),
                half.as_ref().map(|(next, baseline)| columns::Half {
                    next: *next,
                    baseline,
                }),
            ),
            false => columns::Of::Bins,
        };
        let streams = columns::streams(of, &before, &after, part);
        out.extend(streams.into_iter().map(|(aspect, s)| {
            let least = making.least.of_column(s.least);
            (What::Column(at, aspect), Stream { least, ..s })
        }));
    }
    out
}

/// Cells that hold something, but no value of the column.
const fn wrong(tally: &Tally) -> u64 {
    tally.texts + tally.infinite
}

/// Cells that hold nothing.
fn absent(tally: &Tally) -> u64 {
    tally.missing().saturating_sub(wrong(tally))
}

async fn of_pairs(
    making: &Making<'_>,
    basis: &Basis<'_>,
    windows: &[Window],
    profile: &Profile,
) -> Vec<(What, Stream)> {
    let jointly = &profile.jointly;
    let mut out = Vec::new();
    for (at, pair) in jointly.pairs.iter().enumerate() {
        if at % 16 == 0 {
            pause().await;
        }
        let reading = |found: Found, phase: u32| Reading {
            value: found.z,
            variance: pair.variance / found.rows,
            own: pair.variance / found.rows,
            rows: found.rows + 3.0,
            phase,
        };
        let window = |i: usize| {
            let phase = phase(making, making.all.get(i)?.start);
            Some(reading(jointly.of(pair, i)?, phase))
        };
        let baseline: Vec<Reading> = match basis.windows {
            Some((from, to)) => (from..to).filter_map(window).collect(),
            None => (0..jointly.baseline.len())
                .filter_map(|i| {
                    let own = basis.own.get(i).filter(|_| jointly.by_window);
                    let phase = own.map_or(0, |(start, _)| phase(making, *start));
                    Some(reading(jointly.before(pair, i)?, phase))
                })
                .collect(),
        };
        let near_normal = |r: &Reading| pair.skewness.abs() <= SKEWED * r.rows.sqrt();
        let judged = |(i, w): (usize, &Window)| {
            let known = window(making.shown.0 + i).filter(near_normal)?;
            (!w.in_baseline && !w.open).then_some(known)
        };
        let stream = Stream {
            baseline,
            total: None,
            windows: windows.iter().enumerate().map(judged).collect(),
            kind: Kind::Mean { skewness: 0.0 },
            side: Side::Either,
            least: making.least.of_correlation(),
            part: 1.0,
        };
        if !stream.baseline.is_empty() && stream.windows.iter().any(Option::is_some) {
            out.push((What::Pair(at), stream));
        }
    }
    let part = 1.0 / out.len().max(1) as f64;
    out.iter_mut().for_each(|s| s.1.part = part);
    out
}

/// A column's name, quoted words and the like for a person.
pub(super) fn word(column: &ColumnProfile, at: usize) -> String {
    match &column.bins {
        crate::summary::Bins::Words(words) => words.get(at).cloned().unwrap_or_default(),
        crate::summary::Bins::Edges(_) => String::new(),
    }
}

/// Whether a metric's change is for the worse.
pub(super) fn is_worse(info: &Info, from: f64, change: f64) -> Option<bool> {
    judge::worse(info, from, from + change)
}
