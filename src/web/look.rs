//! The first look into files that were given, by several workers at a time.

use super::client::unexpected;
use super::files::Given;
use super::mend::{Seen, Whole, whole};
use super::pool::{Answer, Hand, OnProgress, Stopped};
use super::progress::Looking;
use super::slices::Slices;
use super::wire::Load;
use crate::engine::message::{Input, Reply, Request};
use crate::engine::pace::Looks;
use crate::engine::{Tables, beside, few, sift};
use crate::read::ReadError;
use futures::stream::{self, StreamExt, TryStreamExt};
use std::rc::Rc;
use std::sync::Arc;
use web_sys::File;

/// Files that workers are asked about at a time: enough that none waits, where another one unpacks a
/// large file; and few enough that the page does not stand still while it asks.
const AT_A_TIME: usize = 256;

/// What a file of a service says, as a worker wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Served {
    /// Its name.
    pub name: String,
    /// What it is.
    pub format: String,
    /// Samples and rows in it.
    pub rows: u64,
    /// Lines that could not be read.
    pub rejected: u64,
    /// What a keeper takes.
    pub bytes: Arc<Vec<u8>>,
}

impl Served {
    /// What a worker answered; `None` where it is something else.
    pub(super) fn of(reply: Reply, load: Load) -> Option<Self> {
        let Reply::Served {
            name,
            format,
            rows,
            rejected,
        } = reply
        else {
            return None;
        };
        Some(Self {
            name,
            format,
            rows,
            rejected,
            bytes: Arc::new(load.into_bytes()),
        })
    }
}

/// What came of a look into files.
#[derive(Debug, Default)]
pub struct Looked {
    /// The tables, in the order of their first files; files in one that holds others stand in its place.
    pub found: Vec<(Vec<File>, Input)>,
    /// What files of a service say.
    pub served: Vec<Served>,
    /// Why the other files are none.
    pub refused: Vec<ReadError>,
    /// Files among these that have lost their end, and that a whole file of their table may tell of.
    pub early: Vec<Given>,
    /// What was found beside tables and is not meant as one, and why.
    pub left_out: Vec<ReadError>,
}

impl Looked {
    /// Has workers look into files.
    pub(super) async fn at(
        readers: &[Rc<Hand>],
        files: Vec<Given>,
        tell: Rc<dyn Fn(Looks)>,
    ) -> Result<Self, Stopped> {
        let looking = Rc::new(Looking::into_files(files.len(), tell));
        let looks = files.into_iter().enumerate();
        let looks = looks.map(|(at, given)| into(readers, at, given, &looking));
        let (mut seen, mut refused, mut damaged) = (Vec::new(), Vec::new(), Vec::new());
        let mut served = Vec::new();
        let looks = stream::iter(looks).buffered(AT_A_TIME);
        for (looked, skipped) in looks.try_collect::<Vec<_>>().await? {
            for looked in looked {
                match looked {
                    Ok(Of::Model(one)) => seen.push(one),
                    Ok(Of::Service(says)) => served.push(says),
                    Err(why) => refused.push(why),
                }
            }
            damaged.extend(skipped);
        }
        let Whole {
            found,
            refused: cut,
            early,
        } = whole(readers, seen).await?;
        refused.extend(cut);
        let slices = Slices::begin();
        let mut tables = Tables::of(found);
        while tables.step() {
            slices.rest().await;
        }
        let (found, unknown) = sift(tables.finish());
        let (mut refused, mut left_out) = beside(refused, found.len() + served.len());
        refused.extend(damaged);
        left_out.extend(unknown);
        Ok(Self {
            found,
            served,
            refused: few(refused),
            early,
            left_out,
        })
    }
}

/// What a file is.
enum Of {
    /// A table, or one that has lost its end.
    Model(Seen),
    /// Of a service.
    Service(Served),
}

/// What a file is, or why it is neither a table nor of a service.
type Found = Result<Of, ReadError>;

/// Looks into a file, and where it holds others into these; and tells what in it could not be unpacked.
/// It fails only where it is cancelled.
async fn into(
    readers: &[Rc<Hand>],
    at: usize,
    given: Given,
    looking: &Rc<Looking>,
) -> Result<(Vec<Found>, Vec<ReadError>), Stopped> {
    let telling = Rc::clone(looking);
    let (name, bytes) = (given.name.clone(), given.file.size() as u64);
    let progress: OnProgress = Rc::new(move |_, done| telling.unpacks(at, &name, bytes, done));
    let (files, blobs, skipped) = match sniff(readers, at, &given, Some(progress)).await {
        Ok((Reply::Unpacked { files, skipped }, Load::Files(blobs))) => (files, blobs, skipped),
        answer => {
            looking.looked();
            return Ok((vec![table(given, None, answer)?], Vec::new()));
        }
    };
    looking.unpacked(at, files.len());
    let within = files.into_iter().zip(blobs).enumerate();
    let within = within.map(|(i, ((name, troubles, sheet), file))| async move {
        let given = Given {
            troubles,
            ..Given::new(name, file)
        };
        let answer = sniff(readers, at + i, &given, None).await;
        looking.looked();
        table(given, sheet.as_deref(), answer)
    });
    let found = stream::iter(within).buffered(AT_A_TIME).try_collect();
    Ok((found.await?, skipped))
}

fn table(
    given: Given,
    sheet: Option<&str>,
    answer: Result<Answer, Stopped>,
) -> Result<Found, Stopped> {
    match answer {
        Ok((Reply::Sniffed { input }, _)) => Ok(Ok(Of::Model(Seen::Table(
            given.file,
            Box::new(
                Input {
                    troubles: given.troubles,
                    ..*input
                }
                .of_sheet(sheet),
            ),
        )))),
        Ok((Reply::EndsEarly, _)) => Ok(Ok(Of::Model(Seen::Early(given)))),
        Ok((reply, load)) => {
            let served = Served::of(reply, load).map(Of::Service);
            Ok(served.ok_or_else(|| unexpected(&given.name)))
        }
        Err(Stopped::Failed(error)) => Ok(Err(error)),
        Err(Stopped::Cancelled) => Err(Stopped::Cancelled),
    }
}

async fn sniff(
    readers: &[Rc<Hand>],
    at: usize,
    given: &Given,
    progress: Option<OnProgress>,
) -> Result<Answer, Stopped> {
    let reader = readers.get(at % readers.len().max(1));
    let reader = reader.ok_or_else(|| unexpected(&given.name))?;
    let request = Request::Sniff {
        name: given.name.clone(),
        bytes: given.file.size() as u64,
        fix: given.fix,
    };
    let file = Load::File(given.file.clone());
    reader.ask(&request, file, progress).await
}
