//! Natural logarithms to the last bit, as the C library of other tools has them: texts of which one weighs as much as
//! another stand in the order of such bits.
//!
//! Numbers are pairs that add up, twice as precise as one (T. J. Dekker 1971, *A floating-point technique for extending
//! the available precision*).

type Pair = (f64, f64);

/// ln 2.
const LN_2: Pair = (std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);
/// Terms of the series of artanh z, |z| ≤ 0.172: what is left is below 2⁻¹⁰⁶.
const TERMS: u32 = 21;

/// ln x of a normal number above 0.
pub(super) fn ln(x: f64) -> f64 {
    let (mut m, mut power) = libm::frexp(x);
    if m < std::f64::consts::FRAC_1_SQRT_2 {
        (m, power) = (2.0 * m, power - 1);
    }
    let z = divided((m - 1.0, 0.0), two_sum(m, 1.0));
    let square = product(z, z);
    let mut sum = (0.0, 0.0);
    for k in (0..TERMS).rev() {
        let term = divided((1.0, 0.0), (f64::from(2 * k + 1), 0.0));
        sum = plus(term, product(square, sum));
    }
    let twice = product((2.0 * z.0, 2.0 * z.1), sum);
    let whole = plus(product(LN_2, (f64::from(power), 0.0)), twice);
    whole.0 + whole.1
}

fn two_sum(a: f64, b: f64) -> Pair {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

fn two_product(a: f64, b: f64) -> Pair {
    let halves = |x: f64| {
        let far = 134_217_729.0 * x;
        let high = far - (far - x);
        (high, x - high)
    };
    let product = a * b;
    let ((p, q), (r, s)) = (halves(a), halves(b));
    (product, ((p * r - product) + p * s + q * r) + q * s)
}

fn plus(a: Pair, b: Pair) -> Pair {
    let (sum, rest) = two_sum(a.0, b.0);
    two_sum(sum, rest + (a.1 + b.1))
}

fn product(a: Pair, b: Pair) -> Pair {
    let (high, low) = two_product(a.0, b.0);
    two_sum(high, low + (a.0 * b.1 + a.1 * b.0))
}

fn divided(a: Pair, b: Pair) -> Pair {
    let first = a.0 / b.0;
    let left = plus(a, {
        let (high, low) = product(b, (first, 0.0));
        (-high, -low)
    });
    two_sum(first, (left.0 + left.1) / b.0)
}

#[cfg(test)]
mod tests {
    use super::ln;

    /// By mpmath, 60 digits, rounded.
    #[test]
    fn the_last_bit_is_right() {
        for (x, want) in [
            (2.0, std::f64::consts::LN_2),
            (3.0, 1.0986122886681098),
            (8.363636363636363, 2.12389330425067),
            (5.52, 1.7083778602890038),
            (39.42857142857143, 3.6744907166618366),
            (1.998003992015968, 0.6921486782303558),
            (83.41666666666667, 4.4238481295272205),
            (0.75, -0.2876820724517809),
            (1.0000001, 9.999999505838704e-08),
            (123456.789, 11.723646487185881),
            (2.732673267326733, 1.0052803488758906),
            (6.122222222222222, 1.8119251388226494),
        ] {
            assert_eq!(ln(x), want, "{x}");
        }
        assert_eq!(ln(1.0), 0.0);
    }
}
