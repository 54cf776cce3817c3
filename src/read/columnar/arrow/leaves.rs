//! The leaves of an Arrow schema, and which buffers of a batch are theirs.

use super::super::cells::Meaning;
use super::flat::Flat;
use crate::read::dialect::make_unique;

/// Fields within fields that are followed.
const DEPTH: usize = 32;
/// Fields that a schema may have: many may be one and the same in its bytes.
const FIELDS: usize = 100_000;

/// How the values of a leaf lie in its buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Null,
    Bool,
    Int {
        bytes: usize,
        signed: bool,
    },
    Float {
        bytes: usize,
    },
    /// Offsets of 32 or 64 bits, then bytes.
    Text {
        large: bool,
    },
    /// Sixteen bytes a text, with its place where it is long.
    View,
    Fixed(usize),
    /// Not read.
    Unknown,
}

/// What a leaf is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Around {
    Struct,
    List {
        large: bool,
    },
    /// A list whose items lie anywhere, with its length beside its place.
    View {
        large: bool,
    },
    FixedList(usize),
}

/// Something that a leaf is in, and where its part of a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outer {
    pub around: Around,
    pub node: usize,
    pub buffer: usize,
    /// Leaves of a variable number of buffers that come before.
    pub views: usize,
}

/// A leaf of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub name: String,
    pub layout: Layout,
    pub meaning: Meaning,
    /// From the outside in.
    pub around: Vec<Outer>,
    pub node: usize,
    pub buffer: usize,
    /// As in [`Outer`].
    pub views: usize,
    /// The dictionary that the values are in; the layout is then that of their places there.
    pub dictionary: Option<Words>,
}

/// The values of a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    pub id: i64,
    pub layout: Layout,
}

impl Leaf {
    /// Lists within lists that it is in.
    pub fn lists(&self) -> usize {
        let list = |a: &&Outer| a.around != Around::Struct;
        self.around.iter().filter(list).count()
    }
}

/// The leaves in order; `None` where the schema makes no sense.
pub(super) fn leaves(schema: Flat) -> Option<Vec<Leaf>> {
    let mut walk = Walk::default();
    for field in schema.tables(1)? {
        walk.field(field, String::new(), &[], DEPTH)?;
    }
    let mut leaves = walk.leaves;
    let mut names: Vec<String> = leaves.iter().map(|l| l.name.clone()).collect();
    make_unique(&mut names);
    for at in 0..names.len() {
        // `x.0` is an item of `x`, if nothing else is called so.
        while leaves.get(at).is_some_and(|l| l.lists() > 0) {
            let inside = format!("{}.", names[at]);
            if !names.iter().any(|n| n.starts_with(&inside)) {
                break;
            }
            names[at].push_str("_items");
        }
    }
    for (leaf, name) in leaves.iter_mut().zip(names) {
        leaf.name = name;
    }
    Some(leaves)
}

#[derive(Default)]
struct Walk {
    leaves: Vec<Leaf>,
    node: usize,
    buffer: usize,
    views: usize,
}

impl Walk {
    fn field(&mut self, field: Flat, above: String, around: &[Outer], depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1).filter(|_| self.node < FIELDS)?;
        let mut name = above;
        // The item of a list has no name of its own.
        let wrapped = around.last().is_some_and(|a| a.around != Around::Struct);
        if !wrapped {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(&field.text(0)?);
        }
        let kind = field.byte(2);
        let node = self.node;
        self.node += 1;
        if let Some(dictionary) = field.table(4) {
            let (values, meaning, _) = layout(kind, field.table(3));
            let places = match dictionary.table(1) {
                Some(int) => layout(2, Some(int)).0,
                None => layout(2, None).0,
            };
            let words = Words {
                id: dictionary.long(0),
                layout: values,
            };
            self.leaf(name, places, meaning, around, (node, 2), Some(words));
            return Some(());
        }
        let children = field.tables(5)?;
        let outer = match kind {
            12 | 17 => Some((Around::List { large: false }, 2)),
            21 => Some((Around::List { large: true }, 2)),
            25 => Some((Around::View { large: false }, 3)),
            26 => Some((Around::View { large: true }, 3)),
            13 => Some((Around::Struct, 1)),
            16 => {
                let size = field.table(3)?.int(0, 0);
                Some((Around::FixedList(usize::try_from(size).ok()?), 1))
            }
            _ => None,
        };
        if let Some((outer, buffers)) = outer {
            let mut around = around.to_vec();
            around.push(Outer {
                around: outer,
                node,
                buffer: self.buffer,
                views: self.views,
            });
            self.buffer += buffers;
            for child in children {
                self.field(child, name.clone(), &around, depth)?;
            }
            return Some(());
        }
        let (layout, meaning, buffers) = layout(kind, field.table(3));
        self.leaf(name, layout, meaning, around, (node, buffers), None);
        // What is not read is passed all the same.
        let first = self.leaves.len();
        for child in children {
            self.field(child, String::new(), &[], depth)?;
        }
        self.leaves.truncate(first);
        Some(())
    }

    fn leaf(
        &mut self,
        name: String,
        layout: Layout,
        meaning: Meaning,
        around: &[Outer],
        (node, buffers): (usize, usize),
        dictionary: Option<Words>,
    ) {
        self.leaves.push(Leaf {
            name,
            layout,
            meaning,
            around: around.to_vec(),
            node,
            buffer: self.buffer,
            views: self.views,
            dictionary,
        });
        self.buffer += buffers;
        self.views += usize::from(layout == Layout::View);
    }
}

/// How values of a type lie, what they mean, and how many buffers they take.
fn layout(kind: u8, table: Option<Flat>) -> (Layout, Meaning, usize) {
    let short = |index, default| table.map_or(default, |t| t.short(index, default));
    let int = |index, default| table.map_or(default, |t| t.int(index, default));
    let bytes = |bits: i32| usize::try_from(bits / 8).unwrap_or(0);
    let signed = |bytes| Layout::Int {
        bytes,
        signed: true,
    };
    let per_second = |unit| [1, 1_000, 1_000_000, 1_000_000_000][(unit as usize).min(3)];
    match kind {
        1 => (Layout::Null, Meaning::Nothing, 0),
        2 => {
            let signed = table.is_some_and(|t| t.byte(1) != 0);
            let meaning = if signed {
                Meaning::Plain
            } else {
                Meaning::Unsigned
            };
            // Without a type, dictionaries have places of 32 bits with a sign.
            let (bytes, signed) = match table {
                Some(_) => (bytes(int(0, 0)), signed),
                None => (4, true),
            };
            (Layout::Int { bytes, signed }, meaning, 2)
        }
        3 => match short(0, 0) {
            0 => (Layout::Float { bytes: 2 }, Meaning::Single, 2),
            1 => (Layout::Float { bytes: 4 }, Meaning::Single, 2),
            _ => (Layout::Float { bytes: 8 }, Meaning::Plain, 2),
        },
        4 | 5 => (Layout::Text { large: false }, Meaning::Plain, 3),
        19 | 20 => (Layout::Text { large: true }, Meaning::Plain, 3),
        6 => (Layout::Bool, Meaning::Flag, 2),
        7 => {
            let scale = u32::try_from(int(1, 0)).unwrap_or(0);
            (signed(bytes(int(2, 128))), Meaning::Decimal(scale), 2)
        }
        8 if short(0, 1) == 0 => (signed(4), Meaning::Day, 2),
        8 => (signed(8), Meaning::LongDay, 2),
        9 => {
            let unit = per_second(short(0, 1));
            (signed(bytes(int(1, 32))), Meaning::Clock(unit), 2)
        }
        10 => (signed(8), Meaning::Instant(per_second(short(0, 0))), 2),
        18 => (signed(8), Meaning::Plain, 2),
        15 => {
            let size = usize::try_from(int(0, 0)).unwrap_or(0);
            (Layout::Fixed(size), Meaning::Plain, 2)
        }
        23 | 24 => (Layout::View, Meaning::Plain, 2),
        // A union: types, and where they are dense, offsets.
        14 => (
            Layout::Unknown,
            Meaning::Plain,
            1 + usize::from(short(0, 0) == 1),
        ),
        22 => (Layout::Unknown, Meaning::Plain, 0),
        _ => (Layout::Unknown, Meaning::Plain, 2),
    }
}
