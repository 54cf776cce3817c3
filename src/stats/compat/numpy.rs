//! Sums, bins and spreads as numpy makes them, to the last bit where a verdict may hang on it.

/// Values that are summed one after the other.
const BLOCK: usize = 128;

/// `numpy.sum`: pairwise, eight sums beside each other within a block.
pub(super) fn sum(values: &[f64]) -> f64 {
    let n = values.len();
    if n < 8 {
        return values.iter().fold(0.0, |sum, x| sum + x);
    }
    if n <= BLOCK {
        let (blocks, rest) = values.as_chunks::<8>();
        let mut sums = [0.0; 8];
        for block in blocks {
            for (sum, x) in sums.iter_mut().zip(block) {
                *sum += x;
            }
        }
        let [a, b, c, d, e, f, g, h] = sums;
        let all = ((a + b) + (c + d)) + ((e + f) + (g + h));
        return rest.iter().fold(all, |sum, x| sum + x);
    }
    let half = n / 2 - n / 2 % 8;
    sum(&values[..half]) + sum(&values[half..])
}

pub(super) fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

/// `numpy.std` with so many degrees of freedom taken off.
pub(super) fn std(values: &[f64], less: f64) -> f64 {
    let mean = mean(values);
    let squares: Vec<f64> = values.iter().map(|x| (x - mean) * (x - mean)).collect();
    (sum(&squares) / (values.len() as f64 - less)).sqrt()
}

/// `numpy.linspace` with so many steps.
pub(super) fn linspace(from: f64, to: f64, steps: usize) -> Vec<f64> {
    let step = (to - from) / steps as f64;
    let mut edges: Vec<f64> = (0..=steps).map(|i| i as f64 * step + from).collect();
    if let Some(last) = edges.last_mut() {
        *last = to;
    }
    edges
}

/// The edges of bins of a width that is wished for; `whole` numbers are never cut finer than 1. `None` where the
/// range is beyond every number.
fn edges(low: f64, high: f64, width: f64, whole: bool) -> Option<Vec<f64>> {
    let (first, last) = if low == high {
        (low - 0.5, high + 0.5)
    } else {
        (low, high)
    };
    let width = if whole && width > 0.0 {
        width.max(1.0)
    } else {
        width
    };
    let bins = if width > 0.0 {
        libm::ceil((last - first) / width)
    } else {
        1.0
    };
    (bins.is_finite() && bins < 1e8).then(|| linspace(first, last, bins as usize))
}

/// `numpy.histogram_bin_edges(…, "sturges")` of `n` numbers in a range.
pub(super) fn sturges(low: f64, high: f64, n: usize, whole: bool) -> Option<Vec<f64>> {
    edges(
        low,
        high,
        (high - low) / (libm::log2(n as f64) + 1.0),
        whole,
    )
}

/// `numpy.histogram_bin_edges(…, "doane")` of these numbers, in any order.
pub(super) fn doane(values: &[f64]) -> Option<Vec<f64>> {
    let low = values.iter().copied().reduce(f64::min)?;
    let high = values.iter().copied().reduce(f64::max)?;
    let n = values.len() as f64;
    let mut width = 0.0;
    if values.len() > 2 {
        let spread = std(values, 0.0);
        if spread > 0.0 {
            let mean = mean(values);
            let cubes: Vec<f64> = values
                .iter()
                .map(|x| libm::pow((x - mean) / spread, 3.0))
                .collect();
            let skew = sum(&cubes) / n;
            let error = (6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0))).sqrt();
            width = (high - low) / (1.0 + libm::log2(n) + libm::log2(1.0 + skew.abs() / error));
        }
    }
    edges(low, high, width, false)
}

/// `numpy.histogram` of ascending numbers: bin i holds edges\[i\] <= x < edges\[i + 1\], the last one its end too.
pub(super) fn histogram(ascending: &[f64], edges: &[f64]) -> Vec<u64> {
    let last = edges.len() - 1;
    let below = |(i, edge): (usize, &f64)| {
        if i == last {
            ascending.partition_point(|x| x <= edge)
        } else {
            ascending.partition_point(|x| x < edge)
        }
    };
    let at: Vec<usize> = edges.iter().enumerate().map(below).collect();
    at.windows(2)
        .map(|w| w[1].saturating_sub(w[0]) as u64)
        .collect()
}

/// Numbers up to which a part is sorted by insertion.
const SMALL: usize = 16;

/// `numpy.argsort` where the processor has no vector instructions for it: quicksort by the median of three, so that
/// equal numbers come in the order that it leaves them in. Where it would give up quicksort, equals keep their order.
pub(super) fn argsort(values: &[f64]) -> Vec<usize> {
    let mut at: Vec<usize> = (0..values.len()).collect();
    let less = |a: usize, b: usize| values[a] < values[b];
    let depth = 2 * values.len().checked_ilog2().unwrap_or(0) as i64;
    let mut parts = vec![(0, values.len(), depth)];
    while let Some((mut from, mut to, mut depth)) = parts.pop() {
        while to - from > SMALL && depth >= 0 {
            let (last, middle) = (to - 1, from + (to - 1 - from) / 2);
            for (low, high) in [(from, middle), (middle, last), (from, middle)] {
                if less(at[high], at[low]) {
                    at.swap(high, low);
                }
            }
            let pivot = at[middle];
            at.swap(middle, last - 1);
            let (mut i, mut j) = (from + 1, last - 2);
            loop {
                while less(at[i], pivot) {
                    i += 1;
                }
                while less(pivot, at[j]) {
                    j -= 1;
                }
                if i >= j {
                    break;
                }
                at.swap(i, j);
                (i, j) = (i + 1, j - 1);
            }
            at.swap(i, last - 1);
            depth -= 1;
            if i - from < last - i {
                parts.push((i + 1, to, depth));
                to = i;
            } else {
                parts.push((from, i, depth));
                from = i + 1;
            }
        }
        // Insertion sort keeps the order of equals, as this one does.
        at[from..to].sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    }
    at
}

/// Each over all.
pub(super) fn shares(counts: &[u64], all: usize) -> Vec<f64> {
    counts.iter().map(|n| *n as f64 / all as f64).collect()
}

/// `scipy.spatial.distance.jensenshannon`, in natural logarithms where no base is given.
pub(super) fn jensen_shannon(p: &[f64], q: &[f64], base: Option<f64>) -> f64 {
    let (all, other) = (sum(p), sum(q));
    let apart = |x: f64, middle: f64| {
        if x > 0.0 {
            x * libm::log(x / middle)
        } else {
            0.0
        }
    };
    let terms = |left: bool| -> Vec<f64> {
        let of = |(p, q): (&f64, &f64)| {
            let (p, q) = (p / all, q / other);
            apart(if left { p } else { q }, (p + q) / 2.0)
        };
        p.iter().zip(q).map(of).collect()
    };
    let mut both = sum(&terms(true)) + sum(&terms(false));
    if let Some(base) = base {
        both /= libm::log(base);
    }
    (both / 2.0).max(0.0).sqrt()
}
