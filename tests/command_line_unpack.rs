//! The command line on files that hold others: the same report as from the files themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flate2::Compression;
use flate2::write::GzEncoder;
use plumbline::report::Report;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of its own for a test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("plumbline-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(files: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("report")
        .args(files)
        .output()
        .unwrap()
}

/// The report as it is written, and what is said beside it.
#[track_caller]
fn report(files: &[&str]) -> (String, String) {
    let out = run(files);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    (String::from_utf8(out.stdout).unwrap(), said)
}

fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes.as_ref()).unwrap();
    gzip.finish().unwrap()
}

/// Ten days of so many rows, and their outcomes.
fn predictions_and_outcomes(per_day: u32) -> (String, String) {
    let mut predictions = String::from("id,ts,score,region\n");
    let mut outcomes = String::from("id,label\n");
    for i in 0..10 * per_day {
        let score = f64::from(i * 37 % 101) / 101.0;
        let (day, region) = (1 + i / per_day, ["north", "south"][i as usize % 2]);
        writeln!(
            predictions,
            "r{i},2026-01-{day:02}T00:00:00Z,{score:.4},{region}"
        )
        .unwrap();
        writeln!(outcomes, "r{i},{}", u32::from(i * 61 % 89 > 50)).unwrap();
    }
    (predictions, outcomes)
}

#[test]
fn compressed_files_give_the_bytes_of_the_plain_ones() {
    let folder = Folder::new("compressed");
    let (predictions, outcomes) = predictions_and_outcomes(40);
    let plain = report(&[
        &folder.file("predictions.csv", &predictions),
        &folder.file("outcomes.csv", &outcomes),
    ]);
    let (head, tail) = predictions.as_bytes().split_at(5_000);
    let members = [gzip(head), gzip(tail)].concat();
    let zstd = compress_to_vec(outcomes.as_bytes(), CompressionLevel::Fastest);
    let packed = report(&[
        &folder.file("predictions.csv.gz", members),
        &folder.file("outcomes.csv.zst", zstd),
    ]);
    assert!(plain.0.contains("roc_auc"));
    assert_eq!(plain, packed);
}

#[test]
fn an_archive_that_was_cut_off_gives_its_whole_rows_and_the_report_says_what_is_lost() {
    let folder = Folder::new("cut-off");
    let mut log = String::from("ts,score,label\n");
    for i in 0..5_000_u32 {
        let (score, label) = (f64::from(i * 37 % 101) / 101.0, i * 61 % 89 > 50);
        writeln!(
            log,
            "2026-01-{:02},{score:.6},{}",
            1 + i / 250,
            u8::from(label)
        )
        .unwrap();
    }
    let packed = gzip(&log);
    let cut = folder.file("log.csv.gz", &packed[..packed.len() / 2]);
    let (text, said) = report(&[&cut]);
    let report: Report = serde_json::from_str(&text).unwrap();
    let [rejected] = &report.rejected[..] else {
        panic!("{:?}", report.rejected)
    };
    let read = report.rows.predictions;
    assert!((1_000..5_000).contains(&read), "{read} rows");
    assert_eq!(
        (rejected.source.as_str(), rejected.line, rejected.row_lost),
        ("log.csv", read + 2, true)
    );
    assert!(
        rejected.reason.contains("ends early"),
        "{}",
        rejected.reason
    );
    assert_eq!(report.sources[0].rejected, 1);
    assert!(
        said.contains("log.csv, line") && said.contains("ends early"),
        "{said}"
    );

    let spoilt = folder.file("spoilt.csv.gz", b"\x1f\x8b\x08\0nothing of the kind");
    let out = run(&[&spoilt]);
    assert_eq!(out.status.code(), Some(2));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(
        said.contains("spoilt.csv") && said.contains("damaged"),
        "{said}"
    );
    assert!(
        said.contains("again") && !said.contains("panicked"),
        "{said}"
    );
}

#[test]
fn an_archive_gives_the_report_of_the_files_in_it() {
    let folder = Folder::new("archive");
    let (predictions, outcomes) = predictions_and_outcomes(40);
    let plain = report(&[
        &folder.file("predictions.csv", &predictions),
        &folder.file("outcomes.csv", &outcomes),
    ]);
    let members: [(&str, &[u8]); 5] = [
        (
            "README.md",
            b"# The data\n\nOf January, as it was.\nNothing is missing.\n",
        ),
        ("log/predictions.csv", predictions.as_bytes()),
        ("log/outcomes.csv.gz", &gzip(&outcomes)),
        ("plot.png", b"\x89PNG\r\n\x1a\n"),
        ("_SUCCESS", b""),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes).unwrap();
    }
    let zip = zip.finish().unwrap().into_inner();
    let tar = tar.into_inner().unwrap();
    for (name, bytes) in [
        ("all.zip", zip),
        ("all.tar.gz", gzip(&tar)),
        ("all.tar", tar),
    ] {
        let (text, said) = report(&[&folder.file(name, bytes)]);
        for file in ["predictions.csv", "outcomes.csv"] {
            assert!(text.contains(&format!("\"{name}/log/{file}\"")), "{text}");
        }
        assert_eq!(text.replace(&format!("{name}/log/"), ""), plain.0);
        assert!(
            said.contains(&format!("{name}/plot.png")) && said.contains("PNG"),
            "{said}"
        );
        assert!(said.contains(&format!("{name}/README.md")), "{said}");
        assert!(!said.contains("_SUCCESS"), "{said}");
    }
}

#[test]
fn what_the_tools_of_a_system_pack_is_read() {
    // Made by `tests/files/make.sh`.
    let folder = format!("{}/tests/files", env!("CARGO_MANIFEST_DIR"));
    let plain = report(&[&format!("{folder}/log.csv")]).0;
    assert!(plain.contains("\"predictions\": 600"), "{plain}");
    for (name, called) in [
        ("log.csv.gz", "log.csv"),
        ("log.csv.zst", "log.csv"),
        ("log.zip", "log.zip/log.csv"),
        ("streamed.zip", "streamed.zip/log.csv"),
        ("gnu.tgz", "gnu.tgz/log.csv"),
        ("pax.tar.zst", "pax.tar.zst/log.csv"),
        ("v7.tar.gz", "v7.tar.gz/log.csv"),
    ] {
        let (text, said) = report(&[&format!("{folder}/{name}")]);
        assert_eq!(text.replace(called, "log.csv"), plain, "{name}");
        assert_eq!(said, "", "{name}");
    }
}
