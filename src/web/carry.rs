//! Carries the requests of a live source: fetch, a stream of it, or a WebSocket.

use crate::feed::{Answer, Ask, Came, Carrier, Method, Unreached};
use js_sys::{Array, ArrayBuffer, Function, JsString, Promise, Reflect, Uint8Array};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, BinaryType, Event, Headers, MessageEvent, ReadableStreamDefaultReader,
    ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestMode, Response,
    WebSocket,
};

/// Longest answer that is taken.
const MOST_BYTES: u32 = 256 << 20;

/// Called with what comes.
pub type Tell = Rc<dyn Fn(Came)>;

/// A request on its way; dropping it ends it.
pub enum Carried {
    /// By fetch.
    Fetch(AbortController),
    /// By a socket.
    Socket {
        /// It.
        socket: WebSocket,
        /// What listens to it.
        _heard: Vec<Closure<dyn FnMut(Event)>>,
    },
    /// It could not be sent.
    Nothing,
}

impl Drop for Carried {
    fn drop(&mut self) {
        match self {
            Self::Fetch(abort) => abort.abort(),
            Self::Socket { socket, .. } => {
                for unset in [
                    WebSocket::set_onopen,
                    WebSocket::set_onclose,
                    WebSocket::set_onmessage,
                ] {
                    unset(socket, None);
                }
                // If it is closed already, nothing is left to do.
                let _ = socket.close();
            }
            Self::Nothing => {}
        }
    }
}

/// Sends a request.
pub fn carry(ask: Ask, tell: Tell) -> Carried {
    if is_mixed(&ask.url) {
        return failed(&tell, Unreached::Mixed);
    }
    match ask.carrier {
        Carrier::Socket => socket(&ask, &tell).unwrap_or_else(|_| failed(&tell, Unreached::Nobody)),
        Carrier::Whole | Carrier::Stream => {
            let Ok(abort) = AbortController::new() else {
                return failed(&tell, Unreached::Nobody);
            };
            let carried = Carried::Fetch(abort.clone());
            spawn_local(async move {
                if let Err(why) = fetched(&ask, &abort, &tell).await
                    && !abort.signal().aborted()
                {
                    let why = match why {
                        Some(why) => why,
                        None => silence(&ask).await,
                    };
                    tell(Came::Failed(why));
                }
            });
            carried
        }
    }
}

/// Tells of a failure when whoever asks has hung up.
fn failed(tell: &Tell, why: Unreached) -> Carried {
    let tell = Rc::clone(tell);
    spawn_local(async move { tell(Came::Failed(why)) });
    Carried::Nothing
}

/// Where this page is from; a worker made from a Blob knows it, too.
fn origin() -> String {
    let origin = Reflect::get(&js_sys::global(), &"origin".into());
    origin.ok().and_then(|o| o.as_string()).unwrap_or_default()
}

/// Host and port of an address.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    host.rsplit('@').next().unwrap_or_default()
}

/// Of the reader's own machine, of their network, or neither.
fn space(url: &str) -> Option<&'static str> {
    let host = host(url);
    let name = match host.strip_prefix('[') {
        Some(_) => host,
        None => host.split(':').next().unwrap_or_default(),
    };
    let parts: Vec<u8> = name.split('.').filter_map(|p| p.parse().ok()).collect();
    match parts[..] {
        [127, ..] => Some("loopback"),
        [10, _, _, _] | [192, 168, _, _] | [172, 16..=31, _, _] => Some("local"),
        _ if name == "localhost" || host.starts_with("[::1]") => Some("loopback"),
        _ if name.ends_with(".local") => Some("local"),
        _ => None,
    }
}

/// Whether a browser blocks it because the page is from `https:` and the server is not. It lets a page reach the
/// reader's own machine, and their network if the reader allows that.
fn is_mixed(url: &str) -> bool {
    let plain = url.starts_with("http://") || url.starts_with("ws://");
    plain && origin().starts_with("https:") && space(url).is_none()
}

fn begun(ask: &Ask) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    if let (Some(space), true) = (space(&ask.url), origin().starts_with("https:")) {
        // Chrome asks the reader whether the page may, where it knows that it should.
        Reflect::set(&init, &"targetAddressSpace".into(), &space.into())?;
    }
    Ok(init)
}

fn fetch(url: &str, init: &RequestInit) -> Result<JsFuture, JsValue> {
    let fetch: Function = Reflect::get(&js_sys::global(), &"fetch".into())?.dyn_into()?;
    let promise: Promise = fetch
        .call2(&js_sys::global(), &url.into(), init)?
        .dyn_into()?;
    Ok(JsFuture::from(promise))
}

/// Sends it and tells what comes; `Err(None)` where the browser tells no reason.
async fn fetched(ask: &Ask, abort: &AbortController, tell: &Tell) -> Result<(), Option<Unreached>> {
    let none = |_: JsValue| None;
    let init = begun(ask).map_err(none)?;
    let headers = Headers::new().map_err(none)?;
    for (name, value) in &ask.headers {
        headers.set(name, value).map_err(none)?;
    }
    init.set_headers(&headers);
    init.set_signal(Some(&abort.signal()));
    if ask.method == Method::Post {
        init.set_method("POST");
        init.set_body(&Uint8Array::from(&ask.body[..]));
    }
    let response: Response = fetch(&ask.url, &init)
        .map_err(none)?
        .await
        .map_err(none)?
        .dyn_into()
        .map_err(none)?;
    let head = Answer {
        status: response.status(),
        headers: listed(&response.headers()),
        body: Vec::new(),
    };
    let lost = |_: JsValue| Some(Unreached::Nobody);
    if ask.carrier == Carrier::Whole || !response.ok() {
        let body = JsFuture::from(response.array_buffer().map_err(lost)?);
        let body: ArrayBuffer = body.await.map_err(lost)?.dyn_into().map_err(lost)?;
        if body.byte_length() > MOST_BYTES {
            return Err(Some(Unreached::TooLong));
        }
        let body = super::wire::taken(&body);
        tell(Came::Answer(Answer { body, ..head }));
        return Ok(());
    }
    tell(Came::Opened(head));
    let Some(stream) = response.body() else {
        tell(Came::Closed);
        return Ok(());
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().dyn_into().map_err(|_| None)?;
    loop {
        let next = JsFuture::from(reader.read()).await.map_err(lost)?;
        if abort.signal().aborted() {
            return Ok(());
        }
        let value = Reflect::get(&next, &"value".into()).unwrap_or_default();
        match value.dyn_into::<Uint8Array>() {
            Ok(part) => tell(Came::Part(part.to_vec())),
            Err(_) => {
                tell(Came::Closed);
                return Ok(());
            }
        }
    }
}

fn listed(headers: &Headers) -> Vec<(String, String)> {
    let pair = |pair: JsValue| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    Array::from(headers).iter().filter_map(pair).collect()
}

/// Why a request was not answered: a browser tells a page neither whether anybody is there nor that it may not read.
/// A request whose answer nobody wants to read comes through if the server is there.
async fn silence(ask: &Ask) -> Unreached {
    let knocked = async {
        let init = begun(ask)?;
        init.set_mode(RequestMode::NoCors);
        fetch(&ask.url, &init)?.await
    };
    match knocked.await {
        Ok(_) => Unreached::Cors,
        Err(_) => Unreached::Nobody,
    }
}

fn socket(ask: &Ask, tell: &Tell) -> Result<Carried, JsValue> {
    let socket = WebSocket::new(&ask.url)?;
    socket.set_binary_type(BinaryType::Arraybuffer);
    let on = |heard: Box<dyn FnMut(Event)>| Closure::wrap(heard);
    let (opening, body) = (Rc::clone(tell), ask.body.clone());
    let to = socket.clone();
    let is_open = Rc::new(Cell::new(false));
    let was_open = Rc::clone(&is_open);
    let opened = on(Box::new(move |_| {
        is_open.set(true);
        if !body.is_empty() {
            let text = String::from_utf8_lossy(&body);
            // If it does not go out, the socket closes, and that is heard.
            let _ = to.send_with_str(&text);
        }
        opening(Came::Opened(Answer {
            status: 101,
            ..Answer::default()
        }));
    }));
    let telling = Rc::clone(tell);
    let message = on(Box::new(move |event: Event| {
        let Ok(event) = event.dyn_into::<MessageEvent>() else {
            return;
        };
        let data = event.data();
        let bytes = match data.dyn_ref::<ArrayBuffer>() {
            Some(buffer) => super::wire::taken(buffer),
            None => data
                .dyn_ref::<JsString>()
                .map(|text| String::from(text).into_bytes())
                .unwrap_or_default(),
        };
        telling(Came::Part(bytes));
    }));
    let closing = Rc::clone(tell);
    let closed = on(Box::new(move |_| {
        closing(match was_open.get() {
            true => Came::Closed,
            false => Came::Failed(Unreached::Nobody),
        });
    }));
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    Ok(Carried::Socket {
        socket,
        _heard: vec![opened, message, closed],
    })
}
