//! A report in the making, piece by piece: a page makes it between two frames, everyone else at once.
//!
//! The making is one `async` function, which the compiler turns into the resumable form; it waits for
//! nothing, it only offers to stop. So a report made in pieces is the one that is made at once.

use super::Report;
use super::make::{self, Missing};
use super::view::View;
use crate::summary::Summary;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A report in the making.
pub struct Steps<'a>(Pin<Box<dyn Future<Output = (Report, Missing)> + 'a>>);

impl<'a> Steps<'a> {
    /// Begins; nothing is done before the first step.
    #[must_use]
    pub fn begin(summary: &'a Summary, view: &'a View) -> Self {
        Self(Box::pin(make::make(summary, view)))
    }

    /// Goes on for a millisecond or two; gives the report, and what the Summary lacked for it, once it
    /// is made. It must not be called again after that.
    #[must_use]
    pub fn step(&mut self) -> Option<(Report, Missing)> {
        let mut context = Context::from_waker(Waker::noop());
        match self.0.as_mut().poll(&mut context) {
            Poll::Ready(made) => Some(made),
            Poll::Pending => None,
        }
    }
}

/// A place where the making can stop.
pub(super) async fn pause() {
    let mut stopped = false;
    std::future::poll_fn(|_| {
        if stopped {
            Poll::Ready(())
        } else {
            stopped = true;
            Poll::Pending
        }
    })
    .await;
}
