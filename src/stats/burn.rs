//! How fast an error budget is spent, and when that is fast enough to tell someone.
//!
//! Source: B. Beyer et al. (2018), *The Site Reliability Workbook*, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts",
//! table 5-8. The burn rate of a window is its share of bad requests over the share that the objective allows: at 1
//! the budget lasts exactly its period of 30 days. An alert needs a high rate over a long window, so that enough of
//! the budget is spent to matter, and over one of a twelfth of it, so that it ends soon after the trouble does.
//!
//! Of a service with few requests a single bad one would alert by itself: of ten in an hour, 10 % bad is a hundred times
//! what 99.9 % allows. The chapter warns of that ("Low-Traffic Services and Error Budget Alerting"), and leaves the
//! remedy open. Here a rule is silent where one bad request alone would reach its rate over the long window: it needs
//! more than 1 / (rate · allowed share) requests in it ([`fewest`]).

/// A pair of windows with the rate from which they alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The long window in seconds.
    pub long_s: f64,
    /// The short window in seconds.
    pub short_s: f64,
    /// The burn rate from which it alerts.
    pub rate: f64,
    /// Whether someone has to look at once.
    pub page: bool,
}

/// The workbook's rules: 2 % of a budget of 30 days in an hour, 5 % in six hours, 10 % in three days.
pub const RULES: [Rule; 3] = [
    Rule {
        long_s: 3_600.0,
        short_s: 300.0,
        rate: 14.4,
        page: true,
    },
    Rule {
        long_s: 21_600.0,
        short_s: 1_800.0,
        rate: 6.0,
        page: true,
    },
    Rule {
        long_s: 259_200.0,
        short_s: 21_600.0,
        rate: 1.0,
        page: false,
    },
];

/// A time in which a rule alerts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burn {
    /// The first step at whose end it alerts.
    pub from: usize,
    /// The first step after it at whose end it does not; the number of steps where it goes on.
    pub to: usize,
    /// The highest burn rate of the long window.
    pub most: f64,
}

/// Why a rule says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silent {
    /// Steps are too coarse for it, or fewer than its long window holds.
    Coarse,
    /// No long window has as many requests as it needs ([`fewest`]).
    Few,
}

/// Requests that a long window must have more than, so that one bad request alone does not alert.
#[must_use]
pub fn fewest(allowed: f64, rule: &Rule) -> f64 {
    1.0 / (rule.rate * allowed)
}

/// When a rule alerts. `steps` are bad and all requests of each step, of `step_s` seconds; windows are whole steps, at
/// least one.
///
/// # Errors
/// Where the rule can say nothing, with the reason.
pub fn burns(
    steps: &[(f64, f64)],
    step_s: f64,
    allowed: f64,
    rule: &Rule,
) -> Result<Vec<Burn>, Silent> {
    let long = (rule.long_s / step_s).round() as usize;
    let short = ((rule.short_s / step_s).round() as usize).max(1);
    if allowed.is_nan() || allowed <= 0.0 || long < 2 || short >= long || steps.len() < long {
        return Err(Silent::Coarse);
    }
    let needed = fewest(allowed, rule);
    let mut enough = false;
    let mut out: Vec<Burn> = Vec::new();
    let (mut in_long, mut in_short) = ((0.0, 0.0), (0.0, 0.0));
    let add = |sum: &mut (f64, f64), step: (f64, f64), sign: f64| {
        sum.0 += sign * step.0;
        sum.1 += sign * step.1;
    };
    let rate = |sum: (f64, f64)| {
        if sum.1 > 1e-9 {
            (sum.0 / sum.1).max(0.0) / allowed
        } else {
            0.0
        }
    };
    for (at, step) in steps.iter().enumerate() {
        add(&mut in_long, *step, 1.0);
        add(&mut in_short, *step, 1.0);
        if at >= long {
            add(&mut in_long, steps[at - long], -1.0);
        }
        if at >= short {
            add(&mut in_short, steps[at - short], -1.0);
        }
        // Sums of parts of requests, as rates tell them, end in small errors.
        if at + 1 < long || in_long.1 <= needed * (1.0 + 1e-9) {
            continue;
        }
        enough = true;
        let now = rate(in_long);
        if now < rule.rate || rate(in_short) < rule.rate {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.to == at => {
                last.to = at + 1;
                last.most = last.most.max(now);
            }
            _ => out.push(Burn {
                from: at,
                to: at + 1,
                most: now,
            }),
        }
    }
    if enough { Ok(out) } else { Err(Silent::Few) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_alerts_soon_and_its_end_ends_it() {
        // A day of minutes, 100 requests each, of which half fail for half an hour.
        let steps: Vec<(f64, f64)> = (0..1_440)
            .map(|i| (if (600..630).contains(&i) { 50.0 } else { 0.0 }, 100.0))
            .collect();
        let found = burns(&steps, 60.0, 0.001, &RULES[0]).unwrap();
        assert_eq!(found.len(), 1);
        // 1.44 % of 60 minutes: two minutes of half failing are 1.67 %.
        assert_eq!(found[0].from, 601);
        // Five minutes after the end, but for the share that is still above the rate.
        assert_eq!(found[0].to, 634);
        assert!((found[0].most - 250.0).abs() < 1e-6);
        let coarse = Err(Silent::Coarse);
        assert_eq!(burns(&steps, 60.0, 0.001, &RULES[2]), coarse);
        assert_eq!(burns(&steps, 3_600.0, 0.001, &RULES[0]), coarse);
    }

    #[test]
    fn one_bad_request_of_few_does_not_alert_by_itself() {
        // More than 1 / (14.4 · 0.001) = 69.4 requests in an hour, of which one is bad.
        let steps = |each: f64| {
            let step = move |i| (if i == 80 { 1.0 } else { 0.0 }, each);
            (0..120).map(step).collect::<Vec<_>>()
        };
        let rule = &RULES[0];
        assert_eq!(burns(&steps(0.0), 60.0, 0.001, rule), Err(Silent::Few));
        assert_eq!(burns(&steps(1.1), 60.0, 0.001, rule), Err(Silent::Few));
        assert_eq!(burns(&steps(1.2), 60.0, 0.001, rule), Ok(vec![]));
        // Two bad ones do.
        let mut two = steps(1.2);
        two[81].0 = 1.0;
        assert_eq!(burns(&two, 60.0, 0.001, rule).map(|b| b.len()), Ok(1));
    }
}
