//! Made-up logs of a credit model: the same bytes in every run, and as much like real ones as the
//! tests need: outcomes days later in their own file, and a model that fails from the 20th on.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of this test's own.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder for the test's files");
    folder
}

/// Writes a file and gives its path.
pub fn file(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file for the test");
    path
}

/// Predictions and their outcomes: 30 days, `per_day` rows each.
pub fn predictions_and_outcomes(folder: &Path, per_day: usize) -> (PathBuf, PathBuf) {
    let mut predictions = "id,time,score,prediction,model_version,region\n".to_owned();
    let mut outcomes = "id,outcome,outcome_time\n".to_owned();
    let mut random = Random(7);
    for row in 0..30 * per_day {
        let (day, second) = (row / per_day, row % per_day * 86_400 / per_day);
        let risk = random.next();
        let told = if day < 20 {
            risk
        } else {
            0.5 * risk + 0.5 * random.next()
        };
        let score = (0.8 * told + 0.2 * random.next()).clamp(0.001, 0.999);
        let bad = u8::from(random.next() < risk * risk);
        let region = ["north", "south", "east"][row % 3];
        let version = if day < 15 { "v1" } else { "v2" };
        let time = |day: usize| {
            let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
            let (month, day) = if day < 31 {
                (1, day + 1)
            } else {
                (2, day - 30)
            };
            format!("2025-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
        };
        writeln!(
            predictions,
            "r{row:07},{},{score:.4},{},{version},{region}",
            time(day),
            u8::from(score >= 0.5)
        )
        .expect("to text");
        // One in fifty never comes.
        if row % 50 != 3 {
            writeln!(outcomes, "r{row:07},{bad},{}", time(day + 2)).expect("to text");
        }
    }
    (
        file(folder, "predictions.csv", predictions),
        file(folder, "outcomes.csv", outcomes),
    )
}

/// The first 20 days of them with their outcomes, as a reference, and the others without.
pub fn reference_and_analysis(folder: &Path, per_day: usize) -> (PathBuf, PathBuf) {
    let (predictions, outcomes) = predictions_and_outcomes(folder, per_day);
    let text = fs::read_to_string(predictions).expect("just written");
    let told = fs::read_to_string(outcomes).expect("just written");
    let told: std::collections::HashMap<&str, &str> = told
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(id, rest)| (id, rest.split(',').next().unwrap_or_default()))
        .collect();
    let mut lines = text.lines();
    let head = lines.next().unwrap_or_default();
    let (mut reference, mut analysis) = (format!("{head},outcome\n"), format!("{head}\n"));
    for (at, line) in lines.enumerate() {
        let outcome = told.get(line.split(',').next().unwrap_or_default());
        match at < 20 * per_day {
            true => writeln!(reference, "{line},{}", outcome.unwrap_or(&"")),
            false => writeln!(analysis, "{line}"),
        }
        .expect("to text");
    }
    (
        file(folder, "reference.csv", reference),
        file(folder, "analysis.csv", analysis),
    )
}

/// A linear congruential generator (Knuth, MMIX): enough for made-up data.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}
