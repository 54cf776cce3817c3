//! What the workers of a run are told of its files before their rows come, a portion at a time: there may
//! be thousands of files.

use super::pool::{Hand, Stopped};
use super::slices::Slices;
use super::wire::Load;
use crate::engine::message::{Input, Request};

/// Files that a message tells of at most, for the page stands still while it is written.
const FILES: usize = 100;

/// The files of tables one by one, as readers need them.
pub(super) async fn files_of(tables: &[Input]) -> Vec<Input> {
    let slices = Slices::begin();
    let mut inputs = Vec::new();
    for input in Input::one_by_one(tables) {
        inputs.push(without_samples(input));
        slices.rest().await;
    }
    inputs
}

/// Whether so few files are read that a keeper is told of them in one message: then their rows can
/// follow at once.
pub(super) fn are_few(inputs: &[Input]) -> bool {
    inputs.len() <= FILES
}

/// Has a keeper expect the parts of all files.
pub(super) async fn open(keeper: &Hand, inputs: &[Input]) -> Result<(), Stopped> {
    let (some, more) = inputs.split_at(inputs.len().min(FILES));
    let inputs = some.iter().map(for_keeper).collect();
    let request = Request::Open { inputs };
    keeper.ask(&request, Load::None, None).await?;
    for some in more.chunks(FILES) {
        let inputs = some.iter().map(for_keeper).collect();
        let request = Request::More { inputs };
        keeper.ask(&request, Load::None, None).await?;
    }
    Ok(())
}

/// What was seen of each column served to guess its role; readers need it no more.
fn without_samples(mut input: Input) -> Input {
    for column in &mut input.sniff.columns {
        column.samples = Vec::new();
    }
    input
}

/// What the keeper needs to know of a file: it reads none.
pub(super) fn for_keeper(input: &Input) -> Input {
    let mut input = input.clone();
    input.sniff.schema.columns = Vec::new();
    for guess in &mut input.roles {
        guess.because = String::new();
    }
    input
}
