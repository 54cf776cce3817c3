//! Streams looked at window by window.

use super::fit::{Difference, Fit};
use super::onset::{Onset, onset};
use super::spread::{Spread, Steps};
use super::tested::{Tested, tested};
use super::{Reading, SCALES, Side, Stream};
use crate::stats::special::normal_quantile;

/// Windows that are gone back for the start of a change.
const LOOK_BACK: usize = 400;
/// How much likelier it must be that a change is over than that it goes on: ln 100.
const OVER: f64 = 4.605_170_185_988_092;
/// The level at which windows are still away from the baseline, so that a change is not over however much weaker it is.
const STILL: f64 = 0.01;

/// What came of a stream.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What its baseline tells; `None` where nothing, so that it was not watched.
    pub fit: Option<Fit>,
    /// One a window.
    pub seen: Vec<Option<Seen>>,
    /// In order of time; they do not overlap.
    pub alarms: Vec<Alarm>,
}

/// One window by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Its difference from the baseline.
    pub change: f64,
    /// False alarms a window that were to be expected if windows as sure as this one were alarms: its p-value
    /// over its part of the budget, everything that is looked at counted in. Infinite where the window is plainly no
    /// alarm.
    pub rate: f64,
    /// Whether the window is an alarm by itself, or would be one if its change were the other way.
    pub departs: bool,
}

/// A change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alarm {
    /// The window after which it was raised.
    pub raised: usize,
    /// False alarms a window that were to be expected if everything as sure as this were an alarm.
    pub rate: f64,
    /// The first changed window as far as is known by the last window.
    pub start: usize,
    /// The first window that it may be, at 95 %.
    pub earliest: usize,
    /// The last one.
    pub latest: usize,
    /// The window behind its last one, which is the next that is judged or, before a time in which none is, one that is
    /// not; `None`: it goes on.
    pub end: Option<usize>,
    /// What the windows from its start to its end come to.
    pub over: Tested,
}

impl Verdict {
    /// Windows `from..to` of its stream beside the baseline.
    #[must_use]
    pub fn over(&self, stream: &Stream, from: usize, to: usize) -> Option<Tested> {
        let windows = stream.windows.get(from..to.min(stream.windows.len()))?;
        let fit = self.fit.as_ref()?;
        let known = windows.iter().flatten().filter(|r| fit.knows(r.phase));
        let difference = fit.beside(known)?;
        Some(tested(fit, stream, &difference))
    }
}

/// The p-value on a side.
pub(super) fn p_value(fit: &Fit, stream: &Stream, side: Side, of: &Difference) -> f64 {
    let (up, down) = fit.p_values(stream.kind, of);
    match side {
        Side::Either => (2.0 * up.min(down)).min(1.0),
        Side::Up => up,
        Side::Down => down,
    }
}

/// Watches all streams under one budget: a false alarm in so many windows over all of them together.
///
/// The verdict on a window depends on no later one, but for when its change began and whether it is over.
#[must_use]
pub fn watch(streams: &[Stream], windows_to_an_alarm: f64) -> Vec<Verdict> {
    let fits = fit(streams);
    let of = |(stream, fit)| judge(stream, fit, windows_to_an_alarm);
    streams.iter().zip(fits).map(of).collect()
}

/// What the baselines of all streams tell, of what windows vary by with each other's help.
#[must_use]
pub fn fit(streams: &[Stream]) -> Vec<Option<Fit>> {
    let mut fits: Vec<Option<Fit>> = streams.iter().map(Fit::of).collect();
    let multiples = fits.iter().flatten().map(|f| f.multiple);
    let spread = Spread::learn(&multiples.collect::<Vec<_>>());
    for fit in fits.iter_mut().flatten() {
        // Of a baseline without windows it is learned from those that come.
        if fit.multiple.1 > 0.0 {
            fit.vary(&spread.of(fit.multiple));
        }
    }
    fits
}

/// Watches one of the streams of such fits.
#[must_use]
pub fn judge(stream: &Stream, fit: Option<Fit>, windows_to_an_alarm: f64) -> Verdict {
    match fit {
        Some(fit) => {
            let level = 1.0 / windows_to_an_alarm.max(1.0);
            let mut watcher = Watcher::new(stream, fit, level);
            let windows = stream.windows.iter();
            windows.for_each(|window| watcher.see(window));
            watcher.end()
        }
        None => Verdict {
            fit: None,
            seen: vec![None; stream.windows.len()],
            alarms: Vec::new(),
        },
    }
}

/// A change that goes on.
struct Open {
    raised: usize,
    rate: f64,
    /// Above 0: upwards.
    sign: f64,
    /// Place of its first window among the readings.
    first: usize,
    /// How much likelier it is that it is over, and since which reading.
    over: (f64, usize),
}

/// One stream so far.
struct Watcher<'a> {
    stream: &'a Stream,
    fit: Fit,
    /// What windows vary by, for a baseline that has none.
    steps: Option<(Spread, Steps)>,
    /// How sure a change has to be at each scale, if windows varied by sampling only; it is quickly told.
    critical: [f64; SCALES.len()],
    level: f64,
    seen: Vec<Option<Seen>>,
    /// The windows that tell the number, with their places.
    readings: Vec<(usize, &'a Reading)>,
    /// From which reading on they are looked at.
    from: usize,
    open: Option<Open>,
    alarms: Vec<Alarm>,
}

impl<'a> Watcher<'a> {
    fn new(stream: &'a Stream, fit: Fit, level: f64) -> Self {
        let sides = if stream.side == Side::Either {
            2.0
        } else {
            1.0
        };
        let least = |(_, part): (usize, f64)| -normal_quantile(level * stream.part * part / sides);
        let critical = SCALES.map(least);
        Self {
            stream,
            steps: (fit.multiple.1 <= 0.0).then(|| (Spread::before(), Steps::default())),
            fit,
            critical,
            level,
            seen: Vec::with_capacity(stream.windows.len()),
            readings: Vec::new(),
            from: 0,
            open: None,
            alarms: Vec::new(),
        }
    }

    fn see(&mut self, window: &'a Option<Reading>) {
        let at = self.seen.len();
        let known = window
            .as_ref()
            .filter(|r| r.rows > 0.0 && r.value.is_finite() && self.fit.knows(r.phase));
        let Some(reading) = known else {
            self.seen.push(None);
            return;
        };
        self.learn(reading);
        let alone = self.fit.beside(std::iter::once(reading));
        self.seen.push(alone.map(|of| self.seen_alone(&of)));
        self.readings.push((at, reading));
        match self.open.take() {
            None => self.open = self.raise(at),
            Some(open) => self.open = self.go_on(open),
        }
    }

    /// Takes what the windows before this one vary by.
    fn learn(&mut self, reading: &Reading) {
        let Some((spread, steps)) = &mut self.steps else {
            return;
        };
        let rows = steps.rows().unwrap_or(reading.rows);
        self.fit.vary_as(rows, &spread.of(steps.multiple()));
        let step = self
            .readings
            .last()
            .and_then(|last| self.fit.step(last.1, reading));
        steps.add(reading.rows, step);
    }

    fn seen_alone(&self, of: &Difference) -> Seen {
        let turned = match self.stream.side {
            Side::Either => Side::Either,
            _ if of.change > 0.0 => Side::Up,
            _ => Side::Down,
        };
        let mut rate = f64::INFINITY;
        // Most windows are not sure enough by sampling alone, and what windows vary by only makes them less sure.
        if self.fit.z(self.stream.kind, of).0.abs() >= self.critical[0] {
            let p_value = p_value(&self.fit, self.stream, turned, of);
            rate = p_value / (self.stream.part * SCALES[0].1);
        }
        Seen {
            change: of.change,
            rate,
            departs: rate <= self.level && Fit::matters(self.stream.least, of),
        }
    }

    /// Whether the last windows together are an alarm.
    fn raise(&self, at: usize) -> Option<Open> {
        let mut found: Option<(f64, f64)> = None;
        for ((length, part), critical) in SCALES.iter().zip(self.critical) {
            let first = self.readings.len().saturating_sub(*length).max(self.from);
            let last = self.readings.get(first..)?;
            let Some(of) = self.fit.beside(last.iter().map(|r| r.1)) else {
                continue;
            };
            let z = self.fit.z(self.stream.kind, &of).0;
            let towards = match self.stream.side {
                Side::Either => z.abs(),
                Side::Up => z,
                Side::Down => -z,
            };
            if towards < critical || !Fit::matters(self.stream.least, &of) {
                continue;
            }
            let p_value = p_value(&self.fit, self.stream, self.stream.side, &of);
            let rate = p_value / (self.stream.part * part);
            if rate <= self.level && found.is_none_or(|f| rate < f.0) {
                found = Some((rate, z.signum()));
            }
        }
        let (rate, sign) = found?;
        let start = self.start(sign, self.readings.len(), at)?;
        Some(Open {
            raised: at,
            rate,
            sign,
            first: start.best,
            over: (0.0, self.readings.len()),
        })
    }

    /// The start of a change this way whose last window is before a reading, and which was raised after a window;
    /// places among the readings.
    fn start(&self, sign: f64, to: usize, raised: usize) -> Option<Onset> {
        let first = self.from.max(to.saturating_sub(LOOK_BACK));
        let looked_at = self.readings.get(first..to)?;
        let shared = self.fit.beside(looked_at.iter().map(|r| r.1))?.shared;
        let windows: Vec<(f64, f64)> = looked_at.iter().map(|r| self.fit.alone(r.1)).collect();
        let raised = self.readings.iter().rposition(|r| r.0 <= raised)?;
        let found = onset(&windows, shared, sign, raised.checked_sub(first)?)?;
        Some(Onset {
            best: found.best + first,
            low: found.low + first,
            high: found.high + first,
        })
    }

    /// Whether the last window, which comes after an alarm, ends it.
    fn go_on(&mut self, mut open: Open) -> Option<Open> {
        let last = self.readings.len() - 1;
        let (change, own) = self.fit.changed(self.readings[last].1);
        let since = if open.over.0 > 0.0 { open.over.1 } else { last };
        let before = self.readings.get(open.first..since)?;
        let (mut sum, mut weight) = (0.0, 0.0);
        for (_, reading) in before {
            let (change, own) = self.fit.changed(reading);
            sum += change / own;
            weight += 1.0 / own;
        }
        let level = if weight > 0.0 { sum / weight } else { 0.0 };
        let likelier = level * (level - 2.0 * change) / (2.0 * own);
        open.over = ((open.over.0 + likelier).max(0.0), since);
        if open.over.0 < OVER || self.is_still_away(open.sign, since) {
            return Some(open);
        }
        self.close(&open, Some(since));
        self.from = since;
        None
    }

    /// Whether the readings since a place are together surely away from the baseline that way.
    fn is_still_away(&self, sign: f64, since: usize) -> bool {
        let last = self.readings.get(since..).unwrap_or_default();
        let side = if sign > 0.0 { Side::Up } else { Side::Down };
        let of = self.fit.beside(last.iter().map(|r| r.1));
        of.is_some_and(|of| p_value(&self.fit, self.stream, side, &of) <= STILL)
    }

    /// Keeps an alarm; `end`: the first reading that is back.
    fn close(&mut self, open: &Open, end: Option<usize>) {
        let to = end.unwrap_or(self.readings.len());
        let place = |reading: usize| self.readings.get(reading).map(|r| r.0);
        let Some(start) = self.start(open.sign, to, open.raised) else {
            return;
        };
        let changed = self.readings.get(start.best..to).unwrap_or_default();
        let over = self.fit.beside(changed.iter().map(|r| r.1));
        if let (Some(over), Some(best), Some(low), Some(high)) =
            (over, place(start.best), place(start.low), place(start.high))
        {
            self.alarms.push(Alarm {
                raised: open.raised,
                rate: open.rate,
                start: best,
                earliest: low,
                latest: high,
                end: end.and_then(|at| Some(place(at.checked_sub(1)?)? + 1)),
                over: tested(&self.fit, self.stream, &over),
            });
        }
    }

    fn end(mut self) -> Verdict {
        if let Some(open) = self.open.take() {
            self.close(&open, None);
        }
        Verdict {
            fit: Some(self.fit),
            seen: self.seen,
            alarms: self.alarms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Least};
    use super::*;

    fn stream(windows: &[f64]) -> Stream {
        let reading = |value: &f64| Reading {
            value: *value,
            variance: 1.0,
            own: 1.0,
            rows: 100.0,
            phase: 0,
        };
        Stream {
            baseline: [0.9, -1.1, 0.3, -0.7, 1.2, -0.6]
                .iter()
                .map(reading)
                .collect(),
            total: None,
            windows: windows.iter().map(|w| Some(reading(w))).collect(),
            kind: Kind::Mean { skewness: 0.0 },
            side: Side::Up,
            least: Least::Absolute(0.5),
            part: 1.0,
        }
    }

    #[test]
    fn a_change_is_raised_dated_and_ended() {
        let values = [
            0.2, -0.5, 0.1, 8.0, 7.5, 8.4, 7.9, 0.3, -0.2, 0.1, -0.3, 9.0,
        ];
        let streams = [stream(&values)];
        let found = watch(&streams, 30.0).remove(0);
        let [first, second] = found.alarms[..] else {
            panic!("{:?}", found.alarms);
        };
        assert_eq!((first.raised, first.start, first.end), (3, 3, Some(7)));
        assert_eq!((first.earliest, first.latest), (3, 3));
        assert_eq!((second.raised, second.start, second.end), (11, 11, None));
        assert!((first.over.change - 7.95).abs() < 1e-12);
        assert!(first.over.low < 7.95 && first.over.low > 5.0);
        // The other way is seen, and no alarm.
        let down = [stream(&values.map(|v| -v))];
        let found = watch(&down, 30.0).remove(0);
        assert!(found.alarms.is_empty() && found.seen[3].unwrap().departs);
    }

    /// A few large errors a window make it vary by more than windows of the baseline did: one with fewer of them does not
    /// end the change.
    #[test]
    fn a_change_that_varies_more_than_the_baseline_goes_on() {
        let rare = |value: f64| Reading {
            value,
            variance: 2.0,
            own: 6.0,
            rows: 100.0,
            phase: 0,
        };
        let mut of = stream(&[0.2, -0.5, 0.1]);
        let after = [9.0, 6.5, 4.0, 8.0, 3.5, 4.5, 7.0, 9.5, 4.0, 8.0];
        of.windows.extend(after.map(|v| Some(rare(v))));
        let found = watch(&[of], 30.0).remove(0);
        let [one] = found.alarms[..] else {
            panic!("{:?}", found.alarms);
        };
        assert_eq!((one.start, one.end), (3, None));
    }

    #[test]
    fn a_verdict_depends_on_no_later_window() {
        let values: Vec<f64> = (0..40)
            .map(|i| f64::from(i * 7919 % 13) / 5.0 - 1.2 + if i > 20 { 2.5 } else { 0.0 })
            .collect();
        let whole = watch(&[stream(&values)], 30.0).remove(0);
        for n in 1..values.len() {
            let part = watch(&[stream(&values[..n])], 30.0).remove(0);
            assert_eq!(part.seen[..], whole.seen[..n]);
            let raised = |v: &Verdict| v.alarms.iter().map(|a| a.raised).collect::<Vec<_>>();
            let before = raised(&whole).into_iter().filter(|r| *r < n);
            assert_eq!(raised(&part), before.collect::<Vec<_>>());
        }
        assert!(!whole.alarms.is_empty());
    }

    #[test]
    fn a_weekday_is_compared_with_its_like() {
        let weekday = |day: u32| if day % 7 >= 5 { 20.0 } else { 0.0 };
        let reading = |day: u32, more: f64| Reading {
            value: weekday(day) + f64::from(day * 31 % 11) / 5.0 - 1.0 + more,
            variance: 1.0,
            own: 1.0,
            rows: 100.0,
            phase: day % 7,
        };
        let mut of = stream(&[]);
        of.baseline = (0..21).map(|d| reading(d, 0.0)).collect();
        of.windows = (21..42).map(|d| Some(reading(d, 0.0))).collect();
        let quiet = watch(std::slice::from_ref(&of), 30.0).remove(0);
        assert!(quiet.fit.as_ref().unwrap().seasonal);
        assert!(quiet.alarms.is_empty());
        of.windows[10] = Some(reading(31, 8.0));
        let loud = watch(&[of], 30.0).remove(0);
        assert_eq!(loud.alarms.len(), 1);
        assert_eq!((loud.alarms[0].start, loud.alarms[0].end), (10, Some(11)));
    }

    /// Of a reference without windows, what windows vary by is learned as they come.
    #[test]
    fn windows_that_vary_are_no_change_from_a_reference() {
        let mut of = stream(&[]);
        of.total = Some(Reading {
            value: 0.0,
            variance: 0.01,
            own: 0.01,
            rows: 10_000.0,
            phase: 0,
        });
        of.baseline.clear();
        of.part = 0.02;
        let noise = |i: u32| f64::from(i * 5 % 17) - 8.0;
        let windows = |wide: f64, more: f64| {
            let at = |i: u32| wide * noise(i) + if i >= 15 { more } else { 0.0 };
            let values: Vec<f64> = (0..30).map(at).collect();
            stream(&values).windows
        };
        let alarms = |windows: Vec<Option<Reading>>| {
            let of = Stream {
                windows,
                ..of.clone()
            };
            watch(&[of], 30.0).remove(0).alarms
        };
        assert_eq!(alarms(windows(0.7, 0.0)), []);
        let found = alarms(windows(0.2, 6.0));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].start, found[0].end), (15, None));
    }

    /// None of 3 000 cells missing before, then 5 % of them, with a window of 2 % between: the change goes on.
    #[test]
    fn a_weaker_window_is_no_end() {
        use super::super::columns::{Counts, share};
        let of = |missing: u64| Counts {
            cells: vec![300 - missing],
            missing,
            ..Counts::default()
        };
        let missing = [0, 0, 15, 17, 13, 16, 6, 14, 15, 12, 0, 0];
        let windows: Vec<Option<Counts>> = missing.iter().map(|n| Some(of(*n))).collect();
        let of = share(&vec![of(0); 10], &windows, 1.0, |c| (c.missing, 300));
        let alarms = watch(&[of], 30.0).remove(0).alarms;
        assert_eq!(alarms.len(), 1, "{alarms:?}");
        assert_eq!((alarms[0].start, alarms[0].end), (2, Some(10)));
    }

    #[test]
    fn nothing_to_compare_is_no_alarm() {
        let mut of = stream(&[5.0, 6.0]);
        of.baseline.clear();
        let found = watch(std::slice::from_ref(&of), 30.0).remove(0);
        assert!(found.fit.is_none() && found.alarms.is_empty());
        assert_eq!(found.seen, [None, None]);
        of = stream(&[]);
        of.windows = vec![None, None];
        assert_eq!(watch(&[of], 30.0)[0].seen, [None, None]);
    }
}
