//! Columnar files that are not as they should be: what is told, and what is saved.

#![allow(clippy::unwrap_used, clippy::panic)]

mod columnar_help;

use columnar_help::{bytes_of, files, groups, inspected, read_all};
use plumbline::read::{Sniff, Trouble, inspect, read_groups};
use plumbline::table::Table;
use proptest::prelude::*;

#[track_caller]
fn refused(bytes: &[u8], found: &str, mend: &str) {
    let error = inspect("log.parquet", &bytes).unwrap_err();
    assert_eq!(error.file, "log.parquet");
    assert!(error.found.contains(found), "{error}");
    assert!(error.mend.contains(mend), "{error}");
}

/// All of a file whose shape is known, and what was told of it.
fn read(sniff: &Sniff, bytes: &[u8]) -> (Table, Vec<Trouble>) {
    let part = read_all(sniff, bytes);
    (part.table, part.troubles)
}

fn place(bytes: &[u8], what: &[u8]) -> usize {
    memchr::memmem::find(bytes, what).unwrap()
}

#[test]
fn a_file_without_its_end_is_refused_with_the_mend() {
    for file in files("parquet") {
        let bytes = bytes_of(&file);
        for end in (4..bytes.len()).step_by(64) {
            refused(&bytes[..end], "Parquet file", "again");
        }
        refused(&bytes[..bytes.len() - 1], "its end is missing", "again");
    }
    let mut bytes = bytes_of("log-none-plain-v1.parquet");
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(b"PARE");
    refused(&bytes, "encrypted", "without encryption");
}

#[test]
fn a_file_that_claims_more_rows_than_it_can_hold_is_refused() {
    // The rows of the groups are the fields 3 of 64 bits; 48 and 32 as zigzag are 0x60 and 0x40.
    let bytes = bytes_of("log-none-plain-v1.parquet");
    let footer = bytes.len()
        - 8
        - u32::from_le_bytes(*bytes[..bytes.len() - 4].last_chunk().unwrap()) as usize;
    let rows = [0x16u8, 0x60];
    let at = footer + memchr::memmem::rfind(&bytes[footer..], &rows).unwrap();
    let mut lying = bytes[..at + 1].to_vec();
    lying.extend([0x80, 0x80, 0x80, 0x80, 0x80, 0x40]);
    lying.extend(&bytes[at + 2..]);
    let end = lying.len();
    let len = (end - 8 - footer) as u32;
    lying[end - 8..end - 4].copy_from_slice(&len.to_le_bytes());
    refused(&lying, "claims", "again");
}

#[test]
fn a_damaged_page_costs_its_cells_and_no_others() {
    let good = bytes_of("log-none-plain-v1.parquet");
    let sniff = inspected("log", &good);
    let (whole, told) = read(&sniff, &good);
    assert_eq!(told, []);
    let mut bad = good;
    // The length of the first word of this kind, which is in the first page.
    let at = place(&bad, "\x07\0\0\0España".as_bytes());
    bad[at + 3] = 0xff;
    let (table, told) = read(&sniff, &bad);
    let [trouble] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(trouble.column.as_deref(), Some("country"));
    assert!(trouble.reason.contains("damaged"), "{trouble:?}");
    assert_eq!((trouble.line, trouble.row_lost), (0, false));
    let lost = trouble.count as usize;
    assert!((1..48).contains(&lost), "{lost}");
    for (name, column) in table.names.iter().zip(&table.columns) {
        let before = whole.column(name).unwrap();
        for row in 0..table.rows {
            let missing = before.is_missing(row) || name == "country" && row < lost;
            assert_eq!(column.is_missing(row), missing, "{name}, row {row}");
        }
    }
    // Where a checksum is kept, any damage is seen.
    let good = bytes_of("log-delta-v1.parquet");
    let mut bad = good.clone();
    let at = place(&bad, b"Espa");
    bad[at + 3] ^= 1;
    let (_, told) = read(&inspected("log", &good), &bad);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].column.as_deref(), Some("country"));
}

#[test]
fn a_damaged_group_costs_its_rows_and_no_others() {
    let good = bytes_of("log-none-plain-v1.parquet");
    let sniff = inspected("log", &good);
    let (whole, _) = read(&sniff, &good);
    let mut bad = good.clone();
    let second = place(&bad, b"r000048-");
    bad[4..second - 40].fill(0);
    let (table, told) = read(&sniff, &bad);
    assert_eq!(table.rows, 32);
    let score = |t: &Table| format!("{:?}", t.column("score").unwrap());
    let mut rest = read_groups(&sniff.schema, &good.as_slice(), 1..2)
        .unwrap()
        .table;
    assert_eq!(score(&table), score(&rest));
    assert_ne!(score(&table), score(&whole));
    rest.append(table);
    assert_eq!((told.len(), told[0].count, told[0].row_lost), (1, 48, true));
    assert!(told[0].reason.contains("export the file again"), "{told:?}");
}

#[test]
fn a_list_that_grows_is_told() {
    let bytes = bytes_of("kinds-v1.parquet");
    let mut sniff = inspected("kinds", &bytes);
    sniff.schema.columns.retain(|c| c.name != "probabilities.1");
    let part = read_all(&sniff, &bytes);
    let [trouble] = part.troubles.as_slice() else {
        panic!("{:?}", part.troubles);
    };
    assert_eq!(trouble.column.as_deref(), Some("probabilities.0"));
    assert!(
        trouble
            .reason
            .contains("found a list of 2 items, expected 1"),
        "{trouble:?}"
    );
}

#[test]
fn an_arrow_file_without_its_end_gives_its_whole_batches_and_says_so() {
    for file in files("arrow").chain(files("arrows")) {
        let good = bytes_of(&file);
        let sniff = inspected("log", &good);
        let (whole, _) = read(&sniff, &good);
        let mut seen = std::collections::BTreeSet::new();
        for end in (8..good.len()).step_by(64) {
            let bad = &good[..end];
            let found = match inspect("log.parquet", &bad) {
                Ok(found) => found,
                Err(error) => {
                    // Before the schema ends, a stream is only bytes.
                    assert_eq!(error.file, "log.parquet");
                    assert!(!error.mend.is_empty());
                    continue;
                }
            };
            assert!(found.columns.len() == sniff.columns.len(), "{file}, {end}");
            let mut schema = sniff.schema.clone();
            schema.format = found.schema.format;
            let part = read_groups(&schema, &bad, 0..groups(&found)).unwrap();
            let rows = part.table.rows;
            seen.insert(rows);
            for (a, b) in part.table.columns.iter().zip(&whole.columns) {
                for row in 0..rows {
                    assert_eq!(a.is_missing(row), b.is_missing(row), "{file}, {end}");
                }
            }
            let lost = part
                .troubles
                .iter()
                .any(|t| t.row_lost && t.reason.contains("ends within"));
            let open = found.description.contains("without an end mark");
            assert!(
                rows == whole.rows || lost || open,
                "{file}, {end}: {:?}",
                part.troubles
            );
        }
        assert!(seen.iter().any(|rows| *rows > 0), "{file}: {seen:?}");
    }
}

/// Found by fuzzing: batches that were found by their places were read with the columns that the start of
/// the file names, and without places with those that its index names.
#[test]
fn an_arrow_file_whose_start_is_damaged_is_read_by_its_index() {
    let good = bytes_of("only-arrow.arrow");
    let sniff = inspected("good", &good);
    let (whole, _) = read(&sniff, &good);
    let index = good.len() - 10;
    let index = index - u32::from_le_bytes(*good[index..].first_chunk().unwrap()) as usize;
    // The first message: its length is in the bytes 12 to 16.
    let end = 16 + u32::from_le_bytes(*good[12..].first_chunk().unwrap()) as usize;
    assert!(groups(&sniff) > 1 && !sniff.places.is_empty() && end < index);
    let mut by_index = 0;
    for at in 8..end {
        for damage in [0, 0x27, 0xff] {
            let mut bad = good.clone();
            bad[at] = damage;
            let sniff = inspected("bad", &bad);
            let (table, _) = columnar_help::read_in_turns(&sniff, &bad);
            assert!(table.to_bytes() == whole.to_bytes(), "byte {at}: {damage}");
            by_index += usize::from(sniff.places.is_empty());
        }
    }
    assert!(by_index > 100, "{by_index}");
}

#[test]
fn a_cut_batch_is_counted() {
    let good = bytes_of("log-stream.arrows");
    let bad = &good[..good.len() - 100];
    let sniff = inspected("log", bad);
    assert!(
        sniff.description.contains("its end is missing"),
        "{}",
        sniff.description
    );
    let (table, told) = read(&sniff, bad);
    assert_eq!((table.rows, told.len()), (60, 1));
    assert_eq!(
        (told[0].count, told[0].line, told[0].row_lost),
        (20, 60, true)
    );
}

#[test]
fn a_damaged_buffer_costs_its_cells_and_no_others() {
    let good = bytes_of("log.arrow");
    let sniff = inspected("log", &good);
    let mut bad = good.clone();
    // The offsets of the second batch's identifiers are before them; the first batch has them too.
    let text = memchr::memmem::rfind(&bad, b"r000030-").unwrap();
    bad[text - 100..text - 60].fill(0xff);
    let (table, told) = read(&sniff, &bad);
    assert_eq!((table.rows, told.len()), (80, 1), "{told:?}");
    assert_eq!(
        (told[0].column.as_deref(), told[0].count, told[0].line),
        (Some("request_id"), 30, 30)
    );
    let before = read(&sniff, &good).0;
    assert_eq!(table.column("retries"), before.column("retries"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_damage_is_read_without_a_panic(
        file in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
    ) {
        let all = files("parquet").chain(files("arrow")).chain(files("arrows"));
        let all: Vec<String> = all.collect();
        let good = bytes_of(&all[file.index(all.len())]);
        let sniff = inspected("good", &good);
        let mut bad = good;
        for (at, byte, near_the_end) in &flips {
            // The footer is where most is to be believed.
            let from = if *near_the_end { bad.len() / 2 } else { 4 };
            let at = from + at.index(bad.len() - from);
            bad[at] = *byte;
        }
        for sniff in [Some(sniff), inspect("bad", &bad.as_slice()).ok()].into_iter().flatten() {
            if let Ok(part) = read_groups(&sniff.schema, &bad.as_slice(), 0..groups(&sniff)) {
                for column in &part.table.columns {
                    prop_assert_eq!(column.len(), part.table.rows);
                }
                let lost: u64 = part.troubles.iter().filter(|t| t.row_lost).map(|t| t.count).sum();
                prop_assert_eq!(part.table.rows as u64 + lost, part.lines);
            }
        }
    }
}
