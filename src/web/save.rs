//! Files that the page gives: downloads, and the report that is one file.

use super::boot;
use super::pool::text_of;
use crate::read::ReadError;
use crate::report::html;
use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, Element, HtmlAnchorElement, Url};

/// Milliseconds after which a download's bytes are let go.
const KEEP_MS: u32 = 60_000;

/// What a file will hold.
///
/// # Errors
/// Where the browser gives no memory for it.
pub fn blob(mime: &str, content: &JsValue) -> Result<Blob, ReadError> {
    joined(mime, &Array::of1(content))
        .map_err(|why| problem("The file", &why, "Free some memory and save again"))
}

fn joined(mime: &str, parts: &Array) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    Blob::new_with_blob_sequence_and_options(parts, &options)
}

/// Gives the reader a file. What the browser does with it (asks where to, saves, refuses) it tells
/// the reader, not us.
///
/// # Errors
/// Where the browser does not take it.
pub fn download(name: &str, blob: &Blob) -> Result<(), ReadError> {
    let give = || -> Result<(), JsValue> {
        let url = Url::create_object_url_with_blob(blob)?;
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

/// The saved report: the viewer with this payload in it, as a worker has packed it. A hosted page asks
/// its host for the viewer; a page that is one file makes it from itself, so that a saved report can be
/// saved again. The browser puts the parts together: they are megabytes, and no concern of the program.
///
/// # Errors
/// Where the host does not answer.
pub async fn report_html(payload: &JsValue) -> Result<Blob, ReadError> {
    let viewer = if boot::is_one_file() {
        own_viewer()
    } else {
        boot::fetch("report.html").await
    };
    let viewer = viewer.map_err(|why| {
        let mend = "Connect to the host of this page again and save once more";
        problem("report.html", &why, mend)
    })?;
    let (opening, closing) = html::place();
    let at = viewer.index_of(&[opening, closing].concat(), 0);
    let Ok(at) = u32::try_from(at) else {
        let why = JsValue::from_str("this is not the viewer");
        return Err(problem(
            "report.html",
            &why,
            "Build the page again, with its viewer",
        ));
    };
    let middle = at + opening.len() as u32;
    let parts = Array::of3(
        &viewer.substring(0, middle),
        payload,
        &viewer.substring(middle, viewer.length()),
    );
    joined("text/html", &parts)
        .map_err(|why| problem("report.html", &why, "Free some memory and save again"))
}

/// This page as it was when it was opened: without what the program has drawn since.
fn own_viewer() -> Result<JsString, JsValue> {
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
    let html: JsString = Reflect::get(&page, &"outerHTML".into())?.dyn_into()?;
    let end = u32::try_from(html.last_index_of("</body>", i32::MAX)).map_err(|_| "no body")?;
    let inside = html.substring(0, end).trim_end();
    Ok(JsString::from("<!doctype html>\n")
        .concat(&inside)
        .concat(&"\n</body>\n</html>\n".into()))
}

fn problem(file: &str, why: &JsValue, mend: &str) -> ReadError {
    ReadError {
        file: file.to_owned(),
        line: None,
        found: format!("it could not be saved: {}", text_of(why)),
        mend: mend.to_owned(),
    }
}
