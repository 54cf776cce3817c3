//! A live view: what a reader connects to, what comes of it, and what they are told of it.

use super::clock::ServerClock;
use super::grow::{Growth, Told};
use super::mlflow::{self, Mlflow};
use super::prometheus::{Prometheus, Settings};
use super::rows;
use super::rows::events::Events;
use super::rows::poll::Poll;
use super::rows::socket::Socket;
use super::rows::tail::Tail;
use super::source::{Gap, Instant, Offer, Piece, RowForm, Rows, SECOND, Source};
use super::{BackOff, Came, Feed, Silence, State, Status, Todo};
use crate::series::{Machine, Step};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a reader connects to. It may hold a password: it is kept in memory and never written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// Prometheus's HTTP API.
    Prometheus(Settings),
    /// A file of rows that grows.
    Tail(rows::Settings),
    /// A document with rows that is polled.
    Poll(rows::Settings),
    /// Rows as server-sent events.
    Events(rows::Settings),
    /// Rows through a WebSocket.
    Socket(rows::Settings),
    /// MLflow's REST API.
    Mlflow(mlflow::Settings),
}

impl Connection {
    /// The source that speaks with it.
    #[must_use]
    pub fn source(&self) -> Box<dyn Source> {
        match self {
            Self::Prometheus(settings) => {
                let source = Prometheus::new(settings.clone());
                let clock = source.clock();
                Box::new(ServerClock::new(Box::new(source), clock))
            }
            Self::Tail(settings) => Box::new(Tail::new(settings.clone())),
            Self::Poll(settings) => Box::new(Poll::new(settings.clone())),
            Self::Events(settings) => Box::new(Events::new(settings.clone())),
            Self::Socket(settings) => Box::new(Socket::new(settings.clone())),
            Self::Mlflow(settings) => Box::new(Mlflow::new(settings.clone())),
        }
    }

    /// What it is and where, as far as that is known before it is asked; it holds no password.
    #[must_use]
    pub fn name(&self) -> String {
        self.source().name()
    }

    /// What its samples grow to.
    fn growth(&self) -> Growth {
        match self {
            // Values are logged with any time.
            Self::Mlflow(_) => Growth::keeping(self.step()),
            _ => Growth::new(self.step()),
        }
    }

    /// The step of time that its samples are told in.
    #[must_use]
    pub fn step(&self) -> Step {
        match self {
            Self::Prometheus(settings) => Prometheus::report_step(settings),
            Self::Mlflow(_) => Step::at_least(60 * SECOND),
            _ => Step::FINEST,
        }
    }
}

/// What a reader wants of a live view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Ask no more for now.
    Pause,
    /// Go on, or try again at once.
    Resume,
    /// Ask no more at all.
    Stop,
    /// Follow these offers and no others.
    Choose(Vec<String>),
}

/// What a reader is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// What is followed, and where.
    pub name: String,
    /// How it stands.
    pub status: Status,
    /// Whether it is looking back, not yet at what is now.
    pub behind: bool,
    /// What can be followed.
    pub offers: Vec<Offer>,
    /// The gaps so far.
    pub gaps: Vec<Gap>,
    /// Samples so far.
    pub samples: u64,
    /// Rows so far.
    #[serde(default)]
    pub lines: u64,
    /// Since when nothing new has come of it, where that is longer than usual ([`Silence`]).
    #[serde(default)]
    pub silent: Option<Instant>,
    /// When this was so.
    pub at: Instant,
}

/// A live view.
pub struct Live {
    feed: Feed,
    connection: Connection,
    growth: Growth,
    offers: Vec<Offer>,
    notes: Vec<String>,
    rows: Vec<Rows>,
    samples: u64,
    lines: u64,
    /// Tables of which rows came.
    tables: BTreeSet<String>,
    /// What was told last.
    told: Option<News>,
    /// Of the machine what was told last ([`Growth::fresh`]).
    told_of: Option<Told>,
    grown: bool,
    silence: Silence,
}

impl Live {
    /// A live view, before its first request.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self {
            feed: Feed::new(connection.source(), BackOff::default()),
            growth: connection.growth(),
            connection,
            offers: Vec::new(),
            notes: Vec::new(),
            rows: Vec::new(),
            samples: 0,
            lines: 0,
            tables: BTreeSet::new(),
            told: None,
            told_of: None,
            grown: false,
            silence: Silence::default(),
        }
    }

    /// What is to be done now; see [`Feed::next`].
    pub fn next(&mut self, now: Instant, jitter: f64) -> Todo {
        self.feed.next(now, jitter)
    }

    /// The request that is open.
    #[must_use]
    pub fn open(&self) -> Option<u64> {
        self.feed.open()
    }

    /// Takes what came; see [`Feed::came`].
    pub fn came(&mut self, now: Instant, jitter: f64, id: u64, came: Came) {
        let (samples, lines) = (self.samples, self.lines);
        for piece in self.feed.came(now, jitter, id, came) {
            match piece {
                Piece::Samples(set) => {
                    self.samples += set.rows();
                    self.growth.take(set);
                    self.grown = true;
                }
                Piece::Far(set) => {
                    self.growth.set_aside(set);
                    self.grown = true;
                }
                Piece::Rows(rows) => {
                    let lines = memchr::memchr_iter(b'\n', &rows.bytes).count() as u64;
                    // The first line of values names them.
                    let first = self.tables.insert(rows.name.clone()) && rows.form == RowForm::Csv;
                    self.lines += lines.saturating_sub(u64::from(first));
                    self.rows.push(rows);
                }
                Piece::Gap(gap) => self.growth.gap(gap),
                Piece::Offers(offers) => self.offers = offers,
                Piece::Note(note) => {
                    if !self.notes.contains(&note) {
                        self.notes.push(note);
                    }
                }
            }
        }
        if (samples, lines) != (self.samples, self.lines) {
            self.silence.heard(now);
        } else if self.feed.status().answered > 0 {
            self.silence.answered(now);
        }
    }

    /// Does what the reader wants.
    pub fn order(&mut self, now: Instant, order: &Order) {
        match order {
            Order::Pause => self.feed.pause(now),
            Order::Resume => self.feed.resume(),
            Order::Stop => self.feed.stop(now),
            Order::Choose(ids) => {
                let more = |o: &Offer| !o.chosen && ids.contains(&o.id);
                if self.offers.iter().any(more) {
                    // All that is followed is looked back on once more, so that it grows together.
                    self.growth = self.connection.growth();
                    self.told_of = None;
                }
                for offer in &mut self.offers {
                    offer.chosen = ids.contains(&offer.id);
                }
                self.feed.choose(now, ids);
            }
        }
    }

    /// What is to be told, where it is something new.
    pub fn news(&mut self, now: Instant) -> Option<News> {
        let goes_on = matches!(
            self.feed.status().state,
            State::Following | State::Retrying(_)
        );
        let news = News {
            name: self.feed.name(),
            status: self.feed.status().clone(),
            behind: self.feed.is_behind(now),
            offers: self.offers.clone(),
            gaps: self.growth.gaps().to_vec(),
            samples: self.samples,
            lines: self.lines,
            silent: self.silence.since(now).filter(|_| goes_on),
            at: 0,
        };
        let same = self.told.as_ref() == Some(&news) && !self.grown && self.rows.is_empty();
        self.told = Some(news.clone());
        (!same).then_some(News { at: now, ..news })
    }

    /// The machine as it has grown, where it has since it was asked for last.
    pub fn machine(&mut self) -> Option<Machine> {
        self.told_of = None;
        self.fresh().map(|fresh| fresh.0)
    }

    /// What is new of the machine, and from which step on it takes the place of what was told before; of all, where
    /// none is named ([`Machine::renew`]).
    pub fn fresh(&mut self) -> Option<(Machine, Option<i64>)> {
        std::mem::take(&mut self.grown).then(|| {
            let (mut machine, from) = self.growth.fresh(&mut self.told_of);
            machine.notes.extend(self.notes.iter().cloned());
            (machine, from)
        })
    }

    /// Samples that are held.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.growth.samples()
    }

    /// The rows that have come since they were asked for last.
    pub fn rows(&mut self) -> Vec<Rows> {
        std::mem::take(&mut self.rows)
    }
}
