//! How the page and its workers start, and what the page was born with.
//!
//! `public/boot.js` loads the module, from a file beside a hosted page or out of a saved one;
//! [`start`] then finds out whether it runs in a window or in a worker.

use super::slices::next_task;
use super::{bench, client::Client, worker};
use js_sys::{ArrayBuffer, JsString, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, HtmlElement, HtmlScriptElement, Response, Window};

/// Runs the page in a window, and a worker anywhere else.
pub fn start() {
    if js_sys::global().dyn_ref::<Window>().is_none() {
        worker::start();
        return;
    }
    console_error_panic_hook::set_once();
    let Some(app) = element("app").and_then(|e| e.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let client = Client::new();
    bench::offer(&client);
    wasm_bindgen_futures::spawn_local(async move {
        // Starting the module has used up this task.
        next_task().await;
        leptos::mount::mount_to(app, move || view! { <super::ui::App client/> }).forget();
        if let Some(boot) = element("boot").and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
            boot.set_hidden(true);
        }
    });
}

/// The page, where there is one.
#[must_use]
pub fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn element(id: &str) -> Option<web_sys::Element> {
    document()?.get_element_by_id(id)
}

/// Where `boot.js` puts what a saved report carries.
const CARRIED: &str = "plumblineCarried";

/// Whether this is a saved report.
#[must_use]
pub fn carried() -> bool {
    Reflect::get(&js_sys::global(), &CARRIED.into())
        .is_ok_and(|c| c.is_instance_of::<ArrayBuffer>())
}

/// What a saved report carries: the JSON that [`crate::report::html::render`] was given.
/// The page has it no more.
#[must_use]
pub fn take_carried() -> ArrayBuffer {
    let global = js_sys::global();
    let carried = Reflect::get(&global, &CARRIED.into()).unwrap_or_default();
    let _ = Reflect::delete_property(&global, &CARRIED.into());
    carried.dyn_into().unwrap_or_else(|_| ArrayBuffer::new(0))
}

/// Whether all of the page is in one file: a saved report, or the viewer itself.
#[must_use]
pub fn is_one_file() -> bool {
    element("wasm").is_some()
}

/// Whether the policy of this page lets it ask other servers than its own. The page for files does not; the one for
/// live sources does.
#[must_use]
pub fn may_connect() -> bool {
    let policy = document().and_then(|d| {
        d.query_selector("meta[http-equiv='Content-Security-Policy']")
            .ok()?
    });
    match policy.and_then(|p| p.get_attribute("content")) {
        Some(policy) => policy.contains("connect-src 'self' http:"),
        // No policy forbids nothing; one file has no host to ask.
        None => !is_one_file(),
    }
}

/// The text of the bindgen glue, which every worker begins with.
pub(super) async fn glue() -> Result<JsString, JsValue> {
    let script: HtmlScriptElement = element("glue")
        .ok_or("the page has lost its own script")?
        .unchecked_into();
    if is_one_file() {
        return Ok(script.text_content().unwrap_or_default().into());
    }
    fetch(&script.src()).await
}

/// The text of a file of the page's own host.
pub(super) async fn fetch(url: &str) -> Result<JsString, JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let response: Response = JsFuture::from(window.fetch_with_str(url)).await?.into();
    if !response.ok() {
        return Err(format!("{url}: the host answers {}", response.status()).into());
    }
    JsFuture::from(response.text()?).await?.dyn_into()
}
