//! Scores of two classes.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::{Log, Task, Truth};
use plumbline::stats::special::normal_quantile;

/// Shares of the positive class.
const RATES: [f64; 3] = [0.01, 0.1, 0.5];
/// The band around each: the runs take these multiples of its odds in turn.
const BAND: [f64; 8] = [0.7, 0.78, 0.86, 0.94, 1.06, 1.16, 1.28, 1.42];

/// How scores come about. A score is a probability; its logit is made of a latent value.
#[derive(Clone, Copy)]
enum Kind {
    /// The latent value is normal in either class, so far apart that ROC AUC is this. Its log odds are
    /// the logit, times `stretch` (above 1: too sure), in steps of `step` (0: none).
    Normal { auc: f64, stretch: f64, step: f64 },
    /// Scores are calibrated and of the beta distribution of this strength.
    Beta { strength: f64 },
}

struct Scores {
    name: &'static str,
    kind: Kind,
    rate: f64,
    threshold: f64,
    /// The share of positives, and the true values, for each of the band.
    truths: Vec<(f64, Truths)>,
}

/// Every population at every rate.
pub fn all() -> Vec<Box<dyn Population>> {
    let normal = |auc, stretch, step| Kind::Normal { auc, stretch, step };
    let kinds = [
        ("AUC 0.75, calibrated", normal(0.75, 1.0, 0.0), 2.0),
        ("AUC 0.90, too sure", normal(0.9, 2.0, 0.0), 1.0),
        ("AUC 0.97, calibrated", normal(0.97, 1.0, 0.0), 1.0),
        ("AUC 0.85, ties", normal(0.85, 1.0, 0.5), 1.5),
        ("beta, calibrated", Kind::Beta { strength: 2.0 }, 1.0),
    ];
    let mut out: Vec<Box<dyn Population>> = Vec::new();
    for rate in RATES {
        for (name, kind, called) in kinds {
            let called = if rate < 0.5 { called * rate } else { rate };
            out.push(Box::new(Scores::new(name, kind, rate, called)));
        }
    }
    out
}

fn logit(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The distance of two normal distributions that gives a ROC AUC.
fn distance(auc: f64) -> f64 {
    2.0_f64.sqrt() * normal_quantile(auc)
}

/// A score and how much of the positives and of the negatives have it.
type Atom = (f64, f64, f64);

impl Scores {
    fn new(name: &'static str, kind: Kind, rate: f64, called: f64) -> Self {
        let atoms = atoms(kind, rate);
        // The threshold lies where this share of the rows is called positive, between two scores.
        let (mut above, mut threshold) = (0.0, 1.0);
        for pair in atoms.windows(2).rev() {
            above += rate * pair[1].1 + (1.0 - rate) * pair[1].2;
            threshold = (pair[0].0 + pair[1].0) / 2.0;
            if above >= called {
                break;
            }
        }
        let of_band = |multiple: &f64| {
            let odds = multiple * rate / (1.0 - rate);
            let rate = odds / (1.0 + odds);
            (rate, truths(&atoms, rate, threshold))
        };
        Self {
            name,
            kind,
            rate,
            threshold,
            truths: BAND.iter().map(of_band).collect(),
        }
    }
}

impl Population for Scores {
    fn name(&self) -> String {
        self.name.into()
    }

    fn group(&self) -> String {
        format!("{:2} % positive", 100.0 * self.rate)
    }

    fn draw(&self, random: &mut Random, run: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let (rate, truths) = &self.truths[run % self.truths.len()];
        let (mut score, mut truth) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for _ in 0..n {
            let positive = random.uniform() < *rate;
            truth.push(u32::from(positive));
            score.push(match self.kind {
                Kind::Normal { auc, .. } => {
                    let shift = if positive { distance(auc) } else { 0.0 };
                    self.kind.score(random.normal() + shift, self.rate)
                }
                Kind::Beta { strength } => {
                    let one = f64::from(u8::from(positive));
                    let a = random.log_gamma(strength * self.rate + one);
                    let b = random.log_gamma(strength * (1.0 - self.rate) + 1.0 - one);
                    expit(a - b)
                }
            });
        }
        let log = Log {
            task: Some(Task::Binary),
            rows: n,
            live: n,
            labels: vec!["no".into(), "yes".into()],
            truth: Truth::Labels(truth),
            score,
            probabilistic: true,
            ..Log::default()
        };
        (log, Some(self.threshold), truths)
    }
}

impl Kind {
    /// The score of a latent value, at the nominal rate.
    fn score(self, latent: f64, rate: f64) -> f64 {
        match self {
            Self::Normal { auc, stretch, step } => {
                let latent = match step {
                    0.0 => latent,
                    step => libm::round(latent / step) * step,
                };
                let apart = distance(auc);
                expit(stretch * (logit(rate) + apart * latent - apart * apart / 2.0))
            }
            Self::Beta { .. } => expit(latent),
        }
    }
}

/// The population in ascending order of the score, cut finely.
fn atoms(kind: Kind, rate: f64) -> Vec<Atom> {
    const POINTS: usize = 200_000;
    let (low, high) = match kind {
        Kind::Normal { .. } => (-9.0, 13.0),
        Kind::Beta { strength } => (-40.0 / (strength * rate), 40.0 / (strength * (1.0 - rate))),
    };
    let width = (high - low) / POINTS as f64;
    let mut atoms: Vec<Atom> = Vec::new();
    for i in 0..POINTS {
        let x = low + (i as f64 + 0.5) * width;
        let (positive, negative) = match kind {
            Kind::Normal { auc, .. } => {
                let density = |x: f64| libm::exp(-x * x / 2.0);
                (density(x - distance(auc)), density(x))
            }
            Kind::Beta { strength } => {
                // ln p and ln (1 − p) of p = expit x; the density of x is p^a (1 − p)^b.
                let (p, q) = (-libm::log1p(libm::exp(-x)), -libm::log1p(libm::exp(x)));
                let p = if x < -700.0 { x } else { p };
                let (a, b) = (strength * rate, strength * (1.0 - rate));
                let one = |a: f64, b: f64| libm::exp(a * p + b * q);
                (one(a + 1.0, b), one(a, b + 1.0))
            }
        };
        let score = kind.score(x, rate);
        match atoms.last_mut() {
            Some(last) if last.0 == score => {
                last.1 += positive;
                last.2 += negative;
            }
            _ => atoms.push((score, positive, negative)),
        }
    }
    let all = atoms.iter().fold((0.0, 0.0), |s, a| (s.0 + a.1, s.1 + a.2));
    for atom in &mut atoms {
        atom.1 /= all.0;
        atom.2 /= all.1;
    }
    atoms
}

/// The true values at a share of positives.
fn truths(atoms: &[Atom], rate: f64, threshold: f64) -> Truths {
    let other = 1.0 - rate;
    let clip = |p: f64| p.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    let (mut tpr, mut fpr) = (0.0, 0.0);
    let (mut auc, mut average_precision, mut pr_auc) = (0.0, 0.0, 0.0);
    let (mut brier, mut log_loss) = (0.0, 0.0);
    // The area up to a false-positive rate of 10 %, and the positives among the 10 % that score highest.
    let (mut partial, mut gain) = (0.0, 0.0);
    // The same up to what a reader chose.
    let (max_fpr, share) = (super::MAX_FPR, super::AT_SHARE);
    let (mut partial_to, mut gain_at) = (0.0, 0.0);
    // From the highest score down; what scores higher than the atom.
    let (mut hits, mut alarms, mut before) = (0.0, 0.0, None);
    for &(score, positive, negative) in atoms.iter().rev() {
        auc += negative * (hits + positive / 2.0);
        if negative > 0.0 && alarms < 0.1 {
            let part = ((0.1 - alarms) / negative).min(1.0);
            partial += part * negative * (hits + part * positive / 2.0);
        }
        let (above, here) = (
            rate * hits + other * alarms,
            rate * positive + other * negative,
        );
        if here > 0.0 && above < 0.1 {
            gain += positive * ((0.1 - above) / here).min(1.0);
        }
        if negative > 0.0 && alarms < max_fpr {
            let part = ((max_fpr - alarms) / negative).min(1.0);
            partial_to += part * negative * (hits + part * positive / 2.0);
        }
        if here > 0.0 && above < share {
            gain_at += positive * ((share - above) / here).min(1.0);
        }
        let called = |hits: f64, alarms: f64| rate * hits / (rate * hits + other * alarms);
        hits += positive;
        alarms += negative;
        if positive > 0.0 {
            let precision = called(hits, alarms);
            average_precision += positive * precision;
            pr_auc += positive * (precision + before.unwrap_or(precision)) / 2.0;
            before = Some(precision);
        }
        if score >= threshold {
            (tpr, fpr) = (hits, alarms);
        }
        brier += rate * positive * (1.0 - score) * (1.0 - score) + other * negative * score * score;
        log_loss -= rate * positive * libm::log(clip(score));
        log_loss -= other * negative * libm::log(1.0 - clip(score));
    }
    let (tp, r#fn) = (rate * tpr, rate * (1.0 - tpr));
    let (fp, tn) = (other * fpr, other * (1.0 - fpr));
    let f_beta = |square: f64| (1.0 + square) * tp / ((1.0 + square) * tp + square * r#fn + fp);
    let chance = (tp + fp) * rate + (r#fn + tn) * other;
    let spread = (tp + fp) * (r#fn + tn) * rate * other;
    vec![
        ("accuracy", tp + tn),
        ("balanced_accuracy", (tpr + 1.0 - fpr) / 2.0),
        ("precision", tp / (tp + fp)),
        ("recall", tpr),
        ("f1", f_beta(1.0)),
        ("f0_5", f_beta(0.25)),
        ("f2", f_beta(4.0)),
        ("f_beta", f_beta(9.0)),
        ("specificity", 1.0 - fpr),
        ("negative_predictive_value", tn / (tn + r#fn)),
        ("jaccard", tp / (tp + fp + r#fn)),
        ("matthews_corrcoef", (tp * tn - fp * r#fn) / spread.sqrt()),
        ("cohen_kappa", (tp + tn - chance) / (1.0 - chance)),
        ("roc_auc", auc),
        ("average_precision", average_precision),
        ("pr_auc", pr_auc),
        ("partial_roc_auc", (1.0 + (partial - 0.005) / 0.095) / 2.0),
        ("gain_at_10_percent", gain),
        ("lift_at_10_percent", 10.0 * gain),
        (
            "partial_roc_auc_max_fpr",
            (1.0 + (partial_to - max_fpr * max_fpr / 2.0) / (max_fpr - max_fpr * max_fpr / 2.0))
                / 2.0,
        ),
        ("gain_at_share", gain_at),
        ("lift_at_share", gain_at / share),
        ("brier_score", brier),
        ("log_loss", log_loss),
        ("brier_uncertainty", rate * other),
        ("dummy_accuracy", rate.max(other)),
        ("net_benefit", tp - fp * threshold / (1.0 - threshold)),
        ("mean_cost", super::cost_of(fp, r#fn)),
    ]
}
