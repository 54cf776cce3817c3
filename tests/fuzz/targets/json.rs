//! JSON: lines, arrays, and documents that are tables by columns.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumbline::read::Format::{JsonArray, JsonDocument, JsonLines};

fuzz_target!(|input: &[u8]| -> libfuzzer_sys::Corpus {
    plumbline_fuzz::text(input, &[JsonLines, JsonArray, JsonDocument])
});
