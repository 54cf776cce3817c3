//! The keys of JSON objects, and the column that each leads to.

use super::Schema;
use std::collections::HashMap;

/// An object's place among objects.
pub(super) type NodeId = usize;
/// A member's place: its object and its turn.
pub(super) type Place = (NodeId, usize);

/// Names with more dots than this are not looked for in every way that objects can nest.
const DOTS: usize = 6;

#[derive(Default)]
struct Node {
    members: Vec<Member>,
    /// The member that came first last time.
    first: usize,
    index: HashMap<Box<[u8]>, usize>,
    /// The dotted name up to here, with its dot.
    prefix: String,
}

struct Member {
    key: Box<[u8]>,
    column: Option<usize>,
    node: Option<NodeId>,
    /// The member that came after it last time.
    next: usize,
}

/// The keys of a file's objects.
pub(super) struct Keys {
    nodes: Vec<Node>,
    /// Columns by name, in order of appearance, where new keys are to be kept.
    grown: Option<(Vec<String>, HashMap<String, usize>)>,
}

impl Keys {
    /// The outermost object.
    pub const ROOT: NodeId = 0;

    /// No keys yet; those that are met become columns.
    pub fn growing() -> Self {
        Self {
            nodes: vec![Node::default()],
            grown: Some(Default::default()),
        }
    }

    /// The keys that lead to the columns of a schema. `a.b` may be a key with a dot or a key in an
    /// object. Unwanted ones are known too, so that rows keep their order.
    pub fn of(schema: &Schema) -> Self {
        let mut keys = Self {
            nodes: vec![Node::default()],
            grown: None,
        };
        for (column, spec) in schema.columns.iter().enumerate() {
            let every = spec.name.matches('.').count() <= DOTS;
            keys.enter(Self::ROOT, &spec.name, spec.wanted.then_some(column), every);
        }
        keys
    }

    fn enter(&mut self, node: NodeId, name: &str, column: Option<usize>, every: bool) {
        let member = self.member(node, name.as_bytes());
        let own = &mut self.nodes[node].members[member].column;
        *own = own.or(column);
        let most = if every { usize::MAX } else { 1 };
        for (dot, _) in name.match_indices('.').take(most) {
            let member = self.member(node, &name.as_bytes()[..dot]);
            let inner = self.inner((node, member));
            self.enter(inner, &name[dot + 1..], column, every);
        }
    }

    /// The member of a key, made where there is none.
    fn member(&mut self, node: NodeId, key: &[u8]) -> usize {
        let node = &mut self.nodes[node];
        if let Some(&member) = node.index.get(key) {
            return member;
        }
        node.index.insert(key.into(), node.members.len());
        node.members.push(Member {
            key: key.into(),
            column: None,
            node: None,
            next: node.members.len() + 1,
        });
        node.members.len() - 1
    }

    /// The object within a member, made where there is none.
    fn inner(&mut self, (node, member): Place) -> NodeId {
        let new = self.nodes.len();
        let outer = &mut self.nodes[node];
        let inner = *outer.members[member].node.get_or_insert(new);
        if inner == new {
            let key = String::from_utf8_lossy(&outer.members[member].key);
            let prefix = format!("{}{key}.", outer.prefix);
            self.nodes.push(Node {
                prefix,
                ..Node::default()
            });
        }
        inner
    }

    /// The place of a key in an object; `before` is the member that came before it.
    #[inline]
    pub fn find(&mut self, node: NodeId, key: &[u8], before: &mut Option<usize>) -> Option<Place> {
        let Node { members, first, .. } = &self.nodes[node];
        let expected = before.map_or(*first, |b| members[b].next);
        if let Some(member) = members.get(expected)
            && *member.key == *key
        {
            *before = Some(expected);
            return Some((node, expected));
        }
        self.search(node, key, before)
    }

    #[cold]
    fn search(&mut self, node: NodeId, key: &[u8], before: &mut Option<usize>) -> Option<Place> {
        let found = self.nodes[node].index.get(key).copied();
        let member = match found {
            Some(member) => member,
            None if self.grown.is_some() => self.member(node, key),
            None => return None,
        };
        let Node { members, first, .. } = &mut self.nodes[node];
        match *before {
            None => *first = member,
            Some(before) => members[before].next = member,
        }
        *before = Some(member);
        Some((node, member))
    }

    /// The column of a member's own value.
    #[inline]
    pub fn column(&mut self, (node, member): Place) -> Option<usize> {
        let column = self.nodes[node].members[member].column;
        if column.is_some() || self.grown.is_none() {
            return column;
        }
        self.new_column((node, member))
    }

    #[cold]
    fn new_column(&mut self, (node, member): Place) -> Option<usize> {
        let node = &mut self.nodes[node];
        let member = &mut node.members[member];
        let (names, places) = self.grown.as_mut()?;
        let name = format!("{}{}", node.prefix, String::from_utf8_lossy(&member.key));
        let column = *places.entry(name).or_insert_with_key(|name| {
            names.push(name.clone());
            names.len() - 1
        });
        member.column = Some(column);
        Some(column)
    }

    /// The object within a member.
    pub fn node(&mut self, (node, member): Place) -> Option<NodeId> {
        let inner = self.nodes[node].members[member].node;
        if inner.is_some() || self.grown.is_none() {
            return inner;
        }
        Some(self.inner((node, member)))
    }

    /// The names of the columns that were met.
    pub fn into_names(self) -> Vec<String> {
        self.grown.map_or_else(Vec::new, |(names, _)| names)
    }
}
