//! What follows a change of the View: the address, and rows gone back to where counts do not do.

use super::actions::{fail, show};
use super::state::{App, Work};
use crate::report::view::View;
use crate::web::client::Stopped;
use crate::web::url;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Rest before rows are gone back to; a slider passes many values.
const REST: Duration = Duration::from_millis(150);

/// Keeps the address and the Summary up with the View.
pub fn follow(app: App) {
    let wish = StoredValue::new(0_u64);
    Effect::new(move |before: Option<View>| {
        let view = app.view.get();
        if before.as_ref() != Some(&view) {
            url::set_view(&view);
            wish.update_value(|w| *w += 1);
            if lacking(app, &view) {
                wait(app, view.clone(), wish);
            }
        }
        view
    });
    url::on_change(move |view| {
        if app.view.with_untracked(|v| *v != view) {
            app.view.set(view);
        }
    });
}

/// Whether the rows are there and would tell more than the counts.
fn lacking(app: App, view: &View) -> bool {
    app.client.with_value(|c| c.holds_rows())
        && app
            .summary
            .with_untracked(|s| s.as_ref().is_some_and(|s| !s.answers(view)))
}

fn wait(app: App, view: View, wish: StoredValue<u64>) {
    let mine = wish.get_value();
    let ask = move || {
        if wish.get_value() == mine {
            spawn_local(ask_rows(app, view));
        }
    };
    set_timeout(ask, REST);
}

async fn ask_rows(app: App, view: View) {
    let client = app.client.get_value();
    app.work.update(|w| *w = w.or(Some(Work::Refine)));
    let answer = client.refine(view).await;
    app.work.update(|w| *w = w.filter(|w| *w != Work::Refine));
    match answer {
        Ok(json) => show(app, &json),
        Err(Stopped::Failed(error)) => fail(app, error),
        Err(Stopped::Cancelled) => {}
    }
}
