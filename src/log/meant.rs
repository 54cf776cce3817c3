//! What the reader says of outcomes that can be taken in more than one way.

use serde::{Deserialize, Serialize};

/// What outcomes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meant {
    /// Quantities, as few of them and as whole as they may be: ratings from 1 to 5.
    Numbers,
    /// Classes, as many numbers as they may be: species by their number.
    Classes,
    /// Two classes, of which this one is the positive one.
    Positive(String),
}

impl Meant {
    /// By the name of a task: `regression` or `classification`.
    #[must_use]
    pub fn of_task(name: &str) -> Option<Self> {
        match name {
            "regression" => Some(Self::Numbers),
            "classification" => Some(Self::Classes),
            _ => None,
        }
    }

    /// The name of the task; `None` where the positive class is said.
    #[must_use]
    pub const fn task(&self) -> Option<&'static str> {
        match self {
            Self::Numbers => Some("regression"),
            Self::Classes => Some("classification"),
            Self::Positive(_) => None,
        }
    }

    /// The positive class.
    #[must_use]
    pub fn positive(&self) -> Option<&str> {
        match self {
            Self::Positive(class) => Some(class),
            Self::Numbers | Self::Classes => None,
        }
    }
}
