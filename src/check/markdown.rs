//! Verdicts for people: plain lines for a terminal, and Markdown for the summary of a pipeline's run.

use super::verdict::{Outcome, Verdict, Verdicts};

/// A line for all rules together: `1 of 3 rules fails, 1 passes, 1 could not be judged`.
#[must_use]
pub fn headline(verdicts: &Verdicts) -> String {
    let all = verdicts.verdicts.len() as u64;
    let parts = [
        (verdicts.failed, "fails", "fail"),
        (verdicts.warned, "warns", "warn"),
        (verdicts.silenced, "is silenced", "are silenced"),
        (verdicts.passed - verdicts.silenced, "passes", "pass"),
        (
            verdicts.not_evaluated,
            "could not be judged",
            "could not be judged",
        ),
    ];
    let told = parts.iter().filter(|(n, ..)| *n > 0);
    let told: Vec<String> = told
        .map(|(n, one, several)| format!("{n} {}", if *n == 1 { one } else { several }))
        .collect();
    let rules = if all == 1 { "rule" } else { "rules" };
    format!("{all} {rules}: {}", told.join(", "))
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict.outcome {
        Outcome::Fail => "FAIL",
        Outcome::Warn => "WARN",
        Outcome::Pass if verdict.is_silenced() => "mute",
        Outcome::Pass => "pass",
        Outcome::NotEvaluated => "----",
    }
}

/// Those that need a look first; within them the order of the rules.
fn in_order(verdicts: &Verdicts) -> Vec<&Verdict> {
    let order = |v: &Verdict| match v.outcome {
        Outcome::Fail => 0,
        Outcome::Warn => 1,
        Outcome::NotEvaluated => 2,
        Outcome::Pass if v.is_silenced() => 3,
        Outcome::Pass => 4,
    };
    let mut all: Vec<&Verdict> = verdicts.verdicts.iter().collect();
    all.sort_by_key(|v| order(v));
    all
}

/// Plain lines, the headline last.
#[must_use]
pub fn plain(verdicts: &Verdicts) -> String {
    let mut out = String::new();
    for v in in_order(verdicts) {
        out.push_str(&format!(
            "{}  {}\n      {}\n",
            word(v),
            one_line(&v.name),
            one_line(&v.sentence)
        ));
    }
    out.push_str(&headline(verdicts));
    out.push('\n');
    out
}

/// A heading, the headline and a table.
#[must_use]
pub fn markdown(verdicts: &Verdicts) -> String {
    let mut out = format!("## Plumbline: {}\n\n", headline(verdicts));
    out.push_str("| | Rule | Verdict |\n| --- | --- | --- |\n");
    for v in in_order(verdicts) {
        let mark = match v.outcome {
            Outcome::Fail => "❌ fail",
            Outcome::Warn => "⚠️ warn",
            Outcome::NotEvaluated => "➖ not judged",
            Outcome::Pass if v.is_silenced() => "🔕 silenced",
            Outcome::Pass => "✅ pass",
        };
        let why = v.rule.why.as_ref();
        let why = why.map_or_else(String::new, |why| format!("<br>{}", cell(why)));
        out.push_str(&format!(
            "| {mark} | {} | {}{why} |\n",
            cell(&v.name),
            cell(&v.sentence)
        ));
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text in a cell of a table, where nothing of it is a sign of Markdown or HTML.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '@' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_in_its_table() {
        assert_eq!(cell("a|b\n<i>*x*</i>"), "a\\|b &lt;i&gt;\\*x\\*&lt;/i&gt;");
    }
}
