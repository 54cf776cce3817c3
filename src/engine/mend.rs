//! Parquet files that have lost their end, beside whole files of their table that tell their columns.

use super::message::Input;
use super::paths::pattern;
use crate::read::{Format, Mended, Trouble};
use crate::table::Kind;

/// Files that are asked for the columns of one that has lost its end.
const MOST: usize = 8;

/// Which of some files may tell the columns of one of this name: whole Parquet files whose paths are those of
/// its table, of each kind of columns one, the nearest to its own place first.
#[must_use]
pub fn tellers(name: &str, at: usize, files: &[Option<&Input>]) -> Vec<usize> {
    let Some(own) = pattern(name) else {
        return Vec::new();
    };
    let mut near: Vec<usize> = (0..files.len()).collect();
    near.sort_by_key(|other| other.abs_diff(at));
    let mut shapes: Vec<Vec<(&str, Kind, bool)>> = Vec::new();
    near.retain(|other| {
        let Some(Some(input)) = files.get(*other) else {
            return false;
        };
        let parquet = input.sniff.schema.format == Format::Parquet;
        if shapes.len() == MOST || !parquet || pattern(&input.name).as_ref() != Some(&own) {
            return false;
        }
        let columns = input.sniff.columns.iter();
        let shape = columns.map(|c| (c.name.as_str(), c.kind, c.whole));
        let shape: Vec<_> = shape.collect();
        let new = !shapes.contains(&shape);
        if new {
            shapes.push(shape);
        }
        new
    });
    near
}

/// What is told of a file that was made whole; `like` is the name of the file that told its columns.
#[must_use]
pub fn loss(mended: &Mended, like: Option<&str>) -> Trouble {
    let count = |n: u64, one: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    let rows = count(mended.rows, "row");
    let groups = count(mended.groups as u64, "whole group");
    let used = if mended.rows == 1 { "is" } else { "are" };
    let columns = like.map_or_else(String::new, |like| {
        format!("; the names and types of its columns are those of {like}")
    });
    Trouble {
        line: mended.rows,
        column: None,
        reason: format!(
            "the file ends early: {rows} in {groups} {used} used, the rest is missing{columns}. Copy or export it again"
        ),
        count: 1,
        row_lost: true,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::engine::look;

    fn input(name: &str, text: &str) -> Input {
        let mut input = look(name, &text.as_bytes()).unwrap();
        input.sniff.schema.format = Format::Parquet;
        input
    }

    #[test]
    fn the_nearest_files_of_each_kind_tell() {
        let log = "id,time,score\na,2026-01-01,0.5\nb,2026-01-02,0.25\n";
        let whole = "id,time,score\na,2026-01-01,1\nb,2026-01-02,0\n";
        let files = [
            input("d/part-0.parquet", log),
            input("d/part-1.parquet", whole),
            input("d/part-2.parquet", log),
            input("e/part-4.parquet", log),
            look("d/part-5.parquet", &log.as_bytes()).unwrap(),
        ];
        let mut all: Vec<Option<&Input>> = files.iter().map(Some).collect();
        all.insert(3, None);
        assert_eq!(tellers("d/part-3.parquet", 3, &all), [2, 1]);
        assert_eq!(tellers("log.parquet", 3, &all), [0; 0]);
    }

    #[test]
    fn the_loss_is_one_sentence() {
        let mut mended = Mended {
            whole: 0,
            tail: Vec::new(),
            rows: 2_000,
            groups: 2,
            like: Some(0),
        };
        let trouble = loss(&mended, Some("part-0.parquet"));
        assert_eq!(
            trouble.reason,
            "the file ends early: 2000 rows in 2 whole groups are used, the rest is missing; the names and types of its columns are those of part-0.parquet. Copy or export it again"
        );
        assert!(trouble.row_lost && trouble.line == 2_000);
        (mended.rows, mended.groups) = (1, 1);
        assert_eq!(
            loss(&mended, None).reason,
            "the file ends early: 1 row in 1 whole group is used, the rest is missing. Copy or export it again"
        );
    }
}
