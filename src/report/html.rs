//! The saved report: one HTML file that holds the viewer and what it shows.
//!
//! The viewer comes from the build (`report.html`); its element `<script id="report">` is empty and
//! takes the payload. The browser and the command line write the same bytes.

use super::standards::Standards;
use super::view::View;
use crate::summary::Summary;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The element of the viewer that takes the payload, as the build writes it and browsers repeat it.
const PLACE: &str = r#"<script id="report" type="application/octet-stream"></script>"#;

/// The viewer that this program was built with; empty where the page had not been built before it.
pub const VIEWER: &str = include_str!(concat!(env!("OUT_DIR"), "/report.html"));

/// What a saved report carries: the Summary, the view in force and what the data are held to. Never a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payload<'a> {
    /// The counts.
    pub summary: Cow<'a, Summary>,
    /// What the reader chose.
    pub view: Cow<'a, View>,
    /// The rules and expectations in force.
    #[serde(default)]
    pub standards: Cow<'a, Standards>,
}

impl Payload<'_> {
    /// The payload as JSON, to be compressed with gzip before it is given to [`render`].
    ///
    /// # Errors
    /// None that a Summary can cause.
    pub fn to_json(
        summary: &Summary,
        view: &View,
        standards: &Standards,
    ) -> serde_json::Result<String> {
        serde_json::to_string(&Payload {
            summary: summary.shared(),
            view: Cow::Borrowed(view),
            standards: Cow::Borrowed(standards),
        })
    }
}

/// The viewer with a payload in it, which is JSON compressed with gzip; `None` where `template` is
/// not the viewer. Written as base64, so no text of the data can end the script element.
#[must_use]
pub fn render(template: &str, payload_gzip: &[u8]) -> Option<String> {
    let at = template.find(PLACE)?;
    let (opening, closing) = place();
    let after = &template[at + PLACE.len()..];
    Some(
        [
            &template[..at],
            opening,
            &text(payload_gzip),
            closing,
            after,
        ]
        .concat(),
    )
}

/// The element that takes the payload: what stands before it, and after.
#[must_use]
pub fn place() -> (&'static str, &'static str) {
    PLACE.split_at(PLACE.len() - "</script>".len())
}

/// A compressed payload as it stands in its element.
#[must_use]
pub fn text(payload_gzip: &[u8]) -> String {
    STANDARD.encode(payload_gzip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_stands_in_its_element() {
        let template = format!("<body>{PLACE}<p>after</p></body>");
        let page =
            render(&template, b"</script><script>alert(1)</script>").expect("this is the viewer");
        let (before, rest) = page.split_once("octet-stream\">").expect("it opens");
        let (text, after) = rest.split_once('<').expect("it ends");
        assert_eq!(
            STANDARD.decode(text).expect("it is base64"),
            b"</script><script>alert(1)</script>"
        );
        assert_eq!(
            (before, after),
            (
                "<body><script id=\"report\" type=\"application/",
                "/script><p>after</p></body>"
            )
        );
    }

    #[test]
    fn another_page_is_refused_and_so_is_one_that_is_filled() {
        assert_eq!(render("<html></html>", b"{}"), None);
        let filled = render(PLACE, b"{}").expect("this is the viewer");
        assert_eq!(render(&filled, b"{}"), None);
    }
}
