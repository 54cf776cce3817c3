//! How long each stage took, as User Timing measures: they show in the browser's profiler and in
//! `performance.getEntriesByType("measure")`. A page that is open for days makes a report every second: of each stage no
//! more than [`KEPT`] are there.

use gloo::timers::callback::Timeout;
use js_sys::{Function, Object, Reflect};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};

/// Reading the files, from the first shard to the last row kept.
pub const READ: &str = "plumbline:read";
/// Joining predictions with outcomes.
pub const JOIN: &str = "plumbline:join";
/// Making the Summary.
pub const SUMMARISE: &str = "plumbline:summarise";
/// Making a Report from a Summary.
pub const REPORT: &str = "plumbline:report";
/// Drawing one chart.
pub const PAINT: &str = "plumbline:paint";
/// From the files given to the last chart painted.
pub const TOTAL: &str = "plumbline:total";

/// Milliseconds since the page was opened; in a worker, since that began.
#[must_use]
pub fn now() -> f64 {
    performance()
        .and_then(|p| p.unchecked_into::<web_sys::Performance>().now().into())
        .unwrap_or_else(js_sys::Date::now)
}

/// Records a measure that began at `since` ([`now`]) and ends now.
pub fn measure(name: &str, since: f64) {
    measure_between(name, since, now());
}

/// Measures of a stage at most; with one more, those before it are forgotten.
const KEPT: u32 = 100;

/// Records a measure.
pub fn measure_between(name: &str, start: f64, end: f64) {
    // web-sys knows `measure` between marks only; a browser without the options form records
    // nothing, which costs nothing.
    let record = || -> Result<(), JsValue> {
        let performance = performance().ok_or(JsValue::NULL)?;
        let options = Object::new();
        Reflect::set(&options, &"start".into(), &start.max(0.0).into())?;
        Reflect::set(&options, &"end".into(), &end.max(start).into())?;
        if is_one_more(name) {
            Reflect::get(&performance, &"clearMeasures".into())?
                .dyn_into::<Function>()?
                .call1(&performance, &name.into())?;
        }
        Reflect::get(&performance, &"measure".into())?
            .dyn_into::<Function>()?
            .call2(&performance, &name.into(), &options)?;
        Ok(())
    };
    let _ = record();
}

/// Counts a measure of a stage; whether there are as many as are kept already.
fn is_one_more(name: &str) -> bool {
    COUNTS.with_borrow_mut(|counts| {
        let at = counts.iter().position(|c| c.0 == name).unwrap_or_else(|| {
            counts.push((name.to_owned(), 0));
            counts.len() - 1
        });
        let full = counts[at].1 == KEPT;
        counts[at].1 = if full { 1 } else { counts[at].1 + 1 };
        full
    })
}

thread_local! {
    /// Measures that are there, by stage.
    static COUNTS: RefCell<Vec<(String, u32)>> = const { RefCell::new(Vec::new()) };
    /// When the reader's wish came, and whether its answer is on its way to the screen.
    static WISH: Cell<Option<(f64, bool)>> = const { Cell::new(None) };
    /// When the last chart was drawn.
    static PAINTED: Cell<f64> = const { Cell::new(0.0) };
    static SETTLING: RefCell<Option<Timeout>> = const { RefCell::new(None) };
}

/// Milliseconds without a drawing after which the last chart has been painted.
const SETTLED_MS: u32 = 120;

/// The reader has given files.
pub fn wished() {
    WISH.set(Some((now(), false)));
}

/// What the reader wished for is about to be shown.
pub fn answered() {
    WISH.set(WISH.get().map(|(since, _)| (since, true)));
}

/// A chart was drawn since `since`. Once no more follow, [`TOTAL`] ends with the last of them.
pub fn painted(since: f64) {
    measure(PAINT, since);
    PAINTED.set(now());
    if let Some((wish, true)) = WISH.get() {
        let settled = Timeout::new(SETTLED_MS, move || {
            if WISH.get() == Some((wish, true)) {
                WISH.set(None);
                measure_between(TOTAL, wish, PAINTED.get());
            }
        });
        // A timeout that is dropped does not run.
        SETTLING.with_borrow_mut(|waiting| *waiting = Some(settled));
    }
}

fn performance() -> Option<JsValue> {
    let performance = Reflect::get(&js_sys::global(), &"performance".into()).ok()?;
    (!performance.is_undefined()).then_some(performance)
}
