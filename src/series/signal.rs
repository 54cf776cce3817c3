//! Signals: measures of one thing by step of time, in cells that add up.

use super::{Durations, Measure, Unit, UpTo};
use serde::{Deserialize, Serialize};

/// What came and how long it was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The increase.
    pub increase: f64,
    /// Seconds of it.
    pub seconds: f64,
    /// The part of the increase that is of a time before these seconds: one of several series was silent then, and the
    /// others were not.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub early: f64,
    /// How many seconds before the step that time begins.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reach_s: f64,
    /// What series rose by a second that have one sample in the step: what it tells alone lacks them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lacking: f64,
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(x: &f64) -> bool {
    *x == 0.0
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
    /// The cells; of what rises as Prometheus tells it of each step alone.
    pub cells: Cells,
    /// The same with each rise from scrape to scrape in one step, so that steps add up: what totals are made of. `None`
    /// where the cells add up themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Cells>,
    /// When the samples of each step were in their middle, in seconds since 1970; told of what can be full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cells>,
}

impl Rate {
    /// Things a second.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.seconds > 0.0).then(|| self.increase / self.seconds)
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
    a.increase += b.increase;
    a.seconds += b.seconds;
    a.early += b.early;
    a.lacking += b.lacking;
    a.reach_s = a.reach_s.max(b.reach_s);
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

    pub(super) fn extend(&mut self, other: Self) {
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

    /// What came in a step; 0 where it is no rate or nothing was seen.
    #[must_use]
    pub fn increase(&self, number: i64) -> f64 {
        let Self::Rate(cells) = self else {
            return 0.0;
        };
        let at = cells.binary_search_by_key(&number, |c| c.0);
        at.map_or(0.0, |at| cells[at].1.increase)
    }

    /// Forgets what steps lack ([`Rate::lacking`]).
    pub(super) fn lack_nothing(&mut self) {
        if let Self::Rate(cells) = self {
            cells.iter_mut().for_each(|(_, rate)| rate.lacking = 0.0);
        }
    }

    /// Of the same kind, without any.
    pub(super) fn none_of(&self) -> Self {
        match self {
            Self::Rate(_) => Self::Rate(Vec::new()),
            Self::Share(_) => Self::Share(Vec::new()),
            Self::Level(_) => Self::Level(Vec::new()),
            Self::Durations(_) => Self::Durations(Vec::new()),
        }
    }

    /// What came in a range of steps (`from..to`); 0 where it is no rate or nothing was seen.
    #[must_use]
    pub fn came(&self, from: i64, to: i64) -> f64 {
        let Self::Rate(cells) = self else {
            return 0.0;
        };
        let range = cells.partition_point(|c| c.0 < from)..cells.partition_point(|c| c.0 < to);
        let cells = cells.get(range).unwrap_or_default();
        cells.iter().map(|c| c.1.increase).sum()
    }

    /// Lets go of cells from a step on.
    pub(super) fn keep_until(&mut self, number: i64) {
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
    pub(super) fn since(&self, number: i64) -> Self {
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

    pub(super) fn keep_from(&mut self, number: i64) {
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

    /// Numbers of the steps of which less than half is known, by the steps beside them: samples of a level, seconds of a
    /// rate, the whole of a share. Durations do not tell it.
    #[must_use]
    pub fn partly(&self) -> Vec<i64> {
        fn of<T>(cells: &[(i64, T)], known: impl Fn(&T) -> f64) -> Vec<i64> {
            let beside = |at: Option<usize>, number: i64| {
                let cell = cells.get(at?)?;
                (cell.0 == number).then(|| known(&cell.1))
            };
            let is_partly = |(at, cell): &(usize, &(i64, T))| {
                let before = beside(at.checked_sub(1), cell.0 - 1);
                let after = beside(at.checked_add(1), cell.0 + 1);
                let whole = before.into_iter().chain(after).reduce(f64::min);
                whole.is_some_and(|whole| known(&cell.1) * 2.0 < whole)
            };
            let found = cells.iter().enumerate().filter(is_partly);
            found.map(|(_, cell)| cell.0).collect()
        }
        match self {
            Self::Rate(cells) => of(cells, |c| c.seconds),
            Self::Share(cells) => of(cells, |c| c.whole),
            Self::Level(cells) => of(cells, |c| c.n),
            Self::Durations(_) => Vec::new(),
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
    /// The cells that add up over steps.
    #[must_use]
    pub const fn totals(&self) -> &Cells {
        match &self.counted {
            Some(cells) => cells,
            None => &self.cells,
        }
    }

    /// Whether it is of rows, of which each is known by itself.
    #[must_use]
    pub fn is_of_rows(&self) -> bool {
        let Cells::Durations(cells) = self.totals() else {
            return false;
        };
        let first = cells.first().map(|c| &c.1);
        matches!(first, Some(Durations::Rows(_) | Durations::Counted(_)))
    }

    /// How long things took in a range of steps (`from..to`) together: of rows by their sketch, of histograms by what
    /// adds up.
    #[must_use]
    pub fn durations(&self, from: i64, to: i64) -> Option<Durations> {
        match self.totals().durations(from, to) {
            Some(Durations::Counted(_)) => self.cells.durations(from, to),
            counted => counted,
        }
    }

    /// How many there were in a range of steps, and how many of them took at most so many seconds: of rows exact at the
    /// bounds by which they are counted, of histograms at theirs.
    #[must_use]
    pub fn up_to(&self, (from, to): (i64, i64), seconds: f64) -> Option<(f64, UpTo)> {
        let counted = self.totals().durations(from, to)?;
        let (count, up_to) = (counted.count(), counted.up_to(seconds));
        let sketch = self.cells.durations(from, to);
        Some(match sketch {
            Some(rows @ Durations::Rows(_)) if rows.count() == count => {
                (count, up_to.and(rows.up_to(seconds)))
            }
            _ => (count, up_to),
        })
    }

    /// With the cells that add up alone.
    #[must_use]
    pub fn only_totals(mut self) -> Self {
        if let Some(cells) = self.counted.take() {
            self.cells = cells;
        }
        self
    }

    /// First and last number of a step of which anything is known.
    #[must_use]
    pub fn ends(&self) -> Option<(i64, i64)> {
        let counted = self.counted.as_ref().and_then(Cells::ends);
        match (self.cells.ends(), counted) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        }
    }

    /// Brings its cells to other numbers of steps.
    pub(super) fn renumber(&mut self, number: impl Fn(i64) -> i64) {
        self.each(|cells| cells.renumber(&number));
    }

    /// Changes cells, and those that add up, alike.
    pub(super) fn each(&mut self, change: impl Fn(&mut Cells)) {
        change(&mut self.cells);
        let others = [&mut self.counted, &mut self.when];
        others.into_iter().flatten().for_each(change);
    }

    /// Adds the cells of another.
    pub(super) fn add(&mut self, other: Self, add: impl Fn(&mut Cells, Cells)) {
        if self.counted.is_some() || other.counted.is_some() {
            let mine = self.counted.take();
            let mut counted = mine.unwrap_or_else(|| self.cells.clone());
            add(&mut counted, other.totals().clone());
            self.counted = Some(counted);
        }
        add(&mut self.cells, other.cells);
        if let Some(theirs) = other.when {
            match &mut self.when {
                Some(mine) => add(mine, theirs),
                None => self.when = Some(theirs),
            }
        }
    }

    /// Adds what another of its measure and thing saw; what both saw in one step is taken as parts of it.
    pub(super) fn merge(&mut self, other: Self) {
        self.add(other, Cells::merge);
    }

    /// Whether two are of the same measure, thing and kind.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        (self.measure, &self.of, &self.what) == (other.measure, &other.of, &other.what)
            && std::mem::discriminant(&self.cells) == std::mem::discriminant(&other.cells)
    }
}
