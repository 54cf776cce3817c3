//! Samples in the order of time, as they came: files overlap, and clocks are set back.
//!
//! Samples come in runs, each of rising times. Where a run overlaps those before it and both are of one counter, their
//! values rise together in the order of time: they are put into one, and of two at one time the later one counts. Where
//! each rises by itself and together they fall, or differ at more than one time, one time was told twice: the clock was
//! set back, or two sources have the same name. Then of what overlaps the shorter part is left out, of two equal ones the later; what
//! rose where the one goes over into the other is not known.

use super::Kind;

/// What is left of samples, in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The places of those that are kept.
    pub kept: Vec<usize>,
    /// Times that were told twice, with another value.
    pub differ: usize,
    /// Where times went back: the first sample that is known again (its time), and how far.
    pub back: Option<(i64, i64)>,
}

/// Samples that stand behind a later one.
pub fn late(times: &[i64]) -> usize {
    let mut latest = i64::MIN;
    let is_late = |time: &&i64| {
        latest = latest.max(**time);
        **time < latest
    };
    times.iter().filter(is_late).count()
}

/// Falls of a counter, in an order.
fn falls(order: &[usize], level: &[f64]) -> usize {
    order
        .windows(2)
        .filter(|p| level[p[1]] < level[p[0]])
        .count()
}

/// Two lists of places in the order of time; of two at one time the one of the later list counts.
fn together(earlier: &[usize], later: &[usize], times: &[i64]) -> Vec<usize> {
    let mut out = Vec::with_capacity(earlier.len() + later.len());
    let (mut a, mut b) = (earlier.iter().peekable(), later.iter().peekable());
    loop {
        match (a.peek(), b.peek()) {
            (Some(i), Some(j)) if times[**i] == times[**j] => {
                a.next();
            }
            (Some(i), Some(j)) if times[**i] > times[**j] => out.extend(b.next()),
            (Some(_), _) => out.extend(a.next()),
            (None, Some(_)) => out.extend(b.next()),
            (None, None) => return out,
        }
    }
}

/// Puts samples into the order of their times. `level` is what a counter counts.
pub fn order(times: &[i64], level: &[f64], kind: Kind) -> Order {
    let mut out = Order::default();
    // Runs of rising times, and of one time the last.
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for (i, time) in times.iter().enumerate() {
        match runs.last_mut().and_then(|run| run.last_mut()) {
            Some(last) if times[*last] == *time => {
                out.differ += usize::from(level[*last] != level[i]);
                *last = i;
            }
            Some(last) if times[*last] < *time => {
                if let Some(run) = runs.last_mut() {
                    run.push(i);
                }
            }
            _ => runs.push(vec![i]),
        }
    }
    let counts = matches!(kind, Kind::Counter | Kind::Unknown);
    if runs.len() * 8 > times.len() + 16 {
        // In no order at all, or the newest first.
        let mut all: Vec<usize> = runs.into_iter().flatten().collect();
        all.sort_by_key(|i| times[*i]);
        for i in all {
            match out.kept.last_mut() {
                Some(last) if times[*last] == times[i] => {
                    out.differ += usize::from(level[*last] != level[i]);
                    *last = i;
                }
                _ => out.kept.push(i),
            }
        }
        return out;
    }
    for run in runs {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        let (first, last) = (times[*first], times[*last]);
        let end = out.kept.last().map_or(i64::MIN, |i| times[*i]);
        let from = out.kept.partition_point(|i| times[*i] < first);
        let to = out.kept.partition_point(|i| times[*i] <= last);
        if from == to {
            // Nothing of it was told before.
            let tail = out.kept.split_off(from);
            out.kept.extend(run);
            out.kept.extend(tail);
            continue;
        }
        let both = together(&out.kept[from..to], &run, times);
        let other = |i: &&usize| {
            let at = run.binary_search_by_key(&times[**i], |j| times[*j]);
            at.is_ok_and(|at| level[run[at]] != level[**i])
        };
        let differ = out.kept[from..to].iter().filter(other).count();
        let by_themselves = falls(&out.kept[from..to], level) + falls(&run, level);
        let rises = kind == Kind::Counter || by_themselves == 0;
        let twice = counts && (falls(&both, level) > by_themselves || differ > 1 && rises);
        if twice {
            let again = run.partition_point(|i| times[*i] <= end);
            let back = end - first;
            let known = if end <= last && out.kept.len() - from < again {
                out.kept.truncate(from);
                out.kept.extend(run);
                Some(first)
            } else {
                let later = &run[again..];
                out.kept.extend(later);
                later.first().map(|i| times[*i])
            };
            let known = known.unwrap_or(end + 1);
            out.back = Some(
                out.back
                    .map_or((known, back), |b| (known.min(b.0), back.max(b.1))),
            );
            continue;
        }
        out.differ += differ;
        let tail = out.kept.split_off(to);
        out.kept.truncate(from);
        out.kept.extend(both);
        out.kept.extend(tail);
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// What is kept, what differs, and where times went back.
    type Ordered = (Vec<(i64, f64)>, usize, Option<(i64, i64)>);

    fn ordered(samples: &[(i64, f64)]) -> Ordered {
        let (times, level): (Vec<i64>, Vec<f64>) = samples.iter().copied().unzip();
        let order = order(&times, &level, Kind::Counter);
        let kept = order.kept.iter().map(|i| samples[*i]);
        (kept.collect(), order.differ, order.back)
    }

    #[test]
    fn overlapping_exports_of_one_counter_are_one() {
        let at = |range: std::ops::Range<i64>| range.map(|t| (t, 10.0 * t as f64));
        let both: Vec<(i64, f64)> = at(50..100).chain(at(0..60)).collect();
        let whole: Vec<(i64, f64)> = at(0..100).collect();
        assert_eq!(ordered(&both), (whole.clone(), 0, None));
        // Of two replicas that look at other times each sample counts, and the newest first is no clock that goes back.
        let even = whole.iter().filter(|s| s.0 % 2 == 0);
        let odd = whole.iter().filter(|s| s.0 % 2 == 1);
        let replicas: Vec<(i64, f64)> = even.chain(odd).copied().collect();
        assert_eq!(ordered(&replicas), (whole.clone(), 0, None));
        let newest: Vec<(i64, f64)> = whole.iter().rev().copied().collect();
        assert_eq!(ordered(&newest), (whole, 0, None));
    }

    #[test]
    fn another_value_at_the_same_time_is_counted() {
        let two = [(1, 1.0), (2, 2.0), (3, 3.0), (2, 2.5), (3, 3.0), (4, 4.0)];
        let one = vec![(1, 1.0), (2, 2.5), (3, 3.0), (4, 4.0)];
        assert_eq!(ordered(&two), (one, 1, None));
    }

    #[test]
    fn a_clock_that_is_set_back_leaves_a_gap() {
        // 60 samples every 2 s, the clock 41 s back after 30 of them.
        let at = |i: i64| (if i < 30 { 2 * i } else { 2 * i - 41 }, 10.0 * i as f64);
        let (kept, differ, back) = ordered(&(0..60).map(at).collect::<Vec<_>>());
        assert_eq!((differ, back), (0, Some((59, 39))));
        assert_eq!(kept, (0..30).chain(50..60).map(at).collect::<Vec<_>>());
        // By a whole number of samples, so that each time is told twice, and by more than there is after it.
        let at = |i: i64| (2 * if i < 30 { i } else { i - 20 }, 10.0 * i as f64);
        let (kept, _, back) = ordered(&(0..60).map(at).collect::<Vec<_>>());
        assert_eq!(back, Some((60, 38)));
        assert_eq!(kept, (0..30).chain(50..60).map(at).collect::<Vec<_>>());
        let (kept, _, back) = ordered(&(0..40).map(at).collect::<Vec<_>>());
        assert_eq!(back, Some((59, 38)));
        assert_eq!(kept, (0..30).map(at).collect::<Vec<_>>());
        // One that was a year ahead for a moment.
        let at = |i: i64| (if i == 30 { 31_557_600 } else { i }, 10.0 * i as f64);
        let (kept, _, _) = ordered(&(0..60).map(at).collect::<Vec<_>>());
        let right = (0..60).filter(|i| *i != 30).map(at);
        let ahead = kept.iter().position(|s| s.0 == 31_557_600);
        assert_eq!(kept[..30], right.clone().take(30).collect::<Vec<_>>());
        assert_eq!(ahead, Some(59));
    }
}
