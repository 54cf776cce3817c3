//! Model and machine on one axis of time: small charts under each other, and beside them what changed in a period.

use super::changes::ChangesCard;
use super::format;
use super::objectives::Wanted;
use super::state::app;
use super::widgets::Section;
use crate::chart::{self, Stacked};
use crate::report::{AlertKind, Leads};
use crate::web::chart_view::PanelChart;
use leptos::prelude::*;

/// Model and machine on one axis.
#[component]
pub fn Machine() -> impl IntoView {
    let app = app();
    let part = app.part(chart::is_part);
    let chosen = RwSignal::new(None::<bool>);
    let near = Memo::new(move |_| chosen.get().unwrap_or_else(|| part.get()));
    let stack = Memo::new(move |old: Option<&Vec<Stacked>>| {
        let (near, chosen) = (near.get(), app.metric.get());
        // What rows that come are compared with is asked of them again and again: meanwhile the last answer stays.
        let live = app.view.with(|v| v.live);
        let known = old.and_then(|all| all.iter().find(|s| is_drift(s)));
        let known = known.filter(|_| live);
        let awaits = app.awaited.get().drift || known.is_some();
        let mut stack = app.report.with(|r| {
            r.as_ref()
                .map(|r| chart::stack(r, near, chosen.as_deref(), awaits))
                .unwrap_or_default()
        });
        if let (Some(known), Some(place)) = (known, stack.iter_mut().find(|s| is_drift(s)))
            && place.lines.is_empty()
        {
            *place = known.clone();
        }
        stack
    });
    let notes = app.part(|r| {
        r.resources
            .service
            .as_ref()
            .map(|s| s.objectives.notes.clone())
            .unwrap_or_default()
    });
    let restarts = app.part(|r| {
        r.resources
            .service
            .as_ref()
            .map(|s| s.restarts.clone())
            .unwrap_or_default()
    });
    let marks = app.part(|r| {
        let service = r.resources.service.as_ref();
        service
            .map(crate::report::Service::marks)
            .unwrap_or_default()
    });
    // What the shades are.
    let incidents = app.part(|r| {
        let all = r.alerts.iter().filter(|a| {
            // What a column does is known later, and would move what stands below.
            r.timed && !r.windows.is_empty() && a.kind != AlertKind::Column
        });
        let incidents = all.take(3).map(|a| format!("Shaded: {}.", a.sentence));
        let versions = r.versions.iter().take(3).map(|v| {
            format!(
                "Named line: version {} took over from {} at {}.",
                v.version,
                v.before,
                format::instant(true, v.time)
            )
        });
        incidents.chain(versions).collect::<Vec<_>>()
    });
    let serves = app.part(|r| r.resources.service.is_some());
    let wanted = app.part(|r| r.resources.service.is_some() || r.resources.objectives.is_some());
    let step = app.part(|r| r.resources.service.as_ref().map_or(0.0, |s| s.step_s));
    let leads = app.part(|r| r.leads.clone());
    let both = app.part(|r| r.resources.service.is_some() && !r.windows.is_empty());
    let hovered = RwSignal::new(None::<usize>);
    // A chart stays where it is when its values change.
    let places = Memo::new(move |_| {
        stack.with(|all| {
            let mut before = "";
            let place = |s: &Stacked| {
                let begins = (s.group != before).then_some(s.group);
                before = s.group;
                (s.title.clone(), s.of.clone(), begins)
            };
            all.iter().map(place).collect::<Vec<_>>()
        })
    });
    let of_machine = app.of_machine();
    let about = move || {
        if !serves.get() {
            return "How right the model is, how far its inputs drift, how many labels are in, and how its requests went. All charts have one axis of time and one cursor.".to_owned();
        }
        let first = match of_machine.get() {
            true => "Requests",
            false => "How right the model is, then requests",
        };
        format!(
            "{first}, errors and durations, then how busy resources are. All charts have one axis of time, in steps of {}; a gap is a time in which nothing was seen.",
            length(step.get())
        )
    };
    view! {
        <Section id="machine" title="One time axis" about=Signal::derive(about)>
            <Show when=move || wanted.get()>
                <Wanted/>
            </Show>
            <Show when=move || both.get() && part.get()>
                <div class="machine-time" role="group" aria-label="Time shown">
                    <button
                        class="button"
                        data-testid="machine-near"
                        aria-pressed=move || near.get().to_string()
                        on:click=move |_| chosen.set(Some(true))
                    >
                        "While the service was seen"
                    </button>
                    <button
                        class="button"
                        data-testid="machine-whole"
                        aria-pressed=move || (!near.get()).to_string()
                        on:click=move |_| chosen.set(Some(false))
                    >
                        "The model’s whole time"
                    </button>
                </div>
            </Show>
            <div class="axis">
                <div class="card machine" data-testid="machine-stack">
                    <For
                        each=move || places.get().into_iter().enumerate()
                        key=|(at, (title, of, begins))| (*at, title.clone(), of.clone(), *begins)
                        let((at, (title, of, begins)))
                    >
                        {begins.map(|group| view! { <h3 class="machine-group">{group}</h3> })}
                        <figure
                            class=class_of(&title)
                            data-testid=format!("panel-{at}")
                        >
                            <figcaption>
                                <span class="machine-title">{title.clone()}</span>
                                {(!of.is_empty()).then(|| view! { <span class="machine-of">{of}</span> })}
                                <Lines stack at/>
                            </figcaption>
                            <PanelChart
                                plot=Signal::derive(move || {
                                    stack.with(|all| all.get(at).map(|s| s.plot.clone()).unwrap_or_default())
                                })
                                hovered
                                brush=app.brush
                            />
                        </figure>
                    </For>
                </div>
                <ChangesCard/>
            </div>
            {move || leads.get().map(|leads| view! { <LeadsCard leads/> })}
            <ul class="machine-notes">
                {move || {
                    let told = restarts.with(|all| {
                        let first = all.first()?;
                        let times = match all.len() {
                            1 => "once".to_owned(),
                            n => format!("{n} times"),
                        };
                        Some(format!(
                            "Something restarted {times}, first {} at {} (dashed): counters began anew, and what they counted before is not lost.",
                            first.of,
                            format::instant(true, first.time)
                        ))
                    });
                    incidents.get().into_iter().chain(told).chain(marks.get()).chain(notes.get()).map(|n| view! { <li>{n}</li> }).collect_view()
                }}
            </ul>
        </Section>
    }
}

/// Which series of the service moves before which one of truth.
#[component]
fn LeadsCard(leads: Leads) -> impl IntoView {
    let none = leads.found.is_empty();
    view! {
        <div class="card leads" data-testid="leads">
            <h3>"What moves before what"</h3>
            <ul class="notes">
                {leads.found.into_iter().map(|f| view! { <li>{f.sentence}"."</li> }).collect_view()}
            </ul>
            {none.then(|| view! { <p>"No series of the service surely moves before one of truth, or after it."</p> })}
            <details class="changes-method">
                <summary>"How this is found"</summary>
                <p>{leads.method}</p>
            </details>
        </div>
    }
}

/// How the title of the chart of drift begins.
const DRIFT: &str = "Drift of";

fn is_drift(of: &Stacked) -> bool {
    of.title.starts_with(DRIFT)
}

/// The class of a chart. Names and values of lines that come after the chart have their room before it.
fn class_of(title: &str) -> &'static str {
    match title {
        title if title.starts_with(DRIFT) => "machine-panel two-lines",
        title if title.contains("duration") => "machine-panel full-line",
        _ => "machine-panel",
    }
}

/// The length of a step in words.
fn length(seconds: f64) -> String {
    let told = |n: f64, unit: &str| match n {
        1.0 => format!("one {unit}"),
        n => format!("{n} {unit}s"),
    };
    match seconds {
        s if s >= 86_400.0 => told(s / 86_400.0, "day"),
        s if s >= 3_600.0 => told(s / 3_600.0, "hour"),
        s if s >= 60.0 => told(s / 60.0, "minute"),
        s => told(s, "second"),
    }
}

/// The lines of a chart with their values over the time shown.
#[component]
fn Lines(stack: Memo<Vec<Stacked>>, at: usize) -> impl IntoView {
    let lines = Memo::new(move |_| {
        stack.with(|all| {
            all.get(at)
                .map(|s| (s.lines.clone(), s.left_out))
                .unwrap_or_default()
        })
    });
    move || {
        let (lines, left_out) = lines.get();
        let several = lines.len() > 1;
        let one = |(name, value, hue): (String, Option<String>, usize)| {
            let colour = format!("var(--cat-{})", hue + 1);
            view! {
                <li>
                    {several.then(|| view! { <i class="chart-chip" style:background=colour></i> })}
                    {name}
                    " "
                    <span class="num">{value}</span>
                </li>
            }
        };
        view! {
            <ul class="machine-lines">
                {lines.into_iter().map(one).collect_view()}
                {(left_out > 0).then(|| view! { <li>{format!("and {left_out} more")}</li> })}
            </ul>
        }
    }
}
