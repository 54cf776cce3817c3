//! Rows with several labels: sets that are foretold against sets that came true.

use super::cell::Moments;
use super::work::Running;
use serde::{Deserialize, Serialize};

/// Rows with a true and a predicted set of labels. In each row t labels are right, p are foretold in vain
/// and m are missed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelSets {
    /// Rows.
    pub rows: u64,
    /// Rows whose sets are equal.
    pub exact: u64,
    /// By label: right, in vain, missed.
    pub by_label: Vec<[u64; 3]>,
    /// Σ t², Σ p², Σ m², Σ t p, Σ t m, Σ p m.
    pub products: [u64; 6],
    /// t / (t + p + m) of each row; 1 where both sets are empty.
    pub jaccard: Moments,
    /// 2 t / (2 t + p + m) of each row; likewise.
    pub f1: Moments,
}

impl LabelSets {
    /// Σ t, Σ p, Σ m.
    #[must_use]
    pub fn totals(&self) -> [u64; 3] {
        let mut sums = [0; 3];
        for label in &self.by_label {
            sums.iter_mut().zip(label).for_each(|(s, n)| *s += n);
        }
        sums
    }

    /// The sum of some.
    pub(super) fn total(all: &[&Self], moments: impl Fn(Vec<&Moments>) -> Moments) -> Self {
        let labels = all.iter().map(|s| s.by_label.len()).max().unwrap_or(0);
        let of_label = |label: usize, i: usize| {
            let counts = all.iter().filter_map(|s| s.by_label.get(label));
            counts.map(|c| c[i]).sum()
        };
        Self {
            rows: all.iter().map(|s| s.rows).sum(),
            exact: all.iter().map(|s| s.exact).sum(),
            by_label: (0..labels)
                .map(|label| std::array::from_fn(|i| of_label(label, i)))
                .collect(),
            products: std::array::from_fn(|i| all.iter().map(|s| s.products[i]).sum()),
            jaccard: moments(all.iter().map(|s| &s.jaccard).collect()),
            f1: moments(all.iter().map(|s| &s.f1).collect()),
        }
    }
}

/// [`LabelSets`] while rows are counted.
pub(super) struct LabelSetsWork {
    counts: LabelSets,
    jaccard: Running,
    f1: Running,
}

impl LabelSetsWork {
    pub fn new(labels: usize) -> Self {
        Self {
            counts: LabelSets {
                by_label: vec![[0; 3]; labels],
                ..LabelSets::default()
            },
            jaccard: Running::default(),
            f1: Running::default(),
        }
    }

    pub fn add(&mut self, truth: u128, predicted: u128) {
        let sets = [truth & predicted, predicted & !truth, truth & !predicted];
        for (i, mut set) in sets.into_iter().enumerate() {
            while set != 0 {
                if let Some(label) = self.counts.by_label.get_mut(set.trailing_zeros() as usize) {
                    label[i] += 1;
                }
                set &= set - 1;
            }
        }
        let [t, p, m] = sets.map(|set| u64::from(set.count_ones()));
        let counts = &mut self.counts;
        counts.rows += 1;
        counts.exact += u64::from(truth == predicted);
        let products = [t * t, p * p, m * m, t * p, t * m, p * m];
        counts
            .products
            .iter_mut()
            .zip(products)
            .for_each(|(s, x)| *s += x);
        let share = |part: u64, of: u64| match of {
            0 => 1.0,
            of => part as f64 / of as f64,
        };
        self.jaccard.add(share(t, t + p + m));
        self.f1.add(share(2 * t, 2 * t + p + m));
    }

    /// What was counted, if a row was; afterwards nothing is.
    pub fn take(&mut self) -> Option<LabelSets> {
        let empty = LabelSets {
            by_label: vec![[0; 3]; self.counts.by_label.len()],
            ..LabelSets::default()
        };
        let found = std::mem::replace(&mut self.counts, empty);
        (found.rows > 0).then(|| LabelSets {
            jaccard: self.jaccard.take(),
            f1: self.f1.take(),
            ..found
        })
    }
}
