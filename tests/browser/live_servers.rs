//! Real servers: Prometheus scrapes node-exporter and the log of nginx, and the page follows it while load is made on
//! the loopback; Prometheus is restarted midway. And what following takes: many polls by a clock that runs faster.

use crate::app::{App, has, part, saved_json};
use crate::data;
use crate::live_rows::{look, rows_of};
use crate::replay::{Running, connect, free_port, get, open_live, program};
use plumbline::table::time::{SECOND, Time};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// nginx with an access log, serving a folder that any page may read.
fn nginx(program: &Path, folder: &Path, port: u16) -> Running {
    let place = folder.display();
    fs::create_dir_all(folder.join("site")).unwrap();
    fs::write(folder.join("site/index.html"), "hello\n").unwrap();
    let config = format!(
        "daemon off; master_process off; pid {place}/nginx.pid; error_log {place}/error.log;
         events {{ worker_connections 128; }}
         http {{
           access_log {place}/access.log; default_type text/plain;
           client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;
           uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;
           server {{ listen 127.0.0.1:{port}; root {place}/site; add_header Access-Control-Allow-Origin * always; }}
         }}"
    );
    fs::write(folder.join("nginx.conf"), config).unwrap();
    let arguments = [
        "-c".into(),
        format!("{place}/nginx.conf"),
        "-p".into(),
        place.to_string(),
    ];
    Running::server(program, &arguments, port, "/")
}

fn prometheus(program: &Path, folder: &Path, port: u16, targets: &[u16]) -> Running {
    let targets: Vec<String> = targets
        .iter()
        .map(|port| {
            format!(
                "  - job_name: at{port}\n    static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n"
            )
        })
        .collect();
    let config = format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\nscrape_configs:\n{}",
        targets.concat()
    );
    fs::write(folder.join("prometheus.yml"), config).unwrap();
    let place = folder.display();
    let arguments = [
        format!("--config.file={place}/prometheus.yml"),
        format!("--storage.tsdb.path={place}/data"),
        format!("--web.listen-address=127.0.0.1:{port}"),
    ];
    Running::server(program, &arguments, port, "/-/ready")
}

/// Asks a server over and over, some of it for what is not there, until it is dropped.
struct Load {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<u64>>,
}

impl Load {
    fn on(port: u16) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut asked = 0;
            while !until.load(Ordering::Relaxed) {
                let path = if asked % 10 == 0 { "/missing" } else { "/" };
                get(port, path);
                asked += 1;
                thread::sleep(Duration::from_millis(4));
            }
            asked
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }

    fn end(mut self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

#[test]
fn prometheus_is_followed_through_a_restart_while_load_is_made() {
    let programs = ["nginx", "prometheus-node-exporter", "prometheus"].map(program);
    let [Some(nginx_at), Some(node_at), Some(prometheus_at)] = programs else {
        return;
    };
    let Some(mut app) = open_live() else { return };
    let folder = data::folder("live-servers");
    // What an earlier test left there.
    let _ = fs::remove_dir_all(folder.join("data"));
    let _ = fs::remove_file(folder.join("access.log"));
    let ports = [free_port(), free_port(), free_port()];
    let web = nginx(&nginx_at, &folder, ports[0]);
    let load = Load::on(web.port);
    let listen = [format!("--web.listen-address=127.0.0.1:{}", ports[1])];
    let node = Running::server(&node_at, &listen, ports[1], "/metrics");
    // A log of some seconds, replayed for as long as the test takes.
    thread::sleep(Duration::from_secs(4));
    let log = folder.join("access.log");
    let exporter = Running::replay(
        &[
            "--replay",
            log.to_str().unwrap(),
            "--speed",
            "0.1",
            "--shift",
        ],
        0,
    );
    let targets = [node.port, exporter.port];
    let server = prometheus(&prometheus_at, &folder, ports[2], &targets);

    let page = &mut app.page;
    let fields = [("connect-back", "900"), ("connect-every", "1")];
    connect(
        page,
        "prometheus",
        &format!("127.0.0.1:{}", ports[2]),
        &fields,
    );
    let bar = json!(part("live-bar"));
    let state =
        |wanted: &str| format!("document.querySelector({bar})?.dataset.state === '{wanted}'");
    let samples = "Number((document.querySelector('[data-testid=live-facts]').innerText.match(/([^·]+) samples/) || [])[1]?.replace(/[^\\d]/g, '') || 0)";
    page.wait_for(&state("following"));
    page.wait_for(&has("machine-stack"));
    page.wait_for("document.querySelectorAll('[data-testid=chart-panel]').length > 4");
    thread::sleep(Duration::from_secs(6));
    let before = page.eval(samples).as_f64().unwrap();
    assert!(before > 200.0, "{before} samples");

    // It goes away for longer than a few scrapes.
    server.terminate();
    page.wait_for(&state("retrying"));
    thread::sleep(Duration::from_secs(12));
    let server = prometheus(&prometheus_at, &folder, ports[2], &targets);
    page.wait_for(&state("following"));
    page.wait_for("/\\d+ gaps?, last from/.test(document.querySelector('[data-testid=live-facts]').innerText)");
    page.wait_for(&format!("{samples} > {before}"));
    let after = page.eval(samples).as_f64().unwrap();
    thread::sleep(Duration::from_secs(3));
    page.wait_for(&format!("{samples} > {after}"));
    let (_, report) = saved_json(page);
    let panels = report["resources"]["service"]["panels"].as_array().unwrap();
    let ids: Vec<&str> = panels.iter().map(|p| p["id"].as_str().unwrap()).collect();
    for wanted in ["requests", "cpu", "network_in"] {
        assert!(ids.contains(&wanted), "{wanted} is not in {ids:?}");
    }
    look(page, "live-servers");
    assert!(load.end() > 100);
    drop(server);
}

#[test]
fn a_table_that_grows_on_nginx_is_followed() {
    let Some(nginx_at) = program("nginx") else {
        return;
    };
    let Some(mut app) = open_live() else { return };
    let folder = data::folder("live-nginx");
    let web = nginx(&nginx_at, &folder, free_port());
    let file = folder.join("site/log.csv");
    let rows = |from: usize, to: usize| -> String {
        let row = |i: usize| {
            let score = (i * 7_919 % 1_000) as f64 / 1e3;
            let label = u8::from(score > 0.5);
            format!(
                "2026-03-01T{:02}:{:02}:00Z,{score},{label}\n",
                i / 60 % 24,
                i % 60
            )
        };
        (from..to).map(row).collect()
    };
    let mut text = format!("time,score,label\n{}", rows(0, 300));
    // The last line is half written.
    fs::write(&file, &text[..text.len() - 9]).unwrap();
    let page = &mut app.page;
    connect(
        page,
        "tail",
        &format!("127.0.0.1:{}/log.csv", web.port),
        &[("connect-every", "1")],
    );
    page.wait_for(&has("health"));
    let told = |n: usize| format!("{} === {n}", rows_of(0));
    page.wait_for(&told(299));
    let (_, report) = saved_json(page);
    assert_eq!(report["rows"]["predictions"], 299);
    // nginx gives it another tag each time it grows.
    text.push_str(&rows(300, 700));
    fs::write(&file, &text).unwrap();
    page.wait_for(&told(700));
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let (_, report) = saved_json(page);
        if report["rows"]["predictions"] == 700 {
            break;
        }
        assert!(Instant::now() < end, "{}", report["rows"]);
    }
    let gaps = "document.body.innerText.match(/\\d+ gaps?,/)";
    assert!(page.eval(gaps).is_null());
    // Another file in its place is a gap, and is read.
    fs::write(&file, format!("time,score,label\n{}", rows(900, 1_200))).unwrap();
    page.wait_for(&told(1_000));
    page.wait_for(gaps);
}

/// Polls of a long run, one a second of its clock; `PLUMBLINE_SOAK_POLLS` says another number.
const POLLS: u32 = 2_000;
/// How many times as fast the clock of workers is.
const FASTER: u32 = 100;

/// Makes the clock of workers run faster, whose code comes as a text in a Blob; and keeps the memory of the program
/// where [`crate::page::Page::held`] finds it.
fn fast(times: u32) -> String {
    let keep = "for (const name of ['instantiate', 'instantiateStreaming']) {
        const plain = WebAssembly[name];
        WebAssembly[name] = async (...all) => {
          const made = await plain.apply(WebAssembly, all);
          self.linearMemory = (made.instance || made).exports.memory;
          return made; }; }
      // In workers, where what was compiled by the page is begun at once.
      const Plain = WebAssembly.Instance;
      WebAssembly.Instance = function (...all) {
        const made = new Plain(...all);
        self.linearMemory = made.exports.memory;
        return made; };
      WebAssembly.Instance.prototype = Plain.prototype;";
    format!(
        "{keep} (() => {{ const plain = Blob; window.Blob = function (parts, options) {{
           if (typeof parts?.[0] === 'string' && parts[0].includes('wasm_bindgen')) parts = [{0}, '(' + (k => {{
             const now = Date.now.bind(Date), began = now(), rest = setTimeout;
             Date.now = () => began + (now() - began) * k;
             self.setTimeout = (f, ms, ...a) => rest(f, ms / k, ...a);
           }}) + ')({times});', ...parts];
           return new plain(parts, options); }}; window.Blob.prototype = plain.prototype; }})()",
        json!(keep)
    )
}

#[test]
fn following_for_long_takes_no_more_memory() {
    let Some(mut app) = App::open() else { return };
    let folder = data::folder("live-soak");
    let polls = std::env::var("PLUMBLINE_SOAK_POLLS").ok();
    let polls = polls.and_then(|n| n.parse().ok()).unwrap_or(POLLS);
    // Ten series, a sample a second, as VictoriaMetrics exports them; six hours of them are looked back on.
    const BACK: usize = 21_600;
    let seconds = BACK + polls as usize + 4_000;
    let mut text = String::new();
    for series in 0..10 {
        let labels = match series {
            0..4 => {
                json!({"__name__": "http_requests_total", "job": "api", "code": format!("{}xx", series + 2)})
            }
            4..8 => json!({"__name__": "node_load1", "instance": format!("n{series}")}),
            _ => {
                json!({"__name__": "process_resident_memory_bytes", "instance": format!("n{series}")})
            }
        };
        let value = |i: usize| match series {
            0..4 => (i * (10 - 2 * series)) as f64,
            _ => ((i * 37 + series * 11) % 101) as f64,
        };
        let values: Vec<f64> = (0..seconds).map(value).collect();
        let times: Vec<usize> = (0..seconds)
            .map(|i| 1_772_000_000_000 + i * 1_000)
            .collect();
        // In the order in which VictoriaMetrics writes them.
        let (values, times) = (json!(values), json!(times));
        text.push_str(&format!(
            "{{\"metric\":{labels},\"values\":{values},\"timestamps\":{times}}}\n"
        ));
    }
    let file = folder.join("hour.jsonl");
    fs::write(&file, text).unwrap();
    let speed = FASTER.to_string();
    let from = Time((1_772_000_000 + BACK as i64) * SECOND);
    let replay = Running::replay(
        &[
            "--replay",
            file.to_str().unwrap(),
            "--speed",
            &speed,
            "--shift",
            "--from",
            &from.to_string(),
        ],
        0,
    );
    let url = format!("{}live.html", app.server.url);
    let page = &mut app.page;
    page.begin_with(&fast(FASTER));
    page.open(&url);
    let fields = [("connect-back", "21600"), ("connect-every", "1")];
    connect(
        page,
        "prometheus",
        &format!("127.0.0.1:{}", replay.port),
        &fields,
    );
    page.wait_for(&has("machine-stack"));
    // Until what may come late is held in full, and what watches for unlike values remembers as much as it ever does:
    // 300 steps of a minute, which the look back has.
    page.wait_for("document.querySelectorAll('[data-testid=chart-panel]').length > 3");
    thread::sleep(Duration::from_secs(12));
    let asked = |port: u16| -> Value {
        let answer: Value = serde_json::from_slice(&get(port, "/").unwrap().1).unwrap();
        answer["now"].clone()
    };
    let seconds_of = |now: &Value| Time::parse(now.as_str().unwrap()).unwrap().0 / SECOND;
    let samples = "Number(document.querySelector('[data-testid=live-facts]').innerText.match(/([^·]+) samples/)[1].replace(/[^\\d]/g, ''))";
    let begun = (
        seconds_of(&asked(replay.port)),
        page.eval(samples).as_f64().unwrap(),
    );
    let warm = page.held();
    let frames = page.eval(
        "new Promise(done => { const times = []; const t = now => { times.push(now);
           if (times.length < 600 && now - times[0] < 12000) requestAnimationFrame(t);
           else { const gaps = times.slice(1).map((x, i) => x - times[i]).sort((a, b) => a - b);
             done([gaps[Math.floor(gaps.length / 2)], gaps[Math.floor(gaps.length * 0.99)]]); } };
         requestAnimationFrame(t); })",
    );
    let rest = u64::from(polls / FASTER).saturating_sub(10);
    for part in 0..4 {
        thread::sleep(Duration::from_secs(rest) / 4);
        eprintln!("{} of 4: {:?}", part + 1, page.held());
    }
    let cold = page.held();
    let ended = (
        seconds_of(&asked(replay.port)),
        page.eval(samples).as_f64().unwrap(),
    );
    let bar = page.text(&part("live-bar"));
    let growth = cold.bytes() / warm.bytes() - 1.0;
    let (passed, came) = (ended.0 - begun.0, (ended.1 - begun.1) / 10.0);
    eprintln!(
        "{:.2} MB, then {:.2} MB ({:+.1} %): {warm:?}, {cold:?}; frames {frames} ms; {came} samples of each of 10 series in {passed} s; {bar:?}",
        warm.bytes() / 1e6,
        cold.bytes() / 1e6,
        100.0 * growth
    );
    assert!(growth < 0.05, "memory grew by {:.1} %", 100.0 * growth);
    assert!(
        cold.measures <= 700.0 && cold.elements < 1.1 * warm.elements,
        "{cold:?}"
    );
    // The page looks twice a second, which are some minutes of the fast clock.
    assert!((came - passed as f64).abs() < 300.0, "{came} of {passed}");
    assert_eq!(page.troubles(), Vec::<String>::new());
}
