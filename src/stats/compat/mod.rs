//! The numbers of other tools, from their recipes: so that a reader who moves from one finds what it told.
//!
//! [`evidently`] is Evidently 0.7.23 with its tests and defaults, [`text`] that of texts, [`quality`] what that says of the
//! quality of data and of predictions; [`nannyml`] NannyML 0.13.1 with its chunks, methods and thresholds, [`performance`] and [`losses`] what
//! that says of performance. What is known to be wrong in them is wrong here too, and told at the function. Nothing else
//! in this crate uses these: Plumbline's own tests are in [`super::two_sample`].

mod calibrated;
pub mod evidently;
mod logarithm;
pub mod losses;
pub mod nannyml;
mod numpy;
pub mod performance;
pub mod quality;
pub mod text;
mod twister;
