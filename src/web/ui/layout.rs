//! The frame of the page: header, rail and the sections in their order.

use super::columns::Columns;
use super::connect::{Connect, ConnectButton};
use super::drift::Drift;
use super::errors::{ErrorList, LeftOut};
use super::explain::Telling;
use super::files;
use super::filters::Filters;
use super::health::Health;
use super::icons;
use super::live_bar::LiveBar;
use super::machine::Machine;
use super::mistakes::Mistakes;
use super::performance::Performance;
use super::progress::ProgressBar;
use super::rail::{Rail, go_to};
use super::resources::Resources;
use super::rules::RulesPart;
use super::share::Share;
use super::start::Start;
use super::state::app;
use super::stream_bars::StreamBars;
use super::theme::ThemeToggle;
use super::timeline::Timeline;
use super::turn::InTurn;
use super::{drop::DropTarget, format};
use leptos::prelude::*;

/// The whole page.
#[component]
pub fn Page() -> impl IntoView {
    let app = app();
    let (ready, reading, busy) = (app.ready(), app.reading(), app.busy());
    let service = app.serves_only();
    let of_machine = app.of_machine();
    let machine = app.on_axis();
    let listed = move || app.panel.get() && app.has_files();
    let at_start = move || !ready.get() && !listed();
    view! {
        <a
            class="skip"
            href="#main"
            on:click=|ev| {
                ev.prevent_default();
                go_to("main");
            }
        >
            "Skip to the report"
        </a>
        <Header/>
        <LiveBar/>
        <StreamBars/>
        <DropTarget/>
        <ErrorList/>
        <LeftOut/>
        <ProgressBar/>
        <Show when=at_start>
            <div class:stale=move || reading.get()>
                <Start/>
            </div>
        </Show>
        <Show when=move || app.connecting.get() && !at_start()>
            <Connect/>
        </Show>
        <Show when=listed>
            <Columns/>
        </Show>
        <Telling/>
        <Show when=move || ready.get()>
            <div
                class="report"
                class:stale=move || reading.get()
                aria-busy=move || busy.get().to_string()
            >
                <InTurn><Filters/></InTurn>
                <div class="body">
                    <Rail/>
                    <main id="main" tabindex="-1">
                        <InTurn id="health"><Health/></InTurn>
                        <Show when=move || !service.get()>
                            <InTurn id="performance"><Performance/></InTurn>
                        </Show>
                        <Show when=move || !of_machine.get()>
                            <InTurn id="timeline"><Timeline/></InTurn>
                        </Show>
                        <Show when=move || !service.get()>
                            <InTurn id="errors"><Mistakes/></InTurn>
                        </Show>
                        <Show when=move || !of_machine.get()>
                            <InTurn id="quality"><Drift/></InTurn>
                        </Show>
                        <Show when=move || !of_machine.get()>
                            <InTurn id="resources"><Resources/></InTurn>
                        </Show>
                        <Show when=move || machine.get()>
                            <InTurn id="machine"><Machine/></InTurn>
                        </Show>
                        <InTurn id="rules"><RulesPart/></InTurn>
                        <InTurn id="share"><Share/></InTurn>
                    </main>
                </div>
            </div>
        </Show>
    }
}

#[component]
fn Header() -> impl IntoView {
    let app = app();
    let sources = app.part(|r| r.sources.clone());
    let told = move || {
        sources.with(|s| match s.as_slice() {
            [] => String::new(),
            [one] => one.name.clone(),
            [first, rest @ ..] => format!(
                "{} and {} more",
                first.name,
                format::count(rest.len() as u64)
            ),
        })
    };
    view! {
        <header class="top">
            <span class="brand">{icons::logo()}<span>"Plumbline"</span></span>
            <span class="top-files" title=told>{told}</span>
            <span class="spacer"></span>
            <Show when=move || !app.saved fallback=|| view! { <span class="tag">"Saved report"</span> }>
                <Show when=move || app.has_files()>
                    <button
                        class="button"
                        data-testid="columns"
                        aria-expanded=move || app.panel.get().to_string()
                        on:click=move |_| app.panel.update(|p| *p = !*p)
                    >
                        {icons::columns()}
                        <span class="wide-only">"Files and columns"</span>
                    </button>
                </Show>
                <Show when=move || app.ready().get() || app.has_files()>
                    <files::AddButton/>
                    <ConnectButton/>
                </Show>
            </Show>
            <ThemeToggle/>
        </header>
    }
}
