//! Lists of items offered for one query. The relevance of an item raises its score by a multiple of it.
//!
//! True values are means over very many lists, since no formula tells them.

use super::{Population, Truths};
use crate::random::Random;
use plumbline::log::{Log, Task, Truth};
use plumbline::stats::gains::{MEASURES, at, of_list};

/// Items of a list.
const ITEMS: usize = 12;
/// Lists that true values are made of.
const MANY: usize = 1_000_000;

struct Lists {
    name: &'static str,
    /// How much a grade of relevance raises the score.
    raised: f64,
    /// The share of items that are relevant, and the highest grade.
    relevant: f64,
    grades: f64,
    truths: Truths,
}

/// Every population.
pub fn all() -> Vec<Box<dyn Population>> {
    let kinds = [
        ("poor order", 0.5, 0.3, 1.0),
        ("fair order", 1.5, 0.2, 1.0),
        ("good order, grades", 1.2, 0.4, 3.0),
        ("one item matters", 2.5, 0.09, 1.0),
        ("very good order", 4.0, 0.3, 1.0),
    ];
    let population = |(at, (name, raised, relevant, grades))| -> Box<dyn Population> {
        let mut found = Lists {
            name,
            raised,
            relevant,
            grades,
            truths: Vec::new(),
        };
        found.truths = found.truths(at);
        Box::new(found)
    };
    (77..).zip(kinds).map(population).collect()
}

impl Lists {
    /// Score and relevance of the items of a list, one of which is relevant.
    fn list(&self, random: &mut Random) -> [(f64, f64); ITEMS] {
        loop {
            let list = std::array::from_fn(|_| {
                let is = random.uniform() < self.relevant;
                let grade = 1.0 + (self.grades * random.uniform()).floor();
                let relevance = if is { grade } else { 0.0 };
                (self.raised * relevance + random.normal(), relevance)
            });
            if list.iter().any(|item| item.1 > 0.0) {
                return list;
            }
        }
    }

    fn truths(&self, seed: u64) -> Truths {
        let mut random = Random::new(seed);
        let mut sums = [0.0; MEASURES];
        for _ in 0..MANY {
            let mut list = self.list(&mut random);
            list.sort_by(|a, b| b.0.total_cmp(&a.0));
            if let Some(told) = of_list(&list) {
                sums.iter_mut().zip(told).for_each(|(s, x)| *s += x);
            }
        }
        let mean = |at: usize| sums[at] / MANY as f64;
        vec![
            ("ndcg_at_10", mean(at::NDCG + 1)),
            ("ndcg_at_5", mean(at::NDCG)),
            ("ndcg", mean(at::NDCG_ALL)),
            ("mean_average_precision", mean(at::AVERAGE_PRECISION)),
            ("mean_reciprocal_rank", mean(at::RECIPROCAL_RANK)),
            ("precision_at_5", mean(at::PRECISION)),
            ("precision_at_10", mean(at::PRECISION + 1)),
            ("recall_at_5", mean(at::RECALL)),
            ("recall_at_10", mean(at::RECALL + 1)),
            ("hit_rate_at_5", mean(at::HIT)),
            ("hit_rate_at_10", mean(at::HIT + 1)),
        ]
    }
}

impl Population for Lists {
    fn name(&self) -> String {
        self.name.into()
    }

    fn group(&self) -> String {
        "lists".into()
    }

    /// True values are not known well enough for more.
    fn most(&self) -> usize {
        1_000
    }

    /// `n` lists.
    fn draw(&self, random: &mut Random, _: usize, n: usize) -> (Log, Option<f64>, &Truths) {
        let rows = n * ITEMS;
        let (mut score, mut relevance) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let mut query = Vec::with_capacity(rows);
        for list in 0..n {
            for (s, r) in self.list(random) {
                score.push(s);
                relevance.push(r);
                query.push(list as u128 + 1);
            }
        }
        let log = Log {
            task: Some(Task::Regression),
            rows,
            live: rows,
            truth: Truth::Numbers(relevance),
            score,
            query,
            ..Log::default()
        };
        (log, None, &self.truths)
    }
}
