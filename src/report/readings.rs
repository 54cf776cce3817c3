//! Metrics of windows as readings, which [`crate::stats::sequential`] tests.
//!
//! A reading's error is that of its interval. A window of too few rows for an interval of its own is still a mean of
//! its rows, whose error the rows of the baseline tell: of a share exactly, by its counts; of another mean where as many
//! windows together have rows enough for the skewness that such values have, as their intervals take it
//! ([`crate::metric`]).
//!
//! A number that is no mean of rows, such as ROC AUC or balanced accuracy, is compared with what it is in windows of the
//! baseline: of hours that differ it is another one of all of them together.

use crate::metric::{Better, Estimate, Info, Measured};
use crate::stats::sequential::{Kind, Least, Reading, Side, Stream};

/// Rows that a mean has at least; how many windows together need is for the test of them to say.
const LEAST_ROWS: f64 = 20.0;

/// Windows of the baseline that tell what a number of windows is, where it is no mean of rows.
const LEAST_WINDOWS: usize = 3;
/// Rows of windows, of those of all of the baseline, from which on they are as good as the whole.
const WHOLE: f64 = 0.9;

/// An estimate as a reading; `towards`: the value that it is compared with.
pub(super) fn reading(of: &Estimate, towards: Option<f64>, phase: u32) -> Option<Reading> {
    let se = match towards {
        Some(other) => of.se_towards(other)?,
        None => of.se()?,
    };
    let own = of.se()?;
    Some(Reading {
        value: of.value?,
        variance: se * se,
        own: own * own,
        rows: of.n.max(1) as f64,
        phase,
    })
}

/// What the rows of a baseline vary by.
#[derive(Clone, Copy)]
struct Row {
    kind: Kind,
    variance: f64,
}

impl Row {
    /// Of a mean of rows; `None` of another number, and where the baseline has no interval either.
    fn of(info: &Info, base: &Estimate) -> Option<Self> {
        let (value, n) = (base.value?, base.n as f64);
        let measured = info.measured()?;
        if measured == Measured::Share {
            // A share of 0 has some variance too.
            let p = (value * n + 0.5) / (n + 1.0);
            return Some(Self {
                kind: Kind::Share,
                variance: p * (1.0 - p),
            });
        }
        let se = base.se().filter(|se| *se > 0.0)?;
        let variance = se * se * n;
        let skewness = measured.skewness(value, variance);
        Some(Self {
            kind: Kind::Mean { skewness },
            variance,
        })
    }

    fn reading(self, of: &Estimate, phase: u32) -> Option<Reading> {
        let (value, rows) = (of.value?, of.n as f64);
        let enough = match self.kind {
            Kind::Share => rows > 0.0,
            Kind::Uneven | Kind::Count => false,
            Kind::Mean { .. } => rows >= LEAST_ROWS,
        };
        let own = match self.kind {
            Kind::Share => value * (1.0 - value),
            Kind::Mean { .. } | Kind::Uneven | Kind::Count => self.variance,
        };
        enough.then(|| Reading {
            value,
            variance: self.variance / rows,
            own: own.max(0.0) / rows,
            rows,
            phase,
        })
    }
}

/// The stream of a metric, from what it is in windows of the baseline and in those that are judged, each with its
/// phase.
pub(super) fn stream(
    (info, least): (&Info, Least),
    base: &Estimate,
    before: &[(&Estimate, u32)],
    windows: &[Option<(&Estimate, u32)>],
) -> Stream {
    let plain = |of: &(&Estimate, u32)| reading(of.0, base.value, of.1);
    let lacks = |of: &(&Estimate, u32)| of.0.value.is_some() && of.0.low.is_none();
    let small = windows.iter().flatten().any(lacks);
    let row = Row::of(info, base).filter(|_| small);
    let told = |of: &(&Estimate, u32), plain: Option<Reading>| match row {
        Some(row) if row.kind == Kind::Share => row.reading(of.0, of.1),
        Some(row) => plain.or_else(|| row.reading(of.0, of.1)),
        None => plain,
    };
    let known = |of: &(&Estimate, u32)| told(of, reading(of.0, None, of.1));
    let judged = |of: &Option<(&Estimate, u32)>| of.as_ref().and_then(|of| told(of, plain(of)));
    let before: Vec<Reading> = before.iter().filter_map(known).collect();
    // A number that is no mean of rows may be another one of all rows together than of each window.
    let told_by: f64 = before.iter().map(|r| r.rows).sum();
    let apart = info.measured().is_none()
        && before.len() >= LEAST_WINDOWS
        && told_by < WHOLE * base.n as f64;
    Stream {
        total: known(&(base, 0)).filter(|_| !apart),
        baseline: before,
        windows: windows.iter().map(judged).collect(),
        kind: row.map_or(Kind::Mean { skewness: 0.0 }, |row| row.kind),
        side: match info.better {
            Better::Higher => Side::Down,
            Better::Lower => Side::Up,
            Better::Zero | Better::Near(_) | Better::Neither => Side::Either,
        },
        least,
        part: 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric;
    use crate::stats::interval::Interval;
    use crate::stats::sequential::watch;

    fn small(value: f64, n: u64) -> Estimate {
        Estimate::of(value, None, n)
    }

    fn alarms(name: &str, base: &Estimate, n: u64, values: &[f64]) -> Vec<usize> {
        let info = metric::info(name).expect("it is there");
        let noise = |i: usize| [0.01, -0.012, 0.004, -0.006, 0.009, -0.005][i % 6];
        let middle = base.value.expect("it has one");
        let before: Vec<Estimate> = (0..6).map(|i| small(middle + noise(i), n)).collect();
        let windows: Vec<Estimate> = values.iter().map(|v| small(*v, n)).collect();
        let before: Vec<(&Estimate, u32)> = before.iter().map(|e| (e, 0)).collect();
        let windows: Vec<Option<(&Estimate, u32)>> = windows.iter().map(|e| Some((e, 0))).collect();
        let of = stream((info, Least::Absolute(0.01)), base, &before, &windows);
        let verdict = watch(&[of], 30.0).remove(0);
        verdict.alarms.iter().map(|a| a.start).collect()
    }

    #[test]
    fn lists_too_few_for_an_interval_are_watched() {
        let interval = Interval {
            low: 0.70,
            high: 0.74,
        };
        let base = Estimate::of(0.72, Some(interval), 600);
        let mut values = vec![0.725, 0.71, 0.73, 0.715];
        assert!(alarms("ndcg_at_10", &base, 60, &values).is_empty());
        values.extend([0.38, 0.35, 0.39]);
        assert_eq!(alarms("ndcg_at_10", &base, 60, &values), [4]);
        // Of a few lists a mean is far from normal.
        assert!(alarms("ndcg_at_10", &base, 5, &values).is_empty());
    }

    #[test]
    fn rows_too_few_for_an_interval_are_watched_by_their_counts() {
        let base = metric::share_of(56, 80);
        let mut values = vec![0.75, 0.625, 0.75, 0.75, 0.625];
        assert!(alarms("accuracy", &base, 8, &values).is_empty());
        values.extend([0.125; 5]);
        assert_eq!(alarms("accuracy", &base, 8, &values), [5]);
    }

    /// Of hours that differ, balanced accuracy is another one of all of them together than of each.
    #[test]
    fn what_is_no_mean_of_rows_is_compared_with_windows() {
        let of = |value: f64, n: u64| {
            let interval = Interval {
                low: value - 0.05,
                high: value + 0.05,
            };
            Estimate::of(value, Some(interval), n)
        };
        let base = of(0.756, 3_600);
        let before: Vec<Estimate> = (0..8)
            .map(|i| of(0.63 + 0.01 * f64::from(i % 3), 60))
            .collect();
        let windows: Vec<Estimate> = (0..30)
            .map(|i| of(0.63 + 0.01 * f64::from(i % 3), 60))
            .collect();
        let before: Vec<(&Estimate, u32)> = before.iter().map(|e| (e, 0)).collect();
        let windows: Vec<Option<(&Estimate, u32)>> = windows.iter().map(|e| Some((e, 0))).collect();
        let alarms = |name: &str| {
            let info = metric::info(name).expect("it is there");
            let of = stream((info, Least::Absolute(0.01)), &base, &before, &windows);
            watch(&[of], 30.0).remove(0).alarms.len()
        };
        assert_eq!(alarms("balanced_accuracy"), 0);
        // A mean of rows is that of the windows together.
        assert_eq!(alarms("ndcg_at_10"), 1);
    }

    #[test]
    fn what_is_no_mean_of_rows_is_not() {
        let interval = Interval {
            low: 0.70,
            high: 0.74,
        };
        let base = Estimate::of(0.72, Some(interval), 600);
        assert!(alarms("roc_auc", &base, 60, &[0.3; 6]).is_empty());
    }
}
