//! From samples that come in to a [`Machine`] that grows: the same cells as of one set with all samples, in bounded
//! memory.
//!
//! Samples are kept until late ones are not to be expected any more; then they are let go, but for what cells of steps
//! that go on depend on ([`crate::series::run`]). Where a step is over it is *closed*: its cells stay.
//!
//! **Steps.** Cells are made in steps of each length from the shortest on, all of them of the samples: the increase of a
//! counter in five minutes is not what it rose in each of these, as it also rises, and begins anew, between two of them.
//! So where there would be more than [`MOST_STEPS`] steps, those of the next length take their place, and each number is
//! what one set with all samples gives, to the bit. What longer steps hold is a third of what the shown ones do. Error
//! budgets are judged in steps that stay short for longer ([`crate::series::fine`]): of requests, errors and durations
//! the cells of shorter steps are kept, up to a bound of their own; and those of everything else, from which a marked
//! period is compared, up to another.
//!
//! Steps shorter than four scrapes of most sources are let go of as soon as it is known how far these are apart.
//!
//! **Bound.** Samples of [`LATE`] and two of the shortest steps; of each series what a step of each length goes on from;
//! [`MOST_STEPS`] cells of each measure of each thing; and in shorter steps [`MOST_CELLS`] of those that no budget is
//! judged by.
//!
//! **Samples dated far from all others** are left out, as in files, and it is said ([`far`]).
//!
//! **What differs from one set with all samples.** Samples that came too late are missing, which a note says. Where
//! several metrics tell the same thing, the one that tells most is chosen of what is there when a step is closed, not of
//! all; a change of it is said (≈). Of metrics that no rule knows, those stay that were once among the first.

mod far;

use super::source::{Gap, Instant, SECOND};
use crate::series::anomalies::{Anomalies, anomalies};
use crate::series::fine::{Fine, JUDGED, MOST_CELLS, needed, too_many, weight};
use crate::series::known::{
    Looks, Scrapes, judged_in, machine_in, of_rows, others_in, restarts_in, span, told_restarts,
    without_far,
};
use crate::series::{Machine, Missed, Restart, SeriesSet, Signal, Step};
use far::{ENOUGH, Far, reach};

/// How late a sample may come.
pub const LATE: Instant = 300 * SECOND;
/// Steps at most.
pub const MOST_STEPS: i64 = 2_880;
/// Gaps that are told at most.
const GAPS: usize = 100;
/// Restarts that are kept at most: the newest.
const RESTARTS: usize = 10_000;
/// Gaps in scrapes that are kept at most: the newest.
const MISSED: usize = 1_000;

/// What was told of a machine that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its steps, and the shorter ones that are kept.
    steps: (Step, [Option<Step>; 2]),
    /// The first step that was open.
    border: i64,
}

/// What is known in steps of one length.
#[derive(Clone, Debug)]
struct Rung {
    step: Step,
    /// Steps before [`Rung::border`].
    closed: Machine,
    /// The first step that is not closed; the least number before there is one.
    border: i64,
    /// Whether it holds everything, and not only what error budgets are judged by.
    whole: bool,
}

/// A machine that grows.
#[derive(Clone, Debug)]
pub struct Growth {
    /// By length of their steps, rising: from the steps that error budgets are judged in.
    rungs: Vec<Rung>,
    /// Which of them is shown.
    shown: usize,
    /// Steps that are shown at most.
    most: i64,
    /// Whether all samples are kept.
    keeps: bool,
    /// Samples that were not let go, and what is known of those that were.
    open: SeriesSet,
    /// Requests of logs, which are counted as they pass.
    logs: SeriesSet,
    /// Up to when samples were let go.
    border: Option<Instant>,
    /// First and last sample.
    span: Option<(Instant, Instant)>,
    late: u64,
    far: Far,
    /// How often something newer came, up to what it takes to know where all of it lies.
    advanced: usize,
    anomalies: Anomalies,
    /// Falls of counters that were let go, by time.
    restarts: Vec<Restart>,
    scrapes: Scrapes,
    /// When sources were looked at first, for counters that tell when they began.
    looks: Looks,
    /// Gaps in scrapes that were let go.
    missed: Vec<Missed>,
    gaps: Vec<Gap>,
    /// Sentences on what was chosen anew.
    changed: Vec<String>,
    longer: bool,
}

/// What error budgets are judged by.
fn judged(machine: &Machine) -> impl Iterator<Item = &Signal> + Clone {
    machine
        .signals
        .iter()
        .filter(|s| JUDGED.contains(&s.measure))
}

impl Rung {
    /// Lets go of everything but what error budgets are judged by, where there is too much of it.
    fn fit(&mut self) {
        let others = self.closed.signals.iter();
        let others = others.filter(|s| !JUDGED.contains(&s.measure));
        if self.whole && others.map(weight).sum::<usize>() > MOST_CELLS {
            self.whole = false;
            let signals = &mut self.closed.signals;
            signals.retain(|s| JUDGED.contains(&s.measure));
        }
    }

    /// Lets go of the cells that nobody needs in steps shorter than those that are shown.
    fn keep_needed(&mut self) {
        let signals = std::mem::take(&mut self.closed.signals);
        self.closed.signals = signals.into_iter().map(needed).collect();
    }

    /// What error budgets are judged by, or all else, from an instant on, with what is open.
    fn since(&self, mut open: Machine, start: Instant, judged: bool) -> Vec<Fine> {
        open.keep_from(self.border);
        open.signals = open.signals.into_iter().map(needed).collect();
        let mut all = self.closed.since(self.step.of(start));
        all.signals
            .retain(|s| JUDGED.contains(&s.measure) == judged);
        all.merge(&open);
        let step = self.step;
        let signals = all.signals.into_iter();
        let fine = signals.map(|signal| Fine { step, signal });
        fine.filter(|f| f.signal.cells.ends().is_some()).collect()
    }
}

impl Growth {
    /// Nothing yet, in steps of this length.
    #[must_use]
    pub fn new(step: Step) -> Self {
        Self::holding(step, MOST_STEPS)
    }

    /// Nothing yet, of a source whose samples may be of any time: all are kept, up to
    /// [`MOST_SAMPLES`](crate::series::set::MOST_SAMPLES), and none is late.
    #[must_use]
    pub fn keeping(step: Step) -> Self {
        Self {
            keeps: true,
            ..Self::new(step)
        }
    }

    /// The same with another bound of the steps that are shown.
    #[must_use]
    pub fn holding(step: Step, most: i64) -> Self {
        let rung = |step| Rung {
            step,
            closed: Machine::new(step),
            border: i64::MIN,
            whole: true,
        };
        let rungs = std::iter::successors(Some(step), |step| step.longer());
        Self {
            rungs: rungs.map(rung).collect(),
            shown: 0,
            most,
            keeps: false,
            open: SeriesSet::default(),
            logs: SeriesSet::default(),
            border: None,
            span: None,
            late: 0,
            far: Far::default(),
            advanced: 0,
            anomalies: Anomalies::default(),
            restarts: Vec::new(),
            scrapes: Scrapes::default(),
            looks: Looks::default(),
            missed: Vec::new(),
            gaps: Vec::new(),
            changed: Vec::new(),
            longer: false,
        }
    }

    /// Adds samples.
    pub fn take(&mut self, mut set: SeriesSet) {
        self.logs.merge(set.take_requests());
        if !self.keeps {
            set = self.near(set);
        }
        if let Some(border) = self.border {
            // What is closed stays as it is.
            self.late += set.drop_until(border) as u64;
        }
        if let Some((from, to)) = span(&set) {
            let known = self.span.unwrap_or((from, to));
            if self.advanced < ENOUGH && self.span.is_none_or(|known| known.1 < to) {
                self.advanced += 1;
            }
            self.span = Some((known.0.min(from), known.1.max(to)));
        }
        self.looks.take(&set);
        self.open.merge_in_order(set);
        self.looks.begin(&mut self.open, self.border);
        match self.keeps {
            true => self.lengthen(self.span.map_or(0, |span| span.1)),
            false => self.close(),
        }
    }

    /// What of a set is not dated far from all others. Where the first of all was, the others take its place.
    fn near(&mut self, set: SeriesSet) -> SeriesSet {
        let Some(known) = self.span else {
            return without_far(&set).unwrap_or(set);
        };
        let before = known.0.saturating_sub(reach(known));
        if self.advanced < ENOUGH && span(&set).is_some_and(|(_, last)| last < before) {
            let step = self.rungs.first().map_or(Step::FINEST, |r| r.step);
            let old = std::mem::replace(self, Self::holding(step, self.most));
            self.far = old.far;
            self.far.hold(old.open);
            self.logs = old.logs;
            self.gaps = old.gaps;
            return set;
        }
        self.far.take(set, known)
    }

    /// Leaves samples out that are dated far from all others, and says so.
    pub fn set_aside(&mut self, far: SeriesSet) {
        self.far.hold(far);
    }

    /// Marks a gap; the oldest is forgotten where there are too many.
    pub fn gap(&mut self, gap: Gap) {
        if self.gaps.len() == GAPS {
            self.gaps.remove(0);
        }
        self.gaps.push(gap);
    }

    /// The gaps, as they came.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Closes steps that are over, and lets go of their samples.
    fn close(&mut self) {
        let (Some((_, newest)), Some(base)) = (self.span, self.rungs.first()) else {
            return;
        };
        let base = base.step;
        let late = LATE.max(2 * base.micros());
        let border = base.start(base.of_sample(newest - late));
        if self.border.is_some_and(|known| border <= known) {
            return;
        }
        self.border = Some(border);
        let fell = restarts_in(&self.open).into_iter();
        self.restarts.extend(fell.filter(|r| r.time <= border));
        let more = self.restarts.len().saturating_sub(RESTARTS);
        self.restarts.drain(..more);
        self.suit();
        self.missed.extend(self.scrapes.take(&self.open, border));
        self.missed.sort();
        let more = self.missed.len().saturating_sub(MISSED);
        self.missed.drain(..more);
        for at in 0..self.rungs.len() {
            self.close_rung(at, border);
        }
        let steps: Vec<Step> = self.rungs.iter().map(|r| r.step).collect();
        self.open.condense(border, &steps);
        while self.shown > 0 && too_many(judged(&self.rungs[0].closed)) {
            self.rungs.remove(0);
            self.shown -= 1;
        }
        self.lengthen(border);
        for rung in &mut self.rungs[..self.shown] {
            rung.fit();
        }
    }

    /// Lets go of steps in which most counters have fewer than four samples: of one or two no rate can be told.
    fn suit(&mut self) {
        let Some(pace) = self.scrapes.pace(&self.open) else {
            return;
        };
        // Scrapes are not of one instant.
        let least = Step::at_least(pace.saturating_mul(36) / 10);
        while self.rungs.len() > 1 && self.rungs[0].step < least {
            self.rungs.remove(0);
            match self.shown {
                0 => self.begin_anomalies(),
                _ => self.shown -= 1,
            }
        }
    }

    /// Shows longer steps where those that are over by an instant are too many.
    fn lengthen(&mut self, border: Instant) {
        let Some((first, _)) = self.span else { return };
        let before = self.shown;
        while self.shown + 1 < self.rungs.len() {
            let rung = &self.rungs[self.shown];
            if rung.step.of(border) - rung.step.of_sample(first) <= self.most {
                break;
            }
            self.shown += 1;
        }
        if self.shown > before {
            self.longer = true;
            for shorter in &mut self.rungs[..self.shown] {
                shorter.closed.anomalies.clear();
                shorter.keep_needed();
            }
            self.begin_anomalies();
        }
    }

    /// What is unlike in longer steps is another question: they are looked at from their beginning.
    fn begin_anomalies(&mut self) {
        if let Some(rung) = self.rungs.get_mut(self.shown) {
            self.anomalies = Anomalies::default();
            rung.closed.anomalies = self.anomalies.take(&rung.closed, rung.border);
        }
    }

    /// Closes the steps of one length that are over by an instant.
    fn close_rung(&mut self, at: usize, border: Instant) {
        let open = if at < self.shown && !self.rungs[at].whole {
            self.judged_in(self.rungs[at].step)
        } else {
            machine_in(&self.open, self.rungs[at].step)
        };
        let is_shorter = at < self.shown;
        let rung = &mut self.rungs[at];
        let until = rung.step.of(border);
        let mut cells = open;
        cells.keep_from(rung.border);
        cells.keep_until(until);
        cells.notes.clear();
        cells.restarts.clear();
        if at == self.shown {
            cells.anomalies = self.anomalies.take(&cells, until);
            for signal in &cells.signals {
                let mut known = rung.closed.signals.iter();
                let known = known.find(|s| s.is(signal) && s.source != signal.source);
                if let Some(known) = known {
                    let note = format!(
                        "≈ {} of {} is told by {} and by {}: of each time by the one that told more of it.",
                        signal.measure.title(),
                        signal.of,
                        known.source,
                        signal.source
                    );
                    if !self.changed.contains(&note) && self.changed.len() < GAPS {
                        self.changed.push(note);
                    }
                }
            }
        }
        if is_shorter {
            cells.signals = cells.signals.into_iter().map(needed).collect();
        }
        rung.closed.merge(&cells);
        rung.border = until;
    }

    /// What error budgets are judged by, of what is open.
    fn judged_in(&self, step: Step) -> Machine {
        let mut machine = Machine::new(step);
        machine.signals = judged_in(&self.open, step);
        machine
    }

    /// The shortest steps in which everything is kept, where they are shorter than those that are shown.
    fn finer(&self) -> Option<&Rung> {
        let mut shorter = self.rungs[..self.shown].iter();
        shorter.find(|rung| rung.whole && !self.keeps)
    }

    /// All that is known now.
    #[must_use]
    pub fn machine(&self) -> Machine {
        self.since(i64::MIN)
    }

    /// The same without the cells before a step.
    fn since(&self, number: i64) -> Machine {
        let Some(rung) = self.rungs.get(self.shown) else {
            return Machine::new(Step::FINEST);
        };
        let mut open = machine_in(&self.open, rung.step);
        open.keep_from(rung.border);
        let mut machine = rung.closed.since(number);
        machine.merge(&open);
        machine.span = self.span;
        let mut restarts = self.restarts.clone();
        restarts.extend(restarts_in(&self.open));
        machine.restarts = told_restarts(restarts, rung.step);
        if self.shown > 0
            && let Some(fine) = self.rungs.first()
        {
            let open = self.judged_in(fine.step);
            machine.fine = fine.since(open, rung.step.start(number), true);
        }
        if let Some(finer) = self.finer() {
            let mut open = Machine::new(finer.step);
            let signals = others_in(&self.open, finer.step).into_iter();
            open.signals = signals.map(|f| f.signal).collect();
            let others = finer.since(open, rung.step.start(number), false);
            machine.fine.extend(others);
        }
        if !self.keeps {
            machine.missed.clone_from(&self.missed);
            machine.missed.extend(self.scrapes.ahead(&self.open));
            machine.sources = self.scrapes.sources(&self.open);
        }
        if self.keeps {
            machine.anomalies = anomalies(&machine);
        }
        if !self.logs.is_empty() {
            let mut logs = machine_in(&self.logs, rung.step);
            logs.fine = of_rows(&self.logs);
            machine.merge(&logs);
        }
        if self.shown == 0 {
            // The others are no finer.
            machine.fine.retain(|f| f.step < rung.step);
        }
        machine.gaps = self.gaps.iter().map(|g| (g.from, g.to)).collect();
        machine.notes.extend(self.changed.iter().cloned());
        machine.notes.extend(self.far.said());
        if self.late > 0 {
            machine.notes.push(format!(
                "{} samples came more than {} minutes late and were left out.",
                self.late,
                LATE / (60 * SECOND)
            ));
        }
        if self.longer {
            machine.notes.push(format!(
                "So long a time is told in steps of {} s.",
                rung.step.seconds()
            ));
        }
        machine.settle();
        machine
    }

    /// What is known now of the steps that were open when it was told last, and the first of them; all, where steps
    /// became longer since or older ones may have changed. `told` remembers for the next time.
    pub fn fresh(&self, told: &mut Option<Told>) -> (Machine, Option<i64>) {
        let (fine, shown) = (self.rungs.first(), self.rungs.get(self.shown));
        let shorter = [fine, self.finer()].map(|rung| rung.map(|r| r.step));
        let steps = shown.map(|shown| (shown.step, shorter));
        let from = told.filter(|told| Some(told.steps) == steps && self.logs.is_empty());
        let from = from.map(|told| told.border);
        let machine = self.since(from.unwrap_or(i64::MIN));
        let border = shown.map(|r| r.border).filter(|b| *b > i64::MIN);
        *told = steps
            .zip(border)
            .map(|(steps, border)| Told { steps, border });
        (machine, from)
    }

    /// Samples held.
    #[must_use]
    pub const fn samples(&self) -> usize {
        self.open.samples()
    }

    /// Whether nothing has come yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.span.is_none() && self.logs.is_empty()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
