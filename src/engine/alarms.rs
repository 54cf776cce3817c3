//! What a reader is called for while they follow a live source: an incident that was opened, an error budget that is
//! spent too fast. Each calls once, when it begins; what was so before the reader began to look does not.

use crate::report::view::WindowSize;
use crate::report::words::instant;
use crate::report::{Alert, Particular, Report};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

/// Something that a reader is called for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Names it among others; the same as long as it goes on.
    pub id: String,
    /// `incident` or `burn_rate`.
    pub kind: String,
    /// Whether someone should look at once.
    pub urgent: bool,
    /// In a few words.
    pub title: String,
    /// A sentence with the numbers that raised it.
    pub sentence: String,
    /// When it began (RFC 3339).
    pub since: String,
    /// What there is to know of it, as a person reads it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub particulars: Vec<Particular>,
    /// The incident, as the report has it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incident: Option<Box<Alert>>,
}

/// How a message is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// All of it, under `"schema": "plumbline.alarm/1"`.
    #[default]
    Plain,
    /// As Slack, Mattermost and others take it: one `text`.
    Slack,
}

impl Alarm {
    /// The body of a message to a webhook.
    #[must_use]
    pub fn message(&self, shape: Shape) -> String {
        match shape {
            Shape::Plain => json!({ "schema": "plumbline.alarm/1", "alarm": self }).to_string(),
            Shape::Slack => {
                let mark = if self.urgent {
                    ":rotating_light:"
                } else {
                    ":warning:"
                };
                let mut text =
                    format!("{mark} *{}*: {}", slack(&self.title), slack(&self.sentence));
                for of in &self.particulars {
                    let told = slack(&of.texts.join("; "));
                    text += &format!("\n*{}*: {told}", slack(&of.label));
                }
                json!({ "text": text }).to_string()
            }
        }
    }

    /// The same as plain lines, for a notification.
    #[must_use]
    pub fn text(&self) -> String {
        let of = |of: &Particular| format!("\n{}: {}", of.label, of.texts.join("; "));
        let more: String = self.particulars.iter().map(of).collect();
        format!("{}{more}", self.sentence)
    }

    /// One to try a webhook with.
    #[must_use]
    pub fn trial(now: crate::table::time::Time) -> Self {
        Self {
            id: "trial".into(),
            kind: "trial".into(),
            urgent: false,
            title: "Plumbline can reach you".into(),
            sentence: "This is a trial; nothing is wrong.".into(),
            since: now.to_string(),
            particulars: Vec::new(),
            incident: None,
        }
    }
}

/// The characters that Slack reads as marks.
fn slack(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What goes on in a report.
#[must_use]
pub fn going_on(report: &Report) -> Vec<Alarm> {
    let incidents = report.alerts.iter().filter(|a| a.goes_on()).map(|a| Alarm {
        id: a.id(),
        kind: "incident".into(),
        urgent: a.level == crate::report::Level::Bad,
        title: "Incident".into(),
        sentence: format!("{}.", a.sentence.trim_end_matches('.')),
        since: a.since.to_string(),
        particulars: report.particulars(a),
        incident: Some(Box::new(a.clone())),
    });
    // Of an objective that nobody chose nobody wants to be called.
    let chosen = report.resources.slos().filter(|slo| slo.chosen);
    let burns = chosen.flat_map(|slo| {
        let on = slo.burns.iter().filter(|b| b.until.is_none());
        on.map(move |b| Alarm {
            id: format!("burn_rate {} {}", slo.of, b.long_s),
            kind: "burn_rate".into(),
            urgent: b.page,
            title: match slo.of.as_str() {
                "" => "Error budget".into(),
                of => format!("Error budget of {of}"),
            },
            sentence: format!(
                "{}, since {}. The objective: {} % of requests {}.",
                b.sentence.trim_end_matches('.'),
                instant(b.since, WindowSize::Hour, true),
                (slo.objective * 1e8).round() / 1e6,
                slo.good
            ),
            since: b.since.to_string(),
            particulars: Vec::new(),
            incident: None,
        })
    });
    incidents.chain(burns).collect()
}

/// Knows what the reader was called for.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    known: Option<BTreeSet<String>>,
}

impl Watch {
    /// What has begun since the last look. The first look calls for nothing.
    pub fn look(&mut self, going_on: Vec<Alarm>) -> Vec<Alarm> {
        let now: BTreeSet<String> = going_on.iter().map(|a| a.id.clone()).collect();
        let before = self.known.replace(now);
        let Some(before) = before else {
            return Vec::new();
        };
        going_on
            .into_iter()
            .filter(|a| !before.contains(&a.id))
            .collect()
    }

    /// Forgets everything: another source is looked at.
    pub fn clear(&mut self) {
        self.known = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm(id: &str) -> Alarm {
        Alarm {
            id: id.into(),
            kind: "burn_rate".into(),
            urgent: true,
            title: "Error budget of <shop>".into(),
            sentence: "It is spent 14.4 times too fast.".into(),
            since: "2026-11-26T10:00:00Z".into(),
            particulars: vec![Particular {
                label: "Also changed".into(),
                texts: vec!["a > b".into(), "c".into()],
            }],
            incident: None,
        }
    }

    #[test]
    fn each_calls_once_and_again_only_after_it_was_over() {
        let mut watch = Watch::default();
        assert!(watch.look(vec![alarm("old")]).is_empty());
        let called = |watch: &mut Watch, ids: &[&str]| {
            let all = ids.iter().map(|id| alarm(id)).collect();
            watch
                .look(all)
                .into_iter()
                .map(|a| a.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(called(&mut watch, &["old", "new"]), ["new"]);
        assert!(called(&mut watch, &["new"]).is_empty());
        assert_eq!(called(&mut watch, &["old", "new"]), ["old"]);
    }

    #[test]
    fn messages_have_the_shapes_that_receivers_take() {
        let plain: serde_json::Value =
            serde_json::from_str(&alarm("a").message(Shape::Plain)).unwrap_or_default();
        assert_eq!(plain["schema"], "plumbline.alarm/1");
        assert_eq!(plain["alarm"]["kind"], "burn_rate");
        assert_eq!(plain["alarm"]["particulars"][0]["texts"][1], "c");
        assert_eq!(
            alarm("a").text(),
            "It is spent 14.4 times too fast.\nAlso changed: a > b; c"
        );
        let slack: serde_json::Value =
            serde_json::from_str(&alarm("a").message(Shape::Slack)).unwrap_or_default();
        assert_eq!(
            slack["text"],
            ":rotating_light: *Error budget of &lt;shop&gt;*: It is spent 14.4 times too fast.\n*Also changed*: a &gt; b; c"
        );
    }
}
