//! What the reader chose. It fits in a URL, and a saved report carries it.

use crate::table::time::Time;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What the reader chose; what is `None` is chosen to suit the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Size of the windows.
    pub window: Option<WindowSize>,
    /// What windows are compared with.
    pub baseline: BaselineChoice,
    /// Score from which a row is predicted positive; `None`: labels as served, or 0.5 where there are none.
    pub threshold: Option<f64>,
    /// Model version that rows are narrowed to.
    pub version: Option<String>,
    /// Segment values that rows are narrowed to, sorted by column.
    pub slices: Vec<SliceChoice>,
    /// The part of time that is looked at: from, to (exclusive).
    pub range: Option<(Time, Time)>,
}

/// A value of a segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SliceChoice {
    /// The segment's column.
    pub column: String,
    /// The value.
    pub value: String,
}

/// What windows are compared with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineChoice {
    /// The reference file where there is one, else the first quarter of the mature windows.
    #[default]
    Auto,
    /// The reference file.
    Reference,
    /// The windows that start within a period: from, to (exclusive).
    Period(Time, Time),
    /// Nothing.
    None,
}

/// Size of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowSize {
    /// An hour of UTC.
    Hour,
    /// A day of UTC.
    Day,
    /// A week of UTC from Monday.
    Week,
    /// A month of UTC.
    Month,
    /// So many rows in order of time (of the file, where there is no time).
    Rows(u32),
}

impl fmt::Display for WindowSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hour => f.write_str("hour"),
            Self::Day => f.write_str("day"),
            Self::Week => f.write_str("week"),
            Self::Month => f.write_str("month"),
            Self::Rows(n) => write!(f, "{n}"),
        }
    }
}

impl FromStr for WindowSize {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "hour" => Ok(Self::Hour),
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            n => match n.parse() {
                Ok(n) if n > 0 => Ok(Self::Rows(n)),
                _ => Err(format!(
                    "'{text}' is not a window: hour, day, week, month or a number of rows"
                )),
            },
        }
    }
}
