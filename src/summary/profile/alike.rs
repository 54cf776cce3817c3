//! Rows that equal one another: looked for once, whatever the windows are.

use super::super::build::Builder;
use super::super::compared::Cells;
use crate::log::Role;
use crate::stats::distinct::mix;
use crate::table::NO_TIME;

/// Which rows of a log are alike.
pub(in super::super) struct Alike {
    /// One hash a row of all that is compared but the outcome; empty where nothing is.
    pub hashes: Vec<u64>,
    /// Rows that equal another one in these.
    values: Lots,
    /// Rows that equal another one in version and time, too.
    same: Lots,
}

/// Rows that equal each other side by side, in rising order.
#[derive(Default)]
struct Lots {
    rows: Vec<u32>,
    /// Where each lot ends in `rows`.
    ends: Vec<u32>,
}

impl Lots {
    /// Adds the lots of two rows and more among pairs that are in order.
    fn add(&mut self, pairs: &[(u64, u32)]) {
        for lot in pairs
            .chunk_by(|a, b| a.0 == b.0)
            .filter(|lot| lot.len() > 1)
        {
            self.rows.extend(lot.iter().map(|pair| pair.1));
            self.ends.push(self.rows.len() as u32);
        }
    }

    fn each(&self) -> impl Iterator<Item = &[u32]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        let lot = |(from, to): (&u32, &u32)| {
            let rows = self.rows.get(*from as usize..*to as usize);
            rows.unwrap_or_default()
        };
        starts.zip(&self.ends).map(lot)
    }
}

impl Alike {
    pub fn of(builder: &Builder, compared: &[(&str, Role, Cells<'_>)]) -> Self {
        let hashes = hashes(builder, compared).unwrap_or_default();
        let log = &builder.log;
        let key = |row: u32, hash: u64| {
            let time = log.time.get(row as usize).copied().unwrap_or(NO_TIME);
            let whole = mix(hash ^ time.cast_unsigned());
            let version = log.version.as_ref();
            let version = version.and_then(|v| v.codes.get(row as usize));
            version.map_or(whole, |v| whole.wrapping_add(u64::from(*v)))
        };
        // Few logs have any: who is alone is told by the hashes, which are half as long as pairs to sort.
        let mut sorted = hashes.clone();
        sorted.sort_unstable();
        let mut shared: Vec<u64> = (sorted.windows(2).filter(|p| p[0] == p[1]))
            .map(|p| p[0])
            .collect();
        drop(sorted);
        shared.dedup();
        let (mut values, mut same) = (Lots::default(), Lots::default());
        if !shared.is_empty() {
            let all = hashes.iter().copied().zip(0u32..);
            let of_shared = all.filter(|pair| shared.binary_search(&pair.0).is_ok());
            let mut pairs: Vec<(u64, u32)> = of_shared.collect();
            pairs.sort_unstable();
            values.add(&pairs);
            let mut keys: Vec<(u64, u32)> = Vec::new();
            for lot in pairs.chunk_by(|a, b| a.0 == b.0) {
                keys.clear();
                keys.extend(lot.iter().map(|(hash, row)| (key(*row, *hash), *row)));
                keys.sort_unstable();
                same.add(&keys);
            }
        }
        Self {
            hashes,
            values,
            same,
        }
    }

    /// Each lot of rows that equal each other in what is compared.
    pub fn values(&self) -> impl Iterator<Item = &[u32]> {
        self.values.each()
    }

    /// Each lot of rows that equal each other in version and time, too.
    pub fn same(&self) -> impl Iterator<Item = &[u32]> {
        self.same.each()
    }
}

fn hashes(builder: &Builder, compared: &[(&str, Role, Cells<'_>)]) -> Option<Vec<u64>> {
    let inputs = || compared.iter().filter(|c| c.1 != Role::Outcome);
    inputs().next()?;
    let mut hashes = vec![0u64; builder.log.rows];
    for (_, _, cells) in inputs() {
        match cells {
            Cells::Numbers(values) => {
                let both = hashes.iter_mut().zip(*values);
                both.for_each(|(hash, x)| *hash = mix(*hash ^ x.to_bits()));
            }
            Cells::Words(codes, _) => {
                let both = hashes.iter_mut().zip(*codes);
                both.for_each(|(hash, code)| *hash = mix(*hash ^ u64::from(*code)));
            }
        }
    }
    Some(hashes)
}
