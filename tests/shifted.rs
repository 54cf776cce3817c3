//! Estimates where features shift: the small version of a part of `make evidence`.
#![allow(clippy::unwrap_used)]

// The names of the shifts are for the table.
#[allow(dead_code)]
#[path = "evidence/shifted.rs"]
mod shifted;

use shifted::{HARMLESS, METRICS, Off, tally, window};

fn windows(kinds: &[usize]) -> Vec<Off> {
    let of = |kind: &usize| {
        (0..4)
            .map(|seed| window(*kind, seed, 20_000, 10_000))
            .collect()
    };
    kinds
        .iter()
        .map(of)
        .collect::<Vec<Vec<Off>>>()
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn weighted_estimates_are_nearer_where_scores_mean_something_else() {
    let windows = windows(&[0, 1, 3]);
    for (i, metric) in METRICS.iter().enumerate() {
        let t = tally(windows.iter(), i);
        println!(
            "{metric}: {:.4}, CBPE {:.4}, nearer {:.2}",
            t.shifted, t.plain, t.nearer
        );
        assert!(
            t.shifted < 0.9 * t.plain,
            "{metric}: {}, CBPE {}",
            t.shifted,
            t.plain
        );
        assert!(t.nearer > 0.5, "{metric}: nearer in {}", t.nearer);
    }
}

#[test]
fn weights_cost_little_where_scores_stay_true() {
    let windows = windows(&[HARMLESS]);
    for (i, metric) in METRICS.iter().enumerate() {
        let t = tally(windows.iter(), i);
        assert!(
            t.shifted < t.plain + 0.003,
            "{metric}: {}, CBPE {}",
            t.shifted,
            t.plain
        );
    }
}
