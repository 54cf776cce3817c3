//! Keys: what is only compared, as 128-bit hashes, the same on every platform and for every format.
//!
//! XXH3 (Y. Collet) of the canonical text. Among a billion identifiers the chance that any two meet
//! is about 10⁻²¹. A key of several values is the hash of their keys one after the other, so it tells
//! `1, 2` from `2, 1`, takes 16 bytes like any other, and meets no more often.

use super::{Column, NO_KEY, NO_TIME};
use std::fmt::Write as _;
use xxhash_rust::xxh3::xxh3_128;

/// What no text of a number or an identifier begins with; so an instant meets no text.
const INSTANT: u8 = 0xff;

/// Numbers whose keys are at hand.
const KNOWN: usize = 1_024;

/// The key of a text that is not missing.
///
/// Blanks around it do not count, and a whole number that was written as a float (`12.0`, as pandas
/// does where a cell is missing) equals the whole number. Leading zeros do count: `007` is a code.
#[inline]
#[must_use]
pub fn of_text(text: &[u8]) -> u128 {
    some(xxh3_128(canonical(text.trim_ascii())))
}

/// The key of an instant, whatever it was written like; [`NO_KEY`] for [`NO_TIME`].
#[inline]
#[must_use]
pub fn of_time(micros: i64) -> u128 {
    if micros == NO_TIME {
        return NO_KEY;
    }
    let mut bytes = [INSTANT; 9];
    bytes[1..].copy_from_slice(&micros.to_le_bytes());
    some(xxh3_128(&bytes))
}

/// The key of two keys in this order; [`NO_KEY`] where one of them is missing.
#[inline]
#[must_use]
pub fn of_both(first: u128, second: u128) -> u128 {
    if first == NO_KEY || second == NO_KEY {
        return NO_KEY;
    }
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&first.to_le_bytes());
    bytes[16..].copy_from_slice(&second.to_le_bytes());
    some(xxh3_128(&bytes))
}

/// Calls `with` with the key of each cell of a column: words and numbers by their text, so that `7`,
/// `7.0` and the word `7` meet. A column of which only is known which cells are there has no keys.
pub fn each(column: &Column, mut with: impl FnMut(u128)) {
    match column {
        Column::Key(keys) => keys.iter().copied().for_each(with),
        Column::Time(times) => times.iter().for_each(|t| with(of_time(*t))),
        Column::Number(numbers) => {
            let mut text = String::new();
            // Parts of keys come again and again: each place holds the last number that fell on it.
            let mut known = [(f64::NAN, NO_KEY); KNOWN];
            for &x in numbers {
                let place = x.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - KNOWN.ilog2());
                let slot = &mut known[place as usize % KNOWN];
                if slot.0 != x {
                    *slot = (x, of_number(x, &mut text));
                }
                with(slot.1);
            }
        }
        Column::Category { codes, levels } => {
            let keys: Vec<u128> = levels.iter().map(|l| of_text(l.as_bytes())).collect();
            let key = |code: &u32| keys.get(*code as usize).copied().unwrap_or(NO_KEY);
            codes.iter().for_each(|code| with(key(code)));
        }
        Column::Presence(cells) => cells.iter().for_each(|_| with(NO_KEY)),
    }
}

fn of_number(x: f64, text: &mut String) -> u128 {
    if x.is_nan() {
        return NO_KEY;
    }
    text.clear();
    // 0.0 and -0.0 are one value. Writing to a String does not fail.
    let _ = write!(text, "{}", x + 0.0);
    of_text(text.as_bytes())
}

fn some(hash: u128) -> u128 {
    if hash == NO_KEY { 1 } else { hash }
}

fn canonical(text: &[u8]) -> &[u8] {
    if !matches!(text.last(), Some(b'0' | b'.')) {
        return text;
    }
    let Some(point) = memchr::memchr(b'.', text) else {
        return text;
    };
    let (whole, zeros) = text.split_at(point);
    let digits = whole.strip_prefix(b"-").unwrap_or(whole);
    let number = !digits.is_empty()
        && digits.iter().all(u8::is_ascii_digit)
        && zeros[1..].iter().all(|&b| b == b'0');
    if number { whole } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::NO_LEVEL;

    fn all(column: &Column) -> Vec<u128> {
        let mut keys = Vec::new();
        each(column, |key| keys.push(key));
        keys
    }

    #[test]
    fn a_value_has_one_key_whatever_column_it_is_in() {
        let numbers = Column::Number(vec![7.0, -0.0, 0.5, f64::NAN, f64::NAN, 7.0]);
        let words = Column::Category {
            codes: vec![0, 1, 2, NO_LEVEL, NO_LEVEL, 3],
            levels: ["7", "0", " 0.5", "7.0"].map(String::from).to_vec(),
        };
        let texts = ["7.00", "0", "0.5 ", "", "", "7."].map(|t| match t {
            "" => NO_KEY,
            t => of_text(t.as_bytes()),
        });
        assert_eq!(all(&numbers), all(&words));
        assert_eq!(all(&numbers), all(&Column::Key(texts.to_vec())));
        assert_eq!(all(&Column::Presence(vec![1, 0])), [NO_KEY; 2]);
    }

    #[test]
    fn many_numbers_keep_their_keys() {
        let number = |i: u32| f64::from(i * 7_919 % 5_003) / 4.0 - 100.0;
        let numbers: Vec<f64> = (0..20_000).map(number).collect();
        let key = |x: &f64| of_text(x.to_string().as_bytes());
        let expected: Vec<u128> = numbers.iter().map(key).collect();
        assert_eq!(all(&Column::Number(numbers)), expected);
    }

    #[test]
    fn an_instant_is_no_number_and_a_missing_one_is_none() {
        let keys = all(&Column::Time(vec![7, NO_TIME, -7, 0]));
        assert_eq!(keys[1], NO_KEY);
        let mut others = keys;
        others.extend(["7", "-7", "0"].map(|t| of_text(t.as_bytes())));
        others.sort_unstable();
        others.dedup();
        assert_eq!(others.len(), 7);
    }

    #[test]
    fn keys_together_tell_their_order_and_are_missing_with_a_part() {
        let [a, b] = ["a", "b"].map(|t| of_text(t.as_bytes()));
        assert_ne!(of_both(a, b), of_both(b, a));
        assert_ne!(of_both(of_both(a, b), a), of_both(a, of_both(b, a)));
        assert_eq!(of_both(a, NO_KEY), NO_KEY);
        assert_eq!(of_both(NO_KEY, b), NO_KEY);
    }
}
