//! Files that have lost their end: what is whole in them is read where another file of their table tells
//! their columns.

use super::fixes::Fixes;
use super::place::Place;
use plumbline::engine::message::Input;
use plumbline::engine::{loss, tellers};
use plumbline::read::{Bytes, ReadError, Trouble, mend};
use std::path::PathBuf;

/// What came of a look into a file.
pub enum Looked {
    Table(Place, Box<Input>),
    Early(Early),
}

/// A file that has lost its end.
pub struct Early {
    pub name: String,
    /// The path that it was found by.
    pub path: PathBuf,
    pub place: Place,
    /// Whether it is a sheet, where it was in another file.
    pub unpacked: Option<bool>,
    /// What else is wrong with it.
    pub troubles: Vec<Trouble>,
}

/// The tables, in their order, and why other files are none.
pub type Mended = (Vec<(Place, Input)>, Vec<ReadError>);

/// Makes whole what can be.
///
/// # Errors
/// Where a file was named itself and is none.
pub fn mended(found: Vec<Looked>, fixes: &Fixes) -> Result<Mended, String> {
    let inputs: Vec<Option<&Input>> = found.iter().map(input).collect();
    let made = found.iter().enumerate().map(|(at, looked)| match looked {
        Looked::Table(..) => None,
        Looked::Early(early) => {
            let others = tellers(&early.name, at, &inputs);
            let others = others.into_iter().filter_map(|other| found.get(other));
            Some(early.mended(&others.collect::<Vec<_>>(), fixes))
        }
    });
    let made: Vec<_> = made.collect();
    let (mut tables, mut refused) = (Vec::new(), Vec::new());
    for (looked, made) in found.into_iter().zip(made) {
        match (looked, made) {
            (Looked::Table(place, input), _) => tables.push((place, *input)),
            (_, Some(Ok(table))) => tables.push(table),
            (_, Some(Err(why))) if why.file.contains('/') => refused.push(why),
            (_, Some(Err(why))) => return Err(why.to_string()),
            (Looked::Early(_), None) => {}
        }
    }
    Ok((tables, refused))
}

fn input(looked: &Looked) -> Option<&Input> {
    match looked {
        Looked::Table(_, input) => Some(input),
        Looked::Early(_) => None,
    }
}

impl Early {
    fn mended(&self, others: &[&Looked], fixes: &Fixes) -> Result<(Place, Input), ReadError> {
        let named = |why| ReadError {
            file: self.name.clone(),
            ..why
        };
        let others = others.iter().filter_map(|looked| match looked {
            Looked::Table(place, input) => Some((input.name.as_str(), place.open(&input.name))),
            Looked::Early(_) => None,
        });
        let others: Vec<(&str, Box<dyn Bytes>)> = others.collect();
        let bytes: Vec<&dyn Bytes> = others.iter().map(|(_, file)| &**file).collect();
        let mended = mend(&*self.place.open(&self.name), &bytes).map_err(named)?;
        let like = mended.like.and_then(|at| others.get(at));
        let trouble = loss(&mended, like.map(|(name, _)| *name));
        let place = self.place.clone().mended(mended);
        let file = place.open(&self.name);
        let mut input = fixes.look(&self.path, &self.name, &*file, self.unpacked)?;
        drop(file);
        input.troubles = self.troubles.iter().cloned().chain([trouble]).collect();
        Ok((place, input))
    }
}
