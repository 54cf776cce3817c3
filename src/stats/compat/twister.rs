//! numpy's old random numbers, which Evidently draws its permutations with: `numpy.random.seed` and `permutation`.
//!
//! Source: M. Matsumoto and T. Nishimura (1998), *Mersenne Twister*, MT19937.

const N: usize = 624;
const M: usize = 397;

/// The generator.
pub(super) struct Twister {
    state: Vec<u32>,
    at: usize,
}

impl Twister {
    pub fn new(seed: u32) -> Self {
        let mut state = Vec::with_capacity(N);
        let mut word = seed;
        for i in 1..=N as u32 {
            state.push(word);
            word = (word ^ (word >> 30))
                .wrapping_mul(1_812_433_253)
                .wrapping_add(i);
        }
        Self { state, at: N }
    }

    fn next(&mut self) -> u32 {
        if self.at == N {
            for i in 0..N {
                let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
                let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ odd;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// An even number of 0 … 1, as `numpy.random.rand` draws it.
    pub fn even(&mut self) -> f64 {
        let (high, low) = (self.next() >> 5, self.next() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// An even number of 0 … most, by drawing again.
    pub fn up_to(&mut self, most: u32) -> u32 {
        let mask = u32::MAX >> most.leading_zeros().min(31);
        loop {
            let value = self.next() & mask;
            if value <= most {
                return value;
            }
        }
    }

    /// 0 … n − 1 in another order.
    pub fn permutation(&mut self, n: u32) -> Vec<u32> {
        let mut all: Vec<u32> = (0..n).collect();
        for i in (1..n).rev() {
            let j = self.up_to(i);
            all.swap(i as usize, j as usize);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Twister;

    /// `numpy.random.seed(0); numpy.random.permutation(10)`, twice.
    #[test]
    fn as_numpy() {
        let mut random = Twister::new(0);
        assert_eq!(random.permutation(10), [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
        assert_eq!(random.permutation(10), [3, 5, 1, 2, 9, 8, 0, 6, 7, 4]);
    }
}
