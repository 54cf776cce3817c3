//! The example: card payments scored for fraud, made here so that it needs no network.
//!
//! Fourteen weeks of predictions, with chargebacks that come in days later. In the tenth week a new
//! model version goes live that reads payments from the app wrongly; everyone else is served as
//! well as before, only a little slower. The numbers are drawn from a fixed seed (SplitMix64:
//! Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014), so the example
//! is the same for everyone.

use crate::table::time::{DAY, HOUR, SECOND, Time};
use std::fmt::Write as _;
use web_sys::File;

/// What the example is about.
pub const TITLE: &str = "fraud scores of 40 000 card payments, one thing goes wrong";

const ROWS: u64 = 40_000;
const WEEKS: i64 = 14;
/// 3 March 2025, a Monday.
const START: i64 = 20_150 * DAY;
const CHANGE: i64 = START + 9 * 7 * DAY;
/// Outcomes after this are not known yet.
const KNOWN_UNTIL: i64 = START + WEEKS * 7 * DAY;

struct Random(u64);

impl Random {
    /// Evenly between 0 and 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal: the sum of twelve, less six.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    fn pick<'a>(&mut self, of: &[(&'a str, f64)]) -> &'a str {
        let mut left = self.unit();
        for &(word, share) in of {
            left -= share;
            if left < 0.0 {
                return word;
            }
        }
        of[0].0
    }
}

/// Names and texts of the two files.
pub fn files() -> [(&'static str, String); 2] {
    let mut random = Random(7);
    let mut predictions = String::from(
        "request_id,timestamp,model_version,channel,country,amount,score,prediction,latency_ms,status\n",
    );
    let mut outcomes = String::from("request_id,outcome_time,fraud\n");
    let step = WEEKS * 7 * DAY / ROWS as i64;
    for i in 0..ROWS {
        let at = START + i as i64 * step + (random.unit() * step as f64) as i64;
        let second = |t: i64| Time(t - t.rem_euclid(SECOND));
        let after = at >= CHANGE;
        let channel = random.pick(&[("web", 0.5), ("app", 0.33), ("terminal", 0.17)]);
        let country = random.pick(&[("DE", 0.38), ("FR", 0.27), ("ES", 0.2), ("NL", 0.15)]);
        let amount = 12.0 + 40.0 * libm::exp(0.8 * random.normal());
        let risk = -2.6 + 0.9 * random.normal() + 0.004 * amount;
        let fraud = random.unit() < 1.0 / (1.0 + libm::exp(-1.6 * risk));
        let blind = after && channel == "app";
        let seen = if blind { 0.25 * risk - 1.6 } else { risk };
        let signal = 1.5 * seen + if fraud && !blind { 2.1 } else { 0.0 };
        let score = 1.0 / (1.0 + libm::exp(-(signal - 0.4 + 0.9 * random.normal())));
        let latency = if after { 31.0 } else { 24.0 } * libm::exp(0.35 * random.normal());
        let failed = random.unit() < 0.004;
        // The new version loses the amount now and then.
        let amount = if after && random.unit() < 0.06 {
            String::new()
        } else {
            format!("{amount:.2}")
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            predictions,
            "p{i:05},{},{},{channel},{country},{amount},{score:.4},{},{latency:.1},{}",
            second(at),
            if after { "2.0" } else { "1.4" },
            u8::from(score >= 0.5),
            if failed { 503 } else { 200 },
        );
        let told = at + 6 * HOUR - (3.5 * DAY as f64 * libm::log(1.0 - random.unit())) as i64;
        if told < KNOWN_UNTIL && random.unit() < 0.97 {
            let _ = writeln!(outcomes, "p{i:05},{},{}", second(told), u8::from(fraud));
        }
    }
    [
        ("payments-scored.csv", predictions),
        ("chargebacks.csv", outcomes),
    ]
}

/// A text as a file.
pub fn as_file(name: &str, text: &str) -> Option<File> {
    let parts = js_sys::Array::of1(&wasm_bindgen::JsValue::from_str(text));
    File::new_with_str_sequence(&parts, name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_its_rows_and_its_break() {
        let [(_, predictions), (_, outcomes)] = files();
        assert_eq!(predictions.lines().count() as u64, ROWS + 1);
        let labelled = outcomes.lines().count() as u64;
        assert!((ROWS * 85 / 100..ROWS).contains(&labelled), "{labelled}");
        assert!(
            predictions
                .lines()
                .nth(1)
                .is_some_and(|l| l.contains("2025-03-03T00:"))
        );
        let fraud = outcomes.lines().filter(|l| l.ends_with(",1")).count() as u64;
        assert!(
            (labelled / 50..labelled / 5).contains(&fraud),
            "{fraud} of {labelled}"
        );
    }
}
