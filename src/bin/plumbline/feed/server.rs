//! The sockets: HTTP by hyper, WebSockets by tungstenite, on one thread, on the loopback only.

use super::http::{Answer, Asked, Whole, answer, decoded, parameters};
use super::replay::Replay;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full, Limited, combinators::BoxBody};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::{Interval, interval};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// How often it is looked whether rows have come.
const TICK: Duration = Duration::from_millis(50);
/// Ticks after which a silent stream gives a sign of life.
const ALIVE: u32 = 300;
/// Rows that go out at once.
const BATCH: usize = 1_000;
/// Bytes of a form.
const FORM: usize = 1 << 20;

type Out = BoxBody<Bytes, Infallible>;

/// Answers whoever connects, until the program is ended. `origin`: whose pages may read the answers.
pub async fn serve(listener: TcpListener, replay: Arc<Replay>, origin: HeaderValue) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, for the moment.
            tokio::time::sleep(TICK).await;
            continue;
        };
        let (replay, origin) = (Arc::clone(&replay), origin.clone());
        let service = service_fn(move |request| {
            let (replay, origin) = (Arc::clone(&replay), origin.clone());
            async move { Ok::<_, Infallible>(respond(request, &replay, &origin).await) }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        // One that breaks off concerns nobody else.
        tokio::spawn(connection.with_upgrades());
    }
}

async fn respond(
    mut request: Request<Incoming>,
    replay: &Arc<Replay>,
    origin: &HeaderValue,
) -> Response<Out> {
    let upgrade = hyper::upgrade::on(&mut request);
    let asked = asked(request).await;
    let mut response = match answer(replay, &asked) {
        Answer::Whole(whole) => whole_response(whole),
        Answer::Events { track, from } => {
            let events = Events {
                replay: Arc::clone(replay),
                track,
                next: from,
                ticks: interval(TICK),
                silent: 0,
                begun: false,
            };
            let mut response = Response::new(events.boxed());
            put(&mut response, "Content-Type", "text/event-stream");
            put(&mut response, "Cache-Control", "no-store");
            response
        }
        Answer::Socket { track, from } => {
            let key = asked.header("sec-websocket-key").unwrap_or_default();
            let accept = derive_accept_key(key.as_bytes());
            let replay = Arc::clone(replay);
            tokio::spawn(async move {
                if let Ok(upgraded) = upgrade.await {
                    let io = TokioIo::new(upgraded);
                    let socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
                    talk(socket, &replay, track, from).await;
                }
            });
            let mut response = Response::new(empty());
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            put(&mut response, "Upgrade", "websocket");
            put(&mut response, "Connection", "Upgrade");
            put(&mut response, "Sec-WebSocket-Accept", &accept);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert("Access-Control-Allow-Origin", origin.clone());
    for (name, value) in [
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
        (
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, If-None-Match, If-Range, Last-Event-ID, Range",
        ),
        (
            "Access-Control-Expose-Headers",
            "Accept-Ranges, Content-Length, Content-Range, Date, ETag",
        ),
        ("Access-Control-Allow-Private-Network", "true"),
        ("Access-Control-Max-Age", "600"),
        ("Vary", "Origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What is asked, with the form that rides in its body.
async fn asked(request: Request<Incoming>) -> Asked {
    let (head, body) = request.into_parts();
    let mut all = parameters(head.uri.query().unwrap_or_default());
    if head.method == hyper::Method::POST
        && let Ok(body) = Limited::new(body, FORM).collect().await
    {
        all.extend(parameters(&String::from_utf8_lossy(&body.to_bytes())));
    }
    let headers = head.headers.iter();
    let headers = headers.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), value.into_owned())
    });
    Asked {
        method: head.method.as_str().to_owned(),
        path: decoded(head.uri.path(), false),
        parameters: all,
        headers: headers.collect(),
    }
}

fn whole_response(whole: Whole) -> Response<Out> {
    let mut response = Response::new(Full::new(Bytes::from(whole.body)).boxed());
    *response.status_mut() = StatusCode::from_u16(whole.status).unwrap_or(StatusCode::OK);
    if let Some(length) = whole.length {
        put(&mut response, "Content-Length", &length.to_string());
    }
    for (name, value) in &whole.headers {
        put(&mut response, name, value);
    }
    response
}

fn empty() -> Out {
    Full::new(Bytes::new()).boxed()
}

/// Sets a header; a value that is none is left out.
fn put(response: &mut Response<Out>, name: &str, value: &str) {
    let pair = (
        HeaderName::from_bytes(name.as_bytes()),
        HeaderValue::from_str(value),
    );
    if let (Ok(name), Ok(value)) = pair {
        response.headers_mut().insert(name, value);
    }
}

/// Rows of a table as server-sent events: the number of rows up to it is the id of each.
struct Events {
    replay: Arc<Replay>,
    track: usize,
    next: usize,
    ticks: Interval,
    silent: u32,
    begun: bool,
}

impl Events {
    fn come(&mut self) -> Option<Vec<u8>> {
        let track = self.replay.tracks.get(self.track)?;
        let come = track.come(self.replay.now());
        if come <= self.next {
            return None;
        }
        let mut text = Vec::new();
        for row in self.next..come.min(self.next + BATCH) {
            text.extend_from_slice(format!("id: {}\ndata: ", row + 1).as_bytes());
            text.extend_from_slice(track.lines(row, row + 1));
            text.push(b'\n');
            self.next = row + 1;
        }
        Some(text)
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = |text: Vec<u8>| Poll::Ready(Some(Ok(Frame::data(Bytes::from(text)))));
        if !self.begun {
            self.begun = true;
            return frame(b"retry: 1000\n\n".to_vec());
        }
        loop {
            if let Some(text) = self.come() {
                self.silent = 0;
                return frame(text);
            }
            ready!(self.ticks.poll_tick(cx));
            self.silent += 1;
            if self.silent >= ALIVE {
                self.silent = 0;
                return frame(b": still here\n\n".to_vec());
            }
        }
    }
}

/// Sends rows as they come, one a line, some of them in a message, until the other side goes.
async fn talk<S>(mut socket: WebSocketStream<S>, replay: &Replay, track: usize, mut next: usize)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let Some(track) = replay.tracks.get(track) else {
        return;
    };
    let (mut ticks, mut silent) = (interval(TICK), 0);
    loop {
        tokio::select! {
            came = socket.next() => match came {
                // A ping is answered by the library.
                Some(Ok(message)) if !message.is_close() => {}
                _ => return,
            },
            _ = ticks.tick() => {
                let come = track.come(replay.now());
                while next < come {
                    let to = come.min(next + BATCH);
                    let text = String::from_utf8_lossy(track.lines(next, to)).into_owned();
                    if socket.send(Message::text(text)).await.is_err() {
                        return;
                    }
                    (next, silent) = (to, 0);
                }
                silent += 1;
                if silent >= ALIVE {
                    silent = 0;
                    if socket.send(Message::Ping(Bytes::new())).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
