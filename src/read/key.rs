//! The key of a cell that identifies its row; how keys are made is told in [`crate::table::key`].

use super::cell::is_missing;
use crate::table::NO_KEY;
use crate::table::key::of_text;

/// The key of an identifier's text; [`NO_KEY`] where it is missing.
///
/// Blanks around it do not count, and a whole number that was written as a float (`12.0`, as pandas
/// does where a cell is missing) equals the whole number. Leading zeros do count: `007` is a code.
#[inline]
#[must_use]
pub fn key(text: &[u8]) -> u128 {
    let text = text.trim_ascii();
    if is_missing(text) {
        NO_KEY
    } else {
        of_text(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_identifiers_have_equal_keys_and_others_do_not() {
        for (a, b) in [
            ("12", "12.0"),
            ("12", " 12 "),
            ("-3", "-3.00"),
            ("12", "12."),
            ("x", "x\t"),
        ] {
            assert_eq!(key(a.as_bytes()), key(b.as_bytes()), "{a} {b}");
        }
        for (a, b) in [
            ("12", "120"),
            ("7", "007"),
            ("v1.0", "v1"),
            ("1.0.0", "1"),
            (".0", ""),
        ] {
            assert_ne!(key(a.as_bytes()), key(b.as_bytes()), "{a} {b}");
        }
        for text in ["", " ", "NA", "null", "NaN"] {
            assert_eq!(key(text.as_bytes()), NO_KEY);
        }
    }

    #[test]
    fn a_key_is_the_same_on_every_platform() {
        assert_eq!(
            key(b"r0000000001"),
            307_436_350_862_581_436_482_355_230_259_852_373_068
        );
    }
}
