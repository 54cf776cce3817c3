//! Access logs as text: common and combined with what sites add to them, and those of BentoML, Ray Serve and
//! OpenStack. Each row is counted and let go.
//!
//! Sources: Apache *mod_log_config*, nginx *ngx_http_log_module*. A number at the end of a line is Apache's `%D`
//! (microseconds) where it is whole, else seconds; `rt=`, `request_time=` and their like are seconds, what ends in
//! `ms` is milliseconds.

use super::lines::{Faults, quoted};
use super::{About, Lines, times};
use crate::series::SeriesSet;
use crate::series::requests::Request;

/// Whether most lines are of this format.
pub fn is(lines: &[&str]) -> bool {
    let lines: Vec<&str> = lines
        .iter()
        .copied()
        .filter(|l| !l.trim().is_empty())
        .take(200)
        .collect();
    let read = lines.iter().filter(|l| row(l).is_some()).count();
    read > 0 && read * 3 > lines.len()
}

/// The reader.
pub struct Access {
    file: String,
    set: SeriesSet,
}

impl Access {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            set: SeriesSet::default(),
        }
    }
}

impl Lines for Access {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match row(text) {
            Some(request) => self.set.requests_of(&self.file).add(&request),
            None => faults.lost("row", || {
                format!(
                    "{} is no request, expected a line such as 1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 512",
                    quoted(text)
                )
            }),
        }
    }

    fn finish(self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.set
    }
}

/// A line as a request.
pub fn row(text: &str) -> Option<Request> {
    combined(text)
        .or_else(|| bento(text))
        .or_else(|| ray(text))
        .or_else(|| openstack(text))
}

fn status(text: &str) -> Option<u16> {
    let number: u16 = text.parse().ok()?;
    (100..600).contains(&number).then_some(number)
}

/// `host ident user [time] "request" status bytes …`
fn combined(text: &str) -> Option<Request> {
    let open = text.find('[')?;
    let close = open + text[open..].find(']')?;
    let time = times::clf(text.get(open + 1..close)?)?;
    let rest = text.get(close + 1..)?.trim_start().strip_prefix('"')?;
    // A request may hold quotes that are escaped.
    let bytes = rest.as_bytes();
    let end =
        (0..bytes.len()).find(|i| bytes[*i] == b'"' && (*i == 0 || bytes[*i - 1] != b'\\'))?;
    let mut words = rest[end + 1..].split_whitespace();
    let status = status(words.next()?)?;
    let bytes_out = words.next().and_then(|b| b.parse().ok());
    Some(Request {
        time,
        status: Some(status),
        bytes_out,
        duration_s: tail(&rest[end + 1..]),
        ..Request::default()
    })
}

/// The time that a request took, in what a site adds behind the line.
fn tail(text: &str) -> Option<f64> {
    let named = [
        "rt=",
        "request_time=",
        "duration=",
        "request_time:",
        "time:",
    ];
    for name in named {
        for (at, _) in text.match_indices(name) {
            if at > 0 && !text[..at].ends_with([' ', '"', ',', '\t']) {
                continue; // urt= holds rt=
            }
            let value = text[at + name.len()..].trim_start_matches(['"', ' ']);
            let value: &str = value.split(['"', ' ', ',', ';']).next()?;
            if let Some(ms) = value.strip_suffix("ms") {
                return ms.parse::<f64>().ok().map(|ms| ms / 1e3);
            }
            if let Ok(seconds) = value.trim_end_matches('s').parse() {
                return Some(seconds);
            }
        }
    }
    // The last word, where there are more than status and bytes, or after the agent.
    let quotes = text.matches('"').count();
    let last = text.split_whitespace().last()?;
    let words = text.split_whitespace().count();
    if last.ends_with('"') && quotes > 0 || words < 3 {
        return None;
    }
    let number: f64 = last.parse().ok().filter(|x: &f64| *x >= 0.0)?;
    Some(if last.contains('.') {
        number
    } else {
        number / 1e6
    })
}

/// `2026-11-23T08:46:30+0000 [INFO] [entry_service:Iris:1] … (status=200,…) 15.648ms (…)`
fn bento(text: &str) -> Option<Request> {
    let at = text.find("(status=")?;
    let time = times::iso(text.split_whitespace().next()?)?;
    let inside = text[at + 8..].split([',', ')']).next()?;
    let close = at + text[at..].find(')')?;
    let took = text[close + 1..].split_whitespace().next()?;
    let ms: f64 = took.strip_suffix("ms")?.parse().ok()?;
    Some(Request {
        time,
        status: status(inside),
        duration_s: Some(ms / 1e3),
        ..Request::default()
    })
}

/// `INFO 2026-11-23 08:55:58,814 default_M bkil33nj r-1 -- POST /predict 200 10.3ms`
fn ray(text: &str) -> Option<Request> {
    let (before, after) = text.split_once(" -- ")?;
    let mut words = before.split_whitespace();
    let _level = words.next()?;
    let time = times::iso(&format!("{} {}", words.next()?, words.next()?))?;
    let mut request = message(after)?;
    request.time = time;
    Some(request)
}

/// `POST /predict 200 10.3ms`
pub fn message(text: &str) -> Option<Request> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [.., code, took] = words.as_slice() else {
        return None;
    };
    let ms: f64 = took.strip_suffix("ms")?.parse().ok()?;
    Some(Request {
        status: Some(status(code)?),
        duration_s: Some(ms / 1e3),
        ..Request::default()
    })
}

/// `… 2017-05-16 00:00:00.008 … "GET /… HTTP/1.1" status: 200 len: 1893 time: 0.2477829`
fn openstack(text: &str) -> Option<Request> {
    let value = |name: &str| {
        let at = text.find(name)?;
        text[at + name.len()..].split_whitespace().next()
    };
    let code = status(value("status: ")?)?;
    let words: Vec<&str> = text.split_whitespace().take(4).collect();
    let time = words
        .windows(2)
        .find_map(|w| times::iso(&format!("{} {}", w[0], w[1])))?;
    Some(Request {
        time,
        status: Some(code),
        bytes_out: value("len: ").and_then(|l| l.parse().ok()),
        duration_s: value(" time: ").and_then(|t| t.parse().ok()),
        ..Request::default()
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_servers_write_them() {
        let common =
            row(r#"1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET /x HTTP/1.1" 404 -"#).unwrap();
        assert_eq!(
            (common.status, common.bytes_out, common.duration_s),
            (Some(404), None, None)
        );
        let combined = r#"1.2.3.4 - bob [17/May/2015:10:05:03 +0000] "GET /\"q\" HTTP/1.1" 200 512 "-" "curl/7 (x; y)""#;
        assert_eq!(row(combined).unwrap().duration_s, None);
        let took = |end: &str| row(&format!("{combined} {end}")).unwrap().duration_s;
        assert_eq!(took("rt=0.006 uct=\"0.000\" urt=\"0.005\""), Some(0.006));
        assert_eq!(took("urt=\"0.005\" rt=0.007"), Some(0.007));
        assert_eq!(took("1234"), Some(0.001_234));
        assert_eq!(took("0.25"), Some(0.25));
        let bento = "2026-11-23T08:46:30+0000 [INFO] [entry_service:Iris:1] 127.0.0.1:49536 (scheme=http,method=POST,path=/predict,type=application/json,length=34) (status=500,type=application/json,length=26) 82.763ms (trace=a)";
        assert_eq!(row(bento).unwrap().duration_s, Some(0.082_763));
        let ray =
            row("INFO 2026-11-23 08:55:58,814 default_M bkil33nj r-1 -- POST /predict 200 10.3ms")
                .unwrap();
        assert_eq!((ray.status, ray.time), (Some(200), 1_795_424_158_814_000));
        assert_eq!(row("id,score,label"), None);
    }
}
