//! How often intervals held the truth, and what that says of the claim.

use super::{Population, ROWS, SEVERAL};
use crate::table::Claim;
use plumbline::metric::{self, Estimate};

/// The coverage that is claimed.
const GOAL: (f64, f64) = (0.94, 0.96);
/// The metrics that the claim is of.
const CLAIMED: [&str; 82] = [
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "f0_5",
    "f2",
    "specificity",
    "negative_predictive_value",
    "jaccard",
    "cohen_kappa",
    "matthews_corrcoef",
    "roc_auc",
    "roc_auc_ovo",
    "precision_weighted",
    "f1_weighted",
    "average_precision",
    "brier_score",
    "log_loss",
    "mean_absolute_error",
    "root_mean_squared_error",
    "r2",
    "explained_variance",
    "median_absolute_error",
    "latency_p50_ms",
    "latency_p90_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "subset_accuracy",
    "hamming_loss",
    "label_f1_micro",
    "label_precision_micro",
    "label_recall_micro",
    "label_f1_macro",
    "label_precision_macro",
    "label_recall_macro",
    "f1_samples",
    "jaccard_samples",
    "net_benefit",
    "mean_cost",
    "partial_roc_auc",
    "gain_at_10_percent",
    "lift_at_10_percent",
    "brier_uncertainty",
    "dummy_accuracy",
    "top_2_accuracy",
    "top_3_accuracy",
    "top_5_accuracy",
    "mean_error",
    "mean_absolute_percentage_error",
    "symmetric_mean_absolute_percentage_error",
    "weighted_absolute_percentage_error",
    "root_mean_squared_log_error",
    "mean_poisson_deviance",
    "mean_gamma_deviance",
    "mean_tweedie_deviance",
    "d2_absolute_error_score",
    "d2_pinball_score",
    "weighted_interval_score",
    "dispersion",
    "overprediction",
    "underprediction",
    "mean_pinball_loss_over_levels",
    "crps_from_quantiles",
    "interval_coverage_50",
    "interval_coverage_80",
    "interval_coverage_90",
    "interval_coverage_95",
    "interval_coverage_deviation",
    "mean_interval_width_50",
    "mean_interval_width_95",
    "ndcg_at_10",
    "ndcg_at_5",
    "ndcg",
    "mean_average_precision",
    "mean_reciprocal_rank",
    "precision_at_5",
    "precision_at_10",
    "recall_at_5",
    "recall_at_10",
    "hit_rate_at_5",
    "hit_rate_at_10",
];
/// Shares of rows: their coverage jumps with the true value, and is judged over all populations of a rate. Of
/// several classes those of [`OF_SEVERAL`] are, and the populations, of different accuracy, are judged together;
/// averages over classes are smooth enough to be judged one by one.
const SHARES: [&str; 22] = [
    "accuracy",
    "precision",
    "recall",
    "f1",
    "f0_5",
    "f2",
    "specificity",
    "negative_predictive_value",
    "jaccard",
    "net_benefit",
    "mean_cost",
    "brier_uncertainty",
    "dummy_accuracy",
    "top_2_accuracy",
    "top_3_accuracy",
    "top_5_accuracy",
    "interval_coverage_50",
    "interval_coverage_80",
    "interval_coverage_90",
    "interval_coverage_95",
    "hit_rate_at_5",
    "hit_rate_at_10",
];
/// Those that are shares of rows of several classes, too.
const OF_SEVERAL: [&str; 5] = [
    "accuracy",
    "mean_cost",
    "top_2_accuracy",
    "top_3_accuracy",
    "top_5_accuracy",
];
/// What no interval is known for: means of squares of errors whose fourth moment is infinite.
const BEYOND: ([&str; 3], &str) = (
    ["root_mean_squared_error", "r2", "explained_variance"],
    "Student t, 3 degrees",
);
/// Shares of runs below which an interval counts as not shown: such runs are the luckiest ones only, and what
/// they show is of how they were drawn. The table tells the share of runs that show one.
const RARE: f64 = 0.05;

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

    /// How far the coverage is from the claim, less what chance does: two standard errors.
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
        if CLAIMED.contains(&of_metric[0].metric) {
            let (several, others): (Vec<&Tally>, Vec<&Tally>) =
                of_metric.iter().partition(|t| t.group == SEVERAL);
            for of_kind in [others, several] {
                claims.extend(claim(&of_kind));
            }
        }
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

/// The populations of a rate and a number of rows as one.
fn pooled(cell: &[&Tally]) -> Tally {
    let sum = |part: fn(&Tally) -> u64| cell.iter().map(|t| part(t)).sum();
    Tally {
        metric: cell[0].metric,
        population: String::new(),
        group: cell[0].group.clone(),
        n: cell[0].n,
        runs: sum(|t| t.runs),
        shown: sum(|t| t.shown),
        missed: (sum(|t| t.missed.0), sum(|t| t.missed.1)),
    }
}

fn claim(of_kind: &[&Tally]) -> Vec<Claim> {
    let Some(first) = of_kind.first() else {
        return Vec::new();
    };
    let (metric, several) = (first.metric, first.group == SEVERAL);
    let title = metric::info(metric).unwrap().title;
    let title = &match several {
        true => format!("{title}, several classes"),
        false => title.to_owned(),
    };
    let beyond = |t: &&Tally| BEYOND.0.contains(&metric) && t.population == BEYOND.1;
    let shown = || of_kind.iter().copied().filter(|t| t.is_shown());
    let judged: Vec<&Tally> = shown().filter(|t| !beyond(t)).collect();
    let mut claims = Vec::new();
    if SHARES.contains(&metric) && (!several || OF_SEVERAL.contains(&metric)) {
        let cells = judged.chunk_by(|a, b| a.group == b.group && a.n == b.n);
        let pooled: Vec<Tally> = cells.map(pooled).collect();
        claims.push(verdict(title, &pooled.iter().collect::<Vec<_>>()));
    } else {
        claims.push(verdict(title, &judged));
    }
    let left: Vec<&Tally> = shown().filter(beyond).collect();
    if let Some((low, high)) = ends(&left) {
        let most = left.iter().map(|t| t.n).max().unwrap_or_default();
        claims.push(Claim::limit(
            format!("{title} of errors whose fourth moment is infinite, of up to {most} rows"),
            "no goal",
            format!(
                "covers {:.1} to {:.1} %; of more rows none is shown",
                100.0 * low,
                100.0 * high
            ),
        ));
    }
    claims
}

fn verdict(title: &str, judged: &[&Tally]) -> Claim {
    let all = pooled(judged);
    let (low, high) = ends(judged).unwrap_or_default();
    let off = judged.iter().filter(|t| t.off() > 0.0).count();
    Claim::new(
        format!("{title}: 95 % intervals cover"),
        "94–96 %",
        format!(
            "{:.1} %, from {:.1} to {:.1} % in {} simulations, {off} off",
            100.0 * all.coverage(),
            100.0 * low,
            100.0 * high,
            judged.len(),
        ),
        off == 0 && all.shown > 0,
    )
}
