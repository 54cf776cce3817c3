//! The measures of counted rows of logs and tables.

use super::super::took::Took;
use super::super::{Cells, Durations, Measure, Rate, RequestCell, Requests, Signal, Step};
use crate::stats::sketch::LogHistogram;

/// Steps for which a row of a log in longer units than these stands at most.
const MOST_STEPS: i64 = 480;

/// A step of which a log tells how many requests there were.
struct Seen {
    number: i64,
    /// Numbers of the steps whose rows are counted in it.
    first: i64,
    last: i64,
    /// Seconds of it that the log covers.
    seconds: f64,
}

/// The steps from the first row to the last, and how much of each is seen: each instant that the log's times can name
/// ([`Requests::resolution`]) stands for the time up to the next. A log that has no row in a step had no request
/// then: 0, and no gap. Of a step at either end less than half of which is seen, a rate would be chance: its rows
/// and its time are told with the step beside it.
fn seen(requests: &Requests, (from, to): (i64, i64), step: Step) -> Vec<Seen> {
    let unit = requests
        .resolution()
        .min(step.micros().saturating_mul(MOST_STEPS));
    let coarse = unit > step.micros();
    // What comes before an instant, of the units that begin with the first row.
    let before = |time: i64| match coarse {
        true => time.clamp(from, to + unit) - from,
        false => {
            let time = time.clamp(from, to + 1) - from;
            time.div_euclid(unit) * unit + if time % unit == 0 { 0 } else { unit }
        }
    };
    let end = if coarse { to + unit - 1 } else { to };
    let of = |number: i64| Seen {
        number,
        first: number,
        last: number,
        seconds: (before(step.start(number + 1)) - before(step.start(number))) as f64 / 1e6,
    };
    let mut all: Vec<Seen> = (step.of(from)..=step.of(end)).map(of).collect();
    let short = |cell: &Seen| cell.seconds * 2.0 < step.seconds();
    if all.len() > 1
        && all.last().is_some_and(short)
        && let (Some(last), Some(kept)) = (all.pop(), all.last_mut())
    {
        kept.last = last.last;
        kept.seconds += last.seconds;
    }
    if all.len() > 1 && all.first().is_some_and(short) {
        let first = all.remove(0);
        all[0].first = first.first;
        all[0].seconds += first.seconds;
    }
    // A log of less than a second tells of one.
    if let [only] = &mut all[..] {
        only.seconds = only.seconds.max(1.0);
    }
    all
}

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
        counted: None,
        when: None,
        cells,
    };
    let seen = seen(&requests, (from, to), step);
    let rate = |of: &dyn Fn(&RequestCell) -> f64| {
        let cell = |cell: &Seen| {
            let numbers = requests.cells.range(cell.first..=cell.last);
            let rate = Rate {
                increase: numbers.fold(0.0, |sum, (_, cell)| sum + of(cell)),
                seconds: cell.seconds,
                ..Rate::default()
            };
            (cell.number, rate)
        };
        Cells::Rate(seen.iter().map(cell).collect())
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
        let durations = |cell: &Seen| {
            let numbers = requests.cells.range(cell.first..=cell.last);
            let all = numbers.map(|(_, cell)| of(cell)).filter(|s| s.count() > 0);
            let all = all.fold(None, |sum: Option<LogHistogram>, sketch| match sum {
                None => Some(sketch.clone()),
                Some(mut sum) => {
                    sum.merge(sketch);
                    Some(sum)
                }
            });
            Some((cell.number, Durations::Rows(all?)))
        };
        let cells: Vec<(i64, Durations)> = seen.iter().filter_map(durations).collect();
        if cells.is_empty() {
            continue;
        }
        let took: Option<fn(&RequestCell) -> &Took> = match measure {
            Measure::Duration => Some(|c| &c.took),
            Measure::FailedDuration => Some(|c| &c.failed_took),
            _ => None,
        };
        let counted = took.map(|of| {
            let counts = |cell: &Seen| {
                let mut all = Took::default();
                let numbers = requests.cells.range(cell.first..=cell.last);
                numbers.for_each(|(_, cell)| all.merge(of(cell)));
                (all.places() > 0).then_some((cell.number, Durations::Counted(all)))
            };
            Cells::Durations(seen.iter().filter_map(counts).collect())
        });
        out.push(Signal {
            counted,
            ..signal(measure, Cells::Durations(cells))
        });
    }
}
