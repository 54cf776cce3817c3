//! How near estimates without outcomes come: M-CBPE against CBPE where features shift.

use crate::Asked;
use crate::shifted::{self, HARMLESS, KINDS, METRICS, Off, tally};
use crate::table::Claim;

/// Windows of a kind of shift.
const WINDOWS: u64 = 20;
/// Rows of the reference, and of a window.
const ROWS: (usize, usize) = (60_000, 20_000);
/// The same where sampling hides more.
const FEW: (usize, usize) = (60_000, 5_000);

/// The claims of this part.
pub fn claims(asked: &Asked) -> Vec<Claim> {
    let mut out = planted(asked, ROWS, Some(0.8));
    out.extend(planted(asked, FEW, None));
    out
}

/// Made shifts: the share of windows where M-CBPE is nearer, over all kinds where something shifts.
fn planted(asked: &Asked, (reference, size): (usize, usize), goal: Option<f64>) -> Vec<Claim> {
    let windows = |kind| (0..WINDOWS).map(move |seed| shifted::window(kind, seed, reference, size));
    let kinds: Vec<Vec<Off>> = (0..KINDS.len())
        .map(|kind| windows(kind).collect())
        .collect();
    if asked.detail {
        for (name, of) in KINDS.iter().zip(&kinds) {
            for (i, metric) in METRICS.iter().enumerate() {
                let t = tally(of.iter(), i);
                println!(
                    "{name}, {size} rows, {metric}: nearer in {:.0} %, off by {:.4}, CBPE by {:.4}",
                    100.0 * t.nearer,
                    t.shifted,
                    t.plain
                );
            }
        }
    }
    let mut out = Vec::new();
    for (i, metric) in METRICS.iter().enumerate() {
        let moved = tally(kinds.iter().take(HARMLESS).flatten(), i);
        let still = tally(kinds.iter().skip(HARMLESS).flatten(), i);
        out.push(Claim::new(
            format!(
                "M-CBPE is nearer to {metric} than CBPE, features shift, windows of {size} rows"
            ),
            match goal {
                Some(goal) => format!("in {:.0} % of windows", 100.0 * goal),
                None => "on the mean".into(),
            },
            format!(
                "in {:.0} %; off by {:.4}, CBPE by {:.4}; where scores stay true {:.4} and {:.4}",
                100.0 * moved.nearer,
                moved.shifted,
                moved.plain,
                still.shifted,
                still.plain
            ),
            goal.is_none_or(|goal| moved.nearer >= goal) && moved.shifted < moved.plain,
        ));
    }
    out
}
