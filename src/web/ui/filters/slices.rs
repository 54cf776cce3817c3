//! A menu a segment: which of its values rows are narrowed to.

use crate::report::view::{SliceChoice, View};
use crate::web::ui::state::app;
use crate::web::ui::widgets::{Choice, Menu};
use leptos::prelude::*;

/// Narrows to a value of a column, or lifts the narrowing where there is none.
pub fn narrow(view: &mut View, column: &str, value: Option<String>) {
    view.slices.retain(|s| s.column != column);
    view.slices.extend(value.map(|value| SliceChoice {
        column: column.to_string(),
        value,
    }));
    view.slices.sort();
}

/// What the menus cannot mistake for a value of the data.
const ALL: &str = "";

/// The menus.
#[component]
pub fn SliceMenus() -> impl IntoView {
    let app = app();
    // A value that no row has for now is chosen still, and has its place behind the others.
    let segments = Memo::new(move |_| {
        let mut segments = app.choices.with(|c| c.segments.clone());
        app.view.with(|view| {
            for slice in &view.slices {
                let of = segments
                    .iter_mut()
                    .find(|(column, _)| *column == slice.column);
                if let Some((_, values)) = of.filter(|(_, values)| !values.contains(&slice.value)) {
                    values.push(slice.value.clone());
                }
            }
        });
        segments
    });
    view! {
        <For each=move || segments.get() key=Clone::clone let((column, values))>
            {
                let name = column.clone();
                let chosen = {
                    let column = column.clone();
                    let values = values.clone();
                    Signal::derive(move || {
                        app.view.with(|v| {
                            v.slices
                                .iter()
                                .find(|s| s.column == column)
                                .and_then(|s| values.iter().position(|value| *value == s.value))
                                .map(|i| i.to_string())
                                .unwrap_or_default()
                        })
                    })
                };
                // A value may be empty or look like anything, so its place stands for it.
                let choices: Vec<Choice> = std::iter::once(Choice::new(ALL, "All"))
                    .chain(values.iter().enumerate().map(|(i, v)| Choice::new(i.to_string(), v)))
                    .collect();
                let choose = {
                    move |index: String| {
                        let value = index.parse::<usize>().ok().and_then(|i| values.get(i).cloned());
                        app.choose(|v| narrow(v, &column, value));
                    }
                };
                view! {
                    <Menu
                        label=name.clone()
                        testid=format!("slice-{name}")
                        choices=Signal::stored(choices)
                        chosen=chosen
                        on_choose=choose
                    />
                }
            }
        </For>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_narrowed_to_one_value_at_most() {
        let mut view = View::default();
        narrow(&mut view, "region", Some("north".into()));
        narrow(&mut view, "device", Some("web".into()));
        narrow(&mut view, "region", Some("south".into()));
        let chosen: Vec<_> = view
            .slices
            .iter()
            .map(|s| (&*s.column, &*s.value))
            .collect();
        assert_eq!(chosen, [("device", "web"), ("region", "south")]);
        narrow(&mut view, "device", None);
        assert_eq!(view.slices.len(), 1);
    }
}
