//! The columns window by window, as what follows needs them.

use super::baseline::Basis;
use super::make::Making;
use crate::summary::{Profile, Spans};

/// The columns in all windows of the series, in view or not, against the baseline; where they were not counted so,
/// that is told ([`super::Missing::profile`]). Window `i` is `making.all[i]`.
pub(super) fn profile<'a>(making: &Making<'a>, basis: &Basis<'_>) -> Option<&'a Profile> {
    let spans = Spans {
        before: basis.range,
        windows: making.all.iter().map(|window| window.range).collect(),
        own: match basis.range {
            Some(_) => Vec::new(),
            None => making.series.reference_windows(making.size),
        },
    };
    let found = making.series.profile(&spans);
    if found.is_none() {
        making.missing().profile = Some((making.at, spans));
    }
    found
}
