//! Tests of two samples on every column, and on all of them together, where the reader asks for them: every one, or
//! those that they choose. They take the rows and some seconds.

use super::format;
use super::state::app;
use super::widgets::{Empty, More, ROWS};
use crate::report::{Examined, ExaminedColumn, PairSays, TestChoice, TestSays, Together};
use leptos::prelude::*;

/// Tests and distances, and what they are called.
const NAMES: [(&str, &str); 24] = [
    ("anderson_darling", "Anderson–Darling"),
    ("chi_square", "Chi-square"),
    ("cramer_von_mises", "Cramér–von Mises"),
    ("cramers_v", "Cramér’s V"),
    ("cramers_v_corrected", "Cramér’s V, corrected"),
    ("energy", "Energy"),
    ("epps_singleton", "Epps–Singleton"),
    ("fisher", "Fisher"),
    ("g", "G"),
    ("hellinger", "Hellinger"),
    ("jensen_shannon", "Jensen–Shannon"),
    ("kolmogorov_smirnov", "Kolmogorov–Smirnov"),
    ("kullback_leibler", "Kullback–Leibler"),
    ("l_infinity", "L∞"),
    ("mann_whitney", "Mann–Whitney"),
    ("psi", "PSI"),
    ("total_variation", "Total variation"),
    ("wasserstein", "Wasserstein"),
    ("wasserstein_normalised", "Wasserstein, normalised"),
    ("welch", "Welch’s t"),
    ("domain_classifier", "Domain classifier, ROC AUC"),
    ("mean_discrepancy", "Maximum mean discrepancy"),
    ("reconstruction_error", "PCA reconstruction error"),
    ("correlations", "Rank correlations"),
];

fn titled(name: &str) -> String {
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| name.replace('_', " "), |(_, title)| (*title).to_owned())
}

/// Which tests a saved report has, and how others come into one: they are made of rows, which it does not hold. `every`:
/// whether all were made.
fn held(found: Option<&Examined>, every: bool) -> String {
    let how =
        "Tests are made of rows, which a saved report does not hold: choose them before saving.";
    let Some(found) = found else {
        return how.into();
    };
    if every {
        return "This file holds every test that its columns have.".into();
    }
    let mut names: Vec<&str> = (found.columns.iter())
        .flat_map(|c| {
            c.tests
                .keys()
                .chain(c.distances.keys())
                .chain(c.undefined.keys())
        })
        .map(String::as_str)
        .collect();
    if let Some(together) = &found.together {
        let has = [
            (
                together.reconstruction_error.is_some(),
                "reconstruction_error",
            ),
            (together.domain_classifier.is_some(), "domain_classifier"),
            (together.mean_discrepancy.is_some(), "mean_discrepancy"),
            (!together.correlations.is_empty(), "correlations"),
        ];
        names.extend(has.iter().filter(|h| h.0).map(|h| h.1));
    }
    let titles = NAMES.iter().filter(|(name, _)| names.contains(name));
    let titles: Vec<&str> = titles.map(|(_, title)| *title).collect();
    format!("This file holds {}. {how}", titles.join(", "))
}

/// A table of one kind of column: what is told of them, by name, and each column's cells.
#[derive(Clone, Debug, Default, PartialEq)]
struct Matrix {
    title: String,
    heads: Vec<String>,
    rows: Vec<(String, Vec<Cell>)>,
}

/// A text, and what a pointer that rests on it is told.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cell {
    text: String,
    about: String,
}

impl Cell {
    fn of_test(says: &TestSays) -> Self {
        let number = |x: Option<f64>| x.map_or_else(|| format::NOTHING.into(), format::number);
        match (says.p, &says.undefined) {
            (Some(p), _) => Self {
                text: format::p_value(says.corrected.unwrap_or(p)),
                about: format!(
                    "Statistic{}: {}; p by itself: {}, {}",
                    says.named
                        .as_ref()
                        .map_or_else(String::new, |named| format!(" ({named})")),
                    says.statistic
                        .map_or_else(|| "infinite".into(), format::number),
                    format::p_value(p),
                    says.how.as_deref().unwrap_or("asymptotic")
                ),
            },
            (None, why) => Self {
                text: number(says.statistic),
                about: why.clone().unwrap_or_default(),
            },
        }
    }

    fn of_distance(x: f64) -> Self {
        Self {
            text: format::number(x),
            about: String::new(),
        }
    }

    fn lacking(why: &str) -> Self {
        Self {
            text: format::NOTHING.into(),
            about: why.to_owned(),
        }
    }
}

fn matrices(examined: &Examined) -> Vec<Matrix> {
    let mut out = Vec::new();
    for (numbers, kind) in [(true, "numbers"), (false, "words")] {
        let columns = || examined.columns.iter().filter(|c| c.numbers == numbers);
        let tests = |c: &ExaminedColumn| -> Vec<(String, Cell)> {
            let of = |(name, says): (&String, &TestSays)| (name.clone(), Cell::of_test(says));
            c.tests.iter().map(of).collect()
        };
        let distances = |c: &ExaminedColumn| -> Vec<(String, Cell)> {
            let of = |(name, x): (&String, &f64)| (name.clone(), Cell::of_distance(*x));
            let none = |(name, why): (&String, &String)| (name.clone(), Cell::lacking(why));
            let told = c.distances.iter().map(of);
            told.chain(c.undefined.iter().map(none)).collect()
        };
        let tests: Vec<_> = columns().map(|c| (c.column.clone(), tests(c))).collect();
        let distances: Vec<_> = columns()
            .map(|c| (c.column.clone(), distances(c)))
            .collect();
        out.extend(matrix(
            format!("Tests of {kind}, p-values corrected for all tests that were made (Holm)"),
            tests,
        ));
        out.extend(matrix(format!("Distances of {kind}"), distances));
    }
    out
}

fn matrix(title: String, columns: Vec<(String, Vec<(String, Cell)>)>) -> Option<Matrix> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in columns.iter().flat_map(|c| &c.1) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names.sort();
    let row = |(column, cells): (String, Vec<(String, Cell)>)| {
        let of = |name: &String| {
            let found = cells.iter().find(|(known, _)| known == name);
            found.map_or_else(Cell::default, |(_, cell)| cell.clone())
        };
        (column, names.iter().map(of).collect())
    };
    let rows: Vec<(String, Vec<Cell>)> = columns.into_iter().map(row).collect();
    (!names.is_empty()).then(|| Matrix {
        title,
        heads: names.iter().map(|name| titled(name)).collect(),
        rows,
    })
}

/// Every test, or the button that asks for them.
#[component]
pub fn EveryTest() -> impl IntoView {
    let app = app();
    let asked = Memo::new(move |_| app.view.with(|v| v.chosen_tests().is_some()));
    let every = Memo::new(move |_| app.view.with(|v| v.all_tests));
    let found = app.part(|r| r.examined.clone());
    let tables = Memo::new(move |_| found.with(|f| f.as_ref().map(matrices).unwrap_or_default()));
    let together = Memo::new(move |_| found.with(|f| f.as_ref().and_then(|f| f.together.clone())));
    let streamed = move || app.report.with(|r| r.as_ref().is_some_and(|r| r.streamed));
    let running = move || {
        let made = app.made.get();
        made.is_some_and(|made| {
            made.missing.examined.is_some()
                || app
                    .view
                    .with(|v| v.chosen_tests() != made.view.chosen_tests())
        })
    };
    let nothing = move || match (app.saved, streamed()) {
        (true, _) => "This saved report does not hold these tests: they were not asked for.",
        (_, true) => "The rows were counted as they passed; these tests need them kept.",
        _ if running() => "The tests are being run …",
        _ => "They need a baseline, and rows outside it.",
    };
    view! {
        <div class="card" data-testid="every-test" aria-busy=move || (asked.get() && found.with(Option::is_none)).to_string()>
            <div class="card-head wraps">
                <h3>"Every test"</h3>
                <button
                    type="button"
                    class="button"
                    data-testid="run-every-test"
                    aria-pressed=move || asked.get().to_string()
                    on:click=move |_| app.choose(|v| {
                        v.all_tests = v.chosen_tests().is_none();
                        v.tests = TestChoice::default();
                    })
                >
                    {move || if asked.get() { "Leave them out" } else { "Run every test" }}
                </button>
            </div>
            <p class="remark">
                "Tests and distances that the kind of a column has, of all rows now against the baseline, and tests of all inputs together. To explore: p-values are corrected for all tests that are made here, not by the budget of false alarms, and raise no alarm."
            </p>
            <Show
                when=move || !app.saved
                fallback=move || view! { <p class="remark" data-testid="tests-held">{move || found.with(|f| held(f.as_ref(), app.view.with(|v| v.all_tests)))}</p> }
            >
                <Chooser every/>
            </Show>
            <Show when=move || asked.get()>
                <Show
                    when=move || found.with(Option::is_some)
                    fallback=move || view! { {move || view! { <Empty text=nothing()/> }} }
                >
                    {move || tables.get().into_iter().map(|of| view! { <OneMatrix of/> }).collect_view()}
                    {move || together.get().map(|of| view! { <AllTogether of/> })}
                </Show>
            </Show>
        </div>
    }
}

/// Which tests and distances are wanted.
#[component]
fn Chooser(
    /// Whether every one is.
    every: Memo<bool>,
) -> impl IntoView {
    let app = app();
    let mut names: Vec<&'static str> = TestChoice::names().collect();
    names.sort_by_key(|name| titled(name));
    let turn = move |name: &str| {
        app.choose(|v| {
            if v.all_tests {
                TestChoice::names().for_each(|name| v.tests.turn(name));
                v.all_tests = false;
            }
            v.tests.turn(name);
        });
    };
    let one = move |name: &'static str| {
        let chosen = move || every.get() || app.view.with(|v| v.tests.has(name));
        view! {
            <label class="live-check">
                <input
                    type="checkbox"
                    data-testid=format!("test-{name}")
                    prop:checked=chosen
                    on:change=move |_| turn(name)
                />
                <span>{titled(name)}</span>
            </label>
        }
    };
    view! {
        <details data-testid="choose-tests">
            <summary>"Choose tests and distances"</summary>
            <div class="test-choice">{names.into_iter().map(one).collect_view()}</div>
        </details>
    }
}

#[component]
fn OneMatrix(of: Matrix) -> impl IntoView {
    let all = of.rows.len();
    let rows = StoredValue::new(of.rows);
    let most = RwSignal::new(ROWS);
    let row = |(column, cells): (String, Vec<Cell>)| {
        let cell = |c: Cell| view! { <td class="num right" title=c.about>{c.text}</td> };
        view! {
            <tr>
                <td><code>{column}</code></td>
                {cells.into_iter().map(cell).collect_view()}
            </tr>
        }
    };
    let shown = move || {
        let rows = rows.with_value(|r| r.iter().take(most.get()).cloned().collect::<Vec<_>>());
        rows.into_iter().map(row).collect_view()
    };
    let head = |text: &String| view! { <th scope="col" class="right">{text.clone()}</th> };
    view! {
        <h4>{of.title.clone()}</h4>
        <div class="scroll-x" role="region" aria-label=of.title tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Column"</th>
                        {of.heads.iter().map(head).collect_view()}
                    </tr>
                </thead>
                <tbody>{shown}</tbody>
            </table>
        </div>
        <More shown=most of=Signal::stored(all)/>
    }
}

/// Tests of all inputs together.
#[component]
fn AllTogether(of: Together) -> impl IntoView {
    let test = |name: &str, says: &TestSays| {
        let statistic = says
            .statistic
            .map_or_else(|| format::NOTHING.into(), format::number);
        let p = says.corrected.or(says.p).map(format::p_value);
        let p = p.or(says.undefined.clone());
        view! {
            <tr>
                <td>{titled(name)}</td>
                <td class="num right">{statistic}</td>
                <td class="num right">{p.unwrap_or_default()}</td>
            </tr>
        }
    };
    let rows = of.rows.map(|(before, now)| {
        let number = |n: u64| format::count(n);
        format!(
            "Of {} rows of the baseline and {} of now, evenly spread where there are more.",
            number(before),
            number(now)
        )
    });
    let error = of.reconstruction_error.map(|(before, now)| {
        // Few columns are told whole by their components; what is left is rounding.
        let told = match before.max(now) < 1e-9 {
            true => "none: the components tell all".to_owned(),
            false => format!("{} → {}", format::number(before), format::number(now)),
        };
        view! {
            <tr>
                <td>"PCA reconstruction error"</td>
                <td class="num right">{told}</td>
                <td class="num right quiet">"no test"</td>
            </tr>
        }
    });
    let pair = |pair: PairSays| {
        view! {
            <tr>
                <td><code>{pair.columns.0}</code>" and "<code>{pair.columns.1}</code></td>
                <td class="num right">{format::fixed(pair.before, 3)}</td>
                <td class="num right">{format::fixed(pair.after, 3)}</td>
                <td class="num right">{format::p_value(pair.corrected)}</td>
            </tr>
        }
    };
    let pairs = (!of.correlations.is_empty()).then(|| {
        view! {
            <h4>"Rank correlations that changed most"</h4>
            <div class="scroll-x" role="region" aria-label="Rank correlations" tabindex="0">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">"Columns"</th>
                            <th scope="col" class="right">"Baseline"</th>
                            <th scope="col" class="right">"Now"</th>
                            <th scope="col" class="right">"p, corrected over pairs"</th>
                        </tr>
                    </thead>
                    <tbody>{of.correlations.into_iter().map(pair).collect_view()}</tbody>
                </table>
            </div>
        }
    });
    view! {
        <h4>"All inputs together"</h4>
        {rows.map(|text| view! { <p class="remark" data-testid="together-rows">{text}</p> })}
        <div class="scroll-x" role="region" aria-label="All inputs together" tabindex="0">
            <table class="table" data-testid="together">
                <thead>
                    <tr>
                        <th scope="col">"Test"</th>
                        <th scope="col" class="right">"Statistic"</th>
                        <th scope="col" class="right">"p, corrected"</th>
                    </tr>
                </thead>
                <tbody>
                    {error}
                    {of.domain_classifier.as_ref().map(|says| test("domain_classifier", says))}
                    {of.mean_discrepancy.as_ref().map(|says| test("mean_discrepancy", says))}
                </tbody>
            </table>
        </div>
        {pairs}
    }
}
