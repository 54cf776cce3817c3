//! What the paths of files tell: which are parts of one table, and what holds for all rows of one.

use std::collections::BTreeSet;

/// What stands for a missing value in the name of a folder.
const MISSING: &str = "__HIVE_DEFAULT_PARTITION__";

/// What the paths of all parts of a table have in common; `None` where a file stands alone: it lies in
/// no folder, and has no number.
pub(super) fn pattern(path: &str) -> Option<String> {
    let mut out = String::new();
    let mut varies = path.contains('/');
    for part in path.split('/').filter(|part| key_value(part).is_none()) {
        out.push('/');
        for word in words(part) {
            if varying(word) {
                varies = true;
                // Several in a row are one: a date, a UUID.
                if !out.ends_with(['#', '-']) || !out.trim_end_matches('-').ends_with('#') {
                    out.push('#');
                }
            } else {
                out.push_str(word);
            }
        }
    }
    varies.then_some(out)
}

/// A part of a path, cut where letters or digits begin or end.
fn words(part: &str) -> impl Iterator<Item = &str> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let kind = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != kind);
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(word)
    })
}

/// Whether a word counts or hashes: it has a digit, or could be a part of a UUID.
fn varying(word: &str) -> bool {
    let hex = |c: char| c.is_ascii_hexdigit();
    word.chars().any(|c| c.is_ascii_digit())
        || matches!(word.len(), 4 | 8 | 12) && word.chars().all(hex)
}

/// `region` and `eu` of `region=eu`.
fn key_value(part: &str) -> Option<(&str, &str)> {
    part.split_once('=').filter(|(name, _)| !name.is_empty())
}

/// The values that the folders of a path give; an empty one is missing.
pub(super) fn constants(path: &str) -> Vec<(String, String)> {
    let Some((folders, _)) = path.rsplit_once('/') else {
        return Vec::new();
    };
    let mut seen = BTreeSet::new();
    let values = folders.split('/').filter_map(key_value);
    let values = values.map(|(name, value)| {
        let value = if value == MISSING { "" } else { value };
        (decoded(name), decoded(value))
    });
    values
        .filter(|(name, _)| seen.insert(name.clone()))
        .collect()
}

/// `%3A` as `:`.
fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        let byte = digits
            .filter(|d| *first == b'%' && d.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|d| u8::from_str_radix(d, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// One name for several paths: `log/part-*.csv`.
pub(super) fn common<'a>(mut paths: impl Iterator<Item = &'a str>) -> String {
    let Some(first) = paths.next() else {
        return String::new();
    };
    let (mut start, mut end) = (first, first);
    for path in paths {
        let same = start.char_indices().zip(path.chars());
        let same = same.take_while(|((_, a), b)| a == b);
        let length = same.map(|((at, a), _)| at + a.len_utf8()).last();
        start = &start[..length.unwrap_or(0)];
        let same = end.char_indices().rev().zip(path.chars().rev());
        let from = same.take_while(|((_, a), b)| a == b).map(|((at, _), _)| at);
        end = &end[from.last().unwrap_or(end.len())..];
    }
    // Not within a number or a word.
    let start = start.trim_end_matches(char::is_alphanumeric);
    let end = end.trim_start_matches(char::is_alphanumeric);
    if start.len() + end.len() > first.len() {
        return first.into();
    }
    format!("{start}*{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_table_have_one_pattern_and_other_files_another() {
        let same = [
            vec!["log/part-0.csv", "log/part-1.csv", "log/part-00012.csv"],
            vec![
                "out/part-00000-5f1c2a90-aaaa-4b11-9c1e-0123456789ab-c000.csv",
                "out/part-00001-5f1c2a90-beef-4b11-9c1e-abcdefabcdef-c000.csv",
            ],
            vec![
                "d/dt=2026-11-01/region=eu/x.csv",
                "d/dt=2026-11-02/region=us/x.csv",
            ],
            vec!["d/2026/11/log.csv", "d/2026/12/log.csv"],
            vec!["predictions_2026-01.csv", "predictions_2026-12.csv"],
        ];
        for paths in &same {
            let patterns: BTreeSet<_> = paths.iter().map(|p| pattern(p)).collect();
            assert_eq!(patterns.len(), 1, "{patterns:?}");
            assert!(!patterns.contains(&None));
        }
        for (a, b) in [
            ("d/current.csv", "d/reference.csv"),
            ("d/part-0.csv", "d/part-0.jsonl"),
            ("d/predictions-1.csv", "d/outcomes-1.csv"),
            ("a/part-0.csv", "b/part-0.csv"),
        ] {
            assert_ne!(pattern(a), pattern(b));
        }
        assert_eq!(pattern("log.csv"), None);
    }

    #[test]
    fn folders_name_values() {
        let of = |path| {
            let found = constants(path);
            found
                .iter()
                .map(|(n, v)| format!("{n}:{v}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            of("d/dt=2026-11-01/region=eu/p=1.csv"),
            "dt:2026-11-01 region:eu"
        );
        assert_eq!(of("at=2026-11-01%2005%3A00/x"), "at:2026-11-01 05:00");
        assert_eq!(
            of("a=100%/b=__HIVE_DEFAULT_PARTITION__/a=2/=3/x"),
            "a:100% b:"
        );
        assert_eq!(of("x=1"), "");
    }

    #[test]
    fn one_name_stands_for_all() {
        let of = |paths: &[&str]| common(paths.iter().copied());
        assert_eq!(of(&["log/part-0.csv", "log/part-1.csv"]), "log/part-*.csv");
        assert_eq!(of(&["l/part-10.csv", "l/part-11.csv"]), "l/part-*.csv");
        assert_eq!(of(&["d/a=1/x.csv", "d/a=2/x.csv"]), "d/a=*/x.csv");
        assert_eq!(of(&["d/ä1.csv", "d/ö1.csv"]), "d/*.csv");
        assert_eq!(of(&["x.csv"]), "x.csv");
    }
}
