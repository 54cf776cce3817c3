//! What the reader chose. It fits in a URL, and a saved report carries it.

use super::least::Sizes;
use super::service::Objectives;
use crate::metric::{CostCell, Costs, Parameter, Parameters};
use crate::settings::among;
pub use crate::summary::{Season, Slice, SliceChoice, TestChoice, Tool, WindowSize};
use crate::table::time::Time;
use serde::{Deserialize, Serialize};

/// What the reader chose; what is `None` is chosen to suit the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// Size of the windows.
    pub window: Option<WindowSize>,
    /// What windows are compared with.
    pub baseline: BaselineChoice,
    /// Score from which a row is predicted positive; `None`: labels as served, or 0.5 where there are none.
    pub threshold: Option<f64>,
    /// Model version that rows are narrowed to.
    pub version: Option<String>,
    /// Segment values that rows are narrowed to, sorted by column.
    pub slices: Vec<SliceChoice>,
    /// The part of time that is looked at: from, to (exclusive).
    pub range: Option<(Time, Time)>,
    /// How far back the outcome lies that a naive forecast repeats, which errors are scaled by
    /// (regression); `None`: the row before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub season: Option<Season>,
    /// What right and wrong labels cost (classification).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub costs: Option<Costs>,
    /// Parameters of metrics that add metrics beside the usual ones.
    #[serde(skip_serializing_if = "Parameters::is_none", default)]
    pub metrics: Parameters,
    /// Another tool whose numbers are wanted, too.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub compat: Option<Tool>,
    /// Windows to a false alarm, over everything in the report; `None`: 30.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub budget: Option<f64>,
    /// From which size on a change is worth an alarm, where that is not the usual one.
    #[serde(skip_serializing_if = "Sizes::is_usual", default)]
    pub least: Sizes,
    /// Whether columns are put to every test, and all together.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub all_tests: bool,
    /// The tests and distances that they are put to, where not to every one.
    #[serde(skip_serializing_if = "TestChoice::is_none", default)]
    pub tests: TestChoice,
    /// What is wanted of the service.
    #[serde(skip_serializing_if = "Objectives::is_none", default)]
    pub service: Objectives,
    /// The period that is compared with the time before it: from, to (exclusive).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub marked: Option<(Time, Time)>,
    /// Whether rows still come: the window in which the newest of them lies is shown, and judged once it is over. An
    /// alarm's rate is promised for one look at a window.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub live: bool,
}

/// The names of what is wanted of a service in a URL, each with its place and whether a number suits it.
type Wanted = (
    &'static str,
    fn(&mut Objectives) -> &mut Option<f64>,
    fn(f64) -> bool,
);

const WANTED: [Wanted; 6] = [
    ("slo", |o| &mut o.slo, |x| x > 0.0 && x < 1.0),
    ("slow", |o| &mut o.slow_s, |x| x > 0.0),
    ("apdex", |o| &mut o.apdex_s, |x| x > 0.0),
    ("price.in", |o| &mut o.price_in, |x| x >= 0.0),
    ("price.out", |o| &mut o.price_out, |x| x >= 0.0),
    ("price.hour", |o| &mut o.price_hour, |x| x >= 0.0),
];

/// What windows are compared with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineChoice {
    /// The reference file where there is one, else the first quarter of the mature windows.
    #[default]
    Auto,
    /// The reference file.
    Reference,
    /// The windows that start within a period: from, to (exclusive).
    Period(Time, Time),
    /// Nothing.
    None,
}

impl View {
    /// What rows are narrowed to.
    #[must_use]
    pub fn slice(&self) -> Slice {
        let mut values = self.slices.clone();
        values.sort();
        Slice {
            version: self.version.clone(),
            values,
        }
    }

    /// The tests that are wanted of the columns; `None` where none is.
    #[must_use]
    pub fn chosen_tests(&self) -> Option<TestChoice> {
        match self.all_tests {
            true => Some(TestChoice::default()),
            false => Some(self.tests.clone()).filter(|chosen| !chosen.is_none()),
        }
    }

    /// The view as the query of a URL; empty for the default view.
    #[must_use]
    pub fn to_query(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut put = |key: &str, value: String| parts.push(format!("{key}={}", escape(&value)));
        if let Some(window) = self.window {
            put("window", window.to_string());
        }
        match &self.baseline {
            BaselineChoice::Auto => {}
            BaselineChoice::Reference => put("baseline", "reference".into()),
            BaselineChoice::None => put("baseline", "none".into()),
            BaselineChoice::Period(from, to) => put("baseline", format!("{from}..{to}")),
        }
        if let Some(threshold) = self.threshold {
            put("threshold", threshold.to_string());
        }
        if let Some(version) = &self.version {
            put("version", version.clone());
        }
        for slice in &self.slices {
            put(
                &format!("slice.{}", escape(&slice.column)),
                slice.value.clone(),
            );
        }
        if let Some((from, to)) = self.range {
            put("range", format!("{from}..{to}"));
        }
        if let Some((from, to)) = self.marked {
            put("marked", format!("{from}..{to}"));
        }
        if let Some(season) = self.season {
            put("season", season.to_string());
        }
        if let Some(tool) = self.compat {
            put("compat", tool.to_string());
        }
        if let Some(budget) = self.budget {
            put("budget", budget.to_string());
        }
        for (name, size) in &self.least.0 {
            put(&format!("least.{name}"), size.to_string());
        }
        for (of, value) in &self.metrics.0 {
            put(&format!("metrics.{}", of.name()), value.to_string());
        }
        if self.all_tests {
            put("tests", "all".into());
        } else if !self.tests.is_none() {
            put("tests", self.tests.to_string());
        }
        let mut wanted = self.service;
        for (name, place, _) in WANTED {
            if let Some(value) = *place(&mut wanted) {
                put(name, value.to_string());
            }
        }
        for (cell, cost) in self.costs.iter().flat_map(|c| &c.0) {
            put(
                &format!("cost.{}", escape(&cell.to_string())),
                cost.to_string(),
            );
        }
        parts.join("&")
    }

    /// The view that [`View::to_query`] wrote; what cannot be read is left at its default.
    #[must_use]
    pub fn from_query(query: &str) -> Self {
        let mut view = Self::default();
        for (key, value) in query
            .trim_start_matches(['#', '?'])
            .split('&')
            .filter_map(|p| p.split_once('='))
        {
            let value = unescape(value);
            match key {
                "window" => view.window = value.parse().ok(),
                "baseline" => view.baseline = baseline(&value).unwrap_or_default(),
                "threshold" => view.threshold = value.parse().ok().filter(|t: &f64| t.is_finite()),
                "version" => view.version = Some(value),
                "range" => view.range = period(&value),
                "marked" => view.marked = period(&value),
                "budget" => view.budget = budget(&value),
                "season" => view.season = value.parse().ok(),
                "compat" => view.compat = value.parse().ok(),
                "tests" if value == "all" => view.all_tests = true,
                "tests" => view.tests = tests(&value).unwrap_or_default(),
                _ => {
                    if let Some((_, place, suits)) = WANTED.iter().find(|w| w.0 == key) {
                        let number = value.parse().ok();
                        *place(&mut view.service) =
                            number.filter(|x: &f64| x.is_finite() && suits(*x));
                    } else if let Some(name) = key.strip_prefix("least.") {
                        let size: Option<f64> = value.parse().ok();
                        let size = size.filter(|size| Sizes::check(name, *size).is_ok());
                        view.least
                            .0
                            .extend(size.map(|size| (name.to_owned(), size)));
                    } else if let Some((of, value)) = parameter(key, &value) {
                        view.metrics.0.insert(of, value);
                    } else if let Some((cell, cost)) = cost(key, &value) {
                        let costs = view.costs.get_or_insert_default();
                        costs.0.insert(cell, cost);
                    } else if let Some(column) = key.strip_prefix("slice.") {
                        view.slices.push(SliceChoice {
                            column: unescape(column),
                            value,
                        });
                    }
                }
            }
        }
        view.slices.sort();
        view
    }
}

/// `cost.fp=5`.
fn cost(key: &str, value: &str) -> Option<(CostCell, f64)> {
    let cell = unescape(key.strip_prefix("cost.")?).parse().ok()?;
    let cost = value.parse().ok().filter(|c: &f64| c.is_finite())?;
    Some((cell, cost))
}

/// `metrics.beta=3`.
fn parameter(key: &str, value: &str) -> Option<(Parameter, f64)> {
    let of = Parameter::named(key.strip_prefix("metrics.")?)?;
    let value = value.parse().ok().filter(|value| of.suits(*value))?;
    Some((of, value))
}

/// A choice of baseline as text: `auto`, `reference`, `none` or `START..END`.
#[must_use]
pub fn baseline(text: &str) -> Option<BaselineChoice> {
    match text {
        "auto" => Some(BaselineChoice::Auto),
        "reference" => Some(BaselineChoice::Reference),
        "none" => Some(BaselineChoice::None),
        period_text => period(period_text).map(|(from, to)| BaselineChoice::Period(from, to)),
    }
}

/// Windows to a false alarm, at least one.
#[must_use]
pub fn budget(text: &str) -> Option<f64> {
    let windows = text.parse().ok();
    windows.filter(|w: &f64| w.is_finite() && *w >= 1.0)
}

/// Tests and distances as text: `kolmogorov_smirnov,psi`, and `ks` for short.
///
/// # Errors
/// As [`add_test`].
pub fn tests(text: &str) -> Result<TestChoice, String> {
    let mut chosen = TestChoice::default();
    for name in text.split(',').map(str::trim) {
        add_test(&mut chosen, name)?;
    }
    Ok(chosen)
}

/// Chooses one more test or distance by its name.
///
/// # Errors
/// Where there is none of this name; the sentence tells the nearest one, or all.
pub fn add_test(chosen: &mut TestChoice, name: &str) -> Result<(), String> {
    if chosen.add(name) {
        return Ok(());
    }
    let names: Vec<&str> = TestChoice::names().collect();
    Err(format!(
        "there is no test or distance '{name}'. {}",
        among(name, &names)
    ))
}

/// `START..END`, both RFC 3339 times in UTC or dates; the end is exclusive.
fn period(text: &str) -> Option<(Time, Time)> {
    let (from, to) = text.split_once("..")?;
    let (from, to) = (Time::parse(from)?, Time::parse(to)?);
    (from < to).then_some((from, to))
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' => {
                char::from(b).to_string()
            }
            b => format!("%{b:02X}"),
        })
        .collect()
}

fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = (bytes[i] == b'%')
            .then(|| {
                text.get(i + 1..i + 3)
                    .and_then(|h| u8::from_str_radix(h, 16).ok())
            })
            .flatten();
        match hex {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_there_is_not_is_told_with_the_nearest_or_all() {
        let why = |text: &str| super::tests(text).unwrap_err();
        assert_eq!(
            why("ks, wasserstain"),
            "there is no test or distance 'wasserstain'. Did you mean 'wasserstein'?"
        );
        let all = why("temperature");
        assert!(TestChoice::names().all(|name| all.contains(name)), "{all}");
    }

    #[test]
    fn a_view_survives_the_way_through_a_url() {
        let view = View {
            window: Some(WindowSize::Rows(500)),
            baseline: BaselineChoice::Period(Time(0), Time(86_400_000_000)),
            threshold: Some(0.25),
            version: Some("v1 & é=%".into()),
            slices: vec![SliceChoice {
                column: "a=b&c".into(),
                value: "50 %".into(),
            }],
            range: Some((Time(-1), Time(5))),
            marked: Some((Time(5), Time(7))),
            live: false,
            season: Some(Season::Seconds(86_400)),
            budget: Some(12.5),
            least: "accuracy=0.02,columns=0.25".parse().unwrap_or_default(),
            compat: Some(Tool::Evidently),
            metrics: "beta=3,at_share=0.05,at_k=20".parse().unwrap_or_default(),
            all_tests: true,
            tests: TestChoice::default(),
            costs: "fp=5,a=b&c->d e=-0.5".parse().ok(),
            service: Objectives {
                slo: Some(0.995),
                price_in: Some(2.5),
                ..Objectives::default()
            },
        };
        assert_eq!(View::from_query(&format!("#{}", view.to_query())), view);
        let some = View {
            tests: super::tests("psi,ks").unwrap_or_default(),
            ..View::default()
        };
        assert_eq!(View::from_query(&some.to_query()), some);
        assert_eq!(View::default().to_query(), "");
        assert_eq!(
            View::from_query(
                "tests=none&threshold=NaN&range=b..a&marked=2..1&window=0&season=0d&budget=0.5&least.accuracy=-1&least.none=1&slo=1&apdex=-1&cost.fp=NaN&cost.x=1&metrics.beta=0&metrics.none=1&%"
            ),
            View::default()
        );
    }
}
