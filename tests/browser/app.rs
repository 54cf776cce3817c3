//! What the tests do with Plumbline's page, by the names (`data-testid`) that it gives its parts.

use crate::page::Page;
use crate::server::Server;
use crate::{browser, dist};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

/// The selector of a part.
pub fn part(name: &str) -> String {
    format!("[data-testid=\"{name}\"]")
}

/// The page, open and empty, served from a folder below the root as on a shared host.
pub struct App {
    /// The tab.
    pub page: Page,
    /// Where it came from.
    pub server: Server,
    _turn: MutexGuard<'static, ()>,
}

impl App {
    /// Opens the built page; `None` where it or the browser is missing and not required.
    #[track_caller]
    pub fn open() -> Option<Self> {
        let dist = dist()?;
        let (page, turn) = browser()?;
        let server = Server::start(&dist, "/some/where/");
        let mut app = Self {
            page,
            server,
            _turn: turn,
        };
        app.page.open(&app.server.url.clone());
        app.page.wait_for(&has("drop-zone"));
        Some(app)
    }

    /// Drops files anywhere and waits for the report on them.
    #[track_caller]
    pub fn read(&mut self, files: &[&Path]) {
        self.page.drop_files("body", files);
        ready(&mut self.page);
    }

    /// Nothing left the page, and nothing was complained of.
    #[track_caller]
    pub fn assert_quiet(&mut self) {
        let origin = self.server.origin.clone();
        self.page.assert_quiet(&origin);
    }
}

/// An expression that is true where a part is there and has a size.
pub fn has(name: &str) -> String {
    format!(
        "document.querySelector({})?.getClientRects().length",
        json!(part(name))
    )
}

/// Waits for a report and for all work to end.
#[track_caller]
pub fn ready(page: &mut Page) {
    page.wait_for(&format!(
        "{} && !({}) && document.querySelector('.report').ariaBusy === 'false' && document.querySelector({}).innerText.trim()",
        has("health"),
        has("progress"),
        json!(part("health"))
    ));
}

/// The metrics as the page knows them, in full precision, by name; those without a value are left out.
#[track_caller]
pub fn metrics(page: &mut Page) -> BTreeMap<String, f64> {
    let found = page.eval(
        "Object.fromEntries([...document.querySelectorAll('[data-testid^=\"metric-\"][data-value]')]
         .map(e => [e.dataset.testid.slice(7), e.dataset.value]).filter(([, value]) => value !== ''))",
    );
    let number = |v: &Value| {
        v.as_str()
            .and_then(|t| t.parse().ok())
            .unwrap_or_else(|| panic!("{v} is not a number"))
    };
    found
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, v)| (name.clone(), number(v)))
        .collect()
}

/// Clicks a part that saves, opening the menu that it lies in, and gives the file.
#[track_caller]
pub fn save(page: &mut Page, name: &str) -> PathBuf {
    let selector = part(name);
    page.wait_for(&format!("document.querySelector({})", json!(selector)));
    page.eval(&format!("(() => {{ const menu = document.querySelector({}).closest('details'); if (menu) menu.open = true; }})()", json!(selector)));
    // A change of the view moves what stands below it until its last answer is there.
    page.eval(
        "(async () => {
           const height = () => document.documentElement.scrollHeight;
           for (let rests = 0, last = height(); rests < 5;) {
             await new Promise(done => setTimeout(done, 100));
             rests = height() === last ? rests + 1 : 0;
             last = height();
           }
         })()",
    );
    page.download(|page| page.click(&selector))
}

/// What the page saves as JSON.
#[track_caller]
pub fn saved_json(page: &mut Page) -> (String, Value) {
    let text = fs::read_to_string(save(page, "save-json")).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

/// Saves as JSON until it is what the command line prints: after a change of view the page goes back
/// to the rows for what its counts cannot tell exactly, and shows the nearest answer meanwhile.
#[track_caller]
pub fn assert_becomes(page: &mut Page, command_line: &str) -> Value {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let (text, report) = saved_json(page);
        if text == command_line || Instant::now() > end {
            assert_same(&text, command_line);
            return report;
        }
    }
}

/// `plumbline report FILES… ARGS…`: what it prints.
#[track_caller]
pub fn command_line(files: &[&Path], args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("report")
        .args(files)
        .args(args)
        .output()
        .unwrap();
    // 1: checks fail; the report is written all the same.
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Fails with the first place where two texts differ, not with both of them.
#[track_caller]
pub fn assert_same(page: &str, command_line: &str) {
    let Some(at) = page
        .bytes()
        .zip(command_line.bytes())
        .position(|(a, b)| a != b)
    else {
        assert_eq!(
            page.len(),
            command_line.len(),
            "one is the start of the other; the longer goes on with {:?}",
            {
                let (longer, at) = if page.len() > command_line.len() {
                    (page, command_line.len())
                } else {
                    (command_line, page.len())
                };
                longer
                    .get(at..)
                    .map(|rest| rest.chars().take(80).collect::<String>())
            }
        );
        return;
    };
    let around = |text: &str| {
        String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(120)..(at + 80).min(text.len())])
            .into_owned()
    };
    panic!(
        "they differ from byte {at} on:\npage:         …{}…\ncommand line: …{}…",
        around(page),
        around(command_line)
    );
}
