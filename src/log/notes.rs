//! Sentences on what was assumed or left out; those that count rows add up over blocks of rows.

/// Where the count stands in a sentence, and where its example.
const COUNT: &str = "{n}";
const EXAMPLE: &str = "{example}";

/// Sentences, each kind once, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Note {
    /// Of one row and of more, with [`COUNT`] and [`EXAMPLE`] where these are known. The second one tells
    /// the kind.
    sentence: [String; 2],
    rows: u64,
    example: String,
}

impl Notes {
    /// Adds a sentence, unless it is there.
    pub fn say(&mut self, sentence: impl Into<String>) {
        self.count(0, [String::new(), sentence.into()], "");
    }

    /// Adds a sentence on so many rows, as it is of one row and of more, `{n}`, with an `{example}`.
    pub fn count(&mut self, rows: u64, sentence: [impl Into<String>; 2], example: &str) {
        self.add(Note {
            sentence: sentence.map(Into::into),
            rows,
            example: example.into(),
        });
    }

    /// Takes back a sentence that turned out to be wrong.
    pub fn unsay(&mut self, sentence: &str) {
        self.0.retain(|note| note.sentence[1] != sentence);
    }

    /// Adds those of other rows.
    pub fn merge(&mut self, other: Self) {
        other.0.into_iter().for_each(|note| self.add(note));
    }

    fn add(&mut self, note: Note) {
        match self
            .0
            .iter_mut()
            .find(|n| n.sentence[1] == note.sentence[1])
        {
            Some(there) => there.rows += note.rows,
            None => self.0.push(note),
        }
    }

    /// As they are told.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let told = |note: &Note| {
            let [one, more] = &note.sentence;
            let sentence = if note.rows == 1 { one } else { more };
            let counted = sentence.replace(COUNT, &grouped(note.rows));
            counted.replace(EXAMPLE, &note.example)
        };
        self.0.iter().map(told).collect()
    }
}

/// Thin spaces between thousands.
fn grouped(rows: u64) -> String {
    let digits = rows.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_count_add_up_and_others_are_said_once() {
        let sentence = [
            "{n} outcome (such as {example}) is left out.",
            "{n} outcomes (such as {example}) are left out.",
        ];
        let mut all = Notes::default();
        for (rows, example, told) in [
            (1, "maybe", "1 outcome (such as maybe) is left out."),
            (
                43_459,
                "perhaps",
                "43\u{202f}460 outcomes (such as maybe) are left out.",
            ),
        ] {
            let mut block = Notes::default();
            block.say("No label was served.");
            block.count(rows, sentence, example);
            all.merge(block);
            assert_eq!(all.sentences(), ["No label was served.", told]);
        }
        all.unsay("No label was served.");
        assert_eq!(all.sentences().len(), 1);
    }
}
