//! The whole window takes files: dropped, or pasted.

use super::actions;
use super::state::app;
use crate::web::files;
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

/// Whether the drag carries files; a dragged link or text is none of ours.
fn carries_files(ev: &web_sys::DragEvent) -> bool {
    ev.data_transfer()
        .is_some_and(|data| data.types().iter().any(|t| t == "Files"))
}

/// Whether the event is meant for a place where one types.
fn is_typing(ev: &web_sys::Event) -> bool {
    ev.target()
        .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|e| matches!(e.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Listens to the window, and says where to let go while files hang over it.
#[component]
pub fn DropTarget() -> impl IntoView {
    let app = app();
    // Enter and leave come for every element passed, so they are counted.
    let depth = RwSignal::new(0_i32);
    if app.saved {
        return ().into_any();
    }
    let handles = [
        window_event_listener(ev::dragenter, move |ev| {
            if carries_files(&ev) {
                ev.prevent_default();
                depth.update(|d| *d += 1);
            }
        }),
        window_event_listener(ev::dragover, |ev| {
            if carries_files(&ev) {
                ev.prevent_default();
            }
        }),
        window_event_listener(ev::dragleave, move |ev| {
            if carries_files(&ev) {
                depth.update(|d| *d = (*d - 1).max(0));
            }
        }),
        window_event_listener(ev::drop, move |ev| {
            if carries_files(&ev) {
                ev.prevent_default();
                depth.set(0);
                if let Some(data) = ev.data_transfer() {
                    let dropped = files::from_drop(&data);
                    spawn_local(async move {
                        match dropped.await {
                            Ok(files) => actions::add(app, files),
                            Err(error) => actions::fail(app, error),
                        }
                    });
                }
            }
        }),
        window_event_listener(ev::paste, move |ev| {
            if is_typing(&ev) {
                return;
            }
            let Some(data) = ev.clipboard_data() else {
                return;
            };
            let pasted = files::from_clipboard(&data);
            if !pasted.is_empty() {
                actions::add(app, pasted);
            }
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
    view! {
        <Show when=move || { depth.get() > 0 }>
            <div class="drop-over" aria-hidden="true">
                <p>"Let go to read these files"</p>
            </div>
        </Show>
    }
    .into_any()
}
