//! What is watched of whole rows: those that are wrong in themselves, those that an earlier window has too, and outcomes
//! that come later than they did.
//!
//! Rows that only look alike are the more the more rows they may equal; where these are more than in the baseline, so
//! many more are no change. Where half of the baseline's rows stand in other windows, their values are too few to tell
//! whether they stand still. Outcomes are late beyond the time that 95 % of the baseline's took. Only windows whose
//! outcomes are in tell it; of the last ones those that are later still lack, so that fewer seem late, and never more.

use super::baseline::Basis;
use super::checks::CheckKind;
use super::make::Making;
use super::watch::{What, phase};
use super::{Alert, Window, judge, volume, words};
use crate::metric::Unit;
use crate::stats::sequential::columns::{self, Counts};
use crate::stats::sequential::{Kind, Least, Side, Stream};
use crate::stats::sketch::LogHistogram;
use crate::summary::{Lines, Profile};

/// The share of rows, in addition to the baseline's, that are worth an alarm where an earlier window has them.
pub(super) const STALE: f64 = 0.1;
/// How much of a change of late outcomes is: J. Cohen's h, which from 5 % goes to 10 %.
pub(super) const LATE: f64 = 0.2;
/// The share of the baseline's outcomes that come in time.
const IN_TIME: f64 = 0.95;
/// The share of rows that stand in other windows of the baseline from which on nothing is told by it.
const COMMON: f64 = 0.5;

/// Rows by what is wrong with them, of so many.
type OfLines = (CheckKind, fn(&Lines) -> (u64, u64));
const OF_LINES: [OfLines; 6] = [
    (CheckKind::DuplicateRow, |l| (l.duplicates, l.rows)),
    (CheckKind::DuplicateId, |l| (l.same_id, l.rows)),
    (CheckKind::Before1971, |l| (l.before_1971, l.rows)),
    (CheckKind::FarTime, |l| (l.far, l.rows)),
    (CheckKind::EarlyOutcome, |l| {
        (l.early_outcomes, l.timed_outcomes)
    }),
    (CheckKind::StaleRow, stale),
];

/// Rows that another window has too, of those that may.
pub(super) fn stale(lines: &Lines) -> (u64, u64) {
    match lines.among {
        0 => (0, 0),
        _ => (lines.stale, lines.rows),
    }
}

/// Rows among which those of a kind are looked for, where chance finds the more the more there are.
fn among(kind: CheckKind, lines: &Lines) -> Option<f64> {
    match kind {
        CheckKind::DuplicateRow => Some(lines.rows as f64),
        CheckKind::StaleRow => Some(lines.among as f64),
        _ => None,
    }
}

/// The seconds that 95 % of the baseline's outcomes took at most; `None` where none carries a time.
pub(super) fn in_time(basis: &Basis<'_>) -> Option<f64> {
    let delays = basis.cell.delay_s.as_ref()?;
    delays.quantile(IN_TIME).filter(|long| *long > 0.0)
}

/// The streams of whole rows, where anything of the kind is found, each with its part of theirs.
pub(super) fn streams(
    making: &Making<'_>,
    basis: &Basis<'_>,
    windows: &[Window],
    profile: Option<&Profile>,
) -> Vec<(What, Stream)> {
    let exact = profile.filter(|profile| profile.exact);
    let lines = |profile| {
        let all = OF_LINES.into_iter();
        all.filter_map(move |of| of_lines(making, basis, windows, profile, of))
    };
    let mut out: Vec<(What, Stream)> = exact.into_iter().flat_map(lines).collect();
    out.extend(late(making, basis, windows));
    let part = 1.0 / out.len().max(1) as f64;
    out.iter_mut().for_each(|s| s.1.part = part);
    out
}

fn of_lines(
    making: &Making<'_>,
    basis: &Basis<'_>,
    windows: &[Window],
    profile: &Profile,
    (kind, of): OfLines,
) -> Option<(What, Stream)> {
    let before: Vec<(&Lines, u32)> = match basis.windows {
        Some((from, to)) => (from..to)
            .filter_map(|i| {
                Some((
                    profile.windows.get(i)?,
                    phase(making, making.all.get(i)?.start),
                ))
            })
            .collect(),
        None if profile.own.is_empty() => vec![(&profile.baseline, 0)],
        None => (profile.own.iter().zip(&basis.own))
            .map(|(lines, (start, _))| (lines, phase(making, *start)))
            .collect(),
    };
    let usual = before.iter().filter_map(|(lines, _)| among(kind, lines));
    let usual = usual.sum::<f64>() / before.len().max(1) as f64;
    let counts = |lines: &Lines, phase: u32| {
        let (hits, rows) = of(lines);
        // By chance the share of rows that are alike grows with the rows among which they may be.
        let more = among(kind, lines).map_or(1.0, |among| (usual / among).min(1.0));
        let hits = libm::floor(hits.min(rows) as f64 * more) as u64;
        (rows > 0).then(|| told((hits, rows), phase))
    };
    let judged = |(i, w): (usize, &Window)| {
        let lines = profile.windows.get(making.shown.0 + i)?;
        let known = counts(lines, phase(making, w.start))?;
        (!w.in_baseline && !w.open).then_some(known)
    };
    let before: Vec<Counts> = before
        .iter()
        .filter_map(|(l, phase)| counts(l, *phase))
        .collect();
    let after: Vec<Option<Counts>> = windows.iter().enumerate().map(judged).collect();
    if kind == CheckKind::StaleRow && share(&before) > COMMON {
        return None;
    }
    let stream = stream(&before, &after)?;
    let stream = match kind {
        CheckKind::StaleRow => Stream {
            least: Least::Absolute(STALE),
            kind: Kind::Uneven,
            ..stream
        },
        _ => Stream {
            least: making.least.of_column(stream.least),
            ..stream
        },
    };
    Some((What::Rows(kind), stream))
}

/// Outcomes that take longer than those of the baseline did.
fn late(making: &Making<'_>, basis: &Basis<'_>, windows: &[Window]) -> Option<(What, Stream)> {
    let long = in_time(basis)?;
    let counts = |delays: Option<&LogHistogram>, phase: u32| {
        let delays = delays.filter(|d| d.count() > 0)?;
        Some(told((delays.count_above(long), delays.count()), phase))
    };
    let frame = |i: usize| {
        let frame = making.all.get(i)?;
        counts(frame.cell.delay_s.as_ref(), phase(making, frame.start))
    };
    let before: Vec<Counts> = match basis.windows {
        Some((from, to)) => (from..to).filter_map(frame).collect(),
        None if basis.own.is_empty() => {
            counts(basis.cell.delay_s.as_ref(), 0).into_iter().collect()
        }
        None => (basis.own.iter())
            .filter_map(|(at, cell)| counts(cell.delay_s.as_ref(), phase(making, *at)))
            .collect(),
    };
    let judged = |(i, w): (usize, &Window)| {
        let known = w.mature && !w.in_baseline && !w.open;
        frame(making.shown.0 + i).filter(|_| known)
    };
    let after: Vec<Option<Counts>> = windows.iter().enumerate().map(judged).collect();
    let stream = stream(&before, &after)?;
    let stream = Stream {
        least: Least::Angle(LATE),
        kind: Kind::Uneven,
        ..stream
    };
    Some((What::Rows(CheckKind::LateOutcome), stream))
}

fn told((hits, rows): (u64, u64), phase: u32) -> Counts {
    Counts {
        cells: vec![rows.saturating_sub(hits)],
        missing: hits,
        wrong: 0,
        phase,
    }
}

fn share(of: &[Counts]) -> f64 {
    let sum = |(hits, rows), c: &Counts| (hits + c.missing, rows + c.missing + c.cells[0]);
    let (hits, rows) = of.iter().fold((0, 0), sum);
    hits as f64 / rows.max(1) as f64
}

/// The stream of a share that may not rise; `None` where none is found.
fn stream(before: &[Counts], after: &[Option<Counts>]) -> Option<Stream> {
    let found = after.iter().flatten().any(|c| c.missing > 0);
    let stream = columns::share(before, after, 1.0, |c| (c.missing, c.missing + c.cells[0]));
    (found && !before.is_empty()).then_some(Stream {
        side: Side::Up,
        ..stream
    })
}

/// What happened to whole rows, as a sentence without its end; `label`: what they are compared with; `shares` says how their share moved.
pub(super) fn sentence(
    alert: &Alert,
    kind: CheckKind,
    (making, basis, label): (&Making<'_>, &Basis<'_>, &str),
    shares: &str,
) -> String {
    match kind {
        CheckKind::Volume => volume::sentence(alert, making, label),
        CheckKind::LateOutcome => of_late(alert, making, basis, label),
        _ => format!("The share of {} {shares}", what_rows(kind.name())),
    }
}

fn of_late(alert: &Alert, making: &Making<'_>, basis: &Basis<'_>, label: &str) -> String {
    let long = words::duration(in_time(basis).unwrap_or_default());
    let then = alert.baseline.value.unwrap_or_default();
    let outcomes = match alert.change.as_ref().map_or(0, |c| c.n) {
        1 => "1 outcome".to_owned(),
        n => format!("{} outcomes", words::grouped(n as f64)),
    };
    format!(
        "Outcomes come later: {} of {} took longer than {long} (in the baseline, {}: {}) {}",
        words::in_unit(Unit::Percent, &alert.value),
        outcomes,
        label,
        words::value(Unit::Percent, then),
        judge::span(alert, making),
    )
}

/// Rows that are so, in words.
pub(super) fn what_rows(kind: &str) -> &'static str {
    match kind {
        "duplicate_row" => "rows that are there twice",
        "duplicate_id" => "rows whose id an earlier row has",
        "before1971" => "rows dated before 1971",
        "far_time" => "rows dated far from all others",
        "stale_row" => "rows that repeat the values of an earlier window",
        "late_outcome" => "outcomes that come later than 95 % of the baseline's",
        _ => "outcomes dated before their prediction",
    }
}
