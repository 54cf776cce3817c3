//! What sets the rows of the largest errors apart: whose values and words they have.
//!
//! Rows whose error is up to the 5 % quantile are underestimates, those from the 95 % quantile on
//! overestimates; each of both is compared with the rows between, column by column.

use crate::log::{Log, Role};
use crate::stats::compare::t_test;
use crate::stats::interval::Interval;
use crate::stats::multiple::holm;
use crate::stats::proportions::{self, Share, p_equal};
use crate::table::Column;
use serde::{Deserialize, Serialize};

use super::residuals::moments;

/// Words at most of a column, those of most rows.
const WORDS: usize = 12;
/// Rows at least in which a word must stand to be told.
const FEW: u64 = 5;
/// Numbers at least of a side.
const NUMBERS: usize = 10;
/// Findings at most.
const MOST: usize = 30;

/// A column in which the rows of one tail differ from those between the tails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TailPart {
    /// Whether it is the tail of overestimates (error from the 95 % quantile on).
    pub over: bool,
    /// The column.
    pub column: String,
    /// The word whose share is compared; `None`: the mean of numbers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<String>,
    /// Rows of the tail that have a value there.
    pub rows: u64,
    /// Share or mean in the tail.
    pub in_tail: f64,
    /// Share or mean between the tails.
    pub between: f64,
    /// The difference's 95 % interval (Newcombe; Welch).
    pub interval: Interval,
    /// Two-sided p-value of no difference, corrected (Holm) over every comparison.
    pub p_value: f64,
}

/// Findings with a p-value below 5 % after correction, the surest first, and how many comparisons were made;
/// `rows`: row of the log, error, prediction.
pub(super) fn tails(log: &Log, rows: &[(u32, f64, f64)], ends: (f64, f64)) -> (Vec<TailPart>, u64) {
    if ends.0 >= ends.1 {
        return (Vec::new(), 0);
    }
    let mut sides: [Vec<u32>; 3] = std::array::from_fn(|_| Vec::new());
    for (row, error, _) in rows {
        let side = usize::from(*error > ends.0) + usize::from(*error >= ends.1);
        sides[side].push(*row);
    }
    let [under, between, over] = &sides;
    let mut found: Vec<TailPart> = Vec::new();
    for (is_over, tail) in [(false, under), (true, over)] {
        for segment in &log.segments {
            words(
                &segment.name,
                &segment.codes,
                &segment.levels,
                (is_over, tail),
                between,
                &mut found,
            );
        }
        for column in log.columns.iter().filter(|c| c.role == Role::Feature) {
            match &column.cells {
                Column::Number(cells) => {
                    found.extend(means(&column.name, cells, (is_over, tail), between));
                }
                Column::Category { codes, levels } => {
                    words(
                        &column.name,
                        codes,
                        levels,
                        (is_over, tail),
                        between,
                        &mut found,
                    );
                }
                _ => {}
            }
        }
    }
    let raw: Vec<f64> = found.iter().map(|f| f.p_value).collect();
    for (part, p_value) in found.iter_mut().zip(holm(&raw)) {
        part.p_value = p_value;
    }
    let comparisons = found.len() as u64;
    // Holm keeps the order of p-values, but for ties.
    let mut order: Vec<(f64, TailPart)> = raw.into_iter().zip(found).collect();
    order.sort_by(|a, b| {
        let names = |p: &TailPart| (p.column.clone(), p.value.clone(), p.over);
        a.0.total_cmp(&b.0)
            .then_with(|| names(&a.1).cmp(&names(&b.1)))
    });
    let sure = order.into_iter().map(|f| f.1).filter(|f| f.p_value < 0.05);
    (sure.take(MOST).collect(), comparisons)
}

/// The share of each word in a tail against that between the tails.
fn words(
    column: &str,
    codes: &[u32],
    levels: &[String],
    (over, tail): (bool, &[u32]),
    between: &[u32],
    found: &mut Vec<TailPart>,
) {
    let count = |rows: &[u32]| {
        let mut counts = vec![0_u64; levels.len()];
        for row in rows {
            let code = codes.get(*row as usize).copied().unwrap_or(u32::MAX);
            if let Some(n) = counts.get_mut(code as usize) {
                *n += 1;
            }
        }
        counts
    };
    let (inside, outside) = (count(tail), count(between));
    let (n, m) = (inside.iter().sum::<u64>(), outside.iter().sum::<u64>());
    let mut known: Vec<(u64, usize)> = inside
        .iter()
        .zip(&outside)
        .enumerate()
        .map(|(code, (a, b))| (a + b, code))
        .filter(|k| k.0 >= FEW)
        .collect();
    known.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| levels[a.1].cmp(&levels[b.1])));
    for (_, code) in known.into_iter().take(WORDS) {
        let (a, b) = (
            Share {
                hits: inside[code],
                n,
            },
            Share {
                hits: outside[code],
                n: m,
            },
        );
        let told = || {
            Some(TailPart {
                over,
                column: column.into(),
                value: Some(levels.get(code)?.clone()),
                rows: n,
                in_tail: a.value()?,
                between: b.value()?,
                interval: proportions::difference(a, b, 0.05)?,
                p_value: p_equal(a, b)?,
            })
        };
        found.extend(told());
    }
}

/// The mean in a tail against that between the tails.
fn means(
    column: &str,
    cells: &[f64],
    (over, tail): (bool, &[u32]),
    between: &[u32],
) -> Option<TailPart> {
    let of = |rows: &[u32]| -> Vec<f64> {
        let cells = rows.iter().filter_map(|r| cells.get(*r as usize).copied());
        cells.filter(|c| c.is_finite()).collect()
    };
    let (a, b) = (of(tail), of(between));
    if a.len() < NUMBERS || b.len() < NUMBERS {
        return None;
    }
    let side = |values: &[f64]| {
        let (mean, deviation) = moments(values);
        Some((mean?, deviation?, values.len() as u64))
    };
    let (a, b) = (side(&a)?, side(&b)?);
    let (p_value, interval) = t_test(a, b)?;
    Some(TailPart {
        over,
        column: column.into(),
        value: None,
        rows: a.2,
        in_tail: a.0,
        between: b.0,
        interval,
        p_value,
    })
}
