//! Lines of load balancers and proxies that are no common log: AWS's Application and Classic Load Balancer, and Envoy
//! with its default format or Istio's.
//!
//! Sources: AWS, *Access logs for your Application Load Balancer* (syntax of its entries), *Access logs for your Classic
//! Load Balancer*; Envoy, *Access logging*, default format; Istio, *Getting Envoy's access logs*. What took a
//! balancer's request is the sum of its three times, and not known where one of them is `-1`; Envoy's are milliseconds.

use super::times;
use crate::series::requests::Request;

/// What is wrong with a line: the column, and what was found and expected there.
pub struct Wrong {
    /// The column, by the name that the format has for it.
    pub column: &'static str,
    /// What was found, and what was expected.
    pub reason: String,
}

fn wrong(column: &'static str, found: &str, expected: &str) -> Wrong {
    let found = match found {
        "" => "the line ends before it".to_owned(),
        found => format!("'{found}' was found"),
    };
    Wrong {
        column,
        reason: format!("column {column}: {found}, expected {expected}"),
    }
}

/// A status that was answered; `-` and 0 are none.
fn status(column: &'static str, found: &str) -> Result<Option<u16>, Wrong> {
    match found.parse::<u16>() {
        Ok(status @ 100..=599) => Ok(Some(status)),
        Ok(0) => Ok(None),
        _ if found == "-" => Ok(None),
        _ => Err(wrong(
            column,
            found,
            "a status from 100 to 599, or - without one",
        )),
    }
}

fn number(column: &'static str, found: &str, expected: &str) -> Result<f64, Wrong> {
    let number = found.parse::<f64>().ok().filter(|x| x.is_finite());
    number.ok_or_else(|| wrong(column, found, expected))
}

const TYPES: [&str; 6] = ["http", "https", "h2", "grpcs", "ws", "wss"];

/// Whether a line begins as those of a balancer do: with a time, behind the type of the request or alone, and the name of
/// the balancer.
fn is_balancers(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let time = match TYPES.contains(&first) {
        true => words.next().unwrap_or_default(),
        false => first,
    };
    time.contains('T') && times::iso(time).is_some() && text.contains(" \"")
}

/// `https 2026-03-01T12:00:00.123456Z app/lb/50dc 10.0.0.1:2817 10.0.0.2:80 0.000 0.050 0.000 200 200 34 1000 "GET …" …`
pub fn aws(text: &str) -> Result<Request, Wrong> {
    // Behind the request itself there is nothing that is counted; blanks before it separate columns.
    let end = text.find(" \"").unwrap_or(text.len());
    let mut words = text[..end].split_whitespace().peekable();
    if words.peek().is_some_and(|w| TYPES.contains(w)) {
        words.next();
    }
    let mut next = || words.next().unwrap_or_default();
    let found = next();
    let time = times::iso(found)
        .ok_or_else(|| wrong("time", found, "a time such as 2026-03-01T12:00:00.123456Z"))?;
    for _name in ["elb", "client:port", "target:port"] {
        next();
    }
    let mut took = Some(0.0);
    for column in [
        "request_processing_time",
        "target_processing_time",
        "response_processing_time",
    ] {
        let part = number(column, next(), "seconds, or -1 where they are not known")?;
        took = took.filter(|_| part >= 0.0).map(|took| took + part);
    }
    let answered = status("elb_status_code", next())?;
    let _target = next();
    let mut bytes = |column| {
        let found = next();
        let count = found.parse::<u64>().ok().map(|n| n as f64);
        count.ok_or_else(|| wrong(column, found, "a number of bytes"))
    };
    let (bytes_in, bytes_out) = (bytes("received_bytes")?, bytes("sent_bytes")?);
    Ok(Request {
        time,
        status: answered,
        duration_s: took,
        bytes_in: Some(bytes_in),
        bytes_out: Some(bytes_out),
        ..Request::default()
    })
}

/// `[2026-03-01T12:00:00.123Z] "GET /a HTTP/1.1" 200 - 0 1000 50 49 "-" …`; Istio has more between the flags and the
/// bytes.
pub fn envoy(text: &str) -> Result<Request, Wrong> {
    let found = text.strip_prefix('[').and_then(|t| t.split_once(']'));
    let (found, rest) = found.unwrap_or((text, ""));
    let time = times::iso(found).ok_or_else(|| {
        let found: String = found.chars().take(40).collect();
        wrong(
            "START_TIME",
            &found,
            "a time in brackets such as [2026-03-01T12:00:00.123Z]",
        )
    })?;
    let behind = rest.trim_start().strip_prefix('"');
    let behind = behind.and_then(|r| r.split_once("\" "));
    let Some((_, rest)) = behind else {
        return Err(wrong("REQUEST", "", "the request in quotes"));
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let answered = status("RESPONSE_CODE", words.first().copied().unwrap_or_default())?;
    let whole = |word: &&str| word.bytes().all(|b| b.is_ascii_digit());
    let mut counts = words.get(1..).unwrap_or_default().windows(3);
    let counts = counts.find(|three| three.iter().all(whole));
    let Some([bytes_in, bytes_out, took]) = counts else {
        let found = words.get(2..5).map(|all| all.join(" ")).unwrap_or_default();
        return Err(wrong(
            "BYTES_RECEIVED BYTES_SENT DURATION",
            &found,
            "three whole numbers: bytes, bytes, milliseconds",
        ));
    };
    Ok(Request {
        time,
        status: answered,
        duration_s: took.parse::<f64>().ok().map(|ms| ms / 1e3),
        bytes_in: bytes_in.parse().ok(),
        bytes_out: bytes_out.parse().ok(),
        ..Request::default()
    })
}

/// How a line of a balancer or proxy is read.
pub type Reads = fn(&str) -> Result<Request, Wrong>;

/// How to read a log whose line this is: as that of a balancer, or as Envoy's.
pub fn of(text: &str) -> Option<Reads> {
    if is_balancers(text) && aws(text).is_ok() {
        return Some(aws);
    }
    (text.starts_with('[') && envoy(text).is_ok()).then_some(envoy)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(text: &str) -> Request {
        of(text).unwrap()(text).ok().unwrap()
    }

    #[test]
    fn balancers_tell_three_times_of_a_request() {
        let alb = r#"https 2026-11-23T09:00:10.250000Z app/lb/50dc 10.0.0.1:2817 10.0.0.2:80 0.001 0.050 0.002 502 200 34 1000 "GET https://x:443/ HTTP/1.1" "curl" - - arn"#;
        let found = read(alb);
        assert_eq!(found.time, 1_795_424_410_250_000);
        assert_eq!((found.status, found.bytes_in), (Some(502), Some(34.0)));
        assert_eq!(found.bytes_out, Some(1_000.0));
        assert!((found.duration_s.unwrap() - 0.053).abs() < 1e-12);
        let unsent = alb.replace("0.001 0.050 0.002 502 200", "-1 -1 -1 503 -");
        let found = read(&unsent);
        assert_eq!((found.status, found.duration_s), (Some(503), None));
        let classic = alb.trim_start_matches("https ");
        assert_eq!(read(classic).status, Some(502));
        let bad = aws(&alb.replace(" 502 ", " 5O2 ")).err().unwrap();
        assert_eq!(bad.column, "elb_status_code");
        assert!(bad.reason.contains("'5O2'"), "{}", bad.reason);
        assert!(of("2026-11-23T08:46:30+0000 [INFO] [entry] \"a\"").is_none());
    }

    #[test]
    fn envoy_tells_milliseconds() {
        let line = r#"[2026-11-23T09:00:10.250Z] "POST /v1/models HTTP/2" 503 UF,URX 12 1000 50 49 "-" "curl/8 5 6 7" "id" "host" "10.0.0.1:80""#;
        let found = read(line);
        assert_eq!((found.status, found.duration_s), (Some(503), Some(0.05)));
        assert_eq!(
            (found.bytes_in, found.bytes_out),
            (Some(12.0), Some(1_000.0))
        );
        let istio = line.replace("UF,URX 12", r#"- via_upstream - "-" 12"#);
        assert_eq!(read(&istio).duration_s, Some(0.05));
        // Nobody was left to be answered.
        let gone = line.replace(" 503 UF,URX", " 0 DC");
        assert_eq!(read(&gone).status, None);
        let bad = envoy(&line.replace("1000 50", "1000 fast")).err().unwrap();
        assert!(bad.column.contains("DURATION"));
    }
}
