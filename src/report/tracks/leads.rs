//! What moves before what: series of the service against how right the model is, at lags of whole windows.

use super::{About, Track, grid, length, tracks};
use crate::metric::Better;
use crate::report::steps::pause;
use crate::report::{Report, words};
use crate::stats::lagged::{Innovations, Lagged, correlations, innovations};
use crate::stats::multiple::benjamini_yekutieli;
use crate::table::time::DAY;
use serde::{Deserialize, Serialize};

/// Lags at most, in windows, either way.
const LAGS: usize = 12;
/// Windows to a lag at least.
const WINDOWS_TO_A_LAG: usize = 5;
/// Days, or weeks, from which on hours, or days, are known by their means.
const ROUNDS: usize = 4;
/// Series at most: of truth, and of the service.
const TRUTHS: usize = 6;
const SERVICES: usize = 40;
/// The share of false findings among all that is taken.
const LEVEL: f64 = 0.05;
/// Findings that are told at most.
const TOLD: usize = 6;

/// What moves before what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Leads {
    /// Pairs of a series of the service and one of truth.
    pub pairs: usize,
    /// Lags that were looked at, either way, in windows.
    pub lags: usize,
    /// The longest lag in seconds.
    pub most_s: f64,
    /// Tests that p-values are corrected over.
    pub tested: usize,
    /// How it was tested, in words.
    pub method: String,
    /// What was found, surest first.
    pub found: Vec<Lead>,
}

/// A series moves before another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// The series of the service: `duration.p99`.
    pub service: String,
    /// The series of truth: `recall`.
    pub truth: String,
    /// How many windows the service is ahead; below 0 it follows.
    pub windows: i64,
    /// The same in seconds.
    pub ahead_s: f64,
    /// Correlation of what the past of each does not foretell.
    pub correlation: f64,
    /// Pairs of windows.
    pub n: usize,
    /// Two-sided p-value, corrected over all pairs and lags.
    pub p_value: f64,
    /// One sentence for a person.
    pub sentence: String,
}

/// A series on the grid of the windows, without its round and without its past.
struct Prepared<'a> {
    track: &'a Track,
    left: Innovations,
}

/// What moves before what in a report; `None` where there is nothing to compare, or windows are not of one length.
pub(in super::super) async fn leads(report: &Report) -> Option<Leads> {
    let (_, step, regular) = grid(&report.windows, report.timed);
    if !regular {
        return None;
    }
    let all = tracks(report);
    let of = |about: About| all.iter().filter(move |t| t.about == about);
    let truths: Vec<&Track> = of(About::Truth).take(TRUTHS).collect();
    // Files begin and end within a window: counts of these two are no smaller for any reason of the service's.
    let whole = |places: &[super::Place]| {
        places
            .get(1..places.len().saturating_sub(1))
            .map(<[_]>::to_vec)
    };
    let grid = &whole(&truths.first()?.places)?;
    let services = of(About::Service).filter(|t| {
        !t.name.ends_with(".max") && t.places.first().is_some_and(|p| p.1 - p.0 <= step * 4 / 3)
    });
    let mut prepared_services: Vec<Prepared<'_>> = Vec::new();
    for track in services.take(SERVICES) {
        prepared_services.extend(prepared(track, &track.on(grid), step));
        pause().await;
    }
    let services = prepared_services;
    let truths = truths.into_iter().filter_map(|track| {
        let values: Vec<Option<f64>> = whole(&track.places)?.iter().map(|p| p.2).collect();
        prepared(track, &values, step)
    });
    let truths: Vec<Prepared<'_>> = truths.collect();
    let most = LAGS.min(grid.len() / WINDOWS_TO_A_LAG);
    let mut tests: Vec<(&Prepared<'_>, &Prepared<'_>, Lagged)> = Vec::new();
    for service in &services {
        for truth in &truths {
            let found = correlations(&service.left, &truth.left, most);
            tests.extend(found.into_iter().map(|lagged| (service, truth, lagged)));
        }
        pause().await;
    }
    if tests.is_empty() {
        return None;
    }
    let single: Vec<f64> = tests.iter().map(|t| t.2.p_value).collect();
    let corrected = benjamini_yekutieli(&single);
    let mut sure: Vec<_> = tests
        .iter()
        .zip(corrected)
        .filter(|t| t.1 <= LEVEL)
        .collect();
    sure.sort_by(|a, b| {
        let size = |t: &Lagged| -t.correlation.abs();
        let exact = a.0.2.p_value.total_cmp(&b.0.2.p_value);
        exact.then(size(&a.0.2).total_cmp(&size(&b.0.2)))
    });
    let mut found: Vec<(String, Lead)> = Vec::new();
    for ((service, truth, lagged), p_value) in sure {
        // Quantiles of one duration say one thing.
        let of = format!("{} {}", service.track.panel, truth.track.name);
        if found.len() < TOLD && found.iter().all(|f| f.0 != of) {
            let lead = lead(service.track, truth.track, (lagged, p_value), step);
            found.push((of, lead));
        }
    }
    Some(Leads {
        pairs: services.len() * truths.len(),
        lags: most,
        most_s: most as f64 * step as f64 / 1e6,
        tested: tests.len(),
        method: method(services.len() * truths.len(), most, step),
        found: found.into_iter().map(|f| f.1).collect(),
    })
}

impl Track {
    /// Its means over other places, where half of each is known.
    fn on(&self, places: &[super::Place]) -> Vec<Option<f64>> {
        let mean = |place: &super::Place| {
            let within = self.within(place.0, place.1);
            let known: Vec<f64> = within.iter().flatten().copied().collect();
            let enough = !known.is_empty() && known.len() * 2 >= within.len();
            enough.then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        places.iter().map(mean).collect()
    }
}

/// Takes off the means of the hours of a day (of the days of a week), then what each value owes to the ones before.
fn prepared<'a>(track: &'a Track, values: &[Option<f64>], step: i64) -> Option<Prepared<'a>> {
    let mut values = values.to_vec();
    if let Some(round) = round(step).filter(|r| values.len() >= r * ROUNDS) {
        for at in 0..round {
            let known: Vec<f64> = values
                .iter()
                .skip(at)
                .step_by(round)
                .flatten()
                .copied()
                .collect();
            let mean = known.iter().sum::<f64>() / known.len() as f64;
            for value in values.iter_mut().skip(at).step_by(round).flatten() {
                *value -= mean;
            }
        }
    }
    let left = innovations(&values)?;
    Some(Prepared { track, left })
}

/// Windows to a day, or days to a week.
fn round(step: i64) -> Option<usize> {
    if step == DAY {
        return Some(7);
    }
    (step < DAY && DAY % step == 0).then(|| (DAY / step) as usize)
}

fn lead(service: &Track, truth: &Track, (lagged, p_value): (&Lagged, f64), step: i64) -> Lead {
    let ahead = lagged.lag * step;
    // For the worse, where one side is worse.
    let truth_falls = match truth.info.map(|i| i.better) {
        Some(Better::Lower | Better::Zero) => false,
        Some(_) | None => true,
    };
    let service_falls = truth_falls == (lagged.correlation > 0.0);
    let verb = |falls| if falls { "falls" } else { "rises" };
    let (a, b) = (&service.title, &truth.title);
    let (first, second) = ((a, verb(service_falls)), (b, verb(truth_falls)));
    let lower = |text: &str| words::lower_first(text);
    let told = match ahead {
        0 => format!(
            "{} {} in the windows in which {} {}",
            first.0,
            first.1,
            lower(second.0),
            second.1
        ),
        t if t > 0 => format!(
            "{} {} {} before {} {}",
            first.0,
            first.1,
            length(t),
            lower(second.0),
            second.1
        ),
        t => format!(
            "{} {} {} before {} {}",
            second.0,
            second.1,
            length(-t),
            lower(first.0),
            first.1
        ),
    };
    Lead {
        service: service.name.clone(),
        truth: truth.name.clone(),
        windows: lagged.lag,
        ahead_s: ahead as f64 / 1e6,
        correlation: lagged.correlation,
        n: lagged.n,
        p_value,
        sentence: format!(
            "{told} (correlation {} over {} windows, {})",
            format!("{:.2}", lagged.correlation).replace('-', "−"),
            lagged.n,
            match p_value {
                p if p < 0.001 => "p < 0.001".to_owned(),
                p => format!("p {p:.3}"),
            }
        ),
    }
}

fn method(pairs: usize, most: usize, step: i64) -> String {
    let of_round = match round(step) {
        Some(7) if step == DAY => " the means of the days of the week and",
        Some(_) => " the means of the hours of the day and",
        None => "",
    };
    format!(
        "{pairs} pairs of a series of the service and one of truth, each in means of windows, at lags of up to {most} windows ({}) either way. Each series is first rid of{of_round} what its own past foretells (an autoregression of at most 8 windows), since two series that wander are correlated at some lag by themselves (Haugh 1976). P-values are corrected over all pairs and lags (Benjamini and Yekutieli 2001). What moves before another need not cause it.",
        length(most as i64 * step)
    )
}
