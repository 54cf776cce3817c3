//! What there is to know of the rates of groups, and of what is asked of them.

use crate::metric::{Better, Family, Info, Material, Rank, Unit};

/// What is different of each.
struct Told {
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    same: &'static str,
}

const FAIR: &str = "fairlearn 0.15 (Bird et al. 2020, Microsoft MSR-TR-2020-32)";

const fn rate(told: &Told, undefined: &'static str) -> Info {
    Info {
        name: told.name,
        title: told.title,
        explain: told.explain,
        formula: told.formula,
        interval: "Wilson score; against all other rows Newcombe's of the difference and Katz's of the ratio",
        source: "fairlearn 0.15; Wilson 1927, JASA 22, 209; Newcombe 1998, Statistics in Medicine 17, 873; Katz et al. 1978, Biometrics 34, 469",
        sklearn: told.same,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Neither,
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        undefined,
        material: Material::Never,
    }
}

/// The rates, in the order of [`super::RATES`].
pub const RATES: [Info; 4] = [
    rate(
        &Told {
            name: "selection_rate",
            title: "Predicted positive",
            explain: "Of the rows of the group, the share that is predicted positive.",
            formula: "(tp + fp) / n",
            same: "fairlearn.metrics.MetricFrame(metrics=fairlearn.metrics.selection_rate, …).by_group",
        },
        "no row of the group has an outcome and a predicted label",
    ),
    rate(
        &Told {
            name: "true_positive_rate",
            title: "True positive rate",
            explain: "Of the rows of the group that are positive, the share predicted so: its recall.",
            formula: "tp / (tp + fn)",
            same: "fairlearn.metrics.MetricFrame(metrics=fairlearn.metrics.true_positive_rate, …).by_group",
        },
        "no row of the group is positive",
    ),
    rate(
        &Told {
            name: "false_positive_rate",
            title: "False positive rate",
            explain: "Of the rows of the group that are negative, the share predicted positive.",
            formula: "fp / (fp + tn)",
            same: "fairlearn.metrics.MetricFrame(metrics=fairlearn.metrics.false_positive_rate, …).by_group",
        },
        "no row of the group is negative",
    ),
    rate(
        &Told {
            name: "precision",
            title: "Precision",
            explain: "Of the rows of the group that are predicted positive, the share that is.",
            formula: "tp / (tp + fp)",
            same: "fairlearn.metrics.MetricFrame(metrics=sklearn.metrics.precision_score, …).by_group",
        },
        "nothing in the group is predicted positive",
    ),
];

const fn criterion(told: &Told, ratio: bool) -> Info {
    Info {
        name: told.name,
        title: told.title,
        explain: told.explain,
        formula: told.formula,
        interval: "two groups: Newcombe's of the difference, Katz's of the ratio, folded at no difference; several: from the ends of Wilson scores of all groups that hold at once (Bonferroni), since the largest and the smallest were chosen by the sample; of equalised odds both rates hold at once",
        source: FAIR,
        sklearn: told.same,
        family: Family::Classification,
        rank: Rank::Detail,
        better: if ratio { Better::Higher } else { Better::Lower },
        unit: if ratio { Unit::Ratio } else { Unit::Percent },
        range: (Some(0.0), Some(1.0)),
        undefined: if ratio {
            "fewer than two groups have 30 rows under the rate, or its largest is 0"
        } else {
            "fewer than two groups have 30 rows under the rate"
        },
        material: Material::Never,
    }
}

/// The criteria as differences, in the order in which a report has them.
pub const DIFFERENCES: [Info; 4] = [
    criterion(
        &Told {
            name: "demographic_parity",
            title: "Demographic parity, difference",
            explain: "How much more often one group is predicted positive than another, whatever is true of them.",
            formula: "largest − smallest (tp + fp) / n of the groups",
            same: "fairlearn.metrics.demographic_parity_difference(y_true, y_pred, sensitive_features=group)",
        },
        false,
    ),
    criterion(
        &Told {
            name: "equal_opportunity",
            title: "Equal opportunity, difference",
            explain: "How much more often the positive rows of one group are found than those of another.",
            formula: "largest − smallest tp / (tp + fn) of the groups",
            same: "fairlearn.metrics.equal_opportunity_difference(y_true, y_pred, sensitive_features=group)",
        },
        false,
    ),
    criterion(
        &Told {
            name: "equalized_odds",
            title: "Equalised odds, difference",
            explain: "How far groups are apart in true or in false positive rates, whichever is farther.",
            formula: "the larger one of largest − smallest tp / (tp + fn) and largest − smallest fp / (fp + tn)",
            same: "fairlearn.metrics.equalized_odds_difference(y_true, y_pred, sensitive_features=group)",
        },
        false,
    ),
    criterion(
        &Told {
            name: "predictive_parity",
            title: "Predictive parity, difference",
            explain: "How much more often a positive prediction is right in one group than in another.",
            formula: "largest − smallest tp / (tp + fp) of the groups",
            same: "fairlearn.metrics.MetricFrame(metrics=sklearn.metrics.precision_score, …).difference()",
        },
        false,
    ),
];

/// The same as ratios.
pub const RATIOS: [Info; 4] = [
    criterion(
        &Told {
            name: "demographic_parity",
            title: "Demographic parity, ratio",
            explain: "How often the group least predicted positive is so, for each time of the one most predicted so; below 0.8 the four-fifths rule is broken.",
            formula: "smallest / largest (tp + fp) / n of the groups",
            same: "fairlearn.metrics.demographic_parity_ratio(y_true, y_pred, sensitive_features=group)",
        },
        true,
    ),
    criterion(
        &Told {
            name: "equal_opportunity",
            title: "Equal opportunity, ratio",
            explain: "How often positive rows are found in the group where that is rarest, for each time where it is commonest.",
            formula: "smallest / largest tp / (tp + fn) of the groups",
            same: "fairlearn.metrics.equal_opportunity_ratio(y_true, y_pred, sensitive_features=group)",
        },
        true,
    ),
    criterion(
        &Told {
            name: "equalized_odds",
            title: "Equalised odds, ratio",
            explain: "The ratio of true or of false positive rates of groups, whichever is smaller.",
            formula: "the smaller one of smallest / largest tp / (tp + fn) and smallest / largest fp / (fp + tn)",
            same: "fairlearn.metrics.equalized_odds_ratio(y_true, y_pred, sensitive_features=group)",
        },
        true,
    ),
    criterion(
        &Told {
            name: "predictive_parity",
            title: "Predictive parity, ratio",
            explain: "How often a positive prediction is right in the group where that is rarest, for each time where it is commonest.",
            formula: "smallest / largest tp / (tp + fp) of the groups",
            same: "fairlearn.metrics.MetricFrame(metrics=sklearn.metrics.precision_score, …).ratio()",
        },
        true,
    ),
];

/// What is told of a rate, or of a criterion, by its name.
#[must_use]
pub fn told(of: &'static [Info], name: &str) -> Option<&'static Info> {
    of.iter().find(|info| info.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rate_and_criterion_tells_all_there_is_to_know() {
        for (rate, (name, _)) in RATES.iter().zip(super::super::RATES) {
            assert_eq!(rate.name, name);
        }
        for (difference, ratio) in DIFFERENCES.iter().zip(&RATIOS) {
            assert_eq!(difference.name, ratio.name);
        }
        for info in RATES.iter().chain(&DIFFERENCES).chain(&RATIOS) {
            let told = [
                info.title,
                info.explain,
                info.formula,
                info.interval,
                info.source,
                info.sklearn,
                info.undefined,
            ];
            assert!(told.iter().all(|t| !t.is_empty()), "{}", info.name);
        }
    }
}
