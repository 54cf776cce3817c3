//! Several files that are one table: parts of a log, days of it in folders of their own.
//!
//! Files are parts of one table where their paths differ in numbers, hashes and `name=value` folders
//! only, and most of their columns have the same names. A `name=value` folder is a column of all rows
//! below it, as Hive has it.

use super::message::{Input, Member};
use super::paths::{common, constants, pattern};
use super::union::{Union, own_troubles};
use crate::read::{ColumnSniff, ColumnSpec, Trouble};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Tables of one pattern that are told apart; further files stand alone.
const MOST_SHAPES: usize = 16;

/// Puts files together that are parts of one table, in the order of the first ones. `F` is a file.
#[must_use]
pub fn tables<F>(found: Vec<(F, Input)>) -> Vec<(Vec<F>, Input)> {
    let mut tables = Tables::of(found);
    while tables.step() {}
    tables.finish()
}

/// Puts files together in small steps, for thousands of files take longer than a page may stand still.
pub struct Tables<F> {
    found: std::vec::IntoIter<(F, Input)>,
    /// By pattern, the tables that there are.
    known: BTreeMap<String, Vec<usize>>,
    files: Vec<Vec<F>>,
    parts: Vec<Vec<Input>>,
    /// The tables that are done, and the one that is being made.
    made: Vec<Input>,
    union: Option<Union>,
}

impl<F> Tables<F> {
    /// Begins with the files that were looked into.
    #[must_use]
    pub fn of(found: Vec<(F, Input)>) -> Self {
        Self {
            found: found.into_iter(),
            known: BTreeMap::new(),
            files: Vec::new(),
            parts: Vec::new(),
            made: Vec::new(),
            union: None,
        }
    }

    /// Takes the next step, which is about one file; false once there is none left.
    pub fn step(&mut self) -> bool {
        if let Some((file, input)) = self.found.next() {
            self.place(file, input);
            return true;
        }
        let Some(parts) = self.parts.get_mut(self.made.len()) else {
            return false;
        };
        if parts.len() == 1 && parts.iter().all(|part| part.constants.is_empty()) {
            self.made.push(parts.swap_remove(0));
            return true;
        }
        let union = self.union.get_or_insert_default();
        if !union.step(parts)
            && let Some(union) = self.union.take()
        {
            let parts = std::mem::take(parts);
            self.made.push(table(union, parts));
        }
        true
    }

    /// Every table with its files, once there is no step left.
    #[must_use]
    pub fn finish(self) -> Vec<(Vec<F>, Input)> {
        self.files.into_iter().zip(self.made).collect()
    }

    /// Puts a file to the table that it is a part of.
    fn place(&mut self, file: F, mut input: Input) {
        let mut given = constants(&input.name);
        if !given.is_empty() {
            let own: BTreeSet<&str> = names(&input).collect();
            given.retain(|(name, _)| !own.contains(name.as_str()));
        }
        input.constants = given;
        let at = pattern(&input.name).map(|pattern| {
            let shapes = self.known.entry(pattern).or_default();
            let same = shapes.iter().find(|at| {
                let first = self.parts.get(**at).and_then(|parts| parts.first());
                first.is_some_and(|first| alike(first, &input))
            });
            same.copied().unwrap_or_else(|| {
                if shapes.len() < MOST_SHAPES {
                    shapes.push(self.parts.len());
                }
                self.parts.len()
            })
        });
        let at = at.unwrap_or(self.parts.len());
        match (self.files.get_mut(at), self.parts.get_mut(at)) {
            (Some(files), Some(parts)) => {
                files.push(file);
                parts.push(input);
            }
            _ => {
                self.files.push(vec![file]);
                self.parts.push(vec![input]);
            }
        }
    }
}

fn names(input: &Input) -> impl Iterator<Item = &str> {
    input.sniff.columns.iter().map(|c| c.name.as_str())
}

/// Whether most columns of two files have the same names.
fn alike(a: &Input, b: &Input) -> bool {
    if names(a).eq(names(b)) {
        return true;
    }
    let (a, b): (BTreeSet<&str>, BTreeSet<&str>) = (names(a).collect(), names(b).collect());
    a.intersection(&b).count() * 2 >= a.union(&b).count()
}

/// One input of the parts of a table.
fn table(union: Union, parts: Vec<Input>) -> Input {
    let alone = parts.len() == 1;
    let mut first = parts[0].clone();
    first.sniff.columns = union.columns;
    first.sniff.schema.columns = first.sniff.columns.iter().map(spec).collect();
    (first.kind, first.roles) = (union.kind, union.roles);
    first.troubles = Vec::new();
    first.bytes = parts.iter().map(|part| part.bytes).sum();
    if !alone {
        first.name = common(parts.iter().map(|part| part.name.as_str()));
        first.sniff.description = format!("{} files: {}", parts.len(), first.sniff.description);
    }
    first.parts = Arc::from(parts);
    first
}

fn spec(column: &ColumnSniff) -> ColumnSpec {
    ColumnSpec {
        name: column.name.clone(),
        kind: column.kind,
        time: column.time,
        wanted: true,
        labels: false,
    }
}

/// Which rows are alike is asked of tables, and no more of their files.
fn without_codes(mut input: Input) -> Input {
    for column in &mut input.sniff.columns {
        column.codes = Vec::new();
    }
    input
}

impl Input {
    /// The files of the tables, one by one, with the roles in force.
    #[must_use]
    pub fn files(inputs: &[Self]) -> Vec<Self> {
        Self::one_by_one(inputs).collect()
    }

    /// As [`Input::files`], each made when it is asked for.
    pub fn one_by_one(inputs: &[Self]) -> impl Iterator<Item = Self> {
        let all = inputs.iter().enumerate();
        let all = all.flat_map(|(table, input)| {
            let alone = input.parts.is_empty().then(|| input.clone());
            alone.into_iter().chain(input.each(table))
        });
        all.map(without_codes)
    }

    /// Each file that it stands for: its name, and what is wrong with it by itself.
    pub fn members(&self) -> impl Iterator<Item = (&str, Vec<Trouble>)> {
        let alone = self.parts.is_empty().then_some(self);
        let all = alone.into_iter().chain(self.parts.iter());
        all.map(|file| (file.name.as_str(), own_troubles(file).cloned().collect()))
    }

    fn each(&self, table: usize) -> impl Iterator<Item = Self> {
        let columns = self.sniff.columns.iter().zip(&self.roles);
        let known: BTreeMap<&str, _> = columns.map(|(c, r)| (c.name.as_str(), (c, r))).collect();
        let of = Member {
            index: table,
            name: self.name.clone(),
            format: self.sniff.description.clone(),
        };
        let part = move |part: &Self| {
            let mut part = part.clone();
            part.kind = self.kind;
            part.table = (self.parts.len() > 1).then(|| of.clone());
            for (column, role) in part.sniff.columns.iter_mut().zip(&mut part.roles) {
                if let Some((union, given)) = known.get(column.name.as_str()) {
                    *role = (*given).clone();
                    // How its times are written is its own.
                    let time = column.time.or(union.time);
                    *column = ColumnSniff {
                        time,
                        ..(*union).clone()
                    };
                }
            }
            part
        };
        self.parts.iter().map(part)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::engine::look;
    use crate::log::{FileKind, Role};
    use crate::read::TimeFormat;
    use crate::table::Kind;

    fn of(files: &[(&str, &str)]) -> Vec<(Vec<usize>, Input)> {
        let found = files.iter().enumerate();
        let found = found.map(|(at, (name, text))| (at, look(name, &text.as_bytes()).unwrap()));
        tables(found.collect())
    }

    fn roles(input: &Input) -> Vec<(&str, Role)> {
        let roles = input.roles.iter().map(|r| r.role);
        names(input).zip(roles).collect()
    }

    #[test]
    fn files_of_one_pattern_and_other_columns_are_other_tables() {
        let found = of(&[
            (
                "d/1.csv",
                "id,time,score\na,2026-01-01,0.5\nb,2026-01-02,0.25\n",
            ),
            ("d/2.csv", "id,label\na,1\nb,0\n"),
            (
                "d/3.csv",
                "id,time,score\nc,2026-01-03,0.75\nd,2026-01-04,0.5\n",
            ),
            ("d/4.csv", "label,id\n1,c\n0,d\n"),
            ("alone.csv", "id,time,score\ne,2026-01-05,0.75\n"),
        ]);
        let files: Vec<&Vec<usize>> = found.iter().map(|(files, _)| files).collect();
        assert_eq!(files, [&vec![0, 2], &vec![1, 3], &vec![4]]);
        let inputs: Vec<Input> = found.into_iter().map(|(_, input)| input).collect();
        let kinds = [FileKind::Predictions, FileKind::Outcomes];
        assert!(inputs[..2].iter().map(|i| i.kind).eq(kinds));
        assert_eq!((inputs[0].bytes, inputs[0].parts.len()), (49 + 49, 2));
        let flat = Input::files(&inputs);
        let told: Vec<_> = flat
            .iter()
            .map(|i| (i.name.as_str(), i.table.as_ref().map(|t| t.index)))
            .collect();
        assert_eq!(
            told,
            [
                ("d/1.csv", Some(0)),
                ("d/3.csv", Some(0)),
                ("d/2.csv", Some(1)),
                ("d/4.csv", Some(1)),
                ("alone.csv", None),
            ]
        );
    }

    #[test]
    fn roles_follow_from_all_small_parts_together() {
        let texts: Vec<(String, String)> = (0..60)
            .map(|i| {
                let row = format!("r{i},2026-01-{:02},0.{i:02},{}", 1 + i % 28, i % 2);
                (
                    format!("log/{i}.csv"),
                    format!("id,time,score,label\n{row}\n"),
                )
            })
            .collect();
        let texts: Vec<(&str, &str)> = texts
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_str()))
            .collect();
        let found = of(&texts);
        let [(_, input)] = &found[..] else {
            panic!("{} tables", found.len())
        };
        assert_eq!(
            roles(input),
            [
                ("id", Role::Id),
                ("time", Role::Time),
                ("score", Role::Score),
                ("label", Role::Outcome),
            ]
        );
        let distinct: Vec<usize> = input.sniff.columns.iter().map(|c| c.distinct).collect();
        assert_eq!(distinct, [60, 28, 60, 2]);
        // What the reader says of the table holds for its files.
        let mut input = input.clone();
        input.give(Role::Time, "score").unwrap();
        let flat = Input::files(&[input]);
        assert!(flat.iter().all(|part| roles(part)[2].1 == Role::Time));
    }

    #[test]
    fn kinds_that_differ_meet_as_words_and_an_empty_column_decides_nothing() {
        let found = of(&[
            (
                "d/1.csv",
                "time,score,code,area\n2026-01-01,0.5,7,\n2026-01-02,0.5,8,\n",
            ),
            (
                "d/2.csv",
                "time,score,code,area\n2026-01-03,0.5,x7,1.5\n2026-01-04,0.5,8,2.5\n",
            ),
        ]);
        let columns = &found[0].1.sniff.columns;
        assert_eq!(
            (columns[2].kind, columns[3].kind),
            (Kind::Category, Kind::Number)
        );
        let troubles = &found[0].1.parts[0].troubles;
        assert_eq!(troubles.len(), 1);
        assert!(
            troubles[0].reason.contains("'code'"),
            "{}",
            troubles[0].reason
        );
    }

    /// Looked-into parts of one table, each of 30 columns and 200 rows.
    fn many(parts: usize) -> Vec<(usize, Input)> {
        let header: Vec<String> = (0..27).map(|i| format!("feature_{i}")).collect();
        let header = format!("id,time,score,{}\n", header.join(","));
        let mut found = Vec::new();
        for part in 0..parts {
            let mut text = header.clone();
            for row in 0..200 {
                let n = part * 200 + row;
                text += &format!("r{n},2026-01-{:02}T{:02}:00:00Z,0.{n}", 1 + n % 28, n % 24);
                for i in 0..27 {
                    match i {
                        0..3 => text += &format!(",word {}", n % 17),
                        3 => text += &format!(",note {n}"),
                        _ => text += &format!(",{}.{i}", n * 31 % 977),
                    }
                }
                text.push('\n');
            }
            let name = format!("log/day={:02}/part-{part:05}.csv", 1 + part % 28);
            found.push((part, look(&name, &text.as_bytes()).unwrap()));
        }
        found
    }

    /// By hand: how long the page's own thread is busy with thousands of files. `cargo test --release
    /// --lib -- --ignored --nocapture thousands`.
    #[test]
    #[ignore = "prints times"]
    fn thousands_of_files() {
        let ms = |since: std::time::Instant| since.elapsed().as_secs_f64() * 1e3;
        let found = many(5_000);
        let began = std::time::Instant::now();
        let mut steps = Tables::of(found);
        let (mut longest, mut last) = (0.0_f64, began);
        while steps.step() {
            longest = longest.max(ms(last));
            last = std::time::Instant::now();
        }
        let found = steps.finish();
        println!("tables {:.1} ms, {longest:.1} ms in a step", ms(began));
        let began = std::time::Instant::now();
        let (found, _) = crate::engine::sift(found);
        let mut inputs: Vec<Input> = found.into_iter().map(|(_, input)| input).collect();
        crate::engine::arrange(&mut inputs);
        println!("sift and arrange {:.1} ms", ms(began));
        let began = std::time::Instant::now();
        let files = Input::files(&inputs);
        println!("files {:.1} ms", ms(began));
        let began = std::time::Instant::now();
        let text = serde_json::to_vec(&files).unwrap();
        println!("as JSON {:.1} ms, {} MB", ms(began), text.len() >> 20);
    }

    #[test]
    fn a_path_gives_a_column_unless_the_rows_have_it() {
        let found = of(&[
            (
                "d/dt=2026-01-01/region=eu/0.csv",
                "score,region\n0.5,north\n0.25,south\n",
            ),
            ("d/dt=2026-01-02/region=us/0.csv", "score\n0.5\n0.25\n"),
        ]);
        let input = &found[0].1;
        assert_eq!(names(input).collect::<Vec<_>>(), ["score", "region", "dt"]);
        assert_eq!(roles(input)[2], ("dt", Role::Time));
        let flat = Input::files(std::slice::from_ref(input));
        let constants: Vec<_> = flat.iter().map(|part| part.constants.clone()).collect();
        let dt = |day: &str| vec![("dt".to_owned(), day.to_owned())];
        assert_eq!(constants, [dt("2026-01-01"), dt("2026-01-02")]);
    }

    #[test]
    fn a_time_is_made_of_the_folders_that_tell_its_pieces() {
        let rows = "score,label\n0.5,1\n0.25,0\n";
        let timed =
            "observed_at,score,label\n2026-01-05T10:00:00Z,0.5,1\n2026-01-06T10:00:00Z,0.25,0\n";
        let look = |a: &str, b: &str, rows: &str| {
            let found = of(&[(a, rows), (b, rows)]);
            let input = found[0].1.clone();
            let times: Vec<String> = roles(&input)
                .iter()
                .filter(|(_, role)| *role == Role::Time)
                .map(|(name, _)| (*name).to_owned())
                .collect();
            let values = input.parts.iter().flat_map(|p| &p.constants);
            let values = values.filter(|(n, _)| times.contains(n));
            let values: Vec<String> = values.map(|(_, v)| v.clone()).collect();
            let told = input.parts.iter().map(|p| p.notices.len()).sum::<usize>();
            (times.join(" "), values.join(" "), told)
        };
        let is = |time: &str, values: &str, told| (time.to_owned(), values.to_owned(), told);
        assert_eq!(
            look(
                "d/year=2026/month=11/day=1/0.csv",
                "d/year=2026/month=11/day=02/0.csv",
                rows
            ),
            is("time", "2026-11-01T00:00:00Z 2026-11-02T00:00:00Z", 1)
        );
        assert_eq!(
            look(
                "d/year=2026/month=11/day=01/hour=05/0.csv",
                "d/year=2026/month=11/day=01/hour=17/0.csv",
                rows
            ),
            is("time", "2026-11-01T05:00:00Z 2026-11-01T17:00:00Z", 1)
        );
        assert_eq!(
            look(
                "d/dt=2026-11-01/hour=5/0.csv",
                "d/dt=2026-11-02/hour=6/0.csv",
                rows
            ),
            is("time", "2026-11-01T05:00:00Z 2026-11-02T06:00:00Z", 1)
        );
        // Rows that have a time of their own, days that are none, and folders that tell no day.
        assert_eq!(
            look(
                "d/year=2026/month=11/day=01/0.csv",
                "d/year=2026/month=11/day=02/0.csv",
                timed
            ),
            is("", "", 0)
        );
        for (a, b) in [
            (
                "d/year=2026/month=02/day=30/0.csv",
                "d/year=2026/month=02/day=28/0.csv",
            ),
            (
                "d/year=2026/month=13/day=01/0.csv",
                "d/year=2026/month=11/day=01/0.csv",
            ),
            (
                "d/year=26/month=11/day=01/0.csv",
                "d/year=26/month=11/day=02/0.csv",
            ),
            ("d/year=2026/month=11/0.csv", "d/year=2026/month=12/0.csv"),
            ("d/year=2026/hour=11/0.csv", "d/year=2026/hour=12/0.csv"),
            (
                "d/month=1/day=mon/year=2026/0.csv",
                "d/month=1/day=tue/year=2026/0.csv",
            ),
        ] {
            assert_eq!(look(a, b, rows), is("", "", 0), "{a}");
        }
    }

    #[test]
    fn what_one_part_leaves_open_of_dates_another_one_tells() {
        let part =
            |day: u32| format!("at,score,label\n{day:02}/02/2026,0.5,1\n{day:02}/02/2026,0.25,0\n");
        let found = of(&[
            ("d/part-0.csv", &part(3)),
            ("d/part-1.csv", &part(17)),
            ("d/part-2.csv", &part(4)),
        ]);
        let input = &found[0].1;
        assert_eq!(input.sniff.description, "3 files: CSV, comma, UTF-8");
        for file in Input::files(std::slice::from_ref(input)) {
            assert_eq!(file.schema().columns[0].time, Some(TimeFormat::DayFirst));
        }
        let open = of(&[("d/part-0.csv", &part(3)), ("d/part-1.csv", &part(7))]);
        let told = &open[0].1.sniff.description;
        assert!(
            told.contains("could be read either way: month first"),
            "{told}"
        );
    }
}
