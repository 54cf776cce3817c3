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

/// Requests of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spent {
    /// Number of the step.
    pub at: i64,
    /// Those that were not good.
    pub bad: f64,
    /// All.
    pub all: f64,
}

/// A time in which a rule alerts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Burn {
    /// The first step at whose end it alerts.
    pub from: i64,
    /// The first step after it at whose end it does not; `None` where it goes on at the end.
    pub to: Option<i64>,
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

/// When a rule alerts. `steps` are those in which there were requests, rising, of `step_s` seconds each; what lies
/// between them had none, and `end` is the number behind the last one that was looked at. Windows are whole steps, at
/// least one. It takes time and room of the steps alone, however far apart they are: between the steps that come into a
/// window or leave it nothing changes.
///
/// # Errors
/// Where the rule can say nothing, with the reason.
pub fn burns(
    steps: &[Spent],
    end: i64,
    step_s: f64,
    allowed: f64,
    rule: &Rule,
) -> Result<Vec<Burn>, Silent> {
    let long = (rule.long_s / step_s).round() as i64;
    let short = ((rule.short_s / step_s).round() as i64).max(1);
    let first = steps.first().map_or(end, |s| s.at);
    let positive = allowed.is_finite() && allowed > 0.0;
    if !positive || long < 2 || short >= long || end.saturating_sub(first) < long {
        return Err(Silent::Coarse);
    }
    let needed = fewest(allowed, rule);
    let mut enough = false;
    let mut out: Vec<Burn> = Vec::new();
    let (mut in_long, mut in_short) = (Window::new(steps, long), Window::new(steps, short));
    for at in changes(steps, [short, long], first + long - 1, end) {
        in_long.end_at(at);
        in_short.end_at(at);
        // Sums of parts of requests, as rates tell them, end in small errors.
        let known = in_long.all > needed * (1.0 + 1e-9);
        enough |= known;
        let now = in_long.rate(allowed);
        let alerts = known && now >= rule.rate && in_short.rate(allowed) >= rule.rate;
        match out.last_mut().filter(|last| last.to.is_none()) {
            Some(last) if alerts => last.most = last.most.max(now),
            Some(last) => last.to = Some(at),
            None if alerts => out.push(Burn {
                from: at,
                to: None,
                most: now,
            }),
            None => {}
        }
    }
    if enough { Ok(out) } else { Err(Silent::Few) }
}

/// Numbers of steps from `from` on and before `end` at which the sum of a window changes, rising; also `from`.
fn changes(steps: &[Spent], windows: [i64; 2], from: i64, end: i64) -> Vec<i64> {
    let [short, long] = windows;
    let delays = [0, short, long];
    let mut out: Vec<i64> = Vec::with_capacity(delays.len() * steps.len() + 1);
    out.push(from);
    // What comes into a window or leaves it next, of three lists that rise.
    let mut places = [0_usize; 3];
    loop {
        let change = |k: usize| {
            let step = steps.get(places[k])?;
            Some(step.at.saturating_add(delays[k]))
        };
        let changes = [change(0), change(1), change(2)];
        let Some(next) = changes.iter().flatten().min().filter(|at| **at < end) else {
            return out;
        };
        if *next > from {
            out.push(*next);
        }
        for (place, change) in places.iter_mut().zip(&changes) {
            *place += usize::from(change.as_ref() == Some(next));
        }
    }
}

/// The requests of so many steps up to one.
struct Window<'a> {
    steps: &'a [Spent],
    length: i64,
    /// The steps within, by place.
    from: usize,
    to: usize,
    bad: f64,
    all: f64,
}

impl<'a> Window<'a> {
    const fn new(steps: &'a [Spent], length: i64) -> Self {
        Self {
            steps,
            length,
            from: 0,
            to: 0,
            bad: 0.0,
            all: 0.0,
        }
    }

    /// Moves it on, so that a step is its last.
    fn end_at(&mut self, at: i64) {
        while let Some(step) = self.steps.get(self.to).filter(|s| s.at <= at) {
            self.bad += step.bad;
            self.all += step.all;
            self.to += 1;
        }
        let gone = at - self.length;
        while let Some(step) = self.steps.get(self.from).filter(|s| s.at <= gone) {
            self.bad -= step.bad;
            self.all -= step.all;
            self.from += 1;
        }
    }

    fn rate(&self, allowed: f64) -> f64 {
        if self.all > 1e-9 {
            (self.bad / self.all).max(0.0) / allowed
        } else {
            0.0
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spent(steps: impl Iterator<Item = (f64, f64)>) -> Vec<Spent> {
        let of = |(at, (bad, all))| Spent { at, bad, all };
        (0..).zip(steps).map(of).collect()
    }

    #[test]
    fn an_outage_alerts_soon_and_its_end_ends_it() {
        // A day of minutes, 100 requests each, of which half fail for half an hour.
        let steps =
            spent((0..1_440).map(|i| (if (600..630).contains(&i) { 50.0 } else { 0.0 }, 100.0)));
        let found = burns(&steps, 1_440, 60.0, 0.001, &RULES[0]).unwrap();
        assert_eq!(found.len(), 1);
        // 1.44 % of 60 minutes: two minutes of half failing are 1.67 %.
        assert_eq!(found[0].from, 601);
        // Five minutes after the end, but for the share that is still above the rate.
        assert_eq!(found[0].to, Some(634));
        assert!((found[0].most - 250.0).abs() < 1e-6);
        let coarse = Err(Silent::Coarse);
        assert_eq!(burns(&steps, 1_440, 60.0, 0.001, &RULES[2]), coarse);
        assert_eq!(burns(&steps, 1_440, 3_600.0, 0.001, &RULES[0]), coarse);
    }

    #[test]
    fn one_bad_request_of_few_does_not_alert_by_itself() {
        // More than 1 / (14.4 · 0.001) = 69.4 requests in an hour, of which one is bad.
        let steps = |each: f64| {
            let step = move |i| (if i == 80 { 1.0 } else { 0.0 }, each);
            spent((0..120).map(step))
        };
        let found = |steps: &[Spent]| burns(steps, 120, 60.0, 0.001, &RULES[0]);
        assert_eq!(found(&steps(0.0)), Err(Silent::Few));
        assert_eq!(found(&steps(1.1)), Err(Silent::Few));
        assert_eq!(found(&steps(1.2)), Ok(vec![]));
        // Two bad ones do.
        let mut two = steps(1.2);
        two[81].bad = 1.0;
        assert_eq!(found(&two).map(|b| b.len()), Ok(1));
    }

    #[test]
    fn an_alert_with_nothing_after_it_ends_with_its_window_and_one_at_the_end_goes_on() {
        let steps: Vec<Spent> = spent((0..100).map(|_| (10.0, 10.0)));
        let ended = burns(&steps, 1 << 40, 60.0, 0.001, &RULES[0]).unwrap();
        assert_eq!((ended[0].from, ended[0].to), (59, Some(104)));
        let on = burns(&steps, 100, 60.0, 0.001, &RULES[0]).unwrap();
        assert_eq!((on[0].from, on[0].to), (59, None));
    }

    /// What the definition says, step by step.
    fn plainly(steps: &[(f64, f64)], allowed: f64, rule: &Rule) -> Vec<bool> {
        let (long, short) = (
            (rule.long_s / 60.0) as usize,
            (rule.short_s / 60.0) as usize,
        );
        let sum = |window: &[(f64, f64)]| {
            let all = window
                .iter()
                .fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
            (
                if all.1 > 0.0 {
                    all.0 / all.1 / allowed
                } else {
                    0.0
                },
                all.1,
            )
        };
        let at = |at: usize| {
            let (rate, all) = sum(&steps[at + 1 - long..=at]);
            let now = sum(&steps[at + 1 - short..=at]).0;
            all > fewest(allowed, rule) && rate >= rule.rate && now >= rule.rate
        };
        let first = steps.iter().position(|s| s.1 > 0.0).unwrap_or(0) + long - 1;
        (0..steps.len()).map(|i| i >= first && at(i)).collect()
    }

    proptest! {
        #[test]
        fn sparse_steps_alert_as_all_steps_do(
            runs in prop::collection::vec((0_u32..4, 1_usize..90, 0_u32..30), 1..30),
        ) {
            let mut all: Vec<(f64, f64)> = Vec::new();
            for (bad, length, requests) in runs {
                let many = f64::from(if requests < 15 { 0 } else { requests });
                all.extend(std::iter::repeat_n((f64::from(bad).min(many), many), length));
            }
            let sparse: Vec<Spent> = spent(all.iter().copied()).into_iter().filter(|s| s.all > 0.0).collect();
            let rule = &RULES[0];
            let plain = plainly(&all, 0.005, rule);
            let mut told = vec![false; all.len()];
            for burn in burns(&sparse, all.len() as i64, 60.0, 0.005, rule).unwrap_or_default() {
                let to = burn.to.unwrap_or(all.len() as i64);
                (burn.from..to).for_each(|at| told[at as usize] = true);
            }
            prop_assert_eq!(told, plain);
        }
    }
}
