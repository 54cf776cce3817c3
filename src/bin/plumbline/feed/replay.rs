//! What is replayed, and the clock by which it comes.

use super::metrics::Metrics;
use super::rows::Track;
use plumbline::table::time::{SECOND, Time};
use serde_json::{Value, json};
use std::time::Instant;

/// Tables, metrics and the clock.
#[derive(Debug)]
pub struct Replay {
    pub tracks: Vec<Track>,
    pub metrics: Metrics,
    /// What tells this run from others: when it began.
    pub run: i64,
    /// The instant of the data at which it began.
    from: i64,
    speed: f64,
    began: Instant,
}

impl Replay {
    /// Begins at an instant of the data, which passes so many times as fast as time does.
    pub fn new(tracks: Vec<Track>, metrics: Metrics, from: i64, speed: f64, run: i64) -> Self {
        Self {
            tracks,
            metrics,
            run,
            from,
            speed,
            began: Instant::now(),
        }
    }

    /// The instant of the data that is now.
    pub fn now(&self) -> i64 {
        let passed = self.began.elapsed().as_secs_f64() * self.speed * SECOND as f64;
        self.from.saturating_add(passed as i64)
    }

    /// The first and the last instant of all data.
    pub fn span(&self) -> Option<(i64, i64)> {
        let tracks = self.tracks.iter().filter_map(Track::span);
        let spans = tracks.chain(self.metrics.span());
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// What there is, for who asks at `/`.
    pub fn list(&self, now: i64) -> Value {
        let tables = self.tracks.iter().map(|track| {
            let name = &track.name;
            json!({
                "name": name,
                "kind": track.kind,
                "rows": track.come(now),
                "rows_in_all": track.len(),
                "file": format!("/{name}.ndjson"),
                "poll": format!("/{name}.json"),
                "events": format!("/{name}/events"),
                "socket": format!("/{name}/ws"),
            })
        });
        let time = |t: i64| Time(t).to_string();
        let span = self.span().map(|(from, to)| json!([time(from), time(to)]));
        json!({
            "application": "plumbline feed",
            "version": env!("CARGO_PKG_VERSION"),
            "now": time(now),
            "speed": self.speed,
            "span": span,
            "ended": self.span().is_none_or(|(_, to)| to <= now),
            "tables": tables.collect::<Vec<Value>>(),
            "series": self.metrics.all.len(),
            "prometheus": "/api/v1",
            "metrics": "/metrics",
        })
    }
}
