//! Whether the model treats groups alike: rates of each value of each segment, each against the rest, and
//! the largest against the smallest.
//!
//! A rate is a share of rows that have an outcome and a predicted label. A group with few rows under a rate
//! is named and told, but compared in nothing: its rate is chance. That a rate differs does not say why.

mod compare;
pub mod told;

use super::make::Making;
use super::parts::WINDOWS;
use super::steps::pause;
use crate::log::Task;
use crate::metric::{Estimate, Measures};
use crate::stats::proportions::Share;
use crate::summary::{Cell, Counted, Series, Slice, SliceChoice};
pub use compare::{Between, Contrast};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows under a rate below which a group is not compared by it.
pub const MINIMUM: u64 = 30;

/// How groups are treated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// [`MINIMUM`].
    pub minimum: u64,
    /// Contrasts that p-values are corrected for (Holm): every group, rate and column.
    pub contrasts: u64,
    /// Each segment's column, in the order of the files.
    pub columns: Vec<GroupColumn>,
}

/// The groups of a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupColumn {
    /// The column.
    pub column: String,
    /// Its values, those of most rows first.
    pub groups: Vec<Group>,
    /// Values that have no counts of their own, as they stand in fewer rows than those of `groups`.
    pub others: u64,
    /// The largest rate against the smallest.
    pub between: Vec<Between>,
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The column's value.
    pub value: String,
    /// Rows with an outcome and a predicted label.
    pub rows: u64,
    /// Its rates by name ([`RATES`]).
    pub rates: BTreeMap<String, Estimate>,
    /// Rates that too few rows stand under to be compared.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub too_few: Vec<String>,
    /// Its rates against those of every other row in view.
    pub against_rest: BTreeMap<String, Contrast>,
}

/// A rate: its name, and which rows of which rows.
type Rate = (&'static str, fn(Counted) -> Share);

/// The rates, by the names of fairlearn and scikit-learn.
pub const RATES: [Rate; 4] = [
    ("selection_rate", |c| Share {
        hits: c.tp + c.fp,
        n: c.n(),
    }),
    ("true_positive_rate", |c| Share {
        hits: c.tp,
        n: c.tp + c.r#fn,
    }),
    ("false_positive_rate", |c| Share {
        hits: c.fp,
        n: c.fp + c.tn,
    }),
    ("precision", |c| Share {
        hits: c.tp,
        n: c.tp + c.fp,
    }),
];

/// A group and its counts.
struct Member {
    value: String,
    counted: Counted,
}

/// The groups of a binary task in the view; `None` without a column to group by. What was not counted goes
/// into what the report lacked.
pub(super) async fn groups(making: &Making<'_>, total: &Cell) -> Option<Groups> {
    let summary = making.summary;
    if summary.task != Task::Binary || summary.segments.is_empty() || total.classes.is_none() {
        return None;
    }
    let base = &making.series.slice;
    let counts_of = of_values(making, base);
    let mut lacks = false;
    let mut columns: Vec<(GroupColumn, Vec<Counted>)> = Vec::new();
    for segment in &summary.segments {
        let column = segment.column.as_str();
        if base.values.iter().any(|v| v.column == column) {
            continue;
        }
        pause().await;
        let values = segment.values.iter().map(|v| v.0.as_str());
        let known = values.filter_map(|v| Some((v, *counts_of.get(&(column, v))?)));
        let known: Vec<(&str, &Series)> = known.collect();
        let finer = |s: &Series| s.size != making.series.size;
        lacks |= known.is_empty() || known.iter().any(|k| finer(k.1));
        let members = known.iter().filter_map(|(v, s)| member(making, s, v));
        let members: Vec<Member> = members.collect();
        if members.is_empty() {
            continue;
        }
        let counts: Vec<Counted> = members.iter().map(|m| m.counted).collect();
        let column = GroupColumn {
            column: column.into(),
            between: compare::between(&members),
            groups: members.iter().map(group).collect(),
            others: (segment.values.len() - known.len()) as u64,
        };
        columns.push((column, counts));
    }
    if lacks && !summary.streamed && making.series.buckets.len() <= WINDOWS {
        making.lacks_groups(base.clone());
    }
    let whole = counted(making, total);
    let contrasts = compare::against_rest(&mut columns, whole);
    Some(Groups {
        minimum: MINIMUM,
        contrasts,
        columns: columns.into_iter().map(|c| c.0).collect(),
    })
    .filter(|g| !g.columns.is_empty())
}

/// The series of a slice narrowed to one value more, by column and value: by the size of the view's buckets
/// where it is there.
fn of_values<'a>(making: &Making<'a>, base: &Slice) -> BTreeMap<(&'a str, &'a str), &'a Series> {
    let mut out: BTreeMap<_, &Series> = BTreeMap::new();
    for series in &making.summary.series {
        let slice = &series.slice;
        let mut more = slice.values.iter().filter(|v| !base.values.contains(v));
        let narrowed = slice.version == base.version && slice.values.len() == base.values.len() + 1;
        let (true, Some(SliceChoice { column, value }), None) =
            (narrowed, more.next(), more.next())
        else {
            continue;
        };
        let place = out
            .entry((column.as_str(), value.as_str()))
            .or_insert(series);
        if series.size == making.series.size {
            *place = series;
        }
    }
    out
}

/// The counts of a group in the windows of the view, where it has any.
fn member(making: &Making<'_>, series: &Series, value: &str) -> Option<Member> {
    let shown = making.all.get(making.shown.0..making.shown.1)?;
    let (first, last) = (shown.first()?, shown.last()?);
    let (from, to) = series.within(first.start, last.end);
    let buckets = series.buckets.get(from..to).unwrap_or_default();
    let counted: Counted = buckets.iter().map(|b| counted(making, &b.cell)).sum();
    (counted.n() > 0).then(|| Member {
        value: value.into(),
        counted,
    })
}

fn counted(making: &Making<'_>, cell: &Cell) -> Counted {
    Measures::new(making.summary, cell, None, making.cut).counted()
}

fn group(member: &Member) -> Group {
    let rate = |(name, of): &Rate| (name.to_string(), compare::estimate(of(member.counted)));
    let few = RATES
        .iter()
        .filter(|(_, of)| of(member.counted).n < MINIMUM);
    Group {
        value: member.value.clone(),
        rows: member.counted.n(),
        rates: RATES.iter().map(rate).collect(),
        too_few: few.map(|(name, _)| name.to_string()).collect(),
        against_rest: BTreeMap::new(),
    }
}
