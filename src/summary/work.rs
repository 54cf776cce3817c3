//! The running counts of one cell while its rows pass by.

use super::Slice;
use super::build::{Builder, sparse};
use super::cell::{CALIBRATION_BINS, Cell, Classes, Moments, Numbers, RANKS, Service, Tenth};
use super::class_scores::ClassScoresWork;
use super::in_order::InOrderWork;
use super::label_sets::LabelSetsWork;
use super::masses::MassesWork;
use super::models::ModelsWork;
use super::quantile_work::QuantileWork;
use super::relative::RelativeWork;
use crate::log::{NO_SET, Role, Task, Truth};
use crate::stats::exact_sum::{ExactSum, Sum};
use crate::stats::sketch::{LogCounter, LogHistogram};
use crate::table::Column;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Count, sum and sum of squares.
#[derive(Default)]
pub(super) struct Running {
    n: u64,
    sum: ExactSum,
    square: ExactSum,
}

impl Running {
    /// Counts a value; both sums are exact.
    pub fn add(&mut self, x: f64) {
        self.n += 1;
        self.sum.add(x);
        self.square.add_product(x, x);
    }

    /// Counts a loss. Its square is rounded before it is added, which no order of rows changes: the
    /// mean of losses is of the size of their spread, so that no digit of it is lost.
    fn add_loss(&mut self, x: f64) {
        self.n += 1;
        self.sum.add(x);
        self.square.add(x * x);
    }

    pub fn take(&mut self) -> Moments {
        if self.n == 0 {
            return Moments::default();
        }
        let out = Moments {
            n: self.n,
            sum: self.sum.to_sum(),
            square: self.square.to_sum(),
        };
        self.n = 0;
        self.sum.clear();
        self.square.clear();
        out
    }
}

/// The running counts of one cell.
pub(super) struct Work {
    rows: u64,
    labelled: u64,
    confusion: BTreeMap<(u32, u32), u64>,
    /// Confusion counts of up to 16 labels, where a table is faster than a tree.
    table: Vec<u64>,
    bins: [Vec<u64>; 3],
    log_loss: Running,
    squared: Running,
    /// Rows, positive ones and probabilities by tenth; empty where they are not counted.
    tenths: Vec<(u64, u64, ExactSum)>,
    /// Probabilities by the outcome; `None` where they are not counted.
    masses: Option<Box<MassesWork>>,
    /// The same of several classes.
    by_class: Option<Box<ClassScoresWork>>,
    /// Rows by rank of the true class; empty where they are not counted.
    ranks: Vec<u64>,
    error: Running,
    outcome: Running,
    regression: [ExactSum; 8],
    /// Errors beside the size of the outcome; `None` where they are not counted.
    relative: Option<Box<RelativeWork>>,
    /// Errors and outcomes in their order; likewise.
    in_order: Option<Box<InOrderWork>>,
    /// Predicted quantiles; `None` where there are none.
    quantiles: Option<QuantileWork>,
    /// Sets of labels; `None` where rows have none.
    sets: Option<Box<LabelSetsWork>>,
    /// Several models; `None` where they are not counted.
    models: Option<Box<ModelsWork>>,
    statuses: u64,
    failed: u64,
    latency: LogCounter,
    means: [Running; 3],
    delay: LogCounter,
    missing: Vec<u64>,
    /// Whether delays, means and missing cells are counted too.
    full: bool,
}

const SMALL: usize = 16;

impl Work {
    /// Empty counts; `full`: also of delays, means and missing cells.
    pub fn new(builder: &Builder, full: bool) -> Self {
        let bins = builder.edges.len().saturating_sub(1);
        let k = builder.log.labels.len();
        Self {
            rows: 0,
            labelled: 0,
            confusion: BTreeMap::new(),
            table: if k <= SMALL {
                vec![0; k * k]
            } else {
                Vec::new()
            },
            bins: std::array::from_fn(|_| vec![0; bins]),
            log_loss: Running::default(),
            squared: Running::default(),
            tenths: match builder.log.task {
                Some(Task::Binary | Task::Multiclass) if full && builder.log.probabilistic => {
                    vec![Default::default(); CALIBRATION_BINS]
                }
                _ => Vec::new(),
            },
            masses: (full && builder.log.task == Some(Task::Binary) && builder.log.probabilistic)
                .then(|| Box::new(MassesWork::new())),
            by_class: (full && !builder.facts.class_bins.is_empty())
                .then(|| Box::new(ClassScoresWork::new(builder.facts.class_bins.len()))),
            ranks: match full && !builder.facts.rank.is_empty() {
                true => vec![0; RANKS + 1],
                false => Vec::new(),
            },
            error: Running::default(),
            outcome: Running::default(),
            regression: std::array::from_fn(|_| ExactSum::default()),
            relative: (full && builder.log.task == Some(Task::Regression)).then(Box::default),
            in_order: (full && builder.log.task == Some(Task::Regression)).then(Box::default),
            quantiles: builder
                .facts
                .quantiles
                .as_ref()
                .map(|facts| QuantileWork::new(facts, full)),
            sets: (builder.log.task == Some(Task::Multilabel))
                .then(|| Box::new(LabelSetsWork::new(k))),
            models: None,
            statuses: 0,
            failed: 0,
            latency: LogCounter::default(),
            means: std::array::from_fn(|_| Running::default()),
            delay: LogCounter::default(),
            missing: if full {
                vec![0; builder.log.columns.len()]
            } else {
                Vec::new()
            },
            full,
        }
    }

    /// Counts a label and a score.
    fn add_class(&mut self, builder: &Builder, row: usize) {
        let log = &builder.log;
        let truth = log.truth.label(row);
        if let (Some(t), Some(p)) = (truth, log.predicted.label(row)) {
            match self
                .table
                .get_mut(t as usize * log.labels.len() + p as usize)
            {
                Some(n) => *n += 1,
                None => *self.confusion.entry((t, p)).or_default() += 1,
            }
        }
        if let Some(bin) = builder.facts.bin.get(row).filter(|b| **b != u32::MAX) {
            let side = match truth {
                Some(1) => 0,
                Some(_) => 1,
                None => 2,
            };
            self.bins[side][*bin as usize] += 1;
        }
    }

    /// Counts a probability beside an outcome.
    fn add_probability(&mut self, probability: f64, positive: bool) {
        if let Some((rows, positives, sum)) = self.tenths.get_mut(Tenth::of(probability)) {
            *rows += 1;
            *positives += u64::from(positive);
            sum.add(probability);
        }
        if let Some(masses) = &mut self.masses {
            masses.add(probability, positive);
        }
    }

    fn add_number(&mut self, y: f64, p: f64, centre: f64) {
        let e = p - y;
        if !e.is_finite() {
            return;
        }
        if let Some(relative) = &mut self.relative {
            relative.add(y, p, centre);
        }
        if let Some(in_order) = &mut self.in_order {
            in_order.add(y, e);
        }
        let (d, e2) = (y - centre, e * e);
        let d2 = d * d;
        self.error.add(e);
        self.outcome.add(y);
        for (sum, x) in self.regression.iter_mut().zip([
            e.abs(),
            e2 * e2,
            d,
            d2,
            d2 * d,
            d2 * d2,
            e2 * d,
            e2 * d2,
        ]) {
            // A power beyond every number makes the sum so, instead of being left out of it.
            sum.add(x.clamp(-f64::MAX, f64::MAX));
        }
    }

    /// Counts missing cells of rows, column by column: a row at a time would touch every column's
    /// memory for each row. Nothing where they are not counted.
    fn add_missing(&mut self, builder: &Builder, rows: &[u32]) {
        for (missing, column) in self.missing.iter_mut().zip(&builder.log.columns) {
            if !column.gaps {
                continue;
            }
            let rows = rows.iter().map(|r| *r as usize);
            *missing += match &column.cells {
                Column::Number(v) => rows.filter(|r| v[*r].is_nan()).count(),
                Column::Presence(v) => rows.filter(|r| v[*r] == 0).count(),
                other => rows.filter(|r| other.is_missing(*r)).count(),
            } as u64;
        }
    }

    /// The counts, if there was a row; afterwards they are empty again.
    pub fn take(&mut self, builder: &Builder) -> Option<Cell> {
        if self.rows == 0 {
            return None;
        }
        let log = &builder.log;
        let task = log.task;
        let classes = matches!(task, Some(Task::Binary | Task::Multiclass))
            .then(|| self.take_classes(log.labels.len()));
        let numbers =
            (task == Some(Task::Regression) && self.error.n > 0).then(|| self.take_numbers());
        let quantiles = match (&mut self.quantiles, &builder.facts.quantiles) {
            (Some(work), Some(facts)) => work.take(facts),
            _ => None,
        };
        let serves = !log.latency_ms.is_empty()
            || !log.failed.is_empty()
            || self.means.iter().any(|m| m.n > 0);
        let service = serves.then(|| Service {
            statuses: std::mem::take(&mut self.statuses),
            failed: std::mem::take(&mut self.failed),
            latency_ms: self.latency.take(),
            means: std::array::from_fn(|i| self.means[i].take()),
        });
        let delay = if self.full {
            self.delay.take()
        } else {
            LogHistogram::default()
        };
        let missing = self.missing.clone();
        self.missing.iter_mut().for_each(|m| *m = 0);
        Some(Cell {
            rows: std::mem::take(&mut self.rows),
            labelled: std::mem::take(&mut self.labelled),
            classes,
            numbers,
            quantiles,
            sets: self.sets.as_mut().and_then(|s| s.take()),
            lists: None,
            service,
            models: self.models.as_mut().map(|m| m.take()).unwrap_or_default(),
            delay_s: (delay.count() > 0).then_some(delay),
            missing,
        })
    }

    fn take_classes(&mut self, k: usize) -> Classes {
        let mut confusion: Vec<(u32, u32, u64)> = (0u32..)
            .zip(&self.table)
            .filter(|c| *c.1 > 0)
            .map(|(i, n)| (i / k.max(1) as u32, i % k.max(1) as u32, *n))
            .collect();
        confusion.extend(
            std::mem::take(&mut self.confusion)
                .into_iter()
                .map(|((t, p), n)| (t, p, n)),
        );
        self.table.iter_mut().for_each(|n| *n = 0);
        let [positive, negative, unlabelled] = std::array::from_fn(|i| sparse(&self.bins[i]));
        self.bins.iter_mut().flatten().for_each(|n| *n = 0);
        Classes {
            confusion,
            positive,
            negative,
            unlabelled,
            log_loss: self.log_loss.take(),
            squared_error: self.squared.take(),
            calibration: self.tenths.iter_mut().map(take_tenth).collect(),
            ranks: self.ranks.iter_mut().map(std::mem::take).collect(),
            masses: self.masses.as_mut().and_then(|m| m.take()),
            by_class: self.by_class.as_mut().and_then(|c| c.take()),
        }
    }

    fn take_numbers(&mut self) -> Numbers {
        let sums: [Sum; 8] = std::array::from_fn(|i| self.regression[i].to_sum());
        self.regression.iter_mut().for_each(ExactSum::clear);
        let [absolute, fourth, d, d2, d3, d4, e2d, e2d2] = sums;
        Numbers {
            error: self.error.take(),
            absolute,
            fourth,
            outcome: self.outcome.take(),
            centred: [d, d2, d3, d4],
            mixed: [e2d, e2d2],
            relative: self.relative.as_mut().map(|r| r.take()),
            in_order: self.in_order.as_mut().map(|o| o.take()),
        }
    }
}

fn take_tenth((rows, positive, sum): &mut (u64, u64, ExactSum)) -> Tenth {
    let out = Tenth {
        rows: std::mem::take(rows),
        positive: std::mem::take(positive),
        sum: sum.to_sum(),
    };
    if out.rows > 0 {
        sum.clear();
    }
    out
}

/// The place of a role among the means of [`Service`].
fn mean_of(role: Role) -> Option<usize> {
    match role {
        Role::Bytes => Some(0),
        Role::Cpu => Some(1),
        Role::Memory => Some(2),
        _ => None,
    }
}

/// The cells of a family of slices while the rows of one bucket pass by, statistic by statistic: a loop
/// that does one thing is short, and reads few columns.
pub(super) struct Family<'a> {
    builder: &'a Builder,
    works: Vec<Work>,
    /// The slice of each row; empty where there is one slice and all rows are in it.
    group: &'a [u32],
    /// Likewise of rows whose models are compared, whatever the version of the slice.
    compared: Cow<'a, [u32]>,
}

impl<'a> Family<'a> {
    /// Empty cells; `full`: also of delays, means and missing cells.
    pub fn new(builder: &'a Builder, slices: usize, group: &'a [u32], full: bool) -> Self {
        Self {
            builder,
            works: (0..slices).map(|_| Work::new(builder, full)).collect(),
            group,
            compared: Cow::Borrowed(group),
        }
    }

    /// Compares the models of a slice too, where there are several.
    pub fn compare(&mut self, slice: &Slice) {
        let [work] = self.works.as_mut_slice() else {
            return;
        };
        work.models = ModelsWork::new(&self.builder.log, slice);
        let Some(found) = &self.builder.log.instances else {
            return;
        };
        let mut others = slice.clone();
        match &found.by {
            None => others.version = None,
            Some(by) => others.values.retain(|v| v.column != *by),
        }
        if others != *slice {
            self.compared = Cow::Owned(self.builder.members(&others));
        }
    }

    /// Counts rows.
    pub fn add(&mut self, rows: &[u32]) {
        let builder = self.builder;
        let (log, facts) = (&builder.log, &builder.facts);
        self.each(rows, |work, row| {
            work.rows += 1;
            work.labelled += u64::from(log.truth.has(row));
        });
        match (log.task, &log.truth, &log.predicted) {
            (Some(Task::Regression), Truth::Numbers(truth), Truth::Numbers(predicted)) => {
                self.each(rows, |work, row| {
                    work.add_number(truth[row], predicted[row], builder.centre);
                });
            }
            (Some(Task::Multilabel), Truth::Sets(truth), Truth::Sets(predicted)) => {
                self.each(rows, |work, row| {
                    let (truth, predicted) = (truth[row], predicted[row]);
                    if let (Some(sets), true) =
                        (&mut work.sets, truth != NO_SET && predicted != NO_SET)
                    {
                        sets.add(truth, predicted);
                    }
                });
            }
            (Some(Task::Binary | Task::Multiclass), ..) => {
                self.each(rows, |work, row| work.add_class(builder, row));
            }
            _ => {}
        }
        if !facts.log_loss.is_empty() {
            self.each(rows, |work, row| {
                if !facts.log_loss[row].is_nan() {
                    work.log_loss.add_loss(facts.log_loss[row]);
                    work.squared.add_loss(facts.squared[row]);
                }
            });
        }
        if let Some(facts) = &facts.quantiles {
            self.each(rows, |work, row| {
                if let Some(quantiles) = &mut work.quantiles {
                    quantiles.add(facts, log, row);
                }
            });
        }
        if !log.failed.is_empty() {
            self.each(rows, |work, row| {
                work.statuses += u64::from(log.failed[row] < 2);
                work.failed += u64::from(log.failed[row] == 1);
            });
        }
        if !log.latency_ms.is_empty() {
            self.each(rows, |work, row| {
                let latency = log.latency_ms[row];
                work.latency.add_in(latency, facts.latency_bucket[row]);
            });
        }
        if !facts.delay.is_empty() {
            self.each(rows, |work, row| {
                let (delay, bucket) = facts.delay[row];
                work.delay.add_in(delay, bucket);
            });
        }
        if self.works.iter().any(|w| w.full) {
            self.add_rest(rows);
        }
    }

    /// Counts what is counted in full only.
    fn add_rest(&mut self, rows: &[u32]) {
        let builder = self.builder;
        let (log, facts) = (&builder.log, &builder.facts);
        if log.task == Some(Task::Binary) && log.probabilistic && !log.score.is_empty() {
            self.each(rows, |work, row| {
                let probability = log.score[row];
                if let Some(label) = log.truth.label(row).filter(|_| !probability.is_nan()) {
                    work.add_probability(probability, label == 1);
                }
            });
        }
        if log.task == Some(Task::Multiclass) && log.probabilistic && !log.class_scores.is_empty() {
            self.each(rows, |work, row| {
                // Only rows with an outcome and all probabilities have a loss.
                if facts.log_loss.get(row).is_some_and(|loss| !loss.is_nan())
                    && let Some((class, most)) = log.most_probable(row)
                {
                    work.add_probability(most, log.truth.label(row) == Some(class));
                }
            });
        }
        if let [work] = self.works.as_mut_slice()
            && let Some(models) = &mut work.models
        {
            let is_in = |row: &&u32| self.compared.get(**row as usize).is_none_or(|g| *g == 0);
            let rows = rows.iter().filter(is_in);
            rows.for_each(|row| models.add(log, &builder.facts, *row as usize));
        }
        if !builder.facts.rank.is_empty() {
            self.each(rows, |work, row| {
                if let Some(n) = work.ranks.get_mut(builder.facts.rank[row] as usize) {
                    *n += 1;
                }
            });
        }
        if !builder.facts.class_bins.is_empty() {
            self.each(rows, |work, row| {
                if let (Some(by_class), Some(label)) = (&mut work.by_class, log.truth.label(row)) {
                    by_class.add(&builder.facts.class_bins, row, label);
                }
            });
        }
        for (role, column) in log.columns.iter().map(|c| (c.role, &c.cells)) {
            if let (Some(place), Column::Number(v)) = (mean_of(role), column) {
                self.each(rows, |work, row| {
                    if !v[row].is_nan() {
                        work.means[place].add(v[row]);
                    }
                });
            }
        }
        let group = self.group;
        for (at, work) in (0u32..).zip(&mut self.works) {
            if group.is_empty() {
                work.add_missing(builder, rows);
            } else {
                let is_member = |r: &u32| group[*r as usize] == at;
                let members: Vec<u32> = rows.iter().copied().filter(is_member).collect();
                work.add_missing(builder, &members);
            }
        }
    }

    /// The cells, if there was a row; afterwards they are empty again.
    pub fn take(&mut self) -> impl Iterator<Item = Option<Cell>> {
        self.works.iter_mut().map(|work| work.take(self.builder))
    }

    /// Delays of each slice since they were taken last, where its cells do not tell them.
    pub fn take_delays(&mut self) -> impl Iterator<Item = Option<LogHistogram>> {
        let take = |work: &mut Work| (!work.full).then(|| work.delay.take());
        let delays = self.works.iter_mut().map(take);
        delays.map(|d| d.filter(|d| d.count() > 0))
    }

    #[inline(always)]
    fn each(&mut self, rows: &[u32], mut count: impl FnMut(&mut Work, usize)) {
        match (self.works.as_mut_slice(), self.group) {
            ([work], []) => rows.iter().for_each(|row| count(work, *row as usize)),
            (works, group) => {
                for row in rows {
                    if let Some(work) = works.get_mut(group[*row as usize] as usize) {
                        count(work, *row as usize);
                    }
                }
            }
        }
    }
}
