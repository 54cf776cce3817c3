//! A Summary on its way to the page: only what the page lacks, in pieces small enough that parsing
//! one does not hold up a frame.
//!
//! A Summary of a long log is megabytes of JSON, and most of it stays as it is when a reader asks
//! for one more slice. Layout: each piece is its length (`u32`, little endian) and its JSON; the
//! first one holds everything but the buckets, what rows told of windows, and the columns by window; the others
//! hold the new ones of these in order. Behind them may be the shapes of a streamed log's columns and the outcomes of a
//! season, which the page passes on to a worker unread ([`open`]).

use crate::summary::{
    Bucket, ColumnProfile, Exact, Profile, Seasonal, Series, Shapes, Summary, Tally,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Buckets in a piece: some 250 kB, a few milliseconds.
const PIECE: usize = 32;

/// Windows of a column in a piece.
const WINDOWS: usize = 512;
/// What rows told of windows, in a piece.
const EXACT: usize = 256;
/// Buckets that the receiver has and takes over at a time.
const COPIED: usize = 128;

/// Where the buckets of a series are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Buckets {
    /// With the receiver: those of its series of this index.
    Known(usize),
    /// In this parcel: so many.
    Here(usize),
}

/// Where the columns of a series by window are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Columns {
    /// With the receiver: by the index of its series, and among the profiles of that.
    Known(usize, usize),
    /// In this parcel: a frame without windows, and so many pieces.
    Here(usize),
}

/// The first piece.
#[derive(Serialize, Deserialize)]
struct Head {
    /// Without what follows.
    summary: Summary,
    /// One a series.
    buckets: Vec<Buckets>,
    /// Of each series, how many of what rows told the receiver has, in which of its series, and how many follow.
    exact: Vec<(usize, usize, usize)>,
    /// Of each series, those of its profiles.
    profiles: Vec<Vec<Columns>>,
}

/// Windows of a column: its place in its profile, and these.
type Course<W> = (usize, W);

/// A piece that follows the first one.
enum Piece<'a> {
    Buckets(&'a [Bucket]),
    Exact(&'a [Exact]),
    Frame(Box<Profile>),
    Course(Course<&'a [Tally]>),
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
    left: Vec<Piece<'a>>,
    unread: Unread<'a>,
}

/// What the page does not read.
type Unread<'a> = (Option<&'a Shapes>, Option<&'a Seasonal>);

impl<'a> Packing<'a> {
    /// Begins a parcel for a receiver that has the series `known`.
    ///
    /// # Errors
    /// None that a Summary can cause.
    pub fn begin(summary: &'a Summary, known: &[Series]) -> Result<Self, serde_json::Error> {
        let twin = |series: &Series| {
            let same = |k: &Series| k.slice == series.slice && k.size == series.size;
            known.iter().position(same)
        };
        let mut left = Vec::new();
        let mut buckets = Vec::new();
        for series in &summary.series {
            let same = twin(series).filter(|at| known[*at].buckets == series.buckets);
            buckets.push(same.map_or(Buckets::Here(series.buckets.len()), Buckets::Known));
            if same.is_none() {
                left.extend(series.buckets.chunks(PIECE).map(Piece::Buckets));
            }
        }
        let mut exact = Vec::new();
        for series in &summary.series {
            let at = twin(series).filter(|at| series.exact.starts_with(&known[*at].exact));
            let has = at.map_or(0, |at| known[at].exact.len());
            let new = &series.exact[has..];
            exact.push((at.unwrap_or(0), has, new.len()));
            left.extend(new.chunks(EXACT).map(Piece::Exact));
        }
        let mut profiles = Vec::new();
        for series in &summary.series {
            let twin = twin(series);
            // Known ones stand before new ones with the receiver, and so they do here.
            let mut new = false;
            let of = |profile: &'a Profile| {
                let has = |at: usize| known[at].profiles.iter().position(|p| p == profile);
                let place = twin.and_then(|at| has(at).map(|place| (at, place)));
                if let Some((at, place)) = place.filter(|_| !new) {
                    return Columns::Known(at, place);
                }
                new = true;
                left.push(Piece::Frame(Box::new(frame(profile))));
                let before = left.len();
                for (at, column) in profile.columns.iter().enumerate() {
                    let pieces = column.windows.chunks(WINDOWS);
                    left.extend(pieces.map(|piece| Piece::Course((at, piece))));
                }
                Columns::Here(left.len() - before)
            };
            profiles.push(series.profiles.iter().map(of).collect());
        }
        left.reverse();
        let head = Head {
            summary: outline(summary),
            buckets,
            exact,
            profiles,
        };
        let mut out = Vec::new();
        put(&mut out, &head)?;
        Ok(Self {
            out,
            left,
            unread: (summary.shapes.as_deref(), summary.seasonal.as_deref()),
        })
    }

    /// Writes one piece; tells whether there was one left.
    ///
    /// # Errors
    /// None that a Summary can cause.
    pub fn step(&mut self) -> Result<bool, serde_json::Error> {
        if let Some(piece) = self.left.pop() {
            match piece {
                Piece::Buckets(buckets) => put(&mut self.out, &buckets)?,
                Piece::Exact(exact) => put(&mut self.out, &exact)?,
                Piece::Frame(frame) => put(&mut self.out, &frame)?,
                Piece::Course(course) => put(&mut self.out, &course)?,
            }
            return Ok(true);
        }
        let unread = std::mem::take(&mut self.unread);
        if unread != (None, None) {
            put(&mut self.out, &unread)?;
        }
        Ok(false)
    }

    /// The parcel, after the last step.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// A profile without the windows of its columns.
fn frame(profile: &Profile) -> Profile {
    let column = |column: &ColumnProfile| ColumnProfile {
        column: column.column.clone(),
        role: column.role.clone(),
        bins: column.bins.clone(),
        centre: column.centre,
        fences: column.fences,
        once: column.once,
        half: column.half.clone(),
        unseen: column.unseen.clone(),
        baseline: column.baseline.clone(),
        windows: Vec::new(),
        own: column.own.clone(),
    };
    Profile {
        spans: profile.spans.clone(),
        exact: profile.exact,
        baseline: profile.baseline,
        windows: profile.windows.clone(),
        own: profile.own.clone(),
        columns: profile.columns.iter().map(column).collect(),
        jointly: profile.jointly.clone(),
        outside: profile.outside.clone(),
        left_out: profile.left_out,
    }
}

/// A Summary without what goes in pieces.
fn outline(summary: &Summary) -> Summary {
    let series = |series: &Series| Series {
        slice: series.slice.clone(),
        size: series.size,
        buckets: Vec::new(),
        full: series.full,
        reference: series.reference.clone(),
        reference_buckets: series.reference_buckets.clone(),
        exact: Vec::new(),
        drift: series.drift.clone(),
        estimates: series.estimates.clone(),
        arrivals: series.arrivals.clone(),
        delay_s: series.delay_s.clone(),
        naive: series.naive.clone(),
        residuals: series.residuals.clone(),
        class_curves: series.class_curves.clone(),
        class_areas: series.class_areas.clone(),
        compat: series.compat.clone(),
        examined: series.examined.clone(),
        profiles: Vec::new(),
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
        shapes: None,
        seasonal: None,
        machine: summary.machine.clone(),
        ledger: summary.ledger.clone(),
        ledgers: summary.ledgers.clone(),
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
    let (shapes, seasonal): (Option<Shapes>, Option<Seasonal>) = match unpacking.rest {
        [] => (None, None),
        _ => take(&mut unpacking.rest)?,
    };
    Some(Summary {
        shapes: shapes.map(Arc::new),
        seasonal: seasonal.map(Arc::new),
        ..unpacking.finish()
    })
}

/// A parcel that is being opened, piece by piece.
pub struct Unpacking<'a> {
    rest: &'a [u8],
    /// What the receiver has.
    known: &'a [Series],
    summary: Summary,
    /// What the series still lack, last one first.
    lacking: Vec<Lack>,
}

/// What a series lacks: its index, and how many of what.
#[derive(Clone, Copy)]
enum Lack {
    /// So many buckets in all.
    Buckets(usize, usize),
    /// The buckets of that series of the receiver.
    Known(usize, usize),
    /// So much in all of what rows told.
    Exact(usize, usize),
    /// A profile, and so many pieces of its columns.
    Profile(usize, usize),
    /// So many pieces for the profile that came last.
    Courses(usize, usize),
}

impl<'a> Unpacking<'a> {
    /// Begins to open a parcel, with the series that the receiver has. `None`: it is not a parcel,
    /// or was made for another receiver.
    #[must_use]
    pub fn begin(parcel: &'a [u8], known: &'a [Series]) -> Option<Self> {
        let mut rest = parcel;
        let Head {
            mut summary,
            buckets,
            exact,
            profiles,
        } = take(&mut rest)?;
        let mut lacking = Vec::new();
        let mut old = Vec::new();
        for (at, from) in buckets.into_iter().enumerate() {
            match from {
                Buckets::Known(i) => old.push(Lack::Known(at, i)),
                Buckets::Here(0) => {}
                Buckets::Here(n) => lacking.push(Lack::Buckets(at, n)),
            }
        }
        for (at, (series, (from, has, new))) in summary.series.iter_mut().zip(exact).enumerate() {
            if has > 0 {
                series.exact = known.get(from)?.exact.get(..has)?.to_vec();
            }
            if new > 0 {
                lacking.push(Lack::Exact(at, has + new));
            }
        }
        for (at, (series, from)) in summary.series.iter_mut().zip(profiles).enumerate() {
            for columns in from {
                match columns {
                    Columns::Known(i, place) => {
                        series
                            .profiles
                            .push(known.get(i)?.profiles.get(place)?.clone());
                    }
                    Columns::Here(n) => lacking.push(Lack::Profile(at, n)),
                }
            }
        }
        lacking.extend(old);
        lacking.reverse();
        Some(Self {
            rest,
            known,
            summary,
            lacking,
        })
    }

    /// Opens one piece; tells whether there was one left. `None`: the parcel is damaged.
    #[must_use]
    pub fn step(&mut self) -> Option<bool> {
        let Some(lack) = self.lacking.pop() else {
            return Some(false);
        };
        let all = &mut self.summary.series;
        match lack {
            Lack::Buckets(at, n) => {
                let mut piece: Vec<Bucket> = take(&mut self.rest)?;
                let buckets = &mut all.get_mut(at)?.buckets;
                buckets.append(&mut piece);
                if buckets.len() < n {
                    self.lacking.push(lack);
                }
            }
            Lack::Known(at, from) => {
                let theirs = &self.known.get(from)?.buckets;
                let buckets = &mut all.get_mut(at)?.buckets;
                let next = theirs.get(buckets.len()..)?;
                buckets.extend_from_slice(&next[..next.len().min(COPIED)]);
                if buckets.len() < theirs.len() {
                    self.lacking.push(lack);
                }
            }
            Lack::Exact(at, n) => {
                let mut piece: Vec<Exact> = take(&mut self.rest)?;
                let exact = &mut all.get_mut(at)?.exact;
                exact.append(&mut piece);
                if exact.len() < n {
                    self.lacking.push(lack);
                }
            }
            Lack::Profile(at, pieces) => {
                all.get_mut(at)?.profiles.push(take(&mut self.rest)?);
                self.lacking.push(Lack::Courses(at, pieces));
            }
            Lack::Courses(_, 0) => return self.step(),
            Lack::Courses(at, pieces) => {
                let (column, mut windows): Course<Vec<Tally>> = take(&mut self.rest)?;
                let profile = all.get_mut(at)?.profiles.last_mut()?;
                let column = profile.columns.get_mut(column)?;
                column.windows.append(&mut windows);
                self.lacking.push(Lack::Courses(at, pieces - 1));
            }
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
        assert!(days.series.iter().any(|s| !s.profiles.is_empty()));
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
