//! What a live source is: which request comes next, and what its answer means.

use crate::series::SeriesSet;
use serde::{Deserialize, Serialize};

/// Microseconds of UTC since 1970, as everywhere.
pub type Instant = i64;

/// A second.
pub const SECOND: Instant = 1_000_000;

/// How bytes are to be carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    /// A request with one whole answer: [`Came::Answer`].
    #[default]
    Whole,
    /// A request whose answer goes on and on: [`Came::Opened`], then [`Came::Part`] for each chunk as it comes, then
    /// [`Came::Closed`].
    Stream,
    /// A WebSocket: [`Came::Opened`], then [`Came::Part`] for each message, then [`Came::Closed`]. What is in `body` is
    /// sent once it is open, where it is not empty. Browsers send no headers of ours with it.
    Socket,
}

/// How a server is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    #[default]
    Get,
    /// `POST`.
    Post,
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Where.
    pub url: String,
    /// How.
    pub method: Method,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Vec<u8>,
    /// How the answer is carried.
    pub carrier: Carrier,
}

impl Ask {
    /// A `GET` with one whole answer.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Only the bytes from one on (and up to one, inclusive).
    #[must_use]
    pub fn range(self, from: u64, to: Option<u64>) -> Self {
        let to = to.map(|to| to.to_string()).unwrap_or_default();
        self.with("Range", format!("bytes={from}-{to}"))
    }
}

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Names (in any case) and values.
    pub headers: Vec<(String, String)>,
    /// Its bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header by its name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the server did what it was asked.
    #[must_use]
    pub const fn is_ok(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// What a status that is no success means, in plain words.
    #[must_use]
    pub fn fault(&self, now: Instant) -> Fault {
        super::backoff::of_status(self, now)
    }
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// Nobody answers: nothing listens there, the name is unknown, there is no network.
    Nobody,
    /// The server answers, but does not allow this page to read it (CORS).
    Cors,
    /// The policy of this page does not allow it to ask other servers.
    Policy,
    /// A page from `https:` may not ask a server at `http:`.
    Mixed,
    /// It took too long.
    TooSlow,
    /// The answer was longer than the carrier takes.
    TooLong,
}

/// What came from the server, in answer to the request that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// The whole answer, whatever its status.
    Answer(Answer),
    /// A stream or socket is open: status and headers; `body` is empty.
    Opened(Answer),
    /// A chunk of a stream as it came, which may end within a line, or a message of a socket.
    Part(Vec<u8>),
    /// A stream or socket has ended.
    Closed,
    /// Nothing.
    Failed(Unreached),
}

/// Whether to ask again after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Again {
    /// After the usual back-off.
    Later,
    /// Not before an instant that the server named.
    After(Instant),
    /// Only when the reader says so: it would fail in the same way.
    Never,
}

/// A setting that mends a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Where: `Prometheus`, `nginx in front of it`.
    pub at: String,
    /// The setting, as it is written there.
    pub set: String,
}

/// Why an answer is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What happened, as a sentence.
    pub why: String,
    /// How to mend it, as a sentence; empty where it mends itself.
    pub mend: String,
    /// What is to be set for that, by where: any one of these will do.
    pub ways: Vec<Way>,
    /// Whether to ask again.
    pub again: Again,
}

impl Fault {
    /// One that may mend itself.
    #[must_use]
    pub fn later(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            mend: String::new(),
            ways: Vec::new(),
            again: Again::Later,
        }
    }

    /// One that the reader has to mend.
    #[must_use]
    pub fn never(why: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            mend: mend.into(),
            ways: Vec::new(),
            again: Again::Never,
        }
    }
}

/// What a source wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This, now.
    Ask(Ask),
    /// Nothing before that instant.
    Wait(Instant),
    /// Nothing any more.
    End,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowForm {
    /// Lines of values; the first line of the first piece names them.
    Csv,
    /// A JSON object a line.
    NdJson,
}

/// Whole rows. All pieces of one name behind each other are a file of that form: a header of CSV comes once, first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// What they are called, as a file would be: `predictions.ndjson`.
    pub name: String,
    /// How they are written.
    pub form: RowForm,
    /// Whole lines, each with its end.
    pub bytes: Vec<u8>,
}

/// A time in which nothing was seen, and that cannot be asked for any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The last instant that is known (exclusive).
    pub from: Instant,
    /// The first one that is known again.
    pub to: Instant,
    /// Why, as words: `the server restarted`.
    pub why: String,
}

/// Something that a server has and that can be followed or left, such as the metrics of a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Names it in [`Source::choose`].
    pub id: String,
    /// What it is, for the reader: `Node exporter`.
    pub title: String,
    /// What it tells of, for the reader: `CPU, memory, disks`.
    pub about: String,
    /// Whether it is followed.
    pub chosen: bool,
}

/// What a source gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// All that the server has and what of it is followed; takes the place of earlier offers.
    Offers(Vec<Offer>),
    /// Samples of metrics, none of which was given before.
    Samples(SeriesSet),
    /// Samples dated far from all that was asked for: of a clock that is wrong. They may come again with each answer.
    Far(SeriesSet),
    /// Rows, none of which was given before.
    Rows(Rows),
    /// A gap.
    Gap(Gap),
    /// What was assumed or left out, as a sentence.
    Note(String),
}

/// A kind of server. It is asked by [`super::Feed`], which waits, retries and counts.
pub trait Source {
    /// What it is and where, for the reader: `Prometheus at http://localhost:9090`. Holds no password.
    fn name(&self) -> String;

    /// What is next. Called only while no request is open; the same state gives the same answer, however often it is
    /// called.
    fn next(&mut self, now: Instant) -> Next;

    /// Takes what came in answer to the request of the last [`Next::Ask`]; [`Came::Failed`] is never passed. After a
    /// fault the source stands as it was before the request (of a stream: after the last whole row), so that what
    /// [`Source::next`] then asks loses nothing that the server still has.
    ///
    /// # Errors
    /// Where it is no answer to what was asked. A stream that gives a fault is closed.
    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault>;

    /// What was open is lost: a failure, a pause, or patience that ended. Forgets the half of a row; what cannot be
    /// asked for again will be a [`Gap`] as soon as it is known how long.
    fn lost(&mut self, now: Instant);

    /// Follows these of its offers and no others.
    fn choose(&mut self, _ids: &[String]) {}

    /// Whether what is known ends before now by more than the pace at which it asks: it is looking back.
    fn is_behind(&self, _now: Instant) -> bool {
        false
    }

    /// How long an answer may take, and how long a stream may be silent.
    fn patience(&self) -> Instant {
        30 * SECOND
    }

    /// Plain words for a server that cannot be reached, with what mends it.
    fn unreached(&self, why: Unreached) -> Fault {
        super::backoff::unreached(&self.name(), why)
    }
}
