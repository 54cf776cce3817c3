//! Intervals of what is made of the cells of several classes.
//!
//! The counts are multinomial, and the standard error is the delta method's. Where a cell is empty it knows
//! nothing of it, and of classes told apart well it is too small: one row more, spread evenly over all cells,
//! stands for what was not seen. The quantile is Student's with the degrees of freedom that the kurtosis of what
//! rows contribute leaves the variance (Satterthwaite's).
//!
//! Simulated in `tests/evidence/intervals`: three and six classes, even and rare ones.
//!
//! Sources: K. Takahashi et al. (2022), *Confidence interval for micro- and macro-averaged F1 scores*, Applied
//! Intelligence 52, 4961; F. E. Satterthwaite (1946), *An approximate distribution of estimates of variance
//! components*.

use super::{Confused, Estimate};
use crate::stats::interval::{Interval, Z, fisher_z, logit, wilson};
use crate::stats::special::student_t_quantile;

/// Classes up to which a row is spread: it would be over the square of them.
const MOST: usize = 200;
/// Rows that are spread.
const ROWS: f64 = 1.0;

/// Counts of the classes that occur, and of one row more.
pub(super) struct Spread {
    pub n: f64,
    pub truth: Vec<f64>,
    pub predicted: Vec<f64>,
    pub right: Vec<f64>,
    /// (true class, predicted class, rows).
    cells: Vec<(usize, usize, f64)>,
}

impl Spread {
    /// Of classes that occur as outcome or prediction; they are numbered in their order.
    pub fn of(labels: &Confused, present: &[usize]) -> Self {
        let k = present.len();
        let more = if k <= MOST {
            ROWS / (k * k).max(1) as f64
        } else {
            0.0
        };
        let counted = |counts: &[u64]| -> Vec<f64> {
            let own = |class: &usize| counts.get(*class).copied().unwrap_or(0) as f64;
            present.iter().map(own).collect()
        };
        let with = |counts: &[u64], more: f64| -> Vec<f64> {
            counted(counts).into_iter().map(|n| n + more).collect()
        };
        let place = |class: usize| present.binary_search(&class).ok();
        let seen = labels.cells.iter();
        let seen = seen.filter_map(|(i, j, n)| Some((place(*i)?, place(*j)?, *n as f64)));
        let mut cells: Vec<(usize, usize, f64)> = seen.collect();
        if more > 0.0 {
            let mut all: Vec<(usize, usize, f64)> =
                (0..k * k).map(|at| (at / k, at % k, more)).collect();
            for (i, j, n) in cells {
                if let Some(cell) = all.get_mut(i * k + j) {
                    cell.2 += n;
                }
            }
            cells = all;
        }
        let side = more * k as f64;
        Self {
            n: labels.n as f64 + side * k as f64,
            truth: with(&labels.truth, side),
            predicted: with(&labels.predicted, side),
            right: with(&labels.right, more),
            cells,
        }
    }

    /// How many classes there are.
    pub const fn classes(&self) -> usize {
        self.truth.len()
    }

    /// The standard error of a function of degree 0 with these derivatives by the counts, times what makes
    /// a normal quantile Student's.
    fn se(&self, derivative: impl Fn(usize, usize) -> f64) -> f64 {
        let (mut variance, mut fourth) = (0.0, 0.0);
        for (i, j, rows) in &self.cells {
            let moved = derivative(*i, *j);
            let square = moved * moved;
            variance += rows * square;
            fourth += rows * square * square;
        }
        if variance <= 0.0 {
            return 0.0;
        }
        let kurtosis = fourth * self.n / (variance * variance);
        let freedom = 2.0 * self.n / (kurtosis - 1.0).max(0.1);
        variance.sqrt() * student_t_quantile(0.975, freedom.max(2.0)) / Z
    }

    /// The interval of a value in [0, 1], which is `middle` with the row more.
    pub fn within_one(
        &self,
        middle: f64,
        derivative: impl Fn(usize, usize) -> f64,
    ) -> Option<Interval> {
        let rows = self.n as u64;
        match middle > 0.0 && middle < 1.0 {
            true => Some(logit(middle, self.se(derivative))),
            false => wilson(if middle >= 1.0 { rows } else { 0 }, rows),
        }
    }

    /// The interval of a value in [−1, 1], likewise.
    pub fn correlation(
        &self,
        middle: f64,
        derivative: impl Fn(usize, usize) -> f64,
    ) -> Option<Interval> {
        fisher_z(middle, self.se(derivative))
    }

    /// What a correlation of true and predicted labels is made of.
    pub fn agreement(&self) -> Agreement {
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let chance = product(&self.truth, &self.predicted);
        let right: f64 = self.right.iter().sum();
        Agreement {
            right,
            beyond_chance: self.n * right - chance,
            most: self.n * self.n - chance,
            spreads: (
                self.n * self.n - product(&self.predicted, &self.predicted),
                self.n * self.n - product(&self.truth, &self.truth),
            ),
        }
    }
}

/// What correlations of labels are made of, of counts that are no whole numbers.
pub(super) struct Agreement {
    right: f64,
    pub beyond_chance: f64,
    pub most: f64,
    pub spreads: (f64, f64),
}

impl Agreement {
    /// The derivative of `beyond_chance` by the count of (true i, predicted j).
    pub fn beyond_chance_by(&self, of: &Spread, i: usize, j: usize) -> f64 {
        let right = if i == j { of.n } else { 0.0 };
        self.right + right - of.predicted[i] - of.truth[j]
    }
}

/// A metric of one class: a · right / (b · true + c · predicted + d · right).
#[derive(Clone, Copy)]
pub(super) struct OfClass {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    /// Whether it is a share of true rows alone.
    of_true_rows: bool,
}

impl OfClass {
    pub const PRECISION: Self = Self {
        a: 1.0,
        b: 0.0,
        c: 1.0,
        d: 0.0,
        of_true_rows: false,
    };
    pub const RECALL: Self = Self {
        a: 1.0,
        b: 1.0,
        c: 0.0,
        d: 0.0,
        of_true_rows: true,
    };
    pub const JACCARD: Self = Self {
        a: 1.0,
        b: 1.0,
        c: 1.0,
        d: -1.0,
        of_true_rows: false,
    };

    /// F-beta, given β².
    pub const fn f(square: f64) -> Self {
        Self {
            a: 1.0 + square,
            b: square,
            c: 1.0,
            d: 0.0,
            of_true_rows: false,
        }
    }

    fn total(self, right: f64, truth: f64, predicted: f64) -> f64 {
        self.b * truth + self.c * predicted + self.d * right
    }

    /// The value of a class; 0 where it is of nothing, as in scikit-learn's averages.
    fn value(self, right: f64, truth: f64, predicted: f64) -> f64 {
        match self.total(right, truth, predicted) {
            of if of > 0.0 => self.a * right / of,
            _ => 0.0,
        }
    }
}

/// Rows of a class from which on an average of its classes, each weighing alike, has an interval.
const LEAST_OF_CLASS: u64 = 10;
/// Rows from which on one that weighs classes by their rows has.
const LEAST_WEIGHTED: u64 = 200;

/// The mean over classes, each weighing alike; `None` where there is none. `occurring`: only over those that
/// occur as outcome.
pub(super) fn macro_average(labels: &Confused, one: OfClass, occurring: bool) -> Option<Estimate> {
    let present = labels.present();
    let counts = |counts: &[u64], class: usize| counts.get(class).copied().unwrap_or(0);
    let taken = |class: &usize| !occurring || counts(&labels.truth, *class) > 0;
    let classes = present.iter().filter(|class| taken(class)).count() as f64;
    if classes == 0.0 {
        return None;
    }
    let value = |class: usize| {
        let [right, truth, predicted] =
            [&labels.right, &labels.truth, &labels.predicted].map(|c| counts(c, class) as f64);
        one.value(right, truth, predicted)
    };
    let sum: f64 = present.iter().filter(|c| taken(c)).map(|c| value(*c)).sum();
    let fewest = |class: &usize| match one.of_true_rows {
        true => counts(&labels.truth, *class),
        false => counts(&labels.truth, *class).min(counts(&labels.predicted, *class)),
    };
    let fewest = present.iter().filter(|c| taken(c)).map(fewest).min();
    let fewest = fewest.unwrap_or(0);
    let enough = fewest >= LEAST_OF_CLASS;
    let interval = || {
        let of = Spread::of(labels, &present);
        let own = |k: usize| one.value(of.right[k], of.truth[k], of.predicted[k]);
        let values: Vec<f64> = (0..of.classes()).map(own).collect();
        let by = derivatives(&of, one, &values);
        let weight = |k: usize| match present.get(k).filter(|class| taken(class)) {
            Some(_) => 1.0 / classes,
            None => 0.0,
        };
        let middle: f64 = values.iter().enumerate().map(|(k, v)| weight(k) * v).sum();
        of.within_one(middle, |i, j| by(i, j, &weight))
    };
    let interval = if enough { interval() } else { None };
    Some(Estimate::of(sum / classes, interval, labels.n).or_why(|| {
        let what = if one.of_true_rows {
            ""
        } else {
            " or predicted so"
        };
        too_few_of(fewest, what)
    }))
}

/// The mean specificity of the classes, each against the rest; `None` where nothing is compared. Where one class
/// alone occurs, no row is negative.
pub(super) fn macro_specificity(labels: &Confused) -> Option<Estimate> {
    let present = labels.present();
    if present.is_empty() {
        return None;
    }
    let classes = present.len() as f64;
    let one = |n: f64, truth: f64, predicted: f64, right: f64| {
        (n - truth - predicted + right) / (n - truth)
    };
    let counts = |counts: &[u64], class: usize| counts.get(class).copied().unwrap_or(0);
    if present
        .iter()
        .any(|class| counts(&labels.truth, *class) == labels.n)
    {
        return Some(Estimate::undefined("one class only", labels.n));
    }
    let value = |class: &usize| {
        let [truth, predicted, right] =
            [&labels.truth, &labels.predicted, &labels.right].map(|c| counts(c, *class) as f64);
        one(labels.n as f64, truth, predicted, right)
    };
    let sum: f64 = present.iter().map(value).sum();
    let fewest = present
        .iter()
        .map(|class| counts(&labels.truth, *class))
        .min();
    let fewest = fewest.unwrap_or(0);
    let interval = || {
        let of = Spread::of(labels, &present);
        let rest = |k: usize| of.n - of.truth[k];
        let values: Vec<f64> = (0..of.classes())
            .map(|k| one(of.n, of.truth[k], of.predicted[k], of.right[k]))
            .collect();
        // A row is one more right one of every class that it is neither of nor predicted as.
        let gain = |k: usize| (1.0 - values[k]) / rest(k);
        let all: f64 = (0..of.classes()).map(gain).sum();
        let middle = values.iter().sum::<f64>() / classes;
        of.within_one(middle, |i, j| {
            let lost = if i == j { 0.0 } else { 1.0 / rest(j) };
            (all - gain(i) - lost) / classes
        })
    };
    let enough = fewest >= LEAST_OF_CLASS;
    let interval = if enough { interval() } else { None };
    Some(Estimate::of(sum / classes, interval, labels.n).or_why(|| too_few_of(fewest, "")))
}

fn too_few_of(fewest: u64, what: &str) -> String {
    let are = if fewest == 1 { "row is" } else { "rows are" };
    format!("no interval: {fewest} {are} too few of a class{what}, it takes {LEAST_OF_CLASS}")
}

/// The mean over classes, each weighing as much as it has rows; there are some.
pub(super) fn weighted_average(labels: &Confused, one: OfClass) -> Estimate {
    let n = labels.n as f64;
    let classes = labels
        .right
        .iter()
        .zip(&labels.truth)
        .zip(&labels.predicted);
    let value = classes
        .map(|((right, truth), predicted)| {
            let [right, truth, predicted] = [right, truth, predicted].map(|n| *n as f64);
            truth / n * one.value(right, truth, predicted)
        })
        .sum::<f64>();
    let interval = || {
        let of = Spread::of(labels, &labels.present());
        let own = |k: usize| one.value(of.right[k], of.truth[k], of.predicted[k]);
        let values: Vec<f64> = (0..of.classes()).map(own).collect();
        let by = derivatives(&of, one, &values);
        let weight = |k: usize| of.truth[k] / of.n;
        let middle: f64 = values.iter().enumerate().map(|(k, v)| weight(k) * v).sum();
        of.within_one(middle, |i, j| {
            by(i, j, &weight) + (values[i] - middle) / of.n
        })
    };
    let enough = labels.n >= LEAST_WEIGHTED;
    let interval = if enough { interval() } else { None };
    Estimate::of(value, interval, labels.n)
        .or_why(|| super::measures::too_few_rows(labels.n, LEAST_WEIGHTED))
}

/// What a row of (true i, predicted j) changes in the sum of the classes' values, each times a weight.
fn derivatives<'a>(
    of: &'a Spread,
    one: OfClass,
    values: &'a [f64],
) -> impl Fn(usize, usize, &dyn Fn(usize) -> f64) -> f64 + 'a {
    let total = move |k: usize| one.total(of.right[k], of.truth[k], of.predicted[k]);
    let part = move |k: usize, change: f64, weight: &dyn Fn(usize) -> f64| match total(k) {
        of if of > 0.0 => weight(k) * change / of,
        _ => 0.0,
    };
    move |i, j, weight| {
        if i == j {
            let all = one.b + one.c + one.d;
            return part(i, one.a - values[i] * all, weight);
        }
        part(i, -values[i] * one.b, weight) + part(j, -values[j] * one.c, weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of three classes are right in 20 rows each, of the third 10 of 20.
    fn three() -> Confused {
        Confused::of(3, [(0, 0, 20), (1, 1, 20), (2, 2, 10), (2, 0, 10)])
    }

    #[test]
    fn averages_by_hand_and_about_them_their_intervals() {
        let recall = macro_average(&three(), OfClass::RECALL, false).unwrap();
        assert!((recall.value.unwrap() - 2.5 / 3.0).abs() < 1e-15);
        assert!(recall.low.unwrap() > 0.7 && recall.high.unwrap() < 0.95);
        let precision = weighted_average(&three(), OfClass::PRECISION);
        assert_eq!(precision.low, None);
        assert!((precision.value.unwrap() - (2.0 / 3.0 + 2.0) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_rare_class_leaves_no_interval_and_says_so() {
        let rare = Confused::of(3, [(0, 0, 190), (1, 1, 80), (2, 2, 9)]);
        let told = macro_average(&rare, OfClass::f(1.0), false).unwrap();
        assert_eq!((told.value, told.low), (Some(1.0), None));
        let why = "no interval: 9 rows are too few of a class or predicted so, it takes 10";
        assert_eq!(told.no_interval.as_deref(), Some(why));
        assert!(weighted_average(&rare, OfClass::f(1.0)).low.is_some());
        assert!(macro_average(&Confused::default(), OfClass::RECALL, true).is_none());
    }

    #[test]
    fn what_a_row_changes_is_a_derivative() {
        let of = Spread::of(&three(), &[0, 1, 2]);
        for one in [
            OfClass::PRECISION,
            OfClass::RECALL,
            OfClass::JACCARD,
            OfClass::f(4.0),
        ] {
            let sum = |of: &Spread| -> f64 {
                (0..3)
                    .map(|k| one.value(of.right[k], of.truth[k], of.predicted[k]))
                    .sum()
            };
            let own = |k: usize| one.value(of.right[k], of.truth[k], of.predicted[k]);
            let values: Vec<f64> = (0..3).map(own).collect();
            let by = derivatives(&of, one, &values);
            for at in 0..9 {
                let (i, j) = (at / 3, at % 3);
                let mut moved = Spread::of(&three(), &[0, 1, 2]);
                moved.truth[i] += 1e-6;
                moved.predicted[j] += 1e-6;
                if i == j {
                    moved.right[i] += 1e-6;
                }
                let change = (sum(&moved) - sum(&of)) / 1e-6;
                assert!((by(i, j, &|_| 1.0) - change).abs() < 1e-5, "{i} {j}");
            }
        }
    }

    /// True negatives are 40 − 10, 40 and 40 of as many rows of the other classes.
    #[test]
    fn specificity_by_hand() {
        let told = macro_specificity(&three()).unwrap();
        assert!((told.value.unwrap() - 2.75 / 3.0).abs() < 1e-15);
        assert!(told.low.unwrap() > 0.8 && told.high.unwrap() < 0.97);
        let alone = macro_specificity(&Confused::of(2, [(0, 0, 5)])).unwrap();
        assert_eq!(alone.undefined.as_deref(), Some("one class only"));
    }

    #[test]
    fn many_classes_are_no_trouble() {
        let many = Confused::of(1_000, (0..1_000).map(|k| (k, k, 12)));
        let told = macro_average(&many, OfClass::RECALL, true).unwrap();
        assert_eq!((told.value, told.high), (Some(1.0), Some(1.0)));
        assert!(told.low.unwrap() > 0.99);
    }
}
