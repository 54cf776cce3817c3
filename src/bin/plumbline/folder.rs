//! The files below a folder, in order of their paths.

use plumbline::unpack::is_hidden;
use std::fs;
use std::path::{Path, PathBuf};

/// Most files that a folder may give.
const MOST_FILES: usize = 20_000;

/// The files below a folder that a person put there, each with its name: the path from the folder on.
/// Links to folders are not followed.
pub fn files(folder: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let fail = |path: &Path, why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let whole = fs::canonicalize(folder).map_err(|e| fail(folder, &e))?;
    let name = whole.file_name().unwrap_or_default().to_string_lossy();
    let mut found = Vec::new();
    let mut waiting = vec![(folder.to_path_buf(), name.into_owned())];
    while let Some((folder, name)) = waiting.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| fail(&folder, &e))? {
            let entry = entry.map_err(|e| fail(&folder, &e))?;
            let (path, own) = (entry.path(), entry.file_name());
            let own = own.to_string_lossy();
            let kind = entry.file_type().map_err(|e| fail(&path, &e))?;
            let name = format!("{name}/{own}");
            if kind.is_dir() {
                if !is_hidden(&format!("{own}/file.csv")) {
                    waiting.push((path, name));
                }
            } else if path.is_file() && !is_hidden(&own) {
                found.push((path, name));
            }
            if found.len() > MOST_FILES {
                return Err(format!(
                    "{}: it holds more than {MOST_FILES} files. Name a folder in it",
                    folder.display()
                ));
            }
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}
