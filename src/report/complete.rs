//! What the metrics of an immature window will be once its outcomes are in, from the history of delays.
//!
//! Outcomes that come early are no fair sample of all (who pays back early pays back), so the metric of the
//! outcomes that are there is not the metric of the window. How far it is off is known of mature windows:
//! each is looked at as it was when it was as old as the immature one is now, and compared with what became
//! of it. With dⱼ = final − early over M such windows, nⱼ early and Nⱼ final outcomes and
//! vⱼ = 1/nⱼ − 1/Nⱼ (the variance that the missing outcomes leave, in units of one outcome's),
//!
//! | | |
//! | --- | --- |
//! | completed | early + d̄, kept within the metric's range |
//! | s² | Σ (dⱼ − d̄)² / vⱼ / (M − 1) |
//! | interval | ± t₀.₉₇₅,ₘ₋₁ · √(s² (v + v̄ / M)), where v is of the immature window and its usual coverage |
//!
//! It is a prediction interval of the number that the window will show, not of what lies behind it.
//! Assumed: outcomes come as they came in these windows, and the windows are independent. A completed metric
//! is never final: it raises no alert and is not judged.

use super::make::{Frame, Making};
use super::steps::pause;
use super::{Metrics, Window, maturity};
use crate::metric::{self, Estimate, Family, Material, Measures, Metric, Rank};
use crate::stats::interval::Interval;
use crate::stats::special::student_t_quantile;
use crate::summary::{AsOf, Cell};
use crate::table::time::Time;
use std::collections::BTreeMap;

/// Mature windows that tell it, at most and at least.
const MOST: usize = 16;
const LEAST: usize = 5;
/// Immature windows that are completed at most: the oldest, which have the most outcomes. As many mature ones that still
/// lack some outcomes are completed for the numbers of the whole view.
const WINDOWS: usize = 16;
/// The share of delays that has passed since the windows that tell it ended: a window that is judged may
/// still lack some outcomes, the latest ones.
const SETTLED: f64 = 0.995;
/// Rows at most that are gone back to.
const ROWS: u64 = 4_000_000;
/// Of mature windows that lack some outcomes, the same.
const LATE: (usize, u64) = (8, 1_000_000);

/// What windows are completed to.
#[derive(Default)]
pub(super) struct Completion {
    /// A sentence on it, where immature ones are.
    pub sentence: Option<String>,
    /// By their place among those shown, mature windows that still lack some outcomes; `None` where one of these could
    /// not be completed.
    pub late: Option<BTreeMap<usize, Metrics>>,
}

/// A window that lacks outcomes and the mature ones that tell how it will go on.
struct History {
    window: usize,
    /// Mature windows, each with the instant at which it was as old as the immature one is now.
    before: Vec<(usize, AsOf)>,
}

/// Fills [`Window::completed`] of the immature windows in view (`first`: the place of the first window among
/// all), and tells of the others.
pub(super) async fn complete(
    making: &Making<'_>,
    first: usize,
    windows: &mut [Window],
) -> Completion {
    let mut lacking: Vec<AsOf> = Vec::new();
    let Some(usual) = usual_coverage(&making.all) else {
        return Completion::default();
    };
    let mut completed = (0, usize::MAX);
    let mut late = BTreeMap::new();
    let (histories, wanted) = histories(making, first, windows.len());
    for history in histories {
        let cells = |at: &AsOf| making.series.arrived(at);
        lacking.extend(
            history
                .before
                .iter()
                .map(|b| b.1)
                .filter(|b| cells(b).is_none()),
        );
        let before: Vec<(&Cell, &Cell)> = history
            .before
            .iter()
            .filter_map(|(i, at)| Some((cells(at)?, making.all[*i].cell.as_ref())))
            .collect();
        if before.len() < LEAST {
            continue;
        }
        let place = history.window - first;
        let Some(window) = windows.get_mut(place) else {
            continue;
        };
        let expected = (window.rows as f64 * usual).max(window.labelled as f64);
        let found = metrics(
            making,
            &before,
            (&window.metrics, window.labelled),
            expected,
        );
        if window.mature {
            late.insert(place, found);
            pause().await;
            continue;
        }
        window.completed = found;
        if !window.completed.is_empty() {
            completed = (completed.0 + 1, completed.1.min(before.len()));
        }
        pause().await;
    }
    making.missing().arrivals = (!lacking.is_empty()).then_some((making.at, lacking));
    let sentence = (completed.0 > 0).then(|| {
        format!(
            "{}: what the metric will be once the outcomes are in, told by how {} earlier windows went on from the same age. It is no final number and is not judged.",
            match completed.0 {
                1 => "One window is completed".into(),
                n => format!("{n} windows are completed"),
            },
            completed.1
        )
    });
    Completion {
        sentence,
        late: wanted.filter(|n| late.len() == *n).map(|_| late),
    }
}

/// Mean share of rows of mature windows that have an outcome.
pub(super) fn usual_coverage(all: &[Frame<'_>]) -> Option<f64> {
    let mature = all.iter().filter(|w| w.mature);
    let (rows, labelled) = mature.fold((0, 0), |(r, l), w| (r + w.cell.rows, l + w.cell.labelled));
    (rows > 0).then(|| labelled as f64 / rows as f64)
}

/// The windows among those shown that lack outcomes, each with its history: immature ones, then mature ones whose last
/// outcomes are still out, and how many of these there are. None where outcomes carry no time.
fn histories(making: &Making<'_>, first: usize, shown: usize) -> (Vec<History>, Option<usize>) {
    let summary = making.summary;
    let (Some(as_of), true, false) = (making.as_of, summary.delays, summary.streamed) else {
        return (Vec::new(), None);
    };
    let immature = (first..first + shown).filter(|i| {
        let window = &making.all[*i];
        !window.mature && window.cell.labelled > 0
    });
    let wait = maturity::delays(summary).quantile(SETTLED).unwrap_or(0.0);
    let settled = |m: &Frame<'_>| (as_of.0 as f64 - m.end.0 as f64) / 1e6 >= wait;
    let told = |m: &Frame<'_>| m.mature && m.cell.labelled > 0;
    let all = || making.all.iter().filter(|m| told(m));
    // A young log has none that are settled.
    let young = all().filter(|m| settled(m)).count() < LEAST;
    let late = (first..first + shown).filter(|i| {
        let window = &making.all[*i];
        window.mature && window.cell.rows > 0 && !settled(window)
    });
    let late: Vec<usize> = late.collect();
    let mut rows = 0;
    let mut histories = Vec::new();
    // Where no window is immature, the whole view waits for nothing that is told; where one cannot be completed, it
    // cannot either.
    let lacking = (first..first + shown).filter(|i| !making.all[*i].mature);
    let lacking = lacking.filter(|i| making.all[*i].cell.rows > 0).count();
    let known = immature.clone().count();
    let waits = known > 0 && known == lacking && known.max(late.len()) <= WINDOWS;
    let others = late.iter().copied().filter(|_| waits && !young);
    let mut late_rows = 0;
    for window in immature.take(WINDOWS).chain(others) {
        let (most, limit, rows) = match making.all[window].mature {
            true => (LATE.0, LATE.1, &mut late_rows),
            false => (MOST, ROWS, &mut rows),
        };
        let end = making.all[window].end;
        let age = |m: &Frame<'_>| Time(as_of.0.saturating_sub(end.0.saturating_sub(m.end.0)));
        let before: Vec<(usize, AsOf)> = (0..window)
            .rev()
            .filter(|i| told(&making.all[*i]) && (young || settled(&making.all[*i])))
            .take(most)
            .map(|i| {
                let (range, instant) = (making.all[i].range, age(&making.all[i]));
                (i, AsOf { range, instant })
            })
            .collect();
        *rows += before
            .iter()
            .map(|b| making.all[b.0].cell.rows)
            .sum::<u64>();
        if *rows > limit {
            break;
        }
        if before.len() >= LEAST {
            histories.push(History { window, before });
        }
    }
    (histories, Some(late.len()))
}

/// The judged metrics, completed.
fn metrics(
    making: &Making<'_>,
    before: &[(&Cell, &Cell)],
    (early, labelled): (&Metrics, u64),
    expected: f64,
) -> Metrics {
    let of = |cell: &Cell, metric: &dyn Metric| {
        metric.estimate(&Measures::new(making.summary, cell, None, making.cut))
    };
    let mut out = Metrics::new();
    for metric in metric::of(making.summary) {
        let info = metric.info();
        if info.material == Material::Never && info.rank != Rank::Headline {
            continue;
        }
        let Some(now) = early.get(info.name).filter(|e| e.value.is_some()) else {
            continue;
        };
        let mut steps = Vec::new();
        // A list is there from its first outcome on, and is made of those that are in.
        let of_lists = info.family == Family::Ranking;
        let outcomes = |estimate: &Estimate, cell: &Cell| match of_lists {
            true => cell.labelled.max(1),
            false => estimate.n.max(1),
        };
        for (early_cell, last_cell) in before {
            let (early, last) = (of(early_cell, metric), of(last_cell, metric));
            if let (Some(from), Some(to)) = (early.value, last.value) {
                let there = outcomes(&early, early_cell) as f64;
                let left = 1.0 / there - 1.0 / outcomes(&last, last_cell) as f64;
                steps.push((to - from, left.max(0.0)));
            }
        }
        let n = if of_lists { labelled } else { now.n };
        let range = metric.range(making.summary.task);
        if let Some(estimate) = completed((now, n), &steps, expected, range) {
            out.insert(info.name.to_string(), estimate);
        }
    }
    out
}

/// The metric of `now`, which so many outcomes tell, after steps like these, each with the variance that the missing outcomes left.
fn completed(
    (now, n): (&Estimate, u64),
    steps: &[(f64, f64)],
    expected: f64,
    range: (Option<f64>, Option<f64>),
) -> Option<Estimate> {
    let m = steps.len();
    if m < LEAST {
        return None;
    }
    let count = m as f64;
    let mean = steps.iter().map(|s| s.0).sum::<f64>() / count;
    let left = steps.iter().map(|s| s.1).sum::<f64>() / count;
    // Where a window was complete already, no step is left to it.
    let squares = steps.iter().filter(|s| s.1 > 0.0);
    let square = squares
        .map(|s| (s.0 - mean) * (s.0 - mean) / s.1)
        .sum::<f64>()
        / (count - 1.0);
    let own = (1.0 / n.max(1) as f64 - 1.0 / expected.max(1.0)).max(0.0);
    let half = student_t_quantile(0.975, count - 1.0) * (square * (own + left / count)).sqrt();
    let within = |x: f64| {
        let x = range.0.map_or(x, |low| x.max(low));
        range.1.map_or(x, |high| x.min(high))
    };
    let value = within(now.value? + mean);
    let interval = Interval {
        low: within(now.value? + mean - half),
        high: within(now.value? + mean + half),
    };
    let estimate = Estimate::of(value, Some(interval), now.n);
    estimate.value.is_some().then_some(estimate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64, n: u64) -> Estimate {
        Estimate::of(value, None, n)
    }

    #[test]
    fn by_hand() {
        // Five windows of 100 outcomes of which 50 were there: v = 0.01 each.
        let steps: Vec<(f64, f64)> = [0.01, 0.03, 0.02, 0.04, 0.0].map(|d| (d, 0.01)).to_vec();
        let found = completed(
            (&estimate(0.8, 50), 50),
            &steps,
            100.0,
            (Some(0.0), Some(1.0)),
        )
        .unwrap();
        // d̄ = 0.02, s² = 0.001 / 0.01 / 4 = 0.025, own v = 0.01.
        let half = 2.776_445_105_197_8 * (0.025_f64 * 0.012).sqrt();
        assert!((found.value.unwrap() - 0.82).abs() < 1e-12);
        assert!((found.high.unwrap() - 0.82 - half).abs() < 1e-9);
        assert!((0.82 - half - found.low.unwrap()).abs() < 1e-9);
    }

    #[test]
    fn too_little_history_tells_nothing_and_the_range_holds() {
        let steps = [(0.1, 0.01); 4];
        assert_eq!(
            completed((&estimate(0.8, 50), 50), &steps, 100.0, (None, None)),
            None
        );
        let steps = [(0.3, 0.01); 6];
        let found = completed(
            (&estimate(0.8, 50), 50),
            &steps,
            100.0,
            (Some(0.0), Some(1.0)),
        )
        .unwrap();
        assert_eq!((found.value, found.high), (Some(1.0), Some(1.0)));
    }
}
