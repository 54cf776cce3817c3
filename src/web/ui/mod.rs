//! The page: signals over (Summary, View), and components that show parts of the Report.
//!
//! May use: everything. No number is computed here: what is shown is what the Report says, so the
//! page, a saved file and the command line cannot differ. A component is one file; a new section is
//! one more, with a line in `layout` and one in `rail`.

mod actions;
mod alarms;
mod beside;
mod card;
mod changes;
mod checks;
mod class_table;
mod columns;
mod complete;
mod connect;
mod curves;
mod dialect;
mod drift;
mod drift_table;
mod drop;
mod errors;
mod estimates;
mod examined;
mod expectations;
mod explain;
mod files;
mod filters;
mod fit;
pub mod format;
mod groups;
mod health;
mod icons;
mod incidents;
mod layout;
mod live;
mod live_bar;
mod machine;
mod making;
mod metric_table;
mod metrics;
mod mistakes;
mod models;
mod objectives;
mod performance;
mod pile;
mod progress;
mod prose;
mod quality_rows;
mod quantile_card;
mod rail;
mod refine;
mod residuals;
mod resources;
mod role_table;
mod rules;
mod share;
mod slice_table;
mod start;
mod state;
mod stream_bars;
mod streams;
mod theme;
mod timeline;
mod truth;
mod turn;
mod verdicts;
mod widgets;

use crate::web::client::Client;
use crate::web::{boot, url};
use leptos::prelude::*;

/// The page, with its door to the workers.
#[component]
pub fn App(
    /// The workers.
    client: Client,
) -> impl IntoView {
    let app = state::App::new(client, boot::carried(), url::view());
    provide_context(app);
    provide_context(alarms::Alarms::follow(app));
    provide_context(connect::Form::new());
    making::follow(app);
    refine::follow(app);
    verdicts::follow(app);
    actions::watch(app);
    if app.saved {
        actions::open(app);
    }
    view! { <layout::Page/> }
}
