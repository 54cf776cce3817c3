//! JSON lines: one object a line.
//!
//! What a cell is, [`super::walk`] says. A line that is not one whole object, or is longer than
//! [`MAX_RECORD`], is lost and counted. The bare `NaN` and `Infinity` that Python writes are let
//! through.

use super::keys::Keys;
use super::template::Templates;
use super::tokens;
use super::walk::Walk;
use crate::read::batch::Batch;
use crate::read::reader::{Fill, Head, MAX_RECORD, Reader, Rows, Shape, Stop, UNFINISHED};
use crate::read::trouble::{Fault, Troubles};
use crate::read::{Dialect, Format, ReadError, Schema};

/// Lines looked at for keys.
const LOOK: usize = 2_000;

const MEND: &str =
    "Write one JSON object a line, for example with `jq -c . file.json > file.jsonl`.";

/// The reader of JSON lines.
pub(in crate::read) struct JsonLines;

impl Reader for JsonLines {
    fn format(&self) -> Format {
        Format::JsonLines
    }

    fn recognises(&self, text: &[u8]) -> bool {
        let second = text.get(1..).map(<[u8]>::trim_ascii_start);
        let second = second.and_then(<[u8]>::first);
        match text.first() {
            Some(b'{') => matches!(second, Some(b'"' | b'}')),
            Some(b'[') => matches!(second, Some(b'{' | b'[' | b']' | b'"' | b'0'..=b'9')),
            _ => false,
        }
    }

    fn shape(&self, head: &Head) -> Result<Shape, ReadError> {
        if head.text.trim_ascii_start().starts_with(b"[") {
            return Err(head.error(
                Some(1),
                "this is a JSON array of plain values; objects were expected",
                MEND,
            ));
        }
        let mut keys = Keys::growing();
        let (mut good, mut bad, mut first_bad) = (0, 0, None);
        let mut at = 0;
        for number in 1..=LOOK as u64 {
            let Some((end, next)) = line(head.text, at, head.complete) else {
                break;
            };
            if !head.text[at..end].trim_ascii().is_empty() {
                let mut batch = Batch::new(0);
                batch.clear(at);
                match Walk::new(&head.text[..end], &mut keys, &mut batch).line(at) {
                    Ok(()) => good += 1,
                    Err(wrong) => {
                        bad += 1;
                        first_bad.get_or_insert((number, wrong.what));
                    }
                }
            }
            at = next;
        }
        if let Some((line, what)) = first_bad
            && good <= bad
        {
            let found = format!(
                "this is JSON over several lines; one whole object a line was expected ({what})"
            );
            return Err(head.error(Some(line), &found, MEND));
        }
        if good == 0 {
            let found = format!("the first line {UNFINISHED}");
            return Err(head.error(Some(1), &found, MEND));
        }
        let names = keys.into_names();
        if names.is_empty() {
            return Err(head.error(Some(1), "the objects have no keys", "Choose another file."));
        }
        Ok(Shape {
            dialect: Dialect {
                header: false,
                ..Dialect::default()
            },
            names,
            notes: Vec::new(),
        })
    }

    fn rows(&self, schema: &Schema) -> Box<dyn Rows> {
        Box::new(JsonRows {
            keys: Keys::of(schema),
            templates: Templates::new(),
        })
    }

    fn label(&self, _schema: &Schema) -> String {
        "JSON lines".into()
    }
}

struct JsonRows {
    keys: Keys,
    templates: Templates,
}

impl Rows for JsonRows {
    fn skip_header(&mut self, _text: &[u8], _eof: bool) -> Option<(usize, u64)> {
        Some((0, 0))
    }

    fn fill(
        &mut self,
        text: &[u8],
        mut at: usize,
        end: usize,
        eof: bool,
        batch: &mut Batch,
        troubles: &mut Troubles,
    ) -> Fill {
        let stop = loop {
            if at >= end || at >= text.len() {
                break Stop::End;
            }
            if batch.is_full(at) {
                break Stop::Full;
            }
            let Some((line_end, next)) = line(text, at, eof) else {
                if text.len() - at <= batch.longest {
                    break Stop::Unfinished;
                }
                too_long(batch, troubles);
                // The line's break is counted when it is found.
                at = text.len();
                break Stop::TooLong;
            };
            if next - at > batch.longest {
                too_long(batch, troubles);
                batch.line += 1;
                at = next;
                continue;
            }
            let number = batch.line;
            batch.line += 1;
            let Self { keys, templates } = self;
            if templates.follow_line(text, at, line_end, keys, batch) {
                batch.keep_set_row(number, troubles);
            } else if !tokens::is_blank(&text[at..line_end]) {
                batch.open_row();
                let trace = templates.trace();
                let traced = trace.is_some();
                let walk = Walk::new(&text[..line_end], keys, batch).traced(trace);
                match walk.line(at) {
                    Ok(()) => {
                        // What a template passes over is not looked into.
                        if traced && batch.unknown().is_empty() {
                            templates.learn(text, at, line_end, keys);
                        }
                        batch.keep_set_row(number, troubles);
                    }
                    Err(wrong) => {
                        batch.drop_row();
                        troubles.row(Fault::NotJson, number, || {
                            format!(
                                "found a broken line ({} at byte {}), expected one whole JSON \
                                 object; the row is left out",
                                wrong.what,
                                wrong.at - at + 1
                            )
                        });
                    }
                }
            }
            at = next;
        };
        Fill { next: at, stop }
    }
}

/// Counts a line that is too long.
#[cold]
fn too_long(batch: &Batch, troubles: &mut Troubles) {
    troubles.row(Fault::TooLong, batch.line, || {
        format!(
            "the line is longer than {} MB; the row is left out; write one object a line",
            MAX_RECORD >> 20
        )
    });
}

/// Whether a text's first line is one whole object, and another one follows.
pub(super) fn is_lines(text: &[u8]) -> bool {
    let Some((end, next)) = line(text, 0, false) else {
        return false;
    };
    let (mut keys, mut batch) = (Keys::growing(), Batch::new(0));
    Walk::new(&text[..end], &mut keys, &mut batch)
        .line(0)
        .is_ok()
        && text.get(tokens::skip_blanks(text, next)) == Some(&b'{')
}

/// Where a line ends and the next one starts; `None` where the text may go on.
fn line(text: &[u8], at: usize, complete: bool) -> Option<(usize, usize)> {
    match memchr::memchr(b'\n', &text[at..]) {
        Some(n) => Some((at + n, at + n + 1)),
        None if complete && at < text.len() => Some((text.len(), text.len())),
        None => None,
    }
}
