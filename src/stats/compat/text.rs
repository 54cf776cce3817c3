//! Evidently's drift of texts: whether a model can tell texts of the reference from those that are tested.
//!
//! Half of all texts, drawn by the seed 42, teach a linear model of their words; the score is its ROC AUC on the other
//! half. Of a reference of up to 1 000 rows it has drifted above the 95th percentile of what 1 000 draws of random
//! scores come to, else above 0.55. Every step is seeded there, so the score is the same on every machine, and here: the
//! draws are numpy's, the words and weights those of scikit-learn 1.6.1's `TfidfVectorizer(sublinear_tf=True, max_df=0.5,
//! stop_words="english")` and the model its `SGDClassifier(alpha=0.0001, max_iter=50, penalty="l1",
//! loss="modified_huber", random_state=42)`.
//!
//! Scripts whose letters carry vowels as marks of their own (Devanagari, Thai) are parted into words there by a table of
//! Python that is not here: such texts are refused.
//!
//! Sources: T. Zhang (2004), *Solving large scale linear prediction problems using stochastic gradient descent
//! algorithms*; Y. Tsuruoka, J. Tsujii and S. Ananiadou (2009), *Stochastic gradient descent training for L1-regularized
//! log-linear models with cumulative penalty*. The words left out are the list of the Glasgow Information Retrieval Group.

use super::logarithm::ln;
use super::twister::Twister;
use std::collections::{HashMap, HashSet};

/// Rows of the reference up to which chance sets the limit.
const SMALL: usize = 1_000;
/// The limit beyond, and the level of chance up to there: what Evidently tells as its threshold.
const ABSOLUTE: f64 = 0.55;
const PERCENTILE: f64 = 0.95;
const SEED: u32 = 42;
const DRAWS: usize = 1_000;
/// Of the model.
const ALPHA: f64 = 1e-4;
const EPOCHS: usize = 50;
const TOLERANCE: f64 = 1e-3;
const PATIENCE: usize = 5;
/// Of texts the intercept learns slower than the weights.
const INTERCEPT_DECAY: f64 = 0.01;

const STOP_WORDS: &str = "\
    a about above across after afterwards again against all almost alone along already also although always am \
    among amongst amoungst amount an and another any anyhow anyone anything anyway anywhere are around as at \
    back be became because become becomes becoming been before beforehand behind being below beside besides \
    between beyond bill both bottom but by call can cannot cant co con could couldnt cry de describe detail do \
    done down due during each eg eight either eleven else elsewhere empty enough etc even ever every everyone \
    everything everywhere except few fifteen fifty fill find fire first five for former formerly forty found \
    four from front full further get give go had has hasnt have he hence her here hereafter hereby herein \
    hereupon hers herself him himself his how however hundred i ie if in inc indeed interest into is it its \
    itself keep last latter latterly least less ltd made many may me meanwhile might mill mine more moreover \
    most mostly move much must my myself name namely neither never nevertheless next nine no nobody none noone \
    nor not nothing now nowhere of off often on once one only onto or other others otherwise our ours ourselves \
    out over own part per perhaps please put rather re same see seem seemed seeming seems serious several she \
    should show side since sincere six sixty so some somehow someone something sometime sometimes somewhere \
    still such system take ten than that the their them themselves then thence there thereafter thereby \
    therefore therein thereupon these they thick thin third this those though three through throughout thru thus \
    to together too top toward towards twelve twenty two un under until up upon us very via was we well were \
    what whatever when whence whenever where whereafter whereas whereby wherein whereupon wherever whether which \
    while whither who whoever whole whom whose why will with within without would yet you your yours yourself \
    yourselves";

/// What it tells of two samples of texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextDrift {
    /// ROC AUC on the texts that taught nothing.
    pub score: f64,
    /// Its threshold as Evidently tells it: of a small reference the percentile, else the least ROC AUC.
    pub threshold: f64,
    /// What the score has to exceed.
    pub limit: f64,
}

impl TextDrift {
    /// Its name of the test for a reference of so many rows.
    #[must_use]
    pub const fn name(reference: usize) -> &'static str {
        if reference <= SMALL {
            "perc_text_content_drift"
        } else {
            "abs_text_content_drift"
        }
    }

    /// Whether it has drifted.
    #[must_use]
    pub fn drifted(&self) -> bool {
        self.score > self.limit
    }
}

/// Why it tells nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTextDrift {
    /// It raises an error.
    #[error("one half of the texts, as it draws them, is of one side alone, which it refuses")]
    OneSide,
    /// It raises an error.
    #[error("no word is left but very common ones, which it refuses")]
    NoWords,
    /// Not told here.
    #[error("not reproduced, because its words part at marks of vowels by a table of Python's")]
    Marks,
}

/// Texts of both sides by their places among `texts`, rows in the order of the files.
///
/// # Errors
/// Where Evidently raises one, and of scripts that are not parted into words here.
pub fn text_drift(
    reference: &[u32],
    current: &[u32],
    texts: &[&str],
) -> Result<TextDrift, NoTextDrift> {
    let rows: Vec<(u32, bool)> = (reference.iter().map(|t| (*t, false)))
        .chain(current.iter().map(|t| (*t, true)))
        .collect();
    let order = Twister::new(SEED).permutation(rows.len() as u32);
    let (tests, teaches) = order.split_at(rows.len().div_ceil(2));
    let of = |places: &[u32]| -> Vec<(u32, bool)> {
        places
            .iter()
            .filter_map(|i| rows.get(*i as usize).copied())
            .collect()
    };
    let (tests, teaches) = (of(tests), of(teaches));
    let both = |rows: &[(u32, bool)]| rows.iter().any(|r| r.1) && rows.iter().any(|r| !r.1);
    if !both(&tests) || !both(&teaches) {
        return Err(NoTextDrift::OneSide);
    }
    let words = words(&rows, texts)?;
    let terms = Terms::of(&teaches, &words).ok_or(NoTextDrift::NoWords)?;
    let taught: Vec<(Text, bool)> = (teaches.iter())
        .map(|(text, side)| (terms.weighted(&words, *text, true), *side))
        .collect();
    let (weights, intercept) = learn(&taught, terms.idf.len());
    let scores: Vec<f64> = (tests.iter())
        .map(|(text, _)| {
            let dot = terms.weighted(&words, *text, false);
            let dot: f64 = dot
                .iter()
                .fold(0.0, |sum, (term, x)| sum + weights[*term] * x);
            ((dot + intercept).clamp(-1.0, 1.0) + 1.0) / 2.0
        })
        .collect();
    let sides: Vec<bool> = tests.iter().map(|t| t.1).collect();
    let score = auc(&scores, &sides);
    Ok(match reference.len() <= SMALL {
        true => TextDrift {
            score,
            threshold: PERCENTILE,
            limit: chance(&sides),
        },
        false => TextDrift {
            score,
            threshold: ABSOLUTE,
            limit: ABSOLUTE,
        },
    })
}

/// Terms of a text with their weights.
type Text = Vec<(usize, f64)>;

/// The words of texts in small letters, of two letters at least, without the most common ones.
struct Words {
    /// Of each text the places of its words, in order.
    texts: HashMap<u32, Vec<u32>>,
    all: Vec<String>,
}

fn words(rows: &[(u32, bool)], texts: &[&str]) -> Result<Words, NoTextDrift> {
    let stop: HashSet<&str> = STOP_WORDS.split_ascii_whitespace().collect();
    let mut places: HashMap<String, u32> = HashMap::new();
    let mut out = Words {
        texts: HashMap::new(),
        all: Vec::new(),
    };
    for (code, _) in rows {
        if out.texts.contains_key(code) {
            continue;
        }
        let text = texts.get(*code as usize).copied().unwrap_or("");
        if text.chars().any(marked) {
            return Err(NoTextDrift::Marks);
        }
        let small = text.to_lowercase();
        let parts = small.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        let told = parts.filter(|w| w.chars().nth(1).is_some() && !stop.contains(w));
        let own = told.map(|word| {
            *places.entry(word.to_owned()).or_insert_with(|| {
                out.all.push(word.to_owned());
                out.all.len() as u32 - 1
            })
        });
        let own: Vec<u32> = own.collect();
        out.texts.insert(*code, own);
    }
    Ok(out)
}

/// Scripts with marks that are letters by Unicode and none in Python.
fn marked(c: char) -> bool {
    matches!(u32::from(c),
        0x0345 | 0x05b0..=0x05c7 | 0x0610..=0x061a | 0x064b..=0x0657 | 0x0659..=0x065f | 0x0670
        | 0x06d6..=0x06ed | 0x0711..=0x074a | 0x07a6..=0x07b0 | 0x0800..=0x109f | 0x135d..=0x135f
        | 0x1700..=0x1c4f | 0x1dc0..=0x1dff | 0x24b6..=0x24e9 | 0x2de0..=0x2dff | 0x302a..=0x302f
        | 0xa66f..=0xa67d | 0xa69e..=0xa69f | 0xa800..=0xabff | 0xfb1e | 0x1_0300..=0x1_1fff
        | 0x1_6ac0..=0x1_6fff | 0x1_bc00..=0x1_bcff | 0x1_e000..=0x1_e8ff | 0x1_f100..=0x1_f1ff)
}

/// What the texts that teach tell of words: those that are in no more than half of them.
struct Terms {
    /// Of each word its place among the terms, by alphabet.
    term: Vec<Option<usize>>,
    /// When a word first came.
    first: Vec<usize>,
    idf: Vec<f64>,
}

impl Terms {
    fn of(rows: &[(u32, bool)], words: &Words) -> Option<Self> {
        let n = words.all.len();
        let (mut first, mut texts, mut seen) = (vec![usize::MAX; n], vec![0usize; n], 0);
        for (code, _) in rows {
            let own = words.texts.get(code).map_or(&[][..], Vec::as_slice);
            for word in own {
                let first = &mut first[*word as usize];
                if *first == usize::MAX {
                    *first = seen;
                    seen += 1;
                }
            }
            let distinct: HashSet<u32> = own.iter().copied().collect();
            for word in distinct {
                texts[word as usize] += 1;
            }
        }
        let most = 0.5 * rows.len() as f64;
        let mut kept: Vec<usize> = (0..n)
            .filter(|w| texts[*w] > 0 && texts[*w] as f64 <= most)
            .collect();
        kept.sort_by(|a, b| words.all[*a].cmp(&words.all[*b]));
        let mut term = vec![None; n];
        for (place, word) in kept.iter().enumerate() {
            term[*word] = Some(place);
        }
        let all = rows.len() as f64 + 1.0;
        let idf = kept
            .iter()
            .map(|w| ln(all / (texts[*w] as f64 + 1.0)) + 1.0);
        let idf: Vec<f64> = idf.collect();
        (!idf.is_empty()).then_some(Self { term, first, idf })
    }

    /// The weights of a text, to length 1: terms as they first came where it teaches, else by alphabet. Their order is
    /// that of the sums to come.
    fn weighted(&self, words: &Words, code: u32, teaches: bool) -> Text {
        let own = words.texts.get(&code).map_or(&[][..], Vec::as_slice);
        let mut counts: HashMap<u32, f64> = HashMap::new();
        for word in own {
            *counts.entry(*word).or_default() += 1.0;
        }
        let mut terms: Vec<(usize, usize, f64)> = counts
            .into_iter()
            .filter_map(|(word, n)| {
                let term = self.term[word as usize]?;
                let order = if teaches {
                    self.first[word as usize]
                } else {
                    term
                };
                Some((order, term, (ln(n) + 1.0) * self.idf[term]))
            })
            .collect();
        terms.sort_unstable_by_key(|t| t.0);
        let length = terms.iter().fold(0.0, |sum, t| sum + t.2 * t.2).sqrt();
        terms
            .into_iter()
            .map(|(_, term, x)| (term, x / length))
            .collect()
    }
}

/// Weights and intercept by stochastic gradient descent.
fn learn(rows: &[(Text, bool)], terms: usize) -> (Vec<f64>, f64) {
    let mut random = Twister::new(SEED);
    // The first number is drawn for another purpose.
    random.up_to(i32::MAX as u32 - 2);
    let seed = random.up_to(i32::MAX as u32 - 1);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let (mut weights, mut paid) = (vec![0.0f64; terms], vec![0.0f64; terms]);
    let (mut intercept, mut penalty, mut step) = (0.0, 0.0, 1.0);
    let start = 1.0 / ((1.0 / ALPHA.sqrt()).sqrt() * ALPHA);
    let (mut least, mut waited) = (f64::INFINITY, 0);
    for _ in 0..EPOCHS {
        shuffle(&mut order, seed);
        let mut loss = 0.0;
        for row in &order {
            let (text, side) = &rows[*row];
            let y = if *side { 1.0 } else { -1.0 };
            let dot = text
                .iter()
                .fold(0.0, |sum, (term, x)| sum + weights[*term] * x);
            let margin = (dot + intercept) * y;
            let rate = 1.0 / (ALPHA * (start + step - 1.0));
            let (lost, slope) = match margin {
                z if z >= 1.0 => (0.0, 0.0),
                z if z >= -1.0 => ((1.0 - z) * (1.0 - z), 2.0 * (1.0 - z) * -y),
                z => (-4.0 * z, -4.0 * y),
            };
            loss += lost;
            let update = -rate * slope;
            if update != 0.0 {
                for (term, x) in text {
                    weights[*term] += x * update;
                }
                intercept += update * INTERCEPT_DECAY;
            }
            penalty += rate * ALPHA;
            for (term, _) in text {
                let (weight, paid) = (&mut weights[*term], &mut paid[*term]);
                let before = *weight;
                if before > 0.0 {
                    *weight = (before - (penalty + *paid)).max(0.0);
                } else if before < 0.0 {
                    *weight = (before + (penalty - *paid)).min(0.0);
                }
                *paid += *weight - before;
            }
            step += 1.0;
        }
        waited = match loss > least - TOLERANCE * rows.len() as f64 {
            true => waited + 1,
            false => 0,
        };
        least = least.min(loss);
        if waited >= PATIENCE {
            break;
        }
    }
    (weights, intercept)
}

/// Fisher and Yates's, by G. Marsaglia's xorshift.
fn shuffle(order: &mut [usize], mut seed: u32) {
    let n = order.len();
    for i in 0..n.saturating_sub(1) {
        seed = seed.max(1);
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let j = i + (seed & (u32::MAX >> 1)) as usize % (n - i);
        order.swap(i, j);
    }
}

/// The 95th percentile of the ROC AUC of random scores.
fn chance(sides: &[bool]) -> f64 {
    let mut random = Twister::new(SEED);
    let seeds: Vec<u32> = (0..DRAWS)
        .map(|_| random.up_to(DRAWS as u32 * 10 - 1))
        .collect();
    let areas = seeds.into_iter().map(|seed| {
        let mut random = Twister::new(seed);
        let scores: Vec<f64> = sides.iter().map(|_| random.even()).collect();
        auc(&scores, sides)
    });
    let mut areas: Vec<f64> = areas.collect();
    areas.sort_by(f64::total_cmp);
    // As numpy has it, between the two nearest.
    let at = (areas.len() - 1) as f64 * PERCENTILE;
    let (low, part) = (at.floor() as usize, at - at.floor());
    let high = areas[(low + 1).min(areas.len() - 1)];
    areas[low] + (high - areas[low]) * part
}

/// How often a score of the tested side is above one of the reference, ties half.
fn auc(scores: &[f64], sides: &[bool]) -> f64 {
    let of = |side: bool| -> Vec<f64> {
        let all = scores.iter().zip(sides);
        all.filter(|(_, s)| **s == side).map(|(x, _)| *x).collect()
    };
    let (mut below, above) = (of(false), of(true));
    below.sort_by(f64::total_cmp);
    let won = above.iter().fold(0u64, |sum, x| {
        let less = below.partition_point(|b| b < x);
        let least = below.partition_point(|b| b <= x);
        sum + (less + least) as u64
    });
    won as f64 / 2.0 / (below.len() as f64 * above.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const WORDS: [&str; 30] = [
        "Cheap", "late", "broken", "great", "refund", "arrived", "parcel", "colour", "size",
        "returned", "happy", "never", "again", "quality", "price", "shoes", "shirt", "battery",
        "phone", "charger", "screen", "fast", "slow", "service", "helpful", "größe", "not_ok",
        "x2", "I", "don't",
    ];

    struct Even(u64);

    impl Even {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
        }
    }

    /// As `texts` in `tests/reference/make_evidently_texts.py`.
    fn made(seed: u64, n: u64, tilt: i32) -> Vec<String> {
        let mut even = Even(seed);
        let text = |_| {
            let words = 4 + (even.next() * 6.0) as usize;
            let word = |_| {
                let x = even.next();
                let x = (1..tilt).fold(x, |power, _| power * x);
                WORDS[(WORDS.len() as f64 * x) as usize]
            };
            (0..words).map(word).collect::<Vec<_>>().join(" ")
        };
        (0..n).map(text).collect()
    }

    #[test]
    fn scores_limits_and_verdicts_are_evidentlys() {
        let reference = include_str!("../../../tests/reference/evidently_texts.json");
        let reference: Value = serde_json::from_str(reference).unwrap();
        for case in reference.as_array().unwrap() {
            let of = |name: &str| {
                let of = |i: usize| case[name][i].as_u64().unwrap();
                made(of(0), of(1), of(2) as i32)
            };
            let (before, after) = (of("reference"), of("current"));
            let texts: Vec<&str> = before.iter().chain(&after).map(String::as_str).collect();
            let codes: Vec<u32> = (0..texts.len() as u32).collect();
            let (a, b) = codes.split_at(before.len());
            let found = text_drift(a, b, &texts);
            let Some(score) = case["score"].as_f64() else {
                assert!(found.is_err(), "{case}: {found:?}");
                continue;
            };
            let found = found.unwrap();
            assert_eq!(TextDrift::name(before.len()), case["test"], "{case}");
            assert_eq!(
                found.drifted(),
                case["drifted"].as_bool().unwrap(),
                "{case}"
            );
            assert_eq!(
                found.threshold,
                case["threshold"].as_f64().unwrap(),
                "{case}"
            );
            assert!((found.score - score).abs() < 1e-9, "{case}: {found:?}");
            if let Some(limit) = case["limit"].as_f64() {
                assert!((found.limit - limit).abs() < 1e-9, "{case}: {found:?}");
            }
        }
    }

    #[test]
    fn texts_that_teach_nothing_are_told() {
        let none = |texts: &[&str], n: u32| {
            let codes: Vec<u32> = (0..texts.len() as u32).collect();
            let (a, b) = codes.split_at(n as usize);
            text_drift(a, b, texts).unwrap_err()
        };
        assert_eq!(none(&["red shoes"], 1), NoTextDrift::OneSide);
        assert_eq!(none(&[], 0), NoTextDrift::OneSide);
        assert_eq!(none(&["the"; 40], 20), NoTextDrift::NoWords);
        assert_eq!(none(&["\u{915}\u{93e}\u{92e}"; 40], 20), NoTextDrift::Marks);
    }
}
