//! W3C extended logs, whose line `#Fields:` names their columns: of IIS, and of CloudFront.
//!
//! Sources: P. M. Hallam-Baker and B. Behlendorf, *Extended Log File Format*, W3C WD-logfile-960323; Microsoft, *W3C
//! Logging*; AWS, *CloudFront standard logs*. `time-taken` is seconds by the draft and in CloudFront, where it has a
//! fraction, and milliseconds in IIS, which names itself as the software; else its unit is guessed, and said.

use super::lines::{Faults, quoted};
use super::{csv, times};
use crate::series::requests::Request;

/// The columns of a log.
#[derive(Default)]
pub struct Fields {
    names: Vec<String>,
    /// The date of lines that have none of their own.
    date: String,
    /// Whether it is of IIS.
    microsoft: bool,
}

/// How long a request took.
pub enum Took {
    /// Seconds, where they are told.
    Known(Option<f64>),
    /// A number in a unit that is not told.
    Untold(f64),
}

const DIRECTIVES: [&str; 8] = [
    "Version:",
    "Fields:",
    "Software:",
    "Start-Date:",
    "End-Date:",
    "Date:",
    "Remark:",
    "GMT-Offset:",
];

/// Whether lines begin as such a log of requests.
pub fn is(lines: &[&str]) -> bool {
    let mut fields = lines
        .iter()
        .take(20)
        .filter_map(|l| l.strip_prefix("#Fields:"));
    fields.any(|names| {
        let has = |name: &str| names.split_whitespace().any(|n| n == name);
        has("time") && (has("sc-status") || has("time-taken"))
    })
}

impl Fields {
    /// Takes a line that begins with `#`; whether it is one of this format.
    pub fn directive(&mut self, text: &str) -> bool {
        let Some(text) = text.strip_prefix('#') else {
            return false;
        };
        let text = text.trim_start();
        let Some(name) = DIRECTIVES.iter().find(|name| text.starts_with(**name)) else {
            return false;
        };
        let told = text[name.len()..].trim();
        match *name {
            "Fields:" => self.names = told.split_whitespace().map(str::to_owned).collect(),
            "Date:" | "Start-Date:" => {
                self.date = told.split([' ', 'T']).next().unwrap_or_default().to_owned();
            }
            "Software:" => self.microsoft |= told.contains("Microsoft"),
            _ => {}
        }
        true
    }

    /// Whether the columns are told.
    pub const fn are_told(&self) -> bool {
        !self.names.is_empty()
    }

    /// Reads a line; `None` where it is none, which is counted with its column and what was expected there. A cell that
    /// cannot be read is counted, too, and the rest of its line is read.
    pub fn row(&self, text: &str, faults: &mut Faults) -> Option<(Request, Took)> {
        let cells: Vec<String> = match text.contains('\t') {
            true => text.split('\t').map(str::to_owned).collect(),
            false => csv::cells(text, ' ')
                .into_iter()
                .filter(|c| !c.is_empty())
                .collect(),
        };
        if cells.len() != self.names.len() {
            let (found, expected) = (cells.len(), self.names.len());
            // The first column that is missing, or the last of all.
            let column = self.names.get(found).or(self.names.last());
            let column = column.map(String::as_str).unwrap_or_default();
            faults.lost_in("cells", column, || {
                format!(
                    "{} has {found} columns, expected the {expected} of the line #Fields: write a value for each, - where there is none",
                    quoted(text)
                )
            });
            return None;
        }
        let cell = |name: &str| {
            let at = self.names.iter().position(|n| n == name)?;
            cells.get(at).map(String::as_str).filter(|c| *c != "-")
        };
        let time = cell("time").unwrap_or_default();
        let date = cell("date").unwrap_or(&self.date);
        let Some(time) = times::iso(&format!("{date} {time}")).filter(|_| time.contains(':'))
        else {
            faults.lost_in("time", "time", || {
                format!(
                    "'{date} {time}' is no time, expected columns date and time as in 2026-03-01 12:00:00"
                )
            });
            return None;
        };
        let mut number = |name: &str, expected: &str| {
            let text = cell(name)?;
            let number = text
                .parse::<f64>()
                .ok()
                .filter(|x| *x >= 0.0 && x.is_finite());
            if number.is_none() {
                faults.cell("number", name, || {
                    format!("'{text}' is no number, expected {expected}, or - without one: the request is counted without it")
                });
            }
            number.map(|x| (x, text.contains('.')))
        };
        let status = number("sc-status", "a status from 100 to 599");
        let took = number("time-taken", "seconds or milliseconds");
        let request = Request {
            time,
            status: status
                .map(|s| s.0)
                .filter(|s| (100.0..600.0).contains(s))
                .map(|s| s as u16),
            bytes_out: number("sc-bytes", "bytes").map(|x| x.0),
            bytes_in: number("cs-bytes", "bytes").map(|x| x.0),
            ..Request::default()
        };
        let took = match took {
            None => Took::Known(None),
            Some((seconds, true)) => Took::Known(Some(seconds)),
            Some((ms, false)) if self.microsoft => Took::Known(Some(ms / 1e3)),
            Some((number, false)) => Took::Untold(number),
        };
        Some((request, took))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fields(names: &str) -> Fields {
        let mut fields = Fields::default();
        assert!(fields.directive(&format!("#Fields: {names}")));
        fields
    }

    #[test]
    fn columns_are_those_that_the_log_names() {
        let mut iis =
            fields("date time cs-method cs-uri-stem sc-status sc-bytes cs-bytes time-taken");
        assert!(iis.directive("#Software: Microsoft Internet Information Services 10.0"));
        assert!(!iis.directive("# HELP up"));
        let mut faults = Faults::default();
        let line = "2026-11-23 09:00:10 GET /a 404 1000 34 50";
        let (request, took) = iis.row(line, &mut faults).unwrap();
        assert_eq!(request.time, 1_795_424_410_000_000);
        assert_eq!(
            (request.status, request.bytes_out),
            (Some(404), Some(1_000.0))
        );
        assert_eq!(request.bytes_in, Some(34.0));
        assert!(matches!(took, Took::Known(Some(s)) if (s - 0.05).abs() < 1e-12));
        // CloudFront: tabs, and seconds.
        let front =
            fields("date time x-edge-location sc-bytes sc-status time-taken cs(User-Agent)");
        let line = "2026-11-23\t09:00:10\tFRA2\t500\t200\t0.001\tMozilla/5.0%20(X11)";
        let (_, took) = front.row(line, &mut faults).unwrap();
        assert!(matches!(took, Took::Known(Some(0.001))));
        // A time alone is of the log's date.
        let mut timed = fields("time sc-status time-taken");
        timed.directive("#Date: 2026-11-23 00:00:00");
        let (request, took) = timed.row("09:00:10 200 12", &mut faults).unwrap();
        assert_eq!(request.time, 1_795_424_410_000_000);
        assert!(matches!(took, Took::Untold(12.0)));
        assert!(faults.finish().is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_column() {
        let log = fields("date time sc-status time-taken");
        let mut faults = Faults::default();
        assert!(log.row("2026-11-23 09:00:10 200", &mut faults).is_none());
        assert!(log.row("2026-11-23 nine 200 12", &mut faults).is_none());
        let (request, _) = log.row("2026-11-23 09:00:10 OK 12", &mut faults).unwrap();
        assert_eq!(request.status, None);
        let columns: Vec<Option<String>> = faults.finish().into_iter().map(|t| t.column).collect();
        assert_eq!(
            columns,
            ["time-taken", "time", "sc-status"].map(|c| Some(c.to_owned()))
        );
    }
}
