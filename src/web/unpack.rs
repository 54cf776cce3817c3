//! Unpacking in a worker: what comes out becomes a `File` of the browser, made of Blobs that it may keep
//! on disk, so that neither this worker nor the page holds it.

use super::pool::{fault, text_of};
use super::wire::{Load, free};
use super::worker::slice;
use crate::engine::message::Reply;
use crate::read::{Bytes, ReadError};
use crate::unpack::{Limits, Shelf, unpack};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, File};

/// Bytes of a Blob.
const PIECE: usize = 4 << 20;

/// The files in a file.
pub fn unpacked(name: &str, file: &dyn Bytes) -> Result<(Reply, Load), ReadError> {
    let found = unpack(name, file, &mut Blobs::default(), Limits::BROWSER)?;
    let unpacked = found.files.into_iter();
    let told = unpacked.map(|f| ((f.name, f.troubles, f.sheet), f.file));
    let (files, blobs) = told.unzip();
    let skipped = found.skipped;
    Ok((Reply::Unpacked { files, skipped }, Load::Files(blobs)))
}

#[derive(Default)]
struct Blobs {
    piece: Vec<u8>,
    blobs: Array,
}

impl Blobs {
    fn flush(&mut self) -> Result<(), JsValue> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let bytes = Uint8Array::from(self.piece.as_slice());
        self.piece.clear();
        let blob = Blob::new_with_u8_array_sequence(&Array::of1(&bytes))?;
        free(&bytes.buffer());
        self.blobs.push(&blob);
        Ok(())
    }

    fn file(&mut self, name: &str, length: u64) -> Result<File, JsValue> {
        self.flush()?;
        let blobs = std::mem::take(&mut self.blobs);
        let all = Blob::new_with_blob_sequence(&blobs)?;
        let all = all.slice_with_f64_and_f64(0.0, length as f64)?;
        File::new_with_blob_sequence(&Array::of1(&all), name)
    }
}

impl Bytes for File {
    fn size(&self) -> u64 {
        Blob::size(self) as u64
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        slice(self, &self.name(), from, to)
    }
}

impl Shelf for Blobs {
    type File = File;

    fn put(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() < PIECE {
            return Ok(());
        }
        self.flush()
            .map_err(|why| fault("", "unpack it", &text_of(&why)))
    }

    fn finish(&mut self, name: &str, length: u64) -> Result<File, ReadError> {
        self.file(name, length)
            .map_err(|why| fault(name, "unpack it", &text_of(&why)))
    }
}
