//! Requests, errors, latency, and what the machine spends.

mod error_rate;
mod latency;
mod means;
mod requests;

pub use error_rate::ErrorRate;
pub use latency::{LATENCY_P50, LATENCY_P90, LATENCY_P95, LATENCY_P99, LatencyMax};
pub use means::{BYTES, CPU, MEMORY};
pub use requests::Requests;
