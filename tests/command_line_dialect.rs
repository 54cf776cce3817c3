//! The command line on files whose dialect deceives the first look: said, the report is that of the plain
//! file; and what makes no sense is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use plumbline::report::Report;
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

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("report")
        .args(arguments)
        .output()
        .unwrap()
}

/// The report without what tells of the files themselves, and how they are said to be written.
#[track_caller]
fn report(arguments: &[&str]) -> (String, Vec<String>) {
    let out = run(arguments);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(0), "{said}");
    let mut report: Report = serde_json::from_slice(&out.stdout).unwrap();
    let formats = report.sources.drain(..).map(|s| s.format).collect();
    (report.to_json().unwrap(), formats)
}

#[track_caller]
fn refused(arguments: &[&str], why: &str) {
    let out = run(arguments);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(out.stdout.is_empty());
    assert!(said.contains(why), "{said}");
}

/// Columns of semicolons between commas; in tabs they deceive nobody.
fn log(rows: std::ops::Range<usize>, separator: &str) -> String {
    let mut text = String::from("id,time,score,label,from;to,low;high\n");
    for i in rows {
        let score = (i * 37 % 101) as f64 / 101.0;
        let label = usize::from(i * 61 % 89 < (score * 89.0) as usize);
        let (day, hour) = (1 + i / 24 % 28, i % 24);
        text += &format!("r{i},2026-01-{day:02}T{hour:02}:00:00Z,{score:.4},{label},a;b,0;1\n");
    }
    text.replace(',', separator)
}

#[test]
fn a_said_separator_mends_the_report() {
    let folder = Folder::new("separator");
    let plain = folder.file("plain.csv", log(0..900, "\t"));
    let commas = folder.file("log.csv", log(0..900, ","));
    let (expected, _) = report(&[&plain]);
    // It is read, as something else.
    assert_ne!(report(&[&commas]).0, expected);
    for separator in [",", "comma", "log.csv=,"] {
        let (mended, formats) = report(&[&commas, "--separator", separator]);
        assert_eq!(mended, expected);
        assert_eq!(formats, ["CSV, comma, UTF-8"]);
    }
    // Said of the path, though it has an equals sign; and where rows pass.
    let named = folder.file("of=2026/log.csv", log(0..900, ","));
    let (mended, _) = report(&[&named, &format!("--separator={named}=,")]);
    assert_eq!(mended, expected);
    let (streamed, _) = report(&[&commas, "--separator", ",", "--stream"]);
    assert_eq!(streamed, report(&[&plain, "--stream"]).0);
}

#[test]
fn every_part_of_a_dialect_can_be_said() {
    let folder = Folder::new("every-part");
    let text = log(0..900, "\t");
    let (expected, _) = report(&[&folder.file("plain.csv", &text)]);
    // Decimal commas in quotes between commas, headless notes above, other quotes, another encoding.
    let lines = text.lines().map(|line| {
        let mut cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        cells[2] = format!("'{}'", cells[2].replace('.', ","));
        cells.join(",") + "\r\n"
    });
    let odd = format!("a;b;\"c\na;b;c;\n{}", lines.collect::<String>());
    let wide: Vec<u8> = odd.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let odd = folder.file("odd.csv", wide);
    let said = [
        "--separator",
        ",",
        "--quote",
        "single",
        "--decimal",
        "comma",
        "--skip-lines",
        "2",
        "--header",
        "yes",
        "--encoding",
        "utf-16be",
    ];
    let (mended, formats) = report(&[&[odd.as_str()], &said[..]].concat());
    assert_eq!(mended, expected);
    let told = "CSV, comma, quoted by ', decimal comma, below 2 lines, UTF-16 (big endian)";
    assert_eq!(formats, [told]);
    // Without its header, columns have numbers for names.
    let (_, body) = text.split_once('\n').unwrap();
    let body = folder.file(
        "body.csv",
        body.replace("2026-01-", "01/").replace("T", "/2026 "),
    );
    let roles = [
        "--role",
        "id=column_1",
        "--role",
        "time=column_2",
        "--role",
        "score=column_3",
        "--role",
        "outcome=column_4",
    ];
    let read = |dates: &str| {
        let out = run(&[
            &[body.as_str(), "--header", "no", "--dates", dates],
            &roles[..],
        ]
        .concat());
        let report: Report = serde_json::from_slice(&out.stdout).unwrap();
        report.rows.predictions
    };
    // There is no thirteenth month.
    let possible = (0..900).filter(|i| i / 24 % 28 < 12).count() as u64;
    assert_eq!((read("month"), read("day")), (900, possible));
}

#[test]
fn the_files_of_a_folder_share_what_is_said() {
    let folder = Folder::new("folder");
    for (name, separator) in [("plain", "\t"), ("odd", ",")] {
        folder.file(&format!("{name}/log/1.csv"), log(0..500, separator));
        folder.file(&format!("{name}/log/2.csv"), log(500..900, separator));
    }
    let (plain, odd) = (folder.path("plain"), folder.path("odd"));
    let (expected, _) = report(&[&plain]);
    // What else is there is passed by, unless it is named itself.
    let parquet = std::fs::read("tests/formats/log-none-plain-v1.parquet").unwrap();
    folder.file("odd/readme.md", "Of the\nlog\n");
    for separator in [",", "odd=,", "odd/log=,", "odd/log/*.csv=,"] {
        let (mended, formats) = report(&[&odd, "--separator", separator]);
        assert_eq!(mended, expected, "{separator}");
        assert_eq!(formats, ["2 files: CSV, comma, UTF-8"]);
    }
    let whole = format!("{odd}=,");
    assert_eq!(report(&[&odd, "--separator", &whole]).0, expected);
    let other = folder.file("other.parquet", parquet);
    let path = format!("{other}=,");
    refused(&[&odd, &other, "--separator", &path], "this is Parquet");
    let one = run(&[&other, &odd, "--separator", ","]);
    let said = String::from_utf8_lossy(&one.stderr);
    assert!(!said.contains("this is Parquet"), "{said}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let folder = Folder::new("no-sense");
    let text = folder.file("log.csv", log(0..90, "\t"));
    let parquet = "tests/formats/log-none-plain-v1.parquet";
    for (said, why) in [
        (["--separator", "ab"], "'ab' is not a separator"),
        (["--separator", "7"], "cannot separate fields"),
        (["--separator", "\""], "both separator and quote"),
        (["--separator", "^"], "there is no '^' in it"),
        (
            ["--separator", "lag.csv=,"],
            "no file of delimited text is called so",
        ),
        (
            ["--quote", "`"],
            "'`' is none of double, escaped, single, none",
        ),
        (["--skip-lines", "91"], "no more than the 91 lines"),
        (["--skip-lines", "-1"], "-1"),
        (["--encoding", "utf-16le"], "no text in UTF-16"),
    ] {
        refused(&[&[text.as_str()], &said[..]].concat(), why);
    }
    refused(&[parquet, "--separator", ";"], "no file is delimited text");
}
