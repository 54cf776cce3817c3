//! Whose a series is, and how a request ended, as labels tell it.

use super::super::{Family, Key, Labels, Measure};
use crate::table::names::{Class, ended, of_grpc};

/// Labels that name a service, the surest first.
const SERVICE: [&str; 12] = [
    "job",
    "service.name",
    "service_name",
    "service",
    "app",
    "application",
    "deployment",
    "model_name",
    "model",
    "container",
    "exported_job",
    "name",
];

/// Labels that name a machine.
const PLACE: [&str; 14] = [
    "instance",
    "node",
    "nodename",
    "host.name",
    "host",
    "k8s.pod.name",
    "pod",
    "pod_name",
    "container",
    "container_name",
    "name",
    "ip",
    "NodeAddress",
    "job",
];

/// Labels that name a part of a machine, of which each is looked at by itself.
const PART: [&str; 5] = ["mountpoint", "container", "name", "device", "pod"];

/// Labels that name a GPU.
const GPU: [&str; 5] = ["gpu", "gpu_uuid", "UUID", "hw.id", "hw_id"];

/// Labels that name what kube-state-metrics tells of; its own job and instance are those of the teller.
const KEPT: [&str; 4] = ["deployment", "statefulset", "container", "pod"];

/// Labels that name a namespace of Kubernetes.
const SPACE: [&str; 4] = [
    "namespace",
    "exported_namespace",
    "k8s.namespace.name",
    "container_label_io_kubernetes_pod_namespace",
];

/// Whose a series is.
#[must_use]
pub fn who(key: &Key, measure: Measure) -> String {
    let of_file = || key.file.clone();
    if key.name.starts_with("kube_")
        && let Some(of) = key.labels.first(&KEPT)
    {
        let space = key.labels.first(&SPACE);
        // Of a container in each of several pods, as cAdvisor names it.
        let pod = key.labels.get("pod").filter(|pod| *pod != of);
        let pod = pod.filter(|_| key.name.starts_with("kube_pod_"));
        let parts: Vec<&str> = space.into_iter().chain(pod).chain([of]).collect();
        return parts.join("/");
    }
    // cAdvisor tells of the containers of a node; the instance is the node's.
    let of_pods = [
        "container",
        "pod_",
        "k8s.pod",
        "k8s_pod",
        "kubelet_volume",
        "plumbline_",
    ];
    if of_pods.iter().any(|start| key.name.starts_with(start)) {
        let space = key.labels.first(&SPACE);
        let pod = key.labels.first(&[
            "pod",
            "pod_name",
            "k8s.pod.name",
            "k8s_pod_name",
            "persistentvolumeclaim",
        ]);
        let one = key.labels.first(&[
            "container",
            "container_name",
            "k8s.container.name",
            "k8s_container_name",
            "container.name",
            "name",
        ]);
        let one = one.filter(|c| Some(*c) != pod);
        let parts: Vec<&str> = [space, pod, one].into_iter().flatten().collect();
        if pod.is_some() || one.is_some() && key.name.starts_with("container") {
            return parts.join("/");
        }
    }
    match measure.family() {
        Family::Requests | Family::Tokens => key
            .labels
            .first(&SERVICE)
            .map_or_else(of_file, str::to_owned),
        Family::Other => key
            .labels
            .first(&SERVICE)
            .map_or_else(of_file, str::to_owned),
        _ => {
            let place = key.labels.first(&PLACE);
            let parts: &[&str] = match measure {
                Measure::Gpu
                | Measure::GpuMemory
                | Measure::GpuMemoryShare
                | Measure::GpuPower
                | Measure::GpuTemperature => &GPU,
                Measure::DiskSpace => &PART[..1],
                Measure::DiskBusy => &PART[3..4],
                Measure::CpuCores | Measure::Memory | Measure::MemoryShare => &PART[1..3],
                _ => &[],
            };
            let part = key.labels.first(parts).filter(|p| Some(*p) != place);
            match (place, part) {
                (Some(place), Some(part)) => format!("{place} {part}"),
                (Some(one), None) | (None, Some(one)) => one.to_owned(),
                (None, None) => key
                    .labels
                    .first(&SERVICE)
                    .map_or_else(of_file, str::to_owned),
            }
        }
    }
}

/// Whether labels tell whose a series is, so that its file need not.
#[must_use]
pub fn is_told(labels: &Labels) -> bool {
    labels
        .first(&SERVICE)
        .or_else(|| labels.first(&PLACE))
        .is_some()
}

/// Labels that tell how a request ended.
const STATUS: [&str; 13] = [
    "http_response_code",
    "http.response.status_code",
    "http_response_status_code",
    "http.status_code",
    "http_status_code",
    "status_code",
    "response_code",
    "code",
    "status",
    "error_code",
    "grpc_code",
    "rpc.grpc.status_code",
    "rpc_grpc_status_code",
];

/// How the requests of a series ended, where its labels tell.
#[must_use]
pub fn class(key: &Key) -> Option<Class> {
    let named = STATUS
        .iter()
        .find_map(|name| key.labels.get(name).map(|value| (*name, value)));
    let Some((name, text)) = named else {
        // What went wrong is named by what was raised.
        return key
            .labels
            .first(&["error.type", "error_type", "exception"])
            .filter(|e| !e.eq_ignore_ascii_case("none"))
            .map(|_| Class::Server);
    };
    if name.contains("grpc")
        && let Ok(number) = text.parse::<u16>()
    {
        return Some(of_grpc(number));
    }
    ended(text)
}

#[cfg(test)]
mod tests {
    use super::super::super::Labels;
    use super::*;

    fn key(labels: &[(&str, &str)]) -> Key {
        let pair = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        Key {
            name: "x".into(),
            labels: Labels::new(labels.iter().map(pair).collect()),
            file: "log.txt".into(),
        }
    }

    #[test]
    fn labels_tell_how_requests_ended() {
        assert_eq!(
            class(&key(&[("rpc.grpc.status_code", "13")])),
            Some(Class::Server)
        );
        assert_eq!(class(&key(&[("model", "iris")])), None);
    }

    #[test]
    fn a_series_is_of_its_service_or_its_machine_or_its_file() {
        let labels = key(&[("job", "scorer"), ("instance", "10.0.0.1:80"), ("gpu", "0")]);
        assert_eq!(who(&labels, Measure::Requests), "scorer");
        assert_eq!(who(&labels, Measure::Cpu), "10.0.0.1:80");
        assert_eq!(who(&labels, Measure::Gpu), "10.0.0.1:80 0");
        assert_eq!(who(&key(&[]), Measure::Requests), "log.txt");
        let mut kept = key(&[
            ("job", "kube-state-metrics"),
            ("namespace", "shop"),
            ("deployment", "scorer"),
        ]);
        kept.name = "kube_deployment_spec_replicas".into();
        assert_eq!(who(&kept, Measure::Replicas), "shop/scorer");
        let mut restarts = key(&[("namespace", "ml"), ("pod", "a-1"), ("container", "main")]);
        restarts.name = "kube_pod_container_status_restarts_total".into();
        assert_eq!(who(&restarts, Measure::ContainerRestarts), "ml/a-1/main");
        let of = |labels: &[(&str, &str)]| {
            let mut of_container = key(labels);
            of_container.name = "container_memory_working_set_bytes".into();
            who(&of_container, Measure::Memory)
        };
        let node = ("instance", "10.0.0.7:10250");
        let (shop, pod) = (("namespace", "shop"), ("pod", "scorer-1"));
        let one = ("container", "app");
        assert_eq!(of(&[node, shop, pod, one]), "shop/scorer-1/app");
        assert_eq!(of(&[node, shop, pod]), "shop/scorer-1");
        assert_eq!(of(&[node, ("name", "redis")]), "redis");
        assert_eq!(of(&[node]), "10.0.0.7:10250");
    }
}
