//! Whom to call when something begins while a live source is followed: the reader, by the browser's notifications,
//! which they allow by a click; and a webhook, where they set one. Its address is kept in memory only.

use super::icons;
use super::state::App;
use super::widgets::{Choice, Menu};
use crate::engine::alarms::{Alarm, Shape, Watch, going_on};
use crate::table::time::Time;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Notification, NotificationOptions, NotificationPermission, RequestInit, RequestMode,
};

/// Whom to call, and what they were called for.
#[derive(Clone, Copy)]
pub struct Alarms {
    notify: RwSignal<bool>,
    webhook: RwSignal<String>,
    slack: RwSignal<bool>,
    /// What became of the last message.
    told: RwSignal<String>,
    called: RwSignal<Vec<Alarm>>,
}

/// Alarms that are listed at most.
const LISTED: usize = 20;

impl Alarms {
    /// Looks at each report while a source is followed.
    pub fn follow(app: App) -> Self {
        let me = Self {
            notify: RwSignal::new(false),
            webhook: RwSignal::default(),
            slack: RwSignal::new(false),
            told: RwSignal::default(),
            called: RwSignal::default(),
        };
        let watch = StoredValue::new(Watch::default());
        let live = Memo::new(move |_| {
            let metrics = app.metrics.follow_any();
            app.streams.follow_any() || metrics
        });
        Effect::new(move |_| {
            let report = app.report.get();
            if !live.get() {
                return watch.update_value(Watch::clear);
            }
            let Some(report) = report else { return };
            // Until it has caught up with now, what it tells is of the past.
            if !app.metrics.caught_up() || !app.streams.caught_up() {
                return;
            }
            let began = watch.try_update_value(|w| w.look(going_on(&report)));
            for alarm in began.into_iter().flatten() {
                me.call(alarm);
            }
        });
        me
    }

    fn call(self, alarm: Alarm) {
        if self.notify.get_untracked() {
            notify(&alarm);
        }
        self.post(&alarm);
        self.called.update(|all| {
            all.insert(0, alarm);
            all.truncate(LISTED);
        });
    }

    /// Sends it to the webhook, where there is one.
    fn post(self, alarm: &Alarm) {
        let url = self.webhook.get_untracked().trim().to_owned();
        if url.is_empty() {
            return;
        }
        let slack = self.slack.get_untracked();
        let text = alarm.message(if slack { Shape::Slack } else { Shape::Plain });
        spawn_local(async move {
            let told = match post(&url, &text, slack).await {
                Ok(told) => told,
                Err(_) => "The webhook cannot be reached.".to_owned(),
            };
            self.told.set(told);
        });
    }
}

/// Posts a message. A webhook seldom allows a page to read its answer; then it is sent in a way that needs no leave,
/// and whether it was taken is not known.
async fn post(url: &str, text: &str, simple: bool) -> Result<String, JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&text.into());
    if !simple {
        let headers = web_sys::Headers::new()?;
        headers.set("Content-Type", "application/json")?;
        init.set_headers(&headers);
        let sent = JsFuture::from(window().fetch_with_str_and_init(url, &init)).await;
        if let Ok(response) = sent {
            let status = web_sys::Response::from(response).status();
            return Ok(match status {
                200..=299 => "The webhook took the last message.".to_owned(),
                status => format!("The webhook refused the last message (status {status})."),
            });
        }
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&text.into());
    init.set_mode(RequestMode::NoCors);
    JsFuture::from(window().fetch_with_str_and_init(url, &init)).await?;
    Ok(
        "The last message was sent; the webhook does not let this page see whether it took it."
            .to_owned(),
    )
}

/// Whether this browser has notifications at all; some do for installed pages only.
fn can_notify() -> bool {
    js_sys::Reflect::has(&js_sys::global(), &"Notification".into()).unwrap_or(false)
}

fn notify(alarm: &Alarm) {
    let options = NotificationOptions::new();
    options.set_body(&alarm.text());
    options.set_tag(&alarm.id);
    // A browser that shows none has the list of the page.
    let _ = Notification::new_with_options(&alarm.title, &options);
}

/// Whom to call.
#[component]
pub fn AlarmSheet() -> impl IntoView {
    let alarms = expect_context::<Alarms>();
    let shapes = vec![
        Choice::new("plain", "Plain JSON"),
        Choice::new("slack", "Slack, Mattermost"),
    ];
    let refused = RwSignal::new(
        !can_notify() || Notification::permission() == NotificationPermission::Denied,
    );
    let allow = move |on: bool| {
        if !on || !can_notify() {
            return alarms.notify.set(false);
        }
        let Ok(asked) = Notification::request_permission() else {
            return refused.set(true);
        };
        spawn_local(async move {
            let answer = JsFuture::from(asked).await.ok().and_then(|a| a.as_string());
            let granted = answer.as_deref() == Some("granted");
            alarms.notify.set(granted);
            refused.set(!granted);
        });
    };
    let trial = move |_| {
        let now = Time((js_sys::Date::now() * 1e3) as i64);
        let alarm = Alarm::trial(now);
        if alarms.notify.get_untracked() {
            notify(&alarm);
        }
        alarms.post(&alarm);
    };
    let whom = move || alarms.notify.get() || alarms.webhook.with(|w| !w.trim().is_empty());
    view! {
        <details class="live-sheet" data-testid="live-alarms">
            <summary class="button" class:on=whom>
                {icons::bell()}
                {move || match alarms.called.with(Vec::len) {
                    0 => "Alarms".to_owned(),
                    1 => "1 alarm".to_owned(),
                    n => format!("{n} alarms"),
                }}
            </summary>
            <div class="live-sheet-in">
                <p class="remark">
                    "An incident that opens and an error budget that is spent too fast call once, when they begin."
                </p>
                <label class="live-check">
                    <input
                        type="checkbox"
                        data-testid="alarm-notify"
                        prop:checked=move || alarms.notify.get()
                        on:change=move |ev| allow(event_target_checked(&ev))
                    />
                    <span>"Notify me in this browser"</span>
                </label>
                <Show when=move || refused.get()>
                    <p class="remark">
                        "The browser does not let this page notify you. Allow notifications in the settings of this site."
                    </p>
                </Show>
                <label class="field">
                    <span class="field-label">"Webhook"</span>
                    <input
                        type="text"
                        data-testid="alarm-webhook"
                        placeholder="https://…"
                        spellcheck="false"
                        autocomplete="off"
                        prop:value=move || alarms.webhook.get()
                        on:change=move |ev| alarms.webhook.set(event_target_value(&ev))
                    />
                </label>
                <div class="live-row">
                    <Menu
                        label="As"
                        testid="alarm-shape"
                        choices=Signal::stored(shapes)
                        chosen=Signal::derive(move || {
                            if alarms.slack.get() { "slack".to_owned() } else { "plain".to_owned() }
                        })
                        on_choose=move |v| alarms.slack.set(v == "slack")
                    />
                    <button class="button" data-testid="alarm-try" disabled=move || !whom() on:click=trial>
                        "Try it"
                    </button>
                </div>
                <p class="remark" data-testid="alarm-told">{move || alarms.told.get()}</p>
                <ul class="live-called" data-testid="alarm-list">
                    {move || {
                        let one = |a: Alarm| {
                            view! {
                                <li>
                                    <strong>{a.title}</strong>
                                    <span>{a.sentence}</span>
                                </li>
                            }
                        };
                        alarms.called.get().into_iter().map(one).collect_view()
                    }}
                </ul>
            </div>
        </details>
    }
}
