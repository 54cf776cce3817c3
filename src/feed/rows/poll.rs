//! A document that is asked for over and over, and holds rows at a path.
//!
//! Where the address has a place for a cursor, each answer tells the next one, and its rows are new. Elsewhere an
//! answer holds the last rows of the server: those that came before are left out, each as often as it came. An answer
//! none of whose rows is known, though rows were known before, may have missed some: that is a gap.
//!
//! Held are hashes of ten times as many rows as an answer has, at least a thousand and [`MOST_KNOWN`] at most.

use super::{CURSOR, Settings};
use crate::feed::{Answer, Ask, Came, Fault, Gap, Instant, Next, Piece, RowForm, Rows, Source};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, VecDeque};
use xxhash_rust::xxh3::xxh3_64;

/// Rows that are known again at most.
pub const MOST_KNOWN: usize = 100_000;
/// Rows of an answer with a cursor after which the next is asked for at once.
const MANY: usize = 100;

/// A document that is polled.
pub struct Poll {
    settings: Settings,
    path: Vec<Step>,
    next: Vec<Step>,
    /// What is wrong with a path.
    fault: Option<String>,
    cursor: String,
    known: BTreeMap<u64, u32>,
    order: VecDeque<u64>,
    last: Option<Instant>,
    not_before: Instant,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    Place(usize),
    All,
}

impl Poll {
    /// A document, not asked for yet. A path that is none is told with the first answer.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let next = match settings.next.trim() {
            "" => "next",
            next => next,
        };
        let (rows, next) = (path(&settings.path), path(next));
        let fault = rows.as_ref().err().or(next.as_ref().err()).cloned();
        Self {
            path: rows.unwrap_or_default(),
            next: next.unwrap_or_default(),
            fault,
            settings,
            cursor: "0".into(),
            known: BTreeMap::new(),
            order: VecDeque::new(),
            last: None,
            not_before: Instant::MIN,
        }
    }

    fn taken(&mut self, now: Instant, answer: &Answer) -> Result<Vec<Piece>, Fault> {
        if !answer.is_ok() {
            return Err(answer.fault(now));
        }
        if let Some(why) = &self.fault {
            return Err(Fault::never(why.clone(), "Mend the path."));
        }
        let document: &RawValue = serde_json::from_slice(&answer.body).map_err(|why| {
            Fault::never(
                format!("{} is no JSON: {why}.", self.name()),
                "Give an address that answers with JSON.",
            )
        })?;
        let found = at(document, &self.path);
        if found.is_empty() {
            let (said, place) = (self.settings.path.trim(), self.name());
            return Err(Fault::never(
                format!("There is nothing at '{said}' in the answer of {place}."),
                format!(
                    "Give the path to the rows. The answer has {}.",
                    names(document)
                ),
            ));
        }
        let lines: Vec<String> = found.into_iter().flat_map(rows).collect();
        let mut pieces = Vec::new();
        let mut pause = self.settings.pause();
        let fresh = if self.settings.has_cursor() {
            let next = at(document, &self.next);
            let next = next.first().map(|value| {
                serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().into())
            });
            let moved = next.filter(|next| *next != self.cursor && next != "null");
            match moved {
                Some(next) => {
                    self.cursor = next;
                    if lines.len() >= MANY {
                        pause = 0;
                    }
                    lines
                }
                // The same cursor gives the same rows again.
                None if self.last.is_some() => Vec::new(),
                None => lines,
            }
        } else {
            self.fresh(now, lines, &mut pieces)
        };
        self.not_before = now.saturating_add(pause);
        self.last = Some(now);
        let mut bytes = Vec::new();
        for line in fresh {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
        }
        if !bytes.is_empty() {
            pieces.push(Piece::Rows(Rows {
                name: self.settings.table(RowForm::NdJson),
                form: RowForm::NdJson,
                bytes,
            }));
        }
        Ok(pieces)
    }

    /// The rows of an answer that are not known yet.
    fn fresh(&mut self, now: Instant, lines: Vec<String>, pieces: &mut Vec<Piece>) -> Vec<String> {
        let most = (10 * lines.len()).clamp(1_000, MOST_KNOWN);
        let (mut here, mut fresh, mut again) = (BTreeMap::new(), Vec::new(), 0);
        for line in lines {
            let hash = xxh3_64(line.as_bytes());
            let count: &mut u32 = here.entry(hash).or_default();
            *count += 1;
            let known = self.known.entry(hash).or_default();
            if *count > *known {
                *known = *count;
                self.order.push_back(hash);
                fresh.push(line);
            } else {
                again += 1;
            }
        }
        while self.order.len() > most
            && let Some(oldest) = self.order.pop_front()
        {
            if let Some(count) = self.known.get_mut(&oldest) {
                *count -= 1;
                if *count == 0 {
                    self.known.remove(&oldest);
                }
            }
        }
        if let Some(from) = self.last
            && again == 0
            && fresh.len() > 1
            && self.order.len() > fresh.len()
        {
            pieces.push(Piece::Gap(Gap {
                from,
                to: now,
                why: "more rows came than an answer holds".into(),
            }));
        }
        fresh
    }
}

impl Source for Poll {
    fn name(&self) -> String {
        self.settings.place()
    }

    fn next(&mut self, now: Instant) -> Next {
        if now < self.not_before {
            return Next::Wait(self.not_before);
        }
        let url = self.settings.at_cursor("http", &self.cursor);
        debug_assert!(!url.contains(CURSOR));
        Next::Ask(self.settings.signed(Ask::get(url)))
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        match came {
            Came::Answer(answer) => self.taken(now, &answer),
            _ => Ok(Vec::new()),
        }
    }

    fn lost(&mut self, _now: Instant) {}
}

/// Reads a path: `data.items`, `$.data[0]['the rows'][*]`; empty is the document itself.
fn path(text: &str) -> Result<Vec<Step>, String> {
    let mut rest = text.trim();
    rest = rest.strip_prefix('$').unwrap_or(rest);
    let mut steps = Vec::new();
    let fault = |rest: &str| {
        format!(
            "The path '{}' cannot be read from '{rest}' on; it is written as data.items or data[0].rows.",
            text.trim()
        )
    };
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'));
            let (step, after) = if let Some(quote) = quote {
                let inner = inner.get(1..).unwrap_or_default();
                let (name, after) = inner.split_once(quote).ok_or_else(|| fault(rest))?;
                let after = after.strip_prefix(']').ok_or_else(|| fault(rest))?;
                (Step::Name(name.into()), after)
            } else {
                let (inside, after) = inner.split_once(']').ok_or_else(|| fault(rest))?;
                let step = match inside.trim() {
                    "*" => Step::All,
                    place => Step::Place(place.parse().map_err(|_| fault(rest))?),
                };
                (step, after)
            };
            steps.push(step);
            rest = after;
            continue;
        }
        let name = rest.strip_prefix('.').unwrap_or(rest);
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (name, after) = name.split_at(end);
        match name {
            "" => return Err(fault(rest)),
            "*" => steps.push(Step::All),
            name => steps.push(Step::Name(name.into())),
        }
        rest = after;
    }
    Ok(steps)
}

/// The values at a path, as they are written.
fn at<'a>(document: &'a RawValue, path: &[Step]) -> Vec<&'a RawValue> {
    let mut found = vec![document];
    for step in path {
        found = found
            .into_iter()
            .flat_map(|value| -> Vec<&RawValue> {
                match step {
                    Step::Name(name) => members(value).remove(name).into_iter().collect(),
                    Step::Place(place) => list(value).get(*place).copied().into_iter().collect(),
                    Step::All if value.get().starts_with('{') => {
                        members(value).into_values().collect()
                    }
                    Step::All => list(value),
                }
            })
            .collect();
    }
    found
}

/// The members of an object; of anything else none.
fn members(value: &RawValue) -> BTreeMap<String, &RawValue> {
    serde_json::from_str(value.get()).unwrap_or_default()
}

/// The members of a list; of anything else none.
fn list(value: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(value.get()).unwrap_or_default()
}

/// The rows in a value, each in one line.
fn rows(value: &RawValue) -> Vec<String> {
    match value.get().as_bytes().first() {
        Some(b'[') => list(value).into_iter().map(super::in_one_line).collect(),
        Some(b'n') | None => Vec::new(),
        Some(_) => vec![super::in_one_line(value)],
    }
}

/// What a document has, for the reader.
fn names(document: &RawValue) -> String {
    match document.get().as_bytes().first() {
        Some(b'{') => {
            let names: Vec<String> = members(document).into_keys().take(8).collect();
            match names.is_empty() {
                true => "no members".into(),
                false => names.join(", "),
            }
        }
        Some(b'[') => format!("a list of {}", list(document).len()),
        _ => "no list".into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_rows_as_they_are_written() {
        let text = r#"{"data": {"items": [{"b": 0.10, "a": 1}, {"a": 2}], "the rows": [[3]]}}"#;
        let document: &RawValue = serde_json::from_str(text).unwrap();
        for (text, expected) in [
            ("", &[text][..]),
            ("data.items", &[r#"{"b": 0.10, "a": 1}"#, r#"{"a": 2}"#]),
            ("$.data.items[*].a", &["1", "2"]),
            ("data['the rows'][0]", &["3"]),
            ("data.items[1]", &[r#"{"a": 2}"#]),
            ("data.*", &[r#"{"b": 0.10, "a": 1}"#, r#"{"a": 2}"#, "[3]"]),
            ("nothing.here", &[]),
        ] {
            let found = at(document, &path(text).unwrap());
            let found: Vec<String> = found.into_iter().flat_map(rows).collect();
            assert_eq!(found, expected, "{text}");
        }
        for text in ["data..x", "a[", "a[x]", "a['b]"] {
            assert!(path(text).unwrap_err().contains("cannot be read"), "{text}");
        }
    }
}
