//! What the first cells of a columnar file tell, by the rules that hold for text: the cells are
//! written as a CSV file would have them, so that a column means the same whatever file it is in.

use crate::read::batch::Batch;
use crate::read::profile::profile;
use crate::read::{ColumnSniff, ColumnSpec, Dialect, Encoding, Format, Schema, TimeFormat};
use crate::table::Kind;

/// Rows looked at.
pub(super) const ROWS: usize = 2_000;
/// Bytes of a cell that are looked at.
const CELL: usize = 1_000;

/// The first cells of one column, as texts; a missing one is empty.
pub(super) struct Sample {
    pub name: String,
    pub cells: Vec<Vec<u8>>,
    /// What the file says that the column holds, for where all first cells are missing.
    pub kind: Option<Kind>,
}

/// A schema of columns whose kinds are still to be found.
pub(super) fn schema(format: Format, names: impl IntoIterator<Item = String>) -> Schema {
    Schema {
        lists: Vec::new(),
        format,
        encoding: Encoding::Utf8,
        dialect: Dialect {
            header: false,
            ..Dialect::default()
        },
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

/// The schema, and what the cells tell of each column; `notes` takes what a reader should know.
pub(super) fn look(
    format: Format,
    samples: &[Sample],
    notes: &mut Vec<String>,
) -> (Schema, Vec<ColumnSniff>) {
    let mut schema = schema(format, samples.iter().map(|s| s.name.clone()));
    let mut columns = Vec::with_capacity(samples.len());
    for (at, sample) in samples.iter().enumerate() {
        // A batch holds the columns of a record; here each column has its own.
        let mut batch = Batch::with_rows(1, ROWS);
        batch.clear(0);
        for (row, cell) in (0..).zip(&sample.cells) {
            let start = batch.aside().len();
            let cell = cell.get(..CELL).unwrap_or(cell);
            batch.aside().extend_from_slice(cell);
            batch.push_aside(start);
            batch.keep_row(row);
        }
        let mut one = Schema {
            columns: Vec::new(),
            ..schema.clone()
        };
        one.columns.extend(schema.columns.get(at).cloned());
        let mut column = profile(&batch, b"", 0, &one, None, notes);
        if let Some(kind) = sample.kind.filter(|_| column.filled == 0) {
            column.kind = kind;
            column.time = (kind == Kind::Time).then_some(TimeFormat::Iso);
        }
        columns.push(column);
    }
    for (spec, column) in schema.columns.iter_mut().zip(&columns) {
        (spec.kind, spec.time) = (column.kind, column.time);
    }
    (schema, columns)
}
