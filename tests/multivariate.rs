//! Tests of several columns together: they find what no column alone shows, and tell chance from change at the rate
//! that they say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::stats::boost::{Bins, Feature, Params};
use plumbline::stats::multivariate::correlation::{changes, spearman};
use plumbline::stats::multivariate::domain::auc;
use plumbline::stats::multivariate::mmd::mmd;
use plumbline::stats::two_sample::{Outcome, Undefined};

/// splitmix64, twelve numbers of it less six: about normal.
struct Normal(u64);

impl Normal {
    fn next(&mut self) -> f64 {
        let mut even = || {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
        };
        (0..12).fold(0.0, |x, _| x + even()) - 6.0
    }

    /// Rows of three columns, of which two hang together by `rho`: each alone is normal, whatever that is.
    fn rows(&mut self, n: usize, rho: f64) -> Vec<Vec<f64>> {
        let beside = (1.0 - rho * rho).sqrt();
        (0..n)
            .map(|_| {
                let [x, y, z] = [self.next(), self.next(), self.next()];
                vec![x, rho * x + beside * y, z]
            })
            .collect()
    }
}

fn columns(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..3)
        .map(|i| rows.iter().map(|r| r[i]).collect())
        .collect()
}

fn by_trees(before: &[Vec<f64>], after: &[Vec<f64>]) -> Outcome {
    let (a, b) = (columns(before), columns(after));
    fn features(columns: &[Vec<f64>]) -> Vec<Feature<'_>> {
        columns.iter().map(|c| Feature::Numbers(c)).collect()
    }
    let bins = Bins::of(&features(&a));
    let params = Params {
        trees: 20,
        leaves: 7,
        ..Params::default()
    };
    auc(&bins.rows(&features(&a)), &bins.rows(&features(&b)), params)
}

fn by_pairs(before: &[Vec<f64>], after: &[Vec<f64>]) -> f64 {
    let (a, b) = (columns(before), columns(after));
    let a: Vec<&[f64]> = a.iter().map(Vec::as_slice).collect();
    let b: Vec<&[f64]> = b.iter().map(Vec::as_slice).collect();
    let found = changes(&a, &b);
    assert_eq!(found.len(), 3);
    found.iter().find(|p| p.columns == (0, 1)).unwrap().p
}

#[test]
fn what_no_column_shows_is_found() {
    let mut normal = Normal(1);
    let (before, after) = (normal.rows(1_500, 0.8), normal.rows(1_200, 0.0));
    let trees = by_trees(&before, &after).unwrap();
    assert!(trees.statistic > 0.6 && trees.p < 1e-6, "{trees:?}");
    let blocks = mmd(&before, &after, None).unwrap();
    assert!(blocks.p < 1e-3, "{blocks:?}");
    assert!(by_pairs(&before, &after) < 1e-6);
}

#[test]
fn p_values_of_no_change_are_even() {
    let mut normal = Normal(2);
    let runs = 400;
    let mut low = [0; 3];
    for _ in 0..runs {
        let (before, after) = (normal.rows(300, 0.5), normal.rows(200, 0.5));
        let p = [
            by_trees(&before, &after).unwrap().p,
            mmd(&before, &after, None).unwrap().p,
            by_pairs(&before, &after),
        ];
        for (low, p) in low.iter_mut().zip(p) {
            *low += u32::from(p <= 0.1);
        }
    }
    // 10 % of 400, four standard deviations around.
    for (low, name) in low.into_iter().zip(["trees", "blocks", "pairs"]) {
        assert!((16..=64).contains(&low), "{name}: {low} of {runs}");
    }
}

#[test]
fn what_cannot_be_told_says_why() {
    let mut normal = Normal(3);
    let (few, many) = (normal.rows(9, 0.0), normal.rows(90, 0.0));
    assert_eq!(mmd(&few, &many, None), Err(Undefined::TooFew(32)));
    assert_eq!(by_trees(&few, &many), Err(Undefined::TooFew(25)));
    let same = vec![vec![1.0, 2.0]; 40];
    assert_eq!(mmd(&same, &same, None), Err(Undefined::NoSpread));
    assert_eq!(spearman(&[1.0; 20], &[2.0; 20]), None);
    let rising: Vec<f64> = (0..20).map(f64::from).collect();
    let cubes: Vec<f64> = rising.iter().map(|x| x * x * x).collect();
    assert_eq!(spearman(&rising, &cubes), Some((1.0, 20.0)));
}
