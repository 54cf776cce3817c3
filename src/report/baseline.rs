//! What windows are compared with.
//!
//! A period of the log has windows, by which it is known what windows vary by and which weekdays and hours differ. So has
//! a reference whose rows have times: it is cut into windows of its own time.

use super::judge::judged;
use super::make::{Frame, Making, PIECE, total};
use super::steps::pause;
use super::view::BaselineChoice;
use super::{Metrics, Window, words};
use crate::metric::{self, Material};
use crate::stats::far;
use crate::summary::{Cell, MOST_OWN, Series, WindowSize};
use crate::table::time::{DAY, HOUR, Time};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Weekdays.
const WEEKDAYS: i64 = 7;

/// Between which starts a window is not dated far from all others.
fn usual(making: &Making<'_>) -> Option<(f64, f64)> {
    let rows = |frame: &Frame<'_>| (frame.start.0 as f64, frame.cell.rows);
    let times: Vec<(f64, u64)> = making.all.iter().map(rows).collect();
    far::usual(&times, DAY as f64).filter(|_| making.summary.timed)
}

/// Whether a window that begins then is not dated far from all others.
pub(super) fn near(making: &Making<'_>) -> impl Fn(Time) -> bool + use<> {
    let usual = usual(making);
    move |at| usual.is_none_or(|u| (u.0..=u.1).contains(&(at.0 as f64)))
}

/// Rows that windows are compared with.
pub(super) struct Basis<'a> {
    pub label: String,
    pub start: Option<Time>,
    pub end: Option<Time>,
    pub cell: Cow<'a, Cell>,
    /// Its buckets; `None` for the reference.
    pub range: Option<(usize, usize)>,
    /// Its windows; `None` for the reference.
    pub windows: Option<(usize, usize)>,
    /// Where the windows of the reference's own time begin, and their cells.
    pub own: Vec<(Time, Cow<'a, Cell>)>,
    /// Its rows of the slices that were asked for.
    slices: RefCell<BTreeMap<*const Series, Option<Rc<Cell>>>>,
}

impl<'a> Basis<'a> {
    /// What the reader chose, or the reference file, or the first quarter of the mature windows
    /// (at least one, and one must be left to judge; two weeks of windows within a day, where that is no more than half
    /// of them) without those that are dated far from all others.
    pub(super) async fn choose(making: &Making<'a>, choice: &BaselineChoice) -> Option<Self> {
        let windows = match choice {
            BaselineChoice::None => return None,
            BaselineChoice::Auto | BaselineChoice::Reference
                if making.series.reference.is_some() =>
            {
                let cell = Cow::Borrowed(making.series.reference.as_ref()?);
                let label = making
                    .summary
                    .reference
                    .clone()
                    .unwrap_or_else(|| "reference".into());
                return Some(Self {
                    label,
                    start: None,
                    end: None,
                    cell,
                    range: None,
                    windows: None,
                    own: making.series.reference_by(making.size),
                    slices: RefCell::default(),
                });
            }
            BaselineChoice::Period(from, to) => (
                making.all.partition_point(|w| w.start < *from),
                making.all.partition_point(|w| w.start < *to),
            ),
            BaselineChoice::Auto | BaselineChoice::Reference => {
                // Without outcomes every window can still be compared by its requests and latency.
                let labelled = making.all.iter().any(|w| w.cell.labelled > 0);
                let near = near(making);
                let mature: Vec<usize> = (0..making.all.len())
                    .filter(|i| making.all[*i].mature || !labelled)
                    .filter(|i| near(making.all[*i].start))
                    .collect();
                if mature.len() < 2 {
                    return None;
                }
                let quarter = (mature.len() / 4).max(1);
                // Hours of the week are told apart where each is there twice.
                let begun = making.all[mature[0]].start.0;
                let weeks =
                    mature.partition_point(|i| making.all[*i].start.0 < begun + 2 * WEEKDAYS * DAY);
                let hours = making.size.within_day() && making.summary.timed;
                let count = match hours && 2 * weeks <= mature.len() {
                    true => quarter.max(weeks),
                    false => quarter,
                };
                (mature[0], mature[count - 1] + 1)
            }
        };
        let (first, last) = (
            making.all.get(windows.0)?,
            making.all.get(windows.1.checked_sub(1)?)?,
        );
        if windows.0 >= windows.1 {
            return None;
        }
        let range = (first.range.0, last.range.1);
        Some(Self {
            label: words::period(first.start, last.end, making.size, making.summary.timed),
            start: Some(first.start),
            end: Some(last.end),
            cell: total(making.series, range).await,
            range: Some(range),
            windows: Some(windows),
            own: Vec::new(),
            slices: RefCell::default(),
        })
    }

    /// Its rows of a slice, without what [`Series::total_of_outcomes`] leaves out; added up once.
    pub(super) fn of_slice(&self, series: &Series) -> Option<Rc<Cell>> {
        let mut slices = self.slices.borrow_mut();
        let cell = slices.entry(std::ptr::from_ref(series));
        let cell = cell.or_insert_with(|| match (self.start, self.end) {
            (Some(from), Some(to)) => {
                let cell = series.outcomes_within(from, to);
                cell.map(|cell| Rc::new(cell.into_owned()))
            }
            _ => series.reference.clone().map(Rc::new),
        });
        cell.clone()
    }

    /// Where its windows begin, in order.
    pub(super) fn starts(&self, making: &Making<'_>) -> Vec<Time> {
        match self.windows {
            Some((from, to)) => {
                let windows = making.all.get(from..to).unwrap_or_default();
                windows.iter().map(|frame| frame.start).collect()
            }
            None => self.own.iter().map(|own| own.0).collect(),
        }
    }

    /// The metrics that are judged, of its windows; those in sight are known already.
    pub(super) async fn before(
        &self,
        making: &Making<'_>,
        metrics: &Metrics,
        windows: &[Window],
    ) -> Vec<Metrics> {
        let mut out: Vec<Metrics> = Vec::new();
        for i in self.windows.map_or(0..0, |w| w.0..w.1) {
            let known = i.checked_sub(making.shown.0).and_then(|i| windows.get(i));
            out.push(match known {
                Some(window) => judged(&window.metrics),
                None => judged(&making.metrics(&making.all[i].cell, Some(making.all[i].range))),
            });
            if out.len().is_multiple_of(PIECE) {
                pause().await;
            }
        }
        let infos = metric::METRICS.iter().map(|m| m.info());
        let infos: Vec<_> = infos
            .filter(|info| info.material != Material::Never && metrics.contains_key(info.name))
            .collect();
        for (_, cell) in &self.own {
            let one =
                |info: &&metric::Info| Some((info.name.into(), making.metric(info.name, cell)?));
            out.push(
                infos
                    .iter()
                    .copied()
                    .filter_map(|info| one(&info))
                    .collect(),
            );
            if out.len().is_multiple_of(PIECE) {
                pause().await;
            }
        }
        out
    }

    /// The windows of a slice: where they begin, and their cells without what [`Series::total_of_outcomes`] leaves out.
    pub(super) fn slice_windows<'s>(
        &self,
        making: &Making<'_>,
        series: &'s Series,
    ) -> Vec<(Time, Cow<'s, Cell>)> {
        let Some((from, to)) = self.windows else {
            return series.reference_by(making.size);
        };
        let frames = making.all.get(from..to).unwrap_or_default().iter();
        let of = |frame: &Frame<'_>| {
            let cell = series.outcomes_within(frame.start, frame.end)?;
            Some((frame.start, cell))
        };
        frames.filter_map(of).collect()
    }

    /// Why weekdays, or hours, are compared with all of the baseline together, where windows have such.
    pub(super) fn no_season(&self, making: &Making<'_>) -> Option<String> {
        if let (Some(from), Some(to)) = (self.start, self.end) {
            let weekdays = making.size.within_day() && making.summary.timed;
            let twice = to.0 - from.0 >= 2 * WEEKDAYS * DAY;
            return (weekdays && !twice).then(|| format!(
                "What weekdays differ by is not removed from windows of hours: the baseline ({}) does not hold each of them twice.",
                self.label
            ));
        }
        let (phases, of, length) = match making.size {
            _ if !making.summary.timed => return None,
            WindowSize::Day => (7, "weekdays", DAY),
            size if size.within_day() => (24, "hours of the day", HOUR),
            _ => return None,
        };
        let mut held = vec![0_usize; phases];
        for (start, _) in &self.own {
            let phase = start.0.div_euclid(length).rem_euclid(phases as i64);
            held[phase as usize] += 1;
        }
        let why = match self.own.len() {
            0 => format!("rows of it have no time, or it has more than {MOST_OWN} windows"),
            _ if held.iter().any(|n| *n < 2) => "it does not hold each of them twice".to_owned(),
            _ => return None,
        };
        Some(format!(
            "What {of} differ by is not removed: they are compared with all of the reference ({}) together, as {why}.",
            self.label
        ))
    }

    /// Whether a window belongs to it.
    pub(super) fn holds(&self, window: usize) -> bool {
        self.windows.is_some_and(|w| window >= w.0 && window < w.1)
    }
}
