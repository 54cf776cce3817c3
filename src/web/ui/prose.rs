//! Sentences whose lines do not break inside a value: `83.0 %` and `3 – 24 Mar 2025` stay whole.

const UNITS: [&str; 8] = ["%", "pp", "ms", "s", "min", "h", "days", "UTC"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric() && c != '%')
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a line must not break after `word`; `before` and `next` are its neighbours.
fn stays(before: &str, word: &str, next: &str) -> bool {
    let (first, this, second) = (bare(before), bare(word), bare(next));
    let date = |a, b| is_number(a) && MONTHS.contains(&b) || MONTHS.contains(&a) && is_number(b);
    match (word, next) {
        (_, "–" | "→") => true,
        // A long period may break after its dash, `3 – 24 Mar` may not.
        ("–", _) => is_number(first) && first.len() < 3,
        _ => {
            UNITS.contains(&second) && is_number(this.trim_start_matches('≈'))
                || date(this, second)
                || matches!(this, "row" | "rows") && is_number(second)
        }
    }
}

/// The text with no-break spaces where a value would be torn.
#[must_use]
pub fn together(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (i, word) in words.iter().enumerate() {
        out.push_str(word);
        if let Some(next) = words.get(i + 1) {
            let before = i.checked_sub(1).and_then(|b| words.get(b)).unwrap_or(&"");
            out.push(if stays(before, word, next) {
                '\u{a0}'
            } else {
                ' '
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No-break spaces as `_`.
    fn seen(text: &str) -> String {
        together(text).replace('\u{a0}', "_")
    }

    #[test]
    fn values_and_dates_stay_whole() {
        assert_eq!(
            seen(
                "Accuracy fell from 83.0 % (3 – 24 Mar 2025) to 75.0 % [74.3, 75.7] since 6 May 2025."
            ),
            "Accuracy fell from 83.0_% (3_–_24_Mar_2025) to 75.0_% [74.3, 75.7] since 6_May_2025."
        );
        assert_eq!(seen("(81.8 % → 62.0 %)"), "(81.8_%_→ 62.0_%)");
        assert_eq!(
            seen("(31 Dec 2012 – 30 Jun 2013, 66.2 %)"),
            "(31_Dec_2012_– 30_Jun_2013, 66.2_%)"
        );
        assert_eq!(seen("since row 1 951"), "since row_1 951");
        assert_eq!(seen(""), "");
        assert_eq!(seen("in 11 of 98 windows"), "in 11 of 98 windows");
    }
}
