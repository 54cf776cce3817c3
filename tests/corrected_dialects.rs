//! Delimited files whose dialect is said: whatever it is, the cells are those of the plain file; and what
//! deceives the first look is mended by saying it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod read_help;

use pipeline::keeper_of;
use plumbline::engine::message::Input;
use plumbline::engine::{Shards, arrange, in_order, look_as, tables, tie};
use plumbline::read::{
    DateOrder, Decimal, Encoding, Fix, Quote, SEPARATORS, Sniff, inspect, inspect_as, is_delimited,
};
use plumbline::report::Report;
use plumbline::report::view::View;
use plumbline::table::{Kind, Table};
use proptest::prelude::*;
use read_help::{category, in_shards, numbers, whole};

/// A row: two texts, two numbers.
type Row = (String, String, f64, i32);

const NAMES: [&str; 4] = ["word", "t\u{e9}xt", "x", "n"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{1,6}",
        2 => "[a-z,;|^\t' \"]{0,9}",
        1 => "[a-z,;\n\r\"']{0,9}",
        1 => "[éü€]{1,4}",
    ]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = ("[a-z]{1,5}", text(), -1e4..1e4f64, -5_000..5_000i32);
    proptest::collection::vec(row, 1..30)
}

/// A field as it is written, or `None` where the dialect cannot write it; `bare`: no blanks stand around it.
fn field(text: &str, separator: char, quote: Option<char>, bare: bool) -> Option<String> {
    let opens = text.starts_with('"') && quote == Some('"')
        || text.starts_with('\'') && quote == Some('\'');
    let blank = !bare
        && (text.starts_with(' ') || text.ends_with(' ') || text.is_empty() && separator == ' ');
    if !opens && !blank && !text.contains([separator, '\n', '\r']) {
        return Some(text.to_owned());
    }
    let quote = quote?;
    let doubled = text.replace(quote, &format!("{quote}{quote}"));
    Some(format!("{quote}{doubled}{quote}"))
}

/// The rows in a dialect; what it cannot write is an `x`.
fn written(rows: &[Row], fix: Fix, above: &str) -> String {
    let separator = char::from(fix.separator.unwrap());
    let quote = fix.quote.unwrap().byte().map(char::from);
    let comma = fix.decimal == Some(Decimal::Comma);
    let skips = fix.blanks == Some(true);
    let line = |cells: [String; 4]| {
        let cells = cells.map(|c| {
            let text = field(&c, separator, quote, !skips).unwrap_or_else(|| "x".into());
            match skips {
                true => format!("{}{text}{}", &"   "[..c.len() % 3], &"  "[..c.len() % 2]),
                false => text,
            }
        });
        cells.join(&separator.to_string()) + "\n"
    };
    let mut out = above.to_owned();
    if fix.header == Some(true) {
        out += &line(NAMES.map(str::to_owned));
    }
    for (word, text, x, n) in rows {
        let x = if comma {
            x.to_string().replace('.', ",")
        } else {
            x.to_string()
        };
        out += &line([word.clone(), text.clone(), x, n.to_string()]);
    }
    out
}

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    let byte = |c| match c {
        '€' => 0x80,
        c => u8::try_from(c).unwrap(),
    };
    match encoding {
        Encoding::Utf8 => text.into(),
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Windows1252 => text.chars().map(byte).collect(),
    }
}

/// The cells, two columns as words and two as numbers, whatever they seem to hold.
fn cells(mut sniff: Sniff, bytes: &[u8]) -> (Table, Sniff) {
    let kinds = [Kind::Category, Kind::Category, Kind::Number, Kind::Number];
    assert_eq!(sniff.schema.columns.len(), 4, "{:?}", sniff.description);
    for (spec, kind) in sniff.schema.columns.iter_mut().zip(kinds) {
        (spec.kind, spec.time) = (kind, None);
    }
    let part = whole(&sniff.schema, bytes);
    assert!(part.troubles.is_empty(), "{:?}", part.troubles);
    if sniff.schema.encoding.can_be_cut() {
        let (table, lines, _) = in_shards(&sniff.schema, bytes, 37);
        assert_eq!(
            (table.to_bytes(), lines),
            (part.table.to_bytes(), part.lines)
        );
    }
    (part.table, sniff)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn said_dialects_give_the_cells_of_the_plain_file(rows in rows()) {
        let plain = Fix {
            separator: Some(b','),
            quote: Some(Quote::Double),
            blanks: Some(false),
            decimal: Some(Decimal::Point),
            header: Some(true),
            ..Fix::default()
        };
        let separators = SEPARATORS.map(|(byte, _)| byte);
        for separator in separators.into_iter().chain([b'^', 1]) {
            for (quote, decimal) in Quote::ALL.into_iter().flat_map(|q| Decimal::ALL.map(|d| (q, d))) {
                if separator == b',' && decimal == Decimal::Comma && quote == Quote::None {
                    // Nobody can write that.
                    continue;
                }
                for (at, encoding) in Encoding::ALL.into_iter().enumerate() {
                    // Headers and lines above them by turns.
                    let turn = at + usize::from(separator) + usize::from(quote == Quote::Single);
                    let header = turn % 2 == 0;
                    let (above, skip) = [
                        ("", None),
                        ("", Some(0)),
                        ("Made \"at; noon,\tby|me\n\n", Some(2)),
                    ][turn / 2 % 3];
                    let blanks = Some((at + usize::from(separator)) % 2 == 1);
                    let fix = Fix {
                        separator: Some(separator),
                        quote: Some(quote),
                        blanks,
                        decimal: Some(decimal),
                        header: Some(header),
                        skip,
                        encoding: Some(encoding),
                        dates: None,
                    };
                    // What cannot be written here is not in the plain file either.
                    let (sign, mark) = (char::from(separator), quote.byte().map(char::from));
                    let rows: Vec<Row> = rows
                        .iter()
                        .map(|(w, t, x, n)| {
                            let t = field(t, sign, mark, blanks != Some(true)).map_or("x".into(), |_| t.clone());
                            (w.clone(), t, *x, *n)
                        })
                        .collect();
                    let canonical = written(&rows, plain, "");
                    let sniff = inspect_as("f", &canonical.as_bytes(), &plain).unwrap();
                    let (expected, _) = cells(sniff, canonical.as_bytes());
                    let bytes = encoded(&written(&rows, fix, above), encoding);
                    let sniff = inspect_as("f", &bytes.as_slice(), &fix);
                    let sniff = sniff.unwrap_or_else(|e| panic!("{fix:?}: {e}"));
                    let (found, sniff) = cells(sniff, &bytes);
                    for at in 0..2 {
                        let (a, b) = (&found.columns[at], &expected.columns[at]);
                        prop_assert_eq!(category(a), category(b), "{:?}", fix);
                    }
                    for at in 2..4 {
                        let (a, b) = (&found.columns[at], &expected.columns[at]);
                        prop_assert_eq!(numbers(a), numbers(b), "{:?}", fix);
                    }
                    prop_assert_eq!(sniff.schema.dialect.header, header);
                    if header {
                        let names = sniff.schema.columns.iter().map(|c| c.name.as_str());
                        prop_assert!(names.eq(NAMES));
                    }
                }
            }
        }
    }

    #[test]
    fn whatever_is_said_of_any_bytes_is_read_or_refused(
        bytes in proptest::collection::vec(prop_oneof![
            Just(b','), Just(b';'), Just(b'\n'), Just(b'"'), Just(b'\''), Just(b' '), Just(0), Just(b'1'), any::<u8>()
        ], 0..300),
        separator in proptest::option::of(any::<u8>()),
        quote in proptest::option::of(proptest::sample::select(Quote::ALL.to_vec())),
        (header, blanks) in any::<(Option<bool>, Option<bool>)>(),
        skip in proptest::option::of(0u32..6),
        encoding in proptest::option::of(proptest::sample::select(Encoding::ALL.to_vec())),
    ) {
        let decimal = header.map(|h| if h { Decimal::Point } else { Decimal::Comma });
        let fix = Fix { separator, quote, blanks, decimal, header, skip, encoding, dates: None };
        let _ = is_delimited(&bytes.as_slice(), &fix);
        if let Ok(sniff) = inspect_as("f", &bytes.as_slice(), &fix) {
            let part = whole(&sniff.schema, &bytes);
            if sniff.schema.encoding.can_be_cut() {
                let (table, _, _) = in_shards(&sniff.schema, &bytes, 11);
                prop_assert_eq!(table.to_bytes(), part.table.to_bytes());
            }
        }
    }
}

/// What the first look makes of a file, and with what is said.
fn both(bytes: &[u8], fix: Fix) -> (Sniff, Sniff) {
    let found = inspect("f", &bytes).unwrap();
    (found, inspect_as("f", &bytes, &fix).unwrap())
}

fn names(sniff: &Sniff) -> Vec<&str> {
    sniff.columns.iter().map(|c| c.name.as_str()).collect()
}

#[test]
fn decimal_commas_in_quotes_are_mended() {
    let rows = (0..40).map(|i| format!("r{i},\"1,{:03}\",\"0,{i}\"\n", i * 7));
    let text = format!("id,x,y\n{}", rows.collect::<String>());
    let decimal = Some(Decimal::Comma);
    let (found, mended) = both(
        text.as_bytes(),
        Fix {
            decimal,
            ..Fix::default()
        },
    );
    // Thousands and words were found.
    assert_eq!(found.columns[1].range, Some((1_000.0, 1_273.0)));
    assert_eq!(found.columns[2].kind, Kind::Category);
    assert_eq!(mended.columns[1].range, Some((1.0, 1.273)));
    assert_eq!(mended.columns[2].kind, Kind::Number);
    assert_eq!(mended.description, "CSV, comma, decimal comma, UTF-8");
    let y = &whole(&mended.schema, text.as_bytes()).table.columns[2];
    assert_eq!(numbers(y)[39], Some(0.39));
}

#[test]
fn semicolons_in_the_cells_of_commas_are_mended() {
    let rows = (0..40).map(|i| format!("r{i},a;{i},0.{i};1\n"));
    let text = format!("id,from;to,low;high\n{}", rows.collect::<String>());
    let separator = Some(b',');
    let (found, mended) = both(
        text.as_bytes(),
        Fix {
            separator,
            ..Fix::default()
        },
    );
    assert_eq!(names(&found), ["id,from", "to,low", "high"]);
    assert_eq!(names(&mended), ["id", "from;to", "low;high"]);
    // More lines of semicolons than are looked at, then a table.
    let above = "a;b;c;d\n".repeat(300);
    let text = format!("{above}id,x\nr1,0.5\nr2,0.25\n");
    let skip = Some(300);
    let (found, mended) = both(
        text.as_bytes(),
        Fix {
            skip,
            ..Fix::default()
        },
    );
    assert_eq!(found.columns.len(), 4);
    assert_eq!(names(&mended), ["id", "x"]);
    assert_eq!(mended.description, "CSV, comma, below 300 lines, UTF-8");
    let part = whole(&mended.schema, text.as_bytes());
    assert_eq!((part.table.rows, part.lines), (2, 303));
    let decimal = Some(Decimal::Comma);
    let (found, mended) = both(
        b"a,b;c\n1,5;2,5\n2,5;3,5\n",
        Fix {
            decimal,
            ..Fix::default()
        },
    );
    assert_eq!(
        (names(&found), names(&mended)),
        (vec!["a,b", "c"], vec!["a,b", "c"])
    );
}

#[test]
fn other_quotes_and_none_are_mended() {
    let text = "id,note,x\nr1,'a, b',1\nr2,'it''s, so',2\n";
    let quote = Some(Quote::Single);
    let fix = Fix {
        quote,
        ..Fix::default()
    };
    let mended = inspect_as("f", &text.as_bytes(), &fix).unwrap();
    assert_eq!(names(&mended), ["id", "note", "x"]);
    assert_eq!(mended.description, "CSV, comma, quoted by ', UTF-8");
    let part = whole(&mended.schema, text.as_bytes());
    let note = category(&part.table.columns[1]);
    assert_eq!(note, [Some("a, b".into()), Some("it's, so".into())]);
    // An inch sign that opens no quote.
    let text = "size,x\n\"5,1\n3,2\n\"7,3\n";
    let quote = Some(Quote::None);
    let (found, mended) = both(
        text.as_bytes(),
        Fix {
            quote,
            ..Fix::default()
        },
    );
    assert!(whole(&found.schema, text.as_bytes()).table.rows < 3);
    let part = whole(&mended.schema, text.as_bytes());
    assert_eq!(category(&part.table.columns[0])[2], Some("\"7".into()));
    assert_eq!(mended.description, "CSV, comma, no quotes, UTF-8");
}

#[test]
fn blanks_around_fields_are_found_and_mended() {
    let words = |sniff: &Sniff, text: &str, at: usize| -> Vec<Option<String>> {
        category(&whole(&sniff.schema, text.as_bytes()).table.columns[at])
    };
    let some = |texts: [&str; 2]| texts.map(|t| Some(t.to_owned()));
    // A blank before the quote.
    let text = "id, note, x\nr1, \"a, b\", 1\nr2, \"it \"\"is\"\" so\" , 2\n";
    let found = inspect("f", &text.as_bytes()).unwrap();
    let said = "CSV, comma, blanks around fields passed over, UTF-8";
    assert_eq!(
        (names(&found), found.description.as_str()),
        (vec!["id", "note", "x"], said)
    );
    assert_eq!(words(&found, text, 1), some(["a, b", "it \"is\" so"]));
    let kept = Fix {
        blanks: Some(false),
        ..Fix::default()
    };
    let kept = inspect_as("f", &text.as_bytes(), &kept).unwrap();
    assert_eq!(kept.description, "CSV, comma, UTF-8");
    // As the census of 1994 is written: without a quote.
    let text = "39, State-gov, 77516\n50, Self-emp , 83311\n";
    let found = inspect("f", &text.as_bytes()).unwrap();
    assert_eq!(words(&found, text, 1), some(["State-gov", "Self-emp"]));
    // Blanks that are a part of the text stay.
    let text = "id,note,x\nr1, a,1\nr2,b ,2\n";
    let found = inspect("f", &text.as_bytes()).unwrap();
    assert_eq!(words(&found, text, 1), some([" a", "b "]));
    let skip = Fix {
        blanks: Some(true),
        ..Fix::default()
    };
    let mended = inspect_as("f", &text.as_bytes(), &skip).unwrap();
    assert_eq!(words(&mended, text, 1), some(["a", "b"]));
    // A quote that is never closed is a part of the text.
    let text = "id,note,x\nr1, \"so,1\nr2,b,2\n";
    let found = inspect("f", &text.as_bytes()).unwrap();
    assert_eq!(words(&found, text, 1), some([" \"so", "b"]));
    // Columns that stand below each other.
    let text = "  id   region     score\nr1     eu       0.25  \n\nr2   \"us east\"     0.5\n   \n";
    let found = inspect("f", &text.as_bytes()).unwrap();
    assert_eq!(found.description, "CSV, space, as many as there are, UTF-8");
    assert_eq!(
        (names(&found), found.rows),
        (vec!["id", "region", "score"], 2)
    );
    assert_eq!(words(&found, text, 1), some(["eu", "us east"]));
    assert!(whole(&found.schema, text.as_bytes()).troubles.is_empty());
    // As pandas prints a frame: its index has no name.
    let text = "   score label\n0   0.25   yes\n1   0.50    no\n10  1.00   yes\n";
    let found = inspect("f", &text.as_bytes()).unwrap();
    assert_eq!(names(&found), ["column_1", "score", "label"]);
    // Words are no columns.
    let text = "note\ngood day\nbad day\n";
    assert_eq!(names(&inspect("f", &text.as_bytes()).unwrap()), ["note"]);
    // One blank parts columns, and a value is missing.
    let text = "a b c\n1  3\n4 5 6\n7 8 9\n";
    let space = Fix {
        separator: Some(b' '),
        ..Fix::default()
    };
    let mended = inspect_as("f", &text.as_bytes(), &space).unwrap();
    let part = whole(&mended.schema, text.as_bytes());
    assert_eq!(
        numbers(&part.table.columns[1]),
        [None, Some(5.0), Some(8.0)]
    );
}

#[test]
fn percents_among_numbers_are_hundredths() {
    let text = "id,score\nr1,0.25\nr2,37%\nr3,0.5\nr4,12.5 %\n";
    let found = inspect("f", &text.as_bytes()).unwrap();
    let part = whole(&found.schema, text.as_bytes());
    let scores = [Some(0.25), Some(0.37), Some(0.5), Some(0.125)];
    assert_eq!(numbers(&part.table.columns[1]), scores);
    let [trouble] = &part.troubles[..] else {
        panic!("{:?}", part.troubles)
    };
    assert_eq!(
        (trouble.line, trouble.count, trouble.row_lost),
        (2, 2, false)
    );
    assert_eq!(trouble.reason, "found '37%'; it was read as 0.37");
}

#[test]
fn headers_encodings_and_dates_are_mended() {
    let text = "7,2024,2025\n1,5,6\n2,7,8\n";
    let header = Some(true);
    let (found, mended) = both(
        text.as_bytes(),
        Fix {
            header,
            ..Fix::default()
        },
    );
    assert_eq!(names(&found), ["column_1", "column_2", "column_3"]);
    assert_eq!(
        (names(&mended), mended.rows),
        (vec!["7", "2024", "2025"], 2)
    );
    let header = Some(false);
    let text = "id,label\nr1,dog\nr2,cat\n";
    let (found, mended) = both(
        text.as_bytes(),
        Fix {
            header,
            ..Fix::default()
        },
    );
    assert_eq!((found.rows, mended.rows), (2, 3));
    assert_eq!(mended.description, "CSV, comma, no header, UTF-8");

    let text = encoded("id,word\nr1,Ã©\nr2,Ã¼\n", Encoding::Windows1252);
    let encoding = Some(Encoding::Windows1252);
    let fix = Fix {
        encoding,
        ..Fix::default()
    };
    let (found, mended) = both(&text, fix);
    assert_eq!(found.columns[1].samples, ["é", "ü"]);
    assert_eq!(mended.columns[1].samples, ["Ã©", "Ã¼"]);
    // Few zero bytes: it is known by its characters.
    let text = encoded("идент,слово\nода,нет\nнет,ода\n", Encoding::Utf16Be);
    let known = inspect("f", &text.as_slice()).unwrap();
    assert!(
        known.description.contains("UTF-16 (big endian)"),
        "{}",
        known.description
    );
    let encoding = Some(Encoding::Utf16Be);
    let fix = Fix {
        encoding,
        ..Fix::default()
    };
    let mended = inspect_as("f", &text.as_slice(), &fix).unwrap();
    assert_eq!(names(&mended), ["идент", "слово"]);

    let text = "day,x\n01/02/2026,1\n03/02/2026,2\n";
    let day = Some(DateOrder::Day);
    let (found, mended) = both(
        text.as_bytes(),
        Fix {
            dates: day,
            ..Fix::default()
        },
    );
    assert!(found.description.contains("could be read either way"));
    assert_eq!(
        mended.columns[0].time,
        Some(plumbline::read::TimeFormat::DayFirst)
    );
    assert_eq!(mended.description, "CSV, comma, UTF-8");
}

#[test]
fn what_makes_no_sense_for_a_file_is_refused() {
    let parquet = std::fs::read("tests/formats/kinds-v1.parquet").unwrap();
    let text = b"a,b\n1,2\n3,4\n";
    let fix = Fix::default();
    let separator = Fix {
        separator: Some(b';'),
        ..fix
    };
    let quoted = Fix {
        separator: Some(b'"'),
        ..fix
    };
    let wide = Fix {
        encoding: Some(Encoding::Utf16Le),
        ..fix
    };
    let narrow = Fix {
        encoding: Some(Encoding::Utf8),
        ..fix
    };
    let skip = Fix {
        skip: Some(9),
        ..fix
    };
    let utf16 = encoded("a,b\n1,2\n", Encoding::Utf16Le);
    for (bytes, fix, why) in [
        (&parquet[..], separator, "this is Parquet"),
        (b"{\"a\":1}\n{\"a\":2}\n", separator, "this is JSON"),
        (text, separator, "there is no semicolon in it"),
        (text, quoted, "both separator and quote"),
        (text, wide, "no text in UTF-16 (little endian)"),
        (&utf16, narrow, "no text in UTF-8"),
        (text, skip, "no more than the 9 lines"),
    ] {
        let error = inspect_as("f", &bytes, &fix).unwrap_err();
        assert!(error.found.contains(why), "{error}");
        assert!(!error.mend.is_empty());
    }
    assert!(!is_delimited(&parquet.as_slice(), &fix).unwrap());
    assert!(!is_delimited(&&b"[1,2]"[..], &fix).unwrap());
    assert!(is_delimited(&&text[..], &fix).unwrap());
}

/// A log whose columns of semicolons deceive the first look, where it is not in tabs.
fn log(rows: std::ops::Range<usize>, separator: &str) -> String {
    let mut text = String::from("id,time,score,label,from;to,low;high\n");
    for i in rows {
        let score = (i * 37 % 101) as f64 / 101.0;
        let label = usize::from(i * 61 % 89 < (score * 89.0) as usize);
        let (day, hour) = (1 + i / 24 % 28, i % 24);
        text += &format!("r{i},2026-01-{day:02}T{hour:02}:00:00Z,{score:.4},{label},a;b,0;1\n");
    }
    text.replace(',', separator)
}

/// The reports on the rows kept and streamed, without what tells of the files themselves.
fn reports(files: &[(&str, String)], fix: Fix) -> [String; 2] {
    let looked = files.iter().map(|(name, text)| {
        let input = look_as(name, &text.as_bytes(), fix).unwrap();
        ((*name, text.as_bytes()), input)
    });
    let (files, mut inputs): (Vec<_>, Vec<_>) = tables(looked.collect()).into_iter().unzip();
    assert_eq!(inputs.len(), 1);
    assert!(inputs.iter().all(|i| i.fix == fix && i.is_delimited()));
    arrange(&mut inputs);
    tie(&mut inputs);
    let files: Vec<_> = files.concat();
    let inputs = Input::files(&inputs);
    assert!(inputs.iter().all(|i| i.fix == fix));
    let view = View::default();
    let told = |mut keeper: plumbline::engine::Keeper| {
        let summary = keeper.finish(&view, &mut |_, _| {}).unwrap();
        let mut report = Report::from(&summary, &view);
        report.sources.clear();
        report.to_json().unwrap()
    };
    let cut = |file, input: &Input| Shards::with_size(file, input.bytes, 3_001, false);
    let kept = told(keeper_of(&files, &inputs, cut).unwrap());
    let order = in_order(&inputs);
    assert!(order.is_sorted());
    let mut keeper = plumbline::engine::Keeper::streaming(inputs.clone(), view.clone());
    let mut chains: Vec<Shards> = inputs.iter().enumerate().map(|(i, n)| cut(i, n)).collect();
    pipeline::read_all(&files, &inputs, &mut chains, &mut keeper).unwrap();
    [kept, told(keeper)]
}

#[test]
fn files_of_one_table_share_what_is_said_and_rows_are_kept_or_streamed_alike() {
    let files = |separator| {
        [
            ("log/1.csv", log(0..500, separator)),
            ("log/2.csv", log(500..900, separator)),
        ]
    };
    let fix = Fix {
        separator: Some(b','),
        ..Fix::default()
    };
    let [kept, streamed] = reports(&files(","), fix);
    let [plain, passed] = reports(&files("\t"), Fix::default());
    assert!(kept.contains("roc_auc"));
    assert_eq!(kept, plain);
    assert_eq!(streamed, passed);
}
