//! Files that were found rather than named: those of an archive or a folder. Not all of them need be
//! tables, and there may be thousands.

use super::message::Input;
use crate::log::Role;
use crate::read::ReadError;

/// Refused files that are told one by one.
const MOST_TOLD: usize = 8;

/// Files that are named in a line.
const MOST_NAMED: usize = 3;

/// Leaves out the tables of archives and folders of which nothing is known (a read-me, a list of
/// settings), unless all are so: then the reader can say what their columns mean.
#[must_use]
pub fn sift<F>(found: Vec<(F, Input)>) -> (Vec<(F, Input)>, Vec<ReadError>) {
    if !found.iter().any(|(_, input)| is_known(input)) {
        return (found, Vec::new());
    }
    let named = |input: &Input| !input.name.contains('/');
    let (found, others): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|(_, input)| named(input) || is_known(input));
    let refused = others.into_iter().map(|(_, input)| ReadError {
        file: input.name,
        line: None,
        found: "no column of it is known as one of predictions or outcomes, so it is left out"
            .into(),
        mend: "If it is one of them, give it by itself and say what its columns mean".into(),
    });
    (found, refused.collect())
}

/// Ends of names that files of rows have, as they are or packed: one of these that is no table is an
/// error wherever it lies.
const OF_ROWS: [&str; 28] = [
    "arrow", "arrows", "avro", "csv", "dat", "data", "feather", "gz", "ipc", "json", "jsonl",
    "log", "ndjson", "orc", "parq", "parquet", "pq", "psv", "tab", "tar", "tgz", "tsv", "xls",
    "xlsb", "xlsm", "xlsx", "zip", "zst",
];

/// Tells errors from what is merely not meant: files that were found in an archive or a folder that
/// holds tables, are none, and are not called as if they were (a picture, a read-me).
#[must_use]
pub fn beside(refused: Vec<ReadError>, tables: usize) -> (Vec<ReadError>, Vec<ReadError>) {
    let is_error = |why: &ReadError| {
        let Some((_, name)) = why.file.rsplit_once('/') else {
            return true;
        };
        let end = name.rsplit_once('.').map_or("", |(_, end)| end);
        OF_ROWS.contains(&end.to_lowercase().as_str())
    };
    refused
        .into_iter()
        .partition(|why| tables == 0 || is_error(why))
}

/// `3 files in all.zip were left out: a.png, b.md, c.txt`.
#[must_use]
pub fn left_out(files: &[ReadError]) -> String {
    let paths = || files.iter().filter_map(|why| why.file.split_once('/'));
    let mut tops = paths().map(|(top, _)| top);
    let top = tops.next().filter(|first| tops.all(|top| top == *first));
    let within = top.map_or(String::new(), |top| format!(" in {top}"));
    let names = files.iter().map(|why| match why.file.rsplit_once('/') {
        Some((_, name)) => name,
        None => &why.file,
    });
    let mut named = names.take(MOST_NAMED).collect::<Vec<_>>().join(", ");
    if files.len() > MOST_NAMED {
        named.push_str(", …");
    }
    let (noun, verb) = match files.len() {
        1 => ("file", "was"),
        _ => ("files", "were"),
    };
    format!("{} {noun}{within} {verb} left out: {named}", files.len())
}

fn is_known(input: &Input) -> bool {
    let tells =
        |role: Role| role.has_place() && !matches!(role, Role::Segment | Role::ModelVersion);
    input.roles.iter().any(|guess| tells(guess.role))
}

/// The first refused files, and how many more there are.
#[must_use]
pub fn few(mut refused: Vec<ReadError>) -> Vec<ReadError> {
    let more = refused.len().saturating_sub(MOST_TOLD);
    if more > 1 {
        refused.truncate(MOST_TOLD);
        refused.push(ReadError {
            file: format!("{more} more files"),
            line: None,
            found: "they could not be read either".into(),
            mend: "Give one of them by itself to see why".into(),
        });
    }
    refused
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::engine::look;

    fn input(name: &str, text: &str) -> ((), Input) {
        ((), look(name, &text.as_bytes()).unwrap())
    }

    #[test]
    fn a_read_me_is_left_out_unless_there_is_nothing_else() {
        let log = || {
            input(
                "log.csv",
                "id,time,score,label\n1,2026-01-01,0.5,1\n2,2026-01-02,0.25,0\n",
            )
        };
        let prose = || {
            input(
                "a/README.md",
                "# The data\n\nOf May, as it was.\nOf June, too.\n",
            )
        };
        let (found, refused) = sift(vec![prose(), log()]);
        assert_eq!(found[0].1.name, "log.csv");
        assert_eq!((found.len(), refused.len()), (1, 1));
        assert_eq!(refused[0].file, "a/README.md");
        let (found, refused) = sift(vec![prose(), prose()]);
        assert_eq!((found.len(), refused.len()), (2, 0));
    }

    #[test]
    fn what_is_no_table_is_an_error_where_it_was_meant_as_one() {
        let why = |name: &str| ReadError {
            file: name.into(),
            line: None,
            found: "it is no table".into(),
            mend: "Choose another".into(),
        };
        let refused = || {
            let names = [
                "a.zip/plot.png",
                "a.zip/b/README.md",
                "a.zip/LICENSE",
                "a.zip/half.CSV",
                "a.zip/log/part-0.parquet",
                "notes.md",
                "d/model.pkl",
            ];
            names.map(why).to_vec()
        };
        let (errors, others) = beside(refused(), 1);
        let names = |of: &[ReadError]| of.iter().map(|w| w.file.clone()).collect::<Vec<_>>();
        assert_eq!(
            names(&errors),
            ["a.zip/half.CSV", "a.zip/log/part-0.parquet", "notes.md"]
        );
        assert_eq!(
            left_out(&others),
            "4 files were left out: plot.png, README.md, LICENSE, …"
        );
        assert_eq!(
            left_out(&others[..2]),
            "2 files in a.zip were left out: plot.png, README.md"
        );
        assert_eq!(
            left_out(&others[..1]),
            "1 file in a.zip was left out: plot.png"
        );
        // Where there is no table at all, each of them is one.
        let (errors, others) = beside(refused(), 0);
        assert_eq!((errors.len(), others.len()), (7, 0));
    }

    #[test]
    fn a_thousand_refused_files_are_nine_lines() {
        let one = |n: usize| ReadError {
            file: format!("{n}"),
            line: None,
            found: "it is a picture".into(),
            mend: "Choose another".into(),
        };
        let told = few((0..1_000).map(one).collect());
        assert_eq!(told.len(), 9);
        assert_eq!(told[8].file, "992 more files");
        assert_eq!(few((0..9).map(one).collect()).len(), 9);
        assert_eq!(few(Vec::new()), []);
    }
}
