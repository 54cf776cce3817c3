//! One rule a role: how well a column fits it, from 0 to 1, and why. Names are told apart by their
//! words, so `y_pred`, `yPred` and `Y pred` are one name.

use super::Role;
use super::roles::{SEGMENT_VALUES, words};
use crate::read::ColumnSniff;
use crate::table::{Kind, names};

/// Weight and reason for a column with these words in its name; `None`: it does not fit.
pub(super) type Rule = fn(&ColumnSniff, &[String]) -> Option<(f64, &'static str)>;

/// Roles that one column has, in the order in which they take their column.
pub(super) const RULES: &[(Role, Rule)] = &[
    (Role::Id, id),
    (Role::Query, query),
    (Role::OutcomeTime, outcome_time),
    (Role::Time, time),
    (Role::Outcome, outcome),
    (Role::Score, score),
    (Role::Prediction, prediction),
    (Role::ModelVersion, model_version),
    (Role::Latency, latency),
    (Role::Status, status),
    (Role::Bytes, bytes),
    (Role::Cpu, cpu),
    (Role::Memory, memory),
];

pub(super) fn any(words: &[String], of: &[&str]) -> bool {
    words.iter().any(|w| of.contains(&w.as_str()))
}

fn are(words: &[String], name: &str) -> bool {
    words.join("_") == name
}

pub(super) fn is_unit(c: &ColumnSniff) -> bool {
    c.range.is_some_and(|(low, high)| low >= 0.0 && high <= 1.0)
}

pub(super) fn is_number(c: &ColumnSniff) -> bool {
    c.kind == Kind::Number
}

pub(super) fn unique(c: &ColumnSniff) -> f64 {
    if c.filled == 0 {
        0.0
    } else {
        c.distinct as f64 / c.filled as f64
    }
}

/// Whether a name says how far ahead something is foretold.
#[must_use]
pub fn is_horizon(words: &[String]) -> bool {
    let name = words.join("_");
    [
        "horizon",
        "lead_time",
        "leadtime",
        "lead",
        "step",
        "steps",
        "steps_ahead",
        "days_ahead",
        "hours_ahead",
    ]
    .contains(&name.as_str())
        || words.last().is_some_and(|w| w == "horizon")
        || words.first().is_some_and(|w| w == "horizon")
}

fn id(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let named = any(w, &["id", "uuid", "guid", "key", "identifier", "rid"]);
    let is_index = c.name == "column_1" && c.whole && is_number(c);
    let fractional = is_number(c) && !c.whole;
    let request = any(
        w,
        &[
            "request",
            "event",
            "inference",
            "prediction",
            "row",
            "transaction",
            "record",
            "trace",
        ],
    );
    // An outcome may be given again and again; its id is still an id.
    let sure = are(w, "id") || (named && request);
    let least = if sure { 0.3 } else { 0.9 };
    if !(named || is_index) || unique(c) < least || fractional {
        return None;
    }
    let again = unique(c) < 0.9;
    Some(match (sure, named) {
        (true, _) if again => (0.8, "named like an id, some values come again"),
        (true, _) => (0.98, "named like an id, values differ"),
        (_, true) => (0.85, "ends like an id, values differ"),
        _ => (0.4, "an unnamed column of row numbers"),
    })
}

fn query(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let name = w.join("_");
    let names = [
        "qid",
        "query_id",
        "query",
        "search_id",
        "srch_id",
        "ranking_id",
        "list_id",
    ];
    let fractional = is_number(c) && !c.whole;
    // Rows of one query come together, and queries are many: few words are something to slice by.
    let lists = unique(c) <= 0.5 && (c.distinct > SEGMENT_VALUES || name != "query");
    (names.contains(&name.as_str()) && lists && !fractional)
        .then_some((0.9, "named like a query, each of several rows"))
}

/// The column that names who was shown a list: a user, or a session. Alone such a name says nothing, most logs have
/// one; beside a relevance, or a place in a list, rows of one user are one list.
pub(super) fn shown_to(columns: &[ColumnSniff], names: &[Vec<String>]) -> Option<usize> {
    let named = |w: &[String], of: &[&str]| of.contains(&w.join("_").as_str());
    let all = || columns.iter().zip(names).map(|(c, w)| (c, w.as_slice()));
    let foretold = |c, w| score(c, w).is_some() || (is_number(c) && prediction(c, w).is_some());
    // A place in a list is what was foretold, too.
    let scored = all().any(|(c, w)| foretold(c, w) || place(c, w));
    let listed = all().any(|(c, w)| named(w, &RELEVANCE) || place(c, w));
    // A query that is named so goes first.
    if !scored || !listed || all().any(|(c, w)| query(c, w).is_some()) {
        return None;
    }
    let lists = |c: &ColumnSniff| unique(c) <= 0.5 && c.distinct > 1 && (c.whole || !is_number(c));
    all().position(|(c, w)| c.filled > 0 && lists(c) && named(w, &SHOWN_TO))
}

/// Whether a column is the place of an item in a list, the first being 0 or 1.
pub(super) fn place(c: &ColumnSniff, w: &[String]) -> bool {
    let first = c.range.is_some_and(|(low, _)| low == 0.0 || low == 1.0);
    is_place(w) && is_number(c) && c.whole && first && c.distinct > 2
}

/// Whether a name is that of an item's place in a list, of which less is better.
pub(super) fn is_place(words: &[String]) -> bool {
    PLACES.contains(&words.join("_").as_str())
}

/// Names of an item's place in a list.
const PLACES: [&str; 5] = [
    "rank",
    "position",
    "rank_position",
    "item_rank",
    "list_position",
];

/// Names of those who are shown a list.
const SHOWN_TO: [&str; 6] = [
    "session_id",
    "sessionid",
    "user_id",
    "userid",
    "visitor_id",
    "member_id",
];

/// Names of how well an item fits.
const RELEVANCE: [&str; 4] = ["relevance", "relevance_label", "relevance_grade", "rel"];

fn outcome_time(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let late = any(
        w,
        &[
            "observed", "label", "labelled", "labeled", "outcome", "target", "truth", "resolved",
            "settled", "matured", "feedback", "actual",
        ],
    );
    (c.kind == Kind::Time && late).then_some((0.95, "a time named after the outcome"))
}

fn time(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if c.kind != Kind::Time {
        return None;
    }
    let full = c.filled as f64 / (c.filled + c.missing).max(1) as f64;
    let weight = if any(w, &["timestamp", "ts", "time", "datetime"]) {
        0.98
    } else if any(
        w,
        &[
            "date",
            "day",
            "created",
            "requested",
            "at",
            "forecast",
            "screening",
        ],
    ) {
        0.9
    } else {
        0.6
    };
    // Times of something else in the row (birth, an arrest) are often missing.
    Some((weight * full, "holds times"))
}

/// What outcomes are called.
pub(super) const OUTCOMES: [&str; 20] = [
    "label",
    "target",
    "outcome",
    "y_true",
    "truth",
    "ground_truth",
    "actual",
    "y",
    "actuals",
    "labels",
    "gt",
    "true_label",
    "true_labels",
    "true_class",
    "true_classes",
    "true_value",
    "real",
    "observed",
    "y_test",
    "y_val",
];

fn outcome(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if any(
        w,
        &[
            "pred",
            "preds",
            "predicted",
            "prediction",
            "proba",
            "prob",
            "score",
            "scored",
        ],
    ) && !w.last().is_some_and(|l| l == "outcome" || l == "actual")
    {
        return None;
    }
    let name = w.join("_");
    // `target` beside it is what was observed: cases, deaths.
    if ["observation", "oracle_value"].contains(&name.as_str()) && is_number(c) {
        return Some((0.97, "named like an outcome"));
    }
    if OUTCOMES.contains(&name.as_str()) {
        return Some((0.95, "named like an outcome"));
    }
    if any(
        w,
        &[
            "actual", "truth", "outcome", "label", "target", "gt", "real", "observed",
        ],
    ) && c.kind != Kind::Time
    {
        // `x_outcome` goes with an `x`; `actual_x` may be one of several.
        let weight = if w.last().is_some_and(|l| l == "outcome" || l == "label") {
            0.88
        } else {
            0.85
        };
        return Some((weight, "named like an outcome"));
    }
    if RELEVANCE.contains(&name.as_str()) {
        return Some((0.7, "named like a relevance"));
    }
    let event = w.first().is_some_and(|f| f == "is" || f == "has")
        || w.last().is_some_and(|l| EVENTS.contains(&l.as_str()));
    let plain = w.len() == 1
        || w.len() == 2
            && w.last()
                .is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
    if event || (plain && w.first().is_some_and(|f| EVENTS.contains(&f.as_str()))) {
        match c.distinct {
            2 => {
                return Some((
                    if plain { 0.65 } else { 0.55 },
                    "two values, named like an event",
                ));
            }
            // Wins, losses and a few ties.
            3 if is_unit(c) => return Some((0.5, "named like an event, values in [0, 1]")),
            _ => {}
        }
    }
    None
}

/// Words for what a model foretells.
const EVENTS: [&str; 18] = [
    "fraud",
    "churn",
    "churned",
    "default",
    "defaulted",
    "repaid",
    "converted",
    "conversion",
    "clicked",
    "click",
    "survived",
    "recid",
    "class",
    "employed",
    "result",
    "won",
    "win",
    "bought",
];

/// The word that keeps a column from being a score, where its name and the numbers beside that word say that it
/// is one.
#[must_use]
pub fn spoilt_score(column: &ColumnSniff) -> Option<&str> {
    if column.kind != Kind::Category {
        return None;
    }
    let number = |text: &String| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    let numbers = || column.samples.iter().filter_map(number);
    let word = column.samples.iter().find(|text| number(text).is_none())?;
    let range = (numbers().reduce(f64::min)?, numbers().reduce(f64::max)?);
    let mended = ColumnSniff {
        kind: Kind::Number,
        range: Some(range),
        ..column.clone()
    };
    score(&mended, &words(&column.name))?;
    Some(word)
}

/// Whether a name is that of what a model puts out, and of nothing else: `model_output`, but not `power_output`.
pub(super) fn is_output(w: &[String]) -> bool {
    let of = [
        "model",
        "ml",
        "raw",
        "endpoint",
        "inference",
        "classifier",
        "sagemaker",
    ];
    w.split_last().is_some_and(|(last, rest)| {
        ["output", "outputs"].contains(&last.as_str())
            && rest.iter().all(|w| of.contains(&w.as_str()))
    })
}

/// The words of what a name is the probability of: `P(y = 1)`.
fn probability_of(name: &str) -> Option<Vec<String>> {
    let name = name.trim();
    let within = name.get(..2).filter(|p| p.eq_ignore_ascii_case("p("));
    let within = within.and(name.get(2..))?.strip_suffix(')')?;
    // `P(y=1|x)`: what it is known of is another matter.
    Some(words(within.split('|').next().unwrap_or(within)))
}

fn score(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    (c.distinct > 2).then(|| named_score(c, w)).flatten()
}

/// The same of a column of however many values.
pub(super) fn named_score(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if !is_number(c) {
        return None;
    }
    let name = w.join("_");
    let strong = any(
        w,
        &[
            "proba",
            "prob",
            "probability",
            "probabilities",
            "probs",
            "score",
            "scores",
            "confidence",
            "likelihood",
            "risk",
            "propensity",
            "probwin",
        ],
    );
    let unit = is_unit(c);
    if ["p", "p_1", "p1", "yhat_proba", "phat"].contains(&name.as_str()) && unit {
        return Some((0.85, "named like a score, values in [0, 1]"));
    }
    // The probability of default, as banks call it.
    if name == "pd" && unit && !c.whole {
        return Some((
            0.85,
            "named like the probability of default, values in [0, 1]",
        ));
    }
    if w.len() > 1 && is_output(w) && unit && !c.whole {
        return Some((0.75, "named like the output of a model, values in [0, 1]"));
    }
    // `P(yes)`, `p(y=1)`: of what does happen.
    if let Some(event) = probability_of(&c.name)
        && unit
        && !c.whole
        && event.last().is_some_and(|e| {
            ["yes", "true", "positive", "1"].contains(&e.as_str()) || EVENTS.contains(&e.as_str())
        })
    {
        return Some((
            0.9,
            "named like the probability of an event, values in [0, 1]",
        ));
    }
    // `p_fraud`, but neither a p value nor the share of a class whose others are there, too.
    if let ([p, event], true) = (w, unit && !c.whole)
        && ["p", "pr", "phat"].contains(&p.as_str())
        && EVENTS.contains(&event.as_str())
    {
        return Some((
            0.9,
            "named like the probability of an event, values in [0, 1]",
        ));
    }
    let fitting = name.starts_with("prob") || name.ends_with("prob") || name.contains("predmarker");
    match (strong || fitting, unit) {
        (true, true) => Some((0.97, "named like a score, values in [0, 1]")),
        (true, false) => Some((0.7, "named like a score")),
        (false, true)
            if any(
                w,
                &[
                    "pred",
                    "preds",
                    "prediction",
                    "predictions",
                    "predicted",
                    "forecast",
                ],
            ) && !c.whole =>
        {
            Some((0.8, "a prediction with values in [0, 1]"))
        }
        _ => None,
    }
}

fn prediction(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let name = w.join("_");
    let exact = [
        "prediction",
        "predictions",
        "y_pred",
        "y_preds",
        "pred",
        "preds",
        "scored_label",
        "scored_labels",
        "predicted",
        "yhat",
        "y_hat",
        "predicted_label",
        "prediction_label",
        "forecast",
    ];
    if exact.contains(&name.as_str()) {
        return Some((0.97, "named like a prediction"));
    }
    let named = any(
        w,
        &[
            "pred",
            "predicted",
            "prediction",
            "forecast",
            "yhat",
            "projected",
            "estimate",
            "estimated",
        ],
    );
    (named && c.kind != Kind::Time).then_some((0.8, "named like a prediction"))
}

fn model_version(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if c.distinct > SEGMENT_VALUES || c.kind == Kind::Time {
        return None;
    }
    let name = w.join("_");
    if name.contains("model_version") || name == "model_id" || name == "model_name" {
        return Some((0.97, "named like a model version"));
    }
    // `Model A` may be a column of what model A predicts: numbers are no names.
    (c.kind == Kind::Category
        && any(w, &["model", "version", "variant", "deployment"])
        && !any(w, &["api", "app", "os", "schema"]))
    .then_some((0.7, "named like a version, few values"))
}

fn latency(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    if !is_number(c) || c.range.is_none_or(|r| r.0 < 0.0) || names::is_quantile(w) {
        return None;
    }
    // Of several, the one that is nearest to the whole time.
    match names::duration(w) {
        Some(0) => return Some((0.97, "named like a whole time, not negative")),
        Some(1) => return Some((0.96, "named like a latency, not negative")),
        Some(2..=8) => return Some((0.95, "named like a latency, not negative")),
        Some(_) => return Some((0.9, "named like a part of a latency, not negative")),
        None => {}
    }
    if names::is_first_token(w) || names::is_summed_up(w) {
        return None;
    }
    let ends = w.len() > 1 && w.last().is_some_and(|l| l == "ms" || l == "millis");
    ends.then_some((0.6, "a time in milliseconds, not negative"))
}

fn status(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    let http = is_number(c) && c.whole && c.range.is_some_and(|(l, h)| l >= 100.0 && h < 600.0);
    let code = any(w, &["status", "code", "http"]);
    if http && code {
        return Some((0.97, "named like a status, values between 100 and 599"));
    }
    let grpc = names::is_status(w) && names::is_of_grpc(w);
    let of_grpc = is_number(c) && c.whole && c.range.is_some_and(|(l, h)| l >= 0.0 && h <= 16.0);
    if grpc && of_grpc {
        return Some((0.95, "named like a status of gRPC, values between 0 and 16"));
    }
    if c.kind != Kind::Category {
        return None;
    }
    let is_class = |s: &String| names::ended(s).is_some();
    let all = c.distinct <= 20 && names::is_status(w) && c.samples.iter().all(is_class);
    let usual = ["ok", "error", "failed", "success", "timeout"];
    let some = c.distinct <= 6
        && any(w, &["status"])
        && c.samples
            .iter()
            .any(|s| usual.contains(&s.to_lowercase().as_str()));
    (all && !c.samples.is_empty() || some)
        .then_some((0.7, "named like a status, with words such as ok and error"))
}

fn bytes(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    (is_number(c) && (any(w, &["bytes"]) || are(w, "response_size") || are(w, "content_length")))
        .then_some((0.9, "named like a size in bytes"))
}

fn cpu(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    (is_number(c) && any(w, &["cpu"])).then_some((0.9, "named like CPU use"))
}

fn memory(c: &ColumnSniff, w: &[String]) -> Option<(f64, &'static str)> {
    (is_number(c) && any(w, &["mem", "memory", "rss"])).then_some((0.9, "named like memory use"))
}
