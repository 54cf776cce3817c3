//! The curves of a binary task, or of each of several classes against the rest: one is drawn at a time, with the numbers
//! at the threshold in force beside it.

use super::filters::nearest;
use super::format;
use super::state::app;
use super::widgets::{Choice, Menu};
use crate::chart::{AT_FIRST, AT_MOST, Lines, SHARES, Shape};
use crate::metric::Unit;
use crate::report::curves::{
    Counted, accuracy, f1, false_positive_rate, flagged_share, lift, of_confusion, precision,
    recall, specificity,
};
use crate::report::{CalibrationBin, Report};
use crate::web::chart_view::{CurveChart, CutoffChart, ReliabilityChart};
use leptos::prelude::*;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drawn {
    Curve(Shape),
    Over(Lines),
    Calibration,
}

/// A curve with its name in the DOM, its title, and what it tells.
struct Tab {
    name: &'static str,
    title: &'static str,
    drawn: Drawn,
    tells: &'static str,
}

const TABS: [Tab; 8] = [
    Tab {
        name: "roc",
        title: "ROC",
        drawn: Drawn::Curve(Shape::Roc),
        tells: "How many of the positive rows are found for how many false alarms among the negative ones. A score that tells nothing lies on the diagonal.",
    },
    Tab {
        name: "precision-recall",
        title: "Precision–recall",
        drawn: Drawn::Curve(Shape::PrecisionRecall),
        tells: "How many of the rows predicted positive are so, against how many of the positive rows are found. A score that tells nothing lies on the base rate.",
    },
    Tab {
        name: "gain",
        title: "Gain",
        drawn: Drawn::Curve(Shape::Gain),
        tells: "How many of the positive rows are found by acting on those of the highest score first. The lift is how many times more that is than by chance.",
    },
    Tab {
        name: "lift",
        title: "Lift",
        drawn: Drawn::Curve(Shape::Lift),
        tells: "How many times more positive rows are among those of the highest score than among as many taken by chance. A score that tells nothing lies on one.",
    },
    Tab {
        name: "net-benefit",
        title: "Net benefit",
        drawn: Drawn::Over(Lines::NetBenefit),
        tells: "What acting on the predictions gains a row, in true positives: at a threshold t a false alarm costs t / (1 − t) of one. Below zero it is better to act on none. Drag to choose the threshold.",
    },
    Tab {
        name: "threshold",
        title: "By threshold",
        drawn: Drawn::Over(Lines::Shares),
        tells: "What each threshold would give. Drag to choose it; choose what is drawn below, six at most.",
    },
    Tab {
        name: "calibration",
        title: "Calibration",
        drawn: Drawn::Calibration,
        tells: "How often what was foretold with a probability came true, by tenths. It does not depend on the threshold. Bars tell how many rows each tenth has.",
    },
    Tab {
        name: "cost",
        title: "Cost",
        drawn: Drawn::Over(Lines::Cost),
        tells: "What a row costs at each threshold, by the costs you gave. Drag to choose the threshold.",
    },
];

/// The curves.
#[component]
pub fn Curves() -> impl IntoView {
    let app = app();
    let chosen = RwSignal::new(0_usize);
    let billed = app.part(|r| r.costs.is_some());
    let labels = app.part(|r| {
        r.class_curves
            .iter()
            .map(|c| c.label.clone())
            .collect::<Vec<_>>()
    });
    let picked = RwSignal::new(String::new());
    let class = Memo::new(move |_| {
        let found = labels.with(|l| l.iter().find(|l| **l == *picked.read()).cloned());
        found.or_else(|| labels.with(|l| l.first().cloned()))
    });
    let several =
        Memo::new(move |_| app.awaited.get().class_curves || labels.with(|l| !l.is_empty()));
    let told = app.part(|r| r.class_curves.iter().any(|c| !c.calibration.is_empty()));
    let waits = move || several.get() && labels.with(Vec::is_empty);
    let choices = Signal::derive(move || {
        let one = |l: &String| Choice::new(l, l);
        labels.with(|l| l.iter().map(one).collect::<Vec<_>>())
    });
    let there = move |tab: &Tab| match tab.drawn {
        // Rows that were not kept do not tell it of several classes.
        Drawn::Calibration if several.get() => waits() || told.get(),
        // Of several classes there is no one threshold.
        Drawn::Over(_) if several.get() => false,
        Drawn::Over(Lines::Cost) => billed.get(),
        _ => true,
    };
    let tab = move || {
        let tab = TABS.get(chosen.get()).filter(|t| there(t));
        tab.unwrap_or(&TABS[0])
    };
    let cheapest = app.part(|r| {
        let bill = r.costs.as_ref();
        bill.and_then(|b| b.cheapest.clone())
    });
    let to_cheapest = move |_| {
        if let Some(threshold) = cheapest.get_untracked().and_then(|c| c.threshold) {
            app.choose(|v| v.threshold = Some(threshold));
        }
    };
    let drag = Callback::new(move |x: f64| {
        if let Some(x) = app.choices.with_untracked(|c| nearest(&c.thresholds, x)) {
            app.choose(|v| v.threshold = Some(x));
        }
    });
    let over = RwSignal::new(
        SHARES
            .iter()
            .take(AT_FIRST)
            .map(|s| s.name)
            .collect::<Vec<_>>(),
    );
    let chart = move || match tab().drawn {
        _ if waits() => view! { <div class="waits curve-room"></div> }.into_any(),
        Drawn::Curve(shape) => view! { <CurveChart report=app.report shape class/> }.into_any(),
        Drawn::Over(what) => {
            view! { <CutoffChart report=app.report what chosen=over on_threshold=drag/> }.into_any()
        }
        Drawn::Calibration => view! { <ReliabilityChart report=app.report class/> }.into_any(),
    };
    let beside = move || match tab().drawn {
        Drawn::Calibration => view! { <Tenths class/> }.into_any(),
        _ if several.get() => ().into_any(),
        _ => view! { <AtThreshold/> }.into_any(),
    };
    let points = app.part(|r| {
        let several = r.class_curves.first().map(|c| &c.curves);
        several
            .or(r.curves.as_ref())
            .map_or(0, |c| c.thresholds.len())
    });
    let exact = move || {
        (tab().drawn != Drawn::Calibration).then(|| {
            format!(
                "Exact at {} thresholds; between two of them the line is only drawn.",
                format::count(points.get() as u64)
            )
        })
    };
    let choice = move |(i, tab): (usize, &'static Tab)| {
        view! {
            <button
                data-testid=format!("curve-{}", tab.name)
                hidden=move || !there(tab)
                aria-pressed=move || (chosen.get() == i).to_string()
                on:click=move |_| chosen.set(i)
            >
                {tab.title}
            </button>
        }
    };
    view! {
        <figure class="card" data-testid="curves">
            <div class="card-head wraps">
                <figcaption>"Curves"</figcaption>
                <div class="segmented" role="group" aria-label="Curve">
                    {TABS.iter().enumerate().map(choice).collect_view()}
                </div>
            </div>
            <Show when=move || several.get()>
                <Menu
                    label="One class against the rest"
                    testid="curve-class"
                    choices=choices
                    chosen=Signal::derive(move || class.get().unwrap_or_default())
                    on_choose=move |name: String| picked.set(name)
                />
            </Show>
            <p class="remark">{move || tab().tells} " " {exact}</p>
            {move || {
                let least = cheapest.get().filter(|_| tab().drawn == Drawn::Over(Lines::Cost));
                least.map(|c| view! {
                    <p class="remark" data-testid="cheapest">
                        {c.sentence} " "
                        {c.threshold.map(|_| view! {
                            <button class="link" on:click=to_cheapest>"Use it"</button>
                        })}
                    </p>
                })
            }}
            <Show when=move || tab().drawn == Drawn::Over(Lines::Shares)>
                <OverThreshold chosen=over/>
            </Show>
            <div class="curves" class:alone=move || several.get() && tab().drawn != Drawn::Calibration>
                <div>{chart}</div>
                <div>{beside}</div>
            </div>
        </figure>
    }
}

/// The choice of metrics over the threshold.
#[component]
fn OverThreshold(chosen: RwSignal<Vec<&'static str>>) -> impl IntoView {
    let choice = move |name: &'static str, title: &'static str| {
        let drawn = move || chosen.with(|c| c.contains(&name));
        let full = move || !drawn() && chosen.with(|c| c.len() >= AT_MOST);
        let toggle = move |_| {
            chosen.update(|c| match c.iter().position(|n| *n == name) {
                Some(at) => drop(c.remove(at)),
                None => c.push(name),
            });
        };
        view! {
            <button
                class="toggle"
                data-testid=format!("over-{name}")
                aria-pressed=move || drawn().to_string()
                disabled=full
                on:click=toggle
            >
                {title}
            </button>
        }
    };
    view! {
        <div class="toggles" role="group" aria-label="Metrics over the threshold">
            {SHARES.iter().map(|s| choice(s.name, s.title)).collect_view()}
        </div>
    }
}

/// The confusion in force, of the view and of the baseline.
fn confusions(report: &Report) -> (Option<Counted>, Option<Counted>) {
    let confusion = report.confusion.as_ref();
    (
        confusion.and_then(|c| of_confusion(&c.counts)),
        confusion.and_then(|c| of_confusion(c.baseline.as_ref()?)),
    )
}

type Share = fn(Counted) -> Option<f64>;

/// What stands beside a curve.
const BESIDE: [(&str, &str, Share); 7] = [
    ("recall", "Recall (true positive rate)", recall),
    ("fpr", "False positive rate", false_positive_rate),
    ("specificity", "Specificity", specificity),
    ("precision", "Precision", precision),
    ("f1", "F1", f1),
    ("accuracy", "Accuracy", accuracy),
    ("flagged", "Rows predicted positive", flagged_share),
];

/// The numbers at the threshold in force.
#[component]
fn AtThreshold() -> impl IntoView {
    let app = app();
    let now = app.part(confusions);
    let threshold = app.part(|r| r.scores.as_ref().and_then(|s| s.threshold));
    let head = move || match threshold.get() {
        Some(t) => format!("At threshold {}", format::number(t)),
        None => "Labels as served".to_owned(),
    };
    let row = move |name: &'static str, title: &'static str, share: Share, times: bool| {
        let written = move |c: Option<Counted>| match c.and_then(share) {
            Some(v) if times => format!("{} ×", format::fixed(v, 2)),
            Some(v) => format::value(v, Unit::Percent),
            None => "–".to_owned(),
        };
        let value = move || now.get().0.and_then(share).map(|v| v.to_string());
        view! {
            <tr>
                <td>{title}</td>
                <td class="num right" data-testid=format!("at-{name}") data-value=value>
                    {move || written(now.get().0)}
                </td>
                <td class="num right quiet">{move || written(now.get().1)}</td>
            </tr>
        }
    };
    view! {
        <div class="scroll-x" role="region" aria-label="At the threshold" tabindex="0">
            <table class="table" data-testid="at-threshold">
                <thead>
                    <tr>
                        <th scope="col">{head}</th>
                        <th scope="col" class="right">"This view"</th>
                        <th scope="col" class="right">"Baseline"</th>
                    </tr>
                </thead>
                <tbody>
                    {BESIDE.into_iter().map(|(n, t, s)| row(n, t, s, false)).collect_view()}
                    {row("lift", "Lift", lift, true)}
                </tbody>
            </table>
        </div>
    }
}

/// The tenths of the calibration.
#[component]
fn Tenths(#[prop(into)] class: Signal<Option<String>>) -> impl IntoView {
    let bins = app().part(move |r| match &*class.read() {
        Some(class) => {
            let found = r.class_curves.iter().find(|c| c.label == *class);
            found.map(|c| c.calibration.clone()).unwrap_or_default()
        }
        None => r.calibration.clone(),
    });
    let row = |bin: CalibrationBin| {
        let share =
            |v: Option<f64>| v.map_or("–".to_owned(), |v| format::value(v, Unit::Percent));
        view! {
            <tr>
                <td class="num">
                    {format!("{} – {}", format::fixed(bin.from, 1), format::fixed(bin.to, 1))}
                </td>
                <td class="num right">{share(bin.mean_score)}</td>
                <td class="num right">{share(bin.positive.value)}</td>
                <td class="num right">{format::count(bin.positive.n)}</td>
            </tr>
        }
    };
    view! {
        <div class="scroll-x" role="region" aria-label="Calibration by tenths" tabindex="0">
            <table class="table" data-testid="tenths">
                <thead>
                    <tr>
                        <th scope="col">"Probability"</th>
                        <th scope="col" class="right">"Foretold"</th>
                        <th scope="col" class="right">"Came true"</th>
                        <th scope="col" class="right">"Rows"</th>
                    </tr>
                </thead>
                <tbody>{move || bins.get().into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
