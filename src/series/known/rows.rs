//! The measures of counted rows of logs and tables.

use super::super::{Cells, Durations, Measure, Rate, RequestCell, Requests, Signal, Step};
use crate::stats::sketch::LogHistogram;

/// The measures of counted rows.
pub fn rows(of: &str, requests: &Requests, step: Step, out: &mut Vec<Signal>) {
    let mut requests = requests.clone();
    requests.coarsen(step);
    let Some((from, to)) = requests.span else {
        return;
    };
    let signal = |measure, cells| Signal {
        measure,
        of: of.to_owned(),
        what: String::new(),
        source: "requests".to_owned(),
        unit: None,
        cells,
    };
    // A log that has no row in a step had no request then: 0, and no gap.
    let seconds = |number: i64| {
        let start = step.start(number).max(from);
        let end = step.start(number + 1).min(to.saturating_add(1));
        ((end - start) as f64 / 1e6).max(1e-6)
    };
    let numbers = step.of(from)..=step.of(to);
    let rate = |of: &dyn Fn(&RequestCell) -> f64| {
        let cell = |number: i64| {
            let rate = Rate {
                increase: requests.cells.get(&number).map_or(0.0, of),
                seconds: seconds(number),
            };
            (number, rate)
        };
        Cells::Rate(numbers.clone().map(cell).collect())
    };
    let told = requests.told;
    out.push(signal(Measure::Requests, rate(&|c| c.count as f64)));
    if told.status {
        out.push(signal(
            Measure::ClientErrors,
            rate(&|c| c.classes[4] as f64),
        ));
        out.push(signal(
            Measure::ServerErrors,
            rate(&|c| c.classes[5] as f64),
        ));
    }
    for (told, measure, of) in [
        (
            told.tokens_in,
            Measure::TokensIn,
            (|c| c.tokens_in) as fn(&RequestCell) -> f64,
        ),
        (told.tokens_out, Measure::TokensOut, |c| c.tokens_out),
        (told.bytes_in, Measure::NetworkIn, |c| c.bytes_in),
        (told.bytes_out, Measure::NetworkOut, |c| c.bytes_out),
    ] {
        if told {
            out.push(signal(measure, rate(&of)));
        }
    }
    type Of = fn(&RequestCell) -> &LogHistogram;
    let sketches: [(Measure, Of); 6] = [
        (Measure::Duration, |c| &c.duration_s),
        (Measure::FailedDuration, |c| &c.failed_s),
        (Measure::FirstToken, |c| &c.first_token_s),
        (Measure::PerToken, |c| &c.per_token_s),
        (Measure::PromptTokens, |c| &c.prompt),
        (Measure::GeneratedTokens, |c| &c.generated),
    ];
    for (measure, of) in sketches {
        let cells = requests.cells.iter();
        let cells = cells.filter(|(_, cell)| of(cell).count() > 0);
        let cells: Vec<(i64, Durations)> = cells
            .map(|(number, cell)| (*number, Durations::Rows(of(cell).clone())))
            .collect();
        if !cells.is_empty() {
            out.push(signal(measure, Cells::Durations(cells)));
        }
    }
}
