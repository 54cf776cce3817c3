//! Sentences on what was assumed or left out; those that count rows add up over blocks of rows.

/// Where the count stands in a sentence, and where its example.
const COUNT: &str = "{n}";
const EXAMPLE: &str = "{example}";

/// Sentences, each kind once, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    /// With [`COUNT`] and [`EXAMPLE`] where these are known.
    sentence: String,
    rows: u64,
    example: String,
}

impl Notes {
    /// Adds a sentence, unless it is there.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.count(0, sentence, "");
    }

    /// Adds a sentence on so many rows, `{n}`, with an `{example}`.
    pub fn count(&mut self, rows: u64, sentence: impl Into<String>, example: &str) {
        self.add(Note {
            sentence: sentence.into(),
            rows,
            example: example.into(),
        });
    }

    /// Takes back a sentence that turned out to be wrong.
    pub fn unsay(&mut self, sentence: &str) {
        self.0.retain(|note| note.sentence != sentence);
    }

    /// Adds those of other rows.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|note| self.add(note));
    }

    fn add(&mut self, note: Note) {
        match self.0.iter_mut().find(|n| n.sentence == note.sentence) {
            Some(there) => there.rows += note.rows,
            None => self.0.push(note),
        }
    }

    /// As they are told.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let told = |note: &Note| {
            let counted = note.sentence.replace(COUNT, &note.rows.to_string());
            counted.replace(EXAMPLE, &note.example)
        };
        self.0.iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_count_add_up_and_others_are_said_once() {
        let mut all = Notes::default();
        for (rows, example) in [(2, "maybe"), (3, "perhaps")] {
            let mut block = Notes::default();
            block.say("No label was served.");
            block.count(
                rows,
                "{n} outcomes (such as {example}) are left out.",
                example,
            );
            all.merge(block);
        }
        assert_eq!(
            all.sentences(),
            [
                "No label was served.",
                "5 outcomes (such as maybe) are left out."
            ]
        );
    }
}
