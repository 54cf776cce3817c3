//! Delimited files against the `csv` crate, and shards against the whole.

#![allow(clippy::unwrap_used, clippy::panic)]

mod read_help;

use plumbline::read::cell::{is_missing, is_word};
use plumbline::read::{Encoding, sniff};
use plumbline::table::Kind;

use proptest::prelude::*;
use read_help::{category, category_schema, in_shards, numbers, read, sniffed, whole};

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,6}",
        2 => "[a-z\" ,;\n\r]{0,12}",
        1 => "[0-9]{1,4}",
        1 => "[é😀\u{20ac}\"]{1,3}",
        1 => Just(String::new()),
        1 => "[a-z\n,]{40,90}",
    ]
}

fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1usize..5).prop_flat_map(|width| {
        proptest::collection::vec(proptest::collection::vec(cell(), width), 1..40)
    })
}

/// What a category cell keeps of a text.
fn kept(text: &str) -> Option<String> {
    let text_bytes = text.as_bytes();
    (!is_missing(text_bytes) || is_word(text_bytes)).then(|| text.to_owned())
}

fn write(rows: &[Vec<String>], crlf: bool, always: bool) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(if crlf {
            csv::Terminator::CRLF
        } else {
            csv::Terminator::Any(b'\n')
        })
        .quote_style(if always {
            csv::QuoteStyle::Always
        } else {
            csv::QuoteStyle::Necessary
        })
        .from_writer(Vec::new());
    writer
        .write_record((0..rows[0].len()).map(|i| format!("name{i}")))
        .unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Found by fuzzing: a text that was to be read further, and ended just behind a line above the header,
/// was taken for one that the header is in.
#[test]
fn lines_above_the_header_are_none_of_the_table_wherever_a_shard_ends() {
    for above in [
        "#!/bin/sh\n# Of May\nset -eu\n\n",
        "sep=,\n",
        // As wide as the table of a header that is less wide than the rows.
        "Report,of,May\n",
    ] {
        let text = format!("{above}id,score,label,note\nr1,0.5,1,x,\nr2,0.25,0,y,\nr3,0.75,1,z,\n");
        let schema = sniffed(text.as_bytes()).schema;
        let part = whole(&schema, text.as_bytes());
        assert_eq!(part.table.names, ["id", "score", "label", "note"]);
        assert_eq!(
            (part.table.rows, &part.troubles),
            (3, &Vec::new()),
            "{text}"
        );
        for size in 1..=text.len() as u64 {
            let (table, lines, troubles) = in_shards(&schema, text.as_bytes(), size);
            assert_eq!((&table, lines), (&part.table, part.lines), "{size}: {text}");
            assert!(troubles.is_empty(), "{size}: {text}");
        }
    }
}

#[test]
fn a_file_that_names_its_delimiter_and_no_columns_keeps_its_first_row() {
    let text = b"sep=;\nr1;0,5\nr2;0,25\nr3;0,75\n";
    let part = read(text);
    assert_eq!(part.table.rows, 3);
    assert_eq!(numbers(&part.table.columns[1])[0], Some(0.5));
}

#[test]
fn none_is_a_word_among_words_and_missing_among_numbers() {
    let mut text = String::from("id,medal,size\n");
    for i in 0..40 {
        let medal = ["gold", "none", "null"][i % 3];
        let size = if i % 3 == 1 { "none" } else { "1.5" };
        text += &format!("x{i}y,{medal},{size}\n");
    }
    let found = sniff("medals.csv", text.as_bytes(), text.len() as u64).unwrap();
    let (medal, size) = (&found.columns[1], &found.columns[2]);
    assert_eq!(
        (medal.kind, medal.missing, medal.distinct),
        (Kind::Category, 13, 2)
    );
    assert_eq!(
        (size.kind, size.missing, size.distinct),
        (Kind::Number, 13, 1)
    );
    let part = whole(&found.schema, text.as_bytes());
    let words = category(&part.table.columns[1]);
    assert_eq!(words[..3], [Some("gold".into()), Some("none".into()), None]);
    assert!(part.troubles.is_empty());
    assert!(part.table.columns[2].is_missing(1));
}

proptest! {
    #[test]
    fn what_the_csv_crate_writes_is_read_back_in_any_shards(
        rows in rows(), crlf: bool, always: bool, size in 1u64..200, cut in any::<bool>(),
    ) {
        let mut bytes = write(&rows, crlf, always);
        if cut && bytes.last() == Some(&b'\n') {
            bytes.pop();
            if crlf {
                bytes.pop();
            }
        }
        let schema = category_schema((0..rows[0].len()).map(|i| format!("name{i}")));
        let part = whole(&schema, &bytes);
        for column in 0..rows[0].len() {
            let expected: Vec<Option<String>> = rows.iter().map(|r| kept(&r[column])).collect();
            prop_assert_eq!(category(&part.table.columns[column]), expected);
        }
        prop_assert_eq!(&part.troubles, &[]);
        prop_assert_eq!((part.first, part.next), (0, bytes.len() as u64));
        let lines = bytes.split(|&b| b == b'\n').count() as u64 - u64::from(bytes.ends_with(b"\n"));
        prop_assert_eq!(part.lines, lines);

        let (table, lines, _) = in_shards(&schema, &bytes, size);
        prop_assert_eq!(&table, &part.table);
        prop_assert_eq!(lines, part.lines);
    }

    #[test]
    fn quotes_escaped_by_backslashes_are_read_as_the_csv_crate_reads_them(
        rows in rows(), size in 1u64..200,
    ) {
        let mut bytes = Vec::new();
        for row in &rows {
            for (i, cell) in row.iter().enumerate() {
                bytes.extend_from_slice(if i == 0 { b"\"" } else { b",\"" });
                bytes.extend(cell.replace('\\', "\\\\").replace('"', "\\\"").bytes());
                bytes.push(b'"');
            }
            bytes.push(b'\n');
        }
        let mut schema = category_schema((0..rows[0].len()).map(|i| format!("name{i}")));
        schema.dialect.escape = true;
        let part = whole(&schema, &bytes);
        let mut reader = csv::ReaderBuilder::new()
            .double_quote(false)
            .escape(Some(b'\\'))
            .has_headers(true)
            .from_reader(bytes.as_slice());
        let theirs: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for column in 0..rows[0].len() {
            let expected: Vec<Option<String>> = theirs.iter().map(|r| kept(&r[column])).collect();
            prop_assert_eq!(category(&part.table.columns[column]), expected);
        }
        prop_assert_eq!(&part.troubles, &[]);
        let (table, lines, _) = in_shards(&schema, &bytes, size);
        prop_assert_eq!(&table, &part.table);
        prop_assert_eq!(lines, part.lines);
    }

    #[test]
    fn any_bytes_are_read_without_a_panic_and_alike_in_shards(
        text in proptest::collection::vec(prop_oneof![
            3 => Just(b','), 2 => Just(b'\n'), 2 => Just(b'"'), 1 => Just(b'\r'), 1 => Just(b'\\'), 6 => b'a'..b'e', 1 => any::<u8>()
        ], 1..400),
        size in 1u64..60, escape: bool,
    ) {
        let mut bytes = b"a,b,c\n".to_vec();
        bytes.extend(text);
        let _ = sniff("f", &bytes, bytes.len() as u64);
        let mut schema = category_schema(["a", "b", "c"].map(String::from));
        schema.dialect.escape = escape;
        let part = whole(&schema, &bytes);
        let (table, lines, troubles) = in_shards(&schema, &bytes, size);
        prop_assert_eq!(&table, &part.table);
        prop_assert_eq!(lines, part.lines);
        let lost = |list: &[plumbline::read::Trouble]| list.iter().map(|t| t.count).sum::<u64>();
        prop_assert_eq!(lost(&troubles), lost(&part.troubles));
        // The same records that the csv crate sees, if only the quotes of one field are not left open.
        let closed = !part.troubles.iter().any(|t| t.reason.contains("not closed"));
        if closed && !escape && !bytes.contains(&b'\r') {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
            let theirs: Vec<csv::ByteRecord> = reader.byte_records().map(Result::unwrap).collect();
            let fits = theirs.iter().filter(|r| r.len() >= 3 && r.iter().skip(3).all(<[u8]>::is_empty));
            let first: Vec<Option<String>> = fits.map(|r| kept(&String::from_utf8_lossy(&r[0]))).collect();
            prop_assert_eq!(category(&part.table.columns[0]), first);
        }
    }

    #[test]
    fn columns_of_every_kind_are_alike_in_shards_and_in_every_encoding(
        text in proptest::collection::vec(prop_oneof![
            4 => Just(","), 3 => Just("\n"), 1 => Just("\""), 1 => Just("\r\n"), 3 => Just("1.5"), 2 => Just("-7"),
            1 => Just("12345678901"), 1 => Just("2025-01-01"), 1 => Just(" 10:00Z"), 1 => Just("NA"), 1 => Just("é"),
            1 => Just("abc"), 1 => Just(" "), 1 => Just("1e999"),
        ], 1..200),
        size in 1u64..80,
    ) {
        let text = format!("a,b,c,d,e\n{}", text.concat());
        let mut schema = category_schema(["a", "b", "c", "d", "e"].map(String::from));
        let kinds = [Kind::Number, Kind::Time, Kind::Category, Kind::Key, Kind::Presence];
        for (spec, kind) in schema.columns.iter_mut().zip(kinds) {
            spec.kind = kind;
        }
        let part = whole(&schema, text.as_bytes());
        let (table, lines, troubles) = in_shards(&schema, text.as_bytes(), size);
        // As bytes: a missing number does not equal itself.
        let expected = part.table.to_bytes();
        prop_assert_eq!(&table.to_bytes(), &expected);
        prop_assert_eq!(lines, part.lines);
        let count = |list: &[plumbline::read::Trouble]| list.iter().map(|t| t.count).sum::<u64>();
        prop_assert_eq!(count(&troubles), count(&part.troubles));

        let units = || text.encode_utf16();
        for (encoding, bytes) in [
            (Encoding::Utf16Le, units().flat_map(u16::to_le_bytes).collect()),
            (Encoding::Utf16Be, units().flat_map(u16::to_be_bytes).collect()),
            (Encoding::Windows1252, text.chars().map(|c| c as u8).collect::<Vec<u8>>()),
        ] {
            schema.encoding = encoding;
            prop_assert_eq!(&whole(&schema, &bytes).table.to_bytes(), &expected);
        }
    }

    #[test]
    fn any_start_of_a_file_is_looked_into_without_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200), more in 0u64..10,
    ) {
        let _ = sniff("f", &bytes, bytes.len() as u64 + more);
    }
}

/// Rows of a log whose class probabilities are one cell each, as `write` has them.
fn listed(rows: usize, write: impl Fn(usize, [f64; 3]) -> String) -> String {
    (0..rows).fold("id,probabilities,label\n".to_owned(), |text, i| {
        let (a, b) = ((i * 37 % 50) as f64 / 100.0, (i * 11 % 40) as f64 / 100.0);
        text + &format!("r{i},{},{}\n", write(i, [a, b, 1.0 - a - b]), i % 3)
    })
}

#[test]
fn lists_of_probabilities_are_the_columns_that_their_items_would_be() {
    let plain = listed(300, |_, [a, b, c]| format!("{a:.4},{b:.4},{c:.4}"));
    let plain = plain.replacen(
        "probabilities",
        "probabilities.0,probabilities.1,probabilities.2",
        1,
    );
    let expected = whole(&sniffed(plain.as_bytes()).schema, plain.as_bytes());
    let quote = |text: String| format!("\"{text}\"");
    let written: [&dyn Fn([f64; 3]) -> String; 6] = [
        &|[a, b, c]| quote(format!("[{a:.4}, {b:.4}, {c:.4}]")),
        &|[a, b, c]| quote(format!("[{a:.4} {b:.4}\n {c:.4}]")),
        &|[a, b, c]| quote(format!("({a:.4}, {b:.4}, {c:.4})")),
        &|[a, b, c]| format!("[{a:.4} {b:.4}  {c:.4}]"),
        &|[a, b, c]| {
            quote(format!(
                "[np.float64({a:.4}), np.float64({b:.4}), np.float64({c:.4})]"
            ))
        },
        &|[a, b, c]| quote(format!("[\"\"{a:.4}\"\", \"\"{b:.4}\"\", \"\"{c:.4}\"\"]")),
    ];
    for write in written {
        let text = listed(300, |_, p| write(p));
        let sniff = sniffed(text.as_bytes());
        let names: Vec<&str> = sniff.columns.iter().map(|c| c.name.as_str()).collect();
        let items = ["probabilities.0", "probabilities.1", "probabilities.2"];
        assert_eq!(names[1..4], items, "{text}");
        let found = whole(&sniff.schema, text.as_bytes());
        assert_eq!(found.troubles, []);
        assert_eq!(found.table, expected.table, "{text}");
    }
    // A decimal comma, and Python's point within the list.
    let text = listed(300, |_, [a, b, c]| format!("[{a:.4}| {b:.4}| {c:.4}],0.5"));
    let text = text.replacen("label", "size,label", 1);
    let text = text
        .replace(',', ";")
        .replace('|', ",")
        .replace(";0.5;", ";0,5;");
    let sniff = sniffed(text.as_bytes());
    assert_eq!(sniff.schema.dialect.decimal, b',', "{text}");
    let found = whole(&sniff.schema, text.as_bytes());
    assert_eq!(found.troubles, []);
    assert_eq!(found.table.columns[1..4], expected.table.columns[1..4]);
}

#[test]
fn a_list_that_cannot_be_read_is_told_with_its_row_and_costs_no_other() {
    let text = listed(3_000, |i, [a, b, c]| match i {
        2_500 => "\"[0.2, 0.3]\"".into(),
        2_600 => "\"[0.2, oops, 0.3]\"".into(),
        2_700 => String::new(),
        2_800 => "[]".into(),
        _ => format!("\"[{a:.4}, {b:.4}, {c:.4}]\""),
    });
    let sniff = sniffed(text.as_bytes());
    let found = whole(&sniff.schema, text.as_bytes());
    assert_eq!(found.table.rows, 3_000);
    let [trouble] = &found.troubles[..] else {
        panic!("{:?}", found.troubles)
    };
    assert_eq!((trouble.count, trouble.line), (2, 2_501));
    assert_eq!(trouble.column.as_deref(), Some("probabilities.0"));
    assert_eq!(
        trouble.reason,
        "found '[0.2, 0.3]', expected a list of 3 numbers like [0.25, 0.75]; its 3 cells are left empty"
    );
    for column in &found.table.columns[1..4] {
        let missing: Vec<usize> = (0..3_000).filter(|&row| column.is_missing(row)).collect();
        assert_eq!(missing, [2_500, 2_600, 2_700, 2_800]);
    }
    // In slices that start anywhere, the same.
    for size in [1_000, 7_777, 50_000] {
        let (cut, ..) = in_shards(&sniff.schema, text.as_bytes(), size);
        assert!(cut.to_bytes() == found.table.to_bytes(), "{size}");
    }
}
