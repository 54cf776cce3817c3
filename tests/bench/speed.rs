//! How fast the inner loops are, each beside what another library does with the same bytes in the same
//! run: the ratio tells more than the time, which is the machine's.
//!
//! `cargo bench --bench speed` runs it, with `-- csv` behind it a part of it. No time is asserted. On a
//! busy machine only the fastest of each tells something.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cells;
mod join;
mod text;

fn main() {
    divan::main();
}

/// Numbers that look random, and are the same in every run.
pub struct Random(u64);

impl Random {
    /// From a start of one's choice.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }
}
