//! Rates over ranges of steps, of cells that add up.
//!
//! Each rise from scrape to scrape is in the step of the later one, and each second in which a thing was looked at counts
//! once. So what one of several instances rose by while it was silent stands in the step in which it came back, beside
//! seconds that are of that step alone ([`Rate::early`]): of a range that begins later it is told as far as it is of the
//! range, as if it had risen evenly. So is the rise over a gap in which nothing was looked at.

use super::{Cells, Rate, Signal, Step};
use std::collections::BTreeMap;

/// The cells of a range of steps.
fn within(cells: &[(i64, Rate)], (from, to): (i64, i64)) -> &[(i64, Rate)] {
    let range = cells.partition_point(|c| c.0 < from)..cells.partition_point(|c| c.0 < to);
    cells.get(range).unwrap_or_default()
}

/// What a cell tells of a range that begins so many seconds before its step.
fn part(rate: &Rate, seconds_before: f64, step: Step) -> Rate {
    let mut part = *rate;
    if rate.reach_s > seconds_before {
        part.increase -= rate.early * (1.0 - seconds_before / rate.reach_s);
    }
    let most = seconds_before + step.seconds();
    if part.seconds > most {
        part.increase *= most / part.seconds;
        part.seconds = most;
    }
    part
}

impl Signal {
    /// What the steps of a range lack, by their number, in things a second: one of several series was silent then, and told
    /// later how much it rose meanwhile.
    #[must_use]
    pub fn lacking(&self, (from, to): (i64, i64), step: Step) -> BTreeMap<i64, f64> {
        let mut out: BTreeMap<i64, f64> = BTreeMap::new();
        let Some(Cells::Rate(cells)) = &self.counted else {
            return out;
        };
        // One that comes back later may have been silent in the range.
        for (number, rate) in cells.iter().filter(|c| c.0 >= from) {
            if rate.lacking > 0.0 {
                *out.entry(*number).or_default() += rate.lacking;
            }
            if rate.early > 0.0 && rate.reach_s > 0.0 {
                let steps = libm::floor(rate.reach_s / step.seconds() + 1e-9) as i64;
                for at in (number - steps).max(from)..(*number).min(to) {
                    *out.entry(at).or_default() += rate.early / rate.reach_s;
                }
            }
        }
        out.retain(|number, _| *number < to);
        out
    }

    /// Its value over a range of steps (`from..to`), which are so long, by the cells that add up.
    #[must_use]
    pub fn over(&self, (from, to): (i64, i64), step: Step) -> Option<f64> {
        let Cells::Rate(cells) = self.totals() else {
            return self.totals().total(from, to);
        };
        let mut all = Rate::default();
        for (number, rate) in within(cells, (from, to)) {
            let part = part(rate, (number - from) as f64 * step.seconds(), step);
            all.increase += part.increase;
            all.seconds += part.seconds;
        }
        all.value()
    }
}

/// What several rates come to together over a range of steps, which are so long: all that came, over the time in which
/// any of them was looked at, since those that were not all there at the same time do not add up. `None` where none is.
#[must_use]
pub fn together<'a>(
    signals: impl Iterator<Item = &'a Signal>,
    (from, to): (i64, i64),
    step: Step,
) -> Option<f64> {
    let mut seconds: BTreeMap<i64, f64> = BTreeMap::new();
    let mut came = 0.0;
    for signal in signals {
        let Cells::Rate(cells) = signal.totals() else {
            continue;
        };
        let mut mine: BTreeMap<i64, f64> = BTreeMap::new();
        let mut last: Option<i64> = None;
        for (number, rate) in within(cells, (from, to)) {
            let part = part(rate, (number - from) as f64 * step.seconds(), step);
            came += part.increase;
            // What is longer than the step is of those before it, in which nothing was seen; what is left then, of the
            // one in which something was.
            let own = part.seconds.min(step.seconds());
            let mut left = part.seconds - own;
            *mine.entry(*number).or_default() += own;
            let mut at = number - 1;
            while left > 0.0 && at > last.unwrap_or(from - 1) {
                let of_step = left.min(step.seconds());
                mine.insert(at, of_step);
                left -= of_step;
                at -= 1;
            }
            *mine.entry(last.unwrap_or(*number)).or_default() += left;
            last = Some(*number);
        }
        for (number, of_step) in mine {
            let longest = seconds.entry(number).or_default();
            *longest = longest.max(of_step);
        }
    }
    let seconds: f64 = seconds.values().sum();
    (seconds > 0.0).then(|| came / seconds)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Measure;
    use super::*;

    fn signal(cells: &[(i64, f64, f64)]) -> Signal {
        let cell = |(number, increase, seconds): &(i64, f64, f64)| {
            let rate = Rate {
                increase: *increase,
                seconds: *seconds,
                ..Rate::default()
            };
            (*number, rate)
        };
        Signal {
            measure: Measure::Requests,
            of: "a".into(),
            what: String::new(),
            source: "x".into(),
            unit: None,
            cells: Cells::Rate(cells.iter().map(cell).collect()),
            counted: None,
            when: None,
        }
    }

    #[test]
    fn the_seconds_of_a_gap_of_one_service_count_once() {
        let minute = Step::at_least(60_000_000);
        // 2 a second all the time, and 1 a second with a gap of five minutes, after which the counter tells of it.
        let whole: Vec<(i64, f64, f64)> = (0..10).map(|n| (n, 120.0, 60.0)).collect();
        let gap = [(0, 60.0, 60.0), (1, 60.0, 60.0), (7, 360.0, 360.0)];
        let gap: Vec<(i64, f64, f64)> = gap
            .into_iter()
            .chain((8..10).map(|n| (n, 60.0, 60.0)))
            .collect();
        let (a, b) = (signal(&whole), signal(&gap));
        let both = |range| together([&a, &b].into_iter(), range, minute).unwrap();
        assert!((both((0, 10)) - 3.0).abs() < 1e-12);
        // A range that begins in the gap has its part of it.
        assert!((both((5, 10)) - 3.0).abs() < 1e-12);
        assert!((b.over((5, 10), minute).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(together([&b].into_iter(), (3, 5), minute), None);
    }

    #[test]
    fn what_came_before_a_range_is_not_of_it() {
        let minute = Step::at_least(60_000_000);
        let mut late = signal(&[(0, 180.0, 60.0), (1, 120.0, 60.0), (2, 300.0, 60.0)]);
        if let Cells::Rate(cells) = &mut late.cells {
            // One of two was silent in step 1, and rose by 120 in both.
            cells[2].1.early = 60.0;
            cells[2].1.reach_s = 60.0;
        }
        assert_eq!(late.over((0, 3), minute), Some(600.0 / 180.0));
        assert_eq!(late.over((2, 3), minute), Some(4.0));
        assert_eq!(together([&late].into_iter(), (2, 3), minute), Some(4.0));
    }
}
