//! Slices of rows that come live: what a view narrowed to a value of a segment shows as rows pile up is what a report on
//! all rows shows, and a segment stays one.
#![allow(clippy::unwrap_used)]

mod pipeline;

use pipeline::{File, inputs, keeper};
use plumbline::engine::message::Input;
use plumbline::engine::{arrange, look, stay, tie};
use plumbline::log::Role;
use plumbline::report::view::{SliceChoice, View};
use std::fmt::Write;

/// Rows of a classifier, of a region each: three at first, forty later on.
fn rows(range: std::ops::Range<usize>, without: &str) -> String {
    let mut text = String::from("id,time,region,score,label\n");
    for i in range {
        let region = match i {
            i if i < 600 || i % 4 == 0 => ["north", "south", "west"][i % 3].to_owned(),
            i => format!("r{}", i % 40),
        };
        if region != without {
            let (minute, score) = (i % 60, ((i * 37) % 100) as f64 / 100.0);
            let label = u8::from((i * 53) % 100 < (i * 37) % 100);
            let time = format!(
                "2026-03-{:02}T{:02}:{minute:02}:00Z",
                1 + i / 1_440,
                i / 60 % 24
            );
            writeln!(text, "{i},{time},{region},{score},{label}").unwrap();
        }
    }
    text
}

/// What the page makes of the rows so far.
fn reading(text: &str, before: Option<&Input>) -> Input {
    let mut input = look("live.csv", &text.as_bytes()).unwrap();
    if let Some(before) = before {
        stay(before, &mut input);
    }
    let mut inputs = vec![input];
    arrange(&mut inputs);
    tie(&mut inputs);
    inputs.remove(0)
}

fn role(input: &Input, name: &str) -> Role {
    let at = input
        .sniff
        .columns
        .iter()
        .position(|c| c.name == name)
        .unwrap();
    input.roles[at].role
}

fn west() -> View {
    View {
        slices: vec![SliceChoice {
            column: "region".into(),
            value: "west".into(),
        }],
        ..View::default()
    }
}

fn shown(text: &str, input: &Input, view: &View) -> plumbline::report::Report {
    let files: [File<'_>; 1] = [("live.csv", text.as_bytes())];
    let mut keeper = keeper(&files, std::slice::from_ref(input)).unwrap();
    keeper.finish(view, &mut |_, _| {}).unwrap();
    let summary = keeper.refine(view).unwrap();
    plumbline::report::Report::from(&summary, view)
}

#[test]
fn a_live_view_of_a_slice_is_the_report_on_all_rows() {
    let mut before: Option<Input> = None;
    for n in [60, 500, 1_500, 4_000] {
        let text = rows(0..n, "");
        let input = reading(&text, before.as_ref());
        assert_eq!(role(&input, "region"), Role::Segment, "{n}");
        let live = shown(&text, &input, &west());
        let files: [File<'_>; 1] = [("live.csv", text.as_bytes())];
        let given = inputs(&files, &[(Role::Segment, "region")]).unwrap();
        let whole = shown(&text, &given[0], &west());
        assert_eq!(
            live.overall.rows,
            (0..n).filter(|i| is_west(*i)).count() as u64,
            "{n}"
        );
        assert_eq!(live.overall, whole.overall, "{n}");
        assert_eq!(live.windows, whole.windows, "{n}");
        before = Some(input);
    }
    // Guessed anew it is none.
    let text = rows(0..4_000, "");
    assert_ne!(role(&reading(&text, None), "region"), Role::Segment);
}

fn is_west(i: usize) -> bool {
    (i < 600 || i.is_multiple_of(4)) && i % 3 == 2
}

#[test]
fn a_slice_that_no_row_is_of_for_now_is_empty() {
    let text = rows(0..500, "");
    let first = reading(&text, None);
    let later = rows(500..900, "west");
    let input = reading(&later, Some(&first));
    let live = shown(&later, &input, &west());
    assert_eq!(live.overall.rows, 0);
    assert!(
        live.overall
            .metrics
            .values()
            .all(|m| m.value.is_none_or(f64::is_finite))
    );
    let back = rows(500..900, "");
    let live = shown(&back, &reading(&back, Some(&input)), &west());
    assert_eq!(
        live.overall.rows,
        (500..900).filter(|i| is_west(*i)).count() as u64
    );
}
