//! The arithmetic of groups: a rate against the rest, and the largest against the smallest.

use super::{GroupColumn, MINIMUM, Member, RATES};
use crate::metric::Estimate;
use crate::stats::interval::Interval;
use crate::stats::multiple::holm;
use crate::stats::proportions::{self, Range, Share, p_equal, range};
use crate::summary::Counted;
use serde::{Deserialize, Serialize};

/// The chance that an interval misses, and that any group is said to differ that does not.
const ALPHA: f64 = 0.05;

/// A rate of a group against that of every other row in view.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    /// Group minus rest (interval: Newcombe).
    pub difference: Estimate,
    /// Group over rest (interval: Katz on the log scale, with half a row more).
    pub ratio: Estimate,
    /// Two-sided p-value of no difference, corrected (Holm) over [`super::Groups::contrasts`].
    pub p_value: f64,
    /// Whether it differs: the p-value is below 0.05.
    pub differs: bool,
}

/// The largest rate of the groups of a column against the smallest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Between {
    /// `demographic_parity` (selection rate), `equal_opportunity` (true positive rate), `equalized_odds`
    /// (the worse one of true and false positive rate), `predictive_parity` (precision).
    pub name: String,
    /// Largest minus smallest; of equalised odds the larger one of both differences.
    pub difference: Estimate,
    /// Smallest over largest; of equalised odds the smaller one of both ratios.
    pub ratio: Estimate,
    /// The group of the largest rate; of equalised odds where the difference is larger.
    pub highest: Option<String>,
    /// The group of the smallest rate, likewise.
    pub lowest: Option<String>,
    /// Groups compared.
    pub groups: u64,
    /// Groups that too few rows stand under to be compared.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub too_few: Vec<String>,
}

/// A share with Wilson's interval.
pub(super) fn estimate(share: Share) -> Estimate {
    match share.value() {
        Some(value) => Estimate::of(value, proportions::wilson(share, ALPHA), share.n),
        None => Estimate::undefined("no rows", 0),
    }
}

/// The criteria and the rates (places in [`RATES`]) that each is made of.
const CRITERIA: [(&str, &[usize]); 4] = [
    ("demographic_parity", &[0]),
    ("equal_opportunity", &[1]),
    ("equalized_odds", &[1, 2]),
    ("predictive_parity", &[3]),
];

/// Every criterion of a column.
pub(super) fn between(members: &[Member]) -> Vec<Between> {
    let criteria = CRITERIA.iter();
    criteria
        .map(|(name, rates)| criterion(name, rates, members))
        .collect()
}

fn criterion(name: &str, rates: &[usize], members: &[Member]) -> Between {
    let share =
        |m: &Member, rate: usize| RATES.get(rate).map_or(Share::default(), |r| r.1(m.counted));
    let enough = |m: &&Member| rates.iter().all(|r| share(m, *r).n >= MINIMUM);
    let (compared, few): (Vec<&Member>, Vec<&Member>) = members.iter().partition(enough);
    let rows: u64 = compared.iter().map(|m| m.counted.n()).sum();
    let mut out = Between {
        name: name.into(),
        groups: compared.len() as u64,
        too_few: few.into_iter().map(|m| m.value.clone()).collect(),
        ..Between::default()
    };
    // Several rates hold at once where each is given its part of the chance to miss.
    let alpha = ALPHA / rates.len().max(1) as f64;
    let ranges = rates.iter().map(|rate| {
        let shares: Vec<Share> = compared.iter().map(|m| share(m, *rate)).collect();
        range(&shares, alpha)
    });
    let Some(ranges) = ranges
        .collect::<Option<Vec<Range>>>()
        .filter(|r| !r.is_empty())
    else {
        let why = format!("fewer than two groups have {MINIMUM} rows");
        out.difference = Estimate::undefined(&why, rows);
        out.ratio = Estimate::undefined(&why, rows);
        return out;
    };
    let worst = ranges.iter().fold(&ranges[0], |worst, next| {
        if next.difference > worst.difference {
            next
        } else {
            worst
        }
    });
    let value = |at: usize| compared.get(at).map(|m| m.value.clone());
    (out.highest, out.lowest) = (value(worst.highest), value(worst.lowest));
    let most = |of: fn(&Range) -> f64| ranges.iter().map(of).fold(0.0, f64::max);
    let ends = Interval {
        low: most(|r| r.of_difference.low),
        high: most(|r| r.of_difference.high),
    };
    out.difference = Estimate::of(worst.difference, Some(ends), rows);
    let ratios: Option<Vec<f64>> = ranges.iter().map(|r| r.ratio).collect();
    let least = |of: fn(&Range) -> f64| ranges.iter().map(of).fold(1.0, f64::min);
    out.ratio = match ratios {
        Some(ratios) => {
            let ends = Interval {
                low: least(|r| r.of_ratio.low),
                high: least(|r| r.of_ratio.high),
            };
            Estimate::of(ratios.into_iter().fold(1.0, f64::min), Some(ends), rows)
        }
        None => Estimate::undefined("the largest rate is 0", rows),
    };
    out
}

/// Compares every group with the rest of all rows, and corrects for all of that; the number of contrasts.
pub(super) fn against_rest(columns: &mut [(GroupColumn, Vec<Counted>)], whole: Counted) -> u64 {
    let mut places: Vec<(usize, usize, &str, Contrast)> = Vec::new();
    for (at, (_, counts)) in columns.iter().enumerate() {
        for (group, counted) in counts.iter().enumerate() {
            for (name, of) in RATES {
                if let Some(found) = contrast(of(*counted), of(whole)) {
                    places.push((at, group, name, found));
                }
            }
        }
    }
    let raw: Vec<f64> = places.iter().map(|p| p.3.p_value).collect();
    let contrasts = places.len() as u64;
    for ((at, group, name, found), p_value) in places.into_iter().zip(holm(&raw)) {
        let to = columns.get_mut(at).and_then(|c| c.0.groups.get_mut(group));
        if let Some(group) = to {
            let found = Contrast {
                p_value,
                differs: p_value < ALPHA,
                ..found
            };
            group.against_rest.insert(name.into(), found);
        }
    }
    contrasts
}

/// A share against what is left of the whole, before correction; `None` where either has too few rows.
fn contrast(share: Share, whole: Share) -> Option<Contrast> {
    let rest = share.rest(whole);
    if share.n < MINIMUM || rest.n < MINIMUM {
        return None;
    }
    let (p, q, n) = (share.value()?, rest.value()?, share.n);
    let ratio = match q > 0.0 {
        true => Estimate::of(p / q, proportions::ratio(share, rest, ALPHA), n),
        false => Estimate::undefined("the rate of the rest is 0", n),
    };
    Some(Contrast {
        difference: Estimate::of(p - q, proportions::difference(share, rest, ALPHA), n),
        ratio,
        p_value: p_equal(share, rest)?,
        differs: false,
    })
}
