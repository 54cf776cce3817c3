//! How far values lie outside what the same time of day has shown.

use std::collections::VecDeque;

const DAY: i64 = 86_400_000_000;
/// Parts of a day, of a quarter of an hour each.
const PARTS: usize = 96;
/// Values that are kept of each.
const KEPT: usize = 30;
/// Parts before and after that count as the same time of day.
const BESIDE: usize = 1;
/// Points whose excesses are averaged.
const LAST: usize = 12;

/// Values by time of day.
///
/// The excess of a value is how far it is above the largest or below the smallest (then negative) of those kept
/// within a quarter of an hour of its time of day; the mean of the last [`LAST`] is told. Where the values have no
/// daily rhythm it is the same at any time, and is rare when it is new.
#[derive(Clone, Debug, Default)]
pub(super) struct Daytime {
    parts: Vec<VecDeque<f64>>,
    first: Option<i64>,
    excesses: VecDeque<f64>,
}

impl Daytime {
    /// The mean excess with this value, at a time in microseconds.
    pub fn push(&mut self, time: i64, value: f64) -> f64 {
        if self.parts.is_empty() {
            self.parts = vec![VecDeque::new(); PARTS];
        }
        let first = *self.first.get_or_insert(time);
        let part = (time.rem_euclid(DAY) / (DAY / PARTS as i64)) as usize % PARTS;
        let excess = match time.saturating_sub(first) > DAY {
            true => self.excess(part, value),
            false => 0.0,
        };
        keep(&mut self.parts[part], value, KEPT);
        keep(&mut self.excesses, excess, LAST);
        self.excesses.iter().sum::<f64>() / self.excesses.len() as f64
    }

    fn excess(&self, part: usize, value: f64) -> f64 {
        let near = (PARTS - BESIDE..=PARTS + BESIDE).map(|by| (part + by) % PARTS);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for kept in near.flat_map(|part| &self.parts[part]) {
            low = low.min(*kept);
            high = high.max(*kept);
        }
        match () {
            () if low > high => 0.0, // none was near
            () if value > high => value - high,
            () if value < low => value - low,
            () => 0.0,
        }
    }
}

fn keep(queue: &mut VecDeque<f64>, value: f64, most: usize) {
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excess_is_by_time_of_day() {
        let mut days = Daytime::default();
        let hour = DAY / 24;
        let mut told = 0.0;
        for at in 0..24 * 5 {
            told = days.push(at * hour, if at % 24 < 12 { 1.0 } else { 5.0 });
        }
        assert_eq!(told, 0.0);
        // 5 is usual in the afternoon, and new at night.
        assert_eq!(days.push(24 * 5 * hour, 5.0), 4.0 / 12.0);
        assert_eq!(days.push((24 * 5 + 13) * hour, 4.0), 3.0 / 12.0);
        // Long before, far ahead.
        assert!(days.push(i64::MIN, 1.0).is_finite());
        assert!(days.push(i64::MAX, 1.0).is_finite());
        assert!(days.parts.iter().all(|p| p.len() <= KEPT));
    }
}
