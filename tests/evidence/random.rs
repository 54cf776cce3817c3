//! Seeded random numbers, the same in every run and on every machine.
//!
//! Sources: D. Blackman and S. Vigna (2021), *Scrambled linear pseudorandom number generators*, for
//! xoshiro256++ and its start by splitmix64; G. Marsaglia and W. W. Tsang (2000), *A simple method for
//! generating gamma variables*.

/// A generator.
pub struct Random([u64; 4]);

impl Random {
    /// From a start of one's choice.
    pub fn new(seed: u64) -> Self {
        let mut state = seed;
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }))
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// In (0, 1).
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// Of the standard normal distribution, by Marsaglia's polar method.
    pub fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square > 0.0 {
                return x * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// Of the exponential distribution with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// The logarithm of a gamma variable of a shape, which may be far below 1.
    pub fn log_gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.log_gamma(shape + 1.0) + libm::log(self.uniform()) / shape;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            if libm::log(self.uniform()) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return libm::log(d * v);
            }
        }
    }

    /// Of Student's distribution.
    pub fn student(&mut self, df: f64) -> f64 {
        let chi_square = 2.0 * libm::exp(self.log_gamma(df / 2.0));
        self.normal() / (chi_square / df).sqrt()
    }

    /// A Poisson count of a mean that is not very large.
    pub fn poisson(&mut self, mean: f64) -> f64 {
        let mut chance = libm::exp(-mean);
        let (mut left, mut count) = (self.uniform() - chance, 0.0);
        while left > 0.0 && chance > 0.0 {
            count += 1.0;
            chance *= mean / count;
            left -= chance;
        }
        count
    }
}
