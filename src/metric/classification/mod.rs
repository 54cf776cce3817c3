//! Right and wrong labels, and scores. Binary metrics are those of the positive class; multiclass
//! precision, recall and F1 are macro averages, as `average="macro"` in scikit-learn.

mod accuracy;
mod agreement;
pub mod averages;
mod balanced_accuracy;
pub mod brier_decomposition;
mod brier_score;
mod cohen_kappa;
mod dummy_accuracy;
mod expected_calibration_error;
mod f1;
mod f_beta;
mod jaccard;
mod log_loss;
mod matthews_corrcoef;
mod negative_predictive_value;
mod net_benefit;
mod precision;
mod recall;
mod roc_auc;
pub mod skill;
mod specificity;

pub use accuracy::Accuracy;
pub use balanced_accuracy::BalancedAccuracy;
pub use brier_score::BrierScore;
pub use cohen_kappa::CohenKappa;
pub use dummy_accuracy::DummyAccuracy;
pub use expected_calibration_error::ExpectedCalibrationError;
pub use f_beta::{F0_5, F2};
pub use f1::F1;
pub use jaccard::Jaccard;
pub use log_loss::LogLoss;
pub use matthews_corrcoef::MatthewsCorrcoef;
pub use negative_predictive_value::NegativePredictiveValue;
pub use net_benefit::NetBenefit;
pub use precision::Precision;
pub use recall::Recall;
pub use roc_auc::RocAuc;
pub use specificity::Specificity;
