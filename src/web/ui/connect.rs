//! The door to a live source: where it is, who asks, how far to look back. Who asks is kept in memory only.

use super::icons;
use super::live;
use super::state::app;
use super::widgets::{Choice, Menu};
use crate::feed::live::Connection;
use crate::feed::prometheus::{Settings, SignIn};
use crate::feed::{Instant, SECOND};
use crate::web::boot;
use leptos::prelude::*;

/// How far to look back, in words.
const BACK: [(i64, &str); 6] = [
    (900, "15 minutes"),
    (3_600, "1 hour"),
    (21_600, "6 hours"),
    (86_400, "1 day"),
    (604_800, "7 days"),
    (2_592_000, "30 days"),
];

/// How often to ask, in words.
const EVERY: [(i64, &str); 6] = [
    (1, "second"),
    (5, "5 seconds"),
    (15, "15 seconds"),
    (30, "30 seconds"),
    (60, "minute"),
    (300, "5 minutes"),
];

fn choices(all: &[(i64, &str)]) -> Vec<Choice> {
    let of = |(seconds, text): &(i64, &str)| Choice::new(seconds.to_string(), *text);
    all.iter().map(of).collect()
}

/// Opens the door; on the page for files, whose policy lets it ask nobody, it leads to the page for live sources.
#[component]
pub fn ConnectButton() -> impl IntoView {
    let app = app();
    if app.saved || boot::is_one_file() {
        return ().into_any();
    }
    if !boot::may_connect() {
        return view! {
            <a
                class="button"
                data-testid="connect"
                href="live.html"
                title="Opens the page for live sources: this one, by its own policy, can ask no server"
            >
                {icons::pulse()}
                <span class="wide-only">"Connect live"</span>
            </a>
        }
        .into_any();
    }
    view! {
        <button
            class="button"
            data-testid="connect"
            aria-expanded=move || app.connecting.get().to_string()
            on:click=move |_| app.connecting.update(|c| *c = !*c)
        >
            {icons::pulse()}
            <span class="wide-only">"Connect live"</span>
        </button>
    }
    .into_any()
}

/// What a reader says of the source.
#[derive(Clone, Copy)]
struct Form {
    url: RwSignal<String>,
    back: RwSignal<String>,
    every: RwSignal<String>,
    who: RwSignal<String>,
    user: RwSignal<String>,
    secret: RwSignal<String>,
    tenant: RwSignal<String>,
}

impl Form {
    fn new() -> Self {
        Self {
            url: RwSignal::default(),
            back: RwSignal::new("3600".into()),
            every: RwSignal::new("15".into()),
            who: RwSignal::new("none".into()),
            user: RwSignal::default(),
            secret: RwSignal::default(),
            tenant: RwSignal::default(),
        }
    }

    fn connection(self) -> Connection {
        let seconds = |text: RwSignal<String>, usual: Instant| {
            text.with_untracked(|t| t.parse().unwrap_or(usual)) * SECOND
        };
        let secret = self.secret.get_untracked();
        Connection::Prometheus(Settings {
            url: self.url.get_untracked(),
            sign_in: match self.who.get_untracked().as_str() {
                "basic" => SignIn::Basic {
                    user: self.user.get_untracked(),
                    password: secret,
                },
                "bearer" => SignIn::Bearer { token: secret },
                _ => SignIn::None,
            },
            tenant: self.tenant.get_untracked().trim().to_owned(),
            back: seconds(self.back, 3_600),
            every: seconds(self.every, 15),
            origin: window().location().origin().unwrap_or_default(),
        })
    }
}

/// A labelled line of text.
#[component]
fn Line(
    label: &'static str,
    testid: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] hidden: bool,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                type=if hidden { "password" } else { "text" }
                data-testid=testid
                placeholder=placeholder
                spellcheck="false"
                autocapitalize="off"
                autocomplete=if hidden { "new-password" } else { "off" }
                prop:value=move || value.get()
                on:input=move |ev| value.set(event_target_value(&ev))
            />
        </label>
    }
}

/// The door.
#[component]
pub fn Connect() -> impl IntoView {
    let app = app();
    let form = Form::new();
    let lacking = move || form.url.with(|u| u.trim().is_empty());
    let connect = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        if !lacking() {
            live::connect(app, form.connection());
        }
    };
    let who = vec![
        Choice::new("none", "Nobody in particular"),
        Choice::new("basic", "User and password"),
        Choice::new("bearer", "Token"),
    ];
    view! {
        <section class="connect card" aria-labelledby="connect-title" data-testid="connect-panel">
            <header class="card-head">
                <h2 id="connect-title">"Connect live"</h2>
                <button
                    class="button quiet"
                    aria-label="Close"
                    on:click=move |_| app.connecting.set(false)
                >
                    {icons::close()}
                </button>
            </header>
            <p class="remark">
                "Prometheus, Thanos, Mimir or VictoriaMetrics: the page asks which metrics there are, looks back, and then follows. It asks this server and no other; what comes stays in this tab."
            </p>
            <form class="connect-form" on:submit=connect>
                <div class="connect-where">
                    <Line label="Address" testid="connect-url" value=form.url placeholder="http://localhost:9090"/>
                    <button
                        class="button primary"
                        type="submit"
                        data-testid="connect-go"
                        disabled=lacking
                    >
                        "Connect"
                    </button>
                </div>
                <div class="connect-fields">
                    <Menu
                        label="Look back"
                        testid="connect-back"
                        choices=Signal::stored(choices(&BACK))
                        chosen=form.back
                        on_choose=move |v| form.back.set(v)
                    />
                    <Menu
                        label="Ask every"
                        testid="connect-every"
                        choices=Signal::stored(choices(&EVERY))
                        chosen=form.every
                        on_choose=move |v| form.every.set(v)
                    />
                    <Menu
                        label="Sign in"
                        testid="connect-who"
                        choices=Signal::stored(who)
                        chosen=form.who
                        on_choose=move |v| form.who.set(v)
                    />
                    <Show when=move || form.who.with(|w| w == "basic")>
                        <Line label="User" testid="connect-user" value=form.user/>
                    </Show>
                    <Show when=move || form.who.with(|w| w != "none")>
                        <Line label="Secret" testid="connect-secret" value=form.secret hidden=true/>
                    </Show>
                    <Line label="Tenant" testid="connect-tenant" value=form.tenant placeholder="only where there are several"/>
                </div>
                <Show when=move || form.who.with(|w| w != "none")>
                    <p class="remark">
                        "Kept in the memory of this tab until it is closed; no address, report or storage holds it."
                    </p>
                </Show>
            </form>
        </section>
    }
}
