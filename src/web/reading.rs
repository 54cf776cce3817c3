//! Readers at work: shard after shard, as the plan says, each as fast as it can.

use super::client::unexpected;
use super::opening::ToRead;
use super::pool::{Answer, Hand, Stopped};
use super::progress::Tracker;
use super::wire::Load;
use crate::engine::message::{Input, PartInfo, Reply, Request, Shard};
use crate::engine::{Next, Plan};
use crate::read::ReadError;
use futures::channel::oneshot;
use futures::future::{LocalBoxFuture, try_join_all};
use std::cell::RefCell;
use std::rc::Rc;

/// Rows on their way to the keeper.
type Keeping<'a> = LocalBoxFuture<'a, Result<Answer, Stopped>>;

/// What is still to be read, and the readers that wait for others.
pub(super) struct Reading {
    plan: RefCell<Plan>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

impl Reading {
    /// All files; where their rows are not kept, no reader goes far ahead of the others.
    pub fn new(given: &ToRead, readers: usize) -> Self {
        let plan = Plan::new(&given.inputs, readers);
        Self {
            plan: RefCell::new(if given.streamed {
                plan
            } else {
                plan.unbounded()
            }),
            waiting: RefCell::default(),
        }
    }

    fn take(&self) -> Next {
        self.plan.borrow_mut().take()
    }

    fn done(&self, shard: &Shard, info: PartInfo) {
        self.plan.borrow_mut().done(shard, info);
        self.waiting.take().into_iter().for_each(|reader| {
            // One that no longer waits has failed, and all others end.
            let _ = reader.send(());
        });
    }

    /// Ends once something is found in a shard.
    fn changed(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.waiting.borrow_mut().push(sender);
        receiver
    }

    /// Plans the second reading of files where words turned up instead of numbers, and names them.
    pub fn again(&self, inputs: &mut [Input]) -> Vec<usize> {
        self.plan.borrow_mut().again(inputs)
    }

    pub fn complete(&self) -> bool {
        self.plan.borrow().complete()
    }
}

/// Has every reader read until no shard is left.
pub(super) async fn read_all(
    readers: &[Rc<Hand>],
    keeper: &Hand,
    given: &ToRead,
    reading: &Reading,
    tracker: &Tracker,
    on_loss: &dyn Fn(ReadError),
) -> Result<(), Stopped> {
    let one = |reader: &Rc<Hand>| {
        let reader = Rc::clone(reader);
        async move { read_shards(&reader, keeper, given, reading, tracker, on_loss).await }
    };
    try_join_all(readers.iter().map(one)).await.map(|_| ())
}

/// What one reader does: shard after shard until none is left. Its rows go to the keeper while it
/// already reads on; it waits only if the keeper has not yet taken those before, or if it is far ahead of
/// another reader.
async fn read_shards(
    reader: &Hand,
    keeper: &Hand,
    given: &ToRead,
    reading: &Reading,
    tracker: &Tracker,
    on_loss: &dyn Fn(ReadError),
) -> Result<(), Stopped> {
    let mut keeping: Option<Keeping> = None;
    loop {
        let shard = match reading.take() {
            Next::Read(shard) => shard,
            Next::End => break,
            Next::Wait => {
                let changed = reading.changed();
                kept(keeping.take()).await?;
                // Without a sender there is nothing to wait for.
                let _ = changed.await;
                continue;
            }
        };
        let place = (given.inputs.get(shard.file), given.files.get(shard.file));
        let (Some(input), Some(file)) = place else {
            return Err(unexpected("").into());
        };
        let request = Request::Read {
            shard,
            input: Box::new(input.clone()),
        };
        let asked = reader.ask(&request, Load::File(file.clone()), None);
        let kept = kept(keeping.take());
        let asked = async {
            match asked.await {
                // A worker that died had one shard; another one reads it once more.
                Err(Stopped::Failed(error)) if !reader.is_live() => {
                    on_loss(error);
                    let file = Load::File(file.clone());
                    reader.ask(&request, file, None).await
                }
                answer => answer,
            }
        };
        let (answer, ()) = futures::try_join!(asked, kept)?;
        let (Reply::Part { shard, info }, rows) = answer else {
            return Err(unexpected(&input.name).into());
        };
        reading.done(&shard, info.clone());
        tracker.shard(&shard, info.rows);
        keeping = Some(Box::pin(async move {
            keeper.ask(&Request::Keep { shard, info }, rows, None).await
        }));
    }
    kept(keeping).await
}

/// Waits until rows are kept, where some are on their way.
async fn kept(keeping: Option<Keeping<'_>>) -> Result<(), Stopped> {
    match keeping {
        Some(keeping) => keeping.await.map(|_| ()),
        None => Ok(()),
    }
}
