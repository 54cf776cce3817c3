//! The files of a run, and what the workers are told of them before their rows come, a portion at a time:
//! there may be thousands of files.

use super::pool::{Hand, Stopped};
use super::slices::Slices;
use super::wire::Load;
use crate::engine::message::{Input, Request};
use crate::engine::{Mode, in_order};
use crate::report::view::View;
use web_sys::File;

/// Files that a message tells of at most, for the page stands still while it is written.
const FILES: usize = 100;

/// Bytes of memory that kept rows may take: a worker has four gigabytes at most, a tab often less.
const MEMORY: u64 = 1_600_000_000;

/// Whether the rows of these files are counted as they pass instead of being kept.
#[must_use]
pub fn streams(mode: Mode, inputs: &[Input]) -> bool {
    mode.streams(inputs, MEMORY)
}

/// Files to be read, with what is known of each.
pub(super) struct ToRead {
    pub files: Vec<File>,
    pub inputs: Vec<Input>,
    /// Whether rows are counted as they pass.
    pub streamed: bool,
}

impl ToRead {
    /// The files of tables one by one, as readers need them.
    pub async fn of(files: &[Vec<File>], tables: &[Input], mode: Mode) -> Self {
        let streamed = streams(mode, tables);
        let slices = Slices::begin();
        let mut inputs = Vec::new();
        for input in Input::one_by_one(tables) {
            inputs.push(without_samples(input));
            slices.rest().await;
        }
        let mut files = files.concat();
        if streamed {
            let order = in_order(&inputs);
            let at = |i: &usize| files.get(*i).cloned().zip(inputs.get(*i).cloned());
            (files, inputs) = order.iter().filter_map(at).unzip();
        }
        Self {
            files,
            inputs,
            streamed,
        }
    }

    /// Whether there are so few files that a keeper is told of them in one message: then their rows can
    /// follow at once.
    pub fn are_few(&self) -> bool {
        self.inputs.len() <= FILES
    }

    /// Has a keeper expect the parts of all files.
    pub async fn open(&self, keeper: &Hand, view: &View) -> Result<(), Stopped> {
        let (some, more) = self.inputs.split_at(self.inputs.len().min(FILES));
        let told = |some: &[Input]| some.iter().map(|i| self.for_keeper(i)).collect();
        let request = Request::Open {
            inputs: told(some),
            stream: self.streamed.then(|| view.clone()),
        };
        keeper.ask(&request, Load::None, None).await?;
        for some in more.chunks(FILES) {
            let request = Request::More { inputs: told(some) };
            keeper.ask(&request, Load::None, None).await?;
        }
        Ok(())
    }

    /// What tells a keeper of files that are read again.
    pub fn again(&self, files: Vec<usize>) -> Request {
        let fresh = |file: usize| Some((file, self.for_keeper(self.inputs.get(file)?)));
        Request::Again {
            files: files.into_iter().filter_map(fresh).collect(),
        }
    }

    /// What a keeper needs to know of a file: it reads none, but has to know the columns that the rows of a
    /// stream may lack.
    fn for_keeper(&self, input: &Input) -> Input {
        let mut input = input.clone();
        if !self.streamed {
            input.sniff.schema.columns = Vec::new();
        }
        for guess in &mut input.roles {
            guess.because = String::new();
        }
        input
    }
}

/// What was seen of each column served to guess its role; readers need it no more.
fn without_samples(mut input: Input) -> Input {
    for column in &mut input.sniff.columns {
        column.samples = Vec::new();
    }
    input
}
