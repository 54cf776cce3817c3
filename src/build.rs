//! Hands the viewer of saved reports, which the page's build makes, to the command line.
//!
//! Writes `$OUT_DIR/report.html`: a copy of `dist/report.html`, or an empty file where the page has
//! not been built. The page itself fetches the viewer, so for Wasm the file is always empty, and
//! building the page never waits for its own result.

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let var = |name: &str| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let out = var("OUT_DIR").join("report.html");
    println!("cargo:rerun-if-changed=src/build.rs");
    if env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        return fs::write(out, "");
    }
    // Cargo takes a missing path for one that has changed, and would build everything anew each
    // time: so the folder is there, be it empty.
    let dist = var("CARGO_MANIFEST_DIR").join("dist");
    fs::create_dir_all(&dist)?;
    println!("cargo:rerun-if-changed=dist");
    fs::write(out, fs::read(dist.join("report.html")).unwrap_or_default())
}
