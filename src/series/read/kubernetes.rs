//! Lists of metrics.k8s.io: what pods and nodes use, as `kubectl get --raw` gives them.

use super::json::items;
use super::lines::Faults;
use super::{About, times, units};
use crate::series::{Key, Kind, Labels, SeriesSet};
use serde_json::Value;

/// Takes a list, or one pod or node.
pub fn take(
    about: &About,
    list: &Value,
    set: &mut SeriesSet,
    faults: &mut Faults,
) -> Result<(), String> {
    let single = std::slice::from_ref(list);
    let all = match list.get("items") {
        Some(_) => items(list, &["items"]),
        None => single,
    };
    for item in all {
        let meta = |key: &str| item.get("metadata")?.get(key)?.as_str();
        let name = meta("name").unwrap_or_default();
        let time = item
            .get("timestamp")
            .and_then(Value::as_str)
            .and_then(times::iso);
        let Some(time) = time else {
            faults.lost("time", || {
                format!("{name} has no timestamp, expected RFC 3339")
            });
            continue;
        };
        let own = match item.get("usage") {
            Some(usage) => vec![(None, usage)],
            None => {
                let containers = items(item, &["containers"]).iter();
                let of = |c: &'_ Value| c.get("name").and_then(Value::as_str).map(str::to_owned);
                containers
                    .filter_map(|c| Some((of(c), c.get("usage")?)))
                    .collect()
            }
        };
        let label = if item.get("usage").is_some() {
            "node"
        } else {
            "pod"
        };
        for (container, usage) in own {
            let mut pairs = vec![(label.to_owned(), name.to_owned())];
            pairs.extend(meta("namespace").map(|n| ("namespace".to_owned(), n.to_owned())));
            pairs.extend(container.map(|c| ("container".to_owned(), c)));
            let labels = Labels::new(pairs);
            for (resource, series) in [
                ("cpu", "plumbline_cpu_cores"),
                ("memory", "plumbline_memory_bytes"),
            ] {
                let Some(text) = usage.get(resource).and_then(Value::as_str) else {
                    continue;
                };
                match units::quantity(text) {
                    Some(value) => {
                        let key = Key {
                            name: series.into(),
                            labels: labels.clone(),
                            file: about.stem(),
                        };
                        set.add(key, Kind::Gauge, "", time, value);
                    }
                    None => faults.cell("quantity", resource, || {
                        format!("'{text}' is no quantity, expected one such as 250m or 512Mi")
                    }),
                }
            }
        }
    }
    Ok(())
}
