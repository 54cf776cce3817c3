//! What windows come to beside the baseline, as estimates that incidents are told with.

use super::baseline::Basis;
use super::make::Making;
use super::watch::{Item, What, phase};
use crate::metric::{Estimate, Info, Measured};
use crate::stats::interval::{Interval, wilson_of_share};
use crate::stats::sequential::Tested;
use crate::stats::sequential::columns::Aspect;
use crate::stats::sequential::fit::Fit;
use crate::summary::{ColumnProfile, Tally};

/// A difference with its interval; of a correlation in its own unit.
pub(super) fn change(of: &Tested, what: &What) -> Estimate {
    let by = |change: f64| match what {
        What::Pair(_) => libm::tanh(of.from + change) - libm::tanh(of.from),
        _ => change,
    };
    let interval = Interval {
        low: by(of.low),
        high: by(of.high),
    };
    Estimate::of(by(of.change), Some(interval), of.rows as u64)
}

/// What windows come to; the interval ends where the number does.
pub(super) fn now(of: &Tested, what: &What) -> Estimate {
    bounded(of.from + of.change, of.value, of.rows, what)
}

/// What the baseline is for them.
pub(super) fn then(of: &Tested, what: &What) -> Estimate {
    bounded(of.from, of.of_baseline, of.baseline_rows, what)
}

fn bounded(value: f64, interval: Interval, rows: f64, what: &What) -> Estimate {
    let interval = match what.info().and_then(Info::measured) {
        Some(Measured::Share) => wilson_of_share(value.clamp(0.0, 1.0), rows),
        _ => interval,
    };
    let (least, most) = match what {
        What::Metric(info) | What::Slice(info, ..) => info.range,
        What::Column(_, Aspect::Shape(_)) | What::Pair(_) => (None, None),
        What::Column(..) | What::Rows(_) => (Some(0.0), Some(1.0)),
    };
    let within = |x: f64| {
        if matches!(what, What::Pair(_)) {
            return libm::tanh(x);
        }
        let x = least.map_or(x, |least| x.max(least));
        most.map_or(x, |most| x.min(most))
    };
    let interval = Interval {
        low: within(interval.low),
        high: within(interval.high),
    };
    let value = match what {
        What::Pair(_) => within(value),
        _ => value,
    };
    Estimate::of(value, Some(interval), libm::rint(rows) as u64)
}

/// The mean of a column's numbers in the judged windows of a range (exclusive), after that of the baseline: where a
/// season is removed, of its windows that are like these, each phase as much as its values here.
pub(super) fn means(
    (making, basis): (&Making<'_>, &Basis<'_>),
    item: &Item,
    column: &ColumnProfile,
    (from, to): (usize, usize),
) -> Option<[Estimate; 2]> {
    let first = making.shown.0;
    let judged = |i: &usize| item.stream.windows.get(*i).is_some_and(Option::is_some);
    let phase_of = |window: usize| Some(phase(making, making.all.get(window)?.start));
    let fit = item.verdict.fit.as_ref().filter(|fit| fit.phases() > 1);
    let alike = |fit: &Fit, a: u32, b: u32| fit.is_alike(a, b);
    let (mut now, mut by_phase) = (Tally::default(), Vec::<(u32, u64)>::new());
    for window in (from..to).filter(judged).map(|i| first + i) {
        let (tally, phase) = (column.windows.get(window)?, phase_of(window)?);
        now.merge(tally);
        match fit.and_then(|fit| by_phase.iter_mut().find(|p| alike(fit, p.0, phase))) {
            Some(known) => known.1 += tally.values,
            None => by_phase.push((phase, tally.values)),
        }
    }
    let (mut then, mut rows) = (column.mean(&column.baseline)?, column.baseline.values);
    if let Some(fit) = fit {
        let before: Vec<(&Tally, u32)> = match basis.windows {
            Some((from, to)) => (from..to)
                .filter_map(|i| Some((column.windows.get(i)?, phase_of(i)?)))
                .collect(),
            None => {
                let own = column.own.iter().zip(&basis.own);
                own.map(|(tally, (start, _))| (tally, phase(making, *start)))
                    .collect()
            }
        };
        (then, rows) = (0.0, 0);
        for (phase, values) in by_phase {
            let mut like = Tally::default();
            let all = before.iter().filter(|b| alike(fit, b.1, phase));
            all.for_each(|(tally, _)| like.merge(tally));
            then += column.mean(&like)? * (values as f64 / now.values as f64);
            rows += like.values;
        }
    }
    let after = column.mean(&now)?;
    Some([
        Estimate::of(then, None, rows),
        Estimate::of(after, None, now.values),
    ])
}
