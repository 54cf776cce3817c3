//! A web server for one folder on the loopback, under a path of its own choice: the least that a
//! static host does.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A server that runs as long as the test does.
pub struct Server {
    /// Where its page is: `http://127.0.0.1:PORT/PATH/`.
    pub url: String,
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
}

impl Server {
    /// Serves `folder` under `path`, which starts and ends with `/`.
    pub fn start(folder: &Path, path: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("bound"));
        let url = format!("{origin}{path}");
        let site = Arc::new((folder.to_path_buf(), path.to_owned()));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let site = Arc::clone(&site);
                thread::spawn(move || answer(stream, &site.0, &site.1));
            }
        });
        Self { url, origin }
    }
}

/// One request a connection. A browser that hangs up early is no error.
fn answer(mut stream: TcpStream, folder: &Path, mount: &str) -> Option<()> {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .ok()?;
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    while lines.next().is_some_and(|l| l.is_ok_and(|l| !l.is_empty())) {}
    let mut words = request.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let file = file(folder, mount, target).filter(|_| method == "GET" || method == "HEAD");
    let (status, kind, body) = match file.as_ref().and_then(|f| Some((f, fs::read(f).ok()?))) {
        Some((file, body)) => ("200 OK", mime(file), body),
        None => ("404 Not Found", "text/plain", b"not found".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    if method == "GET" {
        stream.write_all(&body).ok()?;
    }
    stream.flush().ok()
}

/// The file that a request target means, never one outside of `folder`.
fn file(folder: &Path, mount: &str, target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?.strip_prefix(mount)?;
    let inside = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let name = if path.is_empty() || path.ends_with('/') {
        format!("{path}index.html")
    } else {
        path.to_owned()
    };
    inside.then(|| folder.join(name))
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("csv") => "text/csv; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[test]
fn a_request_stays_in_the_folder() {
    let folder = Path::new("/site");
    let at = |target| file(folder, "/a/b/", target);
    assert_eq!(at("/a/b/"), Some("/site/index.html".into()));
    assert_eq!(at("/a/b/x.js?v=1"), Some("/site/x.js".into()));
    assert_eq!(at("/x.js"), None);
    assert_eq!(at("/a/b/../../etc/passwd"), None);
}
