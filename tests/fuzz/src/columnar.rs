//! Columnar files: all groups at once, and one by one at their places, are the same.

use crate::{same_troubles, within};
use libfuzzer_sys::Corpus;
use plumbline::read::{
    Cut, Part, Spliced, TimeFormat, inspect, mend, read_groups, read_groups_at,
};
use plumbline::table::{Kind, Table};
use std::ops::Range;

/// Megabytes for the groups of one turn of a file of some kilobytes: a page of 256 MB, a dictionary of
/// as many, and the cells.
const MOST: usize = 768;

/// Cells that are held at once to be compared; a claim of more is read group by group only.
const CELLS: u64 = 8 << 20;

/// Looks into a file that begins so, and reads it. The sum of its bytes chooses which columns are
/// wanted as what: its last bytes have to stay what they are.
pub fn columnar(bytes: &[u8], begins: fn(&[u8]) -> bool) -> Corpus {
    if !begins(bytes) {
        return Corpus::Reject;
    }
    let Ok(sniff) = within(MOST, "the first look", || inspect("f", &bytes)) else {
        return Corpus::Keep;
    };
    let Cut::Groups(sizes) = &sniff.cut else {
        // It begins so, and is text all the same.
        return Corpus::Reject;
    };
    let mut schema = sniff.schema.clone();
    let choice = bytes.iter().fold(0u8, |sum, b| sum.wrapping_add(*b));
    for (at, column) in schema.columns.iter_mut().enumerate() {
        let pick = choice.rotate_left(at as u32);
        column.wanted = pick & 7 != 0;
        if pick & 8 != 0 {
            let all = [
                Kind::Key,
                Kind::Presence,
                Kind::Category,
                Kind::Number,
                Kind::Time,
            ];
            column.kind = all[(at + pick as usize) % all.len()];
            column.time =
                (column.kind == Kind::Time).then(|| column.time.unwrap_or(TimeFormat::Iso));
        }
    }
    cut(bytes, choice);
    let groups = sizes.len() as u64;
    let read = |groups: Range<u64>, places: &[u64]| {
        let part = within(MOST, "some groups", || {
            read_groups_at(&schema, &bytes, groups, places)
        });
        part.inspect(|part| sound(part)).ok()
    };
    let mut table = Table::default();
    let mut parts = Vec::new();
    let (mut rows, mut whole) = (0, true);
    for group in 0..groups {
        let Some(part) = read(group..group + 1, &sniff.places) else {
            return Corpus::Keep;
        };
        assert_eq!((part.first, part.next), (group, group + 1));
        rows += part.lines;
        whole &= rows.saturating_mul(schema.columns.len() as u64) <= CELLS;
        if whole {
            table.append(part.table);
        }
        parts.push((part.lines, part.troubles));
    }
    if whole {
        let all = read(0..groups, &[]).expect("each group can be read");
        assert_eq!(all.lines, rows);
        let parts = parts.iter().map(|(lines, t)| (*lines, t.as_slice()));
        let parts: Vec<_> = parts.collect();
        same_troubles(&parts, (all.lines, &all.troubles));
        // As bytes: a missing number does not equal itself.
        assert!(
            table.to_bytes() == all.table.to_bytes(),
            "other rows group by group"
        );
    }
    Corpus::Keep
}

/// Cuts a file and finds what is whole in it; it tells its own columns.
fn cut(bytes: &[u8], choice: u8) {
    let cut = &bytes[..bytes.len() * usize::from(choice) / 256];
    let mended = within(MOST, "what is whole", || mend(&cut, &[&bytes]));
    let Ok(mended) = mended else { return };
    let file = Spliced::new(cut, mended.whole, &mended.tail);
    let Ok(sniff) = within(MOST, "the first look", || inspect("f", &file)) else {
        return;
    };
    if let Cut::Groups(_) = &sniff.cut {
        let part = within(MOST, "the first group", || {
            read_groups(&sniff.schema, &file, 0..1)
        });
        let _ = part.inspect(sound);
    }
}

/// Every column has as many cells as there are rows.
fn sound(part: &Part) {
    for column in &part.table.columns {
        assert_eq!(column.len(), part.table.rows);
    }
}
