//! Every crate that the page and the command line are made of may be given on under MIT OR Apache-2.0.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// Licences that ask for no more than their notice.
const ALLOWED: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "BSL-1.0",
    "CC0-1.0",
    "Unlicense",
    "Unicode-3.0",
];

#[test]
fn every_dependency_may_be_given_on() {
    let host = Command::new("rustc").arg("-vV").output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let host = host.lines().find_map(|l| l.strip_prefix("host: ")).unwrap();
    let mut faults = BTreeSet::new();
    for platform in [host, "wasm32-unknown-unknown"] {
        let metadata = metadata(platform);
        // The packages of every platform are listed; those in the resolve are built for this one.
        let built: BTreeSet<&str> = metadata["resolve"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n["id"].as_str().unwrap())
            .collect();
        assert!(built.len() > 20, "{} packages for {platform}", built.len());
        for package in metadata["packages"].as_array().unwrap() {
            let licence = package["license"].as_str().unwrap_or("none given");
            if built.contains(package["id"].as_str().unwrap()) && !allowed(licence) {
                faults.insert(format!(
                    "{} {}: {licence}",
                    package["name"], package["version"]
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What Cargo knows of the crates for one platform; it needs no network once they have been fetched.
fn metadata(platform: &str) -> Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--features=web",
            "--filter-platform",
            platform,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether an SPDX expression leaves a choice that is allowed. `/` is the old way to write OR.
fn allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let result = any(&words, &mut at);
    result && at == words.len()
}

fn any(words: &[&str], at: &mut usize) -> bool {
    let mut result = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        result |= all(words, at);
    }
    result
}

fn all(words: &[&str], at: &mut usize) -> bool {
    let mut result = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        result &= one(words, at);
    }
    result
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else {
        *at = words.len() + 1; // so that the whole is refused
        return false;
    };
    *at += 1;
    if *word == "(" {
        let result = any(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return result && closed;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    ALLOWED.contains(&licence.as_str())
}

#[test]
fn an_expression_is_read_as_spdx_means_it() {
    for good in [
        "MIT",
        "MIT/Apache-2.0",
        "GPL-3.0-only OR MIT",
        "(MIT OR GPL-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
    ] {
        assert!(allowed(good), "{good}");
    }
    for bad in [
        "",
        "none given",
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "MIT OR",
        "(MIT",
        "Apache-2.0 WITH Something-else",
        "MIT MIT",
    ] {
        assert!(!allowed(bad), "{bad}");
    }
}
