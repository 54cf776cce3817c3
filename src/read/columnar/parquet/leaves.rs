//! The leaves of a Parquet schema: each a column of its own, or the items of a list.

use super::super::cells::Meaning;
use super::meta::{Element, Logical};
use crate::read::dialect::make_unique;

/// Groups within groups that are followed.
const DEPTH: usize = 32;

/// A leaf of the schema.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leaf {
    /// The way to it, with dots; unique in its file.
    pub name: String,
    pub physical: Physical,
    pub meaning: Meaning,
    /// The definition level of a value that is there, and of an item that is there or missing.
    pub present: u32,
    pub item: u32,
    /// Lists within lists that it is in.
    pub lists: u32,
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Physical {
    Flag,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Half,
    Bytes,
    Fixed(usize),
}

/// The leaves in the order of the file; `None` where the schema makes no tree.
pub(super) fn leaves(schema: &[Element]) -> Option<Vec<Leaf>> {
    let mut walk = Walk {
        rest: schema,
        leaves: Vec::new(),
    };
    let root = walk.next()?;
    for _ in 0..root.children {
        walk.node(&Above::default(), DEPTH)?;
    }
    let mut names: Vec<String> = walk.leaves.iter().map(|l| l.name.clone()).collect();
    make_unique(&mut names);
    for at in 0..names.len() {
        // `x.0` is an item of `x`, if nothing else is called so.
        while walk.leaves.get(at).is_some_and(|l| l.lists > 0) {
            let inside = format!("{}.", names[at]);
            if !names.iter().any(|n| n.starts_with(&inside)) {
                break;
            }
            names[at].push_str("_items");
        }
    }
    for (leaf, name) in walk.leaves.iter_mut().zip(names) {
        leaf.name = name;
    }
    Some(walk.leaves)
}

/// What is above a node.
#[derive(Clone, Debug, Default)]
struct Above {
    name: String,
    present: u32,
    item: u32,
    lists: u32,
    /// The names of so many levels below are only wrappers.
    wrappers: u32,
}

struct Walk<'a> {
    rest: &'a [Element],
    leaves: Vec<Leaf>,
}

impl<'a> Walk<'a> {
    fn next(&mut self) -> Option<&'a Element> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn node(&mut self, above: &Above, depth: usize) -> Option<()> {
        let element = self.next()?;
        let mut here = above.clone();
        here.wrappers = above.wrappers.saturating_sub(1);
        // The item of a list is a wrapper too, unless it has siblings.
        if above.wrappers == 0 {
            if !here.name.is_empty() {
                here.name.push('.');
            }
            here.name.push_str(&element.name);
        } else if element.children > 1 {
            here.wrappers = 0;
        }
        here.present = here
            .present
            .saturating_add(u32::from(element.repetition != 0));
        if element.repetition == 2 {
            here.lists = here.lists.saturating_add(1);
            here.item = here.present;
        }
        if element.physical.is_none() || element.children > 0 {
            let depth = depth.checked_sub(1)?;
            let items = matches!(element.logical, Some(Logical::Items))
                || matches!(element.converted, Some(1..=3));
            if items {
                here.wrappers = 2;
            }
            for _ in 0..element.children {
                self.node(&here, depth)?;
            }
            return Some(());
        }
        let (physical, meaning) = values(element)?;
        self.leaves.push(Leaf {
            name: here.name,
            physical,
            meaning,
            present: here.present,
            item: here.item,
            lists: here.lists,
        });
        Some(())
    }
}

/// How the values of a leaf are written, and what they mean.
fn values(element: &Element) -> Option<(Physical, Meaning)> {
    let half = element.logical == Some(Logical::Half) && element.length == 2;
    let physical = match element.physical? {
        0 => Physical::Flag,
        1 => Physical::Int32,
        2 => Physical::Int64,
        3 => Physical::Int96,
        4 => Physical::Float,
        5 => Physical::Double,
        6 => Physical::Bytes,
        7 if half => Physical::Half,
        7 => Physical::Fixed(element.length),
        _ => return None,
    };
    let whole = matches!(physical, Physical::Int32 | Physical::Int64);
    let bytes = matches!(physical, Physical::Bytes | Physical::Fixed(_));
    let meaning = match (element.logical, element.converted) {
        (Some(Logical::Decimal(scale)), _) if whole || bytes => Meaning::Decimal(scale),
        (Some(Logical::Date), _) if whole => Meaning::Day,
        (Some(Logical::Clock(unit)), _) if whole => Meaning::Clock(unit),
        (Some(Logical::Instant(unit)), _) if whole => Meaning::Instant(unit),
        (Some(Logical::Integer { signed: false }), _) if whole => Meaning::Unsigned,
        (Some(Logical::Uuid), _) if physical == Physical::Fixed(16) => Meaning::Uuid,
        (Some(Logical::Nothing), _) => Meaning::Nothing,
        (Some(_), _) => Meaning::Plain,
        (None, Some(5)) if whole || bytes => Meaning::Decimal(element.scale),
        (None, Some(6)) if whole => Meaning::Day,
        (None, Some(7)) if whole => Meaning::Clock(1_000),
        (None, Some(8)) if whole => Meaning::Clock(1_000_000),
        (None, Some(9)) if whole => Meaning::Instant(1_000),
        (None, Some(10)) if whole => Meaning::Instant(1_000_000),
        (None, Some(11..=14)) if whole => Meaning::Unsigned,
        _ => Meaning::Plain,
    };
    let meaning = match physical {
        Physical::Flag => Meaning::Flag,
        Physical::Int96 => Meaning::Instant(1_000_000),
        Physical::Float | Physical::Half => Meaning::Single,
        _ => meaning,
    };
    Some((physical, meaning))
}
