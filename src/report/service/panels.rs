//! From signals to panels.

use super::{Line, Panel, UnlikeValue};
use crate::report::View;
use crate::series::anomalies::QUANTILE;
use crate::series::set::INSTANCE;
use crate::series::{Cells, Durations, Machine, Measure, Signal, Unit};
use crate::table::time::Time;
use std::collections::BTreeSet;

/// Lines of a panel at most.
const LINES: usize = 8;

/// The panel of failed requests.
pub const ERROR_SHARE: &str = "error_share";

/// The line of those that failed by the server's fault; where there are several services the name of one stands before.
pub const BY_SERVER: &str = "5xx";

/// Quantiles that are shown of durations.
pub const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)];

/// First number of a step, and the one behind the last, in a view; `None` where nothing was seen.
pub fn numbers(machine: &Machine, view: &View) -> Option<(i64, i64)> {
    let ends = machine.signals.iter().filter_map(Signal::ends);
    let (first, last) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    let whole = (first, last + 1);
    let Some((from, to)) = view.range else {
        return Some(whole);
    };
    let step = machine.step;
    let part = (
        step.of(from.0).max(first),
        step.of(to.0.saturating_sub(1)).min(last) + 1,
    );
    // A part of time that the machine does not know shows everything rather than nothing.
    Some(if part.0 < part.1 { part } else { whole })
}

/// The panels of a machine over a range of steps, with as many lines as a chart has room for.
pub fn panels(machine: &Machine, from: i64, to: i64) -> Vec<Panel> {
    let mut all = whole_panels(machine, from, to);
    all.iter_mut().for_each(fit);
    all
}

/// Leaves the lines out for which a chart has no room: those with the lowest values; of failed requests first those that
/// failed by the client's fault.
fn fit(panel: &mut Panel) {
    panel.left_out = panel.lines.len().saturating_sub(LINES);
    if panel.left_out == 0 {
        return;
    }
    let height = |l: &Line| l.total.or(l.most).unwrap_or(f64::NEG_INFINITY);
    let by_client = |l: &Line| panel.id == ERROR_SHARE && !l.name.ends_with(BY_SERVER);
    let mut order: Vec<usize> = (0..panel.lines.len()).collect();
    let lines = &panel.lines;
    order.sort_by(|a, b| {
        let (a, b) = (&lines[*a], &lines[*b]);
        by_client(a)
            .cmp(&by_client(b))
            .then_with(|| height(b).total_cmp(&height(a)))
            .then_with(|| a.name.cmp(&b.name))
    });
    order.truncate(LINES);
    // Of failed requests both lines of a service stand beside each other; others are sorted by name.
    order.sort_unstable();
    let kept = order.iter().map(|at| lines[*at].clone()).collect();
    panel.lines = kept;
    if panel.id != ERROR_SHARE {
        panel.lines.sort_by(|a, b| a.name.cmp(&b.name));
    }
}

/// The same with all lines.
pub fn whole_panels(machine: &Machine, from: i64, to: i64) -> Vec<Panel> {
    let mut out = Vec::new();
    for measure in Measure::ALL {
        match measure {
            // Told by the satisfaction with all of them.
            Measure::FailedDuration => {}
            Measure::ClientErrors | Measure::ServerErrors => {
                if *measure == Measure::ServerErrors {
                    out.extend(errors(machine, from, to));
                }
            }
            Measure::OtherLevel | Measure::OtherRate => {
                let all: Vec<&Signal> = machine.of(*measure).collect();
                // Columns of one file may be of several units.
                let place = |s: &&Signal| (s.source.clone(), s.unit);
                let places: BTreeSet<(String, Option<Unit>)> = all.iter().map(place).collect();
                for (name, unit) in &places {
                    let is = |s: &&Signal| s.source == *name && s.unit == *unit;
                    let of: Vec<&Signal> = all.iter().copied().filter(is).collect();
                    let title = match name.as_str() {
                        "" => measure.title(),
                        name => name,
                    };
                    out.extend(plain(machine, (*measure, title), &of, from, to));
                }
            }
            measure => {
                let seen = |s: &&Signal| s.cells.ends().is_some();
                let all: Vec<&Signal> = machine.of(*measure).filter(seen).collect();
                let durations = |s: &&Signal| matches!(s.cells, Cells::Durations(_));
                if all.iter().any(durations) {
                    let many = all.len() > 1;
                    out.extend(
                        all.iter()
                            .map(|s| quantiles(machine, (*measure, many), s, from, to)),
                    );
                } else {
                    out.extend(plain(machine, (*measure, measure.title()), &all, from, to));
                }
            }
        }
    }
    out
}

fn panel(measure: Measure, title: &str, lines: Vec<Line>) -> Panel {
    Panel {
        id: measure.id().into(),
        title: title.into(),
        of: String::new(),
        family: measure.family(),
        unit: measure.unit(),
        lines,
        left_out: 0,
    }
}

/// A line of a value by step.
fn line(
    name: &str,
    source: &str,
    (from, to): (i64, i64),
    value: impl Fn(i64) -> Option<f64>,
    total: Option<f64>,
) -> Line {
    let values: Vec<Option<f64>> = (from..to).map(value).collect();
    Line {
        name: name.into(),
        source: source.into(),
        total,
        above: false,
        most: values.iter().flatten().copied().reduce(f64::max),
        values,
        partly: Vec::new(),
        anomalies: Vec::new(),
    }
}

/// The steps of a range of which less than half is known.
fn partly(signal: &Signal, (from, to): (i64, i64)) -> Vec<usize> {
    let all = signal.cells.partly();
    let within = all.into_iter().filter(|n| (from..to).contains(n));
    within.map(|n| (n - from) as usize).collect()
}

/// Values of a signal that are unlike those before them.
fn unlike(machine: &Machine, signal: &Signal, (from, to): (i64, i64)) -> Vec<UnlikeValue> {
    let shown = machine.step.start(from)..machine.step.start(to);
    let all = machine.anomalies.iter();
    all.filter(|a| a.is_of(signal) && shown.contains(&a.time))
        .map(|a| UnlikeValue {
            time: Time(a.time),
            score: a.score,
        })
        .collect()
}

/// A line for each thing; those with the highest values where there is no room for all.
fn plain(
    machine: &Machine,
    (measure, title): (Measure, &str),
    all: &[&Signal],
    from: i64,
    to: i64,
) -> Option<Panel> {
    let names = names(measure, all);
    let lines = all.iter().zip(&names).map(|(s, name)| {
        let lacking = s.lacking((from, to), machine.step);
        let of_all = |unlike: &UnlikeValue| !lacking.contains_key(&machine.step.of(unlike.time.0));
        let mut anomalies = unlike(machine, s, (from, to));
        anomalies.retain(of_all);
        let value = |n| Some(s.cells.total(n, n + 1)? + lacking.get(&n).unwrap_or(&0.0));
        let total = s.over((from, to), machine.step);
        Line {
            anomalies,
            partly: partly(s, (from, to)),
            ..line(name, &s.source, (from, to), value, total)
        }
    });
    let lines: Vec<Line> = lines.filter(|l| l.most.is_some()).collect();
    let of = match &lines[..] {
        [] => return None,
        [only] => only.name.clone(),
        _ => String::new(),
    };
    Some(Panel {
        of,
        unit: all.iter().find_map(|s| s.unit).unwrap_or(measure.unit()),
        ..panel(measure, title, lines)
    })
}

/// What the lines of a panel are called: by whose they are, and by what tells them apart, which is not the name of the
/// panel, nor a label that all of them have.
fn names(measure: Measure, all: &[&Signal]) -> Vec<String> {
    let one_of = all.windows(2).all(|pair| pair[0].of == pair[1].of);
    // The name of a metric that no rule knows is the panel's.
    let whats = all
        .iter()
        .map(|s| match s.what.strip_prefix(s.source.as_str()) {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => rest.trim_start(),
            _ => s.what.as_str(),
        });
    let whats: Vec<Vec<&str>> = whats.map(|what| what.split(' ').collect()).collect();
    let common = |word: &str| {
        let label = word.starts_with(INSTANCE) || whats.len() > 1 && word.contains('=');
        label && whats.iter().all(|what| what.contains(&word))
    };
    let what = |words: &Vec<&str>| {
        let words = words.iter().filter(|word| !common(word));
        let words = words.map(|word| match word.strip_prefix(INSTANCE) {
            Some(instance) => instance.to_owned(),
            None if measure == Measure::ToldDuration => quantile_name(word),
            None => (*word).to_owned(),
        });
        words.collect::<Vec<String>>().join(" ")
    };
    let name = |(s, words): (&&Signal, &Vec<&str>)| match (s.of.as_str(), what(words).as_str()) {
        (of, "") => of.to_owned(),
        (_, what) if one_of => what.to_owned(),
        (of, what) => format!("{of} {what}"),
    };
    all.iter().zip(&whats).map(name).collect()
}

/// `0.99` is p99.
fn quantile_name(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(q) => format!("p{}", (q * 100_000.0).round() / 1_000.0),
        Err(_) => text.to_owned(),
    }
}

/// Quantiles of one signal of durations.
fn quantiles(
    machine: &Machine,
    (measure, many): (Measure, bool),
    signal: &Signal,
    from: i64,
    to: i64,
) -> Panel {
    let told = |durations: &Durations, q: Option<f64>| match q {
        Some(q) => durations.quantile(q),
        None => durations.most(),
    };
    let whole = signal.durations(from, to);
    let line = |name: &str, q: Option<f64>| {
        let at = |n| told(signal.cells.durations_at(n)?, q);
        let values: Vec<Option<f64>> = (from..to).map(at).collect();
        Line {
            name: name.into(),
            source: signal.source.clone(),
            total: whole.as_ref().and_then(|d| told(d, q)),
            above: q.is_some_and(|q| whole.as_ref().is_some_and(|d| d.is_above(q))),
            most: values.iter().flatten().copied().reduce(f64::max),
            values,
            partly: partly(signal, (from, to)),
            anomalies: match name == QUANTILE.0 {
                true => unlike(machine, signal, (from, to)),
                false => Vec::new(),
            },
        }
    };
    let quantiles = QUANTILES.iter().map(|(name, q)| line(name, Some(*q)));
    let mut lines: Vec<Line> = quantiles.collect();
    lines.push(line("max", None));
    lines.retain(|l| l.most.is_some());
    Panel {
        of: if many || !signal.of.is_empty() {
            signal.of.clone()
        } else {
            String::new()
        },
        ..panel(measure, measure.title(), lines)
    }
}

/// Errors as shares of requests: of the server, and of its clients.
fn errors(machine: &Machine, from: i64, to: i64) -> Option<Panel> {
    let requests: Vec<&Signal> = machine.of(Measure::Requests).collect();
    let mut lines = Vec::new();
    let several = requests.len() > 1;
    for all in &requests {
        for (measure, class) in [
            (Measure::ServerErrors, BY_SERVER),
            (Measure::ClientErrors, "4xx"),
        ] {
            let Some(failed) = machine.of(measure).find(|s| s.of == all.of) else {
                continue;
            };
            let share = |n: i64| {
                let all = all.cells.total(n, n + 1).filter(|x| *x > 0.0)?;
                Some((failed.cells.total(n, n + 1)? / all).clamp(0.0, 1.0))
            };
            let came = all.totals().came(from, to);
            let total = failed.totals().came(from, to) / came;
            let name = match several {
                true => format!("{} {class}", all.of),
                false => class.to_owned(),
            };
            lines.push(Line {
                anomalies: unlike(machine, failed, (from, to)),
                partly: partly(all, (from, to)),
                ..line(
                    &name,
                    &failed.source,
                    (from, to),
                    share,
                    (came > 0.0).then_some(total.clamp(0.0, 1.0)),
                )
            });
        }
    }
    lines.retain(|l| l.most.is_some());
    (!lines.is_empty()).then(|| Panel {
        id: ERROR_SHARE.into(),
        unit: Unit::Share,
        ..panel(Measure::ServerErrors, "Failed requests", lines)
    })
}
