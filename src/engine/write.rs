//! What a reader saves, as text: made where the Summary is, for a long log takes long to write down.

use super::message::Written;
use crate::report::Report;
use crate::report::html::Payload;
use crate::report::standards::Standards;
use crate::report::view::View;
use crate::summary::Summary;

/// Writes it.
///
/// # Errors
/// None that a Summary can cause.
pub fn write(
    what: Written,
    summary: &Summary,
    view: &View,
    standards: &Standards,
) -> serde_json::Result<String> {
    match what {
        Written::Json => Report::expecting(summary, view, standards.expected().as_ref()).to_json(),
        Written::Payload => Payload::to_json(summary, view, standards),
    }
}
