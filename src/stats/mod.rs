//! Pure numerics: exact sums, ranks, sketches, intervals, distances and corrections for many tests.
//!
//! May use: nothing of this crate. Only `libm`, `serde` and `thiserror` from outside.
//!
//! | module | holds |
//! | --- | --- |
//! | [`exact_sum`] | sums whose bits depend on neither order nor grouping |
//! | [`rank`] | ROC AUC and its variance from integers, and areas under other curves, for all groups in one pass |
//! | [`sketch`] | quantiles within 1 % from mergeable counts |
//! | [`dyadic`] | how far values are from their median, from mergeable counts |
//! | [`counter`], [`buckets`] | rates of counters and quantiles of histograms, as Prometheus has them |
//! | [`burn`] | how fast an error budget is spent |
//! | [`time_unit`] | in which unit durations are that tell none |
//! | [`trend`] | a line that odd points do not bend, and when it reaches a value |
//! | [`exact_quantile`] | quantiles of sorted values |
//! | [`special`] | distribution functions and their inverses |
//! | [`interval`] | 95 % intervals |
//! | [`gains`] | how well a list is ordered |
//! | [`proportions`] | proportions of several groups beside each other |
//! | [`multiple`] | p-values adjusted for many tests |
//! | [`periods`] | the error of a mean of values that hang together over time |
//! | [`compare`] | whether two estimates differ |
//! | [`moved`] | whether a series that hangs together over time stands elsewhere than before |
//! | [`lagged`] | whether one series moves before another |
//! | [`anomaly`] | anomalies in a series, point by point as it comes |
//! | [`sequential`] | alarms at a stated rate, of many numbers over many windows |
//! | [`distance`] | how far two samples are apart |
//! | [`two_sample`] | whether two samples are of one distribution: tests with their p-values |
//! | [`multivariate`] | whether several columns together are as before |
//! | [`compat`] | the numbers of Evidently and NannyML, by their recipes |
//! | [`linear`] | eigenvalues and eigenvectors |
//! | [`distinct`] | how many different values there are |
//! | [`masses`] | the calibration over bins of equal numbers of rows, from thousandths |
//! | [`isotonic`], [`calibration`] | from scores to probabilities, learned from outcomes |
//! | [`boost`] | boosted decision trees: what is expected of a row |
//! | [`shift`] | weights that make rows like those of a window |
//! | [`expected`] | what metrics are expected to be where outcomes are not known yet |
//!
//! **Invariants.** Nothing here panics or returns NaN for finite input; what is undefined is `None`.
//! Only `libm` and the five IEEE operations are used, so every target gives the same bits.

pub mod anomaly;
pub mod boost;
pub mod buckets;
pub mod burn;
pub mod calibration;
pub mod compare;
pub mod compat;
pub mod counter;
pub mod distance;
pub mod distinct;
pub mod dyadic;
pub mod exact_quantile;
pub mod exact_sum;
pub mod expected;
pub mod far;
pub mod gains;
pub mod interval;
pub mod isotonic;
pub mod lagged;
pub mod linear;
pub mod masses;
pub mod moved;
pub mod multiple;
pub mod multivariate;
pub mod periods;
pub mod proportions;
pub mod rank;
pub mod sequential;
pub mod shift;
pub mod sketch;
pub mod sparse;
pub mod special;
pub mod time_unit;
pub mod trend;
pub mod two_sample;
