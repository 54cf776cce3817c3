//! A metric at a glance: value, interval, baseline, where it went since, and its course.

use super::explain::Number;
use super::metrics::{better, title_in, unit};
use super::state::app;
use super::{format, metrics};
use crate::metric::{Estimate, Rank, Unit, info};
use crate::report::{Alert, AlertKind, Level};
use crate::web::chart_view::Sparkline;
use leptos::prelude::*;

/// What a card shows of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
struct Standing {
    value: Estimate,
    baseline: Option<Estimate>,
    alert: Option<Alert>,
    /// What this metric is in its windows.
    alerted: Option<Estimate>,
    /// What is expected of the windows whose outcomes are not in yet.
    pending: Option<Estimate>,
    /// A fall that is only expected, where none is known.
    feared: Option<Alert>,
    /// Whether outcomes still arrive that change the value.
    arrives: bool,
    /// What it will be once they are in.
    completed: Option<Estimate>,
    timed: bool,
}

impl Standing {
    /// The value, or what is expected where none is known.
    fn now(&self) -> Option<f64> {
        let pending = || self.pending.as_ref().and_then(|e| e.value);
        self.value.value.or_else(pending)
    }
}

/// The block that a card's value is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Performance.
    Overall,
    /// Requests, errors and latency.
    Resources,
}

/// The cards of a block; one is chosen and drawn large.
#[component]
pub fn Cards(
    of: Of,
    #[prop(into)] names: Signal<Vec<String>>,
    /// The metric that is drawn large.
    drawn: Memo<Option<String>>,
    /// What the reader chose to be drawn.
    choose: RwSignal<Option<String>>,
) -> impl IntoView {
    let expects = app().expects();
    view! {
        <div class="cards" class:expecting=move || of == Of::Overall && expects.get() style=("--columns", move || names.with(|n| columns(n.len())).to_string())>
            <For each=move || names.get() key=Clone::clone let(name)>
                <Card name of drawn choose/>
            </For>
        </div>
    }
}

/// Cards beside each other at most, so that no row is left with a lone one.
fn columns(cards: usize) -> usize {
    if cards <= 5 {
        cards.max(4)
    } else {
        cards.div_ceil(2)
    }
}

#[component]
fn Card(
    name: String,
    of: Of,
    drawn: Memo<Option<String>>,
    choose: RwSignal<Option<String>>,
) -> impl IntoView {
    let app = app();
    let standing = {
        let name = name.clone();
        app.part(move |r| {
            let block = match of {
                Of::Overall => &r.overall,
                Of::Resources => &r.resources,
            };
            let expected = r.estimated.as_ref();
            // Its own incident, or of those that touch it one of its family, or the one that began first.
            let touching = || r.alerts.iter().filter(|a| a.goes_on() && a.touches(&name));
            let family = |name: &str| info(name).map(|info| info.family);
            let alert = touching().min_by_key(|a| {
                let by_metric = a.kind == AlertKind::Metric;
                let own = by_metric && a.metric == name;
                let alike = by_metric && family(&a.metric) == family(&name);
                (!own, !alike, a.since)
            });
            let arriving = r.arriving.as_ref().filter(|_| of == Of::Overall);
            Standing {
                arrives: arriving.is_some(),
                completed: arriving.and_then(|a| a.completed.get(&name).cloned()),
                timed: r.timed,
                value: block.metrics.get(&name).cloned().unwrap_or_default(),
                baseline: r
                    .baseline
                    .as_ref()
                    .and_then(|b| b.block.metrics.get(&name).cloned()),
                alerted: alert.and_then(|a| a.value_of_metric(&name).cloned()),
                alert: alert.cloned(),
                pending: expected.and_then(|e| e.pending.get(&name).cloned()),
                feared: expected.and_then(|e| {
                    let alert = e.alerts.iter().find(|a| a.touches(&name))?;
                    let value = alert.value_of_metric(&name)?.clone();
                    Some(Alert {
                        value,
                        ..alert.clone()
                    })
                }),
            }
        })
    };
    let awaits = move || app.awaited.get().estimates;
    let pressed = {
        let name = name.clone();
        move || {
            drawn.with(|d| {
                d.as_deref()
                    .is_some_and(|d| d.split(',').any(|n| n == name))
            })
        }
    };
    // What has the unit of its column is said with its name, which mostly tells it.
    let column = {
        let role = match name.as_str() {
            "cpu_mean" => "cpu",
            "memory_mean" => "memory",
            _ => "",
        };
        app.part(move |r| {
            let mut columns = r.quality.iter();
            columns.find(|c| c.role == role).map(|c| c.column.clone())
        })
    };
    let of = name.clone();
    let title = app.part(move |r| title_in(r, &of));
    let better = better(&name);
    let unit = unit(&name);
    let value = move || standing.with(|s| s.value.value.map(|v| v.to_string()));
    view! {
        <div
            class=move || format!("metric {}", standing.with(|s| tone(s.alert.as_ref().or(s.feared.as_ref()))))
            data-testid=format!("metric-{name}")
            data-value=value
            data-estimated=move || standing.with(|s| s.pending.as_ref()?.value.map(|v| v.to_string()))
            on:click=move |_| choose.set(Some(name.clone()))
        >
            // It covers the card; the number, which tells what it is, lies above it.
            <button
                class="metric-title"
                aria-pressed=move || pressed().to_string()
                title=move || format!("Draw {} over time ({better})", title.get())
            >
                {move || title.get()}
                {move || column.get().map(|c| view! { <code>{c}</code> })}
            </button>
            <Number info=info(&name)>
            {move || standing.with(|s| match &s.pending {
                Some(e) if s.value.value.is_none() => estimated(e, unit).into_any(),
                // Most that have no value will have an estimate.
                None if s.value.value.is_none() && s.baseline.is_some() && awaits() => {
                    estimating().into_any()
                }
                _ => number(&s.value, unit).into_any(),
            })}
            </Number>
            {move || standing.with(|s| (s.arrives && s.value.value.is_some()).then(|| not_final(s.completed.as_ref(), unit)))}
            {move || standing.with(|s| against(s, unit))}
            <span class="metric-spark" aria-hidden="true">
                <Sparkline report=app.report metric=name.clone()/>
            </span>
        </div>
    }
}

fn tone(alert: Option<&Alert>) -> &'static str {
    match alert.map(|a| a.level) {
        Some(Level::Bad) => "bad",
        Some(Level::Watch) => "warn",
        Some(Level::Ok) => "good",
        Some(Level::Unknown) | None => "",
    }
}

/// The value with its interval, or why there is none.
pub fn number(e: &Estimate, unit: Unit) -> impl IntoView + use<> {
    match (&e.value, &e.undefined) {
        (Some(_), _) => view! {
            <span class="metric-number num">
                <span class="metric-value">{format::estimate(e, unit)}</span>
                {interval(e, unit).map(|text| view! { " " <span class="metric-interval">{text}</span> })}
            </span>
            {e.no_interval.clone().map(|why| view! { <span class="metric-undefined">{why}</span> })}
        }
        .into_any(),
        (None, why) => {
            let why = why.clone().unwrap_or_else(|| "not available".into());
            view! { <span class="metric-undefined">{why}</span> }.into_any()
        }
    }
}

/// What is expected of a value, which is never shown without saying so.
pub fn estimated(e: &Estimate, unit: Unit) -> impl IntoView + use<> {
    let interval = interval(e, unit).map_or_else(String::new, |text| format!("{text}, "));
    view! {
        <span class="metric-number metric-expected num">
            <span class="metric-value">{format::estimate(e, unit)}</span>
            " "
            <span class="metric-interval">{format!("{interval}estimated")}</span>
        </span>
    }
}

/// Says that a value is not final, and what it will be once all outcomes are in, where that is known.
pub fn not_final(completed: Option<&Estimate>, unit: Unit) -> impl IntoView + use<> {
    let later = completed.map(|e| {
        let ends = interval(e, unit).map_or_else(String::new, |ends| format!(" {ends}"));
        format!(", completed {}{ends}", format::estimate(e, unit))
    });
    view! {
        <span class="metric-arriving" data-testid="not-final" title="Outcomes still arrive. The completed value is told by how earlier windows went on, with a prediction interval.">
            <b>"Not final"</b>
            {later}
        </span>
    }
}

/// The place of a value that is being estimated.
fn estimating() -> impl IntoView {
    view! {
        <span class="metric-number metric-expected num">
            <span class="metric-value quiet">"…"</span>
            " "
            <span class="metric-interval">"being estimated"</span>
        </span>
    }
}

/// The interval; a count of what is in the files is no estimate of anything.
fn interval(e: &Estimate, unit: Unit) -> Option<String> {
    format::interval(e, unit).filter(|_| unit != Unit::Count)
}

/// The baseline, how far the value is from it, and since when that lasts.
fn against(s: &Standing, unit: Unit) -> Option<AnyView> {
    // A count of a longer time is not a larger one.
    if unit == Unit::Count {
        return None;
    }
    let was = s.baseline.as_ref()?.value?;
    let gap = s.now().map(|now| now - was).filter(|gap| *gap != 0.0);
    let said = s.alert.as_ref().map(|alert| {
        let worse = if alert.level > Level::Unknown {
            ", worse"
        } else {
            ""
        };
        let now = format::estimate(s.alerted.as_ref().unwrap_or(&alert.value), unit);
        let since = format::instant(s.timed, alert.since);
        view! { <span class="metric-change">{format!("{now} since {since}{worse}")}</span> }
    });
    let feared = s.feared.as_ref().filter(|_| s.alert.is_none());
    let feared = feared.map(|alert| {
        let now = format::estimate(&alert.value, unit);
        let since = format::instant(s.timed, alert.since);
        view! { <span class="metric-change">{format!("Estimated {now} since {since}, worse")}</span> }
    });
    let arrow = |gap: f64| if gap < 0.0 { "▼" } else { "▲" };
    Some(
        view! {
            <span class="metric-against">
                <span class="num">
                    {format!("Baseline {}", format::value(was, unit))}
                    {gap.map(|gap| format!("  {}\u{a0}{}", arrow(gap), format::change(gap, unit)))}
                </span>
                {said}
                {feared}
            </span>
        }
        .into_any(),
    )
}

/// The names of a block's metrics that have a card, in the order of the page.
pub fn names(of: Of) -> Memo<Vec<String>> {
    let all = all_names(of);
    Memo::new(move |_| {
        let has_card = |n: &&String| info(n).is_none_or(|i| i.rank == Rank::Headline);
        all.with(|all| all.iter().filter(has_card).cloned().collect())
    })
}

/// The names of all metrics of a block in the order of the page.
pub fn all_names(of: Of) -> Memo<Vec<String>> {
    app().part(move |r| {
        let block = match of {
            Of::Overall => &r.overall,
            Of::Resources => &r.resources,
        };
        // A metric shown among the resources is not shown twice.
        let twice = |name: &String| of == Of::Overall && r.resources.metrics.contains_key(name);
        let names = block
            .metrics
            .keys()
            .filter(|n| !twice(n))
            .cloned()
            .collect();
        metrics::in_order(names, r.health.metric.as_deref())
    })
}

/// The metric to draw large: the chosen one where it is there, else the first that has a card.
pub fn drawn(
    cards: Memo<Vec<String>>,
    all: Memo<Vec<String>>,
    choose: RwSignal<Option<String>>,
) -> Memo<Option<String>> {
    Memo::new(move |_| {
        let chosen = choose.get().filter(|c| all.with(|all| all.contains(c)));
        chosen.or_else(|| cards.with(|cards| cards.first().cloned()))
    })
}
