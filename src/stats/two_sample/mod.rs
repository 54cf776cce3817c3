//! Whether two samples are of one distribution: tests, each with its p-value.
//!
//! | test | of | equal to scipy's |
//! | --- | --- | --- |
//! | [`kolmogorov_smirnov`] | steps | `ks_2samp` |
//! | [`cramer_von_mises`] | steps | `cramervonmises_2samp` |
//! | [`anderson_darling`] | steps | `anderson_ksamp` but for its p-value, which is computed instead of read from a table |
//! | [`mann_whitney`] | steps | `mannwhitneyu` |
//! | [`welch`], [`student`] | numbers | `ttest_ind` |
//! | [`epps_singleton`] | numbers | `epps_singleton_2samp` |
//! | [`energy`] | numbers | `energy_distance`; its p-value is ours |
//! | [`ordered`] | counts of ordered categories, or of bins | the first three where values are tied |
//! | [`chi_square`], [`g`] | counts of categories | `chi2_contingency` |
//! | [`fisher`] | counts of categories | `fisher_exact` of two, simulated of more |
//!
//! Tests of numbers by their ranks take [`Step`]s: how many rows of either sample stand at each value, values
//! ascending ([`steps`]). Bins are steps too ([`steps_of_counts`]). Every test is symmetric, and its p-value is
//! right far out in the tail, down to the smallest number.
//!
//! What cannot be told is an [`Undefined`] with the reason, never NaN. Where all rows of both samples have one
//! value a test by ranks tells p = 1: nothing speaks for a difference.

mod anderson;
mod bridge;
mod categories;
mod cramer;
mod energy;
mod epps;
mod fisher;
mod kolmogorov;
mod limit;
mod mann_whitney;
mod means;
mod one_sample;
pub mod ordered;
mod orders;
mod quadratic;

pub use anderson::{anderson_darling, table_p};
pub use categories::{chi_square, cramers_v, cramers_v_corrected, g, pooled, yates};
pub use cramer::cramer_von_mises;
pub(crate) use cramer::standardised;
pub use energy::energy;
pub use epps::epps_singleton;
pub use fisher::{DRAWS, fisher, fisher_simulated};
pub use kolmogorov::kolmogorov_smirnov;
pub use mann_whitney::{mann_whitney, mann_whitney_less};
pub use means::{student, welch};

use super::distance::Sample;

/// What a test tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// The statistic, as the function says.
    pub statistic: f64,
    /// The chance of a statistic as far out or further, were both samples of one distribution. Two-sided
    /// where there are two sides.
    pub p: f64,
    /// How the p-value was found.
    pub how: How,
}

/// How a p-value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// All orders or tables are counted.
    Exact,
    /// By the distribution that the statistic has for many rows.
    Asymptotic,
    /// So many tables or orders were drawn, always the same ones.
    Simulated(u32),
}

/// Why a test tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undefined {
    /// A sample is empty.
    #[error("no values on one side")]
    Empty,
    /// A sample has fewer rows than the test needs.
    #[error("fewer than {0} values on one side")]
    TooFew(u64),
    /// The middle half of all numbers is one number, and the test measures by its width.
    #[error("the middle half of all values is one value, and the test measures by its width")]
    NoWidth,
    /// All numbers of a sample are equal, and the test measures by their spread.
    #[error("all values are equal")]
    NoSpread,
    /// The categories of both sides are not the same ones.
    #[error("other categories on either side")]
    OtherCategories,
    /// All categories but one are too rare for a test that holds for many rows.
    #[error("all categories but one are too rare for it; Fisher's exact test holds")]
    TooRare,
    /// The sides are of other sizes, where the test takes none.
    #[error("other numbers of rows on either side")]
    OtherSizes,
    /// The statistic is beyond every number.
    #[error("values too large")]
    TooLarge,
}

/// A test, or why there is none.
pub type Outcome = Result<Test, Undefined>;

/// Rows of the first and of the second sample that have one value.
pub type Step = (u64, u64);

/// The rows at each value that occurs, values ascending.
#[must_use]
pub fn steps(a: &Sample, b: &Sample) -> Vec<Step> {
    valued_steps(a, b).into_iter().map(|s| s.1).collect()
}

/// The same with their values.
pub(crate) fn valued_steps(a: &Sample, b: &Sample) -> Vec<(f64, Step)> {
    let (a, b) = (a.values(), b.values());
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    loop {
        let x = match (a.get(i), b.get(j)) {
            (Some(x), Some(y)) => x.min(*y),
            (Some(x), None) | (None, Some(x)) => *x,
            (None, None) => return out,
        };
        let (from, since) = (i, j);
        while a.get(i) == Some(&x) {
            i += 1;
        }
        while b.get(j) == Some(&x) {
            j += 1;
        }
        out.push((x, ((i - from) as u64, (j - since) as u64)));
    }
}

/// The steps of two counts over the same bins in their order. Bins of no row are left out.
///
/// # Errors
/// Where one side has more bins than the other.
pub fn steps_of_counts(before: &[u64], after: &[u64]) -> Result<Vec<Step>, Undefined> {
    if before.len() != after.len() {
        return Err(Undefined::OtherCategories);
    }
    let pairs = before.iter().copied().zip(after.iter().copied());
    Ok(pairs.filter(|s| s.0 + s.1 > 0).collect())
}

/// Rows of either sample; an error where one has none.
fn sizes(steps: &[Step]) -> Result<(u64, u64), Undefined> {
    let (n, m) = steps.iter().fold((0, 0), |(n, m), (a, b)| (n + a, m + b));
    if n == 0 || m == 0 {
        return Err(Undefined::Empty);
    }
    Ok((n, m))
}
