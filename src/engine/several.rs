//! Files that were found rather than named: those of an archive or a folder. Not all of them need be
//! tables, and there may be thousands.

use super::message::Input;
use crate::log::Role;
use crate::read::ReadError;

/// Refused files that are told one by one.
const MOST_TOLD: usize = 8;

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
