//! The level of a quantile: the share of outcomes that are to lie at or below it.
//!
//! A level is kept as a whole number of billionths, so that 0.1 and 0.9 are each other's mirror to the last
//! digit and levels can be compared and sorted.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A level above 0 and below 1, to nine digits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "f64", into = "f64")]
pub struct Level(u32);

/// How many parts a whole has.
const PARTS: u32 = 1_000_000_000;

impl Level {
    /// Not told: the name of the column tells it, where it does.
    pub const UNKNOWN: Self = Self(0);
    /// One half: the median.
    pub const MEDIAN: Self = Self(PARTS / 2);

    /// A level; `None` unless it lies between 0 and 1.
    #[must_use]
    pub fn of(level: f64) -> Option<Self> {
        let parts = (level * f64::from(PARTS)).round();
        (parts > 0.0 && parts < f64::from(PARTS)).then_some(Self(parts as u32))
    }

    /// As a number; 0 where it is not told.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.0) / f64::from(PARTS)
    }

    /// The level as far from the other end.
    #[must_use]
    pub const fn mirror(self) -> Self {
        Self(PARTS.saturating_sub(self.0))
    }

    /// The lower end of the central interval that is to hold this share of outcomes.
    #[must_use]
    pub fn lower_of(coverage: f64) -> Option<Self> {
        let coverage = Self::of(coverage)?;
        Some(Self((PARTS - coverage.0).div_ceil(2))).filter(|l| l.0 < Self::MEDIAN.0)
    }

    /// The share of outcomes that the central interval from this level to its mirror is to hold; `None` from
    /// the median on.
    #[must_use]
    pub fn coverage(self) -> Option<f64> {
        let lower = self.0 > 0 && self < Self::MEDIAN;
        lower.then(|| f64::from(PARTS - 2 * self.0) / f64::from(PARTS))
    }

    /// Whether it is told.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.0 > 0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value())
    }
}

impl TryFrom<f64> for Level {
    type Error = String;

    fn try_from(level: f64) -> Result<Self, String> {
        Self::of(level)
            .ok_or_else(|| format!("{level} is no level of a quantile, which lies between 0 and 1"))
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> Self {
        level.value()
    }
}

/// What the name of a column tells of its level.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The level.
    pub level: Level,
    /// What is left of the name, in lower case: columns of one forecast have it in common.
    pub stem: String,
    /// Whether the name says that it is a quantile, not only a number.
    pub plain: bool,
    /// Where the name gives an end of an interval, and not how much that is to hold: what is taken.
    pub assumed: Option<Assumed>,
}

/// How much an interval is taken to hold of which no name tells it, and what makes such unless it is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assumed {
    /// The share of outcomes.
    pub coverage: f64,
    /// The program.
    pub by: &'static str,
}

const PROPHET: Assumed = Assumed {
    coverage: 0.8,
    by: "Prophet",
};
/// `mean_ci_lower`, `obs_ci_upper`.
const STATSMODELS: Assumed = Assumed {
    coverage: 0.95,
    by: "statsmodels",
};

/// The levels that the cells of a column mean: `0.05`, `5%`, `q0.05`, `p5`, `Q5`, `quantile_0.05`; and whether numbers
/// alone among them are percents, as one above 1 tells. `None` for cells that mean none.
#[must_use]
pub fn levels_of(cells: &[String]) -> (Vec<Option<Level>>, bool) {
    let number = |cell: &str| cell.parse::<f64>().ok();
    let percents = are_percents(cells.iter().filter_map(|cell| number(cell.trim())));
    let level = |cell: &String| match number(cell.trim()) {
        Some(x) => of_number(x, percents),
        None => level_of(cell)
            .filter(|n| n.stem.is_empty())
            .map(|n| n.level),
    };
    (cells.iter().map(level).collect(), percents)
}

/// Whether numbers are levels in percent.
pub(super) fn are_percents(numbers: impl IntoIterator<Item = f64>) -> bool {
    numbers.into_iter().any(|x| x > 1.0 && x.is_finite())
}

/// The level that a number means.
pub(super) fn of_number(x: f64, percent: bool) -> Option<Level> {
    Level::of(if percent { x / 100.0 } else { x })
}

/// Words that say that a number behind them is a level.
const LEVELS: [&str; 8] = [
    "q",
    "quantile",
    "quant",
    "p",
    "percentile",
    "pct",
    "pctl",
    "tau",
];
/// Words for the ends of an interval.
const LOWER: [&str; 5] = ["lower", "lo", "low", "lwr", "lb"];
const UPPER: [&str; 6] = ["upper", "hi", "high", "upr", "ub", "up"];
/// Words that say nothing more of a level.
const FILLERS: [&str; 5] = ["level", "interval", "pi", "bound", "alpha"];

/// The level that the name of a column tells: `q0.1`, `p90`, `quantile_0_25`, `0.025`, `97.5%`, `lower_95`,
/// `model-hi-80`, `yhat_upper`.
#[must_use]
pub fn level_of(name: &str) -> Option<Named> {
    let name = name.trim().to_lowercase();
    let (words, number) = split(&name);
    let is = |of: &[&str]| words.iter().any(|w| of.contains(&w.as_str()));
    let (lower, upper, said) = (is(&LOWER), is(&UPPER), is(&LEVELS));
    let median =
        number.is_none() && !lower && !upper && words.last().is_some_and(|w| w == "median");
    let known: Vec<&str> = [&LEVELS[..], &LOWER, &UPPER, &FILLERS, &["median"]].concat();
    let stem: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|w| !known.contains(w))
        .collect();
    let stem = stem.join("_");
    let share = number.as_deref().map(|n| share(n, name.ends_with('%')));
    let usual = if is(&["ci"]) { STATSMODELS } else { PROPHET };
    let coverage = share.flatten().unwrap_or(usual.coverage);
    let level = match (lower, upper, share) {
        (true, true, _) | (_, _, Some(None)) => return None,
        (true, ..) => Level::lower_of(coverage)?,
        (_, true, _) => Level::lower_of(coverage)?.mirror(),
        (_, _, Some(Some(share))) => Level::of(share)?,
        _ if median => Level::MEDIAN,
        _ => return None,
    };
    let assumed = ((lower || upper) && share.is_none()).then_some(usual);
    Some(Named {
        level,
        plain: !(said || lower || upper || median),
        stem,
        assumed,
    })
}

/// The words of a name, and the number at its end: `q_0_05` ends in `0.05`.
fn split(name: &str) -> (Vec<String>, Option<String>) {
    let body = name.trim_end_matches(['%', ' ', ')', ']']);
    let numeric = |c: char| c.is_ascii_digit() || c == '.';
    let at = body.rfind(|c| !numeric(c)).map_or(0, |at| {
        at + body[at..].chars().next().map_or(1, char::len_utf8)
    });
    let (mut front, digits) = body.split_at(at);
    let mut number = digits.trim_matches('.').to_string();
    // A name that may hold no point has another sign for it.
    if let Some(before) = front.strip_suffix('_').and_then(|f| f.strip_suffix('0'))
        && !before.ends_with(|c: char| c.is_ascii_digit())
        && !number.is_empty()
        && !number.contains('.')
    {
        number = format!("0.{number}");
        front = before;
    }
    (super::words(front), (!number.is_empty()).then_some(number))
}

/// The share that a number in a name means: `0.05`, `5`, `05`, `97.5`, and `025` for 2.5 %.
fn share(number: &str, percent: bool) -> Option<f64> {
    let value: f64 = number.parse().ok()?;
    // 025 and 975, but not 100.
    let tenths = number.len() == 3 && (number.starts_with('0') || number.ends_with('5'));
    let share = match (number.contains('.'), value) {
        (true, value) if value <= 1.0 && !percent => value,
        (false, value) if tenths && !percent => value / 1_000.0,
        (_, value) => value / 100.0,
    };
    (share > 0.0 && share < 1.0).then_some(share)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, level: f64, stem: &str, plain: bool) {
        let found = level_of(name).unwrap();
        assert_eq!(found.level, Level::of(level).unwrap(), "{name}: {found:?}");
        assert_eq!((found.stem.as_str(), found.plain), (stem, plain), "{name}");
    }

    #[test]
    fn names_tell_levels() {
        check("q0.1", 0.1, "", false);
        check("q_10", 0.1, "", false);
        check("Q05", 0.05, "", false);
        check("q025", 0.025, "", false);
        check("q_0_05", 0.05, "", false);
        check("p90", 0.9, "", false);
        check("P99", 0.99, "", false);
        check("quantile_0.5", 0.5, "", false);
        check("forecast p97.5", 0.975, "forecast", false);
        check("y_pred_0.05", 0.05, "y_pred", true);
        check("0.025", 0.025, "", true);
        check("97.5%", 0.975, "", true);
        check("50%", 0.5, "", true);
        check("lower_95", 0.025, "", false);
        check("upper_95", 0.975, "", false);
        check("yhat_lower", 0.1, "yhat", false);
        check("yhat_upper", 0.9, "yhat", false);
        check("AutoARIMA-lo-80", 0.1, "autoarima", false);
        check("AutoARIMA-hi-99.5", 0.9975, "autoarima", false);
        check("lower_0.5", 0.25, "", false);
        check("median", 0.5, "", false);
        check("prediction_interval_lower_bound", 0.1, "prediction", false);
        check("obs_ci_lower", 0.025, "obs_ci", false);
        assert_eq!(level_of("yhat_lower").unwrap().assumed, Some(PROPHET));
        assert_eq!(level_of("lower_95").unwrap().assumed, None);
    }

    #[test]
    fn cells_tell_levels() {
        let check = |cells: &[&str], levels: &[f64], percents: bool| {
            let cells: Vec<String> = cells.iter().map(|c| c.to_string()).collect();
            let expected = levels.iter().map(|l| Level::of(*l)).collect();
            assert_eq!(levels_of(&cells), (expected, percents), "{cells:?}");
        };
        let quarters = [0.025, 0.5, 0.975];
        check(&["0.025", "0.500", ".975"], &quarters, false);
        check(&["2.5%", "50 %", "97.5%"], &quarters, false);
        check(&["2.5", "50", "97.5"], &quarters, true);
        check(&["0.5", "50", "99.5"], &[0.005, 0.5, 0.995], true);
        check(&["q0.025", "q0.5", "q0.975"], &quarters, false);
        check(&["Q2.5", "Q50", "Q97.5"], &quarters, false);
        check(&["p2.5", "median", "p97.5"], &quarters, false);
        check(
            &["quantile_0.025", "quantile_0.5", "quantile_0.975"],
            &quarters,
            false,
        );
        check(
            &["0.1", "mean", "NA", "1.0", "sales_q10"],
            &[0.1, 0.0, 0.0, 1.0, 0.0],
            false,
        );
    }

    #[test]
    fn names_that_tell_none() {
        for name in [
            "",
            "value",
            "q",
            "q0",
            "q1.0",
            "p100",
            "0",
            "100%",
            "lower_upper_50",
            "yhat",
            "lower_0",
            "lower_100",
            "ü",
            "%",
            "._.",
            "2026.05.01",
            "q0.0000000000001",
        ] {
            assert_eq!(level_of(name), None, "{name}");
        }
    }

    #[test]
    fn levels_are_exact_and_mirror_each_other() {
        for thousandths in 1..1000_u32 {
            let level = f64::from(thousandths) / 1e3;
            let of = Level::of(level).unwrap();
            assert_eq!(of.value(), level);
            assert_eq!(of.mirror(), Level::of(1.0 - level).unwrap());
            assert_eq!(of.mirror().mirror(), of);
            if thousandths < 500 {
                let coverage = f64::from(1000 - 2 * thousandths) / 1e3;
                assert_eq!(of.coverage(), Some(coverage));
                assert_eq!(Level::lower_of(coverage), Some(of));
            }
        }
        for none in [0.0, 1.0, -0.5, f64::NAN, f64::INFINITY, 1e-12] {
            assert_eq!(Level::of(none), None);
        }
        assert_eq!(Level::MEDIAN.coverage(), None);
        assert_eq!(Level::UNKNOWN.coverage(), None);
    }
}
