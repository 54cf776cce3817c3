//! The saved report: one HTML file that holds the viewer and what it shows.
//!
//! The viewer comes from the build (`report.html`); its element `<script id="report">` is empty and
//! takes the payload. The browser and the command line write the same bytes.

use super::view::View;
use crate::summary::Summary;
use serde::{Deserialize, Serialize};

/// The element of the viewer that takes the payload, as the build writes it and browsers repeat it.
const PLACE: &str = r#"<script id="report" type="application/json"></script>"#;

/// The viewer that this program was built with; empty where the page had not been built before it.
pub const VIEWER: &str = include_str!(concat!(env!("OUT_DIR"), "/report.html"));

/// What a saved report carries: the Summary and the view in force. Never a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payload {
    /// The counts.
    pub summary: Summary,
    /// What the reader chose.
    pub view: View,
}

/// The viewer with a JSON text in it; `None` where `template` is not the viewer.
///
/// Every `<` of the payload is written as `\u003c`: within JSON it can stand in strings only, where
/// that means the same, and no text of the data can end the script element or open a comment in it.
#[must_use]
pub fn render(template: &str, payload_json: &str) -> Option<String> {
    let at = template.find(PLACE)?;
    let (opening, closing) = PLACE.split_at(PLACE.len() - "</script>".len());
    let mut out = String::with_capacity(template.len() + payload_json.len() + 1024);
    out.push_str(&template[..at]);
    out.push_str(opening);
    for (i, piece) in payload_json.split('<').enumerate() {
        if i > 0 {
            out.push_str("\\u003c");
        }
        out.push_str(piece);
    }
    out.push_str(closing);
    out.push_str(&template[at + PLACE.len()..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn data_cannot_leave_its_element() {
        let data = json!({
            "</script><script>alert(1)</script>": ["<!--", "<script", "]]>", "\\u003c", "a<b"],
        });
        let template = format!("<body>{PLACE}<p>after</p></body>");
        let page = render(&template, &data.to_string()).expect("this is the viewer");
        let start = page.find(r#"json">"#).expect("it opens") + r#"json">"#.len();
        let end = start + page[start..].find('<').expect("it ends");
        assert_eq!(
            serde_json::from_str::<Value>(&page[start..end]).expect("it is JSON"),
            data
        );
        assert_eq!(&page[end..], "</script><p>after</p></body>");
    }

    #[test]
    fn another_page_is_refused_and_so_is_one_that_is_filled() {
        assert_eq!(render("<html></html>", "{}"), None);
        let filled = render(PLACE, "{}").expect("this is the viewer");
        assert_eq!(render(&filled, "{}"), None);
    }
}
