//! Files that hold others: gzip, Zstandard, zip, tar, in any layers.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use plumbline::read::Bytes;
use plumbline::unpack::{HEAD_BYTES, Limits, Memory, holds_others, unpack};

/// Small, so that the stops are reached.
const LIMITS: Limits = Limits {
    bytes: 8 << 20,
    ratio: 50,
    free: 1 << 20,
    layers: 3,
    members: 200,
};

/// Megabytes: what may come out, the last chunk of the shelf, and the window of a decoder in each layer.
const MOST: usize = 8 + 4 + 3 * 100 + 20;

fuzz_target!(|input: &[u8]| -> Corpus {
    if !holds_others(&input[..input.len().min(HEAD_BYTES as usize)]) {
        return Corpus::Reject;
    }
    let found = plumbline_fuzz::within(MOST, "unpacking", || {
        unpack("f", &input, &mut Memory::default(), LIMITS)
    });
    let Ok(found) = found else {
        return Corpus::Keep;
    };
    let all: u64 = found.files.iter().map(|f| f.file.size()).sum();
    assert!(all <= LIMITS.bytes, "{all} bytes came out");
    assert!(found.files.len() <= LIMITS.members.max(1));
    for file in &found.files {
        let harmless = |part: &str| part != ".." && !part.contains(['\\', '\0']);
        assert!(
            file.name.starts_with('f') && file.name.split('/').all(harmless),
            "{:?}",
            file.name
        );
    }
    Corpus::Keep
});
