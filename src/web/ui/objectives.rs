//! What is wanted of the service, as the reader says it, and whether it is met.

use super::format;
use super::state::app;
use super::widgets::{Fact, NumberField};
use crate::report::told::amount;
use crate::report::{BurnAlert, Objectives, Resources, Slo};
use crate::series::Unit;
use crate::table::time::{DAY, Time};
use leptos::prelude::*;
use std::cmp::Reverse;

/// A number that a reader sets.
#[derive(Clone, Copy)]
struct Wish {
    id: &'static str,
    label: &'static str,
    usual: &'static str,
    /// How many of the reader's unit one of ours is.
    scale: f64,
    of: fn(&mut Objectives) -> &mut Option<f64>,
    suits: fn(f64) -> bool,
}

const WISHES: [Wish; 6] = [
    Wish {
        id: "slo",
        label: "Requests that shall be good, %",
        usual: "99.9",
        scale: 100.0,
        of: |o| &mut o.slo,
        suits: |x| x > 0.0 && x < 1.0,
    },
    Wish {
        id: "slow",
        label: "A good one is answered within, ms",
        usual: "any time",
        scale: 1_000.0,
        of: |o| &mut o.slow_s,
        suits: |x| x > 0.0,
    },
    Wish {
        id: "apdex",
        label: "Apdex is satisfied within, ms",
        usual: "500",
        scale: 1_000.0,
        of: |o| &mut o.apdex_s,
        suits: |x| x > 0.0,
    },
    Wish {
        id: "price-in",
        label: "Price of a million tokens in",
        usual: "0",
        scale: 1.0,
        of: |o| &mut o.price_in,
        suits: |x| x >= 0.0,
    },
    Wish {
        id: "price-out",
        label: "Price of a million tokens out",
        usual: "0",
        scale: 1.0,
        of: |o| &mut o.price_out,
        suits: |x| x >= 0.0,
    },
    Wish {
        id: "price-hour",
        label: "Price of an hour of the service",
        usual: "0",
        scale: 1.0,
        of: |o| &mut o.price_hour,
        suits: |x| x >= 0.0,
    },
];

/// Whether what is wanted is met, and the numbers that say what is.
#[component]
pub fn Wanted() -> impl IntoView {
    let app = app();
    let facts = app.part(|r| facts(&r.resources));
    let burns = app.part(|r| burns(&r.resources));
    let unjudged = app.part(|r| {
        let notes = r.resources.objectives.iter().flat_map(|r| r.notes.clone());
        r.resources
            .unjudged()
            .into_iter()
            .chain(notes)
            .collect::<Vec<_>>()
    });
    let serves = app.part(|r| {
        let service = r.resources.service.as_ref();
        let told =
            service.is_some_and(|s| s.panel("requests").is_some() || s.panel("duration").is_some());
        told || r.resources.objectives.is_some()
    });
    view! {
        <Show when=move || facts.with(|f| !f.is_empty())>
            <dl class="facts" data-testid="machine-facts">
                {move || {
                    let one = |(label, value, hint): Told| view! { <Fact label value hint/> };
                    facts.get().into_iter().map(one).collect_view()
                }}
            </dl>
        </Show>
        <Show when=move || burns.with(|b| !b.is_empty())>
            <ul class="machine-notes" data-testid="burns">
                {move || burns.get().into_iter().map(|b| view! { <li>{b}</li> }).collect_view()}
            </ul>
        </Show>
        <Show when=move || unjudged.with(|u| !u.is_empty())>
            <ul class="machine-notes" data-testid="unjudged">
                {move || unjudged.get().into_iter().map(|u| view! { <li>{u}</li> }).collect_view()}
            </ul>
        </Show>
        <Show when=move || serves.get()>
            <details class="machine-wanted" data-testid="wanted">
                <summary class="button">"Objectives and prices"</summary>
                <div class="machine-fields">
                    {WISHES.map(|wish| view! { <Number wish/> }).collect_view()}
                </div>
            </details>
        </Show>
    }
}

#[component]
fn Number(wish: Wish) -> impl IntoView {
    let app = app();
    let shown = move || {
        let mut wanted = app.view.with(|v| v.service);
        let number = *(wish.of)(&mut wanted);
        // 0.999 is 99.9, not 99.90000000000001.
        number
            .map(|x| ((x * wish.scale * 1e9).round() / 1e9).to_string())
            .unwrap_or_default()
    };
    let choose = move |number: Option<f64>| {
        let number = number.map(|x| x / wish.scale);
        let number = number.filter(|x| (wish.suits)(*x));
        app.choose(|v| *(wish.of)(&mut v.service) = number);
    };
    view! {
        <NumberField
            label=wish.label
            testid=format!("wish-{}", wish.id)
            placeholder=wish.usual
            min="0"
            shown=Signal::derive(shown)
            on_choose=choose
        />
    }
}

/// What is told, its value, and what it means.
type Told = (String, String, String);

fn facts(resources: &Resources) -> Vec<Told> {
    let mut out = Vec::new();
    let named = |what: &str, of: &str, several: bool| match several {
        true => format!("{what}, {of}"),
        false => what.to_owned(),
    };
    let usual = |chosen: bool| if chosen { "" } else { " (usual, set your own)" };
    let several = resources.slos().count() > 1;
    for slo in resources.slos() {
        let share = |bad: f64| format!("{:.3} %", (1.0 - bad / slo.requests) * 100.0);
        let (about, between) = between(slo.bad_between.map(|(a, b)| (share(b), share(a))));
        out.push((
            named("Good requests", &slo.of, several),
            format!("{about}{}", share(slo.bad)),
            format!(
                "{}; {} % wanted{}{between}",
                slo.good,
                percent(slo.objective),
                usual(slo.chosen)
            ),
        ));
        let (left, hint) = budget(slo);
        out.push((named("Error budget left", &slo.of, several), left, hint));
    }
    let apdexes = || resources.fulfilments().flat_map(|f| &f.apdex);
    let several = apdexes().count() > 1;
    for apdex in apdexes() {
        let within = amount(Unit::Seconds, apdex.within_s);
        let chosen = usual(apdex.chosen);
        let value = |x| format::fixed(x, 3);
        let ends = apdex.value_between.map(|(a, b)| (value(a), value(b)));
        let (about, between) = between(ends);
        out.push((
            named("Apdex", &apdex.of, several),
            format!("{about}{}", value(apdex.value)),
            format!(
                "satisfied within {within}{chosen}{}{between}",
                match apdex.failed > 0.0 {
                    true => "; failed requests frustrate",
                    false => "",
                },
            ),
        ));
    }
    let costs = || resources.fulfilments().flat_map(|f| &f.costs);
    let several = costs().count() > 1;
    for cost in costs() {
        out.push((
            named("Cost of 1000 requests", &cost.of, several),
            format::number(cost.per_thousand),
            format!("{} in the time shown", format::number(cost.all)),
        ));
    }
    let Some(service) = &resources.service else {
        return out;
    };
    // Within days the hour matters.
    let soon = |at: Time| (at.0 - service.end.0).abs() < 3 * DAY;
    let when = |at: Time| match soon(at) {
        true => format::instant(true, at),
        false => format::date(at),
    };
    for full in service.full.iter().take(3) {
        out.push((
            format!("{} is full", full.title),
            when(full.at),
            match soon(full.latest) {
                true => format!(
                    "{}, {} now; 95 %: {}",
                    full.of,
                    format::percent(full.level),
                    format::period(true, full.soonest, full.latest)
                ),
                false => format!(
                    "{}: {} now; between {} and {} at 95 %",
                    full.of,
                    format::percent(full.level),
                    when(full.soonest),
                    when(full.latest)
                ),
            },
        ));
    }
    out
}

/// What is left of an error budget, and what that means.
fn budget(slo: &Slo) -> (String, String) {
    let requests = |n: f64| format::plural(n.round() as u64, "request", "requests");
    match slo.budget_left {
        None => (
            "Too few requests".to_owned(),
            format!(
                "{} seen, {} of them bad; the objective allows one bad request in {}",
                requests(slo.requests),
                format::count(slo.bad.round() as u64),
                format::count(slo.budget_from.round() as u64)
            ),
        ),
        Some(left) if left < -1.0 => (
            "None".to_owned(),
            format!(
                "{} times what the objective allows was bad in the time shown",
                format::number((1.0 - left).round())
            ),
        ),
        Some(left) => {
            let allowed = slo.requests * (1.0 - slo.objective);
            let left_of = |bad: f64| format::percent(1.0 - bad / allowed);
            let (about, _) = between(slo.bad_between.map(|(a, b)| (left_of(b), left_of(a))));
            (
                format!("{about}{}", format::percent(left)),
                "of the time shown".to_owned(),
            )
        }
    }
}

/// What marks a number that lies between two others, and tells these, where they can be told apart.
fn between(ends: Option<(String, String)>) -> (&'static str, String) {
    match ends.filter(|(least, most)| least != most) {
        Some((least, most)) => ("≈ ", format!("; between {least} and {most}")),
        None => ("", String::new()),
    }
}

fn percent(share: f64) -> String {
    ((share * 100.0 * 1e9).round() / 1e9).to_string()
}

/// Alerts of budgets that are told one by one.
const BURNS: usize = 4;

/// When a budget was spent too fast: what goes on first, then the latest. Of an objective that the reader did not choose
/// it is told as what would have been, for nobody is called by it.
fn burns(resources: &Resources) -> Vec<String> {
    let mut all: Vec<(&Slo, &BurnAlert)> = Vec::new();
    for slo in resources.slos() {
        all.extend(slo.burns.iter().map(|burn| (slo, burn)));
    }
    all.sort_by_key(|(slo, b)| (!slo.chosen, b.until.is_some(), Reverse(b.since)));
    let more = all.len().saturating_sub(BURNS) as u64;
    let more = (more > 0).then(|| {
        let times = format::plural(more, "time", "times");
        format!("{times} more in the time shown; the saved data lists them.")
    });
    let told = all.iter().take(BURNS).map(|(slo, burn)| {
        let since = format::instant(true, burn.since);
        let until = match burn.until {
            Some(until) => format!("until {}", format::instant(true, until)),
            None => "and goes on".to_owned(),
        };
        let kind = match (slo.chosen, burn.page) {
            (true, true) => "Page".to_owned(),
            (true, false) => "Ticket".to_owned(),
            (false, _) => format!(
                "No alert, for {} % is only usual (set your own)",
                percent(slo.objective)
            ),
        };
        format!("{kind}: {}, from {since} {until}.", burn.sentence)
    });
    told.chain(more).collect()
}
