//! Holds the code to the plan of the house in `src/lib.rs`: which room may use which, who may name
//! a browser, which functions give the same bits everywhere, and that files stay small.
//!
//! The tests read the sources as tokens, without comments and text, so that only code counts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the ground up, each with the rooms that it may use.
const ROOMS: [(&str, &[&str]); 15] = [
    ("settings", &[]),
    ("stats", &[]),
    ("table", &["stats"]),
    ("read", &["table"]),
    ("series", &["read", "table", "stats"]),
    ("feed", &["series", "read", "table", "stats"]),
    ("unpack", &["read", "table"]),
    ("log", &["read", "table", "stats"]),
    ("summary", &["log", "series", "table", "stats"]),
    ("metric", &["summary", "log", "table", "stats"]),
    (
        "report",
        &[
            "metric", "summary", "log", "series", "read", "table", "settings", "stats",
        ],
    ),
    (
        "check",
        &["report", "metric", "log", "table", "settings", "stats"],
    ),
    (
        "chart",
        &[
            "report", "metric", "summary", "log", "series", "table", "stats",
        ],
    ),
    (
        "engine",
        &[
            "chart", "report", "metric", "summary", "log", "feed", "series", "read", "table",
            "stats",
        ],
    ),
    (
        "web",
        &[
            "engine", "chart", "check", "report", "metric", "summary", "log", "unpack", "feed",
            "series", "read", "table", "settings", "stats",
        ],
    ),
];

/// Crates that know a browser.
const BROWSER: [&str; 10] = [
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "leptos",
    "gloo",
    "gloo_file",
    "gloo_timers",
    "reactive_graph",
    "console_error_panic_hook",
];

/// Methods of `f64` whose last bits are the platform's choice. `sqrt`, `abs` and rounding are exact.
const TRANSCENDENTAL: [&str; 29] = [
    "ln", "ln_1p", "log", "log2", "log10", "exp", "exp2", "exp_m1", "powf", "powi", "sin", "cos",
    "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh",
    "atanh", "cbrt", "hypot", "gamma", "ln_gamma", "erf",
];

/// Rooms that may use what `read` tells of a file, but no reader.
const KNOW_NO_READER: [&str; 2] = ["log", "report"];

/// Lines that a file may have above its tests.
const LINES: usize = 600;

#[test]
fn a_room_uses_only_rooms_above_it() {
    check(|file| {
        let Some(room) = file.room() else {
            return Vec::new();
        };
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            return vec![format!("'{room}' is not a room of lib.rs")];
        };
        let mut faults = Vec::new();
        for used in uses(&file.tokens, &file.module()) {
            let target = used.path[0].as_str();
            if target == room || !ROOMS.iter().any(|(name, _)| *name == target) {
                continue; // its own room, or a name that the crate's root gives
            }
            if !allowed.contains(&target) {
                faults.push(format!(
                    "line {}: {room} uses {target}, which is not above it",
                    used.line
                ));
            } else if KNOW_NO_READER.contains(&room)
                && target == "read"
                && used.path.get(1).is_some_and(|name| is_module(name))
            {
                faults.push(format!(
                    "line {}: {room} uses a reader: read::{}",
                    used.line, used.path[1]
                ));
            }
        }
        faults
    });
}

#[test]
fn only_web_knows_a_browser() {
    check(|file| {
        if file.room() == Some("web") || file.path.ends_with("bin/app.rs") {
            return Vec::new();
        }
        browser_names(&file.tokens)
    });
}

#[test]
fn transcendental_functions_come_from_libm() {
    check(|file| {
        if matches!(file.room(), Some("web" | "chart")) {
            return Vec::new();
        }
        platform_maths(&file.tokens)
    });
}

#[test]
fn every_file_is_small_and_says_what_it_is_for() {
    check(|file| {
        let mut faults = Vec::new();
        let lines = file
            .text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .count();
        if lines > LINES {
            faults.push(format!("{lines} lines: split it, {LINES} are the most"));
        }
        if !file.text.starts_with("//!") {
            faults.push("does not open with //! and what it is for".to_owned());
        }
        let is_room = file.module().len() == 1 && file.path.ends_with("mod.rs");
        if is_room
            && !file
                .text
                .lines()
                .take_while(|l| l.starts_with("//!"))
                .any(|l| l.contains("May use:"))
        {
            faults.push("does not say 'May use: …' in its //!".to_owned());
        }
        faults
    });
}

#[test]
fn every_room_is_in_the_plan() {
    let plan = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for (room, _) in ROOMS {
        assert!(
            plan.contains(&format!("`{room}`")),
            "{room} is missing in the table of src/lib.rs"
        );
    }
}

// --- what the tests are made of ---

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A source file.
struct File {
    /// Path below `src/`, with `/`.
    path: String,
    text: String,
    tokens: Vec<Token>,
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens: without_tests(tokens(text)),
        }
    }

    /// The room it lies in; `None` for the crate's root, the binaries and the build script.
    fn room(&self) -> Option<&str> {
        let (first, rest) = self.path.split_once('/').unwrap_or((&self.path, ""));
        match (first, rest) {
            ("lib.rs" | "build.rs" | "bin" | "vendor", _) => None,
            (file, "") => file.strip_suffix(".rs"),
            (room, _) => Some(room),
        }
    }

    /// Its module path: `read/csv/mod.rs` is `[read, csv]`.
    fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs").trim_end_matches("/mod");
        match path {
            "lib" => Vec::new(),
            path => path.split('/').map(str::to_owned).collect(),
        }
    }
}

/// Runs a rule over every file of `src/` and fails with all that it finds.
#[track_caller]
fn check(rule: impl Fn(&File) -> Vec<String>) {
    let src = root().join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    assert!(
        files.len() > 10,
        "found {} sources in {}",
        files.len(),
        src.display()
    );
    let mut faults = Vec::new();
    for path in files {
        let name = path
            .strip_prefix(&src)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let file = File::new(&name, &fs::read_to_string(&path).unwrap());
        faults.extend(
            rule(&file)
                .into_iter()
                .map(|fault| format!("src/{name}: {fault}")),
        );
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// A word, or one other character (`::` is one token).
#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

/// The code of a source: no comments, no text.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut out: Vec<Token> = Vec::new();
    let (mut i, mut line) = (0, 1);
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    while i < chars.len() {
        let start = i;
        match chars[i] {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && chars[i] != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
            }
            'r' if raw_text(&chars, i).is_some() => i = raw_text(&chars, i).unwrap(),
            'b' if at(i + 1) == 'r' && raw_text(&chars, i + 1).is_some() => {
                i = raw_text(&chars, i + 1).unwrap();
            }
            '"' => {
                i += 1;
                while i < chars.len() && chars[i] != '"' {
                    i += 1 + usize::from(chars[i] == '\\');
                }
                i += 1;
            }
            // A character, not a lifetime.
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < chars.len() && chars[i] != '\'' {
                    i += 1;
                }
                i += 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            c if is_word(c) => {
                while is_word(at(i)) {
                    i += 1;
                }
                out.push(Token {
                    text: chars[start..i].iter().collect(),
                    line,
                });
            }
            ':' if at(i + 1) == ':' => {
                i += 2;
                out.push(Token {
                    text: "::".to_owned(),
                    line,
                });
            }
            c => {
                i += 1;
                if !c.is_whitespace() {
                    out.push(Token {
                        text: c.to_string(),
                        line,
                    });
                }
            }
        }
        line += chars[start..i.min(chars.len())]
            .iter()
            .filter(|c| **c == '\n')
            .count();
    }
    out
}

/// The tokens outside of `#[cfg(test)] mod … { … }`: a test may use what it likes.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut depth = 0; // of braces within a module of tests
    for token in tokens {
        if depth > 0 {
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            continue;
        }
        out.push(token);
        let ends = |words: &[&str]| {
            out.len() >= words.len()
                && out[out.len() - words.len()..]
                    .iter()
                    .zip(words)
                    .all(|(t, w)| *w == "…" || t.text == *w)
        };
        if ends(&["#", "[", "cfg", "(", "test", ")", "]", "mod", "…", "{"]) {
            depth = 1;
            out.truncate(out.len() - 10);
        }
    }
    out
}

/// Where the raw text that starts at `i` ends, if one does.
fn raw_text(chars: &[char], i: usize) -> Option<usize> {
    let hashes = chars[i + 1..].iter().take_while(|c| **c == '#').count();
    let open = i + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |at: usize| {
        chars[at] == '"'
            && chars[at + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes
    };
    (open + 1..chars.len())
        .find(|at| closes(*at))
        .map(|at| at + 1 + hashes)
}

/// Something of this crate that a file names: the path from the crate's root.
#[derive(Debug)]
struct Used {
    path: Vec<String>,
    line: usize,
}

/// Every path that a file in `module` reaches through `crate::` or by climbing with `super::`.
fn uses(tokens: &[Token], module: &[String]) -> Vec<Used> {
    let mut out = Vec::new();
    let mut inline: Vec<usize> = Vec::new(); // depths of braces at which `mod x {` opened
    let mut depth = 0;
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let mut i = 0;
    while i < tokens.len() {
        match text(i) {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inline.last() == Some(&depth) {
                    inline.pop();
                }
            }
            "mod" if text(i + 2) == "{" => inline.push(depth),
            "crate" if text(i + 1) == "::" => tree(tokens, i + 2, &[], &mut out),
            "super" if text(i + 1) == "::" && (i < 2 || text(i - 2) != "super") => {
                let mut climbs = 0;
                while text(i) == "super" && text(i + 1) == "::" {
                    climbs += 1;
                    i += 2;
                }
                let here = module.len() + inline.len();
                let left = here.saturating_sub(climbs).min(module.len());
                tree(tokens, i, &module[..left], &mut out);
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    out
}

/// Follows `a::{b, c::d}` from token `i` and adds `prefix` with each branch's first two names.
fn tree(tokens: &[Token], mut i: usize, prefix: &[String], out: &mut Vec<Used>) {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(i) {
        if token.text == "{" {
            let mut depth = 0;
            let mut fresh = true;
            while let Some(t) = tokens.get(i) {
                match t.text.as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                if depth == 1 && fresh && t.text != "{" && t.text != "," {
                    tree(tokens, i, &path, out);
                    fresh = false;
                }
                fresh |= depth == 1 && t.text == ",";
                i += 1;
                if depth == 0 {
                    return;
                }
            }
            return;
        }
        if token.text != "super" && token.text != "self" {
            path.push(token.text.clone());
        }
        if tokens.get(i + 1).is_none_or(|t| t.text != "::") {
            if !path.is_empty() {
                out.push(Used {
                    path,
                    line: token.line,
                });
            }
            return;
        }
        i += 2;
    }
}

/// Modules are written small, types with a capital, constants in capitals.
fn is_module(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_lowercase)
}

fn browser_names(tokens: &[Token]) -> Vec<String> {
    let named = tokens.iter().filter(|t| BROWSER.contains(&t.text.as_str()));
    named
        .map(|t| format!("line {}: names {}, which only src/web may", t.line, t.text))
        .collect()
}

fn platform_maths(tokens: &[Token]) -> Vec<String> {
    let mut faults = Vec::new();
    for w in tokens.windows(3) {
        let [before, name, after] = [&w[0].text, &w[1].text, &w[2].text];
        let method = before == "." && after == "(";
        if method && TRANSCENDENTAL.contains(&name.as_str()) {
            faults.push(format!(
                "line {}: .{name}( differs between platforms, take libm::",
                w[1].line
            ));
        }
        let path = (before == "f64" || before == "f32") && name == "::";
        if path && TRANSCENDENTAL.contains(&after.as_str()) {
            faults.push(format!(
                "line {}: {before}::{after} differs between platforms, take libm::",
                w[1].line
            ));
        }
    }
    faults
}

/// The rules find what they are for, and nothing in comments, text or their own room.
#[test]
fn the_rules_can_fail() {
    let bad = r##"
        //! crate::web in a comment
        /* web_sys /* nested */ leptos */
        use crate::{engine::Shards, table::{Kind, time}, read};
        use super::super::super::web::files;
        fn f<'a>(x: &'a f64) -> f64 { let _ = ('"', b'\'', "crate::chart \" web_sys", r#"x.ln() "a" "#); x.ln() }
        fn g() { crate::report::view::View::default(); f64::exp(1.0); web_sys::window(); self::h(); }
        #[cfg(test)] mod tests { use crate::web; fn f() { if true { x.ln() } } }
        mod inner { use super::*; use super::super::super::super::bin::x; use super::super::own::y; }
    "##;
    let file = File::new("summary/codec/sql.rs", bad);
    assert_eq!(file.room(), Some("summary"));
    let found: Vec<String> = uses(&file.tokens, &file.module())
        .iter()
        .map(|u| format!("{}:{}", u.line, u.path.join("::")))
        .collect();
    let expected = [
        "4:engine::Shards",
        "4:table::Kind",
        "4:table::time",
        "4:read",
        "5:web::files",
        "7:report::view::View::default",
        "9:summary::codec::sql::*",
        "9:bin::x",
        "9:summary::codec::own::y",
    ];
    assert_eq!(found, expected);
    assert_eq!(
        browser_names(&file.tokens),
        ["line 7: names web_sys, which only src/web may"]
    );
    assert_eq!(
        platform_maths(&file.tokens).len(),
        2,
        "{:?}",
        platform_maths(&file.tokens)
    );
    assert_eq!(File::new("lib.rs", "").room(), None);
    assert_eq!(File::new("read/mod.rs", "").module(), ["read"]);
    assert_eq!(File::new("chart.rs", "").room(), Some("chart"));
}
