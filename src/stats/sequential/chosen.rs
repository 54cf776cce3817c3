//! Which words of a column are told by name, so that what is told of them is no matter of how they were chosen.
//!
//! Of many words that are about as frequent the most frequent ones of a baseline are those that chance made so: their
//! share is too high there, and that of all others too low, whatever comes after. So where it is a matter of chance
//! which words are told, they are chosen by one half of the baseline's rows, and what depends on the choice is compared
//! with the other half (D. R. Cox 1975, *A note on data-splitting for the evaluation of significance levels*).

/// Standard errors that counts have to be apart for their order not to be a matter of chance.
const SURE: f64 = 4.0;

/// The words that are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Their places, most rows first.
    pub told: Vec<usize>,
    /// Rows of the most frequent word that is not told, where it is a matter of chance that it is not: the words were
    /// chosen by the first half of the baseline.
    pub by_half: Option<u64>,
}

/// Whether a word of so many rows is more frequent than one of so many others, whatever chance did.
#[must_use]
pub fn surely_more(rows: u64, than: u64) -> bool {
    let (rows, than) = (rows as f64, than as f64);
    rows - than >= SURE * (rows + than).sqrt()
}

/// Chooses at most so many words, of so few rows at least; `order` of words that are as frequent.
///
/// `all`: rows of each word in the baseline; `half`: those in the first half of it.
#[must_use]
pub fn chosen(
    all: &[u64],
    half: &[u64],
    (most, fewest): (usize, u64),
    order: impl Fn(usize, usize) -> std::cmp::Ordering,
) -> Chosen {
    let first = |counts: &[u64]| {
        let mut told: Vec<usize> = (0..counts.len()).filter(|w| counts[*w] >= fewest).collect();
        told.sort_by(|a, b| counts[*b].cmp(&counts[*a]).then_with(|| order(*a, *b)));
        told.truncate(most);
        told
    };
    let next = |told: &[usize]| {
        let mut is_told = vec![false; all.len()];
        told.iter().for_each(|w| is_told[*w] = true);
        let others = all.iter().zip(is_told).filter(|w| !w.1);
        others.map(|w| *w.0).max().unwrap_or(0)
    };
    let told = first(all);
    let left = next(&told);
    let last = told.last().map_or(0, |w| all[*w]);
    if left == 0 || (last > 0 && surely_more(last, left)) {
        return Chosen {
            told,
            by_half: None,
        };
    }
    let mut told = first(half);
    let by_half = Some(next(&told));
    told.sort_by(|a, b| all[*b].cmp(&all[*a]).then_with(|| order(*a, *b)));
    Chosen { told, by_half }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_chance_orders_are_chosen_by_half() {
        let plain = |a: usize, b: usize| a.cmp(&b);
        let of = |all: &[u64], half: &[u64]| chosen(all, half, (3, 5), plain);
        let sure = of(&[900, 40, 3, 800, 2], &[450, 18, 1, 401, 2]);
        assert_eq!(sure.told, [0, 3, 1]);
        assert_eq!(sure.by_half, None);
        // Four that are alike, of which the first half has others on top.
        let by_chance = of(&[100, 99, 98, 97, 2], &[40, 60, 50, 51, 1]);
        assert_eq!(
            (by_chance.told, by_chance.by_half),
            (vec![1, 2, 3], Some(100))
        );
        assert_eq!(of(&[7, 0], &[7, 0]).by_half, None);
        assert!(of(&[], &[]).told.is_empty());
    }
}
