//! Means of what the machine spends.

use crate::log::Role;
use crate::metric::means::{HALL, POSITIVE, positive};
use crate::metric::{Better, Estimate, Family, Info, Material, Measures, Metric, Rank, Unit};
use crate::summary::Summary;

/// The mean of a column of the machine.
pub struct Mean {
    info: Info,
    place: usize,
    role: Role,
}

/// Bytes of an answer.
pub static BYTES: Mean = of_column(
    0,
    Role::Bytes,
    "bytes_mean",
    "Bytes",
    "Mean size of an answer in bytes.",
    Unit::Count,
);
/// CPU use in percent.
pub static CPU: Mean = of_column(
    1,
    Role::Cpu,
    "cpu_mean",
    "CPU",
    "Mean CPU use, in the unit of its column.",
    Unit::Outcome,
);
/// Memory use.
pub static MEMORY: Mean = of_column(
    2,
    Role::Memory,
    "memory_mean",
    "Memory",
    "Mean memory use, in the unit of its column.",
    Unit::Outcome,
);

const fn of_column(
    place: usize,
    role: Role,
    name: &'static str,
    title: &'static str,
    explain: &'static str,
    unit: Unit,
) -> Mean {
    Mean {
        info: Info {
            name,
            title,
            explain,
            formula: "mean of the column",
            interval: POSITIVE,
            source: HALL,
            sklearn: "numpy.mean(column)",
            family: Family::Resource,
            rank: Rank::Headline,
            better: Better::Lower,
            unit,
            range: (None, None),
            undefined: "the column has no value",
            material: Material::Relative(0.1),
        },
        place,
        role,
    }
}

impl Metric for Mean {
    fn info(&self) -> &'static Info {
        match self.place {
            0 => &BYTES.info,
            1 => &CPU.info,
            _ => &MEMORY.info,
        }
    }

    fn applies(&self, summary: &Summary) -> bool {
        summary.has(self.role)
    }

    fn estimate(&self, of: &Measures<'_>) -> Estimate {
        match of.service() {
            Some(s) => positive(&s.means[self.place]),
            None => Estimate::undefined("no values", 0),
        }
    }
}
