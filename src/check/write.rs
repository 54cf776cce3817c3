//! A file of rules, written: what is read from it is the same, and its comments say how it is made use of.

use super::read::SCHEMA;
use super::rule::{
    Clear, End, Fails, Limit, Over, Rule, Rules, Severity, Side, Spread, Tolerance, Watched,
};
use super::words::percent;
use crate::log::Meant;
use crate::report::CheckKind;
use crate::report::view::{BaselineChoice, SliceChoice};
use crate::settings::{key, number, quoted};

/// What the keys mean, for whoever opens the file.
const HEAD: &str = "\
# Rules for Plumbline. To enforce them: plumbline check rules.toml FILES…
# (exit code 0: all are kept, 1: one fails, 2: they could not be judged).
#
# A rule watches a metric = \"…\", or a column = \"…\" by its distance = \"psi\" (jensen_shannon,
# kolmogorov_smirnov; with over = \"all\" wasserstein, hellinger and others) from the baseline or its
# share = \"missing\" (wrong_type, unseen_word, out_of_range, outlier); or it counts incidents = \"all\"
# (metrics, slices, columns) that go on, a check = \"any\" (late_outcome, duplicate_id, …) of data quality,
# perhaps of a column = \"…\", that is broken, or expectations = \"expectations.toml\" that are not met, of
# which none is allowed if nothing is said. It allows one of
#   min = …, max = …         constants
#   within = 0.02 or \"5 %\"   so near to the baseline
#   quantile = [0.05, 0.95]  between quantiles of the baseline's windows
#   band = 3                 their mean ± 3 standard deviations, widened for few windows
# side = \"worse\" (below, above) drops the other limit; interval = \"low\", \"high\" or \"whole\" judges that
# part of the 95 % interval; for = 2 waits for two windows in a row; clear = { min = …, for = 2 } is what
# brings it back; severity = \"warn\" does not fail; silence = [{ from = …, until = …, why = \"…\" }];
# slice = { region = \"…\" } and model_version = \"…\" narrow it; over = \"all\" judges all rows at once;
# fails = \"ever\" also counts a rule that came back. [least] with accuracy = 0.02, columns = 0.2 is how large a change
# has to be for an incident: of a metric in its own unit, of columns in standard deviations (of shares Cohen's h).
";

/// The text of a file.
#[must_use]
pub fn write(rules: &Rules) -> String {
    let mut out = String::from(HEAD);
    let view = &rules.view;
    let mut line = |key: &str, value: String| {
        out.push_str(&format!("{key} = {value}\n"));
    };
    line("\nschema", quoted(SCHEMA));
    if let Some(window) = view.window {
        line("window", quoted(&window.to_string()));
    }
    match &view.baseline {
        BaselineChoice::Auto => line("baseline", quoted("auto")),
        BaselineChoice::Reference => line("baseline", quoted("reference")),
        BaselineChoice::None => line("baseline", quoted("none")),
        BaselineChoice::Period(from, to) => line("baseline", quoted(&format!("{from}..{to}"))),
    }
    if let Some(threshold) = view.threshold {
        line("threshold", number(threshold));
    }
    if let Some(version) = &view.version {
        line("model_version", quoted(version));
    }
    if !view.slices.is_empty() {
        line("slice", slices(&view.slices));
    }
    if let Some((from, to)) = view.range {
        line("range", quoted(&format!("{from}..{to}")));
    }
    if let Some(season) = view.season {
        line("season", quoted(&season.to_string()));
    }
    if let Some(costs) = &view.costs {
        let costs = costs.0.iter();
        let costs = costs.map(|(cell, cost)| (cell.to_string(), number(*cost)));
        line("cost", inline(costs));
    }
    if let Some(windows) = view.budget {
        line("budget", number(windows));
    }
    if let Some(tool) = view.compat {
        line("compat", quoted(&tool.to_string()));
    }
    if view.all_tests {
        line("tests", quoted("all"));
    } else if !view.tests.is_none() {
        let names: Vec<String> = view.tests.iter().map(quoted).collect();
        line("tests", format!("[{}]", names.join(", ")));
    }
    if let Some(label) = rules.meant.as_ref().and_then(Meant::positive) {
        line("positive", quoted(label));
    }
    if let Some(task) = rules.meant.as_ref().and_then(Meant::task) {
        line("task", quoted(task));
    }
    if !view.least.is_usual() {
        let sizes = view.least.0.iter();
        let sizes = sizes.map(|(name, size)| format!("{} = {}\n", key(name), number(*size)));
        out.push_str(&format!("\n[least]\n{}", sizes.collect::<String>()));
    }
    if !view.metrics.is_none() {
        let chosen = view.metrics.0.iter();
        let chosen = chosen.map(|(of, value)| format!("{} = {}\n", of.name(), number(*value)));
        out.push_str(&format!("\n[metrics]\n{}", chosen.collect::<String>()));
    }
    out.push_str(&roles(rules));
    for rule in &rules.rules {
        out.push_str(&one(rule));
    }
    out
}

/// Roles, each with its columns in their order.
fn roles(rules: &Rules) -> String {
    let mut by_role: Vec<(String, Vec<String>)> = Vec::new();
    for (role, column) in &rules.roles {
        let (role, column) = (role.to_string(), quoted(column));
        match by_role.iter_mut().find(|(known, _)| *known == role) {
            Some((_, columns)) => columns.push(column),
            None => by_role.push((role, vec![column])),
        }
    }
    if by_role.is_empty() {
        return String::new();
    }
    let lines = by_role
        .iter()
        .map(|(role, columns)| match columns.as_slice() {
            [one] => format!("{} = {one}\n", key(role)),
            several => format!("{} = [{}]\n", key(role), several.join(", ")),
        });
    format!("\n[roles]\n{}", lines.collect::<String>())
}

fn one(rule: &Rule) -> String {
    let mut out = String::from("\n[[rule]]\n");
    let mut line = |key: &str, value: String| {
        out.push_str(&format!("{key} = {value}\n"));
    };
    if let Some(name) = &rule.name {
        line("name", quoted(name));
    }
    if let Some(why) = &rule.why {
        line("why", quoted(why));
    }
    match &rule.watched {
        Watched::Metric(name) => line("metric", quoted(name)),
        Watched::Column { name, measure } => {
            line("column", quoted(name));
            let kind = if measure.is_distance() {
                "distance"
            } else {
                "share"
            };
            line(kind, quoted(measure.name()));
        }
        Watched::Incidents(about) => line("incidents", quoted(about.name())),
        Watched::Checks { kind, column } => {
            line("check", quoted(kind.map_or("any", CheckKind::name)));
            if let Some(column) = column {
                line("column", quoted(column));
            }
        }
        Watched::Expectations(file) => line("expectations", quoted(file)),
    }
    if let Some(version) = &rule.version {
        line("model_version", quoted(version));
    }
    if !rule.slices.is_empty() {
        line("slice", slices(&rule.slices));
    }
    if rule.over == Over::All {
        line("over", quoted("all"));
    }
    for (key, value) in limit(rule.limit) {
        line(key, value);
    }
    if let Limit::Band {
        spread: Spread::Plain,
        ..
    } = rule.limit
    {
        line("spread", quoted("plain"));
    }
    match rule.side {
        Side::Both => {}
        Side::Worse => line("side", quoted("worse")),
        Side::Below => line("side", quoted("below")),
        Side::Above => line("side", quoted("above")),
    }
    match rule.interval {
        End::Value => {}
        End::Low => line("interval", quoted("low")),
        End::High => line("interval", quoted("high")),
        End::Whole => line("interval", quoted("whole")),
    }
    if rule.in_a_row != 1 {
        line("for", rule.in_a_row.to_string());
    }
    if rule.clear != Clear::default() {
        let limit = rule.clear.limit.into_iter().flat_map(limit);
        let row = ("for", rule.clear.in_a_row.to_string());
        line("clear", inline(limit.chain([row])));
    }
    if rule.severity == Severity::Warn {
        line("severity", quoted("warn"));
    }
    if rule.fails == Fails::Ever {
        line("fails", quoted("ever"));
    }
    if !rule.silence.is_empty() {
        let one = |s: &super::Silence| {
            let ends = [
                ("from", quoted(&s.from.to_string())),
                ("until", quoted(&s.until.to_string())),
            ];
            let why = s.why.iter().map(|why| ("why", quoted(why)));
            inline(ends.into_iter().chain(why))
        };
        let all: Vec<String> = rule.silence.iter().map(one).collect();
        line("silence", format!("[{}]", all.join(", ")));
    }
    out
}

fn limit(limit: Limit) -> Vec<(&'static str, String)> {
    match limit {
        Limit::Between { min, max } => {
            let min = min.map(|x| ("min", number(x)));
            min.into_iter()
                .chain(max.map(|x| ("max", number(x))))
                .collect()
        }
        Limit::Within(Tolerance::Absolute(by)) => vec![("within", number(by))],
        Limit::Within(Tolerance::Relative(by)) => vec![("within", quoted(&percent(by)))],
        Limit::Quantile(low, high) => {
            vec![("quantile", format!("[{}, {}]", number(low), number(high)))]
        }
        Limit::Band { sd, .. } => vec![("band", number(sd))],
    }
}

fn slices(slices: &[SliceChoice]) -> String {
    inline(slices.iter().map(|s| (s.column.clone(), quoted(&s.value))))
}

fn inline<K: AsRef<str>>(pairs: impl IntoIterator<Item = (K, String)>) -> String {
    let pairs = pairs.into_iter();
    let pairs: Vec<String> = pairs
        .map(|(k, v)| format!("{} = {v}", key(k.as_ref())))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}
