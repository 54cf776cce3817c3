//! What the reader chooses, always in reach: period, windows, baseline, version, slices, threshold.
//! A choice that the data does not offer is not shown.

mod baseline;
mod budget;
mod costs;
mod least;
mod parameters;
mod season;
mod slices;
mod threshold;
mod window;

use super::icons;
use super::state::{Work, app};
use super::widgets::{Choice, Menu};
use crate::report::view::View;
use baseline::BaselineMenu;
use budget::Budget;
use costs::Costs;
use least::Least;
use leptos::prelude::*;
use parameters::Parameters;
use season::Season;
use slices::SliceMenus;
pub use slices::narrow;
use threshold::Threshold;
pub use threshold::nearest;
use window::WindowMenu;

/// The bar of choices.
#[component]
pub fn Filters() -> impl IntoView {
    let app = app();
    let of_machine = app.of_machine();
    let changed = move || {
        app.view.with(|v| {
            let as_found = View::default();
            *v != as_found
        })
    };
    view! {
        <section class="filters" aria-label="View">
            <Range/>
            <Show when=move || !of_machine.get()>
                <WindowMenu/>
                <BaselineMenu/>
            </Show>
            <VersionMenu/>
            <SliceMenus/>
            <Threshold/>
            <Costs/>
            <Parameters/>
            <Season/>
            <Budget/>
            <Least/>
            <Show when=changed>
                <button
                    class="button quiet filters-reset"
                    data-testid="reset-view"
                    on:click=move |_| app.view.set(View::default())
                >
                    "Reset view"
                </button>
            </Show>
        </section>
        <Lack/>
        <Estimating/>
    }
}

/// Says when what is shown is not quite what was chosen.
#[component]
fn Lack() -> impl IntoView {
    let app = app();
    let lack = Memo::new(move |_| {
        app.made
            .with(|m| m.as_ref().is_some_and(|m| m.missing.series.is_some()))
    });
    let asking = move || app.work.get() == Some(Work::Refine);
    let text = move || {
        if asking() || app.client.with_value(|c| c.holds_rows()) {
            "Going back to the rows for this choice; until then the wider view is shown."
        } else if !app.saved {
            "The files are read again for this choice; until then the wider view is shown."
        } else {
            "There are no counts for this combination of choices here, so the wider view is shown. With the files themselves every combination can be seen."
        }
    };
    view! {
        <Show when=move || lack.get()>
            <p class="lack" role="status" data-testid="lack">{text}</p>
        </Show>
    }
}

/// How far the estimates of windows without outcomes are, which are made while the rest is looked at.
#[component]
fn Estimating() -> impl IntoView {
    let app = app();
    let goes_on = Memo::new(move |_| app.refined.with(Option::is_some));
    let done = move || app.refined.get().unwrap_or(0.0);
    let text = move || format!("Estimating windows, {:.0} % done.", 100.0 * done());
    view! {
        <Show when=move || goes_on.get()>
            <div class="estimating" role="region" aria-label="Estimates under way" data-testid="estimating">
                {text}
                " "
                <button
                    class="button"
                    data-testid="stop-estimating"
                    on:click=move |_| app.client.with_value(|c| c.cancel())
                >
                    "Stop"
                </button>
            </div>
        </Show>
    }
}

/// The part of time that is looked at; all of it goes without saying.
#[component]
fn Range() -> impl IntoView {
    let app = app();
    let range = Memo::new(move |_| app.view.with(|v| v.range));
    view! {
        {move || {
            range
                .get()
                .map(|(from, to)| {
                    view! {
                        <div class="field">
                            <span class="field-label">"Period"</span>
                            <button
                                class="chip"
                                data-testid="range-reset"
                                aria-label=format!("Period {}; look at all of it again", app.period(from, to))
                                on:click=move |_| app.choose(|v| v.range = None)
                            >
                                <span class="num">{app.period(from, to)}</span>
                                {icons::close()}
                            </button>
                        </div>
                    }
                })
        }}
    }
}

#[component]
fn VersionMenu() -> impl IntoView {
    let app = app();
    let versions = Memo::new(move |_| app.choices.with(|c| c.versions.clone()));
    let choices = Signal::derive(move || {
        versions.with(|versions| {
            let all = std::iter::once(Choice::new("", "All"));
            all.chain(versions.iter().map(|v| Choice::new(v, v)))
                .collect()
        })
    });
    let chosen = Signal::derive(move || app.view.with(|v| v.version.clone().unwrap_or_default()));
    view! {
        <Show when=move || versions.with(|v| !v.is_empty())>
            <Menu
                label="Version"
                testid="version"
                choices=choices
                chosen=chosen
                on_choose=move |v: String| app.choose(|view| view.version = (!v.is_empty()).then_some(v))
            />
        </Show>
    }
}
