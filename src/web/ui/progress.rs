//! How far the reading has come. What was shown before stays in sight below, dimmed.

use super::format;
use super::state::{Work, app};
use crate::engine::pace::Pace;
use crate::web::client::Stage;
use leptos::prelude::*;

/// The work under way in words.
fn stage(work: &Work) -> String {
    match work {
        Work::Look(looks) => match looks.unpacking() {
            Some((name, 0)) => format!("Unpacking {name}"),
            Some((name, more)) => format!("Unpacking {name} and {more} more"),
            None => "Looking into the files".into(),
        },
        Work::Open => "Opening the report".into(),
        Work::Run(p) => match p.stage {
            Stage::Read => "Reading",
            Stage::Join => "Joining predictions with outcomes",
            Stage::Summarise => "Counting",
        }
        .into(),
        Work::Refine => "Going back to the rows".into(),
    }
}

/// How much is done, between 0 and 1, where that is known.
fn done(work: &Work) -> Option<f64> {
    match work {
        Work::Run(p) => Some(p.done),
        Work::Look(looks) if looks.unpacking().is_some() => Some(looks.pace().share()),
        Work::Look(looks) if looks.files > 1 => Some(looks.looked as f64 / looks.files as f64),
        _ => None,
    }
}

/// `12.4 MB of 80 MB`, `1 200 000 rows`, `900 k rows/s`, `3 s left`: as far as known.
fn facts(work: &Work) -> Vec<String> {
    match work {
        Work::Run(p) => paced(&p.read, p.stage == Stage::Read),
        Work::Look(looks) if looks.unpacking().is_some() => paced(&looks.pace(), true),
        Work::Look(looks) if looks.files > 1 => vec![format!(
            "{} of {}",
            format::count(looks.looked as u64),
            format::plural(looks.files as u64, "file", "files")
        )],
        _ => Vec::new(),
    }
}

fn paced(pace: &Pace, goes_on: bool) -> Vec<String> {
    let mut facts = vec![format!(
        "{} of {}",
        format::bytes(pace.bytes),
        format::bytes(pace.of)
    )];
    if pace.rows > 0 {
        facts.push(format::plural(pace.rows, "row", "rows"));
    }
    if let (Some(rate), true) = (pace.rows_per_s(), goes_on) {
        facts.push(format!("{} rows/s", format::roughly(rate)));
    }
    if let (Some(left), true) = (pace.seconds_left(), goes_on) {
        facts.push(format!("{} left", format::duration(left.ceil())));
    }
    facts
}

/// The bar.
#[component]
pub fn ProgressBar() -> impl IntoView {
    let app = app();
    let reading = app.reading();
    let work = move || app.work.get().filter(|_| reading.get());
    let done = move || work().and_then(|work| done(&work));
    let told = move || work().map(|work| facts(&work)).unwrap_or_default();
    // Read out when it changes, and not with every number.
    let said = Memo::new(move |_| work().map(|work| stage(&work)));
    view! {
        <Show when=move || reading.get()>
            <div class="progress" data-testid="progress">
                <div class="progress-said">
                    <strong role="status">{said}</strong>
                    <span class="num">{move || told().join(" · ")}</span>
                </div>
                <progress
                    max="1"
                    aria-label="Progress"
                    value=move || done().map(|d| d.to_string())
                ></progress>
                <button
                    class="button"
                    data-testid="cancel"
                    on:click=move |_| app.client.with_value(|c| c.cancel())
                >
                    "Cancel"
                </button>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::pace::Looks;
    use crate::web::client::Progress;

    fn told(work: &Work) -> String {
        facts(work).join("; ").replace('\u{202f}', " ")
    }

    #[test]
    fn only_what_is_known_is_told() {
        let mut p = Progress::begin(198_000_000);
        assert_eq!(told(&Work::Run(p)), "0 B of 198 MB");
        p.read.bytes = 123_000_000;
        p.read.rows = 640_000;
        p.read.ms = 100.0;
        assert_eq!(told(&Work::Run(p)), "123 MB of 198 MB; 640 000 rows");
        p.read.ms = 600.0;
        assert_eq!(
            told(&Work::Run(p)),
            "123 MB of 198 MB; 640 000 rows; 1.1 M rows/s; 1 s left"
        );
        p.stage = Stage::Join;
        assert_eq!(told(&Work::Run(p)), "123 MB of 198 MB; 640 000 rows");
    }

    #[test]
    fn a_look_tells_of_files_or_of_the_bytes_of_those_that_hold_others() {
        let mut looks = Looks::into_files(1);
        let work = Work::Look(looks.clone());
        assert_eq!((told(&work).as_str(), done(&work)), ("", None));
        looks.unpacks(0, "a.zip", 80_000_000, 0.25, 1_000.0);
        let work = Work::Look(looks.clone());
        assert_eq!(stage(&work), "Unpacking a.zip");
        assert_eq!(told(&work), "20.0 MB of 80.0 MB; 3 s left");
        assert_eq!(done(&work), Some(0.25));
        looks.unpacked(0, 4_999);
        let work = Work::Look(looks);
        assert_eq!(stage(&work), "Looking into the files");
        assert_eq!(told(&work), "1 of 5 000 files");
    }
}
