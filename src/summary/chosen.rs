//! What curves tell up to ends that the reader chose, of the ranges of buckets that only rows can tell exactly.

use super::Summary;
use super::build::Builder;
use super::exact::Chosen;
use crate::log::Task;
use crate::stats::rank::{Ends, auc_cells, curve_cells};

impl Builder {
    /// Adds it to every range of a series that has what only rows can tell. O(rows) for each size of the windows.
    pub fn add_chosen(&self, summary: &mut Summary, at: usize, ends: Ends) {
        let Some(series) = summary.series.get_mut(at) else {
            return;
        };
        if self.log.task != Some(Task::Binary) || self.log.score.is_empty() {
            return;
        }
        let places = self.places(series, &self.buckets(series.size));
        let placed = self.placed_scores(&places);
        // The reference lies behind the buckets.
        let range =
            |range: Option<(usize, usize)>| range.unwrap_or((places.buckets, places.buckets + 1));
        let ranges: Vec<(usize, usize)> = series.exact.iter().map(|e| range(e.range)).collect();
        for layer in layers(&ranges) {
            let mut group_of = vec![u32::MAX; places.buckets + 2];
            for (group, one) in (0u32..).zip(&layer) {
                let (from, to) = ranges.get(*one).copied().unwrap_or_default();
                let buckets = group_of.get_mut(from..to).unwrap_or_default();
                buckets.fill(group);
            }
            let rows = self.orders.scored().zip(&placed);
            let rows = rows.map(|((_, score, positive), place)| {
                let group = group_of.get(*place as usize).copied();
                (score, positive, group.unwrap_or(u32::MAX))
            });
            let totals = auc_cells(rows.clone(), layer.len());
            let cells = curve_cells(rows, &totals, false, ends);
            for (one, cell) in layer.iter().zip(cells) {
                if let Some(exact) = series.exact.get_mut(*one) {
                    exact.chosen = Some(Chosen { ends, cell });
                }
            }
        }
    }
}

/// Ranges, by their places in the list, in as few layers as hold none that overlap.
fn layers(ranges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|at| ranges[*at]);
    let mut layers: Vec<(usize, Vec<usize>)> = Vec::new();
    for at in order {
        let (from, to) = ranges[at];
        match layers.iter_mut().find(|layer| layer.0 <= from) {
            Some(layer) => {
                layer.0 = to;
                layer.1.push(at);
            }
            None => layers.push((to, vec![at])),
        }
    }
    layers.into_iter().map(|layer| layer.1).collect()
}

#[cfg(test)]
mod tests {
    use super::layers;

    #[test]
    fn no_two_ranges_of_a_layer_overlap() {
        let ranges = [
            (0, 4),
            (0, 1),
            (1, 2),
            (2, 3),
            (3, 4),
            (0, 2),
            (2, 4),
            (4, 5),
        ];
        let found = layers(&ranges);
        assert_eq!(found.len(), 3);
        let mut all: Vec<usize> = found.concat();
        all.sort_unstable();
        assert_eq!(all, (0..ranges.len()).collect::<Vec<_>>());
        for layer in found {
            assert!(layer.windows(2).all(|w| ranges[w[0]].1 <= ranges[w[1]].0));
        }
    }
}
