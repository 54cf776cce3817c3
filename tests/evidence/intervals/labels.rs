//! Rows with several labels.
//!
//! A row is of one of four kinds: labels are frequent or rare in it, and it is easy or hard. Within a kind labels
//! do not depend on each other; over all rows they do, and so do right and wrong ones.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::{Log, Task, Truth};

/// Share of rows in which labels are frequent, and of those that are hard.
const KINDS: (f64, f64) = (0.4, 0.3);
/// How much more the odds of a label are where labels are frequent, and of an error where rows are hard.
const ODDS: (f64, f64) = (3.0, 5.0);

struct Labels {
    name: &'static str,
    /// Share of each label where labels are rare.
    shares: Vec<f64>,
    /// How often a label is missed, and one that is not true foretold, where rows are easy.
    wrong: (f64, f64),
    truths: Truths,
}

/// Every population.
pub fn all() -> Vec<Box<dyn Population>> {
    let kinds = [
        ("3 labels, good", vec![0.35, 0.3, 0.25], (0.05, 0.02)),
        ("4 labels", vec![0.35, 0.3, 0.25, 0.2], (0.15, 0.05)),
        (
            "6 labels, some rare",
            vec![0.35, 0.25, 0.2, 0.1, 0.04, 0.02],
            (0.2, 0.02),
        ),
        (
            "12 labels",
            (4..16).map(|i| f64::from(i) / 50.0).collect(),
            (0.1, 0.01),
        ),
        (
            "12 labels, poor",
            (4..16).map(|i| f64::from(i) / 50.0).collect(),
            (0.4, 0.1),
        ),
    ];
    let population = |(name, shares, wrong): (&'static str, Vec<f64>, _)| -> Box<dyn Population> {
        let truths = truths(&shares, wrong);
        Box::new(Labels {
            name,
            shares,
            wrong,
            truths,
        })
    };
    kinds.map(population).into_iter().collect()
}

fn raised(p: f64, odds: f64, raise: bool) -> f64 {
    let odds = if raise { odds } else { 1.0 };
    odds * p / (odds * p + 1.0 - p)
}

/// The chance that a label is right, in vain, missed; of a kind of row.
fn states(share: f64, wrong: (f64, f64), (many, hard): (bool, bool)) -> [f64; 3] {
    let share = raised(share, ODDS.0, many);
    let (missed, vain) = (raised(wrong.0, ODDS.1, hard), raised(wrong.1, ODDS.1, hard));
    [share * (1.0 - missed), (1.0 - share) * vain, share * missed]
}

fn truths(shares: &[f64], wrong: (f64, f64)) -> Truths {
    let labels = shares.len();
    let mut by_label = vec![[0.0; 3]; labels];
    let (mut exact, mut f1_rows, mut jaccard_rows) = (0.0, 0.0, 0.0);
    for (many, hard) in [(false, false), (false, true), (true, false), (true, true)] {
        let part = |share: f64, is: bool| if is { share } else { 1.0 - share };
        let weight = part(KINDS.0, many) * part(KINDS.1, hard);
        // The chance of so many right and so many wrong labels of a row.
        let mut chance = vec![vec![0.0; labels + 1]; labels + 1];
        chance[0][0] = 1.0;
        for (share, sums) in shares.iter().zip(&mut by_label) {
            let own = states(*share, wrong, (many, hard));
            sums.iter_mut().zip(own).for_each(|(s, p)| *s += weight * p);
            let [right, off] = [own[0], own[1] + own[2]];
            let mut next = vec![vec![0.0; labels + 1]; labels + 1];
            for t in 0..labels {
                for w in 0..labels {
                    let p = chance[t][w];
                    next[t][w] += p * (1.0 - right - off);
                    next[t + 1][w] += p * right;
                    next[t][w + 1] += p * off;
                }
            }
            chance = next;
        }
        for (t, of) in chance.iter().enumerate() {
            for (w, p) in of.iter().enumerate() {
                let share = |part: f64| {
                    if t + w == 0 {
                        1.0
                    } else {
                        part * t as f64 / (part * t as f64 + w as f64)
                    }
                };
                exact += if w == 0 { weight * p } else { 0.0 };
                f1_rows += weight * p * share(2.0);
                jaccard_rows += weight * p * share(1.0);
            }
        }
    }
    let ratio = |[t, p, m]: [f64; 3], [a, b, c]: [f64; 3]| a * t / (a * t + b * p + c * m);
    let mean = |w: [f64; 3]| by_label.iter().map(|s| ratio(*s, w)).sum::<f64>() / labels as f64;
    let sums: [f64; 3] = std::array::from_fn(|i| by_label.iter().map(|s| s[i]).sum());
    let (precision, recall, f1) = ([1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [2.0, 1.0, 1.0]);
    vec![
        ("subset_accuracy", exact),
        ("hamming_loss", (sums[1] + sums[2]) / labels as f64),
        ("label_f1_micro", ratio(sums, f1)),
        ("label_precision_micro", ratio(sums, precision)),
        ("label_recall_micro", ratio(sums, recall)),
        ("label_f1_macro", mean(f1)),
        ("label_precision_macro", mean(precision)),
        ("label_recall_macro", mean(recall)),
        ("f1_samples", f1_rows),
        ("jaccard_samples", jaccard_rows),
    ]
}

impl Population for Labels {
    fn name(&self) -> String {
        self.name.into()
    }

    fn group(&self) -> String {
        "several labels".into()
    }

    fn draw(&self, random: &mut Random, _: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let kinds = [(false, false), (false, true), (true, false), (true, true)];
        let of_kind = kinds.map(|kind| -> Vec<[f64; 3]> {
            self.shares
                .iter()
                .map(|s| states(*s, self.wrong, kind))
                .collect()
        });
        let (mut truth, mut predicted) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for _ in 0..n {
            let many = random.uniform() < KINDS.0;
            let hard = random.uniform() < KINDS.1;
            let (mut true_set, mut told) = (0_u128, 0_u128);
            for (label, [right, vain, missed]) in of_kind[2 * usize::from(many) + usize::from(hard)]
                .iter()
                .enumerate()
            {
                let drawn = random.uniform();
                let (is, says) = match drawn {
                    d if d < *right => (1, 1),
                    d if d < right + vain => (0, 1),
                    d if d < right + vain + missed => (1, 0),
                    _ => (0, 0),
                };
                true_set |= is << label;
                told |= says << label;
            }
            truth.push(true_set);
            predicted.push(told);
        }
        let log = Log {
            task: Some(Task::Multilabel),
            rows: n,
            live: n,
            labels: (0..self.shares.len())
                .map(|i| format!("label {i:02}"))
                .collect(),
            truth: Truth::Sets(truth),
            predicted: Truth::Sets(predicted),
            ..Log::default()
        };
        (log, None, &self.truths)
    }
}
