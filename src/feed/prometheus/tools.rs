//! What of a server's metrics is known, by the tool that writes them, so that a reader can choose among tools.

use crate::feed::{Instant, Offer};
use crate::series::known::{counts_for_mean, ignored, means, native, tells_when};
use crate::series::{Kind, Measure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A tool and its metrics.
#[derive(Clone, Debug)]
pub struct Tool {
    /// What a reader sees of it.
    pub offer: Offer,
    /// Its metrics that say something.
    pub names: Vec<String>,
    /// Up to when they are known.
    pub upto: Instant,
}

/// Beginnings of names, and whose they are.
#[rustfmt::skip]
const TOOLS: &[(&str, &str)] = &[
    ("vllm:", "vLLM"),
    ("sglang:", "SGLang"),
    ("tgi_", "Text Generation Inference"),
    ("gen_ai", "Generative AI (OpenTelemetry)"),
    ("nv_", "Triton"),
    (":tensorflow:", "TensorFlow Serving"),
    ("bentoml_", "BentoML"),
    ("ray_", "Ray Serve"),
    ("seldon_", "Seldon"),
    ("request_predict_seconds", "KServe"),
    ("ts_", "TorchServe"),
    ("nginx", "nginx"),
    ("istio_", "Istio"),
    ("traefik_", "Traefik"),
    ("envoy_", "Envoy"),
    ("node_", "Node exporter"),
    ("container_", "cAdvisor"),
    ("kube_", "kube-state-metrics"),
    ("DCGM_", "NVIDIA DCGM"),
    ("process_", "Processes"),
    ("prometheus_", PROMETHEUS),
    ("up", "Scrapes"),
];

const SERVICES: &str = "Services";
const OTHERS: &str = "Other metrics";
const PROMETHEUS: &str = "Prometheus itself";

/// Other metrics that can be followed at most.
const MOST_OTHERS: usize = 24;

fn tool(name: &str) -> &'static str {
    let fits = |(start, _): &&(&str, &str)| match *start {
        "up" => name == "up",
        start => name.starts_with(start),
    };
    TOOLS.iter().find(fits).map_or(SERVICES, |t| t.1)
}

/// Where a tool stands in the list, and what it is called.
type Place = (usize, &'static str);
/// The metrics of a tool, and what they measure.
type Has = (Vec<String>, Vec<Measure>);

/// The tools of a server, model servers first; what is known is followed unless the reader says otherwise.
pub fn of(names: &BTreeSet<&str>) -> Vec<Tool> {
    let mut found: BTreeMap<Place, Has> = BTreeMap::new();
    let place = |title: &'static str| {
        let at = TOOLS.iter().position(|t| t.1 == title);
        let last = TOOLS.len() + usize::from(title == OTHERS);
        (at.unwrap_or(last), title)
    };
    let mut others = 0;
    for name in names {
        let known = means(name).or_else(|| counts_for_mean(name));
        let known = known.or_else(|| native(name));
        let title = match known {
            Some(_) => tool(name),
            None if ignored(name) => continue,
            None => {
                others += 1;
                if others > MOST_OTHERS {
                    continue;
                }
                OTHERS
            }
        };
        let (all, measures) = found.entry(place(title)).or_default();
        all.push((*name).to_owned());
        if let Some(known) = known
            && !measures.contains(&known.measure)
        {
            measures.push(known.measure);
        }
    }
    for name in names {
        // When a counter began is of use beside it only.
        let follows = |(all, _): &&mut Has| {
            let others = all.iter().map(String::as_str);
            tells_when(name, others).is_some()
        };
        if let Some((all, _)) = found.values_mut().find(follows) {
            all.push((*name).to_owned());
        }
    }
    let counts = |measures: &[Measure]| measures.contains(&Measure::Requests);
    let served = found
        .iter()
        .any(|((_, title), (_, measures))| *title != PROMETHEUS && counts(measures));
    let tools = found
        .into_iter()
        .map(|((_, title), (names, mut measures))| {
            measures.sort();
            let mut titles: Vec<&str> = measures.iter().map(|m| m.title()).collect();
            titles.dedup();
            let about = match title {
                OTHERS => names.iter().take(3).cloned().collect::<Vec<_>>().join(", "),
                _ => titles
                    .iter()
                    .take(4)
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            let more = match title {
                OTHERS => names.len().saturating_sub(3),
                _ => titles.len().saturating_sub(4),
            };
            Tool {
                offer: Offer {
                    id: title.to_lowercase().replace(' ', "-"),
                    title: title.to_owned(),
                    about: match more {
                        0 => about,
                        n => format!("{about} and {n} more"),
                    },
                    chosen: match title {
                        OTHERS => false,
                        PROMETHEUS => !served,
                        _ => true,
                    },
                },
                names,
                upto: 0,
            }
        });
    let mut tools: Vec<Tool> = tools.collect();
    if let [only] = &mut tools[..] {
        only.offer.chosen = true;
    }
    tools
}

/// Which metrics are counters and which are gauges.
pub fn kinds(metadata: &Value) -> BTreeMap<String, Kind> {
    let mut out = BTreeMap::new();
    for (name, told) in metadata.as_object().into_iter().flatten() {
        let kind = match told.get(0).and_then(|t| t.get("type")?.as_str()) {
            Some("counter") => Kind::Counter,
            Some("gauge") => Kind::Gauge,
            Some(of @ ("histogram" | "summary")) => {
                // What a family counts; the quantiles of a summary go up and down.
                let ends: &[&str] = match of {
                    "histogram" => &["_bucket", "_count", "_sum"],
                    _ => &["_count", "_sum"],
                };
                out.extend(
                    ends.iter()
                        .map(|end| (format!("{name}{end}"), Kind::Counter)),
                );
                if of == "summary" {
                    out.insert(name.clone(), Kind::Gauge);
                }
                continue;
            }
            _ => continue,
        };
        out.insert(name.clone(), kind);
        if kind == Kind::Counter && !name.ends_with("_total") {
            // OpenMetrics names the family without the end that its samples have.
            out.insert(format!("{name}_total"), kind);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_family_counts_is_a_counter() {
        let told = |of: &str| json!([{"type": of, "help": "", "unit": ""}]);
        let kinds = kinds(&json!({
            "took_seconds": told("histogram"), "size": told("summary"), "up": told("gauge"),
            "hits": told("counter"), "other": told("unknown"),
        }));
        let names = |kind: Kind| -> Vec<&str> {
            let all = kinds.iter().filter(|(_, k)| **k == kind);
            all.map(|(name, _)| name.as_str()).collect()
        };
        assert_eq!(
            names(Kind::Counter),
            [
                "hits",
                "hits_total",
                "size_count",
                "size_sum",
                "took_seconds_bucket",
                "took_seconds_count",
                "took_seconds_sum"
            ]
        );
        assert_eq!(names(Kind::Gauge), ["size", "up"]);
    }

    #[test]
    fn a_native_histogram_is_known_by_the_name_of_its_metric() {
        let tools = of(&["http_request_duration_seconds", "weather"].into());
        let told: Vec<&str> = tools.iter().map(|t| t.offer.title.as_str()).collect();
        assert_eq!(told, [SERVICES, OTHERS]);
        assert_eq!(tools[0].names, ["http_request_duration_seconds"]);
    }

    #[test]
    fn what_is_known_is_followed_and_what_is_not_is_offered() {
        let names = [
            "go_goroutines",
            "ml_drift_psi",
            "node_cpu_seconds_total",
            "node_memory_MemAvailable_bytes",
            "prometheus_http_requests_total",
            "up",
            "vllm:e2e_request_latency_seconds_bucket",
            "vllm:request_success_total",
        ];
        let tools = of(&names.into());
        let told: Vec<(&str, bool)> = tools
            .iter()
            .map(|t| (t.offer.title.as_str(), t.offer.chosen))
            .collect();
        assert_eq!(
            told,
            [
                ("vLLM", true),
                ("Node exporter", true),
                (PROMETHEUS, false),
                ("Scrapes", true),
                (OTHERS, false)
            ]
        );
        assert_eq!(tools[0].offer.about, "Requests, Request duration");
        assert_eq!(tools[4].names, ["ml_drift_psi"]);
        // A server that watches nothing but itself shows that.
        assert!(
            of(&["prometheus_http_requests_total"].into())[0]
                .offer
                .chosen
        );
    }
}
