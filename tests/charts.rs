//! Pictures of every chart, in both themes, compared with those of `tests/charts/`.
//!
//! `UPDATE_CHARTS=1 cargo test --test charts` writes them anew; look at them before committing.

#![allow(clippy::unwrap_used)]

use plotters_svg::SVGBackend;
use plumbline::chart::theme::theme;
use plumbline::chart::{
    self, Chart, CurvePlot, CutoffPlot, Kind, Lines, Look, Matrix, ModelLines, QuantilePlot,
    Reliability, ResidualPlot, ScorePlot, Shape, Shift, Sparkline, Spread, Trend, Volume, is_part,
    stack,
};
use plumbline::log::Task;
use plumbline::metric::{Better, Estimate, Family, Info, Material, Rank, Unit};
use plumbline::report::view::View;
use plumbline::report::{
    Baseline, Bill, Bins, Block, CalibrationBin, Cheapest, ColumnDrift, Confusion, Curves,
    Departure, Distribution, Fulfilment, Health, Level, Line, Model, Models, Panel, QuantileLevel,
    QuantilePair, Quantiles, Report, ResidualBin, Residuals, Resources, Restart, Rows, SCHEMA,
    Scores, Service, ServiceGap, Span, Tally, UnlikeValue, Window,
};
use plumbline::series::{Family as Told, Unit as Measured};
use plumbline::stats::interval::Interval;
use plumbline::table::time::{DAY, HOUR, SECOND, Time};
use std::collections::BTreeMap;
use std::path::PathBuf;

const fn info(
    name: &'static str,
    title: &'static str,
    unit: Unit,
    range: (Option<f64>, Option<f64>),
) -> Info {
    Info {
        name,
        title,
        explain: "",
        formula: "",
        interval: "",
        source: "",
        sklearn: "",
        family: Family::Classification,
        rank: Rank::Headline,
        better: Better::Higher,
        unit,
        range,
        undefined: "",
        material: Material::Absolute(0.01),
    }
}

const AUC: Info = info("roc_auc", "ROC AUC", Unit::Ratio, (Some(0.0), Some(1.0)));
const RECALL: Info = info("recall", "Recall", Unit::Percent, (Some(0.0), Some(1.0)));
const PRECISION: Info = info(
    "precision",
    "Precision",
    Unit::Percent,
    (Some(0.0), Some(1.0)),
);
const LATENCY: Info = info(
    "latency_p95_ms",
    "Latency p95",
    Unit::Milliseconds,
    (Some(0.0), None),
);
const ERROR: Info = info("mean_error", "Mean error", Unit::Outcome, (None, None));

/// Whole numbers that look random, the same everywhere.
struct Dice(u64);

impl Dice {
    /// In -1 to 1, most often near 0.
    fn noise(&mut self) -> f64 {
        let mut next = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 40) as f64 / (1u64 << 24) as f64
        };
        (next() + next() + next()) / 1.5 - 1.0
    }
}

fn estimate(value: f64, half: f64, n: u64) -> Estimate {
    Estimate {
        value: Some(value),
        low: Some(value - half),
        high: Some((value + half).min(if value <= 1.0 { 1.0 } else { f64::MAX })),
        n,
        ..Estimate::default()
    }
}

fn undefined(why: &str) -> Estimate {
    Estimate {
        undefined: Some(why.to_owned()),
        ..Estimate::default()
    }
}

fn report(windows: Vec<Window>, baseline: Option<Baseline>) -> Report {
    let span = windows.first().zip(windows.last()).map(|(a, b)| Span {
        start: a.start,
        end: b.end,
        as_of: b.end,
    });
    Report {
        schema: SCHEMA.to_owned(),
        task: Task::Binary,
        timed: true,
        streamed: false,
        sources: vec![],
        rows: Rows::default(),
        view: View::default(),
        span,
        health: Health {
            level: Level::Unknown,
            sentence: String::new(),
            expected: None,
            notes: vec![],
            metric: None,
        },
        baseline,
        overall: Block::default(),
        arriving: None,
        windows,
        truth: None,
        confusion: None,
        classes: Vec::new(),
        scores: None,
        models: None,
        slices: vec![],
        calibration: vec![],
        curves: None,
        class_curves: vec![],
        quantiles: None,
        costs: None,
        groups: None,
        residuals: None,
        drift: None,
        quality: vec![],
        checks: None,
        compat: None,
        examined: None,
        resources: Resources::default(),
        versions: vec![],
        changes: None,
        leads: None,
        alerts: vec![],
        improved: vec![],
        estimated: None,
        rejected: vec![],
    }
}

fn baseline(metrics: &[(&Info, Estimate)]) -> Baseline {
    Baseline {
        label: "1 – 14 Sep 2025".to_owned(),
        start: None,
        end: None,
        block: Block {
            rows: 0,
            labelled: 0,
            metrics: metrics
                .iter()
                .map(|(i, e)| (i.name.to_owned(), e.clone()))
                .collect(),
        },
    }
}

/// Windows of a step from 1 September 2025 on; the last tenth is immature, the first fifth the baseline, and
/// from two thirds on the model decays.
fn decaying(count: usize, step: i64, rows: u64) -> Report {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let start = Time::parse("2025-09-01").unwrap().0;
    let windows = (0..count)
        .map(|i| {
            let at = i as f64 / count as f64;
            let decay = 0.35 * (at - 0.66).max(0.0);
            let n = (rows as f64
                * (1.0 + 0.35 * ((i % 7) as f64 / 3.0 - 1.0).abs() + 0.1 * dice.noise()))
                as u64;
            let mature = at < 0.9 || count == 1;
            let labelled = if mature {
                n * 9 / 10
            } else {
                (n as f64 * (1.0 - at) * 8.0) as u64
            };
            let half = 1.1 / (labelled.max(4) as f64).sqrt();
            let auc = (0.936 - decay + 0.5 * half * dice.noise()).clamp(0.5, 1.0);
            let recall = (0.81 - 0.8 * decay + half * dice.noise()).clamp(0.0, 1.0);
            let precision = (0.66 + 0.02 * at + half * dice.noise()).clamp(0.0, 1.0);
            let latency = 180.0 + 60.0 * dice.noise() + if at > 0.5 { 90.0 } else { 0.0 };
            let departs = mature && 0.936 - auc > 0.034;
            Window {
                start: Time(start + i as i64 * step),
                end: Time(start + (i as i64 + 1) * step),
                rows: n,
                labelled,
                mature,
                open: false,
                in_baseline: at < 0.2 && count > 1,
                metrics: BTreeMap::from([
                    (AUC.name.to_owned(), estimate(auc, half, labelled)),
                    (
                        RECALL.name.to_owned(),
                        estimate(recall, 1.4 * half, labelled),
                    ),
                    (
                        PRECISION.name.to_owned(),
                        estimate(precision, 1.4 * half, labelled),
                    ),
                    (LATENCY.name.to_owned(), estimate(latency, 9.0, n)),
                ]),
                estimated: BTreeMap::new(),
                departures: if departs {
                    let departure = Departure {
                        change: auc - 0.936,
                        p_value: None,
                        false_alarm_rate: Some(0.000_2),
                        worse: Some(true),
                    };
                    BTreeMap::from([(AUC.name.to_owned(), departure)])
                } else {
                    BTreeMap::new()
                },
                completed: BTreeMap::new(),
                delay_p50_s: None,
                delay_p95_s: None,
            }
        })
        .collect();
    let base = baseline(&[
        (&AUC, estimate(0.936, 0.006, 30_000)),
        (&RECALL, estimate(0.81, 0.008, 30_000)),
        (&PRECISION, estimate(0.66, 0.008, 30_000)),
        (&LATENCY, estimate(180.0, 3.0, 30_000)),
    ]);
    report(windows, Some(base))
}

/// The same with what is expected of every window outside the baseline; the last third has no outcomes.
fn expected(count: usize) -> Report {
    let mut r = decaying(count, DAY, 900);
    let mut dice = Dice(0x00C0_FFEE);
    let waits = count - count / 3;
    for (i, w) in r
        .windows
        .iter_mut()
        .enumerate()
        .filter(|w| !w.1.in_baseline)
    {
        let Some(of) = w.metrics.get(AUC.name).and_then(|e| e.value) else {
            continue;
        };
        let told = estimate(of + 0.012 * dice.noise(), 0.022, w.rows);
        w.estimated.insert(AUC.name.to_owned(), told);
        if i >= waits {
            w.mature = false;
            w.departures.clear();
            // Of the first of them some outcomes are there.
            if i > waits + 1 {
                w.labelled = 0;
                w.metrics
                    .insert(AUC.name.to_owned(), undefined("no outcomes yet"));
            }
        }
    }
    r
}

/// The two windows of which some outcomes are there are completed.
fn completed() -> Report {
    let mut r = expected(30);
    for w in r.windows.iter_mut().filter(|w| !w.mature && w.labelled > 0) {
        let of = w.metrics[AUC.name].value.unwrap();
        w.completed
            .insert(AUC.name.to_owned(), estimate(of - 0.01, 0.03, w.labelled));
    }
    r
}

/// Nothing is known at all.
fn only_expected() -> Report {
    let mut r = expected(12);
    for w in &mut r.windows {
        (w.mature, w.in_baseline, w.labelled) = (false, false, 0);
        w.metrics
            .insert(AUC.name.to_owned(), undefined("no outcomes yet"));
    }
    r
}

fn gaps() -> Report {
    let mut r = decaying(30, DAY, 900);
    for i in [3, 4, 5, 11, 13, 22] {
        r.windows[i]
            .metrics
            .insert(AUC.name.to_owned(), undefined("one class only"));
        r.windows[i].departures.clear();
        r.windows[i].rows = 0;
        r.windows[i].labelled = 0;
    }
    // A window of four rows, whose interval says nothing.
    r.windows[17]
        .metrics
        .insert(AUC.name.to_owned(), estimate(0.9, 0.6, 4));
    r
}

fn extreme() -> Report {
    let mut r = decaying(24, HOUR, 10);
    for (i, w) in r.windows.iter_mut().enumerate() {
        let value = match i {
            5 => 3.4e12,
            6 => f64::MAX,
            7 => f64::NAN,
            8 => f64::NEG_INFINITY,
            15 => -1.2e12,
            _ => i as f64,
        };
        let mut e = estimate(value, 1e11, 3);
        e.high = Some(f64::INFINITY);
        w.metrics.insert(ERROR.name.to_owned(), e);
        w.rows = if i == 3 { u64::MAX } else { i as u64 };
    }
    r.baseline = None;
    r
}

fn untimed() -> Report {
    let mut r = decaying(40, DAY, 500);
    r.timed = false;
    for (i, w) in r.windows.iter_mut().enumerate() {
        let row = |n: usize| Time(n as i64 * 500 * SECOND);
        (w.start, w.end) = (row(i), row(i + 1));
    }
    r
}

fn scored(positive: u64, negative: u64, unlabelled: u64) -> Report {
    let mut r = report(vec![], None);
    let bins = 40;
    let bell = |i: usize, middle: f64, width: f64, n: u64| {
        let z = ((i as f64 + 0.5) / bins as f64 - middle) / width;
        (n as f64 * (-0.5 * z * z).exp()) as u64
    };
    let counts =
        |middle: f64, width: f64, n: u64| (0..bins).map(|i| bell(i, middle, width, n)).collect();
    r.scores = Some(Scores {
        edges: (0..=bins).map(|i| i as f64 / bins as f64).collect(),
        positive: counts(0.72, 0.16, positive),
        negative: counts(0.24, 0.13, negative),
        unlabelled: counts(0.4, 0.3, unlabelled),
        threshold: Some(0.5),
        positive_label: "fraud".to_owned(),
    });
    r
}

fn from_each(counts: &[u64]) -> Vec<u64> {
    (0..counts.len())
        .map(|i| counts[i..].iter().sum())
        .collect()
}

/// The curves of such scores, with the confusion that the threshold gives.
fn curved(positive: u64, negative: u64, baseline: bool) -> Report {
    let mut r = scored(positive, negative, 0);
    let scores = r.scores.clone().unwrap();
    let tally = |positive: &[u64], negative: &[u64]| Tally {
        tp: from_each(positive),
        fp: from_each(negative),
        positives: positive.iter().sum(),
        negatives: negative.iter().sum(),
    };
    let bins = scores.positive.len();
    // Before, the classes were told apart better.
    let (mut upper, mut lower) = (vec![0; bins], vec![0; bins]);
    for i in 0..bins {
        upper[(i + 5).min(bins - 1)] += scores.positive[i] / 3;
        lower[i.saturating_sub(3)] += scores.negative[i] / 3;
    }
    let curves = Curves {
        thresholds: scores.edges[..bins].to_vec(),
        probability: true,
        current: tally(&scores.positive, &scores.negative),
        baseline: baseline.then(|| tally(&upper, &lower)),
    };
    let c = curves.current.at(bins / 2);
    r.confusion = Some(Confusion {
        labels: vec!["no".to_owned(), "fraud".to_owned()],
        counts: vec![vec![c.tn, c.fp], vec![c.r#fn, c.tp]],
        baseline: None,
    });
    r.curves = Some(curves);
    r
}

/// Tenths of which the upper ones promise too much, one empty.
fn foretold(rows: u64) -> Report {
    let mut r = scored(300, 900, 0);
    let bin = |i: u32| {
        let from = f64::from(i) / 10.0;
        let n = if i == 7 { 0 } else { rows / u64::from(i + 1) };
        let share = from * 0.8 + 0.03;
        let half = (share * (1.0 - share) / (n.max(1)) as f64).sqrt() * 2.0;
        CalibrationBin {
            from,
            to: from + 0.1,
            mean_score: (n > 0).then_some(from + 0.06),
            positive: match n {
                0 => undefined("no rows"),
                n => Estimate {
                    low: Some((share - half).max(0.0)),
                    high: Some((share + half).min(1.0)),
                    ..estimate(share, half, n)
                },
            },
        }
    };
    r.calibration = (0..10).map(bin).collect();
    r
}

fn confused(labels: &[&str], right: u64) -> Report {
    let k = labels.len();
    let mut r = report(vec![], None);
    let mut dice = Dice(77);
    let counts = (0..k)
        .map(|row| {
            (0..k)
                .map(|column| {
                    let wild = ((dice.noise() + 1.0) * right as f64) as u64;
                    if row == column {
                        right * 3 + wild
                    } else {
                        wild / (4 + 3 * row.abs_diff(column) as u64)
                    }
                })
                .collect()
        })
        .collect();
    r.confusion = Some(Confusion {
        labels: labels.iter().map(|&l| l.to_owned()).collect(),
        counts,
        baseline: None,
    });
    r
}

/// The picture of a chart, with its walk from places to things and back done on the way.
fn picture<C: Chart>(chart: &C, look: &Look) -> String {
    let mut svg = String::new();
    let frame = chart::draw(
        chart,
        SVGBackend::with_string(&mut svg, look.virtual_size()),
        look,
    )
    .unwrap();
    for side in [
        frame.left,
        frame.top,
        frame.right,
        frame.bottom,
        frame.x.0,
        frame.x.1,
        frame.y.0,
        frame.y.1,
    ] {
        assert!(side.is_finite(), "{frame:?}");
    }
    for x in [-50.0, 0.0, look.width / 2.0, look.width, 9e9] {
        if let Some(thing) = chart.nearest(&frame, x, look.height / 2.0) {
            assert!(thing < chart.things());
            assert!(!chart.describe(thing).is_empty());
            chart.mark(&frame, look, thing);
        }
    }
    assert!(chart.describe(usize::MAX).is_empty());
    assert_eq!(chart.mark(&frame, look, usize::MAX), None);
    assert!(!chart.sentence().is_empty());
    for wrong in ["NaN", "inf"] {
        assert!(!svg.contains(wrong), "{wrong} in {}", C::NAME);
    }
    svg
}

/// Both themes of a chart against the pictures kept; big pictures are kept in one.
fn check<C: Chart>(name: &str, chart: &C, width: f64, height: f64) {
    for (theme_name, colours) in [("light", &theme().light), ("dark", &theme().dark)] {
        let look = Look::new(colours, width, height, 1.0);
        if theme_name == "dark" && ["many", "forty"].contains(&name) {
            continue;
        }
        let (w, h) = look.virtual_size();
        let surface = colours.surface;
        let svg = picture(chart, &look).replacen(
            &format!("<svg width=\"{w}\" height=\"{h}\""),
            &format!(
                "<svg width=\"{width}\" height=\"{height}\" style=\"background:rgb({},{},{})\"",
                surface.0, surface.1, surface.2
            ),
            1,
        );
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/charts/{}-{name}-{theme_name}.svg", C::NAME));
        if std::env::var_os("UPDATE_CHARTS").is_some() {
            std::fs::write(&path, &svg).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            svg == kept,
            "{} has changed; UPDATE_CHARTS=1 writes it anew",
            path.display()
        );
    }
}

#[test]
fn trends() {
    check(
        "days",
        &Trend::of(&decaying(60, DAY, 2_000), &[&AUC]),
        760.0,
        260.0,
    );
    check(
        "three",
        &Trend::of(&decaying(26, 7 * DAY, 4_000), &[&AUC, &RECALL, &PRECISION]),
        760.0,
        260.0,
    );
    check("gaps", &Trend::of(&gaps(), &[&AUC]), 760.0, 260.0);
    check(
        "hours",
        &Trend::of(&decaying(36, HOUR, 300), &[&LATENCY]),
        480.0,
        200.0,
    );
    check(
        "single",
        &Trend::of(&decaying(1, DAY, 500), &[&AUC]),
        480.0,
        200.0,
    );
    check(
        "empty",
        &Trend::of(&report(vec![], None), &[&AUC]),
        480.0,
        200.0,
    );
    check(
        "many",
        &Trend::of(&decaying(5_000, HOUR, 200), &[&AUC]),
        760.0,
        260.0,
    );
    check("extreme", &Trend::of(&extreme(), &[&ERROR]), 480.0, 200.0);
    check("rows", &Trend::of(&untimed(), &[&AUC]), 480.0, 200.0);
    check("expected", &Trend::of(&expected(30), &[&AUC]), 760.0, 260.0);
    check("completed", &Trend::of(&completed(), &[&AUC]), 760.0, 260.0);
    check(
        "only-expected",
        &Trend::of(&only_expected(), &[&AUC]),
        480.0,
        200.0,
    );
}

#[test]
fn volumes() {
    check("days", &Volume::of(&decaying(60, DAY, 2_000)), 760.0, 110.0);
    check("gaps", &Volume::of(&gaps()), 760.0, 110.0);
    check("single", &Volume::of(&decaying(1, DAY, 500)), 480.0, 110.0);
    check("empty", &Volume::of(&report(vec![], None)), 480.0, 110.0);
    check(
        "many",
        &Volume::of(&decaying(5_000, HOUR, 200)),
        760.0,
        110.0,
    );
    check("extreme", &Volume::of(&extreme()), 480.0, 110.0);
}

#[test]
fn score_plots() {
    check(
        "rare",
        &ScorePlot::of(&scored(300, 90_000, 20_000)),
        480.0,
        240.0,
    );
    check(
        "one-class",
        &ScorePlot::of(&scored(0, 900, 0)),
        480.0,
        240.0,
    );
    check("empty", &ScorePlot::of(&scored(0, 0, 0)), 480.0, 240.0);
}

#[test]
fn matrices() {
    check(
        "two",
        &Matrix::of(&confused(&["legitimate", "fraud"], 45_000)),
        480.0,
        260.0,
    );
    let species = [
        "ash",
        "beech",
        "birch",
        "hornbeam",
        "larch",
        "maple",
        "sycamore fig",
    ];
    check("seven", &Matrix::of(&confused(&species, 400)), 560.0, 360.0);
    let many: Vec<String> = (0..40).map(|i| format!("class {i}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    check("forty", &Matrix::of(&confused(&many, 90)), 560.0, 400.0);
    check("empty", &Matrix::of(&report(vec![], None)), 480.0, 200.0);
}

#[test]
fn sparklines() {
    check(
        "days",
        &Sparkline::of(&decaying(60, DAY, 2_000), &AUC),
        120.0,
        32.0,
    );
    check("gaps", &Sparkline::of(&gaps(), &AUC), 120.0, 32.0);
    check("expected", &Sparkline::of(&expected(30), &AUC), 120.0, 32.0);
    check(
        "single",
        &Sparkline::of(&decaying(1, DAY, 500), &AUC),
        120.0,
        32.0,
    );
    check(
        "empty",
        &Sparkline::of(&report(vec![], None), &AUC),
        120.0,
        32.0,
    );
    check(
        "many",
        &Sparkline::of(&decaying(5_000, HOUR, 200), &AUC),
        120.0,
        32.0,
    );
}

/// A report with what a machine says: hours of requests with a gap, an outage and a restart.
fn served() -> Report {
    let mut report = decaying(10, DAY, 2_000);
    let start = report.windows[0].start;
    let hours = 240;
    let gap = |h: usize| (100..112).contains(&h);
    let values = |of: &dyn Fn(usize) -> f64| -> Vec<Option<f64>> {
        (0..hours).map(|h| (!gap(h)).then(|| of(h))).collect()
    };
    let line = |name: &str, values: Vec<Option<f64>>| Line {
        name: name.into(),
        source: "x".into(),
        above: false,
        partly: Vec::new(),
        total: values[0],
        most: values.iter().flatten().copied().reduce(f64::max),
        values,
        anomalies: vec![],
    };
    let panel = |id: &str, family, unit, lines| Panel {
        id: id.into(),
        title: id.into(),
        of: String::new(),
        family,
        unit,
        lines,
        left_out: 0,
    };
    let wave = |h: usize| 1.0 + (h % 24) as f64 / 12.0;
    let failed = |h: usize| if (150..153).contains(&h) { 0.4 } else { 0.002 };
    report.resources.service = Some(Service {
        start,
        end: Time(start.0 + 240 * HOUR),
        seen: None,
        step_s: 3_600.0,
        requests_per_second: None,
        panels: vec![
            panel(
                "requests",
                Told::Requests,
                Measured::PerSecond,
                vec![line("api", values(&wave))],
            ),
            panel(
                "error_share",
                Told::Requests,
                Measured::Share,
                vec![Line {
                    anomalies: vec![UnlikeValue {
                        time: Time(start.0 + 150 * HOUR),
                        score: 0.8,
                    }],
                    ..line("5xx", values(&failed))
                }],
            ),
            panel(
                "duration",
                Told::Requests,
                Measured::Seconds,
                vec![
                    line("p50", values(&|h| 0.02 * wave(h))),
                    line("p99", values(&|h| 0.2 * wave(h))),
                ],
            ),
            panel(
                "memory",
                Told::Utilisation,
                Measured::Bytes,
                vec![line("a", vec![None; 240])],
            ),
        ],
        objectives: Fulfilment::default(),
        full: vec![],
        restarts: vec![Restart {
            time: Time(start.0 + 180 * HOUR),
            of: "api".into(),
        }],
        gaps: vec![ServiceGap {
            start: Time(start.0 + 100 * HOUR),
            end: Time(start.0 + 112 * HOUR),
            of: String::new(),
        }],
    });
    report
}

#[test]
fn what_a_machine_says_lies_on_the_axis_of_the_model() {
    let report = served();
    let all = stack(&report, false, None, false);
    let titles: Vec<&str> = all.iter().map(|s| s.title.as_str()).collect();
    assert_eq!(
        titles[titles.len() - 4..],
        ["requests", "error_share", "duration", "memory"]
    );
    for (at, name) in ["requests", "failed", "duration", "nothing"]
        .iter()
        .enumerate()
    {
        let plot = &all[titles.len() - 4 + at].plot;
        check(name, plot, 640.0, plot.good_height());
    }
    // One cursor: the same step is the same time in all of them.
    let heads: Vec<String> = all
        .iter()
        .map(|s| s.plot.describe(30)[0].text.clone())
        .collect();
    assert!(heads.iter().all(|h| *h == heads[0]), "{heads:?}");
    let things: Vec<usize> = all.iter().map(|s| s.plot.things()).collect();
    assert_eq!(things, vec![240; all.len()]);
    let plot = &all[titles.len() - 4].plot;
    assert_eq!(plot.describe(105)[1].text, "–");
    assert_eq!(plot.describe(105)[2].label, "Gap");
    let failed = &all[titles.len() - 3].plot;
    let unlike = failed.describe(150);
    assert!(
        unlike
            .iter()
            .any(|f| f.label == "Unlike before" && f.text == "5xx, score 0.80")
    );
    let service = report.resources.service.as_ref().unwrap();
    let marks = service.marks();
    assert!(
        marks[0].starts_with(
            "Dots: 1 value is unlike what was before, the last of error_share (5xx) at"
        )
    );
    assert!(marks[1].starts_with("Grey: the source gave nothing once"));
    assert!(!is_part(&report));
}

fn distribution(counts: &[u64]) -> Distribution {
    Distribution {
        values: counts.iter().sum(),
        missing: 0,
        counts: counts.to_vec(),
    }
}

/// Numbers that moved up.
fn moved() -> ColumnDrift {
    ColumnDrift {
        column: "amount".into(),
        bins: Bins::Edges((1..10).map(|i| f64::from(i * i)).collect()),
        before: distribution(&[100; 10]),
        after: distribution(&[10, 20, 30, 50, 60, 80, 100, 150, 200, 300]),
        ..ColumnDrift::default()
    }
}

#[test]
fn shifts() {
    let words = ColumnDrift {
        bins: Bins::Words(["gold", "silver", "none"].map(String::from).to_vec()),
        before: distribution(&[500, 300, 0, 0]),
        after: distribution(&[300, 200, 400, 0]),
        ..ColumnDrift::default()
    };
    check("numbers", &Shift::of(&moved()), 120.0, 32.0);
    check("words", &Shift::of(&words), 120.0, 32.0);
    check("empty", &Shift::of(&ColumnDrift::default()), 120.0, 32.0);
    // Others are none, so they are not drawn.
    assert_eq!(Shift::of(&words).things(), 3);
    assert_eq!(
        Shift::of(&words).sentence(),
        "Changed most: none, 0.00 % in the baseline, 44.44 % now."
    );
    assert_eq!(Shift::of(&moved()).describe(9)[0].text, "81.00 or more");
}

#[test]
fn curves_of_a_score() {
    let (rare, alone) = (curved(300, 90_000, true), curved(0, 900, true));
    let none = report(vec![], None);
    for (name, shape) in [
        ("roc", Shape::Roc),
        ("precision-recall", Shape::PrecisionRecall),
        ("gain", Shape::Gain),
        ("lift", Shape::Lift),
    ] {
        check(name, &CurvePlot::of(&rare, shape), 480.0, 340.0);
    }
    check(
        "one-class",
        &CurvePlot::of(&alone, Shape::Roc),
        480.0,
        340.0,
    );
    check("empty", &CurvePlot::of(&none, Shape::Gain), 480.0, 340.0);
    assert_eq!(
        CurvePlot::of(&alone, Shape::PrecisionRecall).sentence(),
        "Precision against recall. No outcome is positive: one class only."
    );
    let negative_is_none = curved(900, 0, false);
    assert_eq!(CurvePlot::of(&negative_is_none, Shape::Roc).things(), 0);
    assert!(CurvePlot::of(&negative_is_none, Shape::Gain).things() > 10);
}

#[test]
fn lines_over_the_threshold() {
    let rare = curved(3_000, 9_000, true);
    check(
        "shares",
        &CutoffPlot::of(&rare, Lines::Shares),
        480.0,
        340.0,
    );
    let six = [
        "recall",
        "false_positive_rate",
        "balanced_accuracy",
        "f2",
        "matthews_corrcoef",
        "cohen_kappa",
    ];
    let chosen = CutoffPlot::with(&rare, Lines::Shares, &six);
    check("chosen", &chosen, 480.0, 340.0);
    assert_eq!(chosen.legend().len(), 6);
    assert_eq!(
        CutoffPlot::with(&rare, Lines::Shares, &[]).sentence(),
        "Metrics by threshold. No metric is chosen."
    );
    let benefit = CutoffPlot::of(&rare, Lines::NetBenefit);
    check("net-benefit", &benefit, 480.0, 340.0);
    check(
        "one-class",
        &CutoffPlot::of(&curved(0, 900, true), Lines::Shares),
        480.0,
        340.0,
    );
    let mut margin = rare.clone();
    margin.curves.as_mut().unwrap().probability = false;
    assert_eq!(
        CutoffPlot::of(&margin, Lines::NetBenefit).sentence(),
        "Net benefit by threshold. The score is no probability."
    );
    assert!(CutoffPlot::of(&margin, Lines::Shares).things() > 0);
    let mut billed = rare.clone();
    assert_eq!(
        CutoffPlot::of(&billed, Lines::Cost).sentence(),
        "Cost by threshold. No costs are given."
    );
    billed.view.costs = "fp=5,fn=40,tp=-10".parse().ok();
    billed.costs = Some(Bill {
        cells: vec![],
        cheapest: Some(Cheapest {
            threshold: Some(0.26),
            mean_cost: 1.0,
            sentence: String::new(),
        }),
    });
    let cost = CutoffPlot::of(&billed, Lines::Cost);
    check("cost", &cost, 480.0, 340.0);
    assert!(cost.sentence().contains("Cheapest on these rows: 0.26"));
    let mut falling = rare;
    falling.curves.as_mut().unwrap().thresholds.reverse();
    assert_eq!(CutoffPlot::of(&falling, Lines::Shares).things(), 0);
}

#[test]
fn reliability_of_tenths() {
    check("some", &Reliability::of(&foretold(4_000)), 480.0, 340.0);
    check("few", &Reliability::of(&foretold(30)), 480.0, 340.0);
    check("empty", &Reliability::of(&foretold(0)), 480.0, 340.0);
    assert_eq!(Reliability::of(&foretold(4_000)).things(), 9);
}

/// Nine levels of so many forecasts, too sure at both ends.
fn spread(rows: u64, baseline: bool) -> Report {
    let level = |level: f64| {
        let share = (0.5 + (level - 0.5) * 0.8).clamp(0.0, 1.0);
        let half = (share * (1.0 - share) / rows.max(1) as f64).sqrt() * 1.96;
        QuantileLevel {
            level,
            observed: match rows {
                0 => undefined("no rows"),
                n => estimate(share, half, n),
            },
            baseline: baseline.then_some(level),
            pinball_loss: Some(1.5 + level),
        }
    };
    let levels = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975];
    Report {
        quantiles: Some(Quantiles {
            rows,
            levels: levels.map(level).to_vec(),
            intervals: Vec::new(),
        }),
        ..report(vec![], None)
    }
}

#[test]
fn calibration_of_quantiles() {
    check("some", &Spread::of(&spread(400, true)), 480.0, 340.0);
    check("few", &Spread::of(&spread(12, false)), 480.0, 340.0);
    check("empty", &Spread::of(&spread(0, false)), 480.0, 340.0);
    let some = Spread::of(&spread(400, true));
    assert_eq!(some.things(), 9);
    assert_eq!(
        Spread::of(&spread(400, false)).sentence(),
        "Calibration of quantiles. Farthest off: 12.00 % of the outcomes lie at or below the quantile of 2.50 %."
    );
    let told: Vec<String> = some.describe(0).into_iter().map(|f| f.label).collect();
    assert_eq!(
        told,
        [
            "",
            "Outcomes at or below",
            "95 % interval",
            "Baseline",
            "Pinball loss",
            "Forecasts"
        ]
    );
    let none = Spread::of(&report(vec![], None));
    assert_eq!(none.sentence(), "Calibration of quantiles. No quantiles.");
}

/// Errors with heavy tails, that grow with the prediction and are off where it is large.
fn erred() -> Report {
    let pair = |i: i32| {
        let normal = f64::from(i) / 10.0;
        let half = 0.1 + normal * normal * 0.06;
        QuantilePair {
            normal,
            found: normal + normal * normal * normal * 0.04,
            low: normal - half,
            high: normal + half,
        }
    };
    let bin = |i: u32| {
        let prediction = 100.0 + f64::from(i * i) * 2.0;
        let (mean, wide) = (f64::from(i * i) / 60.0 - 1.0, 4.0 + f64::from(i));
        ResidualBin {
            from: prediction - f64::from(i),
            to: prediction + f64::from(i),
            rows: 75,
            prediction,
            mean,
            interval: Some(Interval {
                low: mean - wide / 5.0,
                high: mean + wide / 5.0,
            }),
            low: mean - wide,
            high: mean + wide,
        }
    };
    let mut r = report(vec![], None);
    r.task = Task::Regression;
    r.residuals = Some(Residuals {
        rows: 1_500,
        mean: Some(0.5),
        deviation: Some(8.0),
        quantiles: (-32..=32).map(pair).collect(),
        bins: (0..20).map(bin).collect(),
        ends: Some((-9.0, 11.0)),
        ..Residuals::default()
    });
    r
}

#[test]
fn errors_of_numbers() {
    let r = erred();
    check("heavy", &QuantilePlot::of(&r), 480.0, 300.0);
    check("growing", &ResidualPlot::of(&r), 480.0, 300.0);
    assert!(
        QuantilePlot::of(&r)
            .sentence()
            .contains("of 65 points lie outside")
    );
    assert!(ResidualPlot::of(&r).sentence().contains("in 20 bins"));
    let none = report(vec![], None);
    check("empty", &QuantilePlot::of(&none), 480.0, 300.0);
    check("empty", &ResidualPlot::of(&none), 480.0, 300.0);
    let mut few = r;
    few.residuals = Some(Residuals {
        undefined: Some("fewer than 50 rows have an outcome".to_owned()),
        ..Residuals::default()
    });
    assert!(
        QuantilePlot::of(&few)
            .sentence()
            .contains("fewer than 50 rows")
    );
}

/// So many models over as many windows, which differ in their level; one is not there everywhere.
fn rivals(models: usize, windows: usize) -> Report {
    let mut dice = Dice(7);
    let mut report = decaying(windows, DAY, 500);
    let name = |i: usize| match i {
        0 => "Prediction".to_owned(),
        i => format!("Model {i}"),
    };
    let model = |i: usize| Model {
        name: name(i),
        rows: 500,
        compared: 500,
        metrics: BTreeMap::new(),
        against: None,
        by_window: (0..windows)
            .map(|w| {
                let seasons = (w as f64 / 9.0).sin();
                let value = 3.0 + 0.35 * i as f64 + seasons + 0.4 * dice.noise();
                (i != 2 || w % 13 > 3).then_some(value)
            })
            .collect(),
    };
    report.models = Some(Models {
        main: "Prediction".into(),
        about_main: true,
        by: None,
        metric: "mean_absolute_error".into(),
        rows: 500,
        versions: false,
        pairwise: false,
        method: String::new(),
        sentence: String::new(),
        models: (0..models).map(model).collect(),
    });
    report
}

#[test]
fn models_over_time() {
    check("three", &ModelLines::of(&rivals(3, 60)), 760.0, 260.0);
    check("ten", &ModelLines::of(&rivals(10, 60)), 760.0, 260.0);
    check("narrow", &ModelLines::of(&rivals(4, 60)), 340.0, 220.0);
    check("single", &ModelLines::of(&rivals(2, 1)), 760.0, 260.0);
    check("empty", &ModelLines::of(&gaps()), 760.0, 260.0);
    let ten = ModelLines::of(&rivals(10, 60));
    assert_eq!(ten.legend().len(), 7);
    assert_eq!(ten.describe(3).len(), 11);
    assert!(
        ten.sentence()
            .starts_with("MAE of 10 models in 60 windows. Last: Prediction ")
    );
    // More windows than pixels: no more points than show.
    let look = Look::new(&theme().light, 760.0, 260.0, 1.0);
    let svg = picture(&ModelLines::of(&rivals(2, 50_000)), &look);
    assert!(svg.len() < 400_000, "{} bytes", svg.len());
}

#[test]
fn a_picture_too_small_for_its_labels_does_no_harm() {
    let r = gaps();
    for (width, height) in [(0.0, 0.0), (1.0, 500.0), (30.0, 20.0), (500.0, 1.0)] {
        for dpr in [0.5, 1.0, 1.5, f64::NAN] {
            let look = Look::new(&theme().light, width, height, dpr);
            picture(&Trend::of(&r, &[&AUC]), &look);
            picture(&Volume::of(&r), &look);
            picture(&ScorePlot::of(&scored(5, 5, 5)), &look);
            picture(&Matrix::of(&confused(&["a", "b"], 3)), &look);
            picture(&Sparkline::of(&r, &AUC), &look);
            picture(&Shift::of(&moved()), &look);
            let curved = curved(50, 50, true);
            picture(&CurvePlot::of(&curved, Shape::Gain), &look);
            picture(&CutoffPlot::of(&curved, Lines::NetBenefit), &look);
            picture(&Reliability::of(&foretold(50)), &look);
            picture(&Spread::of(&spread(50, true)), &look);
            picture(&ModelLines::of(&rivals(4, 9)), &look);
        }
    }
}

#[test]
fn lines_have_no_more_points_than_pixels_show() {
    let look = Look::new(&theme().light, 760.0, 260.0, 1.0);
    let svg = picture(&Trend::of(&decaying(100_000, HOUR, 20), &[&AUC]), &look);
    assert!(svg.len() < 400_000, "{} bytes", svg.len());
}

#[test]
fn a_drag_selects_whole_windows() {
    let r = decaying(10, DAY, 100);
    let whole = Some((r.windows[2].start.0, r.windows[4].end.0));
    assert_eq!(Trend::of(&r, &[&AUC]).span(4, 2), whole);
    assert_eq!(Volume::of(&r).span(2, 4), whole);
    let rows = Some((1_000 * SECOND, 2_500 * SECOND));
    assert_eq!(Volume::of(&untimed()).span(2, 4), rows);
}

#[test]
fn a_tooltip_tells_the_exact_values() {
    let r = decaying(60, DAY, 2_000);
    let trend = Trend::of(&r, &[&AUC]);
    let departing = r
        .windows
        .iter()
        .position(|w| !w.departures.is_empty())
        .unwrap();
    let told: Vec<_> = trend
        .describe(departing)
        .into_iter()
        .map(|f| f.label)
        .collect();
    assert_eq!(
        told,
        [
            "",
            "ROC AUC",
            "95 % interval",
            "vs baseline",
            "False-alarm rate",
            "n",
            "Rows",
            "With outcome"
        ]
    );
    let gap = Trend::of(&gaps(), &[&AUC]).describe(3);
    assert_eq!(gap[1].text, "– (one class only)");
}

#[test]
fn what_is_expected_is_told_beside_what_is_measured() {
    let trend = Trend::of(&expected(30), &[&AUC]);
    let keys: Vec<_> = trend
        .legend()
        .into_iter()
        .map(|k| (k.title, k.kind))
        .collect();
    let both = [
        ("ROC AUC", Kind::Measured),
        ("ROC AUC, estimated", Kind::Estimated),
    ];
    assert_eq!(keys, both.map(|(title, kind)| (title.to_owned(), kind)));
    let labels = |window: usize| -> Vec<String> {
        trend
            .describe(window)
            .into_iter()
            .map(|f| f.label)
            .collect()
    };
    // Outcomes are in: both, and how far apart they are.
    let known = labels(10);
    assert!(
        known.contains(&"ROC AUC".to_owned()) && known.contains(&"ROC AUC, estimated".to_owned())
    );
    assert!(known.contains(&"estimated − measured".to_owned()));
    // They are not: why there is no value, and what is expected.
    let told = trend.describe(29);
    assert_eq!(told[1].text, "– (no outcomes yet)");
    assert_eq!(told[2].label, "ROC AUC, estimated");
    assert!(!labels(0).contains(&"ROC AUC, estimated".to_owned()));
    let said = trend.sentence();
    assert!(
        said.contains("Estimated for 10 windows whose outcomes are not in yet"),
        "{said}"
    );
    // A report without estimates is drawn as it was.
    assert_eq!(
        Trend::of(&decaying(30, DAY, 900), &[&AUC]).legend().len(),
        1
    );
}

#[test]
fn every_chart_is_listed_once() {
    assert_eq!(
        chart::NAMES,
        [
            "trend",
            "volume",
            "scores",
            "matrix",
            "sparkline",
            "shift",
            "curve",
            "cutoff",
            "reliability",
            "spread",
            "quantiles",
            "residuals",
            "models",
            "panel"
        ]
    );
}

#[test]
fn a_gap_too_narrow_to_be_seen_has_a_bar_at_the_foot_and_is_told() {
    let drawn = |gaps: Vec<ServiceGap>| {
        let mut report = served();
        report.resources.service.as_mut().unwrap().gaps = gaps;
        let plot = stack(&report, false, None, false).pop().unwrap().plot;
        let look = Look::new(&theme().light, 640.0, plot.good_height(), 1.0);
        (picture(&plot, &look), plot)
    };
    let start = served().resources.service.unwrap().start.0 + 100 * HOUR;
    let gap = |minutes: i64, of: &str| ServiceGap {
        start: Time(start),
        end: Time(start + minutes * HOUR / 60),
        of: of.into(),
    };
    let rects = |svg: &str| svg.matches("<rect").count();
    let none = rects(&drawn(vec![]).0);
    // Grey, and a bar; grey alone where that is wide enough; a bar alone for one of several.
    for (gap, more) in [
        (gap(10, ""), 2),
        (gap(720, ""), 1),
        (gap(10, "b"), 1),
        (gap(720, "b"), 1),
    ] {
        let (svg, plot) = drawn(vec![gap.clone()]);
        assert_eq!(rects(&svg) - none, more, "{gap:?}");
        let step =
            (0..plot.things()).find(|at| plot.describe(*at).iter().any(|fact| fact.label == "Gap"));
        let facts = plot.describe(step.unwrap());
        let told = facts.iter().find(|fact| fact.label == "Gap").unwrap();
        let of = if gap.of.is_empty() { "the source" } else { "b" };
        assert!(
            told.text.starts_with(&format!("{of} gave nothing, ")),
            "{}",
            told.text
        );
    }
}
