//! What the data lack beside the baseline: what was expected, what was found, and since when.

use super::expectations::ExpectationsPart;
use super::format;
use super::state::app;
use super::widgets::{Empty, More, ROWS};
use crate::metric::Unit;
use crate::report::{Check, CheckKind, Checks};
use crate::web::chart_view::ValuesSparkline;
use leptos::prelude::*;

/// The table of checks.
#[component]
pub fn ChecksTable() -> impl IntoView {
    let app = app();
    let checks = app.part(|r| r.checks.clone());
    let timed = app.part(|r| r.timed);
    let most = RwSignal::new(ROWS);
    // Missing cells of every column have a table of their own; here stand those that break what is expected.
    let listed = Memo::new(move |_| {
        let found = checks.with(|c| c.as_ref().map(|c| c.found.clone()).unwrap_or_default());
        let here = |c: &Check| c.kind != CheckKind::Missing || c.is_broken();
        found.into_iter().filter(here).collect::<Vec<_>>()
    });
    let shown = move || listed.with(|l| l.iter().take(most.get()).cloned().collect::<Vec<_>>());
    let count = Signal::derive(move || listed.with(Vec::len));
    let about = move || match app.awaited.get().drift {
        true => "The columns are being counted window by window …".to_owned(),
        false => checks.with(|c| c.as_ref().map(said).unwrap_or_default()),
    };
    let lacks = move || {
        let made = app
            .made
            .with(|m| m.as_ref().is_some_and(|m| m.missing.profile.is_some()));
        app.saved && made
    };
    let broken =
        move || checks.with(|c| c.as_ref().map(|c| c.violations.clone()).unwrap_or_default());
    let unjudged =
        move || checks.with(|c| c.as_ref().map(|c| c.unjudged.clone()).unwrap_or_default());
    view! {
        <Show
            when=move || checks.with(Option::is_some)
            fallback=move || {
                lacks()
                    .then(|| view! { <Empty text="This saved report holds no checks of the columns for this choice."/> })
            }
        >
            <div class="card" data-testid="checks">
                <h3>"Data quality"</h3>
                <p class="quiet about">{about}</p>
                <Show when=move || !broken().is_empty()>
                    <ul class="notes" data-testid="violations">
                        {move || broken().into_iter().map(|v| view! { <li>{v.sentence}</li> }).collect_view()}
                    </ul>
                </Show>
                <Show when=move || !unjudged().is_empty()>
                    <ul class="notes quiet" data-testid="unjudged">
                        {move || unjudged().into_iter().map(|of| view! { <li>{of.sentence}</li> }).collect_view()}
                    </ul>
                </Show>
                <Show when=move || count.get() != 0>
                    <div class="scroll-x" role="region" aria-label="Data quality" tabindex="0">
                        <table class="table">
                            <thead>
                                <tr>
                                    <th scope="col">"Check"</th>
                                    <th scope="col">"Column"</th>
                                    <th scope="col">"By window"</th>
                                    <th scope="col" class="right">"Expected"</th>
                                    <th scope="col" class="right">"Found"</th>
                                    <th scope="col">"Since"</th>
                                    <th scope="col" class="right">"Windows"</th>
                                    <th scope="col">"Worst"</th>
                                </tr>
                            </thead>
                            <tbody>
                                {move || {
                                    let timed = timed.get();
                                    shown().into_iter().map(|check| view! { <Row check timed/> }).collect_view()
                                }}
                            </tbody>
                        </table>
                    </div>
                    <More shown=most of=count/>
                </Show>
                <ExpectationsPart/>
            </div>
        </Show>
    }
}

/// How many checks break, and the first of them in words.
fn said(checks: &Checks) -> String {
    let broken = checks.found.iter().filter(|c| c.is_broken()).count() as u64;
    let made = format::plural(checks.made, "check", "checks");
    let first = checks.found.first().filter(|c| c.is_broken());
    match first {
        None => {
            format!(
                "{made} against the baseline, and no window is beyond what it lets expect. Those that are watched raise their alarms under the budget."
            )
        }
        Some(first) => {
            let verb = if broken == 1 { "breaks" } else { "break" };
            format!(
                "{} of {made} {verb}. {}",
                format::count(broken),
                first.sentence
            )
        }
    }
}

#[component]
fn Row(check: Check, timed: bool) -> impl IntoView {
    let kind = check.kind;
    let number = move |x: Option<f64>| x.map_or_else(|| format::NOTHING.into(), |x| value(kind, x));
    let interval = move |of: &crate::metric::Estimate| {
        let interval = format::interval(of, Unit::Percent);
        interval.filter(|_| kind.is_share()).unwrap_or_default()
    };
    let instant = move |t: Option<crate::table::time::Time>| {
        t.map_or_else(|| format::NOTHING.into(), |t| format::instant(timed, t))
    };
    let broken = check.is_broken();
    let windows = match broken {
        true => format!(
            "{} of {}",
            format::count(check.broken),
            format::count(check.judged)
        ),
        false => "none".into(),
    };
    let state = match (broken, check.goes_on) {
        (true, true) => instant(check.since),
        (true, false) => format!("{}, over", instant(check.since)),
        _ => format::NOTHING.into(),
    };
    let (expected, found) = (interval(&check.expected), interval(&check.found));
    view! {
        <tr title=check.sentence>
            <td>{if broken { view! { <strong>{kind.title()}</strong> }.into_any() } else { kind.title().into_any() }}</td>
            <td>{match check.column {
                Some(column) => view! { <code>{column}</code> }.into_any(),
                None => view! { <span class="quiet">"rows"</span> }.into_any(),
            }}</td>
            <td class="spark-cell"><ValuesSparkline values=check.windows usual=check.expected.value/></td>
            <td class="num right" title=expected>{number(check.expected.value)}</td>
            <td class="num right" title=found>{number(check.found.value)}</td>
            <td class="num">{state}</td>
            <td class="num right">{windows}</td>
            <td class="num">{instant(check.worst)}</td>
        </tr>
    }
}

/// What a check compares, in its own unit.
fn value(kind: CheckKind, x: f64) -> String {
    match kind {
        CheckKind::Constant => (if x > 0.0 { "one value" } else { "several" }).into(),
        CheckKind::Stuck | CheckKind::Volume => format::plural(x as u64, "row", "rows"),
        CheckKind::Cardinality => format!("× {}", format::fixed(x, 2)),
        CheckKind::NoRows => format::duration(x),
        _ => format::percent(x),
    }
}
