//! What metrics of many tools mean: two scrapes of each a minute apart, with what comes of them worked out by hand.

#![allow(clippy::unwrap_used, clippy::panic)]

use plumbline::series::known::machine;
use plumbline::series::read::{About, Form, read};
use plumbline::series::{Machine, Measure};

/// 2026-03-02T10:00:00Z in milliseconds.
const TEN: i64 = 1_772_445_600_000;

/// Two scrapes: each line with the values of both.
fn scraped(lines: &[(&str, f64, f64)]) -> Machine {
    let mut text = String::new();
    for (series, first, second) in lines {
        text.push_str(&format!("{series} {first} {TEN}\n"));
        text.push_str(&format!("{series} {second} {}\n", TEN + 60_000));
    }
    let about = About {
        name: "metrics.txt".into(),
        modified: None,
    };
    let read = read(&about, &text.as_bytes(), Form::Exposition).unwrap();
    assert_eq!(read.troubles, []);
    machine(&read.set)
}

/// What a measure is of one thing in the minute between the scrapes.
#[track_caller]
fn of(machine: &Machine, measure: Measure, of: &str) -> f64 {
    let all: Vec<&str> = machine.of(measure).map(|s| s.of.as_str()).collect();
    let found = machine.of(measure).find(|s| s.of == of);
    let found = found.unwrap_or_else(|| panic!("no {measure:?} of {of} among {all:?}"));
    let (first, last) = found.cells.ends().unwrap();
    found.cells.total(first, last + 1).unwrap()
}

#[track_caller]
fn near(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a}, not {b}");
}

#[test]
fn triton_and_vllm_tell_of_requests_queues_and_tokens() {
    let m = scraped(&[
        (
            r#"nv_inference_request_success{model="iris",version="1"}"#,
            100.0,
            220.0,
        ),
        (
            r#"nv_inference_request_failure{model="iris",version="1"}"#,
            0.0,
            6.0,
        ),
        (
            r#"nv_inference_request_duration_us{model="iris",version="1"}"#,
            2e6,
            4.4e6,
        ),
        (r#"nv_gpu_utilization{gpu_uuid="GPU-1"}"#, 0.25, 0.25),
        (r#"nv_gpu_memory_used_bytes{gpu_uuid="GPU-1"}"#, 4e9, 4e9),
        (r#"nv_gpu_memory_total_bytes{gpu_uuid="GPU-1"}"#, 16e9, 16e9),
        (
            r#"vllm:request_success_total{model_name="llama",finished_reason="stop"}"#,
            10.0,
            40.0,
        ),
        (
            r#"vllm:prompt_tokens_total{model_name="llama"}"#,
            0.0,
            6_000.0,
        ),
        (
            r#"vllm:generation_tokens_total{model_name="llama"}"#,
            0.0,
            1_200.0,
        ),
        (r#"vllm:num_requests_waiting{model_name="llama"}"#, 3.0, 3.0),
        (r#"vllm:kv_cache_usage_perc{model_name="llama"}"#, 0.5, 0.5),
    ]);
    near(of(&m, Measure::Requests, "iris"), 2.0 + 0.1);
    near(of(&m, Measure::ServerErrors, "iris"), 0.1);
    near(of(&m, Measure::MeanDuration, "iris"), 2.4 / 120.0);
    near(of(&m, Measure::Gpu, "GPU-1"), 0.25);
    near(of(&m, Measure::GpuMemoryShare, "GPU-1"), 0.25);
    near(of(&m, Measure::Requests, "llama"), 0.5);
    near(of(&m, Measure::TokensIn, "llama"), 100.0);
    near(of(&m, Measure::TokensOut, "llama"), 20.0);
    near(of(&m, Measure::Waiting, "llama"), 3.0);
    near(of(&m, Measure::CacheUse, "llama"), 0.5);
}

#[test]
fn bentoml_and_ray_serve_tell_of_requests() {
    let bento = "service_name=\"scorer\",endpoint=\"/predict\",service_version=\"1\"";
    let m = scraped(&[
        (
            &format!("bentoml_service_request_total{{{bento},http_response_code=\"200\"}}"),
            0.0,
            90.0,
        ),
        (
            &format!("bentoml_service_request_total{{{bento},http_response_code=\"500\"}}"),
            0.0,
            30.0,
        ),
        (
            r#"ray_serve_num_http_requests_total{application="ranker",status_code="200"}"#,
            60.0,
            120.0,
        ),
    ]);
    near(of(&m, Measure::Requests, "scorer"), 2.0);
    near(of(&m, Measure::ServerErrors, "scorer"), 0.5);
    near(of(&m, Measure::Requests, "ranker"), 1.0);
}

#[test]
fn cadvisor_tells_of_pods_each_by_itself_and_kube_state_of_replicas() {
    let pod = |name: &str, space: &str| {
        format!(r#"instance="10.0.0.7:10250",job="kubelet",namespace="{space}",pod="{name}""#)
    };
    let (a, b, c) = (pod("s-1", "shop"), pod("s-2", "shop"), pod("s-1", "test"));
    let cpu = |of: &str| format!(r#"container_cpu_usage_seconds_total{{{of},container="app"}}"#);
    let throttled = |of: &str, what: &str| {
        format!(r#"container_cpu_cfs_{what}periods_total{{{of},container="app"}}"#)
    };
    let received =
        |of: &str| format!(r#"container_network_receive_bytes_total{{{of},interface="eth0"}}"#);
    let m = scraped(&[
        (&cpu(&a), 0.0, 30.0),
        (&cpu(&b), 0.0, 15.0),
        (&cpu(&c), 0.0, 60.0),
        (&throttled(&a, "throttled_"), 0.0, 100.0),
        (&throttled(&a, ""), 0.0, 400.0),
        (&received(&a), 0.0, 6_000.0),
        (&received(&b), 0.0, 600.0),
        (
            r#"kube_deployment_spec_replicas{job="ksm",namespace="shop",deployment="s"}"#,
            4.0,
            4.0,
        ),
        (
            r#"kube_deployment_status_replicas_available{job="ksm",namespace="shop",deployment="s"}"#,
            3.0,
            3.0,
        ),
        (
            r#"kubelet_volume_stats_available_bytes{namespace="shop",persistentvolumeclaim="logs"}"#,
            2e9,
            2e9,
        ),
        (
            r#"kubelet_volume_stats_capacity_bytes{namespace="shop",persistentvolumeclaim="logs"}"#,
            8e9,
            8e9,
        ),
    ]);
    near(of(&m, Measure::CpuCores, "shop/s-1/app"), 0.5);
    near(of(&m, Measure::CpuCores, "shop/s-2/app"), 0.25);
    near(of(&m, Measure::CpuCores, "test/s-1/app"), 1.0);
    near(of(&m, Measure::Throttled, "shop/s-1/app"), 0.25);
    near(of(&m, Measure::NetworkIn, "shop/s-1"), 100.0);
    near(of(&m, Measure::NetworkIn, "shop/s-2"), 10.0);
    near(of(&m, Measure::Replicas, "shop/s"), 0.75);
    near(of(&m, Measure::DiskSpace, "shop/logs"), 0.75);
}

#[test]
fn opentelemetrys_hosts_are_told_under_old_and_new_names() {
    let m = scraped(&[
        (
            r#"system_cpu_time_seconds_total{host="a",cpu="0",state="idle"}"#,
            0.0,
            45.0,
        ),
        (
            r#"system_cpu_time_seconds_total{host="a",cpu="0",state="user"}"#,
            0.0,
            15.0,
        ),
        (
            r#"system_cpu_time_seconds_total{host="b",cpu="0",cpu_mode="idle"}"#,
            0.0,
            30.0,
        ),
        (
            r#"system_cpu_time_seconds_total{host="b",cpu="0",cpu_mode="system"}"#,
            0.0,
            30.0,
        ),
        (
            r#"system_memory_usage_bytes{host="a",state="used"}"#,
            3e9,
            3e9,
        ),
        (
            r#"system_memory_usage_bytes{host="a",state="free"}"#,
            1e9,
            1e9,
        ),
        (
            r#"system_network_io_bytes_total{host="a",device="eth0",direction="receive"}"#,
            0.0,
            6e3,
        ),
        (
            r#"system_network_io_bytes_total{host="a",device="eth0",direction="transmit"}"#,
            0.0,
            6e4,
        ),
        (
            r#"system_disk_io_bytes_total{host="a",device="sda",direction="write"}"#,
            0.0,
            1.2e5,
        ),
        (
            r#"gen_ai_client_token_usage_sum{service_name="chat",gen_ai_token_type="input"}"#,
            0.0,
            600.0,
        ),
        (
            r#"gen_ai_client_token_usage_sum{service_name="chat",gen_ai_token_type="output"}"#,
            0.0,
            60.0,
        ),
    ]);
    near(of(&m, Measure::Cpu, "a"), 0.25);
    near(of(&m, Measure::Cpu, "b"), 0.5);
    near(of(&m, Measure::MemoryShare, "a"), 0.75);
    near(of(&m, Measure::NetworkIn, "a"), 100.0);
    near(of(&m, Measure::NetworkOut, "a"), 1_000.0);
    near(of(&m, Measure::DiskWritten, "a"), 2_000.0);
    assert_eq!(m.of(Measure::DiskRead).count(), 0);
    near(of(&m, Measure::TokensIn, "chat"), 10.0);
    near(of(&m, Measure::TokensOut, "chat"), 1.0);
}

#[test]
fn a_log_of_nginx_through_its_exporter_tells_of_requests() {
    let m = scraped(&[
        (
            r#"nginx_http_response_count_total{job="shop",method="GET",status="200"}"#,
            0.0,
            54.0,
        ),
        (
            r#"nginx_http_response_count_total{job="shop",method="GET",status="502"}"#,
            0.0,
            6.0,
        ),
    ]);
    near(of(&m, Measure::Requests, "shop"), 1.0);
    near(of(&m, Measure::ServerErrors, "shop"), 0.1);
}
