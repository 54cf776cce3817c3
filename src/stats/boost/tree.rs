//! A grown tree, and the way of rows through it.

use super::bins::{MISSING, Rows};
use super::split::BinSet;

/// Rows that walk side by side: their steps wait for memory together, and no branch is guessed.
const ABREAST: usize = 8;

/// A question to a row, or a leaf, which leads to itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The bins that go left.
    pub left: BinSet,
    pub feature: u32,
    /// Where the left and the right side go.
    pub next: [u32; 2],
}

/// Questions and leaves, the root first.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The value of a leaf; of a question, 0.
    values: Vec<f64>,
    /// Questions on the longest way.
    depth: u32,
}

impl Tree {
    /// A leaf, and its place.
    pub fn leaf(&mut self) -> u32 {
        let at = self.nodes.len() as u32;
        self.nodes.push(Node {
            left: BinSet::default(),
            feature: 0,
            next: [at, at],
        });
        self.values.push(0.0);
        at
    }

    /// Makes a leaf into a question, `depth` questions below the root; the places of its two leaves.
    pub fn ask(&mut self, leaf: u32, feature: usize, left: BinSet, depth: u32) -> [u32; 2] {
        let next = [self.leaf(), self.leaf()];
        if let Some(node) = self.nodes.get_mut(leaf as usize) {
            *node = Node {
                left,
                feature: feature as u32,
                next,
            };
        }
        self.depth = self.depth.max(depth + 1);
        next
    }

    /// Says what a leaf is worth.
    pub fn set(&mut self, leaf: u32, value: f64) {
        if let Some(own) = self.values.get_mut(leaf as usize) {
            *own = value;
        }
    }

    /// Whether there is a question.
    pub fn asks(&self) -> bool {
        self.depth > 0
    }

    /// Adds to each row the value of its leaf.
    pub fn add_to(&self, rows: &Rows, sums: &mut [f64]) {
        for (block, sums) in sums.chunks_mut(ABREAST).enumerate() {
            let mut own: [&[u8]; ABREAST] = [&[]; ABREAST];
            for (at, row) in own.iter_mut().take(sums.len()).enumerate() {
                *row = rows.row(block * ABREAST + at);
            }
            let mut places = [0_u32; ABREAST];
            for _ in 0..self.depth {
                for (place, row) in places.iter_mut().zip(own) {
                    let Some(node) = self.nodes.get(*place as usize) else {
                        continue;
                    };
                    let bin = row.get(node.feature as usize).copied().unwrap_or(MISSING);
                    *place = node.next[usize::from(!node.left.has(bin))];
                }
            }
            for (sum, place) in sums.iter_mut().zip(places) {
                *sum += self.values.get(place as usize).copied().unwrap_or(0.0);
            }
        }
    }
}
