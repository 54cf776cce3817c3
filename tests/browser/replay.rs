//! `plumbline feed` and other servers on the loopback, for as long as a test needs them; and how a reader connects to
//! them.

use crate::app::{App, has, part};
use crate::page::Page;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that ends with the test.
pub struct Running {
    child: Child,
    /// Where it answers.
    pub port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Replays files.
    pub fn replay(arguments: &[&str], port: u16) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_plumbline"))
            .args(["feed", "--port", &port.to_string()])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("http://127.0.0.1:").unwrap();
        let port = port.parse().unwrap();
        Self { child, port }
    }

    /// Starts a server and waits until it answers at a path.
    pub fn server(program: &Path, arguments: &[String], port: u16, path: &str) -> Self {
        let child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|why| panic!("{}: {why}", program.display()));
        let end = Instant::now() + Duration::from_secs(20);
        let running = Self { child, port };
        while !matches!(get(port, path), Some((200, _))) {
            assert!(
                Instant::now() < end,
                "{} does not answer",
                program.display()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        running
    }

    /// Ends it as its user would, and waits until it has.
    pub fn terminate(mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").arg(id).status();
        let _ = self.child.wait();
    }
}

/// A port that is free now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Status and body of a page on the loopback.
pub fn get(port: u16, path: &str) -> Option<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    let head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok()?;
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, bytes[end + 4..].to_vec()))
}

/// The program of a server: on the path, or where `make test` unpacked it.
pub fn program(name: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/debian/usr");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(["/usr/sbin".into(), own.join("bin"), own.join("sbin")]);
    let found = places
        .iter()
        .map(|place| place.join(name))
        .find(|p| p.is_file());
    found.or_else(|| crate::skip(&format!("{name} is missing: run '.ci/install test'")))
}

/// Opens the page for live sources.
pub fn open_live() -> Option<App> {
    let mut app = App::open()?;
    let url = format!("{}live.html", app.server.url);
    app.page.open(&url);
    app.page.wait_for(&has("drop-zone"));
    Some(app)
}

/// Connects to a source as a reader does; `fields` are further ones of the form, by name.
pub fn connect(page: &mut Page, kind: &str, url: &str, fields: &[(&str, &str)]) {
    page.click(&part("connect"));
    page.wait_for(&has("connect-kind"));
    page.choose(&part("connect-kind"), kind);
    page.choose(&part("connect-url"), url);
    for (name, value) in fields {
        page.wait_for(&has(name));
        page.choose(&part(name), value);
    }
    page.click(&part("connect-go"));
    page.wait_for(&format!("!({})", has("connect-panel")));
}
