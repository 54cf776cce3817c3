//! How wide intervals are.

use super::{counts, has_interval};
use crate::metric::means::{LEAST_OF_MEANS, POSITIVE, positive_of};
use crate::metric::measures::NOT_COUNTED;
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// The mean width of an interval.
pub struct Width {
    info: &'static Info,
    percent: u8,
}

const fn width(name: &'static str, title: &'static str) -> Info {
    Info {
        name,
        title,
        explain: "How wide the interval is on average, in the unit of the outcome. Of two that hold as many outcomes, the narrower tells more.",
        formula: "mean of u − l, over rows with both ends and an outcome",
        interval: POSITIVE,
        source: "Gneiting, Balabdaoui & Raftery 2007, JRSS B 69, 243",
        sklearn: "numpy.mean(u - l)",
        family: Family::Regression,
        rank: Rank::Detail,
        better: Better::Lower,
        unit: Unit::Outcome,
        range: (None, None),
        undefined: "no row has both ends and an outcome",
        material: Material::Never,
    }
}

/// Of the interval from 25 % to 75 %.
pub const WIDTH_50: Width = Width {
    info: &width("mean_interval_width_50", "50 % interval width"),
    percent: 50,
};
/// Of the interval from 10 % to 90 %.
pub const WIDTH_80: Width = Width {
    info: &width("mean_interval_width_80", "80 % interval width"),
    percent: 80,
};
/// Of the interval from 5 % to 95 %.
pub const WIDTH_90: Width = Width {
    info: &width("mean_interval_width_90", "90 % interval width"),
    percent: 90,
};
/// Of the interval from 2.5 % to 97.5 %.
pub const WIDTH_95: Width = Width {
    info: &width("mean_interval_width_95", "95 % interval width"),
    percent: 95,
};

impl Metric for Width {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        has_interval(summary, self.percent)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        let counts = match counts(of) {
            Ok(counts) => counts,
            Err(none) => return none,
        };
        match counts.interval(f64::from(self.percent) / 100.0) {
            None => Estimate::undefined("no such interval beside the outcomes", 0),
            Some(interval) => match &interval.width {
                Some(width) => positive_of(width, LEAST_OF_MEANS, NOT_COUNTED),
                None => Estimate::undefined(NOT_COUNTED, 0),
            },
        }
    }
}
