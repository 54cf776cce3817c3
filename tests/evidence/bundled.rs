//! The data sets that NannyML's wheel holds (nannyml/datasets/data), through the product, where NANNYML_DATA
//! names their folder.

use crate::pipeline::{File, summary};
use crate::table::Claim;
use plumbline::log::Role;
use plumbline::report::Report;
use plumbline::report::view::{View, WindowSize};
use plumbline::summary::{Expected, Summary};

/// Where they are looked for, beside the repository, if no variable names their folder.
const BESIDE: &str = "../shared/data/nannyml";
/// Rows of a window of the census.
const SIZES: [u32; 2] = [5_000, 20_000];

/// The claims on the data sets.
pub fn claims() -> Vec<Claim> {
    let named = std::env::var("NANNYML_DATA");
    let folder = named.unwrap_or_else(|_| BESIDE.into());
    if !std::path::Path::new(&folder).is_dir() {
        let none = |claim: &str, goal: &str| {
            Claim::limit(
                claim,
                goal,
                "not measured: NANNYML_DATA names no folder of its data sets",
            )
        };
        return vec![
            none("DLE of car prices", "at most 1.1 of NannyML's"),
            none("M-CBPE of employment", "nearer in 80 % of windows"),
        ];
    }
    let mut out = prices(&folder);
    out.extend(SIZES.into_iter().flat_map(|rows| employment(&folder, rows)));
    out
}

fn read(folder: &str, names: &[&str], roles: &[(Role, &str)], rows: u32) -> (Report, Summary) {
    let bytes: Vec<Vec<u8>> = names
        .iter()
        .map(|n| std::fs::read(format!("{folder}/{n}")).unwrap())
        .collect();
    let files: Vec<File<'_>> = names
        .iter()
        .zip(&bytes)
        .map(|(n, b)| (*n, &b[..]))
        .collect();
    let view = View {
        window: Some(WindowSize::Rows(rows)),
        ..View::default()
    };
    let summary = summary(&files, roles, &view).unwrap();
    (Report::from(&summary, &view), summary)
}

/// Direct loss estimation of car prices, against NannyML's own (`tests/reference/make_dle.py`).
fn prices(folder: &str) -> Vec<Claim> {
    let text = include_str!("../reference/dle.json");
    let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
    let names = [
        "regression_synthetic_reference.csv",
        "regression_synthetic_analysis.csv",
        "regression_synthetic_analysis_targets.csv",
    ];
    let (report, _) = read(folder, &names, &[], 6_000);
    let mut out = Vec::new();
    let metrics = [
        "mean_absolute_error",
        "root_mean_squared_error",
        "mean_absolute_percentage_error",
        "root_mean_squared_log_error",
    ];
    for name in metrics {
        let off: Vec<f64> = report
            .windows
            .iter()
            .map(|w| (w.estimated[name].value.unwrap() - w.metrics[name].value.unwrap()).abs())
            .collect();
        let ours = off.iter().sum::<f64>() / off.len() as f64;
        let own = theirs[name]["off"].as_f64().unwrap();
        out.push(Claim::new(
            format!(
                "DLE of car prices, {name}: mean error in {} windows of 6 000 rows",
                off.len()
            ),
            "at most 1.1 of NannyML's",
            format!("{ours:.3e}, NannyML {own:.3e}: {:.3}", ours / own),
            ours <= 1.1 * own && off.len() == 10,
        ));
    }
    out
}

/// A metric of what is expected.
type Of = fn(&Expected) -> Option<f64>;

/// M-CBPE against CBPE on a census, whose rows change from year to year, and what is true of them too.
fn employment(folder: &str, rows: u32) -> Vec<Claim> {
    let names = [
        "employment_MA_reference.pq",
        "employment_MA_analysis.pq",
        "employment_MA_analysis_target.pq",
    ];
    // Rows of one year have no order in time: they are taken as they come.
    let roles = [
        (Role::Ignore, "year"),
        (Role::Outcome, "employed"),
        (Role::Prediction, "prediction"),
    ];
    let (report, summary) = read(folder, &names, &roles, rows);
    let found = summary
        .series
        .iter()
        .find_map(|s| s.estimates.first())
        .unwrap();
    let metrics: [(&str, Of); 3] = [
        ("accuracy", |e| e.served.first()?.accuracy()),
        ("roc_auc", |e| e.roc_auc),
        ("f1", |e| e.served.first()?.f1()),
    ];
    let mut out = Vec::new();
    for (name, of) in metrics {
        let (mut plain, mut shifted, mut nearer, mut n, mut noise) = (0.0, 0.0, 0, 0, 0.0);
        let mut square = 0.0;
        for ((window, a), b) in report
            .windows
            .iter()
            .zip(&found.windows)
            .zip(&found.shifted)
        {
            let told = &window.metrics[name];
            let truth = told.value.unwrap();
            let (a, b) = (
                (of(a).unwrap() - truth).abs(),
                (of(b).unwrap() - truth).abs(),
            );
            (plain, shifted, n) = (plain + a, shifted + b, n + 1);
            nearer += usize::from(b < a);
            square += a * a;
            let se = (told.high.unwrap() - told.low.unwrap()) / 2.0 / 1.96;
            noise += se * se;
        }
        let of = |x: f64| x / f64::from(n);
        // Of what CBPE is off by, what is more than sampling; an estimator that knew the truth but for the
        // sampling of the outcomes would be nearer in ½ + atan(τ / 2σ) / π of the windows.
        let beyond = (square - noise).max(0.0);
        let most = 0.5 + libm::atan((beyond / noise).sqrt() / 2.0) / std::f64::consts::PI;
        let told = format!(
            "off by {:.5}, CBPE by {:.5}; shown: {:?}",
            of(shifted),
            of(plain),
            report.estimated.as_ref().unwrap().method,
        );
        let windows = format!("employment in {n} windows of {rows} rows");
        out.push(Claim::new(
            format!("M-CBPE is nearer to {name} than CBPE, {windows}"),
            "on the mean",
            told,
            shifted < plain,
        ));
        // The goal cannot be reached where sampling alone would keep the truth itself from it.
        let share = nearer as f64 / f64::from(n);
        let told = format!(
            "{:.0} %, of the {:.0} % that sampling leaves to the truth itself",
            100.0 * share,
            100.0 * most,
        );
        let claim = format!("M-CBPE is nearer to {name}, {windows}");
        out.push(match share >= 0.8 {
            true => Claim::new(claim, "in 80 %", told, true),
            false => Claim::limit(claim, "in 80 %", told),
        });
    }
    out
}
