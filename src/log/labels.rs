//! What the model does, and which class is which: found from the values of outcome and prediction.
//!
//! `1`, `1.0` and (beside a 0/1 column) `true` are one label. In a binary task the positive class
//! is the one that says yes (`1`, `true`, `yes`…), else the one with the higher mean score, else
//! the last in order, as in scikit-learn.

use super::Task;
use super::rows::{Log, Truth};
use crate::table::{Column, NO_LEVEL};
use std::collections::HashMap;

/// Values that tell the task, one cell a row each.
pub(super) struct Cells {
    pub truth: Option<Column>,
    pub predicted: Option<Column>,
    pub score: Option<Column>,
    pub class_scores: Vec<(String, Column)>,
}

/// Words and their indices in order of first appearance.
#[derive(Default)]
pub(super) struct Dictionary {
    pub levels: Vec<String>,
    known: HashMap<String, u32>,
}

impl Dictionary {
    pub(super) fn code(&mut self, word: &str) -> u32 {
        if let Some(code) = self.known.get(word) {
            return *code;
        }
        let code = self.levels.len() as u32;
        self.known.insert(word.to_string(), code);
        self.levels.push(word.to_string());
        code
    }
}

/// A column as words; numbers as people write them (`1`, not `1.0`).
pub(super) fn to_words(column: Column) -> Column {
    match column {
        Column::Number(v) => {
            let mut dictionary = Dictionary::default();
            let mut seen: HashMap<u64, u32> = HashMap::new();
            let codes = v
                .iter()
                .map(|x| {
                    if x.is_nan() {
                        NO_LEVEL
                    } else {
                        // 0.0 and -0.0 are one value.
                        *seen
                            .entry((x + 0.0).to_bits())
                            .or_insert_with(|| dictionary.code(&format!("{}", x + 0.0)))
                    }
                })
                .collect();
            Column::Category {
                codes,
                levels: dictionary.levels,
            }
        }
        Column::Category { codes, levels } => Column::Category { codes, levels },
        Column::Time(v) => Column::Category {
            codes: vec![NO_LEVEL; v.len()],
            levels: Vec::new(),
        },
        Column::Key(v) => Column::Category {
            codes: vec![NO_LEVEL; v.len()],
            levels: Vec::new(),
        },
        Column::Presence(v) => Column::Category {
            codes: vec![NO_LEVEL; v.len()],
            levels: Vec::new(),
        },
    }
}

/// Largest number of different whole numbers that are still taken as classes.
const CLASSES: usize = 20;

/// Fills task, labels, truth, predictions and scores.
pub(super) fn fill(log: &mut Log, mut cells: Cells) {
    // A prediction between 0 and 1 with many values beside an outcome of two is a score.
    if cells.score.is_none()
        && cells.class_scores.is_empty()
        && let (Some(Column::Number(p)), Some(t)) = (&cells.predicted, &cells.truth)
        && distinct_numbers(p).is_none_or(|d| d.len() > 2)
        && p.iter().all(|x| x.is_nan() || (0.0..=1.0).contains(x))
        && classes_of(t).is_some_and(|c| c.len() == 2)
    {
        cells.score = cells.predicted.take();
    }
    if let Some(Column::Number(v)) = cells.score.take() {
        log.probabilistic = v.iter().all(|x| x.is_nan() || (0.0..=1.0).contains(x));
        log.score = v;
    }
    log.task = Some(task(log, &cells));
    match log.task {
        Some(Task::Regression) => {
            log.truth = as_numbers(cells.truth);
            log.predicted = as_numbers(cells.predicted);
        }
        Some(Task::Binary | Task::Multiclass) => classes(log, cells),
        _ => {}
    }
}

fn task(log: &Log, cells: &Cells) -> Task {
    let few = |c: &Column| classes_of(c);
    if !cells.class_scores.is_empty() {
        let n = cells
            .truth
            .as_ref()
            .and_then(few)
            .map_or(cells.class_scores.len(), |c| c.len());
        return if n.max(cells.class_scores.len()) > 2 {
            Task::Multiclass
        } else {
            Task::Binary
        };
    }
    let of = |column: &Column| match few(column) {
        Some(c) if c.len() <= 2 => Task::Binary,
        Some(_) if !log.score.is_empty() && mostly_two(column) => Task::Binary,
        Some(_) => Task::Multiclass,
        None => Task::Regression,
    };
    match (&cells.truth, &cells.predicted) {
        (Some(t), Some(p))
            if of(t) != Task::Regression && of(p) == Task::Regression && log.score.is_empty() =>
        {
            Task::Regression
        }
        (Some(t), _) if log.score.is_empty() || of(t) == Task::Binary => of(t),
        (Some(t), Some(_)) => of(t),
        (Some(_), None) => Task::Regression,
        (None, _) if !log.score.is_empty() => Task::Binary,
        (None, Some(p)) => of(p),
        (None, None) => Task::Service,
    }
}

/// The classes of a column: all words, or few whole numbers; `None` where it holds quantities.
fn classes_of(column: &Column) -> Option<Vec<String>> {
    match column {
        Column::Category { levels, .. } => Some(levels.clone()),
        Column::Number(v) => {
            let distinct = distinct_numbers(v)?;
            let halves = distinct.iter().all(|x| *x == 0.0 || *x == 0.5 || *x == 1.0);
            (halves || distinct.iter().all(|x| x.fract() == 0.0))
                .then(|| distinct.iter().map(|x| format!("{}", x + 0.0)).collect())
        }
        _ => None,
    }
}

/// The different numbers of a column, sorted, unless there are more than classes can be.
fn distinct_numbers(v: &[f64]) -> Option<Vec<f64>> {
    let mut seen: Vec<f64> = Vec::new();
    for x in v.iter().filter(|x| !x.is_nan()) {
        if !seen.contains(x) {
            if seen.len() == CLASSES {
                return None;
            }
            seen.push(*x);
        }
    }
    seen.sort_by(f64::total_cmp);
    Some(seen)
}

/// Whether at least 90 % of the cells are 0 or 1 (games with a few ties, for instance).
fn mostly_two(column: &Column) -> bool {
    let Column::Number(v) = column else {
        return false;
    };
    let (two, all) = v
        .iter()
        .filter(|x| !x.is_nan())
        .fold((0usize, 0usize), |(t, a), x| {
            (t + usize::from(*x == 0.0 || *x == 1.0), a + 1)
        });
    two * 10 >= all * 9
}

fn as_numbers(column: Option<Column>) -> Truth {
    match column {
        Some(Column::Number(v)) => Truth::Numbers(v),
        Some(c) => Truth::Numbers(vec![f64::NAN; c.len()]),
        None => Truth::None,
    }
}

const YES: [&str; 9] = ["1", "true", "yes", "y", "t", "positive", "pos", "+1", "+"];
const NO: [&str; 9] = ["0", "false", "no", "n", "f", "negative", "neg", "-1", "-"];

/// Labels of outcome, prediction and class scores as one list, and every cell as an index into it.
fn classes(log: &mut Log, cells: Cells) {
    let truth = cells.truth.map(to_words);
    let predicted = cells.predicted.map(to_words);
    let binary = log.task == Some(Task::Binary);
    let levels = |c: &Option<Column>| match c {
        Some(Column::Category { levels, .. }) => levels.clone(),
        _ => Vec::new(),
    };
    let mut all: Vec<String> = levels(&truth)
        .iter()
        .chain(&levels(&predicted))
        .map(|l| plain(l))
        .collect();
    all.extend(cells.class_scores.iter().map(|c| plain(&c.0)));
    all.sort();
    all.dedup();
    // Two spellings of yes and no: both become 1 and 0.
    let spoken = |l: &str| {
        let low = l.to_lowercase();
        if YES.contains(&low.as_str()) {
            "1".to_string()
        } else if NO.contains(&low.as_str()) {
            "0".to_string()
        } else {
            l.to_string()
        }
    };
    let unite = binary && all.len() > 2;
    let name = |l: &str| if unite { spoken(&plain(l)) } else { plain(l) };
    let mut labels: Vec<String> = all.iter().map(|l| name(l)).collect();
    labels.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.total_cmp(&y),
        _ => a.cmp(b),
    });
    labels.dedup();
    if binary {
        if labels.len() > 2 {
            labels.retain(|l| l == "0" || l == "1");
        }
        for word in ["0", "1"] {
            if labels.len() < 2 && !labels.iter().any(|l| l == word) {
                labels.push(word.to_string());
            }
        }
        labels.sort();
    }
    let index: HashMap<&str, u32> = labels.iter().map(String::as_str).zip(0..).collect();
    let codes = |column: Option<Column>| match column {
        Some(Column::Category { codes, levels }) => {
            let map: Vec<u32> = levels
                .iter()
                .map(|l| index.get(name(l).as_str()).copied().unwrap_or(u32::MAX))
                .collect();
            Truth::Labels(
                codes
                    .iter()
                    .map(|c| map.get(*c as usize).copied().unwrap_or(u32::MAX))
                    .collect(),
            )
        }
        _ => Truth::None,
    };
    log.truth = codes(truth);
    log.predicted = codes(predicted);
    log.class_scores = labels
        .iter()
        .filter_map(|l| {
            cells
                .class_scores
                .iter()
                .find(|c| name(&c.0) == *l || c.0.eq_ignore_ascii_case(l))
        })
        .map(|c| match &c.1 {
            Column::Number(v) => v.clone(),
            other => vec![f64::NAN; other.len()],
        })
        .collect();
    if log.class_scores.len() != labels.len() {
        if !log.class_scores.is_empty() {
            log.notes.push("The names of the class score columns do not end in the names of the classes; they are not used.".into());
        }
        log.class_scores.clear();
    }
    log.labels = labels;
    if binary {
        if log.score.is_empty() && log.class_scores.len() == 2 {
            log.score = log.class_scores[1].clone();
            log.probabilistic = true;
        }
        log.class_scores.clear();
        positive_last(log);
    }
}

/// Trimmed; whole numbers without a fraction.
fn plain(label: &str) -> String {
    let label = label.trim();
    match label.strip_suffix(".0") {
        Some(whole)
            if !whole.is_empty()
                && whole
                    .trim_start_matches('-')
                    .bytes()
                    .all(|b| b.is_ascii_digit()) =>
        {
            whole.to_string()
        }
        _ => label.to_string(),
    }
}

/// Swaps the two labels where the first is the positive one.
fn positive_last(log: &mut Log) {
    let says = |l: &str, words: &[&str]| words.contains(&l.to_lowercase().as_str());
    let swap = match &log.labels[..] {
        [a, b] if says(b, &YES) || says(a, &NO) => false,
        [a, b] if says(a, &YES) || says(b, &NO) => true,
        _ => {
            let mean = |label: u32| {
                let rows = (0..log.score.len().min(log.rows))
                    .filter(|&r| log.truth.label(r) == Some(label) && !log.score[r].is_nan());
                let (sum, n) = rows.fold((0.0, 0.0), |(s, n), r| (s + log.score[r], n + 1.0));
                (n > 0.0).then_some(sum / n)
            };
            matches!((mean(0), mean(1)), (Some(a), Some(b)) if a > b)
        }
    };
    if swap {
        log.labels.reverse();
        for side in [&mut log.truth, &mut log.predicted] {
            if let Truth::Labels(v) = side {
                v.iter_mut()
                    .filter(|c| **c != u32::MAX)
                    .for_each(|c| *c = 1 - *c);
            }
        }
    }
}
