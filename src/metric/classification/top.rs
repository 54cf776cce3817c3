//! Lift and gain: what the tenth of the rows that scores highest, or another share of them that the reader chooses, holds
//! of the positive ones.

use super::curve::Curve;
use crate::log::Task;
use crate::metric::measures::too_few_of_a_class;
use crate::metric::{
    Better, Estimate, Family, Info, Material, Measures, Metric, Parameter, Rank, Unit,
};
use crate::stats::interval::{Interval, wilson_of_share};
use crate::stats::rank::Ends;
use crate::summary::{Classes, Summary};

/// Lift or gain.
pub struct Top {
    info: &'static Info,
    /// Whether the share is set beside that of all rows.
    lift: bool,
    /// Whether the share of rows is chosen.
    chosen: bool,
}

const INTERVAL: &str = "Wilson score with as many positive rows as the influence of each row tells, the border moving with the rows: it depends on the share of positive ones near it; none with fewer than 60 rows of a class";

const INTERVAL_AT_SHARE: &str = "Wilson score with as many positive rows as the influence of each row tells, the border moving with the rows: it depends on the share of positive ones near it; none with fewer than 60 rows of a class, or 6 / at_share";

/// Rows of a class from which on there is an interval.
const LEAST: u64 = 60;
/// The same times the share of the top, where it is smaller than a tenth: of fewer, hardly one lies in it.
const LEAST_WITHIN: f64 = 6.0;

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
    chosen: false,
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
    chosen: false,
};

/// Gain of a share that the reader chooses.
pub const GAIN_AT_SHARE: Top = Top {
    info: &Info {
        name: "gain_at_share",
        title: "Gain at a share",
        explain: "Of the positive rows, the share among the chosen share of the rows that scores highest.",
        formula: "positives among the ⌈n at_share⌉ rows of highest score / positives; rows tied at the border count by their share",
        interval: INTERVAL_AT_SHARE,
        sklearn: "numpy: k = ceil(n * at_share); y_true[numpy.argsort(-y_score)[:k]].sum() / y_true.sum(), where none is tied at the border",
        ..*GAIN.info
    },
    lift: false,
    chosen: true,
};
/// Lift at a share that the reader chooses.
pub const LIFT_AT_SHARE: Top = Top {
    info: &Info {
        name: "lift_at_share",
        title: "Lift at a share",
        explain: "How many times more positive rows the chosen share of the rows that scores highest holds than as many rows taken by chance.",
        formula: "gain n / ⌈n at_share⌉",
        interval: INTERVAL_AT_SHARE,
        sklearn: "numpy: k = ceil(n * at_share); y_true[numpy.argsort(-y_score)[:k]].mean() / y_true.mean(), where none is tied at the border",
        range: (Some(0.0), None),
        ..*LIFT.info
    },
    lift: true,
    chosen: true,
};

impl Metric for Top {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.task == Task::Binary
    }

    fn asked(&self, of: &Measures<'_>) -> bool {
        !self.chosen || of.parameter(Parameter::AtShare).is_some()
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let ends = match self.chosen {
            true => of.ends(),
            false => Ends::USUAL,
        };
        let curve = match Curve::up_to(of, false, ends) {
            Ok(curve) => curve,
            Err(undefined) => return undefined,
        };
        let cell = &curve.cell;
        let scale = match self.lift {
            true => curve.n() as f64 / curve.top_rows() as f64,
            false => 1.0,
        };
        let positives = cell.positives as f64;
        let least = LEAST.max((LEAST_WITHIN / ends.share).round() as u64);
        let enough = cell.positives.min(cell.negatives) >= least;
        let interval = of.classes().filter(|_| enough).map(|classes| {
            let rows = effective(&curve, near_border(classes, &curve));
            let i = wilson_of_share(cell.top_hits / positives, rows);
            Interval {
                low: i.low * scale,
                high: i.high * scale,
            }
        });
        let told = curve.estimate(cell.top_hits / positives * scale, interval, |off| {
            off.top_hits / positives * scale
        });
        told.or_why(|| too_few_of_a_class(cell.positives, cell.negatives, least))
    }
}

/// The share of positive rows among those near the border, from half to one and a half times as many rows as lie
/// above it, as far as bins tell these apart.
fn near_border(classes: &Classes, curve: &Curve) -> f64 {
    let bins = |h: &crate::summary::Histogram| h.0.last().map_or(0, |bin| bin.0 as usize + 1);
    let bins = bins(&classes.positive).max(bins(&classes.negative));
    let (positive, negative) = (classes.positive.dense(bins), classes.negative.dense(bins));
    let top = curve.top_rows() as f64;
    let (from, to) = (top / 2.0, top * 1.5);
    // Of a bin that lies partly there, that part.
    let (mut above, mut hits, mut rows) = (0.0, 0.0, 0.0);
    for (p, n) in positive.iter().zip(&negative).rev() {
        let (p, here) = (*p as f64, (p + n) as f64);
        let inside = (to.min(above + here) - from.max(above)).max(0.0);
        if here > 0.0 && inside > 0.0 {
            hits += p * inside / here;
            rows += inside;
        }
        above += here;
    }
    (hits + 0.5) / (rows + 1.0)
}

/// How many positive rows a Wilson interval of the gain is of, given the share of positive ones near the border.
/// A row moves the gain as one more hit or miss, and by moving the border: past it go rows of which that share is
/// positive.
fn effective(curve: &Curve, near: f64) -> f64 {
    let cell = &curve.cell;
    let (p, n) = (cell.positives as f64, cell.negatives as f64);
    let (all, top) = (p + n, curve.top_rows() as f64);
    let (rate, share) = (p / all, top / all);
    // Neither all nor none of the rows above the border, nor of the positive ones.
    let precise = (cell.top_hits + 0.5) / (top + 1.0);
    let gain = (precise * top / p).min((cell.top_hits + 0.5) / (p + 1.0));
    let steep = near / rate;
    let (hits, misses) = (rate * gain, rate * (1.0 - gain));
    let alarms = (share - hits).max(0.0);
    let rest = (1.0 - share - misses).max(0.0);
    let moved = [
        (hits, (1.0 - gain) / rate - steep * (1.0 - share)),
        (misses, -gain / rate + steep * share),
        (alarms, -steep * (1.0 - share)),
        (rest, steep * share),
    ];
    let variance: f64 = moved.iter().map(|(w, by)| w * by * by).sum();
    // As many rows as make the variance of a share what it is.
    (gain * (1.0 - gain) * all / variance).max(1.0)
}
