//! Addresses, queries and numbers as Prometheus's API has them.

use crate::feed::Instant;
use std::fmt::Write;

/// The address of the server from what a reader wrote or copied: `localhost:9090/graph?g0…` is `http://localhost:9090`.
pub fn address(text: &str) -> String {
    let text = text.trim();
    let with_scheme = match text.split_once("://") {
        Some(_) => text.to_owned(),
        None => format!("http://{text}"),
    };
    let path = with_scheme.split(['?', '#']).next().unwrap_or_default();
    let mut path = path.trim_end_matches('/');
    if let Some((before, _)) = path.split_once("/api/v1") {
        path = before;
    }
    for page in ["/graph", "/query", "/targets", "/classic/graph", "/vmui"] {
        path = path.strip_suffix(page).unwrap_or(path);
    }
    path.trim_end_matches('/').to_owned()
}

/// Host and port of an address; no password that stands in it.
pub fn host(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default().to_owned()
}

/// Names and values, as the body of a form or behind the `?` of an address.
pub fn form(pairs: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    out.push(char::from(byte));
                }
                _ => {
                    // Writing to text cannot fail.
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        }
    }
    out
}

/// Seconds with milliseconds, as the API takes them.
pub fn seconds(time: Instant) -> String {
    let millis = time.div_euclid(1_000);
    let (whole, rest) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
    match rest {
        0 => whole.to_string(),
        _ => format!("{whole}.{rest:03}"),
    }
}

/// The series of some metrics.
pub fn selector(names: &[&str]) -> String {
    let mut out = String::from("{__name__=~\"");
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            out.push('|');
        }
        for c in name.chars() {
            match c {
                '\\' => out.push_str("\\\\\\\\"),
                '"' => out.push_str("\\\""),
                '.' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|' => {
                    out.push_str("\\\\");
                    out.push(c);
                }
                '\n' => out.push_str("\\n"),
                c => out.push(c),
            }
        }
    }
    out.push_str("\"}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_stands_before_the_page_that_was_copied() {
        for (text, base) in [
            ("localhost:9090", "http://localhost:9090"),
            (" https://m.example/prom/ ", "https://m.example/prom"),
            ("http://a:9090/graph?g0.expr=up#x", "http://a:9090"),
            ("http://a:9090/api/v1/query?query=up", "http://a:9090"),
            ("http://a:8428/vmui/#/", "http://a:8428"),
        ] {
            assert_eq!(address(text), base, "{text}");
        }
        assert_eq!(host("http://me:secret@a:9090/x"), "a:9090");
    }

    #[test]
    fn queries_are_quoted() {
        assert_eq!(
            selector(&["up", "http.server.requests", ":tf:x"]),
            r#"{__name__=~"up|http\\.server\\.requests|:tf:x"}"#
        );
        assert_eq!(
            form(&[("query", "a{b=\"c\"}[5m]".into()), ("time", "1.5".into())]),
            "query=a%7Bb%3D%22c%22%7D%5B5m%5D&time=1.5"
        );
        assert_eq!(seconds(1_500_000), "1.500");
        assert_eq!(seconds(1_000_000), "1");
    }
}
