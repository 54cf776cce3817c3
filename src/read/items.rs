//! Lists in a cell that are sets of labels: words, or whole numbers of which there are now more, now fewer.
//!
//! Such a list is one cell, `["news","sport"]`, and the empty one is `[]`; the items of others are columns.

/// Items of an array that is read: more are no scores of classes and no labels but an embedding, or a text.
pub(super) const MOST: usize = 100;
/// Bytes of the cell of a set.
pub(super) const CELL: usize = 4 << 10;

/// What an array holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Items {
    /// Nothing.
    Empty,
    /// Texts only.
    Words,
    /// So many whole numbers.
    Whole(usize),
    /// So many numbers.
    Numbers(usize),
    /// Values of several kinds, arrays, objects, or too many of them.
    Other,
}

/// What the arrays in one place of many rows hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Arrays {
    words: bool,
    fractions: bool,
    empty: bool,
    /// The shortest and the longest one of numbers; 0: there is none.
    lengths: (usize, usize),
}

impl Arrays {
    /// Notes one more.
    pub fn saw(&mut self, items: Items) {
        let length = match items {
            Items::Empty => {
                self.empty = true;
                return;
            }
            Items::Words => {
                self.words = true;
                return;
            }
            Items::Whole(n) => n,
            Items::Numbers(n) => {
                self.fractions = true;
                n
            }
            Items::Other => return,
        };
        let (least, most) = self.lengths;
        let least = if least == 0 {
            length
        } else {
            least.min(length)
        };
        self.lengths = (least, most.max(length));
    }

    /// Whether they are sets of labels: words, or whole numbers of which there are now more, now fewer.
    pub fn are_sets(&self) -> bool {
        let (least, most) = self.lengths;
        let uneven = least != most || self.empty && most == 1;
        self.words || most > 0 && uneven && !self.fractions
    }
}

/// Appends an item of a set of labels as its cell has it: in quotes, `"` and `\` with a backslash before them.
pub(super) fn write_item(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &b in text {
        if matches!(b, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(b);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_sets_where_their_count_differs() {
        let sets = |lists: &[Items]| {
            let mut all = Arrays::default();
            lists.iter().for_each(|items| all.saw(*items));
            all.are_sets()
        };
        assert!(sets(&[Items::Whole(2), Items::Whole(1)]));
        assert!(sets(&[Items::Whole(1), Items::Empty]));
        assert!(sets(&[Items::Empty, Items::Words]));
        assert!(!sets(&[Items::Whole(2), Items::Whole(2), Items::Empty]));
        assert!(!sets(&[Items::Numbers(2), Items::Whole(1)]));
        assert!(!sets(&[Items::Empty, Items::Other]));
    }
}
