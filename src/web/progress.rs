//! How far a run or a look into files has come, told at most every 50 ms.

use super::timing;
use crate::engine::message::{Input, Shard};
use crate::engine::pace::{Looks, Pace};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Least time between two tellings, in milliseconds.
const STEP_MS: f64 = 50.0;

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading files.
    Read,
    /// Joining predictions with outcomes.
    Join,
    /// Making the Summary.
    Summarise,
}

impl Stage {
    /// `read`, `join`, `summarise`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Join => "join",
            Self::Summarise => "summarise",
        }
    }

    pub(super) fn of(name: &str) -> Self {
        match name {
            "summarise" => Self::Summarise,
            _ => Self::Join,
        }
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// How much of this stage is done, between 0 and 1.
    pub done: f64,
    /// How far the reading has come.
    pub read: Pace,
}

impl Progress {
    /// A run over so many bytes that begins.
    #[must_use]
    pub fn begin(bytes: u64) -> Self {
        Self {
            stage: Stage::Read,
            done: 0.0,
            read: Pace {
                of: bytes,
                ..Pace::default()
            },
        }
    }
}

pub(super) struct Tracker {
    tell: Rc<dyn Fn(Progress)>,
    total: u64,
    began: f64,
    told: Cell<f64>,
    stage: Cell<Stage>,
    /// By file and index, bytes and rows: a shard that is read again counts once.
    shards: RefCell<BTreeMap<(usize, usize), (u64, u64)>>,
    bytes: Cell<u64>,
    rows: Cell<u64>,
    read_ms: Cell<f64>,
}

impl Tracker {
    pub(super) fn new(inputs: &[Input], tell: Rc<dyn Fn(Progress)>) -> Self {
        let tracker = Self {
            tell,
            total: inputs.iter().map(|input| input.bytes).sum(),
            began: timing::now(),
            told: f64::NEG_INFINITY.into(),
            stage: Stage::Read.into(),
            shards: RefCell::default(),
            bytes: 0.into(),
            rows: 0.into(),
            read_ms: 0.0.into(),
        };
        tracker.tell(0.0);
        tracker
    }

    pub(super) fn shard(&self, shard: &Shard, rows: u64) {
        let new = (shard.bytes, rows);
        let place = (shard.file, shard.index);
        let old = self.shards.borrow_mut().insert(place, new);
        let old = old.unwrap_or_default();
        self.bytes.set(self.bytes.get() + new.0 - old.0);
        self.rows.set(self.rows.get() + new.1 - old.1);
        self.read_ms.set(timing::now() - self.began);
        if timing::now() - self.told.get() >= STEP_MS {
            self.tell(self.read().share());
        }
    }

    /// Files are read once more: what was read of them counts no longer.
    pub(super) fn again(&self, files: &[usize]) {
        let mut shards = self.shards.borrow_mut();
        shards.retain(|(file, _), (bytes, rows)| {
            let stays = !files.contains(file);
            if !stays {
                self.bytes.set(self.bytes.get() - *bytes);
                self.rows.set(self.rows.get() - *rows);
            }
            stays
        });
    }

    pub(super) fn stage(&self, stage: Stage, done: f64) {
        let changed = self.stage.replace(stage) != stage;
        if changed || timing::now() - self.told.get() >= STEP_MS {
            self.tell(done);
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows.get()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.total
    }

    fn read(&self) -> Pace {
        Pace {
            bytes: self.bytes.get().min(self.total),
            of: self.total,
            rows: self.rows.get(),
            ms: self.read_ms.get(),
        }
    }

    fn tell(&self, done: f64) {
        self.told.set(timing::now());
        (self.tell)(Progress {
            stage: self.stage.get(),
            done,
            read: self.read(),
        });
    }
}

/// Tells of a look into files.
pub(super) struct Looking {
    tell: Rc<dyn Fn(Looks)>,
    looks: RefCell<Looks>,
    told: Cell<f64>,
    /// When the first file that holds others was begun.
    began: Cell<Option<f64>>,
}

impl Looking {
    pub(super) fn into_files(files: usize, tell: Rc<dyn Fn(Looks)>) -> Self {
        Self {
            tell,
            looks: Looks::into_files(files).into(),
            // Most looks are over before there is anything to tell.
            told: timing::now().into(),
            began: None.into(),
        }
    }

    /// See [`Looks::unpacks`].
    pub(super) fn unpacks(&self, at: usize, name: &str, bytes: u64, share: f64) {
        let now = timing::now();
        let began = self.began.get().unwrap_or(now);
        self.began.set(Some(began));
        let mut looks = self.looks.borrow_mut();
        looks.unpacks(at, name, bytes, share, now - began);
        drop(looks);
        self.told();
    }

    /// See [`Looks::unpacked`].
    pub(super) fn unpacked(&self, at: usize, files: usize) {
        self.looks.borrow_mut().unpacked(at, files);
        self.told();
    }

    /// A file was looked into that holds no others.
    pub(super) fn looked(&self) {
        self.looks.borrow_mut().looked += 1;
        self.told();
    }

    fn told(&self) {
        if timing::now() - self.told.get() >= STEP_MS {
            self.told.set(timing::now());
            let looks = self.looks.borrow().clone();
            (self.tell)(looks);
        }
    }
}
