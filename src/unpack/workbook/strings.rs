//! The texts that the cells of all sheets share.

use super::xml::{Xml, damaged, push_text, unescape};
use quick_xml::events::Event;
use std::io::{BufRead, Result};

/// Bytes that all texts and their places may take.
const MOST: usize = 256 << 20;

/// The shared texts, one behind the other.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    pub fn read(from: impl BufRead) -> Result<Self> {
        let mut xml = Xml::new(from);
        let mut strings = Self::default();
        let mut text = RichText::default();
        let (mut within, mut start) = (false, 0);
        loop {
            let event = xml.next()?;
            match &event {
                Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                    (within, start) = (true, strings.text.len());
                }
                Event::End(tag) if tag.local_name().as_ref() == "si" => {
                    within = false;
                    unescape(&mut strings.text, start);
                    let end = u32::try_from(strings.text.len());
                    strings.ends.push(end.map_err(|_| damaged(TOO_MUCH))?);
                    if strings.text.len() + 4 * strings.ends.len() > MOST {
                        return Err(damaged(TOO_MUCH));
                    }
                }
                Event::Eof => return Ok(strings),
                _ if within => text.take(&event, &mut strings.text)?,
                _ => {}
            }
        }
    }

    pub fn get(&self, at: usize) -> Option<&str> {
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start as usize..*self.ends.get(at)? as usize)
    }
}

const TOO_MUCH: &str = "its texts take more than 256 MB";

/// The text of a cell that may be written in runs; readings beside it (`rPh`) are none of it.
#[derive(Default)]
pub(super) struct RichText {
    within: bool,
    aside: bool,
}

impl RichText {
    /// Takes an event inside of `si` or `is`.
    pub fn take(&mut self, event: &Event, out: &mut String) -> Result<()> {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => self.within = true,
                "rPh" => self.aside = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => self.within = false,
                "rPh" => self.aside = false,
                _ => {}
            },
            event if self.within && !self.aside => {
                push_text(event, out)?;
                if out.len() > MOST {
                    return Err(damaged(TOO_MUCH));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
