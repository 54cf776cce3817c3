//! Rows and cells that could not be read, and rows that found no partner.

use super::format;
use super::state::app;
use super::widgets::Fact;
use crate::report::Rejected;
use crate::web::save;
use leptos::prelude::*;

/// How the join went.
#[component]
pub fn JoinFacts() -> impl IntoView {
    let app = app();
    let rows = app.part(|r| r.rows.clone());
    let count = move |of: fn(&crate::report::Rows) -> u64| {
        Signal::derive(move || rows.with(|r| format::count(of(r))))
    };
    view! {
        <dl class="facts">
            <Fact label="Joined" value=count(|r| r.joined) hint="predictions with an outcome".to_string()/>
            <Fact label="Unmatched" value=count(|r| r.unmatched_predictions) hint="predictions without an outcome".to_string()/>
            <Fact label="Orphans" value=count(|r| r.orphan_outcomes) hint="outcomes without a prediction".to_string()/>
            <Fact label="Duplicate outcomes" value=count(|r| r.duplicate_outcomes) hint="replaced by a later one".to_string()/>
            <Fact label="Duplicate predictions" value=count(|r| r.duplicate_predictions) hint="same id or key, all kept".to_string()/>
            <Fact label="Rejected rows" value=count(|r| r.rejected) hint="listed below".to_string()/>
        </dl>
    }
}

/// What could not be read, with an example of each kind.
#[component]
pub fn RejectedTable() -> impl IntoView {
    let app = app();
    let rejected = app.part(|r| r.rejected.clone());
    let download = move |_| {
        let text = rejected.with_untracked(|r| csv(r));
        let saved = save::blob("text/csv", &text.into())
            .and_then(|blob| save::download("rejected-rows.csv", &blob));
        if let Err(error) = saved {
            super::actions::fail(app, error);
        }
    };
    view! {
        <Show when=move || rejected.with(|r| !r.is_empty())>
            <div class="card" data-testid="rejected">
                <div class="card-head">
                    <h3>"What could not be read"</h3>
                    <button class="button" data-testid="save-rejected" on:click=download>
                        {super::icons::save()}
                        "Save as CSV"
                    </button>
                </div>
                <div class="scroll-x" role="region" aria-label="What could not be read" tabindex="0">
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">"File"</th>
                                <th scope="col" class="right">"Line"</th>
                                <th scope="col">"Column"</th>
                                <th scope="col">"What was found, and how to mend it"</th>
                                <th scope="col" class="right">"Count"</th>
                                <th scope="col">"Lost"</th>
                            </tr>
                        </thead>
                        <tbody>
                            {move || {
                                rejected
                                    .get()
                                    .into_iter()
                                    .map(|r| {
                                        view! {
                                            <tr>
                                                <td>{r.source}</td>
                                                <td class="num right">{format::count(r.line)}</td>
                                                <td>{r.column.unwrap_or_else(|| format::NOTHING.into())}</td>
                                                <td class="wrap">{r.reason}</td>
                                                <td class="num right">{format::count(r.count)}</td>
                                                <td>{if r.row_lost { "row" } else { "cell" }}</td>
                                            </tr>
                                        }
                                    })
                                    .collect_view()
                            }}
                        </tbody>
                    </table>
                </div>
            </div>
        </Show>
    }
}

/// RFC 4180.
fn csv(rejected: &[Rejected]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut out = String::from("file,line,column,reason,count,lost\r\n");
    for r in rejected {
        let fields = [
            quoted(&r.source),
            r.line.to_string(),
            quoted(r.column.as_deref().unwrap_or_default()),
            quoted(&r.reason),
            r.count.to_string(),
            if r.row_lost { "row" } else { "cell" }.to_string(),
        ];
        out += &fields.join(",");
        out += "\r\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_with_quotes_and_commas_stays_one_field() {
        let text = csv(&[Rejected {
            source: "a.csv".into(),
            line: 7,
            column: None,
            reason: "found \"x\", expected a number".into(),
            count: 3,
            row_lost: true,
        }]);
        assert!(
            text.ends_with("\"a.csv\",7,\"\",\"found \"\"x\"\", expected a number\",3,row\r\n")
        );
    }
}
