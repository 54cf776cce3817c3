//! Which form a document has, from its first members.

use crate::read::json::tokens::{skip_blanks, string_end};
use crate::read::json::walk::Passing;

/// Members looked at.
const LOOK: usize = 32;

/// A form of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Objects of cells by row, or lists of cells, by column.
    Columns,
    /// Objects by row.
    Index,
    /// Names of columns, names of rows, and rows.
    Split,
}

/// The first members of an object.
#[derive(Default)]
struct Members {
    /// Each with its key and where its value starts.
    list: Vec<(Vec<u8>, usize)>,
    /// Whether these are all of them.
    all: bool,
}

/// The form of a document, or of one that begins with a text.
pub(super) fn of(text: &[u8]) -> Option<Form> {
    let at = skip_blanks(text, 0);
    let outer = members(text, at)?;
    let kind = |at: &usize| text.get(*at).copied();
    let all =
        |byte: u8| !outer.list.is_empty() && outer.list.iter().all(|m| kind(&m.1) == Some(byte));
    let list = |name: &[u8]| {
        let member = outer.list.iter().find(|m| m.0 == name);
        member.map(|m| kind(&m.1) == Some(b'['))
    };
    match (list(b"columns"), list(b"data")) {
        (Some(true), Some(true)) => return Some(Form::Split),
        (Some(true), None) if !outer.all => return Some(Form::Split),
        _ => {}
    }
    if all(b'[') {
        return Some(Form::Columns);
    }
    if !all(b'{') {
        return None;
    }
    let first = members(text, outer.list.first()?.1)?;
    let key = first.list.first()?;
    match outer.list.get(1) {
        // The members of a table have keys in common.
        Some(second) => {
            let second = members(text, second.1)?;
            let common = |m: &(Vec<u8>, usize)| first.list.iter().any(|f| f.0 == m.0);
            let common = second.list.iter().any(common);
            // The text may end before the second one's keys.
            let unseen = second.list.is_empty() && !second.all;
            if !(common || unseen) {
                return None;
            }
        }
        None if matches!(kind(&key.1), Some(b'{' | b'[')) || first.list.len() < 2 => return None,
        None => {}
    }
    let whole = |m: &Members| {
        m.list
            .iter()
            .all(|(key, _)| key.iter().all(u8::is_ascii_digit))
    };
    Some(match (whole(&outer), whole(&first)) {
        (false, true) => Form::Columns,
        (true, false) => Form::Index,
        _ if outer.list.len() <= first.list.len() => Form::Columns,
        _ => Form::Index,
    })
}

/// The first members of the object at a place; `None` where it is none, or is damaged.
fn members(text: &[u8], at: usize) -> Option<Members> {
    if text.get(at) != Some(&b'{') {
        return None;
    }
    let mut found = Members::default();
    let mut passing = Passing::new();
    let mut at = skip_blanks(text, at + 1);
    while found.list.len() < LOOK {
        match text.get(at) {
            Some(b'"') => {}
            Some(b'}') if found.list.is_empty() => {
                found.all = true;
                break;
            }
            Some(_) => return None,
            None => break,
        }
        let Some((end, _)) = string_end(text, at + 1) else {
            break;
        };
        let key = text[at + 1..end].to_vec();
        at = skip_blanks(text, end + 1);
        match text.get(at) {
            Some(b':') => at = skip_blanks(text, at + 1),
            Some(_) => return None,
            None => break,
        }
        if at >= text.len() {
            break;
        }
        found.list.push((key, at));
        let Ok(end) = passing.pass(text, at) else {
            // It goes on behind the text, or is damaged; which, reading it will tell.
            break;
        };
        at = skip_blanks(text, end);
        match text.get(at) {
            Some(b',') => at = skip_blanks(text, at + 1),
            Some(b'}') => {
                found.all = true;
                break;
            }
            Some(_) => return None,
            None => break,
        }
    }
    Some(found)
}
