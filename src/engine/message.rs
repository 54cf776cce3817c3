//! What page and workers say to each other: small values as JSON; a `File` or the rows of a part
//! ride beside them as transferred objects.

use crate::feed::RowForm;
use crate::feed::live::{Connection, News, Order};
use crate::log::{FileKind, RoleGuess};
use crate::read::{Fix, ReadError, Sniff, Trouble};
use crate::report::expect::Expectations;
use crate::report::standards::Standards;
use crate::report::view::View;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How far a Summary is to answer a view: what takes longest comes last, so that the rest can be shown before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Depth {
    /// The metrics of every window.
    Metrics,
    /// Also how far columns and errors are from the baseline's.
    Columns,
    /// Also what is expected of windows whose outcomes may not be known.
    Expected,
}

/// A file that was looked into, with the roles of its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// File name without its folder.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// What its start tells.
    pub sniff: Sniff,
    /// What the reader says of how it is written; the sniff was made under that.
    #[serde(default)]
    pub fix: Fix,
    /// Whether it was made of a sheet of a workbook, so that nobody wrote it in another way.
    #[serde(default)]
    pub sheet: bool,
    /// What it gives; a guess until the reader corrects it.
    pub kind: FileKind,
    /// One a column: a guess until the reader corrects it.
    pub roles: Vec<RoleGuess>,
    /// What is wrong with it as a whole: the archive that it was in ended early.
    pub troubles: Vec<Trouble>,
    /// What is to be told of how its columns are read.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notices: Vec<Notice>,
    /// Name and value of what its path gives to all its rows; these are the last of its columns, and
    /// not in the schema that it is read with.
    pub constants: Vec<(String, String)>,
    /// The table that it is a part of, once it is read.
    pub table: Option<Member>,
    /// The files that it stands for, where it is a table of several; workers get these one by one.
    #[serde(skip)]
    pub parts: Arc<[Input]>,
}

/// A sentence on a column, to be told in the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The column.
    pub column: String,
    /// What is to be told.
    pub sentence: String,
}

/// The table that a file is a part of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its index in the list of tables.
    pub index: usize,
    /// Its name: `log/part-*.csv`.
    pub name: String,
    /// Its files and their format: `12 files: CSV, comma, UTF-8`.
    pub format: String,
}

/// A range of a file to be read, in bytes or in groups of rows ([`crate::read::Cut`]). The reader needs
/// bytes past `end` to finish the last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Index of the file in the list of inputs.
    pub file: usize,
    /// Index of the shard in its file.
    pub index: usize,
    /// First byte or group.
    pub start: u64,
    /// End (exclusive): records that start before it belong to the shard.
    pub end: u64,
    /// Whether a record is known to start at `start`; otherwise the reader looks for a border.
    pub aligned: bool,
    /// Bytes that it counts for in progress.
    pub bytes: u64,
}

/// Numbers of a part that was read; its rows travel as a buffer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PartInfo {
    /// Rows read.
    pub rows: u64,
    /// See [`crate::read::Part::first`].
    pub first: u64,
    /// See [`crate::read::Part::next`].
    pub next: u64,
    /// See [`crate::read::Part::lines`].
    pub lines: u64,
    /// See [`crate::read::Part::troubles`].
    pub troubles: Vec<Trouble>,
    /// The columns of numbers that hold something.
    pub numbers: Vec<Filled>,
}

/// What cells a column of numbers has in a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// The column.
    pub column: String,
    /// Numbers.
    pub numbers: u64,
    /// Cells that are none.
    pub unfit: u64,
    /// Line of the first of these, counted as [`Trouble::line`].
    pub line: u64,
}

/// What a reader saves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// The Report as JSON ([`crate::report::Report::to_json`]).
    Json,
    /// What a saved report carries ([`crate::report::html::Payload`]); the page gets it compressed,
    /// as it stands in its element ([`crate::report::html::text`]).
    Payload,
}

/// From the page to a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Request {
    /// Look into the start of the file that rides beside, or unpack it.
    Sniff {
        /// Its name.
        name: String,
        /// Its size.
        bytes: u64,
        /// What the reader says of how it is written.
        fix: Fix,
    },
    /// Look into a file that has lost its end, which rides beside with whole files that may tell its columns.
    Mend {
        /// Its name.
        name: String,
        /// What the reader says of how it is written.
        fix: Fix,
        /// The names of the others.
        others: Vec<String>,
    },
    /// Keeper: forget everything and expect the parts of these files.
    Open {
        /// The files, in order.
        inputs: Vec<Input>,
        /// The view that rows are counted for as they pass, where they are not kept.
        stream: Option<View>,
    },
    /// Keeper: and of these files, which are behind those in order.
    More {
        /// The files.
        inputs: Vec<Input>,
    },
    /// Reader: read a shard of the file that rides beside.
    Read {
        /// The shard.
        shard: Shard,
        /// The file it is of.
        input: Box<Input>,
    },
    /// Keeper: keep the rows that ride beside.
    Keep {
        /// Where they are from.
        shard: Shard,
        /// What is known of them.
        info: PartInfo,
    },
    /// Keeper: forget the rows of these files, for they are read again in another way.
    Again {
        /// The place of each, and how it is read from now on.
        files: Vec<(usize, Input)>,
    },
    /// Reader: read the table of a service that rides beside.
    ServeTable {
        /// The file.
        input: Box<Input>,
    },
    /// Keeper: put what a file of a service says, which rides beside, beside the rows.
    Serve,
    /// Keeper: every part has come; join and summarise.
    Finish {
        /// For which view first.
        view: View,
    },
    /// Keeper: make the Summary answer this view exactly.
    Refine {
        /// The view.
        view: View,
        /// As far as this.
        depth: Depth,
        /// What is expected of the columns.
        expected: Option<Box<Expectations>>,
    },
    /// Keeper: give up the refinement in the making; it is answered with what there is.
    Stop,
    /// Make the files of the example.
    Example,
    /// Keeper: hold the Summary of a saved report, whose payload rides beside; there are no rows.
    Carry,
    /// Keeper: hold the Summary that rides beside ([`super::parcel`]); there are no rows.
    Hold,
    /// Keeper: write what the reader saves.
    Write {
        /// What.
        what: Written,
        /// In which view.
        view: View,
        /// The rules and expectations in force.
        standards: Box<Standards>,
    },
    /// Follower: follow a live source.
    Connect {
        /// Which.
        connection: Box<Connection>,
    },
    /// Follower: do what the reader wants of it.
    Order {
        /// What.
        order: Order,
    },
    /// Follower: tell as soon as there is something new.
    News,
}

/// From a worker to the page. A worker answers each request once, `Progress` aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "did")]
pub enum Reply {
    /// The worker stands ready.
    Ready,
    /// To `Sniff` and `Mend`; roles are guessed for the file alone. What was made whole rides beside.
    Sniffed {
        /// The file.
        input: Box<Input>,
    },
    /// To `Sniff`, where the file has lost its end: others may tell its columns.
    EndsEarly,
    /// To `Sniff`, where the file is of a service, and to `ServeTable`: what it says rides beside ([`super::service`]).
    Served {
        /// Its name.
        name: String,
        /// What it is.
        format: String,
        /// Samples and rows in it.
        rows: u64,
        /// Lines that could not be read.
        rejected: u64,
    },
    /// To `Sniff`, where the file holds others: these ride beside.
    Unpacked {
        /// Name of each, what was lost of it ([`Input::troubles`]), and the sheet that it is
        /// ([`Input::of_sheet`]).
        files: Vec<(String, Vec<Trouble>, Option<String>)>,
        /// What in it could not be unpacked.
        skipped: Vec<ReadError>,
    },
    /// To `Open`, `Again`, `Keep`, `Serve`, `Stop`, `Connect` and `Order`.
    Kept,
    /// To `Read`; the rows ride beside ([`crate::table::Table::to_bytes`]).
    Part {
        /// Which shard.
        shard: Shard,
        /// What is known of the rows.
        info: PartInfo,
    },
    /// Within a long job, at most every 50 ms.
    Progress {
        /// `unpack`, `join`, `summarise`, `estimate`.
        stage: String,
        /// Between 0 and 1.
        done: f64,
    },
    /// To `Finish` and `Refine`; the Summary rides beside ([`super::parcel`]), and how long each
    /// stage took.
    Summary {
        /// Milliseconds spent in joining.
        join_ms: f64,
        /// Milliseconds spent in summarising.
        summarise_ms: f64,
    },
    /// To `Example`; the bytes ride beside, file after file.
    Example {
        /// Name and number of bytes of each.
        files: Vec<(String, usize)>,
    },
    /// To `Carry`; the Summary rides beside ([`super::parcel`]).
    Carried {
        /// The view that was saved.
        view: Box<View>,
        /// The rules and expectations that were in force.
        standards: Box<Standards>,
    },
    /// To `Write`; the text rides beside.
    Written,
    /// To `News`; the machine as JSON rides beside, where it has grown, and then the rows that came.
    News {
        /// What is told.
        news: Box<News>,
        /// Bytes of the machine.
        machine: usize,
        /// The step from which on it takes the place of what was told before; of all, where there is none.
        from: Option<i64>,
        /// Of each piece of rows its name, how it is written, and how many bytes it has.
        rows: Vec<(String, RowForm, usize)>,
    },
    /// The request could not be carried out.
    Failed {
        /// Why, and what to do.
        error: ReadError,
    },
}
