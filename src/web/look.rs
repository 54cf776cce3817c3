//! The first look into files that were given, by several workers at a time.

use super::client::unexpected;
use super::pool::{Answer, Hand, Stopped, fault};
use super::wire::Load;
use crate::engine::message::{Input, Reply, Request};
use crate::engine::{few, sift};
use crate::read::{ReadError, Trouble};
use futures::future::join_all;
use std::rc::Rc;
use web_sys::File;

/// What came of a look into files.
#[derive(Debug, Default)]
pub struct Looked {
    /// The files that are tables, in the order given; those in a file that holds others stand in its
    /// place.
    pub found: Vec<(File, Input)>,
    /// Why the others are none.
    pub refused: Vec<ReadError>,
}

impl Looked {
    /// Has workers look into files.
    pub(super) async fn at(readers: &[Rc<Hand>], files: Vec<File>) -> Self {
        let looks = files.into_iter().enumerate();
        let looks = looks.map(|(i, file)| into(readers, i, file));
        let mut all = Self::default();
        for looked in join_all(looks).await {
            all.found.extend(looked.found);
            all.refused.extend(looked.refused);
        }
        all
    }

    fn take(&mut self, file: File, troubles: Vec<Trouble>, answer: Result<Answer, Stopped>) {
        let refused = match answer {
            Ok((Reply::Sniffed { input }, _)) => {
                let input = Input { troubles, ..*input };
                self.found.push((file, input));
                return;
            }
            Ok(_) => unexpected(&file.name()),
            Err(Stopped::Failed(error)) => error,
            Err(Stopped::Cancelled) => fault(&file.name(), "look into it", "cancelled"),
        };
        self.refused.push(refused);
    }
}

/// Looks into a file, and where it holds others into these.
async fn into(readers: &[Rc<Hand>], at: usize, file: File) -> Looked {
    let mut looked = Looked::default();
    match sniff(readers, at, &file).await {
        Ok((Reply::Unpacked { troubles, skipped }, Load::Files(files))) => {
            looked.refused = skipped;
            let within = files.into_iter().zip(troubles).enumerate();
            let within = within.map(|(i, (file, troubles))| async move {
                let answer = sniff(readers, at + i, &file).await;
                (file, troubles, answer)
            });
            for (file, troubles, answer) in join_all(within).await {
                looked.take(file, troubles, answer);
            }
            let (found, unknown) = sift(looked.found);
            looked.refused.extend(unknown);
            looked = Looked {
                found,
                refused: few(looked.refused),
            };
        }
        answer => looked.take(file, Vec::new(), answer),
    }
    looked
}

async fn sniff(readers: &[Rc<Hand>], at: usize, file: &File) -> Result<Answer, Stopped> {
    let name = file.name();
    let reader = readers.get(at % readers.len().max(1));
    let reader = reader.ok_or_else(|| unexpected(&name))?;
    let request = Request::Sniff {
        name,
        bytes: file.size() as u64,
    };
    reader.ask(&request, Load::File(file.clone()), None).await
}
