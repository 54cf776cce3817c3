//! Summary and View to Report.

use super::baseline::Basis;
use super::choose::{choose, cut};
use super::expect::Expectations;
use super::least::Sizes;
use super::missing::Missing;
use super::steps::{Steps, pause};
use super::view::{BaselineChoice, View};
use super::{
    Baseline, Block, Metrics, Report, Resources, Rows, SCHEMA, Span, Window, arriving, checks,
    complete, costs, curves, drift, effect, estimated, expect, groups, health, incidents, judge,
    maturity, models, parts, profile, quantiles, service, tracks, watch,
};
use crate::log::Task;
use crate::metric::{self, Cut, Estimate, Info, Measures, Parameter, Parameters};
use crate::stats::rank::Ends;
use crate::summary::{
    Cell, Exact, Lag, Lists, Naive, Residuals, Series, Slice, Summary, WindowSize,
};
use crate::table::time::Time;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell, RefMut};
use std::collections::BTreeMap;

/// What the parts of a report are made from.
pub(super) struct Making<'a> {
    pub summary: &'a Summary,
    /// Up to when anything is known.
    pub as_of: Option<Time>,
    /// The series of the view's slice, and its place.
    pub series: &'a Series,
    pub at: usize,
    pub size: WindowSize,
    pub cut: Cut,
    /// All windows of the series, brushed or not.
    pub all: Vec<Frame<'a>>,
    /// The windows of the view: a range of `all`.
    pub shown: (usize, usize),
    /// From which size on a change counts.
    pub least: &'a Sizes,
    /// Costs by true and predicted class.
    pub costs: Option<BTreeMap<(usize, usize), f64>>,
    /// What the reader chose of metrics.
    pub parameters: &'a Parameters,
    /// What a naive forecast is off by in the baseline.
    naive: OnceCell<Naive>,
    pub missing: RefCell<Missing>,
}

/// A window before its metrics are computed.
pub(super) struct Frame<'a> {
    pub range: (usize, usize),
    pub start: Time,
    pub end: Time,
    pub cell: Cow<'a, Cell>,
    pub mature: bool,
    /// Whether rows of it may still come.
    pub open: bool,
}

impl Report {
    /// What a reader sees.
    #[must_use]
    pub fn from(summary: &Summary, view: &View) -> Self {
        Self::with_missing(summary, view).0
    }

    /// What a reader sees, and what the Summary lacked for it.
    #[must_use]
    pub fn with_missing(summary: &Summary, view: &View) -> (Self, Missing) {
        Self::made(summary, view, None)
    }

    /// What a reader sees who expects something of the columns.
    #[must_use]
    pub fn expecting(summary: &Summary, view: &View, expected: Option<&Expectations>) -> Self {
        Self::made(summary, view, expected).0
    }

    fn made(summary: &Summary, view: &View, expected: Option<&Expectations>) -> (Self, Missing) {
        let mut steps = Steps::begin(summary, view, expected);
        loop {
            if let Some(made) = steps.step() {
                return made;
            }
        }
    }

    /// What the Summary lacks for it, where something is expected of the columns or nothing, without judging anything.
    #[must_use]
    pub fn missing(summary: &Summary, view: &View, expected: Option<&Expectations>) -> Missing {
        let mut steps = Steps::asking(summary, view, expected);
        loop {
            if let Some((_, missing)) = steps.step() {
                return missing;
            }
        }
    }
}

impl Frame<'_> {
    /// A quantile of the delay of its outcomes, in seconds.
    fn delay(&self, p: f64) -> Option<f64> {
        self.cell.delay_s.as_ref()?.quantile(p)
    }
}

/// Windows between two pauses, and cells that are added up between them.
pub(super) const PIECE: usize = 8;
const CELLS: usize = 128;

/// Makes the report, with a [`pause`] after each piece of the work; `judging`: with its alarms, which ask for
/// nothing.
pub(super) async fn make(
    summary: &Summary,
    view: &View,
    expected: Option<&Expectations>,
    judging: bool,
) -> (Report, Missing) {
    let mut missing = Missing::default();
    let (at, size) = choose(summary, view, &mut missing);
    let empty = Series {
        full: true,
        ..Series::new(Slice::default(), size)
    };
    let series = summary.series.get(at).unwrap_or(&empty);
    let as_of = maturity::as_of(summary, view);
    let (cut, threshold) = cut(summary, view, &mut missing);
    let mut all: Vec<Frame<'_>> = Vec::new();
    let mut cells = 0;
    for range in series.windows(size) {
        let (start, end) = series.border(size, range);
        all.push(Frame {
            range,
            start,
            end,
            cell: total(series, range).await,
            mature: true,
            open: view.live && as_of.is_some_and(|newest| newest < end),
        });
        cells += range.1 - range.0;
        if cells >= CELLS {
            cells = 0;
            pause().await;
        }
    }
    pause().await;
    let truth = maturity::mark(summary, as_of, &mut all);
    all.iter_mut().for_each(|frame| frame.mature &= !frame.open);
    pause().await;
    let shown = match view.range {
        Some((from, to)) => (
            all.partition_point(|w| w.start < from),
            all.partition_point(|w| w.start < to),
        ),
        None => (0, all.len()),
    };
    // A range without a window shows everything rather than nothing.
    let shown = if shown.0 < shown.1 {
        shown
    } else {
        (0, all.len())
    };
    let making = Making {
        summary,
        as_of,
        series,
        at,
        size,
        cut,
        all,
        shown,
        least: &view.least,
        costs: {
            let costs = view.costs.as_ref();
            costs.map(|c| c.by_place(summary.task, &summary.labels))
        },
        parameters: &view.metrics,
        naive: OnceCell::new(),
        missing: RefCell::new(missing),
    };
    let wanted = (view, expected, judging);
    let report = making.report(wanted, threshold, truth).await;
    let missing = making.missing.into_inner();
    // Without a row there is nothing to go back to.
    let missing = if summary.is_of_machine() {
        Missing::default()
    } else {
        missing
    };
    (report, missing)
}

/// [`Series::total`], with pauses: some thousand buckets take longer than a frame.
pub(super) async fn total(series: &Series, range: (usize, usize)) -> Cow<'_, Cell> {
    if range.1 - range.0 <= CELLS {
        return series.total(range);
    }
    let mut parts: Vec<Cow<'_, Cell>> = Vec::new();
    for first in (range.0..range.1).step_by(CELLS) {
        parts.push(series.total((first, (first + CELLS).min(range.1))));
        pause().await;
    }
    let parts: Vec<&Cell> = parts.iter().map(AsRef::as_ref).collect();
    Cow::Owned(Cell::total(&parts))
}

impl Making<'_> {
    /// What the Summary lacks for the report.
    pub(super) fn missing(&self) -> RefMut<'_, Missing> {
        self.missing.borrow_mut()
    }

    async fn report(
        &self,
        (view, expected, judging): (&View, Option<&Expectations>, bool),
        threshold: Option<f64>,
        mut truth: Option<super::Truth>,
    ) -> Report {
        let summary = self.summary;
        let basis = Basis::choose(self, &view.baseline).await;
        self.scale(view, basis.as_ref());
        let mut windows: Vec<Window> = Vec::new();
        for (i, frame) in self.all[self.shown.0..self.shown.1].iter().enumerate() {
            windows.push(Window {
                start: frame.start,
                end: frame.end,
                rows: frame.cell.rows,
                labelled: frame.cell.labelled,
                mature: frame.mature,
                open: frame.open,
                in_baseline: basis.as_ref().is_some_and(|b| b.holds(self.shown.0 + i)),
                metrics: self.metrics(&frame.cell, Some(frame.range)),
                estimated: Metrics::new(),
                departures: BTreeMap::new(),
                completed: Metrics::new(),
                delay_p50_s: frame.delay(0.5),
                delay_p95_s: frame.delay(0.95),
            });
            if windows.len().is_multiple_of(PIECE) {
                pause().await;
            }
        }
        let completed = complete::complete(self, self.shown.0, &mut windows).await;
        if let Some(truth) = &mut truth {
            truth.completed = completed.sentence;
            truth.slices = maturity::slices(self);
        }
        let baseline = basis.as_ref().map(|b| Baseline {
            label: b.label.clone(),
            start: b.start,
            end: b.end,
            block: Block {
                rows: b.cell.rows,
                labelled: b.cell.labelled,
                metrics: self.metrics(&b.cell, b.range),
            },
        });
        let mut estimated = None;
        let (mut alerts, mut improved) = (Vec::new(), Vec::new());
        let budget = watch::budget(view.budget);
        let mut watched = None;
        let profile = basis
            .as_ref()
            .and_then(|basis| profile::profile(self, basis));
        if let (Some(basis), Some(baseline)) = (&basis, &baseline) {
            let metrics = &baseline.block.metrics;
            let before = basis.before(self, metrics, &windows).await;
            let known = (metrics, &before[..]);
            if judging {
                let found = watch::watch(self, basis, known, &windows, profile, budget).await;
                judge::departures(&mut windows, &found);
                let by = (&found, profile);
                (alerts, improved) = incidents::alerts(self, basis, metrics, &windows, by).await;
                watched = Some(found);
            }
            let judged = watched.as_ref().map(|watched| (watched, profile));
            let filled = (&mut windows[..], &mut alerts[..]);
            estimated = estimated::fill(self, basis, known, (budget, judged), filled).await;
            effect::rank(&mut alerts);
        }
        let scope = self.scope();
        let total = total(self.series, scope).await;
        let metrics = self.metrics(&total, Some(scope));
        let slices = match (&basis, &baseline) {
            (Some(basis), Some(_)) => parts::slices(self, basis, &alerts).await,
            _ => Vec::new(),
        };
        if basis.is_some() && parts::lacks_slices(self) {
            self.missing.borrow_mut().families = Some(self.series.size);
        }
        let (mut drift, mut checks) = (None, None);
        if let Some(basis) = &basis {
            drift = drift::drift(self, basis, profile);
            pause().await;
            let tracked = checks::tracked(self, basis, profile).await;
            checks = Some(checks::checks(self, |at| basis.holds(at), &tracked).await);
        }
        let checks = checks.map(|checks| expect::hold(self, checks, expected, profile));
        let compat = basis
            .as_ref()
            .and_then(|basis| drift::compat(self, basis, view));
        let examined = basis
            .as_ref()
            .and_then(|basis| drift::examined(self, basis, view));
        judge::name_slices(&mut alerts, &slices);
        pause().await;
        let (resources, performance): (Metrics, Metrics) = metrics
            .into_iter()
            .partition(|(name, _)| judge::is_resource(name));
        let models = models::models(self, &total, &performance);
        let block = |metrics| Block {
            rows: total.rows,
            labelled: total.labelled,
            metrics,
        };
        let usual = complete::usual_coverage(&self.all);
        let late = completed.late.as_ref().zip(usual);
        let arriving = arriving::arriving(&windows, (&performance, summary.task), late);
        let groups = groups::groups(self, &total).await;
        let of_total = Measures::new(summary, &total, None, self.cut);
        let curves = curves::curves(self, &total, basis.as_ref().map(|b| b.cell.as_ref()));
        let mut report = Report {
            schema: SCHEMA.into(),
            task: summary.task,
            timed: summary.timed,
            streamed: summary.streamed,
            sources: summary.sources.clone(),
            rows: rows(summary),
            view: View {
                window: Some(self.size),
                threshold,
                baseline: match &basis {
                    None => BaselineChoice::None,
                    // Where no reference was given, the choice is made as if none was asked for.
                    Some(b) if b.start.is_some() && view.baseline == BaselineChoice::Reference => {
                        BaselineChoice::Auto
                    }
                    Some(_) => view.baseline.clone(),
                },
                version: self.series.slice.version.clone(),
                slices: self.series.slice.values.clone(),
                range: view.range.filter(|_| self.shown != (0, self.all.len())),
                costs: view.costs.clone(),
                metrics: view.metrics.clone(),
                compat: view.compat,
                budget: view.budget,
                least: view.least.clone(),
                all_tests: view.all_tests,
                tests: view.tests.clone(),
                live: view.live,
                service: view.service,
                marked: view.marked,
                season: (summary.task == Task::Regression).then(|| view.season.unwrap_or_default()),
            },
            span: summary.span.map(|(start, end)| Span {
                start,
                end,
                as_of: self.as_of.unwrap_or(end),
            }),
            health: super::Health {
                level: super::Level::Unknown,
                sentence: String::new(),
                expected: None,
                notes: Vec::new(),
                metric: None,
            },
            baseline,
            overall: block(performance),
            arriving: arriving.filter(|_| summary.task != Task::Service),
            confusion: parts::confusion(self, &total, basis.as_ref()),
            classes: parts::classes(self, &of_total, scope),
            scores: parts::scores(self, &total, threshold),
            calibration: parts::calibration(summary.task, &total),
            costs: view
                .costs
                .as_ref()
                .map(|c| costs::bill(summary, c, of_total.confused(), curves.as_ref())),
            curves,
            class_curves: curves::class_curves(self, &total, scope, basis.as_ref()),
            groups,
            residuals: self.residuals(&total, scope),
            quantiles: quantiles::quantiles(self, &total, basis.as_ref().map(|b| b.cell.as_ref())),
            drift,
            quality: parts::quality(self, &windows, basis.as_ref()),
            checks,
            windows,
            models,
            truth,
            slices,
            resources: Resources {
                block: block(resources),
                service: service::service(summary, view),
                lacks: service::lacks(summary),
                objectives: service::of_rows(summary, view, &mut self.missing().ledger),
            },
            // Without a baseline, slices are not asked for, and are there only by chance.
            versions: match &basis {
                Some(_) => tracks::versions(self),
                None => Vec::new(),
            },
            changes: None,
            leads: None,
            alerts,
            improved,
            estimated,
            compat,
            examined,
            rejected: summary.rejected.clone(),
        };
        pause().await;
        let of = |info: &Info| watched.as_ref().is_none_or(|w| w.holds(info));
        report.health = health::judge(&report, summary, view, of);
        if judging && report.baseline.is_some() {
            report.health.notes.extend(watch::limits(self, profile));
            let told = !report.alerts.is_empty() || !report.improved.is_empty();
            let basis = basis.as_ref().filter(|b| told || b.windows.is_none());
            let no_season = basis.and_then(|basis| basis.no_season(self));
            report.health.notes.extend(no_season);
        }
        pause().await;
        report.leads = tracks::leads(&report).await;
        let machine = summary.machine.as_deref();
        let marked = view.marked;
        report.changes = marked.and_then(|(from, to)| report.changes(machine, from, to));
        report
    }

    /// Whether scores order the rows of lists and are no probabilities: then the order is judged, and not labels.
    pub(super) fn orders(&self) -> bool {
        metric::orders(self.summary) && !self.summary.probabilistic
    }

    /// Looks up what a naive forecast is off by in the baseline, or in all rows in view without one.
    fn scale(&self, view: &View, basis: Option<&Basis<'_>>) {
        let summary = self.summary;
        if summary.task != Task::Regression {
            return;
        }
        let range = basis.map_or_else(|| Some(self.scope()), |b| b.range);
        let season = view.season.unwrap_or_default();
        let lag = Lag { range, season };
        if self.series.naive(lag).is_none() {
            self.missing.borrow_mut().naive = Some((self.at, lag));
        }
        if let Some(naive) = summary.naive(self.series, lag) {
            self.naive.get_or_init(|| naive);
        }
    }

    /// How the errors of the rows in view are distributed; rows that passed were not looked at.
    fn residuals(&self, total: &Cell, scope: (usize, usize)) -> Option<Residuals> {
        let judged = total.numbers.as_ref().is_some_and(|n| n.error.n > 0);
        let found = self.series.residuals.iter().find(|r| r.range == scope);
        if judged && found.is_none() && !self.summary.streamed {
            self.missing.borrow_mut().residuals = Some((self.at, scope));
        }
        found.cloned()
    }

    /// Says that the values of segments were not counted within a slice.
    pub(super) fn lacks_groups(&self, base: Slice) {
        self.missing.borrow_mut().groups = Some((base, self.series.size));
    }

    /// Buckets of the windows shown.
    fn scope(&self) -> (usize, usize) {
        let shown = &self.all[self.shown.0..self.shown.1];
        match (shown.first(), shown.last()) {
            (Some(first), Some(last)) => (first.range.0, last.range.1),
            _ => (0, 0),
        }
    }

    /// A metric of a cell that is made of no range of buckets.
    pub(super) fn metric(&self, name: &str, cell: &Cell) -> Option<Estimate> {
        let mut of = Measures::new(self.summary, cell, None, self.cut);
        of.naive = self.naive.get();
        of.costs = self.costs.as_ref();
        of.parameters = Some(self.parameters);
        let metric = metric::of(self.summary).find(|m| m.info().name == name)?;
        metric.asked(&of).then(|| metric.estimate(&of))
    }

    /// Looks up whether what the reader chose of metrics is known of a cell; rows that passed do not tell more.
    fn lacks_chosen(&self, cell: &Cell, exact: Option<&Exact>) {
        if self.summary.streamed || self.parameters.is_none() {
            return;
        }
        let ends = self.parameters.ends();
        let known = |exact: &Exact| exact.chosen.is_some_and(|c| c.ends == ends);
        if ends != Ends::USUAL && exact.is_some_and(|e| e.curve.is_some() && !known(e)) {
            self.missing.borrow_mut().chosen = Some((self.at, ends));
        }
        let items = self.parameters.get(Parameter::AtK).map(|k| k as u32);
        let head = |lists: &Lists| lists.head.as_ref().map(|head| head.items);
        if let (Some(items), Some(lists)) = (items, &cell.lists)
            && head(lists) != Some(items)
        {
            self.missing.borrow_mut().head = Some((self.at, items));
        }
    }

    /// All metrics of a cell; `range`: the buckets it was made of, `None` for the reference.
    pub(super) fn metrics(&self, cell: &Cell, range: Option<(usize, usize)>) -> Metrics {
        let exact = self.series.exact(range);
        if let (None, Some(range)) = (exact, range)
            && cell.rows > 0
            && !self.summary.streamed
            && needs_exact(self.summary, cell)
        {
            self.missing.borrow_mut().exact.push((self.at, range));
        }
        self.lacks_chosen(cell, exact);
        let mut of = Measures::new(self.summary, cell, exact, self.cut);
        of.naive = self.naive.get();
        of.costs = self.costs.as_ref();
        of.parameters = Some(self.parameters);
        metric::of(self.summary)
            .filter(|m| m.asked(&of))
            .map(|m| (m.info().name.to_string(), metric::estimate(m, &of)))
            .collect()
    }
}

/// Whether some metric of a cell can be told exactly by rows only.
fn needs_exact(summary: &Summary, cell: &Cell) -> bool {
    let ranked = cell.classes.as_ref().is_some_and(|c| match summary.task {
        Task::Binary => c.positive.total() > 0 && c.negative.total() > 0,
        _ => c.log_loss.n > 0,
    });
    ranked
        || cell.sets.as_ref().is_some_and(|s| s.rows > 0)
        || cell.numbers.as_ref().is_some_and(|n| n.error.n > 0)
        || cell
            .service
            .as_ref()
            .is_some_and(|s| s.latency_ms.count() > 0)
}

fn rows(summary: &Summary) -> Rows {
    let c = summary.counts;
    Rows {
        predictions: c.predictions,
        outcomes: c.outcomes,
        joined: c.joined,
        unmatched_predictions: c.predictions - c.joined.min(c.predictions),
        orphan_outcomes: c.orphan_outcomes,
        duplicate_outcomes: c.duplicate_outcomes,
        duplicate_predictions: c.duplicate_predictions,
        rejected: c.without_time
            + summary
                .rejected
                .iter()
                .filter(|r| r.row_lost)
                .map(|r| r.count)
                .sum::<u64>(),
    }
}
