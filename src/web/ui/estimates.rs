//! What is estimated, from what, what has to hold for it, and how far it was off so far.

use super::format;
use super::metrics::{title, unit};
use super::state::app;
use crate::report::{Estimated, Method, Report};
use leptos::prelude::*;

/// What is to be known of the estimates of a metric, where there are some.
fn told(report: &Report, name: &str) -> Option<Vec<String>> {
    let of = report.estimated.as_ref()?;
    let waits = report.windows.iter().any(|w| !w.mature);
    if let Some(why) = &of.undefined {
        return waits.then(|| {
            vec![format!(
                "Nothing is estimated where outcomes are not in yet: {why}."
            )]
        });
    }
    report
        .windows
        .iter()
        .find(|w| w.estimated.contains_key(name))?;
    let mut out = vec![from(of), of.why.clone()];
    out.retain(|sentence| !sentence.is_empty());
    out.push(of.assumes.clone());
    if let Some(past) = of.past.get(name) {
        let off = |x: f64| {
            format::change(x.abs(), unit(name))
                .trim_start_matches('+')
                .to_owned()
        };
        let side = if past.mean < 0.0 { "low" } else { "high" };
        out.push(format!(
            "Estimated {} was off by {} in {} windows that have outcomes by now (root mean square), and {} too {side} on average.",
            title(name),
            off(past.root_mean_square),
            format::count(past.windows),
            off(past.mean)
        ));
    }
    Some(out)
}

fn from(of: &Estimated) -> String {
    let rows = format::count(of.rows);
    if of.method == Method::Dle {
        return format!("Estimated from {rows} rows of the baseline whose errors are known.");
    }
    match of.calibrated || of.method == Method::Mcbpe {
        true => format!(
            "Estimated from scores, of which {rows} rows of the baseline and their outcomes tell what each is worth."
        ),
        false => format!(
            "Estimated from scores as they are: by {rows} rows of the baseline and their outcomes they are true probabilities."
        ),
    }
}

/// What is to be known of the estimates of the metric that is drawn.
#[component]
pub fn Estimates(drawn: Memo<Option<String>>) -> impl IntoView {
    let app = app();
    let told = app.part(move |r| drawn.get().and_then(|name| told(r, &name)));
    view! {
        {move || told.get().map(|sentences| view! {
            <details class="explain card" data-testid="estimates" open>
                <summary>"What is estimated"</summary>
                <div class="told">{sentences.into_iter().map(|s| view! { <p>{s}</p> }).collect_view()}</div>
            </details>
        })}
    }
}
