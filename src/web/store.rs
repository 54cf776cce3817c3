//! What the page remembers between visits: the theme, and the roles that the reader gave to the
//! columns of a file. Only a fingerprint of the columns is kept, not their names.
//!
//! A browser may deny storage; then nothing is remembered and nothing else changes.

use crate::engine::give_meaning;
use crate::engine::message::Input;
use crate::log::{FileKind, Meant, Role};
use serde::{Deserialize, Serialize};
use web_sys::Storage;

const THEME: &str = "plumbline.theme";
const ROLES: &str = "plumbline.roles.";
/// Most files whose roles are remembered; then all are forgotten.
const MOST_SHAPES: u32 = 200;

/// What is remembered of a file's columns.
#[derive(Serialize, Deserialize)]
struct Remembered {
    kind: FileKind,
    roles: Vec<Role>,
    #[serde(default)]
    meant: Option<Meant>,
}

/// The theme chosen at an earlier visit.
#[must_use]
pub fn theme() -> Option<String> {
    storage()?.get_item(THEME).ok().flatten()
}

/// Remembers the theme; an empty one is forgotten.
pub fn set_theme(theme: &str) {
    let Some(storage) = storage() else { return };
    let _ = match theme {
        "" => storage.remove_item(THEME),
        theme => storage.set_item(THEME, theme),
    };
}

/// Remembers what the reader made of a file, for files with the same columns.
pub fn remember(input: &Input) {
    let Some(storage) = storage() else { return };
    let remembered = Remembered {
        kind: input.kind,
        roles: input.roles.iter().map(|guess| guess.role).collect(),
        meant: input.roles.iter().find_map(|guess| guess.meant.clone()),
    };
    let Ok(text) = serde_json::to_string(&remembered) else {
        return;
    };
    if storage.length().unwrap_or(0) > MOST_SHAPES {
        forget();
    }
    // Full or denied: then it is not remembered.
    let _ = storage.set_item(&place(input), &text);
}

/// Gives a file the roles that the reader gave to one with the same columns. Tells whether there
/// was one.
pub fn recall(input: &mut Input) -> bool {
    let text = storage().and_then(|s| s.get_item(&place(input)).ok().flatten());
    let remembered = text.and_then(|text| serde_json::from_str::<Remembered>(&text).ok());
    let Some(remembered) = remembered.filter(|r| r.roles.len() == input.roles.len()) else {
        return false;
    };
    input.kind = remembered.kind;
    for (guess, role) in input.roles.iter_mut().zip(remembered.roles) {
        if guess.role != role {
            guess.role = role;
            guess.because = "as you set it before".into();
        }
        guess.confidence = 1.0;
    }
    give_meaning(std::slice::from_mut(input), remembered.meant.as_ref());
    true
}

/// Forgets all roles.
pub fn forget() {
    let Some(storage) = storage() else { return };
    let keys: Vec<String> = (0..storage.length().unwrap_or(0))
        .filter_map(|i| storage.key(i).ok().flatten())
        .filter(|key| key.starts_with(ROLES))
        .collect();
    for key in keys {
        let _ = storage.remove_item(&key);
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Where the roles of such a file are kept: the columns' names and kinds, in order, as FNV-1a
/// (Fowler, Noll and Vo) of 64 bits.
fn place(input: &Input) -> String {
    let columns = &input.sniff.schema.columns;
    let shape = columns
        .iter()
        .map(|column| format!("{}\u{1f}{:?}\u{1e}", column.name, column.kind));
    let hash = shape
        .flat_map(String::into_bytes)
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{ROLES}{hash:016x}")
}
