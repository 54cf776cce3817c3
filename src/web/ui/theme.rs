//! Light, dark, or as the system has it.

use super::icons;
use super::state::app;
use crate::web::store;
use leptos::prelude::*;

/// Which colours the page wears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// What the reader chose last.
    pub fn stored() -> Self {
        match store::theme().as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    fn apply(self) {
        let root = document().document_element();
        let Some(root) = root else { return };
        // Where neither succeeds the page merely keeps its colours.
        let _ = match self {
            Self::Auto => root.remove_attribute("data-theme"),
            chosen => root.set_attribute("data-theme", chosen.name()),
        };
    }
}

/// Goes round through the three.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let theme = app().theme;
    Effect::new(move |_| theme.get().apply());
    let label = move || format!("Theme: {}", theme.get().name());
    view! {
        <button
            class="button quiet"
            data-testid="theme"
            aria-label=label
            title=label
            on:click=move |_| {
                theme.update(|t| *t = t.next());
                store::set_theme(match theme.get_untracked() {
                    Theme::Auto => "",
                    chosen => chosen.name(),
                });
            }
        >
            {icons::theme()}
            <span class="wide-only">{move || theme.get().name()}</span>
        </button>
    }
}
