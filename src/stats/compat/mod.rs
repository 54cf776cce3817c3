//! The numbers of other tools, from their recipes: so that a reader who moves from one finds what it told.
//!
//! [`evidently`] is Evidently 0.7.23 with its tests and defaults, [`nannyml`] NannyML 0.13.1 with its chunks, methods and
//! thresholds. What is known to be wrong in them is wrong here too, and told at the function. Nothing else in this
//! crate uses these: Plumbline's own tests are in [`super::two_sample`].

pub mod evidently;
pub mod nannyml;
mod numpy;
mod twister;
