//! From judged windows to whether a rule fires: so many in a row, and as many to come back.

use super::rule::{Fails, Rule, Severity};
use super::verdict::{Outcome, State};
use crate::table::time::Time;

/// A judged window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub start: Time,
    /// Whether it breaks the rule.
    pub breaks: bool,
    /// Whether a rule that fires may come back in it.
    pub clears: bool,
    pub silenced: bool,
}

/// Where a rule stands after all windows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Run {
    pub state: State,
    pub since: Option<Time>,
    pub until: Option<Time>,
    /// Whether it has fired outside every silence.
    pub openly: bool,
    /// Windows at the end that break it in a row, not enough to fire.
    pub pending: u32,
}

impl Run {
    pub(super) fn over(rule: &Rule, steps: &[Step]) -> Self {
        let mut run = Self::default();
        let (mut firing, mut good) = (false, 0);
        let mut first = None;
        for step in steps {
            if !firing {
                if step.breaks {
                    first = first.or(Some(step.start));
                    run.pending += 1;
                } else {
                    (first, run.pending) = (None, 0);
                }
                if run.pending >= rule.in_a_row {
                    firing = true;
                    good = 0;
                    (run.since, run.until) = (first.take(), None);
                    run.pending = 0;
                    run.openly |= !step.silenced;
                }
                continue;
            }
            good = if step.clears { good + 1 } else { 0 };
            run.openly |= !step.silenced && step.breaks;
            if good >= rule.clear.in_a_row {
                firing = false;
                run.until = Some(step.start);
            }
        }
        let silenced = steps.last().is_some_and(|s| s.silenced);
        run.state = match (firing, run.since) {
            (true, _) if silenced => State::Silenced,
            (true, _) => State::Firing,
            (false, _) if run.pending > 0 => State::Pending,
            (false, Some(_)) => State::Cleared,
            (false, None) => State::Quiet,
        };
        run
    }

    /// What comes of it.
    pub(super) fn outcome(&self, rule: &Rule) -> Outcome {
        let broken = match rule.fails {
            Fails::Now => self.state == State::Firing,
            Fails::Ever => self.openly,
        };
        match (broken, rule.severity) {
            (false, _) => Outcome::Pass,
            (true, Severity::Warn) => Outcome::Warn,
            (true, Severity::Fail) => Outcome::Fail,
        }
    }
}
