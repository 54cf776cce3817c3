//! What is claimed of the numbers, measured: `make evidence` prints one table of it.
//!
//! It takes minutes and is no test. Everything random is seeded, so that two runs print the same but for
//! times. `cargo bench --bench evidence -- intervals` runs a part; `--runs 200` makes simulations shorter
//! `--detail` prints each of them, and `--seed 7` draws others: constants of intervals were chosen with seed 0 in
//! sight, so that others tell more.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alarms;
mod bundled;
mod defaults;
mod defects;
mod estimators;
mod intervals;
mod others;
mod pace;
#[path = "../pipeline/mod.rs"]
mod pipeline;
mod random;
mod reference;
mod shifted;
mod sooner;
mod speed;
mod table;
mod two;
mod whole;

use table::Claim;

/// What was asked for.
pub struct Asked {
    parts: Vec<String>,
    /// Runs of each simulation.
    pub runs: usize,
    /// What simulations start from.
    pub seed: u64,
    /// Whether each simulation is printed.
    pub detail: bool,
    /// Where logs are written that other tools are asked of, in place of everything else.
    write: Option<std::path::PathBuf>,
}

impl Asked {
    fn read() -> Self {
        let mut asked = Self {
            parts: Vec::new(),
            runs: 2_000,
            seed: 0,
            detail: false,
            write: None,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--runs" => asked.runs = words.next().unwrap().parse().unwrap(),
                "--seed" => asked.seed = words.next().unwrap().parse().unwrap(),
                "--detail" => asked.detail = true,
                "--write" => asked.write = words.next().map(Into::into),
                part if !part.starts_with('-') => asked.parts.push(part.to_owned()),
                _ => {}
            }
        }
        asked
    }
}

/// A part of the evidence.
type Part = fn(&Asked) -> Vec<Claim>;

/// The parts by name. A new one is a module and a line here.
const PARTS: &[(&str, Part)] = &[
    ("reference", reference::claims),
    ("tests", two::claims),
    ("intervals", intervals::claims),
    ("estimators", estimators::claims),
    ("defects", defects::claims),
    ("alarms", alarms::claims),
    ("reports", whole::claims),
    ("speed", speed::claims),
];

fn main() {
    let asked = Asked::read();
    if let Some(folder) = &asked.write {
        return defaults::write(folder);
    }
    let chosen = |name: &str| asked.parts.is_empty() || asked.parts.iter().any(|p| p == name);
    let mut claims = Vec::new();
    for (name, part) in PARTS.iter().filter(|p| chosen(p.0)) {
        let start = std::time::Instant::now();
        claims.extend(part(&asked));
        eprintln!("{name}: {:.0} s", start.elapsed().as_secs_f64());
    }
    if !table::print(&claims) {
        std::process::exit(1);
    }
}
