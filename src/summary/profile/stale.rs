//! Rows whose values an earlier window has too: what a feed gives that stands still, or is played again, under new ids
//! and times.
//!
//! By chance, or because the same is asked again, some rows are so where nothing is wrong, and the more the more rows
//! they may equal. So a window is compared with as many windows before it as the baseline has besides one, and each
//! window of the baseline with all its others: where nothing changes, both are the same share.

use super::Spans;
use super::alike::Alike;
use super::count::Rows;

/// Windows that are looked back where the baseline has none.
const BACK: usize = 10;

/// Of each period the rows whose values stand in another window that it is compared with, and the rows of these
/// windows; of the baseline as a whole, and without windows of its own, among all its other rows.
pub(super) fn stale(alike: &Alike, rows: &Rows, spans: &Spans) -> Vec<(u64, u64)> {
    let (from, to) = spans.before.unwrap_or((0, 0));
    let own = rows.own();
    let in_baseline: Vec<bool> = (spans.windows.iter())
        .map(|w| w.0 >= from && w.1 <= to)
        .collect();
    let of_baseline = in_baseline.iter().filter(|is| **is).count().max(own.len());
    let back = of_baseline.checked_sub(1).unwrap_or(BACK);
    let is_before = |period: usize| {
        let window = period.checked_sub(1).and_then(|at| in_baseline.get(at));
        window.copied().unwrap_or(false)
    };
    let size = |period: usize| rows.of(period).len() as u64;
    let all_before: u64 = (1..rows.periods())
        .filter(|p| is_before(*p))
        .map(size)
        .sum();
    let all_own: u64 = own.clone().map(size).sum();
    // Rows of all windows before a period.
    let mut sum = 0;
    let until = (0..rows.periods()).map(|p| {
        sum += if p > 1 { size(p - 1) } else { 0 };
        sum
    });
    let until: Vec<u64> = until.collect();
    let rows_until = |period: usize| until.get(period).copied().unwrap_or(0);
    let among = |period: usize| match period {
        0 => size(0).saturating_sub(1),
        p if own.contains(&p) => all_own - size(p),
        p if is_before(p) => all_before - size(p),
        p => rows_until(p) - rows_until(p.saturating_sub(back).max(1)),
    };
    let mut found: Vec<(u64, u64)> = (0..rows.all()).map(|p| (0, among(p))).collect();
    let mut periods: Vec<usize> = Vec::new();
    for lot in alike.values() {
        periods.clear();
        periods.extend(lot.iter().flat_map(|row| rows.periods_of(*row)));
        periods.sort_unstable();
        let each = || periods.chunk_by(|a, b| a == b);
        let before = each().filter(|p| is_before(p[0])).count();
        let of_own = each().filter(|p| own.contains(&p[0])).count();
        let mut last = 0;
        for equal in each() {
            let (period, n) = (equal[0], equal.len() as u64);
            let is_stale = match period {
                0 => n > 1,
                p if own.contains(&p) => of_own > 1,
                p if is_before(p) => before > 1,
                p => last > 0 && p - last <= back,
            };
            if let Some(of) = found.get_mut(period).filter(|_| is_stale) {
                of.0 += n;
            }
            last = period;
        }
    }
    found
}
