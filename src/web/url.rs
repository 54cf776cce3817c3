//! What the reader chose, in the page's address after `#`: it can be shared, and the browser's back
//! button works. It never reaches a server.

use crate::report::view::View;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use web_sys::UrlSearchParams;

/// The View in the address; what is not there, or cannot be read, is left to the data.
#[must_use]
pub fn view() -> View {
    let hash = web_sys::window().and_then(|w| w.location().hash().ok());
    View::from_query(hash.as_deref().unwrap_or_default().trim_start_matches('#'))
}

/// Puts a View into the address, in place of the one before.
pub fn set_view(view: &View) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let query = view.to_query();
    let location = window.location();
    let address = if query.is_empty() {
        let path = location.pathname().unwrap_or_default();
        path + &location.search().unwrap_or_default()
    } else {
        format!("#{query}")
    };
    if let Ok(history) = window.history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

/// Calls back whenever the reader changes the address by hand or goes back. Lasts as long as the page.
pub fn on_change(call: impl Fn(View) + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let listener = Closure::<dyn Fn()>::new(move || call(view()));
    let listening =
        window.add_event_listener_with_callback("hashchange", listener.as_ref().unchecked_ref());
    if listening.is_ok() {
        listener.forget();
    }
}

/// A parameter of the address before `#`: `?name=value`.
#[must_use]
pub fn param(name: &str) -> Option<String> {
    let search = web_sys::window()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}
