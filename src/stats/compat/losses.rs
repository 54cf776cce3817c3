//! What NannyML 0.13.1 says of the errors of numbers by outcomes: `performance_calculation/metrics/regression.py`.
//!
//! What it expects of them without outcomes (direct loss estimation) is made by LightGBM, whose trees are not made again
//! here; the thresholds of those estimates are these, of the reference.

use super::numpy;

/// A metric of numbers by the name that NannyML gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Loss {
    Mae,
    Mape,
    Mse,
    Msle,
    Rmse,
    Rmsle,
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Mae,
        Self::Mape,
        Self::Mse,
        Self::Msle,
        Self::Rmse,
        Self::Rmsle,
    ];

    /// Its name in NannyML.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mae => "mae",
            Self::Mape => "mape",
            Self::Mse => "mse",
            Self::Msle => "msle",
            Self::Rmse => "rmse",
            Self::Rmsle => "rmsle",
        }
    }

    const fn is_root(self) -> bool {
        matches!(self, Self::Rmse | Self::Rmsle)
    }

    /// What a row of an outcome and a prediction is charged; where the spread of the reference is asked for, a share
    /// is of the outcome with its sign.
    fn of_row(self, y: f64, p: f64, signed: bool) -> f64 {
        let error = y - p;
        match self {
            Self::Mae => error.abs(),
            Self::Mape if signed => error.abs() / y,
            Self::Mape => error.abs() / y.abs().max(f64::EPSILON),
            Self::Mse | Self::Rmse => error * error,
            Self::Msle | Self::Rmsle => {
                let apart = libm::log1p(y) - libm::log1p(p);
                apart * apart
            }
        }
    }

    /// Of outcomes and predictions that are both known; `None` without one, and where it refuses: logarithms of
    /// negative numbers.
    #[must_use]
    pub fn measured(self, rows: &[(f64, f64)]) -> Option<f64> {
        let logs = matches!(self, Self::Msle | Self::Rmsle);
        if rows.is_empty() || (logs && rows.iter().any(|(y, p)| *y < 0.0 || *p < 0.0)) {
            return None;
        }
        let charges: Vec<f64> = rows
            .iter()
            .map(|(y, p)| self.of_row(*y, *p, false))
            .collect();
        let mean = numpy::mean(&charges);
        let value = if self.is_root() { mean.sqrt() } else { mean };
        Some(value).filter(|v| v.is_finite())
    }

    /// The sampling error for so many rows, by the rows of a reference; `None` where it is not defined.
    pub fn sampling_error(self, reference: &[(f64, f64)]) -> impl Fn(usize) -> Option<f64> + use<> {
        let charges: Vec<f64> = reference
            .iter()
            .map(|(y, p)| self.of_row(*y, *p, true))
            .collect();
        let (spread, mean) = (numpy::std(&charges, 0.0), numpy::mean(&charges));
        move |rows| {
            let n = rows as f64;
            let error = match self.is_root() {
                true => (spread * spread / (4.0 * n * mean)).sqrt(),
                false => spread / n.sqrt(),
            };
            Some(error).filter(|e| e.is_finite())
        }
    }
}
