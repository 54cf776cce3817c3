//! A file of rules, read: every key is known, or a fault with its place.

mod meant;
mod silence;
mod view;

use super::rule::{
    About, Clear, End, Fails, Limit, Measure, Over, Rule, Rules, Severity, Side, Spread, Tolerance,
    Watched,
};
use crate::log::Role;
use crate::metric;
use crate::report::CheckKind;
use crate::report::view::SliceChoice;
use crate::settings::{self, Data, Fault, Place, Table, Value, among, nearest};
use silence::silence;
use view::{fault, view_of, with_tests};

/// What the file says it is.
pub(super) const SCHEMA: &str = "plumbline.rules/1";

/// The keys of the file.
const FILE: [&str; 18] = [
    "schema",
    "window",
    "baseline",
    "threshold",
    "model_version",
    "slice",
    "range",
    "season",
    "cost",
    "budget",
    "least",
    "metrics",
    "compat",
    "tests",
    "roles",
    "positive",
    "task",
    "rule",
];

/// The keys of a rule.
const RULE: [&str; 25] = [
    "name",
    "why",
    "metric",
    "column",
    "distance",
    "share",
    "incidents",
    "check",
    "expectations",
    "model_version",
    "slice",
    "over",
    "min",
    "max",
    "within",
    "quantile",
    "band",
    "spread",
    "side",
    "interval",
    "for",
    "clear",
    "severity",
    "fails",
    "silence",
];

const LIMITS: &str = "min and max, within, quantile or band";

/// Whether a text is meant to be a file of rules.
#[must_use]
pub fn is_rules(text: &str) -> bool {
    text.lines().map(str::trim).any(|line| {
        line.starts_with("[[rule]]")
            || line
                .strip_prefix("schema")
                .is_some_and(|rest| rest.contains(SCHEMA))
    })
}

/// Reads a file of rules.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(text: &str) -> Result<Rules, Fault> {
    let mut file = settings::parse(text)?;
    file.only("a file of rules", &FILE)?;
    if let Some(schema) = file.take("schema") {
        let named = schema.text("schema")?;
        if named != SCHEMA {
            let mend = format!("This version of Plumbline reads {SCHEMA}");
            return Err(schema.fault(format!("the file is a '{named}'"), mend));
        }
    }
    let view = view_of(&mut file)?;
    let meant = meant::of(&mut file)?;
    let mut roles = Vec::new();
    if let Some(value) = file.take("roles") {
        for (role, at, columns) in value.table("roles", "a table: [roles]")?.rest() {
            roles.extend(roles_of(&role, at, columns)?);
        }
    }
    let mut rules: Vec<Rule> = Vec::new();
    for value in file.take("rule").map(Value::list).unwrap_or_default() {
        let at = value.at;
        let rule = rule(value.table("rule", "[[rule]] on a line, and the keys below it")?)?;
        if let Some(before) = rules.iter().find(|r| r.title() == rule.title()) {
            return Err(Fault {
                at,
                found: format!("there are two rules '{}'", before.title()),
                mend: "Give one of them another name = \"…\"".into(),
            });
        }
        rules.push(rule);
    }
    let end = file.at;
    if rules.is_empty() {
        return Err(Fault {
            at: end,
            found: "there is no rule".into(),
            mend: "Write [[rule]], and below it what it watches and allows: metric = \"roc_auc\" and min = 0.8".into(),
        });
    }
    Ok(Rules {
        view: with_tests(view, &rules),
        roles,
        meant,
        rules,
    })
}

fn text(table: &mut Table, key: &str) -> Result<Option<String>, Fault> {
    table.take(key).map(|value| value.text(key)).transpose()
}

fn slices(table: &mut Table) -> Result<Vec<SliceChoice>, Fault> {
    let Some(value) = table.take("slice") else {
        return Ok(Vec::new());
    };
    let like = "a table: slice = { region = \"eu-west\" }";
    let mut slices = Vec::new();
    for (column, _, value) in value.table("slice", like)?.rest() {
        // A person writes a number as one, though in the column it is a word.
        let value = match value.data {
            Data::Whole(n) => n.to_string(),
            Data::Flag(flag) => flag.to_string(),
            _ => value.text(&column)?,
        };
        slices.push(SliceChoice { column, value });
    }
    slices.sort();
    Ok(slices)
}

fn roles_of(role: &str, at: Place, columns: Value) -> Result<Vec<(Role, String)>, Fault> {
    let known: Role = role.parse().map_err(|_| {
        let names = Role::ALL.map(Role::name);
        Fault {
            at,
            found: format!("'{role}' is not a role"),
            mend: among(role, &names),
        }
    })?;
    let one = |value: Value| {
        let column = value.text(role)?;
        let known = known
            .of_column(&column)
            .map_err(|why: String| fault(value.at, &why))?;
        Ok((known, column))
    };
    columns.list().into_iter().map(one).collect()
}

fn rule(mut table: Table) -> Result<Rule, Fault> {
    table.only("a rule", &RULE)?;
    let at = table.at;
    let wrong = |found: &str, mend: &str| Fault {
        at,
        found: found.into(),
        mend: mend.into(),
    };
    let watched = watched(&mut table)?;
    let over = one_of(
        &mut table,
        "over",
        &[("windows", Over::Windows), ("all", Over::All)],
    )?;
    let over = over.unwrap_or_default();
    let spread = one_of(
        &mut table,
        "spread",
        &[("prediction", Spread::Prediction), ("plain", Spread::Plain)],
    )?;
    let limit = limit(&mut table, spread)?.or_else(|| watched.usual_limit());
    let limit = limit.ok_or_else(|| {
        wrong(
            "the rule allows everything",
            &format!("Give it a limit: {LIMITS}"),
        )
    })?;
    if spread.is_some() && !matches!(limit, Limit::Band { .. }) {
        return Err(wrong(
            "spread belongs to a band",
            "Take it away, or write band = 3",
        ));
    }
    let sides = [
        ("both", Side::Both),
        ("worse", Side::Worse),
        ("below", Side::Below),
        ("above", Side::Above),
    ];
    let side = one_of(&mut table, "side", &sides)?;
    if side.is_some() && matches!(limit, Limit::Between { .. }) {
        return Err(wrong(
            "side does not go with min and max, which tell it themselves",
            "Take it away",
        ));
    }
    let distance = matches!(&watched, Watched::Column { measure, .. } if measure.is_distance());
    if distance && matches!(limit, Limit::Within(_)) {
        return Err(wrong(
            "a distance is from the baseline already, so it cannot be within so much of it",
            "Write max, quantile or band",
        ));
    }
    let whole = matches!(&watched, Watched::Column { measure, .. } if !measure.by_window());
    if whole && over == Over::Windows {
        return Err(wrong(
            "this distance is told of all rows only",
            "Write over = \"all\", or take psi, jensen_shannon or kolmogorov_smirnov",
        ));
    }
    let counted = watched.usual_limit().is_some();
    if counted && matches!(limit, Limit::Within(_)) {
        return Err(wrong(
            "what is counted has no value in the baseline",
            "Write max",
        ));
    }
    if over == Over::All && matches!(limit, Limit::Quantile(..) | Limit::Band { .. }) {
        return Err(wrong(
            "quantile and band are learned from windows, which over = \"all\" has none of",
            "Write min, max or within, or take over away",
        ));
    }
    let ends = [
        ("value", End::Value),
        ("low", End::Low),
        ("high", End::High),
        ("whole", End::Whole),
    ];
    let interval = one_of(&mut table, "interval", &ends)?.unwrap_or_default();
    if interval != End::Value && counted {
        return Err(wrong(
            "what is counted has no interval",
            "Take interval away",
        ));
    }
    if interval != End::Value
        && matches!(watched, Watched::Column { measure, .. } if measure.is_distance() || over == Over::Windows)
    {
        return Err(wrong(
            "what is measured of a column by window has no interval",
            "Take interval away",
        ));
    }
    let checked = matches!(&watched, Watched::Column { measure, .. } if !measure.is_distance() && *measure != Measure::Missing);
    if over == Over::All && checked {
        return Err(wrong("this share is told by window only", "Take over away"));
    }
    let in_a_row = row(&mut table)?.unwrap_or(1);
    if over == Over::All && in_a_row > 1 {
        return Err(wrong(
            "over = \"all\" has no windows in a row",
            "Take for away, or over",
        ));
    }
    Ok(Rule {
        name: text(&mut table, "name")?,
        why: text(&mut table, "why")?,
        watched,
        version: text(&mut table, "model_version")?,
        slices: slices(&mut table)?,
        over,
        limit,
        side: side.unwrap_or_default(),
        interval,
        in_a_row,
        clear: clear(&mut table, limit, spread)?,
        severity: one_of(
            &mut table,
            "severity",
            &[("warn", Severity::Warn), ("fail", Severity::Fail)],
        )?
        .unwrap_or_default(),
        fails: one_of(
            &mut table,
            "fails",
            &[("now", Fails::Now), ("ever", Fails::Ever)],
        )?
        .unwrap_or_default(),
        silence: silence(&mut table)?,
    })
}

fn row(table: &mut Table) -> Result<Option<u32>, Fault> {
    table
        .take("for")
        .map(|value| value.count("for"))
        .transpose()
}

fn watched(table: &mut Table) -> Result<Watched, Fault> {
    let at = table.at;
    if let Some(counted) = counted(table)? {
        return Ok(counted);
    }
    let (metric, column) = (table.take("metric"), table.take("column"));
    let (distance, share) = (table.take("distance"), table.take("share"));
    let wrong = |found: &str, mend: &str| Fault {
        at,
        found: found.into(),
        mend: mend.into(),
    };
    match (metric, column) {
        (Some(value), None) => {
            if let Some(of) = distance.as_ref().or(share.as_ref()) {
                return Err(of.fault(
                    "distance and share are measured of a column, and the rule is on a metric",
                    "Write column = \"…\" in place of metric, or take it away",
                ));
            }
            let name = value.text("metric")?;
            if metric::info(&name).is_none() {
                let all = metric::METRICS.iter().map(|m| m.info());
                let titled = all.clone().find(|i| i.title.eq_ignore_ascii_case(&name));
                let near = titled
                    .map(|i| i.name)
                    .or_else(|| nearest(&name, all.map(|i| i.name)));
                let mend = near.map_or_else(
                    || "Its name is the one in the report's JSON, such as roc_auc".to_owned(),
                    |near| format!("Did you mean '{near}'?"),
                );
                return Err(value.fault(format!("there is no metric '{name}'"), mend));
            }
            Ok(Watched::Metric(name))
        }
        (None, Some(value)) => {
            let name = value.text("column")?;
            let measure = match (distance, share) {
                (Some(value), None) => named(&value, "distance", &Measure::DISTANCES)?,
                (None, Some(value)) => named(&value, "share", &Measure::SHARES)?,
                _ => {
                    return Err(wrong(
                        "it is not told what is measured of the column",
                        "Write distance = \"psi\" or share = \"missing\", one of them",
                    ));
                }
            };
            Ok(Watched::Column { name, measure })
        }
        (None, None) => Err(wrong(
            "the rule watches nothing",
            "Write metric = \"roc_auc\", or column = \"…\" and distance = \"psi\", or incidents = \"all\"",
        )),
        (Some(_), Some(_)) => Err(wrong(
            "the rule watches a metric and a column",
            "Make two rules of it",
        )),
    }
}

/// What is counted: incidents, checks, expectations.
fn counted(table: &mut Table) -> Result<Option<Watched>, Fault> {
    let keys = ["incidents", "check", "expectations"];
    let mut given: Vec<(&str, Value)> = Vec::new();
    for key in keys {
        given.extend(table.take(key).map(|value| (key, value)));
    }
    if let Some((key, value)) = given.get(1) {
        return Err(value.fault(
            format!("the rule has {key} beside {}", given[0].0),
            "Make two rules of it",
        ));
    }
    let Some((key, value)) = given.pop() else {
        return Ok(None);
    };
    let others: &[&str] = match key {
        "check" => &["metric", "distance", "share"],
        _ => &["metric", "column", "distance", "share"],
    };
    for other in others {
        if let Some(of) = table.take(other) {
            return Err(of.fault(
                format!("the rule has {other} beside {key}"),
                "Take it away, or make two rules of it",
            ));
        }
    }
    Ok(Some(match key {
        "incidents" => Watched::Incidents(named(&value, key, &About::ALL)?),
        "expectations" => Watched::Expectations(value.text(key)?),
        _ => {
            let kinds = CheckKind::ALL.iter().map(|kind| (kind.name(), Some(*kind)));
            let kinds: Vec<_> = kinds.chain([("any", None)]).collect();
            Watched::Checks {
                kind: named(&value, key, &kinds)?,
                column: text(table, "column")?,
            }
        }
    }))
}

/// The limit that a table tells.
fn limit(table: &mut Table, spread: Option<Spread>) -> Result<Option<Limit>, Fault> {
    let (min, max) = (table.take("min"), table.take("max"));
    let others = [
        ("within", table.take("within")),
        ("quantile", table.take("quantile")),
        ("band", table.take("band")),
    ];
    let mut given: Vec<(&str, Value)> = Vec::new();
    for (key, value) in others {
        given.extend(value.map(|value| (key, value)));
    }
    let second = match (&min, &max) {
        (None, None) => given.get(1),
        _ => given.first(),
    };
    if let Some((key, value)) = second {
        return Err(value.fault(
            format!("the rule has {key} beside another limit"),
            format!("Leave one of {LIMITS}, or make two rules of it"),
        ));
    }
    if min.is_some() || max.is_some() {
        let amount_of = |key: &str, value: &Option<Value>| {
            let value = value.as_ref();
            value.map(|v| amount(v, key).map(|(x, _)| x)).transpose()
        };
        let (low, high) = (amount_of("min", &min)?, amount_of("max", &max)?);
        if let (Some(low), Some(high), Some(value)) = (low, high, &max)
            && low > high
        {
            return Err(value.fault("max is below min", "Swap them"));
        }
        return Ok(Some(Limit::Between {
            min: low,
            max: high,
        }));
    }
    let Some((key, value)) = given.into_iter().next() else {
        return Ok(None);
    };
    let limit = match key {
        "within" => match amount(&value, key)? {
            (by, _) if by < 0.0 => {
                return Err(value.fault(
                    "within is negative",
                    "Write how far from the baseline is allowed, to either side",
                ));
            }
            (by, true) => Limit::Within(Tolerance::Relative(by)),
            (by, false) => Limit::Within(Tolerance::Absolute(by)),
        },
        "quantile" => quantile(value)?,
        _ => {
            let sd = value.number(key)?;
            if !(sd > 0.0 && sd <= 8.0) {
                return Err(value.fault(
                    "band is a number of standard deviations",
                    "Write one above 0 and up to 8, such as 3",
                ));
            }
            Limit::Band {
                sd,
                spread: spread.unwrap_or_default(),
            }
        }
    };
    Ok(Some(limit))
}

fn quantile(value: Value) -> Result<Limit, Fault> {
    let mend = "Write two numbers between 0 and 1: quantile = [0.05, 0.95]; side = \"below\" or \"above\" takes one of them";
    let wrong = value.fault("quantile is not two numbers in their order", mend);
    let ends: Result<Vec<f64>, Fault> = value
        .list()
        .iter()
        .map(|one| one.number("quantile"))
        .collect();
    match ends?.as_slice() {
        [low, high] if *low >= 0.0 && low <= high && *high <= 1.0 => {
            Ok(Limit::Quantile(*low, *high))
        }
        _ => Err(wrong),
    }
}

/// A number, or text with a percent sign, and whether it has one.
fn amount(value: &Value, key: &str) -> Result<(f64, bool), Fault> {
    let Data::Text(text) = &value.data else {
        return Ok((value.number(key)?, false));
    };
    let percent = text
        .trim()
        .strip_suffix('%')
        .map(|n| n.trim().parse::<f64>());
    match percent {
        Some(Ok(n)) if n.is_finite() => Ok((n / 100.0, true)),
        _ => Err(value.fault(
            format!("'{key}' is '{text}'"),
            "Write a number, or a percentage in quotes: \"5 %\"",
        )),
    }
}

fn clear(table: &mut Table, own: Limit, spread: Option<Spread>) -> Result<Clear, Fault> {
    let Some(value) = table.take("clear") else {
        return Ok(Clear::default());
    };
    let at = value.at;
    let mut table = value.table("clear", "a table: clear = { min = 0.85, for = 2 }")?;
    table.only(
        "clear",
        &["min", "max", "within", "quantile", "band", "for"],
    )?;
    let other = limit(&mut table, spread)?;
    let clear = Clear {
        limit: other,
        in_a_row: row(&mut table)?.unwrap_or(1),
    };
    if other.is_some_and(|other| std::mem::discriminant(&other) != std::mem::discriminant(&own)) {
        return Err(Fault {
            at,
            found: "clear has a limit of another kind than the rule".into(),
            mend: "Write the same key in both, with another number".into(),
        });
    }
    Ok(clear)
}

fn one_of<T: Copy>(table: &mut Table, key: &str, names: &[(&str, T)]) -> Result<Option<T>, Fault> {
    table
        .take(key)
        .map(|value| named(&value, key, names))
        .transpose()
}

fn named<T: Copy>(value: &Value, key: &str, names: &[(&str, T)]) -> Result<T, Fault> {
    let text = value.text(key)?;
    let known = names.iter().find(|(name, _)| *name == text);
    known.map(|(_, meant)| *meant).ok_or_else(|| {
        let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        value.fault(format!("'{text}' is no {key}"), among(&text, &all))
    })
}
