//! What another tool says of each column and metric beside what this report says, and why they differ.

use super::compat::{
    Compat, EvidentlyColumn, EvidentlySays, EvidentlyScore, EvidentlyValue, NannymlColumn,
    NannymlLine, NannymlSays, Says,
};
use super::incidents::CORRELATION;
use super::{AlertKind, Report};
use crate::metric::{self, Material};

/// A column, or a metric, in the eyes of two.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// The column, or the other tool's name of a metric.
    pub column: String,
    /// What the other tool says, in a few words with its numbers.
    pub says: String,
    /// Whether that is an alarm.
    pub theirs: bool,
    /// Whether what it says is known: else `says` tells why it is not reproduced.
    pub known: bool,
    /// Whether an incident of the report is about it, or touches it.
    pub ours: bool,
    /// Why both say the same, or not.
    pub because: String,
}

/// The columns and metrics that either of both alarms of first; within these in the order of the files. Empty where no other
/// tool was asked for, or the rows were not gone back to.
#[must_use]
pub fn beside(report: &Report) -> Vec<Beside> {
    let Some(compat) = &report.compat else {
        return Vec::new();
    };
    let mut rows: Vec<Beside> = match &compat.says {
        Says::Evidently(says) => {
            let columns = says.columns.iter();
            let columns = columns.map(|c| of_evidently(report, compat, c));
            let whole = dataset(report, says).into_iter();
            whole.chain(columns).chain(tests(report, says)).collect()
        }
        Says::Nannyml(says) => {
            let metrics = metrics(report, says);
            let columns = says.columns.iter().map(|c| of_nannyml(report, says, c));
            let together = reconstruction(report, says).into_iter();
            let missing = not_reproduced(says);
            together
                .chain(metrics)
                .chain(columns)
                .chain(missing)
                .collect()
        }
    };
    rows.sort_by_key(|row| !(row.theirs || row.ours));
    rows
}

/// Said of a metric that raises no alarm here.
const UNJUDGED: &str = "This report shows it with its interval; what it judges are other metrics of the same outcomes.";

/// Whether a metric can raise an alarm.
fn judged(name: &str) -> bool {
    metric::info(name).is_some_and(|info| info.material != Material::Never)
}

/// Whether an incident is about a column, or touches it.
fn told(report: &Report, column: &str) -> bool {
    type Both = Option<(String, String)>;
    let own = |kind: AlertKind, name: &Option<String>, metric: &str, both: &Both| {
        let second = metric == CORRELATION && both.as_ref().is_some_and(|b| b.1 == column);
        kind == AlertKind::Column && (second || name.as_deref() == Some(column))
    };
    report.alerts.iter().any(|alert| {
        let mut affected = alert.affected.iter();
        own(alert.kind, &alert.column, &alert.metric, &alert.value_of)
            || affected.any(|a| own(a.kind, &a.column, &a.metric, &a.value_of))
    })
}

/// Whether an incident is about what a column's cells hold, and not only about cells that hold nothing of its kind.
fn of_values(report: &Report, column: &str) -> bool {
    let own = |name: &Option<String>, metric: &str| match metric {
        "missing" | "wrong_type" => false,
        CORRELATION => true,
        _ => name.as_deref() == Some(column),
    };
    report.alerts.iter().any(|alert| {
        let mut affected = alert.affected.iter();
        own(&alert.column, &alert.metric) || affected.any(|a| own(&a.column, &a.metric))
    })
}

fn of_evidently(report: &Report, compat: &Compat, column: &EvidentlyColumn) -> Beside {
    let ours = told(report, &column.column);
    let name = column
        .test
        .as_deref()
        .unwrap_or("no test")
        .replace('_', " ");
    let Some(score) = &column.score else {
        let why = column.undefined.as_deref().unwrap_or("it tells nothing");
        return Beside {
            column: column.column.clone(),
            says: format!("nothing: {why}"),
            theirs: false,
            known: false,
            ours,
            because: match ours {
                true => "Windows depart from the baseline; it tells nothing of such a column.",
                false => "Nothing departs.",
            }
            .into(),
        };
    };
    if let Some(limit) = column.limit {
        return of_texts(column, score, limit, ours);
    }
    // Evidently's tests end in a p-value or in a distance, and alarm below or above their limit.
    let by_chance = score.drifted == (score.score < score.threshold);
    let (value, limit) = (shown(score.score), shown(score.threshold));
    let relation = match score.score < score.threshold {
        true => "below",
        false => "not below",
    };
    let because = match (score.drifted, ours) {
        (true, true) => "Both see a change.".to_owned(),
        (false, false) => "Neither sees a change.".to_owned(),
        (false, true) if !of_values(report, &column.column) => {
            "This test looks at the values alone; what changed here are cells that hold none."
                .into()
        }
        (false, true) => format!(
            "It compares all rows in view at once, where a change of some windows is thinned out{}; the incident tells since when.",
            if by_chance {
                ""
            } else {
                ", by a limit that is the same whatever the rows"
            }
        ),
        (true, false) if name == "chisquare" => format!(
            "It takes the shares of the {} rows of its reference as certain, and tests every column at {limit}; counted as two samples, and over everything that is tested, it is not sure, or too small to matter.",
            compat.reference_rows
        ),
        (true, false) if by_chance => format!(
            "It tests every column at {limit} as if it were the only one, and any difference counts, however small; under the budget of false alarms it is not sure, or too small to matter."
        ),
        (true, false) => format!(
            "A limit of {limit} is the same for 50 rows and for a million: over {} rows so much comes by chance, or from windows that differ as the baseline's own do.",
            compat.rows
        ),
    };
    Beside {
        column: column.column.clone(),
        says: format!("{name} {value}, {relation} {limit}"),
        theirs: score.drifted,
        known: true,
        ours,
        because,
    }
}

/// Of texts: how well a model of their words tells the sides apart.
fn of_texts(column: &EvidentlyColumn, score: &EvidentlyScore, limit: f64, ours: bool) -> Beside {
    let by_chance = score.threshold != limit;
    let relation = if score.drifted { "above" } else { "not above" };
    let because = match (score.drifted, ours) {
        (true, true) => "Both see a change.",
        (false, false) => "Neither sees a change.",
        (true, false) if by_chance => {
            "Its model tells old texts from new ones better than nineteen of twenty random ones, as if the column were the only one; here texts are watched as words that are known or new."
        }
        (true, false) => {
            "Its model tells old texts from new ones, by a limit that is the same whatever the rows; here texts are watched as words that are known or new."
        }
        (false, true) => {
            "It learns from words that are in no more than half of the texts, over all rows in view at once; the incident tells what changed, and since when."
        }
    };
    Beside {
        column: column.column.clone(),
        says: format!(
            "a model of words tells the sides apart with ROC AUC {}, {relation} {}{}",
            shown(score.score),
            shown(limit),
            if by_chance {
                " (95 % of random scores)"
            } else {
                ""
            }
        ),
        theirs: score.drifted,
        known: true,
        ours,
        because: because.into(),
    }
}

/// Evidently's verdict on the data set, which counts its columns.
fn dataset(report: &Report, says: &EvidentlySays) -> Option<Beside> {
    let tested = says.columns.iter().filter(|c| c.score.is_some()).count();
    let share = says.share?;
    let ours = changed(report);
    let because = match (says.drifted, ours) {
        (true, true) => "Both see a change.",
        (false, false) => "Neither sees a change.",
        (true, false) => {
            "It counts the columns that its tests alarm of, each as if it were the only one; none of them is sure here, or large enough to matter."
        }
        (false, true) => {
            "It speaks up once half of the columns have changed; one that has is enough for an incident here."
        }
    };
    Some(Beside {
        column: "dataset".into(),
        says: format!(
            "{} of {tested} columns drifted, {} of them: {} half",
            says.drifted_columns,
            shown(share),
            if says.drifted { "at least" } else { "below" }
        ),
        theirs: says.drifted,
        known: true,
        ours,
        because: because.into(),
    })
}

/// Whether an incident is about any column.
fn changed(report: &Report) -> bool {
    report.alerts.iter().any(|alert| {
        let mut kinds = alert.affected.iter().map(|a| a.kind);
        alert.kind == AlertKind::Column || kinds.any(|kind| kind == AlertKind::Column)
    })
}

/// NannyML's look at all columns together.
fn reconstruction(report: &Report, says: &NannymlSays) -> Option<Beside> {
    let line = says.reconstruction_error.as_deref()?;
    let tested = || {
        let alerts = line.alerts.iter().zip(&says.chunks);
        alerts.filter(|(_, chunk)| !chunk.reference)
    };
    let (all, alarms) = (tested().count(), tested().filter(|(a, _)| **a).count());
    let ours = changed(report);
    let limits = match (line.lower, line.upper) {
        (Some(low), Some(high)) => format!("outside {} … {}", shown(low), shown(high)),
        _ => "without a limit".into(),
    };
    let because = match (alarms > 0, ours) {
        (true, true) => "Both see a change.",
        (false, false) => "Neither sees a change.",
        (true, false) => {
            "Its limits are three standard deviations of the reference's chunks, each chunk's own; under the budget of false alarms no column's change is sure, or large enough to matter."
        }
        (false, true) => {
            "It sees changes of how columns hang together on the main components of the reference; a change of one column can leave these alone."
        }
    };
    Some(Beside {
        column: "reconstruction_error".into(),
        says: format!("{limits} in {alarms} of {all} chunks"),
        theirs: alarms > 0,
        known: true,
        ours,
        because: because.into(),
    })
}

/// Evidently's metrics, and what this report calls them, or what moves with them.
const OF_EVIDENTLY: [(&str, &str); 16] = [
    ("Accuracy", "accuracy"),
    ("Precision", "precision"),
    ("Recall", "recall"),
    ("F1Score", "f1"),
    ("RocAuc", "roc_auc"),
    ("LogLoss", "log_loss"),
    ("TPR", "recall"),
    ("TNR", "specificity"),
    ("FPR", "specificity"),
    ("FNR", "recall"),
    ("MeanError", "mean_error"),
    ("MAPE", "mean_absolute_percentage_error"),
    ("RMSE", "root_mean_squared_error"),
    ("MAE", "mean_absolute_error"),
    ("R2Score", "r2"),
    ("AbsMaxError", "max_error"),
];

/// Its tests of metrics, and of columns those that fail, together.
fn tests(report: &Report, says: &EvidentlySays) -> Vec<Beside> {
    let line = |value: &EvidentlyValue| {
        let share = if OF_EVIDENTLY[..10].iter().any(|m| m.0 == value.metric) {
            20
        } else {
            10
        };
        let within = if value.passed == Some(true) {
            "within"
        } else {
            "not within"
        };
        let (now, then) = (
            value.value.unwrap_or_default(),
            value.reference.unwrap_or_default(),
        );
        format!(
            "{} {}, {within} {} ± {share} %",
            value.metric,
            shown(now),
            shown(then)
        )
    };
    let because = |theirs: bool, ours: bool| match (theirs, ours) {
        (true, true) => "Both see a change.",
        (false, false) => "Neither sees a change.",
        (true, false) => {
            "Its room is a share of the reference's value, whatever the rows and whatever it varies by: the nearer to 0, the less is a change to it."
        }
        (false, true) => {
            "Its room is a share of the reference's value, over all rows in view at once; the incident tells since when."
        }
    };
    let mut out = Vec::new();
    for (theirs, own) in OF_EVIDENTLY {
        let of = |v: &&EvidentlyValue| v.metric == theirs && v.passed.is_some();
        let Some(value) = says.values.iter().find(of) else {
            continue;
        };
        let failed = value.passed == Some(false);
        let ours = report.alerts.iter().any(|alert| alert.touches(own));
        out.push(Beside {
            column: theirs.into(),
            says: line(value),
            theirs: failed,
            known: true,
            ours,
            because: match judged(own) {
                true => because(failed, ours),
                false => UNJUDGED,
            }
            .into(),
        });
    }
    for column in &says.columns {
        let own =
            |v: &&EvidentlyValue| v.column.as_ref() == Some(&column.column) && v.passed.is_some();
        let all: Vec<&EvidentlyValue> = says.values.iter().filter(own).collect();
        let failed: Vec<&&EvidentlyValue> =
            all.iter().filter(|v| v.passed == Some(false)).collect();
        let Some(first) = failed.first() else {
            continue;
        };
        let ours = told(report, &column.column);
        let others = match failed.len() - 1 {
            0 => String::new(),
            n => format!("; {n} more of {} tests fail", all.len()),
        };
        out.push(Beside {
            column: column.column.clone(),
            says: format!("{}{others}", line(first)),
            theirs: true,
            known: true,
            ours,
            because: because(true, ours).into(),
        });
    }
    out
}

fn of_nannyml(report: &Report, says: &NannymlSays, column: &NannymlColumn) -> Beside {
    let ours = told(report, &column.column);
    let counted = |line: &NannymlLine| {
        let tested = line.alerts.iter().zip(&says.chunks);
        let tested = tested.filter(|(_, chunk)| !chunk.reference);
        tested.fold((0, 0), |(alarms, all), (alert, _)| {
            (alarms + usize::from(*alert), all + 1)
        })
    };
    let values = column.drift.get("jensen_shannon");
    let (alarms, all) = values.map_or((0, 0), counted);
    let references = says.chunks.iter().filter(|c| c.reference).count();
    let limit = values.and_then(|l| l.upper);
    let limit = limit.map_or_else(String::new, |x| format!(" above {}", shown(x)));
    let mut parts = vec![format!("Jensen–Shannon{limit} in {alarms} of {all} chunks")];
    // What its calculators of data quality and of statistics alarm of beside that.
    let quality = [
        ("missing cells", Some(&column.missing)),
        ("words that the reference has not", column.unseen.as_ref()),
    ];
    let statistics = [
        ("mean", "avg"),
        ("standard deviation", "std"),
        ("median", "median"),
        ("sum", "sum"),
    ];
    let statistics = statistics.map(|(named, name)| (named, column.statistics.get(name)));
    let (mut others, mut sums) = (0, 0);
    for (named, line) in quality.into_iter().chain(statistics) {
        let Some((line, (alarms, all))) = line.map(|line| (line, counted(line))) else {
            continue;
        };
        if alarms > 0 {
            others += alarms;
            sums += if named == "sum" { alarms } else { 0 };
            let limits = match (line.lower, line.upper) {
                (Some(low), Some(high)) => format!("outside {} … {}", shown(low), shown(high)),
                (Some(low), None) => format!("below {}", shown(low)),
                (None, Some(high)) => format!("above {}", shown(high)),
                (None, None) => "without a limit".into(),
            };
            parts.push(format!("{named} {limits} in {alarms} of {all}"));
        }
    }
    let theirs = alarms + others > 0;
    let because = match (theirs, ours) {
        (true, true) => "Both see a change.".to_owned(),
        (false, false) => "Neither sees a change.".to_owned(),
        (true, false) if sums > 0 && alarms + others == sums => "A chunk of more rows, or of fewer, has another sum, whatever its values are: this report compares what rows hold.".to_owned(),
        (true, false) => format!(
            "Its limits are three standard deviations of {references} chunks of the reference, each number's and chunk's own; what exceeds them is not sure under the budget of false alarms over the whole report, or too small to matter."
        ),
        (false, true) => format!(
            "Its limits come from {references} chunks of the reference, and each chunk stands alone; small changes that last are added up here."
        ),
    };
    Beside {
        column: column.column.clone(),
        says: parts.join("; "),
        theirs,
        known: true,
        ours,
        because,
    }
}

/// What it says beside that cannot be told here, and why.
fn not_reproduced(says: &NannymlSays) -> Vec<Beside> {
    let row = |(what, why): (&String, &String)| Beside {
        column: what.clone(),
        says: format!("not reproduced, because {why}"),
        theirs: false,
        known: false,
        ours: false,
        because: "It is left out of the comparison.".into(),
    };
    says.not_reproduced.iter().map(row).collect()
}

/// NannyML's metrics, and what this report calls them, or what rises with them.
const METRICS: [(&str, &str); 13] = [
    ("roc_auc", "roc_auc"),
    ("average_precision", "average_precision"),
    ("f1", "f1"),
    ("precision", "precision"),
    ("recall", "recall"),
    ("specificity", "specificity"),
    ("accuracy", "accuracy"),
    ("mae", "mean_absolute_error"),
    ("mape", "mean_absolute_percentage_error"),
    ("mse", "root_mean_squared_error"),
    ("msle", "root_mean_squared_log_error"),
    ("rmse", "root_mean_squared_error"),
    ("rmsle", "root_mean_squared_log_error"),
];

/// Its metrics, as measured, and as estimated where no chunk that is tested has outcomes.
fn metrics(report: &Report, says: &NannymlSays) -> Vec<Beside> {
    let references = says.chunks.iter().filter(|c| c.reference).count();
    let tested = |line: &NannymlLine| -> Vec<(bool, bool)> {
        let all = line.values.iter().zip(&line.alerts).skip(references);
        all.map(|(value, alert)| (value.is_some(), *alert))
            .collect()
    };
    let of = |(theirs, own): &(&str, &str)| {
        let measured = says.performance.get(*theirs)?;
        let (told, line) = match tested(measured).iter().any(|t| t.0) {
            true => ("measured", measured),
            false => ("estimated", says.estimated.get(*theirs)?),
        };
        let known: Vec<bool> = tested(line).iter().filter(|t| t.0).map(|t| t.1).collect();
        let (all, alarms) = (known.len(), known.iter().filter(|a| **a).count());
        let ours = report.alerts.iter().any(|alert| alert.touches(own));
        let limits = match (line.lower, line.upper) {
            (Some(low), Some(high)) => format!("outside {} … {}", shown(low), shown(high)),
            (Some(low), None) => format!("below {}", shown(low)),
            (None, Some(high)) => format!("above {}", shown(high)),
            (None, None) => "without a limit".into(),
        };
        let because = match (alarms > 0, ours) {
            _ if !judged(own) => UNJUDGED.to_owned(),
            (true, true) => "Both see a change.".to_owned(),
            (false, false) => "Neither sees a change.".to_owned(),
            (true, false) => format!(
                "Its limits are three standard deviations of {references} chunks of the reference, each metric's and chunk's own; what {alarms} of {all} chunks exceed is not sure under the budget of false alarms over the whole report, or too small to matter."
            ),
            (false, true) => format!(
                "Its limits come from {references} chunks of the reference, and each chunk stands alone; small changes that last are added up here."
            ),
        };
        Some(Beside {
            column: (*theirs).into(),
            says: format!("{told}, {limits} in {alarms} of {all} chunks"),
            theirs: alarms > 0,
            known: true,
            ours,
            because,
        })
    };
    METRICS.iter().filter_map(of).collect()
}

/// Three significant digits.
fn shown(x: f64) -> String {
    match x.abs() {
        0.0 => "0".into(),
        a if (0.001..1_000.0).contains(&a) => {
            let text = format!("{x:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{x:.1e}"),
    }
}
