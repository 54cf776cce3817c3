//! Whether a column meets what is expected of it.

use super::super::super::words;
use super::super::{Holds, OfColumn};
use super::{Judging, PASSED, Said};
use crate::summary::{ColumnProfile, Profile, Tally};

/// Keys that tell of numbers only, and of words only.
const OF_NUMBERS: [&str; 5] = [
    "text_share_max",
    "infinite_share_max",
    "min",
    "max",
    "outlier_share_max",
];
const OF_WORDS: [&str; 4] = ["categories", "other_share_max", "length_min", "length_max"];

/// Keys that of numbers only rows that are kept tell.
const NEED_ROWS: [&str; 6] = [
    "text_share_max",
    "infinite_share_max",
    "distinct_min",
    "distinct_max",
    "constant",
    "outlier_share_max",
];

/// What is counted of a window, of so many.
type Counted = fn(&Tally) -> (u64, u64);

impl Judging<'_> {
    pub(super) fn column(&mut self, column: &OfColumn, found: &ColumnProfile, profile: &Profile) {
        let exact = profile.exact;
        let name = &column.name;
        let said = |key| Said {
            column: Some(name),
            key,
            lines: &column.lines,
        };
        let tallies = || found.windows.iter();
        let holds = found.holds();
        if let Some(expected) = column.holds.filter(|expected| *expected != holds) {
            let plural = |holds| match holds {
                Holds::Number => "numbers",
                Holds::Category => "words",
            };
            let what = format!("'{name}' holds {}", plural(holds));
            let allowed = format!("{} are expected", plural(expected));
            let all = vec![true; self.making.shown.1 - self.making.shown.0];
            self.tell(&said("type"), &all, &what, &allowed);
            // What else is said of the column is of the other kind.
            return;
        }
        self.other_kind(column, holds);
        // Words are counted one by one also where rows pass.
        let told = exact || found.of_words();
        for key in column.keys().filter(|key| NEED_ROWS.contains(key) && !told) {
            self.pass_over(&said(key), PASSED);
        }
        // Of numbers only, and where rows are kept.
        let of_numbers = |allowed: Option<f64>| allowed.filter(|_| told && holds == Holds::Number);
        let shares: [(_, _, Counted, _); 3] = [
            (
                "missing_share_max",
                column.missing_share_max,
                |t| (t.missing() - t.texts - t.infinite, t.cells),
                "are missing",
            ),
            (
                "text_share_max",
                of_numbers(column.text_share_max),
                |t| (t.texts, t.cells),
                "hold text where numbers stand",
            ),
            (
                "infinite_share_max",
                of_numbers(column.infinite_share_max),
                |t| (t.infinite, t.cells),
                "hold infinite numbers",
            ),
        ];
        for (key, allowed, of, what) in shares {
            self.part(&said(key), (allowed, found), of, ("cells", what));
        }
        self.outside(column, found, profile);
        if told {
            self.few(column, found);
        }
        if told && column.constant == Some(false) {
            let windows = tallies().map(|t| f64::from(u8::from(found.is_one_value(t))));
            let what = |_| format!("All values of '{name}' are one");
            let allowed = "several are expected";
            self.amount(&said("constant"), 0.5, windows, what, allowed);
        }
        if let Some(most) = column.distinct_max.filter(|_| told) {
            // Where it is not counted one by one, what is surely there.
            let each = tallies().map(|t| t.distinct.saturating_sub(t.distinct_bound) as f64);
            let what = |n: f64| format!("'{name}' has {}", different(n));
            let allowed = format!("{} may be", words::grouped(most as f64));
            self.amount(&said("distinct_max"), most as f64, each, what, &allowed);
        }
        self.run(column, found, exact);
        if let Some(allowed) = column.outlier_share_max.filter(|_| holds == Holds::Number) {
            match found.fences {
                Some(_) => {
                    let (said, of) = (said("outlier_share_max"), (Some(allowed), found));
                    let outliers: Counted = |t| (t.outliers, t.values);
                    self.part(&said, of, outliers, ("numbers", "are outliers"));
                }
                None if told => {
                    let why = "the quartiles of the baseline are one, and nothing is far from them";
                    self.pass_over(&said("outlier_share_max"), why);
                }
                None => {}
            }
        }
    }

    /// The share of the cells or numbers that something is wrong with, where one is allowed.
    fn part(
        &mut self,
        said: &Said<'_>,
        (allowed, found): (Option<f64>, &ColumnProfile),
        of: Counted,
        (cells, wrong): (&str, &str),
    ) {
        let (Some(allowed), Some(name)) = (allowed, said.column) else {
            return;
        };
        let each = found.windows.iter().map(of);
        self.share(said, allowed, each, |share| {
            format!("{share} of the {cells} of '{name}' {wrong}")
        });
    }

    /// Too few different values, in windows that have enough values to tell.
    fn few(&mut self, column: &OfColumn, found: &ColumnProfile) {
        let Some(least) = column.distinct_min else {
            return;
        };
        let said = Said {
            column: Some(&column.name),
            key: "distinct_min",
            lines: &column.lines,
        };
        let enough = |t: &Tally| t.values >= column.values_min.unwrap_or(1).max(1);
        let (from, to) = self.making.shown;
        let shown = found.windows.get(from..to).unwrap_or_default();
        if !shown.iter().any(enough) {
            return self.pass_over(&said, "no window has as many values as values_min says");
        }
        // As an amount that is not to be above what is allowed; what is perhaps there counts.
        let fewer = found.windows.iter().map(|t| match enough(t) {
            true => -((t.distinct + t.distinct_bound) as f64),
            false => f64::NEG_INFINITY,
        });
        let what = |n: f64| format!("'{}' has {}", column.name, different(-n));
        let allowed = format!("{} are the fewest", words::grouped(least as f64));
        self.amount(&said, -(least as f64), fewer, what, &allowed);
    }

    /// Rows in a row that share a value, which rows that passed do not tell of words either.
    fn run(&mut self, column: &OfColumn, found: &ColumnProfile, exact: bool) {
        let Some(most) = column.run_max else {
            return;
        };
        let said = Said {
            column: Some(&column.name),
            key: "run_max",
            lines: &column.lines,
        };
        if !exact {
            return self.pass_over(&said, PASSED);
        }
        let each = found.windows.iter().map(|t| t.run as f64);
        let name = &column.name;
        let what = |n: f64| {
            let rows = words::grouped(n);
            format!("'{name}' holds one value for {rows} rows in a row")
        };
        let allowed = format!("{} may be", words::grouped(most as f64));
        self.amount(&said, most as f64, each, what, &allowed);
    }

    /// Tells of keys that are for columns that hold something else.
    fn other_kind(&mut self, column: &OfColumn, holds: Holds) {
        let (others, why) = match holds {
            Holds::Number => (&OF_WORDS[..], "the column holds numbers"),
            Holds::Category => (&OF_NUMBERS[..], "the column holds words"),
        };
        for key in column.keys().filter(|key| others.contains(key)) {
            let said = Said {
                column: Some(&column.name),
                key,
                lines: &column.lines,
            };
            self.pass_over(&said, why);
        }
    }
}

fn different(n: f64) -> String {
    match n {
        1.0 => "1 different value".into(),
        n => format!("{} different values", words::grouped(n)),
    }
}
