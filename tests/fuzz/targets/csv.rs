//! Delimited text, whatever its delimiter, quotes and encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumbline::read::Format;

fuzz_target!(|input: &[u8]| -> libfuzzer_sys::Corpus {
    plumbline_fuzz::text(input, &[Format::Csv])
});
