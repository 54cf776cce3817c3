//! The page's one door to its workers: look into files, read them into a Summary, ask for another.
//!
//! Rows pass through the page only as buffers that change hands, from the reader that made them to
//! the keeper that holds them. A run reads into a keeper of its own, which takes the place of the
//! former one when it succeeds; so a run that is cancelled or fails leaves everything as it was, and
//! the memory of the former data goes back to the system with its worker.

use super::files::Given;
use super::look::{Looked, Served};
use super::opening::ToRead;
use super::pool::{Hand, OnProgress, Source, fault, text_of};
use super::progress::Tracker;
use super::reading::{Reading, read_all};
use super::slices::Slices;
use super::timing;
use super::wire::Load;
use crate::engine::message::{Input, Reply, Request, Written};
use crate::engine::pace::Looks;
use crate::engine::parcel::{Packing, Unpacking};
use crate::engine::service::{Made, made_of};
use crate::engine::{Depth, Mode};
use crate::read::ReadError;
use crate::report::expect::Expectations;
use crate::report::standards::Standards;
use crate::report::view::View;
use crate::summary::{Series, Summary};
use futures::lock::Mutex;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use web_sys::File;

pub use super::opening::streams;
pub use super::pool::Stopped;
pub use super::progress::{Progress, Stage};

/// Most workers that read at a time.
const MOST_READERS: usize = 8;

/// What a run gives.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The Summary.
    pub summary: Arc<Summary>,
    /// Rows read.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Milliseconds spent in reading.
    pub read_ms: f64,
    /// Milliseconds spent in joining.
    pub join_ms: f64,
    /// Milliseconds spent in summarising.
    pub summarise_ms: f64,
}

/// Called with why a worker ended by itself, and what follows from it.
type OnLoss = Rc<dyn Fn(ReadError)>;

/// The page's one door to its workers. Clones are the same door.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

#[derive(Default)]
struct Inner {
    source: Mutex<Option<Rc<Source>>>,
    readers: RefCell<Vec<Rc<Hand>>>,
    /// Holds the rows of the last run that succeeded; and the Summary that came of them last.
    keeper: RefCell<Option<(Rc<Hand>, Arc<Summary>)>>,
    /// Takes the rows of the run under way.
    candidate: RefCell<Option<Rc<Hand>>>,
    /// Has a Summary whose rows no worker keeps, to write it down.
    scribe: RefCell<Option<(Rc<Hand>, Arc<Summary>)>>,
    on_loss: RefCell<Option<OnLoss>>,
    refining: Mutex<()>,
    last_refine: Cell<u64>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// A door; what workers need is fetched at once, so that the page then works without its host.
    #[must_use]
    pub fn new() -> Self {
        let client = Self(Rc::default());
        let early = client.clone();
        wasm_bindgen_futures::spawn_local(async move {
            // If it fails, it is tried again, and told, when a worker is wanted.
            let _ = early.source().await;
        });
        client
    }

    /// Looks into the start of each file: its format, columns and their likely roles. A file that
    /// holds others gives these.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`] after [`Client::cancel`]; [`Stopped::Failed`] where no worker starts.
    pub async fn look(
        &self,
        files: Vec<Given>,
        on_progress: impl Fn(Looks) + 'static,
    ) -> Result<Looked, Stopped> {
        let readers = self.readers().await?;
        Looked::at(&readers, files, Rc::new(on_progress)).await
    }

    /// Reads the files, joins and summarises them. `inputs` are beside `files` (those of each), with
    /// the roles in force. A run under way is cancelled.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`] after [`Client::cancel`] or another run; [`Stopped::Failed`] where a
    /// file cannot be read at all.
    pub async fn run(
        &self,
        files: &[Vec<File>],
        inputs: &[Input],
        served: &[Served],
        mode: Mode,
        view: View,
        on_progress: impl Fn(Progress) + 'static,
    ) -> Result<Loaded, Stopped> {
        self.cancel();
        let keeper = Hand::new(self.source().await?);
        self.0.candidate.replace(Some(Rc::clone(&keeper)));
        let done = self
            .read_and_finish(
                &keeper,
                (files, inputs, served, mode),
                view,
                Rc::new(on_progress),
            )
            .await;
        let mine = matches!(&*self.0.candidate.borrow(), Some(c) if Rc::ptr_eq(c, &keeper));
        if !mine {
            // Another run has begun; whatever came of this one, nobody waits for it.
            return Err(Stopped::Cancelled);
        }
        self.0.candidate.take();
        match done {
            Ok((loaded, heir)) => {
                let keeper = heir.unwrap_or(keeper);
                let tell = self.0.on_loss.borrow().clone();
                keeper.on_death(Box::new(move |why| {
                    let mend = "What is shown stays; the files are read again when a choice needs their rows";
                    let error = ReadError {
                        mend: mend.to_owned(),
                        ..fault("", "keep the rows in memory", why)
                    };
                    if let Some(tell) = &tell {
                        tell(error);
                    }
                }));
                let summary = Arc::clone(&loaded.summary);
                self.0.scribe.take();
                self.0.keeper.replace(Some((keeper, summary)));
                Ok(loaded)
            }
            Err(why) => {
                self.stop_readers();
                Err(why)
            }
        }
    }

    /// Makes the Summary answer a view that it lacks rows for, as far as a depth, and tells how much of it is done.
    /// Only the last wish counts: those before it end as [`Stopped::Cancelled`], the one in the making between two
    /// steps.
    ///
    /// # Errors
    /// Besides, where no rows are held or the keeper fails.
    pub async fn refine(
        &self,
        view: View,
        depth: Depth,
        expected: Option<Expectations>,
        on_progress: impl Fn(f64) + 'static,
    ) -> Result<Arc<Summary>, Stopped> {
        self.give_up();
        let wish = self.0.last_refine.get() + 1;
        self.0.last_refine.set(wish);
        let _turn = self.0.refining.lock().await;
        if self.0.last_refine.get() != wish {
            return Err(Stopped::Cancelled);
        }
        let held = self.0.keeper.borrow().clone();
        let (keeper, known) = held.ok_or_else(|| ReadError {
            file: "Plumbline".to_owned(),
            line: None,
            found: "the rows are no longer there".to_owned(),
            mend: "Give the files again".to_owned(),
        })?;
        let request = Request::Refine {
            view,
            depth,
            expected: expected.map(Box::new),
        };
        let progress: OnProgress = Rc::new(move |_, done| on_progress(done));
        let summary = match keeper.ask(&request, Load::None, Some(progress)).await {
            Ok((_, parcel)) => Arc::new(unpack(parcel, &known.series).await?),
            Err(why) => {
                // A worker that died took the rows with it.
                if !keeper.is_live() {
                    self.0.keeper.take();
                }
                return Err(why);
            }
        };
        // Even where nobody waits for it any more: the next parcel builds upon this one.
        if let Some((current, known)) = &mut *self.0.keeper.borrow_mut()
            && Rc::ptr_eq(current, &keeper)
        {
            *known = Arc::clone(&summary);
        }
        if self.0.last_refine.get() == wish {
            Ok(summary)
        } else {
            Err(Stopped::Cancelled)
        }
    }

    /// Has a worker make the files of the example.
    ///
    /// # Errors
    /// Where no worker starts, or it fails.
    pub async fn example(&self) -> Result<Vec<File>, Stopped> {
        let readers = self.readers().await?;
        let reader = readers.first().ok_or_else(|| unexpected(""))?;
        let answer = reader.ask(&Request::Example, Load::None, None).await?;
        let (Reply::Example { files: named }, Load::Bytes(buffer)) = answer else {
            return Err(unexpected("").into());
        };
        let mut files = Vec::new();
        let mut from = 0;
        for (name, length) in named {
            let bytes = Uint8Array::new_with_byte_offset_and_length(&buffer, from, length as u32);
            from += length as u32;
            let file = File::new_with_u8_array_sequence(&Array::of1(&bytes), &name);
            files.push(file.map_err(|why| fault(&name, "make it", &text_of(&why)))?);
        }
        Ok(files)
    }

    /// Opens what a saved report carries; a worker keeps the Summary to write it down again.
    ///
    /// # Errors
    /// Where it is something that this version cannot read.
    pub async fn open(
        &self,
        carried: ArrayBuffer,
    ) -> Result<(Arc<Summary>, View, Standards), Stopped> {
        let scribe = Hand::new(self.source().await?);
        let answer = scribe
            .ask(&Request::Carry, Load::Bytes(carried), None)
            .await?;
        let (Reply::Carried { view, standards }, parcel) = answer else {
            return Err(unexpected("").into());
        };
        let summary = Arc::new(unpack(parcel, &[]).await?);
        self.0.scribe.replace(Some((scribe, Arc::clone(&summary))));
        Ok((summary, *view, *standards))
    }

    /// Has a worker write what the reader saves: that which keeps the rows, else one that is given
    /// the Summary.
    ///
    /// # Errors
    /// Where the worker fails.
    pub async fn write(
        &self,
        what: Written,
        summary: &Arc<Summary>,
        (view, standards): (View, Standards),
    ) -> Result<JsValue, Stopped> {
        let writer = match self.holder(summary) {
            Some(holder) => holder,
            None => self.scribe(summary).await?,
        };
        let request = Request::Write {
            what,
            view,
            standards: Box::new(standards),
        };
        let answer = match writer.ask(&request, Load::None, None).await {
            // Rows that came live were read meanwhile, and another worker keeps them now.
            Err(Stopped::Cancelled) => {
                let scribe = self.scribe(summary).await?;
                scribe.ask(&request, Load::None, None).await?
            }
            answer => answer?,
        };
        match answer {
            (Reply::Written, Load::Bytes(text)) => Ok(text.into()),
            _ => Err(unexpected("").into()),
        }
    }

    /// The live worker that has this Summary.
    fn holder(&self, summary: &Arc<Summary>) -> Option<Rc<Hand>> {
        let has = |held: &Option<(Rc<Hand>, Arc<Summary>)>| {
            let (hand, known) = held.as_ref()?;
            (hand.is_live() && Arc::ptr_eq(known, summary)).then(|| Rc::clone(hand))
        };
        has(&self.0.keeper.borrow()).or_else(|| has(&self.0.scribe.borrow()))
    }

    /// A worker that is given the Summary.
    async fn scribe(&self, summary: &Arc<Summary>) -> Result<Rc<Hand>, Stopped> {
        let scribe = Hand::new(self.source().await?);
        let failed = |why: serde_json::Error| fault("", "write the report", &why.to_string());
        let slices = Slices::begin();
        let mut packing = Packing::begin(summary, &[]).map_err(failed)?;
        while packing.step().map_err(failed)? {
            slices.rest().await;
        }
        let parcel = Load::copy_of(&packing.finish());
        scribe.ask(&Request::Hold, parcel, None).await?;
        let held = (Rc::clone(&scribe), Arc::clone(summary));
        self.0.scribe.replace(Some(held));
        Ok(scribe)
    }

    /// A worker of its own, for whoever needs one for long.
    ///
    /// # Errors
    /// Where none can be started.
    pub(super) async fn hand(&self) -> Result<Rc<Hand>, ReadError> {
        Ok(Hand::new(self.source().await?))
    }

    /// Has somebody told of workers that ended by themselves.
    pub fn on_loss(&self, tell: impl Fn(ReadError) + 'static) {
        self.0.on_loss.replace(Some(Rc::new(tell)));
    }

    /// Stops the run or the looking under way at once, and a refinement in the making between two of its
    /// steps. Rows of an earlier run stay.
    pub fn cancel(&self) {
        self.give_up();
        self.0.last_refine.set(self.0.last_refine.get() + 1);
        if let Some(candidate) = self.0.candidate.take() {
            candidate.stop();
        }
        self.stop_readers();
    }

    /// Whether rows are held that [`Client::refine`] can go back to.
    #[must_use]
    pub fn holds_rows(&self) -> bool {
        let keeper = self.0.keeper.borrow();
        let holds =
            |(hand, summary): &(Rc<Hand>, Arc<Summary>)| hand.is_live() && !summary.streamed;
        keeper.as_ref().is_some_and(holds)
    }

    /// Whether [`Client::refine`] can tell how columns differ.
    #[must_use]
    pub fn compares(&self) -> bool {
        let keeper = self.0.keeper.borrow();
        keeper.as_ref().is_some_and(|(hand, _)| hand.is_live())
    }

    /// Has the keeper end a refinement in the making.
    fn give_up(&self) {
        let Some((keeper, _)) = self.0.keeper.borrow().clone() else {
            return;
        };
        if self.0.refining.try_lock().is_none() && keeper.is_live() {
            wasm_bindgen_futures::spawn_local(async move {
                // Whether it ends in time or not, nobody waits for it.
                let _ = keeper.ask(&Request::Stop, Load::None, None).await;
            });
        }
    }

    fn stop_readers(&self) {
        for reader in self.0.readers.borrow().iter().filter(|r| r.is_busy()) {
            reader.stop();
            reader.warm();
        }
    }

    async fn source(&self) -> Result<Rc<Source>, ReadError> {
        let mut source = self.0.source.lock().await;
        if let Some(source) = &*source {
            return Ok(Rc::clone(source));
        }
        let loaded = Rc::new(Source::load().await?);
        *source = Some(Rc::clone(&loaded));
        Ok(loaded)
    }

    async fn readers(&self) -> Result<Vec<Rc<Hand>>, ReadError> {
        let source = self.source().await?;
        let mut readers = self.0.readers.borrow_mut();
        if readers.is_empty() {
            readers.extend((0..cores()).map(|_| Hand::new(Rc::clone(&source))));
            readers.iter().for_each(|reader| reader.warm());
        }
        Ok(readers.clone())
    }

    async fn read_and_finish(
        &self,
        keeper: &Hand,
        (files, tables, served, mode): (&[Vec<File>], &[Input], &[Served], Mode),
        view: View,
        on_progress: Rc<dyn Fn(Progress)>,
    ) -> Result<(Loaded, Option<Rc<Hand>>), Stopped> {
        let began = timing::now();
        // Tables of a service go beside those of the model.
        let made = made_of(tables);
        let own = |wanted: fn(&Made) -> bool| {
            let of = files.iter().zip(tables).zip(&made);
            let of = of.filter(|(_, made)| wanted(made));
            of.map(|((f, t), _)| (f.clone(), t.clone()))
                .unzip::<_, _, Vec<_>, Vec<_>>()
        };
        let (service_files, service_tables) = own(|m| m.service);
        let (files, tables) = own(|m| m.rows);
        let (files, tables) = (&files[..], &tables[..]);
        let mut given = ToRead::of(files, tables, mode).await;
        let readers = self.readers().await?;
        let wanted = self.0.candidate.borrow().clone();
        if !wanted.is_some_and(|wanted| std::ptr::eq(&raw const *wanted, keeper)) {
            return Err(Stopped::Cancelled);
        }
        let tracker = Rc::new(Tracker::new(&given.inputs, on_progress));
        let mut opening = Some(given.open(keeper, &view));
        if !given.are_few()
            && let Some(opening) = opening.take()
        {
            opening.await?;
        }
        let mut reading = Reading::new(&given, readers.len());
        let on_loss = |error: ReadError| {
            if let Some(tell) = self.0.on_loss.borrow().clone() {
                let mend = "A new worker read them instead; nothing is lost".to_owned();
                tell(ReadError { mend, ..error });
            }
        };
        let work = read_all(&readers, keeper, &given, &reading, &tracker, &on_loss);
        let opened = async {
            match opening {
                Some(opening) => opening.await,
                None => Ok(()),
            }
        };
        let ((), ()) = futures::try_join!(opened, work)?;
        let again = reading.again(&mut given.inputs);
        if !again.is_empty() {
            if given.streamed {
                // What was counted cannot be taken back: everything is read once more.
                reading = Reading::new(&given, readers.len());
                tracker.again(&(0..given.inputs.len()).collect::<Vec<_>>());
                given.open(keeper, &view).await?;
            } else {
                tracker.again(&again);
                keeper.ask(&given.again(again), Load::None, None).await?;
            }
            read_all(&readers, keeper, &given, &reading, &tracker, &on_loss).await?;
        }
        for says in served {
            let says = Load::copy_of(&says.bytes);
            keeper.ask(&Request::Serve, says, None).await?;
        }
        let parts = Input::one_by_one(&service_tables);
        for (input, file) in parts.into_iter().zip(service_files.concat()) {
            let reader = readers.first().ok_or_else(|| unexpected(&input.name))?;
            let input = Box::new(input);
            let request = Request::ServeTable { input };
            let (_, says) = reader.ask(&request, Load::File(file), None).await?;
            keeper.ask(&Request::Serve, says, None).await?;
        }
        if !reading.complete() {
            return Err(fault("", "read the files", "parts of them do not meet").into());
        }
        let read = timing::now();
        timing::measure_between(timing::READ, began, read);

        let telling = Rc::clone(&tracker);
        let progress: OnProgress = Rc::new(move |stage, done| {
            telling.stage(Stage::of(stage), done);
        });
        tracker.stage(Stage::Join, 0.0);
        let answer = keeper
            .ask(&Request::Finish { view }, Load::None, Some(progress))
            .await?;
        let (
            Reply::Summary {
                join_ms,
                summarise_ms,
            },
            parcel,
        ) = answer
        else {
            return Err(unexpected("").into());
        };
        let end = timing::now();
        let middle = end - summarise_ms;
        timing::measure_between(timing::JOIN, middle - join_ms, middle);
        timing::measure_between(timing::SUMMARISE, middle, end);
        let parcel = parcel.into_bytes();
        let heir = if given.streamed {
            // It needs no more than the counts, and the keeper's memory can go before it needs its own.
            keeper.stop();
            let heir = Hand::new(self.source().await?);
            heir.ask(&Request::Hold, Load::copy_of(&parcel), None)
                .await?;
            Some(heir)
        } else {
            None
        };
        let loaded = Loaded {
            summary: Arc::new(summary_of(&parcel, &[]).await?),
            rows: tracker.rows(),
            bytes: tracker.bytes(),
            read_ms: read - began,
            join_ms,
            summarise_ms,
        };
        Ok((loaded, heir))
    }
}

/// Opens a parcel without holding up the page: after each slice of time it lets the browser draw.
async fn unpack(parcel: Load, known: &[Series]) -> Result<Summary, ReadError> {
    summary_of(&parcel.into_bytes(), known).await
}

async fn summary_of(parcel: &[u8], known: &[Series]) -> Result<Summary, ReadError> {
    let damaged = || fault("", "read the summary", "it was damaged on its way");
    let slices = Slices::begin();
    let mut unpacking = Unpacking::begin(parcel, known).ok_or_else(damaged)?;
    while unpacking.step().ok_or_else(damaged)? {
        slices.rest().await;
    }
    Ok(unpacking.finish())
}

pub(super) fn unexpected(file: &str) -> ReadError {
    fault(file, "go on", "a worker answered something else than asked")
}

/// Workers that read at a time: one a core. The page itself has little to do meanwhile.
fn cores() -> usize {
    let cores = web_sys::window().map_or(1.0, |w| w.navigator().hardware_concurrency());
    (cores as usize).clamp(1, MOST_READERS)
}
