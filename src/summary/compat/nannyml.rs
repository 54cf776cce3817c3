//! What NannyML says: every method and metric for every chunk, with its thresholds and alerts.

use super::{Own, Sides, Values, codes, numbers, performance};
use crate::log::{Log, Role, Task};
use crate::stats::compat::nannyml::{
    CHI_SQUARE_LEVEL, Limits, Method, Numbers, OF_NUMBERS, OF_WORDS, Statistics, Thresholds, Words,
    by_default, by_size, encoded_numbers, encoded_words, statistics,
};
use crate::stats::multivariate::pca::{Pca, SHARE};
use crate::summary::{WindowSize, floor};
use crate::table::NO_TIME;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version whose answers these are.
const VERSION: &str = "0.13.1";

/// What NannyML's calculators of drift, data quality and performance say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NannymlSays {
    /// Its version.
    pub version: String,
    /// The chunks: those of the reference first. Every line has a value for each.
    pub chunks: Vec<Chunk>,
    /// The columns in the order of the files.
    pub columns: Vec<NannymlColumn>,
    /// The reconstruction error of inputs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reconstruction_error: Option<Box<NannymlLine>>,
    /// Performance by outcomes, by metric.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub performance: BTreeMap<String, NannymlLine>,
    /// Performance as CBPE estimates it, by metric.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub estimated: BTreeMap<String, NannymlLine>,
    /// Why nothing is estimated.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub estimated_undefined: Option<String>,
    /// What NannyML says beside that and is not here, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub not_reproduced: BTreeMap<String, String>,
}

/// A chunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Whether it is one of the reference.
    pub reference: bool,
    /// Its rows.
    pub rows: u64,
    /// Time of its first and last row.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub span: Option<(Time, Time)>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NannymlColumn {
    /// Its name.
    pub column: String,
    /// `continuous` or `categorical`.
    pub kind: String,
    /// Univariate drift by method.
    pub drift: BTreeMap<String, NannymlLine>,
    /// Share of missing cells.
    pub missing: NannymlLine,
    /// Share of values that the reference has not (words).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unseen: Option<NannymlLine>,
    /// Mean, standard deviation, median and sum (numbers).
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub statistics: BTreeMap<String, NannymlLine>,
}

/// A value for each chunk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NannymlLine {
    /// The values; `None` where nothing in a chunk can be told.
    pub values: Vec<Option<f64>>,
    /// It alerts below.
    pub lower: Option<f64>,
    /// It alerts above.
    pub upper: Option<f64>,
    /// Whether it does.
    pub alerts: Vec<bool>,
    /// p-values, where these decide.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub p: Vec<Option<f64>>,
    /// Standard errors of the values, where it tells them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<Option<f64>>,
    /// Where the interval of an estimate begins.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lows: Vec<Option<f64>>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub highs: Vec<Option<f64>>,
}

impl NannymlLine {
    pub(super) fn of(
        values: Vec<Option<f64>>,
        thresholds: Thresholds,
        alert: impl Fn(Option<f64>) -> bool,
    ) -> Self {
        Self {
            alerts: values.iter().map(|v| alert(*v)).collect(),
            values,
            lower: thresholds.lower,
            upper: thresholds.upper,
            ..Self::default()
        }
    }
}

/// Ranges of the rows of the reference, and of those that are tested.
pub(super) struct Chunks {
    pub reference: Vec<(usize, usize)>,
    pub tested: Vec<(usize, usize)>,
}

impl Chunks {
    /// A value of each chunk of two columns of cells.
    pub fn each<T, V>(&self, (before, after): (&[T], &[T]), of: impl Fn(&[T]) -> V) -> Vec<V> {
        let cut =
            |cells: &[T], (from, to): &(usize, usize)| of(cells.get(*from..*to).unwrap_or(&[]));
        let reference = self.reference.iter().map(|c| cut(before, c));
        let mut out: Vec<V> = reference.collect();
        out.extend(self.tested.iter().map(|c| cut(after, c)));
        out
    }

    /// Values with thresholds of mean ∓ 3 standard deviations over the reference, alerting beyond.
    pub fn line(&self, values: Vec<Option<f64>>, limits: Limits, within: bool) -> NannymlLine {
        let known = values.get(..self.reference.len()).unwrap_or_default();
        let thresholds = Thresholds::of(known, limits);
        NannymlLine::of(values, thresholds, |value| match within {
            true => thresholds.not_within(value),
            false => value.is_some_and(|v| thresholds.alert(v)),
        })
    }
}

pub(super) fn says(
    columns: &[Own<'_>],
    sides: &Sides,
    log: &Log,
    size: Option<WindowSize>,
) -> NannymlSays {
    let time = &log.time[..];
    let cut = |rows: &[u32]| match size {
        None => by_default(rows.len()),
        Some(WindowSize::Rows(n)) => by_size(rows.len(), n as usize),
        Some(_) if time.is_empty() => by_default(rows.len()),
        Some(size) => by_period(rows, time, size),
    };
    let chunks = Chunks {
        reference: cut(&sides.reference),
        tested: cut(&sides.tested),
    };
    let told = |reference: bool, ranges: &[(usize, usize)], rows: &[u32]| -> Vec<Chunk> {
        let at = |i: usize| {
            let time = time.get(*rows.get(i)? as usize)?;
            (*time != NO_TIME).then_some(Time(*time))
        };
        let one = |(from, to): &(usize, usize)| Chunk {
            reference,
            rows: (to - from) as u64,
            span: at(*from).zip(at(to.saturating_sub(1))),
        };
        ranges.iter().map(one).collect()
    };
    let mut all = told(true, &chunks.reference, &sides.reference);
    all.extend(told(false, &chunks.tested, &sides.tested));
    let performance = performance::told(log, sides, &chunks);
    NannymlSays {
        version: VERSION.into(),
        chunks: all,
        columns: columns.iter().map(|c| column(c, sides, &chunks)).collect(),
        reconstruction_error: reconstruction(columns, sides, &chunks).map(Box::new),
        performance: performance.measured,
        estimated: performance.estimated,
        not_reproduced: not_reproduced(log, performance.undefined.as_deref()),
        estimated_undefined: performance.undefined,
    }
}

/// What it says beside that, and why it is not told here.
fn not_reproduced(log: &Log, undefined: Option<&str>) -> BTreeMap<String, String> {
    const TREES: &str = "the trees of LightGBM make it, in which one rounding can turn a split, and whose bins of more than 200 000 rows a random draw sets";
    let mut out = BTreeMap::new();
    let mut add = |what: &str, why: &str| out.insert(what.to_owned(), why.to_owned());
    add("domain_classifier", TREES);
    add(
        "ranking of columns",
        "it is asked for with drift and performance that the reader picks",
    );
    match log.task {
        Some(Task::Binary) => {
            add(
                "sampling error of average_precision",
                "it is drawn without a seed: each run tells another one",
            );
        }
        Some(Task::Regression) => {
            let why = undefined.unwrap_or(TREES);
            add("estimated errors (DLE)", why);
        }
        _ => {}
    }
    out
}

/// Rows in the order of time by the windows of a calendar; rows without a time are in none.
fn by_period(rows: &[u32], time: &[i64], size: WindowSize) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut last = None;
    for (i, row) in rows.iter().enumerate() {
        let Some(time) = time.get(*row as usize).filter(|t| **t != NO_TIME) else {
            break;
        };
        let start = floor(size, Time(*time));
        match out.last_mut() {
            Some(chunk) if last == Some(start) => chunk.1 = i + 1,
            _ => out.push((i, i + 1)),
        }
        last = Some(start);
    }
    out
}

fn column(own: &Own<'_>, sides: &Sides, chunks: &Chunks) -> NannymlColumn {
    match &own.values {
        Values::Numbers(values) => of_numbers(own.name, values, sides, chunks),
        Values::Words(values, words) => of_words(own.name, (values, *words), sides, chunks),
    }
}

/// Limits of a share.
const SHARES: Limits = Limits {
    lower: Some(0.0),
    upper: Some(1.0),
    left_out: false,
};

fn share<T>(cells: &[T], is: impl Fn(&T) -> bool) -> Option<f64> {
    let so = cells.iter().filter(|cell| is(cell)).count();
    (!cells.is_empty()).then(|| so as f64 / cells.len() as f64)
}

fn of_numbers(name: &str, values: &[f64], sides: &Sides, chunks: &Chunks) -> NannymlColumn {
    let (before, after) = (
        numbers(values, &sides.reference),
        numbers(values, &sides.tested),
    );
    let both = (&before[..], &after[..]);
    let mut drift = BTreeMap::new();
    if let Some(known) = Numbers::of(&before) {
        for method in OF_NUMBERS {
            let values = chunks.each(both, |chunk| known.value(method, chunk));
            let reference = values.get(..chunks.reference.len()).unwrap_or_default();
            let thresholds = Thresholds::of_drift(method, reference);
            let alert = |v: Option<f64>| v.is_some_and(|v| thresholds.alert(v));
            let line = NannymlLine::of(values, thresholds, alert);
            drift.insert(method.name().to_owned(), line);
        }
    }
    type Kind = (&'static str, fn(&Statistics) -> Option<f64>, Option<f64>);
    let kinds: [Kind; 4] = [
        ("avg", |s| s.avg, None),
        ("std", |s| s.std, Some(0.0)),
        ("median", |s| s.median, None),
        ("sum", |s| Some(s.sum), None),
    ];
    let told: Vec<Statistics> = chunks.each(both, statistics);
    let statistics = kinds.into_iter().map(|(name, of, lower)| {
        let limits = Limits {
            lower,
            upper: None,
            left_out: true,
        };
        let values = told.iter().map(of).collect();
        (name.to_owned(), chunks.line(values, limits, true))
    });
    NannymlColumn {
        column: name.into(),
        kind: "continuous".into(),
        drift,
        missing: missing(chunks, both, |x| x.is_nan()),
        unseen: None,
        statistics: statistics.collect(),
    }
}

fn missing<T>(chunks: &Chunks, both: (&[T], &[T]), is: impl Fn(&T) -> bool) -> NannymlLine {
    let line = chunks.line(chunks.each(both, |chunk| share(chunk, &is)), SHARES, false);
    // The error of a share of as many rows, by the reference.
    let known = share(both.0, &is).unwrap_or(0.0);
    let spread = (known * (1.0 - known)).sqrt();
    let error = |chunk: &[T]| (!chunk.is_empty()).then(|| spread / (chunk.len() as f64).sqrt());
    NannymlLine {
        errors: chunks.each(both, error),
        ..line
    }
}

fn of_words(
    name: &str,
    (values, words): (&[u32], usize),
    sides: &Sides,
    chunks: &Chunks,
) -> NannymlColumn {
    let (before, after) = (
        codes(values, &sides.reference),
        codes(values, &sides.tested),
    );
    let both = (&before[..], &after[..]);
    let count = |codes: &[u32]| {
        let mut counts = vec![0u64; words];
        for code in codes {
            if let Some(n) = counts.get_mut(*code as usize) {
                *n += 1;
            }
        }
        counts
    };
    let known = Words(count(&before));
    let mut drift = BTreeMap::new();
    for method in OF_WORDS {
        let told = chunks.each(both, |chunk| known.value(method, &count(chunk)));
        let values: Vec<Option<f64>> = told.iter().map(|t| t.map(|t| t.0)).collect();
        let p: Vec<Option<f64>> = told.iter().map(|t| t.and_then(|t| t.1)).collect();
        let reference = values.get(..chunks.reference.len()).unwrap_or_default();
        let thresholds = Thresholds::of_drift(method, reference);
        let mut line = NannymlLine::of(values, thresholds, |v| {
            v.is_some_and(|v| thresholds.alert(v))
        });
        if method == Method::ChiSquare {
            // An empty chunk alerts as the chunk before it did: the last p-value stays.
            let mut last = false;
            line.alerts = p
                .iter()
                .map(|p| {
                    last = p.map_or(last, |p| p < CHI_SQUARE_LEVEL);
                    last
                })
                .collect();
            line.p = p;
        }
        drift.insert(method.name().to_owned(), line);
    }
    // What is missing is new where the reference lacks nothing.
    let lacks = before.iter().any(|code| *code as usize >= words);
    let unseen = |code: &u32| match known.0.get(*code as usize) {
        Some(rows) => *rows == 0,
        None => !lacks,
    };
    let thresholds = Thresholds {
        lower: None,
        upper: Some(0.0),
    };
    let shares = chunks.each(both, |chunk| share(chunk, unseen));
    NannymlColumn {
        column: name.into(),
        kind: "categorical".into(),
        drift,
        missing: missing(chunks, both, |code| *code as usize >= words),
        unseen: Some(NannymlLine::of(shares, thresholds, |v| {
            v.is_some_and(|v| thresholds.alert(v))
        })),
        statistics: BTreeMap::new(),
    }
}

/// The reconstruction error of the inputs together.
fn reconstruction(columns: &[Own<'_>], sides: &Sides, chunks: &Chunks) -> Option<NannymlLine> {
    let inputs = columns
        .iter()
        .filter(|c| matches!(c.role, Role::Feature | Role::Segment));
    let (before, after): (Vec<Vec<f64>>, Vec<Vec<f64>>) = inputs
        .map(|c| match &c.values {
            Values::Numbers(values) => encoded_numbers(
                &numbers(values, &sides.reference),
                &numbers(values, &sides.tested),
            ),
            Values::Words(values, words) => encoded_words(
                &codes(values, &sides.reference),
                &codes(values, &sides.tested),
                *words,
            ),
        })
        .unzip();
    let pca = Pca::of(&before, SHARE)?;
    let on = |columns: &[Vec<f64>], ranges: &[(usize, usize)]| -> Vec<_> {
        let error = |(from, to): &(usize, usize)| pca.error(columns, *from..*to);
        ranges.iter().map(error).collect()
    };
    let mut told = on(&before, &chunks.reference);
    told.extend(on(&after, &chunks.tested));
    let limits = Limits {
        lower: Some(0.0),
        upper: None,
        left_out: true,
    };
    let values = told.iter().map(|e| e.map(|e| e.mean)).collect();
    Some(NannymlLine {
        errors: told.iter().map(|e| e.and_then(|e| e.error)).collect(),
        ..chunks.line(values, limits, true)
    })
}
