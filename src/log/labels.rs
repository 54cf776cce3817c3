//! What the model does, and which class is which: found from the values of outcome and prediction.
//!
//! `1`, `1.0` and (beside a 0/1 column) `true` are one label. Which of two is the positive one, `positive.rs` finds out.

use super::positive::{self, Said, spoken, united};
use super::rows::{Log, Truth};
use super::task::{classes_of, distinct_numbers, task};
use super::{Meant, Task, sets};
use crate::table::{Column, NO_LEVEL};
use std::collections::{BTreeSet, HashMap};

/// Values that tell the task, one cell a row each.
pub(super) struct Cells {
    pub truth: Option<Column>,
    pub predicted: Option<Column>,
    pub score: Option<Column>,
    pub class_scores: Vec<(String, Column)>,
    /// Whether the classes of these are the numbers of an array's items.
    pub numbered: bool,
    /// What is said of the classes beside the rows.
    pub said: Said,
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
            // Classes are few: those met first are compared with before they are looked up.
            let mut few: Vec<(u64, u32)> = Vec::new();
            let codes = v
                .iter()
                .map(|x| {
                    if x.is_nan() {
                        return NO_LEVEL;
                    }
                    // 0.0 and -0.0 are one value.
                    let bits = (x + 0.0).to_bits();
                    if let Some((_, code)) = few.iter().find(|f| f.0 == bits) {
                        return *code;
                    }
                    let word = || dictionary.code(&format!("{}", x + 0.0));
                    let code = *seen.entry(bits).or_insert_with(word);
                    if few.len() < FEW {
                        few.push((bits, code));
                    }
                    code
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

/// Different numbers that are compared with one by one.
const FEW: usize = 8;
/// Classes at most: a column of more different words holds no classes.
const MANY: usize = 500;

/// Fills task, labels, truth, predictions and scores.
///
/// # Errors
/// A sentence, where outcome or prediction hold too many different words to be classes.
pub(super) fn fill(log: &mut Log, mut cells: Cells) -> Result<(), String> {
    tidy(log, &mut cells);
    // A prediction between 0 and 1 with many values beside an outcome of two is a score.
    if cells.score.is_none()
        && cells.class_scores.is_empty()
        && log.quantiles.is_empty()
        && let (Some(Column::Number(p)), Some(t)) = (&cells.predicted, &cells.truth)
        && distinct_numbers(p).is_none_or(|d| d.len() > 2)
        && p.iter().all(|x| x.is_nan() || (0.0..=1.0).contains(x))
        && classes_of(t).is_some_and(|c| c.len() == 2 || c.iter().all(|l| spoken(l).is_some()))
    {
        cells.score = cells.predicted.take();
        log.taken.scored = true;
    }
    if let Some(note) = name_classes(&mut cells) {
        log.taken.named = true;
        log.notes.say(note);
    }
    if let Some(Column::Number(v)) = cells.score.take() {
        log.probabilistic = in_bounds(&v);
        log.score = v;
    }
    if let Some((labels, mark)) = sets::find(&cells) {
        log.task = Some(Task::Multilabel);
        log.taken.mark = Some(mark);
        sets::fill(log, cells, labels, mark);
        return Ok(());
    }
    log.task = Some(task(log, &cells));
    said_task(log, &cells);
    match log.task {
        Some(Task::Regression) => numbers(log, cells),
        Some(Task::Binary | Task::Multiclass) => classes(log, cells)?,
        _ => {}
    }
    Ok(())
}

/// Takes outcomes as the reader says that they are, where they can be that.
fn said_task(log: &mut Log, cells: &Cells) {
    let sides = || [&cells.truth, &cells.predicted].into_iter().flatten();
    let numbers = || sides().all(|side| matches!(side, Column::Number(_)));
    match (&cells.said.meant, log.task) {
        (Some(Meant::Numbers), Some(Task::Binary | Task::Multiclass)) if numbers() => {
            log.task = Some(Task::Regression);
        }
        (Some(Meant::Numbers), Some(Task::Binary | Task::Multiclass)) => {
            log.notes.say("Outcomes or predictions are words, so they are taken as classes and not as numbers.");
        }
        (Some(_), Some(Task::Regression))
            if cells.said.are_classes() && log.quantiles.is_empty() =>
        {
            log.task = Some(Task::Multiclass);
        }
        _ => {}
    }
}

/// Whether all of these scores can be probabilities.
pub(super) fn in_bounds(scores: &[f64]) -> bool {
    let within = |x: &f64| x.is_nan() || (0.0..=1.0).contains(x);
    scores.iter().all(within)
}

/// Drops sides that tell nothing.
pub(super) fn tidy(log: &mut Log, cells: &mut Cells) {
    // A column without a value tells no more than one that is not there.
    for side in [&mut cells.truth, &mut cells.predicted, &mut cells.score] {
        if side.as_ref().is_some_and(is_empty) {
            *side = None;
        }
    }
    for (side, what) in [
        (&mut cells.truth, "outcomes"),
        (&mut cells.predicted, "predictions"),
    ] {
        if matches!(side, Some(Column::Presence(_))) {
            *side = None;
            log.notes.say(format!("The {what} hold times, or too many different words to be classes, and are left out. Mark the column that holds the class or the number."));
        }
    }
}

/// Gives scores whose classes have numbers only (the items of an array) the names of the labels, where
/// these are words and as many: in their order, as in scikit-learn. Gives a sentence that says so.
fn name_classes(cells: &mut Cells) -> Option<String> {
    let classes = cells.class_scores.len();
    let numbers: BTreeSet<usize> = cells
        .class_scores
        .iter()
        .filter_map(|(name, _)| name.parse().ok())
        .collect();
    if !cells.numbered || !numbers.iter().copied().eq(0..classes) {
        return None;
    }
    let mut labels = BTreeSet::new();
    for side in [&cells.truth, &cells.predicted].into_iter().flatten() {
        let Column::Category { codes, levels } = side else {
            return None;
        };
        let mut met = vec![false; levels.len()];
        for code in codes {
            if let Some(met) = met.get_mut(*code as usize) {
                *met = true;
            }
        }
        let met = levels.iter().zip(met).filter(|(_, met)| *met);
        labels.extend(met.map(|(level, _)| level.clone()));
    }
    if labels.len() != classes || labels.iter().any(|l| l.parse::<f64>().is_ok()) {
        return None;
    }
    let labels: Vec<String> = labels.into_iter().collect();
    for (name, _) in &mut cells.class_scores {
        let label = name.parse().ok().and_then(|i: usize| labels.get(i));
        *name = label?.clone();
    }
    Some(format!(
        "The scores of the classes have numbers instead of names: they are taken as those of {}, in this order.",
        labels.join(", ")
    ))
}

fn is_empty(column: &Column) -> bool {
    (0..column.len()).all(|row| column.is_missing(row))
}

/// Outcome and prediction as numbers.
pub(super) fn numbers(log: &mut Log, cells: Cells) {
    if matches!(cells.predicted, Some(Column::Category { .. })) {
        log.notes.say("The outcomes are numbers and the predictions are words, so they cannot be compared. Mark the column that holds the predicted number.");
    }
    if matches!(cells.truth, Some(Column::Category { .. })) && !log.quantiles.is_empty() {
        log.notes.say("The predictions are quantiles and the outcomes are words, so they cannot be compared. Mark the column that holds the number that came true.");
    }
    log.truth = as_numbers(cells.truth);
    log.predicted = as_numbers(cells.predicted);
    // A score that only orders lists is on no scale of the outcome's.
    if matches!(log.predicted, Truth::None) && !log.score.is_empty() && log.query.is_empty() {
        log.notes.say("The outcomes are numbers and there is no prediction beside the score, so the score is taken as the prediction.");
        log.predicted = Truth::Numbers(std::mem::take(&mut log.score));
        log.probabilistic = false;
    }
}

fn as_numbers(column: Option<Column>) -> Truth {
    match column {
        Some(Column::Number(v)) => Truth::Numbers(v),
        _ => Truth::None,
    }
}

/// Numbers in their order, then words in theirs.
fn by_value(a: &String, b: &String) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        _ => a.cmp(b),
    }
}

/// Labels of outcome, prediction and class scores as one list, and every cell as an index into it.
fn classes(log: &mut Log, cells: Cells) -> Result<(), String> {
    let said = cells.said;
    let truth = cells.truth.map(to_words);
    let predicted = cells.predicted.map(to_words);
    let binary = log.task == Some(Task::Binary);
    let levels = |c: &Option<Column>| -> Vec<String> {
        match c {
            Some(Column::Category { levels, .. }) => levels.iter().map(|l| plain(l)).collect(),
            _ => Vec::new(),
        }
    };
    let (of_truth, of_predicted) = (levels(&truth), levels(&predicted));
    let of_scores: Vec<String> = cells.class_scores.iter().map(|c| plain(&c.0)).collect();
    let all: BTreeSet<&String> = of_truth
        .iter()
        .chain(&of_predicted)
        .chain(&of_scores)
        .collect();
    let meant: BTreeSet<String> = all.iter().map(|l| united(l)).collect();
    // Two spellings of yes and no: both become 1 and 0.
    let unite = binary && (all.len() > 2 || meant.len() < all.len());
    log.taken.united = unite;
    let name = |l: &str| {
        if unite { united(&plain(l)) } else { plain(l) }
    };
    let named =
        |labels: &[String]| -> BTreeSet<String> { labels.iter().map(|l| name(l)).collect() };
    let (t, mut p) = (named(&of_truth), named(&of_predicted));
    // Predictions in words that no outcome uses would all be wrong, which is not what happened.
    let both = t.union(&p).count();
    if t.is_disjoint(&p) && !t.is_empty() && both > 2 {
        p.clear();
    }
    let mut labels: Vec<String> = t.union(&p).cloned().collect();
    if binary && labels.len() > 2 {
        let two: Vec<String> = t.iter().cloned().collect();
        labels = if two.len() == 2 { two } else { zero_one() };
    }
    let column_of = |label: &str| {
        let at = |c: &(String, Column)| name(&c.0) == label || c.0.eq_ignore_ascii_case(label);
        cells.class_scores.iter().position(at)
    };
    let lacking = labels.iter().find(|l| column_of(l).is_none()).cloned();
    if let (Some(label), false) = (&lacking, cells.class_scores.is_empty()) {
        log.notes.say(format!("No column of class scores ends in the name of the class {label}, so the class scores are not used."));
    } else if !(binary && labels.len() == 2) {
        // Classes that have a score but were not seen yet.
        let seen = |n: &String| labels.iter().any(|l| n.eq_ignore_ascii_case(l));
        let fresh: BTreeSet<String> = named(&of_scores).into_iter().filter(|n| !seen(n)).collect();
        labels.extend(fresh);
    }
    if binary {
        labels = two(labels);
    }
    ordered(&mut labels)?;

    let index: HashMap<&str, u32> = labels.iter().map(String::as_str).zip(0..).collect();
    let code = |l: &str| index.get(name(l).as_str()).copied().unwrap_or(u32::MAX);
    let (truth, odd) = codes(truth, &code);
    let (predicted, strange) = codes(predicted, &code);
    log.labels = labels;
    tell(log, odd, strange);
    log.truth = truth;
    log.predicted = predicted;
    if lacking.is_none() {
        let scores: Vec<Vec<f64>> = log
            .labels
            .iter()
            .filter_map(|l| match &cells.class_scores.get(column_of(l)?)?.1 {
                Column::Number(v) => Some(v.clone()),
                _ => None,
            })
            .collect();
        if scores.len() == log.labels.len() {
            log.class_scores = scores;
        }
    }
    if binary || said.positive().is_some() {
        positive::settle(log, &said);
    }
    if binary {
        let [_, positive] = &mut log.class_scores[..] else {
            log.class_scores.clear();
            return Ok(());
        };
        if log.score.is_empty() {
            log.score = std::mem::take(positive);
            log.probabilistic = in_bounds(&log.score);
        }
        log.class_scores.clear();
    } else if !log.class_scores.is_empty() {
        highest(log, None);
    } else if !log.score.is_empty() && matches!(log.predicted, Truth::None) {
        log.notes.say(format!(
            "There are {} classes but one score, which cannot tell them apart. Mark the predicted label, or a column of class scores for each class.",
            log.labels.len()
        ));
    }
    Ok(())
}

/// Puts labels into order.
///
/// # Errors
/// A sentence, where they are too many to be classes.
pub(super) fn ordered(labels: &mut [String]) -> Result<(), String> {
    labels.sort_by(by_value);
    if labels.len() > MANY {
        return Err(format!(
            "Outcome and prediction hold {} different words, too many to be classes. Mark the columns that hold the class or the number that is predicted.",
            labels.len()
        ));
    }
    Ok(())
}

/// Tells of outcomes and predictions that are of no class.
pub(super) fn tell(log: &mut Log, outcomes: Odd, predictions: Odd) {
    let list = log.labels.join(", ");
    if let Some((n, example)) = outcomes {
        log.notes.count(
            n as u64,
            [("outcome is", "is"), ("outcomes are", "are")].map(|(who, are)| {
                format!("{{n}} {who} none of {list} (such as {{example}}) and {are} left out.")
            }),
            &example,
        );
    }
    if let Some((n, example)) = predictions {
        log.notes.count(
            n as u64,
            [("label is", "is"), ("labels are", "are")].map(|(who, are)| {
                format!("{{n}} predicted {who} none of {list} (such as {{example}}) and {are} left out; write predictions and outcomes alike.")
            }),
            &example,
        );
    }
}

fn zero_one() -> Vec<String> {
    vec!["0".into(), "1".into()]
}

/// Exactly two labels: where only one was seen, with its opposite.
fn two(labels: Vec<String>) -> Vec<String> {
    match &labels[..] {
        [] => zero_one(),
        [one] => {
            let other = positive::other(one);
            vec![one.clone(), other.unwrap_or_else(|| format!("not {one}"))]
        }
        _ => labels,
    }
}

/// Rows that have a word without a label, and one of the words.
pub(super) type Odd = Option<(usize, String)>;

/// Each cell as an index into the labels; `Truth::None` where no cell has one.
pub(super) fn codes(column: Option<Column>, code: &dyn Fn(&str) -> u32) -> (Truth, Odd) {
    let Some(Column::Category { mut codes, levels }) = column else {
        return (Truth::None, None);
    };
    let map: Vec<u32> = levels.iter().map(|l| code(l)).collect();
    let (mut odd, mut known) = (Odd::None, false);
    for cell in &mut codes {
        let level = *cell as usize;
        *cell = map.get(level).copied().unwrap_or(u32::MAX);
        known |= *cell != u32::MAX;
        if *cell == u32::MAX && level < levels.len() {
            odd.get_or_insert_with(|| (0, levels[level].clone())).0 += 1;
        }
    }
    let truth = if known {
        Truth::Labels(codes)
    } else {
        Truth::None
    };
    (truth, odd)
}

/// Leaves out the scores of rows that have some and not all, so that whatever is made of them is of the same rows.
fn whole(log: &mut Log) {
    let count = |row: usize| log.class_scores.iter().filter(|c| !c[row].is_nan()).count();
    let some = |row: &usize| (1..log.class_scores.len()).contains(&count(*row));
    let holes: Vec<usize> = (0..log.rows).filter(some).collect();
    for row in &holes {
        for scores in &mut log.class_scores {
            scores[*row] = f64::NAN;
        }
    }
    if !holes.is_empty() {
        log.notes.count(
            holes.len() as u64,
            [
                "{n} row has scores of some classes and not of all: none of its scores is used.",
                "{n} rows have scores of some classes and not of all: none of their scores is used.",
            ],
            "",
        );
    }
}

impl Log {
    /// The class of the highest score of a row with that score, the first of equals, as in numpy's argmax; `None` unless
    /// every class has a score.
    #[must_use]
    pub fn most_probable(&self, row: usize) -> Option<(u32, f64)> {
        let mut best: Option<(u32, f64)> = None;
        for (class, scores) in (0..).zip(&self.class_scores) {
            let score = scores.get(row).copied().filter(|s| !s.is_nan())?;
            if best.is_none_or(|b| score > b.1) {
                best = Some((class, score));
            }
        }
        best
    }
}

/// Predicts the class of the highest score where no label was served. Scores that are no probabilities serve by their
/// order only; `settled`: whether those of earlier rows were some.
pub(super) fn highest(log: &mut Log, settled: Option<bool>) {
    whole(log);
    if matches!(log.predicted, Truth::None) {
        let best = |row: usize| log.most_probable(row).map_or(u32::MAX, |best| best.0);
        let predicted = (0..log.rows).map(best).collect();
        log.predicted = Truth::Labels(predicted);
        log.notes
            .say("No predicted label was served: the class of the highest score is taken.");
    }
    let bounded = log.class_scores.iter().all(|c| in_bounds(c));
    log.probabilistic = bounded && settled != Some(false);
    match settled {
        Some(true) if !bounded => {
            log.notes.say("Further on class scores are not all between 0 and 1, unlike those of the first rows: there they tell the predicted class only.");
            log.class_scores.clear();
        }
        _ if !bounded => log.notes.say("The class scores are not all between 0 and 1, so only their order counts: they tell the predicted class, ROC AUC and top-k accuracy."),
        _ => {}
    }
}

/// Trimmed; whole numbers without a fraction.
pub(super) fn plain(label: &str) -> String {
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
