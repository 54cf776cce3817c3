//! What the reader holds the data to, as the texts that they gave: a saved report carries them as they were.

use super::expect::{self, Expectations};
use serde::{Deserialize, Serialize};

/// The files of rules and of expectations in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standards {
    /// The rules.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rules: Option<Document>,
    /// What is expected of the columns.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expectations: Option<Document>,
}

/// A text and the name of its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The name.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Standards {
    /// The expectations; `None` where there are none, or their text is of another version.
    #[must_use]
    pub fn expected(&self) -> Option<Expectations> {
        let of = self.expectations.as_ref()?;
        expect::read(&of.text, &of.name).ok()
    }
}
