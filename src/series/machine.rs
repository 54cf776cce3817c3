//! Measures of services by step of time: cells that add up, and no sample.

use super::anomalies::Anomaly;
use super::fine::{self, Fine};
use super::{Durations, Family, Measure, Step, Unit};
use serde::{Deserialize, Serialize};

/// What came and how long it was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The increase that its rate is of.
    pub increase: f64,
    /// Seconds of it.
    pub seconds: f64,
    /// All that came, where that is not the increase: of counters what rose from each sample to the next, each once and
    /// in the step of the later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<f64>,
}

/// A part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The part.
    pub part: f64,
    /// The whole.
    pub whole: f64,
}

/// What was seen of something that goes up and down.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Sum over the instants at which it was seen.
    pub sum: f64,
    /// How often.
    pub n: f64,
    /// Least.
    pub least: f64,
    /// Most.
    pub most: f64,
}

/// Cells by number of the step, rising.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cells {
    /// Counted things.
    Rate(Vec<(i64, Rate)>),
    /// Parts of a whole.
    Share(Vec<(i64, Share)>),
    /// What goes up and down.
    Level(Vec<(i64, Level)>),
    /// How long things took.
    Durations(Vec<(i64, Durations)>),
}

/// A measure of one thing over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// What is measured.
    pub measure: Measure,
    /// Of what: a service, a node, a GPU, a container.
    pub of: String,
    /// What tells it from others of that thing: a quantile; of a metric that no rule knows its name and labels.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// The metric or file that it is from.
    pub source: String,
    /// In what it is told, where the source says it and the measure does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The cells.
    pub cells: Cells,
}

/// Restarts told at most: the newest.
const RESTARTS: usize = 200;
/// Gaps in scrapes told at most: the newest.
const MISSED: usize = 200;
/// Unlike values told at most: the newest.
const ANOMALIES: usize = 500;

/// Measures of services by step of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The step of all cells.
    pub step: Step,
    /// First and last instant at which anything was seen.
    pub span: Option<(i64, i64)>,
    /// The measures, in the order of the page, then by thing.
    pub signals: Vec<Signal>,
    /// Those that error budgets are judged by in shorter steps, as far as these are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fine: Vec<Fine>,
    /// Restarts that were seen: by thing, how often a counter began anew, and when first.
    #[serde(default)]
    pub restarts: Vec<Restart>,
    /// Values that are unlike those before them; the newest.
    #[serde(default)]
    pub anomalies: Vec<Anomaly>,
    /// Times in which a live source gave nothing: from, to (exclusive).
    #[serde(default)]
    pub gaps: Vec<(i64, i64)>,
    /// Times in which scrapes of a source are missing; the newest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Missed>,
    /// How many sources are scraped.
    #[serde(default)]
    pub sources: usize,
    /// Sentences on what was assumed or left out.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A time in which scrapes of a source are missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missed {
    /// The last scrape before it (microseconds).
    pub from: i64,
    /// The first one after it.
    pub until: i64,
    /// Of what: an instance, a job or a file.
    pub of: String,
}

/// A counter that began anew.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Restart {
    /// First sample after it (microseconds).
    pub time: i64,
    /// What restarted.
    pub of: String,
}

impl Rate {
    /// Things a second.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.seconds > 0.0).then(|| self.increase / self.seconds)
    }

    /// All that came.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.came.unwrap_or(self.increase)
    }
}

impl Share {
    /// The share.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.whole > 0.0).then(|| self.part / self.whole)
    }
}

impl Level {
    /// One look.
    #[must_use]
    pub const fn seen(value: f64) -> Self {
        Self {
            sum: value,
            n: 1.0,
            least: value,
            most: value,
        }
    }

    /// The same in another unit: times a factor above 0.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self {
            sum: self.sum * factor,
            n: self.n,
            least: self.least * factor,
            most: self.most * factor,
        }
    }

    /// The mean.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.n > 0.0).then(|| self.sum / self.n)
    }

    /// Adds other looks at the same thing.
    pub fn merge(&mut self, other: &Self) {
        self.sum += other.sum;
        self.n += other.n;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }
}

/// Puts cells of one step together.
fn together<T: Clone>(
    cells: &mut Vec<(i64, T)>,
    number: impl Fn(i64) -> i64,
    add: impl Fn(&mut T, &T),
) {
    for cell in cells.iter_mut() {
        cell.0 = number(cell.0);
    }
    cells.sort_by_key(|c| c.0);
    let mut out: Vec<(i64, T)> = Vec::with_capacity(cells.len());
    for (number, cell) in cells.drain(..) {
        match out.last_mut() {
            Some(last) if last.0 == number => add(&mut last.1, &cell),
            _ => out.push((number, cell)),
        }
    }
    *cells = out;
}

fn add_rate(a: &mut Rate, b: &Rate) {
    a.came = (a.came.is_some() || b.came.is_some()).then(|| a.count() + b.count());
    a.increase += b.increase;
    a.seconds += b.seconds;
}

fn add_share(a: &mut Share, b: &Share) {
    a.part += b.part;
    a.whole += b.whole;
}

impl Cells {
    /// Brings them to other numbers of steps.
    pub(super) fn renumber(&mut self, number: impl Fn(i64) -> i64) {
        match self {
            Self::Rate(cells) => together(cells, number, add_rate),
            Self::Share(cells) => together(cells, number, add_share),
            Self::Level(cells) => together(cells, number, Level::merge),
            Self::Durations(cells) => together(cells, number, Durations::merge),
        }
    }

    fn extend(&mut self, other: Self) {
        match (self, other) {
            (Self::Rate(a), Self::Rate(b)) => a.extend(b),
            (Self::Share(a), Self::Share(b)) => a.extend(b),
            (Self::Level(a), Self::Level(b)) => a.extend(b),
            (Self::Durations(a), Self::Durations(b)) => a.extend(b),
            // One measure of one thing is always of one kind but for a metric that changed its own.
            _ => {}
        }
    }

    /// Adds others; what both saw in one step is taken as parts of it.
    pub(super) fn merge(&mut self, other: Self) {
        let later = self
            .ends()
            .zip(other.ends())
            .is_some_and(|(a, b)| a.1 < b.0);
        self.extend(other);
        if !later {
            self.renumber(|number| number);
        }
    }

    /// All that came in steps of these numbers (`from..to`); 0 where it is no rate or nothing was seen.
    #[must_use]
    pub fn count(&self, from: i64, to: i64) -> f64 {
        let Self::Rate(cells) = self else {
            return 0.0;
        };
        let range = cells.partition_point(|c| c.0 < from)..cells.partition_point(|c| c.0 < to);
        let cells = cells.get(range).unwrap_or_default().iter();
        cells.fold(0.0, |sum, (_, rate)| sum + rate.count())
    }

    /// Lets go of cells from a step on.
    fn keep_until(&mut self, number: i64) {
        fn of<T>(cells: &mut Vec<(i64, T)>, number: i64) {
            cells.truncate(cells.partition_point(|c| c.0 < number));
        }
        match self {
            Self::Rate(cells) => of(cells, number),
            Self::Share(cells) => of(cells, number),
            Self::Level(cells) => of(cells, number),
            Self::Durations(cells) => of(cells, number),
        }
    }

    /// The cells from a step on.
    fn since(&self, number: i64) -> Self {
        fn of<T: Clone>(cells: &[(i64, T)], number: i64) -> Vec<(i64, T)> {
            cells[cells.partition_point(|c| c.0 < number)..].to_vec()
        }
        match self {
            Self::Rate(cells) => Self::Rate(of(cells, number)),
            Self::Share(cells) => Self::Share(of(cells, number)),
            Self::Level(cells) => Self::Level(of(cells, number)),
            Self::Durations(cells) => Self::Durations(of(cells, number)),
        }
    }

    fn keep_from(&mut self, number: i64) {
        fn of<T>(cells: &mut Vec<(i64, T)>, number: i64) {
            cells.drain(..cells.partition_point(|c| c.0 < number));
        }
        match self {
            Self::Rate(cells) => of(cells, number),
            Self::Share(cells) => of(cells, number),
            Self::Level(cells) => of(cells, number),
            Self::Durations(cells) => of(cells, number),
        }
    }

    /// First and last number of a step.
    #[must_use]
    pub fn ends(&self) -> Option<(i64, i64)> {
        fn of<T>(cells: &[(i64, T)]) -> Option<(i64, i64)> {
            Some((cells.first()?.0, cells.last()?.0))
        }
        match self {
            Self::Rate(cells) => of(cells),
            Self::Share(cells) => of(cells),
            Self::Level(cells) => of(cells),
            Self::Durations(cells) => of(cells),
        }
    }

    /// The value of each step, or of those in a range of numbers (`from..to`) all together.
    #[must_use]
    pub fn total(&self, from: i64, to: i64) -> Option<f64> {
        fn sum<T: Clone>(
            cells: &[(i64, T)],
            (from, to): (i64, i64),
            add: impl Fn(&mut T, &T),
        ) -> Option<T> {
            let range = cells.partition_point(|c| c.0 < from)..cells.partition_point(|c| c.0 < to);
            let mut cells = cells.get(range)?.iter().map(|c| &c.1);
            let mut total = cells.next()?.clone();
            cells.for_each(|c| add(&mut total, c));
            Some(total)
        }
        let range = (from, to);
        match self {
            Self::Rate(cells) => sum(cells, range, add_rate)?.value(),
            Self::Share(cells) => sum(cells, range, add_share)?.value(),
            Self::Level(cells) => sum(cells, range, Level::merge)?.value(),
            Self::Durations(cells) => sum(cells, range, Durations::merge)?.quantile(0.5),
        }
    }

    /// The durations of one step.
    #[must_use]
    pub fn durations_at(&self, number: i64) -> Option<&Durations> {
        let Self::Durations(cells) = self else {
            return None;
        };
        let at = cells.binary_search_by_key(&number, |c| c.0).ok()?;
        Some(&cells[at].1)
    }

    /// The durations of a range of steps together.
    #[must_use]
    pub fn durations(&self, from: i64, to: i64) -> Option<Durations> {
        let Self::Durations(cells) = self else {
            return None;
        };
        let range = cells.partition_point(|c| c.0 < from)..cells.partition_point(|c| c.0 < to);
        let mut cells = cells.get(range)?.iter().map(|c| &c.1);
        let mut total = cells.next()?.clone();
        cells.for_each(|c| total.merge(c));
        Some(total)
    }
}

impl Signal {
    /// Whether two are of the same measure, thing and kind.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        (self.measure, &self.of, &self.what) == (other.measure, &other.of, &other.what)
            && std::mem::discriminant(&self.cells) == std::mem::discriminant(&other.cells)
    }
}

impl Machine {
    /// Nothing, at a step.
    #[must_use]
    pub const fn new(step: Step) -> Self {
        Self {
            step,
            span: None,
            signals: Vec::new(),
            fine: Vec::new(),
            restarts: Vec::new(),
            anomalies: Vec::new(),
            gaps: Vec::new(),
            missed: Vec::new(),
            sources: 0,
            notes: Vec::new(),
        }
    }

    /// Brings all cells to a longer step, but for those that have a step of their own.
    pub fn coarsen(&mut self, step: Step) {
        if step > self.step {
            let finer = self.step;
            for signal in &mut self.signals {
                signal.cells.renumber(|number| step.holds(finer, number));
            }
            self.step = step;
        }
    }

    /// Adds what another machine saw: in other steps, or of other things. What both saw of one thing in one step is
    /// taken as parts of it.
    pub fn merge(&mut self, other: &Self) {
        let step = self.step.max(other.step);
        self.coarsen(step);
        let mut other = other.clone();
        other.coarsen(step);
        for theirs in other.signals {
            match self.signals.iter_mut().find(|s| s.is(&theirs)) {
                Some(mine) => mine.cells.merge(theirs.cells),
                None => self.signals.push(theirs),
            }
        }
        fine::merge(&mut self.fine, other.fine);
        self.span = match (self.span, other.span) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self.restarts.extend(other.restarts);
        self.anomalies.extend(other.anomalies);
        self.gaps.extend(other.gaps);
        self.missed.extend(other.missed);
        self.sources = self.sources.max(other.sources);
        self.notes.extend(other.notes);
        self.settle();
    }

    /// Puts what is known anew of the steps from one on in the place of what was known of them. Both have one step.
    pub fn renew(&mut self, from: i64, newer: Self) {
        for signal in &mut self.signals {
            signal.cells.keep_until(from);
        }
        for theirs in newer.signals {
            match self.signals.iter_mut().find(|s| s.is(&theirs)) {
                Some(mine) => {
                    mine.cells.extend(theirs.cells);
                    mine.source = theirs.source;
                }
                None => self.signals.push(theirs),
            }
        }
        self.signals.retain(|s| s.cells.ends().is_some());
        let start = self.step.start(from);
        for fine in &mut self.fine {
            fine.signal.cells.keep_until(fine.step.of(start));
        }
        fine::merge(&mut self.fine, newer.fine);
        self.span = newer.span;
        self.restarts = newer.restarts;
        self.anomalies = newer.anomalies;
        self.gaps = newer.gaps;
        self.missed = newer.missed;
        self.sources = newer.sources;
        self.notes = newer.notes;
        self.settle();
    }

    /// What is known of the steps from one on, as [`Machine::keep_from`] leaves it.
    #[must_use]
    pub fn since(&self, number: i64) -> Self {
        fn of(signal: &Signal, number: i64) -> Option<Signal> {
            let cells = signal.cells.since(number);
            cells.ends().is_some().then(|| Signal {
                measure: signal.measure,
                of: signal.of.clone(),
                what: signal.what.clone(),
                source: signal.source.clone(),
                unit: signal.unit,
                cells,
            })
        }
        let start = self.step.start(number);
        let fine = |f: &Fine| {
            let signal = of(&f.signal, f.step.of(start))?;
            Some(Fine {
                step: f.step,
                signal,
            })
        };
        Self {
            step: self.step,
            span: self.span,
            signals: self.signals.iter().filter_map(|s| of(s, number)).collect(),
            fine: self.fine.iter().filter_map(fine).collect(),
            restarts: self.restarts.clone(),
            anomalies: self.anomalies.clone(),
            gaps: self.gaps.clone(),
            missed: self.missed.clone(),
            sources: self.sources,
            notes: self.notes.clone(),
        }
    }

    /// Lets go of cells before a step.
    pub fn keep_from(&mut self, number: i64) {
        self.signals.retain_mut(|signal| {
            signal.cells.keep_from(number);
            signal.cells.ends().is_some()
        });
        let start = self.step.start(number);
        self.fine.retain_mut(|fine| {
            fine.signal.cells.keep_from(fine.step.of(start));
            fine.signal.cells.ends().is_some()
        });
    }

    /// Lets go of cells from a step on.
    pub fn keep_until(&mut self, number: i64) {
        self.signals.retain_mut(|signal| {
            signal.cells.keep_until(number);
            signal.cells.ends().is_some()
        });
    }

    /// Puts everything into its order.
    pub fn settle(&mut self) {
        self.signals
            .sort_by(|a, b| (a.measure, &a.of, &a.what).cmp(&(b.measure, &b.of, &b.what)));
        self.fine.sort_by(|a, b| {
            let place = |f: &Fine| (f.signal.measure, f.signal.of.clone(), f.signal.what.clone());
            place(a).cmp(&place(b))
        });
        self.restarts.sort();
        self.restarts.dedup();
        let more = self.restarts.len().saturating_sub(RESTARTS);
        self.restarts.drain(..more);
        self.anomalies.sort_by(|a, b| {
            (a.time, a.measure, &a.of, &a.what).cmp(&(b.time, b.measure, &b.of, &b.what))
        });
        self.anomalies.dedup();
        let more = self.anomalies.len().saturating_sub(ANOMALIES);
        self.anomalies.drain(..more);
        self.gaps.sort_unstable();
        self.gaps.dedup();
        self.missed.sort();
        self.missed.dedup();
        let more = self.missed.len().saturating_sub(MISSED);
        self.missed.drain(..more);
        self.notes.sort();
        self.notes.dedup();
    }

    /// The signals of a measure.
    pub fn of(&self, measure: Measure) -> impl Iterator<Item = &Signal> {
        self.signals.iter().filter(move |s| s.measure == measure)
    }

    /// Whether anything is known of a family.
    #[must_use]
    pub fn tells(&self, family: Family) -> bool {
        self.signals.iter().any(|s| s.measure.family() == family)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn machine(step: Step, numbers: std::ops::Range<i64>) -> Machine {
        let cell = |number| {
            let mut rate = Rate::default();
            (rate.increase, rate.seconds) = (10.0, step.seconds());
            (number, rate)
        };
        Machine {
            signals: vec![Signal {
                measure: Measure::Requests,
                of: "a".into(),
                what: String::new(),
                source: "x".into(),
                unit: None,
                cells: Cells::Rate(numbers.map(cell).collect()),
            }],
            ..Machine::new(step)
        }
    }

    #[test]
    fn machines_add_up_in_any_order_at_the_longer_step() {
        let minute = Step::at_least(60_000_000);
        let (a, b) = (machine(minute, 0..10), machine(Step::FINEST, 600..900));
        let mut one = a.clone();
        one.merge(&b);
        let mut other = b.clone();
        other.merge(&a);
        assert_eq!(one, other);
        assert_eq!(one.step, minute);
        let total = one.signals[0].cells.total(0, 100).unwrap();
        assert!((total - 3_100.0 / 900.0).abs() < 1e-12, "{total}");
        assert_eq!(one.signals[0].cells.total(15, 100), None);
    }
}
