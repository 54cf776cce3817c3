//! Archives made by other encoders: each member comes out as it went in, what cannot is told, and no
//! archive does harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::tests::{bytes, gzip, open, text};
use super::*;
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};
use std::io::{Cursor, Write as _};

/// A zip archive; a member whose name ends with `/` is a folder.
pub(super) fn zip(members: &[(&str, &[u8])], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        if name.ends_with('/') {
            zip.add_directory(*name, options).unwrap();
        } else {
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
    }
    zip.set_comment("made by a test: PK\u{5}\u{6}").unwrap();
    zip.finish().unwrap().into_inner()
}

pub(super) fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn header(mut header: ::tar::Header, size: usize) -> ::tar::Header {
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_entry_type(::tar::EntryType::Regular);
    header
}

fn tar(members: &[(&str, &[u8])], kind: fn() -> ::tar::Header) -> Vec<u8> {
    let mut tar = ::tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = header(kind(), bytes.len());
        if name.ends_with('/') {
            header.set_entry_type(::tar::EntryType::Directory);
        }
        tar.append_data(&mut header, name, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

/// Name and bytes of each file, where nothing was lost.
#[track_caller]
fn files(name: &str, packed: &[u8]) -> Vec<(String, Vec<u8>)> {
    let found = open(name, packed).unwrap();
    assert_eq!(found.skipped, []);
    let file = |f: &Unpacked<Chunks>| {
        assert_eq!(f.troubles, []);
        (f.name.clone(), bytes(f))
    };
    found.files.iter().map(file).collect()
}

#[test]
fn each_member_comes_out_in_order() {
    let (long, small) = (text(20_000), text(3));
    let (long, small) = (long.as_bytes(), small.as_bytes());
    let far = format!("{}/x.csv", "a-long-way/".repeat(20));
    let members: Vec<(&str, &[u8])> = vec![
        ("b.csv", long),
        ("deep/", b""),
        ("deep/er/a.csv", small),
        ("empty.csv", b""),
        ("_SUCCESS", b""),
        ("__MACOSX/._b.csv", b"junk"),
        (&far, small),
        ("packed.csv.gz", b""),
    ];
    let packed = gzip(small);
    let mut members = members;
    members[7].1 = &packed;
    let expected = |archive: &str| {
        [
            ("b.csv", long),
            ("deep/er/a.csv", small),
            ("empty.csv", b"".as_slice()),
            (&far.replace("//", "/"), small),
            ("packed.csv", small),
        ]
        .map(|(name, bytes)| (format!("{archive}/{name}"), bytes.to_vec()))
    };
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for options in [deflated(), stored, deflated().large_file(true)] {
        assert!(files("a.zip", &zip(&members, options)) == expected("a.zip"));
    }
    for kind in [::tar::Header::new_gnu, ::tar::Header::new_ustar] {
        // ustar has no place for the long name.
        let most = if kind().as_ustar().is_some() { 6 } else { 8 };
        let expected = |archive| match most {
            8 => expected(archive).to_vec(),
            _ => expected(archive)[..3].to_vec(),
        };
        let tar = tar(&members[..most], kind);
        assert!(files("a.tar", &tar) == expected("a.tar"));
        assert!(files("a.tar.gz", &gzip(&tar)) == expected("a.tar.gz"));
    }
}

#[test]
fn a_pax_header_gives_name_and_size() {
    let mut builder = ::tar::Builder::new(Vec::new());
    builder
        .append_pax_extensions([
            ("path", "Zürich/x.csv".as_bytes()),
            ("comment", b"3 x=1".as_slice()),
        ])
        .unwrap();
    let rows = text(2);
    let mut header = header(::tar::Header::new_ustar(), rows.len());
    builder
        .append_data(&mut header, "cut.csv", rows.as_bytes())
        .unwrap();
    let tar = builder.into_inner().unwrap();
    assert_eq!(
        files("a.tar", &tar),
        [("a.tar/Zürich/x.csv".to_owned(), rows.into_bytes())]
    );
}

#[test]
fn archives_lie_in_archives() {
    let rows = text(50);
    let inner = zip(&[("x.csv", rows.as_bytes())], deflated());
    let outer = zip(&[("inner.zip", &inner)], deflated());
    assert_eq!(
        files("a.zip", &outer),
        [(
            "a.zip/inner.zip/x.csv".to_owned(),
            rows.clone().into_bytes()
        )]
    );
    let tar = gzip(&tar(&[("inner.zip", &inner)], ::tar::Header::new_gnu));
    assert_eq!(files("a.tgz", &tar)[0].0, "a.tgz/inner.zip/x.csv");
    let deeper = zip(
        &[("outer.zip", &outer), ("y.csv", rows.as_bytes())],
        deflated(),
    );
    assert_eq!(
        files("b.zip", &deeper)[0].0,
        "b.zip/outer.zip/inner.zip/x.csv"
    );
    let found = open("c.zip", &zip(&[("b.zip", &deeper)], deflated())).unwrap();
    assert_eq!(found.files.len(), 1);
    assert_eq!(found.skipped[0].file, "c.zip/b.zip/outer.zip/inner.zip");
    assert!(found.skipped[0].found.contains("more than 3 layers"));
}

#[test]
fn what_cannot_be_unpacked_is_told_and_costs_no_other() {
    let rows = text(5);
    let mut packed = zip(
        &[
            ("a.csv", rows.as_bytes()),
            ("b.csv", rows.as_bytes()),
            ("c.csv", rows.as_bytes()),
        ],
        deflated(),
    );
    let entries: Vec<usize> = memchr::memmem::find_iter(&packed, b"PK\x01\x02").collect();
    packed[entries[0] + 8] |= 1;
    packed[entries[1] + 10] = 12;
    let found = open("a.zip", &packed).unwrap();
    assert_eq!(found.files.len(), 1);
    assert_eq!(bytes(&found.files[0]), rows.as_bytes());
    let told: Vec<String> = found
        .skipped
        .iter()
        .map(|s| format!("{}: {}", s.file, s.found))
        .collect();
    assert_eq!(
        told,
        [
            "a.zip/a.csv: it is encrypted",
            "a.zip/b.csv: it is compressed with bzip2"
        ]
    );

    let mut builder = ::tar::Builder::new(Vec::new());
    let mut link = header(::tar::Header::new_gnu(), 0);
    link.set_entry_type(::tar::EntryType::Symlink);
    builder
        .append_link(&mut link, "l.csv", "/etc/passwd")
        .unwrap();
    let mut plain = header(::tar::Header::new_gnu(), rows.len());
    builder
        .append_data(&mut plain, "x.csv", rows.as_bytes())
        .unwrap();
    let found = open("a.tar", &builder.into_inner().unwrap()).unwrap();
    assert_eq!((found.files.len(), found.skipped.len()), (1, 1));
    assert!(found.skipped[0].found.contains("a link"));

    let why = open("a.zip", &zip(&[], deflated())).unwrap_err();
    assert!(why.found.contains("no file"), "{why}");
}

#[test]
fn a_name_leads_nowhere() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["../../etc/x.csv", "/root/y.csv", "c:\\z\u{7}.csv"] {
        zip.start_file(name, deflated()).unwrap();
        zip.write_all(b"a,b\n1,2\n").unwrap();
    }
    let packed = zip.finish().unwrap().into_inner();
    let found = files("a.zip", &packed);
    let names: Vec<&str> = found.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(
        names,
        [
            "a.zip/etc/x.csv",
            "a.zip/root/y.csv",
            "a.zip/c:/z\u{fffd}.csv"
        ]
    );
}

#[test]
fn what_was_cut_off_gives_its_whole_members_and_says_so() {
    let (long, small) = (text(20_000), text(10));
    let members = [
        ("a.csv", small.as_bytes()),
        ("b.csv", long.as_bytes()),
        ("c.csv", small.as_bytes()),
    ];
    let packed = tar(&members, ::tar::Header::new_gnu);
    for cut in [&packed[..packed.len() / 2], &packed[..packed.len() - 2_000]] {
        for (name, cut) in [("a.tar", cut.to_vec()), ("a.tar.gz", gzip(cut))] {
            let found = open(name, &cut).unwrap();
            assert_eq!(bytes(&found.files[0]), small.as_bytes());
            assert_eq!(found.files[0].troubles, []);
            let told = found.files.iter().any(|f| !f.troubles.is_empty());
            assert!(told || !found.skipped.is_empty(), "{name}");
        }
    }
    let packed = zip(&members, deflated());
    let why = open("a.zip", &packed[..packed.len() / 2]).unwrap_err();
    assert!(
        why.found.contains("directory at its end is missing"),
        "{why}"
    );
}

#[test]
fn what_was_spoilt_is_never_taken_for_whole() {
    let rows = text(40);
    let members = [("a.csv", rows.as_bytes()), ("b.csv", rows.as_bytes())];
    let packed = zip(&members, deflated());
    for at in 4..packed.len() {
        for bit in [1 << (at % 8), 0xff] {
            let mut spoilt = packed.clone();
            spoilt[at] ^= bit;
            let Ok(found) = open("a.zip", &spoilt) else {
                continue;
            };
            for file in &found.files {
                let whole = file.troubles.is_empty();
                assert!(!whole || bytes(file) == rows.as_bytes(), "byte {at}");
            }
        }
    }
    // tar has sums of its headers only: here it is enough that nothing breaks.
    let packed = tar(&members, ::tar::Header::new_gnu);
    for at in 512..packed.len() {
        let mut spoilt = packed.clone();
        spoilt[at] ^= 0xff;
        let _ = open("a.tar", &spoilt);
    }
}

#[test]
fn archives_stop_at_their_limits() {
    let one: &[u8] = b"a,b\n1,2\n";
    let refused = |packed: &[u8], limits| {
        let mut shelf = Memory::default();
        unpack("bomb", &packed, &mut shelf, limits)
            .unwrap_err()
            .found
    };
    let few = Limits {
        members: 3,
        ..Limits::NATIVE
    };
    let many = [
        ("a.csv", one),
        ("b.csv", one),
        ("c.csv", one),
        ("d.csv", one),
    ];
    let found = refused(&zip(&many, deflated()), few);
    assert!(found.contains("at most 3"), "{found}");
    let found = refused(&tar(&many, ::tar::Header::new_gnu), few);
    assert!(found.contains("more than 3 members"), "{found}");

    // One piece of stored bytes under many names.
    let zeros = vec![b'\n'; 1 << 20];
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut packed = zip(&[("a.csv", &zeros), ("b.csv", &zeros)], stored);
    let entries: Vec<usize> = memchr::memmem::find_iter(&packed, b"PK\x01\x02").collect();
    let first: [u8; 4] = packed[entries[0] + 42..entries[0] + 46].try_into().unwrap();
    packed[entries[1] + 42..entries[1] + 46].copy_from_slice(&first);
    let little = Limits {
        bytes: 3 << 19,
        ..Limits::NATIVE
    };
    let found = refused(&packed, little);
    assert!(found.contains("more than 1 MB"), "{found}");
}
