//! Incidents, each of which unfolds to all there is to know of it. Nothing is computed here: the report tells what an
//! incident is ([`Report::particulars`]).

use super::health::class;
use super::prose::together;
use super::rail::go_to;
use super::state::app;
use crate::metric::{self, Family};
use crate::report::{Alert, AlertKind, Particular, Report};
use js_sys::Reflect;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// An incident and what there is to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    alert: Alert,
    particulars: Vec<Particular>,
}

impl Incident {
    /// Some incidents of a report.
    pub fn of(report: &Report, alerts: &[Alert]) -> Vec<Self> {
        let one = |alert: &Alert| Self {
            alert: alert.clone(),
            particulars: report.particulars(alert),
        };
        alerts.iter().map(one).collect()
    }

    /// Where it is told in full: the id of a section, and what the way there is called.
    fn place(&self) -> (&'static str, &'static str) {
        let of = metric::info(&self.alert.metric);
        match self.alert.kind {
            AlertKind::Column if self.alert.column.is_none() => {
                ("quality", "Show it in Drift and data quality")
            }
            AlertKind::Column => ("quality", "Show the column in Drift and data quality"),
            _ if of.is_some_and(|i| i.family == Family::Resource) => {
                ("resources", "Show it in Resources")
            }
            AlertKind::Metric | AlertKind::Slice => ("performance", "Show it in Performance"),
        }
    }
}

/// A list of incidents.
#[component]
pub fn Incidents(
    #[prop(into)] of: Signal<Vec<Incident>>,
    /// Whether a lone one is open from the first.
    #[prop(optional)]
    lone_open: bool,
) -> impl IntoView {
    // What is open stays open when the report is made anew, as it is all the time of a live source.
    let opened: StoredValue<BTreeMap<String, bool>> = StoredValue::default();
    let one = move |incident: Incident, alone: bool| {
        let key = format!("{} {}", incident.alert.id(), incident.alert.since.0);
        let chosen = opened.with_value(|all| all.get(&key).copied());
        let open = chosen.unwrap_or(alone && lone_open);
        let toggled = move |ev: leptos::ev::Event| {
            let open = ev
                .target()
                .and_then(|t| Reflect::get(&t, &"open".into()).ok());
            let open = open.is_some_and(|open| open.is_truthy());
            opened.update_value(|all| {
                all.insert(key.clone(), open);
            });
        };
        let level = incident.alert.level;
        let sentence = format!("{}.", together(&incident.alert.sentence));
        view! {
            <li class=class(level)>
                <details class="incident" data-testid="incident" open=open on:toggle=toggled>
                    <summary>
                        <i class="dot" aria-hidden="true"></i>
                        <span>{sentence}</span>
                    </summary>
                    <Told incident/>
                </details>
            </li>
        }
    };
    view! {
        <ul class="incidents">
            {move || {
                let all = of.get();
                let alone = all.len() == 1;
                all.into_iter().map(|i| one(i, alone)).collect_view()
            }}
        </ul>
    }
}

/// What there is to know of one, and the way to where it is told in full.
#[component]
fn Told(incident: Incident) -> impl IntoView {
    let app = app();
    let (section, way) = incident.place();
    let metric = incident.alert.metric.clone();
    let show = move |_| {
        if section == "performance" {
            app.metric.set(Some(metric.clone()));
        }
        go_to(section);
    };
    let one = |of: Particular| {
        let text = match of.texts.as_slice() {
            [one] => together(one).into_any(),
            many => {
                let item = |text: &String| view! { <li>{together(text)}</li> };
                view! { <ul>{many.iter().map(item).collect_view()}</ul> }.into_any()
            }
        };
        view! {
            <dt>{of.label}</dt>
            <dd>{text}</dd>
        }
    };
    view! {
        <dl class="particulars">{incident.particulars.into_iter().map(one).collect_view()}</dl>
        <button type="button" class="button" data-testid="incident-show" on:click=show>
            {way}
        </button>
    }
}
