//! The page's side of a live source: a worker of its own that follows it, what the reader wants of it, and its news.

use super::client::{Client, Stopped, unexpected};
use super::pool::Hand;
use super::wire::Load;
use crate::engine::message::{Reply, Request};
use crate::feed::live::{Connection, News, Order};
use crate::feed::{RowForm, Rows};
use crate::series::Machine;
use std::rc::Rc;

/// A live source; dropping the last clone ends its worker.
#[derive(Clone)]
pub struct Line(Rc<Hand>);

/// What is new.
#[derive(Debug)]
pub struct Fresh {
    /// How it stands.
    pub news: News,
    /// What is new of the machine, and from which step on it takes the place of what was known.
    pub machine: Option<(Machine, Option<i64>)>,
    /// Rows that came.
    pub rows: Vec<Rows>,
}

impl Line {
    /// Has a worker follow a source.
    ///
    /// # Errors
    /// Where no worker starts.
    pub async fn open(client: &Client, connection: Connection) -> Result<Self, Stopped> {
        let hand = client.hand().await?;
        let connection = Box::new(connection);
        hand.ask(&Request::Connect { connection }, Load::None, None)
            .await?;
        Ok(Self(hand))
    }

    /// Has it do what the reader wants.
    ///
    /// # Errors
    /// Where the worker failed.
    pub async fn order(&self, order: Order) -> Result<(), Stopped> {
        let request = Request::Order { order };
        self.0.ask(&request, Load::None, None).await.map(|_| ())
    }

    /// Waits for what is new.
    ///
    /// # Errors
    /// Where the worker failed or was ended.
    pub async fn news(&self) -> Result<Fresh, Stopped> {
        let (reply, load) = self.0.ask(&Request::News, Load::None, None).await?;
        let Reply::News {
            news,
            machine,
            from,
            rows,
        } = reply
        else {
            return Err(unexpected("").into());
        };
        let bytes = load.into_bytes();
        let mut at = machine;
        let machine = bytes.get(..machine).filter(|b| !b.is_empty());
        let machine = machine.and_then(|bytes| serde_json::from_slice(bytes).ok());
        let machine = machine.map(|machine| (machine, from));
        let mut pieces = Vec::new();
        for (name, form, n) in rows {
            let form: RowForm = form;
            let bytes = bytes.get(at..at + n).unwrap_or_default().to_vec();
            at += n;
            pieces.push(Rows { name, form, bytes });
        }
        Ok(Fresh {
            news: *news,
            machine,
            rows: pieces,
        })
    }

    /// Ends it at once.
    pub fn end(&self) {
        self.0.stop();
    }
}
