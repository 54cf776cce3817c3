//! How well a list is ordered: gains that are worth less the further down they stand.
//!
//! A list is what was offered for one query: items with a score, by which they are ordered, and a relevance.
//! Relevances are gains of at least 0; an item of more than 0 is relevant. Items of equal score stand in any
//! order with equal chance, and what is told is the mean over these orders; only the reciprocal rank and the
//! average precision take the last place of a tie for each of its items, as scikit-learn does.

/// Lengths of the head of a list that is looked at.
pub const HEADS: [usize; 2] = [5, 10];

/// How many numbers are told of a list.
pub const MEASURES: usize = 11;

/// Places of the numbers in what [`of_list`] gives; those of a head come once for each of [`HEADS`].
pub mod at {
    /// Normalised discounted cumulative gain of a head.
    pub const NDCG: usize = 0;
    /// Share of a head that is relevant.
    pub const PRECISION: usize = 2;
    /// Share of the relevant items that are in a head.
    pub const RECALL: usize = 4;
    /// Chance that an item of a head is relevant.
    pub const HIT: usize = 6;
    /// Normalised discounted cumulative gain of the whole list.
    pub const NDCG_ALL: usize = 8;
    /// One over the place of the first relevant item.
    pub const RECIPROCAL_RANK: usize = 9;
    /// Mean over relevant items of the share of relevant ones down to it.
    pub const AVERAGE_PRECISION: usize = 10;
}

/// The numbers of a list of (score, relevance), the highest score first; `None` where no item is relevant,
/// or a relevance is negative or no number.
///
/// With rank i from 1 and gain gᵢ: DCG@k = Σ gᵢ / log₂(i + 1) over i ≤ k; NDCG is that over the DCG of the
/// best order. Precision divides by k, also where the list is shorter.
///
/// Sources: K. Järvelin and J. Kekäläinen (2002), *Cumulated gain-based evaluation of IR techniques*;
/// F. McSherry and M. Najork (2008), *Computing information retrieval performance measures efficiently in
/// the presence of tied scores*.
#[must_use]
pub fn of_list(list: &[(f64, f64)]) -> Option<[f64; MEASURES]> {
    let is_gain = |(_, gain): &(f64, f64)| *gain >= 0.0 && gain.is_finite();
    let relevant = list.iter().filter(|item| item.1 > 0.0).count();
    if relevant == 0 || !list.iter().all(is_gain) {
        return None;
    }
    let all = relevant as f64;
    // The largest gain is one, so that no sum of gains is beyond every number.
    let most = list.iter().map(|item| item.1).fold(0.0, f64::max);
    let mut best: Vec<f64> = list.iter().map(|item| item.1 / most).collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let ideal = |head: usize| -> f64 {
        let gains = best.iter().take(head).zip(0..);
        gains.map(|(gain, i)| gain * discount(i)).sum()
    };
    let (mut gain, mut hits) = ([0.0; 3], [0.0; 2]);
    // The chance that no item of a head was relevant so far.
    let mut missed = [1.0; 2];
    let heads = [HEADS[0], HEADS[1], list.len()];
    let (mut first, mut precision) = (None, 0.0);
    let (mut seen, mut found) = (0, 0.0);
    for tie in list.chunk_by(|a, b| a.0 == b.0) {
        let n = tie.len();
        let of_tie = tie.iter().filter(|item| item.1 > 0.0).count();
        let mean = tie.iter().map(|item| item.1 / most).sum::<f64>() / n as f64;
        for (head, gain) in heads.iter().zip(&mut gain) {
            let places = seen..(seen + n).min(*head);
            *gain += mean * places.map(discount).sum::<f64>();
        }
        for (h, head) in HEADS.iter().enumerate() {
            let places = head.saturating_sub(seen).min(n);
            hits[h] += places as f64 * of_tie as f64 / n as f64;
            // Drawn without being put back: n − of_tie of n miss, one less each time.
            let misses = |i: usize| (n - of_tie).saturating_sub(i) as f64 / (n - i) as f64;
            missed[h] *= (0..places).map(misses).product::<f64>();
        }
        seen += n;
        found += of_tie as f64;
        if of_tie > 0 {
            first.get_or_insert(seen);
            precision += of_tie as f64 * found / seen as f64;
        }
    }
    let mut out = [0.0; MEASURES];
    for h in 0..HEADS.len() {
        out[at::NDCG + h] = gain[h] / ideal(HEADS[h]);
        out[at::PRECISION + h] = hits[h] / HEADS[h] as f64;
        out[at::RECALL + h] = hits[h] / all;
        out[at::HIT + h] = 1.0 - missed[h];
    }
    out[at::NDCG_ALL] = gain[2] / ideal(list.len());
    out[at::RECIPROCAL_RANK] = 1.0 / first.unwrap_or(seen) as f64;
    out[at::AVERAGE_PRECISION] = precision / all;
    Some(out)
}

/// Places of the numbers in what [`of_head`] gives.
pub mod of {
    /// Normalised discounted cumulative gain.
    pub const NDCG: usize = 0;
    /// Share of the head that is relevant.
    pub const PRECISION: usize = 1;
    /// Share of the relevant items that are in the head.
    pub const RECALL: usize = 2;
    /// Chance that an item of the head is relevant.
    pub const HIT: usize = 3;
}

/// What [`of_list`] tells of a head, of one of another length: at least 1.
#[must_use]
pub fn of_head(list: &[(f64, f64)], head: usize) -> Option<[f64; 4]> {
    let is_gain = |(_, gain): &(f64, f64)| *gain >= 0.0 && gain.is_finite();
    let relevant = list.iter().filter(|item| item.1 > 0.0).count();
    if relevant == 0 || head == 0 || !list.iter().all(is_gain) {
        return None;
    }
    let most = list.iter().map(|item| item.1).fold(0.0, f64::max);
    let mut best: Vec<f64> = list.iter().map(|item| item.1 / most).collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let ideal = best.iter().take(head).zip(0..);
    let ideal: f64 = ideal.map(|(gain, i)| gain * discount(i)).sum();
    let (mut gain, mut hits, mut missed, mut seen) = (0.0, 0.0, 1.0, 0);
    for tie in list.chunk_by(|a, b| a.0 == b.0) {
        let places = head.saturating_sub(seen).min(tie.len());
        if places == 0 {
            break;
        }
        let (n, of_tie) = (tie.len(), tie.iter().filter(|item| item.1 > 0.0).count());
        let mean = tie.iter().map(|item| item.1 / most).sum::<f64>() / n as f64;
        gain += mean * (seen..seen + places).map(discount).sum::<f64>();
        hits += places as f64 * of_tie as f64 / n as f64;
        // Drawn without being put back.
        let misses = |i: usize| (n - of_tie).saturating_sub(i) as f64 / (n - i) as f64;
        missed *= (0..places).map(misses).product::<f64>();
        seen += n;
    }
    let mut out = [0.0; 4];
    out[of::NDCG] = gain / ideal;
    out[of::PRECISION] = hits / head as f64;
    out[of::RECALL] = hits / relevant as f64;
    out[of::HIT] = 1.0 - missed;
    Some(out)
}

/// What a gain at a place, counted from 0, is worth.
fn discount(place: usize) -> f64 {
    1.0 / libm::log2(place as f64 + 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn by_hand() {
        let found = of_list(&[(0.9, 0.0), (0.8, 2.0), (0.7, 0.0), (0.6, 1.0)]).unwrap();
        let log = |x: f64| x.log2();
        let dcg = 2.0 / log(3.0) + 1.0 / log(5.0);
        let ideal = 2.0 + 1.0 / log(3.0);
        near(found[at::NDCG], dcg / ideal);
        near(found[at::NDCG_ALL], dcg / ideal);
        near(found[at::PRECISION], 2.0 / 5.0);
        near(found[at::RECALL], 1.0);
        near(found[at::HIT], 1.0);
        near(found[at::RECIPROCAL_RANK], 0.5);
        near(found[at::AVERAGE_PRECISION], (0.5 + 0.5) / 2.0);
    }

    #[test]
    fn a_list_without_a_relevant_item_tells_nothing() {
        assert_eq!(of_list(&[]), None);
        assert_eq!(of_list(&[(0.5, 0.0), (0.4, 0.0)]), None);
        assert_eq!(of_list(&[(0.5, 1.0), (0.4, -1.0)]), None);
        assert_eq!(of_list(&[(0.5, 1.0), (0.4, f64::NAN)]), None);
    }

    #[test]
    fn the_largest_gains_are_no_trouble() {
        let found = of_list(&[(2.0, f64::MAX), (1.0, f64::MAX), (0.0, 0.0)]).unwrap();
        near(found[at::NDCG_ALL], 1.0);
    }

    /// Every order of a tie, one by one.
    fn orders(list: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        if list.is_empty() {
            return vec![Vec::new()];
        }
        let mut out = Vec::new();
        for i in 0..list.len() {
            let mut rest = list.to_vec();
            let one = rest.remove(i);
            for mut order in orders(&rest) {
                order.insert(0, one);
                out.push(order);
            }
        }
        out
    }

    proptest! {
        #[test]
        fn a_head_of_any_length_is_told_as_those_of_five_and_ten(
            items in proptest::collection::vec((0..6_u32, 0..3_u32), 0..25),
        ) {
            let mut list: Vec<(f64, f64)> = items.iter()
                .map(|(score, gain)| (f64::from(*score), f64::from(*gain))).collect();
            list.sort_by(|a, b| b.0.total_cmp(&a.0));
            let all = of_list(&list);
            for (h, head) in HEADS.into_iter().enumerate() {
                let places = [at::NDCG, at::PRECISION, at::RECALL, at::HIT];
                let want = all.map(|all| places.map(|place| all[place + h]));
                prop_assert_eq!(of_head(&list, head), want);
            }
            let whole = of_head(&list, list.len().max(1));
            if let (Some(all), Some(whole)) = (all, whole) {
                near(whole[of::NDCG], all[at::NDCG_ALL]);
                near(whole[of::RECALL], 1.0);
            }
        }

        #[test]
        fn a_tie_is_the_mean_over_its_orders(
            gains in proptest::collection::vec(0..3_u32, 1..7),
            before in proptest::collection::vec(0..2_u32, 0..4),
        ) {
            let front: Vec<(f64, f64)> = before.iter().enumerate()
                .map(|(i, g)| (100.0 - i as f64, f64::from(*g))).collect();
            let tie: Vec<(f64, f64)> = gains.iter().map(|g| (1.0, f64::from(*g))).collect();
            let whole: Vec<_> = front.iter().chain(&tie).copied().collect();
            let Some(found) = of_list(&whole) else { return Ok(()) };
            let mut sums = [0.0; at::RECIPROCAL_RANK];
            let all = orders(&tie);
            for order in &all {
                let apart = order.iter().enumerate().map(|(i, item)| (1.0 - i as f64 * 0.01, item.1));
                let list: Vec<_> = front.iter().copied().chain(apart).collect();
                let of = of_list(&list).unwrap();
                sums.iter_mut().zip(of).for_each(|(s, x)| *s += x);
            }
            for (place, sum) in sums.iter().enumerate() {
                let mean = sum / all.len() as f64;
                prop_assert!((found[place] - mean).abs() < 1e-9, "{place}: {} {mean}", found[place]);
            }
            prop_assert!(found.iter().all(|x| (0.0..=1.0 + 1e-12).contains(x)));
        }
    }
}
