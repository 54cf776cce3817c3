//! Sparse counts as a flat list of numbers: gap to the bucket before, count, gap, count…
//!
//! Half as long as pairs, and still plain JSON. The first gap is the first bucket itself.

/// Pairs of bucket and count, ascending by bucket, as a flat list.
#[must_use]
pub fn flat(cells: impl Iterator<Item = (i64, u64)>) -> Vec<i64> {
    let mut before = 0;
    cells
        .flat_map(|(bucket, count)| {
            let gap = bucket - before;
            before = bucket;
            [gap, i64::try_from(count).unwrap_or(i64::MAX)]
        })
        .collect()
}

/// The pairs of a flat list.
///
/// # Errors
/// A sentence, where the list is not what [`flat`] makes: a half pair, a negative count, buckets that
/// do not ascend.
pub fn pairs(list: &[i64]) -> Result<Vec<(i64, u64)>, String> {
    let (cells, rest) = list.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("a list of gaps and counts has an even length".into());
    }
    let mut out: Vec<(i64, u64)> = Vec::with_capacity(cells.len());
    for [gap, count] in cells {
        let before = out.last().map(|c| c.0);
        let bucket = before
            .unwrap_or(0)
            .checked_add(*gap)
            .ok_or("a bucket is too large")?;
        if before.is_some_and(|b| bucket <= b) {
            return Err("buckets ascend, so gaps are above 0".into());
        }
        out.push((
            bucket,
            u64::try_from(*count).map_err(|_| "a count is not negative")?,
        ));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_and_a_broken_one_is_refused() {
        let cells = [(-7, 3), (-2, 1), (0, 9), (40, 2)];
        assert_eq!(flat(cells.into_iter()), [-7, 3, 5, 1, 2, 9, 40, 2]);
        assert_eq!(pairs(&flat(cells.into_iter())), Ok(cells.to_vec()));
        for broken in [&[1][..], &[1, -1], &[1, 1, 0, 1], &[i64::MAX, 1, 1, 1]] {
            assert!(pairs(broken).is_err(), "{broken:?}");
        }
    }
}
