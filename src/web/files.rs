//! Files as a person gives them: chosen, dropped (folders too), or pasted.

use super::pool::text_of;
use crate::read::{Fix, ReadError, Trouble};
use crate::unpack::is_hidden;
use futures::channel::oneshot;
use futures::future::try_join_all;
use js_sys::{Array, Function};
use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    DataTransfer, DomException, File, FileList, FilePropertyBag, FileSystemDirectoryEntry,
    FileSystemDirectoryReader, FileSystemEntry, FileSystemFileEntry, HtmlInputElement,
};

/// Most files that a folder may give.
const MOST_FILES: usize = 5_000;

/// Files that the browser is asked for at a time.
const AT_A_TIME: usize = 64;

/// A file as it was given.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name; of a file in a folder, its path from that folder on.
    pub name: String,
    /// The file.
    pub file: File,
    /// What the reader says of how it is written.
    pub fix: Fix,
    /// What is known to be wrong with it as a whole, for it was unpacked before.
    pub troubles: Vec<Trouble>,
}

impl Given {
    /// A file of which no more is known.
    #[must_use]
    pub fn new(name: String, file: File) -> Self {
        Self {
            name,
            file,
            fix: Fix::default(),
            troubles: Vec::new(),
        }
    }
}

impl From<File> for Given {
    fn from(file: File) -> Self {
        Self::new(file.name(), file)
    }
}

/// The files chosen in an `<input type=file>`. The input is emptied, so that the same file can be
/// chosen again.
#[must_use]
pub fn from_input(input: &HtmlInputElement) -> Vec<File> {
    let files = input.files().map(|list| listed(&list)).unwrap_or_default();
    input.set_value("");
    files
}

/// The files that were dropped; folders are walked, hidden files in them left out. Call it in the
/// handler itself, the browser takes the drop away afterwards; await the result whenever.
///
/// A page that is itself opened from a file may not look into folders (Chromium answers with an
/// encoding error); it asks for the files.
///
/// # Errors
/// Where nothing that was dropped is a file, a folder is empty, or holds more than 5 000 files.
pub fn from_drop(
    drop: &DataTransfer,
) -> impl Future<Output = Result<Vec<Given>, ReadError>> + use<> {
    let files = drop.files().map(|list| listed(&list)).unwrap_or_default();
    let items = drop.items();
    let entries: Vec<FileSystemEntry> = (0..items.length())
        .filter_map(|i| items.get(i))
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    let text = drop.get_data("text/plain").ok();
    async move {
        if !entries.iter().any(FileSystemEntry::is_directory) {
            return match (files.is_empty(), text.as_deref().and_then(from_text)) {
                (false, _) => Ok(files.into_iter().map(Given::from).collect()),
                (true, Some(file)) => Ok(vec![file.into()]),
                (true, None) => Err(problem(
                    "What was dropped",
                    "it holds no file".to_owned(),
                    "Drop files from a folder of this computer",
                )),
            };
        }
        let name = entries.first().map(FileSystemEntry::name);
        let name = name.unwrap_or_else(|| "Folder".to_owned());
        let found = walk(entries).await.map_err(|why| {
            let found = format!("this page cannot look into the folder: {why}");
            problem(&name, found, "Open the folder and drop the files in it")
        })?;
        if found.is_empty() {
            return Err(problem(
                &name,
                "the folder holds no file".to_owned(),
                "Drop the files themselves, or the folder that holds them",
            ));
        }
        Ok(found)
    }
}

/// The files or the text of a paste.
#[must_use]
pub fn from_clipboard(clipboard: &DataTransfer) -> Vec<File> {
    let files = clipboard.files().map(|list| listed(&list));
    match files {
        Some(files) if !files.is_empty() => files,
        _ => {
            let text = clipboard.get_data("text/plain").ok();
            text.as_deref().and_then(from_text).into_iter().collect()
        }
    }
}

/// Pasted text as a file: `pasted.jsonl` where it begins like JSON, else `pasted.csv`. `None` where
/// it is not more than one line.
#[must_use]
pub fn from_text(text: &str) -> Option<File> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim().contains('\n') {
        return None;
    }
    let name = if text.trim_start().starts_with(['{', '[']) {
        "pasted.jsonl"
    } else {
        "pasted.csv"
    };
    let options = FilePropertyBag::new();
    options.set_type("text/plain");
    let parts = Array::of1(&JsValue::from_str(text));
    File::new_with_str_sequence_and_options(&parts, name, &options).ok()
}

fn listed(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|i| list.get(i)).collect()
}

/// All files below the entries, in order of their paths.
async fn walk(entries: Vec<FileSystemEntry>) -> Result<Vec<Given>, String> {
    let mut waiting = entries;
    let mut found: Vec<(String, FileSystemFileEntry)> = Vec::new();
    while let Some(entry) = waiting.pop() {
        let path = entry.full_path();
        let path = path.trim_start_matches('/');
        // What was dropped itself is meant, whatever it is called.
        let below = path.split_once('/').map_or("", |(_, below)| below);
        if entry.is_directory() {
            if !is_hidden(&format!("{below}/file.csv")) {
                let folder: FileSystemDirectoryEntry = entry.unchecked_into();
                waiting.extend(children(&folder.create_reader()).await?);
            }
        } else if !is_hidden(below) {
            found.push((path.to_owned(), entry.unchecked_into()));
        }
        if found.len() > MOST_FILES {
            return Err(format!("the folder holds more than {MOST_FILES} files"));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut files = Vec::with_capacity(found.len());
    for some in found.chunks(AT_A_TIME) {
        let given = some.iter().map(|(name, entry)| async move {
            let (name, file) = (name.clone(), file_of(entry).await?);
            Ok::<_, String>(Given::new(name, file))
        });
        files.extend(try_join_all(given).await?);
    }
    Ok(files)
}

async fn file_of(entry: &FileSystemFileEntry) -> Result<File, String> {
    once(|done, failed| {
        entry.file_with_callback_and_callback(done, failed);
        Ok(())
    })
    .await
    .map(JsCast::unchecked_into)
}

/// A folder's entries; the browser gives them in portions until an empty one.
async fn children(reader: &FileSystemDirectoryReader) -> Result<Vec<FileSystemEntry>, String> {
    let mut all = Vec::new();
    loop {
        let portion: Array =
            once(|done, failed| reader.read_entries_with_callback_and_callback(done, failed))
                .await?
                .unchecked_into();
        if portion.length() == 0 {
            return Ok(all);
        }
        all.extend(
            portion
                .iter()
                .map(JsValue::unchecked_into::<FileSystemEntry>),
        );
    }
}

/// Waits for the first of two callbacks.
async fn once(
    call: impl FnOnce(&Function, &Function) -> Result<(), JsValue>,
) -> Result<JsValue, String> {
    let (sender, receiver) = oneshot::channel::<Result<JsValue, JsValue>>();
    let sender = Rc::new(RefCell::new(Some(sender)));
    let tell = |wrap: fn(JsValue) -> Result<JsValue, JsValue>| {
        let sender = Rc::clone(&sender);
        Closure::<dyn FnMut(JsValue)>::new(move |value| {
            if let Some(sender) = sender.take() {
                // Whoever waited may have gone.
                let _ = sender.send(wrap(value));
            }
        })
    };
    let (done, failed) = (tell(Ok), tell(Err));
    call(
        done.as_ref().unchecked_ref(),
        failed.as_ref().unchecked_ref(),
    )
    .map_err(|why| text_of(&why))?;
    match receiver.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(why)) => Err(why
            .dyn_ref::<DomException>()
            .map_or_else(|| text_of(&why), DomException::message)),
        Err(oneshot::Canceled) => Err("the browser did not answer".to_owned()),
    }
}

fn problem(file: &str, found: String, mend: &str) -> ReadError {
    ReadError {
        file: file.to_owned(),
        line: None,
        found,
        mend: mend.to_owned(),
    }
}
