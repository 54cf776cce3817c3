//! Requests whose duration tells no unit: they are held until there are enough to guess it.

use crate::series::SeriesSet;
use crate::series::requests::Request;
use crate::stats::time_unit::{TimeUnit, by_median, median, of_apache, said};

/// Durations from which the unit is guessed.
const ENOUGH: usize = 5_000;

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
}

impl Unsure {
    pub const fn new(guess: Guess, of: String) -> Self {
        Self {
            guess,
            of,
            held: Vec::new(),
            unit: None,
        }
    }

    /// Counts a request that took so long, now or later.
    pub fn take(&mut self, set: &mut SeriesSet, file: &str, mut request: Request, took: f64) {
        if let Some(unit) = self.unit {
            request.duration_s = Some(took * unit.seconds());
            set.requests_of(file).add(&request);
            return;
        }
        self.held.push((request, took));
        if self.held.len() >= ENOUGH {
            self.settle(set, file);
        }
    }

    /// Guesses the unit, says it, and counts what was held.
    pub fn settle(&mut self, set: &mut SeriesSet, file: &str) {
        if self.held.is_empty() {
            return;
        }
        let values: Vec<f64> = self.held.iter().map(|h| h.1).collect();
        let median = median(&values);
        let unit = match (self.guess, median) {
            (Guess::Apache, _) => of_apache(&values),
            (Guess::Median, Some(median)) => by_median(median),
            (Guess::Median, None) => TimeUnit::default(),
        };
        self.unit = Some(unit);
        set.note(&said(&self.of, median.unwrap_or(0.0), unit));
        for (request, took) in std::mem::take(&mut self.held) {
            self.take(set, file, request, took);
        }
    }
}
