//! Lift and gain: what the tenth of the rows that scores highest holds of the positive ones.

use super::curve::Curve;
use crate::log::Task;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::stats::interval::{Interval, wilson_of_part};
use crate::summary::Summary;

/// Lift or gain.
pub struct Top {
    info: &'static Info,
    /// Whether the share is set beside that of all rows.
    lift: bool,
}

const INTERVAL: &str = "Wilson score of the share of positive rows found, with the border taken as given: rather too wide";

/// Gain.
pub const GAIN: Top = Top {
    info: &Info {
        name: "gain_at_10_percent",
        title: "Gain at 10 %",
        explain: "Of the positive rows, the share among the 10 % that score highest.",
        formula: "positives among the ⌈n / 10⌉ rows of highest score / positives; rows tied at the border count by their share",
        interval: INTERVAL,
        source: "Piatetsky-Shapiro & Masand 1999, KDD 5, 185; Wilson 1927, JASA 22, 209",
        sklearn: "numpy: k = -(-n // 10); y_true[numpy.argsort(-y_score)[:k]].sum() / y_true.sum(), where none is tied at the border",
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Percent,
        range: (Some(0.0), Some(1.0)),
        undefined: "no row is positive",
        material: Material::Never,
    },
    lift: false,
};
/// Lift.
pub const LIFT: Top = Top {
    info: &Info {
        name: "lift_at_10_percent",
        title: "Lift at 10 %",
        explain: "How many times more positive rows the 10 % that score highest hold than as many rows taken by chance.",
        formula: "gain n / ⌈n / 10⌉",
        interval: INTERVAL,
        source: "Piatetsky-Shapiro & Masand 1999, KDD 5, 185; Wilson 1927, JASA 22, 209",
        sklearn: "numpy: k = -(-n // 10); y_true[numpy.argsort(-y_score)[:k]].mean() / y_true.mean(), where none is tied at the border",
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Ratio,
        range: (Some(0.0), Some(10.0)),
        undefined: "no row is positive",
        material: Material::Never,
    },
    lift: true,
};

impl Metric for Top {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let curve = match Curve::of(of, false) {
            Ok(curve) => curve,
            Err(undefined) => return undefined,
        };
        let cell = &curve.cell;
        let scale = match self.lift {
            true => curve.n() as f64 / cell.top_rows() as f64,
            false => 1.0,
        };
        let positives = cell.positives as f64;
        let interval = wilson_of_part(cell.top_hits, cell.positives).map(|i| Interval {
            low: i.low * scale,
            high: i.high * scale,
        });
        curve.estimate(cell.top_hits / positives * scale, interval, |off| {
            off.top_hits / positives * scale
        })
    }
}
