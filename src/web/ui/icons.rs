//! The few pictures of the page, drawn in the colour of the text beside them.

use leptos::prelude::*;

/// A plumb bob on its line.
pub fn logo() -> impl IntoView {
    view! {
        <svg class="logo" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 2.5h16M12 2.5v8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>
            <path d="M8 10.5h8l-1.2 5.2L12 22l-2.8-6.3z" fill="currentColor"/>
        </svg>
    }
}

fn line(d: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=d fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>
        </svg>
    }
}

/// Into the page.
pub fn open() -> impl IntoView {
    line("M8 10.5V2.5M4.8 5.5 8 2.3l3.2 3.2M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2")
}

/// Out of the page.
pub fn save() -> impl IntoView {
    line("M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2")
}

/// Columns of a table.
pub fn columns() -> impl IntoView {
    line("M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9")
}

/// What goes on.
pub fn pulse() -> impl IntoView {
    line("M1.5 8.5h3l2-5.5 3.2 10 2-4.5h2.8")
}

/// A bell.
pub fn bell() -> impl IntoView {
    line("M4 11.2V7a4 4 0 0 1 8 0v4.2l1 1.3H3zM6.8 14.2a1.3 1.3 0 0 0 2.4 0")
}

/// Away with it.
pub fn close() -> impl IntoView {
    line("M4 4l8 8M12 4l-8 8")
}

/// A link.
pub fn link() -> impl IntoView {
    line(
        "M6.5 9.5a2.5 2.5 0 0 0 3.6 0l2-2a2.5 2.5 0 0 0-3.6-3.6l-.8.8M9.5 6.5a2.5 2.5 0 0 0-3.6 0l-2 2a2.5 2.5 0 0 0 3.6 3.6l.8-.8",
    )
}

/// Light and dark.
pub fn theme() -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.5"/>
            <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor"/>
        </svg>
    }
}
