//! JSON: a line a row, a list of rows, or a document that is a table as a whole.
//!
//! May use: what all readers of text share.

mod array;
pub(super) mod document;
mod items;
mod keys;
mod lines;
mod template;
mod tokens;
mod walk;

pub(super) use array::JsonArray;
pub(super) use document::JsonDocument;
pub(super) use lines::JsonLines;
