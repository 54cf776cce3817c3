//! How often intervals held the truth, and what that says of the claim.

use super::{Population, ROWS};
use crate::table::Claim;
use plumbline::metric::{self, Estimate};

/// The coverage that is claimed.
const GOAL: (f64, f64) = (0.94, 0.96);
/// Shares of runs below which an interval counts as not shown: such runs are the luckiest ones only.
const RARE: f64 = 0.01;

/// Runs of a population at a number of rows, for one metric.
pub struct Tally {
    pub metric: &'static str,
    pub population: String,
    pub group: String,
    pub n: usize,
    runs: u64,
    shown: u64,
    /// Truth below the interval, and above it.
    missed: (u64, u64),
}

impl Tally {
    pub fn new(metric: &'static str, population: &dyn Population, n: usize) -> Self {
        Self {
            metric,
            population: population.name(),
            group: population.group(),
            n,
            runs: 0,
            shown: 0,
            missed: (0, 0),
        }
    }

    pub fn add(&mut self, estimate: &Estimate, truth: f64) {
        self.runs += 1;
        let (Some(low), Some(high)) = (estimate.low, estimate.high) else {
            return;
        };
        self.shown += 1;
        // A few ulps: a true value at the end of its range is an end of an interval too.
        let room = 1e-12 * truth.abs().max(1e-3);
        self.missed.0 += u64::from(truth < low - room);
        self.missed.1 += u64::from(truth > high + room);
    }

    fn share(&self) -> f64 {
        self.shown as f64 / self.runs as f64
    }

    fn coverage(&self) -> f64 {
        1.0 - (self.missed.0 + self.missed.1) as f64 / self.shown as f64
    }

    fn is_shown(&self) -> bool {
        self.share() >= RARE
    }

    /// How far the coverage is from the claim, less what chance does at two standard errors.
    fn off(&self) -> f64 {
        let coverage = self.coverage();
        let beyond = (GOAL.0 - coverage).max(coverage - GOAL.1);
        let chance = 2.0 * (0.95 * 0.05 / self.shown as f64).sqrt();
        beyond - chance
    }
}

/// Prints the coverage of each metric by rows and rate; one claim a metric.
pub fn print(tallies: &[Tally], detail: bool) -> Vec<Claim> {
    println!("\nCoverage of 95 % intervals, lowest and highest population (share of runs shown)\n");
    let by_rows: String = ROWS.iter().map(|n| format!(" n = {n} |")).collect();
    println!("| metric | rate |{by_rows}");
    println!("| --- | --- |{}", " --- |".repeat(ROWS.len()));
    let mut claims = Vec::new();
    for of_metric in tallies.chunk_by(|a, b| a.metric == b.metric) {
        for of_group in of_metric.chunk_by(|a, b| a.group == b.group) {
            let cells: String = (of_group.chunk_by(|a, b| a.n == b.n))
                .map(|cell| format!(" {} |", words(cell)))
                .collect();
            println!("| {} | {} |{cells}", of_metric[0].metric, of_group[0].group);
        }
        claims.push(claim(of_metric));
    }
    if detail {
        println!("\n| metric | rate | population | n | shown | coverage | truth below | above | |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for t in tallies.iter().filter(|t| t.shown > 0) {
            let percent = |x: f64| format!("{:.1} %", 100.0 * x);
            let missed = |x: u64| percent(x as f64 / t.shown as f64);
            println!(
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
                t.metric,
                t.group,
                t.population,
                t.n,
                percent(t.share()),
                percent(t.coverage()),
                missed(t.missed.0),
                missed(t.missed.1),
                if t.is_shown() && t.off() > 0.0 {
                    "off"
                } else {
                    ""
                },
            );
        }
    }
    claims
}

fn words(cell: &[Tally]) -> String {
    let shown: Vec<&Tally> = cell.iter().filter(|t| t.is_shown()).collect();
    let Some((low, high)) = ends(&shown) else {
        return "not shown".into();
    };
    let shares: f64 = shown.iter().map(|t| t.share()).sum();
    let mark = if shown.iter().any(|t| t.off() > 0.0) {
        " ✗"
    } else {
        ""
    };
    format!(
        "{:.1}–{:.1} ({:.0} %){mark}",
        100.0 * low,
        100.0 * high,
        100.0 * shares / cell.len() as f64
    )
}

/// The lowest and the highest coverage.
fn ends(shown: &[&Tally]) -> Option<(f64, f64)> {
    let coverages = || shown.iter().map(|t| t.coverage());
    let low = coverages().min_by(f64::total_cmp)?;
    Some((low, coverages().max_by(f64::total_cmp)?))
}

fn claim(of_metric: &[Tally]) -> Claim {
    let title = metric::info(of_metric[0].metric).unwrap().title;
    let shown: Vec<&Tally> = of_metric.iter().filter(|t| t.is_shown()).collect();
    let runs: u64 = shown.iter().map(|t| t.shown).sum();
    let missed: u64 = shown.iter().map(|t| t.missed.0 + t.missed.1).sum();
    let (low, high) = ends(&shown).unwrap_or_default();
    let off = shown.iter().filter(|t| t.off() > 0.0).count();
    Claim::new(
        format!("{title}: 95 % intervals cover"),
        "94–96 % in each of its populations (two standard errors allowed)",
        format!(
            "{:.1} %, from {:.1} to {:.1} % in {} simulations shown, {off} off",
            100.0 * (1.0 - missed as f64 / runs.max(1) as f64),
            100.0 * low,
            100.0 * high,
            shown.len(),
        ),
        off == 0 && runs > 0,
    )
}
