//! Long work in steps: a function that is `async` offers to stop, and waits for nothing. The compiler turns it
//! into the resumable form, so that what is made in steps is what is made at once.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A place where work can stop.
pub async fn pause() {
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

/// Goes on to the next place where the work can stop; gives what it made once it is done.
pub fn step<W: Future + ?Sized>(work: Pin<&mut W>) -> Option<W::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match work.poll(&mut context) {
        Poll::Ready(made) => Some(made),
        Poll::Pending => None,
    }
}

/// All of the work at once.
pub fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = Box::pin(work);
    loop {
        if let Some(made) = step(work.as_mut()) {
            return made;
        }
    }
}

/// How many of the steps of work are done.
#[derive(Clone, Debug, Default)]
pub struct Progress(Rc<Cell<(usize, usize)>>);

impl Progress {
    /// So many steps are to come.
    pub fn expect(&self, steps: usize) {
        self.0.set((0, steps));
    }

    /// A step is done; a place where the work can stop.
    pub async fn step(&self) {
        let (done, of) = self.0.get();
        self.0.set((done + 1, of));
        pause().await;
    }

    /// Between 0 and 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        let (done, of) = self.0.get();
        (done as f64 / of.max(1) as f64).min(1.0)
    }
}
