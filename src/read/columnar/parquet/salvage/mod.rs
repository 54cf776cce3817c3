//! Files that have lost their end, and with it the footer: what is whole in them is found again.
//!
//! **What tells the columns.** Their names and types stand in the footer alone. Where the cut went through
//! it, they may be there still; else another file of the same table, which is whole, tells them. Pages tell
//! by their headers how many rows and bytes they have, and which encoding. So they are cut into the columns
//! of groups ([`cut`]), each of which must suit its column ([`suit`]), and a new footer is written of what
//! is whole ([`write`]). The file up to there and that footer are a file like others.
//!
//! **What is not done.** Without another file no columns are made up. Some writers repeat their path and
//! physical type behind them, but not whether a whole number is a time, a date or a decimal.
//!
//! **Bounds.** Headers are read, and of some pages what is in them; walked pages, comparisons and unpacked
//! bytes have a limit each, and where it is met the file is refused.

mod cut;
mod suit;
mod walk;
mod write;

use super::super::target::plausible;
use super::leaves::leaves;
use super::meta::{Element, Footer, begun_footer};
use super::thrift::{Thrift, kind};
use super::{error, footer_at, open};
use crate::read::{Bytes, ReadError};
use cut::{Cut, Group, cut};
use suit::Like;
use walk::{Item, Walk, walk};

/// Bytes behind the last group that are looked through for a footer that was begun.
const BEHIND: u64 = 16 << 20;
/// Bytes of all paths together that are believed.
const PATHS: usize = 64 << 20;

/// How a file that has lost its end is made whole: its bytes up to [`Mended::whole`], then the tail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// Bytes of the file that are kept.
    pub whole: u64,
    /// A footer of the groups in them.
    pub tail: Vec<u8>,
    /// Rows in these.
    pub rows: u64,
    /// How many they are.
    pub groups: usize,
    /// Which of the other files told the columns; none where its own footer was there as far as that.
    pub like: Option<usize>,
}

/// Whether a file begins as Parquet and has lost its end.
///
/// # Errors
/// Where it cannot be read.
pub fn ends_early(file: &dyn Bytes) -> Result<bool, ReadError> {
    let size = file.size();
    let tail = file.read(size.saturating_sub(8), size)?;
    let begins = file.read(0, size.min(4))? == b"PAR1";
    Ok(begins && !tail.ends_with(b"PARE") && footer_at(size, &tail).is_none())
}

/// Finds what is whole in a file that has lost its end. `others` are whole files of the same table.
///
/// # Errors
/// Where a file cannot be read; where nothing tells the columns, or no group is whole; and where the pages
/// are not those of the columns, or can be cut into them in more than one way. The error has no file name.
pub fn mend(file: &dyn Bytes, others: &[&dyn Bytes]) -> Result<Mended, ReadError> {
    let walk = walk(file)?;
    let mut shapes: Vec<(Option<usize>, Shape)> = Vec::new();
    if let Some(own) = own(file, &walk)? {
        shapes.push((None, own));
    } else {
        for (at, other) in others.iter().enumerate() {
            if let Some(shape) = shape_of(*other)
                && shapes.iter().all(|(_, known)| known.likes != shape.likes)
            {
                shapes.push((Some(at), shape));
            }
        }
    }
    let early = |found: &str, mend: &str| {
        let found = format!("the Parquet file ends early, and {found}");
        Err(error(&found, mend))
    };
    const AGAIN: &str = "Copy or export it again";
    if shapes.is_empty() {
        return early(
            "the names and types of its columns, which stand at its end, are missing with it",
            "Copy or export it again, or give it together with a whole file of the same table",
        );
    }
    let (mut found, mut none) = (Vec::new(), false);
    for (like, shape) in &shapes {
        match cut(file, &walk, &shape.likes)? {
            Cut::Groups(groups) if groups.is_empty() => none = true,
            Cut::Groups(groups) => found.push((*like, shape, groups)),
            Cut::Ambiguous => {
                return early(
                    "where the pages of one column end and those of the next begin cannot be told",
                    AGAIN,
                );
            }
            Cut::Unfit => {}
        }
    }
    match found.as_slice() {
        [(like, shape, groups)] => made(&walk, *like, shape, groups, file.size())
            .map_or_else(|| early("it claims more rows than it can hold", AGAIN), Ok),
        [] if none => early("none of its groups of rows is whole", AGAIN),
        [] => early(
            "its pages are not those of the columns that the whole files of its table have",
            AGAIN,
        ),
        _ => early(
            "the whole files of its table do not have the same columns, and those of more than one fit it",
            AGAIN,
        ),
    }
}

fn made(
    walk: &Walk,
    like: Option<usize>,
    shape: &Shape,
    groups: &[Group],
    size: u64,
) -> Option<Mended> {
    let rows = groups.iter().try_fold(0u64, |n, g| n.checked_add(g.rows))?;
    let last = groups.last()?.columns.last()?;
    let pages = walk.items.get(last.clone())?.iter();
    let ends = pages.filter_map(|item| match item {
        Item::Page(page) => Some(page.end),
        Item::Told(_) => None,
    });
    let mended = Mended {
        whole: ends.last()?,
        tail: write::tail(&shape.schema, &shape.likes, walk, groups),
        rows,
        groups: groups.len(),
        like,
    };
    (rows <= plausible(size.min(mended.whole))).then_some(mended)
}

/// The columns of a file.
struct Shape {
    /// The list of the schema, as a footer has it.
    schema: Vec<u8>,
    likes: Vec<Like>,
}

/// Those of a whole file.
fn shape_of(file: &dyn Bytes) -> Option<Shape> {
    let open = open(file).ok()?;
    let [at] = open.footer.schema_at.as_slice() else {
        return None;
    };
    let from = open.footer_at + at.start as u64;
    let schema = file.read(from, from + at.len() as u64).ok()?;
    let chunks = &open.footer.groups.first()?.chunks;
    let codecs = chunks.iter().map(|c| c.codec);
    likes(&open.footer.schema, &codecs.collect::<Vec<_>>()).map(|likes| Shape { schema, likes })
}

/// Those of a file whose footer was begun.
fn own(file: &dyn Bytes, walk: &Walk) -> Result<Option<Shape>, ReadError> {
    if !walk.whole {
        return Ok(None);
    }
    let to = file.size().min(walk.end.saturating_add(BEHIND));
    let behind = file.read(walk.end, to)?;
    let Some(bytes) = footer_in(&behind) else {
        return Ok(None);
    };
    let footer = begun_footer(bytes);
    let [at] = footer.schema_at.as_slice() else {
        return Ok(None);
    };
    let schema = bytes.get(at.clone()).unwrap_or_default().to_vec();
    let likes = codecs(&footer, walk).and_then(|codecs| likes(&footer.schema, &codecs));
    Ok(likes.map(|likes| Shape { schema, likes }))
}

/// What begins like a footer, behind the indexes of columns.
fn footer_in(mut bytes: &[u8]) -> Option<&[u8]> {
    while !walk::begins_footer(bytes) {
        let mut t = Thrift::new(bytes);
        let mut lists = true;
        t.fields(|t, field, kind| {
            lists &= field > 1 || kind == kind::LIST;
            t.skip(kind)
        })?;
        let len = bytes.len() - t.left();
        bytes = bytes.get(len..).filter(|_| lists && len > 1)?;
    }
    Some(bytes)
}

/// How the columns are packed: as the first group in the footer says, or what is told behind the pages of
/// each.
fn codecs(footer: &Footer, walk: &Walk) -> Option<Vec<i64>> {
    if let Some(group) = footer.groups.first() {
        return Some(group.chunks.iter().map(|c| c.codec).collect());
    }
    let count = leaves(&footer.schema)?.len();
    let told = walk.items.iter().filter_map(|item| match item {
        Item::Told(told) => Some(told.codec),
        Item::Page(_) => None,
    });
    Some(told.take(count).collect())
}

/// The columns of a schema; `None` where it is none, or there are not as many packings.
fn likes(schema: &[Element], codecs: &[i64]) -> Option<Vec<Like>> {
    let leaves = leaves(schema)?;
    let paths = paths(schema)?;
    if leaves.is_empty() || leaves.len() != codecs.len() || leaves.len() != paths.len() {
        return None;
    }
    let all = leaves.into_iter().zip(paths).zip(codecs);
    let all = all.map(|((leaf, (path, physical)), codec)| Like {
        leaf,
        physical,
        path,
        codec: *codec,
    });
    Some(all.collect())
}

/// Of each leaf its names, with a 0 behind each, and its type.
fn paths(schema: &[Element]) -> Option<Vec<(Vec<u8>, i64)>> {
    let (root, rest) = schema.split_first()?;
    // Children that are left, and how long the path to them is.
    let mut above = vec![(root.children, 0)];
    let (mut path, mut out, mut size) = (Vec::new(), Vec::new(), 0);
    for element in rest {
        while above.last().is_some_and(|(left, _)| *left == 0) {
            above.pop();
        }
        let (left, len) = above.last_mut()?;
        *left -= 1;
        path.truncate(*len);
        path.extend_from_slice(element.name.as_bytes());
        path.push(0);
        match element.physical.filter(|_| element.children == 0) {
            Some(physical) => {
                size += path.len();
                out.push((path.clone(), physical));
            }
            None => above.push((element.children, path.len())),
        }
        if size > PATHS {
            return None;
        }
    }
    Some(out)
}
