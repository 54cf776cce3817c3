//! One cell as a number, a key and an instant of every format.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumbline::read::TimeFormat::{
    Compact, DayFirst, EpochMicros, EpochMillis, EpochNanos, EpochSeconds, Iso, MonthFirst,
};
use plumbline::read::cell::{Number, is_missing, number};
use plumbline::read::instant::Instants;
use plumbline::read::key::key;
use plumbline::table::NO_KEY;

const TIMES: [plumbline::read::TimeFormat; 8] = [
    Iso,
    DayFirst,
    MonthFirst,
    Compact,
    EpochSeconds,
    EpochMillis,
    EpochMicros,
    EpochNanos,
];

/// As the standard library reads it, of texts that have digits and no names.
fn reference(text: &str) -> Option<Number> {
    let plain = text
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
    plain.then(|| match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Number::Finite(x),
        Ok(_) => Number::Infinite,
        Err(_) => Number::Not,
    })
}

fuzz_target!(|input: &[u8]| {
    for cell in input.split(|b| *b == b'\n') {
        let found = number(cell, b'.');
        if let Some(expected) = std::str::from_utf8(cell).ok().and_then(reference) {
            assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(cell));
        }
        let comma: Vec<u8> = cell
            .iter()
            .map(|b| if *b == b'.' { b',' } else { *b })
            .collect();
        if !cell.contains(&b',') {
            assert_eq!(number(&comma, b','), found);
        }
        assert_eq!(key(cell) == NO_KEY, is_missing(cell));
    }
    // A reader that knows the date before reads like one that knows none.
    for format in TIMES {
        let mut instants = Instants::new(format);
        for cell in input.split(|b| *b == b'\n') {
            assert_eq!(instants.read(cell), Instants::new(format).read(cell));
        }
    }
});
