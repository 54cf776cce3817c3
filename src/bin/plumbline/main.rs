//! The command line: the same rooms as the page, one after the other.
//!
//! Exit codes: 0 done, 1 the data fails (the files can be read but do not make a report, or break a rule),
//! 2 usage or unreadable input; of `check` also where there is nothing to judge.

mod anomalies;
mod check;
mod early;
mod feed;
mod files;
mod fixes;
mod folder;
mod of_service;
mod options;
mod place;

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;
use options::{Command, Options, ReportOptions};
use plumbline::engine::{Depth, Keeper};
use plumbline::report::expect::{self, Expectations};
use plumbline::report::html::{self, Payload};
use plumbline::report::standards::{Document, Standards};
use plumbline::report::view::View;
use plumbline::report::{Report, UNTIMED, Window};
use plumbline::summary::Summary;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Why a command ends early, and with which exit code.
enum Failure {
    Data(String),
    Input(String),
}

fn main() -> ExitCode {
    let done = match Options::parse().command {
        Command::Report { options, out } => report(&options, &out).map(|()| true),
        Command::Anomalies(options) => anomalies::anomalies(&options).map(|()| true),
        Command::Metrics => metrics().map(|()| true),
        Command::Feed(options) => feed::feed(&options).map(|()| true),
        Command::Check(options) => check::check(options),
        Command::Rules { options, out } => check::suggest(&options, &out).map(|()| true),
        Command::Expect { options, out } => expect(&options, &out).map(|()| true),
    };
    let (code, why) = match done {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::from(1),
        Err(Failure::Data(why)) => (1, why),
        Err(Failure::Input(why)) => (2, why),
    };
    eprintln!("plumbline: {why}");
    ExitCode::from(code)
}

/// Reads the files, and counts what a view asks for as far as a depth. What could not be read is told.
fn counted(
    options: &ReportOptions,
    view: &View,
    depth: Depth,
    expected: Option<&Expectations>,
) -> Result<(Keeper, Summary), Failure> {
    let inputs = files::look(options).map_err(Failure::Input)?;
    let mut keeper = files::read(&inputs, options.stream.then_some(view))?;
    keeper.expect(expected.cloned());
    let summary = keeper
        .finish(view, &mut |_, _| {})
        .and_then(|_| keeper.refine_to(view, depth))
        .map_err(|e| Failure::Data(e.to_string()))?;
    for rejected in &summary.rejected {
        let column = rejected
            .column
            .as_ref()
            .map_or_else(String::new, |c| format!(", column {c}"));
        eprintln!(
            "plumbline: {}, line {}{column}: {} ({} like it)",
            rejected.source, rejected.line, rejected.reason, rejected.count
        );
    }
    Ok((keeper, summary))
}

/// Writes what there is to know of every metric to standard output.
fn metrics() -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&plumbline::metric::told::list());
    let text = text.map_err(|e| Failure::Data(e.to_string()))? + "\n";
    match std::io::stdout().write_all(text.as_bytes()) {
        // Whoever reads has enough.
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|e| Failure::Input(e.to_string())),
    }
}

fn report(options: &ReportOptions, out: &str) -> Result<(), Failure> {
    let view = options.view().map_err(Failure::Input)?;
    let expectations = options.expect.as_deref().map(expected).transpose();
    let (expected, document) = expectations.map_err(Failure::Input)?.unzip();
    let (_, summary) = counted(options, &view, options.depth(), expected.as_ref())?;
    if let Some(why) = view.costs.as_ref().and_then(|c| c.misfit(&summary)) {
        return Err(Failure::Data(format!("--cost: {why}")));
    }
    let report = Report::expecting(&summary, &view, expected.as_ref());
    nothing(&report, &view).map_err(Failure::Data)?;
    if report.health.notes.iter().any(|note| note == UNTIMED) {
        eprintln!("{UNTIMED}");
    }
    let json = || report.to_json().map_err(|e| Failure::Data(e.to_string()));
    let text = match out {
        "-" => json()?,
        path if path.ends_with(".json") => json()?,
        path if path.ends_with(".html") => {
            let standards = Standards {
                expectations: document,
                rules: None,
            };
            let packed = packed(&summary, &view, &standards);
            let packed = packed.map_err(|e| Failure::Data(e.to_string()))?;
            html::render(html::VIEWER, &packed).ok_or_else(|| {
                Failure::Input("this program was built without the page, so it cannot write .html. Run `make build` and build it again, or write .json".into())
            })?
        }
        path => {
            return Err(Failure::Input(format!(
                "--out {path}: name a file that ends in .html or .json, or '-' for JSON on standard output"
            )));
        }
    };
    if out == "-" {
        return std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(|e| Failure::Input(e.to_string()));
    }
    std::fs::write(out, text).map_err(|e| Failure::Input(format!("{out}: {e}")))?;
    eprintln!("{}", report.health.sentence);
    if let Some(arriving) = &report.arriving {
        eprintln!("{}", arriving.sentence);
    }
    Ok(())
}

/// The expectations in a file, and its text.
fn expected(path: &Path) -> Result<(Expectations, Document), String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy().into_owned();
    let found = expect::read(&text, &name);
    let found = found.map_err(|fault| format!("{}, {fault}", path.display()))?;
    Ok((found, Document { name, text }))
}

/// Writes what the baseline lets expect of the columns.
fn expect(options: &ReportOptions, out: &str) -> Result<(), Failure> {
    let view = options.view().map_err(Failure::Input)?;
    let (_, summary) = counted(options, &view, Depth::Columns, None)?;
    let found = expect::infer(&summary, &view).ok_or_else(|| {
        Failure::Data(
            "there is no baseline to infer expectations from: give --baseline a file or START..END"
                .into(),
        )
    })?;
    let text = expect::write(&found);
    match out {
        "-" => std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(|e| Failure::Input(e.to_string())),
        out => std::fs::write(out, text).map_err(|e| Failure::Input(format!("{out}: {e}"))),
    }
}

/// Whether the view asks for rows that are not there.
fn nothing(report: &Report, view: &View) -> Result<(), String> {
    if report.overall.rows == 0
        && report.resources.service.is_some()
        && report.rows.predictions == 0
    {
        return Ok(());
    }
    if report.overall.rows == 0 {
        let version = view.version.iter().map(|v| format!("model version {v}"));
        let slices = view.slices.iter();
        let slices = slices.map(|s| format!("{} = {}", s.column, s.value));
        let asked: Vec<String> = version.chain(slices).collect();
        return Err(match asked.len() {
            0 => match report.resources.lacks.join(" ").as_str() {
                "" => uncounted(report),
                lacks => format!("nothing can be told of the service. {lacks}"),
            },
            _ => format!("there is no row with {}", asked.join(" and ")),
        });
    }
    // A report on a range without a window is one on all of them.
    let missed = |w: &Window, (from, to)| w.start < from || w.start >= to;
    match view.range {
        Some(range) if report.windows.iter().any(|w| missed(w, range)) => Err(format!(
            "there is no row between {} and {}, or no window starts there",
            range.0, range.1
        )),
        _ => Ok(()),
    }
}

/// Why there is no row that counts: what was wrong with most of them, where it is, and how to mend it.
fn uncounted(report: &Report) -> String {
    let Some(worst) = report.rejected.iter().max_by_key(|r| (r.row_lost, r.count)) else {
        let names = report
            .sources
            .iter()
            .map(|s| format!("'{}' ({})", s.name, s.format));
        let names: Vec<String> = names.collect();
        return format!(
            "no row can be counted: none was found below a header in {}. Write the names of the columns in the first line and a row in each line below it",
            names.join(", ")
        );
    };
    let column = worst.column.iter().map(|c| format!(", column '{c}'"));
    let column: String = column.collect();
    let rows = if worst.count == 1 { "row" } else { "rows" };
    format!(
        "no row can be counted: {}, line {}{column}: {} ({} {rows}). Write them so, or name the columns by hand (--role ROLE=COLUMN)",
        worst.source, worst.line, worst.reason, worst.count
    )
}

/// What a saved report carries, compressed.
fn packed(summary: &Summary, view: &View, standards: &Standards) -> std::io::Result<Vec<u8>> {
    let json = Payload::to_json(summary, view, standards)?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(json.as_bytes())?;
    gzip.finish()
}
