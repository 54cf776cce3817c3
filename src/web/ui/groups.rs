//! Whether groups are treated alike: a column at a time, each group's rates, and the largest against the
//! smallest.

use super::explain::Number;
use super::format;
use super::slice_table::cell;
use super::state::app;
use super::widgets::{Choice, Menu};
use crate::metric::{Estimate, Unit};
use crate::report::groups::told::{DIFFERENCES, RATES as RATES_TOLD, RATIOS, told};
use crate::report::groups::{Between, Group, GroupColumn, RATES};
use leptos::prelude::*;

/// Rates as heads of columns, in the order of [`RATES`].
const HEADS: [&str; 4] = [
    "Predicted positive",
    "True positive rate",
    "False positive rate",
    "Precision",
];

/// Criteria as a person reads them, with what they ask for.
fn title(name: &str) -> (&'static str, &'static str) {
    match name {
        "demographic_parity" => ("Demographic parity", "predicted positive equally often"),
        "equal_opportunity" => ("Equal opportunity", "equal true positive rates"),
        "equalized_odds" => ("Equalised odds", "equal true and false positive rates"),
        _ => ("Predictive parity", "equal precision"),
    }
}

fn named(value: &str) -> String {
    match value {
        "" => "(empty)".into(),
        value => value.into(),
    }
}

/// The card of groups.
#[component]
pub fn Groups() -> impl IntoView {
    let app = app();
    let groups = app.part(|r| r.groups.clone().unwrap_or_default());
    let chosen = RwSignal::new(String::new());
    let column = Memo::new(move |_| {
        groups.with(|g| {
            let of = g.columns.iter().find(|c| c.column == chosen.get());
            of.or_else(|| g.columns.first())
                .cloned()
                .unwrap_or_default()
        })
    });
    let choices = Signal::derive(move || {
        let names = |c: &GroupColumn| Choice::new(&c.column, &c.column);
        groups.with(|g| g.columns.iter().map(names).collect::<Vec<_>>())
    });
    let note = move || {
        let (least, tests) = groups.with(|g| (g.minimum, g.contrasts));
        format!(
            "Rows with an outcome. A rate under which fewer than {least} rows stand is shown, not compared. ● differs from all other rows after correction (Holm) for {} comparisons. The largest against the smallest of many groups is larger by chance alone; the interval takes that into account. This is to explore: no group raises an alarm.",
            format::count(tests)
        )
    };
    view! {
        <div class="card" data-testid="groups">
            <div class="card-head wraps">
                <h3>"Groups"</h3>
                <Menu
                    label="By"
                    testid="groups-column"
                    choices=choices
                    chosen=Signal::derive(move || column.with(|c| c.column.clone()))
                    on_choose=move |name: String| chosen.set(name)
                />
            </div>
            <p class="remark">{note}</p>
            <div class="scroll-x" role="region" aria-label="Rates by group" tabindex="0">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Group"</th>
                            <th scope="col" class="right">"Rows"</th>
                            {HEADS.map(|h| view! { <th scope="col" class="right">{h}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>
                        {move || column.with(|c| c.groups.clone()).into_iter().map(|group| view! { <Row group/> }).collect_view()}
                    </tbody>
                </table>
            </div>
            {move || {
                let others = column.with(|c| c.others);
                (others > 0).then(|| view! {
                    <p class="remark">{format!("{} rarer values are not counted one by one.", format::count(others))}</p>
                })
            }}
            <div class="scroll-x" role="region" aria-label="Largest against smallest" tabindex="0">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Criterion"</th>
                            <th scope="col" class="right">"Largest − smallest"</th>
                            <th scope="col" class="right">"Smallest ÷ largest"</th>
                            <th scope="col" class="apart">"Largest in"</th>
                            <th scope="col">"Smallest in"</th>
                            <th scope="col" class="right">"Groups"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || column.with(|c| c.between.clone()).into_iter().map(|between| view! { <Criterion between/> }).collect_view()}
                    </tbody>
                </table>
            </div>
        </div>
    }
}

#[component]
fn Row(group: Group) -> impl IntoView {
    let rate = |name: &str| {
        let value = group.rates.get(name).cloned().unwrap_or_default();
        let few = group.too_few.iter().any(|f| f == name);
        let differs = group.against_rest.get(name).filter(|c| c.differs);
        let said = differs.map(|c| {
            format!(
                "Differs from all other rows by {} ({})",
                c.difference
                    .value
                    .map_or_else(String::new, |d| format::change(d, Unit::Percent)),
                format::p_value(c.p_value)
            )
        });
        let mark = said
            .clone()
            .map(|said| view! { <span class="tone-bad" role="img" aria-label=said>"● "</span> });
        let number = value.value.map(|v| v.to_string());
        view! {
            <td
                class="num right"
                class:quiet=few
                title=said
                data-testid=format!("rate-{name}-{}", group.value)
                data-value=number
            >
                {mark}
                <Number info=told(&RATES_TOLD, name)>{cell(&value, Unit::Percent)}</Number>
            </td>
        }
    };
    view! {
        <tr>
            <td>{named(&group.value)}</td>
            <td class="num right">{format::count(group.rows)}</td>
            {RATES.iter().map(|(name, _)| rate(name)).collect_view()}
        </tr>
    }
}

/// A difference of shares, in points, with its interval.
fn points(e: &Estimate) -> AnyView {
    let Some(value) = e.value else {
        return cell(e, Unit::Percent);
    };
    let plain = |x: f64| format!("{}\u{202f}pp", format::fixed(100.0 * x, 1));
    let ends = e.low.zip(e.high).map(|(low, high)| {
        let low = plain(low).replace("\u{202f}pp", "");
        format!("[{low}, {}]", plain(high))
    });
    let beside = ends.or_else(|| e.no_interval.clone());
    view! {
        {plain(value)}
        {beside.map(|b| view! { " " <span class="quiet">{b}</span> })}
    }
    .into_any()
}

#[component]
fn Criterion(between: Between) -> impl IntoView {
    let (name, asks) = title(&between.name);
    let few = between.too_few.len() as u64;
    let value = between.difference.value.map(|v| v.to_string());
    let of = move |group: Option<String>| group.as_deref().map(named);
    view! {
        <tr>
            <td>{name} " " <span class="quiet">{asks}</span></td>
            <td
                class="num right"
                data-testid=format!("between-{}", between.name)
                data-value=value
            >
                <Number info=told(&DIFFERENCES, &between.name)>{points(&between.difference)}</Number>
            </td>
            <td class="num right">
                <Number info=told(&RATIOS, &between.name)>{cell(&between.ratio, Unit::Ratio)}</Number>
            </td>
            <td class="apart">{of(between.highest)}</td>
            <td>{of(between.lowest)}</td>
            <td class="num right">
                {format::count(between.groups)}
                {(few > 0).then(|| format!(", {} too small", format::count(few)))}
            </td>
        </tr>
    }
}
