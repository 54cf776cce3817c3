//! One message between page and workers: a number to match answers with questions, the JSON text of
//! a [`Request`](crate::engine::message::Request) or [`Reply`](crate::engine::message::Reply), and
//! what rides beside it.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, MessageChannel, MessagePort};

/// The number of messages that answer no question: `Ready`, and a dying worker's last words.
pub const UNASKED: u32 = 0;

/// What rides beside the text of a message.
#[derive(Clone, Debug, Default)]
pub enum Load {
    /// Nothing.
    #[default]
    None,
    /// A file: the worker gets a handle to it, not a copy.
    File(File),
    /// Files.
    Files(Vec<File>),
    /// Bytes, which change hands: the sender has them no more.
    Bytes(ArrayBuffer),
}

impl Load {
    /// A copy of bytes in a buffer of its own; Wasm memory itself cannot change hands.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self::Bytes(Uint8Array::from(bytes).buffer())
    }

    /// The bytes that ride here; empty where none do.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(buffer) => taken(&buffer),
            _ => Vec::new(),
        }
    }

    fn from_js(value: JsValue) -> Self {
        let value = match value.dyn_into::<ArrayBuffer>() {
            Ok(buffer) => return Self::Bytes(buffer),
            Err(value) => value,
        };
        match value.dyn_into::<Array>() {
            Ok(files) => Self::Files(files.iter().filter_map(|f| f.dyn_into().ok()).collect()),
            Err(value) => value.dyn_into().map_or(Self::None, Self::File),
        }
    }
}

/// The bytes of a buffer. Its memory goes back to the system at once: left to the garbage collector,
/// buffers would pile up faster than it runs.
#[must_use]
pub fn taken(buffer: &ArrayBuffer) -> Vec<u8> {
    let bytes = Uint8Array::new(buffer).to_vec();
    free(buffer);
    bytes
}

thread_local! {
    /// A door that leads nowhere: what is sent through it is gone.
    static NOWHERE: Option<MessagePort> = {
        let channel = MessageChannel::new().ok();
        channel.map(|channel| {
            channel.port2().close();
            channel.port1()
        })
    };
}

/// Gives the memory of a buffer back: it changes hands to nobody. (`transfer(0)` takes it from the script
/// too, but browsers keep it until their own collector runs.)
pub fn free(buffer: &ArrayBuffer) {
    NOWHERE.with(|nowhere| {
        if let Some(nowhere) = nowhere {
            // If it stays, the browser collects it when it sees fit.
            let _ = nowhere.post_message_with_transferable(&JsValue::NULL, &Array::of1(buffer));
        }
    });
}

/// A message as the browser carries it, and the list of what changes hands with it.
///
/// # Errors
/// Where the body cannot be written as JSON; no message of ours has such a shape.
pub fn pack<T: Serialize>(id: u32, body: &T, load: Load) -> Result<(Array, Array), JsValue> {
    let text = serde_json::to_string(body).map_err(|e| JsValue::from_str(&e.to_string()))?;
    let (load, transfer) = match load {
        Load::None => (JsValue::UNDEFINED, Array::new()),
        Load::File(file) => (file.into(), Array::new()),
        Load::Files(files) => (files.into_iter().collect::<Array>().into(), Array::new()),
        Load::Bytes(buffer) => {
            let transfer = Array::of1(&buffer);
            (buffer.into(), transfer)
        }
    };
    Ok((
        Array::of3(&JsValue::from(id), &JsValue::from_str(&text), &load),
        transfer,
    ))
}

/// What [`pack`] made; `None` if it is something else.
#[must_use]
pub fn unpack<T: DeserializeOwned>(data: &JsValue) -> Option<(u32, T, Load)> {
    let parts: &Array = data.dyn_ref()?;
    let id = parts.get(0).as_f64()? as u32;
    let body = serde_json::from_str(&parts.get(1).as_string()?).ok()?;
    Some((id, body, Load::from_js(parts.get(2))))
}
