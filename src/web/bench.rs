//! For benchmarks: with `?bench=1` in its address the page offers `window.__bench`, whose
//! `run(predictions, outcomes)` does what a drop of two files does and gives back how long each
//! stage took, and numbers to compare with other tools.
//!
//! A log has one outcome. With `&second=1` the files are read once more for their second target, as when
//! a reader gives other roles; without it, the numbers of that are named as those it cannot tell.

use super::client::{Client, Stopped};
use super::files::Given;
use super::slices::report;
use super::{timing, url};
use crate::engine::message::Input;
use crate::engine::{Depth, Mode, arrange};
use crate::log::Role;
use crate::report::view::{BaselineChoice, View, WindowSize};
use crate::report::{ColumnDrift, Report, Window};
use crate::table::time::{DAY, HOUR, Time};
use js_sys::{Object, Promise, Reflect};
use serde_json::{Value, json};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::future_to_promise;
use web_sys::File;

/// Offers the benchmark where the address asks for it.
pub fn offer(client: &Client) {
    if url::param("bench").as_deref() != Some("1") {
        return;
    }
    let client = client.clone();
    let run = Closure::<dyn Fn(File, File) -> Promise>::new(move |predictions, outcomes| {
        let client = client.clone();
        future_to_promise(async move {
            match measure(&client, vec![predictions, outcomes]).await {
                Ok(result) => js_sys::JSON::parse(&result.to_string()),
                Err(why) => Err(js_sys::Error::new(&why.to_string()).into()),
            }
        })
    });
    let bench = Object::new();
    let offered = Reflect::set(&bench, &"run".into(), run.as_ref().unchecked_ref())
        .and_then(|_| Reflect::set(&js_sys::global(), &"__bench".into(), &bench));
    if offered.is_ok() {
        run.forget();
    }
}

async fn measure(client: &Client, files: Vec<File>) -> Result<Value, Stopped> {
    let began = timing::now();
    let files = files.into_iter().map(Given::from).collect();
    let looked = client.look(files, |_| {}).await?;
    if let Some(error) = looked.refused.into_iter().next() {
        return Err(error.into());
    }
    let (files, mut inputs): (Vec<Vec<File>>, Vec<Input>) = looked.found.into_iter().unzip();
    arrange(&mut inputs);
    let looked = timing::now();
    let view = |size| View {
        window: Some(size),
        ..View::default()
    };
    let by_day = view(WindowSize::Day);
    let loaded = client
        .run(&files, &inputs, &[], mode(), by_day.clone(), |_| {})
        .await?;
    let summarised = timing::now();
    let (days, _) = report(&loaded.summary, &by_day, None).await;
    let reported = timing::now();
    let by_hour = view(WindowSize::Hour);
    let finer = client
        .refine(by_hour.clone(), Depth::Metrics, None, |_| ())
        .await?;
    let summarised_again = timing::now();
    let (hours, _) = report(&finer, &by_hour, None).await;
    let reported_again = timing::now();
    let (drifted, compared_at) = match later(&days, by_day.clone()) {
        Some(view) => {
            let compared = client
                .refine(view.clone(), Depth::Columns, None, |_| ())
                .await?;
            let compared_at = timing::now();
            (Some(report(&compared, &view, None).await.0), compared_at)
        }
        None => (None, reported_again),
    };
    let drift = compared_at - reported_again;
    let told = timing::now();
    let second = match url::param("second").as_deref() {
        Some("1") => Some(second(client, &files, inputs, &by_day).await?),
        _ => None,
    };
    let end = timing::now();
    let cannot = match second {
        Some(_) => json!([]),
        None => json!(["d75_mae", "d75_rmse", "d75_r2"]),
    };
    Ok(json!({
        "timings": {
            "total": end - began,
            "look": looked - began,
            "read": loaded.read_ms,
            "join": loaded.join_ms,
            "summarise": loaded.summarise_ms,
            "refine": summarised_again - reported,
            "drift": drift,
            "report": (reported - summarised) + (told - summarised_again - drift),
            "second": end - told,
        },
        "check": check(&days, &hours, drifted.as_ref(), second.as_ref()),
        "cannot": cannot,
        "info": { "rows": loaded.rows },
    }))
}

/// Whether rows are kept: `mode=kept`, `mode=streamed`, else as their size allows.
fn mode() -> Mode {
    match url::param("mode").as_deref() {
        Some("kept") => Mode::Kept,
        Some("streamed") => Mode::Streamed,
        _ => Mode::Auto,
    }
}

/// The report on the second target, a number: the files are read again with its roles alone.
async fn second(
    client: &Client,
    files: &[Vec<File>],
    mut inputs: Vec<Input>,
    view: &View,
) -> Result<Report, Stopped> {
    for input in &mut inputs {
        for guess in &mut input.roles {
            if !matches!(guess.role, Role::Id | Role::Time | Role::OutcomeTime) {
                guess.role = Role::Ignore;
            }
        }
        for (role, column) in [(Role::Prediction, "y_value"), (Role::Outcome, "value")] {
            // Each of the files has one of them.
            let _ = input.give(role, column);
        }
    }
    let loaded = client
        .run(files, &inputs, &[], mode(), view.clone(), |_| {})
        .await?;
    Ok(report(&loaded.summary, view, None).await.0)
}

/// A view of days 60 to 89 with days 0 to 29 as its baseline.
fn later(days: &Report, view: View) -> Option<View> {
    let start = days.windows.first()?.start.0;
    let day = |n: i64| Time(start + n * DAY);
    Some(View {
        baseline: BaselineChoice::Period(day(0), day(30)),
        range: Some((day(60), day(90))),
        ..view
    })
}

fn check(
    days: &Report,
    hours: &Report,
    drifted: Option<&Report>,
    second: Option<&Report>,
) -> Value {
    let mut check = json!({ "joined": days.rows.joined });
    let mut put = |name: &str, value: Option<f64>| {
        check[name] = value.map_or(Value::Null, Value::from);
    };
    if let Some(confusion) = days.confusion.as_ref() {
        let positive = days.scores.as_ref().map(|s| s.positive_label.as_str());
        let positive = confusion
            .labels
            .iter()
            .position(|label| positive.is_none_or(|p| p == label))
            .filter(|_| positive.is_some())
            .unwrap_or(confusion.labels.len().saturating_sub(1));
        for (truth, row) in confusion.counts.iter().enumerate() {
            for (said, count) in row.iter().enumerate() {
                let name = match (truth == positive, said == positive) {
                    (true, true) => "tp",
                    (false, true) => "fp",
                    (true, false) => "fn",
                    (false, false) => "tn",
                };
                put(name, Some(*count as f64));
            }
        }
    }
    let of = |window: Option<&Window>, metric: &str| {
        window
            .and_then(|w| w.metrics.get(metric))
            .and_then(|estimate| estimate.value)
    };
    let day = at(days, 75 * DAY);
    for (name, metric) in [
        ("d75_acc", "accuracy"),
        ("d75_prec", "precision"),
        ("d75_rec", "recall"),
        ("d75_f1", "f1"),
        ("d75_auc", "roc_auc"),
        ("d75_ll", "log_loss"),
        ("d75_brier", "brier_score"),
    ] {
        put(name, of(day, metric));
    }
    let numbers = second.and_then(|report| at(report, 75 * DAY));
    for (name, metric) in [
        ("d75_mae", "mean_absolute_error"),
        ("d75_rmse", "root_mean_squared_error"),
        ("d75_r2", "r2"),
    ] {
        if numbers.is_some() {
            put(name, of(numbers, metric));
        }
    }
    let hour = at(hours, 1_000 * HOUR);
    put("h1000_n", hour.map(|w| w.rows as f64));
    for (name, metric) in [
        ("h1000_p50", "latency_p50_ms"),
        ("h1000_p95", "latency_p95_ms"),
        ("h1000_p99", "latency_p99_ms"),
        ("h1000_err", "error_rate"),
    ] {
        put(name, of(hour, metric));
    }
    let ece = days.overall.metrics.get("expected_calibration_error");
    put("ece", ece.and_then(|e| e.value));
    let columns = drifted
        .and_then(|r| r.drift.as_ref())
        .map(|d| &d.columns[..]);
    let drift = |name: &str, of: fn(&ColumnDrift) -> Option<f64>| {
        let mut columns = columns.unwrap_or_default().iter();
        columns.find(|c| c.column == name).and_then(of)
    };
    put("f1_psi", drift("f1", |c| c.psi));
    put("f1_js", drift("f1", |c| c.jensen_shannon));
    put("f1_ks", drift("f1", |c| c.kolmogorov_smirnov));
    put("f1_w", drift("f1", |c| c.wasserstein));
    put("f3_ks", drift("f3", |c| c.kolmogorov_smirnov));
    put("f4_w", drift("f4", |c| c.wasserstein));
    put("c1_psi", drift("c1", |c| c.psi));
    put("c1_js", drift("c1", |c| c.jensen_shannon));
    check
}

/// The window that starts so long after the first one.
fn at(report: &Report, after: i64) -> Option<&Window> {
    let start = report.windows.first()?.start.0 + after;
    report.windows.iter().find(|window| window.start.0 == start)
}
