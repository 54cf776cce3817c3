//! Which tests and distances of two samples a reader wants of the columns.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Tests of numbers.
const OF_NUMBERS: [&str; 7] = [
    "anderson_darling",
    "cramer_von_mises",
    "energy",
    "epps_singleton",
    "kolmogorov_smirnov",
    "mann_whitney",
    "welch",
];
/// Tests of words.
const OF_WORDS: [&str; 3] = ["chi_square", "fisher", "g"];
/// Distances; the Kolmogorov–Smirnov statistic is one, too.
const DISTANCES: [&str; 10] = [
    "cramers_v",
    "cramers_v_corrected",
    "hellinger",
    "jensen_shannon",
    "kullback_leibler",
    "l_infinity",
    "psi",
    "total_variation",
    "wasserstein",
    "wasserstein_normalised",
];
/// What is told of all inputs together.
const TOGETHER: [&str; 4] = [
    "correlations",
    "domain_classifier",
    "mean_discrepancy",
    "reconstruction_error",
];
/// What some are called for short.
const SHORT: [(&str, &str); 12] = [
    ("ad", "anderson_darling"),
    ("chi2", "chi_square"),
    ("cvm", "cramer_von_mises"),
    ("es", "epps_singleton"),
    ("js", "jensen_shannon"),
    ("kl", "kullback_leibler"),
    ("ks", "kolmogorov_smirnov"),
    ("mmd", "mean_discrepancy"),
    ("mw", "mann_whitney"),
    ("pca", "reconstruction_error"),
    ("t", "welch"),
    ("tvd", "total_variation"),
];

/// Tests and distances by name; without a name all of them. Text: `kolmogorov_smirnov,psi`, and `ks` for short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TestChoice(BTreeSet<String>);

impl TestChoice {
    /// Every name, tests first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let columns = OF_NUMBERS.into_iter().chain(OF_WORDS).chain(DISTANCES);
        columns.chain(TOGETHER)
    }

    /// Whether nothing is chosen.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is wanted.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        self.is_none() || self.0.contains(name)
    }

    /// Whether anything of all inputs together is.
    #[must_use]
    pub fn wants_together(&self) -> bool {
        TOGETHER.iter().any(|name| self.wants(name))
    }

    /// Whether this is chosen by its name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Chooses one more by its name, or its short one; whether there is such a test.
    pub fn add(&mut self, name: &str) -> bool {
        let short = SHORT.iter().find(|(short, _)| *short == name);
        let name = short.map_or(name, |(_, long)| *long);
        let known = Self::names().any(|known| known == name);
        if known {
            self.0.insert(name.to_owned());
        }
        known
    }

    /// Chooses one, or no longer.
    pub fn turn(&mut self, name: &str) {
        if !self.0.remove(name) {
            self.add(name);
        }
    }

    /// The names that are chosen.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for TestChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().collect();
        f.write_str(&names.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_wanted_and_nothing_else() {
        let mut choice = TestChoice::default();
        assert!(
            ["ks", "wasserstein", "chi_square"]
                .iter()
                .all(|name| choice.add(name))
        );
        assert!(!choice.add("wasserstain"));
        assert_eq!(
            choice.to_string(),
            "chi_square,kolmogorov_smirnov,wasserstein"
        );
        assert!(choice.wants("chi_square") && !choice.wants("psi"));
        assert!(!choice.wants_together());
        assert!(TestChoice::default().wants_together() && TestChoice::default().wants("psi"));
        for (short, long) in SHORT {
            assert!(TestChoice::names().any(|name| name == long), "{short}");
        }
    }
}
