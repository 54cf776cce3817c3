//! How many values of tests of two samples, of distances and of other tools' numbers agree with the reference, and
//! whether the same bytes make the same report.

use crate::Asked;
use crate::pipeline::{File, inputs, keeper, keeper_of};
use crate::random::Random;
use crate::table::Claim;
use plumbline::engine::Shards;
use plumbline::log::Role;
use plumbline::report::Report;
use plumbline::report::compat::{NannymlLine, Says};
use plumbline::report::view::{BaselineChoice, Tool, View, WindowSize};
use plumbline::stats::distance::{
    Sample, hellinger, kullback_leibler, l_infinity, total_variation,
};
use plumbline::stats::two_sample::{
    Outcome, anderson_darling, chi_square, cramer_von_mises, cramers_v, energy, epps_singleton,
    fisher, g, kolmogorov_smirnov, mann_whitney, ordered, steps, student, welch, yates,
};
use serde_json::Value;
use std::fmt::Write as _;

const TWO: &str = include_str!("../reference/two_sample.json");
const EVIDENTLY: &str = include_str!("../reference/evidently.json");
const NANNYML: &str = include_str!("../reference/nannyml/drift.json");

/// What was compared.
#[derive(Default)]
pub struct Count {
    compared: u64,
    off: u64,
    worst: f64,
}

impl Count {
    pub fn add(&mut self, what: &str, ours: Option<f64>, theirs: Option<f64>, near: f64) {
        let (ours, theirs) = match (ours, theirs) {
            (Some(ours), Some(theirs)) => (ours, theirs),
            (None, None) => return,
            // JSON has no infinity.
            (Some(ours), None) if ours.is_infinite() => return self.compared += 1,
            _ => {
                self.compared += 1;
                self.off += 1;
                return eprintln!("{what}: {ours:?}, reference {theirs:?}");
            }
        };
        // What the reference gives as nearly nothing is its rounding.
        if theirs.abs() < 1e-12 && ours.abs() < 1e-9 {
            return;
        }
        // Of a number next to nothing, which is left of sums, digits are counted from a thousandth on, as in the tests;
        // p-values of tests by themselves are held to their own size, however small.
        let least = if near < 1e-8 { 1e-3 } else { 0.0 };
        let off = (ours - theirs).abs() / theirs.abs().max(least);
        self.compared += 1;
        self.worst = self.worst.max(off);
        if off > near {
            self.off += 1;
            eprintln!("{what}: {ours:e}, reference {theirs:e}");
        }
    }

    /// A verdict.
    pub fn same(&mut self, what: &str, same: bool) {
        self.compared += 1;
        if !same {
            self.off += 1;
            eprintln!("{what}: another verdict");
        }
    }

    /// Whether there are as many of ours as of theirs; where not, what is missing is off.
    pub fn as_many(&mut self, what: &str, ours: usize, theirs: usize) {
        if ours != theirs {
            self.compared += 1;
            self.off += 1;
            eprintln!("{what}: {ours} of them, reference {theirs}");
        }
    }

    fn told(&self) -> String {
        format!(
            "{} compared, {} off, the worst by {:.0e}",
            self.compared, self.off, self.worst
        )
    }

    fn holds(&self, least: u64) -> bool {
        self.off == 0 && self.compared >= least
    }
}

/// The claims of this part.
pub fn claims(asked: &Asked) -> Vec<Claim> {
    let (mut statistics, mut p_values) = (Count::default(), Count::default());
    of_two(&mut statistics, &mut p_values);
    let (mut numbers, mut verdicts) = (Count::default(), Count::default());
    of_evidently(&mut numbers, &mut verdicts);
    of_nannyml(&mut numbers, &mut verdicts);
    crate::others::count(&mut numbers, &mut verdicts);
    let (runs, same) = reports(asked.seed);
    vec![
        Claim::new(
            "Statistics of tests of two samples and distances are scipy's",
            "all within 1e-9",
            statistics.told(),
            statistics.holds(208),
        ),
        Claim::new(
            "Their p-values are scipy's and mpmath's",
            "all within 1e-6",
            p_values.told(),
            p_values.holds(110),
        ),
        Claim::new(
            "Numbers that Evidently 0.7.23 and NannyML 0.13.1 give for the same rows",
            "all within 1e-9",
            numbers.told(),
            numbers.holds(4_747),
        ),
        Claim::new(
            "Their verdicts",
            "all the same",
            format!("{} compared, {} off", verdicts.compared, verdicts.off),
            verdicts.holds(2_631),
        ),
        Claim::new(
            "The same bytes in, the same JSON out: read whole, and in shards of 1 kB to 64 kB, the last first (tests in the browser compare 1 and 8 workers with the command line)",
            "the same bytes",
            format!("{same} of {runs} reports are the same"),
            runs == same,
        ),
    ]
}

fn list(value: &Value) -> Vec<f64> {
    let all = value.as_array().into_iter().flatten();
    all.filter_map(Value::as_f64).collect()
}

fn of_two(statistics: &mut Count, p_values: &mut Count) {
    let all: Value = serde_json::from_str(TWO).unwrap();
    let mut test = |what: String, got: Outcome, want: &Value| {
        if let Some(want) = want.as_array() {
            let got = got.ok();
            let value = |at: usize| want.get(at).and_then(Value::as_f64);
            statistics.add(&what, got.map(|t| t.statistic), value(0), 1e-9);
            if let Some(p) = value(1) {
                p_values.add(&format!("{what}, p"), got.map(|t| t.p), Some(p), 1e-6);
            }
        }
    };
    for (name, case) in all["small"].as_object().unwrap() {
        let [a, b] = ["before", "after"].map(|side| Sample::of(&list(&case[side])));
        let s = steps(&a, &b);
        let what = |of: &str| format!("{name}, {of}");
        test(what("ks"), kolmogorov_smirnov(&s), &case["ks"]);
        test(
            what("mann_whitney"),
            mann_whitney(&s),
            &case["mann_whitney"],
        );
        test(what("welch"), welch(&a, &b), &case["welch"]);
        test(what("student"), student(&a, &b), &case["student"]);
        test(
            what("epps"),
            epps_singleton(&a, &b),
            &case["epps_singleton"],
        );
        test(what("cvm"), cramer_von_mises(&s), &case["cvm"]);
        // As the report has them.
        if s.iter().all(|(n, m)| n + m == 1) {
            let own = ordered::cramer_von_mises(&s);
            test(what("cvm, in the report"), own, &case["cvm"]);
        }
        // Its p-value in the reference is that of a table.
        let first = case["anderson"]
            .get(0)
            .cloned()
            .map(|x| Value::Array(vec![x]));
        test(
            what("anderson"),
            anderson_darling(&s),
            &first.clone().unwrap_or_default(),
        );
        if first.is_some() {
            let own = ordered::anderson_darling(&s);
            let what = what("anderson, in the report");
            test(what, own, &first.unwrap_or_default());
        }
        let own = case["energy"]
            .as_f64()
            .map(|x| Value::Array(vec![x.into()]));
        test(what("energy"), energy(&a, &b), &own.unwrap_or_default());
    }
    for (name, case) in all["counts"].as_object().unwrap() {
        let [a, b] = ["before", "after"].map(|side| {
            let counts = list(&case[side]);
            counts.into_iter().map(|n| n as u64).collect::<Vec<u64>>()
        });
        let what = |of: &str| format!("{name}, {of}");
        test(what("chi_square"), chi_square(&a, &b), &case["chi_square"]);
        test(what("yates"), yates(&a, &b), &case["yates"]);
        test(what("g"), g(&a, &b), &case["g"]);
        test(what("fisher"), fisher(&a, &b), &case["fisher"]);
        for (of, got) in [
            ("cramers_v", cramers_v(&a, &b).ok()),
            ("hellinger", hellinger(&a, &b)),
            ("total_variation", total_variation(&a, &b)),
            ("l_infinity", l_infinity(&a, &b)),
            ("kullback_leibler", kullback_leibler(&a, &b)),
        ] {
            if let (Some(got), Some(want)) = (got, case[of].as_f64()) {
                let want = Value::Array(vec![want.into()]);
                let got = plumbline::stats::two_sample::Test {
                    statistic: got,
                    p: 1.0,
                    how: plumbline::stats::two_sample::How::Exact,
                };
                test(what(of), Ok(got), &want);
            }
        }
    }
}

fn report(files: &[File<'_>], roles: &[(Role, &str)], view: &View) -> Report {
    let inputs = inputs(files, roles).unwrap();
    let mut keeper = keeper(files, &inputs).unwrap();
    keeper.finish(view, &mut |_, _| {}).unwrap();
    Report::from(&keeper.refine(view).unwrap(), view)
}

fn of_evidently(numbers: &mut Count, verdicts: &mut Count) {
    let golden: Value = serde_json::from_str(EVIDENTLY).unwrap();
    let golden = &golden["report"];
    let files: [File<'_>; 2] = [
        (
            "evidently_current.csv",
            include_bytes!("../reference/evidently_current.csv"),
        ),
        (
            "evidently_reference.csv",
            include_bytes!("../reference/evidently_reference.csv"),
        ),
    ];
    let roles = [
        (Role::Feature, "amount"),
        (Role::Feature, "age"),
        (Role::Segment, "visits"),
        (Role::Feature, "load"),
        (Role::Segment, "region"),
        (Role::Segment, "member"),
        (Role::Score, "score"),
        (Role::Outcome, "outcome"),
    ];
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(Tool::Evidently),
        all_tests: true,
        ..View::default()
    };
    let found = report(&files, &roles, &view).compat.unwrap();
    let Says::Evidently(says) = &found.says else {
        return verdicts.same("what Evidently says", false);
    };
    let named = golden["columns"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    numbers.as_many("columns", says.columns.len(), named);
    for column in &says.columns {
        let scores = golden["columns"][&column.column]["scores"].as_object();
        for (test, want) in scores.into_iter().flatten() {
            let (got, what) = (
                column.scores.get(test),
                format!("{}, {test}", column.column),
            );
            numbers.add(&what, got.map(|s| s.score), want[0].as_f64(), 1e-9);
            verdicts.same(&what, got.map(|s| s.drifted) == want[1].as_bool());
        }
    }
}

fn of_nannyml(numbers: &mut Count, verdicts: &mut Count) {
    let golden: Value = serde_json::from_str(NANNYML).unwrap();
    let files: [File<'_>; 2] = [
        (
            "drift_analysis.csv",
            include_bytes!("../reference/nannyml/drift_analysis.csv"),
        ),
        (
            "drift_reference.csv",
            include_bytes!("../reference/nannyml/drift_reference.csv"),
        ),
    ];
    let roles = [
        (Role::Time, "timestamp"),
        (Role::Feature, "car_value"),
        (Role::Feature, "debt_to_income_ratio"),
        (Role::Feature, "loan_length"),
        (Role::Feature, "driver_tenure"),
        (Role::Segment, "salary_range"),
        (Role::Segment, "repaid_loan_on_prev_car"),
        (Role::Segment, "size_of_downpayment"),
        (Role::Score, "y_pred_proba"),
        (Role::Prediction, "y_pred"),
        (Role::Outcome, "repaid"),
    ];
    let view = View {
        baseline: BaselineChoice::Reference,
        compat: Some(Tool::Nannyml),
        window: Some(WindowSize::Rows(200)),
        ..View::default()
    };
    let found = report(&files, &roles, &view).compat.unwrap();
    let Says::Nannyml(says) = &found.says else {
        return verdicts.same("what NannyML says", false);
    };
    let mut line = |what: &str, got: Option<&NannymlLine>, want: &Value| {
        let Some(got) = got else {
            return verdicts.same(what, false);
        };
        let values = want["values"].as_array().unwrap();
        numbers.as_many(what, got.values.len(), values.len());
        for (ours, theirs) in got.values.iter().zip(values) {
            numbers.add(what, *ours, theirs.as_f64(), 1e-9);
        }
        numbers.add(what, got.lower, want["lower"].as_f64(), 1e-9);
        numbers.add(what, got.upper, want["upper"].as_f64(), 1e-9);
        let alerts = want["alerts"].as_array().unwrap();
        verdicts.as_many(what, got.alerts.len(), alerts.len());
        for (ours, theirs) in got.alerts.iter().zip(alerts) {
            verdicts.same(what, Some(*ours) == theirs.as_bool());
        }
    };
    let column = |name: &str| says.columns.iter().find(|c| c.column == name);
    for (name, methods) in golden["size"].as_object().unwrap() {
        for (method, want) in methods.as_object().unwrap() {
            let got = column(name).and_then(|c| c.drift.get(method));
            line(&format!("{name}, {method}"), got, want);
        }
    }
    for (name, want) in golden["missing"].as_object().unwrap() {
        line(
            &format!("{name}, missing"),
            column(name).map(|c| &c.missing),
            want,
        );
    }
    for (name, want) in golden["unseen"].as_object().unwrap() {
        let got = column(name).and_then(|c| c.unseen.as_ref());
        line(&format!("{name}, unseen"), got, want);
    }
    for (kind, columns) in golden["statistics"].as_object().unwrap() {
        for (name, want) in columns.as_object().unwrap() {
            let got = column(name).and_then(|c| c.statistics.get(kind));
            line(&format!("{name}, {kind}"), got, want);
        }
    }
    line(
        "reconstruction error",
        says.reconstruction_error.as_deref(),
        &golden["pca"],
    );
}

/// Reports of the same files read in other pieces: how many, and how many are the same.
fn reports(seed: u64) -> (u64, u64) {
    let (mut runs, mut same) = (0, 0);
    for log in 0..3 {
        let mut random = Random::new(seed * 100 + log);
        let mut text = String::from("id,timestamp,score,label,amount,region\n");
        for row in 0..6_000_u32 {
            let (day, second) = (row / 200, row % 200 * 400);
            let score = random.uniform();
            let label = u8::from(random.uniform() < score);
            let amount = random.normal() + if day > 18 { 0.4 } else { 0.0 };
            let region = ["north", "south", "west"][(random.uniform() * 3.0) as usize];
            let (hour, minute) = (second / 3_600, second / 60 % 60);
            writeln!(
                text,
                "r{row},2026-04-{:02}T{hour:02}:{minute:02}:00Z,{score},{label},{amount},{region}",
                day + 1
            )
            .unwrap();
        }
        let files: [File<'_>; 1] = [("log.csv", text.as_bytes())];
        let view = View::default();
        let inputs = inputs(&files, &[]).unwrap();
        let whole = report(&files, &[], &view).to_json().unwrap();
        for bytes in [1_000, 16_000, 64_000] {
            let cut = |file: usize, input: &plumbline::engine::message::Input| {
                Shards::of_bytes(file, input, bytes)
            };
            let mut keeper = keeper_of(&files, &inputs, cut).unwrap();
            keeper.finish(&view, &mut |_, _| {}).unwrap();
            let found = Report::from(&keeper.refine(&view).unwrap(), &view);
            runs += 1;
            same += u64::from(found.to_json().unwrap() == whole);
        }
    }
    (runs, same)
}
