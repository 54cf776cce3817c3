//! `plumbline check` and `plumbline rules`: data judged by rules, and rules made from data.

use super::options::{CheckOptions, ReportOptions};
use super::{Failure, counted};
use plumbline::check::{self, Outcome, Rule, Rules, Verdicts, Watched};
use plumbline::engine::Depth;
use plumbline::report::Report;
use plumbline::report::expect::Expectations;
use plumbline::report::view::View;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Judges the files, and tells whether no rule fails.
pub fn check(mut options: CheckOptions) -> Result<bool, Failure> {
    let mut rules = open(&options.rules)?;
    let view = options.report.view_over(rules.view);
    rules.view = view.map_err(Failure::Input)?;
    let expected = expectations(&options, &mut rules)?;
    let roles = rules.roles.iter().cloned();
    options.report.role = roles.chain(options.report.role).collect();
    if options.report.meant().is_none() {
        options.report.mean(rules.meant.as_ref());
    }
    // Files that make no report are not data that break a rule.
    let reports = reports(&options.report, &rules, expected.as_ref()).map_err(|why| match why {
        Failure::Data(why) | Failure::Input(why) => {
            Failure::Input(why.replace("--role:", "[roles] or --role:"))
        }
    })?;
    let verdicts = check::judge(&rules, |view| {
        let found = reports.iter().find(|(of, _)| of == view);
        found.map(|(_, report)| report)
    });
    write(&options, &verdicts)?;
    if verdicts.outcome == Outcome::NotEvaluated {
        return Err(Failure::Input("no rule could be judged".into()));
    }
    let strict = options.strict && verdicts.not_evaluated > 0;
    Ok(verdicts.outcome != Outcome::Fail && !strict)
}

/// Writes rules to begin with.
pub fn suggest(options: &ReportOptions, out: &str) -> Result<(), Failure> {
    unexpecting(options)?;
    let view = options.view().map_err(Failure::Input)?;
    let (_, summary) = counted(options, &view, Depth::Columns, None)?;
    let report = Report::from(&summary, &view);
    let rules = check::suggest(&report, options.role.clone(), options.meant());
    if rules.rules.is_empty() {
        return Err(Failure::Data(
            match summary.machine.is_some() && report.rows.predictions == 0 {
                true => "rules are made of predictions and their columns, and these files are of a service alone: give predictions beside them. What a service promises is judged by objectives: plumbline report --slo SHARE --slow SECONDS",
                false => "there is no baseline to make rules from: give files with at least two windows, or --baseline FILE",
            }
            .into(),
        ));
    }
    let text = check::write(&rules);
    if out == "-" {
        return put(None, &text);
    }
    // Rules that somebody has worked on are not lost to a slip.
    let made = File::create_new(out).and_then(|mut file| file.write_all(text.as_bytes()));
    made.map_err(|why| Failure::Input(format!("{out}: {why}")))
}

/// The expectations that rules name, beside the file of rules, or that are given; those that no rule names get one.
fn expectations(
    options: &CheckOptions,
    rules: &mut Rules,
) -> Result<Option<Expectations>, Failure> {
    let named = rules.rules.iter().filter_map(|rule| match &rule.watched {
        Watched::Expectations(file) => Some(file.clone()),
        _ => None,
    });
    let mut named: Vec<String> = named.collect();
    named.dedup();
    if let [one, other, ..] = named.as_slice() {
        return Err(Failure::Input(format!(
            "the rules name two files of expectations, {one} and {other}: check them one by one"
        )));
    }
    let path = match (&options.report.expect, named.first()) {
        (Some(path), _) => path.clone(),
        (None, Some(file)) => options.rules.with_file_name(file),
        (None, None) => return Ok(None),
    };
    let (found, _) = super::expected(&path).map_err(Failure::Input)?;
    for rule in &mut rules.rules {
        if let Watched::Expectations(file) = &mut rule.watched {
            file.clone_from(&found.file);
        }
    }
    if named.is_empty() {
        let watched = Watched::Expectations(found.file.clone());
        if let Some(limit) = watched.usual_limit() {
            rules.rules.push(Rule::new(watched, limit));
        }
    }
    Ok(Some(found))
}

/// Suggestions know nothing of expectations: a file of them would be left out unsaid.
fn unexpecting(options: &ReportOptions) -> Result<(), Failure> {
    match &options.expect {
        None => Ok(()),
        Some(path) => Err(Failure::Input(format!(
            "--expect {}: rules are suggested of the baseline alone. Write a [[rule]] with expectations = \"…\" into them, or give the file to `plumbline check`",
            path.display()
        ))),
    }
}

fn open(path: &Path) -> Result<Rules, Failure> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|why| {
        Failure::Input(format!(
            "{name}: {why}. Give the file of rules first, then the data"
        ))
    })?;
    check::read(&text).map_err(|why| Failure::Input(format!("{name}, {why}")))
}

/// A report on each view that the rules are judged in.
fn reports(
    options: &ReportOptions,
    rules: &Rules,
    expected: Option<&Expectations>,
) -> Result<Vec<(View, Report)>, Failure> {
    let columns = |rule: &Rule| rule.watched.needs_columns();
    let depth = match rules.rules.iter().any(columns) {
        true => Depth::Columns,
        false => Depth::Metrics,
    };
    let (mut keeper, first) = counted(options, &rules.view, depth, expected)?;
    if let Some(why) = rules.view.costs.as_ref().and_then(|c| c.misfit(&first)) {
        return Err(Failure::Data(format!("cost: {why}")));
    }
    let mut reports = Vec::new();
    for view in rules.views() {
        let summary = match view == rules.view {
            true => first.clone(),
            false => keeper
                .refine_to(&view, depth)
                .map_err(|why| Failure::Data(why.to_string()))?,
        };
        let report = Report::expecting(&summary, &view, expected);
        reports.push((view, report));
    }
    Ok(reports)
}

fn write(options: &CheckOptions, verdicts: &Verdicts) -> Result<(), Failure> {
    let suite = options.rules.file_name().unwrap_or_default();
    let json = || {
        verdicts
            .to_json()
            .map_err(|why| Failure::Input(why.to_string()))
    };
    let to_screen = |path: &PathBuf| path.as_os_str() == "-";
    let outs = [&options.junit, &options.markdown, &options.json];
    if !outs.into_iter().flatten().any(to_screen) {
        put(None, &check::plain(verdicts))?;
    }
    if let Some(path) = &options.junit {
        put(
            Some(path),
            &check::junit(verdicts, &suite.to_string_lossy()),
        )?;
    }
    if let Some(path) = &options.markdown {
        put(Some(path), &check::markdown(verdicts))?;
    }
    if let Some(path) = &options.json {
        put(Some(path), &json()?)?;
    }
    Ok(())
}

/// Writes to a file, or to standard output.
fn put(path: Option<&Path>, text: &str) -> Result<(), Failure> {
    let path = path.filter(|path| path.as_os_str() != "-");
    let done = match path {
        Some(path) => std::fs::write(path, text),
        None => std::io::stdout().write_all(text.as_bytes()),
    };
    let name = path.map_or_else(
        || "standard output".into(),
        |path| path.display().to_string(),
    );
    done.map_err(|why| Failure::Input(format!("{name}: {why}")))
}
