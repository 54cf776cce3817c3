//! Workbooks that are odd, spoilt, cut off or made to do harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::tests::{bytes, open};
use super::super::tests_archive::{deflated, zip};
use super::super::{Chunks, Contents, Limits, Memory, Unpacked, unpack};
use crate::read::{ReadError, Trouble};
use std::fmt::Write as _;

const BOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="i1"/></sheets></workbook>"#;
const RELATED: &str = r#"<Relationships>
    <Relationship Id="i1" Type="o/worksheet" Target="worksheets/sheet1.xml"/>
    <Relationship Id="i2" Type="o/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>"#;
const STRINGS: &str =
    "<sst><si><t>id</t></si><si><r><t>sc</t></r><r><t>ore</t></r><rPh><t>no</t></rPh></si></sst>";
const HEADER: &str = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>"#;

/// A workbook of one sheet, whose rows are these.
fn book(rows: &str) -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#
    );
    of_parts(RELATED, STRINGS, &sheet)
}

fn of_parts(related: &str, strings: &str, sheet: &str) -> Vec<u8> {
    let members = [
        ("[Content_Types].xml", "<Types/>"),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", related),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    zip(
        &members.map(|(name, part)| (name, part.as_bytes())),
        deflated(),
    )
}

/// The text of the only sheet, and what is told of it.
#[track_caller]
fn sheet(packed: &[u8]) -> (String, Vec<Trouble>) {
    let found: Contents<Chunks> = open("b.xlsx", packed).unwrap();
    assert_eq!(found.skipped, []);
    let [file] = &found.files[..] else {
        panic!("{} files", found.files.len())
    };
    assert_eq!(file.name, "b.xlsx");
    let file: &Unpacked<Chunks> = file;
    (
        String::from_utf8(bytes(file)).unwrap(),
        file.troubles.clone(),
    )
}

#[track_caller]
fn refused(packed: &[u8]) -> ReadError {
    open("b.xlsx", packed).unwrap_err()
}

#[test]
fn places_need_not_be_named() {
    let rows = "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>
        <row><c><v>7</v></c><c><v>0.5</v></c></row><row/><row><c/><c><v> 1 </v></c></row>";
    let (text, troubles) = sheet(&book(rows));
    assert_eq!(text, "id,score\n7,0.5\n\n,1\n");
    assert_eq!(troubles, []);
}

#[test]
fn cells_far_apart_take_no_room() {
    let rows = format!(
        r#"{HEADER}<row r="1048576"><c r="B1048576"><v>2</v></c><c r="XFD1048576"><v>9</v></c></row>"#
    );
    let (text, troubles) = sheet(&book(&rows));
    assert_eq!(text.len(), "id,score\n".len() + 1_048_574 + ",2\n".len());
    assert!(text.ends_with("\n,2\n"));
    assert_eq!((troubles[0].line, troubles[0].count), (1_048_575, 1));
    assert!(troubles[0].reason.contains("XFD1048576"), "{troubles:?}");
}

#[test]
fn rows_before_damage_are_kept_and_the_loss_is_told() {
    let row = |r: u32| {
        format!(r#"<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><v>1</v></c></row>"#)
    };
    let good: String = (2..=100).map(row).collect();
    for (bad, why) in [
        (row(100), "not in order"),
        (row(1_048_577), "not in order"),
        ("<row r='0'/>".into(), "not in order"),
        (
            r#"<row><c r="XFE101"><v>1</v></c></row>"#.into(),
            "not in order",
        ),
        (
            r#"<row><c r="B101"/><c r="A101"/></row>"#.into(),
            "not in order",
        ),
        ("<row><c></row>".into(), "damaged"),
        ("<row>&nothing;".into(), ""),
        ("<a>".repeat(300), "too deeply"),
        (
            format!("<row><c t='inlineStr'><is><t>{}", "x".repeat(5 << 20)),
            "too long",
        ),
    ] {
        let (text, troubles) = sheet(&book(&format!("{HEADER}{good}{bad}")));
        assert_eq!(text.lines().count(), 100, "{bad:.40}");
        let [told] = &troubles[..] else {
            panic!("{troubles:?}")
        };
        assert!(told.row_lost && told.reason.contains(why), "{told:?}");
        assert!(told.line >= 99 && told.line <= 100, "{told:?}");
    }
    let whole = format!("<worksheet><sheetData>{HEADER}{good}");
    let (text, troubles) = sheet(&of_parts(RELATED, STRINGS, &whole));
    assert_eq!(text.lines().count(), 100);
    assert!(troubles[0].reason.contains("ends early"), "{troubles:?}");
}

#[test]
fn texts_that_are_not_there_are_missing_and_told() {
    let rows = format!(
        r#"{HEADER}<row><c t="s"><v>2</v></c><c><v>1</v></c></row><row><c t="s"><v>-1</v></c><c><v>1</v></c></row>"#
    );
    let (text, troubles) = sheet(&book(&rows));
    assert_eq!(text, "id,score\n,1\n,1\n");
    assert_eq!((troubles[0].line, troubles[0].count), (1, 2));
    assert!(troubles[0].reason.contains("A2"), "{troubles:?}");
}

#[test]
fn what_is_no_workbook_is_told_with_its_mend() {
    let parts = |names: &[&str]| {
        let members: Vec<(&str, &[u8])> = names.iter().map(|n| (*n, b"x".as_slice())).collect();
        zip(&members, deflated())
    };
    let binary = parts(&["xl/workbook.bin", "[Content_Types].xml"]);
    let open_document = parts(&["mimetype", "content.xml", "META-INF/manifest.xml"]);
    let bare = parts(&["xl/workbook.xml"]);
    let no_sheet = of_parts(
        &RELATED.replace("sheet1", "sheet2"),
        STRINGS,
        "<worksheet/>",
    );
    let no_strings = of_parts(RELATED, "<sst><si><t>id</t></si>", "<worksheet/>");
    for (packed, found) in [
        (binary, ".xlsb"),
        (open_document, ".ods"),
        (bare, "workbook.xml.rels is missing"),
        (no_sheet, "sheet2.xml is missing"),
        (no_strings, "ends early"),
    ] {
        let why = refused(&packed);
        assert!(
            why.found.contains(found) && why.mend.contains("CSV"),
            "{why}"
        );
    }
    let why = refused(&book("<row r='5'><c r='A5' s='3'/></row>"));
    assert!(why.found.contains("no table"), "{why}");
    let whole = book(HEADER);
    let why = refused(&whole[..whole.len() / 2]);
    assert!(why.found.contains("cut off"), "{why}");
}

#[test]
fn what_comes_out_of_little_ends_at_the_limits() {
    // One long text in every cell.
    let strings = format!("<sst><si><t>{}</t></si></sst>", "word ".repeat(20_000));
    let cells = "<c t='s'><v>0</v></c>".repeat(100);
    let mut rows = String::new();
    for _ in 0..100 {
        write!(rows, "<row>{cells}</row>").unwrap();
    }
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let packed = of_parts(RELATED, &strings, &sheet);
    for (limits, why) in [
        (
            Limits {
                bytes: 64 << 20,
                ..Limits::NATIVE
            },
            "more than 64 MB",
        ),
        (Limits::NATIVE, "200 times"),
    ] {
        let mut shelf = Memory::default();
        let found = unpack("b.xlsx", &packed.as_slice(), &mut shelf, limits).unwrap_err();
        assert!(found.found.contains(why), "{found}");
    }
}

#[test]
fn a_spoilt_workbook_is_never_taken_for_whole() {
    let rows = format!(r#"{HEADER}<row><c><v>7</v></c><c><v>0.5</v></c></row>"#);
    let packed = book(&rows);
    let (whole, _) = sheet(&packed);
    for at in 4..packed.len() {
        let mut spoilt = packed.clone();
        spoilt[at] ^= 0xff;
        let Ok(found) = open("b.xlsx", &spoilt) else {
            continue;
        };
        for file in found.files.iter().filter(|f| f.name == "b.xlsx") {
            let told = !file.troubles.is_empty() || !found.skipped.is_empty();
            assert!(told || bytes(file) == whole.as_bytes(), "byte {at}");
        }
    }
}

#[test]
fn whatever_stands_in_a_part_does_no_harm() {
    let sheet = format!(
        "<worksheet><sheetData>{HEADER}<row r='3'><c r='A3' s='1'><f>A1</f><v>7</v></c><c r='B3' t='inlineStr'>\
         <is><t>a&amp;b_x0041_</t></is></c></row></sheetData></worksheet>"
    );
    let spoil = |part: &str, at: usize, by: u8| {
        let mut part = part.as_bytes().to_vec();
        part[at] = by;
        part
    };
    let (mut whole, mut told) = (0, 0);
    for (which, part) in [(2, RELATED), (3, STRINGS), (4, sheet.as_str())] {
        for at in 0..part.len() {
            for by in *b"<>&\"'9Z\0\xff" {
                let spoilt = spoil(part, at, by);
                let mut members = [
                    ("xl/workbook.xml", BOOK.as_bytes()),
                    ("[Content_Types].xml", b"".as_slice()),
                    ("xl/_rels/workbook.xml.rels", RELATED.as_bytes()),
                    ("xl/sharedStrings.xml", STRINGS.as_bytes()),
                    ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
                ];
                members[which].1 = &spoilt;
                match open("b.xlsx", &zip(&members, deflated())) {
                    Ok(found) if found.files.iter().all(|f| f.troubles.is_empty()) => whole += 1,
                    _ => told += 1,
                }
            }
        }
    }
    assert!(whole > 100 && told > 1_000, "{whole} {told}");
}
