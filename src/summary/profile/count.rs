//! One pass over the rows.

use super::super::build::{Builder, sort_by_group};
use super::super::compared::Cells;
use super::super::{Series, Summary};
use super::alike::Alike;
use super::cells::{of_numbers, of_words};
use super::jointly::jointly;
use super::lines::lines;
use super::{ColumnProfile, Profile, Spans, kept};
use crate::log::Role;

/// Rows by period: the baseline is the first one, the windows follow.
pub(super) struct Rows {
    before: Vec<u32>,
    order: Vec<u32>,
    starts: Vec<usize>,
    /// The window of each row; one more than there are for one that is in none.
    window: Vec<u32>,
    /// Whether a row is of the baseline.
    is_before: Vec<bool>,
    /// Rows of the reference by window of its own time.
    own: Vec<Vec<u32>>,
    /// The window of its own of each row; empty where there are none.
    own_of: Vec<u32>,
}

impl Rows {
    pub fn of_series(builder: &Builder, series: &Series, spans: &Spans) -> Self {
        let places = builder.places(series, &builder.buckets(series.size));
        let (none, nowhere) = (u32::MAX, places.buckets + 1);
        let mut window_of = vec![none; nowhere + 1];
        for (window, (from, to)) in (0u32..).zip(&spans.windows) {
            let to = (*to).min(places.buckets);
            if let Some(range) = window_of.get_mut(*from..to) {
                range.fill(window);
            }
        }
        let (from, to) = spans.before.unwrap_or((places.buckets, nowhere));
        let is_before: Vec<bool> = places
            .of
            .iter()
            .map(|p| (from..to.min(nowhere)).contains(&(*p as usize)))
            .collect();
        let of = |place: &u32| window_of.get(*place as usize).copied().unwrap_or(none);
        let window_of_row: Vec<u32> = places.of.iter().map(of).collect();
        let (order, starts) = sort_by_group(&window_of_row, spans.windows.len(), None);
        let all = (0u32..).zip(&is_before);
        let buckets = match spans.own.is_empty() {
            true => Vec::new(),
            false => builder.reference_windows(series.size),
        };
        // Buckets of the series are those that hold a row of its slice.
        let is_in = |row: &u32| is_before.get(*row as usize).copied().unwrap_or(false);
        let own = |rows: Vec<u32>| -> Vec<u32> { rows.into_iter().filter(is_in).collect() };
        let buckets: Vec<Vec<u32>> = buckets.into_iter().map(|(_, rows)| own(rows)).collect();
        let buckets: Vec<Vec<u32>> = buckets.into_iter().filter(|r| !r.is_empty()).collect();
        let window = |(from, to): &(usize, usize)| {
            let rows = buckets.get(*from..*to).unwrap_or_default();
            let mut rows = rows.concat();
            rows.sort_unstable();
            rows
        };
        let own: Vec<Vec<u32>> = spans.own.iter().map(window).collect();
        let mut own_of = match own.is_empty() {
            true => Vec::new(),
            false => vec![none; is_before.len()],
        };
        for (window, rows) in (0u32..).zip(&own) {
            for row in rows {
                if let Some(of) = own_of.get_mut(*row as usize) {
                    *of = window;
                }
            }
        }
        let window = window_of_row;
        Self {
            own,
            own_of,
            before: all.filter(|r| *r.1).map(|r| r.0).collect(),
            order,
            starts,
            window,
            is_before,
        }
    }

    /// The baseline and the windows.
    pub fn periods(&self) -> usize {
        self.starts.len()
    }

    /// The same and the windows of the reference's own time.
    pub fn all(&self) -> usize {
        self.periods() + self.own.len()
    }

    /// The windows of the reference's own time, as periods: they follow all others.
    pub fn own(&self) -> std::ops::Range<usize> {
        self.periods()..self.periods() + self.own.len()
    }

    /// Rows of a period, rising.
    pub fn of(&self, period: usize) -> &[u32] {
        let start = |at: usize| self.starts.get(at).copied().unwrap_or(0);
        if let Some(own) = period.checked_sub(self.periods()) {
            return self.own.get(own).map_or(&[], Vec::as_slice);
        }
        match period.checked_sub(1) {
            None => &self.before,
            Some(window) => self
                .order
                .get(start(window)..start(window + 1))
                .unwrap_or_default(),
        }
    }

    /// Whether a row is of the baseline.
    pub fn is_before(&self, row: u32) -> bool {
        self.is_before.get(row as usize).copied().unwrap_or(false)
    }

    /// Periods of a row, those of the reference's own time among them.
    pub fn periods_of(&self, row: u32) -> impl Iterator<Item = usize> {
        let before = self.is_before(row);
        let window = self.window.get(row as usize).copied();
        let window = window.filter(|w| (*w as usize) + 1 < self.starts.len());
        let own = self.own_of.get(row as usize).copied();
        let own = own.filter(|own| (*own as usize) < self.own.len());
        let before = before.then_some(0);
        before
            .into_iter()
            .chain(window.map(|window| window as usize + 1))
            .chain(own.map(|own| self.periods() + own as usize))
    }
}

impl Builder {
    /// The rows that equal one another.
    pub(super) fn alike(&self) -> &Alike {
        self.alike.get_or_init(|| Alike::of(self, &self.compared()))
    }

    /// Adds to a series its columns window by window, unless it has that.
    pub fn add_profile(&self, summary: &mut Summary, at: usize, spans: &Spans) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        if series.profile(spans).is_some() {
            return;
        }
        let rows = Rows::of_series(self, series, spans);
        let compared = self.compared();
        let places = kept(compared.iter().map(|c| c.1), spans.windows.len());
        let mut windows = lines(self, &rows, spans);
        let own = windows.split_off(rows.periods());
        let baseline = windows.remove(0);
        let column = |(name, role, cells): &(&str, Role, Cells<'_>)| {
            let found = match cells {
                Cells::Numbers(values) => of_numbers(values, &rows),
                Cells::Words(codes, words) => of_words(codes, words, &rows),
            };
            ColumnProfile {
                column: (*name).to_owned(),
                role: role.name().into(),
                ..found
            }
        };
        let told: Vec<(Role, &Cells<'_>)> = (places.iter())
            .map(|at| (compared[*at].1, &compared[*at].2))
            .collect();
        let jointly = jointly(self, &rows, spans.before.is_none(), &told);
        series.keep_profile(Profile {
            spans: spans.clone(),
            exact: true,
            jointly,
            baseline,
            windows,
            own,
            columns: places.iter().map(|at| column(&compared[*at])).collect(),
            outside: Vec::new(),
            left_out: compared.len() - places.len(),
        });
    }
}
