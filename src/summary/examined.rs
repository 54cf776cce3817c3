//! Tests of two samples on every column, and of all columns together, where a reader asks for them: every one, or those
//! that they choose ([`TestChoice`]).
//!
//! The report's drift is by one good default a kind of column; this is the rest ([`crate::stats::two_sample`],
//! [`crate::stats::multivariate`]). It takes rows and some seconds, so it is made on demand, and like
//! [`super::Drift`] it does not survive a merge. Each p-value stands beside one that is corrected by Holm over all tests
//! that are made, of every column and of all together; pairs of columns are corrected among themselves.

use super::build::Builder;
use super::compat::{Own, Values, codes, numbers, values};
use super::drift::{AFTER, BEFORE, period_of_rows};
use super::features::{Features, thinned};
use super::test_choice::TestChoice;
use super::{Periods, Series, Summary};
use crate::log::Role;
use crate::stats::boost::Params;
use crate::stats::compat::nannyml::{encoded_numbers, encoded_words};
use crate::stats::distance::{self, Sample};
use crate::stats::multiple::holm;
use crate::stats::multivariate::correlation::changes;
use crate::stats::multivariate::domain::auc;
use crate::stats::multivariate::mmd::mmd;
use crate::stats::multivariate::pca::{Pca, SHARE};
use crate::stats::two_sample::{self as tests, How, Outcome, ordered, steps};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Answers at most that a series keeps.
const KEPT: usize = 2;
/// Rows at least that a category must be expected to have; rarer ones are joined.
const LEAST: f64 = 5.0;
/// Bins of numbers for distances of shares.
const BINS: u32 = 10;
/// Rows of either period at most that tests of all columns together take, evenly spread.
const ROWS: usize = 5_000;
/// Rows at most of which tables are drawn.
const DRAWN: u64 = 50_000;
/// Words up to which Fisher's test takes them as they are; of more, rare ones are joined.
const WORDS_DRAWN: usize = 64;
/// Pairs of columns at most that are told.
const PAIRS: usize = 20;
/// Boosted trees that tell the periods apart.
const TREES: Params = Params {
    trees: 50,
    leaves: 15,
    rate: 0.1,
    min_rows: 20,
    min_hessian: 1e-3,
    l2: 0.0,
};

/// The columns in two periods by the tests that are chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// Which periods.
    pub periods: Periods,
    /// Which tests were chosen; left out where every one was.
    #[serde(skip_serializing_if = "TestChoice::is_none", default)]
    pub chosen: TestChoice,
    /// The columns in the order of the files.
    pub columns: Vec<ExaminedColumn>,
    /// Inputs and segments together; `None` without any, or where nothing of them is chosen.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub together: Option<Together>,
}

/// A column. Missing cells are in no test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExaminedColumn {
    /// Its name.
    pub column: String,
    /// Whether it holds numbers; else words.
    pub numbers: bool,
    /// Tests by name.
    pub tests: BTreeMap<String, TestSays>,
    /// Distances by name.
    pub distances: BTreeMap<String, f64>,
    /// Distances that are not defined, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub undefined: BTreeMap<String, String>,
}

/// What a test says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TestSays {
    /// The statistic; `None` where it is beyond every number, as an odds ratio may be.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub statistic: Option<f64>,
    /// What the statistic is, where one test has several: of Fisher's `odds ratio` of two categories, `probability of
    /// the table` of more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub named: Option<String>,
    /// The chance of one as far out, were nothing changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p: Option<f64>,
    /// The same corrected (Holm) over all tests that were made of columns and of all inputs together.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub corrected: Option<f64>,
    /// How that was found: `exact`, `asymptotic` or `simulated`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub how: Option<String>,
    /// Why it says nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undefined: Option<String>,
}

/// All inputs together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// Rows before and after, evenly spread over all where these are more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rows: Option<(u64, u64)>,
    /// Mean reconstruction error before and after, by the principal components of before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reconstruction_error: Option<(f64, f64)>,
    /// Area under the ROC curve of a model that tells the periods apart.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub domain_classifier: Option<TestSays>,
    /// Maximum mean discrepancy of standardised columns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean_discrepancy: Option<TestSays>,
    /// Pairs of columns of numbers, by how surprising the change of their rank correlation is.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub correlations: Vec<PairSays>,
}

/// A pair of columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairSays {
    /// Their names.
    pub columns: (String, String),
    /// Rank correlation before.
    pub before: f64,
    /// And after.
    pub after: f64,
    /// The chance of a difference as large, were there none; of one pair, not of the most surprising of many.
    pub p: f64,
    /// The same corrected (Holm) over all pairs, those that are not told among them.
    #[serde(default = "surely_chance")]
    pub corrected: f64,
}

/// Of what was written before it was corrected.
fn surely_chance() -> f64 {
    1.0
}

impl From<Outcome> for TestSays {
    fn from(outcome: Outcome) -> Self {
        let how = |how| match how {
            How::Exact => "exact",
            How::Asymptotic => "asymptotic",
            How::Simulated(_) => "simulated",
        };
        Self {
            statistic: outcome.ok().map(|t| t.statistic).filter(|s| s.is_finite()),
            named: None,
            corrected: None,
            p: outcome.ok().map(|t| t.p),
            how: outcome.ok().map(|t| how(t.how).to_owned()),
            undefined: outcome.err().map(|why| why.to_string()),
        }
    }
}

impl Series {
    /// The tests that are chosen, where they were made.
    #[must_use]
    pub fn examined(&self, periods: &Periods, chosen: &TestChoice) -> Option<&Examined> {
        let same = |e: &&Examined| e.periods == *periods && e.chosen == *chosen;
        self.examined.iter().find(same)
    }
}

impl Builder {
    /// Adds to a series what the chosen tests say of its columns in two periods, unless it has that.
    pub fn add_examined(
        &self,
        summary: &mut Summary,
        at: usize,
        (periods, chosen): (&Periods, &TestChoice),
    ) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        if series.examined(periods, chosen).is_some() {
            return;
        }
        let places = self.places(series, &self.buckets(series.size));
        let period = period_of_rows(&places, periods);
        let rows = |of: u8| -> Vec<u32> {
            let all = (0u32..).zip(&period);
            all.filter(|(_, p)| **p == of).map(|(row, _)| row).collect()
        };
        let sides = (rows(BEFORE), rows(AFTER));
        let own = |(name, role, cells)| Own {
            name,
            role,
            values: values(&cells, false),
            words: Vec::new(),
        };
        let columns: Vec<Own<'_>> = self.compared().into_iter().map(own).collect();
        let sides = (&sides.0[..], &sides.1[..]);
        let together = chosen
            .wants_together()
            .then(|| self.together(&columns, sides, chosen));
        let mut examined = Examined {
            periods: periods.clone(),
            chosen: chosen.clone(),
            together: together.flatten(),
            columns: columns.iter().map(|c| examined(c, sides, chosen)).collect(),
        };
        examined.correct();
        if series.examined.len() >= KEPT {
            series.examined.remove(0);
        }
        series.examined.push(examined);
    }

    fn together(
        &self,
        columns: &[Own<'_>],
        sides: (&[u32], &[u32]),
        chosen: &TestChoice,
    ) -> Option<Together> {
        let inputs: Vec<&Own<'_>> = columns
            .iter()
            .filter(|c| matches!(c.role, Role::Feature | Role::Segment))
            .collect();
        let places = |rows: &[u32]| -> Vec<usize> { rows.iter().map(|r| *r as usize).collect() };
        let before = thinned(&places(sides.0), ROWS);
        let after = thinned(&places(sides.1), ROWS);
        let features = Features::of(self, &[], &before)?;
        let wants = |name: &str| chosen.wants(name);
        let classified = wants("domain_classifier")
            .then(|| auc(&features.rows(&before), &features.rows(&after), TREES));
        let rows = |rows: &[usize]| -> Vec<u32> { rows.iter().map(|r| *r as u32).collect() };
        let (x, y) = (rows(&before), rows(&after));
        let (old, new): (Vec<Vec<f64>>, Vec<Vec<f64>>) = inputs
            .iter()
            .map(|c| match &c.values {
                Values::Numbers(v) => encoded_numbers(&numbers(v, &x), &numbers(v, &y)),
                Values::Words(v, words) => encoded_words(&codes(v, &x), &codes(v, &y), *words),
            })
            .unzip();
        let pca = wants("reconstruction_error").then(|| Pca::of(&old, SHARE));
        let pca = pca.flatten();
        let error = pca.and_then(|pca| {
            let (a, b) = (pca.error(&old, 0..x.len())?, pca.error(&new, 0..y.len())?);
            Some((a.mean, b.mean))
        });
        let (known, names): (Vec<&Own<'_>>, Vec<&str>) = inputs
            .iter()
            .filter(|c| matches!(c.values, Values::Numbers(_)))
            .map(|c| (*c, c.name))
            .unzip();
        let some = |rows: &[u32]| -> Vec<Vec<f64>> {
            let of = |c: &&Own<'_>| match &c.values {
                Values::Numbers(v) => numbers(v, rows),
                Values::Words(..) => Vec::new(),
            };
            known.iter().map(of).collect()
        };
        let (a, b) = (some(&x), some(&y));
        fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
            columns.iter().map(Vec::as_slice).collect()
        }
        let pairs = match wants("correlations") {
            true => changes(&slices(&a), &slices(&b)),
            false => Vec::new(),
        };
        let corrected = holm(&pairs.iter().map(|pair| pair.p).collect::<Vec<_>>());
        let pairs = pairs.into_iter().zip(corrected).take(PAIRS);
        Some(Together {
            rows: Some((before.len() as u64, after.len() as u64)),
            reconstruction_error: error,
            domain_classifier: classified.map(TestSays::from),
            mean_discrepancy: wants("mean_discrepancy").then(|| discrepancy(&old, &new).into()),
            correlations: pairs
                .map(|(pair, corrected)| PairSays {
                    columns: (names[pair.columns.0].into(), names[pair.columns.1].into()),
                    before: pair.before,
                    after: pair.after,
                    p: pair.p,
                    corrected,
                })
                .collect(),
        })
    }
}

/// Of columns in units of the spread before, rows dealt into an order that is none of time.
fn discrepancy(old: &[Vec<f64>], new: &[Vec<f64>]) -> Outcome {
    let scale: Vec<(f64, f64)> = old
        .iter()
        .map(|c| {
            let n = c.len().max(1) as f64;
            let mean = c.iter().sum::<f64>() / n;
            let squares: f64 = c.iter().map(|x| (x - mean) * (x - mean)).sum();
            let spread = (squares / n).sqrt();
            (mean, if spread > 0.0 { spread } else { 1.0 })
        })
        .collect();
    let rows = |columns: &[Vec<f64>]| -> Vec<Vec<f64>> {
        let n = columns.first().map_or(0, Vec::len);
        let mut order: Vec<usize> = (0..n).collect();
        // An odd multiplier turns numbers about; the same everywhere.
        order.sort_by_key(|i| ((*i as u64) ^ 0x5bd1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let row = |at: usize| {
            let cells = columns.iter().zip(&scale);
            cells
                .map(|(c, (mean, spread))| (c[at] - mean) / spread)
                .collect()
        };
        order.into_iter().map(row).collect()
    };
    mmd(&rows(old), &rows(new), None)
}

impl Examined {
    /// Corrects every p-value for all tests that were made.
    fn correct(&mut self) {
        let together = self.together.iter_mut();
        let together = together.flat_map(|t| [&mut t.domain_classifier, &mut t.mean_discrepancy]);
        let of_columns = self.columns.iter_mut().flat_map(|c| c.tests.values_mut());
        let mut made: Vec<&mut TestSays> = of_columns
            .chain(together.flatten())
            .filter(|says| says.p.is_some())
            .collect();
        let p: Vec<f64> = made.iter().filter_map(|says| says.p).collect();
        for (says, corrected) in made.iter_mut().zip(holm(&p)) {
            says.corrected = Some(corrected);
        }
    }
}

fn examined(own: &Own<'_>, sides: (&[u32], &[u32]), chosen: &TestChoice) -> ExaminedColumn {
    let (tests, distances) = match &own.values {
        Values::Numbers(values) => {
            let (before, after) = (numbers(values, sides.0), numbers(values, sides.1));
            of_numbers(&before, &after, chosen)
        }
        Values::Words(values, words) => {
            let count = |rows: &[u32]| {
                let mut counts = vec![0u64; *words];
                for code in codes(values, rows) {
                    if let Some(n) = counts.get_mut(code as usize) {
                        *n += 1;
                    }
                }
                counts
            };
            of_words(&count(sides.0), &count(sides.1), chosen)
        }
    };
    let empty = is_empty_in_one(own, sides);
    let why = |name: &str| match name {
        _ if empty => "one side has no values",
        "kullback_leibler" => "infinite: a bin or word has rows on one side only",
        "wasserstein_normalised" => "the baseline's numbers do not vary",
        _ => "not defined for these values",
    };
    let undefined = distances.iter().filter(|d| d.1.is_none());
    let undefined = undefined.map(|d| (d.0.to_owned(), why(d.0).to_owned()));
    let undefined = undefined.collect();
    ExaminedColumn {
        column: own.name.into(),
        numbers: matches!(own.values, Values::Numbers(_)),
        tests: tests
            .into_iter()
            .map(|(name, says)| (name.to_owned(), says))
            .collect(),
        distances: distances
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
        undefined,
    }
}

type Told = (
    Vec<(&'static str, TestSays)>,
    Vec<(&'static str, Option<f64>)>,
);

/// Whether a column has no value in one of two periods.
fn is_empty_in_one(own: &Own<'_>, sides: (&[u32], &[u32])) -> bool {
    let none = |rows: &[u32]| match &own.values {
        Values::Numbers(values) => numbers(values, rows).iter().all(|x| x.is_nan()),
        Values::Words(values, words) => codes(values, rows).iter().all(|w| *w as usize >= *words),
    };
    none(sides.0) || none(sides.1)
}

/// Those of some tests or distances that are chosen; no other one is made.
fn made<T>(all: &[(&'static str, &dyn Fn() -> T)], chosen: &TestChoice) -> Vec<(&'static str, T)> {
    let wanted = all.iter().filter(|(name, _)| chosen.wants(name));
    wanted.map(|(name, make)| (*name, make())).collect()
}

fn of_numbers(before: &[f64], after: &[f64], chosen: &TestChoice) -> Told {
    let (a, b) = (Sample::of(before), Sample::of(after));
    let steps = steps(&a, &b);
    let tests: [(&str, &dyn Fn() -> Outcome); 7] = [
        ("anderson_darling", &|| ordered::anderson_darling(&steps)),
        ("cramer_von_mises", &|| ordered::cramer_von_mises(&steps)),
        ("energy", &|| tests::energy(&a, &b)),
        ("epps_singleton", &|| tests::epps_singleton(&a, &b)),
        ("kolmogorov_smirnov", &|| {
            ordered::kolmogorov_smirnov(&steps)
        }),
        ("mann_whitney", &|| tests::mann_whitney(&steps)),
        ("welch", &|| tests::welch(&a, &b)),
    ];
    let edges = a.fine_edges(BINS);
    let (p, q) = (a.counts(&edges), b.counts(&edges));
    let apart = a.apart(&b);
    let distances: [(&str, &dyn Fn() -> Option<f64>); 7] = [
        ("hellinger", &|| distance::hellinger(&p, &q)),
        ("jensen_shannon", &|| distance::jensen_shannon(&p, &q)),
        ("kolmogorov_smirnov", &|| apart.map(|d| d.0)),
        ("kullback_leibler", &|| distance::kullback_leibler(&p, &q)),
        ("psi", &|| distance::psi(&p, &q)),
        ("wasserstein", &|| apart.and_then(|d| d.1)),
        ("wasserstein_normalised", &|| a.wasserstein_normalised(&b)),
    ];
    let says = made(&tests, chosen).into_iter();
    let says = says.map(|(name, test)| {
        let says = TestSays::from(test);
        let named = (name == "anderson_darling").then(|| "normalised".to_owned());
        (
            name,
            TestSays {
                named: named.filter(|_| says.p.is_some()),
                ..says
            },
        )
    });
    (says.collect(), made(&distances, chosen))
}

fn of_words(before: &[u64], after: &[u64], chosen: &TestChoice) -> Told {
    let pooled = tests::pooled(before, after, LEAST);
    let on = |test: fn(&[u64], &[u64]) -> Outcome| match &pooled {
        Ok((a, b)) => test(a, b),
        Err(why) => Err(*why),
    };
    let words = before.iter().zip(after).filter(|(a, b)| **a + **b > 0);
    let words = words.count();
    let tests: [(&str, &dyn Fn() -> Outcome); 3] = [
        ("chi_square", &|| on(tests::chi_square)),
        // Right of any table, however rare a word is; of many words it takes long.
        ("fisher", &|| match words <= WORDS_DRAWN {
            true => tests::fisher(before, after),
            false => on(tests::fisher),
        }),
        ("g", &|| on(tests::g)),
    ];
    // Tables of more rows take long to draw, and chi-square is as right there.
    let rows: u64 = before.iter().chain(after).sum();
    let few = |name: &str| name != "fisher" || words <= 2 || rows <= DRAWN;
    let tests: Vec<(&str, &dyn Fn() -> Outcome)> =
        tests.into_iter().filter(|(name, _)| few(name)).collect();
    let distances: [(&str, &dyn Fn() -> Option<f64>); 8] = [
        ("cramers_v", &|| tests::cramers_v(before, after).ok()),
        ("cramers_v_corrected", &|| {
            tests::cramers_v_corrected(before, after).ok()
        }),
        ("hellinger", &|| distance::hellinger(before, after)),
        ("jensen_shannon", &|| {
            distance::jensen_shannon(before, after)
        }),
        ("kullback_leibler", &|| {
            distance::kullback_leibler(before, after)
        }),
        ("l_infinity", &|| distance::l_infinity(before, after)),
        ("psi", &|| distance::psi(before, after)),
        ("total_variation", &|| {
            distance::total_variation(before, after)
        }),
    ];
    let mut says: Vec<(&str, TestSays)> = made(&tests, chosen)
        .into_iter()
        .map(|(name, test)| (name, test.into()))
        .collect();
    if !few("fisher") && chosen.has("fisher") {
        let why = format!(
            "more than {DRAWN} rows take too long to draw tables of; chi-square is as right there"
        );
        says.push((
            "fisher",
            TestSays {
                undefined: Some(why),
                ..TestSays::default()
            },
        ));
    }
    for (_, fisher) in says.iter_mut().filter(|(name, _)| *name == "fisher") {
        let named = match words {
            0..=2 => "odds ratio",
            3..=WORDS_DRAWN => "probability of the table",
            _ => "probability of the table of joined rare words",
        };
        fisher.named = fisher.p.map(|_| named.to_owned());
    }
    (says, made(&distances, chosen))
}
