//! The mean ROC AUC of every pair of classes (one against one), with the influence of each row.
//!
//! Source: D. J. Hand and R. J. Till (2001), *A simple generalisation of the area under the ROC curve for
//! multiple class classification problems*; DeLong's placements for the influence.

use super::macros::Macro;

/// What is known of all pairs while class after class passes by.
pub(super) struct Pairs {
    classes: usize,
    /// Of each row.
    influence: Vec<f64>,
    /// Of each group: the sum of the AUCs so far; `None` once a class does not occur.
    sums: Vec<Option<f64>>,
}

impl Pairs {
    pub fn new(classes: usize, rows: usize, groups: usize) -> Self {
        Self {
            classes,
            influence: vec![0.0; rows],
            sums: vec![Some(0.0); groups],
        }
    }

    /// A class against each other one among the rows of a group, which come in ascending order of its
    /// score: A(class | j) is how often a row of the class scores above one of class j.
    pub fn add(
        &mut self,
        group: usize,
        class: usize,
        rows: &[u32],
        score: &[f64],
        label: impl Fn(u32) -> Option<u32>,
    ) {
        let Some(Some(sum)) = self.sums.get_mut(group) else {
            return;
        };
        let of = |row: u32| label(row).map_or(usize::MAX, |l| l as usize);
        let mut count = vec![0.0; self.classes];
        for row in rows {
            if let Some(n) = count.get_mut(of(*row)) {
                *n += 1.0;
            }
        }
        if count.contains(&0.0) {
            self.sums[group] = None;
            return;
        }
        let n = rows.len() as f64;
        let weight = |row: u32| count.get(of(row)).map_or(0.0, |n| 1.0 / n);
        // Σ over rows of other classes so far of one over their class's rows; rows of this class.
        let (mut others, mut own) = (0.0, 0.0);
        let mut areas = vec![0.0; self.classes];
        let same = |a: &u32, b: &u32| score[*a as usize] == score[*b as usize];
        for block in rows.chunk_by(same) {
            let tied: f64 = block
                .iter()
                .filter(|r| of(**r) != class)
                .map(|r| weight(*r))
                .sum();
            let here = block.iter().filter(|r| of(**r) == class).count() as f64;
            for row in block {
                let label = of(*row);
                let placement = if label == class {
                    others + tied / 2.0
                } else {
                    1.0 - (own + here / 2.0) / count[class]
                };
                if label != class
                    && let Some(area) = areas.get_mut(label)
                {
                    *area += placement;
                }
                self.influence[*row as usize] += placement * weight(*row) * n;
            }
            others += tied;
            own += here;
        }
        areas
            .iter_mut()
            .zip(&count)
            .for_each(|(area, n)| *area /= n);
        areas[class] = areas.iter().sum();
        *sum += areas[class];
        for row in rows {
            if let Some(area) = areas.get(of(*row)) {
                self.influence[*row as usize] -= area * weight(*row) * n;
            }
        }
    }

    /// The mean of each group ([`Macro::all`]).
    pub fn means(&self, rows: (&[u32], &[u32]), counts: (&[u64], &[u64])) -> Vec<Macro> {
        let pairs = (self.classes * self.classes.saturating_sub(1)).max(1) as f64;
        let mean = |sum: &Option<f64>| sum.map(|s| s / pairs);
        let values: Vec<Option<f64>> = self.sums.iter().map(mean).collect();
        let influence: Vec<f64> = self.influence.iter().map(|i| i / pairs).collect();
        Macro::all(&values, &influence, rows, counts)
    }
}
