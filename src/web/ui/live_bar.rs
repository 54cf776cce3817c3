//! How a live source stands: what is followed, when it answered last, what is wrong and how to mend it; pause, go on,
//! stop; what of it is followed; whom to call.

use super::actions;
use super::alarms::AlarmSheet;
use super::format;
use super::live;
use super::state::app;
use crate::feed::live::{News, Order};
use crate::feed::{Fault, Instant, SECOND, State, Way};
use crate::table::time::Time;
use leptos::prelude::*;
use std::time::Duration;

/// How the bar looks.
pub(super) const fn tone(state: State) -> &'static str {
    match state {
        State::Following => "good",
        State::Connecting | State::Paused | State::Ended => "neutral",
        State::Retrying(_) => "warn",
        State::Stuck => "bad",
    }
}

/// In a word or two.
pub(super) fn word(state: State, behind: bool, now: Instant) -> String {
    match state {
        State::Connecting => "Connecting".into(),
        State::Following if behind => "Looking back".into(),
        State::Following => "Following".into(),
        State::Paused => "Paused".into(),
        State::Retrying(at) => match (at - now + SECOND - 1) / SECOND {
            n if n > 0 => format!("Asking again in {n} s"),
            _ => "Asking again".into(),
        },
        State::Stuck => "Stopped".into(),
        State::Ended => "Ended".into(),
    }
}

/// `3 s ago`.
fn ago(last: Instant, now: Instant) -> String {
    match (now - last).max(0) / SECOND {
        0 => "now".into(),
        s if s < 120 => format!("{s} s ago"),
        s => format!("{} min ago", s / 60),
    }
}

/// What is known beside: last answer, samples, gaps.
pub(super) fn facts(news: &News, now: Instant) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(last) = news.status.last {
        facts.push(format!("last answer {}", ago(last, now)));
    }
    if let Some(since) = news.silent {
        // Windows close by the clock of the others, and what comes late is counted late.
        let since = format::instant(true, Time(since));
        facts.push(format!("silent since {since}: nothing waits for it"));
    }
    if news.samples > 0 {
        facts.push(format::plural(news.samples, "sample", "samples"));
    }
    if news.lines > 0 {
        facts.push(format::plural(news.lines, "row", "rows"));
    }
    if let Some(gap) = news.gaps.last() {
        let n = format::plural(news.gaps.len() as u64, "gap", "gaps");
        let since = format::instant(true, Time(gap.from));
        let lasted = format::duration((gap.to - gap.from) as f64 / 1e6);
        facts.push(format!("{n}, last from {since} for {lasted}"));
    }
    facts
}

/// The bars, one for each source of metrics.
#[component]
pub fn LiveBar() -> impl IntoView {
    let app = app();
    let ids = Memo::new(move |_| {
        let ids = |all: &Vec<(u32, News)>| all.iter().map(|one| one.0).collect::<Vec<u32>>();
        app.metrics.news.with(ids)
    });
    view! {
        <For each=move || ids.get() key=|id| *id let(id)>
            <Bar id alarms=Signal::derive(move || ids.with(|ids| ids.first() == Some(&id)))/>
        </For>
    }
}

#[component]
fn Bar(id: u32, alarms: Signal<bool>) -> impl IntoView {
    let app = app();
    let clock = || (js_sys::Date::now() * 1e3) as Instant;
    let now = RwSignal::new(clock());
    let ticking = set_interval_with_handle(move || now.set(clock()), Duration::from_secs(1));
    on_cleanup(move || {
        if let Ok(ticking) = ticking {
            ticking.clear();
        }
    });
    let news = Memo::new(move |_| -> News {
        let find = |all: &Vec<(u32, News)>| all.iter().find(|one| one.0 == id).map(|l| l.1.clone());
        app.metrics.news.with(find).unwrap_or_default()
    });
    let news = move || news.get();
    // With others or with files beside it, it goes alone.
    let beside = move || app.has_files() || app.metrics.news.with(|all| all.len() > 1);
    let state = Memo::new(move |_| news().status.state);
    let behind = Memo::new(move |_| news().behind);
    let fault = Memo::new(move |_| news().status.fault);
    let name = Memo::new(move |_| news().name);
    let goes = move || !matches!(state.get(), State::Paused | State::Stuck | State::Ended);
    let is_over = move || state.get() == State::Ended;
    let told = move || {
        now.track();
        facts(&news(), clock()).join(" · ")
    };
    let said = Memo::new(move |_| {
        now.track();
        word(state.get(), behind.get(), clock())
    });
    view! {
        <div
            class=move || format!("live-bar {}", tone(state.get()))
            class:beats=move || state.get() == State::Following
            data-testid="live-bar"
            data-state=move || format!("{:?}", state.get()).split('(').next().unwrap_or_default().to_lowercase()
        >
            <p class="live-said">
                <i class="dot"></i>
                <strong class="num" data-testid="live-state">{said}</strong>
                <Named name fault state/>
                <span class="num live-facts" data-testid="live-facts">{told}</span>
            </p>
            <div class="live-actions">
                <Offers id news=Signal::derive(news)/>
                <Show when=move || alarms.get()>
                    <AlarmSheet/>
                </Show>
                <Show when=move || !is_over()>
                    <button
                        class="button"
                        data-testid="live-pause"
                        on:click=move |_| {
                            live::order(app, id, if goes() { Order::Pause } else { Order::Resume });
                        }
                    >
                        {move || match state.get() {
                            State::Paused => "Go on",
                            State::Stuck => "Try again",
                            _ => "Pause",
                        }}
                    </button>
                </Show>
                <button
                    class="button quiet"
                    data-testid="live-stop"
                    on:click=move |_| match (is_over(), beside()) {
                        (false, _) => live::order(app, id, Order::Stop),
                        (true, true) => live::close(app, id),
                        (true, false) => actions::clear(app),
                    }
                >
                    {move || match (is_over(), beside()) {
                        (false, _) => "Stop",
                        (true, true) => "Close",
                        (true, false) => "Start over",
                    }}
                </button>
            </div>
            <FaultText
                fault
                // The door tells it, where it is open.
                lasts=Signal::derive(move || state.get() == State::Stuck && !app.connecting.get())
            />
        </div>
    }
}

/// What is followed; while it is asked again, what is wrong with it.
#[component]
pub fn Named(name: Memo<String>, fault: Memo<Option<Fault>>, state: Memo<State>) -> impl IntoView {
    let lost = move || match (state.get(), fault.get()) {
        (State::Retrying(_), Some(fault)) => Some(fault),
        _ => None,
    };
    let why = move || lost().map_or_else(|| name.get(), |fault| fault.why);
    let mend = move || lost().map(|fault| fault.mend);
    view! {
        <span title=mend data-testid="live-name">
            {why}
        </span>
    }
}

/// What is wrong where only the reader can mend it, and how.
#[component]
pub fn FaultText(fault: Memo<Option<Fault>>, #[prop(into)] lasts: Signal<bool>) -> impl IntoView {
    move || {
        let fault = fault.get().filter(|_| lasts.get())?;
        let way = |way: Way| {
            view! {
                <dt>{way.at}</dt>
                <dd>
                    <pre>{way.set}</pre>
                </dd>
            }
        };
        let ways = (!fault.ways.is_empty()).then(|| {
            view! { <dl class="live-ways">{fault.ways.into_iter().map(way).collect_view()}</dl> }
        });
        Some(view! {
            <div class="live-fault" data-testid="live-fault" role="status">
                <p>
                    <strong>{fault.why}</strong>
                    " "
                    {fault.mend}
                </p>
                {ways}
            </div>
        })
    }
}

/// What of the source is followed.
#[component]
fn Offers(id: u32, news: Signal<News>) -> impl IntoView {
    let app = app();
    let source = id;
    let offers = Memo::new(move |_| news.with(|n| n.offers.clone()));
    let several = move || offers.with(|o| !o.is_empty());
    let choose = move |id: &str, on: bool| {
        let chosen = offers.get_untracked().into_iter();
        let chosen = chosen.filter(|o| if o.id == id { on } else { o.chosen });
        live::order(app, source, Order::Choose(chosen.map(|o| o.id).collect()));
    };
    let ids = Memo::new(move |_| {
        let all = offers.get().into_iter();
        all.map(|o| (o.id, o.title, o.about)).collect::<Vec<_>>()
    });
    view! {
        <Show when=several>
            <details class="live-sheet" data-testid="live-offers">
                <summary class="button">
                    {move || {
                        offers.with(|o| {
                            let on = o.iter().filter(|o| o.chosen).count();
                            format!("{on} of {} tools", o.len())
                        })
                    }}
                </summary>
                <div class="live-sheet-in">
                    <p class="remark">"What the server has. Each tool brings its panels."</p>
                    <ul class="live-offers">
                        <For each=move || ids.get() key=Clone::clone let((id, title, about))>
                            {
                                let mine = id.clone();
                                let is_on = move || {
                                    offers.with(|o| o.iter().any(|o| o.id == mine && o.chosen))
                                };
                                view! {
                                    <li>
                                        <label>
                                            <input
                                                type="checkbox"
                                                data-testid=format!("offer-{id}")
                                                prop:checked=is_on
                                                on:change=move |ev| choose(&id, event_target_checked(&ev))
                                            />
                                            <span>
                                                <strong>{title}</strong>
                                                <span class="quiet">{about}</span>
                                            </span>
                                        </label>
                                    </li>
                                }
                            }
                        </For>
                    </ul>
                </div>
            </details>
        </Show>
    }
}
