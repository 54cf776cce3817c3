//! What is measured of a service: each measure once, with its title, unit and place among RED and USE.
//!
//! Sources: T. Wilkie, *The RED method* (rate, errors, duration of requests); B. Gregg, *The USE method*
//! (utilisation, saturation, errors of resources). For language models besides: time to first token, time for each
//! further token, tokens.

use serde::{Deserialize, Serialize};

/// Which question a measure answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Requests: rate, errors, duration.
    Requests,
    /// What a language model takes and gives.
    Tokens,
    /// How busy resources are.
    Utilisation,
    /// How much work waits for them.
    Saturation,
    /// What of them fails.
    Errors,
    /// What no rule knows, as it is.
    Other,
}

/// In what a measure is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Things a second.
    PerSecond,
    /// Between 0 and 1.
    Share,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// Things.
    Count,
    /// Cores of a processor that are busy.
    Cores,
    /// Watts.
    Watts,
    /// Degrees Celsius.
    Celsius,
    /// As the source has it.
    Plain,
}

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident = ($id:literal, $title:literal, $family:ident, $unit:ident)),* $(,)?) => {
        /// What is measured.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum Measure {
            $($(#[$doc])* $name),*
        }

        impl Measure {
            /// All, in the order of the page.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in reports.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// Its title on the page.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }

            /// The question it answers.
            #[must_use]
            pub const fn family(self) -> Family {
                match self { $(Self::$name => Family::$family),* }
            }

            /// In what it is told.
            #[must_use]
            pub const fn unit(self) -> Unit {
                match self { $(Self::$name => Unit::$unit),* }
            }
        }
    };
}

measures! {
    /// Requests answered.
    Requests = ("requests", "Requests", Requests, PerSecond),
    /// Those that failed by the client's fault (4xx).
    ClientErrors = ("client_errors", "Client errors (4xx)", Requests, PerSecond),
    /// Those that failed by the server's fault (5xx).
    ServerErrors = ("server_errors", "Server errors (5xx)", Requests, PerSecond),
    /// How long requests took.
    Duration = ("duration", "Request duration", Requests, Seconds),
    /// How long those took that failed by the server's fault.
    FailedDuration = ("failed_duration", "Duration of failed requests", Requests, Seconds),
    /// How long they took on average.
    MeanDuration = ("mean_duration", "Mean request duration", Requests, Seconds),
    /// Quantiles that the service computed itself.
    ToldDuration = ("told_duration", "Request duration, as the service tells it", Requests, Seconds),
    /// Time to the first token.
    FirstToken = ("time_to_first_token", "Time to first token", Tokens, Seconds),
    /// Time for each further token.
    PerToken = ("time_per_token", "Time per output token", Tokens, Seconds),
    /// Time that requests waited.
    Queue = ("queue_time", "Time in queue", Tokens, Seconds),
    /// Tokens of prompts.
    TokensIn = ("tokens_in", "Tokens in", Tokens, PerSecond),
    /// Tokens generated.
    TokensOut = ("tokens_out", "Tokens out", Tokens, PerSecond),
    /// Tokens of a prompt.
    PromptTokens = ("prompt_tokens", "Tokens in per request", Tokens, Count),
    /// Tokens generated for a request.
    GeneratedTokens = ("generated_tokens", "Tokens out per request", Tokens, Count),
    /// Share of the cache for attention that is used.
    CacheUse = ("cache_use", "KV cache used", Utilisation, Share),
    /// Share of the processors that is busy.
    Cpu = ("cpu", "CPU", Utilisation, Share),
    /// Cores that are busy.
    CpuCores = ("cpu_cores", "CPU", Utilisation, Cores),
    /// Share of the memory that is used.
    MemoryShare = ("memory_share", "Memory used", Utilisation, Share),
    /// Memory used.
    Memory = ("memory", "Memory", Utilisation, Bytes),
    /// Share of time that a GPU is busy.
    Gpu = ("gpu", "GPU", Utilisation, Share),
    /// Share of a GPU's memory that is used.
    GpuMemoryShare = ("gpu_memory_share", "GPU memory used", Utilisation, Share),
    /// Memory of a GPU that is used.
    GpuMemory = ("gpu_memory", "GPU memory", Utilisation, Bytes),
    /// What a GPU draws.
    GpuPower = ("gpu_power", "GPU power", Utilisation, Watts),
    /// How hot a GPU is.
    GpuTemperature = ("gpu_temperature", "GPU temperature", Utilisation, Celsius),
    /// Share of a file system that is used.
    DiskSpace = ("disk_space", "Disk space used", Utilisation, Share),
    /// Share of time that a disk is busy.
    DiskBusy = ("disk_busy", "Disk busy", Utilisation, Share),
    /// Bytes read from disks.
    DiskRead = ("disk_read", "Disk read", Utilisation, BytesPerSecond),
    /// Bytes written to disks.
    DiskWritten = ("disk_written", "Disk written", Utilisation, BytesPerSecond),
    /// Bytes received.
    NetworkIn = ("network_in", "Network in", Utilisation, BytesPerSecond),
    /// Bytes sent.
    NetworkOut = ("network_out", "Network out", Utilisation, BytesPerSecond),
    /// File descriptors in use.
    FileDescriptors = ("file_descriptors", "File descriptors used", Utilisation, Share),
    /// Requests that are being answered.
    InFlight = ("in_flight", "Requests in flight", Saturation, Count),
    /// Requests that wait.
    Waiting = ("waiting", "Requests waiting", Saturation, Count),
    /// Processes that want to run.
    Load = ("load", "Load (1 min)", Saturation, Count),
    /// Share of time that something waited for a processor.
    CpuPressure = ("cpu_pressure", "Waiting for CPU", Saturation, Share),
    /// Share of time that something waited for memory.
    MemoryPressure = ("memory_pressure", "Waiting for memory", Saturation, Share),
    /// Share of time that something waited for disks.
    DiskPressure = ("disk_pressure", "Waiting for disk", Saturation, Share),
    /// Share of periods in which a container was held back.
    Throttled = ("throttled", "CPU throttled", Saturation, Share),
    /// Packets lost or damaged.
    NetworkErrors = ("network_errors", "Network errors", Errors, PerSecond),
    /// Processes killed for lack of memory.
    OutOfMemory = ("out_of_memory", "Killed for lack of memory", Errors, PerSecond),
    /// Share of the wanted replicas that can serve.
    Replicas = ("replicas", "Replicas ready", Errors, Share),
    /// Containers that began anew.
    ContainerRestarts = ("container_restarts", "Container restarts", Errors, PerSecond),
    /// Whether scrapes succeed.
    Up = ("up", "Up", Errors, Share),
    /// What no rule knows, now.
    OtherLevel = ("other_level", "Other", Other, Plain),
    /// What no rule knows, a second.
    OtherRate = ("other_rate", "Other", Other, PerSecond),
}

impl Measure {
    /// Whether it is of what can be full.
    #[must_use]
    pub const fn fills(self) -> bool {
        matches!(
            self,
            Self::DiskSpace | Self::MemoryShare | Self::GpuMemoryShare | Self::FileDescriptors
        )
    }

    /// Whether what several series of one thing measure adds up, as bytes do and shares do not.
    #[must_use]
    pub const fn adds(self) -> bool {
        matches!(
            self.unit(),
            Unit::PerSecond | Unit::Bytes | Unit::BytesPerSecond | Unit::Cores | Unit::Watts
        ) || matches!(self, Self::InFlight | Self::Waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_measure_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Measure::ALL.iter().map(|m| m.id()).collect();
        assert_eq!(names.len(), Measure::ALL.len());
    }
}
