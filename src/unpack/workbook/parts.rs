//! The parts of a workbook: members of its archive, which name each other by relationships (ECMA-376
//! part 2).

use super::super::stream::{Checked, Meter, Metered, Slices};
use super::super::zip::Member;
use super::xml::{Xml, attribute, damaged};
use crate::read::Bytes;
use flate2::bufread::DeflateDecoder;
use quick_xml::events::Event;
use std::io::{BufRead, BufReader, Error, Read, Result};

/// Sheets that are looked at.
const MOST_SHEETS: usize = 1_000;

/// The parts of a workbook.
pub(super) struct Parts<'a> {
    file: &'a dyn Bytes,
    members: &'a [Member],
    meter: &'a Meter<'a>,
}

/// A sheet of cells that is not hidden.
pub(super) struct Sheet {
    pub name: String,
    pub part: String,
}

/// What the workbook's first part tells.
#[derive(Default)]
pub(super) struct Book {
    pub sheets: Vec<Sheet>,
    pub strings: Option<String>,
    pub styles: Option<String>,
    pub since_1904: bool,
}

impl<'a> Parts<'a> {
    pub fn new(file: &'a dyn Bytes, members: &'a [Member], meter: &'a Meter<'a>) -> Self {
        Self {
            file,
            members,
            meter,
        }
    }

    /// The bytes of a part.
    pub fn open(&self, name: &str) -> Result<impl BufRead + use<'a>> {
        let member = self.members.iter().find(|m| same(&m.name, name));
        let member = member.ok_or_else(|| damaged(&format!("its part {name} is missing")))?;
        if let Some(why) = member.obstacle() {
            return Err(damaged(&format!("{name}: {why}")));
        }
        let (start, end) = member.range(self.file)?;
        let packed = Slices::range(self.file, start, end);
        let unpacked: Box<dyn Read + 'a> = match member.method {
            0 => Box::new(packed),
            8 => Box::new(DeflateDecoder::new(packed)),
            _ => {
                return Err(damaged(&format!(
                    "{name} is compressed in a way that workbooks are not"
                )));
            }
        };
        let checked = Checked::new(unpacked, member.crc);
        Ok(BufReader::with_capacity(
            super::PIECE,
            Metered::new(checked, self.meter),
        ))
    }

    /// What the workbook's first part tells.
    pub fn book(&self) -> Result<Book> {
        let mut book = Book::default();
        let related = self.related()?;
        let target = |kind: &str| {
            let found = related.iter().find(|r| r.kind.ends_with(kind));
            found.map(|r| r.target.clone())
        };
        book.strings = target("/sharedStrings");
        book.styles = target("/styles");
        let mut xml = Xml::new(self.open("xl/workbook.xml")?);
        loop {
            let tag = match xml.next()? {
                Event::Start(tag) => tag,
                Event::Eof => return Ok(book),
                _ => continue,
            };
            match tag.local_name().as_ref() {
                "workbookPr" => {
                    let is = attribute(&tag, "date1904")?;
                    book.since_1904 = is.is_some_and(|is| matches!(is.as_ref(), "1" | "true"));
                }
                "sheet" => {
                    let state = attribute(&tag, "state")?;
                    if state.is_some_and(|state| state != "visible") {
                        continue;
                    }
                    let id = attribute(&tag, "id")?.unwrap_or_default();
                    let name = attribute(&tag, "name")?.unwrap_or_default();
                    let sheet = related
                        .iter()
                        .find(|r| r.id == id && r.kind.ends_with("/worksheet"));
                    if let Some(sheet) = sheet {
                        book.sheets.push(Sheet {
                            name: name.into_owned(),
                            part: sheet.target.clone(),
                        });
                    }
                    if book.sheets.len() > MOST_SHEETS {
                        return Err(damaged("it has more than 1000 sheets"));
                    }
                }
                _ => {}
            }
        }
    }

    /// What the workbook's first part is related to.
    fn related(&self) -> Result<Vec<Related>> {
        let mut xml = Xml::new(self.open("xl/_rels/workbook.xml.rels")?);
        let mut related = Vec::new();
        loop {
            match xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "Relationship" => {
                    let text = |name| -> Result<String> {
                        Ok(attribute(&tag, name)?.unwrap_or_default().into_owned())
                    };
                    related.push(Related {
                        id: text("Id")?,
                        kind: text("Type")?,
                        target: path(&text("Target")?),
                    });
                    if related.len() > 10 * MOST_SHEETS {
                        return Err(Error::other("it has too many parts"));
                    }
                }
                Event::Eof => return Ok(related),
                _ => {}
            }
        }
    }
}

struct Related {
    id: String,
    kind: String,
    target: String,
}

/// The path in the archive of a target that the workbook's first part names.
fn path(target: &str) -> String {
    let mut parts = if target.starts_with('/') {
        Vec::new()
    } else {
        vec!["xl"]
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a member has a name: without regard to case, and to how the slash is written.
pub(super) fn same(member: &str, name: &str) -> bool {
    let slash = |b: u8| {
        if b == b'\\' {
            b'/'
        } else {
            b.to_ascii_lowercase()
        }
    };
    let member = member.strip_prefix('/').unwrap_or(member);
    member.len() == name.len() && member.bytes().map(slash).eq(name.bytes().map(slash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_relative_to_the_workbook_or_to_the_root() {
        assert_eq!(path("worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(path("/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(path("../other/./x.xml"), "other/x.xml");
        assert!(same("XL\\Workbook.xml", "xl/workbook.xml"));
        assert!(!same("xl/workbook.xml.rels", "xl/workbook.xml"));
    }
}
