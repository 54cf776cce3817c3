//! A source that goes by its server's clock.
//!
//! What is new is asked for up to now, and whose now that is matters: a server that is a minute behind has nothing of
//! the last minute yet, and a replay of a log ([`plumbline feed`](crate)) is somewhere in the past and passes faster.
//! So the server is asked what time it is (`query=time()`, at the address of what is asked), and the source is told that
//! time. A difference below [`NEAR`] is none. A clock that passes as fast as ours is asked again every ten
//! minutes. One that does not is read, stands still until all is asked that is new by then, and is read again
//! [`APART`] later.

use super::{Answer, Ask, Came, Fault, Instant, Next, Piece, SECOND, Source, Unreached};
use serde_json::Value;

/// Differences below are none.
const NEAR: Instant = 2 * SECOND;
/// How often a clock is asked that passes as ours does.
const EVERY: Instant = 600 * SECOND;
/// How far apart a clock is read that passes otherwise.
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
    question: Ask,
    /// When it was first to be asked: the source begins then. And whether it has.
    begins: Option<Instant>,
    begun: bool,
    /// Whether it passes otherwise than ours; then where it stands, and whether it does.
    otherwise: bool,
    stands: Instant,
    asked: bool,
    asking: bool,
    not_before: Instant,
}

impl ServerClock {
    /// The same source, by its server's clock, which this asks for.
    #[must_use]
    pub fn new(inner: Box<dyn Source>, question: Ask) -> Self {
        Self {
            inner,
            ahead: 0,
            known: None,
            base: base(&question).unwrap_or_default().to_owned(),
            question,
            begins: None,
            begun: false,
            otherwise: false,
            stands: 0,
            asked: false,
            asking: false,
            not_before: Instant::MIN,
        }
    }

    /// What time it is there.
    fn there(&self, now: Instant) -> Instant {
        match self.otherwise {
            true => self.stands,
            false => now.saturating_add(self.ahead),
        }
    }

    /// Whether the time is to be asked before this.
    fn is_first(&self, now: Instant, ask: &Ask) -> bool {
        let Some(base) = base(ask) else {
            return false;
        };
        let fresh = match self.otherwise {
            true => self.asked,
            false => self.known.is_some_and(|at| (at..at + EVERY).contains(&now)),
        };
        !fresh || base != self.base
    }

    /// Takes what time it is there; a sentence where its clock is off, and passes as ours does.
    fn told(&mut self, now: Instant, answer: &Answer) -> Option<String> {
        let was_unsure = self.otherwise;
        let ahead = time(answer).map_or(0, |time| time - now);
        let ahead = if ahead.abs() < NEAR { 0 } else { ahead };
        // The first difference may be that of a clock that is set wrongly, or of a replay: the second tells.
        self.otherwise = match self.known {
            None => ahead != 0,
            Some(_) => (ahead - self.ahead).abs() >= NEAR,
        };
        (self.ahead, self.known, self.asked) = (ahead, Some(now), true);
        self.stands = now.saturating_add(ahead);
        let side = if ahead > 0 { "ahead of" } else { "behind" };
        (was_unsure && !self.otherwise && ahead != 0).then(|| {
            format!(
                "The server's clock is {} s {side} this computer's: times are the server's.",
                (ahead.abs() + SECOND / 2) / SECOND
            )
        })
    }
}

/// The address below which something is asked.
fn base(ask: &Ask) -> Option<&str> {
    Some(ask.url.split_once("/api/v1/")?.0)
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
        let begins = *self.begins.get_or_insert(now);
        if self.known.is_none() || self.otherwise && !self.asked {
            self.asking = true;
            return Next::Ask(self.question.clone());
        }
        let there = match self.begun {
            true => self.there(now),
            // However long the clock took.
            false => self.there(begins),
        };
        self.begun = true;
        match self.inner.next(there) {
            Next::Ask(ask) if self.is_first(now, &ask) => {
                let (old, new) = (self.base.clone(), base(&ask).unwrap_or_default().to_owned());
                if let Some(rest) = self.question.url.strip_prefix(&old) {
                    self.question.url = format!("{new}{rest}");
                }
                self.base = new;
                self.asking = true;
                Next::Ask(self.question.clone())
            }
            Next::Ask(ask) => Next::Ask(ask),
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
            return self.inner.take(self.there(now), came);
        }
        if let Came::Answer(answer) = &came {
            if matches!(answer.status, 401 | 403 | 407 | 429 | 500..) {
                return Err(answer.fault(now));
            }
            let told = self.told(now, answer);
            return Ok(told.map(Piece::Note).into_iter().collect());
        }
        Ok(Vec::new())
    }

    fn lost(&mut self, now: Instant) {
        self.asking = false;
        self.inner.lost(self.there(now));
    }

    fn is_behind(&self, now: Instant) -> bool {
        self.inner.is_behind(self.there(now))
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
