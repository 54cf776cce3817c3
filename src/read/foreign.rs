//! Exports of tools that are JSON, and neither rows of a log nor metrics: what each is, and what to give instead.

/// What is given instead of records of a tracing system.
const OTLP: &str = "Give OpenTelemetry metrics (a file with \"resourceMetrics\"), or the predictions themselves as CSV or JSON lines, one row each.";
/// What is given instead of Triton's own answers.
const TRITON: &str = "Give what Triton serves at /metrics (port 8002), saved every minute or so with the time in its name, or the log of its requests.";

/// How a document begins, without blanks; what it is; what to give instead.
const KNOWN: [(&str, &str, &str); 9] = [
    ("{\"resourceLogs\":", "OpenTelemetry logs", OTLP),
    ("{\"resource_logs\":", "OpenTelemetry logs", OTLP),
    ("{\"resourceSpans\":", "OpenTelemetry traces", OTLP),
    ("{\"resource_spans\":", "OpenTelemetry traces", OTLP),
    ("{\"scopeSpans\":", "OpenTelemetry traces", OTLP),
    ("{\"resourceProfiles\":", "OpenTelemetry profiles", OTLP),
    ("{\"resource_profiles\":", "OpenTelemetry profiles", OTLP),
    (
        "{\"model_stats\":",
        "statistics of Triton\u{2019}s models, totals since it started without a time",
        TRITON,
    ),
    (
        "{\"modelStats\":",
        "statistics of Triton\u{2019}s models, totals since it started without a time",
        TRITON,
    ),
];

/// Blanks are dropped up to here.
const HEAD: usize = 4_096;

/// What a document is, and what to give instead; `None` for everything else.
#[must_use]
pub fn foreign(start: &[u8]) -> Option<(&'static str, &'static str)> {
    let start = start.get(..HEAD).unwrap_or(start);
    let packed: Vec<u8> = start
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let packed = packed.strip_prefix(b"[").unwrap_or(&packed);
    let known = KNOWN
        .iter()
        .find(|(begins, ..)| packed.starts_with(begins.as_bytes()));
    if let Some((_, what, mend)) = known {
        return Some((what, mend));
    }
    let has = |key: &str| packed.windows(key.len()).any(|w| w == key.as_bytes());
    let metadata = packed.starts_with(b"{\"name\":")
        && has("\"inputs\":[{\"name\":")
        && has("\"outputs\":[{\"name\":")
        && has("\"datatype\":")
        && has("\"shape\":[")
        && !has("\"data\":");
    metadata.then_some((
        "the description of a model\u{2019}s inputs and outputs, as KServe and Triton give it",
        TRITON,
    ))
}

#[cfg(test)]
mod tests {
    use super::foreign;

    #[test]
    fn exports_that_are_no_rows_are_known_and_rows_are_not() {
        for (text, what) in [
            ("{ \n \"resourceLogs\" : [ {}", "logs"),
            ("{\"resourceSpans\":[", "traces"),
            ("{\"model_stats\":[{\"name\":\"iris\"", "Triton"),
            (
                "{\"name\":\"iris\",\"versions\":[\"1\"],\"platform\":\"python\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,4]}],\"outputs\":[{\"name\":\"p\"",
                "description",
            ),
        ] {
            assert!(
                foreign(text.as_bytes()).is_some_and(|f| f.0.contains(what)),
                "{text}"
            );
        }
        for text in [
            "{\"id\":1,\"resourceLogs\":2}",
            "{\"name\":\"a\",\"score\":0.5}",
            "resourceLogs,score\n1,2\n",
            "{\"model_name\":\"iris\",\"outputs\":[{\"name\":\"p\",\"datatype\":\"FP32\",\"shape\":[1],\"data\":[1]}]}",
        ] {
            assert_eq!(foreign(text.as_bytes()), None, "{text}");
        }
    }
}
