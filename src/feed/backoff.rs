//! When to ask again after a fault, and what faults of HTTP mean.

use super::source::{Again, Answer, Fault, Instant, SECOND, Unreached, Way};
use crate::table::time::Time;

/// How long to rest after a fault: twice as long each time, up to a cap, and a random part of it less, so that pages
/// that lost one server do not all come back at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackOff {
    /// After the first fault.
    pub first: Instant,
    /// At most.
    pub most: Instant,
}

impl Default for BackOff {
    fn default() -> Self {
        Self {
            first: SECOND,
            most: 60 * SECOND,
        }
    }
}

impl BackOff {
    /// The rest after so many faults on end (from 1), with a number between 0 and 1: between half of the full
    /// rest and all of it.
    #[must_use]
    pub fn rest(&self, faults: u32, jitter: f64) -> Instant {
        let doubled = self
            .first
            .saturating_mul(1 << faults.saturating_sub(1).min(30));
        let full = doubled.min(self.most) as f64;
        let jitter = if jitter.is_finite() { jitter } else { 1.0 };
        (full * (0.5 + 0.5 * jitter.clamp(0.0, 1.0))) as Instant
    }
}

/// Longest rest that a server can ask for.
const MOST_ASKED: Instant = 3_600 * SECOND;

/// When a server says to come back: `Retry-After` in seconds or as a date.
fn retry_after(answer: &Answer, now: Instant) -> Option<Instant> {
    let told = answer.header("Retry-After")?.trim();
    let at = match told.parse::<u32>() {
        Ok(seconds) => now + Instant::from(seconds) * SECOND,
        Err(_) => http_date(told)?,
    };
    Some(at.clamp(now, now + MOST_ASKED))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Instant> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let [_, day, month, year, clock, "GMT"] = words[..] else {
        return None;
    };
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    let day: u32 = day.parse().ok()?;
    Time::parse(&format!("{year}-{month:02}-{day:02}T{clock}Z")).map(|t| t.0)
}

/// What a status that is no success means.
pub(super) fn of_status(answer: &Answer, now: Instant) -> Fault {
    let status = answer.status;
    match status {
        401 | 407 => Fault::never(
            format!("The server wants to know who asks (status {status})."),
            "Give a user and password, or a token, that it accepts.",
        ),
        403 => Fault::never(
            "The server does not let this reader in (status 403).",
            "Use an account that may read it.",
        ),
        404 | 410 => Fault::never(
            format!("There is nothing at this address (status {status})."),
            "Check the address: it may need a path, such as /prometheus.",
        ),
        408 | 425 | 429 | 500..=599 => {
            let why = match status {
                429 => "The server is asked too often (status 429).".to_owned(),
                502..=504 => format!("The server is not there for the moment (status {status})."),
                _ => format!("The server failed (status {status})."),
            };
            let again = retry_after(answer, now).map_or(Again::Later, Again::After);
            Fault {
                again,
                ..Fault::later(why)
            }
        }
        300..=399 => Fault::never(
            format!("The server sends the reader elsewhere (status {status})."),
            "Give the address that it leads to.",
        ),
        _ => Fault::never(
            format!("The server does not take the request (status {status})."),
            "Check the address and what kind of server it is.",
        ),
    }
}

/// How nginx allows a page to read rows: from a byte on, with what tells whether a file is still the same.
const ALLOWS: &str = "add_header Access-Control-Allow-Origin \"*\" always;\nadd_header Access-Control-Allow-Headers \"Authorization, Range, Last-Event-ID\" always;\nadd_header Access-Control-Expose-Headers \"Content-Range, ETag\" always;\nif ($request_method = OPTIONS) { return 204; }";

/// What it means that there was no answer.
pub(super) fn unreached(name: &str, why: Unreached) -> Fault {
    match why {
        Unreached::Nobody => Fault {
            mend: "Check that it runs and that its address is right.".into(),
            ..Fault::later(format!("{name} does not answer."))
        },
        Unreached::Cors => Fault {
            ways: vec![Way {
                at: "nginx".into(),
                set: ALLOWS.into(),
            }],
            ..Fault::never(
                format!("{name} answers, but does not allow this page to read it (CORS)."),
                "Let it send the header Access-Control-Allow-Origin with the address of this page, or with * for every page.",
            )
        },
        Unreached::Policy => Fault::never(
            "This page may ask no server but its own.",
            "Open the page live.html beside it.",
        ),
        Unreached::Mixed => Fault::never(
            format!("{name} is at http:, and a page from https: may not ask it."),
            "Open this page from http: or a file, or put the server behind https:.",
        ),
        Unreached::TooSlow => Fault::later(format!("{name} did not answer in time.")),
        Unreached::TooLong => Fault::never(
            format!("{name} answered with more than fits."),
            "Ask for a shorter time or for less.",
        ),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_doubles_up_to_its_cap_and_is_never_shorter_than_half() {
        let rests = BackOff::default();
        let full: Vec<Instant> = (1..9).map(|n| rests.rest(n, 1.0) / SECOND).collect();
        assert_eq!(full, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(rests.rest(3, 0.0), 2 * SECOND);
        assert_eq!(rests.rest(u32::MAX, f64::NAN), 60 * SECOND);
    }

    #[test]
    fn what_a_server_says_of_when_to_come_back_is_heeded() {
        let now = 784_111_777 * SECOND;
        let answer = |value: &str| Answer {
            status: 503,
            headers: vec![("retry-after".into(), value.into())],
            ..Answer::default()
        };
        for (value, again) in [
            ("7", Again::After(now + 7 * SECOND)),
            ("0", Again::After(now)),
            ("999999", Again::After(now + MOST_ASKED)),
            (
                "Sun, 06 Nov 1994 08:50:37 GMT",
                Again::After(now + 60 * SECOND),
            ),
            ("soon", Again::Later),
        ] {
            assert_eq!(answer(value).fault(now).again, again, "{value}");
        }
        assert_eq!(
            Answer {
                status: 401,
                ..Answer::default()
            }
            .fault(now)
            .again,
            Again::Never
        );
    }
}
