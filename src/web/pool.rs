//! Workers: started when first asked, each question matched with its answer, and ended where they
//! fail or are told to stop.
//!
//! A worker is this same module in its other role. The page hands it the compiled module, so that
//! nothing is loaded or compiled again: a worker costs some 20 ms. Code built with `panic = "abort"`
//! cannot go on after a panic, so any uncaught error ends the worker; the next question starts a
//! fresh one.

use super::boot;
use super::wire::{self, Load, UNASKED};
use crate::engine::message::{Reply, Request};
use crate::read::ReadError;
use futures::channel::oneshot;
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, Event, MessageEvent, Url};

/// Why an answer did not come.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Stopped {
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// It failed.
    #[error(transparent)]
    Failed(#[from] ReadError),
}

/// An answer and what rides beside it.
pub type Answer = (Reply, Load);

/// Called with a stage's name and how much of it is done, between 0 and 1.
pub type OnProgress = Rc<dyn Fn(&str, f64)>;

/// Called with why a worker ended.
pub type OnDeath = Box<dyn Fn(&str)>;

/// What a worker is started from.
#[derive(Debug)]
pub struct Source {
    script: String,
    module: JsValue,
}

/// What runs in a worker after the bindgen glue: the browser's compression, for saved reports; the first
/// message is the compiled module, and `main` then listens for the others.
const WORKER_SCRIPT: &str = "
self.plumblineGzip = (bytes) =>
  new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
onmessage = ({ data }) => { onmessage = null; wasm_bindgen.initSync({ module: data }); };
";

impl Source {
    /// Fetches what a worker needs from the page; in a hosted page this asks the host once.
    ///
    /// # Errors
    /// Where the host does not answer.
    pub async fn load() -> Result<Self, ReadError> {
        let failed = |why: JsValue| fault("", "start a worker", &text_of(&why));
        let glue = boot::glue().await.map_err(failed)?;
        let options = BlobPropertyBag::new();
        options.set_type("text/javascript");
        let parts = Array::of2(&glue, &JsValue::from_str(WORKER_SCRIPT));
        let blob = Blob::new_with_str_sequence_and_options(&parts, &options).map_err(failed)?;
        Ok(Self {
            script: Url::create_object_url_with_blob(&blob).map_err(failed)?,
            module: wasm_bindgen::module(),
        })
    }
}

struct Waiting {
    file: String,
    task: String,
    answer: oneshot::Sender<Result<Answer, Stopped>>,
    progress: Option<OnProgress>,
}

struct Live {
    worker: web_sys::Worker,
    /// Messages that came before the worker stood ready; `None` once it does.
    early: Option<Vec<(Array, Array)>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

/// A worker and the questions that it has yet to answer. Dropping it ends the worker.
pub struct Hand {
    source: Rc<Source>,
    live: RefCell<Option<Live>>,
    waiting: RefCell<BTreeMap<u32, Waiting>>,
    last_id: Cell<u32>,
    last_words: RefCell<Option<String>>,
    on_death: RefCell<Option<OnDeath>>,
    me: Weak<Self>,
}

impl Hand {
    /// A worker that starts when it is first asked.
    #[must_use]
    pub fn new(source: Rc<Source>) -> Rc<Self> {
        Rc::new_cyclic(|me| Self {
            source,
            live: RefCell::default(),
            waiting: RefCell::default(),
            last_id: Cell::new(UNASKED),
            last_words: RefCell::default(),
            on_death: RefCell::default(),
            me: me.clone(),
        })
    }

    /// Has somebody told if the worker ends by itself while no question is open.
    pub fn on_death(&self, tell: OnDeath) {
        self.on_death.replace(Some(tell));
    }

    /// Starts the worker now, so that the first question need not wait for it.
    pub fn warm(&self) {
        if self.live.borrow().is_none()
            && let Err(why) = self.start()
        {
            web_sys::console::error_1(&why);
        }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`] after [`Hand::stop`]; [`Stopped::Failed`] where the worker says so,
    /// or dies.
    pub async fn ask(
        &self,
        request: &Request,
        load: Load,
        progress: Option<OnProgress>,
    ) -> Result<Answer, Stopped> {
        let (file, task) = describe(request);
        let (answer, receiver) = oneshot::channel();
        self.last_id.set(self.last_id.get().wrapping_add(1).max(1));
        let id = self.last_id.get();
        let sent = wire::pack(id, request, load).and_then(|message| self.send(message));
        if let Err(why) = sent {
            return Err(fault(&file, &task, &text_of(&why)).into());
        }
        self.waiting.borrow_mut().insert(
            id,
            Waiting {
                file,
                task,
                answer,
                progress,
            },
        );
        match receiver.await {
            Ok(Ok((Reply::Failed { error }, _))) => Err(Stopped::Failed(error)),
            Ok(answer) => answer,
            Err(oneshot::Canceled) => Err(Stopped::Cancelled),
        }
    }

    /// Whether a question is open.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.waiting.borrow().is_empty()
    }

    /// Whether there is a worker, with what it has been told.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.live.borrow().is_some()
    }

    /// Ends the worker at once; its open questions are answered with [`Stopped::Cancelled`].
    pub fn stop(&self) {
        self.live.take();
        self.waiting.take();
    }

    fn send(&self, message: (Array, Array)) -> Result<(), JsValue> {
        if self.live.borrow().is_none() {
            self.start()?;
        }
        match self.live.borrow_mut().as_mut() {
            Some(Live {
                early: Some(early), ..
            }) => {
                early.push(message);
                Ok(())
            }
            Some(live) => live
                .worker
                .post_message_with_transfer(&message.0, &message.1),
            None => Ok(()),
        }
    }

    fn start(&self) -> Result<(), JsValue> {
        let worker = web_sys::Worker::new(&self.source.script)?;
        let me = self.me.clone();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(me) = me.upgrade() {
                me.heard(&event.data());
            }
        });
        let me = self.me.clone();
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if let Some(me) = me.upgrade() {
                let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
                me.died(&why.unwrap_or_else(|| event.type_()));
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        worker.post_message(&self.source.module)?;
        self.live.replace(Some(Live {
            worker,
            early: Some(Vec::new()),
            _on_message: on_message,
            _on_error: on_error,
        }));
        Ok(())
    }

    fn heard(&self, data: &JsValue) {
        match wire::unpack::<Reply>(data) {
            None => self.died("it sent a message that cannot be read"),
            Some((UNASKED, Reply::Failed { error }, _)) => {
                self.last_words.replace(Some(error.found));
            }
            Some((UNASKED, _, _)) => self.ready(),
            Some((id, Reply::Progress { stage, done }, _)) => {
                let progress = self
                    .waiting
                    .borrow()
                    .get(&id)
                    .and_then(|waiting| waiting.progress.clone());
                if let Some(progress) = progress {
                    progress(&stage, done);
                }
            }
            Some((id, reply, load)) => {
                let waiting = self.waiting.borrow_mut().remove(&id);
                if let Some(waiting) = waiting {
                    // The one who asked may have gone; then nobody misses the answer.
                    let _ = waiting.answer.send(Ok((reply, load)));
                }
            }
        }
    }

    fn ready(&self) {
        let mut live = self.live.borrow_mut();
        let Some(live) = live.as_mut() else { return };
        for (message, transfer) in live.early.take().into_iter().flatten() {
            if let Err(why) = live.worker.post_message_with_transfer(&message, &transfer) {
                web_sys::console::error_1(&why);
            }
        }
    }

    fn died(&self, why: &str) {
        // The closure that runs this is part of the worker's handle: drop that in a later task.
        let live = self.live.take();
        if let Some(live) = &live {
            live.worker.terminate();
        }
        wasm_bindgen_futures::spawn_local(async move { drop(live) });
        let words = self.last_words.take();
        let why = match words.as_deref() {
            Some(words) => words,
            // A panic says something before it ends the worker. Rust's allocator, refused more memory, cannot.
            None if why.contains("unreachable") => "it ran out of memory",
            None => why,
        };
        let open = self.waiting.take();
        if let (true, Some(tell)) = (open.is_empty(), &*self.on_death.borrow()) {
            tell(why);
        }
        for (_, waiting) in open {
            let error = fault(&waiting.file, &waiting.task, why);
            let _ = waiting.answer.send(Err(error.into()));
        }
    }
}

/// File and task of a question, for the words of an error.
fn describe(request: &Request) -> (String, String) {
    match request {
        Request::Sniff { name, .. } | Request::Mend { name, .. } => {
            (name.clone(), "look into it".into())
        }
        Request::Read { shard, input } => (
            input.name.clone(),
            format!("read its bytes {} to {}", shard.start, shard.end),
        ),
        Request::ServeTable { input } => (input.name.clone(), "read it".into()),
        Request::Serve => (String::new(), "keep what the service says".into()),
        Request::Open { .. } | Request::More { .. } | Request::Again { .. } => {
            (String::new(), "begin".into())
        }
        Request::Keep { shard, .. } => (
            String::new(),
            format!("keep part {} of file {}", shard.index + 1, shard.file + 1),
        ),
        Request::Finish { .. } => (String::new(), "join and summarise the rows".into()),
        Request::Stop => (String::new(), "stop summarising".into()),
        Request::Refine { .. } => (String::new(), "summarise the rows anew".into()),
        Request::Example => (String::new(), "make the example".into()),
        Request::Carry => ("This saved report".into(), "open it".into()),
        Request::Connect { .. } | Request::Order { .. } | Request::News => {
            (String::new(), "follow the server".into())
        }
        Request::Hold | Request::Write { .. } => (String::new(), "write the report".into()),
    }
}

/// An error of our own making, or the browser's.
pub(super) fn fault(file: &str, task: &str, why: &str) -> ReadError {
    let memory = ["memory", "allocat", "Array buffer"]
        .iter()
        .any(|word| why.contains(word));
    ReadError {
        file: if file.is_empty() { "Plumbline" } else { file }.to_owned(),
        line: None,
        found: format!("could not {task}: {why}"),
        mend: if memory {
            "The browser gave no more memory: close other tabs, give fewer files or columns, or have the rows counted as they pass (Files and columns, Rows)"
        } else {
            "Try again; if it happens each time, please report it with this message"
        }
        .to_owned(),
    }
}

/// What a thrown value says.
pub(super) fn text_of(value: &JsValue) -> String {
    match value.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.to_string()),
        None => value
            .as_string()
            .unwrap_or_else(|| String::from(js_sys::Object::from(value.clone()).to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn who_lacks_memory_is_told_what_takes_less() {
        for why in [
            "it ran out of memory",
            "RangeError: Array buffer allocation failed",
        ] {
            let error = fault("a.csv", "read it", why);
            assert!(
                error.mend.contains("counted as they pass"),
                "{}",
                error.mend
            );
        }
        assert!(
            fault("", "begin", "RuntimeError: unreachable")
                .mend
                .contains("report it")
        );
    }
}
