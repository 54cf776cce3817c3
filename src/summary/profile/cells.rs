//! The cells of one column, period by period.

use super::super::Bins;
use super::super::drift::{FEW, cut};
use super::count::Rows;
use super::tally::spread;
use super::{BINS, ColumnProfile, Half, Tally, sums};
use crate::stats::distance::{Binned, Sample, jensen_shannon, psi};
use crate::stats::distinct::Distinct;
use crate::stats::exact_quantile::quantile_sorted;
use crate::stats::sequential::chosen::{Chosen, chosen};
use crate::table::Odd;

/// Numbers of the baseline that edges are made of, evenly spread over it.
const SAMPLED: usize = 1 << 16;
/// Distances of the quartiles that an outlier is away from the nearer one.
const FAR: f64 = 3.0;
/// Words that the baseline has not and that are told.
const TOLD: usize = 5;
/// Places of the table of edges.
const PLACES: usize = 32;

/// Numbers, period by period.
pub(super) fn of_numbers(values: &[f64], rows: &Rows) -> ColumnProfile {
    let value = |row: &u32| values.get(*row as usize).copied().unwrap_or(f64::NAN);
    let before = rows.of(0);
    let known: Vec<f64> = before.iter().map(value).filter(|x| !x.is_nan()).collect();
    let step = known.len().div_ceil(SAMPLED).max(1);
    let thinned: Vec<f64> = known.iter().copied().step_by(step).collect();
    let sample = Sample::of(&thinned);
    let by = Edges::of(&sample, &known);
    drop((known, thinned));
    let repeated = Repeated::of_sorted(sample.values());
    let mut distinct = Distinct::default();
    let mut cells: Vec<f64> = Vec::new();
    let mut tally = |period: usize| {
        cells.clear();
        let own = rows.of(period);
        let mut tally = Tally {
            cells: own.len() as u64,
            ..Tally::default()
        };
        let taken = contiguous(own).and_then(|(from, to)| values.get(from..to));
        if let Some(whole) = taken.filter(|taken| !taken.iter().any(|x| x.is_nan())) {
            by.count(whole, &mut distinct, &mut tally);
            tally.distinct_expected = repeated.expected(tally.values);
            return tally;
        }
        let mut take = |x: f64| match x.is_nan() {
            false => cells.push(x),
            true => match Odd::of(x) {
                Some(Odd::Text) => tally.texts += 1,
                Some(Odd::Infinite) => tally.infinite += 1,
                None => {}
            },
        };
        match taken {
            Some(taken) => taken.iter().for_each(|x| take(*x)),
            None => own.iter().for_each(|row| take(value(row))),
        }
        by.count(&cells, &mut distinct, &mut tally);
        tally.distinct_expected = repeated.expected(tally.values);
        tally
    };
    let baseline = tally(0);
    let mut windows: Vec<Tally> = (1..rows.periods()).map(&mut tally).collect();
    let own: Vec<Tally> = rows.own().map(tally).collect();
    windows.iter_mut().for_each(|window| {
        numbers_apart(&by.edges, &baseline.counts, window);
    });
    ColumnProfile {
        column: String::new(),
        role: String::new(),
        bins: Bins::Edges(by.edges),
        centre: by.centre,
        fences: by.fences,
        once: 0,
        half: None,
        unseen: Vec::new(),
        baseline,
        windows,
        own,
    }
}

/// The first row and the end, where rows follow each other.
fn contiguous(rows: &[u32]) -> Option<(usize, usize)> {
    let (first, last) = (*rows.first()? as usize, *rows.last()? as usize);
    (last - first + 1 == rows.len()).then_some((first, last + 1))
}

/// What numbers are counted by.
struct Edges {
    edges: Vec<f64>,
    /// The same, and beyond them nothing but infinity.
    places: [f64; PLACES],
    centre: f64,
    fences: Option<(f64, f64)>,
    range: (f64, f64),
}

impl Edges {
    /// By a sorted sample of the numbers that the baseline has, and all of these.
    fn of(sample: &Sample, all: &[f64]) -> Self {
        let edges = sample.fine_edges(BINS);
        let mut places = [f64::INFINITY; PLACES];
        places.iter_mut().zip(&edges).for_each(|(a, b)| *a = *b);
        let quantile = |p| quantile_sorted(sample.values(), p);
        let quartiles = quantile(0.25).zip(quantile(0.75)).filter(|q| q.0 < q.1);
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Self {
            edges,
            places,
            centre: quantile(0.5).unwrap_or(0.0),
            fences: quartiles.map(|(low, high)| {
                let far = FAR * (high - low);
                ((low - far).max(f64::MIN), (high + far).min(f64::MAX))
            }),
            // Without a baseline nothing is beyond it.
            range: match all {
                [] => (f64::NEG_INFINITY, f64::INFINITY),
                _ => (least, most),
            },
        }
    }

    /// The bin of a number: how many edges are not above it.
    #[inline(always)]
    fn bin(&self, x: f64) -> usize {
        // Written out: a build for size keeps a loop a loop.
        let above =
            |at: usize, step: usize| at + step * usize::from(self.places[at + step - 1] <= x);
        above(above(above(above(above(0, 16), 8), 4), 2), 1)
    }

    fn count(&self, cells: &[f64], distinct: &mut Distinct, tally: &mut Tally) {
        tally.values = cells.len() as u64;
        let range = sums::range(cells);
        (tally.sum, tally.squares) = sums::about(self.centre, cells, range);
        tally.range = range;
        let (low, high) = self.range;
        let (fence, wall) = self.fences.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let count = |is: &dyn Fn(f64) -> bool| cells.iter().filter(|x| is(**x)).count() as u64;
        if let Some((least, most)) = range {
            // Most windows have nothing beyond.
            if least < low || most > high {
                let outside = |is: &dyn Fn(f64) -> bool| {
                    let mut found: Vec<f64> = cells.iter().copied().filter(|x| is(*x)).collect();
                    found.sort_by(f64::total_cmp);
                    (found.len() as u64, spread(&found))
                };
                (tally.below, tally.lowest) = outside(&|x| x < low);
                (tally.above, tally.highest) = outside(&|x| x > high);
            }
            if least < fence || most > wall {
                tally.outliers = count(&|x| x < fence || x > wall);
            }
        }
        distinct.clear();
        let mut counts = [0u32; PLACES];
        let (mut repeats, mut run, mut longest) = (0u64, 0u64, 0u64);
        let mut before = None;
        for x in cells {
            counts[self.bin(*x)] += 1;
            // −0 and 0 are one value.
            let bits = (x + 0.0).to_bits();
            if before == Some(bits) {
                repeats += 1;
                run += 1;
            } else {
                distinct.add(bits);
                longest = longest.max(run);
                run = 1;
                before = Some(bits);
            }
        }
        let counts = &counts[..=self.edges.len().min(PLACES - 1)];
        tally.counts = counts.iter().map(|n| u64::from(*n)).collect();
        (tally.repeats, tally.run) = (repeats, longest.max(run));
        let found = distinct.count();
        (tally.distinct, tally.distinct_bound) = (found.count, found.bound);
    }
}

/// How far the numbers of a window are from those of the baseline, of which counts by bin are known.
pub(super) fn numbers_apart(edges: &[f64], before: &[u64], window: &mut Tally) {
    let nothing = vec![0.0; edges.len() + 1];
    let binned = Binned {
        edges,
        range: (f64::MIN, f64::MAX),
        before,
        after: &window.counts,
        sums: (&nothing, &nothing),
    };
    window.kolmogorov_smirnov = binned.kolmogorov_smirnov().map(|near| near.value);
    let (_, old, new) = binned.deciles();
    window.psi = psi(&old, &new);
    window.jensen_shannon = jensen_shannon(&old, &new);
}

/// How far the words of a window are from those of the baseline.
pub(super) fn words_apart(before: &[u64], window: &mut Tally) {
    window.psi = psi(before, &window.counts);
    window.jensen_shannon = jensen_shannon(before, &window.counts);
}

/// The words of a baseline.
pub(super) struct Known {
    /// The bin of each word.
    pub bins: Vec<u32>,
    /// Words that have a bin of their own.
    pub told: Vec<String>,
    /// Bins: those of words told, of the other known ones, and of the unseen ones.
    pub places: usize,
    /// As in [`Half::next`]; `None` where it is no matter of chance which words are told.
    pub next: Option<u64>,
}

impl Known {
    /// By how often each word stands in the baseline, and in the first half of it.
    pub fn of(words: &[String], before: &[u64], half: &[u64]) -> Self {
        let by_name = |a: usize, b: usize| words[a].cmp(&words[b]);
        let Chosen { told, by_half } = chosen(before, half, (BINS as usize, FEW), by_name);
        let (others, unseen) = (told.len() as u32, told.len() as u32 + 1);
        let rest = |n: &u64| if *n > 0 { others } else { unseen };
        let mut bins: Vec<u32> = before.iter().map(rest).collect();
        for (place, word) in (0u32..).zip(&told) {
            bins[*word] = place;
        }
        Self {
            bins,
            places: told.len() + 2,
            next: by_half,
            told: told.into_iter().map(|w| cut(&words[w])).collect(),
        }
    }
}

/// Whether a row of the baseline is of its second half: by chance, and the same one whenever it is asked.
fn second(row: u32) -> bool {
    let mixed = u64::from(row).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) & 1 == 1
}

/// Words, period by period.
pub(super) fn of_words(codes: &[u32], words: &[String], rows: &Rows) -> ColumnProfile {
    let code = |row: &u32| codes.get(*row as usize).copied().unwrap_or(u32::MAX);
    let (mut before, mut first) = (vec![0u64; words.len()], vec![0u64; words.len()]);
    for row in rows.of(0) {
        let at = code(row) as usize;
        if let (Some(n), Some(first)) = (before.get_mut(at), first.get_mut(at)) {
            *n += 1;
            *first += u64::from(!second(*row));
        }
    }
    let known = Known::of(words, &before, &first);
    let half = known.next.map(|next| {
        let count = |period: usize| {
            let mut counts = vec![0; known.places];
            let own = rows.of(period).iter().filter(|row| rows.is_before(**row));
            for row in own.filter(|row| second(**row)) {
                if let Some(bin) = known.bins.get(code(row) as usize) {
                    counts[*bin as usize] += 1;
                }
            }
            counts
        };
        Half {
            next,
            baseline: count(0),
            windows: (1..rows.periods()).map(count).collect(),
            own: rows.own().map(count).collect(),
        }
    });
    let lengths: Vec<u32> = words.iter().map(|w| w.chars().count() as u32).collect();
    let of_baseline = || lengths.iter().zip(&before).filter(|w| *w.1 > 0);
    let range = of_baseline().fold(None, |range: Option<(u32, u32)>, (length, _)| {
        let (low, high) = range.unwrap_or((*length, *length));
        Some((low.min(*length), high.max(*length)))
    });
    let (low, high) = range.unwrap_or((0, u32::MAX));
    let fences = fences_of_lengths(of_baseline().map(|(length, n)| (*length, *n)));
    let repeated = Repeated::of_counts(before.iter().copied());
    let mut fresh = vec![0u64; words.len()];
    // Cells of the period by word, and its words as they first come.
    let mut cells = vec![0u32; words.len()];
    let mut found: Vec<u32> = Vec::new();
    let unseen = known.places - 1;
    let mut tally = |period: usize| {
        let own = rows.of(period);
        let mut tally = Tally {
            cells: own.len() as u64,
            counts: vec![0; known.places],
            ..Tally::default()
        };
        let mut last = u32::MAX;
        let (mut repeats, mut run, mut longest) = (0u64, 0u64, 0u64);
        for code in own.iter().map(code) {
            let Some(n) = cells.get_mut(code as usize) else {
                continue;
            };
            if *n == 0 {
                found.push(code);
            }
            *n += 1;
            if code == last {
                repeats += 1;
                run += 1;
            } else {
                longest = longest.max(run);
                run = 1;
                last = code;
            }
        }
        (tally.repeats, tally.run) = (repeats, longest.max(run));
        tally.distinct = found.len() as u64;
        let (mut sum, mut squares) = (0u64, 0u128);
        for word in found.drain(..) {
            let at = word as usize;
            let n = u64::from(std::mem::take(&mut cells[at]));
            let (bin, length) = (known.bins[at] as usize, lengths[at]);
            tally.values += n;
            tally.counts[bin] += n;
            if bin == unseen && period > 0 {
                fresh[at] += n;
            }
            sum += u64::from(length) * n;
            squares += u128::from(u64::from(length) * u64::from(length)) * u128::from(n);
            let out = |f: (f64, f64)| !(f.0..=f.1).contains(&f64::from(length));
            for (is, counted) in [
                (length < low, &mut tally.below),
                (length > high, &mut tally.above),
                (fences.is_some_and(out), &mut tally.outliers),
            ] {
                *counted += if is { n } else { 0 };
            }
            let length = f64::from(length);
            let (least, most) = tally.range.unwrap_or((length, length));
            tally.range = Some((least.min(length), most.max(length)));
        }
        tally.unseen = tally.counts[unseen];
        tally.sum = sum as f64;
        tally.squares = Some(squares as f64);
        tally.distinct_expected = repeated.expected(tally.values);
        tally
    };
    let mut tallies: Vec<Tally> = (0..rows.periods()).map(&mut tally).collect();
    let own: Vec<Tally> = rows.own().map(&mut tally).collect();
    let baseline = tallies.remove(0);
    tallies
        .iter_mut()
        .for_each(|window| words_apart(&baseline.counts, window));
    ColumnProfile {
        column: String::new(),
        role: String::new(),
        bins: Bins::Words(known.told),
        centre: 0.0,
        fences,
        once: before.iter().filter(|n| **n == 1).count() as u64,
        half,
        unseen: most_frequent(words, &fresh),
        baseline,
        windows: tallies,
        own,
    }
}

/// The most frequent words of those that the baseline has not; what stands in few rows may be a secret of one.
pub(super) fn most_frequent(words: &[String], fresh: &[u64]) -> Vec<(String, u64)> {
    let mut told: Vec<(&String, u64)> = words.iter().zip(fresh.iter().copied()).collect();
    told.retain(|word| word.1 >= FEW);
    told.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    told.truncate(TOLD);
    told.into_iter().map(|(word, n)| (cut(word), n)).collect()
}

/// The fences of lengths that stand so often each.
fn fences_of_lengths(lengths: impl Iterator<Item = (u32, u64)>) -> Option<(f64, f64)> {
    let mut sorted: Vec<(u32, u64)> = lengths.collect();
    sorted.sort_unstable();
    let total: u64 = sorted.iter().map(|l| l.1).sum();
    let quantile = |quarter: u64| {
        let mut before = 0;
        let found = sorted.iter().find(|l| {
            before += l.1;
            before * 4 >= total * quarter
        });
        found.map(|l| f64::from(l.0))
    };
    let (low, high) = quantile(1).zip(quantile(3)).filter(|q| q.0 < q.1)?;
    Some((low - FAR * (high - low), high + FAR * (high - low)))
}

/// How many values of a baseline stand how often in it.
pub(super) struct Repeated {
    /// Values of the baseline.
    total: u64,
    /// A number of rows, and the values that stand in so many.
    often: Vec<(u64, u64)>,
}

impl Repeated {
    pub fn of_counts(counts: impl Iterator<Item = u64>) -> Self {
        let mut counts: Vec<u64> = counts.filter(|n| *n > 0).collect();
        counts.sort_unstable();
        Self {
            total: counts.iter().sum(),
            often: counts
                .chunk_by(|a, b| a == b)
                .map(|run| (run[0], run.len() as u64))
                .collect(),
        }
    }

    fn of_sorted(values: &[f64]) -> Self {
        let runs = values.chunk_by(|a, b| a == b);
        Self::of_counts(runs.map(|run| run.len() as u64))
    }

    /// Different values among `n` that are drawn from the baseline without putting them back, and an upper bound
    /// of the standard deviation; `None` for more than there are.
    ///
    /// Source: K. L. Heck, G. van Belle and D. Simberloff (1975), *Explicit calculation of the rarefaction
    /// diversity measurement and the determination of sufficient sample size*.
    pub fn expected(&self, n: u64) -> Option<(f64, f64)> {
        if n == 0 || n > self.total {
            return None;
        }
        let left = self.total - n;
        let gamma = |x: u64| libm::lgamma(x as f64 + 1.0);
        let (all, rest) = (gamma(self.total), gamma(left));
        let (mut mean, mut variance) = (0.0, 0.0);
        for (rows, values) in &self.often {
            // That none of the rows of a value is drawn.
            let none = match rows {
                1 => left as f64 / self.total as f64,
                rows if *rows > left => 0.0,
                rows => {
                    libm::exp(gamma(self.total - rows) - gamma(left - rows) - all + rest).min(1.0)
                }
            };
            mean += *values as f64 * (1.0 - none);
            variance += *values as f64 * none * (1.0 - none);
        }
        Some((mean, variance.sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_different_values_are_expected_as_drawing_gives() {
        // Of the ten pairs of five rows, one is of the same value.
        let (mean, deviation) = Repeated::of_counts([2, 1, 1, 1].into_iter())
            .expected(2)
            .expect("there are five");
        assert!((mean - 1.9).abs() < 1e-12, "{mean}");
        // Exactly 0.3, as one bit of one in ten; the bound leaves out that values exclude each other.
        assert!((0.3..1.2).contains(&deviation), "{deviation}");
        let all = Repeated::of_counts([700, 250, 50].into_iter());
        assert_eq!(all.expected(1_001), None);
        let (mean, _) = all.expected(1_000).expect("all of them");
        assert!((mean - 3.0).abs() < 1e-9);
        let different = Repeated::of_sorted(&[1.0, 2.0, 3.0, 4.0]);
        let (mean, _) = different.expected(3).expect("there are four");
        assert!((mean - 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_bin_is_the_number_of_edges_that_are_not_above() {
        let numbers: Vec<f64> = (0..1_000).map(|i| f64::from(i * i % 997)).collect();
        let sample = Sample::of(&numbers);
        let by = Edges::of(&sample, &numbers);
        for x in [
            -1.0,
            0.0,
            33.2,
            33.0,
            500.0,
            996.0,
            1e300,
            f64::MAX,
            f64::MIN,
        ] {
            let bin = by.edges.partition_point(|e| *e <= x);
            assert_eq!(by.bin(x), bin, "{x}");
        }
        assert!(by.edges.len() < BINS as usize);
    }
}
