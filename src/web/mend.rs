//! Files that have lost their end, made whole: a worker finds what is whole in one, and makes a `File` of
//! that part of it and a new end, which copies nothing.

use super::client::unexpected;
use super::files::Given;
use super::pool::{Hand, Stopped, fault, text_of};
use super::wire::Load;
use crate::engine::message::{Input, Reply, Request};
use crate::engine::{look_as, loss, tellers};
use crate::read::{Bytes, Fix, Mended, ReadError, mend};
use js_sys::{Array, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{Blob, File};

/// What came of a look into a file.
pub(super) enum Seen {
    /// A table.
    Table(File, Box<Input>),
    /// It has lost its end.
    Early(Given),
}

/// What came of files of which some may have lost their end.
#[derive(Default)]
pub(super) struct Whole {
    /// The tables, in their order.
    pub found: Vec<(File, Input)>,
    /// Why other files are none.
    pub refused: Vec<ReadError>,
    /// These files: a file that is given later may tell their columns.
    pub early: Vec<Given>,
}

/// Makes whole what can be. It fails only where it is cancelled.
pub(super) async fn whole(readers: &[Rc<Hand>], seen: Vec<Seen>) -> Result<Whole, Stopped> {
    let mut made = Vec::new();
    for (at, one) in seen.iter().enumerate() {
        made.push(match one {
            Seen::Table(..) => None,
            Seen::Early(given) => Some(ask(readers, at, given, &seen).await),
        });
    }
    let mut whole = Whole::default();
    for (one, made) in seen.into_iter().zip(made) {
        match (one, made) {
            (Seen::Table(file, input), _) => whole.found.push((file, *input)),
            (Seen::Early(_), Some(Ok(table))) => whole.found.push(table),
            (Seen::Early(given), Some(Err(Stopped::Failed(why)))) => {
                whole.refused.push(why);
                whole.early.push(given);
            }
            (Seen::Early(_), Some(Err(Stopped::Cancelled))) => return Err(Stopped::Cancelled),
            (Seen::Early(_), None) => {}
        }
    }
    Ok(whole)
}

/// Has a worker make a file whole.
async fn ask(
    readers: &[Rc<Hand>],
    at: usize,
    given: &Given,
    seen: &[Seen],
) -> Result<(File, Input), Stopped> {
    let reader = readers.get(at % readers.len().max(1));
    let reader = reader.ok_or_else(|| unexpected(&given.name))?;
    let inputs = seen.iter().map(|one| match one {
        Seen::Table(_, input) => Some(&**input),
        Seen::Early(_) => None,
    });
    let inputs: Vec<Option<&Input>> = inputs.collect();
    let others = tellers(&given.name, at, &inputs);
    let mut files = vec![given.file.clone()];
    let mut names = Vec::new();
    for other in others {
        if let Some(Seen::Table(file, input)) = seen.get(other) {
            files.push(file.clone());
            names.push(input.name.clone());
        }
    }
    let request = Request::Mend {
        name: given.name.clone(),
        fix: given.fix,
        others: names,
    };
    match reader.ask(&request, Load::Files(files), None).await? {
        (Reply::Sniffed { mut input }, Load::File(file)) => {
            input.troubles.splice(..0, given.troubles.iter().cloned());
            Ok((file, *input))
        }
        _ => Err(unexpected(&given.name).into()),
    }
}

/// In a worker: makes a file whole and looks into it.
pub(super) fn mended(
    name: &str,
    fix: Fix,
    others: &[String],
    load: Load,
) -> Result<(Reply, Load), ReadError> {
    let files = match load {
        Load::Files(files) => files,
        _ => Vec::new(),
    };
    let Some((file, beside)) = files.split_first() else {
        return Err(fault(
            name,
            "mend it",
            "the file did not come with the request",
        ));
    };
    let beside: Vec<&dyn Bytes> = beside.iter().map(|f| f as &dyn Bytes).collect();
    let mended = mend(file, &beside).map_err(|why| ReadError {
        file: name.to_owned(),
        ..why
    })?;
    let like = mended.like.and_then(|at| others.get(at));
    let trouble = loss(&mended, like.map(String::as_str));
    let whole = joined(file, &mended).map_err(|why| fault(name, "mend it", &text_of(&why)))?;
    let mut input = look_as(name, &whole, fix)?;
    input.troubles.push(trouble);
    let input = Box::new(input);
    Ok((Reply::Sniffed { input }, Load::File(whole)))
}

fn joined(file: &File, mended: &Mended) -> Result<File, JsValue> {
    // A file's size is a double in the browser; exact below 2^53.
    let whole = file.slice_with_f64_and_f64(0.0, mended.whole as f64)?;
    let tail = Uint8Array::from(mended.tail.as_slice());
    let tail = Blob::new_with_u8_array_sequence(&Array::of1(&tail))?;
    File::new_with_blob_sequence(&Array::of2(&whole, &tail), &file.name())
}
