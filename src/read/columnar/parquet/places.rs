//! Where in a footer what is needed for some rows stands, so that a shard of a long file does not read
//! the whole of it again: the schema, and of each turn ([`super::UNIT`]) its group.

use super::leaves::leaves;
use super::meta::{self, Footer};
use super::{Open, plausible_rows};
use crate::read::{Bytes, ReadError};
use std::ops::Range;

/// Place and length of the schema, then of the group of each turn, in the file. None where they alone do
/// not tell what the footer does.
pub(super) fn places(open: &Open) -> Vec<u64> {
    let [schema] = open.footer.schema_at.as_slice() else {
        return Vec::new();
    };
    let place = |at: &Range<usize>| [open.footer_at + at.start as u64, at.len() as u64];
    let turns = open.turns();
    let groups = turns.iter().map(|turn| place(&turn.group.at));
    std::iter::once(place(schema))
        .chain(groups)
        .flatten()
        .collect()
}

/// The groups of some turns, and the number of the first turn of the first one. `None` where their places
/// are not known or do not hold: then the footer is read.
pub(super) fn some<'a>(
    file: &'a dyn Bytes,
    places: &[u64],
    turns: &Range<u64>,
) -> Result<Option<(Open<'a>, u64)>, ReadError> {
    let known = || {
        let (schema, all) = places.as_chunks::<2>().0.split_first()?;
        let (from, to) = (
            usize::try_from(turns.start).ok()?,
            usize::try_from(turns.end).ok()?,
        );
        let mut groups = all.get(from..to)?.to_vec();
        groups.dedup();
        let first = groups.first()?;
        let before = all.get(..from)?.iter().rev().take_while(|g| *g == first);
        Some((*schema, turns.start - before.count() as u64, groups))
    };
    let Some((schema, first, groups)) = known() else {
        return Ok(None);
    };
    let Some(bytes) = within(file, schema)? else {
        return Ok(None);
    };
    let mut footer = Footer::default();
    let Some(leaves) = meta::schema_in(&bytes).and_then(|schema| leaves(&schema)) else {
        return Ok(None);
    };
    for place in groups {
        let bytes = within(file, place)?;
        match bytes.and_then(|bytes| meta::group_in(&bytes)) {
            Some(group) => footer.groups.push(group),
            None => return Ok(None),
        }
    }
    let sound = plausible_rows(&footer, file.size()).is_ok();
    let open = Open {
        file,
        footer,
        footer_at: 0,
        leaves,
    };
    Ok(sound.then_some((open, first)))
}

fn within(file: &dyn Bytes, [at, len]: [u64; 2]) -> Result<Option<Vec<u8>>, ReadError> {
    match at.checked_add(len).filter(|to| *to <= file.size()) {
        Some(to) => file.read(at, to).map(Some),
        None => Ok(None),
    }
}
