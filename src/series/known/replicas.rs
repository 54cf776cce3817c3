//! Series that several replicas of a Prometheus tell: each scrapes the same targets, so what they tell is one thing, which
//! counts once.

use super::super::{Key, SeriesSet};
use std::collections::BTreeSet;

/// Labels that name the replica: of the Prometheus operator, and of Thanos.
const REPLICA: [&str; 3] = ["prometheus_replica", "thanos_replica", "__replica__"];

/// The series that another replica tells, too: all but those of the first one.
pub fn doubles(set: &SeriesSet) -> BTreeSet<&Key> {
    let mut first: BTreeSet<Key> = BTreeSet::new();
    let mut out = BTreeSet::new();
    for key in set.series().keys() {
        let Some(label) = REPLICA.iter().find(|l| key.labels.get(l).is_some()) else {
            continue;
        };
        let plain = Key {
            labels: key.labels.without(label),
            ..key.clone()
        };
        if !first.insert(plain) {
            out.insert(key);
        }
    }
    out
}

/// What is said of them, where there are some.
pub fn said(set: &SeriesSet) -> Option<String> {
    let doubles = doubles(set).len();
    (doubles > 0).then(|| {
        let series = match doubles {
            1 => "1 series is".to_owned(),
            n => format!("{n} series are"),
        };
        format!(
            "{series} told by several replicas of one Prometheus (label {}): those of the first replica count.",
            REPLICA[0]
        )
    })
}
