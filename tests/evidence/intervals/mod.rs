//! How often 95 % intervals hold the true value, in simulated logs whose true values are known.
//!
//! Each run draws rows, makes a Summary of them as every door does, and asks the metrics for their
//! estimates. A run without an interval counts as not shown. Rows are drawn from populations of several
//! kinds, each with its own coverage: their mean would hide one that is too low behind one that is too
//! high. Counts of few rows are discrete, and the coverage of any interval of theirs oscillates with the
//! true value; rates are therefore drawn from a band around the nominal one (Brown, Cai and DasGupta 2001,
//! *Interval estimation for a binomial proportion*).

mod classes;
mod labels;
mod latency;
mod lists;
mod numbers;
mod quantiles;
mod ratios;
mod several;
mod tally;

use crate::Asked;
use crate::random::Random;
use crate::table::Claim;
use plumbline::log::Log;
use plumbline::metric::{Cut, Estimate, METRICS, Measures, Metric, Parameter, Parameters};
use plumbline::summary::WindowSize;
use plumbline::summary::build::Builder;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tally::Tally;

/// Rows of a run.
const ROWS: [usize; 4] = [30, 100, 1_000, 10_000];

/// The group of populations of several classes.
const SEVERAL: &str = "several classes";

/// A population of rows whose true values are known.
trait Population: Sync {
    /// For a person.
    fn name(&self) -> String;

    /// What it is compared under: runs of equal words make one line.
    fn group(&self) -> String;

    /// Rows of a run at most.
    fn most(&self) -> usize {
        usize::MAX
    }

    /// The rows of a run, the threshold where there is one, and the true values by metric.
    fn draw(&self, random: &mut Random, run: usize, n: usize) -> (Log, Option<f64>, &Truths);
}

/// True values by metric.
type Truths = Vec<(&'static str, f64)>;

/// What a false alarm, and what a missed row costs; of several classes: to take a row of the first for the second,
/// and the other way.
const COSTS: (f64, f64) = (1.0, 5.0);

/// What a reader chose of metrics: β, and guesses.
const CHOSEN: [(Parameter, f64); 2] = [(Parameter::Beta, 3.0), (Parameter::TopK, 4.0)];
/// The false-positive rate of the partial ROC AUC that they chose.
const MAX_FPR: f64 = 0.2;
/// The share of rows of gain and lift that they chose.
const AT_SHARE: f64 = 0.05;

/// Cost a row of such shares of rows.
fn cost_of(alarms: f64, missed: f64) -> f64 {
    COSTS.0 * alarms + COSTS.1 * missed
}

/// The claims of this part.
pub fn claims(asked: &Asked) -> Vec<Claim> {
    let populations: Vec<Box<dyn Population>> = classes::all()
        .into_iter()
        .chain(several::all())
        .chain(labels::all())
        .chain(numbers::all())
        .chain(ratios::all())
        .chain(quantiles::all())
        .chain(lists::all())
        .chain(latency::all())
        .collect();
    // The longest first, so that threads end together.
    let jobs: Vec<(&dyn Population, usize, u64)> = (ROWS.iter().rev())
        .flat_map(|n| populations.iter().map(move |p| (p, n)))
        .zip(1..)
        .filter(|((p, n), _)| **n <= p.most())
        .map(|((p, n), seed)| (&**p, *n, seed))
        .collect();
    let (next, tallies) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = simulate(job.0, job.1, job.2 + (asked.seed << 32), asked.runs);
                    tallies.lock().unwrap().extend(found);
                }
            });
        }
    });
    let mut tallies = tallies.into_inner().unwrap();
    let place = |metric: &str| METRICS.iter().position(|m| m.info().name == metric);
    tallies.sort_by_cached_key(|t| {
        let at = (place(t.metric), t.n, t.group.clone(), t.population.clone());
        (at.0, at.2, at.1, at.3)
    });
    tally::print(&tallies, asked.detail)
}

fn metric(name: &str) -> &'static dyn Metric {
    *METRICS.iter().find(|m| m.info().name == name).unwrap()
}

fn simulate(population: &dyn Population, n: usize, seed: u64, runs: usize) -> Vec<Tally> {
    let mut random = Random::new(seed);
    let mut tallies: Vec<Tally> = Vec::new();
    let mut metrics: Vec<&'static dyn Metric> = Vec::new();
    for run in 0..runs {
        let (log, threshold, truths) = population.draw(&mut random, run, n);
        if metrics.is_empty() {
            metrics = truths.iter().map(|t| metric(t.0)).collect();
            let fresh = |t: &(&'static str, f64)| Tally::new(t.0, population, n);
            tallies = truths.iter().map(fresh).collect();
        }
        let estimates = estimates(log, threshold, &metrics);
        for ((tally, truth), estimate) in tallies.iter_mut().zip(truths).zip(&estimates) {
            tally.add(estimate, truth.1);
        }
    }
    tallies
}

/// What a report would show of the rows.
fn estimates(log: Log, threshold: Option<f64>, metrics: &[&'static dyn Metric]) -> Vec<Estimate> {
    let rows = WindowSize::Rows(log.rows as u32);
    let builder = Builder::new(log, threshold);
    let mut summary = builder.summary(Some(rows));
    let further = [(Parameter::MaxFpr, MAX_FPR), (Parameter::AtShare, AT_SHARE)];
    let chosen = Parameters(CHOSEN.into_iter().chain(further).collect());
    builder.add_chosen(&mut summary, 0, chosen.ends());
    let series = &summary.series[0];
    assert_eq!(series.buckets.len(), 1);
    let cut = threshold.map_or(Cut::Served, |t| {
        let bin = summary.edges.iter().position(|e| *e == t).unwrap();
        Cut::Bin(bin as u32)
    });
    let exact = series.exact(Some((0, 1)));
    let costs = BTreeMap::from([((0, 1), COSTS.0), ((1, 0), COSTS.1)]);
    let mut measures = Measures::new(&summary, &series.buckets[0].cell, exact, cut);
    measures.costs = Some(&costs);
    measures.parameters = Some(&chosen);
    metrics.iter().map(|m| m.estimate(&measures)).collect()
}
