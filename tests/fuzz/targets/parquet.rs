//! Apache Parquet.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| -> libfuzzer_sys::Corpus {
    plumbline_fuzz::columnar(input, |head| head.starts_with(b"PAR1"))
});
