//! From files to series: one file a format. A reader knows how a format is written, and not what a name means.
//!
//! [`recognise`] tells by its start whether a file is one of these; every other file is a table. [`read`] goes
//! through it line by line, so a log of any length takes no more room than its longest line and the set made of it.
//! A line that cannot be read is counted and told with its place, and costs the others nothing.
//!
//! **Times** of a scrape without timestamps: a line of its own that is a time, or a comment that ends with one
//! (`# 2026-11-23T08:46:30Z`); `node_time_seconds` in it; a time in the file's name; else, where the file is one
//! scrape, the file's own date. A local time without a zone is read as UTC, and a note says so.

mod access;
mod access_json;
mod balancers;
mod csv;
mod docker;
mod exposition;
mod grafana;
mod holds;
mod json;
mod kubectl;
mod kubernetes;
mod lines;
mod locale;
mod nvidia;
mod otlp;
mod prometheus;
mod sizes;
pub mod table;
mod times;
mod units;
mod unsure;
mod victoria;
mod w3c;

use super::SeriesSet;
use super::order::late;
use crate::read::{Bytes, ReadError, Trouble};
use lines::Faults;
use serde::{Deserialize, Serialize};

/// What a file of a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Prometheus or OpenMetrics text.
    Exposition,
    /// An answer of Prometheus's HTTP API.
    PrometheusJson,
    /// OpenTelemetry metrics as JSON.
    Otlp,
    /// Series as VictoriaMetrics exports them.
    Victoria,
    /// Access log: common, combined, W3C extended, of a load balancer or proxy, or of a model server.
    AccessLog,
    /// Access log in JSON lines.
    AccessJson,
    /// `docker stats` in JSON lines, or of Docker's API.
    Docker,
    /// Lists of metrics.k8s.io.
    Kubernetes,
    /// `kubectl top`, or the table of `docker stats`.
    Top,
    /// `nvidia-smi --format=csv`.
    Nvidia,
    /// A panel's data as Grafana saves it.
    Grafana,
}

impl Form {
    /// What a reader sees of it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exposition => "Prometheus or OpenMetrics text",
            Self::PrometheusJson => "answer of Prometheus's API",
            Self::Otlp => "OpenTelemetry metrics, JSON",
            Self::Victoria => "VictoriaMetrics export",
            Self::AccessLog => "access log",
            Self::AccessJson => "access log, JSON lines",
            Self::Docker => "Docker stats, JSON",
            Self::Kubernetes => "metrics.k8s.io, JSON",
            Self::Top => "kubectl top or docker stats, text",
            Self::Nvidia => "nvidia-smi, CSV",
            Self::Grafana => "Grafana panel, CSV",
        }
    }
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesRead {
    /// The series and requests in it.
    pub set: SeriesSet,
    /// What was wrong.
    pub troubles: Vec<Trouble>,
    /// What the file is.
    pub format: String,
    /// Samples that stood behind a later one of their series.
    #[serde(default)]
    pub late: usize,
}

/// A reader of lines.
trait Lines {
    /// Takes a line without its end.
    fn line(&mut self, text: &str, faults: &mut Faults);

    /// What came of all lines.
    fn finish(self: Box<Self>, faults: &mut Faults) -> SeriesSet;
}

/// What is known of a file beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Its name without its folder.
    pub name: String,
    /// When it was last written (microseconds of UTC).
    pub modified: Option<i64>,
}

impl About {
    /// Whose the series are, where nothing else tells.
    fn stem(&self) -> String {
        stem(&self.name)
    }
}

/// The name of a file without its folder, its ending, and the number or time of its part, so that all parts of a log
/// and all scrapes of a process are of one thing: `access-20260302.log` and `access.log.1` are of `access`.
#[must_use]
pub fn stem(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    let start = name.split_once('.').map_or(name, |(stem, _)| stem);
    let parts = ['-', '_', ' ', ':', '*', '.'];
    let mut stem = start.trim_end_matches(parts);
    while let Some(at) = stem.rfind(['-', '_', ' ', ':']) {
        let last = &stem[at + 1..];
        let digits = last.bytes().filter(u8::is_ascii_digit).count();
        let of_time = last
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'T' | b'Z' | b't' | b'z'));
        if digits == 0 || !of_time {
            break;
        }
        stem = stem[..at].trim_end_matches(parts);
    }
    match (stem, start) {
        ("", "") => name,
        ("", start) => start,
        (stem, _) => stem,
    }
    .to_owned()
}

/// Bytes of a file's start that tell what it is.
pub const HEAD: u64 = 64 << 10;

/// Whether lines are of a format.
type Is = fn(&[&str]) -> bool;

/// Whether a file is of a service, and which kind; `None` is a table, or nothing that is known.
#[must_use]
pub fn recognise(head: &[u8]) -> Option<Form> {
    let text = lines::text(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    // A line that was cut off at the end of the head tells nothing.
    let whole = (head.len() as u64) < HEAD;
    let mut all: Vec<&str> = text.lines().collect();
    if !whole && all.len() > 1 {
        all.pop();
    }
    let first = all.first().copied()?.trim_start();
    if docker::is(&all) {
        return Some(Form::Docker);
    }
    // Envoy's lines begin with a bracket, too.
    if first.starts_with('[') && access::is(&all) {
        return Some(Form::AccessLog);
    }
    if first.starts_with('{') || first.starts_with('[') {
        return json::recognise(text, first);
    }
    let is: [(Is, Form); 5] = [
        (grafana::is, Form::Grafana),
        (nvidia::is, Form::Nvidia),
        (kubectl::is, Form::Top),
        (access::is, Form::AccessLog),
        (exposition::is, Form::Exposition),
    ];
    is.iter().find(|(is, _)| is(&all)).map(|(_, form)| *form)
}

/// Takes an answer of Prometheus's API into a set; series without labels that say whose they are, are of `name`.
///
/// # Errors
/// Where it is no answer with series; what it is instead.
pub fn answered(
    name: &str,
    answer: &serde_json::Value,
    set: &mut SeriesSet,
) -> Result<Vec<Trouble>, String> {
    let about = About {
        name: name.to_owned(),
        modified: None,
    };
    let mut faults = Faults::default();
    prometheus::take(&about, answer, set, &mut faults)?;
    set.settle();
    Ok(faults.finish())
}

/// Reads a file of a service.
///
/// # Errors
/// Where nothing in it can be read; the error tells what was found in which line, and the mend.
pub fn read(about: &About, file: &dyn Bytes, form: Form) -> Result<SeriesRead, ReadError> {
    let mut faults = Faults::default();
    let lines: Option<Box<dyn Lines>> = match form {
        Form::Exposition => Some(Box::new(exposition::Exposition::new(about))),
        Form::Victoria => Some(Box::new(victoria::Victoria::new(about))),
        Form::AccessLog => Some(Box::new(access::Access::new(about))),
        Form::AccessJson => Some(Box::new(access_json::AccessJson::new(about))),
        Form::Docker => Some(Box::new(docker::Docker::new(about))),
        Form::Top => Some(Box::new(kubectl::Top::new(about))),
        Form::Nvidia => Some(Box::new(nvidia::Nvidia::new(about))),
        Form::Grafana => Some(Box::new(grafana::Grafana::new(about))),
        Form::PrometheusJson | Form::Otlp | Form::Kubernetes => None,
    };
    let mut set = match lines {
        Some(reader) => lines::run(about, file, reader, &mut faults)?,
        None => json::documents(about, file, form, &mut faults)?,
    };
    let late = set.series().values().map(|s| late(&s.times)).sum();
    set.settle();
    let mend = faults.mend;
    let troubles = faults.finish();
    if set.is_empty() && set.undated() == 0 {
        if set.far_requests() > 0 {
            return Err(ReadError {
                file: about.name.clone(),
                line: None,
                found: format!(
                    "all {} requests are dated before 1900 or after 2300",
                    set.far_requests()
                ),
                mend: "Give their times in seconds, milliseconds, microseconds or nanoseconds since 1970, or as text".into(),
            });
        }
        let worst = troubles.iter().max_by_key(|t| t.count);
        return Err(ReadError {
            file: about.name.clone(),
            line: worst.map(|t| t.line + 1),
            found: worst.map_or_else(
                || {
                    format!(
                        "this is a file of a service ({}) without a sample",
                        form.label()
                    )
                },
                |t| t.reason.clone(),
            ),
            mend: mend
                .unwrap_or("Export it again, over a time in which the service ran")
                .into(),
        });
    }
    Ok(SeriesRead {
        set,
        troubles,
        format: form.label().into(),
        late,
    })
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn parts_of_a_log_are_of_one_thing() {
        for (name, of) in [
            ("a/access.log", "access"),
            ("access.log.1", "access"),
            ("access-20260302.log", "access"),
            ("metrics-2026-03-02T10:00:00Z.txt", "metrics"),
            ("scrape_1795423602.prom", "scrape"),
            ("part-*.csv", "part"),
            ("model_v2.log", "model_v2"),
            ("20260302.log", "20260302"),
            (".log", ".log"),
        ] {
            assert_eq!(stem(name), of, "{name}");
        }
    }
}
