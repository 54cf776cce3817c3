//! What of the numbers of the whole view is not final: windows whose outcomes still arrive.
//!
//! A metric that is a mean over rows is completed: the rows of mature windows are what they are, those of an
//! immature one come to what the window is completed to ([`Window::completed`]), and weigh as many rows as it will
//! have outcomes. Ends are completed like values: immature windows are completed by one history, so that they are
//! off to the same side, and their half widths add up. A window that is mature may still lack its last outcomes, which
//! are no fair sample either: it is completed likewise, and where that cannot be done, nothing is. Other metrics (precision, ROC AUC) are no means over the rows
//! of windows, and are marked only; so is every metric where a window has no outcome to complete it from.

use super::{Metrics, Window};
use crate::log::Task;
use crate::metric::{Estimate, info, range};
use crate::stats::interval::Interval;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Metrics that are the mean of one number a row.
const MEANS: [&str; 10] = [
    "accuracy",
    "log_loss",
    "brier_score",
    "subset_accuracy",
    "hamming_loss",
    "mean_absolute_error",
    "weighted_interval_score",
    "interval_coverage_80",
    "interval_coverage_90",
    "interval_coverage_95",
];
/// A metric that is the root of such a mean.
const ROOT: &str = "root_mean_squared_error";

/// The outcomes that [`super::Report::overall`] still waits for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Arriving {
    /// Immature windows in view.
    pub windows: u64,
    /// Their rows that have no outcome yet.
    pub rows: u64,
    /// The same in words.
    pub sentence: String,
    /// What metrics will be once these outcomes are in, with prediction intervals; of those for which it is known.
    #[serde(skip_serializing_if = "Metrics::is_empty", default)]
    pub completed: Metrics,
}

/// What of the metrics of all `windows` is not final, given what mature ones that lack some outcomes are completed to, and
/// the share of rows of mature windows that have an outcome; `None` where every outcome is in, or none.
pub(super) fn arriving(
    windows: &[Window],
    (overall, task): (&Metrics, Task),
    late: Option<(&BTreeMap<usize, Metrics>, f64)>,
) -> Option<Arriving> {
    let labelled: u64 = windows.iter().map(|w| w.labelled).sum();
    let immature: Vec<&Window> = (windows.iter())
        .filter(|w| !w.mature && w.rows > 0)
        .collect();
    if immature.is_empty() || labelled == 0 {
        return None;
    }
    let waiting = |w: &&Window| w.rows.saturating_sub(w.labelled);
    let rows = immature.iter().map(waiting).sum();
    let count = immature.len() as u64;
    let of = match count {
        1 => "1 window".to_owned(),
        n => format!("{n} windows"),
    };
    let names = MEANS.iter().chain([&ROOT]);
    // Of a window whose rows may still come, nobody knows how many it will have.
    let late = late.filter(|_| immature.iter().all(|w| !w.open));
    let completed = late.map(|(late, usual)| {
        let later = immature.iter().map(|w| (*w, &w.completed));
        let late = late.iter();
        let late = late.filter_map(|(at, to)| Some((windows.get(*at)?, to)));
        let lacking: Vec<(&Window, &Metrics)> = later.chain(late).collect();
        let one = |name: &&str| {
            let found = complete(name, (overall, task), (&lacking, usual))?;
            Some((name.to_string(), found))
        };
        names.filter_map(one).collect()
    });
    Some(Arriving {
        windows: count,
        rows,
        sentence: format!("Not final: outcomes of {of} still arrive."),
        completed: completed.unwrap_or_default(),
    })
}

/// One metric of all rows, once the outcomes of the windows that lack some are in.
fn complete(
    name: &str,
    (overall, task): (&Metrics, Task),
    (lacking, usual): (&[(&Window, &Metrics)], f64),
) -> Option<Estimate> {
    let there = |x: f64| if name == ROOT { x * x } else { x };
    let back = |x: f64| if name == ROOT { x.max(0.0).sqrt() } else { x };
    let now = overall.get(name)?;
    // What the windows that lack nothing leave of all.
    let mut rows = now.n as f64;
    let mut sums = [there(now.value?) * rows; 3];
    let mut later = 0.0;
    for (window, completed) in lacking {
        let (early, last) = (window.metrics.get(name)?, completed.get(name)?);
        let expected = (window.rows as f64 * usual).max(window.labelled as f64);
        let weight = early.n as f64 * expected / window.labelled.max(1) as f64;
        let ends = [last.low?, last.value?, last.high?];
        for (sum, end) in sums.iter_mut().zip(ends) {
            *sum += there(end) * weight - there(early.value?) * early.n as f64;
        }
        rows -= early.n as f64;
        later += weight;
    }
    let all = rows + later;
    let range = range(info(name)?, task);
    let within = |x: f64| {
        let x = range.0.map_or(x, |low| x.max(low));
        range.1.map_or(x, |high| x.min(high))
    };
    let [low, value, high] = sums.map(|sum| within(back(sum / all)));
    let told = Estimate::of(value, Some(Interval { low, high }), now.n);
    (all > 0.0 && told.value.is_some()).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::time::Time;

    fn of(value: f64, n: u64, ends: Option<(f64, f64)>) -> Estimate {
        Estimate::of(value, ends.map(|(low, high)| Interval { low, high }), n)
    }

    fn window(rows: u64, labelled: u64, early: f64, completed: Option<(f64, f64, f64)>) -> Window {
        let one = |e: Estimate| Metrics::from([("accuracy".to_owned(), e)]);
        Window {
            start: Time(0),
            end: Time(1),
            rows,
            labelled,
            mature: completed.is_none(),
            open: false,
            in_baseline: false,
            metrics: one(of(early, labelled, None)),
            estimated: Metrics::new(),
            departures: BTreeMap::new(),
            completed: completed.map_or_else(Metrics::new, |(low, value, high)| {
                one(of(value, labelled, Some((low, high))))
            }),
            delay_p50_s: None,
            delay_p95_s: None,
        }
    }

    #[test]
    fn by_hand() {
        // 200 rows at 0.8 are final; 50 of 100 are in at 0.96 and come to 0.9 (0.85 to 0.95) of 100.
        let windows = [
            window(200, 200, 0.8, None),
            window(100, 50, 0.96, Some((0.85, 0.9, 0.95))),
        ];
        let now = (200.0 * 0.8 + 50.0 * 0.96) / 250.0;
        let overall = Metrics::from([("accuracy".to_owned(), of(now, 250, None))]);
        let told = arriving(
            &windows,
            (&overall, Task::Binary),
            Some((&BTreeMap::new(), 1.0)),
        )
        .unwrap();
        assert_eq!((told.windows, told.rows), (1, 50));
        assert_eq!(
            told.sentence,
            "Not final: outcomes of 1 window still arrive."
        );
        let found = &told.completed["accuracy"];
        let want = [0.85, 0.9, 0.95].map(|c| (160.0 + 100.0 * c) / 300.0);
        let ends = [found.low, found.value, found.high].map(Option::unwrap);
        assert!(
            ends.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-12),
            "{found:?}"
        );
    }

    #[test]
    fn a_window_that_cannot_be_completed_leaves_the_mark_alone() {
        let mut windows = [window(200, 200, 0.8, None), window(100, 50, 0.96, None)];
        let overall = Metrics::from([("accuracy".to_owned(), of(0.83, 250, None))]);
        assert_eq!(
            arriving(
                &windows,
                (&overall, Task::Binary),
                Some((&BTreeMap::new(), 1.0))
            ),
            None
        );
        windows[1].mature = false;
        let told = arriving(
            &windows,
            (&overall, Task::Binary),
            Some((&BTreeMap::new(), 1.0)),
        )
        .unwrap();
        assert!(told.completed.is_empty());
        let told = arriving(&windows, (&overall, Task::Binary), None).unwrap();
        assert!(told.completed.is_empty());
        windows[0].labelled = 0;
        windows[1].labelled = 0;
        assert_eq!(
            arriving(
                &windows,
                (&overall, Task::Binary),
                Some((&BTreeMap::new(), 1.0))
            ),
            None,
            "nothing is told at all"
        );
    }
}
