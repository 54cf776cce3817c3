//! Which column means what, and predictions joined with outcomes.
//!
//! Outcomes find their predictions by id, or by several columns that are one key together (`keys.rs`);
//! which columns these are where no id is there, `engine` finds out, for it takes all files to tell.
//!
//! May use: `table`, `stats`, and of `read` what it tells of a file. It knows no format and no reader.

mod challengers;
mod class_columns;
mod columns;
mod fit;
mod frame;
mod held;
mod hot;
mod index;
mod instances;
mod join;
mod keys;
mod labels;
mod level;
mod long;
mod meant;
mod names;
mod narrow;
mod notes;
mod outcomes;
mod positive;
mod quantile_roles;
mod quantiles;
mod request_roles;
mod rival_labels;
mod rivals;
mod role_text;
mod roles;
mod rows;
mod rules;
mod served;
mod sets;
mod task;

pub use challengers::{MOST_MODELS, main_name};
pub use columns::too_many_words;
pub use frame::Taken;
pub use instances::{Instances, name_of_value};
pub use join::{Joiner, WITHOUT_TIME, join, untimed};
pub use level::{Assumed, Level, Named, level_of};
pub use meant::Meant;
pub use names::{apart, plain_name, same_name};
pub use notes::Notes;
pub use quantiles::Quantiles;
pub use roles::{
    RoleGuess, guess, guess_beside, is_index_name, is_prose, is_unread_time, kind_of, words,
};
pub use rows::{
    Category, Challenger, Counts, Foretold, Labels, Log, LogColumn, Source, Spread, Truth,
};
pub use rules::{is_horizon, spoilt_score};
pub use sets::NO_SET;

use serde::{Deserialize, Serialize};

/// What the model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Two classes.
    Binary,
    /// More than two classes.
    Multiclass,
    /// Several labels at once.
    Multilabel,
    /// A number.
    Regression,
    /// No predictions: only requests and resources.
    Service,
}

/// What a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Role {
    /// Joins predictions with outcomes; several columns together are one key.
    Id,
    /// When the prediction was made.
    Time,
    /// The predicted label or number.
    Prediction,
    /// The score of the positive class.
    Score,
    /// The probability of one class; the class is the end of the column's name.
    ClassScore,
    /// A predicted quantile of the outcome, at this level.
    Quantile(Level),
    /// Of a file with a row for each quantile: the level, beside the prediction.
    QuantileLevel,
    /// Of a file whose rows hold different things (`output_type`): which of them a row holds.
    OutputType,
    /// What another model foretells: a number, the probability of the positive class, or a label.
    Challenger,
    /// The truth.
    Outcome,
    /// When the truth became known.
    OutcomeTime,
    /// Which model made the prediction.
    ModelVersion,
    /// Something to slice by.
    Segment,
    /// What a list of rows was offered for: rows of one query are ranked against each other.
    Query,
    /// An input of the model.
    Feature,
    /// Time that the request took; the name or the reader tells the unit.
    Latency,
    /// HTTP status, or whether the request failed.
    Status,
    /// Bytes sent.
    Bytes,
    /// CPU use in percent.
    Cpu,
    /// Memory use.
    Memory,
    /// Not used.
    Ignore,
}

impl Role {
    /// Every role, in the order of a menu.
    pub const ALL: [Self; 21] = [
        Self::Id,
        Self::Time,
        Self::Prediction,
        Self::Score,
        Self::ClassScore,
        Self::Quantile(Level::UNKNOWN),
        Self::QuantileLevel,
        Self::OutputType,
        Self::Challenger,
        Self::Outcome,
        Self::OutcomeTime,
        Self::ModelVersion,
        Self::Segment,
        Self::Query,
        Self::Feature,
        Self::Latency,
        Self::Status,
        Self::Bytes,
        Self::Cpu,
        Self::Memory,
        Self::Ignore,
    ];

    /// Whether a [`Log`] has a place of its own for the cells.
    #[must_use]
    pub fn has_place(self) -> bool {
        !matches!(
            self,
            Self::Feature | Self::Bytes | Self::Cpu | Self::Memory | Self::Ignore
        )
    }

    /// Whether a column of it holds what a model predicts.
    #[must_use]
    pub fn predicts(self) -> bool {
        matches!(
            self,
            Self::Prediction | Self::Score | Self::ClassScore | Self::Quantile(_)
        )
    }

    /// Whether a file that has it foretells quantiles.
    #[must_use]
    pub fn tells_quantiles(self) -> bool {
        matches!(self, Self::Quantile(_) | Self::QuantileLevel)
    }

    /// Whether a file of outcomes is asked for it.
    #[must_use]
    pub fn of_outcomes(self) -> bool {
        matches!(
            self,
            Self::Id | Self::Time | Self::Outcome | Self::OutcomeTime
        )
    }

    /// Whether at most one column of a file has the role.
    #[must_use]
    pub fn is_single(self) -> bool {
        self.is_guessed_once() && self != Self::Id
    }

    /// Whether by name and values alone at most one column of a file is taken to have the role.
    #[must_use]
    pub fn is_guessed_once(self) -> bool {
        !matches!(
            self,
            Self::ClassScore
                | Self::Quantile(_)
                | Self::Challenger
                | Self::Segment
                | Self::Feature
                | Self::Ignore
        )
    }

    /// Its name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Time => "time",
            Self::Prediction => "prediction",
            Self::Score => "score",
            Self::ClassScore => "class_score",
            Self::Quantile(_) => "quantile",
            Self::QuantileLevel => "quantile_level",
            Self::OutputType => "output_type",
            Self::Challenger => "challenger",
            Self::Outcome => "outcome",
            Self::OutcomeTime => "outcome_time",
            Self::ModelVersion => "model_version",
            Self::Segment => "segment",
            Self::Query => "query",
            Self::Feature => "feature",
            Self::Latency => "latency",
            Self::Status => "status",
            Self::Bytes => "bytes",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Ignore => "ignore",
        }
    }
}

/// What a file gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// Rows of predictions, with or without outcomes in them.
    #[default]
    Predictions,
    /// Rows of outcomes, to be joined by id, or by several columns together.
    Outcomes,
    /// Predictions with outcomes from a time when the model was right.
    Reference,
}
