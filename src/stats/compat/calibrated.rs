//! Whether NannyML 0.13.1 makes scores probabilities, and how (`calibration.py`): by the very splits that scikit-learn
//! draws. Rows of one probability share the bins of a calibration error here, where numpy's sort decides there.

use super::twister::Twister;
use crate::stats::calibration::{Calibrator, Heap, calibration_error};
use crate::stats::isotonic::{Isotonic, Tied};
use crate::stats::rank::{AucCell, sort_by_score};

/// Splits by which it decides whether to calibrate, and the share that each holds out.
const SPLITS: usize = 10;
const HELD_OUT: f64 = 0.1;
/// The seed of these splits.
const SEED: u32 = 42;
/// ROC AUC from which it leaves scores as they are.
const APART: f64 = 0.999;

/// Whether and how scores of a class become probabilities: where over ten random splits the calibration error of
/// the tenth that is held out is smaller with an isotonic function than without.
#[must_use]
pub fn calibrator(scores: &[f64], positive: &[bool]) -> Option<Calibrator> {
    let order = sort_by_score(scores);
    let yes = positive.iter().filter(|p| **p).count();
    if yes == 0 || yes == positive.len() {
        return Some(Calibrator::AsItIs);
    }
    let fit = |keep: &dyn Fn(usize) -> bool| {
        let mut tied: Vec<Tied> = Vec::new();
        for row in order.iter().map(|r| *r as usize).filter(|r| keep(*r)) {
            let (x, y) = (scores[row], f64::from(u8::from(positive[row])));
            match tied.last_mut() {
                Some(last) if last.x == x => {
                    last.weight += 1.0;
                    last.sum += y;
                }
                _ => tied.push(Tied {
                    x,
                    weight: 1.0,
                    sum: y,
                }),
            }
        }
        Isotonic::of_sorted(tied)
    };
    if area_of(scores, positive, &order) > APART {
        return Some(Calibrator::AsItIs);
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut random = Twister::new(SEED);
    for _ in 0..SPLITS {
        let side = split(positive, &mut random)?;
        let function = fit(&|row| side[row] == Side::Learned)?;
        for row in (0..scores.len()).filter(|row| side[*row] == Side::HeldOut) {
            before.push((scores[row], positive[row]));
            after.push((function.at(scores[row]), positive[row]));
        }
    }
    match (heaps(before), heaps(after)) {
        (Some(before), Some(after)) if before > after => fit(&|_| true).map(Calibrator::Fitted),
        _ => Some(Calibrator::AsItIs),
    }
}

fn area_of(scores: &[f64], positive: &[bool], order: &[u32]) -> f64 {
    let rows: Vec<(f64, bool)> = order
        .iter()
        .map(|r| (scores[*r as usize], positive[*r as usize]))
        .collect();
    let tied = rows.chunk_by(|a, b| a.0 == b.0);
    let (yes, no): (Vec<u64>, Vec<u64>) = tied
        .map(|t| t.iter().filter(|r| r.1).count() as u64)
        .zip(rows.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len))
        .map(|(yes, all)| (yes, all as u64 - yes))
        .unzip();
    AucCell::from_bins(&yes, &no).auc().unwrap_or(0.0)
}

/// The calibration error of probabilities and outcomes, where rows of one probability share their bins.
fn heaps(mut rows: Vec<(f64, bool)>) -> Option<f64> {
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let heap = |tied: &[(f64, bool)]| {
        let positive = tied.iter().filter(|r| r.1).count() as u64;
        Heap::new(
            tied.first().map_or(0.0, |r| r.0),
            (tied.len() as u64, positive),
        )
    };
    let heaps: Vec<Heap> = rows.chunk_by(|a, b| a.0 == b.0).map(heap).collect();
    calibration_error(&heaps)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Learned,
    HeldOut,
}

/// A split of scikit-learn's `StratifiedShuffleSplit(test_size=0.1)`; `None` where it refuses.
fn split(positive: &[bool], random: &mut Twister) -> Option<Vec<Side>> {
    let n = positive.len();
    let tested = libm::ceil(HELD_OUT * n as f64) as usize;
    let learned = n - tested;
    let rows = |class: bool| -> Vec<usize> { (0..n).filter(|r| positive[*r] == class).collect() };
    let classes = [rows(false), rows(true)];
    let counts = [classes[0].len(), classes[1].len()];
    if counts.iter().any(|c| *c < 2) || learned < 2 || tested < 2 {
        return None;
    }
    let own = share_out(counts, learned, random);
    let left = [counts[0] - own[0], counts[1] - own[1]];
    let out = share_out(left, tested, random);
    let mut side = vec![Side::Learned; n];
    for (at, rows) in classes.iter().enumerate() {
        let order = random.permutation(counts[at] as u32);
        for drawn in order.iter().skip(own[at]).take(out[at]) {
            side[rows[*drawn as usize]] = Side::HeldOut;
        }
    }
    // The rows of both sides are shuffled at last, which moves the generator on.
    random.permutation(learned as u32);
    random.permutation(tested as u32);
    Some(side)
}

/// So many draws over two classes by their counts: scikit-learn's `_approximate_mode`.
fn share_out(counts: [usize; 2], draws: usize, random: &mut Twister) -> [usize; 2] {
    let all = (counts[0] + counts[1]) as f64;
    let wanted = counts.map(|c| c as f64 / all * draws as f64);
    let whole = wanted.map(libm::floor);
    let mut out = whole.map(|w| w as usize);
    let mut missing = (draws as f64 - (whole[0] + whole[1])) as usize;
    let rest = [wanted[0] - whole[0], wanted[1] - whole[1]];
    if missing > 0 && rest[0] == rest[1] {
        // Of equals it draws.
        for at in random.permutation(2).into_iter().take(missing) {
            out[at as usize] += 1;
        }
        return out;
    }
    let order = if rest[0] > rest[1] { [0, 1] } else { [1, 0] };
    for at in order {
        if missing > 0 {
            out[at] += 1;
            missing -= 1;
        }
    }
    out
}
