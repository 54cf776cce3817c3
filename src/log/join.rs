//! Sources to Log: files of one kind one below the other, outcomes found by id.
//!
//! Every prediction is kept, also where its id comes twice.

use super::columns::Predictions;
use super::index::Index;
use super::labels::{self, Cells};
use super::outcomes::Outcomes;
use super::rows::{Category, Counts, Log, Source};
use super::{FileKind, Role};
use crate::table::{Column, NO_KEY, NO_TIME};

/// Joins the sources. The error is a sentence that says what is missing and how to mend it.
pub fn join(sources: Vec<Source>) -> Result<Log, String> {
    let (outcomes, predictions): (Vec<_>, Vec<_>) = sources
        .into_iter()
        .partition(|s| s.kind == FileKind::Outcomes);
    if predictions.is_empty() {
        return Err("No file holds predictions. Add the predictions, or mark a column as prediction or score.".into());
    }
    let mut predictions = Predictions::new(predictions);
    let (rows, live) = (predictions.rows(), predictions.live());
    if rows == 0 {
        return Err("The files hold no readable row.".into());
    }

    let mut log = Log {
        rows,
        live,
        ..Log::default()
    };
    let mut counts = Counts {
        reference: (rows - live) as u64,
        ..Counts::default()
    };
    log.time = times(predictions.take(Role::Time));
    if log.time[..live.min(log.time.len())]
        .iter()
        .all(|t| *t == NO_TIME)
    {
        if live > 0 && !log.time.is_empty() {
            log.notes.push(format!(
                "No row has a readable time in {}: rows are taken in the order of the file.",
                predictions.name_of(Role::Time)
            ));
        }
        log.time.clear();
    }

    let ids = predictions.take(Role::Id);
    let mut outcomes = Outcomes::new(outcomes)?;
    if let Some(outcomes) = &mut outcomes {
        outcomes.find(ids.as_ref(), &mut counts)?;
    }
    if let Some(Column::Key(ids)) = &ids {
        let mut seen = Index::new(&ids[..live]);
        let again =
            |row: &u32| ids[*row as usize] != NO_KEY && seen.enter(*row, |_| false).is_some();
        counts.duplicate_predictions = (0..live as u32).filter(again).count() as u64;
    }
    drop(ids);
    let own = predictions.take(Role::Outcome);
    counts.outcomes += own.as_ref().map_or(0, |c| {
        (0..live).filter(|&r| !c.is_missing(r)).count() as u64
    });
    log.outcome_time = times(predictions.take(Role::OutcomeTime));
    let truth = match outcomes {
        Some(outcomes) => {
            log.outcome_time = outcomes.times(log.outcome_time);
            Some(outcomes.truth(own))
        }
        None => own,
    };

    labels::fill(
        &mut log,
        Cells {
            truth,
            predicted: predictions.take(Role::Prediction),
            score: predictions.take(Role::Score),
            numbered: is_array(&predictions),
            class_scores: class_scores(&mut predictions),
        },
    )?;
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
    log.latency_ms = latencies(&mut predictions);
    log.failed = failed(predictions.take(Role::Status));
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
        log.notes.push(format!(
            "{early} outcomes are dated before their prediction; their delay counts as none."
        ));
    }
    if counts.without_time > 0 {
        log.notes.push(format!(
            "{} rows have no readable time and are left out.",
            counts.without_time
        ));
    }
    log.counts = counts;
    Ok(log)
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
        .rfind(['_', '.', ' ', '-', ':'])
        .map_or(0, |at| at + 1);
    names
        .into_iter()
        .map(|n| (n[cut..].to_string(), predictions.take_named(&n)))
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

/// Latencies in milliseconds; each file's column may have a unit of its own.
fn latencies(predictions: &mut Predictions) -> Vec<f64> {
    let factors: Vec<(usize, f64)> = predictions
        .sources()
        .iter()
        .map(|s| {
            let factor = s.column(Role::Latency).map_or(1.0, |c| milliseconds(c.0));
            (s.table.rows, factor)
        })
        .collect();
    let Some(Column::Number(mut cells)) = predictions.take(Role::Latency) else {
        return Vec::new();
    };
    let mut rest = &mut cells[..];
    for (rows, factor) in factors {
        let (of_file, behind) = rest.split_at_mut(rows);
        if factor != 1.0 {
            // Beyond every number is as good as missing.
            let scaled = |x: f64| Some(x * factor).filter(|x| x.is_finite());
            of_file
                .iter_mut()
                .for_each(|x| *x = scaled(*x).unwrap_or(f64::NAN));
        }
        rest = behind;
    }
    cells
}

/// What a latency of this column is multiplied with to be in milliseconds; a name without a unit
/// is taken as milliseconds.
fn milliseconds(name: &str) -> f64 {
    let name = name.to_lowercase();
    let ends = |units: &[&str]| units.iter().any(|u| name.ends_with(u));
    if ends(&["_us", "_micros", "_microseconds", "(us)", "[us]"]) {
        1e-3
    } else if ends(&["_ns", "_nanos", "_nanoseconds"]) {
        1e-6
    } else if ends(&["_s", "_sec", "_secs", "_seconds", "(s)", "[s]"]) {
        1e3
    } else {
        1.0
    }
}

/// Server errors (5xx) fail; so do words such as `error` and a plain 1 or `true` of a flag. Among words
/// a number says what it does alone.
fn failed(column: Option<Column>) -> Vec<u8> {
    match column {
        Some(Column::Number(v)) => {
            let flag = v.iter().all(|x| x.is_nan() || *x == 0.0 || *x == 1.0);
            v.into_iter()
                .map(|x| {
                    if x.is_nan() {
                        2
                    } else {
                        u8::from(if flag { x == 1.0 } else { x >= 500.0 })
                    }
                })
                .collect()
        }
        Some(Column::Category { codes, levels }) => {
            let numbers: Vec<Option<f64>> = levels.iter().map(|l| l.parse().ok()).collect();
            let flag = numbers.iter().flatten().all(|x| *x == 0.0 || *x == 1.0);
            let bad: Vec<u8> = levels
                .iter()
                .zip(numbers)
                .map(|(l, number)| {
                    if let Some(x) = number {
                        return u8::from(if flag { x == 1.0 } else { x >= 500.0 });
                    }
                    let l = l.to_lowercase();
                    u8::from(
                        [
                            "error", "err", "failed", "failure", "fail", "timeout", "true", "5xx",
                        ]
                        .contains(&l.as_str())
                            || l.starts_with('5') && l.len() == 3,
                    )
                })
                .collect();
            codes
                .into_iter()
                .map(|c| bad.get(c as usize).copied().unwrap_or(2))
                .collect()
        }
        _ => Vec::new(),
    }
}
