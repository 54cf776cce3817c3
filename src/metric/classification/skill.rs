//! How much better the probabilities are than the classes' shares alone.

use crate::log::Task;
use crate::metric::measures::{NO_LABELS, NO_PROBABILITY};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::{Classes, Moments, Summary};

/// The skill of a loss: 1 − loss / loss of the classes' shares.
pub struct Skill {
    info: &'static Info,
    loss: fn(&Classes) -> &Moments,
    /// The loss of the classes' shares, from the shares.
    of_shares: fn(&[f64]) -> f64,
}

const fn info(
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    formula: &'static str,
    source: &'static str,
    sklearn: &'static str,
) -> Info {
    Info {
        name,
        title,
        explain,
        formula,
        interval: "none: how losses and classes vary together is not counted",
        source,
        sklearn,
        family: Family::Classification,
        rank: Rank::Detail,
        better: Better::Higher,
        unit: Unit::Ratio,
        range: (None, Some(1.0)),
        undefined: "no probability stands beside an outcome, or all outcomes are of one class; of more than 1 024 classes also where a predicted label or a probability is missing",
        material: Material::Never,
    }
}

/// Brier skill score.
pub const BRIER: Skill = Skill {
    info: &info(
        "d2_brier_score",
        "Brier skill score",
        "How far the Brier score is below that of always foretelling the classes' shares; 0 is no better, 1 is perfect.",
        "1 − Brier score / Brier score of the classes' shares",
        "Brier & Allen 1951, Compendium of Meteorology, 841; Murphy 1973, J. Applied Meteorology 12, 595",
        "sklearn.metrics.d2_brier_score(y_true, y_prob)",
    ),
    loss: |c| &c.squared_error,
    of_shares: |shares| shares.iter().map(|s| s * (1.0 - s)).sum(),
};
/// D² of the log loss.
pub const LOG_LOSS: Skill = Skill {
    info: &info(
        "d2_log_loss",
        "D² log loss",
        "How far the log loss is below that of always foretelling the classes' shares; 0 is no better, 1 is perfect.",
        "1 − log loss / log loss of the classes' shares",
        "McFadden 1974, Frontiers in Econometrics, 105",
        "sklearn.metrics.d2_log_loss_score(y_true, y_prob)",
    ),
    loss: |c| &c.log_loss,
    of_shares: |shares| {
        let filled = shares.iter().filter(|s| **s > 0.0);
        -filled.map(|s| s * libm::log(*s)).sum::<f64>()
    },
};

impl Metric for Skill {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn applies(&self, summary: &Summary) -> bool {
        matches!(summary.task, Task::Binary | Task::Multiclass)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        if of.cell.labelled == 0 {
            return Estimate::undefined(NO_LABELS, 0);
        }
        let known = of.classes().and_then(|c| Some((c, (self.loss)(c).mean()?)));
        let Some((classes, loss)) = known else {
            return Estimate::undefined(NO_PROBABILITY, 0);
        };
        let n = (self.loss)(classes).n;
        let binary = of.summary.task == Task::Binary;
        let rows = match binary {
            true => vec![classes.negative.total(), classes.positive.total()],
            // Of the rows with probabilities, where they were counted.
            false => match &classes.by_class {
                Some(scores) => scores.classes().into_iter().map(|c| c.1).collect(),
                None => of.confused().truth.clone(),
            },
        };
        if rows.iter().sum::<u64>() != n {
            return Estimate::undefined("labels and probabilities are not of the same rows", n);
        }
        let shares: Vec<f64> = rows.iter().map(|r| *r as f64 / n as f64).collect();
        let mut least = (self.of_shares)(&shares);
        if least <= 0.0 {
            return Estimate::undefined("one class only", n);
        }
        // The Brier score of two classes counts one of them.
        if binary && self.info.name == BRIER.info.name {
            least /= 2.0;
        }
        Estimate::of(1.0 - loss / least, None, n)
    }
}
