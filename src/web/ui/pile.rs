//! Rows that came live, as files that grow: what the page then reads as it reads files that are dropped.
//!
//! Pieces lie in the browser's store of blobs, not in the page's memory; only the last [`PIECE`] bytes of each table do.
//! All tables together are bounded by [`MOST`]: beyond it the oldest rows of the longest one are let go.

use crate::feed::{RowForm, Rows};
use js_sys::{Array, Uint8Array};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use wasm_bindgen::JsValue;
use web_sys::{Blob, File};

/// Bytes of a piece.
const PIECE: usize = 1 << 20;
/// Bytes of all tables.
pub const MOST: u64 = 256 << 20;

/// Tables that grow.
#[derive(Default)]
pub struct Pile {
    tables: BTreeMap<String, Heap>,
    /// Tables that have grown since they were asked for.
    grown: BTreeSet<String>,
    /// Bytes that were let go.
    let_go: u64,
}

/// The rows of a table.
#[derive(Default)]
struct Heap {
    /// The line that names the columns.
    header: Vec<u8>,
    pieces: VecDeque<(Blob, u64)>,
    last: Vec<u8>,
    bytes: u64,
}

impl Pile {
    /// Adds rows.
    pub fn add(&mut self, rows: Rows) {
        let heap = self.tables.entry(rows.name.clone()).or_default();
        let mut bytes = rows.bytes.as_slice();
        if rows.form == RowForm::Csv && heap.header.is_empty() && heap.bytes == 0 {
            let end = bytes
                .iter()
                .position(|b| *b == b'\n')
                .map_or(0, |at| at + 1);
            let (header, rest) = bytes.split_at(end);
            heap.header = header.to_vec();
            bytes = rest;
        }
        heap.bytes += bytes.len() as u64;
        heap.last.extend_from_slice(bytes);
        if heap.last.len() >= PIECE {
            let parts = Array::of1(&Uint8Array::from(heap.last.as_slice()));
            // Where there is no room for a blob, the rows stay where they are.
            if let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) {
                heap.pieces.push_back((blob, heap.last.len() as u64));
                heap.last = Vec::new();
            }
        }
        self.grown.insert(rows.name);
        self.bound();
    }

    fn bound(&mut self) {
        while self.bytes() > MOST {
            let longest = self.tables.values_mut().max_by_key(|heap| heap.bytes);
            let Some(heap) = longest else { return };
            let Some((_, bytes)) = heap.pieces.pop_front() else {
                return;
            };
            heap.bytes -= bytes;
            self.let_go += bytes;
        }
    }

    /// Bytes of all tables.
    fn bytes(&self) -> u64 {
        self.tables.values().map(|heap| heap.bytes).sum()
    }

    /// Bytes of rows that were let go.
    pub const fn let_go(&self) -> u64 {
        self.let_go
    }

    /// Whether any table has grown.
    pub fn has_grown(&self) -> bool {
        !self.grown.is_empty()
    }

    /// Whether a table is one of these.
    pub fn holds(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// The tables that have grown since this was asked last, as files.
    pub fn take(&mut self) -> Vec<File> {
        let grown = std::mem::take(&mut self.grown);
        let files = grown.iter().filter_map(|name| self.file(name));
        files.collect()
    }

    fn file(&self, name: &str) -> Option<File> {
        let heap = self.tables.get(name)?;
        let parts = Array::new();
        let bytes = |bytes: &[u8]| JsValue::from(Uint8Array::from(bytes));
        parts.push(&bytes(&heap.header));
        for (blob, _) in &heap.pieces {
            parts.push(blob);
        }
        parts.push(&bytes(&heap.last));
        File::new_with_blob_sequence(&parts, name).ok()
    }

    /// Forgets a table, which begins anew with the next rows.
    pub fn forget(&mut self, name: &str) {
        self.tables.remove(name);
        self.grown.remove(name);
    }
}
