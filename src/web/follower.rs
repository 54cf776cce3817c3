//! The worker that follows a live source: it asks what the source wants asked, rests until there is something to do,
//! and tells the page what is new as soon as the page asks for it. A worker, because a browser lets the timers of a page
//! that is out of sight sleep, and because an answer may take long to read.

use super::carry::{Carried, carry};
use super::wire::Load;
use crate::engine::message::{Reply, Request};
use crate::feed::live::Live;
use crate::feed::{Instant, Todo};
use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Longest rest, in milliseconds: a clock may be set meanwhile.
const LONGEST_MS: f64 = 60_000.0;

type Send = Box<dyn Fn(u32, &Reply, Load)>;

/// Follows a live source, once it is told which.
#[derive(Clone)]
pub struct Follower(Rc<Inner>);

struct Inner {
    send: Send,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    live: Option<Live>,
    carried: Option<(u64, Carried)>,
    /// The page waits for news under this number.
    wanted: Option<u32>,
    /// Ends a rest.
    wake: Option<oneshot::Sender<()>>,
    /// Counts the sources, so that the loop of an older one ends.
    turn: u64,
}

fn now() -> Instant {
    (js_sys::Date::now() * 1e3) as Instant
}

impl Follower {
    /// Follows nothing yet; `send` answers the page.
    pub fn new(send: impl Fn(u32, &Reply, Load) + 'static) -> Self {
        Self(Rc::new(Inner {
            send: Box::new(send),
            state: RefCell::default(),
        }))
    }

    /// Carries out a request of the page.
    pub fn take(&self, id: u32, request: Request) {
        match request {
            Request::Connect { connection } => {
                let turn = {
                    let mut state = self.0.state.borrow_mut();
                    state.live = Some(Live::new(*connection));
                    state.carried = None;
                    state.turn += 1;
                    state.turn
                };
                self.wake();
                let me = self.clone();
                spawn_local(async move { me.run(turn).await });
            }
            Request::Order { order } => {
                if let Some(live) = &mut self.0.state.borrow_mut().live {
                    live.order(now(), &order);
                }
                self.wake();
            }
            Request::News => {
                self.0.state.borrow_mut().wanted = Some(id);
                return self.tell();
            }
            _ => {}
        }
        (self.0.send)(id, &Reply::Kept, Load::None);
    }

    fn wake(&self) {
        let wake = self.0.state.borrow_mut().wake.take();
        if let Some(wake) = wake {
            // The rest may have ended by itself.
            let _ = wake.send(());
        }
    }

    async fn run(self, turn: u64) {
        while let Some(rest) = self.go_on(turn) {
            self.tell();
            rest.await;
        }
    }

    /// Asks what is to be asked now, and gives the rest until there is more to do; `None` where another source has
    /// taken this one's place.
    fn go_on(&self, turn: u64) -> Option<impl Future<Output = ()> + use<>> {
        let mut state = self.0.state.borrow_mut();
        let state = &mut *state;
        if state.turn != turn {
            return None;
        }
        let live = state.live.as_mut()?;
        let mut until = None;
        // A request that cannot be sent is told of later, so this ends.
        loop {
            match live.next(now(), js_sys::Math::random()) {
                Todo::Wait(at) => {
                    until = at.or(until);
                    break;
                }
                Todo::Ask(id, ask) => {
                    let me = self.clone();
                    let tell = Rc::new(move |came| {
                        if let Some(live) = &mut me.0.state.borrow_mut().live {
                            live.came(now(), js_sys::Math::random(), id, came);
                        }
                        me.wake();
                    });
                    state.carried = Some((id, carry(ask, tell)));
                }
            }
        }
        if state
            .carried
            .as_ref()
            .is_some_and(|c| Some(c.0) != live.open())
        {
            state.carried = None;
        }
        let (wake, woken) = oneshot::channel();
        state.wake = Some(wake);
        let ms = until.map_or(LONGEST_MS, |at| (at - now()) as f64 / 1e3);
        let ms = ms.clamp(1.0, LONGEST_MS).ceil() as u32;
        Some(async move {
            // Whichever comes first; the other is let go.
            match select(woken, TimeoutFuture::new(ms)).await {
                Either::Left(_) | Either::Right(_) => {}
            }
        })
    }

    /// Tells the page what is new, if it waits for it.
    fn tell(&self) {
        let told = {
            let mut state = self.0.state.borrow_mut();
            let State { live, wanted, .. } = &mut *state;
            let (Some(live), Some(id)) = (live, *wanted) else {
                return;
            };
            let Some(news) = live.news(now()) else { return };
            *wanted = None;
            let machine = live.fresh();
            (id, news, machine, live.rows())
        };
        let (id, news, machine, rows) = told;
        let from = machine.as_ref().and_then(|m| m.1);
        let mut bytes = machine
            .and_then(|m| serde_json::to_vec(&m.0).ok())
            .unwrap_or_default();
        let machine = bytes.len();
        let mut heads = Vec::new();
        for piece in rows {
            heads.push((piece.name, piece.form, piece.bytes.len()));
            bytes.extend(piece.bytes);
        }
        let load = match bytes.is_empty() {
            true => Load::None,
            false => Load::copy_of(&bytes),
        };
        let reply = Reply::News {
            news: Box::new(news),
            machine,
            from,
            rows: heads,
        };
        (self.0.send)(id, &reply, load);
    }
}
