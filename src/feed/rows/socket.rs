//! A WebSocket: each message is a row, or some, one a line.
//!
//! A socket cannot be asked for what was missed. Where its address has a place for a cursor (`?after={next}`), that
//! is the number of rows that came; elsewhere what comes while it is closed is a gap. Nothing is held.

use super::{Settings, add_lines};
use crate::feed::{
    Ask, Came, Carrier, Fault, Gap, Instant, Next, Piece, RowForm, Rows, SECOND, Source,
};

/// Rows that come through a WebSocket.
pub struct Socket {
    settings: Settings,
    /// Rows that came.
    rows: u64,
    /// When something came last.
    seen: Option<Instant>,
    /// Since when nothing could be seen.
    lost: Option<Instant>,
}

impl Socket {
    /// A socket, not opened yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            rows: 0,
            seen: None,
            lost: None,
        }
    }
}

impl Source for Socket {
    fn name(&self) -> String {
        self.settings.place()
    }

    fn next(&mut self, _now: Instant) -> Next {
        let url = self.settings.at_cursor("ws", &self.rows.to_string());
        // As a page has it, and as a socket has it.
        let url = match url.split_once("://") {
            Some(("http", rest)) => format!("ws://{rest}"),
            Some(("https", rest)) => format!("wss://{rest}"),
            _ => url,
        };
        Next::Ask(Ask {
            carrier: Carrier::Socket,
            body: self.settings.hello.clone().into_bytes(),
            ..Ask::get(url)
        })
    }

    fn take(&mut self, now: Instant, came: Came) -> Result<Vec<Piece>, Fault> {
        match came {
            Came::Opened(_) => {
                let gap = self.lost.take().filter(|_| !self.settings.has_cursor());
                let gap = gap.map(|from| {
                    Piece::Gap(Gap {
                        from,
                        to: now,
                        why: "the connection was lost".into(),
                    })
                });
                Ok(gap.into_iter().collect())
            }
            Came::Part(message) => {
                self.seen = Some(now);
                let mut bytes = Vec::new();
                self.rows += add_lines(&String::from_utf8_lossy(&message), &mut bytes);
                if bytes.is_empty() {
                    return Ok(Vec::new());
                }
                Ok(vec![Piece::Rows(Rows {
                    name: self.settings.table(RowForm::NdJson),
                    form: RowForm::NdJson,
                    bytes,
                })])
            }
            _ => Ok(Vec::new()),
        }
    }

    fn lost(&mut self, _now: Instant) {
        self.lost = self.lost.or(self.seen);
    }

    fn patience(&self) -> Instant {
        // A log may be silent for long, and the browser tells when the connection breaks.
        600 * SECOND
    }
}
