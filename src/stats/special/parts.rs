//! What the incomplete gamma and beta functions share.
//!
//! Their leading factors are ratios of huge numbers. C. Loader (2000), *Fast and accurate computation
//! of binomial probabilities*, writes them as exp(−error of Stirling's formula − deviance), of which no
//! part is large where the value is not small.

/// ½ ln 2π.
const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;
/// Most terms of a series or fraction; they need about √a of them.
pub(super) const MOST_TERMS: u32 = 1_000_000;

/// ln Γ(z) − ((z − ½) ln z − z + ½ ln 2π).
pub(super) fn stirling_error(z: f64) -> f64 {
    if z < 16.0 {
        return libm::lgamma(z) - (z - 0.5) * libm::log(z) + z - HALF_LOG_TAU;
    }
    let w = 1.0 / (z * z);
    let tail = 1.0 / 1188.0 - w * 691.0 / 360_360.0;
    let series = 1.0 / 360.0 - w * (1.0 / 1260.0 - w * (1.0 / 1680.0 - w * tail));
    (1.0 / 12.0 - w * series) / z
}

/// x ln(x/m) + m − x, where `excess` is m − x, given apart so that nothing cancels near x = m.
pub(super) fn deviance(x: f64, m: f64, excess: f64) -> f64 {
    if excess.abs() >= 0.1 * (x + m) {
        return x * libm::log(x / m) + excess;
    }
    let v = -excess / (x + m);
    let mut sum = -excess * v;
    let mut term = 2.0 * x * v;
    for j in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// The positive root of an increasing function that is smooth in ln x, by Newton's method kept inside a
/// bracket. `f` gives the value and its derivative by ln x.
pub(super) fn root(start: f64, highest: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (0.0, highest);
    let mut x = start;
    for _ in 0..200 {
        let (value, slope) = f(x);
        if value == 0.0 {
            return x;
        }
        if value < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let step = value / slope;
        let mut next = x * libm::exp(-step);
        if !(next > low && next < high) {
            // Halve what is left; open ends are approached by factors.
            next = if high.is_infinite() {
                4.0 * low
            } else if low == 0.0 {
                high / 1024.0
            } else {
                low.sqrt() * high.sqrt()
            };
        }
        if (next - x).abs() <= 2.0 * f64::EPSILON * x {
            return next;
        }
        x = next;
    }
    x
}
