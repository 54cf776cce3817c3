//! A Chromium of our own, spoken to in the Chrome DevTools Protocol through two pipes: no port, no
//! driver, no other crate. Every wait has an end.

use serde_json::{Value, json};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The Chromium to test with: `$CHROMIUM`, else the first of the usual names.
pub fn chromium() -> Option<PathBuf> {
    if let Some(given) = env::var_os("CHROMIUM") {
        return Some(given.into());
    }
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    ["chromium", "google-chrome", "chromium-browser"]
        .iter()
        .find_map(|name| folders.iter().map(|f| f.join(name)).find(|p| p.is_file()))
}

/// The writing end, shared with the thread that reads.
struct Pipe {
    input: Mutex<ChildStdin>,
    last_id: AtomicU64,
}

impl Pipe {
    fn send(&self, session: Option<&str>, method: &str, params: &Value) -> u64 {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        let mut input = self
            .input
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // A browser that is gone shows where its answer is missed.
        let _ = input.write_all(&bytes).and_then(|()| input.flush());
        id
    }
}

/// A running browser; it ends with this value.
pub struct Browser {
    child: Child,
    pipe: Arc<Pipe>,
    inbox: Receiver<Value>,
    /// Events in order of arrival, each with `method`, `params` and perhaps `sessionId`.
    pub events: Vec<Value>,
    folder: PathBuf,
}

impl Browser {
    /// Starts a browser that knows nothing of earlier ones.
    pub fn launch(program: &Path) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("browser-{}-{count}", std::process::id()));
        fs::create_dir_all(folder.join("downloads")).expect("a folder for the browser");
        let log = fs::File::create(folder.join("log")).expect("a file for the browser's log");
        // Chromium reads commands on file 3 and answers on file 4.
        let script = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#;
        let mut child = Command::new("sh")
            .args(["-c", script])
            .arg(program)
            .args([
                "--headless=new",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
            ])
            .args([
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args([
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--mute-audio",
                "--lang=en-GB",
            ])
            .arg(format!(
                "--user-data-dir={}",
                folder.join("profile").display()
            ))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .spawn()
            .expect("Chromium starts");
        let input = child.stdin.take().expect("piped");
        let output = child.stdout.take().expect("piped");
        let pipe = Arc::new(Pipe {
            input: Mutex::new(input),
            last_id: AtomicU64::new(0),
        });
        let (sender, inbox) = channel();
        let for_reader = Arc::clone(&pipe);
        thread::spawn(move || read(BufReader::new(output), &for_reader, &sender));
        Self {
            child,
            pipe,
            inbox,
            events: Vec::new(),
            folder,
        }
    }

    /// Where downloads land.
    pub fn downloads(&self) -> PathBuf {
        self.folder.join("downloads")
    }

    /// Calls a method and waits for its answer.
    pub fn call(
        &mut self,
        session: Option<&str>,
        method: &str,
        params: &Value,
    ) -> Result<Value, String> {
        let id = self.pipe.send(session, method, params);
        let end = Instant::now() + PATIENCE;
        loop {
            let Some(mut message) = self.receive(end) else {
                return Err(format!("{method}: no answer in {PATIENCE:?}"));
            };
            if message["id"] != id {
                self.keep(message);
            } else if message["error"].is_null() {
                return Ok(message["result"].take());
            } else {
                return Err(format!("{method}: {}", message["error"]["message"]));
            }
        }
    }

    /// Waits for the first event, earlier ones included, of which `what` makes something.
    pub fn wait_event<T>(&mut self, name: &str, mut what: impl FnMut(&Value) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        let mut seen = 0;
        loop {
            if let Some(found) = self.events[seen..].iter().find_map(&mut what) {
                return found;
            }
            seen = self.events.len();
            match self.receive(end) {
                Some(message) => self.keep(message),
                None => panic!("{name} did not happen in {PATIENCE:?}"),
            }
        }
    }

    /// Takes in what has arrived.
    pub fn pump(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.keep(message);
        }
    }

    fn keep(&mut self, message: Value) {
        if message["method"].is_string() {
            self.events.push(message);
        }
    }

    fn receive(&self, end: Instant) -> Option<Value> {
        match self
            .inbox
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("Chromium is gone. Its log:\n{log}")
            }
        }
    }
}

/// Splits the answers and passes them on. A worker is made to tell of its console and requests
/// before it runs, without a detour through the test, which may be busy.
fn read(mut output: impl BufRead, pipe: &Pipe, sender: &Sender<Value>) {
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match output.read_until(0, &mut bytes) {
            Ok(n) if n > 0 => {}
            _ => return,
        }
        bytes.pop();
        let Ok(message) = serde_json::from_slice::<Value>(&bytes) else {
            continue;
        };
        if message["method"] == "Target.attachedToTarget"
            && message["params"]["waitingForDebugger"] == true
        {
            let session = message["params"]["sessionId"].as_str();
            let nothing = json!({});
            for method in ["Runtime.enable", "Log.enable", "Network.enable"] {
                pipe.send(session, method, &nothing);
            }
            pipe.send(session, "Target.setAutoAttach", &auto_attach());
            pipe.send(session, "Runtime.runIfWaitingForDebugger", &nothing);
        }
        if sender.send(message).is_err() {
            return;
        }
    }
}

/// How to be told of workers.
pub fn auto_attach() -> Value {
    json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true })
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The group: Chromium is many processes.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.child.wait();
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}
