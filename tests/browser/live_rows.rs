//! Live predictions and late outcomes, as a serving stack hands them out: they join as they come, and what the page
//! shows at last is what the command line says of the whole files.

use crate::app::{assert_same, command_line, has, part, saved_json};
use crate::data;
use crate::page::Page;
use crate::replay::{Running, connect, free_port, get, open_live};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const ROWS: usize = 4_000;

/// Predictions of so many minutes and their outcomes, some hours late. Paths of both.
fn log(name: &str) -> [String; 2] {
    let folder = data::folder(name);
    let mut predictions = "id,timestamp,region,score\n".to_owned();
    let mut outcomes = "id,labelled_at,label\n".to_owned();
    let time = |minute: usize| {
        let (day, hour) = (1 + minute / 1_440, minute / 60 % 24);
        format!("2026-03-{day:02}T{hour:02}:{:02}:00Z", minute % 60)
    };
    let mut seed = 7_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as f64 / f64::from(1_u32 << 31)
    };
    for i in 0..ROWS {
        let score = (random() * 1e4).round() / 1e4;
        let region = ["eu", "us", "asia"][i % 3];
        predictions.push_str(&format!("p{i},{},{region},{score}\n", time(i * 3)));
        let label = u8::from(random() < score);
        outcomes.push_str(&format!("p{i},{},{label}\n", time(i * 3 + 300 + i % 60)));
    }
    [("predictions.csv", predictions), ("outcomes.csv", outcomes)].map(|(name, text)| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

/// What a replay has served in the end, as files of the same names.
pub fn served(replay: &Running, folder: &str, names: &[&str]) -> Vec<PathBuf> {
    let folder = data::folder(folder);
    let file = |name: &&str| {
        let (status, bytes) = get(replay.port, &format!("/{name}")).unwrap();
        assert_eq!(status, 200);
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    names.iter().map(file).collect()
}

/// Waits until all has come that a replay has.
pub fn wait_until_over(replay: &Running) {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let listed: Value = serde_json::from_slice(&get(replay.port, "/").unwrap().1).unwrap();
        if listed["ended"] == true {
            return;
        }
        assert!(Instant::now() < end, "{listed}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// An expression: rows that a source's line tells of.
pub fn rows_of(at: usize) -> String {
    format!(
        "Number((document.querySelectorAll({})[{at}]?.innerText.match(/([\\d\\u202f\\u00a0,]+) rows/) || [])[1]?.replace(/[^\\d]/g, '') || 0)",
        json!(part("stream-facts"))
    )
}

#[test]
fn live_predictions_meet_late_outcomes_and_end_as_the_whole_files_do() {
    let Some(mut app) = open_live() else { return };
    let [predictions, outcomes] = log("live-rows");
    let files = ["--replay", &predictions, &outcomes, "--speed", "90000"];
    let replay = Running::replay(&files, 0);
    let (page, port) = (&mut app.page, replay.port);
    connect(
        page,
        "events",
        &format!("http://127.0.0.1:{port}/predictions/events"),
        &[],
    );
    connect(
        page,
        "tail",
        &format!("127.0.0.1:{port}/outcomes.ndjson"),
        &[("connect-every", "1")],
    );
    // It grows while they come.
    page.wait_for(&has("health"));
    page.wait_for(&format!("{} > 0", rows_of(0)));
    let (_, early) = saved_json(page);
    let joined = |report: &Value| report["rows"]["predictions"].as_u64().unwrap();
    assert!(
        joined(&early) > 0 && joined(&early) < ROWS as u64,
        "{}",
        early["rows"]
    );
    wait_until_over(&replay);
    for at in [0, 1] {
        page.wait_for(&format!("{} === {ROWS}", rows_of(at)));
    }
    let files = served(
        &replay,
        "live-rows-served",
        &["predictions.ndjson", "outcomes.ndjson"],
    );
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let report = settled(page, &command_line(&files, &["--out", "-"]));
    assert_eq!(report["rows"]["joined"], ROWS);
    assert_eq!(page.troubles(), Vec::<String>::new());
    look(page, "live-rows");
}

/// The page's report once its sources are stopped and it has read all that came: it rests between two readings, and
/// as long as rows may come the last window is open.
fn settled(page: &mut Page, expected: &str) -> Value {
    let (_, live) = saved_json(page);
    assert_eq!(live["view"]["live"], true);
    let windows = live["windows"].as_array().unwrap();
    assert_eq!(windows.last().unwrap()["open"], true);
    page.eval("document.querySelectorAll('[data-testid=stream-stop]').forEach(b => b.click())");
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let (text, report) = saved_json(page);
        if text == expected || Instant::now() > end {
            assert_same(&text, expected);
            return report;
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Pictures to be looked at, where `PLUMBLINE_PICTURES` names a folder.
pub fn look(page: &mut Page, name: &str) {
    let Some(folder) = std::env::var_os("PLUMBLINE_PICTURES") else {
        return;
    };
    for (width, scheme) in [
        (1280, "light"),
        (1280, "dark"),
        (390, "light"),
        (390, "dark"),
    ] {
        page.look(width, 900, 1.0, scheme);
        page.eval("scrollTo(0, 0)");
        let picture = page.screenshot();
        fs::write(
            Path::new(&folder).join(format!("{name}-{width}-{scheme}.png")),
            picture,
        )
        .unwrap();
    }
    page.look(1280, 900, 1.0, "light");
}

#[test]
fn a_server_of_rows_that_restarts_loses_none() {
    let Some(mut app) = open_live() else { return };
    let [predictions, outcomes] = log("live-restart");
    let port = free_port();
    let half = [
        "--replay",
        &predictions,
        "--outcomes",
        &outcomes,
        "--speed",
        "1e-9",
        "--from",
    ];
    // Half of the log is there; then the server goes, and comes back with all of it.
    let replay = Running::replay(&[&half[..], &["2026-03-05T00:00:00Z"]].concat(), port);
    let page = &mut app.page;
    let to = |path: &str| format!("http://127.0.0.1:{port}/{path}");
    connect(
        page,
        "poll",
        &to("predictions.json?after={next}"),
        &[("connect-every", "1")],
    );
    let socket = to("outcomes/ws?after={next}").replace("http", "ws");
    connect(page, "socket", &socket, &[]);
    page.wait_for(&format!("{} > 1000 && {} > 1000", rows_of(0), rows_of(1)));
    page.wait_for(&has("health"));
    drop(replay);
    let bars = json!(part("stream-bar"));
    page.wait_for(&format!(
        "[...document.querySelectorAll({bars})].every(b => b.dataset.state === 'retrying')"
    ));
    let replay = Running::replay(&[&half[..], &["2026-04-01T00:00:00Z"]].concat(), port);
    for at in [0, 1] {
        page.wait_for(&format!("{} === {ROWS}", rows_of(at)));
    }
    let files = served(
        &replay,
        "live-restart-served",
        &["predictions.ndjson", "outcomes.ndjson"],
    );
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let report = settled(page, &command_line(&files, &["--out", "-"]));
    assert_eq!(report["rows"]["joined"], ROWS);
    let gaps = "document.body.innerText.match(/\\d+ gaps?,/)";
    assert!(page.eval(gaps).is_null());
}
