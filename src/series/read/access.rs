//! Access logs as text: common and combined with what sites add to them, W3C extended ones ([`w3c`]), those of load
//! balancers and proxies ([`balancers`]), and of BentoML, Ray Serve and OpenStack. Each row is counted and let go.
//!
//! Sources: Apache *mod_log_config*, nginx *ngx_http_log_module*. Of numbers behind the agent the first with a fraction is
//! the time of the request in seconds, as nginx has it, those after it are of servers behind it; a whole number at the
//! end is Apache's `%D` (microseconds), `%{ms}T` or `%T` (seconds), by what is plausible for all of the file
//! ([`crate::stats::time_unit`]), which a note says. `rt=`,
//! `request_time=` and their like are seconds, what ends in `ms` is milliseconds.

use super::lines::{Faults, quoted};
use super::unsure::{Guess, Unsure};
use super::w3c::{self, Fields, Took};
use super::{About, Lines, balancers, times};
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
    let is_row = |l: &&&str| row(l).is_some() || balancers::of(l).is_some();
    let read = lines.iter().filter(is_row).count();
    w3c::is(&lines) || read > 0 && read * 3 > lines.len()
}

/// The reader.
pub struct Access {
    file: String,
    set: SeriesSet,
    unsure: Unsure,
    /// The columns, where the log names them.
    fields: Fields,
    /// How its lines are read, where it is of a balancer or proxy.
    reads: Option<balancers::Reads>,
}

impl Access {
    pub fn new(about: &About) -> Self {
        Self {
            file: about.stem(),
            set: SeriesSet::default(),
            unsure: Unsure::new(
                Guess::Apache,
                format!(
                    "The whole number at the end of the lines of {}",
                    about.stem()
                ),
            ),
            fields: Fields::default(),
            reads: None,
        }
    }
}

impl Lines for Access {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let told = self.fields.are_told();
        if self.fields.directive(text) {
            if !told && self.fields.are_told() {
                let of = format!("Column 'time-taken' of {}", self.file);
                self.unsure = Unsure::new(Guess::Median, of);
            }
            return;
        }
        if self.fields.are_told() {
            return self.of_fields(text, faults);
        }
        let read = row(text);
        if read.is_none() {
            self.reads = self.reads.or_else(|| balancers::of(text));
            if let Some(reads) = self.reads {
                match reads(text) {
                    Ok(request) => self.set.requests_of(&self.file).add(&request),
                    Err(wrong) => faults.lost_in("column", wrong.column, || {
                        format!("{} is no request: {}", quoted(text), wrong.reason)
                    }),
                }
                return;
            }
        }
        match read {
            Some((request, Some(whole))) => {
                self.unsure.take(&mut self.set, &self.file, request, whole);
            }
            Some((request, None)) => self.set.requests_of(&self.file).add(&request),
            None => faults.lost("row", || {
                format!(
                    "{} is no request, expected a line such as 1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 512",
                    quoted(text)
                )
            }),
        }
    }

    fn finish(mut self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.unsure.settle(&mut self.set, &self.file);
        self.set
    }
}

impl Access {
    /// Takes a line of a log that names its columns.
    fn of_fields(&mut self, text: &str, faults: &mut Faults) {
        let Some((mut request, took)) = self.fields.row(text, faults) else {
            return;
        };
        match took {
            Took::Known(seconds) => {
                request.duration_s = seconds;
                self.set.requests_of(&self.file).add(&request);
            }
            Took::Untold(number) => {
                self.unsure.take(&mut self.set, &self.file, request, number);
            }
        }
    }
}

/// A line as a request, and how long it took where the line does not tell in which unit.
fn row(text: &str) -> Option<(Request, Option<f64>)> {
    let plain = |request: Option<Request>| request.map(|r| (r, None));
    combined(text)
        .or_else(|| plain(bento(text)))
        .or_else(|| plain(ray(text)))
        .or_else(|| plain(openstack(text)))
}

fn status(text: &str) -> Option<u16> {
    let number: u16 = text.parse().ok()?;
    (100..600).contains(&number).then_some(number)
}

/// `host ident user [time] "request" status bytes …`
fn combined(text: &str) -> Option<(Request, Option<f64>)> {
    // A client may stand in such brackets, too: [::1].
    let (time, close) = text.match_indices('[').take(3).find_map(|(open, _)| {
        let close = open + text[open..].find(']')?;
        Some((times::clf(text.get(open + 1..close)?)?, close))
    })?;
    let rest = text.get(close + 1..)?.trim_start().strip_prefix('"')?;
    // A request may hold quotes that are escaped.
    let bytes = rest.as_bytes();
    let end =
        (0..bytes.len()).find(|i| bytes[*i] == b'"' && (*i == 0 || bytes[*i - 1] != b'\\'))?;
    let mut words = rest[end + 1..].split_whitespace();
    let status = status(words.next()?)?;
    let bytes_out = words.next().and_then(|b| b.parse().ok());
    let (duration_s, whole) = match tail(&rest[end + 1..]) {
        Some(Tail::Seconds(seconds)) => (Some(seconds), None),
        Some(Tail::Whole(number)) => (None, Some(number)),
        None => (None, None),
    };
    let request = Request {
        time,
        status: Some(status),
        bytes_out,
        duration_s,
        ..Request::default()
    };
    Some((request, whole))
}

/// How long a request took, as the end of a line tells it.
enum Tail {
    Seconds(f64),
    /// In a unit that is not told.
    Whole(f64),
}

/// The time that a request took, in what a site adds behind the line.
fn tail(text: &str) -> Option<Tail> {
    let named = [
        "rt=",
        "request_time=",
        "duration=",
        "request_time:",
        "time:",
    ];
    for name in named {
        for (at, _) in text.match_indices(name) {
            let before = &text[..at];
            if at > 0 && !before.ends_with([' ', '"', ',', '\t']) {
                continue; // urt= holds rt=
            }
            // In what a client says of itself, or where it came from.
            if before.matches('"').count() % 2 == 1 && !before.ends_with('"') {
                continue;
            }
            let value = text[at + name.len()..].trim_start_matches(['"', ' ']);
            let value: &str = value.split(['"', ' ', ',', ';']).next()?;
            if let Some(ms) = value.strip_suffix("ms") {
                return ms.parse::<f64>().ok().map(|ms| Tail::Seconds(ms / 1e3));
            }
            if let Ok(seconds) = value.trim_end_matches('s').parse() {
                return Some(Tail::Seconds(seconds));
            }
        }
    }
    // What stands behind the agent, or behind status and bytes; a text in quotes, where it is of numbers alone.
    let quoted = text.trim_end().ends_with('"');
    let behind = match text.rfind('"') {
        Some(at) if quoted => last_quoted(&text[..at])?,
        Some(at) => &text[at + 1..],
        None => {
            text.trim_start()
                .split_once(' ')?
                .1
                .trim_start()
                .split_once(' ')?
                .1
        }
    };
    let number = |w: &str| w.parse::<f64>().ok().filter(|x| (0.0..1e15).contains(x));
    let is_plain = |w: &&str| w.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let mut words = behind.split([' ', ',', '\t']).filter(is_plain);
    if let Some(seconds) = words.find_map(|w| number(w).filter(|_| w.contains('.'))) {
        return Some(Tail::Seconds(seconds));
    }
    let last = behind.split_whitespace().last().filter(|_| !quoted)?;
    Some(Tail::Whole(number(last).filter(|_| is_plain(&last))?))
}

/// The last text in quotes, of which the end is cut off, where it may be of times: numbers alone, and no client's name
/// for itself, which stands behind where the client came from.
fn last_quoted(text: &str) -> Option<&str> {
    let parts: Vec<&str> = text.split('"').collect();
    let (last, before) = parts.split_last()?;
    let of_times = |text: &str| {
        let numbers = || text.split([' ', ',', '\t']).filter(|w| !w.is_empty());
        let is_time = |w: &str| w == "-" || w.parse::<f64>().is_ok_and(|x| x >= 0.0);
        numbers().all(is_time) && numbers().any(|w| w != "-")
    };
    // Texts in quotes stand at each other place; of two, the last one is the agent's, unless the first is a time, too.
    let agent = before.len() == 3 && !of_times(before[1]);
    (of_times(last) && !agent).then_some(*last)
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

    #[test]
    fn requests_are_read_as_servers_write_them() {
        let row = |text: &str| super::row(text).map(|r| r.0);
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
        assert_eq!(took("1234"), None);
        let whole = super::row(&format!("{combined} 1234")).unwrap().1;
        assert_eq!(whole, Some(1_234.0));
        for end in [
            "0.100 0.090",
            "0.100 -",
            "\"10.0.0.1\" 0.100 0.090 .",
            "\"0.100\"",
            "89 0.100 [default-web-80] [] 10.0.0.1:8080 5 0.090 200 abcdef0123",
        ] {
            assert_eq!(took(end), Some(0.1), "{end}");
        }
        assert_eq!(took("\"10.0.0.1\""), None);
        // What a client calls itself is no time.
        for agent in ["LumiBot 2.0", "Mozilla/5.0 (X11) Opera 8.50", "1.0"] {
            let line = combined.replace("curl/7 (x; y)", agent);
            assert_eq!(row(&line).unwrap().duration_s, None, "{agent}");
            let timed = row(&format!("{line} \"0.250, 0.100\"")).unwrap();
            assert_eq!(timed.duration_s, Some(0.25), "{agent}");
        }
        let boxed = row(
            r#"[::1] - - [23/Nov/2026:09:00:10.250 +0000] "GET / HTTP/1.1" 200 1 "http://x/?a=1 duration=99 z" "-""#,
        )
        .unwrap();
        assert_eq!(
            (boxed.time, boxed.duration_s),
            (1_795_424_410_250_000, None)
        );
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
