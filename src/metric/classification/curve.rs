//! What the metrics of curves over all thresholds share: exact from the rows, else from the histogram with
//! a sure bound.

use crate::metric::measures::{NO_LABELS, NO_SCORE, too_few_of_a_class};
use crate::metric::{Estimate, Measures};
use crate::stats::interval::{Interval, Z, logit, wilson};
use crate::stats::rank::{CurveBounds, CurveCell, Ends, LEAST};
use crate::stats::special::student_t_quantile;

/// A curve, and how far it can be off; `None` where it is exact.
pub(super) struct Curve {
    pub cell: CurveCell,
    pub off: Option<CurveBounds>,
    /// Up to where its partial area and its top go.
    pub ends: Ends,
}

impl Curve {
    /// The curve, or why there is none; `both`: whether it needs both classes.
    pub(super) fn of(of: &Measures<'_>, both: bool) -> Result<Self, Estimate> {
        Self::up_to(of, both, Ends::USUAL)
    }

    /// The same with other ends.
    pub(super) fn up_to(of: &Measures<'_>, both: bool, ends: Ends) -> Result<Self, Estimate> {
        if of.cell.labelled == 0 {
            return Err(Estimate::undefined(NO_LABELS, 0));
        }
        let classes = of.classes();
        let rows = classes.map_or((0, 0), |c| (c.positive.total(), c.negative.total()));
        let n = rows.0 + rows.1;
        match rows {
            (0, 0) => return Err(Estimate::undefined(NO_SCORE, 0)),
            (0, _) | (_, 0) if both => return Err(Estimate::undefined("one class only", n)),
            (0, _) => return Err(Estimate::undefined("no row is positive", n)),
            _ => {}
        }
        let exact = of.exact.and_then(|e| match ends == Ends::USUAL {
            true => e.curve,
            false => e.chosen.filter(|c| c.ends == ends).map(|c| c.cell),
        });
        if let Some(cell) = exact {
            let off = None;
            return Ok(Self { cell, off, ends });
        }
        let bins = of.summary.edges.len();
        let dense = |h: Option<&crate::summary::Histogram>| h.map(|h| h.dense(bins));
        let positive = dense(classes.map(|c| &c.positive)).unwrap_or_default();
        let negative = dense(classes.map(|c| &c.negative)).unwrap_or_default();
        let (cell, off) = CurveCell::from_bins(&positive, &negative, ends);
        let off = Some(off);
        Ok(Self { cell, off, ends })
    }

    /// Rows with a score and an outcome.
    pub(super) const fn n(&self) -> u64 {
        self.cell.positives + self.cell.negatives
    }

    /// How many of the rows of highest score its top is.
    pub(super) fn top_rows(&self) -> u64 {
        self.ends.top_rows(self.n())
    }

    /// An estimate with what can be off of it, `bound` at most.
    pub(super) fn estimate(
        &self,
        value: f64,
        interval: Option<Interval>,
        bound: impl Fn(&CurveBounds) -> f64,
    ) -> Estimate {
        Estimate {
            bound: self.off.as_ref().map(bound),
            ..Estimate::of(value, interval, self.n())
        }
    }

    /// The interval of an area under precision and recall, about the value less what it is too high on
    /// average; `None` with fewer than [`LEAST`] rows of either class. Influences of positive rows have
    /// tails as heavy as exponential ones, whose variance n of them tell with n/4 degrees of freedom.
    pub(super) fn of_precision(&self, value: f64) -> Option<Interval> {
        let positives = self.cell.positives;
        if positives < LEAST || self.cell.negatives < LEAST {
            return None;
        }
        if value >= 1.0 {
            return wilson(positives, positives);
        }
        let centre = (value - self.cell.average_precision_excess).max(value / 4.0);
        let se = self.cell.average_precision_variance.sqrt();
        let quantile = student_t_quantile(0.975, (positives as f64 - 1.0) / 4.0);
        Some(logit(centre, se * quantile / Z))
    }

    /// Why an area has no interval, where it has none.
    pub(super) fn too_few(&self) -> String {
        too_few_of_a_class(self.cell.positives, self.cell.negatives, LEAST)
    }
}
