//! What a chart must know of the screen: dark or light, size, device pixels.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{MutationObserver, MutationObserverInit, ResizeObserver};

/// Width and height of an element in CSS pixels, and device pixels per CSS pixel.
pub type Screen = (f64, f64, f64);

/// Whether the page is dark: as its root's `data-theme` says, else as the system does.
fn is_dark() -> bool {
    let root = document().document_element();
    match root.and_then(|r| r.get_attribute("data-theme")).as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => window()
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches()),
    }
}

thread_local! {
    static DARK: ArcRwSignal<bool> = watch_dark();
}

/// Whether the page is dark, now and after every change; one watch for all charts.
pub fn dark() -> ArcRwSignal<bool> {
    DARK.with(Clone::clone)
}

fn watch_dark() -> ArcRwSignal<bool> {
    let dark = ArcRwSignal::new(is_dark());
    let set = dark.clone();
    let look = Closure::<dyn Fn()>::new(move || {
        if set.get_untracked() != is_dark() {
            set.set(is_dark());
        }
    });
    // A browser without these keeps the theme that it had when the chart was first drawn.
    if let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") {
        let _ = query.add_event_listener_with_callback("change", look.as_ref().unchecked_ref());
    }
    if let (Ok(observer), Some(root)) = (
        MutationObserver::new(look.as_ref().unchecked_ref()),
        document().document_element(),
    ) {
        let options = MutationObserverInit::new();
        options.set_attributes(true);
        let _ = observer.observe_with_options(&root, &options);
    }
    // The watch lasts as long as the page.
    look.forget();
    dark
}

/// The size of a canvas on the screen, now and after every change.
pub fn screen(canvas: NodeRef<html::Canvas>) -> RwSignal<Screen> {
    let screen = RwSignal::new((0.0, 0.0, 1.0));
    let measure = move || {
        let Some(canvas) = canvas.try_get_untracked().flatten() else {
            return;
        };
        let rect = canvas.get_bounding_client_rect();
        let now = (rect.width(), rect.height(), window().device_pixel_ratio());
        if screen.try_get_untracked().is_some_and(|s| s != now) {
            screen.set(now);
        }
    };
    // Zoom changes the pixels of an element that keeps its size.
    let resized = window_event_listener(leptos::ev::resize, move |_| measure());
    on_cleanup(move || resized.remove());
    let watch = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn Fn()>)>);
    on_cleanup(move || {
        watch.try_update_value(|watch| {
            if let Some((observer, _)) = watch.take() {
                observer.disconnect();
            }
        });
    });
    canvas.on_load(move |element| {
        let closure = Closure::<dyn Fn()>::new(measure);
        if let Ok(observer) = ResizeObserver::new(closure.as_ref().unchecked_ref()) {
            observer.observe(&element);
            watch.set_value(Some((observer, closure)));
        }
        measure();
    });
    screen
}
