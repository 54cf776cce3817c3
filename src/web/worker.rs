//! The worker's side: carries out one request after the other with the functions of
//! [`engine`](crate::engine), and holds no state of its own but the keeper's rows.
//!
//! Everything here is synchronous, but for the browser's compression and for refinements: a worker may block,
//! and a job that is no longer wanted is stopped by ending its worker. A refinement is made where the rows are
//! kept, so that it rests between its steps to hear whether it is still wanted.

use super::follower::Follower;
use super::mend::mended;
use super::pool::text_of;
use super::timing;
use super::unpack::unpacked;
use super::wire::{self, Load, UNASKED};
use crate::engine::message::{Input, Reply, Request, Shard, Written};
use crate::engine::rows::Load as Rows;
use crate::engine::service::{Served, is_served, serve, serve_table};
use crate::engine::{Depth, Keeper, Refined, example, info, look_as, parcel, read_through, write};
use crate::read::{Bytes, Counted, ReadError, ends_early};
use crate::report::expect::Expectations;
use crate::report::html::{self, Payload};
use crate::report::view::View;
use crate::series::read::About;
use crate::summary::{Series, Summary};
use crate::unpack::{HEAD_BYTES, holds_others};
use gloo::timers::future::TimeoutFuture;
use js_sys::{ArrayBuffer, Function, Promise, Reflect, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, File, FileReaderSync, MessageEvent};

/// Least time between two reports of progress, in milliseconds.
const PROGRESS_MS: f64 = 50.0;

/// Listens for requests.
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let post = Post(scope.clone());
    let dying = post.clone();
    std::panic::set_hook(Box::new(move |panic| {
        console_error_panic_hook::hook(panic);
        let error = fault("", &panic.to_string());
        dying.send(UNASKED, &Reply::Failed { error }, Load::None);
    }));
    let keeping = Rc::new(RefCell::new(None));
    let answering = post.clone();
    let telling = post.clone();
    let follower = Follower::new(move |id, reply: &Reply, load| telling.send(id, reply, load));
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some((id, request, load)) = wire::unpack::<Request>(&event.data()) else {
            return;
        };
        if matches!(
            request,
            Request::Connect { .. } | Request::Order { .. } | Request::News
        ) {
            return follower.take(id, request);
        }
        if let Request::Refine {
            view,
            depth,
            expected,
        } = request
        {
            let (post, keeping) = (answering.clone(), Rc::clone(&keeping));
            wasm_bindgen_futures::spawn_local(async move {
                let (reply, load) = refine(&post, id, (&view, depth, expected), &keeping)
                    .await
                    .unwrap_or_else(|error| (Reply::Failed { error }, Load::None));
                post.send(id, &reply, load);
            });
            return;
        }
        let pack = matches!(
            request,
            Request::Write {
                what: Written::Payload,
                ..
            }
        );
        let (reply, load) = answer(&answering, id, request, load, &mut keeping.borrow_mut())
            .unwrap_or_else(|error| (Reply::Failed { error }, Load::None));
        match load {
            Load::Bytes(text) if pack => {
                let answering = answering.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let packed = gzip(&text).await.map_err(|why| no_gzip(&why));
                    match packed {
                        Ok(packed) => {
                            let text = html::text(&packed);
                            answering.send(id, &reply, Load::copy_of(text.as_bytes()));
                        }
                        Err(error) => answering.send(id, &Reply::Failed { error }, Load::None),
                    }
                });
            }
            load => answering.send(id, &reply, load),
        }
    });
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // It listens for as long as the worker lives.
    listener.forget();
    post.send(UNASKED, &Reply::Ready, Load::None);
}

#[derive(Clone)]
struct Post(DedicatedWorkerGlobalScope);

impl Post {
    fn send(&self, id: u32, reply: &Reply, load: Load) {
        let sent = wire::pack(id, reply, load)
            .and_then(|(message, transfer)| self.0.post_message_with_transfer(&message, &transfer));
        if let Err(why) = sent {
            // Nobody else can be told; uncaught, it ends this worker and the page hears of that.
            wasm_bindgen::throw_val(why);
        }
    }
}

/// What a keeper has: the rows, and the series that the page has of them.
struct Keeping {
    keeper: Keeper,
    sent: Vec<Series>,
}

impl Keeping {
    fn new(keeper: Keeper) -> Self {
        Self {
            keeper,
            sent: Vec::new(),
        }
    }
}

fn answer(
    post: &Post,
    id: u32,
    request: Request,
    load: Load,
    keeping: &mut Option<Keeping>,
) -> Result<(Reply, Load), ReadError> {
    match request {
        Request::Sniff { name, bytes, fix } => {
            let file = file(load, &name)?;
            let slices = Slices {
                file: &file,
                name: &name,
                bytes,
            };
            let head = slices.read(0, HEAD_BYTES.min(bytes))?;
            if holds_others(&head) {
                let clock = Clock::new(post, id);
                let tell = |read| clock.tick("unpack", read as f64 / bytes.max(1) as f64);
                return unpacked(&name, &Counted::new(&slices, &tell));
            }
            let form = match fix.is_none() {
                true => is_served(&slices)?,
                false => None,
            };
            if let Some(form) = form {
                let about = About {
                    name: name.clone(),
                    modified: Some((file.last_modified() * 1e3) as i64),
                };
                return told(&serve(&about, &slices, form)?);
            }
            match look_as(&name, &slices, fix) {
                Ok(input) => {
                    let input = Box::new(input);
                    Ok((Reply::Sniffed { input }, Load::None))
                }
                Err(_) if ends_early(&slices)? => Ok((Reply::EndsEarly, Load::None)),
                Err(why) => Err(why),
            }
        }
        Request::Mend { name, fix, others } => mended(&name, fix, &others, load),
        Request::ServeTable { input } => {
            let file = file(load, &input.name)?;
            let slices = Slices {
                file: &file,
                name: &input.name,
                bytes: input.bytes,
            };
            told(&serve_table(&input, &slices)?)
        }
        Request::Serve => {
            let served = serde_json::from_slice(&load.into_bytes())
                .map_err(|_| fault("", "what a service says was damaged on its way"))?;
            opened(keeping)?.keeper.serve(vec![served]);
            Ok((Reply::Kept, Load::None))
        }
        Request::Read { shard, input } => read(&file(load, &input.name)?, shard, &input),
        Request::Open { inputs, stream } => {
            let keeper = match stream {
                Some(view) => Keeper::streaming(inputs, view),
                None => Keeper::open(inputs),
            };
            *keeping = Some(Keeping::new(keeper));
            Ok((Reply::Kept, Load::None))
        }
        Request::More { inputs } => {
            opened(keeping)?.keeper.more(inputs);
            Ok((Reply::Kept, Load::None))
        }
        Request::Keep { shard, info } => {
            let rows = Rows::Bytes(load.into_bytes());
            opened(keeping)?.keeper.keep(shard, info, rows)?;
            Ok((Reply::Kept, Load::None))
        }
        Request::Again { files } => {
            let keeper = &mut opened(keeping)?.keeper;
            for (file, input) in files {
                keeper.again(file, input);
            }
            Ok((Reply::Kept, Load::None))
        }
        Request::Finish { view } => {
            let clock = Clock::new(post, id);
            let keeping = opened(keeping)?;
            let summary = keeping
                .keeper
                .finish(&view, &mut |stage, done| clock.tick(stage, done))?;
            clock.reply(summary, &mut keeping.sent)
        }
        Request::Refine { .. } => Err(fault("", "a refinement goes its own way")),
        Request::Connect { .. } | Request::Order { .. } | Request::News => {
            Err(fault("", "a live source goes its own way"))
        }
        Request::Stop => {
            opened(keeping)?.keeper.give_up();
            Ok((Reply::Kept, Load::None))
        }
        Request::Example => {
            let made = example::files();
            let files = made
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.len()));
            let files = files.collect();
            let bytes = Load::copy_of(made.map(|(_, text)| text).concat().as_bytes());
            Ok((Reply::Example { files }, bytes))
        }
        Request::Carry => {
            let payload: Payload<'_> =
                serde_json::from_slice(&load.into_bytes()).map_err(|why| ReadError {
                    file: "This saved report".to_owned(),
                    line: None,
                    found: format!("its data cannot be read: {why}"),
                    mend: "Ask for it to be saved again".to_owned(),
                })?;
            let view = Box::new(payload.view.into_owned());
            let standards = Box::new(payload.standards.into_owned());
            let summary = payload.summary.into_owned();
            let mut held = Keeping::new(Keeper::holding(summary.clone()));
            let parcel = packed(summary, &mut held.sent)?;
            *keeping = Some(held);
            Ok((Reply::Carried { view, standards }, parcel))
        }
        Request::Hold => {
            let summary = parcel::open(&load.into_bytes(), &[])
                .ok_or_else(|| fault("", "the summary was damaged on its way"))?;
            // The page, which sends it, has all of it.
            let sent = summary.series.clone();
            let keeper = Keeper::holding(summary);
            *keeping = Some(Keeping { keeper, sent });
            Ok((Reply::Kept, Load::None))
        }
        Request::Write {
            what,
            view,
            standards,
        } => {
            let keeper = &mut opened(keeping)?.keeper;
            keeper.expect(standards.expected());
            let summary = keeper.answering(&view);
            let summary = summary.ok_or_else(|| fault("", "nothing was summarised yet"))?;
            let text = write(what, summary, &view, &standards)
                .map_err(|why| fault("", &why.to_string()))?;
            Ok((Reply::Written, Load::copy_of(text.as_bytes())))
        }
    }
}

/// What a file of a service says.
fn told(served: &Served) -> Result<(Reply, Load), ReadError> {
    let bytes = serde_json::to_vec(served).map_err(|why| fault(&served.name, &why.to_string()))?;
    let lost = served.read.troubles.iter().filter(|t| t.row_lost);
    let reply = Reply::Served {
        name: served.name.clone(),
        format: served.read.format.clone(),
        rows: served.read.set.rows(),
        rejected: lost.map(|t| t.count).sum(),
    };
    Ok((reply, Load::copy_of(&bytes)))
}

/// Makes the Summary answer a view, and listens to the page between two steps.
async fn refine(
    post: &Post,
    id: u32,
    (view, depth, expected): (&View, Depth, Option<Box<Expectations>>),
    keeping: &RefCell<Option<Keeping>>,
) -> Result<(Reply, Load), ReadError> {
    let clock = Clock::new(post, id);
    {
        let mut keeping = keeping.borrow_mut();
        let keeper = &mut opened(&mut keeping)?.keeper;
        keeper.expect(expected.map(|expected| *expected));
        keeper.begin_refining(view, depth);
    }
    loop {
        let began = timing::now();
        loop {
            let mut keeping = keeping.borrow_mut();
            let keeping = opened(&mut keeping)?;
            match keeping.keeper.go_on()? {
                Refined::Done(summary) => return clock.reply(*summary, &mut keeping.sent),
                Refined::Share(done) => clock.tick("estimate", done),
            }
            if timing::now() - began >= PROGRESS_MS / 2.0 {
                break;
            }
        }
        TimeoutFuture::new(0).await;
    }
}

fn read(file: &File, shard: Shard, input: &Input) -> Result<(Reply, Load), ReadError> {
    let slices = Slices {
        file,
        name: &input.name,
        bytes: input.bytes,
    };
    let part = read_through(input, shard, &slices)?;
    let info = info(&part);
    let rows = Load::copy_of(&part.table.to_bytes());
    Ok((Reply::Part { shard, info }, rows))
}

/// Tells of progress, and how long each stage took.
struct Clock<'a> {
    post: &'a Post,
    id: u32,
    began: f64,
    summarising: std::cell::Cell<Option<f64>>,
    told: std::cell::Cell<f64>,
}

impl<'a> Clock<'a> {
    fn new(post: &'a Post, id: u32) -> Self {
        Self {
            post,
            id,
            began: timing::now(),
            summarising: None.into(),
            told: f64::NEG_INFINITY.into(),
        }
    }

    fn tick(&self, stage: &str, done: f64) {
        let now = timing::now();
        let begins = stage == "summarise" && self.summarising.get().is_none();
        if begins {
            self.summarising.set(Some(now));
        }
        if begins || now - self.told.get() >= PROGRESS_MS {
            self.told.set(now);
            let stage = stage.to_owned();
            self.post
                .send(self.id, &Reply::Progress { stage, done }, Load::None);
        }
    }

    /// The Summary rides as a parcel, beside the reply: as text in it, it would be escaped, unescaped
    /// and copied once more on the page's own thread.
    fn reply(&self, summary: Summary, sent: &mut Vec<Series>) -> Result<(Reply, Load), ReadError> {
        let parcel = packed(summary, sent)?;
        let now = timing::now();
        let middle = self.summarising.get().unwrap_or(self.began);
        let reply = Reply::Summary {
            join_ms: middle - self.began,
            summarise_ms: now - middle,
        };
        Ok((reply, parcel))
    }
}

fn packed(summary: Summary, sent: &mut Vec<Series>) -> Result<Load, ReadError> {
    let parcel = parcel::pack(summary, sent).map_err(|why| fault("", &why.to_string()))?;
    Ok(Load::copy_of(&parcel))
}

/// A text, compressed by the browser ([`super::pool`] has the function).
async fn gzip(text: &ArrayBuffer) -> Result<Vec<u8>, JsValue> {
    let compress: Function =
        Reflect::get(&js_sys::global(), &"plumblineGzip".into())?.dyn_into()?;
    let packed: Promise = compress.call1(&JsValue::NULL, text)?.dyn_into()?;
    Ok(Uint8Array::new(&JsFuture::from(packed).await?).to_vec())
}

fn no_gzip(why: &JsValue) -> ReadError {
    ReadError {
        file: "report.html".to_owned(),
        line: None,
        found: format!("it could not be compressed: {}", text_of(why)),
        mend: "Use a current browser: Chrome 91, Firefox 113, Safari 16.4 or later".to_owned(),
    }
}

fn opened(keeping: &mut Option<Keeping>) -> Result<&mut Keeping, ReadError> {
    keeping
        .as_mut()
        .ok_or_else(|| fault("", "the rows are no longer there"))
}

fn file(load: Load, name: &str) -> Result<File, ReadError> {
    match load {
        Load::File(file) => Ok(file),
        _ => Err(fault(name, "the file did not come with the request")),
    }
}

/// A file that the page was given.
struct Slices<'a> {
    file: &'a File,
    name: &'a str,
    bytes: u64,
}

impl Bytes for Slices<'_> {
    fn size(&self) -> u64 {
        self.bytes
    }

    fn read(&self, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
        slice(self.file, self.name, from, to)
    }
}

/// Bytes of a file.
pub(super) fn slice(file: &File, name: &str, from: u64, to: u64) -> Result<Vec<u8>, ReadError> {
    // A file's size is a double in the browser; exact below 2^53.
    let get = || -> Result<ArrayBuffer, JsValue> {
        let blob = file.slice_with_f64_and_f64(from as f64, to as f64)?;
        FileReaderSync::new()?.read_as_array_buffer(&blob)
    };
    let buffer = get().map_err(|why| ReadError {
        file: name.to_owned(),
        line: None,
        found: format!(
            "the browser cannot read bytes {from} to {to}: {}",
            text_of(&why)
        ),
        mend: "It was changed, moved or locked since it was given; give it again".to_owned(),
    })?;
    let bytes = wire::taken(&buffer);
    if bytes.len() as u64 == to - from {
        Ok(bytes)
    } else {
        Err(ReadError {
            file: name.to_owned(),
            line: None,
            found: format!("it ended early, after {} bytes", from + bytes.len() as u64),
            mend: "It was changed since it was given; give it again".to_owned(),
        })
    }
}

fn fault(file: &str, why: &str) -> ReadError {
    ReadError {
        file: file.to_owned(),
        line: None,
        found: why.to_owned(),
        mend: "Give the files again".to_owned(),
    }
}
