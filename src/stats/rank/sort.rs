//! Row indices in the order of their scores, and numbers in theirs.
//!
//! Each row is packed into one word: the leading 32 bits of its score's place in the range of all
//! scores, then its index. Three counting passes order the words, and the few neighbours whose leading
//! bits agree are then compared in full. Eight bytes a row, and linear time but for adversarial data.

use std::cmp::Ordering;

/// Bits of a counting pass; three passes cover the 32 bits above the index.
const DIGIT: u32 = 11;
const DIGITS: usize = 1 << DIGIT;

/// Indices of the rows by ascending score; rows of equal score keep their order, −0 equals 0, and NaN
/// is left out. At most the first 2³² − 1 rows are taken.
#[must_use]
pub fn sort_by_score(score: &[f64]) -> Vec<u32> {
    let score = &score[..score.len().min(u32::MAX as usize)];
    let (mut low, mut high) = (u64::MAX, 0);
    for &s in score.iter().filter(|s| !s.is_nan()) {
        let key = ascending_key(s);
        low = low.min(key);
        high = high.max(key);
    }
    let shift = 32_u32.saturating_sub(high.saturating_sub(low).leading_zeros());
    let mut words: Vec<u64> = (score.iter().enumerate())
        .filter(|(_, s)| !s.is_nan())
        .map(|(row, &s)| (((ascending_key(s) - low) >> shift) << 32) | row as u64)
        .collect();
    let mut spare = vec![0; words.len()];
    for from in [32, 32 + DIGIT, 32 + 2 * DIGIT] {
        if counting_pass(&words, &mut spare, from) {
            std::mem::swap(&mut words, &mut spare);
        }
    }
    drop(spare);
    if shift > 0 {
        settle_runs(&mut words, score);
    }
    words.into_iter().map(|word| word as u32).collect()
}

/// Numbers in ascending order; −0 becomes 0, and NaN is left out.
///
/// Their keys are the words here: three counting passes over the leading 33 bits of the range that they
/// take, then the few neighbours that agree in these.
#[must_use]
pub fn sort_numbers(values: &[f64]) -> Vec<f64> {
    let numbers = values.iter().filter(|x| !x.is_nan());
    let mut words: Vec<u64> = numbers.map(|x| ascending_key(*x)).collect();
    let low = words.iter().copied().min().unwrap_or(0);
    words.iter_mut().for_each(|word| *word -= low);
    let most = words.iter().copied().max().unwrap_or(0);
    let rest = (u64::BITS - most.leading_zeros()).saturating_sub(3 * DIGIT);
    let mut spare = vec![0; words.len()];
    for from in [rest, rest + DIGIT, rest + 2 * DIGIT] {
        if counting_pass(&words, &mut spare, from) {
            std::mem::swap(&mut words, &mut spare);
        }
    }
    drop(spare);
    for run in words.chunk_by_mut(|a, b| a >> rest == b >> rest) {
        if !run.is_sorted() {
            run.sort_unstable();
        }
    }
    words.into_iter().map(|w| number_of(w + low)).collect()
}

/// A key whose unsigned order is the order of the numbers; −0 and 0 have one key.
fn ascending_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    let negative = (bits.cast_signed() >> 63).cast_unsigned();
    bits ^ (negative | (1 << 63))
}

/// The number of a key.
fn number_of(key: u64) -> f64 {
    let negative = (!key.cast_signed() >> 63).cast_unsigned();
    f64::from_bits(key ^ (negative | (1 << 63)))
}

/// Orders by the digit `from` bits up, stably. False where all words share it and nothing is moved.
fn counting_pass(words: &[u64], into: &mut [u64], from: u32) -> bool {
    let digit = |word: u64| (word >> from) as usize & (DIGITS - 1);
    let mut starts = [0_usize; DIGITS];
    for &word in words {
        starts[digit(word)] += 1;
    }
    if starts.contains(&words.len()) {
        return false;
    }
    let mut start = 0;
    for place in &mut starts {
        start += std::mem::replace(place, start);
    }
    for &word in words {
        let place = &mut starts[digit(word)];
        into[*place] = word;
        *place += 1;
    }
    true
}

/// Compares in full where the leading bits agree.
fn settle_runs(words: &mut [u64], score: &[f64]) {
    let score_of = |word: u64| score[word as u32 as usize];
    for run in words.chunk_by_mut(|a, b| a >> 32 == b >> 32) {
        let in_order = run.is_sorted_by(|&a, &b| score_of(a) <= score_of(b));
        if !in_order {
            run.sort_unstable_by(|&a, &b| {
                let by_score = score_of(a).partial_cmp(&score_of(b));
                by_score.unwrap_or(Ordering::Equal).then(a.cmp(&b))
            });
        }
    }
}
