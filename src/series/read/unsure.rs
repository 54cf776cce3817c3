//! Requests whose duration tells no unit: they are held until there are enough to guess it.

use crate::series::SeriesSet;
use crate::series::requests::Request;
use crate::stats::time_unit::{TimeUnit, by_median, median, of_apache, said};

/// Durations from which the unit is guessed: some 5 MB.
const ENOUGH: usize = 50_000;
/// Of those that come after them one of so many is held against the guess.
const ONE_OF: usize = 16;

/// How a unit is guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// By the median.
    Median,
    /// As of Apache's formats.
    Apache,
}

/// Requests of one thing that are held.
pub struct Unsure {
    guess: Guess,
    /// Of what the unit is not told.
    of: String,
    held: Vec<(Request, f64)>,
    unit: Option<TimeUnit>,
    /// Requests after the unit was guessed, and some of their durations.
    after: usize,
    later: Vec<f64>,
}

impl Unsure {
    pub const fn new(guess: Guess, of: String) -> Self {
        Self {
            guess,
            of,
            held: Vec::new(),
            unit: None,
            after: 0,
            later: Vec::new(),
        }
    }

    /// Counts a request that took so long, now or later.
    pub fn take(&mut self, set: &mut SeriesSet, file: &str, mut request: Request, took: f64) {
        if let Some(unit) = self.unit {
            request.duration_s = Some(took * unit.seconds());
            set.requests_of(file).add(&request);
            self.after += 1;
            if self.after.is_multiple_of(ONE_OF) && self.later.len() < ENOUGH {
                self.later.push(took);
            }
            return;
        }
        self.held.push((request, took));
        if self.held.len() >= ENOUGH {
            self.settle(set, file);
        }
    }

    /// The unit of some durations.
    fn guess(&self, values: &[f64]) -> TimeUnit {
        match (self.guess, median(values)) {
            (Guess::Apache, _) => of_apache(values),
            (Guess::Median, Some(median)) => by_median(median),
            (Guess::Median, None) => TimeUnit::default(),
        }
    }

    /// Guesses the unit, says it, and counts what was held. At the end of the file it is said where later durations are
    /// rather in another unit.
    pub fn settle(&mut self, set: &mut SeriesSet, file: &str) {
        if let Some(unit) = self.unit {
            let other = self.guess(&self.later);
            if self.later.len() * 100 > ENOUGH && other != unit {
                set.note(&format!(
                    "{} looks as if it was in {} further on.",
                    self.of,
                    other.word()
                ));
            }
            return;
        }
        if self.held.is_empty() {
            return;
        }
        let values: Vec<f64> = self.held.iter().map(|h| h.1).collect();
        let unit = self.guess(&values);
        self.unit = Some(unit);
        set.note(&said(&self.of, median(&values).unwrap_or(0.0), unit));
        for (request, took) in std::mem::take(&mut self.held) {
            self.take(set, file, request, took);
        }
    }
}
