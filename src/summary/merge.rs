//! Two Summaries of different rows as one.

use super::{Bucket, Cell, ColumnInfo, Series, Summary, Values};
use crate::log::{Role, Task};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The sentence on lists whose rows are in both.
const SPLIT: &str =
    "A query whose rows are in several of the Summaries that were merged counts as several lists.";

impl Summary {
    /// Adds the other's rows. The order of merging makes no difference, to the bit.
    ///
    /// # Errors
    /// A sentence, where the two were not made alike: another task, other labels, score edges,
    /// use of time or columns.
    pub fn merge(&mut self, other: &Self) -> Result<(), String> {
        let alike = [
            (self.schema == other.schema, "version"),
            (self.task == other.task, "task"),
            (self.labels == other.labels, "class labels"),
            (self.edges == other.edges, "edges of the score histogram"),
            (self.timed == other.timed, "use of time"),
            (
                self.models.is_none() || other.models.is_none() || self.models == other.models,
                "models",
            ),
            (
                self.columns
                    .iter()
                    .map(|c| &c.name)
                    .eq(other.columns.iter().map(|c| &c.name)),
                "columns",
            ),
        ];
        if let Some((_, what)) = alike.iter().find(|a| !a.0) {
            return Err(format!(
                "The two summaries differ in their {what}; make both with the same settings."
            ));
        }
        self.served |= other.served;
        let scored = |of: &Self| {
            let cells = of.series.iter().flat_map(|s| &s.buckets).map(|b| &b.cell);
            let mut classes = cells.filter_map(|c| c.classes.as_ref());
            classes.any(|c| c.by_class.is_some())
        };
        let differ = self.probabilistic != other.probabilistic && scored(self) && scored(other);
        self.probabilistic &= other.probabilistic;
        self.delays |= other.delays;
        self.streamed |= other.streamed;
        self.shapes = None;
        self.seasonal = match (self.seasonal.take(), &other.seasonal) {
            (Some(mut mine), Some(theirs)) => {
                Arc::make_mut(&mut mine).merge(theirs);
                Some(mine)
            }
            // It would not be of all rows.
            _ => None,
        };
        self.span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.as_of = self.as_of.max(other.as_of);
        if self.centre != other.centre {
            self.centre = None;
        }
        let (a, b) = (&mut self.counts, &other.counts);
        a.predictions += b.predictions;
        a.reference += b.reference;
        a.outcomes += b.outcomes;
        a.joined += b.joined;
        a.orphan_outcomes += b.orphan_outcomes;
        a.duplicate_outcomes += b.duplicate_outcomes;
        a.duplicate_predictions += b.duplicate_predictions;
        a.without_time += b.without_time;
        self.sources.extend(other.sources.iter().cloned());
        self.sources
            .sort_by(|a, b| (&a.name, a.bytes).cmp(&(&b.name, b.bytes)));
        self.rejected.extend(other.rejected.iter().cloned());
        self.rejected.sort();
        self.notes.extend(other.notes.iter().cloned());
        if self.has(Role::Query) {
            self.notes.push(SPLIT.into());
        }
        self.notes.sort();
        self.notes.dedup();
        self.versions = match (self.versions.take(), &other.versions) {
            (Some(a), Some(b)) => Some(values(&a, b)),
            (a, b) => a.or_else(|| b.clone()),
        };
        for theirs in &other.segments {
            match self.segments.iter_mut().find(|s| s.column == theirs.column) {
                Some(mine) => *mine = values(mine, theirs),
                None => self.segments.push(theirs.clone()),
            }
        }
        self.segments.sort_by(|a, b| a.column.cmp(&b.column));
        self.levels.extend_from_slice(&other.levels);
        self.levels.sort_unstable();
        self.levels.dedup();
        self.columns
            .iter_mut()
            .zip(&other.columns)
            .for_each(|(a, b)| column(a, b));
        self.models = self.models.take().or_else(|| other.models.clone());
        self.reference = self.reference.take().max(other.reference.clone());
        for theirs in &other.series {
            match self
                .series
                .iter_mut()
                .find(|s| s.slice == theirs.slice && s.size == theirs.size)
            {
                Some(mine) => series(mine, theirs),
                None => self.series.push(theirs.clone()),
            }
        }
        if differ {
            // Bins of probabilities and of scores on another scale are not the same.
            let scored = self.cells().filter_map(|c| c.classes.as_mut());
            scored.for_each(|classes| classes.by_class = None);
        }
        self.machine = match (self.machine.take(), &other.machine) {
            (Some(mut mine), Some(theirs)) => {
                Arc::make_mut(&mut mine).merge(theirs);
                Some(mine)
            }
            (mine, theirs) => mine.or_else(|| theirs.clone()),
        };
        self.ledger = match (self.ledger.take(), &other.ledger) {
            (Some(mut mine), Some(theirs)) => {
                Arc::make_mut(&mut mine).merge(theirs);
                Some(mine)
            }
            (mine, theirs) => mine.or_else(|| theirs.clone()),
        };
        self.merge_ledgers(other);
        self.series.iter_mut().for_each(Series::forget_rows);
        self.series
            .sort_by(|a, b| (&a.slice, a.size).cmp(&(&b.slice, b.size)));
        Ok(())
    }
}

impl Summary {
    /// Takes over what the rows of a later block show first: outcomes tell the task and the classes, scores
    /// the edges of their histogram. Nothing counted before contradicts them, for it lacks just these.
    pub(super) fn adopt(&mut self, block: &Self) {
        if self.task != block.task {
            (self.task, self.served) = (block.task, block.served);
            if block.task == Task::Regression {
                self.cells().for_each(|cell| cell.classes = None);
            }
        }
        self.relabel(&block.labels);
        if self.edges.is_empty() && !block.edges.is_empty() {
            self.edges.clone_from(&block.edges);
            self.probabilistic = block.probabilistic;
        }
        self.centre = block.centre;
    }

    /// Every cell of buckets and references.
    pub(super) fn cells(&mut self) -> impl Iterator<Item = &mut Cell> {
        self.series.iter_mut().flat_map(|series| {
            let buckets = series.buckets.iter_mut().map(|b| &mut b.cell);
            let own = series.reference_buckets.iter_mut().map(|b| &mut b.cell);
            buckets.chain(own).chain(&mut series.reference)
        })
    }

    /// Knows these classes, in this order, which are its own and perhaps others.
    fn relabel(&mut self, labels: &[String]) {
        if self.labels == labels {
            return;
        }
        let place = |label: &String| labels.iter().position(|l| l == label);
        let places: Vec<Option<usize>> = self.labels.iter().map(place).collect();
        let code = |old: u32| {
            let at = places.get(old as usize).copied().flatten();
            at.map_or(u32::MAX, |at| at as u32)
        };
        for classes in self.cells().filter_map(|c| c.classes.as_mut()) {
            for (truth, predicted, _) in &mut classes.confusion {
                (*truth, *predicted) = (code(*truth), code(*predicted));
            }
            classes.confusion.sort_unstable();
            if let Some(by_class) = &mut classes.by_class {
                by_class.relabel(code);
            }
        }
        self.labels = labels.to_vec();
    }
}

fn values(a: &Values, b: &Values) -> Values {
    let mut sum: BTreeMap<&String, u64> = BTreeMap::new();
    for (value, rows) in a.values.iter().chain(&b.values) {
        *sum.entry(value).or_default() += rows;
    }
    let mut values: Vec<(String, u64)> = sum.into_iter().map(|(v, n)| (v.clone(), n)).collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Values {
        column: a.column.clone(),
        values,
    }
}

fn column(a: &mut ColumnInfo, b: &ColumnInfo) {
    a.numbers += b.numbers;
    a.sum = a.sum.merge(&b.sum);
    a.min = [a.min, b.min].into_iter().flatten().reduce(f64::min);
    a.max = [a.max, b.max].into_iter().flatten().reduce(f64::max);
}

fn buckets(mine: &mut Vec<Bucket>, theirs: &[Bucket]) {
    let mut all: BTreeMap<_, Bucket> = BTreeMap::new();
    for bucket in mine.drain(..).chain(theirs.iter().cloned()) {
        match all.get_mut(&(bucket.start, bucket.end)) {
            Some(there) => there.cell.merge(&bucket.cell),
            None => {
                all.insert((bucket.start, bucket.end), bucket);
            }
        }
    }
    *mine = all.into_values().collect();
}

fn series(mine: &mut Series, theirs: &Series) {
    buckets(&mut mine.buckets, &theirs.buckets);
    buckets(&mut mine.reference_buckets, &theirs.reference_buckets);
    match (&mut mine.reference, &theirs.reference) {
        (Some(a), Some(b)) => a.merge(b),
        (a, b) => *a = a.take().or_else(|| b.clone()),
    }
    match (&mut mine.delay_s, &theirs.delay_s) {
        (Some(a), Some(b)) => a.merge(b),
        (a, b) => *a = a.take().or_else(|| b.clone()),
    }
}
