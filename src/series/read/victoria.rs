//! Series as VictoriaMetrics exports them: a line a series, `{"metric":{…},"values":[…],"timestamps":[ms…]}`.

use super::json::{items, number};
use super::lines::{Faults, quoted};
use super::{About, Lines, prometheus};
use crate::series::{Kind, SeriesSet};
use serde_json::Value;

/// The reader.
pub struct Victoria {
    about: About,
    set: SeriesSet,
}

impl Victoria {
    pub fn new(about: &About) -> Self {
        Self {
            about: about.clone(),
            set: SeriesSet::default(),
        }
    }
}

impl Lines for Victoria {
    fn line(&mut self, text: &str, faults: &mut Faults) {
        if text.trim().is_empty() {
            return;
        }
        let row: Value = match serde_json::from_str(text) {
            Ok(row) => row,
            Err(why) => {
                return faults.lost("json", || {
                    format!(
                        "{} is no JSON: {why}, expected a series a line",
                        quoted(text)
                    )
                });
            }
        };
        let key = prometheus::key(&self.about, row.get("metric"));
        let (values, times) = (items(&row, &["values"]), items(&row, &["timestamps"]));
        if values.len() != times.len() {
            faults.lost("lengths", || {
                format!(
                    "{} values and {} timestamps, expected one for each",
                    values.len(),
                    times.len()
                )
            });
            return;
        }
        for (value, time) in values.iter().zip(times) {
            match (number(value), number(time)) {
                (Some(value), Some(time)) => {
                    let time = (time * 1e3) as i64;
                    self.set.add(key.clone(), Kind::Unknown, "", time, value);
                }
                _ => faults.cell("number", &key.name, || {
                    "a value or time is no number".into()
                }),
            }
        }
    }

    fn finish(self: Box<Self>, _: &mut Faults) -> SeriesSet {
        self.set
    }
}
