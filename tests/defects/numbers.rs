//! Defects (a) to (j) that Evidently 0.7.23 and NannyML 0.13.1 were found to have, and one more (k), as checks: each
//! beside what Plumbline tells of the same numbers. What takes a whole report to see is in `checks.rs`.
use plumbline::stats::boost::{Bins, Feature, Params};
use plumbline::stats::compat::evidently::{Column, Test};
use plumbline::stats::compat::nannyml::{Method, Numbers, Thresholds, Words, by_number};
use plumbline::stats::distance::{Sample, psi};
use plumbline::stats::multivariate::{domain::auc, mmd::mmd};
use plumbline::stats::rank::auc_cells;
use plumbline::stats::two_sample::{
    How, Undefined, chi_square, fisher, fisher_simulated, g, mann_whitney, ordered, steps,
    steps_of_counts,
};

/// Every check by what it holds.
pub const CHECKS: &[(&str, fn())] = &[
    (
        "a change is found in either direction by ranks",
        a_one_sided_mann_whitney,
    ),
    (
        "the number of bins that is asked for is used",
        c_ignored_number_of_bins,
    ),
    (
        "a reference is a sample, not the truth",
        d_goodness_of_fit_of_two_samples,
    ),
    ("sides of other sizes are compared", e_sides_of_other_sizes),
    (
        "a last chunk of three rows moves no threshold",
        f_a_last_chunk_of_three_rows,
    ),
    ("every option is read", g_ignored_options),
    (
        "random draws are the same each time",
        h_randomness_without_a_seed,
    ),
    (
        "an empty chunk has no verdict",
        i_the_verdict_of_an_empty_chunk,
    ),
    (
        "one class has no area and no error",
        j_a_window_of_one_class,
    ),
    (
        "equal shares of tied values are no change",
        k_cramer_von_mises_of_tied_values,
    ),
];

/// splitmix64.
struct Even(u64);

impl Even {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// About normal numbers.
    fn normal(&mut self, n: usize, shift: f64) -> Vec<f64> {
        let mut one = || (0..12).fold(0.0, |x, _| x + self.next()) - 6.0 + shift;
        (0..n).map(|_| one()).collect()
    }

    /// One of so many words, all as frequent.
    fn words(&mut self, n: usize, words: u32) -> Vec<u32> {
        let mut one = || (self.next() * f64::from(words)) as u32;
        (0..n).map(|_| one()).collect()
    }
}

fn counts(words: &[u32]) -> Vec<u64> {
    let mut counts = vec![0; 64];
    words.iter().for_each(|w| counts[*w as usize] += 1);
    counts
}

/// A test against "smaller" alone calls what became smaller no drift.
fn a_one_sided_mann_whitney() {
    let mut even = Even(1);
    let reference = Sample::of(&even.normal(2_000, 0.0));
    for (shift, theirs_finds) in [(0.5, true), (-0.5, false)] {
        let current = Sample::of(&even.normal(1_500, shift));
        let column = Column::Numbers {
            reference: &reference,
            current: &current,
            whole: false,
        };
        let theirs = Test::MannWhitney.score(&column).unwrap();
        assert_eq!(Test::MannWhitney.drifted(theirs), theirs_finds, "{theirs}");
        let ours = mann_whitney(&steps(&reference, &current)).unwrap();
        assert!(ours.p < 1e-20, "{ours:?}");
    }
}

/// The number of bins that is asked for changes nothing.
fn c_ignored_number_of_bins() {
    let mut even = Even(2);
    let (a, b) = (
        Sample::of(&even.normal(2_000, 0.0)),
        Sample::of(&even.normal(1_500, 0.15)),
    );
    let by = |bins| {
        let edges = a.fine_edges(bins);
        assert_eq!(edges.len() + 1, bins as usize);
        psi(&a.counts(&edges), &b.counts(&edges)).unwrap()
    };
    let found = [5, 30, 100].map(by);
    assert!(found[0] < found[1] && found[1] < found[2], "{found:?}");
}

/// A sampled reference that is taken for the truth makes twice the variance look like once.
fn d_goodness_of_fit_of_two_samples() {
    let mut even = Even(3);
    let (mut theirs, mut ours, runs) = (0, 0, 600);
    for _ in 0..runs {
        let (a, b) = (even.words(1_000, 10), even.words(1_000, 10));
        let column = Column::Words {
            reference: &a,
            current: &b,
        };
        let score = Test::ChiSquare.score(&column).unwrap();
        theirs += u32::from(Test::ChiSquare.drifted(score));
        ours += u32::from(chi_square(&counts(&a), &counts(&b)).unwrap().p < 0.05);
    }
    // Nothing changes: 5 % is what was asked for, and four standard deviations of that.
    assert!(theirs > runs * 40 / 100, "{theirs} of {runs}");
    assert!((9..=52).contains(&ours), "{ours} of {runs}");
}

/// Sides of other sizes raise an error.
fn e_sides_of_other_sizes() {
    let mut even = Even(4);
    let (a, b) = (even.words(600, 2), even.words(500, 2));
    let column = Column::Words {
        reference: &a,
        current: &b,
    };
    for test in [Test::G, Test::FisherExact] {
        assert_eq!(test.score(&column), Err(Undefined::OtherSizes));
    }
    let (a, b) = (counts(&a), counts(&b));
    assert!(g(&a, &b).unwrap().p > 0.0);
    assert_eq!(fisher(&a, &b).unwrap().how, How::Exact);
}

/// Three rows that are left over are a chunk, which makes the threshold twelve times as large.
fn f_a_last_chunk_of_three_rows() {
    let mut even = Even(3);
    let reference = even.normal(10_003, 0.0);
    let shifted = even.normal(1_000, 0.2);
    let threshold = |rows: usize| {
        let known = Numbers::of(&reference[..rows]).unwrap();
        let chunks = by_number(rows, 10).into_iter();
        let values: Vec<_> = chunks
            .map(|(a, b)| known.value(Method::KolmogorovSmirnov, &reference[a..b]))
            .collect();
        Thresholds::of_drift(Method::KolmogorovSmirnov, &values)
            .upper
            .unwrap()
    };
    assert!(threshold(10_003) > 5.0 * threshold(10_000));
    let p = |rows: usize| {
        let reference = Sample::of(&reference[..rows]);
        ordered::kolmogorov_smirnov(&steps(&reference, &Sample::of(&shifted)))
            .unwrap()
            .p
    };
    let (with, without) = (p(10_003), p(10_000));
    assert!(
        with < 1e-4 && (with / without - 1.0).abs() < 0.02,
        "{with} {without}"
    );
}

/// Options that are documented and not read. Ours are arguments: each changes what it is for.
fn g_ignored_options() {
    let mut even = Even(5);
    let rows =
        |values: Vec<f64>| -> Vec<Vec<f64>> { values.chunks(2).map(<[f64]>::to_vec).collect() };
    let (a, b) = (rows(even.normal(600, 0.0)), rows(even.normal(600, 0.3)));
    let by = |width| mmd(&a, &b, width).unwrap().statistic;
    assert!(by(None) != by(Some(0.3)) && by(Some(0.3)) != by(Some(3.0)));
    let (c, d) = ([7, 2, 1, 4], [2, 5, 4, 4]);
    let draws = |draws| fisher_simulated(&c, &d, draws, 0).unwrap();
    assert_eq!(draws(99).how, How::Simulated(99));
    assert_eq!((draws(99).p * 100.0).fract(), 0.0);
    let classifier = |trees| {
        let params = Params {
            trees,
            ..Params::default()
        };
        domain(&a, &b, params)
    };
    assert!(classifier(1) != classifier(30));
}

fn domain(a: &[Vec<f64>], b: &[Vec<f64>], params: Params) -> f64 {
    let column = |rows: &[Vec<f64>], i: usize| rows.iter().map(|r| r[i]).collect::<Vec<f64>>();
    let [w, x, y, z] = [column(a, 0), column(a, 1), column(b, 0), column(b, 1)];
    let old = [Feature::Numbers(&w), Feature::Numbers(&x)];
    let new = [Feature::Numbers(&y), Feature::Numbers(&z)];
    let bins = Bins::of(&old);
    auc(&bins.rows(&old), &bins.rows(&new), params)
        .unwrap()
        .statistic
}

/// Draws without a seed tell something else each time.
fn h_randomness_without_a_seed() {
    let told = || {
        let mut even = Even(6);
        let rows =
            |values: Vec<f64>| -> Vec<Vec<f64>> { values.chunks(2).map(<[f64]>::to_vec).collect() };
        let (a, b) = (rows(even.normal(400, 0.0)), rows(even.normal(300, 0.1)));
        let params = Params {
            trees: 5,
            ..Params::default()
        };
        let bits = |x: f64| x.to_bits();
        [
            bits(mmd(&a, &b, None).unwrap().p),
            bits(domain(&a, &b, params)),
            bits(fisher(&[7, 2, 1, 4], &[2, 5, 4, 4]).unwrap().p),
        ]
    };
    assert_eq!(told(), told());
}

/// The verdict of an empty chunk is that of the one before.
fn i_the_verdict_of_an_empty_chunk() {
    let known = Words(vec![50, 50]);
    let (_, p) = known.value(Method::ChiSquare, &[5, 45]).unwrap();
    assert!(p.unwrap() < 0.05);
    assert_eq!(known.value(Method::ChiSquare, &[0, 0]), None);
    assert_eq!(chi_square(&[50, 50], &[0, 0]), Err(Undefined::Empty));
    let steps = steps_of_counts(&[50, 50], &[0, 0]).unwrap();
    assert_eq!(ordered::kolmogorov_smirnov(&steps), Err(Undefined::Empty));
}

/// A window of one class makes the report fail.
fn j_a_window_of_one_class() {
    let scored = (0..20).map(|i| (f64::from(i) / 20.0, true, 0));
    assert_eq!(auc_cells(scored, 1)[0].auc(), None);
    assert_eq!(chi_square(&[30], &[20]).map(|t| t.p), Ok(1.0));
    assert_eq!(fisher(&[30], &[20]).map(|t| t.p), Ok(1.0));
}

/// Found here: of tied values scipy's test, and Evidently's, finds a change between equal shares.
fn k_cramer_von_mises_of_tied_values() {
    let (zeros, ones) = (vec![0u32; 750], vec![1u32; 750]);
    let numbers = |n: usize| -> Vec<f64> {
        let all = zeros[..n].iter().chain(&ones[..n]);
        all.map(|x| f64::from(*x)).collect()
    };
    let (a, b) = (Sample::of(&numbers(750)), Sample::of(&numbers(600)));
    let column = Column::Numbers {
        reference: &a,
        current: &b,
        whole: true,
    };
    let theirs = Test::CramerVonMises.score(&column).unwrap();
    assert!(
        theirs < 1e-5 && Test::CramerVonMises.drifted(theirs),
        "{theirs}"
    );
    let ours = ordered::cramer_von_mises(&steps(&a, &b)).unwrap();
    assert_eq!((ours.statistic, ours.p), (0.0, 1.0));
}
