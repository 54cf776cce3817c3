//! Reads bytes as the engine does.

#![allow(clippy::unwrap_used, clippy::panic, dead_code)]

use plumbline::engine::Shards;
use plumbline::engine::message::{PartInfo, Shard};
use plumbline::read::{
    ColumnSpec, Dialect, Encoding, Format, Part, Schema, ShardRead, Sniff, Trouble, read_shard,
    sniff,
};
use plumbline::table::{Column, Kind, Table};

/// A comma-separated file of category columns.
pub fn category_schema(names: impl IntoIterator<Item = String>) -> Schema {
    Schema {
        lists: Vec::new(),
        format: Format::Csv,
        encoding: Encoding::Utf8,
        dialect: Dialect::default(),
        columns: names
            .into_iter()
            .map(|name| ColumnSpec {
                name,
                kind: Kind::Category,
                time: None,
                wanted: true,
                labels: false,
            })
            .collect(),
    }
}

pub fn sniffed(bytes: &[u8]) -> Sniff {
    let head = &bytes[..bytes.len().min(1 << 20)];
    sniff("file.csv", head, bytes.len() as u64).unwrap()
}

/// The whole file as one shard.
pub fn whole(schema: &Schema, bytes: &[u8]) -> Part {
    match read_shard(schema, bytes, 0, 0, bytes.len() as u64, true, true).unwrap() {
        ShardRead::Part(part) => part,
        other => panic!("the file ends here: {other:?}"),
    }
}

/// The whole file as its start says.
pub fn read(bytes: &[u8]) -> Part {
    whole(&sniffed(bytes).schema, bytes)
}

/// The file in shards of a size, read again where a border was guessed wrongly: all rows, lines and
/// troubles.
pub fn in_shards(schema: &Schema, bytes: &[u8], size: u64) -> (Table, u64, Vec<Trouble>) {
    let mut shards = Shards::with_size(0, bytes.len() as u64, size, false);
    // The last first: the order must not matter.
    let mut queue: Vec<Shard> = std::iter::from_fn(|| shards.take()).collect();
    let mut tables = vec![Table::default(); queue.len()];
    while let Some(shard) = queue.pop() {
        let base = if shard.aligned {
            shard.start
        } else {
            shard.start - 1
        };
        let mut ahead = 3;
        let part = loop {
            let to = (shard.end + ahead).min(bytes.len() as u64);
            let seen = &bytes[base as usize..to as usize];
            let eof = to == bytes.len() as u64;
            match read_shard(
                schema,
                seen,
                base,
                shard.start,
                shard.end,
                shard.aligned,
                eof,
            )
            .unwrap()
            {
                ShardRead::Part(part) => break part,
                ShardRead::Long(part) => panic!("a record of 64 MB: {part:?}"),
                ShardRead::More => {
                    assert!(!eof, "more is asked for at the end of the file");
                    ahead *= 2;
                }
            }
        };
        tables[shard.index] = part.table;
        let info = PartInfo {
            rows: tables[shard.index].rows as u64,
            first: part.first,
            next: part.next,
            lines: part.lines,
            troubles: part.troubles,
            numbers: Vec::new(),
        };
        shards.done(shard.index, info);
        queue.extend(std::iter::from_fn(|| shards.take()));
    }
    assert!(shards.complete());
    let mut table = Table::default();
    for part in tables {
        table.append(part);
    }
    let lines = shards.parts().map(|p| p.lines).sum();
    let troubles = shards.parts().flat_map(|p| p.troubles.clone()).collect();
    (table, lines, troubles)
}

/// The words of a category column.
pub fn category(column: &Column) -> Vec<Option<String>> {
    let Column::Category { codes, levels } = column else {
        panic!("not a category column: {column:?}");
    };
    codes
        .iter()
        .map(|&c| levels.get(c as usize).cloned())
        .collect()
}

/// The numbers of a column.
pub fn numbers(column: &Column) -> Vec<Option<f64>> {
    let Column::Number(cells) = column else {
        panic!("not a number column: {column:?}");
    };
    cells.iter().map(|x| (!x.is_nan()).then_some(*x)).collect()
}
