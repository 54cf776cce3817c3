//! The example: parcels scored for being late, made here so that it needs no network.
//!
//! Fourteen weeks of predictions, with deliveries that are known days later. In the tenth week a new
//! model version goes live that reads the parcels of one carrier wrongly; all others are served as
//! well as before, only a little slower. The numbers are drawn from a fixed seed (SplitMix64:
//! Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014), so the example
//! is the same for everyone.

use crate::table::time::{DAY, SECOND, Time};
use std::fmt::Write as _;

/// What the example is about.
pub const TITLE: &str = "will 60 000 parcels be late? In the tenth week, something goes wrong";

const ROWS: u64 = 60_000;
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
        "parcel_id,timestamp,model_version,carrier,region,distance_km,score,prediction,latency_ms,status\n",
    );
    let mut outcomes = String::from("parcel_id,delivered_at,late\n");
    let step = WEEKS * 7 * DAY / ROWS as i64;
    let chance = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    let second = |t: i64| Time(t - t.rem_euclid(SECOND));
    for i in 0..ROWS {
        let at = START + i as i64 * step + (random.unit() * step as f64) as i64;
        let after = at >= CHANGE;
        let carrier = random.pick(&[("Cirrus", 0.38), ("Alba", 0.36), ("Borea", 0.26)]);
        let region = random.pick(&[
            ("north", 0.38),
            ("south", 0.27),
            ("east", 0.2),
            ("west", 0.15),
        ]);
        let distance = 15.0 + 90.0 * libm::exp(0.7 * random.normal());
        let risk = -0.8 + 0.003 * distance + 1.3 * random.normal();
        let late = random.unit() < chance(2.2 * risk);
        let misread = after && carrier == "Cirrus";
        let seen = if misread { 0.1 * risk - 0.4 } else { risk };
        let score = chance(2.2 * seen + 0.4 * random.normal());
        let latency = if after { 31.0 } else { 24.0 } * libm::exp(0.35 * random.normal());
        let failed = random.unit() < 0.004;
        // The new version loses the distance now and then.
        let distance = if after && random.unit() < 0.06 {
            String::new()
        } else {
            format!("{distance:.1}")
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            predictions,
            "p{i:05},{},{},{carrier},{region},{distance},{score:.4},{},{latency:.1},{}",
            second(at),
            if after { "2.0" } else { "1.4" },
            u8::from(score >= 0.5),
            if failed { 503 } else { 200 },
        );
        let told = at + DAY - (2.5 * DAY as f64 * libm::log(1.0 - random.unit())) as i64;
        if told < KNOWN_UNTIL && random.unit() < 0.97 {
            let _ = writeln!(outcomes, "p{i:05},{},{}", second(told), u8::from(late));
        }
    }
    [("parcels.csv", predictions), ("deliveries.csv", outcomes)]
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
        let late = outcomes.lines().filter(|l| l.ends_with(",1")).count() as u64;
        assert!(
            (labelled / 4..labelled / 2).contains(&late),
            "{late} of {labelled}"
        );
    }
}
