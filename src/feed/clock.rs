//! A source that goes by its server's clock.
//!
//! What is new is asked for up to now, and whose now that is matters: a server that is a minute behind has nothing of
//! the last minute yet, and a replay of a log ([`plumbline feed`](crate)) is somewhere in the past and passes faster.
//! So the server is asked what time it is (`query=time()`, at the address of what was to be asked), and the source is
//! told that time. A difference below [`NEAR`] is none. A clock that passes as fast as ours is asked again every ten
//! minutes; of one that does not, before every question, which then come [`APART`] apart.

use super::{
    Answer, Ask, Came, Carrier, Fault, Instant, Method, Next, Piece, SECOND, Source, Unreached,
};
use serde_json::Value;

/// Differences below are none.
const NEAR: Instant = 2 * SECOND;
/// How often a clock is asked that passes as ours does.
const EVERY: Instant = 600 * SECOND;
/// How far apart questions to a clock that passes otherwise are at least.
const APART: Instant = SECOND;

/// A source that goes by its server's clock.
pub struct ServerClock {
    inner: Box<dyn Source>,
    /// How far the server is ahead of us.
    ahead: Instant,
    /// When it was asked last.
    known: Option<Instant>,
    /// The address below which it was asked, and how.
    base: String,
    question: Option<Ask>,
    /// Whether it passes otherwise than ours; then whether it was asked for the next question.
    otherwise: bool,
    asked: bool,
    asking: bool,
    not_before: Instant,
}

impl ServerClock {
    /// The same source, by its server's clock.
    #[must_use]
    pub fn new(inner: Box<dyn Source>) -> Self {
        Self {
            inner,
            ahead: 0,
            known: None,
            base: String::new(),
            question: None,
            otherwise: false,
            asked: false,
            asking: false,
            not_before: Instant::MIN,
        }
    }

    /// The question for the time, where it is to be asked before this one.
    fn before(&self, now: Instant, ask: &Ask) -> Option<(String, Ask)> {
        let (base, _) = ask.url.split_once("/api/v1/")?;
        let fresh = match self.otherwise {
            true => self.asked,
            false => self.known.is_some_and(|at| (at..at + EVERY).contains(&now)),
        };
        if fresh && base == self.base {
            return None;
        }
        let headers = ask.headers.iter();
        let headers = headers.filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Type"));
        let question = Ask {
            url: format!("{base}/api/v1/query?query=time()"),
            method: Method::Get,
            headers: headers.cloned().collect(),
            body: Vec::new(),
            carrier: Carrier::Whole,
        };
        Some((base.to_owned(), question))
    }

    fn told(&mut self, now: Instant, answer: &Answer) {
        let ahead = time(answer).map_or(0, |time| time - now);
        let ahead = if ahead.abs() < NEAR { 0 } else { ahead };
        // The first difference may be that of a clock that is set wrongly, or of a replay: the second tells.
        self.otherwise = match self.known {
            None => ahead != 0,
            Some(_) => (ahead - self.ahead).abs() >= NEAR,
        };
        (self.ahead, self.known, self.asked) = (ahead, Some(now), true);
    }
}

/// The time in an answer of Prometheus's; `None` where it tells none.
fn time(answer: &Answer) -> Option<Instant> {
    let answer: Value = serde_json::from_slice(&answer.body)
        .ok()
        .filter(|_| answer.is_ok())?;
    let seconds = answer
        .pointer("/data/result/1")?
        .as_str()?
        .parse::<f64>()
        .ok()?;
    (seconds.is_finite() && seconds.abs() < 1e11).then_some((seconds * 1e6) as Instant)
}

impl Source for ServerClock {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn next(&mut self, now: Instant) -> Next {
        if now < self.not_before {
            return Next::Wait(self.not_before);
        }
        if self.otherwise
            && !self.asked
            && let Some(question) = &self.question
        {
            self.asking = true;
            return Next::Ask(question.clone());
        }
        match self.inner.next(now.saturating_add(self.ahead)) {
            Next::Ask(ask) => match self.before(now, &ask) {
                Some((base, question)) => {
                    self.base = base;
                    self.question = Some(question.clone());
                    self.asking = true;
                    Next::Ask(question)
                }
                None => {
                    self.asked = false;
                    Next::Ask(ask)
                }
            },
            Next::Wait(_) if self.otherwise => {
                // Its time may come sooner than ours.
                self.asked = false;
                self.not_before = now + APART;
                Next::Wait(self.not_before)
            }
            Next::Wait(at) => Next::Wait(at.saturating_sub(self.ahead)),
            Next::End => Next::End,
        }
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        if !std::mem::take(&mut self.asking) {
            if self.otherwise {
                self.not_before = now + APART;
            }
            return self.inner.take(now.saturating_add(self.ahead), came);
        }
        if let Came::Answer(answer) = &came {
            if matches!(answer.status, 401 | 403 | 407 | 429 | 500..) {
                return Err(answer.fault(now));
            }
            self.told(now, answer);
        }
        Ok(Vec::new())
    }

    fn lost(&mut self, now: Instant) {
        self.asking = false;
        self.inner.lost(now.saturating_add(self.ahead));
    }

    fn choose(&mut self, ids: &[String]) {
        self.inner.choose(ids);
    }

    fn patience(&self) -> Instant {
        self.inner.patience()
    }

    fn unreached(&self, why: Unreached) -> Fault {
        self.inner.unreached(why)
    }
}
