//! What is watched, as incidents: one for each cause, with its start, its end, and what it touches.
//!
//! Alarms that begin together are one incident ([`crate::stats::sequential::group`]); what is noticed of the
//! predictions while one goes on belongs to it, whichever metric or slice tells it, unless the surest of it is a change
//! of a column in whose windows that metric is not surely worse. It is named by what matters most: a metric of all rows
//! in the order of the report, then a slice, then requests, then a column; what is far surer than that is told beside
//! it.

use super::again::{Made, joined};
use super::baseline::Basis;
use super::causes::{
    Raised, begun, by_cause, date, date_by_first, is_far_surer, named, place, with_it,
};
use super::checks::CheckKind;
use super::effect::{self, Effect};
use super::make::{self, Making};
use super::steps::pause;
use super::values::{change, means, now, then};
use super::watch::{Item, Watched, What, is_worse, word};
use super::{Affected, Alert, AlertKind, Level, Metrics, Window, improved, judge, volume};
use super::{whole_rows, words};
use crate::metric::{self, Estimate, Family, Info, Unit};
use crate::stats::multiple::benjamini_yekutieli;
use crate::stats::sequential::columns::Aspect;
use crate::stats::sequential::fit::Fit;
use crate::stats::sequential::group::{Begun, group};
use crate::stats::sequential::{Alarm, SCALES, Side, Tested};
use crate::summary::{Cell, Profile};
use std::cmp::Ordering;

/// The level at which something belongs to an incident.
const BELONGS: f64 = 0.05;
/// What two columns together are watched by.
pub(super) const CORRELATION: &str = "correlation";
/// What is told of an incident at most.
const TOLD: usize = 50;

/// Everything that an alert is made of.
pub(super) struct Told<'a> {
    making: &'a Making<'a>,
    basis: &'a Basis<'a>,
    baseline: &'a Metrics,
    windows: &'a [Window],
    pub watched: &'a Watched,
    profile: Option<&'a Profile>,
}

/// The incidents: those that go on first, most severe first; and what became better.
pub(super) async fn alerts(
    making: &Making<'_>,
    basis: &Basis<'_>,
    baseline: &Metrics,
    windows: &[Window],
    (watched, profile): (&Watched, Option<&Profile>),
) -> (Vec<Alert>, Vec<Alert>) {
    let told = Told {
        making,
        basis,
        baseline,
        windows,
        watched,
        profile,
    };
    let mut raised: Vec<Raised<'_>> = Vec::new();
    for item in &watched.items {
        let counts = |a: &&Alarm| {
            let over = &a.over;
            let info = item.what.info();
            info.is_none_or(|info| is_worse(info, over.from, over.change) == Some(true))
        };
        let alarms = item.verdict.alarms.iter().filter(counts);
        raised.extend(alarms.map(|alarm| Raised {
            item,
            alarm: *alarm,
        }));
    }
    let begun: Vec<Begun> = raised.iter().map(begun).collect();
    let mut out: Vec<Made<'_>> = Vec::new();
    let found = group(&begun);
    for places in &found {
        date(&mut raised, places);
        date_by_first(&mut raised, places);
    }
    let members = found
        .iter()
        .map(|places| places.iter().filter_map(|i| raised.get(*i)).collect());
    for mut members in members.flat_map(by_cause) {
        pause().await;
        let surest = members.first().map(|surest| named(surest, &members));
        members.sort_by(|a, b| place(a).total_cmp(&place(b)));
        // What is not worse after all leaves its name to the next.
        for lead in members.iter().map(|lead| named(lead, &members)) {
            if let Some(mut alert) = told.alert(lead).await {
                let mut known = alert.column.clone();
                if let Some(surest) = surest.filter(|surest| is_far_surer(surest, lead))
                    && let Some(other) = told.alert(surest).await
                {
                    let beside = words::lower_first(&other.sentence);
                    let when = match other.since.cmp(&alert.since) {
                        Ordering::Less => "before that",
                        Ordering::Equal => "at the same time",
                        Ordering::Greater => "later",
                    };
                    alert.sentence += &format!("; {when} {beside}");
                    known = other.column;
                }
                effect::tell(&mut alert);
                if let Some(known) = known {
                    alert.sentence += &with_it(&alert.affected, &known);
                }
                out.push(Made {
                    place: place(lead),
                    alert,
                    lead,
                });
                break;
            }
        }
    }
    let mut out = joined(out, |alarm| told.during(alarm));
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<Alert> = out.into_iter().map(|a| a.1).collect();
    effect::rank(&mut out);
    (out, improved::notes(&told, &improved::watch(watched)).await)
}

/// What windows `from..to` were, what they come to, and the difference.
fn numbers(of: &Tested, item: &Item, range: (usize, usize)) -> [Estimate; 3] {
    let what = &item.what;
    let rows = match what {
        What::Rows(CheckKind::Volume) => volume::told(item, of, range),
        _ => None,
    };
    rows.unwrap_or_else(|| [then(of, what), now(of, what), change(of, what)])
}

/// What else is surely different, and by as much as matters, in some windows of what is watched; most sure first, once
/// a column. `own`: what they are looked at for, which is left out.
pub(super) fn changed(
    watched: &Watched,
    profile: Option<&Profile>,
    own: Option<&Item>,
    (from, to): (usize, usize),
) -> Vec<Affected> {
    let tested: Vec<Option<Tested>> = (watched.items.iter())
        .map(|item| item.verdict.over(&item.stream, from, to))
        .collect();
    let raw: Vec<f64> = tested.iter().flatten().map(|t| t.p_value).collect();
    let mut corrected = benjamini_yekutieli(&raw).into_iter();
    let mut found: Vec<(f64, Affected)> = Vec::new();
    let own = own.map(|item| names(item, profile));
    for (item, tested) in watched.items.iter().zip(&tested) {
        let Some(tested) = tested else { continue };
        let p_value = corrected.next().unwrap_or(1.0);
        let matters = item
            .stream
            .least
            .is_met(tested.from, tested.from + tested.change);
        let worse = item
            .what
            .info()
            .is_none_or(|info| is_worse(info, tested.from, tested.change) == Some(true));
        let (kind, metric, column, value_of) = names(item, profile);
        let same = own.as_ref().is_some_and(|own| {
            let same = kind == own.0 && column == own.2;
            let of_cells = column.is_some() && metric != CORRELATION && own.1 != CORRELATION;
            same && (of_cells || (metric == own.1 && value_of == own.3))
        });
        if same || p_value > BELONGS || !matters || !worse {
            continue;
        }
        let [_, value, change] = numbers(tested, item, (from, to));
        let of = Affected {
            kind,
            metric,
            column,
            value_of,
            value,
            change,
            p_value,
        };
        found.push((-tested.t.abs(), of));
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<Affected> = Vec::new();
    for (_, of) in found {
        let pair = |of: &Affected| (of.metric == CORRELATION).then(|| of.value_of.clone());
        let again = out
            .iter()
            .any(|o| o.column.is_some() && o.column == of.column && pair(o) == pair(&of));
        if !again && out.len() < TOLD {
            out.push(of);
        }
    }
    out
}

/// Kind, name, column, and value of what is watched.
fn names(
    item: &Item,
    profile: Option<&Profile>,
) -> (AlertKind, String, Option<String>, Option<(String, String)>) {
    match &item.what {
        What::Metric(info) => (AlertKind::Metric, info.name.into(), None, None),
        What::Slice(info, column, value) => {
            let value_of = Some((column.clone(), value.clone()));
            (AlertKind::Slice, info.name.into(), None, value_of)
        }
        What::Column(at, aspect) => {
            let column = profile.and_then(|p| p.columns.get(*at));
            let name = column.map_or_else(String::new, |c| c.column.clone());
            let (watched, word) = match aspect {
                Aspect::Shape(1) => ("location", None),
                Aspect::Shape(2) => ("spread", None),
                Aspect::Shape(_) => ("shape", None),
                Aspect::Word(at) => ("share", column.map(|c| (name.clone(), word(c, *at)))),
                Aspect::Rest => ("share", None),
                Aspect::Unknown => ("unknown", None),
                Aspect::Missing => ("missing", None),
                Aspect::WrongType => ("wrong_type", None),
            };
            (AlertKind::Column, watched.into(), Some(name), word)
        }
        What::Rows(kind) => (AlertKind::Column, kind.name().into(), None, None),
        What::Pair(at) => {
            let of = |profile: &Profile| {
                let (a, b) = profile.jointly.pairs.get(*at)?.columns;
                let name = |at: usize| Some(profile.columns.get(at)?.column.clone());
                name(a).zip(name(b))
            };
            let both = profile.and_then(of);
            let first = both.as_ref().map(|both| both.0.clone());
            (AlertKind::Column, CORRELATION.into(), first, both)
        }
    }
}

impl Told<'_> {
    /// What is named by this alarm; `None` where its rows together did not go its way after all.
    pub(super) async fn alert(&self, lead: &Raised<'_>) -> Option<Alert> {
        let (item, alarm) = (lead.item, &lead.alarm);
        let end = alarm.end.unwrap_or(self.windows.len());
        let within = || {
            (alarm.start..end).filter(|i| item.stream.windows.get(*i).is_some_and(Option::is_some))
        };
        let time = |at: usize| self.windows.get(at).map(|w| w.start);
        let (kind, metric, column, value_of) = names(item, self.profile);
        let label = judge::compared_with(item, self.making.size, &self.basis.label);
        let departing = within().filter(|i| {
            let seen = item.verdict.seen.get(*i).copied().flatten();
            seen.is_some_and(|s| s.change * alarm.over.change > 0.0)
        });
        let [baseline, value, changed_by] = numbers(&alarm.over, item, (alarm.start, end));
        let mut alert = Alert {
            kind,
            metric,
            slice: match kind {
                AlertKind::Slice => value_of.as_ref().map(|(c, v)| format!("{c} = {v}")),
                _ => None,
            },
            column,
            value_of,
            since: time(alarm.start)?,
            since_earliest: time(alarm.earliest),
            since_latest: time(alarm.latest),
            raised: time(alarm.raised),
            until: alarm
                .end
                .and_then(|end| Some(self.windows.get(end.checked_sub(1)?)?.end)),
            resumed: None,
            windows: departing.count() as u64,
            judged: within().count() as u64,
            value,
            baseline,
            change: Some(changed_by),
            false_alarm_rate: alarm.rate.min(1.0),
            method: self.method(item),
            level: Level::Watch,
            harmless: None,
            effect: None,
            affected: changed(self.watched, self.profile, Some(item), (alarm.start, end)),
            sentence: String::new(),
            known: None,
        };
        match &item.what {
            What::Metric(info) => {
                let (first, last) = (alarm.start, within().next_back()?);
                let frame = |at: usize| self.making.all.get(self.making.shown.0 + at);
                let range = (frame(first)?.range.0, frame(last)?.range.1);
                let base = self.baseline.get(info.name)?;
                // What is compared with like windows is told beside what these were.
                let whole = label == self.basis.label;
                alert.value = match within().count() == last + 1 - first {
                    _ if !whole => alert.value,
                    true => {
                        let cell = make::total(self.making.series, range).await;
                        self.making.metrics(&cell, Some(range)).remove(info.name)?
                    }
                    // The baseline, or windows without outcomes, lie between.
                    false => {
                        let cells: Vec<&Cell> = within()
                            .filter_map(|at| Some(frame(at)?.cell.as_ref()))
                            .collect();
                        self.making.metric(info.name, &Cell::total(&cells))?
                    }
                };
                if whole {
                    alert.baseline = base.clone();
                }
                // Few large windows above the baseline can outweigh many small ones below it.
                let together = judge::compare(info, &alert.value, &alert.baseline, 0.0);
                let way = is_worse(info, alarm.over.from, alarm.over.change);
                if together.is_some_and(|d| d.worse.is_some() && d.worse != way) {
                    return None;
                }
                if info.family != Family::Resource {
                    alert.level = Level::Bad;
                }
                alert.sentence = judge::sentence(info, &alert, self.making, &label);
            }
            What::Slice(info, ..) => {
                alert.sentence = judge::sentence(info, &alert, self.making, &label);
            }
            What::Rows(kind) => {
                let shares = self.shares(&alert, &label);
                alert.sentence =
                    whole_rows::sentence(&alert, *kind, (self.making, self.basis, &label), &shares);
            }
            What::Column(..) | What::Pair(_) => {
                // What the metric did by an incident that began later is not of this one.
                let later = self.later(alarm).filter(|later| *later < end);
                let main = self.main(alarm.start, later.unwrap_or(end));
                alert.harmless = main.map(|m| m.2).and_then(|of| of);
                alert.effect = main.map(|(info, tested, _)| Effect {
                    metric: info.name.into(),
                    value: now(&tested, &What::Metric(info)),
                    change: change(&tested, &What::Metric(info)),
                    estimated: false,
                    until: later.and_then(time),
                });
                if alert.harmless != Some(false)
                    && let Some(hurt) = self.hurt(&alert.affected, alarm)
                {
                    (alert.harmless, alert.effect) = (Some(false), Some(hurt));
                }
                alert.sentence = match &item.what {
                    What::Column(at, aspect) => {
                        let of = (item, *at, *aspect);
                        self.of_column(&mut alert, of, (alarm.start, end), &label)
                    }
                    _ => self.of_pair(&alert, &label),
                };
            }
        }
        Some(alert)
    }

    /// What is surely different in the windows of an alarm, itself among it.
    fn during(&self, alarm: &Alarm) -> Vec<Affected> {
        let end = alarm.end.unwrap_or(self.windows.len());
        changed(self.watched, self.profile, None, (alarm.start, end))
    }

    /// By which method at which level.
    fn method(&self, item: &Item) -> String {
        let test = match &item.what {
            What::Metric(_) | What::Slice(..) => {
                "difference from the baseline over its standard error"
            }
            What::Column(_, Aspect::Shape(1)) => "mean rank (Mann–Whitney)",
            What::Column(_, Aspect::Shape(_)) => "component of Neyman's smooth test",
            What::Rows(CheckKind::Volume) => {
                "mean of the logarithms of counts, neighbours taken to be correlated by 0.5"
            }
            What::Column(..) | What::Rows(_) => {
                "difference of two shares (Fisher's exact test where few are expected)"
            }
            What::Pair(_) => "Fisher's z of a rank correlation (Spearman) within each window",
        };
        let phases = item.verdict.fit.as_ref().map_or(1, Fit::phases);
        let season = match (phases, self.making.size) {
            (0 | 1, _) => "",
            (25.., _) => ", compared with the same hour of the week",
            (_, size) if size.within_day() => ", compared with the same hour of the day",
            _ => ", compared with the same weekday",
        };
        let scales: Vec<String> = SCALES.iter().map(|s| s.0.to_string()).collect();
        format!(
            "{test}, of the last {} windows together{season}, allowing for what the baseline's windows vary by, and dated as a change that came at once; one false alarm in {} windows over {} numbers that are watched",
            words::list(&scales),
            words::number(self.watched.budget),
            self.watched.items.len()
        )
    }

    /// The main metric.
    fn main_item(&self) -> Option<&Item> {
        let mut items = self.watched.items.iter();
        items.find(|i| matches!(i.what, What::Metric(info) if info.family != Family::Resource))
    }

    /// Where the main metric began to be worse by an incident that did not begin with this alarm.
    fn later(&self, alarm: &Alarm) -> Option<usize> {
        let alarms = self.main_item()?.verdict.alarms.iter();
        let later = alarms.filter(|a| a.earliest > alarm.latest + 1);
        later.map(|a| a.start).min()
    }

    /// Another metric that is surely worse in the windows of an alarm, unless it began to be so later.
    fn hurt(&self, affected: &[Affected], alarm: &Alarm) -> Option<Effect> {
        let later = |metric: &str| {
            let of = |i: &&Item| matches!(i.what, What::Metric(info) if info.name == metric);
            let mut alarms = self
                .watched
                .items
                .iter()
                .filter(of)
                .flat_map(|i| &i.verdict.alarms);
            alarms.any(|a| a.earliest > alarm.latest + 1)
        };
        let found = affected.iter().find(|a| {
            let info = metric::info(&a.metric);
            let of_rows = info.is_some_and(|info| info.family != Family::Resource);
            a.kind == AlertKind::Metric && of_rows && !later(&a.metric)
        })?;
        Some(Effect {
            metric: found.metric.clone(),
            value: found.value.clone(),
            change: found.change.clone(),
            estimated: false,
            until: None,
        })
    }

    /// The main metric in some windows, and whether it is surely not worse by more than matters, or surely worse.
    fn main(&self, from: usize, to: usize) -> Option<(&'static Info, Tested, Option<bool>)> {
        let item = self.main_item()?;
        let info = item.what.info()?;
        let tested = item.verdict.over(&item.stream, from, to)?;
        let least = item.stream.least;
        let worst = match item.stream.side {
            Side::Down => tested.low.min(0.0),
            Side::Up => tested.high.max(0.0),
            Side::Either if tested.high.abs() > tested.low.abs() => tested.high,
            Side::Either => tested.low,
        };
        let met = |change: f64| least.is_met(tested.from, tested.from + change);
        let worse = is_worse(info, tested.from, tested.change) == Some(true);
        let harmless = match () {
            () if !met(worst) => Some(true),
            () if worse && tested.p_value <= BELONGS && met(tested.change) => Some(false),
            () => None,
        };
        Some((info, tested, harmless))
    }

    /// Whether most of the rarer words of some windows are new, and which are the most frequent of them.
    fn new_words(&self, alert: &Alert, at: usize, (from, to): (usize, usize)) -> String {
        let first = self.making.shown.0;
        let Some(column) = self.profile.and_then(|p| p.columns.get(at)) else {
            return String::new();
        };
        let now = column.within(first + from..first + to);
        let rarer = alert.value.value.unwrap_or_default() * now.values as f64;
        if 2.0 * (now.unseen as f64) < rarer || now.unseen == 0 {
            return String::new();
        }
        let named = column.unseen.first();
        let named = named.map_or_else(String::new, |word| format!(", such as “{}”", word.0));
        format!(" (most of them new{named})")
    }

    /// How a share moved.
    fn shares(&self, alert: &Alert, label: &str) -> String {
        let change = alert.change.as_ref().and_then(|c| c.value);
        format!(
            "{} from {} ({}) to {} over {} {}",
            if change.unwrap_or_default() > 0.0 {
                "rose"
            } else {
                "fell"
            },
            words::value(Unit::Percent, alert.baseline.value.unwrap_or_default()),
            label,
            words::in_unit(Unit::Percent, &alert.value),
            words::rows(alert.change.as_ref().map_or(0, |c| c.n)),
            judge::span(alert, self.making),
        )
    }

    /// What happened to two columns together.
    fn of_pair(&self, alert: &Alert, label: &str) -> String {
        let (first, second) = alert.value_of.as_ref().map_or(("", ""), |b| (&b.0, &b.1));
        let up = alert
            .change
            .as_ref()
            .and_then(|c| c.value)
            .unwrap_or_default()
            > 0.0;
        format!(
            "The rank correlation of {first} and {second} {} from {} ({}) to {} over {} {}",
            if up { "rose" } else { "fell" },
            words::value(Unit::Ratio, alert.baseline.value.unwrap_or_default()),
            label,
            words::in_unit(Unit::Ratio, &alert.value),
            words::rows(alert.value.n),
            judge::span(alert, self.making),
        )
    }

    /// What happened to a column; fills what it was and is.
    fn of_column(
        &self,
        alert: &mut Alert,
        (item, at, aspect): (&Item, usize, Aspect),
        (from, to): (usize, usize),
        label: &str,
    ) -> String {
        let name = alert.column.clone().unwrap_or_default();
        let span = judge::span(alert, self.making);
        let up = alert
            .change
            .as_ref()
            .and_then(|c| c.value)
            .unwrap_or_default()
            > 0.0;
        let rows = words::rows(alert.change.as_ref().map_or(0, |c| c.n));
        let shares = self.shares(alert, label);
        match aspect {
            Aspect::Word(_) => {
                let word = alert.value_of.as_ref().map_or("", |v| v.1.as_str());
                return format!("The share of “{word}” in {name} {shares}");
            }
            Aspect::Rest => {
                let new = self.new_words(alert, at, (from, to));
                return format!("The share of rarer values of {name}{new} {shares}");
            }
            Aspect::Unknown => {
                let word = self.profile.and_then(|p| p.columns.get(at)?.unseen.first());
                let named = word.map_or_else(String::new, |w| format!(", such as “{}”,", w.0));
                // By how many of its values stand in one row the baseline tells how many are new by chance.
                let then = alert.baseline.value.unwrap_or_default();
                let by_chance = match then > 0.0 {
                    true => format!(
                        "; {} is what chance lets expect, for so many values of the baseline stand in one row",
                        words::value(Unit::Percent, then)
                    ),
                    false => String::new(),
                };
                return format!(
                    "The share of values of {name} that the baseline has not{named} {shares}{by_chance}"
                );
            }
            Aspect::Missing => return format!("The share of missing cells of {name} {shares}"),
            Aspect::WrongType => {
                return format!("The share of cells of {name} that hold no number {shares}");
            }
            Aspect::Shape(_) => {}
        }
        let size = words::in_unit(Unit::Ratio, &size(alert.change.as_ref()));
        let column = self.profile.and_then(|p| p.columns.get(at));
        let of = (self.making, self.basis);
        let means = column.and_then(|c| means(of, item, c, (from, to)));
        let means = means.map_or_else(String::new, |[then, now]| {
            let value = |e: &Estimate| words::value(Unit::Outcome, e.value.unwrap_or_default());
            let told = format!(", mean {} → {},", value(&then), value(&now));
            (alert.baseline, alert.value) = (then, now);
            told
        });
        let how = match (aspect, up) {
            (Aspect::Shape(1), true) => "higher",
            (Aspect::Shape(1), false) => "lower",
            (Aspect::Shape(2), true) => "spread wider",
            (Aspect::Shape(2), false) => "spread less wide",
            _ => "shaped otherwise",
        };
        format!(
            "Values of {name} are {how} than in the baseline ({}) by {size} standard deviations of ranks{means} over {rows} {span}",
            label
        )
    }
}

/// How large a change is, whichever way.
fn size(of: Option<&Estimate>) -> Estimate {
    let of = of.cloned().unwrap_or_default();
    match of.value {
        Some(x) if x < 0.0 => Estimate {
            value: Some(-x),
            low: of.high.map(|x| -x),
            high: of.low.map(|x| -x),
            ..of
        },
        _ => of,
    }
}
