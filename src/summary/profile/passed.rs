//! What the counts of rows that passed tell of the columns, window by window.

use super::super::shapes::{Column, Counted, Of, Shape, Shapes};
use super::super::{Bins, Series, Slice, Summary};
use super::cells::{Known, Repeated, most_frequent, numbers_apart, words_apart};
use super::{BINS, ColumnProfile, Half, Lines, Profile, Spans, Tally, kept};

impl Summary {
    /// Adds to a series its columns window by window, by what was counted as rows passed.
    pub fn add_profile(&mut self, at: usize, spans: &Spans) {
        let (Some(shapes), Some(series)) = (&self.shapes, self.series.get_mut(at)) else {
            return;
        };
        if series.profile(spans).is_none()
            && let Some(profile) = profile(shapes, series, spans)
        {
            series.keep_profile(profile);
        }
    }
}

/// `None` where the windows are not made of those that were counted, or not of all rows, or no column was counted.
fn profile(shapes: &Shapes, series: &Series, spans: &Spans) -> Option<Profile> {
    let counted: Vec<(usize, &Shape)> = shapes
        .columns
        .iter()
        .enumerate()
        .filter(|s| !s.1.lost)
        .collect();
    if series.slice != Slice::default() || counted.is_empty() {
        return None;
    }
    let mut periods = vec![match spans.before {
        Some(range) => shapes.within(series, &[range])?,
        None => shapes.reference.clone(),
    }];
    for window in &spans.windows {
        periods.push(shapes.within(series, &[*window])?);
    }
    let lines = |counted: &Counted| Lines {
        rows: counted.rows,
        ..Lines::default()
    };
    let places = kept(counted.iter().map(|s| s.1.role), spans.windows.len());
    Some(Profile {
        spans: spans.clone(),
        exact: false,
        baseline: lines(&periods[0]),
        windows: periods[1..].iter().map(lines).collect(),
        own: Vec::new(),
        columns: places
            .iter()
            .map(|at| column(counted[*at].1, counted[*at].0, &periods, spans))
            .collect(),
        jointly: super::Jointly::default(),
        outside: Vec::new(),
        left_out: counted.len() - places.len(),
    })
}

fn column(shape: &Shape, at: usize, periods: &[Counted], spans: &Spans) -> ColumnProfile {
    let before = of_baseline(spans);
    let nothing = Column::default();
    let cells: Vec<(u64, &Column)> = periods
        .iter()
        .map(|counted| (counted.rows, counted.columns.get(at).unwrap_or(&nothing)))
        .collect();
    let found = match &shape.of {
        Of::Numbers(edges) => of_numbers(edges, &cells),
        Of::Words(words) => of_words(words, &cells, &before),
    };
    ColumnProfile {
        column: shape.name.clone(),
        role: shape.role.name().into(),
        ..found
    }
}

fn of_numbers(edges: &[f64], periods: &[(u64, &Column)]) -> ColumnProfile {
    let fine = |column: &Column| {
        let mut counts = column.counts.clone();
        counts.resize(edges.len() + 1, 0);
        counts
    };
    let before = periods.first().map(|p| fine(p.1)).unwrap_or_default();
    let chosen = chosen(&before);
    let known = periods.first().and_then(|p| p.1.range);
    let tally = |(rows, column): &(u64, &Column)| {
        let counts = fine(column);
        let beyond = |is: bool, n: u64| if is { n.max(1) } else { 0 };
        let outside = |range: (f64, f64), known: (f64, f64)| {
            let low = edges.partition_point(|e| *e <= known.0);
            let high = edges.partition_point(|e| *e <= known.1);
            (
                beyond(range.0 < known.0, counts[..low].iter().sum()),
                beyond(range.1 > known.1, counts[high + 1..].iter().sum()),
            )
        };
        let (below, above) = column
            .range
            .zip(known)
            .map_or((0, 0), |(range, known)| outside(range, known));
        let mut tally = Tally {
            cells: *rows,
            values: counts.iter().sum(),
            below,
            above,
            sum: column.sums.iter().sum(),
            range: column.range,
            counts,
            ..Tally::default()
        };
        if before.iter().any(|n| *n > 0) {
            numbers_apart(edges, &before, &mut tally);
        }
        tally.counts = together(&tally.counts, &chosen);
        tally
    };
    let mut tallies: Vec<Tally> = periods.iter().map(tally).collect();
    let baseline = tallies.remove(0);
    ColumnProfile {
        column: String::new(),
        role: String::new(),
        bins: Bins::Edges(chosen.iter().map(|at| edges[*at]).collect()),
        centre: 0.0,
        fences: None,
        once: 0,
        half: None,
        unseen: Vec::new(),
        baseline: Tally {
            psi: None,
            jensen_shannon: None,
            kolmogorov_smirnov: None,
            ..baseline
        },
        windows: tallies,
        own: Vec::new(),
    }
}

/// Edges behind which about a thirtieth of the counts each is reached: fewer than [`BINS`].
fn chosen(counts: &[u64]) -> Vec<usize> {
    let total: u64 = counts.iter().sum();
    let bins = u64::from(BINS);
    let (mut seen, mut part) = (0, 1);
    let mut out = Vec::new();
    for (edge, n) in counts
        .iter()
        .enumerate()
        .take(counts.len().saturating_sub(1))
    {
        seen += n;
        if part < bins && total > 0 && seen * bins >= total * part {
            out.push(edge);
            part = seen * bins / total + 1;
        }
    }
    out
}

/// Counts of the bins between these edges.
fn together(counts: &[u64], edges: &[usize]) -> Vec<u64> {
    let mut from = 0;
    let ends = edges.iter().map(|edge| edge + 1).chain([counts.len()]);
    let sum = |end: usize| {
        let bins = counts.get(from..end).unwrap_or_default();
        from = end;
        bins.iter().sum()
    };
    ends.map(sum).collect()
}

/// The periods that are windows of the baseline.
fn of_baseline(spans: &Spans) -> Vec<usize> {
    let (from, to) = spans.before.unwrap_or((0, 0));
    let windows = spans.windows.iter().zip(1..);
    let inside = windows.filter(|(w, _)| w.0 >= from && w.1 <= to && w.0 < w.1);
    inside.map(|w| w.1).collect()
}

/// `windows`: the periods of the baseline. The second half of it is every other one of them, and nothing where it has
/// none.
fn of_words(words: &[String], periods: &[(u64, &Column)], windows: &[usize]) -> ColumnProfile {
    let counts = |column: &Column| {
        let mut counts = column.counts.clone();
        counts.resize(words.len(), 0);
        counts
    };
    let before = periods.first().map(|p| counts(p.1)).unwrap_or_default();
    let mut half = vec![0u64; words.len()];
    for period in windows.iter().step_by(2) {
        let (_, column) = periods[*period];
        half.iter_mut()
            .zip(counts(column))
            .for_each(|(sum, n)| *sum += n);
    }
    let known = Known::of(words, &before, &half);
    let second: Vec<usize> = windows.iter().skip(1).step_by(2).copied().collect();
    let half = known.next.map(|next| {
        let count = |period: &usize| {
            let mut binned = vec![0; known.places];
            for (bin, n) in known.bins.iter().zip(counts(periods[*period].1)) {
                binned[*bin as usize] += n;
            }
            binned
        };
        let of = |period: usize| match second.contains(&period) {
            true => count(&period),
            false => Vec::new(),
        };
        Half {
            next,
            baseline: Vec::new(),
            windows: (1..periods.len()).map(of).collect(),
            own: Vec::new(),
        }
    });
    let lengths: Vec<u64> = words.iter().map(|w| w.chars().count() as u64).collect();
    let repeated = Repeated::of_counts(before.iter().copied());
    let mut fresh = vec![0u64; words.len()];
    let mut first = true;
    let tally = |(rows, column): &(u64, &Column)| {
        let counts = counts(column);
        let mut tally = Tally {
            cells: *rows,
            values: counts.iter().sum(),
            counts: vec![0; known.places],
            ..Tally::default()
        };
        let (mut sum, mut squares) = (0.0, 0.0);
        for (word, n) in counts.iter().enumerate().filter(|c| *c.1 > 0) {
            tally.counts[known.bins[word] as usize] += n;
            tally.distinct += 1;
            if !first && before[word] == 0 {
                fresh[word] += n;
            }
            let length = lengths[word] as f64;
            sum += length * *n as f64;
            squares += length * length * *n as f64;
            let (low, high) = tally.range.unwrap_or((length, length));
            tally.range = Some((low.min(length), high.max(length)));
        }
        first = false;
        tally.unseen = tally.counts[known.places - 1];
        (tally.sum, tally.squares) = (sum, Some(squares));
        tally.distinct_expected = repeated.expected(tally.values);
        tally
    };
    let mut tallies: Vec<Tally> = periods.iter().map(tally).collect();
    let baseline = tallies.remove(0);
    tallies
        .iter_mut()
        .for_each(|window| words_apart(&baseline.counts, window));
    ColumnProfile {
        column: String::new(),
        role: String::new(),
        bins: Bins::Words(known.told),
        centre: 0.0,
        fences: None,
        once: before.iter().filter(|n| **n == 1).count() as u64,
        half,
        unseen: most_frequent(words, &fresh),
        baseline,
        windows: tallies,
        own: Vec::new(),
    }
}
