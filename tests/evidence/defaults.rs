//! What Evidently 0.7.23 and NannyML 0.13.1 say by their defaults of the rows that a report is made of: window by
//! window against the baseline, as reimplemented in `stats::compat`. `defaults.py` beside this file asked the tools
//! themselves of six of the logs; what they said is `defaults.json`, and has to be the same here.

use crate::table::Claim;
use crate::whole::{self, BASELINE};
use plumbline::log::{Log, Truth};
use plumbline::report::Report;
use plumbline::stats::compat::evidently::{Column as Pair, Test};
use plumbline::stats::compat::nannyml::{Limits, Method, Numbers, Thresholds, Words};
use plumbline::stats::distance::Sample;
use plumbline::table::Column;
use std::fmt::Write as _;
use std::path::Path;

/// A column of rows.
enum Cells {
    Numbers(Vec<f64>),
    Words(Vec<u32>),
}

/// The rows of a log, cut into windows of so many.
pub struct Rows {
    size: usize,
    columns: Vec<(String, Cells)>,
    /// Predicted and true label.
    labels: Option<(Vec<u32>, Vec<u32>)>,
}

/// Alarms of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Says {
    /// Columns and windows in which Evidently finds drift.
    pub evidently: usize,
    /// Columns and chunks of which NannyML alerts.
    pub nannyml: usize,
    /// Chunks in which it alerts of accuracy or of ROC AUC.
    pub performance: usize,
}

impl Rows {
    /// Keeps what the tools look at.
    pub fn of(log: &Log, size: usize) -> Self {
        let columns = log.columns.iter().filter_map(|column| {
            let cells = match &column.cells {
                Column::Number(values) => Cells::Numbers(values.clone()),
                Column::Category { codes, .. } => Cells::Words(codes.clone()),
                _ => return None,
            };
            Some((column.name.clone(), cells))
        });
        Self {
            size,
            columns: columns.collect(),
            labels: match (&log.predicted, &log.truth) {
                (Truth::Labels(p), Truth::Labels(t)) => Some((p.clone(), t.clone())),
                _ => None,
            },
        }
    }

    /// As a file; words by their numbers.
    pub fn csv(&self) -> String {
        let mut out = String::from("window");
        self.columns
            .iter()
            .for_each(|c| out.push_str(&format!(",{}", c.0)));
        out.push_str(",predicted,label\n");
        let rows = self.columns.first().map_or(0, |c| match &c.1 {
            Cells::Numbers(v) => v.len(),
            Cells::Words(v) => v.len(),
        });
        for row in 0..rows {
            write!(out, "{}", row / self.size).unwrap();
            for (_, cells) in &self.columns {
                match cells {
                    Cells::Numbers(v) => write!(out, ",{}", v[row]).unwrap(),
                    Cells::Words(v) => write!(out, ",w{:02}", v[row]).unwrap(),
                }
            }
            let (p, t) = self
                .labels
                .as_ref()
                .map_or((0, 0), |(p, t)| (p[row], t[row]));
            writeln!(out, ",{p},{t}").unwrap();
        }
        out
    }

    /// What the tools say; the metrics are those of the report.
    pub fn says(&self, report: &Report) -> Says {
        let (mut evidently, mut nannyml) = (0, 0);
        for (_, cells) in &self.columns {
            let (a, b) = match cells {
                Cells::Numbers(values) => self.numbers(values),
                Cells::Words(codes) => self.words(codes),
            };
            evidently += a;
            nannyml += b;
        }
        let performance = |name: &str| {
            let of = |w: &plumbline::report::Window| w.metrics.get(name).and_then(|e| e.value);
            let all: Vec<Option<f64>> = report.windows.iter().map(of).collect();
            let limits = Limits {
                lower: Some(0.0),
                upper: Some(1.0),
                left_out: false,
            };
            let thresholds = Thresholds::of(&all[..BASELINE], limits);
            let after = all[BASELINE..].iter().flatten();
            after.filter(|v| thresholds.alert(**v)).count()
        };
        Says {
            evidently,
            nannyml,
            performance: performance("accuracy") + performance("roc_auc"),
        }
    }

    fn numbers(&self, values: &[f64]) -> (usize, usize) {
        let (before, after) = values.split_at(BASELINE * self.size);
        let reference = Sample::of(before);
        let drifts = |window: &&[f64]| {
            let pair = Pair::Numbers {
                reference: &reference,
                current: &Sample::of(window),
                whole: false,
            };
            let test = Test::default_of(&pair);
            test.score(&pair).is_ok_and(|score| test.drifted(score))
        };
        let evidently = after.chunks(self.size).filter(drifts).count();
        let known = Numbers::of(before).unwrap();
        let of = |chunk: &[f64]| known.value(Method::JensenShannon, chunk);
        (
            evidently,
            alerts(&values.chunks(self.size).map(of).collect::<Vec<_>>()),
        )
    }

    fn words(&self, codes: &[u32]) -> (usize, usize) {
        let (before, after) = codes.split_at(BASELINE * self.size);
        let drifts = |window: &&[u32]| {
            let pair = Pair::Words {
                reference: before,
                current: window,
            };
            let test = Test::default_of(&pair);
            test.score(&pair).is_ok_and(|score| test.drifted(score))
        };
        let evidently = after.chunks(self.size).filter(drifts).count();
        let most = codes.iter().max().map_or(0, |m| *m as usize + 1);
        let count = |codes: &[u32]| {
            let mut counts = vec![0u64; most];
            codes.iter().for_each(|code| counts[*code as usize] += 1);
            counts
        };
        let known = Words(count(before));
        let of = |chunk: &[u32]| {
            known
                .value(Method::JensenShannon, &count(chunk))
                .map(|v| v.0)
        };
        (
            evidently,
            alerts(&codes.chunks(self.size).map(of).collect::<Vec<_>>()),
        )
    }
}

/// Chunks behind the reference of which NannyML alerts.
fn alerts(values: &[Option<f64>]) -> usize {
    let thresholds = Thresholds::of_drift(Method::JensenShannon, &values[..BASELINE]);
    let after = values[BASELINE..].iter().flatten();
    after.filter(|v| thresholds.alert(**v)).count()
}

/// Writes the logs of which the tools themselves are asked.
pub fn write(folder: &Path) {
    for (name, cell, seed) in whole::checked() {
        let (rows, _) = whole::asked_of(&cell, seed);
        std::fs::write(folder.join(format!("{name}.csv")), rows.csv()).unwrap();
    }
}

/// Whether what the tools said is what is said here.
pub fn claims() -> Vec<Claim> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence/defaults.json");
    let told: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut same = 0;
    let mut apart = Vec::new();
    for (name, cell, seed) in whole::checked() {
        let (rows, report) = whole::asked_of(&cell, seed);
        let ours = rows.says(&report);
        let number = |key: &str| told[&name][key].as_u64().unwrap() as usize;
        let theirs = Says {
            evidently: number("evidently"),
            nannyml: number("nannyml"),
            performance: number("performance"),
        };
        match ours == theirs {
            true => same += 1,
            false => apart.push(format!("{name}: {ours:?}, the tools {theirs:?}")),
        }
    }
    vec![Claim::new(
        "alarms of Evidently 0.7.23 and NannyML 0.13.1 themselves, and as told here",
        "the same",
        match apart.is_empty() {
            true => format!("the same of {same} logs"),
            false => apart.join("; "),
        },
        apart.is_empty(),
    )]
}
