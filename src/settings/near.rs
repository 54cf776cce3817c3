//! The word that was probably meant.

/// How many letters a word may be off, for the one that it is taken for.
fn allowed(word: &str) -> usize {
    (word.chars().count() / 3).clamp(1, 3)
}

/// The name that is nearest to a word, where one is near: letters added, left out, changed or swapped with
/// their neighbour; or the only one that begins so.
///
/// Source: F. J. Damerau (1964), *A technique for computer detection and correction of spelling errors*;
/// the distance with each pair swapped once at most.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let names: Vec<&str> = names.into_iter().collect();
    // Of two as near, the one that the word only ends otherwise than.
    let near = names.iter().map(|name| {
        let lower = name.to_lowercase();
        let begins = word.starts_with(&lower) || lower.starts_with(&word);
        ((off(&word, &lower), !begins), *name)
    });
    let best = near.min_by_key(|(near, _)| *near);
    if let Some((_, name)) = best.filter(|((off, _), _)| *off <= allowed(&word)) {
        return Some(name);
    }
    let mut begins = names.iter().filter(|name| {
        let name = name.to_lowercase();
        word.len() > 2 && (name.starts_with(&word) || name.split('_').any(|part| part == word))
    });
    match (begins.next(), begins.next()) {
        (Some(name), None) => Some(name),
        _ => None,
    }
}

/// A sentence that names the nearest of some names, or all of them.
#[must_use]
pub fn among(word: &str, names: &[&str]) -> String {
    match nearest(word, names.iter().copied()) {
        Some(name) => format!("Did you mean '{name}'?"),
        None => format!("There are: {}", names.join(", ")),
    }
}

fn off(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: [Vec<usize>; 2] = [Vec::new(), (0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[0][j - 2] + 1);
            }
            row.push(least);
        }
        rows.swap(0, 1);
        rows[1] = row;
    }
    rows[1].last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_seen_and_another_word_is_not() {
        let names = ["roc_auc", "recall", "log_loss", "precision"];
        let of = |word| nearest(word, names);
        assert_eq!(of("roc_acu"), Some("roc_auc"));
        assert_eq!(of("ROC_AUC"), Some("roc_auc"));
        assert_eq!(of("rocauc"), Some("roc_auc"));
        assert_eq!(of("auc"), Some("roc_auc"));
        assert_eq!(of("log"), Some("log_loss"));
        assert_eq!(of("temperature"), None);
        assert_eq!(nearest("rules", ["roles", "rule"]), Some("rule"));
        assert_eq!(off("abcd", "acbd"), 1);
        assert_eq!(off("", "abc"), 3);
        assert_eq!(among("x", &["a", "b"]), "Did you mean 'a'?");
        assert_eq!(among("xyzq", &["a", "b"]), "There are: a, b");
    }
}
