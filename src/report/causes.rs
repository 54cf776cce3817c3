//! Which alarms have one cause, and which of them an incident is named by.

use super::Affected;
use super::incidents::CORRELATION;
use super::watch::{Item, What};
use crate::metric::{self, Family, Info};
use crate::stats::interval::Z;
use crate::stats::sequential::columns::Aspect;
use crate::stats::sequential::group::Begun;
use crate::stats::sequential::{Alarm, Tested};

/// The level at which a metric's fall is of the windows in which a column is changed.
const SAME_CAUSE: f64 = 0.005;
/// The standard errors beyond which two changes are not the same, at that level.
const OTHERWISE: f64 = 2.807;
/// How many times as sure as what an incident is named by something is that is told beside it.
const SURER: f64 = 2.0;
/// How many times as sure as a shift or spread of a column's values another change of them is at most, where it is told
/// as that.
const MOVED: f64 = 2.0;

/// An alarm of an item.
pub(super) struct Raised<'a> {
    pub item: &'a Item,
    pub alarm: Alarm,
}

fn of_predictions(item: &Item) -> bool {
    item.what
        .info()
        .is_some_and(|info| info.family != Family::Resource)
}

/// Whether what tells of the predictions is of what changed a column: it is there in the column's windows, and was not
/// noticed before the column can have changed.
fn is_of(of: &Raised<'_>, surest: &Raised<'_>) -> bool {
    let (from, to) = (surest.alarm.start, surest.alarm.end.unwrap_or(usize::MAX));
    let over = of.item.verdict.over(&of.item.stream, from, to);
    of.alarm.raised >= surest.alarm.earliest && over.is_none_or(|over| over.p_value <= SAME_CAUSE)
}

/// Dates what tells of the predictions by the column that changed far more surely, where it is of that cause. Places are
/// of alarms that began together, the surest first.
pub(super) fn date(raised: &mut [Raised<'_>], places: &[usize]) {
    let Some((surest, others)) = places.split_first() else {
        return;
    };
    for at in others {
        let (Some(surest), Some(of)) = (raised.get(*surest), raised.get(*at)) else {
            continue;
        };
        if !is_far_surer(surest, of) || !is_of(of, surest) {
            continue;
        }
        let (start, end) = (surest.alarm.start, of.alarm.end.unwrap_or(usize::MAX));
        let stream = &of.item.stream;
        let over = of.item.verdict.over(stream, start, end);
        let goes_on = |over: &Tested| {
            let matters = stream.least.is_met(over.from, over.from + over.change);
            matters && over.change * of.alarm.over.change > 0.0
        };
        if let Some(over) = over.filter(goes_on).filter(|_| !began_later(of, start)) {
            let alarm = Alarm {
                start,
                earliest: surest.alarm.earliest,
                latest: surest.alarm.latest,
                raised: of.alarm.raised.max(start),
                over,
                ..of.alarm
            };
            raised[*at].alarm = alarm;
        }
    }
}

/// Whether what tells of the predictions was surely not yet what it became in the windows from an instant to its start:
/// by the difference of both changes over its standard error.
fn began_later(of: &Raised<'_>, from: usize) -> bool {
    let over = |from, to| of.item.verdict.over(&of.item.stream, from, to);
    let (start, end) = (of.alarm.start, of.alarm.end.unwrap_or(usize::MAX));
    let (Some(before), Some(after)) = (over(from, start), over(start, end)) else {
        return false;
    };
    let error = |t: &Tested| (t.high - t.low) / (2.0 * Z);
    let both = libm::hypot(error(&before), error(&after));
    let less = (after.change - before.change) * after.change.signum();
    less > OTHERWISE * both
}

/// Dates metrics of all rows by the first of them that began, where they are as surely worse from there on: what ends
/// and begins anew while another goes on has not ended.
pub(super) fn date_by_first(raised: &mut [Raised<'_>], places: &[usize]) {
    let of_rows = |at: &usize| {
        let of = raised.get(*at)?;
        let metric = matches!(of.item.what, What::Metric(_)) && of_predictions(of.item);
        metric.then_some((*at, of.alarm))
    };
    let all: Vec<(usize, Alarm)> = places.iter().filter_map(of_rows).collect();
    let Some((_, first)) = all.iter().min_by_key(|of| of.1.start).copied() else {
        return;
    };
    for (at, alarm) in all.into_iter().filter(|of| of.1.start > first.start) {
        let Some(of) = raised.get_mut(at) else {
            continue;
        };
        let end = alarm.end.unwrap_or(usize::MAX);
        let over = of.item.verdict.over(&of.item.stream, first.start, end);
        let between = of
            .item
            .verdict
            .over(&of.item.stream, first.start, alarm.start);
        let least = of.item.stream.least;
        let away = |over: &Tested| {
            let matters = least.is_met(over.from, over.from + over.change);
            matters && over.change * alarm.over.change > 0.0 && over.p_value <= SAME_CAUSE
        };
        if between.as_ref().is_some_and(away)
            && let Some(over) = over.filter(away)
        {
            of.alarm = Alarm {
                start: first.start,
                earliest: first.earliest,
                latest: first.latest,
                raised: alarm.raised.min(first.raised),
                rate: alarm.rate.min(first.rate),
                over,
                ..alarm
            };
        }
    }
}

/// Alarms that began together, the surest first, by what has one cause.
pub(super) fn by_cause<'a>(members: Vec<&'a Raised<'a>>) -> Vec<Vec<&'a Raised<'a>>> {
    let Some(surest) = members
        .first()
        .copied()
        .filter(|surest| !of_predictions(surest.item))
    else {
        return vec![members];
    };
    let of_it = |of: &&Raised<'_>| !of_predictions(of.item) || is_of(of, surest);
    let (mut with, others): (Vec<_>, Vec<_>) = members.iter().copied().partition(of_it);
    // What is noticed of the predictions while they are worse by it is no other cause.
    let worse: Vec<Alarm> = (with.iter().filter(|of| of_predictions(of.item)))
        .map(|of| of.alarm)
        .collect();
    let end = |alarm: &Alarm| alarm.end.unwrap_or(usize::MAX);
    let within = |of: &&Raised<'_>| {
        let mut all = worse.iter();
        all.any(|by| by.start <= of.alarm.start && end(&of.alarm) <= end(by))
    };
    let (inside, others): (Vec<_>, Vec<_>) = others.into_iter().partition(within);
    with.extend(inside);
    [with, others]
        .into_iter()
        .filter(|m| !m.is_empty())
        .collect()
}

/// The alarm that a column's incident is named by: where its values moved, that they did, and else where they spread
/// otherwise, that. A shift beyond the baseline's values changes their spread and shape, too, and more surely, for ranks
/// end there; so does a spread beyond them their shape.
pub(super) fn named<'a>(lead: &'a Raised<'a>, members: &[&'a Raised<'a>]) -> &'a Raised<'a> {
    let What::Column(column, Aspect::Shape(order @ 2..)) = lead.item.what else {
        return lead;
    };
    let by = |plainer: u8| {
        let is = move |of: &&&Raised<'_>| {
            let is = matches!(of.item.what, What::Column(at, Aspect::Shape(n)) if at == column && n == plainer);
            is && MOVED * of.alarm.over.t.abs() >= lead.alarm.over.t.abs()
        };
        members.iter().find(is).copied()
    };
    (1..order.min(3)).find_map(by).unwrap_or(lead)
}

pub(super) fn is_far_surer(surest: &Raised<'_>, lead: &Raised<'_>) -> bool {
    let sure = |of: &Raised<'_>| of.alarm.over.t.abs();
    of_predictions(lead.item) && !of_predictions(surest.item) && sure(surest) > SURER * sure(lead)
}

/// Where an alarm stands among others.
#[derive(Clone, Copy)]
pub(super) struct Place {
    over: bool,
    class: usize,
    order: usize,
    /// Less is surer.
    sure: f64,
}

impl Place {
    pub fn total_cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |p: &Self| (p.over, p.class, p.order);
        key(self)
            .cmp(&key(other))
            .then(self.sure.total_cmp(&other.sure))
    }
}

pub(super) fn place(of: &Raised<'_>) -> Place {
    let order = |info: &Info| {
        let at = metric::METRICS
            .iter()
            .position(|m| m.info().name == info.name);
        at.unwrap_or(usize::MAX)
    };
    let (class, order) = match &of.item.what {
        What::Metric(info) if info.family == Family::Resource => (2, order(info)),
        What::Metric(info) => (0, order(info)),
        What::Slice(..) => (1, 0),
        What::Column(..) | What::Pair(_) | What::Rows(_) => (3, 0),
    };
    Place {
        over: of.alarm.end.is_some(),
        class,
        order,
        sure: -of.alarm.over.t.abs(),
    }
}

pub(super) fn begun(of: &Raised<'_>) -> Begun {
    Begun {
        subject: match &of.item.what {
            What::Metric(info) if info.family == Family::Resource => 1,
            What::Metric(_) | What::Slice(..) => 0,
            What::Column(at, _) => 2 + at,
            // Behind every column.
            What::Pair(at) => usize::MAX / 2 + at,
            What::Rows(kind) => usize::MAX / 4 + *kind as usize,
        },
        earliest: of.alarm.earliest,
        latest: of.alarm.latest,
        end: of.alarm.end,
        sure: of.alarm.over.t.abs(),
    }
}

/// The other columns that are surely different in the windows of an incident that is named by a column.
pub(super) fn with_it(affected: &[Affected], named: &str) -> String {
    let columns = affected.iter().filter(|of| of.metric != CORRELATION);
    let columns = columns.filter_map(|of| of.column.as_deref());
    let others: Vec<&str> = columns.filter(|column| *column != named).collect();
    match others[..] {
        [] => String::new(),
        [one] => format!("; {one} differs in the same windows"),
        [a, b] => format!("; {a} and {b} differ in the same windows"),
        [a, b, c] => format!("; {a}, {b} and {c} differ in the same windows"),
        [a, b, ref more @ ..] => format!(
            "; {a}, {b} and {} other columns differ in the same windows",
            more.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::sequential::columns::{Counts, share};
    use crate::stats::sequential::{Kind, Least, Reading, Side, Stream, watch};

    fn item(what: What, stream: Stream) -> Item {
        let verdict = watch(std::slice::from_ref(&stream), 30.0).remove(0);
        Item {
            what,
            stream,
            verdict,
        }
    }

    /// Missing cells from the fourth window on, and an accuracy that falls in some windows.
    fn causes(accuracy: [f64; 10]) -> Vec<usize> {
        let reading = |value: f64| Reading {
            value,
            variance: 0.001,
            own: 0.001,
            rows: 200.0,
            phase: 0,
        };
        let info = metric::info("accuracy").expect("it is there");
        let metric = Stream {
            baseline: [0.72, 0.70, 0.71, 0.73, 0.69, 0.71].map(reading).to_vec(),
            total: None,
            windows: accuracy.map(|a| Some(reading(a))).to_vec(),
            kind: Kind::Mean { skewness: 0.0 },
            side: Side::Down,
            least: Least::Absolute(0.01),
            part: 0.5,
        };
        let counts = |missing: u64| Counts {
            cells: vec![200 - missing],
            missing,
            ..Counts::default()
        };
        let windows: Vec<Option<Counts>> = (0..10)
            .map(|i| Some(counts(if i < 3 { 0 } else { 40 })))
            .collect();
        let missing = share(&vec![counts(0); 6], &windows, 0.5, |c| (c.missing, 200));
        let items = [
            item(What::Column(0, Aspect::Missing), missing),
            item(What::Metric(info), metric),
        ];
        let raised: Vec<Raised<'_>> = items
            .iter()
            .flat_map(|item| {
                let alarms = item.verdict.alarms.iter();
                alarms.map(move |alarm| Raised {
                    item,
                    alarm: *alarm,
                })
            })
            .collect();
        let members: Vec<&Raised<'_>> = raised.iter().collect();
        assert_eq!(members.len(), 2, "{:?}", members[0].alarm);
        assert!(is_far_surer(members[0], members[1]));
        by_cause(members).iter().map(Vec::len).collect()
    }

    /// A fall that is there while the cells are missing is of that cause, and one of some of these windows is not.
    #[test]
    fn a_metric_that_falls_in_other_windows_is_no_part_of_a_column() {
        let (before, low) = (0.71, 0.61);
        let with = [before, before, before, low, low, low, low, low, low, low];
        assert_eq!(causes(with), [2]);
        let late = [
            before, before, before, 0.72, 0.72, 0.72, 0.72, 0.72, 0.66, 0.58,
        ];
        assert_eq!(causes(late), [1, 1]);
    }
}
