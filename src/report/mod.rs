//! What a reader sees, as a pure function of (Summary, View), and its writers.
//!
//! May use: everything above it but `read`'s readers.
//!
//! A [`Report`] is plain data. The page, the saved file, the command line and alerts read nothing
//! else, so what one of them shows, all of them show. Every list is in a stated order, every map is
//! sorted: the same Summary and View give the same bytes.

mod again;
mod alert;
mod arriving;
mod baseline;
pub mod beside;
mod causes;
mod checks;
mod choices;
mod choose;
mod complete;
pub mod costs;
pub mod curves;
mod drift;
mod effect;
mod estimated;
pub mod expect;
pub mod groups;
mod health;
pub mod html;
mod improved;
mod incidents;
mod judge;
mod least;
mod make;
mod maturity;
mod missing;
mod models;
mod particulars;
mod parts;
mod profile;
pub mod quantiles;
mod readings;
mod service;
pub mod standards;
mod steps;
mod tracks;
mod values;
pub mod view;
mod volume;
mod watch;
mod whole_rows;
pub mod words;

pub use crate::metric::ClassRow;
pub use crate::summary::Method;
pub use crate::summary::{Bins, ColumnDrift, Distribution, Drawn, Rejected, SourceInfo as Source};
pub use crate::summary::{Compat, Tool, compat};
pub use crate::summary::{Examined, ExaminedColumn, PairSays, TestChoice, TestSays, Together};
pub use crate::summary::{QuantilePair, ResidualBin, Residuals, TailPart};
pub use alert::{Affected, Alert, AlertKind};
pub use arriving::Arriving;
pub use checks::{Check, CheckKind, Checks};
pub use costs::{Bill, BillCell, Cheapest};
pub use curves::{Curves, Tally};
pub use effect::Effect;
pub use estimated::{Estimated, ExpectedCells, PastError};
pub use health::UNTIMED;
pub use least::Sizes;
pub use missing::Missing;
pub use models::{Against, Model, Models};
pub use particulars::Particular;
pub use quantiles::{CentralInterval, QuantileLevel, Quantiles};
pub use service::{
    Apdex, BurnAlert, Fulfilment, Full, Line, Objectives, Panel, Resources, Restart, Service,
    ServiceCost, ServiceGap, Slo, UnlikeValue, told,
};
pub use steps::Steps;
pub use tracks::{
    About, Change, Changes, EarlierWeeks, Lead, Leads, Measured, ShiftInside, Shifted,
    VersionChange,
};
pub use words::lower_first;

use crate::log::Task;
use crate::metric::Estimate;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use view::{View, WindowSize};

/// Names and values of metrics.
pub type Metrics = BTreeMap<String, Estimate>;

/// The name and version of the shape of [`Report`].
pub const SCHEMA: &str = "plumbline.report/1";

/// All that a reader sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What the model does.
    pub task: Task,
    /// Whether there are times; without, an instant is a row number in seconds.
    pub timed: bool,
    /// Whether rows were counted as they passed: what only rows can tell is approximate or absent.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub streamed: bool,
    /// The files that were read, in the order given.
    pub sources: Vec<Source>,
    /// How many rows of which kind.
    pub rows: Rows,
    /// What the reader chose, with every automatic choice filled in.
    pub view: View,
    /// First and last instant, and how far the outcomes reach.
    pub span: Option<Span>,
    /// Is the model still true, in a sentence.
    pub health: Health,
    /// What windows are compared with.
    pub baseline: Option<Baseline>,
    /// All rows of the view together.
    pub overall: Block,
    /// What of `overall` is not final, as outcomes of some windows still arrive; `None` where all of it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arriving: Option<Arriving>,
    /// The windows of the view in order of time; they partition its rows.
    pub windows: Vec<Window>,
    /// Delay and coverage of ground truth.
    pub truth: Option<Truth>,
    /// Predicted against true labels.
    pub confusion: Option<Confusion>,
    /// Precision, recall and F1 of each class over all rows of the view, in the order of the labels;
    /// empty where no labels can be compared.
    #[serde(default)]
    pub classes: Vec<ClassRow>,
    /// Scores by outcome (binary classification).
    pub scores: Option<Scores>,
    /// Probabilities against what happened, by tenths over all rows of the view; empty where there are
    /// none (binary classification).
    #[serde(default)]
    pub calibration: Vec<CalibrationBin>,
    /// Rows at or above every threshold by outcome, from which ROC, precision-recall, gain and net benefit
    /// follow (binary classification with scores).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub curves: Option<Curves>,
    /// The same of each of several classes against the rest, and its calibration (multiclass classification with
    /// probabilities); empty where the rows were not gone back to.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub class_curves: Vec<curves::ClassCurves>,
    /// Predicted quantiles beside what came true: by level and by central interval, over all rows of the view.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quantiles: Option<Quantiles>,
    /// What right and wrong labels cost, where the reader says so, and the cheapest threshold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub costs: Option<Bill>,
    /// Several models on the same rows, where there are several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub models: Option<Models>,
    /// The main metric for each value of each segment: departures for the worse, then the others,
    /// worst change first.
    pub slices: Vec<SliceRow>,
    /// Whether groups are treated alike (binary classification with columns to slice by).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub groups: Option<groups::Groups>,
    /// How errors are distributed over all rows of the view (regression); `None` where the rows were not
    /// gone back to, or were counted as they passed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub residuals: Option<Residuals>,
    /// How far the columns are from the baseline; `None` without a baseline, without rows outside it, or
    /// where the rows were not gone back to ([`Missing::drift`]).
    pub drift: Option<Drift>,
    /// Each column that was read: missing cells over time, range.
    pub quality: Vec<ColumnQuality>,
    /// Data quality against the baseline; `None` without one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub checks: Option<Checks>,
    /// Requests, errors and latency over all rows of the view, empty where no such column exists; and what metrics and
    /// logs of the service tell.
    pub resources: Resources,
    /// When another version of the model took over, where a column tells versions.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub versions: Vec<VersionChange>,
    /// What changed in the period that the view marks ([`View::marked`]); on the page, in whichever period is marked
    /// ([`Report::changes`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub changes: Option<Changes>,
    /// Which series of the service moves before which one of truth; `None` without both.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leads: Option<Leads>,
    /// Incidents: departures from the baseline that are sure and large enough to matter; those that go on first,
    /// most severe first.
    pub alerts: Vec<Alert>,
    /// Metrics of the predictions that are surely and lastingly better than the baseline: notes, no incidents. One by
    /// chance is to be expected in as many windows as the budget allows to a false alarm, beside that budget.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub improved: Vec<Alert>,
    /// How the estimates of the windows are made; `None` where the task has none, without a baseline whose
    /// outcomes are known, or where the rows were not gone back to ([`Missing::estimates`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub estimated: Option<Estimated>,
    /// What the tool that the view names says of the same rows ([`View::compat`]); `None` where none is asked for,
    /// without a baseline, or where the rows were not gone back to ([`Missing::compat`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub compat: Option<Compat>,
    /// The tests that were chosen of the columns, and of all of them together ([`View::chosen_tests`]); `None` where it is not asked for,
    /// without a baseline, or where the rows were not gone back to ([`Missing::examined`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub examined: Option<Examined>,
    /// Rows and cells that could not be read, sampled.
    pub rejected: Vec<Rejected>,
}

/// How many rows of which kind. `predictions = joined + unmatched_predictions`;
/// `outcomes = joined outcomes + orphan_outcomes + duplicate_outcomes`, but for outcomes that name no
/// class (a tie among two), which a note counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Rows with a prediction.
    pub predictions: u64,
    /// Rows with an outcome, before duplicates are dropped.
    pub outcomes: u64,
    /// Predictions that have an outcome.
    pub joined: u64,
    /// Predictions without an outcome.
    pub unmatched_predictions: u64,
    /// Outcomes whose id no prediction has.
    pub orphan_outcomes: u64,
    /// Outcomes replaced by a later one of the same id.
    pub duplicate_outcomes: u64,
    /// Predictions whose id an earlier row has too; all are kept.
    pub duplicate_predictions: u64,
    /// Rows that could not be read, and rows of a time-ordered report without a time.
    pub rejected: u64,
}

/// First and last instant of the predictions, and the last instant that any file knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First prediction.
    pub start: Time,
    /// Last prediction.
    pub end: Time,
    /// Last instant of any row: how far the outcomes can have arrived.
    pub as_of: Time,
}

/// How the model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Compared with the baseline, nothing departs for the worse, or not for long.
    Ok,
    /// Not enough to judge: no outcomes, no baseline or no mature window.
    Unknown,
    /// Requests, resources or a slice depart for the worse and have not come back, or what is expected of
    /// predictions does, or a column changed and it is not known that it does no harm; what is known of all
    /// predictions does not depart.
    Watch,
    /// A metric of the predictions departs for the worse and has not come back.
    Bad,
}

/// Is the model still true, in a sentence, with the numbers behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// How the model stands.
    pub level: Level,
    /// One sentence for a person.
    pub sentence: String,
    /// What the sentence ends with of windows whose outcomes are not in yet, where it begins with what is known: `but
    /// estimated recall fell …`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<String>,
    /// Further sentences: what else changed, what could not be judged.
    pub notes: Vec<String>,
    /// Name of the metric that the sentence is about.
    pub metric: Option<String>,
}

/// A set of rows and its metrics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Rows.
    pub rows: u64,
    /// Rows with an outcome.
    pub labelled: u64,
    /// The metrics by name.
    pub metrics: Metrics,
}

/// What windows are compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// `1 – 14 Jan 2025` or the name of the reference file.
    pub label: String,
    /// First instant, where it is a period.
    pub start: Option<Time>,
    /// End (exclusive), where it is a period.
    pub end: Option<Time>,
    /// Its rows and metrics.
    #[serde(flatten)]
    pub block: Block,
}

/// A window of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// First instant.
    pub start: Time,
    /// End (exclusive).
    pub end: Time,
    /// Rows.
    pub rows: u64,
    /// Rows with an outcome.
    pub labelled: u64,
    /// Whether its outcomes have arrived; an immature window is shown, not judged.
    pub mature: bool,
    /// Whether rows of it may still come ([`View::live`]): shown, not judged.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub open: bool,
    /// Whether it belongs to the baseline.
    pub in_baseline: bool,
    /// The metrics by name.
    pub metrics: Metrics,
    /// What metrics are expected to be of all its rows, whether their outcomes are known or not; empty where
    /// nothing is ([`Report::estimated`]).
    #[serde(skip_serializing_if = "Metrics::is_empty", default)]
    pub estimated: Metrics,
    /// The metrics that depart from the baseline, by themselves or as part of a change of several windows.
    pub departures: BTreeMap<String, Departure>,
    /// Of an immature window what its metrics will be once the outcomes are in, with prediction intervals,
    /// from how mature windows went on from the same age (`complete.rs`); never final, never judged.
    #[serde(skip_serializing_if = "Metrics::is_empty", default)]
    pub completed: Metrics,
    /// Median delay of its outcomes in seconds, where they carry a time.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_p50_s: Option<f64>,
    /// 95th percentile of the delay of its outcomes in seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_p95_s: Option<f64>,
}

/// A metric of a window that is not the baseline's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Departure {
    /// Value minus the baseline's.
    pub change: f64,
    /// Of a slice: the p-value, two-sided, corrected (Holm) over all slices.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_value: Option<f64>,
    /// Of a window: false alarms a window, as of an incident ([`Alert::false_alarm_rate`]).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub false_alarm_rate: Option<f64>,
    /// Whether the change is for the worse; `None` where a metric has no better side.
    pub worse: Option<bool>,
}

/// Delay and coverage of ground truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Share of predictions with an outcome.
    pub coverage: Estimate,
    /// Median delay in seconds, where outcomes carry a time.
    pub delay_p50_s: Option<f64>,
    /// 95th percentile of the delay in seconds.
    pub delay_p95_s: Option<f64>,
    /// How far delays may be off, as a share of them: they come of a histogram, here and of windows and slices.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_bound: Option<f64>,
    /// How windows are told mature from immature, in words.
    pub rule: String,
    /// What immature windows are completed by, in words, where some are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub completed: Option<String>,
    /// Coverage and delay of each version and segment value, by column, most rows first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub slices: Vec<SliceTruth>,
}

/// Delay and coverage of ground truth in a slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliceTruth {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Rows of the windows shown.
    pub rows: u64,
    /// Share of them with an outcome.
    pub coverage: Estimate,
    /// Median delay in seconds over all rows of the slice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_p50_s: Option<f64>,
    /// 95th percentile of the delay in seconds over all rows of the slice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delay_p95_s: Option<f64>,
}

/// Predicted against true labels: `counts[true][predicted]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confusion {
    /// The labels, in the order of rows and columns.
    pub labels: Vec<String>,
    /// Rows: true label; columns: predicted label.
    pub counts: Vec<Vec<u64>>,
    /// The same for the baseline.
    pub baseline: Option<Vec<Vec<u64>>>,
}

/// Distribution of scores: bin `i` holds `edges[i] <= score < edges[i + 1]`, the last one its upper edge too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// One more than there are bins.
    pub edges: Vec<f64>,
    /// Rows of the positive class by bin.
    pub positive: Vec<u64>,
    /// Rows of the negative class by bin.
    pub negative: Vec<u64>,
    /// Rows without an outcome by bin.
    pub unlabelled: Vec<u64>,
    /// The threshold in force, `None` where labels are taken as served.
    pub threshold: Option<f64>,
    /// Name of the positive class.
    pub positive_label: String,
}

/// Rows with an outcome whose probability lies in `from <= p < to`, the last bin closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Lower edge.
    pub from: f64,
    /// Upper edge.
    pub to: f64,
    /// Mean of the probabilities; `None` without a row.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mean_score: Option<f64>,
    /// Share of rows whose outcome is the positive class.
    pub positive: Estimate,
}

/// The main metric for one value of one segment, before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SliceRow {
    /// The metric, the same in every row.
    pub metric: String,
    /// The segment's column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Rows compared (from the first departure on, else all mature rows outside the baseline).
    pub rows: u64,
    /// The metric over these rows.
    pub current: Estimate,
    /// The metric over the baseline.
    pub baseline: Estimate,
    /// The difference, where it departs after correction (Holm) over all slices.
    pub departure: Option<Departure>,
}

/// How far the columns of the rows in view are from the baseline. These are distances, not tests: none
/// of them tells chance from change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Rows of the baseline.
    pub baseline_rows: u64,
    /// Rows of the windows in view that are not the baseline's.
    pub rows: u64,
    /// The columns, the farthest first ([`ColumnDrift::strength`]).
    pub columns: Vec<ColumnDrift>,
    /// The same columns window by window; empty where they were not counted so ([`Missing::profile`]).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub windows: Vec<DriftByWindow>,
}

/// How far a column is from the baseline in each window of the report, in the windows' order. The baseline's own
/// windows tell how far chance alone goes. A distance is `None` where a side has no value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DriftByWindow {
    /// The column.
    pub column: String,
    /// Cells that hold a value.
    pub values: Vec<u64>,
    /// Population stability index, over the baseline's deciles or over words.
    pub psi: Vec<Option<f64>>,
    /// Jensen–Shannon distance over the same bins, to base 2.
    pub jensen_shannon: Vec<Option<f64>>,
    /// Kolmogorov–Smirnov statistic at the edges of thirty bins, which the exact one reaches at least; empty for
    /// words.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub kolmogorov_smirnov: Vec<Option<f64>>,
}

/// What is missing in a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnQuality {
    /// The column.
    pub column: String,
    /// Its role.
    pub role: String,
    /// Share of missing cells over all rows of the view.
    pub missing: Estimate,
    /// Share of missing cells in the baseline.
    pub baseline_missing: Option<f64>,
    /// Share of missing cells by window, in the windows' order; `None` where a window is empty.
    pub missing_by_window: Vec<Option<f64>>,
    /// Mean of a numeric column.
    pub mean: Option<f64>,
    /// Smallest value of a numeric column.
    pub min: Option<f64>,
    /// Largest value of a numeric column.
    pub max: Option<f64>,
}

/// The windows that a Summary offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowChoice {
    /// The size.
    pub size: WindowSize,
    /// How many windows it gives.
    pub count: usize,
}

/// What a reader may choose from, given a Summary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// Window sizes that the Summary can answer; sizes in rows need the rows.
    pub windows: Vec<WindowChoice>,
    /// Model versions, most rows first; empty where no column tells.
    pub versions: Vec<String>,
    /// Segments and their values, most rows first.
    pub segments: Vec<(String, Vec<String>)>,
    /// Scores at which a threshold can stand; empty where there is no score.
    pub thresholds: Vec<f64>,
    /// Names of classes; in a binary task the second is the positive one.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Whether labels as served can be judged.
    pub served_labels: bool,
    /// Whether a reference file was given.
    pub reference: bool,
    /// Whether there are times.
    pub timed: bool,
}

impl Report {
    /// Names of the classes, as far as predicted and true labels are compared or scores are counted.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        self.confusion.as_ref().map_or(&[], |c| &c.labels)
    }

    /// The report as the JSON text that every door writes: indented, ending in a line break.
    ///
    /// # Errors
    /// Never for a report that [`Report::from`] made: it holds finite numbers only.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}
