//! The view that a file of rules tells: everyone who judges by it looks at the same numbers.

use super::super::rule::Rule;
use super::{slices, text};
use crate::metric::{Costs, Parameter};
use crate::report::Sizes;
use crate::report::view::{self, Tool, View};
use crate::settings::{Data, Fault, Place, Table, Value, among};
use std::str::FromStr;

/// The view that a file of rules tells.
pub(super) fn view_of(file: &mut Table) -> Result<View, Fault> {
    let mut view = View::default();
    if let Some(value) = file.take("window") {
        let text = match value.data {
            Data::Whole(n) => n.to_string(),
            _ => value.text("window")?,
        };
        view.window = Some(parsed(&value, &text)?);
    }
    if let Some(value) = file.take("baseline") {
        let text = value.text("baseline")?;
        view.baseline = view::baseline(&text).ok_or_else(|| {
            let mend = "Write auto, reference, none, or START..END with both as 2026-11-01 or 2026-11-01T12:00:00Z; a reference file is given beside the others";
            value.fault(format!("'{text}' is no baseline"), mend)
        })?;
    }
    if let Some(value) = file.take("threshold") {
        view.threshold = Some(value.number("threshold")?);
    }
    view.version = text(file, "model_version")?;
    view.slices = slices(file)?;
    if let Some(value) = file.take("range") {
        let text = value.text("range")?;
        match view::baseline(&text) {
            Some(view::BaselineChoice::Period(from, to)) => view.range = Some((from, to)),
            _ => {
                let mend = "Write START..END, both as 2026-11-01 or 2026-11-01T12:00:00Z";
                return Err(value.fault(format!("'{text}' is no period"), mend));
            }
        }
    }
    if let Some(value) = file.take("season") {
        let text = match value.data {
            Data::Whole(n) => n.to_string(),
            _ => value.text("season")?,
        };
        view.season = Some(parsed(&value, &text)?);
    }
    if let Some(value) = file.take("cost") {
        let mut costs = Costs::default();
        let like = "a table: cost = { fp = 5, fn = 100 }";
        for (cell, at, cost) in value.table("cost", like)?.rest() {
            let known = cell.parse().map_err(|why: String| fault(at, &why))?;
            costs.0.insert(known, cost.number(&cell)?);
        }
        view.costs = Some(costs).filter(|c| !c.0.is_empty());
    }
    if let Some(value) = file.take("budget") {
        let windows = value.number("budget")?;
        view.budget = Some(windows).filter(|w| *w >= 1.0);
        if view.budget.is_none() {
            let mend =
                "Write how many windows there may be to a false alarm, at least 1: budget = 30";
            return Err(value.fault(format!("the budget is {windows}"), mend));
        }
    }
    if let Some(value) = file.take("least") {
        let like = "a table: [least], and below it accuracy = 0.02";
        for (name, at, value) in value.table("least", like)?.rest() {
            let size = value.number(&name)?;
            Sizes::check(&name, size).map_err(|why| {
                let wrong = fault(at, &why);
                let at = if size < 0.0 { value.at } else { at };
                Fault { at, ..wrong }
            })?;
            view.least.0.insert(name, size);
        }
    }
    if let Some(value) = file.take("metrics") {
        let like = "a table: [metrics], and below it beta = 3";
        for (name, at, value) in value.table("metrics", like)?.rest() {
            let of = Parameter::named(&name).ok_or_else(|| Fault {
                at,
                found: format!("'{name}' is no parameter of a metric"),
                mend: among(&name, &Parameter::ALL.map(Parameter::name)),
            })?;
            let number = value.number(&name)?;
            if !of.suits(number) {
                return Err(value.fault(format!("{name} is {number}"), of.mend()));
            }
            view.metrics.0.insert(of, number);
        }
    }
    if let Some(value) = file.take("compat") {
        let name = value.text("compat")?;
        let tools = [("evidently", Tool::Evidently), ("nannyml", Tool::Nannyml)];
        let known = tools.iter().find(|t| t.0 == name);
        view.compat = Some(known.map(|t| t.1).ok_or_else(|| {
            let mend = among(&name, &tools.map(|t| t.0));
            value.fault(format!("'{name}' is no tool"), mend)
        })?);
    }
    if let Some(value) = file.take("tests") {
        for value in value.list() {
            let name = value.text("tests")?;
            match name.as_str() {
                "all" => view.all_tests = true,
                name => {
                    view::add_test(&mut view.tests, name).map_err(|why| fault(value.at, &why))?;
                }
            }
        }
    }
    Ok(view)
}

/// The view with the tests that rules make use of: every one, or one more of those that are chosen.
pub(super) fn with_tests(mut view: View, rules: &[Rule]) -> View {
    for measure in rules.iter().filter_map(|rule| rule.watched.tested()) {
        view.all_tests |= view.tests.is_none() || !view.tests.add(measure.name());
    }
    view
}

/// A sentence of another room, which tells the mend behind the first stop.
pub(super) fn fault(at: Place, why: &str) -> Fault {
    let (found, mend) = match why.split_once(['.', ';', ':']) {
        Some((found, mend)) => (found.to_owned(), mend.trim().trim_end_matches('.')),
        None => (why.to_owned(), "another one"),
    };
    let mend = match mend.strip_prefix("write ") {
        Some(rest) => format!("Write {rest}"),
        None if mend.starts_with(char::is_uppercase) => mend.to_owned(),
        None => format!("Write {mend}"),
    };
    Fault { at, found, mend }
}

fn parsed<T: FromStr<Err = String>>(value: &Value, text: &str) -> Result<T, Fault> {
    text.parse().map_err(|why: String| fault(value.at, &why))
}
