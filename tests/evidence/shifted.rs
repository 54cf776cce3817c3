//! Logs whose features shift while what is true for the same features stays, made from a seed.
//!
//! The model that gives the scores does not see all that outcomes depend on, so that a score means
//! something else once features shift; in one kind of log it does, and nothing is to be won there.

use plumbline::stats::boost::{Bins, Feature};
use plumbline::stats::expected::{Cells, roc_auc};
use plumbline::stats::isotonic::Isotonic;
use plumbline::stats::shift;

/// Kinds of shift.
pub const KINDS: [&str; 5] = [
    "a word that the model ignores becomes frequent",
    "a number that the model ignores moves",
    "two numbers move together",
    "a number moves among the rows of a word",
    "a number moves, and the model knows all",
];
/// Of which the last is one where scores stay true.
pub const HARMLESS: usize = 4;
/// The metrics compared.
pub const METRICS: [&str; 3] = ["accuracy", "roc_auc", "f1"];

/// splitmix64.
struct Stream(u64);

impl Stream {
    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly of the standard normal distribution.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// Rows with their outcomes.
#[derive(Default)]
struct Rows {
    numbers: [Vec<f64>; 4],
    word: Vec<u32>,
    score: Vec<f64>,
    positive: Vec<f64>,
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// What a word adds to the logit.
const WORDS: [f64; 6] = [-1.2, -0.6, 0.0, 0.3, 0.9, 1.5];

/// Rows; of those of a window, which are taken is what shifts.
fn rows(stream: &mut Stream, n: usize, kind: usize, strength: Option<f64>) -> Rows {
    let mut out = Rows::default();
    while out.score.len() < n {
        let x: [f64; 4] = std::array::from_fn(|_| stream.normal());
        let word = (stream.unit() * WORDS.len() as f64) as usize;
        if let Some(strength) = strength {
            let tilt = match kind {
                0 => [0.0, -1.0, 1.0, -1.0, 0.0, 2.0][word],
                1 => 2.0 * x[2].clamp(-2.0, 2.0),
                2 => (2.0 * x[0] * x[1]).clamp(-3.0, 3.0),
                3 if word < 3 => 2.0 * x[2].clamp(-2.0, 2.0) + 1.0,
                3 => 0.0,
                _ => 1.5 * x[0].clamp(-2.0, 2.0),
            };
            if stream.unit() >= libm::exp(strength * (tilt - 4.0)) {
                continue;
            }
        }
        let seen = 1.1 * x[0] + 0.8 * x[1];
        let unseen = WORDS[word] + 0.9 * x[2] + 0.6 * x[0] * x[1];
        let logit = if kind == HARMLESS {
            seen
        } else {
            seen + unseen
        };
        let outcome = stream.unit() < sigmoid(logit);
        for (column, x) in out.numbers.iter_mut().zip(x) {
            column.push(x);
        }
        out.word.push(word as u32);
        out.score.push(sigmoid(seen));
        out.positive.push(f64::from(u8::from(outcome)));
    }
    out
}

impl Rows {
    fn features(&self) -> Vec<Feature<'_>> {
        let numbers = self.numbers.iter().map(|v| Feature::Numbers(v));
        numbers.chain([Feature::Words(&self.word)]).collect()
    }

    /// Accuracy, ROC AUC and F1 where each row is positive with a probability.
    fn metrics(&self, probability: &[f64]) -> [f64; 3] {
        let mut cells = Cells::default();
        for (score, p) in self.score.iter().zip(probability) {
            cells.add(*score >= 0.5, *p);
        }
        let mut down: Vec<(f64, f64)> = self
            .score
            .iter()
            .copied()
            .zip(probability.iter().copied())
            .collect();
        down.sort_by(|a, b| b.0.total_cmp(&a.0));
        [
            cells.accuracy().unwrap(),
            roc_auc(&down).unwrap(),
            cells.f1().unwrap(),
        ]
    }
}

/// How far both estimates of a window are off, by metric: of CBPE, and of M-CBPE.
pub struct Off {
    pub plain: [f64; 3],
    pub shifted: [f64; 3],
}

/// One window of a kind.
pub fn window(kind: usize, seed: u64, reference: usize, size: usize) -> Off {
    let mut stream = Stream(seed * 1_000 + kind as u64);
    let strength = 0.5 + 0.5 * stream.unit();
    let old = rows(&mut stream, reference, kind, None);
    let new = rows(&mut stream, size, kind, Some(strength));
    let bins = Bins::of(&old.features());
    let (a, b) = (bins.rows(&old.features()), bins.rows(&new.features()));
    let weights = shift::weights(&a, &b, shift::MOST_ROWS).unwrap().weights;
    let truth = new.metrics(&new.positive);
    let off = |weights: Option<&[f64]>| {
        let learned = Isotonic::fit(&old.score, &old.positive, weights).unwrap();
        let p: Vec<f64> = new.score.iter().map(|s| learned.at(*s)).collect();
        let told = new.metrics(&p);
        std::array::from_fn(|i| (told[i] - truth[i]).abs())
    };
    Off {
        plain: off(None),
        shifted: off(Some(&weights)),
    }
}

/// What many windows come to, for one metric.
pub struct Tally {
    /// Share of windows where M-CBPE is nearer.
    pub nearer: f64,
    /// Mean absolute errors.
    pub plain: f64,
    pub shifted: f64,
}

/// The tally of a metric.
pub fn tally<'a>(windows: impl Iterator<Item = &'a Off>, metric: usize) -> Tally {
    let windows: Vec<&Off> = windows.collect();
    let n = windows.len() as f64;
    let nearer = windows
        .iter()
        .filter(|w| w.shifted[metric] < w.plain[metric]);
    Tally {
        nearer: nearer.count() as f64 / n,
        plain: windows.iter().map(|w| w.plain[metric]).sum::<f64>() / n,
        shifted: windows.iter().map(|w| w.shifted[metric]).sum::<f64>() / n,
    }
}
