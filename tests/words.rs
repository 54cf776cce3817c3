//! Columns of many words, as frequent as chance makes them: alarms keep to the budget where nothing changes, and a
//! change is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::stats::sequential::chosen::chosen;
use plumbline::stats::sequential::columns::{Aspect, Counts, Half, Of, streams};
use plumbline::stats::sequential::{Stream, WINDOWS_TO_AN_ALARM, watch};

/// Windows of the baseline, and those that are judged.
const BASELINE: usize = 10;
const WINDOWS: usize = 30;

/// splitmix64.
struct Even(u64);

impl Even {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// Counts of so many rows by word, each window by halves of its rows.
    fn window(&mut self, ends: &[f64], rows: usize) -> [Vec<u64>; 2] {
        let mut counts = [vec![0; ends.len()], vec![0; ends.len()]];
        for _ in 0..rows {
            let x = self.next() * ends[ends.len() - 1];
            let word = ends.partition_point(|end| *end <= x).min(ends.len() - 1);
            counts[usize::from(self.next() < 0.5)][word] += 1;
        }
        counts
    }
}

fn ends(shares: impl Iterator<Item = f64>) -> Vec<f64> {
    let sum = |sum: &mut f64, share: f64| {
        *sum += share;
        Some(*sum)
    };
    shares.scan(0.0, sum).collect()
}

/// Alarms of a column, by aspect: words as a report counts them, at most thirty of five rows at least.
fn alarms(windows: &[[Vec<u64>; 2]]) -> Vec<(Aspect, usize)> {
    let words = windows[0][0].len();
    let both =
        |w: &[Vec<u64>; 2]| -> Vec<u64> { (0..words).map(|at| w[0][at] + w[1][at]).collect() };
    let sum = |of: &dyn Fn(&[Vec<u64>; 2]) -> Vec<u64>| {
        windows[..BASELINE]
            .iter()
            .fold(vec![0; words], |mut sum, w| {
                sum.iter_mut().zip(of(w)).for_each(|(sum, n)| *sum += n);
                sum
            })
    };
    let (all, first) = (sum(&both), sum(&|w| w[0].clone()));
    let choice = chosen(&all, &first, (30, 5), |a, b| a.cmp(&b));
    let of = |cells: Vec<u64>| {
        let mut counts: Vec<u64> = choice.told.iter().map(|at| cells[*at]).collect();
        let others = |known: bool| {
            let left = (0..words).filter(|at| !choice.told.contains(at) && (all[*at] > 0) == known);
            left.map(|at| cells[at]).sum::<u64>()
        };
        counts.extend([others(true), others(false)]);
        Counts {
            cells: counts,
            ..Counts::default()
        }
    };
    let baseline: Vec<Counts> = windows[..BASELINE].iter().map(|w| of(both(w))).collect();
    let second: Vec<Counts> = windows[..BASELINE]
        .iter()
        .map(|w| of(w[1].clone()))
        .collect();
    let after: Vec<Option<Counts>> = windows[BASELINE..]
        .iter()
        .map(|w| Some(of(both(w))))
        .collect();
    let once = all.iter().filter(|n| **n == 1).count() as u64;
    let half = choice.by_half.map(|next| Half {
        next,
        baseline: &second,
    });
    let found = streams(Of::Words(Some(once), half), &baseline, &after, 1.0);
    let (aspects, streams): (Vec<Aspect>, Vec<Stream>) = found.into_iter().unzip();
    let verdicts = watch(&streams, WINDOWS_TO_AN_ALARM);
    let raised = aspects.into_iter().zip(&verdicts);
    raised
        .flat_map(|(aspect, v)| v.alarms.iter().map(move |a| (aspect, a.raised)))
        .collect()
}

#[test]
fn words_that_do_not_change_keep_to_the_budget() {
    let mut even = Even(5);
    for (shape, power) in [("even", 0.0), ("Zipf", 1.0)] {
        for rows in [50, 200, 1_000] {
            let (mut found, mut rest, mut reports) = (0, 0, 0);
            for words in [10, 40, 60, 100, 200] {
                let ends = ends((1..=words).map(|i| f64::from(i).powf(-power)));
                for _ in 0..12 {
                    let windows: Vec<_> = (0..BASELINE + WINDOWS)
                        .map(|_| even.window(&ends, rows))
                        .collect();
                    let raised = alarms(&windows);
                    found += raised.len();
                    rest += raised.iter().filter(|a| a.0 == Aspect::Rest).count();
                    reports += 1;
                }
            }
            let allowed = 1.2 * f64::from(reports) * WINDOWS as f64 / WINDOWS_TO_AN_ALARM;
            assert!(found as f64 <= allowed, "{shape}, {rows} rows: {found}");
            assert!(
                rest <= reports as usize / 10,
                "{shape}, {rows} rows: {rest}"
            );
        }
    }
}

/// A word among forty, of which thirty are told, that doubles, and one of a tenth of all rows that rises to fifteen percent among rarer ones.
#[test]
fn a_word_that_rises_is_found() {
    let mut even = Even(9);
    let mut forty = vec![1.0; 40];
    forty[7] = 2.0;
    let rarer = |share: f64| {
        let others = (1..=80).map(move |i| (1.0 - share) / f64::from(i));
        std::iter::once(share * (1..=80).map(|i| 1.0 / f64::from(i)).sum::<f64>()).chain(others)
    };
    for (name, least, before, after) in [
        (
            "forty",
            10,
            ends([1.0; 40].into_iter()),
            ends(forty.into_iter()),
        ),
        ("a tenth", 19, ends(rarer(0.1)), ends(rarer(0.15))),
    ] {
        let mut found = 0;
        for _ in 0..20 {
            let window =
                |i: usize| even.window(if i < BASELINE + 10 { &before } else { &after }, 1_000);
            let windows: Vec<_> = (0..BASELINE + WINDOWS).map(window).collect();
            found += usize::from(alarms(&windows).iter().any(|a| (10..13).contains(&a.1)));
        }
        assert!(found >= least, "{name}: {found} of 20");
    }
}
