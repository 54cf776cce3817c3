//! Mergeable counts for each bucket of time and slice; never a row.
//!
//! May use: `log`, `series` (what the machine says), `table`, `stats`.
//!
//! A [`Summary`] is all that a report is made of, and all that is shared. Its cells add up:
//! [`Summary::merge`] is associative and commutative to the bit, since counts are integers and sums
//! are exact. What only rows can tell (exact ROC AUC, exact percentiles) is kept beside the cells as
//! [`Exact`], for the ranges of buckets that were asked for; it does not survive a merge, and where
//! it is absent a report says so and gives the value from the histogram with its bound. The same holds of
//! [`Drift`], the columns in two periods, of [`Profile`], the columns window by window, and of [`Estimates`], what is
//! expected of windows whose outcomes are not known, which a report leaves out where they are absent. Of a regression
//! [`Seasonal`] adds up too: so that parts may follow one another it holds the outcomes of one season at both ends of
//! each, which nothing that is shared has ([`Summary::shared`]).

mod arrivals;
mod blocks;
pub mod build;
mod cell;
mod chosen;
mod class_areas;
pub mod class_curves;
pub mod class_scores;
mod compared;
pub mod compat;
mod direct;
mod drift;
mod estimated;
mod exact;
mod examined;
mod expectations;
mod facts;
mod features;
mod from_median;
mod grid;
mod groups;
mod in_order;
mod label_sets;
mod ledger;
mod lists;
mod macros;
mod masses;
mod merge;
mod models;
mod naive;
mod names;
pub mod open_lists;
mod own_time;
mod pairs;
mod panel;
mod passed_naive;
mod profile;
mod quantile_work;
mod quantiles;
pub mod relative;
mod residuals;
mod seasonal;
mod series;
mod set_averages;
mod shapes;
mod shifted;
pub mod steps;
mod stretches;
mod tails;
mod test_choice;
mod total;
pub mod tweedie;
mod work;

pub use arrivals::{Arrived, AsOf};
pub use blocks::{Blocks, Wanted};
pub use cell::{
    CALIBRATION_BINS, Cell, Classes, Counted, Histogram, Moments, Numbers, RANKS, Service, Tenth,
};
pub use class_areas::{ClassArea, ClassAreas};
pub use class_curves::{ClassCurve, ClassCurves};
pub use class_scores::ClassScores;
pub use compat::{Compat, CompatAsked, Tool};
pub use direct::{Expectation, Losses};
pub use drift::{Bins, ColumnDrift, Distribution, Drawn, Drift, Periods};
pub use estimated::{Asked, Estimates, Estimating, Expected, Method};
pub use exact::{Chosen, Exact, P50, P90, P95, P99, Ranked};
pub use examined::{Examined, ExaminedColumn, PairSays, TestSays, Together};
pub use expectations::{Expectations, Holds, OfColumn, OfRows, RATE};
pub use facts::usual_threshold;
pub use from_median::FromMedian;
pub use grid::{WindowSize, floor, next};
pub use in_order::InOrder;
pub use label_sets::LabelSets;
pub use lists::{Head, Lists};
pub use macros::Macro;
pub use masses::Masses;
pub use models::{Loss, ModelCell, Models};
pub use naive::{Lag, Naive, Season, Untold};
pub use own_time::MOST_OWN;
pub use profile::{
    BINS, ColumnProfile, Found, Jointly, Limits, Lines, MOST_TOGETHER, Outside, Pair, Profile,
    STUCK, Spans, Tally,
};
pub use quantiles::{IntervalCounts, LevelCounts, QuantileCounts};
pub use residuals::{QuantilePair, ResidualBin, Residuals};
pub use seasonal::Seasonal;
pub use series::{Bucket, Series};
pub use set_averages::SetAverages;
pub use shapes::Shapes;
pub use tails::TailPart;
pub use test_choice::TestChoice;

use crate::log::{Counts, Level, Role, Task};
use crate::series::{Ledger, Machine};
use crate::stats::exact_sum::Sum;
use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The name and version of the shape of [`Summary`].
pub const SCHEMA: &str = "plumbline.summary/1";

/// A value of a segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SliceChoice {
    /// The segment's column.
    pub column: String,
    /// The value.
    pub value: String,
}

/// What rows are narrowed to; empty: all rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slice {
    /// Model version.
    pub version: Option<String>,
    /// Segment values, sorted by column.
    pub values: Vec<SliceChoice>,
}

/// A column of words and how often each stands in the rows, most rows first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Values {
    /// The column.
    pub column: String,
    /// Value and rows.
    pub values: Vec<(String, u64)>,
}

/// What is known of a column over all rows outside the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnInfo {
    /// The column.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// Numbers in it.
    pub numbers: u64,
    /// Their sum.
    pub sum: Sum,
    /// Smallest.
    pub min: Option<f64>,
    /// Largest.
    pub max: Option<f64>,
}

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// File name without its folder.
    pub name: String,
    /// What the file gives.
    pub kind: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// `CSV, comma, UTF-8`.
    pub format: String,
}

/// A kind of row or cell that could not be read, with an example.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rejected {
    /// File name.
    pub source: String,
    /// Line of the example, counted from 1.
    pub line: u64,
    /// Column of the example, where one cell is at fault.
    pub column: Option<String>,
    /// What was found, what was expected and how to mend it.
    pub reason: String,
    /// Rows or cells like it in the file.
    pub count: u64,
    /// Whether the whole row was lost, or only the cell.
    pub row_lost: bool,
}

/// Mergeable counts for each bucket of time and slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: String,
    /// What the model does.
    pub task: Task,
    /// Names of classes; in a binary task the second is the positive one.
    pub labels: Vec<String>,
    /// Edges of the score histogram: bin `i` is `edges[i] <= score < edges[i + 1]`, the last one
    /// closed. A threshold can stand at every edge.
    pub edges: Vec<f64>,
    /// Whether scores are probabilities (all in [0, 1]).
    pub probabilistic: bool,
    /// Whether predicted labels were served beside scores.
    pub served: bool,
    /// Outcomes are centred on this before their higher moments are summed; `None` after a merge of
    /// different centres, which leaves R² without an interval.
    pub centre: Option<f64>,
    /// Whether the rows have times; without, an instant is a row number in seconds.
    pub timed: bool,
    /// First and last instant of the rows.
    pub span: Option<(Time, Time)>,
    /// Last instant that any file knows of.
    pub as_of: Option<Time>,
    /// Whether outcomes carry a time.
    pub delays: bool,
    /// How many rows of which kind.
    pub counts: Counts,
    /// The files.
    pub sources: Vec<SourceInfo>,
    /// What could not be read.
    pub rejected: Vec<Rejected>,
    /// Sentences on what was assumed or left out.
    pub notes: Vec<String>,
    /// Model versions.
    pub versions: Option<Values>,
    /// Segments.
    pub segments: Vec<Values>,
    /// Levels of predicted quantiles, rising.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub levels: Vec<Level>,
    /// Columns, in the order of [`Cell::missing`].
    pub columns: Vec<ColumnInfo>,
    /// The models that are compared on the same rows, where there are several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub models: Option<Models>,
    /// Name of the reference file.
    pub reference: Option<String>,
    /// Whether rows were counted as they passed and then let go: what only rows can tell was never known.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub streamed: bool,
    /// The columns of rows that were counted as they passed; it stays where these were.
    #[serde(skip)]
    pub shapes: Option<Arc<Shapes>>,
    /// Outcomes one season apart, of a regression; of no saved report, for it tells single outcomes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seasonal: Option<Arc<Seasonal>>,
    /// What files of the service say, beside the rows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub machine: Option<Arc<Machine>>,
    /// The rows as requests by short steps of time, where they tell a latency or a status.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ledger: Option<Arc<Ledger>>,
    /// The same of slices: those that were asked for last.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ledgers: Vec<(Slice, Arc<Ledger>)>,
    /// Cells over time of each slice; the first one is of all rows.
    pub series: Vec<Series>,
}

impl Summary {
    /// A Summary of no row.
    #[must_use]
    pub fn of_task(task: Task) -> Self {
        Self {
            schema: SCHEMA.into(),
            task,
            labels: Vec::new(),
            edges: Vec::new(),
            probabilistic: false,
            served: false,
            centre: None,
            timed: true,
            span: None,
            as_of: None,
            delays: false,
            counts: Counts::default(),
            sources: Vec::new(),
            rejected: Vec::new(),
            notes: Vec::new(),
            versions: None,
            segments: Vec::new(),
            levels: Vec::new(),
            columns: Vec::new(),
            models: None,
            reference: None,
            streamed: false,
            shapes: None,
            seasonal: None,
            machine: None,
            ledger: None,
            ledgers: Vec::new(),
            series: Vec::new(),
        }
    }

    /// Whether there is no row, only what the machine says.
    #[must_use]
    pub fn is_of_machine(&self) -> bool {
        self.machine.is_some() && self.series.is_empty()
    }

    /// Whether the files have a column of a role.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.columns.iter().any(|c| c.role == role)
    }
}
