//! What workers and saved reports hand on: a Summary in pieces, the payload of a report, the cells of a
//! table. A Summary that can be read also makes a report.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumbline::engine::rows::Load;
use plumbline::engine::{Keeper, Shards, info, look, parcel, read_through};
use plumbline::report::Report;
use plumbline::report::html::Payload;
use plumbline::report::standards::Standards;
use plumbline::report::view::View;
use plumbline::summary::Summary;
use plumbline::table::Table;
use std::path::Path;

/// Megabytes for some kilobytes.
const MOST: usize = 64;

fuzz_target!(
    init: seeds(),
    |input: &[u8]| {
        let Some((what, bytes)) = input.split_first() else {
            return;
        };
        plumbline_fuzz::within(MOST, "reading", || match what {
            b'p' => {
                if let Some(summary) = parcel::open(bytes, &[]) {
                    let _ = Report::from(&summary, &View::default());
                }
            }
            b's' => {
                if let Ok(saved) = serde_json::from_slice::<Payload<'_>>(bytes) {
                    let expected = saved.standards.expected();
                    let _ = Report::expecting(&saved.summary, &saved.view, expected.as_ref());
                }
            }
            _ => {
                if let Some(table) = Table::from_bytes(bytes) {
                    // Written again, it is the same but for what a word is called twice.
                    let again = Table::from_bytes(&table.to_bytes());
                    assert_eq!(again.map(|t| t.to_bytes()), Some(table.to_bytes()));
                }
            }
        });
    }
);

/// Good ones to begin with, where the run script asks for them.
fn seeds() {
    let Some(folder) = std::env::var_os("PLUMBLINE_SEEDS") else {
        return;
    };
    let put = |name: &str, kind: &[u8], bytes: &[u8]| {
        let file = Path::new(&folder).join(name);
        std::fs::write(file, [kind, bytes].concat()).expect("a folder for seeds");
    };
    let text: String = (0..40)
        .map(|i| {
            let (day, label) = (1 + i % 28, i % 3 % 2);
            format!(
                "r{i},2026-01-{day:02}T10:00:00Z,0.{:02},{label},{}\n",
                i * 7 % 100,
                ["a", "b"][i % 2]
            )
        })
        .collect();
    let text = format!("id,time,score,label,area\n{text}");
    let (summary, table) = summary(text.as_bytes());
    put("table", b"t", &table.to_bytes());
    let json = Payload::to_json(&summary, &View::default(), &Standards::default()).expect("a Summary is JSON");
    put("payload", b"s", json.as_bytes());
    let parcel = parcel::pack(summary, &mut Vec::new()).expect("a Summary is JSON");
    put("parcel", b"p", &parcel);
}

fn summary(file: &[u8]) -> (Summary, Table) {
    let input = look("log.csv", &file).expect("it is good");
    let mut keeper = Keeper::open(vec![input.clone()]);
    let mut shards = Shards::new(0, &input);
    let shard = shards.take().expect("a file has a shard");
    let part = read_through(&input, shard, &file).expect("it is good");
    let table = part.table.clone();
    keeper.keep(shard, info(&part), Load::Table(part.table)).expect("rows are sound");
    let summary = keeper.finish(&View::default(), &mut |_, _| {});
    (summary.expect("it is good"), table)
}
