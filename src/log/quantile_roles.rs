//! Which columns hold predicted quantiles, by their names and because they rise with their levels.
//!
//! Names alone tell too little: `p90` may be a latency, `q1` a question, `0.5` anything. Columns are taken
//! for quantiles where at least two of them have what is not the level in common with each other, that is
//! nothing, a word for a prediction or the name of another column (`sales_q10` beside `sales`), and where a
//! higher level mostly has no lower value.

use super::level::{Level, Named, level_of, levels_of};
use super::rules::{RULES, any, is_number};
use super::{Role, RoleGuess};
use crate::read::ColumnSniff;
use crate::table::Kind;
use std::collections::BTreeMap;

/// Words for what a model foretells, beside the level.
const PREDICTED: [&str; 14] = [
    "y",
    "pred",
    "predicted",
    "prediction",
    "predictions",
    "forecast",
    "forecasted",
    "yhat",
    "hat",
    "value",
    "output",
    "estimate",
    "obs",
    "ci",
];
/// Words for what a machine spends, which has percentiles too.
const SPENT: [&str; 14] = [
    "latency", "duration", "elapsed", "ms", "rt", "response", "request", "cpu", "mem", "memory",
    "bytes", "time", "seconds", "size",
];
/// Steps from a level to the next, in percent of all, that do not fall.
const RISING: usize = 90;
/// The same where each name can be nothing but a quantile's (`q0.1`, `q0.9`): there it is the forecasts that cross.
const RISING_NAMED: usize = 50;

/// Marks the columns of quantiles: one each, or a level beside a value. Whether there are some.
pub(super) fn find(
    columns: &[ColumnSniff],
    words: &[Vec<String>],
    found: &mut [Option<RoleGuess>],
) -> bool {
    long(columns, words, found) || wide(columns, words, found)
}

/// Names of a column of levels beside one of values.
const LEVELS: [&str; 7] = [
    "quantile_level",
    "quantile",
    "quantiles",
    "quantile_probability",
    "quantile_prob",
    "output_type_id",
    "tau",
];
/// Names of a column of values beside one of levels.
const VALUES: [&str; 8] = [
    "value",
    "predicted",
    "prediction",
    "pred",
    "y_pred",
    "forecast",
    "quantile_value",
    "yhat",
];
/// Different levels at most.
const MOST_LEVELS: usize = 200;

/// A level beside a value, in a row for each quantile.
fn long(columns: &[ColumnSniff], words: &[Vec<String>], found: &mut [Option<RoleGuess>]) -> bool {
    let named = |at: usize, of: &[&str]| {
        let name = words.get(at).map(|w| w.join("_"));
        name.is_some_and(|name| of.contains(&name.as_str()))
    };
    let free = |at: &usize| found.get(*at).is_some_and(Option::is_none);
    let of = |fits: &dyn Fn(usize, &ColumnSniff) -> bool| {
        let all = columns.iter().enumerate().filter(|c| free(&c.0));
        all.filter(|c| c.1.filled > 0 && fits(c.0, c.1))
            .map(|c| c.0)
            .next()
    };
    let says_quantile = |c: &ColumnSniff| {
        let mut samples = c.samples.iter();
        samples.any(|s| s.trim().eq_ignore_ascii_case("quantile"))
    };
    let kind = of(&|at, c| {
        c.kind == Kind::Category && named(at, &["output_type", "type"]) && says_quantile(c)
    });
    let level = of(&|at, c| named(at, &LEVELS) && (are_levels(c) || kind.is_some()));
    let value = of(&|at, c| is_number(c) && named(at, &VALUES));
    let (Some(level), Some(value)) = (level, value) else {
        return false;
    };
    let mut give = |at: usize, role: Role, why: &str| {
        if let Some(place) = found.get_mut(at) {
            *place = Some(RoleGuess::new(role, 0.9, why));
        }
    };
    give(
        level,
        Role::QuantileLevel,
        "levels of quantiles beside a value",
    );
    give(value, Role::Prediction, "the value at the level of its row");
    if let Some(kind) = kind {
        give(kind, Role::OutputType, "says which rows hold quantiles");
    }
    true
}

/// Whether a column holds levels: numbers between 0 and 1, percents from one to what is as far from the other end
/// (1 to 99, but not deciles 1 to 10), or words that tell them, which are not those of quarters or tenths (Q1 to Q4).
fn are_levels(c: &ColumnSniff) -> bool {
    if c.distinct > MOST_LEVELS {
        return false;
    }
    match (c.kind, c.range) {
        (Kind::Number, Some((low, high))) => {
            let percents = high > 1.0 && high < 100.0 && (low + high - 100.0).abs() < 1e-9;
            low > 0.0 && (high < 1.0 || percents)
        }
        (Kind::Category, _) => {
            let (levels, _) = levels_of(&c.samples);
            let mut known: Vec<Level> = levels.iter().copied().flatten().collect();
            known.sort_unstable();
            let groups = count_up(&known) && c.distinct <= 10;
            known.len() == c.samples.len() && known.len() > 1 && !groups
        }
        _ => false,
    }
}

/// Whether a name can be nothing but a quantile's, though no other stands beside it: `q0.9`, `quantile_0.05`.
fn is_level_name(name: &str, named: &Named) -> bool {
    let name = name.trim().to_lowercase();
    named.level != Level::MEDIAN && name.starts_with('q') && name.contains("0.") && !named.plain
}

/// Whether levels are 1 %, 2 % and so on, as what is only numbered seems to have.
fn count_up(levels: &[Level]) -> bool {
    let count = (1_u32..).map(|n| Level::of(f64::from(n) / 100.0));
    levels.iter().zip(count).all(|(a, b)| Some(*a) == b)
}

/// A column each.
fn wide(columns: &[ColumnSniff], words: &[Vec<String>], found: &mut [Option<RoleGuess>]) -> bool {
    let mut families: BTreeMap<String, Vec<(Level, usize, Named)>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let free = found.get(at).is_some_and(Option::is_none) && is_number(column);
        if !free || column.filled == 0 || words.get(at).is_none_or(|w| any(w, &SPENT)) {
            continue;
        }
        if let Some(named) = level_of(&column.name) {
            let family = families.entry(named.stem.clone()).or_insert_with(|| {
                order.push(named.stem.clone());
                Vec::new()
            });
            if family.iter().all(|f| f.0 != named.level) {
                family.push((named.level, at, named));
            }
        }
    }
    // Of intervals of the mean and of what is observed, outcomes lie in the latter.
    order.sort_by_key(|stem| !stem.split('_').any(|w| w == "obs"));
    let best = order.iter().find_map(|stem| {
        let mut family = families.remove(stem)?;
        family.sort_by_key(|f| f.0);
        let several = family.len() > 1;
        // Forecasts that are numbered are of horizons or models.
        let levels: Vec<Level> = family.iter().map(|f| f.0).collect();
        if count_up(&levels) && family.iter().all(|f| f.2.plain) {
            return None;
        }
        // A median says what it is only beside others; `q0.9` alone does beside what came true.
        let alone = || {
            let one = family
                .first()
                .filter(|f| is_level_name(&columns[f.1].name, &f.2));
            let outcome = RULES.iter().find(|r| r.0 == Role::Outcome).map(|r| r.1);
            let mut others = columns.iter().zip(words);
            let told = |(c, w): (&ColumnSniff, &Vec<String>)| {
                is_number(c) && outcome.is_some_and(|rule| rule(c, w).is_some_and(|f| f.0 > 0.8))
            };
            one.is_some() && others.any(told)
        };
        let told = if several {
            rises(columns, &family)
        } else {
            alone()
        };
        (told && is_forecast(stem, columns, words)).then_some(family)
    });
    let Some(family) = best else { return false };
    of_stem(columns, words, &family, found);
    for (level, at, named) in family {
        if let Some(place) = found.get_mut(at) {
            *place = Some(guess(level, &named));
        }
    }
    true
}

fn guess(level: Level, named: &Named) -> RoleGuess {
    let percent = level.value() * 100.0;
    let percent = (percent * 1e7).round() / 1e7;
    let confidence = match (named.assumed, named.plain) {
        (Some(_), _) => 0.6,
        (_, true) => 0.8,
        _ => 0.9,
    };
    let because = match named.assumed {
        Some(assumed) => format!(
            "an end of an interval whose level is not told; {:.0} %, as {} has it: the {percent} % quantile",
            100.0 * assumed.coverage,
            assumed.by
        ),
        None => format!("named like the {percent} % quantile, mostly rises with its level"),
    };
    RoleGuess::new(Role::Quantile(level), confidence, because)
}

/// The column that quantiles share their name with is what they foretell, or the prediction beside them:
/// where another column is named like the outcome, and of intervals as Nixtla names them (`model-lo-80`).
fn of_stem(
    columns: &[ColumnSniff],
    words: &[Vec<String>],
    family: &[(Level, usize, Named)],
    found: &mut [Option<RoleGuess>],
) {
    let Some((_, first, named)) = family.first() else {
        return;
    };
    let mut stem = named.stem.split('_').filter(|w| !w.is_empty());
    if named.stem.is_empty() || stem.any(|w| PREDICTED.contains(&w)) {
        return;
    }
    let is = |at: usize| {
        let letters = words.get(at).map(|w| w.concat());
        letters.is_some_and(|l| l == named.stem.replace('_', ""))
    };
    let free = |at: &usize| found.get(*at).is_some_and(Option::is_none);
    let mut all = (0..columns.len()).filter(free);
    let Some(at) = all.find(|at| is(*at) && columns.get(*at).is_some_and(is_number)) else {
        return;
    };
    let outcome = RULES.iter().find(|r| r.0 == Role::Outcome).map(|r| r.1);
    let other = |i: usize| {
        let (rule, column) = (outcome?, columns.get(i).filter(|c| is_number(c))?);
        rule(column, words.get(i)?).filter(|(sure, _)| *sure > 0.8)
    };
    let judged = (0..columns.len()).any(|i| i != at && other(i).is_some());
    let nixtla = words.get(*first).is_some_and(|w| any(w, &["lo", "hi"]));
    let guess = match judged || nixtla {
        true => RoleGuess::new(Role::Prediction, 0.8, "stands beside its own quantiles"),
        false => RoleGuess::new(Role::Outcome, 0.8, "its quantiles are foretold"),
    };
    if let Some(place) = found.get_mut(at) {
        *place = Some(guess);
    }
}

/// Whether what is left of the names is nothing, a prediction, or another column's name.
fn is_forecast(stem: &str, columns: &[ColumnSniff], words: &[Vec<String>]) -> bool {
    let of: Vec<&str> = stem.split('_').filter(|w| !w.is_empty()).collect();
    let predicted = of.iter().all(|w| PREDICTED.contains(w));
    let other = |(column, words): (&ColumnSniff, &Vec<String>)| {
        let rest = words.iter().map(String::as_str);
        let rest: Vec<&str> = rest
            .filter(|w| !["actual", "true", "observed", "real"].contains(w))
            .collect();
        column.kind == Kind::Number && rest.concat() == of.concat()
    };
    let named = || of.iter().any(|w| PREDICTED.contains(w));
    predicted || named() || columns.iter().zip(words).any(other)
}

/// Whether cells mostly do not fall from a level to the next: the fewer have to, the clearer the names.
fn rises(columns: &[ColumnSniff], family: &[(Level, usize, Named)]) -> bool {
    let cells = |at: usize| columns.get(at).map_or(&[][..], |c| &c.numbers[..]);
    let (mut fine, mut all) = (0_usize, 0_usize);
    for pair in family.windows(2) {
        let [low, high] = pair else { continue };
        for (a, b) in cells(low.1).iter().zip(cells(high.1)) {
            if !a.is_nan() && !b.is_nan() {
                all += 1;
                fine += usize::from(a <= b);
            }
        }
    }
    let clear = |f: &(Level, usize, Named)| {
        f.0 == Level::MEDIAN
            || columns
                .get(f.1)
                .is_some_and(|c| is_level_name(&c.name, &f.2))
    };
    let least = match family.iter().all(clear) {
        true => RISING_NAMED,
        false => RISING,
    };
    all > 0 && fine * 100 >= all * least
}
