//! The values that a rule watches, window by window.

use super::counted;
use super::made::why_not;
use super::rule::{Measure, Over, Rule, Watched};
use crate::metric::{self, Better, Estimate, Family, Parameter, Unit};
use crate::report::{Check, CheckKind, Report, Window};
use crate::settings::among;
use crate::table::time::Time;

/// Metrics at most that are named where one is not there.
const NAMED: usize = 5;

/// A value, and whether it can be judged.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub start: Time,
    pub end: Time,
    pub value: Estimate,
    /// Outcomes have yet to come that it depends upon.
    pub immature: bool,
    pub in_baseline: bool,
}

/// What a rule watches.
#[derive(Debug)]
pub(super) struct Course {
    /// What it is called: `ROC AUC`, `PSI of age`.
    pub title: String,
    pub unit: Unit,
    pub better: Better,
    /// The least and the most that it can be.
    pub range: (Option<f64>, Option<f64>),
    /// In order of time.
    pub points: Vec<Point>,
    /// Over the baseline; `None` where there is none.
    pub baseline: Option<Estimate>,
}

impl Measure {
    /// What it is called in a sentence, before `of age`.
    fn title(self) -> &'static str {
        match self {
            Self::Psi => "PSI",
            Self::JensenShannon => "Jensen–Shannon distance",
            Self::KolmogorovSmirnov => "Kolmogorov–Smirnov statistic",
            Self::Wasserstein => "Wasserstein distance",
            Self::WassersteinNormalised => "Normalised Wasserstein distance",
            Self::Hellinger => "Hellinger distance",
            Self::KullbackLeibler => "Kullback–Leibler divergence",
            Self::LInfinity => "Largest difference of a share",
            Self::TotalVariation => "Total variation distance",
            Self::CramersV => "Cramér's V",
            Self::Missing => "Share of missing cells",
            Self::WrongType => "Share of texts among the numbers",
            Self::UnseenWord => "Share of unseen words",
            Self::OutOfRange => "Share of numbers beyond the baseline's",
            Self::Outlier => "Share of outliers",
        }
    }

    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Wasserstein => Unit::Outcome,
            of if of.is_distance() => Unit::Ratio,
            _ => Unit::Percent,
        }
    }
}

/// The course of what a rule watches, or why there is none.
pub(super) fn course(rule: &Rule, report: &Report) -> Result<Course, String> {
    match &rule.watched {
        Watched::Metric(name) => of_metric(name, rule.over, report),
        Watched::Column { name, measure } => of_column(name, *measure, rule.over, report),
        Watched::Incidents(about) => counted::incidents(*about, rule.over, report),
        Watched::Checks { kind, column } => {
            counted::checks(*kind, column.as_deref(), rule.over, report)
        }
        Watched::Expectations(file) => counted::expectations(file, rule.over, report),
    }
}

/// Which metrics a report has: those that stand first, and how many others.
fn had(report: &Report) -> String {
    let there = |name: &str| {
        let blocks = [&report.overall, &report.resources.block];
        blocks.iter().any(|block| block.metrics.contains_key(name))
    };
    let all = metric::METRICS.iter().map(|m| m.info().name);
    let mut all: Vec<&str> = all.filter(|name| there(name)).collect();
    let more = all.split_off(all.len().min(NAMED)).len();
    match (all.is_empty(), more) {
        (true, _) => "it has no metric".to_owned(),
        (false, 0) => format!("it has {}", all.join(", ")),
        (false, more) => format!("it has {} and {more} more", all.join(", ")),
    }
}

fn of_metric(name: &str, over: Over, report: &Report) -> Result<Course, String> {
    let info = metric::info(name).ok_or_else(|| format!("there is no metric '{name}'"))?;
    let whole = report.overall.metrics.get(name);
    let whole = whole.or_else(|| report.resources.metrics.get(name));
    let Some(whole) = whole else {
        let lacks = |of: &Parameter| report.view.metrics.get(*of).is_none();
        if let Some(of) = Parameter::of_metric(name).filter(lacks) {
            let (key, like) = (of.name(), of.such_as());
            return Err(format!(
                "this report has no {name}, which needs a parameter: write [metrics] and below it {key} = {like}"
            ));
        }
        return Err(format!("this report has no {name}; {}", had(report)));
    };
    let timeless = info.family == Family::Resource;
    let point = |w: &Window| Point {
        start: w.start,
        end: w.end,
        value: w
            .metrics
            .get(name)
            .cloned()
            .unwrap_or_else(|| Estimate::undefined("it is not computed there", w.rows)),
        immature: !timeless && !w.mature,
        in_baseline: w.in_baseline,
    };
    Ok(Course {
        title: report.view.metrics.title(info),
        unit: info.unit,
        better: info.better,
        range: metric::range(info, report.task),
        points: match over {
            Over::Windows => report.windows.iter().map(point).collect(),
            Over::All => vec![whole_of(report, whole.clone())],
        },
        baseline: report
            .baseline
            .as_ref()
            .map(|b| b.block.metrics.get(name).cloned().unwrap_or_default()),
    })
}

/// All rows in view as one window, which outcomes that have yet to come do not stop from being judged.
pub(super) fn whole_of(report: &Report, value: Estimate) -> Point {
    let ends = (report.windows.first(), report.windows.last());
    let (start, end) = match ends {
        (Some(first), Some(last)) => (first.start, last.end),
        _ => Default::default(),
    };
    Point {
        start,
        end,
        value,
        immature: false,
        in_baseline: false,
    }
}

fn of_column(name: &str, measure: Measure, over: Over, report: &Report) -> Result<Course, String> {
    let quality = report.quality.iter().find(|q| q.column == name);
    let Some(quality) = quality else {
        let names: Vec<&str> = report.quality.iter().map(|q| q.column.as_str()).collect();
        return Err(format!(
            "there is no column '{name}'. {}",
            among(name, &names)
        ));
    };
    // Cells that have yet to come are no missing ones.
    let awaits = quality.role.starts_with("outcome");
    let values: Vec<Estimate> = match (measure, over) {
        (Measure::Missing, Over::All) => vec![quality.missing.clone()],
        (Measure::Missing, Over::Windows) => {
            let shares = report.windows.iter().zip(&quality.missing_by_window);
            shares.map(|(w, share)| plain(*share, w.rows)).collect()
        }
        (measure, _) if measure.is_distance() => distances(name, measure, over, report)?,
        (measure, _) => found(name, measure, report)?.0,
    };
    let points = match over {
        Over::All => values.into_iter().map(|v| whole_of(report, v)).collect(),
        Over::Windows => {
            let both = report.windows.iter().zip(values);
            both.map(|(w, value)| Point {
                start: w.start,
                end: w.end,
                value,
                immature: awaits && !w.mature,
                in_baseline: w.in_baseline,
            })
            .collect()
        }
    };
    let baseline = report.baseline.as_ref();
    Ok(Course {
        title: format!("{} of {name}", measure.title()),
        unit: measure.unit(),
        better: Better::Lower,
        range: (Some(0.0), None),
        points,
        baseline: match measure {
            Measure::Missing => baseline.map(|b| plain(quality.baseline_missing, b.block.rows)),
            measure if measure.is_distance() => None,
            measure => Some(found(name, measure, report)?.1),
        },
    })
}

fn distances(
    name: &str,
    measure: Measure,
    over: Over,
    report: &Report,
) -> Result<Vec<Estimate>, String> {
    let Some(drift) = &report.drift else {
        return Err(match report.baseline {
            None => "there is no baseline that the column could be compared with".into(),
            Some(_) => "how far the columns are from the baseline is not known".to_owned(),
        });
    };
    let lacks = || {
        format!("'{name}' is not compared with the baseline: its role is not one whose values are")
    };
    if over == Over::All {
        let column = drift.columns.iter().find(|c| c.column == name);
        let column = column.ok_or_else(lacks)?;
        let value = match measure {
            Measure::Psi => column.psi,
            Measure::JensenShannon => column.jensen_shannon,
            Measure::KolmogorovSmirnov => column.kolmogorov_smirnov,
            Measure::Wasserstein => column.wasserstein,
            measure => {
                let examined = report.examined.as_ref();
                let examined =
                    examined.ok_or("tests have to be asked for, of rows that are kept")?;
                let mut columns = examined.columns.iter();
                let column = columns.find(|c| c.column == name).ok_or_else(lacks)?;
                column.distances.get(measure.name()).copied()
            }
        };
        return match value {
            None => Err(format!("'{name}' has no {}", measure.name())),
            value => Ok(vec![plain(value, drift.rows)]),
        };
    }
    if drift.windows.is_empty() && !drift.columns.is_empty() {
        return Err("how far the columns are from the baseline is not known by window".into());
    }
    let column = drift.windows.iter().find(|c| c.column == name);
    let column = column.ok_or_else(lacks)?;
    let values = match measure {
        Measure::Psi => &column.psi,
        Measure::JensenShannon => &column.jensen_shannon,
        _ => &column.kolmogorov_smirnov,
    };
    if values.is_empty() {
        return Err(format!(
            "'{name}' holds words, which have no {}; use psi or jensen_shannon",
            measure.name()
        ));
    }
    let rows = column.values.iter();
    Ok(values
        .iter()
        .zip(rows)
        .map(|(v, n)| plain(*v, *n))
        .collect())
}

/// What the report's checks found of a column, and what the baseline lets expect. Of a check that found nothing
/// at all the report is silent; one that was not made has no value.
fn found(
    name: &str,
    measure: Measure,
    report: &Report,
) -> Result<(Vec<Estimate>, Estimate), String> {
    let Some(checks) = &report.checks else {
        return Err("there is no baseline that the column could be checked against".into());
    };
    let kind = match measure {
        Measure::WrongType => CheckKind::WrongType,
        Measure::UnseenWord => CheckKind::UnseenWord,
        Measure::OutOfRange => CheckKind::OutOfRange,
        _ => CheckKind::Outlier,
    };
    if let Some(why) = why_not(kind, Some(name), checks, report) {
        return Err(why);
    }
    let of = |c: &&Check| c.kind == kind && c.column.as_deref() == Some(name);
    let check = checks.found.iter().find(of);
    let windows = report.windows.iter().enumerate();
    let by_window = windows.map(|(at, w)| match check {
        Some(check) => plain(check.windows.get(at).copied().flatten(), w.rows),
        None => plain(Some(0.0), w.rows),
    });
    let nothing = || Estimate::of(0.0, None, 0);
    let expected = check.map_or_else(nothing, |c| c.expected.clone());
    Ok((by_window.collect(), expected))
}

fn plain(value: Option<f64>, rows: u64) -> Estimate {
    match value {
        Some(value) => Estimate::of(value, None, rows),
        None => Estimate::undefined("no value", rows),
    }
}
