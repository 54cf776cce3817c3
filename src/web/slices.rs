//! Long work on the page's own thread, cut into slices with room for the reader between them.

use super::timing;
use crate::report::expect::Expectations;
use crate::report::view::View;
use crate::report::{Missing, Report, Steps};
use crate::summary::Summary;
use futures::channel::oneshot;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageChannel;

/// Milliseconds of work between two chances to draw: what a frame of 60 in a second leaves.
const SLICE_MS: f64 = 10.0;

/// Work that has begun, and what is left of its slice.
pub struct Slices {
    since: Cell<f64>,
}

impl Slices {
    /// Begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self {
            since: Cell::new(timing::now()),
        }
    }

    /// Called between two small pieces: lets the browser draw and listen if the slice is used up.
    pub async fn rest(&self) {
        if timing::now() - self.since.get() >= SLICE_MS {
            next_task().await;
            self.since.set(timing::now());
        }
    }
}

/// Makes a Report in slices, and tells what the Summary lacked for it.
pub async fn report(
    summary: &Summary,
    view: &View,
    expected: Option<&Expectations>,
) -> (Report, Missing) {
    // Whatever came before had a slice of its own.
    next_task().await;
    let slices = Slices::begin();
    let mut steps = Steps::begin(summary, view, expected);
    loop {
        if let Some(made) = steps.step() {
            return made;
        }
        slices.rest().await;
    }
}

/// Waits until the browser has had its turn. A message, because a timer waits for 4 ms at least, and
/// for a second in a page that is out of sight.
pub(super) async fn next_task() {
    let (sender, receiver) = oneshot::channel();
    let Ok(channel) = MessageChannel::new() else {
        return;
    };
    let heard = Closure::once(move || {
        // Whoever waits for it is below.
        let _ = sender.send(());
    });
    let port = channel.port1();
    port.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    if channel.port2().post_message(&JsValue::NULL).is_ok() {
        let _ = receiver.await;
    }
    port.close();
}

type Job = Box<dyn FnOnce()>;

thread_local! {
    static WAITING: RefCell<VecDeque<Job>> = const { RefCell::new(VecDeque::new()) };
    static WORKING: Cell<bool> = const { Cell::new(false) };
}

/// Does something on the page in its turn, after what was asked before: a part of it is filled, a
/// chart is drawn. As many as fit into a slice are done at once.
pub fn in_turn(job: impl FnOnce() + 'static) {
    WAITING.with_borrow_mut(|waiting| waiting.push_back(Box::new(job)));
    if !WORKING.replace(true) {
        wasm_bindgen_futures::spawn_local(async {
            // Whatever asked may have used up this task.
            next_task().await;
            let slices = Slices::begin();
            while let Some(job) = WAITING.with_borrow_mut(VecDeque::pop_front) {
                job();
                // What follows from it belongs to the same slice.
                leptos::task::tick().await;
                slices.rest().await;
            }
            WORKING.set(false);
        });
    }
}
