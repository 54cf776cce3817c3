//! The only room that knows a browser: boot, worker pool, files, canvas, storage, download; and the page.
//!
//! May use: everything. Everything else may not use it.

pub mod canvas;
pub mod chart_view;
