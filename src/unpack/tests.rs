//! Files made by other encoders come out as they went in; cut, spoilt and endless ones do no harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::fmt::Write as _;
use std::io::Write as _;

pub(super) fn text(rows: u32) -> String {
    let mut text = String::from("id,score,label\n");
    for i in 0..rows {
        let score = f64::from(i.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 24);
        writeln!(text, "r{i},{score:.6},{}", i % 3 / 2).unwrap();
    }
    text
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

pub(super) fn open(name: &str, bytes: &[u8]) -> Result<Contents<Chunks>, ReadError> {
    assert!(holds_others(&bytes[..bytes.len().min(HEAD_BYTES as usize)]));
    unpack(name, &bytes, &mut Memory::default(), Limits::NATIVE)
}

pub(super) fn bytes(file: &Unpacked<Chunks>) -> Vec<u8> {
    file.file.read(0, file.file.size()).unwrap()
}

/// What a file holds that holds one, undamaged.
#[track_caller]
fn only(name: &str, packed: &[u8]) -> (String, Vec<u8>) {
    let found = open(name, packed).unwrap();
    assert_eq!((found.files.len(), &found.skipped), (1, &Vec::new()));
    assert_eq!(found.files[0].troubles, []);
    (found.files[0].name.clone(), bytes(&found.files[0]))
}

#[test]
fn what_was_compressed_comes_out() {
    let text = text(30_000);
    let (first, second) = text.as_bytes().split_at(100_001);
    let skipped = b"\x53\x2a\x4d\x18\x05\0\0\0other";
    for (name, packed) in [
        ("x.csv.gz", gzip(text.as_bytes())),
        (
            "x.csv.gz",
            [gzip(first), gzip(b""), gzip(second), vec![0; 600]].concat(),
        ),
        ("x.csv.zst", zstd(text.as_bytes())),
        (
            "x.csv.zst",
            [
                skipped.to_vec(),
                zstd(first),
                skipped.to_vec(),
                zstd(second),
            ]
            .concat(),
        ),
        // By content, not by name.
        ("x.csv", gzip(text.as_bytes())),
        ("x.csv.gz", zstd(text.as_bytes())),
    ] {
        let (named, out) = only(name, &packed);
        assert!(out == text.as_bytes(), "{name}");
        assert_eq!(named, "x.csv");
    }
    assert_eq!(only("x.csv.gz", &gzip(b"")).1, b"");
    assert!(!holds_others(text.as_bytes()) && !holds_others(b"") && !holds_others(&[0x1f]));
}

#[test]
fn what_was_cut_off_gives_its_whole_lines_and_says_so() {
    // Zstandard packs blocks of 128 kB.
    let text = text(40_000);
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        let mut kept = 0;
        let step = packed.len() / 60;
        for cut in (4..packed.len()).step_by(step).chain([packed.len() - 1]) {
            match open("x.csv.gz", &packed[..cut]) {
                Err(why) => assert!(why.found.contains("ends early"), "{cut}: {why}"),
                Ok(found) => {
                    let [file] = &found.files[..] else {
                        panic!("{cut}: {found:?}")
                    };
                    let out = bytes(file);
                    assert!(text.as_bytes().starts_with(&out) && out.ends_with(b"\n"));
                    let [trouble] = &file.troubles[..] else {
                        panic!("{cut}: {:?}", file.troubles)
                    };
                    assert!(trouble.row_lost && trouble.reason.contains("ends early"));
                    assert_eq!(
                        trouble.line,
                        out.iter().filter(|b| **b == b'\n').count() as u64
                    );
                    assert!(out.len() >= kept, "more of the archive gives no less");
                    kept = out.len();
                }
            }
        }
        assert!(kept > text.len() / 2, "{kept} of {}", text.len());
    }
}

#[test]
fn what_was_spoilt_is_never_taken_for_whole() {
    let text = text(400);
    for packed in [gzip(text.as_bytes()), zstd(text.as_bytes())] {
        for at in 0..packed.len() {
            let mut spoilt = packed.clone();
            spoilt[at] ^= 1 << (at % 8);
            if !holds_others(&spoilt[..64]) {
                continue;
            }
            let Ok(found) = open("x.csv.gz", &spoilt) else {
                continue;
            };
            let whole = found.files.iter().all(|f| f.troubles.is_empty());
            let same = found.files.len() == 1 && bytes(&found.files[0]) == text.as_bytes();
            // A flag or the time in a header may change without harm.
            assert!(same || !whole, "byte {at}");
        }
    }
    let behind = [gzip(text.as_bytes()), b"garbage".to_vec()].concat();
    let found = open("x.csv.gz", &behind).unwrap();
    assert_eq!(bytes(&found.files[0]), text.as_bytes());
    assert!(found.files[0].troubles[0].reason.contains("no gzip"));
}

#[test]
fn where_the_checksum_alone_is_wrong_no_row_is_lost() {
    let text = text(3_000);
    // The last line needs no break.
    let text = text.trim_end().as_bytes();
    let (mut gzip, mut zstd) = (gzip(text), zstd(text));
    let at = gzip.len() - 6;
    gzip[at] ^= 1;
    let at = zstd.len() - 1;
    zstd[at] ^= 1;
    for (name, packed) in [("x.csv.gz", gzip), ("x.csv.zst", zstd)] {
        let found = open(name, &packed).unwrap();
        assert_eq!(bytes(&found.files[0]), text, "{name}");
        let told = &found.files[0].troubles[0];
        assert!(told.reason.contains("its checksum does not match") && !told.row_lost);
    }
}

#[test]
fn a_bomb_stops_at_its_limit() {
    let zeros = gzip(&vec![0; 8 << 20]);
    let limits = |bytes, free| Limits {
        bytes,
        free,
        ..Limits::NATIVE
    };
    let refused = |packed: &[u8], limits| {
        let mut shelf = Memory::default();
        unpack("bomb.gz", &packed, &mut shelf, limits).unwrap_err()
    };
    let why = refused(&zeros, limits(4 << 20, 4 << 20));
    assert!(why.found.contains("more than 4 MB"), "{why}");
    let why = refused(&zeros, limits(1 << 30, 1 << 20));
    assert!(why.found.contains("more than 200 times its size"), "{why}");
    assert_eq!(why.file, "bomb.gz");
    // What comes out of inner layers counts too.
    let twice = gzip(&zeros);
    let why = refused(&twice, limits(4 << 20, 4 << 20));
    assert!(why.found.contains("more than 4 MB"), "{why}");
}

#[test]
fn layers_end() {
    let mut packed = b"a,b\n1,2\n".to_vec();
    for _ in 0..3 {
        packed = gzip(&packed);
    }
    assert_eq!(only("x.csv.gz.gz.gz", &packed).0, "x.csv");
    let why = open("x", &gzip(&packed)).unwrap_err();
    assert!(why.found.contains("more than 3 layers"), "{why}");
}

#[test]
fn a_file_that_cannot_be_read_is_told_as_it_is() {
    struct Gone;
    impl Bytes for Gone {
        fn size(&self) -> u64 {
            1_000
        }
        fn read(&self, _: u64, _: u64) -> Result<Vec<u8>, ReadError> {
            Err(ReadError {
                file: "x.gz".into(),
                line: None,
                found: "it was moved".into(),
                mend: "Give it again".into(),
            })
        }
    }
    let why = unpack("x.gz", &Gone, &mut Memory::default(), Limits::NATIVE).unwrap_err();
    assert_eq!(why.found, "it was moved");
}

#[test]
fn unpacking_tells_how_far_it_has_come() {
    let text = text(60_000);
    let members: [(&str, &[u8]); 2] = [("a.csv", text.as_bytes()), ("b.csv", text.as_bytes())];
    for (name, packed) in [
        ("x.csv.gz", gzip(text.as_bytes())),
        ("x.csv.zst", zstd(text.as_bytes())),
        (
            "x.zip",
            super::tests_archive::zip(&members, super::tests_archive::deflated()),
        ),
    ] {
        let size = packed.len() as u64;
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |read| told.borrow_mut().push(read);
        let packed = packed.as_slice();
        let counted = crate::read::Counted::new(&packed, &tell);
        unpack(name, &counted, &mut Memory::default(), Limits::NATIVE).unwrap();
        let told = told.into_inner();
        assert!(told.is_sorted() && told.len() > 2, "{name}: {told:?}");
        assert!(told[0] < size, "{name}: {told:?}");
        assert_eq!(told.last(), Some(&size), "{name}");
    }
}

#[test]
fn of_a_cut_window_every_whole_block_is_used() {
    let text = text(60_000);
    let packed = zstd(text.as_bytes());
    // The encoder ends a block after 128 kB; what comes of a cut is all blocks before it.
    let mut at = 0;
    for cut in (packed.len() / 4..packed.len()).step_by(packed.len() / 20) {
        let found = open("x.csv.zst", &packed[..cut]).unwrap();
        let out = bytes(&found.files[0]);
        let share = cut as f64 / packed.len() as f64;
        let least = (text.len() as f64 * share) as usize;
        assert!(out.len() + 160_000 > least, "{} of {least}", out.len());
        assert!(out.len() >= at);
        at = out.len();
    }
}
