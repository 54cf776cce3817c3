//! A page, as the one who sits before it: opens, drops files, moves sliders, saves, looks.

use crate::cdp::{Browser, PATIENCE, auto_attach};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// What a page and its workers hold, in bytes and in numbers of things.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    /// Objects of JavaScript, and their buffers.
    pub script: f64,
    /// Linear memory of WebAssembly, which never shrinks.
    pub program: f64,
    /// The browser's own objects: elements, measures, requests.
    pub browser: f64,
    /// User Timing measures.
    pub measures: f64,
    /// Elements of the document.
    pub elements: f64,
}

impl Held {
    /// All bytes.
    pub fn bytes(&self) -> f64 {
        self.script + self.program + self.browser
    }
}

/// The only page of a browser of its own.
pub struct Page {
    browser: Browser,
    session: String,
}

impl Page {
    /// A blank page, `1280 × 900`.
    pub fn new(program: &Path) -> Self {
        let mut browser = Browser::launch(program);
        let target = browser
            .call(
                None,
                "Target.createTarget",
                &json!({ "url": "about:blank" }),
            )
            .unwrap();
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser
            .call(None, "Target.attachToTarget", &attach)
            .unwrap()["sessionId"]
            .as_str()
            .unwrap()
            .to_owned();
        let downloads = json!({ "behavior": "allowAndName", "downloadPath": browser.downloads(), "eventsEnabled": true });
        browser
            .call(None, "Browser.setDownloadBehavior", &downloads)
            .unwrap();
        let mut page = Self { browser, session };
        for method in [
            "Page.enable",
            "Runtime.enable",
            "Log.enable",
            "Network.enable",
            "DOM.enable",
        ] {
            page.call(method, &json!({}));
        }
        page.call("Target.setAutoAttach", &auto_attach());
        page.look(1280, 900, 1.0, "light");
        page
    }

    #[track_caller]
    fn call(&mut self, method: &str, params: &Value) -> Value {
        let session = self.session.clone();
        self.browser
            .call(Some(&session), method, params)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Has every page that is opened from now on begin with a script.
    pub fn begin_with(&mut self, script: &str) {
        self.call(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({ "source": script }),
        );
    }

    /// Goes to an address and waits until it has loaded.
    #[track_caller]
    pub fn open(&mut self, url: &str) {
        self.browser.pump();
        let seen = self
            .browser
            .events
            .iter()
            .filter(|e| e["method"] == "Page.loadEventFired")
            .count();
        let answer = self.call("Page.navigate", &json!({ "url": url }));
        assert!(
            answer["errorText"].is_null(),
            "{url}: {}",
            answer["errorText"]
        );
        let mut loads = 0;
        self.browser.wait_event("load", |event| {
            loads += usize::from(event["method"] == "Page.loadEventFired");
            (loads > seen).then_some(())
        });
    }

    /// The value of an expression; a promise is awaited.
    #[track_caller]
    pub fn eval(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let mut answer = self.call("Runtime.evaluate", &params);
        let error = &answer["exceptionDetails"];
        assert!(
            error.is_null(),
            "{expression}\n{} {}",
            error["text"],
            error["exception"]["description"]
        );
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true in JavaScript's sense.
    #[track_caller]
    pub fn wait_for(&mut self, expression: &str) {
        let end = Instant::now() + PATIENCE;
        while self.eval(&format!("!!({expression})")) != true {
            if Instant::now() > end {
                let text = self.eval("document.body?.innerText.slice(0, 2000)");
                panic!(
                    "not true after {PATIENCE:?}: {expression}\nconsole: {:#?}\npage: {text}",
                    self.troubles()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The text of an element, as shown.
    #[track_caller]
    pub fn text(&mut self, selector: &str) -> String {
        self.eval(&format!(
            "document.querySelector({})?.innerText",
            json!(selector)
        ))
        .as_str()
        .unwrap_or_else(|| panic!("no {selector}"))
        .to_owned()
    }

    /// Waits for an element, brings it into view and clicks it with the mouse.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        self.wait_for(&format!("document.querySelector({})", json!(selector)));
        let (x, y) = self.middle(selector);
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                &json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 }),
            );
        }
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            _ => (0, ""),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            self.call(
                "Input.dispatchKeyEvent",
                &json!({ "type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code }),
            );
        }
    }

    /// The middle of an element, in view and at rest: what is clicked must not move away.
    #[track_caller]
    fn middle(&mut self, selector: &str) -> (f64, f64) {
        let middle = self.eval(&format!(
            "(async () => {{
               const frame = () => new Promise(done => requestAnimationFrame(done));
               const place = () => {{
                 const e = document.querySelector({});
                 e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                 const r = e.getBoundingClientRect();
                 return [r.x + r.width / 2, r.y + r.height / 2];
               }};
               for (let last = place(); ;) {{
                 await frame(); await frame();
                 const now = place();
                 if (now.join() === last.join()) return now;
                 last = now;
               }}
             }})()",
            json!(selector)
        ));
        (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap())
    }

    /// Sets the value of a range input or a menu, as its user does.
    #[track_caller]
    pub fn choose(&mut self, selector: &str, value: &str) {
        self.eval(&format!(
            "(() => {{ const e = document.querySelector({}); e.value = {};
               for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind, {{ bubbles: true }})); }})()",
            json!(selector),
            json!(value)
        ));
    }

    /// Chooses files in an `<input type=file>`.
    #[track_caller]
    pub fn set_files(&mut self, selector: &str, files: &[&Path]) {
        let found = self.call(
            "Runtime.evaluate",
            &json!({ "expression": format!("document.querySelector({})", json!(selector)) }),
        );
        let object = &found["result"]["objectId"];
        assert!(object.is_string(), "no {selector}");
        self.call(
            "DOM.setFileInputFiles",
            &json!({ "files": files, "objectId": object }),
        );
    }

    /// Drags files from outside and drops them on an element: real ones, with a `DataTransfer`.
    #[track_caller]
    pub fn drop_files(&mut self, selector: &str, files: &[&Path]) {
        self.wait_for(&format!("document.querySelector({})", json!(selector)));
        let (x, y) = self.middle(selector);
        let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
        for kind in ["dragEnter", "dragOver", "drop"] {
            self.call(
                "Input.dispatchDragEvent",
                &json!({ "type": kind, "x": x, "y": y, "data": data }),
            );
        }
    }

    /// Drags the mouse over an element, between two shares of its width.
    #[track_caller]
    pub fn drag(&mut self, selector: &str, from: f64, to: f64) {
        self.wait_for(&format!("document.querySelector({})", json!(selector)));
        let (middle, y) = self.middle(selector);
        let width = self.eval(&format!(
            "document.querySelector({}).getBoundingClientRect().width",
            json!(selector)
        ));
        let at = |share: f64| middle + (share - 0.5) * width.as_f64().unwrap();
        let moves = [
            ("mousePressed", from),
            ("mouseMoved", (from + to) / 2.0),
            ("mouseMoved", to),
            ("mouseReleased", to),
        ];
        for (kind, share) in moves {
            self.call(
                "Input.dispatchMouseEvent",
                &json!({ "type": kind, "x": at(share), "y": y, "button": "left", "buttons": 1, "clickCount": 1 }),
            );
        }
    }

    /// The sessions of the workers that live now.
    pub fn workers(&mut self) -> Vec<String> {
        self.browser.pump();
        let of = |e: &Value, method: &str| {
            let session = e["params"]["sessionId"].as_str();
            session.filter(|_| e["method"] == method).map(str::to_owned)
        };
        let events = &self.browser.events;
        let ended: Vec<String> = events
            .iter()
            .filter_map(|e| of(e, "Target.detachedFromTarget"))
            .collect();
        events
            .iter()
            .filter(|e| e["params"]["targetInfo"]["type"] == "worker")
            .filter_map(|e| of(e, "Target.attachedToTarget"))
            .filter(|session| !ended.contains(session))
            .collect()
    }

    /// Runs an expression in a worker, as soon as that has time for it.
    #[track_caller]
    pub fn in_worker(&mut self, session: &str, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true });
        let answer = self
            .browser
            .call(Some(session), "Runtime.evaluate", &params)
            .unwrap_or_else(|error| panic!("{error}"));
        answer["result"]["value"].clone()
    }

    /// What the page and its workers hold once garbage is collected; the memory of the program where a test keeps it as
    /// `linearMemory`. Requests are not written down for the test any more, for that takes memory in the browser.
    pub fn held(&mut self) -> Held {
        let mut sessions = self.workers();
        sessions.push(self.session.clone());
        let mut held = Held::default();
        for session in sessions {
            let mut ask =
                |method: &str, params: &Value| self.browser.call(Some(&session), method, params);
            // A worker may end meanwhile; what it held is gone then.
            if ask("Network.disable", &json!({})).is_err()
                || ask("HeapProfiler.collectGarbage", &json!({})).is_err()
            {
                continue;
            }
            let count = "[self.linearMemory?.buffer.byteLength || 0,
                performance.getEntriesByType('measure').length,
                self.document?.querySelectorAll('*').length || 0]";
            let count = json!({ "expression": count, "returnByValue": true });
            if let Ok(count) = ask("Runtime.evaluate", &count) {
                let number = |at: usize| count["result"]["value"][at].as_f64().unwrap_or_default();
                held.program += number(0);
                held.measures += number(1);
                held.elements += number(2);
            }
            if let Ok(heap) = ask("Runtime.getHeapUsage", &json!({})) {
                let number = |name: &str| heap[name].as_f64().unwrap_or_default();
                held.script += number("usedSize") + number("backingStorageSize");
                held.browser += number("embedderHeapUsedSize");
            }
        }
        held
    }

    /// Begins to record what the browser's threads do.
    pub fn trace(&mut self) {
        let categories = [
            "devtools.timeline",
            "disabled-by-default-devtools.timeline",
            "toplevel",
        ];
        let config = json!({ "includedCategories": categories, "excludedCategories": ["*"] });
        self.browser
            .call(None, "Tracing.start", &json!({ "traceConfig": config }))
            .unwrap();
    }

    /// Ends the record: milliseconds that each task of a page's own thread took of the processor, and
    /// by the clock, the longest first.
    pub fn traced(&mut self) -> Vec<(f64, f64)> {
        self.browser.call(None, "Tracing.end", &json!({})).unwrap();
        self.browser.wait_event("the end of the record", |e| {
            (e["method"] == "Tracing.tracingComplete").then_some(())
        });
        let of_record = |e: &Value| {
            e["method"]
                .as_str()
                .is_some_and(|m| m.starts_with("Tracing."))
        };
        let (record, kept): (Vec<Value>, Vec<Value>) =
            self.browser.events.drain(..).partition(of_record);
        self.browser.events = kept;
        let events: Vec<&Value> = record
            .iter()
            .filter_map(|e| e["params"]["value"].as_array())
            .flatten()
            .collect();
        let place = |e: &Value| (e["pid"].as_u64(), e["tid"].as_u64());
        // The browser has pages of its own; the threads of this one run its scripts.
        let origin = self.eval("location.href.split('/').slice(0, 3).join('/')");
        let origin = origin.as_str().unwrap_or_default().to_owned();
        let runs_ours = |e: &&&Value| {
            let url = e["args"]["data"]["url"].as_str();
            url.is_some_and(|url| url.starts_with(&origin))
        };
        let ours: Vec<_> = events
            .iter()
            .filter(runs_ours)
            .map(|e| e["pid"].as_u64())
            .collect();
        let own: Vec<_> = events
            .iter()
            .filter(|e| e["name"] == "thread_name" && e["args"]["name"] == "CrRendererMain")
            .filter(|e| ours.contains(&e["pid"].as_u64()))
            .map(|e| place(e))
            .collect();
        let of = |e: &Value, what: &str| e[what].as_f64().unwrap_or_default() / 1e3;
        let mut tasks: Vec<(f64, f64)> = events
            .iter()
            .filter(|e| e["name"] == "RunTask" && own.contains(&place(e)))
            .map(|e| (of(e, "tdur"), of(e, "dur")))
            .collect();
        tasks.sort_by(|a, b| b.0.total_cmp(&a.0));
        tasks
    }

    /// Runs `action` and waits for the download that it starts; gives the file.
    #[track_caller]
    pub fn download(&mut self, action: impl FnOnce(&mut Self)) -> PathBuf {
        self.browser.pump();
        let earlier = self.browser.events.len();
        action(self);
        self.browser.pump();
        let begun: Vec<Value> = self.browser.events.drain(earlier..).collect();
        let kept = std::mem::replace(&mut self.browser.events, begun);
        let (id, name) = self.browser.wait_event("a download", |e| {
            (e["method"] == "Browser.downloadWillBegin").then(|| {
                (
                    e["params"]["guid"].clone(),
                    e["params"]["suggestedFilename"]
                        .as_str()
                        .unwrap()
                        .to_owned(),
                )
            })
        });
        self.browser.wait_event("the download's end", |e| {
            let params = &e["params"];
            (e["method"] == "Browser.downloadProgress"
                && params["guid"] == id
                && params["state"] == "completed")
                .then_some(())
        });
        self.browser.events.splice(..0, kept);
        // The browser names it by its id, so that no earlier one of its name is in the way.
        let file = self.browser.downloads().join(name);
        let as_saved = self.browser.downloads().join(id.as_str().unwrap());
        fs::rename(as_saved, &file).expect("the download is there");
        file
    }

    /// Size in CSS pixels, device pixels for each of them, and `light` or `dark`.
    pub fn look(&mut self, width: u32, height: u32, scale: f64, scheme: &str) {
        self.call("Emulation.setDeviceMetricsOverride", &json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false }));
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.call(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
        // Two frames: one to lay out, one in which observers have drawn.
        self.eval("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /// A picture of what is in view, as PNG.
    pub fn screenshot(&mut self) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", &json!({ "format": "png" }));
        decode(answer["data"].as_str().unwrap())
    }

    /// Cuts the network, or gives it back.
    pub fn offline(&mut self, offline: bool) {
        self.call("Network.emulateNetworkConditions", &json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 }));
    }

    /// Errors and warnings of the console, uncaught exceptions and failed loads, of the page and
    /// its workers, in order.
    pub fn troubles(&mut self) -> Vec<String> {
        self.browser.pump();
        let trouble = |event: &Value| {
            let params = &event["params"];
            match event["method"].as_str()? {
                "Runtime.consoleAPICalled"
                    if matches!(params["type"].as_str()?, "error" | "warning" | "assert") =>
                {
                    let text = |a: &Value| {
                        a["value"]
                            .as_str()
                            .or(a["description"].as_str())
                            .unwrap_or_default()
                            .to_owned()
                    };
                    let args: Vec<String> = params["args"].as_array()?.iter().map(text).collect();
                    Some(format!("console: {}", args.join(" ")))
                }
                "Runtime.exceptionThrown" => {
                    let details = &params["exceptionDetails"];
                    Some(format!(
                        "exception: {} {}",
                        details["text"], details["exception"]["description"]
                    ))
                }
                "Log.entryAdded"
                    if matches!(params["entry"]["level"].as_str()?, "error" | "warning") =>
                {
                    Some(format!(
                        "log: {} {}",
                        params["entry"]["text"], params["entry"]["url"]
                    ))
                }
                _ => None,
            }
        };
        self.browser.events.iter().filter_map(trouble).collect()
    }

    /// The address of every request of the page and its workers, in order.
    pub fn requests(&mut self) -> Vec<String> {
        self.browser.pump();
        let requests = self
            .browser
            .events
            .iter()
            .filter(|e| e["method"] == "Network.requestWillBeSent");
        requests
            .filter_map(|e| e["params"]["request"]["url"].as_str().map(str::to_owned))
            .collect()
    }

    /// Fails if anything was asked of the network but `origin`, or if the console is not silent.
    #[track_caller]
    pub fn assert_quiet(&mut self, origin: &str) {
        let local = |url: &String| {
            [origin, "blob:", "data:", "file:", "about:"]
                .iter()
                .any(|start| url.starts_with(start))
        };
        let abroad: Vec<String> = self
            .requests()
            .into_iter()
            .filter(|url| !local(url))
            .collect();
        assert!(abroad.is_empty(), "requests leave the page: {abroad:#?}");
        let troubles = self.troubles();
        assert!(
            troubles.is_empty(),
            "the console is not empty: {troubles:#?}"
        );
    }

    /// What axe-core finds, given its `axe.min.js`: a line for each rule that is broken.
    pub fn axe(&mut self, library: &Path) -> Vec<String> {
        let code = fs::read_to_string(library).expect("axe.min.js");
        // As a value, or its module would be returned and could not be copied.
        self.eval(&format!("{code}\n;true"));
        let broken = self.eval("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.help} (${v.nodes.map(n => n.target.join(' ')).join(', ')})`))");
        broken
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_str().unwrap().to_owned())
            .collect()
    }
}

/// The bytes of a text in base64.
fn decode(text: &str) -> Vec<u8> {
    let digit = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().filter_map(digit).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let word =
            group.iter().fold(0u32, |word, d| word << 6 | u32::from(*d)) << (6 * (4 - group.len()));
        bytes.extend_from_slice(&word.to_be_bytes()[1..group.len()]);
    }
    bytes
}

#[test]
fn base64_is_read() {
    assert_eq!(decode("UGx1bWJsaW5l"), b"Plumbline");
    assert_eq!(decode("UGx1bWI="), b"Plumb");
    assert_eq!(decode("UGx1bQ=="), b"Plum");
}
