//! A report in the making, piece by piece: a page makes it between two frames, everyone else at once.
//!
//! The making is one `async` function, which the compiler turns into the resumable form; it waits for
//! nothing, it only offers to stop. So a report made in pieces is the one that is made at once.

use super::Report;
use super::expect::Expectations;
use super::make;
use super::missing::Missing;
use super::view::View;
use crate::summary::Summary;
pub(super) use crate::summary::steps::pause;
use crate::summary::steps::step;
use std::future::Future;
use std::pin::Pin;

/// A report in the making.
pub struct Steps<'a>(Pin<Box<dyn Future<Output = (Report, Missing)> + 'a>>);

impl<'a> Steps<'a> {
    /// Begins, `expected` being what a person expects of the columns; nothing is done before the first step.
    #[must_use]
    pub fn begin(summary: &'a Summary, view: &'a View, expected: Option<&'a Expectations>) -> Self {
        Self(Box::pin(make::make(summary, view, expected, true)))
    }

    /// Begins one that only tells what the Summary lacks: nothing in it is judged.
    pub(super) fn asking(
        summary: &'a Summary,
        view: &'a View,
        expected: Option<&'a Expectations>,
    ) -> Self {
        Self(Box::pin(make::make(summary, view, expected, false)))
    }

    /// Goes on for a millisecond or two; gives the report, and what the Summary lacked for it, once it
    /// is made. It must not be called again after that.
    #[must_use]
    pub fn step(&mut self) -> Option<(Report, Missing)> {
        step(self.0.as_mut())
    }
}
