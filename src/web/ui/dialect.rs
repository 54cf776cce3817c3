//! How a delimited file is written: in words, and corrected by the reader where its first rows deceive.

use super::actions;
use super::state::app;
use super::widgets::{Choice, Menu};
use crate::read::{
    DateOrder, Decimal, Dialect, Encoding, Fix, Quote, SEPARATORS, separator, separator_word,
};
use leptos::prelude::*;

/// What is chosen where nothing is said.
const FOUND: &str = "found";

/// A part of a dialect that can be said by a menu.
struct Part {
    /// Its name in the DOM.
    word: &'static str,
    label: &'static str,
    /// What can be chosen: value and text.
    all: fn() -> Vec<(String, String)>,
    /// What was found, as a value; `None` where it is not told.
    found: fn(&Dialect, Encoding) -> Option<String>,
    said: fn(&Fix) -> Option<String>,
    say: fn(&mut Fix, &str),
}

const PARTS: [Part; 7] = [
    Part {
        word: "separator",
        label: "Separator",
        all: || {
            let signs = SEPARATORS.iter();
            let text = |(byte, name): &(u8, &str)| {
                let sign = char::from(*byte);
                if sign.is_ascii_whitespace() {
                    (*name).to_owned()
                } else {
                    format!("{name} {sign}")
                }
            };
            signs.map(|sign| (sign.1.to_owned(), text(sign))).collect()
        },
        found: |dialect, _| Some(separator_word(dialect.delimiter)),
        said: |fix| fix.separator.map(separator_word),
        say: |fix, word| fix.separator = separator(word).ok(),
    },
    Part {
        word: "quote",
        label: "Quote",
        all: || {
            let text = |quote: Quote| match quote {
                Quote::Double => "double \"",
                Quote::Escaped => "double \", escaped \\\"",
                Quote::Single => "single '",
                Quote::None => "none",
            };
            let words = Quote::ALL.iter();
            words
                .map(|q| (q.word().to_owned(), text(*q).to_owned()))
                .collect()
        },
        found: |dialect, _| {
            let found = Some(dialect.quotes());
            found.map(|q| q.word().to_owned())
        },
        said: |fix| fix.quote.map(|q| q.word().to_owned()),
        say: |fix, word| fix.quote = Quote::ALL.into_iter().find(|q| q.word() == word),
    },
    Part {
        word: "blanks",
        label: "Blanks around fields",
        all: || {
            let texts = [(false, "part of them"), (true, "passed over")];
            let texts = texts.iter();
            texts
                .map(|(skip, text)| (blanks(*skip).to_owned(), (*text).to_owned()))
                .collect()
        },
        found: |dialect, _| Some(blanks(dialect.blanks).to_owned()),
        said: |fix| fix.blanks.map(|skip| blanks(skip).to_owned()),
        say: |fix, word| fix.blanks = [true, false].into_iter().find(|b| blanks(*b) == word),
    },
    Part {
        word: "decimal",
        label: "Decimal mark",
        all: || {
            let text = |mark: &Decimal| format!("{} {}", mark.word(), char::from(mark.byte()));
            let marks = Decimal::ALL.iter();
            marks.map(|m| (m.word().to_owned(), text(m))).collect()
        },
        found: |dialect, _| {
            let found = Decimal::ALL.iter().find(|m| m.byte() == dialect.decimal);
            found.map(|m| m.word().to_owned())
        },
        said: |fix| fix.decimal.map(|m| m.word().to_owned()),
        say: |fix, word| fix.decimal = Decimal::ALL.into_iter().find(|m| m.word() == word),
    },
    Part {
        word: "header",
        label: "First row",
        all: || {
            let texts = [(true, "names of columns"), (false, "values")];
            let texts = texts.iter();
            texts
                .map(|(named, text)| (header(*named).to_owned(), (*text).to_owned()))
                .collect()
        },
        found: |dialect, _| Some(header(dialect.header).to_owned()),
        said: |fix| fix.header.map(|named| header(named).to_owned()),
        say: |fix, word| fix.header = [true, false].into_iter().find(|h| header(*h) == word),
    },
    Part {
        word: "encoding",
        label: "Encoding",
        all: || {
            let all = Encoding::ALL.iter();
            all.map(|e| (e.word().to_owned(), e.label().to_owned()))
                .collect()
        },
        found: |_, encoding| Some(encoding.word().to_owned()),
        said: |fix| fix.encoding.map(|e| e.word().to_owned()),
        say: |fix, word| fix.encoding = Encoding::ALL.into_iter().find(|e| e.word() == word),
    },
    Part {
        word: "dates",
        label: "Dates",
        all: || {
            let text = |order: DateOrder| format!("{} first", order.word());
            let all = DateOrder::ALL.iter();
            all.map(|o| (o.word().to_owned(), text(*o))).collect()
        },
        found: |_, _| None,
        said: |fix| fix.dates.map(|o| o.word().to_owned()),
        say: |fix, word| fix.dates = DateOrder::ALL.into_iter().find(|o| o.word() == word),
    },
];

fn blanks(skip: bool) -> &'static str {
    if skip { "skip" } else { "keep" }
}

fn header(named: bool) -> &'static str {
    if named { "names" } else { "values" }
}

/// What a menu offers: as found first, and what that is, where nothing is said.
fn choices(part: &Part, fix: &Fix, dialect: &Dialect, encoding: Encoding) -> Vec<Choice> {
    let mut all = (part.all)();
    let said = (part.said)(fix);
    let found = (part.found)(dialect, encoding).filter(|_| said.is_none());
    let found = found.map(|word| {
        let text = all.iter().find(|(value, _)| *value == word);
        text.map_or(word.clone(), |(_, text)| text.clone())
    });
    let found = found.map_or("As found".to_owned(), |text| format!("As found: {text}"));
    // What the command line can say and no menu has.
    if let Some(word) = said.filter(|word| all.iter().all(|(value, _)| value != word)) {
        all.push((word.clone(), word));
    }
    let first = Choice::new(FOUND, found);
    let others = all
        .into_iter()
        .map(|(value, text)| Choice::new(value, text));
    std::iter::once(first).chain(others).collect()
}

/// Lets the reader say how a file is written; choosing looks at it again.
#[component]
pub fn Correct(index: usize) -> impl IntoView {
    let app = app();
    let now = Memo::new(move |_| {
        app.inputs.with(|inputs| {
            let input = inputs.get(index)?;
            let schema = &input.sniff.schema;
            Some((input.fix, schema.dialect, schema.encoding))
        })
    });
    // What was chosen and is being looked at.
    let wish = RwSignal::new(None::<Fix>);
    let said = Memo::new(move |_| {
        let now = now.get().map(|(fix, ..)| fix);
        wish.get().or(now).unwrap_or_default()
    });
    let say = move |fix: Fix| {
        if fix != said.get_untracked() {
            wish.set(Some(fix));
            actions::correct(app, index, fix, move || {
                // The file may have been taken away meanwhile.
                let _ = wish.try_set(None);
            });
        }
    };
    let menu = move |part: &'static Part| {
        // Not a memo: a menu that follows one whose choices stay the same, and what is chosen behind it,
        // would not be told of the latter.
        let choices = Signal::derive(move || {
            let (_, dialect, encoding) =
                now.get()
                    .unwrap_or((Fix::default(), Dialect::default(), Encoding::Utf8));
            said.with(|fix| choices(part, fix, &dialect, encoding))
        });
        let chosen = Signal::derive(move || {
            said.with(|fix| (part.said)(fix).unwrap_or_else(|| FOUND.to_owned()))
        });
        let choose = move |word: String| {
            let mut fix = said.get_untracked();
            (part.say)(&mut fix, &word);
            say(fix);
        };
        view! {
            <Menu
                label=part.label
                testid=format!("{}-{index}", part.word)
                choices
                chosen
                on_choose=choose
            />
        }
    };
    let lines = move |ev| {
        let text = event_target_value(&ev);
        let skip = text.trim().parse().ok();
        say(Fix {
            skip,
            ..said.get_untracked()
        });
    };
    view! {
        <details class="correct">
            <summary data-testid=format!("correct-{index}")>"Correct…"</summary>
            <div class="correct-fields">
                {PARTS.iter().map(menu).collect_view()}
                <label class="field">
                    <span class="field-label">"Lines above"</span>
                    <input
                        type="number"
                        class="num"
                        data-testid=format!("skip-{index}")
                        min="0"
                        max="10000"
                        placeholder="As found"
                        prop:value=move || {
                            said.with(|fix| fix.skip.map(|n| n.to_string()).unwrap_or_default())
                        }
                        on:change=lines
                    />
                </label>
            </div>
            <p class="quiet">
                "What is left as found is found again under what you say; the file is then read with its new columns."
            </p>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_says_what_it_stands_for() {
        for part in &PARTS {
            for (word, _) in (part.all)() {
                let mut fix = Fix::default();
                (part.say)(&mut fix, &word);
                assert_eq!((part.said)(&fix), Some(word), "{}", part.word);
                (part.say)(&mut fix, FOUND);
                assert!(fix.is_none(), "{}", part.word);
            }
        }
    }

    #[test]
    fn as_found_comes_first_and_says_what_was_found() {
        let dialect = Dialect {
            delimiter: b';',
            ..Dialect::default()
        };
        let texts = |fix: Fix| {
            let all = choices(&PARTS[0], &fix, &dialect, Encoding::Utf8);
            all.into_iter().map(|c| c.text).collect::<Vec<_>>()
        };
        let found = texts(Fix::default());
        assert_eq!(found[0], "As found: semicolon ;");
        assert_eq!(found.len(), 1 + SEPARATORS.len());
        let separator = Some(b'^');
        let said = texts(Fix {
            separator,
            ..Fix::default()
        });
        assert_eq!((said[0].as_str(), said[6].as_str()), ("As found", "'^'"));
    }
}
