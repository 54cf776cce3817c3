//! Right and wrong labels, and scores. Binary metrics are those of the positive class; multiclass
//! precision, recall and F1 are macro averages, as `average="macro"` in scikit-learn.

mod accuracy;
mod balanced_accuracy;
mod brier_score;
mod expected_calibration_error;
mod f1;
mod log_loss;
mod precision;
mod recall;
mod roc_auc;

pub use accuracy::Accuracy;
pub use balanced_accuracy::BalancedAccuracy;
pub use brier_score::BrierScore;
pub use expected_calibration_error::ExpectedCalibrationError;
pub use f1::F1;
pub use log_loss::LogLoss;
pub use precision::Precision;
pub use recall::Recall;
pub use roc_auc::RocAuc;
