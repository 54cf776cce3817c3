//! What Evidently says: a test a column, whether the data set has drifted, and of quality ([`quality`]).

use super::quality::{self, EvidentlyValue};
use super::{Own, Sides, Values, codes, numbers};
use crate::log::Log;
use crate::stats::compat::evidently::{Column, DRIFT_SHARE, OF_NUMBERS, OF_WORDS, Test};
use crate::stats::compat::text::{TextDrift, text_drift};
use crate::stats::distance::Sample;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version whose answers these are.
const VERSION: &str = "0.7.23";
/// Different values up to which a column of integers is one of words to it.
const FEW: usize = 10;

/// What Evidently's presets say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidentlySays {
    /// Its version.
    pub version: String,
    /// Columns that have drifted, over those that it can test.
    pub share: Option<f64>,
    /// How many have.
    pub drifted_columns: u64,
    /// Whether the data set has: at least half of its columns.
    pub drifted: bool,
    /// The columns in the order of the files.
    pub columns: Vec<EvidentlyColumn>,
    /// The quality of the data and of predictions, as its presets for these tell.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub values: Vec<EvidentlyValue>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidentlyColumn {
    /// Its name.
    pub column: String,
    /// `numerical`, `categorical` or `text`.
    pub kind: String,
    /// The test that it chooses.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub test: Option<String>,
    /// What that tells.
    #[serde(flatten)]
    pub score: Option<EvidentlyScore>,
    /// Of texts what the score has to exceed: where the threshold is a percentile, that of random scores.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<f64>,
    /// Why it tells nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undefined: Option<String>,
    /// What each of its tests would tell by its default threshold, where all were asked for; one that raises an error
    /// is left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub scores: BTreeMap<String, EvidentlyScore>,
}

/// What a test tells.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidentlyScore {
    /// A p-value or a distance, as the test has it.
    pub score: f64,
    /// Its default threshold.
    pub threshold: f64,
    /// Whether the column has drifted.
    pub drifted: bool,
}

pub(super) fn says(columns: &[Own<'_>], sides: &Sides, log: &Log, all: bool) -> EvidentlySays {
    let own = columns;
    let columns: Vec<EvidentlyColumn> = columns.iter().map(|c| column(c, sides, all)).collect();
    let kinds = columns.iter().map(|c| c.kind.as_str());
    let values = quality::values(log, &own.iter().zip(kinds).collect::<Vec<_>>(), sides);
    let told = columns.iter().filter_map(|c| c.score.as_ref());
    let (all, drifted) = told.fold((0u64, 0u64), |(all, drifted), score| {
        (all + 1, drifted + u64::from(score.drifted))
    });
    let share = (all > 0).then(|| drifted as f64 / all as f64);
    EvidentlySays {
        version: VERSION.into(),
        share,
        drifted_columns: drifted,
        drifted: share.is_some_and(|share| share >= DRIFT_SHARE),
        columns,
        values,
    }
}

fn column(own: &Own<'_>, sides: &Sides, all: bool) -> EvidentlyColumn {
    let among = |tests: &'static [Test]| if all { tests } else { &[] };
    match &own.values {
        Values::Numbers(values) => {
            let [before, after] = [&sides.reference, &sides.tested].map(|r| numbers(values, r));
            let both = || before.iter().chain(&after);
            // A column of integers has no missing cell; with one pandas makes it a column of fractions.
            let whole = both().all(|x| x.is_finite() && *x == x.trunc());
            let known = |values: &[f64]| -> Vec<f64> {
                values.iter().copied().filter(|x| x.is_finite()).collect()
            };
            let [reference, current] = [&before, &after].map(|v| known(v));
            let mut distinct: Vec<f64> = Sample::of(&[&reference[..], &current[..]].concat())
                .values()
                .to_vec();
            distinct.dedup();
            if whole && distinct.len() <= FEW {
                let place = |x: &f64| distinct.partition_point(|d| d < x) as u32;
                let [a, b] =
                    [&reference, &current].map(|v| v.iter().map(place).collect::<Vec<_>>());
                let words = Column::Words {
                    reference: &a,
                    current: &b,
                };
                return told(own.name, "categorical", &words, among(&OF_WORDS));
            }
            let [reference, current] = [Sample::of(&reference), Sample::of(&current)];
            let column = Column::Numbers {
                reference: &reference,
                current: &current,
                whole,
            };
            told(own.name, "numerical", &column, among(&OF_NUMBERS))
        }
        Values::Words(values, words) => {
            let some = |rows: &[u32]| -> Vec<u32> {
                let mut known = codes(values, rows);
                known.retain(|code| (*code as usize) < *words);
                known
            };
            let (a, b) = (some(&sides.reference), some(&sides.tested));
            let mut distinct = [&a[..], &b[..]].concat();
            distinct.sort_unstable();
            distinct.dedup();
            if distinct.len() * 2 > a.len() + b.len() {
                return texts(own, &a, &b);
            }
            let column = Column::Words {
                reference: &a,
                current: &b,
            };
            told(own.name, "categorical", &column, among(&OF_WORDS))
        }
    }
}

/// Words that mostly differ: texts, by a model that tells the sides apart.
fn texts(own: &Own<'_>, reference: &[u32], current: &[u32]) -> EvidentlyColumn {
    let found = text_drift(reference, current, &own.words);
    let test = TextDrift::name(reference.len());
    let score = found.as_ref().ok().map(|found| EvidentlyScore {
        score: found.score,
        threshold: found.threshold,
        drifted: found.drifted(),
    });
    EvidentlyColumn {
        column: own.name.into(),
        kind: "text".into(),
        test: Some(test.into()),
        scores: score.iter().map(|s| (test.to_owned(), *s)).collect(),
        score,
        limit: found.as_ref().ok().map(|found| found.limit),
        undefined: found.err().map(|why| why.to_string()),
    }
}

fn told(name: &str, kind: &str, column: &Column<'_>, tests: &[Test]) -> EvidentlyColumn {
    let test = Test::default_of(column);
    let score = |test: Test| {
        test.score(column).map(|score| EvidentlyScore {
            score,
            threshold: test.threshold(),
            drifted: test.drifted(score),
        })
    };
    let scores = tests
        .iter()
        .filter_map(|test| Some((test.name().to_owned(), score(*test).ok()?)));
    let own = score(test);
    EvidentlyColumn {
        column: name.into(),
        kind: kind.into(),
        test: Some(test.name().into()),
        score: own.ok(),
        limit: None,
        undefined: own.err().map(|why| why.to_string()),
        scores: scores.collect(),
    }
}
