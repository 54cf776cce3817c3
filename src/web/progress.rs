//! How far a run has come, told at most every 50 ms.

use super::timing;
use crate::engine::message::{Input, Shard};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Least time between two tellings, in milliseconds.
const STEP_MS: f64 = 50.0;
/// Milliseconds before a rate is worth telling.
const SETTLED_MS: f64 = 300.0;

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
    /// Bytes read.
    pub bytes_done: u64,
    /// Bytes of all files.
    pub bytes_total: u64,
    /// Rows read.
    pub rows: u64,
    /// Rows read a second, over the whole run.
    pub rows_per_s: f64,
    /// Seconds until all is read, once that can be told.
    pub seconds_left: Option<f64>,
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
            self.tell(self.share_read());
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

    fn share_read(&self) -> f64 {
        if self.total == 0 {
            return 1.0;
        }
        (self.bytes.get() as f64 / self.total as f64).min(1.0)
    }

    fn tell(&self, done: f64) {
        self.told.set(timing::now());
        let ms = self.read_ms.get();
        let share = self.share_read();
        let settled = self.stage.get() == Stage::Read && ms >= SETTLED_MS && share > 0.0;
        (self.tell)(Progress {
            stage: self.stage.get(),
            done,
            bytes_done: self.bytes.get().min(self.total),
            bytes_total: self.total,
            rows: self.rows.get(),
            rows_per_s: if ms > 0.0 {
                self.rows.get() as f64 / ms * 1e3
            } else {
                0.0
            },
            seconds_left: settled.then(|| ms / 1e3 * (1.0 - share) / share),
        });
    }
}
