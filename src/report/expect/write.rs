//! Expectations, written.

use super::{Expectations, Holds, OfColumn, SCHEMA};
use crate::settings::{key, number, quoted};
use std::fmt::Write as _;

/// What the keys mean, for whoever opens the file.
const HEAD: &str = "\
# What Plumbline expects of these columns, inferred from a baseline. Change what is not right, leave out what
# should not be checked, and keep the file beside the code:
#   plumbline report FILES… --expect expectations.toml
#
# A share is one of the cells of a window, from 0 to 1, and is broken where it surely is larger: limits as they are
# inferred are broken by chance in at most one of a hundred files of the baseline's kind, over all columns and windows.
# Of rows: unique_ids = true: no id twice; duplicate_share_max: rows that are there twice; silence_max_hours: longest
# time without a row; stale_share_max: rows that repeat the values of an earlier window; rows_min, rows_max: rows of a
# window of time, but for the first and the last one, which may be cut; impossible_times = false: no row dated before 1971 or far from all others, no outcome dated
# before its prediction; late_after_hours: outcomes that took longer may be late_share_max.
# Of a column: type = \"number\" or \"category\"; min, max: numbers outside them may be outside_share_max; length_min,
# length_max: characters of a word, and words outside them may be outside_share_max, too; categories: all words, others
# may be other_share_max; distinct_min: fewest different values in a window of at least values_min values; distinct_max:
# most in a window; constant = false: no window is of one value; run_max: most rows in a row of one value;
# outlier_share_max: numbers more than three quartile distances beyond the baseline's quartiles; text_share_max: texts
# where numbers stand; infinite_share_max: infinite numbers. What rows that are counted as they pass, and a saved
# report, do not tell is not judged.
";

/// The text of a file.
#[must_use]
pub fn write(expectations: &Expectations) -> String {
    let mut out = String::from(HEAD);
    line(&mut out, "\nschema", Some(quoted(SCHEMA)));
    let rows = &expectations.rows;
    out.push_str("\n[rows]\n");
    line(&mut out, "unique_ids", Some(rows.unique_ids.to_string()));
    line(
        &mut out,
        "duplicate_share_max",
        rows.duplicate_share_max.map(number),
    );
    line(
        &mut out,
        "stale_share_max",
        rows.stale_share_max.map(number),
    );
    let count = |said: Option<u64>| said.map(|n| n.to_string());
    line(&mut out, "rows_min", count(rows.rows_min));
    line(&mut out, "rows_max", count(rows.rows_max));
    line(
        &mut out,
        "silence_max_hours",
        rows.silence_max_hours.map(number),
    );
    let flag = |said: Option<bool>| said.map(|said| said.to_string());
    line(&mut out, "impossible_times", flag(rows.impossible_times));
    line(
        &mut out,
        "late_after_hours",
        rows.late_after_hours.map(number),
    );
    line(&mut out, "late_share_max", rows.late_share_max.map(number));
    for column in &expectations.columns {
        of_column(&mut out, column);
    }
    out
}

fn of_column(out: &mut String, column: &OfColumn) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\n[columns.{}]\n", key(&column.name));
    let holds = column.holds.map(|holds| match holds {
        Holds::Number => quoted("number"),
        Holds::Category => quoted("category"),
    });
    line(out, "type", holds);
    line(
        out,
        "missing_share_max",
        column.missing_share_max.map(number),
    );
    line(out, "text_share_max", column.text_share_max.map(number));
    line(
        out,
        "infinite_share_max",
        column.infinite_share_max.map(number),
    );
    line(out, "min", column.min.map(number));
    line(out, "max", column.max.map(number));
    line(
        out,
        "outside_share_max",
        column.outside_share_max.map(number),
    );
    let words = column.categories.as_ref().map(|words| {
        let each: String = words
            .iter()
            .map(|w| format!("    {},\n", quoted(w)))
            .collect();
        format!("[\n{each}]")
    });
    line(out, "categories", words);
    line(out, "other_share_max", column.other_share_max.map(number));
    line(
        out,
        "distinct_min",
        column.distinct_min.map(|n| n.to_string()),
    );
    line(
        out,
        "distinct_max",
        column.distinct_max.map(|n| n.to_string()),
    );
    line(out, "constant", column.constant.map(|c| c.to_string()));
    line(out, "values_min", column.values_min.map(|n| n.to_string()));
    line(out, "run_max", column.run_max.map(|n| n.to_string()));
    line(
        out,
        "outlier_share_max",
        column.outlier_share_max.map(number),
    );
    line(out, "length_min", column.length_min.map(number));
    line(out, "length_max", column.length_max.map(number));
}

fn line(out: &mut String, key: &str, value: Option<String>) {
    if let Some(value) = value {
        let _ = writeln!(out, "{key} = {value}");
    }
}
