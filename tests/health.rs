//! The health sentence is true word by word: every clause of it is taken apart and computed anew from the report's own
//! numbers, over seeded logs of many stories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod pipeline;
mod random;

use pipeline::{streamed, summary};
use plumbline::engine::Shards;
use plumbline::log::Task;
use plumbline::metric::{self, Better, Estimate, Info, Material, Unit};
use plumbline::report::view::{BaselineChoice, View, WindowSize, baseline};
use plumbline::report::{Alert, AlertKind, Level, Report, Window, lower_first, words};
use plumbline::table::time::Time;
use random::Random;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What a model does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Model {
    Labels,
    Scores,
    Classes,
    Numbers,
    Requests,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Story {
    /// Nothing.
    Quiet,
    /// No outcome is known.
    NoOutcomes,
    /// Outcomes of the last days have yet to come.
    Waiting,
    /// The same, and scores become less sure in these days.
    Feared,
    /// There is one day only.
    OneWindow,
    /// Errors become fewer.
    Improved,
    /// They become more, and stay so.
    Departed,
    /// They become more in one region.
    OneRegion,
    /// Errors, latency and a column change, each at its time.
    Several,
    /// Errors become more for some days.
    Ended,
    /// A column changes.
    Column,
    /// The middle of the time is the baseline, and errors are more before and after.
    Middle,
    /// There is nothing to compare with.
    NoBaseline,
    /// All of the time is the baseline.
    AllBaseline,
    /// A column changes, and errors become some more with it: too few for an alarm of their own.
    Harm,
}

const DAYS: u32 = 24;
const ROWS: u32 = 120;

fn log(model: Model, story: Story, seed: u64) -> String {
    let mut random = Random(seed);
    let mut text = String::from(match model {
        Model::Labels | Model::Classes | Model::Numbers => {
            "id,timestamp,prediction,label,region,amount,latency_ms\n"
        }
        Model::Scores => "id,timestamp,score,label,region,amount,latency_ms\n",
        Model::Requests => "timestamp,status,latency_ms\n",
    });
    let days = if story == Story::OneWindow { 1 } else { DAYS };
    for day in 1..=days {
        let late = day >= 15;
        for row in 0..ROWS {
            let region = ["north", "south", "west"][(random.unit() * 3.0) as usize];
            let usual = 0.12;
            let wrong = match story {
                Story::Improved if late => 0.03,
                Story::Departed | Story::Several if late => 0.4,
                Story::OneRegion if late && region == "west" => 0.45,
                Story::Ended if (12..=16).contains(&day) => 0.45,
                Story::Middle if !(9..=16).contains(&day) => 0.4,
                Story::Harm if day >= 11 => usual + 0.04,
                _ => usual,
            };
            let slow = match story {
                Story::Several if day >= 19 => 3.0,
                Story::Departed if late && model == Model::Requests => 3.0,
                Story::Ended if (12..=16).contains(&day) && model == Model::Requests => 3.0,
                _ => 1.0,
            };
            let amount = random.unit()
                + random.unit()
                + match story {
                    Story::Column | Story::Several | Story::Harm if day >= 11 => 0.6,
                    _ => 0.0,
                };
            let latency = slow * (20.0 + 60.0 * random.unit());
            let known = match story {
                Story::NoOutcomes => false,
                Story::Waiting | Story::Feared => day <= 18,
                _ => true,
            };
            let time = format!("2026-04-{day:02}T{:02}:{:02}:00Z", row / 6, row % 6 * 10);
            let miss = random.unit() < wrong;
            let (told, truth) = match model {
                Model::Labels => {
                    let truth = random.unit() < 0.4;
                    (
                        u8::from(truth ^ miss).to_string(),
                        u8::from(truth).to_string(),
                    )
                }
                Model::Scores => {
                    let sure = if story == Story::Feared && day > 18 {
                        0.12
                    } else {
                        0.4
                    };
                    let side = if random.unit() < 0.4 { 1.0 } else { -1.0 };
                    let score = 0.5 + side * (sure + 0.05 * random.unit());
                    let chance = if miss { 1.0 - score } else { score };
                    let truth = random.unit() < chance;
                    (format!("{score:.4}"), u8::from(truth).to_string())
                }
                Model::Classes => {
                    let class = (random.unit() * 3.0) as usize;
                    let other = (class + 1) % 3;
                    let told = ["a", "b", "c"][if miss { other } else { class }];
                    (told.to_owned(), ["a", "b", "c"][class].to_owned())
                }
                Model::Numbers => {
                    let truth = 10.0 * random.unit();
                    let error = (random.unit() - 0.5) * if wrong > usual { 6.0 } else { 2.0 };
                    let error = if wrong < usual { 0.5 * error } else { error };
                    (format!("{:.4}", truth + error), format!("{truth:.4}"))
                }
                Model::Requests => {
                    let status = if random.unit() < wrong / 4.0 {
                        500
                    } else {
                        200
                    };
                    writeln!(text, "{time},{status},{latency:.1}").unwrap();
                    continue;
                }
            };
            let truth = if known { truth } else { String::new() };
            writeln!(
                text,
                "d{day}n{row},{time},{told},{truth},{region},{amount:.4},{latency:.1}"
            )
            .unwrap();
        }
    }
    text
}

/// What is left of a text to be taken apart.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    #[track_caller]
    fn until(&mut self, mark: &str) -> &'a str {
        let (before, after) = self
            .0
            .split_once(mark)
            .unwrap_or_else(|| panic!("no '{mark}' in '{}'", self.0));
        self.0 = after;
        before
    }

    fn skip(&mut self, text: &str) -> bool {
        match self.0.strip_prefix(text) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// The first of some texts that comes, which is taken.
    #[track_caller]
    fn one_of(&mut self, texts: &[&'static str]) -> &'static str {
        let found = texts.iter().find(|text| self.0.starts_with(**text));
        let found = found.unwrap_or_else(|| panic!("none of {texts:?} begins '{}'", self.0));
        self.skip(found);
        found
    }
}

/// The metric whose title a text begins with, as it stands at the beginning or within a sentence; the longest.
#[track_caller]
fn titled<'a>(rest: &mut Rest<'a>) -> &'static Info {
    let infos = metric::METRICS.iter().map(|m| m.info());
    let fits = infos.filter_map(|info| {
        let titles = [info.title.to_owned(), lower_first(info.title)];
        let title = titles
            .into_iter()
            .find(|t| rest.0.starts_with(t.as_str()))?;
        Some((title.len(), info))
    });
    let (length, info) = fits
        .max_by_key(|f| f.0)
        .unwrap_or_else(|| panic!("no metric begins '{}'", rest.0));
    rest.0 = &rest.0[length..];
    info
}

/// The rows of a log, as they were written.
struct Rows {
    names: Vec<String>,
    rows: Vec<(Time, Vec<String>)>,
}

impl Rows {
    fn of(text: &str) -> Self {
        let mut lines = text.lines();
        let names: Vec<String> = lines.next().unwrap().split(',').map(Into::into).collect();
        let at = names.iter().position(|n| n == "timestamp").unwrap();
        let row = |line: &str| {
            let cells: Vec<String> = line.split(',').map(Into::into).collect();
            (Time::parse(&cells[at]).unwrap(), cells)
        };
        Self {
            rows: lines.map(row).collect(),
            names,
        }
    }

    /// The cells of a column in some windows.
    fn within<'a>(&self, column: &str, windows: impl Iterator<Item = &'a Window>) -> Vec<&str> {
        let at = self.names.iter().position(|n| n == column).unwrap();
        let windows: Vec<(Time, Time)> = windows.map(|w| (w.start, w.end)).collect();
        let inside = |t: Time| windows.iter().any(|w| w.0 <= t && t < w.1);
        let rows = self.rows.iter().filter(|row| inside(row.0));
        rows.map(|row| row.1[at].as_str()).collect()
    }
}

/// Numbers of the cells that hold one.
fn numbers(cells: &[&str]) -> Vec<f64> {
    cells.iter().filter_map(|cell| cell.parse().ok()).collect()
}

/// The mean over `now` of a polynomial of the rank among `then`, ties in the middle.
fn of_ranks(then: &[f64], now: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = then.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = |x: f64| {
        let (low, high) = (
            sorted.partition_point(|y| *y < x),
            sorted.partition_point(|y| *y <= x),
        );
        0.5 * (low + high) as f64 / sorted.len() as f64
    };
    now.iter().map(|x| of(2.0 * rank(*x) - 1.0)).sum::<f64>() / now.len() as f64
}

struct Told<'a> {
    report: &'a Report,
    size: WindowSize,
    /// What it was made of; `None` beside a reference.
    rows: Option<&'a Rows>,
}

impl Told<'_> {
    fn overall(&self, name: &str) -> &Estimate {
        let report = self.report;
        let of = report.overall.metrics.get(name);
        of.or_else(|| report.resources.metrics.get(name)).unwrap()
    }

    /// What an incident is compared with: the baseline, or what of it is like its windows.
    fn compared_with(&self, alert: &Alert) -> String {
        let like = match &alert.method {
            m if m.contains("compared with the same weekday") => "the same weekdays of ",
            m if m.contains("compared with the same hour of the week") => {
                "the same hours of the week of "
            }
            m if m.contains("compared with the same hour of the day") => "the same hours of ",
            _ => "",
        };
        format!("{like}{}", self.label())
    }

    fn label(&self) -> &str {
        &self.report.baseline.as_ref().unwrap().label
    }

    fn before(&self, name: &str) -> Option<f64> {
        self.report
            .baseline
            .as_ref()?
            .block
            .metrics
            .get(name)?
            .value
    }

    fn instant(&self, window: &Window) -> String {
        words::instant(window.start, self.size, self.report.timed)
    }

    /// Whether a window is judged of a metric.
    fn judged(&self, window: &Window, info: &Info) -> bool {
        let resource = info.family == metric::Family::Resource;
        !window.in_baseline && (window.mature || resource)
    }

    /// Whether any departure of this kind of thing for the worse is there.
    fn incidents(&self) -> impl Iterator<Item = &Alert> {
        self.report
            .alerts
            .iter()
            .filter(|a| a.kind != AlertKind::Column)
    }

    /// An incident of a metric or a slice in words; gives the incident.
    #[track_caller]
    fn incident(&self, rest: &mut Rest<'_>, expected: bool) -> Alert {
        let info = titled(rest);
        let place = match rest.skip(" where ") {
            true => {
                let place = rest.0.split(" fell ").next().unwrap();
                let place = place.split(" rose ").next().unwrap().to_owned();
                rest.skip(&place);
                Some(place)
            }
            false => None,
        };
        let way = rest.one_of(&[" fell from ", " rose from "]);
        let then = rest.until(" (").to_owned();
        let label = rest.until(")").to_owned();
        assert!(rest.skip(" to "), "{}", rest.0);
        let now = rest.until(" over ").to_owned();
        let rows = rest.one_of_rows();
        let span = rest.one_of(&[" since ", " during "]);
        let told = rest.0;
        // What follows the words of when, where they are those of the incident.
        let spanned = |a: &Alert| {
            // Of what was paused, the sentence tells the last part first.
            let begun = a.resumed.unwrap_or(a.since);
            assert!(self.report.windows.iter().any(|w| w.start == begun));
            let words = match a.until {
                None => words::instant(begun, self.size, self.report.timed),
                Some(until) => words::period(begun, until, self.size, self.report.timed),
            };
            let goes_on = span == " since ";
            told.strip_prefix(words.as_str())
                .filter(|_| a.goes_on() == goes_on)
        };
        let all: Vec<Alert> = match expected {
            true => self.report.estimated.as_ref().unwrap().alerts.clone(),
            false => {
                let better = self.report.improved.iter();
                self.report.alerts.iter().chain(better).cloned().collect()
            }
        };
        let fits = |a: &&Alert| {
            let of = a.value_of.as_ref().map(|(c, v)| format!("{c} is {v}"));
            a.metric == info.name && of == place && spanned(a).is_some()
        };
        let alert = all.iter().find(fits).unwrap_or_else(|| {
            panic!(
                "no incident of {} where {place:?} that {span}{told}",
                info.name
            )
        });
        rest.0 = spanned(alert).unwrap();
        // Which way, from what, to what.
        let (value, base) = (&alert.value, alert.baseline.value.unwrap());
        let is = value.value.unwrap();
        assert_eq!(way == " fell from ", is < base, "{way}: {base} to {is}");
        assert_eq!(then, words::value(info.unit, base));
        let like = self.compared_with(alert);
        assert_eq!(label, like);
        assert_eq!(now, words::estimate(info, value));
        assert_eq!(rows, value.n);
        if place.is_none() && !expected {
            if like == self.label() {
                assert_eq!(Some(base), self.before(info.name));
            }
            self.recompute(alert, info);
        }
        if rest.skip(", most where ") {
            let place = rest.until(" (").to_owned();
            let values = rest.until(")").to_owned();
            let row =
                self.report.slices.iter().find(|s| {
                    s.metric == info.name && format!("{} is {}", s.column, s.value) == place
                });
            let row = row.unwrap_or_else(|| panic!("no slice where {place}"));
            let (a, b) = (row.baseline.value.unwrap(), row.current.value.unwrap());
            let value = |x| words::value(info.unit, x);
            assert_eq!(values, format!("{} → {}", value(a), value(b)));
            assert_eq!(row.departure.unwrap().worse, Some(true));
            assert!(alert.goes_on() && alert.kind == AlertKind::Metric);
        }
        // What is far surer than that, of a column that is changed in the same windows.
        let when = ["; at the same time ", "; before that ", "; later "];
        if when.iter().any(|when| rest.skip(when)) {
            let mut names = alert.affected.iter().filter_map(|a| a.column.as_ref());
            assert!(
                names.any(|name| rest.0.contains(name.as_str())),
                "{}",
                rest.0
            );
            rest.0 = if rest.0.ends_with('.') { "." } else { "" };
        }
        // What it had been before a pause.
        if rest.skip("; begun before") {
            assert!(alert.resumed.is_some_and(|again| again > alert.since));
            rest.0 = if rest.0.ends_with('.') { "." } else { "" };
        }
        alert.clone()
    }

    /// A mean over rows, from the windows that the incident is of.
    fn recompute(&self, alert: &Alert, info: &Info) {
        if !matches!(info.name, "accuracy" | "mean_absolute_error" | "error_rate") {
            return;
        }
        let inside = |w: &&Window| {
            let since = alert.resumed.unwrap_or(alert.since);
            let within = w.start >= since && alert.until.is_none_or(|end| w.start < end);
            within && self.judged(w, info)
        };
        let (mut sum, mut n) = (0.0, 0);
        for window in self.report.windows.iter().filter(inside) {
            let of = &window.metrics[info.name];
            if let Some(value) = of.value {
                sum += value * of.n as f64;
                n += of.n;
            }
        }
        let is = alert.value.value.unwrap();
        assert_eq!(alert.value.n, n, "{}", alert.sentence);
        assert!(
            (sum / n as f64 - is).abs() < 1e-9,
            "{} is not {is}: {}",
            sum / n as f64,
            alert.sentence
        );
    }

    /// What a column's incident says, every number of it computed anew from the rows; gives the incident.
    #[track_caller]
    fn column(&self, sentence: &str) -> Alert {
        let same = |a: &&Alert| {
            a.kind == AlertKind::Column && lower_first(&a.sentence) == lower_first(sentence)
        };
        let alert = self.report.alerts.iter().find(same);
        let alert = alert.unwrap_or_else(|| panic!("no incident says '{sentence}'"));
        let change = alert.change.as_ref().unwrap();
        let by = change.value.unwrap();
        let name = alert.column.clone().unwrap_or_default();
        let own = alert.sentence.split("; begun before").next().unwrap();
        let mut rest = Rest(own);
        match alert.metric.as_str() {
            "location" | "spread" | "shape" => {
                assert!(rest.skip(&format!("Values of {name} are ")), "{sentence}");
                let ways = [
                    "higher",
                    "lower",
                    "spread wider",
                    "spread less wide",
                    "shaped otherwise",
                ];
                let way = rest.one_of(&ways);
                let expected = match (alert.metric.as_str(), by > 0.0) {
                    ("location", true) => "higher",
                    ("location", false) => "lower",
                    ("spread", true) => "spread wider",
                    ("spread", false) => "spread less wide",
                    _ => "shaped otherwise",
                };
                assert_eq!(way, expected, "{sentence}");
                assert!(rest.skip(" than in the baseline ("), "{sentence}");
                assert_eq!(rest.until(")"), self.compared_with(alert));
                assert!(rest.skip(" by "), "{sentence}");
                let size = rest.until(" standard deviations of ranks");
                let value = words::value(Unit::Ratio, by.abs());
                assert_eq!(size.split(" [").next(), Some(value.as_str()), "{sentence}");
                let means = rest.skip(", mean ").then(|| {
                    let then = rest.until(" → ").to_owned();
                    (then, rest.until(",").to_owned())
                });
                self.of_numbers(alert, means);
            }
            metric => {
                let what = match (metric, &alert.value_of) {
                    ("share", Some((_, word))) => format!("The share of “{word}” in {name}"),
                    ("share", None) => format!("The share of rarer values of {name}"),
                    ("unknown", _) => {
                        format!("The share of values of {name} that the baseline has not")
                    }
                    ("missing", _) => format!("The share of missing cells of {name}"),
                    ("wrong_type", _) => {
                        format!("The share of cells of {name} that hold no number")
                    }
                    ("correlation", Some((a, b))) => format!("The rank correlation of {a} and {b}"),
                    _ => "The share of ".into(),
                };
                assert!(rest.skip(&what), "{sentence} is about {what}");
                if metric == "share" && rest.skip(" (most of them new") {
                    rest.until(")");
                }
                let unit = match metric {
                    "correlation" => Unit::Ratio,
                    _ => Unit::Percent,
                };
                let (before, way) = match rest.0.split_once(" rose from ") {
                    Some((before, after)) if !before.contains(" fell from ") => {
                        rest = Rest(after);
                        (before, true)
                    }
                    _ => (rest.until(" fell from "), false),
                };
                assert!(what == "The share of " || before.is_empty(), "{sentence}");
                assert_eq!(way, by > 0.0, "{sentence}");
                let then = rest.until(" (").to_owned();
                assert_eq!(rest.until(")"), self.compared_with(alert));
                assert!(rest.skip(" to "), "{sentence}");
                let end = rest.0.find(" over ").unwrap();
                let now = rest.0[..end].to_owned();
                rest.skip(&now);
                assert_eq!(then, words::value(unit, alert.baseline.value.unwrap()));
                assert_eq!(now, words::in_unit(unit, &alert.value));
                self.of_shares(alert);
            }
        }
        assert!(rest.skip(" over "), "{sentence}: {}", rest.0);
        assert_eq!(rest.one_of_rows(), change.n);
        let instant = |time| words::instant(time, self.size, self.report.timed);
        let span = match alert.until {
            None => format!(" since {}", instant(alert.since)),
            Some(until) => {
                let period = words::period(alert.since, until, self.size, self.report.timed);
                format!(" during {period}")
            }
        };
        assert!(rest.skip(&span), "{sentence}: {}", rest.0);
        self.effect(alert, &mut rest);
        self.others(alert, &mut rest);
        assert_eq!(rest.0, "", "{sentence}");
        let of: u64 = self.inside(alert).map(|w| w.rows).sum();
        assert!(change.n <= of, "{} of {of}: {sentence}", change.n);
        alert.clone()
    }

    /// The other columns that are told to differ in the windows of an incident are those that surely do.
    #[track_caller]
    fn others(&self, alert: &Alert, rest: &mut Rest<'_>) {
        let columns = alert.affected.iter().filter(|a| a.metric != "correlation");
        let columns = columns.filter_map(|a| a.column.as_ref());
        let others: Vec<&String> = columns
            .filter(|c| Some(*c) != alert.column.as_ref())
            .collect();
        if alert.column.is_none() || others.is_empty() {
            return;
        }
        assert!(rest.skip("; "), "{}", alert.sentence);
        let told = rest.0;
        let (named, more) = match told.split_once(" other columns differ in the same windows") {
            Some((before, after)) => {
                rest.0 = after;
                let (named, count) = before.rsplit_once(" and ").unwrap();
                (named, count.parse::<usize>().unwrap())
            }
            None => (rest.until(" differ"), 0),
        };
        if more == 0 {
            rest.one_of(&["s in the same windows", " in the same windows"]);
        }
        let named: Vec<&str> = named.split(", ").flat_map(|n| n.split(" and ")).collect();
        assert_eq!(named.len() + more, others.len(), "{}", alert.sentence);
        for name in named {
            assert!(
                others.iter().any(|o| *o == name),
                "{name}: {}",
                alert.sentence
            );
        }
    }

    /// The windows of an incident.
    fn inside(&self, alert: &Alert) -> impl Iterator<Item = &Window> {
        let (since, until) = (alert.resumed.unwrap_or(alert.since), alert.until);
        self.report.windows.iter().filter(move |w| {
            !w.in_baseline && w.start >= since && until.is_none_or(|until| w.start < until)
        })
    }

    /// The cells of an incident's column before and now; `None` where the baseline lies within it, or outcomes of
    /// some windows have yet to come.
    fn sides(&self, alert: &Alert) -> Option<(Vec<&str>, Vec<&str>)> {
        let (rows, name) = (self.rows?, alert.column.as_ref()?);
        let all = self.report.windows.iter();
        let mut baseline = all.filter(|w| w.in_baseline).peekable();
        let parted = baseline.peek().is_some_and(|w| w.start > alert.since);
        let whole = self.inside(alert).all(|w| w.mature);
        let then = rows.within(name, baseline);
        (!parted && whole).then(|| (then, rows.within(name, self.inside(alert))))
    }

    /// Means and ranks of an incident about a column of numbers.
    #[track_caller]
    fn of_numbers(&self, alert: &Alert, means: Option<(String, String)>) {
        let Some((then, now)) = self.sides(alert) else {
            return;
        };
        let (then, now) = (numbers(&then), numbers(&now));
        let by = alert.change.as_ref().unwrap().value.unwrap();
        let ranks = match alert.metric.as_str() {
            "location" => Some(of_ranks(&then, &now, |x| f64::sqrt(3.0) * x)),
            "spread" => Some(of_ranks(&then, &now, |x| {
                f64::sqrt(5.0) * 0.5 * (3.0 * x * x - 1.0)
            })),
            _ => None,
        };
        if let Some(ranks) = ranks {
            // Ranks of bins, thirty at most, stand for those of numbers.
            let near = 0.05 + 0.05 * by.abs();
            assert!(
                (ranks - by).abs() < near,
                "{ranks} is not {by}: {}",
                alert.sentence
            );
        }
        let (before, after) = means.unwrap_or_else(|| panic!("{}", alert.sentence));
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let value = |x: &[f64]| words::value(Unit::Outcome, mean(x));
        assert_eq!((before, after), (value(&then), value(&now)));
    }

    /// Shares of an incident about a word.
    #[track_caller]
    fn of_shares(&self, alert: &Alert) {
        let (Some((then, now)), Some((_, word))) = (self.sides(alert), &alert.value_of) else {
            return;
        };
        if alert.metric != "share" {
            return;
        }
        let share = |cells: &[&str]| {
            let filled = cells.iter().filter(|c| !c.is_empty()).count();
            let hits = cells.iter().filter(|c| *c == word).count();
            hits as f64 / filled as f64
        };
        for (told, is) in [(&alert.baseline, share(&then)), (&alert.value, share(&now))] {
            let told = told.value.unwrap();
            assert!(
                (told - is).abs() < 1e-9,
                "{told} is not {is}: {}",
                alert.sentence
            );
        }
    }

    /// What became of predictions in the windows of an incident about a column.
    #[track_caller]
    fn effect(&self, alert: &Alert, rest: &mut Rest<'_>) {
        let harmless = rest.skip(", harmless so far: ");
        if !harmless && !rest.skip(", and ") {
            let told = alert.effect.is_some() && alert.harmless.is_some();
            assert!(!told, "{}", alert.sentence);
            return;
        }
        let effect = alert.effect.as_ref().unwrap();
        assert_eq!(alert.harmless, Some(harmless), "{}", alert.sentence);
        assert_eq!(rest.skip("estimated "), effect.estimated);
        let info = titled(rest);
        assert_eq!(info.name, effect.metric);
        let span = match effect.until {
            Some(_) => " of the same windows, until an incident of its own began, is ",
            None => " of the same windows is ",
        };
        assert!(rest.skip(span), "{}", alert.sentence);
        assert!(
            rest.skip(&words::estimate(info, &effect.value)),
            "{}",
            rest.0
        );
        let (now, by) = (effect.value.value.unwrap(), effect.change.value.unwrap());
        let from = now - by;
        let ends = (effect.change.low.unwrap(), effect.change.high.unwrap());
        let least = |from: f64| match info.material {
            Material::Absolute(least) => least,
            Material::Relative(share) => share * from.abs(),
            Material::Never => panic!("{} is not judged", info.name),
        };
        // How much worse: at most, and as it is told.
        let (most, told) = match info.better {
            Better::Higher => (-ends.0, -by),
            Better::Lower => (ends.1, by),
            _ => (ends.0.abs().max(ends.1.abs()), by.abs()),
        };
        if harmless {
            assert_eq!(alert.level, Level::Ok);
            assert!(most < least(from), "{most}: {}", alert.sentence);
        } else {
            assert!(told >= least(from), "{told}: {}", alert.sentence);
        }
        let before = words::value(info.unit, from);
        assert!(rest.skip(&format!(" (before {before})")), "{}", rest.0);
        if effect.estimated {
            return;
        }
        let base = self.before(info.name).unwrap();
        // Weekdays of a reference are compared with their like.
        let whole = self.report.baseline.as_ref().unwrap().start.is_some();
        assert!(
            !whole || (from - base).abs() < 1e-9,
            "{from} is not {base}: {}",
            alert.sentence
        );
        if !matches!(info.name, "accuracy" | "mean_absolute_error" | "error_rate") {
            return;
        }
        let before = |w: &Window| effect.until.is_none_or(|until| w.start < until);
        let told = |w: &&Window| before(w) && self.judged(w, info);
        let (mut sum, mut n) = (0.0, 0.0);
        for window in self.inside(alert).filter(told) {
            let of = &window.metrics[info.name];
            if let Some(value) = of.value {
                sum += value * of.n as f64;
                n += of.n as f64;
            }
        }
        let is = sum / n;
        assert!(
            (is - now).abs() < 1e-9,
            "{is} is not {now}: {}",
            alert.sentence
        );
    }

    /// Notes that count windows.
    #[track_caller]
    fn windows_are_counted(&self) {
        let (report, notes) = (self.report, &self.report.health.notes);
        let waiting = report.windows.iter().filter(|w| !w.mature).count();
        let said: Vec<&String> = notes
            .iter()
            .filter(|n| n.contains("still arriving"))
            .collect();
        let labels = match (waiting, report.overall.labelled) {
            (0, _) | (_, 0) => Vec::new(),
            (1, _) => vec![
                "The labels of 1 window are still arriving; it is shown, not judged.".to_owned(),
            ],
            (n, _) => vec![format!(
                "The labels of {n} windows are still arriving; they are shown, not judged."
            )],
        };
        assert_eq!(said, labels.iter().collect::<Vec<_>>());
        let worse = |w: &Window, name: &str| {
            let found = w.departures.get(name);
            found.is_some_and(|d| d.worse == Some(true))
        };
        let alerted = |name: &str| report.alerts.iter().any(|a| a.touches(name));
        let resource =
            |name: &str| metric::info(name).is_some_and(|i| i.family == metric::Family::Resource);
        let told = notes
            .iter()
            .filter(|n| n.contains(" was worse than the baseline in "));
        let told: Vec<&String> = told.collect();
        let mut of_windows = report.windows.iter();
        let any = of_windows.any(|w| {
            let mut names = w.departures.keys();
            names.any(|name| worse(w, name) && !alerted(name) && !resource(name))
        });
        assert_eq!(told.len(), usize::from(any), "{notes:#?}");
        let Some(note) = told.first() else {
            return;
        };
        let mut rest = Rest(note);
        let info = titled(&mut rest);
        assert!(!alerted(info.name) && !resource(info.name), "{note}");
        assert!(rest.skip(" was worse than the baseline in "), "{note}");
        let of: Vec<&Window> = report
            .windows
            .iter()
            .filter(|w| worse(w, info.name))
            .collect();
        let count = format!("{} of {} windows, first ", of.len(), report.windows.len());
        assert!(rest.skip(&count), "{note}: {count}");
        rest.one_of(&["on ", "in ", "at "]);
        assert_eq!(rest.0, format!("{}.", self.instant(of[0])));
        for window in of {
            let (is, was) = (
                window.metrics[info.name].value.unwrap(),
                self.before(info.name),
            );
            let lower = is < was.unwrap();
            match info.better {
                Better::Higher => assert!(lower, "{note}"),
                Better::Lower => assert!(!lower, "{note}"),
                _ => {}
            }
        }
    }

    /// Whether an estimate is not surely worse than the baseline's.
    fn holds(&self, info: &Info, now: &Estimate) -> bool {
        let (Some(low), Some(high), Some(from)) = (now.low, now.high, self.before(info.name))
        else {
            return true;
        };
        match info.better {
            Better::Higher => high >= from,
            Better::Lower => low <= from,
            _ => true,
        }
    }

    /// Takes the sentence apart; which clauses it has.
    #[track_caller]
    fn check(&self) -> Vec<&'static str> {
        let report = self.report;
        let sentence = report.health.sentence.as_str();
        let mut rest = Rest(sentence);
        let goes_on = self.incidents().any(Alert::goes_on);
        if rest.skip("Estimated ") {
            let alert = self.incident(&mut rest, true);
            assert_eq!(rest.0, ", outcomes are not in yet.");
            assert_eq!((report.health.level, goes_on), (Level::Watch, false));
            assert_eq!(report.health.metric.as_deref(), Some(alert.metric.as_str()));
            assert!(report.windows.iter().any(|w| !w.mature));
            return vec!["estimated"];
        }
        if rest.skip("No outcome is in yet; estimated ") {
            let info = titled(&mut rest);
            assert!(rest.skip(" is "), "{sentence}");
            let estimated = report.estimated.as_ref().unwrap();
            let pending = &estimated.pending[info.name];
            assert_eq!(rest.until(": "), words::estimate(info, pending));
            assert!(rest.skip("nothing is expected to depart for the worse from the baseline ("));
            let was = words::value(info.unit, self.before(info.name).unwrap());
            assert_eq!(rest.0, format!("{}, {was}).", self.label()));
            assert!(estimated.alerts.is_empty() && report.overall.labelled == 0);
            return vec!["hopeful"];
        }
        if let Some((n, _)) = sentence.split_once(" predictions, none with an outcome") {
            assert_eq!(n, words::grouped(report.overall.rows as f64));
            assert_eq!(report.overall.labelled, 0);
            assert_eq!(report.health.level, Level::Unknown);
            return vec!["no outcomes"];
        }
        let bad = self
            .incidents()
            .any(|a| a.goes_on() && a.level == Level::Bad);
        if bad {
            let alert = self.incident(&mut rest, false);
            assert_eq!(rest.0, ".");
            assert_eq!((alert.level, report.health.level), (Level::Bad, Level::Bad));
            assert_eq!(report.health.metric.as_deref(), Some(alert.metric.as_str()));
            return vec!["departed"];
        }
        let better = report.improved.iter().find(|a| a.goes_on());
        if better.is_some_and(|better| sentence.starts_with(&better.sentence)) {
            return self.of_improved(goes_on);
        }
        self.of_metric(rest, goes_on)
    }

    /// What became better, and that nothing departs for the worse.
    #[track_caller]
    fn of_improved(&self, goes_on: bool) -> Vec<&'static str> {
        let (report, sentence) = (self.report, &self.report.health.sentence);
        let mut rest = Rest(sentence);
        let end = sentence.find(": ").unwrap();
        let mut better = Rest(&sentence[..end]);
        let alert = self.incident(&mut better, false);
        assert_eq!(better.0, "");
        rest.skip(&sentence[..end]);
        let info = metric::info(&alert.metric).unwrap();
        let (is, was) = (alert.value.value.unwrap(), alert.baseline.value.unwrap());
        assert_eq!(is > was, info.better == Better::Higher, "{sentence}");
        assert_eq!(report.health.metric.as_deref(), Some(info.name));
        assert!(alert.goes_on() && alert.level == Level::Ok && !goes_on);
        assert!(!report.alerts.iter().any(|a| a.metric == info.name));
        let marks = [
            ": nothing departs for the worse",
            ": no lasting departure for the worse",
        ];
        let worse = |w: &Window| w.departures.values().any(|d| d.worse == Some(true));
        if rest.one_of(&marks) == marks[0] {
            assert!(self.incidents().next().is_none(), "{sentence}");
            assert!(!report.windows.iter().any(worse), "{sentence}");
        }
        match rest.0 {
            "." => assert_eq!(report.health.level, Level::Ok),
            _ => {
                assert!(rest.skip(", but estimated "), "{sentence}");
                self.incident(&mut rest, true);
                assert_eq!(rest.0, ", outcomes are not in yet.");
            }
        }
        vec!["improved"]
    }

    /// What is said of the main metric, and of what is less bad than that it departs.
    #[track_caller]
    fn of_metric(&self, mut rest: Rest<'_>, goes_on: bool) -> Vec<&'static str> {
        let (report, sentence) = (self.report, &self.report.health.sentence);
        let info = titled(&mut rest);
        assert_eq!(report.health.metric.as_deref(), Some(info.name));
        let is = rest.one_of(&[" is ", " holds at "]);
        let value = words::estimate(info, self.overall(info.name));
        assert!(rest.skip(&value), "{sentence}: it is {value}");
        // Where outcomes of these rows have yet to come, it is not the last word.
        let so_far = rest.skip(" so far");
        assert_eq!(so_far, report.arriving.is_some(), "{sentence}");
        let waits = report.windows.iter().any(|w| !w.mature && w.rows > 0);
        assert!(!so_far || waits, "{sentence}");
        if report.baseline.is_some() && !rest.0.starts_with(';') {
            let holds = self.holds(info, self.overall(info.name));
            let better = report.improved.iter().any(|a| a.metric == info.name);
            assert_eq!(is == " holds at ", holds && !better, "{sentence}");
        }
        let marks = [
            "; there is no baseline to compare it with.",
            "; no window outside the baseline (",
            ": nothing departs for the worse from the baseline (",
            ": no lasting departure for the worse from the baseline (",
            ", but ",
        ];
        let judged = |w: &Window| !w.in_baseline && (w.mature || report.task == Task::Service);
        let any = report.windows.iter().any(judged);
        let worse = |w: &Window| w.departures.values().any(|d| d.worse == Some(true));
        let harms = |a: &&Alert| {
            let known = a.effect.as_ref().is_some_and(|e| !e.estimated);
            a.goes_on() && a.kind == AlertKind::Column && a.harmless == Some(false) && known
        };
        let harm = report.alerts.iter().any(|a| harms(&a));
        let mut found = vec![rest.one_of(&marks)];
        let ends = |rest: &mut Rest<'_>, found: &mut Vec<&'static str>| {
            let was = words::value(info.unit, self.before(info.name).unwrap());
            assert_eq!(rest.until(")"), format!("{}, {was}", self.label()));
            let level = match rest.0 {
                "." => Level::Ok,
                _ => {
                    assert!(rest.skip(", but estimated "), "{sentence}");
                    self.incident(rest, true);
                    assert_eq!(rest.0, ", outcomes are not in yet.");
                    found.push("but estimated");
                    Level::Watch
                }
            };
            assert_eq!(report.health.level, level);
        };
        let first = found[0];
        match first {
            mark if mark == marks[0] => assert!(report.baseline.is_none() && rest.0.is_empty()),
            mark if mark == marks[1] => {
                assert_eq!(rest.until(")"), self.label());
                assert_eq!(rest.0, " can be judged yet.");
                assert!(!any);
            }
            mark if mark == marks[2] => {
                assert!(self.incidents().next().is_none() && !harm, "{sentence}");
                assert!(!report.windows.iter().any(worse), "{sentence}");
                ends(&mut rest, &mut found);
            }
            mark if mark == marks[3] => {
                assert!(!goes_on && !harm, "{sentence}");
                ends(&mut rest, &mut found);
            }
            _ => {
                assert_eq!(report.health.level, Level::Watch);
                if goes_on {
                    let alert = self.incident(&mut rest, false);
                    assert!(alert.goes_on() && alert.level == Level::Watch);
                    assert_eq!(rest.0, ".");
                } else {
                    let alert = self.column(rest.0.trim_end_matches('.'));
                    assert!(harms(&&alert), "{sentence}");
                    found.push("a column harms");
                }
            }
        }
        found
    }

    /// Every incident is told, each once; which kinds of notes there are.
    fn all_are_told(&self) -> Vec<&'static str> {
        self.windows_are_counted();
        let health = &self.report.health;
        let expected = self.report.estimated.iter().flat_map(|e| &e.alerts);
        let better = &self.report.improved;
        let advice = health.notes.iter();
        let advice =
            advice.filter(|note| note.contains("can be a leak of the outcome into the inputs"));
        assert_eq!(
            advice.count(),
            usize::from(!better.is_empty()),
            "{health:#?}"
        );
        for alert in self.report.alerts.iter().chain(expected).chain(better) {
            let same = |text: &&String| {
                let text = lower_first(text.trim_end_matches('.'));
                text.ends_with(&lower_first(&alert.sentence))
            };
            let told = health.notes.iter().filter(same).count();
            // What became better is told first, and behind it that nothing departs.
            let begins = health
                .sentence
                .starts_with(&format!("{}: ", alert.sentence));
            let told = told + usize::from(begins || same(&&health.sentence));
            assert_eq!(told, 1, "'{}' in {health:#?}", alert.sentence);
            if alert.kind == AlertKind::Column {
                self.column(&alert.sentence);
            } else {
                let (mut rest, expected) = match alert.sentence.strip_prefix("Estimated ") {
                    Some(rest) => (Rest(rest), true),
                    None => (Rest(&alert.sentence), false),
                };
                self.incident(&mut rest, expected);
            }
        }
        let all = format!("{health:?}");
        assert!(!all.contains("NaN") && !all.contains("inf "), "{all}");
        let kinds = NOTES.iter().copied();
        kinds.filter(|kind| all.contains(kind)).collect()
    }
}

/// Parts of sentences and notes that have to be met with.
const NOTES: [&str; 7] = [
    " was worse than the baseline in ",
    "The labels of 6 windows are still arriving; they are shown, not judged.",
    "harmless so far: accuracy of the same windows is ",
    ", and accuracy of the same windows is ",
    " are higher than in the baseline (",
    "The share of “",
    " during ",
];

impl Rest<'_> {
    /// `1 row`, `4 200 rows`.
    #[track_caller]
    fn one_of_rows(&mut self) -> u64 {
        let number = self.until(" row");
        self.skip("s");
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    }
}

#[test]
fn every_clause_of_the_sentence_is_borne_out_by_the_numbers() {
    use Model::{Classes, Labels, Numbers, Requests, Scores};
    use Story::{
        AllBaseline, Column, Departed, Ended, Feared, Improved, Middle, NoBaseline, NoOutcomes,
        OneRegion, OneWindow, Quiet, Several, Waiting,
    };
    let stories = [
        Quiet,
        NoOutcomes,
        Waiting,
        Feared,
        OneWindow,
        Improved,
        Departed,
        OneRegion,
        Several,
        Ended,
        Column,
        Middle,
        NoBaseline,
        AllBaseline,
    ];
    let mut clauses: BTreeSet<&str> = BTreeSet::new();
    for (at, story) in stories.into_iter().enumerate() {
        for (of, model) in [Labels, Scores, Classes, Numbers, Requests]
            .into_iter()
            .enumerate()
        {
            for passed in [false, true] {
                let seed = 1_000 * at as u64 + 10 * of as u64 + u64::from(passed);
                let text = log(model, story, seed);
                let files = [("log.csv", text.as_bytes())];
                let view = View {
                    window: Some(WindowSize::Day),
                    baseline: match story {
                        NoBaseline => BaselineChoice::None,
                        Middle => baseline("2026-04-09..2026-04-17").unwrap(),
                        AllBaseline => baseline("2026-04-01..2026-05-01").unwrap(),
                        _ => BaselineChoice::Auto,
                    },
                    ..View::default()
                };
                let counted = match passed {
                    true => streamed(&files, &[], &view, Shards::new),
                    false => summary(&files, &[], &view),
                };
                let counted = counted.unwrap_or_else(|e| panic!("{model:?} {story:?}: {e}"));
                let report = Report::from(&counted, &view);
                eprintln!("{model:?}, {story:?}, {passed}: {}", report.health.sentence);
                let told = Told {
                    report: &report,
                    size: WindowSize::Day,
                    rows: Some(&Rows::of(&text)),
                };
                clauses.extend(told.check());
                clauses.extend(told.all_are_told());
            }
        }
    }
    // What has no outcome beside a reference that has: nothing is expected to change, or something is.
    for story in [Waiting, Feared] {
        let text = log(Scores, story, 77);
        let (head, rows) = text.split_once('\n').unwrap();
        let (late, early): (Vec<&str>, Vec<&str>) = rows
            .lines()
            .partition(|row| row.split(',').nth(3) == Some(""));
        let of = |rows: &[&str]| format!("{head}\n{}\n", rows.join("\n"));
        let (reference, current) = (of(&early), of(&late));
        let files = [
            ("log.csv", current.as_bytes()),
            ("reference.csv", reference.as_bytes()),
        ];
        let view = View {
            window: Some(WindowSize::Day),
            ..View::default()
        };
        let report = Report::from(&summary(&files, &[], &view).unwrap(), &view);
        eprintln!("{story:?} beside a reference: {}", report.health.sentence);
        let told = Told {
            report: &report,
            size: WindowSize::Day,
            rows: None,
        };
        clauses.extend(told.check());
        clauses.extend(told.all_are_told());
    }
    clauses.extend(a_column_harms());
    // Every kind of sentence is among them.
    let all = [
        "estimated",
        "but estimated",
        "hopeful",
        "no outcomes",
        "departed",
        "improved",
        "; there is no baseline to compare it with.",
        "; no window outside the baseline (",
        "a column harms",
        ": nothing departs for the worse from the baseline (",
        ": no lasting departure for the worse from the baseline (",
        ", but ",
    ];
    for clause in all.into_iter().chain(NOTES) {
        assert!(
            clauses.contains(clause),
            "{clause} is not among {clauses:#?}"
        );
    }
}

/// Logs of a column that changes with some more errors; the clauses of those in which these are no alarm by
/// themselves, and are surely more in its windows.
fn a_column_harms() -> Vec<&'static str> {
    let mut clauses = Vec::new();
    for seed in 0..24 {
        let text = log(Model::Labels, Story::Harm, 90_000 + seed);
        let view = View {
            window: Some(WindowSize::Day),
            ..View::default()
        };
        let report = Report::from(
            &summary(&[("log.csv", text.as_bytes())], &[], &view).unwrap(),
            &view,
        );
        let told = Told {
            report: &report,
            size: WindowSize::Day,
            rows: Some(&Rows::of(&text)),
        };
        let found = told.check();
        clauses.extend(told.all_are_told());
        if found.contains(&"a column harms") {
            eprintln!("{seed}: {}", report.health.sentence);
            let harmful = report.alerts.iter().find(|a| a.harmless == Some(false));
            let harmful = harmful.unwrap();
            let effect = harmful.effect.as_ref().unwrap();
            assert!(!effect.estimated && effect.metric == "accuracy");
            assert_eq!(
                (harmful.column.as_deref(), harmful.level),
                (Some("amount"), Level::Watch)
            );
            assert_eq!(report.health.level, Level::Watch);
            let particulars = report.particulars(harmful);
            let of = particulars.iter().find(|p| p.label == "Effect").unwrap();
            assert!(of.texts[0].starts_with("harmful: accuracy of the same windows is "));
        }
        clauses.extend(found);
    }
    clauses
}
