//! Tests of two counts over the same categories, and how strong their difference is.

use super::{How, Outcome, Test, Undefined};
use crate::stats::exact_sum::ExactSum;
use crate::stats::special::chi_square_sf;

/// Pearson's Σ (seen − expected)² / expected over both sides, expected where both had one share of each
/// category.
///
/// p-value: by chi-square of one degree of freedom less than there are categories. It is right while most
/// categories are expected some five times on either side; [`pooled`] joins rarer ones. One category tells p = 1.
/// No correction for continuity ([`yates`] has it). Both sides are samples: neither is taken for the truth.
///
/// Source: K. Pearson (1900), R. A. Fisher (1922), *On the interpretation of χ² from contingency tables*.
///
/// # Errors
/// Where a side has no row, or the sides have not the same categories.
pub fn chi_square(before: &[u64], after: &[u64]) -> Outcome {
    let (sides, kept) = table(before, after)?;
    let (n, m) = (sides.0 as f64, sides.1 as f64);
    let mut sum = ExactSum::new();
    for (a, b) in &kept {
        // (a m − b n)² / ((a + b) n m), of both sides together.
        let off = *a as f64 * m - *b as f64 * n;
        sum.add(off / n * (off / m) / (a + b) as f64);
    }
    Ok(told(sum.value(), kept.len()))
}

/// [`chi_square`] as `scipy.stats.chi2_contingency` makes it by default: of two categories every difference to
/// what is expected counts half a row less.
///
/// Source: F. Yates (1934), *Contingency tables involving small numbers and the χ² test*.
///
/// # Errors
/// As [`chi_square`].
pub fn yates(before: &[u64], after: &[u64]) -> Outcome {
    let (sides, kept) = table(before, after)?;
    if kept.len() != 2 {
        return chi_square(before, after);
    }
    let (n, m) = (sides.0 as f64, sides.1 as f64);
    let all = n + m;
    let mut sum = 0.0;
    for (a, b) in &kept {
        let both = (a + b) as f64;
        for (seen, side) in [(*a as f64, n), (*b as f64, m)] {
            let expected = both * side / all;
            let off = (seen - expected).abs();
            let off = (off - off.min(0.5)).abs();
            sum += off * off / expected;
        }
    }
    Ok(told(sum, kept.len()))
}

/// The likelihood ratio 2 Σ seen ln (seen / expected) over both sides, with the p-value of [`chi_square`].
///
/// Source: S. S. Wilks (1935), *The likelihood test of independence in contingency tables*.
///
/// # Errors
/// As [`chi_square`].
pub fn g(before: &[u64], after: &[u64]) -> Outcome {
    let (sides, kept) = table(before, after)?;
    let (n, m) = (sides.0 as f64, sides.1 as f64);
    let all = n + m;
    let mut sum = ExactSum::new();
    for (a, b) in &kept {
        let both = (a + b) as f64;
        for (seen, side) in [(*a as f64, n), (*b as f64, m)] {
            if seen > 0.0 {
                sum.add(2.0 * seen * libm::log(seen / (both * (side / all))));
            }
        }
    }
    Ok(told(sum.value().max(0.0), kept.len()))
}

/// Cramér's V: √(χ² / rows) of two sides, in 0 … 1.
///
/// # Errors
/// As [`chi_square`].
pub fn cramers_v(before: &[u64], after: &[u64]) -> Result<f64, Undefined> {
    let (sides, _) = table(before, after)?;
    let square = chi_square(before, after)?.statistic / (sides.0 + sides.1) as f64;
    Ok(square.min(1.0).sqrt())
}

/// The same without what chance alone adds: 0 where χ² is what it is expected to be, or less.
///
/// Source: W. Bergsma (2013), *A bias-correction for Cramér's V and Tschuprow's T*.
///
/// # Errors
/// As [`chi_square`].
pub fn cramers_v_corrected(before: &[u64], after: &[u64]) -> Result<f64, Undefined> {
    let (sides, kept) = table(before, after)?;
    let all = (sides.0 + sides.1) as f64;
    if all <= 1.0 {
        return Err(Undefined::TooFew(2));
    }
    let k = kept.len() as f64;
    let square = chi_square(before, after)?.statistic / all;
    let square = (square - (k - 1.0) / (all - 1.0)).max(0.0);
    let wide = k - (k - 1.0) * (k - 1.0) / (all - 1.0);
    let high = 2.0 - 1.0 / (all - 1.0);
    let least = wide.min(high) - 1.0;
    Ok(if least > 0.0 {
        (square / least).min(1.0).sqrt()
    } else {
        0.0
    })
}

/// The counts with all categories joined that are expected fewer than `least` times on the smaller side: which
/// ones depends on both sides together, so that tests of the result are as right as of the counts themselves. The
/// joined ones come last; where they are still too few they join the rarest other one.
///
/// # Errors
/// Where a side has no row, the sides have not the same categories, or one is left of several.
pub fn pooled(
    before: &[u64],
    after: &[u64],
    least: f64,
) -> Result<(Vec<u64>, Vec<u64>), Undefined> {
    let (sides, mut kept) = table(before, after)?;
    let several = kept.len() > 1;
    let share = sides.0.min(sides.1) as f64 / (sides.0 + sides.1) as f64;
    let rare = |s: &(u64, u64)| ((s.0 + s.1) as f64) * share < least;
    let add = |sum: (u64, u64), s: &(u64, u64)| (sum.0 + s.0, sum.1 + s.1);
    let rest = kept.iter().filter(|s| rare(s)).fold((0, 0), add);
    kept.retain(|s| !rare(s));
    if rest.0 + rest.1 > 0 {
        let rarest = (0..kept.len()).min_by_key(|i| kept[*i].0 + kept[*i].1);
        match rarest {
            Some(i) if rare(&rest) => kept[i] = add(kept[i], &rest),
            _ => kept.push(rest),
        }
    }
    if several && kept.len() < 2 {
        return Err(Undefined::TooRare);
    }
    Ok(kept.into_iter().unzip())
}

/// Rows of both sides, and the categories that have any.
pub(super) type Table = ((u64, u64), Vec<(u64, u64)>);

pub(super) fn table(before: &[u64], after: &[u64]) -> Result<Table, Undefined> {
    if before.len() != after.len() {
        return Err(Undefined::OtherCategories);
    }
    let (n, m): (u64, u64) = (before.iter().sum(), after.iter().sum());
    if n == 0 || m == 0 {
        return Err(Undefined::Empty);
    }
    let pairs = before.iter().copied().zip(after.iter().copied());
    Ok(((n, m), pairs.filter(|s| s.0 + s.1 > 0).collect()))
}

fn told(statistic: f64, categories: usize) -> Test {
    let p = match categories {
        1 => 1.0,
        k => chi_square_sf(statistic, (k - 1) as f64),
    };
    Test {
        statistic,
        p,
        how: How::Asymptotic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_rare_joins_others_and_is_no_test_where_none_is_left() {
        let joined = pooled(&[90, 1, 9], &[80, 2, 18], 5.0);
        assert_eq!(joined, Ok((vec![90, 10], vec![80, 20])));
        // One word of 1 200 rows, and another that is expected 4 times of 200: not one category, of which every test is sure.
        assert_eq!(pooled(&[996, 4], &[180, 20], 5.0), Err(Undefined::TooRare));
        assert_eq!(pooled(&[10], &[7], 5.0), Ok((vec![10], vec![7])));
    }
}
