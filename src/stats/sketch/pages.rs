//! Counts by bucket, kept in pages of neighbouring buckets.

use crate::stats::sparse::{flat, pairs};
use serde::{Deserialize, Serialize};

/// Buckets of a page: a factor of about 3.6 in value.
const SIZE: i32 = 64;

#[derive(Clone, Debug, PartialEq)]
struct Page {
    /// The first bucket, a multiple of [`SIZE`].
    first: i32,
    counts: [u64; SIZE as usize],
}

/// Sparse counts of buckets, ascending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<i64>", into = "Vec<i64>")]
pub(super) struct Pages(Vec<Page>);

impl Pages {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, bucket: i32, count: u64) {
        let first = bucket & !(SIZE - 1);
        let place = match self.0.binary_search_by_key(&first, |page| page.first) {
            Ok(place) => place,
            Err(place) => {
                let counts = [0; SIZE as usize];
                self.0.insert(place, Page { first, counts });
                place
            }
        };
        let cell = &mut self.0[place].counts[(bucket & (SIZE - 1)) as usize];
        *cell = cell.saturating_add(count);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (bucket, count) in other.iter() {
            self.add(bucket, count);
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.total_of(|_| true)
    }

    /// How much is in such buckets.
    pub(super) fn total_of(&self, is: impl Fn(i32) -> bool) -> u64 {
        let those = self.iter().filter(|cell| is(cell.0));
        those.fold(0, |sum: u64, (_, count)| sum.saturating_add(count))
    }

    /// The bucket of a rank in ascending order. Where the rank lies beyond, all that is here is taken
    /// off it.
    pub(super) fn at_rank(&self, rank: &mut u64) -> Option<i32> {
        passing(self.iter(), rank)
    }

    /// The same in descending order.
    pub(super) fn at_rank_from_top(&self, rank: &mut u64) -> Option<i32> {
        passing(self.iter().rev(), rank)
    }

    /// Buckets that hold something, and their counts.
    fn iter(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> {
        self.0.iter().flat_map(|page| {
            let cell = |i: i32| (page.first + i, page.counts[i as usize]);
            (0..SIZE).map(cell).filter(|cell| cell.1 > 0)
        })
    }
}

fn passing(cells: impl Iterator<Item = (i32, u64)>, rank: &mut u64) -> Option<i32> {
    for (bucket, count) in cells {
        if *rank < count {
            return Some(bucket);
        }
        *rank -= count;
    }
    None
}

impl TryFrom<Vec<i64>> for Pages {
    type Error = String;

    fn try_from(list: Vec<i64>) -> Result<Self, String> {
        let mut pages = Self::default();
        for (bucket, count) in pairs(&list)? {
            // An empty bucket would make equal histograms differ.
            if count > 0 {
                pages.add(
                    i32::try_from(bucket).map_err(|_| "a bucket is too large")?,
                    count,
                );
            }
        }
        Ok(pages)
    }
}

impl From<Pages> for Vec<i64> {
    fn from(pages: Pages) -> Self {
        flat(
            pages
                .iter()
                .map(|(bucket, count)| (i64::from(bucket), count)),
        )
    }
}
