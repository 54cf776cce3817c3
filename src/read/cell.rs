//! What one cell says: missing, a number, a flag.
//!
//! Every number equals what the standard library reads from the same text. Short ones take the
//! exact way of W. D. Clinger (*How to read floating point numbers accurately*, PLDI 1990): where
//! the digits fit in 53 bits and the power of ten is at most 22, one multiplication or division of
//! two exact numbers rounds once and so rightly.

use super::batch::Opening;

/// Words that stand for a missing cell, beside the empty one.
pub const MISSING: [&str; 16] = [
    "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "none", "nil", "#N/A", "-", "?", "NaT",
    "<NA>", ".", "[]",
];

/// Whether a text (blanks around it aside) stands for a missing cell.
#[inline]
#[must_use]
pub fn is_missing(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    text.is_empty() || text.len() <= 4 && MISSING.iter().any(|word| word.as_bytes() == text)
}

/// Whether a text that stands for a missing cell is a word in a column of words: `none` names the class
/// of what is of no class there, and `[]` is the set of no label. In a column of numbers they are no number.
#[must_use]
pub fn is_word(text: &[u8]) -> bool {
    matches!(text.trim_ascii(), b"none" | b"[]")
}

/// What a text is as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A finite number.
    Finite(f64),
    /// A number beyond those that a float can hold, or infinity by name.
    Infinite,
    /// No number.
    Not,
}

/// Powers of ten that are exact.
pub(super) const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Reads a number with `decimal` (`.` or `,`) before its fraction.
///
/// A sign, digits, a fraction and an exponent; `.5` and `5.` too, and blanks around it; also digits in
/// groups of three ([`ungrouped`]). With a percent sign behind it, it is hundredths. No unit.
#[inline]
#[must_use]
pub fn number(text: &[u8], decimal: u8) -> Number {
    match plain_number(text, decimal) {
        Number::Not => odd_number(text, decimal),
        found => found,
    }
}

/// Reads a number of at most eight digits and decimal sign without a branch on its length: lengths
/// change from cell to cell, and a branch that is guessed wrongly costs more than the arithmetic.
/// `None` leaves it to [`number`].
///
/// Eight digits become a number by three multiplications (D. Lemire, *Quickly parsing eight digits*,
/// 2018).
#[inline(always)]
pub(super) fn short_number(cell: Opening, decimal: u8) -> Option<f64> {
    const ONES: u64 = u64::MAX / 255;
    const LOW: u64 = ONES * 0x7f;
    let negative = usize::from(cell.word(0)? as u8 == b'-');
    let len = cell.len().wrapping_sub(negative);
    if len.wrapping_sub(1) >= 8 {
        return None;
    }
    // The text at the upper end, zeros before it.
    let shift = 64 - 8 * len as u32;
    let zeros = ONES * u64::from(b'0');
    let word = cell.word(negative)? << shift | zeros & !(u64::MAX << shift);
    // The decimal sign is taken out by moving what is before it.
    let x = word ^ (ONES * u64::from(decimal));
    let signs = !(((x & LOW) + LOW) | x) & !LOW;
    let (word, fraction) = if signs == 0 {
        (word, 0)
    } else {
        let at = signs.trailing_zeros() & !7;
        let before = word & !(u64::MAX << at);
        let after = word & (u64::MAX << at << 8);
        (after | before << 8 | u64::from(b'0'), 7 - at as usize / 8)
    };
    let all_digits = word & word.wrapping_add(ONES * 6) & (ONES * 0xf0) == zeros;
    if !all_digits || (signs != 0 && len == 1) {
        return None;
    }
    let value = (word & (ONES * 0x0f)).wrapping_mul(2_561) >> 8;
    let value = (value & 0x00ff_00ff_00ff_00ff).wrapping_mul(6_553_601) >> 16;
    let value = (value & 0x0000_ffff_0000_ffff).wrapping_mul(42_949_672_960_001) >> 32;
    let size = value as f64 / TENS[fraction];
    Some(f64::from_bits(size.to_bits() | (negative as u64) << 63))
}

#[cold]
fn odd_number(text: &[u8], decimal: u8) -> Number {
    let trimmed = text.trim_ascii();
    if trimmed.len() != text.len() {
        return number(trimmed, decimal);
    }
    let name = match text {
        [b'+' | b'-', name @ ..] => name,
        name => name,
    };
    if name.eq_ignore_ascii_case(b"inf") || name.eq_ignore_ascii_case(b"infinity") {
        return Number::Infinite;
    }
    match (ungrouped(text, decimal), of_percent(text)) {
        (Some(plain), _) => plain_number(&plain, decimal),
        (None, Some(before)) => hundredths(before, decimal),
        (None, None) => Number::Not,
    }
}

/// What is before a percent sign, without blanks between.
#[must_use]
pub(super) fn of_percent(text: &[u8]) -> Option<&[u8]> {
    let before = text.trim_ascii_end().strip_suffix(b"%")?.trim_ascii_end();
    let no_break = ["\u{a0}".as_bytes(), "\u{202f}".as_bytes(), b"\xa0"];
    let blank = no_break.into_iter().find(|blank| before.ends_with(blank));
    Some(
        blank
            .and_then(|blank| before.strip_suffix(blank))
            .unwrap_or(before),
    )
}

/// A number of hundredths, rounded once: its exponent is made less by two.
fn hundredths(text: &[u8], decimal: u8) -> Number {
    let last = text
        .last()
        .is_some_and(|b| b.is_ascii_digit() || *b == decimal);
    let exponent = text.iter().any(|b| b | 0x20 == b'e');
    if !last || exponent {
        return Number::Not;
    }
    let mut plain = ungrouped(text, decimal).unwrap_or_else(|| text.to_vec());
    plain.extend_from_slice(b"e-2");
    plain_number(&plain, decimal)
}

/// What may part groups of three digits, beside the sign that is not the decimal one: an apostrophe and
/// blanks, in UTF-8 and in Windows-1252.
const GROUPS: [&[u8]; 7] = [
    b"'",
    b" ",
    "\u{a0}".as_bytes(),
    "\u{202f}".as_bytes(),
    "\u{2019}".as_bytes(),
    b"\xa0",
    b"\x92",
];

/// A number without the signs between its thousands (`1,234.5`, `1.234,5`, `1 234,5`, `1'234.5`). `None`
/// where it has none, or they are not all alike, or not before three digits each.
fn ungrouped(text: &[u8], decimal: u8) -> Option<Vec<u8>> {
    let all_digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let start = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let first = text.get(start..)?.iter().take_while(|b| b.is_ascii_digit());
    let first = start + first.count();
    // Nobody groups what begins with a zero: that is a fraction, or a code.
    if !(1..=3).contains(&(first - start)) || text.get(start) == Some(&b'0') {
        return None;
    }
    let other: &[u8] = if decimal == b'.' { b"," } else { b"." };
    let mut signs = GROUPS.iter().copied().chain([other]);
    let sign = signs.find(|sign| text.get(first..).is_some_and(|rest| rest.starts_with(sign)))?;
    let mut out = text.get(..first)?.to_vec();
    let mut rest = text.get(first..)?;
    while let Some(group) = rest.strip_prefix(sign) {
        let digits = group.get(..3).filter(|digits| all_digits(digits))?;
        out.extend_from_slice(digits);
        rest = group.get(3..)?;
    }
    let fraction = rest.strip_prefix(&[decimal]);
    if !rest.is_empty() && !fraction.is_some_and(all_digits) {
        return None;
    }
    out.extend_from_slice(rest);
    Some(out)
}

#[inline(always)]
fn digits(text: &[u8], mut at: usize, value: &mut u64) -> usize {
    while let Some(&b) = text.get(at) {
        let digit = b.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        *value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    at
}

#[inline(always)]
fn plain_number(text: &[u8], decimal: u8) -> Number {
    let (negative, first) = match text.first() {
        Some(b'-') => (true, 1),
        Some(b'+') => (false, 1),
        _ => (false, 0),
    };
    let mut mantissa = 0;
    let mut at = digits(text, first, &mut mantissa);
    let mut count = at - first;
    let mut power = 0i64;
    if text.get(at) == Some(&decimal) {
        let end = digits(text, at + 1, &mut mantissa);
        let fraction = end - at - 1;
        count += fraction;
        power = -(fraction as i64);
        at = end;
    }
    if count == 0 {
        return Number::Not;
    }
    if at < text.len() {
        if text[at] | 0x20 != b'e' {
            return Number::Not;
        }
        let (down, from) = match text.get(at + 1) {
            Some(b'-') => (true, at + 2),
            Some(b'+') => (false, at + 2),
            _ => (false, at + 1),
        };
        let mut exponent = 0;
        let end = digits(text, from, &mut exponent);
        if end == from || end < text.len() {
            return Number::Not;
        }
        // Longer exponents may have wrapped; they never take the fast way.
        let size = if end - from > 9 {
            1 << 40
        } else {
            exponent as i64
        };
        power += if down { -size } else { size };
    }
    if count <= 19 && mantissa <= 1 << 53 && (-22..=22).contains(&power) {
        let whole = mantissa as f64;
        let size = if power < 0 {
            whole / TENS[(-power) as usize]
        } else {
            whole * TENS[power as usize]
        };
        return Number::Finite(if negative { -size } else { size });
    }
    slow_number(text, decimal)
}

#[cold]
fn slow_number(text: &[u8], decimal: u8) -> Number {
    let parsed = if decimal == b'.' {
        str::from_utf8(text)
            .ok()
            .and_then(|t| t.parse::<f64>().ok())
    } else {
        let text: String = text
            .iter()
            .map(|&b| if b == decimal { '.' } else { char::from(b) })
            .collect();
        text.parse().ok()
    };
    match parsed {
        Some(x) if x.is_finite() => Number::Finite(x),
        Some(_) => Number::Infinite,
        None => Number::Not,
    }
}

/// A text for a message: what people can read of it, at most 40 characters.
#[must_use]
pub(super) fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut out: String = text.chars().take(40).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn std_number(text: &str) -> Option<f64> {
        let last = text.bytes().last()?;
        let words = text
            .bytes()
            .any(|b| b.is_ascii_alphabetic() && b | 0x20 != b'e');
        (!words && last != b' ')
            .then(|| text.parse().ok())
            .flatten()
    }

    fn check(text: &str) {
        let expected = match std_number(text) {
            Some(x) if x.is_finite() => Some(x.to_bits()),
            _ => None,
        };
        let found = match number(text.as_bytes(), b'.') {
            Number::Finite(x) => Some(x.to_bits()),
            _ => None,
        };
        assert_eq!(found, expected, "{text}");
        let comma = text.replace('.', ",");
        let with_comma = match number(comma.as_bytes(), b',') {
            Number::Finite(x) => Some(x.to_bits()),
            _ => None,
        };
        assert_eq!(with_comma, expected, "{comma}");
    }

    fn check_short(text: &str) {
        for behind in ["", ",", "9999999999", ".......5", "--------"] {
            let line = format!("{text}{behind}");
            let cell = Opening::new(line.as_bytes(), text.len());
            if let Some(x) = short_number(cell, b'.') {
                let expected = std_number(text).map(f64::to_bits);
                assert_eq!(Some(x.to_bits()), expected, "{text} before {behind}");
            }
        }
    }

    #[test]
    fn short_numbers_go_the_short_way() {
        for text in [
            "0",
            "-0",
            "1.5",
            "12345678",
            "-1234567.",
            "-.1234567",
            "0.123456",
        ] {
            let line = format!("{text},........");
            let cell = Opening::new(line.as_bytes(), text.len());
            let found = short_number(cell, b'.').map(f64::to_bits);
            assert_eq!(found, text.parse().ok().map(f64::to_bits), "{text}");
        }
    }

    #[test]
    fn edges_equal_the_standard_library() {
        for text in [
            "0",
            "-0",
            "+1",
            ".5",
            "5.",
            ".",
            "-",
            "+",
            "",
            "1e",
            "1e+",
            "1e5",
            "1E-5",
            "1e400",
            "1e-400",
            "9007199254740993",
            "9007199254740992",
            "123456789012345678901234567890",
            "0.1",
            "1e22",
            "1e23",
            "4.9e-324",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1_000",
            "1,000",
            "0x10",
            "1.2.3",
            "--1",
            "1-",
            "1e5.",
            "00012",
            "1e00000000000000000001",
            "1e99999999999999999999",
            "٣",
        ] {
            if text == "1,000" {
                continue;
            }
            check(text);
        }
        assert_eq!(number(b"1,5", b','), Number::Finite(1.5));
        assert_eq!(number(b"1.5", b','), Number::Not);
        assert!(is_missing(b" . ") && number(b".", b'.') == Number::Not);
        assert_eq!(number(b" 12\t", b'.'), Number::Finite(12.0));
        for text in ["inf", "-Inf", "+Infinity", "1e400", "-1e400"] {
            assert_eq!(number(text.as_bytes(), b'.'), Number::Infinite, "{text}");
        }
    }

    #[test]
    fn thousands_may_be_parted() {
        for (text, decimal, expected) in [
            ("1,000", b'.', 1_000.0),
            ("-12,345.5", b'.', -12_345.5),
            ("1,234,567", b'.', 1_234_567.0),
            ("1.234.567,25", b',', 1_234_567.25),
            ("1.234", b',', 1_234.0),
            ("1'234.5", b'.', 1_234.5),
            ("1 234,5", b',', 1_234.5),
            ("1\u{a0}234,5", b',', 1_234.5),
            ("+1\u{202f}234\u{202f}567", b'.', 1_234_567.0),
            ("1’234", b'.', 1_234.0),
            (" 1,234 ", b'.', 1_234.0),
        ] {
            assert_eq!(
                number(text.as_bytes(), decimal),
                Number::Finite(expected),
                "{text}"
            );
        }
        assert_eq!(number(b"1\xa0234", b'.'), Number::Finite(1_234.0));
        for text in [
            "1,23",
            "1,2345",
            "0,123",
            "1234,567",
            "1,234.",
            "1,234,56",
            "1,234 567",
            "1,,234",
            ",123",
            "1,234e5",
            "1.234,5",
            "1,234x",
            "12,34,567",
            "1,",
        ] {
            assert_eq!(number(text.as_bytes(), b'.'), Number::Not, "{text}");
        }
    }

    #[test]
    fn percents_are_hundredths() {
        for (text, decimal, expected) in [
            ("37%", b'.', 0.37),
            ("-3.5 %", b'.', -0.035),
            ("12,5\u{a0}%", b',', 0.125),
            ("1,234.5%", b'.', 12.345),
            (" 0% ", b'.', 0.0),
            ("5.%", b'.', 0.05),
            ("29%", b'.', 0.29),
        ] {
            let found = number(text.as_bytes(), decimal);
            assert_eq!(found, Number::Finite(expected), "{text}");
        }
        for text in ["%", "-%", ".%", "1e5%", "37%%", "%37", "inf%", "a%", "3 7%"] {
            assert_eq!(number(text.as_bytes(), b'.'), Number::Not, "{text}");
        }
    }

    proptest! {
        #[test]
        fn random_numbers_equal_the_standard_library(x in any::<f64>(), n in any::<i64>(), places in 0usize..20) {
            if x.is_finite() {
                check(&format!("{x}"));
                check(&format!("{x:e}"));
                check(&format!("{:.places$}", x % 1e6));
            }
            check(&n.to_string());
            check_short(&n.to_string());
            check_short(&format!("{:.*}", places % 8, x % 1e4));
        }

        #[test]
        fn random_short_text_equals_the_standard_library(text in "[-+.,0-9e/:]{0,10}|[-]?[0-9]{0,8}[.]?[0-9]{0,4}") {
            check_short(&text);
        }

        #[test]
        fn random_text_equals_the_standard_library(text in "[-+]?[0-9]{0,22}[.]?[0-9]{0,22}([eE][-+]?[0-9]{0,4})?") {
            check(&text);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = number(&text, b'.');
            let _ = number(&text, b',');
            let _ = is_missing(&text);
            let _ = shown(&text);
        }
    }
}
