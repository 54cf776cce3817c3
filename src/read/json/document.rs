//! JSON documents that have to be read as a whole: tables by columns, by rows with names, or with the
//! names of the columns apart.
//!
//! | | |
//! | --- | --- |
//! | `{"a": {"0": 1, "1": 2}, "b": {…}}` | pandas `orient="columns"`: objects of cells by row |
//! | `{"0": {"a": 1, "b": 2}, "1": {…}}` | pandas `orient="index"`: rows by name |
//! | `{"columns": […], "index": […], "data": [[…], […]]}` | pandas `orient="split"` |
//! | `{"a": [1, 2], "b": [3, 4]}` | lists by column |
//!
//! Rows that have names get a column `index`, unless these are `0`, `1`, `2`…. The first two are told
//! apart by which of both keys are whole numbers, then by which are fewer: the columns.
//!
//! The places of the cells are noted in one walk, eight bytes each, and the cells are read from them as
//! those of other JSON. So a document takes its own size and at most a few times more, and its size is
//! bounded by [`MOST`]. Where it ends early or is damaged, what stands before that is read.

mod form;
mod grid;

use super::keys::{Keys, Place};
use super::walk::Walk;
use crate::read::batch::Batch;
use crate::read::reader::{Fill, Head, Reader, Rows, Shape, Stop};
use crate::read::trouble::{Fault, Troubles};
use crate::read::{Cut, Dialect, Format, ReadError, Schema};
use grid::Grid;

/// Bytes of the longest document.
pub(in crate::read) const MOST: u64 = 256 << 20;
/// Rows looked at for keys.
const LOOK: usize = 2_000;
/// The column of the rows' names.
const INDEX: &[u8] = b"index";

/// The reader of whole JSON documents.
pub(in crate::read) struct JsonDocument;

/// Whether a file that begins with this text has to be read as a whole.
pub(in crate::read) fn is_whole(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    text.starts_with(b"{") && crate::read::reader::recognise(text).format() == Format::JsonDocument
}

impl Reader for JsonDocument {
    fn format(&self) -> Format {
        Format::JsonDocument
    }

    fn recognises(&self, text: &[u8]) -> bool {
        form::of(text).is_some() && !super::lines::is_lines(text)
    }

    fn shape(&self, head: &Head) -> Result<Shape, ReadError> {
        if !head.complete {
            return Err(too_large(head.name));
        }
        let mut rows = DocumentRows::new(Keys::growing());
        let mut batch = Batch::with_rows(0, LOOK);
        let mut troubles = Troubles::default();
        let end = head.text.len();
        rows.fill(head.text, 0, end, true, &mut batch, &mut troubles);
        let names = rows.keys.into_names();
        if names.is_empty() {
            let mut lost = troubles.finish(|_| String::new());
            let found = lost.pop();
            let found = found.map_or("the document holds no row".into(), |t| t.reason);
            return Err(head.error(Some(1), &found, "Choose a file that holds rows."));
        }
        Ok(Shape {
            dialect: Dialect::default(),
            names,
            notes: Vec::new(),
        })
    }

    fn rows(&self, schema: &Schema) -> Box<dyn Rows> {
        Box::new(DocumentRows::new(Keys::of(schema)))
    }

    fn cut(&self) -> Cut {
        Cut::Whole
    }

    fn label(&self, _schema: &Schema) -> String {
        "JSON document".into()
    }
}

/// The error of a document that is too large to be read as a whole.
pub(in crate::read) fn too_large(name: &str) -> ReadError {
    ReadError {
        file: name.into(),
        line: None,
        found: format!(
            "this JSON document is not a list of rows, so all of it is needed at once; up to {} MB \
             can be read so",
            MOST >> 20
        ),
        mend: "Write one JSON object a line, with pandas `df.to_json(path, orient='records', lines=True)`."
            .into(),
    }
}

struct DocumentRows {
    keys: Keys,
    /// The cells, once they were found, and the columns they lead to.
    grid: Option<(Grid, Vec<Option<Place>>)>,
    /// The next row, and the byte up to which line breaks were counted.
    row: usize,
    seen: usize,
}

impl DocumentRows {
    fn new(keys: Keys) -> Self {
        Self {
            keys,
            grid: None,
            row: 0,
            seen: 0,
        }
    }
}

impl Rows for DocumentRows {
    fn skip_header(&mut self, _text: &[u8], _eof: bool) -> Option<(usize, u64)> {
        Some((0, 0))
    }

    /// The rows do not follow each other in the text, so the next one is always at `at`.
    fn fill(
        &mut self,
        text: &[u8],
        at: usize,
        _end: usize,
        eof: bool,
        batch: &mut Batch,
        troubles: &mut Troubles,
    ) -> Fill {
        if !eof {
            let stop = Stop::Unfinished;
            return Fill { next: at, stop };
        }
        let keys = &mut self.keys;
        let (grid, places) = self.grid.get_or_insert_with(|| {
            let grid = Grid::of(text, at);
            let names = grid.names().chain([INDEX]);
            let places = names.map(|name| keys.find(Keys::ROOT, name, &mut None));
            let places = places.collect();
            (grid, places)
        });
        while self.row < grid.rows() {
            if batch.is_full(at) {
                let stop = Stop::Full;
                return Fill { next: at, stop };
            }
            batch.open_row();
            let mut walk = Walk::new(text, keys, batch);
            // What is wrong with a value was found when its place was.
            let _ = grid.read(self.row, places, &mut walk);
            // Lines are counted once; a row whose cells are out of turn is told at the line before it.
            let start = grid.start(self.row).max(self.seen);
            batch.line += breaks(text, self.seen, start);
            self.seen = start;
            batch.keep_set_row(batch.line, troubles);
            self.row += 1;
        }
        if let Some(fault) = grid.fault() {
            let line = breaks(text, at, fault.at.min(text.len()));
            troubles.row(Fault::CutOff, line, || {
                format!(
                    "the document is damaged or ends early ({} at byte {}), so what was to follow is \
                     missing; export it again",
                    fault.what,
                    fault.at + 1
                )
            });
        }
        batch.line = breaks(text, at, text.len());
        Fill {
            next: text.len(),
            stop: Stop::End,
        }
    }
}

fn breaks(text: &[u8], from: usize, to: usize) -> u64 {
    memchr::memchr_iter(b'\n', text.get(from..to).unwrap_or_default()).count() as u64
}
