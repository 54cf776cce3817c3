//! What a columnar file claims is never what is allocated.
//!
//! Alone in its program, because it looks at the memory of all of it.

#![allow(clippy::unwrap_used, clippy::panic)]

mod columnar_help;

use columnar_help::{bytes_of, files, groups, inspected};
use peak_alloc::PeakAlloc;
use plumbline::read::{inspect, read_groups, read_groups_at};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that a file of some kilobytes may ever take: its rows, `64 Ki + 256` a byte of the file, in
/// all columns of 16 bytes a cell at most.
const MOST: usize = 256 << 20;

#[test]
fn damaged_files_take_no_more_memory_than_their_size_allows() {
    let mut state = 1u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut peak = 0;
    let all = files("parquet")
        .chain(files("arrow"))
        .chain(files("arrows"));
    for file in all {
        let good = bytes_of(&file);
        let sniff = inspected(&file, &good);
        for _ in 0..60 {
            let mut bad = good.clone();
            for _ in 0..1 + random(4) {
                let at = 4 + random(bad.len() - 4);
                // Numbers of many bytes make the largest claims.
                bad[at] = [0xff, 0x7f, random(256) as u8][random(3)];
            }
            MEMORY.reset_peak_usage();
            let before = MEMORY.current_usage();
            let found = inspect("bad", &bad.as_slice()).ok();
            for sniff in [Some(sniff.clone()), found].into_iter().flatten() {
                let _ = read_groups(&sniff.schema, &bad.as_slice(), 0..groups(&sniff));
                for group in 0..groups(&sniff) {
                    let some = group..group + 1;
                    let _ = read_groups_at(&sniff.schema, &bad.as_slice(), some, &sniff.places);
                }
            }
            let used = MEMORY.peak_usage().saturating_sub(before);
            assert!(used < MOST, "{file}: {used} bytes");
            peak = peak.max(used);
        }
    }
    assert!(peak > 0);
    println!("{} kB at most", peak >> 10);
}
