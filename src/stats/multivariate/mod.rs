//! Whether several columns together are as before, where each alone may be.
//!
//! | | tells | takes |
//! | --- | --- | --- |
//! | [`pca`] | how badly rows are made of the main directions of the reference | columns of numbers |
//! | [`correlation`] | which pairs of columns hang together otherwise than before | columns of numbers |
//! | [`mmd`] | whether two samples of rows are of one distribution, with a p-value | columns of numbers |
//! | [`domain`] | how well a model tells new rows from old ones | any columns, binned |

pub mod correlation;
pub mod domain;
pub mod mmd;
pub mod pca;
