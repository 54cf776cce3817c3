//! How columns of requests are called, and how logs write that a request ended: one vocabulary for those who count rows
//! and for those who count series.

/// `yPredProba`, `Y-pred.proba` and `y_pred_proba` are the same three words.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts = !c.is_alphanumeric()
            || (c.is_uppercase() && before.is_lowercase())
            || (c.is_ascii_digit() != before.is_ascii_digit() && before.is_alphanumeric());
        if starts && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|w| !w.is_empty());
    words
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Well, or at least not badly.
    Done,
    /// Badly, by the client's fault.
    Client,
    /// Badly, by the server's fault.
    Server,
}

impl Class {
    /// The status of HTTP that stands for it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Done => 200,
            Self::Client => 400,
            Self::Server => 500,
        }
    }
}

/// How a call of gRPC ended, by its number from 0 to 16.
#[must_use]
pub const fn of_grpc(number: u16) -> Class {
    match number {
        0 => Class::Done,
        1 | 3 | 5..=7 | 9 | 10 | 11 | 16 => Class::Client,
        _ => Class::Server,
    }
}

/// How a request ended by the word or number for it: `404`, `4xx`, `UNAVAILABLE`, `ok`.
#[must_use]
pub fn ended(text: &str) -> Option<Class> {
    let bytes = text.as_bytes();
    // 404, 4xx, 404.0
    if let [digit @ b'1'..=b'5', _, _, ..] = bytes
        && bytes[1..3]
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b'x' | b'X'))
    {
        return Some(match digit {
            b'4' => Class::Client,
            b'5' => Class::Server,
            _ => Class::Done,
        });
    }
    let plain: String = text
        .chars()
        .filter(char::is_ascii_alphabetic)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    Some(match plain.strip_prefix("statuscode").unwrap_or(&plain) {
        "ok" | "success" | "succeeded" | "stop" | "length" | "true" | "completed" => Class::Done,
        "invalidargument" | "notfound" | "alreadyexists" | "permissiondenied"
        | "unauthenticated" | "failedprecondition" | "outofrange" | "cancelled" | "canceled"
        | "aborted" | "abort" | "clienterror" => Class::Client,
        "internal" | "unknown" | "unavailable" | "deadlineexceeded" | "resourceexhausted"
        | "dataloss" | "unimplemented" | "error" | "err" | "failed" | "failure" | "fail"
        | "servererror" | "timeout" | "false" | "backend" | "rejected" | "other" => Class::Server,
        // What JMeter writes where no answer came.
        plain if plain.starts_with("nonhttpresponse") => Class::Server,
        _ => return None,
    })
}

/// Whether a name, in its words, is that of a request's status: `http_status`, `res.statusCode`, `grpc_status`.
#[must_use]
pub fn is_status(words: &[String]) -> bool {
    let of = [
        "http",
        "res",
        "resp",
        "response",
        "downstream",
        "server",
        "final",
        "grpc",
        "rpc",
        "status",
        "code",
        "attributes",
    ];
    let has = |word: &str| words.iter().any(|w| w == word);
    words.iter().all(|w| of.contains(&w.as_str()))
        && (has("status") || has("code") && words.len() > 1)
}

/// Whether a name, in its words, is that of a status whose numbers are gRPC's.
#[must_use]
pub fn is_of_grpc(words: &[String]) -> bool {
    words.iter().any(|w| w == "grpc")
}

/// Whether a name, in its words, says that a request ended well where it is true.
#[must_use]
pub fn is_success(words: &[String]) -> bool {
    matches!(
        words.last().map(String::as_str),
        Some("success" | "succeeded" | "successful" | "ok")
    )
}

/// Whether a name is of a quantile or a mean over many requests, and not of one: `p99_ms`, `avg_latency`.
#[must_use]
pub fn is_summed_up(words: &[String]) -> bool {
    let mean = ["avg", "average", "mean", "median", "min", "max"];
    let mean = |w: &String| mean.contains(&w.as_str());
    is_quantile(words) || words.len() > 1 && words.iter().any(mean)
}

/// Whether a name, in its words, says that a request failed where it is true: `error`, `is_error`, `request_failed`.
#[must_use]
pub fn is_failure(words: &[String]) -> bool {
    matches!(
        words.last().map(String::as_str),
        Some("error" | "err" | "errored" | "failed" | "failure")
    )
}

/// How near a name, in its words, is to that of the whole time that a request took: 0 is nearest; `None` where it is of
/// no such time. A part of that time (in a queue, upstream, until a connection) is far.
#[must_use]
pub fn duration(words: &[String]) -> Option<u8> {
    if is_summed_up(words) {
        return None;
    }
    let any = |of: &[&str]| words.iter().any(|w| of.contains(&w.as_str()));
    let timed = any(&["time", "ms", "millis", "seconds"]);
    let told = any(&["latency", "duration", "elapsed", "rt", "took"])
        || timed && any(&["response", "request", "processing", "inference"])
        || timed && any(&["total"]) && words.len() <= 3;
    if !told {
        return None;
    }
    let part = [
        "queue",
        "queued",
        "wait",
        "waiting",
        "upstream",
        "origin",
        "connect",
        "connection",
        "dns",
        "tls",
        "handshake",
        "first",
        "token",
        "db",
        "database",
        "backend",
        "network",
        "overhead",
        "preprocess",
        "preprocessing",
        "postprocess",
        "postprocessing",
        "features",
        "feature",
        "retry",
    ];
    Some(if any(&part) {
        9
    } else if any(&["total", "e2e", "end"]) {
        0
    } else if any(&["elapsed"]) {
        1
    } else if any(&["latency"]) && words.len() == 1 {
        3
    } else {
        2
    })
}

/// Whether a name, in its words, is that of a quantile, which is of many requests: `p99_ms`, `latency_p95`.
#[must_use]
pub fn is_quantile(words: &[String]) -> bool {
    let level = |word: &str| matches!(word, "50" | "75" | "90" | "95" | "99" | "999");
    words.windows(2).any(|w| w[0] == "p" && level(&w[1]))
}

/// Whether a name, in its words, is that of the time to a first token.
#[must_use]
pub fn is_first_token(words: &[String]) -> bool {
    words.iter().any(|w| w == "ttft") || words.join("_").contains("first_token")
}

/// Seconds in the unit that a name, in its words, tells.
#[must_use]
pub fn unit_s(words: &[String]) -> Option<f64> {
    let has = |of: &[&str]| words.iter().any(|w| of.contains(&w.as_str()));
    if has(&["us", "micros", "microseconds"]) {
        Some(1e-6)
    } else if has(&["s", "sec", "secs", "seconds"]) {
        Some(1.0)
    } else if has(&["ns", "nanos", "nanoseconds"]) {
        Some(1e-9)
    } else if has(&["ms", "millis", "milliseconds"]) {
        Some(1e-3)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sums_up_many_requests_is_no_time_of_one() {
        for name in ["p99_ms", "latency_p50_ms", "avg_latency", "max_duration_s"] {
            assert!(is_summed_up(&words(name)), "{name}");
            assert_eq!(duration(&words(name)), None, "{name}");
        }
        for name in ["latency_ms", "duration", "p2_latency"] {
            assert!(!is_summed_up(&words(name)), "{name}");
            assert!(duration(&words(name)).is_some(), "{name}");
        }
    }

    #[test]
    fn a_status_is_read_however_it_is_written() {
        for (text, class) in [
            ("200", Class::Done),
            ("4xx", Class::Client),
            ("503", Class::Server),
            ("INVALID_ARGUMENT", Class::Client),
            ("OK", Class::Done),
            ("Unavailable", Class::Server),
            ("StatusCode.UNAVAILABLE", Class::Server),
        ] {
            assert_eq!(ended(text), Some(class), "{text}");
        }
        assert_eq!(ended("blue"), None);
        assert_eq!(of_grpc(14), Class::Server);
    }

    #[test]
    fn names_of_requests_are_known_by_their_words() {
        for name in [
            "status",
            "http_status",
            "res.statusCode",
            "grpc_status",
            "responseCode",
        ] {
            assert!(is_status(&words(name)), "{name}");
        }
        for name in ["code", "order_status", "postal_code", "status_of_payment"] {
            assert!(!is_status(&words(name)), "{name}");
        }
        for (name, near) in [
            ("total_time", Some(0)),
            ("elapsed", Some(1)),
            ("latency_ms", Some(2)),
            ("Latency", Some(3)),
            ("upstream_response_time", Some(9)),
            ("time", None),
            ("total", None),
        ] {
            assert_eq!(duration(&words(name)), near, "{name}");
        }
        for (name, is) in [("p99_ms", true), ("latencyP95", true), ("p_value", false)] {
            assert_eq!(is_quantile(&words(name)), is, "{name}");
        }
    }
}
