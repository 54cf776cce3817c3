//! A View from an address or from other files, made to fit the data at hand.

use crate::log::Task;
use crate::report::Choices;
use crate::report::view::View;

/// Drops what the data does not offer, so that a link to other data does not show an empty page. While rows come, a
/// value that none of them has for now stays chosen: its slice is empty.
pub fn fit(view: &mut View, choices: &Choices) {
    if !view
        .version
        .as_ref()
        .is_none_or(|v| choices.versions.contains(v))
    {
        view.version = None;
    }
    let live = view.live;
    view.slices.retain(|slice| {
        choices.segments.iter().any(|(column, values)| {
            *column == slice.column && (live || values.contains(&slice.value))
        })
    });
    if let Some(costs) = &mut view.costs {
        let binary = choices.labels.len() == 2;
        let task = if binary {
            Task::Binary
        } else {
            Task::Multiclass
        };
        costs
            .0
            .retain(|cell, _| cell.place(task, &choices.labels).is_some());
    }
    view.costs = view.costs.take().filter(|c| !c.0.is_empty());
    if choices.thresholds.is_empty() {
        view.threshold = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::view::SliceChoice;

    #[test]
    fn only_what_the_data_offers_stays() {
        let choices = Choices {
            versions: vec!["v1".into()],
            segments: vec![("region".into(), vec!["north".into()])],
            ..Choices::default()
        };
        let slice = |column: &str, value: &str| SliceChoice {
            column: column.into(),
            value: value.into(),
        };
        let mut view = View {
            version: Some("v9".into()),
            threshold: Some(0.4),
            slices: vec![
                slice("device", "web"),
                slice("region", "north"),
                slice("region", "west"),
            ],
            ..View::default()
        };
        fit(&mut view, &choices);
        assert_eq!(view.version, None);
        assert_eq!(view.threshold, None);
        assert_eq!(view.slices, [slice("region", "north")]);
        view.live = true;
        view.slices = vec![slice("device", "web"), slice("region", "west")];
        fit(&mut view, &choices);
        assert_eq!(view.slices, [slice("region", "west")]);
        view.live = false;
        view.version = Some("v1".into());
        fit(&mut view, &choices);
        assert_eq!(view.version.as_deref(), Some("v1"));
    }
}
