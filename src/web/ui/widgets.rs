//! Small parts that every section is made of.

use super::format::count;
use leptos::prelude::*;

/// A section of the page: a heading that the rail leads to, one line of what it answers, the rest.
#[component]
pub fn Section(
    id: &'static str,
    title: &'static str,
    #[prop(into)] about: Signal<String>,
    children: Children,
) -> impl IntoView {
    let heading = format!("{id}-title");
    view! {
        <section id=id class="section" aria-labelledby=heading tabindex="-1">
            <header class="section-head">
                <h2 id=format!("{id}-title")>{title}</h2>
                <p>{about}</p>
            </header>
            {children()}
        </section>
    }
}

/// A number with its name.
#[component]
pub fn Fact(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into, optional)] hint: Signal<String>,
) -> impl IntoView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd class="num">{value}</dd>
            {move || {
                let hint = hint.get();
                (!hint.is_empty()).then(|| view! { <dd class="fact-hint">{hint}</dd> })
            }}
        </div>
    }
}

/// Says calmly why there is nothing to see, and what would change that.
#[component]
pub fn Empty(#[prop(into)] text: String) -> impl IntoView {
    view! { <p class="empty">{text}</p> }
}

/// A choice of a menu: what stands for it in the DOM, and what a person reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its value.
    pub value: String,
    /// Its text.
    pub text: String,
}

impl Choice {
    /// A choice.
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            text: text.into(),
        }
    }
}

/// A labelled menu.
#[component]
pub fn Menu(
    #[prop(into)] label: String,
    #[prop(into)] testid: String,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] chosen: Signal<String>,
    /// Called with the value of the choice.
    on_choose: impl Fn(String) + 'static,
    /// Whether only a screen reader hears the label.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class=if quiet { "sr-only" } else { "field-label" }>{label}</span>
            <select
                data-testid=testid
                prop:value=move || {
                    // The options must be there before the value can stand.
                    choices.track();
                    chosen.get()
                }
                on:change=move |ev| on_choose(event_target_value(&ev))
            >
                {move || {
                    let now = chosen.get_untracked();
                    choices
                        .get()
                        .into_iter()
                        .map(|c| {
                            let selected = c.value == now;
                            view! { <option value=c.value selected=selected>{c.text}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}

/// A number that the reader sets, with its name.
#[component]
pub fn NumberField(
    #[prop(into)] label: String,
    #[prop(into)] testid: String,
    /// What stands for no number.
    #[prop(into)]
    placeholder: String,
    /// The least that can be chosen with the arrows.
    #[prop(optional)]
    min: Option<&'static str>,
    /// What is chosen; empty for nothing.
    #[prop(into)]
    shown: Signal<String>,
    /// Called with the number, or with none.
    on_choose: impl Fn(Option<f64>) + 'static,
) -> impl IntoView {
    let chosen = move |text: String| {
        let number = text.trim().parse().ok();
        on_choose(number.filter(|x: &f64| x.is_finite()));
    };
    view! {
        <label class="cost">
            <span>{label}</span>
            <input
                type="number"
                class="num"
                step="any"
                min=min
                placeholder=placeholder
                data-testid=testid
                prop:value=move || shown.get()
                on:change=move |ev| chosen(event_target_value(&ev))
            />
        </label>
    }
}

/// A text that is judged as it is typed.
#[component]
pub fn JudgedText(
    label: &'static str,
    /// `data-testid` of the text, and of what is said of it.
    testids: (&'static str, &'static str),
    text: RwSignal<String>,
    /// What is said of it: its first fault, or that it is in force.
    #[prop(into)]
    said: Signal<String>,
    /// Called with the text.
    on_typed: impl Fn(String) + 'static,
) -> impl IntoView {
    let typed = move |typed: String| {
        text.set(typed.clone());
        on_typed(typed);
    };
    view! {
        <textarea
            data-testid=testids.0
            aria-label=label
            rows="16"
            spellcheck="false"
            prop:value=move || text.get()
            on:input=move |ev| typed(event_target_value(&ev))
        ></textarea>
        <p class="notes" aria-live="polite" data-testid=testids.1>{said}</p>
    }
}

/// Rows that a long table shows at first, and that are added at each wish: a page of ten thousand rows
/// would stand still while it is made.
pub const ROWS: usize = 100;

/// A button for the rows that are not shown yet.
#[component]
pub fn More(
    /// How many rows are shown.
    shown: RwSignal<usize>,
    /// How many there are.
    #[prop(into)]
    of: Signal<usize>,
) -> impl IntoView {
    let text = move || {
        let (all, left) = (of.get(), of.get().saturating_sub(shown.get()));
        match left {
            left if left <= ROWS => format!("Show all {}", count(all as u64)),
            _ => format!("Show {ROWS} more of {}", count(all as u64)),
        }
    };
    view! {
        <Show when=move || { shown.get() < of.get() }>
            <button class="button quiet more" on:click=move |_| shown.update(|n| *n += ROWS)>
                {text}
            </button>
        </Show>
    }
}
