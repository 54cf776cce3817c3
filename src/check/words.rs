//! Rules and verdicts in words.

use super::points::Course;
use super::rule::{About, End, Limit, Over, Rule, Side, Spread, Tolerance, Watched};
use super::run::Run;
use super::verdict::{Broken, Outcome, State, Verdict};
use crate::metric::{self, Unit};
use crate::report::view::WindowSize;
use crate::report::{CheckKind, Report, words};
use crate::settings::number;

impl Rule {
    /// What it is called: its name, or one made of what it says.
    #[must_use]
    pub fn title(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let what = match &self.watched {
            Watched::Metric(name) => name.clone(),
            Watched::Column { name, measure } => format!("{} of {name}", measure.name()),
            Watched::Incidents(About::All) => "incidents".into(),
            Watched::Incidents(about) => format!("incidents of {}", about.name()),
            Watched::Checks { kind, column } => {
                let kind = kind.map_or("any check", CheckKind::name);
                let of = column.iter().map(|column| format!(" of {column}"));
                format!("{kind}{}", of.collect::<String>())
            }
            Watched::Expectations(file) => format!("expectations of {file}"),
        };
        let version = self.version.iter().map(|v| format!("version {v}"));
        let slices = self
            .slices
            .iter()
            .map(|s| format!("{} = {}", s.column, s.value));
        let place: Vec<String> = version.chain(slices).collect();
        let place = match place.is_empty() {
            true => String::new(),
            false => format!(" where {}", place.join(" and ")),
        };
        format!("{what}{place} {}", said(self.limit, self.side))
    }

    fn unit(&self) -> Unit {
        match &self.watched {
            Watched::Metric(name) => metric::info(name).map_or(Unit::Ratio, |i| i.unit),
            Watched::Column { measure, .. } => measure.unit(),
            Watched::Incidents(_) | Watched::Checks { .. } | Watched::Expectations(_) => {
                Unit::Count
            }
        }
    }

    /// What it allows, as a person says it: `at least 0.8`, `within 5 % of the baseline`.
    #[must_use]
    pub fn allows(&self) -> String {
        let unit = self.unit();
        let of = |x| words::value(unit, x);
        let side = match self.side {
            Side::Both => "",
            Side::Worse => ", to the worse side",
            Side::Below => ", below",
            Side::Above => ", above",
        };
        match self.limit {
            Limit::Between { min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("{} to {}", of(min), of(max)),
                (Some(min), None) => format!("at least {}", of(min)),
                (None, Some(max)) => format!("at most {}", of(max)),
                (None, None) => "anything".into(),
            },
            Limit::Within(Tolerance::Absolute(by)) => {
                format!("within {} of the baseline{side}", of(by))
            }
            Limit::Within(Tolerance::Relative(share)) => {
                let share = words::value(Unit::Percent, share);
                format!("within {share} of the baseline's value{side}")
            }
            Limit::Quantile(low, high) => format!(
                "between the {} and {} quantiles of the baseline's windows{side}",
                words::value(Unit::Percent, low),
                words::value(Unit::Percent, high)
            ),
            Limit::Band { sd, spread } => format!(
                "in a band of {} sd that the baseline's windows teach{}{side}",
                number(sd),
                match spread {
                    Spread::Prediction => "",
                    Spread::Plain => " (plain)",
                }
            ),
        }
    }
}

/// A limit as it is typed: `min 0.8`.
fn said(limit: Limit, side: Side) -> String {
    let side = match side {
        Side::Both => "",
        Side::Worse => " worse",
        Side::Below => " below",
        Side::Above => " above",
    };
    match limit {
        Limit::Between { min, max } => {
            let min = min.map(|x| format!("min {}", number(x)));
            let max = max.map(|x| format!("max {}", number(x)));
            min.into_iter().chain(max).collect::<Vec<_>>().join(" ")
        }
        Limit::Within(Tolerance::Absolute(by)) => format!("within {}{side}", number(by)),
        Limit::Within(Tolerance::Relative(by)) => format!("within {}{side}", percent(by)),
        Limit::Quantile(low, high) => format!("quantile {} – {}{side}", number(low), number(high)),
        Limit::Band { sd, .. } => format!("band {}{side}", number(sd)),
    }
}

/// A share as it is typed: `5 %`. The product is rounded to what a person would write.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let rounded = libm::round(percent * 1e9) / 1e9;
    match rounded / 100.0 == share {
        true => format!("{} %", number(rounded)),
        false => format!("{} %", number(percent)),
    }
}

/// The verdict in a sentence.
pub(super) fn sentence(verdict: &Verdict, run: &Run, course: &Course, report: &Report) -> String {
    let rule = &verdict.rule;
    let Some(latest) = verdict.latest else {
        return String::new();
    };
    let size = report.view.window.unwrap_or(WindowSize::Day);
    let instant = |at| words::instant(at, size, report.timed);
    let rows = |n: u64| match n {
        1 => "1 row".to_owned(),
        n => format!("{} rows", words::grouped(n as f64)),
    };
    let place = place(rule);
    let title = format!("{}{place}", course.title);
    let now = |b: &Broken| {
        let when = match rule.over {
            Over::All => "over all rows".to_owned(),
            Over::Windows => format!("on {}", words::period(b.start, b.end, size, report.timed)),
        };
        let value = value(course.unit, b);
        format!("{value} {when} ({})", rows(b.rows))
    };
    let count = |n: usize| match n {
        1 => "1 window".to_owned(),
        n => format!("{n} windows"),
    };
    let since = run.since.map(instant).unwrap_or_default();
    let left = run.since.map_or(0, |since| {
        verdict.windows.iter().filter(|w| w.start >= since).count()
    });
    let limit = |b: &Broken| match b.limit {
        Some(limit) if Some(limit) == verdict.low => {
            format!("below {}", words::value(course.unit, limit))
        }
        Some(limit) => format!("above {}", words::value(course.unit, limit)),
        None => format!("within {}", span(verdict, course)),
    };
    let judged = match rule.interval {
        End::Value => "",
        End::Low => ", judged by the lower end of its interval",
        End::High => ", judged by the upper end of its interval",
        End::Whole => ", judged by the whole interval",
    };
    let allows = rule.allows();
    if rule.over == Over::All {
        let allowed = match rule.limit {
            Limit::Between { .. } => String::new(),
            _ => format!(" ({allows})"),
        };
        return format!(
            "{title} is {}, {}{allowed}{judged}.",
            now(&latest),
            limit(&latest)
        );
    }
    match run.state {
        State::Firing | State::Silenced => {
            let silence = match run.state {
                State::Silenced => {
                    let held = rule
                        .silence
                        .iter()
                        .find(|s| s.from <= latest.start && latest.start < s.until);
                    let why = held.and_then(|s| s.why.as_ref());
                    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
                    format!(" It is silenced{why}.")
                }
                _ => String::new(),
            };
            let now = format!("{title} is {}, {}", now(&latest), limit(&latest));
            let fires = format!("It fires since {since}, with {} beyond.", count(left));
            match latest.limit {
                Some(_) => format!("{now}; allowed is {allows}{judged}. {fires}{silence}"),
                None => format!("{now}, and has yet to come back. {fires}{silence}"),
            }
        }
        State::Pending => format!(
            "{title} is {}, {}; allowed is {allows}{judged}. {} in a row: it takes {} to fire.",
            now(&latest),
            limit(&latest),
            count(run.pending as usize),
            rule.in_a_row
        ),
        State::Cleared => {
            let until = run.until.map(instant).unwrap_or_default();
            let still = match verdict.outcome {
                Outcome::Warn | Outcome::Fail => {
                    " It counts all the same, since it fails for having ever fired."
                }
                _ => "",
            };
            format!(
                "{title} is {}, {}{judged}. It fired from {since} and came back on {until}.{still}",
                now(&latest),
                limit(&latest)
            )
        }
        State::Quiet => format!(
            "{title} is {}, {}{}{judged}.",
            now(&latest),
            limit(&latest),
            match verdict.windows.len() {
                0 => format!(", as in all {} judged", count(verdict.judged as usize)),
                n => format!(
                    "; {} of {} judged {} beyond, not enough in a row to fire",
                    n,
                    verdict.judged,
                    if n == 1 { "is" } else { "are" }
                ),
            }
        ),
    }
}

fn place(rule: &Rule) -> String {
    let version = rule.version.iter().map(|v| format!("version {v}"));
    let slices = rule
        .slices
        .iter()
        .map(|s| format!("{} is {}", s.column, s.value));
    let all: Vec<String> = version.chain(slices).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!(" where {}", all.join(" and ")),
    }
}

fn value(unit: Unit, b: &Broken) -> String {
    let of = |x| words::value(unit, x);
    match (b.low, b.high) {
        (Some(low), Some(high)) => {
            let bare = |x| {
                of(x)
                    .trim_end_matches(" %")
                    .trim_end_matches(" ms")
                    .to_owned()
            };
            format!("{} [{}, {}]", of(b.value), bare(low), bare(high))
        }
        _ => of(b.value),
    }
}

/// What is allowed, in numbers.
/// Between which ends it is to be; one that no value can be beyond is not said, as 102 % of an accuracy.
fn span(verdict: &Verdict, course: &Course) -> String {
    let of = |x| words::value(course.unit, x);
    let (least, most) = course.range;
    let low = verdict.low.filter(|low| least.is_none_or(|x| *low >= x));
    let high = verdict.high.filter(|high| most.is_none_or(|x| *high <= x));
    match (low, high) {
        (Some(low), Some(high)) => format!("{} to {}", of(low), of(high)),
        (Some(low), None) => format!("what is allowed, at least {}", of(low)),
        (None, Some(high)) => format!("what is allowed, at most {}", of(high)),
        (None, None) => "what is allowed".into(),
    }
}
