//! Verdicts as JUnit XML, which GitLab, Jenkins and most others show beside other tests: a rule is a test
//! case, a warning is a case that passes with a word on it, and what is silenced or could not be judged is skipped.
//!
//! There is no standard; what is written here is what the readers have in common: `testsuites`, `testsuite`
//! with its counts, `testcase` with `classname`, `name` and `time`, and in it `properties`, `skipped`,
//! `failure` and `system-out`. No time is taken, so that the same data give the same bytes.

use super::verdict::{Broken, Outcome, Verdict, Verdicts};
use crate::table::time::{SECOND, Time};
use std::fmt::Write as _;

/// The document; `suite`: the name of the file of rules.
#[must_use]
pub fn junit(verdicts: &Verdicts, suite: &str) -> String {
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"0\"",
        verdicts.verdicts.len(),
        verdicts.failed,
        verdicts.not_evaluated + verdicts.silenced
    );
    let suite = escaped(suite);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plumbline\" {counts}>\n  <testsuite name=\"{suite}\" {counts}>\n"
    );
    for verdict in &verdicts.verdicts {
        case(&mut out, verdict, &suite);
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn case(out: &mut String, v: &Verdict, suite: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "    <testcase classname=\"{suite}\" name=\"{}\" time=\"0\">",
        escaped(&v.name)
    );
    out.push_str("      <properties>\n");
    for (name, value) in properties(v) {
        let value = escaped(&value);
        let _ = writeln!(out, "        <property name=\"{name}\" value=\"{value}\"/>");
    }
    out.push_str("      </properties>\n");
    let sentence = escaped(&v.sentence);
    let _ = match v.outcome {
        Outcome::Pass if v.is_silenced() => {
            writeln!(out, "      <skipped message=\"{sentence}\"/>")
        }
        Outcome::Pass => writeln!(out, "      <system-out>{sentence}</system-out>"),
        Outcome::Warn => writeln!(out, "      <system-out>WARN {sentence}</system-out>"),
        Outcome::NotEvaluated => writeln!(out, "      <skipped message=\"{sentence}\"/>"),
        Outcome::Fail => writeln!(
            out,
            "      <failure type=\"rule\" message=\"{sentence}\">{sentence}\n{}</failure>",
            escaped(&windows(&v.windows, v.by_rows))
        ),
    };
    out.push_str("    </testcase>\n");
}

fn properties(v: &Verdict) -> Vec<(&'static str, String)> {
    let name = |value: Result<String, serde_json::Error>| {
        value.unwrap_or_default().trim_matches('"').to_owned()
    };
    let mut all = vec![
        ("outcome", name(serde_json::to_string(&v.outcome))),
        ("state", name(serde_json::to_string(&v.state))),
        ("allows", v.rule.allows()),
        ("judged_windows", v.judged.to_string()),
    ];
    let mut add = |name, value: Option<String>| all.extend(value.map(|value| (name, value)));
    add("low", v.low.map(|x| x.to_string()));
    add("high", v.high.map(|x| x.to_string()));
    add("value", v.latest.map(|b| b.value.to_string()));
    add("rows", v.latest.map(|b| b.rows.to_string()));
    add("since", v.since.map(|t| instant(t, v.by_rows)));
    add("until", v.until.map(|t| instant(t, v.by_rows)));
    add("why", v.rule.why.clone());
    all
}

/// An instant, or the row that it is.
fn instant(time: Time, by_rows: bool) -> String {
    match by_rows {
        true => format!("row {}", time.0 / SECOND + 1),
        false => time.to_string(),
    }
}

/// A line a window.
fn windows(broken: &[Broken], by_rows: bool) -> String {
    let mut out = String::new();
    for b in broken {
        let interval = match (b.low, b.high) {
            (Some(low), Some(high)) => format!(" [{low}, {high}]"),
            _ => String::new(),
        };
        let limit = b
            .limit
            .map_or_else(String::new, |limit| format!(", limit {limit}"));
        let silenced = if b.silenced { ", silenced" } else { "" };
        // The last row of a window is the one before its end.
        let last = if by_rows { SECOND } else { 0 };
        let (first, last) = (
            instant(b.start, by_rows),
            instant(Time(b.end.0 - last), by_rows),
        );
        let _ = writeln!(
            out,
            "{first} to {last}: {}{interval}{limit}, {} rows{silenced}",
            b.value, b.rows
        );
    }
    out
}

/// Text for an element or an attribute. What XML 1.0 cannot hold becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
