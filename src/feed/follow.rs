//! A live source being followed: one request at a time, rests, pauses, and the counts that the reader sees.

use super::backoff::BackOff;
use super::source::{Again, Ask, Came, Carrier, Fault, Instant, Next, Piece, Source, Unreached};
use serde::{Deserialize, Serialize};

/// What the carrier has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Todo {
    /// Ask this, and tell what comes under this number.
    Ask(u64, Ask),
    /// Nothing before that instant, or before something comes or the reader does something.
    Wait(Option<Instant>),
}

/// How a feed stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Nothing was answered yet.
    #[default]
    Connecting,
    /// The last answer was good.
    Following,
    /// The reader wants no more for the moment.
    Paused,
    /// The last one was not; it is asked again at that instant.
    Retrying(Instant),
    /// It would fail again in the same way until the reader mends it: see [`Status::fault`].
    Stuck,
    /// There is no more.
    Ended,
}

/// What the reader sees of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// How it stands.
    pub state: State,
    /// What went wrong last, while it does.
    pub fault: Option<Fault>,
    /// When something good came last.
    pub last: Option<Instant>,
    /// Requests.
    pub asked: u64,
    /// Good answers, and parts of streams.
    pub answered: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// Gaps that were marked.
    pub gaps: u64,
}

/// The request that is open.
#[derive(Clone, Copy, Debug)]
struct Open {
    id: u64,
    carrier: Carrier,
    deadline: Instant,
}

/// A live source being followed.
pub struct Feed {
    source: Box<dyn Source>,
    rests: BackOff,
    status: Status,
    open: Option<Open>,
    last_id: u64,
    /// Faults since the last good answer.
    faults: u32,
    not_before: Instant,
    /// Whether anything good has come since the reader last let it run.
    good: bool,
}

impl Feed {
    /// Follows a source.
    #[must_use]
    pub fn new(source: Box<dyn Source>, rests: BackOff) -> Self {
        Self {
            source,
            rests,
            status: Status::default(),
            open: None,
            last_id: 0,
            faults: 0,
            not_before: Instant::MIN,
            good: false,
        }
    }

    /// What it is and where.
    #[must_use]
    pub fn name(&self) -> String {
        self.source.name()
    }

    /// How it stands.
    #[must_use]
    pub const fn status(&self) -> &Status {
        &self.status
    }

    /// The request that is open; the carrier lets go of every other one.
    #[must_use]
    pub fn open(&self) -> Option<u64> {
        self.open.map(|open| open.id)
    }

    /// What is to be done now. `jitter` is a random number between 0 and 1.
    pub fn next(&mut self, now: Instant, jitter: f64) -> Todo {
        if let Some(open) = self.open {
            if now < open.deadline {
                return Todo::Wait(Some(open.deadline));
            }
            let fault = self.source.unreached(Unreached::TooSlow);
            self.fail(now, jitter, fault);
        }
        match self.status.state {
            State::Paused | State::Stuck | State::Ended => return Todo::Wait(None),
            State::Retrying(at) if now < at => return Todo::Wait(Some(at)),
            _ => {}
        }
        if now < self.not_before {
            return Todo::Wait(Some(self.not_before));
        }
        match self.source.next(now) {
            Next::Ask(ask) => {
                self.last_id += 1;
                self.open = Some(Open {
                    id: self.last_id,
                    carrier: ask.carrier,
                    deadline: now.saturating_add(self.source.patience()),
                });
                self.status.asked += 1;
                Todo::Ask(self.last_id, ask)
            }
            // A clock that was set back must not stop it for long, and one instant must not be asked twice.
            Next::Wait(at) => Todo::Wait(Some(at.max(now + 1))),
            Next::End => {
                self.status.state = State::Ended;
                Todo::Wait(None)
            }
        }
    }

    /// Takes what came under a number; what is not open any more is dropped.
    pub fn came(&mut self, now: Instant, jitter: f64, id: u64, came: Came) -> Vec<Piece> {
        let Some(open) = self.open.filter(|open| open.id == id) else {
            return Vec::new();
        };
        let goes_on = match &came {
            Came::Failed(why) => {
                let fault = self.source.unreached(*why);
                self.fail(now, jitter, fault);
                return Vec::new();
            }
            Came::Answer(answer) => {
                self.status.bytes += answer.body.len() as u64;
                false
            }
            Came::Opened(_) => true,
            Came::Part(bytes) => {
                self.status.bytes += bytes.len() as u64;
                true
            }
            Came::Closed => false,
        };
        let closed = came == Came::Closed;
        let part = matches!(came, Came::Part(_));
        match self.source.take(now, came) {
            Ok(pieces) if closed => {
                self.gaps(&pieces);
                self.fail(now, jitter, Fault::later("The connection ended."));
                pieces
            }
            Ok(pieces) => {
                let opened = goes_on && !part;
                self.open = goes_on.then(|| Open {
                    deadline: now.saturating_add(self.source.patience()),
                    ..open
                });
                self.gaps(&pieces);
                if !opened {
                    // A stream that opens and ends at once, over and over, is no good answer.
                    self.faults = 0;
                    self.status.answered += 1;
                    self.status.last = Some(now);
                    self.good = true;
                }
                self.status.fault = None;
                if self.status.state != State::Paused {
                    self.status.state = State::Following;
                }
                pieces
            }
            Err(fault) => {
                self.fail(now, jitter, fault);
                Vec::new()
            }
        }
    }

    fn gaps(&mut self, pieces: &[Piece]) {
        let gaps = pieces.iter().filter(|p| matches!(p, Piece::Gap(_)));
        self.status.gaps += gaps.count() as u64;
    }

    fn fail(&mut self, now: Instant, jitter: f64, fault: Fault) {
        self.open = None;
        self.source.lost(now);
        self.status.failed += 1;
        self.faults = self.faults.saturating_add(1);
        let usual = now + self.rests.rest(self.faults, jitter);
        let state = match fault.again {
            Again::Never => State::Stuck,
            Again::Later => State::Retrying(usual),
            Again::After(at) => State::Retrying(at.max(usual)),
        };
        if self.status.state != State::Paused || fault.again == Again::Never {
            self.status.state = state;
        }
        if let State::Retrying(at) = state {
            self.not_before = at;
        }
        self.status.fault = Some(fault);
    }

    /// Asks no more until [`Feed::resume`]. An answer that is on its way is still taken; a stream is closed.
    pub fn pause(&mut self, now: Instant) {
        if self.status.state == State::Ended {
            return;
        }
        self.status.state = State::Paused;
        if self.open.is_some_and(|o| o.carrier != Carrier::Whole) {
            self.open = None;
            self.source.lost(now);
        }
    }

    /// Goes on, at once, also where it rests or is stuck.
    pub fn resume(&mut self) {
        if self.status.state == State::Ended {
            return;
        }
        self.faults = 0;
        self.not_before = Instant::MIN;
        self.status.fault = None;
        self.status.state = match self.good {
            true => State::Following,
            false => State::Connecting,
        };
    }

    /// Ends it.
    pub fn stop(&mut self, now: Instant) {
        if self.open.take().is_some() {
            self.source.lost(now);
        }
        self.status.state = State::Ended;
    }

    /// Whether it is looking back ([`Source::is_behind`]).
    #[must_use]
    pub fn is_behind(&self, now: Instant) -> bool {
        self.source.is_behind(now)
    }

    /// Follows these of the offers and no others; what is open is given up.
    pub fn choose(&mut self, now: Instant, ids: &[String]) {
        if self.open.take().is_some() {
            self.source.lost(now);
        }
        self.source.choose(ids);
    }
}
