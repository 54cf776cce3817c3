//! The size of the windows.

use crate::report::view::WindowSize;
use crate::web::ui::format;
use crate::web::ui::state::app;
use crate::web::ui::widgets::{Choice, Menu};
use leptos::prelude::*;

/// A window size in words, with the number of windows that it gives.
fn text(size: WindowSize, count: usize) -> String {
    let name = match size {
        WindowSize::Minute => "Minute".to_string(),
        WindowSize::TenMinutes => "10 minutes".to_string(),
        WindowSize::Hour => "Hour".to_string(),
        WindowSize::Day => "Day".to_string(),
        WindowSize::Week => "Week".to_string(),
        WindowSize::Month => "Month".to_string(),
        WindowSize::Rows(n) => format::plural(u64::from(n), "row", "rows"),
    };
    match count {
        0 => name,
        n => format!("{name} ({})", format::count(n as u64)),
    }
}

/// Sizes in rows that are offered beside what the data suggests.
const ROWS: [u32; 4] = [100, 1_000, 10_000, 100_000];

/// The menu of window sizes.
#[component]
pub fn WindowMenu() -> impl IntoView {
    let app = app();
    let in_force = app.part(|r| r.view.window);
    let rows = app.part(|r| r.rows.predictions);
    let timed = app.part(|r| r.timed);
    let choices = Signal::derive(move || {
        let mut all: Vec<(WindowSize, usize)> = app
            .choices
            .with(|c| c.windows.iter().map(|w| (w.size, w.count)).collect());
        // Windows of rows, and finer ones than were counted, need the rows, which a saved report
        // does not have.
        let by_rows = ROWS
            .into_iter()
            .filter(|&n| u64::from(n) <= rows.get())
            .map(WindowSize::Rows);
        let by_time = WindowSize::CALENDAR.into_iter().filter(|_| timed.get());
        let more = by_rows
            .chain(by_time)
            .filter(|_| !app.saved)
            .map(|size| (size, 0));
        for (size, count) in more.chain(in_force.get().map(|size| (size, 0))) {
            if !all.iter().any(|(known, _)| *known == size) {
                all.push((size, count));
            }
        }
        all.sort();
        all.into_iter()
            .map(|(size, count)| Choice::new(size.to_string(), text(size, count)))
            .collect::<Vec<_>>()
    });
    let chosen = Signal::derive(move || in_force.get().map(|w| w.to_string()).unwrap_or_default());
    view! {
        <Show when=move || choices.with(|c| !c.is_empty())>
            <Menu
                label="Window"
                testid="window"
                choices=choices
                chosen=chosen
                on_choose=move |v: String| app.choose(|view| view.window = v.parse().ok())
            />
        </Show>
    }
}
