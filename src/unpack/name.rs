//! Names of unpacked files: what a person would call them, and harmless wherever they are shown.

/// Longest name kept, in characters.
const MOST: usize = 400;

/// The name without the ending of its compression: `x.csv` of `x.csv.gz`, `x.tar` of `x.tgz`.
pub(super) fn stem(name: &str) -> String {
    let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return name.into();
    };
    match ending.to_ascii_lowercase().as_str() {
        "gz" | "gzip" | "zst" | "zstd" => stem.into(),
        "tgz" | "tzst" => format!("{stem}.tar"),
        _ => name.into(),
    }
}

/// A path of a member: no way up, no root, no character that a terminal obeys.
pub(super) fn harmless(path: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let parts = path
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "." | ".."));
    let joined = parts.collect::<Vec<_>>().join("/");
    joined.chars().map(shown).take(MOST).collect()
}

/// Whether a path leads to what a person did not put there: hidden files and folders, and the marks
/// of the programs that wrote the others (`_SUCCESS`, `_delta_log/`).
#[must_use]
pub fn is_hidden(path: &str) -> bool {
    let mut parts = path.split(['/', '\\']).filter(|part| !part.is_empty());
    let name = parts.next_back().unwrap_or_default();
    let mark = |part: &str| part.starts_with('_') && !part.contains('=');
    let aside = |part: &str| part.starts_with('.') && !matches!(part, "." | "..") || mark(part);
    name.starts_with('.') || mark(name) && !name.contains('.') || parts.any(aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ending_of_a_compression_goes() {
        for (name, stem_is) in [
            ("x.csv.gz", "x.csv"),
            ("x.CSV.GZ", "x.CSV"),
            ("x.jsonl.zst", "x.jsonl"),
            ("x.tgz", "x.tar"),
            ("x.csv", "x.csv"),
            ("x", "x"),
            (".gz", ".gz"),
        ] {
            assert_eq!(stem(name), stem_is);
        }
    }

    #[test]
    fn a_path_stays_where_it_is_and_says_nothing_to_a_terminal() {
        for (path, harmless_is) in [
            ("a/b.csv", "a/b.csv"),
            ("../../etc/passwd", "etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            ("..\\a.csv", "a.csv"),
            ("./a\u{1b}[2J.csv", "a\u{fffd}[2J.csv"),
        ] {
            assert_eq!(harmless(path), harmless_is);
        }
        assert_eq!(harmless(&"x".repeat(1_000)).len(), MOST);
    }

    #[test]
    fn what_programs_leave_behind_is_passed_over() {
        for (path, hidden) in [
            ("part-0.csv", false),
            ("_SUCCESS", true),
            ("_predictions.csv", false),
            (".part-0.csv.crc", true),
            ("out/_delta_log/0.json", true),
            ("__MACOSX/._x.csv", true),
            ("./x.csv", false),
            ("../x.csv", false),
            ("_day=1/x.csv", false),
            (".git/config", true),
        ] {
            assert_eq!(is_hidden(path), hidden, "{path}");
        }
    }
}
