//! The page's one door to its workers: look into files, read them into a Summary, ask for another.
//!
//! Rows pass through the page only as buffers that change hands, from the reader that made them to
//! the keeper that holds them. A run reads into a keeper of its own, which takes the place of the
//! former one when it succeeds; so a run that is cancelled or fails leaves everything as it was, and
//! the memory of the former data goes back to the system with its worker.

use super::pool::{Answer, Hand, OnProgress, Source, fault};
use super::progress::Tracker;
use super::timing;
use super::wire::Load;
use crate::engine::Shards;
use crate::engine::message::{Input, Reply, Request, Shard};
use crate::engine::parcel::Unpacking;
use crate::read::ReadError;
use crate::report::view::View;
use crate::summary::{Series, Summary};
use futures::future::{join_all, try_join_all};
use futures::lock::Mutex;
use gloo::timers::future::TimeoutFuture;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use web_sys::File;

pub use super::pool::Stopped;
pub use super::progress::{Progress, Stage};

/// Milliseconds of work on the page's own thread between two chances to draw.
const SLICE_MS: f64 = 12.0;
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

    /// Looks into the start of each file: its format, columns and their likely roles.
    pub async fn look(&self, files: Vec<File>) -> Vec<Result<Input, ReadError>> {
        let readers = match self.readers().await {
            Ok(readers) => readers,
            Err(error) => return files.iter().map(|_| Err(error.clone())).collect(),
        };
        let looks = files.into_iter().enumerate().map(|(i, file)| {
            let reader = Rc::clone(&readers[i % readers.len()]);
            async move {
                let name = file.name();
                let request = Request::Sniff {
                    name: name.clone(),
                    bytes: file.size() as u64,
                };
                match reader.ask(&request, Load::File(file), None).await {
                    Ok((Reply::Sniffed { input }, _)) => Ok(*input),
                    Err(Stopped::Failed(error)) => Err(error),
                    Err(Stopped::Cancelled) => Err(fault(&name, "look into it", "cancelled")),
                    Ok(_) => Err(unexpected(&name)),
                }
            }
        });
        join_all(looks).await
    }

    /// Reads the files, joins and summarises them. `inputs` are beside `files`, with the roles in
    /// force. A run under way is cancelled.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`] after [`Client::cancel`] or another run; [`Stopped::Failed`] where a
    /// file cannot be read at all.
    pub async fn run(
        &self,
        files: &[File],
        inputs: Vec<Input>,
        view: View,
        on_progress: impl Fn(Progress) + 'static,
    ) -> Result<Loaded, Stopped> {
        self.cancel();
        let keeper = Hand::new(self.source().await?);
        self.0.candidate.replace(Some(Rc::clone(&keeper)));
        let done = self
            .read_and_finish(&keeper, files, inputs, view, Rc::new(on_progress))
            .await;
        let mine = matches!(&*self.0.candidate.borrow(), Some(c) if Rc::ptr_eq(c, &keeper));
        if !mine {
            // Another run has begun; whatever came of this one, nobody waits for it.
            return Err(Stopped::Cancelled);
        }
        self.0.candidate.take();
        match done {
            Ok(loaded) => {
                let summary = Arc::clone(&loaded.summary);
                self.0.keeper.replace(Some((keeper, summary)));
                Ok(loaded)
            }
            Err(why) => {
                self.stop_readers();
                Err(why)
            }
        }
    }

    /// Makes the Summary answer a view that it lacks rows for. Only the last wish counts: those
    /// before it that have not begun end as [`Stopped::Cancelled`].
    ///
    /// # Errors
    /// Besides, where no rows are held or the keeper fails.
    pub async fn refine(&self, view: View) -> Result<Arc<Summary>, Stopped> {
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
        let request = Request::Refine { view };
        let summary = match keeper.ask(&request, Load::None, None).await {
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

    /// Stops the run or the looking under way at once. Rows of an earlier run stay, and so does
    /// a refinement in the making, though nobody will hear of it.
    pub fn cancel(&self) {
        self.0.last_refine.set(self.0.last_refine.get() + 1);
        if let Some(candidate) = self.0.candidate.take() {
            candidate.stop();
        }
        self.stop_readers();
    }

    /// Whether rows are held that [`Client::refine`] can go back to.
    #[must_use]
    pub fn holds_rows(&self) -> bool {
        self.0.keeper.borrow().is_some()
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
        files: &[File],
        inputs: Vec<Input>,
        view: View,
        on_progress: Rc<dyn Fn(Progress)>,
    ) -> Result<Loaded, Stopped> {
        let began = timing::now();
        let inputs: Vec<Input> = inputs.into_iter().map(without_samples).collect();
        let readers = self.readers().await?;
        let tracker = Rc::new(Tracker::new(&inputs, on_progress));
        let open = Request::Open {
            inputs: inputs.clone(),
        };
        let open = keeper.ask(&open, Load::None, None);
        let plan = Plan::new(&inputs);
        let work = readers
            .iter()
            .map(|reader| read_shards(reader, keeper, files, &inputs, &plan, &tracker));
        let (_, _) = futures::try_join!(open, try_join_all(work))?;
        if !plan.complete() {
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
        Ok(Loaded {
            summary: Arc::new(unpack(parcel, &[]).await?),
            rows: tracker.rows(),
            bytes: tracker.bytes(),
            read_ms: read - began,
            join_ms,
            summarise_ms,
        })
    }
}

/// The shards still to be read, and those found.
struct Plan {
    chains: RefCell<Vec<Shards>>,
}

impl Plan {
    fn new(inputs: &[Input]) -> Self {
        let chains = inputs.iter().enumerate();
        Self {
            chains: RefCell::new(chains.map(|(i, input)| Shards::new(i, input)).collect()),
        }
    }

    fn next(&self) -> Option<Shard> {
        self.chains.borrow_mut().iter_mut().find_map(Shards::next)
    }

    fn complete(&self) -> bool {
        self.chains.borrow().iter().all(Shards::complete)
    }
}

/// What one reader does: shard after shard until none is left. Its rows go to the keeper while it
/// already reads on; it waits only if the keeper has not yet taken those before.
async fn read_shards(
    reader: &Hand,
    keeper: &Hand,
    files: &[File],
    inputs: &[Input],
    plan: &Plan,
    tracker: &Tracker,
) -> Result<(), Stopped> {
    let mut keeping: Option<futures::future::LocalBoxFuture<'_, Result<Answer, Stopped>>> = None;
    while let Some(shard) = plan.next() {
        let (Some(input), Some(file)) = (inputs.get(shard.file), files.get(shard.file)) else {
            break;
        };
        let request = Request::Read {
            shard,
            input: Box::new(input.clone()),
        };
        let asked = reader.ask(&request, Load::File(file.clone()), None);
        let kept = async {
            match keeping.take() {
                Some(keeping) => keeping.await.map(|_| ()),
                None => Ok(()),
            }
        };
        let (answer, ()) = futures::try_join!(asked, kept)?;
        let (Reply::Part { shard, info }, rows) = answer else {
            return Err(unexpected(&input.name).into());
        };
        if let Some(chain) = plan.chains.borrow_mut().get_mut(shard.file) {
            chain.done(shard.index, info.clone());
        }
        tracker.shard(&shard, info.rows);
        keeping = Some(Box::pin(async move {
            keeper.ask(&Request::Keep { shard, info }, rows, None).await
        }));
    }
    match keeping {
        Some(keeping) => keeping.await.map(|_| ()),
        None => Ok(()),
    }
}

/// What was seen of each column served to guess its role; readers need it no more.
fn without_samples(mut input: Input) -> Input {
    for column in &mut input.sniff.columns {
        column.samples = Vec::new();
    }
    input
}

/// Opens a parcel without holding up the page: after each slice of time it lets the browser draw.
async fn unpack(parcel: Load, known: &[Series]) -> Result<Summary, ReadError> {
    let damaged = || fault("", "read the summary", "it was damaged on its way");
    let bytes = parcel.into_bytes();
    let mut since = timing::now();
    let mut unpacking = Unpacking::begin(&bytes, known).ok_or_else(damaged)?;
    while unpacking.step().ok_or_else(damaged)? {
        if timing::now() - since >= SLICE_MS {
            TimeoutFuture::new(0).await;
            since = timing::now();
        }
    }
    Ok(unpacking.finish())
}

fn unexpected(file: &str) -> ReadError {
    fault(file, "go on", "a worker answered something else than asked")
}

/// Workers that read at a time: one a core. The page itself has little to do meanwhile.
fn cores() -> usize {
    let cores = web_sys::window().map_or(1.0, |w| w.navigator().hardware_concurrency());
    (cores as usize).clamp(1, MOST_READERS)
}
