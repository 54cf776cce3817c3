//! Apache Arrow, files and streams.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| -> libfuzzer_sys::Corpus {
    plumbline_fuzz::columnar(input, |head| {
        let stream = head.starts_with(&[0xff; 4]) || head.get(1..4) == Some(&[0; 3]);
        head.starts_with(b"ARROW1") || stream
    })
});
