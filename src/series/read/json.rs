//! JSON of services: which of the tools wrote it, and documents behind each other.

use super::lines::{Faults, quoted, text, whole};
use super::{About, Form, kubernetes, otlp, prometheus};
use crate::read::{Bytes, ReadError};
use crate::series::SeriesSet;
use serde_json::Value;

/// What JSON is, by its start.
pub fn recognise(text: &str, first: &str) -> Option<Form> {
    let mut cut = text.len().min(4_096);
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let head: String = text[..cut].chars().filter(|c| !c.is_whitespace()).collect();
    let has = |key: &str| head.contains(&format!("\"{key}\":"));
    if has("resourceMetrics") || has("resource_metrics") {
        return Some(Form::Otlp);
    }
    // Where a tool has sorted the keys, the status stands at the end.
    let sorted = ["metric\":{", "histogram\":[", "histograms\":["];
    let series = head.strip_prefix("{\"data\":{\"result\":[{\"");
    let sorted = series.is_some_and(|s| sorted.iter().any(|key| s.starts_with(key)));
    let answer = has("status") && (has("resultType") || has("errorType"));
    if sorted || answer || is_answer(text, &head) {
        return Some(Form::PrometheusJson);
    }
    if head.contains("\"PodMetrics") || head.contains("\"NodeMetrics") {
        return Some(Form::Kubernetes);
    }
    if head.starts_with("{\"metric\":{") && has("values") {
        return Some(Form::Victoria);
    }
    if has("precpu_stats") && has("cpu_stats") {
        return Some(Form::Docker);
    }
    let row: Value = serde_json::from_str(first).ok()?;
    super::access_json::is(&row).then_some(Form::AccessJson)
}

/// Whether JSON, and its start without blanks, is one answer of Prometheus's API without samples: names of labels, their
/// values, targets, rules, alerts, what the server is.
fn is_answer(text: &str, head: &str) -> bool {
    let Some(data) = head.strip_prefix("{\"status\":\"success\",\"data\":") else {
        return false;
    };
    let of_list = ["[\"", "[]", "[{\"__name__\":", "[{\"seriesLabels\":"];
    let of_server = [
        "\"activeTargets\":",
        "\"droppedTargets\":",
        "\"activeAlertmanagers\":",
        "\"groups\":",
        "\"alerts\":",
        "\"goVersion\":",
        "\"help\":",
        "\"headStats\":",
        "\"yaml\":",
        "\"storageRetention\":",
    ];
    let known = of_list.iter().any(|start| data.starts_with(start))
        || data.starts_with('{') && of_server.iter().any(|key| data.contains(key));
    // Rows of a log stand behind each other.
    known && text.lines().filter(|l| l.starts_with('{')).take(2).count() == 1
}

/// Reads documents that stand behind each other, one a line or over several lines.
pub fn documents(
    about: &About,
    file: &dyn Bytes,
    form: Form,
    faults: &mut Faults,
) -> Result<SeriesSet, ReadError> {
    let bytes = whole(about, file)?;
    let text = text(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut set = SeriesSet::default();
    let first = text.trim_start().lines().next().unwrap_or_default();
    let mut starts = otlp::Starts::default();
    let mut take = |value: Result<Value, serde_json::Error>, faults: &mut Faults, shown: &str| {
        if let Err(why) = &value {
            faults.mend = Some(match why.is_eof() {
                true => "It was cut off: download or export it again, whole",
                false => "It is no JSON there: download or export it again",
            });
        }
        let taken = value
            .map_err(|e| e.to_string())
            .and_then(|value| match form {
                Form::PrometheusJson => prometheus::take(about, &value, &mut set, faults),
                Form::Otlp => otlp::take(about, &value, &mut set, &mut starts, faults),
                _ => kubernetes::take(about, &value, &mut set, faults),
            });
        match taken {
            Ok(()) => true,
            Err(why) => {
                faults.lost("json", || format!("{}: {why}", quoted(shown)));
                false
            }
        }
    };
    if serde_json::from_str::<serde::de::IgnoredAny>(first).is_ok() {
        for line in text.lines() {
            if !line.trim().is_empty() {
                take(serde_json::from_str(line), faults, line);
            }
            faults.line += 1;
        }
    } else {
        let all = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        for value in all {
            if let Err(why) = &value {
                faults.line = why.line().saturating_sub(1) as u64;
            }
            if !take(value, faults, first) {
                break;
            }
        }
    }
    starts.begin(&mut set);
    Ok(set)
}

/// A number, or a text that is one, as JSON of 64 bit has it.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => super::exposition::number(text),
        _ => None,
    }
}

/// The first of some keys that is there.
pub fn first<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().find_map(|key| value.get(key))
}

/// The items of a list; none where it is not there.
pub fn items<'a>(value: &'a Value, keys: &[&str]) -> &'a [Value] {
    first(value, keys)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_ends_between_two_signs() {
        let text = format!("{{\"status\":\"{}\",\"resultType\":1}}", "é".repeat(4_000));
        assert_eq!(recognise(&text, &text), None);
        let text = format!(
            "{{\"status\":1,\"resultType\":1,\"x\":\"{}\"}}",
            "é".repeat(4_000)
        );
        assert_eq!(recognise(&text, &text), Some(Form::PrometheusJson));
    }
}
