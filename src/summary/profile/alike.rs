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
    /// Rows that equal another one in these, in version and time: those that equal each other side by side, in
    /// rising order.
    rows: Vec<u32>,
    /// Where each lot of equal rows begins in `rows`, and the end of the last one.
    starts: Vec<u32>,
}

impl Alike {
    pub fn of(builder: &Builder, compared: &[(&str, Role, Cells<'_>)]) -> Self {
        let hashes = hashes(builder, compared).unwrap_or_default();
        let log = &builder.log;
        let key = |(row, hash): (usize, &u64)| {
            let time = log.time.get(row).copied().unwrap_or(NO_TIME);
            let whole = mix(hash ^ time.cast_unsigned());
            let version = log.version.as_ref().and_then(|v| v.codes.get(row));
            version.map_or(whole, |v| whole.wrapping_add(u64::from(*v)))
        };
        let mut keys: Vec<u64> = hashes.iter().enumerate().map(key).collect();
        // Few logs have any: who is alone is told by the keys, which are half as long as pairs to sort.
        keys.sort_unstable();
        let mut shared: Vec<u64> = (keys.windows(2).filter(|p| p[0] == p[1]))
            .map(|p| p[0])
            .collect();
        drop(keys);
        shared.dedup();
        let mut pairs: Vec<(u64, u32)> = Vec::new();
        if !shared.is_empty() {
            let all = (0u32..).zip(hashes.iter().enumerate().map(key));
            let of_shared = all.filter(|(_, key)| shared.binary_search(key).is_ok());
            pairs.extend(of_shared.map(|(row, key)| (key, row)));
            pairs.sort_unstable();
        }
        let mut starts = vec![0];
        for lot in pairs.chunk_by(|a, b| a.0 == b.0) {
            starts.push(starts.last().copied().unwrap_or(0) + lot.len() as u32);
        }
        Self {
            hashes,
            rows: pairs.into_iter().map(|pair| pair.1).collect(),
            starts,
        }
    }

    /// Each lot of rows that equal each other.
    pub fn lots(&self) -> impl Iterator<Item = &[u32]> {
        let lot = |ends: &[u32]| {
            let (from, to) = (ends[0] as usize, ends[1] as usize);
            self.rows.get(from..to).unwrap_or_default()
        };
        self.starts.windows(2).map(lot)
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
