//! How soon a change is found beside NannyML's way, where both raise as many false alarms.
//!
//! Its thresholds are the mean of the baseline's windows give or take so many standard deviations; the distances
//! are as its own (`defaults.rs` holds them to the tool itself).

use crate::Asked;
use crate::alarms::{
    BASELINE, CHANGE, Column, Life, MIXED, OF_COLUMNS, OF_METRICS, Of, WINDOWS, accuracy, column,
    judged, run, shifted, watched,
};
use crate::random::Random;
use crate::table::Claim;
use plumbline::stats::distance::jensen_shannon;
use plumbline::stats::sequential::{Counts, Stream};

/// How far values of windows lie from the baseline's own in NannyML's way: less their mean, over their standard
/// deviation.
fn deviations(known: &[f64], after: impl Iterator<Item = f64>) -> Vec<f64> {
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    let square = known.iter().map(|k| (k - mean) * (k - mean)).sum::<f64>() / known.len() as f64;
    after
        .map(|v| (v - mean) / square.sqrt().max(1e-12))
        .collect()
}

/// Of a column by Jensen and Shannon's distance.
fn nannyml(windows: &[Counts]) -> Vec<f64> {
    let mut all = vec![0_u64; windows[0].cells.len()];
    for window in &windows[..BASELINE] {
        for (sum, n) in all.iter_mut().zip(&window.cells) {
            *sum += n;
        }
    }
    let of = |w: &Counts| jensen_shannon(&all, &w.cells).unwrap();
    let known: Vec<f64> = windows[..BASELINE].iter().map(of).collect();
    deviations(&known, windows[BASELINE..].iter().map(of))
}

/// Of a metric, to either side.
fn nannyml_of(stream: &Stream) -> Vec<f64> {
    let known: Vec<f64> = stream.baseline.iter().map(|r| r.value).collect();
    let after = stream.windows.iter().flatten().map(|r| r.value);
    let found = deviations(&known, after).into_iter();
    found.map(f64::abs).collect()
}

/// What changes in a report of fifty columns and nine metrics.
#[derive(Clone, Copy)]
enum Change {
    Nothing,
    /// One column of numbers, by so many standard deviations.
    Moved(f64),
    /// One category of ten, to such a share.
    Share(f64),
    /// Accuracy, from one value to another.
    Accuracy(f64, f64),
}

/// A report in both eyes: its streams, and for each of what NannyML watches how far its windows lie; what changes
/// is the first of both.
fn in_both_eyes(random: &mut Random, change: Change) -> (Vec<Of>, Vec<Vec<f64>>) {
    let (mut streams, mut theirs): (Vec<Of>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    let (from, to) = match change {
        Change::Accuracy(from, to) => (from, to),
        _ => (0.9, 0.9),
    };
    for i in 0..9 {
        let (to, part) = match i {
            0 => (to, OF_METRICS / 2.0),
            _ => (from, OF_METRICS / 16.0),
        };
        let stream = accuracy(random, 2_000, from, to, part);
        theirs.push(nannyml_of(&stream));
        streams.push((50 + i, stream));
    }
    for at in 0..50 {
        let mut shares = vec![0.1; 10];
        let (kind, changed) = match (at, change) {
            (0, Change::Moved(by)) => (Column::Even, Some(shifted(by))),
            (0, Change::Share(share)) => {
                shares.fill((1.0 - share) / 9.0);
                shares[3] = share;
                (Column::Ten, Some(shares))
            }
            _ => (MIXED[at % MIXED.len()], None),
        };
        let windows = column(random, kind, 1_000, Life::Plain, changed.as_deref());
        let ours = watched(random, kind, &windows, BASELINE, OF_COLUMNS / 50.0);
        theirs.push(nannyml(&windows));
        streams.extend(ours.into_iter().map(|s| (at, s)));
    }
    (streams, theirs)
}

/// One of the two delays of a run.
type Delay<'a> = &'a dyn Fn(&(Option<usize>, Option<usize>)) -> Option<usize>;

/// How soon changes are found in NannyML's way and ours, at the same rate of false alarms: its threshold is set so
/// that it raises as many where nothing changes.
pub fn claims(asked: &Asked, runs: usize) -> Vec<Claim> {
    let seed = (asked.seed << 40) + (950 << 20);
    let quiet = run(runs, |i| {
        let (streams, theirs) = in_both_eyes(&mut Random::new(seed + i), Change::Nothing);
        (judged(&streams).0.len(), theirs.concat())
    });
    let ours: usize = quiet.iter().map(|q| q.0).sum();
    let mut theirs: Vec<f64> = quiet.into_iter().flat_map(|q| q.1).collect();
    theirs.sort_by(|a, b| b.total_cmp(a));
    let three = theirs.iter().filter(|t| **t > 3.0).count() as f64 / runs as f64;
    let threshold = theirs[ours.max(1) - 1];
    let rate = ours as f64 / runs as f64;
    let changes = [
        ("0.2 sd shift of one of 50 columns", Change::Moved(0.2)),
        ("a category from 10 to 15 %", Change::Share(0.15)),
        ("accuracy from 90 to 87 %", Change::Accuracy(0.9, 0.87)),
        ("accuracy from 80 to 77 %", Change::Accuracy(0.8, 0.77)),
    ];
    let mut out = Vec::new();
    for (at, (name, change)) in changes.into_iter().enumerate() {
        let seed = seed + ((1 + at as u64) << 16);
        let delays = run(runs, |i| {
            let (streams, theirs) = in_both_eyes(&mut Random::new(seed + i), change);
            let (subject, place) = match change {
                Change::Accuracy(..) => (50, 0),
                _ => (0, 9),
            };
            let alarms = judged(&streams).0;
            let own = alarms
                .iter()
                .filter(|a| streams[a.0].0 == subject && a.1.raised >= CHANGE);
            let sooner = theirs[place][CHANGE..].iter().position(|t| *t > threshold);
            (own.map(|a| a.1.raised - CHANGE).min(), sooner)
        });
        let soon = |of: Delay<'_>| {
            let found = delays.iter().filter(|d| of(d).is_some_and(|d| d <= 2));
            100.0 * found.count() as f64 / runs as f64
        };
        let mean = |of: Delay<'_>| {
            let windows = delays.iter().map(|d| of(d).unwrap_or(WINDOWS - CHANGE));
            windows.map(|w| w as f64 + 1.0).sum::<f64>() / runs as f64
        };
        let (first, second) = (mean(&|d| d.0), mean(&|d| d.1));
        out.push(Claim::new(
            format!("{name}, beside NannyML's thresholds at the same rate of false alarms ({rate:.2} a report)"),
            "earlier",
            format!(
                "after {first:.2} windows, {:.1} % within 3; NannyML's {second:.2}, {:.1} % ({threshold:.1} standard deviations; its 3 raise {three:.1} false alarms a report)",
                soon(&|d| d.0),
                soon(&|d| d.1)
            ),
            first < second,
        ));
    }
    out
}
