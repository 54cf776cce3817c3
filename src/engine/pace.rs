//! How far work has come, how fast it goes on and how long it will take: arithmetic only, so that the
//! page that shows it computes nothing, and tests need no browser.

use std::collections::BTreeMap;

/// Milliseconds before a rate is worth telling.
const SETTLED_MS: f64 = 300.0;

/// How far work on bytes has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    /// Bytes that are done.
    pub bytes: u64,
    /// Bytes in all.
    pub of: u64,
    /// Rows that came of them.
    pub rows: u64,
    /// Milliseconds from the beginning until so many were done.
    pub ms: f64,
}

impl Pace {
    /// How much is done, between 0 and 1; of nothing, all.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.of == 0 {
            return 1.0;
        }
        (self.bytes as f64 / self.of as f64).min(1.0)
    }

    /// Rows a second since the beginning; `None` before it can be told.
    #[must_use]
    pub fn rows_per_s(&self) -> Option<f64> {
        (self.settled() && self.rows > 0).then(|| self.rows as f64 / self.ms * 1e3)
    }

    /// Seconds until all is done if it goes on as it did; `None` before that can be told, and once
    /// all is done.
    #[must_use]
    pub fn seconds_left(&self) -> Option<f64> {
        let share = self.share();
        let going = self.settled() && share > 0.0 && share < 1.0;
        going.then(|| self.ms / 1e3 * (1.0 - share) / share)
    }

    fn settled(&self) -> bool {
        self.ms.is_finite() && self.ms >= SETTLED_MS
    }
}

/// How far a look into files has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looks {
    /// Files that were looked into.
    pub looked: usize,
    /// Files that are known, those found in others among them.
    pub files: usize,
    /// By place: those that hold others, from when this is known.
    packed: BTreeMap<usize, Packed>,
    /// Milliseconds since the first of these.
    ms: f64,
}

/// A file that holds others.
#[derive(Clone, Debug, PartialEq)]
struct Packed {
    name: String,
    bytes: u64,
    done: u64,
    open: bool,
}

impl Looks {
    /// A look into so many files begins.
    #[must_use]
    pub fn into_files(files: usize) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// So much (between 0 and 1) of the file at a place, which holds others, is unpacked, so many
    /// milliseconds after the first of its kind was begun.
    pub fn unpacks(&mut self, at: usize, name: &str, bytes: u64, share: f64, ms: f64) {
        let packed = self.packed.entry(at).or_insert_with(|| Packed {
            name: name.into(),
            bytes,
            done: 0,
            open: true,
        });
        let done = (bytes as f64 * share.clamp(0.0, 1.0)) as u64;
        packed.done = packed.done.max(done).min(bytes);
        self.ms = ms;
    }

    /// The file at a place was unpacked, and held so many files.
    pub fn unpacked(&mut self, at: usize, files: usize) {
        if let Some(packed) = self.packed.get_mut(&at) {
            (packed.done, packed.open) = (packed.bytes, false);
        }
        self.looked += 1;
        self.files += files;
    }

    /// The file that is being unpacked, and how many more are.
    #[must_use]
    pub fn unpacking(&self) -> Option<(&str, usize)> {
        let mut open = self.packed.values().filter(|p| p.open);
        let first = open.next()?;
        Some((&first.name, open.count()))
    }

    /// How far the files that hold others have come, those together that are known to.
    #[must_use]
    pub fn pace(&self) -> Pace {
        Pace {
            bytes: self.packed.values().map(|p| p.done).sum(),
            of: self.packed.values().map(|p| p.bytes).sum(),
            rows: 0,
            ms: self.ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(bytes: u64, of: u64, rows: u64, ms: f64) -> Pace {
        Pace {
            bytes,
            of,
            rows,
            ms,
        }
    }

    #[test]
    fn what_is_left_follows_from_what_was_done() {
        let p = pace(25, 100, 5_000, 2_000.0);
        assert_eq!(p.share(), 0.25);
        assert_eq!(p.rows_per_s(), Some(2_500.0));
        assert_eq!(p.seconds_left(), Some(6.0));
    }

    #[test]
    fn nothing_is_told_before_it_is_known() {
        for p in [
            pace(0, 100, 0, 0.0),
            pace(0, 100, 0, 5_000.0),
            pace(50, 100, 0, 10.0),
            pace(50, 100, 0, f64::NAN),
            pace(100, 100, 0, 5_000.0),
            pace(0, 0, 0, 5_000.0),
        ] {
            assert_eq!((p.rows_per_s(), p.seconds_left()), (None, None), "{p:?}");
            assert!((0.0..=1.0).contains(&p.share()), "{p:?}");
        }
        // A file that grew, or was read twice, is not more than done.
        assert_eq!(pace(300, 100, 0, 1_000.0).share(), 1.0);
        assert_eq!(pace(0, 0, 0, 0.0).share(), 1.0);
        assert_eq!(pace(u64::MAX, u64::MAX, u64::MAX, 1e9).seconds_left(), None);
    }

    #[test]
    fn a_look_tells_what_is_unpacked_and_how_far_that_is() {
        let mut looks = Looks::into_files(3);
        assert_eq!((looks.unpacking(), looks.pace().of), (None, 0));
        looks.unpacks(1, "a.zip", 1_000, 0.5, 400.0);
        assert_eq!(looks.unpacking(), Some(("a.zip", 0)));
        assert_eq!(looks.pace().seconds_left(), Some(0.4));
        looks.unpacks(2, "b.tgz", 3_000, 0.25, 500.0);
        assert_eq!(looks.unpacking(), Some(("a.zip", 1)));
        let told = |l: &Looks| (l.pace().bytes, l.pace().of);
        assert_eq!(told(&looks), (1_250, 4_000));
        // It never goes back, and ends at the end.
        looks.unpacks(2, "b.tgz", 3_000, 0.125, 600.0);
        looks.unpacks(2, "b.tgz", 3_000, f64::INFINITY, 600.0);
        assert_eq!(told(&looks), (3_500, 4_000));
        looks.unpacked(1, 7);
        assert_eq!(looks.unpacking(), Some(("b.tgz", 0)));
        assert_eq!((looks.looked, looks.files), (1, 10));
        looks.unpacked(2, 0);
        assert_eq!((looks.unpacking(), told(&looks)), (None, (4_000, 4_000)));
        // A file that holds others, but so few bytes that nothing was told of it.
        looks.unpacked(0, 1);
        assert_eq!((looks.looked, looks.files), (3, 11));
    }
}
