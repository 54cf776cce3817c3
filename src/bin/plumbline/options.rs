//! What is typed, and what it means.

use super::fixes::{self, Said};
use clap::{Args, Parser, Subcommand};
use plumbline::engine::Depth;
use plumbline::log::{Meant, Role};
use plumbline::metric::{Costs, Parameters};
use plumbline::read::{DateOrder, Decimal, Encoding, Quote};
use plumbline::report::view::{
    self, BaselineChoice, Season, SliceChoice, TestChoice, Tool, View, WindowSize,
};
use plumbline::report::{Objectives, Sizes};
use plumbline::table::time::Time;
use std::path::PathBuf;

/// Tells whether a machine-learning model in production is still true.
#[derive(Parser)]
#[command(version)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Read predictions and outcomes, and write a report.
    Report {
        /// What is read, and how.
        #[command(flatten)]
        options: ReportOptions,
        /// Where the report goes: FILE.html, FILE.json, or - for JSON on standard output.
        #[arg(long, default_value = "-")]
        out: String,
    },
    /// Score each point of a series for how unlike the past it is, without looking ahead: one line of JSON
    /// a point, `{"time":…,"value":…,"score":…}`, to standard output. A score of 0.5 or more is an alarm.
    Anomalies(AnomalyOptions),
    /// List every metric as JSON: what it tells, direction, range, where it has no value, interval, formula, source, and
    /// the same number from scikit-learn or another library.
    Metrics,
    /// Replay a recorded log as a live source on this machine: a growing file (`/NAME.ndjson`), polls (`/NAME.json`),
    /// events (`/NAME/events`) and a WebSocket (`/NAME/ws`) for each table, Prometheus's API (`/api/v1/…`) and an
    /// exporter (`/metrics`) for metrics of a service. Ctrl-C ends it.
    Feed(FeedOptions),
    /// Judge data by a file of rules. Exit code 0: no rule fails, 1: one does, 2: they could not be judged.
    Check(CheckOptions),
    /// Write a file of rules to begin with, made from the data.
    Rules {
        /// What is read, and how.
        #[command(flatten)]
        options: ReportOptions,
        /// Where the rules go: a FILE that is not there yet, or - for standard output.
        #[arg(long, default_value = "-")]
        out: String,
    },
    /// Infer from a baseline what is expected of the columns, and write it as a file to edit and keep (TOML).
    Expect {
        /// What is read, and how.
        #[command(flatten)]
        options: ReportOptions,
        /// Where the expectations go: a FILE, or - for standard output.
        #[arg(long, default_value = "-")]
        out: String,
    },
}

/// Options of `plumbline anomalies`.
#[derive(Args)]
pub struct AnomalyOptions {
    /// A table with a column of times and one of numbers, or metrics of a service: an answer of Prometheus's API, a
    /// panel of Grafana (CSV), and what else `report` reads.
    pub file: PathBuf,
    /// The column of numbers, where there are several. Of metrics the series, as Prometheus writes it, or a metric with
    /// all its series; without it all are scored, each line with its `series`.
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,
    /// The column of times, where the guess is wrong.
    #[arg(long, value_name = "NAME")]
    pub time: Option<String>,
}

/// Options of `plumbline feed`.
#[derive(Args)]
pub struct FeedOptions {
    /// What is replayed: predictions, outcomes, metrics of a service. Files, folders, archives, as `report` takes
    /// them; they are held in memory. Rows and samples come in the order of their times, outcomes at their own.
    #[arg(long, required = true, num_args = 1.., value_name = "FILES")]
    pub replay: Vec<PathBuf>,
    /// A file of outcomes, whatever it seems to hold.
    #[arg(long, value_name = "FILE")]
    pub outcomes: Vec<PathBuf>,
    /// The role of a column, where the guess is wrong: `time=logged_at`.
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = role)]
    pub role: Vec<(Role, String)>,
    /// How many times as fast as it was: 3600 is an hour in a second.
    #[arg(long, default_value_t = 1.0, value_name = "TIMES")]
    pub speed: f64,
    /// The port of 127.0.0.1 that it listens on; 0 takes any that is free. The address is the first line on standard
    /// output.
    #[arg(long, default_value_t = 8790)]
    pub port: u16,
    /// The instant of the log to begin with; what was before is there at once. Otherwise its first one.
    #[arg(long, value_name = "INSTANT")]
    pub from: Option<String>,
    /// Move all times so that this instant is now. Otherwise times are as they were recorded, and whoever follows
    /// asks for the time of the replay (`/api/v1/query?query=time()`). At a speed above 1 it runs ahead of the clock.
    #[arg(long)]
    pub shift: bool,
    /// Whose pages may read it: an address such as https://example.org, or * for any that is open in a browser here.
    #[arg(long, default_value = "*")]
    pub origin: String,
}

impl FeedOptions {
    /// The same as what is read for a report.
    pub fn report(&self) -> ReportOptions {
        ReportOptions {
            files: self.replay.clone(),
            outcomes: self.outcomes.clone(),
            role: self.role.clone(),
            ..ReportOptions::default()
        }
    }
}

/// Options of `plumbline check`.
#[derive(Args)]
pub struct CheckOptions {
    /// The file of rules (TOML), as `plumbline rules` or the page writes it.
    pub rules: PathBuf,
    /// What is read, and how; what is said here goes before what the rules say.
    #[command(flatten)]
    pub report: ReportOptions,
    /// Write the verdicts as JUnit XML: to a FILE, or - for standard output in place of the summary.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write them as a table in Markdown, fit for $GITHUB_STEP_SUMMARY.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write them as JSON, every number in full precision.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Also fail where a rule could not be judged.
    #[arg(long)]
    pub strict: bool,
}

/// What every command reads, and how.
#[derive(Args, Default)]
pub struct ReportOptions {
    /// Predictions, outcomes, reference: told apart by what they hold. Files, folders, archives.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// A file of outcomes, whatever it seems to hold.
    #[arg(long, value_name = "FILE")]
    pub outcomes: Vec<PathBuf>,
    /// What windows are compared with: a reference FILE, START..END (end exclusive), auto or none.
    #[arg(long, default_value = "auto")]
    pub baseline: String,
    /// minute, 10min, hour, day, week, month or a number of rows; otherwise what suits the span.
    #[arg(long)]
    pub window: Option<WindowSize>,
    /// The role of a column, where the guess is wrong: `score=decile_score`. Several ids are one key
    /// together, which joins outcomes: `--role id=store --role id=date`. A quantile's level follows the role
    /// where the column's name does not tell it: `--role quantile:0.9=upper`.
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = role)]
    pub role: Vec<(Role, String)>,
    /// The positive one of two classes, where what is found out is wrong: the class that scores are of.
    #[arg(
        long,
        value_name = "CLASS",
        conflicts_with = "task",
        allow_negative_numbers = true
    )]
    pub positive: Option<String>,
    /// What outcomes are, where what is found out is wrong: regression (numbers, as few as they are: ratings from 1
    /// to 5) or classification (classes, as many numbers as they are).
    #[arg(long, value_name = "TASK", value_parser = ["regression", "classification"])]
    pub task: Option<String>,
    /// What is between the columns of delimited files, where the guess is wrong: a character, or comma,
    /// semicolon, tab, bar, space. Of one file, folder or archive: `--separator log.csv=tab`; so with the
    /// seven options below, too.
    #[arg(long, value_name = "[FILE=]SIGN", value_parser = fixes::separator)]
    pub separator: Vec<Said<u8>>,
    /// What fields are within that hold separators: double, escaped (double, with `\"` for one within), single or
    /// none.
    #[arg(long, value_name = "[FILE=]QUOTE", value_parser = fixes::quote)]
    pub quote: Vec<Said<Quote>>,
    /// What blanks around fields are: skip (none of them; a run of them is one separator where a blank is it) or
    /// keep (part of them).
    #[arg(long, value_name = "[FILE=]skip|keep", value_parser = fixes::blanks)]
    pub blanks: Vec<Said<bool>>,
    /// The decimal mark of numbers, point or comma; the other one parts thousands.
    #[arg(long, value_name = "[FILE=]MARK", value_parser = fixes::decimal)]
    pub decimal: Vec<Said<Decimal>>,
    /// Whether the first row names the columns: yes or no.
    #[arg(long, value_name = "[FILE=]yes|no", value_parser = fixes::header)]
    pub header: Vec<Said<bool>>,
    /// Lines above the first row that are none of the table.
    #[arg(long, value_name = "[FILE=]N", value_parser = fixes::lines)]
    pub skip_lines: Vec<Said<u32>>,
    /// utf-8, utf-16le, utf-16be or windows-1252.
    #[arg(long, value_name = "[FILE=]ENCODING", value_parser = fixes::encoding)]
    pub encoding: Vec<Said<Encoding>>,
    /// What comes first in dates such as 02/03/2026: day or month.
    #[arg(long, value_name = "[FILE=]day|month", value_parser = fixes::dates)]
    pub dates: Vec<Said<DateOrder>>,
    /// Score from which a row is predicted positive; otherwise labels as served, or 0.5. Of scores that are no
    /// probabilities it is 0 where they lie on both sides of it, 50 of percentages, else the middle of the lowest
    /// and the highest; the report says so.
    #[arg(long, allow_negative_numbers = true)]
    pub threshold: Option<f64>,
    /// Leave out what is expected of windows whose outcomes may not be known, which takes longest.
    #[arg(long)]
    pub no_estimates: bool,
    /// Only rows of this model version.
    #[arg(long, value_name = "VERSION")]
    pub model_version: Option<String>,
    /// Only rows with this value: `region=eu-west`.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = slice)]
    pub slice: Vec<SliceChoice>,
    /// Of files of a service: the share of requests that shall be good; 0.999 unless said.
    #[arg(long, value_name = "SHARE")]
    pub slo: Option<f64>,
    /// Seconds within which a good request is answered.
    #[arg(long, value_name = "SECONDS")]
    pub slow: Option<f64>,
    /// Seconds within which Apdex counts a request as satisfying; 0.5 unless said.
    #[arg(long, value_name = "SECONDS")]
    pub apdex: Option<f64>,
    /// Price of a million tokens of prompts.
    #[arg(long, value_name = "PRICE")]
    pub price_in: Option<f64>,
    /// Price of a million tokens that are generated.
    #[arg(long, value_name = "PRICE")]
    pub price_out: Option<f64>,
    /// Price of an hour of the service.
    #[arg(long, value_name = "PRICE")]
    pub price_hour: Option<f64>,
    /// The part of time that is looked at: START..END (end exclusive).
    #[arg(long, value_name = "START..END")]
    pub range: Option<String>,
    /// A period that is compared with the four times longer time before it, every series by itself, in the report's
    /// part `changes`: START..END (end exclusive).
    #[arg(long, value_name = "START..END")]
    pub marked: Option<String>,
    /// How far back the outcome lies that a naive forecast repeats, which errors of numbers are scaled by
    /// (MASE): a number of rows, or a period as 1h, 7d, 2w; otherwise the row before.
    #[arg(long, value_name = "ROWS|PERIOD")]
    pub season: Option<Season>,
    /// What right and wrong labels cost, a gain negative: `fp=5,fn=100`, or `cat->dog=2` for cats taken for
    /// dogs. May be given several times.
    #[arg(long, value_name = "CELL=NUMBER,…", allow_hyphen_values = true)]
    pub cost: Vec<Costs>,
    /// What Evidently or NannyML would tell of the same rows, in the report's part `compat`: evidently or nannyml.
    /// The baseline is their reference; --window is NannyML's chunks, otherwise its own ten.
    #[arg(long, value_name = "TOOL")]
    pub compat: Option<Tool>,
    /// How many windows there may be to a false alarm, over everything in the report: 30 unless said otherwise.
    #[arg(long, value_name = "WINDOWS", value_parser = budget)]
    pub budget: Option<f64>,
    /// From which size on a change is worth an alarm: of a metric in its own unit, of columns in standard deviations (of
    /// shares Cohen's h), of correlations Cohen's q: `accuracy=0.02,columns=0.2`. May be given several times.
    #[arg(long, value_name = "NAME=SIZE,…", allow_hyphen_values = true)]
    pub least: Vec<Sizes>,
    /// Parameters of metrics, which add metrics beside the usual ones: beta (of F-beta), max_fpr (of the partial ROC AUC),
    /// at_share (of gain and lift), top_k (guesses of top-k accuracy), at_k (items of a list's head):
    /// `beta=3,at_share=0.05`. May be given several times.
    #[arg(long, value_name = "NAME=NUMBER,…", allow_hyphen_values = true)]
    pub metrics: Vec<Parameters>,
    /// Put every column to every test of two samples, and all inputs together: the report's part `examined`. With
    /// `--compat evidently` its other tests are told, too.
    #[arg(long)]
    pub all_tests: bool,
    /// Put every column to these tests and distances only, p-values corrected (Holm) over all that are made:
    /// `kolmogorov_smirnov,wasserstein,chi_square`, or `ks` and the like for short. May be given several times.
    #[arg(long, value_name = "NAME,…", value_parser = view::tests, conflicts_with = "all_tests")]
    pub tests: Vec<TestChoice>,
    /// Count rows as they pass instead of keeping them: for files larger than memory. What only rows can
    /// tell is then approximate, with its bound.
    #[arg(long)]
    pub stream: bool,
    /// What is expected of the columns: a file as `plumbline expect` writes it. What breaks it is told under
    /// `checks.violations`.
    #[arg(long, value_name = "FILE")]
    pub expect: Option<PathBuf>,
}

impl ReportOptions {
    /// What is said of the outcomes.
    pub fn meant(&self) -> Option<Meant> {
        let task = self.task.as_deref().and_then(Meant::of_task);
        self.positive.clone().map(Meant::Positive).or(task)
    }

    /// Says it.
    pub fn mean(&mut self, meant: Option<&Meant>) {
        self.positive = meant.and_then(Meant::positive).map(str::to_owned);
        self.task = meant.and_then(Meant::task).map(str::to_owned);
    }

    /// How far the report goes.
    pub fn depth(&self) -> Depth {
        match self.no_estimates {
            true => Depth::Columns,
            false => Depth::Expected,
        }
    }

    /// The view that is asked for.
    pub fn view(&self) -> Result<View, String> {
        let period = |text: &str| match view::baseline(text) {
            Some(BaselineChoice::Period(from, to)) => Ok((from, to)),
            _ => Err(format!(
                "'{text}' is not a period: write START..END, both as 2026-11-01 or 2026-11-01T12:00:00Z"
            )),
        };
        if self.threshold.is_some_and(|t| !t.is_finite()) {
            return Err("--threshold takes a finite number".into());
        }
        let mut costs = Costs::default();
        for (cell, cost) in self.cost.iter().flat_map(|c| &c.0) {
            if costs.0.insert(cell.clone(), *cost).is_some() {
                return Err(format!("--cost: {cell} is given two costs; give it one"));
            }
        }
        let mut least = Sizes::default();
        for (name, size) in self.least.iter().flat_map(|s| &s.0) {
            if least.0.insert(name.clone(), *size).is_some() {
                return Err(format!("--least: {name} is given two sizes; give it one"));
            }
        }
        let mut metrics = Parameters::default();
        for (of, value) in self.metrics.iter().flat_map(|m| &m.0) {
            if metrics.0.insert(*of, *value).is_some() {
                let name = of.name();
                return Err(format!("--metrics: {name} is given twice; give it once"));
            }
        }
        let mut tests = TestChoice::default();
        for name in self.tests.iter().flat_map(TestChoice::iter) {
            tests.add(name);
        }
        let mut slices = self.slice.clone();
        slices.sort();
        Ok(View {
            window: self.window,
            baseline: match self.reference() {
                Some(_) => BaselineChoice::Reference,
                None => view::baseline(&self.baseline).ok_or_else(|| self.no_such_baseline())?,
            },
            threshold: self.threshold,
            version: self.model_version.clone(),
            slices,
            range: self.range.as_deref().map(period).transpose()?,
            marked: self.marked.as_deref().map(period).transpose()?,
            season: self.season,
            compat: self.compat,
            all_tests: self.all_tests,
            tests,
            service: self.objectives()?,
            costs: Some(costs).filter(|c| !c.0.is_empty()),
            budget: self.budget,
            least,
            metrics,
            live: false,
        })
    }

    /// What is wanted of the service.
    fn objectives(&self) -> Result<Objectives, String> {
        let numbers = [
            ("--slow", self.slow),
            ("--apdex", self.apdex),
            ("--price-in", self.price_in),
            ("--price-out", self.price_out),
            ("--price-hour", self.price_hour),
        ];
        for (name, number) in numbers {
            if number.is_some_and(|x| !x.is_finite() || x < 0.0) {
                return Err(format!("{name} takes a number that is not negative"));
            }
        }
        if self.slo.is_some_and(|s| !(s > 0.0 && s < 1.0)) {
            return Err("--slo takes a share between 0 and 1, such as 0.999".into());
        }
        Ok(Objectives {
            slo: self.slo,
            slow_s: self.slow.filter(|x| *x > 0.0),
            apdex_s: self.apdex.filter(|x| *x > 0.0),
            price_in: self.price_in,
            price_out: self.price_out,
            price_hour: self.price_hour,
        })
    }

    /// The view of a file of rules, with what is asked for here in its place.
    pub fn view_over(&self, view: View) -> Result<View, String> {
        let said = self.view()?;
        Ok(View {
            window: said.window.or(view.window),
            baseline: match said.baseline {
                BaselineChoice::Auto => view.baseline,
                other => other,
            },
            threshold: said.threshold.or(view.threshold),
            version: said.version.or(view.version),
            slices: match said.slices.is_empty() {
                true => view.slices,
                false => said.slices,
            },
            range: said.range.or(view.range),
            live: view.live,
            marked: said.marked.or(view.marked),
            season: said.season.or(view.season),
            costs: said.costs.or(view.costs),
            metrics: said.metrics.over(view.metrics),
            compat: said.compat.or(view.compat),
            all_tests: said.all_tests || view.all_tests,
            tests: match said.tests.is_none() {
                true => view.tests,
                false => said.tests,
            },
            service: if said.service.is_none() {
                view.service
            } else {
                said.service
            },
            budget: said.budget.or(view.budget),
            least: {
                let mut sizes = view.least;
                sizes.0.extend(said.least.0);
                sizes
            },
        })
    }

    fn no_such_baseline(&self) -> String {
        let text = &self.baseline;
        let times = text.split_once("..");
        let times = times.and_then(|(from, to)| Time::parse(from).zip(Time::parse(to)));
        match times {
            Some(_) => format!("--baseline {text}: it has to begin before it ends"),
            None => format!(
                "--baseline {text}: there is no such file, and it is not START..END, auto, reference or none"
            ),
        }
    }

    /// The reference file or folder, where the baseline names one.
    pub fn reference(&self) -> Option<PathBuf> {
        let word = view::baseline(&self.baseline).is_some();
        Some(PathBuf::from(&self.baseline)).filter(|p| p.is_file() || p.is_dir() && !word)
    }
}

fn role(text: &str) -> Result<(Role, String), String> {
    let (name, column) = text.split_once('=').ok_or("write ROLE=COLUMN")?;
    let role: Role = name.parse()?;
    let role = role.of_column(column)?;
    Ok((role, column.to_string()))
}

fn budget(text: &str) -> Result<f64, String> {
    view::budget(text).ok_or_else(|| "a number of windows, at least 1".into())
}

fn slice(text: &str) -> Result<SliceChoice, String> {
    let (column, value) = text.split_once('=').ok_or("write COLUMN=VALUE")?;
    Ok(SliceChoice {
        column: column.into(),
        value: value.into(),
    })
}
