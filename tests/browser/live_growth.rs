//! A view that grows: from nothing on, in slices that stay, with gaps that are shorter than its steps; and a period that
//! is compared in steps shorter than those of the charts.

use crate::app::{App, assert_same, command_line, has, part, ready, save, saved_json};
use crate::data;
use crate::feed::{Served, connect as connect_to, now, state_is};
use crate::feed_help::Shop;
use crate::live_rows::{rows_of, served, wait_until_over};
use crate::replay::{Running, connect, open_live};
use plumbline::table::time::{SECOND, Time};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

fn time(value: &Value) -> i64 {
    Time::parse(value.as_str().unwrap()).unwrap().0
}

/// Presses a key on the first chart of the machine.
fn key(name: &str, shift: bool) -> String {
    format!(
        "document.querySelectorAll({})[0].dispatchEvent(new KeyboardEvent('keydown', {{key: '{name}', shiftKey: {shift}, bubbles: true}}))",
        json!(part("chart-panel"))
    )
}

/// Whether the first chart has a bar at its foot near its cursor: five pixels above each other of one colour, with another
/// above them and none a little to the left.
const BAR: &str = "(() => {
    const face = document.querySelectorAll('[data-testid=chart-panel]')[0];
    const canvas = face.querySelector('canvas'), line = face.querySelector('.chart-line');
    if (!line) return 'no cursor';
    const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width;
    const middle = Math.round((line.getBoundingClientRect().left - box.left) * scale);
    const { width, height } = canvas;
    const all = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    const at = (x, y) => all.slice((y * width + x) * 4, (y * width + x) * 4 + 4).join();
    const none = '0,0,0,0', five = [0, 1, 2, 3, 4];
    for (let y = height - 5; y > height / 2; y--)
      for (let x = middle - 9; x < middle + 6; x++) {
        const colour = at(x, y);
        if (colour !== none && at(x, y - 1) !== colour && at(x, y + 5) !== colour
          && five.every(i => at(x, y + i) === colour && at(x - 12, y + i) === none)) return true;
      }
    return [middle, width, height].join();
  })()";

#[test]
fn a_gap_shorter_than_a_step_is_told_and_drawn() {
    let Some(mut app) = App::open() else { return };
    let mut shop = Shop::open_for(7_200_000, now(), 1_000);
    // Eight seconds within one step of ten.
    let from = (now() - 1_500_000).div_euclid(10_000) * 10_000;
    shop.down.push((from + 1_000, from + 8_000));
    let shop = Served::start(shop);
    connect_to(&mut app, &shop.url, "3600", "1");
    app.page.wait_for(&state_is("following"));
    ready(&mut app.page);
    app.page
        .wait_for("document.querySelector('[data-testid=live-state]').innerText === 'Following'");
    app.page.click(&part("live-stop"));
    app.page.wait_for(&state_is("ended"));
    ready(&mut app.page);
    let (_, report) = saved_json(&mut app.page);
    let service = &report["resources"]["service"];
    let step = service["step_s"].as_f64().unwrap();
    let gaps = service["gaps"].as_array().unwrap();
    let lies =
        |g: &&Value| time(&g["start"]) == from * 1_000 && time(&g["end"]) == (from + 8_000) * 1_000;
    let gap = gaps.iter().find(lies).unwrap_or_else(|| panic!("{gaps:?}"));
    let long = (time(&gap["end"]) - time(&gap["start"])) as f64 / SECOND as f64;
    assert!(long < step, "{long} s, steps of {step} s");
    // No step is missing for it.
    let start = time(&service["start"]);
    let at = (from * 1_000 - start).div_euclid((step * 1e6) as i64) as usize;
    let values = service["panels"][0]["lines"][0]["values"]
        .as_array()
        .unwrap();
    assert!(values[at].is_number(), "{:?}", &values[at - 2..at + 3]);
    // The cursor tells it, and a bar stands there.
    app.page.eval(&key("Home", false));
    app.page.eval(&format!(
        "for (let i = 0; i < {at}; i++) {}",
        key("ArrowRight", false)
    ));
    let tip = json!(part("tip-panel"));
    app.page.wait_for(&format!(
        "document.querySelector({tip})?.innerText.includes('gave nothing')"
    ));
    let found = app.page.eval(BAR);
    assert_eq!(found, true, "{found}");
    // Where nothing is missing there is none.
    app.page.eval(&format!(
        "for (let i = 0; i < 40; i++) {}",
        key("ArrowRight", false)
    ));
    app.page.wait_for(&format!(
        "!document.querySelector({tip})?.innerText.includes('gave nothing')"
    ));
    assert_ne!(app.page.eval(BAR), true);
}

/// Samples of a service as VictoriaMetrics exports them, of so many seconds, one in each of so many: seven requests a
/// second of which one fails in a while, and a load.
fn exported(seconds: i64, every: i64) -> String {
    let mut text = String::new();
    let begin = 1_772_000_000;
    for (labels, of) in [
        (
            json!({"__name__": "http_requests_total", "job": "api", "code": "200"}),
            0,
        ),
        (
            json!({"__name__": "http_requests_total", "job": "api", "code": "500"}),
            1,
        ),
        (json!({"__name__": "node_load1", "instance": "n1"}), 2),
    ] {
        let at: Vec<i64> = (0..seconds / every).map(|i| i * every).collect();
        let value = |s: &i64| match of {
            0 => 7 * s,
            1 => {
                s / 30
                    + if *s > seconds - 700 {
                        (s - seconds + 700) * 3
                    } else {
                        0
                    }
            }
            _ => (s * 37 / every) % 101,
        };
        let values: Vec<i64> = at.iter().map(value).collect();
        let times: Vec<i64> = at.iter().map(|s| (begin + s) * 1_000).collect();
        let (values, times) = (json!(values), json!(times));
        writeln!(
            text,
            "{{\"metric\":{labels},\"values\":{values},\"timestamps\":{times}}}"
        )
        .unwrap();
    }
    text
}

#[test]
fn a_marked_period_is_compared_in_steps_shorter_than_those_of_the_charts() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("finer");
    // Three days by 15 s: charts have steps of ten minutes or longer.
    let file = data::file(&folder, "service.jsonl", exported(3 * 86_400, 15));
    app.read(&[&file]);
    app.page.wait_for(&has("machine-stack"));
    app.page.eval(&key("End", false));
    for _ in 0..2 {
        app.page.eval(&key("ArrowLeft", true));
    }
    app.page.wait_for("location.hash.includes('marked=')");
    let finer = format!(
        "/\\d series are compared in steps of .*shorter than those of the charts/.test(document.querySelector({})?.innerText)",
        json!(part("changes"))
    );
    app.page.wait_for(&finer);
    let (text, report) = saved_json(&mut app.page);
    let marked = report["view"]["marked"].as_array().unwrap();
    let period = format!(
        "{}..{}",
        marked[0].as_str().unwrap(),
        marked[1].as_str().unwrap()
    );
    assert_same(
        &text,
        &command_line(&[&file], &["--marked", &period, "--out", "-"]),
    );
    // In a saved report, too, which has no file to go back to.
    let saved = save(&mut app.page, "save-report");
    app.assert_quiet();
    app.page.open(&format!("file://{}", saved.display()));
    ready(&mut app.page);
    app.page.wait_for(&finer);
}

/// Rows of a classifier, of a region each: three at first, forty later on.
fn regions(rows: usize) -> String {
    let mut text = String::from("id,time,region,score,label\n");
    for i in 0..rows {
        let region = match i {
            i if i < 600 || i % 4 == 0 => ["north", "south", "west"][i % 3].to_owned(),
            i => format!("r{}", i % 40),
        };
        let (day, hour, minute) = (1 + i / 1_440, i / 60 % 24, i % 60);
        let score = ((i * 37) % 100) as f64 / 100.0;
        let label = u8::from((i * 53) % 100 < (i * 37) % 100);
        writeln!(
            text,
            "{i},2026-03-{day:02}T{hour:02}:{minute:02}:00Z,{region},{score},{label}"
        )
        .unwrap();
    }
    text
}

#[test]
fn a_slice_of_live_rows_stays_while_its_segment_gets_more_values() {
    let Some(mut app) = open_live() else { return };
    const ROWS: usize = 1_200;
    let folder = data::folder("live-slices");
    let file = data::file(&folder, "served.csv", regions(ROWS));
    let replay = Running::replay(
        &[
            "--replay",
            file.to_str().unwrap(),
            "--speed",
            "3000",
            "--from",
            "2026-03-01T05:00:00Z",
        ],
        0,
    );
    let page = &mut app.page;
    let url = format!("http://127.0.0.1:{}/served/events", replay.port);
    connect(page, "events", &url, &[]);
    page.wait_for(&has("health"));
    let menu = json!(part("slice-region"));
    page.wait_for(&format!(
        "document.querySelector({menu})?.options.length === 4"
    ));
    let west = page.eval(&format!(
        "[...document.querySelector({menu}).options].find(o => o.text === 'west').value"
    ));
    page.choose(&part("slice-region"), west.as_str().unwrap());
    let chosen = format!("document.querySelector({menu})?.selectedOptions[0]?.text");
    let end = Instant::now() + Duration::from_secs(40);
    let mut most = 0;
    while page.eval(&rows_of(0)) != ROWS && Instant::now() < end {
        assert_eq!(page.eval(&chosen), "west");
        let options = page.eval(&format!("document.querySelector({menu}).options.length"));
        most = most.max(options.as_u64().unwrap());
        thread::sleep(Duration::from_millis(200));
    }
    wait_until_over(&replay);
    page.wait_for(&format!("{} === {ROWS}", rows_of(0)));
    let files = served(&replay, "live-slices-served", &["served.ndjson"]);
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let arguments = [
        "--slice",
        "region=west",
        "--role",
        "segment=region",
        "--out",
        "-",
    ];
    let expected: Value = serde_json::from_str(&command_line(&files, &arguments)).unwrap();
    page.eval("document.querySelectorAll('[data-testid=stream-stop]').forEach(b => b.click())");
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let (_, report) = saved_json(page);
        let same = |of: &str| report[of] == expected[of];
        if ["overall", "windows"].into_iter().all(same) {
            break;
        }
        assert!(
            Instant::now() < end,
            "{} {}",
            report["overall"],
            expected["overall"]
        );
        thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(page.eval(&chosen), "west");
    assert!(
        page.eval("location.hash")
            .as_str()
            .unwrap()
            .contains("west")
    );
    let options = page.eval(&format!("document.querySelector({menu}).options.length"));
    assert!(options.as_u64().unwrap() > 30, "{options}, before {most}");
    assert_eq!(page.troubles(), Vec::<String>::new());
}

#[test]
fn a_replay_is_followed_from_an_empty_view_on() {
    let Some(mut app) = open_live() else { return };
    let folder = data::folder("live-empty");
    let file = folder.join("service.jsonl");
    fs::write(&file, exported(3_600, 1)).unwrap();
    // Nothing lies before its first instant.
    let replay = Running::replay(&["--replay", file.to_str().unwrap(), "--speed", "20"], 0);
    let page = &mut app.page;
    assert!(page.eval(&has("machine-stack")).is_null());
    let fields = [("connect-back", "900"), ("connect-every", "1")];
    connect(
        page,
        "prometheus",
        &format!("127.0.0.1:{}", replay.port),
        &fields,
    );
    page.wait_for(&state_is("following"));
    page.wait_for(&has("machine-stack"));
    let mut ends = Vec::new();
    for _ in 0..3 {
        thread::sleep(Duration::from_millis(2_500));
        let (_, report) = saved_json(page);
        let service = &report["resources"]["service"];
        ends.push(time(&service["end"]));
        let panels = service["panels"].as_array().unwrap();
        let of = |id: &str| panels.iter().find(|p| p["id"] == id).unwrap();
        let lines = of("requests")["lines"].as_array().unwrap();
        let values = lines[0]["values"].as_array().unwrap();
        let first = values.iter().position(Value::is_number).unwrap();
        let last = values.iter().rposition(Value::is_number).unwrap();
        // Steps between the first and the last are known, and of what was replayed.
        for value in &values[(first + 1).min(last)..last] {
            let rate = value.as_f64().unwrap_or(f64::NAN);
            assert!((rate - 7.0 - 1.0 / 30.0).abs() < 0.3, "{values:?}");
        }
        assert!(
            of("load")["lines"][0]["values"]
                .as_array()
                .unwrap()
                .iter()
                .any(Value::is_number)
        );
        assert!(
            service["restarts"].is_null() && service["gaps"].is_null(),
            "{service}"
        );
    }
    assert!(ends[0] < ends[1] && ends[1] < ends[2], "{ends:?}");
    assert_eq!(page.troubles(), Vec::<String>::new());
}

/// A server that is scraped once a minute, as Prometheus does by itself.
#[test]
fn of_a_server_scraped_once_a_minute_it_is_told_how_fast_counters_rise() {
    let Some(mut app) = open_live() else { return };
    let folder = data::folder("live-minutes");
    let file = data::file(&folder, "service.jsonl", exported(4 * 3_600, 60));
    let from = Time((1_772_000_000 + 2 * 3_600) * SECOND);
    let replay = Running::replay(
        &[
            "--replay",
            file.to_str().unwrap(),
            "--speed",
            "120",
            "--from",
            &from.to_string(),
        ],
        0,
    );
    let page = &mut app.page;
    let url = format!("127.0.0.1:{}", replay.port);
    connect(page, "prometheus", &url, &[("connect-back", "3600")]);
    page.wait_for(&has("machine-stack"));
    page.wait_for("/7\\.0\\d requests a second/.test(document.body.innerText)");
    let (_, report) = saved_json(page);
    let service = &report["resources"]["service"];
    let rate = service["requests_per_second"].as_f64().unwrap();
    assert!((rate - (7.0 + 1.0 / 30.0)).abs() < 0.02, "{rate}");
    let sentence = report["health"]["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("requests a second; 0.4"),
        "a share of 0.47 % failed: {sentence}"
    );
    let panels = service["panels"].as_array().unwrap();
    for (id, lines) in [("requests", 1), ("error_share", 2), ("load", 1)] {
        let panel = panels.iter().find(|p| p["id"] == id).unwrap();
        let all = panel["lines"].as_array().unwrap();
        assert_eq!(all.len(), lines, "{id}");
        // No step is without a value: scrapes as far apart as their steps leave none.
        let values = all[0]["values"].as_array().unwrap();
        let known = values.iter().filter(|v| v.is_number()).count();
        assert!(known + 2 >= values.len(), "{id}: {values:?}");
    }
}

/// Requests of the time of [`regions`], a sample a minute.
fn of_these_days(days: i64) -> String {
    let begin = Time::parse("2026-03-01").unwrap().0 / SECOND;
    let labels = json!({"__name__": "http_requests_total", "job": "api", "code": "200"});
    let all = 0..days * 1_440;
    let values: Vec<i64> = all.clone().map(|i| 420 * i).collect();
    let times: Vec<i64> = all.map(|i| (begin + 60 * i) * 1_000).collect();
    format!(
        "{{\"metric\":{labels},\"values\":{},\"timestamps\":{}}}\n",
        json!(values),
        json!(times)
    )
}

/// Charts stay where they are while metrics come and rows are compared anew.
#[test]
fn the_chart_of_drift_stays_while_rows_and_metrics_come() {
    let Some(mut app) = open_live() else { return };
    let folder = data::folder("live-places");
    let rows = data::file(&folder, "served.csv", regions(6 * 1_440));
    let metrics = data::file(&folder, "service.jsonl", of_these_days(6));
    let replay = Running::replay(
        &[
            "--replay",
            rows.to_str().unwrap(),
            metrics.to_str().unwrap(),
            "--speed",
            "3600",
            "--from",
            "2026-03-04T00:00:00Z",
        ],
        0,
    );
    let page = &mut app.page;
    let url = format!("127.0.0.1:{}", replay.port);
    connect(
        page,
        "prometheus",
        &url,
        &[("connect-back", "3600"), ("connect-every", "1")],
    );
    let url = format!("http://127.0.0.1:{}/served/events", replay.port);
    connect(page, "events", &url, &[]);
    page.wait_for(&has("machine-stack"));
    let drawn = "[...document.querySelectorAll('.machine-title')].some(t => t.innerText.startsWith('Drift of'))";
    page.wait_for(drawn);
    page.eval(&format!(
        "window.gone = 0; setInterval(() => {{ if (!({drawn})) window.gone += 1; }}, 20)"
    ));
    let first = page.eval(&rows_of(0)).as_f64().unwrap();
    page.wait_for(&format!("{} > {}", rows_of(0), first + 900.0));
    assert_eq!(page.eval("window.gone"), 0);
}
