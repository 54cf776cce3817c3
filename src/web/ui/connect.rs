//! The door to a live source: where it is, who asks, how far to look back. Who asks is kept in memory only.

use super::icons;
use super::live;
use super::live_bar::FaultText;
use super::state::app;
use super::streams;
use super::widgets::{Choice, Menu};
use crate::feed::live::Connection;
use crate::feed::prometheus::{Settings, SignIn};
use crate::feed::{Instant, SECOND, mlflow, rows};
use crate::web::boot;
use leptos::{html, prelude::*};

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

/// Kinds of sources: how a form names each, its title, what its address looks like, and what it is.
const KINDS: [(&str, &str, &str, &str); 6] = [
    (
        "prometheus",
        "Prometheus",
        "http://localhost:9090",
        "Prometheus, Thanos, Mimir or VictoriaMetrics: the page asks which metrics there are, looks back, and then follows.",
    ),
    (
        "tail",
        "File that grows",
        "http://localhost:8790/predictions.ndjson",
        "Lines of JSON or CSV on a server that knows ranges: the page asks for what follows the last whole line.",
    ),
    (
        "poll",
        "JSON, polled",
        "http://localhost:8790/predictions.json?after={next}",
        "A document with rows, asked for over and over. With {next} in the address each answer says what to ask for then; else each row is taken once.",
    ),
    (
        "events",
        "Server-sent events",
        "http://localhost:8790/predictions/events",
        "A stream with a row of JSON in each event.",
    ),
    (
        "socket",
        "WebSocket",
        "ws://localhost:8790/predictions/ws",
        "A socket whose messages are rows of JSON, one a line.",
    ),
    (
        "mlflow",
        "MLflow",
        "http://localhost:5000",
        "MLflow's REST API: the metrics of its runs, with all their values.",
    ),
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

/// What a reader says of the source. It stays until the page is closed, so that what was wrong can be mended.
#[derive(Clone, Copy)]
pub struct Form {
    kind: RwSignal<String>,
    url: RwSignal<String>,
    table: RwSignal<String>,
    path: RwSignal<String>,
    hello: RwSignal<String>,
    experiments: RwSignal<String>,
    back: RwSignal<String>,
    every: RwSignal<String>,
    who: RwSignal<String>,
    user: RwSignal<String>,
    secret: RwSignal<String>,
    tenant: RwSignal<String>,
}

impl Form {
    /// Nothing said yet.
    pub fn new() -> Self {
        Self {
            kind: RwSignal::new("prometheus".into()),
            url: RwSignal::default(),
            table: RwSignal::default(),
            path: RwSignal::new("rows".into()),
            hello: RwSignal::default(),
            experiments: RwSignal::default(),
            back: RwSignal::new("3600".into()),
            every: RwSignal::new("15".into()),
            who: RwSignal::new("none".into()),
            user: RwSignal::default(),
            secret: RwSignal::default(),
            tenant: RwSignal::default(),
        }
    }

    /// Whether the kind is one of these.
    fn is(self, kinds: &[&str]) -> bool {
        self.kind.with(|kind| kinds.contains(&kind.as_str()))
    }

    /// What the kind is.
    fn about(self) -> (&'static str, &'static str) {
        let found = self.kind.with(|kind| KINDS.iter().find(|k| k.0 == *kind));
        found.map_or(("", ""), |kind| (kind.2, kind.3))
    }

    fn connection(self) -> Connection {
        let seconds = |text: RwSignal<String>, usual: Instant| {
            text.with_untracked(|t| t.parse().unwrap_or(usual)) * SECOND
        };
        let text = |text: RwSignal<String>| text.with_untracked(|t| t.trim().to_owned());
        let secret = self.secret.get_untracked();
        let sign_in = match self.who.get_untracked().as_str() {
            "basic" => SignIn::Basic {
                user: self.user.get_untracked(),
                password: secret,
            },
            "bearer" => SignIn::Bearer { token: secret },
            _ => SignIn::None,
        };
        let every = seconds(self.every, 15);
        let origin = window().location().origin().unwrap_or_default();
        let kind = self.kind.get_untracked();
        let rows = rows::Settings {
            url: text(self.url),
            name: text(self.table),
            sign_in: sign_in.clone(),
            every,
            path: if kind == "poll" {
                text(self.path)
            } else {
                String::new()
            },
            next: String::new(),
            hello: text(self.hello),
        };
        match kind.as_str() {
            "tail" => Connection::Tail(rows),
            "poll" => Connection::Poll(rows),
            "events" => Connection::Events(rows),
            "socket" => Connection::Socket(rows),
            "mlflow" => Connection::Mlflow(mlflow::Settings {
                url: rows.url,
                experiments: self.experiments.with_untracked(|ids| {
                    let ids = ids.split([',', ' ']).filter(|id| !id.is_empty());
                    ids.map(str::to_owned).collect()
                }),
                sign_in,
                every,
                origin,
            }),
            _ => Connection::Prometheus(Settings {
                url: rows.url,
                sign_in,
                tenant: text(self.tenant),
                back: seconds(self.back, 3_600),
                every,
                origin,
            }),
        }
    }
}

/// A labelled line of text.
#[component]
fn Line(
    label: &'static str,
    testid: &'static str,
    value: RwSignal<String>,
    #[prop(into, optional)] placeholder: Signal<&'static str>,
    #[prop(optional)] hidden: bool,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                type=if hidden { "password" } else { "text" }
                data-testid=testid
                placeholder=move || placeholder.get()
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
    let form = expect_context::<Form>();
    let lacking = move || form.url.with(|u| u.trim().is_empty());
    let connect = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        if lacking() {
            return;
        }
        match form.connection() {
            metrics @ (Connection::Prometheus(_) | Connection::Mlflow(_)) => {
                live::connect(app, metrics);
            }
            rows => streams::connect(app, rows),
        }
    };
    let who = vec![
        Choice::new("none", "Nobody in particular"),
        Choice::new("basic", "User and password"),
        Choice::new("bearer", "Token"),
    ];
    // It may open below what is in sight.
    let door = NodeRef::<html::Section>::new();
    door.on_load(|door| door.scroll_into_view_with_bool(false));
    let fault = Memo::new(move |_| app.metrics.fault());
    view! {
        <section
            node_ref=door
            class="connect card"
            aria-labelledby="connect-title"
            data-testid="connect-panel"
        >
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
                {move || form.about().1}
                " It asks this server and no other; what comes stays in this tab."
            </p>
            <form class="connect-form" on:submit=connect>
                <div class="connect-where">
                    <Menu
                        label="Kind"
                        testid="connect-kind"
                        choices=Signal::stored(
                            KINDS.iter().map(|kind| Choice::new(kind.0, kind.1)).collect::<Vec<_>>(),
                        )
                        chosen=form.kind
                        on_choose=move |v| form.kind.set(v)
                    />
                    <Line
                        label="Address"
                        testid="connect-url"
                        value=form.url
                        placeholder=Signal::derive(move || form.about().0)
                    />
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
                    <Show when=move || form.is(&["prometheus"])>
                        <Menu
                            label="Look back"
                            testid="connect-back"
                            choices=Signal::stored(choices(&BACK))
                            chosen=form.back
                            on_choose=move |v| form.back.set(v)
                        />
                    </Show>
                    <Show when=move || form.is(&["prometheus", "tail", "poll", "mlflow"])>
                        <Menu
                            label="Ask every"
                            testid="connect-every"
                            choices=Signal::stored(choices(&EVERY))
                            chosen=form.every
                            on_choose=move |v| form.every.set(v)
                        />
                    </Show>
                    <Show when=move || !form.is(&["socket"])>
                        <Menu
                            label="Sign in"
                            testid="connect-who"
                            choices=Signal::stored(who.clone())
                            chosen=form.who
                            on_choose=move |v| form.who.set(v)
                        />
                    </Show>
                    <Show when=move || form.is(&["tail", "poll", "events", "socket"])>
                        <Line
                            label="Table"
                            testid="connect-table"
                            value=form.table
                            placeholder="as the address says"
                        />
                    </Show>
                    <Show when=move || form.is(&["poll"])>
                        <Line label="Path to the rows" testid="connect-path" value=form.path/>
                    </Show>
                    <Show when=move || form.is(&["socket"])>
                        <Line label="First message" testid="connect-hello" value=form.hello placeholder="none"/>
                    </Show>
                    <Show when=move || form.is(&["mlflow"])>
                        <Line
                            label="Experiments"
                            testid="connect-experiments"
                            value=form.experiments
                            placeholder="ids, or all"
                        />
                    </Show>
                    <Show when=move || form.who.with(|w| w == "basic")>
                        <Line label="User" testid="connect-user" value=form.user/>
                    </Show>
                    <Show when=move || form.who.with(|w| w != "none")>
                        <Line label="Secret" testid="connect-secret" value=form.secret hidden=true/>
                    </Show>
                    <Show when=move || form.is(&["prometheus"])>
                        <Line label="Tenant" testid="connect-tenant" value=form.tenant placeholder="only where there are several"/>
                    </Show>
                </div>
                <Show when=move || form.who.with(|w| w != "none")>
                    <p class="remark">
                        "Kept in the memory of this tab until it is closed; no address, report or storage holds it."
                    </p>
                </Show>
            </form>
            <FaultText fault lasts=Signal::stored(true)/>
        </section>
    }
}
