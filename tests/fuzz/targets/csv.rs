//! Delimited text, whatever its delimiter, quotes and encoding, and whatever is said of them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| -> libfuzzer_sys::Corpus { plumbline_fuzz::delimited(input) });
