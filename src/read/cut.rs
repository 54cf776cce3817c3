//! Which signs cut a delimited file into fields: delimiter, quotes, and whether blanks are passed over.
//!
//! May use: the walk over records ([`super::csv`]) and what a person said ([`super::fix`]).

use super::cell::{self, Number};
use super::csv::{Signs, records};
use super::fix::Quote;
use super::reader::Head;
use super::{Decimal, Dialect, ReadError, separator_word};
use std::collections::HashMap;

/// Delimiters that are looked for. Where several cut all records alike, the earlier one wins: numbers
/// with a decimal comma and lists in cells make a comma the likeliest to cut by chance.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

/// Records looked at.
const LOOK: usize = 200;

pub(super) type Record = Vec<Vec<u8>>;

/// Where a text goes on behind so many lines; `None` where it has not as many that are ended.
pub(super) fn behind(text: &[u8], lines: u32) -> Option<usize> {
    let Some(last) = (lines as usize).checked_sub(1) else {
        return Some(0);
    };
    memchr::memchr_iter(b'\n', text).nth(last).map(|at| at + 1)
}

/// How records are cut into fields, and the first of them.
pub(super) struct Cut {
    pub delimiter: u8,
    pub quotes: Quote,
    pub blanks: bool,
    pub records: Vec<Record>,
}

/// What was said, or what cuts the records most alike.
pub(super) fn cut(head: &Head) -> Result<Cut, ReadError> {
    let fix = head.fix;
    let cut = |quotes, blanks| -> Result<Cut, ReadError> {
        let (delimiter, records) = delimiter(head, quotes, blanks)?;
        Ok(Cut {
            delimiter,
            quotes,
            blanks,
            records,
        })
    };
    let blanks = fix.blanks.unwrap_or(false);
    let mut found = cut(fix.quote.unwrap_or(Quote::Double), blanks)?;
    if let Some(other) = other_quotes(head.text).filter(|_| fix.quote.is_none()) {
        let with = cut(other, blanks)?;
        let (usual, now) = (alike(&found.records), alike(&with.records));
        let all_within = |cells: &Record| {
            let within = |c: &Vec<u8>| c.len() > 1 && c.starts_with(b"'") && c.ends_with(b"'");
            !cells.is_empty() && cells.iter().all(within)
        };
        let better = match other {
            Quote::Escaped => now >= usual,
            _ => now > usual || now >= usual && found.records.first().is_some_and(all_within),
        };
        if better {
            found = with;
        }
    }
    if fix.blanks.is_some() {
        return Ok(found);
    }
    if has_blanks(&found) {
        let with = cut(found.quotes, true)?;
        let (usual, now) = (alike(&found.records), alike(&with.records));
        // A quote that is never closed takes all records behind it.
        if now > usual || now >= usual && with.records.len() == found.records.len() {
            return Ok(with);
        }
    }
    let of_spaces = match fix.separator {
        None => alike(&found.records) == 0.0,
        Some(said) => said == b' ' && alike(&found.records) < 2.0,
    };
    match of_spaces.then(|| in_runs(head, found.quotes)).flatten() {
        Some(records) => Ok(Cut {
            delimiter: b' ',
            blanks: true,
            records,
            ..found
        }),
        None => Ok(found),
    }
}

/// Whether fields have blanks before them that are none of theirs: one before a quote, or before nearly every field
/// behind the first of its record.
fn has_blanks(cut: &Cut) -> bool {
    let quote = cut.quotes.byte();
    let behind = cut.records.iter().flat_map(|r| r.iter().skip(1));
    let (mut all, mut with) = (0, 0);
    for cell in behind.filter(|cell| !cell.is_empty()) {
        let blank = cell.starts_with(b" ");
        if blank && quote.is_some() && cell.trim_ascii_start().first().copied() == quote {
            return true;
        }
        all += 1;
        with += usize::from(blank);
    }
    with > 1 && with * 10 >= all * 9
}

/// The records of a text whose columns stand below each other, with blanks between them: all of them are alike, and
/// some column is of numbers, as in no text of words.
fn in_runs(head: &Head, quotes: Quote) -> Option<Vec<Record>> {
    let (records, width) = {
        let dialect = Dialect {
            delimiter: b' ',
            quote: quotes.byte(),
            escape: quotes == Quote::Escaped,
            blanks: true,
            ..Dialect::default()
        };
        let at = behind(head.text, head.fix.skip.unwrap_or(0))?;
        let records = records(
            head.text.get(at..)?,
            Signs::of(dialect),
            head.complete,
            LOOK,
        );
        let width = usual_width(&records);
        (records, width)
    };
    let (first, rest) = records.split_first()?;
    let alike = width > 1 && rest.len() > 1 && rest.iter().all(|r| r.len() == width);
    let of_numbers = |column: usize| {
        let mut cells = rest.iter().filter_map(|r| r.get(column));
        cells.all(|c| matches!(cell::number(c, b'.'), Number::Finite(_)))
    };
    let named = first.len() == width || first.len() + 1 == width && of_numbers(0);
    (alike && named && (0..width).any(of_numbers)).then_some(records)
}

/// Other quotes than the usual ones that a text seems to have: a backslash before a quote that ends no field; or
/// single ones where there is no double one.
fn other_quotes(text: &[u8]) -> Option<Quote> {
    let ends = |byte: u8| DELIMITERS.contains(&byte) || matches!(byte, b'\r' | b'\n' | b'"');
    let escaped = memchr::memmem::find_iter(text, b"\\\"").any(|at| {
        let next = text.get(at + 2);
        next.is_some_and(|byte| !ends(*byte))
    });
    let single = || memchr::memchr(b'"', text).is_none() && memchr::memchr(b'\'', text).is_some();
    if escaped {
        Some(Quote::Escaped)
    } else {
        single().then_some(Quote::Single)
    }
}

/// How alike records are: the share that has the usual number of fields, and 1 more where the first is one of them, as
/// the header of a table is (or has one field less). 0 where they have but one.
fn alike(records: &[Record]) -> f64 {
    let width = usual_width(records);
    if width < 2 {
        return 0.0;
    }
    let alike = records.iter().filter(|r| r.len() == width).count();
    let first = records.first().map_or(0, Vec::len);
    let named = first > 1 && first.abs_diff(width) <= 1;
    alike as f64 / records.len() as f64 + f64::from(u8::from(named))
}

/// The delimiter that was said, or the one that cuts the records most alike, and the records it gives.
fn delimiter(head: &Head, quotes: Quote, blanks: bool) -> Result<(u8, Vec<Record>), ReadError> {
    let fix = head.fix;
    let lines = fix.skip.unwrap_or(0);
    let text = behind(head.text, lines).and_then(|at| head.text.get(at..));
    let text = text.unwrap_or_default();
    if lines > 0 && head.complete && text.trim_ascii().is_empty() {
        return Err(head.error(
            None,
            &format!("the file has no more than the {lines} lines that are to be passed over"),
            "Pass over fewer lines.",
        ));
    }
    let cut = |delimiter| {
        let dialect = Dialect {
            delimiter,
            quote: quotes.byte(),
            escape: quotes == Quote::Escaped,
            blanks,
            ..Dialect::default()
        };
        records(text, Signs::of(dialect), head.complete, LOOK)
    };
    if let Some(said) = fix.separator {
        if !text.is_empty() && !text.contains(&said) {
            return Err(head.error(
                None,
                &format!(
                    "there is no {} in it that could separate columns",
                    separator_word(said)
                ),
                "Choose another separator, or leave it as it was found.",
            ));
        }
        return Ok((said, cut(said)));
    }
    let mut best: Option<(f64, u8, Vec<Record>)> = None;
    for delimiter in DELIMITERS {
        if delimiter == b','
            && fix.decimal == Some(Decimal::Comma)
            && best.as_ref().is_some_and(|(s, ..)| *s > 0.0)
        {
            // Commas are in its numbers.
            continue;
        }
        let records = cut(delimiter);
        let score = alike(&records);
        if best.as_ref().is_none_or(|(s, ..)| score > *s) {
            best = Some((score, delimiter, records));
        }
    }
    Ok(match best {
        Some((score, delimiter, records)) if score > 0.0 => (delimiter, records),
        _ => (b',', cut(b',')),
    })
}

/// The commonest number of fields; the larger of two that are as common.
pub(super) fn usual_width(records: &[Record]) -> usize {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for record in records {
        *counts.entry(record.len()).or_default() += 1;
    }
    let usual = counts
        .into_iter()
        .max_by_key(|&(width, count)| (count, width));
    usual.map_or(0, |(width, _)| width)
}
