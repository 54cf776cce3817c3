//! Which cells with numbers show times: a workbook tells it only by their number format.

use super::date::Shown;
use super::xml::{Xml, attribute, damaged};
use quick_xml::events::Event;
use std::collections::HashMap;
use std::io::{BufRead, Result};

/// Styles and formats that are kept; Excel stops at 65 490.
const MOST: usize = 1 << 17;

/// How each style of cells shows a number.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Styles(Vec<Option<Shown>>);

impl Styles {
    pub fn read(from: impl BufRead) -> Result<Self> {
        let mut xml = Xml::new(from);
        let mut custom: HashMap<u32, Option<Shown>> = HashMap::new();
        let mut styles: Vec<u32> = Vec::new();
        let mut within = false;
        loop {
            match xml.next()? {
                Event::Start(tag) => {
                    let number = |name| -> Result<Option<u32>> {
                        Ok(attribute(&tag, name)?.and_then(|n| n.trim().parse().ok()))
                    };
                    match tag.local_name().as_ref() {
                        "cellXfs" => within = true,
                        "xf" if within => styles.push(number("numFmtId")?.unwrap_or(0)),
                        "numFmt" => {
                            if let Some(id) = number("numFmtId")? {
                                let code = attribute(&tag, "formatCode")?.unwrap_or_default();
                                custom.insert(id, shown(&code));
                            }
                        }
                        _ => {}
                    }
                    if styles.len().max(custom.len()) > MOST {
                        return Err(damaged("it has too many styles"));
                    }
                }
                Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => within = false,
                Event::Eof => break,
                _ => {}
            }
        }
        let style = |id| custom.get(&id).copied().unwrap_or_else(|| built_in(id));
        Ok(Self(styles.into_iter().map(style).collect()))
    }

    /// How a cell of a style shows a time; `None` where it shows a number.
    pub fn shown(&self, style: usize) -> Option<Shown> {
        self.0.get(style).copied().flatten()
    }
}

/// The formats that have no code in the file (ECMA-376 part 1, 18.8.30), those of East Asia included.
fn built_in(id: u32) -> Option<Shown> {
    match id {
        14..=17 | 27..=36 | 50..=58 => Some(Shown::Date),
        18..=21 | 45 | 47 => Some(Shown::Clock),
        22 => Some(Shown::Instant),
        _ => None,
    }
}

/// What a format code shows, by its first section. Durations (`[h]:mm`) stay numbers of days.
fn shown(code: &str) -> Option<Shown> {
    let (mut date, mut clock, mut month) = (false, false, false);
    let mut rest = code;
    while let Some(sign) = rest.chars().next() {
        let after = rest.get(sign.len_utf8()..).unwrap_or_default();
        let past = |mark: char| after.split_once(mark).unwrap_or((after, ""));
        rest = after;
        match sign.to_ascii_lowercase() {
            ';' => break,
            '"' => rest = past('"').1,
            '\\' | '_' | '*' => {
                let mut signs = after.chars();
                signs.next();
                rest = signs.as_str();
            }
            '[' => {
                let (within, behind) = past(']');
                rest = behind;
                let within = within.to_ascii_lowercase();
                if !within.is_empty() && within.bytes().all(|b| matches!(b, b'h' | b'm' | b's')) {
                    return None;
                }
            }
            'g' if starts(after, "eneral") => rest = after.get(6..).unwrap_or_default(),
            'a' if starts(after, "m/pm") => {
                clock = true;
                rest = after.get(4..).unwrap_or_default();
            }
            'a' if starts(after, "/p") => {
                clock = true;
                rest = after.get(2..).unwrap_or_default();
            }
            'y' | 'd' => date = true,
            'h' | 's' => clock = true,
            'm' => month = true,
            _ => {}
        }
    }
    match (date || month && !clock, clock) {
        (true, true) => Some(Shown::Instant),
        (true, false) => Some(Shown::Date),
        (false, true) => Some(Shown::Clock),
        (false, false) => None,
    }
}

fn starts(text: &str, with: &str) -> bool {
    let head = text.get(..with.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(with))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_format_code_tells_times_from_numbers() {
        for (code, is) in [
            ("General", None),
            ("0.00E+00", None),
            ("#,##0.00 \"days\"", None),
            ("[Red]0.0;[Blue]-0.0", None),
            ("0;yyyy", None),
            ("\\d0", None),
            ("[h]:mm:ss", None),
            ("[$€-407] 0", None),
            ("yyyy-mm-dd", Some(Shown::Date)),
            ("[$-409]mmmm d, yyyy;@", Some(Shown::Date)),
            ("MMM", Some(Shown::Date)),
            ("yyyy\"年\"m\"月\"d\"日\"", Some(Shown::Date)),
            ("h:mm AM/PM", Some(Shown::Clock)),
            ("mm:ss.0", Some(Shown::Clock)),
            ("h A/P", Some(Shown::Clock)),
            ("YYYY-MM-DD HH:MM:SS", Some(Shown::Instant)),
            ("dd/mm/yyyy\\ hh:mm:ss.000", Some(Shown::Instant)),
        ] {
            assert_eq!(shown(code), is, "{code}");
        }
    }

    #[test]
    fn a_style_names_its_format() {
        let part = br#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="hh:mm&quot;h&quot;"/></numFmts>
            <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="164"/><xf/></cellXfs></styleSheet>"#;
        let styles = Styles::read(part.as_slice()).unwrap();
        let shown = [0, 1, 2, 3, 4].map(|style| styles.shown(style));
        assert_eq!(
            shown,
            [None, Some(Shown::Instant), Some(Shown::Clock), None, None]
        );
    }
}
