//! A Summary on its way to the page: only what the page lacks, in pieces small enough that parsing
//! one does not hold up a frame.
//!
//! A Summary of a long log is megabytes of JSON, and most of it stays as it is when a reader asks
//! for one more slice. Layout: each piece is its length (`u32`, little endian) and its JSON; the
//! first one holds everything but the buckets, the others hold the new buckets in order. Behind them may
//! be the shapes of a streamed log's columns, which the page passes on to a worker unread ([`open`]).

use crate::summary::{Bucket, Series, Shapes, Summary};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Buckets in a piece: some 250 kB, a few milliseconds.
const PIECE: usize = 32;

/// Where the buckets of a series are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Buckets {
    /// With the receiver: those of its series of this index.
    Known(usize),
    /// In this parcel: so many.
    Here(usize),
}

/// The first piece.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Without its buckets.
    summary: Summary,
    /// One a series.
    buckets: Vec<Buckets>,
}

/// Writes a parcel for a receiver that has the series `known`, which then are those of `summary`.
///
/// # Errors
/// None that a Summary can cause.
pub fn pack(summary: Summary, known: &mut Vec<Series>) -> Result<Vec<u8>, serde_json::Error> {
    let mut packing = Packing::begin(&summary, known)?;
    while packing.step()? {}
    let out = packing.finish();
    *known = summary.series;
    Ok(out)
}

/// A parcel that is being made, piece by piece.
pub struct Packing<'a> {
    out: Vec<u8>,
    /// Pieces to be written, the last one first.
    left: Vec<&'a [Bucket]>,
    shapes: Option<&'a Shapes>,
}

impl<'a> Packing<'a> {
    /// Begins a parcel for a receiver that has the series `known`.
    ///
    /// # Errors
    /// None that a Summary can cause.
    pub fn begin(summary: &'a Summary, known: &[Series]) -> Result<Self, serde_json::Error> {
        let source = |series: &Series| {
            let same = known.iter().position(|k| {
                k.slice == series.slice && k.size == series.size && k.buckets == series.buckets
            });
            same.map_or(Buckets::Here(series.buckets.len()), Buckets::Known)
        };
        let head = Head {
            buckets: summary.series.iter().map(source).collect(),
            summary: outline(summary),
        };
        let sent = summary.series.iter().zip(&head.buckets);
        let mut left: Vec<&[Bucket]> = sent
            .filter(|(_, from)| matches!(from, Buckets::Here(_)))
            .flat_map(|(series, _)| series.buckets.chunks(PIECE))
            .collect();
        left.reverse();
        let mut out = Vec::new();
        put(&mut out, &head)?;
        Ok(Self {
            out,
            left,
            shapes: summary.shapes.as_deref(),
        })
    }

    /// Writes one piece; tells whether there was one left.
    ///
    /// # Errors
    /// None that a Summary can cause.
    pub fn step(&mut self) -> Result<bool, serde_json::Error> {
        if let Some(piece) = self.left.pop() {
            put(&mut self.out, &piece)?;
            return Ok(true);
        }
        if let Some(shapes) = self.shapes.take() {
            put(&mut self.out, shapes)?;
        }
        Ok(false)
    }

    /// The parcel, after the last step.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// A Summary without its buckets.
fn outline(summary: &Summary) -> Summary {
    let series = |series: &Series| Series {
        slice: series.slice.clone(),
        size: series.size,
        buckets: Vec::new(),
        full: series.full,
        reference: series.reference.clone(),
        exact: series.exact.clone(),
        drift: series.drift.clone(),
        estimates: series.estimates.clone(),
        arrivals: series.arrivals.clone(),
        delay_s: series.delay_s.clone(),
        naive: series.naive.clone(),
        residuals: series.residuals.clone(),
        compat: series.compat.clone(),
        examined: series.examined.clone(),
        profiles: series.profiles.clone(),
    };
    Summary {
        schema: summary.schema.clone(),
        task: summary.task,
        labels: summary.labels.clone(),
        edges: summary.edges.clone(),
        probabilistic: summary.probabilistic,
        served: summary.served,
        centre: summary.centre,
        timed: summary.timed,
        span: summary.span,
        as_of: summary.as_of,
        delays: summary.delays,
        counts: summary.counts,
        levels: summary.levels.clone(),
        sources: summary.sources.clone(),
        rejected: summary.rejected.clone(),
        notes: summary.notes.clone(),
        versions: summary.versions.clone(),
        segments: summary.segments.clone(),
        columns: summary.columns.clone(),
        models: summary.models.clone(),
        reference: summary.reference.clone(),
        streamed: summary.streamed,
        expectations: summary.expectations.clone(),
        shapes: None,
        machine: summary.machine.clone(),
        series: summary.series.iter().map(series).collect(),
    }
}

fn put<T: Serialize>(out: &mut Vec<u8>, piece: &T) -> Result<(), serde_json::Error> {
    let start = out.len();
    out.extend([0; 4]);
    serde_json::to_writer(&mut *out, piece)?;
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Opens a parcel at once, as [`Unpacking`] does piece by piece.
#[must_use]
pub fn open(parcel: &[u8], known: &[Series]) -> Option<Summary> {
    let mut unpacking = Unpacking::begin(parcel, known)?;
    while unpacking.step()? {}
    let shapes = match unpacking.rest {
        [] => None,
        _ => Some(Arc::new(take(&mut unpacking.rest)?)),
    };
    Some(Summary {
        shapes,
        ..unpacking.finish()
    })
}

/// A parcel that is being opened, piece by piece.
pub struct Unpacking<'a> {
    rest: &'a [u8],
    summary: Summary,
    /// Series that still lack buckets, last one first: index, and how many it will have.
    lacking: Vec<(usize, usize)>,
}

impl<'a> Unpacking<'a> {
    /// Begins to open a parcel, with the series that the receiver has. `None`: it is not a parcel,
    /// or was made for another receiver.
    #[must_use]
    pub fn begin(parcel: &'a [u8], known: &[Series]) -> Option<Self> {
        let mut rest = parcel;
        let Head {
            mut summary,
            buckets,
        } = take(&mut rest)?;
        let mut lacking = Vec::new();
        for (at, (series, from)) in summary.series.iter_mut().zip(buckets).enumerate() {
            match from {
                Buckets::Known(i) => series.buckets = known.get(i)?.buckets.clone(),
                Buckets::Here(0) => {}
                Buckets::Here(n) => lacking.push((at, n)),
            }
        }
        lacking.reverse();
        Some(Self {
            rest,
            summary,
            lacking,
        })
    }

    /// Opens one piece; tells whether there was one left. `None`: the parcel is damaged.
    #[must_use]
    pub fn step(&mut self) -> Option<bool> {
        let Some(&(at, n)) = self.lacking.last() else {
            return Some(false);
        };
        let mut piece: Vec<Bucket> = take(&mut self.rest)?;
        let buckets = &mut self.summary.series.get_mut(at)?.buckets;
        buckets.append(&mut piece);
        if buckets.len() >= n {
            self.lacking.pop();
        }
        Some(true)
    }

    /// The Summary, after the last step.
    #[must_use]
    pub fn finish(self) -> Summary {
        self.summary
    }
}

fn take<T: for<'d> Deserialize<'d>>(rest: &mut &[u8]) -> Option<T> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (piece, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    serde_json::from_slice(piece).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::message::Shard;
    use crate::engine::rows::Load;
    use crate::engine::{Keeper, info, look, read_through};
    use crate::report::view::{View, WindowSize};
    use std::fmt::Write;

    fn keeper() -> Keeper {
        let mut text = String::from("time,region,score,label\n");
        for i in 0..4_000_u32 {
            let (day, hour) = (1 + i / 24 / 6 % 28, i / 6 % 24);
            let score = f64::from(i * 37 % 101) / 101.0;
            let label = u32::from(i * 61 % 89 > 50);
            writeln!(
                text,
                "2025-01-{day:02}T{hour:02}:00:00Z,r{},{score:.4},{label}",
                i % 3
            )
            .expect("a String takes all");
        }
        let bytes = text.len() as u64;
        let input = look("log.csv", &text.as_bytes()).expect("it is a CSV file");
        let shard = Shard {
            file: 0,
            index: 0,
            start: 0,
            end: bytes,
            aligned: true,
            bytes: 1,
        };
        let part = read_through(&input, shard, &text.as_bytes()).expect("it can be read");
        let mut keeper = Keeper::open(vec![input]);
        let rows = Load::Table(part.table.clone());
        assert_eq!(keeper.keep(shard, info(&part), rows), Ok(()));
        keeper
    }

    #[test]
    fn the_receiver_has_the_same_summary_and_gets_each_bucket_once() {
        let mut keeper = keeper();
        let view = |size| View {
            window: Some(size),
            ..View::default()
        };
        let days = keeper
            .finish(&view(WindowSize::Day), &mut |_, _| {})
            .expect("it is a log");
        let mut sent = Vec::new();
        let first = pack(days.clone(), &mut sent).expect("it can be written");
        assert_eq!(open(&first, &[]).as_ref(), Some(&days));

        let hours = keeper
            .refine(&view(WindowSize::Hour))
            .expect("the rows are kept");
        assert!(hours.series.len() > days.series.len());
        let second = pack(hours.clone(), &mut sent).expect("it can be written");
        assert_eq!(open(&second, &days.series).as_ref(), Some(&hours));
        let whole = pack(hours.clone(), &mut Vec::new()).expect("it can be written");
        assert!(second.len() < whole.len());

        let again = pack(hours.clone(), &mut sent).expect("it can be written");
        assert_eq!(open(&again, &hours.series).as_ref(), Some(&hours));
        assert_eq!(open(&again, &[]), None, "another receiver's");
        for cut in [0, 3, 4, 100, first.len() - 1] {
            assert_eq!(open(&first[..cut], &[]), None, "cut at {cut}");
        }
    }
}
