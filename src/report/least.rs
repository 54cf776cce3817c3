//! From which size on a change is worth an alarm, as the reader says it: of a metric in its own unit, of what columns
//! hold in standard deviations. Of what they do not say, the size is a sensible one ([`Material`], [`columns::LEAST`]).

use super::whole_rows::{LATE, STALE};
use super::{Alert, AlertKind, words};
use crate::metric::{self, Info, Material, Unit};
use crate::settings::{among, number};
use crate::stats::sequential::{Least, columns, counts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The name of the size of columns: standard deviations of ranks, and of shares J. Cohen's h, which is near to them.
const COLUMNS: &str = "columns";
/// The name of the size of rank correlations: J. Cohen's q, the difference of Fisher's z.
const CORRELATIONS: &str = "correlations";
/// The change of Fisher's z that is worth an alarm: J. Cohen's q (1988, *Statistical power analysis for the behavioral
/// sciences*), which he calls small.
const LEAST_Z: f64 = 0.1;

/// Sizes by what they are of: the name of a metric, `columns` or `correlations`. Text: `accuracy=0.02,columns=0.2`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sizes(pub BTreeMap<String, f64>);

impl Sizes {
    /// The names of sizes that are of no metric.
    pub const OF_COLUMNS: [&str; 2] = [COLUMNS, CORRELATIONS];

    /// The usual size of what has this name, as a person writes it: `0.01`, or `2 % of it` of the baseline's value;
    /// `None` where nothing of this name raises alarms.
    #[must_use]
    pub fn usual(name: &str) -> Option<String> {
        match name {
            COLUMNS => Some(number(columns::LEAST)),
            CORRELATIONS => Some(number(LEAST_Z)),
            name => match metric::info(name)?.material {
                Material::Never => None,
                Material::Absolute(least) => Some(number(least)),
                Material::Relative(share) => {
                    Some(format!("{} of it", words::value(Unit::Percent, share)))
                }
            },
        }
    }

    /// Whether every size is the usual one.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there can be such a size.
    ///
    /// # Errors
    /// Where nothing of this name raises alarms, or the size is negative or not finite; with the mend behind the first
    /// stop.
    pub fn check(name: &str, size: f64) -> Result<(), String> {
        let known = metric::METRICS.iter().map(|m| m.info());
        let known = known.filter(|i| i.material != Material::Never);
        let mut names: Vec<&str> = known.map(|i| i.name).collect();
        names.extend(Self::OF_COLUMNS);
        if !names.contains(&name) {
            return Err(format!(
                "nothing that raises alarms is called '{name}'. {}",
                among(name, &names)
            ));
        }
        match size.is_finite() && size >= 0.0 {
            true => Ok(()),
            false => Err(format!(
                "the least size of {name} is negative or not finite. Write a number that is not negative, in its own unit, as 0.02"
            )),
        }
    }

    /// The least change of a metric that matters.
    pub(crate) fn of(&self, info: &Info) -> Least {
        match (self.0.get(info.name), info.material) {
            (_, Material::Never) => Least::Absolute(f64::INFINITY),
            (Some(size), _) => Least::Absolute(*size),
            (None, Material::Absolute(least)) => Least::Absolute(least),
            (None, Material::Relative(share)) => Least::Relative(share),
        }
    }

    /// That of what a column holds, in place of the usual one.
    pub(super) fn of_column(&self, usual: Least) -> Least {
        match (self.0.get(COLUMNS), usual) {
            (None, usual) => usual,
            (Some(size), Least::Angle(_)) => Least::Angle(*size),
            (Some(size), _) => Least::Absolute(*size),
        }
    }

    /// That of Fisher's z of a rank correlation.
    pub(super) fn of_correlation(&self) -> Least {
        Least::Absolute(self.0.get(CORRELATIONS).copied().unwrap_or(LEAST_Z))
    }

    /// The size that an incident had to have, in words.
    pub(super) fn told(&self, alert: &Alert) -> String {
        let columns = self.0.get(COLUMNS).copied().unwrap_or(columns::LEAST);
        match (alert.kind, metric::info(&alert.metric)) {
            (AlertKind::Metric | AlertKind::Slice, Some(info)) => match self.of(info) {
                Least::Relative(share) => {
                    format!("{} of the baseline", words::value(Unit::Percent, share))
                }
                Least::Absolute(least) | Least::Angle(least) | Least::Factor(least) => {
                    match info.unit {
                        Unit::Percent => words::value(info.unit, least).replace('%', "pp"),
                        unit => words::value(unit, least),
                    }
                }
            },
            (_, _) if alert.metric == super::incidents::CORRELATION => {
                let least = self.0.get(CORRELATIONS).copied().unwrap_or(LEAST_Z);
                format!("{} of Fisher's z (Cohen's q)", words::number(least))
            }
            _ => match alert.metric.as_str() {
                "location" | "spread" | "shape" => {
                    format!("{} standard deviations of ranks", words::number(columns))
                }
                "volume" => format!("{} times as many, or as few", words::number(counts::LEAST)),
                "stale_row" => format!("{} pp", words::number(100.0 * STALE)),
                "late_outcome" => format!("Cohen's h of {}", words::number(LATE)),
                _ => format!("Cohen's h of {}", words::number(columns)),
            },
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self
            .0
            .iter()
            .map(|(name, x)| format!("{name}={}", number(*x)));
        f.write_str(&each.collect::<Vec<_>>().join(","))
    }
}

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut sizes = BTreeMap::new();
        for one in text.split(',') {
            let like = || format!("'{one}' is no size: write NAME=SIZE, as accuracy=0.02");
            let (name, size) = one.split_once('=').ok_or_else(like)?;
            let (name, size) = (name.trim(), size.trim().parse().map_err(|_| like())?);
            Self::check(name, size)?;
            if sizes.insert(name.to_owned(), size).is_some() {
                return Err(format!("{name} is given two sizes; give it one"));
            }
        }
        Ok(Self(sizes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_written() {
        let sizes: Sizes = "columns=0.2, accuracy=0.02".parse().unwrap();
        assert_eq!(sizes.to_string(), "accuracy=0.02,columns=0.2");
        assert_eq!(sizes.to_string().parse(), Ok(sizes.clone()));
        let of = |name: &str| sizes.of(metric::info(name).unwrap());
        assert_eq!(of("accuracy"), Least::Absolute(0.02));
        assert_eq!(
            of("mean_absolute_error"),
            Sizes::default().of(metric::info("mean_absolute_error").unwrap())
        );
        assert_eq!(sizes.of_column(Least::Angle(0.1)), Least::Angle(0.2));
        assert_eq!(sizes.of_correlation(), Least::Absolute(LEAST_Z));
        assert_eq!(Sizes::usual("columns").as_deref(), Some("0.1"));
        assert_eq!(Sizes::usual("accuracy").as_deref(), Some("0.01"));
        assert_eq!(Sizes::usual("none"), None);
    }

    #[test]
    fn a_size_of_nothing_is_told_with_its_mend() {
        for (text, told) in [
            ("acuracy=0.1", "Did you mean 'accuracy'?"),
            ("top_2_accuracy=0.1", "nothing that raises alarms"),
            ("accuracy=-1", "not negative"),
            ("accuracy=NaN", "not negative"),
            ("accuracy", "write NAME=SIZE"),
            ("accuracy=1,accuracy=2", "two sizes"),
        ] {
            let why = text.parse::<Sizes>().unwrap_err();
            assert!(why.contains(told), "{text}: {why}");
        }
    }
}
