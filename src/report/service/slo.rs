//! Objectives of a service: whether they are met, what is left of the error budget, and when it was spent too fast.
//!
//! How much is left is told of the time shown. Whether it was spent too fast is told by rules with windows of their own
//! ([`crate::stats::burn`]), over all that is known and in the shortest steps in which it is, so the same log gives the
//! same alerts whatever is shown: a part of time shows those that lie in it.

use super::Objectives;
use crate::report::View;
use crate::report::words::grouped;
use crate::series::{Cells, Machine, Measure, Signal, Step, UpTo};
use crate::stats::burn::{RULES, Rule, Silent, Spent, burns, fewest};
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// Whether an objective is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// The service.
    pub of: String,
    /// Share of requests that shall be good.
    pub objective: f64,
    /// Whether the reader chose it. An objective that nobody chose is told, and calls nobody.
    pub chosen: bool,
    /// What a good request is, in words.
    pub good: String,
    /// Seconds within which a good one is answered, where that is wanted and known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub within_s: Option<f64>,
    /// Requests.
    pub requests: f64,
    /// Those that were not good.
    pub bad: f64,
    /// How many were not good at least and at most, where that is not known: requests are counted by bounds of how long
    /// they took, and the limit is none of these, or it is not told which of the failed ones were slow, too.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bad_between: Option<(f64, f64)>,
    /// Share of the error budget of the time shown that is left; negative where it is overspent. `None` where there
    /// are so few requests that the objective allows less than one of them to be bad.
    pub budget_left: Option<f64>,
    /// Requests of which the objective allows one to be bad: with fewer there is no budget to tell of.
    pub budget_from: f64,
    /// When the budget was spent too fast in the time shown, first one first: judged over all that is known, in the
    /// shortest steps in which it is, whatever the steps of the charts are.
    pub burns: Vec<BurnAlert>,
    /// Length of these steps in seconds.
    #[serde(default)]
    pub step_s: f64,
    /// Rules that could not be judged, and why.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unjudged: Vec<String>,
}

/// A time in which an error budget was spent too fast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BurnAlert {
    /// When it would have alerted: the end of the first step.
    pub since: Time,
    /// When it ended; `None`: it goes on.
    pub until: Option<Time>,
    /// The long window in seconds.
    pub long_s: f64,
    /// The short window in seconds.
    pub short_s: f64,
    /// The burn rate from which it alerts.
    pub rate: f64,
    /// The highest burn rate.
    pub most: f64,
    /// Whether someone had to look at once.
    pub page: bool,
    /// One sentence for a person.
    pub sentence: String,
}

/// What of a service is judged.
pub(super) struct Judged<'a> {
    /// Its name.
    pub of: &'a str,
    /// Whether it is known which requests failed.
    pub fails: bool,
    /// Seconds within which a good one is answered, where that is set and durations are known.
    pub slow_s: Option<f64>,
    /// Bad and all requests of the time shown.
    pub total: (f64, f64),
    /// Between what the bad ones lie.
    pub between: UpTo,
    /// By step, over all that is known.
    pub steps: Vec<Spent>,
    /// The step of these.
    pub step: Step,
    /// Number behind the last step that was looked at.
    pub end: i64,
    /// The time shown.
    pub shown: (Time, Time),
}

/// Said where it is not known which of the failed requests were slow, too.
fn unsure(of: &str, (bad, all): (f64, f64), most: f64) -> String {
    format!(
        "Which of the failed requests of {of} were slow as well is not told: of {} requests at least {} and at most {} were bad. The error budget is judged by the fewest.",
        grouped(all.round()),
        grouped(bad.round()),
        grouped(most.round())
    )
}

/// What was spent of one scrape in a step of as long as it counts over: since its process began nothing is known of when.
fn as_long(requests: &Signal, (steps, step): (Vec<Spent>, Step)) -> (Vec<Spent>, Step) {
    let Cells::Rate(cells) = requests.totals() else {
        return (steps, step);
    };
    let [(_, rate)] = cells.as_slice() else {
        return (steps, step);
    };
    let longer = Step::at_least((rate.seconds * 1e6) as i64);
    if longer <= step {
        return (steps, step);
    }
    let in_longer = |s: Spent| Spent {
        at: longer.holds(step, s.at),
        ..s
    };
    (steps.into_iter().map(in_longer).collect(), longer)
}

/// Whether objectives are met over a range of steps, and sentences on what is not known.
pub(super) fn slos(
    machine: &Machine,
    view: &View,
    (from, to): (i64, i64),
    notes: &mut Vec<String>,
) -> Vec<Slo> {
    let shown = (machine.step.start(from), machine.step.start(to));
    let mut out = Vec::new();
    for requests in machine.of(Measure::Requests) {
        let find = |measure| machine.of(measure).find(|s| s.of == requests.of);
        let slow_s = view
            .service
            .slow_s
            .filter(|_| find(Measure::Duration).is_some());
        let plain = machine.spent_by_charts(&requests.of, slow_s);
        let within = plain.iter().filter(|s| (from..to).contains(&s.at));
        let total = within.fold((0.0, 0.0), |sum, s| (sum.0 + s.bad, sum.1 + s.all));
        let (steps, step) = as_long(requests, machine.spent(&requests.of, slow_s));
        // A service that is not seen any more has no requests.
        let last = machine.span.map_or(i64::MIN, |span| step.of_sample(span.1));
        let end = last.max(steps.last().map_or(i64::MIN, |s| s.at)) + 1;
        let between = machine.bad_between(&requests.of, slow_s, from..to);
        let fails = find(Measure::ServerErrors).is_some();
        let apart = !fails || slow_s.is_none() || machine.tells_slow_failures(&requests.of);
        if !apart && between.most > total.0 + 1e-6 {
            notes.push(unsure(&requests.of, (between.least, total.1), between.most));
        }
        out.extend(Slo::of(
            &view.service,
            &Judged {
                of: &requests.of,
                fails,
                slow_s,
                total,
                between,
                steps,
                step,
                end,
                shown: (Time(shown.0), Time(shown.1)),
            },
        ));
    }
    out
}

impl Slo {
    /// `None` without requests, or where nothing tells good ones from bad ones.
    pub(super) fn of(wanted: &Objectives, judged: &Judged<'_>) -> Option<Self> {
        let objective = wanted.slo.unwrap_or(0.999);
        let (bad, all) = judged.total;
        let good = match (judged.fails, judged.slow_s) {
            (true, None) => "not failed by the server's fault (5xx)".to_owned(),
            (true, Some(s)) => format!("not failed by the server's fault, and within {s} s"),
            (false, Some(s)) => format!("within {s} s"),
            (false, None) => return None,
        };
        if all <= 0.0 {
            return None;
        }
        let allowed = 1.0 - objective;
        let mut slo = Self {
            of: judged.of.to_owned(),
            objective,
            chosen: wanted.slo.is_some(),
            good,
            within_s: judged.slow_s,
            requests: all,
            bad,
            bad_between: judged.between.ends(),
            // 1 / (1 - 0.999) is a little more than 1000.
            budget_left: (all * allowed >= 1.0 - 1e-9).then(|| 1.0 - bad / all / allowed),
            budget_from: (1.0 / allowed * 1e6).round() / 1e6,
            burns: Vec::new(),
            step_s: judged.step.seconds(),
            unjudged: Vec::new(),
        };
        for rule in RULES {
            match alerts(judged, allowed, &rule) {
                Ok(found) => slo.burns.extend(found),
                Err(why) => slo.unjudged.push(silent(why, &rule, allowed)),
            }
        }
        slo.burns.sort_by_key(|b| (b.since, !b.page));
        Some(slo)
    }
}

/// When a rule alerted in the time shown.
fn alerts(judged: &Judged<'_>, allowed: f64, rule: &Rule) -> Result<Vec<BurnAlert>, Silent> {
    let step_s = judged.step.seconds();
    let found = burns(&judged.steps, judged.end, step_s, allowed, rule)?;
    let time = |at: i64| Time(judged.step.start(at + 1));
    let alert = |burn: crate::stats::burn::Burn| BurnAlert {
        since: time(burn.from),
        until: burn.to.map(time),
        long_s: rule.long_s,
        short_s: rule.short_s.max(step_s),
        rate: rule.rate,
        most: burn.most,
        page: rule.page,
        sentence: format!(
            "The error budget of {} was spent {:.1} times as fast as it lasts for, over {}",
            judged.of,
            burn.most,
            length(rule.long_s)
        ),
    };
    let (from, to) = judged.shown;
    // One that begins with the end of the last step is of it.
    let is_shown = |b: &BurnAlert| b.since <= to && b.until.is_none_or(|until| until > from);
    Ok(found.into_iter().map(alert).filter(is_shown).collect())
}

/// Why a rule was not judged.
fn silent(why: Silent, rule: &Rule, allowed: f64) -> String {
    let (long, short) = (length(rule.long_s), length(rule.short_s));
    match why {
        Silent::Coarse => format!(
            "{long} and {short}: it needs steps of at most {} and a time of at least {long}",
            length(rule.long_s / 2.0)
        ),
        Silent::Few => format!(
            "{long} and {short}: it needs more than {} requests in {long}, so that one that fails does not alert by itself",
            grouped(fewest(allowed, rule).floor())
        ),
    }
}

/// A time in words.
fn length(seconds: f64) -> String {
    match seconds {
        s if s >= 172_800.0 => format!("{} days", s / 86_400.0),
        s if s >= 7_200.0 => format!("{} h", s / 3_600.0),
        s => format!("{} min", s / 60.0),
    }
}
