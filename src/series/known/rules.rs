//! The rules.

use super::super::Measure as M;

/// What is made of the samples of a metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Take {
    /// A counter's rate, times a factor.
    Rise(f64),
    /// A counter that rises by the share of time in which something is so.
    Busy,
    /// What is now, times a factor.
    Level(f64),
    /// The part of a share, by the counter's increase or the level times a factor.
    Part(f64),
    /// The whole of that share.
    Whole(f64),
    /// The whole of that share as another teller has it, by a label and its mark: it counts where [`Take::Whole`] says
    /// nothing.
    WholeWhere(&'static str, &'static str),
    /// The part of the whole that is left: the share is the rest.
    Rest(f64),
    /// A whole of which the part is what is marked by a label: the share is the rest.
    RestWhere(&'static str, &'static str),
    /// A whole of which a part is marked by a label: levels, each with the state that it is of.
    PartWhere(&'static str, &'static str),
    /// A share of what is marked by a label, or of what no label marks.
    ShareWhere(&'static str, &'static str),
    /// A share of which the rest is marked by a label, or a share that no label marks; without the rest the other marks
    /// are its parts.
    RestShareWhere(&'static str, &'static str),
    /// A histogram of durations in so many seconds.
    Histogram(f64),
    /// The sum of durations in so many seconds, over their count.
    Sum(f64),
    /// The count beside that sum.
    Count,
    /// A quantile told by the service, in so many seconds.
    Quantile(f64),
}

/// What a metric means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Means {
    /// What it measures.
    pub measure: M,
    /// What is made of its samples.
    pub take: Take,
    /// Of several metrics that count the same requests of a service, the one with the highest rank is taken.
    pub rank: u8,
}

const fn rule(pattern: &'static str, measure: M, take: Take, rank: u8) -> (&'static str, Means) {
    (
        pattern,
        Means {
            measure,
            take,
            rank,
        },
    )
}

use Take::{
    Busy, Count, Histogram, Level, Part, PartWhere, Quantile, Rest, RestShareWhere, RestWhere,
    Rise, ShareWhere, Sum, Whole, WholeWhere,
};

const MIB: f64 = 1_048_576.0;
const MS: f64 = 1e-3;
const US: f64 = 1e-6;

/// First match first.
#[rustfmt::skip]
const RULES: &[(&str, Means)] = &[
    // vLLM, SGLang, TGI: language models.
    rule("vllm:request_success_total", M::Requests, Rise(1.0), 9),
    rule("vllm:e2e_request_latency_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("vllm:time_to_first_token_seconds_bucket", M::FirstToken, Histogram(1.0), 9),
    rule("vllm:time_per_output_token_seconds_bucket", M::PerToken, Histogram(1.0), 9),
    rule("vllm:inter_token_latency_seconds_bucket", M::PerToken, Histogram(1.0), 8),
    rule("vllm:request_queue_time_seconds_bucket", M::Queue, Histogram(1.0), 9),
    rule("vllm:prompt_tokens_total", M::TokensIn, Rise(1.0), 9),
    rule("vllm:generation_tokens_total", M::TokensOut, Rise(1.0), 9),
    rule("vllm:num_requests_running", M::InFlight, Level(1.0), 9),
    rule("vllm:num_requests_waiting", M::Waiting, Level(1.0), 9),
    rule("vllm:gpu_cache_usage_perc", M::CacheUse, Level(1.0), 9),
    rule("vllm:kv_cache_usage_perc", M::CacheUse, Level(1.0), 9),
    rule("sglang:e2e_request_latency_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("sglang:time_to_first_token_seconds_bucket", M::FirstToken, Histogram(1.0), 9),
    rule("sglang:*token_latency_seconds_bucket", M::PerToken, Histogram(1.0), 9),
    rule("sglang:prompt_tokens_total", M::TokensIn, Rise(1.0), 9),
    rule("sglang:generation_tokens_total", M::TokensOut, Rise(1.0), 9),
    rule("sglang:num_requests_total", M::Requests, Rise(1.0), 9),
    rule("sglang:e2e_request_latency_seconds_count", M::Requests, Rise(1.0), 7),
    rule("sglang:num_running_reqs", M::InFlight, Level(1.0), 9),
    rule("sglang:num_queue_reqs", M::Waiting, Level(1.0), 9),
    rule("sglang:token_usage", M::CacheUse, Level(1.0), 9),
    rule("tgi_request_count", M::Requests, Rise(1.0), 9),
    rule("tgi_request_duration_bucket", M::Duration, Histogram(1.0), 9),
    rule("tgi_request_mean_time_per_token_duration_bucket", M::PerToken, Histogram(1.0), 9),
    rule("tgi_request_queue_duration_bucket", M::Queue, Histogram(1.0), 9),
    rule("tgi_queue_size", M::Waiting, Level(1.0), 9),
    rule("tgi_batch_current_size", M::InFlight, Level(1.0), 9),
    rule("tgi_request_input_length_sum", M::TokensIn, Rise(1.0), 9),
    rule("tgi_request_generated_tokens_sum", M::TokensOut, Rise(1.0), 9),
    // OpenTelemetry's conventions of generative AI.
    rule("gen_ai?server?time_to_first_token*_bucket", M::FirstToken, Histogram(1.0), 8),
    rule("gen_ai?server?time_per_output_token*_bucket", M::PerToken, Histogram(1.0), 8),
    rule("gen_ai?*?operation?duration*_bucket", M::Duration, Histogram(1.0), 8),
    rule("gen_ai?*?operation?duration*_count", M::Requests, Rise(1.0), 6),
    rule("gen_ai?server?request?duration*_count", M::Requests, Rise(1.0), 7),
    rule("gen_ai?client?token?usage_sum", M::TokensIn, Rise(1.0), 8),
    rule("gen_ai?server?request?duration*_bucket", M::Duration, Histogram(1.0), 8),
    // Triton: counters in microseconds.
    rule("nv_inference_request_success", M::Requests, Rise(1.0), 9),
    rule("nv_inference_request_failure", M::ServerErrors, Rise(1.0), 9),
    rule("nv_inference_request_duration_us", M::MeanDuration, Sum(US), 9),
    rule("nv_inference_request_summary_us", M::ToldDuration, Quantile(US), 9),
    rule("nv_inference_pending_request_count", M::Waiting, Level(1.0), 9),
    rule("nv_inference_first_response_histogram_ms_bucket", M::FirstToken, Histogram(MS), 9),
    rule("nv_gpu_utilization", M::Gpu, Level(1.0), 9),
    rule("nv_gpu_memory_used_bytes", M::GpuMemoryShare, Part(1.0), 9),
    rule("nv_gpu_memory_total_bytes", M::GpuMemoryShare, Whole(1.0), 9),
    rule("nv_gpu_power_usage", M::GpuPower, Level(1.0), 9),
    rule("nv_cpu_utilization", M::Cpu, Level(1.0), 5),
    rule("nv_cpu_memory_used_bytes", M::MemoryShare, Part(1.0), 5),
    rule("nv_cpu_memory_total_bytes", M::MemoryShare, Whole(1.0), 5),
    // TensorFlow Serving: microseconds, and a colon in front.
    rule(":tensorflow:serving:request_count", M::Requests, Rise(1.0), 9),
    rule(":tensorflow:serving:request_latency_bucket", M::Duration, Histogram(US), 9),
    rule(":tensorflow:*", M::OtherLevel, Level(0.0), 0),
    // BentoML, Ray Serve, Seldon, KServe, MLServer, TorchServe.
    rule("bentoml_*request_total", M::Requests, Rise(1.0), 9),
    rule("bentoml_*request_duration_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("bentoml_*request_in_progress", M::InFlight, Level(1.0), 9),
    rule("ray_serve_num_http_requests*", M::Requests, Rise(1.0), 9),
    rule("ray_serve_num_http_error_requests*", M::ServerErrors, Rise(1.0), 9),
    rule("ray_serve_http_request_latency_ms_bucket", M::Duration, Histogram(MS), 9),
    rule("ray_serve_http_request_latency_ms_count", M::Requests, Rise(1.0), 5),
    rule("ray_serve_deployment_processing_latency_ms_bucket", M::Duration, Histogram(MS), 7),
    rule("ray_serve_*num_ongoing_http_requests", M::InFlight, Level(1.0), 9),
    rule("ray_serve_num_ongoing_requests_at_replicas", M::InFlight, Level(1.0), 8),
    rule("ray_serve_deployment_queued_queries", M::Waiting, Level(1.0), 9),
    rule("ray_node_cpu_utilization", M::Cpu, Level(0.01), 9),
    rule("ray_node_mem_used", M::MemoryShare, Part(1.0), 9),
    rule("ray_node_mem_total", M::MemoryShare, Whole(1.0), 9),
    rule("ray_node_gpus_utilization", M::Gpu, Level(0.01), 9),
    rule("ray_node_gram_used", M::GpuMemory, Level(MIB), 9),
    rule("ray_node_disk_utilization_percentage", M::DiskSpace, Level(0.01), 9),
    rule("ray_node_disk_io_read_speed", M::DiskRead, Level(1.0), 9),
    rule("ray_node_disk_io_write_speed", M::DiskWritten, Level(1.0), 9),
    rule("ray_node_network_receive_speed", M::NetworkIn, Level(1.0), 9),
    rule("ray_node_network_send_speed", M::NetworkOut, Level(1.0), 9),
    rule("seldon_api_*requests_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("seldon_api_*requests_seconds_count", M::Requests, Rise(1.0), 9),
    rule("request_predict_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("request_predict_seconds_count", M::Requests, Rise(1.0), 9),
    rule("rest_server_requests_total", M::Requests, Rise(1.0), 9),
    rule("rest_server_request_duration_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("ts_inference_requests_total", M::Requests, Rise(1.0), 9),
    rule("ts_inference_latency_microseconds", M::MeanDuration, Sum(US), 9),
    // Proxies and meshes.
    rule("nginx_ingress_controller_requests", M::Requests, Rise(1.0), 9),
    rule("nginx_ingress_controller_request_duration_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("nginx_http_requests_total", M::Requests, Rise(1.0), 7),
    rule("nginx_connections_active", M::InFlight, Level(1.0), 7),
    rule("nginx_connections_waiting", M::OtherLevel, Level(0.0), 0),
    rule("*_http_response_count_total", M::Requests, Rise(1.0), 8),
    rule("*_http_response_time_seconds_hist_bucket", M::Duration, Histogram(1.0), 8),
    rule("istio_requests_total", M::Requests, Rise(1.0), 9),
    rule("istio_request_duration_milliseconds_bucket", M::Duration, Histogram(MS), 9),
    rule("traefik_service_requests_total", M::Requests, Rise(1.0), 9),
    rule("traefik_service_request_duration_seconds_bucket", M::Duration, Histogram(1.0), 9),
    rule("envoy_cluster_upstream_rq_time_bucket", M::Duration, Histogram(MS), 8),
    rule("envoy_cluster_upstream_rq", M::Requests, Rise(1.0), 8),
    // Node exporter.
    rule("node_cpu_seconds_total", M::Cpu, RestWhere("mode", "idle"), 9),
    rule("node_memory_MemAvailable_bytes", M::MemoryShare, Rest(1.0), 9),
    rule("node_memory_MemTotal_bytes", M::MemoryShare, Whole(1.0), 9),
    rule("node_filesystem_avail_bytes", M::DiskSpace, Rest(1.0), 9),
    rule("node_filesystem_size_bytes", M::DiskSpace, Whole(1.0), 9),
    rule("node_disk_io_time_seconds_total", M::DiskBusy, Busy, 9),
    rule("node_disk_read_bytes_total", M::DiskRead, Rise(1.0), 9),
    rule("node_disk_written_bytes_total", M::DiskWritten, Rise(1.0), 9),
    rule("node_network_receive_bytes_total", M::NetworkIn, Rise(1.0), 9),
    rule("node_network_transmit_bytes_total", M::NetworkOut, Rise(1.0), 9),
    rule("node_network_*_errs_total", M::NetworkErrors, Rise(1.0), 9),
    rule("node_network_*_drop_total", M::NetworkErrors, Rise(1.0), 9),
    rule("node_load1", M::Load, Level(1.0), 9),
    rule("node_pressure_cpu_waiting_seconds_total", M::CpuPressure, Busy, 9),
    rule("node_pressure_memory_waiting_seconds_total", M::MemoryPressure, Busy, 9),
    rule("node_pressure_io_waiting_seconds_total", M::DiskPressure, Busy, 9),
    rule("node_vmstat_oom_kill", M::OutOfMemory, Rise(1.0), 9),
    // OpenTelemetry's conventions for hosts, processes, containers and Kubernetes.
    rule("system?cpu?time*", M::Cpu, RestWhere("state", "idle"), 8),
    rule("system?cpu?utilization*", M::Cpu, RestShareWhere("state", "idle"), 7),
    rule("system?cpu?load_average?1m", M::Load, Level(1.0), 8),
    rule("system?memory?usage*", M::MemoryShare, PartWhere("state", "used"), 8),
    rule("system?memory?utilization*", M::MemoryShare, ShareWhere("state", "used"), 7),
    rule("system?filesystem?utilization*", M::DiskSpace, ShareWhere("state", "used"), 7),
    rule("hw?gpu?utilization*", M::Gpu, Level(1.0), 8),
    rule("hw?gpu?memory?utilization*", M::GpuMemoryShare, Level(1.0), 8),
    rule("hw?gpu?memory?usage*", M::GpuMemory, Level(1.0), 8),
    rule("system?filesystem?usage*", M::DiskSpace, PartWhere("state", "used"), 8),
    rule("system?network?io*", M::NetworkIn, Rise(1.0), 8),
    rule("system?network?errors*", M::NetworkErrors, Rise(1.0), 8),
    rule("system?disk?io_time*", M::DiskBusy, Busy, 8),
    rule("system?disk?io", M::DiskRead, Rise(1.0), 8),
    rule("system?disk?io_bytes_total", M::DiskRead, Rise(1.0), 8),
    rule("k8s?pod?cpu?usage", M::CpuCores, Level(1.0), 8),
    rule("k8s?pod?memory?working_set*", M::Memory, Level(1.0), 8),
    rule("k8s?pod?network?io*", M::NetworkIn, Rise(1.0), 8),
    rule("k8s?node?cpu?usage", M::CpuCores, Level(1.0), 8),
    rule("k8s?node?memory?working_set*", M::Memory, Level(1.0), 8),
    rule("container?cpu?usage", M::CpuCores, Level(1.0), 8),
    rule("container?cpu?time*", M::CpuCores, Rise(1.0), 8),
    rule("container?memory?working_set", M::Memory, Level(1.0), 8),
    rule("process?cpu?time*", M::CpuCores, Rise(1.0), 3),
    rule("process?cpu?utilization*", M::Cpu, RestShareWhere("state", "idle"), 3),
    rule("process?memory?usage*", M::Memory, Level(1.0), 3),
    // cAdvisor and the kubelet.
    rule("kubelet_volume_stats_available_bytes", M::DiskSpace, Rest(1.0), 9),
    rule("kubelet_volume_stats_capacity_bytes", M::DiskSpace, Whole(1.0), 9),
    rule("container_cpu_usage_seconds_total", M::CpuCores, Rise(1.0), 9),
    rule("container_memory_working_set_bytes", M::Memory, Level(1.0), 9),
    rule("container_spec_memory_limit_bytes", M::MemoryShare, Whole(1.0), 9),
    rule("container_network_receive_bytes_total", M::NetworkIn, Rise(1.0), 8),
    rule("container_network_transmit_bytes_total", M::NetworkOut, Rise(1.0), 8),
    rule("container_network_*_errors_total", M::NetworkErrors, Rise(1.0), 8),
    rule("container_fs_reads_bytes_total", M::DiskRead, Rise(1.0), 8),
    rule("container_fs_writes_bytes_total", M::DiskWritten, Rise(1.0), 8),
    rule("container_cpu_cfs_throttled_periods_total", M::Throttled, Part(1.0), 9),
    rule("container_cpu_cfs_periods_total", M::Throttled, Whole(1.0), 9),
    rule("container_oom_events_total", M::OutOfMemory, Rise(1.0), 8),
    // kube-state-metrics.
    rule("kube_deployment_status_replicas_available", M::Replicas, Part(1.0), 9),
    rule("kube_deployment_spec_replicas", M::Replicas, Whole(1.0), 9),
    rule("kube_statefulset_status_replicas_ready", M::Replicas, Part(1.0), 9),
    rule("kube_statefulset_replicas", M::Replicas, Whole(1.0), 9),
    rule("kube_pod_container_resource_limits", M::MemoryShare, WholeWhere("resource", "memory"), 9),
    rule("kube_pod_container_status_restarts_total", M::ContainerRestarts, Rise(1.0), 9),
    // What our own readers write of Docker, metrics.k8s.io, kubectl, nvidia-smi and tables.
    rule("plumbline_cpu_share", M::Cpu, Level(1.0), 9),
    rule("plumbline_cpu_cores", M::CpuCores, Level(1.0), 9),
    rule("plumbline_cpu_cores_total", M::CpuCores, Rise(1.0), 9),
    rule("plumbline_memory_bytes", M::Memory, Level(1.0), 9),
    rule("plumbline_memory_share", M::MemoryShare, Level(1.0), 9),
    rule("plumbline_memory_used_bytes", M::MemoryShare, Part(1.0), 9),
    rule("plumbline_memory_free_bytes", M::MemoryShare, Rest(1.0), 9),
    rule("plumbline_memory_total_bytes", M::MemoryShare, Whole(1.0), 9),
    rule("plumbline_gpu_share", M::Gpu, Level(1.0), 9),
    rule("plumbline_gpu_memory_bytes", M::GpuMemory, Level(1.0), 9),
    rule("plumbline_gpu_memory_share", M::GpuMemoryShare, Level(1.0), 9),
    rule("plumbline_gpu_memory_used_bytes", M::GpuMemoryShare, Part(1.0), 9),
    rule("plumbline_gpu_memory_total_bytes", M::GpuMemoryShare, Whole(1.0), 9),
    rule("plumbline_gpu_power_watts", M::GpuPower, Level(1.0), 9),
    rule("plumbline_gpu_celsius", M::GpuTemperature, Level(1.0), 9),
    rule("plumbline_network_in_bytes_total", M::NetworkIn, Rise(1.0), 9),
    rule("plumbline_network_out_bytes_total", M::NetworkOut, Rise(1.0), 9),
    rule("plumbline_network_in", M::NetworkIn, Level(1.0), 9),
    rule("plumbline_network_out", M::NetworkOut, Level(1.0), 9),
    rule("plumbline_disk_read", M::DiskRead, Level(1.0), 9),
    rule("plumbline_disk_written", M::DiskWritten, Level(1.0), 9),
    rule("plumbline_disk_read_bytes_total", M::DiskRead, Rise(1.0), 9),
    rule("plumbline_disk_written_bytes_total", M::DiskWritten, Rise(1.0), 9),
    rule("plumbline_disk_space", M::DiskSpace, Level(1.0), 9),
    rule("plumbline_tokens_in_total", M::TokensIn, Rise(1.0), 9),
    rule("plumbline_tokens_out_total", M::TokensOut, Rise(1.0), 9),
    rule("plumbline_first_token_seconds_bucket", M::FirstToken, Histogram(1.0), 9),
    rule("plumbline_per_token_seconds_bucket", M::PerToken, Histogram(1.0), 9),
    // DCGM.
    rule("DCGM_FI_DEV_GPU_UTIL", M::Gpu, Level(0.01), 9),
    rule("DCGM_FI_DEV_FB_USED", M::GpuMemory, Level(MIB), 9),
    rule("DCGM_FI_DEV_FB_USED_PERCENT", M::GpuMemoryShare, Level(1.0), 9),
    rule("DCGM_FI_DEV_POWER_USAGE", M::GpuPower, Level(1.0), 9),
    rule("DCGM_FI_DEV_GPU_TEMP", M::GpuTemperature, Level(1.0), 9),
    // A process by itself.
    rule("process_cpu_seconds_total", M::CpuCores, Rise(1.0), 3),
    rule("process_resident_memory_bytes", M::Memory, Level(1.0), 3),
    rule("process_open_fds", M::FileDescriptors, Part(1.0), 9),
    rule("process_max_fds", M::FileDescriptors, Whole(1.0), 9),
    rule("up", M::Up, Level(1.0), 9),
    // What many servers are called, and OpenTelemetry's HTTP and RPC conventions.
    rule("http?server?request?duration*_bucket", M::Duration, Histogram(1.0), 8),
    rule("http?server?request?duration*_count", M::Requests, Rise(1.0), 6),
    rule("http?server?duration*_bucket", M::Duration, Histogram(MS), 7),
    rule("http?server?duration*_count", M::Requests, Rise(1.0), 5),
    rule("http_server_requests_seconds_bucket", M::Duration, Histogram(1.0), 8),
    rule("http_server_requests_seconds_count", M::Requests, Rise(1.0), 6),
    rule("http?server?active_requests*", M::InFlight, Level(1.0), 7),
    rule("rpc?server?duration*_bucket", M::Duration, Histogram(MS), 6),
    rule("grpc_server_handled_total", M::Requests, Rise(1.0), 7),
    rule("grpc_server_handling_seconds_bucket", M::Duration, Histogram(1.0), 7),
    rule("promhttp_*", M::OtherLevel, Level(0.0), 0),
    rule("prometheus_http_requests_total", M::Requests, Rise(1.0), 4),
    rule("prometheus_http_request_duration_seconds_bucket", M::Duration, Histogram(1.0), 4),
    rule("http_requests_total", M::Requests, Rise(1.0), 8),
    rule("http_request_duration_seconds_bucket", M::Duration, Histogram(1.0), 8),
    rule("http_request_duration_seconds_count", M::Requests, Rise(1.0), 5),
    rule("http_request_duration_ms_bucket", M::Duration, Histogram(MS), 8),
    // Of the tools themselves, whatever they are called.
    rule("node_*", M::OtherLevel, Level(0.0), 0),
    rule("container_*", M::OtherLevel, Level(0.0), 0),
    rule("go_*", M::OtherLevel, Level(0.0), 0),
    rule("prometheus_*", M::OtherLevel, Level(0.0), 0),
    rule("kube*", M::OtherLevel, Level(0.0), 0),
    rule("otelcol_*", M::OtherLevel, Level(0.0), 0),
    rule("ray_*", M::OtherLevel, Level(0.0), 0),
    rule("nv_*", M::OtherLevel, Level(0.0), 0),
    rule("*http_requests_total", M::Requests, Rise(1.0), 3),
    rule("*http_request_total", M::Requests, Rise(1.0), 3),
    rule("*http_request_duration_seconds_bucket", M::Duration, Histogram(1.0), 3),
    rule("*predictions_total", M::Requests, Rise(1.0), 2),
    rule("*.predictions", M::Requests, Rise(1.0), 2),
    rule("*requests_total", M::Requests, Rise(1.0), 2),
    rule("*time_to_first_token_seconds_bucket", M::FirstToken, Histogram(1.0), 2),
    rule("*request_duration_seconds_bucket", M::Duration, Histogram(1.0), 2),
    rule("*request_latency_seconds_bucket", M::Duration, Histogram(1.0), 2),
    rule("*latency_seconds_bucket", M::Duration, Histogram(1.0), 1),
    rule("*latency_ms_bucket", M::Duration, Histogram(MS), 1),
    rule("*latency_milliseconds_bucket", M::Duration, Histogram(MS), 1),
    rule("*latency_seconds_count", M::Requests, Rise(1.0), 1),
];

/// Beginnings of names that are about the tools themselves and say nothing of the service.
const IGNORED: [&str; 23] = [
    "go_",
    "process_",
    "node_",
    "python_",
    "promhttp_",
    "prometheus_",
    "scrape_",
    "net_conntrack_",
    "ray_",
    "nv_",
    "DCGM_",
    "machine_",
    "container_",
    "kube",
    "jvm_",
    "otelcol_",
    "target_info",
    "vm_",
    "bentoml_",
    "nginx_",
    "vllm:",
    "nodejs_",
    "flag_",
];

/// Ends of names that are parts of a histogram or summary, or notes on a process.
const PARTS: [&str; 6] = ["_bucket", "_sum", "_count", "_created", "_info", "_min"];

/// What a metric means; `None` where no rule knows it.
#[must_use]
pub fn means(name: &str) -> Option<Means> {
    let found = RULES.iter().find(|(pattern, _)| fits(pattern, name))?.1;
    // A factor of 0: known, and of no use.
    (found.take != Level(0.0)).then_some(found)
}

/// What quantiles mean that a service tells itself, by the name of a summary: what a histogram of that name would tell.
#[must_use]
pub fn told_quantile(name: &str) -> Option<Means> {
    let histogram = means(&format!("{name}_bucket"))?;
    match (histogram.measure, histogram.take) {
        (M::Duration, Histogram(factor)) => Some(Means {
            measure: M::ToldDuration,
            take: Quantile(factor),
            ..histogram
        }),
        _ => None,
    }
}

/// What a native histogram means, which has the name of its metric alone; or a summary of that name.
#[must_use]
pub fn native(name: &str) -> Option<Means> {
    let parts = ["_bucket", "_count", "_sum", "_created", "_total"];
    let whole = !parts.iter().any(|end| name.ends_with(end));
    let buckets = means(&format!("{name}_bucket")).filter(|_| whole)?;
    matches!(buckets.take, Histogram(_)).then_some(buckets)
}

/// The count beside the sums that Triton and TorchServe write.
#[must_use]
pub fn counts_for_mean(name: &str) -> Option<Means> {
    let of = |measure| Means {
        measure,
        take: Count,
        rank: 9,
    };
    match name {
        "nv_inference_request_success" | "ts_inference_requests_total" => Some(of(M::MeanDuration)),
        _ => None,
    }
}

/// What else a metric means that counts both ways: what goes out is marked by a label.
#[must_use]
pub fn other_way(name: &str) -> Option<Means> {
    let known = means(name)?;
    let measure = match known.measure {
        M::NetworkIn => M::NetworkOut,
        M::DiskRead => M::DiskWritten,
        M::TokensIn => M::TokensOut,
        _ => return None,
    };
    let both = [
        "system?*?io",
        "system?*?io_bytes_total",
        "k8s?*?io*",
        "gen_ai?client?token?usage_sum",
    ];
    let both = both.iter().any(|pattern| fits(pattern, name));
    both.then_some(Means { measure, ..known })
}

/// What a metric that is shown by itself is beside that: the part of a share, of which another metric is the whole.
#[must_use]
pub fn part_of_limit(name: &str) -> Option<Means> {
    (name == "container_memory_working_set_bytes").then_some(Means {
        measure: M::MemoryShare,
        take: Part(1.0),
        rank: 9,
    })
}

/// Whether a metric that no rule knows is better not shown.
#[must_use]
pub fn ignored(name: &str) -> bool {
    IGNORED.iter().any(|start| name.starts_with(start))
        || PARTS.iter().any(|end| name.ends_with(end))
        || RULES
            .iter()
            .any(|(pattern, means)| means.take == Level(0.0) && fits(pattern, name))
}

/// Whether a name fits a pattern: `*` stands for any text, `?` for one of `.`, `_` and `/`.
fn fits(pattern: &str, name: &str) -> bool {
    fn at(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some(b'*'), _) => {
                at(&pattern[1..], name) || !name.is_empty() && at(pattern, &name[1..])
            }
            (Some(b'?'), Some(b'.' | b'_' | b'/')) => at(&pattern[1..], &name[1..]),
            (Some(a), Some(b)) if a == b => at(&pattern[1..], &name[1..]),
            _ => false,
        }
    }
    at(pattern.as_bytes(), name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_tools_are_known() {
        let measure = |name: &str| means(name).map(|m| m.measure);
        for (name, expected) in [
            ("bentoml_service_request_total", M::Requests),
            (
                "bentoml_service_request_duration_seconds_bucket",
                M::Duration,
            ),
            ("http.server.request.duration_bucket", M::Duration),
            ("http_server_request_duration_seconds_bucket", M::Duration),
            (":tensorflow:serving:request_latency_bucket", M::Duration),
            ("vllm:time_to_first_token_seconds_bucket", M::FirstToken),
            ("ray_serve_num_http_requests_total", M::Requests),
            ("ml.predictions", M::Requests),
            ("flask_http_request_total", M::Requests),
            ("kube_statefulset_replicas", M::Replicas),
            ("model_latency_seconds_bucket", M::Duration),
            ("system.memory.usage", M::MemoryShare),
            ("system_network_io_bytes_total", M::NetworkIn),
            ("nginx_http_response_count_total", M::Requests),
        ] {
            assert_eq!(measure(name), Some(expected), "{name}");
        }
        let out = |name: &str| other_way(name).map(|m| m.measure);
        assert_eq!(out("system.network.io"), Some(M::NetworkOut));
        assert_eq!(out("system.disk.io"), Some(M::DiskWritten));
        assert_eq!(out("gen_ai.client.token.usage_sum"), Some(M::TokensOut));
        assert_eq!(out("node_network_receive_bytes_total"), None);
        assert_eq!(measure("node_disk_flush_requests_total"), None);
        assert_eq!(measure("promhttp_metric_handler_requests_total"), None);
        assert!(ignored("go_goroutines") && ignored("promhttp_metric_handler_requests_total"));
        assert!(!ignored("ml.drift.psi"));
    }
}
