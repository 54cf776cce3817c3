//! The command line on archives and folders: the same report as from the files in them, and as from
//! one file of all their rows.
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

#[test]
fn of_a_cut_frame_of_the_systems_zstd_whole_blocks_are_read_and_the_loss_is_told() {
    // Made by `tests/files/make.sh`: one frame whose window is the whole file.
    let folder = format!("{}/tests/files", env!("CARGO_MANIFEST_DIR"));
    let name = "cut-window.csv.zst";
    let (_, whole) = numbers(&[&format!("{folder}/{name}")]);
    // `zstd -d` gives 393 216 bytes of it, with 10 928 whole lines.
    assert_eq!(whole.rows.predictions, 10_927);
    let lost: Vec<&str> = whole.rejected.iter().map(|r| r.reason.as_str()).collect();
    assert!(lost.iter().any(|r| r.contains("ends early")), "{lost:?}");
}

/// A report without what it says of the files that it is made of.
#[track_caller]
fn numbers(files: &[&str]) -> (Report, Report) {
    let (text, _) = report(files);
    let whole: Report = serde_json::from_str(&text).unwrap();
    let mut bare = whole.clone();
    bare.sources.clear();
    bare.rejected.clear();
    bare.rows.rejected = 0;
    (bare, whole)
}

/// The rows of a text in files of so many each, all with its header.
fn parts(text: &str, rows: usize) -> Vec<String> {
    let (header, body) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = body.lines().collect();
    let part = |lines: &[&str]| format!("{header}\n{}\n", lines.join("\n"));
    lines.chunks(rows).map(part).collect()
}

#[test]
fn the_parts_of_a_table_are_one_source_and_give_the_numbers_of_the_whole() {
    let folder = Folder::new("parts");
    let (predictions, outcomes) = predictions_and_outcomes(40);
    let plain = numbers(&[
        &folder.file("predictions.csv", &predictions),
        &folder.file("outcomes.csv", &outcomes),
    ]);
    for (at, part) in parts(&predictions, 37).iter().enumerate() {
        folder.file(&format!("out/log/part-{at:05}.csv"), part);
    }
    for (at, part) in parts(&outcomes, 200).iter().enumerate() {
        folder.file(&format!("out/truth/{at}.csv.gz"), gzip(part));
    }
    folder.file("out/log/_SUCCESS", "");
    folder.file("out/log/.part-00000.csv.crc", "crc");
    folder.file(
        "out/README.md",
        "# Rows of January\n\nAs they were, all of them.\n",
    );
    let out = folder.file("out/notes.txt", "");
    let out = out.trim_end_matches("/notes.txt");
    let (bare, whole) = numbers(&[out]);
    assert_eq!(bare, plain.0);
    let told: Vec<_> = whole
        .sources
        .iter()
        .map(|s| (s.name.as_str(), s.rows, s.format.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("out/log/part-*.csv", 400, "11 files: CSV, comma, UTF-8"),
            ("out/truth/*.csv", 400, "2 files: CSV, comma, UTF-8"),
        ]
    );
    // Named one by one, as a shell does it, they are the same table.
    let named: Vec<String> = (0..11)
        .map(|at| format!("{out}/log/part-{at:05}.csv"))
        .collect();
    let mut named: Vec<&str> = named.iter().map(String::as_str).collect();
    let outcomes = folder.file("outcomes.csv", &outcomes);
    named.push(&outcomes);
    let (bare, whole) = numbers(&named);
    assert_eq!(bare, plain.0);
    assert_eq!(whole.sources[0].name, "part-*.csv");
}

#[test]
fn parts_are_put_together_by_name_and_their_differences_are_told() {
    let folder = Folder::new("differ");
    let whole = "ts,score,label,region\n2026-01-01,0.9,1,\n2026-01-02,0.2,0,\n2026-01-03,0.4,1,south\n2026-01-04,0.3,0,north\n";
    let plain = numbers(&[&folder.file("whole.csv", whole)]);
    folder.file(
        "d/log-1.csv",
        "ts,score,label\n2026-01-01,0.9,1\n2026-01-02,0.2,0\nbad\n",
    );
    let last = folder.file(
        "d/log-2.csv",
        "region,label,score,ts\nsouth,1,0.4,2026-01-03\nnorth,0,0.3,2026-01-04\nbad\n",
    );
    let (bare, whole) = numbers(&[last.trim_end_matches("/log-2.csv")]);
    assert_eq!(bare, plain.0);
    let told: Vec<_> = whole
        .rejected
        .iter()
        .map(|r| (r.source.as_str(), r.line, r.row_lost))
        .collect();
    assert_eq!(
        told,
        [
            ("d/log-1.csv", 1, false),
            ("d/log-1.csv", 4, true),
            ("d/log-2.csv", 4, true)
        ]
    );
    let reason = &whole.rejected[0].reason;
    assert!(
        reason.contains("'region' (1)") && reason.contains("2 files"),
        "{reason}"
    );
    assert_eq!(whole.sources[0].rejected, 2);
}

#[test]
fn folders_that_name_a_value_are_columns() {
    let folder = Folder::new("hive");
    let (mut whole, mut at) = (String::from("score,label,dt,region\n"), String::new());
    for day in 1..=6 {
        for region in ["eu west", "us"] {
            let mut part = String::from("score,label\n");
            for i in 0..20 {
                let (score, label) = (f64::from(i * 37 % 101) / 101.0, i * 61 % 89 > 40 + day);
                let row = format!("{score:.4},{}", u8::from(label));
                writeln!(part, "{row}").unwrap();
                writeln!(whole, "{row},2026-01-{day:02},{region}").unwrap();
            }
            let path = format!(
                "t/dt=2026-01-{day:02}/region={}/part-0.csv",
                region.replace(' ', "%20")
            );
            at = folder.file(&path, part);
        }
    }
    let plain = numbers(&[&folder.file("whole.csv", whole)]).0;
    assert_eq!(plain.windows.len(), 6, "each day is a window");
    let (root, _) = at.split_once("/dt=").unwrap();
    let (bare, whole) = numbers(&[root]);
    assert_eq!(bare, plain);
    assert_eq!(whole.sources[0].name, "t/dt=2026-01-*/part-0.csv");
    assert!(serde_json::to_string(&bare).unwrap().contains("eu west"));
}

#[test]
fn thousands_of_files_are_one_table() {
    let folder = Folder::new("many");
    let (predictions, _) = predictions_and_outcomes(300);
    let whole = predictions
        .replace("region", "label")
        .replace("north", "1")
        .replace("south", "0");
    let plain = numbers(&[&folder.file("whole.csv", &whole)]).0;
    for (at, part) in parts(&whole, 1).iter().enumerate() {
        let part = format!("{part}broken\n");
        folder.file(&format!("many/{at:05}.csv"), part);
    }
    let (bare, told) = numbers(&[folder.0.join("many").to_str().unwrap()]);
    assert_eq!(bare, plain);
    assert_eq!(told.sources.len(), 1);
    assert!(told.sources[0].format.starts_with("3000 files"));
    // All are counted, some are named.
    let told: Vec<_> = told
        .rejected
        .iter()
        .map(|r| (r.source.as_str(), r.count))
        .collect();
    let named = ["00000", "00001", "00002", "00003", "00004"].map(|n| format!("many/{n}.csv"));
    let counts = [1, 1, 1, 1, 2_996];
    assert!(named.iter().map(String::as_str).zip(counts).eq(told));
}

#[test]
fn a_parquet_part_without_its_end_is_read_beside_a_whole_one() {
    let folder = Folder::new("cut-parquet");
    let of = |n: u8| {
        let path = format!("tests/formats/cut/polars-{n}.parquet");
        std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
    };
    let (whole, other) = (of(0), of(1));
    let cut = &other[..other.len() / 2];
    let parts = [
        folder.file("day=1/part-0.parquet", &whole),
        folder.file("day=2/part-1.parquet", cut),
    ];
    let (text, said) = report(&[&parts[1], &parts[0]]);
    let read: Report = serde_json::from_str(&text).unwrap();
    // Of 120 rows the first two groups of 50.
    assert_eq!(read.rows.predictions, 220);
    let [rejected] = &read.rejected[..] else {
        panic!("{:?}", read.rejected)
    };
    assert_eq!(
        (rejected.source.as_str(), rejected.line, rejected.row_lost),
        ("part-1.parquet", 101, true)
    );
    assert!(
        rejected
            .reason
            .starts_with("the file ends early: 100 rows in 2 whole groups are used")
            && rejected.reason.contains("are those of part-0.parquet"),
        "{}",
        rejected.reason
    );
    assert!(said.contains("part-1.parquet, line 101"), "{said}");
    // The same as they pass, in a folder, and in an archive.
    let (streamed, _) = report(&[&parts[1], &parts[0], "--stream"]);
    let streamed: Report = serde_json::from_str(&streamed).unwrap();
    assert_eq!(streamed.rows.predictions, 220);
    assert_eq!(streamed.rejected, read.rejected);
    let (text, _) = report(&[folder.0.to_str().unwrap()]);
    assert!(text.contains("\"day\""), "{text}");
    let in_folder: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (in_folder.rows.predictions, in_folder.rejected.len()),
        (220, 1)
    );
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("part-0.parquet", whole.as_slice()),
        ("part-1.parquet", cut),
    ] {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    let archive = folder.file("all.zip", archive.finish().unwrap().into_inner());
    let (text, _) = report(&[&archive]);
    let in_archive: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (in_archive.rows.predictions, in_archive.rejected.len()),
        (220, 1)
    );
    // By itself it is refused, and what would help is said.
    let out = run(&[&parts[1]]);
    assert_eq!(out.status.code(), Some(2));
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(
        said.contains("part-1.parquet: the Parquet file ends early")
            && said.contains("together with a whole file of the same table"),
        "{said}"
    );
}
