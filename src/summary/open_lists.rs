//! Lists of items whose rows come block by block.
//!
//! Rows wait until the end, since any block may hold more of a query; so lists are what they are where all rows are
//! kept. Where more than [`MOST_ROWS`] wait, the lists of which the last block held no row are counted and their
//! rows let go. If a row of one of these comes after all, or more rows wait of lists that are not complete, no metric
//! of lists is told: it would be of parts of lists.
//!
//! Memory: 32 bytes for each row that waits, 64 MB in all, and some 16 for each list that was counted, as much.

use super::Summary;
use super::build::Builder;
use super::lists::{Lists, relevances, scores};
use super::merge::Slots;
use super::work::Running;
use crate::log::Log;
use crate::stats::gains::{MEASURES, of_list};
use crate::table::time::SECOND;
use crate::table::{NO_KEY, NO_TIME};
use std::collections::{BTreeMap, HashSet};

/// Rows that wait at most.
pub const MOST_ROWS: usize = 1 << 21;
/// Lists at most that are counted while others wait.
const MOST_COUNTED: usize = 1 << 22;

/// The sentence on lists that could not be put together.
const APART: &str = "Rows of one query lie farther apart than rows are kept while they pass, so that metrics of lists have no value: sort the rows by query, or have all rows kept.";
