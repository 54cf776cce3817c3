//! How live sources of rows stand: a line for each, with what came, what is wrong and how to mend it.

use super::alarms::AlarmSheet;
use super::live_bar::{FaultText, Named, facts, tone, word};
use super::state::app;
use super::streams;
use crate::feed::live::{News, Order};
use crate::feed::{Instant, State};
use leptos::prelude::*;
use std::time::Duration;

/// The lines.
#[component]
pub fn StreamBars() -> impl IntoView {
    let app = app();
    let ids = Memo::new(move |_| {
        let all = app.streams.news.get().into_iter();
        all.map(|one| one.0).collect::<Vec<u32>>()
    });
    let any = move || ids.with(|ids| !ids.is_empty());
    // A source of metrics has it in its own bar.
    let alone = move || !app.metrics.any();
    view! {
        <Show when=any>
            <div class="stream-bars" data-testid="stream-bars">
                <For each=move || ids.get() key=|id| *id let(id)>
                    <Bar id alarms=Signal::derive(move || alone() && ids.with(|ids| ids.first() == Some(&id)))/>
                </For>
            </div>
        </Show>
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
        app.streams.news.with(find).unwrap_or_default()
    });
    let state = Memo::new(move |_| news.with(|n| n.status.state));
    let goes = move || !matches!(state.get(), State::Paused | State::Stuck | State::Ended);
    let is_over = move || state.get() == State::Ended;
    let said = Memo::new(move |_| {
        now.track();
        word(state.get(), news.with(|n| n.behind), clock())
    });
    let told = move || {
        now.track();
        news.with(|n| facts(n, clock()).join(" · "))
    };
    let name = Memo::new(move |_| news.with(|n| n.name.clone()));
    let fault = Memo::new(move |_| news.with(|n| n.status.fault.clone()));
    view! {
        <div
            class=move || format!("stream-bar {}", tone(state.get()))
            data-testid="stream-bar"
            data-state=move || format!("{:?}", state.get()).split('(').next().unwrap_or_default().to_lowercase()
        >
            <p class="live-said">
                <i class="dot"></i>
                <strong class="num">{said}</strong>
                <Named name fault state/>
                <span class="num live-facts" data-testid="stream-facts">{told}</span>
            </p>
            <div class="live-actions">
                <Show when=move || alarms.get()>
                    <AlarmSheet/>
                </Show>
                <Show when=move || !is_over()>
                    <button
                        class="button"
                        data-testid="stream-pause"
                        on:click=move |_| {
                            streams::order(app, id, if goes() { Order::Pause } else { Order::Resume });
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
                    data-testid="stream-stop"
                    on:click=move |_| match is_over() {
                        true => streams::close(app, id),
                        false => streams::order(app, id, Order::Stop),
                    }
                >
                    {move || if is_over() { "Close" } else { "Stop" }}
                </button>
            </div>
            <FaultText fault lasts=Signal::derive(move || state.get() == State::Stuck)/>
        </div>
    }
}
