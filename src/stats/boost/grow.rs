//! One tree, grown leaf by leaf: the leaf whose best cut wins most is cut next.

use super::Params;
use super::bins::{BINS, Rows};
use super::cell::{Cell, Histogram, Units, fill, subtract};
use super::split::{Limits, Split, best};
use super::tree::Tree;

/// Rows on both sides of a cut, and what else growing needs, kept from tree to tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Grower {
    /// The rows, those of a leaf side by side.
    order: Vec<u32>,
    /// Room for those that go right.
    right: Vec<u32>,
    /// Histograms, one a leaf.
    histograms: Vec<Histogram>,
    leaves: Vec<Leaf>,
}

#[derive(Clone, Copy, Debug)]
struct Leaf {
    /// Where its rows begin and end in the order.
    start: usize,
    end: usize,
    sums: Cell,
    split: Option<Split>,
    /// Its place in the tree, and the questions above it.
    node: u32,
    depth: u32,
}

impl Grower {
    /// A tree on the rows with these sums; `told` gets each row and what its leaf says.
    pub fn grow(
        &mut self,
        rows: &Rows,
        cells: &[Cell],
        units: Units,
        params: &Params,
        mut told: impl FnMut(usize, f64),
    ) -> Tree {
        let limits = Limits::new(params, units);
        self.order.clear();
        self.order.extend(0..cells.len() as u32);
        self.leaves.clear();
        let mut tree = Tree::default();
        let mut sums = Cell::default();
        cells.iter().for_each(|c| sums.add(*c));
        let root = Leaf {
            start: 0,
            end: cells.len(),
            sums,
            split: None,
            node: tree.leaf(),
            depth: 0,
        };
        self.leaves.push(root);
        self.histogram(0, rows.width());
        self.fill(0, rows, cells);
        self.search(0, rows, &limits);
        while self.leaves.len() < params.leaves.max(1) {
            let Some((at, split)) = self.next() else {
                break;
            };
            self.cut(at, &split, rows, cells, &mut tree);
            self.search(at, rows, &limits);
            self.search(self.leaves.len() - 1, rows, &limits);
        }
        for leaf in &self.leaves {
            let hessian = leaf.sums.hessian() + limits.l2;
            let mut value = 0.0;
            if hessian > 0.0 && units.gradient > 0.0 {
                let step = leaf.sums.gradient() / units.gradient / (hessian / units.hessian);
                value = -params.rate * step;
            }
            tree.set(leaf.node, value);
            for row in self.order.get(leaf.start..leaf.end).unwrap_or_default() {
                told(*row as usize, value);
            }
        }
        tree
    }

    /// The leaf to cut next; of those as good, the first.
    fn next(&self) -> Option<(usize, Split)> {
        let mut found: Option<(usize, Split)> = None;
        for (at, leaf) in self.leaves.iter().enumerate() {
            if let Some(split) = leaf.split
                && found.is_none_or(|(_, f)| split.gain > f.gain)
            {
                found = Some((at, split));
            }
        }
        found
    }

    /// Cuts a leaf: the left side takes its place, the right side is a new leaf.
    fn cut(&mut self, at: usize, split: &Split, rows: &Rows, cells: &[Cell], tree: &mut Tree) {
        let Some(&old) = self.leaves.get(at) else {
            return;
        };
        let middle = self.part(&old, split, rows);
        let new = self.leaves.len();
        let [left, right] = tree.ask(old.node, split.feature, split.left, old.depth);
        self.leaves[at] = Leaf {
            start: old.start,
            end: middle,
            sums: split.sums,
            split: None,
            node: left,
            depth: old.depth + 1,
        };
        self.leaves.push(Leaf {
            start: middle,
            end: old.end,
            sums: old.sums.less(split.sums),
            split: None,
            node: right,
            depth: old.depth + 1,
        });
        self.histogram(new, rows.width());
        // The smaller side is counted, the other is what is left.
        let right_is_smaller = old.end - middle < middle - old.start;
        if !right_is_smaller {
            self.histograms.swap(at, new);
        }
        let (small, large) = if right_is_smaller {
            (new, at)
        } else {
            (at, new)
        };
        self.fill(small, rows, cells);
        let counted = std::mem::take(&mut self.histograms[small]);
        subtract(&mut self.histograms[large], &counted);
        self.histograms[small] = counted;
    }

    /// Orders the rows of a leaf, those that go left first; where the right ones begin.
    fn part(&mut self, leaf: &Leaf, split: &Split, rows: &Rows) -> usize {
        self.right.clear();
        let mut end = leaf.start;
        for at in leaf.start..leaf.end {
            let row = self.order[at];
            let bin = rows.row(row as usize).get(split.feature);
            if bin.is_some_and(|b| split.left.has(*b)) {
                self.order[end] = row;
                end += 1;
            } else {
                self.right.push(row);
            }
        }
        self.order[end..leaf.end].copy_from_slice(&self.right);
        end
    }

    /// Makes sure that a leaf has a histogram.
    fn histogram(&mut self, leaf: usize, width: usize) {
        while self.histograms.len() <= leaf {
            self.histograms.push(vec![[Cell::default(); BINS]; width]);
        }
    }

    fn fill(&mut self, at: usize, rows: &Rows, cells: &[Cell]) {
        let leaf = &self.leaves[at];
        let of = &self.order[leaf.start..leaf.end];
        fill(&mut self.histograms[at], rows, of, cells);
    }

    fn search(&mut self, at: usize, rows: &Rows, limits: &Limits) {
        let leaf = &mut self.leaves[at];
        leaf.split = best(&self.histograms[at], &rows.kinds, leaf.sums, limits);
    }
}
