use super::*;

const MINUTE: i64 = 60_000_000;

/// SplitMix64, from 0 to 1.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A daily rhythm with noise and a few bursts, one point in five minutes.
fn series(seed: u64, points: usize) -> Vec<(Option<i64>, f64)> {
    let mut random = Random(seed);
    (0..points)
        .map(|i| {
            let day = (i % 288) as f64 / 288.0 * std::f64::consts::TAU;
            let burst = if random.unit() < 0.005 {
                40.0 * random.unit()
            } else {
                0.0
            };
            let value = 50.0 + 20.0 * libm::sin(day) + 5.0 * random.unit() + burst;
            (Some(i as i64 * 5 * MINUTE), value)
        })
        .collect()
}

fn scores(points: &[(Option<i64>, f64)]) -> Vec<f64> {
    let mut detector = Detector::default();
    points.iter().map(|(t, v)| detector.push(*t, *v)).collect()
}

#[test]
fn scores_are_from_0_to_1_whatever_comes() {
    let mut random = Random(1);
    let odd = [
        0.0,
        -0.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        1e200,
        -1e-200,
        7.0,
    ];
    let times = [None, Some(i64::MIN), Some(i64::MAX), Some(0), Some(-1)];
    let mut detector = Detector::default();
    for i in 0..6_000 {
        let value = match i % 3 {
            0 => odd[(random.unit() * odd.len() as f64) as usize],
            _ => random.unit(),
        };
        let time = times[(random.unit() * times.len() as f64) as usize];
        let score = detector.push(time, value);
        assert!((0.0..=1.0).contains(&score), "{value} at {i}: {score}");
        assert!(detector.last.len() <= 2 * (RECENT + BEFORE));
    }
}

#[test]
fn unit_and_origin_do_not_count() {
    let points = series(2, 4_000);
    let plain = scores(&points);
    assert!(plain.iter().any(|s| *s > 0.5));
    for (a, b) in [
        (8.0, 0.0),
        (0.125, 0.0),
        (1e-9, 0.0),
        (3.7e200, 0.0),
        (1.0, 1000.0),
        (250.0, -7.0),
    ] {
        let other: Vec<_> = points.iter().map(|(t, v)| (*t, v * a + b)).collect();
        let other = scores(&other);
        let far = plain.iter().zip(&other).map(|(p, o)| (p - o).abs());
        assert!(far.fold(0.0, f64::max) < 1e-6, "a = {a}, b = {b}");
    }
}

#[test]
fn no_point_looks_ahead() {
    let points = series(3, 3_000);
    let whole = scores(&points);
    for end in [1, 17, 60, 500, 1_234, 2_999] {
        assert_eq!(scores(&points[..end]), whole[..end]);
        let mut other = points.clone();
        for point in &mut other[end..] {
            point.1 = -1e6;
        }
        assert_eq!(scores(&other)[..end], whole[..end]);
    }
}

#[test]
fn constants_are_no_anomaly() {
    for value in [0.0, 1.0, -3e300, 5e-324] {
        let points: Vec<_> = (0..2_000).map(|i| (Some(i * MINUTE), value)).collect();
        assert!(scores(&points).iter().all(|s| *s == 0.0));
    }
}

#[test]
fn missing_values_change_nothing_and_times_may_be_odd() {
    let points = series(4, 3_000);
    let plain = scores(&points);
    let mut detector = Detector::default();
    for (point, score) in points.iter().zip(&plain) {
        assert_eq!(detector.push(point.0, f64::NAN), 0.0);
        assert_eq!(detector.push(point.0, point.1), *score);
    }
    // All at once, backwards, without times.
    let times: [fn(i64) -> Option<i64>; 3] = [|_| Some(0), |i| Some(-i * MINUTE), |_| None];
    for time in times {
        let odd: Vec<_> = (0..).zip(&points).map(|(i, p)| (time(i), p.1)).collect();
        assert!(scores(&odd).iter().all(|s| (0.0..=1.0).contains(s)));
    }
}

#[test]
fn what_is_planted_is_found_and_little_else() {
    let mut points = series(5, 8_000);
    let mut random = Random(6);
    // A spike; a day without its rise; a higher level.
    points[3_000].1 += 200.0;
    let rise = 5_184..5_184 + 144;
    for point in &mut points[rise.clone()] {
        point.1 = 45.0 + 5.0 * random.unit();
    }
    for point in &mut points[7_000..7_400] {
        point.1 += 90.0;
    }
    let scores = scores(&points);
    let alarms: Vec<usize> = (0..scores.len()).filter(|i| scores[*i] >= 0.5).collect();
    let within = |from, to| alarms.iter().any(|a| (from..to).contains(a));
    assert!(within(3_000, 3_002), "the spike: {alarms:?}");
    assert!(within(rise.start, rise.end), "the day: {alarms:?}");
    assert!(within(7_000, 7_020), "the level: {alarms:?}");
    let early = 600; // the first two days are the first of everything
    let others = alarms.iter().filter(|a| {
        **a >= early && **a != 3_000 && !rise.contains(a) && !(7_000..7_550).contains(*a)
    });
    // Of 8 000 points 40 are bursts of any height; one alarm in 500 points is what that costs.
    assert!(others.count() <= 16, "{alarms:?}");
}

/// Errors that are 0, a target that is up: the first change of what never changed is told, and each one after it while
/// changes are rare.
#[test]
fn a_change_of_what_never_changed_is_told() {
    let steady = |n: usize, value: f64| vec![(None, value); n];
    for (usual, then) in [(5.0, 50.0), (5.0, 0.0), (0.0, 0.33), (1.0, 0.0)] {
        let mut points = steady(400, usual);
        points.extend(steady(400, then));
        let found = scores(&points);
        assert!(found[..400].iter().all(|s| *s == 0.0));
        assert!(found[400] >= 0.5, "{usual} to {then}: {}", found[400]);
        assert!(found[401..].iter().all(|s| *s < 0.5), "{usual} to {then}");
    }
    // Four bursts of a queue that is empty.
    let mut points = Vec::new();
    for _ in 0..4 {
        points.extend(steady(600, 0.0));
        points.extend(steady(5, 7.0));
    }
    let found = scores(&points);
    let told = found.iter().enumerate().filter(|s| *s.1 >= 0.5);
    let at: Vec<usize> = told.map(|s| s.0).collect();
    assert!(at.starts_with(&[600, 1_205]), "{at:?}");
    assert!(at.iter().all(|i| i % 605 >= 600), "{at:?}");
    // What goes up and down all the time is another matter.
    let busy: Vec<(Option<i64>, f64)> = (0..300).map(|i| (None, f64::from(i % 7))).collect();
    assert!(scores(&busy).iter().all(|s| *s < 0.5));
}
