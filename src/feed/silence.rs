//! Whether a source has fallen silent: it may answer, and has nothing new.
//!
//! How long a source usually rests is the median time between its last [`KNOWN`] deliveries, so that one long silence
//! changes nothing. It is silent once it has rested [`TIMES`] as long, and a minute at least. Nothing waits for it: what
//! other sources tell goes on, and what comes late is taken as late.

use super::source::{Instant, SECOND};
use std::collections::VecDeque;

/// Deliveries that tell how long it usually rests.
const KNOWN: usize = 9;
/// How many times longer than usual it rests before it is silent.
const TIMES: Instant = 5;
/// The shortest silence.
const LEAST: Instant = 60 * SECOND;

/// When a source delivered something.
#[derive(Clone, Debug, Default)]
pub struct Silence {
    last: Option<Instant>,
    /// Times between deliveries, the newest last.
    apart: VecDeque<Instant>,
}

impl Silence {
    /// It answered, with something new or without.
    pub fn answered(&mut self, now: Instant) {
        self.last.get_or_insert(now);
    }

    /// It delivered something new.
    pub fn heard(&mut self, now: Instant) {
        if let Some(last) = self.last.replace(now) {
            if self.apart.len() == KNOWN {
                self.apart.pop_front();
            }
            self.apart.push_back(now.saturating_sub(last).max(0));
        }
    }

    /// Since when it has delivered nothing, if that is longer than usual.
    #[must_use]
    pub fn since(&self, now: Instant) -> Option<Instant> {
        let mut apart: Vec<Instant> = self.apart.iter().copied().collect();
        apart.sort_unstable();
        let usual = apart.get(apart.len() / 2).copied().unwrap_or(0);
        let patience = usual.saturating_mul(TIMES).max(LEAST);
        self.last
            .filter(|last| now.saturating_sub(*last) > patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_longer_than_a_source_usually_rests() {
        let mut source = Silence::default();
        assert_eq!(source.since(1_000 * SECOND), None);
        source.answered(0);
        assert_eq!(source.since(60 * SECOND), None);
        // It never said anything.
        assert_eq!(source.since(61 * SECOND), Some(0));
        for i in 0..20 {
            source.heard(i * 15 * SECOND);
        }
        let last = 19 * 15 * SECOND;
        assert_eq!(source.since(last + 75 * SECOND), None);
        assert_eq!(source.since(last + 76 * SECOND), Some(last));
        // Back after a day, it is as impatient with it as before.
        let back = last + 86_400 * SECOND;
        source.heard(back);
        assert_eq!(source.since(back), None);
        assert_eq!(source.since(back + 76 * SECOND), Some(back));
        // One that comes every hour is not silent in between.
        let mut slow = Silence::default();
        (0..4).for_each(|i| slow.heard(i * 3_600 * SECOND));
        assert_eq!(slow.since(5 * 3_600 * SECOND), None);
        // A clock that was set back is no silence.
        assert_eq!(slow.since(0), None);
    }
}
