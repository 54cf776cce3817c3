//! What is typed of how delimited files are written, and which files it is said of.

use super::options::ReportOptions;
use plumbline::engine::message::Input;
use plumbline::engine::{look, look_as};
use plumbline::read::{
    self, Bytes, DateOrder, Decimal, Encoding, Fix, Format, Quote, ReadError, is_delimited,
    not_delimited,
};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// A value of an option, for one file or all: `log.csv=tab`, `tab`.
#[derive(Clone, Debug, PartialEq)]
pub struct Said<T> {
    /// The file, folder or archive.
    file: Option<String>,
    value: T,
}

/// Reads a value, with a file before it or not. A value may itself be an equals sign.
fn said<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Said<T>, String> {
    let whole = match read(text) {
        Ok(value) => return Ok(Said { file: None, value }),
        Err(why) => why,
    };
    let mut why = None;
    for (at, _) in text.rmatch_indices('=').filter(|(at, _)| *at > 0) {
        match read(&text[at + 1..]) {
            Ok(value) => {
                let file = Some(text[..at].to_owned());
                return Ok(Said { file, value });
            }
            Err(wrong) => why = why.or(Some(wrong)),
        }
    }
    Err(why.unwrap_or(whole))
}

/// Reads one of a few words.
fn word<T: Copy>(
    text: &str,
    all: &[T],
    words: impl Fn(T) -> Vec<&'static str>,
) -> Result<Said<T>, String> {
    said(text, |text| {
        let found = all.iter().find(|one| {
            let mut words = words(**one).into_iter();
            words.any(|word| word.eq_ignore_ascii_case(text))
        });
        found.copied().ok_or_else(|| {
            let all = all.iter().filter_map(|one| words(*one).first().copied());
            let all: Vec<&str> = all.collect();
            format!("'{text}' is none of {}", all.join(", "))
        })
    })
}

/// `--separator`
pub fn separator(text: &str) -> Result<Said<u8>, String> {
    said(text, read::separator)
}

/// `--quote`
pub fn quote(text: &str) -> Result<Said<Quote>, String> {
    word(text, &Quote::ALL, |quote| match quote {
        Quote::Double => vec!["double", "\""],
        Quote::Escaped => vec!["escaped", "\\\""],
        Quote::Single => vec!["single", "'"],
        Quote::None => vec!["none"],
    })
}

/// `--blanks`
pub fn blanks(text: &str) -> Result<Said<bool>, String> {
    word(text, &[true, false], |skip| {
        vec![if skip { "skip" } else { "keep" }]
    })
}

/// `--decimal`
pub fn decimal(text: &str) -> Result<Said<Decimal>, String> {
    word(text, &Decimal::ALL, |mark| match mark {
        Decimal::Point => vec!["point", "."],
        Decimal::Comma => vec!["comma", ","],
    })
}

/// `--header`
pub fn header(text: &str) -> Result<Said<bool>, String> {
    word(text, &[true, false], |yes| {
        vec![if yes { "yes" } else { "no" }]
    })
}

/// `--skip-lines`
pub fn lines(text: &str) -> Result<Said<u32>, String> {
    said(text, |text| {
        let lines = text.parse();
        lines.map_err(|_| format!("'{text}' is not a number of lines"))
    })
}

/// `--encoding`
pub fn encoding(text: &str) -> Result<Said<Encoding>, String> {
    word(text, &Encoding::ALL, |encoding| match encoding {
        Encoding::Utf8 => vec!["utf-8", "utf8"],
        Encoding::Windows1252 => vec!["windows-1252", "cp1252", "latin1", "iso-8859-1"],
        other => vec![other.word()],
    })
}

/// `--dates`
pub fn dates(text: &str) -> Result<Said<DateOrder>, String> {
    word(text, &DateOrder::ALL, |order| vec![order.word()])
}

/// How closely a file is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// By a folder or an archive that it is in.
    Within,
    /// Itself.
    Itself,
}

/// All that is said, by the files it is said of.
#[derive(Debug, Default)]
pub struct Fixes {
    all: Fix,
    /// Whether it was of use to any file.
    used: AtomicBool,
    of: Vec<(String, Fix, AtomicBool)>,
}

impl Fixes {
    /// What the options say; what is typed last holds.
    pub fn of(options: &ReportOptions) -> Self {
        let mut fixes = Self::default();
        fixes.take(&options.separator, |fix, v| fix.separator = Some(v));
        fixes.take(&options.quote, |fix, v| fix.quote = Some(v));
        fixes.take(&options.blanks, |fix, v| fix.blanks = Some(v));
        fixes.take(&options.decimal, |fix, v| fix.decimal = Some(v));
        fixes.take(&options.header, |fix, v| fix.header = Some(v));
        fixes.take(&options.skip_lines, |fix, v| fix.skip = Some(v));
        fixes.take(&options.encoding, |fix, v| fix.encoding = Some(v));
        fixes.take(&options.dates, |fix, v| fix.dates = Some(v));
        fixes
    }

    fn take<T: Copy>(&mut self, said: &[Said<T>], set: impl Fn(&mut Fix, T)) {
        for Said { file, value } in said {
            let Some(file) = file else {
                set(&mut self.all, *value);
                continue;
            };
            match self.of.iter_mut().find(|(name, ..)| name == file) {
                Some((_, fix, _)) => set(fix, *value),
                None => {
                    let mut fix = Fix::default();
                    set(&mut fix, *value);
                    self.of.push((file.clone(), fix, AtomicBool::new(false)));
                }
            }
        }
    }

    /// Whether something is said of a file itself, which then is a table.
    pub fn say(&self, path: &Path, name: &str) -> bool {
        let itself =
            |of: &str| names(of, path).max(names(of, Path::new(name))) == Some(Named::Itself);
        self.of.iter().any(|(of, ..)| itself(of))
    }

    /// Looks into a file with what is said of it. `unpacked`: it was in another one, and whether it is a
    /// sheet. What is said of all files, or of a folder, holds for the delimited ones among them.
    pub fn look(
        &self,
        path: &Path,
        name: &str,
        file: &dyn Bytes,
        unpacked: Option<bool>,
    ) -> Result<Input, ReadError> {
        let named = |of: &str| {
            let path = names(of, path).map(|named| match unpacked {
                Some(_) => Named::Within,
                None => named,
            });
            path.max(names(of, Path::new(name)))
        };
        let closest = self.of.iter().filter_map(|(of, ..)| named(of)).max();
        // What is said of the file itself stands above what is said of its folder, and that above the rest.
        let mut fix = Fix::default();
        for how in [Named::Itself, Named::Within] {
            for (_, said, _) in self.of.iter().filter(|(of, ..)| named(of) == Some(how)) {
                fix = fix.or(*said);
            }
        }
        fix = fix.or(self.all);
        let sheet = unpacked == Some(true);
        if fix.is_none() {
            return look(name, file);
        }
        if closest != Some(Named::Itself) && (sheet || !is_delimited(file, &fix)?) {
            return look(name, file);
        }
        self.used.store(true, Ordering::Relaxed);
        for (_, _, used) in self.of.iter().filter(|(of, ..)| named(of).is_some()) {
            used.store(true, Ordering::Relaxed);
        }
        if sheet {
            return Err(not_delimited(name, Format::Csv));
        }
        look_as(name, file, fix)
    }

    /// Whether all that is said was of use: for nothing is said in vain.
    pub fn all_used(&self) -> Result<(), String> {
        if !self.all.is_none() && !self.used.load(Ordering::Relaxed) {
            return Err(
                "no file is delimited text, so there is no separator, quote, decimal mark, header or encoding to correct".into(),
            );
        }
        let unused = self
            .of
            .iter()
            .find(|(.., used)| !used.load(Ordering::Relaxed));
        unused.map_or(Ok(()), |(of, ..)| {
            Err(format!(
                "'{of}=': no file of delimited text is called so. Write its path as it is given, its name, or the folder it is in"
            ))
        })
    }
}

/// Whether a path or the end of it is named, with `*` for any characters; or a folder that it is in.
fn names(of: &str, path: &Path) -> Option<Named> {
    if path.ends_with(of) || of.contains('*') && matches(of, &path.to_string_lossy()) {
        Some(Named::Itself)
    } else {
        path.starts_with(of).then_some(Named::Within)
    }
}

/// Whether a text is of a pattern, in which `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_have_a_file_before_it() {
        let of = |text: &str| separator(text).map(|s| (s.file, s.value));
        let named = |file: &str, value| Ok((Some(file.to_owned()), value));
        assert_eq!(of(";"), Ok((None, b';')));
        assert_eq!(of("="), Ok((None, b'=')));
        assert_eq!(of("a.csv=;"), named("a.csv", b';'));
        assert_eq!(of("a.csv=tab"), named("a.csv", b'\t'));
        assert_eq!(of("d=1/a.csv=|"), named("d=1/a.csv", b'|'));
        assert_eq!(of("a.csv=="), named("a.csv", b'='));
        assert!(
            of("a.csv")
                .unwrap_err()
                .contains("'a.csv' is not a separator")
        );
        assert!(
            of("a.csv=x y")
                .unwrap_err()
                .contains("'x y' is not a separator")
        );
        assert_eq!(lines("a.csv=3").unwrap().value, 3);
        assert!(lines("-1").is_err() && lines("a=b").is_err());
        assert_eq!(encoding("CP1252").unwrap().value, Encoding::Windows1252);
        let why = decimal("a.csv=dot").unwrap_err();
        assert_eq!(why, "'dot' is none of point, comma");
    }

    #[test]
    fn files_are_named_by_path_name_folder_or_pattern() {
        for (of, path, how) in [
            ("a.csv", "a.csv", Some(Named::Itself)),
            ("a.csv", "d/a.csv", Some(Named::Itself)),
            ("d/a.csv", "d/a.csv", Some(Named::Itself)),
            ("d", "d/a.csv", Some(Named::Within)),
            ("d/", "d/e/a.csv", Some(Named::Within)),
            ("d/part-*.csv", "d/part-12.csv", Some(Named::Itself)),
            ("d/*/p*.csv", "d/e/part-12.csv", Some(Named::Itself)),
            ("b.csv", "a.csv", None),
            (".csv", "a.csv", None),
            ("d/part-*.csv", "d/part-12.json", None),
            ("*", "d/part-12.json", Some(Named::Itself)),
            ("a*a", "a", None),
        ] {
            assert_eq!(names(of, Path::new(path)), how, "{of} {path}");
        }
    }
}
