//! The keys of JSON objects, and the column that each leads to.
//!
//! A column's name is the way to it, with dots. `a.b` may be a key with a dot or a key in an object,
//! so the ways are found as they are met, not worked out from the names.

use crate::read::Schema;
use crate::read::items::{Arrays, Items};
use std::collections::{BTreeMap, HashMap};

/// Items of an array that may lead to columns.
const ITEMS: usize = 10_000;

/// An object's place among objects.
pub(super) type NodeId = usize;
/// A member's place: its object and its turn.
pub(super) type Place = (NodeId, usize);

#[derive(Default)]
struct Node {
    members: Vec<Member>,
    /// The member that came first last time.
    first: usize,
    index: HashMap<Box<[u8]>, usize>,
    /// The members of an array in its place; `None` leads to no column.
    items: Vec<Option<usize>>,
    /// The dotted name up to here, with its dot.
    prefix: String,
}

struct Member {
    key: Box<[u8]>,
    /// Its first eight bytes, and which bits of them count.
    start: (u64, u64),
    /// Whether a text has the key as it is, without escapes.
    plain: bool,
    /// The column of its own value, if that is wanted.
    column: Option<usize>,
    /// The object in it, where one was met.
    node: Option<NodeId>,
    /// The member that came after it last time.
    next: usize,
    /// The arrays that were met in its place while keys become columns.
    arrays: Arrays,
}

/// The keys of a file's objects.
pub(super) struct Keys {
    nodes: Vec<Node>,
    /// Columns by name; `None` where the column is not wanted.
    columns: BTreeMap<String, Option<usize>>,
    /// Whether keys that are met become columns, in order of appearance.
    grows: bool,
}

impl Keys {
    /// The outermost object.
    pub const ROOT: NodeId = 0;

    /// No keys yet; those that are met become columns.
    pub fn growing() -> Self {
        Self {
            nodes: vec![Node::default()],
            columns: BTreeMap::new(),
            grows: true,
        }
    }

    /// The keys that lead to the columns of a schema. Unwanted ones are known too, so that rows keep
    /// their order.
    pub fn of(schema: &Schema) -> Self {
        let columns = schema.columns.iter().enumerate();
        Self {
            columns: columns
                .map(|(i, spec)| (spec.name.clone(), spec.wanted.then_some(i)))
                .collect(),
            grows: false,
            ..Self::growing()
        }
    }

    /// The place of the key that is expected, if `text` (behind the opening quote) is that key and
    /// its closing quote; and its length. So a key that comes in its turn need not be searched for
    /// its end.
    #[inline]
    pub fn find_ahead(
        &self,
        node: NodeId,
        text: &[u8],
        before: &mut Option<usize>,
    ) -> Option<(Place, usize)> {
        let Node { members, first, .. } = &self.nodes[node];
        let expected = before.map_or(*first, |b| members[b].next);
        let member = members.get(expected)?;
        let (start, bits) = member.start;
        let word = u64::from_le_bytes(*text.first_chunk::<8>()?);
        let len = member.key.len();
        let same = (word ^ start) & bits == 0
            && member.plain
            && text.get(len) == Some(&b'"')
            && (len <= 8 || text[8..len] == member.key[8..]);
        if !same {
            return None;
        }
        *before = Some(expected);
        Some(((node, expected), len))
    }

    /// The place of a key in an object; `before` is the member that came before it.
    #[cold]
    pub fn find(&mut self, node: NodeId, key: &[u8], before: &mut Option<usize>) -> Option<Place> {
        let member = match self.nodes[node].index.get(key) {
            Some(&member) => member,
            None => self.new_member(node, key)?,
        };
        let Node { members, first, .. } = &mut self.nodes[node];
        match *before {
            None => *first = member,
            Some(before) => members[before].next = member,
        }
        *before = Some(member);
        Some((node, member))
    }

    /// The way to an object as its columns' names begin, with a dot at its end.
    pub fn prefix(&self, node: NodeId) -> &str {
        &self.nodes[node].prefix
    }

    /// Whether keys that are met become columns.
    pub fn grows(&self) -> bool {
        self.grows
    }

    /// The place of an array's item: its key is its number.
    #[inline]
    pub fn item(&mut self, node: NodeId, item: usize) -> Option<Place> {
        while self.nodes[node].items.len() <= item.min(ITEMS) {
            let key = self.nodes[node].items.len().to_string();
            let member = match self.nodes[node].index.get(key.as_bytes()) {
                Some(&member) => Some(member),
                None => self.new_member(node, key.as_bytes()),
            };
            self.nodes[node].items.push(member);
        }
        let member = *self.nodes[node].items.get(item)?;
        member.map(|member| (node, member))
    }

    /// A member that was not met before; `None` if it leads to no column.
    fn new_member(&mut self, node: NodeId, key: &[u8]) -> Option<usize> {
        let Node {
            members,
            index,
            prefix,
            ..
        } = &mut self.nodes[node];
        let name = format!("{prefix}{}", String::from_utf8_lossy(key));
        let column = self.columns.get(&name).copied();
        if column.is_none() && !self.grows {
            let inside = format!("{name}.");
            let next = self.columns.range(inside.clone()..).next();
            next.filter(|(name, _)| name.starts_with(&inside))?;
        }
        index.insert(key.into(), members.len());
        members.push(Member {
            key: key.into(),
            start: key.iter().take(8).rev().fold((0, 0), |(word, bits), &b| {
                (word << 8 | u64::from(b), bits << 8 | 0xff)
            }),
            plain: !key.iter().any(|b| matches!(b, b'"' | b'\\')),
            column: column.flatten(),
            node: None,
            next: members.len() + 1,
            arrays: Arrays::default(),
        });
        Some(members.len() - 1)
    }

    /// The column of a member's own value.
    #[inline]
    pub fn column(&mut self, (node, member): Place) -> Option<usize> {
        let column = self.nodes[node].members[member].column;
        if column.is_some() || !self.grows {
            return column;
        }
        let node = &mut self.nodes[node];
        let member = &mut node.members[member];
        let name = format!("{}{}", node.prefix, String::from_utf8_lossy(&member.key));
        let new = self.columns.len();
        member.column = *self.columns.entry(name).or_insert(Some(new));
        member.column
    }

    /// Notes what an array in a member's place holds.
    pub fn saw(&mut self, (node, member): Place, items: Items) {
        self.nodes[node].members[member].arrays.saw(items);
    }

    /// The object within a member.
    pub fn node(&mut self, (node, member): Place) -> Option<NodeId> {
        let new = self.nodes.len();
        let outer = &mut self.nodes[node];
        let member = &mut outer.members[member];
        let inner = *member.node.get_or_insert(new);
        if inner == new {
            let prefix = format!("{}{}.", outer.prefix, String::from_utf8_lossy(&member.key));
            self.nodes.push(Node {
                prefix,
                ..Node::default()
            });
        }
        Some(inner)
    }

    /// The names of the columns that were met, in order of appearance. Arrays that are sets have one column,
    /// and none for each item.
    pub fn into_names(self) -> Vec<String> {
        let Self {
            nodes, mut columns, ..
        } = self;
        for node in &nodes {
            for member in node.members.iter().filter(|m| m.arrays.are_sets()) {
                let name = format!("{}{}", node.prefix, String::from_utf8_lossy(&member.key));
                let inside = format!("{name}.");
                let items = columns.range(inside.clone()..);
                let items = items.take_while(|(name, _)| name.starts_with(&inside));
                let number = |name: &str| name[inside.len()..].bytes().all(|b| b.is_ascii_digit());
                let items = items.filter(|(name, _)| number(name));
                let items: Vec<String> = items.map(|(name, _)| name.clone()).collect();
                let places = items.iter().chain([&name]);
                let first = places
                    .filter_map(|n| columns.get(n).copied().flatten())
                    .min();
                for item in items {
                    columns.remove(&item);
                }
                columns.insert(name, first);
            }
        }
        let mut names: Vec<(Option<usize>, String)> =
            columns.into_iter().map(|(name, i)| (i, name)).collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name).collect()
    }
}
