//! Keeps the rows of all files: puts parts into order, joins, summarises, and answers what a reader
//! asks later.

use super::message::{Depth, Input, PartInfo, Shard};
use super::rows::{Load, Rows};
use super::service::{self, Served};
use super::sources::{Sources, kind};
use super::stream::{Stream, damaged, unjoined};
use crate::log::{FileKind, Task, join};
use crate::read::ReadError;
use crate::report::Report;
use crate::report::expect::Expectations;
use crate::report::view::View;
use crate::summary::build::Builder;
use crate::summary::{Asked, Estimating, Rejected, SourceInfo, Summary};
use crate::table::Table;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How often a report may ask for more before it is taken as it is: each answer can bring up one
/// further question (the alert that starts at a window just made exact).
const ROUNDS: usize = 4;

/// The rows of all files.
pub struct Keeper {
    inputs: Vec<Input>,
    rows: Vec<Rows>,
    /// What rows are counted for as they come, once the first ones do.
    wanted: Option<View>,
    /// What a person expects of the columns, whose limits are counted, too.
    expected: Option<Expectations>,
    /// Rows of a block at most, where they are told.
    most: Option<usize>,
    stream: Option<Stream>,
    builder: Option<Rc<Builder>>,
    summary: Option<Summary>,
    refining: Option<Refining>,
    /// Files of the service, which are put beside the rows.
    served: Vec<Served>,
}

/// A Summary that is being made to answer a view.
struct Refining {
    view: View,
    depth: Depth,
    /// Whether the report was asked what it lacks.
    begun: bool,
    estimating: Option<Estimating>,
}

/// How far a refinement has come.
pub enum Refined {
    /// So much of it (between 0 and 1) is done.
    Share(f64),
    /// All of it, or what was made of it until it was given up.
    Done(Box<Summary>),
}

impl Keeper {
    /// Expects the parts of these files.
    #[must_use]
    pub fn open(inputs: Vec<Input>) -> Self {
        Self {
            rows: inputs.iter().map(|i| Rows::new(i.bytes)).collect(),
            inputs,
            wanted: None,
            expected: None,
            most: None,
            stream: None,
            builder: None,
            summary: None,
            refining: None,
            served: Vec::new(),
        }
    }

    /// Takes files of the service, which are put beside the rows.
    pub fn serve(&mut self, served: Vec<Served>) {
        self.served.extend(served);
    }

    /// Expects the parts of these files, in the order of [`super::in_order`], and lets the rows of
    /// predictions go once they are counted for a view.
    #[must_use]
    pub fn streaming(inputs: Vec<Input>, view: View) -> Self {
        let mut keeper = Self::open(Vec::new());
        keeper.wanted = Some(view);
        keeper.more(inputs);
        keeper
    }

    /// Counts from now on what lies outside of the limits that a person expects, too; `None`: nothing is expected.
    pub fn expect(&mut self, expected: Option<Expectations>) {
        self.expected = expected;
    }

    /// Counts rows that pass in blocks of so many at most, give or take the rows of a shard; otherwise they
    /// are as large as memory allows.
    #[must_use]
    pub fn in_blocks_of(mut self, rows: usize) -> Self {
        self.most = Some(rows);
        self
    }

    /// Expects the parts of further files, too, before any of their rows come.
    pub fn more(&mut self, inputs: Vec<Input>) {
        let passes = self.wanted.is_some();
        let room = |input: &Input| if passes { 0 } else { input.bytes };
        self.rows.extend(inputs.iter().map(|i| Rows::new(room(i))));
        self.inputs.extend(inputs);
    }

    /// Holds a Summary without its rows.
    #[must_use]
    pub fn holding(summary: Summary) -> Self {
        let mut keeper = Self::open(Vec::new());
        keeper.summary = Some(summary);
        keeper
    }

    /// Keeps the rows of a shard, in place of those that were kept for it before.
    ///
    /// # Errors
    /// Where they were damaged on their way; of a stream also where they do not make a log.
    pub fn keep(&mut self, shard: Shard, info: PartInfo, load: Load) -> Result<(), ReadError> {
        self.begin();
        let rows = self.rows.get_mut(shard.file).ok_or_else(damaged)?;
        match &mut self.stream {
            Some(stream) => {
                rows.enter(shard, info, load);
                stream.take(&self.inputs, &mut self.rows)
            }
            None if rows.keep(shard, info, load) => Ok(()),
            None => Err(damaged()),
        }
    }

    /// Begins the stream, where there is to be one: all files are known.
    fn begin(&mut self) {
        if let Some(view) = self.wanted.take() {
            self.stream = Some(Stream::open(&self.inputs, view, self.most));
        }
    }

    /// Forgets the rows of a file, which is read again as this input says ([`super::widen`]).
    pub fn again(&mut self, file: usize, input: Input) {
        if let (Some(rows), Some(known)) = (self.rows.get_mut(file), self.inputs.get_mut(file)) {
            *rows = Rows::new(input.bytes);
            *known = input;
        }
    }

    /// Joins and summarises; the Summary answers the view exactly, but for the drift of its columns, how they go
    /// and what is expected of windows: these take a look at every cell, and the first report does not wait for
    /// them ([`Keeper::refine`]).
    ///
    /// # Errors
    /// Where the files do not make a log: no predictions, no id to join by.
    pub fn finish(
        &mut self,
        view: &View,
        progress: &mut dyn FnMut(&str, f64),
    ) -> Result<Summary, ReadError> {
        progress("join", 0.0);
        let served = std::mem::take(&mut self.served);
        if self.inputs.is_empty() && !served.is_empty() {
            let mut summary = Summary::of_task(Task::Service);
            service::put(&mut summary, served);
            self.summary = Some(summary.clone());
            return Ok(summary);
        }
        self.begin();
        let counted = match self.stream.take() {
            Some(stream) => Some(stream.finish(&self.inputs, &mut self.rows)?),
            None => None,
        };
        let mut sources = Sources::default();
        for (input, rows) in self.inputs.iter().zip(std::mem::take(&mut self.rows)) {
            let mut rejected = Vec::new();
            let (table, info) = gather(input, rows, &mut rejected);
            sources.take(input, table, info, rejected);
        }
        let notes = match counted {
            Some(_) => Vec::new(),
            None => sources.notes()?,
        };
        let (sources, infos, rejected) = sources.finish();
        let reference = infos.iter().find(|i| i.kind == "reference");
        let reference = reference.map(|i| i.name.clone());
        if let Some(summary) = counted {
            let mut summary = Summary {
                reference,
                sources: infos,
                rejected,
                ..summary
            };
            service::put(&mut summary, served);
            self.summary = Some(summary.clone());
            return Ok(summary);
        }
        let mut log = join(sources).map_err(|why| unjoined(&self.inputs, &why))?;
        notes.into_iter().for_each(|note| log.notes.say(note));
        progress("summarise", 0.0);
        let builder = Builder::new(log, view.threshold);
        progress("summarise", 0.3);
        let mut summary = builder.summary(view.window);
        summary.reference = reference;
        summary.sources = infos;
        summary.rejected = rejected;
        service::put(&mut summary, served);
        progress("summarise", 0.8);
        // Nothing is estimated yet.
        sharpen(
            &builder,
            &mut summary,
            (view, self.expected.as_ref()),
            Depth::Metrics,
            &mut |_, _, _| (),
        );
        progress("summarise", 1.0);
        self.builder = Some(Rc::new(builder));
        self.summary = Some(summary.clone());
        Ok(summary)
    }

    /// Makes the Summary answer a view exactly.
    ///
    /// # Errors
    /// Where nothing was summarised yet.
    pub fn refine(&mut self, view: &View) -> Result<Summary, ReadError> {
        self.refine_to(view, Depth::Expected)
    }

    /// The same as far as a depth: what takes longest comes last.
    ///
    /// # Errors
    /// Where nothing was summarised yet.
    pub fn refine_to(&mut self, view: &View, depth: Depth) -> Result<Summary, ReadError> {
        self.begin_refining(view, depth);
        loop {
            if let Refined::Done(summary) = self.go_on()? {
                return Ok(*summary);
            }
        }
    }

    /// Begins to do so in steps, in place of what was begun before.
    pub fn begin_refining(&mut self, view: &View, depth: Depth) {
        self.refining = Some(Refining {
            view: view.clone(),
            depth,
            begun: false,
            estimating: None,
        });
    }

    /// Gives up what was begun: the next step ends with what there is.
    pub fn give_up(&mut self) {
        self.refining = None;
    }

    /// Goes on with what was begun, for some tens of milliseconds where windows are estimated. With the last
    /// step, or where nothing is begun, it gives the Summary.
    ///
    /// # Errors
    /// Where nothing was summarised yet.
    pub fn go_on(&mut self) -> Result<Refined, ReadError> {
        let summary = match (&self.builder, &mut self.summary) {
            (_, Some(summary)) if summary.streamed => {
                if let Some(refining) = self.refining.take() {
                    compare(summary, &refining.view);
                }
                return Ok(Refined::Done(Box::new(summary.clone())));
            }
            (_, Some(summary)) if summary.is_of_machine() => {
                self.refining = None;
                return Ok(Refined::Done(Box::new(summary.clone())));
            }
            (Some(_), Some(summary)) => summary,
            _ => {
                return Err(ReadError {
                    file: String::new(),
                    line: None,
                    found: "the rows are no longer there".into(),
                    mend: "Open the files again".into(),
                });
            }
        };
        let (Some(builder), Some(refining)) = (&self.builder, &mut self.refining) else {
            return Ok(Refined::Done(Box::new(summary.clone())));
        };
        if let Some(estimating) = &mut refining.estimating {
            if !estimating.step(summary) {
                return Ok(Refined::Share(estimating.share()));
            }
            refining.estimating = None;
            // What is expected of windows can bring up a last question.
            let at_once = &mut |summary: &mut Summary, at: usize, asked: &Asked| {
                builder.add_estimates(summary, at, asked);
            };
            let asked = (&refining.view, self.expected.as_ref());
            sharpen(builder, summary, asked, refining.depth, at_once);
        } else if !refining.begun {
            refining.begun = true;
            let mut wanted = None;
            let later = &mut |_: &mut Summary, at: usize, asked: &Asked| {
                wanted = Some((at, asked.clone()));
            };
            let asked = (&refining.view, self.expected.as_ref());
            sharpen(builder, summary, asked, refining.depth, later);
            refining.estimating =
                wanted.and_then(|(at, asked)| Estimating::begin(builder, summary, at, &asked));
            if refining.estimating.is_some() {
                return Ok(Refined::Share(0.0));
            }
        }
        self.refining = None;
        Ok(Refined::Done(Box::new(summary.clone())))
    }

    /// What was summarised last; it answers the view exactly where the rows are there.
    #[must_use]
    pub fn answering(&mut self, view: &View) -> Option<&Summary> {
        if let (Some(builder), Some(summary)) = (&self.builder, &mut self.summary) {
            let at_once = &mut |summary: &mut Summary, at: usize, asked: &Asked| {
                builder.add_estimates(summary, at, asked);
            };
            let asked = (view, self.expected.as_ref());
            sharpen(builder, summary, asked, Depth::Expected, at_once);
        } else if let Some(summary) = &mut self.summary {
            compare(summary, view);
        }
        self.summary.as_ref()
    }
}

/// Adds to a Summary without rows how the columns differ in a view and what a naive forecast was off by, as far as
/// it can tell.
fn compare(summary: &mut Summary, view: &View) {
    if summary.shapes.is_none() && summary.seasonal.is_none() {
        return;
    }
    let missing = Report::missing(summary, view, None);
    if let Some((at, periods)) = missing.drift {
        summary.add_drift(at, &periods);
    }
    if let Some((at, spans)) = missing.profile {
        summary.add_profile(at, &spans);
    }
    if let Some((at, lag)) = missing.naive {
        summary.add_naive(at, lag);
    }
}

/// What is done where a report lacks what is expected of windows of a series.
type Estimate<'a> = &'a mut dyn FnMut(&mut Summary, usize, &Asked);

/// Adds to the Summary what a report on the view lacks, as far as a depth; what is expected of windows is left to
/// `estimate`.
fn sharpen(
    builder: &Builder,
    summary: &mut Summary,
    (view, expected): (&View, Option<&Expectations>),
    depth: Depth,
    estimate: Estimate<'_>,
) {
    for _ in 0..ROUNDS {
        let missing = Report::missing(summary, view, expected);
        if missing.series.is_some() || missing.details.is_some() {
            for (slice, size) in missing.series.iter().chain(&missing.details) {
                builder.add_series(summary, slice, *size);
            }
            // What else it lacked was of a series that does not answer the view.
            continue;
        }
        if let Some(size) = missing.families {
            builder.add_families(summary, size);
        }
        if let Some((at, periods)) = missing.drift.filter(|_| depth >= Depth::Columns) {
            builder.add_drift(summary, at, &periods);
        }
        if let Some((at, asked)) = missing.compat.filter(|_| depth >= Depth::Columns) {
            builder.add_compat(summary, at, &asked);
        }
        let examined = missing.examined.filter(|_| depth >= Depth::Columns);
        if let Some((at, periods, chosen)) = examined {
            builder.add_examined(summary, at, (&periods, &chosen));
        }
        // Columns are judged with everything else: a verdict without them would change once they come.
        // Only once they are counted it shows which limits are not the baseline's own.
        let limits = expected.is_some() && missing.profile.is_some();
        if let Some((at, spans)) = missing.profile {
            builder.add_profile(summary, at, &spans);
        }
        if let Some((at, spans, limits)) = missing.outside {
            builder.add_outside(summary, at, &spans, &limits);
        }
        if let Some((at, asked)) = missing.estimates.filter(|_| depth >= Depth::Expected) {
            estimate(summary, at, &asked);
        }
        if let Some((at, wanted)) = missing.arrivals {
            builder.add_arrivals(summary, at, &wanted);
        }
        if let Some((at, range)) = missing.residuals.filter(|_| depth >= Depth::Columns) {
            builder.add_residuals(summary, at, range);
        }
        if depth >= Depth::Columns {
            for (at, range) in missing.class_curves {
                builder.add_class_curves(summary, at, range);
            }
            if let Some((at, range)) = missing.class_areas {
                builder.add_class_areas(summary, at, range);
            }
        }
        if let Some((at, ends)) = missing.chosen {
            builder.add_chosen(summary, at, ends);
        }
        if let Some((at, items)) = missing.head {
            builder.add_head(summary, at, items);
        }
        if let Some(slice) = &missing.ledger {
            builder.add_ledger(summary, slice);
        }
        if let Some((base, size)) = &missing.groups {
            builder.add_groups(summary, base, *size);
        }
        if let Some((at, lag)) = missing.naive {
            builder.add_naive(summary, at, lag);
        }
        if missing.exact.is_empty() && !limits {
            // None of these brings up a question.
            return;
        }
        let mut ranges: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, range) in missing.exact {
            ranges.entry(at).or_default().push(range);
        }
        for (at, ranges) in ranges {
            builder.add_exact(summary, at, &ranges);
        }
    }
}

/// The parts of a file as one table, and what was wrong with it, lines counted from the file's start.
fn gather(input: &Input, rows: Rows, rejected: &mut Vec<Rejected>) -> (Table, SourceInfo) {
    let (table, infos) = rows.finish();
    let rows = infos.iter().map(|info| info.rows).sum();
    let mut line = 1;
    let mut found: BTreeMap<(Option<String>, bool, String), Rejected> = BTreeMap::new();
    let whole = (0, input.troubles.clone());
    let parts = infos.into_iter().map(|info| (info.lines, info.troubles));
    for (lines, troubles) in std::iter::once(whole).chain(parts) {
        for trouble in troubles {
            let kind = kind(&trouble.reason).to_string();
            found
                .entry((trouble.column.clone(), trouble.row_lost, kind))
                .and_modify(|r| r.count += trouble.count)
                .or_insert_with(|| Rejected {
                    source: input.name.clone(),
                    line: line + trouble.line,
                    column: trouble.column,
                    reason: trouble.reason,
                    count: trouble.count,
                    row_lost: trouble.row_lost,
                });
        }
        line += lines;
    }
    let lost = found.values().filter(|r| r.row_lost).map(|r| r.count).sum();
    let mut found: Vec<Rejected> = found.into_values().collect();
    found.sort_by_key(|r| r.line);
    rejected.extend(found);
    let info = SourceInfo {
        name: input.name.clone(),
        kind: match input.kind {
            FileKind::Predictions => "predictions",
            FileKind::Outcomes => "outcomes",
            FileKind::Reference => "reference",
        }
        .into(),
        bytes: input.bytes,
        rows,
        rejected: lost,
        format: input.sniff.description.clone(),
    };
    (table, info)
}
