//! Instants that lie far from all others: of clocks that were never set, of a year mistyped.

/// The part of all rows at most that lies far at one end.
const PART: f64 = 0.05;
/// How many times as long as the middle of all rows a way without any is.
const WAY: f64 = 2.0;

/// Instants between which a row is not far from all others. `times`: instants, rising, and rows at each. `shortest`: what
/// the middle 90 % of the rows are taken to span at least.
///
/// Far are at most 5 % of the rows at either end that lie behind a way without rows twice as long as that span. A log
/// whose first rows are few has no such way.
#[must_use]
pub fn usual(times: &[(f64, u64)], shortest: f64) -> Option<(f64, f64)> {
    let all: u64 = times.iter().map(|t| t.1).sum();
    let part = PART * all as f64;
    // Where the rows seen are first more than may be far.
    let reach = |seen: &mut f64, (time, rows): &(f64, u64)| {
        *seen += *rows as f64;
        Some((*seen, *time))
    };
    let inside = |(seen, time): (f64, f64)| (seen > part).then_some(time);
    let first = times.iter().scan(0.0, reach).find_map(inside)?;
    let last = times.iter().rev().scan(0.0, reach).find_map(inside)?;
    let span = (last - first).max(shortest);
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for pair in times.windows(2) {
        let ([(before, _), (after, _)], true) = (pair, pair[1].0 - pair[0].0 > WAY * span) else {
            continue;
        };
        if *after <= first {
            low = after - span;
        } else if *before >= last && high == f64::INFINITY {
            high = before + span;
        }
    }
    Some((low, high))
}

#[cfg(test)]
mod tests {
    use super::usual;

    #[test]
    fn few_rows_behind_a_long_way_are_far() {
        let day = |at: i32| (f64::from(at), 100);
        let days: Vec<(f64, u64)> = (100..140).map(day).collect();
        let with = |more: &[(f64, u64)]| {
            let mut all = [&days[..], more].concat();
            all.sort_by(|a, b| a.0.total_cmp(&b.0));
            usual(&all, 1.0)
        };
        let all = (f64::NEG_INFINITY, f64::INFINITY);
        assert_eq!(with(&[]), Some(all));
        let found = with(&[(-20_000.0, 60), (23_000.0, 60)]).unwrap_or(all);
        assert!(found.0 > -20_000.0 && found.0 < 100.0, "{found:?}");
        assert!(found.1 < 23_000.0 && found.1 > 139.0, "{found:?}");
        // A tenth of all rows is another part of the log, and a log that grows has no way without rows.
        assert_eq!(with(&[(-20_000.0, 500)]), Some(all));
        let grows: Vec<(f64, u64)> = (0..400).map(|i| (f64::from(i), 1 << (i / 20))).collect();
        assert_eq!(usual(&grows, 1.0), Some(all));
        assert_eq!(usual(&[], 1.0), None);
    }
}
