//! Live sources: a server is followed as time passes, over a restart that leaves a gap; what a page may not read is told
//! with what mends it.

use crate::app::{App, has, part, ready, saved_json};
use crate::data;
use crate::feed_help::{Millis, Shop};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub fn now() -> Millis {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    now.as_millis() as Millis
}

/// How a server on the loopback behaves.
pub struct State {
    pub shop: Shop,
    /// Whether it answers at all.
    pub up: bool,
    /// Whether other pages may read it.
    pub cors: bool,
    /// What was posted to it.
    pub posted: Vec<String>,
}

/// A shop on the loopback.
pub struct Served {
    pub url: String,
    pub state: Arc<Mutex<State>>,
}

impl Served {
    pub fn start(shop: Shop) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            shop,
            up: true,
            cors: true,
            posted: Vec::new(),
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || answer(stream, &state));
            }
        });
        Self { url, state }
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> Option<()> {
    if !state.lock().ok()?.up {
        return None;
    }
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut request = String::new();
    reader.read_line(&mut request).ok()?;
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let mut words = request.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let mut state = state.lock().ok()?;
    let (status, text) = match (method, target) {
        ("OPTIONS", _) => (204, String::new()),
        ("POST", "/hook") => {
            state.posted.push(body);
            (200, "ok".to_owned())
        }
        _ => {
            let told = state
                .shop
                .answer(now(), target, &body, authorization.as_deref());
            (told.status, told.body)
        }
    };
    let allows = match state.cors {
        true => {
            "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Headers: *, Authorization\r\n"
        }
        false => "",
    };
    drop(state);
    let head = format!(
        "HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{allows}Connection: close\r\n\r\n",
        text.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(text.as_bytes()).ok()?;
    stream.flush().ok()
}

/// Opens the page for live sources and connects.
#[track_caller]
pub fn connect(app: &mut App, url: &str, back: &str, every: &str) {
    let live = format!("{}live.html", app.server.url);
    app.page.open(&live);
    app.page.wait_for(&has("drop-zone"));
    app.page.click(&part("connect"));
    app.page.choose(&part("connect-url"), url);
    app.page.choose(&part("connect-back"), back);
    app.page.choose(&part("connect-every"), every);
    app.page.click(&part("connect-go"));
}

pub fn state_is(state: &str) -> String {
    format!(
        "document.querySelector({})?.dataset.state === {}",
        json!(part("live-bar")),
        json!(state)
    )
}

fn samples(app: &mut App) -> u64 {
    let facts = app.page.text(&part("live-facts"));
    let digits: String = facts
        .split(" · ")
        .find(|f| f.contains("sample"))
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

fn panel<'a>(report: &'a Value, id: &str) -> &'a Value {
    let panels = report["resources"]["service"]["panels"].as_array().unwrap();
    panels
        .iter()
        .find(|p| p["id"] == id)
        .unwrap_or(&Value::Null)
}

/// Takes pictures on a telephone and a laptop, by day and by night; nothing is wider than the screen.
#[track_caller]
fn pictured(app: &mut App, name: &str) {
    let pictures = data::folder("pictures");
    for (width, height) in [(390, 844), (1280, 900)] {
        for scheme in ["light", "dark"] {
            app.page.look(width, height, 2.0, scheme);
            let wide = app.page.eval("document.documentElement.scrollWidth");
            let fits = wide.as_u64() <= Some(width.into());
            assert!(fits, "{name}: {wide} px wide on {width}");
            let picture = app.page.screenshot();
            fs::write(
                pictures.join(format!("{name}-{width}-{scheme}.png")),
                picture,
            )
            .unwrap();
        }
    }
    app.page.look(1280, 900, 1.0, "light");
}

#[test]
fn a_server_is_followed_over_a_restart_and_the_reader_stays_where_they_are() {
    let Some(mut app) = App::open() else { return };
    // The page for files can ask nobody, and leads to the one that can.
    let tag = app.page.eval(&format!(
        "document.querySelector({}).tagName",
        json!(part("connect"))
    ));
    assert_eq!(tag, "A");
    let pictures = data::folder("pictures");
    let live = format!("{}live.html", app.server.url);
    app.page.open(&live);
    app.page.click(&part("connect"));
    app.page.choose(&part("connect-who"), "basic");
    pictured(&mut app, "connect");
    let served = Served::start(Shop::open_for(1_200_000, now(), 1_000));
    connect(&mut app, &served.url, "900", "1");
    app.page.wait_for(&state_is("following"));
    ready(&mut app.page);
    app.page.wait_for(&has("machine-stack"));
    app.page
        .wait_for("document.querySelector('[data-testid=live-state]').innerText === 'Following'");
    let count = "document.querySelectorAll('[data-testid=chart-panel]').length";
    app.page.wait_for(&format!("{count} >= 8"));
    pictured(&mut app, "live");
    app.page
        .eval("document.querySelector('[data-testid=live-offers]').open = true");
    pictured(&mut app, "live-offers");
    app.page
        .eval("document.querySelector('[data-testid=live-offers]').open = false");

    // While it grows nothing moves and nothing closes.
    app.page
        .eval("document.querySelector('[data-testid=wanted]').open = true");
    app.page.eval("document.querySelector('[data-testid=panel-4]').scrollIntoView({ block: 'center', behavior: 'instant' })");
    app.page
        .eval("window.seen = document.querySelector('[data-testid=panel-4] canvas')");
    let place = "[scrollY, document.querySelector('[data-testid=panel-4]').getBoundingClientRect().top].join()";
    let before = app.page.eval(place);
    let had = samples(&mut app);
    for _ in 0..400 {
        if samples(&mut app) > had + 60 {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    assert!(samples(&mut app) > had + 60, "it does not grow: {had}");
    assert_eq!(app.page.eval(place), before);
    assert_eq!(
        app.page
            .eval("document.querySelector('[data-testid=wanted]').open"),
        true
    );
    assert_eq!(
        app.page
            .eval("window.seen === document.querySelector('[data-testid=panel-4] canvas')"),
        true
    );

    // It goes away, and comes back with counters that begin anew.
    let gone = now();
    served.with(|s| s.up = false);
    app.page.wait_for(&state_is("retrying"));
    assert!(
        app.page
            .text(&part("live-name"))
            .contains("does not answer")
    );
    let picture = app.page.screenshot();
    fs::write(pictures.join("live-retrying.png"), picture).unwrap();
    let back = gone + 14_000;
    thread::sleep(Duration::from_millis((back - now()).max(0) as u64));
    served.with(|s| {
        s.shop.down.push((gone, back));
        s.up = true;
    });
    app.page.wait_for(&state_is("following"));
    app.page
        .wait_for("document.querySelector('[data-testid=live-facts]').innerText.includes('1 gap')");
    let half_a_minute = (now() + 12_000) as f64;
    app.page.wait_for(&format!("Date.now() > {half_a_minute}"));
    let (_, report) = saved_json(&mut app.page);
    let requests = panel(&report, "requests");
    let values = requests["lines"][0]["values"].as_array().unwrap();
    let known: Vec<bool> = values.iter().map(|v| !v.is_null()).collect();
    let first = known.iter().position(|k| *k).unwrap();
    let last = known.iter().rposition(|k| *k).unwrap();
    let holes = known[first..=last].iter().filter(|k| !**k).count();
    assert!(
        (1..=4).contains(&holes),
        "{holes} steps are missing: {known:?}"
    );
    let rates = values.iter().filter_map(Value::as_f64);
    assert!(
        rates.clone().all(|r| (0.0..26.0).contains(&r)),
        "{:?}",
        rates.collect::<Vec<_>>()
    );
    let restarts = report["resources"]["service"]["restarts"]
        .as_array()
        .unwrap();
    assert!(!restarts.is_empty());
    assert!(!report.to_string().contains("Authorization"));

    // Pause asks no more.
    app.page.click(&part("live-pause"));
    app.page.wait_for(&state_is("paused"));
    let asked = app.page.requests().len();
    thread::sleep(Duration::from_millis(2_500));
    assert_eq!(app.page.requests().len(), asked);
    app.page.click(&part("live-pause"));
    app.page.wait_for(&state_is("following"));
    app.page.click(&part("live-stop"));
    app.page.wait_for(&state_is("ended"));
    // What came stays.
    assert!(app.page.eval(count).as_u64() >= Some(8));
    let own = [app.server.origin.clone(), served.url.clone()];
    let abroad: Vec<String> = app.page.requests();
    let abroad: Vec<&String> = abroad
        .iter()
        .filter(|u| u.starts_with("http") && !own.iter().any(|o| u.starts_with(o.as_str())))
        .collect();
    assert!(abroad.is_empty(), "{abroad:?}");
}

#[test]
fn a_server_that_forbids_reading_is_told_with_what_mends_it() {
    let Some(mut app) = App::open() else { return };
    let served = Served::start(Shop::open_for(600_000, now(), 1_000));
    served.with(|s| s.cors = false);
    connect(&mut app, &served.url, "900", "1");
    app.page.wait_for(&state_is("stuck"));
    let fault = app.page.text(&part("live-fault"));
    assert!(fault.contains("(CORS)"), "{fault}");
    let origin = app.server.origin.replace('.', "\\.");
    assert!(
        fault.contains(&format!("--web.cors.origin='{origin}'")),
        "{fault}"
    );
    pictured(&mut app, "live-cors");
    // Mended, it goes on by a click.
    served.with(|s| s.cors = true);
    app.page.click(&part("live-pause"));
    app.page.wait_for(&state_is("following"));
    ready(&mut app.page);
    app.page.wait_for(&format!("!({})", has("connect-panel")));
    // With a sign-in, which is in no address and no storage.
    served.with(|s| s.shop.wants = Some("Bearer t0p-secret".into()));
    app.page.wait_for(&state_is("stuck"));
    assert!(app.page.text(&part("live-fault")).contains("token"));
    app.page.click(&part("connect"));
    app.page.choose(&part("connect-url"), &served.url);
    app.page.choose(&part("connect-every"), "1");
    app.page.choose(&part("connect-who"), "bearer");
    app.page.wait_for(&has("connect-secret"));
    app.page.choose(&part("connect-secret"), "t0p-secret");
    app.page.click(&part("connect-go"));
    app.page.wait_for(&state_is("following"));
    ready(&mut app.page);
    let kept = app.page.eval("JSON.stringify([location.href, Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])");
    assert!(!kept.to_string().contains("t0p-secret"), "{kept}");
    let (text, _) = saved_json(&mut app.page);
    assert!(!text.contains("t0p-secret"));
}

#[test]
fn an_error_budget_that_is_spent_too_fast_calls_a_webhook_once() {
    let Some(mut app) = App::open() else { return };
    let served = Served::start(Shop::open_for(4_000_000, now(), 1_000));
    connect(&mut app, &served.url, "3600", "1");
    app.page.wait_for(&state_is("following"));
    ready(&mut app.page);
    app.page
        .wait_for("document.querySelector('[data-testid=live-state]').innerText === 'Following'");
    app.page
        .click(&format!("{} > summary", part("live-alarms")));
    app.page
        .choose(&part("alarm-webhook"), &format!("{}/hook", served.url));
    app.page.click(&part("alarm-try"));
    app.page
        .wait_for("document.querySelector('[data-testid=alarm-told]').innerText.includes('took')");
    let picture = app.page.screenshot();
    fs::write(data::folder("pictures").join("live-alarms.png"), picture).unwrap();
    // Of an objective that nobody chose nobody is called.
    app.page.click(&format!("{} > summary", part("wanted")));
    app.page.choose(&part("wish-slo"), "99.9");
    // Much fails from now on.
    served.with(|s| s.shop.ill = Some(now()));
    let patience = now() + 90_000;
    while served.with(|s| s.posted.len()) < 2 && now() < patience {
        thread::sleep(Duration::from_millis(200));
    }
    let posted = served.with(|s| s.posted.clone());
    assert!(posted.len() >= 2, "{posted:?}");
    let first: Value = serde_json::from_str(&posted[0]).unwrap();
    assert_eq!(first["alarm"]["kind"], "trial");
    let alarm: Value = serde_json::from_str(&posted[1]).unwrap();
    assert_eq!(alarm["schema"], "plumbline.alarm/1");
    assert_eq!(alarm["alarm"]["kind"], "burn_rate");
    assert!(app.page.text(&part("live-alarms")).contains("alarm"));
}

/// Two servers have a service of one name: both are followed, and told apart by where they are.
#[test]
fn two_servers_of_metrics_are_followed_beside_each_other() {
    let Some(mut app) = App::open() else { return };
    let one = Served::start(Shop::open_for(600_000, now(), 1_000));
    let other = Served::start(Shop::open_for(600_000, now(), 1_000));
    connect(&mut app, &one.url, "900", "1");
    app.page.wait_for(&state_is("following"));
    ready(&mut app.page);
    app.page.click(&part("connect"));
    app.page.wait_for(&has("connect-panel"));
    app.page.choose(&part("connect-url"), &other.url);
    app.page.click(&part("connect-go"));
    let bars = format!(
        "[...document.querySelectorAll({})].filter(b => b.dataset.state === 'following').length",
        json!(part("live-bar"))
    );
    app.page.wait_for(&format!("{bars} === 2"));
    let servers: Vec<&str> = [&one.url, &other.url]
        .map(|url| url.trim_start_matches("http://"))
        .to_vec();
    let told = format!(
        "document.querySelector({}).innerText",
        json!(part("machine-stack"))
    );
    for server in &servers {
        app.page.wait_for(&format!(
            "{told}.includes({})",
            json!(format!("({server})"))
        ));
    }
    let (_, report) = saved_json(&mut app.page);
    let slos = report["resources"]["service"]["slos"].as_array().unwrap();
    for server in &servers {
        assert!(
            slos.iter()
                .any(|s| s["of"].as_str().unwrap().contains(server)),
            "{slos:?}"
        );
    }
    // The one at the same address takes the other's place.
    app.page.click(&part("connect"));
    app.page.wait_for(&has("connect-panel"));
    app.page.click(&part("connect-go"));
    thread::sleep(Duration::from_millis(1_500));
    app.page.wait_for(&format!("{bars} === 2"));
}
