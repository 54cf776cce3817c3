//! What is to be estimated for a series, at once or in steps.

use super::super::Summary;
use super::super::build::Builder;
use super::super::steps::{Progress, at_once, step};
use super::super::stretches::Stretches;
use super::{Asked, Estimates, Expected, Groups, KEPT};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

impl Builder {
    /// Adds to a series what is expected of its windows, unless it has that.
    pub fn add_estimates(&self, summary: &mut Summary, at: usize, asked: &Asked) {
        let Some(wanted) = self.wanted(summary, at, asked) else {
            return;
        };
        let made = at_once(self.estimate(&wanted, &Progress::default()));
        wanted.enter(summary, made);
    }

    /// What is to be made; `None` where the series has all of it.
    fn wanted(&self, summary: &Summary, at: usize, asked: &Asked) -> Option<Wanted> {
        let series = summary.series.get(at)?;
        let known = series
            .estimates
            .iter()
            .find(|e| e.baseline == asked.baseline);
        let fresh = match known {
            Some(found) => found.lacks(asked),
            None => asked.windows.clone(),
        };
        if known.is_some() && fresh.is_empty() {
            return None;
        }
        let places = self.places(series, &self.buckets(series.size));
        // The baseline comes first, and the windows behind it; one place more is the reference.
        let mut group_of = vec![u32::MAX; places.buckets + 2];
        let reference = (places.buckets, places.buckets + 1);
        let mut mark = |(from, to): (usize, usize), group: u32| {
            if let Some(range) = group_of.get_mut(from..to) {
                range.fill(group);
            }
        };
        mark(asked.baseline.unwrap_or(reference), 0);
        for (group, range) in (1..).zip(&fresh) {
            mark((range.0, range.1.min(places.buckets)), group);
        }
        let of = |place: &u32| group_of.get(*place as usize).copied().unwrap_or(u32::MAX);
        let groups = Groups {
            of: places.of.iter().map(of).collect(),
            count: fresh.len() + 1,
        };
        let outside = |row: usize| groups.of.get(row) != Some(&0);
        let stretches = Stretches::of(series, &places, &fresh, outside);
        Some(Wanted {
            at,
            stretches,
            baseline: asked.baseline,
            thresholds: asked.thresholds,
            groups,
            fresh,
        })
    }
}

/// What is to be made for a series.
pub(super) struct Wanted {
    at: usize,
    baseline: Option<(usize, usize)>,
    pub thresholds: bool,
    pub groups: Groups,
    /// What windows are learned of together.
    pub stretches: Stretches,
    pub fresh: Vec<(usize, usize)>,
}

impl Wanted {
    /// Puts what was made beside what the series has.
    fn enter(&self, summary: &mut Summary, mut made: Estimates) {
        let Some(series) = summary.series.get_mut(self.at) else {
            return;
        };
        made.baseline = self.baseline;
        let known = series
            .estimates
            .iter()
            .position(|e| e.baseline == self.baseline);
        if let Some(before) = known.map(|at| series.estimates.remove(at)) {
            let again: BTreeSet<(usize, usize)> = self.fresh.iter().copied().collect();
            let kept = |windows: Vec<Expected>| {
                let windows = windows.into_iter();
                windows.filter(|w| !again.contains(&w.range))
            };
            made.windows.extend(kept(before.windows));
            made.shifted.extend(kept(before.shifted));
        }
        made.windows.sort_by_key(|w| w.range);
        made.shifted.sort_by_key(|w| w.range);
        if series.estimates.len() >= KEPT {
            series.estimates.remove(0);
        }
        series.estimates.push(made);
    }
}

/// Estimates in the making: the same as [`Builder::add_estimates`] adds, in steps of some tens of milliseconds.
pub struct Estimating {
    wanted: Rc<Wanted>,
    work: Pin<Box<dyn Future<Output = Estimates>>>,
    progress: Progress,
}

impl Estimating {
    /// Begins; `None` where the series has all that is asked.
    #[must_use]
    pub fn begin(
        builder: &Rc<Builder>,
        summary: &Summary,
        at: usize,
        asked: &Asked,
    ) -> Option<Self> {
        let wanted = Rc::new(builder.wanted(summary, at, asked)?);
        let progress = Progress::default();
        let (builder, to_make, told) = (Rc::clone(builder), Rc::clone(&wanted), progress.clone());
        let work = async move { builder.estimate(&to_make, &told).await };
        Some(Self {
            wanted,
            work: Box::pin(work),
            progress,
        })
    }

    /// Goes on; whether all is made, and in the Summary. It must not be called again after that.
    pub fn step(&mut self, summary: &mut Summary) -> bool {
        let Some(made) = step(self.work.as_mut()) else {
            return false;
        };
        self.wanted.enter(summary, made);
        true
    }

    /// How much is done, between 0 and 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.progress.share()
    }
}
