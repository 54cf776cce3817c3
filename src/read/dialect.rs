//! How a delimited file is written: delimiter, decimal sign, header and names.

use super::cell::{self, Number};
use super::cut::{Cut, Record, cut, usual_width};
use super::encoding::decode;
use super::fix::Quote;
use super::instant::{Instants, slashed_date};
use super::reader::{Head, Shape, UNFINISHED};
use super::{Dialect, ReadError, Schema, TimeFormat, separator_word};
use std::collections::{BTreeMap, HashSet};

/// How a file is delimited and which columns it has, as far as it was not said.
pub(super) fn shape(head: &Head) -> Result<Shape, ReadError> {
    let fix = head.fix;
    let breaks = memchr::memchr(b'\n', head.text).is_some();
    if !breaks && head.text.trim_ascii().contains(&b'\r') {
        return Err(head.error(
            None,
            "lines end in a carriage return alone, as on old Macs; a line feed was expected",
            "Save the file with Unix or Windows line ends.",
        ));
    }
    let Cut {
        delimiter,
        quotes,
        blanks,
        mut records,
    } = cut(head)?;
    let above = match fix.skip {
        Some(_) => 0,
        None => above(&records, delimiter, fix.header),
    };
    records.drain(..above);
    let Some(first) = records.first() else {
        return Err(head.error(
            Some(1),
            &format!("the first record {UNFINISHED}"),
            "Look for a quote in it that is opened and never closed, or a file without line breaks.",
        ));
    };
    let rest = &records[1..];
    let usual = usual_width(if rest.is_empty() { &records } else { rest });
    let decimal = match fix.decimal {
        Some(said) => said.byte(),
        None if delimiter == b',' => b'.',
        None => decimal(&records),
    };
    let header = fix
        .header
        .unwrap_or_else(|| has_header(first, rest, decimal));
    let mut names: Vec<String> = if header {
        first
            .iter()
            .map(|name| decode(name, head.encoding).0.trim().to_owned())
            .collect()
    } else {
        vec![String::new(); usual]
    };
    if header && !rest.is_empty() {
        // Delimiters at the end of the header only.
        while names.len() > usual && names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        // R leaves the column of row names without a name.
        let filled = rest.iter().any(|r| r.last().is_some_and(|c| !c.is_empty()));
        let named = names.first().is_some_and(|name| !name.starts_with('#'));
        if filled && named && names.len() + 1 == usual && rest.iter().all(|r| r.len() == usual) {
            names.insert(0, String::new());
        }
    }
    let notes = repeated(&names);
    make_unique(&mut names);
    Ok(Shape {
        dialect: Dialect {
            delimiter,
            quote: quotes.byte(),
            escape: quotes == Quote::Escaped,
            blanks,
            decimal,
            header,
            above: u16::try_from(above).unwrap_or(u16::MAX),
            skip: fix.skip,
        },
        names,
        notes,
    })
}

/// Records above a header at most.
const MOST_ABOVE: usize = 20;

/// Whether a record that stands above the header of a table of so many columns is none of it: `sep=;`,
/// which Excel writes, a comment, or a title or note that has fewer fields.
fn is_above(record: &Record, width: usize) -> bool {
    let is_comment = record.first().is_some_and(|c| c.starts_with(b"#"));
    let fields = record.len();
    width > 1 && (is_sign(record) || is_comment && fields < width || fields + 1 < width)
}

/// Whether a record names the delimiter.
fn is_sign(record: &Record) -> bool {
    let first = record.first().map_or(&[][..], Vec::as_slice);
    record.len() <= 2 && first.len() <= 5 && first.to_ascii_lowercase().starts_with(b"sep=")
}

/// How many records stand above the header. Where what then follows is no header (or it was `said` that
/// there is none), only one that names the delimiter: what is in the first record decides how many columns
/// there are, and what is above these.
fn above(records: &[Record], delimiter: u8, said: Option<bool>) -> usize {
    let width = usual_width(records);
    let above = records.iter().take_while(|r| is_above(r, width)).count();
    let first_is_sign = above > 0 && records.first().is_some_and(is_sign);
    let Some((first, rest)) = records.get(above..).and_then(<[Record]>::split_first) else {
        return 0;
    };
    let decimal = if delimiter == b',' {
        b'.'
    } else {
        decimal(rest)
    };
    let header = || said.unwrap_or_else(|| has_header(first, rest, decimal));
    if above <= MOST_ABOVE && !rest.is_empty() && header() {
        above
    } else {
        usize::from(first_is_sign)
    }
}

/// `CSV, semicolon, decimal comma, no header`.
pub(super) fn label(schema: &Schema) -> String {
    let dialect = schema.dialect;
    let mut out = String::from("CSV, ");
    if schema.columns.len() == 1 {
        out.push_str("one column");
    } else {
        out.push_str(&separator_word(dialect.delimiter));
    }
    out.push_str(match dialect.quotes() {
        Quote::Double => "",
        Quote::Escaped => ", quotes escaped by \\",
        Quote::Single => ", quoted by '",
        Quote::None => ", no quotes",
    });
    match (dialect.blanks, dialect.delimiter) {
        (true, b' ') => out.push_str(", as many as there are"),
        (true, _) => out.push_str(", blanks around fields passed over"),
        (false, _) => {}
    }
    if dialect.decimal == b',' {
        out.push_str(", decimal comma");
    }
    match dialect.skip {
        Some(1) => out.push_str(", below 1 line"),
        Some(lines) if lines > 1 => out.push_str(&format!(", below {lines} lines")),
        _ => {}
    }
    if !dialect.header {
        out.push_str(", no header");
    }
    out
}

/// The decimal sign that more cells with a fraction have.
fn decimal(records: &[Record]) -> u8 {
    let count = |sign: u8| {
        let cells = records.iter().flatten();
        cells
            .filter(|c| c.contains(&sign) && matches!(cell::number(c, sign), Number::Finite(_)))
            .count()
    };
    if count(b',') > count(b'.') {
        b','
    } else {
        b'.'
    }
}

/// Whether the first record names the columns: its cells differ in kind from those below, or at
/// least do not come again. Columns may be called after numbers, as a pivoted table has them (`0.1`, `0.5`, `0.9`): these
/// rise from one to the next, none of them stands below, and a word stands over other values.
fn has_header(first: &Record, rest: &[Record], decimal: u8) -> bool {
    let is_value = |text: &[u8]| {
        matches!(cell::number(text, decimal), Number::Finite(_))
            || Instants::new(TimeFormat::Iso).read(text).is_some()
            || slashed_date(text.trim_ascii()).is_some()
    };
    // Data frames number columns without a name: 0, 1, 2…
    let counted = (0..)
        .zip(first.iter().filter(|c| is_value(c)))
        .all(|(i, c): (usize, _)| c.as_slice() == i.to_string().as_bytes());
    let values = first.iter().filter(|c| is_value(c)).count();
    if rest.is_empty() {
        return values == 0;
    }
    if counted && values > 2 {
        return true;
    }
    let mut votes = 0i64;
    let (mut words, mut numbers, mut rise) = (0, Vec::new(), true);
    for (column, name) in first.iter().enumerate() {
        if cell::is_missing(name) {
            continue;
        }
        let below = rest.iter().filter_map(|r| r.get(column));
        let filled: Vec<&Vec<u8>> = below.filter(|c| !cell::is_missing(c)).collect();
        if filled.is_empty() {
            continue;
        }
        let values = filled.iter().filter(|c| is_value(c)).count();
        if let Number::Finite(x) = cell::number(name, decimal) {
            rise &= numbers.last().is_none_or(|before| *before < x) && !filled.contains(&name);
            numbers.push(x);
        }
        words += usize::from(values * 10 >= filled.len() * 9 && !is_value(name));
        votes += if values * 10 >= filled.len() * 9 {
            if is_value(name) { -1 } else { 1 }
        } else if filled.contains(&name) || is_value(name) {
            -1
        } else {
            0
        };
    }
    votes >= 0 || words > 0 && rise && numbers.len() > 1
}

/// Names that come more than once: `2 columns called 'x'`.
fn repeated(names: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names.iter().filter(|n| !n.is_empty()) {
        *counts.entry(name).or_default() += 1;
    }
    let again = counts.into_iter().filter(|(_, n)| *n > 1);
    let told =
        again.map(|(name, n)| format!("{n} columns called '{}'", cell::shown(name.as_bytes())));
    told.take(3).collect()
}

/// Gives every column a name of its own: `column_3` where there is none, `x_2` for the second `x`.
pub(super) fn make_unique(names: &mut [String]) {
    let mut taken: HashSet<String> = names.iter().filter(|n| !n.is_empty()).cloned().collect();
    let mut seen = HashSet::new();
    for (i, name) in names.iter_mut().enumerate() {
        let (stem, mut n) = if name.is_empty() {
            ("column".to_owned(), i + 1)
        } else if seen.insert(name.clone()) {
            continue;
        } else {
            (name.clone(), 2)
        };
        loop {
            let candidate = format!("{stem}_{n}");
            if taken.insert(candidate.clone()) {
                seen.insert(candidate.clone());
                *name = candidate;
                break;
            }
            n += 1;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::read::{Encoding, Fix};

    fn look(text: &str) -> Shape {
        let head = Head {
            name: "f",
            text: text.as_bytes(),
            encoding: Encoding::Utf8,
            complete: true,
            fix: Fix::default(),
        };
        shape(&head).unwrap()
    }

    #[track_caller]
    fn check(text: &str, delimiter: u8, decimal: u8, header: bool, names: &[&str]) {
        let shape = look(text);
        let expected = Dialect {
            delimiter,
            decimal,
            header,
            above: shape.dialect.above,
            ..Dialect::default()
        };
        assert_eq!(
            (shape.dialect, shape.names),
            (expected, names.iter().map(|n| (*n).into()).collect()),
            "{text}"
        );
    }

    #[test]
    fn delimiters_decimal_signs_headers_and_names() {
        check("a,b\n1,2\n", b',', b'.', true, &["a", "b"]);
        check(
            "a;b;c\n1,5;2,5;3,5\n1,5;2;3\n",
            b';',
            b',',
            true,
            &["a", "b", "c"],
        );
        check(
            "1,5;2,5;3,5\n1,5;2,5;3,5\n",
            b';',
            b',',
            false,
            &["column_1", "column_2", "column_3"],
        );
        check("a\tb\n1,2\t3\n", b'\t', b',', true, &["a", "b"]);
        check("a|b\n1|x\n", b'|', b'.', true, &["a", "b"]);
        check(
            "id,text\n1,\"a;b\"\n2,c;d\n",
            b',',
            b'.',
            true,
            &["id", "text"],
        );
        check(
            "id,tags,x\n1,a|b,2\n2,c|d,3\n",
            b',',
            b'.',
            true,
            &["id", "tags", "x"],
        );
        check("x\n1\n2\n", b',', b'.', true, &["x"]);
        check("1\n2\n", b',', b'.', false, &["column_1"]);
        check(
            "a,,a,a_2,a\n1,2,3,4,5\n",
            b',',
            b'.',
            true,
            &["a", "column_2", "a_3", "a_2", "a_4"],
        );
        check(
            "column_2,\n1,2\n",
            b',',
            b'.',
            true,
            &["column_2", "column_3"],
        );
        check(
            ",0,1,2,y\n0,0.1,0.2,0.3,b\n1,0.1,0.2,0.3,a\n",
            b',',
            b'.',
            true,
            &["column_1", "0", "1", "2", "y"],
        );
        check(
            "r1,cat\nr2,dog\nr3,cat\n",
            b',',
            b'.',
            false,
            &["column_1", "column_2"],
        );
        check(
            "id,label\nr2,dog\nr3,cat\n",
            b',',
            b'.',
            true,
            &["id", "label"],
        );
        check(
            "2025-01-01,1\n2025-01-02,2\n",
            b',',
            b'.',
            false,
            &["column_1", "column_2"],
        );
        check("a,b,,\n1,2\n3,4\n", b',', b'.', true, &["a", "b"]);
        check(
            "a b\tc\nr1\t1\t2\nr2\t3\t4\n",
            b'\t',
            b'.',
            true,
            &["column_1", "a b", "c"],
        );
        check("a,b\n1,2,\n3,4,\n", b',', b'.', true, &["a", "b"]);
        check(
            "<script>alert(1)</script>,b\n1,2\n",
            b',',
            b'.',
            true,
            &["<script>alert(1)</script>", "b"],
        );
        check(
            "\"a\nb\",\"c\"\"d\"\n1,2\n",
            b',',
            b'.',
            true,
            &["a\nb", "c\"d"],
        );
    }

    #[test]
    fn names_that_come_again_are_told() {
        assert_eq!(look("a,b,a,,\n1,2,3,4,5\n").notes, ["2 columns called 'a'"]);
        assert!(look("a,b,,\n1,2,3,4\n").notes.is_empty());
    }

    #[test]
    fn numbers_in_a_header_are_names() {
        let rows = "2026-01-01,4.5,1.5,2.5,3.5\n2026-01-02,4,1,2,3\n2026-01-03,5,2,3,4\n";
        for header in [
            "time,actual,0.1,0.5,0.9",
            "time,actual,5%,50%,95%",
            "time,y,10,50,90",
        ] {
            let names: Vec<&str> = header.split(',').collect();
            check(&format!("{header}\n{rows}"), b',', b'.', true, &names);
        }
        // Rows that are like those below.
        for first in ["2026-01-04,4,0.5,2.5,2.75", "x,4,3,2,1", "x,4,5,5.5,3"] {
            let found = look(&format!("{first}\n{rows}")).dialect;
            assert!(!found.header, "{first}");
        }
    }

    #[test]
    fn what_stands_above_the_header_is_none_of_the_table() {
        let abc = ["a", "b", "c"];
        for above in [
            "sep=;",
            "SEP=;",
            "# made; by\n# a tool",
            "Report\n\nof May",
            "Of:\n\n",
        ] {
            check(
                &format!("{above}\na;b;c\n1;2,5;x\n2;3,5;y\n"),
                b';',
                b',',
                true,
                &abc,
            );
        }
        check(
            "# of May\nid,label\nr1,1\nr2,0\n",
            b',',
            b'.',
            true,
            &["id", "label"],
        );
        check(
            "sep=,\nid,label\nr1,1\nr2,0\n",
            b',',
            b'.',
            true,
            &["id", "label"],
        );
        let counted = |text: &str| look(text).dialect.above;
        assert_eq!(counted("sep=;\n\n# of May\na;b;c\n1;2,5;x\n2;3,5;y\n"), 2);
        assert_eq!(counted("a;b;c\n1;2,5;x\n2;3,5;y\n"), 0);
        // Without a header, the delimiter's name is none of the rows all the same.
        let none = "sep=;\nr1;0,5\nr2;0,25\n";
        check(none, b';', b',', false, &["column_1", "column_2"]);
        assert_eq!(counted(none), 1);
        // A header that begins with a hash, and one of row names.
        check("#a,b,c\n1,2,3\n", b',', b'.', true, &["#a", "b", "c"]);
        check(
            "a,b\n1,2,3\n4,5,6\n",
            b',',
            b'.',
            true,
            &["column_1", "a", "b"],
        );
        // Below it is no header, so it may as well be one.
        check("a\n1,2,3\n4,5,6\n", b',', b'.', true, &["a"]);
    }
}
