//! Several models on the same rows: how each does, and how it differs from the one the report is about.

use super::make::{Frame, Making};
use super::{Metrics, words};
use crate::metric::{Better, Estimate, Info, info, losses};
use crate::stats::interval::Interval;
use crate::stats::multiple::holm;
use crate::stats::periods::{Spread, spread, usual_lags};
use crate::summary::{Cell, Loss, ModelCell, Moments, WindowSize};
use serde::{Deserialize, Serialize};

/// Windows with rows of both models from which on errors that hang together over time are allowed for.
const PERIODS: usize = 10;
/// Common rows are enough that are one in so many of those that a model and the main one foretold.
const COMMON: u64 = 10;
/// Chance of any false difference in a report.
const ALPHA: f64 = 0.05;

/// Several models on the same rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Models {
    /// The model that the others are compared with.
    pub main: String,
    /// Whether the report is about that model; else it is about the rows of all models together, of which that one has
    /// most.
    #[serde(default)]
    pub about_main: bool,
    /// The column of the horizons, where these are compared rather than models.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// The metric that the models are compared by.
    pub metric: String,
    /// Rows with an outcome that every model foretold.
    pub rows: u64,
    /// Whether the models are versions or horizons of the rows, rather than columns.
    pub versions: bool,
    /// Whether these are so few, less than a tenth, that each model is compared with the main one on the rows that both
    /// foretold; values of different models are then not of the same rows.
    pub pairwise: bool,
    /// How differences are judged, in words.
    pub method: String,
    /// What there is to say, in a sentence.
    pub sentence: String,
    /// The models, best first: by their values where these are of the same rows, else by how they differ from the main
    /// one; those of which that is not known last.
    pub models: Vec<Model>,
}

/// One of several models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Its column.
    pub name: String,
    /// Rows with an outcome that it foretold.
    pub rows: u64,
    /// Those of them that it is compared on.
    pub compared: u64,
    /// Metrics over the compared rows.
    pub metrics: Metrics,
    /// How it differs from the main model; `None` for that one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub against: Option<Against>,
    /// [`Models::metric`] over the compared rows of each window of the report; `None` without any.
    pub by_window: Vec<Option<f64>>,
}

/// How a model differs from the main one on the rows that both foretold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Against {
    /// The main model's value on these rows.
    pub main: Estimate,
    /// The model's value minus the main model's, with a paired interval.
    pub difference: Estimate,
    /// Two-sided p-value of no difference, corrected (Holm) over the models; `None` where it cannot be told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p_value: Option<f64>,
    /// Whether the model is better than the main one beyond chance; `None` where the two are not told apart.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub better: Option<bool>,
    /// One sentence for a person.
    pub sentence: String,
}

impl Models {
    /// What they are: `4 models`, `3 horizons`.
    #[must_use]
    pub fn count(&self) -> String {
        let what = if self.by.is_some() {
            "horizons"
        } else {
            "models"
        };
        format!("{} {what}", self.models.len())
    }

    /// What the table of them is of.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.pairwise {
            true => format!(
                "{}, each beside {} on the rows of both",
                self.count(),
                self.main
            ),
            false => format!("{} on the same rows", self.count()),
        }
    }

    /// What is to be known of the other numbers of a report that is about all models together.
    #[must_use]
    pub fn together(&self) -> Option<String> {
        let choose = match &self.by {
            Some(column) => format!("one {column}"),
            None => "one version".to_owned(),
        };
        (!self.about_main).then(|| {
            format!(
                "The numbers of this report, but those of the comparison, are of the rows of {} together: choose {choose} to see its own.",
                self.count()
            )
        })
    }
}

/// A model of a cell, and the part of its rows that is compared.
struct Compared {
    main: usize,
    loss: usize,
    metric: &'static str,
    info: &'static Info,
    pairwise: bool,
}

impl Compared {
    fn part(&self, cell: &Cell, model: usize, loss: usize) -> Loss {
        match cell.models.get(model) {
            None => Loss::default(),
            // The main model has no pairs with itself: all of its rows are shown.
            Some(of) if self.pairwise && model == self.main => of.every(loss),
            Some(of) if self.pairwise => of.with_main(loss),
            Some(of) => of.common.get(loss).cloned().unwrap_or_default(),
        }
    }
}

/// The models, where there are several and their outcomes are known. `own`: the report's metrics, whose interval a
/// metric has here too where it is of the same rows.
pub(super) fn models(making: &Making<'_>, total: &Cell, own: &Metrics) -> Option<Models> {
    let summary = making.summary;
    let compared_models = summary.models.as_ref()?;
    let names = &compared_models.names;
    let main = compared_models.main(&making.series.slice)?;
    let of = &total.models;
    if of.len() != names.len() {
        return None;
    }
    // Only some logs have every loss of their task.
    let counted = of.iter().map(ModelCell::losses).max().unwrap_or(0);
    let metrics = losses::of_task(summary.task);
    let metrics = metrics.get(..counted).unwrap_or(metrics);
    let has = |model: &ModelCell, loss: usize| model.every(loss).value.n > 0;
    let everyone = |loss: &usize| of.iter().filter(|m| m.rows() > 0).all(|m| has(m, *loss));
    let by =
        || (losses::best_first(summary.task).iter().copied()).filter(|loss| *loss < metrics.len());
    let loss = by()
        .find(everyone)
        .or_else(|| by().find(|loss| has(&of[main], *loss)))?;
    let rows = of[main].common.iter().map(|l| l.value.n).max().unwrap_or(0);
    let most = of.iter().map(|m| m.with_main(loss).difference.n);
    let compared = Compared {
        main,
        loss,
        metric: metrics[loss],
        info: info(metrics[loss])?,
        pairwise: rows.saturating_mul(COMMON) < most.max().unwrap_or(0),
    };
    let frames = &making.all[making.shown.0..making.shown.1];
    let way = Way::of(making, frames, &compared, names.len());
    let mut models: Vec<Model> = Vec::new();
    let mut raw: Vec<Option<f64>> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let parts = (0..metrics.len()).map(|loss| compared.part(total, at, loss).value);
        let parts: Vec<Moments> = parts.collect();
        let estimate = |name: &&str| {
            let told = losses::estimate(name, summary.task, &parts, total);
            let same = own
                .get(*name)
                .filter(|own| at == main && is_same(own, &told));
            (name.to_string(), same.cloned().unwrap_or(told))
        };
        let by_window = frames.iter().map(|f| {
            let moments = compared.part(&f.cell, at, loss).value;
            losses::value(compared.metric, &moments)
        });
        let (against, p_value) = match at {
            _ if at == main => (None, None),
            _ => against(&compared, &way, frames, total, at)
                .map_or((None, None), |a| (Some(a.0), a.1)),
        };
        raw.push(p_value);
        models.push(Model {
            name: name.clone(),
            rows: of[at].rows(),
            compared: compared.part(total, at, loss).value.n,
            metrics: metrics.iter().map(estimate).collect(),
            against,
            by_window: by_window.collect(),
        });
    }
    let judged: Vec<f64> = raw.iter().flatten().copied().collect();
    let mut corrected = holm(&judged).into_iter();
    for (model, raw) in models.iter_mut().zip(&raw) {
        let (Some(against), Some(_)) = (&mut model.against, raw) else {
            continue;
        };
        let p_value = corrected.next().unwrap_or(1.0);
        against.p_value = Some(p_value);
        let change = against.difference.value.filter(|_| p_value < ALPHA);
        let up = compared.info.better == Better::Higher;
        against.better = change.map(|c| (c > 0.0) == up);
        against.sentence = sentence(&compared, &names[main], &model.name, against);
    }
    let value = |m: &Model| match (&m.against, compared.pairwise) {
        (Some(against), true) => against.difference.value,
        (None, true) => (m.name == names[main]).then_some(0.0),
        (_, false) => m.metrics.get(compared.metric).and_then(|e| e.value),
    };
    let up = compared.info.better == Better::Higher;
    let first = names[main].clone();
    models.sort_by(|a, b| {
        let badness = |m: &Model| value(m).map_or(f64::INFINITY, |v| if up { -v } else { v });
        // Of equal ones the main one comes first.
        let main = |m: &Model| m.name != first;
        badness(a)
            .total_cmp(&badness(b))
            .then_with(|| main(a).cmp(&main(b)))
    });
    Some(Models {
        sentence: overall(&compared, &first, &models),
        method: way.words(&compared, &compared_models.key, judged.len()),
        versions: compared_models.are_versions(),
        about_main: !compared_models.are_versions()
            || compared_models.chosen(&making.series.slice).is_some(),
        by: compared_models.by.clone(),
        main: first,
        metric: compared.metric.into(),
        rows,
        pairwise: compared.pairwise,
        models,
    })
}

/// Whether two estimates of a metric are of the same rows.
fn is_same(a: &Estimate, b: &Estimate) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    a.n == b.n && a.value.zip(b.value).is_some_and(|(a, b)| near(a, b))
}

/// How differences are judged.
enum Way {
    /// Rows are taken as independent.
    Rows,
    /// Windows so many apart may hang together.
    Windows(usize, usize, WindowSize),
}

impl Way {
    fn of(making: &Making<'_>, frames: &[Frame<'_>], compared: &Compared, models: usize) -> Self {
        let filled = |model: usize| {
            let has = |f: &&Frame<'_>| {
                let part = compared.part(&f.cell, model, compared.loss);
                part.difference.n > 0
            };
            frames.iter().filter(has).count()
        };
        let periods = (0..models).map(filled).max().unwrap_or(0);
        if !making.summary.timed || periods < PERIODS {
            return Self::Rows;
        }
        // What happens every day or every week is alike as long as that.
        let season = match making.size {
            WindowSize::TenMinutes => 24 * 6,
            WindowSize::Hour => 24,
            WindowSize::Day => 7,
            _ => 0,
        };
        let lags = usual_lags(periods).max(season).min(periods / 4);
        Self::Windows(periods, lags, making.size)
    }

    fn words(&self, compared: &Compared, key: &[String], models: usize) -> String {
        let same = match key {
            [] => String::new(),
            key => format!(" Rows of the same {} foretell the same.", words::list(key)),
        };
        let corrected = match models {
            0 | 1 => String::new(),
            n => format!(" P-values are corrected over {n} models (Holm)."),
        };
        let rows = match compared.pairwise {
            true => {
                "Each model is compared with the main one on the rows that both foretold, for too few rows are common to all."
            }
            false => "All models are compared on the same rows.",
        };
        let way = match self {
            Self::Rows => {
                "Student's t of the differences, row by row; rows are taken as independent."
                    .to_string()
            }
            Self::Windows(periods, lags, size) => format!(
                "The test of Diebold and Mariano on the differences in {} windows ({size}), of which up to {lags} apart may hang together (Newey–West, with Harvey's correction).",
                words::grouped(*periods as f64)
            ),
        };
        format!("{rows}{same} {way}{corrected}")
    }
}

/// How a model differs from the main one, and the p-value before correction; `None` where they have no row
/// in common.
fn against(
    compared: &Compared,
    way: &Way,
    frames: &[Frame<'_>],
    total: &Cell,
    model: usize,
) -> Option<(Against, Option<f64>)> {
    let part = |cell: &Cell| compared.part(cell, model, compared.loss);
    let all = part(total);
    let n = all.difference.n;
    let mean = all.difference.mean().filter(|m| m.is_finite())?;
    let students = || {
        let variance = all.difference.variance()?;
        let se = (variance.max(0.0) / n as f64).sqrt();
        Some(Spread {
            se,
            df: n as f64 - 1.0,
        })
    };
    let found = match way {
        Way::Rows => students(),
        Way::Windows(_, lags, _) => {
            let sums = frames.iter().map(|f| part(&f.cell).difference);
            let sums: Vec<(f64, u64)> = sums.map(|d| (d.sum.value(), d.n)).collect();
            spread(&sums, mean, *lags)
        }
    };
    let value = losses::difference(compared.metric, mean)?;
    let interval = found.map(|s| Interval {
        low: value - s.half_width(),
        high: value + s.half_width(),
    });
    let own = losses::value(compared.metric, &all.value);
    let main = own.map_or_else(
        || Estimate::undefined("no rows in common", 0),
        |own| Estimate::of(own - value, None, n),
    );
    let difference = Estimate::of(value, interval, n);
    let against = Against {
        main,
        difference,
        p_value: None,
        better: None,
        sentence: String::new(),
    };
    Some((against, found.map(|s| s.p_value(mean))))
}

/// `DNN 1 is worse than LEAR: MAE 4.05 against 3.61, 0.44 more (0.39 to 0.49) on the same 17 544 rows.`
fn sentence(compared: &Compared, main: &str, name: &str, against: &Against) -> String {
    let info = compared.info;
    let value = |x: f64| words::value(info.unit, x);
    let (Some(change), Some(of_main)) = (against.difference.value, against.main.value) else {
        return String::new();
    };
    let verdict = match against.better {
        Some(true) => format!("{name} is better than {main}"),
        Some(false) => format!("{name} is worse than {main}"),
        None => format!("{name} and {main} are not told apart"),
    };
    // Ends of the interval in the direction of the change, so that they read as the change does.
    let ends = match (against.difference.low, against.difference.high) {
        (Some(low), Some(high)) if change < 0.0 => {
            format!(" ({} to {})", value(-high), value(-low))
        }
        (Some(low), Some(high)) => format!(" ({} to {})", value(low), value(high)),
        _ => String::new(),
    };
    let way = if change < 0.0 { "less" } else { "more" };
    format!(
        "{verdict}: {} {} against {}, {} {way}{ends} on the same {} rows.",
        info.title,
        value(of_main + change),
        value(of_main),
        value(change.abs()),
        words::grouped(against.difference.n as f64)
    )
}

/// The best of those that are better than the main model, else that none is.
fn overall(compared: &Compared, main: &str, models: &[Model]) -> String {
    let judged = || models.iter().filter_map(|m| m.against.as_ref());
    let beyond = |better: bool| judged().filter(|a| a.better == Some(better)).count();
    if let Some(best) = judged().find(|a| a.better == Some(true)) {
        return best.sentence.clone();
    }
    match (judged().count(), beyond(false)) {
        (0, _) => format!("No row with an outcome was foretold by {main} and another model."),
        (n, worse) => format!(
            "None of {n} other model{} is better than {main} by {} beyond chance; {worse} {} worse.",
            if n == 1 { "" } else { "s" },
            compared.info.title,
            if worse == 1 { "is" } else { "are" }
        ),
    }
}
