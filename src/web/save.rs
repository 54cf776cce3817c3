//! Files that the page gives: downloads, and the report that is one file.

use super::boot;
use super::pool::text_of;
use crate::read::ReadError;
use crate::report::html;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Element, HtmlAnchorElement, Url};

/// Milliseconds after which a download's bytes are let go.
const KEEP_MS: u32 = 60_000;

/// Gives the reader a file. What the browser does with it (asks where to, saves, refuses) it tells
/// the reader, not us.
///
/// # Errors
/// Where the browser gives no memory for it.
pub fn download(name: &str, mime: &str, bytes: &[u8]) -> Result<(), ReadError> {
    let give = || -> Result<(), JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type(mime);
        let parts = Array::of1(&Uint8Array::from(bytes));
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let link: HtmlAnchorElement = boot::document()
            .ok_or("no page")?
            .create_element("a")?
            .unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // The browser reads the bytes in its own time; there is no event for when it is done.
        gloo::timers::callback::Timeout::new(KEEP_MS, move || {
            let _ = Url::revoke_object_url(&url);
        })
        .forget();
        Ok(())
    };
    give().map_err(|why| problem(name, &why, "Free some memory and save again"))
}

/// The saved report: the viewer with this payload in it. A hosted page asks its host for the viewer;
/// a page that is one file makes it from itself, so that a saved report can be saved again.
///
/// # Errors
/// Where the host does not answer.
pub async fn report_html(payload_json: &str) -> Result<String, ReadError> {
    let viewer = if boot::is_one_file() {
        own_viewer()
    } else {
        boot::fetch("report.html").await
    };
    let viewer = viewer.map_err(|why| {
        let mend = "Connect to the host of this page again and save once more";
        problem("report.html", &why, mend)
    })?;
    let packed = gzip(payload_json).await.map_err(|why| {
        problem(
            "report.html",
            &why,
            "Use a current browser: Chrome 91, Firefox 113, Safari 16.4 or later",
        )
    })?;
    html::render(&viewer, &packed).ok_or_else(|| {
        let why = JsValue::from_str("this is not the viewer");
        problem("report.html", &why, "Build the page again, with its viewer")
    })
}

/// A text, compressed by the browser off the page's thread (`boot.js`).
async fn gzip(text: &str) -> Result<Vec<u8>, JsValue> {
    let compress: Function =
        Reflect::get(&js_sys::global(), &"plumblineGzip".into())?.dyn_into()?;
    let packed: Promise = compress.call1(&JsValue::NULL, &text.into())?.dyn_into()?;
    Ok(Uint8Array::new(&JsFuture::from(packed).await?).to_vec())
}

/// This page as it was when it was opened: without what the program has drawn since.
fn own_viewer() -> Result<String, JsValue> {
    let page: Element = boot::document()
        .and_then(|d| d.document_element())
        .ok_or("no page")?
        .clone_node_with_deep(true)?
        .unchecked_into();
    for name in Array::from(&page.get_attribute_names()).iter() {
        match name.as_string() {
            Some(name) if name != "lang" => page.remove_attribute(&name)?,
            _ => {}
        }
    }
    let body = page.query_selector("body")?.ok_or("no body")?;
    for name in Array::from(&body.get_attribute_names()).iter() {
        body.remove_attribute(&name.as_string().unwrap_or_default())?;
    }
    let children = body.children();
    let strange: Vec<Element> = (0..children.length())
        .filter_map(|i| children.item(i))
        .filter(|child| {
            let known = ["boot", "app", "report", "wasm", "glue", "start"];
            !known.contains(&child.id().as_str())
        })
        .collect();
    // Browser extensions add elements of their own.
    strange.iter().for_each(Element::remove);
    for id in ["app", "report"] {
        if let Some(element) = page.query_selector(&format!("#{id}"))? {
            element.set_text_content(None);
        }
    }
    if let Some(app) = page.query_selector("#app")? {
        app.remove_attribute("class")?;
        app.remove_attribute("style")?;
    }
    if let Some(boot) = page.query_selector("#boot")? {
        boot.remove_attribute("hidden")?;
    }
    // The parser moves what follows the body into it: blanks would grow with every saving.
    let html = page.outer_html();
    let (inside, _) = html.rsplit_once("</body>").ok_or("no body")?;
    Ok(format!(
        "<!doctype html>\n{}\n</body>\n</html>\n",
        inside.trim_end()
    ))
}

fn problem(file: &str, why: &JsValue, mend: &str) -> ReadError {
    ReadError {
        file: file.to_owned(),
        line: None,
        found: format!("it could not be saved: {}", text_of(why)),
        mend: mend.to_owned(),
    }
}
