//! Sources to Log: files of one kind one below the other, outcomes found by id, or by several columns that
//! are one key together ([`super::keys`]).
//!
//! Every prediction is kept, also where its id comes twice.

use super::challengers;
use super::columns::Predictions;
use super::fit;
use super::frame::Frame;
use super::held::Held;
use super::index::Index;
use super::instances;
use super::keys::{Keys, refine};
use super::labels::{self, Cells};
use super::notes::Notes;
use super::outcomes::Outcomes;
use super::rows::{Category, Counts, Log, Source};
use super::served::{failed, is_flag, latencies};
use super::{FileKind, Level, Quantiles, Role};
use crate::table::{Column, NO_KEY, NO_TIME};

/// The sentence on rows that are left out of a log with times: on one, and on more.
pub const WITHOUT_TIME: [&str; 2] = [
    "{n} row has no readable time and is left out.",
    "{n} rows have no readable time and are left out.",
];

/// The sentence on a log whose column of times holds none.
#[must_use]
pub fn untimed(name: &str) -> String {
    format!("No row has a readable time in {name}: rows are taken in the order of the file.")
}

/// Joins the sources. The error is a sentence that says what is missing and how to mend it.
pub fn join(sources: Vec<Source>) -> Result<Log, String> {
    let (outcomes, predictions): (Vec<_>, Vec<_>) = sources
        .into_iter()
        .partition(|s| s.kind == FileKind::Outcomes);
    let predictions = known(predictions)?;
    let mut outcomes = Outcomes::new(outcomes)?;
    let mut log = log_of(predictions, outcomes.as_mut(), Frames::All)?;
    if let Some(outcomes) = outcomes {
        outcomes.count(&mut log.counts)?;
    }
    Ok(log)
}

/// Joins predictions block by block with outcomes, all of which come before.
///
/// What the first rows mean, the others mean too ([`super::frame`]). Predictions of one id are noticed where
/// they have an outcome; those without, and those of one key of several columns, within their block.
pub struct Joiner {
    outcomes: Option<Outcomes>,
    frame: Option<Frame>,
    held: Held,
    /// What is told of rows that are in no log yet.
    notes: Notes,
}

impl Joiner {
    /// Expects the rows of these files of outcomes.
    ///
    /// # Errors
    /// A sentence, where a file of them has no outcome.
    pub fn open(outcomes: &[Source]) -> Result<Self, String> {
        Ok(Self {
            outcomes: Outcomes::open(outcomes)?,
            frame: None,
            held: Held::default(),
            notes: Notes::default(),
        })
    }

    /// Takes outcomes: all files, each with those of its rows that follow; `more`: rows that are about to come.
    ///
    /// # Errors
    /// A sentence, where a column of the key was not kept.
    pub fn outcomes(&mut self, sources: Vec<Source>, more: usize) -> Result<(), String> {
        match &mut self.outcomes {
            Some(outcomes) => {
                outcomes.take(sources)?;
                outcomes.reserve(more);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// All outcomes are there.
    pub fn known(&mut self) {
        if let Some(outcomes) = &mut self.outcomes {
            outcomes.close();
        }
    }

    /// Joins some predictions; `None` where all of them wait for the rows that follow.
    ///
    /// # Errors
    /// As [`join`].
    pub fn block(&mut self, predictions: Vec<Source>) -> Result<Option<Log>, String> {
        let given: usize = predictions.iter().map(|s| s.table.rows).sum();
        let passed = self.held.pass(predictions, &mut self.notes);
        let rows: usize = passed.iter().map(|s| s.table.rows).sum();
        if given > 0 && rows == 0 {
            return Ok(None);
        }
        self.joined(passed)
    }

    /// Joins what still waits, once all predictions were given; `None` where nothing does.
    ///
    /// # Errors
    /// As [`join`].
    pub fn rest(&mut self) -> Result<Option<Log>, String> {
        match self.held.rest(&mut self.notes) {
            rest if rest.is_empty() => Ok(None),
            rest => self.joined(rest),
        }
    }

    fn joined(&mut self, predictions: Vec<Source>) -> Result<Option<Log>, String> {
        let given: usize = predictions.iter().map(|s| s.table.rows).sum();
        let mut predictions = some(predictions)?;
        if given > 0 && predictions.rows() == 0 {
            // Rows that hold no quantiles, beside others that do.
            self.notes.merge(std::mem::take(&mut predictions.told));
            return Ok(None);
        }
        let predictions = filled(predictions, given)?;
        let frame = Frames::Block(self.frame.as_ref());
        let mut log = log_of(predictions, self.outcomes.as_mut(), frame)?;
        log.notes.merge(std::mem::take(&mut self.notes));
        self.frame
            .get_or_insert_with(|| Frame::of(&log))
            .learn(&log);
        Ok(Some(log))
    }

    /// What is to be told of rows that are in no log.
    pub fn take_notes(&mut self) -> Notes {
        std::mem::take(&mut self.notes)
    }

    /// Counts of outcomes, once all predictions were joined.
    ///
    /// # Errors
    /// A sentence, where none of the outcomes' keys is among those of the predictions.
    pub fn finish(self) -> Result<Counts, String> {
        let mut counts = Counts::default();
        if let Some(outcomes) = self.outcomes {
            outcomes.count(&mut counts)?;
        }
        Ok(counts)
    }
}

fn known(predictions: Vec<Source>) -> Result<Predictions, String> {
    let given: usize = predictions.iter().map(|s| s.table.rows).sum();
    filled(some(predictions)?, given)
}

/// The predictions, of which `given` rows were read.
fn filled(predictions: Predictions, given: usize) -> Result<Predictions, String> {
    match (predictions.rows(), given) {
        (0, 0) => Err("The files hold no readable row.".into()),
        (0, _) => Err(no_quantile(&predictions)),
        _ => Ok(predictions),
    }
}

fn some(predictions: Vec<Source>) -> Result<Predictions, String> {
    if predictions.is_empty() {
        return Err("No file holds predictions. Add the predictions, or mark the column that holds them: as prediction or score (--role prediction=COLUMN).".into());
    }
    Ok(Predictions::new(predictions))
}

/// The sentence on files of quantiles none of whose rows is one.
fn no_quantile(predictions: &Predictions) -> String {
    let name = predictions.name_of(Role::QuantileLevel);
    format!(
        "No row has a level of a quantile in '{name}': between 0 and 1 (0.05), in percent (5%) or by name (q0.05, p5). Mark the column that holds the levels."
    )
}

/// Which rows there are.
#[derive(Clone, Copy)]
enum Frames<'a> {
    /// All of them.
    All,
    /// Some, and what earlier ones settled.
    Block(Option<&'a Frame>),
}

/// Predictions with their outcomes.
fn log_of(
    mut predictions: Predictions,
    mut outcomes: Option<&mut Outcomes>,
    frames: Frames<'_>,
) -> Result<Log, String> {
    let frame = match frames {
        Frames::All => None,
        Frames::Block(frame) => frame,
    };
    let (rows, live) = (predictions.rows(), predictions.live());
    let mut log = Log {
        rows,
        live,
        ..Log::default()
    };
    let mut counts = Counts {
        reference: (rows - live) as u64,
        ..Counts::default()
    };
    let keys = match &mut outcomes {
        Some(outcomes) => {
            outcomes.keys.meet(predictions.sources())?;
            Some(outcomes.keys.clone())
        }
        None => Keys::own(predictions.sources()),
    };
    let mut ids = match &keys {
        Some(keys) => predictions.take_keys(keys)?,
        None => Vec::new(),
    };
    log.time = times(predictions.take_times());
    let known = |times: &[i64]| times.iter().any(|t| *t != NO_TIME);
    let timed = frame.is_some_and(|f| f.timed) || known(&log.time[..live.min(log.time.len())]);
    if !timed {
        if live > 0 && !log.time.is_empty() {
            log.notes.say(untimed(&predictions.name_of(Role::Time)));
        }
        log.time.clear();
    }

    let joined = outcomes.is_some();
    let found = outcomes.map(|outcomes| (outcomes.find(&ids, live), &*outcomes));
    if let Some((_, outcomes)) = &found {
        outcomes
            .notes()
            .into_iter()
            .for_each(|note| log.notes.say(note));
    }
    let are_ids = keys.as_ref().is_none_or(|keys| keys.are_ids);
    let named = keys.filter(|_| are_ids).map(|keys| keys.columns().to_vec());
    log.repeated = match (frame, &found) {
        (Some(_), Some(_)) if are_ids => Vec::new(),
        _ if are_ids => repeated(&ids, live),
        _ => {
            let keys = told_anew(&predictions, std::mem::take(&mut ids), &mut log.time);
            repeated(&keys, live)
        }
    };
    counts.duplicate_predictions = match (frame, &found) {
        (Some(_), Some((found, _))) if are_ids => found.again,
        _ => log.repeated.len() as u64,
    };
    // Ids that differ in every row say that no two rows are of one thing; an index only counts the rows.
    let ids = match named {
        _ if !predictions.has(Role::ModelVersion)
            && !instances::have_horizons(&predictions.names(Role::Segment)) =>
        {
            None
        }
        None => Some(None),
        Some(names) if counts.duplicate_predictions > 0 => Some(Some((ids, names))),
        Some(names) => (!joined && counts_rows(&names)).then_some(None),
    };
    let own = predictions.take(Role::Outcome);
    counts.outcomes += own.as_ref().map_or(0, |c| {
        (0..live).filter(|&r| !c.is_missing(r)).count() as u64
    });
    log.outcome_time = times(predictions.take(Role::OutcomeTime));
    let truth = match found {
        Some((found, outcomes)) => {
            log.outcome_time = outcomes.times(&found, log.outcome_time);
            Some(outcomes.truth(&found, own))
        }
        None => own,
    };

    log.notes.merge(std::mem::take(&mut predictions.told));
    log.quantiles = Quantiles::take(&mut predictions, &mut log.notes);
    log.quantiles.tell(rows, &mut log.notes);
    let predicted = predictions.take(Role::Prediction);
    let cells = Cells {
        truth,
        predicted: or_median(&mut log, predicted),
        score: fit::score(&mut predictions, &mut log.notes),
        numbered: is_array(&predictions),
        class_scores: class_scores(&mut predictions),
        said: predictions.said(),
    };
    log.query = match predictions.take(Role::Query) {
        Some(Column::Key(keys)) => keys,
        _ => Vec::new(),
    };
    let others = predictions.names(Role::Challenger).into_iter();
    let others = others.map(|name| (predictions.take_named(&name), name));
    let others = others.map(|(cells, name)| (name, cells)).collect();
    match frame {
        None => labels::fill(&mut log, cells)?,
        Some(frame) => frame.fill(&mut log, cells)?,
    }
    fit::leave_out_beyond(&mut log);
    challengers::take(&mut log, others, frame.map_or(&[], |f| &f.challengers));
    log.version = predictions
        .take(Role::ModelVersion)
        .and_then(|c| category(predictions.name_of(Role::ModelVersion), c));
    log.segments = predictions
        .names(Role::Segment)
        .into_iter()
        .filter_map(|name| {
            let column = predictions.take_named(&name);
            category(name, column)
        })
        .collect();
    log.taken.latency = frame.and_then(|f| f.taken.latency);
    log.latency_ms = latencies(&mut predictions, &mut log);
    let status = predictions.take(Role::Status);
    let settled = frame.filter(|f| f.stated);
    log.taken.flag = settled.map_or_else(|| is_flag(status.as_ref()), |f| f.taken.flag);
    log.failed = failed(status, &predictions.name_of(Role::Status), log.taken.flag);
    log.columns = predictions.finish(&mut log.notes);

    let counted = |row: usize| row < live && (log.time.is_empty() || log.time[row] != NO_TIME);
    counts.without_time = (0..live).filter(|&r| !counted(r)).count() as u64;
    counts.predictions = live as u64 - counts.without_time;
    counts.joined = (0..live)
        .filter(|&r| counted(r) && log.truth.has(r))
        .count() as u64;
    let early = (0..live.min(log.time.len()).min(log.outcome_time.len()))
        .filter(|&r| {
            let (made, known) = (log.time[r], log.outcome_time[r]);
            made != NO_TIME && known != NO_TIME && known < made && log.truth.has(r)
        })
        .count();
    if early > 0 {
        log.notes.count(
            early as u64,
            [
                "{n} outcome is dated before its prediction; its delay counts as none.",
                "{n} outcomes are dated before their prediction; their delay counts as none.",
            ],
            "",
        );
    }
    if counts.without_time > 0 {
        log.notes.count(counts.without_time, WITHOUT_TIME, "");
    }
    log.counts = counts;
    // Of blocks, the first one is told of.
    let kept = matches!(frames, Frames::All);
    if let (true, None, Some(ids)) = (log.challengers.is_empty(), frame, ids) {
        instances::compare(&mut log, ids, kept);
    }
    Ok(log)
}

/// Whether ids are the index that data frames write.
fn counts_rows(names: &[String]) -> bool {
    match names {
        [one] => super::is_index_name(one) || one == "column_1",
        _ => false,
    }
}

/// The prediction, or in its place the median of the quantiles.
fn or_median(log: &mut Log, predicted: Option<Column>) -> Option<Column> {
    let given = |c: &Column| (0..c.len()).any(|row| !c.is_missing(row));
    if log.quantiles.is_empty() || predicted.as_ref().is_some_and(given) {
        return predicted;
    }
    match log.quantiles.at(Level::MEDIAN) {
        Some(median) => {
            let median = Column::Number(median.to_vec());
            log.notes
                .say("There is no prediction beside the quantiles: the median is taken.");
            Some(median)
        }
        None => {
            log.notes.say("There is no prediction beside the quantiles, and no median to take its place: errors of predictions are not told.");
            predicted
        }
    }
}

/// Whether the scores of the classes are the items of an array: `probs.0`, `probs.1`.
fn is_array(predictions: &Predictions) -> bool {
    let names = predictions.names(Role::ClassScore);
    let item = |name: &String| {
        let (_, item) = name.rsplit_once('.')?;
        item.parse::<usize>().ok()
    };
    !names.is_empty() && names.iter().all(|name| item(name).is_some())
}

fn class_scores(predictions: &mut Predictions) -> Vec<(String, Column)> {
    let names = predictions.names(Role::ClassScore);
    let common = names
        .iter()
        .skip(1)
        .fold(names.first().cloned().unwrap_or_default(), |p, n| {
            p.chars()
                .zip(n.chars())
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a)
                .collect()
        });
    // The prefix ends at a separator, so that `p_cat` and `p_car` are not `t` and `r`.
    let cut = common
        .rfind(['_', '.', ' ', '-', ':', '('])
        .map_or(0, |at| at + 1);
    // `P(cat)`, and Azure's `Scored Probabilities for Class "cat"`.
    let class = |name: &str| {
        let name = match cut > 0 && common.get(..cut).is_some_and(|c| c.ends_with('(')) {
            true => name.strip_suffix(')').unwrap_or(name),
            false => name,
        };
        let quoted = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
        quoted.unwrap_or(name).to_string()
    };
    names
        .into_iter()
        .map(|n| (class(&n[cut..]), predictions.take_named(&n)))
        .collect()
}

/// A column to slice by; `None` where it holds too many words for that.
fn category(name: String, column: Column) -> Option<Category> {
    match column {
        Column::Presence(_) => None,
        column => match labels::to_words(column) {
            Column::Category { codes, levels } => Some(Category {
                name,
                codes,
                levels,
            }),
            _ => None,
        },
    }
}

fn times(column: Option<Column>) -> Vec<i64> {
    match column {
        Some(Column::Time(t)) => t,
        _ => Vec::new(),
    }
}

/// Keys that also tell times and models apart: what is foretold of one thing at another time or by another
/// model is told anew.
fn told_anew(predictions: &Predictions, mut keys: Vec<u128>, time: &mut Vec<i64>) -> Vec<u128> {
    predictions.refine(&mut keys, Role::ModelVersion);
    let column = Column::Time(std::mem::take(time));
    refine(&mut keys, &column);
    *time = times(Some(column));
    keys
}

/// Of the first `live` rows, those whose key an earlier one has too.
fn repeated(keys: &[u128], live: usize) -> Vec<u32> {
    let keys = &keys[..live.min(keys.len())];
    let mut seen = Index::new(keys.len());
    let again =
        |row: &u32| keys[*row as usize] != NO_KEY && seen.enter(keys, *row, |_| false).is_some();
    (0..keys.len() as u32).filter(again).collect()
}
