//! What windows are compared with.

use crate::report::view::BaselineChoice;
use crate::table::time::{DAY, Time};
use crate::web::ui::state::app;
use crate::web::ui::widgets::{Choice, Menu};
use leptos::prelude::*;

const AUTO: &str = "auto";
const REFERENCE: &str = "reference";
const FIRST_WEEK: &str = "first-week";
const PERIOD: &str = "period";
const NONE: &str = "none";

/// The seven days from the first prediction's on.
fn first_week(start: Time) -> (Time, Time) {
    let midnight = start.0 - start.0.rem_euclid(DAY);
    (Time(midnight), Time(midnight + 7 * DAY))
}

/// The menu of baselines. A period is taken from the part of the timeline that is marked.
#[component]
pub fn BaselineMenu() -> impl IntoView {
    let app = app();
    let span = app.part(|r| r.span.filter(|_| r.timed));
    let label = app.part(|r| r.baseline.as_ref().map(|b| b.label.clone()));
    let week = Memo::new(move |_| span.get().map(|s| first_week(s.start)));
    let period = Memo::new(move |_| {
        let in_force = app.view.with(|v| match v.baseline {
            BaselineChoice::Period(from, to) => Some((from, to)),
            _ => None,
        });
        app.brush
            .get()
            .or(in_force.filter(|p| Some(*p) != week.get()))
    });
    let choices = Signal::derive(move || {
        let auto = match (app.view.with(|v| v.baseline.clone()), label.get()) {
            (BaselineChoice::Auto, Some(label)) => format!("Automatic: {label}"),
            _ => "Automatic".into(),
        };
        let mut all = vec![Choice::new(AUTO, auto)];
        if app.choices.with(|c| c.reference) {
            all.push(Choice::new(REFERENCE, "Reference file"));
        }
        if week.get().is_some() {
            all.push(Choice::new(FIRST_WEEK, "First week"));
        }
        if let Some((from, to)) = period.get() {
            all.push(Choice::new(
                PERIOD,
                format!("Period: {}", app.period(from, to)),
            ));
        }
        all.push(Choice::new(NONE, "None"));
        all
    });
    let chosen = Signal::derive(move || {
        app.view
            .with(|v| match v.baseline {
                BaselineChoice::Auto => AUTO,
                BaselineChoice::Reference => REFERENCE,
                BaselineChoice::Period(from, to) if week.get() == Some((from, to)) => FIRST_WEEK,
                BaselineChoice::Period(..) => PERIOD,
                BaselineChoice::None => NONE,
            })
            .to_string()
    });
    let choose = move |value: String| {
        let as_period =
            |p: Option<(Time, Time)>| p.map(|(from, to)| BaselineChoice::Period(from, to));
        let choice = match value.as_str() {
            REFERENCE => Some(BaselineChoice::Reference),
            FIRST_WEEK => as_period(week.get_untracked()),
            PERIOD => as_period(period.get_untracked()),
            NONE => Some(BaselineChoice::None),
            _ => Some(BaselineChoice::Auto),
        };
        app.choose(|v| v.baseline = choice.unwrap_or_default());
    };
    view! { <Menu label="Baseline" testid="baseline" choices=choices chosen=chosen on_choose=choose/> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_week_starts_at_midnight() {
        let start = Time::parse("2025-01-01T13:05:00Z").unwrap();
        let (from, to) = first_week(start);
        assert_eq!(from.to_string(), "2025-01-01T00:00:00Z");
        assert_eq!(to.to_string(), "2025-01-08T00:00:00Z");
    }
}
