//! Keeps the Report up with Summary and View. It is made in slices, so that the page never waits for
//! it; a wish that comes meanwhile follows as soon as the one before is shown.

use super::expectations::Expected;
use super::state::{App, Made};
use crate::report::view::View;
use crate::summary::Summary;
use crate::web::slices;
use crate::web::timing;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// Follows Summary and View.
pub fn follow(app: App) {
    let working = StoredValue::new(false);
    Effect::new(move |_| {
        app.summary.track();
        app.view.track();
        app.expected.track();
        if !working.get_value() {
            working.set_value(true);
            spawn_local(async move {
                while let Some((summary, view, expected)) = wish(app) {
                    let made = make(&summary, view, expected).await;
                    if app.summary.with_untracked(|s| is(s.as_ref(), &summary)) {
                        app.made.set(Some(made));
                    }
                }
                working.set_value(false);
            });
        }
    });
}

/// What is to be made, where it is not what is shown. Without a Summary nothing is shown.
fn wish(app: App) -> Option<(Arc<Summary>, View, Option<Arc<Expected>>)> {
    let Some(summary) = app.summary.get_untracked() else {
        if app.made.with_untracked(Option::is_some) {
            app.made.set(None);
        }
        return None;
    };
    let (view, expected) = (app.view.get_untracked(), app.expected.get_untracked());
    let is = |made: &Made| {
        made.view == view && made.expected == expected && Arc::ptr_eq(&made.summary, &summary)
    };
    let done = app
        .made
        .with_untracked(|made| made.as_ref().is_some_and(is));
    (!done).then_some((summary, view, expected))
}

fn is(shown: Option<&Arc<Summary>>, made: &Arc<Summary>) -> bool {
    shown.is_some_and(|shown| Arc::ptr_eq(shown, made))
}

async fn make(summary: &Arc<Summary>, view: View, expected: Option<Arc<Expected>>) -> Made {
    let began = timing::now();
    let (report, missing) =
        slices::report(summary, &view, expected.as_ref().map(|e| &e.found)).await;
    timing::measure(timing::REPORT, began);
    Made {
        summary: Arc::clone(summary),
        view,
        expected,
        report: Arc::new(report),
        missing,
    }
}
