//! What ends and begins anew within the time in which it may have begun, as one incident with a pause.
//!
//! A cause that is near to what can be told at all is now seen and now not. Where what begins may have begun as soon as
//! what was before it ended, both are of one family (metrics of the same rows, or one column), and the pause is no longer
//! than it had lasted, or [`SHORT`] windows, or where it surely paused for one window, that is one incident: it has the first one's start and the last one's end,
//! name and numbers, and says both. Fewer incidents are told by this, never more: the budget of false alarms holds.

use super::causes::{Place, Raised, begun};
use super::watch::What;
use super::{Affected, Alert, words};
use crate::stats::sequential::Alarm;

/// Windows that a pause may have, however short was what came before it.
const SHORT: usize = 3;

/// An incident with the alarm that names it.
pub(super) struct Made<'a> {
    pub place: Place,
    pub alert: Alert,
    pub lead: &'a Raised<'a>,
}

/// Whether two alarms are of the same rows and the same family, or of one column and no change back.
fn is_related(before: &Raised<'_>, after: &Raised<'_>) -> bool {
    let same = begun(before).subject == begun(after).subject;
    let one_way = before.alarm.over.change * after.alarm.over.change > 0.0;
    match (&before.item.what, &after.item.what) {
        (What::Metric(_), What::Metric(_)) => same,
        (What::Slice(_, a, b), What::Slice(_, c, d)) => (a, b) == (c, d),
        (What::Column(_, first), What::Column(_, second)) => same && (first != second || one_way),
        (What::Pair(_), What::Pair(_)) | (What::Rows(_), What::Rows(_)) => same && one_way,
        _ => false,
    }
}

/// Windows between two alarms, where the later one may have begun as soon as the earlier one ended.
fn pause(before: &Alarm, after: &Alarm) -> Option<usize> {
    let end = before.end?;
    let meets = after.earliest <= end && end <= after.latest + 1;
    let pause = after.start.saturating_sub(end);
    let lasted = end.saturating_sub(before.start);
    let soon = after.start >= end && pause <= 1 && lasted > 1;
    let joins = meets && pause <= lasted.max(SHORT) || soon;
    (joins && before.start < after.start).then_some(pause)
}

/// Joins what began anew with what was before it; `during`: what is surely different in the windows of an alarm.
pub(super) fn joined(
    mut all: Vec<Made<'_>>,
    during: impl Fn(&Alarm) -> Vec<Affected>,
) -> Vec<(Place, Alert)> {
    all.sort_by_key(|made| made.lead.alarm.start);
    // Each with its last alarm.
    let mut out: Vec<Made<'_>> = Vec::new();
    for mut made in all {
        let found = out.iter().enumerate().rev().find_map(|(at, before)| {
            let pause = pause(&before.lead.alarm, &made.lead.alarm)?;
            is_related(before.lead, made.lead).then_some((at, pause))
        });
        if let Some((at, pause)) = found {
            let before = out.remove(at);
            let changed = during(&before.lead.alarm);
            join(&mut made.alert, (before.alert, changed), pause);
        }
        out.push(made);
    }
    out.into_iter()
        .map(|made| (made.place, made.alert))
        .collect()
}

fn join(alert: &mut Alert, (first, during): (Alert, Vec<Affected>), pause: usize) {
    let how = match pause {
        0 => "begun before".to_owned(),
        1 => "begun before a pause of 1 window".to_owned(),
        n => format!("begun before a pause of {n} windows"),
    };
    alert.sentence += &format!("; {how}: {}", words::lower_first(&first.sentence));
    alert.resumed = Some(alert.since);
    alert.since = first.since;
    alert.since_earliest = first.since_earliest;
    alert.since_latest = first.since_latest;
    alert.raised = first.raised;
    alert.windows += first.windows;
    alert.judged += first.judged;
    alert.false_alarm_rate = alert.false_alarm_rate.min(first.false_alarm_rate);
    for other in during {
        let own = (other.kind, &other.metric, &other.column, &other.value_of)
            == (alert.kind, &alert.metric, &alert.column, &alert.value_of);
        let same = |known: &Affected| {
            (known.kind, &known.metric, &known.column, &known.value_of)
                == (other.kind, &other.metric, &other.column, &other.value_of)
        };
        if !own && !alert.affected.iter().any(same) {
            alert.affected.push(other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::causes::place;
    use super::super::watch::Item;
    use super::super::{AlertKind, Level};
    use super::*;
    use crate::metric::{self, Estimate};
    use crate::stats::interval::Interval;
    use crate::stats::sequential::{Kind, Least, Reading, Side, Stream, Tested, watch};
    use crate::table::time::Time;

    fn alert(of: &Alarm, sentence: &str) -> Alert {
        let time = |at: usize| Time(at as i64);
        Alert {
            kind: AlertKind::Metric,
            metric: "accuracy".into(),
            column: None,
            slice: None,
            value_of: None,
            since: time(of.start),
            since_earliest: Some(time(of.earliest)),
            since_latest: Some(time(of.latest)),
            raised: Some(time(of.raised)),
            until: of.end.map(time),
            resumed: None,
            windows: 4,
            judged: 4,
            value: Estimate::of(0.6, None, 100),
            baseline: Estimate::of(0.7, None, 100),
            change: None,
            false_alarm_rate: of.rate,
            method: String::new(),
            level: Level::Bad,
            harmless: None,
            effect: None,
            affected: Vec::new(),
            sentence: sentence.into(),
            known: None,
        }
    }

    /// An accuracy that falls, comes back for two windows, and falls by less.
    #[test]
    fn one_cause_with_a_pause_is_one_incident() {
        let reading = |value: f64| Reading {
            value,
            variance: 0.001,
            own: 0.001,
            rows: 200.0,
            phase: 0,
        };
        let mut values = vec![0.71; 3];
        values.extend([0.60; 4]);
        values.extend([0.71; 2]);
        values.extend([0.655; 12]);
        let stream = Stream {
            baseline: [0.72, 0.70, 0.71, 0.73, 0.69, 0.71].map(reading).to_vec(),
            total: None,
            windows: values.into_iter().map(|a| Some(reading(a))).collect(),
            kind: Kind::Mean { skewness: 0.0 },
            side: Side::Down,
            least: Least::Absolute(0.01),
            part: 0.5,
        };
        let verdict = watch(std::slice::from_ref(&stream), 30.0).remove(0);
        let item = Item {
            what: What::Metric(metric::info("accuracy").expect("it is there")),
            stream,
            verdict,
        };
        let alarms = item.verdict.alarms.clone();
        let [first, second] = alarms[..] else {
            panic!("{alarms:?}");
        };
        assert_eq!((first.start, first.end), (3, Some(7)));
        assert!(second.start == 9 && second.earliest <= 7, "{second:?}");
        let raised = [first, second].map(|alarm| Raised { item: &item, alarm });
        let made = raised.iter().zip(["Accuracy fell", "Accuracy fell again"]);
        let made = made.map(|(lead, sentence)| Made {
            place: place(lead),
            alert: alert(&lead.alarm, sentence),
            lead,
        });
        let told = joined(made.collect(), |_| Vec::new());
        let [(_, one)] = &told[..] else {
            panic!("{}", told.len());
        };
        assert_eq!(
            (one.since, one.until, one.resumed),
            (Time(3), None, Some(Time(9)))
        );
        assert_eq!(one.windows, 8);
        assert_eq!(
            one.sentence,
            "Accuracy fell again; begun before a pause of 2 windows: accuracy fell"
        );
    }

    fn alarm(start: usize, (earliest, latest): (usize, usize), end: Option<usize>) -> Alarm {
        let nothing = Interval {
            low: 0.0,
            high: 0.0,
        };
        Alarm {
            raised: start,
            rate: 0.01,
            start,
            earliest,
            latest,
            end,
            over: Tested {
                from: 0.7,
                of_baseline: nothing,
                baseline_rows: 100.0,
                change: -0.1,
                low: -0.2,
                high: 0.0,
                value: nothing,
                t: -4.0,
                p_value: 0.001,
                rows: 100.0,
            },
        }
    }

    #[test]
    fn what_may_have_begun_as_the_other_ended_is_a_pause() {
        let first = alarm(24, (22, 25), Some(29));
        let then = |start, interval, end| pause(&first, &alarm(start, interval, end));
        assert_eq!(then(31, (28, 32), None), Some(2));
        assert_eq!(then(29, (29, 29), Some(40)), Some(0));
        assert_eq!(then(31, (30, 32), None), None, "it surely began later");
        assert_eq!(then(39, (20, 40), None), None, "a long time after");
        assert_eq!(
            then(26, (24, 27), None),
            None,
            "it surely began before the end"
        );
        let goes_on = alarm(24, (22, 25), None);
        assert_eq!(pause(&goes_on, &alarm(31, (28, 32), None)), None);
    }
}
