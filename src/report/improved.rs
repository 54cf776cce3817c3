//! What became lastingly better: notes beside the incidents, for a rise that nobody made can be a leak of the outcome
//! into the inputs, or another mix of rows.
//!
//! Every metric of the predictions that is watched for one side only is watched for the other side too, by the same
//! tests and at the same level ([`crate::stats::sequential`]). The budget of alarms is not touched: these are notes,
//! with a budget of their own that is as large as that of the metrics, so that at most one of them is to be expected by
//! chance in as many windows as the reader allows to a false alarm. A metric that trades with one that became worse, as
//! precision does with recall, is no note but where it is the main one.

use super::causes::{Place, Raised, begun, place};
use super::incidents::Told;
use super::steps::pause;
use super::watch::{Item, Watched, What, is_worse};
use super::{Alert, Level, words};
use crate::metric::Family;
use crate::stats::sequential::group::{Begun, group};
use crate::stats::sequential::{Alarm, Side, Stream, judge};

/// The metrics of the predictions, watched for the better.
pub(super) fn watch(watched: &Watched) -> Vec<Item> {
    let turned = |item: &Item| {
        let What::Metric(info) = item.what else {
            return None;
        };
        let side = match item.stream.side {
            Side::Up => Side::Down,
            Side::Down => Side::Up,
            Side::Either => return None,
        };
        if info.family == Family::Resource {
            return None;
        }
        let stream = Stream {
            side,
            ..item.stream.clone()
        };
        let verdict = judge(&stream, item.verdict.fit.clone(), watched.budget);
        Some(Item {
            what: item.what.clone(),
            stream,
            verdict,
        })
    };
    watched.items.iter().filter_map(turned).collect()
}

/// Whether two alarms have a window in common.
fn at_once(a: &Alarm, b: &Alarm) -> bool {
    let before = |end: Option<usize>, start: usize| end.is_none_or(|end| end > start);
    before(a.end, b.start) && before(b.end, a.start)
}

/// What became better, that which goes on first; one note for what began together.
pub(super) async fn notes(told: &Told<'_>, items: &[Item]) -> Vec<Alert> {
    let better = |item: &Item, alarm: &Alarm| {
        let over = &alarm.over;
        let way = |info| is_worse(info, over.from, over.change);
        item.what.info().and_then(way) == Some(false)
    };
    let of_predictions = |item: &&Item| {
        let info = item.what.info();
        info.is_some_and(|info| info.family != Family::Resource)
    };
    let worse: Vec<&Alarm> = told
        .watched
        .items
        .iter()
        .filter(of_predictions)
        .flat_map(|item| item.verdict.alarms.iter().map(move |alarm| (item, alarm)))
        .filter(|(item, alarm)| !better(item, alarm))
        .map(|(_, alarm)| alarm)
        .collect();
    let mut raised: Vec<Raised<'_>> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let alarms = item.verdict.alarms.iter().filter(|a| better(item, a));
        let trades = |a: &&Alarm| at > 0 && worse.iter().any(|worse| at_once(worse, a));
        raised.extend(alarms.filter(|a| !trades(a)).map(|alarm| Raised {
            item,
            alarm: *alarm,
        }));
    }
    let begun: Vec<Begun> = raised.iter().map(begun).collect();
    let mut out: Vec<(Place, Alert)> = Vec::new();
    for places in group(&begun) {
        pause().await;
        let mut members: Vec<&Raised<'_>> = places.iter().filter_map(|i| raised.get(*i)).collect();
        members.sort_by(|a, b| place(a).total_cmp(&place(b)));
        for lead in members {
            if let Some(mut alert) = told.alert(lead).await {
                alert.level = Level::Ok;
                alert.method = method(&alert.method, (told.watched.budget, items.len()));
                out.push((place(lead), alert));
                break;
            }
        }
    }
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.into_iter().map(|a| a.1).collect()
}

/// The method of an incident, as that of a note.
fn method(of: &str, (budget, numbers): (f64, usize)) -> String {
    let test = of.split_once(';').map_or(of, |parts| parts.0);
    format!(
        "{test}; a note and no alarm: one by chance is to be expected in {} windows at most, over {numbers} metrics that are watched for the better, beside the budget of alarms",
        words::number(budget)
    )
}

/// What is to be known of a note; `rose`: whether the number did.
pub(super) fn advice(rose: bool, budget: f64) -> String {
    format!(
        "A {} that nobody made can be a leak of the outcome into the inputs, or another mix of rows. It is a note and no alarm: one by chance is to be expected in {} windows at most, beside the budget of alarms.",
        if rose { "rise" } else { "fall of errors" },
        words::number(budget)
    )
}
