//! What a rule is: plain data, and where its numbers come from.

use crate::log::{Meant, Role};
use crate::report::CheckKind;
use crate::report::view::{SliceChoice, View};
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// A file of rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// What is looked at, and how.
    pub view: View,
    /// Roles of columns, where the guess is not to be relied upon.
    pub roles: Vec<(Role, String)>,
    /// What outcomes are, where that is not to be found out.
    pub meant: Option<Meant>,
    /// The rules, in the order of the file.
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// What it is called; [`Rule::title`] makes a name where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Why there is such a rule.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
    /// What it watches.
    #[serde(flatten)]
    pub watched: Watched,
    /// Model version that it narrows rows to, beyond the view.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    /// Values that it narrows rows to, beyond the view; sorted by column.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub slices: Vec<SliceChoice>,
    /// What it is judged over.
    pub over: Over,
    /// Between what it has to be.
    pub limit: Limit,
    /// Which of the limits count.
    pub side: Side,
    /// Which end of its interval has to be there.
    pub interval: End,
    /// Windows in a row that break it before it fires.
    #[serde(rename = "for")]
    pub in_a_row: u32,
    /// What it takes to come back.
    pub clear: Clear,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it fails when it has fired once, or when it fires at the end.
    pub fails: Fails,
    /// When it keeps still.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub silence: Vec<Silence>,
}

/// What a rule watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watched {
    /// A metric of the registry, by its name.
    Metric(String),
    /// A column.
    Column {
        /// Its name.
        name: String,
        /// What of it.
        measure: Measure,
    },
    /// How many incidents go on: the alarms under the budget, but for those that are harmless.
    Incidents(About),
    /// How many checks of data quality are broken.
    Checks {
        /// Of this kind; `None`: of all.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        kind: Option<CheckKind>,
        /// Of this column; `None`: of all, and of whole rows.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        column: Option<String>,
    },
    /// How many expectations of a file are not met; its name.
    Expectations(String),
}

impl Watched {
    /// Whether columns have to be counted for it, and not only metrics.
    #[must_use]
    pub fn needs_columns(&self) -> bool {
        !matches!(self, Self::Metric(_))
    }

    /// The measure that is told only where it is chosen among the tests ([`View::chosen_tests`]), if it is one.
    #[must_use]
    pub fn tested(&self) -> Option<Measure> {
        match self {
            Self::Column { measure, .. } if measure.is_chosen() => Some(*measure),
            _ => None,
        }
    }

    /// What it allows where the rule does not tell: of what is counted, none.
    #[must_use]
    pub fn usual_limit(&self) -> Option<Limit> {
        match self {
            Self::Metric(_) | Self::Column { .. } => None,
            Self::Incidents(_) | Self::Checks { .. } | Self::Expectations(_) => {
                Some(Limit::Between {
                    min: None,
                    max: Some(0.0),
                })
            }
        }
    }
}

/// What incidents are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Anything.
    #[default]
    All,
    /// Metrics of all rows.
    Metrics,
    /// Metrics of slices.
    Slices,
    /// Columns.
    Columns,
}

impl About {
    /// All of them by name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("all", Self::All),
        ("metrics", Self::Metrics),
        ("slices", Self::Slices),
        ("columns", Self::Columns),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let all = Self::ALL.iter();
        all.into_iter()
            .find(|(_, of)| *of == self)
            .map_or("", |(name, _)| name)
    }
}

/// What is measured of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Population stability index from the baseline.
    Psi,
    /// Jensen–Shannon distance from the baseline.
    JensenShannon,
    /// Kolmogorov–Smirnov statistic from the baseline.
    KolmogorovSmirnov,
    /// Wasserstein-1 distance from the baseline, in the column's unit.
    Wasserstein,
    /// The same in the baseline's standard deviations.
    WassersteinNormalised,
    /// Hellinger distance from the baseline.
    Hellinger,
    /// Kullback–Leibler divergence from the baseline.
    KullbackLeibler,
    /// Largest difference of a word's share from the baseline's.
    LInfinity,
    /// Total variation distance from the baseline.
    TotalVariation,
    /// Cramér's V.
    CramersV,
    /// Share of missing cells.
    Missing,
    /// Share of cells that hold text where numbers stand.
    WrongType,
    /// Share of words that the baseline has not.
    UnseenWord,
    /// Share of numbers beyond the baseline's.
    OutOfRange,
    /// Share of numbers far from the baseline's quartiles.
    Outlier,
}

impl Measure {
    /// Every distance by its name.
    pub const DISTANCES: [(&'static str, Self); 10] = [
        ("psi", Self::Psi),
        ("jensen_shannon", Self::JensenShannon),
        ("kolmogorov_smirnov", Self::KolmogorovSmirnov),
        ("wasserstein", Self::Wasserstein),
        ("wasserstein_normalised", Self::WassersteinNormalised),
        ("hellinger", Self::Hellinger),
        ("kullback_leibler", Self::KullbackLeibler),
        ("l_infinity", Self::LInfinity),
        ("total_variation", Self::TotalVariation),
        ("cramers_v", Self::CramersV),
    ];

    /// Every share by its name.
    pub const SHARES: [(&'static str, Self); 5] = [
        ("missing", Self::Missing),
        ("wrong_type", Self::WrongType),
        ("unseen_word", Self::UnseenWord),
        ("out_of_range", Self::OutOfRange),
        ("outlier", Self::Outlier),
    ];

    /// Whether it is a distance from the baseline.
    #[must_use]
    pub fn is_distance(self) -> bool {
        Self::DISTANCES.iter().any(|(_, measure)| *measure == self)
    }

    /// Whether it is told window by window, and not only of all rows.
    #[must_use]
    pub fn by_window(self) -> bool {
        let windowed = matches!(
            self,
            Self::Psi | Self::JensenShannon | Self::KolmogorovSmirnov
        );
        windowed || !self.is_distance()
    }

    /// Whether it is told only where it is chosen among the tests ([`View::chosen_tests`]).
    #[must_use]
    pub fn is_chosen(self) -> bool {
        !self.by_window() && self != Self::Wasserstein
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let all = Self::DISTANCES.iter().chain(&Self::SHARES);
        all.into_iter()
            .find(|(_, m)| *m == self)
            .map_or("", |(name, _)| name)
    }
}

/// What a rule is judged over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Window by window.
    #[default]
    Windows,
    /// All rows in view at once.
    All,
}

/// Between what a value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Constants.
    Between {
        /// The least that is allowed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        min: Option<f64>,
        /// The most.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        max: Option<f64>,
    },
    /// So near to the baseline's value.
    Within(Tolerance),
    /// Between two quantiles of the values of the baseline's windows, interpolated as `numpy.quantile` does.
    Quantile(f64, f64),
    /// In the band that the baseline's windows teach: their mean, give or take so many standard deviations
    /// (n − 1 in the denominator).
    Band {
        /// How many standard deviations.
        sd: f64,
        /// How few windows are allowed for.
        spread: Spread,
    },
}

/// How far from the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// In the unit of the value.
    Absolute(f64),
    /// As a share of the baseline's value.
    Relative(f64),
}

/// How wide a band of so many standard deviations is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// A prediction interval for one more window: as rare as k standard deviations of a normal law, by
    /// Student's t with n − 1 degrees of freedom, times √(1 + 1/n). With ten windows, three standard
    /// deviations become 4.3.
    #[default]
    Prediction,
    /// Mean ± k standard deviations as they stand, which few windows break by chance far more often.
    Plain,
}

/// Which of two limits count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Both.
    #[default]
    Both,
    /// That on the worse side of the metric; both, where no side is worse.
    Worse,
    /// The lower one.
    Below,
    /// The upper one.
    Above,
}

/// What of an interval has to be within the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The value itself.
    #[default]
    Value,
    /// The lower end of its interval.
    Low,
    /// The upper end.
    High,
    /// Any of it: the rule is broken only where the whole interval is beyond a limit.
    Whole,
}

/// What it takes for a rule that fired to come back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clear {
    /// Other limits; `None`: the rule's own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<Limit>,
    /// Windows in a row within them.
    #[serde(rename = "for")]
    pub in_a_row: u32,
}

impl Default for Clear {
    fn default() -> Self {
        Self {
            limit: None,
            in_a_row: 1,
        }
    }
}

/// How bad a broken rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is told.
    Warn,
    /// The check fails.
    #[default]
    Fail,
}

/// When a rule that fires counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fails {
    /// While it fires at the last judged window.
    #[default]
    Now,
    /// Also after it came back.
    Ever,
}

/// A time in which a rule keeps still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// From this instant.
    pub from: Time,
    /// Until this one (exclusive).
    pub until: Time,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

impl Rule {
    /// A rule on this with these limits, everything else as it is without a word.
    #[must_use]
    pub fn new(watched: Watched, limit: Limit) -> Self {
        Self {
            name: None,
            why: None,
            watched,
            version: None,
            slices: Vec::new(),
            over: Over::default(),
            limit,
            side: Side::default(),
            interval: End::default(),
            in_a_row: 1,
            clear: Clear::default(),
            severity: Severity::default(),
            fails: Fails::default(),
            silence: Vec::new(),
        }
    }

    /// Whether it compares with the baseline, so that the baseline's own windows are not judged.
    /// What is missing or no number is so without a baseline.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        let compared =
            |measure: &Measure| !matches!(measure, Measure::Missing | Measure::WrongType);
        let compared = match &self.watched {
            Watched::Metric(_) | Watched::Expectations(_) => false,
            Watched::Column { measure, .. } => compared(measure),
            Watched::Incidents(_) | Watched::Checks { .. } => true,
        };
        compared || !matches!(self.limit, Limit::Between { .. })
    }
}

impl Rules {
    /// The view that a rule is judged in.
    #[must_use]
    pub fn view_of(&self, rule: &Rule) -> View {
        let mut view = self.view.clone();
        if rule.version.is_some() {
            view.version.clone_from(&rule.version);
        }
        for slice in &rule.slices {
            view.slices.retain(|s| s.column != slice.column);
            view.slices.push(slice.clone());
        }
        view.slices.sort();
        view
    }

    /// All views that the rules are judged in: that of the file first, then those of rules with a slice of
    /// their own, each once.
    #[must_use]
    pub fn views(&self) -> Vec<View> {
        let mut views = vec![self.view.clone()];
        for view in self.rules.iter().map(|rule| self.view_of(rule)) {
            if !views.contains(&view) {
                views.push(view);
            }
        }
        views
    }
}
