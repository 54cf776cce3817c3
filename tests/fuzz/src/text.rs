//! Text: in one shard and in many small ones it is the same.

use crate::{same_troubles, within};
use libfuzzer_sys::Corpus;
use plumbline::engine::message::{PartInfo, Shard};
use plumbline::engine::{Shards, info};
use plumbline::read::{
    Cut, DateOrder, Decimal, Encoding, Fix, Format, Part, Quote, Schema, ShardRead, TimeFormat,
    inspect_as, read_shard,
};
use plumbline::table::{Kind, Table};

/// Megabytes for a text of some kilobytes: its bytes may be columns, each with what makes it.
const MOST: usize = 128;

/// Shards that a text is cut into at most, so that a text of megabytes takes no minutes.
const SHARDS: u64 = 64;

/// A delimited text of which something is said. Its last three bytes are none of it: they choose what.
pub fn delimited(input: &[u8]) -> Corpus {
    let Some((input, [signs, separator, skip])) = input.split_last_chunk::<3>() else {
        return Corpus::Reject;
    };
    // The first of each is that nothing is said.
    let pick = |shift: u8| usize::from(signs >> shift & 3);
    let fix = Fix {
        separator: Some(*separator).filter(|byte| *byte > 0),
        quote: pick(0).checked_sub(1).map(|at| Quote::ALL[at]),
        blanks: (skip & 3).checked_sub(1).map(|at| at == 0),
        decimal: pick(2).checked_sub(1).and_then(|at| Decimal::ALL.get(at).copied()),
        header: pick(4).checked_sub(1).map(|at| at == 0),
        skip: skip.checked_sub(1).map(u32::from),
        encoding: (pick(6) == 3).then_some(Encoding::Windows1252),
        dates: pick(6).checked_sub(1).and_then(|at| DateOrder::ALL.get(at).copied()),
    };
    said(input, &[Format::Csv], &fix)
}

/// Looks into a text of one of these formats and reads it. Its last four bytes are none of it: they
/// choose the size of the shards, and which columns are wanted as what.
pub fn text(input: &[u8], formats: &[Format]) -> Corpus {
    said(input, formats, &Fix::default())
}

fn said(input: &[u8], formats: &[Format], fix: &Fix) -> Corpus {
    let Some((bytes, choice)) = input.split_last_chunk::<4>() else {
        return Corpus::Reject;
    };
    let Ok(sniff) = within(MOST, "the first look", || inspect_as("f", &bytes, fix)) else {
        return Corpus::Keep;
    };
    if !formats.contains(&sniff.schema.format) {
        return Corpus::Reject;
    }
    let mut schema = sniff.schema;
    let [small, large, kinds, wanted] = *choice;
    for (at, column) in schema.columns.iter_mut().enumerate() {
        let bit = 1u8.rotate_left(at as u32);
        column.wanted = wanted & bit == 0;
        if kinds & bit != 0 {
            let all = [
                Kind::Key,
                Kind::Presence,
                Kind::Category,
                Kind::Number,
                Kind::Time,
            ];
            column.kind = all[(at + kinds as usize) % all.len()];
            column.time =
                (column.kind == Kind::Time).then(|| column.time.unwrap_or(TimeFormat::Iso));
        }
    }
    let Some(whole) = within(MOST, "one shard", || whole(&schema, bytes)) else {
        return Corpus::Keep;
    };
    let size = u64::from(u16::from_le_bytes([small, large]));
    let size = size.max(bytes.len() as u64 / SHARDS).max(1);
    let in_order = match sniff.cut {
        Cut::Bytes => false,
        Cut::InOrder => true,
        Cut::Whole | Cut::Groups(_) => return Corpus::Keep,
    };
    let (table, parts) = within(MOST, "many shards", || {
        in_shards(&schema, bytes, size, in_order)
    });
    // As bytes: a missing number does not equal itself.
    assert!(
        table.to_bytes() == whole.table.to_bytes(),
        "other rows in shards of {size}"
    );
    let lines: u64 = parts.iter().map(|p| p.lines).sum();
    assert_eq!(lines, whole.lines, "other lines in shards of {size}");
    let parts = parts.iter().map(|p| (p.lines, p.troubles.as_slice()));
    let parts: Vec<_> = parts.collect();
    same_troubles(&parts, (whole.lines, &whole.troubles));
    Corpus::Keep
}

fn whole(schema: &Schema, bytes: &[u8]) -> Option<Part> {
    match read_shard(schema, bytes, 0, 0, bytes.len() as u64, true, true).ok()? {
        ShardRead::Part(part) => Some(part),
        other => panic!("the file ends here: {other:?}"),
    }
}

/// The file in shards of a size, the last one first where any order is right; more of the file is given
/// only when it is asked for.
fn in_shards(schema: &Schema, bytes: &[u8], size: u64, in_order: bool) -> (Table, Vec<PartInfo>) {
    let mut shards = Shards::with_size(0, bytes.len() as u64, size, in_order);
    let mut waiting: Vec<Shard> = Vec::new();
    let mut tables: Vec<Table> = Vec::new();
    loop {
        waiting.extend(std::iter::from_fn(|| shards.take()));
        let Some(shard) = waiting.pop() else { break };
        let part = part(schema, bytes, shard);
        if tables.len() <= shard.index {
            tables.resize(shard.index + 1, Table::default());
        }
        let found = info(&part);
        tables[shard.index] = part.table;
        shards.done(shard.index, found);
    }
    assert!(shards.complete(), "shards of {size} do not meet");
    let mut table = Table::default();
    tables.into_iter().for_each(|part| table.append(part));
    (table, shards.parts().cloned().collect())
}

fn part(schema: &Schema, bytes: &[u8], shard: Shard) -> Part {
    let base = shard.start.saturating_sub(u64::from(!shard.aligned));
    let mut ahead = 3;
    loop {
        let to = (shard.end + ahead).min(bytes.len() as u64);
        let (seen, eof) = (&bytes[base as usize..to as usize], to == bytes.len() as u64);
        match read_shard(
            schema,
            seen,
            base,
            shard.start,
            shard.end,
            shard.aligned,
            eof,
        ) {
            Ok(ShardRead::Part(part)) => return part,
            Ok(ShardRead::Long(part)) => panic!("a record of 64 MB: {part:?}"),
            Ok(ShardRead::More) => assert!(!eof, "more is asked for at the end of the file"),
            Err(why) => panic!("only in shards: {why}"),
        }
        ahead *= 2;
    }
}
